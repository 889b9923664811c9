"""Reductions of small arrays, which numpy's own take several times as long for."""

import numpy as np


def norms(vectors: np.ndarray) -> np.ndarray:
    """Lengths of vectors.

    Args:
        vectors: (..., 3).

    Returns:
        (...) of the same type, the same as `np.linalg.norm` gives.
    """
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    return np.asarray(np.sqrt(x * x + y * y + z * z))


def all_three(flags: np.ndarray) -> np.ndarray:
    """Whether something holds for all coordinates: (..., 3) bool to (...) bool."""
    return np.asarray(flags[..., 0] & flags[..., 1] & flags[..., 2])


def quantiles(values: np.ndarray, *shares: float) -> list[np.ndarray]:
    """Quantiles along the last axis, interpolated as `np.quantile` does.

    Args:
        values: (..., count) without NaN, at least one.
        *shares: 0 to 1.

    Returns:
        (...) for each share.
    """
    ordered, last, found = np.sort(values, axis=-1), values.shape[-1] - 1, []
    for share in shares:
        below, part = divmod(share * last, 1)
        low, high = ordered[..., int(below)], ordered[..., min(int(below) + 1, last)]
        found.append(np.asarray(low + (high - low) * part))
    return found


def median(values: np.ndarray) -> np.ndarray:
    """The median along the last axis of (..., count) values without NaN, at least one."""
    return quantiles(values, 0.5)[0]


__all__ = ["all_three", "median", "norms", "quantiles"]
