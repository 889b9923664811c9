"""The order of the axes of an array of positions: frames, people, joints and coordinates, found from the movement.

Datasets keep people or joints or coordinates first. From frame to frame a joint moves little, while two joints or two
people are apart; so the axis of the frames is the one along which positions change least.
"""

import math

import numpy as np

from .motion import MotionError
from .recording import SHAPES
from .smpl import rotation_hint

_SMOOTH = 0.25
"""Ratio of the typical change along two axes by which one of them is that of the frames. In recordings at 10 or more
frames per second, a joint moves by less than this share of the distance between joints."""

_MOST_JOINTS = 256
"""Joints that lie before the frames. Dense surfaces change little from point to point, but have more points."""

_FEWEST_FRAMES = 7
"""Frames of the shortest movement that can be read, at 30 a second: an axis with fewer is not that of the frames."""

_SAMPLES = 64


def in_standard_order(
    joints: np.ndarray, visibility: np.ndarray | None, num_names: int | None, source: str
) -> tuple[np.ndarray, np.ndarray | None, str | None]:
    """Brings an array into one of `SHAPES`.

    Args:
        joints: Numbers in three or four axes. The last may hold x, y, z and a confidence from 0 to 1.
        visibility: Confidences with the axes of `joints` without coordinates, or None.
        num_names: Number of joint names, by which joints are told from frames; None without names.
        source: File name, for the error message.

    Returns:
        The array in the order of `SHAPES`, which is a view of the given one; the confidences; and what the order was,
        or None where it was the standard one.

    Raises:
        MotionError: No axis holds three coordinates, or several could.
    """
    if joints.ndim not in (3, 4) or 0 in joints.shape:
        return joints, visibility, None
    joints, scores = _without_confidence(joints, source)
    visibility = scores if visibility is None else visibility
    coordinates = joints.ndim - 1
    if joints.shape[-1] != 3:
        threes = [axis for axis, size in enumerate(joints.shape) if size == 3]
        if len(threes) != 1:
            raise MotionError(f"{source}: expected shape {SHAPES}; found {joints.shape}{rotation_hint(joints.shape)}")
        coordinates = threes[0]
    others = [axis for axis in range(joints.ndim) if axis != coordinates]
    # Where the coordinates come first, the others follow as time, joints and people (Yan et al. 2018, ST-GCN).
    names = ["frames", "joints"] if joints.ndim == 3 else ["people", "frames", "joints"]
    if joints.ndim == 4 and coordinates != 3:
        names = ["frames", "joints", "people"]
    placed = joints.transpose(*others, coordinates)
    if joints.ndim == 3:
        if _is_joints_first(placed, num_names):
            names = ["joints", "frames"]
    elif names[0] == "people" and _is_frames_first(placed):
        names = ["frames", "people", "joints"]
    order = [names.index(name) for name in ("people", "frames", "joints") if name in names]
    if coordinates == joints.ndim - 1 and order == sorted(order):
        return joints, visibility, None
    given = [*names]
    given.insert(coordinates, "3")
    if visibility is not None and visibility.shape == tuple(joints.shape[axis] for axis in others):
        visibility = visibility.transpose(*order)
    return placed.transpose(*order, joints.ndim - 1), visibility, ", ".join(given)


def _without_confidence(joints: np.ndarray, source: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Splits an array with four numbers for each joint into coordinates and confidences.

    Raises:
        MotionError: The fourth numbers are no confidences; four numbers of length 1 are rotations.
    """
    if joints.shape[-1] != 4 or 3 in joints.shape or joints.dtype.kind not in "fiu":
        return joints, None
    scores = joints[..., 3]
    known = np.isfinite(joints).all(axis=-1)
    some = joints[known][: _SAMPLES * _SAMPLES].astype(np.float64)
    if len(some) and (np.abs(np.linalg.norm(some, axis=-1) - 1.0) < 1e-3).mean() > 0.9:
        raise MotionError(
            f"{source}: found shape {joints.shape}, four numbers of length 1 for each joint: rotations (quaternions); "
            f"expected positions of shape {SHAPES}"
        )
    low, high = np.fmin.reduce(scores, axis=None), np.fmax.reduce(scores, axis=None)
    if not (low >= 0.0 and high <= 1.0):
        raise MotionError(
            f"{source}: expected shape {SHAPES}, or x, y, z and a confidence from 0 to 1; found {joints.shape} with "
            f"{low:g} to {high:g} as the fourth number"
        )
    return joints[..., :3], scores


def _is_joints_first(placed: np.ndarray, num_names: int | None) -> bool:
    """Whether an array (a, b, 3) holds joints in its first axis and frames in its second."""
    first, second = placed.shape[:2]
    if num_names is not None and first != second and num_names in (first, second):
        return num_names == first
    if min(first, second) < 2 or first > _MOST_JOINTS:
        return False
    return _change_along(placed, 1) < _SMOOTH * _change_along(placed, 0)


def _is_frames_first(placed: np.ndarray) -> bool:
    """Whether an array (a, b, joints, 3) holds frames in its first axis and people in its second."""
    first, second = placed.shape[:2]
    if first <= second:
        return False
    if second < _FEWEST_FRAMES <= first:
        return True
    across, between_people = _change_along(placed, 0), _change_along(placed, 1)
    if math.isnan(between_people):  # only one of them was tracked
        between_people = _change_along(placed, 2)
    return 0 < across < _SMOOTH * between_people


def _change_along(placed: np.ndarray, axis: int) -> float:
    """Returns the median distance between neighbours along an axis, of positions that are tracked; NaN without any."""
    size = placed.shape[axis]
    steps = np.unique(np.linspace(0, size - 2, min(size - 1, _SAMPLES)).astype(int))
    thin = tuple(
        slice(None, None, max(1, length // _SAMPLES)) if other not in (axis, placed.ndim - 1) else slice(None)
        for other, length in enumerate(placed.shape)
    )
    placed = placed[thin]
    with np.errstate(over="ignore", invalid="ignore"):
        before = np.take(placed, steps, axis=axis).astype(np.float64)
        after = np.take(placed, steps + 1, axis=axis).astype(np.float64)
        distance = np.linalg.norm(after - before, axis=-1)
    tracked = np.isfinite(distance) & (before != 0).any(axis=-1) & (after != 0).any(axis=-1)
    return float(np.median(distance[tracked])) if tracked.any() else float("nan")
