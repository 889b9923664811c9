"""Questions about two clips and their answers, from measured differences that are clear."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from eai_llm_hf.processing.claims.comparison import (
    ALIKE_ANSWER,
    COMPARATIVES,
    COMPARE_QUESTION,
    NO_DIFFERENCE_ANSWER,
    clear_differences,
    main_differences,
    percentile_gaps,
    verbalise_differences,
)
from eai_llm_hf.processing.descriptors.reference import MotionReference

_Option = TypeVar("_Option")

__all__ = ["ALIKE_PERCENTILES", "comparison_question"]

ALIKE_PERCENTILES = 8.0
"""Percentile points up to which two clips count as alike. Between this and a clear difference, nothing is asked."""

_WHICH_QUESTIONS = (
    "Which of the two movements {}?",
    "Compare the two movements: which one {}?",
    "One of the two {}. Is it the first or the second?",
)
_OPEN_QUESTIONS = (
    "What is different between the two?",
    COMPARE_QUESTION,
    "Compare the two movements.",
    "What sets the two movements apart?",
)


def comparison_question(
    first: np.ndarray, second: np.ndarray, reference: MotionReference, rng: np.random.Generator
) -> tuple[str, str]:
    """Draws a question about two clips, seen in this order, with its true answer.

    Half of the questions ask which movement has more of something; the answer names it, or says that neither has. The
    others ask what is different; the answer states the main differences of the second movement.

    Args:
        first: (descriptors,) values of `measure`.
        second: The same of the other clip.
        reference: The reference.
        rng: Source of all choices.
    """
    clear = clear_differences(first, second, reference)
    if rng.random() < 0.5:
        gaps = percentile_gaps(first, second, reference)
        alike = [name for name, gap in gaps.items() if abs(gap) <= ALIKE_PERCENTILES]
        if alike and (not clear or rng.random() < 0.15):
            predicate = COMPARATIVES[_one_of(alike, rng)][int(rng.integers(2))]
            return _one_of(_WHICH_QUESTIONS[:2], rng).format(predicate), ALIKE_ANSWER
        if clear:
            asked = _one_of(clear, rng)
            if rng.random() < 0.5:  # the same difference, seen from the first
                asked = asked.of("first")
            return _one_of(_WHICH_QUESTIONS, rng).format(asked.predicate), verbalise_differences([asked])
    question = _one_of(_OPEN_QUESTIONS, rng)
    main = main_differences(first, second, reference)
    return question, verbalise_differences(main) if main else NO_DIFFERENCE_ANSWER


def _one_of(options: Sequence[_Option], rng: np.random.Generator) -> _Option:
    return options[int(rng.integers(len(options)))]
