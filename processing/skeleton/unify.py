"""Any recording becomes the unified skeleton: 22 joints, metres, Y up, 30 frames/s, facing +Z, with a joint mask.

The steps, in order: check the recording, find its joints by rig or by name, close gaps in tracking, find the up axis
and turn it to Y, find the unit of length, resample to 30 frames/s, turn the body to face +Z and put it on the floor at
the origin. Rig proportions are kept here; the features take them out.

Axes are taken to be right-handed and are only ever turned, never mirrored. A recording in mirrored axes shows only by
its feet, which then point backwards; the report notes it. Up is one of the six axes; a camera that looks down at an
angle leaves its tilt in the recording.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..reading.motion import Motion, MotionError
from ..reading.recording import shown
from .clip import UnifiedClip
from .matching import JointMatch, match_joints
from .resampling import resample
from .rig_files import Rigs, load_rigs, read_rig
from .tree import FRAME_RATE, JOINT_INDEX, JOINT_NAMES, NUM_JOINTS, PARENTS

UNIT_SCALES = {"m": 1.0, "cm": 0.01, "mm": 0.001, "inch": 0.0254}
"""Metres per unit of length."""

MIN_DURATION_S = 0.2
MAX_DURATION_S = 6 * 3600.0
MIN_FPS, MAX_FPS = 1.0, 1000.0

_LEG_M, _LEG_RANGE_M = 0.85, (0.45, 1.2)  # thigh and shank of a person, from child to giant
_TRUNK_M, _TRUNK_RANGE_M = 0.5, (0.27, 0.75)  # pelvis to the middle of the shoulders
_LARGEST_COORDINATE = 1e7  # ten kilometres in millimetres
_MIN_TRACKED = 0.5
_HEADING_S = 1.0

# Proper rotations (determinant +1) that bring each axis to +Y: row i gives the source axis and sign of target axis i.
_TO_Y_UP: dict[str, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    "y": ((0, 1, 2), (1, 1, 1)),
    "-y": ((0, 1, 2), (1, -1, -1)),
    "z": ((0, 2, 1), (1, 1, -1)),
    "-z": ((0, 2, 1), (1, -1, 1)),
    "x": ((1, 0, 2), (-1, 1, 1)),
    "-x": ((1, 0, 2), (1, -1, 1)),
}

_LEFT_HIP, _RIGHT_HIP = JOINT_INDEX["left_hip"], JOINT_INDEX["right_hip"]
_LEFT_SHOULDER, _RIGHT_SHOULDER = JOINT_INDEX["left_shoulder"], JOINT_INDEX["right_shoulder"]
_PELVIS = JOINT_INDEX["pelvis"]
_ANKLES = [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]
_FEET = [JOINT_INDEX["left_foot"], JOINT_INDEX["right_foot"]]
_REQUIRED = (_PELVIS, _LEFT_SHOULDER, _RIGHT_SHOULDER)


def unify(
    motion: Motion, rigs: Rigs | None = None, up_axis: str | None = None, units: str | None = None
) -> UnifiedClip:
    """Brings a recording to the unified skeleton.

    Args:
        motion: Joint positions (frames, joints, 3) in any unit and axes, with `joint_names` or a known `layout`.
        rigs: Rig name -> rig; `load_rigs()` when None.
        up_axis: "x", "y", "z", "-x", "-y" or "-z" where known; found from the body when None.
        units: "m", "cm", "mm" or "inch" where known; found from the legs when None.

    Returns:
        The movement at 30 frames/s with its joint mask and a report.

    Raises:
        MotionError: If the recording has no usable frames, frame rate, joints or body; the message names the file,
            joint or frame.
    """
    rigs = load_rigs() if rigs is None else rigs
    _check_choice("up_axis", up_axis, _TO_Y_UP)
    _check_choice("units", units, UNIT_SCALES)
    joints = _checked_positions(motion)
    fps = _checked_fps(motion, len(joints))
    match, rig = _match(motion, joints.shape[1], rigs)
    notes: list[str] = []

    body, mask, gaps = _select(joints, match, motion, notes)
    axis, why_axis = up_axis, f"{up_axis}: as given"
    if axis is None:
        axis, why_axis = _find_up_axis(body, mask, rig.get("up_axis"), motion.source, notes)
    body = _to_y_up(body, axis)
    declared = motion.units or rig.get("units")
    declared_by = "file" if motion.units else "rig"
    scale, why_unit = _find_unit_scale(body, mask, units, declared, declared_by, motion.source, notes)
    body *= np.float32(scale)
    _mask_coincident(body, mask, notes)
    body = resample(body, fps)
    body = _face_forward(body, mask, motion.source)
    _place_on_floor(body, mask)
    _note_backward_feet(body, mask, notes)
    body[:, ~mask] = 0.0
    report = {
        "layout": match.layout,
        "frames": int(joints.shape[0]),
        "fps": round(float(fps), 4),
        "matched_joints": int(mask.sum()),
        "missing_joints": [name for name, present in zip(JOINT_NAMES, mask, strict=True) if not present],
        "up_axis": axis,
        "unit_scale": float(f"{scale:.6g}"),
        "notes": notes,
        "how": match.how,
        "unused_joints": match.unused,
        "gaps": gaps,
        "reasons": {"up_axis": why_axis, "unit": why_unit},
    }
    return UnifiedClip(np.ascontiguousarray(body), mask, FRAME_RATE, report)


def facing(joints: np.ndarray, joint_mask: np.ndarray, window_s: float = 0.5) -> np.ndarray:
    """The horizontal direction in which the body faces, frame by frame.

    The left-to-right lines of hips and shoulders, crossed with up, averaged over a window; a frame counts less where
    the line is short on the floor (lying, bending sideways), and where it vanishes the nearest direction stands.

    Args:
        joints: (frames, 22, 3) metres, Y up, 30 frames/s.
        joint_mask: (22,) bool.
        window_s: Length of the averaging window in seconds.

    Returns:
        (frames, 3) float32 unit vectors with y = 0.
    """
    raw = _forward(joints, joint_mask)
    length = np.linalg.norm(raw, axis=-1)
    usual = float(np.median(length))
    if usual <= 0.0:
        usual = float(length.max())
    if usual <= 0.0:
        return np.tile(np.array([0.0, 0.0, 1.0], np.float32), (len(joints), 1))
    weighted = raw / np.maximum(length, usual)[:, None]
    half = max(1, round(window_s * FRAME_RATE / 2))
    smooth = _box_mean(weighted, half)
    norm = np.linalg.norm(smooth, axis=-1)
    known = np.flatnonzero(norm > 0.05)
    if len(known) == 0:
        return np.tile(np.array([0.0, 0.0, 1.0], np.float32), (len(joints), 1))
    frames = np.arange(len(joints))
    nearest = np.interp(frames, known, np.arange(len(known))).round().astype(int)
    smooth = smooth[known[nearest]]
    smooth /= np.linalg.norm(smooth, axis=-1, keepdims=True)
    return np.stack([smooth[:, 0], np.zeros(len(joints)), smooth[:, 1]], axis=-1).astype(np.float32)


# ------------------------------------------------------------------------------------------------------------ checking


def _check_choice(name: str, value: str | None, choices: Sequence[str] | dict[str, Any]) -> None:
    if value is not None and value not in choices:
        raise MotionError(f"{name} is {value!r}, expected one of {', '.join(choices)}.")


def _checked_positions(motion: Motion) -> np.ndarray:
    """The positions as a (frames, joints, 3) float array, or an error that says what they are instead."""
    source = motion.source
    try:
        joints = np.asarray(motion.joints)
    except ValueError as error:
        raise MotionError(f"{source}: joint positions are not a regular array ({error}).") from None
    if joints.ndim != 3 or joints.shape[-1] != 3:
        hint = ""
        if joints.ndim == 2 and joints.shape[1] and joints.shape[1] % 3 == 0:
            hint = f" If each row is a frame, reshape to ({joints.shape[0]}, {joints.shape[1] // 3}, 3)."
        elif joints.ndim == 3 and joints.shape[-1] == 2:
            hint = " These are 2-D positions; lift them to 3-D first."
        elif joints.ndim == 4:
            hint = " For several people or clips give each on its own."
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


def _checked_fps(motion: Motion, frames: int) -> float:
    """The frame rate, checked together with the duration that it gives."""
    source, fps = motion.source, motion.fps
    if fps is None:
        raise MotionError(f"{source}: the frame rate is not known; give fps (frames per second).")
    try:
        rate = float(fps)
    except (TypeError, ValueError):
        raise MotionError(f"{source}: the frame rate is {fps!r}, expected a number of frames per second.") from None
    if not MIN_FPS <= rate <= MAX_FPS:
        raise MotionError(
            f"{source}: the frame rate is {rate:g}, expected {MIN_FPS:g} to {MAX_FPS:g} frames per second"
            + (f"; a frame time of {rate:g} s is {1 / rate:g} frames per second." if 0 < rate < MIN_FPS else ".")
        )
    duration = (frames - 1) / rate
    # One frame of grace: seven frames at 30 per second are 0.2 s.
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


# ------------------------------------------------------------------------------------------------- matching, selecting


def _match(motion: Motion, count: int, rigs: Rigs) -> tuple[JointMatch, dict[str, Any]]:
    """Matches the joints by name or declared layout; the second value is the rig, empty where none was recognised."""
    source, names, layout = motion.source, motion.joint_names, motion.layout
    rig_file = layout if layout is not None and layout.lower().endswith(".json") else None
    if rig_file is not None:
        described = read_rig(rig_file)
        layout = str(described["name"])
        rigs = {layout: described}
    elif layout is not None and layout not in rigs:
        raise MotionError(
            f"{source}: layout {shown(layout)} is not known; known are {', '.join(sorted(rigs))}, or give the path of "
            "a rig file, which ends with .json."
        )
    if names is None:
        if layout is None:
            same = [name for name, rig in rigs.items() if len(rig["joints"]) == count]
            hint = (
                f" Layouts with {count} joints: {', '.join(same)}." if same else f" Known layouts: {', '.join(rigs)}."
            )
            raise MotionError(f"{source}: {count} joints without names; give joint_names or layout.{hint}")
        names = list(rigs[layout]["joints"])
        if len(names) != count:
            raise MotionError(f"{source}: layout {layout} has {len(names)} joints, the recording has {count}.")
    if len(names) != count:
        raise MotionError(f"{source}: {len(names)} joint names for {count} joints.")
    match = match_joints(names, motion.parents, rigs, layout, source, strict=rig_file is not None)
    return match, dict(rigs.get(match.layout, {}))


def _select(
    joints: np.ndarray, match: JointMatch, motion: Motion, notes: list[str]
) -> tuple[np.ndarray, np.ndarray, dict[str, float]]:
    """Gathers the 22 joints, with gaps closed.

    Returns:
        (frames, 22, 3) float32 in source units; (22,) bool: False where the joint is absent or hardly tracked; and for
        each joint that was lost at times its name and the share of frames in which it was tracked.
    """
    source, names = motion.source, motion.joint_names
    body = np.zeros((len(joints), NUM_JOINTS, 3), np.float32)
    mask = np.zeros(NUM_JOINTS, bool)
    needed = sorted({index for sources in match.map.values() for index in sources})
    with np.errstate(over="ignore", invalid="ignore"):
        used = joints[:, needed].astype(np.float32)  # (frames, used joints, 3)
    tracked: np.ndarray = np.all(np.isfinite(used), axis=-1)  # (frames, used joints)
    if not tracked.any():
        raise MotionError(f"{source}: no frame holds a joint position; all values are NaN or infinite.")
    _refuse_huge(used, tracked, needed, names, source)
    # Trackers write zeros for a body, or a joint, that they lost. A pelvis at the origin is a root-centred clip.
    zero: np.ndarray = np.all(used == 0.0, axis=-1)
    lost_frames = zero.all(axis=1)
    pelvis_sources = set(match.map.get(_PELVIS, []))
    never = zero.all(axis=0) & np.array([index not in pelvis_sources for index in needed])
    if not lost_frames.all():
        tracked[lost_frames] = False
        tracked[:, never] = False
    filled, kept = {}, {}
    gaps: dict[str, float] = {}
    for column, index in enumerate(needed):
        share = float(tracked[:, column].mean())
        kept[index] = share
        if share >= _MIN_TRACKED:
            filled[index] = _fill_gaps(used[:, column], tracked[:, column])
    for joint, sources in match.map.items():
        label = " and ".join(_joint_label(index, names) for index in sources)
        share = min(kept[index] for index in sources)
        if share < 1.0:
            gaps[JOINT_NAMES[joint]] = round(share, 4)
        if share >= _MIN_TRACKED:
            body[:, joint] = np.mean([filled[index] for index in sources], axis=0, dtype=np.float32)
            mask[joint] = True
            if share < 0.95:
                notes.append(
                    f"{JOINT_NAMES[joint]} ({label}) was tracked in {share:.0%} of the frames; gaps were filled"
                )
        elif joint in _REQUIRED:
            raise MotionError(
                f"{source}: {JOINT_NAMES[joint]} ({label}) was tracked in {share:.0%} of the frames, expected at "
                f"least {_MIN_TRACKED:.0%}."
            )
        else:
            notes.append(f"{JOINT_NAMES[joint]} ({label}) was tracked in {share:.0%} of the frames and is left out")
    return body, mask, gaps


def _joint_label(index: int, names: list[str] | None) -> str:
    return names[index] if names is not None else f"joint {index}"


def _refuse_huge(
    used: np.ndarray, tracked: np.ndarray, needed: list[int], names: list[str] | None, source: str
) -> None:
    huge = (np.abs(used) > _LARGEST_COORDINATE).any(axis=-1) & tracked
    if huge.any():
        frame, column = (int(value) for value in np.argwhere(huge)[0])
        worst = used[frame, column][np.argmax(np.abs(used[frame, column]))]
        raise MotionError(
            f"{source}: {_joint_label(needed[column], names)} stands at {worst:g} in frame {frame}; no body is "
            f"further than {_LARGEST_COORDINATE:g} units from the origin."
        )


def _fill_gaps(position: np.ndarray, tracked: np.ndarray) -> np.ndarray:
    """Linear interpolation over untracked frames; before the first and after the last tracked one the joint rests.

    Args:
        position: (frames, 3).
        tracked: (frames,) bool, at least one True.
    """
    if tracked.all():
        return position
    known, lost = np.flatnonzero(tracked), np.flatnonzero(~tracked)
    position = position.copy()
    for axis in range(3):
        position[lost, axis] = np.interp(lost, known, position[known, axis])
    return position


def _mask_coincident(body: np.ndarray, mask: np.ndarray, notes: list[str]) -> None:
    """Leaves out joints that stand in their parent all the time, as helper joints do: they say nothing."""
    for joint in range(NUM_JOINTS):
        parent = PARENTS[joint]
        if joint in _REQUIRED or not mask[joint] or parent < 0 or not mask[parent]:
            continue
        distance = np.linalg.norm(body[:, joint] - body[:, parent], axis=-1)
        if float(np.percentile(distance, 99)) < 0.005:
            mask[joint] = False
            notes.append(f"{JOINT_NAMES[joint]} stands in {JOINT_NAMES[parent]} throughout and is left out")


# ------------------------------------------------------------------------------------------------------ axes and units


def _middle(body: np.ndarray, joints: Sequence[int], mask: np.ndarray) -> np.ndarray | None:
    """(frames, 3) mean of those of the joints that are present; None where none is."""
    present = [joint for joint in joints if mask[joint]]
    return body[:, present].mean(axis=1) if present else None


def _find_up_axis(
    body: np.ndarray, mask: np.ndarray, declared: str | None, source: str, notes: list[str]
) -> tuple[str, str]:
    """The axis along which the body stands: from the ankles (or the pelvis) to the middle of the shoulders.

    The rig's declared axis stays unless another is clearly better: a clip of someone lying does not turn the world.

    Returns:
        The axis, and why it was taken.
    """
    top = body[:, [_LEFT_SHOULDER, _RIGHT_SHOULDER]].mean(axis=1)
    bottom = _middle(body, _ANKLES, mask)
    if bottom is None:
        bottom = body[:, _PELVIS]
    upward = (top - bottom).astype(np.float64)
    length = np.linalg.norm(upward, axis=-1)
    usable = length > 1e-3 * max(float(length.max()), 1e-12)
    if not usable.any() or float(length.max()) <= 0.0:
        raise MotionError(
            f"{source}: shoulders and pelvis stand in one point in every frame; there is no body to read."
        )
    directions = upward[usable] / length[usable, None]
    mean = directions.mean(axis=0)
    alignment = {axis: float(_to_y_up(mean[None], axis)[0, 1]) for axis in _TO_Y_UP}
    best = max(alignment, key=lambda axis: alignment[axis])
    if declared is not None and declared != best:
        if alignment[best] < 0.8 or alignment[declared] > alignment[best] - 0.3:
            return declared, (
                f"{declared}: the rig says so, and that the body stands along {best} ({alignment[best]:.2f}, along "
                f"{declared} {alignment[declared]:.2f}) is not enough against it"
            )
        notes.append(
            f"up is {best}, along which the body stands ({alignment[best]:.2f}), not {declared} as the rig says"
        )
    elif declared is None and alignment[best] < 0.7:
        notes.append(f"the up axis {best} is a weak guess: the body's alignment with it is {alignment[best]:.2f}")
    standing = float((_to_y_up(directions, best)[:, 1] > np.sqrt(0.5)).mean())  # within 45 degrees of the axis
    below = "the pelvis" if _middle(body[:1], _ANKLES, mask) is None else "the ankles"
    rig = "names none" if declared is None else f"says {declared}"
    return (
        best,
        f"{best}: the shoulders stand above {below} along {best} in {standing:.0%} of the frames; the rig {rig}",
    )


def _to_y_up(positions: np.ndarray, up_axis: str) -> np.ndarray:
    """Turns positions (..., 3) so that `up_axis` becomes +Y; a copy unless Y is up already."""
    if up_axis == "y":
        return positions
    order, signs = _TO_Y_UP[up_axis]
    return positions[..., list(order)] * np.array(signs, positions.dtype)


def leg_length(body: np.ndarray, mask: np.ndarray) -> float | None:
    """How long the legs are.

    Args:
        body: (frames, 22, 3) positions in any unit.
        mask: (22,) bool.

    Returns:
        Median over frames of thigh plus shank, mean of the sides that are complete; None without legs.
    """
    lengths = []
    for side in ("left", "right"):
        hip, knee, ankle = (JOINT_INDEX[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle"))
        if mask[[hip, knee, ankle]].all():
            thigh = np.linalg.norm(body[:, hip] - body[:, knee], axis=-1)
            shank = np.linalg.norm(body[:, knee] - body[:, ankle], axis=-1)
            lengths.append(float(np.median(thigh + shank)))
    return float(np.mean(lengths)) if lengths else None


def _find_unit_scale(
    body: np.ndarray,
    mask: np.ndarray,
    units: str | None,
    declared: str | None,
    declared_by: str,
    source: str,
    notes: list[str],
) -> tuple[float, str]:
    """Metres per source unit: as given, as the rig declares where that makes a person, or the unit that does.

    Returns:
        The scale, and why it was taken.
    """
    measured, expected, (shortest, longest), what = leg_length(body, mask), _LEG_M, _LEG_RANGE_M, "leg"
    if measured is None:
        expected, (shortest, longest), what = _TRUNK_M, _TRUNK_RANGE_M, "trunk"
        shoulders = body[:, [_LEFT_SHOULDER, _RIGHT_SHOULDER]].mean(axis=1)
        measured = float(np.median(np.linalg.norm(shoulders - body[:, _PELVIS], axis=-1)))
    if measured <= 0.0:
        raise MotionError(f"{source}: the {what} has no length; the joints stand in one point.")
    if units is not None:
        length = measured * UNIT_SCALES[units]
        if not shortest <= length <= longest:
            notes.append(f"in {units}, as given, the {what} is {length:.3g} m long, outside {shortest} to {longest} m")
        return UNIT_SCALES[units], _unit_reason(units, what, measured, "as given")
    plausible = {unit: s for unit, s in UNIT_SCALES.items() if shortest <= measured * s <= longest}
    if declared in plausible:
        return plausible[declared], _unit_reason(declared, what, measured, f"the {declared_by} says so")
    if plausible:
        unit = min(plausible, key=lambda unit: abs(np.log(measured * plausible[unit] / expected)))
        long = f"the {what} is {measured:.3g} units long"
        notes.append(f"units taken for {unit}: {long}" + (f", too far from {declared}" if declared else ""))
        others = " or ".join(other for other in plausible if other != unit)
        why = f"the {declared_by} says {declared}, which makes no person" if declared else "the rig names none"
        why += f"; {others} is less likely" if others else ""
        return plausible[unit], _unit_reason(unit, what, measured, why)
    notes.append(
        f"no unit of length makes a person of this body (the {what} is {measured:.3g} units long): scaled to a "
        f"{what} of {expected} m"
    )
    return (
        expected / measured,
        f"no unit makes a person: the {what} is {measured:.3g} units long, taken for {expected} m",
    )


def _unit_reason(unit: str, what: str, measured: float, why: str) -> str:
    bones = "thigh and shank are" if what == "leg" else "the trunk (pelvis to shoulders) is"
    return f"{unit}: {bones} {measured:.3g} {unit} long; {why}"


# ------------------------------------------------------------------------------------------------- heading and placing


def _forward(joints: np.ndarray, joint_mask: np.ndarray) -> np.ndarray:
    """(frames, 2) x and z of the forward direction, as long as the hip and shoulder lines are on the floor."""
    across = np.zeros((len(joints), 3), np.float64)
    for left, right in ((_LEFT_HIP, _RIGHT_HIP), (_LEFT_SHOULDER, _RIGHT_SHOULDER)):
        if joint_mask[left] and joint_mask[right]:
            across += joints[:, left] - joints[:, right]
    # across x up, with up = +Y: (x, y, z) x (0, 1, 0) = (-z, 0, x)
    return np.stack([-across[:, 2], across[:, 0]], axis=-1)


def _box_mean(values: np.ndarray, half: int) -> np.ndarray:
    """Mean over 2 * half + 1 frames, fewer at the ends; (frames, channels)."""
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=np.float64)])
    frames = np.arange(len(values))
    low, high = np.maximum(frames - half, 0), np.minimum(frames + half + 1, len(values))
    return (total[high] - total[low]) / (high - low)[:, None]


def _face_forward(body: np.ndarray, mask: np.ndarray, source: str) -> np.ndarray:
    """Turns the clip about Y so that the mean facing over its first second is +Z, the pelvis first at the origin."""
    body = body - body[:1, _PELVIS : _PELVIS + 1] * np.array([1, 0, 1], body.dtype)
    forward = _forward(body, mask)
    length = np.linalg.norm(forward, axis=-1)
    if float(length.max()) <= 1e-9:
        raise MotionError(
            f"{source}: left and right hips and shoulders coincide in every frame; the body has no facing."
        )
    first = forward[: int(_HEADING_S * FRAME_RATE) + 1].mean(axis=0)
    if np.linalg.norm(first) < 0.1 * float(np.median(length)):
        first = forward[int(np.argmax(length > 0.5 * float(np.median(length))))]
    sine, cosine = first / np.linalg.norm(first)
    # Rotation about Y by minus the heading angle: takes (sine, cosine) in (x, z) to (0, 1).
    turn = np.array([[cosine, 0.0, -sine], [0.0, 1.0, 0.0], [sine, 0.0, cosine]], body.dtype)
    return body @ turn.T


def _place_on_floor(body: np.ndarray, mask: np.ndarray) -> None:
    """Moves the clip, in place, so that the lowest foot stands at y = 0; without feet the pelvis is at 0.85 m."""
    soles = [joint for joint in _ANKLES + _FEET if mask[joint]]
    if soles:
        floor = float(np.percentile(body[:, soles, 1].min(axis=1), 2))
    else:
        floor = float(np.median(body[:, _PELVIS, 1])) - _LEG_M
    body[..., 1] -= np.float32(floor)


def _note_backward_feet(body: np.ndarray, mask: np.ndarray, notes: list[str]) -> None:
    """Feet that point backwards betray mirrored axes or swapped sides, which no rotation can repair."""
    pairs = [(ankle, foot) for ankle, foot in zip(_ANKLES, _FEET, strict=True) if mask[ankle] and mask[foot]]
    if not pairs:
        return
    forward = _forward(body, mask)
    forward /= np.maximum(np.linalg.norm(forward, axis=-1, keepdims=True), 1e-9)
    pointing = []
    for ankle, foot in pairs:
        along = (body[:, foot] - body[:, ankle])[:, [0, 2]]
        along = along / np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-9)
        pointing.append(float((along * forward).sum(axis=-1).mean()))
    if max(pointing) < -0.5:
        notes.append("the feet point backwards: the axes may be left-handed (mirrored) or left and right swapped")
