"""Clips of emotional movement, each a function of its seed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from eai_llm_hf.processing.reading.motion import Motion

from .actions import ACTIONS
from .emotions import DEFAULT_EMOTIONS, EMOTIONS, STYLE_PARAMETERS, draw_expressed_effects
from .kinematics import solve
from .performers import PERFORMER_POOL, make_performer
from .rigs import RIG_WEIGHTS, RIGS, record
from .scene import Scene

SHORTEST_S, LONGEST_S = 0.5, 60.0
"""Bounds of a clip's duration in seconds."""


@dataclass(frozen=True)
class GeneratedClip:
    """A clip with its ground truth.

    Attributes:
        motion: The movement as the rig recorded it.
        label: Emotion expressed, a key of `EMOTIONS`.
        intensity: How strongly, 0 to 1.
        performer: Number of the virtual performer, see `make_performer`.
        action: Action of the performer, a key of `ACTIONS`.
        rig: Recording rig, a key of `RIGS`.
        seed: Seed of the clip; with the same other arguments, it makes the same clip again.
        expression: What the emotion added to each style parameter in this clip, in the parameter's unit, within the
            limits of the body; 0 if the emotion shows no such sign.
        style: The value of each style parameter in this clip: habits, mood of the day and expression together.
        contacts: (frames, 2) bool, whether the left and the right foot stand on the floor.
    """

    motion: Motion
    label: str
    intensity: float
    performer: int
    action: str
    rig: str
    seed: int
    expression: dict[str, float] = field(repr=False)
    style: dict[str, float] = field(repr=False)
    contacts: np.ndarray = field(repr=False)


def generate_clip(
    seed: int,
    *,
    emotion: str | None = None,
    intensity: float | None = None,
    action: str | None = None,
    performer: int | None = None,
    rig: str | None = None,
    duration_s: float | None = None,
) -> GeneratedClip:
    """Makes one clip; arguments that are None are drawn from the seed.

    A given argument does not change the rest of the draw: the same seed with another emotion gives the same performer
    and the same action in the same way, except for the emotion. With intensity 0, the movement is identical.

    Args:
        seed: Any integer from 0.
        emotion: A key of `EMOTIONS`; if None, drawn from `DEFAULT_EMOTIONS`.
        intensity: 0 (the emotion does not show) to 1; if None, drawn between 0.3 and 1.
        action: A key of `ACTIONS`.
        performer: Number of the performer, from 0.
        rig: A key of `RIGS`.
        duration_s: Seconds, 0.5 to 60; if None, drawn between 3 and 8.

    Returns:
        The clip. The same arguments give the same movement bit for bit.

    Raises:
        ValueError: If an argument is out of range or a name is unknown.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"a seed must be an integer from 0, found {seed!r}")
    setting, mood, movement, recording = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(4))

    # Everything is drawn even if it is given, so that a given value does not change the others.
    drawn_emotion = DEFAULT_EMOTIONS[int(setting.integers(len(DEFAULT_EMOTIONS)))]
    drawn_intensity = float(0.3 + 0.7 * setting.beta(2.0, 1.4))
    drawn_action = _draw(setting, {name: entry.weight for name, entry in ACTIONS.items()})
    drawn_performer = int(setting.integers(PERFORMER_POOL))
    drawn_rig = _draw(setting, RIG_WEIGHTS)
    drawn_duration = float(setting.uniform(3.0, 8.0))
    emotion = drawn_emotion if emotion is None else _known("emotion", emotion, EMOTIONS)
    intensity = drawn_intensity if intensity is None else _within("intensity", intensity, 0.0, 1.0)
    action = drawn_action if action is None else _known("action", action, ACTIONS)
    rig = drawn_rig if rig is None else _known("rig", rig, RIGS)
    duration_s = drawn_duration if duration_s is None else _within("duration_s", duration_s, SHORTEST_S, LONGEST_S)
    person = make_performer(drawn_performer if performer is None else performer)

    day = mood.standard_normal(len(STYLE_PARAMETERS))
    effects = draw_expressed_effects(emotion, intensity, person.expressivity, mood)
    style, expression = {}, {}
    for (name, parameter), whim in zip(STYLE_PARAMETERS.items(), day, strict=True):
        neutral = np.clip(person.habits[name] + parameter.clip_sd * whim, parameter.low, parameter.high)
        style[name] = float(np.clip(neutral + effects[name], parameter.low, parameter.high))
        expression[name] = style[name] - float(neutral)

    fps = RIGS[rig].fps
    scene = Scene(
        performer=person,
        body=person.body.scaled(RIGS[rig].body_scale),
        style=style,
        frames=max(2, round(duration_s * fps)),
        fps=fps,
        rng=movement,
    )
    track = ACTIONS[action].perform(scene)
    joints, turns = solve(track, scene.body, fps)
    source = f"generated-{seed}"
    return GeneratedClip(
        motion=record(joints, turns, scene.body.stature, rig, recording, source),
        label=emotion,
        intensity=intensity,
        performer=person.performer_id,
        action=action,
        rig=rig,
        seed=seed,
        expression=expression,
        style=style,
        contacts=track.planted,
    )


def iterate_clips(count: int | None, seed: int, **fixed: Any) -> Iterator[GeneratedClip]:
    """Makes clips one after another without storing them.

    Args:
        count: Number of clips, or None for an endless stream.
        seed: Seed of the stream; clip number i does not depend on `count`.
        **fixed: Arguments of `generate_clip` for all clips.

    Yields:
        Independent clips, each with its own `seed`.
    """
    number = 0
    while count is None or number < count:
        yield generate_clip(clip_seed(seed, number), **fixed)
        number += 1


def clip_seed(seed: int, number: int) -> int:
    """Seed of one clip of a stream, so that workers can divide the stream by number."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0])


def _draw(rng: np.random.Generator, weights: Mapping[str, float]) -> str:
    shares = np.cumsum(list(weights.values()))
    return list(weights)[int(np.searchsorted(shares, rng.random() * shares[-1], side="right"))]


def _known(what: str, name: str, table: Mapping) -> str:
    if name not in table:
        raise ValueError(f"unknown {what} {name!r}; the generator knows {', '.join(table)}")
    return name


def _within(what: str, value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise ValueError(f"{what} must be between {low} and {high}, found {value!r}")
    return float(value)
