"""References that tests calibrate, and clips of which only the descriptors are known."""

import numpy as np

from eai_llm_hf.processing.descriptors.calibration import MeasuredClip, calibrated
from eai_llm_hf.processing.descriptors.manner import MANNER, manner_of
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS, measure
from eai_llm_hf.processing.descriptors.movement_features import FeatureMoments, movement_features
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.descriptors.reference_statistics import values_at
from eai_llm_hf.processing.skeleton.clip import UnifiedClip


def fitted(clips: list[UnifiedClip]) -> MotionReference:
    """A reference of clips, with the statistics and the manner of the tower's features."""
    features, manners = FeatureMoments(), []
    for clip in clips:
        read = movement_features(clip.joints, clip.joint_mask)
        features.add(*read)
        manners.append(manner_of(*read))
    return MotionReference.fit(np.stack([measure(clip.joints, clip.joint_mask) for clip in clips]), features, manners)


def moved_by(reference: MotionReference, vectors: np.ndarray, performers=None) -> MotionReference:
    """The reference, calibrated on clips of which only the descriptors are known, (clips, descriptors)."""
    unknown = np.full(MANNER, np.nan)
    return calibrated(reference, [MeasuredClip(vector, unknown) for vector in vectors], performers)


def at(reference: MotionReference, scores) -> np.ndarray:
    """(descriptors,) values with these normal scores."""
    return values_at(reference.quantiles, np.broadcast_to(np.asarray(scores, dtype=float), (len(DESCRIPTORS),)))


def continuous(reference: MotionReference) -> np.ndarray:
    """(descriptors,) bool: present, and without a value that many clips share."""
    return np.isfinite(reference.quantiles[:, 0]) & (np.diff(reference.quantiles, axis=1) > 0).all(axis=1)
