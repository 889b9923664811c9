"""Calibration: what is typical of a user's own recordings and of the performers in them, from clips without labels.

Each clip is described by its measured descriptors and by the mean of what the tower reads. Location (what is usual)
comes from the nearest level that has clips: the performer, the recordings, the default. A few clips show it, shrunk
towards the level above. Spread (how much is a lot) comes from all recordings, shrunk towards the default, because it
needs more clips.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..skeleton.clip import UnifiedClip
from .measure import measure
from .movement_features import NUM_CHANNELS, SEGMENTS, movement_features
from .reference import MotionReference
from .reference_state import RECORDINGS, PerformerValues
from .reference_statistics import (
    BASELINE_PRIOR,
    PERFORMER_PRIOR,
    mean_over,
    spread_over,
    weight_of,
)

__all__ = [
    "ADAPTED_SEGMENTS",
    "MeasuredClip",
    "adapt",
    "calibrated",
    "mean_of_windows",
    "measured_clip",
    "with_baseline",
    "without_each",
]

ADAPTED_SEGMENTS = ("trunk", "head", "shoulder line", "hip line")
"""Segments whose joints sit in different places in different rigs. Elbows, wrists, knees and ankles do not."""

DIRECTIONS = 3
"""Number of direction channels of a segment; they come first."""


@dataclass(frozen=True)
class MeasuredClip:
    """What a calibration needs of a clip.

    Attributes:
        vector: (descriptors,) values of `measure`, the mean over the windows of a long recording; NaN where absent.
        feature_mean: (13, 6) mean of the tower's features over the clip and its mirror image, NaN for absent segments.
    """

    vector: np.ndarray
    feature_mean: np.ndarray


def measured_clip(clip: UnifiedClip, segments: Sequence[tuple[int, int]]) -> MeasuredClip:
    """Measures a clip as it is explained, window by window; each window counts the same.

    Args:
        clip: The clip.
        segments: First frame and frame after the last of each window.
    """
    vectors, features = [], []
    for start, end in segments:
        window = clip.cut(start, end)
        vectors.append(measure(window.joints, window.joint_mask, window.not_shown))
        for side in (window, window.mirrored()):  # rigs are symmetric, a few clips need not be
            features.append(movement_features(side.joints, side.joint_mask, side.not_shown))
    return mean_of_windows(vectors, features)


def mean_of_windows(vectors: Sequence[np.ndarray], features: Sequence[tuple[np.ndarray, np.ndarray]]) -> MeasuredClip:
    """What a calibration needs of a clip whose windows were measured already.

    Args:
        vectors: (descriptors,) of each window, as `measure` returns them.
        features: Of each window and of its mirror image, as `movement_features` returns them.
    """
    means = [np.where(there[:, None], values.astype(np.float64).mean(axis=0), np.nan) for values, there in features]
    return MeasuredClip(_mean(np.stack(vectors).astype(np.float64)), _mean(np.stack(means)))


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
    scores = reference.scores(np.stack([clip.vector for clip in clips]))
    means = np.stack([clip.feature_mean for clip in clips])
    weight = weight_of(np.isfinite(scores).sum(axis=0))
    location = weight * _mean(scores, 0.0)
    groups = {name: scores[[other == name for other in names]] for name in names if name is not None}
    unknown = scores[[name is None for name in names]]
    total = spread_over([scores], np.ones(scores.shape[1]))
    moved = MotionReference(
        reference.quantiles,
        len(clips),
        None if reference.feature_mean is None else _shrunk_features(means, reference.feature_mean),
        reference.feature_std,
        None if reference.feature_clips is None else np.isfinite(means[..., 0]).sum(axis=0),
        (1 - weight) * reference.usual_scores,  # the more is known of the recordings, the less their kind matters
        location,
        np.where(weight > 0, total, reference.scale),
        spread_over([*groups.values(), unknown], reference.within),
        np.where(weight > 0, RECORDINGS, reference.level).tolist(),
    )
    for name, values in groups.items():
        own = means[[other == name for other in names]]
        moved.performers[str(name)] = _typical(moved, values, own, PERFORMER_PRIOR)
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
    means = np.stack([clip.feature_mean for clip in clips])
    found = []
    for place, name in enumerate(performers):
        others = [other for other, of in enumerate(performers) if of == name and other != place]
        if name is None or not others:
            found.append(reference)
        else:
            found.append(reference.at(_typical(reference, scores[others], means[others], PERFORMER_PRIOR)))
    return found


def with_baseline(reference: MotionReference, baseline: MeasuredClip) -> MotionReference:
    """The reference of a performer of whom one neutral clip is known.

    Args:
        reference: What else is known: the default, or a calibrated reference.
        baseline: The neutral clip.
    """
    scores = reference.scores(baseline.vector[None])
    return reference.at(_typical(reference, scores, baseline.feature_mean[None], BASELINE_PRIOR))


def _typical(reference: MotionReference, scores: np.ndarray, means: np.ndarray, prior: float) -> PerformerValues:
    """What is typical of a performer.

    Args:
        reference: Of the recordings.
        scores: (clips, descriptors) of the performer.
        means: (clips, 13, 6) of the performer.
        prior: Weight of the recordings, in clips.
    """
    location = np.where(np.isfinite(scores).any(axis=0), mean_over(scores, reference.location, prior), np.nan)
    features = None
    if reference.feature_mean is not None:
        flat = mean_over(means.reshape(len(means), -1), np.nan_to_num(reference.feature_mean).ravel(), prior)
        features = np.where(np.isfinite(means).any(axis=0), flat.reshape(_FEATURES), reference.feature_mean)
    return PerformerValues(len(scores), location, features)


def _shrunk_features(means: np.ndarray, default: np.ndarray) -> np.ndarray:
    """(13, 6) mean features of the recordings, from (clips, 13, 6); the default's for absent segments."""
    weight = weight_of(np.isfinite(means).sum(axis=0))
    found = _mean(means)
    return np.where(np.isfinite(found) & np.isfinite(default), default + weight * (found - default), default)


def _mean(values: np.ndarray, absent: float = np.nan) -> np.ndarray:
    """Mean over the first axis without NaN, and `absent` where there is nothing else."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1), absent)


_FEATURES = (len(SEGMENTS), NUM_CHANNELS)


def adapt(features: np.ndarray, segment_mask: np.ndarray, given: MotionReference, own: MotionReference) -> np.ndarray:
    """Shifts the features of one kind of recording to where those of the training recordings are.

    The mean directions of `ADAPTED_SEGMENTS` are aligned by segment and axis; the vectors need not keep unit length.
    Velocities do not change, since they do not depend on the rig. Limbs and root do not change either: their means
    depend on the action (walking or standing) rather than on the rig.

    Args:
        features: (frames, 13, 6) float32, as `movement_features` gives them.
        segment_mask: (13,) bool; absent segments stay as they are.
        given: Reference of recordings like this one.
        own: Reference of the recordings that the tower was trained on.

    Returns:
        (frames, 13, 6) float32; `features` themselves where one of the references lacks feature statistics.
    """
    if given.feature_mean is None or own.feature_mean is None:
        return features
    offset = own.feature_mean - given.feature_mean
    adapted = np.zeros(_FEATURES, dtype=bool)
    adapted[[index for index, (name, _, _) in enumerate(SEGMENTS) if name in ADAPTED_SEGMENTS], :DIRECTIONS] = True
    adapted &= np.asarray(segment_mask, dtype=bool)[:, None] & np.isfinite(offset)
    return features + np.where(adapted, offset, 0.0).astype(np.float32)
