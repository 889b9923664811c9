"""A picture of a benchmark: scores with intervals, and the confusions and reliability of the main method."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...report.picture_page import (
    FAINT,
    HIGHLIGHT,
    INK,
    MARGIN,
    MUTED,
    PICTURE_WIDTH,
    Page,
    shorten,
    text_width,
)
from .answers import MATCHED, PLAIN
from .tables import describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAND, _BLUE = "#EEF0F3", "#0072B2"
_ROW, _NAMES = 0.27, 3.3
"""Inches: height of a method's row, width of its name."""
_MOST_ROWS = 60
"""With more rows, only the tables show the rigs."""
_MOST_SMALL = 4
"""The most corpora whose confusion matrix and reliability are drawn."""


def draw_results(results: Mapping[str, Any], path: str | Path) -> None:
    """Writes the picture of a benchmark.

    Top: accuracy and macro-F1 of each method on each corpus with 95% intervals; a hollow mark below the line is the
    score at equal speed; the dotted line is chance. Bottom: for the main method, the confusion matrix in shares of the
    true label's clips, and the accuracy by confidence, next to the best baseline.

    Args:
        results: The result of `results.summarise`, with at least one score.
        path: File to write, .png, .pdf or .svg.
    """
    entries = [entry for entry in results["scores"] if entry["test"] == PLAIN]
    if len(entries) > _MOST_ROWS:
        entries = [entry for entry in entries if entry["part_of"] is None]
    corpora = list(dict.fromkeys(entry["corpus"] for entry in entries))
    by_corpus = {corpus: [entry for entry in entries if entry["corpus"] == corpus] for corpus in corpora}
    main = results["settings"]["main_method"]
    whole = [corpus for corpus in corpora if by_corpus[corpus][0]["part_of"] is None]
    shown = [corpus for corpus in whole if _main_entry(by_corpus[corpus], main) is not None][:_MOST_SMALL]

    dots_top = 1.35
    heights = [0.5 + _ROW * len(by_corpus[corpus]) for corpus in corpora]
    small_top = dots_top + sum(heights) + 0.75
    size = (PICTURE_WIDTH - 2 * MARGIN) / max(len(shown), 2)
    side = min(size - 1.35, 2.1)
    page = Page(small_top + (2 * side + 1.95 if shown else 0.0))
    _write_header(page, results)
    _write_key(page, results)
    top = dots_top
    for corpus, height in zip(corpora, heights, strict=True):
        _draw_corpus(page, top, by_corpus[corpus], results, corpus == corpora[0], corpus == corpora[-1])
        top += height
    for place, corpus in enumerate(shown):
        entry = _main_entry(by_corpus[corpus], main)
        assert entry is not None
        left = MARGIN + place * size
        _draw_confusion(page, left, small_top, side, entry)
        _draw_reliability(page, left, small_top + side + 1.3, side, entry, by_corpus[corpus])
    page.save(Path(path))


def _main_entry(entries: Sequence[Mapping[str, Any]], main: str) -> Mapping[str, Any] | None:
    """The main method with the most training data: all corpora, all labels."""
    own = [entry for entry in entries if entry["method"] == main]
    return max(own, key=lambda entry: (entry["train_on"] == "all", entry["label_share"]), default=None)


def _write_header(page: Page, results: Mapping[str, Any]) -> None:
    settings = results["settings"]
    page.write(MARGIN, 0.3, "Labels of unseen clips", fontsize=16, weight="bold")
    protocols = ", ".join(f"{corpus} by {protocol}" for corpus, protocol in settings["protocols"].items())
    words = (
        f"left out: {protocols}  ·  {len(results['folds'])} folds  ·  seeds {', '.join(map(str, settings['seeds']))}"
    )
    page.write(MARGIN, 0.66, shorten(words, PICTURE_WIDTH - 2 * MARGIN, 10.5), color=MUTED)
    if settings["leaky"]:
        page.write(PICTURE_WIDTH - MARGIN, 0.3, "LEAKY", fontsize=16, weight="bold", color=HIGHLIGHT, ha="right")


