"""Claims: what is notable, what holds, and how it is written."""

import re
from collections import Counter
from typing import get_args

import numpy as np
import pytest

from eai_llm_hf.processing.claims.claim import Claim, Span, canonical_claim, evidence, holds, notable_claims
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.claims.phrases import NEAR_DUPLICATES, PHRASES, USUAL
from eai_llm_hf.processing.claims.writing import absent_clause, label_sentence, named_label, verbalise
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTOR_NAMES, DESCRIPTORS, SPANS
from eai_llm_hf.processing.descriptors.reference import MotionReference

LABELS = ["happy", "sad", "angry", "proud", "not confident"]
KEYS = list(PHRASES)
DEGREES = ("slight", "plain", "strong")


def keys(claims: list[Claim]) -> list[tuple[str, str]]:
    return [(claim.descriptor, claim.direction) for claim in claims]


@pytest.fixture(scope="module")
def reference() -> MotionReference:
    return MotionReference.fit(np.random.default_rng(0).normal(size=(400, len(DESCRIPTORS))))


def vector(**values: float) -> np.ndarray:
    """A clip with typical values of all but the named descriptors."""
    result = np.zeros(len(DESCRIPTORS), dtype=np.float32)
    for name, value in values.items():
        result[DESCRIPTOR_INDEX[name]] = value
    return result


def over_time(**values: tuple[float, float, float, float]) -> np.ndarray:
    """Values of a clip and its thirds, typical but for the named descriptors."""
    return np.stack([vector(**{name: four[row] for name, four in values.items()}) for row in range(len(SPANS))])


def test_every_descriptor_has_words_for_both_directions():
    assert set(KEYS) == {(name, direction) for name in DESCRIPTOR_NAMES for direction in ("high", "low")}
    assert set(USUAL) == set(DESCRIPTOR_NAMES)
    for phrases in PHRASES.values():
        assert 3 <= len(phrases.clauses) <= 5
        assert " is " in phrases.clauses[0] or " are " in phrases.clauses[0]


def random_claims(rng: np.random.Generator, most: int = 7) -> list[Claim]:
    chosen = [KEYS[index] for index in rng.choice(len(KEYS), rng.integers(0, most + 1), replace=False)]
    spans = rng.choice(("whole", *SPANS), len(chosen))
    return [
        canonical_claim(*key, str(span), str(rng.choice(DEGREES))) for key, span in zip(chosen, spans, strict=True)
    ]


def test_what_is_written_is_read_back_exactly():
    rng = np.random.default_rng(1)
    for trial in range(2000):
        claims = random_claims(rng)
        label = LABELS[trial % len(LABELS)]
        text = verbalise(label, claims, rng if trial % 3 else None, "reasons" if trial % 2 else "plain")
        assert find_claims(text) == claims, text
        assert named_label(text, LABELS) == label, text


def test_absent_signs_are_written_and_not_read_as_claims():
    rng = np.random.default_rng(4)
    for trial in range(500):
        claims, absent = random_claims(rng, 3), random_claims(rng, 2)
        text = verbalise("sad", claims, rng if trial % 3 else None, absent=absent)
        assert find_claims(text) == claims, text
    for key in KEYS:
        for span in SPANS:
            said = absent_clause(canonical_claim(*key, span), rng)
            assert find_claims(f"The movement looks sad, {said}.") == [], said
    bowed = canonical_claim("head_pitch", "low")
    assert absent_clause(bowed) == "though the head is not bowed"
    text = verbalise("sad", [canonical_claim("movement_speed", "low")], absent=[bowed])
    assert text == "The movement looks sad. The movement is slow, though the head is not bowed."


def test_the_canonical_explanation_reads_as_expected():
    claims = [canonical_claim("head_pitch", "low"), canonical_claim("movement_speed", "low")]
    claims.append(canonical_claim("arm_expansion", "low"))
    assert verbalise("sad", claims) == (
        "The movement looks sad. The head is bowed and the movement is slow. The arms are held close to the body."
    )
    assert verbalise("fear", []) == "The movement shows fear. Nothing in the movement is unusual."


