"""Read joint positions from tables of text.

Two kinds are told apart by their first row:

- **With a header**: columns `<joint>_x, <joint>_y, <joint>_z` for each joint (`.`, `:`, `-` or a space may stand for
  `_`, in any case and any order), and optionally a time column (`time`, `timestamp`, `time_ms`, ...). Other columns,
  such as frame numbers or confidences, are passed over.
- **Without a header**: Kinect v2 rows as Microsoft's LabanotationSuite records them: the time in ticks of 100 ns, then
  x, y, z and the tracking state (0 not tracked, 1 inferred, 2 tracked) of 25 joints in the order of the Kinect SDK's
  `JointType`. An inferred joint is kept, one that is not tracked becomes NaN.

Cells are separated by commas, semicolons or tabs, whichever the first row has most of. An empty coordinate is NaN.
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

from .bvh_reading import MAX_BYTES, MAX_COORDINATE, MAX_JOINTS, numbered_lines, readable_file, shown
from .motion import MotionError

KINECT_V2_LAYOUT = "kinect_v2_25"

_KINECT_V2_JOINTS = 25
_KINECT_V2_WIDTH = 1 + 4 * _KINECT_V2_JOINTS

_COORDINATE_COLUMN = re.compile(r"(?P<joint>.*[^\s_.:-])[\s_.:-]+(?P<axis>[xyz])", re.IGNORECASE)
_TIME_COLUMN = re.compile(r"time[\s_-]?(stamp)?[\W_]*(s|secs?|seconds?|ms|milliseconds?|ticks)?\W*", re.IGNORECASE)

_TIME_UNITS = (1.0, 1e-3, 1e-7)
"""Seconds, milliseconds and ticks of 100 ns; a time column is in the first unit that makes its rate plausible."""

_PLAUSIBLE_FPS = (5.0, 500.0)
"""Narrow enough that no step fits two units."""


@dataclass
class CsvTable:
    """What a table holds.

    Attributes:
        joints: (frames, joints, 3) float64, source units, NaN where not tracked.
        fps: Frames per second, or None where there is no time column.
        joint_names: Names from the header, or None.
        layout: `KINECT_V2_LAYOUT` for a table without a header, else None.
    """

    joints: np.ndarray
    fps: float | None
    joint_names: list[str] | None
    layout: str | None


@dataclass
class _Columns:
    """Where things stand in a row.

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


def read_csv(path: str | Path, fps: float | None = None) -> CsvTable:
    """Read one table; the text is passed through a line at a time and never held.

    Args:
        path: The file.
        fps: Frames per second; where given, the time column is not consulted.

    Returns:
        The table. Rows are taken as evenly spaced in time, at the mean of the steps that lie within half of the median
        step, so that dropped frames and a clock of whole milliseconds do not bend the rate.

    Raises:
        MotionError: No such table, or a cell that cannot be used; the message names the line and the column.
    """
    path = readable_file(path)
    lines = numbered_lines(path)
    first_number, first_line = next(((number, line) for number, line in lines if line.strip()), (0, ""))
    if not first_line:
        raise MotionError(f"{path.name}: the file holds no rows")
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.reader(chain([first_line], (line for _, line in lines)), delimiter=delimiter)
    rows: Iterator[tuple[int, list[str]]] = ((first_number - 1 + reader.line_num, row) for row in reader)
    try:
        line, first_row = next(rows)
        first_row = [cell.strip() for cell in first_row]
        while first_row and not first_row[-1]:
            first_row.pop()
        if all(_is_number(cell) for cell in first_row if cell):
            columns = _columns_of_kinect_v2(len(first_row), path.name, line)
            rows = chain([(line, first_row)], rows)
        else:
            columns = _columns_of_header(first_row, path.name, line)
        values, row_lines = _read_rows(rows, columns, path.name)
    except csv.Error as error:
        raise MotionError(f"{path.name}: not a table of text ({error})") from error
    return _table_of(values, row_lines, columns, fps, path.name)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _columns_of_kinect_v2(width: int, source: str, line: int) -> _Columns:
    if width != _KINECT_V2_WIDTH:
        raise MotionError(
            f"{source}, line {line}: a row of numbers without a header; expected {_KINECT_V2_WIDTH} of them "
            f"(Kinect v2: time, then x, y, z, state for {_KINECT_V2_JOINTS} joints), or a header such as "
            f"head_x,head_y,head_z; found {width}"
        )
    firsts = range(1, width, 4)
    cells = ("x", "y", "z", "state")
    return _Columns(
        labels=["time"] + [f"{cell} of joint {joint}" for joint in range(_KINECT_V2_JOINTS) for cell in cells],
        time=0,
        coordinates=[first + axis for first in firsts for axis in range(3)],
        states=[first + 3 for first in firsts],
        joint_names=None,
    )


