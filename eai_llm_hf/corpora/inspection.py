"""What is found in a recording before a model reads it: joints, rig, frames, axes, unit and gaps, with reasons."""

import textwrap
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.smpl import AXIS_ANGLE
from eai_llm_hf.processing.skeleton.limitations import ASPECTS
from eai_llm_hf.processing.skeleton.rig_files import Rigs, as_list
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES
from eai_llm_hf.processing.skeleton.unify import unify

ABOUT_ROTATIONS = (
    f"{AXIS_ANGLE} is a layout, too, but no rig: an array with the rotations of SMPL, SMPL-H or SMPL-X, axis-angle "
    "vectors in radians of shape (frames, 22, 24, 52 or 55, 3), or flat. The joints follow from them."
)
"""What the layout that declares rotations is, for the list of rigs."""

_WIDTH = 110
_LABEL = 13


def inspect_file(path: str | Path, layout: str | None = None, fps: float | None = None) -> Iterator[dict[str, Any]]:
    """Reads a recording and reports what was found.

    Args:
        path: A motion file.
        layout: Name of a rig or path of a rig file, if the recording does not state it or states it wrongly.
        fps: Frames per second, if the recording does not state them.

    Yields:
        One finding for each person, ready for JSON: `source`, `person` (from 1) and `people`, `layout`, `frames`,
        `seconds` and `fps` of the source, `matched` (unified joint -> its source), `missing` and `unused` (names),
        `up_axis` and `unit_scale` with `up_axis_reason` and `unit_reason`, `gaps` (joint -> share of the frames in
        which it was tracked, if not all), `not_shown` (what the recording cannot show -> why), `notes`. For a file or
        person that cannot be read: `source`, `error` (type and message) and the person, if the file has several.
    """
    try:
        people = read_motions(path, fps=fps, layout=layout)
    except (ValueError, OSError) as error:
        yield {"source": str(path), "error": _error(error)}
        return
    for number, motion in enumerate(people, start=1):
        who = {"source": str(path), "person": number, "people": len(people)}
        try:
            clip = unify(motion)
        except ValueError as error:
            yield (who if len(people) > 1 else {"source": str(path)}) | {"error": _error(error)}
            continue
        found = clip.report
        missing = found["missing_joints"]
        yield who | {
            "layout": found["layout"],
            "frames": found["frames"],
            "seconds": round(found["frames"] / found["fps"], 3),
            "fps": found["fps"],
            "matched": {joint: found["how"][joint] for joint in JOINT_NAMES if joint not in missing},
            "missing": missing,
            "unused": found["unused_joints"],
            "up_axis": found["up_axis"],
            "up_axis_reason": found["reasons"]["up_axis"],
            "unit_scale": found["unit_scale"],
            "unit_reason": found["reasons"]["unit"],
            "gaps": found["gaps"],
            "not_shown": clip.not_shown,
            "notes": found["notes"],
        }


def _error(error: Exception) -> dict[str, str]:
    return {"type": type(error).__name__, "message": str(error)}


def finding_as_text(finding: Mapping[str, Any]) -> str:
    """A finding of `inspect_file` as readable text."""
    title = str(finding["source"])
    if finding.get("people", 1) > 1:
        title += f", person {finding['person']} of {finding['people']}"
    if "error" in finding:
        return f"{title}\n  could not be read: {finding['error']['message']}\n"
    layout, matched = finding["layout"], finding["matched"]
    found = f"{len(matched)} of the {len(JOINT_NAMES)} joints found"
    lines = [
        title,
        *_field("rig", f"none known, {found} by their names" if layout == "by-name" else f"{layout}, {found}"),
        *_field("recording", f"{finding['frames']} frames, {finding['seconds']:g} s at {finding['fps']:g} frames/s"),
        *_field("up axis", finding["up_axis_reason"]),
        *_field("unit", finding["unit_reason"]),
    ]
    for index, (joint, how) in enumerate(matched.items()):
        lines += _field("" if index else "matched", f"{joint:<15}{how.removesuffix(f' (rig {layout})')}")
    lines += _field("missing", ", ".join(finding["missing"]) or "nothing")
    lines += _field("not used", ", ".join(finding["unused"]) or "nothing")
    gaps = _gaps_as_text(finding["gaps"], matched)
    lines += _field("gaps", f"tracked in part of the frames: {gaps}" if gaps else "none")
    not_shown = finding["not_shown"]
    lines += _field(
        "can show", ", ".join(what for aspect, what in ASPECTS.items() if aspect not in not_shown) or "nothing"
    )
    for index, (aspect, why) in enumerate(not_shown.items()):
        lines += _field("" if index else "cannot show", f"{ASPECTS[aspect]}: {why}")
    for index, note in enumerate(finding["notes"]):
        lines += _field("" if index else "notes", note["message"])
    return "\n".join(lines) + "\n"


