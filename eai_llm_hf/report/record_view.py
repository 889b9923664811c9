"""What every kind of report shows of a record.

Which evidence is cited and when, where a claim holds, and the words and colours for it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from eai_llm_hf.processing.certainty import COMPARED_CLIPS, sure_sentences
from eai_llm_hf.processing.claims.answers import AS_SHARES
from eai_llm_hf.processing.claims.claim import DEGREE_RANGES, Claim
from eai_llm_hf.processing.claims.parser import find_claims, find_mentions
from eai_llm_hf.processing.claims.phrases import PHRASES
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES

from .picture_page import AGAINST, FOR, HIGHLIGHT, INK, MUTED, SIDE_COLOURS

LIMITS = (
    "This describes how a skeleton moved, compared with the clips of a reference. The model saw no face, fingers, "
    "voice or situation. It does not know what the person feels, and this is not a diagnosis."
)
"""The limits that every HTML report states."""

NO_EVIDENCE = "Nothing is unusual, or there is no reference to compare with."
"""What a report says in place of evidence."""

_LABEL_COLOURS = ("#009E73", "#E69F00", "#CC79A7", "#5D3A9B", "#F0E442", "#8C6D46", "#9CA3AF")
ONE_CLIP = {"recordings": "one other clip of these recordings", "performer": "one other clip of this person"}
"""What a movement is compared with where there is one such clip."""

_COMPARED = {"performer": " for this person", "recordings": " in these recordings"}
_UNITS = {"deg": "°", "1": " (no unit)"}
_MOST_SECONDS_APART = 1e-3


class Window(NamedTuple):
    """A window of the recording with its label; it ends where the next one starts."""

    start_s: float
    end_s: float
    label: str
    score: float


class Piece(NamedTuple):
    """A part of an explanation.

    Attributes:
        text: Its words.
        rows: Indices into the evidence of the claims that these words make; empty if they make none.
        holds: True if any of the claims holds, False if all that can be checked fail, None if none can be checked.
    """

    text: str
    rows: tuple[int, ...] = ()
    holds: bool | None = None


Side = Literal["for", "against"]
"""Whether a reason speaks for the label or against it."""

SIGNS: Mapping[Side, str] = {"for": "+", "against": "\N{MINUS SIGN}"}
"""The sides for people who see no colours."""


class Sided(NamedTuple):
    """A reason, as a report shows it.

    Attributes:
        side: For the label or against it; what speaks against the runner-up is for the label, and what speaks for it
            is against the label.
        row: Index into the evidence.
        words: What it speaks for or against: "for sad".
        source: Who says so, and how good a sign it is.
    """

    side: Side
    row: int
    words: str
    source: str


class Heat(NamedTuple):
    """The drop in the probability of a label when body parts are occluded, as a heat map.

    Attributes:
        label: The label.
        parts: "whole body", then the body parts.
        edges: (columns + 1,) seconds.
        values: (parts, columns) drop when the part is occluded in that time; above zero, it speaks for the label.
        totals: (parts,) drop when the part is occluded throughout; None for the whole body.
    """

    label: str
    parts: tuple[str, ...]
    edges: tuple[float, ...]
    values: np.ndarray
    totals: tuple[float | None, ...]


def person_names(source: str, people: int) -> list[str]:
    """The file name of a recording, once for each person; several people are numbered."""
    name = Path(source).name
    return [name] if people == 1 else [f"{name}, person {number}" for number in range(1, people + 1)]


def explained_window(record: Mapping[str, Any]) -> tuple[float, float]:
    """Start and end in seconds of the window that explanation and evidence describe.

    A claim about the whole window has its times. Without such a claim, it is the window that contains all evidence; of
    several, the one with the highest probability of the record's label.
    """
    whole = [item for item in record["evidence"] if item["span"] == "whole"]
    if whole:
        return whole[0]["start_s"], whole[0]["end_s"]
    first = min((item["start_s"] for item in record["evidence"]), default=None)
    last = max((item["end_s"] for item in record["evidence"]), default=None)
    windows = [
        part
        for part in record["segments"]
        if first is None
        or last is None
        or (part["start_s"] <= first + _MOST_SECONDS_APART and last <= part["end_s"] + _MOST_SECONDS_APART)
    ]
    best = max(windows or record["segments"], key=lambda part: (part["label"] == record["label"], part["score"]))
    return best["start_s"], best["end_s"]


def windows_of(record: Mapping[str, Any]) -> list[Window]:
    """The windows of a recording; where they overlap, each ends at the start of the next."""
    parts = record["segments"]
    ends = [min(part["end_s"], after["start_s"]) for part, after in zip(parts, parts[1:], strict=False)]
    ends.append(parts[-1]["end_s"])
    return [Window(part["start_s"], end, part["label"], part["score"]) for part, end in zip(parts, ends, strict=True)]


def change_words(record: Mapping[str, Any]) -> str:
    """Which labels a recording has, and how much of the time each; empty where all windows have the same.

    For instance "The label changes over time: sad 67%, angry 33% of the time."
    """
    if len({part["label"] for part in record["segments"]}) < 2:
        return ""
    seconds: dict[str, float] = {}
    for window in windows_of(record):
        seconds[window.label] = seconds.get(window.label, 0.0) + window.end_s - window.start_s
    total = sum(seconds.values())
    longest = sorted(seconds.items(), key=lambda item: -item[1])
    shares = ", ".join(f"{label} {length / total:.0%}" for label, length in longest)
    return f"The label changes over time: {shares} of the time."


# ---------------------------------------------------------------------------------------------------------- the claims


def _key(item: Mapping[str, Any]) -> tuple[str, str, str, str]:
    return item["descriptor"], item["direction"], item["span"], item["degree"]


def _claim_key(claim: Claim) -> tuple[str, str, str, str]:
    return claim.descriptor, claim.direction, claim.span, claim.degree


def cited(record: Mapping[str, Any]) -> list[bool]:
    """Whether the explanation cites each piece of evidence; all True if it cites none."""
    found = _said(record)
    return found if any(found) else [True] * len(found)


def _said(record: Mapping[str, Any]) -> list[bool]:
    said = {_claim_key(claim) for claim in find_claims(record["explanation"])}
    return [_key(item) in said for item in record["evidence"]]


def highlight_words(record: Mapping[str, Any]) -> str:
    """What body parts are marked for where there are no reasons; empty where none is marked."""
    if reasons_of(record) or not highlights(record):
        return ""
    if not any(_said(record)):
        return "unusual"
    return f"named in the {'answer' if record.get('question') else 'explanation'}"


def highlights(record: Mapping[str, Any]) -> dict[str, list[tuple[float, float]]]:
    """Body parts in the claims of the explanation that hold, each with its times in seconds.

    The whole body is left out if the explanation names other parts as well: highlighting everything would hide them.
    """
    return _parts_of(item for item, is_cited in zip(record["evidence"], cited(record), strict=True) if is_cited)


def _parts_of(evidence: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[float, float]]]:
    """Body parts of what holds, each with its times; the whole body only where there is no other."""
    found: dict[str, list[tuple[float, float]]] = {}
    for item in evidence:
        if item["holds"]:
            found.setdefault(item["body_part"], []).append((item["start_s"], item["end_s"]))
    if len(found) > 1:
        found.pop("whole body", None)
    return found


# --------------------------------------------------------------------------------------------------------- the reasons


def reasons_of(record: Mapping[str, Any]) -> list[Sided]:
    """The reasons of a record, those for its label first; none in a record of an older checkpoint, or of an answer."""
    found = [
        Sided(
            "for" if (reason["relation"] == "for") == (reason["emotion"] == record["label"]) else "against",
            reason["evidence"],
            f"{reason['relation']} {reason['emotion']}",
            f"{reason['source']}, strength {reason['strength']:.2f}",
        )
        for reason in record.get("reasons", ())
    ]
    return sorted(found, key=lambda reason: reason.side == "against")


def side_of_rows(record: Mapping[str, Any]) -> dict[int, Side]:
    """The side of each piece of evidence that is a reason, by its index."""
    return {reason.row: reason.side for reason in reversed(reasons_of(record))}


def sides(record: Mapping[str, Any]) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """Body parts of the reasons for the label and against it, each with its times in seconds.

    The whole body is left out where other parts are marked, as in `highlights`.
    """
    reasons = reasons_of(record)
    found: dict[str, dict[str, list[tuple[float, float]]]] = {
        side: _parts_of(record["evidence"][reason.row] for reason in reasons if reason.side == side)
        for side in get_args(Side)
    }
    if any(part != "whole body" for parts in found.values() for part in parts):
        for parts in found.values():
            parts.pop("whole body", None)
    return found


def row_colours(record: Mapping[str, Any]) -> list[str]:
    """A colour for each piece of evidence that the explanation cites: that of its side, where it is a reason."""
    side_of = side_of_rows(record)
    other = INK if side_of else HIGHLIGHT
    return [SIDE_COLOURS[side_of[row]] if row in side_of else other for row in range(len(record["evidence"]))]


def sure_words(record: Mapping[str, Any]) -> list[str]:
    """How sure the label is, what makes it doubtful, the second candidate, and what speaks against it or for it."""
    certainty = record.get("certainty") or {}
    found = sure_sentences(certainty)
    runner_up = certainty.get("runner_up")
    if runner_up is not None:
        found.append(f"Runner-up: {runner_up} ({record['scores'][runner_up]:.0%}).")
    for relation, words in (("against", "decides against"), ("for", "speaks for")):
        claims = [
            reason["claim"]
            for reason in record.get("reasons", ())
            if reason["relation"] == relation and reason["emotion"] == runner_up
        ]
        if claims:
            found.append(f"What {words} {runner_up}: {'; '.join(claims)}.")
    return found


def reference_words(record: Mapping[str, Any], alone: bool = False) -> str | None:
    """What the measurements are compared with, None where they are compared with nothing.

    Args:
        record: The record of one person.
        alone: Whether a single recording says what is typical.
    """
    levels = [item.get("reference") for item in record["evidence"] if item["percentile"] is not None]
    compared = COMPARED_CLIPS | (ONE_CLIP if alone else {})
    found = [words for level, words in compared.items() if level in levels]
    return f"“High” and “low” are relative to {' and '.join(found)}." if found else None


def absent_words(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Why something was not measured, and the descriptors that this concerns."""
    found: dict[str, list[str]] = {}
    for entry in record.get("not_measured", ()):
        found.setdefault(entry["why"], []).append(entry["descriptor"].replace("_", " "))
    return [(why, ", ".join(names)) for why, names in found.items()]


