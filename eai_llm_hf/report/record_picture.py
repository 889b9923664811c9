"""The drawing of a record: movement over time, probabilities, explanation and evidence on one page.

The HTML report embeds the upper part, the movement over time, and has the rest as text.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eai_llm_hf.processing.skeleton.clip import UnifiedClip

from .picture_page import (
    AGAINST,
    FAINT,
    FOR,
    INK,
    MARGIN,
    MUTED,
    PICTURE_WIDTH,
    Page,
    picture_path,
    shorten,
    text_width,
    tooltip,
)
from .record_view import (
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
    heat_colours,
    highlight_words,
    highlights,
    holding_range,
    is_dark,
    label_colours,
    left_out_words,
    most_likely,
    reasons_of,
    reference_words,
    row_colours,
    sides,
    signed,
    span_words,
    sure_words,
    value_words,
    windows_of,
)
from .rendering import draw_key, draw_strip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAND = "#E3E7EC"
_MOST_BARS = 8
_WIDE = PICTURE_WIDTH - 2 * MARGIN
_STRIP_HEIGHT, _HEAT_ROW, _LANE, _LINE = 2.95, 0.2, 0.24, 0.2
_CLAIM_WIDTH, _SCALE_WIDTH = 3.2, 1.75
"""Lengths in inches."""


def draw_record(record: Mapping[str, Any], clip: UnifiedClip, path: str | Path, title: str | None = None) -> None:
    """Writes the drawing of a record as a picture; see `record_page`.

    Args:
        record: The record of one person.
        clip: The movement that the record describes.
        path: File to write: .png, .pdf or .svg.
        title: Name of the recording (default: the name of its file).

    Raises:
        ValueError: If the path has another suffix, or the record is an error record.
    """
    path = picture_path(path)
    record_page(record, clip, title).save(path)


def error_page(record: Mapping[str, Any]) -> Page:
    """The page of a clip that could not be explained: its name and the error."""
    lines = _wrap(record["error"]["message"], PICTURE_WIDTH - 2 * MARGIN)
    page = Page(1.0 + 0.235 * len(lines) + 0.3)
    name = shorten(Path(record["source"]).name, PICTURE_WIDTH - 2 * MARGIN, 16, "bold")
    page.write(MARGIN, 0.3, name, fontsize=16, weight="bold")
    page.write(MARGIN, 0.66, "could not be explained", color=MUTED)
    for number, line in enumerate(lines):
        page.write(MARGIN, 0.98 + 0.235 * number, line, gid="error")
    return page


def record_page(record: Mapping[str, Any], clip: UnifiedClip, title: str | None = None) -> Page:
    """The drawing of a record.

    At the top is the movement over time, as in `over_time_page`, and when each reason holds. Below are the
    probabilities with how sure the label is, the explanation and, for each piece of evidence, where the measured value
    lies in the reference. Claims that do not hold are struck through.

    Args:
        record: The record of one person.
        clip: The movement that the record describes.
        title: Name of the recording (default: the name of its file).

    Raises:
        ValueError: If the record is an error record.
    """
    if "error" in record:
        raise ValueError(f"{record['source']}: the record holds an error and no result: {record['error']['message']}")
    left_width, right_width = 2.8, _WIDE - 2.8 - 0.45
    right = PICTURE_WIDTH - MARGIN - right_width
    evidence, said = record["evidence"], cited(record)
    lines = _wrap(record["explanation"], right_width)
    question = _wrap(f"“{record['question']}”", right_width) if "question" in record else []

    over_time_top = 1.0
    reasons_top = over_time_top + _over_time_height(record)
    lower_top = reasons_top + _lanes_height(record)
    text_height = 0.38 + 0.235 * (len(lines) + len(question)) if lines or question else 0.0
    scale_top = lower_top + text_height + (0.22 if text_height else 0.0)
    rows = [_wrap(item["claim"], _CLAIM_WIDTH, weight="bold") for item in evidence]
    right_height = scale_top - lower_top + (0.55 + _row_heights(rows).sum() if rows else 0.3)
    bars = min(len(record["scores"]), _MOST_BARS)
    beneath = [line for words in _beneath(record) for line in (*_wrap(words, left_width, 10.0), "")]
    beneath_top = lower_top + 0.29 + 0.36 * bars + (0.4 if len(record["scores"]) > bars else 0.2)
    page = Page(max(lower_top + float(right_height), beneath_top + _LINE * len(beneath)) + 0.3)

    _write_header(page, record, clip, title or Path(record["source"]).name)
    _draw_over_time(page, over_time_top, record, clip)
    _draw_lanes(page, reasons_top, record)
    draw_key(page.area(PICTURE_WIDTH / 2, 0.72, PICTURE_WIDTH / 2 - MARGIN, 0.26), *_key_of(record))
    for number, line in enumerate(beneath):
        page.write(MARGIN, beneath_top + _LINE * number, line, fontsize=10.0, color=MUTED)
    page.write(MARGIN, lower_top, "How likely", weight="bold", fontsize=11.5)
    _draw_scores(page.area(MARGIN, lower_top + 0.29, left_width, 0.36 * bars), record)
    if text_height:
        page.write(right, lower_top, "Answer" if question else "Why", weight="bold", fontsize=11.5)
        for number, line in enumerate(question + lines):
            colour = MUTED if number < len(question) else INK
            page.write(right, lower_top + 0.36 + 0.235 * number, line, color=colour)
    page.write(right, scale_top, "Measured", weight="bold", fontsize=11.5)
    if rows:
        _draw_evidence(page, right, scale_top, evidence, rows, said, row_colours(record))
    else:
        page.write(right, scale_top + 0.36, NO_EVIDENCE, color=MUTED)
    return page


def over_time_page(record: Mapping[str, Any], clip: UnifiedClip) -> Page:
    """The movement over time, as the HTML report embeds it.

    Stick figures show the explained window. Body parts of the reasons for the label and against it have their colours
    at the times of these; without reasons, those that the explanation names in claims that hold are marked. Below them
    are the attribution, if the record has one, and the label of each window, if the recording has several.

    Args:
        record: The record of one person.
        clip: The movement that the record describes.
    """
    page = Page(_over_time_height(record))
    _draw_over_time(page, 0.0, record, clip)
    return page


def _over_time_height(record: Mapping[str, Any]) -> float:
    heat = attribution_of(record)
    ribbon = 1.15 if len(record["segments"]) > 1 else 0.15
    return _STRIP_HEIGHT + 0.1 + (_HEAT_ROW * len(heat.parts) + 0.75 if heat else 0.0) + ribbon


def _draw_over_time(page: Page, top: float, record: Mapping[str, Any], clip: UnifiedClip) -> None:
    """Figures, attribution and labels of the windows, from `top` inches downwards."""
    start, end = explained_window(record)
    named = () if reasons_of(record) else highlights(record)
    draw_strip(page.area(MARGIN, top, _WIDE, _STRIP_HEIGHT), clip, None, named, start, end, sides(record))
    top += _STRIP_HEIGHT + 0.1
    if heat := attribution_of(record):
        _draw_heat(page, top, heat)
        top += _HEAT_ROW * len(heat.parts) + 0.75
    if len(record["segments"]) > 1:
        _draw_ribbon(page.area(MARGIN, top + 0.3, _WIDE, 0.3), record, start, end)


def _key_of(record: Mapping[str, Any]) -> tuple[str, list[str]]:
    """What body parts are marked for without reasons, and the sides that mark some: what the legend explains."""
    return highlight_words(record), [side for side, parts in sides(record).items() if parts]


def _beneath(record: Mapping[str, Any]) -> list[str]:
    """What stands below the probabilities: how sure the label is, the comparison, notes, and what was not measured."""
    compared = reference_words(record)
    notes = [f"Note: {note['message']}." for note in record.get("notes", ())]
    absent = [f"Not measured: {names}. {why.capitalize()}." for why, names in absent_words(record)]
    first = " ".join([change_words(record), *sure_words(record)]).strip()
    return [first, *([] if compared is None else [compared]), *notes, *absent]


def _lanes_height(record: Mapping[str, Any]) -> float:
    reasons = reasons_of(record)
    return _LANE * len(reasons) + 0.85 if reasons else 0.0


def _draw_lanes(page: Page, top: float, record: Mapping[str, Any]) -> None:
    """Draws when each reason holds: a full bar for the label, a hatched one against it."""
    reasons = reasons_of(record)
    if not reasons:
        return
    evidence = [record["evidence"][reason.row] for reason in reasons]
    names = [
        shorten(f"{SIGNS[reason.side]} {item['claim']}", 4.5, 10)
        for reason, item in zip(reasons, evidence, strict=True)
    ]
    begin = max(text_width(name, 10) for name in names) + 0.12
    page.write(MARGIN, top, "Reasons over time", weight="bold", fontsize=11.5)
    axes = page.area(MARGIN + begin, top + 0.28, _WIDE - begin, _LANE * len(reasons))
    start, end = explained_window(record)
    for row, (reason, item) in enumerate(zip(reasons, evidence, strict=True)):
        colour = FOR if reason.side == "for" else AGAINST
        style: dict[str, Any] = {"facecolor": colour} if reason.side == "for" else {"facecolor": "w", "hatch": "////"}
        style |= {"edgecolor": colour, "linewidth": 0.8, "gid": f"reason {reason.side}"}
        axes.barh(row, end - start, left=start, height=0.5, color=_BAND)
        axes.barh(row, item["end_s"] - item["start_s"], left=item["start_s"], height=0.5, **style)
    axes.set(xlim=(start, end), ylim=(len(names) - 0.5, -0.5))
    _style_seconds(axes)
    axes.set_yticks(range(len(names)), names, parse_math=False)
    axes.tick_params(axis="y", length=0, labelcolor=INK)


def _row_heights(rows: Sequence[Sequence[str]]) -> np.ndarray:
    """Height in inches of each row of evidence, from its number of lines."""
    return np.array([0.08 + 0.22 * len(lines) for lines in rows])


def _wrap(text: str, width: float, fontsize: float = 10.5, weight: str = "normal") -> list[str]:
    """The text in lines of at most `width` inches; a longer word is split."""
    lines = [""]
    for word in text.split():
        while text_width(word, fontsize, weight) > width and len(word) > 1:
            fits = max(1, int(len(word) * width / text_width(word, fontsize, weight)) - 1)
            lines.append(word[:fits])
            word = word[fits:]
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, fontsize, weight) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return [line for line in lines if line]


def _write_header(page: Page, record: Mapping[str, Any], clip: UnifiedClip, title: str) -> None:
    """Writes the label with its probability, the name of the recording, and facts about it."""
    label = shorten(record["label"], 5.0, 21, "bold")
    page.write(MARGIN, 0.47, label, fontsize=21, weight="bold", va="center_baseline")
    after = MARGIN + text_width(label, 21, "bold") + 0.2
    page.write(after, 0.47, f"{record['score']:.0%}", fontsize=21, color=MUTED, va="center_baseline")
    room = PICTURE_WIDTH - MARGIN - after - 1.2
    name = shorten(title, max(room, 1.0), 11.5, "bold")
    page.write(PICTURE_WIDTH - MARGIN, 0.3, name, fontsize=11.5, weight="bold", ha="right", va="center")
    known = "  ·  ".join(facts(record, len(clip.joints) / clip.fps))
    page.write(PICTURE_WIDTH - MARGIN, 0.55, known, color=MUTED, ha="right", va="center")


def _draw_heat(page: Page, top: float, heat: Heat) -> None:
    """Draws how much each body part contributes at each time, as coloured cells."""
    names = [
        part if total is None else f"{part} {signed(total)}"
        for part, total in zip(heat.parts, heat.totals, strict=True)
    ]
    start = max(text_width(name, 10) for name in names) + 0.12
    page.write(MARGIN, top, f"What counted for {shorten(heat.label, 2.5, 11.5)}", weight="bold", fontsize=11.5)
    legend = "drop in probability when occluded · purple: speaks for it · brown: speaks against it"
    page.write(PICTURE_WIDTH - MARGIN, top + 0.02, legend, color=MUTED, fontsize=10, ha="right")
    axes = page.area(MARGIN + start, top + 0.28, _WIDE - start, _HEAT_ROW * len(names))
    spans = list(zip(heat.edges, heat.edges[1:], strict=False))
    cells = zip(heat.parts, heat_colours(heat.values), heat.values.tolist(), strict=True)
    for row, (part, colours, values) in enumerate(cells):
        for (first, last), colour, value in zip(spans, colours, values, strict=True):
            words = tooltip(f"{part}, {span_words(first, last)}: {signed(value)}")
            style: dict[str, Any] = {"facecolor": colour, "edgecolor": _BAND, "linewidth": 0.6, "gid": words}
            axes.barh(row, last - first, left=first, height=1.0, **style)
    axes.set(xlim=(heat.edges[0], heat.edges[-1]), ylim=(len(names) - 0.5, -0.5))
    _style_seconds(axes)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0, labelcolor=INK)


def _draw_scores(axes: "Axes", record: Mapping[str, Any]) -> None:
    """Draws the highest probabilities as horizontal bars."""
    scores = dict(most_likely(record["scores"], _MOST_BARS))
    colours = label_colours(record)
    names = [shorten(label, 1.25, 10.5) for label in scores]
    start = max(text_width(name, 10.5) for name in names) + 0.12
    width = axes.get_position().width * PICTURE_WIDTH
    full = width - start - 0.5
    for row, (label, name) in enumerate(zip(scores, names, strict=True)):
        style: dict[str, Any] = {"va": "center", "ha": "right", "fontsize": 10.5, "color": INK, "parse_math": False}
        style["weight"] = "bold" if label == record["label"] else "normal"
        axes.text(start - 0.12, row, name, **style)
        axes.barh(row, full, left=start, height=0.5, color=_BAND)
        colour = colours.get(label, FAINT)
        axes.barh(row, full * scores[label], left=start, height=0.5, color=colour, gid=f"score {label}")
        axes.text(width, row, f"{scores[label]:.0%}", **style)
    axes.set(xlim=(0, width), ylim=(len(scores) - 0.5, -0.5))
    axes.set_axis_off()
    if words := left_out_words(record["scores"], _MOST_BARS):
        axes.text(0.0, len(scores) - 0.35, words, fontsize=10, color=MUTED, va="top")


def _draw_ribbon(axes: "Axes", record: Mapping[str, Any], start: float, end: float) -> None:
    """Draws the label of each window over time, and a line above the explained window."""
    windows, colours = windows_of(record), label_colours(record)
    total = windows[-1].end_s
    width = axes.get_position().width * PICTURE_WIDTH
    for window in windows:
        colour, length = colours[window.label], window.end_s - window.start_s
        text = f"{window.label}  {window.score:.0%}"
        words = tooltip(f"{span_words(window.start_s, window.end_s)}: {text}")
        style: dict[str, Any] = {"color": colour, "edgecolor": "white", "linewidth": 1.0, "gid": words}
        axes.barh(0, length, left=window.start_s, height=1.0, **style)
        room = length / total * width - 0.1
        if text_width(text, 10) > room:
            text = window.label
        if text_width(text, 10) <= room:
            centre, ink = 0.5 * (window.start_s + window.end_s), "white" if is_dark(colour) else INK
            style = {"ha": "center", "va": "center_baseline", "fontsize": 10, "parse_math": False, "gid": words}
            axes.text(centre, 0, text, color=ink, **style)
    axes.plot([start, end], [-0.78, -0.78], color=INK, linewidth=1.6, clip_on=False, solid_capstyle="butt")
    centre = min(max(0.5 * (start + end), total * 0.6 / width), total * (1 - 0.6 / width))
    axes.text(centre, -0.9, "shown above", ha="center", va="bottom", fontsize=10, color=INK)
    axes.set(xlim=(0, total), ylim=(0.5, -0.5), yticks=[])
    _style_seconds(axes)


def _style_seconds(axes: "Axes") -> None:
    """Makes the horizontal axis a plain one of seconds, whose labels stay between its ends."""
    axes.tick_params(labelsize=10, labelcolor=MUTED, color=FAINT, length=3)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} s")
    start, end = axes.get_xlim()
    near = 0.25 / (axes.get_position().width * PICTURE_WIDTH) * (end - start)  # half of the widest label, in seconds
    axes.set_xticks([place for place in axes.get_xticks() if start <= place <= end])
    for place, label in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True):
        label.set_horizontalalignment("left" if place < start + near else "right" if place > end - near else "center")
    axes.spines[:].set_visible(False)


def _draw_evidence(
    page: Page,
    left: float,
    top: float,
    evidence: Sequence[Mapping[str, Any]],
    rows: Sequence[Sequence[str]],
    said: Sequence[bool],
    colours: Sequence[str],
) -> None:
    """Draws each claim with its percentile in the reference and its value; claims that fail are struck through.

    The thick grey part of each scale is where the claim holds.
    """
    scale_left = left + _CLAIM_WIDTH + 0.25
    value_left = scale_left + _SCALE_WIDTH + 0.2
    heights = _row_heights(rows)
    body_top, total = top + 0.52, float(heights.sum())
    heading: dict[str, Any] = {"ha": "center", "color": MUTED, "fontsize": 10}
    compared = {compared_words(item) for item in evidence if item["percentile"] is not None}
    what = f"percentile{compared.pop() if len(compared) == 1 else ''} (grey: holds)"
    page.write(scale_left + 0.5 * _SCALE_WIDTH, top + 0.05, what, **heading)
    axes = page.area(scale_left, body_top, _SCALE_WIDTH, total)
    middles = np.cumsum(heights) - 0.5 * heights
    for item, lines, middle, is_cited, own in zip(evidence, rows, middles, said, colours, strict=True):
        failed = item["holds"] is False
        ink = MUTED if failed or item["holds"] is None else INK
        for number, line in enumerate(lines):
            place = body_top + middle + 0.22 * (number - 0.5 * (len(lines) - 1))
            style: dict[str, Any] = {
                "weight": "bold" if is_cited and item["holds"] else "normal",
                "color": ink,
                "va": "center",
            }
            page.write(left, place, line, gid="claim", **style)
            if failed:
                _strike(page, left, place + 0.01, text_width(line, 10.5))
        page.write(value_left, body_top + middle, value_words(item), color=ink, va="center")
        low, high = holding_range(item)
        axes.barh(middle, high - low, left=low, height=0.17, color=_BAND, zorder=0, gid="where it holds")
        axes.plot([0, 100], [middle, middle], color=FAINT, linewidth=1.0, zorder=1)
        if item["percentile"] is None:
            continue
        colour = MUTED if failed else own if is_cited else INK
        marker: dict[str, Any] = {"marker": "x", "markersize": 8, "markeredgewidth": 2.2, "gid": "failed"}
        if not failed:
            face = colour if is_cited else "white"
            marker = {"marker": "o", "markersize": 8.5, "markeredgewidth": 1.8, "markerfacecolor": face, "gid": "held"}
        axes.plot(item["percentile"], middle, color=colour, linestyle="", clip_on=False, zorder=3, **marker)
    axes.set(xlim=(0, 100), ylim=(total, 0), yticks=[], xticks=[0, 50, 100])
    axes.xaxis.tick_top()
    axes.set_xticklabels(["0", "typical", "100"], fontsize=10, color=MUTED)
    axes.tick_params(length=0, pad=3)
    axes.spines[:].set_visible(False)


def _strike(page: Page, left: float, top: float, width: float) -> None:
    from matplotlib.lines import Line2D

    height = 1 - top / page.height
    line = Line2D([left / PICTURE_WIDTH, (left + width) / PICTURE_WIDTH], [height, height], color=MUTED, linewidth=1.3)
    line.set_gid("struck through")
    page.figure.add_artist(line)
