"""The checks that every recording passes, whatever its format: frame rate, names, tree and positions."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .limits import MAX_COORDINATE, MAX_FPS, MAX_JOINTS, MAX_NAME_LENGTH, MAX_PEOPLE, MIN_FPS
from .motion import Motion, MotionError
from .recording import SHAPES, TIME_UNITS, Recording, printable, shown
from .smpl import AXIS_ANGLE, rotation_hint, with_positions

MIN_VISIBILITY = 0.5
"""Below, a tracker that states its confidence is likely to be wrong. MediaPipe draws no landmark below it."""

_TIME_UNITS = (1.0, 1e-3, 1e-7)
"""Seconds, milliseconds and ticks of 100 ns; times are in the first unit that gives a plausible frame rate."""

_PLAUSIBLE_FPS = (5.0, 500.0)
"""Narrow enough that no step between frames is plausible in two of the units."""


def checked_motions(recording: Recording, source: str) -> list[Motion]:
    """Checks a recording and splits it by person.

    Args:
        recording: What a reader returned or a caller gave.
        source: File name or description, for records and error messages.

    Returns:
        One motion per person. A joint that lacks any coordinate in a frame is NaN in all three.

    Raises:
        MotionError: Wrong shape, type of value, number of names, tree or frame rate; an infinite or absurdly large
            coordinate; a person without any tracked joint. The message names the source, the joint and the frame.
    """
    if recording.layout == AXIS_ANGLE:
        recording = with_positions(recording, source)
    joints = _checked_array(recording.joints, source)
    num_joints = joints.shape[-2]
    fps = _frame_rate(recording, source)
    names = None if recording.joint_names is None else _checked_names(recording.joint_names, num_joints, source)
    parents = None if recording.parents is None else _checked_parents(recording.parents, num_joints, source)
    people = joints if joints.ndim == 4 else joints[None]
    visible = _of_each_person(recording.visibility, people.shape[:-1], "visibility", source)
    faces = _of_each_person(recording.face, (*people.shape[:2], 3), "face", source)
    motions = []
    for person, positions in enumerate(people):
        who = _name_of_person(person, len(people), recording.people, source)
        motions.append(
            Motion(
                _checked_positions(positions, names, who),
                fps,
                names,
                parents,
                recording.layout,
                who,
                recording.units,
                visible=None if visible is None else ~(visible[person] < MIN_VISIBILITY),  # NaN: not stated
                face=None if faces is None else np.array(faces[person], np.float32),
                notes=list(recording.notes),
                recording=recording.recording,
            )
        )
    return motions


def _of_each_person(values: Any, shape: tuple[int, ...], what: str, source: str) -> np.ndarray | None:
    """Returns what a reader gives for one person or for all, with people first; None where it gives nothing."""
    if values is None:
        return None
    values = np.asarray(values)
    if values.shape == shape[1:] and shape[0] == 1:
        values = values[None]
    if values.shape != shape or values.dtype.kind not in "fiub":
        raise MotionError(f"{source}: expected {what} of shape {shape}; found {values.shape} of {values.dtype}")
    return values


def _name_of_person(person: int, people: int, names: Sequence[str] | None, source: str) -> str:
    """Names a person in records and messages: "duo.trc, person 1 of 2 (Alice)"."""
    if people == 1:
        return source
    name = names[person] if names is not None and person < len(names) else ""
    return f"{source}, person {person + 1} of {people}" + (f" ({printable(name)})" if name else "")


# ---------------------------------------------------------------------------------------------------------- frame rate


def checked_fps(fps: Any, source: str) -> float:
    """Checks a frame rate.

    Args:
        fps: Frames per second, as a number or as text.
        source: Where it comes from, for the error message.

    Returns:
        The frame rate.

    Raises:
        MotionError: It is not a number from `MIN_FPS` to `MAX_FPS`.
    """
    rate = _as_rate(fps)
    if not MIN_FPS <= rate <= MAX_FPS:
        is_frame_time = 1 / MAX_FPS <= rate < MIN_FPS
        hint = f" (a frame time of {rate:g} s is {1 / rate:g} frames per second)" if is_frame_time else ""
        raise MotionError(
            f"{source}: fps is {repr(fps)[:40]}; expected {MIN_FPS:g} to {MAX_FPS:g} frames per second{hint}"
        )
    return rate


def _as_rate(fps: Any) -> float:
    """A frame rate as a number, NaN if it is none."""
    try:
        return float(fps)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _frame_rate(recording: Recording, source: str) -> float | None:
    """Returns the stated frame rate, else the one that the times of the frames give, else None."""
    if recording.fps is not None:
        if recording.fps_stated is not None and not MIN_FPS <= _as_rate(recording.fps) <= MAX_FPS:
            raise MotionError(f"{source}: {recording.fps_stated} (or pass fps)")
        return checked_fps(recording.fps, source)
    if recording.times is not None and len(recording.times) > 1:
        return _fps_of_times(recording.times, recording.time_lines, recording.time_unit, source)
    return None


def _fps_of_times(times: np.ndarray, lines: np.ndarray | None, unit: str | None, source: str) -> float:
    """Returns the frame rate of evenly spaced frames.

    It is the inverse of the mean of those steps that lie within half of the median step, so that neither dropped
    frames nor a clock of whole milliseconds distort it.

    Args:
        times: (frames,) two or more, in seconds, milliseconds or ticks of 100 ns.
        lines: Line of each time in the file, or None.
        source: File name.

    Raises:
        MotionError: A time is missing or decreases, or the steps give no plausible frame rate.
    """

    def place(row: int) -> str:
        return f"time {row}" if lines is None else f"line {lines[row]}"

    if not np.isfinite(times).all():
        row = int(np.argmin(np.isfinite(times)))
        raise MotionError(f"{source}, {place(row)}: expected a time; found none (or pass fps)")
    with np.errstate(over="ignore"):
        steps = np.diff(times)
    if (steps < 0).any():
        row = int(np.argmax(steps < 0)) + 1
        raise MotionError(
            f"{source}, {place(row)}: expected times in increasing order; found {times[row]:.12g} "
            f"after {times[row - 1]:.12g}"
        )
    median = float(np.median(steps))
    typical = steps[np.abs(steps - median) <= median / 2]
    step = float(typical.mean()) if len(typical) else median
    slowest, fastest = _PLAUSIBLE_FPS
    for seconds in _TIME_UNITS if unit is None else (TIME_UNITS[unit],):
        if 1 / fastest <= step * seconds <= 1 / slowest:
            return 1 / (step * seconds)
    raise MotionError(
        f"{source}: the time column steps by {step:g}; expected {slowest:g} to {fastest:g} frames per second in "
        "seconds, milliseconds or ticks of 100 ns (or pass fps)"
    )


# ----------------------------------------------------------------------------------------------------------- positions


def _checked_array(joints: Any, source: str) -> np.ndarray:
    """Returns joint positions as an array of real numbers in one of `SHAPES`."""
    try:
        joints = np.asarray(joints)
    except (TypeError, ValueError, RuntimeError) as error:
        raise MotionError(
            f"{source}: expected an array of shape {SHAPES}; these values do not form an array ({error})"
        ) from error
    if joints.dtype.hasobject:
        raise MotionError(f"{source}: expected an array {SHAPES} of numbers; found Python objects")
    if joints.dtype.kind not in "fiu":
        raise MotionError(f"{source}: expected real numbers; found values of type {joints.dtype}")
    if joints.ndim not in (3, 4) or joints.shape[-1] != 3:
        raise MotionError(f"{source}: expected shape {SHAPES}; found {joints.shape}.{rotation_hint(joints.shape)}")
    if 0 in joints.shape:
        raise MotionError(f"{source}: expected at least one frame and one joint; found shape {joints.shape}")
    if joints.shape[-2] > MAX_JOINTS:
        raise MotionError(
            f"{source}: expected at most {MAX_JOINTS} joints; found {joints.shape[-2]} (shape {joints.shape})"
        )
    if joints.ndim == 4 and len(joints) > MAX_PEOPLE:
        raise MotionError(
            f"{source}: expected at most {MAX_PEOPLE} people; found {len(joints)} (shape {joints.shape})"
        )
    return joints


def _checked_positions(positions: np.ndarray, names: list[str] | None, source: str) -> np.ndarray:
    # A float64 too large for float32 becomes infinite and is refused just below; a signalling NaN becomes quiet.
    with np.errstate(over="ignore", invalid="ignore"):
        joints = np.array(positions, dtype=np.float32)
    refuse_far_joints(joints, positions, lambda joint: joint_label(joint, names), source)
    untracked = np.isnan(joints).any(axis=-1)
    if untracked.all():
        raise MotionError(f"{source}: no joint is tracked in any frame; remove this person from the recording")
    joints[untracked] = np.nan
    return joints


def refuse_far_joints(joints: np.ndarray, given: np.ndarray, label: Callable[[int], str], source: str) -> None:
    """Raises an error if a joint is further away than `MAX_COORDINATE`.

    Args:
        joints: (frames, joints, 3) float32, NaN where not tracked.
        given: The same positions as they were given, for the error message: float32 turns 1e200 into infinity.
        label: Names a joint by its index in `joints`.
        source: File name or description, for the error message.

    Raises:
        MotionError: The message names coordinate, joint and frame.
    """
    # fmax and fmin skip NaN, and unlike abs they make no copy.
    if max(np.fmax.reduce(joints, axis=None), -np.fmin.reduce(joints, axis=None)) > MAX_COORDINATE:
        frame, joint, axis = (int(index) for index in np.argwhere(np.abs(joints) > MAX_COORDINATE)[0])
        raise MotionError(
            f"{source}: {'xyz'[axis]} of {label(joint)} is {given[frame, joint, axis]:g} in frame {frame}; "
            f"expected a number within {MAX_COORDINATE:g}, or NaN where not tracked"
        )


def joint_label(joint: int, names: Sequence[str] | None) -> str:
    """Names a joint in an error message: by its index, and by its name where it has one."""
    return f"joint {joint}" if names is None else f"joint {joint} {shown(str(names[joint]))}"


# ----------------------------------------------------------------------------------------------------- names and tree


def _checked_names(names: Sequence[str], num_joints: int, source: str) -> list[str]:
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise MotionError(f"{source}: expected joint_names as a list of strings; found {shown(repr(names))}")
    if len(names) != num_joints:
        raise MotionError(f"{source}: expected {num_joints} joint names, one for each joint; found {len(names)}")
    if len(longest := max(names, key=len)) > MAX_NAME_LENGTH:
        raise MotionError(
            f"{source}: expected joint names of at most {MAX_NAME_LENGTH} characters; found {shown(longest)}"
        )
    return [str(name) for name in names]


def _checked_parents(parents: Sequence[int], num_joints: int, source: str) -> list[int]:
    given = np.asarray(parents)
    if given.shape != (num_joints,) or given.dtype.kind not in "iu":
        raise MotionError(
            f"{source}: expected parents as {num_joints} integers; found shape {given.shape} of {given.dtype}"
        )
    tree: list[int] = given.tolist()
    settled = [False] * num_joints  # known to lead to a root
    for joint in range(num_joints):
        path: dict[int, None] = {}
        while joint != -1 and not settled[joint]:
            if not -1 <= tree[joint] < num_joints:
                raise MotionError(
                    f"{source}: parent of joint {joint} is {tree[joint]}; expected -1 for a root, or the index of a "
                    "joint"
                )
            if joint in path:
                raise MotionError(f"{source}: joint {joint} is its own ancestor in parents; expected a tree")
            path[joint] = None
            joint = tree[joint]
        for passed in path:
            settled[passed] = True
    return tree
