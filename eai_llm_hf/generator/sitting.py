"""Sitting down on a chair, sitting, and rising from it."""

import numpy as np

from .kinematics import JOINT_INDEX, SIDES, PoseTrack, minimum_jerk, solve
from .scene import Scene, play_strokes
from .standing import clock_of, follow_arms, stand


def sit_down(scene: Scene) -> PoseTrack:
    """Sits down on a chair behind, sits, and usually rises again; some clips start seated and rise first.

    While sitting down, the trunk leans forward and the hips move back, so that the body stays over the feet until it
    reaches the chair; while rising it leans further. Hands rest on the thighs, or hang.
    """
    rng, body, style = scene.rng, scene.body, scene.style
    track = stand(scene, restless=0.4, width=1.25)
    clock = clock_of(scene)
    jerkiness, size = style["jerkiness"], scene.ratio("gesture_size")
    old = scene.performer.ageing
    stroke = rng.uniform(1.1, 1.5) * (1 - 0.35 * jerkiness) * (1 + 0.15 * old)
    first, stay = rng.uniform(0.1, 0.6), stroke + rng.uniform(1.2, 3.0)
    seated_at_first = rng.random() < 0.3
    starts = first + np.arange(4) * stay
    starts[2:] += rng.uniform(0.5, 1.5)
    if seated_at_first:
        starts = np.concatenate([[-9.0], starts[:3]])
    turns_of_it = np.array([[1.0], [0.0], [1.0], [0.0]])
    strokes = np.full(4, stroke)
    seated = np.clip(play_strokes(clock, starts, strokes, turns_of_it)[:, 0], 0.0, 1.0)

    # The pelvis moves back first and down later.
    seat = (body.shank + body.ankle_height) * rng.uniform(0.90, 1.04) + body.hip_drop
    back = 0.93 * body.thigh + 0.25 * body.foot - rng.uniform(0.0, 0.08) * body.thigh
    ahead = np.stack([np.sin(track.heading), np.cos(track.heading)], axis=-1)
    track.root -= (back * np.sin(0.5 * np.pi * seated) ** 1.2)[:, None] * ahead
    down = seated**1.25
    track.height += down * (seat - track.height)
    under_way = np.sin(np.pi * seated) ** 2
    lean = np.radians(30.0 + 8.0 * old + 6.0 * (size - 1.0) + 10.0 * jerkiness)
    tilt = np.radians(rng.uniform(4, 14))  # on a seat the pelvis tilts back and the spine compensates
    track.pelvis_pitch += 0.55 * lean * under_way - tilt * seated
    track.spine_pitch += 0.5 * lean * under_way + (tilt + np.radians(rng.normal(5, 5))) * seated
    track.spine_curl += np.radians(rng.uniform(2, 8)) * seated
    track.head_pitch += np.radians(14.0) * under_way
    track.arm_flexion += np.radians(18.0 * min(size, 1.3)) * under_way[:, None] + np.radians(6.0) * seated[:, None]
    kind = rng.choice(3, p=[0.6, 0.25, 0.15])
    share, inwards = ((0.62, 0.06), (0.92, 0.0), (0.0, 0.0))[kind]
    uneven = rng.normal(0, 0.06, 2)
    rise = rng.uniform(0.55, 0.8)
    follow_arms(track, scene)
    if kind < 2:
        _rest_hands(track, scene, seated, rise, share + uneven, inwards)
    return track


def _rest_hands(
    track: PoseTrack, scene: Scene, seated: np.ndarray, from_share: float, share: np.ndarray, inwards: float
) -> None:
    """Moves the hands to the thighs once the body is mostly seated, at a share of the way from hip to knee."""
    joints, _ = solve(track, scene.body, scene.fps)
    hold = minimum_jerk((seated - from_share) / (1.0 - from_share))
    for side, part in enumerate(("left", "right")):
        hip, knee = (joints[:, JOINT_INDEX[f"{part}_{name}"]] for name in ("hip", "knee"))
        place = hip + share[side] * (knee - hip)
        place[:, 0] -= SIDES[side] * inwards
        place[:, 1] += 0.045 * scene.body.stature
        track.hand_place[:, side] = place
        track.hand_hold[:, side] = hold
