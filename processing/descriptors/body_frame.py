"""The body that is measured: low-passed positions of a clip and the quantities that several descriptors share.

Nothing here depends on where performers stand, which way they face and how large their rig is. Lengths are in leg
lengths (thigh plus shank of the clip's own body), speeds in leg lengths per second, angles in degrees. The upper end
of the trunk is the midpoint of the shoulder joints: joints called "neck" and "spine" sit at different heights of the
body in different rigs (0.63 of a thigh above the hips in one, 1.41 in another) and are not used.

Positions are low-passed once (quadratic Savitzky-Golay over 0.3 s, about 5.5 Hz) and shared by all descriptors through
`BodyFrame`, so that a four-second clip takes about a millisecond.
"""

from functools import cached_property

import numpy as np

from ..skeleton.tree import FRAME_RATE, JOINT_INDEX

__all__ = [
    "ANKLES",
    "ARM_JOINTS",
    "ELBOWS",
    "HEAD",
    "HIPS",
    "HIP_JOINTS",
    "KNEES",
    "LEGS",
    "LEG_JOINTS",
    "LIMB_JOINTS",
    "MOVING_SPEED",
    "RESTING_SPEED",
    "RHYTHM_FRAMES",
    "SHOULDERS",
    "SHOULDER_JOINTS",
    "SINE_RANGE",
    "TINY",
    "TRUNK_JOINTS",
    "WRISTS",
    "BodyFrame",
    "flexion",
    "low_pass",
    "moving_mean",
    "norm",
]

SHOULDER_JOINTS = ("left_shoulder", "right_shoulder")
ARM_JOINTS = (*SHOULDER_JOINTS, "left_elbow", "right_elbow", "left_wrist", "right_wrist")
HIP_JOINTS = ("left_hip", "right_hip")
LEG_JOINTS = (*HIP_JOINTS, "left_knee", "right_knee", "left_ankle", "right_ankle")
TRUNK_JOINTS = HIP_JOINTS + SHOULDER_JOINTS
LIMB_JOINTS = ARM_JOINTS + LEG_JOINTS

HEAD = 0
SHOULDERS = slice(1, 3)
ELBOWS = slice(3, 5)
WRISTS = slice(5, 7)
HIPS = slice(7, 9)
KNEES = slice(9, 11)
ANKLES = slice(11, 13)
LEGS = slice(9, 13)
_COLLARS = slice(13, 15)
_TRACKED = ("head", *ARM_JOINTS, *LEG_JOINTS, "left_collar", "right_collar")
_TRACKED_INDICES = np.array([JOINT_INDEX[name] for name in _TRACKED])

# Savitzky and Golay (1964), table I: nine points, quadratic.
_SMOOTHING = np.array([-21.0, 14.0, 39.0, 54.0, 59.0, 54.0, 39.0, 14.0, -21.0]) / 231.0
_GROUND_SECONDS = 0.6  # averages out the sway of a step
_NARROW = 9  # frames at each end of a clip whose window of that length is cut
_WALKING_SPEED = 0.25  # leg lengths per second
_APART = 0.1  # leg lengths by which an ankle must lead before it counts as the leading one
_FEWEST_PASSINGS = 3

SINE_RANGE = np.sqrt(8.0)
"""Peak-to-peak range of a sine over its standard deviation."""

RESTING_SPEED = 0.01
"""Leg lengths per second: what is slower is noise of the recording."""

MOVING_SPEED = 0.1
"""Leg lengths per second: below, the course of a movement cannot be distinguished from noise."""

RHYTHM_FRAMES = 15
"""Frequencies and higher derivatives need clips of at least half a second."""

TINY = 1e-9


