"""The clips of one call: what nearly all of them share is no reason for any, whatever their order and batch size."""

import argparse
import json
from dataclasses import replace

import numpy as np
import pytest
from conftest import as_input, make_clip
from torch.utils.data import Subset

from eai_llm_hf.cli.main import explain as explain_command
from eai_llm_hf.processing import call_clips
from eai_llm_hf.processing.call_clips import common_by_rig
from eai_llm_hf.processing.claims.claim import canonical_claim
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.claims.reasons import common_in_reference
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_NAMES
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES


@pytest.fixture(scope="module", autouse=True)
def of_templates(pipe):
    """The language model of the tiny checkpoint has nothing to say here."""
    pipe.model.config.explains = False
    yield
    pipe.model.config.explains = True


@pytest.fixture(scope="module")
def alike() -> list[dict]:
    """Six takes of one movement, each somewhat longer than the one before."""
    clip = make_clip(1, rig="bandai22", duration_s=4.0)
    return [as_input(clip) | {"joints": clip.joints[: 100 + 4 * take]} for take in range(6)]


@pytest.fixture(scope="module")
def alone(pipe, alike) -> list[dict]:
    return [pipe(each) for each in alike]


@pytest.fixture(scope="module")
def together(pipe, alike) -> list[dict]:
    return pipe(alike)


def said(record) -> set[str]:
    return {reason["claim"] for reason in record["reasons"]}


def shared_notes(record) -> list[str]:
    return [note["message"] for note in record["notes"] if note["code"] == "common_claims"]


def test_what_nearly_all_clips_of_a_call_share_is_no_reason_and_a_note_says_so(alone, together):
    shared = set.intersection(*({item["claim"] for item in record["evidence"]} for record in alone))
    assert all(said(record) for record in alone), "or nothing is tested"
    for record, by_itself in zip(together, alone, strict=True):
        assert not said(record) & shared and said(by_itself) & shared
        assert record["label"] == by_itself["label"] and record["scores"] == by_itself["scores"]
        (note,) = shared_notes(record)
        assert "80% of the clips that were explained together" in note and not shared_notes(by_itself)
        measured = {(item["descriptor"], item["direction"]) for item in record["evidence"]}
        named = {text for text in shared if canonical_text(text, by_itself) in note}
        assert named == shared and measured, "it is still measured"
    json.dumps(together, allow_nan=False)


def canonical_text(claim: str, record: dict) -> str:
    """A claim of a record without its degree, as the note has it."""
    item = next(item for item in record["evidence"] if item["claim"] == claim)
    return canonical_claim(item["descriptor"], item["direction"]).text


@pytest.mark.parametrize("batch_size", [2, 5])
def test_a_record_depends_neither_on_the_batch_size_nor_on_the_order(pipe, alike, together, batch_size):
    backwards = pipe(alike[::-1], batch_size=batch_size)
    for found, expected in zip(backwards[::-1], together, strict=True):
        assert found["explanation"] == expected["explanation"] and found["reasons"] == expected["reasons"]
        assert found["notes"] == expected["notes"]


def test_a_dataset_streams_what_a_list_gives(pipe, alike, together):
    results = pipe(Subset(alike, range(len(alike))))
    assert next(iter(results)) == together[0]


def test_the_command_explains_its_clips_together(pipe, alike, together, monkeypatch, tmp_path, capsys):
    for number, each in enumerate(alike):
        np.savez(tmp_path / f"{number}.npz", joints=each["joints"], fps=30.0, joint_names=np.array(JOINT_NAMES))
    monkeypatch.setattr(explain_command, "load_quietly", lambda *_: pipe)
    parser = argparse.ArgumentParser()
    explain_command.register(parser.add_subparsers())
    args = parser.parse_args(["explain", str(tmp_path), "--format", "json", "--batch-size", "2"])
    assert args.run(args) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["explanation"] for record in records] == [record["explanation"] for record in together]


def test_clips_of_a_generator_and_four_clips_are_explained_as_each_alone(pipe, alike, alone):
    assert list(pipe(clip for clip in alike)) == alone
    assert pipe(alike[:4]) == alone[:4]


def test_calls_that_go_through_the_model_together_are_answered_as_each_alone(pipe, alike, alone):
    opened = [pipe.opened(clip) for clip in alike]
    for found, expected in zip(pipe.answers(opened), alone, strict=True):
        assert found["scores"] == pytest.approx(expected["scores"], abs=1e-6)
        assert found["explanation"] == expected["explanation"] and found["reasons"] == expected["reasons"]
        assert not shared_notes(found), "what other people's clips share says nothing about this one"


