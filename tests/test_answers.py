"""Answers to questions: built from facts, so that they are true of the clip."""

import copy
import re
from dataclasses import replace

import numpy as np
import pytest
from moving_bodies import STANDING, leg_length, lift_arm, standing, walk
from moving_bodies import seconds as times

from eai_llm_hf.processing.claims.answers import Facts, answered
from eai_llm_hf.processing.claims.claim import holds
from eai_llm_hf.processing.claims.comparison import COMPARE_QUESTION, find_differences
from eai_llm_hf.processing.claims.fixed_answers import (
    ASK_INSTEAD,
    ENGLISH_ONLY,
    MISSING_JOINTS,
    NO_ANSWER,
    NOT_FELT,
    NOT_VISIBLE,
    NOTHING_AGAINST,
)
from eai_llm_hf.processing.claims.pair_answers import answered_pair, read_pair_question
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.claims.questions import read_question
from eai_llm_hf.processing.claims.signs import relation
from eai_llm_hf.processing.descriptors.activity import gait_of, hand_places
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, measure_spans
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.descriptors.reference_state import DEFAULT, PerformerValues
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES

LABELS = ("happy", "sad", "angry", "proud", "not confident")
ALL = np.ones(len(JOINT_NAMES), dtype=bool)
CERTAINTY = {"level": "low", "accuracy": 0.42, "runner_up": "happy", "why": ["the rig is unknown"]}
QUESTIONS = (
    "Why?",
    "Why is it sad?",
    "What speaks against it?",
    "Why not happy?",
    "Why isn't he proud?",
    "How sure are you, and what speaks against it?",
    "What else could it be?",
    "Is the head bowed?",
    "Is he in a hurry?",
    "Are the steps long or short?",
    "What is the angle of the head?",
    "How fast are the hands?",
)


@pytest.fixture(scope="module")
def reference() -> MotionReference:
    return MotionReference.fit(np.random.default_rng(0).normal(size=(400, len(DESCRIPTORS))))


def row(**values: float) -> np.ndarray:
    """(1, descriptors) typical values of all but the named descriptors."""
    vector = np.zeros((1, len(DESCRIPTORS)))
    for name, value in values.items():
        vector[0, DESCRIPTOR_INDEX[name]] = value
    return vector


def facts(reference, label="sad", vectors=None, joints=None, joint_mask=ALL, not_shown=None, certainty=CERTAINTY):
    others = [name for name in LABELS if name != label]
    scores = {label: 0.6} | dict(zip(others, (0.2, 0.1, 0.06, 0.04), strict=True))
    vectors = row() if vectors is None else vectors
    joints = standing() if joints is None else joints
    return Facts(scores, certainty, vectors, DEFAULT, reference, joints, joint_mask, not_shown or {})


def answer_to(question: str, known: Facts) -> str:
    read = read_question(question, LABELS)
    assert not read.needs_text, f"{question} is answered by the model"
    return answered("", read, known)[0]


# ---- reasons --------------------------------------------------------------------------------------------------------


def test_every_claim_of_an_answer_from_facts_holds(reference):
    rng = np.random.default_rng(1)
    stated = 0
    for _ in range(40):
        vectors = rng.normal(scale=1.5, size=(1, len(DESCRIPTORS)))
        vectors[rng.random(vectors.shape) < 0.2] = np.nan
        known = facts(reference, label=str(rng.choice(LABELS)), vectors=vectors)
        for question in QUESTIONS:
            text, claims, removed = answered("", read_question(question, LABELS), known)
            assert text and removed == 0
            assert all(holds(claim, vectors, reference) for claim in claims), (question, text)
            stated += len(claims)
    assert stated > 200


def test_what_is_named_as_a_reason_is_a_sign_of_the_label_and_what_speaks_against_it_is_one_against(reference):
    known = facts(reference, vectors=row(head_pitch=-2, movement_speed=-2, hand_speed=2, arm_swing=1.5))
    for how, question in (("for", "Why?"), ("against", "What speaks against it?")):
        claims = known.linked("sad", how)
        assert claims and all(relation(each.descriptor, each.direction, "sad").relation == how for each in claims)
        assert all(claim.text in answer_to(question, known).lower() for claim in claims)


