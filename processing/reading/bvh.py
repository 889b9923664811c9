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
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import numpy as np

from .limits import MAX_COORDINATE, MAX_FPS, MAX_JOINTS, MAX_NAME_LENGTH, MIN_FPS
from .motion import MotionError
from .recording import Recording, numbered_lines, room_for, shown

MAX_DEPTH = 512
"""Joints from the root to the deepest one; a body has about twenty."""

MAX_CHANNELS_PER_JOINT = 16
"""A joint needs six: three positions and three rotations."""

_BLOCK_FRAMES = 1024
_BLOCK_TEXT = 2**24
_AXES = "xyz"
_CHANNEL = re.compile(r"[xyz](position|rotation)")
# Possessive quantifiers: a line of blanks is matched in linear time.
_MOTION_HEADER = re.compile(r"(frames|frame\s*+time)\s*+:?+\s*+(\S++)", re.IGNORECASE)


def read_bvh(path: Path) -> Recording:
    """Reads one BVH file into global joint positions.

    Args:
        path: The file.

    Returns:
        One performer: `joints` (frames, joints, 3) float32 in the file's units and axes, with names and parents.

    Raises:
        MotionError: The file is cut off, malformed or holds absurd values. The message names the line, joint or frame.
    """
    lines = numbered_lines(path)
    skeleton = _read_hierarchy(lines, path.name)
    declared, frame_time = _read_motion_header(lines, path.name)
    return Recording(
        joints=_read_frames(lines, skeleton, declared, room_for(path), path.name),
        fps=_fps_of(frame_time),
        fps_stated=(
            f"Frame Time is {shown(frame_time)}; expected {1 / MAX_FPS:g} to {1 / MIN_FPS:g} seconds between frames"
        ),
        joint_names=[joint.name for joint in skeleton],
        parents=[joint.parent for joint in skeleton],
    )


@dataclass
class _Joint:
    """One joint of the hierarchy.

    Attributes:
        name: Name as written.
        parent: Index of the parent in file order, always below the joint's own; -1 for the root.
        offset: Rest offset from the parent (x, y, z); empty until its OFFSET line has been read.
        channels: Channel names in lower case, in the order of the values in a row.
    """

    name: str
    parent: int
    offset: tuple[float, ...] = ()
    channels: list[str] = field(default_factory=list)