# -------------------------------------------------------------------------------------- the words of the explanation


def pieces(record: Mapping[str, Any]) -> list[Piece]:
    """The explanation, split where claims begin and end.

    Words that several claims share are one piece, which lists all of these claims. An empty explanation has no pieces.
    """
    text, evidence = record["explanation"], record["evidence"]
    row_of = {_key(item): row for row, item in reversed(list(enumerate(evidence)))}
    claims = [
        (mention.start, mention.end, row_of[_claim_key(mention.claim)])
        for mention in find_mentions(text)
        if _claim_key(mention.claim) in row_of
    ]
    cuts = sorted({0, len(text), *(cut for start, end, _ in claims for cut in (start, end))})
    found = []
    for start, end in zip(cuts, cuts[1:], strict=False):
        rows = tuple(dict.fromkeys(row for first, last, row in claims if first <= start and end <= last))
        verdicts = [evidence[row]["holds"] for row in rows if evidence[row]["holds"] is not None]
        found.append(Piece(text[start:end], rows, any(verdicts) if verdicts else None))
    return found


def holding_range(item: Mapping[str, Any]) -> tuple[float, float]:
    """The lowest and the highest percentile of the reference at which a claim holds."""
    low, high = DEGREE_RANGES[item["degree"]]
    return (low, high) if item["direction"] == "high" else (100.0 - high, 100.0 - low)


