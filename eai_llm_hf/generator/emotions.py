"""How emotions change movement: a table of published effects, as data.

A *style* is one value for each entry of `STYLE_PARAMETERS`. A performer's habits give the style of neutral movement;
an emotion adds its effects, scaled by the intensity. To add an emotion, add an entry to `EMOTIONS`: nothing else in
the generator depends on the names of the emotions.

Directions follow the publications named with each effect; `emotion_sources` says which of these statements were read
and which are attributed from memory. "design" marks an effect that rests on no publication, only on plausibility. "not
confident" has no literature under that name; its posture effects are those of shame.

Sizes are in the unit of the style parameter at intensity 1. They are this project's choice, not measured values of
these papers. They were set after looking at the per-emotion medians of walks, runs, bows and waves of Bandai-Namco set
1, then enlarged by half, so that a linear probe on a dozen features can learn them but a probe on speed and head pitch
cannot (`benchmarks/giveaway.py`). So the generator is not independent of that set, and results on it must say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from .emotion_sources import (
    COULSON,
    DAEL,
    DE_MEIJER,
    DESIGN,
    GROSS,
    HALOVIC,
    MELZER,
    MICHALAK,
    MONTEPARE,
    ROETHER,
    TRACY_MATSUMOTO,
    TRACY_ROBINS,
    WALLBOTT,
)


@dataclass(frozen=True)
class StyleParameter:
    """One way in which people and moods move differently.

    Attributes:
        unit: Unit of the value; "log" is the natural logarithm of a ratio to the average.
        neutral: Value of the average performer in a neutral mood.
        habit_sd: Standard deviation between performers.
        clip_sd: Standard deviation between neutral clips of one performer.
        low: Smallest value that still looks human.
        high: Largest value that still looks human.
        meaning: What a larger value looks like.
    """

    unit: str
    neutral: float
    habit_sd: float
    clip_sd: float
    low: float
    high: float
    meaning: str


STYLE_PARAMETERS: Mapping[str, StyleParameter] = MappingProxyType(
    {
        "tempo": StyleParameter("log", 0.0, 0.12, 0.07, -0.85, 0.4, "cadence and gestures are faster"),
        "step_length": StyleParameter("log", 0.0, 0.10, 0.06, -0.7, 0.22, "steps are longer"),
        "head_pitch": StyleParameter("deg", 3.0, 6.0, 4.0, -28.0, 45.0, "the head is bowed"),
        "trunk_lean": StyleParameter("deg", 1.0, 3.0, 2.5, -13.0, 24.0, "the whole trunk leans forward"),
        "trunk_curl": StyleParameter("deg", 3.0, 5.0, 3.0, -14.0, 30.0, "the upper back is rounded"),
        "shoulder_lift": StyleParameter("deg", 0.0, 4.0, 2.0, -12.0, 20.0, "the shoulders are raised"),
        "shoulder_forward": StyleParameter("deg", 0.0, 6.0, 3.0, -22.0, 28.0, "the shoulders are drawn forward"),
        "arm_abduction": StyleParameter("deg", 10.0, 4.0, 3.0, 0.0, 45.0, "the elbows stand away from the body"),
        "elbow_flexion": StyleParameter("deg", 20.0, 9.0, 6.0, 5.0, 100.0, "the elbows are bent at rest"),
        "arm_swing": StyleParameter("log", 0.0, 0.30, 0.20, -2.2, 0.7, "the arms swing wider"),
        "gesture_size": StyleParameter("log", 0.0, 0.20, 0.15, -1.2, 0.5, "gestures and bows reach further"),
        "bounce": StyleParameter("log", 0.0, 0.25, 0.12, -1.2, 0.8, "the body rises and falls more"),
        "jerkiness": StyleParameter("ratio", 0.2, 0.10, 0.06, 0.0, 1.0, "movements start and stop abruptly"),
        "knee_flexion": StyleParameter("deg", 6.0, 4.0, 2.0, 1.0, 32.0, "the knees stay bent in support"),
        "hesitation": StyleParameter("ratio", 0.12, 0.08, 0.05, 0.0, 1.0, "movement halts and slows down"),
        "lateral_sway": StyleParameter("log", 0.0, 0.25, 0.12, -1.0, 0.9, "the trunk sways to the sides"),
        "head_turn": StyleParameter("log", 0.0, 0.35, 0.20, -1.5, 1.0, "the gaze wanders"),
        "stance_width": StyleParameter("log", 0.0, 0.20, 0.10, -0.6, 0.6, "the feet stand further apart"),
    }
)
"""The style parameters, in a fixed order: the random draws depend on it."""


@dataclass(frozen=True)
class Effect:
    """What an emotion adds to one style parameter.

    Attributes:
        size: Signed change at intensity 1, in the unit of the style parameter.
        sources: Names of the publications that report this direction, those that were read first; `DESIGN` if none.
    """

    size: float
    sources: tuple[str, ...]


def _effects(**sizes_and_sources: tuple) -> Mapping[str, Effect]:
    unknown = sorted(set(sizes_and_sources) - set(STYLE_PARAMETERS))
    if unknown:
        raise ValueError(f"unknown style parameters {unknown}; known: {list(STYLE_PARAMETERS)}")
    return MappingProxyType(
        {name: Effect(size, tuple(sources)) for name, (size, *sources) in sizes_and_sources.items()}
    )


EMOTIONS: Mapping[str, Mapping[str, Effect]] = MappingProxyType(
    {
        "neutral": _effects(),
        "happy": _effects(
            tempo=(0.21, GROSS, MONTEPARE),
            step_length=(0.09, HALOVIC, GROSS),
            head_pitch=(-12.0, COULSON, WALLBOTT),
            trunk_lean=(-2.0, DE_MEIJER),
            trunk_curl=(-9.0, GROSS, DE_MEIJER),
            shoulder_lift=(-3.0, GROSS),
            arm_abduction=(9.0, WALLBOTT, DE_MEIJER),
            elbow_flexion=(9.0, ROETHER),
            arm_swing=(0.68, GROSS, HALOVIC, ROETHER, MONTEPARE),
            gesture_size=(0.52, WALLBOTT, DE_MEIJER),
            bounce=(0.75, MELZER, MONTEPARE, DE_MEIJER),
            jerkiness=(0.08, WALLBOTT),
            lateral_sway=(0.45, DESIGN),
            head_turn=(0.52, DESIGN),
        ),
        "sad": _effects(
            tempo=(-0.51, GROSS, MICHALAK, HALOVIC, ROETHER, MONTEPARE),
            step_length=(-0.33, HALOVIC, MONTEPARE, GROSS),
            head_pitch=(21.0, GROSS, ROETHER, COULSON, MELZER, WALLBOTT),
            trunk_lean=(3.0, DE_MEIJER, MICHALAK),
            trunk_curl=(13.5, GROSS, MICHALAK, COULSON, WALLBOTT, DE_MEIJER),
            shoulder_lift=(-6.0, WALLBOTT),
            shoulder_forward=(7.5, WALLBOTT),
            arm_abduction=(-6.0, COULSON, DE_MEIJER),
            elbow_flexion=(-10.5, COULSON, ROETHER),
            arm_swing=(-1.2, GROSS, MICHALAK, HALOVIC, MONTEPARE, ROETHER),
            gesture_size=(-0.75, WALLBOTT),
            bounce=(-0.68, MICHALAK),
            jerkiness=(-0.18, WALLBOTT, GROSS),
            hesitation=(0.22, DESIGN),
            lateral_sway=(0.45, MICHALAK),
            head_turn=(-0.75, DESIGN),
        ),
        "angry": _effects(
            tempo=(0.27, GROSS, HALOVIC, ROETHER, MONTEPARE),
            step_length=(0.18, HALOVIC, MONTEPARE, GROSS),
            head_pitch=(7.5, DESIGN),
            trunk_lean=(10.5, DAEL, DE_MEIJER),
            shoulder_lift=(4.5, WALLBOTT),
            shoulder_forward=(6.0, DESIGN),
            arm_abduction=(7.5, WALLBOTT),
            elbow_flexion=(27.0, COULSON, ROETHER),
            arm_swing=(0.38, GROSS, HALOVIC, ROETHER, MONTEPARE),
            gesture_size=(0.3, WALLBOTT, DE_MEIJER),
            bounce=(0.22, MONTEPARE),
            jerkiness=(0.6, WALLBOTT, MELZER, DE_MEIJER, GROSS),
            knee_flexion=(3.0, DESIGN),
            hesitation=(-0.15, DE_MEIJER),
            head_turn=(-0.3, DESIGN),
            stance_width=(0.22, DESIGN),
        ),
        "proud": _effects(
            tempo=(-0.18, DESIGN),
            step_length=(0.08, MONTEPARE),
            head_pitch=(-18.0, TRACY_ROBINS, TRACY_MATSUMOTO, WALLBOTT),
            trunk_lean=(-7.5, TRACY_ROBINS),
            trunk_curl=(-13.5, TRACY_ROBINS, TRACY_MATSUMOTO, WALLBOTT),
            shoulder_lift=(1.5, DESIGN),
            shoulder_forward=(-15.0, TRACY_MATSUMOTO, WALLBOTT),
            arm_abduction=(13.5, TRACY_ROBINS),
            elbow_flexion=(6.0, TRACY_ROBINS),
            gesture_size=(0.22, DESIGN),
            jerkiness=(-0.09, DESIGN),
            hesitation=(-0.15, DESIGN),
            lateral_sway=(0.3, DESIGN),
            head_turn=(-0.45, DESIGN),
            stance_width=(0.3, TRACY_ROBINS),
        ),
        "not confident": _effects(
            tempo=(-0.18, DESIGN),
            step_length=(-0.42, DESIGN),
            head_pitch=(21.0, TRACY_MATSUMOTO, WALLBOTT),
            trunk_lean=(9.0, WALLBOTT),
            trunk_curl=(10.5, TRACY_MATSUMOTO, WALLBOTT),
            shoulder_lift=(4.5, DESIGN),
            shoulder_forward=(13.5, TRACY_MATSUMOTO),
            arm_abduction=(-9.0, DESIGN),
            elbow_flexion=(33.0, DESIGN),
            arm_swing=(-1.35, DESIGN),
            gesture_size=(-0.9, WALLBOTT),
            bounce=(-0.3, DESIGN),
            jerkiness=(0.15, DESIGN),
            knee_flexion=(9.0, DESIGN),
            hesitation=(0.6, DESIGN),
            lateral_sway=(-0.3, DESIGN),
            head_turn=(0.6, DESIGN),
            stance_width=(-0.38, DESIGN),
        ),
        "afraid": _effects(
            tempo=(0.12, HALOVIC),
            step_length=(-0.3, HALOVIC, ROETHER),
            head_pitch=(3.0, DESIGN),
            trunk_lean=(-6.0, MELZER, DE_MEIJER),
            trunk_curl=(7.5, DE_MEIJER),
            shoulder_lift=(12.0, DESIGN),
            shoulder_forward=(9.0, WALLBOTT),
            arm_abduction=(-7.5, ROETHER),
            elbow_flexion=(48.0, COULSON, ROETHER),
            arm_swing=(-0.9, HALOVIC, ROETHER),
            gesture_size=(-0.45, DESIGN),
            jerkiness=(0.52, WALLBOTT),
            knee_flexion=(15.0, ROETHER),
            hesitation=(0.6, DESIGN),
            head_turn=(0.9, DESIGN),
            stance_width=(-0.3, DESIGN),
        ),
        "disgusted": _effects(
            tempo=(-0.09, DE_MEIJER),
            head_pitch=(6.0, WALLBOTT),
            trunk_lean=(-9.0, COULSON, DE_MEIJER),
            trunk_curl=(7.5, DE_MEIJER),
            shoulder_lift=(4.5, DESIGN),
            shoulder_forward=(-9.0, WALLBOTT),
            arm_abduction=(-6.0, WALLBOTT),
            elbow_flexion=(21.0, DESIGN),
            gesture_size=(-0.45, WALLBOTT),
            jerkiness=(0.22, DESIGN),
            hesitation=(0.3, DESIGN),
            head_turn=(0.45, DESIGN),
        ),
        "surprised": _effects(
            tempo=(0.15, DE_MEIJER),
            step_length=(-0.15, DESIGN),
            head_pitch=(-9.0, COULSON),
            trunk_lean=(-9.0, COULSON, DE_MEIJER),
            trunk_curl=(-6.0, COULSON, DE_MEIJER),
            shoulder_lift=(10.5, DESIGN),
            arm_abduction=(12.0, COULSON, DE_MEIJER),
            elbow_flexion=(36.0, DESIGN),
            gesture_size=(0.3, DE_MEIJER),
            jerkiness=(0.52, DE_MEIJER),
            hesitation=(0.52, DESIGN),
            head_turn=(0.3, DESIGN),
        ),
    }
)
"""Effects of each emotion, named by an adjective, on the style parameters it changes."""

DEFAULT_EMOTIONS: tuple[str, ...] = ("happy", "sad", "angry", "proud", "not confident")
"""The labels of the default model; clips without a given emotion draw from them."""

ABSENT_EFFECT_SHARE = 0.15
"""Share of effects that a clip does not show: no one shows every sign of an emotion at once."""


def draw_expressed_effects(
    emotion: str, intensity: float, expressivity: Mapping[str, float], rng: np.random.Generator
) -> dict[str, float]:
    """Draws the effects of an emotion that one clip shows.

    Args:
        emotion: A key of `EMOTIONS`.
        intensity: 0 (nothing is shown) to 1.
        expressivity: The performer's gain for each style parameter.
        rng: Source of randomness; the same number of values is drawn for every emotion.

    Returns:
        For each style parameter the change in this clip, in the unit of the parameter.

    Raises:
        ValueError: If the emotion is unknown.
    """
    if emotion not in EMOTIONS:
        raise ValueError(f"unknown emotion {emotion!r}; the generator knows {', '.join(EMOTIONS)}")
    strengths = rng.lognormal(-0.045, 0.3, len(STYLE_PARAMETERS))
    strengths[rng.random(len(STYLE_PARAMETERS)) < ABSENT_EFFECT_SHARE] = 0.0
    effects = EMOTIONS[emotion]
    return {
        name: float(intensity * strength * expressivity[name] * effects[name].size) if name in effects else 0.0
        for name, strength in zip(STYLE_PARAMETERS, strengths, strict=True)
    }
