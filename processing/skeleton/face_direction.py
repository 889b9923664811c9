"""The direction in which a face looks, where a recording has the rotation of the head."""

import numpy as np

from ..reading.motion import MotionError

_MIN_KNOWN = 0.5
"""Share of the frames in which the direction must be known to be used."""


def directions(face: np.ndarray | None, frames: int, source: str) -> np.ndarray | None:
    """Checks the directions that a recording states and fills their gaps.

    Args:
        face: (frames, 3) directions of any length, NaN where unknown; or None.
        frames: Frames of the recording.
        source: File name for error messages.

    Returns:
        (frames, 3) float32 unit vectors; None where they are unknown in more than half of the frames.

    Raises:
        MotionError: The shape is another.
    """
    if face is None:
        return None
    given = np.asarray(face, dtype=np.float32)
    if given.shape != (frames, 3):
        raise MotionError(f"{source}: expected directions of the face of shape ({frames}, 3), found {given.shape}.")
    length = np.linalg.norm(given, axis=1)
    known = np.isfinite(length) & (length > 1e-6)
    if known.mean() < _MIN_KNOWN:
        return None
    at = np.flatnonzero(known)
    filled = [np.interp(np.arange(frames), at, given[at, axis] / length[at]) for axis in range(3)]
    return unit_vectors(np.stack(filled, axis=1).astype(np.float32))


def unit_vectors(vectors: np.ndarray) -> np.ndarray:
    """Scales (frames, 3) vectors to length 1; a vector without length points forward."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    forward = np.array([0.0, 0.0, 1.0], dtype=vectors.dtype)
    return np.where(length > 1e-6, vectors / np.maximum(length, 1e-6), forward)
