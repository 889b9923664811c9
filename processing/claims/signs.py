"""Signs of emotions: which descriptors speak for or against an emotion, who says so, and whether recordings show it.

A sign is a descriptor and a direction, such as head_pitch low for sad. It is *known* if a publication reports it,
*measured* if recordings show it: the interval of the effect excludes 0. Effects on generated movement are no evidence,
since the generator was written from these publications. The data are in `sign_table.py`, which is generated.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from ..descriptors.measure import DESCRIPTOR_INDEX
from ..vocabulary import canonical_label
from .phrases import OPPOSITE, PHRASES, Direction
from .sign_table import CLIPS, REFERENCES, SIGNS

__all__ = [
    "CLIPS",
    "MEASURED",
    "READING_WEIGHT",
    "REFERENCES",
    "Effect",
    "Relation",
    "Sign",
    "Source",
    "emotions_with_signs",
    "relation",
    "sign_of",
    "signs_of",
]

READING_WEIGHT: Mapping[str, float] = {"abstract": 0.6, "quoted": 0.4, "memory": 0.2}
"""What a publication counts for, by how far it was read: the statement is in its own abstract, another text attributes
it to the publication, or it is attributed from memory. A convention of this project."""

LOOSE = 0.5
"""Factor where the descriptor does not measure what the publication says, but goes along with it, or where the
publication studied a neighbouring emotion."""

MEASURED = "recordings"
"""Source of a relation that no publication reports."""


class Source(NamedTuple):
    """A publication that reports a sign.

    Attributes:
        publication: A key of `REFERENCES`.
        read: How far it was read, a key of `READING_WEIGHT`.
        close: Whether the descriptor measures what is said, and the emotion is the one studied.
    """

    publication: str
    read: str
    close: bool

    @property
    def weight(self) -> float:
        """What it counts for, 0 to 1."""
        return READING_WEIGHT[self.read] * (1.0 if self.close else LOOSE)


class Effect(NamedTuple):
    """How clips of an emotion differ in a descriptor from other clips of the same performer.

    Attributes:
        mean: Mean difference in normal scores: 1 is the standard deviation between all clips.
        low: Lower end of the 95% interval.
        high: Upper end.
        units: Performers, or contents where performers are unknown, that the interval is drawn over.
        clips: Clips of the emotion.
    """

    mean: float
    low: float
    high: float
    units: int
    clips: int

    @property
    def surely(self) -> float:
        """The end of the interval that is nearer to 0; 0 if the interval has 0 inside."""
        return max(self.low, 0.0) + min(self.high, 0.0)


@dataclass(frozen=True)
class Sign:
    """A descriptor and a direction, and what is known of them as a sign of an emotion.

    Attributes:
        emotion: The emotion, a word of the vocabulary.
        descriptor: Name of the descriptor.
        direction: "high" or "low".
        sources: Publications that report it, those that count most first.
        recorded: Effect of the emotion on the descriptor in recordings, None where there are too few.
        generated: Effect in generated movement.
    """

    emotion: str
    descriptor: str
    direction: Direction
    sources: tuple[Source, ...]
    recorded: Effect | None
    generated: Effect | None

    @property
    def known(self) -> bool:
        """Whether a publication reports it."""
        return bool(self.sources)

    @property
    def shown(self) -> float:
        """What recordings surely show of it, in normal scores: below 0 if they show the opposite."""
        effect = 0.0 if self.recorded is None else self.recorded.surely
        return effect if self.direction == "high" else -effect

    @property
    def measured(self) -> bool:
        """Whether recordings show it."""
        return self.shown > 0

    @property
    def contradicted(self) -> bool:
        """Whether recordings show the opposite."""
        return self.shown < 0

    @property
    def strength(self) -> float:
        """How good a sign it is, 0 (neither known nor measured) to 1.

        Each publication leaves of the doubt a share of 1 minus its weight. What recordings
        surely show, d, counts 2 Φ(d / √2) - 1: how much more often than not a clip of the emotion exceeds another clip
        of the performer, if both are normal. If they show the sign, that leaves of the doubt a share as a publication
        does; if they show the opposite, it is subtracted from 1 and multiplies the strength.
        """
        doubt = math.prod(1 - source.weight for source in self.sources)
        share = math.erf(abs(self.shown) / 2)
        return round((1 - doubt) * (1 - share) if self.contradicted else 1 - doubt * (1 - share), 3)


class Relation(NamedTuple):
    """What a descriptor in a direction says about an emotion.

    Attributes:
        relation: "for" if it is a sign of the emotion, "against" if its opposite is, "none" if neither is known or
            measured, or both are equally strong.
        strength: Strength of that sign, 0 to 1.
        source: The publication that counts most, `MEASURED` if there is none, empty for "none".
        sign: The sign, None for "none".
    """

    relation: Literal["for", "against", "none"]
    strength: float
    source: str
    sign: Sign | None


def emotions_with_signs() -> tuple[str, ...]:
    """Emotions that have signs, in the order of the table. Neutral movement has none."""
    return tuple(_all_signs())


def sign_of(descriptor: str, direction: Direction, emotion: str) -> Sign:
    """All that is known of one sign; of an emotion without signs, that is nothing.

    Args:
        descriptor: Name of the descriptor.
        direction: "high" or "low".
        emotion: The emotion, in any form that `vocabulary.py` knows.

    Raises:
        ValueError: If there is no such descriptor or direction.
    """
    if (descriptor, direction) not in PHRASES:
        raise ValueError(f"No sign for descriptor {descriptor!r} and direction {direction!r}.")
    word = canonical_label(emotion)
    nothing = Sign(word, descriptor, direction, (), None, None)
    return _all_signs().get(word, {}).get((descriptor, direction), nothing)


def signs_of(emotion: str, least: float = 0.0) -> tuple[Sign, ...]:
    """The signs of an emotion that are known or measured, the strongest first.

    Of the two directions of a descriptor only the stronger is a sign; if both are equally strong, neither is.

    Args:
        emotion: The emotion, in any form that `vocabulary.py` knows; one without signs gives an empty tuple.
        least: Smallest strength.
    """
    signs = _strongest().get(canonical_label(emotion), ())
    return tuple(sign for sign in signs if sign.strength >= least)


def relation(descriptor: str, direction: Direction, emotion: str) -> Relation:
    """What a descriptor in a direction says about an emotion.

    It speaks against the emotion only where the opposite direction is a sign of this emotion, not because it is a sign
    of another one.

    Args:
        descriptor: Name of the descriptor.
        direction: "high" or "low".
        emotion: The emotion, in any form that `vocabulary.py` knows.

    Raises:
        ValueError: If there is no such descriptor or direction.
    """
    word = sign_of(descriptor, direction, emotion).emotion  # refuses names that do not exist
    sign = next((sign for sign in signs_of(word) if sign.descriptor == descriptor), None)
    if sign is None:
        return Relation("none", 0.0, "", None)
    source = sign.sources[0].publication if sign.sources else MEASURED
    return Relation("for" if sign.direction == direction else "against", sign.strength, source, sign)


@cache
def _all_signs() -> dict[str, dict[tuple[str, Direction], Sign]]:
    """Both directions of each descriptor in the table, by emotion."""
    found: dict[str, dict[tuple[str, Direction], Sign]] = {}
    for (emotion, descriptor), (recorded, generated, high, low) in SIGNS.items():
        effects = (Effect(*recorded) if recorded else None, Effect(*generated) if generated else None)
        sides: dict[Direction, tuple[tuple[str, str, bool], ...]] = {"high": high, "low": low}
        for direction, sources in sides.items():
            known = tuple(Source(*source) for source in sources)
            sign = Sign(emotion, descriptor, direction, known, *effects)
            found.setdefault(emotion, {})[descriptor, direction] = sign
    return found


@cache
def _strongest() -> dict[str, tuple[Sign, ...]]:
    """The signs of each emotion in the order of `signs_of`."""
    found = {}
    for emotion, signs in _all_signs().items():
        kept = [
            sign
            for (descriptor, direction), sign in signs.items()
            if (sign.known or sign.measured) and sign.strength > signs[descriptor, OPPOSITE[direction]].strength
        ]
        found[emotion] = tuple(sorted(kept, key=lambda sign: (-sign.strength, DESCRIPTOR_INDEX[sign.descriptor])))
    return found
