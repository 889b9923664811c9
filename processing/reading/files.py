"""Read any supported recording, file or array, into one `Motion` per person.

| suffix | what is expected |
|---|---|
| `.bvh` | a skeleton with its motion, see `reading/bvh.py` |
| `.c3d` | points in space with their labels, see `reading/c3d.py`; needs the package `c3d` |
| `.npy` | joint positions (frames, joints, 3) or (people, frames, joints, 3) |
| `.npz` | the same as `joints`, or as the only such array; optional `fps`, `joint_names`, `layout`, `parents` |
| `.csv` | a row for each frame, or for each frame and joint; or Kinect v2 rows; see `reading/csv.py` |
| `.json` | a list of frames, such as MediaPipe Pose world landmarks, see `reading/json.py` |
| `.trc` | a table of markers, see `reading/trc.py` |

Nothing is unpickled, and no size that a file declares is trusted before it has been held against the file and a cap.
In messages frames and joints count from 0, lines and columns of a table from 1.
"""

import math
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from .bvh import read_bvh
from .c3d import read_c3d
from .csv import read_csv
from .json import read_json
from .motion import Motion, MotionError
from .recording import (
    MAX_BYTES,
    MAX_COORDINATE,
    MAX_JOINTS,
    MAX_NAME_LENGTH,
    Recording,
    checked_fps,
    known_units,
    readable_file,
    room_for,
    shown,
)
from .suffixes import READABLE_SUFFIXES
from .trc import read_trc

_READERS = {".c3d": read_c3d, ".csv": read_csv, ".json": read_json, ".trc": read_trc}

_MAX_NAMES_BYTES = 2**22
_MAX_PEOPLE = 4096
_SHAPES = "(frames, joints, 3) or (people, frames, joints, 3)"


