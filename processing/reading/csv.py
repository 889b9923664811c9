"""Reads joint positions from tables of text.

The rows above the numbers decide which kind a table is:

- **Wide**: columns `<joint>_x, <joint>_y, <joint>_z` for each joint, in any of the ways that `table_headers.py` knows,
  and optionally a time column and confidences. Other columns, such as frame numbers and rotations, are ignored.
- **Long**: one row per frame and joint, see `long_table.py`.
- **With a header of several rows**: Vicon Nexus, DeepLabCut 3-D, pandas, see `stacked_headers.py`; OptiTrack Motive,
  see `motive_csv.py`.
- **Without a header**: Kinect v2 rows as Microsoft's LabanotationSuite records them: the time in ticks of 100 ns, then
  x, y, z and the tracking state (0 not tracked, 1 inferred, 2 tracked) of 25 joints in the order of the Kinect SDK's
  `JointType`; or the same without the time, as in the KIMORE dataset. An inferred joint is kept, an untracked one
  becomes NaN.

A title above the header is passed over. The separator is the comma, semicolon or tab, whichever is most frequent in
the first line that has any, or what a line `sep=;` says.
"""

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from .limits import MAX_COLUMNS
from .long_table import columns_of_long_header, recording_of_long_rows
from .motion import MotionError
from .motive_csv import read_motive
from .recording import Recording, numbered_lines, room_for
from .stacked_headers import NEXUS_SECTIONS, leading_rows, read_nexus, stacked_header, with_units
from .table_headers import columns_of_header, has_positions
from .table_rows import Columns, Rows, is_number, recording_of_rows
from .units import known_units

KINECT_V2_LAYOUT = "kinect_v2_25"

_KINECT_V2_JOINTS = 25
_KINECT_V2_WIDTH = 4 * _KINECT_V2_JOINTS
_SEPARATORS = ",;\t"
_LINES_TO_SEPARATOR = 10


def read_csv(path: Path) -> Recording:
    """Reads one table, line by line, without holding its text in memory.

    Args:
        path: The file.

    Returns:
        One performer, or several where the table names them, with the times of the frames where it has them.

    Raises:
        MotionError: No such table, or a cell that cannot be used; the message names the line and the column.
    """
    try:
        return _read_table(path)
    except csv.Error as error:
        raise MotionError(f"{path.name}: not a table of text ({error})") from error


def _rows_of(path: Path) -> tuple[Rows, str]:
    """Returns the rows of a table, from its start, and the separator of its cells."""
    lines = numbered_lines(path)
    first_number, first_line = next(((number, line) for number, line in lines if line.strip()), (0, ""))
    if first_line.strip().lower() in {f"sep={separator}" for separator in _SEPARATORS}:
        delimiter, start, first_number = first_line.strip()[-1], [], first_number + 1
    else:
        start = [first_line, *_lines_to_separator(first_line, lines)]
        delimiter = max(_SEPARATORS, key=start[-1].count)
    # A quoted cell may contain line ends; they count towards the csv module's limit on the length of a cell.
    reader = csv.reader((line + "\n" for line in chain(start, (line for _, line in lines))), delimiter=delimiter)
    return ((first_number - 1 + reader.line_num, row) for row in reader), delimiter


def _lines_to_separator(first_line: str, lines: Iterator[tuple[int, str]]) -> list[str]:
    """Returns the lines after the first one up to the first with a separator: a title may stand above the table."""
    taken: list[str] = []
    line = first_line
    while not any(separator in line for separator in _SEPARATORS) and len(taken) < _LINES_TO_SEPARATOR:
        if (following := next(lines, None)) is None:
            break
        line = following[1]
        taken.append(line)
    return taken


def _read_table(path: Path) -> Recording:
    rows, delimiter = _rows_of(path)
    source, decimal_comma = path.name, delimiter != ","
    line, first_row = next(rows, (0, []))
    if not first_row:
        raise MotionError(f"{source}: the file holds no rows")
    title = first_row[0].strip().lower()
    if title == "format version":
        return read_motive(chain([(line, first_row)], rows), source, decimal_comma)
    if title in NEXUS_SECTIONS and not any(cell.strip() for cell in first_row[1:]):
        return read_nexus(lambda: _rows_of(path)[0], source, decimal_comma)
    cells = [cell.strip() for cell in first_row]
    while cells and not cells[-1]:
        cells.pop()
    if all(is_number(cell) for cell in cells if cell):
        columns = _columns_of_kinect_v2(len(cells), source, line)
        return recording_of_rows(chain([(line, cells)], rows), columns, source, decimal_comma)[0]

    head, rows = leading_rows(chain([(line, first_row)], rows))
    for place, (line, cells) in enumerate(head):
        if len(cells) > MAX_COLUMNS:
            raise MotionError(f"{source}, line {line}: expected at most {MAX_COLUMNS:,} columns; found {len(cells):,}")
        if long_columns := columns_of_long_header(cells, source, line):
            rows = chain(head[place + 1 :], rows)
            return recording_of_long_rows(rows, long_columns, room_for(path), source, decimal_comma)
        if has_positions(cells):
            header, used = cells, place + 1
            break
    else:
        line = head[0][0]
        header, used = stacked_header(head) or (head[0][1], 1)
    if used < len(head) and any(map(known_units, head[used][1])):
        header, used = with_units(header, head[used][1]), used + 1
    columns = columns_of_header(header, source, line)
    return recording_of_rows(chain(head[used:], rows), columns, source, decimal_comma)[0]


def _columns_of_kinect_v2(width: int, source: str, line: int) -> Columns:
    if width not in (_KINECT_V2_WIDTH, 1 + _KINECT_V2_WIDTH):
        raise MotionError(
            f"{source}, line {line}: a row of numbers without a header; expected {1 + _KINECT_V2_WIDTH} of them "
            f"(Kinect v2: time, then x, y, z, state for {_KINECT_V2_JOINTS} joints), {_KINECT_V2_WIDTH} (the same "
            f"without the time), or a header such as head_x,head_y,head_z; found {width}"
        )
    first = width - _KINECT_V2_WIDTH
    firsts = range(first, width, 4)
    cells = ("x", "y", "z", "state")
    labels = [f"{cell} of joint {joint}" for joint in range(_KINECT_V2_JOINTS) for cell in cells]
    return Columns(
        labels=["time"] * first + labels,
        coordinates=[start + axis for start in firsts for axis in range(3)],
        joint_names=None,
        time=0 if first else None,
        states=[start + 3 for start in firsts],
        layout=KINECT_V2_LAYOUT,
    )
