"""The second step of `unify`: which of a recording's joints are the 22, and where they are in every frame."""

from typing import Any

import numpy as np

from ..reading.checks import joint_label, refuse_far_joints
from ..reading.motion import Motion, MotionError, note
from ..reading.recording import shown
from ..reading.smpl import AXIS_ANGLE
from ..reading.vectors import all_three, norms
from .gaps import fill_gaps, long_gaps
from .lost_joints import lost_at_zero
from .matching import JointMatch, match_joints
from .rig_files import BODY, Rigs, read_rig
from .tree import BODY_PARTS, JOINT_INDEX, JOINT_NAMES, NUM_JOINTS, PARENTS

_REQUIRED = tuple(JOINT_INDEX[joint] for joint in BODY)

_TRUNK = [
    JOINT_INDEX[joint] for joint in (*BODY_PARTS["trunk"], "left_hip", "right_hip", "left_shoulder", "right_shoulder")
]

_MIN_TRACKED = 0.5
"""Share of the frames in which a joint must be tracked to be used; with less, most of its movement is guessed."""

_NOTED_BELOW = 0.95
"""A joint that is tracked in a smaller share of the frames is mentioned in the notes."""

_PARENTS_OR_SELF = np.maximum(PARENTS, 0)

_COINCIDENT = 0.005
"""Metres: a joint that stays closer to its parent is a helper joint."""


def match_recording(motion: Motion, count: int, rigs: Rigs) -> tuple[JointMatch, dict[str, Any]]:
    """Matches a recording's joints by their names or by its declared layout.

    Args:
        motion: The recording, with joint names or a layout.
        count: Number of its joints.
        rigs: Rig name -> rig.

    Returns:
        The match, and the rig that was recognised or declared; an empty dict where the names were matched one by one.

    Raises:
        MotionError: Names or layout do not fit the recording, or joints that a body needs are missing.
    """
    source, names, layout = motion.source, motion.joint_names, motion.layout
    rig_file = layout if layout is not None and layout.lower().endswith(".json") else None
    if rig_file is not None:
        described = read_rig(rig_file)
        layout = str(described["name"])
        rigs = {layout: described}
    elif layout is not None and layout not in rigs:
        raise MotionError(
            f"{source}: unknown layout {shown(layout)}; expected one of {', '.join(sorted(rigs))}, {AXIS_ANGLE} for "
            "rotations of SMPL, or the path of a rig file, which ends with .json."
        )
    if names is None:
        assert layout is not None  # `checked_recording` has asked for it
        names = list(rigs[layout]["joints"])
        if len(names) != count:
            raise MotionError(f"{source}: layout {layout} has {len(names)} joints, the recording has {count}.")
    if len(names) != count:
        raise MotionError(f"{source}: {len(names)} joint names for {count} joints.")
    match = match_joints(names, motion.parents, rigs, layout, source, strict=rig_file is not None)
    return match, dict(rigs.get(match.layout, {}))


def select_joints(
    joints: np.ndarray, match: JointMatch, motion: Motion, fps: float, notes: list[dict[str, str]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, float]]:
    """Collects the 22 joints and fills gaps in their tracking.

    Args:
        joints: (frames, joints, 3) positions of the recording.
        match: Where the 22 joints come from.
        motion: The recording, for names in messages.
        fps: Its frames per second.
        notes: Receives a note for each joint that was lost for a while, or is left out.

    Returns:
        (frames, 22, 3) float32 in source units; (22,) bool, False where the joint is absent or hardly tracked;
        (frames, 22) bool, where a joint was lost for long; and the gaps: name of each joint that was lost for a while
        -> share of the frames in which it was tracked.

    Raises:
        MotionError: No joint is ever tracked, one is absurdly far away, or the pelvis or a shoulder is hardly tracked.
    """
    source, names = motion.source, motion.joint_names
    body = np.zeros((len(joints), NUM_JOINTS, 3), np.float32)
    mask = np.zeros(NUM_JOINTS, bool)
    guessed = np.zeros((len(joints), NUM_JOINTS), bool)
    needed = sorted({index for sources in match.map.values() for index in sources})
    used, tracked = _positions_of(joints, needed, names, source)
    if motion.visible is not None:
        tracked &= _believed(motion, needed, tracked, match, notes)
    zeros = lost_at_zero(used, tracked, needed, match)
    tracked &= ~zeros
    if not tracked.any():
        raise MotionError(f"{source}: no frame holds a joint that was tracked.")
    with_body = tracked.any(axis=1)  # a joint is not to blame for frames in which nothing was tracked
    was_zero = {needed[column] for column in np.flatnonzero(zeros[with_body].any(axis=0))}
    kept = dict(zip(needed, tracked[with_body].mean(axis=0).tolist(), strict=True))
    usable = [column for column, index in enumerate(needed) if kept[index] >= _MIN_TRACKED]
    of_trunk = {index for joint in _TRUNK for index in match.map.get(joint, [])}
    trunk = [column for column in usable if needed[column] in of_trunk]
    place = {needed[column]: filled_column for filled_column, column in enumerate(usable)}
    filled = fill_gaps(used, tracked, fps, usable, trunk)
    lost = long_gaps(tracked, fps)[:, usable]
    gaps: dict[str, float] = {}
    filled_in: dict[str, list[str]] = {}
    left_out: dict[str, list[str]] = {}
    alone: dict[int, int] = {}  # joint of the 22 -> place in `filled` of the only joint that it comes from
    tracked_share = float(with_body.mean())
    for joint, sources in match.map.items():
        label = _label(joint, sources, names)
        share = min(kept[index] for index in sources)
        if share * tracked_share < 1.0:
            gaps[JOINT_NAMES[joint]] = round(share * tracked_share, 4)
        if share >= _MIN_TRACKED:
            columns = [place[index] for index in sources]
            mask[joint] = True
            if len(columns) == 1:
                alone[joint] = columns[0]
            else:
                body[:, joint] = filled[:, columns].mean(axis=1, dtype=np.float32)
                guessed[:, joint] = lost[:, columns].any(axis=1)
            if share < _NOTED_BELOW or was_zero.intersection(sources):
                filled_in.setdefault(f"{share:.0%}", []).append(label)
        elif joint in _REQUIRED:
            raise MotionError(
                f"{source}: {label} was tracked in {share:.0%} of the frames, expected at least {_MIN_TRACKED:.0%}."
            )
        else:
            left_out.setdefault(f"{share:.0%}", []).append(label)
    body[:, list(alone)], guessed[:, list(alone)] = filled[:, list(alone.values())], lost[:, list(alone.values())]
    for in_frames, labels in filled_in.items():
        notes.append(note("gaps_filled", f"{_tracked(labels)} in {in_frames} of the frames; gaps were filled"))
    for in_frames, labels in left_out.items():
        left = "is left out" if len(labels) == 1 else "are left out"
        notes.append(note("joint_left_out", f"{_tracked(labels)} in {in_frames} of the frames and {left}"))
    return body, mask, guessed, gaps


