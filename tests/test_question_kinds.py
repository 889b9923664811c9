"""Questions in words that the rules do not know: read by their likeness to the bank of wordings."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eai_llm_hf.processing.claims import questions
from eai_llm_hf.processing.claims.answers import _ANSWERS, Facts, answered
from eai_llm_hf.processing.claims.claim import canonical_claim
from eai_llm_hf.processing.claims.fact_questions import CLIP_LENGTH
from eai_llm_hf.processing.claims.phrases import USUAL
from eai_llm_hf.processing.claims.question_bank import WORDINGS
from eai_llm_hf.processing.claims.question_kinds import Likeness, likely_kinds
from eai_llm_hf.processing.claims.question_spelling import well_spelled
from eai_llm_hf.processing.claims.question_words import MEANINGS
from eai_llm_hf.processing.claims.questions import Question, read_question
from eai_llm_hf.processing.claims.tokens import stem
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.descriptors.reference_state import DEFAULT
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES

LABELS = ("happy", "sad", "angry", "proud", "not confident")
BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_every_wording_asks_for_something_that_can_be_answered():
    for kind, *target in WORDINGS:
        if kind == "number":
            assert target[0] == CLIP_LENGTH or target[0] in DESCRIPTOR_INDEX
        elif kind == "whether":
            assert canonical_claim(*target).descriptor == target[0]
        else:
            assert not target and (kind in _ANSWERS or kind == "part")


def test_a_wording_of_the_bank_stands_under_one_kind_alone():
    wordings = [wording for each in WORDINGS.values() for wording in each]
    assert len(wordings) == len(set(wordings))


@pytest.mark.parametrize(
    ("question", "kinds", "emotion"),
    [
        ("Which sentiment did you spot?", ("emotion",), None),
        ("May I count on the verdict being true?", ("sure",), None),
        ("Assign a probability to joy, please.", ("probability",), "happy"),
        ("Which candidate finished second?", ("runner-up",), None),
        ("What would a sceptical colleague object?", ("against",), None),
        ("Which observations led to your verdict?", ("why",), None),
        ("At which frequency does he step?", ("number",), None),
        ("Does she plod along?", ("measured",), None),
        ("In which position does she keep the arms?", ("hands",), None),
    ],
)
def test_a_question_in_words_that_the_rules_do_not_know_is_read_by_likeness(question, kinds, emotion):
    read = read_question(question, LABELS)
    assert (read.kinds, read.emotion) == (kinds, emotion)


@pytest.mark.parametrize(
    "question",
    [
        "Does he own a bicycle?",
        "Has the walker got asthma?",
        "Is she the sister of the other performer?",
        "Which brand of trainers are these?",
        "What did the director tell him to do?",
        "How do I cancel my subscription?",
        "Would she pass a driving test?",
        "Is he planning a robbery?",
    ],
)
def test_a_question_about_something_else_is_like_no_question_that_has_an_answer(question):
    assert read_question(question, LABELS).kinds in (("unseen",), ("unknown",))


def test_a_likeness_gives_what_was_measured_and_neither_yes_nor_no():
    rng = np.random.default_rng(3)
    reference = MotionReference.fit(np.random.default_rng(0).normal(size=(400, len(DESCRIPTORS))))
    vectors = rng.normal(scale=1.5, size=(1, len(DESCRIPTORS)))
    joints, mask = np.zeros((30, len(JOINT_NAMES), 3)), np.ones(len(JOINT_NAMES), dtype=bool)
    facts = Facts(dict.fromkeys(LABELS, 0.2), {}, vectors, DEFAULT, reference, joints, mask, {})
    percentiles = reference.percentiles(vectors[0])
    for descriptor, direction in (kind[1:] for kind in WORDINGS if kind[0] == "whether"):
        asked = Question(("measured",), (canonical_claim(descriptor, direction),))
        text = answered("", asked, facts)[0][:-1].lower()
        high = percentiles[DESCRIPTOR_INDEX[descriptor]] > 50
        assert text in (canonical_claim(descriptor, "high" if high else "low").text, USUAL[descriptor])


def test_what_the_rules_read_needs_no_likeness(monkeypatch):
    def fail(said):
        raise AssertionError(said)

    monkeypatch.setattr(questions, "likely_kinds", fail)
    for question in ("What else could it be?", "How long are the steps?", "Is he running?"):
        assert read_question(question, LABELS).kinds


def test_the_likeness_of_words_that_the_bank_does_not_have_is_nothing():
    assert likely_kinds("zyx wvu")[0].score == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize(
    ("words", "kind", "concerned"),
    [
        ("how bent are the legs", ("number", "elbow_flexion"), False),
        ("how bent are the legs", ("number", "knee_flexion"), True),
        ("how bent is the left knee", ("number", "knee_flexion"), False),  # both are measured together
        ("how bent are the knees at the end", ("number", "knee_flexion"), False),  # the whole clip is measured
        ("how springy is the walk", ("number", "vertical_bounce"), True),
        ("does the head droop", ("whether", "shoulder_height", "low"), False),
        ("how long is the clip", ("number", CLIP_LENGTH), True),
        ("what do the arms do", ("part",), True),
    ],
)
def test_a_quantity_must_be_of_the_body_part_side_and_time_that_a_question_names(words, kind, concerned):
    assert questions._concerns(kind, words) is concerned


def test_where_only_quantities_of_other_body_parts_are_alike_the_part_is_described(monkeypatch):
    alike = [Likeness(("number", "step_width"), 0.9), Likeness(("number", "hand_speed"), 0.1)]
    monkeypatch.setattr(questions, "likely_kinds", lambda said: alike)
    read = read_question("At which distance are her wrists zoomed?", LABELS)
    assert read.kinds == () and read.parts == {"arms"}
    monkeypatch.setattr(questions, "likely_kinds", lambda said: [alike[0], alike[1]._replace(score=0.8)])
    read = read_question("At which distance are her wrists zoomed?", LABELS)
    assert read.kinds == ("number",) and read.quantity.names == ("hand_speed",)


def test_a_question_that_the_rules_read_is_declined_where_its_other_words_are_about_something_else():
    assert read_question("Does he use the left hand?", LABELS).kinds == ("hands",)
    assert read_question("Which colour of nail polish is on the left hand?", LABELS).kinds in (
        ("unseen",),
        ("unknown",),
    )
    assert read_question("Which hand holds the umbrella?", LABELS).kinds in (("unseen",), ("unknown",))


def test_words_that_mean_nearly_the_same_count_as_one():
    for one, other in (("Will he recover from the illness?", "Will he recover from the disease?"),):
        assert read_question(one, LABELS).kinds == read_question(other, LABELS).kinds
    assert MEANINGS[stem("verdict")] == MEANINGS[stem("prediction")] != MEANINGS[stem("certainty")]


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("feelign", "feeling"),
        ("hapiness", "happiness"),
        ("appart", "apart"),
        ("contradcits", "contradicts"),
        ("definate", "definite"),
        ("teh", "the"),
        ("isnt", "isnt"),
        ("carpet", "carpet"),
        ("left-handed", "left-handed"),
    ],
)
def test_a_slip_of_the_keyboard_is_read_as_the_word_that_was_meant(slip, meant):
    assert well_spelled(f"is it {slip} here") == f"is it {meant} here"


def test_a_question_with_slips_is_read_as_without_them():
    for slips, right in (
        ("what contradcits this", "what contradicts this"),
        ("how far appart are teh feet", "how far apart are the feet"),
        ("is she in a hury", "is she in a hurry"),
    ):
        assert replace(read_question(slips, LABELS), text="") == replace(read_question(right, LABELS), text="")


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("What makes you hesitate about this label?", ("against",)),
        ("If you turn out to be wrong, which emotion is it?", ("runner-up",)),
        ("Is this solid or a bit shaky?", ("sure",)),
        ("What was the decisive sign?", ("strongest",)),
        ("What are the arms up to?", ()),
        ("So she is angry, isn't she?", ("is",)),
        ("How many steps does she take per second?", ("number",)),
    ],
)
def test_a_strong_likeness_counts_more_than_what_a_single_word_suggests(question, kinds):
    assert read_question(question, LABELS).kinds == kinds


def test_a_question_why_somebody_does_something_is_not_one_for_the_reasons_of_the_label():
    assert read_question("Why did she come here?", LABELS).kinds in (("unseen",), ("unknown",))
    assert read_question("Why does she look that way?", LABELS).kinds == ("why",)


def test_no_wording_is_a_question_that_tests_the_reader():
    wordings = {" ".join(wording.lower().split()) for each in WORDINGS.values() for wording in each}
    asked = json.loads((BENCHMARKS / "independent_test_questions.json").read_text(encoding="utf-8"))
    assert not wordings & {" ".join(each["question"].lower().strip("?.! ").split()) for each in asked}
