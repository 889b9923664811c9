"""Bodies whose posture and movement are known beforehand, for the tests of the descriptors."""

import numpy as np

from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, measure
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES

EVERY_JOINT = np.ones(len(JOINT_NAMES), dtype=bool)
LEG = 0.8  # thigh 0.4, shank 0.4
ARM = 0.5  # upper arm 0.27, forearm 0.23
ARM_JOINTS = ("elbow", "wrist")
UPPER_BODY = tuple(name for name in JOINT_NAMES if not name.endswith(("hip", "knee", "ankle", "foot", "pelvis")))

STANDING = {
    "pelvis": (0, 0.95, 0),
    "left_hip": (0.1, 0.9, 0),
    "left_knee": (0.1, 0.5, 0),
    "left_ankle": (0.1, 0.1, 0),
    "left_foot": (0.1, 0.02, 0.12),
    "spine1": (0, 1.05, 0),
    "spine2": (0, 1.15, 0),
    "spine3": (0, 1.25, 0),
    "neck": (0, 1.45, 0),
    "head": (0, 1.6, 0),
    "left_collar": (0.08, 1.4, 0),
    "left_shoulder": (0.2, 1.4, 0),
    "left_elbow": (0.2, 1.13, 0),
    "left_wrist": (0.2, 0.9, 0),
}


def standing(frames: int = 120) -> np.ndarray:
    """A still, straight body, facing +Z: (frames, 22, 3) float64."""
    pose = np.zeros((len(JOINT_NAMES), 3))
    for name, position in STANDING.items():
        pose[JOINT_INDEX[name]] = position
        if name.startswith("left_"):
            pose[JOINT_INDEX[name.replace("left_", "right_")]] = np.array(position) * (-1, 1, 1)
    return np.repeat(pose[None], frames, axis=0)


def seconds(frames: int = 120) -> np.ndarray:
    return np.arange(frames) / 30.0


def rotation(axis: str, degrees: float) -> np.ndarray:
    turn = np.radians(degrees)
    cosine, sine = np.cos(turn), np.sin(turn)
    return {
        "x": np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]]),
        "y": np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]]),
        "z": np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]]),
    }[axis]


def turn_about(joints: np.ndarray, names: tuple[str, ...], centre: str, turn: np.ndarray) -> None:
    pivot = joints[:, JOINT_INDEX[centre], None]
    indices = [JOINT_INDEX[name] for name in names]
    joints[:, indices] = pivot + (joints[:, indices] - pivot) @ turn.T


def bend_trunk(joints: np.ndarray, turn: np.ndarray) -> None:
    """Turn all that is above the hips about the hip midpoint."""
    joints[:, JOINT_INDEX["pelvis"]] = (0, 0.9, 0)
    turn_about(joints, UPPER_BODY, "pelvis", turn)


def lift_arm(joints: np.ndarray, side: str, degrees: float) -> None:
    """Turn a straight arm sideways up: 0 hangs, 90 is level, 180 points up."""
    arm = tuple(f"{side}_{name}" for name in ARM_JOINTS)
    turn_about(joints, arm, f"{side}_shoulder", rotation("z", degrees if side == "left" else -degrees))


def value(joints: np.ndarray, name: str) -> float:
    return float(measure(joints.astype(np.float32), EVERY_JOINT)[DESCRIPTOR_INDEX[name]])


def busy_movement(frames: int = 150) -> np.ndarray:
    """Walking forward in a curve with unequal arms, a nodding head, bounce and sway."""
    time = seconds(frames)
    joints = standing(frames)
    for side, phase, size in (("left", 0.0, 0.25), ("right", np.pi, 0.15)):
        swing = np.sin(2 * np.pi * 0.9 * time + phase)
        joints[:, JOINT_INDEX[f"{side}_wrist"]] += np.stack([0 * time, 0.05 + 0.1 * swing**2, size * swing], 1)
        joints[:, JOINT_INDEX[f"{side}_elbow"], 2] += 0.5 * size * swing
        joints[:, JOINT_INDEX[f"{side}_ankle"]] += np.stack([0 * time, 0.05 * (1 + swing), -0.2 * swing], 1)
        joints[:, JOINT_INDEX[f"{side}_knee"], 2] += 0.08 - 0.1 * swing
    joints[:, JOINT_INDEX["head"], 2] += 0.05 + 0.02 * np.sin(2 * np.pi * 0.7 * time)
    upper = [index for index, name in enumerate(JOINT_NAMES) if not name.endswith(("hip", "knee", "ankle", "foot"))]
    joints[:, upper, 0] += (0.03 * np.sin(2 * np.pi * 0.9 * time))[:, None]
    joints[:, :, 1] += (0.03 * np.sin(2 * np.pi * 1.8 * time))[:, None]
    path = np.stack([0.2 * np.sin(0.8 * time), 0 * time, 1.1 * time], 1)
    return joints + path[:, None]


def walk(step: float, cadence: float, stance: float = 0.6, frames: int = 150) -> np.ndarray:
    """Walking along +Z at an even speed, the feet planted for a share of the cycle and swung through in the rest.

    Args:
        step: Metres from one foot's place to the other's next.
        cadence: Steps in a second.
        stance: Share of the cycle of two steps in which a foot stands.
        frames: Length of the clip.
    """
    time = seconds(frames)
    joints = standing(frames)
    joints[:, :, 2] += (step * cadence * time)[:, None]
    for side, phase in (("left", 0.25), ("right", 0.75)):
        cycle = cadence * time / 2 + phase
        swing = np.clip((cycle % 1 - stance) / (1 - stance), 0, 1)
        # Half a stance behind the middle of it, the foot stands under the hips.
        place = 2 * step * (np.floor(cycle) - phase + stance / 2 + 0.5 - 0.5 * np.cos(np.pi * swing))
        ankle = joints[:, JOINT_INDEX[f"{side}_ankle"]]
        ankle[:, 1] += 0.05 * np.sin(np.pi * swing)
        ankle[:, 2] = place
        hip = joints[:, JOINT_INDEX[f"{side}_hip"]]
        joints[:, JOINT_INDEX[f"{side}_knee"]] = (hip + ankle) / 2 + np.array([0, 0, 0.05])
    return joints


def leg_length(joints: np.ndarray) -> float:
    """Median thigh plus median shank in metres, mean of both sides."""
    return float(
        np.mean(
            [
                np.median(np.linalg.norm(joints[:, JOINT_INDEX[upper]] - joints[:, JOINT_INDEX[lower]], axis=1))
                for side in ("left", "right")
                for upper, lower in ((f"{side}_hip", f"{side}_knee"), (f"{side}_knee", f"{side}_ankle"))
            ]
        )
        * 2
    )