def low_pass(trajectories: np.ndarray) -> np.ndarray:
    """Smooth (..., frames) along time; the ends are continued by point reflection, so that straight lines stay."""
    frames = trajectories.shape[-1]
    reach = len(_SMOOTHING) // 2
    if frames < len(_SMOOTHING):
        return trajectories
    padded = np.empty((*trajectories.shape[:-1], frames + 2 * reach))
    padded[..., reach:-reach] = trajectories
    padded[..., :reach] = 2.0 * trajectories[..., :1] - trajectories[..., reach:0:-1]
    padded[..., -reach:] = 2.0 * trajectories[..., -1:] - trajectories[..., -2 : -reach - 2 : -1]
    smooth = padded[..., reach:-reach] * _SMOOTHING[reach]
    for tap in range(reach):
        smooth += (padded[..., tap : tap + frames] + padded[..., 2 * reach - tap : 2 * reach - tap + frames]) * (
            _SMOOTHING[tap]
        )
    return smooth


def moving_mean(values: np.ndarray, seconds: float) -> np.ndarray:
    """Centred mean of (..., frames) over the given duration, narrower at the ends."""
    frames = values.shape[-1]
    reach = max(1, round(seconds * FRAME_RATE / 2.0))
    total = np.zeros((*values.shape[:-1], frames + 1))
    np.cumsum(values, axis=-1, out=total[..., 1:])
    index = np.arange(frames)
    start = np.maximum(index - reach, 0)
    stop = np.minimum(index + reach, frames)
    return (total[..., stop] - total[..., start]) / (stop - start)


def norm(vectors: np.ndarray) -> np.ndarray:
    """Lengths of (..., 3, frames) vectors, giving (..., frames)."""
    return np.sqrt(np.einsum("...xt,...xt->...t", vectors, vectors))


def flexion(near: np.ndarray, middle: np.ndarray, far: np.ndarray) -> float:
    """Mean flexion in degrees (0 = straight) of the joints `middle` between `near` and `far`, all (2, 3, frames)."""
    upper = middle - near
    lower = far - middle
    cosine = np.einsum("jxt,jxt->jt", upper, lower) / np.maximum(norm(upper) * norm(lower), TINY)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)).mean()))


