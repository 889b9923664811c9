"""What commands read: folders in which other files lie next to the recordings, and standard input."""

import argparse
import io
import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from eai_llm_hf.cli import data as data_command
from eai_llm_hf.cli.clips import as_input, find_clips, name_of, with_stdin
from eai_llm_hf.generator import generate_clip
from eai_llm_hf.strangers import as_sentence, recordings_in

HARD_INPUTS = Path(__file__).parents[2] / "shared" / "data" / "hard_inputs"

STRANGERS = {
    "._walk.npz": "\0\5\x16\7\0\2\0\0Mac OS X",
    ".hidden.csv": "hips_x,hips_y,hips_z\n1,2,3\n",
    "__MACOSX/walk.npz": "",
    ".cache/walk.json": "[]",
    "metadata.json": '{"name": "x", "version": "1", "actors": [1, 2, 3], "rate": 30.0}',
    "index.json": json.dumps({"train": list(range(40)), "names": ["a", "b"]}),
    "rig.json": json.dumps({"name": "mine", "joints": ["a", "b", "c"], "parents": [-1, 0, 1], "map": {}}),
    "records.jsonl": json.dumps({"label": "sad", "scores": {"sad": 0.71, "happy": 0.2}}) + "\n",
    "labels.csv": "file,label\nwalk.npz,sad\n",
    "ratings.csv": "file,rater,valence,arousal\nwalk.npz,3,0.5,0.25\n",
    "other.amc": ":FULLY-SPECIFIED\n",
    **dict.fromkeys(("clip.pkl", "a.bvh.gz", "data.xlsx", "takes.ZIP", "pose.mat", "joints.h5", "s01.skeleton"), "x"),
    "empty.mvnx": "<mvnx/>",
    "suit.mvnx": '<mvnx version="4"><subject label="A"><segments><segment label="Head"/></segments></subject></mvnx>',
    "settings.mvnx": "<settings/>",
    "avatar.gltf": json.dumps({"asset": {"version": "2.0"}, "nodes": [{"name": "Hips"}]}),
}
RECORDINGS = {
    "cut.json": '[{"Hips": [0.1, 1.0, 0',
    "few.csv": "time;hip x;hip y;hip z\n0;1;;3\n",
    "kinect.csv": ",".join(f"{0.1 * n:.2f}" for n in range(101)) + "\n",
    "long.csv": "frame,joint,x,y,z\n0,Hips,0,1,0\n",
    "camel.csv": "HipX,HipY,HipZ\n",
    "empty.csv": "",
    "broken.bvh": "HIERARCHY\nnonsense",
    "tiny.mvnx": '<mvnx><subject label="A"><frames><frame type="normal"/></frames></subject></mvnx>',
    "cut.mvnx": '<mvnx version="4"><subject label="A" frameR',
    "word.mvnx": "nonsense",
    "cut.gltf": '{"asset": {"version": "2.0"}, "anim',
    "short.glb": "glTF",
    "wave.gltf": json.dumps({"asset": {"version": "2.0"}, "animations": [{"channels": []}]}),
    "words.json": json.dumps([{"Hips": [0, 1, 0], "Neck": [0, 2, 0], "Head": [0, 3, 0]}]),
    "points.json": json.dumps({"frames": [[{"x": 0.1, "y": 0.5, "z": 0}, {"x": 0, "y": 1, "z": 0}] * 2]}),
    "flat.json": json.dumps({"people": [{"pose_keypoints_2d": [0.5] * 75}]}),
}