def verdict(item: Mapping[str, Any]) -> str:
    """Whether a claim holds, with the reason if it does not."""
    if item["holds"]:
        return "holds"
    if item["value"] is None:
        return "cannot be checked: not measurable in this recording"
    if item["holds"] is None:
        return "cannot be checked: the reference has no values for it"
    low, high = holding_range(item)
    bound = PHRASES[item["descriptor"], item["direction"]].bound
    if low <= item["percentile"] <= high and bound is not None:
        return f"does not hold: {'below' if item['direction'] == 'high' else 'above'} {bound:g}"
    return "does not hold"


def compared_words(item: Mapping[str, Any]) -> str:
    """What a percentile refers to, where that is not the default: " for this person", " in these recordings"."""
    return "" if item["percentile"] is None else _COMPARED.get(str(item.get("reference")), "")


def value_words(item: Mapping[str, Any]) -> str:
    """The measured value with its unit, such as "−21.4°", "35% of the time" or "0.82 (no unit)"."""
    if item["value"] is None:
        return "not measurable"
    if item["descriptor"] in AS_SHARES:
        return f"{number_words(item)} of the time"
    return f"{number_words(item)}{_UNITS.get(item['unit'], ' ' + item['unit'])}".replace("^2", "²")


def number_words(item: Mapping[str, Any]) -> str:
    """The measured value without its unit; a share of the time in percent. What rounds to zero has no sign."""
    value = item["value"]
    if item["descriptor"] in AS_SHARES:
        return f"{round(value, 2) + 0.0:.0%}"
    digits = min(max(0, 2 - math.floor(math.log10(max(abs(value), 0.01)))), 2)
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def span_words(start_s: float, end_s: float) -> str:
    """A stretch of time, such as "4.0–6.0 s"."""
    return f"{start_s:.1f}–{end_s:.1f} s"


