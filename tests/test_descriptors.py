"""The descriptors against constructed movements whose values are known beforehand, and the reference over them."""

import json
import warnings

import numpy as np
import pytest

from eai_llm_hf.processing.motion_descriptors import DESCRIPTOR_INDEX, DESCRIPTOR_NAMES, DESCRIPTORS, measure
from eai_llm_hf.processing.motion_reference import LEVELS, MIN_CLIPS, MotionReference
from eai_llm_hf.processing.skeleton_tree import JOINT_INDEX, JOINT_NAMES, MIRROR

EVERY_JOINT = np.ones(len(JOINT_NAMES), dtype=bool)
LEG = 0.8  # thigh 0.4, shank 0.4
ARM = 0.5  # upper arm 0.27, forearm 0.23
ARM_JOINTS = ("elbow", "wrist")

STANDING = {
    "pelvis": (0, 0.95, 0),
    "left_hip": (0.1, 0.9, 0),
    "left_knee": (0.1, 0.5, 0),
    "left_ankle": (0.1, 0.1, 0),
    "left_foot": (0.1, 0.02, 0.12),
    "spine1": (0, 1.05, 0),
    "spine2": (0, 1.15, 0),
    "spine3": (0, 1.25, 0),
    "neck": (0, 1.45, 0),
    "head": (0, 1.6, 0),
    "left_collar": (0.08, 1.4, 0),
    "left_shoulder": (0.2, 1.4, 0),
    "left_elbow": (0.2, 1.13, 0),
    "left_wrist": (0.2, 0.9, 0),
}


def standing(frames: int = 120) -> np.ndarray:
    """A still, straight body, facing +Z: (frames, 22, 3) float64."""
    pose = np.zeros((len(JOINT_NAMES), 3))
    for name, position in STANDING.items():
        pose[JOINT_INDEX[name]] = position
        if name.startswith("left_"):
            pose[JOINT_INDEX[name.replace("left_", "right_")]] = np.array(position) * (-1, 1, 1)
    return np.repeat(pose[None], frames, axis=0)


def seconds(frames: int = 120) -> np.ndarray:
    return np.arange(frames) / 30.0


def rotation(axis: str, degrees: float) -> np.ndarray:
    turn = np.radians(degrees)
    cosine, sine = np.cos(turn), np.sin(turn)
    return {
        "x": np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]]),
        "y": np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]]),
        "z": np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]]),
    }[axis]


def turn_about(joints: np.ndarray, names: tuple[str, ...], centre: str, turn: np.ndarray) -> None:
    pivot = joints[:, JOINT_INDEX[centre], None]
    indices = [JOINT_INDEX[name] for name in names]
    joints[:, indices] = pivot + (joints[:, indices] - pivot) @ turn.T


def value(joints: np.ndarray, name: str) -> float:
    return float(measure(joints.astype(np.float32), EVERY_JOINT)[DESCRIPTOR_INDEX[name]])


def busy_movement(frames: int = 150) -> np.ndarray:
    """Walking forward in a curve with unequal arms, a nodding head, bounce and sway."""
    time = seconds(frames)
    joints = standing(frames)
    for side, phase, size in (("left", 0.0, 0.25), ("right", np.pi, 0.15)):
        swing = np.sin(2 * np.pi * 0.9 * time + phase)
        joints[:, JOINT_INDEX[f"{side}_wrist"]] += np.stack([0 * time, 0.05 + 0.1 * swing**2, size * swing], 1)
        joints[:, JOINT_INDEX[f"{side}_elbow"], 2] += 0.5 * size * swing
        joints[:, JOINT_INDEX[f"{side}_ankle"]] += np.stack([0 * time, 0.05 * (1 + swing), -0.2 * swing], 1)
        joints[:, JOINT_INDEX[f"{side}_knee"], 2] += 0.08 - 0.1 * swing
    joints[:, JOINT_INDEX["head"], 2] += 0.05 + 0.02 * np.sin(2 * np.pi * 0.7 * time)
    upper = [index for index, name in enumerate(JOINT_NAMES) if not name.endswith(("hip", "knee", "ankle", "foot"))]
    joints[:, upper, 0] += (0.03 * np.sin(2 * np.pi * 0.9 * time))[:, None]
    joints[:, :, 1] += (0.03 * np.sin(2 * np.pi * 1.8 * time))[:, None]
    path = np.stack([0.2 * np.sin(0.8 * time), 0 * time, 1.1 * time], 1)
    return joints + path[:, None]


