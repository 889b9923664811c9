"""The app in Chromium, headless: what visitors do with mouse, keyboard and phone, and ten of them at once."""

import json
import threading
from pathlib import Path

import pytest
from browser import found_by_axe, open_browser, running_app
from conftest import make_clip, write_bvh

from eai_llm_hf.app import actions

pytest.importorskip("gradio", reason="the app needs the extra app")

PATIENCE_MS = 90_000
"""What a busy machine may take for one answer."""


@pytest.fixture(scope="module")
def browser():
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def app(browser, pipe, tmp_path_factory):
    with running_app(pipe, tmp_path_factory.mktemp("uploads")) as served:
        yield served


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    """A recording, a longer one of somebody else, and a broken one."""
    folder = tmp_path_factory.mktemp("files")
    for name, seed, seconds in (("walk", 4, 3.0), ("other", 5, 4.0)):
        clip = make_clip(seed, action="walk", rig="bandai22", duration_s=seconds)
        write_bvh(folder / f"{name}.bvh", clip.joints, 30.0)
    (folder / "broken.bvh").write_text("HIERARCHY\nROOT", encoding="utf-8")
    return {path.stem: path for path in folder.iterdir()}


@pytest.fixture
def visit(app, browser):
    """Opens the page as a new visitor; at the end nothing may have failed or been fetched from elsewhere."""
    contexts, failures = [], []

    def open_page(**given):
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 1000}, "accept_downloads": True} | given
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("request", lambda request: failures.extend(_elsewhere(request.url, app.address)))
        page.goto(app.address)
        page.locator("#examples").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert failures == []


def _elsewhere(url: str, address: str) -> list[str]:
    return [] if url.startswith((address, "data:", "blob:")) else [url]


def take(page, example: str):
    """Takes an example and waits for its result."""
    page.get_by_role("button", name=example, exact=True).click()
    _named(page, example)


def add(page, path: Path):
    """Uploads a file and waits for its result."""
    page.locator("#upload input[type=file]").set_input_files(str(path))
    _named(page, path.name)


def _named(page, name: str):
    page.locator("#result .head strong", has_text=name).wait_for()


def picture(page, place: str = "#result") -> str:
    return page.locator(f"{place} canvas").evaluate("canvas => canvas.toDataURL()")


def time_of(page) -> float:
    return float(page.locator("#result .time").inner_text().split()[0])


def stop(page):
    if page.locator("#result .play").inner_text() == "Pause":
        page.locator("#result .play").click()


def on_tab(page, name: str):
    page.get_by_role("tab", name=name).click()


def choose(page, label: str, *names: str):
    """Chooses from a list of recordings."""
    for name in names:
        box = page.get_by_label(label, exact=True)
        box.click()
        page.get_by_role("option", name=name, exact=True).click()
    page.keyboard.press("Escape")


# ------------------------------------------------------------------------------------------------------- one visitor


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


def test_while_a_movement_is_explained_the_page_says_so(visit, pipe, monkeypatch):
    explained, go_on = actions.explain, threading.Event()

    def slowly(*given):
        assert go_on.wait(60)
        return explained(*given)

    monkeypatch.setattr(actions, "explain", slowly)
    page = visit(viewport={"width": 360, "height": 740})
    page.get_by_role("button", name="Sad walk", exact=True).click()
    waiting = page.get_by_role("status").filter(has_text="Explaining the movement")
    waiting.wait_for()
    page.wait_for_function("() => document.querySelector('.waiting').getBoundingClientRect().top < 600")
    page.locator("#result .progress-text", has_text="processing").wait_for()
    opacity = "shown => getComputedStyle(shown.closest('.html-container, .pending') ?? shown).opacity"
    assert waiting.evaluate(opacity) == "1", "Gradio fades what is about to change"
    go_on.set()
    _named(page, "Sad walk")
    assert waiting.count() == 0


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


def test_a_bad_file_gives_a_message_and_the_page_goes_on(visit, app, files):
    page = visit()
    page.locator("#upload input[type=file]").set_input_files(str(files["broken"]))
    message = page.get_by_role("alert").filter(has_text="broken.bvh could not be read")
    message.wait_for()
    assert message.inner_text().count("broken.bvh") == 1 and app.kept_files() == []
    below = message.bounding_box()["y"] - page.locator("#upload").bounding_box()["y"]
    assert 0 < below < 220, "right below the upload"
    add(page, files["walk"])
    assert page.get_by_role("alert").filter(has_text="broken.bvh").count() == 0


