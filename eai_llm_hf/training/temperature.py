"""The temperature of the label probabilities, fitted on the clips for validation."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import log_softmax

from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.processing_eai_llm import EaiSkeletonProcessor

from ..corpora.rows import as_clip

TEMPERATURES = np.geomspace(0.2, 5.0, 65)
MOST_CLIPS = 600
"""Clips that are scored at most; more would hardly change the temperature."""
_SMALLEST = 1e-30


def fit_temperature(
    model: EaiLlmForCausalLM,
    processor: EaiSkeletonProcessor,
    rows: Sequence[Mapping[str, Any]],
    labels: Sequence[str],
) -> float:
    """Fits the temperature at which the labels of whole clips are most likely (Guo et al. 2017).

    The pipeline scores the clips as it does for users. Crops, which are shorter and augmented, would give a
    temperature that is too high for whole clips.

    Args:
        model: The model after stage one, without `reference_temperatures`; its `label_temperature` is not changed.
        processor: Its processor.
        rows: Clips that were not used in training; those without a label are left out, and of more than `MOST_CLIPS`
            the others.
        labels: The emotions.

    Returns:
        A temperature between 0.2 and 5.
    """
    known = [row for row in rows if row["label"]]
    if len(known) > MOST_CLIPS:
        known = [known[place] for place in np.linspace(0, len(known) - 1, MOST_CLIPS).astype(int)]
    before, model.config.label_temperature = model.config.label_temperature, 1.0
    pipe = SkeletonEmotionExplanationPipeline(model=model, processor=processor)
    try:
        records = [pipe(as_clip(row), candidate_labels=list(labels), label_only=True) for row in known]
    finally:
        model.config.label_temperature = before
    logits = np.log(np.maximum([[record["scores"][label] for label in labels] for record in records], _SMALLEST))
    truth = [list(labels).index(row["label"]) for row in known]
    return best_temperature(logits, truth)


def best_temperature(logits: np.ndarray, truth: Sequence[int]) -> float:
    """The temperature between 0.2 and 5 with the least cross-entropy of the true labels.

    Args:
        logits: (clips, labels).
        truth: (clips,) index of the true label.
    """
    return round(float(min(TEMPERATURES, key=lambda value: cross_entropy(logits / value, truth))), 3)


def cross_entropy(logits: np.ndarray, truth: Sequence[int]) -> float:
    """Mean cross-entropy of (clips, labels) logits; `truth` has the index of each true label."""
    return float(-log_softmax(logits, axis=-1)[np.arange(len(truth)), truth].mean())


__all__ = ["best_temperature", "cross_entropy", "fit_temperature"]
