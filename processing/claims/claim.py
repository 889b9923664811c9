"""Claims: what can be stated about a movement, which statements are notable, and whether one is true.

A claim is a descriptor, a direction, a part of the clip and a degree ("head_pitch", "low", "end", "strong") with a
clause that says it ("towards the end the head is clearly bowed"). `writing.py` makes texts of claims and `parser.py`
reads them back, from any other text as well, so that any text can be checked against the measured movement.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, NamedTuple, get_args

import numpy as np

from ..descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS
from ..descriptors.reference import MotionReference
from ..descriptors.reference_statistics import UNUSUAL_HIGH, UNUSUAL_LOW, scores_of
from .phrases import NEAR_DUPLICATES, PHRASES, Direction

__all__ = [
    "DEGREE_RANGES",
    "HOLDS_HIGH",
    "HOLDS_LOW",
    "SPAN_WORDS",
    "Claim",
    "Degree",
    "Evidence",
    "Span",
    "canonical_claim",
    "collide",
    "evidence",
    "holds",
    "is_held",
    "notable_claims",
    "says_degree",
    "unusual_claims",
    "with_degree",
]

HOLDS_HIGH = 60.0
"""A plain claim "high" holds from this percentile of the reference on."""

HOLDS_LOW = 40.0
"""A plain claim "low" holds up to this percentile of the reference."""

Span = Literal["whole", "beginning", "middle", "end"]
Degree = Literal["slight", "plain", "strong"]

_SPANS: tuple[Span, ...] = get_args(Span)
"""In the order of `SPANS` of `descriptors/measure.py`, the rows of `measure_spans`."""

DEGREE_RANGES: dict[Degree, tuple[float, float]] = {
    "slight": (55.0, 85.0),
    "plain": (HOLDS_HIGH, 100.0),
    "strong": (80.0, 100.0),
}
"""Percentiles at which "high" holds; "low" holds at 100 minus these."""

_STRONG_FROM = 97.0
"""Percentile from which a notable claim is a strong one."""

_SPAN_EXTREME = 85.0
"""Percentile from which a third of a clip is notable."""

_SPAN_CHANGE = 30.0
"""Percentile points by which a third must differ from the whole clip to be notable."""

_MOST_SPAN_CLAIMS = 2

SPAN_WORDS: dict[Span, tuple[str, ...]] = {
    "beginning": ("at first", "at the beginning", "in the first part", "initially"),
    "middle": ("in the middle", "midway", "midway through the clip"),
    "end": ("towards the end", "in the end", "in the last part", "finally"),
}
"""Words for a third of a clip, the canonical ones first."""

_DEGREE_WORDS: dict[Degree, tuple[str, ...]] = {
    "slight": ("slightly", "a little", "somewhat"),
    "strong": ("clearly", "markedly", "distinctly"),
}
_GRADED = re.compile(r"\b(?:hardly|often)\b")
_VERB = re.compile(r"\b(is|are)\b")


@dataclass(frozen=True)
class Claim:
    """A statement about one descriptor. Two claims are equal if they state the same, whatever their words.

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
    """The measurement behind a claim; NaN for what is unknown.

    Attributes:
        value: Value of the descriptor in the claim's part of the clip, in the descriptor's unit.
        percentile: Its percentile in the reference, 0 to 100.
    """

    value: float
    percentile: float


_UNKNOWN = Evidence(math.nan, math.nan)


@cache
def canonical_claim(descriptor: str, direction: Direction, span: Span = "whole", degree: Degree = "plain") -> Claim:
    """The claim in its canonical words: "at first the head is slightly bowed".

    Raises:
        ValueError: If there is no such descriptor, direction, span or degree.
    """
    if (descriptor, direction) not in PHRASES:
        raise ValueError(f"No claim for descriptor {descriptor!r} and direction {direction!r}.")
    if span not in _SPANS or degree not in DEGREE_RANGES:
        raise ValueError(f"Expected a span of {_SPANS} and a degree of {(*DEGREE_RANGES,)}, found {span, degree}.")
    text = with_degree(PHRASES[descriptor, direction].clauses[0], degree)
    if span != "whole":
        text = f"{SPAN_WORDS[span][0]} {text}"
    return Claim(descriptor, direction, text, DESCRIPTORS[DESCRIPTOR_INDEX[descriptor]].body_part, span, degree)


