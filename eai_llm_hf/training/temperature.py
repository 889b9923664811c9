"""How sure the model may be: one temperature for all label probabilities, fitted on clips that training left out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import log_softmax

from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.processing_eai_llm import EaiSkeletonProcessor

from ..corpora.rows import as_clip

TEMPERATURES = np.geomspace(0.2, 5.0, 65)
_SMALLEST = 1e-30


def fit_temperature(
    model: EaiLlmForCausalLM,
    processor: EaiSkeletonProcessor,
    rows: Sequence[Mapping[str, Any]],
    labels: Sequence[str],
) -> float:
    """The temperature at which the labels of whole clips are most likely (Guo et al. 2017), between 0.2 and 5.

    Clips are scored as the pipeline scores them, so that what users see is what is calibrated: crops, which are
    shorter and changed, would make it less sure than it may be.

    Args:
        model: The model after stage one.
        processor: Its processor.
        rows: Clips that training left out; those without a label are not used.
        labels: The emotions.
    """
    known = [row for row in rows if row["label"]]
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
    """The temperature, between 0.2 and 5, at which (clips, labels) logits give the true labels the least loss."""
    return round(float(min(TEMPERATURES, key=lambda value: cross_entropy(logits / value, truth))), 3)


def cross_entropy(logits: np.ndarray, truth: Sequence[int]) -> float:
    """Mean cross-entropy of (clips, labels) logits."""
    return float(-log_softmax(logits, axis=-1)[np.arange(len(truth)), truth].mean())


__all__ = ["best_temperature", "cross_entropy", "fit_temperature"]
