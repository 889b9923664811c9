"""`eai-llm data`: known rigs, what is found in a recording and why, and corpora as datasets."""

import argparse
import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import make_clip

import eai_llm_hf.corpora
from eai_llm_hf.cli.main import data as data_command
from eai_llm_hf.corpora.inspection import finding_as_text, inspect_file, rigs_as_table
from eai_llm_hf.processing.reading.smpl import AXIS_ANGLE
from eai_llm_hf.processing.skeleton.rig_files import check_rig, load_rigs
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "rigs.md").read_text(encoding="utf-8")


def parser_of_data() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    data_command.register(parser.add_subparsers())
    return parser


@pytest.fixture
def data(capsys):
    """Runs `eai-llm data ...` and returns the exit status, stdout and stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        args = parser_of_data().parse_args(["data", *map(str, arguments)])
        status = args.run(args)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def walk() -> np.ndarray:
    """(frames, 22, 3) metres."""
    return make_clip(1, emotion="happy", action="walk", rig="bandai22", duration_s=2.0).joints


@pytest.fixture
def recording(tmp_path, walk):
    """Writes a recording in centimetres, Z up, at 60 frames/s, with gaps in the left wrist."""

    def write(name: str = "walk.npz", people: int = 1, **changes) -> Path:
        joints = 100 * walk @ np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], np.float32)
        joints[3:6, JOINT_NAMES.index("left_wrist")] = np.nan
        joints = np.concatenate([joints, joints[:, :1] + 10], axis=1)
        content = {
            "joints": np.stack([joints] * people),
            "fps": 60.0,
            "joint_names": [*JOINT_NAMES, "marker"],
        } | changes
        np.savez(tmp_path / name, **{key: value for key, value in content.items() if value is not None})
        return tmp_path / name

    return write


def findings(out: str) -> list[dict]:
    return [json.loads(line) for line in out.splitlines()]


# ---------------------------------------------------------------------------------------------------------------- rigs


def test_the_rigs_are_a_table(data):
    status, out, _ = data("rigs")
    assert status == 0 and out.strip() == rigs_as_table(load_rigs())
    assert all(f"| `{name}` |" in out for name in load_rigs())


@pytest.mark.parametrize("name", sorted(load_rigs()))
def test_a_rig_shows_its_joints_and_the_missing_ones(data, name):
    rig = load_rigs()[name]
    status, out, _ = data("rigs", name)
    assert status == 0
    shown = {line.split()[0] for line in out.splitlines() if line.startswith("  ") and line.split()}
    assert set(rig["joints"]) <= shown
    missing = out.rstrip().rpartition("missing: ")[2]
    assert missing == (", ".join(joint for joint in JOINT_NAMES if joint not in rig["map"]) or "nothing")
    assert all(joint in out for joint in rig["map"])


def test_the_layout_of_rotations_is_described_next_to_the_rigs(data):
    assert f"{AXIS_ANGLE} is a layout, too, but no rig" in data("rigs")[1]
    with pytest.raises(ValueError, match="the rotations of SMPL, SMPL-H or SMPL-X"):
        data("rigs", AXIS_ANGLE)


def test_rigs_as_json_are_rig_files_with_their_missing_joints(data):
    _, out, _ = data("rigs", "--format", "json")
    rigs = {rig["name"]: rig for rig in findings(out)}
    assert list(rigs) == list(load_rigs()) and rigs["kdae59"].pop("missing") == ["left_foot", "right_foot"]
    check_rig(rigs["kdae59"], "printed")
    assert findings(data("rigs", "kdae59", "--format", "json")[1])[0]["name"] == "kdae59"


def test_an_unknown_rig_is_refused_with_a_list_of_the_known_ones(data):
    with pytest.raises(ValueError, match=r"no rig 'kinect'; known are .*bandai22, .*\.json"):
        data("rigs", "kinect")


# ------------------------------------------------------------------------------------------------------------- inspect


def test_inspect_prints_what_was_found_with_reasons(data, recording):
    status, out, _ = data("inspect", recording())
    assert status == 0
    text = " ".join(out.split())
    for words in (
        "rig none known, 22 of the 22 joints found by their names",
        "at 60 frames/s",
        "up axis z: the shoulders are above the ankles along z in 100% of the frames; the rig states none",
        "unit cm: thigh and shank are",
        "cm long; the rig states none",
        "left_hip left_hip",
        "missing nothing",
        "not used marker",
        "left_wrist in 95.",
        "can show movement of any joint, the path of the body over the ground",
        "cannot show where the face is turned: the recording holds no rotation of the head",
    ):
        assert words in text, words


def test_a_finding_as_json_is_complete(data, recording):
    path = recording()
    status, out, _ = data("inspect", path, "--format", "json")
    (found,) = findings(out)
    assert status == 0 and found["source"] == str(path) and (found["person"], found["people"]) == (1, 1)
    assert found["matched"] == {joint: joint for joint in JOINT_NAMES} and found["missing"] == []
    assert (found["layout"], found["unused"], found["fps"]) == ("by-name", ["marker"], 60.0)
    assert found["seconds"] == pytest.approx(found["frames"] / 60, abs=1e-3)
    assert (found["up_axis"], found["unit_scale"]) == ("z", 0.01) and found["up_axis_reason"].startswith("z: ")
    assert list(found["not_shown"]) == ["head_rotation"]
    assert list(found["gaps"]) == ["left_wrist"] and found["unit_reason"].startswith("cm: ")


def test_gaps_that_all_joints_share_are_said_once(data, recording):
    joints = np.load(recording())["joints"][0]
    joints[20:40] = np.nan
    text = " ".join(data("inspect", recording(joints=joints))[1].split())
    assert "gaps tracked in part of the frames: left_wrist in 61.7%, all other joints in 66.7% can show" in text
    joints[3:6] = np.nan
    text = " ".join(data("inspect", recording(joints=joints))[1].split())
    assert "gaps tracked in part of the frames: all joints in 61.7% can show" in text


def test_each_person_of_a_recording_is_a_finding(data, recording):
    status, out, _ = data("inspect", recording(people=2), "--format", "json")
    assert status == 0 and [(found["person"], found["people"]) for found in findings(out)] == [(1, 2), (2, 2)]
    assert ", person 2 of 2\n" in data("inspect", recording(people=2))[1]


def test_one_impossible_body_does_not_affect_the_other_person(data, recording, walk):
    two = np.stack([walk, np.full_like(walk, 1.0)])
    status, out, _ = data("inspect", recording(joints=two, joint_names=list(JOINT_NAMES)), "--format", "json")
    first, second = findings(out)
    assert status == 1 and "error" not in first and second["person"] == 2
    assert second["error"]["type"] == "MotionError" and "person 2 of 2" in second["error"]["message"]


def test_a_bad_file_does_not_affect_the_others_and_makes_the_exit_status_1(data, recording, tmp_path):
    (tmp_path / "a.bvh").write_text("nothing", encoding="utf-8")
    recording("b.npz")
    status, out, _ = data("inspect", tmp_path, tmp_path / "none.bvh", "--format", "json")
    bad, good, absent = findings(out)
    assert status == 1 and set(bad) == {"source", "error"} and "a.bvh" in bad["error"]["message"]
    assert good["layout"] == "by-name" and "no such file" in absent["error"]["message"]
    status, out, _ = data("inspect", tmp_path)
    assert status == 1 and "could not be read: a.bvh" in out and "rig          none known" in out


def test_frame_rate_and_layout_can_be_given_for_files_without_them(data, tmp_path, walk):
    np.save(tmp_path / "walk.npy", walk)
    status, out, _ = data("inspect", tmp_path / "walk.npy", "--format", "json")
    assert status == 1 and set(findings(out)[0]) == {"source", "error"}
    status, out, _ = data("inspect", tmp_path / "walk.npy", "--layout", "smpl22", "--fps", "30", "--format", "json")
    assert status == 0 and findings(out)[0]["matched"]["head"] == "head (rig smpl22)"


def test_a_rig_file_is_a_layout_and_a_mistake_in_it_is_reported_once(data, tmp_path, walk, recording):
    rig = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
    path = tmp_path / "puppet.json"
    path.write_text(json.dumps(rig), encoding="utf-8")
    order = [next(j for j, value in rig["map"].items() if value == joint) for joint in rig["joints"]]
    np.save(tmp_path / "clip.npy", 1000 * walk[:, [JOINT_NAMES.index(joint) for joint in order]])
    status, out, _ = data("inspect", tmp_path / "clip.npy", "--layout", path, "--fps", 60, "--format", "json")
    (found,) = findings(out)
    assert status == 0 and found["layout"] == "puppet"
    assert found["matched"]["neck"] == "arm left and arm right (rig puppet)"
    assert found["unit_reason"].startswith("mm: the trunk") and "stated by the rig" in found["unit_reason"]
    assert "fore left" in data("rigs", path)[1]

    path.write_text(json.dumps(rig | {"map": rig["map"] | {"left_hipp": "leg left"}}), encoding="utf-8")
    with pytest.raises(ValueError, match="puppet.json: map contains 'left_hipp', .* perhaps 'left_hip'"):
        data("inspect", tmp_path / "clip.npy", recording(), "--layout", path)


def test_the_page_shows_what_inspect_prints(monkeypatch):
    monkeypatch.chdir(ROOT)
    (found,) = inspect_file("hub_examples/clips/wave-happy.csv")

    def steady(text: str) -> list[str]:
        """The lines that do not change when the clip is made again."""
        return [line for line in text.splitlines() if not line.startswith(("  recording", "  unit", "  gaps"))]

    shown = re.search(r"\$ eai-llm data inspect \S+\n(.*?)```", PAGE, re.DOTALL)[1]
    assert steady(shown) == steady(finding_as_text(found).rstrip("\n"))


# ------------------------------------------------------------------------------------------------------------- prepare


@pytest.fixture
def prepared(monkeypatch, tmp_path):
    """Replaces `prepare_corpus`; `.calls` has its arguments."""
    made = SimpleNamespace(rows=3, broken=[], fingerprint="abc", folder=tmp_path / "out", calls=[])

    def prepare(spec, out, seed=0, push_to=None, performer_pattern=None):
        made.calls.append((spec, out, seed, push_to, performer_pattern))
        return made

    monkeypatch.setattr(eai_llm_hf.corpora, "prepare_corpus", prepare)
    return made


def test_prepare_prints_the_number_of_clips_and_how_to_load_them(data, prepared):
    status, out, err = data("prepare", "bandai1", "--root", "b", "--out", "o", "--seed", 4, "--push-to-hub", "me/mine")
    assert status == 0 and prepared.calls == [("bandai1=b", Path("o"), 4, "me/mine", None)] and err == ""
    assert all(words in out for words in ("3 clips in o", "abc", 'load_corpus("prepared=o")', "me/mine"))
    data("prepare", "folder", "--root", "f", "--out", "o", "--performer-pattern", "none")
    assert prepared.calls[1] == ("folder=f", Path("o"), 0, None, "none")


def test_prepare_names_the_first_broken_files_and_where_all_are_listed(data, prepared):
    prepared.folder.mkdir()
    (prepared.folder / "broken_files.jsonl").write_text("", encoding="utf-8")
    prepared.broken = [(f"{number}.bvh", "is empty") for number in range(12)]
    status, _, err = data("prepare", "kdae", "--root", "k", "--out", "o")
    assert status == 0 and "12 files could not be read" in err and "broken_files.jsonl" in err
    assert "  9.bvh: is empty" in err and "10.bvh" not in err and "and 2 more" in err


def test_a_corpus_is_prepared_and_loads_again(data, tmp_path):
    status, out, _ = data("prepare", "generated:3", "--out", tmp_path / "made")
    assert status == 0 and out.startswith("3 clips in")
    assert len(eai_llm_hf.corpora.load_corpus(f"prepared={tmp_path / 'made'}")) == 3
