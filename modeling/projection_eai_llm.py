"""What joins skeleton tokens and texts: the projector into the language model, and the space that both share."""

import torch
from torch import nn
from transformers import initialization as init
from transformers.activations import ACT2FN

from .configuration_eai_llm import EaiLlmConfig
from .skeleton_tower_eai_llm import SkeletonTowerOutput


class EaiProjector(nn.Module):
    """From the tower's width to the backbone's in two layers, as in LLaVA 1.5.

    Spatio-temporal and semantic tokens have different content, so each kind has its own first layer. The token of a
    descriptor is shifted towards the backbone's own words for its value, such as "knees bent", in proportion to how
    far the value is from the reference. Its meaning need not be learned from scratch.
    """

    def __init__(self, config: EaiLlmConfig):
        super().__init__()
        width, text_width = config.skeleton_config.hidden_size, config.text_config.hidden_size
        self.spatio_temporal = nn.Linear(width, text_width)
        self.semantic = nn.Linear(width, text_width)
        self.act = ACT2FN[config.projector_hidden_act]
        self.out = nn.Linear(text_width, text_width)
        self.words = nn.Parameter(torch.zeros(config.skeleton_config.num_descriptors, 2, text_width))

    def init_own_weights(self) -> None:
        """Initialises the parameters that belong to no layer of torch."""
        init.zeros_(self.words)

    @torch.no_grad()
    def take_words(self, word_embeddings: torch.Tensor) -> None:
        """Sets the words for low and high values of each descriptor, (descriptors, 2, text width).

        Their mean, which contains what all have in common ("the", "is"), is removed.
        """
        words = word_embeddings.float()
        self.words.copy_(words - words.mean(dim=(0, 1)))

    def forward(
        self, tower: SkeletonTowerOutput, skeleton_descriptors: torch.Tensor | None, descriptor_tokens: torch.Tensor
    ) -> torch.Tensor:
        """Projects the tokens of clips.

        Args:
            tower: The tower's output for the clips.
            skeleton_descriptors: (clips, descriptors) normal scores, NaN where not measured; None if nothing was.
            descriptor_tokens: (descriptors,) the semantic token of each descriptor.

        Returns:
            (clips, semantic tokens + spatio-temporal tokens, text width), the semantic tokens first.
        """
        hidden = torch.cat(
            [self.semantic(tower.semantic_tokens), self.spatio_temporal(tower.spatio_temporal_tokens)], dim=1
        )
        tokens = self.out(self.act(hidden))
        if skeleton_descriptors is None:
            return tokens
        scores = skeleton_descriptors.nan_to_num(0.0).to(tokens.dtype)
        amounts = torch.stack([-scores, scores], dim=-1).clamp(min=0)  # how low, how high
        return tokens.index_add(1, descriptor_tokens, torch.einsum("cds,dsw->cdw", amounts, self.words))


