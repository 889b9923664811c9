"""References that tests calibrate, and clips of which only the descriptors are known."""

from pathlib import Path

import numpy as np
from conftest import make_clip
from transformers import pipeline

from eai_llm_hf import TASK, EaiLlmForCausalLM, EaiSkeletonProcessor, SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.descriptors.calibration import MeasuredClip, calibrated
from eai_llm_hf.processing.descriptors.manner import MANNER, manner_of
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS, measure
from eai_llm_hf.processing.descriptors.movement_features import FeatureMoments, movement_features
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.descriptors.reference_statistics import values_at
from eai_llm_hf.processing.skeleton.clip import UnifiedClip


def known_clips() -> list[UnifiedClip]:
    """What the checkpoint of a test knows."""
    return [make_clip(seed, duration_s=3.0, rig="bandai22") for seed in range(40)]


def pipe_with(checkpoint: Path, reference: dict) -> SkeletonEmotionExplanationPipeline:
    """The pipeline of an untrained checkpoint with a reference of its own."""
    processor = EaiSkeletonProcessor.from_pretrained(checkpoint)
    processor.feature_extractor.reference = reference
    made = pipeline(TASK, model=EaiLlmForCausalLM.from_pretrained(checkpoint), processor=processor, device="cpu")
    made.model.alignment.logit_scale.data.fill_(5.0)  # untrained scores lie too close together to differ
    return made


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
