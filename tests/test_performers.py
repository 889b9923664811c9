"""What is typical of a performer: from a few clips of the same person, or from one neutral baseline."""

import json
import unicodedata

import numpy as np
import pytest
from conftest import make_clip
from known_references import at, continuous, fitted, known_clips, moved_by, pipe_with

from eai_llm_hf import (
    EaiSkeletonFeatureExtractor,
    SkeletonEmotionExplanationPipeline,
)
from eai_llm_hf.cli.main import build_parser
from eai_llm_hf.cli.performers import with_performers
from eai_llm_hf.processing import pipeline_eai_llm
from eai_llm_hf.processing.descriptors.calibration import MeasuredClip, calibrated, with_baseline
from eai_llm_hf.processing.descriptors.manner import MANNER, manner_of, relative_features
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, measure
from eai_llm_hf.processing.descriptors.movement_features import SEGMENTS, movement_features
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.feature_extraction_eai_llm import named as named_performers
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.reference_choice import of_person
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX

PITCH = DESCRIPTOR_INDEX["head_pitch"]


@pytest.fixture(scope="module")
def known() -> list[UnifiedClip]:
    return known_clips()


@pytest.fixture(scope="module")
def own(known) -> MotionReference:
    return fitted(known)


@pytest.fixture(scope="module")
def extractor(own) -> EaiSkeletonFeatureExtractor:
    return EaiSkeletonFeatureExtractor(reference=own.to_dict())


@pytest.fixture(scope="module")
def pipe(tiny_checkpoint, extractor) -> SkeletonEmotionExplanationPipeline:
    return pipe_with(tiny_checkpoint, extractor.reference)


def of_two_people(own: MotionReference, each: int = 4) -> tuple[np.ndarray, list[str]]:
    """Clips of two people, A with scores of about -1 and B of about 1 in everything, and their names."""
    rng = np.random.default_rng(3)
    centres = np.repeat([-1.0, 1.0], each)[:, None]
    scores = centres + 0.3 * rng.normal(size=(2 * each, len(DESCRIPTORS)))
    return np.stack([at(own, row) for row in scores]), ["A"] * each + ["B"] * each


def test_a_movement_that_is_usual_for_the_performer_is_in_the_middle_for_nobody_else(own):
    vectors, names = of_two_people(own, each=20)
    reference = moved_by(own, vectors, names)
    there = continuous(own)
    low = at(own, -1.0)
    assert (abs(reference.of("A").percentiles(low)[there] - 50) < 35).all()
    assert (reference.of("B").percentiles(low)[there] < 1).all()
    assert (reference.percentiles(low)[there] < 25).all()
    assert set(np.array(reference.of("A").level)[there]) == {"performer"}
    assert set(np.array(reference.level)[there]) == {"recordings"} and set(own.level) == {"default"}


def test_the_spread_of_a_performer_leaves_out_how_people_differ(own):
    vectors, names = of_two_people(own, each=30)
    reference, there = moved_by(own, vectors, names), continuous(own)
    assert np.median(reference.of("A").scale[there]) == pytest.approx(0.3, abs=0.05)
    assert np.median(reference.scale[there]) == pytest.approx(1.0, abs=0.1)


def test_one_clip_of_a_performer_moves_halfway_from_the_recordings_and_a_baseline_nearly_all_the_way(own):
    vectors, names = of_two_people(own, each=20)
    reference, there = moved_by(own, np.vstack([vectors, at(own, 4.0)]), [*names, "C"]), continuous(own)
    np.testing.assert_allclose(reference.of("C").location[there], ((4 + reference.location) / 2)[there], atol=1e-6)
    based = with_baseline(own, MeasuredClip(at(own, 4.0), np.full(MANNER, np.nan)))
    np.testing.assert_allclose(based.location[there], 4 / 1.25, atol=1e-6)


def test_what_a_performers_clips_lack_is_compared_with_the_recordings(own):
    vectors, names = of_two_people(own)
    vectors[:4, PITCH] = np.nan
    reference = moved_by(own, vectors, names)
    assert reference.of("A").level[PITCH] == "recordings"
    assert reference.of("A").location[PITCH] == reference.location[PITCH]


