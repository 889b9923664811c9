"""How the body moves: speed, rhythm, smoothness, efforts, and how the movement goes over the clip."""

import numpy as np

from ..skeleton.tree import FRAME_RATE
from .body_frame import (
    ARM_JOINTS,
    HEAD,
    LEG_JOINTS,
    LIMB_JOINTS,
    RESTING_SPEED,
    RHYTHM_FRAMES,
    SINE_RANGE,
    TINY,
    TRUNK_JOINTS,
    BodyFrame,
    Descriptor,
    norm,
)

__all__ = ["DYNAMICS_DESCRIPTORS"]

_STILL_SPEED = 0.2  # leg lengths per second, mean of the body
_MOVING_SPEED = 0.1  # leg lengths per second: below, the course of a movement cannot be told from noise

_ARC_FRAMES = 60  # two seconds
_ARC_HOP = 15
_ARC_BINS = 256  # four times the window, Balasubramanian et al. 2015
_ARC_CUTOFF = 52  # bins: 6 Hz, what the low-pass leaves
_ARC_THRESHOLD = 0.05  # of the amplitude at 0 Hz
_ARC_WINDOW = np.hanning(_ARC_FRAMES + 2)[1:-1]

_REPEAT_FRAMES = 75  # two and a half seconds: the longest period looked for, and the shortest clip
_REPEAT_SHARE = 0.6  # of the clip: the longest period looked for

_STROKE_FRAMES = 15  # half a second


def _movement_speed(body: BodyFrame) -> float:
    return body.body_speed.mean()


def _tempo(body: BodyFrame) -> float:
    if body.frames < RHYTHM_FRAMES:
        return np.nan
    energy = np.mean(body.limb_velocity * body.limb_velocity)
    if not energy >= (RESTING_SPEED * body.leg_length) ** 2:  # also where the leg length is NaN
        return np.nan
    return np.sqrt(energy / np.mean(body.limb_paths * body.limb_paths)) / (2.0 * np.pi)


def _smoothness(body: BodyFrame) -> float:
    if body.frames < RHYTHM_FRAMES:
        return np.nan
    velocity = np.diff(body.calm_paths) * FRAME_RATE
    velocity[2] -= velocity[2].mean(axis=-1, keepdims=True)
    acceleration = np.diff(velocity)
    jerk = np.diff(acceleration)
    energy = np.mean(velocity * velocity)
    bend = np.mean(acceleration * acceleration)
    resting = (RESTING_SPEED * body.leg_length) ** 2
    if not (energy >= resting and bend * FRAME_RATE**2 >= resting):
        return np.nan
    return -0.5 * float(np.log(np.maximum(energy * np.mean(jerk * jerk) / bend**2, TINY)))


def _pauses(body: BodyFrame) -> float:
    if np.isnan(body.leg_length):
        return np.nan
    return float(np.mean(body.body_speed < _STILL_SPEED))


def _head_movement(body: BodyFrame) -> float:
    return SINE_RANGE * body.head_angle.std()


def _trunk_twist(body: BodyFrame) -> float:
    shoulders = (body.points[1] - body.points[2])[::2]
    hips = (body.points[7] - body.points[8])[::2]
    sine = shoulders[0] * hips[1] - shoulders[1] * hips[0]
    cosine = (shoulders * hips).sum(axis=0)
    return SINE_RANGE * np.degrees(np.arctan2(sine, cosine)).std()


def _hand_speed(body: BodyFrame) -> float:
    return body.wrist_speed.mean() / body.leg_length


def _left_right_asymmetry(body: BodyFrame) -> float:
    left, right = body.wrist_speed.mean(axis=-1)
    if left + right <= 1e-3:  # m/s: neither arm moves
        return np.nan
    return (left - right) / (left + right)


def _acceleration(body: BodyFrame) -> float:
    if body.frames < RHYTHM_FRAMES:
        return np.nan
    return norm(np.diff(body.calm_paths[:2], n=2)).mean() * FRAME_RATE**2 / body.leg_length


