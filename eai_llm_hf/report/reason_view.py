"""The reasons of a label, and the place of each value among those of the reference, as pages show them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from eai_llm_hf.processing.certainty import COMPARED_CLIPS
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.descriptors.reference_statistics import scores_of, values_at

from .record_view import ONE_CLIP, holding_range, number_words, reasons_of, side_of_rows, span_words, value_words

_WIDTH, _HEIGHT, _MARGIN = 200.0, 44.0, 6.0
"""Of the drawing of a distribution, in its own units."""

_POINTS = 64


class Distribution(NamedTuple):
    """Where a value lies among the values of the reference, drawn 200 units wide and 44 high.

    Attributes:
        curve: Path of the density of the reference's values; empty where the reference is a single recording.
        held: Path of its part in which the claim holds.
        place: Position of the value.
        typical: Position of the typical value, or of that single recording's.
        low, high: The values at the ends of the drawing, without unit.
        words: All of this as a sentence.
    """

    curve: str
    held: str
    place: float
    typical: float
    low: str
    high: str
    words: str


def distribution(
    item: Mapping[str, Any], reference: MotionReference | None, alone: np.ndarray | None = None
) -> Distribution | None:
    """The distribution of the reference's values for a piece of evidence, with the value in it.

    Args:
        item: A piece of evidence.
        reference: What the record was compared with.
        alone: (descriptors,) values of the recording that alone says what is typical, in place of a distribution.

    Returns:
        None where the reference has no values, all of its values are the same, or nothing was measured.
    """
    if reference is None or item["value"] is None or item["percentile"] is None:
        return None
    index = DESCRIPTOR_INDEX[item["descriptor"]]
    percents = np.arange(2.5, 98.0)  # beyond them, quantiles are those of a few clips
    scores = reference.location[index] + reference.scale[index] * scores_of(percents)
    sample = values_at(np.repeat(reference.quantiles[[index]], len(percents), axis=0), scores)
    spread = sample[-1] - sample[0]
    if not np.isfinite(spread) or spread <= 0:
        return None
    middle = float(np.interp(50.0, percents, sample))
    single = False
    if alone is not None and reference.of_one_clip(str(item.get("reference"))):
        single, middle = True, float(alone[index])
    low, high = min(sample[0], item["value"], middle), max(sample[-1], item["value"], middle)
    points = np.linspace(low, high, _POINTS)
    width = 0.045 * spread
    density = np.exp(-0.5 * ((points[:, None] - sample) / width) ** 2).sum(1)
    across = _MARGIN + (_WIDTH - 2 * _MARGIN) * (points - low) / (high - low)
    heights = _HEIGHT - (_HEIGHT - 8.0) * density / density.max()

    def place(value: float) -> float:
        return round(float(np.interp(value, points, across)), 1)

    ends = holding_range(item)
    first, last = (float(np.interp(end, percents, sample)) for end in ends)
    first, last = (low if ends[0] <= 0 else first), (high if ends[1] >= 100 else last)
    inside = (points >= first) & (points <= last)
    other = value_words({**item, "value": middle})
    words = f"{value_words(item)} is higher than {item['percentile']:.0f}% of the reference. Typical is {other}."
    if single:
        words = f"Here {value_words(item)}; in the one recording that it is compared with {other}."
    return Distribution(
        "" if single else _path(across, heights),
        _path(across[inside], heights[inside]) if inside.sum() > 1 and not single else "",
        place(item["value"]),
        place(middle),
        number_words({**item, "value": low}),
        number_words({**item, "value": high}),
        words,
    )


def _path(across: np.ndarray, heights: np.ndarray) -> str:
    """A filled area from the bottom up to these heights."""
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, heights, strict=True))
    return f"M{across[0]:.1f},{_HEIGHT:g} L{line} L{across[-1]:.1f},{_HEIGHT:g}Z"


def reasons(
    record: Mapping[str, Any], reference: MotionReference | None, alone: np.ndarray | None = None
) -> list[dict[str, Any]]:
    """What speaks for the label, what against it, and then what else was measured, one entry for each.

    Args:
        record: The record of one person.
        reference: What it was compared with.
        alone: As in `distribution`.

    Returns:
        Their words. `time` is empty where a claim is about the whole recording, and `compared` where the record has
        one kind of reference, which the page names once.
    """
    one_window = len(record["segments"]) == 1
    mixed = len({item.get("reference") for item in record["evidence"] if item["percentile"] is not None}) > 1
    compared = COMPARED_CLIPS | ({} if alone is None else ONE_CLIP)
    sided, side_of = reasons_of(record), side_of_rows(record)
    order = dict.fromkeys([*(reason.row for reason in sided), *range(len(record["evidence"]))])
    found = []
    for row in order:
        item = record["evidence"][row]
        found.append(
            {
                "row": row,
                "claim": item["claim"],
                "side": side_of.get(row, ""),
                "reasons": [reason for reason in sided if reason.row == row],
                "value": value_words(item),
                "definition": DESCRIPTORS[DESCRIPTOR_INDEX[item["descriptor"]]].definition,
                "time": "" if one_window and item["span"] == "whole" else span_words(item["start_s"], item["end_s"]),
                "compared": compared.get(str(item.get("reference"))) if mixed else None,
                "holds": item["holds"],
                "place": distribution(item, reference, alone),
            }
        )
    return found