def test_a_performer_is_known_by_name_and_by_nothing_else(own):
    vectors, names = of_two_people(own)
    reference = moved_by(own, vectors, names)
    assert reference.of(None) is reference and set(reference.performers) == {"A", "B"}
    with pytest.raises(ValueError, match="does not know the performer 'C'; it knows A, B"):
        reference.of("C")
    with pytest.raises(ValueError, match="made without performers"):
        own.of("A")


def test_performers_survive_json(own):
    vectors, names = of_two_people(own)
    vectors[:4, PITCH] = np.nan
    reference = moved_by(own, vectors, names)
    again = MotionReference.from_dict(json.loads(json.dumps(reference.to_dict(), allow_nan=False)))
    for name in ("A", "B", None):
        np.testing.assert_array_equal(again.of(name).location, reference.of(name).location)
        np.testing.assert_array_equal(again.of(name).scale, reference.of(name).scale)
        assert again.of(name).level == reference.of(name).level
    np.testing.assert_array_equal(again.within, reference.within)


def test_the_pipeline_compares_each_person_with_their_own_clips(pipe):
    lively = [make_clip(seed, performer=1, duration_s=3.0, rig="bandai22") for seed in range(3)]
    stooped = [make_clip(seed, performer=2, duration_s=3.0, rig="bandai22") for seed in range(10, 13)]
    reference = pipe.calibrate([*lively, *stooped], performers=["A"] * 3 + ["B"] * 3)
    assert set(reference.performers) == {"A", "B"} and reference.performers["A"].clips == 3
    clip = make_clip(20, performer=1, duration_s=3.0, rig="bandai22")
    record = pipe(clip, label_only=True, reference=reference, performer="A")
    assert {item["reference"] for item in record["evidence"]} == {"performer"}
    vector = measure(clip.joints, clip.joint_mask)
    for item in (item for item in record["evidence"] if item["span"] == "whole"):
        index = DESCRIPTOR_INDEX[item["descriptor"]]
        assert item["percentile"] == pytest.approx(reference.of("A").percentile(index, float(vector[index])), abs=0.06)
    plain = pipe(clip, label_only=True, reference=reference)
    assert {item["reference"] for item in plain["evidence"]} == {"recordings"}
    assert {item["reference"] for item in pipe(clip, label_only=True)["evidence"]} == {"default"}
    given = {"joints": clip.joints, "layout": "smpl22", "fps": 30.0}
    people = [given | {"performer": name} for name in ("A", "B", "C")]
    a, b, c = pipe(people, label_only=True, reference=reference)
    assert a["scores"] != b["scores"]
    assert [note["code"] for note in c["notes"]] == ["performer_unknown"] and not a["notes"]
    assert {item["reference"] for item in c["evidence"]} == {"recordings"}


def test_clips_of_unknown_people_do_not_count_as_those_of_one_performer(own, known):
    vectors, names = of_two_people(own, each=20)
    named = moved_by(own, vectors, names)
    strangers = np.stack([at(own, score) for score in np.linspace(-4, 4, 20)])
    mixed = moved_by(own, np.vstack([vectors, strangers]), [*names, *[None] * 20])
    np.testing.assert_allclose(mixed.within, named.within, atol=1e-9)
    manners = np.stack([manner_of(*movement_features(clip.joints, clip.joint_mask)) for clip in known])
    measured = [MeasuredClip(np.full(len(DESCRIPTORS), np.nan), manner) for manner in manners]
    some, people = calibrated(own, measured[:4], ["A", "A", "B", "B"]), ["A", "A", "B", "B", *[None] * 36]
    np.testing.assert_allclose(calibrated(own, measured, people).manner.within, some.manner.within, atol=1e-9)


def test_a_named_performer_gets_the_note_where_the_reference_names_nobody(pipe, known):
    given = {"joints": known[5].joints, "layout": "smpl22", "fps": 30.0, "performer": "C"}
    unnamed = pipe.calibrate(known[:6])
    codes = [note["code"] for note in pipe(given, label_only=True, reference=unnamed)["notes"]]
    assert codes == ["performer_unknown"]
    assert not pipe(given, label_only=True, baseline=known[6])["notes"], "the baseline stands for the person"


def test_a_named_performer_gets_the_note_where_there_is_no_reference(pipe, known):
    given = {"joints": known[5].joints, "layout": "smpl22", "fps": 30.0, "performer": "C"}
    notes = {note["code"]: note["message"] for note in pipe(given, label_only=True)["notes"]}
    assert notes == {
        "performer_unknown": "without a reference nothing is known of the performer C, so the name changes nothing"
    }


