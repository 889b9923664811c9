"""Answers about where the hands are and which of them moves more, from their places in each frame."""

import re
from typing import Any

import numpy as np

from ..descriptors.activity import HandPlaces, hand_places
from .fixed_answers import MISSING_JOINTS
from .questions import Question

__all__ = ["hands_answer"]

_SIDES = ("left", "right")

_NOW_AND_THEN = 0.1
"""Share of the frames from which a place counts as taken."""

_MOVES_MORE = 1.25
"""How many times as far one hand must move to be the one that moves more."""

_ONCE_HIGHER = 2
"""Levels by which a hand must rise above where it mostly is, to be mentioned."""

_LEVELS = (
    "hanging beside the thigh",
    "beside the hip",
    "at the height of the waist",
    "at the height of the chest",
    "at the height of the shoulder",
    "at the height of the head",
    "above the head",
)
"""Places of a hand, the lowest first."""


def hands_answer(question: Question, facts: Any) -> str:
    """Where the hands are, whether one is where a question says, or which one moves more.

    Args:
        question: A question of the kind "hands".
        facts: The [`Facts`] of the movement, of which this needs `joints` and `joint_mask`.
    """
    places = hand_places(facts.joints, facts.joint_mask)
    if places is None:
        return MISSING_JOINTS.format("arms")
    words = question.words
    if re.search(r"\bwhich (?:\w+ )?(?:hand|arm|side)\b", words) and not words.startswith("where"):
        return _which(words, places)
    asked = _asked_place(words, places)
    if asked is not None and not re.match(r"(?:where|tell|show|what|how)\b", words):
        return _whether_there(words, *asked, places)
    return _where(words, places)


def _levels(places: HandPlaces) -> np.ndarray:
    """(2, frames) indices of `_LEVELS`."""
    level = np.zeros(places.above_hips.shape, dtype=int)
    level[places.above_hips > -0.15] = 1
    level[places.above_hips > 0.05] = 2
    level[places.above_hips > 0.3] = 3
    level[places.above_shoulders > -0.1] = 4
    level[places.above_shoulders > 0.12] = 5
    if places.above_head is not None:
        level[(places.above_head > 0.1) & (level == 5)] = 6
    return level


def _where(words: str, places: HandPlaces) -> str:
    levels = _levels(places)
    mostly = np.median(levels, axis=1).round().astype(int)
    highest = np.quantile(levels, 1 - _NOW_AND_THEN, axis=1, method="lower").astype(int)
    sides = [side for side in (0, 1) if f"{_SIDES[1 - side]} " not in words or f"{_SIDES[side]} " in words]
    if len(sides) == 2 and mostly[0] == mostly[1]:
        text = f"Most of the time both hands are {_plural(_LEVELS[mostly[0]])}"
    else:
        text = "Most of the time " + " and ".join(
            f"the {_SIDES[side]} hand is {_LEVELS[mostly[side]]}" for side in sides
        )
    risen = [side for side in sides if highest[side] >= mostly[side] + _ONCE_HIGHER]
    if len(risen) == 2 and highest[0] == highest[1]:
        return f"{text}; at their highest they are {_plural(_LEVELS[highest[0]])}."
    if risen:
        return (
            f"{text}; "
            + " and ".join(f"at its highest the {_SIDES[side]} hand is {_LEVELS[highest[side]]}" for side in risen)
            + "."
        )
    return f"{text}."


def _plural(place: str) -> str:
    return re.sub(r"the (thigh|hip|shoulder)$", r"the \1s", place)


def _asked_place(words: str, places: HandPlaces) -> tuple[str, np.ndarray] | None:
    """The place that a question names and the frames in which each hand is there, (2, frames) bool."""
    levels = _levels(places)
    if re.search(r"\b(?:above|over) (?:\w+ )?head\b|\boverhead\b", words) and places.above_head is not None:
        return "above the head", places.above_head > 0
    if re.search(
        r"\bin the air\b|\bup\b|\braised\b|\blifted\b|\bhigh\b|\b(?:above|over) (?:\w+ )?shoulders?\b", words
    ):
        return "above the shoulders", places.above_shoulders > 0
    if re.search(r"\bbehind\b", words):
        return "behind the back", (places.in_front < -0.1) & (levels < 4)
    if re.search(r"\bin front\b", words):
        return "in front of the body", places.in_front > 0.2
    if re.search(r"\bon (?:\w+ )?hips?\b|\bat (?:\w+ )?(?:hips?|waist)\b", words):
        return "at the hips", places.at_hips < 0.3
    if re.search(r"\bdown\b|\blow\b|\bhang\w*\b|\bbelow\b|\bunder\b|\bsides?\b", words):
        return "below the hips", places.above_hips < 0.05
    return None


def _whether_there(words: str, place: str, there: np.ndarray, places: HandPlaces) -> str:
    shares = there.mean(axis=1)
    side = next((side for side in (0, 1) if re.search(rf"\b{_SIDES[side]}\b", words)), None)
    name, share = ("the hands are", shares.max()) if side is None else (f"the {_SIDES[side]} hand is", shares[side])
    if side is None and abs(shares[0] - shares[1]) > 0.3:
        name = f"the {_SIDES[int(shares.argmax())]} hand is"
    where = _where(words, places)
    if share >= _NOW_AND_THEN:
        return f"Yes, {name} {place} for {share:.0%} of the time."
    return f"No, {name} not {place}. {where}"


def _which(words: str, places: HandPlaces) -> str:
    if re.search(r"\b(?:high\w*|up|raised|lifted|lower|low)\b", words):
        heights = places.above_shoulders.mean(axis=1)
        if abs(heights[0] - heights[1]) < 0.1:
            return "Both hands are held at about the same height."
        low = bool(re.search(r"\blow", words))
        side = int(heights.argmin() if low else heights.argmax())
        by = f"by {abs(heights[0] - heights[1]):.2f} leg lengths"
        return f"The {_SIDES[side]} hand is held {'lower' if low else 'higher'}, {by}."
    more = int(places.path.argmax())
    fast, slow = places.path[more], places.path[1 - more]
    speeds = f"{fast:.2f} leg lengths per second, the {_SIDES[1 - more]} one {slow:.2f}"
    if fast < _MOVES_MORE * slow or fast == 0:
        return f"Both hands move about equally: the {_SIDES[more]} one covers {speeds}."
    return f"The {_SIDES[more]} hand moves more: it covers {speeds}."
