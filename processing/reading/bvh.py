"""Reads BVH files: the hierarchy once, then the motion in blocks of frames with vectorised forward kinematics.

Why not a library: none of the three that were measured reads all files that people have, and all are slower
(`benchmarks/readers.py`, figures in docs/readers.md). pybvh refuses position channels below the root, and with them
596 of 599 real files. upc-pymotion fails on tabs and blank lines, bvhio on a byte order mark; both take four to eight
times as long. This reader also keeps its memory bounded on hostile files and names the line and joint of a mistake.

BVH has no binding standard. Where it is ambiguous this reader follows Meredith and Maddock, "Motion Capture File
Formats Explained" (University of Sheffield, 2001), and the files in circulation:

- A joint's rotation channels apply in the order in which they are listed: `Zrotation Xrotation Yrotation` is
  `Rz @ Rx @ Ry` acting on column vectors. Every joint may have any number of them, in any order.
- A position channel *replaces* the same component of the joint's OFFSET, at the root and at every other joint.
- End Sites are the tips of bones, not joints: they have no motion of their own and are left out.
- The declared number of frames is not trusted: no memory is allocated for it. A file with fewer rows is cut off, which
  is an error; additional rows are read like all others.
- Lines that start with `#` or `//` are comments. Keywords and channel names may be in any case.

Units and axes stay those of the file.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from .bvh_hierarchy import Joint, is_content, read_hierarchy, read_motion_header
from .limits import MAX_COORDINATE, MAX_FPS, MIN_FPS
from .motion import MotionError
from .recording import Recording, numbered_lines, room_for, shown
from .rest_pose import face_at_rest, neck_of

_BLOCK_FRAMES = 1024
_BLOCK_TEXT = 2**24
_AXES = "xyz"


def read_bvh(path: Path) -> Recording:
    """Reads one BVH file into global joint positions.

    Args:
        path: The file.

    Returns:
        `joints` (frames, joints, 3) float32 in the file's units and axes, with names and parents, and the direction of
        the face where the rest pose tells it. A file with several roots has several people, which share the frames.

    Raises:
        MotionError: The file is cut off, malformed or holds absurd values. The message names the line, joint or frame.
    """
    lines = numbered_lines(path)
    skeleton = read_hierarchy(lines, path.name)
    declared, frame_time = read_motion_header(lines, path.name)
    at_rest = _rest_positions(skeleton)
    rest = face_at_rest([joint.name for joint in skeleton], [joint.parent for joint in skeleton], at_rest)
    one_root = sum(joint.parent < 0 for joint in skeleton) == 1
    head = rest if one_root else None  # of several people the face of which?
    joints, face = _read_frames(lines, skeleton, head, declared, room_for(path), path.name)
    return Recording(
        joints=joints,
        face=face,
        fps=_fps_of(frame_time),
        fps_stated=(
            f"Frame Time is {shown(frame_time)}; expected the seconds from one frame to the next, {1 / MAX_FPS:g} to "
            f"{1 / MIN_FPS:g}, such as 0.033333 for 30 frames per second"
        ),
        joint_names=[joint.name for joint in skeleton],
        parents=[joint.parent for joint in skeleton],
    )


def _fps_of(frame_time: str) -> float:
    """Turns a frame time into a frame rate; 0.0333333 or 0.041667 means 1/30 or 1/24 and becomes exactly that."""
    try:
        seconds = float(frame_time)
    except ValueError:
        seconds = math.nan
    rate = 1 / seconds if seconds else math.inf
    return float(round(rate)) if math.isfinite(rate) and abs(rate - round(rate)) < 1e-4 * rate else rate


def _rest_positions(skeleton: list[Joint]) -> np.ndarray:
    """Returns (joints, 3) global positions with all rotations at zero."""
    positions: list[tuple[float, ...]] = []
    for joint in skeleton:
        start = positions[joint.parent] if joint.parent >= 0 else (0.0, 0.0, 0.0)
        positions.append(tuple(map(sum, zip(start, joint.offset, strict=True))))
    return np.array(positions)


def _read_frames(
    lines: Iterator[tuple[int, str]],
    skeleton: list[Joint],
    head: tuple[int, np.ndarray] | None,
    declared: int,
    room: int,
    source: str,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Reads all rows, a block at a time; returns joints (frames, joints, 3) float32 of at most `room` bytes, and the
    direction of the face (frames, 3) float32 where the head and its direction at rest are given.
    """
    max_frames = room // (12 * len(skeleton))
    columns = [(joint.name, channel) for joint in skeleton for channel in joint.channels]
    blocks: list[np.ndarray] = []
    faces: list[np.ndarray] = []
    neck = _rotations_of_neck(skeleton, head)
    turned = False
    frames = 0
    last_line = 0
    for rows in _blocks(lines, max(1, min(_BLOCK_FRAMES, 2**17 // len(skeleton)))):
        values, rows = _parse_block(rows, columns, frames, source)
        if not rows:
            continue
        joints, face = _forward_kinematics(skeleton, values, head)
        blocks.append(joints)
        faces.append(face)
        turned = turned or bool(values[:, neck].any())
        frames += len(rows)
        last_line = rows[-1][0]
        if frames > max_frames:
            raise MotionError(
                f"{source}: more than {max_frames:,} frames of {len(skeleton)} joints, too many for a file of its "
                "size; split the recording"
            )
    if frames == 0:
        raise MotionError(f"{source}: no frames after the motion header; {declared:,} declared")
    if frames < declared:
        raise MotionError(
            f"{source}: the file is cut off: {declared:,} frames declared, {frames:,} found, "
            f"the last on line {last_line}"
        )
    return np.concatenate(blocks), np.concatenate(faces) if turned else None


def _rotations_of_neck(skeleton: list[Joint], head: tuple[int, np.ndarray] | None) -> list[int]:
    """Returns the columns of a row that rotate head and neck; while all are zero, the face is unknown."""
    if head is None:
        return []
    chain = neck_of([joint.name for joint in skeleton], [joint.parent for joint in skeleton], head[0])
    columns = [(index, channel) for index, joint in enumerate(skeleton) for channel in joint.channels]
    return [place for place, (index, channel) in enumerate(columns) if index in chain and "rotation" in channel]


def _blocks(lines: Iterator[tuple[int, str]], frames: int) -> Iterator[list[tuple[int, str]]]:
    """Cuts the rows into blocks of `frames` rows, or fewer where the lines are long."""
    rows: list[tuple[int, str]] = []
    length = 0
    for row in lines:
        rows.append(row)
        length += len(row[1])
        if len(rows) == frames or length > _BLOCK_TEXT:
            yield rows
            rows, length = [], 0
    if rows:
        yield rows


def _parse_block(
    rows: list[tuple[int, str]], columns: list[tuple[str, str]], first_frame: int, source: str
) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """Parses (line number, text) rows; returns values (rows, columns) float64 and the rows that they come from."""
    values = _parsed([text for _, text in rows], len(columns))
    if values is None:  # perhaps blank lines or comments are among them
        rows = [(number, text) for number, text in rows if is_content(text.strip())]
        values = _parsed([text for _, text in rows], len(columns))
        if values is None:
            _raise_for_bad_row(rows, columns, source)
    sane = np.abs(values) <= MAX_COORDINATE  # False for NaN as well
    if not sane.all():
        row, column = np.argwhere(~sane)[0]
        joint, channel = columns[column]
        raise MotionError(
            f"{source}, line {rows[row][0]}: {channel} of joint {shown(joint)} is {values[row, column]:g} in frame "
            f"{first_frame + row} (counted from 0); expected a number within {MAX_COORDINATE:g}"
        )
    return values, rows


def _parsed(lines: list[str], width: int) -> np.ndarray | None:
    """Returns the numbers (lines, width) float64, or None unless every line holds `width` numbers."""
    if not lines:
        return np.empty((0, width))
    if not lines[0].strip():  # numpy warns of text without any number
        return None
    try:
        values = np.loadtxt(lines, dtype=np.float64, comments=None, ndmin=2)
    except ValueError:
        return None
    return values if values.shape == (len(lines), width) else None


def _raise_for_bad_row(rows: list[tuple[int, str]], columns: list[tuple[str, str]], source: str) -> NoReturn:
    for number, text in rows:
        words = text.split()
        if len(words) != len(columns):
            raise MotionError(
                f"{source}, line {number}: expected {len(columns)} values (one for each channel); found {len(words)}"
            )
        for word, (joint, channel) in zip(words, columns, strict=True):
            try:
                np.float64(word)
            except ValueError:
                raise MotionError(
                    f"{source}, line {number}: expected a number for {channel} of joint {shown(joint)}; "
                    f"found {shown(word)}"
                ) from None
    raise MotionError(f"{source}, lines {rows[0][0]} to {rows[-1][0]}: expected plain decimal numbers")


def _forward_kinematics(
    skeleton: list[Joint], values: np.ndarray, head: tuple[int, np.ndarray] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Computes the global position of every joint in every frame, and the direction of the face.

    A rotation about one axis mixes only two columns of the global rotation matrix, so each channel is applied to those
    two directly and no local matrix is built: with `c, s` the cosine and sine of the angle,
    `G @ R_axis` has the columns `c * G[:, i] + s * G[:, j]` and `c * G[:, j] - s * G[:, i]` at `i, j`, the two axes
    that follow `axis` cyclically.

    Args:
        skeleton: The joints, parents before children.
        values: (frames, channels) float64, angles in degrees.
        head: Index of the head joint and the (3,) direction of the face at rest, or None.

    Returns:
        (frames, joints, 3) float32, and (frames, 3) float32 directions; of (frames, 0) without a head.
    """
    frames = len(values)
    columns = np.ascontiguousarray(values.T)  # (channels, frames): the frames of a channel are contiguous
    angular = [channel.endswith("rotation") for joint in skeleton for channel in joint.channels]
    radians = np.deg2rad(columns[angular])
    turns = iter(zip(np.cos(radians), np.sin(radians), strict=True))
    positions = np.empty((len(skeleton), 3, frames))
    unturned = np.broadcast_to(np.eye(3)[:, :, None], (3, 3, frames))
    rotations: list[np.ndarray] = []  # global, (3 rows, 3 columns, frames)
    turning = {joint.parent for joint in skeleton} | ({head[0]} if head is not None else set())
    face = np.empty((frames, 0), np.float32)
    next_column = 0
    for index, joint in enumerate(skeleton):
        local: list[Any] = list(joint.offset)  # each a number, or (frames,)
        angles = []
        for channel in joint.channels:
            axis = _AXES.index(channel[0])
            if channel.endswith("position"):
                local[axis] = columns[next_column]
            else:
                angles.append((axis, *next(turns)))
            next_column += 1

        rotation = unturned if joint.parent < 0 else rotations[joint.parent]
        for axis in range(3):
            positions[index, axis] = local[axis]
        if rotation is not unturned:
            positions[index] = sum(rotation[:, axis] * local[axis] for axis in range(3))
        if joint.parent >= 0:
            positions[index] += positions[joint.parent]

        if index in turning and angles:
            rotation = rotation.copy()
            for axis, cosine, sine in angles:
                first, second = (axis + 1) % 3, (axis + 2) % 3
                rotation[:, first], rotation[:, second] = (
                    cosine * rotation[:, first] + sine * rotation[:, second],
                    cosine * rotation[:, second] - sine * rotation[:, first],
                )
        rotations.append(rotation)  # for a joint without children this is its parent's; it is never used
        if head is not None and index == head[0]:
            face = np.einsum("rct,c->tr", rotation, head[1]).astype(np.float32)
    return positions.transpose(2, 0, 1).astype(np.float32, order="C"), face
