import json

import numpy as np
import pytest
from conftest import make_clip
from fake_explainers import LABELS, FakeExplainer, looks_at, raised_head, reads

from eai_llm_hf.evaluation.explanations.claim_scores import faithfulness_gap
from eai_llm_hf.evaluation.explanations.common import mean_of, share_of
from eai_llm_hf.evaluation.explanations.editing import edit_test
from eai_llm_hf.evaluation.explanations.faithfulness import faithfulness, faithfulness_tables
from eai_llm_hf.evaluation.explanations.masking import area, gap, masking_test
from eai_llm_hf.evaluation.explanations.movement_edits import EDITS
from eai_llm_hf.evaluation.explanations.stability import HARMLESS, stability_test
from eai_llm_hf.processing.claims.claim import canonical_claim, notable_claims
from eai_llm_hf.processing.claims.writing import verbalise
from eai_llm_hf.processing.descriptors.calibration import calibrated, measured_clip
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, measure, measure_spans


@pytest.fixture(scope="module")
def clips():
    emotions = ("sad", "happy", "proud", "angry", "not confident")
    return [make_clip(i, emotion=e, action="walk", rig="bandai22", duration_s=4.0) for i, e in enumerate(emotions)]


def says_of(reference, *parts, spans=False):
    """Writes true claims about these body parts, or these alone about thirds."""

    def write(clip):
        rows = measure_spans(clip.joints, clip.joint_mask)
        for_all = []
        for row, span in ((3, "end"),) if spans else ((0, "whole"),):
            for descriptor, percentile in zip(DESCRIPTORS, reference.percentiles(rows[row]), strict=True):
                if descriptor.body_part in parts and abs(percentile - 50) > 12:
                    claim = canonical_claim(descriptor.name, "high" if percentile > 50 else "low", span)
                    for_all.append(claim.text)
        return " ".join(f"{text.capitalize()}." for text in for_all)

    return write


def measured(reference):
    """Writes the salient claims, like a faithful explainer."""

    def write(clip):
        return verbalise("", notable_claims(measure(clip.joints, clip.joint_mask), reference)).split(". ", 1)[1]

    return write


@pytest.fixture(scope="module")
def reference(processor):
    return processor.feature_extractor.motion_reference()


# ---- masking --------------------------------------------------------------------------------------------------------


def test_the_gap_is_large_if_the_explanation_cites_what_the_model_uses(processor, reference, clips):
    found = masking_test(FakeExplainer(processor, looks_at("head"), says_of(reference, "head")), clips, LABELS)
    for way in ("absent", "mean"):
        parts = found["parts"][way]
        assert parts["gap"]["clips"] >= 3 and parts["gap"]["mean"] > 0.2
        assert parts["gap"]["interval"][0] > 0.1
        assert parts["gap_attributed"]["mean"] == pytest.approx(parts["gap"]["mean"])
        assert parts["uncited"]["mean"] > parts["random"]["mean"] > parts["cited"]["mean"]
        assert parts["by_unit"]["head"]["cited"]["mean"] > 0.4
        assert parts["by_unit"]["legs"]["uncited"]["mean"] == pytest.approx(0, abs=1e-6)


def test_the_metric_computes_the_same_gap_from_the_curves(processor, reference, clips):
    found = masking_test(FakeExplainer(processor, looks_at("head"), measured(reference)), clips, LABELS)
    parts = found["parts"]["absent"]
    again = faithfulness_gap(parts["curves"]["cited"], parts["curves"]["uncited"])
    assert again["gap"] == pytest.approx(parts["gap"]["mean"], abs=1e-4) and again["clips"] == parts["gap"]["clips"]
    assert again["interval"] == pytest.approx(parts["gap"]["interval"], abs=1e-3)


def test_the_gap_is_negative_if_the_explanation_cites_something_else(processor, reference, clips):
    found = masking_test(FakeExplainer(processor, looks_at("head"), says_of(reference, "legs")), clips, LABELS)
    parts = found["parts"]["absent"]
    assert parts["gap"]["mean"] < -0.05 and parts["gap"]["interval"][1] < 0
    assert parts["gap_attributed"]["mean"] > 0.2


def test_the_gap_is_zero_if_the_model_uses_nothing(processor, reference, clips):
    explainer = FakeExplainer(processor, lambda inputs: inputs["skeleton_frame_mask"][:, 0] * 0.5, measured(reference))
    found = masking_test(explainer, clips, LABELS)
    assert found["parts"]["mean"]["gap"]["mean"] == pytest.approx(0, abs=1e-6)


def test_citing_the_end_is_faithful_to_a_model_that_uses_the_end(processor, reference, clips):
    length = min(len(clip.joints) for clip in clips)
    looks = looks_at("head", "trunk", frames=slice(round(0.7 * length), length))
    writes = says_of(reference, "head", "trunk", "legs", "arms", spans=True)
    times = masking_test(FakeExplainer(processor, looks, writes), clips, LABELS)["times"]["absent"]
    assert times["gap"]["mean"] > 0.15 and times["by_unit"]["end"]["cited"]["mean"] > 0.3


