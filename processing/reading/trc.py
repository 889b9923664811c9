"""Reads TRC files, the tables of marker positions that OpenSim and Motion Analysis write.

A file starts with a title, two lines with the names and values of the header (`DataRate`, `NumFrames`, `NumMarkers`,
`Units`, ...), a line that names each marker above its three columns, and a line `X1 Y1 Z1 X2 ...`. The rows follow:
frame number, time, and x, y, z of each marker. Cells are separated by tabs, commas or semicolons, or by blanks in a
line without any of them. An empty coordinate is NaN.

As in BVH files, the number of frames in the header is not trusted: a file with fewer rows is cut off, which is an
error, and additional rows are read.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from .limits import MAX_FPS, MAX_JOINTS, MIN_FPS
from .motion import MotionError
from .recording import Recording, numbered_lines, shown
from .table_rows import Columns, recording_of_rows
from .units import known_units

_AXES_LINE = re.compile(r"[\s,;]*X\s*1\b", re.IGNORECASE)


def read_trc(path: Path) -> Recording:
    """Reads one TRC file, line by line, without holding its text in memory.

    Args:
        path: The file.

    Returns:
        One performer, in the file's units and axes, with the names of the markers.

    Raises:
        MotionError: Not a TRC file, cut off, or a cell that cannot be used; the message names the line and the column.
    """
    source = path.name
    lines = ((number, line) for number, line in numbered_lines(path) if line.strip())
    number, title = next(lines, (1, ""))
    if not title.lstrip().lower().startswith("pathfiletype"):
        _fail(source, number, "not a TRC file: expected the word PathFileType first", title)
    header = _read_header(lines, source)
    count = _whole_number(header, "nummarkers", source)
    if not 1 <= count <= MAX_JOINTS:
        raise MotionError(f"{source}: NumMarkers is {count}; expected 1 to {MAX_JOINTS}")
    declared = _whole_number(header, "numframes", source) if "numframes" in header else 0

    number, line = next(lines, (number, ""))
    names = [cell.strip() for cell in line.split(_separator(line))[2:] if cell.strip()]
    if len(names) == 3 * count and names[::3] == names[1::3] == names[2::3]:  # above each of its columns
        names = names[::3]
    if len(names) != count:
        _fail(source, number, f"expected Frame#, Time and the names of {count} markers", f"{len(names)} names")
    labels = ["Frame#", "Time", *(f"{axis} of {name}" for name in names for axis in "XYZ")]
    columns = Columns(labels, list(range(2, len(labels))), names, time=1, time_unit="s")
    recording, _ = recording_of_rows(_rows(lines), columns, source, decimal_comma=True)
    if len(recording.joints) < declared:
        raise MotionError(
            f"{source}: the file is cut off: {declared:,} frames declared, {len(recording.joints):,} found"
        )
    rate = header.get("datarate", "not given")
    recording.fps = rate
    recording.fps_stated = f"DataRate is {shown(rate)}; expected {MIN_FPS:g} to {MAX_FPS:g} frames per second"
    recording.units = known_units(header.get("units", ""))
    return recording


def _read_header(lines: Iterator[tuple[int, str]], source: str) -> dict[str, str]:
    """Reads the line of header names and the line of their values; returns the names in lower case."""
    number, names = next(lines, (1, ""))
    if "datarate" not in names.lower():
        _fail(source, number, "expected the names DataRate, NumFrames, NumMarkers, Units, ...", names)
    number, values = next(lines, (number, ""))
    return {
        name.strip().lower(): value.strip()
        for name, value in zip(names.split(_separator(names)), values.split(_separator(values)), strict=False)
    }


def _whole_number(header: dict[str, str], key: str, source: str) -> int:
    value = header.get(key, "")
    if not re.fullmatch(r"\d{1,12}(\.0*)?", value):
        raise MotionError(f"{source}: expected {key} in the header as a whole number; found {shown(value)}")
    return int(float(value))


def _rows(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """Yields the cells of each row, without the line of axes where there is one."""
    for number, line in lines:
        if not _AXES_LINE.match(line):
            yield number, line.split(_separator(line))


def _separator(line: str) -> str | None:
    """Returns what separates the cells of a line; None means blanks."""
    return next((separator for separator in "\t;," if separator in line), None)


def _fail(source: str, number: int, expected: str, found: str) -> NoReturn:
    raise MotionError(f"{source}, line {number}: {expected}; found {shown(found)}")
