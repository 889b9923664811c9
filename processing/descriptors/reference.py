"""What is ordinary: the distribution of each descriptor, and of what the tower reads, over a set of clips.

A checkpoint brings the reference of the clips that it was trained on. `MotionReference.calibrated` moves it towards
recordings of another kind, of which only a few are at hand and nobody knows the emotions; `adapt` then brings what the
tower reads of such recordings to where it was trained.
"""

import json
import os
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np

from .measure import DESCRIPTOR_INDEX, DESCRIPTOR_NAMES
from .movement_features import NUM_CHANNELS, SEGMENTS, FeatureMoments

__all__ = [
    "ADAPTED_SEGMENTS",
    "FARTHEST_SCORE",
    "KINDS",
    "LEVELS",
    "MIN_CLIPS",
    "PRIOR_CLIPS",
    "MotionReference",
    "adapt",
    "as_reference",
    "scores_of",
    "weight_of",
]

LEVELS: tuple[float, ...] = (0.0, 1.0, 2.5, *(float(level) for level in range(5, 100, 5)), 97.5, 99.0, 100.0)
"""Percentages at which the quantiles are kept."""

FARTHEST_SCORE = 3.0
"""Normal score of whatever lies at the end of the reference or beyond it."""

MIN_CLIPS = 20
"""Clips needed for a reference, for each descriptor in it, and to calibrate spreads beside locations."""

PRIOR_CLIPS = 4.0
"""As many further clips as the default reference counts for, when it is calibrated with those of a user."""

FARTHEST_SHIFT = 3.0
"""Spreads of the default by which clips may lie off it; what lies farther counts as if it lay there."""

LARGEST_STRETCH = 2.0
"""Ratio of two spreads beyond which it is not trusted."""

ADAPTED_SEGMENTS = ("trunk", "head", "shoulder line", "hip line")
"""Segments whose joints rigs put in different places. Elbows, wrists, knees and ankles are where they are."""

DIRECTIONS = 3
"""The first channels of a segment are its direction."""

KINDS = ("without steps", "with steps")
"""Kinds of movement that have a usual of their own; a clip has steps where `_STEPS` was measured."""

_STEPS = "cadence"
_NORMAL_IQR = 1.349  # interquartile range of the standard normal distribution
_NORMAL_SPREADS = ((25.0, 75.0, _NORMAL_IQR), (5.0, 95.0, 3.290), (1.0, 99.0, 4.653))
_NORMAL_SCORES = (-FARTHEST_SCORE, *(NormalDist().inv_cdf(level / 100) for level in LEVELS[1:-1]), FARTHEST_SCORE)
_FEATURES = (len(SEGMENTS), NUM_CHANNELS)
_CONSTANT = 1e-6  # a feature that spreads less than this does not move
_LARGEST_FILE = 4_000_000  # bytes; a reference has about 20,000


