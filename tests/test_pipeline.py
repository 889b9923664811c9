"""The pipeline: the record it promises, the inputs it takes, and what becomes of bad ones."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import as_input, make_clip, says, truth
from datasets import Dataset
from transformers import GenerationConfig, pipeline

from eai_llm_hf import TASK
from eai_llm_hf.processing.claims.claim import canonical_claim, holds
from eai_llm_hf.processing.claims.fixed_answers import ASK_INSTEAD, NOT_VISIBLE
from eai_llm_hf.processing.claims.writing import named_label
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, SPANS, measure

LABELS = ["happy", "sad", "angry", "proud", "not confident"]
RECORD = {
    "source": str, "label": str, "score": float, "scores": dict, "certainty": dict, "explanation": str,
    "reasons": list, "evidence": list, "not_measured": list, "notes": list, "segments": list, "skeleton": dict,
    "model": str,
}  # fmt: skip
EVIDENCE = {
    "claim", "body_part", "descriptor", "direction", "degree", "span", "value", "unit", "percentile",
    "reference", "start_s", "end_s", "holds",
}  # fmt: skip
REASON = {"claim", "relation", "emotion", "strength", "source", "evidence"}
SEGMENT = {"start_s", "end_s", "label", "score"}
SKELETON = {"layout", "frames", "fps", "matched_joints", "missing_joints", "up_axis", "unit_scale"}
SHORT = {"max_new_tokens": 4}


# ---- the record -----------------------------------------------------------------------------------------------------


def test_a_record_has_the_keys_of_the_contract(pipe, inputs):
    record = pipe(inputs[0], **SHORT)
    assert set(record) == {*RECORD, "written_by", "dropped_claims"}
    assert all(isinstance(record[key], kind) for key, kind in RECORD.items())
    assert record["evidence"] and all(set(item) == EVIDENCE for item in record["evidence"])
    assert all(set(item) == REASON for item in record["reasons"])
    assert all(set(item) == SEGMENT for item in record["segments"])
    assert set(record["skeleton"]) == SKELETON
    assert list(record)[: len(RECORD)] == list(RECORD), "the keys stand in the order of the contract"
    assert record["source"] == "clip 1"
    assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_label_score_and_scores_belong_together(pipe, inputs):
    record = pipe(inputs[0], **SHORT)
    assert set(record["scores"]) == set(LABELS)
    assert list(record["scores"].values()) == sorted(record["scores"].values(), reverse=True)
    assert record["label"] == next(iter(record["scores"])) and record["score"] == record["scores"][record["label"]]
    assert math.isclose(sum(record["scores"].values()), 1, abs_tol=1e-6)
    assert named_label(record["explanation"], LABELS) == record["label"]


def test_the_scores_are_those_of_the_model(pipe, inputs):
    clip = pipe.processor.feature_extractor.clips(inputs[0])[0]
    states = pipe.model.encode_text(**pipe.processor.label_inputs(LABELS)).unflatten(0, (len(LABELS), -1))
    features = pipe.processor.feature_extractor([clip, clip.mirrored()], return_tensors="pt")
    expected = pipe.model.score_labels(**features, text_states=states)[0].mean(0).softmax(-1).tolist()
    scores = pipe(inputs[0], label_only=True)["scores"]
    np.testing.assert_allclose([scores[label] for label in LABELS], expected, atol=1e-6)


def test_a_mirrored_clip_gets_the_same_scores_and_the_other_side_in_the_evidence(pipe, inputs):
    clip = pipe.processor.feature_extractor.clips(inputs[1])[0]
    there, mirrored = pipe([clip, clip.mirrored()], label_only=True)
    assert mirrored["scores"] == pytest.approx(there["scores"], abs=1e-6)
    index = DESCRIPTOR_INDEX["left_right_asymmetry"]
    sides = [measure(side.joints, side.joint_mask)[index] for side in (clip, clip.mirrored())]
    assert sides[1] == pytest.approx(-sides[0], abs=1e-6) and abs(sides[0]) > 1e-3


def test_evidence_is_what_was_measured(pipe, inputs):
    record = pipe(inputs[0], label_only=True)
    rows, reference = truth(pipe, inputs[0])
    assert len(record["evidence"]) >= 4
    for item in record["evidence"]:
        index = DESCRIPTOR_INDEX[item["descriptor"]]
        value = float(rows[SPANS.index(item["span"]), index])
        assert item["value"] == pytest.approx(value, abs=1e-4)
        assert item["unit"] == DESCRIPTORS[index].unit and item["body_part"] == DESCRIPTORS[index].body_part
        assert item["percentile"] == pytest.approx(reference.percentile(index, value), abs=0.06)
        claim = canonical_claim(item["descriptor"], item["direction"], item["span"], item["degree"])
        assert item["claim"] == claim.text and item["holds"] is holds(claim, rows, reference) is True


def test_a_claim_about_a_part_of_the_clip_is_checked_in_that_part(pipe, inputs, monkeypatch):
    rows, reference = truth(pipe, inputs[1])
    span = (
        " [for head pitch low beginning] at first the head is bowed and [other knee flexion high] the knees are bent."
    )
    says(monkeypatch, pipe, f"It looks sad:{span} [for head pitch low end] Towards the end the head is bowed.")
    record = pipe(inputs[1], verify=False)
    first, whole, last = record["evidence"][:3]
    assert [item["span"] for item in (first, whole, last)] == ["beginning", "whole", "end"]
    index = DESCRIPTOR_INDEX["head_pitch"]
    assert [item["value"] for item in (first, last)] == pytest.approx([rows[1, index], rows[3, index]], abs=1e-4)
    assert first["holds"] is holds(canonical_claim("head_pitch", "low", "beginning"), rows, reference)
    seconds = len(inputs[1]["joints"]) / 30
    assert [first["start_s"], first["end_s"]] == pytest.approx([0, seconds / 3], abs=2e-3)
    assert [last["start_s"], last["end_s"]] == pytest.approx([seconds * 2 / 3, seconds], abs=2e-3)
    assert [whole["start_s"], whole["end_s"]] == pytest.approx([0, seconds], abs=2e-3)


def test_the_model_is_named_after_its_checkpoint(pipe, inputs, tiny_checkpoint):
    assert pipe(inputs[0], label_only=True)["model"] == tiny_checkpoint.name


def test_the_skeleton_says_what_was_found(pipe):
    record = pipe(make_clip(2, rig="kinect_v2_25", duration_s=2.0), label_only=True)
    assert record["skeleton"]["layout"] == "kinect_v2_25"
    assert record["skeleton"]["matched_joints"] + len(record["skeleton"]["missing_joints"]) == 22


# ---- kinds of input -------------------------------------------------------------------------------------------------


def test_every_kind_of_input_gives_the_same_record(pipe, inputs, tmp_path):
    given = inputs[0]
    path = tmp_path / "clip.npz"
    np.savez(path, joints=given["joints"], fps=30.0, layout="smpl22")
    expected = pipe(given, label_only=True)
    kinds = {
        "path": str(path),
        "path object": path,
        "dict of a path": {"path": str(path)},
        "nested lists": {**given, "joints": given["joints"].tolist()},
    }
    for kind, clip in kinds.items():
        record = pipe(clip, label_only=True)
        assert {**record, "source": ""} == {**expected, "source": ""}, kind
    assert pipe(str(path), label_only=True)["source"] == str(path)
    assert pipe({"path": str(path)}, label_only=True)["source"] == str(path)
    bare = pipe(given["joints"], fps=30, layout="smpl22", label_only=True)
    assert {**bare, "source": ""} == {**expected, "source": ""} and bare["source"] == "array"


def test_a_list_gives_a_list_and_an_empty_list_an_empty_one(pipe, inputs):
    records = pipe(inputs[:2], label_only=True)
    assert [record["source"] for record in records] == ["clip 1", "clip 2"]
    assert pipe(inputs[:1], label_only=True) == records[:1]
    assert pipe(tuple(inputs[:2]), label_only=True) == records
    assert pipe([]) == [] and pipe(()) == []


def test_several_people_give_a_list_of_records(pipe, inputs):
    joints = inputs[1]["joints"]
    people = {**inputs[1], "joints": np.stack([joints, joints[::-1]])}
    records = pipe(people, label_only=True)
    assert isinstance(records, list) and len(records) == 2
    first, second = pipe(inputs[1], label_only=True), pipe({**inputs[1], "joints": joints[::-1]}, label_only=True)
    for record, alone in zip(records, (first, second), strict=True):
        np.testing.assert_allclose(list(record["scores"].values()), list(alone["scores"].values()), atol=1e-5)
        assert [item["value"] for item in record["evidence"]] == [item["value"] for item in alone["evidence"]]
    # In a list, the other inputs keep their places.
    mixed = pipe([inputs[0], people, inputs[2]], label_only=True, batch_size=2)
    assert [isinstance(item, list) for item in mixed] == [False, True, False]


def test_a_dataset_column_gives_a_record_a_row(pipe, inputs):
    expected = pipe(inputs, label_only=True)
    columns = {"joints": [given["joints"].tolist() for given in inputs]}
    plain = Dataset.from_dict(columns)
    for column in (plain["joints"], plain.with_format("numpy")["joints"], plain.with_format("torch")["joints"]):
        records = pipe(column, fps=30, layout="smpl22", label_only=True)
        assert [{**record, "source": ""} for record in records] == [{**record, "source": ""} for record in expected]


def test_a_column_of_paths_gives_a_record_a_row(pipe, inputs, tmp_path):
    paths = []
    for index, given in enumerate(inputs[:2]):
        paths.append(str(tmp_path / f"{index}.npz"))
        np.savez(paths[-1], joints=given["joints"], fps=30.0, layout="smpl22")
    records = pipe(Dataset.from_dict({"file": paths})["file"], label_only=True)
    assert [record["source"] for record in records] == paths


def test_a_generator_is_read_as_it_goes(pipe, inputs):
    taken = []

    def stream():
        for index, given in enumerate(inputs):
            taken.append(index)
            yield given

    results = pipe(stream(), label_only=True)
    assert taken == [] or len(taken) < len(inputs)
    first = next(iter(results))
    assert first["source"] == "clip 1" and len(taken) < len(inputs)
    records = list(pipe(stream(), label_only=True, batch_size=2))
    assert [record["source"] for record in records] == ["clip 1", "clip 2", "clip 3"]


def test_batches_give_the_records_of_single_clips(pipe, inputs):
    single = pipe(inputs, batch_size=1, max_new_tokens=6)
    batch = pipe(inputs, batch_size=3, max_new_tokens=6)
    for one, other in zip(single, batch, strict=True):
        assert one["label"] == other["label"] and one["explanation"] == other["explanation"]
        for label, score in one["scores"].items():
            assert other["scores"][label] == pytest.approx(score, abs=1e-5)
        assert one["evidence"] == other["evidence"]


def test_the_model_itself_or_its_folder_makes_the_pipeline(tiny_checkpoint, inputs, pipe):
    made = pipeline(TASK, model=str(tiny_checkpoint), device="cpu")
    made.model.alignment.logit_scale.data.fill_(5.0)
    assert made(inputs[0], label_only=True) == pipe(inputs[0], label_only=True)


# ---- labels and questions -------------------------------------------------------------------------------------------


def test_any_words_may_be_candidates(pipe, inputs):
    words = ["calm", "full of quiet joy", "Angst"]
    record = pipe(inputs[0], candidate_labels=words, **SHORT)
    assert set(record["scores"]) == set(words) and math.isclose(sum(record["scores"].values()), 1, abs_tol=1e-6)
    assert record["label"] in record["explanation"]
    assert pipe(inputs[0], candidate_labels=words[::-1], label_only=True)["label"] == record["label"]


def test_a_question_is_answered_in_place_of_the_explanation(pipe, inputs, monkeypatch):
    prompts = []
    original = pipe.processor.__class__.__call__

    def spy(self, text=None, skeletons=None, **kwargs):
        prompts.extend(text or [])
        return original(self, text=text, skeletons=skeletons, **kwargs)

    monkeypatch.setattr(pipe.processor.__class__, "__call__", spy)
    says(monkeypatch, pipe, NOT_VISIBLE)
    record = pipe(inputs[0], question="What do the arms do?")
    assert set(record) == {*RECORD, "question", "dropped_claims"}
    assert record["question"] == "What do the arms do?" and "What do the arms do?" in prompts[0]
    assert record["explanation"] == f"{NOT_VISIBLE} {ASK_INSTEAD}"
    assert record["label"] in LABELS, "the label is given all the same"


def test_the_explanation_is_written_for_the_label_that_was_chosen(pipe, inputs, monkeypatch):
    prompts = []
    original = pipe.processor.__class__.__call__

    def spy(self, text=None, skeletons=None, **kwargs):
        prompts.extend(text or [])
        return original(self, text=text, skeletons=skeletons, **kwargs)

    monkeypatch.setattr(pipe.processor.__class__, "__call__", spy)
    record = pipe(inputs[0], **SHORT)
    facts = f"Label: {record['label']} (", f"Runner-up: {record['certainty']['runner_up']} ("
    assert all(fact in prompts[0] for fact in facts)


def test_label_only_writes_no_text(pipe, inputs, monkeypatch):
    calls = says(monkeypatch, pipe, "Nothing.")
    record = pipe(inputs[0], label_only=True)
    assert calls == [] and record["explanation"] == "" and set(record) == set(RECORD)
    assert record["evidence"]
    pipe(inputs[0])
    assert calls == [1]


def test_generation_arguments_reach_the_language_model(pipe, inputs, monkeypatch):
    seen = []
    original = pipe.model.generate
    monkeypatch.setattr(pipe.model, "generate", lambda **kwargs: seen.append(kwargs) or original(**kwargs))
    pipe(inputs[0], max_new_tokens=3, num_beams=2)
    assert (seen[0]["max_new_tokens"], seen[0]["num_beams"]) == (3, 2)


# ---- long recordings ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def long() -> dict:
    return as_input(make_clip(4, action="walk", rig="bandai22", duration_s=26.0))


def test_sampling_is_careful_unless_told_otherwise(pipe, inputs, monkeypatch):
    seen = []
    generate = pipe.model.generate
    monkeypatch.setattr(pipe.model, "generate", lambda **kwargs: (seen.append(kwargs), generate(**kwargs))[1])
    own = GenerationConfig(max_new_tokens=2, do_sample=True, temperature=1.5)
    for given in ({}, {"do_sample": True}, {"do_sample": True, "temperature": 0.7}, {"generation_config": own}):
        pipe(inputs[0], **({"max_new_tokens": 2} | given if "generation_config" not in given else given))
    asked = [(call.get("do_sample"), call.get("temperature"), call.get("top_p")) for call in seen]
    assert asked[1:3] == [(True, 0.2, 0.9), (True, 0.7, 0.9)]
    assert asked[0][1:] == asked[3][1:] == (None, None)


def test_a_long_recording_is_read_by_window(pipe, long):
    record = pipe(long, label_only=True)
    frames = len(long["joints"])
    spans = [(part["start_s"], part["end_s"]) for part in record["segments"]]
    assert spans == [(0.0, 10.0), (10.0, 20.0), (20.0, pytest.approx(frames / 30, abs=1e-3))]
    span = (record["evidence"][0]["start_s"], record["evidence"][0]["end_s"])
    assert span in spans
    best = max(record["segments"], key=lambda part: (part["label"] == record["label"]) * part["score"])
    if best["label"] == record["label"]:
        assert span == (best["start_s"], best["end_s"]), "explained is the window that shows the label best"


def test_overall_scores_are_the_mean_of_the_windows_weighted_by_length(pipe, long):
    record = pipe(long, label_only=True)
    total = dict.fromkeys(LABELS, 0.0)
    for part in record["segments"]:
        first, last = round(part["start_s"] * 30), round(part["end_s"] * 30)
        piece = pipe(as_input(SimpleNamespace(joints=long["joints"][first:last])), label_only=True)
        for label, score in piece["scores"].items():
            total[label] += score * (last - first) / len(long["joints"])
    # A piece is unified anew, which turns and places it, and that changes a feature in the last digits only.
    for label, score in total.items():
        assert record["scores"][label] == pytest.approx(score, abs=0.03)
    weights = [part["end_s"] - part["start_s"] for part in record["segments"]]
    if all(part["label"] == record["label"] for part in record["segments"]):
        mean = np.average([part["score"] for part in record["segments"]], weights=weights)
        assert record["score"] == pytest.approx(mean, abs=1e-4)


@pytest.mark.parametrize(("window_s", "hop_s"), [(4.0, None), (4.0, 2.0), (3.0, 1.0), (None, 5.0), (7.5, 7.5)])
def test_windows_cover_the_whole_recording(pipe, long, window_s, hop_s):
    parts = pipe(long, label_only=True, window_s=window_s, hop_s=hop_s)["segments"]
    seconds = len(long["joints"]) / 30
    assert parts[0]["start_s"] == 0.0 and parts[-1]["end_s"] >= seconds - 1.0
    for before, after in zip(parts, parts[1:], strict=False):
        assert before["start_s"] < after["start_s"] <= before["end_s"], "no gap between windows"
        assert before["end_s"] < after["end_s"], "no window lies within another"
        step = after["start_s"] - before["start_s"]
        assert step == pytest.approx(min(hop_s or 10.0, window_s or 10.0), abs=0.02)
    assert all(part["end_s"] - part["start_s"] <= (window_s or 10.0) + 0.02 for part in parts)


def test_windows_that_would_skip_frames_are_refused(pipe, long):
    with pytest.raises(ValueError, match="hop_s must not exceed window_s.*9.0 and 4.0"):
        pipe(long, label_only=True, window_s=4.0, hop_s=9.0)


def test_a_clip_that_fits_one_window_is_not_cut(pipe, inputs):
    assert len(pipe(inputs[1], label_only=True)["segments"]) == 1
    assert len(pipe(inputs[1], label_only=True, window_s=3.0)["segments"]) == 2


@pytest.mark.parametrize(
    ("option", "value"),
    [("window_s", 0.0), ("window_s", 11.0), ("hop_s", 0.1), ("hop_s", -1.0), ("window_s", math.nan)],
)
def test_windows_outside_what_the_model_reads_are_refused(pipe, long, option, value):
    with pytest.raises(ValueError, match=f"{option} must lie between 1 and 10 seconds"):
        pipe(long, label_only=True, **{option: value})


# ---- bad inputs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 2])
def test_a_bad_clip_gives_an_error_record_and_the_others_go_on(pipe, inputs, tmp_path, batch_size):
    (tmp_path / "broken.bvh").write_text("not a motion", encoding="utf-8")
    given = [inputs[0], str(tmp_path / "broken.bvh"), np.zeros((4, 4)), inputs[1], "absent.bvh"]
    records = pipe(given, batch_size=batch_size, max_new_tokens=2)
    assert ["error" in record for record in records] == [False, True, True, False, True]
    assert records[1]["source"] == str(tmp_path / "broken.bvh")
    assert set(records[1]) == {"source", "error"} and set(records[1]["error"]) == {"type", "message"}
    assert "broken.bvh" in records[1]["error"]["message"] and records[1]["error"]["type"] == "MotionError"
    assert "(4, 4)" in records[2]["error"]["message"]
    json.dumps(records, allow_nan=False)
    plain = pipe([inputs[0], inputs[1]], max_new_tokens=2)
    assert [records[0]["label"], records[3]["label"]] == [record["label"] for record in plain]
    assert all("error" in record for record in pipe(given[1:3], batch_size=batch_size))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"joints": [[[0, 0, 0]], [[0, 0]]], "fps": 30}, "expected an array"),
        ({"joints": np.zeros((20, 7, 3)), "fps": 30}, "layout or joint_names"),
        ({"fps": 30}, "needs 'joints' or 'path'"),
        ([["a", "b"], ["c", "d"]], "expected|could not convert"),
        ([[1.0, 2.0], [3.0]], "expected|inhomogeneous"),
        (5, "found int"),
        (None, "found NoneType"),
        ({"joints": np.zeros((20, 22, 3)), "fps": 30, "layout": "centaur"}, "unknown layout 'centaur'"),
    ],
)
def test_what_is_no_clip_gives_an_error_record(pipe, inputs, given, words):
    record = pipe([given, inputs[0]], label_only=True)[0]
    assert set(record) == {"source", "error"}
    assert any(word in record["error"]["message"] for word in words.split("|")), record["error"]
