"""Scores of labels and probabilities, with intervals, and of the difference between two methods.

Everything is a function of counts over clips: `tally` turns each clip into a row of numbers, `measures` computes the
scores from their sum. A bootstrap draw is a weighted sum of the same rows, so 2,000 draws are one matrix product.

- Expected calibration error (ECE): Naeini et al. 2015, AAAI; Guo et al. 2017, ICML: 15 bins of equal width over the
  highest probability.
- Brier score: Brier 1950, Mon. Weather Rev. 78(1), over all labels, 0 to 2.
- Intervals: percentiles of the bootstrap (Efron & Tibshirani 1993, ch. 13). For differences they are paired: both
  methods are scored on the same draw. If all draws are the same, as when every label is right, the interval would have
  no width; `label_scores` then uses `exact_interval`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest

BOOTSTRAPS = 2000
CALIBRATION_BINS = 15
MEASURES = ("accuracy", "balanced_accuracy", "macro_f1", "ece", "brier")
LABEL_MEASURES = MEASURES[:3]
"""The measures that need no probabilities."""


def tally(truth: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """What each clip adds to the scores.

    Args:
        truth: (clips,) numbers of the true labels.
        probabilities: (..., clips, labels); the leading axis may be seeds.

    Returns:
        (..., clips, labels² + 16) float32: a one-hot confusion matrix (true, given); correctness minus confidence, in
        one of 15 bins of confidence; and the Brier score.
    """
    labels = probabilities.shape[-1]
    one_hot = np.eye(labels, dtype=np.float32)
    given, confidence = probabilities.argmax(-1), probabilities.max(-1)
    confusion = one_hot[truth][:, :, None] * one_hot[given][..., None, :]
    gaps = np.eye(CALIBRATION_BINS)[_bins(confidence)] * ((given == truth) - confidence)[..., None]
    brier = ((probabilities - one_hot[truth]) ** 2).sum(-1, keepdims=True)
    flat = confusion.reshape(*confusion.shape[:-2], labels * labels)
    return np.concatenate([flat, gaps, brier], axis=-1).astype(np.float32)


def measures(sums: np.ndarray, labels: int) -> dict[str, np.ndarray]:
    """Scores from summed tallies.

    Balanced accuracy is over the labels that occur among the clips, macro-F1 over the labels that occur or were given.

    Args:
        sums: (..., labels² + 16) summed tallies.
        labels: Number of labels.

    Returns:
        Each of `MEASURES`, with shape (...).
    """
    confusion = sums[..., : labels * labels].reshape(*sums.shape[:-1], labels, labels)
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    support, given = confusion.sum(-1), confusion.sum(-2)
    clips = support.sum(-1)
    recall, f1 = hits / np.maximum(support, 1), 2 * hits / np.maximum(support + given, 1)
    return {
        "accuracy": hits.sum(-1) / clips,
        "balanced_accuracy": recall.sum(-1) / (support > 0).sum(-1),
        "macro_f1": f1.sum(-1) / (support + given > 0).sum(-1),
        "ece": np.abs(sums[..., labels * labels : -1]).sum(-1) / clips,
        "brier": sums[..., -1] / clips,
    }


class Bootstrap:
    """Draws of clips and of seeds, with replacement, the same for all compared methods.

    Args:
        clips: Number of clips.
        seeds: Number of trainings that labelled all clips.
        draws: Number of draws.
        seed: Seed of the draws.
        groups: (clips,) number, from 0, of the group of each clip, such as its performer. Whole groups are drawn,
            because clips of one performer are not independent. None: each clip is a group.

    Attributes:
        counts: (draws, clips) float32, how often each clip is drawn.
        seeds: (draws, seeds) numbers of the drawn seeds.
    """

    def __init__(
        self,
        clips: int,
        seeds: int = 1,
        draws: int = BOOTSTRAPS,
        seed: int | Sequence[int] = 0,
        groups: np.ndarray | None = None,
    ):
        rng = np.random.default_rng(seed)
        groups = np.arange(clips) if groups is None else groups
        drawn = int(groups.max()) + 1
        self.counts = np.empty((draws, clips), np.float32)
        for row in self.counts:
            row[:] = np.bincount(rng.integers(drawn, size=drawn), minlength=drawn)[groups]
        self.seeds = rng.integers(seeds, size=(draws, seeds))

    def scores(self, tallies: np.ndarray, labels: int) -> dict[str, np.ndarray]:
        """Scores of every draw, averaged over its seeds.

        A draw has fewer different clips than the sample and therefore a larger calibration error. The draws of this
        error are shifted so that their mean is the value of the sample.

        Args:
            tallies: (seeds, clips, labels² + 16).
            labels: Number of labels.

        Returns:
            Each of `MEASURES`, with shape (draws,).
        """
        by_seed = [measures(self.counts @ of_seed, labels) for of_seed in tallies]
        draws = np.arange(len(self.counts))[:, None]
        found = {
            name: np.stack([scores[name] for scores in by_seed], axis=1)[draws, self.seeds].mean(axis=1)
            for name in MEASURES
        }
        found["ece"] = np.maximum(found["ece"] + pooled(tallies, labels)["ece"].mean() - found["ece"].mean(), 0)
        return found


def pooled(tallies: np.ndarray, labels: int) -> dict[str, np.ndarray]:
    """Scores over all clips for each seed, with shape (seeds,)."""
    return measures(tallies.sum(axis=-2, dtype=np.float64), labels)


def difference(
    first: np.ndarray, second: np.ndarray, labels: int, bootstrap: Bootstrap
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """The difference between the scores of two methods on the same clips and seeds.

    Args:
        first: (seeds, clips, labels² + 16) tallies of one method.
        second: The same of the other.
        labels: Number of labels.
        bootstrap: Draws for this number of clips and seeds.

    Returns:
        The difference, first minus second, of each of `MEASURES`, averaged over seeds; and that of each draw,
        (draws,).
    """
    points, draws = [], []
    for tallies in (first, second):
        points.append({name: float(value.mean()) for name, value in pooled(tallies, labels).items()})
        draws.append(bootstrap.scores(tallies, labels))
    return (
        {name: points[0][name] - points[1][name] for name in MEASURES},
        {name: draws[0][name] - draws[1][name] for name in MEASURES},
    )


def with_interval(value: float, draws: np.ndarray, key: str = "value") -> dict[str, Any]:
    """A score and the middle 95% of its draws, to 4 digits."""
    low, high = np.percentile(draws, [2.5, 97.5])
    return {key: round(float(value), 4), "interval": [round(float(low), 4), round(float(high), 4)]}


def exact_interval(name: str, confusion: np.ndarray) -> list[float]:
    """A 95% interval that has a width even if all bootstrap draws are the same.

    - Accuracy is a share of clips: Wilson's interval (Wilson 1927, J. Am. Stat. Assoc. 22(158)).
    - Balanced accuracy is the mean of one share for each label. The squared distances from each share to the ends of
      its Wilson interval add up, because labels are independent samples (MOVER: Zou, Huang & Zhang 2009, Comput. Stat.
      Data Anal. 53(4)). So few clips of one label make the interval wide.
    - Macro-F1 gets the same distances. The F1 of a label is not a share of independent clips. But near 1 it falls by
      half of the label's share of misses and half of its share of false alarms, and for labels of equal frequency
      both are equally many: to the first order, macro-F1 falls by as much as balanced accuracy.

    Args:
        name: One of `LABEL_MEASURES`.
        confusion: (labels, labels) counts, true by given.

    Returns:
        Lower and upper end, to 4 digits.
    """
    hits, support = np.diagonal(confusion).astype(int), confusion.sum(axis=1).astype(int)
    if name == "accuracy":
        hits, support = hits.sum(keepdims=True), support.sum(keepdims=True)
    hits, support = hits[support > 0], support[support > 0]
    own = [binomtest(int(hit), int(of)).proportion_ci(method="wilson") for hit, of in zip(hits, support, strict=True)]
    shares, low, high = hits / support, np.array([each.low for each in own]), np.array([each.high for each in own])
    below, above = (np.sqrt((distance**2).sum()) / len(own) for distance in (shares - low, high - shares))
    value = float(measures(np.append(confusion.ravel(), np.zeros(CALIBRATION_BINS + 1)), len(confusion))[name])
    return [round(max(value - float(below), 0.0), 4), round(min(value + float(above), 1.0), 4)]


def mean_and_spread(values: Sequence[float] | np.ndarray) -> dict[str, float | None]:
    """Mean and sample standard deviation (None for a single value), to 4 digits."""
    values = np.asarray(values, np.float64)
    spread = round(float(values.std(ddof=1)), 4) if len(values) > 1 else None
    return {"mean": round(float(values.mean()), 4), "sd": spread}


def per_class(confusion: np.ndarray, labels: Sequence[str]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and support of each label; a share of nothing is 0.

    Args:
        confusion: (labels, labels) counts, true by given.
        labels: Their names.
    """
    hits, support, given = np.diagonal(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    return {
        label: {
            "precision": round(float(hits[place] / max(given[place], 1e-9)), 4),
            "recall": round(float(hits[place] / max(support[place], 1e-9)), 4),
            "f1": round(float(2 * hits[place] / max(support[place] + given[place], 1e-9)), 4),
            "support": int(round(float(support[place]))),
        }
        for place, label in enumerate(labels)
    }


def reliability(truth: np.ndarray, probabilities: np.ndarray) -> list[dict[str, float]]:
    """Accuracy by confidence: the bins of the calibration error that have a clip.

    Args:
        truth: (clips,) numbers of the true labels.
        probabilities: (seeds, clips, labels).

    Returns:
        Mean confidence, accuracy and number of labels of each bin, over all seeds.
    """
    confidence = probabilities.max(-1).ravel()
    right = (probabilities.argmax(-1) == truth).ravel()
    bins = _bins(confidence)
    return [
        {
            "confidence": round(float(confidence[own].mean()), 4),
            "accuracy": round(float(right[own].mean()), 4),
            "labels": int(own.sum()),
        }
        for own in (bins == number for number in range(CALIBRATION_BINS))
        if own.any()
    ]


def label_scores(
    truth: Sequence[str],
    guesses: Sequence[str],
    labels: Sequence[str],
    seed: int = 0,
    probabilities: Sequence[Mapping[str, float]] | None = None,
) -> dict[str, Any]:
    """Scores of one labelling with 95% intervals, figures for each label and the confusion matrix.

    Intervals are from the bootstrap over clips, or from `exact_interval` if that has no width.

    Args:
        truth: True label of each clip.
        guesses: Label given to each clip.
        labels: All candidate labels; the rows and columns of the confusion matrix (true, given).
        seed: Seed of the bootstrap.
        probabilities: Label -> probability for each clip, needed for the calibration error and the Brier score. The
            guess must be the most probable label.

    Raises:
        ValueError: If there is no clip, a label is not among the candidates, or a guess is not the most probable
            label.
    """
    if not len(truth):
        raise ValueError("There is no clip to score.")
    place = {label: number for number, label in enumerate(labels)}
    if unknown := sorted({str(label) for label in (*truth, *guesses)} - set(place)):
        raise ValueError(f"The labels {unknown} are not among the candidates {list(labels)}.")
    true, given = (np.array([place[label] for label in side]) for side in (truth, guesses))
    if probabilities is None:
        table = np.eye(len(labels))[given]
    else:
        table = np.array([[clip[label] for label in labels] for clip in probabilities], np.float64)
        wrong = np.flatnonzero(table[np.arange(len(table)), given] < table.max(axis=1))
        if len(wrong):
            number = wrong[0]
            raise ValueError(
                f"Clip {number} was labelled {guesses[number]!r}; {labels[table[number].argmax()]!r} is more probable."
            )
    tallies = tally(true, table)[None]
    values = pooled(tallies, len(labels))
    draws = Bootstrap(len(true), seed=seed).scores(tallies, len(labels))
    confusion = tallies[0, :, : len(labels) ** 2].sum(axis=0).astype(int).reshape(len(labels), len(labels))
    scores: dict[str, Any] = {"clips": len(true), "chance": round(1 / len(labels), 4)}
    for name in MEASURES if probabilities is not None else LABEL_MEASURES:
        scores[name] = with_interval(values[name][0], draws[name])
        if name in LABEL_MEASURES and len(set(scores[name]["interval"])) == 1:
            scores[name]["interval"] = exact_interval(name, confusion)
    scores["labels"] = list(labels)
    scores["per_class"] = per_class(confusion, labels)
    scores["confusion"] = confusion.tolist()
    return scores


def _bins(confidence: np.ndarray) -> np.ndarray:
    """The bin of each confidence: ((m - 1) / 15, m / 15], as in Guo et al. 2017."""
    return np.clip(np.ceil(confidence * CALIBRATION_BINS).astype(int) - 1, 0, CALIBRATION_BINS - 1)


__all__ = [
    "BOOTSTRAPS",
    "CALIBRATION_BINS",
    "LABEL_MEASURES",
    "MEASURES",
    "Bootstrap",
    "difference",
    "exact_interval",
    "label_scores",
    "mean_and_spread",
    "measures",
    "per_class",
    "pooled",
    "reliability",
    "tally",
    "with_interval",
]
