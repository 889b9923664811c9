"""Actions on the spot: standing, waving, pointing, bowing, talking with the hands."""

import numpy as np

from .kinematics import SIDES, PoseTrack
from .scene import Scene, play_strokes, sharpen, slow_noise
from .standing import blend_arm, clock_of, follow_arms, main_hand, stand

# Arm poses: flexion, abduction, outward rotation of the upper arm, elbow flexion; degrees.
_RAISED_TO_WAVE = np.array([35.0, 58.0, 72.0, 80.0])
_POINTING = np.array([80.0, 12.0, 0.0, 8.0])


def idle(scene: Scene) -> PoseTrack:
    """Stands, shifts the weight from foot to foot and looks around."""
    return stand(scene)


def wave(scene: Scene) -> PoseTrack:
    """Raises one hand (sometimes both) and waves it."""
    track = stand(scene)
    rng, clock = scene.rng, clock_of(scene)
    size, jerkiness = scene.ratio("gesture_size"), scene.style["jerkiness"]
    both = rng.random() < 0.22
    main = main_hand(scene)
    raised = _RAISED_TO_WAVE * (1 + 0.12 * rng.standard_normal(4)) * min(1.25, 0.5 + 0.5 * size)
    raised[3] = rng.uniform(60, 95)
    start, stroke = rng.uniform(-0.2, 0.8), 0.62 * (1 - 0.35 * jerkiness)
    hold = rng.uniform(1.5, 3.0)
    pause = rng.uniform(1.0, 2.5)
    starts = np.array([start, start + stroke + hold, start + 2 * stroke + hold + pause, 1e3])
    starts[3] = starts[2] + stroke + hold
    up = play_strokes(clock, starts, np.full(4, stroke), np.array([[1.0], [0.0], [1.0], [0.0]]))[:, 0]
    frequency = rng.uniform(1.6, 2.6)
    beat = sharpen(np.sin(2 * np.pi * frequency * clock), jerkiness) * up**2
    for side in (0, 1):
        if side == main or both:
            delay = 1.0 if side == main else 0.92
            change = np.radians(raised)[None] * (up * delay)[:, None]
            swing = np.radians(24.0) * size * beat * (1.0 if side == main else -1.0)
            blend_arm(track, side, change, up)
            track.elbow[:, side] += swing
            track.arm_rotation[:, side] += 0.5 * swing
            track.shoulder_lift[:, side] += 0.10 * up
    track.spine_roll -= 0.05 * size * up * SIDES[main] * (not both)
    track.spine_roll += 0.03 * size * beat * SIDES[main] * (not both)
    track.head_yaw += 0.05 * beat
    return follow_arms(track, scene)


def point(scene: Scene) -> PoseTrack:
    """Points at one or two places and looks there."""
    track = stand(scene)
    rng, clock = scene.rng, clock_of(scene)
    jerkiness, size = scene.style["jerkiness"], scene.ratio("gesture_size")
    main = main_hand(scene)
    stroke = 0.66 * (1 - 0.4 * jerkiness)
    count = 2
    first = rng.uniform(-0.1, 0.9)
    starts = first + np.arange(2 * count) * rng.uniform(1.4, 2.2)
    away = rng.uniform(-25, 60, count)
    up_down = rng.normal(0, 8, count)
    targets = np.zeros((2 * count, 4))
    targets[::2] = _POINTING * np.array([min(1.1, 0.45 + 0.55 * size), 1, 1, 1])
    targets[::2, 1] += np.maximum(away, -10)
    targets[::2, 0] += up_down
    targets[::2, 3] += max(0.0, 25 * (1 - size))
    targets[2, 0] *= rng.choice([1.0, 1.0, 0.8])
    change = np.radians(play_strokes(clock, starts, np.full(2 * count, stroke), targets))
    shown = play_strokes(clock, starts, np.full(2 * count, stroke), np.tile([[1.0], [0.0]], (count, 1)))[:, 0]
    blend_arm(track, main, change, shown)
    looks = np.zeros((2 * count, 1))
    looks[::2, 0] = away * SIDES[main]
    turn = np.radians(play_strokes(clock + 0.15, starts, np.full(2 * count, stroke), looks))[:, 0]
    track.head_yaw = 0.4 * track.head_yaw + 0.5 * turn
    track.spine_yaw += 0.22 * turn
    track.spine_pitch += np.radians(4.0 * size) * shown
    track.shoulder_forward[:, main] += np.radians(12) * shown
    return follow_arms(track, scene)


