from dataclasses import replace

import numpy as np
import pytest
from conftest import make_clip

from eai_llm_hf.evaluation.explanations.movement_edits import (
    EDITS,
    change_arm_speed,
    lean_trunk,
    raise_head,
    retime,
    spread_arms,
    widen_stance,
)
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, measure
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, PARENTS

CLIPS = {
    "walk": make_clip(1, emotion="sad", action="walk", rig="bandai22", duration_s=4.0),
    "wave": make_clip(2, emotion="happy", action="wave", rig="smpl24", duration_s=3.0),
    "run": make_clip(3, emotion="angry", action="run", rig="cmu31", duration_s=4.0),
    "turned": None,
}
_quarter = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]], dtype=np.float32)
CLIPS["turned"] = replace(CLIPS["walk"], joints=CLIPS["walk"].joints @ _quarter.T)
every_clip = pytest.mark.parametrize("name", CLIPS)


def value(clip: UnifiedClip, descriptor: str) -> float:
    return float(measure(clip.joints, clip.joint_mask)[DESCRIPTOR_INDEX[descriptor]])


def bones(clip: UnifiedClip) -> np.ndarray:
    mask = clip.joint_mask
    pairs = [(j, p) for j, p in enumerate(PARENTS) if p >= 0 and mask[j] and mask[p]]
    return np.stack([np.linalg.norm(clip.joints[:, j] - clip.joints[:, p], axis=1) for j, p in pairs])


@every_clip
@pytest.mark.parametrize("degrees", [-25.0, 10.0])
def test_the_head_turns_by_the_given_angle(name, degrees):
    edited = raise_head(CLIPS[name], degrees)
    assert value(edited, "head_pitch") - value(CLIPS[name], "head_pitch") == pytest.approx(degrees, abs=0.5)


@every_clip
@pytest.mark.parametrize("degrees", [-15.0, 15.0])
def test_the_trunk_leans_by_the_given_angle_and_the_gaze_stays(name, degrees):
    edited = lean_trunk(CLIPS[name], degrees)
    assert value(edited, "trunk_lean") - value(CLIPS[name], "trunk_lean") == pytest.approx(degrees, abs=1.5)
    assert value(edited, "head_pitch") == pytest.approx(value(CLIPS[name], "head_pitch"), abs=2.0)
    assert value(edited, "arm_expansion") == pytest.approx(value(CLIPS[name], "arm_expansion"), abs=0.02)


@every_clip
def test_slow_arms_move_slower_by_the_given_factor(name):
    assert value(change_arm_speed(CLIPS[name], 0.4), "hand_speed") < 0.8 * value(CLIPS[name], "hand_speed")


def test_fast_arms_of_a_walk_move_twice_as_fast():
    edited = change_arm_speed(CLIPS["walk"], 2.0)
    assert value(edited, "hand_speed") == pytest.approx(2 * value(CLIPS["walk"], "hand_speed"), rel=0.15)


def test_arms_do_not_change_with_a_factor_of_one():
    np.testing.assert_allclose(change_arm_speed(CLIPS["wave"], 1.0).joints, CLIPS["wave"].joints, atol=1e-5)


@every_clip
def test_arms_draw_in_and_spread(name):
    expansion = value(CLIPS[name], "arm_expansion")
    assert value(spread_arms(CLIPS[name], 0.4), "arm_expansion") < 0.95 * expansion
    assert value(spread_arms(CLIPS[name], 2.0), "arm_expansion") > 1.02 * expansion


@every_clip
@pytest.mark.parametrize("factor", [0.5, 1.8])
def test_the_stance_changes_by_the_given_factor(name, factor):
    edited = widen_stance(CLIPS[name], factor)
    assert value(edited, "step_width") == pytest.approx(factor * value(CLIPS[name], "step_width"), abs=0.02)


def test_a_wide_stance_stays_on_the_floor():
    clip, edited = CLIPS["wave"], widen_stance(CLIPS["wave"], 2.5)
    soles = [JOINT_INDEX[name] for name in ("left_ankle", "right_ankle", "left_foot", "right_foot")]
    soles = [joint for joint in soles if clip.joint_mask[joint]]
    lowest = [c.joints[:, soles, 1].min(axis=1) for c in (clip, edited)]
    assert np.percentile(lowest[1], 2) == pytest.approx(np.percentile(lowest[0], 2), abs=1e-4)
    assert edited.joints[:, 0, 1].mean() < clip.joints[:, 0, 1].mean()


@pytest.mark.parametrize("name", ["walk", "run", "turned"])
@pytest.mark.parametrize("factor", [0.6, 1.5])
def test_the_pace_changes_by_the_given_factor(name, factor):
    edited = retime(CLIPS[name], factor)
    assert value(edited, "movement_speed") == pytest.approx(factor * value(CLIPS[name], "movement_speed"), rel=0.1)
    assert len(edited.joints) == pytest.approx(len(CLIPS[name].joints) / factor, abs=2)
    np.testing.assert_allclose(np.median(bones(edited), axis=1), np.median(bones(CLIPS[name]), axis=1), atol=2e-3)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
@every_clip
def test_bones_keep_their_lengths_absent_joints_stay_absent_and_the_clip_is_not_modified(edit, name):
    clip = CLIPS[name]
    before = clip.joints.copy()
    for amount in edit.amounts:
        edited = edit.change(clip, amount)
        assert edited.joints.dtype == np.float32 and np.isfinite(edited.joints).all()
        assert not edited.joints[:, ~clip.joint_mask].any()
        if len(edited.joints) == len(before):
            np.testing.assert_allclose(bones(edited), bones(clip), atol=1e-5)
    np.testing.assert_array_equal(clip.joints, before)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_each_edit_states_the_direction_of_its_descriptor(edit):
    for amount, rises in zip(edit.amounts, edit.rises, strict=True):
        assert (
            value(edit.change(CLIPS["walk"], amount), edit.descriptor) > value(CLIPS["walk"], edit.descriptor)
        ) == rises


def test_an_edit_without_its_joints_does_not_fit_and_is_refused_with_their_names():
    mask = CLIPS["walk"].joint_mask.copy()
    mask[JOINT_INDEX["left_wrist"]] = False
    clip = replace(CLIPS["walk"], joints=CLIPS["walk"].joints * mask[:, None], joint_mask=mask)
    with pytest.raises(ValueError, match="left_wrist"):
        spread_arms(clip, 0.5)
    fitting = {edit.name for edit in EDITS if edit.fits(clip)}
    assert "head" in fitting and "stance" in fitting and not fitting & {"arm speed", "arm expansion", "pace"}


def test_a_raised_head_is_expected_for_happy_and_proud_and_for_no_unknown_label():
    head = next(edit for edit in EDITS if edit.name == "head")
    assert head.expected(["sad", "happy", "proud", "not confident", "bored"]) == (
        ["happy", "proud"],
        ["sad", "not confident"],
    )


def test_effects_without_a_publication_are_not_expected():
    pace = next(edit for edit in EDITS if edit.name == "pace")
    assert pace.expected(["proud", "not confident"]) == ([], [])
