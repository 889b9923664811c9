"""Stage one: skeleton-language alignment. The tower learns what movement means, with a frozen text encoder.

Four losses:

    emotion      cross-entropy over the labels; the logit of a label is the similarity of its text to the first
                 semantic token
    wording      cross-entropy of synonyms and other phrasings over the labels
    claims       of two opposite claims about a descriptor, the true one must be more similar to its semantic token
    descriptors  smooth L1 on the normal scores that the semantic tokens regress; half of them are hidden from the
                 tower. This part is self-supervised: clips without a label count as much as others
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn

from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM
from eai_llm_hf.modeling.skeleton_tower_eai_llm import SkeletonTowerOutput
from eai_llm_hf.processing.claims.claim import HOLDS_HIGH, HOLDS_LOW
from eai_llm_hf.processing.descriptors.manner import relative_features
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS
from eai_llm_hf.processing.descriptors.reference import MotionReference, manner_for
from eai_llm_hf.processing.processing_eai_llm import LABEL_TEMPLATES, EaiSkeletonProcessor

from .crops import Crop
from .processes import mean_over_batch, sum_over_processes
from .training_texts import claim_texts, label_texts

LABEL_SMOOTHING = 0.05

LARGEST_WEIGHT = 5.0
"""Largest weight of a rare label, relative to the mean: a label with one clip cannot be learned by heart."""

NEUTRAL = "neutral"
"""The label of movement that shows no emotion."""

_HIDDEN, _CLEAR = 0.05, 0.35
"""Intensities of an emotion up to which it does not show, and from which on it shows completely."""


class AlignmentModel(nn.Module):
    """The part of a model that stage one trains, with encoded texts. It shares its modules with the model.

    Args:
        model: The model whose tower and alignment are trained.
        processor: Its processor, which tokenizes the texts.
        labels: The emotions, in the order of their indices.
    """

    claims_weight = 0.5
    descriptors_weight = 4.0
    wording_weight = 0.25

    def __init__(self, model: EaiLlmForCausalLM, processor: EaiSkeletonProcessor, labels: Sequence[str]):
        super().__init__()
        self.skeleton_tower = model.skeleton_tower
        self.alignment = model.alignment
        phrasings = [label_texts(label) for label in labels]
        few = min(len(texts) for texts in phrasings)
        label_states = _encode(model, processor, [text for texts in phrasings for text in texts[:few]])
        # The processor's phrasings, which the pipeline uses, come last.
        asked = model.encode_text(**processor.label_inputs(labels).to(model.device)).unflatten(0, (len(labels), -1))
        states = [label_states.unflatten(0, (len(labels), few)), asked]
        self.register_buffer("label_states", torch.cat(states, dim=1), persistent=False)
        claim_states = _encode(model, processor, claim_texts()).unflatten(0, (len(DESCRIPTORS), 2))
        if not model.alignment.text_mean.any():  # a new model, not one that was loaded from a checkpoint
            model.alignment.centre_texts(torch.cat([*self.label_states, *claim_states]))
        self.register_buffer("claim_states", claim_states, persistent=False)
        self.neutral = list(labels).index(NEUTRAL) if NEUTRAL in labels else None
        self.register_buffer("label_mass", torch.ones(len(labels)))  # saved, so that a resumed run goes on with it

    def forward(
        self,
        skeleton_features: torch.Tensor,
        skeleton_frame_mask: torch.Tensor,
        skeleton_segment_mask: torch.Tensor,
        skeleton_descriptors: torch.Tensor,
        labels: torch.Tensor,
        claim_targets: torch.Tensor,
        label_mask: torch.Tensor | None = None,
        label_shares: torch.Tensor | None = None,
    ) -> dict[str, torch.Tensor]:
        """Computes the losses of a batch.

        Args:
            skeleton_features: (crops, frames, segments, channels).
            skeleton_frame_mask: (crops, frames).
            skeleton_segment_mask: (crops, segments).
            skeleton_descriptors: (crops, descriptors) normal scores, NaN where not measured; the tower hides some.
            labels: (crops,), -100 where a crop has none.
            claim_targets: (crops, descriptors), 1 where "high" holds, 0 where "low" does, -100 where neither does.
            label_mask: (crops, labels) bool, the labels that a crop may have; None if it may have any.
            label_shares: (crops,) how far each label shows, 0 to 1; the rest is neutral. None: completely.

        Returns:
            `loss`, the label `logits` (crops, labels) and the regressed `descriptors` (crops, descriptors). In
            evaluation the tower regresses them from the movement alone.
        """
        clips = (skeleton_features, skeleton_frame_mask, skeleton_segment_mask)
        tower = self.encode(*clips, skeleton_descriptors)
        both = self.all_logits(tower, skeleton_descriptors)
        logits = self.alignment.mixed(*both)
        # Each part learns by itself: together, the tower would explain all, and the linear map nothing.
        weights = self._label_weights(labels, label_shares)
        emotion = label_loss(both[0], labels, label_mask, label_shares, self.neutral, weights)
        if both[1] is not None:
            emotion = emotion + label_loss(both[1], labels, label_mask, label_shares, self.neutral, weights)

        tokens = self.alignment.embed_skeleton(tower.semantic_tokens[:, self.skeleton_tower.descriptor_tokens()])
        low, high = self.alignment.embed_text(self.claim_states).unbind(1)  # (descriptors, alignment size) each
        claim_logits = self.alignment.logit_scale.exp() * (tokens * (high - low)).sum(-1)
        has_claim = claim_targets != -100
        claims = nn.functional.binary_cross_entropy_with_logits(
            claim_logits, claim_targets.clamp(min=0), reduction="none"
        )
        claims = mean_over_batch(claims, has_claim)

        measured = skeleton_descriptors.isfinite()
        errors = nn.functional.smooth_l1_loss(tower.descriptors, skeleton_descriptors.nan_to_num(), reduction="none")
        descriptors = mean_over_batch(errors, measured)

        loss = emotion + self.claims_weight * claims + self.descriptors_weight * descriptors
        loss = loss + self.wording_weight * self._wording_loss()
        if self.training:
            return {"loss": loss, "logits": logits, "descriptors": tower.descriptors}
        # Descriptors that are inputs are easy to regress. Without them one sees what the tower infers from movement.
        return {"loss": loss, "logits": logits, "descriptors": self.encode(*clips, None).descriptors}

    def encode(
        self,
        skeleton_features: torch.Tensor,
        skeleton_frame_mask: torch.Tensor,
        skeleton_segment_mask: torch.Tensor,
        skeleton_descriptors: torch.Tensor | None,
    ) -> SkeletonTowerOutput:
        """The tower's output for clips; an ablation overrides this to hide inputs."""
        return self.skeleton_tower(skeleton_features, skeleton_frame_mask, skeleton_segment_mask, skeleton_descriptors)

    def all_logits(
        self, tower: SkeletonTowerOutput, skeleton_descriptors: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """(crops, labels) of the tower, and of the measurements; an ablation overrides this."""
        return self.alignment.label_logits(tower.semantic_tokens[:, 0], skeleton_descriptors, self.label_texts())

    def label_logits(self, tower: SkeletonTowerOutput, skeleton_descriptors: torch.Tensor) -> torch.Tensor:
        """(crops, labels): scaled similarity of each label's text to the clip."""
        return self.alignment.mixed(*self.all_logits(tower, skeleton_descriptors))

    @torch.no_grad()
    def _label_weights(self, labels: torch.Tensor, shares: torch.Tensor | None) -> torch.Tensor:
        """(labels,) weights with which all labels count alike, by how much of each was seen so far."""
        if self.training:
            self.label_mass += sum_over_processes(self.mass_of(labels, shares))
        return self.weights_of(self.label_mass)

    def mass_of(self, labels: torch.Tensor, shares: torch.Tensor | None) -> torch.Tensor:
        """(labels,) how much of each label some crops show, from (crops,) labels and shares as in `forward`.

        Neutral gets a part of every weak crop.
        """
        known = labels != -100
        if shares is None or self.neutral is None:
            shares = torch.ones(labels.shape, device=labels.device)
        mass = torch.zeros(len(self.label_mass), device=labels.device)
        mass.index_add_(0, labels.clamp(min=0), torch.where(known, shares, 0.0))
        if self.neutral is not None:
            mass[self.neutral] += torch.where(known, 1 - shares, 0.0).sum()
        return mass

    def weights_of(self, mass: torch.Tensor) -> torch.Tensor:
        """(labels,) weights with which all labels count alike.

        Without them neutral is the most common label, and the weak expressions of real people are called neutral.
        """
        return (mass.mean() / mass.clamp(min=1.0)).clamp(max=LARGEST_WEIGHT)

    def label_texts(self) -> torch.Tensor:
        """(labels, alignment size): the mean of the phrasings that the pipeline uses."""
        return self.alignment.embed_labels(self.label_states[:, -len(LABEL_TEMPLATES) :])

    def _wording_loss(self) -> torch.Tensor:
        """Cross-entropy over the labels of one random phrasing of each label: "gloomy" belongs to "sad".

        It trains the text side only. When clips were compared with random phrasings, learning was far slower.
        """
        picks = torch.randint(self.label_states.shape[1], (len(self.label_states),))
        phrasing = self.alignment.embed_text(self.label_states[torch.arange(len(picks)), picks])
        logits = self.alignment.logit_scale.exp().detach() * phrasing @ self.label_texts().T
        return nn.functional.cross_entropy(logits, torch.arange(len(picks), device=logits.device))


def label_loss(
    logits: torch.Tensor,
    labels: torch.Tensor,
    label_mask: torch.Tensor | None,
    shares: torch.Tensor | None = None,
    neutral: int | None = None,
    weights: torch.Tensor | None = None,
) -> torch.Tensor:
    """Label-smoothed cross-entropy over the candidates of each crop (Szegedy et al. 2016); 0 without labels.

    Args:
        logits: (crops, labels).
        labels: (crops,), -100 where a crop has none.
        label_mask: (crops, labels) bool, or None if all labels are candidates.
        shares: (crops,) how far each label shows, 0 to 1; None stands for 1.
        neutral: Index of the label that the rest of a share is of; without it, labels always show completely.
        weights: (labels,) or (crops, labels) weight of each label; None stands for 1.
    """
    mask = torch.ones_like(logits, dtype=torch.bool) if label_mask is None else label_mask
    log = logits.masked_fill(~mask, torch.finfo(logits.dtype).min).log_softmax(-1)
    known = labels != -100
    weighted = log if weights is None else weights * log
    right = weighted.gather(1, labels.clamp(min=0)[:, None])[:, 0]
    if shares is not None and neutral is not None:
        right = torch.where(mask[:, neutral], shares * right + (1 - shares) * weighted[:, neutral], right)
    spread = log.masked_fill(~mask, 0.0).sum(-1) / mask.sum(-1)
    losses = -(1 - LABEL_SMOOTHING) * right - LABEL_SMOOTHING * spread
    return mean_over_batch(losses, known)


@torch.no_grad()
def _encode(model: EaiLlmForCausalLM, processor: EaiSkeletonProcessor, texts: list[str]) -> torch.Tensor:
    inputs = processor.tokenizer(texts, padding=True, return_tensors="pt", return_token_type_ids=False)
    return model.encode_text(**inputs.to(model.device))


class AlignmentCollator:
    """Turns crops into a batch for [`AlignmentModel`].

    Args:
        processor: The model's processor.
        reference: The reference of claims and normal scores.
        labels: All emotions.
        candidates: Labels of each corpus, if corpora have different ones: "elderly" is not a wrong answer for a clip
            of a corpus without labels of age.
    """

    def __init__(
        self,
        processor: EaiSkeletonProcessor,
        reference: MotionReference,
        labels: Sequence[str],
        candidates: Mapping[str, Sequence[str]] | None = None,
    ):
        self.processor = processor
        self.reference = reference
        self.candidates = candidates
        self.label_numbers = {label: number for number, label in enumerate(labels)}

    def __call__(self, crops: list[Crop]) -> dict[str, torch.Tensor]:
        """Features and targets of the crops."""
        vectors = [crop.vector for crop in crops]
        references = [crop.reference or self.reference for crop in crops]
        features = [
            (relative_features(*crop.features, manner_for(crop.reference, self.reference)), crop.features[1])
            for crop in crops
        ]
        inputs = self.processor.feature_extractor.pad(features, vectors, references)
        percentiles = np.stack(
            [reference.percentiles(vector) for reference, vector in zip(references, vectors, strict=True)]
        )
        inputs |= {
            "labels": np.array([self.label_numbers.get(crop.label, -100) for crop in crops]),
            "label_shares": np.array([shown_share(crop.intensity) for crop in crops], dtype=np.float32),
            "claim_targets": np.where(
                percentiles >= HOLDS_HIGH, 1.0, np.where(percentiles <= HOLDS_LOW, 0.0, -100.0)
            ).astype(np.float32),
        }
        if self.candidates is not None:
            inputs["label_mask"] = np.stack([self._candidates_of(crop) for crop in crops])
        return {name: torch.from_numpy(values) for name, values in inputs.items()}

    def _candidates_of(self, crop: Crop) -> np.ndarray:
        candidates = self.candidates.get(crop.corpus, self.label_numbers)
        return np.array([label in candidates for label in self.label_numbers])


def shown_share(intensity: float | None) -> float:
    """How far an emotion of an intensity shows, 0 to 1; completely if the intensity is not known."""
    return 1.0 if intensity is None else float(np.clip((intensity - _HIDDEN) / (_CLEAR - _HIDDEN), 0.0, 1.0))


def shown_label(crop: Crop) -> str | None:
    """The label that a crop shows: an emotion that shows by less than half is neutral; None if it has no label."""
    return NEUTRAL if crop.label is not None and shown_share(crop.intensity) < 0.5 else crop.label


def alignment_metrics(prediction) -> dict[str, float]:
    """Accuracy, balanced accuracy, and correlation of regressed with measured descriptors, on validation crops."""
    logits, regressed = prediction.predictions
    labels, targets = prediction.label_ids
    mask = np.isfinite(targets)
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


__all__ = ["NEUTRAL", "AlignmentCollator", "AlignmentModel", "alignment_metrics", "label_loss", "shown_label"]
