"""The corpora of the project's own generator, of any size, made on request and not stored: clips, and studies."""

import json
from collections.abc import Iterator, Sequence

from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.skeleton.unify import unify

from ..generator import STUDY_CLIPS, GeneratedClip, clip_seed, generate_clip, study_clip
from .loader import Corpus
from .rows import clip_row
from .schema import LeftOut, content_family

DEFAULT_CLIPS = 2000
CLIPS_PER_SHARD = 32

GENERATED = Corpus(
    name="generated",
    title="Movement of the project's own generator",
    origin="eai_llm_hf.generator",
    licence="apache-2.0",
    terms="None beyond the licence of this package.",
    rests_on="Effects of emotions on movement by name in docs/generator.md.",
    assumes=(
        "`intensity` and `expression` say what was put into a clip, not what people see in it: no one rated it.",
        "Performers are virtual; the corpus of a clip is `generated-RIG`.",
    ),
    tried_on="made by this package",
)


def shards(clips: int) -> list[range]:
    """The numbers of all clips, in parts that can be generated independently."""
    return [range(start, min(start + CLIPS_PER_SHARD, clips)) for start in range(0, clips, CLIPS_PER_SHARD)]


def generated_rows(seed: int, numbers: range, left_out: list[LeftOut], rigs: Sequence[str] = ()) -> Iterator[dict]:
    """Rows of some clips; each clip is a function of seed and number.

    Args:
        seed: Seed of the corpus.
        numbers: Numbers of the clips.
        left_out: Clips that cannot be unified are added here; nothing is raised for them.
        rigs: Rigs to use in turn; if empty, the rig of each clip is drawn.

    Yields:
        One row of `FEATURES` for each clip.
    """
    for number in numbers:
        made = generate_clip(clip_seed(seed, number), rig=rigs[number % len(rigs)] if rigs else None)
        yield from _row(made, f"generated-{seed}-{number}", left_out)


def study_rows(seed: int, numbers: range, left_out: list[LeftOut], rigs: Sequence[str] = ()) -> Iterator[dict]:
    """Rows of clips of studies, as `generated_rows`; the studies use the rigs in turn."""
    for number in numbers:
        made = study_clip(seed, number, rigs[number // STUDY_CLIPS % len(rigs)] if rigs else None)
        yield from _row(made, f"studies-{seed}-{number}", left_out)


def _row(made: GeneratedClip, clip_id: str, left_out: list[LeftOut]) -> Iterator[dict]:
    try:
        clip = unify(made.motion)
    except MotionError as error:
        left_out.append(LeftOut(clip_id, str(error)))
        return
    yield clip_row(
        clip,
        label=made.label,
        intensity=made.intensity,
        expression=_expression(made),
        performer=f"generated-{made.performer}",
        content=made.action,
        family=content_family(made.action),
        corpus=f"generated-{made.rig}",
        clip_id=clip_id,
        source="generated",
    )


def _expression(made: GeneratedClip) -> str:
    """What the emotion added to each style parameter, as JSON; `STYLE_PARAMETERS` has the units."""
    return json.dumps({name: round(float(value), 6) for name, value in made.expression.items()})


__all__ = ["CLIPS_PER_SHARD", "DEFAULT_CLIPS", "GENERATED", "generated_rows", "shards", "study_rows"]