def test_every_descriptor_says_what_it_is_and_names_known_joints():
    assert len(DESCRIPTORS) >= 16
    assert len(set(DESCRIPTOR_NAMES)) == len(DESCRIPTORS)
    for descriptor in DESCRIPTORS:
        assert descriptor.definition.endswith(".") and descriptor.source and descriptor.unit
        assert set(descriptor.requires) <= set(JOINT_NAMES)
        assert not {"neck", "spine1", "spine2", "spine3", "pelvis"} & set(descriptor.requires)


@pytest.mark.parametrize("degrees", [-35, -20, 0, 20])
def test_tilting_the_head_changes_head_pitch_by_as_many_degrees(degrees):
    joints = standing()
    # the line that is measured starts at the shoulder midpoint, so the head turns about it; +x turn = forward
    pivot = 0.5 * (joints[:, JOINT_INDEX["left_shoulder"]] + joints[:, JOINT_INDEX["right_shoulder"]])
    head = JOINT_INDEX["head"]
    joints[:, head] = pivot + (joints[:, head] - pivot) @ rotation("x", -degrees).T
    assert value(joints, "head_pitch") == pytest.approx(degrees, abs=1e-2)
    assert value(joints, "trunk_lean") == pytest.approx(0, abs=1e-2)


@pytest.mark.parametrize("degrees", [-10, 0, 25])
def test_bending_the_trunk_forward_changes_trunk_lean_by_as_many_degrees(degrees):
    joints = standing()
    upper = tuple(name for name in JOINT_NAMES if not name.endswith(("hip", "knee", "ankle", "foot", "pelvis")))
    joints[:, JOINT_INDEX["pelvis"]] = (0, 0.9, 0)
    turn_about(joints, upper, "pelvis", rotation("x", degrees))
    assert value(joints, "trunk_lean") == pytest.approx(degrees, abs=1e-2)


def test_a_sine_bounce_gives_its_range_in_leg_lengths():
    joints = standing(150)
    joints[:, :, 1] += (0.06 * np.sin(2 * np.pi * 2.0 * seconds(150)))[:, None]
    assert value(joints, "vertical_bounce") == pytest.approx(0.12 / LEG, rel=0.04)


def test_a_slow_rise_is_no_bounce():
    joints = standing(150)
    joints[:, :, 1] += (0.3 * seconds(150) / 5.0)[:, None]
    assert value(joints, "vertical_bounce") < 0.05


@pytest.mark.parametrize("speed", [0.4, 1.6])
def test_walking_straight_gives_travel_and_movement_speed(speed):
    joints = standing()
    joints[:, :, 2] += (speed * seconds())[:, None]
    assert value(joints, "travel_speed") == pytest.approx(speed / LEG, rel=1e-3)
    assert value(joints, "movement_speed") == pytest.approx(speed / LEG, rel=1e-3)
    assert value(joints, "leg_speed") == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("frequency", [0.6, 1.0, 2.0])
def test_tempo_of_a_sine_is_its_frequency_and_its_movement_is_smooth(frequency):
    joints = standing(300)
    swing = np.sin(2 * np.pi * frequency * seconds(300))
    for side, sign in (("left", 1), ("right", -1)):
        joints[:, JOINT_INDEX[f"{side}_wrist"], 2] += 0.2 * sign * swing
    assert value(joints, "tempo") == pytest.approx(frequency, rel=0.05)
    assert value(joints, "smoothness") == pytest.approx(0, abs=0.1)
    assert value(joints, "arm_swing") == pytest.approx(0.4 / LEG, rel=0.06)
    assert value(joints, "hand_speed") == pytest.approx(4 * 0.2 * frequency / LEG, rel=0.06)


def test_jerks_on_top_of_a_swing_lower_smoothness():
    joints = standing(300)
    wrist = JOINT_INDEX["left_wrist"]
    joints[:, wrist, 2] += 0.2 * np.sin(2 * np.pi * 0.8 * seconds(300))
    smooth = value(joints, "smoothness")
    joints[:, wrist, 2] += 0.03 * np.sin(2 * np.pi * 3.5 * seconds(300))
    assert value(joints, "smoothness") < smooth - 0.3


def test_noise_of_some_millimetres_leaves_rhythm_and_smoothness_readable():
    joints = busy_movement(150)
    noisy = joints + np.random.default_rng(0).normal(0, 0.003, joints.shape)
    assert value(noisy, "tempo") == pytest.approx(value(joints, "tempo"), rel=0.05)
    assert value(noisy, "smoothness") == pytest.approx(value(joints, "smoothness"), abs=0.15)


@pytest.mark.parametrize("degrees", [0, 45, 90])
def test_bending_elbows_and_knees_gives_the_angle(degrees):
    joints = standing()
    for side in ("left", "right"):
        turn_about(joints, (f"{side}_wrist",), f"{side}_elbow", rotation("x", -degrees))
        turn_about(joints, (f"{side}_ankle",), f"{side}_knee", rotation("x", degrees))
    assert value(joints, "elbow_flexion") == pytest.approx(degrees, abs=0.1)
    assert value(joints, "knee_flexion") == pytest.approx(degrees, abs=0.1)


