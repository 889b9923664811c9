"""One task of the benchmark: clips to learn from, clips to label, and settings that are the same for every method."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np


@dataclass(frozen=True)
class Task:
    """What a method learns from and is tested on.

    Corpora may have different labels: the candidates for a clip are always the labels of its own corpus.

    Attributes:
        train: Rows to learn from, see `corpora.schema`; those with `label` None teach movement but no label.
        test: Rows to label. Their `label` is for the scores; a method must not read it.
        labels: Corpus, as `corpus_of` names it -> its candidate labels, sorted.
        seed: Seed of weights, crops and everything else that is random.
        steps: Steps of training for methods that train by steps.
        batch_size: Crops in a step.
    """

    train: Sequence[Mapping[str, Any]]
    test: Sequence[Mapping[str, Any]]
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    seed: int = 0
    steps: int = 400
    batch_size: int = 32

    @property
    def all_labels(self) -> list[str]:
        """The labels of all corpora, sorted: the columns of the probabilities."""
        return sorted({label for labels in self.labels.values() for label in labels})

    def candidates(self, rows: Sequence[Mapping[str, Any]]) -> np.ndarray:
        """(rows, labels) bool, True for the labels of the corpus that a row belongs to."""
        columns = self.all_labels
        return np.array([[label in self.labels[corpus_of(row)] for label in columns] for row in rows], dtype=bool)


Method: TypeAlias = Callable[[Task], np.ndarray]
"""Learns from the train rows of a task and returns (test rows, labels) probabilities; columns are `Task.all_labels`.

Labels that are not candidates of a row have probability 0, the others sum to 1.
"""


def corpus_of(row: Mapping[str, Any]) -> str:
    """The corpus of a row, such as "bandai1" or "generated"; all rigs of the generator are one corpus."""
    return str(row["corpus"]).partition("-")[0]


def among(probabilities: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Probabilities restricted to the candidates of each row and normalised; uniform if the candidates have none.

    Args:
        probabilities: (rows, labels), not negative.
        candidates: (rows, labels) bool, at least one in each row.
    """
    kept = np.where(candidates, probabilities, 0.0)
    total = kept.sum(axis=1, keepdims=True)
    even = candidates / candidates.sum(axis=1, keepdims=True)
    return np.where(total > 0, kept / np.where(total > 0, total, 1.0), even)


__all__ = ["Method", "Task", "among", "corpus_of"]
