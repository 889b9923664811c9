"""A picture of a clip beside what the pipeline says about it: figures, probabilities, explanation, evidence."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eai_llm_hf.processing.skeleton.clip import UnifiedClip

from .picture_page import (
    FAINT,
    HIGHLIGHT,
    INK,
    MARGIN,
    MUTED,
    PICTURE_WIDTH,
    Page,
    picture_path,
    shorten,
    text_width,
)
from .record_view import (
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
    signed,
    value_words,
    windows_of,
)
from .rendering import draw_key, draw_strip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAND = "#E3E7EC"
_MOST_BARS = 8
_CLAIM_WIDTH, _SCALE_WIDTH = 3.2, 1.75
"""Inches."""


def draw_record(record: Mapping[str, Any], clip: UnifiedClip, path: str | Path, title: str | None = None) -> None:
    """Writes one picture of a clip and of what the pipeline says about it; see `record_page`.

    Args:
        record: As the pipeline gives it for one person.
        clip: The movement that the record is about.
        path: File to write; its suffix (.png, .pdf or .svg) says the kind.
        title: Name of the recording; that of its file by default.

    Raises:
        ValueError: If the suffix is another, or the record is an error record.
    """
    path = picture_path(path)
    record_page(record, clip, title).save(path)


def error_page(record: Mapping[str, Any]) -> Page:
    """The page of a clip that could not be explained: its name and why."""
    lines = _wrap(record["error"]["message"], PICTURE_WIDTH - 2 * MARGIN)
    page = Page(1.0 + 0.235 * len(lines) + 0.3)
    name = shorten(Path(record["source"]).name, PICTURE_WIDTH - 2 * MARGIN, 16, "bold")
    page.write(MARGIN, 0.3, name, fontsize=16, weight="bold")
    page.write(MARGIN, 0.66, "could not be explained", color=MUTED)
    for number, line in enumerate(lines):
        page.write(MARGIN, 0.98 + 0.235 * number, line, gid="error")
    return page


def record_page(record: Mapping[str, Any], clip: UnifiedClip, title: str | None = None) -> Page:
    """A page with a clip and what the pipeline says about it.

    Above, the part of the clip that the explanation is about, with the body parts that it names (and that the
    measurements bear out) in the highlight colour at the times that it names; below it the attribution, where the
    record has one, and for a recording of several windows the label of each over time. Then the probabilities, the
    explanation and, for each piece of evidence, where the measured value lies among the clips of the reference.
    Claims that do not hold are struck through.

    Args:
        record: As the pipeline gives it for one person.
        clip: The movement that the record is about.
        title: Name of the recording; that of its file by default.

    Raises:
        ValueError: If the record is an error record.
    """
    if "error" in record:
        raise ValueError(f"{record['source']}: the record holds an error and no result: {record['error']['message']}")
    left_width, right_width = 2.8, PICTURE_WIDTH - 2 * MARGIN - 2.8 - 0.45
    right = PICTURE_WIDTH - MARGIN - right_width
    wide = PICTURE_WIDTH - 2 * MARGIN
    evidence, said = record["evidence"], cited(record)
    lines = _wrap(record["explanation"], right_width)
    question = _wrap(f"“{record['question']}”", right_width) if "question" in record else []
    over_time = len(record["segments"]) > 1
    heat = attribution_of(record)

    strip_top, strip_height = 1.0, 2.95
    heat_top = strip_top + strip_height + 0.1
    heat_height = 0.2 * len(heat.parts) if heat else 0.0
    ribbon_top = heat_top + (heat_height + 0.75 if heat else 0.0)
    lower_top = ribbon_top + (1.15 if over_time else 0.15)
    text_height = 0.38 + 0.235 * (len(lines) + len(question)) if lines or question else 0.0
    scale_top = lower_top + text_height + (0.22 if text_height else 0.0)
    rows = [_wrap(item["claim"], _CLAIM_WIDTH, weight="bold") for item in evidence]
    right_height = scale_top - lower_top + (0.55 + _row_heights(rows).sum() if rows else 0.3)
    bars = min(len(record["scores"]), _MOST_BARS)
    page = Page(lower_top + max(float(right_height), 0.45 + 0.36 * bars + 0.25) + 0.3)

    _write_header(page, record, clip, title or Path(record["source"]).name)
    start, end = explained_window(record)
    marked = highlights(record)
    draw_strip(page.area(MARGIN, strip_top, wide, strip_height), clip, None, marked, start, end)
    draw_key(page.area(PICTURE_WIDTH / 2, 0.72, PICTURE_WIDTH / 2 - MARGIN, 0.26), bool(marked))
    if heat:
        _draw_heat(page, heat_top, heat, heat_height)
    colours = label_colours(record) if over_time else {record["label"]: MUTED}
    if over_time:
        _draw_ribbon(page.area(MARGIN, ribbon_top + 0.3, wide, 0.3), record, colours, start, end)

    page.write(MARGIN, lower_top, "How likely", weight="bold", fontsize=11.5)
    _draw_scores(page.area(MARGIN, lower_top + 0.29, left_width, 0.36 * bars), record, colours)
    if text_height:
        page.write(right, lower_top, "Answer" if question else "Why", weight="bold", fontsize=11.5)
        for number, line in enumerate(question + lines):
            colour = MUTED if number < len(question) else INK
            page.write(right, lower_top + 0.36 + 0.235 * number, line, color=colour)
    page.write(right, scale_top, "Measured", weight="bold", fontsize=11.5)
    if rows:
        _draw_evidence(page, right, scale_top, evidence, rows, said)
    else:
        page.write(
            right, scale_top + 0.36, "Nothing stands out, or there is no reference to compare with.", color=MUTED
        )
    return page


def _row_heights(rows: Sequence[Sequence[str]]) -> np.ndarray:
    """Inches of each row of evidence, by its lines."""
    return np.array([0.08 + 0.22 * len(lines) for lines in rows])


def _wrap(text: str, width: float, fontsize: float = 10.5, weight: str = "normal") -> list[str]:
    """Lines of text no wider than so many inches; a word that is wider is cut."""
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
    """The label and its probability; what the recording is."""
    label = shorten(record["label"], 5.0, 21, "bold")
    page.write(MARGIN, 0.47, label, fontsize=21, weight="bold", va="center_baseline")
    beside = MARGIN + text_width(label, 21, "bold") + 0.2
    page.write(beside, 0.47, f"{record['score']:.0%}", fontsize=21, color=MUTED, va="center_baseline")
    room = PICTURE_WIDTH - MARGIN - beside - 1.2
    name = shorten(title, max(room, 1.0), 11.5, "bold")
    page.write(PICTURE_WIDTH - MARGIN, 0.3, name, fontsize=11.5, weight="bold", ha="right", va="center")
    known = "  ·  ".join(facts(record, len(clip.joints) / clip.fps))
    page.write(PICTURE_WIDTH - MARGIN, 0.55, known, color=MUTED, ha="right", va="center")


def _draw_heat(page: Page, top: float, heat: Heat, height: float) -> None:
    """How much each body part counted at each time, as a field of colours."""
    names = [
        part if total is None else f"{part} {signed(total)}"
        for part, total in zip(heat.parts, heat.totals, strict=True)
    ]
    start = max(text_width(name, 10) for name in names) + 0.12
    page.write(MARGIN, top, f"What counted for {shorten(heat.label, 2.5, 11.5)}", weight="bold", fontsize=11.5)
    page.write(
        PICTURE_WIDTH - MARGIN,
        top + 0.02,
        "what hiding it takes from the probability    purple: spoke for it    brown: against it",
        color=MUTED,
        fontsize=10,
        ha="right",
    )
    axes = page.area(MARGIN + start, top + 0.28, PICTURE_WIDTH - 2 * MARGIN - start, height)
    stretches = [(first, last - first) for first, last in zip(heat.edges, heat.edges[1:], strict=False)]
    for row, colours in enumerate(heat_colours(heat.values)):
        axes.broken_barh(stretches, (row - 0.5, 1.0), facecolors=colours, edgecolor=_BAND, linewidth=0.6, gid="heat")
    axes.set(xlim=(heat.edges[0], heat.edges[-1]), ylim=(len(names) - 0.5, -0.5))
    _style_seconds(axes)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0, labelcolor=INK)


def _draw_scores(axes: "Axes", record: Mapping[str, Any], colours: Mapping[str, str]) -> None:
    """The greatest probabilities as horizontal bars."""
    scores = dict(greatest(record["scores"], _MOST_BARS))
    names = [shorten(label, 1.25, 10.5) for label in scores]
    start = max(text_width(name, 10.5) for name in names) + 0.12
    width = axes.get_position().width * PICTURE_WIDTH
    full = width - start - 0.5
    for row, (label, name) in enumerate(zip(scores, names, strict=True)):
        own = label == record["label"]
        weight = "bold" if own else "normal"
        axes.text(
            start - 0.12,
            row,
            name,
            ha="right",
            va="center",
            fontsize=10.5,
            weight=weight,
            color=INK,
            parse_math=False,
        )
        axes.barh(row, full, left=start, height=0.5, color=_BAND)
        axes.barh(
            row,
            full * scores[label],
            left=start,
            height=0.5,
            color=colours.get(label, FAINT),
            gid=f"score {label}",
        )
        axes.text(width, row, f"{scores[label]:.0%}", ha="right", va="center", fontsize=10.5, weight=weight, color=INK)
    axes.set(xlim=(0, width), ylim=(len(scores) - 0.5, -0.5))
    axes.set_axis_off()
    left_out = len(record["scores"]) - len(scores)
    if left_out:
        axes.text(
            0.0,
            len(scores) - 0.35,
            f"and {left_out} more, each at most {min(scores.values()):.1%}",
            fontsize=10,
            color=MUTED,
            va="top",
        )


def _draw_ribbon(
    axes: "Axes", record: Mapping[str, Any], colours: Mapping[str, str], start: float, end: float
) -> None:
    """The label of each window over time; a line above marks the window that the figures and the text are about."""
    windows = windows_of(record)
    total = windows[-1].end_s
    width = axes.get_position().width * PICTURE_WIDTH
    for window in windows:
        colour, length = colours[window.label], window.end_s - window.start_s
        style: dict[str, Any] = {"color": colour, "edgecolor": "white", "linewidth": 1.0}
        axes.barh(0, length, left=window.start_s, height=1.0, gid=f"segment {window.label}", **style)
        text, room = f"{window.label}  {window.score:.0%}", length / total * width - 0.1
        if text_width(text, 10) > room:
            text = window.label
        if text_width(text, 10) <= room:
            axes.text(
                0.5 * (window.start_s + window.end_s),
                0,
                text,
                ha="center",
                va="center_baseline",
                fontsize=10,
                parse_math=False,
                color="white" if is_dark(colour) else INK,
            )
    axes.plot([start, end], [-0.78, -0.78], color=INK, linewidth=1.6, clip_on=False, solid_capstyle="butt")
    centre = min(max(0.5 * (start + end), total * 0.6 / width), total * (1 - 0.6 / width))
    axes.text(centre, -0.9, "shown above", ha="center", va="bottom", fontsize=10, color=INK)
    axes.set(xlim=(0, total), ylim=(0.5, -0.5), yticks=[])
    _style_seconds(axes)


def _style_seconds(axes: "Axes") -> None:
    """A plain axis of seconds."""
    axes.tick_params(labelsize=10, labelcolor=MUTED, color=FAINT, length=3)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} s")
    axes.spines[:].set_visible(False)


def _draw_evidence(
    page: Page,
    left: float,
    top: float,
    evidence: Sequence[Mapping[str, Any]],
    rows: Sequence[Sequence[str]],
    said: Sequence[bool],
) -> None:
    """Every claim with its place on the reference's scale and its value; what fails is struck through.

    The thick part of each scale is where the claim holds.
    """
    scale_left = left + _CLAIM_WIDTH + 0.25
    value_left = scale_left + _SCALE_WIDTH + 0.2
    heights = _row_heights(rows)
    body_top, total = top + 0.52, float(heights.sum())
    page.write(
        scale_left + 0.5 * _SCALE_WIDTH,
        top + 0.05,
        "percentile, grey where it holds",
        ha="center",
        color=MUTED,
        fontsize=10,
    )
    axes = page.area(scale_left, body_top, _SCALE_WIDTH, total)
    middles = np.cumsum(heights) - 0.5 * heights
    for item, lines, middle, is_cited in zip(evidence, rows, middles, said, strict=True):
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
        colour = MUTED if failed else HIGHLIGHT if is_cited else INK
        marker: dict[str, Any] = (
            {"marker": "x", "markersize": 8, "markeredgewidth": 2.2} if failed else {"marker": "o", "markersize": 8.5}
        )
        face: dict[str, Any] = (
            {} if failed else {"markerfacecolor": colour if is_cited else "white", "markeredgewidth": 1.8}
        )
        axes.plot(
            item["percentile"],
            middle,
            color=colour,
            linestyle="",
            clip_on=False,
            zorder=3,
            gid="failed" if failed else "held",
            **marker,
            **face,
        )
    axes.set(xlim=(0, 100), ylim=(total, 0), yticks=[], xticks=[0, 50, 100])
    axes.xaxis.tick_top()
    axes.set_xticklabels(["0", "ordinary", "100"], fontsize=10, color=MUTED)
    axes.tick_params(length=0, pad=3)
    axes.spines[:].set_visible(False)


def _strike(page: Page, left: float, top: float, width: float) -> None:
    from matplotlib.lines import Line2D

    height = 1 - top / page.height
    line = Line2D([left / PICTURE_WIDTH, (left + width) / PICTURE_WIDTH], [height, height], color=MUTED, linewidth=1.3)
    line.set_gid("struck through")
    page.figure.add_artist(line)
