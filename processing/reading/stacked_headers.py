"""Reads tables whose header takes several rows: names of joints above rows of x, y, z.

- **DeepLabCut 3-D**: rows `scorer`, `individuals` (or not), `bodyparts`, `coords`.
- **Vicon Nexus**: a section `Trajectories` (without one `Segments`, else `Model Outputs`), the rate, the names, each
  above its three columns, a row `Frame, Sub Frame, X, Y, Z, ...` and a row of units. Markers without a name (`*12`)
  are left out.
- **Any other** table in which a row of names stands right above a row of axes, as pandas writes it.

The rows become one header, `<name>_<axis>` for each column, which `table_headers.py` understands like any other.
"""

from collections.abc import Callable, Sequence
from itertools import chain

from .limits import MAX_FPS, MIN_FPS
from .motion import MotionError
from .recording import Recording, shown
from .table_headers import CONFIDENCE_WORDS, columns_of_header
from .table_rows import Rows, is_number, recording_of_rows

NEXUS_SECTIONS = ("trajectories", "segments", "model outputs", "joints", "devices", "events")
"""The first line of a table that Vicon Nexus exports, in lower case; the first three hold positions, best first."""

_WITH_POSITIONS = NEXUS_SECTIONS[:3]
_AXES = frozenset("x y z w tx ty tz rx ry rz qx qy qz qw".split()) | CONFIDENCE_WORDS
_HEADER_ROWS = 6


def leading_rows(rows: Rows) -> tuple[list[tuple[int, list[str]]], Rows]:
    """Takes the rows above the first row of numbers off a table, at least one and at most a few.

    Args:
        rows: (line number, cells) of each row.

    Returns:
        Those rows, with stripped cells and without blank lines; and the rows that follow.
    """
    head: list[tuple[int, list[str]]] = []
    for line, row in rows:
        cells = [cell.strip() for cell in row]
        numbers = sum(map(is_number, cells)) * 2 > sum(map(bool, cells))
        if head and (numbers or len(head) == _HEADER_ROWS):
            return head, chain([(line, row)], rows)
        if len(cells) > 1 or any(cells):
            head.append((line, cells))
    return head, iter(())


def stacked_header(head: Sequence[tuple[int, list[str]]]) -> tuple[list[str], int] | None:
    """Joins the rows of a header into one.

    Args:
        head: (line number, cells) of the rows above the numbers.

    Returns:
        A name for every column, and the number of rows that the header takes; or None if no row of axes is below a row
        of names.
    """
    for place in range(1, len(head)):
        axes = head[place][1]
        if {"x", "y"} <= {axis.lower().lstrip("t") for axis in axes}:
            first_cells = [cells[0].lower() for _, cells in head[: place - 1]]
            names = head[place - 1][1]
            if "individuals" in first_cells:
                people = _filled(head[first_cells.index("individuals")][1], axes)
                names = [
                    f"{person}:{name}" if person and name else name
                    for person, name in zip(people, _filled(names, axes), strict=True)
                ]
            return joined_header(names, axes), place + 1
    return None


def joined_header(names: Sequence[str], axes: Sequence[str]) -> list[str]:
    """Joins a row of names and the row of axes below it.

    Args:
        names: The cell above each axis; an empty one means the name before it.
        axes: The row of axes.

    Returns:
        A name for every column.
    """
    return [
        f"{name}_{axis}" if name and axis.lower() in _AXES else axis or name
        for name, axis in zip(_filled(names, axes), axes, strict=True)
    ]


def with_units(header: Sequence[str], units: Sequence[str]) -> list[str]:
    """Adds the row of units below a header to the names of its columns."""
    padded = [*units, *[""] * len(header)]
    return [f"{label} ({unit})" if label and unit else label for label, unit in zip(header, padded, strict=False)]


def _filled(names: Sequence[str], axes: Sequence[str]) -> list[str]:
    """Repeats each name until the next one, over the columns with an axis."""
    filled, last = [], ""
    for place, axis in enumerate(axes):
        name = names[place] if place < len(names) else ""
        last = name or (last if axis.lower() in _AXES else "")
        filled.append(last)
    return filled


def read_nexus(open_rows: Callable[[], Rows], source: str, decimal_comma: bool) -> Recording:
    """Reads a table of Vicon Nexus, which may have several sections.

    Args:
        open_rows: Returns all rows of the file, from its start.
        source: File name.
        decimal_comma: Whether a comma may stand for the decimal point.

    Returns:
        The points of the best section with positions, with the names in the file (`Subject:Marker`).

    Raises:
        MotionError: No such section, or it cannot be used.
    """
    found = dict.fromkeys(_section_of(row) for _, row in open_rows())
    wanted = next((section for section in _WITH_POSITIONS if section in found), None)
    if wanted is None:
        raise MotionError(
            f"{source}: a table of Vicon Nexus without positions; expected a section Trajectories; "
            f"found {', '.join(section.title() for section in found if section)}"
        )
    rows = open_rows()
    line = next(line for line, row in rows if _section_of(row) == wanted)
    return _read_nexus_section(rows, source, line, decimal_comma)


def _section_of(row: list[str]) -> str:
    """Returns the section that a row opens, "" for any other row."""
    title = row[0].strip().lower() if row and len(row[0]) < 64 else ""
    return title if title in NEXUS_SECTIONS and not any(cell.strip() for cell in row[1:]) else ""


def _read_nexus_section(rows: Rows, source: str, line: int, decimal_comma: bool) -> Recording:
    header = []
    for number, row in rows:
        header.append((number, [cell.strip() for cell in row]))
        if len(header) == 4:
            break
    if len(header) < 4 or not header[2][1] or header[2][1][0].lower() != "frame":
        raise MotionError(
            f"{source}, line {line}: expected the rate, the names of the markers, a row Frame, Sub Frame, X, Y, Z and "
            f"a row of units; found {shown('; '.join(','.join(cells) for _, cells in header), 80)}"
        )
    rate, names, axes = header[0][1][0] if header[0][1] else "", header[1][1], header[2][1]
    while axes and not axes[-1]:
        axes.pop()
    labels = [
        "" if name.startswith("*") else label
        for name, label in zip(_filled(names, axes), joined_header(names, axes), strict=True)
    ]
    labels = with_units(labels, header[3][1])
    section = _until_blank(rows)
    recording, _ = recording_of_rows(section, columns_of_header(labels, source, header[1][0]), source, decimal_comma)
    recording.fps = rate
    recording.fps_stated = f"the rate is {shown(rate)}; expected {MIN_FPS:g} to {MAX_FPS:g} frames per second"
    return recording


def _until_blank(rows: Rows) -> Rows:
    """Yields the rows of a section, which a blank line ends."""
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            return
        yield line, row
