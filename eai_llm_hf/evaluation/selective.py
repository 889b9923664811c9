"""How often a label is right at its probability: from predictions on corpora that training did not see.

- `label_accuracy`: what the configuration of a checkpoint keeps, and records show as `certainty`. An isotonic
  regression (Barlow et al. 1972): the accuracy never falls as the probability rises.
- `selective_accuracy`: the accuracy of the most probable labels alone (El-Yaniv and Wiener 2010, JMLR 11).

In both, all corpora have the same weight, however many clips they have.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from eai_llm_hf.processing.certainty import RECORDED, VIDEO
from eai_llm_hf.processing.descriptors.reference_state import DEFAULT, PERFORMER, RECORDINGS

from .scores import BOOTSTRAPS

CLIPS_OF_STEP = 100
"""Least clips of a step of the accuracy, counted as its weights are worth (Kish 1965): a standard error of 5%."""

COVERAGES = (1.0, 0.8, 0.6, 0.4, 0.2)
"""Shares of the clips, the most probable labels first."""

_RECORDINGS, _REFERENCES = (RECORDED, VIDEO), (DEFAULT, RECORDINGS, PERFORMER)


@dataclass(frozen=True)
class Prediction:
    """A label that a checkpoint gave to a clip of a corpus that it was not trained on.

    Attributes:
        corpus: The corpus.
        reference: The kind of reference that the clip was compared with: "default", "recordings" or "performer".
        probability: Probability of the most probable label.
        right: Whether this label is right.
        recording: "recorded", or "video".
    """

    corpus: str
    reference: str
    probability: float
    right: bool
    recording: str = RECORDED

    def __post_init__(self):
        if self.reference not in _REFERENCES or self.recording not in _RECORDINGS:
            raise ValueError(
                f"Expected a reference of {', '.join(_REFERENCES)} and a recording of {', '.join(_RECORDINGS)}; found "
                f"{self.reference!r} and {self.recording!r}."
            )
        if not 0 <= self.probability <= 1:
            raise ValueError(f"Expected a probability between 0 and 1, found {self.probability}.")


def label_accuracy(predictions: Iterable[Prediction]) -> dict[str, dict[str, list[list[float]]]]:
    """`label_accuracy` of the configuration: kind of recording -> kind of reference -> pairs of a probability and the
    accuracy from it on; kinds without predictions are left out.
    """
    return {
        recording: {reference: _steps(chosen) for reference, chosen in by_reference.items()}
        for recording, by_reference in _by_kind(predictions).items()
    }


def selective_accuracy(predictions: Sequence[Prediction], seed: int = 0) -> list[dict[str, float]]:
    """The accuracy of the clips with the most probable labels, for each of `COVERAGES`.

    Args:
        predictions: One or more.
        seed: Seed of the bootstrap over the clips of each corpus, and of the order of equal probabilities.

    Returns:
        `coverage`, `accuracy`, and `low` and `high`, the 95% interval.
    """
    rng = np.random.default_rng(seed)
    probabilities = np.array([each.probability for each in predictions])
    order = np.lexsort((rng.random(len(predictions)), -probabilities))
    predictions = [predictions[place] for place in order]
    right, weights = np.array([each.right for each in predictions], dtype=float), _weights(predictions)
    corpora = np.array([each.corpus for each in predictions])
    drawn = np.empty((BOOTSTRAPS, len(predictions)))
    for corpus in np.unique(corpora):
        own = np.flatnonzero(corpora == corpus)
        drawn[:, own] = rng.multinomial(len(own), np.full(len(own), 1 / len(own)), size=BOOTSTRAPS)
    found = []
    for coverage in COVERAGES:
        low, high = np.percentile(_accuracy(right, drawn * weights, coverage), (2.5, 97.5))
        accuracy = _accuracy(right, weights[None], coverage)[0]
        found.append({"coverage": coverage, "accuracy": float(accuracy), "low": float(low), "high": float(high)})
    return found


def selective_table(predictions: Iterable[Prediction], seed: int = 0) -> str:
    """The accuracy against the coverage as a Markdown table, a row for each kind of recording and of reference."""
    heads = ["all clips", *(f"{coverage:.0%} most probable" for coverage in COVERAGES[1:])]
    lines = [
        f"| recordings | compared with | clips | corpora | {' | '.join(heads)} |",
        "|---" * (len(heads) + 4) + "|",
    ]
    for recording, by_reference in _by_kind(predictions).items():
        for reference, chosen in by_reference.items():
            cells = [
                f"{each['accuracy']:.0%} [{each['low']:.0%}, {each['high']:.0%}]"
                for each in selective_accuracy(chosen, seed)
            ]
            corpora = len({each.corpus for each in chosen})
            lines.append(f"| {recording} | {reference} | {len(chosen)} | {corpora} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _by_kind(predictions: Iterable[Prediction]) -> dict[str, dict[str, list[Prediction]]]:
    predictions = list(predictions)
    kinds = {(each.recording, each.reference) for each in predictions}
    return {
        recording: {
            reference: [each for each in predictions if (each.recording, each.reference) == (recording, reference)]
            for reference in _REFERENCES
            if (recording, reference) in kinds
        }
        for recording in _RECORDINGS
        if any(kind == recording for kind, _ in kinds)
    }


def _weights(predictions: Sequence[Prediction]) -> np.ndarray:
    """(clips,) weights with the mean 1, the same sum for each corpus."""
    sizes = Counter(each.corpus for each in predictions)
    return np.array([len(predictions) / (len(sizes) * sizes[each.corpus]) for each in predictions])


def _accuracy(right: np.ndarray, weights: np.ndarray, coverage: float) -> np.ndarray:
    """(draws,) accuracy of the first clips whose (draws, clips) weights are a share of all; right is (clips,)."""
    upto = weights.cumsum(axis=1)
    target = coverage * upto[:, -1:]
    taken = np.clip(target - (upto - weights), 0, weights)
    return (taken @ right) / target[:, 0]


def _steps(predictions: Sequence[Prediction]) -> list[list[float]]:
    """Pairs of a probability, from 0 upwards, and the accuracy from it on, which never falls."""
    order = sorted(range(len(predictions)), key=lambda place: predictions[place].probability)
    weights = _weights(predictions)
    probabilities = [predictions[place].probability for place in order]
    right, weights = np.array([predictions[place].right for place in order], dtype=float), weights[order]

    def worth(part: slice) -> float:
        return float(weights[part].sum() ** 2 / np.square(weights[part]).sum())

    def accuracy(part: slice) -> float:
        return float(weights[part] @ right[part] / weights[part].sum())

    parts: list[slice] = []
    first = 0
    for last in range(1, len(order) + 1):
        ends = last == len(order) or probabilities[last] > probabilities[last - 1]
        if ends and worth(slice(first, last)) >= CLIPS_OF_STEP:
            parts.append(slice(first, last))
            first = last
    parts[-1:] = [slice(parts[-1].start if parts else 0, len(order))]  # too few are left for a step of their own
    steps: list[slice] = []
    for part in parts:
        steps.append(part)
        while len(steps) > 1 and round(accuracy(steps[-1]), 2) <= round(accuracy(steps[-2]), 2):
            steps[-2:] = [slice(steps[-2].start, steps[-1].stop)]
    starts = [0.0, *(np.floor(1e4 * probabilities[step.start]) / 1e4 for step in steps[1:])]
    return [[float(start), round(accuracy(step), 2)] for start, step in zip(starts, steps, strict=True)]


__all__ = [
    "CLIPS_OF_STEP",
    "COVERAGES",
    "Prediction",
    "label_accuracy",
    "selective_accuracy",
    "selective_table",
]
