import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from conftest import make_clip
from fake_explainers import LABELS, FakeExplainer, looks_at, reads

from eai_llm_hf.evaluation.explanations.movement_edits import raise_arms, raise_head
from eai_llm_hf.processing.attribution.attribution import attribute
from eai_llm_hf.processing.attribution.occlusion import (
    LEAST_RELIANCE,
    PART_JOINTS,
    PARTS,
    OccludedViews,
    described_parts,
    occluded_probabilities,
    reliance,
)
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS, measure
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES

ARMS, LEGS = ("left arm", "right arm"), ("left leg", "right leg")


def spread_legs(clip, degrees):
    """The clip with each leg turned outward about its hip, so that no bone changes its length."""
    joints = clip.joints.copy()
    for side, angle in (("left", degrees), ("right", -degrees)):
        leg = [JOINT_INDEX[f"{side}_{joint}"] for joint in ("knee", "ankle", "foot")]
        hip = joints[:, [JOINT_INDEX[f"{side}_hip"]]]
        sine, cosine = np.sin(np.radians(angle)), np.cos(np.radians(angle))
        outward = np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        joints[:, leg] = hip + (joints[:, leg] - hip) @ outward
    return replace(clip, joints=joints)


MOVES = ((("head",), raise_head, -25.0), (ARMS, raise_arms, 40.0), (LEGS, spread_legs, 8.0))
"""What moves which parts of the body and nothing else."""


@pytest.fixture
def pipe(model, processor):
    return SkeletonEmotionExplanationPipeline(model=model, processor=processor)


@pytest.fixture(scope="module")
def walk():
    return make_clip(1, emotion="sad", action="walk", rig="bandai22", duration_s=4.0)


def views_of(pipe, clip, bounds=None):
    bounds = bounds or [0, len(clip.joints)]
    return OccludedViews(pipe.processor.feature_extractor, clip, bounds, pipe.model.skeleton_tower.feature_mean)


def all_but(*hidden, times=1):
    shown = np.ones((1, len(PARTS), times), dtype=bool)
    shown[:, [PARTS.index(part) for part in hidden]] = False
    return shown


def without(clip, *parts):
    mask = clip.joint_mask.copy()
    mask[[JOINT_INDEX[joint] for part in parts for joint in PART_JOINTS[part]]] = False
    return replace(clip, joints=clip.joints * mask[:, None], joint_mask=mask)


# ---- occlusion ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["absent", "mean"])
def test_where_nothing_is_hidden_the_probabilities_are_those_of_the_pipeline(pipe, walk, way):
    labels = list(pipe.model.config.labels)
    record = pipe(walk, label_only=True)
    found = occluded_probabilities(
        pipe.scorer, views_of(pipe, walk, [0, 50, 90, len(walk.joints)]), all_but(times=3), labels, way
    )
    np.testing.assert_allclose(found[0], [record["scores"][label] for label in labels], atol=1e-6)


@pytest.mark.parametrize("parts", [("head",), ("left arm",), ARMS, ("head", *ARMS)])
def test_a_hidden_head_or_arm_is_what_the_processor_makes_of_a_rig_without_it(pipe, walk, parts):
    labels = list(pipe.model.config.labels)
    found = occluded_probabilities(pipe.scorer, views_of(pipe, walk), all_but(*parts), labels)
    record = pipe(without(walk, *parts), label_only=True)
    np.testing.assert_allclose(found[0], [record["scores"][label] for label in labels], atol=1e-6)


@pytest.mark.parametrize(("parts", "move", "amount"), MOVES)
@pytest.mark.parametrize("way", ["absent", "mean"])
def test_nothing_of_a_hidden_part_reaches_the_tower(pipe, walk, parts, move, amount, way):
    moved = move(walk, amount)
    shown = all_but(*parts)
    before, after = (views_of(pipe, clip).inputs(shown, way) for clip in (walk, moved))
    for name in before:
        np.testing.assert_allclose(before[name], after[name], atol=2e-3, err_msg=name)
    whole = [views_of(pipe, clip).inputs(all_but(), way)["skeleton_features"] for clip in (walk, moved)]
    assert np.abs(whole[0] - whole[1]).max() > 0.1


