"""What all descriptors have in common: entries, joints, spans, and what must not change them; and the reference."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from moving_bodies import EVERY_JOINT, busy_movement, rotation, standing

from eai_llm_hf.processing.claims.terms import SUBJECTS
from eai_llm_hf.processing.descriptors.measure import (
    DESCRIPTOR_INDEX,
    DESCRIPTOR_NAMES,
    DESCRIPTORS,
    SPANS,
    in_place,
    measure,
    measure_spans,
)
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.descriptors.reference_statistics import FARTHEST_SCORE, LEVELS, MIN_CLIPS
from eai_llm_hf.processing.skeleton.resampling import resample
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES, MIRROR


def test_every_descriptor_says_what_it_is_and_names_known_joints():
    assert len(DESCRIPTORS) >= 30
    assert len(set(DESCRIPTOR_NAMES)) == len(DESCRIPTORS)
    for descriptor in DESCRIPTORS:
        assert descriptor.definition.endswith(".") and descriptor.source and descriptor.unit
        assert set(descriptor.requires) <= set(JOINT_NAMES)
        assert not {"neck", "spine1", "spine2", "spine3", "pelvis"} & set(descriptor.requires)


def test_entries_refer_to_known_descriptors_body_parts_and_subjects():
    for descriptor in DESCRIPTORS:
        assert descriptor.body_part in ("head", "trunk", "arms", "legs", "whole body")
        assert set(descriptor.near_duplicates) <= set(DESCRIPTOR_NAMES) - {descriptor.name}
        for words in (descriptor.high, descriptor.low):
            subjects = " ".join(words.predicates).split()
            assert set(subjects) <= set(SUBJECTS), descriptor.name
        assert (descriptor.high.comparative is None) is (descriptor.low.comparative is None)


def test_no_place_changes_as_references_and_checkpoints_depend_on_it():
    assert DESCRIPTOR_NAMES[:35] == (
        *("movement_speed", "travel_speed", "tempo", "smoothness", "pauses", "vertical_bounce", "head_pitch"),
        *("head_movement", "trunk_lean", "body_sway", "trunk_twist", "arm_expansion", "hand_height", "elbow_flexion"),
        *("arm_swing", "hand_speed", "left_right_asymmetry", "leg_speed", "knee_flexion", "step_width"),
        *("shoulder_height", "shoulder_opening", "body_expansion", "hand_to_head", "hand_to_hip", "arm_symmetry"),
        *("acceleration", "spectral_arc_length", "regularity", "directness", "peak_timing", "step_length"),
        *("cadence", "stance_share", "rise"),
    )


def test_a_place_taken_twice_or_left_out_and_a_name_used_twice_are_refused():
    first, second = DESCRIPTORS[:2]
    with pytest.raises(ValueError, match="'travel_speed' has place 1, expected 0"):
        in_place([second])
    with pytest.raises(ValueError, match="has place 0, expected 1"):
        in_place([first, replace(second, place=0)])
    with pytest.raises(ValueError, match="share a name"):
        in_place([first, replace(second, name=first.name)])


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
    resampled = resample(dense.astype(np.float32), 120.0)
    np.testing.assert_allclose(measure(resampled, EVERY_JOINT), at_30, rtol=0.02, atol=0.02)


def test_noise_of_three_millimetres_changes_little():
    joints = busy_movement(150)
    noisy = joints + np.random.default_rng(0).normal(0, 0.003, joints.shape)
    clean, found = measure(joints, EVERY_JOINT), measure(noisy, EVERY_JOINT)
    for descriptor, before, after in zip(DESCRIPTORS, clean, found, strict=True):
        slack = 2.5 if descriptor.unit == "deg" else 0.03  # hips 20 cm apart turn by a degree
        assert after == pytest.approx(before, rel=0.06, abs=slack), descriptor.name


def test_absent_joints_make_the_descriptors_that_need_them_absent_and_no_others():
    joints = busy_movement()
    full = measure(joints, EVERY_JOINT)
    for missing in ("head", "left_wrist", "right_ankle", "right_collar", "neck"):
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


def test_the_spans_are_the_clip_and_its_thirds():
    joints = busy_movement(151)
    spans = measure_spans(joints, EVERY_JOINT)
    assert spans.shape == (len(SPANS), len(DESCRIPTORS)) and spans.dtype == np.float32
    np.testing.assert_array_equal(spans[0], measure(joints, EVERY_JOINT))
    for row, (first, last) in zip(spans[1:], ((0, 50), (50, 100), (100, 150)), strict=True):
        np.testing.assert_array_equal(row, measure(joints[first : last + 1], EVERY_JOINT))


def test_each_span_is_measured_over_its_own_time():
    joints = standing(180)
    joints[130:, JOINT_INDEX["left_wrist"], 2] += 0.2 * np.sin(np.arange(50))
    speed = measure_spans(joints, EVERY_JOINT)[:, DESCRIPTOR_INDEX["hand_speed"]]
    assert speed[SPANS.index("end")] > speed[SPANS.index("whole")] > 0.05
    assert speed[SPANS.index("beginning")] == speed[SPANS.index("middle")] == 0


@pytest.mark.parametrize(("frames", "spanned"), [(89, False), (90, True)])
def test_clips_under_three_seconds_have_no_spans(frames, spanned):
    spans = measure_spans(busy_movement(frames), EVERY_JOINT)
    assert np.isfinite(spans[0, 0])
    assert np.isfinite(spans[1:, 0]).all() if spanned else np.isnan(spans[1:]).all()


def test_very_short_still_and_collapsed_clips_give_no_warnings_and_no_infinities():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for frames in range(2, 40):
            for joints in (busy_movement(frames), standing(frames), np.zeros((frames, 22, 3))):
                assert not np.isinf(measure(joints, EVERY_JOINT)).any()


def test_wrong_shapes_and_broken_joints_are_refused():
    with pytest.raises(ValueError, match="shape"):
        measure(np.zeros((1, 22, 3)), EVERY_JOINT)
    joints = standing()
    joints[7, JOINT_INDEX["left_knee"]] = np.nan
    with pytest.raises(ValueError, match="'left_knee'.*frame 7"):
        measure(joints, EVERY_JOINT)


def spread_matrix(clips: int = 200) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(clips, len(DESCRIPTORS))).astype(np.float32)


def test_percentiles_of_many_values_equal_those_of_single_values_bit_for_bit():
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(300, len(DESCRIPTOR_NAMES)))
    matrix[:150, 4] = 0.0  # many clips share a value
    matrix[:, 7] = np.nan  # and no clip has this one
    reference = MotionReference.fit(matrix)
    values = np.concatenate([matrix[:20], 3 * matrix[20:30], reference.quantiles.T])
    values[5, 2] = np.nan
    single = [[reference.percentile(number, value) for number, value in enumerate(row)] for row in values]
    np.testing.assert_array_equal(reference.percentiles(values), single)
    np.testing.assert_array_equal(reference.percentiles(values[0]), single[0])
    for row, found in zip(values[:, 4], reference.percentiles(values)[:, 4], strict=True):
        levels = np.array(LEVELS)[reference.quantiles[4] == row]
        by_hand = levels[[0, -1]].mean() if len(levels) else np.interp(row, reference.quantiles[4], LEVELS)
        assert found == pytest.approx(by_hand)


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


def test_a_value_that_many_clips_share_is_in_the_middle_of_their_range():
    matrix = spread_matrix()
    matrix[:120, 4] = 0.0
    matrix[120:, 4] = np.linspace(0.1, 1, 80)
    reference = MotionReference.fit(matrix)
    assert reference.percentile(4, 0.0) == pytest.approx(30, abs=2.5)
    assert reference.percentile(4, 0.5) > 60


def test_scores_are_normally_distributed_whatever_the_distribution_of_the_values():
    skewed = np.exp(3 * spread_matrix())
    reference = MotionReference.fit(skewed)
    scores = reference.normal_scores(skewed)
    assert scores.dtype == np.float32 and np.abs(scores).max() <= FARTHEST_SCORE
    for level, score in ((5, -1.645), (25, -0.674), (50, 0.0), (97.5, 1.960)):
        at_level = reference.normal_scores([reference.quantiles[:, LEVELS.index(level)]])
        np.testing.assert_allclose(at_level, np.full_like(at_level, score), atol=1e-3)
    np.testing.assert_array_equal(
        reference.normal_scores([skewed.max(0) + 1, skewed.min(0) - 1]).T, [[3.0, -3.0]] * len(DESCRIPTORS)
    )
    skewed[3, 5] = np.nan
    assert np.isnan(reference.normal_scores(skewed[3:4])).nonzero()[1].tolist() == [5]


def with_kinds(clips=200):
    """Of every second clip, which has no steps, nothing lies high among all."""
    matrix = spread_matrix(clips)
    matrix[::2, DESCRIPTOR_INDEX["cadence"]] = np.nan
    matrix[::2, 4] -= 10
    return matrix


def test_salient_is_what_is_unusual_among_clips_with_steps_or_without():
    matrix = with_kinds()
    reference = MotionReference.fit(matrix)
    scores = reference.normal_scores(matrix)
    salience = reference.salience(scores)
    np.testing.assert_array_equal(np.isnan(salience), np.isnan(scores))
    still, stepping = slice(0, None, 2), slice(1, None, 2)
    assert (scores[still, 4] < 0.05).all() and (scores[stepping, 4] > -0.05).all(), "all of a kind lie on one side"
    for kind in (still, stepping):
        own = salience[kind, 4]
        assert (own == 0).mean() == pytest.approx(0.5, abs=0.1), "only values beyond the usual are salient"
        assert np.argmax(own) == np.argmax(np.abs(scores[kind, 4]))
    together = MotionReference(reference.quantiles, 200).salience(scores)
    np.testing.assert_array_equal(together, np.abs(scores), err_msg="without kinds the median is the usual")


def test_a_descriptor_that_few_clips_of_a_kind_have_has_no_typical_score_for_the_kind():
    matrix = with_kinds()
    matrix[: 2 * (MIN_CLIPS - 1) : 2, DESCRIPTOR_INDEX["cadence"]] = 1.0
    matrix[2 * (MIN_CLIPS - 1) :, DESCRIPTOR_INDEX["cadence"]] = np.nan
    matrix[1::2, 4] = np.nan
    usual = MotionReference.fit(matrix).usual_scores
    assert usual[1, 4] == 0 and usual[1, 5] != 0 and usual[0, 4] != 0


def test_a_reference_survives_json():
    matrix = with_kinds()
    matrix[10:, 3] = np.nan
    reference = MotionReference.fit(matrix)
    again = MotionReference.from_dict(json.loads(json.dumps(reference.to_dict())))
    np.testing.assert_array_equal(again.quantiles, reference.quantiles)
    np.testing.assert_array_equal(again.usual_scores, reference.usual_scores)
    assert reference.usual_scores[1, 4] > 0.5 > -0.5 > reference.usual_scores[0, 4]
    older = {key: value for key, value in reference.to_dict().items() if key != "usual_scores"}
    assert not MotionReference.from_dict(older).usual_scores.any()
    assert again.clips == 200 and again.quantiles.shape[1] == len(LEVELS)
    assert np.isnan(again.percentile(3, 0.0)) and np.isnan(again.normal_scores(matrix[:1])[0, 3])


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
