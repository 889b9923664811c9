"""Claims ranked among the clips of their own corpus: "fast" must mean faster than most clips of the same rig.

The default reference also tells rigs apart, so a claim can hold against it and still describe how a rig places its
joints. Here the percentile of a measurement is its rank among the clips of the corpus. Where the texts compare a clip
with others of its performer, the mean of the performer's clips is taken from each clip first.
"""

from collections.abc import Sequence

import numpy as np

from eai_llm_hf.processing.claims.phrases import PHRASES
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_NAMES
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.descriptors.reference_statistics import MIN_CLIPS

from .claim_scores import Verdicts

__all__ = ["ranked_verdicts"]

_ABSOLUTE = np.array(
    [any(PHRASES[name, side].bound is not None for side in ("high", "low")) for name in DESCRIPTOR_NAMES]
)
"""(descriptors,) whether the words have an absolute meaning ("the left arm does more"), which no performer shifts."""


def ranked_verdicts(
    measured: Sequence[np.ndarray],
    corpus: Sequence[np.ndarray],
    performers: Sequence[str | None] | None = None,
    of_corpus: Sequence[str | None] | None = None,
) -> Verdicts | None:
    """Verdicts on claims about some clips, by rank among the clips of their corpus.

    Args:
        measured: For each clip, (spans, descriptors) from `measure_spans`.
        corpus: The same for every clip of the corpus, these included.
        performers: Who moves in each of the clips, if they are compared with other clips of their performer.
        of_corpus: The same for the clips of the corpus.

    Returns:
        The verdicts; None if the corpus has too few clips for ranks.
    """
    if len(corpus) < MIN_CLIPS:
        return None
    whole = np.stack([rows[0] for rows in corpus]).astype(np.float64)
    if performers is not None and of_corpus is not None:
        typical = {
            name: _mean(whole[[one == name for one in of_corpus]]) for name in set(of_corpus) if name is not None
        }
        level = _mean(whole)
        offsets = {name: np.where(_ABSOLUTE, 0.0, mean - level) for name, mean in typical.items()}
        nobody = np.zeros(whole.shape[1])
        whole = np.stack([row - offsets.get(name, nobody) for row, name in zip(whole, of_corpus, strict=True)])
        measured = [rows - offsets.get(name, nobody) for rows, name in zip(measured, performers, strict=True)]
    return Verdicts(measured, MotionReference.fit(whole))


def _mean(rows: np.ndarray) -> np.ndarray:
    """(descriptors,) mean over clips, NaN where no clip has the descriptor."""
    there = np.isfinite(rows)
    return np.where(there.any(axis=0), np.where(there, rows, 0).sum(axis=0) / np.maximum(there.sum(axis=0), 1), np.nan)
