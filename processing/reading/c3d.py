"""Read C3D files: their parameters through the library py-c3d, their positions in blocks of frames.

Of the libraries py-c3d was taken because nothing that a file holds can crash it: it is pure Python, while ezc3d (C++)
ended the process on damaged files (`benchmarks/readers.py` counts how often). What it reads is held here against the
file before anything is allocated; the positions, which it would yield a frame at a time, are read as arrays.

What the format leaves open is settled after "The C3D File Format User Guide" (Motion Lab Systems, 2008):

- Parameters stand above the header, which repeats some of them.
- A negative residual marks a point that was not tracked; it becomes NaN, as does one with a NaN coordinate.
- Points that hold no position (POINT:ANGLES, FORCES, MOMENTS, POWERS, SCALARS) are left out.
- Labels may have a subject before a colon ("Anna:LASI"). Subjects that share their labels are several people; what
  only one of them has, and points of no subject, are then left out.
"""

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from .motion import MotionError
from .recording import (
    MAX_BYTES,
    MAX_JOINTS,
    Recording,
    checked_fps,
    known_units,
    readable_file,
    shown,
)

try:
    import c3d
except ImportError:  # on the Hub only numpy, torch and transformers are sure to be there
    c3d = None

_BLOCK = 512
_HEAD_BYTES = 2 * 256 * _BLOCK
"""The header points at the parameters by a byte, and they are at most 255 blocks: all of it lies within this."""

_KEY = 0x50  # second byte of every C3D file
_PROCESSORS = {84: "<f4", 85: "<f4", 86: ">f4"}  # Intel, DEC, MIPS
_DEC = 85
_NOT_POSITIONS = ("ANGLES", "FORCES", "MOMENTS", "POWERS", "SCALARS")
_CHUNK_BYTES = 2**22


def read_c3d(path: str | Path, fps: float | None = None) -> Recording:
    """Read the points of one C3D file.

    Args:
        path: The file.
        fps: Frames per second, in place of the file's POINT:RATE.

    Returns:
        One person, or several where subjects share their labels, in the file's units and axes.

    Raises:
        MotionError: The package c3d is not installed; or the file is damaged, cut off or holds no points.
    """
    path = readable_file(path)
    if c3d is None:
        raise MotionError(f"{path.name}: reading C3D files needs the package c3d; install it with: pip install c3d")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        processor = _processor(head, path.name)
        parameters = _parameters(head, path.name)
        labels = _labels(parameters)
        rate, units, not_positions = (
            float(parameters.point_rate),
            _text(parameters, "UNITS"),
            _not_positions(parameters),
        )
        points = _read_points(path, parameters, processor)
    except MotionError:
        raise
    except OSError as error:
        raise MotionError(f"{path.name}: cannot be read ({error.strerror})") from error
    except Exception as error:  # the library meets damage with whatever Python raises where it stumbles
        raise MotionError(
            f"{path.name}: the file is damaged or not C3D ({type(error).__name__}: {shown(str(error), 80)})"
        ) from error
    names = [label or f"point {index + 1}" for index, label in enumerate(labels[: points.shape[1]])]
    names += [f"point {index + 1}" for index in range(len(names), points.shape[1])]
    people = _people(names, not_positions)
    if not people[0]:
        raise MotionError(f"{path.name}: expected points with positions; the file holds none")
    joints = points[:, people[0]] if len(people) == 1 else np.stack([points[:, person] for person in people])
    joint_names = [names[index] for index in people[0]]
    if len(people) > 1:
        joint_names = [name.rpartition(":")[2] for name in joint_names]
    fps = checked_fps(rate, f"{path.name}, POINT:RATE") if fps is None else fps
    return Recording(joints, fps, joint_names, units=known_units(units))


def _processor(head: bytes, source: str) -> int:
    """Return the number of the machine whose numbers these are, or raise where this is not the head of a C3D file."""
    if len(head) < _BLOCK or head[1] != _KEY:
        raise MotionError(
            f"{source}: not a C3D file: expected a header of {_BLOCK} bytes with {_KEY:#x} as its second"
        )
    start = (head[0] - 1) * _BLOCK
    if head[0] < 2 or len(head) < start + 4:
        raise MotionError(f"{source}: the file is cut off: its parameters stand in block {head[0]}, beyond its end")
    processor = head[start + 3]
    if processor not in _PROCESSORS:
        raise MotionError(f"{source}: expected 84, 85 or 86 (Intel, DEC, MIPS) as processor; found {processor}")
    return processor


def _parameters(head: bytes, source: str) -> Any:
    """Return the library's reader of the head of a file, without its demand that header and parameters agree."""

    class Parameters(c3d.Reader):
        def _check_metadata(self) -> None:
            """Files in circulation disagree in what is not used here; what is used is checked where it is used."""

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Parameters(io.BytesIO(head))


