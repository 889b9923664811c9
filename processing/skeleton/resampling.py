"""Resamples a recording from any frame rate to that of the unified skeleton."""

import numpy as np

from .tree import FRAME_RATE

_LANCZOS_LOBES = 3
_RESAMPLE_CHUNK = 128


def resample(joints: np.ndarray, fps: float) -> np.ndarray:
    """Resamples positions to 30 frames/s with a Lanczos kernel of three lobes.

    The kernel is as wide as the lower of the two rates requires: faster recordings are low-passed below 15 Hz before
    they are decimated, slower ones are interpolated smoothly. A recording at 30 frames/s is returned as it is. Beyond
    its ends a recording is continued by point reflection. The memory needed besides the result is bounded.

    Args:
        joints: (frames, joints, 3) float32.
        fps: Frames per second of the source.

    Returns:
        (frames at 30 per second, joints, 3) float32; the first frame has the same time as that of the source.
    """
    if abs(fps - FRAME_RATE) < 0.006:  # a frame time written as 0.03333 s
        return joints
    frames = len(joints)
    step = fps / FRAME_RATE
    count = int(np.floor((frames - 1) / step + 1e-4)) + 1
    width = max(1.0, step)
    reach = int(np.ceil(_LANCZOS_LOBES * width))
    taps = np.arange(-reach, reach + 1)
    flat = joints.reshape(frames, -1)
    out = np.empty((count, flat.shape[1]), np.float32)
    for start in range(0, count, _RESAMPLE_CHUNK):
        at = np.arange(start, min(start + _RESAMPLE_CHUNK, count)) * step
        nearest = np.minimum(np.rint(at).astype(np.int64), frames - 1)
        source = nearest[:, None] + taps  # (chunk, taps)
        distance = (source - at[:, None]) / width
        weight = np.sinc(distance) * np.sinc(distance / _LANCZOS_LOBES) * (np.abs(distance) < _LANCZOS_LOBES)
        weight /= weight.sum(axis=1, keepdims=True)
        low, high = int(source.min()), int(source.max())
        rows = _reflected(flat, low, high)
        dense = np.zeros((len(at), high - low + 1), np.float32)
        np.put_along_axis(dense, source - low, weight.astype(np.float32), axis=1)
        # Relative to the first row, so that a body far from the origin loses no precision.
        out[start : start + len(at)] = dense @ (rows - rows[:1]) + rows[:1]
    return out.reshape(count, *joints.shape[1:])


def _reflected(flat: np.ndarray, low: int, high: int) -> np.ndarray:
    """Returns the rows low to high (inclusive), continued beyond the recording by point reflection about its ends."""
    last = len(flat) - 1
    index = np.arange(low, high + 1)
    inside = np.clip(index, 0, last)
    rows = flat[inside]
    for beyond, end in ((index < 0, 0), (index > last, last)):
        if beyond.any():
            mirrored = np.clip(2 * end - index[beyond], 0, last)
            rows[beyond] = 2 * flat[end] - flat[mirrored]
    return rows
