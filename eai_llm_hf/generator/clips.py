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
    """A clip with the truth about it.

    Attributes:
        motion: What the rig recorded.
        label: Emotion that was expressed, a key of `EMOTIONS`.
        intensity: How strongly, 0 to 1.
        performer: Number of the virtual performer (`make_performer` knows the person).
        action: What was done, a key of `ACTIONS`.
        rig: Recording rig, a key of `RIGS`.
        seed: Seed that makes the clip again, together with what was given beside it.
        expression: For each style parameter what the emotion added in this clip, in the parameter's unit, after
            the limits of the body; 0 where the emotion left no sign.
        style: For each style parameter the value of this clip: habits, mood of the day and expression together.
        contacts: (frames, 2) bool, whether the left and the right foot are meant to stand on the floor.
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
    """Makes one clip; what is not given is drawn from the seed.

    What is given changes nothing else of the draw: the same seed with another emotion is the same performer doing the
    same action in the same way but for the emotion, and with intensity 0 the very same movement.

    Args:
        seed: Any integer from 0 on.
        emotion: A key of `EMOTIONS`; drawn from `DEFAULT_EMOTIONS` when None.
        intensity: 0 (the emotion does not show) to 1; drawn between 0.3 and 1 when None.
        action: A key of `ACTIONS`.
        performer: Number of the performer, from 0 on.
        rig: A key of `RIGS`.
        duration_s: Seconds, 0.5 to 60; drawn between 3 and 8 when None.

    Returns:
        The clip, its movement bit for bit the same for the same arguments.

    Raises:
        ValueError: If an argument is out of its range or a name is unknown.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"a seed is an integer from 0 on, found {seed!r}")
    setting, mood, movement, recording = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(4))

    # All of this is drawn whether it is needed or not, so that giving one value does not change the others.
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
        ordinary = np.clip(person.habits[name] + parameter.clip_sd * whim, parameter.low, parameter.high)
        style[name] = float(np.clip(ordinary + effects[name], parameter.low, parameter.high))
        expression[name] = style[name] - float(ordinary)

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
    """Makes clips one after the other, keeping none.

    Args:
        count: Number of clips, or None for a stream without end.
        seed: Seed of the whole stream; clip number i is the same whatever `count` is.
        **fixed: Arguments of `generate_clip` that hold for all clips.

    Yields:
        Independent clips, each with its own `seed`.
    """
    number = 0
    while count is None or number < count:
        yield generate_clip(clip_seed(seed, number), **fixed)
        number += 1


def clip_seed(seed: int, number: int) -> int:
    """Seed of one clip of a stream, so that workers can share a stream by number."""
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