def _columns_of_header(header: list[str], source: str, line: int) -> _Columns:
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
    return _Columns(labels=header, time=time, coordinates=coordinates, states=[], joint_names=list(joints))


def _read_rows(rows: Iterator[tuple[int, list[str]]], columns: _Columns, source: str) -> tuple[np.ndarray, array]:
    """Return the wanted cells (frames, [time] + coordinates + states) float64, and the line of each frame."""
    width = len(columns.labels)
    wanted = ([] if columns.time is None else [columns.time]) + columns.coordinates + columns.states
    pick = itemgetter(*wanted)
    values, row_lines = array("d"), array("q")
    for line, row in rows:
        if len(row) < 2 and not "".join(row).strip():  # a blank line; a row of empty cells is an untracked frame
            continue
        while len(row) > width and not row[-1].strip():
            row.pop()
        if len(row) != width:
            raise MotionError(f"{source}, line {line}: expected {width} cells; found {len(row)}")
        cells = pick(row)
        try:
            numbers = list(map(float, cells))
        except ValueError:
            numbers = [_number(cell, line, columns, index, source) for cell, index in zip(cells, wanted, strict=True)]
        values.extend(numbers)
        row_lines.append(line)
        if len(values) * values.itemsize > MAX_BYTES:
            raise MotionError(f"{source}, line {line}: more than {MAX_BYTES:,} bytes of numbers; split the file")
    if not row_lines:
        raise MotionError(f"{source}: no rows after the header; expected one for each frame")
    return np.frombuffer(values).reshape(len(row_lines), len(wanted)), row_lines


def _number(cell: str, line: int, columns: _Columns, index: int, source: str) -> float:
    if not cell.strip():
        return math.nan
    if not _is_number(cell):
        raise MotionError(
            f"{source}, line {line}, column {index + 1} ({shown(columns.labels[index])}): expected a number; "
            f"found {shown(cell)}"
        )
    return float(cell)


def _table_of(values: np.ndarray, row_lines: array, columns: _Columns, fps: float | None, source: str) -> CsvTable:
    """Check the cells and give them their shape."""
    num_coordinates = len(columns.coordinates)
    first = 0 if columns.time is None else 1
    coordinates = values[:, first : first + num_coordinates].copy()
    absurd = np.abs(coordinates) > MAX_COORDINATE  # False for NaN
    if absurd.any():
        row, column = np.argwhere(absurd)[0]
        index = columns.coordinates[column]
        raise MotionError(
            f"{source}, line {row_lines[row]}, column {index + 1} ({shown(columns.labels[index])}): expected a number "
            f"within {MAX_COORDINATE:g}, or nothing; found {coordinates[row, column]:g}"
        )
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
    if fps is None and columns.time is not None:
        fps = _fps_of_times(values[:, 0], row_lines, source)
    layout = None if columns.joint_names else KINECT_V2_LAYOUT
    return CsvTable(joints=joints, fps=fps, joint_names=columns.joint_names, layout=layout)


def _fps_of_times(times: np.ndarray, row_lines: array, source: str) -> float | None:
    """Return the rate of a time column (frames,), or None for a single frame."""
    if not np.isfinite(times).all():
        line = row_lines[int(np.argmin(np.isfinite(times)))]
        raise MotionError(f"{source}, line {line}: expected a time; found none (or pass fps)")
    steps = np.diff(times)
    if len(steps) == 0:
        return None
    if (steps < 0).any():
        row = int(np.argmax(steps < 0)) + 1
        raise MotionError(
            f"{source}, line {row_lines[row]}: expected a time not before that of the row above, "
            f"{times[row - 1]:.12g}; found {times[row]:.12g}"
        )
    median = float(np.median(steps))
    step = float(steps[np.abs(steps - median) <= median / 2].mean())
    slowest, fastest = _PLAUSIBLE_FPS
    for unit in _TIME_UNITS:
        if 1 / fastest <= step * unit <= 1 / slowest:
            return 1 / (step * unit)
    raise MotionError(
        f"{source}: the time column steps by {step:g}; expected {slowest:g} to {fastest:g} frames per second in "
        "seconds, milliseconds or ticks of 100 ns (or pass fps)"
    )
