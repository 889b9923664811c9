"""Reasons in reports: for and against the label, in two colours and with signs, on the body and over time."""

import json

import numpy as np
import pytest
from matplotlib.colors import to_hex
from test_report import _clip, _evidence, _html, _movement, _node, _Page, _record

from eai_llm_hf.cli.explain import as_text
from eai_llm_hf.report import html_report, picture_page, reason_view, record_picture, record_view, rendering
from eai_llm_hf.report.templating import template


def _reason(record: dict, row: int, relation: str, emotion: str) -> dict:
    claim = record["evidence"][row]["claim"]
    reason = {"claim": claim, "relation": relation, "emotion": emotion, "strength": 0.74}
    return reason | {"source": "Wallbott 1998", "evidence": row}


@pytest.fixture
def record() -> dict:
    """Sad: the head for it, the elbows towards the end against it, the knees against the runner-up."""
    found = _record(_clip())
    reasons = [
        _reason(found, 1, "against", "sad"),
        _reason(found, 0, "for", "sad"),
        _reason(found, 2, "against", "happy"),
    ]
    for item in found["evidence"]:
        item["reference"] = "recordings"
    certainty = {"level": "low", "accuracy": 0.23, "reference": "recordings", "runner_up": "happy", "why": ["it lies"]}
    why = "the pelvis stays in one place in this recording"
    return found | {
        "reasons": reasons,
        "certainty": certainty,
        "notes": [{"code": "pinned_root", "message": "the pelvis stays in one place; nothing is said about travel"}],
        "not_measured": [{"descriptor": name, "why": why} for name in ("travel_speed", "cadence")],
    }


def test_what_speaks_against_the_runner_up_is_for_the_label_and_comes_before_what_speaks_against_it(record):
    assert [(reason.side, reason.row) for reason in record_view.reasons_of(record)] == [
        ("for", 0),
        ("for", 2),
        ("against", 1),
    ]
    assert record_view.sides(record) == {
        "for": {"head": [(0.0, 6.0)], "legs": [(0.0, 6.0)]},
        "against": {"arms": [(4.0, 6.0)]},
    }
    assert record_view.reasons_of(_record(_clip())) == [], "a record of an older checkpoint has none"


def test_the_terminal_marks_what_speaks_for_the_label_and_against_it_and_nothing_else(record):
    record["evidence"] += [
        _evidence("trunk_lean", "high", holds=None, value=None, percentile=None),
        _evidence("step_width", "low", holds=False, percentile=60.0),
    ]
    claims = [item["claim"] for item in record["evidence"]]
    lines = as_text(record).splitlines()
    assert "  measured (+ for sad, - against sad):" in lines
    signs = {claim: next(line for line in lines if f" {claim} (" in line)[:6] for claim in claims}
    assert [signs[claim] for claim in claims] == ["    + ", "    - ", "    + ", "      ", "      "]
    assert sum("does not hold" in line for line in lines) == 1 == sum("cannot be checked" in line for line in lines)
    record["reasons"] = record["reasons"][:1]
    assert "  measured (- against sad):" in as_text(record).splitlines()


def test_a_sign_of_the_runner_up_stands_against_the_label_with_the_emotion_that_it_is_for(record):
    record["reasons"][2] = _reason(record, 2, "for", "happy")
    claim = record["evidence"][2]["claim"]
    sided = record_view.reasons_of(record)
    assert [(reason.side, reason.row, reason.words) for reason in sided][-1] == ("against", 2, "for happy")
    assert f"What speaks for happy: {claim}." in record_view.sure_words(record)
    (line,) = [line for line in as_text(record).splitlines() if f" {claim} (" in line]
    assert line.startswith("    - ") and line.endswith("), for happy")
    tag = '<span class="tag against">for happy</span>'
    assert tag in _html(record)
    assert tag in template("components.html").module.reasons(reason_view.reasons(record, None), "clip-1")


def test_the_terminal_says_which_window_of_a_long_recording_the_reasons_are_from(record):
    assert "about 0.0 to 6.0 s" not in as_text(record)
    record["segments"].append({"start_s": 6.0, "end_s": 12.0, "label": "sad", "score": 0.5})
    before, after = as_text(record).split("  Text and measurements are about 0.0 to 6.0 s of the recording:\n")
    assert record["explanation"].split()[0] in after and "measured" not in before


def test_where_the_label_changes_the_headlines_say_which_labels_and_how_much_of_the_time(record):
    assert "label changes" not in as_text(record) + _html(record)
    record["segments"] = [
        {"start_s": start, "end_s": end, "label": label, "score": 0.5}
        for start, end, label in ((0.0, 6.0, "sad"), (3.0, 9.0, "happy"), (9.0, 12.0, "happy"))
    ]
    words = "The label changes over time: happy 75%, sad 25% of the time."
    assert record_view.change_words(record) == words, "where windows overlap, each ends where the next begins"
    lines = as_text(record).splitlines()
    assert lines[lines.index("  sad (83%)") + 1] == f"  {words}"
    assert f"<strong>{words}</strong> “sad” is the most probable on average." in _html(record)
    assert words in " ".join(record_picture._beneath(record))
    for part in record["segments"]:
        part["label"] = "sad"
    assert "label changes" not in as_text(record) + _html(record)


