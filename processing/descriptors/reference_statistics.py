"""Statistics of the reference: percentiles and scores of values, and how far a few clips move typical values."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

__all__ = [
    "FARTHEST_SCORE",
    "FARTHEST_SHIFT",
    "LARGEST_STRETCH",
    "LEVELS",
    "MIN_CLIPS",
    "PRIOR_CLIPS",
    "percentiles_of",
    "scores_of",
    "shift",
    "stretch",
    "weight_of",
    "weighted_quantiles",
]

LEVELS: tuple[float, ...] = (0.0, 1.0, 2.5, *(float(level) for level in range(5, 100, 5)), 97.5, 99.0, 100.0)
"""Percentages at which a reference holds quantiles."""

FARTHEST_SCORE = 3.0
"""Normal score of the smallest and the largest value of the reference, and of all values beyond them."""

MIN_CLIPS = 20
"""Clips needed for a reference, for each descriptor in it, and to calibrate spreads as well as locations."""

PRIOR_CLIPS = 4.0
"""Weight of the default reference in a calibration, in clips of the user."""

FARTHEST_SHIFT = 3.0
"""Largest distance, in spreads of the default, by which the clips of a calibration may differ from it; larger ones are
clipped."""

LARGEST_STRETCH = 2.0
"""Largest trusted ratio of two spreads; larger ones are clipped."""

_NORMAL_SCORES = (-FARTHEST_SCORE, *(NormalDist().inv_cdf(level / 100) for level in LEVELS[1:-1]), FARTHEST_SCORE)
_CONSTANT = 1e-6  # a feature that spreads less than this does not move


def percentiles_of(quantiles: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Percentiles of many values at once; see `MotionReference.percentile`.

    Args:
        quantiles: (..., levels), ascending or all NaN.
        values: (...), one for each row of quantiles.
    """
    quantiles, values = np.broadcast_arrays(quantiles, values[..., None])
    first, after = (quantiles < values).sum(-1), (quantiles <= values).sum(-1)
    levels = np.array(LEVELS)
    shared = (levels[np.minimum(first, len(levels) - 1)] + levels[np.maximum(after - 1, 0)]) / 2
    above = np.clip(first, 1, len(levels) - 1)[..., None]
    low, high = (np.take_along_axis(quantiles, place, -1)[..., 0] for place in (above - 1, above))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (values[..., 0] - low) / (high - low)
    low, high = levels[above[..., 0] - 1], levels[above[..., 0]]
    found = np.where(first < after, shared, low + share * (high - low))
    found = np.where((first == 0) & (after == 0), 0.0, np.where(first == len(levels), 100.0, found))
    return np.where(np.isnan(values[..., 0]) | np.isnan(quantiles[..., 0]), np.nan, found)


def scores_of(percentiles: np.ndarray) -> np.ndarray:
    """Percentiles, of any shape, as the float32 scores of `MotionReference.normal_scores`; NaN where they are NaN."""
    return np.interp(percentiles, LEVELS, _NORMAL_SCORES).astype(np.float32)


def weighted_quantiles(values: np.ndarray, weights: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Quantiles of weighted values, interpolated between the midpoints of their cumulative weights."""
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(weights[order])
    middles = (ends - weights[order] / 2) / ends[-1]
    return np.interp(levels, middles, values[order])


def weight_of(clips: np.ndarray | float) -> np.ndarray:
    """Weight of n clips relative to the default reference, from 0 to below 1.

    `(n - 1) / (n - 1 + PRIOR_CLIPS)`: the shrinkage of a mean towards its prior (Gelman et al. 2013, Bayesian Data
    Analysis, 2.5) over the clips after the first. A single clip has no weight: it cannot show what belongs to the rig
    and what to this one movement.
    """
    further = np.maximum(np.asarray(clips) - 1.0, 0.0)
    return further / (further + PRIOR_CLIPS)


def shift(distance: np.ndarray | float, spread: np.ndarray | float, clips: np.ndarray | float) -> np.ndarray:
    """How far a number of clips at a distance from the default moves typical values."""
    farthest = FARTHEST_SHIFT * np.asarray(spread)
    return weight_of(clips) * np.clip(distance, -farthest, farthest)


def stretch(spread: np.ndarray | float, default: np.ndarray | float, clips: np.ndarray | float) -> np.ndarray:
    """Factor by which a number of clips scales the spread of typical values; 1 below `MIN_CLIPS` clips."""
    known = (np.asarray(clips) >= MIN_CLIPS) & (np.asarray(spread) > _CONSTANT) & (np.asarray(default) > _CONSTANT)
    ratio = np.where(known, spread, 1.0) / np.where(known, default, 1.0)
    return np.clip(ratio, 1 / LARGEST_STRETCH, LARGEST_STRETCH) ** (clips / (clips + MIN_CLIPS))