def test_what_the_clips_of_the_reference_or_the_call_share_is_not_named_where_nothing_is_a_sign(reference):
    name = next(each.name for each in DESCRIPTORS if relation(each.name, "high", "sad").relation == "none")
    known = facts(reference, vectors=row(**{name: 3.0}))
    assert "but that is no known sign of it" in answer_to("Why?", known)
    shared = copy.deepcopy(reference)
    shared.unusual_shares = np.ones((2, len(DESCRIPTORS)))
    for of_all in (replace(known, reference=shared), replace(known, common=frozenset([(name, "high")]))):
        assert answer_to("Why?", of_all).endswith('No unusual measurement is a known sign of "sad".')


def test_where_nothing_speaks_against_the_label_this_is_said(reference):
    assert answer_to("What speaks against it?", facts(reference)).startswith(NOTHING_AGAINST)


def test_a_question_with_a_false_premise_is_corrected(reference):
    known = facts(reference, vectors=row(head_pitch=-2, movement_speed=-2))
    for question in ("Why is he angry?", "What makes her so furious?", "Where do you see the anger?"):
        text = answer_to(question, known)
        assert (
            text.startswith("It does not look angry: it looks sad, because")
            and 'The probability of "angry" is 10%' in text
        )
    assert "is not among those that were compared" in answer_to("Why is he ashamed?", known)
    assert answer_to("Why is he sad?", known).startswith("The movement looks sad, because")


def test_why_not_names_the_signs_that_are_absent_and_those_against(reference):
    text = answer_to("Why not happy?", facts(reference, vectors=row(head_pitch=-2, movement_speed=-2)))
    assert text.startswith('The movement looks sad (60%; "happy" has 20%).')
    assert 'which speaks against "happy"' in text


def test_how_sure_gives_the_level_its_reasons_and_the_measured_accuracy(reference):
    text = answer_to("How sure are you?", facts(reference))
    assert 'certainty of "sad" is low, because the rig is unknown' in text and "42%" in text and "60%" in text
    unknown = {"level": None, "accuracy": None, "runner_up": "happy", "why": []}
    assert "was not measured" in answer_to("How sure are you?", facts(reference, certainty=unknown))


def test_a_yes_names_the_label_and_a_no_both_probabilities(reference):
    known = facts(reference)
    assert answer_to("Is she sad?", known) == "Yes, the movement looks sad."
    assert answer_to("Could this be joy?", known) == 'No, the movement looks sad (60%; "happy" has 20%).'
    assert answer_to("Angry or proud?", known).startswith("Neither: the movement looks sad")
    assert answer_to("What is the probability of pride?", known).startswith('The probability of "proud" is 6%')
    assert answer_to("What else could it be?", known).startswith('The runner-up is "happy" with 20%')


@pytest.mark.parametrize(
    "question", ["Warum ist er traurig?", "¿Por qué está triste?", "なぜ悲しいのですか", "Pourquoi?"]
)
def test_a_question_in_another_language_is_answered_by_a_sentence_that_says_so(question, reference):
    assert answer_to(question, facts(reference)) == ENGLISH_ONLY


@pytest.mark.parametrize(
    ("question", "answer"), [("What colour is the shirt?", NOT_VISIBLE), ("Which team does she support?", NO_ANSWER)]
)
def test_what_no_skeleton_shows_is_declined_with_what_can_be_asked_instead(question, answer, reference):
    assert answer_to(question, facts(reference)) == f"{answer} {ASK_INSTEAD}"
    assert not find_claims(ASK_INSTEAD), "it says nothing about the movement"


def test_the_strongest_sign_is_named_in_the_body_part_that_is_asked_about(reference):
    known = facts(reference, vectors=row(cadence=-3.0))
    strongest = answer_to("Which part of the body gives it away the most?", known)
    assert strongest == "The movement looks sad. The strongest sign of it is that the steps are clearly slow."
    of_the_legs = answer_to("What is the strongest clue in the legs?", known)
    assert of_the_legs == strongest.replace(" is that", ", in the legs, is that")
    assert answer_to("Is it more the head that shows it?", known) == f"{strongest} It is not in the head."


