"""Does the same movement get the same claims? Clips are changed in ways that do not change the movement."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.stats import spearmanr
from tqdm import tqdm

from eai_llm_hf.processing.claims.claim import Claim
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, measure
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.reading.motion import Motion
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import FRAME_RATE, JOINT_NAMES
from eai_llm_hf.processing.skeleton.unify import unify

from .common import explained, mean_of, of_each, share_of
from .statements import told_by

__all__ = ["HARMLESS", "stability_test"]

_SIDED = "left_right_asymmetry"
"""The only descriptor that changes its sign in a mirror."""


def _as_recorded(clip: UnifiedClip, joints: np.ndarray, fps: float = FRAME_RATE, units: str = "m") -> UnifiedClip:
    """The clip with other positions (frames, 22, 3), as if it were recorded like this and read."""
    present = np.flatnonzero(clip.joint_mask)
    motion = Motion(joints[:, present].astype(np.float32), fps, [JOINT_NAMES[index] for index in present], units=units)
    read = unify(motion)
    return replace(clip, joints=read.joints, joint_mask=read.joint_mask, face=None)


def _turned(clip: UnifiedClip) -> UnifiedClip:
    sine, cosine = np.sin(2.0), np.cos(2.0)
    return _as_recorded(clip, clip.joints @ np.array([[cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]]))


def _at_double_rate(clip: UnifiedClip) -> UnifiedClip:
    frames = np.arange(len(clip.joints))
    between = CubicSpline(frames, clip.joints, axis=0)(np.arange(2 * len(frames) - 1) / 2)
    return _as_recorded(clip, between, 2 * FRAME_RATE)


def _noisy(clip: UnifiedClip) -> UnifiedClip:
    noise = np.random.default_rng(0).normal(0, 0.003, clip.joints.shape)
    joints = (clip.joints + noise) * clip.joint_mask[:, None]
    return replace(clip, joints=joints.astype(np.float32))


def _cropped(clip: UnifiedClip) -> UnifiedClip:
    cut = round(0.05 * len(clip.joints))
    return clip.cut(cut, len(clip.joints) - cut)


HARMLESS: Mapping[str, Callable[[UnifiedClip], UnifiedClip]] = MappingProxyType(
    {
        "turned by 115 degrees": _turned,
        "mirrored": UnifiedClip.mirrored,
        "8 m off": lambda clip: _as_recorded(clip, clip.joints + np.array([8.0, 0.0, -5.0])),
        "in centimetres": lambda clip: _as_recorded(clip, clip.joints * 100.0, units="cm"),
        "filmed at 60 frames/s": _at_double_rate,
        "3 mm of noise": _noisy,
        "5% cut at each end": _cropped,
    }
)
"""Changes that keep the movement. Noise and cuts change measurements a little, the others should not."""


def stability_test(
    pipe: SkeletonEmotionExplanationPipeline,
    clips: Sequence[UnifiedClip],
    labels: Sequence[str],
    changes: Mapping[str, Callable[[UnifiedClip], UnifiedClip]] = HARMLESS,
    seed: int = 0,
    references: Sequence[MotionReference | None] | None = None,
) -> dict:
    """Explains clips as they are and after each change.

    Each clip needs one explanation for itself and for each change: 8 with `HARMLESS`.

    Args:
        pipe: The pipeline.
        clips: Clips, none longer than the model reads at once.
        labels: Candidate labels.
        changes: The changes by name.
        seed: Seed of the intervals.
        references: What each clip is compared with, None for the checkpoint's reference.

    Returns:
        For each change and "all": `same_label` and `same_claims` (shares), `jaccard` of the sets of (descriptor,
        direction), `claim_rank` (Spearman's rank correlation, before and after, of the percentiles of all claims about
        the unchanged clips), `descriptor_rank` (the same over the descriptors of a clip, mean over clips). Ready for
        JSON.
    """
    default = pipe.processor.feature_extractor.motion_reference()
    used = of_each(clips, references)
    rows: list[dict] = []
    for clip, own in tqdm(list(zip(clips, used, strict=True)), desc="stability", unit="clip"):
        versions = [clip, *(change(clip) for change in changes.values())]
        records = explained(pipe, versions, labels, [own] * len(versions))
        percentiles = [
            (own or default).percentiles(measure(version.joints, version.joint_mask, version.not_shown))
            for version in versions
        ]
        claims = [told_by(record).claims for record in records]
        for number, name in enumerate(changes, start=1):
            mirrored = name == "mirrored"
            before = {_said(claim, mirrored) for claim in claims[0]}
            after = {_said(claim) for claim in claims[number]}
            known = np.isfinite(percentiles[0]) & np.isfinite(percentiles[number])
            if mirrored:
                known[DESCRIPTOR_INDEX[_SIDED]] = False
            said = [DESCRIPTOR_INDEX[claim.descriptor] for claim in claims[0] if claim.span == "whole"]
            rows.append(
                {
                    "change": name,
                    "label": records[0]["label"] == records[number]["label"],
                    "same": before == after,
                    "jaccard": len(before & after) / len(before | after) if before | after else 1.0,
                    "claims": [(percentiles[0][i], percentiles[number][i]) for i in said if known[i]],
                    "rank": _spearman(percentiles[0][known], percentiles[number][known]),
                }
            )
    return {
        "changes": {
            name: _summary([row for row in rows if name in ("all", row["change"])], seed) for name in (*changes, "all")
        },
        "clips": len(clips),
        "generations": len(clips) * (1 + len(changes)),
    }


def _said(claim: Claim, mirrored: bool = False) -> tuple[str, str]:
    """Descriptor and direction of a claim, optionally mirrored."""
    if mirrored and claim.descriptor == _SIDED:
        return claim.descriptor, "low" if claim.direction == "high" else "high"
    return claim.descriptor, claim.direction


def _spearman(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Rank correlation; None for fewer than three values or for constant ones."""
    if len(first) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(spearmanr(first, second).statistic)


def _summary(rows: Sequence[dict], seed: int) -> dict:
    pairs = [pair for row in rows for pair in row["claims"]]
    together = _spearman(*zip(*pairs, strict=True)) if pairs else None
    ones = np.ones(len(rows))
    return {
        "same_label": share_of([row["label"] for row in rows], ones, seed),
        "same_claims": share_of([row["same"] for row in rows], ones, seed),
        "jaccard": mean_of([row["jaccard"] for row in rows], seed),
        "claim_rank": {"value": None if together is None else round(together, 4), "claims": len(pairs)},
        "descriptor_rank": mean_of([row["rank"] for row in rows if row["rank"] is not None], seed),
    }
