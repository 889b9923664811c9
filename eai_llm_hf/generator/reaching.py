"""Actions with an object: picking it up from the floor or a table, and throwing it. The object itself is not shown."""

import numpy as np

from .kinematics import JOINT_INDEX, SIDES, PoseTrack, minimum_jerk, solve
from .scene import Scene, play_strokes
from .standing import blend_arm, clock_of, follow_arms, main_hand, stand, step_foot

_DEPTHS = np.linspace(0.0, 1.15, 24)
"""Bends to try until one reaches the object, see `_bend`."""
_HAND = 0.05
"""Distance of the wrist above the held object, in statures."""


def pick_up(scene: Scene) -> PoseTrack:
    """Bends and squats for an object on the floor, a seat or a table, lifts it, and later puts it back."""
    rng, body, style = scene.rng, scene.body, scene.style
    floor, seat = rng.random() < 0.6, rng.random() < 0.5
    both = rng.random() < 0.4
    height = rng.uniform(0.02, 0.14) if floor else rng.uniform(0.45, 0.6) if seat else rng.uniform(0.75, 0.95)
    ahead = rng.uniform(0.26, 0.42) if floor else rng.uniform(0.42, 0.6)
    aside, squat, lunge = rng.uniform(-0.06, 0.16), rng.uniform(0.3, 1.0), rng.random() < 0.5
    track = stand(scene, restless=0.3, width=1.2)
    clock = clock_of(scene)
    main = main_hand(scene)
    jerkiness, size = style["jerkiness"], scene.ratio("gesture_size")
    old = scene.performer.ageing
    squat = squat * (1.0 - 0.4 * old) * (1.0 if floor else 0.4)
    if lunge and floor:
        track.foot_place[:, main, 2] -= 0.26 * body.leg
        track.foot_place[:, 1 - main, 2] += 0.10 * body.leg
        track.root[:, 1] -= 0.06 * body.leg

    stroke = rng.uniform(0.9, 1.25) * (1.25 if floor else 0.85) * (1 - 0.35 * jerkiness) * (1 + 0.15 * old)
    grasp = rng.uniform(0.15, 0.4) + 0.5 * style["hesitation"]
    keep = rng.uniform(0.8, 2.0)
    first = rng.uniform(0.1, 0.6)
    starts = first + np.cumsum([0.0, stroke + grasp, stroke + keep, stroke + grasp])
    strokes = np.full(4, stroke)
    bent = play_strokes(clock, starts, strokes, np.array([[1.0], [0.0], [1.0], [0.0]]))[:, 0]
    lifted = play_strokes(clock, starts[1:3], strokes[1:3], np.array([[1.0], [0.0]]))[:, 0]
    held = play_strokes(clock, starts[[0, 3]] + 0.1 * stroke, strokes[:2], np.array([[1.0], [0.0]]))[:, 0]

    hands = (0, 1) if both else (main,)
    half = 0.09 * body.stature if both else 0.0
    object_place = np.array([0.0 if both else SIDES[main] * aside, height * body.leg, ahead * body.leg])
    places = {side: object_place + np.array([SIDES[side] * half, _HAND * body.stature, 0.0]) for side in hands}
    depth = _depth_that_reaches(track, scene, squat, main, places[main])
    _bend(track, scene, bent * depth, squat, main)
    track.head_pitch += np.radians(30.0 if floor else 16.0) * (bent + 0.35 * lifted * (1.0 - bent))
    follow_arms(track, scene)
    chest = np.array([half * 0.9, 0.0, 0.0])
    up = body.spine * np.clip(0.30 + 0.30 * (size - 1.0), 0.05, 0.6)
    out = body.stature * np.clip(0.17 + 0.04 * (size - 1.0), 0.13, 0.22)
    for side in hands:
        carried = np.zeros((scene.frames, 3))
        carried[:, ::2] = track.root
        carried += np.array([SIDES[side] * (chest[0] if both else 0.06 * body.stature), 0.0, out])
        carried[:, 1] = track.height + up
        track.hand_place[:, side] = places[side] + lifted[:, None] * (carried - places[side])
        track.hand_hold[:, side] = held
    return track


def _bend(track: PoseTrack, scene: Scene, depth: np.ndarray, squat: float, main: int) -> None:
    """Lowers the trunk by bending hips, spine and, with a squat, the knees.

    Args:
        track: The movement, changed in place.
        scene: The clip.
        depth: (frames,) 0 is upright, 1 is low; the lowest is a little more.
        squat: 0 bends only the hips, 1 mostly the knees.
        main: Side of the hand that reaches.
    """
    body = scene.body
    pitch = np.radians(120.0 - 52.0 * squat) * depth
    track.pelvis_pitch += 0.56 * pitch
    track.spine_pitch += 0.38 * pitch
    track.spine_curl += 0.10 * pitch
    track.arm_flexion += 0.85 * pitch[:, None]  # an arm that does not reach hangs down
    track.height -= (0.08 + 0.58 * squat) * body.leg * depth
    # The hips move back to balance the trunk; with bent knees, towards the heels.
    back = 0.36 * body.spine * np.sin(np.minimum(0.8 * pitch, 0.5 * np.pi)) + 0.10 * squat * body.leg * depth
    track.root[:, 1] -= back
    # In a deep squat, the rear foot or the one under the reaching hand rises onto its ball.
    track.foot_pitch[:, main] += np.radians(48.0) * squat * minimum_jerk((depth - 0.25) / 0.75)


