"""How recording systems see the body: their joints, proportions, units, axes, frame rate and noise.

Names, parents and the map to the unified skeleton are in the package's rig files (`processing/skeleton/rigs`); this
file adds what only a generator needs. A joint without an entry in `RigSensor.joints` is placed by the map.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

import numpy as np

from eai_llm_hf.processing.reading.motion import Motion
from eai_llm_hf.processing.skeleton.matching import load_rigs
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, NUM_JOINTS

Offset = tuple[str, float, float, float]
"""A joint of the unified skeleton, then an offset in its frame (outwards, up, forward) in shares of stature."""

ORIGIN = "origin"
"""Anchor of joints that stay at the origin of the recording."""


@dataclass(frozen=True)
class RigSensor:
    """A rig as a recording system.

    Attributes:
        fps: Frames per second.
        metres_per_unit: Length of one unit.
        up_axis: "y" or "z".
        body_scale: Factors on the performer's bone lengths, because a rig has its own proportions.
        joints: Places of joints that the map does not place, or places differently.
        noise_mm: Standard deviation of each coordinate; hands and feet get twice as much.
        gaps_per_minute: How often the markers of a limb are lost for up to half a second; they are NaN, as in an
            optical recording before its gaps are filled.
        guesses_per_minute: How often a limb is occluded for up to half a second and the sensor guesses: the limb keeps
            its last place on the body, with jitter, and returns to its true place gradually.
        losses_per_minute: How often the whole body is lost for a few frames; all joints are then 0, as in files of
            trackers that write every frame.
        faces_camera: Whether the axes are those of a camera that the performer roughly faces.
    """

    fps: float = 30.0
    metres_per_unit: float = 1.0
    up_axis: str = "y"
    body_scale: Mapping[str, float] = field(default_factory=dict)
    joints: Mapping[str, Offset] = field(default_factory=dict)
    noise_mm: float = 0.0
    gaps_per_minute: float = 0.0
    guesses_per_minute: float = 0.0
    losses_per_minute: float = 0.0
    faces_camera: bool = False


def _hand(names: Mapping[str, tuple[float, float, float]]) -> dict[str, Offset]:
    """Places joints relative to the wrist for both sides; `{}` in a name stands for Left and Right."""
    return {
        name.format(side.capitalize()): (f"{side}_wrist", *offset)
        for name, offset in names.items()
        for side in ("left", "right")
    }


def _fingers() -> dict[str, Offset]:
    """The 19 joints of each Perception Neuron hand; fingers are stiff and slightly curled."""
    offsets: dict[str, tuple[float, float, float]] = {}
    for bone in range(3):
        offsets[f"{{}}HandThumb{bone + 1}"] = (0.0, -0.016 - 0.014 * bone, 0.014 + 0.008 * bone)
    for finger, forward in (("Index", 0.014), ("Middle", 0.004), ("Ring", -0.006), ("Pinky", -0.015)):
        offsets[f"{{}}InHand{finger}"] = (0.0, -0.020, 0.5 * forward)
        for bone in range(3):
            reach = (0.054 if finger != "Pinky" else 0.048) + 0.016 * bone
            offsets[f"{{}}Hand{finger}{bone + 1}"] = (-0.003 * bone, -reach, forward)
    return _hand(offsets)


RIGS: Mapping[str, RigSensor] = MappingProxyType(
    {
        "bandai22": RigSensor(
            metres_per_unit=0.01,
            body_scale={"spine": 0.98, "shoulder_width": 0.72, "collar_width": 0.85, "forearm": 0.95},
            joints={
                "joint_Root": (ORIGIN, 0.0, 0.0, 0.0),
                "Spine": ("spine1", 0.0, 0.032, 0.0),
                "Chest": ("spine2", 0.0, 0.018, 0.0),
                "Head": ("head", 0.0, -0.018, -0.010),
            },
            noise_mm=0.3,
        ),
        "kinect_v2_25": RigSensor(
            body_scale={"neck": 1.25, "spine": 1.06, "thigh": 0.93, "hip_width": 0.85},
            joints={
                "SpineMid": ("spine2", 0.0, 0.03, 0.0),
                "SpineShoulder": ("neck", 0.0, -0.02, 0.0),
                "Neck": ("neck", 0.0, 0.025, 0.005),
                "Head": ("head", 0.0, 0.045, 0.01),
                **_hand({"Hand{}": (0.0, -0.045, 0.0), "HandTip{}": (0.0, -0.09, 0.0), "Thumb{}": (0.0, -0.04, 0.03)}),
            },
            noise_mm=5.0,
            guesses_per_minute=5.0,
            losses_per_minute=1.0,
            faces_camera=True,
        ),
        "cmu31": RigSensor(
            fps=120.0,
            metres_per_unit=0.056444,
            body_scale={"spine": 0.92, "neck": 0.85, "shoulder_width": 1.06, "foot": 1.1},
            joints={
                "LHipJoint": ("pelvis", 0.0, 0.0, 0.0),
                "RHipJoint": ("pelvis", 0.0, 0.0, 0.0),
                "LowerBack": ("pelvis", 0.0, 0.0, 0.0),
                "Spine": ("spine1", 0.0, 0.01, 0.0),
                "Spine1": ("spine3", 0.0, 0.0, 0.0),
                "Neck": ("neck", 0.0, -0.02, -0.01),
                "Neck1": ("neck", 0.0, 0.0, 0.0),
                "LeftShoulder": ("neck", 0.0, -0.02, -0.01),
                "RightShoulder": ("neck", 0.0, -0.02, -0.01),
                "LeftFingerBase": ("left_wrist", 0.0, -0.03, 0.0),
                "RightFingerBase": ("right_wrist", 0.0, -0.03, 0.0),
                "LeftHandIndex1": ("left_wrist", 0.0, -0.06, 0.0),
                "RightHandIndex1": ("right_wrist", 0.0, -0.06, 0.0),
                "LThumb": ("left_wrist", 0.0, -0.02, 0.02),
                "RThumb": ("right_wrist", 0.0, -0.02, 0.02),
            },
            noise_mm=0.5,
            gaps_per_minute=1.0,
        ),
        "kdae59": RigSensor(
            fps=125.0,
            metres_per_unit=0.01,
            body_scale={"spine": 1.05, "neck": 0.9, "hip_drop": 0.5, "shank": 1.03, "upper_arm": 1.04},
            joints={"Spine2": ("spine2", 0.0, 0.02, 0.0), "Spine3": ("spine3", 0.0, 0.015, 0.0), **_fingers()},
            noise_mm=0.4,
        ),
        "smpl24": RigSensor(
            up_axis="z",
            body_scale={"hip_drop": 1.15, "hip_width": 0.8, "foot": 1.05},
            joints={
                "left_hand": ("left_wrist", 0.0, -0.05, 0.0),
                "right_hand": ("right_wrist", 0.0, -0.05, 0.0),
            },
            noise_mm=0.5,
        ),
        "smpl22": RigSensor(),
    }
)
"""The recording rigs; `smpl22` is the unified skeleton itself, without noise."""

RIG_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"bandai22": 1.0, "kinect_v2_25": 1.0, "cmu31": 1.0, "kdae59": 1.0, "smpl24": 1.0, "smpl22": 1.0}
)
"""How often each rig is drawn for clips without a given rig, relative to the others."""


@dataclass(frozen=True)
class _Layout:
    names: list[str]
    parents: list[int]
    blend: np.ndarray  # (joints, 22) weights of the unified joints
    anchors: np.ndarray  # (joints,) joint whose frame turns the offset
    offsets: np.ndarray  # (joints, 3) shares of stature
    at_origin: np.ndarray  # (joints,) bool
    noise: np.ndarray  # (joints,) factor on the sensor's noise


@cache
def _layout(rig: str) -> _Layout:
    described = load_rigs()[rig]
    names = list(described["joints"])
    blend = np.zeros((len(names), NUM_JOINTS))
    anchors, offsets = np.zeros(len(names), int), np.zeros((len(names), 3))
    placed = RIGS[rig].joints
    unknown = sorted(set(placed) - set(names))
    if unknown:
        raise ValueError(f"rig {rig!r} has no joints {unknown}")
    by_map = {target: source for source, target in described["map"].items() if isinstance(target, str)}
    for row, name in enumerate(names):
        if name in placed:
            anchor, outwards, up, forward = placed[name]
            if anchor != ORIGIN:
                sign = -1.0 if anchor.startswith("right_") else 1.0
                anchors[row], offsets[row] = JOINT_INDEX[anchor], (sign * outwards, up, forward)
                blend[row, JOINT_INDEX[anchor]] = 1.0
        elif name in by_map:
            blend[row, JOINT_INDEX[by_map[name]]] = 1.0
        else:
            raise ValueError(f"rig {rig!r}: its joint {name!r} has no place in the map or in `RigSensor.joints`")
    at_origin = blend.sum(1) == 0
    extremities = [JOINT_INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("wrist", "foot", "ankle")]
    noise = np.where(at_origin, 0.0, 1.0 + blend[:, extremities].sum(1))
    return _Layout(names, list(described["parents"]), blend, anchors, offsets, at_origin, noise)


def record(
    joints: np.ndarray, turns: np.ndarray, stature: float, rig: str, rng: np.random.Generator, source: str
) -> Motion:
    """Records a movement with a rig: its joints, noise, dropouts, place and heading in the room, axes and units.

    Args:
        joints: (frames, 22, 3) metres, Y up.
        turns: (frames, 22, 3, 3) orientations of the joints.
        stature: Height of the performer, metres.
        rig: A key of `RIGS`.
        rng: Source of randomness.
        source: Name of the clip for messages.

    Returns:
        The recording in the rig's joints, units and axes.
    """
    sensor, layout = RIGS[rig], _layout(rig)
    frames = len(joints)
    points = joints[:, layout.blend.argmax(1)]
    moved = np.flatnonzero(layout.offsets.any(1))
    points[:, moved] += np.einsum("fjab,jb->fja", turns[:, layout.anchors[moved]], layout.offsets[moved] * stature)
    points = _into_the_room(points, sensor, rng)
    points[:, layout.at_origin] = 0.0
    for rows, lost in _hidden_limbs(sensor.guesses_per_minute, sensor, layout, frames, rng):
        resting = points[rows[:1], lost] - points[rows[:1], :1] + points[rows, :1]  # (rows, lost, 3)
        belief = np.sqrt(np.hanning(len(rows) + 2)[1:-1, None, None])
        resting += rng.normal(0.0, 0.012, resting.shape)
        points[np.ix_(rows, lost)] += belief * (resting - points[np.ix_(rows, lost)])
    if sensor.noise_mm:
        noise = rng.standard_normal(points.shape, dtype=np.float32)
        noise[1:] = 0.6 * noise[1:] + 0.8 * noise[:-1]
        points += noise * (0.001 * sensor.noise_mm * layout.noise)[:, None]
    if sensor.up_axis == "z":
        points = np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)
    points /= sensor.metres_per_unit
    for rows, lost in _hidden_limbs(sensor.gaps_per_minute, sensor, layout, frames, rng):
        points[np.ix_(rows, lost)] = np.nan
    for _ in range(rng.poisson(sensor.losses_per_minute * frames / sensor.fps / 60)):
        start = int(rng.integers(frames))
        points[start : start + int(rng.integers(1, max(2, min(int(sensor.fps // 3), frames // 4))))] = 0.0
    return Motion(
        joints=points.astype(np.float32),
        fps=sensor.fps,
        joint_names=list(layout.names),
        parents=list(layout.parents),
        layout=rig,
        source=source,
    )


def _into_the_room(points: np.ndarray, sensor: RigSensor, rng: np.random.Generator) -> np.ndarray:
    """Turns and moves the whole recording, except for the unified rig."""
    if sensor is RIGS["smpl22"]:
        return points
    angle = np.pi + rng.normal(0.0, 0.35) if sensor.faces_camera else rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    place = np.array([rng.normal(0, 0.8), 0.0, rng.normal(0, 0.8)])
    if sensor.faces_camera:
        place += np.array([0.0, -rng.uniform(0.7, 1.1), 3.0])
    return points @ turn.T + place


_LIMBS = tuple(
    tuple(JOINT_INDEX[f"{side}_{part}"] for part in parts)
    for side in ("left", "right")
    for parts in (("wrist",), ("elbow", "wrist"), ("ankle", "foot"))
)


def _hidden_limbs(
    per_minute: float, sensor: RigSensor, layout: _Layout, frames: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Draws when a limb is occluded, and which: frames, and joints of the rig."""
    for _ in range(rng.poisson(per_minute * frames / sensor.fps / 60) if per_minute else 0):
        lost = np.flatnonzero(layout.blend[:, _LIMBS[rng.integers(len(_LIMBS))]].any(1))
        start = int(rng.integers(frames))
        yield np.arange(start, min(frames, start + int(rng.integers(2, max(3, int(sensor.fps // 2)))))), lost
