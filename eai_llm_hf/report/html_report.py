"""The HTML report: one self-contained page, with the movement to play and each claim next to its measurement.

The page is `templates/report.html` with its style and script; this module prepares what the template shows, and Jinja
escapes it. The movement over time is the drawing of `record_picture.py`; it is also what a browser prints or shows
without scripts, in place of the player.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import NUM_JOINTS

from .overview import certainty_of, note_kinds, overview
from .picture_page import FAINT, HIGHLIGHT, INK, SIDE_COLOURS
from .player_data import LONGEST_MOVEMENT_S, movement
from .record_picture import over_time_page
from .record_view import (
    LIMITS,
    NO_EVIDENCE,
    SIGNS,
    Heat,
    absent_words,
    attribution_of,
    change_words,
    cited,
    compared_words,
    explained_window,
    facts,
    highlight_words,
    highlights,
    holding_range,
    label_colours,
    left_out_words,
    most_likely,
    pieces,
    reasons_of,
    reference_words,
    row_colours,
    side_of_rows,
    sides,
    span_words,
    sure_words,
    value_words,
    verdict,
)
from .rendering import PART_COLOURS
from .templating import template

_HEADING = "Emotion from body movement"
MOST_BARS = 12


def render_html(sections: Sequence[Mapping[str, Any]]) -> str:
    """The page with these sections, one for each recording or person.

    Args:
        sections: Results of `section` and `error_section`.
    """
    title = _HEADING if len(sections) > 1 else f"{sections[0]['name']}: {_HEADING}"
    return template("report.html").render(
        title=title,
        heading=_HEADING,
        sections=sections,
        overview=overview(sections),
        faint=FAINT,
        limits=LIMITS,
        no_evidence=NO_EVIDENCE,
    )


def error_section(record: Mapping[str, Any], name: str, number: int) -> dict[str, Any]:
    """The section of a recording that could not be explained."""
    return {"id": f"clip-{number}", "name": name, "error": record["error"]["message"] or record["error"]["type"]}


def section(
    record: Mapping[str, Any], clip: UnifiedClip, name: str, number: int, alone: bool = False
) -> dict[str, Any]:
    """The section of a recording or person.

    Args:
        record: The record of one person.
        clip: The movement that the record describes.
        name: Name of the recording or person.
        number: Place of the section in the page; no two sections have the same.
        alone: Whether a single recording says what is typical.
    """
    seconds = len(clip.joints) / clip.fps
    heat = attribution_of(record)
    dropped = record.get("dropped_claims", 0)
    return {
        "id": f"clip-{number}",
        "name": name,
        "error": None,
        "label": record["label"],
        "score": f"{record['score']:.0%}",
        "probability": record["score"],
        "certainty": certainty_of(record),
        "changes": change_words(record),
        "facts": " · ".join(facts(record, seconds)),
        "key": colour_key(record),
        "sure": sure_words(record),
        "lanes": lanes(record),
        "notes": [note["message"] for note in record.get("notes", ())],
        "kinds": note_kinds(record),
        "absent": absent_words(record),
        "moving": [movement(record, clip)],
        "video": [],
        "picture": over_time_page(record, clip).as_svg(f"clip-{number}", _picture_words(record)),
        "captions": _captions(record, heat),
        "bars": bars(record),
        "left_out": left_out_words(record["scores"], MOST_BARS),
        "question": record.get("question"),
        "window": span_words(*explained_window(record)) if len(record["segments"]) > 1 else "",
        "pieces": linked_pieces(record),
        "dropped": _dropped_words(dropped) if dropped else None,
        "rows": _rows(record),
        "about_rows": _about_rows(record, alone),
        "details": _details(record, seconds),
    }


# ---------------------------------------------------------------------------------- what the app shows in the same way


def colour_key(record: Mapping[str, Any]) -> list[dict[str, str]]:
    """The colours of figure and text: each with its words, and the side of the reasons that have it or ""."""
    found = [
        {"colour": PART_COLOURS["left arm"], "words": "left side", "side": ""},
        {"colour": PART_COLOURS["right arm"], "words": "right side (hollow joints)", "side": ""},
        {"colour": PART_COLOURS["trunk"], "words": "head and trunk", "side": ""},
    ]
    if words := highlight_words(record):
        return [*found, {"colour": HIGHLIGHT, "words": f"{words}, at these times", "side": ""}]
    words_of = {"for": "speaks for the label", "against": "speaks against it (dashed)"}
    marked = {reason.side for reason in reasons_of(record)}  # on the body, or only in the text
    found += [
        {"colour": SIDE_COLOURS[side], "words": f"{sign} {words_of[side]}", "side": side}
        for side, sign in SIGNS.items()
        if side in marked
    ]
    if any(piece.rows and not set(piece.rows) & set(side_of_rows(record)) for piece in pieces(record)):
        found.append({"colour": HIGHLIGHT, "words": "underlined: measured, but no reason", "side": ""})
    return found


def bars(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The most likely labels with their probabilities, as bars; those of several windows have the colours of these."""
    colours = label_colours(record) if len(record["segments"]) > 1 else {}
    return [
        {
            "label": label,
            "words": f"{score:.0%}",
            "width": _short(100 * score),
            "colour": colours.get(label, ""),
            "own": label == record["label"],
        }
        for label, score in most_likely(record["scores"], MOST_BARS)
    ]


