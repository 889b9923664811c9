"""Reads joint positions from tables of text.

The first row decides which of three kinds a table is:

- **Wide**: columns `<joint>_x, <joint>_y, <joint>_z` for each joint (`.`, `:`, `-` or a space may stand for `_`, in
  any case and any order), and optionally a time column (`time`, `timestamp`, `time_ms`, ...). Other columns, such as
  frame numbers or confidences, are ignored.
- **Long**: one row per frame and joint, in any order, with columns `frame` or `time` (or both), `joint` (or `name`,
  `marker`, `landmark`, ...), `x`, `y` and `z`. A joint without a row in a frame is NaN there, and so is every joint of
  a frame number that is missing. Joints that are numbers are sorted by number.
- **Without a header**: Kinect v2 rows as Microsoft's LabanotationSuite records them: the time in ticks of 100 ns, then
  x, y, z and the tracking state (0 not tracked, 1 inferred, 2 tracked) of 25 joints in the order of the Kinect SDK's
  `JointType`. An inferred joint is kept, an untracked one becomes NaN.

The separator is the comma, semicolon or tab, whichever is most frequent in the first row. An empty coordinate is NaN.
"""

import csv
import math
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from pathlib import Path

import numpy as np

from .limits import MAX_BYTES, MAX_COORDINATE, MAX_JOINTS, MAX_NAME_LENGTH
from .motion import MotionError
from .recording import Recording, numbered_lines, room_for, shown

KINECT_V2_LAYOUT = "kinect_v2_25"

_KINECT_V2_JOINTS = 25
_KINECT_V2_WIDTH = 1 + 4 * _KINECT_V2_JOINTS

_COORDINATE_COLUMN = re.compile(r"(?P<joint>.*[^\s_.:-])[\s_.:-]+(?P<axis>[xyz])", re.IGNORECASE)
# Possessive quantifiers: a cell of punctuation is matched in linear time.
_TIME_COLUMN = re.compile(
    r"time[\s_-]?+(stamp)?+[\W_]*+(seconds?|secs?|s|milliseconds?|ms|ticks)?+\W*+", re.IGNORECASE
)

_FRAME_COLUMNS = ("frame", "frameid", "frameindex", "framenumber", "frameno", "framenum", "sample")
_NAME_COLUMNS = (
    "jointname", "joint", "markername", "marker", "landmarkname", "landmark", "keypointname", "keypoint", "bodypart",
    "pointname", "point", "name", "jointid", "jointindex", "landmarkid", "landmarkindex", "keypointid",
)  # fmt: skip
"""Best first, in lower case and without separators."""

_MAX_GAP_FACTOR = 10
"""A long table is refused if its frame numbers span more than this many times its number of frames."""


@dataclass
class _LongColumns:
    """The columns of a table with one row per frame and joint.

    Attributes:
        labels: Name of every column, for messages.
        frame: Index of the column with frame numbers, or None.
        time: Index of the time column, or None; at least one of `frame` and `time` is present.
        joint: Index of the column with the joint's name or number.
        coordinates: Indices of x, y and z.
    """

    labels: list[str]
    frame: int | None
    time: int | None
    joint: int
    coordinates: list[int]


@dataclass
class Columns:
    """The columns of a table with one row per frame.

    Attributes:
        labels: Name of every column, for messages.
        time: Index of the time column, or None.
        coordinates: Three indices (x, y, z) for each joint, joint after joint.
        states: Index of each joint's tracking state; empty where the table has none.
        joint_names: Names from a header, or None.
    """

    labels: list[str]
    time: int | None
    coordinates: list[int]
    states: list[int]
    joint_names: list[str] | None


def read_csv(path: Path) -> Recording:
    """Reads one table, line by line, without holding its text in memory.

    Args:
        path: The file.

    Returns:
        One performer, with the times of the frames where the table has them.

    Raises:
        MotionError: No such table, or a cell that cannot be used; the message names the line and the column.
    """
    lines = numbered_lines(path)
    first_number, first_line = next(((number, line) for number, line in lines if line.strip()), (0, ""))
    if not first_line:
        raise MotionError(f"{path.name}: the file holds no rows")
    delimiter = max(",;\t", key=first_line.count)
    # A quoted cell may contain line ends; they count towards the csv module's limit on the length of a cell.
    reader = csv.reader(chain([first_line], (line + "\n" for _, line in lines)), delimiter=delimiter)
    rows: Iterator[tuple[int, list[str]]] = ((first_number - 1 + reader.line_num, row) for row in reader)
    try:
        line, first_row = next(rows)
        first_row = [cell.strip() for cell in first_row]
        while first_row and not first_row[-1]:
            first_row.pop()
        if all(_is_number(cell) for cell in first_row if cell):
            columns = _columns_of_kinect_v2(len(first_row), path.name, line)
            return recording_of_rows(chain([(line, first_row)], rows), columns, path.name)
        if long_columns := _columns_of_long_header(first_row):
            return _recording_of_long_rows(rows, long_columns, room_for(path), path.name)
        columns = _columns_of_header(first_row, path.name, line)
        return recording_of_rows(rows, columns, path.name)
    except csv.Error as error:
        raise MotionError(f"{path.name}: not a table of text ({error})") from error


