"""Calibration: typical values and the model's inputs follow a user's own unlabelled clips."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import make_clip
from known_references import at, continuous, fitted, known_clips, moved_by, pipe_with

from eai_llm_hf import (
    DEFAULT_CHECKPOINT,
    EaiSkeletonFeatureExtractor,
    SkeletonEmotionExplanationPipeline,
    load_pipeline,
)
from eai_llm_hf.cli.main import calibrate as command
from eai_llm_hf.processing.attribution.attribution import attribute
from eai_llm_hf.processing.descriptors.calibration import calibrated
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTOR_NAMES, DESCRIPTORS, measure
from eai_llm_hf.processing.descriptors.movement_features import SEGMENTS, FeatureMoments, movement_features
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.descriptors.reference_state import DEFAULT, PERFORMER, RECORDINGS
from eai_llm_hf.processing.descriptors.reference_statistics import (
    FARTHEST_VALUE,
    LARGEST_STRETCH,
    weight_of,
)
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.placement import facing
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX

HEAD = [name for name, _, _ in SEGMENTS].index("head")
PITCH = DESCRIPTOR_INDEX["head_pitch"]
PAUSES = DESCRIPTOR_INDEX["pauses"]


def with_head_forward(clip: UnifiedClip, metres: float = 0.08) -> UnifiedClip:
    """The same movement on a rig whose joint "head" lies farther in front."""
    joints = clip.joints.copy()
    joints[:, JOINT_INDEX["head"]] += metres * facing(joints, clip.joint_mask)
    return UnifiedClip(joints=joints, joint_mask=clip.joint_mask, fps=clip.fps, report=clip.report)


def features_of(clips: list[UnifiedClip]) -> np.ndarray:
    """Mean over clips of their mean features: (13, 6)."""
    return np.mean([movement_features(clip.joints, clip.joint_mask)[0].mean(axis=0) for clip in clips], axis=0)


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


# ---- what is fitted -------------------------------------------------------------------------------------------------


def test_moments_are_those_of_all_frames_where_clips_are_equally_long():
    rng = np.random.default_rng(0)
    clips = [rng.normal(rng.normal(), 2.0, (50, 13, 6)).astype(np.float32) for _ in range(6)]
    features = FeatureMoments()
    for clip in clips:
        features.add(clip, np.ones(13, dtype=bool))
    np.testing.assert_allclose(features.mean, np.concatenate(clips).mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(features.std, np.concatenate(clips).std(axis=0), atol=1e-5)
    np.testing.assert_array_equal(features.clips, 6)


def test_a_long_clip_counts_as_much_as_a_short_one_and_windows_as_shares_of_theirs():
    short, long = np.zeros((10, 13, 6)), np.ones((900, 13, 6))
    there = np.ones(13, dtype=bool)
    features = FeatureMoments()
    features.add(short, there)
    for window in np.split(long, 3):
        features.add(window, there, weight=1 / 3)
    np.testing.assert_allclose(features.mean, 0.5)
    np.testing.assert_allclose(features.clips, 2)


def test_a_segment_that_no_clip_has_is_absent_from_the_reference_and_survives_json(own):
    there = np.arange(13) != HEAD
    features = FeatureMoments()
    features.add(np.ones((5, 13, 6)), there)
    reference = MotionReference(own.quantiles, 1, features.mean, features.std, features.clips)
    again = MotionReference.from_dict(json.loads(json.dumps(reference.to_dict(), allow_nan=False)))
    for made in (reference, again):
        assert np.isnan(made.feature_mean[HEAD]).all() and made.feature_clips[HEAD] == 0
        assert np.isfinite(np.delete(made.feature_mean, HEAD, axis=0)).all()


# ---- few clips ------------------------------------------------------------------------------------------------------


def test_clips_like_those_it_knows_hardly_move_a_reference(own, known):
    again = moved_by(own, np.stack([measure(clip.joints, clip.joint_mask) for clip in known]))
    there = continuous(own)
    assert np.abs(again.location[there]).max() < 0.15 and there.sum() > 15
    assert np.abs(np.log(again.scale[there])).max() < 0.5


@pytest.mark.parametrize("clips", [1, 5, 45])
def test_the_middle_moves_by_the_share_that_the_clips_count(own, clips):
    there = continuous(own)
    moved = moved_by(own, np.tile(at(own, 0.5), (clips, 1)))
    np.testing.assert_allclose(moved.location[there], 0.5 * weight_of(clips), atol=1e-6)
    np.testing.assert_allclose(moved.typical[there], at(own, 0.5 * weight_of(clips))[there], rtol=1e-6)


def test_a_value_beyond_the_reference_counts_in_proportion_and_an_outlandish_one_no_more(own):
    there = continuous(own)
    np.testing.assert_allclose(own.scores(at(own, 5.0))[there], 5.0, atol=1e-6)
    np.testing.assert_allclose(own.scores(at(own, -5.0))[there], -5.0, atol=1e-6)
    np.testing.assert_allclose(own.scores(at(own, 1e6))[there], FARTHEST_VALUE)


def test_a_single_clip_changes_nothing_since_it_cannot_tell_the_rig_from_its_movement(extractor, own):
    clip = with_head_forward(make_clip(7, duration_s=3.0, rig="bandai22"))
    reference = extractor.calibrate(clip)
    np.testing.assert_array_equal(reference.location, 0.0)
    np.testing.assert_array_equal(reference.manner.location, 0.0)
    plain, calibrated = extractor(clip), extractor(clip, reference=reference)
    np.testing.assert_array_equal(plain["skeleton_features"], calibrated["skeleton_features"])
    assert weight_of(1) == 0 and weight_of(5) == 0.5 < weight_of(20) < weight_of(1000) < 1


def test_few_clips_show_how_much_everything_varies_and_many_show_it_of_each_descriptor(own):
    rng = np.random.default_rng(0)
    there = continuous(own)
    scores = 0.3 * rng.normal(size=(400, len(DESCRIPTORS)))
    scores[:, PITCH] *= 5
    vectors = np.stack([at(own, row) for row in scores])
    one, few, many = (moved_by(own, vectors[:clips]).scale for clips in (1, 4, 400))
    np.testing.assert_allclose(one[there], 1.0)
    others = there & (np.arange(len(there)) != PITCH)
    assert 0.3 < np.median(few[others]) < 0.6 and np.median(many[others]) == pytest.approx(0.3, abs=0.05)
    assert few[PITCH] < many[PITCH] == pytest.approx(1.5, abs=0.15)
    huge = moved_by(own, np.tile([at(own, -1e6), at(own, 1e6)], (200, 1)))
    assert huge.scale.max() <= LARGEST_STRETCH


def test_nothing_is_not_called_much_where_most_clips_have_it():
    rows = np.abs(np.random.default_rng(0).normal(size=(100, len(DESCRIPTORS))))
    rows[:60, PAUSES] = 0.0
    own = MotionReference.fit(rows)
    still = moved_by(own, np.zeros((30, len(DESCRIPTORS))))
    assert still.percentile("pauses", 0.0) <= 60


def test_a_descriptor_that_no_clip_has_stays_as_it_was(own):
    vector = at(own, 1.0)
    vector[PITCH] = np.nan
    moved = moved_by(own, np.tile(vector, (3, 1)))
    assert (moved.location[PITCH], moved.scale[PITCH], moved.level[PITCH]) == (0.0, 1.0, "default")
    assert (moved.location != 0).sum() > 15
    value = at(own, 0.7)[PITCH]
    assert moved.percentile(PITCH, value) == own.percentile(PITCH, value)


def test_a_calibration_needs_a_clip_and_a_performer_for_each(own, extractor, known):
    with pytest.raises(ValueError, match="at least one clip"):
        calibrated(own, [])
    with pytest.raises(ValueError, match="a performer for each, found 1 and 2"):
        moved_by(own, at(own, 0.0)[None], ["A", "B"])
    with pytest.raises(ValueError, match="one performer for each clip, found 1 for more clips"):
        extractor.calibrate(known[:2], performers=["A"])


# ---- what the tower reads -------------------------------------------------------------------------------------------


def test_the_same_reference_changes_nothing_bit_for_bit(extractor, own, known):
    plain = extractor(known[:3])
    twin = MotionReference.from_dict(json.loads(json.dumps(own.to_dict())))
    for reference in (own, twin, extractor.motion_reference()):
        adapted = extractor(known[:3], reference=reference)
        for name in plain:
            assert adapted[name].tobytes() == plain[name].tobytes()
            assert adapted[name].dtype == plain[name].dtype


def test_a_reference_without_statistics_of_features_leaves_the_input_alone(extractor, own, known):
    bare = MotionReference(own.quantiles + 1.0, clips=40)
    plain = extractor(known[:2])["skeleton_features"]
    assert extractor(known[:2], reference=bare)["skeleton_features"].tobytes() == plain.tobytes()
    without = EaiSkeletonFeatureExtractor(reference=bare.to_dict())
    assert without(known[:2], reference=own)["skeleton_features"].tobytes() == plain.tobytes()
    assert EaiSkeletonFeatureExtractor()(known[:2], reference=own)["skeleton_features"].tobytes() == plain.tobytes()


def test_another_place_of_the_head_is_taken_out_by_clips_of_that_rig(extractor, own, known):
    fresh = [make_clip(seed, duration_s=3.0, rig="bandai22") for seed in range(100, 130)]
    foreign = [with_head_forward(clip) for clip in fresh]
    offset = (features_of(foreign) - features_of(fresh))[HEAD, :3]
    assert np.linalg.norm(offset) > 0.2

    def left_over(clips: int) -> float:
        """Share of the offset that stays in the mean over clips."""
        reference = None if clips == 0 else extractor.calibrate(foreign[:clips])
        read = extractor(foreign, reference=reference)
        there = read["skeleton_frame_mask"][..., None].astype(bool)
        mean = (read["skeleton_features"][:, :, HEAD, :3] * there).sum(1) / there.sum(1)
        return float((mean.mean(0) - own.manner.centre[HEAD, :3, 0]) @ offset / (offset @ offset))

    assert left_over(0) > 0.8
    assert left_over(0) > left_over(6) > abs(left_over(30)) < 0.35


# ---- a user's clips -------------------------------------------------------------------------------------------------


def test_the_pipeline_calibrates_and_both_the_scores_and_the_percentiles_refer_to_it(pipe):
    foreign = [with_head_forward(make_clip(seed, duration_s=3.0, rig="bandai22")) for seed in range(50, 56)]
    plain = pipe(foreign[0], label_only=True)
    reference = pipe.calibrate(foreign[1:])
    assert reference.clips == 5
    record = pipe(foreign[0], label_only=True, reference=reference)
    assert record["scores"] != plain["scores"]
    vector = measure(foreign[0].joints, foreign[0].joint_mask)
    for item in record["evidence"]:
        index = DESCRIPTOR_INDEX[item["descriptor"]]
        assert item["percentile"] == pytest.approx(reference.percentile(index, float(vector[index])), abs=0.06)
    own = pipe.processor.feature_extractor.motion_reference()
    pitches = [measure(clip.joints, clip.joint_mask)[PITCH] for clip in foreign]
    here, elsewhere = (np.mean([r.percentile(PITCH, pitch) for pitch in pitches]) for r in (reference, own))
    assert elsewhere < here < 60, "a head that lies farther in front looked bowed"
    assert {*record, *record["evidence"][0]} == {*plain, *plain["evidence"][0]}
    assert pipe(foreign[0], label_only=True) == plain, "calibrating changes the pipeline's own reference not at all"


def test_each_clip_is_as_sure_as_the_temperature_of_its_kind_of_reference_says(pipe, monkeypatch):
    labels = list(pipe.model.config.labels)
    clips = [make_clip(seed, duration_s=3.0) for seed in range(70, 75)]
    reference = pipe.calibrate(clips[1:], performers=["A", "A", "A", "B"])
    asked = [(clips[0], reference.of("A"), PERFORMER), (clips[0], reference, RECORDINGS), (clips[0], None, DEFAULT)]

    def scores():
        records = [pipe(clip, label_only=True, reference=given) for clip, given, _ in asked]
        return np.array([[record["scores"][label] for label in labels] for record in records])

    before = np.log(scores())
    temperatures = {PERFORMER: 4.0, RECORDINGS: 0.5}
    monkeypatch.setattr(pipe.model.config, "reference_temperatures", temperatures)
    after = np.log(scores())
    for row, changed, (_, _, kind) in zip(before, after, asked, strict=True):
        expected = (row - row[0]) / temperatures.get(kind, 1.0)
        np.testing.assert_allclose(changed - changed[0], expected, atol=1e-4, err_msg=kind)
    whole = attribute(pipe.scorer, clips[0], labels, labels[0], asked[0][1]).probability
    assert whole == pytest.approx(np.exp(after[0, 0]), abs=1e-6), "what hiding takes away starts from what is shown"


def test_the_explanation_reads_the_adapted_input_too(pipe, monkeypatch):
    seen = []
    generate = pipe.model.generate
    monkeypatch.setattr(
        pipe.model, "generate", lambda **inputs: seen.append(inputs["skeleton_features"]) or generate(**inputs)
    )
    clip = with_head_forward(make_clip(60, duration_s=3.0, rig="bandai22"))
    reference = pipe.calibrate([clip, clip.mirrored()])
    pipe(clip, max_new_tokens=2)
    pipe(clip, max_new_tokens=2, reference=reference)
    expected = pipe.processor.feature_extractor(clip, reference=reference)["skeleton_features"]
    assert seen[1].numpy().tobytes() == expected.tobytes() != seen[0].numpy().tobytes()


def test_a_saved_reference_is_the_same_again(pipe, own, tmp_path):
    clips = [make_clip(seed, duration_s=3.0) for seed in range(70, 73)]
    reference = pipe.calibrate(clips)
    reference.save(tmp_path / "own.json")
    again = MotionReference.load(tmp_path / "own.json")
    for name in ("quantiles", "location", "scale", "feature_mean", "feature_std", "feature_clips", "usual_scores"):
        np.testing.assert_array_equal(getattr(again, name), getattr(reference, name))
    assert again.clips == reference.clips == 3
    given = [pipe(clips[0], label_only=True, reference=r) for r in (reference, tmp_path / "own.json", again.to_dict())]
    assert given[0] == given[1] == given[2]


def test_clips_come_in_any_form_and_several_people_count_each(extractor, tmp_path):
    clip = make_clip(80, duration_s=3.0, rig="bandai22")
    np.savez(tmp_path / "walk.npz", joints=clip.joints, fps=30.0, layout="smpl22")
    forms = [
        clip,
        str(tmp_path / "walk.npz"),
        {"joints": clip.joints, "fps": 30.0, "layout": "smpl22"},
        {"path": tmp_path / "walk.npz"},
    ]
    expected = extractor.calibrate([clip, clip])
    for form in forms:
        assert extractor.calibrate(form).clips == 1
        np.testing.assert_allclose(extractor.calibrate([form, clip]).location, expected.location, atol=1e-4)
    assert extractor.calibrate(iter(forms)).clips == 4
    assert extractor.calibrate([np.stack([clip.joints] * 2)], fps=30, layout="smpl22").clips == 2
    assert extractor.calibrate([clip.joints.tolist()], fps=30, layout="smpl22").clips == 1


def test_a_long_recording_counts_once(extractor, known):
    joints = np.concatenate([known[0].joints] * 10)
    long = UnifiedClip(joints=joints, joint_mask=known[0].joint_mask, fps=30.0, report={})
    assert len(extractor.segments(len(joints))) == 3
    reference = extractor.calibrate([long])
    assert reference.clips == 1


def test_a_clip_that_cannot_be_read_is_skipped_with_a_warning(extractor, known, tmp_path, caplog):
    (tmp_path / "broken.bvh").write_text("HIERARCHY\nROOT\n", encoding="utf-8")
    given = [known[0], str(tmp_path / "broken.bvh"), 7, {"fps": 30}, np.full((9, 22, 3), np.nan), known[1]]
    reference = extractor.calibrate(given, layout="smpl22", fps=30)
    np.testing.assert_array_equal(reference.location, extractor.calibrate(known[:2]).location)
    assert reference.clips == 2
    assert sum("is skipped" in message for message in caplog.messages) == 4
    assert "broken.bvh" in caplog.text and "line" in caplog.text


def test_where_no_clip_can_be_read_the_first_error_is_named(extractor, tmp_path):
    (tmp_path / "broken.bvh").write_text("HIERARCHY\nROOT\n", encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"None of the 2 clips could be read. The first error: .*broken\.bvh"
    ) as raised:
        extractor.calibrate([str(tmp_path / "broken.bvh"), str(tmp_path / "absent.bvh")])
    assert isinstance(raised.value.__cause__, MotionError)
    with pytest.raises(ValueError, match="at least one clip"):
        extractor.calibrate([])
    with pytest.raises(ValueError, match="no reference to calibrate"):
        EaiSkeletonFeatureExtractor().calibrate([make_clip(1)])


# ---- files ----------------------------------------------------------------------------------------------------------


def test_a_reference_written_before_features_is_read_and_written_as_it_was(own):
    old = {name: value for name, value in own.to_dict().items() if name not in ("features", "manner")}
    reference = MotionReference.from_dict(old)
    assert reference.feature_mean is None and reference.feature_clips is None
    assert reference.to_dict() == old
    moved = moved_by(reference, np.tile(at(own, 1.0), (3, 1)))
    assert moved.manner is None and moved.location[PITCH] > 0


def changed(state: dict, **changes) -> str:
    return json.dumps(json.loads(json.dumps(state)) | changes)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "Expecting value"),
        ("HIERARCHY", "Expecting value"),
        ("[1, 2]", "expected an object, found list"),
        ("{}", r"lacks \['clips', 'levels', 'quantiles'\]"),
        ("[" * 100_000, "no motion reference"),
        (" " * 17_000_000, "longer than"),
        (lambda s: changed(s, quantiles={"shoe_size": [1.0]}), r"other descriptors: unknown \['shoe_size'\]"),
        (lambda s: changed(s, quantiles=[]), "one entry for each of the descriptors, found list"),
        (lambda s: changed(s, levels=7), "Expected quantiles at"),
        (lambda s: changed(s, clips="many"), "number of clips, found 'many'"),
        (
            lambda s: changed(s, quantiles=s["quantiles"] | {"tempo": [1, 2]}),
            "25 finite numbers as quantiles of 'tempo'",
        ),
        (lambda s: changed(s, quantiles=s["quantiles"] | {"tempo": "x"}), "25 finite numbers as quantiles of 'tempo'"),
        (lambda s: changed(s, quantiles=s["quantiles"] | {"tempo": list(range(25, 0, -1))}), "'tempo' are not finite"),
        (lambda s: changed(s, features={"tail": None}), r"other segments: unknown \['tail'\]"),
        (lambda s: changed(s, features=s["features"] | {"head": 3}), "of the segment 'head', found 3"),
        (
            lambda s: changed(s, features=s["features"] | {"head": {"mean": [1], "std": [1] * 6, "clips": 1}}),
            "6 finite numbers as mean of 'head'",
        ),
        (
            lambda s: changed(s, features=s["features"] | {"head": {"mean": [1] * 6, "std": [-1] * 6, "clips": 1}}),
            "negative",
        ),
    ],
    ids=range(17),
)
def test_a_file_that_is_no_reference_is_named_with_the_reason(own, tmp_path, content, words):
    path = tmp_path / "given.json"
    path.write_text(content(own.to_dict()) if callable(content) else content, encoding="utf-8")
    with pytest.raises(ValueError, match=words) as raised:
        MotionReference.load(path)
    assert str(path) in str(raised.value) and len(str(raised.value)) < 2000


@pytest.mark.parametrize("given", [3, ["own.json"], np.zeros(3)], ids=["number", "list", "array"])
def test_what_is_no_reference_is_refused(pipe, processor, known, given):
    with pytest.raises(ValueError, match=f"what calibrate returns, its dict, or the path .* {type(given).__name__}"):
        pipe(known[0], reference=given)
    with pytest.raises((ValueError, OSError), match="what calibrate returns|own.json"):  # a list has one for each clip
        processor(skeletons=known[0], reference=given)


def test_the_embedded_checkpoint_can_be_calibrated(known):
    extractor = EaiSkeletonFeatureExtractor.from_pretrained(DEFAULT_CHECKPOINT)
    own = extractor.motion_reference()
    assert np.isfinite(own.feature_mean).all() and (own.feature_clips > 1000).all()
    lengths = np.linalg.norm(own.feature_mean[1:, :3], axis=1)
    assert (lengths > 0.3).all() and (lengths <= 1).all(), "means of unit vectors"
    reference = extractor.calibrate(known[:5])
    assert np.abs(reference.location).max() > 0.1


# ---- the command ----------------------------------------------------------------------------------------------------


def test_the_command_writes_a_reference_that_explain_takes(tiny_checkpoint, tmp_path, capsys):
    for seed in range(3):
        clip = with_head_forward(make_clip(seed, duration_s=2.5, rig="bandai22"), 0.3)
        np.savez(tmp_path / f"{seed}.npz", joints=clip.joints, fps=30.0, layout="smpl22")
    (tmp_path / "broken.bvh").write_text("no motion", encoding="utf-8")
    output = tmp_path / "ours.json"
    arguments = {
        "clips": [str(tmp_path)],
        "output": str(output),
        "fps": None,
        "layout": None,
        "format_in": None,
        "performers_from": None,
    }
    assert command.run(SimpleNamespace(**arguments, model=str(tiny_checkpoint))) == 0
    out, err = capsys.readouterr()
    assert out.strip() == str(output)
    assert "3 clips of 4 files" in err and "head pitch: typical here " in err and " deg, elsewhere " in err
    assert "3 clips are few" in err and "trained without references" in err and "mixed" in err
    of_checkpoint = load_pipeline(str(tiny_checkpoint))
    assert "scores" in of_checkpoint(str(tmp_path / "0.npz"), label_only=True, reference=str(output))

    assert command.run(SimpleNamespace(**arguments, model=None)) == 0
    assert MotionReference.load(output).clips == 3


def test_the_command_refuses_a_folder_that_is_not_there_before_it_reads(tmp_path):
    given = SimpleNamespace(
        clips=["absent.bvh"],
        output=str(tmp_path / "absent" / "ours.json"),
        fps=None,
        layout=None,
        model=None,
        format_in=None,
        performers_from=None,
    )
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        command.run(given)
    given.output, given.model = str(tmp_path / "ours.json"), str(tmp_path / "no-checkpoint")
    with pytest.raises(ValueError, match="no checkpoint folder"):
        command.run(given)


def test_every_descriptor_has_a_readable_move(own):
    known = [name for name, there in zip(DESCRIPTOR_NAMES, continuous(own), strict=True) if there]
    assert len(known) >= 25
    for name in known:
        index = DESCRIPTOR_NAMES.index(name)
        vector = np.full(len(DESCRIPTORS), np.nan)
        vector[index] = at(own, 2.0)[index]
        text = command.summary(own, moved_by(own, np.tile(vector, (6, 1))), 6)
        assert f"  {name.replace('_', ' ')}: typical here " in text and text.count("typical here") == 1
        assert "few" not in text and "nan" not in text
