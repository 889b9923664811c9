"""Records as one HTML page that needs nothing else: the movement to play, and each claim beside its measurement.

The page is `templates/report.html` with its style and script. Here its words and places are worked out: what the
template gets is finished but for escaping, which Jinja does. Without a script the page shows the movement as a row of
figures; so it prints.
"""

import base64
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, NUM_JOINTS

from .picture_page import FAINT, HIGHLIGHT, INK, MUTED
from .record_view import (
    LIMITS,
    Heat,
    attribution_of,
    cited,
    explained_window,
    facts,
    greatest,
    heat_colours,
    highlights,
    holding_range,
    is_dark,
    label_colours,
    pieces,
    signed,
    value_words,
    verdict,
    windows_of,
)
from .rendering import (
    HEAD_RADIUS,
    PART_COLOURS,
    TURN,
    bones_of,
    head_centre,
    joints_present,
    lay_out_strip,
    marked_at,
)

if TYPE_CHECKING:
    from jinja2 import Template

LONGEST_MOVEMENT_S = 60.0
"""Of a longer recording the page plays the explained window alone."""

_HEADING = "Emotion from body movement"
_MOST_BARS = 12
_WIDTH = 1000.0
"""Of strip, timeline and heat map, in units of their drawing."""

_HEAT_LEFT, _HEAT_ROW = 150.0, 24.0
_TICK_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)