def test_calls_that_ask_different_things_do_not_go_together(pipe, alike):
    with pytest.raises(ValueError, match="must ask the same"):
        pipe.answers([pipe.opened(alike[0], label_only=True), pipe.opened(alike[1])])
    with pytest.raises(TypeError, match="Unknown argument label_onyl"):
        pipe.opened(alike[0], label_onyl=True)


def test_clips_that_are_not_kept_are_read_again(pipe, alike, together, monkeypatch):
    monkeypatch.setattr(call_clips, "_KEPT_FRAMES", 230)
    assert pipe(alike) == together


def test_an_error_among_the_clips_changes_nothing_for_the_others(pipe, alike, together):
    records = pipe([*alike, {"joints": np.zeros((3, 2)), "fps": 30.0, "layout": "smpl22"}])
    assert records[:-1] == together and "error" in records[-1]


def test_the_people_of_one_recording_are_together_too(pipe, alike, together):
    frames = min(len(each["joints"]) for each in alike)
    # Two metres apart, as people may stand; where they stand is no matter for what each does.
    people = np.stack([each["joints"][:frames] + np.array([2.0 * place, 0, 0]) for place, each in enumerate(alike)])
    records = pipe(alike[0] | {"joints": people})
    assert len(records) == 6 and all(shared_notes(record) for record in records)
    assert records == pipe([alike[0] | {"joints": people}])[0]


def test_an_answer_names_nothing_that_nearly_all_clips_share(pipe, alike, alone):
    question = f"Why does it look {alone[0]['label']}?"
    by_itself, record = pipe(alike[0], question=question), pipe(alike, question=question)[0]

    def stated(answer):
        return {(claim.descriptor, claim.direction) for claim in find_claims(answer["explanation"])}

    assert stated(by_itself), "or nothing is tested"
    assert not stated(by_itself) & stated(record)
    assert shared_notes(record)


def test_what_one_rig_shares_is_no_reason_on_that_rig_alone():
    slow, bowed = ("movement_speed", "low"), ("head_pitch", "low")
    clips = [("kinect", frozenset([bowed]))] * 5 + [("smpl", frozenset([slow]))] * 4
    assert common_by_rig(clips) == {"kinect": {bowed}, "smpl": frozenset()}
    clips = [("kinect", frozenset([slow, bowed]))] * 4 + [("smpl", frozenset([slow]))] * 4
    assert common_by_rig(clips) == {"kinect": {slow}, "smpl": {slow}}, "of all clips of the call"


def test_what_stays_unusual_for_the_clips_of_a_reference_is_no_reason_either(pipe, alike):
    reference = pipe.calibrate([alike[0]] * 5)
    common = common_in_reference(reference)
    assert common, "five clips move a reference halfway"
    record = pipe(alike[0], reference=reference)
    stated = {(item["descriptor"], item["direction"]) for item in record["evidence"] if item["claim"] in said(record)}
    assert not stated & common
    (note,) = shared_notes(record)
    assert "of the clips that the reference was made of" in note
    assert common_in_reference(pipe.calibrate([alike[0]] * 4)) == frozenset(), "of fewer than five nothing is known"
    again = MotionReference.from_dict(json.loads(json.dumps(reference.to_dict())))
    assert common_in_reference(again) == common
    of_anna = pipe.calibrate([alike[0]] * 5, performers=["anna"] * 5).of("anna")
    assert common_in_reference(of_anna) == frozenset(), "the person is compared with other values"


def test_shares_of_a_reference_must_be_of_both_directions(pipe):
    own = pipe.processor.feature_extractor.motion_reference()
    with pytest.raises(ValueError, match=rf"Expected unusual_shares of shape \(2, {len(DESCRIPTOR_NAMES)}\)"):
        MotionReference(own.quantiles, 5, unusual_shares=np.zeros(len(DESCRIPTOR_NAMES)))


def test_recordings_whose_joints_are_matched_by_name_are_one_rig_only_if_they_lack_the_same():
    made = make_clip(0, rig="bandai22", duration_s=2.0)
    of = [
        replace(made, report={"layout": "by-name", "missing_joints": missing}).rig for missing in ([], ["spine1"], [])
    ]
    assert of[0] == of[2] != of[1]