def test_of_two_emotions_both_probabilities_are_given(reference):
    answer = answer_to("Is it sad or is it happy?", facts(reference))
    assert re.fullmatch(r'The movement looks sad: "happy" has \d+% and "sad" has \d+%\.', answer), answer


def test_a_question_about_what_somebody_feels_is_answered_with_the_difference_to_what_is_expressed(reference):
    asked = ("How does she feel inside?", "so what's he feeling", "Is she sad inside?", "Why does he feel sad?")
    for question in asked:
        answer = answer_to(question, facts(reference))
        assert "sad" in answer and answer.endswith(f" {NOT_FELT}"), (question, answer)
    for question in ("What emotion is it?", "Which feeling comes across?", "Is she sad?", "Why does it look sad?"):
        assert NOT_FELT not in answer_to(question, facts(reference)), question


# ---- numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "descriptor", "value", "said"),
    [
        ("How many steps per second?", "cadence", 1.84, "1.8 steps per second"),
        ("Steps per minute?", "cadence", 1.84, "110 steps per minute"),
        ("How long are the steps?", "step_length", 0.713, "0.71 leg lengths"),
        ("How far is the head bowed in degrees?", "head_pitch", -12.4, "-12 degrees"),
        ("How far is the head bowed in degrees?", "head_pitch", -0.4, "is 0 degrees"),
        ("How fast are the hands?", "hand_speed", 1.236, "1.24"),
        ("How much of the time does he stand still?", "pauses", 0.31, "31% of the time"),
    ],
)
def test_a_number_comes_with_its_unit(question, descriptor, value, said, reference):
    assert said in answer_to(question, facts(reference, vectors=row(**{descriptor: value})))


def test_a_number_says_how_usual_it_is(reference):
    assert "typical" in answer_to("How long are the steps?", facts(reference))
    known = facts(reference, vectors=row(step_length=3.0))
    assert re.search(r"higher than in (?:9\d|100)% of the recordings", answer_to("How long are the steps?", known))
    assert re.search(
        r"lower than in", answer_to("How long are the steps?", facts(reference, vectors=row(step_length=-3)))
    )
    one = reference.at(PerformerValues(location=np.zeros(len(DESCRIPTORS)), clips=1))
    answer = answer_to("How long are the steps?", facts(one, vectors=row(step_length=-3)))
    assert "lower than this person's other recording leads one to expect" in answer


def test_what_was_not_measured_has_no_number_and_says_why(reference):
    vectors, mask = row(head_pitch=np.nan), ALL.copy()
    mask[JOINT_INDEX["head"]] = False
    known = facts(reference, vectors=vectors, joint_mask=mask)
    for question in ("How far is the head bowed in degrees?", "Is the head bowed?"):
        assert answer_to(question, known) == MISSING_JOINTS.format("head")
    known = facts(reference, vectors=row(cadence=np.nan), not_shown={"steps": "the pelvis does not move"})
    assert answer_to("How many steps per second?", known).startswith("The cadence cannot be measured: ")


def test_the_length_of_a_clip_is_told_in_seconds(reference):
    assert "4.0 seconds" in answer_to("How long is the clip?", facts(reference, joints=standing(120)))


# ---- gait -----------------------------------------------------------------------------------------------------------


def pinned(joints: np.ndarray) -> np.ndarray:
    return joints - joints[:, :1]


ON_THE_SPOT = {"travel": "the pelvis is pinned"}


def test_walking_running_and_standing_are_told_apart():
    assert gait_of(walk(0.6, 1.9), ALL) == "walking"
    assert gait_of(walk(1.0, 2.8, stance=0.35), ALL) == "running"
    assert gait_of(standing(), ALL) == "standing"


def test_the_gait_does_not_depend_on_heading_place_or_size():
    for joints in (walk(0.6, 1.9), walk(1.0, 2.8, stance=0.35), standing()):
        turned = joints[..., [2, 1, 0]] * (1, 1, -1)
        assert gait_of(joints, ALL) == gait_of(turned, ALL) == gait_of(1.3 * joints + (5, 0, -2), ALL)


