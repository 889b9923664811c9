"""What `templates/player.js` plays: the movement of a record, with the body parts of its claims at their times."""

import base64
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, NUM_JOINTS

from .picture_page import HIGHLIGHT, SIDE_COLOURS
from .record_view import cited, explained_window, highlights, side_of_rows, sides, span_words
from .rendering import HEAD_RADIUS, PART_COLOURS, TURN, bones_of, joints_present, marked_at

LONGEST_MOVEMENT_S = 60.0
"""Of a longer recording a page that is kept as a file plays only the explained window."""


def movement(record: Mapping[str, Any], clip: UnifiedClip, longest_s: float = LONGEST_MOVEMENT_S) -> dict[str, Any]:
    """The movement of a record; the body parts of its reasons, or else of its claims, are marked at their times.

    Args:
        record: The record of one person.
        clip: The movement that the record describes.
        longest_s: Of a recording that lasts longer, in seconds, only the explained window is played.
    """
    start, end = explained = explained_window(record)
    if len(clip.joints) / clip.fps <= longest_s:
        start, end = 0.0, len(clip.joints) / clip.fps
    first = round(start * clip.fps)
    side_of, marked, named = side_of_rows(record), sides(record), highlights(record)
    present = joints_present(clip.joint_mask)
    claims = [
        _claim(
            row,
            item,
            present,
            item["claim"],
            (item["start_s"], item["end_s"]),
            item["holds"] is True
            and (
                item["body_part"] in marked[side_of[row]]
                if row in side_of
                else not side_of and is_cited and item["body_part"] in named
            ),
            side_of.get(row, ""),
        )
        for row, (item, is_cited) in enumerate(zip(record["evidence"], cited(record), strict=True))
    ]
    found = _played(clip, first, round(end * clip.fps), claims)
    return found | {"opens": round(explained[0] * clip.fps) - first}


def compared_movements(
    comparison: Mapping[str, Any], clips: Iterable[UnifiedClip], names: Iterable[str], longest_s: float
) -> list[dict[str, Any]]:
    """Two movements that stand next to each other; the body parts of a difference are marked where it is chosen.

    Args:
        comparison: What `compare` of the pipeline returns.
        clips: The two movements.
        names: What to write below them.
        longest_s: Seconds of each that are played: those that were compared.
    """
    found = []
    for clip, name in zip(clips, names, strict=True):
        end = min(len(clip.joints), round(longest_s * clip.fps))
        present = joints_present(clip.joint_mask)
        claims = [
            _claim(
                row,
                {"body_part": DESCRIPTORS[DESCRIPTOR_INDEX[item["descriptor"]]].body_part},
                present,
                item["difference"],
                (0.0, longest_s),
                False,
            )
            for row, item in enumerate(comparison["differences"])
        ]
        found.append(_played(clip, 0, end, claims) | {"name": name})
    return found


def _claim(
    row: int,
    item: Mapping[str, Any],
    present: Mapping[str, Any],
    words: str,
    times: tuple[float, float],
    shown: bool,
    side: str = "",
) -> dict[str, Any]:
    return {
        "row": row,
        "claim": words,
        "when": span_words(*times),
        "parts": [part for part in marked_at((item["body_part"],), 0.0) if part in present],
        "start": times[0],
        "end": times[1],
        "side": side,
        "shown": shown,
    }


def _played(clip: UnifiedClip, first: int, last: int, claims: list[dict[str, Any]]) -> dict[str, Any]:
    """Frames `first` to before `last`: joints around the pelvis in millimetres, its path in centimetres."""
    joints = clip.joints[first:last]
    travel = joints[:, JOINT_INDEX["pelvis"], ::2]
    around = np.array(joints)
    around[..., ::2] -= travel[:, None]
    around[:, ~clip.joint_mask] = 0.0
    return {
        "frames": len(joints),
        "count": NUM_JOINTS,
        "fps": clip.fps,
        "start": first / clip.fps,
        "opens": 0,
        "joints": _packed(1000.0 * around),
        "travel": _packed(100.0 * (travel - travel[:1])),
        "bones": bones_of(clip.joint_mask),
        "parts": joints_present(clip.joint_mask),
        "colours": PART_COLOURS,
        "highlight": HIGHLIGHT,
        "sides": SIDE_COLOURS,
        "head": JOINT_INDEX["head"] if clip.joint_mask[JOINT_INDEX["head"]] else None,
        "head_radius": HEAD_RADIUS,
        "yaw": TURN,
        "claims": claims,
    }


def _packed(values: np.ndarray) -> str:
    """Values rounded to 16-bit integers, little-endian, in base64."""
    whole = np.clip(np.rint(values), -32768, 32767).astype("<i2")
    return base64.b64encode(whole.tobytes()).decode("ascii")