def _write_key(page: Page, results: Mapping[str, Any]) -> None:
    """The legend, in one line."""
    axes = page.area(MARGIN, 0.93, PICTURE_WIDTH - 2 * MARGIN, 0.24)
    width = PICTURE_WIDTH - 2 * MARGIN
    entries = [("o", HIGHLIGHT, HIGHLIGHT, results["settings"]["main_method"]), ("o", _BLUE, _BLUE, "other methods")]
    if results["settings"]["speed_matched"] is not None:
        entries.append(("o", MUTED, "white", "at equal speed"))
    place = 0.06
    for marker, edge, face, words in entries:
        axes.plot(place, 0, marker, color=edge, markerfacecolor=face, markersize=7, markeredgewidth=1.6)
        axes.text(place + 0.14, 0, words, va="center_baseline", fontsize=10, color=MUTED, parse_math=False)
        place += text_width(words, 10) + 0.55
    axes.plot([place, place + 0.3], [0, 0], ":", color=MUTED, linewidth=1.6)
    axes.text(place + 0.4, 0, "chance", va="center_baseline", fontsize=10, color=MUTED)
    words = "lines are 95% intervals over clips and seeds"
    axes.text(width, 0, words, va="center_baseline", ha="right", fontsize=10, color=MUTED)
    axes.set(xlim=(0, width), ylim=(-1, 1))
    axes.set_axis_off()


def _draw_corpus(
    page: Page,
    top: float,
    entries: Sequence[Mapping[str, Any]],
    results: Mapping[str, Any],
    first_of_page: bool,
    last: bool,
) -> None:
    """The name of a corpus, and a row for each method in two panels."""
    first = entries[0]
    indent = 0.0 if first["part_of"] is None else 0.15
    title = first["corpus"] + (" (LEAKY)" if first["leaky"] else "")
    page.write(MARGIN + indent, top + 0.05, title, weight="bold", fontsize=11.5)
    after = MARGIN + indent + text_width(title, 11.5, "bold") + 0.12
    page.write(after, top + 0.068, f"{first['clips']} clips, {len(first['labels'])} labels", color=MUTED, fontsize=10)
    matched = {
        describe(entry): entry
        for entry in results["scores"]
        if entry["test"] == MATCHED and entry["corpus"] == first["corpus"]
    }
    height = _ROW * len(entries)
    for row, entry in enumerate(entries):
        own = entry["method"] == results["settings"]["main_method"]
        middle = top + 0.38 + _ROW * (row + 0.5)
        name = shorten(describe(entry), _NAMES - indent - 0.15, 10.5, "bold" if own else "normal")
        page.write(MARGIN + indent, middle, name, va="center", weight="bold" if own else "normal")
    width = (PICTURE_WIDTH - 2 * MARGIN - _NAMES - 0.4) / 2
    for column, (measure, title) in enumerate((("accuracy", "accuracy"), ("macro_f1", "macro-F1"))):
        axes = page.area(MARGIN + _NAMES + column * (width + 0.4), top + 0.38, width, height)
        for row, entry in enumerate(entries):
            if row % 2 == 0:
                axes.axhspan(row - 0.5, row + 0.5, color=_BAND, linewidth=0, zorder=0)
            colour = HIGHLIGHT if entry["method"] == results["settings"]["main_method"] else _BLUE
            other = matched.get(describe(entry))
            lift = 0.17 if other else 0.0
            _mark(axes, entry["measures"][measure], row - lift, colour, hollow=False)
            if other:
                _mark(axes, other["measures"][measure], row + lift, colour, hollow=True)
        axes.axvline(first["chance"], color=MUTED, linestyle=":", linewidth=1.6, zorder=1)
        axes.set(xlim=(0, 1), ylim=(len(entries) - 0.5, -0.5), yticks=[], xticks=np.linspace(0, 1, 6))
        axes.grid(axis="x", color=FAINT, linewidth=0.6, alpha=0.6)
        axes.set_axisbelow(True)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, labelsize=10, labelcolor=MUTED)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        if not last:
            axes.set_xticklabels([])
        if first_of_page:
            page.write(
                MARGIN + _NAMES + column * (width + 0.4) + width / 2, top + 0.05, title, weight="bold", ha="center"
            )


