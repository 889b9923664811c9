"""From a row of a corpus back to the clip that it holds."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES


def as_clip(row: Mapping[str, Any]) -> UnifiedClip:
    """The unified clip of a corpus row."""
    joints = np.asarray(row["joints"], dtype=np.float32)
    mask = np.asarray(row["joint_mask"], dtype=bool)
    report = {
        "layout": row["corpus"],
        "frames": len(joints),
        "fps": float(row["fps"]),
        "matched_joints": int(mask.sum()),
        "missing_joints": [name for name, there in zip(JOINT_NAMES, mask, strict=True) if not there],
        "up_axis": "y",
        "unit_scale": 1.0,
    }
    return UnifiedClip(joints=joints, joint_mask=mask, fps=float(row["fps"]), report=report)