def recording_of_rows(rows: Iterator[tuple[int, list[str]]], columns: Columns, source: str) -> Recording:
    """Reads a table with one row per frame.

    Args:
        rows: (line number, cells) of each row below the header.
        columns: The columns of the table.
        source: File name.

    Returns:
        One performer, one frame per row.

    Raises:
        MotionError: No rows, a row of another width, or a cell that cannot be used.
    """
    values, row_lines = _read_rows(rows, columns, source)
    return _recording_of_table(values, row_lines, columns, source)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _columns_of_kinect_v2(width: int, source: str, line: int) -> Columns:
    if width != _KINECT_V2_WIDTH:
        raise MotionError(
            f"{source}, line {line}: a row of numbers without a header; expected {_KINECT_V2_WIDTH} of them "
            f"(Kinect v2: time, then x, y, z, state for {_KINECT_V2_JOINTS} joints), or a header such as "
            f"head_x,head_y,head_z; found {width}"
        )
    firsts = range(1, width, 4)
    cells = ("x", "y", "z", "state")
    return Columns(
        labels=["time"] + [f"{cell} of joint {joint}" for joint in range(_KINECT_V2_JOINTS) for cell in cells],
        time=0,
        coordinates=[first + axis for first in firsts for axis in range(3)],
        states=[first + 3 for first in firsts],
        joint_names=None,
    )


def _columns_of_header(header: list[str], source: str, line: int) -> Columns:
    time = None
    joints: dict[str, dict[str, int]] = {}  # in order of first appearance
    for index, label in enumerate(header):
        if match := _COORDINATE_COLUMN.fullmatch(label):
            axes = joints.setdefault(match["joint"], {})
            axis = match["axis"].lower()
            if axis in axes:
                raise MotionError(
                    f"{source}, line {line}: expected one column {axis} for joint {shown(match['joint'])}; found two, "
                    f"columns {axes[axis] + 1} and {index + 1}"
                )
            axes[axis] = index
        elif time is None and _TIME_COLUMN.fullmatch(label):
            time = index
    if not joints:
        raise MotionError(
            f"{source}, line {line}: expected a header with columns such as head_x, head_y, head_z; "
            f"found {shown(', '.join(header), 80)}"
        )
    for joint, axes in joints.items():
        if len(axes) < 3:
            raise MotionError(
                f"{source}, line {line}: expected columns x, y and z for joint {shown(joint)}; "
                f"found {', '.join(sorted(axes))} only"
            )
    if len(joints) > MAX_JOINTS:
        raise MotionError(f"{source}, line {line}: expected at most {MAX_JOINTS} joints; found {len(joints)}")
    coordinates = [axes[axis] for axes in joints.values() for axis in "xyz"]
    return Columns(labels=header, time=time, coordinates=coordinates, states=[], joint_names=list(joints))


def _read_rows(rows: Iterator[tuple[int, list[str]]], columns: Columns, source: str) -> tuple[np.ndarray, array]:
    """Returns the wanted cells (frames, [time] + coordinates + states) float64, and the line of each frame."""
    width = len(columns.labels)
    wanted = ([] if columns.time is None else [columns.time]) + columns.coordinates + columns.states
    pick = itemgetter(*wanted)
    values, row_lines = array("d"), array("q")
    for line, row in rows:
        if len(row) < 2 and not "".join(row).strip():  # a blank line; a row of empty cells is an untracked frame
            continue
        cells = pick(_fitted(row, width, line, source))
        try:
            numbers = list(map(float, cells))
        except ValueError:
            numbers = [
                _number(cell, line, columns.labels, index, source) for cell, index in zip(cells, wanted, strict=True)
            ]
        values.extend(numbers)
        row_lines.append(line)
        if len(values) * values.itemsize > MAX_BYTES // 2:
            raise MotionError(f"{source}, line {line}: more than {MAX_BYTES // 2:,} bytes of numbers; split the file")
    if not row_lines:
        raise MotionError(f"{source}: no rows after the header; expected one per frame")
    return np.frombuffer(values).reshape(len(row_lines), len(wanted)), row_lines


