"""Reads the rows of a table with one row per frame, once its columns are known.

An empty coordinate is NaN. In a table whose cells are separated by semicolons or tabs, a number may have a decimal
comma. Columns of confidences become `Recording.visibility`; of the levels 0 to 3 of a Kinect, only 0 means that the
joint was not seen.
"""

import math
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NoReturn

import numpy as np

from .keys import ROTATION_ADVICE, confidence
from .limits import MAX_BYTES, MAX_COORDINATE, MAX_GROWTH, MAX_NAME_LENGTH, MAX_PEOPLE, SMALL_CLIP_BYTES
from .motion import MotionError, note
from .recording import Recording, shown
from .times import Clock

Rows = Iterator[tuple[int, list[str]]]
"""(line number, cells) of each row."""

USE_POSITIONS = f"joint positions are needed. {ROTATION_ADVICE}"
"""The end of a message on rotations."""

_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d*,\d+([eE][+-]?\d+)?\s*")
_STATES = {"nottracked": 0.0, "inferred": 1.0, "tracked": 2.0}
_KINECT_LEVELS = (0, 1, 2, 3)
_UNIT_NORM = 0.02
"""How far the squared length of a quaternion may be from 1, for numbers written with few digits."""


@dataclass
class Columns:
    """The columns of a table with one row per frame.

    Attributes:
        labels: Name of every column, for messages.
        coordinates: Three indices (x, y, z) for each joint, joint after joint.
        joint_names: Names from a header, or None.
        time: Index of the time column, or None.
        time_unit: The unit that its name states, or None.
        frame: Index of the column with frame numbers, or None.
        person: Index of the column that says whose row it is, or None.
        states: Index of each joint's tracking state (0 not tracked, 1 inferred, 2 tracked), -1 for none; or empty.
        confidences: Index of each joint's confidence, -1 for none; or empty.
        fourths: Index of each joint's w, -1 for none; or empty. They tell quaternions from positions.
        others: Further columns to read, which may hold no number.
        units: Unit of length that the header states, or None.
        layout: Name of a known rig, or None.
    """

    labels: list[str]
    coordinates: list[int]
    joint_names: list[str] | None
    time: int | None = None
    time_unit: str | None = None
    frame: int | None = None
    person: int | None = None
    states: list[int] = field(default_factory=list)
    confidences: list[int] = field(default_factory=list)
    fourths: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    units: str | None = None
    layout: str | None = None


@dataclass
class _Table:
    """The cells that were read: one row per frame.

    Attributes:
        coordinates: (frames, 3 * joints) float64.
        extra: Column -> (frames,) float64, for states, confidences, fourths and others.
        times: (frames,) or None.
        lines: Line of each frame.
        people: Name of each person, in order of first appearance, and the place of each row's person among them.
    """

    coordinates: np.ndarray
    extra: dict[int, np.ndarray]
    times: np.ndarray | None
    lines: np.ndarray
    people: tuple[list[str], np.ndarray]


def first_repeated(cells: np.ndarray) -> tuple[int, int] | None:
    """Returns two rows, in order, that fill the lowest of the cells that are filled twice; None if none is."""
    order = np.argsort(cells, kind="stable")
    same = np.flatnonzero(np.diff(cells[order]) == 0)
    return (int(order[same[0]]), int(order[same[0] + 1])) if len(same) else None