def mask_coincident(body: np.ndarray, mask: np.ndarray, notes: list[dict[str, str]]) -> None:
    """Masks joints that always coincide with their parent, as helper joints do: they carry no information.

    Args:
        body: (frames, 22, 3) metres.
        mask: (22,) bool, changed in place.
        notes: Receives a note for each such joint.
    """
    distance = norms(body - body[:, _PARENTS_OR_SELF])
    for joint in np.flatnonzero(distance.min(axis=0) < _COINCIDENT).tolist():
        parent = PARENTS[joint]
        if joint in _REQUIRED or not mask[joint] or parent < 0 or not mask[parent]:
            continue
        if float(np.percentile(distance[:, joint], 99)) < _COINCIDENT:
            mask[joint] = False
            message = f"{JOINT_NAMES[joint]} coincides with {JOINT_NAMES[parent]} and is left out"
            notes.append(note("joint_left_out", message))


def _positions_of(
    joints: np.ndarray, needed: list[int], names: list[str] | None, source: str
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the needed joints, (frames, needed, 3) float32, and where they are tracked, (frames, needed) bool."""
    given = joints[:, needed]
    with np.errstate(over="ignore", invalid="ignore"):
        used = given.astype(np.float32)
    tracked = all_three(np.isfinite(used))
    if not tracked.any():
        raise MotionError(f"{source}: no frame holds a joint position; all values are NaN or infinite.")
    used[~tracked] = np.nan
    refuse_far_joints(used, given, lambda column: joint_label(needed[column], names), source)
    return used, tracked


def _believed(
    motion: Motion, needed: list[int], tracked: np.ndarray, match: JointMatch, notes: list[dict[str, str]]
) -> np.ndarray:
    """Returns (frames, needed) bool, False where a tracker guesses the position of a joint that it does not see.

    The joints without which there is no body are kept where they are mostly guessed: at a desk no camera sees the
    hips, but the trunk needs a lower end.

    Raises:
        MotionError: What the tracker states is of another shape than the positions.
    """
    visible = np.asarray(motion.visible, dtype=bool)
    if visible.shape != np.shape(motion.joints)[:2]:
        raise MotionError(
            f"{motion.source}: expected visible of shape {np.shape(motion.joints)[:2]}, found {visible.shape}."
        )
    believed = visible[:, needed]
    present = tracked.any(axis=1)
    guessed = (believed & tracked)[present].mean(axis=0) < _MIN_TRACKED
    for joint in _REQUIRED:
        columns = [needed.index(index) for index in match.map.get(joint, [])]
        if guessed[columns].any():
            believed[:, columns] = True
            label = _label(joint, match.map[joint], motion.joint_names)
            message = f"{label} was hardly visible; its position is the tracker's estimate"
            notes.append(note("low_visibility", message))
    return believed


def _tracked(labels: list[str]) -> str:
    return f"{', '.join(labels)} {'was' if len(labels) == 1 else 'were'} tracked"


def _label(joint: int, sources: list[int], names: list[str] | None) -> str:
    """Names a unified joint, and the joints of the recording that it comes from where these have names."""
    return JOINT_NAMES[joint] + ("" if names is None else f" ({' and '.join(names[index] for index in sources)})")
