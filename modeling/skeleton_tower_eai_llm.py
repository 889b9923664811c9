r"""The multi-granularity skeleton tower: movement features in, spatio-temporal and semantic tokens out.

skeleton_features (clips, frames, segments, channels)              skeleton_descriptors (clips, descriptors)
    |  standardised; temporal convolutions within each                       |
    |  body part and over the whole body; pooled over                        |  each into the query of its own
    |  windows of one second                                                 |
(clips, windows x (parts + 1), hidden)   + where and when          learned queries (semantic, hidden)
    \_______________________________________  _____________________________/
                                            \/
                                  transformer encoder, masked
                                            |
          spatio-temporal tokens            |             semantic tokens
          how each part moves, when                       what the movement means: the first is aligned with
                                                          emotion texts, the others regress the descriptors

Training hides some of the measured descriptors, and the tower has to infer them from the movement: a self-supervised
task that needs no labels, like masked words for a text encoder.
"""

from dataclasses import dataclass

import torch
from torch import nn
from transformers import PreTrainedModel
from transformers import initialization as init
from transformers.activations import ACT2FN
from transformers.masking_utils import create_bidirectional_mask
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
from transformers.processing_utils import Unpack
from transformers.utils import ModelOutput, TransformersKwargs
from transformers.utils.output_capturing import capture_outputs

from .configuration_eai_llm import EaiSkeletonConfig


@dataclass
class SkeletonTowerOutput(ModelOutput):
    """The tower's output for a batch of clips.

    Attributes:
        spatio_temporal_tokens: (clips, windows * (parts + 1), hidden), window by window, the whole body last in each.
        semantic_tokens: (clips, semantic tokens, hidden).
        descriptors: (clips, descriptors), normal scores of the descriptors regressed from the semantic tokens.
        window_mask: (clips, windows) bool, True where a clip has frames.
        hidden_states: On request, the input of the first layer and the output of each: (clips, semantic tokens +
            spatio-temporal tokens, hidden), the semantic tokens first.
        attentions: On request and with eager attention, the attention of each layer: (clips, heads, tokens, tokens).
    """

    spatio_temporal_tokens: torch.Tensor | None = None
    semantic_tokens: torch.Tensor | None = None
    descriptors: torch.Tensor | None = None
    window_mask: torch.Tensor | None = None
    hidden_states: tuple[torch.Tensor, ...] | None = None
    attentions: tuple[torch.Tensor, ...] | None = None


def eager_attention_forward(module, query, key, value, attention_mask, scaling, dropout=0.0, **kwargs):
    """Plain attention, `softmax(q k^T * scaling + mask) v`: (clips, heads, tokens, size) in, transposed out."""
    weights = torch.matmul(query, key.transpose(2, 3)) * scaling
    if attention_mask is not None:
        weights = weights + attention_mask
    weights = nn.functional.softmax(weights, dim=-1, dtype=torch.float32).to(query.dtype)
    weights = nn.functional.dropout(weights, p=dropout, training=module.training)
    return torch.matmul(weights, value).transpose(1, 2).contiguous(), weights


