"""The report of one recording in Chromium, headless: what a reader clicks, on a screen, a phone and on paper."""

import pytest
from browser import found_by_axe, page_opener
from test_report import _clip, _html, _record


@pytest.fixture
def report(browser, tmp_path):
    """Opens the report of a record."""
    with page_opener(browser) as opened:

        def open_report(record: dict, **given):
            path = tmp_path / f"{len(list(tmp_path.iterdir()))}.html"
            path.write_text(_html(record), encoding="utf-8")
            return opened(path, reduced_motion="reduce", **given)

        yield open_report


def test_without_an_explanation_each_unusual_claim_is_shown_by_a_click(report):
    page = report(_record(_clip(), explanation=""))
    links = page.locator(".unusual a")
    assert links.count() == 3
    links.nth(1).click()
    assert page.locator(".time").inner_text() == "4.0 s", "where the claim begins"
    assert links.nth(1).inner_text() in page.locator(".told").inner_text()
    assert page.locator("tr.on").count() == 1 and found_by_axe(page) == {}


def test_a_clicked_claim_scrolls_the_player_into_view_on_a_phone(report):
    page = report(_record(_clip()), viewport={"width": 360, "height": 640})
    claim = page.locator("[data-row]").last
    claim.scroll_into_view_if_needed()
    assert page.locator("canvas").bounding_box()["y"] < -300, "the player is far above"
    claim.click()
    box = page.locator("canvas").bounding_box()
    assert 0 <= box["y"] and box["y"] + box["height"] <= 640


def test_the_times_below_a_long_recording_are_not_cut_off(report):
    windows = [{"start_s": 10.0 * number, "end_s": 10.0 * number + 10.0} for number in range(3)]
    page = report(_record(_clip(), segments=[window | {"label": "sad", "score": 0.83} for window in windows]))
    whole = page.locator("figure:has(svg.picture)").bounding_box()
    for time in ("0 s", "30 s"):
        box = page.locator("svg.picture text").get_by_text(time, exact=True).bounding_box()
        assert whole["x"] <= box["x"] and box["x"] + box["width"] <= whole["x"] + whole["width"]


def test_on_paper_the_drawing_stands_in_place_of_the_player_and_nothing_asks_for_a_click(report):
    page = report(_record(_clip()))
    assert page.locator(".hint").is_visible()
    page.emulate_media(media="print")
    assert not page.locator(".hint").is_visible() and not page.locator("canvas").is_visible()
    assert page.locator("svg.picture").is_visible()