def test_spreading_the_arms_gives_their_distance_from_the_body_axis():
    joints = standing()
    hanging = value(joints, "arm_expansion")
    for side, sign in (("left", 1), ("right", -1)):
        arm = tuple(f"{side}_{name}" for name in ARM_JOINTS)
        turn_about(joints, arm, f"{side}_shoulder", rotation("z", 90 * sign))
    assert hanging == pytest.approx(0.2 / ARM, rel=1e-3)
    assert value(joints, "arm_expansion") == pytest.approx((0.2 + 0.27 + 0.2 + 0.5) / 2 / ARM, rel=1e-3)
    assert value(joints, "hand_height") == pytest.approx((1.4 - 0.9) / LEG, rel=1e-3)


def test_feet_apart_give_the_step_width():
    assert value(standing(), "step_width") == pytest.approx(0.2 / LEG, rel=1e-3)


def test_pauses_are_the_share_of_still_time():
    joints = standing(201)
    joints[100:, :, 2] += (np.arange(101) / 30.0)[:, None]
    assert value(joints, "pauses") == pytest.approx(0.5, abs=0.02)


def test_swaying_and_twisting_give_their_range_in_degrees():
    frames = 200
    angle = 8.0 * np.sin(2 * np.pi * 0.6 * seconds(frames))
    swaying, twisting = standing(frames), standing(frames)
    upper = tuple(name for name in JOINT_NAMES if not name.endswith(("hip", "knee", "ankle", "foot", "pelvis")))
    for frame in range(frames):
        swaying[frame, JOINT_INDEX["pelvis"]] = (0, 0.9, 0)
        turn_about(swaying[frame : frame + 1], upper, "pelvis", rotation("z", angle[frame]))
        turn_about(twisting[frame : frame + 1], upper, "pelvis", rotation("y", angle[frame]))
    assert value(swaying, "body_sway") == pytest.approx(16, rel=0.03)
    assert value(twisting, "body_sway") == pytest.approx(0, abs=0.1)
    assert value(twisting, "trunk_twist") == pytest.approx(16, rel=0.03)


def test_nodding_gives_its_range_in_degrees():
    frames = 200
    joints = standing(frames)
    angle = np.radians(10.0 * np.sin(2 * np.pi * 0.6 * seconds(frames)))
    joints[:, JOINT_INDEX["head"], 1] = 1.4 + 0.2 * np.cos(angle)
    joints[:, JOINT_INDEX["head"], 2] = 0.2 * np.sin(angle)
    assert value(joints, "head_movement") == pytest.approx(20, rel=0.03)


def test_the_busier_arm_is_told():
    joints = standing()
    swing = np.sin(2 * np.pi * seconds())
    joints[:, JOINT_INDEX["left_wrist"], 2] += 0.3 * swing
    joints[:, JOINT_INDEX["right_wrist"], 2] += 0.1 * swing
    assert value(joints, "left_right_asymmetry") == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    "change",
    [
        lambda joints: joints + np.array([12.0, -3.0, 7.0]),
        lambda joints: joints @ rotation("y", 137).T,
        lambda joints: joints * 1.7,
        lambda joints: 0.01 * joints @ rotation("y", -80).T + np.array([1.0, 0.0, 0.0]),
    ],
    ids=["translation", "heading", "scale", "all"],
)
def test_place_heading_and_size_change_nothing(change):
    joints = busy_movement()
    before = measure(joints, EVERY_JOINT)
    assert np.isfinite(before).all()
    np.testing.assert_allclose(measure(change(joints), EVERY_JOINT), before, rtol=1e-4, atol=1e-4)


def test_mirroring_flips_the_asymmetry_and_nothing_else():
    joints = busy_movement()
    mirrored = joints[:, list(MIRROR)] * np.array([-1.0, 1.0, 1.0])
    expected = measure(joints, EVERY_JOINT)
    assert abs(expected[DESCRIPTOR_INDEX["left_right_asymmetry"]]) > 0.1
    expected[DESCRIPTOR_INDEX["left_right_asymmetry"]] *= -1
    np.testing.assert_allclose(measure(mirrored, EVERY_JOINT), expected, rtol=1e-4, atol=1e-4)


def test_the_frame_rate_hardly_matters():
    joints = busy_movement(150)
    at_30 = measure(joints, EVERY_JOINT)
    quarter_frames = np.arange(0, 149.01, 0.25)
    rows = [np.interp(quarter_frames, np.arange(150), row) for row in joints.reshape(150, -1).T]
    dense = np.stack(rows, axis=1).reshape(-1, 22, 3)
    np.testing.assert_allclose(measure(dense, EVERY_JOINT, fps=120.0), at_30, rtol=0.02, atol=0.02)