def bow(scene: Scene) -> PoseTrack:
    """Bows from the hips, holds, and comes up again; once or twice."""
    track = stand(scene)
    rng, clock = scene.rng, clock_of(scene)
    depth = np.radians(np.clip(rng.normal(48, 12) * scene.ratio("gesture_size") ** 0.6, 18, 80))
    stroke = rng.uniform(1.0, 1.5) * (1 - 0.3 * scene.style["jerkiness"])
    hold, first = rng.uniform(0.3, 1.4), rng.uniform(0.0, 0.8)
    gap = rng.uniform(0.8, 2.0)
    starts = first + np.array([0.0, stroke + hold, 2 * stroke + hold + gap, 3 * stroke + 2 * hold + gap])
    again = 0.8 * float(rng.random() < 0.35)
    down = play_strokes(clock, starts, np.full(4, stroke), np.array([[1.0], [0.0], [again], [0.0]]))[:, 0]
    angle = depth * down
    track.pelvis_pitch += 0.55 * angle
    track.spine_pitch += 0.35 * angle
    track.spine_curl += 0.10 * angle
    track.head_pitch += 0.95 * angle
    track.head_yaw *= 1 - 0.8 * down
    # The hips move back so that the body stays over the feet.
    back = 0.38 * scene.body.spine * np.sin(angle)
    track.root -= back[:, None] * np.stack([np.sin(track.heading), np.cos(track.heading)], axis=-1)
    hands_in_front = float(rng.random() < 0.35)
    track.arm_flexion += (0.30 + 0.25 * hands_in_front) * angle[:, None]
    track.arm_abduction *= 1 - 0.5 * down[:, None]
    track.arm_rotation -= 0.7 * hands_in_front * down[:, None]
    track.elbow += 0.5 * hands_in_front * down[:, None]
    return follow_arms(track, scene)


def talk(scene: Scene) -> PoseTrack:
    """Talks with strokes and beats of the hands and nods of the head."""
    track = stand(scene)
    rng, clock = scene.rng, clock_of(scene)
    size, jerkiness = scene.ratio("gesture_size"), scene.style["jerkiness"]
    main = main_hand(scene)
    strokes = 24
    starts = -2.0 + np.cumsum(rng.gamma(3.0, 0.38, strokes))
    durations = rng.uniform(0.32, 0.62, strokes) * (1 - 0.4 * jerkiness)
    active = rng.random(strokes) < 0.85
    poses = np.stack(
        [
            rng.uniform(5, 45, strokes),
            rng.uniform(4, 32, strokes),
            rng.uniform(-35, 30, strokes),
            rng.uniform(55, 110, strokes),
        ],
        axis=-1,
    )
    poses[:, :2] *= size
    poses[:, 3] *= min(1.15, 0.6 + 0.4 * size)
    lone = rng.random(strokes) < 0.4
    for side in (0, 1):
        mine = active & (~lone if side != main else True)
        varied = poses * (1 + 0.12 * rng.standard_normal(poses.shape)) * mine[:, None]
        change = np.radians(play_strokes(clock, starts, durations, varied))
        shown = play_strokes(clock, starts, durations, mine[:, None].astype(float))[:, 0]
        beats = sharpen(np.sin(2 * np.pi * 2.1 * clock + side * 0.4), jerkiness)
        beats *= 0.5 + 0.5 * slow_noise(rng, scene.time, 1, 0.3, 1.0)[0]
        blend_arm(track, side, change, shown)
        track.elbow[:, side] += np.radians(9.0) * size * beats * shown
    nods = slow_noise(rng, clock, 3, 0.4, 2.2)
    track.head_pitch += np.radians(3.5) * size * nods[0]
    track.head_roll += np.radians(2.5) * size * nods[1]
    track.spine_yaw += np.radians(3.5) * size * nods[2]
    return follow_arms(track, scene)
