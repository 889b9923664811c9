"""Reads NumPy files: `.npy` with joint positions, `.npz` with joint positions and what describes them.

Nothing is unpickled. An array's header is read first, and the array only if the file can hold what it declares and the
result stays within the limits.
"""

import math
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from .humanml3d import is_rows, recording_of_rows
from .limits import MAX_BYTES
from .motion import MotionError
from .recording import SHAPES, Recording, room_for, shown
from .smpl import recording_of_smpl, smpl_keys
from .units import known_units

_MAX_NAMES_BYTES = 2**22


def read_npy(path: Path) -> Recording:
    """Reads one array of joint positions.

    Args:
        path: The file.

    Returns:
        The array as it is, without names or frame rate.

    Raises:
        MotionError: The file is damaged, cut off, too large or a pickle.
    """
    with _reading(path.name), path.open("rb") as file:
        return recording_of_rows(_read_array(file, path.stat().st_size, path.name), path.name)


def read_npz(path: Path) -> Recording:
    """Reads `joints`, or the only array with the shape of joint positions, and what else the file says about it.

    Args:
        path: The file.

    Returns:
        The recording, with those of `fps`, `layout`, `joint_names`, `parents` and `units` that the file has.

    Raises:
        MotionError: The file is damaged, cut off, too large, holds pickles, or no such array.
    """
    with _reading(path.name), zipfile.ZipFile(path) as archive:
        members = {
            info.filename.removesuffix(".npy"): info for info in archive.infolist() if info.filename.endswith(".npy")
        }
        if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in members.values()):
            raise MotionError(f"{path.name}: expected arrays that are stored or deflated, as NumPy writes them")

        def read(key: str, limit: int) -> np.ndarray:
            with archive.open(members[key]) as stream:
                return _read_array(stream, members[key].file_size, f"{path.name}, array {shown(key)}", limit)

        if "joints" not in members:
            shapes = _shapes(archive, members, path.name)
            if keys := smpl_keys(shapes):
                return recording_of_smpl({key: read(key, room_for(path)) for key in keys}, path.name, shapes)
            if len(rows := [key for key, shape in shapes.items() if is_rows(shape)]) == 1:
                return recording_of_rows(read(rows[0], room_for(path)), path.name)

        content: dict[str, Any] = {"joints": read(_joints_key(archive, members, path.name), room_for(path))}
        for key, kinds, expected in (
            ("fps", "fiu", "one number"),
            ("layout", "US", "one string"),
            ("joint_names", "US", "strings"),
            ("parents", "iu", "integers"),
            ("units", "US", "one string"),
        ):
            if key not in members:
                continue
            value = read(key, _MAX_NAMES_BYTES)
            if value.dtype.kind not in kinds or (expected.startswith("one ") and value.size != 1):
                raise MotionError(
                    f"{path.name}: expected {key} to hold {expected}; found shape {value.shape} of {value.dtype}"
                )
            if value.dtype.kind == "S":
                value = np.char.decode(value, "utf-8")
            content[key] = value.item() if expected.startswith("one ") else value.reshape(-1).tolist()
        content["units"] = known_units(content.get("units", ""))
        return Recording(**content)


@contextmanager
def _reading(source: str) -> Iterator[None]:
    """Turns what numpy and zipfile raise on a broken file into a MotionError, and silences their warnings."""
    broken = (EOFError, OSError, OverflowError, RuntimeError, SyntaxError, ValueError)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except MotionError:
        raise
    except (*broken, tokenize.TokenError, zipfile.BadZipFile, zlib.error) as error:
        raise MotionError(
            f"{source}: the file is damaged or not what its suffix says ({shown(str(error), 120)})"
        ) from error


def _read_array_header(stream: IO[bytes], source: str) -> tuple[tuple[int, ...], np.dtype]:
    """Reads (shape, dtype) of an array in NumPy's format without reading the array."""
    version = np.lib.format.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise MotionError(f"{source}: expected an array in NumPy's format 1.0 or 2.0; found version {version}")
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    try:
        shape, _, dtype = read(stream)
    except Exception as error:  # numpy evaluates the text of a header and passes on any exception from there
        raise ValueError(str(error) or type(error).__name__) from error
    return shape, dtype


def _read_array(stream: IO[bytes], size: int, source: str, limit: int = MAX_BYTES) -> np.ndarray:
    """Reads one array from a stream of at most `size` bytes; refuses what is too large, cut off or a pickle."""
    shape, dtype = _read_array_header(stream, source)
    if dtype.hasobject:
        raise MotionError(
            f"{source}: holds Python objects (a pickle), which could run code when read; expected plain numbers"
        )
    needed = math.prod(shape) * dtype.itemsize
    kept = max(needed, math.prod(shape) * 4)  # as float32
    if min(shape, default=0) < 0 or kept > limit:
        raise MotionError(f"{source}: declares shape {shape}, {kept:,} bytes; expected at most {limit:,}")
    present = size - stream.tell()
    if needed > present:
        raise MotionError(f"{source}: the array is cut off: shape {shape} needs {needed:,} bytes; found {present:,}")
    stream.seek(0)
    return np.lib.format.read_array(stream, allow_pickle=False)


def _joints_key(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], source: str) -> str:
    if "joints" in members:
        return "joints"
    shapes = _shapes(archive, members, source)
    fitting = [key for key, shape in shapes.items() if len(shape) in (3, 4) and shape[-1] == 3]
    if len(fitting) == 1:
        return fitting[0]
    found = ", ".join(f"{shown(key)} {shape}" for key, shape in list(shapes.items())[:20]) or "no arrays"
    raise MotionError(f"{source}: expected an array 'joints', or a single one of shape {SHAPES}; found {found}")


def _shapes(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], source: str
) -> dict[str, tuple[int, ...]]:
    """Reads the shape of each array without reading the arrays."""
    shapes = {}
    for key, info in members.items():
        with archive.open(info) as stream:
            shapes[key], _ = _read_array_header(stream, f"{source}, array {shown(key)}")
    return shapes
