"""Videos on the command line: the joints of one are kept and read back, errors stay apart, a page shows frames."""

import json
import os

import numpy as np
import pytest
from video_files import POSE_MODEL, SIDE, needs_pose_model, skip_without_mediapipe, write_video

from eai_llm_hf.cli.clips import find_clips
from eai_llm_hf.cli.main import explain as explain_command
from eai_llm_hf.cli.main import main
from eai_llm_hf.cli.videos import write_pose
from eai_llm_hf.processing.reading.files import read_motions, read_recording
from eai_llm_hf.processing.reading.motion import note
from eai_llm_hf.processing.reading.pose_model import POSE_MODEL_VARIABLE
from eai_llm_hf.processing.reading.recording import Recording


@pytest.fixture
def recording() -> Recording:
    """Two people, of whom one comes later, at uneven times."""
    rng = np.random.default_rng(0)
    joints = rng.normal(size=(2, 40, 33, 3)).astype(np.float32)
    joints[1, :10] = np.nan
    seen = rng.uniform(0.6, 1, joints.shape[:3]).astype(np.float32)
    seen[1, :10] = np.nan
    times = np.cumsum(rng.uniform(0.03, 0.04, 40))
    notes = [note("person_returned", "somebody came back")]
    return Recording(
        joints, times=times, time_unit="s", layout="mediapipe33", units="m", visibility=seen, notes=notes,
        recording="video",
    )  # fmt: skip


@pytest.fixture(scope="module")
def pipe(tiny_checkpoint):
    return explain_command.load_quietly(str(tiny_checkpoint))


@pytest.fixture
def explain(pipe, monkeypatch, tiny_checkpoint, capsys):
    """Runs `eai-llm explain` with the tiny checkpoint; returns status, records and stderr."""
    monkeypatch.setattr(explain_command, "load_quietly", lambda *_: pipe)
    monkeypatch.setenv(POSE_MODEL_VARIABLE, str(POSE_MODEL))

    def run(*arguments):
        options = ["--model", str(tiny_checkpoint), "--label-only", "--format", "json"]
        status = main(["explain", *options, *map(str, arguments)])
        captured = capsys.readouterr()
        return status, [json.loads(line) for line in captured.out.splitlines()], captured.err

    return run


def test_the_joints_of_a_video_are_kept_with_times_visibility_rig_and_notes(tmp_path, recording):
    path = tmp_path / "clip.json"
    write_pose(recording, path, "clip.mp4")
    again = read_recording(path)
    np.testing.assert_allclose(again.joints, recording.joints, atol=1e-5)
    np.testing.assert_allclose(again.visibility, recording.visibility, atol=1e-3)
    np.testing.assert_allclose(again.times, recording.times, atol=1e-6)
    assert (again.layout, again.time_unit, again.recording) == ("mediapipe33", "s", "video")
    assert list(again.notes) == recording.notes
    motions = read_motions(path)
    assert [motion.recording for motion in motions] == ["video", "video"]
    assert motions[1].start_s == pytest.approx(recording.times[10] - recording.times[0], abs=0.04)


def test_a_video_in_a_folder_is_found_unless_a_recording_of_the_take_is_there(tmp_path):
    for name in ("walk.bvh", "walk.mp4", "jump.mp4"):
        (tmp_path / name).write_bytes(b"x")
    assert [path.rpartition("/")[2] for path in find_clips([str(tmp_path)], videos=True)] == ["jump.mp4", "walk.bvh"]
    assert [path.rpartition("/")[2] for path in find_clips([str(tmp_path)])] == ["walk.bvh"]


def test_inspect_finds_the_videos_of_a_folder_and_takes_a_pose_model(monkeypatch, recording, tmp_path, capsys):
    used = []

    def read_video(path):
        used.append(os.environ[POSE_MODEL_VARIABLE])
        return recording

    monkeypatch.setattr("eai_llm_hf.processing.reading.video.read_video", read_video)
    monkeypatch.setenv(POSE_MODEL_VARIABLE, "another")
    (tmp_path / "clip.mp4").write_bytes(b"x")
    (tmp_path / "mine.task").write_bytes(b"x")
    assert main(["data", "inspect", str(tmp_path), "--pose-model", str(tmp_path / "mine.task"), "--format", "json"])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {each["source"] for each in found} == {str(tmp_path / "clip.mp4")} and used == [str(tmp_path / "mine.task")]
    assert [each["person"] for each in found] == [1, 2] and "error" in found[0], "these joints are noise"
    assert main(["data", "inspect", str(tmp_path / "clip.mp4"), "--pose-model", "gone.task"]) == 1
    assert "no pose model gone.task" in capsys.readouterr().err


@needs_pose_model
def test_inspect_shows_what_a_real_video_holds(capsys, monkeypatch):
    skip_without_mediapipe()
    monkeypatch.setenv(POSE_MODEL_VARIABLE, "another")
    assert main(["data", "inspect", str(SIDE), "--pose-model", str(POSE_MODEL)]) == 0
    assert "mediapipe33, 17 of the 22 joints found" in capsys.readouterr().out


def test_joints_are_kept_of_one_video_only(explain, tmp_path, capsys):
    status, _, errors = explain(tmp_path / "a.mp4", tmp_path / "b.mp4", "--save-pose", tmp_path / "out.json")
    assert status and "one video; found 2 videos" in errors
    status, _, errors = explain(tmp_path / "a.mp4", "--save-pose", tmp_path / "out.txt")
    assert status and "writes a .json file" in errors
    status, _, errors = explain(tmp_path / "a.mp4", "--pose-model", tmp_path / "gone.task")
    assert status and "no pose model" in errors


@needs_pose_model
def test_a_real_video_is_explained_kept_and_shown_and_a_broken_one_does_not_stop_it(explain, tmp_path):
    skip_without_mediapipe()
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    status, records, _ = explain(broken, SIDE, "--report", tmp_path / "page.html")
    assert status == 1 and "damaged or no video" in records[0]["error"]["message"]
    assert records[1]["source"] == str(SIDE) and records[1]["recording"] == "video"
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count('src="data:image/jpeg;base64,') == 6
    status, first, _ = explain(SIDE, "--save-pose", tmp_path / "side.json")
    status_again, again, _ = explain(tmp_path / "side.json")
    assert status == status_again == 0
    assert first[0]["scores"] == again[0]["scores"] and again[0]["recording"] == "video"


def test_a_video_of_an_empty_room_gives_an_error_record(explain, tmp_path):
    skip_without_mediapipe()
    if not POSE_MODEL.is_file():
        pytest.skip(f"{POSE_MODEL} is not on this machine")
    room = write_video(tmp_path / "room.mp4", [np.full((240, 320, 3), 127, np.uint8)] * 5)
    status, records, _ = explain(room)
    assert status == 1 and "no person was found in any of the 5 frames" in records[0]["error"]["message"]