def _gaps_as_text(gaps: Mapping[str, float], matched: Collection[str]) -> str:
    """Says in how many frames each joint was tracked; what most of a body without a whole joint share, once."""
    shares = Counter(gaps.values()).most_common(1)
    shared = shares[0][0] if shares and shares[0][1] > len(gaps) / 2 and set(matched) <= set(gaps) else None
    words = [f"{joint} in {share:.1%}" for joint, share in gaps.items() if share != shared]
    if shared is not None:
        words.append(f"all {'other ' if words else ''}joints in {shared:.1%}")
    return ", ".join(words)


def _field(label: str, text: str) -> list[str]:
    indent = " " * (_LABEL + 2)
    return textwrap.wrap(text, _WIDTH, initial_indent=f"  {label:<{_LABEL}}", subsequent_indent=indent)


def missing_in(rig: Mapping[str, Any]) -> list[str]:
    """The unified joints that a rig does not have."""
    return [joint for joint in JOINT_NAMES if joint not in rig["map"]]


def rigs_as_table(rigs: Rigs) -> str:
    """The rigs as a Markdown table, and the layout that is none."""
    lines = ["| rig | joints | of the 22 | units | up axis | description |", "|---|---|---|---|---|---|"]
    for name, rig in rigs.items():
        units, up_axis = (rig.get(key) or "found" for key in ("units", "up_axis"))
        description = str(rig.get("description", "")).replace("|", "\\|")
        lines.append(f"| `{name}` | {len(rig['joints'])} | {len(rig['map'])} | {units} | {up_axis} | {description} |")
    return "\n".join([*lines, "", *textwrap.wrap(ABOUT_ROTATIONS, _WIDTH, break_on_hyphens=False)])


def rig_as_text(rig: Mapping[str, Any]) -> str:
    """A rig with its joints and the unified joints that they stand for."""
    stands_for: dict[str, list[str]] = {joint: [] for joint in rig["joints"]}
    for joint, value in rig["map"].items():
        names = as_list(value)
        for name in names:
            others = [other for other in names if other != name]
            stands_for[name].append(joint + (f" (mean with {' and '.join(others)})" if others else ""))
    units, up_axis = (rig.get(key) or "found in the recording" for key in ("units", "up_axis"))
    width = max(len(joint) for joint in rig["joints"])
    lines = [
        str(rig["name"]),
        *textwrap.wrap(str(rig.get("description", "")), _WIDTH, initial_indent="  ", subsequent_indent="  "),
        f"  units {units}, up axis {up_axis}",
        "",
        f"  {'joint':<{width}}  {'parent':<{width}}  stands for",
    ]
    for joint, parent in zip(rig["joints"], rig["parents"], strict=True):
        above = rig["joints"][parent] if parent >= 0 else ""
        lines.append(f"  {joint:<{width}}  {above:<{width}}  {', '.join(stands_for[joint])}".rstrip())
    lines += ["", f"  missing: {', '.join(missing_in(rig)) or 'nothing'}"]
    return "\n".join(lines)


__all__ = ["ABOUT_ROTATIONS", "finding_as_text", "inspect_file", "missing_in", "rig_as_text", "rigs_as_table"]
