"""Claims: written text is read back exactly, truth follows the measurement, training answers agree with both."""

import numpy as np
import pytest

from eai_llm_hf.processing.claim_phrases import NEAR_DUPLICATES, PHRASES, USUAL
from eai_llm_hf.processing.motion_claims import (
    EXPLAIN_QUESTION,
    Claim,
    canonical_claim,
    find_claims,
    holds,
    label_sentence,
    named_label,
    notable_claims,
    verbalise,
)
from eai_llm_hf.processing.motion_descriptors import DESCRIPTOR_INDEX, DESCRIPTOR_NAMES, DESCRIPTORS
from eai_llm_hf.processing.motion_reference import MotionReference
from eai_llm_hf.training_texts import (
    UNSEEN_ANSWER,
    alignment_text,
    label_texts,
    question_answer,
)

LABELS = ["happy", "sad", "angry", "proud", "not confident"]
KEYS = list(PHRASES)


def keys(claims: list[Claim]) -> list[tuple[str, str]]:
    return [(claim.descriptor, claim.direction) for claim in claims]


@pytest.fixture(scope="module")
def reference() -> MotionReference:
    return MotionReference.fit(np.random.default_rng(0).normal(size=(400, len(DESCRIPTORS))))


def vector(**values: float) -> np.ndarray:
    """A clip that is ordinary but for the named descriptors."""
    result = np.zeros(len(DESCRIPTORS), dtype=np.float32)
    for name, value in values.items():
        result[DESCRIPTOR_INDEX[name]] = value
    return result


def test_every_descriptor_has_words_for_both_directions():
    assert set(KEYS) == {(name, direction) for name in DESCRIPTOR_NAMES for direction in ("high", "low")}
    assert set(USUAL) == set(DESCRIPTOR_NAMES)
    for phrases in PHRASES.values():
        assert 3 <= len(phrases.clauses) <= 5
        assert " is " in phrases.clauses[0] or " are " in phrases.clauses[0]


@pytest.mark.parametrize("key", KEYS, ids="-".join)
def test_every_phrase_is_read_as_its_claim(key):
    for text in (*PHRASES[key].clauses, *PHRASES[key].also_read):
        assert keys(find_claims(f"The movement looks proud. {text.capitalize()}.")) == [key], text


def test_what_is_written_is_read_back_exactly():
    rng = np.random.default_rng(1)
    for trial in range(3000):
        chosen = [KEYS[index] for index in rng.choice(len(KEYS), rng.integers(0, 8), replace=False)]
        claims = [canonical_claim(*key) for key in chosen]
        label = LABELS[trial % len(LABELS)]
        text = verbalise(label, claims, rng if trial % 3 else None, "reasons" if trial % 2 else "plain")
        assert keys(find_claims(text)) == chosen, text
        assert named_label(text, LABELS) == label, text


def test_the_canonical_explanation_reads_as_expected():
    claims = [canonical_claim("head_pitch", "low"), canonical_claim("movement_speed", "low")]
    claims.append(canonical_claim("arm_expansion", "low"))
    assert verbalise("sad", claims) == (
        "The movement looks sad. The head is bowed and the movement is slow. The arms are held close to the body."
    )
    assert verbalise("fear", []) == "The movement shows fear. Nothing in the body stands out."


def test_varied_wording_differs_and_canonical_does_not():
    claims = [canonical_claim(*key) for key in KEYS[:4]]
    rng = np.random.default_rng(0)
    assert len({verbalise("sad", claims, rng) for _ in range(50)}) > 40
    assert len({verbalise("sad", claims) for _ in range(5)}) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("His head was slightly bowed.", [("head_pitch", "low")]),
        ("With a bowed head and slow steps, she walks on.", [("head_pitch", "low"), ("leg_speed", "low")]),
        ("The movements are very slow and jerky.", [("movement_speed", "low"), ("smoothness", "low")]),
        ("The torso is quite upright; hands hang low", [("trunk_lean", "low"), ("hand_height", "low")]),
        ("Their elbows stay bent.", [("elbow_flexion", "high")]),
        ("The knees aren't straight, but the head is raised.", [("head_pitch", "high")]),
        ("Without bent knees the legs are straight.", [("knee_flexion", "low")]),
        ("No, the head is held high.", [("head_pitch", "high")]),
        ("The head is not bowed.", []),
        ("The head isn't really bowed and raised.", []),
        ("Is the head bowed?", []),
        ("I cannot tell whether the head is bowed.", []),
        ("If the movement is slow, it may be sad.", []),
        ("The head is less bowed.", []),
        ("Nothing suggests that the head is bowed.", []),
        ("The bow of the ship is high and the river runs fast.", []),
        ("The person heads home, armed with straight answers.", []),
        ("A slow cooker is moving around the kitchen.", []),
        ("", []),
    ],
)
def test_free_wording_is_read_and_what_is_no_claim_is_not(text, expected):
    assert keys(find_claims(text)) == expected


def test_the_usual_is_no_claim():
    for text in USUAL.values():
        assert find_claims(f"No, {text}.") == []


def test_notable_claims_start_with_the_most_extreme_and_leave_out_the_ordinary(reference):
    claims = notable_claims(vector(head_pitch=-3, knee_flexion=0.9, smoothness=2), reference)
    assert keys(claims) == [("head_pitch", "low"), ("smoothness", "high"), ("knee_flexion", "high")]
    assert claims[0].text == "the head is bowed" and claims[0].body_part == "head"


def test_notable_claims_never_repeat_or_contradict_each_other(reference):
    rng = np.random.default_rng(2)
    for _ in range(200):
        claims = notable_claims(rng.normal(size=len(DESCRIPTORS)) * 2, reference)
        names = [claim.descriptor for claim in claims]
        assert len(set(names)) == len(names)
        pairs = {frozenset((one, other)) for one in names for other in names if one != other}
        assert not pairs & NEAR_DUPLICATES


