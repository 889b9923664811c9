"""The benchmarks, on a tiny model: that they run, and that their figures add up."""

import json
import runpy
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_clip, make_reference

from eai_llm_hf import load_pipeline
from eai_llm_hf.corpora import generated_corpus
from eai_llm_hf.generator import generate_clip
from eai_llm_hf.modeling.configuration_eai_llm import EaiSkeletonConfig
from eai_llm_hf.modeling.skeleton_tower_eai_llm import EaiSkeletonTower
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS
from eai_llm_hf.processing.descriptors.movement_features import SEGMENTS
from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.skeleton.axes_and_units import leg_length
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX
from eai_llm_hf.processing.skeleton.unify import unify
from eai_llm_hf.training.crops import CropDataset
from eai_llm_hf.training.question_texts import UNSEEN_QUESTIONS
from eai_llm_hf.training.settings import Recipe

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
LATENCY = BENCHMARKS / "latency.py"


@pytest.fixture(scope="module")
def latency() -> dict:
    """Names of the benchmark's module."""
    return runpy.run_path(str(LATENCY))


def test_the_shares_of_the_steps_add_up_and_every_step_is_timed(latency, tiny_checkpoint, tmp_path):
    pipe = load_pipeline(str(tiny_checkpoint))
    clip = latency["make_walk"](tmp_path)
    results = latency["measure_latency"](pipe, clip, repeats=1, new_tokens=4)
    shares = results["shares"]
    assert set(shares) == {*latency["SECTIONS"], latency["REST"]}
    assert all(share > 0 for share in shares.values()), shares
    assert sum(shares.values()) == pytest.approx(1, abs=1e-6)
    assert all(len(results[name]) == 1 for name in ("explain", "bare", "label_only", "prefill"))
    # A clip of 10 s becomes 36 + 6 * 10 tokens; the question and the opening of the answer come on top.
    assert 96 < results["prompt_tokens"] < 300
    assert "generate" not in vars(pipe.model), "the stopwatch is taken off again"


def test_data_types_are_compared_on_the_same_clips(tiny_checkpoint, tmp_path):
    names = runpy.run_path(str(BENCHMARKS / "data_types.py"))
    clips = [str(LATENCY.parents[1] / "hub_examples" / "clips" / name) for name in ("walk-sad.bvh", "wave-happy.csv")]
    clips.append(str(tmp_path / "two.npz"))
    people = np.stack([generate_clip(seed, rig="smpl22", duration_s=2.0).motion.joints[:60] for seed in (1, 2)])
    np.savez(clips[-1], joints=people, fps=30, layout="smpl22")
    results = {
        ("as it is", dtype): names["measure"](clips, dtype, 2, str(tiny_checkpoint)) for dtype in names["DTYPES"]
    }
    assert all(len(result["alone"]) == 3 and result["together"] > 0 for result in results.values())
    assert results["as it is", "float32"]["same"] == 3
    page = names["as_markdown"](results, 2, "here", "command")
    assert "| as it is | float32 | 3 |" in page and page.count(" | 3 |\n") >= 1


def test_time_inside_a_section_counts_once(latency, monkeypatch):
    ticks = iter([0.0, 1.0, 3.0, 6.0])
    watch = latency["Stopwatch"]()
    monkeypatch.setitem(watch._book.__func__.__globals__, "clock", lambda: next(ticks))
    watch.enter("outer")
    watch.enter("inner")
    watch.leave()
    watch.leave()
    assert watch.seconds == {"outer": 1.0 + 3.0, "inner": 2.0}


