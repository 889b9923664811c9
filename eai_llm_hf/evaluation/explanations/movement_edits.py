"""Edits that change a movement by a known amount and nothing else; a faithful explanation must follow them.

Every edit takes a clip and returns a new one. Bones keep their lengths in every frame (`retime` interpolates between
frames). Axes are relative to the body's heading, `facing`, so an edit means the same in every direction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import CubicSpline

from eai_llm_hf.processing.claims.phrases import Direction
from eai_llm_hf.processing.claims.signs import relation
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.placement import facing
from eai_llm_hf.processing.skeleton.tree import BODY_PARTS, JOINT_INDEX

__all__ = ["EDITS", "MovementEdit", "damp_arm_swing", "raise_arms", "raise_head", "retime"]

_HEAD = [JOINT_INDEX[name] for name in BODY_PARTS["head"]]
_SHOULDERS = [JOINT_INDEX["left_shoulder"], JOINT_INDEX["right_shoulder"]]
_ARMS = [[JOINT_INDEX[name] for name in BODY_PARTS[part]] for part in ("left arm", "right arm")]


def raise_head(clip: UnifiedClip, degrees: float) -> UnifiedClip:
    """Raises the head, or bows it if the angle is negative, by nodding in the neck joint.

    Args:
        clip: A clip with head and shoulders.
        degrees: Angle by which the line from shoulder midpoint to head turns backward, as in `head_pitch`.
    """
    joints, (left, up, forward) = _open(clip, "head", "left_shoulder", "right_shoulder")
    shoulders = joints[:, _SHOULDERS].mean(axis=1)
    neck = JOINT_INDEX["neck"]
    pivot = joints[:, neck].copy() if clip.joint_mask[neck] else shoulders
    angle = _nod(pivot, shoulders, joints[:, JOINT_INDEX["head"]], -degrees, up, forward)
    joints[:, _HEAD] = _turned(joints[:, _HEAD], pivot, left, angle)
    return _closed(clip, joints)


def raise_arms(clip: UnifiedClip, degrees: float) -> UnifiedClip:
    """Raises both arms sideways by turning them in the shoulders; elbows and hands follow as they are.

    Args:
        clip: A clip with both arms.
        degrees: Angle by which each arm turns outward and up. It stops where the upper arm points straight up.
    """
    joints, (_, up, forward) = _open(clip, *_BOTH_ARMS)
    for (shoulder, *arm), side in zip(_ARMS, (1.0, -1.0), strict=True):
        upper = _unit(joints[:, arm[0]] - joints[:, shoulder])
        room = np.degrees(np.arccos(np.clip((upper * up).sum(axis=1), -1.0, 1.0)))
        angle = np.radians(np.minimum(degrees, room))
        joints[:, arm] = _turned(joints[:, arm], joints[:, shoulder], side * forward, angle)
    return _closed(clip, joints)


def damp_arm_swing(clip: UnifiedClip, factor: float) -> UnifiedClip:
    """Lets the arms swing less, around the direction that each bone has on average.

    Args:
        clip: A clip with both arms.
        factor: Factor of how far each bone's direction, relative to the heading, departs from its mean.
    """
    joints, axes = _open(clip, *_BOTH_ARMS)

    def nearer_to_the_mean(directions: np.ndarray) -> np.ndarray:
        mean = directions.mean(axis=0)
        return mean + factor * (directions - mean)

    _redirect_arms(joints, np.stack(axes, axis=1), nearer_to_the_mean)
    return _closed(clip, joints)


def retime(clip: UnifiedClip, factor: float) -> UnifiedClip:
    """Plays the whole movement faster or slower, which makes the clip shorter or longer.

    Args:
        clip: A clip of two frames or more.
        factor: Factor of the speed.
    """
    joints = clip.joints.astype(np.float64)
    times = np.arange(0.0, len(joints) - 1 + 1e-6, factor)
    return _closed(clip, CubicSpline(np.arange(len(joints)), joints, axis=0)(times))


@dataclass(frozen=True)
class MovementEdit:
    """An edit with its expected consequences.

    Attributes:
        name: What it does, in words.
        change: The function.
        amount: How much.
        signs: What a text can say of it, descriptor and direction. The first is the one that it changes on purpose.
        requires: Joints that it needs.
    """

    name: str
    change: Callable[[UnifiedClip, float], UnifiedClip]
    amount: float
    signs: tuple[tuple[str, Direction], ...]
    requires: tuple[str, ...]

    def fits(self, clip: UnifiedClip) -> bool:
        """Whether the clip has the joints."""
        return bool(clip.joint_mask[[JOINT_INDEX[name] for name in self.requires]].all())

    def expected(self, labels: Sequence[str]) -> tuple[list[str], list[str]]:
        """The labels that the edit should make more likely, and those that it should make less likely.

        By the table of signs: strengths of the signs for a label minus those of the signs against it. Labels with no
        more than `_LEAST_STRENGTH` either way are in neither list.
        """
        found: tuple[list[str], list[str]] = ([], [])
        for label in labels:
            relations = [relation(descriptor, direction, label) for descriptor, direction in self.signs]
            total = sum({"for": 1, "against": -1, "none": 0}[each.relation] * each.strength for each in relations)
            if abs(total) > _LEAST_STRENGTH:
                found[0 if total > 0 else 1].append(label)
        return found


_LEAST_STRENGTH = 0.2
_BOTH_ARMS = (*BODY_PARTS["left arm"], *BODY_PARTS["right arm"])
_BOTH_LEGS = tuple(f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle"))
_UPPER_ENDS = ("head", "left_hip", "right_hip", "left_shoulder", "right_shoulder")
_PACE = ("movement_speed", "tempo", "hand_speed", "leg_speed", "cadence", "travel_speed", "acceleration")

EDITS: tuple[MovementEdit, ...] = (
    MovementEdit("slow down", retime, 0.6, tuple((name, "low") for name in _PACE), (*_BOTH_ARMS, *_BOTH_LEGS)),
    MovementEdit("speed up", retime, 1.5, tuple((name, "high") for name in _PACE), (*_BOTH_ARMS, *_BOTH_LEGS)),
    MovementEdit("bow the head", raise_head, -25.0, (("head_pitch", "low"),), _UPPER_ENDS),
    MovementEdit("raise the head", raise_head, 25.0, (("head_pitch", "high"),), _UPPER_ENDS),
    MovementEdit(
        "raise the arms",
        raise_arms,
        50.0,
        (("hand_height", "high"), ("arm_expansion", "high"), ("hand_to_hip", "high"), ("body_expansion", "high")),
        (*_BOTH_ARMS, *_BOTH_LEGS),
    ),
    MovementEdit(
        "halve the arm swing",
        damp_arm_swing,
        0.5,
        (("arm_swing", "low"), ("hand_speed", "low"), ("acceleration", "low")),
        (*_BOTH_ARMS, *_BOTH_LEGS),
    ),
)


# ---------------------------------------------------------------------------------------------------------------------
# Geometry


def _open(clip: UnifiedClip, *needed: str) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """A copy of the joints in float64, and the unit vectors left, up and forward of the body, (frames, 3) each.

    Raises:
        ValueError: If the clip lacks a joint.
    """
    missing = [name for name in needed if not clip.joint_mask[JOINT_INDEX[name]]]
    if missing:
        raise ValueError(f"This edit needs the joints {', '.join(dict.fromkeys(missing))}, which the clip lacks.")
    forward = facing(clip.joints, clip.joint_mask).astype(np.float64)
    up = np.broadcast_to(np.array([0.0, 1.0, 0.0]), forward.shape)
    return clip.joints.astype(np.float64), (np.cross(up, forward), up, forward)


def _closed(clip: UnifiedClip, joints: np.ndarray) -> UnifiedClip:
    return replace(clip, joints=(joints * clip.joint_mask[:, None]).astype(np.float32))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _turned(points: np.ndarray, pivot: np.ndarray, axis: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Points (frames, joints, 3) turned about an axis (frames, 3) through a pivot (frames, 3) by (frames,) radians."""
    arms = points - pivot[:, None]
    axis = np.broadcast_to(axis[:, None], arms.shape)
    cosine, sine = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    along = (arms * axis).sum(axis=-1, keepdims=True)
    turned = arms * cosine + np.cross(axis, arms) * sine + axis * along * (1 - cosine)  # Rodrigues 1840
    return pivot[:, None] + turned