@pytest.mark.parametrize(("parts", "move", "amount"), MOVES)
def test_a_descriptor_does_not_change_with_a_part_that_it_is_not_said_to_tell_of(walk, parts, move, amount):
    before, after = (measure(clip.joints, clip.joint_mask) for clip in (walk, move(walk, amount)))
    for descriptor, old, new in zip(DESCRIPTORS, before, after, strict=True):
        if not set(described_parts(descriptor)) & set(parts):
            assert new == pytest.approx(old, abs=1e-3, nan_ok=True), descriptor.name


def test_each_descriptor_tells_of_some_part():
    assert all(described_parts(descriptor) for descriptor in DESCRIPTORS)


def test_descriptors_are_measured_from_the_times_that_are_shown(pipe, walk):
    shown = np.ones((1, len(PARTS), 2), dtype=bool)
    shown[:, :, 1] = False
    hidden = views_of(pipe, walk, [0, 70, len(walk.joints)]).inputs(shown)["skeleton_descriptors"][0]
    reference = pipe.processor.feature_extractor.motion_reference()
    scores = reference.normal_scores([measure(walk.joints[:70], walk.joint_mask)])
    np.testing.assert_allclose(hidden, scores[0], atol=1e-5)


def test_a_part_hidden_for_a_time_is_ordinary_there_and_seen_elsewhere(pipe, walk):
    view = views_of(pipe, walk, [0, 60, len(walk.joints)])
    shown = np.ones((1, len(PARTS), 2), dtype=bool)
    shown[:, PARTS.index("head"), 0] = False
    everything, some = (view.inputs(seen)["skeleton_features"][0] for seen in (all_but(times=2), shown))
    head = 2
    np.testing.assert_array_equal(some[:60, head], pipe.model.skeleton_tower.feature_mean[head].expand(60, -1))
    np.testing.assert_array_equal(some[60:, head], everything[60:, head])
    np.testing.assert_array_equal(np.delete(some, head, axis=1), np.delete(everything, head, axis=1))


def test_with_everything_hidden_all_clips_look_alike(pipe, walk):
    labels = list(pipe.model.config.labels)
    other = make_clip(7, emotion="angry", action="run", rig="bandai22", duration_s=4.0)
    found = [
        occluded_probabilities(pipe.scorer, views_of(pipe, clip), all_but(*PARTS), labels) for clip in (walk, other)
    ]
    assert np.isfinite(found[0]).all()
    np.testing.assert_allclose(*found, atol=1e-6)


def test_bounds_that_do_not_cover_the_clip_are_refused(pipe, walk):
    with pytest.raises(ValueError, match=f"from 0 to {len(walk.joints)}"):
        views_of(pipe, walk, [0, 50])


# ---- attribution ----------------------------------------------------------------------------------------------------


def test_what_looks_at_the_head_in_one_second_is_attributed_to_the_head_in_that_second(processor, walk):
    found = attribute(FakeExplainer(processor, looks_at("head", frames=slice(60, 90))).scorer, walk, label="happy")
    assert found.parts == PARTS and found.values.shape == (len(PARTS), 4)
    assert np.unravel_index(found.values.argmax(), found.values.shape) == (PARTS.index("head"), 2)
    assert found.values.max() == pytest.approx(found.per_part[PARTS.index("head")])
    assert found.values.max() == pytest.approx(found.per_second[2]) and found.values.max() > 0.2
    assert np.count_nonzero(np.abs(found.values) > 1e-6) == 1
    np.testing.assert_allclose(found.bounds_s, [0, 1, 2, 3, 4], atol=0.05)


def test_what_reads_a_descriptor_is_attributed_to_the_parts_that_it_tells_of(processor, walk):
    found = attribute(FakeExplainer(processor, reads("hand_to_head")).scorer, walk)
    found_parts = [part for part, fall in zip(found.parts, found.per_part, strict=True) if abs(fall) > 1e-6]
    assert found_parts == ["head", "left arm", "right arm"]


def test_what_hiding_raises_is_attributed_below_zero(processor, walk):
    explainer = FakeExplainer(processor, looks_at("head"))
    happy, sad = (attribute(explainer.scorer, walk, label=label) for label in LABELS)
    np.testing.assert_allclose(sad.per_part, -happy.per_part, atol=1e-9)
    assert sad.probability == pytest.approx(1 - happy.probability)


