"""What the experiments share: explanations, their claims, means with intervals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, TypeVar

import numpy as np
from tqdm import tqdm

from eai_llm_hf.processing.claims.claim import Claim, holds
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

from ..scores import Bootstrap, mean_and_spread, with_interval
from .statements import told_by

Clip = TypeVar("Clip")

__all__ = [
    "batches",
    "calls",
    "draws_of",
    "explained",
    "first_window",
    "held_claims",
    "mean_of",
    "of_each",
    "performers_as_groups",
    "share_of",
]


def explained(
    pipe: SkeletonEmotionExplanationPipeline,
    clips: Sequence[UnifiedClip],
    labels: Sequence[str],
    references: Sequence[MotionReference | None],
) -> list[dict]:
    """Records with explanations of clips, each as if it were explained alone: they may be versions of one clip.

    Clips in a row that are compared with the same go through the model as one batch.

    Args:
        pipe: The pipeline.
        clips: The clips.
        labels: Candidate labels.
        references: What each clip is compared with, None for the checkpoint's reference.
    """
    records: list[dict] = []
    for alike, reference in calls(clips, references):
        given = {} if reference is None else {"reference": reference}
        records += pipe((clip for clip in alike), candidate_labels=list(labels), batch_size=len(alike), **given)
    return records


def calls(
    clips: Sequence[Clip], references: Sequence[MotionReference | None]
) -> Iterator[tuple[list[Clip], MotionReference | None]]:
    """Clips in a row that are compared with the same, which the pipeline explains in one call."""
    for _, group in groupby(zip(clips, references, strict=True), key=lambda pair: id(pair[1])):
        alike = list(group)
        yield [clip for clip, _ in alike], alike[0][1]


def of_each(clips: Sequence, references: Sequence[MotionReference | None] | None) -> Sequence[MotionReference | None]:
    """What each clip is compared with: None for the checkpoint's reference, and for all where none are given."""
    return [None] * len(clips) if references is None else references


def batches(clips: Sequence[Any], size: int, what: str) -> Iterable[list[Any]]:
    """The clips, or what belongs to each, in groups, with a progress bar."""
    starts = range(0, len(clips), size)
    return (list(clips[start : start + size]) for start in tqdm(starts, desc=what, unit="batch"))


def first_window(clip: UnifiedClip, frames: int) -> UnifiedClip:
    """The first window of a clip, which the model reads at once: an explanation is about one window."""
    return clip.cut(0, frames)


def held_claims(record: Mapping[str, Any], vectors: np.ndarray, reference: MotionReference) -> list[Claim]:
    """The claims of an explanation that hold, in the order of the text, each once.

    Args:
        record: A record of the pipeline.
        vectors: (spans, descriptors) of `measure_spans`.
        reference: The reference for percentiles.
    """
    return [claim for claim in dict.fromkeys(told_by(record).claims) if holds(claim, vectors, reference)]


def performers_as_groups(performers: Sequence[str | None]) -> list[int]:
    """The number of each clip's group for the bootstrap; a clip of an unknown performer is a group of its own."""
    found: dict[tuple[str, int], int] = {}
    keys = [("", place) if name is None else (name, -1) for place, name in enumerate(performers)]
    return [found.setdefault(key, len(found)) for key in keys]


def draws_of(clips: int, seed: int = 0, groups: Sequence[int] | None = None) -> np.ndarray:
    """(draws, clips) how often the bootstrap draws each clip.

    Args:
        clips: Number of clips.
        seed: Seed of the draws.
        groups: The group of each clip, from 0, such as its performer: whole groups are drawn. None: each clip is one.
    """
    return _draws(clips, seed, None if groups is None else tuple(groups))


@lru_cache(maxsize=8)
def _draws(clips: int, seed: int, groups: tuple[int, ...] | None) -> np.ndarray:
    return Bootstrap(clips, seed=seed, groups=None if groups is None else np.array(groups)).counts


def mean_of(values: Sequence[float], seed: int = 0) -> dict | None:
    """Mean and standard deviation over clips, and the 95% bootstrap interval of the mean; None without a clip.

    For differences within a clip, this is the paired interval.
    """
    if not len(values):
        return None
    array = np.asarray(values, np.float64)
    draws = draws_of(len(array), seed) @ array / len(array)
    return mean_and_spread(array) | {"interval": with_interval(0.0, draws)["interval"], "clips": len(array)}


def share_of(
    hits: Sequence[float], cases: Sequence[float], seed: int = 0, groups: Sequence[int] | None = None
) -> dict | None:
    """Share of cases, pooled over clips, with a 95% bootstrap interval over clips; None without a case.

    Args:
        hits: Number of successful cases for each clip.
        cases: Number of cases for each clip.
        seed: Seed of the bootstrap.
        groups: As for `draws_of`.
    """
    successes, total = np.asarray(hits, np.float64), np.asarray(cases, np.float64)
    if not total.sum():
        return None
    counts = draws_of(len(total), seed, groups)
    drawn = counts @ total
    draws = (counts @ successes)[drawn > 0] / drawn[drawn > 0]
    return with_interval(successes.sum() / total.sum(), draws, "share") | {"cases": int(total.sum())}
