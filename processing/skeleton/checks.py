"""The first step of `unify`: is this a recording of movement at all? Positions, frame rate and duration are checked.

A `Motion` may come from a reader, which has checked it, or be made by hand. So everything that the next steps rely on
is checked here, with the same functions and limits where a reader checks it too.
"""

import numpy as np

from ..reading.array_axes import shape_hint
from ..reading.motion import Motion, MotionError
from ..reading.smpl import rotation_hint
from ..reading.timing import checked_fps
from .plausibility import check_depth
from .rig_files import Rigs

MIN_DURATION_S = 0.2
"""Seconds of the shortest movement: speeds and their changes need a few frames."""

MAX_DURATION_S = 6 * 3600.0
"""Seconds of the longest recording; what is made of it stays in memory as a whole."""


def checked_recording(motion: Motion, rigs: Rigs) -> tuple[np.ndarray, float]:
    """Checks a recording's positions, frame rate and duration, and that it is known which joints it has.

    Args:
        motion: A recording, perhaps made by hand.
        rigs: Rig name -> rig; those with as many joints are proposed where neither names nor a layout are known.

    Returns:
        The positions, (frames, joints, 3) of real numbers, and the frames per second.

    Raises:
        MotionError: The positions are not such an array or are two-dimensional, the frame rate or the joints are
            unknown (one error asks for both), the frame rate is absurd, or the recording is shorter than
            `MIN_DURATION_S` or longer than `MAX_DURATION_S`.
    """
    joints = _checked_positions(motion)
    check_depth(joints, motion.source)  # before a frame rate or a layout is asked for, which could not help
    _refuse_unknown(motion, joints.shape[1], rigs)
    return joints, _checked_rate(motion, len(joints))


def _checked_positions(motion: Motion) -> np.ndarray:
    """Returns the positions as an array, or raises an error that says what they are instead."""
    source = motion.source
    try:
        joints = np.asarray(motion.joints)
    except ValueError as error:
        raise MotionError(f"{source}: the joint positions do not form an array ({error}).") from None
    if joints.ndim != 3 or joints.shape[-1] != 3:
        hint = shape_hint(joints.shape)
        if joints.ndim == 4 and joints.shape[-1] == 3:
            hint = " Pass several people or clips one by one."
        raise MotionError(
            f"{source}: expected joint positions of shape (frames, joints, 3), found {joints.shape}.{hint}"
        )
    if joints.dtype.kind not in "fiu":
        raise MotionError(f"{source}: expected joint positions as numbers, found {joints.dtype}.")
    if joints.shape[1] == 0:
        raise MotionError(f"{source}: the recording has no joints (shape {joints.shape}).")
    if len(joints) == 0:
        raise MotionError(f"{source}: the recording has no frames.")
    if len(joints) == 1:
        raise MotionError(f"{source}: the recording has a single frame; movement needs at least {MIN_DURATION_S:g} s.")
    return joints


def _refuse_unknown(motion: Motion, count: int, rigs: Rigs) -> None:
    """Raises an error that asks at once for all that the recording of `count` joints does not state."""
    unknown, arguments, options, hint = [], [], [], ""
    if motion.fps is None:
        unknown, arguments, options = ["the frame rate"], ["fps (frames per second)"], ["--fps"]
    if motion.joint_names is None and motion.layout is None:
        same = [name for name, rig in rigs.items() if len(rig["joints"]) == count]
        unknown.append(f"the names of the {count} joints")
        arguments.append("layout or joint_names")
        options.append("--layout")
        hint = f" Layouts with {count} joints: {', '.join(same)}." if same else f" Known layouts: {', '.join(rigs)}."
        hint += rotation_hint(np.shape(motion.joints))
    if unknown:
        verb = "is" if unknown == ["the frame rate"] else "are"
        raise MotionError(
            f"{motion.source}: {' and '.join(unknown)} {verb} not known; pass {' and '.join(arguments)}, on the "
            f"command line {' and '.join(options)}.{hint}"
        )


def _checked_rate(motion: Motion, frames: int) -> float:
    """Returns the frame rate, after checking it and the duration that follows from it."""
    source = motion.source
    rate = checked_fps(motion.fps, source)
    duration = (frames - 1) / rate
    # One frame of grace: seven frames at 30 per second count as 0.2 s.
    if duration < MIN_DURATION_S - 1e-3:
        raise MotionError(
            f"{source}: {frames} frames at {rate:g} per second are {duration:.2f} s; movement needs at least "
            f"{MIN_DURATION_S:g} s."
        )
    if duration > MAX_DURATION_S:
        raise MotionError(
            f"{source}: {frames} frames at {rate:g} per second are {duration / 3600:.1f} h; split recordings longer "
            f"than {MAX_DURATION_S / 3600:g} h."
        )
    return rate
