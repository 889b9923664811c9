"""Reasons: what speaks for a label, what against it, and what decides between it and the runner-up.

    unusual claims of the clip --relation to the label--> for, against, neither
    worth = salience x strength of the sign x how much the label depends on the body part --> the best of each

The result is an `Argument`, which `argument.py` writes as a text.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from ..descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, SPANS
from ..descriptors.reference import MotionReference
from ..descriptors.reference_state import DEFAULT, DIRECTIONS
from .claim import Claim, collide, unusual_claims
from .phrases import NEAR_DUPLICATES
from .signs import relation, signs_of

__all__ = [
    "COMMON_SHARE",
    "FEWEST_COMMON",
    "HIGH_FROM",
    "LEAST_STRENGTH",
    "LOW_BELOW",
    "Argument",
    "Compared",
    "Level",
    "Reason",
    "chosen_argument",
    "common_claims",
    "common_in_reference",
    "repeats",
    "statable",
]

Level = Literal["low", "medium", "high"]
"""Level of the certainty of a label."""

LOW_BELOW, HIGH_FROM = 0.4, 0.7
"""Accuracy below which a label is of low certainty, and from which on it is of high certainty."""

Compared = Literal["performer", "recordings", "default"]

LEAST_STRENGTH = 0.1
"""Strength from which on a sign is worth a sentence. A weaker one is neither said for nor against a label."""

_RIG_OFFSETS = np.array([entry.rig_offset or 0.0 for entry in DESCRIPTORS])

COMMON_SHARE = 0.8
"""Share of the clips from which on a claim that all these clips would get is no reason for any of them."""

FEWEST_COMMON = 5
"""Clips from which on a share of them means something."""

_SAID_WEIGHT = 0.5
"""Factor on the worth for each claim that was already chosen about the same body part."""

_SECONDARY_WEIGHT = 0.4
"""Factor on the worth of what people notice late, such as sway and timing."""

_THIRD_WEIGHT = 0.3
"""Factor on the worth of a claim about a third of the clip."""

_MOST_REASONS, _MOST_AGAINST, _MOST_DECIDING, _MOST_OBSERVED, _MOST_TYPICAL = 3, 2, 1, 3, 3
_ENOUGH_REASONS = 2
"""Reasons from which on what is linked with nothing is left out."""

_TYPICAL_SCORE = 0.675
"""Distance of a normal score from 0 within which a value is typical: percentiles 25 to 75."""


@dataclass(frozen=True)
class Reason:
    """A claim, and what it says about an emotion.

    Attributes:
        claim: The claim, which holds in the clip.
        relation: "for" if it is a sign of the emotion, "against" if its opposite is, "none" if neither is known.
        emotion: The emotion: the label, or the runner-up.
        strength: Strength of the sign, 0 to 1; 0 for "none".
        source: The publication that counts most, `signs.MEASURED` without one; empty for "none".
    """

    claim: Claim
    relation: Literal["for", "against", "none"]
    emotion: str
    strength: float
    source: str


@dataclass(frozen=True)
class Argument:
    """All that an explanation says. No claim occurs twice in it, and no two of its claims repeat each other.

    Attributes:
        label: The label.
        runner_up: The second candidate, None without one.
        level: Level of the certainty of the label, None where it is unknown.
        accuracy: Share of such labels that were right on corpora never trained on, None where it was not measured.
        compared: What the clip is compared with: other clips of the performer, other recordings, or the default.
        reasons: What speaks for the label, the best first.
        against: What speaks against the label.
        deciding: What speaks for the label rather than the runner-up: "against" the runner-up, or "for" the label
            and no sign of the runner-up.
        observed: What is unusual, but no sign for or against the label. It may be a sign of the runner-up.
        typical: Names of descriptors whose values are typical, where a neutral label rests on this, or nothing else
            can be said.
    """

    label: str
    runner_up: str | None
    level: Level | None
    accuracy: float | None
    compared: Compared
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    deciding: tuple[Reason, ...]
    observed: tuple[Reason, ...]
    typical: tuple[str, ...] = ()

    @property
    def stated(self) -> tuple[Reason, ...]:
        """All claims with their relations: reasons, against, deciding, observed."""
        return (*self.reasons, *self.against, *self.deciding, *self.observed)


def chosen_argument(
    label: str,
    runner_up: str | None,
    level: Level | None,
    accuracy: float | None,
    compared: Compared,
    vectors: np.ndarray,
    reference: MotionReference,
    weights: np.ndarray | None = None,
    common: frozenset[tuple[str, str]] = frozenset(),
) -> Argument:
    """Chooses what an explanation says.

    A claim counts by how unusual it is, times the strength of the sign, times its weight; further claims about a body
    part count half, what people notice late 0.4. Left out are claims that nearly all clips share, and descriptors that
    are compared with something else than `compared`. Where the default is compared with, a claim must hold even if the
    rig puts its joints where rigs are known to put them (`Descriptor.rig_offset`): a raised hand is one on any rig, a
    trunk that leans a little may be the rig.

    Args:
        label: The label of the clip.
        runner_up: The second candidate.
        level: As in the field `certainty` of the record.
        accuracy: The same, 0 to 1.
        compared: The kind of reference that most descriptors of the clip are compared with (`compared_with`).
        vectors: (spans, descriptors) of `measure_spans`, or (1, descriptors) for claims about the whole clip only.
        reference: What the clip is compared with.
        weights: (descriptors,) how much the label depends on the body part of each descriptor; None for all the same.
        common: Descriptor and direction of the claims that the clips explained together share (`common_claims`);
            those that the clips of the reference share (`common_in_reference`) are left out too.

    Raises:
        ValueError: If the level or what is compared is none of the words, or weights have another shape.
    """
    _check(level, compared, weights)
    vectors = np.atleast_2d(np.asarray(vectors))
    vectors = _whatever_the_rig(vectors, reference)
    scores = reference.normal_scores(vectors)
    salience = reference.salience(scores[:1])[0]
    usable = np.array(reference.level) == compared
    common |= common_in_reference(reference)
    worth: dict[Claim, float] = {}
    for claim in unusual_claims(vectors, reference, among=usable):
        index = DESCRIPTOR_INDEX[claim.descriptor]
        if (claim.descriptor, claim.direction) in common:
            continue
        third = SPANS.index(claim.span)
        extent = float(salience[index]) if third == 0 else abs(float(scores[third, index])) * _THIRD_WEIGHT
        worth[claim] = extent * _notice(index) * (1.0 if weights is None else float(weights[index]))
    chosen = _Choice(worth)
    reasons = chosen.best(_MOST_REASONS, lambda claim: _linked(claim, label, "for"))
    against = chosen.best(_MOST_AGAINST, lambda claim: _linked(claim, label, "against"))
    deciding: list[Reason] = []
    if runner_up is not None:
        deciding = chosen.best(_MOST_DECIDING, lambda claim: _separating(claim, label, runner_up))
        if not deciding and len(reasons) >= _ENOUGH_REASONS:
            moved = next(
                (reason for reason in reversed(reasons[1:]) if _separating(reason.claim, label, runner_up)), None
            )
            if moved is not None:
                reasons.remove(moved)
                deciding = [_separating(moved.claim, label, runner_up) or moved]
    observed: list[Reason] = []
    if runner_up is not None:
        observed = chosen.best(1, lambda claim: _unlinked(claim, label) if _linked(claim, runner_up, "for") else None)
    if len(reasons) < _ENOUGH_REASONS:
        room = _MOST_OBSERVED - 2 * len(reasons) - len(deciding) - len(observed)
        observed += chosen.best(room, lambda claim: _unlinked(claim, label))
    typical: tuple[str, ...] = ()
    if not reasons and not signs_of(label):
        of_any_rig = usable & ((compared != DEFAULT) | (_RIG_OFFSETS == 0.0))
        typical = _typical(scores[0], of_any_rig) if len(observed) < _MOST_OBSERVED else ()
    parts = (tuple(reasons), tuple(against), tuple(deciding), tuple(observed))
    return Argument(label, runner_up, level, accuracy, compared, *parts, typical)


def _whatever_the_rig(vectors: np.ndarray, reference: MotionReference) -> np.ndarray:
    """(spans, descriptors) values, moved towards the middle by what may come from the rig.

    Where a reference is made of clips of the same rig, nothing comes from it.
    """
    offsets = np.where(np.array(reference.level) == DEFAULT, _RIG_OFFSETS, 0.0)
    away = vectors - reference.median
    moved = reference.median + np.sign(away) * np.maximum(np.abs(away) - offsets, 0.0)
    return np.where(offsets > 0.0, moved, vectors)


def statable(vectors: np.ndarray, reference: MotionReference) -> frozenset[tuple[str, str]]:
    """Descriptor and direction of the claims that could be made about a clip as a whole.

    Args:
        vectors: (descriptors,) values of `measure`, or (spans, descriptors) of `measure_spans`.
        reference: What the clip is compared with.
    """
    whole = np.atleast_2d(vectors)[:1]
    return frozenset((claim.descriptor, claim.direction) for claim in unusual_claims(whole, reference))


def common_claims(clips: Sequence[Collection[tuple[str, str]]]) -> frozenset[tuple[str, str]]:
    """Those of the claims of some clips that at least `COMMON_SHARE` of them have.

    Args:
        clips: Of each clip what is `statable`; of fewer than `FEWEST_COMMON` clips nothing is common.
    """
    if len(clips) < FEWEST_COMMON:
        return frozenset()
    counts = Counter(claim for claims in clips for claim in claims)
    return frozenset(claim for claim, count in counts.items() if count / len(clips) >= COMMON_SHARE)


def common_in_reference(reference: MotionReference) -> frozenset[tuple[str, str]]:
    """Descriptor and direction of what is unusual, compared with a reference, in nearly all clips that it was made of.

    A few clips move a reference only in part: where a rig puts the hands low, they may stay low for most clips.
    """
    if reference.unusual_shares is None or reference.clips < FEWEST_COMMON:
        return frozenset()
    return frozenset(
        (entry.name, direction)
        for direction, shares in zip(DIRECTIONS, reference.unusual_shares, strict=True)
        for entry, share in zip(DESCRIPTORS, shares, strict=True)
        if share >= COMMON_SHARE
    )


def _check(level: str | None, compared: str, weights: np.ndarray | None) -> None:
    if level is not None and level not in get_args(Level):
        raise ValueError(f"Expected a level of {get_args(Level)} or None, found {level!r}.")
    if compared not in get_args(Compared):
        raise ValueError(f"Expected a comparison with one of {get_args(Compared)}, found {compared!r}.")
    if weights is not None and np.shape(weights) != (len(DESCRIPTORS),):
        raise ValueError(f"Expected weights of shape ({len(DESCRIPTORS)},), found {np.shape(weights)}.")


def _notice(descriptor: int) -> float:
    return _SECONDARY_WEIGHT if DESCRIPTORS[descriptor].secondary else 1.0


class _Choice:
    """Chooses claims by their worth, each once, and none that repeats or contradicts one chosen before."""

    def __init__(self, worth: dict[Claim, float]):
        self.worth = worth
        self.chosen: list[Claim] = []

    def best(self, most: int, as_reason: Callable[[Claim], Reason | None]) -> list[Reason]:
        """Up to `most` reasons, the best first.

        Args:
            most: Largest number.
            as_reason: The reason that a claim is, or None for a claim that is none here.
        """
        found: list[Reason] = []
        options = {claim: reason for claim in self.worth if (reason := as_reason(claim)) is not None}
        parts = Counter(claim.body_part for claim in self.chosen)
        while len(found) < most:
            thirds = any(reason.claim.span != "whole" for reason in found)  # one "towards the end" in a sentence
            free = [
                claim
                for claim in options
                if not (thirds and claim.span != "whole") and not any(repeats(claim, other) for other in self.chosen)
            ]
            if not free:
                break
            best = max(
                free,
                key=lambda claim: (
                    self.worth[claim] * (options[claim].strength or 1.0) * _SAID_WEIGHT ** parts[claim.body_part]
                ),
            )
            self.chosen.append(best)
            parts[best.body_part] += 1
            found.append(options[best])
        return found


def repeats(claim: Claim, other: Claim) -> bool:
    """Whether only one of two claims is made: they say the same or the opposite, or speak of one descriptor twice."""
    return claim.descriptor == other.descriptor or collide(claim, other)


def _linked(claim: Claim, emotion: str, how: Literal["for", "against"]) -> Reason | None:
    """The claim as a reason for or against an emotion, None if it is none or too weak."""
    found = relation(claim.descriptor, claim.direction, emotion)
    if found.relation != how or found.strength < LEAST_STRENGTH:
        return None
    return Reason(claim, how, emotion, found.strength, found.source)


def _unlinked(claim: Claim, label: str) -> Reason | None:
    """The claim as an observation, None if it is a sign for or against the label, however weak."""
    linked = relation(claim.descriptor, claim.direction, label).relation != "none"
    return None if linked else Reason(claim, "none", label, 0.0, "")


def _separating(claim: Claim, label: str, runner_up: str) -> Reason | None:
    """The claim as what decides between two emotions: it speaks against the second, or for the first alone."""
    if relation(claim.descriptor, claim.direction, label).relation == "against":
        return None
    against = _linked(claim, runner_up, "against")
    if against is not None or relation(claim.descriptor, claim.direction, runner_up).relation != "none":
        return against
    return _linked(claim, label, "for")


def _typical(scores: np.ndarray, usable: np.ndarray) -> tuple[str, ...]:
    """Descriptors with the most typical values, by (descriptors,) normal scores: one for each body part."""
    near = [
        (_notice(index) != 1.0, abs(float(score)), index)
        for index, score in enumerate(scores)
        if usable[index] and np.isfinite(score) and abs(float(score)) <= _TYPICAL_SCORE
    ]
    found: dict[str, str] = {}
    for _, _, index in sorted(near):
        pairs = [frozenset((DESCRIPTORS[index].name, name)) for name in found.values()]
        if any(pair in NEAR_DUPLICATES for pair in pairs):
            continue
        found.setdefault(DESCRIPTORS[index].body_part, DESCRIPTORS[index].name)
    return tuple(found.values())[:_MOST_TYPICAL]
