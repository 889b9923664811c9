"""The checks that every recording passes, whatever its format: axes, names, tree, times, positions and people."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .array_axes import in_standard_order, shape_hint
from .limits import MAX_COORDINATE, MAX_JOINTS, MAX_NAME_LENGTH, MAX_PEOPLE
from .motion import Motion, MotionError, note
from .people import is_ghost, people_by_name, tracked_frames
from .recording import SHAPES, Recording, printable, shown
from .smpl import AXIS_ANGLE, with_positions
from .stretch import cut_to_movement
from .timing import Timeline, on_even_grid, refuse_too_many, timeline_of
from .vectors import all_three

MIN_VISIBILITY = 0.5
"""Below, a tracker that states its confidence is likely to be wrong. MediaPipe draws no landmark below it."""


def checked_motions(recording: Recording, source: str, fps: float | None = None) -> list[Motion]:
    """Checks a recording and splits it by person.

    Args:
        recording: What a reader returned or a caller gave.
        source: File name or description, for records and error messages.
        fps: Frames per second that the caller gives, which count more than what the recording states; or None.

    Returns:
        One motion for each person who was tracked, from the first to the last frame with them, evenly spaced in time.
        A joint that lacks any coordinate in a frame is NaN in all three.

    Raises:
        MotionError: Wrong shape, type of value, number of names, tree, times or frame rate; an infinite or absurdly
            large coordinate; no person with a tracked joint. The message names the source, the joint and the frame.
    """
    if recording.layout == AXIS_ANGLE:
        recording = with_positions(recording, source)
    joints, visibility, order = _checked_array(recording, source)
    num_joints = joints.shape[-2]
    names = None if recording.joint_names is None else _checked_names(recording.joint_names, num_joints, source)
    parents = None if recording.parents is None else _checked_parents(recording.parents, num_joints, source)
    people = joints if joints.ndim == 4 else joints[None]
    visible = _of_each_person(visibility, people.shape[:-1], "visibility", source)
    faces = _of_each_person(recording.face, (*people.shape[:2], 3), "face", source)
    line = timeline_of(recording, people, source, fps)
    refuse_too_many(line, people.shape[0] * num_joints, source)
    notes = [*recording.notes, *line.notes]
    if order is not None:
        notes.append(note("axis_order", f"the array of shape {np.shape(recording.joints)} is read as ({order})"))
    motions: list[Motion] = []
    tracked: list[np.ndarray] = []
    for person, positions in enumerate(people):
        who = _name_of_person(person, len(people), recording.people, source)
        whole = Motion(
            _checked_positions(positions, names, who),
            line.fps,
            names,
            parents,
            recording.layout,
            who,
            recording.units,
            visible=None if visible is None else ~(visible[person] < MIN_VISIBILITY),  # NaN: not stated
            face=None if faces is None else np.array(faces[person], np.float32),
            recording=recording.recording,
            notes=[] if recording.notes_of is None else [*recording.notes_of[person]],
        )
        for motion in _split_by_name(whole, source) if len(people) == 1 else [whole]:
            seen = tracked_frames(motion.joints)
            tracked.append(seen)
            motions.append(motion)
    kept, dropped = _without_absent_people(motions, tracked)
    for motion in kept:
        motion.notes = [*notes, *dropped, *motion.notes]
        _put_on_time(motion, line)
        cut_to_movement(motion)
    return kept


def _split_by_name(motion: Motion, source: str) -> list[Motion]:
    """Returns a motion for each person whose joints are among those of one recording; a layout is that of each."""
    if motion.joint_names is None:
        return [motion]
    people = people_by_name(tuple(motion.joint_names), None if motion.parents is None else tuple(motion.parents))
    if not people:
        return [motion]
    return [
        replace(
            motion,
            joints=motion.joints[:, person.joints],
            joint_names=[*person.names],
            parents=None if person.parents is None else [*person.parents],
            source=_name_of_person(index, len(people), [each.name for each in people], source),
            visible=None if motion.visible is None else motion.visible[:, person.joints],
            face=None,  # of whom?
        )
        for index, person in enumerate(people)
    ]


def _without_absent_people(
    motions: list[Motion], tracked: list[np.ndarray]
) -> tuple[list[Motion], list[dict[str, str]]]:
    """Leaves out those who were never or hardly tracked, unless that is everybody.

    Returns:
        The others, and a note on each who is left out.

    Raises:
        MotionError: Nobody was tracked.
    """
    shares = [float(seen.mean()) for seen in tracked]
    if len(motions) == 1:
        _refuse_untracked(motions[0])
        return motions, []
    is_absent = [is_ghost(seen, motion.fps) for seen, motion in zip(tracked, motions, strict=True)]
    if all(is_absent):  # a short clip of people who pass
        is_absent = [share == 0.0 for share in shares]
    notes = []
    for number, (absent, share) in enumerate(zip(is_absent, shares, strict=True), start=1):
        if absent:
            seen = "never tracked" if share == 0.0 else f"tracked in {share:.1%} of the frames"
            notes.append(note("person_dropped", f"person {number} was {seen} and is left out"))
    kept = [motion for motion, absent in zip(motions, is_absent, strict=True) if not absent]
    if not kept:
        _refuse_untracked(motions[0])
        return motions[:1], []
    return kept, notes


def _refuse_untracked(motion: Motion) -> None:
    if np.isnan(motion.joints).all():
        raise MotionError(f"{motion.source}: no joint is tracked in any frame; remove this person from the recording")


def _put_on_time(motion: Motion, line: Timeline) -> None:
    """Puts the frames of a motion on the even grid of its times, in place."""
    for name in ("joints", "visible", "face"):
        values = getattr(motion, name)
        if values is None or line.kept is None:
            continue
        values = values[line.kept]
        if name == "visible":
            values = on_even_grid(values[..., None].astype(np.float32), line)[..., 0] > 0.5
        else:
            values = on_even_grid(values, line)
        setattr(motion, name, values)


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


# ----------------------------------------------------------------------------------------------------------- positions


def _checked_array(recording: Recording, source: str) -> tuple[np.ndarray, np.ndarray | None, str | None]:
    """Returns joint positions as an array of real numbers in one of `SHAPES`, confidences and the order of axes."""
    try:
        joints = np.asarray(recording.joints)
    except (TypeError, ValueError, RuntimeError) as error:
        raise MotionError(
            f"{source}: expected an array of shape {SHAPES}; these values do not form an array ({error})"
        ) from error
    if joints.dtype.hasobject:
        raise MotionError(f"{source}: expected an array {SHAPES} of numbers; found Python objects")
    if joints.dtype.kind not in "fiu":
        raise MotionError(f"{source}: expected real numbers; found values of type {joints.dtype}")
    names = recording.joint_names
    joints, visibility, order = in_standard_order(
        joints, recording.visibility, None if names is None else len(names), source
    )
    if joints.ndim not in (3, 4) or joints.shape[-1] != 3:
        raise MotionError(f"{source}: expected shape {SHAPES}; found {joints.shape}.{shape_hint(joints.shape)}")
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
    return joints, visibility, order


def _checked_positions(positions: np.ndarray, names: list[str] | None, source: str) -> np.ndarray:
    # A float64 too large for float32 becomes infinite and is refused just below; a signalling NaN becomes quiet.
    with np.errstate(over="ignore", invalid="ignore"):
        joints = np.array(positions, dtype=np.float32)
    refuse_far_joints(joints, positions, lambda joint: joint_label(joint, names), source)
    joints[~all_three(np.isfinite(joints))] = np.nan
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
