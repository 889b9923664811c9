"""The app without a browser: what a visitor can do, what it shows, and the Space; with a tiny model."""

import argparse
import html
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from conftest import make_clip, make_reference
from hub_stand_in import HubStandIn
from video_files import write_video

from eai_llm_hf.app import actions, views
from eai_llm_hf.app.session import MOST_CLIPS, Session, VisitorError
from eai_llm_hf.cli import app as app_command
from eai_llm_hf.cli import export as export_command
from eai_llm_hf.cli.main import main
from eai_llm_hf.processing.reading import pose_model as pose_models
from eai_llm_hf.processing.reading.pose_model import POSE_MODEL_VARIABLE
from eai_llm_hf.publish import space
from eai_llm_hf.publish.checkpoints import EMBEDDED_CHECKPOINTS
from eai_llm_hf.publish.licences import licence_of_checkpoint
from eai_llm_hf.report.reason_view import distribution

# ------------------------------------------------------------------------------------------------------- recordings


def test_a_file_becomes_a_recording_and_is_left_as_it_was(session, tmp_path):
    assert session.names() == ["Sad walk", "walk.bvh"]
    assert (tmp_path / "walk.bvh").is_file()


def test_a_bad_file_is_refused_in_words_that_name_it_and_nothing_is_added(pipe, session, tmp_path):
    (tmp_path / "broken.bvh").write_text("HIERARCHY\nROOT", encoding="utf-8")
    with pytest.raises(VisitorError, match=r"^broken\.bvh could not be read: the file"):
        actions.read_file(pipe, session, tmp_path / "broken.bvh")
    assert len(session.entries) == 2


def test_a_file_without_a_frame_rate_is_read_once_it_is_stated(pipe, tmp_path):
    joints = make_clip(4, rig="bandai22", duration_s=3.0).joints
    np.save(tmp_path / "walk.npy", joints)
    session = Session()
    with pytest.raises(VisitorError, match="Open “State frame rate and rig” below"):
        actions.read_file(pipe, session, tmp_path / "walk.npy")
    entry = actions.read_file(pipe, session, tmp_path / "walk.npy", fps=30.0, layout="smpl22")
    assert len(entry.clip.joints) == len(joints)


@pytest.mark.parametrize(
    ("shape", "given", "said", "stated_below"),
    [
        ((90, 22), {}, "If these are angles of joints, positions are needed. Export the positions", False),
        ((90, 72), {}, "choose the rig smpl_axis_angle. If these are angles of joints, positions are needed", True),
        ((90, 24, 3), {}, "choose the rig smpl_axis_angle", True),
        ((90, 24, 3), {"fps": 30.0, "layout": "smpl22"}, "layout smpl22 has 22 joints, the recording has 24", True),
    ],
)
def test_a_file_of_angles_is_refused_in_words_that_a_visitor_of_the_page_can_follow(
    pipe, tmp_path, shape, given, said, stated_below
):
    np.save(tmp_path / "angles.npy", np.random.default_rng(0).normal(0.0, 0.3, shape))
    with pytest.raises(VisitorError) as error:
        actions.read_file(pipe, Session(), tmp_path / "angles.npy", **given)
    message = str(error.value)
    assert said in message and ("Open “State frame rate and rig” below" in message) is stated_below
    assert "--" not in message and "pass " not in message


def test_joints_without_sides_do_not_send_the_visitor_to_the_rigs(pipe, tmp_path):
    (tmp_path / "angles.csv").write_text("time,LeftKnee,RightKnee\n" + "0,1,2\n" * 40, encoding="utf-8")
    with pytest.raises(VisitorError, match="If these are angles of joints, positions are needed") as error:
        actions.read_file(pipe, Session(), tmp_path / "angles.csv")
    assert "State frame rate and rig" not in str(error.value), "RightKnee is no rig"