def _fitted(row: list[str], width: int, line: int, source: str) -> list[str]:
    """Removes empty cells beyond `width` from a row; raises if its width is still another."""
    while len(row) > width and not row[-1].strip():
        row.pop()
    if len(row) != width:
        raise MotionError(f"{source}, line {line}: expected {width} cells; found {len(row)}")
    return row


def _number(cell: str, line: int, labels: list[str], index: int, source: str) -> float:
    if not cell.strip():
        return math.nan
    if not _is_number(cell):
        raise MotionError(
            f"{source}, line {line}, column {index + 1} ({shown(labels[index])}): expected a number; "
            f"found {shown(cell)}"
        )
    return float(cell)


def _recording_of_table(values: np.ndarray, row_lines: array, columns: Columns, source: str) -> Recording:
    """Checks the cells, so that an error names their line and column, and reshapes them."""
    num_coordinates = len(columns.coordinates)
    first = 0 if columns.time is None else 1
    coordinates = values[:, first : first + num_coordinates].copy()
    _refuse_absurd(coordinates, row_lines, columns.labels, columns.coordinates, source)
    joints = coordinates.reshape(len(values), -1, 3)
    if columns.states:
        states = values[:, first + num_coordinates :]
        unknown = ~np.isin(states, (0, 1, 2))
        if unknown.any():
            row, joint = np.argwhere(unknown)[0]
            raise MotionError(
                f"{source}, line {row_lines[row]}, column {columns.states[joint] + 1}: expected the state of joint "
                f"{joint}, 0, 1 or 2; found {states[row, joint]:g}"
            )
        joints[states == 0] = np.nan
    return Recording(
        joints,
        times=None if columns.time is None else values[:, 0].copy(),  # a view would keep the table in memory
        time_lines=np.asarray(row_lines),
        joint_names=columns.joint_names,
        layout=None if columns.joint_names else KINECT_V2_LAYOUT,
    )


def _refuse_absurd(
    coordinates: np.ndarray, row_lines: array, labels: list[str], columns: list[int], source: str
) -> None:
    """Raises an error for the first of the coordinates (rows, columns) that is absurdly large."""
    absurd = np.abs(coordinates) > MAX_COORDINATE  # False for NaN
    if absurd.any():
        row, column = np.argwhere(absurd)[0]
        raise MotionError(
            f"{source}, line {row_lines[row]}, column {columns[column] + 1} ({shown(labels[columns[column]])}): "
            f"expected a number within {MAX_COORDINATE:g}, or nothing; found {coordinates[row, column]:g}"
        )


# ------------------------------------------------------------------------------------------------ one row per joint


def _columns_of_long_header(header: list[str]) -> _LongColumns | None:
    """Returns the columns, or None if this is not the header of a long table."""
    plain = [re.sub(r"[\W_]+", "", label.lower()) for label in header]
    coordinates = []
    for axis in "xyz":
        fitting = [index for index, label in enumerate(plain) if label in (axis, f"pos{axis}", f"position{axis}")]
        if len(fitting) != 1:
            return None
        coordinates += fitting
    joint = next((plain.index(name) for name in _NAME_COLUMNS if name in plain), None)
    frame = next((plain.index(name) for name in _FRAME_COLUMNS if name in plain), None)
    time = next((index for index, label in enumerate(header) if _TIME_COLUMN.fullmatch(label)), None)
    if joint is None or (frame is None and time is None):
        return None
    return _LongColumns(header, frame, time, joint, coordinates)


