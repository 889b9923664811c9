from dataclasses import replace

import numpy as np
import pytest
from conftest import make_clip

from eai_llm_hf.evaluation.explanations.movement_edits import (
    EDITS,
    damp_arm_swing,
    raise_arms,
    raise_head,
    retime,
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
def test_raised_arms_are_higher_and_further_from_the_body(name):
    edited = raise_arms(CLIPS[name], 50.0)
    for descriptor in ("hand_height", "arm_expansion"):
        assert value(edited, descriptor) > value(CLIPS[name], descriptor)


def test_arms_that_hang_rise_by_the_given_angle():
    clip = CLIPS["walk"]
    edited = raise_arms(clip, 40.0)
    shoulder, elbow = (JOINT_INDEX[f"left_{joint}"] for joint in ("shoulder", "elbow"))
    before, after = (each.joints[:, elbow] - each.joints[:, shoulder] for each in (clip, edited))
    cosine = (before * after).sum(1) / np.linalg.norm(before, axis=1) / np.linalg.norm(after, axis=1)
    assert np.median(np.degrees(np.arccos(cosine))) == pytest.approx(40.0, abs=5.0)


@every_clip
def test_damped_arms_swing_less(name):
    edited = damp_arm_swing(CLIPS[name], 0.5)
    assert 0.4 < value(edited, "arm_swing") / value(CLIPS[name], "arm_swing") < 0.8


def test_arms_do_not_change_with_a_factor_of_one():
    np.testing.assert_allclose(damp_arm_swing(CLIPS["wave"], 1.0).joints, CLIPS["wave"].joints, atol=1e-5)


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
    edited = edit.change(clip, edit.amount)
    assert edited.joints.dtype == np.float32 and np.isfinite(edited.joints).all()
    assert not edited.joints[:, ~clip.joint_mask].any()
    if len(edited.joints) == len(before):
        np.testing.assert_allclose(bones(edited), bones(clip), atol=1e-5)
    np.testing.assert_array_equal(clip.joints, before)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_each_edit_changes_its_descriptors_in_the_stated_directions(edit):
    edited = edit.change(CLIPS["walk"], edit.amount)
    for descriptor, direction in edit.signs:
        assert (value(edited, descriptor) > value(CLIPS["walk"], descriptor)) == (direction == "high"), descriptor


def test_an_edit_without_its_joints_does_not_fit_and_is_refused_with_their_names():
    mask = CLIPS["walk"].joint_mask.copy()
    mask[JOINT_INDEX["left_wrist"]] = False
    clip = replace(CLIPS["walk"], joints=CLIPS["walk"].joints * mask[:, None], joint_mask=mask)
    with pytest.raises(ValueError, match="left_wrist"):
        raise_arms(clip, 40.0)
    assert {edit.name for edit in EDITS if edit.fits(clip)} == {"bow the head", "raise the head"}


def test_a_raised_head_is_expected_for_happy_and_proud_and_for_no_unknown_label():
    head = next(edit for edit in EDITS if edit.name == "raise the head")
    assert head.expected(["sad", "happy", "proud", "not confident", "neutral", "seasick"]) == (
        ["happy", "proud"],
        ["sad", "not confident"],
    )


def test_what_slowing_down_makes_likelier_speeding_up_makes_less_likely():
    slow, fast = (next(edit for edit in EDITS if edit.name == name) for name in ("slow down", "speed up"))
    gaining, losing = slow.expected(["sad", "angry", "happy"])
    assert (gaining, losing) == (["sad"], ["angry", "happy"])
    assert fast.expected(["sad", "angry", "happy"]) == (losing, gaining)
