"""The app in Chromium by every way: phone, touch, keyboard, screen reader, less motion, the dark, and ten at once."""

from pathlib import Path

import pytest
from app_page import named, on_tab, picture, tab_to, take, write_files
from browser import found_by_axe

pytest.importorskip("gradio", reason="the app needs the extra app")


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    return write_files(tmp_path_factory.mktemp("files"))


def test_on_a_phone_nothing_is_wider_than_the_screen(visit):
    page = visit(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    take(page, "Long recording")
    for tab in ("Compare", "Reference", "Teach labels", "Result"):
        on_tab(page, tab)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for part in ("canvas", ".controls >> nth=0", ".explanation", ".timeline", ".reasons >> nth=0"):
        box = page.locator(f"#result {part}").bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= 360, f"{part} is cut off"


def test_one_finger_turns_the_figure_and_two_zoom(visit):
    page = visit(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, reduced_motion="reduce")
    take(page, "Sad walk")
    page.locator("#result canvas").scroll_into_view_if_needed()
    box = page.locator("#result canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *places: float) -> None:
        points = [{"x": x + place, "y": y, "id": number} for number, place in enumerate(places)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def view() -> dict[str, float]:
        return dict(page.locator("#result article").evaluate("article => article.player.view"))

    begin, shown = view(), picture(page)
    touch("touchStart", 0)
    for place in range(10, 90, 10):
        touch("touchMove", place)
    touch("touchEnd")
    turned = view()
    assert turned["yaw"] < begin["yaw"] - 0.2 and turned["zoom"] == begin["zoom"] and picture(page) != shown
    touch("touchStart", -20)
    touch("touchStart", -20, 20)
    for place in range(30, 90, 10):
        touch("touchMove", -place, place)
    touch("touchEnd")
    assert view()["zoom"] > 1.5 * begin["zoom"] and view()["yaw"] == pytest.approx(turned["yaw"], abs=0.1)
    assert page.evaluate("window.visualViewport.scale") == 1, "the figure grows, not the page"


def test_the_keyboard_alone_makes_a_whole_visit(visit, files):
    page = visit(reduced_motion="reduce")
    tab_to(page, page.locator("#upload button").first)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(str(files["walk"]))
    named(page, "walk.bvh")
    tab_to(page, page.get_by_role("button", name="Sad walk", exact=True))
    page.keyboard.press("Space")
    named(page, "Sad walk")
    tab_to(page, page.locator("#result canvas"))
    shown = picture(page)
    page.keyboard.press("ArrowLeft")
    turned = picture(page)
    page.keyboard.press(".")
    assert len({shown, turned, picture(page)}) == 3
    page.keyboard.press("Space")
    assert page.locator("#result .play").inner_text() == "Pause"
    page.keyboard.press("Space")
    tab_to(page, page.locator("#result").get_by_label("Speed"))
    page.keyboard.press("ArrowDown")
    assert page.locator("#result").get_by_label("Speed").input_value() == "1.5"
    tab_to(page, page.locator("#result [data-rows]").first)
    page.keyboard.press("Enter")
    said = page.locator("#result .told").inner_text()
    assert said.startswith(("The player is at", "The player shows throughout")), said
    tab_to(page, page.get_by_label("Ask about this movement"))
    page.keyboard.type("What do the arms do?")
    page.keyboard.press("Enter")
    page.locator("#answer .explanation").wait_for()
    tab_to(page, page.get_by_role("button", name="Download record"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "Sad-walk.json"
    tab_to(page, page.get_by_role("tab", name="Reference"), back=True)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Recordings that say what is typical", exact=True))
    for name in ("Sad walk", "walk.bvh"):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.locator(".token", has_text=name).wait_for()
    page.keyboard.press("Escape")
    tab_to(page, page.get_by_role("button", name="Compare with these"))
    page.keyboard.press("Enter")
    page.locator("#change table").wait_for()
    tab_to(page, page.get_by_role("tab", name="Compare", exact=True), back=True)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Compare", exact=True))
    page.keyboard.press("Enter")
    page.locator("#comparison .explanation").wait_for()


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
        named(page, examples[number % 5])
        page.locator("#chosen input").click()
        options = page.locator("ul[role=listbox] [role=option]").all_inner_texts()
        own = ["Sad walk", "Angry walk"] if number == 0 else [examples[number % 5]]
        assert [option.removeprefix("✓").strip() for option in options] == own
    assert any(page.evaluate("window.queued.length") for page in pages), "nobody was told about the queue"
    assert app.memory_mb() - before < 300