class MotionReference:
    """Quantiles of every descriptor over a set of clips, and mean and spread of every feature of the tower.

    Args:
        quantiles: (descriptors, len(LEVELS)) float values, ascending in each row; a row of NaN stands for a descriptor
            that too few clips had.
        clips: Number of clips it was fitted on; of a calibrated one, the clips that it was calibrated with.
        feature_mean: (13, 6) mean of the features of each segment, NaN for segments that no clip had. None, like the
            two below, in references that were written without.
        feature_std: (13, 6) their standard deviation over the frames of all clips.
        feature_clips: (13,) number of clips that each segment was seen in.
        usual_scores: (len(KINDS), descriptors) mean normal score of each descriptor over the clips of each kind. None,
            as in references that were written without, is 0 for all: what is usual is the same for every kind.

    Attributes:
        median: (descriptors,) the middle of each descriptor, NaN where it is absent.
        spread: (descriptors,) its interquartile range over 1.349, which is the standard deviation of a normal
            distribution. Where half of the clips share one value, the range from 5 to 95 (then 1 to 99) percent
            stands in.

    Raises:
        ValueError: If a shape is wrong, a row descends, or only some of the three about features are given.
    """

    def __init__(
        self,
        quantiles: np.ndarray,
        clips: int,
        feature_mean: np.ndarray | None = None,
        feature_std: np.ndarray | None = None,
        feature_clips: np.ndarray | None = None,
        usual_scores: np.ndarray | None = None,
    ):
        self.quantiles = np.asarray(quantiles, dtype=np.float64)
        self.clips = int(clips)
        expected = (len(DESCRIPTOR_NAMES), len(LEVELS))
        if self.quantiles.shape != expected:
            raise ValueError(f"Expected quantiles of shape {expected}, found {self.quantiles.shape}.")
        for name, row in zip(DESCRIPTOR_NAMES, self.quantiles, strict=True):
            if not (np.isnan(row).all() or (np.isfinite(row).all() and (np.diff(row) >= 0).all())):
                raise ValueError(f"The quantiles of descriptor {name!r} are not finite and ascending: {row.tolist()}.")
        self.median = self.quantiles[:, LEVELS.index(50.0)]
        self.spread = np.zeros(len(DESCRIPTOR_NAMES))
        for low, high, width in _NORMAL_SPREADS:
            spread = (self.quantiles[:, LEVELS.index(high)] - self.quantiles[:, LEVELS.index(low)]) / width
            self.spread = np.where(self.spread > 0, self.spread, spread)
        self.spread = np.where(self.spread > 0, self.spread, 1.0)
        given = [values is not None for values in (feature_mean, feature_std, feature_clips)]
        if any(given) and not all(given):
            raise ValueError("feature_mean, feature_std and feature_clips belong together; found only some of them.")
        self.feature_mean = _of_shape(feature_mean, _FEATURES, "feature_mean")
        self.feature_std = _of_shape(feature_std, _FEATURES, "feature_std")
        self.feature_clips = _of_shape(feature_clips, _FEATURES[:1], "feature_clips")
        if self.feature_std is not None and (self.feature_std < 0).any():
            raise ValueError("feature_std holds negative values.")
        by_kind = (len(KINDS), len(DESCRIPTOR_NAMES))
        usual = _of_shape(usual_scores, by_kind, "usual_scores")
        self.usual_scores = np.zeros(by_kind) if usual is None else usual

    @classmethod
    def fit(cls, matrix: np.ndarray, features: FeatureMoments | None = None) -> "MotionReference":
        """Take the quantiles of measured clips.

        Args:
            matrix: (clips, len(DESCRIPTORS)) values as `measure` gives them; NaN where a clip lacks a descriptor.
            features: What the tower reads of the same clips.

        Returns:
            The reference. Descriptors that fewer than `MIN_CLIPS` clips have are left out of it; what fewer of a kind
            have is as usual for it as for all.

        Raises:
            ValueError: If there are fewer than `MIN_CLIPS` clips, or the columns are not those of `DESCRIPTORS`.
        """
        matrix = np.asarray(matrix, dtype=np.float64)
        if matrix.ndim != 2 or matrix.shape[1] != len(DESCRIPTOR_NAMES):
            raise ValueError(
                f"Expected a matrix (clips, {len(DESCRIPTOR_NAMES)} descriptors), found shape {matrix.shape}."
            )
        if len(matrix) < MIN_CLIPS:
            raise ValueError(f"A motion reference needs at least {MIN_CLIPS} clips, found {len(matrix)}.")
        quantiles = np.full((len(DESCRIPTOR_NAMES), len(LEVELS)), np.nan)
        for index, column in enumerate(matrix.T):
            finite = column[np.isfinite(column)]
            if len(finite) >= MIN_CLIPS:
                quantiles[index] = np.maximum.accumulate(np.percentile(finite, LEVELS))
        scores = cls(quantiles, len(matrix)).normal_scores(matrix).astype(np.float64)
        usual = np.array([_usual(scores[_kinds(scores) == kind]) for kind in range(len(KINDS))])
        if features is None:
            return cls(quantiles, len(matrix), usual_scores=usual)
        return cls(quantiles, len(matrix), features.mean, features.std, features.clips, usual)

    def calibrated(
        self, matrix: np.ndarray, features: FeatureMoments | None = None, weights: Sequence[float] | None = None
    ) -> "MotionReference":
        """Moves the reference towards clips of another kind: a rig, a room, a task. Their emotions need not be known.

        n clips count against the reference as `weight_of(n)` says, for each descriptor and each segment by the clips
        that have it; medians and means move by at most `FARTHEST_SHIFT` spreads times that. Spreads stay with fewer
        than `MIN_CLIPS` clips; from then on they are scaled by their ratio, at most `LARGEST_STRETCH`, to the power
        of `n / (n + MIN_CLIPS)`. A value that is never negative in the reference stays so. What scores are usual for
        a kind of movement stays as well.

        Args:
            matrix: (clips or windows of clips, descriptors) values as `measure` gives them, at least one row.
            features: What the tower reads of the same clips.
            weights: How much each row counts: 1 for a clip (the default), the share of its clip for a window.

        Returns:
            A new reference, to which percentiles refer and from which `adapt` starts.

        Raises:
            ValueError: If there is no row, or the columns are not those of `DESCRIPTORS`.
        """
        matrix = self._checked(matrix)
        if matrix.ndim != 2 or not len(matrix):
            raise ValueError(f"Expected a matrix (clips, descriptors) with one clip at least, found {matrix.shape}.")
        shares = np.ones(len(matrix)) if weights is None else np.asarray(weights, dtype=np.float64)
        quantiles = self.quantiles.copy()
        for index, column in enumerate(matrix.T):
            there = np.isfinite(column)
            if not there.any() or np.isnan(quantiles[index, 0]):
                continue
            low, middle, high = _quantiles(column[there], shares[there], (0.25, 0.5, 0.75))
            centre, spread, count = self.median[index], self.spread[index], shares[there].sum()
            shift = _shift(middle - centre, spread, count)
            stretch = _stretch((high - low) / _NORMAL_IQR, spread, count)
            moved = centre + shift + stretch * (quantiles[index] - centre)
            quantiles[index] = np.maximum(moved, 0.0) if quantiles[index, 0] >= 0 else moved
        clips = round(float(shares.sum()))
        mean, std, seen_before = self.feature_mean, self.feature_std, self.feature_clips
        if features is None or mean is None or std is None or seen_before is None:
            return MotionReference(quantiles, clips, mean, std, seen_before, self.usual_scores)
        count = features.clips[:, None]
        seen = (count > 0) & np.isfinite(mean)
        return MotionReference(
            quantiles,
            clips,
            np.where(seen, mean + _shift(features.mean - mean, std, count), mean),
            np.where(seen, std * _stretch(features.std, std, count), std),
            np.where(features.clips > 0, features.clips, seen_before),
            self.usual_scores,
        )

    def _index(self, descriptor: str | int) -> int:
        if isinstance(descriptor, str):
            if descriptor not in DESCRIPTOR_INDEX:
                raise ValueError(f"Unknown descriptor {descriptor!r}; known are {', '.join(DESCRIPTOR_NAMES)}.")
            return DESCRIPTOR_INDEX[descriptor]
        if not 0 <= descriptor < len(DESCRIPTOR_NAMES):
            raise ValueError(f"Descriptor index {descriptor} is outside 0 to {len(DESCRIPTOR_NAMES) - 1}.")
        return int(descriptor)

    def percentile(self, descriptor: str | int, value: float) -> float:
        """Where a value stands among the clips of the reference.

        Args:
            descriptor: Name or index of the descriptor.
            value: Value in the descriptor's unit.

        Returns:
            0 to 100, rising with the value: interpolated between quantiles, the middle of the tied range where many
            clips share the value. NaN if the value is NaN or the reference lacks the descriptor.

        Raises:
            ValueError: If the descriptor is unknown.
        """
        index = self._index(descriptor)
        return float(_percentiles(self.quantiles[index], np.asarray(value, dtype=np.float64)))

    def percentiles(self, vectors: np.ndarray) -> np.ndarray:
        """Percentiles of vectors of `measure`: (..., descriptors) float64 as given, NaN where absent."""
        return _percentiles(self.quantiles, self._checked(vectors))

    def normal_scores(self, vectors: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
        """Percentiles as standard normal scores (van der Waerden 1952): 50 is 0, 16 and 84 are -1 and 1.

        However skewed a descriptor is, what is rare among clips lies far from 0, on either side: a quarter of all
        clips move nearly as slowly as the slowest, and it is the slowest that look sad.

        Args:
            vectors: (clips, descriptors) values as `measure` gives them.

        Returns:
            (clips, descriptors) float32, at most `FARTHEST_SCORE` from 0; NaN where a value is NaN or the reference
            lacks the descriptor.

        Raises:
            ValueError: If the last axis is not that of `DESCRIPTORS`.
        """
        return scores_of(self.percentiles(np.asarray(vectors)))

    def salience(self, scores: np.ndarray) -> np.ndarray:
        """How much each measured value stands out, for a movement of this kind.

        Whoever stands and waves is slow beside all clips, many of which walk; of the person that tells nothing. So a
        score counts by how far it lies beyond what is usual for clips with steps, or without, on the side on which it
        lies among all clips.

        Args:
            scores: (clips, descriptors) as `normal_scores` gives them.

        Returns:
            (clips, descriptors) float32, 0 where a value is ordinary or usual for the kind, NaN where there is none.
        """
        beyond = np.sign(scores) * (scores - self.usual_scores[_kinds(scores)])
        return np.maximum(beyond, 0.0).astype(np.float32)

    @staticmethod
    def _checked(vector: np.ndarray) -> np.ndarray:
        vector = np.asarray(vector, dtype=np.float64)
        if vector.ndim == 0 or vector.shape[-1] != len(DESCRIPTOR_NAMES):
            raise ValueError(f"Expected {len(DESCRIPTOR_NAMES)} descriptors, found an array of shape {vector.shape}.")
        return vector

    def to_dict(self) -> dict:
        """A dict of plain numbers that `json.dumps` takes and `from_dict` reads back."""
        quantiles = {
            name: None if np.isnan(row[0]) else row.tolist()
            for name, row in zip(DESCRIPTOR_NAMES, self.quantiles, strict=True)
        }
        usual = {
            kind: dict(zip(DESCRIPTOR_NAMES, row.tolist(), strict=True))
            for kind, row in zip(KINDS, self.usual_scores, strict=True)
        }
        state = {"clips": self.clips, "levels": list(LEVELS), "quantiles": quantiles, "usual_scores": usual}
        if self.feature_mean is None or self.feature_std is None or self.feature_clips is None:
            return state
        features = {
            name: None
            if np.isnan(self.feature_mean[index]).any()
            else {
                "clips": float(self.feature_clips[index]),
                "mean": self.feature_mean[index].tolist(),
                "std": self.feature_std[index].tolist(),
            }
            for index, (name, _, _) in enumerate(SEGMENTS)
        }
        return state | {"features": features}

    @classmethod
    def from_dict(cls, state: dict) -> "MotionReference":
        """Read what `to_dict` wrote, also without the features and usual scores, which older references lack.

        Raises:
            ValueError: If the dict was written for other descriptors, levels or segments, or holds no numbers.
        """
        missing = {"clips", "levels", "quantiles"} - set(state)
        if missing:
            raise ValueError(f"A motion reference lacks {sorted(missing)}; found {sorted(state)}.")
        levels = state["levels"]
        if not isinstance(levels, (list, tuple)) or list(levels) != list(LEVELS):
            raise ValueError(f"Expected quantiles at {list(LEVELS)} percent, found {levels}.")
        if isinstance(state["clips"], bool) or not isinstance(state["clips"], (int, float)) or not state["clips"] > 0:
            raise ValueError(f"Expected the number of clips, found {state['clips']!r}.")
        rows = _entries(state["quantiles"], DESCRIPTOR_NAMES, "descriptors")
        quantiles = np.array([_numbers(row, len(LEVELS), f"quantiles of {name!r}") for name, row in rows.items()])
        usual = None
        if state.get("usual_scores") is not None:
            kinds = _entries(state["usual_scores"], KINDS, "kinds of movement")
            scores = {kind: _entries(row, DESCRIPTOR_NAMES, "descriptors") for kind, row in kinds.items()}
            usual = np.array(
                [_numbers(list(row.values()), len(row), f"usual scores {kind}") for kind, row in scores.items()]
            )
        if state.get("features") is None:
            return cls(quantiles, int(state["clips"]), usual_scores=usual)
        segments = _entries(state["features"], tuple(name for name, _, _ in SEGMENTS), "segments")
        parts: dict[str, list[np.ndarray]] = {"mean": [], "std": [], "clips": []}
        for name, entry in segments.items():
            entry = {"mean": None, "std": None, "clips": 0.0} if entry is None else entry
            if not isinstance(entry, dict) or set(entry) != set(parts):
                raise ValueError(f"Expected {sorted(parts)} of the segment {name!r}, found {str(entry)[:200]}.")
            parts["mean"].append(_numbers(entry["mean"], NUM_CHANNELS, f"mean of {name!r}"))
            parts["std"].append(_numbers(entry["std"], NUM_CHANNELS, f"std of {name!r}"))
            parts["clips"].append(_numbers([entry["clips"]], 1, f"clips of {name!r}"))
        return cls(
            quantiles,
            int(state["clips"]),
            np.array(parts["mean"]),
            np.array(parts["std"]),
            np.concatenate(parts["clips"]),
            usual,
        )

    def save(self, path: str | os.PathLike) -> None:
        """Writes the reference as JSON."""
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.to_dict(), file, indent=1)
            file.write("\n")

    @classmethod
    def load(cls, path: str | os.PathLike) -> "MotionReference":
        """Reads what `save` wrote.

        Raises:
            OSError: If there is no such file.
            ValueError: If the file is no reference, or one for other descriptors; it names the file.
        """
        with open(path, encoding="utf-8") as file:
            try:
                text = file.read(_LARGEST_FILE + 1)
                if len(text) > _LARGEST_FILE:
                    raise ValueError(f"it is longer than {_LARGEST_FILE:,} characters.")
                state = json.loads(text)
                if not isinstance(state, dict):
                    raise ValueError(f"expected an object, found {type(state).__name__}.")
                return cls.from_dict(state)
            except (ValueError, RecursionError) as error:
                raise ValueError(
                    f"{os.fspath(path)} is no motion reference as eai-llm calibrate writes it: {error}"
                ) from None