def test_a_video_without_the_pose_model_is_refused_in_words_for_the_app(pipe, tmp_path, monkeypatch):
    pytest.importorskip("av")
    pytest.importorskip("mediapipe")
    write_video(tmp_path / "walk.mp4", [np.full((64, 48, 3), 100, np.uint8)] * 6)
    monkeypatch.delenv(POSE_MODEL_VARIABLE, raising=False)
    monkeypatch.setenv("EAI_LLM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(pose_models, "POSE_MODEL_URL", "http://127.0.0.1:9/pose.task")  # nobody listens there
    with pytest.raises(VisitorError, match="is this machine online") as refused:
        actions.read_file(pipe, Session(), tmp_path / "walk.mp4")
    told = str(refused.value)
    assert told.startswith("walk.mp4 is a video") and f"variable {POSE_MODEL_VARIABLE} to where it is" in told
    assert "--pose-model" not in told and "Errno" not in told


def test_a_long_video_is_refused_before_anybody_is_looked_for(pipe, tmp_path, monkeypatch):
    pytest.importorskip("av")
    write_video(tmp_path / "day.mp4", [np.full((64, 48, 3), 100, np.uint8)] * 20)
    monkeypatch.setattr(actions, "LONGEST_VIDEO_S", 0.5)
    with pytest.raises(VisitorError, match=r"^day\.mp4 lasts 1 s; here a video may last 0 s"):
        actions.read_file(pipe, Session(), tmp_path / "day.mp4")


def test_people_and_names_that_repeat_are_told_apart(pipe, recordings):
    session = Session()
    for _ in range(2):
        actions.read_file(pipe, session, recordings["two"])
    assert session.names() == [
        *("two.npz, person 1", "two.npz, person 2"),
        *("two.npz (2), person 1", "two.npz (2), person 2"),
    ]
    actions.remove(session, "two.npz, person 1")
    assert len(session.entries) == 3


def test_a_visitor_has_limited_room(session):
    clip = session.entries[0].clip
    with pytest.raises(VisitorError, match=f"{MOST_CLIPS} recordings"):
        session.add("crowd", [clip] * MOST_CLIPS)
    long = make_clip(1, duration_s=2.0)
    long.joints = np.broadcast_to(long.joints[:1], (30 * 60 * 31, 22, 3))
    with pytest.raises(VisitorError, match="30 minutes"):
        session.add("day.bvh", [long])
    assert len(session.entries) == 2


@pytest.mark.parametrize("name", actions.EXAMPLES)
def test_each_example_is_a_movement_and_is_there_once(name):
    session = Session()
    assert actions.add_example(session, name) is actions.add_example(session, name)
    assert len(session.entries) == 1 and session.entries[0].clip.joint_mask.all()


def test_the_long_example_goes_on_where_its_parts_meet():
    session = Session()
    joints = actions.add_example(session, "Long recording").clip.joints
    steps = np.linalg.norm(np.diff(joints[:, 0, ::2], axis=0), axis=-1)
    assert len(joints) == 900 and steps[[299, 599]].max() < 0.05


def test_a_recording_that_is_not_there_is_explained_in_words(pipe):
    with pytest.raises(VisitorError, match="no recording yet"):
        actions.explain(pipe, Session(), "Sad walk")


# ------------------------------------------------------------------------------------------------------ what it shows


def test_a_result_shows_the_record_and_every_reason_leads_to_its_time(pipe, session):
    result = actions.explain(pipe, session, "walk.bvh")
    page = views.result_view(result, session)
    assert result.record["label"] in page and "Certainty" in page and page.count('class="movement"') == 1
    rows = {int(row) for row in re.findall(r'<button type="button" data-rows="(\d+)"', page)}
    assert rows == set(range(len(result.record["evidence"])))
    moving = json.loads(re.search(r'class="movement">(.*?)</script>', page)[1])
    assert {claim["row"] for claim in moving["claims"]} == rows


def test_reasons_have_their_side_in_player_explanation_and_lanes_as_in_the_report(pipe, session):
    result = actions.explain(pipe, session, "Sad walk")
    record = result.record
    runner_up = next(label for label in record["scores"] if label != record["label"])
    said = [("for", record["label"]), ("against", record["label"]), ("against", runner_up)]
    record["reasons"] = [
        {"claim": item["claim"], "relation": relation, "emotion": emotion, "evidence": row}
        | {"strength": 0.7, "source": "Wallbott 1998"}
        for row, (item, (relation, emotion)) in enumerate(zip(record["evidence"], said, strict=False))
    ]
    record["evidence"][1]["end_s"] /= 2  # bars over time are for reasons that do not hold throughout
    page = views.result_view(result, session)
    moving = json.loads(re.search(r'class="movement">(.*?)</script>', page)[1])
    assert [claim["side"] for claim in moving["claims"]][:3] == ["for", "against", "for"]
    assert set(moving["sides"]) == {"for", "against"}
    for_it, against = page.split("Speaks against it")
    assert for_it.count('class="tag for"') == 2 and against.count('class="tag against"') == 1
    assert re.findall(r'<a class="(\w+)" href="#result-claim-\d" data-rows="\d" title="Wallbott', page) == [
        *("for", "for", "against"),
    ]


def test_names_of_files_are_shown_as_text(pipe, session):
    session.entries[1].name = '<script>alert("1")</script>.bvh'
    page = views.result_view(actions.explain(pipe, session, session.entries[1].name), session)
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_a_value_stands_in_the_distribution_of_the_reference():
    reference = make_reference()
    item = {"descriptor": "head_pitch", "direction": "low", "degree": "plain", "unit": "deg"}
    typical = float(reference.median[actions_index("head_pitch")])
    found = distribution(item | {"value": typical, "percentile": 50.0}, reference)
    assert found is not None and abs(found.place - found.typical) < 1.0
    low = distribution(item | {"value": typical - 30.0, "percentile": 2.0}, reference)
    assert low is not None and low.place < low.typical
    assert distribution(item | {"value": None, "percentile": None}, reference) is None
    assert distribution(item | {"value": 1.0, "percentile": 50.0}, None) is None


def actions_index(descriptor: str) -> int:
    from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX

    return DESCRIPTOR_INDEX[descriptor]


def test_a_long_recording_has_a_time_line_that_seeks(pipe):
    session = Session()
    actions.add_example(session, "Long recording")
    page = views.result_view(actions.explain(pipe, session, "Long recording"), session)
    assert re.findall(r'data-seek="([\d.]+)"', page) == ["0.0", "10.0", "20.0"]


def test_the_headline_of_a_long_recording_says_that_its_label_changes(pipe):
    session = Session()
    actions.add_example(session, "Long recording")
    result = actions.explain(pipe, session, "Long recording")
    for part, label in zip(result.record["segments"], ("sad", "angry", "sad"), strict=True):
        part["label"] = label
    head = views.result_view(result, session).partition('class="player"')[0]
    assert "The label changes over time: sad 67%, angry 33% of the time." in head
    for part in result.record["segments"]:
        part["label"] = "sad"
    assert "label changes" not in views.result_view(result, session)


def test_of_a_long_recording_the_page_says_which_part_explanation_and_answer_are_about(pipe, session):
    actions.add_example(session, "Long recording")
    explained = actions.explain(pipe, session, "Long recording")
    best = max(
        explained.record["segments"], key=lambda part: (part["label"] == explained.record["label"], part["score"])
    )
    about = f"one part of the recording: {best['start_s']:.1f}–{best['end_s']:.1f} s, where {best['label']} is most"
    assert about in views.result_view(explained, session)
    answer = actions.explain(pipe, session, "Long recording", "What do the arms do?")
    assert about in views.answer_view(answer)
    assert "one part" not in views.result_view(actions.explain(pipe, session, "walk.bvh"), session)


@pytest.mark.parametrize(
    ("question", "seconds"),
    [("What do the arms do at the end?", (20.0, 30.0)), ("Is the head bowed at the beginning?", (0.0, 10.0))]
    + [("What do the legs do in the middle of the recording?", (10.0, 20.0))],
)
def test_a_question_about_a_part_of_a_long_recording_is_answered_from_there(pipe, question, seconds):
    session = Session()
    actions.add_example(session, "Long recording")
    answer = actions.explain(pipe, session, "Long recording", question)
    start, end = seconds
    assert all(start <= item["start_s"] and item["end_s"] <= end for item in answer.record["evidence"])
    assert f"about one part of the recording: {start}–{end} s" in views.answer_view(answer)


def test_a_question_is_answered_and_an_empty_or_endless_one_is_refused(pipe, session):
    result = actions.explain(pipe, session, "Sad walk", "What do the arms do?")
    assert result.record["explanation"] in html.unescape(views.answer_view(result))
    for question, words in (("  ", "Write a question"), ("arms " * 100, "300 characters")):
        with pytest.raises(VisitorError, match=words):
            actions.explain(pipe, session, "Sad walk", question)


def test_two_movements_stand_next_to_each_other_with_their_differences(pipe, session):
    comparison, entries = actions.compare(pipe, session, "Sad walk", "walk.bvh", "Which of the two is faster?")
    page = views.comparison_view(comparison, entries)
    assert page.count('class="movement"') == 2 and html.escape(comparison["answer"]) in page
    with pytest.raises(VisitorError, match="two different"):
        actions.compare(pipe, session, "Sad walk", "Sad walk")


def test_labels_are_learned_from_a_few_recordings_and_forgotten_again(pipe, session):
    for name in ("Angry walk", "Happy wave"):
        actions.add_example(session, name)
    with pytest.raises(VisitorError, match="Two labels are needed"):
        actions.learn(pipe, session)
    actions.label_clips(session, ["Sad walk", "walk.bvh"], "tired", "")
    actions.label_clips(session, ["Angry walk", "Happy wave"], "awake", "")
    actions.learn(pipe, session)
    assert set(actions.explain(pipe, session, "Sad walk").record["scores"]) == {"tired", "awake"}
    assert "tired" in views.labels_view(session) and "was not measured" in views.labels_view(session)
    assert session.adapted is not None
    session.adapted.score.update(balanced_accuracy=0.75, performers=2)
    assert "2 people are few" in views.labels_view(session)
    actions.forget_labels(session)
    assert "tired" not in actions.explain(pipe, session, "Sad walk").record["scores"]


def test_the_record_and_the_report_can_be_taken_away(pipe, session):
    result = actions.explain(pipe, session, "walk.bvh")
    record, report = views.record_file(result), views.report_file(result)
    assert (record["name"], report["name"]) == ("walk.json", "walk.html")
    assert json.loads(record["text"]) == result.record
    assert report["text"].startswith("<!DOCTYPE html>")


def test_visitors_share_nothing(pipe):
    one, other = Session(), Session()
    actions.add_example(one, "Sad walk")
    assert other.entries == [] and other.typical == []


# ------------------------------------------------------------------------------------------ the command and the Space


def test_without_gradio_the_command_names_the_extra(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "gradio", None)
    assert main(["app", "--no-browser"]) == 1
    assert 'pip install "eai-llm-hf[app]"' in capsys.readouterr().err


def test_the_command_says_where_the_page_is_and_invites_nobody_to_share_it(pipe, monkeypatch, capfd):
    gradio = pytest.importorskip("gradio")
    monkeypatch.setattr(app_command, "load_quietly", lambda model: pipe)
    monkeypatch.setattr(gradio.Blocks, "block_thread", lambda demo: demo.close())
    args = argparse.Namespace(model=None, host="127.0.0.1", port=0, browser=False)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        args.port = free.getsockname()[1]
    assert app_command.run(args) == 0
    out, err = capfd.readouterr()
    assert f"The page is at http://127.0.0.1:{args.port}/" in err and "share" not in out + err


@pytest.fixture
def taken_port():
    """A port at which another program listens."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        yield door.getsockname()[1]


def test_an_address_that_the_page_cannot_have_is_refused_before_the_model_is_loaded(monkeypatch, capsys, taken_port):
    pytest.importorskip("gradio")
    monkeypatch.setattr(app_command, "load_quietly", lambda model: pytest.fail("the model is loaded first"))
    for given, words in (
        (["--port", str(taken_port)], f"Port {taken_port} is taken, perhaps by an eai-llm app that runs already"),
        (["--port", "70000"], "A port is a number from 1 to 65535; found 70000"),
        (["--host", "192.0.2.1"], "The page cannot be at 192.0.2.1, port 7860"),
    ):
        assert main(["app", "--no-browser", *given]) == 1
        told = capsys.readouterr().err
        assert words in told and "Errno" not in told
        assert ("eai-llm app --port 7860" in told) == (given[1] == str(taken_port))


def test_the_page_fetches_nothing_from_elsewhere():
    pytest.importorskip("gradio")
    from eai_llm_hf.app.layout import launch_options, load_gradio

    options = launch_options(load_gradio())
    assert not re.search(r"https?://(?!www\.w3\.org)", options["head"])
    assert not options["theme"]._stylesheets


def test_the_space_is_written_with_the_package_and_its_page_builds_from_there(tmp_path):
    assert main(["export", str(tmp_path / "space"), "--space"]) == 0
    folder = tmp_path / "space"
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"app.py", "README.md", "requirements.txt", "packages.txt", "eai_llm_hf/modeling/__init__.py"} <= names
    assert not [name for name in names if "__pycache__" in name or "/training/" in name]
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import eai_llm_hf, eai_llm_hf.app.views, "
        "eai_llm_hf.processing.record as record; print(eai_llm_hf.__file__, record.__file__)"
    )
    run = [sys.executable, "-c", program, str(folder)]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, timeout=300, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    assert all(Path(file).is_relative_to(folder) for file in done.stdout.split())
    with pytest.raises(ValueError, match="not empty"):
        space.export_space(folder)


def test_the_card_of_the_space_states_the_licence_of_its_weights_and_the_version_of_gradio_that_is_tested():
    front = yaml.safe_load((space.space_files() / "README.md").read_text(encoding="utf-8").split("---")[1])
    assert front["license"] == licence_of_checkpoint(EMBEDDED_CHECKPOINTS["default"]).to_push()
    assert (front["sdk"], front["app_file"]) == ("gradio", "app.py")
    pinned = (Path(__file__).parents[1] / "constraints.txt").read_text(encoding="utf-8")
    assert f"gradio=={front['sdk_version']}\n" in pinned
    wanted = space.requirements()
    assert any(line.startswith("torch") for line in wanted) and any(line.startswith("mediapipe") for line in wanted)
    assert not any(line.startswith(("pytest", "sacrebleu", "mypy")) for line in wanted)


def test_the_space_is_pushed_to_the_hub(tmp_path):
    with HubStandIn() as hub:
        run = [sys.executable, "-m", "eai_llm_hf", "export", "--space", "someone/moves", "--private"]
        environment = dict(os.environ) | hub.environment()
        done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, timeout=300, env=environment)
        assert done.returncode == 0, done.stderr
        assert hub.spaces == {"someone/moves": "gradio"} and hub.private == {"someone/moves"}
        assert {"app.py", "README.md", "requirements.txt"} <= set(hub.repositories["someone/moves"])


@pytest.mark.parametrize(
    ("given", "words"),
    [([], "Name the folder"), (["--space"], "or the Space"), (["--space", "me/x", "--small"], "--small is for")],
)
def test_wrong_options_of_export_are_refused(given, words, capsys):
    assert main(["export", *given]) == 1
    assert words in capsys.readouterr().err


def test_the_command_and_its_options_are_registered():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    app_command.register(commands)
    export_command.register(commands)
    args = parser.parse_args(["app", "--port", "1234", "--no-browser"])
    assert (args.port, args.browser, args.host) == (1234, False, "127.0.0.1")
