"""From joint angles and footprints to joint positions of the 22-joint body.

World frame: metres, Y up, left is +X for a performer facing +Z. Angles are in radians inside this file.
Signs: pitch bends forward, roll raises the left side, yaw turns to the left.
"""

from dataclasses import dataclass, fields

import numpy as np

from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, NUM_JOINTS

from .performers import Body

SIDES = np.array([1.0, -1.0])
"""Direction of the left and of the right side along X."""

SPINE_SHARES = (0.22, 0.27, 0.11, 0.40)
"""Share of the spine's length of pelvis-spine1, spine1-spine2, spine2-spine3, spine3-neck."""

_LEFT_RIGHT = {
    part: (JOINT_INDEX[f"left_{part}"], JOINT_INDEX[f"right_{part}"])
    for part in ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist")
}


@dataclass
class PoseTrack:
    """The pose in each frame; actions write it, `solve` turns it into joints.

    Shapes: (frames,) for one value, (frames, 2) for left and right, (frames, 2, 3) for the feet.

    Attributes:
        root: (frames, 2) X and Z of the pelvis, metres.
        height: Wanted height of the pelvis, metres; lowered if the legs do not reach the feet.
        heading: Direction of the body, radians from +Z to +X.
        pelvis_yaw: Turn of the pelvis against the heading.
        pelvis_pitch: Forward tilt of the pelvis.
        pelvis_roll: Tilt of the pelvis with its left side up.
        spine_pitch: Bend of the spine, spread over three joints.
        spine_curl: Bend of the upper spine only.
        spine_roll: Side bend.
        spine_yaw: Twist of the shoulders against the pelvis.
        head_pitch: Forward tilt of the head against the vertical.
        head_yaw: Turn of the head against the shoulders.
        head_roll: Tilt of the head.
        shoulder_lift: Collar raised.
        shoulder_forward: Collar drawn forward.
        arm_flexion: Upper arm raised forwards.
        arm_abduction: Upper arm raised sideways.
        arm_rotation: Upper arm turned outwards about its axis.
        elbow: Flexion, 0 is straight.
        foot_place: Point on the floor under the ankle of the flat foot (Y is the lift above the floor).
        foot_yaw: Direction of the foot in the world.
        foot_pitch: If positive, the heel is raised about the ball; if negative, the toes are raised about the ankle.
        planted: Whether the foot stands: its ball or its heel rests on one point of the floor.
        hand_place: (frames, 2, 3) point in the world that a wrist moves to, metres.
        hand_hold: How far the wrist moves there: 0 (the arm's own angles) to 1.
    """

    root: np.ndarray
    height: np.ndarray
    heading: np.ndarray
    pelvis_yaw: np.ndarray
    pelvis_pitch: np.ndarray
    pelvis_roll: np.ndarray
    spine_pitch: np.ndarray
    spine_curl: np.ndarray
    spine_roll: np.ndarray
    spine_yaw: np.ndarray
    head_pitch: np.ndarray
    head_yaw: np.ndarray
    head_roll: np.ndarray
    shoulder_lift: np.ndarray
    shoulder_forward: np.ndarray
    arm_flexion: np.ndarray
    arm_abduction: np.ndarray
    arm_rotation: np.ndarray
    elbow: np.ndarray
    foot_place: np.ndarray
    foot_yaw: np.ndarray
    foot_pitch: np.ndarray
    planted: np.ndarray
    hand_place: np.ndarray
    hand_hold: np.ndarray

    @classmethod
    def zeros(cls, frames: int) -> "PoseTrack":
        """The track of a body with all values 0 and both feet planted."""
        two = {"root", "shoulder_lift", "shoulder_forward", "arm_flexion", "arm_abduction", "arm_rotation", "elbow"}
        two |= {"foot_yaw", "foot_pitch", "hand_hold"}
        shapes = dict.fromkeys(("foot_place", "hand_place"), (frames, 2, 3)) | dict.fromkeys(two, (frames, 2))
        values = {field.name: np.zeros(shapes.get(field.name, (frames,))) for field in fields(cls)}
        return cls(**(values | {"planted": np.ones((frames, 2), bool)}))


_STANDING_REACH = 0.9975
"""Share of its length to which a standing leg stretches; the knee keeps 8 degrees."""

_LIFTED_SLACK = 2.5
"""How far the pelvis may be above the reach of a lifted leg, in heights of its foot: a swinging leg stretches."""

