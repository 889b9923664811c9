"""What the three faithfulness experiments share: explanations, their claims, means with intervals."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from tqdm import tqdm

from eai_llm_hf.processing.claims.claim import Claim, holds
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

from ..scores import Bootstrap, mean_and_spread, with_interval

__all__ = ["batches", "explained", "first_window", "held_claims", "mean_of", "share_of"]


def explained(
    pipe: SkeletonEmotionExplanationPipeline, clips: Sequence[UnifiedClip], labels: Sequence[str], verify: bool
) -> list[dict]:
    """Records with explanations of clips; all clips go through the model as one batch."""
    return pipe(list(clips), candidate_labels=list(labels), verify=verify, batch_size=len(clips))


def batches(clips: Sequence[UnifiedClip], size: int, what: str) -> Iterable[list[UnifiedClip]]:
    """The clips in groups, with a progress bar."""
    starts = range(0, len(clips), size)
    return (list(clips[start : start + size]) for start in tqdm(starts, desc=what, unit="batch"))


def first_window(clip: UnifiedClip, frames: int) -> UnifiedClip:
    """The first window of a clip, which the model reads at once: an explanation is about one window."""
    return clip.cut(0, frames)


def held_claims(text: str, vectors: np.ndarray, reference: MotionReference) -> list[Claim]:
    """The claims of a text that hold, in the order of the text, each once.

    Args:
        text: An explanation.
        vectors: (spans, descriptors) of `measure_spans`.
        reference: The reference for percentiles.
    """
    return [claim for claim in dict.fromkeys(find_claims(text)) if holds(claim, vectors, reference)]


@lru_cache(maxsize=8)
def _draws(clips: int, seed: int) -> np.ndarray:
    """(draws, clips) how often the bootstrap draws each clip."""
    return Bootstrap(clips, seed=seed).counts


def mean_of(values: Sequence[float], seed: int = 0) -> dict | None:
    """Mean and standard deviation over clips, and the 95% bootstrap interval of the mean; None without a clip.

    For differences within a clip, this is the paired interval.
    """
    if not len(values):
        return None
    array = np.asarray(values, np.float64)
    draws = _draws(len(array), seed) @ array / len(array)
    return mean_and_spread(array) | {"interval": with_interval(0.0, draws)["interval"], "clips": len(array)}


def share_of(hits: Sequence[float], cases: Sequence[float], seed: int = 0) -> dict | None:
    """Share of cases, pooled over clips, with a 95% bootstrap interval over clips; None without a case.

    Args:
        hits: Number of successful cases for each clip.
        cases: Number of cases for each clip.
        seed: Seed of the bootstrap.
    """
    successes, total = np.asarray(hits, np.float64), np.asarray(cases, np.float64)
    if not total.sum():
        return None
    counts = _draws(len(total), seed)
    drawn = counts @ total
    draws = (counts @ successes)[drawn > 0] / drawn[drawn > 0]
    return with_interval(successes.sum() / total.sum(), draws, "share") | {"cases": int(total.sum())}