def test_claims_that_do_not_hold_and_those_about_the_whole_body_cite_nothing(processor, reference, clips):
    def writes_untruth(clip):
        percentile = reference.percentile(
            "head_pitch", measure(clip.joints, clip.joint_mask)[DESCRIPTOR_INDEX["head_pitch"]]
        )
        return (
            f"The head is {'bowed' if percentile > 50 else 'held high'}. The movement is fast. The movement is slow."
        )

    found = masking_test(FakeExplainer(processor, looks_at("head"), writes_untruth), clips, LABELS)
    assert found["parts"]["absent"]["gap"] is None
    assert found["parts"]["absent"]["by_unit"]["head"]["cited"] is None


def test_areas_and_gaps_equal_a_computation_by_hand():
    table = {
        frozenset(): 1.0,
        frozenset("a"): 0.2,
        frozenset("b"): 0.8,
        frozenset("c"): 0.6,
        frozenset("ab"): 0.1,
        frozenset("ac"): 0.1,
        frozenset("bc"): 0.5,
        frozenset("abc"): 0.0,
    }
    assert area(table, ["a"], 1) == pytest.approx(0.6)
    assert area(table, ["b", "c"], 2) == pytest.approx((1.0 / 2 + 0.7 + 0.5 / 2) / 2)
    assert gap(table, ["a"], ["b", "c"]) == pytest.approx(0.85 - 0.6)
    assert gap(table, ["a", "b", "c"], []) is None and gap(table, [], ["a"]) is None


# ---- edits ----------------------------------------------------------------------------------------------------------

HEAD = [edit for edit in EDITS if edit.signs[0][0] == "head_pitch"]


def test_texts_and_probabilities_that_follow_the_head_pass_the_edit_test(processor, reference, clips):
    found = edit_test(FakeExplainer(processor, raised_head, measured(reference)), clips, LABELS, HEAD)
    assert found["generations"] == 3 * len(clips)
    for name in ("bow the head", "raise the head"):
        head = found["edits"][name]
        assert head["versions"] == len(clips) and head["percentile_change"]["mean"] > 10
        assert head["coherent"]["share"] == 1 and head["log_odds_change"]["interval"][0] > 0
        assert head["model"]["spoken"]["share"] == 1 and head["model"]["spoken"]["cases"] >= 2
        assert head["model"]["spoken_before"]["share"] < 1
        assert head["template"]["spoken"]["share"] <= head["model"]["spoken"]["share"]


def test_what_depends_on_the_rig_is_said_more_readily_against_clips_of_the_same_rig(processor, reference, clips):
    cut = processor.feature_extractor.segments
    own = calibrated(reference, [measured_clip(clip, cut(len(clip.joints))) for clip in clips])
    shares = []
    for references in (None, [own] * len(clips)):
        explainer = FakeExplainer(processor, reads("head_pitch"), measured(reference))
        found = edit_test(explainer, clips, LABELS, HEAD, references=references)["edits"]["all"]["template"]
        assert explainer.compared == [each for each in references or [None] * len(clips) for _ in range(1 + len(HEAD))]
        shares.append(found["spoken"]["share"])
    assert 0 < shares[0] < shares[1], "without them, only a bow that no rig explains"


def test_a_constant_text_speaks_of_an_edit_no_more_after_it_than_before(processor, clips):
    explainer = FakeExplainer(
        processor, lambda inputs: -reads("head_pitch")(inputs), lambda clip: "The head is bowed."
    )
    edits = edit_test(explainer, clips, LABELS, HEAD)["edits"]
    bowed, raised = (edits[name]["model"] for name in ("bow the head", "raise the head"))
    assert bowed["spoken"] == bowed["spoken_before"] and bowed["spoken"]["share"] == 1
    assert raised["spoken"]["share"] == 0
    assert edits["all"]["coherent"]["share"] == 0 and edits["all"]["log_odds_change"]["interval"][1] < 0


def test_slowing_down_and_speeding_up_are_measured_apart(processor, reference, clips):
    pace = [edit for edit in EDITS if edit.name in ("slow down", "speed up")]
    explainer = FakeExplainer(processor, reads("movement_speed"), lambda clip: "The movement is slow.")
    edits = edit_test(explainer, clips, LABELS, pace)["edits"]
    assert edits["slow down"]["model"]["spoken"]["share"] == 1
    assert edits["speed up"]["model"]["spoken"]["share"] == 0


def test_an_edit_that_moves_no_probability_counts_neither_way(processor, clips):
    constant = FakeExplainer(processor, lambda inputs: inputs["skeleton_frame_mask"][:, 0] * 0.0)
    assert edit_test(constant, clips[:2], LABELS, HEAD)["edits"]["all"]["coherent"] is None