@pytest.fixture
def folder(tmp_path) -> Path:
    for name, content in (STRANGERS | RECORDINGS).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    for name in ("notes.txt", ".DS_Store", "cover.png"):
        (tmp_path / name).write_text("no clip", encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def clip_bytes() -> bytes:
    motion = generate_clip(3, rig="smpl22", duration_s=1.0).motion
    content = io.BytesIO()
    np.savez(content, joints=motion.joints, fps=30.0, layout="smpl22")
    return content.getvalue()


@pytest.fixture
def inspect(capsys, monkeypatch):
    """Runs `eai-llm data inspect ...` with bytes on standard input; returns exit status, stdout and stderr."""

    def run(*arguments: object, stdin: bytes = b"") -> tuple[int, str, str]:
        parser = argparse.ArgumentParser()
        data_command.register(parser.add_subparsers())
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(stdin)))
        args = parser.parse_args(["data", "inspect", *map(str, arguments)])
        status = args.run(args)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_strangers_are_told_from_recordings_and_from_damaged_ones(folder):
    recordings, strangers = recordings_in(folder)
    assert {path.relative_to(folder).as_posix() for path in strangers} == set(STRANGERS)
    reasons = {path.name: reason for path, reason in strangers.items()}
    assert reasons == {
        "._walk.npz": "hidden",
        ".hidden.csv": "hidden",
        "walk.npz": "hidden",
        "walk.json": "hidden",
        **dict.fromkeys(("metadata.json", "index.json", "rig.json", "records.jsonl"), "JSON without points"),
        **dict.fromkeys(("labels.csv", "ratings.csv"), "a table without coordinates"),
        "other.amc": ".amc is not read",
        "clip.pkl": ".pkl is not read",
        "a.bvh.gz": ".gz is not read",
        "data.xlsx": ".xlsx is not read",
        "takes.ZIP": ".zip is not read",
        "pose.mat": ".mat is not read",
        "joints.h5": ".h5 is not read",
        "s01.skeleton": ".skeleton is not read",
        **dict.fromkeys(("empty.mvnx", "suit.mvnx"), "MVNX without frames"),
        "settings.mvnx": "XML of another kind",
        "avatar.gltf": "a scene without animation",
    }
    assert {path.name for path in recordings} == set(RECORDINGS)


def test_a_table_of_labels_in_latin_letters_is_a_stranger(tmp_path):
    (tmp_path / "labels.csv").write_text("Datei,Gef\u00fchl\nwalk.npz,fr\u00f6hlich\n", encoding="latin-1")
    assert recordings_in(tmp_path)[1] == {tmp_path / "labels.csv": "a table without coordinates"}


def test_a_large_avatar_without_animation_is_a_stranger_and_one_with_it_is_not(tmp_path):
    for name, animations in (("avatar.vrm", []), ("wave.vrma", [{"channels": []}])):
        text = json.dumps({"asset": {"version": "2.0"}, "animations": animations}).encode()
        header = b"glTF" + bytes(8) + len(text).to_bytes(4, "little") + b"JSON"
        (tmp_path / name).write_bytes(header + text + bytes(2**21))
    recordings, strangers = recordings_in(tmp_path)
    assert recordings == [tmp_path / "wave.vrma"]
    assert strangers == {tmp_path / "avatar.vrm": "a scene without animation"}


def test_a_folder_of_numbered_frames_is_one_recording_and_one_of_numbered_takes_is_not(tmp_path):
    frame = {"people": [{"pose_keypoints_3d": [0.5] * 100}]}
    for name, content in (("frames", frame), ("takes", [{f"j{n}": [n, 0.5, 0] for n in range(4)}] * 9)):
        (tmp_path / name).mkdir()
        for number in range(3):
            (tmp_path / name / f"walk_{number:03}.json").write_text(json.dumps(content), encoding="utf-8")
    found = [path.relative_to(tmp_path).as_posix() for path in recordings_in(tmp_path)[0]]
    assert found == ["frames", *(f"takes/walk_00{number}.json" for number in range(3))]
    assert recordings_in(tmp_path / "frames") == ([tmp_path / "frames"], {})


def test_a_large_file_or_one_that_is_not_text_is_not_looked_through(tmp_path):
    (tmp_path / "large.json").write_text('{"a": 1}' + " " * 2**20, encoding="utf-8")
    (tmp_path / "noise.csv").write_bytes(bytes(range(256)))
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    assert len(recordings_in(tmp_path)[0]) == 3


def test_one_line_names_what_was_skipped_and_formats_that_are_not_read(tmp_path, capsys, clip_bytes):
    (tmp_path / "walk.npz").write_bytes(clip_bytes)
    for number in range(9):
        (tmp_path / f"labels{number}.csv").write_text("file,label\nwalk.npz,sad\n", encoding="utf-8")
    (tmp_path / "a.amc").write_text("x", encoding="utf-8")
    assert list(find_clips([str(tmp_path)])) == [str(tmp_path / "walk.npz")]
    said = capsys.readouterr().err
    assert said.startswith("skipped 10 files that are not recordings: a.amc (.amc is not read), labels0.csv (")
    assert said.endswith("labels6.csv (a table without coordinates) and 2 more\n") and said.count("\n") == 1
    assert as_sentence({Path("a.csv"): "why"}) == "skipped 1 file that is not a recording: a.csv (why)"


def test_a_folder_that_may_be_listed_but_not_entered_does_not_end_the_search(tmp_path, monkeypatch, clip_bytes):
    (tmp_path / "walk.npz").write_bytes(clip_bytes)
    locked = tmp_path / "locked"
    locked.mkdir()
    for number in range(3):
        (locked / f"{number:04}.json").write_text("[]", encoding="utf-8")
    stat = Path.stat

    def denied(path, **options):
        if path.parent == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", denied)
    found, strangers = recordings_in(tmp_path)
    assert [path.name for path in found] == ["0000.json", "0001.json", "0002.json", "walk.npz"] and not strangers