def as_reference(given: Any) -> MotionReference | None:
    """A reference given as itself, as its dict, as the path of its file, or None.

    One that another copy of this module made is taken as it is: it does the same, but is of another class.

    Raises:
        OSError: If there is no such file.
        ValueError: If it is no reference, or one for other descriptors.
    """
    if isinstance(given, Mapping):
        return MotionReference.from_dict(dict(given))
    if isinstance(given, (str, os.PathLike)):
        return MotionReference.load(given)
    if given is not None and not hasattr(given, "normal_scores"):
        raise ValueError(
            "A reference is what calibrate returns, its dict, or the path of the file that it was saved to; "
            f"found {type(given).__name__}."
        )
    return given


def scores_of(percentiles: np.ndarray) -> np.ndarray:
    """Percentiles, of any shape, as the float32 scores of `MotionReference.normal_scores`; NaN where they are NaN."""
    return np.interp(percentiles, LEVELS, _NORMAL_SCORES).astype(np.float32)


def _percentiles(quantiles: np.ndarray, values: np.ndarray) -> np.ndarray:
    """What `MotionReference.percentile` gives, of many values in one go.

    Args:
        quantiles: (..., levels), ascending or all NaN.
        values: (...), each for the quantiles at its place.
    """
    quantiles, values = np.broadcast_arrays(quantiles, values[..., None])
    first, after = (quantiles < values).sum(-1), (quantiles <= values).sum(-1)
    levels = np.array(LEVELS)
    shared = (levels[np.minimum(first, len(levels) - 1)] + levels[np.maximum(after - 1, 0)]) / 2
    above = np.clip(first, 1, len(levels) - 1)[..., None]
    low, high = (np.take_along_axis(quantiles, place, -1)[..., 0] for place in (above - 1, above))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (values[..., 0] - low) / (high - low)
    low, high = levels[above[..., 0] - 1], levels[above[..., 0]]
    found = np.where(first < after, shared, low + share * (high - low))
    found = np.where((first == 0) & (after == 0), 0.0, np.where(first == len(levels), 100.0, found))
    return np.where(np.isnan(values[..., 0]) | np.isnan(quantiles[..., 0]), np.nan, found)


