"""Reads C3D files: the parameters with the library py-c3d, the positions in blocks of frames.

py-c3d was chosen because a damaged file cannot crash it: it is pure Python, while ezc3d (C++) crashed the process on
some damaged files (`benchmarks/readers.py` counts how many). What it reads is checked against the file here before
memory is allocated. It yields positions frame by frame; they are read as arrays instead, which is 15 times as fast.

Where the format is ambiguous this reader follows "The C3D File Format User Guide" (Motion Lab Systems, 2008):

- Parameters take precedence over the header, which repeats some of them.
- A negative residual marks a point that was not tracked; it becomes NaN, as does a point with a NaN coordinate.
- Points that are not positions (POINT:ANGLES, FORCES, MOMENTS, POWERS, SCALARS) are left out.
- A label may start with a subject and a colon ("Anna:LASI"). It stays whole: `people.py` tells subjects apart.
"""

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from .limits import MAX_BYTES, MAX_FPS, MAX_JOINTS, MIN_FPS
from .motion import MotionError
from .recording import Recording, shown
from .units import known_units

try:
    import c3d
except ImportError:  # on the Hub only numpy, torch and transformers can be relied on
    c3d = None

_BLOCK = 512
_HEAD_BYTES = 2 * 256 * _BLOCK
"""A byte of the header says where the parameters start, and they have at most 255 blocks: all lie within this."""

_KEY = 0x50  # second byte of every C3D file
_PROCESSORS = {84: "<f4", 85: "<f4", 86: ">f4"}  # Intel, DEC, MIPS
_DEC = 85
_NOT_POSITIONS = ("ANGLES", "FORCES", "MOMENTS", "POWERS", "SCALARS")
_CHUNK_BYTES = 2**22


def read_c3d(path: Path) -> Recording:
    """Reads the points of one C3D file.

    Args:
        path: The file.

    Returns:
        All points with positions, in the file's units and axes.

    Raises:
        MotionError: The package c3d is not installed; or the file is damaged, cut off or holds no points.
    """
    if c3d is None:
        raise MotionError(f"{path.name}: reading C3D files needs the package c3d; install it with: pip install c3d")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        processor = _processor(head, path.name)
        parameters = _parameters(head)
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
    except Exception as error:  # on a damaged file the library raises exceptions of any kind
        raise MotionError(
            f"{path.name}: the file is damaged or not C3D ({type(error).__name__}: {shown(str(error), 80)})"
        ) from error
    names = [label or f"point {index + 1}" for index, label in enumerate(labels[: points.shape[1]])]
    names += [f"point {index + 1}" for index in range(len(names), points.shape[1])]
    kept = [
        index
        for index, name in enumerate(names)
        if name not in not_positions and name.rpartition(":")[2] not in not_positions
    ]
    if not kept:
        raise MotionError(f"{path.name}: expected points with positions; the file holds none")
    stated = f"POINT:RATE is {rate:g}; expected {MIN_FPS:g} to {MAX_FPS:g} frames per second"
    return Recording(
        points[:, kept], rate, stated, joint_names=[names[index] for index in kept], units=known_units(units)
    )


def _processor(head: bytes, source: str) -> int:
    """Returns the processor type, which decides the number format; raises unless this is the head of a C3D file."""
    if len(head) < _BLOCK or head[1] != _KEY:
        raise MotionError(
            f"{source}: not a C3D file: expected a header of {_BLOCK} bytes with {_KEY:#x} as its second"
        )
    start = (head[0] - 1) * _BLOCK
    if head[0] < 2 or len(head) < start + 4:
        raise MotionError(f"{source}: the file is cut off: its parameters are in block {head[0]}, beyond its end")
    processor = head[start + 3]
    if processor not in _PROCESSORS:
        raise MotionError(f"{source}: expected 84, 85 or 86 (Intel, DEC, MIPS) as processor; found {processor}")
    return processor


def _parameters(head: bytes) -> Any:
    """Returns the library's reader of the head of a file, without its check that header and parameters agree."""

    class Parameters(c3d.Reader):
        def _check_metadata(self) -> None:
            """Does nothing: real files disagree in values that are not used here; those used are checked below."""

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Parameters(io.BytesIO(head))


def _labels(parameters: Any) -> list[str]:
    """Returns the labels of all points; after 255 they continue in POINT:LABELS2, LABELS3, ..."""
    labels: list[str] = []
    for key in ("POINT:LABELS", *(f"POINT:LABELS{number}" for number in range(2, 18))):
        parameter = parameters.get(key)
        if parameter is None:
            break
        labels += _words(parameter)
    return labels


def _words(parameter: Any) -> list[str]:
    """Returns the strings of a parameter; of the dimensions it declares only the length of a string is trusted."""
    content: bytes = parameter.bytes_value
    length = parameter.dimensions[0] if len(parameter.dimensions) > 1 else len(content)
    starts = range(0, len(content), length) if length else ()
    return [content[start : start + length].decode("utf-8", "replace").strip(" \0") for start in starts]


def _text(parameters: Any, key: str) -> str:
    parameter = parameters.get(f"POINT:{key}")
    return "" if parameter is None else " ".join(_words(parameter))


def _not_positions(parameters: Any) -> set[str]:
    """Returns the labels of points that hold angles, forces and the like instead of a position."""
    found = (parameters.get(f"POINT:{key}") for key in _NOT_POSITIONS)
    return {word for parameter in found if parameter is not None for word in _words(parameter) if word}


def _read_points(path: Path, parameters: Any, processor: int) -> np.ndarray:
    """Reads all positions.

    Args:
        path: The file.
        parameters: What `_parameters` returned.
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
            with np.errstate(over="ignore", invalid="ignore"):  # infinite values are refused by the checks
                np.multiply(block[..., :3], 1.0 if scale < 0 else scale, out=place, casting="unsafe")
                place[block[..., 3] < 0] = np.nan
    return joints


def _dec_to_ieee(raw: np.ndarray) -> np.ndarray:
    """Converts VAX floats read as little-endian IEEE floats: halves swapped, and four times as large."""
    halves = np.ascontiguousarray(raw).view("<u2")
    swapped = np.empty_like(halves)
    swapped[..., 0::2], swapped[..., 1::2] = halves[..., 1::2], halves[..., 0::2]
    return swapped.view("<f4") / 4