def _mark(axes: "Axes", score: Mapping[str, Any], row: float, colour: str, hollow: bool) -> None:
    axes.plot(score["interval"], [row, row], color=colour, linewidth=1.1 if hollow else 1.8, zorder=2)
    style: dict[str, Any] = {"markersize": 5 if hollow else 6.5, "markeredgewidth": 1.4, "zorder": 3}
    axes.plot(score["value"], row, "o", color=colour, markerfacecolor="white" if hollow else colour, **style)


def _draw_confusion(page: Page, left: float, top: float, side: float, entry: Mapping[str, Any]) -> None:
    """Shares of the clips of each true label (rows) by predicted label (columns)."""
    labels = entry["labels"]
    counts = np.array(entry["confusion"])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-9)
    room = 1.1
    page.write(left, top - 0.36, shorten(entry["corpus"], room + side, 11.5, "bold"), weight="bold", fontsize=11.5)
    page.write(
        left,
        top - 0.14,
        shorten(f"{describe(entry)}: % of the true label (row) predicted as", room + side, 10),
        color=MUTED,
        fontsize=10,
    )
    axes = page.area(left + room, top + 0.15, side, side)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="equal")
    small = 9.5 if len(labels) <= 6 else 7.0
    if len(labels) <= 8:
        for row, column in np.ndindex(*shares.shape):
            if shares[row, column] >= 0.005:
                colour = "white" if shares[row, column] > 0.55 else INK
                words = f"{100 * shares[row, column]:.0f}"
                axes.text(column, row, words, ha="center", va="center_baseline", fontsize=small, color=colour)
    names = [shorten(label, room - 0.1, small) for label in labels]
    axes.set_yticks(range(len(labels)), names, fontsize=small, color=INK, parse_math=False)
    axes.set_xticks(
        range(len(labels)), names, fontsize=small, color=INK, rotation=40, ha="right", rotation_mode="anchor"
    )
    axes.tick_params(length=0, pad=3)
    axes.spines[:].set_visible(False)


def _draw_reliability(
    page: Page, left: float, top: float, side: float, entry: Mapping[str, Any], others: Sequence[Mapping[str, Any]]
) -> None:
    """Accuracy by confidence for the main method and the best baseline; the size of a dot is that of its bin."""
    like = [
        other
        for other in others
        if other["baseline"]
        and other["method"] != entry["method"]
        and all(other[key] == entry[key] for key in ("train_on", "label_share"))
    ]
    best = max(like, key=lambda other: other["measures"]["macro_f1"]["value"], default=None)
    room = 1.1
    axes = page.area(left + room, top, side, side)
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1.4, zorder=1)
    for drawn, colour, hollow, row in ((entry, HIGHLIGHT, False, 0), (best, _BLUE, True, 1)):
        if drawn is None:
            continue
        bins = drawn["reliability"]
        confidence, accuracy, count = (
            np.array([each[key] for each in bins]) for key in ("confidence", "accuracy", "labels")
        )
        axes.plot(confidence, accuracy, color=colour, linewidth=1.0, zorder=2)
        size = 12 + 90 * count / count.sum()
        face = "white" if hollow else colour
        axes.scatter(confidence, accuracy, s=size, facecolors=face, edgecolors=colour, linewidths=1.3, zorder=3 - row)
        words = f"{drawn['method']}: error {drawn['measures']['ece']['value']:.2f}"
        page.write(
            left + room,
            top - 0.42 + 0.18 * row,
            shorten(words, side + 0.2, 10),
            fontsize=10,
            color=colour,
        )
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1], aspect="equal")
    axes.set_xlabel("confidence", fontsize=10, color=MUTED)
    axes.set_ylabel("accuracy", fontsize=10, color=MUTED)
    axes.tick_params(length=0, labelsize=10, labelcolor=MUTED)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.spines[:].set_color(FAINT)


__all__ = ["draw_results"]
