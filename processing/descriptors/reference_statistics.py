"""Statistics of the reference: percentiles and scores of values, and how far a few clips move typical values."""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

__all__ = [
    "BASELINE_PRIOR",
    "FARTHEST_SCORE",
    "FARTHEST_VALUE",
    "LARGEST_STRETCH",
    "LEVELS",
    "MIN_CLIPS",
    "PERFORMER_PRIOR",
    "PRIOR_CLIPS",
    "UNUSUAL_HIGH",
    "UNUSUAL_LOW",
    "mean_over",
    "percentiles_of",
    "scores_of",
    "shares_below",
    "unbounded_scores",
    "values_at",
    "spread_over",
    "weight_of",
]

LEVELS: tuple[float, ...] = (0.0, 1.0, 2.5, *(float(level) for level in range(5, 100, 5)), 97.5, 99.0, 100.0)
"""Percentages at which a reference holds quantiles."""

FARTHEST_SCORE = 3.0
"""Normal score of the smallest and the largest value of the reference, and of all values beyond them."""

UNUSUAL_LOW, UNUSUAL_HIGH = 25.0, 75.0
"""Percentile up to which a value is unusually low, and from which on it is unusually high."""

MIN_CLIPS = 20
"""Clips needed for a reference, and for each descriptor in it."""

PRIOR_CLIPS = 4.0
"""Weight of the default reference in the typical values of other recordings, in clips."""

PERFORMER_PRIOR = 1.0
"""Weight of the recordings in the typical values of one performer, in clips of the performer. Generated people were
labelled as well with 0.5 and with 2."""

BASELINE_PRIOR = 0.25
"""The same where the clip of the performer is a neutral baseline, which no emotion moves."""

SPREAD_PRIOR = 8.0
"""Weight of the prior of a spread, in degrees of freedom."""

SHARED_PRIOR = 30.0
"""The same for the factor that all spreads share: about one clip, with as many descriptors."""

FARTHEST_VALUE = 8.0
"""Largest distance of a value from the middle of the default reference, in scores; a single outlier counts no more."""

LARGEST_STRETCH = 10.0
"""Largest ratio of two spreads; larger ones are clipped. In walks of one kind, single descriptors vary eleven times
less than in the default reference."""

_TAIL = 2.5
"""Percentage at either end of a reference beyond which scores rise in proportion to the value: quantiles farther out
are those of a few clips, and other rigs may lie beyond them all."""

_LEVELS = np.array(LEVELS)
_erf = np.vectorize(math.erf, otypes=[np.float64])
_NORMAL_SCORES = (-FARTHEST_SCORE, *(NormalDist().inv_cdf(level / 100) for level in LEVELS[1:-1]), FARTHEST_SCORE)


