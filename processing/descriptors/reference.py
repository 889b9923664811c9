"""The reference: typical values of each descriptor, and of the tower's features, over a set of clips.

A checkpoint contains the reference of the clips that it was trained on. `MotionReference.calibrated` moves it towards
other recordings, of which a few clips without labels are enough; `adapt` then shifts the tower's features of such
recordings to where the tower was trained.
"""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .measure import DESCRIPTOR_INDEX, DESCRIPTOR_NAMES
from .movement_features import NUM_CHANNELS, SEGMENTS, FeatureMoments
from .reference_statistics import LEVELS, MIN_CLIPS, percentiles_of, scores_of, shift, stretch, weighted_quantiles

__all__ = [
    "ADAPTED_SEGMENTS",
    "KINDS",
    "MotionReference",
    "adapt",
    "as_reference",
]

ADAPTED_SEGMENTS = ("trunk", "head", "shoulder line", "hip line")
"""Segments whose joints sit in different places in different rigs. Elbows, wrists, knees and ankles do not."""

DIRECTIONS = 3
"""Number of direction channels of a segment; they come first."""

KINDS = ("without steps", "with steps")
"""Kinds of movement with typical scores of their own; a clip has steps if `_STEPS` could be measured."""

_STEPS = "cadence"
_NORMAL_IQR = 1.349  # interquartile range of the standard normal distribution
_NORMAL_SPREADS = ((25.0, 75.0, _NORMAL_IQR), (5.0, 95.0, 3.290), (1.0, 99.0, 4.653))
_FEATURES = (len(SEGMENTS), NUM_CHANNELS)
_LARGEST_FILE = 4_000_000  # bytes; a reference has about 20,000


class MotionReference:
    """Quantiles of each descriptor over a set of clips, and mean and standard deviation of each feature of the tower.

    Args:
        quantiles: (descriptors, len(LEVELS)) float values, ascending in each row; a row of NaN for a descriptor that
            too few clips have.
        clips: Number of clips that it was fitted on or, if calibrated, calibrated with.
        feature_mean: (13, 6) mean of the features of each segment, NaN for segments that no clip has. None, like the
            two below, in references written before these were stored.
        feature_std: (13, 6) their standard deviation over the frames of all clips.
        feature_clips: (13,) number of clips that have each segment.
        usual_scores: (len(KINDS), descriptors) mean normal score of each descriptor over the clips of each kind. None,
            as in references written before these were stored, stands for 0: typical scores do not depend on the kind.

    Attributes:
        median: (descriptors,), NaN where a descriptor is absent.
        spread: (descriptors,) interquartile range over 1.349, which is the standard deviation for a normal
            distribution. Where half of the clips share one value, the range from 5 to 95 (then 1 to 99) percent is
            used instead.

    Raises:
        ValueError: If a shape is wrong, a row descends, or only some of the three feature arguments are given.
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
            raise ValueError("feature_mean, feature_std and feature_clips go together; found only some of them.")
        self.feature_mean = _of_shape(feature_mean, _FEATURES, "feature_mean")
        self.feature_std = _of_shape(feature_std, _FEATURES, "feature_std")
        self.feature_clips = _of_shape(feature_clips, _FEATURES[:1], "feature_clips")
        if self.feature_std is not None and (self.feature_std < 0).any():
            raise ValueError("feature_std has negative values.")
        by_kind = (len(KINDS), len(DESCRIPTOR_NAMES))
        usual = _of_shape(usual_scores, by_kind, "usual_scores")
        self.usual_scores = np.zeros(by_kind) if usual is None else usual

    @classmethod
    def fit(cls, matrix: np.ndarray, features: FeatureMoments | None = None) -> "MotionReference":
        """Fits a reference to measured clips.

        Args:
            matrix: (clips, len(DESCRIPTORS)) values as `measure` gives them; NaN where a clip lacks a descriptor.
            features: The tower's features of the same clips.

        Returns:
            The reference. It lacks descriptors that fewer than `MIN_CLIPS` clips have. A descriptor that fewer clips
            of a kind have gets a typical score of 0 for that kind.

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
        """Moves the reference towards other recordings (a rig, a room, a task), from clips that need no labels.

        For each descriptor and each segment, n clips that have it get the weight `weight_of(n)`: medians and means
        move by that share of their distance, which is clipped to `FARTHEST_SHIFT` spreads. Spreads change only from
        `MIN_CLIPS` clips on: they are scaled by the ratio of spreads, at most `LARGEST_STRETCH`, to the power of
        `n / (n + MIN_CLIPS)`. A descriptor that is never negative in the reference stays so. The typical scores of
        each kind of movement do not change.

        Args:
            matrix: (clips or windows of clips, descriptors) values as `measure` gives them, at least one row.
            features: The tower's features of the same clips.
            weights: Weight of each row: 1 for a clip (the default), its share of the clip for a window.

        Returns:
            A new reference, for percentiles and for `adapt`.

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
            low, middle, high = weighted_quantiles(column[there], shares[there], (0.25, 0.5, 0.75))
            centre, spread, count = self.median[index], self.spread[index], shares[there].sum()
            scale = stretch((high - low) / _NORMAL_IQR, spread, count)
            moved = centre + shift(middle - centre, spread, count) + scale * (quantiles[index] - centre)
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
            np.where(seen, mean + shift(features.mean - mean, std, count), mean),
            np.where(seen, std * stretch(features.std, std, count), std),
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
        """Percentile of a value among the clips of the reference.

        Args:
            descriptor: Name or index of the descriptor.
            value: Value in the descriptor's unit.

        Returns:
            0 to 100, rising with the value: interpolated between quantiles; where many clips share the value, the
            middle of their range. NaN if the value is NaN or the reference lacks the descriptor.

        Raises:
            ValueError: If the descriptor is unknown.
        """
        index = self._index(descriptor)
        return float(percentiles_of(self.quantiles[index], np.asarray(value, dtype=np.float64)))

    def percentiles(self, vectors: np.ndarray) -> np.ndarray:
        """Percentiles of vectors of `measure`, (..., descriptors) in and out, float64, NaN where absent."""
        return percentiles_of(self.quantiles, self._checked(vectors))

    def normal_scores(self, vectors: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
        """Percentiles as standard normal scores (van der Waerden 1952): 50 is 0, 16 and 84 are -1 and 1.

        However skewed a descriptor is, rare values are far from 0 on either side. In raw values, a quarter of all
        clips would be nearly as slow as the slowest, and it is the slowest that look sad.

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
        """How unusual each measured value is for a movement of its kind.

        A person who stands and waves is slow compared to all clips, many of which walk, but that says nothing about
        the person. So salience is the distance of a score beyond the typical score of clips with steps, or without
        steps, on the side of 0 on which the score lies.

        Args:
            scores: (clips, descriptors) as `normal_scores` gives them.

        Returns:
            (clips, descriptors) float32, 0 where a value is typical of all clips or of its kind, NaN where absent.
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
        """A dict of plain numbers for `json.dumps`, which `from_dict` reads back."""
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
        """Reads what `to_dict` wrote. Features and typical scores may be missing, as in older references.

        Raises:
            ValueError: If the dict was written for other descriptors, levels or segments, or its values are no
                numbers.
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
            ValueError: If the file is no reference, or one for other descriptors; the message names the file.
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

    A reference of another copy of this module has another class, but works the same; it is returned as it is.

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


