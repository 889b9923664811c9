"""What can be measured on a movement: posture, dynamics and gait of a clip on the unified skeleton, as plain numbers.

Every descriptor is free of where the performer stands, which way they face and how large their rig is. Lengths are in
leg lengths (thigh plus shank of the clip's own body), speeds in leg lengths per second, angles in degrees. The upper
end of the trunk is the midpoint of the shoulder joints: joints called "neck" and "spine" sit at different heights of
the body in different rigs (0.63 of a thigh above the hips in one, 1.41 in another) and are not used anywhere here.

Positions are low-passed once (quadratic Savitzky-Golay over 0.3 s, about 5.5 Hz) and shared by all descriptors through
`BodyFrame`, so that a four-second clip takes well under a millisecond.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .skeleton_tree import FRAME_RATE, JOINT_INDEX, JOINT_NAMES, NUM_JOINTS

__all__ = ["DESCRIPTORS", "DESCRIPTOR_INDEX", "DESCRIPTOR_NAMES", "BodyFrame", "Descriptor", "measure"]

_TRACKED = (
    "head",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)
_TRACKED_INDICES = np.array([JOINT_INDEX[name] for name in _TRACKED])
_HEAD = 0
_SHOULDERS = slice(1, 3)
_ELBOWS = slice(3, 5)
_WRISTS = slice(5, 7)
_HIPS = slice(7, 9)
_KNEES = slice(9, 11)
_ANKLES = slice(11, 13)
_LEGS = slice(9, 13)

# Savitzky and Golay (1964), table I: nine points, quadratic.
_SMOOTHING = np.array([-21.0, 14.0, 39.0, 54.0, 59.0, 54.0, 39.0, 14.0, -21.0]) / 231.0
_SINE_RANGE = np.sqrt(8.0)  # peak-to-peak range of a sine over its standard deviation
_STILL_SPEED = 0.2  # leg lengths per second
_RESTING_SPEED = 0.01  # leg lengths per second: what remains is noise of the recording
_RHYTHM_FRAMES = 15  # frequencies of a clip under half a second mean nothing
_TINY = 1e-9


def _resample(joints: np.ndarray, fps: float) -> np.ndarray:
    """Bring (frames, ...) positions to `FRAME_RATE` by linear interpolation; at least two frames stay."""
    frames = len(joints)
    count = max(2, round((frames - 1) * FRAME_RATE / fps) + 1)
    position = np.linspace(0.0, frames - 1, count)
    before = np.minimum(position.astype(int), frames - 2)
    weight = (position - before)[:, None, None]
    return joints[before] * (1.0 - weight) + joints[before + 1] * weight


def _low_pass(trajectories: np.ndarray) -> np.ndarray:
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


def _moving_mean(values: np.ndarray, seconds: float) -> np.ndarray:
    """Centred mean of (..., frames) over a window of the given length, narrower at the ends."""
    frames = values.shape[-1]
    reach = max(1, round(seconds * FRAME_RATE / 2.0))
    total = np.zeros((*values.shape[:-1], frames + 1))
    np.cumsum(values, axis=-1, out=total[..., 1:])
    index = np.arange(frames)
    start = np.maximum(index - reach, 0)
    stop = np.minimum(index + reach, frames)
    return (total[..., stop] - total[..., start]) / (stop - start)


def _norm(vectors: np.ndarray) -> np.ndarray:
    """Lengths of (..., 3, frames) vectors, giving (..., frames)."""
    return np.sqrt(np.einsum("...xt,...xt->...t", vectors, vectors))


def _flexion(near: np.ndarray, middle: np.ndarray, far: np.ndarray) -> float:
    """Mean flexion in degrees (0 = straight) of the joints `middle` between `near` and `far`, all (2, 3, frames)."""
    upper = middle - near
    lower = far - middle
    cosine = np.einsum("jxt,jxt->jt", upper, lower) / np.maximum(_norm(upper) * _norm(lower), _TINY)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)).mean()))


class BodyFrame:
    """The quantities that several descriptors share, each computed once and only when asked for.

    Args:
        joints: (frames, 22, 3) positions in metres at `FRAME_RATE`, Y up; absent joints may hold anything finite.

    Attributes:
        points: (13, 3, frames) low-passed positions of head, shoulders, elbows, wrists, hips, knees and ankles.
        frames: Number of frames.
        duration: Seconds between the first and the last frame.
    """

    def __init__(self, joints: np.ndarray):
        self.frames = len(joints)
        self.duration = (self.frames - 1) / FRAME_RATE
        tracked = np.ascontiguousarray(joints[:, _TRACKED_INDICES].transpose(1, 2, 0), dtype=np.float64)
        self.points = _low_pass(tracked)

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
        left = across / np.maximum(length, _TINY)
        return left, np.stack([-left[1], left[0]])

    @cached_property
    def leg_length(self) -> float:
        """Median thigh plus median shank, mean of both sides, in metres; NaN for a body without extent."""
        hips, knees, ankles = self.points[_HIPS], self.points[_KNEES], self.points[_ANKLES]
        length = float(np.median(_norm(np.concatenate([knees - hips, ankles - knees])), axis=-1).sum()) / 2.0
        return length if length > 1e-6 else np.nan

    @cached_property
    def arm_length(self) -> float:
        """Median upper arm plus median forearm, mean of both sides, in metres; NaN for a body without extent."""
        shoulders, elbows, wrists = self.points[_SHOULDERS], self.points[_ELBOWS], self.points[_WRISTS]
        length = float(np.median(_norm(np.concatenate([elbows - shoulders, wrists - elbows])), axis=-1).sum()) / 2.0
        return length if length > 1e-6 else np.nan

    @cached_property
    def speed(self) -> np.ndarray:
        """(13, frames - 1) speeds of all points in space, metres per second."""
        return _norm(np.diff(self.points)) * FRAME_RATE

    @cached_property
    def arm_velocity(self) -> np.ndarray:
        """(4, 3, frames - 1) velocities of elbows and wrists against the shoulder midpoint, metres per second."""
        return np.diff(self.points[3:7] - self.shoulder_midpoint) * FRAME_RATE

    @cached_property
    def leg_velocity(self) -> np.ndarray:
        """(4, 3, frames - 1) velocities of knees and ankles against the hip midpoint, metres per second."""
        return np.diff(self.points[_LEGS] - self.hip_midpoint) * FRAME_RATE

    @cached_property
    def wrist_speed(self) -> np.ndarray:
        """(2, frames - 1) speeds of left and right wrist against the shoulder midpoint, metres per second."""
        return _norm(self.arm_velocity[2:])

    @cached_property
    def body_speed(self) -> np.ndarray:
        """(frames - 1,) mean speed of head, elbows, wrists, hips, knees and ankles in space, leg lengths/s."""
        return (self.speed.sum(axis=0) - self.speed[1] - self.speed[2]) / (11.0 * self.leg_length)

    @cached_property
    def trunk(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Vector from hip midpoint to shoulder midpoint as (left, up, forward), each (frames,) metres."""
        return self.split(self.shoulder_midpoint - self.hip_midpoint)

    @cached_property
    def head_angle(self) -> np.ndarray:
        """(frames,) angle of shoulder midpoint to head against the vertical, degrees, negative = forward."""
        _, up, forward = self.split(self.points[_HEAD] - self.shoulder_midpoint)
        return np.degrees(np.arctan2(-forward, up))

    def split(self, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Components of (..., 3, frames) vectors along (left, up, forward) of the body, each (..., frames)."""
        left, forward = self.heading
        x, up, z = vector[..., 0, :], vector[..., 1, :], vector[..., 2, :]
        return x * left[0] + z * left[1], up, x * forward[0] + z * forward[1]


def _movement_speed(body: BodyFrame) -> float:
    return body.body_speed.mean()


def _travel_speed(body: BodyFrame) -> float:
    if body.duration < 1.0:
        path = np.hypot(*(body.hip_midpoint[::2, -1] - body.hip_midpoint[::2, 0]))
    else:
        ground = _moving_mean(body.hip_midpoint[::2], 0.6)[:, 9:-9]
        steps = np.diff(ground)
        path = np.sqrt((steps * steps).sum(axis=0)).mean() * FRAME_RATE * body.duration
    return path / (body.duration * body.leg_length)


def _tempo(body: BodyFrame) -> float:
    if body.frames < _RHYTHM_FRAMES:
        return np.nan
    limbs = np.concatenate([body.points[3:7] - body.shoulder_midpoint, body.points[_LEGS] - body.hip_midpoint])
    place = np.concatenate(body.split(limbs))
    place -= place.mean(axis=-1, keepdims=True)
    velocity = np.diff(place) * FRAME_RATE
    energy = np.mean(velocity * velocity)
    if not energy >= (_RESTING_SPEED * body.leg_length) ** 2:  # also where the leg length is NaN
        return np.nan
    return np.sqrt(energy / np.mean(place * place)) / (2.0 * np.pi)


def _smoothness(body: BodyFrame) -> float:
    if body.frames < _RHYTHM_FRAMES:
        return np.nan
    # third differences need more smoothing than the rest: 5 mm of noise would else hide the movement
    wrists = body.points[_WRISTS] - body.shoulder_midpoint
    velocity = np.diff(_low_pass(_low_pass(np.concatenate([wrists, body.hip_midpoint[None]])))) * FRAME_RATE
    velocity[2] -= velocity[2].mean(axis=-1, keepdims=True)
    acceleration = np.diff(velocity)
    jerk = np.diff(acceleration)
    energy = np.mean(velocity * velocity)
    bend = np.mean(acceleration * acceleration)
    resting = (_RESTING_SPEED * body.leg_length) ** 2
    if not (energy >= resting and bend * FRAME_RATE**2 >= resting):
        return np.nan
    return -0.5 * float(np.log(np.maximum(energy * np.mean(jerk * jerk) / bend**2, _TINY)))


def _pauses(body: BodyFrame) -> float:
    if np.isnan(body.leg_length):
        return np.nan
    return float(np.mean(body.body_speed < _STILL_SPEED))


def _vertical_bounce(body: BodyFrame) -> float:
    height = body.hip_midpoint[1]
    return _SINE_RANGE * (height - _moving_mean(height, 1.0)).std() / body.leg_length


def _head_pitch(body: BodyFrame) -> float:
    return body.head_angle.mean()


def _head_movement(body: BodyFrame) -> float:
    return _SINE_RANGE * body.head_angle.std()


def _trunk_lean(body: BodyFrame) -> float:
    _, up, forward = body.trunk
    return np.degrees(np.arctan2(forward, up)).mean()


def _body_sway(body: BodyFrame) -> float:
    left, up, _ = body.trunk
    return _SINE_RANGE * np.degrees(np.arctan2(left, up)).std()


def _trunk_twist(body: BodyFrame) -> float:
    shoulders = (body.points[1] - body.points[2])[::2]
    hips = (body.points[7] - body.points[8])[::2]
    sine = shoulders[0] * hips[1] - shoulders[1] * hips[0]
    cosine = (shoulders * hips).sum(axis=0)
    return _SINE_RANGE * np.degrees(np.arctan2(sine, cosine)).std()


def _arm_expansion(body: BodyFrame) -> float:
    axis = body.shoulder_midpoint - body.hip_midpoint
    axis = axis / np.maximum(_norm(axis), _TINY)
    reach = body.points[3:7] - body.shoulder_midpoint
    along = np.einsum("jxt,xt->jt", reach, axis)
    return _norm(reach - along[:, None] * axis).mean() / body.arm_length


def _hand_height(body: BodyFrame) -> float:
    return (body.points[_WRISTS, 1] - body.hip_midpoint[1]).mean() / body.leg_length


def _elbow_flexion(body: BodyFrame) -> float:
    return _flexion(body.points[_SHOULDERS], body.points[_ELBOWS], body.points[_WRISTS])


def _arm_swing(body: BodyFrame) -> float:
    _, _, forward = body.split(body.points[_WRISTS] - body.points[_SHOULDERS])
    return _SINE_RANGE * forward.std(axis=-1).mean() / body.leg_length


def _hand_speed(body: BodyFrame) -> float:
    return body.wrist_speed.mean() / body.leg_length


def _left_right_asymmetry(body: BodyFrame) -> float:
    left, right = body.wrist_speed.mean(axis=-1)
    if left + right <= 1e-3:  # m/s: neither arm moves
        return np.nan
    return (left - right) / (left + right)


def _leg_speed(body: BodyFrame) -> float:
    return _norm(body.leg_velocity[2:]).mean() / body.leg_length


def _knee_flexion(body: BodyFrame) -> float:
    return _flexion(body.points[_HIPS], body.points[_KNEES], body.points[_ANKLES])


def _step_width(body: BodyFrame) -> float:
    left, _, _ = body.split(body.points[11] - body.points[12])
    return np.abs(left).mean() / body.leg_length


@dataclass(frozen=True)
class Descriptor:
    """One measurable quantity of a movement.

    Attributes:
        name: Identifier, used in records and references.
        unit: Unit of the value; "1" for ratios.
        body_part: Words of `BODY_PARTS`, or "whole body", "arms", "legs".
        definition: One sentence with the formula.
        source: Where the measure is published.
        requires: Joints without which the descriptor is absent (NaN).
        function: Maps a `BodyFrame` to the value.
    """

    name: str
    unit: str
    body_part: str
    definition: str
    source: str
    requires: tuple[str, ...]
    function: Callable[[BodyFrame], float]


_SHOULDER_JOINTS = ("left_shoulder", "right_shoulder")
_ARM_JOINTS = (*_SHOULDER_JOINTS, "left_elbow", "right_elbow", "left_wrist", "right_wrist")
_HIP_JOINTS = ("left_hip", "right_hip")
_LEG_JOINTS = (*_HIP_JOINTS, "left_knee", "right_knee", "left_ankle", "right_ankle")
_TRUNK_JOINTS = _HIP_JOINTS + _SHOULDER_JOINTS
_LIMB_JOINTS = _ARM_JOINTS + _LEG_JOINTS

DESCRIPTORS: tuple[Descriptor, ...] = (
    Descriptor(
        "movement_speed",
        "leg lengths/s",
        "whole body",
        "Mean over time and over head, elbows, wrists, hips, knees and ankles of the speed |dp/dt| in space.",
        "Wallbott 1998, Eur. J. Soc. Psychol. 28(6); Kleinsmith & Bianchi-Berthouze 2013, IEEE TAC 4(1)",
        ("head", *_LIMB_JOINTS),
        _movement_speed,
    ),
    Descriptor(
        "travel_speed",
        "leg lengths/s",
        "legs",
        "Horizontal path length of the hip midpoint, averaged over 0.6 s to take out sway, divided by the duration.",
        "Roether et al. 2009, J. Vision 9(6):15 (gait speed)",
        _LEG_JOINTS,
        _travel_speed,
    ),
    Descriptor(
        "tempo",
        "Hz",
        "whole body",
        "RMS frequency rms(v) / (2 pi rms(p - mean p)) of elbows and wrists against the shoulder midpoint and of "
        "knees and ankles against the hip midpoint, in the body's axes; the frequency itself for a sine.",
        "Hjorth 1970, Electroenceph. Clin. Neurophysiol. 29(3) (mobility)",
        _LIMB_JOINTS,
        _tempo,
    ),
    Descriptor(
        "smoothness",
        "1",
        "whole body",
        "-ln(rms(jerk) rms(v) / rms(a)^2) of the wrists against the shoulder midpoint and of the hip midpoint against "
        "its mean velocity, below about 3 Hz; 0 for a sine of any speed, size and length, negative if jerky.",
        "Hjorth 1970, Electroenceph. Clin. Neurophysiol. 29(3) (complexity); dimensionless jerk: Hogan & Sternad "
        "2009, J. Mot. Behav. 41(6)",
        _LIMB_JOINTS,
        _smoothness,
    ),
    Descriptor(
        "pauses",
        "1",
        "whole body",
        "Share of time in which the mean speed of the body (as in movement_speed) is below 0.2 leg lengths/s.",
        "Camurri et al. 2003, Int. J. Hum.-Comput. Stud. 59(1-2) (pause phases)",
        ("head", *_LIMB_JOINTS),
        _pauses,
    ),
    Descriptor(
        "vertical_bounce",
        "leg lengths",
        "whole body",
        "Range sqrt(8) std of the height of the hip midpoint after taking out its one-second moving mean.",
        "Gross et al. 2012, Hum. Mov. Sci. 31(1); Crane & Gross 2013, J. Nonverbal Behav. 37(2)",
        _LEG_JOINTS,
        _vertical_bounce,
    ),
    Descriptor(
        "head_pitch",
        "deg",
        "head",
        "Mean angle, in the body's forward plane, of the line from shoulder midpoint to head against the vertical; "
        "negative = bowed.",
        "Roether et al. 2009, J. Vision 9(6):15 (head inclination)",
        ("head", *_TRUNK_JOINTS),
        _head_pitch,
    ),
    Descriptor(
        "head_movement",
        "deg",
        "head",
        "Range sqrt(8) std of the head angle of head_pitch over the clip.",
        "Wallbott 1998, Eur. J. Soc. Psychol. 28(6) (head movement)",
        ("head", *_TRUNK_JOINTS),
        _head_movement,
    ),
    Descriptor(
        "trunk_lean",
        "deg",
        "trunk",
        "Mean angle, in the body's forward plane, of the line from hip midpoint to shoulder midpoint against the "
        "vertical; positive = forward.",
        "Gross et al. 2012, Hum. Mov. Sci. 31(1) (trunk flexion)",
        _TRUNK_JOINTS,
        _trunk_lean,
    ),
    Descriptor(
        "body_sway",
        "deg",
        "trunk",
        "Range sqrt(8) std of the sideways angle of the line from hip midpoint to shoulder midpoint.",
        "Michalak et al. 2009, Psychosom. Med. 71(5) (lateral sway)",
        _TRUNK_JOINTS,
        _body_sway,
    ),
    Descriptor(
        "trunk_twist",
        "deg",
        "trunk",
        "Range sqrt(8) std of the angle, seen from above, between the line of the shoulders and the line of the hips.",
        "Crane & Gross 2013, J. Nonverbal Behav. 37(2) (trunk rotation)",
        _TRUNK_JOINTS,
        _trunk_twist,
    ),
    Descriptor(
        "arm_expansion",
        "arm lengths",
        "arms",
        "Mean distance of elbows and wrists from the line through hip midpoint and shoulder midpoint.",
        "Wallbott 1998, Eur. J. Soc. Psychol. 28(6) (expansiveness); Camurri et al. 2003 (contraction index)",
        (*_ARM_JOINTS, *_HIP_JOINTS),
        _arm_expansion,
    ),
    Descriptor(
        "hand_height",
        "leg lengths",
        "arms",
        "Mean height of the wrists above the hip midpoint.",
        "Kleinsmith & Bianchi-Berthouze 2013, IEEE TAC 4(1); Dael et al. 2012, Emotion 12(5)",
        _LIMB_JOINTS,
        _hand_height,
    ),
    Descriptor(
        "elbow_flexion",
        "deg",
        "arms",
        "Mean angle between the directions of upper arm and forearm, both sides; 0 = straight.",
        "Roether et al. 2009, J. Vision 9(6):15 (elbow flexion)",
        _ARM_JOINTS,
        _elbow_flexion,
    ),
    Descriptor(
        "arm_swing",
        "leg lengths",
        "arms",
        "Range sqrt(8) std of the forward component of shoulder to wrist, mean of both sides.",
        "Montepare et al. 1987, J. Nonverbal Behav. 11(1); Michalak et al. 2009 (arm swing)",
        _LIMB_JOINTS,
        _arm_swing,
    ),
    Descriptor(
        "hand_speed",
        "leg lengths/s",
        "arms",
        "Mean speed of both wrists against the shoulder midpoint.",
        "Pollick et al. 2001, Cognition 82(2) (wrist velocity)",
        _LIMB_JOINTS,
        _hand_speed,
    ),
    Descriptor(
        "left_right_asymmetry",
        "1",
        "arms",
        "(L - R) / (L + R) of the mean wrist speeds L and R against the shoulder midpoint; positive = left does more.",
        "Roether et al. 2008, Curr. Biol. 18(8) (lateral asymmetry)",
        _ARM_JOINTS,
        _left_right_asymmetry,
    ),
    Descriptor(
        "leg_speed",
        "leg lengths/s",
        "legs",
        "Mean speed of both ankles against the hip midpoint.",
        "Roether et al. 2009, J. Vision 9(6):15 (leg movement)",
        _LEG_JOINTS,
        _leg_speed,
    ),
    Descriptor(
        "knee_flexion",
        "deg",
        "legs",
        "Mean angle between the directions of thigh and shank, both sides; 0 = straight.",
        "Roether et al. 2009, J. Vision 9(6):15 (knee flexion)",
        _LEG_JOINTS,
        _knee_flexion,
    ),
    Descriptor(
        "step_width",
        "leg lengths",
        "legs",
        "Mean sideways distance between the ankles.",
        "Crane & Gross 2013, J. Nonverbal Behav. 37(2); Kleinsmith & Bianchi-Berthouze 2013, IEEE TAC 4(1)",
        (*_LEG_JOINTS, *_SHOULDER_JOINTS),
        _step_width,
    ),
)
"""All descriptors, in the order of the vectors that `measure` gives."""

DESCRIPTOR_NAMES: tuple[str, ...] = tuple(descriptor.name for descriptor in DESCRIPTORS)
DESCRIPTOR_INDEX: dict[str, int] = {name: index for index, name in enumerate(DESCRIPTOR_NAMES)}

_REQUIRED_INDICES = tuple(np.array([JOINT_INDEX[name] for name in descriptor.requires]) for descriptor in DESCRIPTORS)


def measure(joints: np.ndarray, joint_mask: np.ndarray, fps: float = FRAME_RATE) -> np.ndarray:
    """Measure all descriptors of one clip.

    Args:
        joints: (frames, 22, 3) positions of the unified skeleton in metres, Y up, at least two frames.
        joint_mask: (22,) bool, False for joints the recording does not have.
        fps: Frames per second of `joints`; other rates than `FRAME_RATE` are interpolated to it.

    Returns:
        (len(DESCRIPTORS),) float32 in the order of `DESCRIPTORS`. NaN where a needed joint is absent, and where the
        value has no meaning: tempo and smoothness of a clip under half a second, and they and
        left_right_asymmetry of a body that stands still.

    Raises:
        ValueError: If the shapes are wrong, the frame rate is not positive or a present joint is not finite.
    """
    joints = np.asarray(joints)
    joint_mask = np.asarray(joint_mask, dtype=bool)
    if joints.ndim != 3 or joints.shape[1:] != (NUM_JOINTS, 3) or len(joints) < 2:
        raise ValueError(f"Expected joints of shape (frames >= 2, {NUM_JOINTS}, 3), found {joints.shape}.")
    if joint_mask.shape != (NUM_JOINTS,):
        raise ValueError(f"Expected a joint mask of shape ({NUM_JOINTS},), found {joint_mask.shape}.")
    if not (np.isfinite(fps) and fps > 0):
        raise ValueError(f"Expected a positive frame rate, found {fps}.")
    if not np.isfinite(joints).all():
        broken = ~np.isfinite(joints).all(axis=2) & joint_mask
        if broken.any():
            frame, joint = np.argwhere(broken)[0]
            raise ValueError(f"Joint {JOINT_NAMES[joint]!r} has no finite position in frame {frame}.")
        joints = np.where(joint_mask[:, None], joints, 0.0)
    if fps != FRAME_RATE:
        joints = _resample(joints, fps)
    body = BodyFrame(joints)
    everything = joint_mask.all()
    values = np.full(len(DESCRIPTORS), np.nan, dtype=np.float32)
    for index, descriptor in enumerate(DESCRIPTORS):
        if everything or joint_mask[_REQUIRED_INDICES[index]].all():
            values[index] = descriptor.function(body)
    return values