def _cross(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Cross products of (3, frames) vectors."""
    return np.stack(
        [
            first[1] * second[2] - first[2] * second[1],
            first[2] * second[0] - first[0] * second[2],
            first[0] * second[1] - first[1] * second[0],
        ]
    )


class BodyFrame:
    """The quantities that several descriptors share, each computed once, when first used.

    Args:
        joints: (frames, 22, 3) positions in metres at `FRAME_RATE`, Y up; absent joints may hold anything finite.

    Attributes:
        points: (15, 3, frames) low-passed positions of head, shoulders, elbows, wrists, hips, knees, ankles, collars.
        frames: Number of frames.
        duration: Seconds between the first and the last frame.
    """

    def __init__(self, joints: np.ndarray):
        self.frames = len(joints)
        self.duration = (self.frames - 1) / FRAME_RATE
        tracked = np.ascontiguousarray(joints[:, _TRACKED_INDICES].transpose(1, 2, 0), dtype=np.float64)
        self.points = low_pass(tracked)

    @cached_property
    def hip_midpoint(self) -> np.ndarray:
        """(3, frames), metres."""
        return 0.5 * (self.points[7] + self.points[8])

    @cached_property
    def shoulder_midpoint(self) -> np.ndarray:
        """(3, frames), metres."""
        return 0.5 * (self.points[1] + self.points[2])

    @cached_property
    def heading(self) -> tuple[np.ndarray, np.ndarray]:
        """Unit vectors (left, forward) in the ground plane, each (2, frames) over x and z, from hips and shoulders."""
        across = (self.points[7] - self.points[8] + self.points[1] - self.points[2])[::2]
        length = np.sqrt((across * across).sum(axis=0))
        vanishing = length < 1e-6
        if vanishing.any():
            mean = across[:, ~vanishing].sum(axis=1) if not vanishing.all() else np.array([1.0, 0.0])
            across[:, vanishing] = mean[:, None]
            length = np.sqrt((across * across).sum(axis=0))
        left = across / np.maximum(length, TINY)
        return left, np.stack([-left[1], left[0]])

    @cached_property
    def chest_axes(self) -> np.ndarray:
        """(3, 3, frames) unit vectors left, up and forward of the chest: shoulder line, trunk, and across both."""
        left = self.points[1] - self.points[2]
        left = left / np.maximum(norm(left), TINY)
        forward = _cross(left, self.shoulder_midpoint - self.hip_midpoint)
        forward /= np.maximum(norm(forward), TINY)
        return np.stack([left, _cross(forward, left), forward])

    @cached_property
    def leg_length(self) -> float:
        """Median thigh plus median shank, mean of both sides, in metres; NaN for a body without extent."""
        hips, knees, ankles = self.points[HIPS], self.points[KNEES], self.points[ANKLES]
        length = float(np.median(norm(np.concatenate([knees - hips, ankles - knees])), axis=-1).sum()) / 2.0
        return length if length > 1e-6 else np.nan

    @cached_property
    def arm_length(self) -> float:
        """Median upper arm plus median forearm, mean of both sides, in metres; NaN for a body without extent."""
        shoulders, elbows, wrists = self.points[SHOULDERS], self.points[ELBOWS], self.points[WRISTS]
        length = float(np.median(norm(np.concatenate([elbows - shoulders, wrists - elbows])), axis=-1).sum()) / 2.0
        return length if length > 1e-6 else np.nan

    @cached_property
    def collars(self) -> np.ndarray:
        """(2, 3, frames) vectors from each collar joint to its shoulder joint, left and right, metres."""
        return self.points[SHOULDERS] - self.points[_COLLARS]

    @cached_property
    def arm_reach(self) -> np.ndarray:
        """(4, 3, frames) elbows and wrists (left, right, left, right) relative to the shoulder midpoint, metres."""
        return self.points[3:7] - self.shoulder_midpoint

    @cached_property
    def leg_reach(self) -> np.ndarray:
        """(4, 3, frames) knees and ankles (left, right, left, right) relative to the hip midpoint, metres."""
        return self.points[LEGS] - self.hip_midpoint

    @cached_property
    def limb_paths(self) -> np.ndarray:
        """(24, frames) elbows, wrists, knees, ankles in the body's axes, relative to their mean places, metres."""
        place = np.concatenate(self.split(np.concatenate([self.arm_reach, self.leg_reach])))
        place -= place.mean(axis=-1, keepdims=True)
        return place

    @cached_property
    def limb_velocity(self) -> np.ndarray:
        """(24, frames - 1) velocities of `limb_paths`, metres per second."""
        return np.diff(self.limb_paths) * FRAME_RATE

    @cached_property
    def calm_points(self) -> np.ndarray:
        """(13, 3, frames) all points but the collars, below about 3 Hz, metres.

        Second and third differences need more smoothing: 5 mm of noise would otherwise hide the movement.
        """
        return low_pass(low_pass(self.points[:13]))

    @cached_property
    def calm_paths(self) -> np.ndarray:
        """(3, 3, frames) wrists relative to the shoulder midpoint, and the hip midpoint, of `calm_points`."""
        shoulders, hips = (0.5 * (pair[0] + pair[1]) for pair in (self.calm_points[SHOULDERS], self.calm_points[HIPS]))
        return np.concatenate([self.calm_points[WRISTS] - shoulders, hips[None]])

    @cached_property
    def speed(self) -> np.ndarray:
        """(13, frames - 1) speeds in space of all points but the collars, metres per second."""
        return norm(np.diff(self.points[:13])) * FRAME_RATE

    @cached_property
    def arm_velocity(self) -> np.ndarray:
        """(4, 3, frames - 1) velocities of elbows and wrists relative to the shoulder midpoint, metres per second."""
        return np.diff(self.arm_reach) * FRAME_RATE

    @cached_property
    def leg_velocity(self) -> np.ndarray:
        """(4, 3, frames - 1) velocities of knees and ankles relative to the hip midpoint, metres per second."""
        return np.diff(self.leg_reach) * FRAME_RATE

    @cached_property
    def wrist_speed(self) -> np.ndarray:
        """(2, frames - 1) speeds of left and right wrist relative to the shoulder midpoint, metres per second."""
        return norm(self.arm_velocity[2:])

    @cached_property
    def body_speed(self) -> np.ndarray:
        """(frames - 1,) mean speed of head, elbows, wrists, hips, knees and ankles in space, leg lengths/s."""
        return (self.speed.sum(axis=0) - self.speed[1] - self.speed[2]) / (11.0 * self.leg_length)

    @cached_property
    def ground_path(self) -> np.ndarray:
        """(2, frames) path of the hip midpoint over the ground (x, z), averaged over 0.6 s to remove sway, metres."""
        return moving_mean(self.hip_midpoint[::2], _GROUND_SECONDS)

    @cached_property
    def travel_speed(self) -> float:
        """Length of `ground_path` over time, leg lengths/s; for clips under a second, from first to last frame."""
        if self.duration < 1.0:
            path = np.hypot(*(self.hip_midpoint[::2, -1] - self.hip_midpoint[::2, 0]))
        else:
            steps = np.diff(self.ground_path[:, _NARROW:-_NARROW])
            path = np.sqrt((steps * steps).sum(axis=0)).mean() * FRAME_RATE * self.duration
        return path / (self.duration * self.leg_length)

    @cached_property
    def travel_steps(self) -> np.ndarray:
        """(2, frames) step of `ground_path` at each frame (x, z), metres; at both ends the nearest full one."""
        steps = np.diff(self.ground_path[:, _NARROW:-_NARROW])
        return steps[:, np.clip(np.arange(self.frames) - _NARROW, 0, steps.shape[1] - 1)]

    @cached_property
    def passing_times(self) -> np.ndarray:
        """(passings,) times, in frames, at which one ankle passes the other in the direction of travel.

        Between two of them lies one step. Empty without walking: below 0.25 leg lengths/s, in clips under a second,
        and with fewer than three passings (as in walking sideways without crossing the feet).
        """
        nothing = np.empty(0)
        if self.duration < 1.0 or not self.travel_speed >= _WALKING_SPEED:  # also where the leg length is NaN
            return nothing
        length = np.hypot(*self.travel_steps)
        lead = ((self.points[11] - self.points[12])[::2] * self.travel_steps).sum(axis=0) / np.maximum(length, TINY)
        travelling = length * FRAME_RATE > 0.5 * _WALKING_SPEED * self.leg_length
        clear = np.flatnonzero(travelling & (np.abs(lead) > _APART * self.leg_length))
        change = np.flatnonzero(np.diff(lead[clear] > 0.0))
        if len(change) < _FEWEST_PASSINGS:
            return nothing
        before, after = clear[change], clear[change + 1]
        return before + (after - before) * lead[before] / (lead[before] - lead[after])

    @cached_property
    def trunk(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Vector from hip midpoint to shoulder midpoint as (left, up, forward), each (frames,) metres."""
        return self.split(self.shoulder_midpoint - self.hip_midpoint)

    @cached_property
    def head_angle(self) -> np.ndarray:
        """(frames,) angle of shoulder midpoint to head relative to the vertical, degrees, negative = forward."""
        _, up, forward = self.split(self.points[HEAD] - self.shoulder_midpoint)
        return np.degrees(np.arctan2(-forward, up))

    def split(self, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Components of (..., 3, frames) vectors along (left, up, forward) of the body, each (..., frames)."""
        left, forward = self.heading
        x, up, z = vector[..., 0, :], vector[..., 1, :], vector[..., 2, :]
        return x * left[0] + z * left[1], up, x * forward[0] + z * forward[1]
