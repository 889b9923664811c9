"""A small head that learns labels from a few clips: logistic regression that starts from probabilities known before.

    logits = trust * logits of the text labels + W x + b

x are features that do not change while the head learns. It learns in two steps. `trust`, a single number, is fitted
first: the logits of the texts have not seen these clips, so even a few show how far they hold. Then W and b, which are
drawn towards 0 by a ridge penalty: where the clips teach nothing, the texts decide. Cross-validation over whole
performers chooses the penalty; one performer alone cannot show how people differ, so there it is fixed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["RIDGES", "LabelHead", "CrossValidation", "fit_heads", "fold_of", "cross_validated", "usual_ridge"]

MAX_FOLDS = 25
"""Performers or clips are put together into this many folds at most, so that many clips take no longer."""

RIDGES = (100.0, 30.0, 10.0, 3.0)
"""Penalties of the squared weights that are tried, where each clip counts as 1."""

_RIDGE, _RIDGE_OF_NEW_LABELS = 30.0, 3.0
"""The penalty where there is nothing to choose by. New labels have no other knowledge that it could preserve."""

_TRUST_PRIOR = 4.0
"""Weight, in squared distance, of the trust expected before: 1 in texts of trained labels, 0 in those of new ones."""

_MOST_TRUST = 3.0
_HALVINGS = 20
_TOKEN = 0.5  # weight of the tower's token relative to the descriptors
_STEPS = 100
_PRECISION = 1e-3  # of the weights, which are of the order of 1
_KNOWN = 4.0  # weight of the block in the spread of a feature, in clips
_BLOCK = 30.0  # about as many descriptors as most clips have: each has a variance near 1
_SMALLEST = 1e-12


@dataclass(frozen=True)
class LabelHead:
    """A head that has learned.

    Attributes:
        centre, scale: (features,) standardisation.
        weights: (features, labels).
        bias: (labels,).
        trust: Factor of the logits of the text labels.
    """

    centre: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    trust: float

    def logits(self, known: np.ndarray, features: np.ndarray) -> np.ndarray:
        """(clips, labels) from the logits of the text labels, (clips, labels), and (clips, features)."""
        return self.trust * known + ((features - self.centre) / self.scale) @ self.weights + self.bias


@dataclass(frozen=True)
class CrossValidation:
    """Cross-validation.

    Attributes:
        ridge: The best one over all clips.
        probabilities: (clips, labels) of clips that the head did not learn from, with the penalty that is best on
            the clips of the other folds.
    """

    ridge: float
    probabilities: np.ndarray


def usual_ridge(new: bool) -> float:
    """The penalty where there is nothing to choose by.

    Args:
        new: Whether there are labels that the model was not trained with.
    """
    return _RIDGE_OF_NEW_LABELS if new else _RIDGE


def fit_heads(
    known: np.ndarray,
    features: np.ndarray,
    tokens: int,
    targets: np.ndarray,
    new: bool,
    ridges: Sequence[float],
) -> list[LabelHead]:
    """Fits one head for each penalty. Each label counts the same, however many clips it has.

    Args:
        known: (clips, labels) logits of the text labels.
        features: (clips, features), those of the tower's token first.
        tokens: How many are of the tower's token.
        targets: (clips,) index of the label of each clip.
        new: Whether there are labels that the model was not trained with, so that `known` may mean nothing.
        ridges: At least one.
    """
    clips, labels = known.shape
    counts = np.bincount(targets, minlength=labels)
    shares = clips / ((counts > 0).sum() * counts[targets])
    trust = _trust(known, targets, shares, 0.0 if new else 1.0)
    centre, scale = _standardisation(features, tokens)
    design = np.column_stack([(features - centre) / scale, np.ones(clips)])
    weights = _minimised(trust * known, design, targets, shares, np.array(ridges))
    return [LabelHead(centre, scale, weights[:-1, :, at], weights[-1, :, at], trust) for at in range(len(ridges))]


def _trust(known: np.ndarray, targets: np.ndarray, shares: np.ndarray, expected: float) -> float:
    """The trust, 0 to `_MOST_TRUST`, with the least loss of the texts alone; the loss is convex, so halving finds it.

    Args:
        known, targets: As for `fit_heads`.
        shares: (clips,) weight of each clip.
        expected: What the trust is drawn towards.
    """
    wanted = known[np.arange(len(targets)), targets]
    low, high = 0.0, _MOST_TRUST
    for _ in range(_HALVINGS):
        trust = (low + high) / 2
        slope = shares @ ((_softmax(trust * known) * known).sum(axis=1) - wanted) + _TRUST_PRIOR * (trust - expected)
        low, high = (low, trust) if slope > 0 else (trust, high)
    return (low + high) / 2


def _minimised(
    start: np.ndarray, design: np.ndarray, targets: np.ndarray, shares: np.ndarray, ridges: np.ndarray
) -> np.ndarray:
    """The weights (features, labels, ridges) with the least loss.

    Steps on a quadratic upper bound (Böhning 1992, Annals of the Institute of Statistical Mathematics 44) with
    Nesterov's momentum, in the space that the clips span, for all penalties at once.

    Args:
        start: (clips, labels) logits with all weights 0.
        design: (clips, features), standardised.
        targets: As for `fit_heads`.
        shares: (clips,) weight of each clip.
        ridges: (ridges,) penalties.
    """
    root = np.sqrt(shares)[:, None]
    left, spans, right = np.linalg.svd(root * design, full_matrices=False)
    wanted = np.eye(start.shape[1])[targets][:, :, None]
    coordinates = left * spans
    bound = (spans[:, None] ** 2 / 2 + ridges)[:, None]
    found = ahead = np.zeros((len(spans), start.shape[1], len(ridges)))
    momentum = 1.0
    for _ in range(_STEPS):
        rest = _softmax(start[:, :, None] + _times(coordinates, ahead) / root[:, :, None]) - wanted
        following = ahead - (_times(coordinates.T, root[:, :, None] * rest) + ridges * ahead) / bound
        step = following - found
        if ((ahead - following) * bound * step).sum() > 0:  # it leads uphill: start again from here
            momentum = 1.0
        further = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        found, ahead, momentum = following, following + (momentum - 1) / further * step, further
        if abs(step).max() < _PRECISION:
            break
    return _times(right.T, found)


def fold_of(names: Sequence[object]) -> np.ndarray:
    """(clips,) the fold of each clip, from the performer of each; a performer is in one fold."""
    order = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return np.array([order[name] % MAX_FOLDS for name in names], dtype=int)


def cross_validated(
    known: np.ndarray,
    features: np.ndarray,
    tokens: int,
    targets: np.ndarray,
    new: bool,
    folds: np.ndarray,
    ridges: Sequence[float] = RIDGES,
) -> CrossValidation:
    """Leaves each fold out in turn, learns from the others with every penalty, and predicts the fold.

    Args:
        known, features, tokens, targets, new: As for `fit_heads`.
        folds: (clips,) int, two folds or more.
        ridges: What to choose from; among equals, the first.
    """
    probabilities = np.zeros((len(ridges), *known.shape))
    for fold in np.unique(folds):
        out, others = folds == fold, folds != fold
        heads = fit_heads(known[others], features[others], tokens, targets[others], new, ridges)
        probabilities[:, out] = [_softmax(head.logits(known[out], features[out])) for head in heads]
    counts = np.bincount(targets)
    right = probabilities[:, np.arange(len(targets)), targets]
    losses = -np.log(np.maximum(right, 1e-9)) / counts[targets]
    chosen = np.zeros(known.shape)
    for fold in np.unique(folds):
        best = losses[:, folds != fold].sum(axis=1).argmin()
        chosen[folds == fold] = probabilities[best, folds == fold]
    return CrossValidation(ridges[int(losses.sum(axis=1).argmin())], chosen)


def _standardisation(features: np.ndarray, tokens: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread of each feature.

    A few clips do not show the spread of each feature, so it is shrunk towards that of its block, the token or the
    descriptors. The summed variance of the block becomes `_BLOCK`, for the token times `_TOKEN` squared.
    """
    variance = features.var(axis=0)
    scale = np.ones(len(variance))
    for block, share in ((slice(tokens), _TOKEN), (slice(tokens, None), 1.0)):
        if not (inside := variance[block]).size:
            continue
        usual = max(inside.mean(), _SMALLEST)
        shrunk = (len(features) * inside + _KNOWN * usual) / (len(features) + _KNOWN)
        scale[block] = np.sqrt(shrunk * inside.size / _BLOCK) / share
    return features.mean(axis=0), scale


def _times(matrix: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Matrix (a, b) times (b, labels, ridges)."""
    return (matrix @ values.reshape(len(values), -1)).reshape(len(matrix), *values.shape[1:])


def _softmax(logits: np.ndarray) -> np.ndarray:
    """Over the second axis."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
