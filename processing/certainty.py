"""How sure a label is: the accuracy that was measured on recordings of corpora that no training has seen.

A probability says how the label compares with the other candidates, not how often such a label is right. So the record
states the accuracy at such probabilities, measured once for each checkpoint and kept in its configuration
(`label_accuracy`), and gives it a level. What is known to make a label doubtful lowers the level to "low".
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["certainty"]

RECORDED, VIDEO = "recorded", "video"
"""Kinds of recordings that accuracy is measured on: joints that a tracker recorded, or estimated from a video."""

_HARDLY = 0.5
"""Share of the descriptors below which a recording shows too little of the body for a sure label."""

_LOW, _HIGH = 0.4, 0.7
"""Accuracy below which a label is of low certainty, and from which on it is of high certainty."""


def certainty(
    probabilities: np.ndarray,
    labels: Sequence[str],
    trained: Sequence[str],
    accuracy: Mapping[str, Sequence[Sequence[float]]],
    recording: str | None,
    not_shown: Mapping[str, str],
    shown: float = 1.0,
) -> dict[str, Any]:
    """The field `certainty` of a record.

    Args:
        probabilities: (labels,), one for each candidate.
        labels: The candidates.
        trained: Labels that the checkpoint was trained on.
        accuracy: `label_accuracy` of the checkpoint: kind of recording -> pairs of a probability, from 0 upwards, and
            the accuracy from it on.
        recording: "video" or None.
        not_shown: What the recording cannot show -> why not.
        shown: Share of the descriptors that the recording shows, 0 to 1.

    Returns:
        `level` ("low", "medium", "high", or None where no accuracy is known and nothing speaks against the label),
        `accuracy` (None where it was not measured: other candidates than the trained ones, or a checkpoint that was
        not tested on other corpora), `runner_up` (the second candidate) and `why` (what lowers the level, as clauses).
    """
    order = np.argsort(-probabilities, kind="stable")
    steps = accuracy.get(VIDEO if recording == VIDEO else RECORDED, ()) if set(labels) == set(trained) else ()
    measured = [value for start, value in steps if start <= probabilities[order[0]]]
    level = None
    if measured:
        level = "low" if measured[-1] < _LOW else "medium" if measured[-1] < _HIGH else "high"
    why = []
    if "movement" in not_shown:
        why.append(not_shown["movement"])
    elif shown < _HARDLY:
        why.append("less than half of what is usually measured can be seen in this recording")
    if not set(labels) <= set(trained):
        untrained = ", ".join(label for label in labels if label not in trained)
        why.append(f"the model was not trained on {untrained}")
    if why:
        level = "low"
    return {
        "level": level,
        "accuracy": measured[-1] if measured else None,
        "runner_up": labels[int(order[1])],
        "why": why,
    }
