"""Rows of a corpus: from a file to its rows, and from a row back to the clip in it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.limitations import ASPECTS
from eai_llm_hf.processing.skeleton.placement import place
from eai_llm_hf.processing.skeleton.tree import FRAME_RATE, JOINT_NAMES
from eai_llm_hf.processing.skeleton.unify import unify

from .schema import FEATURES, CorpusFile, Cut, LeftOut


def clip_row(clip: UnifiedClip, **columns: str | float | None) -> dict:
    """A row of `FEATURES`; columns that are not given are None."""
    known = {"joints": clip.joints, "joint_mask": clip.joint_mask, "fps": clip.fps, "not_shown": list(clip.not_shown)}
    return dict.fromkeys(FEATURES) | known | columns


def read_rows(file: CorpusFile, left_out: list[LeftOut]) -> Iterator[dict]:
    """Reads a file of a corpus.

    Args:
        file: The file to read.
        left_out: What cannot be read is added here; nothing is raised for it.

    Yields:
        One row for each person in the file; if it is cut, for each clip of each person.
    """
    try:
        motions = read_motions(file.path, fps=file.fps, layout=file.layout)
    except Exception as error:  # a file that breaks a reader must not stop the files after it
        left_out.append(LeftOut(file.source, reason(error, file.path)))
        return
    for person, motion in enumerate(motions):
        suffix = f"#{person}" if person else ""
        try:
            clip = unify(motion)
            parts = [("", clip)] if file.cut is None else _parts(clip, file.cut, motion.source)
        except Exception as error:  # as above
            left_out.append(LeftOut(file.source + suffix, reason(error, file.path)))
            continue
        content = file.content or file.clip_id
        for place_in_take, part in parts:
            yield clip_row(
                part,
                label=file.label,
                intensity=file.intensity,
                performer=file.performer and file.performer + suffix,
                content=content,
                family=file.family or content,
                corpus=file.corpus,
                clip_id=file.clip_id + place_in_take + suffix,
                source=file.source,
            )


def _parts(take: UnifiedClip, cut: Cut, source: str) -> list[tuple[str, UnifiedClip]]:
    """The clips cut from a take, each with what its name adds to that of the take: "/15s" starts after 15 seconds.

    Unit and axes are those of the take, and each clip starts at the origin and faces +Z, like any other.

    Raises:
        MotionError: If the take is too short for a clip.
    """
    first, length, shortest = (round(FRAME_RATE * seconds) for seconds in (cut.start_s, cut.window_s, cut.shortest_s))
    stop = None if cut.stop_s is None else round(FRAME_RATE * cut.stop_s)
    frames = range(len(take.joints))[first:stop]
    windows = [frames[start : start + length] for start in range(0, len(frames), length)]
    parts = []
    for window in windows:
        if len(window) < shortest:
            continue
        part = take.cut(window.start, window.stop)
        guessed = np.zeros(part.joints.shape[:2], bool) if part.guessed is None else part.guessed
        joints, face = place(part.joints, part.joint_mask, guessed, part.face, source, [])
        name = f"/{round(window.start / FRAME_RATE, 1):g}s"
        parts.append((name, replace(part, joints=np.ascontiguousarray(joints), face=face)))
    if not parts:
        raise MotionError(
            f"{source}: expected at least {cut.shortest_s:g} s of movement, found {len(frames) / FRAME_RATE:.1f} s in "
            f"the part that is used of its {len(take.joints) / FRAME_RATE:.1f} s"
        )
    return parts


def reason(error: Exception, path: Path) -> str:
    """Why a file cannot be read, in one line, without its name in front and without the folders of this machine."""
    if isinstance(error, MotionError):
        message = str(error)
    elif isinstance(error, OSError):
        message = error.strerror or type(error).__name__
    else:  # no reader should raise this, so its type helps to find the bug
        message = f"{type(error).__name__}: {error}"
    message = " ".join(message.replace(str(path), path.name).split())
    return message.removeprefix(path.name).lstrip(":, ") or message


def not_shown_in(row: Mapping[str, Any]) -> tuple[str, ...]:
    """What the recording of a row cannot show; a dataset of a user's own may lack the column."""
    aspects = row.get("not_shown")
    return () if aspects is None else tuple(str(aspect) for aspect in aspects)


def as_clip(row: Mapping[str, Any]) -> UnifiedClip:
    """The unified clip in a row."""
    joints = np.asarray(row["joints"], dtype=np.float32)
    mask = np.asarray(row["joint_mask"], dtype=bool)
    report = {
        "layout": row["corpus"],
        "frames": len(joints),
        "fps": float(row["fps"]),
        "matched_joints": int(mask.sum()),
        "missing_joints": [name for name, there in zip(JOINT_NAMES, mask, strict=True) if not there],
        "up_axis": "y",
        "unit_scale": 1.0,
    }
    not_shown = {aspect: f"the recording does not show {ASPECTS[aspect]}" for aspect in not_shown_in(row)}
    return UnifiedClip(joints=joints, joint_mask=mask, fps=float(row["fps"]), report=report, not_shown=not_shown)


__all__ = ["as_clip", "clip_row", "not_shown_in", "read_rows", "reason"]
