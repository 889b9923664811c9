"""What the readers give: a recording as it was made.

Transformers copies the code of a folder once for each class that it loads from there, so these classes can exist
several times in one process, and a chat template turns their objects into dicts. An object is therefore known by its
fields (`as_motion`), never by its class.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
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
        fps: Frames per second, or None where the source does not say.
        joint_names: Names as the source has them, in the order of `joints`, or None where only `layout` is known.
        parents: Parent index of each joint (-1 for a root), or None where the source has no tree.
        layout: Name of a known rig ("kinect_v2_25", ...), or None.
        source: File name or description, used in records and error messages.
        units: Unit of length that the source states ("m", "cm", "mm", "inch"), or None.
    """

    joints: np.ndarray
    fps: float | None = None
    joint_names: list[str] | None = None
    parents: list[int] | None = None
    layout: str | None = None
    source: str = "array"
    units: str | None = None


def as_motion(given: Any) -> Motion | None:
    """A [`Motion`], one of another copy of this module, or the dict of its fields; None for anything else."""
    if isinstance(given, Motion):
        return given
    found = fields_of(Motion, given)
    return None if found is None else Motion(**found)


def fields_of(kind: type, given: Any) -> dict[str, Any] | None:
    """The values of a dataclass's fields, taken from a dict or a dataclass that has all of them; None without."""
    if is_dataclass(given) and not isinstance(given, type):
        given = vars(given)
    if not isinstance(given, Mapping):
        return None
    names = [entry.name for entry in fields(kind)]
    return {name: given[name] for name in names} if all(name in given for name in names) else None