def test_on_a_treadmill_the_feet_that_pass_each_other_tell_the_gait():
    assert gait_of(pinned(walk(0.6, 1.9)), ALL, ON_THE_SPOT) == "walking"
    assert gait_of(pinned(walk(1.0, 2.8, stance=0.35)), ALL, ON_THE_SPOT) == "running"
    assert gait_of(pinned(standing()), ALL, ON_THE_SPOT) == "standing"


def test_no_gait_is_told_of_what_shows_none():
    mask = ALL.copy()
    mask[JOINT_INDEX["left_knee"]] = False
    assert gait_of(walk(0.6, 1.9), mask) is None
    assert gait_of(standing(), ALL, {"movement": "one frame"}) is None
    assert gait_of(walk(0.6, 1.9)[:20], ALL) is None
    sitting = standing()
    for side in ("left", "right"):  # on a chair: thighs level, shanks upright
        hip, ankle, foot = (sitting[:, JOINT_INDEX[f"{side}_{name}"]] for name in ("hip", "ankle", "foot"))
        thigh = shank = leg_length(standing()) / 2
        sitting[:, JOINT_INDEX[f"{side}_knee"]] = hip + (0, 0, thigh)
        foot += hip + (0, -shank, thigh) - ankle
        ankle[:] = hip + (0, -shank, thigh)
    assert gait_of(sitting, ALL) is None


def test_whether_somebody_walks_is_answered_by_yes_or_no_with_the_steps(reference):
    joints = walk(0.6, 1.9)
    vectors = measure_spans(joints, ALL, {})
    known = facts(reference, vectors=vectors, joints=joints)
    assert answer_to("Is he walking?", known) == "Yes, the person is walking, at 1.9 steps per second."
    assert answer_to("Is grandma running?", known).startswith("No, the person is walking")
    for question in (
        "Is grandma walking or standing still?",
        "Is she running or standing?",
        "What is the person doing?",
    ):
        assert answer_to(question, known).startswith("The person is walking")


# ---- hands ----------------------------------------------------------------------------------------------------------


def test_where_the_hands_are_is_said_of_each_hand(reference):
    up = standing()
    lift_arm(up, "left", 170)
    both = facts(reference, joints=up)
    assert "the left hand is above the head" in answer_to("Where are the hands?", both)
    assert "left" not in answer_to("Where is the right hand?", both)
    assert answer_to("Is the left hand above the head?", both).startswith("Yes, the left hand is above the head")
    assert answer_to("Is the right hand above the head?", both).startswith("No, the right hand is not above the head")
    hanging = answer_to("Where are the hands?", facts(reference, joints=standing()))
    assert "both hands are" in hanging and "head" not in hanging


def test_exchanging_the_sides_exchanges_the_hands_in_the_answer(reference):
    up = standing()
    lift_arm(up, "left", 100)
    mirrored = up * (-1, 1, 1)
    swap = [JOINT_INDEX[_other_side(name)] for name in JOINT_NAMES]
    mirrored = mirrored[:, swap]
    for question in ("Where are the hands?", "Which hand is higher?", "Which hand moves more?"):
        one, other = (answer_to(question, facts(reference, joints=joints)) for joints in (up, mirrored))
        assert sorted(re.findall(r"\w+", other)) == sorted(re.findall(r"\w+", _exchanged(one))), question


def _other_side(name: str) -> str:
    return _exchanged(name) if name.startswith(("left", "right")) else name


def _exchanged(text: str) -> str:
    return re.sub("left|right", lambda side: "right" if side[0] == "left" else "left", text)


def test_the_hand_that_moves_is_the_one_that_moves_more(reference):
    joints = standing()
    joints[:, JOINT_INDEX["right_wrist"], 2] += 0.2 * np.sin(2 * np.pi * times())
    assert answer_to("Which hand moves more?", facts(reference, joints=joints)).startswith("The right hand moves more")
    still = answer_to("Which hand moves more?", facts(reference, joints=standing()))
    assert still.startswith("Both hands move about equally")