def linked_pieces(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The explanation in pieces, those that make claims with the rows, words and side of their evidence."""
    side_of = side_of_rows(record)
    return [
        {
            **piece._asdict(),
            "side": next((side_of[row] for row in piece.rows if row in side_of), ""),
            "title": "; ".join(_row_words(record["evidence"][row]) for row in piece.rows),
        }
        for piece in pieces(record)
    ]


def lanes(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """When each reason holds: where its bar begins and how long it is, in percent of the explained window.

    Nothing where all hold throughout: bars of full length say no more than the reasons themselves.
    """
    start, end = explained_window(record)
    found = []
    for reason in reasons_of(record):
        item = record["evidence"][reason.row]
        found.append(
            {
                **reason._asdict(),
                "claim": item["claim"],
                "body_part": item["body_part"],
                "time": _time_words(item),
                "left": _short(100 * (item["start_s"] - start) / (end - start)),
                "width": _short(100 * (item["end_s"] - item["start_s"]) / (end - start)),
            }
        )
    return found if any(lane["width"] < 100 for lane in found) else []


# --------------------------------------------------------------------------------------------- words of the picture


def _picture_words(record: Mapping[str, Any]) -> str:
    """What the movement over time shows, for people who cannot see it."""
    start, end = explained_window(record)
    words = f"The movement as stick figures from {start:.1f} to {end:.1f} seconds."
    by_side = sides(record)
    if any(by_side.values()):
        for side, parts in by_side.items():
            words += f" Reasons {side} the label: {_parts_words(parts)}." if parts else ""
        return words
    named = _parts_words(highlights(record))
    return f"{words} {highlight_words(record).capitalize()}: {named}." if named else words


def _parts_words(parts: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    return ", ".join(f"{part} {_times_words(times)}" for part, times in parts.items())


def _captions(record: Mapping[str, Any], heat: Heat | None) -> list[str]:
    """What the drawing shows besides the figures: the attribution, and the label of each window."""
    found = []
    if heat:
        label = f"“{heat.label}”"
        found.append(
            f"What counted for {label}: the drop in its probability when a body part is occluded during that time. "
            f"Purple: it speaks for {label}; brown: it speaks against it; white: no effect. Next to each body part: "
            f"the drop when it is occluded throughout. {_strongest(heat)}"
        )
    if len(record["segments"]) > 1:
        window = span_words(*explained_window(record))
        found.append(f"Figures, explanation and measurements describe {window}, the window marked by the line.")
    return found


def _strongest(heat: Heat) -> str:
    """Which body part speaks most for the label, and when."""
    parts = heat.values[1:]  # below the row of the whole body
    row, column = np.unravel_index(int(parts.argmax()), parts.shape)
    if parts[row, column] <= 0:
        return "Nothing speaks for it."
    return f"Strongest: {heat.parts[row + 1]}, {span_words(heat.edges[column], heat.edges[column + 1])}."


# ------------------------------------------------------------------------------------------------ claims and recording


def _short(value: float) -> float:
    return round(float(value), 1)


def _rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each piece of evidence, with its percentile on a scale of 180 units from 10 to 190."""
    rows = []
    reasons = reasons_of(record)
    table = zip(record["evidence"], cited(record), row_colours(record), strict=True)
    for number, (item, is_cited, colour) in enumerate(table):
        low, high = holding_range(item)
        place = item["percentile"]
        rows.append(
            {
                "kind": {True: "held", False: "failed", None: "unknown"}[item["holds"]],
                "cited": is_cited,
                "reasons": [reason for reason in reasons if reason.row == number],
                "claim": item["claim"],
                "body_part": item["body_part"],
                "descriptor": item["descriptor"],
                "definition": DESCRIPTORS[DESCRIPTOR_INDEX[item["descriptor"]]].definition,
                "value": value_words(item),
                "percentile": "–" if place is None else f"{place:.0f}",
                "compared": compared_words(item),
                "time": _time_words(item),
                "start_s": item["start_s"],
                "end_s": item["end_s"],
                "verdict": verdict(item),
                "words": _row_words(item),
                "band_x": _short(10 + 1.8 * low),
                "band_width": _short(1.8 * (high - low)),
                "place": None if place is None else _short(10 + 1.8 * place),
                "fill": colour if is_cited else "#FFFFFF",
                "stroke": colour if is_cited else INK,
            }
        )
    return rows


def _about_rows(record: Mapping[str, Any], alone: bool) -> str:
    """What the claims of the table are, and what their scales show."""
    unusual = "These claims are unusual."
    if any(piece.rows for piece in pieces(record)):
        text = "answer" if record.get("question") else "explanation"
        unusual = f"Bold: cited in the {text}. The other claims are unusual as well."
    return " ".join(filter(None, (unusual, "The middle of a scale is typical.", reference_words(record, alone))))


def _row_words(item: Mapping[str, Any]) -> str:
    """A piece of evidence in words."""
    low, high = holding_range(item)
    place = "no percentile" if item["percentile"] is None else f"percentile {item['percentile']:.0f}"
    place += compared_words(item) or " of the reference"
    return (
        f"{item['claim']}: {value_words(item)}, {place}, {_time_words(item)}; it holds from {low:.0f} to {high:.0f}; "
        f"{verdict(item)}"
    )


def _time_words(item: Mapping[str, Any]) -> str:
    return span_words(item["start_s"], item["end_s"])


def _times_words(times: Sequence[tuple[float, float]]) -> str:
    return " and ".join(span_words(start, end) for start, end in dict.fromkeys(times))


def _dropped_words(dropped: int) -> str:
    if dropped == 1:
        return "One statement of the language model did not agree with the measurements and was left out."
    return f"{dropped} statements of the language model did not agree with the measurements and were left out."


def _details(record: Mapping[str, Any], seconds: float) -> list[tuple[str, str]]:
    """Names and values that describe the recording and the model."""
    skeleton = record["skeleton"]
    missing = skeleton["missing_joints"]
    found = f"{NUM_JOINTS - len(missing)} of {NUM_JOINTS}"
    details = [
        ("file", record["source"]),
        ("length", f"{seconds:.1f} s; {skeleton['frames']} frames at {skeleton['fps']:g} frames/s"),
        ("rig", skeleton["layout"] or "not a known one; joints were matched by name"),
        ("joints found", f"{found}; missing: {', '.join(missing)}" if missing else found),
        ("axes and unit", f"{skeleton['up_axis']} points up; one unit is {skeleton['unit_scale']:g} m"),
        ("model", record["model"]),
    ]
    if seconds > LONGEST_MOVEMENT_S:
        details.append(("shown", "only the explained window, because the recording is long"))
    return details
