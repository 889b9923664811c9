"""The manner of a movement: how the tower's features usually are and how much they move, relative to a reference.

Each feature of a clip, such as the forward part of the direction of the trunk, has a mean over time (posture) and a
deviation from it (movement). Both depend on the person and the rig: where the joints lie, how a person holds the arms,
how lively anybody is. Relative to a reference, the mean becomes the distance from what is usual, in units of how much
it varies, and the deviation becomes larger or smaller by the same rule, on a logarithmic scale. So the tower reads how
this movement differs from others of the same person. Compared with the default, features stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .movement_features import NUM_CHANNELS, SEGMENTS
from .reference_statistics import mean_over, spread_over, weight_of

__all__ = ["MANNER", "Manner", "manner_of", "relative_features"]

MANNER = (len(SEGMENTS), NUM_CHANNELS, 2)
"""Shape of the manner of a clip: for each feature its mean, and the logarithm of its root mean square deviation."""

_STILL = 1e-3
"""Added to a deviation before its logarithm is taken."""

_LEAST_SPREAD = 0.02
"""Least spread of a mean or a logarithm between clips: some features, as those of an upright trunk, hardly vary."""

_FARTHEST = np.array([4.0, 3.0])
"""Spreads at which a mean, and a logarithm, are clipped: the tower was trained within them."""


@dataclass(frozen=True)
class Manner:
    """What is typical of the manner of some clips; all arrays have the shape `MANNER`.

    Attributes:
        centre: Mean over the clips of the default, NaN for segments that no clip has.
        spread: Their standard deviation.
        location: What is typical of the clips that are compared, in spreads from the centre.
        scale: Their standard deviation, in spreads.
        within: Standard deviation between clips of one performer, in spreads.
    """

    centre: np.ndarray
    spread: np.ndarray
    location: np.ndarray
    scale: np.ndarray
    within: np.ndarray

    def __post_init__(self) -> None:
        for name in ("spread", "scale", "within"):
            if not (getattr(self, name) > 0).all():
                raise ValueError(f"{name} of a manner must be above 0.")

    @classmethod
    def fit(cls, clips: np.ndarray, performers: Sequence[str | None] = ()) -> "Manner":
        """The manner of the default, from (clips, *MANNER) and who moves in each, if that is known."""
        known = np.isfinite(clips)
        count = known.sum(axis=0)
        centre = np.where(known, clips, 0.0).sum(axis=0) / np.where(count > 0, count, np.nan)
        squares = np.where(known, np.square(clips - centre), 0.0).sum(axis=0) / np.maximum(count, 1)
        spread = np.maximum(np.sqrt(squares), _LEAST_SPREAD)
        ones = np.ones(MANNER)
        plain = cls(centre, spread, np.zeros(MANNER), ones, ones)
        named = np.array([name or "" for name in performers])
        groups = [plain.scores(clips[named == name]) for name in sorted(set(named.tolist()) - {""})]
        return replace(plain, within=_spreads(groups, ones))

    def scores(self, clips: np.ndarray) -> np.ndarray:
        """Manners (..., *MANNER) in spreads of the default from its centre."""
        return (clips - self.centre) / self.spread

    def calibrated(self, clips: np.ndarray, groups: Sequence[Sequence[int]]) -> "Manner":
        """The manner of other recordings.

        Args:
            clips: (clips, *MANNER).
            groups: Numbers of the clips of each performer, or of all clips where nobody is named.
        """
        scores = self.scores(clips)
        weight = weight_of(np.isfinite(scores).sum(axis=0))
        count = np.maximum(np.isfinite(scores).sum(axis=0), 1)
        mean = np.where(np.isfinite(scores), scores, 0.0).sum(axis=0) / count
        return replace(
            self,
            location=weight * mean,
            scale=np.where(weight > 0, _spreads([scores], np.ones(MANNER)), 1.0),
            within=_spreads([scores[list(group)] for group in groups], self.within),
        )

    def of_performer(self, clips: np.ndarray, prior: float) -> np.ndarray:
        """What is typical of a performer of (clips, *MANNER), with `location` as a prior of so many clips."""
        scores = self.scores(clips)
        return mean_over(scores.reshape(len(scores), -1), self.location.ravel(), prior).reshape(MANNER)

    def at(self, location: np.ndarray) -> "Manner":
        """The manner of a performer, whose clips spread by `within`."""
        return replace(self, location=location, scale=self.within)


def manner_of(features: np.ndarray, segment_mask: np.ndarray) -> np.ndarray:
    """The manner of a clip.

    Args:
        features: (frames, 13, 6), as `movement_features` gives them.
        segment_mask: (13,) bool.

    Returns:
        MANNER float64, NaN for absent segments.
    """
    mean, deviation = _mean_and_deviation(features)
    manner = np.stack([mean, np.log(deviation)], axis=-1)
    return np.where(np.asarray(segment_mask, dtype=bool)[:, None, None], manner, np.nan)


def relative_features(features: np.ndarray, segment_mask: np.ndarray, manner: Manner | None) -> np.ndarray:
    """The features that a clip would have if what is typical of it were typical of the default.

    Args:
        features: (frames, 13, 6) float32, as `movement_features` gives them.
        segment_mask: (13,) bool; absent segments stay as they are.
        manner: What is typical of clips like this one; None leaves the features as they are.

    Returns:
        (frames, 13, 6) float32.
    """
    if manner is None or not ((manner.location != 0) | (manner.scale != 1)).any():
        return features
    mean, deviation = _mean_and_deviation(features)
    scores = (manner.scores(np.stack([mean, np.log(deviation)], axis=-1)) - manner.location) / manner.scale
    wanted = manner.centre + manner.spread * np.clip(scores, -_FARTHEST, _FARTHEST)
    relative = wanted[..., 0] + (features - mean) * (np.exp(wanted[..., 1]) / deviation)
    there = np.asarray(segment_mask, dtype=bool)[:, None] & np.isfinite(wanted).all(axis=-1)
    return np.where(there, relative, features).astype(np.float32)


def _mean_and_deviation(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    values = features.astype(np.float64)
    mean = values.mean(axis=0)
    return mean, np.sqrt(np.square(values - mean).mean(axis=0)) + _STILL


def _spreads(groups: Sequence[np.ndarray], usual: np.ndarray) -> np.ndarray:
    """As `spread_over`, with one shared factor for means and one for logarithms."""
    kinds = [
        spread_over([group[..., kind].reshape(len(group), -1) for group in groups], usual[..., kind].ravel())
        for kind in range(MANNER[-1])
    ]
    return np.stack(kinds, axis=-1).reshape(MANNER)