def test_the_whole_body_is_marked_only_if_no_reason_is_about_a_part(record):
    record["evidence"][1]["body_part"] = "whole body"
    assert record_view.sides(record)["against"] == {}
    record["reasons"] = record["reasons"][:1]
    assert set(record_view.sides(record)["against"]) == {"whole body"}


def test_the_page_says_how_sure_the_label_is_what_else_it_could_be_and_what_decides(record):
    (sure,) = [words for words in _Page(_html(record)).texts_of("p") if words.startswith("Certainty")]
    for words in (
        "Certainty: low.",
        "compared with other clips of these recordings, 23% of such labels were right",
        "because it lies",
        "Runner-up: happy (17%).",
        f"What decides against happy: {record['evidence'][2]['claim']}.",
    ):
        assert words in sure


def test_the_page_has_notes_what_was_not_measured_and_what_the_movement_is_compared_with(record):
    page = _Page(_html(record))
    assert any("nothing is said about travel" in words for words in page.texts_of("li"))
    assert "travel speed, cadence" in page.texts_of("dt")
    assert "the pelvis stays in one place in this recording" in page.texts_of("dd")
    assert any("relative to other clips of these recordings" in words for words in page.texts_of("p"))
    without = _html(_record(_clip()))
    assert "Not measured" not in without and "Reasons over time" not in without and 'class="sure"' not in without


def test_each_reason_has_a_bar_at_its_times_with_its_claim_emotion_and_source(record):
    lanes = html_report.section(record, _clip(), "a", 1)["lanes"]
    assert [(lane["left"], lane["width"]) for lane in lanes] == [(0.0, 100.0), (0.0, 100.0), (66.7, 33.3)]
    page = _Page(_html(record))
    found = [words for words in page.texts_of("li") if "4.0–6.0 s" in words]
    assert len(found) == 1 and "against sad · arms" in found[0]
    sources = [words for words in page.texts_of("td") if "Wallbott 1998, strength 0.74" in words]
    assert len(sources) == 3 and "for sad" in sources[0] and "against happy" in sources[2]


def test_bars_over_time_are_left_out_where_every_reason_holds_throughout(record):
    record["reasons"] = record["reasons"][1:]
    assert html_report.section(record, _clip(), "a", 1)["lanes"] == []
    assert "Reasons over time" not in _html(record) and "tag for" in _html(record)


def test_sides_differ_in_sign_and_pattern_and_not_by_colour_alone(record):
    html = _html(record)
    classes = _Page(html).attributes("class")
    assert {"for", "against", "tag for", "tag against"} <= set(classes)
    for side, sign in (("for", "+"), ("against", r"\2212")):
        assert f'.{side}::before {{ content: "{sign}' in html
    assert "text-decoration-style: dashed" in html and "repeating-linear-gradient" in html
    assert "speaks against it (dashed)" in html


def test_the_key_names_the_sides_that_are_marked_or_else_what_the_explanation_names(record):
    def named(of: dict) -> list[str]:
        return [each["words"] for each in html_report.colour_key(of)][3:]

    assert named(record) == ["+ speaks for the label", "\N{MINUS SIGN} speaks against it (dashed)"]
    record["evidence"][1]["body_part"] = "whole body"
    assert record_view.sides(record)["against"] == {} and len(named(record)) == 2, "the text has its colour"
    record["reasons"] = record["reasons"][1:]
    assert named(record) == ["+ speaks for the label", "underlined: measured, but no reason"]
    assert named(_record(_clip())) == ["named in the explanation, at these times"]
    assert named(_record(_clip(), question="Is the head bowed?")) == ["named in the answer, at these times"]
    assert named(_record(_clip(), explanation="")) == ["unusual, at these times"]


def test_without_an_explanation_the_page_speaks_of_none_and_lists_what_is_unusual_as_links():
    record = _record(_clip(), explanation="")
    page = _Page(_html(record))
    words = " ".join(page.texts_of("main"))
    assert "explanation" not in words.replace("No explanation was requested. What is unusual:", "")
    assert "These claims are unusual." in words and "Bold" not in words
    links = [attrs for tag, attrs in page.elements if tag == "a" and "data-rows" in attrs]
    assert [link["data-rows"] for link in links] == ["0", "1", "2"]
    assert [link["href"] for link in links] == ["#clip-1-claim-1", "#clip-1-claim-2", "#clip-1-claim-3"]
    assert "named in" not in " ".join(rendered_words(record)), "nor does the picture"


def rendered_words(record: dict) -> list[str]:
    """The words of the key of the picture."""
    page = record_picture.record_page(record, _clip())
    return [text.get_text() for axes in page.figure.axes if (legend := axes.get_legend()) for text in legend.texts]


