"""The results as HTML, made of the parts that the report has; and the files that visitors take with them."""

import json
from collections.abc import Sequence
from typing import Any

from eai_llm_hf.processing.adaptation import score_sentences
from eai_llm_hf.processing.descriptors.reference import MotionReference

from ..report.html_report import MOST_BARS, bars, colour_key, lanes, linked_pieces, render_html, section
from ..report.player_data import compared_movements, movement
from ..report.reason_view import reasons
from ..report.record_view import (
    LIMITS,
    NO_EVIDENCE,
    absent_words,
    change_words,
    explained_window,
    facts,
    label_colours,
    left_out_words,
    reference_words,
    span_words,
    sure_words,
    value_words,
    windows_of,
)
from ..report.templating import template
from .actions import Change, is_same_person, typical_for
from .session import NEUTRAL, PERSON, RECORDINGS, Entry, Result, Session, VisitorError

LONGEST_PLAYED_S = 600.0
"""Of a longer recording the page plays the explained window; ten minutes are 3 MB for the browser."""

LARGEST_MB = 100
"""Largest file that may be added."""

COMPARED_S = 10.0
"""Seconds of each of two movements that the pipeline compares."""

_ROOM = "eai_llm_hf.app"


def _shown(file: str, /, **values: Any) -> str:
    return template(file, _ROOM).render(**values)


def page_head() -> str:
    """What the page needs in its head: styles and scripts, of the player and of the app."""
    return _shown("head.html", largest_mb=LARGEST_MB)


def welcome() -> str:
    """The top of the page: what it does and what it does not."""
    return _shown("welcome.html", limits=LIMITS)


def nothing() -> str:
    """What stands where a result will be."""
    return _shown("nothing.html")


def problem(error: VisitorError) -> str:
    """A message about something that the visitor can put right, or one line for each of several."""
    return _shown("problem.html", messages=str(error).splitlines())


def waiting(words: str) -> str:
    """What stands where a result will be, while it is made."""
    return _shown("waiting.html", words=words)


def introduction(words: str) -> str:
    """What a part of the page is for."""
    return _shown("introduction.html", words=words)


def result_view(result: Result, session: Session) -> str:
    """A recording that plays next to its label, certainty and reasons."""
    record, clip = result.record, result.entry.clip
    seconds = len(clip.joints) / clip.fps
    found = reasons(record, result.reference, result.alone)
    windows = [window._asdict() for window in windows_of(record)]
    return _shown(
        "result.html",
        id="result",
        name=result.entry.name,
        label=record["label"],
        score=f"{record['score']:.0%}",
        changes=change_words(record),
        facts=" · ".join(facts(record, seconds)),
        moving=[movement(record, clip, LONGEST_PLAYED_S)],
        key=colour_key(record),
        windows=windows if len(windows) > 1 else [],
        window=_window_words(record),
        colours=label_colours(record),
        bars=bars(record),
        left_out=left_out_words(record["scores"], MOST_BARS),
        sure=sure_words(record),
        pieces=linked_pieces(record),
        groups=[
            ("Speaks for it", [each for each in found if each["side"] == "for"]),
            ("Speaks against it", [each for each in found if each["side"] == "against"]),
        ],
        others=[each for each in found if not each["side"]],
        lanes=lanes(record),
        evidence=bool(found),
        no_evidence=NO_EVIDENCE,
        notes=[note["message"] for note in record["notes"]],
        relative=reference_words(record, result.alone is not None),
        absent=absent_words(record),
        learned=[] if session.adapted is None else session.adapted.labels,
    )


def _window_words(record: dict[str, Any]) -> str:
    """Which window of a long recording its words are about; empty where there is one window."""
    if len(record["segments"]) == 1:
        return ""
    window = explained_window(record)
    best = max(record["segments"], key=lambda part: (part["label"] == record["label"], part["score"]))
    why = f", where {record['label']} is most probable" if window == (best["start_s"], best["end_s"]) else ""
    return f"{span_words(*window)}{why}"


def reference_view(session: Session, entry: Entry) -> str:
    """What a recording is compared with where the visitor chose something, or else the question who moves in it."""
    if not session.typical:
        return ""
    return _shown(
        "reference.html",
        name=entry.name,
        names=_names(session.typical),
        same=session.kind == RECORDINGS or is_same_person(session, entry),
        compared_with=_compared_with(session, entry),
        left_out=entry in session.typical,
    )


