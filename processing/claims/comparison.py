"""How two movements differ: measured differences that are clear, written, read back and checked.

A difference is a descriptor and a direction between a first and a second clip. The comparatives of the descriptors
serve the question ("Which of the two movements is faster?"), the answer ("The second movement is faster.") and its
reading.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS
from ..descriptors.reference import MotionReference
from .phrases import NEAR_DUPLICATES, OPPOSITE, PHRASES, Direction

__all__ = [
    "ALIKE_ANSWER",
    "CLEAR_PERCENTILES",
    "COMPARATIVES",
    "COMPARE_QUESTION",
    "FORMER_ANSWERS",
    "NO_DIFFERENCE_ANSWER",
    "Difference",
    "asked_comparatives",
    "clear_differences",
    "difference_holds",
    "find_differences",
    "main_differences",
    "percentile_gaps",
    "two_movements",
    "verbalise_differences",
]

COMPARE_QUESTION = "How does the second movement differ from the first?"
"""The question about two clips where the user asks none."""

CLEAR_PERCENTILES = 25.0
"""Percentile points of the reference from which on a difference is clear enough to mention."""

MAX_DIFFERENCES = 3
"""Largest number of differences in an answer."""

ALIKE_ANSWER = "Neither: the two movements are about the same in this respect."
NO_DIFFERENCE_ANSWER = "There is no clear difference between the two movements."

FORMER_ANSWERS = {
    "Neither: the two movements are about alike in this.": ALIKE_ANSWER,
    "Nothing tells the two movements clearly apart.": NO_DIFFERENCE_ANSWER,
}
"""What earlier checkpoints say when two movements do not differ, and its words of today."""

COMPARATIVES: dict[str, tuple[str, str]] = {
    descriptor.name: (descriptor.high.comparative, descriptor.low.comparative)
    for descriptor in DESCRIPTORS
    if descriptor.high.comparative and descriptor.low.comparative
}
"""What one of two movements does that has more, and less, of a descriptor."""

_READ: dict[str, tuple[str, Direction]] = {
    words: (name, direction)
    for (name, direction), phrases in PHRASES.items()
    for words in (phrases.comparative, phrases.former_comparative)
    if words
}


@dataclass(frozen=True)
class Difference:
    """That one of two movements has clearly more, or less, of a descriptor than the other.

    Attributes:
        descriptor: Name of the descriptor.
        direction: "high" where that movement has more of it, "low" where it has less.
        movement: "first" or "second".
    """

    descriptor: str
    direction: Direction
    movement: str

    @property
    def predicate(self) -> str:
        """The comparative: "is faster"."""
        return COMPARATIVES[self.descriptor][self.direction == "low"]

    def of(self, movement: str) -> "Difference":
        """The same difference, said of one of the two movements."""
        return self if self.movement == movement else Difference(self.descriptor, OPPOSITE[self.direction], movement)


def percentile_gaps(first: np.ndarray, second: np.ndarray, reference: MotionReference) -> dict[str, float]:
    """Percentile of the second clip minus that of the first, for each descriptor that both have."""
    gaps = reference.percentiles(second) - reference.percentiles(first)
    known = {name: float(gaps[DESCRIPTOR_INDEX[name]]) for name in COMPARATIVES}
    return {name: gap for name, gap in known.items() if np.isfinite(gap)}


def clear_differences(first: np.ndarray, second: np.ndarray, reference: MotionReference) -> list[Difference]:
    """How the second clip clearly differs from the first, the largest difference first.

    Args:
        first: (descriptors,) values of `measure`.
        second: The same of the other clip.
        reference: The reference; differences are measured in its percentiles.
    """
    gaps = percentile_gaps(first, second, reference)
    clear = sorted((name for name in gaps if abs(gaps[name]) >= CLEAR_PERCENTILES), key=lambda name: -abs(gaps[name]))
    return [Difference(name, "high" if gaps[name] > 0 else "low", "second") for name in clear]


def main_differences(
    first: np.ndarray, second: np.ndarray, reference: MotionReference, parts: Collection[str] = ()
) -> list[Difference]:
    """What an answer to "How do they differ?" names: the largest clear difference of each body part.

    Two that say nearly the same, such as a faster movement and faster legs, are one: the larger counts.

    Args:
        first, second, reference: As in `clear_differences`.
        parts: Body parts that are asked about, as in "How do the arms differ?": of these all differences count, and
            no others.

    Returns:
        Up to `MAX_DIFFERENCES`, the largest first.
    """
    found: list[Difference] = []
    named: set[str] = set()
    for difference in clear_differences(first, second, reference):
        part = DESCRIPTORS[DESCRIPTOR_INDEX[difference.descriptor]].body_part
        said = [frozenset((difference.descriptor, other.descriptor)) for other in found]
        if (part in parts if parts else part not in named) and not any(pair in NEAR_DUPLICATES for pair in said):
            found.append(difference)
            named.add(part)
    return found[:MAX_DIFFERENCES]


def asked_comparatives(question: str) -> list[tuple[str, Direction]]:
    """Descriptor and direction of the comparatives that a question contains: "which of the two bounces more?"."""
    asked = re.sub(r"[^a-z ]", " ", question.lower())
    return list(dict.fromkeys(_READ[words] for words in _READ if f" {words} " in f" {' '.join(asked.split())} "))


def difference_holds(
    difference: Difference, first: np.ndarray, second: np.ndarray, reference: MotionReference
) -> bool | None:
    """Whether the measurements clearly show a difference; None where a clip or the reference lacks the descriptor."""
    gap = percentile_gaps(first, second, reference).get(difference.descriptor)
    if gap is None:
        return None
    more = gap if difference.movement == "second" else -gap
    return (more if difference.direction == "high" else -more) >= CLEAR_PERCENTILES


def find_differences(text: str) -> list[Difference]:
    """The differences that a text states with comparatives, in their order; questions state none."""
    found: list[Difference] = []
    for sentence in re.findall(r"[^.!?]*[.!?]", text.lower()):
        subject = re.search(r"\bthe (first|second) movement (.*)[.!]$", sentence.strip())
        if subject is not None:
            for predicate in re.split(r", | and ", subject[2]):
                if predicate in _READ:
                    found.append(Difference(*_READ[predicate], subject[1]))
    return found


def verbalise_differences(differences: Sequence[Difference]) -> str:
    """One sentence: "The second movement is faster and bounces more."; all differences must be of one movement."""
    predicates = [difference.predicate for difference in differences]
    said = predicates[0] if len(predicates) == 1 else f"{', '.join(predicates[:-1])} and {predicates[-1]}"
    return f"The {differences[0].movement} movement {said}."


def two_movements(first: Any, second: Any, question: str) -> list[dict[str, Any]]:
    """The content of a chat turn that asks about two clips; the text before each says which it is."""
    return [
        {"type": "text", "text": "First movement: "},
        {"type": "skeleton", "skeleton": first},
        {"type": "text", "text": "\nSecond movement: "},
        {"type": "skeleton", "skeleton": second},
        {"type": "text", "text": f"\n{question}"},
    ]