def test_a_clip_that_cannot_be_read_is_reported(latency, tiny_checkpoint, tmp_path):
    (tmp_path / "broken.bvh").write_text("not a motion", encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.bvh"):
        latency["measure_latency"](load_pipeline(str(tiny_checkpoint)), tmp_path / "broken.bvh", 1, 4)


def test_the_page_has_command_machine_and_both_tables(monkeypatch, capsys, tiny_checkpoint, tmp_path):
    page = tmp_path / "latency.md"
    arguments = ["--model", tiny_checkpoint, "--repeats", 1, "--new-tokens", 3, "--output", page]
    monkeypatch.setattr(sys, "argv", ["latency.py", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(LATENCY), run_name="__main__")
    assert ended.value.code == 0
    text = page.read_text(encoding="utf-8")
    assert text.strip() == capsys.readouterr().out.strip()
    assert "python benchmarks/latency.py --repeats 1 --new-tokens 3" in text and "float32" in text
    assert str(tmp_path) not in text and str(tiny_checkpoint) not in text
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("|")]
    shares = [float(row[1].strip(" %")) for row in rows if row[1].strip().endswith("%")]
    assert len(shares) == 7 and sum(shares) == pytest.approx(100, abs=0.5)


# ---- what must not change the answer --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def invariance() -> dict:
    return runpy.run_path(str(BENCHMARKS / "invariance.py"))


@pytest.fixture(scope="module")
def recorded(invariance, tmp_path_factory) -> list:
    """Generated clips of three rigs, read from files."""
    folder = tmp_path_factory.mktemp("recordings")
    for rig in ("bandai22", "cmu31", "kinect_v2_25"):
        motion = generate_clip(5, rig=rig, action="walk", duration_s=3.0).motion
        names = {} if motion.joint_names is None else {"joint_names": motion.joint_names}
        np.savez(folder / f"{rig}.npz", joints=motion.joints, fps=motion.fps, layout=motion.layout or rig, **names)
    (folder / "broken.bvh").write_text("not a motion", encoding="utf-8")
    found = list(invariance["recordings"](folder))
    assert len(found) == 3, "the broken file is left out and named"
    return found


def test_renaming_or_moving_a_recording_does_not_change_its_labels(invariance, recorded, tiny_checkpoint):
    rows = invariance["measure_invariance"](load_pipeline(str(tiny_checkpoint)), recorded)
    assert {row["kind"] for row in rows} == set(invariance["CHANGES"])
    for row in rows:
        assert row["clips"] + row["errors"] == 3
        if row["allowed"] == 0 or row["kind"] in ("performer height", "mirror"):
            assert (row["flips"], row["errors"]) == (0, 0) and row["largest"] < 1e-2, row


def test_a_change_changes_the_recording_and_not_the_body(invariance, recorded):
    for clip in recorded:
        before = unify(clip.motion)
        for kind in ("unit", "up axis", "heading", "place", "performer height"):
            for way, change in invariance["CHANGES"][kind][1].items():
                motion = change(clip)
                after = unify(motion)
                scale = leg_length(after.joints, after.joint_mask) / leg_length(before.joints, before.joint_mask)
                np.testing.assert_allclose(after.joints, before.joints * scale, atol=5e-3, err_msg=f"{kind}: {way}")
        toeless = unify(invariance["CHANGES"]["missing joints"][1]["toes"](clip))
        assert {"left_foot", "right_foot"} <= set(toeless.report["missing_joints"])
        mirrored = unify(invariance["CHANGES"]["mirror"][1]["left and right"](clip))
        np.testing.assert_allclose(mirrored.joints, before.mirrored().joints, atol=5e-3)


def test_more_changed_labels_than_allowed_are_marked(invariance):
    row = {"kind": "unit", "way": "cm", "clips": 50, "errors": 0, "flips": 1, "mean": 0.01, "largest": 0.4}
    assert "1 of 50, 2.0% (over) | 0% |" in invariance["as_markdown"]([row | {"allowed": 0.0}], "command", "model")
    assert "(over)" not in invariance["as_markdown"]([row | {"allowed": 0.02}], "command", "model")


# ---- what carries over ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def transfer() -> dict:
    return runpy.run_path(str(BENCHMARKS / "transfer.py"))


def test_a_small_model_learns_labels_from_pieces_of_long_clips(transfer, tiny_backbone, monkeypatch):
    names = transfer["train_small"].__globals__
    monkeypatch.setitem(names, "Recipe", partial(Recipe, backbone=str(tiny_backbone), dtype="float32", use_cpu=True))
    rows = list(generated_corpus(10, seed=3))
    assert len(transfer["_pieces"](rows[0])) > 1, "a clip that is cut"
    pipe = transfer["train_small"](rows, steps=2, seed=0)
    hits = transfer["hits"](pipe, rows)
    assert len(hits) == len(rows) and set(hits) <= {0, 1}


def test_existing_figures_are_not_computed_again(transfer, tmp_path):
    settings, made = {"steps": 1}, []

    def make() -> dict:
        made.append(1)
        return {"accuracy": 0.5}

    for _ in range(2):
        results = transfer["Results"](tmp_path / "figures.json", settings)
        assert results.get("a model", make) == {"accuracy": 0.5}
    assert len(made) == 1
    transfer["Results"](tmp_path / "figures.json", {"steps": 2}).get("a model", make)
    assert len(made) == 2, "other settings give other figures"


@pytest.fixture(scope="module")
def forms() -> dict:
    return runpy.run_path(str(BENCHMARKS / "skeleton_forms.py"))


def test_positions_are_rebuilt_from_the_directions_of_the_bones(forms):
    clip = make_clip(3, rig="bandai22", duration_s=2.0)
    features, _, lengths = forms["_parts"](clip.joints, clip.joint_mask)
    places = forms["_positions"](features, lengths, 1.0)
    segments = [name for name, _, _ in SEGMENTS]
    hand, knee, hip = (places[:, segments.index(name)] for name in ("left forearm", "left thigh", "hip line"))
    joints = {name: clip.joints[:, index] for name, index in JOINT_INDEX.items()}
    middle = (joints["left_hip"] + joints["right_hip"]) / 2
    for place, joint in ((hand, "left_wrist"), (knee, "left_knee"), (hip, "left_hip")):
        expected = np.linalg.norm(joints[joint] - middle, axis=-1)
        np.testing.assert_allclose(np.linalg.norm(place, axis=-1), expected, atol=0.05)


@pytest.mark.parametrize("name", ["positions over height", "positions on a standard body, and velocities"])
def test_a_form_of_the_skeleton_removes_the_size_of_the_body(forms, name):
    clip = make_clip(4, rig="bandai22", duration_s=2.0)
    form, _ = forms["FORMS"][name]
    small, present = form(clip.joints, clip.joint_mask)
    large, _ = form(clip.joints * 1.4, clip.joint_mask)
    assert present.all() and small.shape == (len(clip.joints), len(SEGMENTS), 6)
    np.testing.assert_allclose(small, large, atol=1e-3)


def test_the_tower_reads_a_form_of_the_skeleton_and_no_descriptors(transfer):
    tower = EaiSkeletonTower(EaiSkeletonConfig(num_descriptors=3)).eval()
    mean, std = torch.zeros_like(tower.feature_mean), torch.ones_like(tower.feature_mean)
    measured, nothing = torch.ones(1, 3), torch.full((1, 3), torch.nan)

    def reads_what_was_measured() -> bool:
        return not torch.equal(tower._semantic_queries(measured, 1), tower._semantic_queries(nothing, 1))

    with transfer["_in_form"](*transfer["FORMS"]["directions, and velocities at full weight"]):
        tower.standardise_by(mean, std)
        assert tower.feature_scale[1:, 3:].eq(1.0).all()
        assert not reads_what_was_measured()
    tower.standardise_by(mean, std)
    assert tower.feature_scale[1:, 3:].eq(tower.config.velocity_weight).all()
    assert reads_what_was_measured()


def test_training_reads_the_same_form_of_the_skeleton_as_labelling_does(transfer):
    rows = list(generated_corpus(3, seed=5))
    with transfer["_in_form"](*transfer["FORMS"]["directions"]):
        crop = CropDataset(rows, 1, seed=0)[0]
        learned, _ = crop.features
        labelled = EaiSkeletonFeatureExtractor()(crop.clip)["skeleton_features"][0]
    assert not learned[:, 1:, 3:].any(), "no velocities"
    np.testing.assert_allclose(labelled[: len(learned)], learned, atol=1e-6)
    assert CropDataset(rows, 1, seed=0)[0].features[0][:, 1:, 3:].any(), "which are there otherwise"


def test_answers_are_scored_by_what_is_known_of_them():
    questions = runpy.run_path(str(BENCHMARKS / "questions.py"))
    assert questions["refuses"]("That cannot be seen in skeleton data.")
    assert questions["refuses"]("This cannot be measured: the recording lacks the joints of the head.")
    assert not questions["refuses"]("No, the head is bowed.")
    record = {"label": "sad", "scores": {"sad": 0.7, "angry": 0.1}}
    vectors, reference = np.full((1, len(DESCRIPTORS)), np.nan), make_reference()
    vectors[0, DESCRIPTOR_INDEX["cadence"]] = 1.84
    truth, right = questions["Truth"](record, vectors, reference), questions["RIGHT"]
    assert right["value"]("The cadence is 1.8 steps per second.", truth, "cadence")
    assert not right["value"]("The cadence is 2 steps per minute, 3 of 7.", truth, "step_length")
    assert not right["value"]("The cadence is 1.9 steps per second.", truth, "cadence")
    assert right["probability"]('The probability of "angry" is 10%.', truth, "angry")
    assert not right["probability"]('The probability of "angry" is 70%.', truth, "angry")
    assert questions["corrects"]("It does not look angry: it looks sad.", truth, "angry")
    assert not questions["corrects"]("The movement looks sad.", truth, "angry")
    vectors[0, DESCRIPTOR_INDEX["head_pitch"]] = -1000.0
    bowed = [["head_pitch", "low"]]
    assert right["whether"]("Yes, the head is bowed.", truth, bowed)
    assert right["whether"]("The head is bowed.", truth, bowed), "what was measured answers it as well"
    assert not right["whether"]("No, the head is bowed.", truth, bowed)
    assert not right["whether"]("The steps are quick.", truth, bowed)
    answers = [
        {"refuses": True, "right": False, "holds": []},
        {"refuses": False, "right": True, "holds": [True, None]},
    ]
    expected = {"questions": 2, "right": 1, "declined": 1, "claims": 1, "hold": 1}
    assert questions["summary"](answers) == expected


def test_an_independent_question_is_checked_by_what_its_answer_should_say():
    questions = runpy.run_path(str(BENCHMARKS / "questions.py"))
    entries = [
        {"question": "Step data?", "kind": "number", "expects": "step length with unit"},
        {"question": "Why no anger?", "kind": "why_not", "expects": "says what speaks against anger"},
        {"question": "Arms?", "kind": "part", "expects": "describes arm swing"},
        {"question": "Her shoes?", "kind": "unanswerable_clothes", "expects": "declines"},
    ]
    found = questions["as_checked"](entries, ["a", "b", "c", "d"], ("sad", "angry"))
    assert found["answerable"] == [
        ["a", "Step data?", "one value", ["step_length"]],
        ["c", "Step data?", "one value", ["step_length"]],
        ["b", "Why no anger?", "why not or so", "angry"],
        ["d", "Why no anger?", "why not or so", "angry"],
        ["c", "Arms?", "part", "arms"],
        ["a", "Arms?", "part", "arms"],
    ]
    assert found["unanswerable"] == ["Her shoes?"]
    for name in questions["INDEPENDENT"].values():
        kinds = {entry["kind"] for entry in json.loads((BENCHMARKS / name).read_text(encoding="utf-8"))}
        assert {kind for kind in kinds if not kind.startswith("unanswerable")} == {*questions["_CHECKS"]}


def test_answers_to_independent_questions_are_right_for_what_they_say():
    right = (questions := runpy.run_path(str(BENCHMARKS / "questions.py")))["RIGHT"]
    vectors, reference = np.full((1, len(DESCRIPTORS)), np.nan), make_reference()
    vectors[0, DESCRIPTOR_INDEX["head_pitch"]] = -1000.0
    truth = questions["Truth"]({"label": "sad", "scores": {"sad": 0.7, "angry": 0.1}}, vectors, reference, "walking")
    assert right["between"]('The movement looks sad: "sad" has 70% and "angry" has 10%.', truth, ["sad", "angry"])
    assert not right["between"]("The movement looks sad.", truth, ["sad", "angry"])
    assert right["gait"]("The person is walking.", truth) and not right["gait"]("The person is running.", truth)
    assert right["hands"]("Both hands are beside the hips.", truth)
    assert not right["hands"]("The head is bowed.", truth)
    assert right["measured"]("The head is bowed.", truth, ["head_pitch"])
    assert not right["measured"]("The head is held high.", truth, ["head_pitch"]), "which does not hold"
    assert right["strongest"]("The strongest sign of it is that the head is bowed.", truth)
    assert not right["strongest"]("The head is bowed.", truth)


def test_no_benchmark_question_is_a_training_question():
    asked = json.loads((BENCHMARKS / "questions.json").read_text(encoding="utf-8"))
    questions = {
        kind: {json.dumps(item[:2] if isinstance(item, list) else item) for item in asked[kind]}
        for kind in [*asked][1:]
    }
    assert {kind: len(each) for kind, each in questions.items()} == {
        "answerable": 100,
        "false premise": 20,
        "other languages": 24,
        "unanswerable": 100,
    }
    assert not set(asked["unanswerable"]) & set(UNSEEN_QUESTIONS)


def test_variety_is_zero_for_equal_texts_and_full_for_different_ones():
    variety = runpy.run_path(str(BENCHMARKS / "text_variety.py"))
    same, other = ["the head is bowed low"] * 4, ["one two three four five", "six seven eight nine ten"]
    assert variety["distinct"](same, 2) == 4 / 16 and variety["distinct"](other, 2) == 1.0
    assert variety["self_bleu"](same) == pytest.approx(1.0) and variety["self_bleu"](other) < 0.1


def test_the_load_test_starts_the_command_compares_every_answer_and_writes_its_table(
    tiny_checkpoint, tmp_path, monkeypatch, capsys
):
    pytest.importorskip("prometheus_client", reason="the server needs the extra serve")
    names = runpy.run_path(str(BENCHMARKS / "serving.py"))
    record = {"label": "sad", "scores": {"sad": 0.7, "happy": 0.3}, "explanation": "It looks sad."}
    near, far = (record | {"scores": {"sad": 0.7 + off, "happy": 0.3 - off}} for off in (1e-6, 1e-2))
    assert not names["difference"](near, record) and "score" in names["difference"](far, record)
    assert "explanation" in names["difference"](record | {"explanation": "It looks bad."}, record)
    page = tmp_path / "page.md"
    page.write_text("".join(f"<!-- {name}: begin -->\n\n<!-- {name}: end -->\n" for name in ("load test", "mix")))
    given = ["--model", str(tiny_checkpoint), "--recordings", "2", "--seconds", "1", "--page", str(page)]
    for more in (["--clients", "4", "--places", "3", "--explained", "0"], ["--clients", "1", "--mix"]):
        monkeypatch.setattr(sys, "argv", ["serving.py", *given, *more])
        assert names["main"]() == 0, capsys.readouterr().err
    text = page.read_text()
    assert "| wrong | 0 |" in text and "| lost | 0 |" in text and "seconds to the answer, labels" in text
    assert "| lost | 0 | 0 |" in text and "| labels, in all | 0 | " in text


def test_an_error_in_a_stream_is_not_an_answer_of_the_load_test():
    httpx2 = pytest.importorskip("httpx2", reason="the load test needs the extra dev")
    as_answered = runpy.run_path(str(BENCHMARKS / "serving.py"))["as_answered"]
    events = 'event: label\ndata: {"label": "sad"}\n\n'
    late = httpx2.Response(200, text=events + 'event: error\ndata: {"status": 504, "detail": "too late"}\n\n')
    whole = httpx2.Response(200, text=events + 'event: record\ndata: {"label": "sad", "score": 1}\n\n')
    assert as_answered(late, True) == (504, "too late")
    assert as_answered(whole, True) == (200, {"label": "sad", "score": 1})
    assert as_answered(httpx2.Response(413, json={"detail": "large"}), True) == (413, {"detail": "large"})