def test_absent_joints_leave_out_the_descriptors_that_need_them_and_no_others():
    joints = busy_movement()
    full = measure(joints, EVERY_JOINT)
    for missing in ("head", "left_wrist", "right_ankle", "neck"):
        mask = EVERY_JOINT.copy()
        mask[JOINT_INDEX[missing]] = False
        broken = joints.copy()
        broken[:, JOINT_INDEX[missing]] = 0.0
        part = measure(broken, mask)
        for index, descriptor in enumerate(DESCRIPTORS):
            if missing in descriptor.requires:
                assert np.isnan(part[index])
            else:
                assert part[index] == full[index]


def test_very_short_still_and_collapsed_clips_give_no_warnings_and_no_infinities():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for frames in range(2, 40):
            for joints in (busy_movement(frames), standing(frames), np.zeros((frames, 22, 3))):
                for fps in (7.0, 30.0, 120.0):
                    assert not np.isinf(measure(joints, EVERY_JOINT, fps=fps)).any()


def test_wrong_shapes_and_broken_joints_are_told():
    with pytest.raises(ValueError, match="shape"):
        measure(np.zeros((1, 22, 3)), EVERY_JOINT)
    with pytest.raises(ValueError, match="frame rate"):
        measure(standing(), EVERY_JOINT, fps=0.0)
    joints = standing()
    joints[7, JOINT_INDEX["left_knee"]] = np.nan
    with pytest.raises(ValueError, match="'left_knee'.*frame 7"):
        measure(joints, EVERY_JOINT)


def spread_matrix(clips: int = 200) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(clips, len(DESCRIPTORS))).astype(np.float32)


def test_percentiles_are_those_of_the_clips_and_rise_with_the_value():
    matrix = spread_matrix()
    reference = MotionReference.fit(matrix)
    values = np.linspace(-4, 4, 200)
    percentiles = [reference.percentile("tempo", value) for value in values]
    assert (np.diff(percentiles) >= 0).all()
    assert percentiles[0] == 0 and percentiles[-1] == 100
    column = matrix[:, DESCRIPTOR_INDEX["tempo"]]
    assert reference.percentile("tempo", np.median(column)) == pytest.approx(50, abs=0.5)
    assert reference.percentile(2, 0.3) == pytest.approx(100 * (column < 0.3).mean(), abs=2.5)


def test_a_value_that_many_clips_share_stands_in_the_middle_of_them():
    matrix = spread_matrix()
    matrix[:120, 4] = 0.0
    matrix[120:, 4] = np.linspace(0.1, 1, 80)
    reference = MotionReference.fit(matrix)
    assert reference.percentile(4, 0.0) == pytest.approx(30, abs=2.5)
    assert reference.percentile(4, 0.5) > 60


def test_standardised_values_are_robust_and_absent_ones_are_masked():
    matrix = spread_matrix()
    matrix[0] = 1e6
    reference = MotionReference.fit(matrix)
    matrix[3, 5] = np.nan
    scores, mask = reference.standardise(matrix[1:])
    assert scores.std() == pytest.approx(1, abs=0.1)
    assert not mask[2, 5] and scores[2, 5] == 0 and mask.sum() == mask.size - 1


def test_a_reference_survives_json():
    matrix = spread_matrix()
    matrix[10:, 3] = np.nan
    reference = MotionReference.fit(matrix)
    again = MotionReference.from_dict(json.loads(json.dumps(reference.to_dict())))
    np.testing.assert_array_equal(again.quantiles, reference.quantiles)
    assert again.clips == 200 and again.quantiles.shape[1] == len(LEVELS)
    assert np.isnan(again.percentile(3, 0.0)) and not again.standardise(matrix[0])[1][3]


def test_references_that_cannot_be_used_are_refused():
    with pytest.raises(ValueError, match=f"at least {MIN_CLIPS} clips, found 3"):
        MotionReference.fit(spread_matrix(3))
    with pytest.raises(ValueError, match="descriptors"):
        MotionReference.fit(np.zeros((50, 3)))
    reference = MotionReference.fit(spread_matrix())
    with pytest.raises(ValueError, match="Unknown descriptor 'shoe_size'"):
        reference.percentile("shoe_size", 1.0)
    state = reference.to_dict()
    state["quantiles"]["shoe_size"] = state["quantiles"].pop("tempo")
    with pytest.raises(ValueError, match="unknown .*shoe_size.* missing .*tempo"):
        MotionReference.from_dict(state)