def says_degree(clause: str) -> bool:
    """Whether a clause already contains a degree and takes no adverb: nothing is "clearly often still"."""
    return _GRADED.search(clause) is not None


def with_degree(clause: str, degree: Degree, rng: np.random.Generator | None = None) -> str:
    """The clause with an adverb of degree after its "is" or "are".

    Args:
        clause: A clause that has one of them.
        degree: "plain" leaves the clause as it is.
        rng: Chooses among adverbs; None gives the canonical one.
    """
    if degree == "plain":
        return clause
    words = _DEGREE_WORDS[degree]
    return _VERB.sub(rf"\1 {words[0 if rng is None else int(rng.integers(len(words)))]}", clause, count=1)


def notable_claims(
    vectors: np.ndarray,
    reference: MotionReference,
    low: float = UNUSUAL_LOW,
    high: float = UNUSUAL_HIGH,
    among: np.ndarray | None = None,
) -> list[Claim]:
    """The notable claims of a clip: those of `unusual_claims` that one text can state.

    Args:
        vectors: As `unusual_claims` takes them.
        reference: The reference.
        low: Percentile up to which "low" is notable.
        high: Percentile from which on "high" is notable.
        among: (descriptors,) bool, descriptors to consider; None for all.

    Returns:
        Claims in canonical words. First those about the whole clip, then at most two about thirds, each in the order
        of `unusual_claims`. Of near duplicates (`NEAR_DUPLICATES`) only the first is kept, so that no two claims
        repeat or contradict each other.
    """
    unusual = unusual_claims(vectors, reference, low, high, among)
    whole = [claim for claim in unusual if claim.span == "whole"]
    changes = [claim for claim in unusual if claim.span != "whole"]
    chosen: list[Claim] = []
    for ranked, most in ((whole, len(DESCRIPTORS)), (changes, _MOST_SPAN_CLAIMS)):
        room = len(chosen) + most
        for claim in ranked:
            if len(chosen) < room and not any(collide(claim, other) for other in chosen):
                chosen.append(claim)
    return chosen


def unusual_claims(
    vectors: np.ndarray,
    reference: MotionReference,
    low: float = UNUSUAL_LOW,
    high: float = UNUSUAL_HIGH,
    among: np.ndarray | None = None,
) -> list[Claim]:
    """All claims about descriptors outside the middle range of the reference, near duplicates included.

    Args:
        vectors: (descriptors,) values of `measure` for plain claims about the whole clip; (1, descriptors) for claims
            with degrees; (spans, descriptors) of `measure_spans` for these and for claims about thirds of the clip. A
            third is unusual where it is at percentile 15 or below, or 85 or above, differs from the whole clip by 30
            percentile points or more, and the whole clip is not unusual in the same direction.
        reference: The reference. A value that many of its clips share, such as no pauses at all, is unusual only if
            the clips that share it are within the limits too.
        low: Percentile up to which "low" is unusual.
        high: Percentile from which on "high" is unusual.
        among: (descriptors,) bool, descriptors to consider; None for all.

    Returns:
        Claims in canonical words. First those about the whole clip, the most salient (`MotionReference.salience`)
        first; then those about thirds, by the distance of the percentile from 50; ties in the order of `DESCRIPTORS`.
        Claims at percentile 3 or below, or 97 or above, are "strong" where the words allow it (not "clearly hardly
        swinging").
    """
    vectors = np.asarray(vectors)
    rows = np.atleast_2d(vectors)
    percentiles = reference.percentiles(rows)
    salience = reference.salience(scores_of(percentiles[:1]))[0]
    known = np.isfinite(percentiles) if among is None else np.isfinite(percentiles) & among
    below, up_to = (reference.percentiles(np.nextafter(rows[0], side)) for side in (-np.inf, np.inf))
    found: list[tuple[float, Claim]] = []
    changes: list[tuple[float, Claim]] = []
    for row, span in enumerate(_SPANS[: len(rows)]):
        for index, percentile in enumerate(percentiles[row].tolist()):
            if not known[row, index] or (row > 0 and DESCRIPTORS[index].whole_clip_only):
                continue
            direction: Direction = "high" if percentile > 50.0 else "low"
            whole = percentiles[0, index]
            if row == 0:
                notable = below[index] >= high or up_to[index] <= low
            else:
                away = abs(percentile - 50.0) >= _SPAN_EXTREME - 50.0 and abs(percentile - whole) >= _SPAN_CHANGE
                notable = away and not (whole >= high if direction == "high" else whole <= low)
            if not notable:
                continue
            claim = canonical_claim(DESCRIPTORS[index].name, direction, span)
            if vectors.ndim == 2 and abs(percentile - 50.0) >= _STRONG_FROM - 50.0 and not says_degree(claim.text):
                claim = canonical_claim(claim.descriptor, direction, span, "strong")
            if _within_bounds(claim, float(rows[row, index])):
                extent = abs(percentile - 50.0) if row else salience[index]
                (changes if row else found).append((-extent, claim))
    return [claim for ranked in (found, changes) for _, claim in sorted(ranked, key=lambda pair: pair[0])]


