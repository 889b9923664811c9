"""A movement on the unified skeleton: the result of `unify`, and the input of everything after it.

Like a [`Motion`] it is recognised by its fields (`as_unified_clip`), never by its class: transformers copies the code
of a folder once for each class that it loads from there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..reading.motion import MotionError, fields_of
from .gaps import limits_of_gaps
from .tree import FRAME_RATE, MIRROR, NUM_JOINTS


@dataclass
class UnifiedClip:
    """One performer's movement on the unified skeleton.

    Attributes:
        joints: (frames, 22, 3) float32 metres, Y up, facing +Z, left side on +X; zeros where a joint is absent.
        joint_mask: (22,) bool, False where the recording does not have the joint.
        fps: Frames per second, always 30.
        report: What was found: layout, frames and fps of the source, matched_joints (count), missing_joints (names),
            up_axis, unit_scale (metres per source unit), notes (each with code and message), recording ("video" or
            None); for `data inspect` also how (name of each matched joint -> where it comes from), unused_joints
            (names), gaps (name of each joint that was lost for a while -> share of the frames in which it was tracked)
            and reasons (for up_axis and unit).
        face: (frames, 3) float32 unit vectors in which the face looks, or None where the recording has no rotation of
            the head.
        not_shown: What the recording cannot show (keys of `ASPECTS` in `limitations.py`) -> why not.
        guessed: (frames, 22) bool, True where a joint was not tracked for long, so that its path is interpolated; None
            where that is never so.
    """

    joints: np.ndarray
    joint_mask: np.ndarray
    fps: float = FRAME_RATE
    report: dict[str, Any] = field(default_factory=dict)
    face: np.ndarray | None = None
    not_shown: dict[str, str] = field(default_factory=dict)
    guessed: np.ndarray | None = None

    @property
    def rig(self) -> str:
        """The layout of the recording and the joints that it lacks, as the record's `skeleton` has them.

        Joints that are matched by their names have no other layout, whatever the rig.
        """
        missing = self.report.get("missing_joints") or ()
        return ", ".join([str(self.report.get("layout")), *map(str, missing)])

    def with_gaps(self, guessed: np.ndarray) -> "UnifiedClip":
        """Returns the clip with other gaps, (frames, 22) bool, and what it cannot show because of them."""
        before = {} if self.guessed is None else limits_of_gaps(self.guessed, self.joint_mask)
        rest = {aspect: why for aspect, why in self.not_shown.items() if aspect not in before}
        return replace(self, guessed=guessed, not_shown=rest | limits_of_gaps(guessed, self.joint_mask))

    def mirrored(self) -> "UnifiedClip":
        """Returns the mirrored movement: left and right are exchanged."""
        sides = list(MIRROR)
        flip = np.array([-1.0, 1.0, 1.0], dtype=np.float32)
        face = None if self.face is None else self.face * flip
        guessed = None if self.guessed is None else self.guessed[:, sides]
        joints, mask = self.joints[:, sides] * flip, self.joint_mask[sides]
        return replace(self, joints=joints, joint_mask=mask, face=face, guessed=guessed)

    def cut(self, start: int, end: int) -> "UnifiedClip":
        """Returns the frames from `start` to before `end`; the clip itself if these are all of its frames.

        What cannot be shown because of gaps is that of these frames.
        """
        if start == 0 and end >= len(self.joints):
            return self
        face = None if self.face is None else self.face[start:end]
        part = replace(self, joints=self.joints[start:end], face=face)
        return part if self.guessed is None else part.with_gaps(self.guessed[start:end])


def as_unified_clip(given: Any) -> UnifiedClip | None:
    """Returns a [`UnifiedClip`], also from another copy of this module or from the dict of its fields; else None.

    Raises:
        MotionError: The fields are not those of a clip on the unified skeleton.
    """
    if isinstance(given, UnifiedClip):
        return given
    found = fields_of(UnifiedClip, given)
    if found is None:
        return None
    try:
        joints = np.asarray(found["joints"], dtype=np.float32)
        mask = np.asarray(found["joint_mask"], dtype=bool)
    except (TypeError, ValueError) as error:
        raise MotionError(f"Expected joints and joint_mask of a unified clip as arrays: {error}") from error
    if joints.shape[1:] != (NUM_JOINTS, 3) or not len(joints) or mask.shape != (NUM_JOINTS,):
        raise MotionError(
            f"A unified clip has joints of shape (frames, {NUM_JOINTS}, 3) and a joint_mask of shape ({NUM_JOINTS},), "
            f"found {joints.shape} and {mask.shape}."
        )
    if found["fps"] != FRAME_RATE:
        raise MotionError(f"A unified clip has {FRAME_RATE:g} frames per second, found {found['fps']}.")
    if not isinstance(found["report"], Mapping):
        raise MotionError(f"The report of a unified clip is a dict, found {type(found['report']).__name__}.")
    face = found["face"]
    if face is not None:
        face = np.asarray(face, dtype=np.float32)
        if face.shape != (len(joints), 3):
            raise MotionError(f"The face of a unified clip has the shape ({len(joints)}, 3), found {face.shape}.")
    guessed = found["guessed"]
    if guessed is not None:
        guessed = np.asarray(guessed, dtype=bool)
        if guessed.shape != joints.shape[:2]:
            raise MotionError(f"The gaps of a unified clip have the shape {joints.shape[:2]}, found {guessed.shape}.")
    return UnifiedClip(joints, mask, FRAME_RATE, dict(found["report"]), face, dict(found["not_shown"]), guessed)
