"""Classical baselines: the label from the measured descriptors of a whole clip, without a deep network.

Each tested corpus gets one classifier, fitted on every labelled training clip with a candidate label of that corpus,
whatever corpus the clip is from: that is joint training.
"""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from eai_llm_hf.corpora.rows import not_shown_in
from eai_llm_hf.processing.descriptors.measure import measure

from .registry import note_cost
from .task import Method, Task, among, corpus_of

Rows: TypeAlias = Sequence[Mapping[str, Any]]

_TREES = 300
_measured: dict[bytes, np.ndarray] = {}


CLASSIFIERS: dict[str, Callable[[int], ClassifierMixin]] = {
    "lda": lambda seed: LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
    "logistic regression": lambda seed: LogisticRegression(max_iter=2000),
    "random forest": lambda seed: RandomForestClassifier(_TREES, random_state=seed, n_jobs=1),
}
"""Name -> an untrained classifier, from a seed."""


def lda(task: Task) -> np.ndarray:
    """Linear discriminant analysis with shrinkage (Ledoit and Wolf 2004); (test rows, labels), see `task.Method`."""
    return _classified(task, "lda")


def logistic_regression(task: Task) -> np.ndarray:
    """Multinomial logistic regression; (test rows, labels) probabilities, see `task.Method`."""
    return _classified(task, "logistic regression")


def random_forest(task: Task) -> np.ndarray:
    """300 trees (Breiman 2001) drawn by the task's seed; (test rows, labels) probabilities, see `task.Method`."""
    return _classified(task, "random forest")


def descriptors(rows: Rows) -> np.ndarray:
    """(rows, descriptors) measured values of whole clips, NaN if a clip lacks the joints.

    A clip is measured once per process, because many folds and methods need the same clips.
    """
    return np.stack([_descriptors_of(row) for row in rows])


def best_labels(method: Method, train: Rows, test: Rows, labels: Sequence[str]) -> list[str]:
    """The most probable label of each test row by a method, with the same candidates for all corpora.

    Args:
        method: Any method of the benchmark.
        train: Rows to learn from.
        test: Rows to label.
        labels: Candidate labels.
    """
    task = Task(train, test, {corpus_of(row): sorted(labels) for row in (*train, *test)})
    return [task.all_labels[best] for best in method(task).argmax(axis=1)]


def _descriptors_of(row: Mapping[str, Any]) -> np.ndarray:
    joints = np.asarray(row["joints"], dtype=np.float32)
    mask = np.asarray(row["joint_mask"], dtype=bool)
    # By content, because a clip that was warped, cropped or moved to another rig keeps its id.
    not_shown = not_shown_in(row)
    given = mask.tobytes() + joints.tobytes() + " ".join(not_shown).encode()
    key = hashlib.blake2b(given, digest_size=16).digest()
    if key not in _measured:
        _measured[key] = measure(joints, mask, not_shown)
    return _measured[key]


def _classified(task: Task, classifier: str) -> np.ndarray:
    """(test rows, labels) probabilities, from one classifier for each tested corpus."""
    columns = {label: index for index, label in enumerate(task.all_labels)}
    corpora = [corpus_of(row) for row in task.test]
    probabilities = np.zeros((len(task.test), len(columns)))
    training_seconds = labelling_seconds = 0.0
    for corpus in sorted(set(corpora)):
        rows = [row for row, own in enumerate(corpora) if own == corpus]
        train = [row for row in task.train if row["label"] in task.labels[corpus]]
        truth = [str(row["label"]) for row in train]
        if len(set(truth)) < 2:  # no second label: certain of the only one, or without any
            for label in truth:
                probabilities[rows, columns[label]] = 1.0
            continue
        began = time.perf_counter()
        model = make_pipeline(
            SimpleImputer(strategy="median", keep_empty_features=True),
            StandardScaler(),
            CLASSIFIERS[classifier](task.seed),
        )
        model.fit(descriptors(train), truth)
        trained = time.perf_counter()
        found = model.predict_proba(descriptors([task.test[row] for row in rows]))
        for label, column in zip(model.classes_, found.T, strict=True):
            probabilities[rows, columns[label]] = column
        training_seconds += trained - began
        labelling_seconds += time.perf_counter() - trained
    note_cost(training_seconds=training_seconds, labelling_seconds=labelling_seconds)
    return among(probabilities, task.candidates(task.test))


__all__ = ["CLASSIFIERS", "best_labels", "descriptors", "lda", "logistic_regression", "random_forest"]
