"""Reads tables with one row per frame and joint, in any order.

They have columns `frame` or `time` (or both), `joint` (or `name`, `marker`, `landmark`, ...), `x`, `y` and `z`, and
perhaps a confidence and a person. A joint without a row in a frame is NaN there, and so is every joint of a frame
number that is missing. Joints that are numbers are sorted by number.
"""

import math
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from .keys import plain_key
from .limits import MAX_BYTES, MAX_JOINTS, MAX_NAME_LENGTH, MAX_PEOPLE
from .motion import MotionError
from .recording import Recording, shown
from .table_headers import (
    CONFIDENCE_WORDS,
    FRAME_COLUMNS,
    PERSON_COLUMNS,
    TWO_DIMENSIONAL,
    first_of,
    layout_of_numbers,
)
from .table_rows import (
    USE_POSITIONS,
    Rows,
    first_repeated,
    fitted,
    is_number,
    number,
    refuse_absurd,
    refuse_size,
    visibility_of,
)
from .times import Clock, time_unit_of
from .units import known_units

_NAME_COLUMNS = (
    "jointname", "joint", "jointtype", "markername", "marker", "landmarkname", "landmark", "keypointname", "keypoint",
    "bodypart", "pointname", "point", "bonename", "bone", "segmentname", "segment", "name", "jointid", "jointindex",
    "landmarkid", "landmarkindex", "keypointid", "keypointindex",
)  # fmt: skip
"""Best first, in lower case and without separators."""

_POSITION_WORDS = (
    "world{}",
    "{}world",
    "position{}",
    "{}position",
    "pos{}",
    "{}pos",
    "{}coord",
    "{}coordinate",
    "{}",
    "t{}",
)
_ROTATION_WORDS = ("rot{}", "{}rot", "rotation{}", "{}rotation", "r{}", "q{}", "quat{}")
"""Names of the column of an axis, best first."""

_MAX_GAP_FACTOR = 10
"""A table is refused if its frame numbers span more than this many times its number of frames."""

_MARKS_OF_UNITS = re.compile(
    r"(?P<label>.*[^\s_.])[\s_.]*[(\[]\s*(?P<unit>\w{1,12})\s*[)\]]|(?P<plain>.*)[\s_.](?P<end>mm|cm|m)"
)


@dataclass
class LongColumns:
    """The columns of a table with one row per frame and joint.

    Attributes:
        labels: Name of every column, for messages.
        frame: Index of the column with frame numbers, or None.
        time: Index of the time column, or None; at least one of `frame` and `time` is present.
        time_unit: The unit that its name states, or None.
        joint: Index of the column with the joint's name or number.
        coordinates: Indices of x, y and z.
        confidence: Index of the column of confidences, or None.
        person: Index of the column with the person's name or number, or None.
        units: Unit of length that the header states, or None.
    """

    labels: list[str]
    frame: int | None
    time: int | None
    time_unit: str | None
    joint: int
    coordinates: list[int]
    confidence: int | None
    person: int | None
    units: str | None


def columns_of_long_header(header: Sequence[str], source: str, line: int) -> LongColumns | None:
    """Finds the columns of a table with one row per frame and joint.

    Args:
        header: The name of every column.
        source: File name.
        line: Line of the header, for error messages.

    Returns:
        The columns, or None if this is not the header of such a table.

    Raises:
        MotionError: It is one, but of rotations, or of positions in an image.
    """
    names, units = [], []
    for label in header:
        match = _MARKS_OF_UNITS.fullmatch(label) if len(label) <= MAX_NAME_LENGTH else None
        unit = known_units(match["unit"] or match["end"] or "") if match else None
        names.append(plain_key((match["label"] or match["plain"]) if match and unit else label))
        units.append(unit)
    joint = first_of(_NAME_COLUMNS, names)
    frame = first_of(FRAME_COLUMNS, names)
    times = [(index, *time_unit_of(label)) for index, label in enumerate(header) if len(label) <= MAX_NAME_LENGTH]
    time, time_unit = next(((index, unit) for index, is_time, unit in times if is_time), (None, None))
    if joint is None or (frame is None and time is None):
        return None
    coordinates = _axes(names, "xyz", _POSITION_WORDS)
    if coordinates is None:
        if _axes(names, "xyz", _ROTATION_WORDS):
            raise MotionError(f"{source}, line {line}: expected columns x, y and z; found rotations; {USE_POSITIONS}")
        if _axes(names, "xy", _POSITION_WORDS):
            raise MotionError(
                f"{source}, line {line}: expected columns x, y and z; found x, y only: {TWO_DIMENSIONAL}"
            )
        return None
    found = {units[index] for index in coordinates}
    return LongColumns(
        labels=list(header),
        frame=frame,
        time=time,
        time_unit=time_unit,
        joint=joint,
        coordinates=coordinates,
        confidence=next((index for index, name in enumerate(names) if name in CONFIDENCE_WORDS), None),
        person=first_of(PERSON_COLUMNS, names),
        units=found.pop() if len(found) == 1 else None,
    )


