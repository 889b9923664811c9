"""One task of the benchmark: clips to learn from, clips to label, and what every method is given alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np


@dataclass(frozen=True)
class Task:
    """What a method learns from and is tested on.

    Corpora may have different labels: a clip is only ever asked for the labels of its own corpus.

    Attributes:
        train: Rows to learn from, see `corpora.schema`; those whose `label` is None teach movement and no label.
        test: Rows to label. Their `label` is there for whoever scores; a method must not read it.
        labels: Corpus, as `corpus_of` names it -> its candidate labels, sorted.
        seed: Decides weights, crops and everything else that is drawn.
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
        """The labels of all corpora, sorted: the columns of what a method returns."""
        return sorted({label for labels in self.labels.values() for label in labels})

    def candidates(self, rows: Sequence[Mapping[str, Any]]) -> np.ndarray:
        """(rows, labels) bool, True for the labels of the corpus that a row belongs to."""
        columns = self.all_labels
        return np.array([[label in self.labels[corpus_of(row)] for label in columns] for row in rows], dtype=bool)


Method: TypeAlias = Callable[[Task], np.ndarray]
"""Learns from a task's train rows and gives (test rows, labels) probabilities; the columns are `Task.all_labels`.

Labels that are no candidates of a row have probability 0, the others sum to 1.
"""


def corpus_of(row: Mapping[str, Any]) -> str:
    """The corpus of a row, all rigs of the generator being one: "bandai1", "generated"."""
    return str(row["corpus"]).partition("-")[0]


def among(probabilities: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Probabilities kept to the candidates of each row and made to sum to 1; even where nothing is left.

    Args:
        probabilities: (rows, labels), not negative.
        candidates: (rows, labels) bool, at least one in each row.
    """
    kept = np.where(candidates, probabilities, 0.0)
    total = kept.sum(axis=1, keepdims=True)
    even = candidates / candidates.sum(axis=1, keepdims=True)
    return np.where(total > 0, kept / np.where(total > 0, total, 1.0), even)


__all__ = ["Method", "Task", "among", "corpus_of"]