class EaiAlignment(nn.Module):
    """The space that semantic tokens and texts share, as in CLIP."""

    def __init__(self, config: EaiLlmConfig):
        super().__init__()
        size = config.skeleton_config.alignment_size
        self.skeleton = nn.Linear(config.skeleton_config.hidden_size, size)
        # The mean hidden states of all texts have a large part in common, which is subtracted. Texts are then far
        # apart from the start; otherwise the alignment would not learn in few steps.
        self.text_norm = nn.LayerNorm(config.text_config.hidden_size, elementwise_affine=False)
        self.register_buffer("text_mean", torch.zeros(config.text_config.hidden_size))
        self.text = nn.Linear(config.text_config.hidden_size, size)
        self.measured_weight = float(config.measured_weight)
        descriptors = config.skeleton_config.num_descriptors
        self.measured = nn.Linear(descriptors, size) if self.measured_weight else None
        self.register_buffer("descriptor_correlation", torch.eye(descriptors) if self.measured_weight else None)
        # One-dimensional: a scalar parameter cannot be sharded by FSDP2. exp(3) is about 20.
        self.logit_scale = nn.Parameter(torch.full((1,), 3.0))

    def init_own_weights(self) -> None:
        """Initialises the parameters that belong to no layer of torch."""
        init.constant_(self.logit_scale, 3.0)
        init.zeros_(self.text_mean)
        if self.descriptor_correlation is not None:
            init.copy_(self.descriptor_correlation, torch.eye(len(self.descriptor_correlation)))

    @torch.no_grad()
    def relate_descriptors(self, correlation: torch.Tensor) -> None:
        """Sets how descriptors are correlated, (descriptors, descriptors), positive definite."""
        self.descriptor_correlation.copy_(correlation)

    def embed_skeleton(self, semantic_tokens: torch.Tensor) -> torch.Tensor:
        """(..., hidden) semantic tokens to unit vectors (..., alignment size)."""
        return nn.functional.normalize(self.skeleton(semantic_tokens), dim=-1)

    def completed(self, skeleton_descriptors: torch.Tensor) -> torch.Tensor:
        """Normal scores with those that are absent estimated from the others.

        The estimate is the mean of a normal distribution with the correlations of the training clips, given what was
        measured: a person whose pelvis does not travel in the recording still swings the arms as in fast walking.

        Args:
            skeleton_descriptors: (clips, descriptors) normal scores, NaN where not measured.

        Returns:
            (clips, descriptors), what was measured unchanged.
        """
        known = skeleton_descriptors.isfinite()
        scores = skeleton_descriptors.nan_to_num(0.0).to(self.descriptor_correlation.dtype)
        both = known[:, :, None] & known[:, None, :]
        of_known = torch.where(both, self.descriptor_correlation, torch.diag_embed((~known).to(scores.dtype)))
        weights = torch.linalg.solve(of_known, scores[..., None])[..., 0]
        return torch.where(known, scores, weights @ self.descriptor_correlation)

    def label_logits(
        self, semantic_tokens: torch.Tensor, skeleton_descriptors: torch.Tensor | None, texts: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Logits of labels from the tower, and from what was measured.

        Args:
            semantic_tokens: (clips, hidden), the first semantic token of each clip.
            skeleton_descriptors: (clips, descriptors), None if nothing was measured.
            texts: (labels, alignment size), unit vectors.

        Returns:
            (clips, labels) each; None in place of the second if nothing was measured or the model has no such map.
        """
        of_tower = self.logit_scale.exp() * self.embed_skeleton(semantic_tokens) @ texts.T
        if self.measured is None or skeleton_descriptors is None:
            return of_tower, None
        return of_tower, self.measured(self.completed(skeleton_descriptors)) @ texts.T

    def mixed(self, of_tower: torch.Tensor, of_measured: torch.Tensor | None) -> torch.Tensor:
        """The mean of both logits, weighted by `measured_weight`."""
        if of_measured is None:
            return of_tower
        return torch.lerp(of_tower, of_measured, self.measured_weight)

    def embed_text(self, text_states: torch.Tensor) -> torch.Tensor:
        """(..., text width) mean hidden states to unit vectors (..., alignment size)."""
        states = self.text_norm(text_states).to(self.text_mean.dtype) - self.text_mean
        return nn.functional.normalize(self.text(states), dim=-1)

    def embed_labels(self, text_states: torch.Tensor) -> torch.Tensor:
        """(labels, phrasings, text width) to one unit vector for each label, the mean: (labels, alignment size)."""
        return nn.functional.normalize(self.embed_text(text_states).mean(1), dim=-1)

    @torch.no_grad()
    def centre_texts(self, text_states: torch.Tensor) -> None:
        """Sets what texts have in common, from (texts, text width) mean hidden states of typical texts."""
        self.text_mean.copy_(self.text_norm(text_states).mean(0))


__all__ = ["EaiAlignment", "EaiProjector"]
