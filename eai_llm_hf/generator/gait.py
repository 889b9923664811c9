"""Walking and running: a path, footprints on both sides of it, and a body that is carried over them.

The phase counts strides; the left foot is under the body at whole numbers, the right foot at the halves. Footprints
are fixed points on the floor, so a standing foot does not slide.

The stance time of a foot follows from the pace: slow walkers keep both feet on the floor for longer, and the flight
time of runners follows from gravity.
"""

from dataclasses import dataclass

import numpy as np

from .kinematics import SIDES, PoseTrack, minimum_jerk
from .scene import Scene, rate_of_time, sharpen, take_posture

_GRAVITY = 9.81  # m/s2

_LANDING = 0.72
"""Share of a step, counted from mid-stance, at which the trunk nods: just after the next foot has landed."""

_FOOT_OFFSETS = np.array([0.0, 0.5])
"""Phase at which the left and the right foot stand under the body."""


@dataclass(frozen=True)
class Gait:
    """The mechanics of a gait; angles in degrees, lengths in leg lengths (hip to ankle).

    Attributes:
        cadence: Steps per second of the average performer.
        step: Step length.
        flies: Whether both feet leave the floor between steps.
        behind: Distance of the footprints behind the point under the pelvis at mid-stance, in steps.
        foot_lift: Height of the ankle in mid-swing beyond the turning of the foot.
        push_off: Pitch of the foot when it leaves the floor.
        strike: Raising of the toes when it lands.
        rise: Amplitude of the vertical oscillation; if positive, the body is highest at mid-stance.
        crouch: Lowering of the pelvis.
        lean: Lean added to the style's.
        swing: Amplitude of the arms at the shoulder.
        elbow: Elbow flexion added to the style's.
        elbow_swing: Amplitude of the elbow.
        sway: Sideways amplitude of the pelvis.
        twist: Amplitude of pelvis and shoulders about the vertical.
    """

    cadence: float
    step: float
    flies: bool
    behind: float
    foot_lift: float
    push_off: float
    strike: float
    rise: float
    crouch: float
    lean: float
    swing: float
    elbow: float
    elbow_swing: float
    sway: float
    twist: float


WALK = Gait(
    cadence=1.8,
    step=0.72,
    flies=False,
    behind=0.14,
    foot_lift=0.08,
    push_off=66.0,
    strike=18.0,
    rise=0.016,
    crouch=0.012,
    lean=0.0,
    swing=23.0,
    elbow=0.0,
    elbow_swing=12.0,
    sway=0.03,
    twist=7.0,
)
RUN = Gait(
    cadence=2.8,
    step=0.95,
    flies=True,
    behind=0.10,
    foot_lift=0.20,
    push_off=58.0,
    strike=6.0,
    rise=-0.05,
    crouch=0.045,
    lean=7.0,
    swing=33.0,
    elbow=64.0,
    elbow_swing=14.0,
    sway=0.02,
    twist=11.0,
)


def walk(scene: Scene) -> PoseTrack:
    """Walks forwards, sometimes backwards, sideways or along a curve."""
    kind = scene.rng.choice(4, p=[0.64, 0.14, 0.12, 0.10])
    side = scene.rng.choice([-1.0, 1.0])
    direction = [0.0, np.pi, side * np.pi / 2, side * np.pi / 4][kind]
    return _go(scene, WALK, direction)


def run(scene: Scene) -> PoseTrack:
    """Runs or jogs forwards, sometimes along a curve."""
    return _go(scene, RUN, 0.0)