def adapt(features: np.ndarray, segment_mask: np.ndarray, given: MotionReference, own: MotionReference) -> np.ndarray:
    """Shifts the features of one kind of recording to where those of the training recordings are.

    The mean directions of `ADAPTED_SEGMENTS` are aligned by segment and axis; the vectors need not keep unit length.
    Velocities do not change, since they do not depend on the rig. Limbs and root do not change either: their means
    depend on the action (walking or standing) rather than on the rig.

    Args:
        features: (frames, 13, 6) float32, as `movement_features` gives them.
        segment_mask: (13,) bool; absent segments stay as they are.
        given: Reference of recordings like this one.
        own: Reference of the recordings that the tower was trained on.

    Returns:
        (frames, 13, 6) float32; `features` themselves where one of the references lacks feature statistics.
    """
    if given.feature_mean is None or own.feature_mean is None:
        return features
    offset = own.feature_mean - given.feature_mean
    adapted = np.zeros(_FEATURES, dtype=bool)
    adapted[[index for index, (name, _, _) in enumerate(SEGMENTS) if name in ADAPTED_SEGMENTS], :DIRECTIONS] = True
    adapted &= np.asarray(segment_mask, dtype=bool)[:, None] & np.isfinite(offset)
    return features + np.where(adapted, offset, 0.0).astype(np.float32)


def _of_shape(values: np.ndarray | None, shape: tuple[int, ...], what: str) -> np.ndarray | None:
    if values is None:
        return None
    values = np.asarray(values, dtype=np.float64)
    if values.shape != shape:
        raise ValueError(f"Expected {what} of shape {shape}, found {values.shape}.")
    return values


def _entries(found: object, names: Sequence[str], what: str) -> dict:
    """The entries of a dict in the order of the names; it must have these and no others."""
    if not isinstance(found, dict):
        raise ValueError(f"Expected an object with one entry for each of the {what}, found {type(found).__name__}.")
    unknown, absent = sorted(set(found) - set(names), key=str), sorted(set(names) - set(found))
    if unknown or absent:
        raise ValueError(
            f"This reference was made for other {what}: unknown {unknown}, missing {absent}. References and "
            "checkpoints belong to the version whose descriptors they were made with: train or calibrate again."
        )
    return {name: found[name] for name in names}


def _numbers(found: object, count: int, what: str) -> np.ndarray:
    """An array of `count` finite numbers, NaN for None."""
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
    """Index in `KINDS` of each clip, by its scores (clips, descriptors)."""
    return np.isfinite(scores[..., DESCRIPTOR_INDEX[_STEPS]]).astype(int)


def _usual(scores: np.ndarray) -> np.ndarray:
    """Mean scores (descriptors,) of the clips of a kind, 0 where fewer than `MIN_CLIPS` clips have one."""
    known = np.isfinite(scores)
    count = known.sum(axis=0)
    return np.where(count >= MIN_CLIPS, np.where(known, scores, 0.0).sum(axis=0) / np.maximum(count, 1), 0.0)
