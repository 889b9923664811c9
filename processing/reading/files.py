"""Reads any supported recording, file or array, into one `Motion` per person.

| suffix | what is expected |
|---|---|
| `.bvh` | a skeleton with its motion, see `reading/bvh.py` |
| `.c3d` | points in space with their labels, see `reading/c3d.py`; needs the package `c3d` |
| `.npy` | joint positions (frames, joints, 3) or (people, frames, joints, 3); features, see `reading/humanml3d.py` |
| `.npz` | the same as `joints` or the only such array; `fps`, `joint_names`, `layout`, `parents`, `units` |
| `.npz` | rotations of SMPL body models, see `reading/smpl.py` |
| `.csv` | one row per frame, or per frame and joint; or Kinect v2 rows; see `reading/csv.py` |
| `.json` | a list of frames, such as MediaPipe Pose world landmarks, see `reading/json.py` |
| `.jsonl` | the same, one frame a line |
| a folder | numbered `.json` files, one a frame, as OpenPose and EasyMocap write them |
| `.trc` | a table of markers, see `reading/trc.py` |
| `.fbx` | the bones and a take, see `reading/fbx.py`; needs the extra `fbx` |
| `.mp4` and other videos | people, found by a pose model, see `reading/video.py`; needs the extra `video` |

Nothing is unpickled, and a size that a file declares is checked against the file and a limit before memory is
allocated. In error messages frames and joints count from 0, lines and columns of a table from 1.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from .checks import checked_motions
from .formats import READABLE_SUFFIXES, READERS, VIDEO_READERS, VIDEO_SUFFIXES
from .motion import Motion, MotionError
from .recording import Recording, shown


def read_motions(
    path: str | Path,
    fps: float | None = None,
    layout: str | None = None,
    joint_names: Sequence[str] | None = None,
) -> list[Motion]:
    """Reads a recording; the suffix of `path` decides how.

    Args:
        path: A file with one of `READABLE_SUFFIXES`, or a folder of numbered one-frame `.json` files.
        fps: Frames per second, where the file does not say, or says it wrongly: it overrides another rate, with a
            note, and times that do not agree with it (frames are then evenly spaced). Times that agree are used.
        layout: Name of a known rig; overrides what the file says. It may also be the path of a rig file, which is
            only opened if the caller names it, not if the recording does.
        joint_names: One name for each joint; overrides the names in the file.

    Returns:
        One motion per person, in source units and axes.

    Raises:
        MotionError: The file cannot be used; the message names it, the place, and what was expected and found.
    """
    path = Path(path)
    recording = read_recording(path)
    if layout is None and recording.layout is not None and recording.layout.lower().endswith(".json"):
        raise MotionError(
            f"{path.name}: its layout is {shown(recording.layout)}; expected the name of a known rig (a rig file is "
            "only opened if you name it: pass layout)"
        )
    if layout is not None:
        recording.layout = layout
    if joint_names is not None:
        recording.joint_names = joint_names
    return checked_motions(recording, path.name, fps)


def read_recording(path: str | Path) -> Recording:
    """Reads a recording as its file has it, not yet checked.

    Args:
        path: As in `read_motions`.

    Raises:
        MotionError: The file cannot be read.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if _is_folder(path):
        return _read_folder(path)
    if suffix not in READERS | VIDEO_READERS:
        raise MotionError(
            f"{path.name}: cannot read {shown(suffix) if suffix else 'a file without a suffix'}; "
            f"expected one of {', '.join(READABLE_SUFFIXES)}, or a video: {', '.join(VIDEO_SUFFIXES)}"
        )
    _check_file(path)
    recording: Recording = _reader((READERS | VIDEO_READERS)[suffix])(path)
    return recording


def motions_from_array(
    joints: np.ndarray,
    fps: float | None = None,
    layout: str | None = None,
    joint_names: Sequence[str] | None = None,
    source: str = "array",
    parents: Sequence[int] | None = None,
    units: str | None = None,
) -> list[Motion]:
    """Checks joint positions and splits them by person.

    Args:
        joints: (frames, joints, 3) or (people, frames, joints, 3), real numbers; NaN where a joint was not tracked.
        fps: Frames per second, or None where unknown.
        layout: Name of a known rig, or None.
        joint_names: One name for each joint, or None.
        source: File name or description, for records and error messages.
        parents: Parent index of each joint, -1 for a root, or None.
        units: "m", "cm", "mm" or "inch" where known, or None.

    Returns:
        One motion per person, which shares no memory with `joints`.

    Raises:
        MotionError: See `checked_motions`.
    """
    recording = Recording(joints, fps, joint_names=joint_names, layout=layout, parents=parents, units=units)
    return checked_motions(recording, source)


def _check_file(path: Path) -> None:
    """Raises an error unless `path` is a regular, non-empty file. Devices and pipes could block and are refused."""
    try:
        if not path.is_file():
            raise MotionError(f"{path}: no such file")
        if path.stat().st_size == 0:
            raise MotionError(f"{path.name}: the file is empty")
    except OSError as error:
        raise MotionError(f"{shown(str(path))}: cannot be read ({error.strerror})") from error


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, for example; opening the file says why
        return False


def _read_folder(path: Path) -> Recording:
    """Reads a folder that is one recording; raises an error for any other."""
    if not _reader("json:frame_files")(path):
        raise MotionError(f"{path}: a folder; expected a motion file, or a folder of numbered JSON files, one a frame")
    return _reader("json:read_json_frames")(path)


def _reader(entry: str) -> Callable[[Path], Any]:
    """Imports the function of an entry of `READERS`.

    Readers lie next to this file: as `reading.bvh` in the package, as `reading_bvh` in the flat copy on the Hub. In
    both, the name of a reader's module is this module's name with another ending.
    """
    module, _, function = entry.partition(":")
    reader: Callable[[Path], Any] = getattr(import_module(__name__.removesuffix("files") + module), function)
    return reader
