"""Changes a movement by known amounts and leaves the rest of it as it was: what a faithful explanation must follow.

Every edit takes a clip and gives a new one; bones keep their lengths in every frame (`retime` interpolates between
frames). Axes are those of the body's heading, `facing`, so that an edit means the same wherever the performer turns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import CubicSpline

from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.placement import facing
from eai_llm_hf.processing.skeleton.tree import BODY_PARTS, JOINT_INDEX, JOINT_NAMES

from ..generator.emotion_sources import DESIGN
from ..generator.emotions import EMOTIONS

__all__ = [
    "EDITS",
    "MovementEdit",
    "change_arm_speed",
    "lean_trunk",
    "raise_head",
    "retime",
    "spread_arms",
    "widen_stance",
]

_HEAD = [JOINT_INDEX[name] for name in BODY_PARTS["head"]]
_HIPS = [JOINT_INDEX["left_hip"], JOINT_INDEX["right_hip"]]
_SHOULDERS = [JOINT_INDEX["left_shoulder"], JOINT_INDEX["right_shoulder"]]
_ANKLES = [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]
_SOLES = [*_ANKLES, JOINT_INDEX["left_foot"], JOINT_INDEX["right_foot"]]
_LOWER = {"pelvis", *BODY_PARTS["left leg"], *BODY_PARTS["right leg"]}
_UPPER = [index for index, name in enumerate(JOINT_NAMES) if name not in _LOWER]
_ARMS = [[JOINT_INDEX[name] for name in BODY_PARTS[part]] for part in ("left arm", "right arm")]
_FARTHEST_ASIDE = 0.98  # of the leg: beyond, no rotation about the hip brings the ankle there


def raise_head(clip: UnifiedClip, degrees: float) -> UnifiedClip:
    """Raises the head, or bows it where the angle is negative, by nodding in the neck joint.

    Args:
        clip: With head and shoulders.
        degrees: By which the line from shoulder midpoint to head turns backward, as `head_pitch` measures it.
    """
    joints, (left, up, forward) = _open(clip, "head", "left_shoulder", "right_shoulder")
    shoulders = joints[:, _SHOULDERS].mean(axis=1)
    neck = JOINT_INDEX["neck"]
    pivot = joints[:, neck].copy() if clip.joint_mask[neck] else shoulders
    angle = _nod(pivot, shoulders, joints[:, JOINT_INDEX["head"]], -degrees, up, forward)
    joints[:, _HEAD] = _turned(joints[:, _HEAD], pivot, left, angle)
    return _closed(clip, joints)


def lean_trunk(clip: UnifiedClip, degrees: float) -> UnifiedClip:
    """Leans the trunk forward, or backward where the angle is negative; arms go along, the gaze stays where it was.

    Args:
        clip: With hips, shoulders and head.
        degrees: By which the line from hip midpoint to shoulder midpoint turns, as `trunk_lean` measures it.
    """
    joints, (left, up, forward) = _open(clip, "head", "left_hip", "right_hip", "left_shoulder", "right_shoulder")
    hips, shoulders = joints[:, _HIPS].mean(axis=1), joints[:, _SHOULDERS].mean(axis=1)
    pivot = joints[:, 0].copy() if clip.joint_mask[0] else hips
    angle = _nod(pivot, hips, shoulders, degrees, up, forward)
    joints[:, _UPPER] = _turned(joints[:, _UPPER], pivot, left, angle)
    return raise_head(_closed(clip, joints), np.degrees(float(angle.mean())))


def change_arm_speed(clip: UnifiedClip, factor: float) -> UnifiedClip:
    """Lets the arms move faster or slower about the body, which keeps its time.

    The directions of upper arm and forearm are read at another pace, around the middle of the clip; where the clip
    ends before they do, they go back the way that they came.

    Args:
        clip: With both arms.
        factor: Of their speed.
    """
    joints, axes = _open(clip, *BODY_PARTS["left arm"], *BODY_PARTS["right arm"])
    last = len(joints) - 1
    times = last / 2 + (np.arange(last + 1) - last / 2) * factor
    times = last - np.abs(np.mod(times, 2 * max(last, 1)) - last)  # back and forth between the clip's ends
    before = np.minimum(times.astype(int), max(last - 1, 0))
    share = (times - before)[:, None]
    after = np.minimum(before + 1, last)

    def at_other_times(directions: np.ndarray) -> np.ndarray:
        return directions[before] * (1 - share) + directions[after] * share

    _redirect_arms(joints, np.stack(axes, axis=1), at_other_times)
    return _closed(clip, joints)


def spread_arms(clip: UnifiedClip, factor: float) -> UnifiedClip:
    """Spreads the arms away from the trunk, or draws them in.

    Upper arms and forearms turn towards or from the line of the trunk: downward where they hang, upward where they
    are raised for most of the clip. Below 1 their angle to that line is multiplied, above 1 their angle to the
    horizontal divided.

    Args:
        clip: With both arms and the hips.
        factor: Above 1 spreads, below 1 draws in.
    """
    joints, _ = _open(clip, *BODY_PARTS["left arm"], *BODY_PARTS["right arm"], "left_hip", "right_hip")
    trunk = _unit(joints[:, _SHOULDERS].mean(axis=1) - joints[:, _HIPS].mean(axis=1))

    def nearer_or_farther(directions: np.ndarray) -> np.ndarray:
        along = (directions * trunk).sum(axis=1)
        side = 1.0 if along.mean() > 0 else -1.0
        angle = np.arccos(np.clip(side * along, -1.0, 1.0))
        right = np.pi / 2
        wider = np.where(angle < right, right - (right - angle) / factor, angle)
        angle = angle * factor if factor < 1 else wider
        across = _unit(directions - along[:, None] * trunk)
        return np.cos(angle)[:, None] * side * trunk + np.sin(angle)[:, None] * across

    _redirect_arms(joints, np.broadcast_to(np.eye(3), (len(joints), 3, 3)), nearer_or_farther)
    return _closed(clip, joints)


def widen_stance(clip: UnifiedClip, factor: float) -> UnifiedClip:
    """Sets the feet wider or narrower by turning the legs sideways in the hips; the lowest sole stays on the floor.

    Args:
        clip: With both legs.
        factor: Of the sideways distance of the ankles.
    """
    names = [f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle")]
    joints, (left, up, forward) = _open(clip, *names)
    soles = [joint for joint in _SOLES if clip.joint_mask[joint]]
    floor = _floor(joints[:, soles])
    aside = ((joints[:, _ANKLES[0]] - joints[:, _ANKLES[1]]) * left).sum(axis=1)
    for part, sign in (("left leg", 0.5), ("right leg", -0.5)):
        hip, *leg = [JOINT_INDEX[name] for name in BODY_PARTS[part]]
        ankle = joints[:, JOINT_INDEX[f"{part.split()[0]}_ankle"]] - joints[:, hip]
        x, y = (ankle * left).sum(axis=1), (ankle * up).sum(axis=1)
        reach = np.hypot(x, y)
        wanted = np.clip(x + sign * (factor - 1) * aside, -_FARTHEST_ASIDE * reach, _FARTHEST_ASIDE * reach)
        height = np.where(y > 0, 1.0, -1.0) * np.sqrt(reach**2 - wanted**2)
        joints[:, leg] = _turned(
            joints[:, leg], joints[:, hip], forward, np.arctan2(height, wanted) - np.arctan2(y, x)
        )
    joints[:, :, 1] += floor - _floor(joints[:, soles])
    return _closed(clip, joints)


def retime(clip: UnifiedClip, factor: float) -> UnifiedClip:
    """Plays the whole movement faster or slower, so that the clip becomes shorter or longer.

    Args:
        clip: Of two frames or more.
        factor: Of its speed.
    """
    joints = clip.joints.astype(np.float64)
    times = np.arange(0.0, len(joints) - 1 + 1e-6, factor)
    return _closed(clip, CubicSpline(np.arange(len(joints)), joints, axis=0)(times))


@dataclass(frozen=True)
class MovementEdit:
    """An edit with what must follow from it.

    Attributes:
        name: What it does, in words.
        change: The function.
        amounts: Amounts to try, the first in the one and the second in the other direction.
        rises: For each amount, whether the descriptor rises.
        descriptor: What it changes, a name of `DESCRIPTORS`.
        style: The parameter of the generator's table of published effects that stands for it, and 1, or -1 where more
            of the parameter is less of the descriptor.
        requires: Joints that it needs.
    """

    name: str
    change: Callable[[UnifiedClip, float], UnifiedClip]
    amounts: tuple[float, ...]
    rises: tuple[bool, ...]
    descriptor: str
    style: tuple[str, int]
    requires: tuple[str, ...]

    def fits(self, clip: UnifiedClip) -> bool:
        """Whether the clip has the joints."""
        return bool(clip.joint_mask[[JOINT_INDEX[name] for name in self.requires]].all())

    def expected(self, labels: Sequence[str]) -> tuple[list[str], list[str]]:
        """The labels that go with more, and those that go with less of the descriptor, by publications.

        Read off the generator's table (`EMOTIONS`, where the sources stand), without what rests on no publication.
        """
        parameter, sign = self.style
        found: tuple[list[str], list[str]] = ([], [])
        for label in labels:
            effect = EMOTIONS[label].get(parameter) if label in EMOTIONS else None
            if effect is not None and set(effect.sources) != {DESIGN}:
                found[0 if sign * effect.size > 0 else 1].append(label)
        return found


_UPPER_ENDS = ("head", "left_hip", "right_hip", "left_shoulder", "right_shoulder")
_BOTH_ARMS = (*BODY_PARTS["left arm"], *BODY_PARTS["right arm"])
_BOTH_LEGS = tuple(f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle"))

EDITS: tuple[MovementEdit, ...] = (
    MovementEdit("head", raise_head, (-25.0, 25.0), (False, True), "head_pitch", ("head_pitch", -1), (*_UPPER_ENDS,)),
    MovementEdit("trunk", lean_trunk, (-15.0, 15.0), (False, True), "trunk_lean", ("trunk_lean", 1), _UPPER_ENDS),
    MovementEdit(
        "arm speed",
        change_arm_speed,
        (0.4, 2.0),
        (False, True),
        "hand_speed",
        ("tempo", 1),
        (*_BOTH_ARMS, *_BOTH_LEGS),
    ),
    MovementEdit(
        "arm expansion",
        spread_arms,
        (0.4, 2.0),
        (False, True),
        "arm_expansion",
        ("arm_abduction", 1),
        (*_BOTH_ARMS, *_BOTH_LEGS),
    ),
    MovementEdit(
        "stance",
        widen_stance,
        (0.4, 2.0),
        (False, True),
        "step_width",
        ("stance_width", 1),
        (*_BOTH_LEGS, "left_shoulder", "right_shoulder"),
    ),
    MovementEdit(
        "pace",
        retime,
        (0.6, 1.5),
        (False, True),
        "movement_speed",
        ("tempo", 1),
        ("head", *_BOTH_ARMS, *_BOTH_LEGS),
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


def _floor(soles: np.ndarray) -> float:
    """Height of the lowest sole, as clips are put on the floor: (frames, soles, 3)."""
    return float(np.percentile(soles[..., 1].min(axis=1), 2))


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
    """How far `end` must turn forward about `pivot` for the line from `start` to it to turn by so many degrees.

    All (frames, 3); gives (frames,) radians. In the forward plane `end` goes along a circle about the pivot to where a
    ray from `start` in the wanted direction meets it; where the ray misses the circle, to where it comes nearest.
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
    """Gives upper arms and forearms other directions, in place; each frame keeps the lengths that it has.

    Args:
        joints: (frames, 22, 3).
        axes: (frames, 3, 3), rows are the axes in which directions are changed.
        change: From (frames, 3) unit directions of a bone to others, of any length.
    """
    for shoulder, elbow, wrist in _ARMS:
        bones = [joints[:, end] - joints[:, start] for start, end in ((shoulder, elbow), (elbow, wrist))]
        for start, end, bone in ((shoulder, elbow, bones[0]), (elbow, wrist, bones[1])):
            seen = np.einsum("tij,tj->ti", axes, _unit(bone))
            direction = np.einsum("tij,ti->tj", axes, _unit(change(seen)))
            joints[:, end] = joints[:, start] + np.linalg.norm(bone, axis=1, keepdims=True) * direction
