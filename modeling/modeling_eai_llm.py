"""EAI-LLM: a language model that reads skeleton tokens together with a question.

    joints --feature extractor--> skeleton_features
                                        |
                                  skeleton tower ---- semantic tokens --.--> alignment with texts: label logits
                                        |                               |
                          spatio-temporal + semantic tokens             '--> descriptors (normal scores)
                                        |
                                    projector
                                        |  replaces the placeholders
    prompt --tokenizer--> embeddings ---+--> any causal language model --> answer

Label probabilities come from the skeleton side, which compares the first semantic token with label texts in a shared
space; so any list of labels can be used. The language model writes the explanation.

Paper: "Understanding Emotional Body Expressions via Large Language Models", arXiv 2412.12581.
"""

from collections.abc import Sequence
from dataclasses import fields

import torch
from torch import nn
from transformers import GenerationMixin
from transformers.modeling_outputs import CausalLMOutputWithPast
from transformers.modeling_utils import local_torch_dtype, slice_logits_to_keep
from transformers.utils import can_return_tuple

from .backbone_weights_eai_llm import acting_adapters, encodes_text, weights_version
from .checkpoint_forms_eai_llm import EaiLlmPreTrainedModel
from .configuration_eai_llm import EaiLlmConfig
from .projection_eai_llm import EaiAlignment, EaiProjector
from .skeleton_tower_eai_llm import EaiSkeletonTower, SkeletonTowerOutput

CLIP_INPUTS = (
    "skeleton_features",
    "skeleton_frame_mask",
    "skeleton_segment_mask",
    "skeleton_descriptors",
    "skeleton_salience",
)
"""Arguments with one row for each clip; a prompt may contain several clips or none."""


