"""What is ordinary: the distribution of each descriptor over a set of clips."""

import numpy as np

from .motion_descriptors import DESCRIPTOR_INDEX, DESCRIPTOR_NAMES

__all__ = ["LEVELS", "MIN_CLIPS", "MotionReference"]

LEVELS: tuple[float, ...] = (0.0, 1.0, 2.5, *(float(level) for level in range(5, 100, 5)), 97.5, 99.0, 100.0)
"""Percentages at which the quantiles are kept."""

MIN_CLIPS = 20
"""Clips needed for a reference, and for each descriptor in it."""

_NORMAL_IQR = 1.349  # interquartile range of the standard normal distribution
_NORMAL_SPREADS = ((25.0, 75.0, _NORMAL_IQR), (5.0, 95.0, 3.290), (1.0, 99.0, 4.653))


class MotionReference:
    """Quantiles of every descriptor over a set of clips.

    Args:
        quantiles: (descriptors, len(LEVELS)) float values, ascending in each row; a row of NaN stands for a descriptor
            that too few clips had.
        clips: Number of clips it was fitted on.

    Raises:
        ValueError: If the shape is wrong or a row descends.
    """

    def __init__(self, quantiles: np.ndarray, clips: int):
        self.quantiles = np.asarray(quantiles, dtype=np.float64)
        self.clips = int(clips)
        expected = (len(DESCRIPTOR_NAMES), len(LEVELS))
        if self.quantiles.shape != expected:
            raise ValueError(f"Expected quantiles of shape {expected}, found {self.quantiles.shape}.")
        for name, row in zip(DESCRIPTOR_NAMES, self.quantiles, strict=True):
            if not (np.isnan(row).all() or (np.isfinite(row).all() and (np.diff(row) >= 0).all())):
                raise ValueError(f"The quantiles of descriptor {name!r} are not finite and ascending: {row.tolist()}.")
        self._centre = self.quantiles[:, LEVELS.index(50.0)]
        self._spread = np.zeros(len(DESCRIPTOR_NAMES))
        for low, high, width in _NORMAL_SPREADS:
            spread = (self.quantiles[:, LEVELS.index(high)] - self.quantiles[:, LEVELS.index(low)]) / width
            self._spread = np.where(self._spread > 0, self._spread, spread)
        self._spread = np.where(self._spread > 0, self._spread, 1.0)

    @classmethod
    def fit(cls, matrix: np.ndarray) -> "MotionReference":
        """Take the quantiles of measured clips.

        Args:
            matrix: (clips, len(DESCRIPTORS)) values as `measure` gives them; NaN where a clip lacks a descriptor.

        Returns:
            The reference. Descriptors that fewer than `MIN_CLIPS` clips have are left out of it.

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
        return cls(quantiles, len(matrix))

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
        row = self.quantiles[self._index(descriptor)]
        if np.isnan(value) or np.isnan(row[0]):
            return float("nan")
        first = int(np.searchsorted(row, value, side="left"))
        after = int(np.searchsorted(row, value, side="right"))
        if first < after:
            return 0.5 * (LEVELS[first] + LEVELS[after - 1])
        if first == 0:
            return 0.0
        if first == len(row):
            return 100.0
        share = (value - row[first - 1]) / (row[first] - row[first - 1])
        return float(LEVELS[first - 1] + share * (LEVELS[first] - LEVELS[first - 1]))

    def percentiles(self, vector: np.ndarray) -> np.ndarray:
        """Percentiles of a whole vector of `measure`: (descriptors,) float64, NaN where absent."""
        return np.array([self.percentile(index, float(value)) for index, value in enumerate(self._checked(vector))])

    def standardise(self, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Robust z-scores: distance from the median in units of the interquartile range over 1.349.

        Where half of the clips share one value, the range from 5 to 95 (then 1 to 99) percent stands in.

        Args:
            vector: (..., descriptors) values as `measure` gives them.

        Returns:
            Scores (..., descriptors) float32, with 0 where a value is NaN or the reference lacks the descriptor, and
            a mask (..., descriptors) bool that is False there.

        Raises:
            ValueError: If the last axis is not that of `DESCRIPTORS`.
        """
        scores = (self._checked(vector) - self._centre) / self._spread
        mask = np.isfinite(scores)
        return np.where(mask, scores, 0.0).astype(np.float32), mask

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
        return {"clips": self.clips, "levels": list(LEVELS), "quantiles": quantiles}

    @classmethod
    def from_dict(cls, state: dict) -> "MotionReference":
        """Read what `to_dict` wrote.

        Raises:
            ValueError: If the dict was written for other descriptors or other levels.
        """
        missing = {"clips", "levels", "quantiles"} - set(state)
        if missing:
            raise ValueError(f"A motion reference lacks {sorted(missing)}; found {sorted(state)}.")
        if list(state["levels"]) != list(LEVELS):
            raise ValueError(f"Expected quantiles at {list(LEVELS)} percent, found {list(state['levels'])}.")
        unknown = set(state["quantiles"]) - set(DESCRIPTOR_NAMES)
        absent = set(DESCRIPTOR_NAMES) - set(state["quantiles"])
        if unknown or absent:
            raise ValueError(
                f"The motion reference was written for other descriptors: unknown {sorted(unknown)}, "
                f"missing {sorted(absent)}."
            )
        rows = [state["quantiles"][name] for name in DESCRIPTOR_NAMES]
        if any(row is not None and len(row) != len(LEVELS) for row in rows):
            raise ValueError(f"Expected {len(LEVELS)} quantiles for each descriptor.")
        quantiles = np.array([[np.nan] * len(LEVELS) if row is None else row for row in rows])
        return cls(quantiles, state["clips"])
