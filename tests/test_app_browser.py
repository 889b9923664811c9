"""The app in Chromium, headless: what a visitor does with recordings, results, references and labels."""

import json
import threading
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from app_page import add, choose, named, on_tab, picture, stop, take, time_of, write_files
from browser import found_by_axe
from conftest import make_clip, write_bvh
from video_files import write_video

from eai_llm_hf.app import actions
from eai_llm_hf.processing.reading import video
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX

pytest.importorskip("gradio", reason="the app needs the extra app")


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    return write_files(tmp_path_factory.mktemp("files"))


def test_a_file_is_uploaded_plays_and_is_deleted(visit, app, files):
    page = visit()
    add(page, files["walk"])
    before = picture(page)
    page.wait_for_function("before => document.querySelector('#result canvas').toDataURL() !== before", arg=before)
    assert app.kept_files() == []
    stop(page)
    still, at = picture(page), time_of(page)
    page.get_by_role("button", name="One frame on").first.click()
    assert picture(page) != still and time_of(page) >= at


_LANDMARKS = {"shoulder": 11, "elbow": 13, "wrist": 15, "hip": 23, "knee": 25, "ankle": 27, "foot": 31}


@pytest.fixture
def someone_in_the_video(monkeypatch):
    """Stands in for the pose model: finds somebody who walks in every frame, whatever it shows."""
    joints = make_clip(3, action="walk", duration_s=2.0).joints
    found = np.repeat(joints[:, [JOINT_INDEX["head"]]], 33, axis=1)
    for name, place in _LANDMARKS.items():
        for side, landmark in (("left", place), ("right", place + 1)):
            found[:, landmark] = joints[:, JOINT_INDEX[f"{side}_{name}"]]
    found = (found - joints[:, [JOINT_INDEX["pelvis"]]]) * (1, -1, -1)  # around the hips, y downwards
    bodies = iter(found.astype(np.float32))

    def find(pixels, time):
        body = next(bodies)[None]
        return body[..., :2], body, np.ones((1, 33), np.float32)

    @contextmanager
    def pose_finder(source):
        yield find

    monkeypatch.setattr(video, "pose_finder", pose_finder)
    monkeypatch.setattr(actions, "pose_model", lambda: None)


def test_a_video_is_uploaded_and_its_person_plays(visit, app, tmp_path, someone_in_the_video):
    pytest.importorskip("av")
    write_video(tmp_path / "walk.mp4", [np.full((64, 48, 3), 100, np.uint8)] * 60)
    page = visit()
    add(page, tmp_path / "walk.mp4")
    assert "mediapipe33" in page.locator("#result .head").inner_text() and app.kept_files() == []
    stop(page)
    still = picture(page)
    page.get_by_role("button", name="One frame on").first.click()
    assert picture(page) != still


def test_the_speed_control_makes_it_faster_and_slower(visit):
    page = visit(reduced_motion="reduce")
    take(page, "Sad walk")
    page.evaluate("() => { window.ticks = []; window.requestAnimationFrame = (tick) => window.ticks.push(tick); }")
    draw_at = "moment => window.ticks.splice(0).forEach((tick) => tick(moment))"
    for speed, expected in (("2×", 1.0), ("0.25×", 1.125), ("1×", 1.625)):
        page.locator("#result").get_by_label("Speed").select_option(label=speed)
        page.locator("#result .play").click()
        for moment in (0, 500):
            page.evaluate(draw_at, moment)
        assert time_of(page) == pytest.approx(expected, abs=0.06), f"half a second at {speed}"
        stop(page)


def test_a_reason_leads_to_its_time_and_marks_its_body_part(visit):
    page = visit()
    take(page, "Long recording")
    stop(page)
    page.locator("#result .timeline button").nth(2).click()
    assert time_of(page) == pytest.approx(20.0, abs=0.1)
    reason = page.locator("#result .reasons button").first
    if not reason.is_visible():
        page.locator("#result summary").click()
    reason.click()
    data = json.loads(page.locator("#result script.movement").first.text_content())
    row = int(reason.get_attribute("data-rows"))
    begin = next(claim["start"] for claim in data["claims"] if claim["row"] == row)
    assert time_of(page) == pytest.approx(begin, abs=0.1)
    assert reason.get_attribute("aria-pressed") == "true"
    assert reason.inner_text() in page.locator("#result .told").inner_text()
    marked = picture(page)
    reason.click()
    page.mouse.move(0, 0)
    page.locator("#result .play").focus()
    assert reason.get_attribute("aria-pressed") == "false" and picture(page) != marked