def adapt(features: np.ndarray, segment_mask: np.ndarray, given: MotionReference, own: MotionReference) -> np.ndarray:
    """Brings what the tower reads of one kind of recording to where it stands in the recordings it was trained on.

    The mean directions of `ADAPTED_SEGMENTS` are shifted onto each other, by segment and axis; the vectors need not
    keep unit length. Velocities stay: a rig does not change them. The limbs and the root stay too: their means tell
    what the clips are about (walking or standing) and not the rig.

    Args:
        features: (frames, 13, 6) float32, as `movement_features` gives them.
        segment_mask: (13,) bool; absent segments stay as they are.
        given: What is ordinary for recordings like this one.
        own: What is ordinary for those that the tower was trained on.

    Returns:
        (frames, 13, 6) float32; `features` themselves where one of the references has no statistics of features.
    """
    if given.feature_mean is None or own.feature_mean is None:
        return features
    shift = own.feature_mean - given.feature_mean
    adapted = np.zeros(_FEATURES, dtype=bool)
    adapted[[index for index, (name, _, _) in enumerate(SEGMENTS) if name in ADAPTED_SEGMENTS], :DIRECTIONS] = True
    adapted &= np.asarray(segment_mask, dtype=bool)[:, None] & np.isfinite(shift)
    return features + np.where(adapted, shift, 0.0).astype(np.float32)


