"""Takes the shaking out of joints that were estimated from a video.

A pose model places each joint anew in every frame, about a centimetre off and two in depth. So joints from a video are
averaged with a Gaussian over time. `benchmarks/video.py` measures what that gains: with this width more clips keep the
label of the recording and more claims hold than without, and a wider one takes away real smoothness and pauses.
"""

import numpy as np

SHAKING_S = 0.045
"""Standard deviation of the Gaussian in seconds. It halves the amplitude of what swings 4 times a second."""


def steadied(body: np.ndarray, fps: float) -> np.ndarray:
    """Averages positions with those shortly before and after.

    Beyond its ends a movement is continued by point reflection, so it starts and ends where it did.

    Args:
        body: (frames, joints, 3) positions without gaps.
        fps: Frames per second.

    Returns:
        Positions of the same shape and type.
    """
    reach = min(round(3 * SHAKING_S * fps), len(body) - 1)
    if reach < 1:
        return body
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (SHAKING_S * fps)) ** 2)
    kernel /= kernel.sum()
    before = 2 * body[:1] - body[reach:0:-1]
    after = 2 * body[-1:] - body[-2 : -reach - 2 : -1]
    padded = np.concatenate([before, body, after])
    steady = np.empty_like(body)
    for joint in range(body.shape[1]):
        for axis in range(3):
            steady[:, joint, axis] = np.convolve(padded[:, joint, axis], kernel, mode="valid")
    return steady