_FORESIGHT_S = 0.08
"""Seconds before a leg reaches its limit at which the pelvis starts to yield."""


def minimum_jerk(progress: np.ndarray) -> np.ndarray:
    """Position along a reach at a share of its time, both 0 to 1 (Flash and Hogan 1985, J. Neurosci. 5(7))."""
    x = np.clip(progress, 0.0, 1.0)
    return x * x * x * (10.0 - 15.0 * x + 6.0 * x * x)


def euler_yxz(yaw: np.ndarray, pitch: np.ndarray, roll: np.ndarray) -> np.ndarray:
    """Rotation about Z by roll, then about X by pitch, then about Y by yaw.

    Args:
        yaw: (...) radians.
        pitch: (...) radians.
        roll: (...) radians.

    Returns:
        (..., 3, 3) rotation matrices Ry Rx Rz.
    """
    cy, sy, cx, sx, cz, sz = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    matrix = np.empty((*np.broadcast(yaw, pitch, roll).shape, 3, 3))
    matrix[..., 0, 0] = cy * cz + sy * sx * sz
    matrix[..., 0, 1] = sy * sx * cz - cy * sz
    matrix[..., 0, 2] = sy * cx
    matrix[..., 1, 0] = cx * sz
    matrix[..., 1, 1] = cx * cz
    matrix[..., 1, 2] = -sx
    matrix[..., 2, 0] = cy * sx * sz - sy * cz
    matrix[..., 2, 1] = sy * sz + cy * sx * cz
    matrix[..., 2, 2] = cy * cx
    return matrix


def standing_height(body: Body, knee_flexion: float) -> float:
    """Height in metres of the pelvis over flat feet with both knees bent by an angle in radians."""
    chord = np.sqrt(body.thigh**2 + body.shank**2 + 2 * body.thigh * body.shank * np.cos(knee_flexion))
    return float(chord + body.ankle_height + body.hip_drop)


def solve(track: PoseTrack, body: Body, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Forward kinematics of the trunk, two-bone inverse kinematics of the legs and of hands that hold something.

    Args:
        track: The movement.
        body: Bone lengths.
        fps: Frames per second.

    Returns:
        joints (frames, 22, 3) in metres and the orientation of each joint's frame (frames, 22, 3, 3).
        All bone lengths are constant; a foot or an object out of reach is approached.
    """
    frames = len(track.heading)
    joints = np.empty((frames, NUM_JOINTS, 3))
    turns = np.empty((frames, NUM_JOINTS, 3, 3))

    pelvis = euler_yxz(track.heading + track.pelvis_yaw, track.pelvis_pitch, track.pelvis_roll)
    hip_offsets = np.stack([SIDES * body.hip_width, np.full(2, -body.hip_drop), np.zeros(2)], axis=-1)
    hips = np.einsum("fab,sb->fsa", pelvis, hip_offsets)  # (frames, 2, 3) relative to the pelvis
    ankles, feet, foot_turns = _feet(track, body)

    joints[:, 0, ::2] = track.root
    joints[:, 0, 1] = _pelvis_height(track, body, hips, ankles, fps)
    turns[:, 0] = pelvis
    _trunk_and_head(track, body, joints, turns)
    _arms(track, body, joints, turns)
    _legs(track, body, hips + joints[:, :1], ankles, feet, foot_turns, joints, turns)
    return joints, turns


def _feet(track: PoseTrack, body: Body) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Wanted ankle positions, balls relative to the ankles, and foot orientations, (frames, 2, 3) and (..., 3, 3)."""
    zero = np.zeros_like(track.foot_yaw)
    flat = euler_yxz(track.foot_yaw, zero, zero)
    turned = euler_yxz(track.foot_yaw, track.foot_pitch, zero)
    ball = np.array([0.0, body.ball_height - body.ankle_height, body.foot])
    ball_flat, ball_turned = flat @ ball, turned @ ball
    ankles = track.foot_place + np.array([0.0, body.ankle_height, 0.0])
    heel_up = (track.foot_pitch > 0)[..., None]
    return ankles + np.where(heel_up, ball_flat - ball_turned, 0.0), ball_turned, turned


def _pelvis_height(track: PoseTrack, body: Body, hips: np.ndarray, ankles: np.ndarray, fps: float) -> np.ndarray:
    """The wanted height, lowered early enough that standing legs reach the floor without a jerk."""
    reach = _STANDING_REACH * body.leg
    away = ankles[:, :, ::2] - hips[:, :, ::2] - track.root[:, None]
    rise = np.sqrt(np.maximum(reach**2 - (away**2).sum(-1), (0.3 * reach) ** 2))
    limits = (ankles[:, :, 1] + rise - hips[:, :, 1] + _LIFTED_SLACK * track.foot_place[:, :, 1]).min(1)
    # The lowest limit nearby, smoothed over the same span, is smooth and never above the limit itself.
    half = max(1, round(_FORESIGHT_S * fps))
    window = np.hanning(2 * half + 3)[1:-1]
    padded = np.pad(limits, 2 * half, mode="edge")
    nearby = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1).min(-1)
    limit = np.convolve(nearby, window / window.sum(), mode="valid")
    softness = 0.006 * body.leg
    return -softness * np.logaddexp(-track.height / softness, -limit / softness)


