"""Movement features: what they keep of a movement and what they leave out."""

import numpy as np
import pytest
from conftest import make_clip

from eai_llm_hf import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.descriptors.movement_features import NUM_CHANNELS, SEGMENTS, movement_features
from eai_llm_hf.processing.skeleton.axes_and_units import leg_length
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES, MIRROR

SEGMENT_INDEX = {name: index for index, (name, _, _) in enumerate(SEGMENTS)}


@pytest.fixture(scope="module")
def walk() -> UnifiedClip:
    return make_clip(1, emotion="sad", action="walk", rig="bandai22", duration_s=4.0)


def features_of(joints, clip):
    return movement_features(joints.astype(np.float32), clip.joint_mask)[0]


def test_features_do_not_see_where_the_body_stands(walk):
    moved = walk.joints + np.array([3.0, 0.4, -7.0])
    np.testing.assert_allclose(features_of(moved, walk), features_of(walk.joints, walk), atol=2e-4)


@pytest.mark.parametrize("degrees", [37.0, 120.0, 180.0, -90.0])
def test_features_do_not_see_where_the_body_faces(walk, degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turned = walk.joints @ np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])
    np.testing.assert_allclose(features_of(turned, walk), features_of(walk.joints, walk), atol=2e-4)


@pytest.mark.parametrize("scale", [0.6, 1.3])
def test_features_do_not_see_how_large_the_body_is(walk, scale):
    np.testing.assert_allclose(features_of(walk.joints * scale, walk), features_of(walk.joints, walk), atol=2e-4)


@pytest.mark.parametrize("units", [1000.0, 100.0, 1 / 0.0254])
def test_features_do_not_see_the_unit_or_the_up_axis_of_the_recording(walk, units):
    extractor = EaiSkeletonFeatureExtractor()
    z_up = walk.joints[..., [2, 0, 1]] * units
    plain = extractor({"joints": walk.joints, "fps": 30, "joint_names": JOINT_NAMES})["skeleton_features"]
    other = extractor({"joints": z_up, "fps": 30, "joint_names": JOINT_NAMES})["skeleton_features"]
    np.testing.assert_allclose(other, plain, atol=1e-3)


def test_features_do_not_see_where_a_rig_puts_the_spine_and_the_neck(walk):
    joints = walk.joints.copy()
    for name in ("spine1", "spine2", "spine3", "neck", "left_collar", "right_collar"):
        joints[:, JOINT_INDEX[name]] += 0.1
    np.testing.assert_allclose(features_of(joints, walk), features_of(walk.joints, walk), atol=1e-6)


def test_features_see_the_posture_and_the_speed(walk):
    bowed = walk.joints.copy()
    bowed[:, JOINT_INDEX["head"]] += np.array([0.0, -0.1, 0.15])
    change = np.abs(features_of(bowed, walk) - features_of(walk.joints, walk)).max(axis=(0, 2))
    assert change[SEGMENT_INDEX["head"]] > 0.2
    assert np.delete(change, SEGMENT_INDEX["head"]).max() < 1e-6
    slow, fast = features_of(walk.joints, walk), features_of(walk.joints[::2], walk)
    assert np.abs(fast[..., 3:]).mean() > 1.5 * np.abs(slow[..., 3:]).mean()


def test_a_mirrored_body_has_the_features_of_the_other_side(walk):
    mirrored = walk.joints[:, list(MIRROR)] * np.array([-1, 1, 1])
    swap = []
    for name, _, _ in SEGMENTS:
        other = name.replace("left", "\0").replace("right", "left").replace("\0", "right")
        swap.append(SEGMENT_INDEX[other])
    expected = features_of(walk.joints, walk)[:, swap]
    # Left and right change sign in directions and velocities (channels 0 and 3); the lines across the body are drawn
    # from right to left on both, so they keep that one and change the others.
    sign = np.ones((len(SEGMENTS), NUM_CHANNELS))
    sign[:, [0, 3]] = -1
    for across in ("shoulder line", "hip line"):
        sign[SEGMENT_INDEX[across]] = [1, -1, -1, 1, -1, -1]
    sign[SEGMENT_INDEX["root"]] = [-1, 1, 1, 1, -1, 1]
    np.testing.assert_allclose(features_of(mirrored, walk), expected * sign, atol=2e-4)


