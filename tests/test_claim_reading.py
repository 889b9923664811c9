"""Reading claims in free wording: a set of sentences written by hand, and what the parser promises besides."""

from pathlib import Path

import pytest

from eai_llm_hf.processing.claims.claim import Claim, canonical_claim
from eai_llm_hf.processing.claims.current_words import in_current_words, with_current_clauses
from eai_llm_hf.processing.claims.parser import find_claims, find_mentions
from eai_llm_hf.processing.claims.phrases import PHRASES, USUAL
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS

SENTENCES = Path(__file__).parent / "claim_sentences.tsv"
"""Half, text and expected claims; how they were decided stands at its top."""

PRECISION, RECALL = 0.97, 0.95


def read_sentences(half: str) -> list[tuple[str, set[Claim]]]:
    rows = [line.split("\t") for line in SENTENCES.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return [
        (text, {canonical_claim(*claim.split()) for claim in claims.split("; ") if claim})
        for row_half, text, claims in rows
        if row_half == half
    ]


def keys(claims: list[Claim]) -> list[tuple[str, str]]:
    return [(claim.descriptor, claim.direction) for claim in claims]


@pytest.mark.parametrize("half", ["development", "held out"])
def test_claims_of_hand_written_sentences_are_found_and_no_others(half):
    right = read = meant = 0
    wrong = []
    for text, expected in read_sentences(half):
        found = set(find_claims(text))
        right, read, meant = right + len(found & expected), read + len(found), meant + len(expected)
        if found != expected:
            missed, extra = ([claim.text for claim in side] for side in (expected - found, found - expected))
            wrong.append(f"{text} missed {missed}, read {extra}")
    precision, recall = right / read, right / meant
    print(f"{half}: precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= PRECISION and recall >= RECALL, "\n".join([f"{precision:.3f} {recall:.3f}", *wrong])


def test_the_set_is_large_and_a_third_of_it_is_no_claim():
    rows = [read_sentences("development"), read_sentences("held out")]
    texts = [text for half in rows for text, _ in half]
    assert len(texts) == len(set(texts)) >= 320 and min(map(len, rows)) >= 120
    assert sum(not claims for half in rows for _, claims in half) >= 100
    said = {(claim.descriptor, claim.direction) for half in rows for _, claims in half for claim in claims}
    assert len(said) >= 0.9 * len(PHRASES)


@pytest.mark.parametrize("key", PHRASES, ids="-".join)
def test_every_phrase_is_read_as_its_claim(key):
    for text in (*PHRASES[key].clauses, *PHRASES[key].also_read, *PHRASES[key].former):
        assert keys(find_claims(f"The movement looks proud. {text.capitalize()}.")) == [key], text


def test_the_usual_is_no_claim():
    former = [descriptor.former_usual for descriptor in DESCRIPTORS if descriptor.former_usual]
    for text in (*USUAL.values(), *former):
        assert find_claims(f"No, {text}.") == [], text
    assert len(set(USUAL.values())) == len(USUAL), "each says what it is about"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("No, the head is about as usual.", "No, the head is held at a typical angle."),
        ("Neither: the arm swing is about as usual.", "Neither: the arm swing is of typical size."),
        ("The elbows are about as usual.", "The elbows are at a typical angle."),
        ("The elbows are about as usual", "The elbows are at a typical angle"),
        ("No, the head is bowed.", "No, the head is bowed."),
        ("No", "No"),
        ("", ""),
    ],
)
def test_what_earlier_checkpoints_call_usual_is_put_into_current_words(sentence, expected):
    assert in_current_words(sentence) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("His head was slightly bowed.", [("head_pitch", "low")]),
        ("With a bowed head and slow steps, she walks on.", [("head_pitch", "low"), ("cadence", "low")]),
        ("The movements are very slow and jerky.", [("movement_speed", "low"), ("smoothness", "low")]),
        ("The torso is quite upright; hands hang low", [("trunk_lean", "low"), ("hand_height", "low")]),
        ("Their elbows stay bent.", [("elbow_flexion", "high")]),
        ("The knees aren't straight, but the head is raised.", [("head_pitch", "high")]),
        ("Without bent knees the legs are straight.", [("knee_flexion", "low")]),
        (
            "The hands are far from the hips and the body is bouncing up and down.",
            [("hand_to_hip", "high"), ("vertical_bounce", "high")],
        ),
        ("No, the head is held high.", [("head_pitch", "high")]),
        ("The head is still bowed.", [("head_pitch", "low")]),
        ("The head is not bowed.", []),
        ("The head isn't really bowed and raised.", []),
        ("Is the head bowed?", []),
        ("I cannot tell whether the head is bowed.", []),
        ("If the movement is slow, it may be sad.", []),
        ("The movement is slow, so it may be sad.", [("movement_speed", "low")]),
        ("The head is less bowed.", []),
        ("The head is hardly bowed.", []),
        ("Nothing suggests that the head is bowed.", []),
        ("The bow of the ship is high and the river runs fast.", []),
        ("The person heads home, armed with straight answers.", []),
        ("A slow cooker is moving around the kitchen.", []),
        ("The clock's hands move slowly.", []),
        ("The guy's head is bowed.", [("head_pitch", "low")]),
        ("", []),
        ("...", []),
        ("\u0130\u0130 \U0001f600 \x00", []),
    ],
)
def test_free_wording_is_read_and_what_is_no_claim_is_not(text, expected):
    assert keys(find_claims(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("At first the head is bowed and the arms swing widely.", ["beginning", "beginning"]),
        ("The head is bowed at first and the arms swing widely.", ["beginning", "whole"]),
        ("The head is bowed, and towards the end the arms swing widely.", ["whole", "end"]),
        ("At first the head is bowed, then the arms swing widely.", ["beginning", "end"]),
        ("The hands hang low in the second half of the clip.", ["end"]),
        ("The hands initially hang low.", ["beginning"]),
        ("From start to finish the hands hang low.", ["whole"]),
        ("In the end. The hands hang low.", ["whole"]),
    ],
)
def test_words_of_time_hold_for_the_clauses_they_belong_to(text, expected):
    assert [claim.span for claim in find_claims(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The head is slightly bowed.", "slight"),
        ("A deeply bowed head.", "strong"),
        ("He leans forward a bit.", "slight"),
        ("The arms hardly swing at all.", "strong"),
        ("The shoulders are turning strongly.", "plain"),
        ("The knees are quite bent.", "plain"),
    ],
)
def test_degrees_are_read(text, expected):
    assert [claim.degree for claim in find_claims(text)] == [expected]