def test_without_arms_nothing_is_said_of_hands(reference):
    mask = ALL.copy()
    mask[JOINT_INDEX["left_elbow"]] = False
    assert hand_places(standing(), mask) is None
    assert answer_to("Where are the hands?", facts(reference, joint_mask=mask)) == MISSING_JOINTS.format("arms")


def test_places_of_hands_are_told_in_leg_lengths():
    places = hand_places(standing(), ALL)
    above = STANDING["left_wrist"][1] - STANDING["left_hip"][1]
    assert places.above_hips[0, 0] == pytest.approx(above / leg_length(standing()), abs=0.02)


# ---- two movements --------------------------------------------------------------------------------------------------

SAD, HAPPY = {"sad": 0.7, "happy": 0.3}, {"sad": 0.2, "happy": 0.8}
BOWED, RAISED = row(head_pitch=-2, movement_speed=-2)[0], row(head_pitch=2, movement_speed=2)[0]


def of_two(question, scores, first, second, reference):
    return answered_pair(read_pair_question(question, list(SAD)), scores, first, second, reference)


def test_which_of_two_looks_sadder_is_told_by_the_probabilities_with_signs_that_differ(reference):
    text, differences = of_two("Which of the two looks sadder?", (SAD, HAPPY), BOWED, RAISED, reference)
    assert text.startswith("The first movement looks more sad") and "70% for the first and 20% for the second" in text
    assert 'which is typical of "sad"' in text
    assert differences and all(
        relation(each.descriptor, each.direction, "sad").relation == "for" and each.movement == "first"
        for each in differences
    )


@pytest.mark.parametrize(
    "question", ["Which of the two looks sadder?", "Which one is less sad?", "Who takes longer steps?"]
)
def test_exchanging_two_movements_exchanges_the_answer(question, reference):
    rng = np.random.default_rng(2)
    for _ in range(10):
        first, second = rng.normal(size=(2, len(DESCRIPTORS)))
        share = float(rng.uniform(0.05, 0.95))
        scores = ({"sad": share, "happy": 1 - share}, {"sad": 0.5, "happy": 0.5})
        text, one = of_two(question, scores, first, second, reference)
        swapped, other = of_two(question, scores[::-1], second, first, reference)
        assert _winner(swapped) == {"first": "second", "second": "first"}.get(_winner(text))
        assert {(each.descriptor, each.direction) for each in one} == {
            (each.descriptor, each.direction) for each in other
        }


def _winner(answer: str) -> str | None:
    found = re.match(r"The (first|second) movement", answer)
    return found and found[1]


def test_two_movements_that_look_equally_sad_are_said_to(reference):
    text, differences = of_two("Which of the two looks sadder?", (SAD, SAD), BOWED, RAISED, reference)
    assert text.startswith("Both movements look about equally sad") and differences == []


def test_a_question_about_two_movements_in_another_language_is_not_guessed(reference):
    assert of_two("Welche Bewegung ist trauriger?", (), BOWED, RAISED, reference) == (ENGLISH_ONLY, [])


def test_how_a_body_part_of_two_movements_differs_is_told_of_this_part_only(reference):
    first = row(arm_swing=-2, hand_height=-2, elbow_flexion=-1.5, cadence=-2.5, movement_speed=-2.5)[0]
    second = row(arm_swing=2, hand_height=2, elbow_flexion=1.5, cadence=2.5, movement_speed=2.5)[0]
    for question in ("How do the arms differ?", "What is different about the hands?", "Compare the arms."):
        text, stated = of_two(question, (), first, second, reference)
        assert {each.descriptor for each in stated} == {"arm_swing", "hand_height", "elbow_flexion"}, question
        assert find_differences(text) == stated
    alike = of_two("How do the heads differ?", (), first, second, reference)
    assert alike == ("There is no clear difference between the two movements in the head.", [])
    first[[entry.body_part == "head" for entry in DESCRIPTORS]] = np.nan
    assert "nothing was measured in both" in of_two("How do the heads differ?", (), first, second, reference)[0]
    assert read_pair_question("How do they differ?", list(SAD)).needs_text
    assert read_pair_question(COMPARE_QUESTION, list(SAD)).needs_text