def percentiles_of(quantiles: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Percentiles of many values at once; see `MotionReference.percentile`.

    Args:
        quantiles: (..., levels), ascending or all NaN.
        values: (...), one for each row of quantiles.
    """
    first, after = (quantiles < values[..., None]).sum(-1), (quantiles <= values[..., None]).sum(-1)
    above = np.minimum(np.maximum(first, 1), len(LEVELS) - 1)
    rows = np.arange(quantiles[..., 0].size).reshape(quantiles.shape[:-1])
    low, high = (quantiles.reshape(-1, len(LEVELS))[rows, place] for place in (above - 1, above))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (values - low) / (high - low)  # outside 0 to 1 beyond the quantiles, NaN where something is absent
    low, high = _LEVELS[above - 1], _LEVELS[above]
    between = np.minimum(np.maximum(low + share * (high - low), 0.0), 100.0)
    shared = (_LEVELS[np.minimum(first, len(LEVELS) - 1)] + _LEVELS[after - 1]) / 2
    return np.where(first < after, shared, between)


def scores_of(percentiles: np.ndarray) -> np.ndarray:
    """Percentiles, of any shape, as the float32 scores of `MotionReference.normal_scores`; NaN where they are NaN."""
    return np.interp(percentiles, LEVELS, _NORMAL_SCORES).astype(np.float32)


def unbounded_scores(quantiles: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Normal scores of values that may lie far outside a reference, such as those of another rig.

    Args:
        quantiles: (descriptors, levels), ascending or all NaN.
        values: (..., descriptors).

    Returns:
        (..., descriptors) float64: between `_TAIL` and 100 - `_TAIL` percent the scores of the percentiles, beyond
        them in proportion to the distance from the median; at most `FARTHEST_VALUE` from 0, NaN where absent.
    """
    scores = scores_of(percentiles_of(quantiles, values)).astype(np.float64)
    median = quantiles[:, LEVELS.index(50.0)]
    for level in (_TAIL, 100.0 - _TAIL):
        end = quantiles[:, LEVELS.index(level)]
        score = NormalDist().inv_cdf(level / 100)
        unit = (end - median) / score
        beyond = (values < end) if score < 0 else (values > end)
        with np.errstate(invalid="ignore", divide="ignore"):
            scores = np.where(beyond & (unit > 0), score + (values - end) / unit, scores)
    return np.clip(scores, -FARTHEST_VALUE, FARTHEST_VALUE)


def values_at(quantiles: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The values (descriptors,) with these scores (descriptors,): the inverse of `unbounded_scores`."""
    known = NormalDist()
    inside = [level for level in LEVELS if _TAIL <= level <= 100 - _TAIL]
    places = np.array([known.inv_cdf(level / 100) for level in inside])
    rows = quantiles[:, [LEVELS.index(level) for level in inside]]
    found = np.array([np.interp(score, places, row) for score, row in zip(scores, rows, strict=True)])
    middle = rows[:, inside.index(50.0)]
    for place, end in ((places[0], rows[:, 0]), (places[-1], rows[:, -1])):
        beyond = scores < place if place < 0 else scores > place
        found = np.where(beyond, end + (scores - place) * (end - middle) / place, found)
    return found


def shares_below(scores: np.ndarray) -> np.ndarray:
    """Percentiles of normal scores, 0 to 100, of the same shape."""
    return 50.0 * (1.0 + _erf(np.asarray(scores, dtype=np.float64) / math.sqrt(2.0)))


def weight_of(clips: np.ndarray | float) -> np.ndarray:
    """Weight of n clips relative to the default reference, from 0 to below 1.

    `(n - 1) / (n - 1 + PRIOR_CLIPS)`: the shrinkage of a mean towards its prior (Gelman et al. 2013, Bayesian Data
    Analysis, 2.5) over the clips after the first. A single clip has no weight: it cannot show what belongs to the rig
    and what to this one movement.
    """
    further = np.maximum(np.asarray(clips) - 1.0, 0.0)
    return further / (further + PRIOR_CLIPS)


def mean_over(values: np.ndarray, prior: np.ndarray, clips: float) -> np.ndarray:
    """Means over clips, shrunk towards a prior that counts as so many clips.

    Args:
        values: (clips, descriptors), NaN where a clip lacks one.
        prior: (descriptors,), the mean where no clip has a descriptor.
        clips: Weight of the prior, above 0.

    Returns:
        (descriptors,).
    """
    known = np.isfinite(values)
    return (np.where(known, values, 0.0).sum(axis=0) + clips * prior) / (known.sum(axis=0) + clips)


def spread_over(groups: Sequence[np.ndarray], usual: np.ndarray) -> np.ndarray:
    """Standard deviations within groups of clips, shrunk towards what is usual.

    A few clips cannot show the spread of each descriptor, but they show how much all descriptors vary together: people
    who only walk vary less in everything than people who walk, sit and dance. So the prior is the usual spread times
    one factor for all descriptors, and the factor is estimated first (an empirical Bayes estimate, Gelman et al. 2013,
    Bayesian Data Analysis, 5.1).

    Args:
        groups: (clips, descriptors) of each group, NaN where a clip lacks a descriptor.
        usual: (descriptors,) usual standard deviations, above 0.

    Returns:
        (descriptors,), `usual` where no group has two clips.
    """
    squares, freedom = np.zeros((2, len(usual)))
    for values in groups:
        known = np.isfinite(values)
        count = known.sum(axis=0)
        centre = np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1)
        squares += np.where(known, np.square(values - centre), 0.0).sum(axis=0)
        freedom += np.maximum(count - 1, 0)
    shared = ((squares / np.square(usual)).sum() + SHARED_PRIOR) / (freedom.sum() + SHARED_PRIOR)
    variance = (squares + SPREAD_PRIOR * shared * np.square(usual)) / (freedom + SPREAD_PRIOR)
    return usual * np.clip(np.sqrt(variance) / usual, 1 / LARGEST_STRETCH, LARGEST_STRETCH)
