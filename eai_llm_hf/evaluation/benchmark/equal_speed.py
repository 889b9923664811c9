"""Clips at equal speed, for a test in which speed does not give the emotion away."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, BodyFrame
from eai_llm_hf.processing.skeleton.resampling import resample
from eai_llm_hf.processing.skeleton.tree import FRAME_RATE, JOINT_INDEX

LEAST_FACTOR, MOST_FACTOR = 0.4, 2.5
"""Limits of the factor by which a clip is slowed down or sped up."""

_SPEED = DESCRIPTORS[DESCRIPTOR_INDEX["movement_speed"]]
_SPEED_JOINTS = np.array([JOINT_INDEX[name] for name in _SPEED.requires])
_MATCHING_STEPS = 4


def movement_speed(row: Mapping[str, Any]) -> float:
    """Mean movement speed of a clip in leg lengths/s; NaN for a single frame or if a joint that it needs is absent."""
    if len(row["joints"]) < 2 or not np.asarray(row["joint_mask"])[_SPEED_JOINTS].all():
        return np.nan
    return float(_SPEED.function(BodyFrame(row["joints"])))


def at_speed(row: Mapping[str, Any], target: float) -> tuple[dict[str, Any], float]:
    """The clip played faster or slower so that its mean movement speed is the target.

    Args:
        row: A clip at 30 frames/s.
        target: Speed in leg lengths/s.

    Returns:
        The clip at 30 frames/s with a name of its own, and the factor: between 0.4 and 2.5, limited so that two frames
        remain; 1 if its speed cannot be measured.
    """
    joints, factor = row["joints"], 1.0
    most = min(MOST_FACTOR, len(joints) - 1.0)
    speed = movement_speed(row)
    for _ in range(_MATCHING_STEPS):  # because of smoothing, speed is not exactly proportional to the factor
        if not (np.isfinite(speed) and np.isfinite(target) and speed > 0 and target > 0):
            break
        factor = float(np.clip(factor * target / speed, LEAST_FACTOR, most))
        # Frames that are read at a higher rate than they were recorded take less time.
        joints = resample(np.asarray(row["joints"]), FRAME_RATE * factor)
        speed = movement_speed({**row, "joints": joints})
    return {**row, "joints": joints, "clip_id": f"{row['clip_id']}@speed"}, factor


__all__ = ["LEAST_FACTOR", "MOST_FACTOR", "at_speed", "movement_speed"]
