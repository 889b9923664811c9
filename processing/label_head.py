"""A small head that learns labels from a few clips: logistic regression that starts from probabilities known before.

    logits = trust * logits of the text labels + W x + b

x are features that do not change while the head learns. W and b are drawn towards 0 by a ridge penalty, so where the
clips teach nothing, the labels of the texts decide. How far these are trusted and how strong the penalty is are chosen
by cross-validation over whole performers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = [
    "DEFAULT_SETTING",
    "SETTINGS",
    "HeadSetting",
    "LabelHead",
    "CrossValidation",
    "fit_heads",
    "fold_of",
    "cross_validated",
]

MAX_FOLDS = 25
"""Performers or clips are put together into this many folds at most, so that many clips take no longer."""

_STEPS = 100
_PRECISION = 1e-3  # of the weights, which are of the order of 1
_KNOWN = 4.0  # weight of the block in the spread of a feature, in clips
_BLOCK = 30.0  # about as many descriptors as most clips have: each has a variance near 1
_SMALLEST = 1e-12


@dataclass(frozen=True)
class HeadSetting:
    """What cross-validation chooses.

    Attributes:
        trust: Factor of the logits of the text labels.
        tokens: Weight of the tower's token relative to the descriptors.
        ridge: Penalty of the squared weights, where each clip counts as 1.
    """

    trust: float
    tokens: float
    ridge: float


DEFAULT_SETTING = HeadSetting(0.25, 0.25, 1.0)
"""Where there is nothing to choose by. After one performer, trust in the texts helped on generated walks, which the
tower knows, and harmed on recorded ones."""

SETTINGS = tuple(
    HeadSetting(trust, tokens, ridge)
    for tokens in (0.25, 1.0)
    for trust in (0.25, 0.5, 1.0, 0.0)
    for ridge in (1.0, 3.0, 10.0)
)
"""What is tried."""


@dataclass(frozen=True)
class LabelHead:
    """A head that has learned.

    Attributes:
        centre, scale: (features,) standardisation.
        weights: (features, labels).
        bias: (labels,).
        trust: See [`HeadSetting`].
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
        setting: The best one over all clips.
        probabilities: (clips, labels) of clips that the head did not learn from, with the setting that is best on
            the clips of the other folds.
    """

    setting: HeadSetting
    probabilities: np.ndarray


def fit_heads(
    known: np.ndarray,
    features: np.ndarray,
    tokens: int,
    targets: np.ndarray,
    settings: Sequence[HeadSetting],
) -> list[LabelHead]:
    """Fits one head for each setting. Each label counts the same, however many clips it has.

    Args:
        known: (clips, labels) logits of the text labels.
        features: (clips, features), those of the tower's token first.
        tokens: How many are of the tower's token.
        targets: (clips,) index of the label of each clip.
        settings: At least one.
    """
    heads: dict[HeadSetting, LabelHead] = {}
    for weight in dict.fromkeys(setting.tokens for setting in settings):
        alike = [setting for setting in settings if setting.tokens == weight]
        centre, scale = _standardisation(features, tokens, weight)
        design = np.column_stack([(features - centre) / scale, np.ones(len(features))])
        weights = _minimised(known, design, targets, alike)
        for index, setting in enumerate(alike):
            heads[setting] = LabelHead(centre, scale, weights[:-1, :, index], weights[-1, :, index], setting.trust)
    return [heads[setting] for setting in settings]


def _minimised(
    known: np.ndarray, design: np.ndarray, targets: np.ndarray, settings: Sequence[HeadSetting]
) -> np.ndarray:
    """The weights (features, labels, settings) with the least loss.

    Steps on a quadratic upper bound (Böhning 1992, Annals of the Institute of Statistical Mathematics 44) with
    Nesterov's momentum, in the space that the clips span, for all settings at once.

    Args:
        known, targets: As for `fit_heads`.
        design: (clips, features), standardised.
        settings: Their `tokens` is in the design already.
    """
    clips, labels = known.shape
    counts = np.bincount(targets, minlength=labels)
    root = np.sqrt(clips / ((counts > 0).sum() * counts[targets]))[:, None]  # of the weight of each clip
    left, spans, right = np.linalg.svd(root * design, full_matrices=False)
    trust, ridge = (np.array([getattr(setting, name) for setting in settings]) for name in ("trust", "ridge"))
    start = known[:, :, None] * trust
    wanted = np.eye(labels)[targets][:, :, None]
    coordinates = left * spans
    bound = (spans[:, None] ** 2 / 2 + ridge)[:, None]
    found = ahead = np.zeros((len(spans), labels, len(settings)))
    momentum = 1.0
    for _ in range(_STEPS):
        rest = _softmax(start + _times(coordinates, ahead) / root[:, :, None]) - wanted
        following = ahead - (_times(coordinates.T, root[:, :, None] * rest) + ridge * ahead) / bound
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
    folds: np.ndarray,
    settings: Sequence[HeadSetting] = SETTINGS,
) -> CrossValidation:
    """Leaves each fold out in turn, learns from the others with every setting, and predicts the fold.

    Args:
        known, features, tokens, targets: As for `fit_heads`.
        folds: (clips,) int, two folds or more.
        settings: What to choose from; among equals, the first.
    """
    probabilities = np.zeros((len(settings), *known.shape))
    for fold in np.unique(folds):
        out, others = folds == fold, folds != fold
        heads = fit_heads(known[others], features[others], tokens, targets[others], settings)
        probabilities[:, out] = [_softmax(head.logits(known[out], features[out])) for head in heads]
    counts = np.bincount(targets)
    right = probabilities[:, np.arange(len(targets)), targets]
    losses = -np.log(np.maximum(right, 1e-9)) / counts[targets]
    chosen = np.zeros(known.shape)
    for fold in np.unique(folds):
        best = losses[:, folds != fold].sum(axis=1).argmin()
        chosen[folds == fold] = probabilities[best, folds == fold]
    return CrossValidation(settings[int(losses.sum(axis=1).argmin())], chosen)


def _standardisation(features: np.ndarray, tokens: int, weight: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread of each feature.

    A few clips do not show the spread of each feature, so it is shrunk towards that of its block, the token or the
    descriptors. The summed variance of the block becomes `_BLOCK`, for the token times the weight squared.
    """
    variance = features.var(axis=0)
    scale = np.ones(len(variance))
    for block, share in ((slice(tokens), weight), (slice(tokens, None), 1.0)):
        if not (inside := variance[block]).size:
            continue
        usual = max(inside.mean(), _SMALLEST)
        shrunk = (len(features) * inside + _KNOWN * usual) / (len(features) + _KNOWN)
        scale[block] = np.sqrt(shrunk * inside.size / _BLOCK) / share
    return features.mean(axis=0), scale


def _times(matrix: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Matrix (a, b) times (b, labels, settings)."""
    return (matrix @ values.reshape(len(values), -1)).reshape(len(matrix), *values.shape[1:])


def _softmax(logits: np.ndarray) -> np.ndarray:
    """Over the second axis."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
