"""Is this a body in space? What is no body is refused, what is doubtful is noted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moving_bodies import rotation

from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.reading.motion import Motion, MotionError
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES, MIRROR
from eai_llm_hf.processing.skeleton.unify import unify

CHECKS = {"unlikely_proportions", "unsteady_bones", "jumps", "mirrored"}
WALK = unify(generate_clip(5, action="walk", rig="smpl22", emotion="sad", duration_s=4.0).motion).joints.astype(float)


def walking() -> np.ndarray:
    return WALK.copy()


def codes(joints: np.ndarray, lacking: str = "none") -> list[str]:
    names = [name for name in JOINT_NAMES if not name.endswith(lacking)]
    kept = joints[:, [JOINT_INDEX[name] for name in names]]
    clip = unify(Motion(kept.astype(np.float32), 30.0, names))
    return [note["code"] for note in clip.report["notes"] if note["code"] in CHECKS]


def picture(joints: np.ndarray, pixels: float = 1.0) -> np.ndarray:
    hips = joints[:, [JOINT_INDEX["left_hip"], JOINT_INDEX["right_hip"]]].mean(axis=1, keepdims=True)
    x, y = 0.5 + 0.2 * (joints[..., 0] - hips[:1, :, 0]), 0.5 - 0.25 * (joints[..., 1] - hips[:1, :, 1])
    return pixels * np.stack([x, y, -0.2 * (joints[..., 2] - hips[..., 2])], axis=-1)


def noisy(joints: np.ndarray, metres: float) -> np.ndarray:
    return joints + np.random.default_rng(0).normal(0, metres, joints.shape)


def test_a_body_that_walks_has_no_note():
    assert codes(walking()) == []


@pytest.mark.parametrize("metres", [0.005, 0.02])
def test_the_noise_of_a_tracker_is_no_alarm(metres):
    assert codes(noisy(walking(), metres)) == []


@pytest.mark.parametrize("pixels", [1.0, 640.0])
def test_image_coordinates_are_refused_and_world_landmarks_asked_for(pixels):
    with pytest.raises(MotionError, match="image coordinates.*World landmarks"):
        codes(picture(walking(), pixels))


@pytest.mark.parametrize("pixels", [1.0, 640.0])
@pytest.mark.parametrize("is_upwards", [False, True])
@pytest.mark.parametrize("wrong", [[], [40], range(30, 45)])
def test_image_coordinates_are_found_whichever_way_y_points_and_with_wrong_frames(pixels, is_upwards, wrong):
    seen = picture(walking(), pixels)
    if is_upwards:
        seen[..., 1] = pixels - seen[..., 1]
    seen[list(wrong)] += np.random.default_rng(0).normal(0, pixels, (len(wrong), 22, 3))
    with pytest.raises(MotionError, match="image coordinates.*World landmarks"):
        codes(seen)


def test_the_depth_of_the_hips_in_a_picture_may_be_nearly_zero():
    seen = picture(walking())
    seen[..., 2] += np.random.default_rng(0).normal(0, 0.005, (len(seen), 1))
    with pytest.raises(MotionError, match="image coordinates"):
        codes(seen)


@pytest.mark.parametrize("moved", [[0, 0, 0], [0.7, 0, 0], [3, 1, 0]])
@pytest.mark.parametrize("axes", [[1, 1, 1], [1, -1, -1]])
@pytest.mark.parametrize("unit", [1.0, 100.0])
def test_a_body_in_space_whose_depth_is_pinned_is_no_picture(moved, axes, unit):
    joints = walking()
    joints[..., 2] -= joints[:, [JOINT_INDEX["left_hip"], JOINT_INDEX["right_hip"]], 2].mean(axis=1, keepdims=True)
    if moved[1]:
        joints[..., :2] -= joints[:, :1, :2]  # world landmarks, moved
    assert codes((joints + moved) * axes * unit) == []


@pytest.mark.parametrize("noise", [0.0, 0.02])
@pytest.mark.parametrize(("at", "unit"), [((0.6, 2.0), 1000.0), ((0.6, 0.8), 1.0), ((2.0, 2.0), 100.0)])
def test_a_body_with_z_up_from_the_height_of_its_hips_is_no_picture(noise, at, unit):
    joints = noisy(walking(), noise)
    hips = joints[:, [JOINT_INDEX["left_hip"], JOINT_INDEX["right_hip"]]].mean(axis=1, keepdims=True)
    joints -= hips
    codes((np.stack([joints[..., 0], -joints[..., 2], joints[..., 1]], axis=-1) + [*at, 0]) * unit)


@pytest.mark.parametrize("axes", [[1, -1, -1], [-1, -1, 1]])
def test_a_small_body_with_y_down_that_stays_at_the_origin_is_no_picture(axes):
    joints = walking() * 0.8
    joints[..., [0, 2]] -= joints[:, :1, [0, 2]]
    joints = joints * axes
    joints[..., 1] -= joints[..., 1].min()
    assert codes(joints) == []


@pytest.mark.parametrize(("up_axis", "units"), [("y", None), (None, "m")])
def test_what_is_stated_to_have_units_or_an_up_axis_is_no_picture(up_axis, units):
    seen = picture(walking())
    with pytest.raises(MotionError, match="image coordinates"):
        unify(Motion(seen.astype(np.float32), 30.0, list(JOINT_NAMES)))
    unify(Motion(seen.astype(np.float32), 30.0, list(JOINT_NAMES)), up_axis=up_axis, units=units)


@pytest.mark.parametrize(("third", "what"), [(0.0, "z is 0 everywhere"), (1.0, "z lies .* is a confidence")])
@pytest.mark.parametrize("names", [list(JOINT_NAMES), None])
@pytest.mark.parametrize("fps", [30.0, None])
def test_two_dimensional_poses_are_refused_before_a_frame_rate_or_a_layout_is_asked_for(third, what, names, fps):
    flat = picture(walking(), 640.0)
    flat[..., 2] = third * np.random.default_rng(0).uniform(0.5, 1.0, flat.shape[:2])
    flat[3:9, 4] = np.nan
    with pytest.raises(MotionError, match=f"two-dimensional: their {what}.*lift the points to 3-D"):
        unify(Motion(flat.astype(np.float32), fps, names))


def test_poses_that_are_flat_in_an_oblique_plane_are_refused():
    flat = picture(walking(), 640.0)
    flat[..., 2] = 0.0
    with pytest.raises(MotionError, match="flat.*lift the points to 3-D"):
        codes(flat @ rotation("y", 40.0))


def test_a_rig_at_rest_may_be_drawn_flat():
    flat = np.repeat(walking()[:1], 30, axis=0)
    flat[..., 2] = 0.0
    with pytest.raises(MotionError, match="frame rate"):
        unify(Motion(flat.astype(np.float32), None, list(JOINT_NAMES)))


def test_angles_are_refused():
    angles = np.random.default_rng(0).uniform(-1, 1, (1, 22, 3)) * 60 + 20 * np.sin(np.arange(90) / 5)[:, None, None]
    with pytest.raises(MotionError, match="rotations"):
        codes(angles * np.linspace(0.2, 1.5, 22)[None, :, None])


def test_joints_in_another_order_are_refused():
    with pytest.raises(MotionError, match="do not make a body|do not keep together"):
        codes(walking()[:, np.random.default_rng(1).permutation(22)])


def test_two_people_in_one_body_are_refused():
    joints = walking()
    upper = [index for index, name in enumerate(JOINT_NAMES) if not name.endswith(("hip", "knee", "ankle", "foot"))]
    joints[:, upper] += [0, 0, 3.0]
    with pytest.raises(MotionError, match="two people in one"):
        codes(joints)


def test_people_who_take_turns_are_refused():
    joints = walking()
    joints[(np.arange(len(joints)) // 9) % 2 == 1] += [1.5, 0, 0]
    with pytest.raises(MotionError, match="jumps between two frames, first at"):
        codes(joints)


def test_one_jump_is_noted_with_its_time():
    joints = walking()
    joints[60:] += [1.5, 0, 0]
    notes = unify(Motion(joints.astype(np.float32), 30.0, list(JOINT_NAMES))).report["notes"]
    assert [note["code"] for note in notes] == ["jumps"] and "1.97 s" in notes[0]["message"]


def test_poor_tracking_is_noted():
    joints = walking()
    phase = np.random.default_rng(0).uniform(0, 6, joints.shape[1:])
    wandering = 0.07 * np.sin(np.arange(len(joints))[:, None, None] / 8 + phase)
    assert "unsteady_bones" in codes(joints + wandering)


def test_an_arm_that_nobody_has_is_noted():
    joints = walking()
    elbow, wrist = JOINT_INDEX["left_elbow"], JOINT_INDEX["left_wrist"]
    joints[:, wrist] = joints[:, elbow] + 1.6 * (joints[:, wrist] - joints[:, elbow])
    assert codes(joints) == ["unlikely_proportions"]


@pytest.mark.parametrize("lacking", ["none", "foot"])
@pytest.mark.parametrize("wrong", ["swapped", "mirrored"])
def test_swapped_sides_and_mirrored_axes_are_noted_also_without_feet(lacking, wrong):
    joints = walking()
    joints = joints[:, list(MIRROR)] if wrong == "swapped" else joints * [-1, 1, 1]
    assert codes(joints, lacking) == ["mirrored"]


def test_straight_knees_say_nothing_about_the_sides():
    joints = walking()
    for side in ("left", "right"):
        hip, knee, ankle = (JOINT_INDEX[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle"))
        joints[:, knee] = (joints[:, hip] + joints[:, ankle]) / 2
    assert codes(joints, "foot") == []


@settings(max_examples=25, deadline=None)
@given(
    unit=st.sampled_from([0.01, 1.0, 100.0, 1000.0]),
    degrees=st.floats(-180, 180),
    x=st.floats(-50, 50),
    z=st.floats(-50, 50),
    wrong=st.sampled_from(["nothing", "mirrored", "jump"]),
)
def test_the_verdict_does_not_depend_on_unit_heading_and_place(unit, degrees, x, z, wrong):
    joints = walking()
    if wrong == "mirrored":
        joints = joints * [-1, 1, 1]
    elif wrong == "jump":
        joints[60:] += [1.5, 0, 0]
    moved = unit * (joints @ rotation("y", degrees).T + [x, 0, z])
    assert codes(moved) == codes(joints)


def test_hanging_arms_that_bend_backwards_tell_of_a_mirror_where_there_are_no_legs():
    legless = [name for name in JOINT_NAMES if not name.endswith(("knee", "ankle", "foot"))]
    joints = walking()[:, [JOINT_INDEX[name] for name in legless]]
    for flip, expected in ((1, []), (-1, ["mirrored"])):
        notes = unify(Motion((joints * [flip, 1, 1]).astype(np.float32), 30.0, legless)).report["notes"]
        assert [note["code"] for note in notes if note["code"] in CHECKS] == expected


def test_a_flat_rig_at_rest_is_no_two_dimensional_pose():
    pose = walking()[:1].copy()
    pose[..., 2] = 0.0
    assert set(codes(np.repeat(pose, 60, axis=0))) <= {"unlikely_proportions"}


def test_toes_that_point_backwards_in_kneeling_are_no_mirror():
    joints = walking()
    for side in ("left", "right"):
        knee, ankle, foot = (JOINT_INDEX[f"{side}_{joint}"] for joint in ("knee", "ankle", "foot"))
        joints[:, ankle] = joints[:, knee] - [0, 0.03, 0.4]
        joints[:, foot] = joints[:, ankle] - [0, 0, 0.12]
    assert codes(joints) == []


def test_a_take_that_is_played_in_a_loop_is_noted_and_not_refused():
    assert codes(np.concatenate([walking()] * 6)) == ["jumps"]


def test_two_limbs_that_are_tracked_poorly_are_noted():
    joints = walking()
    for wrist in ("left_wrist", "right_wrist"):
        joints[:, JOINT_INDEX[wrist]] += 0.25 * np.sin(np.arange(len(joints)) / 9)[:, None] * [0, 1, 1]
    assert "unsteady_bones" in codes(joints)
