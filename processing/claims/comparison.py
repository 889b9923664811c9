"""How two movements differ: measured differences that are clear, written, read back and checked.

A difference is a descriptor and a direction between a first and a second clip. One table of predicates serves the
question ("Which of the two movements is faster?"), the answer ("The second movement is faster.") and the parser.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..descriptors.measure import DESCRIPTOR_INDEX
from ..descriptors.reference import MotionReference

__all__ = [
    "ALIKE_ANSWER",
    "CLEAR_PERCENTILES",
    "COMPARE_QUESTION",
    "MAX_DIFFERENCES",
    "NO_DIFFERENCE_ANSWER",
    "PREDICATES",
    "Difference",
    "asked_descriptors",
    "clear_differences",
    "difference_holds",
    "find_differences",
    "percentile_gaps",
    "two_movements",
    "verbalise_differences",
]

COMPARE_QUESTION = "How does the second movement differ from the first?"
"""The question about two clips that is asked where the user asks none."""

CLEAR_PERCENTILES = 25.0
"""Percentile points of the reference from which a difference is clear enough to be told."""

MAX_DIFFERENCES = 3
"""Differences in an answer at most."""

ALIKE_ANSWER = "Neither: the two movements are about alike in this."
NO_DIFFERENCE_ANSWER = "Nothing tells the two movements clearly apart."

PREDICATES: dict[str, tuple[str, str]] = {
    "movement_speed": ("is faster", "is slower"),
    "travel_speed": ("covers more ground", "covers less ground"),
    "tempo": ("has the quicker rhythm", "has the slower rhythm"),
    "smoothness": ("is smoother", "is jerkier"),
    "pauses": ("pauses more", "pauses less"),
    "vertical_bounce": ("bounces more", "bounces less"),
    "head_pitch": ("has the head higher", "has the head lower"),
    "head_movement": ("moves the head more", "moves the head less"),
    "trunk_lean": ("leans further forward", "is more upright"),
    "body_sway": ("sways more", "sways less"),
    "trunk_twist": ("turns the shoulders more", "turns the shoulders less"),
    "arm_expansion": ("has the arms further from the body", "has the arms closer to the body"),
    "hand_height": ("has the hands higher", "has the hands lower"),
    "elbow_flexion": ("has the elbows more bent", "has the elbows straighter"),
    "arm_swing": ("swings the arms more", "swings the arms less"),
    "hand_speed": ("moves the hands faster", "moves the hands more slowly"),
    "leg_speed": ("moves the legs faster", "moves the legs more slowly"),
    "knee_flexion": ("has the knees more bent", "has the knees straighter"),
    "step_width": ("has the feet further apart", "has the feet closer together"),
    "shoulder_height": ("has the shoulders higher", "has the shoulders lower"),
    "shoulder_opening": ("has the shoulders further back", "has the shoulders further forward"),
    "body_expansion": ("is more opened out", "is more drawn in"),
    "hand_to_head": ("has the hands further from the head", "has a hand nearer to the head"),
    "hand_to_hip": ("has the hands further from the hips", "has the hands nearer to the hips"),
    "arm_symmetry": ("holds the arms more alike", "holds the arms less alike"),
    "acceleration": ("moves the arms more suddenly", "moves the arms more gently"),
    "spectral_arc_length": ("has the more flowing gestures", "has the more broken gestures"),
    "regularity": ("has the more regular rhythm", "has the less regular rhythm"),
    "directness": ("moves the hands more directly", "moves the hands in wider curves"),
    "peak_timing": ("is strongest later", "is strongest earlier"),
    "step_length": ("takes longer steps", "takes shorter steps"),
    "cadence": ("takes quicker steps", "takes slower steps"),
    "stance_share": ("keeps the feet longer on the ground", "keeps the feet less long on the ground"),
}
"""What one of two movements does with more and with less of a descriptor. `left_right_asymmetry` and `rise` have two
sides and neither more nor less of one thing, so that they are not compared."""


@dataclass(frozen=True)
class Difference:
    """That one of two movements has clearly more, or less, of a descriptor than the other.

    Attributes:
        descriptor: Name of the descriptor.
        direction: "high" where that movement has more of it, "low" where it has less.
        movement: "first" or "second".
    """

    descriptor: str
    direction: str
    movement: str

    @property
    def predicate(self) -> str:
        """What that movement does: "is faster"."""
        return PREDICATES[self.descriptor][self.direction == "low"]


def percentile_gaps(first: np.ndarray, second: np.ndarray, reference: MotionReference) -> dict[str, float]:
    """Percentile of the second clip less that of the first, for what both have."""
    gaps = reference.percentiles(second) - reference.percentiles(first)
    known = {name: float(gaps[DESCRIPTOR_INDEX[name]]) for name in PREDICATES}
    return {name: gap for name, gap in known.items() if np.isfinite(gap)}


def clear_differences(first: np.ndarray, second: np.ndarray, reference: MotionReference) -> list[Difference]:
    """How the second clip clearly differs from the first, the largest difference first.

    Args:
        first: (descriptors,) values of `measure`.
        second: The same of the other clip.
        reference: What is ordinary; differences are measured in its percentiles.
    """
    gaps = percentile_gaps(first, second, reference)
    clear = sorted((name for name in gaps if abs(gaps[name]) >= CLEAR_PERCENTILES), key=lambda name: -abs(gaps[name]))
    return [Difference(name, "high" if gaps[name] > 0 else "low", "second") for name in clear]


def asked_descriptors(question: str) -> list[str]:
    """The descriptors that a question in the words of this file asks for: "which of the two bounces more?"."""
    asked = re.sub(r"[^a-z ]", " ", question.lower())
    return list(dict.fromkeys(_READ[words][0] for words in _READ if f" {words} " in f" {' '.join(asked.split())} "))


def difference_holds(
    difference: Difference, first: np.ndarray, second: np.ndarray, reference: MotionReference
) -> bool | None:
    """Whether a difference is clearly there; None where a clip or the reference lacks the descriptor."""
    gap = percentile_gaps(first, second, reference).get(difference.descriptor)
    if gap is None:
        return None
    more = gap if difference.movement == "second" else -gap
    return (more if difference.direction == "high" else -more) >= CLEAR_PERCENTILES


def find_differences(text: str) -> list[Difference]:
    """The differences that a text states in the words of this file, in their order; questions state none."""
    found: list[Difference] = []
    for sentence in re.findall(r"[^.!?]*[.!?]", text.lower()):
        subject = re.search(r"\bthe (first|second) movement (.*)[.!]$", sentence.strip())
        if subject is not None:
            for predicate in re.split(r", | and ", subject[2]):
                if predicate in _READ:
                    found.append(Difference(*_READ[predicate], subject[1]))
    return found


_READ = {
    predicate: (name, direction)
    for name, predicates in PREDICATES.items()
    for predicate, direction in zip(predicates, ("high", "low"), strict=True)
}


def verbalise_differences(differences: Sequence[Difference]) -> str:
    """One sentence about the movement of the first of them; the others must be about the same."""
    predicates = [difference.predicate for difference in differences]
    said = predicates[0] if len(predicates) == 1 else f"{', '.join(predicates[:-1])} and {predicates[-1]}"
    return f"The {differences[0].movement} movement {said}."


def two_movements(first: Any, second: Any, question: str) -> list[dict[str, Any]]:
    """The content of a chat turn that asks about two clips; words between them say which is which."""
    return [
        {"type": "text", "text": "First movement: "},
        {"type": "skeleton", "skeleton": first},
        {"type": "text", "text": "\nSecond movement: "},
        {"type": "skeleton", "skeleton": second},
        {"type": "text", "text": f"\n{question}"},
    ]
