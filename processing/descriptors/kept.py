"""What is measured on a clip, computed once: it is kept with the clip, for the labels, the reasons and the record.

The mirror image of a clip is not measured: every quantity but those that tell left from right is the same there, and
those change their sign. So the label of a clip and of its mirror image cost one measurement.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from ..skeleton.clip import UnifiedClip
from .measure import DESCRIPTORS, measure, spans_from
from .movement_features import NUM_CHANNELS, SEGMENTS, movement_features

__all__ = ["features_of", "mirrored_features", "mirrored_vector", "spans_of", "vector_of", "windows_of"]

_KEPT = "_kept"
"""Attribute of a clip; no field, because clips are recognised by their fields. A cut or changed clip is a new one."""

_SIDED = np.array([descriptor.sided for descriptor in DESCRIPTORS])


def _mirrored_name(name: str) -> str:
    sides = {"left": "right", "right": "left"}
    return " ".join(sides.get(word, word) for word in name.split())


def _signs() -> np.ndarray:
    """(13, 6) 1 or -1: the left components of a direction and of its velocity change their sign."""
    signs = np.ones((len(SEGMENTS), NUM_CHANNELS), dtype=np.float32)
    signs[:, [0, 3]] = -1
    for row, (name, _, _) in enumerate(SEGMENTS):
        if name == "root":
            signs[row] = [-1, 1, 1, 1, -1, 1]  # velocity, height, turning rate, 0
        elif name.endswith("line"):  # from right to left: the image points the other way
            signs[row] *= -1
    return signs


_NAMES = [name for name, _, _ in SEGMENTS]
_MIRROR = [_NAMES.index(_mirrored_name(name)) for name in _NAMES]
_SIGNS = _signs()


def vector_of(clip: UnifiedClip) -> np.ndarray:
    """(descriptors,) float32, `measure` of a clip; not to be changed.

    Raises:
        ValueError: As `measure`.
    """
    return _once(clip, "vector", lambda: _fixed(measure(clip.joints, clip.joint_mask, clip.not_shown)))


def spans_of(clip: UnifiedClip) -> np.ndarray:
    """(spans, descriptors) float32, `measure_spans` of a clip.

    Raises:
        ValueError: As `measure`.
    """
    return spans_from(vector_of(clip), clip.joints, clip.joint_mask, clip.not_shown)


def features_of(clip: UnifiedClip) -> tuple[np.ndarray, np.ndarray]:
    """(frames, 13, 6) float32 and (13,) bool, `movement_features` of a clip; not to be changed."""

    def compute() -> tuple[np.ndarray, np.ndarray]:
        values, present = movement_features(clip.joints, clip.joint_mask, clip.not_shown)
        return _fixed(values), _fixed(present)

    return _once(clip, "features", compute)


def windows_of(clip: UnifiedClip, segments: Sequence[tuple[int, int]]) -> list[UnifiedClip]:
    """The segments of a clip as clips, each with what was measured on it.

    Args:
        clip: The clip.
        segments: First frame and frame after the last of each.
    """

    def window(start: int, end: int) -> UnifiedClip:
        is_whole = start == 0 and end >= len(clip.joints)
        return clip if is_whole else _once(clip, (start, end), lambda: clip.cut(start, end))

    return [window(*segment) for segment in segments]


def mirrored_vector(vector: np.ndarray) -> np.ndarray:
    """(descriptors,) values of `measure` of the mirror image, from those of a clip."""
    return np.where(_SIDED, -vector, vector)


def mirrored_features(features: np.ndarray, segment_mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`movement_features` of the mirror image.

    Args:
        features: (frames, 13, 6), those of the clip.
        segment_mask: (13,) bool.

    Returns:
        The same of the mirror image, equal but for rounding.
    """
    return features[:, _MIRROR] * _SIGNS, segment_mask[_MIRROR]


def _once(clip: UnifiedClip, what: Hashable, compute: Callable[[], Any]) -> Any:
    kept = vars(clip).setdefault(_KEPT, {})
    if what not in kept:
        kept[what] = compute()
    return kept[what]


def _fixed(values: np.ndarray) -> np.ndarray:
    values.setflags(write=False)
    return values
