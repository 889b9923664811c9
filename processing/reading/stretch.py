"""Which part of a recording is movement: without frames at its ends that hold nobody, one frame repeated, or a pose.

Datasets pad recordings to one length, with zeros or with the last frame; trackers start before somebody comes in;
animation software puts the rest pose of the skeleton before or after the take.
"""

import warnings

import numpy as np

from .motion import Motion, note
from .people import tracked_frames
from .vectors import all_three, median, norms, quantiles

_REPEATED_S = 0.5
"""Seconds for which one frame is repeated exactly. No recording of a living body does that, however still it is; a
table of few digits may, for a shorter time."""

_FEWEST_FRAMES = 15
"""Frames that must be left: a recording that repeats one frame nearly throughout is one of stillness."""

_OFTEN = 0.2
"""Share of the other frames that repeat the one before, from which on a recording has too few digits, or holds poses
by design, to tell padding from rest."""

_POSES = 3
"""Frames at an end that may be a pose which is no part of the movement."""

_POSE_STEPS, _POSE_SIZE = 7.0, 0.008
"""The body goes to such a pose by more than so many of its fastest steps, and by more than this share of its size. Of
the 200 ends of recordings with rest poses, 199 exceed both; the fastest of 1,448 other ends has 5.3 steps."""

_ENOUGH_JOINTS = 0.5
"""Share of the joints that must be tracked in two frames to tell a pose from the movement: one arm may be faster."""

_STEPS_SEEN = 500
"""Steps between frames, spread over a recording, that show how fast it is."""

_NOTED_S = 0.1
"""Seconds; whatever is cut beyond is mentioned in the notes."""

_NOTED_LOSS_S, _SHOWN = 0.5, 3
"""Seconds without a body in the middle that are mentioned in the notes, and how many places."""

_MOSTLY, _BRIDGED_S = 0.5, 0.2
"""Where a body is tracked in fewer of the frames, most of the movement would be invented: only the longest stretch is
read, over gaps of at most so many seconds."""

_FALLBACK_FPS = 30.0


def cut_to_movement(motion: Motion) -> None:
    """Cuts a motion, in place, to the frames in which somebody was tracked and that are no padding; adds notes.

    Args:
        motion: Evenly spaced frames of one person.
    """
    fps = motion.fps or _FALLBACK_FPS
    tracked = np.flatnonzero(tracked_frames(motion.joints))
    if len(tracked) == 0:
        return
    first, last = int(tracked[0]), int(tracked[-1]) + 1
    lost = first, len(motion.joints) - last
    repeated = _repeated(motion.joints[first:last], fps)
    _cut(motion, first + repeated[0], last - repeated[1])
    apart = _poses_apart(motion.joints)
    _cut(motion, apart[0], len(motion.joints) - apart[1])
    for edge, frames in zip(("first", "last"), apart, strict=True):
        if frames:
            which = f"{edge} frame is" if frames == 1 else f"{edge} {frames} frames are"
            message = f"the {which} far from the movement next to it, as a rest pose is, and left out"
            motion.notes.append(note("pose_cut", message))
    for edge, nobody, padding in zip(("first", "last"), lost, repeated, strict=True):
        if (nobody + padding) / fps > _NOTED_S:
            why = " or ".join(["hold nobody"] * (nobody > 0) + ["repeat one frame exactly"] * (padding > 0))
            message = f"the {edge} {(nobody + padding) / fps:.2f} s {why} and are cut"
            motion.notes.append(note("padding_cut", message))
    _leave_long_losses(motion, fps)


def _cut(motion: Motion, start: int, end: int) -> None:
    if (start, end) == (0, len(motion.joints)):
        return
    motion.start_s += start / (motion.fps or _FALLBACK_FPS)
    motion.joints = motion.joints[start:end].copy()  # a view would keep what is cut in memory
    motion.visible = None if motion.visible is None else motion.visible[start:end].copy()
    motion.face = None if motion.face is None else motion.face[start:end].copy()