def test_the_words_under_the_player_take_no_more_room_than_they_need(visit):
    page = visit(reduced_motion="reduce")
    take(page, "Sad walk")
    heights = """player => {
      const words = player.querySelector(".now"), kept = words.offsetHeight, least = words.style.minHeight;
      words.style.minHeight = "";
      const needed = words.offsetHeight;
      words.style.minHeight = least;
      return [kept, needed];
    }"""
    for width in (1280, 500, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(full_page=True)  # for this the page is laid out anew, and has no width for a moment
        page.wait_for_timeout(300)
        kept, needed = page.locator("#result .player").evaluate(heights)
        assert kept == needed


def test_the_view_turns_zooms_and_resets_with_mouse_wheel_and_buttons(visit):
    page = visit()
    take(page, "Sad walk")
    stop(page)
    page.locator("#result .play").focus()
    shown = picture(page)
    box = page.locator("#result canvas").bounding_box()
    page.mouse.move(box["x"] + 150, box["y"] + 150)
    page.mouse.down()
    page.mouse.move(box["x"] + 250, box["y"] + 180)
    page.mouse.up()
    turned = picture(page)
    page.locator("#result canvas").focus()
    page.mouse.wheel(0, -300)
    page.wait_for_function("shown => document.querySelector('#result canvas').toDataURL() !== shown", arg=turned)
    assert len({shown, turned, picture(page)}) == 3
    page.get_by_role("button", name="Reset the view").first.click()
    assert picture(page) == shown


def test_an_example_can_be_taken_again_after_it_was_removed(visit):
    page = visit()
    for _ in range(2):
        take(page, "Sad walk")
        page.get_by_role("button", name="Remove this recording").click()
        page.locator("#result .nothing:not(.waiting)").wait_for()


def held_back(monkeypatch, action: str) -> threading.Event:
    """Lets an action of the app wait until the event is set."""
    do, go_on = getattr(actions, action), threading.Event()

    def slowly(*given):
        assert go_on.wait(60)
        return do(*given)

    monkeypatch.setattr(actions, action, slowly)
    return go_on


def test_while_a_movement_is_explained_the_page_says_so(visit, pipe, monkeypatch):
    go_on = held_back(monkeypatch, "explain")
    page = visit(viewport={"width": 360, "height": 740})
    page.get_by_role("button", name="Sad walk", exact=True).click()
    waiting = page.get_by_role("status").filter(has_text="Explaining the movement")
    waiting.wait_for()
    page.wait_for_function("() => document.querySelector('.waiting').getBoundingClientRect().top < 600")
    page.locator("#result .progress-text", has_text="processing").wait_for()
    opacity = "shown => getComputedStyle(shown.closest('.html-container, .pending') ?? shown).opacity"
    assert waiting.evaluate(opacity) == "1", "Gradio fades what is about to change"
    go_on.set()
    named(page, "Sad walk")
    assert waiting.count() == 0


def test_while_files_are_read_the_words_and_the_timer_stand_apart(visit, files, monkeypatch):
    go_on = held_back(monkeypatch, "read_file")
    page = visit()
    page.locator("#upload input[type=file]").set_input_files(str(files["walk"]))
    words = page.locator("#problem .waiting p", has_text="Reading the files")
    words.wait_for()
    timer = page.locator("#problem .progress-text", has_text="processing")
    timer.wait_for()
    above, below, around = (part.bounding_box() for part in (timer, words, page.locator("#problem")))
    assert around["y"] <= above["y"] and above["y"] + above["height"] <= below["y"], "they lie on each other"
    go_on.set()
    named(page, "walk.bvh")


def test_a_clicked_reason_scrolls_the_player_into_view(visit):
    page = visit(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    take(page, "Sad walk")
    reason = page.locator("#result .reasons button").last
    if not reason.is_visible():
        page.locator("#result summary").click()
    reason.scroll_into_view_if_needed()
    assert page.locator("#result canvas").bounding_box()["y"] < 0
    reason.click()
    box = page.locator("#result canvas").bounding_box()
    assert 0 <= box["y"] and box["y"] + box["height"] <= 740


def test_a_question_is_answered(visit):
    page = visit()
    take(page, "Sad walk")
    page.get_by_label("Ask about this movement").fill("What do the arms do?")
    page.get_by_label("Ask about this movement").press("Enter")
    page.locator("#answer .explanation").wait_for()
    assert "What do the arms do?" in page.locator("#answer").inner_text()
    assert page.locator("#answer .explanation").inner_text()


def test_two_movements_are_compared_side_by_side(visit):
    page = visit()
    take(page, "Sad walk")
    take(page, "Angry walk")
    on_tab(page, "Compare")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.locator("#comparison canvas").wait_for()
    assert page.locator("#comparison script.movement").count() == 2
    assert "Sad walk" in page.locator("#comparison").inner_text()
    page.set_viewport_size({"width": 360, "height": 740})
    table, whole = (page.locator(f"#comparison {part}").bounding_box() for part in ("table.plain", "article"))
    assert table["x"] + table["width"] <= whole["x"] + whole["width"], "values of the second movement are cut off"


def test_a_baseline_changes_what_the_result_compares_with(visit):
    page = visit()
    take(page, "Neutral walk")
    take(page, "Sad walk")
    on_tab(page, "Reference")
    page.get_by_label("one neutral recording of the same person").check()
    choose(page, "Recordings that say what is typical", "Neutral walk")
    page.get_by_role("button", name="Compare with these").click()
    page.locator("#change table").wait_for()
    on_tab(page, "Result")
    assert "a neutral recording of the same person: Neutral walk" in page.locator("#compared").inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download reference").click()
    saved = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert download.value.suggested_filename == "reference.json" and "performer" in json.dumps(saved)


def test_a_reference_of_somebody_is_not_used_for_a_new_file_unless_the_visitor_says_that_it_is_the_same_person(
    visit, files
):
    page = visit(reduced_motion="reduce")
    take(page, "Sad walk")
    add(page, files["walk"])
    on_tab(page, "Reference")
    choose(page, "Recordings that say what is typical", "Sad walk", "walk.bvh")
    page.get_by_role("button", name="Compare with these").click()
    page.locator("#change", has_text="It is left out of its own reference.").wait_for()
    on_tab(page, "Result")
    add(page, files["other"])
    compared = page.locator("#compared")
    same, other = (page.get_by_role("button", name=name) for name in ("The same person", "Somebody else"))
    compared.filter(has_text="Is this the same person as in your reference (Sad walk, walk.bvh)?").wait_for()
    clips = page.locator("#result p", has_text="relative to")
    assert "the clips of the training" in clips.inner_text() and same.is_visible()
    assert found_by_axe(page) == {}
    other.click()
    compared.filter(has_text="somebody else moves here").wait_for()
    assert same.is_visible() and not other.is_visible()
    same.click()
    compared.filter(has_text="Compared with other recordings of the same person: Sad walk, walk.bvh.").wait_for()
    assert "other clips of this person" in clips.inner_text()
    assert other.is_visible() and not same.is_visible()


def test_people_are_named_and_the_page_says_how_good_the_labels_are_on_people_left_out(visit, tmp_path):
    taught = {"one": ("tired", "Anna"), "two": ("awake", "Anna"), "three": ("tired", "Ben"), "four": ("awake", "Ben")}
    for seed, (name, (label, _)) in enumerate(taught.items()):
        emotion = {"tired": "sad", "awake": "angry"}[label]
        write_bvh(tmp_path / f"{name}.bvh", make_clip(seed, emotion=emotion, duration_s=3.0).joints, 30.0)
    page = visit(reduced_motion="reduce")
    page.locator("#upload input[type=file]").set_input_files([str(tmp_path / f"{name}.bvh") for name in taught])
    named(page, "four.bvh")
    on_tab(page, "Teach labels")
    for name, (label, who) in taught.items():
        choose(page, "Recordings that show a label", f"{name}.bvh")
        page.get_by_label("Label", exact=True).fill(label)
        page.get_by_label("Who moves in them (if known)").fill(who)
        page.get_by_role("button", name="Note the label").click()
        page.locator("#labels tr", has_text=f"{name}.bvh").wait_for()
    rows = [row.split("\t") for row in page.locator("#labels tbody tr").all_inner_texts()]
    assert rows == [[f"{name}.bvh", *given] for name, given in taught.items()]
    page.get_by_role("button", name="Learn the labels").click()
    learned = page.locator("#labels .info")
    learned.wait_for()
    assert "2 people are few" in learned.inner_text() and "was not measured" not in learned.inner_text()


def test_labels_are_taught_and_used(visit):
    page = visit()
    for example in ("Sad walk", "Angry walk"):
        take(page, example)
    on_tab(page, "Teach labels")
    for example, label in (("Sad walk", "tired"), ("Angry walk", "awake")):
        choose(page, "Recordings that show a label", example)
        page.get_by_label("Label", exact=True).fill(label)
        page.get_by_role("button", name="Note the label").click()
        page.locator("#labels td", has_text=label).wait_for()
    page.get_by_role("button", name="Learn the labels").click()
    page.locator("#labels .info").wait_for()
    on_tab(page, "Result")
    assert page.locator("#result .bars th").all_inner_texts() in (["tired", "awake"], ["awake", "tired"])


def test_record_and_report_are_downloaded_without_a_file_on_the_server(visit, app, files):
    page = visit()
    add(page, files["walk"])
    for button, name, begins in (("record", "walk.json", "{"), ("report", "walk.html", "<!DOCTYPE html>")):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Download {button}").click()
        assert download.value.suggested_filename == name
        assert Path(download.value.path()).read_text(encoding="utf-8").startswith(begins)
    assert app.kept_files() == []


def test_bad_files_give_a_message_that_stays_and_the_page_goes_on(visit, app, files):
    page = visit()
    page.locator("#upload input[type=file]").set_input_files([str(files["broken"]), str(files["notes"])])
    message = page.get_by_role("alert").filter(has_text="broken.bvh could not be read")
    message.wait_for()
    assert message.inner_text().count("broken.bvh") == 1 and app.kept_files() == []
    assert "notes.docx could not be read: cannot read '.docx'; expected one of .bvh, .c3d" in message.inner_text()
    assert page.locator(".toast-body").count() == 0, "nothing that one needs to read vanishes"
    below = message.bounding_box()["y"] - page.locator("#upload").bounding_box()["y"]
    assert 0 < below < 220, "right below the upload"
    add(page, files["walk"])
    assert page.get_by_role("alert").filter(has_text="broken.bvh").count() == 0


def test_a_file_that_is_too_large_gives_a_message_that_stays_until_another_one_is_added(visit, files, tmp_path):
    page = visit()
    with (tmp_path / "long.bvh").open("wb") as large:
        large.truncate(101_000_000)
    page.locator("#upload input[type=file]").set_input_files(str(tmp_path / "long.bvh"))
    message = page.get_by_role("alert").filter(has_text="long.bvh has 101 MB; here a file may have 100 MB.")
    message.wait_for()
    page.wait_for_timeout(500)
    assert message.bounding_box()["y"] > page.locator("#upload").bounding_box()["y"] and message.count() == 1
    add(page, files["walk"])
    assert message.count() == 0


def test_a_reason_that_holds_throughout_is_shown_without_a_jump_to_the_beginning(visit):
    page = visit(reduced_motion="reduce")
    take(page, "Sad walk")
    page.locator("#result article").evaluate("article => article.player.seek(2)")
    reason = page.locator("#result .reasons button").first
    reason.click()
    assert time_of(page) == pytest.approx(2.0, abs=0.05) and reason.get_attribute("aria-pressed") == "true"
    assert f"shows throughout: {reason.inner_text()}." in page.locator("#result .told").inner_text()