def _labels(parameters: Any) -> list[str]:
    """Labels of all points; more than 255 go on in POINT:LABELS2, LABELS3, ..."""
    labels: list[str] = []
    for key in ("POINT:LABELS", *(f"POINT:LABELS{number}" for number in range(2, 18))):
        parameter = parameters.get(key)
        if parameter is None:
            break
        labels += _words(parameter)
    return labels


def _words(parameter: Any) -> list[str]:
    """The strings of a parameter; the dimensions it declares are not trusted beyond the length of a string."""
    content: bytes = parameter.bytes_value
    length = parameter.dimensions[0] if len(parameter.dimensions) > 1 else len(content)
    starts = range(0, len(content), length) if length else ()
    return [content[start : start + length].decode("utf-8", "replace").strip(" \0") for start in starts]


def _text(parameters: Any, key: str) -> str:
    parameter = parameters.get(f"POINT:{key}")
    return "" if parameter is None else " ".join(_words(parameter))


def _not_positions(parameters: Any) -> set[str]:
    """Labels of the points that hold angles, forces and the like in place of a position."""
    found = (parameters.get(f"POINT:{key}") for key in _NOT_POSITIONS)
    return {word for parameter in found if parameter is not None for word in _words(parameter) if word}


def _read_points(path: Path, parameters: Any, processor: int) -> np.ndarray:
    """Read all positions.

    Args:
        path: The file.
        parameters: What `_parameters` gave.
        processor: 84, 85 or 86.

    Returns:
        (frames, points, 3) float32, source units, NaN where not tracked.
    """
    source, header = path.name, parameters.header
    points, scale = int(parameters.point_used), float(parameters.point_scale)
    frames = int(parameters.last_frame) - int(parameters.first_frame) + 1
    if not 1 <= points <= MAX_JOINTS:
        raise MotionError(f"{source}: POINT:USED is {points}; expected 1 to {MAX_JOINTS} points")
    if points != header.point_count:
        raise MotionError(f"{source}: POINT:USED is {points}, the header says {header.point_count}; expected the same")
    if frames < 1:
        raise MotionError(f"{source}: expected at least one frame; the file declares {frames}")
    if not np.isfinite(scale) or scale == 0:
        raise MotionError(f"{source}: POINT:SCALE is {scale:g}; expected a factor, or a negative number for floats")
    if frames * points * 12 > MAX_BYTES:
        raise MotionError(f"{source}: declares {frames:,} frames of {points} points; more than {MAX_BYTES:,} bytes")
    number = np.dtype(_PROCESSORS[processor] if scale < 0 else _PROCESSORS[processor].replace("f4", "i2"))
    values = 4 * points + int(header.analog_count)  # in a frame: x, y, z, residual of each point, then analog samples
    start = (int(header.data_block) - 1) * _BLOCK
    present = max(0, path.stat().st_size - start) // (values * number.itemsize)
    if start < _BLOCK or present < frames:
        raise MotionError(f"{source}: the file is cut off: {frames:,} frames declared, {present:,} found")

    joints = np.empty((frames, points, 3), np.float32)
    block_frames = max(1, _CHUNK_BYTES // (values * number.itemsize))
    with path.open("rb") as file:
        file.seek(start)
        for first in range(0, frames, block_frames):
            count = min(block_frames, frames - first)
            content = np.frombuffer(file.read(count * values * number.itemsize), number).reshape(count, values)
            raw = content[:, : 4 * points].reshape(count, points, 4)
            block = _dec_to_ieee(raw) if number.kind == "f" and processor == _DEC else raw
            place = joints[first : first + count]
            with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused as too large by the caller
                np.multiply(block[..., :3], 1.0 if scale < 0 else scale, out=place, casting="unsafe")
                place[block[..., 3] < 0] = np.nan
    return joints


def _dec_to_ieee(raw: np.ndarray) -> np.ndarray:
    """Floats of a VAX read as little-endian IEEE ones: their halves are swapped and they are four times as large."""
    halves = np.ascontiguousarray(raw).view("<u2")
    swapped = np.empty_like(halves)
    swapped[..., 0::2], swapped[..., 1::2] = halves[..., 1::2], halves[..., 0::2]
    return swapped.view("<f4") / 4


def _people(names: list[str], not_positions: set[str]) -> list[list[int]]:
    """Return the indices of the points of each person.

    All points are one person's, unless subjects share half of their labels or more: then each of them is a person,
    with the points that all of them have, in the same order.
    """
    kept = [
        index
        for index, name in enumerate(names)
        if name not in not_positions and name.rpartition(":")[2] not in not_positions
    ]
    subjects: dict[str, dict[str, int]] = {}
    for index in kept:
        subject, colon, label = names[index].rpartition(":")
        if colon:
            subjects.setdefault(subject, {}).setdefault(label, index)
    largest = max(subjects.values(), key=len, default={})
    people = [labels for labels in subjects.values() if 2 * len(labels.keys() & largest.keys()) >= len(largest)]
    if len(people) < 2:
        return [kept]
    shared = [label for label in largest if all(label in labels for labels in people)]
    return [[labels[label] for label in shared] for labels in people]