def _spectral_arc_length(body: BodyFrame) -> float:
    speed = norm(np.diff(body.calm_paths[:2])) * FRAME_RATE
    spare = speed.shape[-1] - _ARC_FRAMES
    if spare < 0:
        return np.nan
    starts = np.linspace(0, spare, 1 + -(-spare // _ARC_HOP)).round().astype(int)
    windows = speed[:, starts[:, None] + np.arange(_ARC_FRAMES)]
    windows = windows[windows.mean(axis=-1) >= _MOVING_SPEED * body.leg_length]
    if not len(windows):
        return np.nan
    amplitude = np.abs(np.fft.rfft(windows * _ARC_WINDOW, _ARC_BINS)[:, :_ARC_CUTOFF])
    amplitude /= amplitude[:, :1]
    last = (_ARC_CUTOFF - 1 - np.argmax(amplitude[:, ::-1] >= _ARC_THRESHOLD, axis=1))[:, None]
    arc = np.sqrt(1.0 / last**2 + np.diff(amplitude) ** 2)
    return -float((arc * (np.arange(_ARC_CUTOFF - 1) < last)).sum() / len(windows))


def _regularity(body: BodyFrame) -> float:
    if body.frames <= _REPEAT_FRAMES:
        return np.nan
    velocity = body.limb_velocity
    energy = np.einsum("ct,ct->t", velocity, velocity)
    if not energy.mean() >= 8.0 * (_MOVING_SPEED * body.leg_length) ** 2:  # eight joints
        return np.nan
    frames = len(energy)
    lags = 1 + min(_REPEAT_FRAMES, int(_REPEAT_SHARE * frames))
    size = 1 << (frames + lags).bit_length()
    spectrum = np.fft.rfft(velocity, size)
    product = np.fft.irfft((spectrum.real**2 + spectrum.imag**2).sum(axis=0), size)[:lags]
    total = np.concatenate([[0.0], np.cumsum(energy)])
    likeness = 2.0 * product / (total[frames - np.arange(lags)] + total[-1] - total[:lags])
    back = likeness[np.argmax(likeness < 0.0) :]  # from where the movement has turned round
    peaks = back[1:-1][(back[1:-1] >= back[:-2]) & (back[1:-1] >= back[2:])]
    return float(np.clip(peaks.max(), 0.0, 1.0)) if len(peaks) else 0.0


def _directness(body: BodyFrame) -> float:
    if body.frames <= _STROKE_FRAMES:
        return np.nan
    place = np.stack(body.split(body.calm_paths[:2]), axis=1)
    way = np.zeros((2, body.frames))
    np.cumsum(norm(np.diff(place)), axis=-1, out=way[:, 1:])
    path = way[:, _STROKE_FRAMES:] - way[:, :-_STROKE_FRAMES]
    straight = norm(place[..., _STROKE_FRAMES:] - place[..., :-_STROKE_FRAMES])
    moving = path >= 2.0 * _MOVING_SPEED * body.leg_length * _STROKE_FRAMES / FRAME_RATE
    if not moving.any():
        return np.nan
    return float(straight[moving].sum() / path[moving].sum())


def _peak_timing(body: BodyFrame) -> float:
    if body.frames < RHYTHM_FRAMES or not body.body_speed.mean() >= RESTING_SPEED:
        return np.nan
    squares = body.speed * body.speed
    energy = squares.sum(axis=0) - squares[1] - squares[2]
    time = (np.arange(len(energy)) + 0.5) / len(energy)
    return float((energy * time).sum() / energy.sum())


def _rise(body: BodyFrame) -> float:
    height = 0.5 * (body.points[HEAD, 1] + body.hip_midpoint[1])
    part = max(1, body.frames // 4)
    return (height[-part:].mean() - height[:part].mean()) / body.leg_length


DYNAMICS_DESCRIPTORS: tuple[Descriptor, ...] = (
    Descriptor(
        "movement_speed",
        "leg lengths/s",
        "whole body",
        "Mean over time and over head, elbows, wrists, hips, knees and ankles of the speed |dp/dt| in space.",
        "Wallbott 1998, Eur. J. Soc. Psychol. 28(6); Kleinsmith & Bianchi-Berthouze 2013, IEEE TAC 4(1)",
        ("head", *LIMB_JOINTS),
        _movement_speed,
    ),
    Descriptor(
        "tempo",
        "Hz",
        "whole body",
        "RMS frequency rms(v) / (2 pi rms(p - mean p)) of elbows and wrists against the shoulder midpoint and of "
        "knees and ankles against the hip midpoint, in the body's axes; the frequency itself for a sine.",
        "Hjorth 1970, Electroenceph. Clin. Neurophysiol. 29(3) (mobility)",
        LIMB_JOINTS,
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
        LIMB_JOINTS,
        _smoothness,
    ),
    Descriptor(
        "pauses",
        "1",
        "whole body",
        "Share of time in which the mean speed of the body (as in movement_speed) is below 0.2 leg lengths/s.",
        "Camurri et al. 2003, Int. J. Hum.-Comput. Stud. 59(1-2) (pause phases)",
        ("head", *LIMB_JOINTS),
        _pauses,
    ),
    Descriptor(
        "head_movement",
        "deg",
        "head",
        "Range sqrt(8) std of the head angle of head_pitch over the clip.",
        "Wallbott 1998, Eur. J. Soc. Psychol. 28(6) (head movement)",
        ("head", *TRUNK_JOINTS),
        _head_movement,
    ),
    Descriptor(
        "trunk_twist",
        "deg",
        "trunk",
        "Range sqrt(8) std of the angle, seen from above, between the line of the shoulders and the line of the hips.",
        "Crane & Gross 2013, J. Nonverbal Behav. 37(2) (trunk rotation)",
        TRUNK_JOINTS,
        _trunk_twist,
    ),
    Descriptor(
        "hand_speed",
        "leg lengths/s",
        "arms",
        "Mean speed of both wrists against the shoulder midpoint.",
        "Pollick et al. 2001, Cognition 82(2) (wrist velocity)",
        LIMB_JOINTS,
        _hand_speed,
    ),
    Descriptor(
        "left_right_asymmetry",
        "1",
        "arms",
        "(L - R) / (L + R) of the mean wrist speeds L and R against the shoulder midpoint; positive = left does more.",
        "Roether et al. 2008, Curr. Biol. 18(8) (lateral asymmetry)",
        ARM_JOINTS,
        _left_right_asymmetry,
    ),
    Descriptor(
        "acceleration",
        "leg lengths/s^2",
        "arms",
        "Mean magnitude of the acceleration of both wrists against the shoulder midpoint, below about 3 Hz.",
        "Pollick et al. 2001, Cognition 82(2) (wrist acceleration); Larboulette & Gibet 2015, MOCO (Time effort)",
        LIMB_JOINTS,
        _acceleration,
    ),
    Descriptor(
        "spectral_arc_length",
        "1",
        "arms",
        "Spectral arc length of the speed of each wrist against the shoulder midpoint, up to the last frequency below "
        "6 Hz with 5% of the amplitude at 0 Hz, in Hann windows of two seconds padded fourfold; mean of the windows "
        "with a mean speed of 0.1 leg lengths/s at least. Near -1 = flowing, lower = broken up.",
        "Balasubramanian et al. 2012, IEEE Trans. Biomed. Eng. 59(8); Balasubramanian et al. 2015, J. NeuroEng. "
        "Rehabil. 12:112",
        LIMB_JOINTS,
        _spectral_arc_length,
    ),
    Descriptor(
        "regularity",
        "1",
        "whole body",
        "Highest peak, after the first zero, of the autocorrelation of the velocities of elbows, wrists, knees and "
        "ankles in the body's axes, for periods up to 2.5 s and 60% of the clip; 1 = repeats exactly, 0 = never. NaN "
        "for clips under 2.5 s and without movement.",
        "Moe-Nilssen & Helbostad 2004, J. Biomech. 37(1) (regularity by autocorrelation)",
        LIMB_JOINTS,
        _regularity,
    ),
    Descriptor(
        "directness",
        "1",
        "arms",
        "Straight distance over path length of both wrists against the shoulder midpoint, in the body's axes, over "
        "every half second in which they move at 0.2 leg lengths/s at least; 1 = straight.",
        "de Meijer 1989, J. Nonverbal Behav. 13(4) (directness); Larboulette & Gibet 2015, MOCO (Space effort)",
        LIMB_JOINTS,
        _directness,
    ),
    Descriptor(
        "peak_timing",
        "1",
        "whole body",
        "Centre over time of the squared speeds of head, elbows, wrists, hips, knees and ankles in space; 0 = all at "
        "the start of the clip, 1 = all at its end.",
        "Castellano et al. 2007, ACII (centroid of the energy of motion)",
        ("head", *LIMB_JOINTS),
        _peak_timing,
    ),
    Descriptor(
        "rise",
        "leg lengths",
        "whole body",
        "Mean height of head and hip midpoint in the last quarter of the clip less that in the first quarter.",
        "de Meijer 1989, J. Nonverbal Behav. 13(4) (vertical direction); Larboulette & Gibet 2015, MOCO (Shape)",
        ("head", *LEG_JOINTS),
        _rise,
    ),
)
"""The descriptors of dynamics; their place in a vector is that of `motion_descriptors.DESCRIPTOR_NAMES`."""
