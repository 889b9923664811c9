"""Scores of texts about movement: which claims are true, what the texts leave out, and what each figure is worth.

A text can have a high share of true claims by saying what is always true. So the share is compared with three others
on the same clips: the same texts checked against every other clip, the best constant text of the same length, and the
base rate of the claims. The modules in `metrics/` and `eai-llm evaluate explanations` use these functions.

Intervals are the middle 95% of 2,000 bootstrap draws of clips (Efron & Tibshirani 1993, ch. 13). A difference is taken
within each draw, so it is paired.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.integrate import trapezoid

from eai_llm_hf.processing.claims.claim import Claim, canonical_claim, holds, notable_claims
from eai_llm_hf.processing.claims.phrases import NEAR_DUPLICATES
from eai_llm_hf.processing.claims.writing import named_label
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_NAMES
from eai_llm_hf.processing.descriptors.reference import MotionReference, as_reference
from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor

from ...publish.checkpoints import DEFAULT_CHECKPOINT
from ..scores import Bootstrap, mean_and_spread, with_interval

STRONGEST = 5
"""Number of most salient claims that a text is expected to make."""


class Verdicts:
    """Whether each claim is true of each clip; computed once for each claim.

    Args:
        measured: For each clip, (descriptors,) from `measure` or (spans, descriptors) from `measure_spans`.
        reference: The reference for percentiles.
    """

    def __init__(self, measured: Sequence[np.ndarray], reference: MotionReference):
        self.measured = [np.asarray(vectors, dtype=np.float32) for vectors in measured]
        self.reference = reference
        self._known: dict[Claim, np.ndarray] = {}

    def of(self, claim: Claim) -> np.ndarray:
        """(clips,) 1 if the claim holds, 0 if it fails, NaN if it cannot be checked."""
        if claim not in self._known:
            found = [holds(claim, vectors, self.reference) for vectors in self.measured]
            self._known[claim] = np.array([np.nan if each is None else float(each) for each in found])
        return self._known[claim]

    def counts(self, claims: Sequence[Claim]) -> tuple[np.ndarray, np.ndarray]:
        """How many of the claims hold for each clip, and how many can be checked: (clips,) each."""
        if not claims:
            return np.zeros(len(self.measured)), np.zeros(len(self.measured))
        table = np.array([self.of(claim) for claim in claims])
        return np.nansum(table, axis=0), np.isfinite(table).sum(axis=0).astype(np.float64)


def truth_scores(
    said: Sequence[Sequence[Sequence[Claim]]],
    verdicts: Verdicts,
    seed: int = 0,
    groups: Sequence[int] | None = None,
) -> dict[str, Any]:
    """How many of the claims hold, compared with claims that do not depend on the clip.

    Args:
        said: For each sampling, the claims of the text of each clip, in the order of the clips.
        verdicts: The verdicts for these clips.
        seed: Seed of the bootstrap.
        groups: The group of each clip, from 0, such as its performer: whole groups are drawn. None: each clip is one.

    Returns:
        - `claims`, `checkable_claims`: number of claims, and of those that can be checked on their own clip.
        - `hold`: share of the checkable claims that hold; None, like all scores below, if there are none.
        - `shuffled`: the share if each text is checked against every other clip.
        - `best_constant`: the share of the best constant claims, as many as a text has on average. They are chosen on
          these clips among all possible claims, which favours them; `claims` names them.
        - `base_rate`: how often a claim of the texts holds over all clips, averaged over the claims made.
        - `gap_over_shuffled`, `gap_over_constant`: `hold` minus the other share, paired.

    Raises:
        ValueError: If there is not one text for each clip.
    """
    clips = len(verdicts.measured)
    if not said or any(len(texts) != clips for texts in said) or not clips:
        raise ValueError(f"Expected one text for each of {clips} clips, found {[len(texts) for texts in said]}.")
    true, checked = np.zeros((2, clips, clips))
    for texts in said:
        for own, claims in enumerate(texts):
            found = verdicts.counts(claims)
            true[own] += found[0]
            checked[own] += found[1]
    everything = [claim for texts in said for claims in texts for claim in claims]
    scores: dict[str, Any] = {"claims": len(everything), "checkable_claims": int(np.trace(checked))}
    if not np.trace(checked):
        names = ("hold", "shuffled", "best_constant", "base_rate", "gap_over_shuffled", "gap_over_constant")
        return scores | dict.fromkeys(names)
    per_text = max(1, round(len(everything) / (len(said) * clips)))
    constant = _best_constant(everything, verdicts, per_text)
    drawn = Bootstrap(clips, seed=seed, groups=None if groups is None else np.array(groups))
    draws = drawn.counts.astype(np.float64)
    weights = np.vstack([np.ones(clips), draws])  # the first row is the sample itself

    hold = _ratio(weights @ np.diagonal(true), weights @ np.diagonal(checked))
    others = ~np.eye(clips, dtype=bool)
    shuffled = _ratio(*(((weights @ (table * others)) * weights).sum(axis=1) for table in (true, checked)))
    constants = _ratio(*(weights @ counts for counts in verdicts.counts(constant)))
    shares = [np.nanmean(found) for found in map(verdicts.of, everything) if np.isfinite(found).any()]
    scores["hold"] = _shown(hold)
    scores["shuffled"] = _shown(shuffled)
    scores["best_constant"] = (_shown(constants) or {}) | {"claims": [claim.text for claim in constant]}
    scores["base_rate"] = round(float(np.mean(shares)), 4)
    scores["gap_over_shuffled"] = _shown(hold - shuffled, "difference")
    scores["gap_over_constant"] = _shown(hold - constants, "difference")
    return scores


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def _shown(values: np.ndarray, key: str = "value") -> dict[str, Any] | None:
    """The first value with the interval of the others; None if the first is not defined."""
    draws = values[1:][np.isfinite(values[1:])]
    return with_interval(values[0], draws, key) if np.isfinite(values[0]) and len(draws) else None


def _best_constant(said: Sequence[Claim], verdicts: Verdicts, size: int) -> list[Claim]:
    """The claims that hold on most clips, one per descriptor, among those said and all claims about the whole clip.

    Claims that can be checked on at least half of the clips come first.
    """
    candidates = dict.fromkeys(
        canonical_claim(name, direction, "whole", degree)
        for degree in ("plain", "slight", "strong")
        for name in DESCRIPTOR_NAMES
        for direction in ("high", "low")
    )
    ranked = []
    for claim in dict.fromkeys([*candidates, *said]):
        verdict = verdicts.of(claim)
        seen = float(np.isfinite(verdict).mean())
        if seen:
            ranked.append(((seen >= 0.5, float(np.nanmean(verdict)), seen), claim))
    chosen: dict[str, Claim] = {}
    for _, claim in sorted(ranked, key=lambda pair: pair[0], reverse=True):
        if len(chosen) < size:
            chosen.setdefault(claim.descriptor, claim)
    return list(chosen.values())


def coverage(
    said: Sequence[Claim], measured: np.ndarray, reference: MotionReference, strongest: int = STRONGEST
) -> tuple[int, int]:
    """How many of the most salient claims of a clip a text makes.

    Args:
        said: The claims of the text.
        measured: (descriptors,) from `measure`, or (spans, descriptors) from `measure_spans`.
        reference: The reference for percentiles.
        strongest: Number of most salient claims to look for.

    Returns:
        How many of them the text makes, in any words and degree, and how many there are. A true claim with nearly the
        same meaning (`NEAR_DUPLICATES`) counts too, because only one of the two is looked for.
    """
    wanted = notable_claims(measured, reference)[:strongest]
    true = [claim for claim in said if holds(claim, measured, reference)]

    def is_said(claim: Claim) -> bool:
        if any((c.descriptor, c.direction, c.span) == (claim.descriptor, claim.direction, claim.span) for c in said):
            return True
        return any(c.span == claim.span and {c.descriptor, claim.descriptor} in NEAR_DUPLICATES for c in true)

    return sum(map(is_said, wanted)), len(wanted)


def coverage_scores(
    said: Sequence[Sequence[Sequence[Claim]]], verdicts: Verdicts, strongest: int = STRONGEST, seed: int = 0
) -> dict[str, Any] | None:
    """The share of the most salient claims that the texts make, pooled over clips; None if there are no such claims.

    Args:
        said: As for `truth_scores`.
        verdicts: The verdicts for these clips.
        strongest: As for `coverage`.
        seed: Seed of the bootstrap.
    """
    counts = np.zeros((len(verdicts.measured), 2))
    for texts in said:
        for own, (claims, measured) in enumerate(zip(texts, verdicts.measured, strict=True)):
            counts[own] += coverage(claims, measured, verdicts.reference, strongest)
    weights = np.vstack([np.ones(len(counts)), Bootstrap(len(counts), seed=seed).counts])
    return _shown(_ratio(weights @ counts[:, 0], weights @ counts[:, 1]))


def label_agreement(texts: Sequence[str], labels: Sequence[str], candidates: Sequence[str]) -> dict[str, Any]:
    """How often a text names its own label.

    Args:
        texts: Explanations.
        labels: The label of each.
        candidates: All labels that a text can name; the first one named counts.

    Returns:
        `agreement` and `named_any`, shares of the texts, and `texts`.

    Raises:
        ValueError: If there is no text, not one label for each text, or a label is not a candidate.
    """
    if not len(texts) or len(texts) != len(labels):
        raise ValueError(f"Expected a label for each text, found {len(texts)} texts and {len(labels)} labels.")
    if unknown := sorted(set(labels) - set(candidates)):
        raise ValueError(f"The labels {unknown} are not among the candidates {list(candidates)}.")
    named = [named_label(text, candidates) for text in texts]
    return {
        "agreement": round(float(np.mean([a == b for a, b in zip(named, labels, strict=True)])), 4),
        "named_any": round(float(np.mean([name is not None for name in named])), 4),
        "texts": len(texts),
    }


def faithfulness_gap(
    cited: Sequence[Sequence[float]], uncited: Sequence[Sequence[float]], seed: int = 0
) -> dict[str, Any]:
    """How much more a label's probability falls when cited parts are masked than when as many uncited parts are.

    Compares areas under curves of the probability over the masked share, by the trapezoid rule over a width of 1. A
    smaller area for the cited parts is better (Samek et al. 2017, IEEE TNNLS 28(11), and the deletion metric of
    Petsiuk et al. 2018, BMVC).

    Args:
        cited: For each clip, the label's probability while more and more cited parts are masked: at even steps from
            none to all, at least two values.
        uncited: The same for as many uncited parts.
        seed: Seed of the bootstrap.

    Returns:
        `gap`, the mean over clips of the area under `uncited` minus the area under `cited`; `interval`; `sd` over
        clips; `positive`, the share of clips with a gap above 0; `clips`.

    Raises:
        ValueError: If the curves do not form pairs, are too short or have values that are not probabilities.
    """
    if not len(cited) or len(cited) != len(uncited):
        raise ValueError(
            f"Expected pairs of curves, found {len(cited)} for cited and {len(uncited)} for uncited parts."
        )
    gaps = []
    for number, pair in enumerate(zip(cited, uncited, strict=True)):
        first, second = (np.asarray(curve, dtype=np.float64) for curve in pair)
        if first.shape != second.shape or first.ndim != 1 or len(first) < 2:
            raise ValueError(
                f"Clip {number}: expected two curves of equal length, 2 steps or more, found shapes {first.shape} "
                f"and {second.shape}."
            )
        both = np.concatenate([first, second])
        if not ((both >= 0) & (both <= 1)).all():
            raise ValueError(f"Clip {number}: expected probabilities from 0 to 1, found {both.tolist()}.")
        gaps.append(float(trapezoid(second - first, dx=1 / (len(first) - 1))))
    draws = Bootstrap(len(gaps), seed=seed).counts @ np.array(gaps) / len(gaps)
    return with_interval(float(np.mean(gaps)), draws, "gap") | {
        "sd": mean_and_spread(gaps)["sd"],
        "positive": round(float(np.mean(np.array(gaps) > 0)), 4),
        "clips": len(gaps),
    }


def reference_or_embedded(given: MotionReference | Mapping[str, Any] | str | os.PathLike | None) -> MotionReference:
    """A reference: given as an object, a dict or a JSON file of `eai-llm calibrate`; None for the embedded one.

    Raises:
        ValueError: If it is not a reference.
    """
    if (reference := as_reference(given)) is not None:
        return reference
    embedded = EaiSkeletonFeatureExtractor.from_pretrained(str(DEFAULT_CHECKPOINT)).motion_reference()
    if embedded is None:
        raise ValueError("The embedded checkpoint has no motion reference; pass one.")
    return embedded


__all__ = [
    "STRONGEST",
    "Verdicts",
    "coverage",
    "coverage_scores",
    "faithfulness_gap",
    "label_agreement",
    "reference_or_embedded",
    "truth_scores",
]