def _axes(names: Sequence[str], axes: str, forms: Sequence[str]) -> list[int] | None:
    """Returns the columns of the axes in the first form that has each of them once, or None."""
    for form in forms:
        if all(names.count(form.format(axis)) == 1 for axis in axes):
            return [names.index(form.format(axis)) for axis in axes]
    return None


def recording_of_long_rows(
    rows: Rows, columns: LongColumns, room: int, source: str, decimal_comma: bool = False
) -> Recording:
    """Collects the rows of each frame and sorts them by person and joint.

    Args:
        rows: The rows below the header.
        columns: The columns of the table.
        room: How many bytes of joint positions the file may unpack to.
        source: File name.
        decimal_comma: Whether a comma may stand for the decimal point.

    Returns:
        The people of the table.

    Raises:
        MotionError: No rows, a cell that cannot be used, frame numbers with long gaps, two rows for one joint.
    """
    rows_by_number = _LongRows(columns, source, decimal_comma)
    for line, row in rows:
        if "".join(row).strip():
            rows_by_number.add(line, row)
    return rows_by_number.recording(room)


class _LongRows:
    """Holds the numbers of the rows that were read, and makes a recording of them."""

    def __init__(self, columns: LongColumns, source: str, decimal_comma: bool) -> None:
        self.columns, self.source, self.decimal_comma = columns, source, decimal_comma
        self.names: dict[str, int] = {}  # in order of first appearance
        self.people: dict[str, int] = {}
        self.values, self.times, self.confidences = array("d"), array("d"), array("d")
        self.joint_of_row, self.person_of_row, self.lines = array("i"), array("i"), array("q")
        self.clock = Clock(columns.time_unit)
        self.wanted = ([] if columns.frame is None else [columns.frame]) + columns.coordinates
        self.pick = itemgetter(*self.wanted)

    def add(self, line: int, row: list[str]) -> None:
        """Reads one row."""
        columns, source = self.columns, self.source
        row = fitted(row, len(columns.labels), line, source)
        name = self._word(row, columns.joint, "a joint", line)
        person = "" if columns.person is None else self._word(row, columns.person, "a person", line)
        try:
            self.values.extend(list(map(float, self.pick(row))))
        except ValueError:
            self.values.extend(
                [number(row[index], line, columns.labels, index, source, self.decimal_comma) for index in self.wanted]
            )
        if columns.time is not None:
            self.times.append(self.clock.read(row[columns.time]))
            if columns.frame is None and math.isnan(self.times[-1]) and row[columns.time].strip():
                number(row[columns.time], line, columns.labels, columns.time, source)
        if columns.confidence is not None:
            cell = row[columns.confidence].replace(",", ".")
            self.confidences.append(float(cell) if is_number(cell) else math.nan)
        self.joint_of_row.append(self.names.setdefault(name, len(self.names)))
        self.person_of_row.append(self.people.setdefault(person, len(self.people)))
        self.lines.append(line)
        if len(self.names) > MAX_JOINTS:
            raise MotionError(f"{source}, line {line}: expected at most {MAX_JOINTS} joints; found {len(self.names)}")
        if len(self.people) > MAX_PEOPLE:
            raise MotionError(f"{source}, line {line}: expected at most {MAX_PEOPLE} people; found {len(self.people)}")
        if len(self.values) * self.values.itemsize > MAX_BYTES // 2:
            refuse_size(source, line)

    def _word(self, row: list[str], index: int, what: str, line: int) -> str:
        name = row[index].strip()
        if not 0 < len(name) <= MAX_NAME_LENGTH:
            raise MotionError(
                f"{self.source}, line {line}, column {index + 1} ({shown(self.columns.labels[index])}): "
                f"expected the name of {what}; found {shown(name) if name else 'nothing'}"
            )
        return name

    def recording(self, room: int) -> Recording:
        """Sorts the rows into an array."""
        columns, source = self.columns, self.source
        if not self.lines:
            raise MotionError(f"{source}: no rows after the header; expected one per joint and frame")
        table = np.frombuffer(self.values).reshape(len(self.lines), len(self.wanted))
        positions, times = table[:, -3:], np.frombuffer(self.times) if self.times else None
        refuse_absurd(positions, self.lines, columns.labels, columns.coordinates, source)
        key_of_row = table[:, 0] if times is None or columns.frame is not None else times
        number_of_row, first_rows = self._frames(key_of_row)
        frames, count, people = int(number_of_row.max()) + 1, len(self.names), len(self.people)
        if people * frames * count * 24 > room:
            raise MotionError(
                f"{source}: {frames:,} frames of {count} joints are too many for a file of its size; "
                "split the recording"
            )
        order = list(self.names)
        numbered = all(re.fullmatch(r"\d{1,9}", name) for name in order)
        if numbered:
            order.sort(key=int)
        place = np.argsort([self.names[name] for name in order])  # place in `order` of a joint by its first appearance
        cell = np.asarray(self.person_of_row, np.int64) * frames + number_of_row
        cell = cell * count + place[np.asarray(self.joint_of_row)]
        self._refuse_twice(cell, order)
        joints = np.full((people * frames * count, 3), np.nan)
        joints[cell] = positions
        visibility: np.ndarray | None = None
        notes: list[dict[str, str]] = []
        if columns.confidence is not None:
            confidences = np.full(people * frames * count, np.nan)
            confidences[cell] = np.frombuffer(self.confidences)
            visibility, notes = visibility_of(confidences, columns.labels[columns.confidence])
        shape = (frames, count) if people == 1 else (people, frames, count)
        recorded = number_of_row[first_rows]
        nearest = np.rint(np.interp(np.arange(frames), recorded, np.arange(len(recorded)))).astype(np.int64)
        return Recording(
            joints.reshape(*shape, 3),
            times=None if times is None else np.interp(np.arange(frames), recorded, times[first_rows]),
            time_unit=None if times is None else self.clock.unit,
            time_lines=np.asarray(self.lines)[first_rows][nearest],
            joint_names=None if numbered else order,
            layout=layout_of_numbers([int(name) for name in order]) if numbered else None,
            units=columns.units,
            visibility=None if visibility is None else visibility.reshape(shape),
            people=None if people == 1 else list(self.people),
            notes=notes,
        )

    def _frames(self, key_of_row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns the index of each row's frame, and the first row of each frame that has any."""
        columns = self.columns
        keys, first_rows, frame_of_row = np.unique(key_of_row, return_index=True, return_inverse=True)
        if not np.isfinite(keys).all():
            key = columns.time if columns.frame is None else columns.frame
            assert key is not None
            at = int(np.argmin(np.isfinite(key_of_row)))
            raise MotionError(
                f"{self.source}, line {self.lines[at]}, column {key + 1} ({shown(columns.labels[key])}): expected the "
                f"number or time of a frame; found {'nothing' if np.isnan(key_of_row[at]) else key_of_row[at]}"
            )
        numbers = np.arange(len(keys)) if columns.frame is None else _frame_numbers(keys, self.source)
        return numbers[frame_of_row], first_rows

    def _refuse_twice(self, cell: np.ndarray, names: list[str]) -> None:
        if (repeated := first_repeated(cell)) is not None:
            first, second = repeated
            raise MotionError(
                f"{self.source}, line {self.lines[second]}: expected one row per frame for joint "
                f"{shown(names[cell[second] % len(names)])}; found a second one, after line {self.lines[first]}"
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
