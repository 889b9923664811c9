"""A picture of a clip beside what the pipeline says about it: figures, probabilities, explanation, evidence."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eai_llm_hf.processing.motion_claims import HOLDS_HIGH, HOLDS_LOW, find_claims
from eai_llm_hf.processing.skeleton_tree import JOINT_NAMES
from eai_llm_hf.processing.unified_skeleton import UnifiedClip

from .rendering import (
    FAINT,
    HIGHLIGHT,
    INK,
    MARGIN,
    MUTED,
    PICTURE_WIDTH,
    Page,
    draw_key,
    draw_strip,
    picture_path,
    shorten,
    text_width,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAND = "#EEF0F3"
_LABEL_COLOURS = ("#009E73", "#E69F00", "#CC79A7", "#5D3A9B", "#F0E442", "#8C6D46", "#9CA3AF")
_MOST_BARS = 8
_CLAIM_WIDTH, _SCALE_WIDTH = 3.2, 1.75
"""Inches."""


def draw_record(record: Mapping[str, Any], clip: UnifiedClip, path: str | Path) -> None:
    """Writes one picture of a clip and of what the pipeline says about it.

    Above, the part of the clip that the explanation is about, with the body parts that it names (and that the
    measurements bear out) in the highlight colour; for a recording of several windows, the label of each over time.
    Below, the probabilities, the explanation and, for each piece of evidence, where the measured value lies among
    the clips of the reference. Claims that do not hold are struck through.

    Args:
        record: As the pipeline gives it for one person.
        clip: The movement that the record is about.
        path: File to write; its suffix (.png, .pdf or .svg) says the kind.

    Raises:
        ValueError: If the suffix is another, or the record is an error record.
    """
    path = picture_path(path)
    if "error" in record:
        raise ValueError(f"{record['source']}: the record holds an error and no result: {record['error']['message']}")
    left_width, right_width = 2.8, PICTURE_WIDTH - 2 * MARGIN - 2.8 - 0.45
    right = PICTURE_WIDTH - MARGIN - right_width
    evidence, said = record["evidence"], _said(record)
    lines = _wrap(record["explanation"], right_width)
    question = _wrap(f"“{record['question']}”", right_width) if "question" in record else []
    over_time = len(record["segments"]) > 1

    strip_top, strip_height = 1.0, 2.95
    ribbon_top = strip_top + strip_height + 0.1
    lower_top = ribbon_top + (1.15 if over_time else 0.15)
    text_height = 0.38 + 0.235 * (len(lines) + len(question)) if lines or question else 0.0
    scale_top = lower_top + text_height + (0.22 if text_height else 0.0)
    rows = [_wrap(item["claim"], _CLAIM_WIDTH, weight="bold") for item in evidence]
    right_height = scale_top - lower_top + (0.55 + 0.3 * sum(map(len, rows)) if rows else 0.3)
    bars = min(len(record["scores"]), _MOST_BARS)
    page = Page(lower_top + max(right_height, 0.45 + 0.36 * bars + 0.25) + 0.3)

    _write_header(page, record, clip)
    start, end = (evidence[0]["start_s"], evidence[0]["end_s"]) if evidence else (0.0, None)
    cited = {item["body_part"] for item in evidence if item["holds"] and item["descriptor"] in said}
    # "The whole body is slow" marks everything and so nothing, unless it is all that is said.
    marked = cited - {"whole body"} or cited
    strip = page.area(MARGIN, strip_top, PICTURE_WIDTH - 2 * MARGIN, strip_height)
    draw_strip(strip, clip, None, marked, start, end)
    draw_key(page.area(PICTURE_WIDTH / 2, 0.72, PICTURE_WIDTH / 2 - MARGIN, 0.26), bool(marked))
    colours = _label_colours(record) if over_time else {record["label"]: MUTED}
    if over_time:
        _draw_ribbon(page.area(MARGIN, ribbon_top + 0.3, PICTURE_WIDTH - 2 * MARGIN, 0.3), record, colours, start, end)

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
    page.save(path)


def _said(record: Mapping[str, Any]) -> set[str]:
    """Descriptors that the explanation speaks of; all of the evidence where it speaks of none."""
    said = {claim.descriptor for claim in find_claims(record["explanation"])}
    return said or {item["descriptor"] for item in record["evidence"]}


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


def _write_header(page: Page, record: Mapping[str, Any], clip: UnifiedClip) -> None:
    """The label and its probability; what the recording is."""
    label = shorten(record["label"], 5.0, 21, "bold")
    page.write(MARGIN, 0.47, label, fontsize=21, weight="bold", va="center_baseline")
    beside = MARGIN + text_width(label, 21, "bold") + 0.2
    page.write(beside, 0.47, f"{record['score']:.0%}", fontsize=21, color=MUTED, va="center_baseline")
    facts = [f"{len(clip.joints) / clip.fps:.1f} s", record["skeleton"]["layout"] or "unnamed rig"]
    missing = len(record["skeleton"]["missing_joints"])
    if missing:
        facts.append(f"{missing} of {len(JOINT_NAMES)} joints absent")
    room = PICTURE_WIDTH - MARGIN - beside - 1.2
    name = shorten(Path(record["source"]).name, max(room, 1.0), 11.5, "bold")
    page.write(PICTURE_WIDTH - MARGIN, 0.3, name, fontsize=11.5, weight="bold", ha="right", va="center")
    page.write(PICTURE_WIDTH - MARGIN, 0.55, "  ·  ".join(facts), color=MUTED, ha="right", va="center")


def _label_colours(record: Mapping[str, Any]) -> dict[str, str]:
    """A colour for each label that a segment carries, in the order of the probabilities; the rest share the last."""
    shown = {segment["label"] for segment in record["segments"]}
    ordered = [label for label in record["scores"] if label in shown]
    return {label: _LABEL_COLOURS[min(place, len(_LABEL_COLOURS) - 1)] for place, label in enumerate(ordered)}


def _draw_scores(axes: "Axes", record: Mapping[str, Any], colours: Mapping[str, str]) -> None:
    """The greatest probabilities as horizontal bars."""
    scores = dict(sorted(record["scores"].items(), key=lambda item: -item[1])[:_MOST_BARS])
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
    axes: "Axes", record: Mapping[str, Any], colours: Mapping[str, str], start: float, end: float | None
) -> None:
    """The label of each window over time; a line above marks the window that the figures and the text are about."""
    segments = record["segments"]
    total = segments[-1]["end_s"]
    width = axes.get_position().width * PICTURE_WIDTH
    # Windows overlap where the hop is shorter: each reaches to the next one's start.
    ends = [min(item["end_s"], after["start_s"]) for item, after in zip(segments, segments[1:], strict=False)] + [
        total
    ]
    for item, stop in zip(segments, ends, strict=True):
        colour = colours[item["label"]]
        axes.barh(
            0,
            stop - item["start_s"],
            left=item["start_s"],
            height=1.0,
            color=colour,
            edgecolor="white",
            linewidth=1.0,
            gid=f"segment {item['label']}",
        )
        text, room = f"{item['label']}  {item['score']:.0%}", (stop - item["start_s"]) / total * width - 0.1
        if text_width(text, 10) > room:
            text = item["label"]
        if text_width(text, 10) <= room:
            axes.text(
                0.5 * (item["start_s"] + stop),
                0,
                text,
                ha="center",
                va="center_baseline",
                fontsize=10,
                parse_math=False,
                color="white" if _is_dark(colour) else INK,
            )
    finish = total if end is None else end
    axes.plot([start, finish], [-0.78, -0.78], color=INK, linewidth=1.6, clip_on=False, solid_capstyle="butt")
    centre = min(max(0.5 * (start + finish), total * 0.6 / width), total * (1 - 0.6 / width))
    axes.text(centre, -0.9, "shown above", ha="center", va="bottom", fontsize=10, color=INK)
    axes.set(xlim=(0, total), ylim=(0.5, -0.5), yticks=[])
    axes.tick_params(labelsize=10, labelcolor=MUTED, color=FAINT, length=3)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} s")
    axes.spines[:].set_visible(False)


def _is_dark(colour: str) -> bool:
    """Whether white is easier to read on a colour than black (relative luminance of WCAG 2, without gamma)."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.52