class EaiLlmForCausalLM(EaiLlmPreTrainedModel, GenerationMixin):
    """The skeleton tower, the projector and a causal language model: scores labels and generates text."""

    main_input_name = "input_ids"
    input_modalities = ("text",)
    supports_gradient_checkpointing = True
    _supports_sdpa = True
    # An attention that is set for the whole model is set for the tower too, which has no flash attention. The backbone
    # alone may have it: `attn_implementation={"text_config": "flash_attention_2"}`.
    _supports_flash_attn = False
    _supports_attention_backend = True
    _can_compile_fullgraph = True
    _skip_keys_device_placement = ["cache", "past_key_values"]
    _no_split_modules = ["SkeletonEncoderLayer"]
    # These are small, and probabilities are computed from them: they stay in float32 when the backbone has 16 bits.
    _keep_in_fp32_modules_strict = ["skeleton_tower", "projector", "alignment"]

    def __init__(self, config: EaiLlmConfig):
        # This makes the backbone, which must come first: a model's `dtype` is that of its first parameter.
        super().__init__(config)
        with local_torch_dtype(torch.float32):  # whatever data type the backbone has
            self.skeleton_tower = EaiSkeletonTower(config.skeleton_config)
            self.projector = EaiProjector(config)
            self.alignment = EaiAlignment(config)
        self.post_init()

    @torch.no_grad()
    def _init_weights(self, module: nn.Module):
        super()._init_weights(module)
        if hasattr(module, "init_own_weights"):
            module.init_own_weights()

    def get_input_embeddings(self) -> nn.Module:
        """The backbone's word embeddings."""
        return self.text_backbone().get_input_embeddings()

    def set_input_embeddings(self, value: nn.Module):
        """Replaces the backbone's word embeddings."""
        self.text_backbone().set_input_embeddings(value)

    def get_output_embeddings(self) -> nn.Module:
        """The backbone's head."""
        return self.text_backbone().get_output_embeddings()

    def set_output_embeddings(self, new_embeddings: nn.Module):
        """Replaces the backbone's head."""
        self.text_backbone().set_output_embeddings(new_embeddings)

    # ---- skeleton side ------------------------------------------------------------------------------------------

    def get_skeleton_features(
        self,
        skeleton_features: torch.Tensor,
        skeleton_frame_mask: torch.Tensor,
        skeleton_segment_mask: torch.Tensor,
        skeleton_descriptors: torch.Tensor | None = None,
        skeleton_salience: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """The tokens that the language model reads, one clip after the other.

        Args:
            skeleton_features: (clips, frames, segments, channels).
            skeleton_frame_mask: (clips, frames).
            skeleton_segment_mask: (clips, segments).
            skeleton_descriptors: (clips, descriptors) normal scores, NaN where not measured.
            skeleton_salience: (clips, descriptors) how unusual each value is, 0 or more, NaN where not measured; None
                leaves the tokens in the order of the descriptors.

        Returns:
            (tokens of all clips, text width). Of each clip, the semantic tokens come first: that of the emotion, then
            those of the descriptors by salience, so that the most salient one always has the same position. The
            spatio-temporal tokens of the windows that have frames follow.
        """
        tower = self.skeleton_tower(
            skeleton_features, skeleton_frame_mask, skeleton_segment_mask, skeleton_descriptors
        )
        tokens = self.projector(tower, skeleton_descriptors, self.skeleton_tower.descriptor_tokens())
        windows = tower.window_mask.repeat_interleave(self.config.skeleton_config.tokens_per_window, dim=1)
        there = torch.cat([windows.new_ones(tower.semantic_tokens.shape[:2]), windows], dim=1)
        if skeleton_salience is not None:
            order = self._by_salience(skeleton_salience)
            semantic, others = tokens.tensor_split([order.shape[1]], dim=1)
            tokens = torch.cat([semantic.take_along_dim(order[..., None], dim=1), others], dim=1)
        return tokens[there]

    def _by_salience(self, skeleton_salience: torch.Tensor) -> torch.Tensor:
        """Order of the semantic tokens, (clips, semantic tokens): the emotion's first, unmeasured ones last."""
        clips, count = len(skeleton_salience), self.config.skeleton_config.num_semantic_tokens
        salience = skeleton_salience.new_full((clips, count), -1.0)
        salience[:, 0] = torch.inf
        places = self.skeleton_tower.descriptor_tokens().expand(clips, -1)
        salience = salience.scatter_reduce(1, places, skeleton_salience.nan_to_num(-1.0), "amax")
        return salience.argsort(dim=1, descending=True, stable=True)

    # ---- text encoder -------------------------------------------------------------------------------------------

    def encode_text(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Mean hidden state of each text after `config.text_layer` layers of the frozen backbone.

        Args:
            input_ids: (texts, tokens).
            attention_mask: (texts, tokens), 1 where a text has a token.

        Returns:
            (texts, text width) float32; `alignment.embed_text` maps them to the shared space.

        Raises:
            OSError: If the backbone is not loaded.
        """
        with torch.no_grad():
            hidden = self.text_backbone()(
                input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True, logits_to_keep=1
            ).hidden_states[self.config.text_layer]
        mask = attention_mask[..., None].to(torch.float32)
        return (hidden.float() * mask).sum(1) / mask.sum(1).clamp(min=1)

    def text_encoder_version(self) -> tuple:
        """A value that stays equal while `encode_text` does: no weight changed and the same adapters are active."""
        return weights_version(self.text_backbone())

    def keep_label_states(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> None:
        """Stores the text states of the labels, so that label probabilities need no backbone.

        Args:
            input_ids: (labels * phrasings, tokens), the phrasings of `config.labels`, label by label.
            attention_mask: (labels * phrasings, tokens).
        """
        labels = list(self.config.labels)
        states = self.encode_text(input_ids, attention_mask).cpu().unflatten(0, (len(labels), -1))
        self.label_states = dict(zip(labels, states, strict=True))

    def known_text_states(self, labels: Sequence[str]) -> torch.Tensor | None:
        """The text states that the checkpoint keeps of some labels.

        Returns:
            (labels, phrasings, text width); None if the checkpoint does not keep all of them, or if an adapter is
            active in the layers that encode texts.
        """
        if not all(label in self.label_states for label in labels):
            return None
        if self.language_model is not None:
            adapted = (name for name, *_ in acting_adapters(self.language_model))
            if any(encodes_text(name, self.config.text_layer) for name in adapted):
                return None
        return torch.stack([self.label_states[label] for label in labels]).to(self.alignment.text_mean.device)

    def score_labels(
        self,
        skeleton_features: torch.Tensor,
        skeleton_frame_mask: torch.Tensor,
        skeleton_segment_mask: torch.Tensor,
        text_states: torch.Tensor,
        skeleton_descriptors: torch.Tensor | None = None,
    ) -> tuple[torch.Tensor, SkeletonTowerOutput]:
        """Logits of labels for each clip; softmax turns them into probabilities.

        Args:
            skeleton_features: (clips, frames, segments, channels).
            skeleton_frame_mask: (clips, frames).
            skeleton_segment_mask: (clips, segments).
            text_states: (labels, phrasings, text width), `encode_text` of several phrasings of each label.
            skeleton_descriptors: (clips, descriptors) normal scores, NaN where not measured.

        Returns:
            (clips, labels) logits, and the tower's output, of the emotion's token only.
        """
        tower = self.skeleton_tower(
            skeleton_features, skeleton_frame_mask, skeleton_segment_mask, skeleton_descriptors, emotion_only=True
        )
        texts = self.alignment.embed_labels(text_states)
        logits = self.alignment.label_logits(tower.semantic_tokens[:, 0], skeleton_descriptors, texts)
        return self.alignment.mixed(*logits) / self.config.label_temperature, tower

    # ---- language side ------------------------------------------------------------------------------------------

    @can_return_tuple
    def forward(
        self,
        input_ids: torch.LongTensor | None = None,
        skeleton_features: torch.Tensor | None = None,
        skeleton_frame_mask: torch.Tensor | None = None,
        skeleton_segment_mask: torch.Tensor | None = None,
        skeleton_descriptors: torch.Tensor | None = None,
        skeleton_salience: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        position_ids: torch.LongTensor | None = None,
        inputs_embeds: torch.Tensor | None = None,
        labels: torch.LongTensor | None = None,
        use_cache: bool | None = None,
        logits_to_keep: int | torch.Tensor = 0,
        num_items_in_batch: torch.Tensor | int | None = None,
        shift_labels: torch.LongTensor | None = None,
        **kwargs,
    ) -> CausalLMOutputWithPast:
        """Runs the language model on skeleton tokens and text.

        Args:
            input_ids: (batch, tokens), in which `config.skeleton_token_id` occurs once for each token of the clips.
            skeleton_features: (clips, frames, segments, channels) of all clips in the batch, in the order of the
                prompts.
            skeleton_frame_mask: (clips, frames), 1 where a clip has a frame.
            skeleton_segment_mask: (clips, segments), 1 where the rig has the segment.
            skeleton_descriptors: (clips, descriptors) normal scores, NaN where not measured.
            skeleton_salience: (clips, descriptors) how unusual each value is, see `get_skeleton_features`.
            attention_mask: (batch, tokens), 0 on padding.
            position_ids: (batch, tokens).
            inputs_embeds: (batch, tokens, text width) instead of `input_ids`; placeholders are recognised by their
                embedding.
            labels: (batch, tokens), -100 where no loss is computed.
            use_cache: Whether to return the cache.
            logits_to_keep: Computes logits of this many last tokens only, 0 for all; or of the tokens that a mask
                (batch, tokens) or indices select, see `slice_logits_to_keep` of transformers. The loss covers the
                labels that these logits predict, which are those of the tokens that follow.
            num_items_in_batch: Divisor of the summed loss when Trainer accumulates gradients; the default is the
                number of labelled tokens.
            shift_labels: (batch, tokens), for each token the label of the next one, instead of `labels`. Training
                that splits sequences across devices shifts the labels itself.
            **kwargs: Passed to the backbone, such as the cache of earlier calls: `cache`, before transformers 5.24
                `past_key_values`.

        Returns:
            The output of a causal language model; its logits are (tokens, vocabulary) if a mask selected the tokens.

        Raises:
            OSError: If the backbone is not loaded.
            ValueError: If the number of placeholders is not the number of skeleton tokens.
        """
        inputs_embeds = self.embed_prompts(
            input_ids,
            skeleton_features,
            skeleton_frame_mask,
            skeleton_segment_mask,
            skeleton_descriptors,
            skeleton_salience,
            inputs_embeds,
        )
        outputs = self.text_backbone()(
            inputs_embeds=inputs_embeds,
            attention_mask=attention_mask,
            position_ids=position_ids,
            use_cache=use_cache,
            logits_to_keep=logits_to_keep,
            **kwargs,
        )
        loss = None
        if labels is not None or shift_labels is not None:
            if shift_labels is None:
                shift_labels = nn.functional.pad(labels[:, 1:], (0, 1), value=-100)
            loss = self.loss_function(
                logits=outputs.logits,
                labels=labels,
                vocab_size=outputs.logits.shape[-1],
                shift_labels=slice_logits_to_keep(shift_labels[..., None], logits_to_keep).flatten(),
                num_items_in_batch=num_items_in_batch,
            )
        # The installed transformers decides whether the field of the cache is called `cache` or `past_key_values`.
        kept = {field.name: outputs.get(field.name) for field in fields(CausalLMOutputWithPast)}
        return CausalLMOutputWithPast(**kept | {"loss": loss})

    def embed_prompts(
        self,
        input_ids: torch.LongTensor | None,
        skeleton_features: torch.Tensor | None = None,
        skeleton_frame_mask: torch.Tensor | None = None,
        skeleton_segment_mask: torch.Tensor | None = None,
        skeleton_descriptors: torch.Tensor | None = None,
        skeleton_salience: torch.Tensor | None = None,
        inputs_embeds: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """What the backbone reads: prompts with the skeleton tokens in the places of their placeholders.

        The merged backbone alone, in any program that takes embeddings, continues them as this model does.

        Args:
            input_ids: As for `forward`, and the others too.

        Returns:
            (batch, tokens, text width), in the data type of the backbone.

        Raises:
            OSError: If the backbone is not loaded.
            ValueError: If the number of placeholders is not the number of skeleton tokens.
        """
        if inputs_embeds is None:
            inputs_embeds = self.get_input_embeddings()(input_ids)
        if skeleton_features is None:
            return inputs_embeds
        tokens = self.get_skeleton_features(
            skeleton_features, skeleton_frame_mask, skeleton_segment_mask, skeleton_descriptors, skeleton_salience
        )
        placeholders = self.get_placeholder_mask(input_ids, inputs_embeds, tokens)
        return inputs_embeds.masked_scatter(placeholders, tokens.to(inputs_embeds))

    def get_placeholder_mask(
        self, input_ids: torch.LongTensor | None, inputs_embeds: torch.Tensor, tokens: torch.Tensor
    ) -> torch.Tensor:
        """Mask of the embeddings that skeleton tokens replace: (batch, tokens, text width) bool.

        Raises:
            ValueError: If the number of placeholders is not the number of skeleton tokens.
        """
        if input_ids is None:
            placeholder = torch.tensor(self.config.skeleton_token_id, device=inputs_embeds.device)
            mask = (inputs_embeds == self.get_input_embeddings()(placeholder)).all(-1)
        else:
            mask = input_ids == self.config.skeleton_token_id
        if int(mask.sum()) != len(tokens):
            raise ValueError(
                f"The prompts hold {int(mask.sum())} skeleton placeholders, but the clips have {len(tokens)} tokens. "
                "EaiSkeletonProcessor expands the placeholder of each clip to the right number."
            )
        return mask[..., None].expand_as(inputs_embeds)

    def prepare_inputs_for_generation(self, input_ids, is_first_iteration=False, **kwargs) -> dict:
        """Passes the clips with the prompt only; afterwards their tokens are in the cache."""
        inputs = super().prepare_inputs_for_generation(input_ids, is_first_iteration=is_first_iteration, **kwargs)
        if not is_first_iteration and kwargs.get("use_cache", True):
            for name in CLIP_INPUTS:
                inputs.pop(name, None)
        return inputs

    def _expand_inputs_for_generation(self, expand_size=1, is_encoder_decoder=False, input_ids=None, **kwargs):
        # A prompt may contain two clips or none, so the clips of a prompt are repeated together.
        clips = {name: kwargs.pop(name) for name in CLIP_INPUTS if kwargs.get(name) is not None}
        if clips and expand_size > 1:
            counts = self._clips_per_prompt(input_ids, clips["skeleton_frame_mask"])
            starts = torch.cumsum(torch.tensor([0, *counts]), 0).tolist()
            order = [
                clip
                for start, count in zip(starts, counts, strict=False)
                for _ in range(expand_size)
                for clip in range(start, start + count)
            ]
            clips = {name: value[order] for name, value in clips.items()}
        input_ids, kwargs = super()._expand_inputs_for_generation(
            expand_size=expand_size, is_encoder_decoder=is_encoder_decoder, input_ids=input_ids, **kwargs
        )
        return input_ids, {**kwargs, **clips}

    def _clips_per_prompt(self, input_ids: torch.Tensor, frame_mask: torch.Tensor) -> list[int]:
        """The number of clips of each prompt."""
        config = self.config.skeleton_config
        windows = frame_mask.bool().unflatten(1, (-1, config.frames_per_window)).any(-1).sum(1)
        lengths = (config.num_semantic_tokens + windows * config.tokens_per_window).tolist()
        counts, clip = [], 0
        for places in (input_ids == self.config.skeleton_token_id).sum(1).tolist():
            first = clip
            while places > 0 and clip < len(lengths):
                places -= lengths[clip]
                clip += 1
            counts.append(clip - first)
        return counts


__all__ = ["EaiLlmForCausalLM", "EaiSkeletonTower"]
