"""Outlyingness: how unlike all training clips a clip is, by its measured descriptors together.

A label of such a clip is a guess, however probable it looks: a figure lies on the floor, or joints are mixed up.
The distance is that of Mahalanobis (1936) between the normal scores of a clip and their mean over the training clips.
Only measured descriptors enter it, with their part of the correlation matrix, so the distance of a clip that shows
much is a sum over more of them. Over training clips it is distributed like a sum of squares, which a chi-square
variable of the same mean and variance approximates (Satterthwaite 1946) and the transformation of Wilson and Hilferty
(1931) makes about normal. So one limit holds for all: of random sets of 4 to 32 descriptors of the training clips, at
most 0.4% exceed it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

__all__ = ["MIN_CLIPS_OF_LIMIT", "Outlyingness"]

SHRINKAGE = 0.2
"""Weight of no correlation in the correlation matrix."""

QUANTILE = 0.995
"""Share of the training clips within the limit."""

MIN_CLIPS_OF_LIMIT = 500
"""Clips from which on the limit is known: the few clips beyond it must be some."""

_FOLDS = 5
"""Parts of the clips that are left out in turn."""

_FEWEST = 4
"""Measured descriptors below which nothing is said."""

_SMALLEST_SPREAD, _SMALLEST_EIGENVALUE = 1e-3, 1e-3


@dataclass(frozen=True)
class Outlyingness:
    """What the distance of a clip is measured with.

    Args:
        mean: (descriptors,) mean score over the training clips.
        spread: (descriptors,) standard deviation of the scores, above 0.
        correlation: (descriptors, descriptors) their shrunk correlations, positive definite.
        limit: The outlyingness that `QUANTILE` of the training clips do not exceed.

    Raises:
        ValueError: If a shape is wrong, a value is not finite, or `correlation` is no such matrix.
    """

    mean: np.ndarray
    spread: np.ndarray
    correlation: np.ndarray
    limit: float

    def __post_init__(self) -> None:
        count = len(self.mean)
        for name, shape in (("mean", (count,)), ("spread", (count,)), ("correlation", (count, count))):
            values = getattr(self, name)
            if values.shape != shape or not np.isfinite(values).all():
                raise ValueError(f"Expected {name} of shape {shape} and finite, found {values.shape}.")
        if (self.spread <= 0).any() or not np.isfinite(self.limit):
            raise ValueError("Expected spreads above 0 and a finite limit of the outlyingness.")
        symmetric = np.allclose(self.correlation, self.correlation.T, atol=1e-4)
        if not symmetric or np.linalg.eigvalsh(self.correlation).min() <= 0:
            raise ValueError("Expected a symmetric, positive definite correlation of the outlyingness.")

    @classmethod
    def fit(cls, scores: np.ndarray) -> "Outlyingness | None":
        """Fits it to training clips.

        Args:
            scores: (clips, descriptors) of `MotionReference.scores`, NaN where a clip lacks a descriptor.

        Returns:
            None if there are fewer than `MIN_CLIPS_OF_LIMIT` clips, or all of them show too little. The limit comes
            from clips that are left out of the fit in turn: those of the fit are nearer to their mean.
        """
        if len(scores) < MIN_CLIPS_OF_LIMIT:
            return None
        folds = np.arange(len(scores)) % _FOLDS
        others = [cls(*_moments(scores[folds != fold]), 0.0) for fold in range(_FOLDS)]
        found = np.concatenate([other.of(scores[folds == fold]) for fold, other in enumerate(others)])
        if np.isnan(found).all():
            return None
        return cls(*_moments(scores), float(np.nanquantile(found, QUANTILE)))

    def of(self, scores: np.ndarray) -> np.ndarray:
        """The outlyingness of clips.

        Args:
            scores: (clips, descriptors) of `MotionReference.scores`.

        Returns:
            (clips,), about normally distributed over clips like those of the training; NaN where fewer than
            `_FEWEST` descriptors were measured.
        """
        found = np.full(len(scores), np.nan)
        known = np.isfinite(scores)
        for measured in np.unique(known, axis=0):  # clips of which the same is known have a matrix in common
            if measured.sum() >= _FEWEST:
                clips = (known == measured).all(axis=1)
                rows = ((scores - self.mean) / self.spread)[clips][:, measured]
                inverse = np.linalg.inv(self.correlation[np.ix_(measured, measured)])
                # Without shrinkage it is the unit matrix, and the mean is the number of descriptors.
                unshrunk = (np.eye(len(inverse)) - SHRINKAGE * inverse) / (1 - SHRINKAGE)
                mean, squares = np.trace(unshrunk), np.square(unshrunk).sum()
                distances = np.einsum("ci,ij,cj->c", rows, inverse, rows) / mean
                variance = 2 * squares / (9 * mean**2)
                found[clips] = (np.cbrt(distances) - (1 - variance)) / np.sqrt(variance)
        return found

    def to_dict(self) -> dict:
        """Plain numbers, which `from_dict` reads back."""
        lower = self.correlation[np.tril_indices(len(self.mean), -1)]
        return {
            "mean": self.mean.round(4).tolist(),
            "spread": self.spread.round(4).tolist(),
            "correlation": {"diagonal": np.diag(self.correlation).round(4).tolist(), "below": lower.round(4).tolist()},
            "limit": round(self.limit, 4),
        }

    @classmethod
    def from_dict(cls, state: Mapping, descriptors: int) -> "Outlyingness":
        """Reads what `to_dict` wrote.

        Raises:
            ValueError: If it is something else, or for another number of descriptors.
        """
        try:
            mean, spread = (np.array(state[name], dtype=np.float64) for name in ("mean", "spread"))
            matrix = state["correlation"]
            correlation = np.diag(np.array(matrix["diagonal"], dtype=np.float64))
            below = np.tril_indices(descriptors, -1)
            correlation[below] = matrix["below"]
            correlation.T[below] = matrix["below"]
            limit = float(state["limit"])
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise ValueError(f"The outlyingness of a motion reference cannot be read: {error}.") from None
        if len(mean) != descriptors:
            raise ValueError(f"Expected the outlyingness of {descriptors} descriptors, found {len(mean)}.")
        return cls(mean, spread, correlation, limit)


def _moments(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, spread and shrunk correlation of (clips, descriptors) scores, each over the clips that have them."""
    known = np.isfinite(scores)
    counts = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, scores, 0.0).sum(axis=0) / counts
    centred = np.where(known, scores - mean, 0.0)
    spread = np.maximum(np.sqrt(np.square(centred).sum(axis=0) / counts), _SMALLEST_SPREAD)
    centred /= spread
    raw = centred.T @ centred / np.maximum(known.T.astype(float) @ known, 1.0)
    values, vectors = np.linalg.eigh(raw)  # each pair of descriptors has clips of its own, so some may be negative
    raw = (vectors * np.maximum(values, _SMALLEST_EIGENVALUE)) @ vectors.T
    return mean, spread, (1 - SHRINKAGE) * raw + SHRINKAGE * np.eye(len(raw))