def test_a_reference_that_another_checkpoint_calibrated_is_refused(pipe, known, tmp_path):
    others = fitted([make_clip(seed, duration_s=3.0, rig="kinect_v2_25") for seed in range(100, 130)])
    foreign = EaiSkeletonFeatureExtractor(reference=others.to_dict()).calibrate(known[:5], ["A"] * 5)
    foreign.save(tmp_path / "foreign.json")
    for form in (foreign, foreign.to_dict(), tmp_path / "foreign.json"):
        with pytest.raises(ValueError, match="calibrated with another checkpoint.*calibrate again"):
            pipe("absent.bvh", reference=form)
        with pytest.raises(ValueError, match="calibrated with another checkpoint"):
            pipe.compare("absent.bvh", "absent.bvh", reference=form)
        with pytest.raises(ValueError, match="calibrated with another checkpoint"):
            pipe.adapt(["absent.bvh", "absent.bvh"], ["a", "b"], reference=form)
    assert "scores" in pipe(known[5], label_only=True, reference=others), "it is the default of its own recordings"
    pipe.calibrate(known[:5]).save(tmp_path / "ours.json")
    assert "scores" in pipe(known[5], label_only=True, reference=tmp_path / "ours.json")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_the_same_however_a_file_system_spells_it(extractor, known, form):
    reference = extractor.calibrate(known[:2], performers=[unicodedata.normalize(form, "Zoë")] * 2)
    assert list(reference.performers) == ["Zo\u00eb"]
    assert named_performers([unicodedata.normalize(form, "Zoë")]) == ["Zo\u00eb"]


def test_a_note_on_the_performer_is_not_written_into_the_clip(own, known):
    reference = moved_by(own, *of_two_people(own))
    found, noted = of_person(reference, "C", 0, known[5])
    assert found is reference and [note["code"] for note in noted.report["notes"]] == ["performer_unknown"]
    assert not known[5].report.get("notes")
    assert (
        "no performer A#1, person 2 of this recording,"
        in of_person(reference, "A", 1, known[5])[1].report["notes"][0]["message"]
    )
    assert of_person(reference, "A", 0, known[5])[1] is known[5]


def test_people_are_read_from_dicts_and_several_in_a_recording_are_told_apart(extractor):
    clip = make_clip(80, duration_s=3.0, rig="bandai22")
    two = {"joints": np.stack([clip.joints] * 2), "layout": "smpl22", "fps": 30.0, "performer": "pair"}
    assert set(extractor.calibrate([two, clip]).performers) == {"pair", "pair#1"}


def test_a_neutral_clip_is_a_reference_by_itself(pipe):
    neutral = make_clip(1, performer=1, emotion="neutral", duration_s=3.0, rig="bandai22")
    clip = make_clip(2, performer=1, emotion="sad", duration_s=3.0, rig="bandai22")
    plain, based = pipe(clip, label_only=True), pipe(clip, label_only=True, baseline=neutral)
    assert based["scores"] != plain["scores"]
    assert "performer" in {item["reference"] for item in based["evidence"]}
    same = pipe(neutral, label_only=True, baseline=neutral)
    assert all(20 < item["percentile"] < 80 for item in same["evidence"] if item["span"] == "whole")


def test_a_baseline_in_which_nothing_moves_shows_posture_only(extractor, own, known):
    still = {"joints": np.repeat(known[0].joints[:1], 60, axis=0), "layout": "smpl22", "fps": 30.0}
    measured = extractor.measured(still)
    assert np.isnan(measured.manner[..., 1]).all() and np.isfinite(measured.manner[..., 0]).any()
    based = with_baseline(own, measured).manner
    np.testing.assert_array_equal(based.location[..., 1], own.manner.location[..., 1])
    assert (based.location[..., 0] != own.manner.location[..., 0]).any()