def is_number(cell: str) -> bool:
    """Tells whether a cell is a number as Python writes it."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def recording_of_rows(
    rows: Rows, columns: Columns, source: str, decimal_comma: bool = False
) -> tuple[Recording, dict[int, np.ndarray]]:
    """Reads a table with one row per frame.

    Args:
        rows: The rows below the header.
        columns: The columns of the table.
        source: File name.
        decimal_comma: Whether a comma may stand for the decimal point.

    Returns:
        One performer, one frame per row, or several where a column tells them apart; and the values of each of
        `columns.others`, one for each row.

    Raises:
        MotionError: No rows, a row of another width, or a cell that cannot be used; or the rows hold quaternions, or
            several people whose frames have neither numbers nor times.
    """
    clock = Clock(columns.time_unit)
    table = _read_rows(rows, columns, clock, source, decimal_comma)
    refuse_absurd(table.coordinates, table.lines, columns.labels, columns.coordinates, source)
    joints = table.coordinates.reshape(len(table.lines), -1, 3)
    _refuse_quaternions(joints, columns.fourths, table, source)
    if columns.states:
        _drop_untracked(joints, columns, table, source)
    visibility: np.ndarray | None = None
    notes: list[dict[str, str]] = []
    if columns.confidences:
        missing = np.full(len(joints), np.nan)
        confidences = [missing if index < 0 else table.extra[index] for index in columns.confidences]
        visibility, notes = visibility_of(np.stack(confidences, axis=1), columns.labels[max(columns.confidences)])
    recording = Recording(
        joints,
        times=table.times,
        time_unit=None if table.times is None else clock.unit,
        time_lines=table.lines,
        joint_names=columns.joint_names,
        layout=columns.layout,
        units=columns.units,
        visibility=visibility,
        notes=notes,
    )
    if len(table.people[0]) > 1:
        _split_people(recording, columns, table, source)
    return recording, {index: table.extra[index] for index in columns.others}


def _split_people(recording: Recording, columns: Columns, table: _Table, source: str) -> None:
    """Sorts the rows of several people by person and frame; a person without a row in a frame is NaN there."""
    names, person_of_row = table.people
    assert columns.person is not None
    key_of_row = table.times if columns.frame is None else table.extra[columns.frame]
    if key_of_row is None:
        raise MotionError(
            f"{source}: column {shown(columns.labels[columns.person])} names {len(names)} people; "
            "expected a column of frame numbers or times too"
        )
    unknown = ~np.isfinite(key_of_row)
    if unknown.any():
        raise MotionError(
            f"{source}, line {table.lines[np.argmax(unknown)]}: expected the number or time of a frame, since the "
            f"table holds {len(names)} people; found none"
        )
    keys, first_rows, frame_of_row = np.unique(key_of_row, return_index=True, return_inverse=True)
    shape = (len(names), len(keys), recording.joints.shape[1])
    if np.prod(shape, dtype=np.int64) * 24 > max(SMALL_CLIP_BYTES, MAX_GROWTH * recording.joints.nbytes // 8):
        raise MotionError(
            f"{source}: {len(keys):,} frames of {len(names)} people are too many for so few rows; split the file"
        )
    cell = person_of_row.astype(np.int64) * len(keys) + frame_of_row
    if (repeated := first_repeated(cell)) is not None:
        first, second = repeated
        raise MotionError(
            f"{source}, line {table.lines[second]}: expected one row per frame for person "
            f"{shown(names[person_of_row[second]])}; found a second one, after line {table.lines[first]}"
        )

    def of_each_person(values: np.ndarray) -> np.ndarray:
        spread = np.full((shape[0] * shape[1], *values.shape[1:]), np.nan, values.dtype)
        spread[cell] = values
        return spread.reshape(*shape[:2], *values.shape[1:])

    recording.joints = of_each_person(recording.joints)
    recording.visibility = None if recording.visibility is None else of_each_person(recording.visibility)
    recording.times = None if recording.times is None else recording.times[first_rows]
    recording.time_lines = table.lines[first_rows]
    recording.people = names


def visibility_of(confidences: np.ndarray, label: str) -> tuple[np.ndarray | None, list[dict[str, str]]]:
    """Turns confidences into visibility.

    Args:
        confidences: (frames, joints) or any other shape, NaN where there is none.
        label: Name of one of their columns, for the note.

    Returns:
        Visibility from 0 to 1 in the same shape, NaN where unknown, or None if the numbers are no such thing; and the
        notes for the user.
    """
    seen = np.where(np.isfinite(confidences), confidences, np.nan)
    if np.isin(seen, _KINECT_LEVELS).any() and (np.isin(seen, _KINECT_LEVELS) | np.isnan(seen)).all():
        seen = np.where(seen > 1, 1.0, seen)
    visibility, ignored = confidence(seen)
    return visibility, [] if ignored is None else [note("confidence_ignored", f"{ignored} Column {shown(label)}.")]


def _read_rows(rows: Rows, columns: Columns, clock: Clock, source: str, decimal_comma: bool) -> _Table:
    width, coordinates = len(columns.labels), columns.coordinates
    frame = -1 if columns.person is None or columns.frame is None else columns.frame
    extra = sorted({*columns.states, *columns.confidences, *columns.fourths, *columns.others, frame} - {-1})
    wanted = coordinates + extra
    pick = itemgetter(*wanted)
    values, times, lines = array("d"), array("d"), array("q")
    people: dict[str, int] = {}
    person_of_row, name = array("i"), ""
    commas = points = False
    for line, row in rows:
        if len(row) < 2 and not "".join(row).strip():  # a blank line; a row of empty cells is an untracked frame
            continue
        row = fitted(row, width, line, source)
        cells = pick(row)
        if decimal_comma:
            text = " ".join(cells[: len(coordinates)])
            commas, points = commas or "," in text, points or "." in text
            if commas and points:
                raise MotionError(f"{source}, line {line}: expected decimal points or decimal commas; found both")
        try:
            numbers = list(map(float, cells))
        except ValueError:
            numbers = [number(row[index], line, columns.labels, index, source, decimal_comma) for index in coordinates]
            numbers += [_lenient_number(row[index]) for index in extra]
        values.extend(numbers)
        if columns.time is not None:
            times.append(clock.read(row[columns.time]))
        if columns.person is not None:
            name = row[columns.person].strip()[:MAX_NAME_LENGTH] or name  # a row without a name is of the same person
            person_of_row.append(people.setdefault(name, len(people)))
            if len(people) > MAX_PEOPLE:
                raise MotionError(f"{source}, line {line}: expected at most {MAX_PEOPLE} people; found {len(people)}")
        lines.append(line)
        if len(values) * values.itemsize > MAX_BYTES // 2:
            refuse_size(source, line)
    if not lines:
        raise MotionError(f"{source}: no rows after the header; expected one per frame")
    table = np.frombuffer(values).reshape(len(lines), len(wanted))
    return _Table(
        table[:, : len(coordinates)].copy(),  # a view would keep the table in memory
        {index: table[:, len(coordinates) + place].copy() for place, index in enumerate(extra)},
        None if columns.time is None else np.array(times),
        np.array(lines),
        (list(people), np.array(person_of_row)),
    )


def fitted(row: list[str], width: int, line: int, source: str) -> list[str]:
    """Removes empty cells beyond `width` from a row; raises an error if its width is still another."""
    while len(row) > width and not row[-1].strip():
        row.pop()
    if len(row) != width:
        raise MotionError(f"{source}, line {line}: expected {width} cells; found {len(row)}")
    return row


def number(cell: str, line: int, labels: Sequence[str], index: int, source: str, decimal_comma: bool = False) -> float:
    """Returns the number in a cell, NaN for an empty one; raises an error for anything else."""
    if not cell.strip():
        return math.nan
    if is_number(cell):
        return float(cell)
    if decimal_comma and _DECIMAL_COMMA.fullmatch(cell):
        return float(cell.replace(",", "."))
    hint = " (a decimal comma needs semicolons or tabs between the cells)" if _DECIMAL_COMMA.fullmatch(cell) else ""
    raise MotionError(
        f"{source}, line {line}, column {index + 1} ({shown(labels[index])}): expected a number; "
        f"found {shown(cell)}{hint}"
    )


def _lenient_number(cell: str) -> float:
    if is_number(cell):
        return float(cell)
    if _DECIMAL_COMMA.fullmatch(cell):
        return float(cell.replace(",", "."))
    return _STATES.get(cell.strip().lower().replace("_", ""), math.nan)


def refuse_absurd(
    coordinates: np.ndarray, row_lines: Sequence[int] | np.ndarray, labels: list[str], columns: list[int], source: str
) -> None:
    """Raises an error for the first of the coordinates (rows, columns) that is absurdly large."""
    absurd = np.abs(coordinates) > MAX_COORDINATE  # False for NaN
    if absurd.any():
        row, column = np.argwhere(absurd)[0]
        raise MotionError(
            f"{source}, line {row_lines[row]}, column {columns[column] + 1} ({shown(labels[columns[column]])}): "
            f"expected a number within {MAX_COORDINATE:g}, or nothing; found {coordinates[row, column]:g}"
        )


def refuse_size(source: str, line: int) -> NoReturn:
    """Raises the error for a table with too many numbers."""
    raise MotionError(f"{source}, line {line}: more than {MAX_BYTES // 2:,} bytes of numbers; split the file")


def _refuse_quaternions(joints: np.ndarray, fourths: list[int], table: _Table, source: str) -> None:
    """Raises an error if x, y, z and w of the joints are unit quaternions."""
    having = [joint for joint, index in enumerate(fourths) if index >= 0]
    if having:
        w = np.stack([table.extra[fourths[joint]] for joint in having], axis=1)
        if _are_unit(joints[:, having], w):
            raise MotionError(
                f"{source}: x, y, z and w of {len(having)} joints are quaternions, that is rotations; {USE_POSITIONS}"
            )


def _are_unit(xyz: np.ndarray, w: np.ndarray) -> bool:
    """Tells whether all xyz (frames, joints, 3) with w (frames, joints) have length 1, apart from those that are 0."""
    with np.errstate(over="ignore", invalid="ignore"):
        squared = (xyz**2).sum(axis=-1) + w**2
    squared = squared[np.isfinite(squared) & (squared > 0)]
    return bool(len(squared)) and bool((np.abs(squared - 1) < _UNIT_NORM).all())


def _drop_untracked(joints: np.ndarray, columns: Columns, table: _Table, source: str) -> None:
    """Sets joints whose state is 0 to NaN; raises an error for an unknown state."""
    having = [joint for joint, index in enumerate(columns.states) if index >= 0]
    states = np.stack([table.extra[columns.states[joint]] for joint in having], axis=1)
    unknown = ~np.isin(states, (0, 1, 2))
    if unknown.any():
        if columns.layout is None:  # a header may call something else a state
            return
        if _are_unit(joints[:, having], states):
            raise MotionError(
                f"{source}: the four numbers of each joint are quaternions, that is rotations; {USE_POSITIONS}"
            )
        row, place = np.argwhere(unknown)[0]
        raise MotionError(
            f"{source}, line {table.lines[row]}, column {columns.states[having[place]] + 1}: expected the state of "
            f"joint {having[place]}, 0, 1 or 2; found {states[row, place]:g}"
        )
    untracked = np.zeros(joints.shape[:2], bool)
    untracked[:, having] = states == 0
    joints[untracked] = np.nan