class SkeletonAttention(nn.Module):
    """Bidirectional multi-head attention over the tokens of a clip."""

    def __init__(self, config: EaiSkeletonConfig):
        super().__init__()
        self.config = config
        self.head_dim = config.hidden_size // config.num_attention_heads
        self.scaling = self.head_dim**-0.5
        self.dropout = config.dropout
        self.is_causal = False
        self.q_proj = nn.Linear(config.hidden_size, config.hidden_size)
        self.k_proj = nn.Linear(config.hidden_size, config.hidden_size)
        self.v_proj = nn.Linear(config.hidden_size, config.hidden_size)
        self.out_proj = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(
        self, hidden_states: torch.Tensor, attention_mask: torch.Tensor | None, wanted: int | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Attends over the tokens of each clip.

        Args:
            hidden_states: (clips, tokens, hidden).
            attention_mask: 4-D, from `create_bidirectional_mask`.
            wanted: Number of tokens, the first ones, that are updated; None for all.

        Returns:
            (clips, wanted tokens, hidden), and the attention weights if the attention implementation has them.
        """
        asking = hidden_states[:, :wanted]
        query, key, value = (
            projection(tokens).unflatten(-1, (-1, self.head_dim)).transpose(1, 2)
            for projection, tokens in (
                (self.q_proj, asking),
                (self.k_proj, hidden_states),
                (self.v_proj, hidden_states),
            )
        )
        attention_mask = None if attention_mask is None else attention_mask[..., :wanted, :]
        attention = ALL_ATTENTION_FUNCTIONS.get_interface(self.config._attn_implementation, eager_attention_forward)
        output, weights = attention(
            self,
            query,
            key,
            value,
            attention_mask,
            scaling=self.scaling,
            dropout=self.dropout if self.training else 0.0,
        )
        return self.out_proj(output.reshape(*asking.shape[:-1], -1)), weights


class SkeletonEncoderLayer(GradientCheckpointingLayer):
    """A pre-norm transformer layer."""

    def __init__(self, config: EaiSkeletonConfig):
        super().__init__()
        self.self_attn = SkeletonAttention(config)
        self.attn_norm = nn.LayerNorm(config.hidden_size)
        self.mlp_norm = nn.LayerNorm(config.hidden_size)
        self.fc1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.fc2 = nn.Linear(config.intermediate_size, config.hidden_size)
        self.act = ACT2FN["gelu"]
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, hidden_states: torch.Tensor, attention_mask: torch.Tensor | None, wanted: int | None = None
    ) -> torch.Tensor:
        """hidden_states: (clips, tokens, hidden) in, and out the first `wanted` of them, None for all."""
        update, _ = self.self_attn(self.attn_norm(hidden_states), attention_mask, wanted)
        hidden_states = hidden_states[:, :wanted] + self.dropout(update)
        update = self.fc2(self.dropout(self.act(self.fc1(self.mlp_norm(hidden_states)))))
        return hidden_states + self.dropout(update)


class BodyPartEncoder(nn.Module):
    """Temporal convolutions over the segments of one body part, pooled to one vector for each window."""

    def __init__(self, config: EaiSkeletonConfig, segments: list[int]):
        super().__init__()
        self.segments = segments
        self.frames_per_window = config.frames_per_window
        padding = config.conv_kernel_size // 2
        # One more channel for each segment says whether it was recorded.
        channels = len(segments) * (config.num_channels + 1)
        self.conv_in = nn.Conv1d(channels, config.conv_channels, config.conv_kernel_size, padding=padding)
        self.conv_out = nn.Conv1d(config.conv_channels, config.conv_channels, config.conv_kernel_size, padding=padding)
        self.act = ACT2FN["gelu"]
        self.pool = nn.Linear(2 * config.conv_channels, config.hidden_size)

    def forward(self, signals: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
        """Encodes one body part.

        Args:
            signals: (clips, segments, channels + 1, frames), 0 where there is no frame or no segment; frames a
                multiple of the window.
            valid: (clips, 1, frames), 1 where a clip has a frame and else 0.

        Returns:
            (clips, windows, hidden).
        """
        hidden = signals[:, self.segments].flatten(1, 2)  # (clips, segments * (channels + 1), frames)
        hidden = self.act(self.conv_in(hidden)) * valid
        hidden = self.act(self.conv_out(hidden)) * valid

        hidden = hidden.unflatten(2, (-1, self.frames_per_window))  # (clips, conv, windows, frames of a window)
        count = valid.unflatten(2, (-1, self.frames_per_window)).sum(-1).clamp(min=1)
        pooled = torch.cat([hidden.sum(-1) / count, hidden.amax(-1)], dim=1)  # mean and peak
        return self.pool(pooled.transpose(1, 2))


class EaiSkeletonTower(PreTrainedModel):
    """Turns movement features into spatio-temporal and semantic tokens; the top of this file has a picture."""

    config_class = EaiSkeletonConfig
    config: EaiSkeletonConfig
    main_input_name = "skeleton_features"
    base_model_prefix = "skeleton_tower"
    supports_gradient_checkpointing = True
    _supports_sdpa = True
    _supports_attention_backend = True
    # Neither flash nor flex attention: the tower computes in float32, which flash attention does not support.
    _no_split_modules = ["SkeletonEncoderLayer"]
    _can_record_outputs = {"hidden_states": SkeletonEncoderLayer, "attentions": SkeletonAttention}

    def __init__(self, config: EaiSkeletonConfig):
        super().__init__(config)
        parts = [[s for s, part in enumerate(config.segment_parts) if part == p] for p in range(config.num_parts)]
        whole_body = list(range(len(config.segment_parts)))
        self.part_encoders = nn.ModuleList(BodyPartEncoder(config, segments) for segments in [*parts, whole_body])
        self.part_embedding = nn.Embedding(config.tokens_per_window, config.hidden_size)
        self.window_embedding = nn.Embedding(config.max_windows, config.hidden_size)
        self.semantic_queries = nn.Embedding(config.num_semantic_tokens, config.hidden_size)
        self.layers = nn.ModuleList(SkeletonEncoderLayer(config) for _ in range(config.num_hidden_layers))
        self.norm = nn.LayerNorm(config.hidden_size)
        # Descriptor i is added to a semantic token of its own and regressed from it, so that the token represents the
        # descriptor. Its embedding has three parts: a base, a slope for each unit above the median, and a vector for
        # a value that was not measured.
        self.descriptor_embedding = nn.Embedding(config.num_descriptors, 3 * config.hidden_size)
        self.descriptor_head = nn.Embedding(config.num_descriptors, config.hidden_size + 1)
        features = (len(config.segment_parts), config.num_channels)
        self.register_buffer("feature_mean", torch.zeros(features))
        self.register_buffer("feature_scale", torch.ones(features))
        self.post_init()

    @torch.no_grad()
    def _init_weights(self, module: nn.Module):
        super()._init_weights(module)
        if isinstance(module, EaiSkeletonTower):
            init.zeros_(module.feature_mean)
            init.ones_(module.feature_scale)

    @torch.no_grad()
    def standardise_by(self, mean: torch.Tensor, std: torch.Tensor) -> None:
        """Sets the typical values of the features, so that a slight lean of the trunk counts as much as an arm swing.

        Args:
            mean: (segments, channels) means of the features; NaN for segments that no clip has.
            std: (segments, channels) their standard deviations.
        """
        scale = 1 / std.clamp(min=self.config.min_feature_std)
        scale[1:, scale.shape[1] // 2 :] *= self.config.velocity_weight
        self.feature_mean.copy_(mean.nan_to_num(0.0))
        self.feature_scale.copy_(scale.nan_to_num(1.0))

    def train(self, mode: bool = True) -> "EaiSkeletonTower":
        """As in `nn.Module`, but a frozen tower stays in evaluation mode, so that its tokens have no dropout."""
        return super().train(mode and any(parameter.requires_grad for parameter in self.parameters()))

    def descriptor_tokens(self) -> torch.Tensor:
        """The semantic token of each descriptor: (descriptors,). Token 0 is the emotion's."""
        descriptors = torch.arange(self.config.num_descriptors, device=self.descriptor_head.weight.device)
        return 1 + descriptors % (self.config.num_semantic_tokens - 1)

    def _semantic_queries(self, skeleton_descriptors: torch.Tensor | None, clips: int) -> torch.Tensor:
        """The learned queries plus the measured descriptors: (clips, semantic tokens, hidden)."""
        config = self.config
        queries = self.semantic_queries.weight.expand(clips, -1, -1)
        if skeleton_descriptors is None:
            skeleton_descriptors = queries.new_full((clips, config.num_descriptors), torch.nan)
        known = skeleton_descriptors.isfinite()
        if self.training and config.descriptor_dropout > 0:
            hidden = 2 * config.descriptor_dropout * torch.rand(clips, 1, device=known.device)
            known = known & (torch.rand(known.shape, device=known.device) >= hidden)
        base, slope, absent = self.descriptor_embedding.weight.split(config.hidden_size, dim=1)
        values = skeleton_descriptors.masked_fill(~known, 0.0).to(base.dtype)[..., None]
        measured = torch.where(known[..., None], base + values * slope, absent)
        return queries.index_add(1, self.descriptor_tokens(), measured)

    @capture_outputs
    def forward(
        self,
        skeleton_features: torch.Tensor,
        skeleton_frame_mask: torch.Tensor,
        skeleton_segment_mask: torch.Tensor,
        skeleton_descriptors: torch.Tensor | None = None,
        emotion_only: bool = False,
        **kwargs: Unpack[TransformersKwargs],
    ) -> SkeletonTowerOutput:
        """Encodes a batch of clips.

        Args:
            skeleton_features: (clips, frames, segments, channels), from the feature extractor.
            skeleton_frame_mask: (clips, frames), 1 where a clip has a frame.
            skeleton_segment_mask: (clips, segments), 1 where the rig has the segment.
            skeleton_descriptors: (clips, descriptors) normal scores, NaN where not measured; None if nothing was.
            emotion_only: Whether only the first semantic token is wanted, as for labels; the last layer then updates
                no other token.
            **kwargs: `output_hidden_states` and `output_attentions`.

        Raises:
            ValueError: If the frames are not whole windows or too many, or segments and channels do not fit the tower.
        """
        config = self.config
        clips, frames, segments, channels = skeleton_features.shape
        if (segments, channels) != (len(config.segment_parts), config.num_channels):
            raise ValueError(
                f"skeleton_features must have {len(config.segment_parts)} segments of {config.num_channels} channels, "
                f"found shape {tuple(skeleton_features.shape)}."
            )
        windows, rest = divmod(frames, config.frames_per_window)
        if rest or not 0 < windows <= config.max_windows:
            raise ValueError(
                f"skeleton_features must have 1 to {config.max_windows} whole windows of {config.frames_per_window} "
                f"frames, found {frames} frames. The feature extractor pads and cuts clips to whole windows."
            )
        dtype = self.norm.weight.dtype
        features = (skeleton_features.to(dtype) - self.feature_mean) * self.feature_scale
        features = features.clamp(-config.feature_limit, config.feature_limit)
        frame_mask = skeleton_frame_mask.bool()
        present = skeleton_segment_mask.bool()[:, None, :, None].to(dtype)
        signals = torch.cat([features * present, present.expand(-1, frames, -1, -1)], dim=-1)
        valid = frame_mask[:, None].to(dtype)
        signals = signals.permute(0, 2, 3, 1) * valid[:, None]  # (clips, segments, channels + 1, frames)
        tokens = torch.stack([encode(signals, valid) for encode in self.part_encoders], dim=2)
        tokens = tokens + self.part_embedding.weight + self.window_embedding.weight[:windows, None]
        tokens = tokens.flatten(1, 2)  # (clips, windows * (parts + 1), hidden)

        window_mask = frame_mask.unflatten(1, (windows, -1)).any(-1)
        token_mask = window_mask.repeat_interleave(config.tokens_per_window, dim=1)
        semantic = self._semantic_queries(skeleton_descriptors, clips)
        hidden_states = torch.cat([semantic, tokens], dim=1)
        padding_mask = torch.cat([token_mask.new_ones(clips, config.num_semantic_tokens), token_mask], dim=1)
        attention_mask = create_bidirectional_mask(
            config=config, inputs_embeds=hidden_states, attention_mask=padding_mask
        )
        for layer in self.layers[:-1]:
            hidden_states = layer(hidden_states, attention_mask)
        hidden_states = self.norm(self.layers[-1](hidden_states, attention_mask, 1 if emotion_only else None))
        if emotion_only:
            return SkeletonTowerOutput(semantic_tokens=hidden_states, window_mask=window_mask)

        semantic = hidden_states[:, : config.num_semantic_tokens]
        weight, bias = self.descriptor_head.weight.split([config.hidden_size, 1], dim=1)
        descriptors = (semantic[:, self.descriptor_tokens()] * weight).sum(-1) + bias[:, 0]
        return SkeletonTowerOutput(
            spatio_temporal_tokens=hidden_states[:, config.num_semantic_tokens :],
            semantic_tokens=semantic,
            descriptors=descriptors,
            window_mask=window_mask,
        )
