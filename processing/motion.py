"""Which files are read, and what a reader hands on: joint positions as the recording has them, of any rig.

The command line's help names the files, so this module imports nothing slow.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

READABLE_SUFFIXES = (".bvh", ".c3d", ".csv", ".json", ".npy", ".npz", ".trc")
"""Files that `read_motions` reads."""


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

    joints: "np.ndarray"
    fps: float | None = None
    joint_names: list[str] | None = None
    parents: list[int] | None = None
    layout: str | None = None
    source: str = "array"
    units: str | None = None