def _of_shape(values: np.ndarray | None, shape: tuple[int, ...], what: str) -> np.ndarray | None:
    if values is None:
        return None
    values = np.asarray(values, dtype=np.float64)
    if values.shape != shape:
        raise ValueError(f"Expected {what} of shape {shape}, found {values.shape}.")
    return values


def _entries(found: object, names: Sequence[str], what: str) -> dict:
    """The entries of a dict in the order of the names, which must be all that it has."""
    if not isinstance(found, dict):
        raise ValueError(f"Expected an object with one entry for each of the {what}, found {type(found).__name__}.")
    unknown, absent = sorted(set(found) - set(names), key=str), sorted(set(names) - set(found))
    if unknown or absent:
        raise ValueError(f"The motion reference was written for other {what}: unknown {unknown}, missing {absent}.")
    return {name: found[name] for name in names}


def _numbers(found: object, count: int, what: str) -> np.ndarray:
    """So many finite numbers, or NaN for None."""
    if found is None:
        return np.full(count, np.nan)
    try:
        values = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.shape != (count,) or not np.isfinite(values).all():
        raise ValueError(f"Expected {count} finite numbers as {what}, found {str(found)[:200]}.")
    return values


def _kinds(scores: np.ndarray) -> np.ndarray:
    """The place in `KINDS` of each clip, by its scores (clips, descriptors)."""
    return np.isfinite(scores[..., DESCRIPTOR_INDEX[_STEPS]]).astype(int)