def _leave_long_losses(motion: Motion, fps: float) -> None:
    """Says where nobody was tracked for long; if that is most of the time, keeps the longest stretch with a body."""
    tracked = tracked_frames(motion.joints)
    if tracked.all():
        return
    edges = np.flatnonzero(np.diff((~tracked).astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    long = edges[np.diff(edges, axis=1)[:, 0] > _NOTED_LOSS_S * fps]
    if tracked.mean() < _MOSTLY:
        apart = edges[np.diff(edges, axis=1)[:, 0] > _BRIDGED_S * fps]
        starts, stops = np.append(0, apart[:, 1]), np.append(apart[:, 0], len(tracked))
        longest = int(np.argmax(stops - starts))
        start, stop = int(starts[longest]), int(stops[longest])
        message = (
            f"somebody was tracked in {tracked.mean():.0%} of the frames; only the longest stretch with a body, "
            f"{start / fps:.2f} to {stop / fps:.2f} s, is read"
        )
        motion.notes.append(note("body_lost", message))
        _cut(motion, start, stop)
    elif len(long) and all(each["code"] != "time_hole" for each in motion.notes):
        where = ", ".join(f"{start / fps:.2f} to {stop / fps:.2f} s" for start, stop in long[:_SHOWN])
        where += f" and {len(long) - _SHOWN} more" if len(long) > _SHOWN else ""
        message = f"nobody was tracked from {where}; the movement there is interpolated"
        motion.notes.append(note("body_lost", message))


def _poses_apart(joints: np.ndarray) -> tuple[int, int]:
    """Returns how many frames at the beginning and at the end are a pose far from the movement next to it."""
    if len(joints) < 2 * _POSES + _FEWEST_FRAMES:
        return 0, 0
    inner = np.arange(_POSES, len(joints) - _POSES - 1)
    inner = inner[:: max(1, len(inner) // _STEPS_SEEN)]
    first, last = np.arange(_POSES), np.arange(len(joints) - _POSES - 1, len(joints) - 1)[::-1]
    before = np.concatenate([first, last, inner])
    tracked, found = _tracked(joints), []
    known = tracked[inner].any(axis=0)
    if not known.any():
        return 0, 0
    joints, tracked = joints[:, known], tracked[:, known]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where nobody is tracked
        steps = _steps(joints[before + 1] - joints[before], tracked[before] & tracked[before + 1])
        edges, inside = steps[: 2 * _POSES].reshape(2, _POSES), steps[2 * _POSES :]
        usual = quantiles(inside[np.isfinite(inside)], 0.99)[0] if np.isfinite(inside).any() else np.nan
        if not (edges > _POSE_STEPS * usual).any():
            return 0, 0
        seen = joints[inner]
        size = np.nanmedian(np.nanmax(seen, axis=1) - np.nanmin(seen, axis=1), axis=0).max()
        for each in edges:
            jumps = each > max(_POSE_STEPS * usual, _POSE_SIZE * size)
            found.append(int(np.flatnonzero(jumps)[-1]) + 1 if jumps.any() else 0)
    return found[0], found[1]


def _tracked(joints: np.ndarray) -> np.ndarray:
    """Returns (frames, joints) bool, from (frames, joints, 3) with NaN or zeros where a joint is lost."""
    return all_three(np.isfinite(joints)) & ~all_three(joints == 0)


def _steps(moved: np.ndarray, tracked: np.ndarray) -> np.ndarray:
    """Returns (frames,), how far the median of (frames, joints, 3) steps goes; NaN where few joints are tracked."""
    steps = norms(moved)
    if tracked.all():
        return median(steps)
    steps = np.nanmedian(np.where(tracked, steps, np.nan), axis=1)
    return np.where(tracked.mean(axis=1) >= _ENOUGH_JOINTS, steps, np.nan)


def _repeated(joints: np.ndarray, fps: float) -> tuple[int, int]:
    """Returns how many frames at the beginning and at the end only repeat their neighbour; 0 where that is rest."""
    enough = int(_REPEATED_S * fps) + 1
    if len(joints) <= enough + _FEWEST_FRAMES:
        return 0, 0
    bits = joints.reshape(len(joints), -1).view(np.int32)  # so that NaN equals NaN
    if (bits[0] != bits[enough]).any() and (bits[-1] != bits[-1 - enough]).any():
        return 0, 0
    chunk = max(1, 2**20 // bits.shape[1])
    repeats = np.concatenate(
        [
            (bits[start : start + chunk][: len(bits) - 1 - start] == bits[start + 1 : start + chunk + 1]).all(axis=1)
            for start in range(0, len(bits) - 1, chunk)
        ]
    )
    if repeats.all():
        return 0, 0
    runs = [int(np.argmin(repeats)), int(np.argmin(repeats[::-1]))]
    before, after = (run if run >= enough else 0 for run in runs)
    rest = repeats[before : len(repeats) - after]
    return (before, after) if len(rest) >= _FEWEST_FRAMES and rest.mean() < _OFTEN else (0, 0)
