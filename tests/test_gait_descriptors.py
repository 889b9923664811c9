"""Gait against walking bodies whose steps are known, and against the contacts that the generator knows."""

import numpy as np
import pytest
from moving_bodies import EVERY_JOINT, LEG, bend_trunk, leg_length, rotation, seconds, standing, value, walk

from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, measure
from eai_llm_hf.processing.skeleton.resampling import resample
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX
from eai_llm_hf.processing.skeleton.unify import unify

STEPS = ("step_length", "cadence", "stance_share")


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


def test_swaying_gives_its_range_in_degrees():
    joints = standing(200)
    for frame, angle in enumerate(8.0 * np.sin(2 * np.pi * 0.6 * seconds(200))):
        bend_trunk(joints[frame : frame + 1], rotation("z", angle))
    assert value(joints, "body_sway") == pytest.approx(16, rel=0.03)


def steps(joints: np.ndarray) -> np.ndarray:
    """Step length, cadence and stance share."""
    return measure(joints, EVERY_JOINT)[[DESCRIPTOR_INDEX[name] for name in STEPS]]


@pytest.mark.parametrize(("step", "cadence", "stance"), [(0.35, 1.2, 0.65), (0.6, 1.8, 0.6), (0.9, 2.6, 0.45)])
def test_the_steps_of_a_walk_are_those_it_was_made_of(step, cadence, stance):
    joints = walk(step, cadence, stance)
    length, per_second, share = steps(joints)
    assert length == pytest.approx(step / leg_length(joints), rel=0.02)
    assert per_second == pytest.approx(cadence, rel=0.02)
    # a foot just lifted or about to land is slow as well
    assert stance <= share <= stance + 0.15


def test_longer_steps_at_the_same_pace_are_longer_and_fewer():
    short, long = steps(walk(0.4, 2.4)), steps(walk(0.8, 1.2))
    assert long[0] == pytest.approx(2 * short[0], rel=0.05) and long[1] == pytest.approx(short[1] / 2, rel=0.05)


def test_a_foot_that_stands_longer_has_a_larger_share():
    shares = [steps(walk(0.6, 1.8, stance))[2] for stance in (0.4, 0.5, 0.6, 0.7)]
    assert (np.diff(shares) > 0.03).all()


@pytest.mark.parametrize("change", ["backward", "heading", "curve", "noise", "at 60 frames/s"])
def test_steps_are_the_same(change):
    joints, fps = walk(0.6, 1.8), 30.0
    expected = steps(joints)
    if change == "backward":
        joints = joints[::-1]
    elif change == "heading":
        joints = joints @ rotation("y", 200).T
    elif change == "curve":  # bend the way into an arc, the body turning with it
        angle = joints[:, :, 2] / 4.0
        radius = 4.0 + joints[:, :, 0]
        joints = np.stack([radius * np.cos(angle), joints[:, :, 1], radius * np.sin(angle)], axis=2)
    elif change == "noise":
        joints = joints + np.random.default_rng(0).normal(0, 0.003, joints.shape)
    else:
        joints, fps = walk(0.6, 0.9, frames=300), 60.0  # half the cadence, run twice as fast
    found = measure(resample(joints.astype(np.float32), fps), EVERY_JOINT)[[DESCRIPTOR_INDEX[name] for name in STEPS]]
    np.testing.assert_allclose(found, expected, rtol=0.04)


def stepping_on_the_spot() -> np.ndarray:
    joints = walk(0.5, 1.8)
    return joints - joints[:, :1] * (0, 0, 1)


def sidling() -> np.ndarray:
    """Side steps along +X: the feet come together and part, but never pass each other."""
    joints = standing(150)
    joints[:, :, 0] += (0.5 * seconds(150))[:, None]
    parting = 0.06 * np.sin(2 * np.pi * seconds(150))
    joints[:, JOINT_INDEX["left_ankle"], 0] += parting
    joints[:, JOINT_INDEX["right_ankle"], 0] -= parting
    return joints


@pytest.mark.parametrize(
    "joints",
    [
        standing(),
        stepping_on_the_spot(),
        sidling(),
        standing() + np.stack([0 * seconds(), 0 * seconds(), seconds()], 1)[:, None],
        walk(0.6, 1.8, frames=35),
        walk(0.1, 1.5),
    ],
    ids=["standing", "on the spot", "sidling", "gliding", "one step", "too slow"],
)
def test_without_walking_there_are_no_steps(joints):
    assert np.isnan(steps(joints)).all()


def test_standing_still_after_a_walk_adds_no_steps():
    joints = walk(0.6, 1.8, frames=120)
    rest = np.repeat(joints[-1:], 60, axis=0)
    rest = rest + np.random.default_rng(0).normal(0, 0.003, rest.shape)
    found = steps(np.concatenate([joints, rest]))
    np.testing.assert_allclose(found, steps(joints), rtol=0.08)


def test_absent_ankles_leave_out_the_steps():
    mask = EVERY_JOINT.copy()
    mask[JOINT_INDEX["left_ankle"]] = False
    assert np.isnan(measure(walk(0.6, 1.8), mask)[[DESCRIPTOR_INDEX[name] for name in STEPS]]).all()


def test_generated_walks_have_the_steps_of_their_contacts():
    found, known = [], []
    for seed in range(12):
        clip = generate_clip(seed, action="walk", rig="smpl22", duration_s=5.0)
        joints = unify(clip.motion).joints
        if np.isnan(steps(joints)).any():
            continue
        landings = np.flatnonzero((clip.contacts[1:] & ~clip.contacts[:-1]).any(axis=1))
        fps = len(clip.contacts) / 5.0
        found.append(steps(joints))
        known.append((fps * (len(landings) - 1) / (landings[-1] - landings[0]), clip.contacts.mean()))
    assert len(found) >= 8
    _, cadence, share = np.transpose(found)
    contact_cadence, contact_share = np.transpose(known)
    np.testing.assert_allclose(cadence, contact_cadence, rtol=0.12)
    assert np.corrcoef(share, contact_share)[0, 1] > 0.6
    assert share.mean() == pytest.approx(contact_share.mean(), abs=0.06)


def test_step_length_times_cadence_is_the_speed_of_the_walk():
    length, cadence, _ = steps(walk(0.7, 1.9))
    assert length * cadence == pytest.approx(value(walk(0.7, 1.9), "travel_speed"), rel=0.02)