def test_notable_claims_hold(reference):
    rng = np.random.default_rng(3)
    for _ in range(50):
        values = rng.normal(size=len(DESCRIPTORS))
        assert all(holds(claim, values, reference, margin=15) for claim in notable_claims(values, reference))


def test_a_claim_holds_fails_or_cannot_be_checked(reference):
    bowed, raised = canonical_claim("head_pitch", "low"), canonical_claim("head_pitch", "high")
    assert holds(bowed, vector(head_pitch=-0.5), reference) is True
    assert holds(raised, vector(head_pitch=-0.5), reference) is False
    assert holds(bowed, vector(head_pitch=-0.5), reference, margin=20) is False
    assert holds(bowed, vector(head_pitch=0.0), reference) is False
    assert holds(bowed, vector(head_pitch=np.nan), reference) is None
    with pytest.raises(ValueError, match="shoe_size"):
        holds(Claim("shoe_size", "high", "the shoes are large", "legs"), vector(), reference)


def test_left_does_more_only_where_it_does():
    # an odd reference in which every right arm is busier: a left arm at -0.2 is far up there and still does less
    matrix = np.random.default_rng(0).normal(size=(100, len(DESCRIPTORS)))
    matrix[:, DESCRIPTOR_INDEX["left_right_asymmetry"]] = np.linspace(-1, -0.3, 100)
    reference = MotionReference.fit(matrix)
    claim = canonical_claim("left_right_asymmetry", "high")
    assert holds(claim, vector(left_right_asymmetry=-0.2), reference) is False
    assert holds(claim, vector(left_right_asymmetry=0.2), reference) is True
    assert claim not in notable_claims(vector(left_right_asymmetry=-0.2), reference)


def test_the_label_named_first_is_recovered():
    for label in (*LABELS, "fear", "neutral", "surprise"):
        for seed in range(10):
            assert named_label(label_sentence(label, np.random.default_rng(seed)), [*LABELS, label]) == label
    assert named_label("The movement looks not confident.", ["confident", "not confident"]) == "not confident"
    assert named_label("The movement looks not confident, rather sad.", ["confident", "sad"]) == "sad"
    assert named_label("The movement looks unhappy.", ["happy"]) is None


def test_label_texts_are_distinct_and_begin_with_the_label():
    for label in (*LABELS, "neutral", "fear", "disgust", "surprise", "wistful"):
        texts = label_texts(label)
        assert texts[0] == label and len(set(texts)) == len(texts) >= 5
        assert sorted(label_texts(label, np.random.default_rng(0))) == sorted(texts)
    assert any("joyful" in text for text in label_texts("happy"))


def test_alignment_texts_say_only_what_holds():
    claims = [canonical_claim(*key) for key in KEYS[:12:2]]
    rng = np.random.default_rng(0)
    for _ in range(100):
        found = find_claims(alignment_text("sad", claims, rng))
        assert found and found == claims[: len(found)]


def test_without_variety_there_is_one_question_and_the_canonical_answer(reference):
    values = vector(head_pitch=-3, knee_flexion=1)
    for seed in range(10):
        pair = question_answer("sad", values, reference, np.random.default_rng(seed), 0.0, LABELS)
        assert pair == (EXPLAIN_QUESTION, "The movement looks sad. The head is bowed and the knees are bent.")


def test_every_answer_is_true_and_every_kind_of_question_is_drawn(reference):
    rng = np.random.default_rng(5)
    seen = dict.fromkeys(("yes", "opposite", "usual", "label", "unseen", "part", "list"), 0)
    for trial in range(1500):
        values = rng.normal(size=len(DESCRIPTORS))
        label = LABELS[trial % len(LABELS)]
        question, answer = question_answer(label, values, reference, rng, 1.0, LABELS)
        claims = find_claims(answer)
        assert all(holds(claim, values, reference, margin=15) for claim in claims), (question, answer)
        seen["unseen"] += answer == UNSEEN_ANSWER
        seen["yes"] += answer.startswith("Yes, ")
        seen["opposite"] += answer.startswith("No, ") and bool(claims)
        seen["usual"] += answer.startswith("No, ") and not claims
        seen["part"] += question.startswith(("What do the", "How is the"))
        if named_label(answer, LABELS):
            assert named_label(answer, LABELS) == label
            seen["label"] += 1
            seen["list"] += all(candidate in question for candidate in LABELS)
    assert min(seen.values()) > 20, seen


def test_a_yes_or_no_question_is_answered_about_what_was_asked(reference):
    rng = np.random.default_rng(0)
    only_head = np.full(len(DESCRIPTORS), np.nan)
    only_head[DESCRIPTOR_INDEX["head_pitch"]] = -2.0
    answers = dict(question_answer("sad", only_head, reference, rng, 1.0, LABELS) for _ in range(300))
    assert answers["Is the head bowed?"] == "Yes, the head is bowed."
    assert answers["Is the head held high?"] == "No, the head is bowed."
    assert answers["What do the legs do?"].startswith("That cannot be told: the recording does not have the joints")
    only_head[DESCRIPTOR_INDEX["head_pitch"]] = 0.0
    answers = dict(question_answer("sad", only_head, reference, rng, 1.0, LABELS) for _ in range(300))
    assert answers["Is the head bowed?"] == "No, the head is about as usual."


def test_a_label_outside_the_candidates_is_refused(reference):
    with pytest.raises(ValueError, match="'bored' is not among"):
        question_answer("bored", vector(), reference, np.random.default_rng(0), 0.5, LABELS)
