"""The result of reading: one performer's recording in its own units, axes and joints.

Transformers copies the code of a folder once for each class that it loads from there, so several copies of a class can
exist in one process, and a chat template turns objects into dicts. Objects are therefore recognised by their fields
(`as_motion`), never by their class.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import numpy as np


class MotionError(ValueError):
    """A recording that cannot be used.

    The message names the file and the line, joint or frame, what was expected and what was found.
    """


@dataclass
class Motion:
    """One performer's recording in the units, axes and joint order of its source.

    Attributes:
        joints: (frames, joints, 3) float32, global joint positions in source units; NaN where a joint was not tracked.
        fps: Frames per second, or None if the source does not state it.
        joint_names: Names as in the source, in the order of `joints`, or None if only `layout` is known.
        parents: Parent index of each joint (-1 for a root), or None if the source has no tree.
        layout: Name of a known rig ("kinect_v2_25", ...), or None.
        source: File name or description, used in records and error messages.
        units: Unit of length that the source states ("m", "cm", "mm", "inch"), or None.
        visible: (frames, joints) bool, False where the tracker itself doubts a position that it gives; None where it
            states no confidence.
        face: (frames, 3) float32 direction in which the face looks, in source axes; NaN where unknown, None where the
            source holds no rotation of the head.
        notes: What the user should know of how it was read, as `note` makes them.
        recording: How the positions were obtained where that limits what can be concluded ("video"), or None.
        start_s: Seconds of the recording before the first frame, which held nobody.
    """

    joints: np.ndarray
    fps: float | None = None
    joint_names: list[str] | None = None
    parents: list[int] | None = None
    layout: str | None = None
    source: str = "array"
    units: str | None = None
    visible: np.ndarray | None = None
    face: np.ndarray | None = None
    notes: list[dict[str, str]] = field(default_factory=list)
    recording: str | None = None
    start_s: float = 0.0


def note(code: str, message: str) -> dict[str, str]:
    """Makes a note for the user.

    Args:
        code: What kind of note it is, in lower case with underscores; docs/record.md lists them.
        message: One sentence that says what was found and what was done.
    """
    return {"code": code, "message": message}


def as_motion(given: Any) -> Motion | None:
    """Returns a [`Motion`], also from another copy of this module or from the dict of its fields; else None."""
    if isinstance(given, Motion):
        return given
    found = fields_of(Motion, given)
    return None if found is None else Motion(**found)


def fields_of(kind: type, given: Any) -> dict[str, Any] | None:
    """Returns the values of the fields of `kind` from a dict or dataclass that has all of them, else None."""
    if is_dataclass(given) and not isinstance(given, type):
        given = vars(given)
    if not isinstance(given, Mapping):
        return None
    names = [entry.name for entry in fields(kind)]
    return {name: given[name] for name in names} if all(name in given for name in names) else None
