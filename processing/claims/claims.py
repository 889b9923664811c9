"""Statements about a movement: what may be said of it, in which words, and whether it is true.

A claim is a descriptor, a direction, a part of the clip and a degree ("head_pitch", "low", "end", "strong") with a
clause that says it ("towards the end the head is clearly bowed"). What is written here, `claim_reading.find_claims`
reads back exactly; it reads what others write as well, so that any text can be held against the measured movement.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

import numpy as np

from ..descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS
from ..descriptors.reference import MotionReference, scores_of
from .phrases import NEAR_DUPLICATES, PHRASES

__all__ = [
    "DEGREE_RANGES",
    "EXPLAIN_QUESTION",
    "HOLDS_HIGH",
    "HOLDS_LOW",
    "Claim",
    "Degree",
    "Direction",
    "Evidence",
    "Span",
    "absent_clause",
    "canonical_claim",
    "collide",
    "evidence",
    "holds",
    "label_sentence",
    "named_label",
    "notable_claims",
    "verbalise",
]

EXPLAIN_QUESTION = "What emotion does this movement express, and how can you tell?"
"""The question that the pipeline asks where the user asks none, and that training answers most."""

HOLDS_HIGH = 60.0
"""A plain claim "high" holds from this percentile of the reference on."""

HOLDS_LOW = 40.0
"""A plain claim "low" holds up to this percentile of the reference."""

Direction = Literal["high", "low"]
Span = Literal["whole", "beginning", "middle", "end"]
Degree = Literal["slight", "plain", "strong"]

_SPANS: tuple[Span, ...] = get_args(Span)
"""In the order of `motion_descriptors.SPANS`, the rows of `measure_spans`."""


DEGREE_RANGES: dict[Degree, tuple[float, float]] = {
    "slight": (55.0, 85.0),
    "plain": (HOLDS_HIGH, 100.0),
    "strong": (80.0, 100.0),
}
"""Percentiles at which "high" holds; "low" holds at 100 minus these."""

_STRONG_FROM = 97.0
_SPAN_EXTREME = 85.0
_SPAN_CHANGE = 30.0
_MOST_SPAN_CLAIMS = 2
_ABOUT_TIME = frozenset({"peak_timing", "rise", "regularity"})
"""Descriptors of how a clip goes on from beginning to end, of which its thirds say nothing worth telling."""

_SPAN_WORDS: dict[Span, tuple[str, ...]] = {
    "beginning": ("at first", "at the beginning", "in the first part", "initially"),
    "middle": ("in the middle", "midway", "midway through the clip"),
    "end": ("towards the end", "in the end", "in the last part", "finally"),
}
_DEGREE_WORDS: dict[Degree, tuple[str, ...]] = {
    "slight": ("slightly", "a little", "somewhat"),
    "strong": ("clearly", "markedly", "distinctly"),
}
_GRADED = re.compile(r"\b(?:hardly|often)\b")
"""Words that say how much themselves, and take no adverb: nothing is "clearly often still"."""

_NOUN_LABELS = frozenset(
    (
        "anger anxiety astonishment boredom contempt despair disappointment disgust embarrassment excitement fear "
        "frustration gratitude grief guilt happiness hope insecurity interest joy love pain pride rage relief "
        "revulsion sadness satisfaction shame sorrow surprise"
    ).split()
) | {"lack of confidence", "no particular emotion"}
_ADJECTIVE_SENTENCES = (
    "The movement looks {}.",
    "The person looks {}.",
    "This movement comes across as {}.",
    "The emotion expressed is {}.",
    "Overall this reads as {}.",
)
_NOUN_SENTENCES = (
    "The movement shows {}.",
    "The movement expresses {}.",
    "This movement comes across as {}.",
    "The emotion expressed is {}.",
    "Overall this reads as {}.",
)
_REASON_OPENINGS = ("One can tell because", "This shows in that", "It is seen in that", "The sign is that")
_OPENINGS = ("", "", "Here ", "In this clip ", "One sees that ", "It is plain that ")
_JOINTS = (" and ", ", and ", " while ", ", while ", ", and at the same time ")
_OWNERS = ("the", "the", "their", "the person's", "this person's")
_OWNED = re.compile(
    r"^the (?=(?:head|trunk|torso|upper body|body|arms?|hands|elbows|shoulders|chest|legs|feet|knees|hips|steps|"
    r"stride|gestures|left|right)\b)"
)
"""Whose part of the body it is may be said in other words."""

_NOTHING_NOTABLE = "Nothing in the body stands out."
_ABSENT = ("though {}", "although {}", "even though {}", "yet {}")
_VERB = re.compile(r"\b(is|are)\b")


@dataclass(frozen=True)
class Claim:
    """A statement about one descriptor; two claims are equal if they say the same, in whatever words.

    Attributes:
        descriptor: Name of the descriptor.
        direction: "high" or "low".
        text: The clause that says it, without capital and full stop.
        body_part: Body part of the descriptor.
        span: The part of the clip that it is about: "whole", or a third of it.
        degree: "slight", "plain" or "strong".
    """

    descriptor: str
    direction: Direction
    text: str = field(compare=False)
    body_part: str = field(compare=False)
    span: Span = "whole"
    degree: Degree = "plain"


class Evidence(NamedTuple):
    """What was measured of a claim; NaN for what cannot be told.

    Attributes:
        value: Value of the descriptor in the claim's part of the clip, in the descriptor's unit.
        percentile: Its percentile in the reference, 0 to 100.
    """

    value: float
    percentile: float


def canonical_claim(descriptor: str, direction: Direction, span: Span = "whole", degree: Degree = "plain") -> Claim:
    """The claim in its canonical words: "at first the head is slightly bowed".

    Raises:
        ValueError: If there is no such descriptor, direction, span or degree.
    """
    if (descriptor, direction) not in PHRASES:
        raise ValueError(f"No claim for descriptor {descriptor!r} and direction {direction!r}.")
    if span not in _SPANS or degree not in DEGREE_RANGES:
        raise ValueError(f"Expected a span of {_SPANS} and a degree of {(*DEGREE_RANGES,)}, found {span, degree}.")
    text = _with_adverb(PHRASES[descriptor, direction].clauses[0], degree)
    if span != "whole":
        text = f"{_SPAN_WORDS[span][0]} {text}"
    return Claim(descriptor, direction, text, DESCRIPTORS[DESCRIPTOR_INDEX[descriptor]].body_part, span, degree)


def notable_claims(
    vectors: np.ndarray,
    reference: MotionReference,
    low: float = 25.0,
    high: float = 75.0,
    among: np.ndarray | None = None,
) -> list[Claim]:
    """What stands out in a clip: the descriptors outside the middle of the reference.

    Args:
        vectors: (descriptors,) values of `measure` for plain claims about the whole clip; (1, descriptors) for claims
            with degrees; (spans, descriptors) of `measure_spans` for those and claims about thirds of the clip where
            the movement changes: where a third lies at percentile 15 or 85 or beyond, 30 points or more from the whole
            clip, and the whole clip is not notable the same way.
        reference: What is ordinary.
        low: Percentile up to which "low" is notable.
        high: Percentile from which "high" is notable.
        among: (descriptors,) bool, those to speak of; None is all.

    Returns:
        Claims in canonical words, those first that stand out most: about the whole clip by `MotionReference.salience`,
        then two about thirds at most, by the distance of the percentile from 50; the order of `DESCRIPTORS` among
        equals. "Strong" are those at percentile 3 or 97 or beyond, where words can say so (not "clearly hardly
        swinging"). Of descriptors that say nearly the same (`NEAR_DUPLICATES`) only the first is taken, so that no
        two claims repeat or contradict each other.
    """
    vectors = np.asarray(vectors)
    rows = np.atleast_2d(vectors)
    percentiles = reference.percentiles(rows)
    salience = reference.salience(scores_of(percentiles[:1]))[0]
    heard = np.isfinite(percentiles) if among is None else np.isfinite(percentiles) & among
    found: list[tuple[float, Claim]] = []
    changes: list[tuple[float, Claim]] = []
    for row, span in enumerate(_SPANS[: len(rows)]):
        for index, percentile in enumerate(percentiles[row]):
            if not heard[row, index] or (row > 0 and DESCRIPTORS[index].name in _ABOUT_TIME):
                continue
            direction: Direction = "high" if percentile > 50.0 else "low"
            whole = percentiles[0, index]
            if row == 0:
                stands_out = percentile >= high or percentile <= low
            else:
                away = abs(percentile - 50.0) >= _SPAN_EXTREME - 50.0 and abs(percentile - whole) >= _SPAN_CHANGE
                stands_out = away and not (whole >= high if direction == "high" else whole <= low)
            if not stands_out:
                continue
            claim = canonical_claim(DESCRIPTORS[index].name, direction, span)
            if vectors.ndim == 2 and abs(percentile - 50.0) >= _STRONG_FROM - 50.0 and not _GRADED.search(claim.text):
                claim = canonical_claim(claim.descriptor, direction, span, "strong")
            if _within_bounds(claim, float(rows[row, index])):
                extent = abs(percentile - 50.0) if row else salience[index]
                (changes if row else found).append((-extent, claim))
    chosen: list[Claim] = []
    for ranked, most in ((found, len(DESCRIPTORS)), (changes, _MOST_SPAN_CLAIMS)):
        room = len(chosen) + most
        for _, claim in sorted(ranked, key=lambda pair: pair[0]):
            if len(chosen) < room and not any(collide(claim, other) for other in chosen):
                chosen.append(claim)
    return chosen


def collide(claim: Claim, other: Claim) -> bool:
    """Whether two claims would repeat or contradict each other; another time of the same descriptor does not."""
    pair = frozenset((claim.descriptor, other.descriptor))
    if pair in NEAR_DUPLICATES:
        return claim.span == other.span or claim.direction == other.direction
    return len(pair) == 1 and claim.direction == other.direction


def evidence(claim: Claim, vectors: np.ndarray, reference: MotionReference | None) -> Evidence:
    """What was measured of a claim, in its part of the clip.

    Args:
        claim: The claim.
        vectors: (descriptors,) values of `measure`, or (spans, descriptors) of `measure_spans`.
        reference: What is ordinary; without it the percentile is NaN.

    Returns:
        Value and percentile, NaN for what is not in the vectors (a joint is absent, the clip is too short to speak of
        its parts, only the whole was measured) or not in the reference.

    Raises:
        ValueError: If the descriptor is unknown.
    """
    if claim.descriptor not in DESCRIPTOR_INDEX:
        raise ValueError(f"Unknown descriptor {claim.descriptor!r} in a claim.")
    rows = np.atleast_2d(vectors)
    row = _SPANS.index(claim.span)
    value = float(rows[row, DESCRIPTOR_INDEX[claim.descriptor]]) if row < len(rows) else float("nan")
    return Evidence(value, float("nan") if reference is None else reference.percentile(claim.descriptor, value))


def holds(claim: Claim, vectors: np.ndarray, reference: MotionReference, margin: float = 0.0) -> bool | None:
    """Whether a claim is true of a clip.

    "High" holds at percentile `HOLDS_HIGH` + margin or more, "low" at `HOLDS_LOW` - margin or less; a strong claim
    from 80 (20) on, a slight one from 55 (45) to 85 (15). Where the words mean something absolute (the left arm does
    more than the right), the value must agree as well.

    Args:
        claim: The claim.
        vectors: (descriptors,) values of `measure`, or (spans, descriptors) of `measure_spans`.
        reference: What is ordinary.
        margin: Percentage points by which the claim must be surer than needed.

    Returns:
        True or False, None where the claim cannot be checked: the clip or the reference lacks the descriptor, or the
        claim is about a part of the clip and the clip is too short or only its whole was measured.

    Raises:
        ValueError: If the descriptor is unknown.
    """
    value, percentile = evidence(claim, vectors, reference)
    if np.isnan(percentile):
        return None
    lowest, highest = DEGREE_RANGES[claim.degree]
    extent = percentile if claim.direction == "high" else 100.0 - percentile
    fits = extent >= lowest + margin and (highest == 100.0 or extent <= highest - margin)
    return fits and _within_bounds(claim, value)


def _within_bounds(claim: Claim, value: float) -> bool:
    bound = PHRASES[claim.descriptor, claim.direction].bound
    if bound is None:
        return True
    return value >= bound if claim.direction == "high" else value <= bound


# ---------------------------------------------------------------------------------------------------------------------
# Writing


def label_sentence(label: str, rng: np.random.Generator | None = None) -> str:
    """The sentence that names the label, word for word: "The movement looks sad.".

    Args:
        label: The label.
        rng: Chooses among wordings; None gives the canonical one.
    """
    sentences = _NOUN_SENTENCES if label.lower() in _NOUN_LABELS else _ADJECTIVE_SENTENCES
    return sentences[0 if rng is None else rng.integers(len(sentences))].format(label)


def verbalise(
    label: str,
    claims: Sequence[Claim],
    rng: np.random.Generator | None = None,
    style: Literal["plain", "reasons"] = "plain",
    absent: Sequence[Claim] = (),
) -> str:
    """Write an explanation: a sentence that names the label, then the claims in the given order.

    Without `rng` the claims keep their own words (`Claim.text`) and are joined by "and", two to a sentence (three
    where there are more than four). With `rng` the words, the joints between clauses and the label sentence vary; the
    order never does. "At first" and the like stand once for all clauses after them; a claim about the whole clip then
    opens a new sentence. `find_claims` of the result gives exactly `claims`.

    Args:
        label: Named word for word in the first sentence.
        claims: What to say; two to four read best.
        rng: Source of variety.
        style: "plain" states the claims, "reasons" opens them with "One can tell because".
        absent: Typical signs that the clip does not show, said to be absent at the end.

    Returns:
        "The movement looks sad. The head is bowed and the legs are moving slowly. Towards the end the arms are held
        close to the body." and the like.
    """
    size = 2 if len(claims) <= 4 else 3
    sentences = [label_sentence(label, rng)]
    start = 0
    while start < len(claims):
        taken = size if rng is None else int(rng.integers(1, size + 1))
        clauses = _spoken(claims[start : start + taken], rng)
        start += len(clauses)
        last_joint = _one_of(_JOINTS, rng)
        sentence = clauses[0] if len(clauses) == 1 else ", ".join(clauses[:-1]) + last_joint + clauses[-1]
        if style == "reasons" and len(sentences) == 1:
            sentence = f"{_one_of(_REASON_OPENINGS, rng)} {sentence}"
        else:
            sentence = _one_of(_OPENINGS, rng) + sentence
        sentences.append(f"{sentence[0].upper()}{sentence[1:]}.")
    if not claims:
        sentences.append(_NOTHING_NOTABLE)
    if absent:
        tail = " and ".join([absent_clause(absent[0], rng), *(_denial(claim, rng) for claim in absent[1:])])
        sentences[-1] = f"{sentences[-1][:-1]}, {tail}."
    return " ".join(sentences)


def absent_clause(claim: Claim, rng: np.random.Generator | None = None) -> str:
    """Say that a typical sign is absent: "though the head is not bowed". No claim is read from it.

    Args:
        claim: The sign that the clip does not show.
        rng: Source of variety; None gives the canonical words.
    """
    return _one_of(_ABSENT, rng).format(_denial(claim, rng))


def _denial(claim: Claim, rng: np.random.Generator | None) -> str:
    """The clause with "not" after its verb; where that would deny a denial ("hardly"), a wording around it."""
    options = [text for text in PHRASES[claim.descriptor, claim.direction].clauses if _VERB.search(text)]
    plain = [text for text in options if "hardly" not in text]
    span = "" if claim.span == "whole" else f"{_one_of(_SPAN_WORDS[claim.span], rng)} "
    if not plain:
        return f"{span}it cannot be said that {options[0]}"
    return span + _VERB.sub(r"\1 not", _one_of(plain, rng), count=1)


def _one_of(options: Sequence[str], rng: np.random.Generator | None) -> str:
    return options[0 if rng is None else int(rng.integers(len(options)))]


def _with_adverb(clause: str, degree: Degree, rng: np.random.Generator | None = None) -> str:
    if degree == "plain":
        return clause
    return _VERB.sub(rf"\1 {_one_of(_DEGREE_WORDS[degree], rng)}", clause, count=1)


def _spoken(claims: Sequence[Claim], rng: np.random.Generator | None) -> list[str]:
    """The clauses of one sentence, of fewer claims where the next one needs a sentence of its own.

    Words for a part of the clip hold for all that follows in the sentence if they stand before their clause, and for
    their own clause if they stand after it.
    """
    clauses: list[str] = []
    spoken: Span = "whole"
    for claim in claims:
        if claim.span == "whole" != spoken:
            break
        words = "" if claim.span == spoken else _one_of(_SPAN_WORDS[claim.span], rng)
        clause = _clause(claim, rng)
        if not words:
            clauses.append(clause)
        elif rng is not None and spoken == "whole" and rng.random() < 0.4:
            clauses.append(f"{clause} {words}")
        else:
            comma = "," if rng is not None and not clauses and rng.random() < 0.3 else ""
            clauses.append(f"{words}{comma} {clause}")
            spoken = claim.span
    return clauses


def _clause(claim: Claim, rng: np.random.Generator | None) -> str:
    """A claim in its own words, or in any, without those for its span."""
    if rng is None:
        return claim.text if claim.span == "whole" else claim.text.removeprefix(f"{_SPAN_WORDS[claim.span][0]} ")
    clauses = PHRASES[claim.descriptor, claim.direction].clauses
    if claim.degree != "plain":
        clauses = tuple(text for text in clauses if _VERB.search(text))
        clauses = tuple(text for text in clauses if not _GRADED.search(text)) or clauses
    clause = _with_adverb(_one_of(clauses, rng), claim.degree, rng)
    return _OWNED.sub(f"{_one_of(_OWNERS, rng)} ", clause)


def named_label(text: str, labels: Sequence[str]) -> str | None:
    """The label that a text names first, None if it names none.

    Whole words are compared without regard to case; where several labels start at one place the longest is meant, and
    a label after "not" ("not confident" among labels that have only "confident") is not named.

    Args:
        text: An explanation.
        labels: Candidate labels.
    """
    best: tuple[int, int, str] | None = None
    for label in labels:
        match = re.search(rf"(?<!\w)(?<!\bnot )(?<!-){re.escape(label)}(?!\w)", text, flags=re.IGNORECASE)
        if match is not None and (best is None or (match.start(), -len(label)) < best[:2]):
            best = (match.start(), -len(label), label)
    return None if best is None else best[2]