# ------------------------------------------------------------------------------------------- every way to use the page


def test_on_a_phone_nothing_is_wider_than_the_screen(visit):
    page = visit(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    take(page, "Long recording")
    for tab in ("Compare", "Reference", "Teach labels", "Result"):
        on_tab(page, tab)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for part in ("canvas", ".controls >> nth=0", ".explanation", ".timeline", ".reasons >> nth=0"):
        box = page.locator(f"#result {part}").bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= 360, f"{part} is cut off"


def test_the_keyboard_alone_takes_an_example_plays_and_jumps(visit):
    page = visit(reduced_motion="reduce")
    page.get_by_role("button", name="Sad walk", exact=True).focus()
    page.keyboard.press("Space")
    _named(page, "Sad walk")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#result canvas')"):
            break
    shown = picture(page)
    page.keyboard.press("ArrowLeft")
    turned = picture(page)
    page.keyboard.press(".")
    assert len({shown, turned, picture(page)}) == 3
    page.keyboard.press("Space")
    assert page.locator("#result .play").inner_text() == "Pause"
    page.keyboard.press("Space")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#result [data-rows]')"):
            break
    page.keyboard.press("Enter")
    assert page.locator("#result .told").inner_text().startswith("The player is at")


def test_with_reduced_motion_nothing_plays_by_itself(visit):
    page = visit(reduced_motion="reduce")
    take(page, "Sad walk")
    assert page.locator("#result .play").inner_text() == "Play"
    still = visit()
    take(still, "Sad walk")
    assert still.locator("#result .play").inner_text() == "Pause"


def test_a_screen_reader_finds_a_name_for_everything(visit):
    page = visit(reduced_motion="reduce")
    take(page, "Sad walk")
    take(page, "Long recording")
    found = {}
    for tab in ("Result", "Compare", "Reference", "Teach labels"):
        on_tab(page, tab)
        assert tab == "Result" or page.locator(".introduction").filter(visible=True).count() == 2, "what it is for"
        if tab == "Compare":
            page.get_by_role("button", name="Compare", exact=True).click()
            page.locator("#comparison canvas").wait_for()
        found |= found_by_axe(page)
    assert found == {}


def test_in_the_dark_everything_can_be_read(visit):
    page = visit(reduced_motion="reduce", color_scheme="dark")
    take(page, "Long recording")
    page.locator("#result .reasons button").first.click()  # a chosen claim has another background
    found = {}
    for tab in ("Result", "Compare", "Reference", "Teach labels"):
        on_tab(page, tab)
        found |= found_by_axe(page)
    assert found == {}


# ------------------------------------------------------------------------------------------------------- ten visitors


WATCH_THE_QUEUE = """() => {
  window.queued = [];
  new MutationObserver(() => window.queued.push(...(document.body.innerText.match(/queue: ?[0-9]+/) ?? [])))
    .observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


def test_ten_visitors_at_once_get_their_own_results_and_wait_in_a_queue(visit, app):
    pages = [visit(viewport={"width": 800, "height": 600}, reduced_motion="reduce") for _ in range(10)]
    take(pages[0], "Sad walk")  # what is loaded once
    before = app.memory_mb()
    examples = ["Angry walk", "Neutral walk", "Happy wave", "Long recording", "Sad walk"]
    for number, page in enumerate(pages):
        page.evaluate(WATCH_THE_QUEUE)
        page.evaluate("place => document.querySelectorAll('#examples button')[place].click()", (number + 1) % 5)
    for number, page in enumerate(pages):
        _named(page, examples[number % 5])
        page.locator("#chosen input").click()
        options = page.locator("ul[role=listbox] [role=option]").all_inner_texts()
        own = ["Sad walk", "Angry walk"] if number == 0 else [examples[number % 5]]
        assert [option.removeprefix("✓").strip() for option in options] == own
    assert any(page.evaluate("window.queued.length") for page in pages), "nobody was told about the queue"
    assert app.memory_mb() - before < 300
