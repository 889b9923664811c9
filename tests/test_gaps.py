"""Gaps in the tracking: how they are filled, and what is not said of a recording that has long ones."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moving_bodies import busy_movement, rotation
from moving_bodies import walk as level_walk

from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, measure, why_not_measured
from eai_llm_hf.processing.descriptors.movement_features import movement_features
from eai_llm_hf.processing.reading.checks import checked_motions
from eai_llm_hf.processing.reading.motion import Motion, MotionError, note
from eai_llm_hf.processing.reading.recording import Recording
from eai_llm_hf.processing.skeleton.clip import UnifiedClip, as_unified_clip
from eai_llm_hf.processing.skeleton.floor import SOLES, level_floor
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES
from eai_llm_hf.processing.skeleton.unify import unify

STEPS = ("cadence", "step_length", "stance_share")
RHYTHM = ("tempo", "pauses", "regularity", "hand_speed")
TRUNK = ("left_hip", "right_hip", "left_shoulder", "right_shoulder", "pelvis")


def walk(frames: int = 180) -> np.ndarray:
    joints = level_walk(0.6, 1.9, frames=frames)
    joints[:, JOINT_INDEX["left_wrist"], 2] += 0.2 * np.sin(np.arange(frames) / 5)
    return joints


def read(joints: np.ndarray, fps: float = 30.0, **fields) -> UnifiedClip:
    return unify(Motion(joints.astype(np.float32), fps, list(JOINT_NAMES), units="m", **fields))


def without(joints: np.ndarray, frames: slice, *names: str) -> np.ndarray:
    """A copy in which the named joints, all if none is named, were not tracked in some frames."""
    joints = joints.copy()
    joints[frames, [[JOINT_INDEX[name]] for name in names or JOINT_NAMES]] = np.nan
    return joints


def vector(clip: UnifiedClip) -> np.ndarray:
    return measure(clip.joints, clip.joint_mask, clip.not_shown)


def absent(clip: UnifiedClip) -> dict[str, str]:
    return why_not_measured(vector(clip), clip.joint_mask, clip.not_shown)


def test_steps_and_rhythm_are_not_measured_over_a_hole_of_a_third_of_the_clip():
    reasons = absent(read(without(walk(), slice(50, 110))))
    assert {*STEPS, *RHYTHM, "smoothness", "peak_timing"} <= set(reasons)
    assert reasons["cadence"] == "no frame shows the body for 33% of the time, in which steps may be lost"
    assert reasons["pauses"] == "no frame shows the body for 33% of the time"
    assert "travel_speed" not in reasons and "knee_flexion" not in reasons


def test_lost_legs_and_arms_of_a_body_that_is_seen_are_named():
    limbs = [f"{side}_{joint}" for side in ("left", "right") for joint in ("knee", "ankle", "elbow", "wrist")]
    reasons = absent(read(without(walk(), slice(50, 110), *limbs)))
    assert reasons["cadence"] == "the legs were not tracked for 33% of the time, in which steps may be lost"
    assert reasons["pauses"] == "parts of the body were not tracked for 33% of the time"
    partly = without(without(walk(), slice(50, 110), *limbs), slice(50, 70))
    assert absent(read(partly))["cadence"] == reasons["cadence"]


def test_a_hole_in_the_times_is_no_failure_to_track_the_legs():
    times = np.delete(np.arange(180), np.arange(50, 110)) / 30
    (motion,) = checked_motions(
        Recording(walk()[:120], times=times, time_unit="s", joint_names=list(JOINT_NAMES)), "walk.csv"
    )
    reasons = absent(unify(motion))
    assert reasons["cadence"] == "no frame shows the body for 33% of the time, in which steps may be lost"


def test_a_hole_of_a_tenth_of_the_clip_hides_steps_but_no_rhythm():
    reasons = absent(read(without(walk(), slice(80, 98))))
    assert set(STEPS) <= set(reasons) and not set(RHYTHM) & set(reasons)


@pytest.mark.parametrize("gap", [[range(80, 92)], [range(start, start + 9) for start in range(20, 160, 30)]])
def test_short_holes_leave_the_steps_as_they_are(gap):
    joints = walk()
    whole = vector(read(joints))
    for frames in gap:
        joints = without(joints, slice(frames.start, frames.stop))
    for name in (*STEPS, *RHYTHM):
        index = DESCRIPTOR_INDEX[name]
        assert vector(read(joints))[index] == pytest.approx(whole[index], rel=0.15, abs=0.05), name


@pytest.mark.parametrize("fps", [30.0, 60.0, 100.0])
def test_the_length_of_a_gap_counts_in_seconds(fps):
    frames = round(6 * fps)
    at = np.minimum(np.arange(frames) * 30 / fps, 178.0)
    low = at.astype(int)
    joints = walk()[low] + (at - low)[:, None, None] * (walk()[low + 1] - walk()[low])
    assert "steps" in read(without(joints, slice(round(2 * fps), round(2.6 * fps))), fps).not_shown
    assert "steps" not in read(without(joints, slice(round(2 * fps), round(2.3 * fps))), fps).not_shown


def test_a_lost_hand_hides_rhythm_but_no_steps_and_a_lost_foot_hides_both():
    hand, foot = (read(without(walk(), slice(60, 100), lost)).not_shown for lost in ("left_wrist", "left_ankle"))
    assert {"course", "rhythm"} <= set(hand) and "steps" not in hand and {"steps", "course", "rhythm"} <= set(foot)


def test_a_foot_that_is_lost_at_the_start_hides_no_steps():
    whole, cut = walk(), without(walk(), slice(0, 20), "left_ankle", "left_foot")
    index = DESCRIPTOR_INDEX["cadence"]
    assert vector(read(cut))[index] == pytest.approx(vector(read(whole))[index], rel=0.05)


@pytest.mark.parametrize("frames", [slice(0, 60), slice(120, 180)])
def test_a_foot_that_is_lost_for_long_at_an_end_hides_the_steps_although_none_is_lost_between_others(frames):
    reasons = absent(read(without(walk(), frames, "left_ankle", "left_foot")))
    assert reasons["stance_share"] == "the legs were not tracked for 33% of the time, in which steps may be lost"


@pytest.mark.parametrize("frames", [slice(0, 15), slice(165, 180), slice(80, 98)])
def test_nothing_is_said_of_when_the_movement_was_strongest_where_an_arm_was_lost(frames):
    reasons = absent(read(without(walk(), frames, "left_elbow", "left_wrist")))
    assert reasons["peak_timing"].startswith("parts of the body were not tracked for ") and not {*STEPS} & set(reasons)


@pytest.mark.parametrize("lost", ["ankle", "foot"])
def test_lost_legs_that_go_with_the_trunk_make_no_slope_of_the_floor(lost):
    body, mask, guessed, notes = read(walk(300)).joints, np.ones(22, bool), np.zeros((300, 22), bool), []
    body[60:, SOLES, 1] += 0.1 * (body[60:, SOLES, 2] - body[60, SOLES, 2])
    assert level_floor(body, mask, guessed, notes) is not body and notes[0]["code"] == "sloping_floor"
    guessed[60:, [JOINT_INDEX[f"{side}_{lost}"] for side in ("left", "right")]] = True
    assert level_floor(body, mask, guessed, notes) is body and len(notes) == 1


def test_a_window_without_the_hole_is_not_limited_by_it():
    clip = read(without(walk(600), slice(100, 170)))
    assert "course" in clip.not_shown and "rhythm" not in clip.not_shown
    assert {"course", "rhythm"} <= set(clip.cut(0, 300).not_shown)
    assert not {"course", "rhythm"} & set(clip.cut(300, 600).not_shown)
    assert clip.cut(0, 300).cut(0, 90).not_shown.keys() == clip.cut(300, 600).not_shown.keys()


def test_gaps_are_mirrored_and_survive_as_fields():
    clip = read(without(walk(), slice(60, 100), "left_wrist"))
    assert clip.mirrored().guessed[:, JOINT_INDEX["right_wrist"]].sum() == 40
    again = as_unified_clip(asdict(clip))
    assert (again.guessed == clip.guessed).all() and again.cut(0, 50).not_shown == clip.cut(0, 50).not_shown
    with pytest.raises(MotionError, match=r"gaps of a unified clip have the shape \(180, 22\), found \(3, 22\)"):
        as_unified_clip(asdict(clip) | {"guessed": np.zeros((3, 22), bool)})


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    lost=st.sampled_from(TRUNK),
    at_the_end=st.booleans(),
    turn=st.floats(-180, 180),
)
def test_a_joint_of_the_trunk_that_is_lost_for_half_a_second_at_an_end_changes_nothing(seed, lost, at_the_end, turn):
    action = ("walk", "wave", "run", "bow")[seed % 4]
    whole = unify(generate_clip(seed, rig="smpl22", action=action, duration_s=4.0).motion).joints @ rotation("y", turn)
    broken = without(whole, slice(-15, None) if at_the_end else slice(0, 15), lost)
    clips = read(whole), read(broken)
    farthest = np.linalg.norm(clips[0].joints, axis=-1).max()
    assert np.abs(clips[0].joints - clips[1].joints).max() < 0.04 * (1 + farthest)  # a turn of two degrees
    before, after = (vector(clip) for clip in clips)
    assert (np.isfinite(before) == np.isfinite(after)).all()
    features = [movement_features(clip.joints, clip.joint_mask, clip.not_shown)[0] for clip in clips]
    assert np.abs(features[0] - features[1]).mean() < 0.01
    angles = [index for index, descriptor in enumerate(DESCRIPTORS) if descriptor.unit == "deg"]
    np.testing.assert_allclose(after[angles], before[angles], atol=4.0)


def test_a_hip_that_is_lost_at_first_does_not_stay_behind_the_body():
    joints = walk() @ rotation("y", 40.0)
    clip = read(without(joints, slice(0, 15), "left_hip"))
    np.testing.assert_allclose(clip.joints, read(joints).joints, atol=0.01)


def test_a_hip_that_is_lost_in_a_turn_goes_with_the_trunk():
    joints = walk()
    for frame in range(180):
        joints[frame] = joints[frame] @ rotation("y", 2.0 * frame)
    clip = read(without(joints, slice(60, 105), "left_hip"))
    np.testing.assert_allclose(clip.joints, read(joints).joints, atol=0.01)


def test_without_a_trunk_to_go_with_a_lost_joint_rests_where_it_was_seen():
    joints = without(walk(), slice(0, 10))
    assert np.isfinite(read(joints).joints).all()
    np.testing.assert_allclose(np.diff(read(joints).joints[:11], axis=0), 0, atol=1e-6)


@pytest.mark.parametrize("code", ["camera_tilted", "up_axis_uncertain"])
def test_nothing_is_said_of_leaning_where_it_is_unsure_which_way_is_up(code):
    leaning = ("trunk_lean", "head_pitch", "hand_height", "rise")
    assert not set(leaning) & set(absent(read(busy_movement())))
    reasons = absent(read(busy_movement(), notes=[note(code, "")]))
    assert all("which way is up" in reasons[name] for name in leaning) and "knee_flexion" not in reasons