# --------------------------------------------------------------------------------------------------- the attribution


def attribution_of(record: Mapping[str, Any]) -> Heat | None:
    """The attribution of a record (see `processing/attribution/attribution.py`), None if it has none."""
    found = record.get("attribution")
    if found is None:
        return None
    values = np.array([found["per_second"], *found["values"]], dtype=float)
    parts = ("whole body", *found["parts"])
    return Heat(found["label"], parts, tuple(found["bounds_s"]), values, (None, *found["per_part"]))


def heat_colours(values: np.ndarray) -> list[list[str]]:
    """A colour for each of (parts, columns): purple for the label, brown against it, white for no effect."""
    strongest = max(float(np.abs(values).max(initial=0.0)), 1e-12)
    return [[_blend(FOR if value > 0 else AGAINST, abs(value) / strongest) for value in row] for row in values]


def _blend(colour: str, share: float) -> str:
    """A colour mixed with white; `share` is that of the colour, from 0 to 1."""
    channels = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(255 - share * (255 - channel)):02X}" for channel in channels)


# --------------------------------------------------------------------------------------------- the rest of the record


def signed(value: float) -> str:
    """A difference of probabilities, such as "+0.12"."""
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "\N{MINUS SIGN}")


def facts(record: Mapping[str, Any], seconds: float) -> list[str]:
    """Length, rig and missing joints of the recording."""
    missing = len(record["skeleton"]["missing_joints"])
    found = [f"{seconds:.1f} s", record["skeleton"]["layout"] or "unnamed rig"]
    return [*found, f"{missing} of {len(JOINT_NAMES)} joints missing"] if missing else found


def label_colours(record: Mapping[str, Any]) -> dict[str, str]:
    """A colour for each label of a window, in the order of the probabilities; from the seventh on they share one.

    A recording of one window needs no colours to tell its labels apart: its label is grey.
    """
    if len(record["segments"]) == 1:
        return {record["label"]: MUTED}
    shown = {segment["label"] for segment in record["segments"]}
    ordered = [label for label in record["scores"] if label in shown]
    return {label: _LABEL_COLOURS[min(place, len(_LABEL_COLOURS) - 1)] for place, label in enumerate(ordered)}


def is_dark(colour: str) -> bool:
    """Whether white text is easier to read on a colour than black text (relative luminance of WCAG 2, no gamma)."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.52


def most_likely(scores: Mapping[str, float], count: int) -> list[tuple[str, float]]:
    """The `count` labels of the highest probabilities, the highest first."""
    ordered: Sequence[tuple[str, float]] = sorted(scores.items(), key=lambda item: -item[1])
    return list(ordered[:count])


def left_out_words(scores: Mapping[str, float], count: int) -> str | None:
    """How many labels `most_likely` leaves out and how likely they can be, None if it shows all."""
    left_out = len(scores) - count
    return f"and {left_out} more, each at most {most_likely(scores, count)[-1][1]:.1%}" if left_out > 0 else None
