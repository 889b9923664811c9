"""The command line: what it prints and where, its exit status, and one line in place of a traceback."""

import argparse
import io
import json
import re
import shlex
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import make_clip

from eai_llm_hf import SkeletonEmotionExplanationPipeline
from eai_llm_hf.cli.clips import find_clips
from eai_llm_hf.cli.explain import as_text
from eai_llm_hf.cli.main import build_parser, main
from eai_llm_hf.cli.main import compare as compare_command
from eai_llm_hf.cli.main import explain as explain_command
from eai_llm_hf.processing.claims.writing import named_label
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES
from eai_llm_hf.version import __version__

COMMANDS = (
    "explain",
    "annotate",
    "app",
    "serve",
    "compare",
    "calibrate",
    "adapt",
    "render",
    "train",
    "evaluate",
    "data",
    "export",
    "backbone",
)
SHORT = ["--max-new-tokens", "4"]


@pytest.fixture(scope="module")
def joints() -> np.ndarray:
    return make_clip(1, emotion="sad", action="walk", rig="bandai22", duration_s=2.5).joints


@pytest.fixture
def folder(tmp_path, joints):
    """A folder with two clips that can be read, one of them in a subfolder."""
    (tmp_path / "below").mkdir()
    np.savez(tmp_path / "walk.npz", joints=joints, fps=30.0, layout="smpl22")
    np.savez(tmp_path / "below" / "back.npz", joints=joints[::-1], fps=30.0, layout="smpl22")
    (tmp_path / "notes.txt").write_text("no clip", encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def pipe(tiny_checkpoint) -> SkeletonEmotionExplanationPipeline:
    return explain_command.load_quietly(str(tiny_checkpoint))


@pytest.fixture
def explain(pipe, monkeypatch, tiny_checkpoint, capsys):
    """Runs `eai-llm explain` with the tiny checkpoint, which is loaded once; returns status, stdout and stderr."""
    monkeypatch.setattr(explain_command, "load_quietly", lambda *_: pipe)

    def run(*arguments):
        status = main(["explain", "--model", str(tiny_checkpoint), *map(str, arguments)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def records_of(out):
    return [json.loads(line) for line in out.splitlines()]


# ---- explain --------------------------------------------------------------------------------------------------------


def test_explain_loads_the_given_checkpoint(folder, tiny_checkpoint, capsys):
    arguments = ["explain", str(folder / "walk.npz"), "--model", str(tiny_checkpoint), "--format", "json", *SHORT]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    (record,) = records_of(captured.out)
    assert record["model"] == tiny_checkpoint.name and record["source"] == str(folder / "walk.npz")
    assert named_label(record["explanation"], list(record["scores"])) == record["label"]


def test_json_is_one_record_a_line_and_folders_are_searched(explain, folder):
    status, out, _ = explain(folder, "--format", "json", *SHORT)
    assert status == 0
    assert [record["source"] for record in records_of(out)] == [
        str(folder / "below" / "back.npz"),
        str(folder / "walk.npz"),
    ]


def test_a_clip_on_standard_input_is_explained(explain, folder, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO((folder / "walk.npz").read_bytes())))
    status, out, _ = explain("-", "--format-in", "npz", "--label-only", "--format", "json")
    assert status == 0 and records_of(out)[0]["source"] == "stdin.npz"


def test_the_text_has_label_probabilities_explanation_and_measurements(explain, folder):
    status, out, _ = explain(folder / "walk.npz", *SHORT)
    assert status == 0
    _, json_out, _ = explain(folder / "walk.npz", "--format", "json", *SHORT)
    (record,) = records_of(json_out)
    assert out.startswith(str(folder / "walk.npz")) and f"{record['label']} ({record['score']:.0%})" in out
    lines = [line.split() for line in out.splitlines()]
    for label, score in record["scores"].items():
        assert any(line[:-1][: len(label.split())] == label.split() and f"{score:.1%}" in line for line in lines)
    assert record["explanation"] in " ".join(out.split()), "lines are wrapped"
    for item in record["evidence"]:
        assert item["claim"] in out and item["descriptor"] in out


def test_a_bad_file_among_good_ones_gives_an_error_record_and_status_1(explain, folder):
    (folder / "broken.bvh").write_text("HIERARCHY\nnonsense\n", encoding="utf-8")
    files = (folder / "walk.npz", folder / "broken.bvh", folder / "absent.npz", folder / "below" / "back.npz")
    status, out, _ = explain(*files, "--format", "json", "--batch-size", 2, *SHORT)
    records = records_of(out)
    assert status == 1
    assert ["error" in record for record in records] == [False, True, True, False]
    assert "broken.bvh" in records[1]["error"]["message"] and "line 2" in records[1]["error"]["message"]
    status, out, err = explain(*files, *SHORT)
    assert status == 1 and "could not be read" in out and "Traceback" not in out + err


def test_options_reach_the_pipeline(explain, folder):
    arguments = (
        "--candidate-labels",
        "calm",
        "tense",
        "--label-only",
        "--window-s",
        1,
        "--hop-s",
        1,
        "--format",
        "json",
    )
    status, out, _ = explain(folder / "walk.npz", *arguments)
    (record,) = records_of(out)
    assert status == 0 and set(record["scores"]) == {"calm", "tense"} and record["explanation"] == ""
    assert len(record["segments"]) == 2
    _, out, _ = explain(folder / "walk.npz", "--question", "What do the arms do?", "--format", "json", *SHORT)
    assert records_of(out)[0]["question"] == "What do the arms do?"
    _, out, _ = explain(folder / "walk.npz", "--no-verify", "--format", "json", *SHORT)
    assert "dropped_claims" not in records_of(out)[0]


@pytest.mark.parametrize("words", [["calm", "full of joy"], ["calm, full of joy"], ["calm,", "full of joy"]])
def test_labels_are_separate_words_or_separated_by_commas(explain, folder, words):
    _, out, _ = explain(folder / "walk.npz", "--labels", *words, "--label-only", "--format", "json")
    assert set(records_of(out)[0]["scores"]) == {"calm", "full of joy"}


def test_two_clips_are_compared(pipe, monkeypatch, folder, capsys):
    monkeypatch.setattr(compare_command, "load_quietly", lambda *_: pipe)
    clips = [str(folder / "walk.npz"), str(folder / "below" / "back.npz")]
    assert main(["compare", *clips, "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["sources"] == clips and record["answer"] and "dropped_differences" in record
    assert main(["compare", *clips, "--question", "Which of the two is faster?", "--no-verify"]) == 0
    assert "Which of the two is faster?" in capsys.readouterr().out
    assert main(["compare", clips[0], str(folder / "notes.txt")]) == 1
    assert "notes.txt" in capsys.readouterr().err


def test_the_record_has_an_attribution_on_request(explain, pipe, folder):
    arguments = (folder / "walk.npz", folder / "absent.npz", "--label-only", "--attribution")
    status, out, _ = explain(*arguments, "--format", "json")
    there, missing = records_of(out)
    assert status == 1 and "attribution" not in missing
    found = there["attribution"]
    assert found["label"] == there["label"] and found["probability"] == pytest.approx(there["score"], abs=1e-3)
    assert len(found["values"]) == len(found["parts"]) and len(found["values"][0]) == len(found["bounds_s"]) - 1
    assert there == pipe(str(folder / "walk.npz"), attribution=True, label_only=True)
    _, out, _ = explain(*arguments)
    without_head = max(0.0, found["probability"] - found["per_part"][0])
    assert f"with a body part occluded it is: head {without_head:.0%}" in " ".join(out.split())


def test_the_rate_and_rig_of_a_bare_array_can_be_given(explain, tmp_path, joints):
    np.save(tmp_path / "bare.npy", joints)
    arguments = (tmp_path / "bare.npy", "--label-only", "--format", "json")
    status, out, _ = explain(*arguments)
    assert status == 1 and "fps" in records_of(out)[0]["error"]["message"]
    status, out, _ = explain(*arguments, "--fps", 30, "--layout", "smpl22")
    assert status == 0 and records_of(out)[0]["skeleton"]["layout"] == "smpl22"


def test_a_report_draws_one_clip_or_all_on_a_page(explain, folder, tmp_path):
    picture = tmp_path / "report.png"
    status, _, err = explain(folder / "walk.npz", "--label-only", "--report", picture)
    assert status == 0 and picture.read_bytes().startswith(b"\x89PNG"), err
    status, _, err = explain(folder, "--label-only", "--report", tmp_path / "all.html")
    assert status == 0 and (tmp_path / "all.html").read_text(encoding="utf-8").count("<article") == 2, err


def test_each_person_in_a_file_is_a_line_of_json(explain, tmp_path, joints):
    np.savez(tmp_path / "pair.npz", joints=np.stack([joints, joints]), fps=30.0, layout="smpl22")
    status, out, _ = explain(tmp_path / "pair.npz", "--label-only", "--format", "json")
    assert status == 0 and len(records_of(out)) == 2


def test_wrong_options_give_one_line_and_status_1(explain, folder):
    for arguments, words in (
        (("--window-s", 60), "window_s must lie between 1 and 10 seconds, found 60.0"),
        (("--candidate-labels", "sad", "sad"), "candidate_labels must be different words"),
        (("--labels", "calm"), "the probability of a single label is always 1"),
        (("--reference", folder / "absent.json"), "absent.json"),
    ):
        status, out, err = explain(folder / "walk.npz", *arguments)
        assert status == 1 and out == "" and words in err and err.startswith("eai-llm: ") and err.count("\n") == 1


def test_a_folder_without_clips_says_so(explain, tmp_path):
    status, _, err = explain(tmp_path)
    assert status == 1 and "holds no motion file" in err and str(tmp_path) in err


def test_files_keep_their_order_and_folders_are_sorted(folder):
    given = [str(folder / "walk.npz"), str(folder), "absent.bvh"]
    assert list(find_clips(given)) == [
        given[0], str(folder / "below" / "back.npz"), str(folder / "walk.npz"), "absent.bvh",
    ]  # fmt: skip


def test_the_text_says_which_claims_cannot_be_checked():
    evidence = {
        "claim": "the head is bowed", "body_part": "head", "descriptor": "head_pitch", "direction": "low",
        "value": None, "unit": "deg", "percentile": None, "start_s": 0.0, "end_s": 1.0, "holds": None,
        "span": "whole", "degree": "plain",
    }  # fmt: skip
    record = {
        "source": "a.bvh", "label": "sad", "score": 0.6, "scores": {"sad": 0.6, "happy": 0.4},
        "explanation": "The movement looks sad.", "evidence": [evidence],
        "segments": [{"start_s": 0.0, "end_s": 10.0, "label": "sad", "score": 0.6}] * 2,
        "skeleton": {"missing_joints": ["head"]}, "model": "m",
    }  # fmt: skip
    text = as_text(record)
    assert "the head is bowed (head_pitch not measurable; cannot be checked" in text
    assert "missing joints: head" in text and "over time" in text


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ({"angry": 0.8, "happy": 0.15, "sad": 0.05}, "The next most likely is happy (15%).\n"),
        (
            {"angry": 0.5, "happy": 0.3, "sad": 0.2},
            "The next most likely is happy (30%): the two are close, and it may be either.",
        ),
    ],
)
def test_the_text_has_the_second_label_and_says_if_it_is_close(scores, said):
    record = {
        "source": "a.bvh", "label": "angry", "score": scores["angry"], "scores": scores, "explanation": "Angry.",
        "evidence": [], "segments": [], "skeleton": {"missing_joints": []}, "model": "m",
    }  # fmt: skip
    assert said in as_text(record)
    alone = record | {"scores": {"angry": 1.0}}
    assert "next most likely" not in as_text(alone)


# ---- the root -------------------------------------------------------------------------------------------------------


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0 and capsys.readouterr().out == f"eai-llm {__version__}\n"


def parsers_of(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()):
    """The words of every command, and of every command of a command, with its parser."""
    yield path, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, choice in action.choices.items():
                yield from parsers_of(choice, (*path, name))


PARSERS = dict(parsers_of(build_parser()))


def test_all_commands_are_there():
    assert {path[0] for path in PARSERS if path} == set(COMMANDS)


@pytest.mark.parametrize("path", PARSERS, ids=" ".join)
def test_every_help_has_examples_that_can_be_parsed(path):
    whole = re.sub(r"\\\n\s*", "", PARSERS[path].epilog)  # an example may continue on the next line
    lines = [line.strip() for line in whole.splitlines() if line.strip().startswith("eai-llm ")]
    examples = [shlex.split(re.split("[<>]", line)[0].split("  ")[0], comments=True)[1:] for line in lines]
    assert any(words[: len(path)] == list(path) for words in examples)
    for words in examples:
        assert words[0] in (*COMMANDS, "COMMAND")
        if words[-1] != "..." and words[0] != "COMMAND":
            PARSERS[()].parse_args(words)  # exits on an unknown option


def test_a_description_is_wrapped_and_examples_keep_their_lines(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    for path in (("calibrate",), ("data", "rigs")):
        with pytest.raises(SystemExit):
            main([*path, "--help"])
        text, _, examples = capsys.readouterr().out.partition("\nexamples:\n")
        assert max(map(len, text.splitlines())) <= 80 and examples.startswith("  eai-llm ")


def test_no_command_and_wrong_options_exit_with_2(capsys):
    for arguments in ([], ["explain"], ["explain", "a.bvh", "--no-such-option"], ["dance"]):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2
    assert "usage: eai-llm" in capsys.readouterr().err


def test_a_bad_model_path_gives_one_line_and_debug_the_traceback(folder, tmp_path, capsys):
    arguments = ["explain", str(folder / "walk.npz"), "--model", str(tmp_path / "no-model")]
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and "Traceback" not in captured.err
    line = captured.err.strip().splitlines()
    assert len(line) == 1 and line[0].startswith("eai-llm: ") and "no-model" in line[0]
    with pytest.raises(Exception, match="no-model"):
        main(["--debug", *arguments])


def test_a_crash_anywhere_is_one_line(monkeypatch, capsys, folder):
    def fail(*_):
        raise KeyError("joint")

    monkeypatch.setattr(explain_command, "load_quietly", fail)
    assert main(["explain", str(folder / "walk.npz")]) == 1
    assert capsys.readouterr().err == "eai-llm: KeyError('joint') (--debug shows where)\n"
    monkeypatch.setattr(explain_command, "load_quietly", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert main(["explain", str(folder / "walk.npz")]) == 130


def test_the_module_runs_as_a_command(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "eai_llm_hf", "--version"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (0, f"eai-llm {__version__}\n")


# ---- bad input ------------------------------------------------------------------------------------------------------


LIMBS = {
    "Hips": ("LeftHip", "RightHip", "Chest"), "LeftHip": ("LeftKnee",), "LeftKnee": ("LeftAnkle",),
    "RightHip": ("RightKnee",), "RightKnee": ("RightAnkle",), "Chest": ("Neck", "LeftShoulder", "RightShoulder"),
    "Neck": ("Head",), "LeftShoulder": ("LeftElbow",), "LeftElbow": ("LeftWrist",),
    "RightShoulder": ("RightElbow",), "RightElbow": ("RightWrist",),
}  # fmt: skip
OFFSETS = {
    "Hips": "0 0 0", "LeftHip": "1 0 0", "RightHip": "-1 0 0", "Chest": "0 5 0", "Neck": "0 1 0", "Head": "0 1 0.5",
    "LeftShoulder": "2 0 0", "RightShoulder": "-2 0 0", "LeftElbow": "3 0 0", "RightElbow": "-3 0 0",
    "LeftWrist": "2 0 2", "RightWrist": "-2 0 2",
}  # fmt: skip


def bvh_joint(name: str) -> str:
    """A joint with all its descendants; only the root moves."""
    below = "".join(bvh_joint(child) for child in LIMBS.get(name, ())) or "End Site {\nOFFSET 0 -1 0\n}\n"
    channels = "6 Xposition Yposition Zposition Zrotation Xrotation Yrotation" if name == "Hips" else "0"
    kind = "ROOT" if name == "Hips" else "JOINT"
    return f"{kind} {name}\n{{\nOFFSET {OFFSETS.get(name, '0 -4 0.5')}\nCHANNELS {channels}\n{below}}}\n"


def bvh(declared: int = 20, rows: int | None = None, last: str = "") -> str:
    """A small body that moves forward, six values a row."""
    motion = "".join(f"0 9 {0.1 * row:.2f} 0 0 0\n" for row in range(declared if rows is None else rows))
    return f"HIERARCHY\n{bvh_joint('Hips')}MOTION\nFrames: {declared}\nFrame Time: 0.0333333\n{motion}{last}"


def nan_joint(joints):
    joints = joints.copy()
    joints[:, JOINT_NAMES.index("left_shoulder")] = np.nan
    return joints


SMPL = {"fps": 30.0, "layout": "smpl22"}
BAD_FILES = {
    "not a BVH": ("clip.bvh", lambda j: "MZ this is no motion\n", ("clip.bvh", "line 1", "HIERARCHY")),
    "truncated": ("clip.bvh", lambda j: bvh(20, 12, "0 9"), ("clip.bvh", "line", "expected", "found")),
    "rows missing": ("clip.bvh", lambda j: bvh(20, 12), ("clip.bvh", "20", "12")),
    "wrong channel count": ("clip.bvh", lambda j: bvh(20, 19, "0 9 0 0 0 0 7\n"), ("clip.bvh", "line", "6", "7")),
    "nan in a BVH": ("clip.bvh", lambda j: bvh(20, 19, "0 nan 0 0 0 0\n"), ("clip.bvh", "line", "nan")),
    "a joint that is NaN": ("clip.npz", lambda j: {"joints": nan_joint(j), **SMPL}, ("clip.npz", "left_shoulder")),
    "NaN everywhere": ("clip.npz", lambda j: {"joints": j * np.nan, **SMPL}, ("clip.npz", "no joint is tracked")),
    "zero frames": ("clip.npz", lambda j: {"joints": j[:0], **SMPL}, ("clip.npz", "at least one frame", "(0, 22, 3)")),
    "zero frames in a BVH": ("clip.bvh", lambda j: bvh(0), ("clip.bvh", "no frames")),
    "one frame": ("clip.npz", lambda j: {"joints": j[:1], **SMPL}, ("clip.npz", "single frame")),
    "2-D array": ("clip.npy", lambda j: j.reshape(len(j), -1)[:, 1:], ("clip.npy", "(frames, joints, 3)", "(75, 65)")),
    "2-D positions": ("clip.npy", lambda j: j[..., :2], ("clip.npy", "(75, 22, 2)")),
    "unknown joint names": (
        "clip.npz",
        lambda j: {"joints": j, "fps": 30.0, "joint_names": [f"p{i}" for i in range(22)]},
        ("clip.npz", "p0", "pelvis"),
    ),
    "missing hips": (
        "clip.npz",
        lambda j: {"joints": j[:, 3:], "fps": 30.0, "joint_names": JOINT_NAMES[3:]},
        ("clip.npz", "hip"),
    ),
    "no frame rate": ("clip.npz", lambda j: {"joints": j, "layout": "smpl22"}, ("clip.npz", "frame rate", "fps")),
    "frame rate of zero": ("clip.npz", lambda j: {"joints": j, "layout": "smpl22", "fps": 0.0}, ("clip.npz", "0")),
    "a body of the size of a point": ("clip.npz", lambda j: {"joints": j * 0.0 + 1.0, **SMPL}, ("clip.npz",)),
    "a pickle": ("clip.npy", lambda j: np.array([{"a": 1}], dtype=object), ("clip.npy", "objects")),
    "an unknown suffix": ("clip.blend", lambda j: "x", ("clip.blend", ".bvh")),
    "an empty file": ("clip.bvh", lambda j: "", ("clip.bvh", "empty")),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_input_names_the_file_the_place_and_what_was_expected(explain, tmp_path, joints, case):
    name, make, words = BAD_FILES[case]
    content = make(joints)
    if isinstance(content, str):
        (tmp_path / name).write_text(content, encoding="utf-8")
    elif isinstance(content, dict):
        np.savez(tmp_path / name, **content)
    else:
        np.save(tmp_path / name, content, allow_pickle=True)
    status, out, err = explain(tmp_path / name, "--label-only", "--format", "json")
    (record,) = records_of(out)
    assert status == 1 and set(record) == {"source", "error"}, record
    assert record["error"]["type"] == "MotionError"
    message = record["error"]["message"]
    assert all(word in message for word in words), message
    assert len(message) < 1000 and "Traceback" not in out + err


def test_the_intact_version_of_the_bad_files_can_be_read(explain, tmp_path):
    (tmp_path / "clip.bvh").write_text(bvh(), encoding="utf-8")
    status, out, _ = explain(tmp_path / "clip.bvh", "--label-only", "--format", "json")
    assert status == 0, out


def test_an_unlikely_unit_is_corrected_and_recorded(explain, tmp_path, joints):
    np.savez(tmp_path / "giant.npz", joints=joints * 47, **SMPL)  # a leg of 40 m
    np.savez(tmp_path / "walk.npz", joints=joints, **SMPL)
    status, out, _ = explain(tmp_path / "giant.npz", tmp_path / "walk.npz", "--label-only", "--format", "json")
    giant, walk = records_of(out)
    assert status == 0
    np.testing.assert_allclose(list(giant["scores"].values()), list(walk["scores"].values()), atol=1e-3)
    assert giant["skeleton"]["unit_scale"] != 1.0


def test_an_hour_is_read_by_window_in_bounded_time(explain, tmp_path, joints):
    there_and_back = np.concatenate([joints, joints[::-1]])
    hour = np.tile(there_and_back, (108_000 // len(there_and_back) + 1, 1, 1))[:108_000]
    np.savez(tmp_path / "hour.npz", joints=hour, **SMPL)
    started = time.monotonic()
    status, out, _ = explain(tmp_path / "hour.npz", "--label-only", "--format", "json")
    assert time.monotonic() - started < 60
    (record,) = records_of(out)
    assert status == 0 and len(record["segments"]) == 360 and record["segments"][-1]["end_s"] == 3600.0
    assert sum(record["scores"].values()) == pytest.approx(1)


def test_the_text_says_how_sure_the_label_is_and_what_was_not_measured():
    record = {
        "source": "a.trc", "label": "sad", "score": 0.9, "scores": {"sad": 0.9, "happy": 0.1}, "explanation": "",
        "certainty": {"level": "low", "accuracy": 0.22, "runner_up": "happy", "why": ["nothing moves"]},
        "evidence": [], "segments": [], "skeleton": {"missing_joints": []},
        "notes": [{"code": "jumps", "message": "the body jumps"}],
        "not_measured": [{"descriptor": "cadence", "why": "no steps were found"}],
    }  # fmt: skip
    text = " ".join(as_text(record, ", person 2 of 2").split())
    assert text.startswith("a.trc, person 2 of 2 sad (90%)")
    assert (
        "Certainty: low. On recordings that training never saw, 22% of such labels were right. Doubtful, because "
        "nothing moves."
    ) in text
    record["certainty"] |= {"reference": "performer", "accuracy": 0.45}
    text_of_performer = " ".join(as_text(record, "").split())
    assert "never saw, compared with other clips of this person, 45% of such labels" in text_of_performer
    assert "note: the body jumps" in text and "not measured, because no steps were found: cadence" in text
