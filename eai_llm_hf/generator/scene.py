"""What every action starts from: the setting of one clip, its timing, posture and involuntary movement."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .kinematics import PoseTrack, minimum_jerk, standing_height
from .performers import Body, Performer


@dataclass(frozen=True)
class Scene:
    """The inputs of an action.

    Attributes:
        performer: The performer (habits are already part of `style`).
        body: Bone lengths, metres.
        style: For each style parameter the value in this clip, in its unit.
        frames: Number of frames to make.
        fps: Frames per second.
        rng: Source of randomness of the action.
    """

    performer: Performer
    body: Body
    style: Mapping[str, float]
    frames: int
    fps: float
    rng: np.random.Generator

    @property
    def time(self) -> np.ndarray:
        """(frames,) seconds from the start of the clip."""
        return np.arange(self.frames) / self.fps

    def angle(self, name: str) -> float:
        """Value in radians of a style parameter with unit degrees."""
        return float(np.radians(self.style[name]))

    def ratio(self, name: str) -> float:
        """Value as a factor of a style parameter with unit "log"."""
        return float(np.exp(self.style[name]))


_MOST_HALTS = 24
"""The most halts from hesitation in one clip."""


def slow_noise(
    rng: np.random.Generator, time: np.ndarray, channels: int, slowest: float, fastest: float
) -> np.ndarray:
    """Smooth noise whose amplitude falls with the square root of frequency (power 1/f).

    Args:
        rng: Source of randomness.
        time: (frames,) seconds.
        channels: Number of independent signals.
        slowest: Lowest frequency, Hz.
        fastest: Highest frequency, Hz.

    Returns:
        (channels, frames), standard deviation about 1.
    """
    waves = 5
    frequency = slowest * (fastest / slowest) ** rng.random((channels, waves))
    amplitude = np.sqrt(2.0 * slowest / frequency)
    amplitude *= np.sqrt(2.0 / (amplitude**2).sum(1, keepdims=True))
    phase = rng.uniform(0, 2 * np.pi, (channels, waves))
    angles = 2 * np.pi * frequency[..., None] * time + phase[..., None]
    return np.einsum("cw,cwf->cf", amplitude, np.sin(angles, dtype=np.float32))


def rate_of_time(scene: Scene, time: np.ndarray) -> np.ndarray:
    """Speed of the action at each moment, as a factor: small variations, and halts if the style hesitates.

    Args:
        scene: The clip.
        time: (moments,) seconds, may reach beyond the clip on both sides.

    Returns:
        (moments,) positive factors.
    """
    rng, hesitation = scene.rng, scene.style["hesitation"]
    rate = 1.0 + 0.04 * slow_noise(rng, time, 1, 0.15, 0.8)[0]
    span = time[-1] - time[0]
    # The number of draws does not depend on the style, so that an emotion changes only its own effects.
    for middle, width, depth, chance in rng.random((_MOST_HALTS, 4)):
        if chance * _MOST_HALTS > 0.35 * hesitation * span:
            continue
        distance = (time - time[0] - middle * span) / (0.25 + 0.5 * width)
        rate *= 1.0 - min(0.9, (0.3 + 0.6 * depth) * (0.5 + 0.8 * hesitation)) * np.exp(-(distance**2))
    return np.maximum(rate, 0.08)


def sharpen(wave: np.ndarray, jerkiness: float) -> np.ndarray:
    """Makes a wave between -1 and 1 start and stop more abruptly."""
    steepness = 0.25 + 1.6 * jerkiness
    return np.tanh(steepness * wave) / np.tanh(steepness)


def take_posture(scene: Scene, heading: np.ndarray, root: np.ndarray) -> PoseTrack:
    """Starts a track with the performer's posture, breathing, gaze and involuntary movement.

    Args:
        scene: The clip.
        heading: (frames,) direction of the body, radians.
        root: (frames, 2) pelvis on the floor plane, metres.

    Returns:
        The track of a body that stands (or glides) with its arms at its sides, before the feet are placed.
    """
    track = PoseTrack.zeros(scene.frames)
    rng, time, style = scene.rng, scene.time, scene.style
    life = scene.performer.liveliness
    lean, curl = scene.angle("trunk_lean"), scene.angle("trunk_curl")
    degree = np.radians(1.0)
    drift = slow_noise(rng, time, 14, 0.08, 1.2) * degree * life

    track.heading[:], track.root[:] = heading, root
    track.height[:] = standing_height(scene.body, scene.angle("knee_flexion"))
    breath = np.sin(2 * np.pi * (rng.uniform(0.2, 0.35) * time + rng.random()))
    track.pelvis_pitch[:] = 0.3 * lean + 0.4 * drift[0]
    track.spine_pitch[:] = 0.7 * lean + 0.8 * drift[1] - 0.4 * degree * breath
    track.spine_curl[:] = curl + 0.5 * drift[2]
    track.spine_roll[:] = drift[3]
    track.spine_yaw[:] = 1.5 * drift[4]

    gaze = scene.ratio("head_turn")
    track.head_pitch[:] = scene.angle("head_pitch") + 1.6 * drift[5]
    track.head_yaw[:] = 1.5 * drift[6] + look_around(scene, gaze)
    track.head_roll[:] = np.radians(scene.performer.head_tilt) + 1.2 * drift[7]

    track.shoulder_lift[:] = scene.angle("shoulder_lift") + (0.5 * degree * breath)[:, None]
    track.shoulder_forward[:] = scene.angle("shoulder_forward")
    # Relaxed arms hang down for any posture of the trunk; with the shoulders drawn forward, they hang further forward.
    track.arm_flexion[:] = 0.85 * (lean + curl) + 0.1 * scene.angle("elbow_flexion") - 0.05
    track.arm_abduction[:] = scene.angle("arm_abduction")
    track.arm_rotation[:] = -0.22 - 0.4 * scene.angle("shoulder_forward")
    track.elbow[:] = scene.angle("elbow_flexion")
    track.arm_flexion += 1.2 * drift[8:10].T
    track.arm_abduction += drift[10:12].T
    track.elbow += 1.5 * np.abs(drift[12:14].T)

    tremor = slow_noise(rng, time, 6, 2.5, 6.0) * degree * max(0.0, style["jerkiness"] - 0.15)
    track.spine_yaw += 1.2 * tremor[0]
    track.head_yaw += 1.5 * tremor[1]
    track.arm_flexion += 1.4 * tremor[2:4].T
    track.elbow += 1.6 * np.abs(tremor[4:6].T)
    return track


def look_around(scene: Scene, amount: float) -> np.ndarray:
    """Turns of the head towards things in the surroundings, (frames,) radians."""
    rng = scene.rng
    looks = np.cumsum(rng.exponential(2.2 / amount, 8))
    angles = np.radians(rng.normal(0, 16 * min(amount, 2.0), 8)) * (rng.random(8) < 0.75)
    starts = np.where(looks < scene.time[-1] + 1.0, looks - 1.0, np.inf)
    return play_strokes(scene.time, starts, np.full(8, 0.45), angles[:, None])[:, 0]


def play_strokes(time: np.ndarray, starts: np.ndarray, durations: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Moves from target to target in minimum-jerk strokes, beginning at 0.

    Args:
        time: (frames,) seconds.
        starts: (strokes,) seconds, ascending; infinite for strokes that do not happen.
        durations: (strokes,) seconds.
        targets: (strokes, channels) values at the end of each stroke.

    Returns:
        (frames, channels).
    """
    changes = np.diff(targets, axis=0, prepend=np.zeros((1, targets.shape[1])))
    return minimum_jerk((time[:, None] - starts) / durations) @ changes