def test_a_mention_gives_the_place_of_its_claim():
    text = "She looks sad: with her HEAD BOWED, she walks slowly. \u0130t is so."
    assert [text[mention.start : mention.end] for mention in find_mentions(text)] == ["HEAD BOWED", "she walks slowly"]
    assert find_mentions(text)[0].claim == canonical_claim("head_pitch", "low")


@pytest.mark.parametrize("text", ["the head is bowed and " * 500, "slow " * 2000, "not " * 2000, "head, " * 2000])
def test_a_text_without_end_is_read_too(text):
    assert len(find_claims(text)) <= 501


@pytest.mark.parametrize("key", PHRASES, ids=" ".join)
@pytest.mark.parametrize("before", ["", "At first ", "The head is bowed, and "])
def test_a_clause_of_an_earlier_checkpoint_is_given_in_current_words_and_claims_the_same(key, before):
    for clause in PHRASES[key].former:
        text = f"{before}{clause}."
        text = text[0].upper() + text[1:]
        current = with_current_clauses(text)
        assert clause not in current.lower() and find_claims(current) == find_claims(text)


def test_current_clauses_keep_degree_and_case_and_other_words_stay():
    text = "The movement looks angry. The person's body is clearly opened out and the head is bowed."
    expected = "The movement looks angry. The posture is clearly expansive and the head is bowed."
    assert with_current_clauses(text) == expected
    assert with_current_clauses(expected) == expected
