"""The overview of a report of several recordings: a table that a reader sorts and filters.

`templates/overview.html` is the table, whole without scripts and in print; `templates/overview.js` sorts and filters.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

NOT_MEASURED = "not measured"
FAILED = "could not be explained"
NO_NOTE = "none"
_LEVELS = (NOT_MEASURED, "low", "medium", "high")

NOTE_WORDS = {
    "axis_order": "order of the axes found out",
    "body_lost": "nobody tracked for a while",
    "body_model": "average proportions",
    "camera_tilted": "tilted camera",
    "common_claims": "shared by nearly all clips",
    "confidence_ignored": "confidence not used",
    "estimated_joint_centres": "joint centres estimated",
    "fps_contradicted": "frame rates disagree",
    "gaps_filled": "gaps filled",
    "joint_left_out": "joint left out",
    "jumps": "body jumps",
    "loose_markers": "loose markers",
    "low_visibility": "joints hardly visible",
    "mirrored": "mirrored body",
    "motionless": "nothing moves",
    "one_of_animations": "one of several animations",
    "padding_cut": "empty frames cut",
    "part_not_recorded": "part of the body not recorded",
    "performer_unknown": "performer unknown",
    "person_dropped": "another person left out",
    "person_returned": "person taken for an earlier one",
    "person_seldom_found": "person seldom found",
    "pinned_root": "pelvis in one place",
    "pose_cut": "stray pose cut",
    "sides_exchanged": "left and right exchanged",
    "sloping_floor": "floor levelled",
    "time_hole": "hole in the times",
    "time_unit_guessed": "unit of time found out",
    "unit_overruled": "stated unit of length not used",
    "unit_unlikely": "unit of length doubtful",
    "unlikely_proportions": "unlikely proportions",
    "unsteady_bones": "bones change their length",
    "up_axis_overruled": "stated up axis not used",
    "up_axis_uncertain": "up axis doubtful",
    "video_damaged": "damaged video",
}
"""What the overview calls a note, by its code."""


def overview(sections: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the table shows.

    Args:
        sections: Results of `section` and `error_section` of `html_report.py`.

    Returns:
        `rows`, one a section: the section, and `values`, by which the columns of label, certainty and note are
        filtered. `filters`, one for each of these columns in which rows differ: its name and column, and each value
        with the number of its rows.
    """
    rows = [{"section": section, "values": _values(section)} for section in sections]
    filters = []
    for column, name in ((1, "label"), (3, "certainty"), (4, "note")):
        counts = Counter(value for row in rows for value in row["values"][name])
        if len(counts) > 1:
            filters.append({"name": name, "column": column, "choices": _in_order(name, counts)})
    return {"rows": rows, "filters": filters}


def certainty_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """The level of a record's certainty, and its rank, from 0 where it was not measured to 3."""
    level = (record.get("certainty") or {}).get("level") or NOT_MEASURED
    return {"level": level, "rank": _LEVELS.index(level)}


def note_kinds(record: Mapping[str, Any]) -> list[dict[str, str]]:
    """The notes of a record by kind: what it is called, and the messages."""
    found: dict[str, list[str]] = {}
    for note in record.get("notes", ()):
        kind = NOTE_WORDS.get(note["code"], note["code"].replace("_", " "))  # a later version may know more of them
        found.setdefault(kind, []).append(note["message"])
    return [{"kind": kind, "messages": "; ".join(messages)} for kind, messages in found.items()]


def _values(section: Mapping[str, Any]) -> dict[str, list[str]]:
    if section["error"]:
        return {"label": [FAILED], "certainty": [], "note": []}
    kinds = [each["kind"] for each in section["kinds"]] or [NO_NOTE]
    return {"label": [section["label"]], "certainty": [section["certainty"]["level"]], "note": kinds}


def _in_order(name: str, counts: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    """The values of a column: levels from the highest, others by name, and last what is not there."""
    if name == "certainty":
        return [(level, counts[level]) for level in reversed(_LEVELS) if level in counts]
    return sorted(counts.items(), key=lambda each: (each[0] in (FAILED, NO_NOTE), each[0].casefold()))
