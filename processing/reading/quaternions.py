"""Rotations that files write as quaternions."""

import numpy as np


def rotation_matrices(quaternions: np.ndarray) -> np.ndarray:
    """Returns the rotations of quaternions (Shoemake 1985).

    Args:
        quaternions: (frames, 4) x, y, z, w of length 1, NaN where unknown.

    Returns:
        (frames, 3, 3); column i is where the rotation takes axis i.
    """
    x, y, z, w = quaternions.T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), -1, 0)