def render_html(sections: Sequence[Mapping[str, Any]]) -> str:
    """The page with these sections, one a recording or person.

    Args:
        sections: What `section` and `error_section` give.
    """
    title = _HEADING if len(sections) > 1 else f"{sections[0]['name']}: {_HEADING}"
    numbered = [{**part, "id": f"clip-{number}"} for number, part in enumerate(sections, start=1)]
    return _template().render(
        title=title,
        heading=_HEADING,
        sections=numbered,
        colours=PART_COLOURS,
        highlight=HIGHLIGHT,
        faint=FAINT,
        limits=LIMITS,
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("eai_llm_hf.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def error_section(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The section of a recording that could not be explained."""
    return {"name": name, "error": record["error"]["message"] or record["error"]["type"]}


def section(record: Mapping[str, Any], clip: UnifiedClip, name: str) -> dict[str, Any]:
    """The section of a recording or person.

    Args:
        record: As the pipeline gives it for one person.
        clip: The movement that the record is about.
        name: What to call it.
    """
    seconds = len(clip.joints) / clip.fps
    over_time = len(record["segments"]) > 1
    colours = label_colours(record) if over_time else {record["label"]: MUTED}
    heat = attribution_of(record)
    bars = greatest(record["scores"], _MOST_BARS)
    left_out = len(record["scores"]) - len(bars)
    dropped = record.get("dropped_claims", 0)
    return {
        "name": name,
        "error": None,
        "label": record["label"],
        "score": f"{record['score']:.0%}",
        "facts": " · ".join(facts(record, seconds)),
        "highlighted": bool(highlights(record)),
        "moving": _movement(record, clip),
        "strip": _strip(record, clip),
        "bars": [
            {
                "label": label,
                "words": f"{score:.0%}",
                "width": _short(100 * score),
                "colour": colours.get(label, FAINT),
                "own": label == record["label"],
            }
            for label, score in bars
        ],
        "left_out": f"and {left_out} more, each at most {bars[-1][1]:.1%}" if left_out else None,
        "question": record.get("question"),
        "pieces": [
            {**piece._asdict(), "title": "; ".join(_row_words(record["evidence"][row]) for row in piece.rows)}
            for piece in pieces(record)
        ],
        "dropped": _dropped_words(dropped) if dropped else None,
        "rows": _rows(record),
        "heat": _heat(heat) if heat else None,
        "details": _details(record, seconds),
        **_timeline(record, colours),
    }


# ------------------------------------------------------------------------------------------------------- the movement


def _movement(record: Mapping[str, Any], clip: UnifiedClip) -> dict[str, Any]:
    """What the script plays: joints in whole millimetres around the pelvis, its way over the floor in centimetres."""
    start, end = explained = explained_window(record)
    if len(clip.joints) / clip.fps <= LONGEST_MOVEMENT_S:
        start, end = 0.0, len(clip.joints) / clip.fps
    first = round(start * clip.fps)
    joints = clip.joints[first : round(end * clip.fps)]
    travel = joints[:, JOINT_INDEX["pelvis"], ::2]
    around = np.array(joints)
    around[..., ::2] -= travel[:, None]
    around[:, ~clip.joint_mask] = 0.0
    present = joints_present(clip.joint_mask)
    shown = highlights(record)
    claims = [
        {
            "row": row,
            "claim": item["claim"],
            "when": _time_words(item),
            "parts": [part for part in marked_at((item["body_part"],), 0.0) if part in present],
            "start": item["start_s"],
            "end": item["end_s"],
            "shown": is_cited and item["holds"] is True and item["body_part"] in shown,
        }
        for row, (item, is_cited) in enumerate(zip(record["evidence"], cited(record), strict=True))
    ]
    return {
        "frames": len(joints),
        "count": NUM_JOINTS,
        "fps": clip.fps,
        "start": first / clip.fps,
        "opens": round(explained[0] * clip.fps) - first,
        "joints": _packed(1000.0 * around),
        "travel": _packed(100.0 * (travel - travel[:1])),
        "bones": bones_of(clip.joint_mask),
        "parts": present,
        "colours": PART_COLOURS,
        "highlight": HIGHLIGHT,
        "head": JOINT_INDEX["head"] if clip.joint_mask[JOINT_INDEX["head"]] else None,
        "head_radius": HEAD_RADIUS,
        "yaw": TURN,
        "claims": claims,
    }


def _packed(values: np.ndarray) -> str:
    """Whole numbers of two bytes, the lower one first, as base64."""
    whole = np.clip(np.rint(values), -32768, 32767).astype("<i2")
    return base64.b64encode(whole.tobytes()).decode("ascii")


def _strip(record: Mapping[str, Any], clip: UnifiedClip) -> dict[str, Any]:
    """The explained window as a row of stick figures, in units of the drawing."""
    start, end = explained_window(record)
    strip = lay_out_strip(clip, None, 3.4, start, end)
    unit = _WIDTH / (strip.right - strip.left)
    present, bones, marked = joints_present(clip.joint_mask), bones_of(clip.joint_mask), highlights(record)
    figures = []
    for frame, centre in zip(strip.frames, strip.centres, strict=True):
        flat, depth = strip.flat[frame - strip.first], strip.depth[frame - strip.first]
        places = np.stack([centre + flat[:, 0] - strip.left, strip.top - flat[:, 1]], axis=1) * unit
        lit = marked_at(marked, float(frame / clip.fps))
        parts = []
        for part in sorted(present, key=lambda part: float(depth[present[part]].mean())):
            lines = [(places[joint], places[parent]) for joint, parent, owner in bones if owner == part]
            head = None
            if part == "head" and clip.joint_mask[JOINT_INDEX["head"]]:
                x, y = head_centre(flat, clip.joint_mask)
                head = [_short(unit * v) for v in (centre + x - strip.left, strip.top - y, HEAD_RADIUS)]
            parts.append(
                {
                    "lines": " ".join(f"M{_point(a)}L{_point(b)}" for a, b in lines),
                    "colour": HIGHLIGHT if part in lit else PART_COLOURS[part],
                    "width": 5 if part in lit else 3.5,
                    "hollow": part.startswith("right"),
                    "dots": [
                        [_short(v) for v in places[joint]] for joint in present[part] if part not in ("head", "trunk")
                    ],
                    "head": head,
                }
            )
        seconds = f"{frame / clip.fps:.1f} s"
        figures.append({"parts": parts, "x": _short(unit * (centre - strip.left)), "seconds": seconds})
    floor = _short(unit * strip.top)
    named = ", ".join(f"{part} {_times_words(times)}" for part, times in marked.items())
    words = f"The movement as stick figures from {start:.1f} to {end:.1f} seconds."
    return {
        "view_box": f"0 0 {_WIDTH:g} {_short(unit * (strip.top - strip.bottom))}",
        "ground": f"M0,{floor}H{_WIDTH:g}",
        "figures": figures,
        "text_y": _short(unit * (strip.top - strip.lowest + 0.16)),
        "words": f"{words} Named in the explanation: {named}." if named else words,
    }


def _short(value: float) -> float:
    return round(float(value), 1)


def _point(place: np.ndarray) -> str:
    return f"{_short(place[0])},{_short(place[1])}"


# ----------------------------------------------------------------------------------------------------- over the time


def _timeline(record: Mapping[str, Any], colours: Mapping[str, str]) -> dict[str, Any]:
    """The windows with their labels, and the explained one, on a line over the whole recording."""
    windows = windows_of(record)
    unit = _WIDTH / windows[-1].end_s
    start, end = explained_window(record)
    drawn = []
    for window in windows:
        colour, width = colours.get(window.label, FAINT), unit * (window.end_s - window.start_s)
        words = f"{window.label} {window.score:.0%}"
        drawn.append(
            {
                "x": _short(unit * window.start_s),
                "width": _short(width),
                "middle": _short(unit * window.start_s + 0.5 * width),
                "colour": colour,
                "ink": "#FFFFFF" if is_dark(colour) else INK,
                "words": f"{_span_words(window.start_s, window.end_s)}: {words}",
                # 8 units to a letter of this size
                "text": next((text for text in (words, window.label) if 8 * len(text) < width - 10), None),
            }
        )
    explained = {"x": _short(unit * start), "width": _short(unit * (end - start)), "words": _span_words(start, end)}
    return {"windows": drawn, "explained": explained, "ticks": _ticks(0.0, windows[-1].end_s, 0.0)}


def _ticks(start: float, end: float, left: float) -> list[dict[str, Any]]:
    """About ten seconds to write under a line from `left` to the right edge."""
    step = next((step for step in _TICK_STEPS if (end - start) / step <= 12), _TICK_STEPS[-1])
    unit = (_WIDTH - left) / (end - start)
    values = np.arange(np.ceil(start / step - 1e-6), np.floor(end / step + 1e-6) + 1) * step
    return [
        {
            "x": _short(left + unit * (value - start)),
            "words": f"{value:g} s",
            # Words at the edges of the drawing stay inside it.
            "anchor": "start" if value <= start and not left else "end" if value > end - 0.3 * step else "middle",
        }
        for value in (np.round(values, 3) + 0.0).tolist()  # no -0
    ]


def _heat(heat: Heat) -> dict[str, Any]:
    """The attribution as a field of colours, and where most of it lies in words."""
    start, end = heat.edges[0], heat.edges[-1]
    unit = (_WIDTH - _HEAT_LEFT) / (end - start)
    spans = list(zip(heat.edges, heat.edges[1:], strict=False))
    rows = [
        {
            "part": part if total is None else f"{part} {signed(total)}",
            "y": _HEAT_ROW * number,
            "cells": [
                {
                    "x": _short(_HEAT_LEFT + unit * (first - start)),
                    "width": _short(unit * (last - first)),
                    "colour": colour,
                    "words": f"{part}, {_span_words(first, last)}: {signed(value)}",
                }
                for (first, last), colour, value in zip(spans, colours, values, strict=True)
            ],
        }
        for number, (part, total, colours, values) in enumerate(
            zip(heat.parts, heat.totals, heat_colours(heat.values), heat.values.tolist(), strict=True)
        )
    ]
    parts = heat.values[1:]  # below the row of the whole body
    row, column = np.unravel_index(int(parts.argmax()), parts.shape)
    words = "Nothing spoke for it."
    if parts[row, column] > 0:
        words = f"Most of all: {heat.parts[row + 1]}, {_span_words(*spans[column])}."
    height = _HEAT_ROW * len(heat.parts) + 20
    ticks = _ticks(start, end, _HEAT_LEFT)
    return {"label": heat.label, "rows": rows, "height": height, "ticks": ticks, "words": words}


# ------------------------------------------------------------------------------------------------ claims and recording


def _rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each piece of evidence with its place on a scale of 180 units for 100 percentiles."""
    rows = []
    for item, is_cited in zip(record["evidence"], cited(record), strict=True):
        low, high = holding_range(item)
        place = item["percentile"]
        rows.append(
            {
                "kind": {True: "held", False: "failed", None: "unknown"}[item["holds"]],
                "cited": is_cited,
                "claim": item["claim"],
                "body_part": item["body_part"],
                "descriptor": item["descriptor"],
                "definition": DESCRIPTORS[DESCRIPTOR_INDEX[item["descriptor"]]].definition,
                "value": value_words(item),
                "percentile": "–" if place is None else f"{place:.0f}",
                "time": _time_words(item),
                "start_s": item["start_s"],
                "end_s": item["end_s"],
                "verdict": verdict(item),
                "words": _row_words(item),
                "band_x": _short(10 + 1.8 * low),
                "band_width": _short(1.8 * (high - low)),
                "place": None if place is None else _short(10 + 1.8 * place),
                "fill": HIGHLIGHT if is_cited else "#FFFFFF",
                "stroke": HIGHLIGHT if is_cited else INK,
            }
        )
    return rows


def _row_words(item: Mapping[str, Any]) -> str:
    """A measurement as a sentence."""
    low, high = holding_range(item)
    place = "no percentile" if item["percentile"] is None else f"percentile {item['percentile']:.0f}"
    return (
        f"{item['claim']}: {value_words(item)}, {place} of the reference, {_time_words(item)}; it holds from "
        f"{low:.0f} to {high:.0f}; {verdict(item)}"
    )


def _time_words(item: Mapping[str, Any]) -> str:
    return _span_words(item["start_s"], item["end_s"])


def _span_words(start: float, end: float) -> str:
    return f"{start:.1f}–{end:.1f} s"


def _times_words(times: Sequence[tuple[float, float]]) -> str:
    return " and ".join(_span_words(start, end) for start, end in dict.fromkeys(times))


def _dropped_words(dropped: int) -> str:
    if dropped == 1:
        return "One statement was taken out of the text, since the measured movement does not bear it out."
    return f"{dropped} statements were taken out of the text, since the measured movement does not bear them out."


def _details(record: Mapping[str, Any], seconds: float) -> list[tuple[str, str]]:
    """What the recording was and who judged it, as names and words."""
    skeleton = record["skeleton"]
    missing = skeleton["missing_joints"]
    found = f"{NUM_JOINTS - len(missing)} of {NUM_JOINTS}"
    details = [
        ("file", record["source"]),
        ("length", f"{seconds:.1f} s; {skeleton['frames']} frames at {skeleton['fps']:g} a second"),
        ("rig", skeleton["layout"] or "none that is known; joints were matched by name"),
        ("joints found", f"{found}; missing: {', '.join(missing)}" if missing else found),
        ("axes and unit", f"{skeleton['up_axis']} points up; one unit is {skeleton['unit_scale']:g} m"),
        ("model", record["model"]),
    ]
    if seconds > LONGEST_MOVEMENT_S:
        details.append(("shown", "the explained window; the recording is too long for all of it"))
    return details