def _trunk_and_head(track: PoseTrack, body: Body, joints: np.ndarray, turns: np.ndarray) -> None:
    index = JOINT_INDEX
    up = np.array([0.0, 1.0, 0.0])
    parent = 0
    for name, share, bend, curl in (("spine1", 0, 0.35, 0.0), ("spine2", 1, 0.35, 0.4), ("spine3", 2, 0.3, 0.6)):
        joint = index[name]
        joints[:, joint] = joints[:, parent] + body.spine * SPINE_SHARES[share] * (turns[:, parent] @ up)
        local = euler_yxz(
            track.spine_yaw / 3, bend * track.spine_pitch + curl * track.spine_curl, track.spine_roll / 3
        )
        turns[:, joint] = turns[:, parent] @ local
        parent = joint
    neck, head = index["neck"], index["head"]
    joints[:, neck] = joints[:, parent] + body.spine * SPINE_SHARES[3] * (turns[:, parent] @ up)
    # The head keeps its angle to the vertical for any posture of the trunk: the trunk's pitch is subtracted.
    trunk_pitch = np.arctan2(turns[:, parent, 1, 2], turns[:, parent, 1, 1]) * -1.0
    turns[:, neck] = turns[:, parent] @ euler_yxz(track.head_yaw, track.head_pitch - trunk_pitch, track.head_roll)
    joints[:, head] = joints[:, neck] + body.neck * (turns[:, neck] @ np.array([0.0, 0.985, 0.17]))
    turns[:, head] = turns[:, neck]


def _arms(track: PoseTrack, body: Body, joints: np.ndarray, turns: np.ndarray) -> None:
    chest = JOINT_INDEX["spine3"]
    down = np.array([0.0, -1.0, 0.0])
    for side, sign in enumerate(SIDES):
        collar, shoulder, elbow, wrist = (_LEFT_RIGHT[p][side] for p in ("collar", "shoulder", "elbow", "wrist"))
        lift, forward = track.shoulder_lift[:, side], track.shoulder_forward[:, side]
        zero = np.zeros_like(lift)
        to_collar = np.array([sign * body.collar_width, 0.27 * body.spine, 0.01])
        joints[:, collar] = joints[:, chest] + turns[:, chest] @ to_collar
        turns[:, collar] = turns[:, chest] @ euler_yxz(-sign * forward, zero, sign * lift)
        to_shoulder = np.array([sign * body.shoulder_width, 0.02 * body.spine, -0.01])
        joints[:, shoulder] = joints[:, collar] + turns[:, collar] @ to_shoulder
        # Rx(-flexion) Rz(abduction) Ry(rotation), the last about the upper arm's own axis
        raised = euler_yxz(zero, -track.arm_flexion[:, side], sign * track.arm_abduction[:, side])
        turns[:, shoulder] = turns[:, chest] @ raised @ euler_yxz(sign * track.arm_rotation[:, side], zero, zero)
        joints[:, elbow] = joints[:, shoulder] + body.upper_arm * (turns[:, shoulder] @ down)
        turns[:, elbow] = turns[:, shoulder] @ euler_yxz(zero, -track.elbow[:, side], zero)
        joints[:, wrist] = joints[:, elbow] + body.forearm * (turns[:, elbow] @ down)
        if track.hand_hold[:, side].any():
            _lead_hand(track, body, side, joints, turns)
        turns[:, wrist] = turns[:, elbow]