def _usual(scores: np.ndarray) -> np.ndarray:
    """Mean scores (descriptors,) of the clips of a kind, 0 where fewer than `MIN_CLIPS` have one."""
    known = np.isfinite(scores)
    count = known.sum(axis=0)
    return np.where(count >= MIN_CLIPS, np.where(known, scores, 0.0).sum(axis=0) / np.maximum(count, 1), 0.0)


def _quantiles(values: np.ndarray, weights: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Quantiles of weighted values, interpolated between the middles of their weights."""
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(weights[order])
    middles = (ends - weights[order] / 2) / ends[-1]
    return np.interp(levels, middles, values[order])


def weight_of(clips: np.ndarray | float) -> np.ndarray:
    """What so many clips count against the default reference, from 0 to below 1.

    `(n - 1) / (n - 1 + PRIOR_CLIPS)`: the shrinkage of a mean towards its prior (Gelman et al. 2013, Bayesian Data
    Analysis, 2.5) over the clips after the first. A single clip counts nothing: nobody can tell by it what is the
    rig's and what is this movement's own.
    """
    further = np.maximum(np.asarray(clips) - 1.0, 0.0)
    return further / (further + PRIOR_CLIPS)


def _shift(distance: np.ndarray | float, spread: np.ndarray | float, clips: np.ndarray | float) -> np.ndarray:
    """How far so many clips at such a distance move what is ordinary."""
    farthest = FARTHEST_SHIFT * np.asarray(spread)
    return weight_of(clips) * np.clip(distance, -farthest, farthest)


def _stretch(spread: np.ndarray | float, default: np.ndarray | float, clips: np.ndarray | float) -> np.ndarray:
    """By how much so many clips of such a spread widen what is ordinary; 1 where they are too few to tell."""
    known = (np.asarray(clips) >= MIN_CLIPS) & (np.asarray(spread) > _CONSTANT) & (np.asarray(default) > _CONSTANT)
    ratio = np.where(known, spread, 1.0) / np.where(known, default, 1.0)
    return np.clip(ratio, 1 / LARGEST_STRETCH, LARGEST_STRETCH) ** (clips / (clips + MIN_CLIPS))