def _depth_that_reaches(track: PoseTrack, scene: Scene, squat: float, main: int, place: np.ndarray) -> float:
    """The smallest bend from which the hand of a side reaches a place without straightening the arm."""
    probe = PoseTrack.zeros(len(_DEPTHS))
    for name, values in vars(track).items():
        getattr(probe, name)[:] = values[0]
    _bend(probe, scene, _DEPTHS, squat, main)
    joints, _ = solve(probe, scene.body, fps=10.0)
    shoulder = joints[:, JOINT_INDEX["left_shoulder" if main == 0 else "right_shoulder"]]
    away = np.linalg.norm(place - shoulder, axis=-1)
    reached = away <= 0.97 * (scene.body.upper_arm + scene.body.forearm)
    return float(_DEPTHS[reached.argmax() if reached.any() else away.argmin()])


# Arm poses as in `gestures`: flexion, abduction, outward rotation of the upper arm, elbow flexion; degrees.
_OVERARM = np.array([[-10.0, 82.0, 85.0, 100.0], [110.0, 44.0, 25.0, 24.0], [38.0, -14.0, -35.0, 32.0], [0.0] * 4])
_UNDERARM = np.array([[-52.0, 14.0, 0.0, 12.0], [62.0, 4.0, 0.0, 14.0], [105.0, 2.0, 0.0, 38.0], [0.0] * 4])
_OTHER_ARM = np.array([[58.0, 16.0, -10.0, 28.0], [8.0, 26.0, 0.0, 75.0], [-8.0, 20.0, 0.0, 45.0], [0.0] * 4])


def throw(scene: Scene) -> PoseTrack:
    """Throws overarm or underarm: winds up, steps, whips the arm forward, follows through, steps back."""
    rng, body, style = scene.rng, scene.body, scene.style
    track = stand(scene, restless=0.4, width=1.15)
    clock = clock_of(scene)
    main = main_hand(scene)
    sign, other = SIDES[main], 1 - main
    jerkiness = style["jerkiness"]
    size = float(np.clip(scene.ratio("gesture_size"), 0.45, 1.25))
    over = rng.random() < 0.7
    arm = (_OVERARM if over else _UNDERARM) * (1 + 0.08 * rng.standard_normal((4, 4)))
    arm, free = arm * np.array([size, size, 1.0, 1.0]), _OTHER_ARM * size
    wind = rng.uniform(0.65, 0.95) * (1 - 0.3 * jerkiness)
    whip = rng.uniform(0.32, 0.40) * (1 - 0.25 * jerkiness)
    aim = rng.uniform(0.05, 0.2) + 0.5 * style["hesitation"]
    after, back = rng.uniform(0.35, 0.5), rng.uniform(0.8, 1.1)
    pause = rng.uniform(0.3, 1.2)
    first = rng.uniform(0.0, 0.5)
    step = rng.uniform(0.38, 0.6) * body.leg * size * min(scene.ratio("step_length"), 1.2)
    stride = 0.42 * (1 - 0.2 * jerkiness)

    once = wind + aim + stride + whip + after + back + pause
    turns_of_it = np.arange(3)[:, None] * once + first
    # Wind-up, whip (it starts while the foot comes down), follow-through, return.
    strokes = np.array([wind, whip, after, back])
    forward = wind + aim + 0.3 * stride
    begins = np.array([0.0, forward, forward + 0.8 * whip, once - pause - back])
    starts = (turns_of_it + begins).ravel()
    durations = np.tile(strokes, 3)

    def through(*levels: float, lead: float = 0.0) -> np.ndarray:
        """(frames,) value with one level for each phase; `lead` is by how many seconds it is early."""
        return play_strokes(clock + lead, starts, durations, np.tile(levels, 3)[:, None])[:, 0]

    shown = through(1.0, 1.0, 0.9, 0.0)
    for side, poses, slower in ((main, arm, 1.0), (other, free, 1.7)):
        angles = play_strokes(clock, starts, durations * slower, np.tile(poses, (3, 1)))
        blend_arm(track, side, np.radians(angles), shown)
    degree = np.radians(1.0) * size
    twist = 1.0 if over else 0.45
    pelvis = degree * sign * twist * through(24.0, -14.0, -20.0, 0.0, lead=0.10)
    spine = degree * sign * twist * through(26.0, -16.0, -24.0, 0.0, lead=0.04)
    track.pelvis_yaw += pelvis
    track.spine_yaw += spine
    track.head_yaw -= 0.85 * (pelvis + spine)
    track.pelvis_pitch += degree * through(-3.0, 6.0, 13.0, 0.0, lead=0.05)
    track.spine_pitch += degree * (through(-7.0, 12.0, 22.0, 0.0) if over else through(8.0, 6.0, 0.0, 0.0))
    track.spine_roll += degree * sign * (through(-8.0, 10.0, 8.0, 0.0) if over else through(-4.0, 0.0, 0.0, 0.0))
    track.shoulder_forward[:, main] += degree * through(-12.0, 14.0, 18.0, 0.0)
    track.root[:, 1] += step * through(-0.22, 0.42, 0.58, 0.0, lead=0.18)
    track.root[:, 0] += sign * step * through(0.14, 0.0, -0.05, 0.0, lead=0.1)
    track.height -= body.leg * size * (through(0.01, 0.035, 0.05, 0.0) if over else through(0.03, 0.05, 0.02, 0.0))
    for start in turns_of_it[:, 0]:
        forth = (clock - start - 0.85 * wind - 0.8 * aim) / stride
        home = (clock - start - begins[3] - 0.15 * back) / (0.7 * back)
        step_foot(track, other, forth, np.array([0.0, step]), 0.09 * body.leg * size)
        step_foot(track, other, home, np.array([0.0, -step]), 0.05 * body.leg)
    track.foot_pitch[:, main] += degree * through(0.0, 26.0, 46.0, 0.0)
    return follow_arms(track, scene)