def test_an_edit_is_skipped_for_a_clip_without_its_joints(processor, reference):
    clip = make_clip(9, action="wave", rig="bandai22", duration_s=3.0)
    clip.joint_mask[[20, 21]] = False
    clip.joints[:, [20, 21]] = 0
    found = edit_test(FakeExplainer(processor, reads("head_pitch"), measured(reference)), [clip], LABELS)
    assert found["edits"]["raise the arms"]["versions"] == 0
    assert found["edits"]["raise the arms"]["model"]["spoken"] is None
    assert found["generations"] == 1 + 2


# ---- stability ------------------------------------------------------------------------------------------------------


def test_a_text_about_the_movement_is_stable_under_harmless_changes(processor, reference, clips):
    explainer = FakeExplainer(processor, reads("head_pitch"), measured(reference))
    found = stability_test(explainer, clips[:3], LABELS)["changes"]
    for change in ("turned by 115 degrees", "8 m off", "in centimetres", "mirrored"):
        assert found[change]["jaccard"]["mean"] > 0.9, change
        assert found[change]["claim_rank"]["value"] > 0.99 and found[change]["descriptor_rank"]["mean"] > 0.99
        assert found[change]["same_label"]["share"] == 1
    assert found["all"]["jaccard"]["mean"] > 0.7
    assert set(found) == {*HARMLESS, "all"}


def test_a_text_about_the_place_is_not_stable(processor, reference, clips):
    def write(clip):
        return "The head is bowed." if clip.joints[0, 0, 0] < 1 else "The arms are spread wide."

    def moved(clip):
        return type(clip)(clip.joints + np.float32([8, 0, 0]), clip.joint_mask, clip.fps, clip.report)

    explainer = FakeExplainer(processor, reads("head_pitch"), write)
    found = stability_test(explainer, clips[:2], LABELS, {"moved": moved})["changes"]["moved"]
    assert found["jaccard"]["mean"] == 0 and found["same_claims"]["share"] == 0


def test_in_a_mirror_the_more_active_arm_is_the_other_one(processor, clips):
    def write(clip):
        asymmetry = measure(clip.joints, clip.joint_mask)[DESCRIPTOR_INDEX["left_right_asymmetry"]]
        return canonical_claim("left_right_asymmetry", "high" if asymmetry > 0 else "low").text

    explainer = FakeExplainer(processor, reads("head_pitch"), write)
    mirror = {"mirrored": HARMLESS["mirrored"]}
    assert stability_test(explainer, clips, LABELS, mirror)["changes"]["mirrored"]["jaccard"]["mean"] == 1


# ---- all ------------------------------------------------------------------------------------------------------------


def row_of(clip):
    return {"joints": clip.joints, "joint_mask": clip.joint_mask, "fps": 30.0, "corpus": "made"}


def test_all_experiments_give_json_and_tables_and_count_their_texts(processor, reference, clips):
    explainer = FakeExplainer(processor, looks_at("head"), measured(reference))
    rows = [row_of(clip) for clip in clips]
    found = faithfulness(explainer, rows, masked=3, edited=1, stable=1)
    assert found == json.loads(json.dumps(found))
    assert explainer.generations == sum(part["generations"] for part in found.values()) == 3 + 7 + 8
    page = faithfulness_tables(found)
    assert page.count("### ") == 3 and "nan" not in page
    for line in page.splitlines():
        if line.startswith("|"):
            assert line.endswith("|")
    assert faithfulness(explainer, rows, masked=2, edited=0, stable=0)["edits"] is None


def test_the_same_seed_gives_the_same_figures(processor, reference, clips):
    explainer = FakeExplainer(processor, looks_at("head"), measured(reference))
    rows = [row_of(clip) for clip in clips]
    first, second = (faithfulness(explainer, rows, masked=3, edited=0, stable=0, seed=4) for _ in range(2))
    assert first == second


def test_without_clips_there_is_nothing_to_test(processor):
    with pytest.raises(ValueError, match="no clip"):
        faithfulness(FakeExplainer(processor, looks_at("head")), [])


def test_means_and_shares_have_intervals_over_clips_and_none_without_cases():
    mean = mean_of([0.1, 0.3, 0.2, 0.4])
    assert mean["mean"] == 0.25 and mean["clips"] == 4 and mean["interval"][0] < 0.25 < mean["interval"][1]
    assert mean_of([]) is None
    share = share_of([1, 0, 2], [1, 1, 2])
    assert share["share"] == 0.75 and share["cases"] == 4 and share["interval"][0] < 0.75 < share["interval"][1]
    assert share_of([0, 0], [0, 0]) is None


def test_all_experiments_run_on_the_tiny_model(model, processor, clips):
    from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

    pipe = SkeletonEmotionExplanationPipeline(model=model, processor=processor, max_new_tokens=4)
    found = faithfulness(pipe, [row_of(clip) for clip in clips], masked=1, edited=1, stable=1)
    assert found["masking"]["clips"] == 1 and found["edits"]["edits"]["all"]["versions"] == 6
    assert faithfulness_tables(found)
