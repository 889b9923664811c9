"""The words of the claims, by descriptor: tables over the entries of the descriptors (`descriptors/entry.py`)."""

from typing import Literal

from ..descriptors.entry import Words
from ..descriptors.measure import DESCRIPTORS

__all__ = ["NEAR_DUPLICATES", "PHRASES", "USUAL", "Direction", "in_current_words"]

Direction = Literal["high", "low"]

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

_CURRENT = {descriptor.former_usual: descriptor.usual for descriptor in DESCRIPTORS if descriptor.former_usual}


def in_current_words(sentence: str) -> str:
    """A sentence of an earlier checkpoint that says something is usual, in the words of today.

    Args:
        sentence: "No, the head is about as usual."

    Returns:
        "No, the head is held at a typical angle."; any other sentence as it is.
    """
    words = sentence.rstrip(".!?")
    start = words.find(" ") + 1 if words.lower().startswith(("yes, ", "no, ", "neither: ")) else 0
    current = _CURRENT.get(words[start:].lower())
    if current is None:
        return sentence
    current = current if start else f"{current[0].upper()}{current[1:]}"
    return f"{words[:start]}{current}{sentence[len(words) :]}"