def collide(claim: Claim, other: Claim) -> bool:
    """Whether two claims would repeat or contradict each other.

    Two claims about one descriptor in different directions, at different times, do not.
    """
    pair = frozenset((claim.descriptor, other.descriptor))
    if pair in NEAR_DUPLICATES:
        return claim.span == other.span or claim.direction == other.direction
    return len(pair) == 1 and claim.direction == other.direction


def evidence(claims: Sequence[Claim], vectors: np.ndarray, reference: MotionReference | None) -> list[Evidence]:
    """The measurement behind each claim, in its part of the clip.

    Args:
        claims: The claims.
        vectors: (descriptors,) values of `measure`, or (spans, descriptors) of `measure_spans`.
        reference: The reference; without it the percentile is NaN.

    Returns:
        Value and percentile of each. NaN for what is not in the vectors (a joint is absent, the clip is too short for
        thirds, or only the whole clip was measured) or not in the reference.

    Raises:
        ValueError: If the descriptor is unknown.
    """
    rows = np.atleast_2d(vectors)
    percentiles = np.full(rows.shape, np.nan) if reference is None else reference.percentiles(rows)
    found = []
    for claim in claims:
        if claim.descriptor not in DESCRIPTOR_INDEX:
            raise ValueError(f"Unknown descriptor {claim.descriptor!r} in a claim.")
        place = _SPANS.index(claim.span), DESCRIPTOR_INDEX[claim.descriptor]
        is_measured = place[0] < len(rows)
        found.append(Evidence(float(rows[place]), float(percentiles[place])) if is_measured else _UNKNOWN)
    return found


def holds(claim: Claim, vectors: np.ndarray, reference: MotionReference, margin: float = 0.0) -> bool | None:
    """Whether a claim is true of a clip.

    "High" holds at percentile `HOLDS_HIGH` + margin or above, "low" at `HOLDS_LOW` - margin or below; a strong claim
    from 80 (20) on, a slight one from 55 (45) to 85 (15). Where the words have an absolute meaning (the left arm does
    more than the right), the value itself must agree as well.

    Args:
        claim: The claim.
        vectors: (descriptors,) values of `measure`, or (spans, descriptors) of `measure_spans`.
        reference: The reference.
        margin: Percentile points by which the claim must exceed what it needs to hold.

    Returns:
        True or False; None where the claim cannot be checked, because the clip or the reference lacks the descriptor,
        or because it is about a third of a clip that is too short or was measured only as a whole.

    Raises:
        ValueError: If the descriptor is unknown.
    """
    (found,) = evidence([claim], vectors, reference)
    return is_held(claim, found, margin)


def is_held(claim: Claim, found: Evidence, margin: float = 0.0) -> bool | None:
    """As `holds`, by the measurement behind the claim."""
    if math.isnan(found.percentile):
        return None
    lowest, highest = DEGREE_RANGES[claim.degree]
    extent = found.percentile if claim.direction == "high" else 100.0 - found.percentile
    fits = extent >= lowest + margin and (highest == 100.0 or extent <= highest - margin)
    return fits and _within_bounds(claim, found.value)


def _within_bounds(claim: Claim, value: float) -> bool:
    bound = PHRASES[claim.descriptor, claim.direction].bound
    if bound is None:
        return True
    return value >= bound if claim.direction == "high" else value <= bound