def read_motions(
    path: str | Path,
    fps: float | None = None,
    layout: str | None = None,
    joint_names: Sequence[str] | None = None,
) -> list[Motion]:
    """Read a recording; the suffix of `path` says how.

    Args:
        path: A file with one of `READABLE_SUFFIXES`.
        fps: Frames per second, in place of what the file says or where it says nothing.
        layout: Name of a known rig, in place of what the file says or where it says nothing. Only here may it be the
            path of a rig file: what a recording names is not opened.
        joint_names: One name for each joint, in place of those in the file.

    Returns:
        One motion per person, in source units and axes.

    Raises:
        MotionError: The file cannot be used; the message names it, the place, and what was expected and found.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in READABLE_SUFFIXES:
        raise MotionError(
            f"{path.name}: cannot read {shown(suffix) if suffix else 'a file without a suffix'}; "
            f"expected one of {', '.join(READABLE_SUFFIXES)}"
        )
    path = readable_file(path)
    if suffix == ".bvh":
        motion = read_bvh(path, fps)
        if joint_names is not None:
            motion.joint_names = _checked_names(joint_names, motion.joints.shape[1], path.name)
        motion.layout = layout
        return [motion]

    if suffix in _READERS:
        found = _READERS[suffix](path, fps)
    elif suffix == ".npy":
        with _reading(path.name), path.open("rb") as file:
            found = Recording(_read_array(file, path.stat().st_size, path.name))
    else:
        found = _read_npz(path)
    if layout is None and found.layout is not None and found.layout.lower().endswith(".json"):
        raise MotionError(
            f"{path.name}: its layout is {shown(found.layout)}; expected the name of a known rig (a rig file is only "
            "opened where you name it: pass layout)"
        )
    return motions_from_array(
        found.joints,
        found.fps if fps is None else fps,
        found.layout if layout is None else layout,
        found.joint_names if joint_names is None else joint_names,
        source=path.name,
        parents=found.parents,
        units=found.units,
    )


def motions_from_array(
    joints: np.ndarray,
    fps: float | None = None,
    layout: str | None = None,
    joint_names: Sequence[str] | None = None,
    source: str = "array",
    parents: Sequence[int] | None = None,
    units: str | None = None,
) -> list[Motion]:
    """Check joint positions and split them by person.

    Args:
        joints: (frames, joints, 3) or (people, frames, joints, 3), real numbers; NaN where a joint was not tracked.
        fps: Frames per second, or None where unknown.
        layout: Name of a known rig, or None.
        joint_names: One name for each joint, or None.
        source: File name or description, for records and messages.
        parents: Parent index of each joint, -1 for a root, or None.
        units: "m", "cm", "mm" or "inch" where the source says so, or None.

    Returns:
        One motion per person. A joint that lacks any coordinate in a frame is NaN in all three.

    Raises:
        MotionError: Wrong shape, kind of value, number of names, tree or rate; an infinite or absurdly large value; a
            person without any tracked joint.
    """
    try:
        joints = np.asarray(joints)
    except (TypeError, ValueError, RuntimeError) as error:
        raise MotionError(f"{source}: expected an array {_SHAPES}; it cannot be made into one ({error})") from error
    if joints.dtype.hasobject:
        raise MotionError(f"{source}: expected an array {_SHAPES} of numbers; found Python objects")
    if joints.dtype.kind not in "fiu":
        raise MotionError(f"{source}: expected real numbers; found values of type {joints.dtype}")
    if joints.ndim not in (3, 4) or joints.shape[-1] != 3:
        raise MotionError(f"{source}: expected shape {_SHAPES}; found {joints.shape}")
    if 0 in joints.shape:
        raise MotionError(f"{source}: expected at least one frame and one joint; found shape {joints.shape}")
    num_joints = joints.shape[-2]
    if num_joints > MAX_JOINTS:
        raise MotionError(f"{source}: expected at most {MAX_JOINTS} joints; found {num_joints} (shape {joints.shape})")

    if joints.ndim == 4 and len(joints) > _MAX_PEOPLE:
        raise MotionError(
            f"{source}: expected at most {_MAX_PEOPLE} people; found {len(joints)} (shape {joints.shape})"
        )

    fps = None if fps is None else checked_fps(fps, source)
    names = None if joint_names is None else _checked_names(joint_names, num_joints, source)
    parents = None if parents is None else _checked_parents(parents, num_joints, source)
    people = joints if joints.ndim == 4 else joints[None]
    motions = []
    for person, positions in enumerate(people, start=1):
        who = source if len(people) == 1 else f"{source}, person {person} of {len(people)}"
        motions.append(Motion(_checked_positions(positions, names, who), fps, names, parents, layout, who, units))
    return motions


def _checked_positions(positions: np.ndarray, names: list[str] | None, source: str) -> np.ndarray:
    # A float64 beyond float32 becomes infinite and is refused just below; a signalling NaN becomes a plain one.
    with np.errstate(over="ignore", invalid="ignore"):
        joints = np.array(positions, dtype=np.float32)
    # Without a copy of the whole: NaN neither is the largest nor the smallest.
    if max(np.fmax.reduce(joints, axis=None), -np.fmin.reduce(joints, axis=None)) > MAX_COORDINATE:
        frame, joint, axis = np.argwhere(np.abs(joints) > MAX_COORDINATE)[0]
        name = f" {shown(names[joint])}" if names else ""
        raise MotionError(
            f"{source}: {'xyz'[axis]} of joint {joint}{name} is {positions[frame, joint, axis]:g} in frame {frame}; "
            f"expected a number within {MAX_COORDINATE:g}, or NaN where not tracked"
        )
    untracked = np.isnan(joints).any(axis=-1)
    if untracked.all():
        raise MotionError(f"{source}: no joint is tracked in any frame; leave this person out")
    joints[untracked] = np.nan
    return joints


def _checked_names(names: Sequence[str], num_joints: int, source: str) -> list[str]:
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise MotionError(f"{source}: expected joint_names as a list of strings; found {shown(repr(names))}")
    if len(names) != num_joints:
        raise MotionError(f"{source}: expected {num_joints} joint names, one for each joint; found {len(names)}")
    if len(longest := max(names, key=len)) > MAX_NAME_LENGTH:
        raise MotionError(
            f"{source}: expected joint names of at most {MAX_NAME_LENGTH} characters; found {shown(longest)}"
        )
    return [str(name) for name in names]


def _checked_parents(parents: Sequence[int], num_joints: int, source: str) -> list[int]:
    given = np.asarray(parents)
    if given.shape != (num_joints,) or given.dtype.kind not in "iu":
        raise MotionError(
            f"{source}: expected parents as {num_joints} integers; found shape {given.shape} of {given.dtype}"
        )
    tree: list[int] = given.tolist()
    settled = [False] * num_joints  # known to lead to a root
    for joint in range(num_joints):
        path: dict[int, None] = {}
        while joint != -1 and not settled[joint]:
            if not -1 <= tree[joint] < num_joints:
                raise MotionError(
                    f"{source}: parent of joint {joint} is {tree[joint]}; expected -1 for a root, or a joint"
                )
            if joint in path:
                raise MotionError(f"{source}: joint {joint} is its own ancestor in parents; expected a tree")
            path[joint] = None
            joint = tree[joint]
        for passed in path:
            settled[passed] = True
    return tree


@contextmanager
def _reading(source: str) -> Iterator[None]:
    """Turn what numpy and zipfile raise on a broken file into a MotionError, and pass over what they warn of."""
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
    """Read (shape, dtype) of an array in NumPy's format without reading the array."""
    version = np.lib.format.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise MotionError(f"{source}: expected an array in NumPy's format 1.0 or 2.0; found version {version}")
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    try:
        shape, _, dtype = read(stream)
    except Exception as error:  # numpy evaluates the text of a header, and whatever that meets is passed on
        raise ValueError(str(error) or type(error).__name__) from error
    return shape, dtype


def _read_array(stream: IO[bytes], size: int, source: str, limit: int = MAX_BYTES) -> np.ndarray:
    """Read one array from a stream that holds at most `size` bytes; refuse what is too large, cut off or a pickle."""
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


def _read_npz(path: Path) -> Recording:
    """Read `joints`, and of `fps`, `layout`, `joint_names`, `parents` and `units` those that the file has."""
    with _reading(path.name), zipfile.ZipFile(path) as archive:
        members = {
            info.filename.removesuffix(".npy"): info for info in archive.infolist() if info.filename.endswith(".npy")
        }
        if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in members.values()):
            raise MotionError(f"{path.name}: expected arrays that are stored or deflated, as NumPy writes them")

        def read(key: str, limit: int) -> np.ndarray:
            with archive.open(members[key]) as stream:
                return _read_array(stream, members[key].file_size, f"{path.name}, array {shown(key)}", limit)

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


def _joints_key(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], source: str) -> str:
    if "joints" in members:
        return "joints"
    shapes = {}
    for key, info in members.items():
        with archive.open(info) as stream:
            shapes[key], _ = _read_array_header(stream, f"{source}, array {shown(key)}")
    fitting = [key for key, shape in shapes.items() if len(shape) in (3, 4) and shape[-1] == 3]
    if len(fitting) == 1:
        return fitting[0]
    found = ", ".join(f"{shown(key)} {shape}" for key, shape in list(shapes.items())[:20]) or "no arrays"
    hint = " (SMPL pose parameters are rotations; joint positions are needed)" if "poses" in shapes else ""
    raise MotionError(f"{source}: expected an array 'joints', or a single one of shape {_SHAPES}; found {found}{hint}")