class _Tokens:
    """The words of the hierarchy, each with its line number; braces are words of their own."""

    def __init__(self, lines: Iterator[tuple[int, str]], source: str):
        self.source = source
        self.line = 0
        self._words = self._split(lines)

    @staticmethod
    def _split(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        for number, line in lines:
            if _is_content(line.strip()):
                for word in line.replace("{", " { ").replace("}", " } ").split():
                    yield number, word

    def next(self, expected: str) -> str:
        """Returns the next word; `expected` says what was to come, in case the file ends instead."""
        item = next(self._words, None)
        if item is None:
            raise MotionError(f"{self.source}: the file ends after line {self.line}; expected {expected}")
        self.line, word = item
        return word

    def name_and_brace(self, keyword: str) -> str:
        """Returns the rest of the keyword's line as a name (spaces, dots and colons allowed) and consumes the `{`."""
        keyword_line = self.line
        words: list[str] = []
        while (word := self.next(f"'{{' after {keyword}")) != "{":
            if self.line != keyword_line:
                self.fail(f"expected '{{' after {keyword} {' '.join(words)[:MAX_NAME_LENGTH]}", word)
            words.append(word)
        name = " ".join(words)
        if len(name) > MAX_NAME_LENGTH:
            self.fail(f"expected a name of at most {MAX_NAME_LENGTH} characters after {keyword}", name)
        return name

    def number(self, of_what: str) -> float:
        word = self.next(of_what)
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not abs(value) <= MAX_COORDINATE:
            self.fail(f"expected {of_what}, a number", word)
        return value

    def fail(self, expected: str, found: str) -> NoReturn:
        raise MotionError(f"{self.source}, line {self.line}: {expected}; found {shown(found)}")


def _is_content(stripped_line: str) -> bool:
    return stripped_line != "" and not stripped_line.startswith(("#", "//"))


def _read_hierarchy(lines: Iterator[tuple[int, str]], source: str) -> list[_Joint]:
    """Reads from the top of the file through the line MOTION, with a stack instead of recursion."""
    tokens = _Tokens(lines, source)
    word = tokens.next("HIERARCHY")
    if word.upper() != "HIERARCHY":
        tokens.fail("not a BVH file: expected the word HIERARCHY first", word)

    joints: list[_Joint] = []
    end_site = -1
    open_nodes: list[int] = []  # joint indices from the root down; `end_site` on top inside an End Site
    while (keyword := (word := tokens.next("ROOT, JOINT, '}' or MOTION")).upper()) != "MOTION":
        in_end_site = bool(open_nodes) and open_nodes[-1] == end_site
        if keyword == "ROOT":
            if joints:
                tokens.fail(f"expected a single ROOT (the first is {shown(joints[0].name)}); split the file", word)
            open_nodes.append(_add_joint(joints, -1, tokens, keyword))
        elif not open_nodes:
            tokens.fail("expected ROOT or MOTION outside all braces", word)
        elif keyword == "}":
            if not in_end_site and not joints[open_nodes[-1]].offset:
                tokens.fail(f"expected an OFFSET in joint {shown(joints[open_nodes[-1]].name)}", word)
            open_nodes.pop()
        elif in_end_site:
            if keyword != "OFFSET":
                tokens.fail("expected OFFSET or '}' in an End Site", word)
            _read_offset(tokens)
        elif keyword == "JOINT":
            open_nodes.append(_add_joint(joints, open_nodes[-1], tokens, keyword))
        elif keyword == "END":
            tokens.name_and_brace("End Site")
            open_nodes.append(end_site)
        elif keyword == "OFFSET":
            joint = joints[open_nodes[-1]]
            if joint.offset:
                tokens.fail(f"expected one OFFSET in joint {shown(joint.name)}", "a second")
            joint.offset = _read_offset(tokens)
        elif keyword == "CHANNELS":
            joint = joints[open_nodes[-1]]
            if joint.channels:
                tokens.fail(f"expected one CHANNELS line in joint {shown(joint.name)}", "a second")
            joint.channels = _read_channels(tokens, joint.name)
        else:
            tokens.fail("expected OFFSET, CHANNELS, JOINT, End Site or '}'", word)
        if len(open_nodes) > MAX_DEPTH or len(joints) > MAX_JOINTS:
            tokens.fail(
                f"expected at most {MAX_JOINTS} joints nested at most {MAX_DEPTH} deep",
                f"{len(joints)} joints, {len(open_nodes)} deep",
            )

    if open_nodes:
        tokens.fail(f"expected '}}' ({len(open_nodes)} still open) before MOTION", word)
    if not any(joint.channels for joint in joints):
        tokens.fail("expected a ROOT with CHANNELS before MOTION; without them nothing can move", word)
    return joints


def _add_joint(joints: list[_Joint], parent: int, tokens: _Tokens, keyword: str) -> int:
    name = tokens.name_and_brace(keyword)
    if not name:
        tokens.fail(f"expected a name after {keyword}", "{")
    joints.append(_Joint(name, parent))
    return len(joints) - 1


def _read_offset(tokens: _Tokens) -> tuple[float, ...]:
    return tuple(tokens.number(f"the {axis} of an OFFSET") for axis in _AXES)


def _read_channels(tokens: _Tokens, joint: str) -> list[str]:
    word = tokens.next("a number of channels")
    count = int(word) if re.fullmatch(r"\d{1,2}", word) else -1
    if not 0 <= count <= MAX_CHANNELS_PER_JOINT:
        tokens.fail(f"expected a number of channels (0 to {MAX_CHANNELS_PER_JOINT}) for joint {shown(joint)}", word)
    channels = []
    for index in range(count):
        word = tokens.next(f"channel {index + 1} of {count}")
        if not _CHANNEL.fullmatch(word.lower()):
            tokens.fail(
                f"expected channel {index + 1} of {count} of joint {shown(joint)}, such as Xposition or Zrotation",
                word,
            )
        channels.append(word.lower())
    positions = [channel for channel in channels if channel.endswith("position")]
    if len(positions) != len(set(positions)):
        tokens.fail(f"expected each position channel of joint {shown(joint)} once", " ".join(positions))
    return channels


def _read_motion_header(lines: Iterator[tuple[int, str]], source: str) -> tuple[int, str]:
    """Reads the `Frames:` and `Frame Time:` lines in either order; returns the count and the time as written."""
    found: dict[str, str] = {}
    for number, line in lines:
        line = line.strip()
        if not _is_content(line):
            continue
        match = _MOTION_HEADER.fullmatch(line)
        if match is None:
            raise MotionError(
                f"{source}, line {number}: expected 'Frames: COUNT' and 'Frame Time: SECONDS' after MOTION; "
                f"found {shown(line)}"
            )
        key = "frames" if match[1].lower() == "frames" else "frame time"
        found[key] = match[2]
        if key == "frames" and not re.fullmatch(r"\d{1,18}", match[2]):
            raise MotionError(f"{source}, line {number}: expected a number of frames; found {shown(match[2])}")
        if len(found) == 2:
            return int(found["frames"]), found["frame time"]
    raise MotionError(f"{source}: the file ends after MOTION; expected 'Frames: COUNT' and 'Frame Time: SECONDS'")


def _fps_of(frame_time: str) -> float:
    """Turns a frame time into a frame rate; 0.0333333 or 0.041667 means 1/30 or 1/24 and becomes exactly that."""
    try:
        seconds = float(frame_time)
    except ValueError:
        seconds = math.nan
    rate = 1 / seconds if seconds else math.inf
    return float(round(rate)) if math.isfinite(rate) and abs(rate - round(rate)) < 1e-4 * rate else rate


def _read_frames(
    lines: Iterator[tuple[int, str]], skeleton: list[_Joint], declared: int, room: int, source: str
) -> np.ndarray:
    """Reads all rows, a block at a time; returns joints (frames, joints, 3) float32 of at most `room` bytes."""
    max_frames = room // (12 * len(skeleton))
    columns = [(joint.name, channel) for joint in skeleton for channel in joint.channels]
    blocks: list[np.ndarray] = []
    frames = 0
    last_line = 0
    for rows in _blocks(lines, max(1, min(_BLOCK_FRAMES, 2**17 // len(skeleton)))):
        values, rows = _parse_block(rows, columns, frames, source)
        if not rows:
            continue
        blocks.append(_forward_kinematics(skeleton, values))
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
    return np.concatenate(blocks)


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
        rows = [(number, text) for number, text in rows if _is_content(text.strip())]
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


def _forward_kinematics(skeleton: list[_Joint], values: np.ndarray) -> np.ndarray:
    """Computes the global position of every joint in every frame.

    A rotation about one axis mixes only two columns of the global rotation matrix, so each channel is applied to those
    two directly and no local matrix is built: with `c, s` the cosine and sine of the angle,
    `G @ R_axis` has the columns `c * G[:, i] + s * G[:, j]` and `c * G[:, j] - s * G[:, i]` at `i, j`, the two axes
    that follow `axis` cyclically.

    Args:
        skeleton: The joints, parents before children.
        values: (frames, channels) float64, angles in degrees.

    Returns:
        (frames, joints, 3) float32.
    """
    frames = len(values)
    columns = np.ascontiguousarray(values.T)  # (channels, frames): the frames of a channel are contiguous
    positions = np.empty((len(skeleton), 3, frames))
    rotations: list[np.ndarray] = []  # global, (3 rows, 3 columns, frames)
    inner_joints = {joint.parent for joint in skeleton}
    next_column = 0
    for index, joint in enumerate(skeleton):
        local = np.repeat(np.array(joint.offset)[:, None], frames, axis=1)  # (3, frames)
        angles = []
        for channel in joint.channels:
            axis = _AXES.index(channel[0])
            if channel.endswith("position"):
                local[axis] = columns[next_column]
            else:
                angles.append((axis, columns[next_column]))
            next_column += 1

        if joint.parent < 0:
            positions[index] = local
            rotation = np.broadcast_to(np.eye(3)[:, :, None], (3, 3, frames))
        else:
            rotation = rotations[joint.parent]
            positions[index] = positions[joint.parent] + (rotation * local).sum(axis=1)

        if index in inner_joints and angles:
            rotation = rotation.copy()
            for axis, degrees in angles:
                radians = np.deg2rad(degrees)
                cosine, sine = np.cos(radians), np.sin(radians)
                first, second = (axis + 1) % 3, (axis + 2) % 3
                rotation[:, first], rotation[:, second] = (
                    cosine * rotation[:, first] + sine * rotation[:, second],
                    cosine * rotation[:, second] - sine * rotation[:, first],
                )
        rotations.append(rotation)  # for a joint without children this is its parent's; it is never used
    return positions.transpose(2, 0, 1).astype(np.float32, order="C")
