"""Calibration: what is typical of a user's own recordings and of the performers in them, from clips without labels.

Each clip is described by its measured descriptors and by the manner of what the tower reads (`manner.py`). Location
(what is usual) comes from the nearest level that has clips: the performer, the recordings, the default. A few clips
show it, shrunk towards the level above. Spread (how much is a lot) comes from all recordings, shrunk towards the
default, because it needs more clips.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..skeleton.clip import UnifiedClip
from .kept import features_of, mirrored_features, vector_of, windows_of
from .manner import manner_of
from .reference import MotionReference
from .reference_state import RECORDINGS, PerformerValues
from .reference_statistics import (
    BASELINE_PRIOR,
    PERFORMER_PRIOR,
    UNUSUAL_HIGH,
    UNUSUAL_LOW,
    mean_over,
    spread_over,
    weight_of,
)

__all__ = [
    "MeasuredClip",
    "calibrated",
    "mean_of_known",
    "mean_of_windows",
    "measured_clip",
    "with_baseline",
    "without_each",
]


@dataclass(frozen=True)
class MeasuredClip:
    """What a calibration needs of a clip.

    Attributes:
        vector: (descriptors,) values of `measure`, the mean over the windows of a long recording; NaN where absent.
        manner: (13, 6, 2) of the clip and its mirror image, see `manner_of`; NaN for absent segments.
    """

    vector: np.ndarray
    manner: np.ndarray


def measured_clip(clip: UnifiedClip, segments: Sequence[tuple[int, int]]) -> MeasuredClip:
    """Measures a clip as it is explained, window by window; each window counts the same.

    Args:
        clip: The clip.
        segments: First frame and frame after the last of each window.
    """
    vectors, features = [], []
    for window in windows_of(clip, segments):
        vectors.append(vector_of(window))
        seen = features_of(window)
        features += [seen, mirrored_features(*seen)]  # rigs are symmetric, a few clips need not be
    found = mean_of_windows(vectors, features)
    if "movement" not in clip.not_shown:
        return found
    posture = found.manner.copy()
    posture[..., 1] = np.nan  # that nothing moves says nothing about how this person moves
    return MeasuredClip(found.vector, posture)


def mean_of_windows(vectors: Sequence[np.ndarray], features: Sequence[tuple[np.ndarray, np.ndarray]]) -> MeasuredClip:
    """What a calibration needs of a clip whose windows were measured already.

    Args:
        vectors: (descriptors,) of each window, as `measure` returns them.
        features: Of each window and of its mirror image, as `movement_features` returns them.
    """
    manners = [manner_of(values, there) for values, there in features]
    return MeasuredClip(mean_of_known(np.stack(vectors).astype(np.float64)), mean_of_known(np.stack(manners)))


def calibrated(
    reference: MotionReference, clips: Sequence[MeasuredClip], performers: Sequence[str | None] | None = None
) -> MotionReference:
    """Moves a reference towards other recordings.

    Everything is computed in normal scores of the default. Typical scores move by `weight_of(n)` towards the mean of
    the n clips. Spreads become those between all clips; within performers, those around each
    performer's own mean; see `spread_over`. A descriptor that no clip has stays as it was.

    Args:
        reference: The default.
        clips: At least one.
        performers: Who moves in each clip, None for unknown ones.

    Returns:
        A new reference, with `performers`.

    Raises:
        ValueError: If there is no clip, or not one performer for each.
    """
    names = [None] * len(clips) if performers is None else list(performers)
    if not clips or len(names) != len(clips):
        raise ValueError(f"Expected at least one clip and a performer for each, found {len(clips)} and {len(names)}.")
    vectors = np.stack([clip.vector for clip in clips])
    scores = reference.scores(vectors)
    manners = np.stack([clip.manner for clip in clips])
    weight = weight_of(np.isfinite(scores).sum(axis=0))
    location = weight * mean_of_known(scores, 0.0)
    groups: dict[str | None, list[int]] = {}
    for place, name in enumerate(names):
        groups.setdefault(name, []).append(place)
    # Unknown people are not one performer; only where nobody is named are all clips one group.
    alike = [group for name, group in groups.items() if name is not None] or list(groups.values())
    total = spread_over([scores], np.ones(scores.shape[1]))
    moved = MotionReference(
        reference.quantiles,
        len(clips),
        reference.feature_mean,
        reference.feature_std,
        reference.feature_clips,
        (1 - weight) * reference.usual_scores,  # the more is known of the recordings, the less their kind matters
        location,
        np.where(weight > 0, total, reference.scale),
        spread_over([scores[group] for group in alike], reference.within),
        np.where(weight > 0, RECORDINGS, reference.level).tolist(),
        manner=None if reference.manner is None else reference.manner.calibrated(manners, alike),
    )
    percentiles = moved.percentiles(vectors)
    moved.unusual_shares = np.stack([percentiles <= UNUSUAL_LOW, percentiles >= UNUSUAL_HIGH]).mean(axis=1)
    for name, group in groups.items():
        if name is not None:
            moved.performers[str(name)] = _typical(moved, scores[group], manners[group], PERFORMER_PRIOR)
    return moved


def without_each(
    reference: MotionReference, clips: Sequence[MeasuredClip], performers: Sequence[str | None]
) -> list[MotionReference]:
    """What each clip is compared with: its performer's other clips, so that it does not count as typical itself.

    Args:
        reference: As `calibrated` returns it for these clips.
        clips: The clips.
        performers: Who moves in each; a clip of an unknown performer, or a performer's only one, is compared with the
            recordings.
    """
    scores = reference.scores(np.stack([clip.vector for clip in clips]))
    manners = np.stack([clip.manner for clip in clips])
    found = []
    for place, name in enumerate(performers):
        others = [other for other, of in enumerate(performers) if of == name and other != place]
        if name is None or not others:
            found.append(reference)
        else:
            found.append(reference.at(_typical(reference, scores[others], manners[others], PERFORMER_PRIOR)))
    return found


def with_baseline(reference: MotionReference, baseline: MeasuredClip) -> MotionReference:
    """The reference of a performer of whom one neutral clip is known.

    Args:
        reference: What else is known: the default, or a calibrated reference.
        baseline: The neutral clip.
    """
    scores = reference.scores(baseline.vector[None])
    return reference.at(_typical(reference, scores, baseline.manner[None], BASELINE_PRIOR))


def _typical(reference: MotionReference, scores: np.ndarray, manners: np.ndarray, prior: float) -> PerformerValues:
    """What is typical of a performer.

    Args:
        reference: Of the recordings.
        scores: (clips, descriptors) of the performer.
        manners: (clips, 13, 6, 2) of the performer.
        prior: Weight of the recordings, in clips.
    """
    location = np.where(np.isfinite(scores).any(axis=0), mean_over(scores, reference.location, prior), np.nan)
    manner = None if reference.manner is None else reference.manner.of_performer(manners, prior)
    return PerformerValues(len(scores), location, manner)


def mean_of_known(values: np.ndarray, absent: float = np.nan) -> np.ndarray:
    """Mean over the first axis without NaN, and `absent` where there is nothing else."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1), absent)