def _compared_with(session: Session, entry: Entry) -> str:
    """What a recording is compared with; empty where that is the default of the checkpoint."""
    used = typical_for(session, entry)
    words = {
        NEUTRAL: "a neutral recording of the same person",
        PERSON: "other recordings of the same person" if len(used) > 1 else "another recording of the same person",
        RECORDINGS: "other recordings of this kind" if len(used) > 1 else "another recording of this kind",
    }
    return f"{words[session.kind]}: {_names(used)}" if used else ""


def _names(entries: Sequence[Entry]) -> str:
    return ", ".join(entry.name for entry in entries)


def answer_view(result: Result) -> str:
    """The answer to a question, with what was measured for it."""
    record = result.record
    said = {row for piece in linked_pieces(record) for row in piece["rows"]}
    measured = [each for each in reasons(record, result.reference, result.alone) if each["row"] in said]
    given = {"question": record["question"], "answer": record["explanation"], "window": _window_words(record)}
    return _shown("answer.html", **given, measured=measured)


def comparison_view(comparison: dict[str, Any], entries: tuple[Entry, Entry]) -> str:
    """Two movements next to each other, and how they differ."""
    clips = [entry.clip for entry in entries]
    rows = [
        {
            "row": row,
            "words": item["difference"],
            "values": [value_words({**item, "value": value}) for value in item["values"]],
        }
        for row, item in enumerate(comparison["differences"])
    ]
    return _shown(
        "comparison.html",
        names=comparison["sources"],
        moving=compared_movements(comparison, clips, comparison["sources"], COMPARED_S),
        question=comparison["question"],
        answer=comparison["answer"],
        rows=rows,
    )


def change_view(change: Change, session: Session) -> str:
    """What another reference changed: label, certainty, and where the values of the claims lie."""
    before, after, entry = change.before.record, change.after.record, change.after.entry
    earlier, now = ({_about(item): item for item in record["evidence"]} for record in (before, after))
    return _shown(
        "change.html",
        name=entry.name,
        compared_with=_compared_with(session, entry),
        left_out=entry in session.typical,
        of_person=session.kind != RECORDINGS,
        changed=change.after is not change.before,
        rows=[
            ("label", *(f"{record['label']} ({record['score']:.0%})" for record in (before, after))),
            ("certainty", *(_certainty(record) for record in (before, after))),
        ],
        kept=[
            (item["claim"], _place(earlier[about]["percentile"]), _place(item["percentile"]))
            for about, item in now.items()
            if about in earlier
        ],
        gone=[item["claim"] for about, item in earlier.items() if about not in now],
        come=[item["claim"] for about, item in now.items() if about not in earlier],
    )


def _about(item: dict[str, Any]) -> tuple[str, str, str]:
    """What a claim is about, whatever its degree."""
    return item["descriptor"], item["direction"], item["span"]


def _certainty(record: dict[str, Any]) -> str:
    found = record["certainty"]
    return f"{found['level'] or 'unknown'}" + ("" if found["accuracy"] is None else f" ({found['accuracy']:.0%})")


def _place(percentile: float | None) -> str:
    return "–" if percentile is None else f"{percentile:.0f}"


def labels_view(session: Session) -> str:
    """The recordings that have a label, and how well the labels were learned."""
    adapted = session.adapted
    return _shown(
        "labels.html",
        rows=[(entry.name, entry.label, entry.performer) for entry in session.entries if entry.label],
        learned=None
        if adapted is None
        else {"labels": adapted.labels, "clips": adapted.score["clips"], "how_good": score_sentences(adapted.score)},
    )


# -------------------------------------------------------------------------------------------------- files to take away


def record_file(result: Result) -> dict[str, str]:
    """The record as a file: its name, type and text."""
    return _file(result, "json", "application/json", json.dumps(result.record, indent=1))


def report_file(result: Result) -> dict[str, str]:
    """The report as a file."""
    page = render_html([section(result.record, result.entry.clip, result.entry.name, 1, result.alone is not None)])
    return _file(result, "html", "text/html", page)


def reference_file(reference: MotionReference) -> dict[str, str]:
    """A reference as a file, for `eai-llm explain --reference`."""
    text = json.dumps(reference.to_dict(), indent=1)
    return {"name": "reference.json", "type": "application/json", "text": text}


def _file(result: Result, suffix: str, kind: str, text: str) -> dict[str, str]:
    stem = result.entry.name.rpartition(".")[0] or result.entry.name
    name = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in stem)
    return {"name": f"{name[:60]}.{suffix}", "type": kind, "text": text}