def test_toes_and_spine_change_nothing_since_rigs_put_them_anywhere_or_lack_them(walk):
    others = [index for index, name in enumerate(JOINT_NAMES) if name.startswith("spine") or name.endswith("_foot")]
    moved, mask = walk.joints.copy(), walk.joint_mask.copy()
    moved[:, others], mask[others] = 0.0, False
    features, present = movement_features(moved, mask)
    assert present.all()
    np.testing.assert_array_equal(features, features_of(walk.joints, walk))


def test_directions_are_unit_vectors_and_velocities_their_change(walk):
    values = features_of(walk.joints, walk)
    np.testing.assert_allclose(np.linalg.norm(values[:, 1:, :3], axis=-1), 1, atol=1e-5)
    change = (values[2:, 1:, :3] - values[:-2, 1:, :3]) * 15 * 0.25
    np.testing.assert_allclose(values[1:-1, 1:, 3:], change, atol=1e-4)


def test_a_standing_body_points_where_it_should():
    joints = np.zeros((40, 22, 3), dtype=np.float32)
    place = {
        "left_hip": (0.1, 0.9, 0), "right_hip": (-0.1, 0.9, 0), "pelvis": (0, 0.95, 0),
        "left_shoulder": (0.2, 1.4, 0), "right_shoulder": (-0.2, 1.4, 0), "head": (0, 1.7, 0),
        "left_elbow": (0.5, 1.4, 0), "left_wrist": (0.5, 1.4, 0.3),
    }  # fmt: skip
    mask = np.zeros(22, dtype=bool)
    for name, position in place.items():
        joints[:, JOINT_INDEX[name]], mask[JOINT_INDEX[name]] = position, True
    values, present = movement_features(joints, mask)
    up, left, forward = (0, 1, 0), (1, 0, 0), (0, 0, 1)
    expected = {
        "trunk": up, "head": up, "shoulder line": left, "hip line": left,
        "left upper arm": left, "left forearm": forward,
    }  # fmt: skip
    for name, direction in expected.items():
        np.testing.assert_allclose(values[5, SEGMENT_INDEX[name], :3], direction, atol=1e-6)
    np.testing.assert_allclose(values[..., 3:], 0, atol=1e-6)
    seen = {name for name, index in SEGMENT_INDEX.items() if present[index]}
    assert seen == {"root", "trunk", "head", "shoulder line", "hip line", "left upper arm", "left forearm"}


def test_an_absent_joint_masks_its_segments_and_leaves_zeros(walk):
    mask = walk.joint_mask.copy()
    mask[JOINT_INDEX["left_elbow"]] = False
    joints = walk.joints * mask[:, None]
    values, present = movement_features(joints, mask)
    absent = [SEGMENT_INDEX["left upper arm"], SEGMENT_INDEX["left forearm"]]
    assert [index for index in range(len(SEGMENTS)) if not present[index]] == absent
    assert not values[:, absent].any()
    others = [index for index in range(len(SEGMENTS)) if present[index]]
    np.testing.assert_allclose(values[:, others], features_of(walk.joints, walk)[:, others], atol=1e-6)


def test_the_leg_is_as_long_as_thigh_and_shank(walk):
    joints = walk.joints
    hip, knee, ankle = (joints[:, JOINT_INDEX[f"left_{name}"]] for name in ("hip", "knee", "ankle"))
    by_hand = np.median(np.linalg.norm(knee - hip, axis=1) + np.linalg.norm(ankle - knee, axis=1))
    assert leg_length(joints, walk.joint_mask) == pytest.approx(by_hand, rel=0.02)
