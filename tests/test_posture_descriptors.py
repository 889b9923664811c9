"""Posture against bodies that are held in known ways."""

import numpy as np
import pytest
from moving_bodies import (
    ARM,
    ARM_JOINTS,
    EVERY_JOINT,
    LEG,
    UPPER_BODY,
    bend_trunk,
    busy_movement,
    leg_length,
    lift_arm,
    rotation,
    standing,
    turn_about,
    value,
)

from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, measure
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX

SIDES = (("left", 1), ("right", -1))


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
    bend_trunk(joints, rotation("x", degrees))
    assert value(joints, "trunk_lean") == pytest.approx(degrees, abs=1e-2)


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


def shrugging(lift: float) -> np.ndarray:
    """Standing with shoulders and arms higher by `lift` metres."""
    joints = standing()
    for side, _ in SIDES:
        for name in ("shoulder", *ARM_JOINTS):
            joints[:, JOINT_INDEX[f"{side}_{name}"], 1] += lift
    return joints


def rolled_shoulders(degrees: float) -> np.ndarray:
    """Standing with the lines from collar to shoulder turned backward about the vertical."""
    joints = standing()
    for side, sign in SIDES:
        arm = tuple(f"{side}_{name}" for name in ("shoulder", *ARM_JOINTS))
        turn_about(joints, arm, f"{side}_collar", rotation("y", sign * degrees))
    return joints


@pytest.mark.parametrize("lift", [-0.03, 0.0, 0.04])
def test_drawing_the_shoulders_up_raises_shoulder_height_by_as_much(lift):
    assert value(shrugging(lift), "shoulder_height") == pytest.approx((lift - 0.2) / LEG, rel=1e-3)


def test_neither_a_bowed_trunk_nor_a_turned_head_counts_as_raised_shoulders():
    joints = shrugging(0.02)
    upright = value(joints, "shoulder_height")
    bend_trunk(joints, rotation("x", 30))
    assert value(joints, "shoulder_height") == pytest.approx(upright, abs=1e-5)


@pytest.mark.parametrize("degrees", [-25, 0, 10])
@pytest.mark.parametrize("heading", [0, 120])
@pytest.mark.parametrize("lean", [0, 35])
def test_rolling_the_shoulders_gives_the_angle_however_the_trunk_leans(degrees, heading, lean):
    joints = rolled_shoulders(degrees)
    bend_trunk(joints, rotation("x", lean))
    joints = joints @ rotation("y", heading).T
    assert value(joints, "shoulder_opening") == pytest.approx(degrees, abs=0.2)


def test_a_bowed_head_and_raised_arms_do_not_open_or_close_the_shoulders():
    joints = rolled_shoulders(-12)
    joints[:, JOINT_INDEX["head"]] += np.array([0.0, -0.05, 0.12])
    lift_arm(joints, "left", 120)
    assert value(joints, "shoulder_opening") == pytest.approx(-12, abs=0.2)


def test_without_collars_the_opening_of_the_shoulders_is_absent():
    mask = EVERY_JOINT.copy()
    mask[JOINT_INDEX["left_collar"]] = False
    assert np.isnan(measure(standing(), mask)[DESCRIPTOR_INDEX["shoulder_opening"]])
    assert np.isfinite(measure(standing(), mask)[DESCRIPTOR_INDEX["shoulder_height"]])


def test_body_expansion_is_the_mean_distance_from_the_centroid():
    joints = busy_movement(60)
    names = ["head"] + [f"{side}_{name}" for side, _ in SIDES for name in ("elbow", "wrist", "knee", "ankle")]
    distances = []
    for frame in joints:
        places = [frame[JOINT_INDEX[name]] for name in names]
        centre = sum(places) / len(places)
        distances.extend(np.sqrt(((place - centre) ** 2).sum()) for place in places)
    # measured on low-passed positions
    assert value(joints, "body_expansion") == pytest.approx(np.mean(distances) / leg_length(joints), rel=0.01)


def test_stretching_out_expands_the_body_and_crouching_contracts_it():
    stretched, crouched = standing(), standing()
    for side, _ in SIDES:
        lift_arm(stretched, side, 150)
        thigh = tuple(f"{side}_{name}" for name in ("knee", "ankle"))
        turn_about(crouched, thigh, f"{side}_hip", rotation("x", -100))
        turn_about(crouched, (f"{side}_ankle",), f"{side}_knee", rotation("x", 140))
        turn_about(crouched, (f"{side}_wrist",), f"{side}_elbow", rotation("x", -130))
    bend_trunk(crouched, rotation("x", 40))
    values = [value(joints, "body_expansion") for joints in (crouched, standing(), stretched)]
    assert values[0] < values[1] - 0.1 and values[1] < values[2] - 0.1


def test_the_nearer_hand_counts_for_the_distance_to_the_head():
    joints = standing()
    hanging = value(joints, "hand_to_head")
    lift_arm(joints, "right", 180)
    assert hanging == pytest.approx(np.hypot(0.2, 0.7) / ARM, rel=1e-3)
    assert value(joints, "hand_to_head") == pytest.approx(np.hypot(0.2, 0.3) / ARM, rel=1e-3)
    lift_arm(joints, "left", 90)
    assert value(joints, "hand_to_head") == pytest.approx(np.hypot(0.2, 0.3) / ARM, rel=1e-3)


def test_a_hand_that_is_at_the_head_half_of_the_time_gives_a_value_in_between():
    joints = standing(200)
    half = joints[100:]
    lift_arm(half, "left", 180)
    # the low-pass blurs the frames next to the jump
    between = (np.hypot(0.2, 0.7) + np.hypot(0.2, 0.3)) / 2
    assert value(joints, "hand_to_head") == pytest.approx(between / ARM, rel=0.02)


def test_both_hands_count_for_the_distance_to_the_hips():
    joints = standing()
    assert value(joints, "hand_to_hip") == pytest.approx(0.1 / LEG, rel=1e-3)
    lift_arm(joints, "left", 90)
    assert value(joints, "hand_to_hip") == pytest.approx((0.1 + np.hypot(0.6, 0.5)) / 2 / LEG, rel=1e-3)


def test_arms_in_mirrored_positions_are_symmetrical_however_the_body_stands_and_moves():
    joints = standing()
    for side, _ in SIDES:
        lift_arm(joints, side, 60)
        joints[:, JOINT_INDEX[f"{side}_wrist"], 2] += 0.1 * np.sin(np.arange(120) / 5)
    bend_trunk(joints, rotation("z", 20) @ rotation("x", 25) @ rotation("y", 30))
    assert value(joints @ rotation("y", 50).T, "arm_symmetry") == pytest.approx(0, abs=1e-5)


def test_one_arm_held_differently_gives_the_distance_to_its_mirror_image():
    joints = standing()
    lift_arm(joints, "left", 90)
    expected = -(0.27 + 0.5) * np.sqrt(2) / 2 / ARM
    assert value(joints, "arm_symmetry") == pytest.approx(expected, rel=1e-3)
    turn_about(joints, UPPER_BODY, "pelvis", rotation("z", 15))
    assert value(joints, "arm_symmetry") == pytest.approx(expected, rel=0.02)
