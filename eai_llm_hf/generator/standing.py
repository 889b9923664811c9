"""What actions on the spot share: standing, steps, timing, arm poses, and a trunk that follows the arms."""

import numpy as np

from .kinematics import SIDES, PoseTrack, minimum_jerk, standing_height
from .scene import Scene, play_strokes, rate_of_time, slow_noise, take_posture


def stand(scene: Scene, restless: float = 1.0, width: float = 1.0) -> PoseTrack:
    """Stands on two fixed feet and shifts the weight between them.

    Args:
        scene: The clip.
        restless: Size of the shifts of weight; 1 is that of a person with nothing else to do.
        width: Factor on the distance of the feet.

    Returns:
        The track of a standing body that faces +Z, with the midpoint of its ankles at the origin.
    """
    rng, body, time = scene.rng, scene.body, scene.time
    heading = np.radians(2.0) * slow_noise(rng, time, 1, 0.05, 0.3)[0] * scene.performer.liveliness
    sway = slow_noise(rng, time, 2, 0.1, 1.0)
    amount = scene.ratio("lateral_sway") * scene.performer.liveliness
    half_width = body.hip_width * 1.15 * width * scene.ratio("stance_width")
    shifts = np.cumsum(rng.exponential(2.2, 6)) - 1.5
    sides = rng.choice([-1.0, 0.0, 1.0], 6, p=[0.4, 0.2, 0.4]) * rng.uniform(0.3, 0.9, 6)
    strokes = np.full(6, 0.9 * np.exp(-0.4 * scene.style["tempo"]))
    weight = restless * play_strokes(time, shifts, strokes, sides[:, None])[:, 0]
    root = np.zeros((scene.frames, 2))
    root[:, 0] = half_width * 0.8 * weight * min(amount, 1.4) + 0.006 * amount * sway[0]
    root[:, 1] = 0.006 * amount * sway[1] + 0.25 * body.foot - 0.3 * body.spine * np.sin(scene.angle("trunk_lean"))
    track = take_posture(scene, heading, root)
    track.pelvis_roll += np.radians(4.0) * weight
    track.spine_roll -= np.radians(5.0) * weight
    stagger = rng.normal(0, 0.02, 2)
    for side in (0, 1):
        track.foot_place[:, side, 0] = SIDES[side] * half_width
        track.foot_place[:, side, 2] = stagger[side]
        track.foot_yaw[:, side] = SIDES[side] * np.radians(rng.uniform(4, 16))
    settle = 0.006 * body.leg * scene.ratio("bounce") * slow_noise(rng, time, 1, 0.2, 1.0)[0]
    track.height += settle - 0.004 * body.leg
    lowest = standing_height(body, np.radians(45))
    np.maximum(track.height, lowest, out=track.height)
    return track


def step_foot(track: PoseTrack, side: int, share: np.ndarray, change: np.ndarray, lift: float) -> None:
    """Moves a foot to another place and plants it again.

    Args:
        track: The movement, changed in place.
        side: 0 for left, 1 for right.
        share: (frames,) share of the step's time; below 0 before and above 1 after it.
        change: (2,) X and Z from the old to the new place, metres.
        lift: Height of the ankle in the middle of the step, metres.
    """
    moved = minimum_jerk(share)
    track.foot_place[:, side, ::2] += moved[:, None] * change
    track.foot_place[:, side, 1] += lift * np.sin(np.pi * np.clip(share, 0.0, 1.0)) ** 2
    track.planted[:, side] &= (share <= 0) | (share >= 1)


def clock_of(scene: Scene) -> np.ndarray:
    """(frames,) seconds of a clock that runs with the tempo and halts with hesitation."""
    return np.cumsum(scene.ratio("tempo") * rate_of_time(scene, scene.time)) / scene.fps


def main_hand(scene: Scene) -> int:
    """0 for left, 1 for right; usually the preferred hand."""
    return int(scene.performer.left_handed == (scene.rng.random() < 0.12))


def blend_arm(track: PoseTrack, side: int, pose: np.ndarray, shown: np.ndarray) -> None:
    """Blends an arm from its posture to a pose (frames, 4) in radians, by a share `shown` (frames,) from 0 to 1."""
    rest = 1.0 - 0.85 * np.clip(shown, 0.0, 1.0)
    channels = (track.arm_flexion, track.arm_abduction, track.arm_rotation, track.elbow)
    for channel, values in zip(channels, pose.T, strict=True):
        channel[:, side] = channel[:, side] * rest + values


def follow_arms(track: PoseTrack, scene: Scene) -> PoseTrack:
    """Lets shoulders, trunk and pelvis follow the arms, and keeps joints within their limits.

    Returns:
        The same track.
    """
    raised = 1.0 - np.cos(track.arm_flexion) * np.cos(track.arm_abduction)  # 0 hanging, 1 level
    size = min(scene.ratio("gesture_size"), 1.6)
    uneven = raised[:, 0] - raised[:, 1]
    track.shoulder_lift += np.radians(9.0) * raised
    track.spine_roll += np.radians(4.0) * size * uneven
    track.pelvis_roll -= np.radians(1.5) * size * uneven
    reach = np.sin(track.arm_flexion[:, 0]) - np.sin(track.arm_flexion[:, 1])
    track.spine_yaw -= np.radians(6.0) * size * reach
    track.pelvis_yaw -= np.radians(2.0) * size * reach
    track.head_yaw += np.radians(6.0) * size * reach
    bent = track.elbow[:, 0] - track.elbow[:, 1]
    track.spine_yaw -= np.radians(1.5) * size * bent
    track.spine_pitch -= np.radians(2.5) * size * raised.sum(1)
    track.root[:, 0] -= 0.012 * size * uneven
    track.elbow[:] = _soft_limit(track.elbow, np.radians(4), np.radians(140))
    track.arm_rotation[:] = _soft_limit(track.arm_rotation, np.radians(-80), np.radians(95))
    return track


def _soft_limit(values: np.ndarray, low: float, high: float) -> np.ndarray:
    width = 0.12
    lower = low + width * np.logaddexp(0.0, (values - low) / width)
    return high - width * np.logaddexp(0.0, (high - lower) / width)