def _recording_of_long_rows(
    rows: Iterator[tuple[int, list[str]]], columns: _LongColumns, room: int, source: str
) -> Recording:
    """Collects the rows of each frame and sorts them by joint, in at most `room` bytes."""
    key = columns.time if columns.frame is None else columns.frame
    assert key is not None
    wanted = [key, key if columns.time is None else columns.time, *columns.coordinates]
    pick = itemgetter(*wanted)
    width = len(columns.labels)
    names: dict[str, int] = {}  # in order of first appearance
    values, joint_of_row, row_lines = array("d"), array("i"), array("q")
    for line, row in rows:
        if not "".join(row).strip():
            continue
        row = _fitted(row, width, line, source)
        name = row[columns.joint].strip()
        if not 0 < len(name) <= MAX_NAME_LENGTH:
            raise MotionError(
                f"{source}, line {line}, column {columns.joint + 1} ({shown(columns.labels[columns.joint])}): "
                f"expected the name of a joint; found {shown(name) if name else 'nothing'}"
            )
        try:
            values.extend(list(map(float, pick(row))))
        except ValueError:
            values.extend([_number(row[index], line, columns.labels, index, source) for index in wanted])
        joint_of_row.append(names.setdefault(name, len(names)))
        row_lines.append(line)
        if len(names) > MAX_JOINTS:
            raise MotionError(f"{source}, line {line}: expected at most {MAX_JOINTS} joints; found {len(names)}")
        if len(values) * values.itemsize > MAX_BYTES // 2:
            raise MotionError(f"{source}, line {line}: more than {MAX_BYTES // 2:,} bytes of numbers; split the file")
    if not row_lines:
        raise MotionError(f"{source}: no rows after the header; expected one per joint and frame")

    table = np.frombuffer(values).reshape(len(row_lines), len(wanted))
    _refuse_absurd(table[:, 2:], row_lines, columns.labels, columns.coordinates, source)
    keys, first_rows, frame_of_row = np.unique(table[:, 0], return_index=True, return_inverse=True)
    if not np.isfinite(keys).all():
        at = int(np.argmin(np.isfinite(table[:, 0])))
        raise MotionError(
            f"{source}, line {row_lines[at]}, column {key + 1} ({shown(columns.labels[key])}): expected the number "
            f"or time of a frame; found {'nothing' if np.isnan(table[at, 0]) else table[at, 0]}"
        )
    number_of_frame = np.arange(len(keys)) if columns.frame is None else _frame_numbers(keys, source)
    frames = int(number_of_frame[-1]) + 1
    if frames * len(names) * 24 > room:
        raise MotionError(
            f"{source}: {frames:,} frames of {len(names)} joints are too many for a file of its size; "
            "split the recording"
        )

    order = list(names)
    joint_names: list[str] | None = order
    if all(re.fullmatch(r"\d{1,9}", name) for name in order):
        order.sort(key=int)
        joint_names = None
    place = np.argsort([names[name] for name in order])  # place in `order` of a joint by its first appearance
    cell = number_of_frame[frame_of_row] * len(order) + place[np.asarray(joint_of_row)]
    _refuse_twice(cell, row_lines, order, source)
    joints = np.full((frames * len(order), 3), np.nan)
    joints[cell] = table[:, 2:]
    return Recording(
        joints.reshape(frames, len(order), 3),
        times=None if columns.time is None else table[first_rows, 1],
        time_lines=np.asarray(row_lines)[first_rows],
        joint_names=joint_names,
    )


def _frame_numbers(keys: np.ndarray, source: str) -> np.ndarray:
    """Converts sorted frame numbers into indices from 0; a missing number leaves an index for an untracked frame."""
    if len(keys) == 1:
        return np.zeros(1, np.int64)
    with np.errstate(over="ignore"):
        steps = np.diff(keys)
        step, span = float(steps.min()), float(keys[-1] - keys[0])
    if not math.isfinite(span) or span > _MAX_GAP_FACTOR * len(keys) * step:
        widest = int(np.argmax(steps))
        raise MotionError(
            f"{source}: expected frame numbers without long gaps; found {keys[widest + 1]:g} after {keys[widest]:g}, "
            f"while the median step is {float(np.median(steps)):g}"
        )
    numbers = (keys - keys[0]) / step
    if np.abs(numbers - np.rint(numbers)).max() > 1e-3:
        raise MotionError(f"{source}: expected frame numbers in equal steps; the smallest step is {step:g}")
    return np.rint(numbers).astype(np.int64)


def _refuse_twice(cell: np.ndarray, row_lines: array, names: list[str], source: str) -> None:
    order = np.argsort(cell, kind="stable")
    same = np.flatnonzero(np.diff(cell[order]) == 0)
    if len(same):
        first, second = order[same[0]], order[same[0] + 1]
        raise MotionError(
            f"{source}, line {row_lines[second]}: expected one row per frame for joint "
            f"{shown(names[cell[second] % len(names)])}; found a second one, after line {row_lines[first]}"
        )
