"""Reads NumPy files: `.npy` with joint positions, `.npz` with joint positions and what describes them.

Positions have three numbers a joint, or four, of which the last is the tracker's confidence in it.

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
from .keys import FPS_KEYS, NAME_KEYS, ROTATION_ADVICE, ROTATION_KEYS, SCORES_KEYS, UNIT_KEYS, confidence, plain_key
from .limits import MAX_BYTES
from .motion import MotionError
from .recording import SHAPES, Recording, room_for, shown
from .smpl import recording_of_smpl, smpl_keys
from .times import TIME_KEYS, TIMES_KEYS
from .units import known_units

_MAX_NAMES_BYTES = 2**22
_ENOUGH = 10_000
"""Points that decide whether four numbers are a rotation."""

_JOINTS_KEYS = (
    "joints", "joints3d", "keypoints3d", "jointpositions", "positions", "pose3d", "poses3d", "poseworldlandmarks",
    "worldlandmarks", "landmarks", "keypoints", "jointspos", "pos", "xyz",
)  # fmt: skip
"""Keys of joint positions, best first."""

_ABOUT = (
    ("fps", FPS_KEYS, "fiu", "one number"),
    ("layout", ("layout",), "US", "one string"),
    ("joint_names", NAME_KEYS, "US", "strings"),
    ("parents", ("parents",), "iu", "integers"),
    ("units", UNIT_KEYS, "US", "one string"),
)
"""Field of the recording, keys, kinds of NumPy types, and what is expected."""


def read_npy(path: Path) -> Recording:
    """Reads one array of joint positions.

    Args:
        path: The file.

    Returns:
        The array as it is, without names or frame rate, and the confidence in each joint where it holds one.

    Raises:
        MotionError: The file is damaged, cut off, too large or a pickle, or holds four numbers a joint of which the
            last is no confidence.
    """
    with _reading(path.name), path.open("rb") as file:
        array = _read_array(file, path.stat().st_size, path.name)
        if array.ndim == 2 or is_rows(array.shape):
            return recording_of_rows(array, path.name)
        joints, seen = _split(array, path.name)
        return Recording(joints, visibility=seen)


def read_npz(path: Path) -> Recording:
    """Reads the joint positions and what else the file says about them.

    Positions are the array under the first of `_JOINTS_KEYS`, else the only one with their shape.

    Args:
        path: The file.

    Returns:
        The recording, with those of frame rate, times, `layout`, names, `parents`, units and confidence that the
        file has, under the names that they have in `keys.py`.

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

        keys = {plain_key(key): key for key in members}
        if not any(plain in keys for plain in _JOINTS_KEYS):
            shapes = _shapes(archive, members, path.name)
            if parameters := smpl_keys(shapes):
                arrays = {key: read(key, room_for(path)) for key in parameters}
                return recording_of_smpl(arrays, path.name, shapes)
            if len(rows := [key for key, shape in shapes.items() if is_rows(shape)]) == 1:
                return recording_of_rows(read(rows[0], room_for(path)), path.name)
        joints_key = _joints_key(archive, members, keys, path.name)
        joints, seen = _split(read(joints_key, room_for(path)), path.name)
        content: dict[str, Any] = {"joints": joints}
        for field, wanted, kinds, expected in _ABOUT:
            key = next((keys[plain] for plain in wanted if plain in keys), None)
            if key is None or key == joints_key:
                continue
            value = read(key, _MAX_NAMES_BYTES)
            if value.dtype.kind not in kinds or (expected.startswith("one ") and value.size != 1):
                raise MotionError(
                    f"{path.name}: expected {key} to hold {expected}; found shape {value.shape} of {value.dtype}"
                )
            if value.dtype.kind == "S":
                value = np.char.decode(value, "utf-8")
            content[field] = value.item() if expected.startswith("one ") else value.reshape(-1).tolist()
        content["units"] = known_units(content.get("units", ""))
        scores = next((keys[plain] for plain in SCORES_KEYS if plain in keys), None)
        if seen is None and scores is not None:
            given = read(scores, room_for(path))
            if given.dtype.kind in "fiu" and given.size == joints.size // 3 and joints.shape[-1] == 3:
                seen, _ = confidence(given.reshape(joints.shape[:-1]).astype(np.float32))
        for plain, unit in ({**TIMES_KEYS, **TIME_KEYS} | TIMES_KEYS).items():
            if plain in keys and joints.ndim > 2:
                times = read(keys[plain], room_for(path))
                if times.dtype.kind in "fiu" and times.size == joints.shape[-3]:
                    content |= {"times": times.reshape(-1).astype(float), "time_unit": unit}
                    break
        return Recording(**content, visibility=seen)


@contextmanager
def _reading(source: str) -> Iterator[None]:
    """Turns what numpy and zipfile raise on a broken file into a MotionError, and silences their warnings."""
    broken = (EOFError, OSError, OverflowError, RuntimeError, SyntaxError, TypeError, ValueError)
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


def _split(values: np.ndarray, source: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Splits four numbers a joint into its position and the confidence in it; returns any other array as it is."""
    if values.ndim not in (3, 4) or values.shape[-1] != 4 or values.dtype.kind not in "fiu" or not values.size:
        return values, None
    some = values.reshape(-1, 4)[:_ENOUGH].astype(np.float64)
    if np.nanmax(np.abs(np.linalg.norm(some, axis=-1) - 1), initial=0) < 1e-3:
        raise MotionError(
            f"{source}: expected joint positions; found 4 numbers of length 1 for each joint, rotations. "
            f"{ROTATION_ADVICE}"
        )
    seen, ignored = confidence(values[..., 3].astype(np.float32))
    if ignored is not None:
        fourth = values[..., 3]
        raise MotionError(
            f"{source}: expected shape {SHAPES}, or a confidence from 0 to 1 as the fourth number; found "
            f"{values.shape} with {np.nanmin(fourth):g} to {np.nanmax(fourth):g} as the fourth"
        )
    return values[..., :3], seen


def _joints_key(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], keys: dict[str, str], source: str
) -> str:
    """Returns the key of the joint positions."""
    known = next((keys[plain] for plain in _JOINTS_KEYS if plain in keys), None)
    if known is not None:
        return known
    shapes = _shapes(archive, members, source)
    fitting = [
        key
        for key, shape in shapes.items()
        if len(shape) in (3, 4) and shape[-1] in (3, 4) and plain_key(key) not in ROTATION_KEYS
    ]
    if len(fitting) == 1:
        return fitting[0]
    found = ", ".join(f"{shown(key)} {shape}" for key, shape in list(shapes.items())[:20]) or "no arrays"
    hint = ""
    if not fitting and ROTATION_KEYS & keys.keys():
        hint = f" (these are rotations; joint positions are needed. {ROTATION_ADVICE})"
    raise MotionError(f"{source}: expected an array 'joints', or a single one of shape {SHAPES}; found {found}{hint}")


def _shapes(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], source: str
) -> dict[str, tuple[int, ...]]:
    """Reads the shape of each array without reading the arrays."""
    shapes = {}
    for key, info in members.items():
        with archive.open(info) as stream:
            shapes[key], _ = _read_array_header(stream, f"{source}, array {shown(key)}")
    return shapes
