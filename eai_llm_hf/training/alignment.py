"""Stage one: skeleton-language alignment. The tower learns what movement means, against a frozen text encoder.

Three losses over one crop:

    emotion      cross-entropy over the labels; a label's logit is how near its text is to the first semantic token
    claims       of the two opposite statements about a descriptor, the true one must be nearer to its semantic token
    descriptors  smooth L1 on the robust z-scores that the semantic tokens regress
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM
from eai_llm_hf.processing.claim_phrases import PHRASES
from eai_llm_hf.processing.motion_claims import HOLDS_HIGH, HOLDS_LOW
from eai_llm_hf.processing.motion_descriptors import DESCRIPTORS
from eai_llm_hf.processing.motion_reference import MotionReference
from eai_llm_hf.processing.processing_eai_llm import LABEL_TEMPLATES, EaiSkeletonProcessor
from eai_llm_hf.training_texts import label_texts

from .crops import Crop, descriptor_targets

CLAIMS_WEIGHT = 0.5
DESCRIPTORS_WEIGHT = 2.0


class AlignmentModel(nn.Module):
    """The part of the model that stage one trains, with the encoded texts; it shares its modules with the whole.

    Args:
        model: The model whose tower and alignment are trained.
        processor: For the texts.
        labels: The emotions, in the order of their numbers.
    """

    def __init__(self, model: EaiLlmForCausalLM, processor: EaiSkeletonProcessor, labels: Sequence[str]):
        super().__init__()
        self.skeleton_tower = model.skeleton_tower
        self.alignment = model.alignment
        phrasings = [label_texts(label) for label in labels]
        few = min(len(texts) for texts in phrasings)
        label_states = _encode(model, processor, [text for texts in phrasings for text in texts[:few]])
        # The processor's phrasings, which the pipeline compares with, come last.
        asked = model.encode_text(**processor.label_inputs(labels).to(model.device)).unflatten(0, (len(labels), -1))
        states = [label_states.unflatten(0, (len(labels), few)), asked]
        self.register_buffer("label_states", torch.cat(states, dim=1), persistent=False)
        directions = ("low", "high")
        pairs = [PHRASES[entry.name, direction].clauses[0] for entry in DESCRIPTORS for direction in directions]
        claim_states = _encode(model, processor, pairs).unflatten(0, (len(DESCRIPTORS), 2))
        self.register_buffer("claim_states", claim_states, persistent=False)

    def forward(
        self,
        skeleton_features: torch.Tensor,
        skeleton_frame_mask: torch.Tensor,
        skeleton_segment_mask: torch.Tensor,
        labels: torch.Tensor,
        descriptor_targets: torch.Tensor,
        descriptor_mask: torch.Tensor,
        claim_targets: torch.Tensor,
    ) -> dict[str, torch.Tensor]:
        """The losses of a batch.

        Args:
            skeleton_features: (crops, frames, segments, channels).
            skeleton_frame_mask: (crops, frames).
            skeleton_segment_mask: (crops, segments).
            labels: (crops,), -100 where a crop has none.
            descriptor_targets: (crops, descriptors) z-scores.
            descriptor_mask: (crops, descriptors) bool, False where a descriptor is absent.
            claim_targets: (crops, descriptors), 1 where "high" holds, 0 where "low" does, -100 where neither does.

        Returns:
            `loss`, its three parts, the label `logits` (crops, labels) and the regressed `descriptors`.
        """
        tower = self.skeleton_tower(skeleton_features, skeleton_frame_mask, skeleton_segment_mask)
        scale = self.alignment.logit_scale.exp()

        if self.training:  # one phrasing a label, another in every step
            picks = torch.randint(self.label_states.shape[1], (len(self.label_states),), device=labels.device)
            texts = self.alignment.embed_text(self.label_states[torch.arange(len(picks)), picks])
        else:
            asked = self.label_states[:, -len(LABEL_TEMPLATES) :]
            texts = nn.functional.normalize(self.alignment.embed_text(asked).mean(1), dim=-1)
        logits = scale * self.alignment.embed_skeleton(tower.semantic_tokens[:, 0]) @ texts.T
        has_label = labels != -100
        emotion = (
            nn.functional.cross_entropy(logits, labels, ignore_index=-100, label_smoothing=0.05)
            if has_label.any()
            else logits.sum() * 0
        )

        tokens = self.alignment.embed_skeleton(tower.semantic_tokens[:, self.skeleton_tower.descriptor_tokens()])
        low, high = self.alignment.embed_text(self.claim_states).unbind(1)  # (descriptors, alignment size) each
        claim_logits = scale * (tokens * (high - low)).sum(-1)
        said = claim_targets != -100
        claims = nn.functional.binary_cross_entropy_with_logits(
            claim_logits, claim_targets.clamp(min=0), reduction="none"
        )
        claims = (claims * said).sum() / said.sum().clamp(min=1)

        errors = nn.functional.smooth_l1_loss(tower.descriptors, descriptor_targets, reduction="none")
        descriptors = (errors * descriptor_mask).sum() / descriptor_mask.sum().clamp(min=1)

        loss = emotion + CLAIMS_WEIGHT * claims + DESCRIPTORS_WEIGHT * descriptors
        return {"loss": loss, "logits": logits, "descriptors": tower.descriptors}


@torch.no_grad()
def _encode(model: EaiLlmForCausalLM, processor: EaiSkeletonProcessor, texts: list[str]) -> torch.Tensor:
    inputs = processor.tokenizer(texts, padding=True, return_tensors="pt", return_token_type_ids=False)
    return model.encode_text(**inputs.to(model.device))


class AlignmentCollator:
    """Turns crops into a batch for [`AlignmentModel`]."""

    def __init__(self, processor: EaiSkeletonProcessor, reference: MotionReference, labels: Sequence[str]):
        self.processor = processor
        self.reference = reference
        self.label_numbers = {label: number for number, label in enumerate(labels)}

    def __call__(self, crops: list[Crop]) -> dict[str, torch.Tensor]:
        """Features and targets of the crops."""
        features = self.processor.feature_extractor([crop.clip for crop in crops], return_tensors="pt")
        vectors = np.stack([crop.vector for crop in crops])
        scores, mask = descriptor_targets(vectors, self.reference)
        percentiles = np.stack([self.reference.percentiles(vector) for vector in vectors])
        claims = np.where(percentiles >= HOLDS_HIGH, 1.0, np.where(percentiles <= HOLDS_LOW, 0.0, -100.0))
        labels = [self.label_numbers.get(crop.label, -100) for crop in crops]
        return dict(features) | {
            "labels": torch.tensor(labels),
            "descriptor_targets": scores,
            "descriptor_mask": mask,
            "claim_targets": torch.from_numpy(claims).float(),
        }


def alignment_metrics(prediction) -> dict[str, float]:
    """Accuracy, balanced accuracy and the correlation of regressed with measured descriptors, on validation crops."""
    logits, regressed = prediction.predictions
    labels, targets, mask = prediction.label_ids
    known = labels != -100
    guesses = logits.argmax(-1)
    recalls = [np.mean(guesses[labels == label] == label) for label in np.unique(labels[known])]
    correlations = [
        np.corrcoef(regressed[mask[:, i], i], targets[mask[:, i], i])[0, 1]
        for i in range(targets.shape[1])
        if mask[:, i].sum() > 2 and targets[mask[:, i], i].std() > 0
    ]
    return {
        "accuracy": float(np.mean(guesses[known] == labels[known])) if known.any() else float("nan"),
        "balanced_accuracy": float(np.mean(recalls)) if recalls else float("nan"),
        "descriptor_correlation": float(np.nanmean(correlations)) if correlations else float("nan"),
    }


__all__ = ["AlignmentCollator", "AlignmentModel", "alignment_metrics"]
