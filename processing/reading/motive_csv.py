"""Reads the tables that OptiTrack Motive exports.

The first row holds pairs of names and values (`Format Version`, `Capture Frame Rate`, `Export Frame Rate`,
`Length Units`, `Coordinate Space`, ...). Below it, a row each gives the type, name, ID and perhaps parent of every
column, a row says `Rotation` or `Position`, and the last row of the header is `Frame, Time (Seconds), X, Y, Z, ...`.
The positions of the bones are read; without bones those of markers, else those of rigid bodies. Bones are named
`Skeleton:Bone`.

Where rotations are quaternions, that of the bone `Head` tells where the face looks. Motive defines a skeleton in a
T pose that faces +Z with all rotations zero, so the face is taken to look along the head's own +Z axis.
"""

from collections.abc import Sequence

import numpy as np

from .limits import MAX_FPS, MIN_FPS
from .motion import MotionError
from .quaternions import rotation_matrices
from .recording import Recording, shown
from .stacked_headers import joined_header
from .table_headers import columns_of_header
from .table_rows import Rows, recording_of_rows
from .units import known_units

_TYPES = (("bone",), ("marker", "bone marker", "rigid body marker"), ("rigid body",))
"""Types of column, best first."""

_HEADER_ROWS = 12
_RESTING = 1e-6
_MEASURES = ("rotation", "position")


def read_motive(rows: Rows, source: str, decimal_comma: bool) -> Recording:
    """Reads a table of OptiTrack Motive.

    Args:
        rows: All rows of the file.
        source: File name.
        decimal_comma: Whether a comma may stand for the decimal point.

    Returns:
        The bones, in the file's units, with its frame rate.

    Raises:
        MotionError: No positions, positions relative to the parent, or a cell that cannot be used.
    """
    line, first = next(rows)
    cells = [cell.strip() for cell in first]
    values = {key.lower(): value for key, value in zip(cells[::2], cells[1::2], strict=False)}
    if values.get("coordinate space", "").lower() == "local":
        raise MotionError(
            f"{source}, line {line}: Coordinate Space is Local, so positions are relative to the parent; export with "
            "Coordinate Space Global"
        )
    line, header, axes = _read_header(rows, source, line)
    labels = _labels(header, axes)
    columns = columns_of_header(labels, source, line)
    head = _head_rotation(labels)
    columns.others = head
    columns.units = known_units(values.get("length units", ""))
    recording, others = recording_of_rows(rows, columns, source, decimal_comma)
    if head:
        recording.face = _face(np.stack([others[index] for index in head], axis=-1))
    key = next((key for key in ("export frame rate", "capture frame rate") if key in values), None)
    if key is not None:
        recording.fps = values[key]
        recording.fps_stated = (
            f"{key.title()} is {shown(values[key])}; expected {MIN_FPS:g} to {MAX_FPS:g} frames per second"
        )
    return recording


def _read_header(rows: Rows, source: str, line: int) -> tuple[int, dict[str, list[str]], list[str]]:
    """Returns the line of the axes, the rows above them by what they say ("name", "type", "measure"), and the axes."""
    header: dict[str, list[str]] = {}
    for count, (line, row) in enumerate(rows):
        cells = [cell.strip() for cell in row]
        if cells and cells[0].lower() == "frame":
            # Columns without an axis, such as a mean error, may be the last ones.
            width = max(_filled_width(cells), _filled_width(header.get("name", [])))
            return line, header, [*cells, *[""] * width][:width]
        if count == _HEADER_ROWS:
            break
        title = cells[1].lower().rstrip("s") if len(cells) > 1 else ""
        if title:
            header[title] = cells
        elif any(cell.lower() in _MEASURES for cell in cells):
            header["measure"] = cells
    raise MotionError(
        f"{source}, line {line}: expected the row Frame, Time, X, Y, Z, ... of a table of Motive; found none"
    )


def _filled_width(cells: Sequence[str]) -> int:
    """Returns the number of cells up to the last one that is not empty."""
    return max((place for place, cell in enumerate(cells, start=1) if cell), default=0)


def _labels(header: dict[str, list[str]], axes: list[str]) -> list[str]:
    """Returns a name for every column, `<bone>_position_x`, and "" for columns of other types."""
    width = len(axes)
    names, kinds, measures = ([*header.get(row, []), *[""] * width][:width] for row in ("name", "type", "measure"))
    kinds = [kind.lower() for kind in kinds]
    wanted = next((types for types in _TYPES if any(kind in types for kind in kinds)), ())
    full = [
        f"{name}_{measure}"
        if name and measure and (kind in wanted or not wanted) and "unlabeled" not in name.lower()
        else ""
        for name, kind, measure in zip(names, kinds, measures, strict=True)
    ]
    labels = joined_header(full, axes)
    return [label if full[place] or place < 2 else "" for place, label in enumerate(labels)]


def _head_rotation(labels: Sequence[str]) -> list[int]:
    """Returns the columns of the head's quaternion (x, y, z, w) if there is exactly one, else nothing."""
    heads = [label[: -len("_rotation_w")] for label in labels if label.lower().endswith("head_rotation_w")]
    heads = [head for head in heads if head.lower().split(":")[-1].split("_")[-1] == "head"]
    if len(heads) != 1:
        return []
    places = {label.lower(): place for place, label in enumerate(labels)}
    found = [places.get(f"{heads[0]}_rotation_{axis}".lower(), -1) for axis in "xyzw"]
    return found if min(found) >= 0 else []


def _face(quaternions: np.ndarray) -> np.ndarray | None:
    """Rotates +Z by quaternions.

    Args:
        quaternions: (frames, 4) x, y, z, w, NaN where not tracked.

    Returns:
        (frames, 3) unit vectors, NaN where unknown; None if the head never leaves rest: nothing was recorded then.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        face = rotation_matrices(quaternions / np.linalg.norm(quaternions, axis=-1, keepdims=True))[..., 2]
        turned = np.abs(face - [0, 0, 1]).max(axis=-1) > _RESTING
    return face if turned.any() else None