def test_an_fbx_scene_without_animation_is_a_stranger_and_one_that_is_cut_off_is_none(tmp_path):
    scene = (
        b"Kaydara FBX Binary  \0"
        + bytes(100)
        + b"Geometry"
        + bytes(4)
        + bytes.fromhex("f85a8c6adef5d97eece90ce3758f290b")
    )
    (tmp_path / "chair.fbx").write_bytes(scene)
    (tmp_path / "cut.fbx").write_bytes(scene[:-8])
    (tmp_path / "dance.fbx").write_bytes(scene.replace(b"Geometry", b"AnimationCurve"))
    (tmp_path / "old.fbx").write_bytes(scene.replace(b"Geometry", b"KeyCount"))  # as in versions 5 and 6
    found, strangers = recordings_in(tmp_path)
    assert [path.name for path in found] == ["cut.fbx", "dance.fbx", "old.fbx"]
    assert strangers == {tmp_path / "chair.fbx": "a scene without animation"}


def test_a_folder_of_strangers_alone_says_what_it_holds(tmp_path):
    (tmp_path / "a.amc").write_text("x", encoding="utf-8")
    with pytest.raises(ValueError, match=r"holds no motion file .*; skipped 1 file .*: a\.amc \(\.amc is not read\)"):
        list(find_clips([str(tmp_path)]))


def test_a_file_that_is_named_is_read_whatever_it_holds(inspect, tmp_path):
    (tmp_path / "labels.csv").write_text("file,label\nwalk.npz,sad\n", encoding="utf-8")
    status, out, err = inspect(tmp_path / "labels.csv")
    assert status == 1 and "could not be read" in out and "skipped" not in err


@pytest.mark.skipif(not HARD_INPUTS.is_dir(), reason="../shared/data/hard_inputs is absent")
def test_the_only_recording_of_a_folder_with_strangers_is_read(inspect, tmp_path):
    folder = shutil.copytree(HARD_INPUTS / "70-folder-with-strangers", tmp_path / "mine")
    status, out, err = inspect(folder, "--format", "json")
    assert status == 0 and [json.loads(line)["source"] for line in out.splitlines()] == [str(folder / "walk.bvh")]
    assert err.count("\n") == 1
    for name in ("._walk.bvh", "metadata.json", "labels.csv", "other.fbx", "other.mvnx"):
        assert name in err


@pytest.mark.parametrize("word", ["npz", ".NPZ"])
def test_a_recording_on_standard_input_is_read(inspect, clip_bytes, word):
    status, out, _ = inspect("-", "--format-in", word, "--format", "json", stdin=clip_bytes)
    finding = json.loads(out)
    assert status == 0 and finding["source"] == "stdin.npz" and finding["frames"] == 30


def test_a_damaged_recording_on_standard_input_is_named(inspect):
    status, out, _ = inspect("-", "--format-in", "bvh", stdin=b"HIERARCHY\nnonsense")
    assert status == 1 and out.startswith("stdin.bvh\n  could not be read: stdin.bvh")


def test_standard_input_needs_its_format_and_the_format_standard_input(inspect, tmp_path, capsys):
    with pytest.raises(ValueError, match="no suffix: pass --format-in with one of bvh, "):
        inspect("-")
    with pytest.raises(ValueError, match="name it as -"):
        inspect(tmp_path / "walk.bvh", "--format-in", "bvh")
    with pytest.raises(ValueError, match="is empty"):
        inspect("-", "--format-in", "bvh")
    with pytest.raises(SystemExit):
        inspect("-", "--format-in", "docx")
    assert "invalid choice: 'docx'" in capsys.readouterr().err


def test_standard_input_is_copied_up_to_a_limit_and_the_copy_removed(monkeypatch):
    monkeypatch.setattr("eai_llm_hf.cli.clips.MAX_BYTES", 1000)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"1" * 1001)))
    with pytest.raises(ValueError, match="longer than 1,000 bytes"), with_stdin(["-"], "csv"):
        pass
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"1" * 1000)))
    with with_stdin(["a.csv", "-", "-"], "csv") as paths:
        assert paths[0] == "a.csv" and paths[1] == paths[2] and len(Path(paths[1]).read_bytes()) == 1000
        assert as_input(paths[1]) == {"path": paths[1], "source": "stdin.csv"} and name_of("a.csv") == "a.csv"
    assert not Path(paths[1]).exists()