def test_words_of_the_explanation_have_the_side_of_their_claim(record):
    shown = html_report.section(record, _clip(), "a", 1)["pieces"]
    found = {piece["rows"]: piece["side"] for piece in shown if piece["rows"]}
    assert found == {(0,): "for", (1,): "against"}


def _drawn(axes, part: str) -> set[tuple[str, bool]]:
    """Colours of the bones of a part, each with whether it is dashed."""
    lines = [item for item in axes.collections if item.get_gid() == part and hasattr(item, "get_segments")]
    return {(to_hex(item.get_color()[0]), item.get_linestyle()[0][1] is not None) for item in lines}


def test_figures_have_the_colour_of_each_side_and_what_speaks_against_is_dashed():
    axes = picture_page.Page(4.0).area(0, 0, 11, 4)
    reasons = {"for": {"head", "arms"}, "against": {"legs", "arms"}}
    rendering.draw_strip(axes, _clip(), steps=1, reasons=reasons)
    for_it, against = ((picture_page.FOR.lower(), False), (picture_page.AGAINST.lower(), True))
    assert _drawn(axes, "head") == {for_it}
    assert _drawn(axes, "left leg") == {against}
    assert _drawn(axes, "left arm") == {for_it, against}, "dashes on the colour of the first"
    assert _drawn(axes, "trunk") == {(rendering.PART_COLOURS["trunk"].lower(), False)}


def test_a_picture_has_a_bar_for_each_reason_hatched_against_and_says_how_sure_the_label_is(record):
    page = record_picture.record_page(record, _clip())
    bars = [bar for axes in page.figure.axes for bar in axes.patches if str(bar.get_gid()).startswith("reason")]
    assert [bar.get_gid() for bar in bars] == ["reason for", "reason for", "reason against"]
    assert [bool(bar.get_hatch()) for bar in bars] == [False, False, True]
    assert (bars[2].get_x(), bars[2].get_width()) == (4.0, 2.0)
    words = " ".join(text.get_text() for text in page.figure.texts)
    for expected in ("Certainty: low.", "Runner-up: happy (17%).", "Note: the pelvis", "Not measured: travel speed"):
        assert expected in words
    lowest = min(text.get_window_extent().y0 for text in page.figure.texts)
    assert lowest >= 0, "everything lies on the page"


def test_the_player_marks_each_side_at_its_times(record, tmp_path):
    moving = _movement(_html(record))
    assert [claim["side"] for claim in moving["claims"]] == ["for", "against", "for"]
    (tmp_path / "data.json").write_text(json.dumps(moving), encoding="utf-8")
    found = _node(
        """
        const movement = new page.Movement(require("./data.json"));
        const at = (seconds) => Object.fromEntries([...page.sidesOf(page.claimsAt(movement.claims, seconds, []))]
          .map(([part, sides]) => [part, [...sides]]));
        console.log(JSON.stringify({early: at(1), late: at(5)}));
        """,
        tmp_path,
    )
    legs = {"left leg": ["for"], "right leg": ["for"]}
    assert found["early"] == {"head": ["for"]} | legs
    assert found["late"] == {"head": ["for"], "left arm": ["against"], "right arm": ["against"]} | legs


def test_the_colours_of_the_sides_stay_apart_in_grey_and_from_the_body():
    def grey(colour: str) -> float:
        return float(np.dot([int(colour[place : place + 2], 16) for place in (1, 3, 5)], (0.2126, 0.7152, 0.0722)))

    assert abs(grey(picture_page.FOR) - grey(picture_page.AGAINST)) > 30
    assert not {picture_page.FOR, picture_page.AGAINST} & set(rendering.PART_COLOURS.values())


def test_the_legend_explains_every_colour_that_words_of_the_explanation_are_underlined_with(record):
    words = [each["words"] for each in html_report.colour_key(record)]
    assert not any("underlined" in each for each in words), "all statements are reasons"
    shown = record | {"reasons": record["reasons"][1:2]}
    sides = {piece["side"] for piece in html_report.linked_pieces(shown) if piece["rows"]}
    assert sides == {"for", ""}, "the elbows are no reason"
    key = {each["words"]: each["colour"] for each in html_report.colour_key(shown)}
    assert key["underlined: measured, but no reason"] == picture_page.HIGHLIGHT
    assert key["underlined: measured, but no reason"] in _html(shown)


def test_the_ends_of_a_time_line_are_not_cut_off(record):
    record["evidence"][1] |= {"start_s": 4.0, "end_s": 6.0}
    page = record_picture.record_page(record, _clip(), "walk")
    (lanes,) = [
        axes for axes in page.figure.axes if any(str(each.get_gid()).startswith("reason") for each in axes.patches)
    ]
    aligned = {label.get_text(): label.get_horizontalalignment() for label in lanes.get_xticklabels()}
    assert aligned["0 s"] == "left" and aligned["6 s"] == "right" and aligned["3 s"] == "center", aligned