def test_time_and_degree_have_canonical_words():
    assert canonical_claim("head_pitch", "low", "beginning").text == "at first the head is bowed"
    assert canonical_claim("head_pitch", "low", degree="strong").text == "the head is clearly bowed"
    assert (
        canonical_claim("knee_flexion", "high", "middle", "slight").text == "in the middle the knees are slightly bent"
    )
    slow = canonical_claim("hand_speed", "high", "end", "strong")
    assert slow.text == "towards the end the hands are clearly moving quickly"
    with pytest.raises(ValueError, match="evening"):
        canonical_claim("head_pitch", "low", "evening")


def test_words_for_a_time_are_written_once_and_a_claim_about_the_whole_clip_has_its_own_sentence():
    claims = [canonical_claim("head_pitch", "low", "end"), canonical_claim("knee_flexion", "high", "end")]
    claims.append(canonical_claim("movement_speed", "low"))
    assert verbalise("sad", claims) == (
        "The movement looks sad. Towards the end the head is bowed and the knees are bent. The movement is slow."
    )


def test_claims_are_equal_whatever_their_words_and_differ_by_time_and_degree():
    bowed = canonical_claim("head_pitch", "low")
    assert bowed == Claim("head_pitch", "low", "her head droops", "the head")
    different = {bowed, canonical_claim("head_pitch", "high"), canonical_claim("head_pitch", "low", "end")}
    assert len(different | {canonical_claim("head_pitch", "low", degree="strong")}) == 4


def test_varied_wording_differs_and_canonical_does_not():
    claims = [canonical_claim(*key) for key in KEYS[:4]]
    rng = np.random.default_rng(0)
    assert len({verbalise("sad", claims, rng) for _ in range(50)}) > 40
    assert len({verbalise("sad", claims) for _ in range(5)}) == 1


def variety(texts: list[str]) -> tuple[float, float]:
    """Distinct-2 (different pairs of words among all) and self-overlap.

    The overlap of a text is the share of its runs of four words that stand in any other text (the four-gram precision
    of self-BLEU, with all others as references); its mean is given.
    """
    words = [re.findall(r"\w+", text.lower()) for text in texts]
    pairs = [pair for sentence in words for pair in zip(sentence, sentence[1:], strict=False)]
    runs = [{tuple(sentence[i : i + 4]) for i in range(len(sentence) - 3)} for sentence in words]
    known = Counter(run for own in runs for run in own)
    shared = [np.mean([known[run] > 1 for run in own]) for own in runs if own]
    return len(set(pairs)) / len(pairs), float(np.mean(shared))


def test_explanations_do_not_repeat_their_words(reference):
    rng = np.random.default_rng(7)
    texts, plain = [], []
    for trial in range(500):
        values = rng.normal(size=(4, len(DESCRIPTORS))) * (1.0, 1.5)[trial % 2]
        claims = notable_claims(values, reference)
        chosen = [claims[i] for i in sorted(rng.choice(len(claims), min(4, len(claims)), replace=False))]
        label = LABELS[trial % len(LABELS)]
        texts.append(verbalise(label, chosen, rng, "reasons" if rng.random() < 0.3 else "plain"))
        plain.append(verbalise(label, chosen))
    distinct, overlap = variety(texts)
    plain_distinct, plain_overlap = variety(plain)
    print(f"distinct-2 {distinct:.3f} (canonical {plain_distinct:.3f}), overlap {overlap:.3f} ({plain_overlap:.3f})")
    assert len(set(texts)) == len(texts)
    assert distinct > 0.07 and distinct > 1.5 * plain_distinct
    assert overlap < plain_overlap


def test_notable_claims_start_with_the_most_extreme_and_leave_out_typical_values(reference):
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


def test_notable_claims_of_a_clip_and_its_thirds_hold(reference):
    rng = np.random.default_rng(6)
    seen = Counter()
    for _ in range(200):
        rows = rng.normal(size=(4, len(DESCRIPTORS)))
        claims = notable_claims(rows, reference)
        assert all(holds(claim, rows, reference, margin=12) for claim in claims)
        about_thirds = [claim.span != "whole" for claim in claims]
        assert sum(about_thirds) <= 2 and about_thirds == sorted(about_thirds)
        seen.update((claim.span, claim.degree) for claim in claims)
    assert len(seen) == 8, "whole and three thirds, plain and strong"