def _lead_hand(track: PoseTrack, body: Body, side: int, joints: np.ndarray, turns: np.ndarray) -> None:
    """Moves a wrist from the position by the arm's angles towards `hand_place`; the elbow stays on its side."""
    shoulder, elbow, wrist = (_LEFT_RIGHT[part][side] for part in ("shoulder", "elbow", "wrist"))
    hold = track.hand_hold[:, side, None]
    start, arm = joints[:, shoulder], body.upper_arm + body.forearm
    to_wrist = joints[:, wrist] + hold * (track.hand_place[:, side] - joints[:, wrist]) - start
    distance = np.linalg.norm(to_wrist, axis=-1, keepdims=True)
    axis = to_wrist / distance
    distance = _soft_reach(np.maximum(distance, 0.35 * arm), 0.995 * arm, 0.01 * arm)
    # With a held hand, elbows point outwards, down and back; otherwise they follow the arm's own angles.
    outwards = turns[:, JOINT_INDEX["spine3"]] @ np.array([0.55 * SIDES[side], -0.6, -0.6])
    pole = (1 - hold) * (joints[:, elbow] - start) / body.upper_arm + hold * outwards
    pole -= (pole * axis).sum(-1, keepdims=True) * axis
    pole /= np.linalg.norm(pole, axis=-1, keepdims=True) + 1e-6
    along = (body.upper_arm**2 - body.forearm**2 + distance**2) / (2 * distance)
    aside = np.sqrt(np.maximum(body.upper_arm**2 - along**2, 0.0))
    led = hold[:, 0] > 0
    joints[led, elbow] = (start + along * axis + aside * pole)[led]
    joints[led, wrist] = (start + distance * axis)[led]
    for joint, child in ((shoulder, elbow), (elbow, wrist)):
        turns[led, joint] = _bone_frames((joints[:, child] - joints[:, joint])[:, None], -pole[:, None])[led, 0]


def _legs(
    track: PoseTrack,
    body: Body,
    hips: np.ndarray,
    ankles: np.ndarray,
    balls: np.ndarray,
    foot_turns: np.ndarray,
    joints: np.ndarray,
    turns: np.ndarray,
) -> None:
    """Places knees so that they bend forwards, in the plane between the directions of pelvis and foot."""
    leg = ankles - hips
    distance = np.linalg.norm(leg, axis=-1, keepdims=True)
    axis = leg / distance
    distance = np.maximum(distance, 0.25 * body.leg)
    distance = _soft_reach(distance, 0.9995 * body.leg, 0.0025 * body.leg)
    along = (body.thigh**2 - body.shank**2 + distance**2) / (2 * distance)
    aside = np.sqrt(np.maximum(body.thigh**2 - along**2, 0.0))
    forward_pelvis = turns[:, None, 0, :, 2]
    forward = forward_pelvis + np.stack(
        [np.sin(track.foot_yaw), np.zeros_like(track.foot_yaw), np.cos(track.foot_yaw)], -1
    )
    forward = forward - (forward * axis).sum(-1, keepdims=True) * axis
    forward /= np.linalg.norm(forward, axis=-1, keepdims=True)
    knees = hips + along * axis + aside * forward
    reached = hips + distance * axis
    thigh_turns = _bone_frames(knees - hips, forward)
    shank_turns = _bone_frames(reached - knees, forward)
    for part, positions, frames in (
        ("hip", hips, thigh_turns),
        ("knee", knees, shank_turns),
        ("ankle", reached, foot_turns),
        ("foot", reached + balls, foot_turns),
    ):
        joints[:, _LEFT_RIGHT[part]] = positions
        turns[:, _LEFT_RIGHT[part]] = frames


def _soft_reach(distance: np.ndarray, longest: float, softness: float) -> np.ndarray:
    """A distance that approaches the longest one smoothly, so that no joint snaps straight."""
    return longest - softness * np.logaddexp(0.0, (longest - distance) / softness)


def _bone_frames(bone: np.ndarray, forward: np.ndarray) -> np.ndarray:
    """Orientation with -Y along a bone and Z forward."""
    up = -bone / np.linalg.norm(bone, axis=-1, keepdims=True)
    front = forward - (forward * up).sum(-1, keepdims=True) * up
    front /= np.linalg.norm(front, axis=-1, keepdims=True)
    return np.stack([np.cross(up, front), up, front], axis=-1)