def _nod(
    pivot: np.ndarray, start: np.ndarray, end: np.ndarray, degrees: float, up: np.ndarray, forward: np.ndarray
) -> np.ndarray:
    """The turn of `end` about `pivot` that turns the line from `start` to `end` forward by some degrees.

    All points are (frames, 3); returns (frames,) radians. In the forward plane, `end` moves on a circle about the
    pivot to the point where a ray from `start` in the wanted direction meets it, or comes nearest if it misses the
    circle.
    """
    offset = np.stack([((pivot - start) * axis).sum(axis=1) for axis in (up, forward)])  # (2, frames)
    arm = np.stack([((end - pivot) * axis).sum(axis=1) for axis in (up, forward)])
    now = offset + arm
    wanted = np.arctan2(now[1], now[0]) + np.radians(degrees)
    ray = np.stack([np.cos(wanted), np.sin(wanted)])
    along = (ray * offset).sum(axis=0)
    reach = along + np.sqrt(np.maximum(along**2 - (offset**2).sum(axis=0) + (arm**2).sum(axis=0), 0.0))
    new = reach * ray - offset
    turn = np.arctan2(new[1], new[0]) - np.arctan2(arm[1], arm[0])
    return (turn + np.pi) % (2 * np.pi) - np.pi


def _redirect_arms(joints: np.ndarray, axes: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> None:
    """Gives upper arms and forearms other directions, in place; each frame keeps its bone lengths.

    Args:
        joints: (frames, 22, 3).
        axes: (frames, 3, 3), rows are the axes in which directions are changed.
        change: From (frames, 3) unit directions of a bone to new directions, of any length.
    """
    for shoulder, elbow, wrist in _ARMS:
        bones = [joints[:, end] - joints[:, start] for start, end in ((shoulder, elbow), (elbow, wrist))]
        for start, end, bone in ((shoulder, elbow, bones[0]), (elbow, wrist, bones[1])):
            seen = np.einsum("tij,tj->ti", axes, _unit(bone))
            direction = np.einsum("tij,ti->tj", axes, _unit(change(seen)))
            joints[:, end] = joints[:, start] + np.linalg.norm(bone, axis=1, keepdims=True) * direction