def _draw_evidence(
    page: Page, left: float, top: float, evidence: Sequence[Mapping[str, Any]], rows: list[list[str]], said: set[str]
) -> None:
    """Every claim with its place on the reference's scale and its value; what fails is struck through."""
    scale_left = left + _CLAIM_WIDTH + 0.25
    value_left = scale_left + _SCALE_WIDTH + 0.2
    heights = 0.3 * np.array([len(lines) for lines in rows])
    body_top, total = top + 0.52, float(heights.sum())
    page.write(
        scale_left + 0.5 * _SCALE_WIDTH,
        top + 0.05,
        "percentile in the reference",
        ha="center",
        color=MUTED,
        fontsize=10,
    )
    axes = page.area(scale_left, body_top, _SCALE_WIDTH, total)
    axes.axvspan(HOLDS_LOW, HOLDS_HIGH, color=_BAND, linewidth=0, zorder=0)
    middles = np.cumsum(heights) - 0.5 * heights
    for item, lines, middle in zip(evidence, rows, middles, strict=True):
        cited = item["descriptor"] in said
        failed = item["holds"] is False
        ink = MUTED if failed or item["holds"] is None else INK
        for number, line in enumerate(lines):
            place = body_top + middle + 0.22 * (number - 0.5 * (len(lines) - 1))
            style: dict[str, Any] = {
                "weight": "bold" if cited and item["holds"] else "normal",
                "color": ink,
                "va": "center",
            }
            page.write(left, place, line, gid="claim", **style)
            if failed:
                _strike(page, left, place + 0.01, text_width(line, 10.5))
        page.write(value_left, body_top + middle, _value_words(item), color=ink, va="center")
        axes.plot([0, 100], [middle, middle], color=FAINT, linewidth=1.0, zorder=1)
        if item["percentile"] is None:
            continue
        colour = MUTED if failed else HIGHLIGHT if cited else INK
        marker: dict[str, Any] = (
            {"marker": "x", "markersize": 8, "markeredgewidth": 2.2} if failed else {"marker": "o", "markersize": 8.5}
        )
        face: dict[str, Any] = (
            {} if failed else {"markerfacecolor": colour if cited else "white", "markeredgewidth": 1.8}
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


def _value_words(item: Mapping[str, Any]) -> str:
    """The measured value with its unit, such as "−21.4°"."""
    if item["value"] is None:
        return "not measurable"
    unit = {"deg": "°", "1": ""}.get(item["unit"], f" {item['unit']}")
    digits = max(0, 2 - math.floor(math.log10(max(abs(item["value"]), 0.01))))
    return f"{item['value']:.{min(digits, 2)}f}{unit}".replace("-", "\N{MINUS SIGN}")