def _go(scene: Scene, gait: Gait, direction: float) -> PoseTrack:
    """Carries the body over its footprints in a direction relative to its heading (radians to the left)."""
    rng, body, fps = scene.rng, scene.body, scene.fps
    ahead, aside = np.cos(direction), abs(np.sin(direction))
    step = gait.step * scene.ratio("step_length") * (1.0 - 0.22 * (ahead < -0.5) - 0.5 * aside) * body.leg
    step = min(step, (1.5 if gait.flies else 0.80) * body.leg)
    tempo = scene.ratio("tempo") * (1.0 - 0.08 * (ahead < 0.5))
    stride_rate = 0.5 * gait.cadence * tempo * np.sqrt(0.82 / body.leg)

    # Gravity limits how fast the body rises and falls: a walker does not leave the floor, a runner does.
    heaviest = _GRAVITY / (4 * np.pi * stride_rate) ** 2
    rise = abs(gait.rise) * scene.ratio("bounce") * body.leg
    if gait.flies:
        duty = 0.5 - 0.15 * float(np.clip(rise / heaviest, 0.1, 1.15))
    else:
        rise = min(rise, 0.5 * heaviest)
        duty = float(np.clip(0.61 - 0.06 * np.log(2 * stride_rate * step / 1.1), 0.60, 0.72))
    rise = float(np.copysign(rise, gait.rise))

    margin = int(np.ceil(2.2 * fps / stride_rate))
    time = (np.arange(scene.frames + 2 * margin) - margin) / fps
    phase = rng.random() + np.cumsum(stride_rate * rate_of_time(scene, time)) / fps
    heading = _turns(rng, time)
    pace = 2 * step * np.diff(phase, prepend=phase[0])
    path = np.cumsum(pace[:, None] * _floor_direction(heading + direction), axis=0)
    path -= path[margin]

    clip = slice(margin, margin + scene.frames)
    track = take_posture(scene, heading[clip], path[clip])
    cycle = 2 * np.pi * phase[clip]
    _place_feet(scene, gait, duty, track, phase, heading, path, clip, step, direction)
    _swing_body(scene, gait, rise, track, cycle, ahead, aside)
    return track


def _turns(rng: np.random.Generator, time: np.ndarray) -> np.ndarray:
    """Heading along the path: slight curves, and in every third clip a real turn or a circle. (moments,) radians."""
    heading = np.radians(rng.uniform(2, 6)) * np.sin(2 * np.pi * (rng.uniform(0.05, 0.15) * time + rng.random()))
    chance = rng.random()
    amount, start, speed = rng.choice([-1.0, 1.0]) * rng.uniform(30, 170), rng.random(), rng.uniform(35, 80)
    if chance < 0.22:
        duration = abs(amount) / speed * 1.6
        heading += np.radians(amount) * minimum_jerk((time - start * time[-1] * 0.7) / duration)
    elif chance < 0.34:
        heading += np.radians(np.sign(amount) * rng.uniform(8, 30)) * time
    return heading


def _floor_direction(angle: np.ndarray) -> np.ndarray:
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1)


def _place_feet(
    scene: Scene,
    gait: Gait,
    duty: float,
    track: PoseTrack,
    phase: np.ndarray,
    heading: np.ndarray,
    path: np.ndarray,
    clip: slice,
    step: float,
    direction: float,
) -> None:
    """Sets the footprints at mid-stance, the swings between them, and the roll of the foot."""
    body, rng = scene.body, scene.rng
    ahead, aside = np.cos(direction), abs(np.sin(direction))
    width = body.hip_width * (0.75 * scene.ratio("stance_width") + 0.3 * aside)
    width = max(width, 0.56 * step * aside)  # sideways, the feet meet but do not cross
    toe_out = np.radians(rng.normal(7.0, 3.0))
    uneven = rng.standard_normal((2, 200, 2))
    effort = np.clip(step / (gait.step * body.leg), 0.35, 1.2)
    push_off = np.radians(gait.push_off) * min(effort, 1.05) * (0.65 + 0.35 * ahead)
    strike = np.radians(gait.strike) * effort * max(ahead, 0.0)
    lift = gait.foot_lift * body.leg * (0.6 + 0.4 * effort) * np.exp(0.3 * scene.style["bounce"])

    for side in (0, 1):
        cycle = phase - _FOOT_OFFSETS[side] + duty / 2
        number = np.floor(cycle[clip]).astype(int)
        share = cycle[clip] - number
        prints = np.arange(number[0], number[-1] + 2)
        middles = prints + _FOOT_OFFSETS[side]
        facing = np.interp(middles, phase, heading)
        place = np.stack([np.interp(middles, phase, path[:, axis]) for axis in (0, 1)], axis=-1)
        place += SIDES[side] * width * _floor_direction(facing + np.pi / 2)
        place -= gait.behind * step * _floor_direction(facing + direction)
        place += 0.012 * body.leg * uneven[side, (prints - prints[0]) % uneven.shape[1]]
        yaw = facing + SIDES[side] * toe_out

        number = number - number[0]
        swing = np.clip((share - duty) / (1 - duty), 0.0, 1.0)
        stance = np.clip(share / duty, 0.0, 1.0)
        track.planted[:, side] = share <= duty
        moved = _swing_through(swing**1.1 if gait.flies else swing)
        track.foot_place[:, side, ::2] = place[number] + moved[:, None] * (place[number + 1] - place[number])
        # Highest early in the swing, while the knee passes under the body.
        track.foot_place[:, side, 1] = lift * np.sin(np.pi * swing**0.8) ** 2
        track.foot_yaw[:, side] = yaw[number] + moved * (yaw[number + 1] - yaw[number])
        # The heel rises while the weight moves to the other foot, and comes down again as the knee swings forward.
        rolling = minimum_jerk((share - 0.62 * duty) / (0.38 * duty + 0.04)) * (1.0 - minimum_jerk(swing / 0.7 - 0.1))
        rolling *= push_off
        landing = strike * (minimum_jerk((swing - 0.45) / 0.55) - (swing <= 0) * minimum_jerk(stance / 0.2))
        track.foot_pitch[:, side] = rolling - np.where(swing > 0, landing, strike + landing)


