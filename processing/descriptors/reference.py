"""The reference: what is typical of each descriptor, and of the tower's features, and so what is high and low.

A checkpoint contains the reference of the clips that it was trained on, the default. `calibration.py` moves it towards
other recordings and the performers in them, of which a few clips without labels are enough.
"""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .manner import Manner
from .measure import DESCRIPTOR_INDEX, DESCRIPTOR_NAMES
from .movement_features import NUM_CHANNELS, SEGMENTS, FeatureMoments
from .outlyingness import Outlyingness
from .reference_state import DEFAULT, KINDS, PERFORMER, RECORDINGS, PerformerValues, state_of, values_in
from .reference_statistics import (
    FARTHEST_SCORE,
    FARTHEST_VALUE,
    LEVELS,
    MIN_CLIPS,
    percentiles_of,
    scores_of,
    shares_below,
    spread_over,
    unbounded_scores,
    values_at,
)

__all__ = ["MotionReference", "as_reference", "manner_for"]

_STEPS = "cadence"
_FEATURES = (len(SEGMENTS), NUM_CHANNELS)
_SHOWN_PERFORMERS = 10
_LARGEST_FILE = 16_000_000  # bytes; a reference has about 25,000, and each performer 4,000


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
        location: (descriptors,) normal scores that are typical of the clips that are compared; None stands for 0.
        scale: (descriptors,) standard deviations of their scores; None stands for 1.
        within: (descriptors,) standard deviations of scores between clips of one performer; None stands for `scale`.
        level: What each descriptor is compared with: `DEFAULT`, `RECORDINGS` or `PERFORMER`.
        performers: Typical values of performers by their names.
        manner: What is typical of the tower's features; None in references written before it was stored.
        unusual_shares: (2, descriptors) share of the clips that it was calibrated with whose value is unusually low,
            and unusually high, compared with it; None where it was not calibrated, and for one performer.
        outlyingness: What tells clips that are unlike all those of the default; None where it was not fitted, as in
            references of few clips or other recordings, and in those written before it was stored.

    Attributes:
        median: (descriptors,), NaN where a descriptor is absent.

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
        location: np.ndarray | None = None,
        scale: np.ndarray | None = None,
        within: np.ndarray | None = None,
        level: Sequence[str] | None = None,
        performers: Mapping[str, PerformerValues] | None = None,
        manner: Manner | None = None,
        outlyingness: Outlyingness | None = None,
        unusual_shares: np.ndarray | None = None,
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
        self.location = _row(location, "location", 0.0)
        self.scale = _row(scale, "scale", 1.0)
        self.within = self.scale if within is None else _row(within, "within", 1.0)
        self._moved = (self.location != 0) | (self.scale != 1)
        if (abs(self.location) > FARTHEST_VALUE).any():
            raise ValueError(f"location must lie within {FARTHEST_VALUE:g} of 0.")
        if not all((1e-3 <= values).all() and (values <= 1e3).all() for values in (self.scale, self.within)):
            raise ValueError("scale and within must lie between 0.001 and 1000.")
        self.level = tuple(level or [DEFAULT] * len(DESCRIPTOR_NAMES))
        known = (DEFAULT, RECORDINGS, PERFORMER)
        if len(self.level) != len(DESCRIPTOR_NAMES) or not all(level in known for level in self.level):
            raise ValueError(f"Expected one of default, recordings and performer for each descriptor, found {level}.")
        self.performers = dict(performers or {})
        self.manner = manner
        self.outlyingness = outlyingness
        self.unusual_shares = _of_shape(unusual_shares, (2, len(DESCRIPTOR_NAMES)), "unusual_shares")

    @classmethod
    def fit(
        cls,
        matrix: np.ndarray,
        features: FeatureMoments | None = None,
        manners: Sequence[np.ndarray] | None = None,
        performers: Sequence[str | None] | None = None,
    ) -> "MotionReference":
        """Fits a reference to measured clips.

        Args:
            matrix: (clips, len(DESCRIPTORS)) values as `measure` gives them; NaN where a clip lacks a descriptor.
            features: The tower's features of the same clips.
            manners: `manner_of` the same clips.
            performers: Who moves in each clip, None for unknown ones; from clips of one performer follows `within`.

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
        plain = cls(quantiles, len(matrix))
        scores = plain.normal_scores(matrix).astype(np.float64)
        usual = np.array([_usual(scores[_kinds(scores) == kind]) for kind in range(len(KINDS))])
        named = np.array([name or "" for name in performers or ()])
        groups = [plain.scores(matrix[named == name]) for name in sorted(set(named.tolist()) - {""})]
        within = spread_over(groups, np.ones(len(DESCRIPTOR_NAMES)))
        return cls(
            quantiles,
            len(matrix),
            None if features is None else features.mean,
            None if features is None else features.std,
            None if features is None else features.clips,
            usual,
            within=within,
            manner=None if manners is None else Manner.fit(np.stack(manners), performers or ()),
            outlyingness=Outlyingness.fit(plain.scores(matrix)),
        )

    def of(self, performer: str | None) -> "MotionReference":
        """The reference of one performer of the recordings; the reference itself for None.

        Raises:
            ValueError: If the performer is not known.
        """
        if performer is None:
            return self
        if performer not in self.performers:
            known = ", ".join(sorted(self.performers)[:_SHOWN_PERFORMERS]) or "nobody, it was made without performers"
            raise ValueError(f"The reference does not know the performer {performer!r}; it knows {known}.")
        return self.at(self.performers[performer])

    def at(self, typical: PerformerValues) -> "MotionReference":
        """The reference with other typical values: those of a performer, whose clips spread by `within`."""
        there = np.isfinite(typical.location)
        return MotionReference(
            self.quantiles,
            typical.clips,
            self.feature_mean,
            self.feature_std,
            self.feature_clips,
            np.where(there, 0.0, self.usual_scores),  # what is usual for the performer is the middle
            np.where(there, typical.location, self.location),
            np.where(there, self.within, self.scale),
            self.within,
            np.where(there, PERFORMER, self.level).tolist(),
            manner=self.manner if typical.manner is None or self.manner is None else self.manner.at(typical.manner),
        )

    def of_one_clip(self, level: str) -> bool:
        """Whether a single clip says what is typical of the performer, or of the recordings."""
        return self.clips == 1 and level == (PERFORMER if PERFORMER in self.level else RECORDINGS)

    @property
    def typical(self) -> np.ndarray:
        """(descriptors,) the values in the middle, in the unit of each descriptor."""
        return values_at(self.quantiles, self.location)

    def scores(self, vectors: np.ndarray) -> np.ndarray:
        """Normal scores among the clips of the default, (..., descriptors) in and out; see `unbounded_scores`."""
        return unbounded_scores(self.quantiles, self._checked(vectors))

    def is_unlike(self, vectors: np.ndarray) -> np.ndarray:
        """Whether clips are unlike all clips of the default: (...) bool, by (..., descriptors) values of `measure`.

        False where that is not known; see `Outlyingness`.
        """
        scores = self.scores(vectors)
        if self.outlyingness is None:
            return np.zeros(scores.shape[:-1], dtype=bool)
        found = self.outlyingness.of(scores.reshape(-1, scores.shape[-1])) > self.outlyingness.limit
        return np.asarray(found.reshape(scores.shape[:-1]))

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
        if not self._moved[index]:
            return float(percentiles_of(self.quantiles[index], np.asarray(value, dtype=np.float64)))
        vector = np.full(len(DESCRIPTOR_NAMES), np.nan)
        vector[index] = value
        return float(self.percentiles(vector)[index])

    def percentiles(self, vectors: np.ndarray) -> np.ndarray:
        """Percentiles of vectors of `measure`, (..., descriptors) in and out, float64, NaN where absent."""
        of_default = percentiles_of(self.quantiles, self._checked(vectors))
        if not self._moved.any():
            return of_default
        return np.where(self._moved, shares_below(self._relative(vectors)), of_default)

    def _relative(self, vectors: np.ndarray) -> np.ndarray:
        return (self.scores(vectors) - self.location) / self.scale

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
        vectors = np.asarray(vectors)
        of_default = scores_of(percentiles_of(self.quantiles, self._checked(vectors)))
        if not self._moved.any():
            return of_default
        relative = np.clip(self._relative(vectors), -FARTHEST_SCORE, FARTHEST_SCORE)
        return np.where(self._moved, relative, of_default).astype(np.float32)

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
        return state_of(self)

    @classmethod
    def from_dict(cls, state: dict) -> "MotionReference":
        """Reads what `to_dict` wrote. Features, typical scores, spreads within performers may be missing, as in older
        references.

        Raises:
            ValueError: If the dict was written for other descriptors, levels or segments, or its values are no
                numbers.
        """
        return cls(**values_in(state))

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


def manner_for(given: MotionReference | None, own: MotionReference | None) -> Manner | None:
    """The manner that the tower's features are relative to, None where they stay as they are.

    Args:
        given: What the clip is compared with, None for the default.
        own: The checkpoint's reference, the default.
    """
    return None if given is None or own is None or own.manner is None else given.manner


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


def _row(values: np.ndarray | None, what: str, absent: float) -> np.ndarray:
    """(descriptors,), `absent` throughout where it is not given."""
    shape = (len(DESCRIPTOR_NAMES),)
    given = _of_shape(values, shape, what)
    return np.full(shape, absent) if given is None else given


def _of_shape(values: np.ndarray | None, shape: tuple[int, ...], what: str) -> np.ndarray | None:
    if values is None:
        return None
    values = np.asarray(values, dtype=np.float64)
    if values.shape != shape:
        raise ValueError(f"Expected {what} of shape {shape}, found {values.shape}.")
    return values


def _kinds(scores: np.ndarray) -> np.ndarray:
    """Index in `KINDS` of each clip, by its scores (clips, descriptors)."""
    return np.isfinite(scores[..., DESCRIPTOR_INDEX[_STEPS]]).astype(int)


def _usual(scores: np.ndarray) -> np.ndarray:
    """Mean scores (descriptors,) of the clips of a kind, 0 where fewer than `MIN_CLIPS` clips have one."""
    known = np.isfinite(scores)
    count = known.sum(axis=0)
    return np.where(count >= MIN_CLIPS, np.where(known, scores, 0.0).sum(axis=0) / np.maximum(count, 1), 0.0)
