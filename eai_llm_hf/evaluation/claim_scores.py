"""Scores of texts about movement: what of them is true, what they leave out, and what each figure is worth.

A share of true claims can be had by saying what is always true. So three other shares stand beside it, each of the
same clips: the same texts held against every other clip, the best constant text of the same length, and the base rate
of the claims. The modules in `metrics/` and `eai-llm evaluate explanations` compute all of it here.

Intervals are the middle 95% of 2,000 bootstrap draws of clips (Efron & Tibshirani 1993, ch. 13); a difference is taken
within each draw, so that it is paired.
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

from ..publish.checkpoints import DEFAULT_CHECKPOINT
from .scores import Bootstrap, mean_and_spread, with_interval

STRONGEST = 5
"""So many of the claims that stand out most are what a text could be expected to say."""


class Verdicts:
    """What of each claim is true of each clip, looked up once.

    Args:
        measured: (descriptors,) values of `measure`, or (spans, descriptors) of `measure_spans`, one for each clip.
        reference: What is ordinary.
    """

    def __init__(self, measured: Sequence[np.ndarray], reference: MotionReference):
        self.measured = [np.asarray(vectors, dtype=np.float32) for vectors in measured]
        self.reference = reference
        self._known: dict[Claim, np.ndarray] = {}

    def of(self, claim: Claim) -> np.ndarray:
        """(clips,) 1 where the claim holds, 0 where it fails, NaN where it cannot be checked."""
        if claim not in self._known:
            found = [holds(claim, vectors, self.reference) for vectors in self.measured]
            self._known[claim] = np.array([np.nan if each is None else float(each) for each in found])
        return self._known[claim]

    def counts(self, claims: Sequence[Claim]) -> tuple[np.ndarray, np.ndarray]:
        """How many of some claims hold on each clip, and how many can be checked: (clips,) each."""
        if not claims:
            return np.zeros(len(self.measured)), np.zeros(len(self.measured))
        table = np.array([self.of(claim) for claim in claims])
        return np.nansum(table, axis=0), np.isfinite(table).sum(axis=0).astype(np.float64)


def truth_scores(said: Sequence[Sequence[Sequence[Claim]]], verdicts: Verdicts, seed: int = 0) -> dict[str, Any]:
    """How many of the claims hold, and how many would for other reasons than the clip.

    Args:
        said: Claims of each text: the texts of each clip in the order of the clips, once for each sampling.
        verdicts: What is true of these clips.
        seed: Of the bootstrap.

    Returns:
        - `claims`, `checkable_claims`: how many there are, and how many can be checked on their own clip.
        - `hold`: share of the checkable claims that hold; None, like all that follow, where there is none.
        - `shuffled`: the share where each text is held against every other clip, each as often.
        - `best_constant`: the share of the best fixed claims, as many as a text has on average. They are chosen on
          these very clips among all that could be said, which favours them; `claims` names them.
        - `base_rate`: how often a said claim holds over all clips, mean over the claims as often as they were said.
        - `gap_over_shuffled`, `gap_over_constant`: `hold` less the other share, paired.

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
    draws = Bootstrap(clips, seed=seed).counts.astype(np.float64)
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
    """The first value with the interval of the others; None where the first is of nothing."""
    draws = values[1:][np.isfinite(values[1:])]
    return with_interval(values[0], draws, key) if np.isfinite(values[0]) and len(draws) else None


def _best_constant(said: Sequence[Claim], verdicts: Verdicts, size: int) -> list[Claim]:
    """The claims, each of another descriptor, that hold on most clips, among those said and all of the whole clip.

    Only what can be checked on half of the clips is chosen, if there is enough of it.
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
    """How much of what stands out most in a clip a text says.

    Args:
        said: The claims of the text.
        measured: (descriptors,) values of `measure`, or (spans, descriptors) of `measure_spans`.
        reference: What is ordinary.
        strongest: How many of the claims that stand out most are looked for.

    Returns:
        How many were said, in whatever words and degree, and how many there are. A true claim that means nearly the
        same (`NEAR_DUPLICATES`) counts as well, since only one of the two is among those looked for.
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
    """The share of what stands out that the texts say, pooled over clips, with its interval; None where nothing does.

    Args:
        said: As for `truth_scores`.
        verdicts: Of these clips.
        strongest: As for `coverage`.
        seed: Of the bootstrap.
    """
    counts = np.zeros((len(verdicts.measured), 2))
    for texts in said:
        for own, (claims, measured) in enumerate(zip(texts, verdicts.measured, strict=True)):
            counts[own] += coverage(claims, measured, verdicts.reference, strongest)
    weights = np.vstack([np.ones(len(counts)), Bootstrap(len(counts), seed=seed).counts])
    return _shown(_ratio(weights @ counts[:, 0], weights @ counts[:, 1]))


def label_agreement(texts: Sequence[str], labels: Sequence[str], candidates: Sequence[str]) -> dict[str, Any]:
    """How often a text names the label that goes with it.

    Args:
        texts: Explanations.
        labels: The label of each.
        candidates: All labels that a text could name; the first that it names counts.

    Returns:
        `agreement` and `named_any`, shares of the texts, and `texts`.

    Raises:
        ValueError: If there is no text, not one label for each, or a label that is no candidate.
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
    """How much more a label's probability falls when what a text cites is masked than when as much else is.

    The area under a curve of probabilities over the masked amount, by the trapezoid rule over a width of 1; less under
    the curve of what is cited is better (Samek et al. 2017, IEEE TNNLS 28(11), and the deletion metric of Petsiuk et
    al. 2018, BMVC).

    Args:
        cited: For each clip the label's probability while more and more of what is cited is masked: at even steps from
            nothing to all of it, two values or more.
        uncited: The same with as many parts that are not cited.
        seed: Of the bootstrap.

    Returns:
        `gap`, the mean over clips of the area under `uncited` less that under `cited`; `interval`; `sd` over clips;
        `positive`, the share of clips where it is above 0; `clips`.

    Raises:
        ValueError: If the curves do not pair up, are too short or hold something else than probabilities.
    """
    if not len(cited) or len(cited) != len(uncited):
        raise ValueError(f"Expected pairs of curves, found {len(cited)} of what is cited and {len(uncited)} others.")
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
    """What is ordinary: a reference, as a dict, as a JSON file of `eai-llm calibrate`, None for the embedded one.

    Raises:
        ValueError: If it is not such a reference.
    """
    if (reference := as_reference(given)) is not None:
        return reference
    embedded = EaiSkeletonFeatureExtractor.from_pretrained(str(DEFAULT_CHECKPOINT)).motion_reference()
    if embedded is None:
        raise ValueError("The embedded checkpoint has no motion reference; give one.")
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