def test_performer_and_baseline_are_checked_before_a_clip_is_read(pipe, known):
    reference = pipe.calibrate(known[:4], performers=["A", "A", "B", "B"])
    with pytest.raises(ValueError, match="does not know the performer 'C'"):
        pipe("absent.bvh", reference=reference, performer="C")
    with pytest.raises(ValueError, match="one name for all clips, found 2; where they differ, each clip is a dict"):
        pipe(["absent.bvh", "absent.bvh"], reference=reference, performer=["A", "B"])
    with pytest.raises(ValueError, match="pass a reference too"):
        pipe("absent.bvh", performer="A")
    with pytest.raises(ValueError, match="a baseline replaces it"):
        pipe("absent.bvh", reference=reference, performer="A", baseline=known[0])
    with pytest.raises(MotionError, match=r"absent\.bvh: no such file"):
        pipe(known[0], baseline="absent.bvh")


def test_several_clips_without_a_reference_get_the_advice_to_calibrate_once(pipe, known, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(pipeline_eai_llm.logger, "warning", said.append)
    pipe._warned.discard("no_reference")
    pipe(known[:3], label_only=True)
    assert not said
    for _ in range(2):
        pipe(known[:4], label_only=True)
    assert len(said) == 1 and said[0].startswith("4 clips come without a reference") and "see calibrate" in said[0]


# ---- what the tower reads -------------------------------------------------------------------------------------------


def test_features_that_are_typical_of_the_performer_become_those_that_are_typical_of_the_default(own, known):
    features, mask = movement_features(known[0].joints, known[0].joint_mask)
    own_manner = manner_of(features, mask)
    typical = own.manner.at(own.manner.scores(own_manner))
    read = manner_of(relative_features(features, mask, typical), mask)
    there = np.isfinite(own_manner) & (own_manner[..., 1:] > -3)  # what hardly moves has no scale
    np.testing.assert_allclose(read[there], own.manner.centre[there], atol=0.05)


def test_compared_with_the_default_features_stay_bit_for_bit(own, known):
    features, mask = movement_features(known[0].joints, known[0].joint_mask)
    for manner in (None, own.manner):
        assert relative_features(features, mask, manner) is features


def test_a_lively_clip_of_a_still_person_is_read_as_livelier_than_that_of_a_lively_one(own, known):
    features, mask = movement_features(known[0].joints, known[0].joint_mask)
    still, lively = (own.manner.at(np.stack([np.zeros((13, 6)), np.full((13, 6), size)], -1)) for size in (-1.0, 1.0))
    of_still, of_lively = (relative_features(features, mask, manner) for manner in (still, lively))
    arms = [index for index, (name, _, _) in enumerate(SEGMENTS) if "arm" in name]
    assert (of_still[:, arms].std(axis=0) > 1.5 * of_lively[:, arms].std(axis=0)).mean() > 0.95


def test_absent_segments_stay_zero(own):
    headless = make_clip(3, duration_s=2.5)
    headless.joint_mask[JOINT_INDEX["head"]] = False
    features, mask = movement_features(headless.joints, headless.joint_mask)
    read = relative_features(features, mask, own.manner.at(np.ones(MANNER)))
    assert not mask.all() and not read[:, ~mask].any() and (read[:, mask] != features[:, mask]).any()


def test_the_manner_of_a_performer_survives_json(extractor, known):
    reference = extractor.calibrate(known[:6], performers=["A"] * 3 + ["B"] * 3)
    again = MotionReference.from_dict(json.loads(json.dumps(reference.to_dict(), allow_nan=False)))
    for name in ("A", None):
        before, after = reference.of(name).manner, again.of(name).manner
        for part in ("centre", "spread", "location", "scale", "within"):
            np.testing.assert_array_equal(getattr(after, part), getattr(before, part))
    broken = reference.to_dict() | {"manner": reference.to_dict()["manner"] | {"scale": [1, 2]}}
    with pytest.raises(ValueError, match=r"numbers of shape \(13, 6, 2\) as scale"):
        MotionReference.from_dict(broken)


# ---- the command line -----------------------------------------------------------------------------------------------


def named(clips: list[str], source: str) -> list[str | None]:
    return [clip.get("performer") for clip in with_performers(clips, source)]


def test_performers_come_from_folders_patterns_and_tables(tmp_path):
    clips = [str(tmp_path / name) for name in ("anna/S01_walk.bvh", "ben/S02_walk.bvh", "ben/other.bvh")]
    assert named(clips, "folder") == ["anna", "ben", "ben"]
    assert named(clips, r"(S\d+)_") == ["S01", "S02", None]
    table = tmp_path / "people.csv"
    table.write_text("path,label,performer\nanna/S01_walk.bvh,sad,A\nben/S02_walk.bvh,sad,\n", encoding="utf-8")
    assert named(clips, str(table)) == ["A", None, None]
    assert with_performers(clips, None) == clips
    table.write_text("performer,path\n anna ,anna/S01_walk.bvh\nben\n", encoding="utf-8")
    assert named(clips, str(table)) == ["anna", None, None]
    spooled = {"path": str(tmp_path / "eai-llm-stdin-x" / "stdin.bvh"), "source": "stdin.bvh"}
    assert with_performers([clips[0], spooled], "folder")[1] == spooled


def test_folders_of_emotions_and_one_folder_of_everybody_are_doubted_as_performers(tmp_path, capsys):
    inside = [str(tmp_path / person / word / "walk.bvh") for person in ("anna", "ben") for word in ("sad", "joy")]
    assert named(inside, "folder") == ["sad", "joy", "sad", "joy"]
    assert "joy, sad for performers, and these are words for emotions" in capsys.readouterr().err
    named([str(tmp_path / "clips" / f"{number}.bvh") for number in range(9)], "folder")
    assert "says that clips moves in all 9 clips" in capsys.readouterr().err
    named([str(tmp_path / person / f"{number}.bvh") for number in range(9) for person in ("anna", "sad")], "folder")
    named([str(tmp_path / "anna" / f"{number}.bvh") for number in range(8)], "folder")
    assert not capsys.readouterr().err


def test_names_of_performers_are_text_and_gaps_are_nobody(pipe, known):
    reference = pipe.calibrate(known[:5], performers=[1, 1, "1", None, float("nan")])
    assert set(reference.performers) == {"1"} and reference.performers["1"].clips == 3
    record = pipe(known[6], label_only=True, reference=reference, performer=1)
    assert {item["reference"] for item in record["evidence"]} <= {"performer", "recordings"}
    with pytest.raises(ValueError, match="one name for each clip; found the text 'p01'"):
        pipe.calibrate(known[:3], performers="p01")
    with pytest.raises(ValueError, match="found 5 for 4 clips"):
        pipe.calibrate(known[:4], performers=["A"] * 5)


def test_options_of_performers_that_contradict_each_other_are_refused(tmp_path):
    for options, words in (
        (["--performers-from", "folder"], "compared with a --reference"),
        (["--reference", "r.json", "--performers-from", "folder", "--performer", "A"], "of one person for all clips"),
    ):
        args = build_parser().parse_args(["explain", "walk.bvh", *options])
        with pytest.raises(ValueError, match=words):
            args.run(args)


def test_a_reference_edited_by_hand_is_checked(own):
    state = moved_by(own, *of_two_people(own)).to_dict()
    for changes, words in (
        ({"clips": float("inf")}, "number of clips"),
        ({"level": state["level"] | {"tempo": ["a"]}}, "default, recordings and performer"),
        ({"location": state["location"] | {"tempo": 1e308}}, "within 8 of 0"),
        ({"scale": state["scale"] | {"tempo": 1e-308}}, "between 0.001 and 1000"),
        ({"manner": state["manner"] | {"scale": np.zeros(MANNER).tolist()}}, "above 0"),
    ):
        with pytest.raises(ValueError, match=words):
            MotionReference.from_dict(state | changes)
    for name in ("location", "scale"):
        with pytest.raises(ValueError, match=f"lacks {name}"):
            MotionReference.from_dict({key: value for key, value in state.items() if key != name})


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("(S[", "a regular expression or a table, found"),
        (r"S\d+", "has 0 groups, expected one"),
        (r"(S)(\d+)", "has 2 groups, expected one"),
        (r"(Z\d+)", "names nobody in the 1 clips; the first is S01.bvh"),
    ],
)
def test_a_source_of_performers_that_names_nobody_is_refused(source, words):
    with pytest.raises(ValueError, match=words):
        with_performers(["S01.bvh"], source)


def test_a_table_of_performers_needs_its_columns(tmp_path):
    table = tmp_path / "people.csv"
    table.write_text("file,who\na.bvh,A\n", encoding="utf-8")
    with pytest.raises(ValueError, match="expected the columns path and performer, found file, who"):
        with_performers(["a.bvh"], str(table))
    with pytest.raises(FileNotFoundError):
        with_performers(["a.bvh"], str(tmp_path / "absent.csv"))
