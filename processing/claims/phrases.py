"""The words of the claims, by descriptor: tables over the entries of the descriptors (`descriptors/entry.py`)."""

from typing import Literal

from ..descriptors.entry import Words
from ..descriptors.measure import DESCRIPTORS

__all__ = ["NEAR_DUPLICATES", "PHRASES", "OPPOSITE", "USUAL", "Direction"]

Direction = Literal["high", "low"]

OPPOSITE: dict[Direction, Direction] = {"high": "low", "low": "high"}

PHRASES: dict[tuple[str, Direction], Words] = {}
"""The wordings of every claim, by descriptor and direction."""

for _descriptor in DESCRIPTORS:
    PHRASES[_descriptor.name, "high"] = _descriptor.high
    PHRASES[_descriptor.name, "low"] = _descriptor.low

USUAL: dict[str, str] = {descriptor.name: descriptor.usual for descriptor in DESCRIPTORS}
"""What is said of a descriptor that is neither high nor low; no claim is read from it."""

NEAR_DUPLICATES: frozenset[frozenset[str]] = frozenset(
    frozenset((descriptor.name, other)) for descriptor in DESCRIPTORS for other in descriptor.near_duplicates
)
"""Pairs of descriptors of which one text names only one: they would repeat or contradict each other."""