def test_words_with_a_degree_of_their_own_get_no_adverb(reference):
    rng = np.random.default_rng(8)
    texts = []
    for _ in range(200):
        claims = notable_claims(3 * rng.normal(size=(4, len(DESCRIPTORS))), reference)
        texts += [verbalise("sad", claims), verbalise("sad", claims, rng)]
    said = " ".join(texts)
    assert " hardly " in said and " often " in said and " clearly " in said
    assert not re.search(r"(clearly|markedly|distinctly) (hardly|often)", said)


def test_a_third_is_mentioned_only_where_the_movement_changes_there(reference):
    sinks = over_time(head_pitch=(0.0, 0.8, 0.0, -2.0))
    assert notable_claims(sinks, reference) == [canonical_claim("head_pitch", "low", "end", "strong")]
    always = over_time(head_pitch=(-2.0, -2.0, -2.0, -2.0))
    assert notable_claims(always, reference) == [canonical_claim("head_pitch", "low", degree="strong")]
    turns = over_time(head_pitch=(-1.0, -2.0, -2.0, 1.2))
    assert notable_claims(turns, reference) == [
        canonical_claim("head_pitch", "low"),
        canonical_claim("head_pitch", "high", "end"),
    ]
    nearly = over_time(head_pitch=(0.55, 0.3, 0.3, 1.2))
    assert notable_claims(nearly, reference) == []
    brief = over_time(head_pitch=(-2.0, np.nan, np.nan, np.nan))
    assert keys(notable_claims(brief, reference)) == [("head_pitch", "low")]


def test_spans_are_named_as_they_are_measured():
    assert get_args(Span) == SPANS


def test_one_vector_gives_plain_claims_about_the_whole_clip(reference):
    claims = notable_claims(np.random.default_rng(0).normal(size=len(DESCRIPTORS)) * 3, reference)
    assert {(claim.span, claim.degree) for claim in claims} == {("whole", "plain")}


def test_a_claim_about_a_third_is_checked_there_or_not_at_all(reference):
    rows = over_time(head_pitch=(0.0, 1.0, 0.0, -1.0))
    assert holds(canonical_claim("head_pitch", "low", "end"), rows, reference) is True
    assert holds(canonical_claim("head_pitch", "low", "beginning"), rows, reference) is False
    assert holds(canonical_claim("head_pitch", "low"), rows, reference) is False
    assert holds(canonical_claim("head_pitch", "low", "end"), rows[0], reference) is None
    rows[1:] = np.nan
    assert holds(canonical_claim("head_pitch", "low", "end"), rows, reference) is None
    assert np.isnan(evidence([canonical_claim("head_pitch", "low", "end")], rows, reference)).all()


@pytest.mark.parametrize(
    ("value", "slight", "plain", "strong"),
    [(0.0, False, False, False), (0.3, True, False, False), (0.6, True, True, False), (1.8, False, True, True)],
)
def test_degrees_hold_over_their_own_range(value, slight, plain, strong):
    reference = MotionReference.fit(np.tile(np.linspace(-2.0, 2.0, 401)[:, None], len(DESCRIPTORS)))
    for sign, direction in ((1.0, "high"), (-1.0, "low")):
        values = vector(knee_flexion=sign * value)
        verdicts = [holds(canonical_claim("knee_flexion", direction, degree=d), values, reference) for d in DEGREES]
        assert verdicts == [slight, plain, strong]


def test_evidence_gives_value_and_percentile(reference):
    ((value, percentile),) = evidence([canonical_claim("head_pitch", "low")], vector(head_pitch=-3.0), reference)
    assert value == -3.0 and percentile < 1.0
    assert np.isnan(evidence([canonical_claim("head_pitch", "low")], vector(), None)[0].percentile)


def test_a_claim_holds_fails_or_cannot_be_checked(reference):
    bowed, raised = canonical_claim("head_pitch", "low"), canonical_claim("head_pitch", "high")
    assert holds(bowed, vector(head_pitch=-0.5), reference) is True
    assert holds(raised, vector(head_pitch=-0.5), reference) is False
    assert holds(bowed, vector(head_pitch=-0.5), reference, margin=20) is False
    assert holds(bowed, vector(head_pitch=0.0), reference) is False
    assert holds(bowed, vector(head_pitch=np.nan), reference) is None
    with pytest.raises(ValueError, match="shoe_size"):
        holds(Claim("shoe_size", "high", "the shoes are large", "legs"), vector(), reference)


def test_the_left_arm_does_more_only_if_it_does():
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