def test_left_and_right_count_alike_since_a_mirror_image_counts_as_much(processor, walk):
    found = attribute(FakeExplainer(processor, looks_at("left forearm")).scorer, walk)
    assert found.per_part[2] == pytest.approx(found.per_part[3], rel=0.5) and found.per_part[2] > 0.01


def test_attribution_of_a_long_recording_covers_all_windows_and_keeps_the_probability(pipe):
    clip = make_clip(4, action="walk", rig="bandai22", duration_s=12.4)
    found = attribute(pipe.scorer, clip)
    record = pipe(clip, label_only=True)
    assert found.label == record["label"] and found.probability == pytest.approx(record["score"], abs=1e-6)
    assert found.values.shape == (len(PARTS), len(found.bounds_s) - 1) == (len(PARTS), 13)
    assert found.bounds_s[-1] == pytest.approx(len(clip.joints) / 30)


def test_attribution_is_the_same_each_time_and_goes_into_json(pipe, walk):
    first, second = (attribute(pipe.scorer, walk).to_dict() for _ in range(2))
    assert first == second == json.loads(json.dumps(first))
    assert first["method"] == "occlusion" and len(first["values"]) == len(first["parts"])


def test_attribution_leaves_out_parts_that_the_recording_lacks(pipe, walk):
    found = attribute(pipe.scorer, without(walk, "head"))
    assert found.parts == PARTS[1:] and np.isfinite(found.values).all()


def test_attribution_does_not_track_gradients_into_the_pipelines_memory(pipe, walk):
    attribute(pipe.scorer, walk, labels=["calm", "tense"])
    assert not any(states.requires_grad for states in pipe.scorer._cached.values())
    assert torch.is_grad_enabled()


def test_a_label_that_is_no_candidate_is_refused(pipe, walk):
    with pytest.raises(ValueError, match="'bored'"):
        attribute(pipe.scorer, walk, label="bored")


def test_names_of_parts_and_joints_are_those_of_the_skeleton():
    assert {joint for joints in PART_JOINTS.values() for joint in joints} <= set(JOINT_NAMES)
    assert PART_JOINTS["left arm"] == {"left_elbow", "left_wrist"}


# ---- reliance -------------------------------------------------------------------------------------------------------

BODY_PART = np.array([descriptor.body_part for descriptor in DESCRIPTORS])


def test_a_label_relies_most_on_the_body_part_without_which_it_is_least_likely(processor, walk):
    explainer = FakeExplainer(processor, looks_at("left forearm", "right forearm", weight=0.5))
    happy, sad = (reliance(explainer.scorer, walk, LABELS, label) for label in LABELS)
    assert happy.shape == (len(DESCRIPTORS),) and happy.dtype == np.float32
    np.testing.assert_allclose(happy[BODY_PART == "arms"], 1.0)
    np.testing.assert_allclose(happy[np.isin(BODY_PART, ["head", "trunk", "legs"])], LEAST_RELIANCE)
    np.testing.assert_allclose(happy[BODY_PART == "whole body"], (1 + 3 * LEAST_RELIANCE) / 4)
    np.testing.assert_allclose(sad, LEAST_RELIANCE, err_msg="the arms speak against it")


def test_reasons_are_written_from_what_the_label_rests_on_first(pipe, walk, monkeypatch):
    seen = []
    generate = pipe.model.generate
    monkeypatch.setattr(pipe.model, "generate", lambda **inputs: seen.append(inputs) or generate(**inputs))
    record = pipe(walk, max_new_tokens=2)
    pipe(walk, question="What do the arms do?", max_new_tokens=2)
    weights = reliance(pipe.scorer, walk, list(pipe.model.config.labels), record["label"])
    assert len(set(weights.tolist())) > 2
    explained, asked = (inputs["skeleton_salience"][0].numpy() for inputs in seen)
    reference = pipe.processor.feature_extractor.motion_reference()
    plain = reference.salience(reference.normal_scores([measure(walk.joints, walk.joint_mask)]))[0]
    np.testing.assert_allclose(asked, plain, rtol=1e-5, err_msg="of an answer, what was asked decides")
    np.testing.assert_allclose(explained, plain * weights, rtol=1e-5)
