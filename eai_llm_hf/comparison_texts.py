"""Questions about two clips and their answers, from measured differences that are clear; written and read back.

A difference is a descriptor and a direction between a first and a second clip. One table of predicates serves the
question ("Which of the two movements is faster?"), the answer ("The second movement is faster.") and the parser.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from eai_llm_hf.processing.motion_descriptors import DESCRIPTOR_INDEX
from eai_llm_hf.processing.motion_reference import MotionReference

_Option = TypeVar("_Option")

__all__ = [
    "ALIKE_ANSWER",
    "ALIKE_PERCENTILES",
    "CLEAR_PERCENTILES",
    "MAX_DIFFERENCES",
    "NO_DIFFERENCE_ANSWER",
    "Difference",
    "clear_differences",
    "comparison_question",
    "difference_holds",
    "find_differences",
]

CLEAR_PERCENTILES = 25.0
"""Percentile points of the reference from which a difference is clear enough to be told."""

ALIKE_PERCENTILES = 8.0
"""Percentile points up to which two clips count as alike; what lies between is not asked."""

MAX_DIFFERENCES = 3
"""Differences in an answer at most."""

ALIKE_ANSWER = "Neither: the two movements are about alike in this."
NO_DIFFERENCE_ANSWER = "Nothing tells the two movements clearly apart."

_PREDICATES: dict[str, tuple[str, str]] = {
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
}
"""What one of two movements does with more and with less of a descriptor. `left_right_asymmetry` has two sides and
neither more nor less of one thing, so that it is not compared."""

_WHICH_QUESTIONS = (
    "Which of the two movements {}?",
    "Compare the two movements: which one {}?",
    "One of the two {}. Is it the first or the second?",
)
_OPEN_QUESTIONS = (
    "What is different between the two?",
    "How does the second movement differ from the first?",
    "Compare the two movements.",
    "What sets the two movements apart?",
)


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
        return _PREDICATES[self.descriptor][self.direction == "low"]


def _gaps(first: np.ndarray, second: np.ndarray, reference: MotionReference) -> dict[str, float]:
    """Percentile of the second clip less that of the first, for what both have."""
    gaps = reference.percentiles(second) - reference.percentiles(first)
    known = {name: float(gaps[DESCRIPTOR_INDEX[name]]) for name in _PREDICATES}
    return {name: gap for name, gap in known.items() if np.isfinite(gap)}


def clear_differences(first: np.ndarray, second: np.ndarray, reference: MotionReference) -> list[Difference]:
    """How the second clip clearly differs from the first, the largest difference first.

    Args:
        first: (descriptors,) values of `measure`.
        second: The same of the other clip.
        reference: What is ordinary; differences are measured in its percentiles.
    """
    gaps = _gaps(first, second, reference)
    clear = sorted((name for name in gaps if abs(gaps[name]) >= CLEAR_PERCENTILES), key=lambda name: -abs(gaps[name]))
    return [Difference(name, "high" if gaps[name] > 0 else "low", "second") for name in clear]


def difference_holds(
    difference: Difference, first: np.ndarray, second: np.ndarray, reference: MotionReference
) -> bool | None:
    """Whether a difference is clearly there; None where a clip or the reference lacks the descriptor."""
    gap = _gaps(first, second, reference).get(difference.descriptor)
    if gap is None:
        return None
    more = gap if difference.movement == "second" else -gap
    return (more if difference.direction == "high" else -more) >= CLEAR_PERCENTILES


def comparison_question(
    first: np.ndarray, second: np.ndarray, reference: MotionReference, rng: np.random.Generator
) -> tuple[str, str]:
    """Draws a question about two clips, seen in this order, with its true answer.

    Half of the questions ask which movement has more of something, answered by naming it, or by saying that neither
    has; the others ask for what is different, answered with up to `MAX_DIFFERENCES` about the second movement.

    Args:
        first: (descriptors,) values of `measure`.
        second: The same of the other clip.
        reference: What is ordinary.
        rng: Source of all choices.
    """
    clear = clear_differences(first, second, reference)
    if rng.random() < 0.5:
        gaps = _gaps(first, second, reference)
        alike = [name for name, gap in gaps.items() if abs(gap) <= ALIKE_PERCENTILES]
        if alike and (not clear or rng.random() < 0.15):
            predicate = _PREDICATES[_one_of(alike, rng)][int(rng.integers(2))]
            return _one_of(_WHICH_QUESTIONS[:2], rng).format(predicate), ALIKE_ANSWER
        if clear:
            told = _one_of(clear, rng)
            if rng.random() < 0.5:  # the same difference, seen from the first
                told = Difference(told.descriptor, "low" if told.direction == "high" else "high", "first")
            return _one_of(_WHICH_QUESTIONS, rng).format(told.predicate), _sentence([told])
    question = _one_of(_OPEN_QUESTIONS, rng)
    return question, _sentence(clear[:MAX_DIFFERENCES]) if clear else NO_DIFFERENCE_ANSWER


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
    for name, predicates in _PREDICATES.items()
    for predicate, direction in zip(predicates, ("high", "low"), strict=True)
}


def _sentence(differences: Sequence[Difference]) -> str:
    predicates = [difference.predicate for difference in differences]
    said = predicates[0] if len(predicates) == 1 else f"{', '.join(predicates[:-1])} and {predicates[-1]}"
    return f"The {differences[0].movement} movement {said}."


def _one_of(options: Sequence[_Option], rng: np.random.Generator) -> _Option:
    return options[int(rng.integers(len(options)))]