def _swing_through(share: np.ndarray) -> np.ndarray:
    """Position of a swinging foot at a share of its time: more even than a reach, as it leaves and lands fast."""
    return 0.45 * minimum_jerk(share) + 0.55 * share * share * (3.0 - 2.0 * share)


def _swing_body(
    scene: Scene, gait: Gait, rise: float, track: PoseTrack, cycle: np.ndarray, ahead: float, aside: float
) -> None:
    """Rise and fall, sway, counter-rotation and arm swing along the stride (`cycle` is the phase in radians)."""
    body, style = scene.body, scene.style
    degree = np.radians(1.0)
    bounce, sway = scene.ratio("bounce"), scene.ratio("lateral_sway")
    effort = np.exp(0.5 * (style["tempo"] + style["step_length"]))
    track.height += rise * (np.cos(2 * cycle) - (not gait.flies)) - gait.crouch * body.leg
    left = _floor_direction(track.heading + np.pi / 2)
    track.root += (gait.sway * sway * body.leg * np.cos(cycle))[:, None] * left
    # The shoulders tilt against the pelvis, and everything above the hips nods when a foot lands.
    track.pelvis_roll += 3.5 * degree * sway * np.cos(cycle)
    track.spine_roll += -3.0 * degree * np.cos(cycle) + 3.0 * degree * (sway - 0.6) * np.cos(cycle)
    landing = np.exp(4.0 * (np.cos(2 * cycle - 2.0 * np.pi * _LANDING) - 1.0)) * min(bounce * effort, 2.0)

    twist = gait.twist * degree * effort * ahead * np.sin(cycle)
    arms = scene.ratio("arm_swing") * (0.25 + 0.75 * abs(ahead)) * effort
    track.pelvis_yaw += twist
    track.spine_yaw -= twist * (1.0 + 0.9 * min(arms, 1.6))
    track.head_yaw += twist * 0.9 * min(arms, 1.6)
    lean = gait.lean * degree * effort
    nod = (4.0 if gait.flies else 2.2) * degree
    track.spine_pitch += 0.7 * lean + nod * (0.5 * bounce * np.cos(2 * cycle + 0.6) + 0.8 * landing)
    track.pelvis_pitch += 0.3 * lean - 0.5 * nod * bounce * np.cos(2 * cycle + 0.6)
    track.head_pitch += nod * (0.5 * bounce * np.cos(2 * cycle + 2.0) + 0.6 * landing)
    track.shoulder_lift -= (1.2 * nod * landing)[:, None]

    asymmetry = np.exp(0.5 * scene.performer.arm_asymmetry * SIDES)
    waves = sharpen(np.sin(cycle)[:, None] * SIDES, style["jerkiness"]) * np.sign(ahead if abs(ahead) > 0.1 else 1.0)
    reach = np.minimum(gait.swing * arms * asymmetry, 48.0) * degree
    track.arm_flexion += reach * waves + 0.7 * lean - 0.2 * gait.elbow * degree
    bent = gait.elbow * degree * np.clip(effort, 0.7, 1.15)
    track.elbow += bent + gait.elbow_swing * degree * np.minimum(arms, 1.6) * (1.0 + waves) / 2
    np.clip(track.elbow, 0.05, np.radians(135), out=track.elbow)
    track.arm_abduction += 0.12 * aside + 0.10 * (gait.elbow > 0)
    track.arm_rotation -= 0.25 * (gait.elbow > 0)
    track.shoulder_lift += 1.5 * degree * bounce * np.cos(2 * cycle)[:, None]
