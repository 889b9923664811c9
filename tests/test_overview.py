"""The overview of a report of several recordings: as a table, and sorted and filtered in Chromium."""

import pytest
from browser import found_by_axe, page_opener
from test_report import HOSTILE, _clip, _error, _html, _Page, _record

PINNED = {"code": "pinned_root", "message": "the pelvis stays in one place in this recording"}
TILTED = {"code": "camera_tilted", "message": "the camera was tilted"}

AGAINST = {"claim": "the head is bowed", "relation": "for", "emotion": "happy", "evidence": 0}
AGAINST |= {"strength": 0.7, "source": "Wallbott 1998"}


def _named(name: str, label: str, score: float, level: str | None, *notes: dict) -> dict:
    certainty = {"level": level, "accuracy": None, "runner_up": None}
    return _record(_clip(), source=name, label=label, score=score, certainty=certainty, notes=list(notes))


RECORDS = (
    _named("walk10.bvh", "sad", 0.5, "low", PINNED) | {"reasons": [AGAINST]},
    _named("walk9.bvh", "angry", 0.09, "high", PINNED, TILTED),
    _error(),
    _named("dance.bvh", "sad", 0.3, "medium"),
)


# ---------------------------------------------------------------------------------------------------------- the table


def test_the_overview_has_label_probability_certainty_and_notes_of_each_recording():
    page = _Page(_html(*RECORDS))
    rows = [row for row in page.texts_of("tr") if ".bvh" in row]
    assert rows == [
        "walk10.bvh sad 50% low pelvis in one place",
        "walk9.bvh angry 9% high pelvis in one place, tilted camera",
        "broken.bvh could not be explained",
        "dance.bvh sad 30% medium none",
    ]
    titles = [attrs.get("title") for tag, attrs in page.elements if tag == "span" and "data-is" in attrs]
    assert titles[:3] == [PINNED["message"], PINNED["message"], TILTED["message"]]


def test_what_can_be_filtered_is_what_rows_differ_in_with_the_number_of_rows():
    page = _Page(_html(*RECORDS))
    assert page.texts_of("option") == [
        *("any", "angry (1)", "sad (2)", "could not be explained (1)"),
        *("any", "high (1)", "medium (1)", "low (1)"),
        *("any", "pelvis in one place (2)", "tilted camera (1)", "none (1)"),
    ]
    alike = _Page(_html(RECORDS[0], RECORDS[0]))
    assert not alike.texts_of("option")


def test_without_a_script_the_overview_is_whole_and_has_no_filters():
    page = _Page(_html(*RECORDS))
    (filters,) = [attrs for _, attrs in page.elements if attrs.get("class") == "filters"]
    assert "hidden" in filters
    assert not [attrs for tag, attrs in page.elements if tag == "tr" and "filtered" in (attrs.get("class") or "")]


def test_records_without_certainty_and_notes_have_a_row_too():
    page = _Page(_html(_record(_clip()), _record(_clip())))
    assert "walk.bvh sad 83% not measured none" in page.texts_of("tr")


def test_labels_and_notes_of_users_are_never_markup():
    record = _named(HOSTILE, HOSTILE, 0.5, "low", {"code": HOSTILE, "message": HOSTILE})
    page = _html(record, RECORDS[0])
    assert "<script>alert" not in page
    assert f"{HOSTILE} (1)" in _Page(page).texts_of("option")


# ---------------------------------------------------------------------------------------------------- in the browser


@pytest.fixture
def report(browser, tmp_path):
    """Opens the report of the records."""
    (tmp_path / "all.html").write_text(_html(*RECORDS), encoding="utf-8")
    with page_opener(browser) as opened:
        yield lambda **given: opened(tmp_path / "all.html", **given)


def shown(page) -> list[str]:
    """The recordings that the overview shows, in their order."""
    links = page.locator(".overview td:first-child a")
    return [link.inner_text() for link in links.all() if link.is_visible()]


def filter_of(page, name: str):
    return page.locator(".filters").get_by_label(name)


def test_each_column_sorts_both_ways_and_says_so(report):
    page = report()
    assert shown(page) == ["walk10.bvh", "walk9.bvh", "broken.bvh", "dance.bvh"]
    orders = {
        "recording": ["broken.bvh", "dance.bvh", "walk9.bvh", "walk10.bvh"],
        "label": ["walk9.bvh", "walk10.bvh", "dance.bvh", "broken.bvh"],
        "probability": ["walk10.bvh", "dance.bvh", "walk9.bvh", "broken.bvh"],
        "certainty": ["walk9.bvh", "dance.bvh", "walk10.bvh", "broken.bvh"],
    }
    for column, order in orders.items():
        head = page.locator(".overview th", has_text=column)
        head.get_by_role("button").press("Enter")
        first = "descending" if column in ("probability", "certainty") else "ascending"
        assert (shown(page), head.get_attribute("aria-sort")) == (order, first)
        assert page.locator("[aria-sort]").count() == 1
        head.get_by_role("button").press("Enter")
        assert shown(page)[0] != order[0] and head.get_attribute("aria-sort") != first


def test_label_certainty_and_note_filter_together_and_all_come_back(report):
    page = report()
    filter_of(page, "Label").select_option("sad")
    assert shown(page) == ["walk10.bvh", "dance.bvh"]
    assert [each.is_visible() for each in page.locator("article").all()] == [True, False, False, True]
    filter_of(page, "Note").select_option("pelvis in one place")
    assert shown(page) == ["walk10.bvh"] and page.get_by_role("status").first.inner_text() == "1 of 4 recordings"
    filter_of(page, "Label").select_option("")
    assert shown(page) == ["walk10.bvh", "walk9.bvh"]
    filter_of(page, "Certainty").select_option("high")
    assert shown(page) == ["walk9.bvh"]
    page.get_by_role("button", name="Show all").click()
    assert len(shown(page)) == 4 and page.get_by_role("status").first.inner_text() == "4 of 4 recordings"
    filter_of(page, "Label").select_option("could not be explained")
    assert shown(page) == ["broken.bvh"]


def test_print_shows_all_recordings_whatever_is_filtered(report):
    page = report()
    filter_of(page, "Label").select_option("angry")
    assert len(shown(page)) == 1
    page.emulate_media(media="print")
    assert len(shown(page)) == 4 and not page.locator(".filters").is_visible()
    assert all(each.is_visible() for each in page.locator("article").all())


def test_a_recording_of_the_overview_leads_to_its_part_of_the_page(report):
    page = report()
    page.locator(".overview").get_by_role("link", name="dance.bvh").click()
    assert page.url.endswith("#clip-4")


def test_the_report_has_names_for_everything_and_fits_a_phone(report):
    page = report()
    page.locator("[data-row]").first.click()  # a chosen claim has another background
    assert page.locator("tr.on .tag.against").is_visible()
    assert found_by_axe(page) == {}
    phone = report(viewport={"width": 360, "height": 740})
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    for part in (".overview table", ".overview select >> nth=2", "canvas >> nth=0", ".explanation >> nth=0"):
        box = phone.locator(part).bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= 360, f"{part} is cut off"
