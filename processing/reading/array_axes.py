"""The order of the axes of an array of positions: frames, people, joints and coordinates, found from the movement.

Datasets keep people or joints or coordinates first. From frame to frame a joint moves little, while two joints or two
people are apart; so the axis of the frames is the one along which positions change least.
"""

import math
import warnings

import numpy as np

from .keys import ANGLES_HINT, IMAGE_ADVICE
from .motion import MotionError
from .people import FEWEST_JOINTS
from .recording import SHAPES
from .smpl import rotation_hint

_SMOOTH = 0.25
"""Ratio of the typical change along two axes by which one of them is that of the frames. In recordings at 10 or more
frames per second, a joint moves by less than this share of the distance between joints."""

_MOST_JOINTS = 256
"""Joints that lie before the frames. Dense surfaces change little from point to point, but have more points."""

_FEWEST_FRAMES = 7
"""Frames of the shortest movement that can be read, at 30 a second: an axis with fewer is not that of the frames."""

_MORE_ALIKE = 0.3
"""Correlation by which three people must be more alike than x, y and z. Generated people with
different actions are alike by 0.96 at least, and their x, y and z by 0.05 at most."""

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
        MotionError: No axis holds three coordinates, or several could and the bodies do not tell which.
    """
    if joints.ndim not in (3, 4) or 0 in joints.shape:
        return joints, visibility, None
    joints, scores = _without_confidence(joints, source)
    visibility = scores if visibility is None else visibility
    coordinates = _axis_of_coordinates(joints, source)
    others = [axis for axis in range(joints.ndim) if axis != coordinates]
    placed = joints.transpose(*others, coordinates)
    names = _names_of(placed, coordinates == joints.ndim - 1, num_names)
    order = [names.index(name) for name in ("people", "frames", "joints") if name in names]
    if coordinates == joints.ndim - 1 and order == sorted(order):
        return joints, visibility, None
    given = [*names]
    given.insert(coordinates, "3")
    if visibility is not None and visibility.shape == tuple(joints.shape[axis] for axis in others):
        visibility = visibility.transpose(*order)
    return placed.transpose(*order, joints.ndim - 1), visibility, ", ".join(given)


def _axis_of_coordinates(joints: np.ndarray, source: str) -> int:
    """Returns the axis of x, y and z: the one of three numbers, or the one that three people are not in.

    Raises:
        MotionError: There is none; or there are several, the last axis is not among them, and nothing tells which.
    """
    last = joints.ndim - 1
    threes = [axis for axis, size in enumerate(joints.shape) if size == 3]
    if len(threes) == 1 or (joints.ndim == 3 and joints.shape[-1] == 3):
        return threes[-1]
    which = ""
    if len(threes) == 2 and joints.ndim == 4:
        first, second = _likeness(np.moveaxis(joints, threes, (2, 3)))
        if first > second + _MORE_ALIKE:
            return threes[1]
        if second > first + _MORE_ALIKE:
            return threes[0]
        which = ", in which the movement does not tell x, y and z from three people"
    if joints.ndim == 4 and joints.shape[-1] == 3:
        return last
    raise MotionError(f"{source}: expected shape {SHAPES}; found {joints.shape}{which}.{shape_hint(joints.shape)}")


def shape_hint(shape: tuple[int, ...]) -> str:
    """Returns what an array of such a shape may be, which is no array of positions, and what to do with it; or ""."""
    hint = rotation_hint(shape)
    if len(shape) == 2 and shape[1] and shape[1] % 3 == 0:
        hint = f" If each row is a frame, reshape to ({shape[0]}, {shape[1] // 3}, 3).{hint}{ANGLES_HINT}"
    elif len(shape) == 2:
        hint += ANGLES_HINT
    elif len(shape) > 2 and shape[-1] == 2:
        hint = f" The positions are two-dimensional. {IMAGE_ADVICE}"
    return hint


def _likeness(placed: np.ndarray) -> tuple[float, float]:
    """Returns how alike bodies are along each of two axes that hold three people and three coordinates.

    People have one way up in common: along that coordinate, their joints lie in nearly the same order. The coordinates
    of one person differ from each other.

    Args:
        placed: (frames, joints, 3, 3) or (joints, frames, 3, 3).

    Returns:
        The correlation of those two that are least alike along the third axis, at that place of the fourth at which it
        is highest; and the same along the fourth axis. NaN where nothing is known.
    """
    changes = [_change_along(placed.reshape(*placed.shape[:2], 9), axis) for axis in (0, 1)]
    frames = 1 if changes[1] < changes[0] else 0
    thin = tuple(slice(None, None, max(1, size // _SAMPLES)) for size in placed.shape[:2])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of joints that are never tracked
        pose = np.nanmean(placed[thin].astype(np.float64), axis=frames)
        pose = pose[np.isfinite(pose).all(axis=(1, 2))]
        pose = (pose - pose.mean(axis=0)) / pose.std(axis=0)
        alike = np.einsum("jac,jbc->abc", pose, pose).min(axis=(0, 1)) / len(pose)
        across = np.einsum("jca,jcb->abc", pose, pose).min(axis=(0, 1)) / len(pose)
    return _highest(alike), _highest(across)


def _highest(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.max()) if known.size else math.nan


def _names_of(placed: np.ndarray, is_usual: bool, num_names: int | None) -> list[str]:
    """Names the axes before the last one of an array whose last axis holds the coordinates.

    Args:
        placed: (a, b, 3) or (a, b, c, 3).
        is_usual: Whether the coordinates were last as given. Where they come earlier, the others usually follow as
            time, joints and people (Yan et al. 2018, ST-GCN).
        num_names: As in `in_standard_order`.
    """
    if placed.ndim == 3:
        return ["joints", "frames"] if _is_joints_first(placed, num_names) else ["frames", "joints"]
    usual = ["people", "frames", "joints"] if is_usual else ["frames", "joints", "people"]
    found = _axis_of_frames(placed, usual, num_names)
    frames = usual.index("frames") if found is None else found
    people, joints = (axis for axis in range(3) if axis != frames)
    sizes = placed.shape
    if not is_usual:
        people, joints = joints, people
    if num_names is not None and num_names in (sizes[people], sizes[joints]):
        is_exchanged = sizes[joints] != num_names
    else:
        is_exchanged = found is not None and sizes[joints] < FEWEST_JOINTS <= sizes[people]
    if is_exchanged:
        people, joints = joints, people
    return [{people: "people", frames: "frames", joints: "joints"}[axis] for axis in range(3)]


def _axis_of_frames(placed: np.ndarray, usual: list[str], num_names: int | None) -> int | None:
    """Returns which of the first three axes of an array (a, b, c, 3) holds the frames; None if nothing tells."""
    sizes, at = placed.shape, usual.index("frames")
    changes = [_change_along(placed, axis) for axis in range(3)]
    named = [axis for axis in range(3) if sizes[axis] == num_names]
    joints = named[0] if len(named) == 1 else usual.index("joints")
    possible = [axis for axis in range(3) if sizes[axis] >= _FEWEST_FRAMES and named != [axis]]
    # Joints are as close as frames where the people are far apart, but people are too few to be joints.
    if at in possible and sizes[joints] >= FEWEST_JOINTS and 0 < changes[at] < _SMOOTH * changes[joints]:
        return at  # copies of one person may be more alike than two frames
    for axis in possible:
        others = [change for other, change in enumerate(changes) if other != axis and change > 0]
        if others and 0 < changes[axis] < _SMOOTH * min(others):
            return axis
    if at == 1 and sizes[1] < _FEWEST_FRAMES <= sizes[0]:
        return 0
    return None


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
