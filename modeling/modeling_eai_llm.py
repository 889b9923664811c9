"""EAI-LLM: a text backbone that reads skeleton tokens beside a question.

    joints --feature extractor--> skeleton_features
                                        |
                                  skeleton tower ---- semantic tokens --.--> alignment with texts: label logits
                                        |                               |
                          spatio-temporal + semantic tokens             '--> descriptors (normal scores)
                                        |
                                    projector
                                        |  takes the placeholders' places
    prompt --tokenizer--> embeddings ---+--> any causal language model --> answer

Probabilities over labels come from the skeleton side (semantic tokens against label texts in a shared space, so that
any list of labels may be asked for); the explanation is written by the language model.

Paper: "Understanding Emotional Body Expressions via Large Language Models", arXiv 2412.12581.
"""

from collections.abc import Callable
from dataclasses import fields

import torch
from huggingface_hub import metadata_update
from safetensors.torch import load_file
from torch import nn
from transformers import AutoModelForCausalLM, GenerationMixin, PreTrainedConfig, PreTrainedModel
from transformers import initialization as init
from transformers.activations import ACT2FN
from transformers.modeling_outputs import CausalLMOutputWithPast
from transformers.modeling_utils import slice_logits_to_keep
from transformers.utils import cached_file, can_return_tuple, logging

from .backbone_weights_eai_llm import (
    find_backbone,
    loadable_backbone,
    make_room,
    merge_lora,
    read_lora,
    unexplained_weights,
)
from .configuration_eai_llm import AUTO_MAP, CUSTOM_PIPELINES, EaiLlmConfig
from .skeleton_tower_eai_llm import EaiSkeletonTower, SkeletonTowerOutput

logger = logging.get_logger(__name__)

WEIGHTS_NAME = "model.safetensors"

CLIP_INPUTS = (
    "skeleton_features",
    "skeleton_frame_mask",
    "skeleton_segment_mask",
    "skeleton_descriptors",
    "skeleton_salience",
)
"""Arguments with a row for each clip, of which a prompt may hold several or none."""


class EaiProjector(nn.Module):
    """From the tower's width to the backbone's in two layers, as in LLaVA 1.5.

    Spatio-temporal and semantic tokens have a first layer each, since they say different things. The token of a
    descriptor is brought near the backbone's own words for what was measured: "knees bent", the more so the farther
    the knees are from the ordinary. What it means need not be learned from nothing.
    """

    def __init__(self, config: EaiLlmConfig):
        super().__init__()
        width, text_width = config.skeleton_config.hidden_size, config.text_config.hidden_size
        self.spatio_temporal = nn.Linear(width, text_width)
        self.semantic = nn.Linear(width, text_width)
        self.act = ACT2FN[config.projector_hidden_act]
        self.out = nn.Linear(text_width, text_width)
        self.words = nn.Parameter(torch.zeros(config.skeleton_config.num_descriptors, 2, text_width))

    @torch.no_grad()
    def take_words(self, word_embeddings: torch.Tensor) -> None:
        """Takes over words for low and high values of each descriptor: (descriptors, 2, text width).

        What all of them have in common ("the", "is") is taken out.
        """
        words = word_embeddings.float()
        self.words.copy_(words - words.mean(dim=(0, 1)))

    def forward(
        self, tower: SkeletonTowerOutput, skeleton_descriptors: torch.Tensor | None, descriptor_tokens: torch.Tensor
    ) -> torch.Tensor:
        """Projects the tokens of clips.

        Args:
            tower: What the tower makes of them.
            skeleton_descriptors: (clips, descriptors) normal scores, NaN where not measured; None where nothing was.
            descriptor_tokens: (descriptors,), which semantic token is whose.

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
        # The mean hidden states of all texts share a large part. Without it they lie apart from the start, which the
        # alignment needs to learn at all in few steps.
        self.text_norm = nn.LayerNorm(config.text_config.hidden_size, elementwise_affine=False)
        self.register_buffer("text_mean", torch.zeros(config.text_config.hidden_size))
        self.text = nn.Linear(config.text_config.hidden_size, size)
        # One-dimensional: a scalar parameter cannot be sharded by FSDP2. exp(3) is about 20.
        self.logit_scale = nn.Parameter(torch.full((1,), 3.0))

    def embed_skeleton(self, semantic_tokens: torch.Tensor) -> torch.Tensor:
        """(..., hidden) semantic tokens to unit vectors (..., alignment size)."""
        return nn.functional.normalize(self.skeleton(semantic_tokens), dim=-1)

    def embed_text(self, text_states: torch.Tensor) -> torch.Tensor:
        """(..., text width) mean hidden states to unit vectors (..., alignment size)."""
        return nn.functional.normalize(self.text(self.text_norm(text_states) - self.text_mean), dim=-1)

    def embed_labels(self, text_states: torch.Tensor) -> torch.Tensor:
        """(labels, phrasings, text width) to one unit vector a label, (labels, alignment size): their mean."""
        return nn.functional.normalize(self.embed_text(text_states).mean(1), dim=-1)

    @torch.no_grad()
    def centre_texts(self, text_states: torch.Tensor) -> None:
        """Takes over what texts have in common: (texts, text width) mean hidden states of texts as they will come."""
        self.text_mean.copy_(self.text_norm(text_states).mean(0))


class EaiLlmForCausalLM(PreTrainedModel, GenerationMixin):
    """The skeleton tower, the projector and a causal language model, with label scores and text generation."""

    config_class = EaiLlmConfig
    config: EaiLlmConfig
    base_model_prefix = ""
    main_input_name = "input_ids"
    input_modalities = ("text",)
    supports_gradient_checkpointing = True
    _supports_sdpa = True
    _supports_flash_attn = True
    _supports_attention_backend = True
    _can_compile_fullgraph = True
    _skip_keys_device_placement = ["cache", "past_key_values"]
    _no_split_modules = ["SkeletonEncoderLayer"]
    # The tower is small and its outputs become probabilities: it stays exact when the backbone is in half precision.
    _keep_in_fp32_modules_strict = ["skeleton_tower", "projector", "alignment"]
    # The low-rank update that the backbone already holds; it stands beside the weights so that the small form can be
    # written from the whole one.
    _keys_to_ignore_on_load_unexpected = [r"^lora\."]

    find_backbone: Callable[[str], str] = staticmethod(find_backbone)
    """Turns the name of a backbone into a folder or Hub id; `eai_llm_hf` puts its own finder here, which can fetch."""

    licence_to_push: Callable[[str, str | None], str | None] = staticmethod(lambda checkpoint, license: license)
    """Gives the licence of a checkpoint or raises ValueError; `eai_llm_hf`, which knows corpora, puts its own here."""

    def __init__(self, config: EaiLlmConfig):
        super().__init__(config)
        # First, because a model's `dtype` is that of its first parameter, and the skeleton side is always float32.
        self.language_model = AutoModelForCausalLM.from_config(config.text_config)
        self.skeleton_tower = EaiSkeletonTower(config.skeleton_config)
        self.projector = EaiProjector(config)
        self.alignment = EaiAlignment(config)
        self.lora_factors: dict[str, torch.Tensor] = {}
        self.post_init()

    @torch.no_grad()
    def _init_weights(self, module: nn.Module):
        super()._init_weights(module)
        if isinstance(module, EaiAlignment):
            init.constant_(module.logit_scale, 3.0)
        elif isinstance(module, EaiProjector):
            init.zeros_(module.words)

    def get_input_embeddings(self) -> nn.Module:
        """The backbone's word embeddings."""
        return self.language_model.get_input_embeddings()

    def set_input_embeddings(self, value: nn.Module):
        """Replaces the backbone's word embeddings."""
        self.language_model.set_input_embeddings(value)

    def get_output_embeddings(self) -> nn.Module:
        """The backbone's head."""
        return self.language_model.get_output_embeddings()

    def set_output_embeddings(self, new_embeddings: nn.Module):
        """Replaces the backbone's head."""
        self.language_model.set_output_embeddings(new_embeddings)

    # ---- skeleton side ------------------------------------------------------------------------------------------

    def get_skeleton_features(
        self,
        skeleton_features: torch.Tensor,
        skeleton_frame_mask: torch.Tensor,
        skeleton_segment_mask: torch.Tensor,
        skeleton_descriptors: torch.Tensor | None = None,
        skeleton_salience: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """The tokens that the language model reads for each clip, one clip after the other.

        Args:
            skeleton_features: (clips, frames, segments, channels).
            skeleton_frame_mask: (clips, frames).
            skeleton_segment_mask: (clips, segments).
            skeleton_descriptors: (clips, descriptors) normal scores, NaN where not measured.
            skeleton_salience: (clips, descriptors) how much each stands out, 0 or more, NaN where not measured; None
                leaves the tokens in the order of the descriptors.

        Returns:
            (tokens of all clips, text width): for each clip its semantic tokens, that of the emotion first and then
            those of the descriptors by salience, then the spatio-temporal tokens of the windows that have frames.
            What stands out most is so to be found at one place, whatever it is.
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
        """(clips, semantic tokens): their order, the emotion's first and those without a measured value last."""
        clips, count = len(skeleton_salience), self.config.skeleton_config.num_semantic_tokens
        salience = skeleton_salience.new_full((clips, count), -1.0)
        salience[:, 0] = torch.inf
        places = self.skeleton_tower.descriptor_tokens().expand(clips, -1)
        salience = salience.scatter_reduce(1, places, skeleton_salience.nan_to_num(-1.0), "amax")
        return salience.argsort(dim=1, descending=True, stable=True)

    def encode_text(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Mean hidden state of texts after `config.text_layer` layers of the frozen backbone.

        Args:
            input_ids: (texts, tokens).
            attention_mask: (texts, tokens), 1 where a text has a token.

        Returns:
            (texts, text width) float32; `alignment.embed_text` takes them to the shared space.
        """
        with torch.no_grad():
            hidden = self.language_model(
                input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True, logits_to_keep=1
            ).hidden_states[self.config.text_layer]
        mask = attention_mask[..., None].to(torch.float32)
        return (hidden.float() * mask).sum(1) / mask.sum(1).clamp(min=1)

    def score_labels(
        self,
        skeleton_features: torch.Tensor,
        skeleton_frame_mask: torch.Tensor,
        skeleton_segment_mask: torch.Tensor,
        text_states: torch.Tensor,
        skeleton_descriptors: torch.Tensor | None = None,
    ) -> tuple[torch.Tensor, SkeletonTowerOutput]:
        """Logits of labels for each clip; their softmax are the probabilities.

        Args:
            skeleton_features: (clips, frames, segments, channels).
            skeleton_frame_mask: (clips, frames).
            skeleton_segment_mask: (clips, segments).
            text_states: (labels, phrasings, text width), `encode_text` of several phrasings of each label.
            skeleton_descriptors: (clips, descriptors) normal scores, NaN where not measured.

        Returns:
            (clips, labels) logits, and the tower's output for whoever wants to look further.
        """
        tower = self.skeleton_tower(
            skeleton_features, skeleton_frame_mask, skeleton_segment_mask, skeleton_descriptors
        )
        texts = self.alignment.embed_labels(text_states)
        clips = self.alignment.embed_skeleton(tower.semantic_tokens[:, 0])
        logits = self.alignment.logit_scale.exp() * clips @ texts.T
        return logits / self.config.temperature, tower

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
        **kwargs,
    ) -> CausalLMOutputWithPast:
        """Reads skeleton tokens and text.

        Args:
            input_ids: (batch, tokens), with as many `config.skeleton_token_id` as the clips have tokens.
            skeleton_features: (clips, frames, segments, channels) of all clips in the batch, in reading order.
            skeleton_frame_mask: (clips, frames), 1 where a clip has a frame.
            skeleton_segment_mask: (clips, segments), 1 where the rig has the segment.
            skeleton_descriptors: (clips, descriptors) normal scores of what was measured, NaN where it could not be.
            skeleton_salience: (clips, descriptors) how much of it stands out, see `get_skeleton_features`.
            attention_mask: (batch, tokens), 0 on padding.
            position_ids: (batch, tokens).
            inputs_embeds: (batch, tokens, text width) instead of `input_ids`.
            labels: (batch, tokens), -100 where no loss is wanted.
            use_cache: Whether to return the cache.
            logits_to_keep: Compute the logits of that many last tokens only, 0 for all; or of the tokens that a mask
                (batch, tokens) or indices name, see `slice_logits_to_keep` of transformers. The loss is that of the
                labels which these logits predict, those of the tokens that follow.
            num_items_in_batch: Divides the summed loss where Trainer accumulates gradients; its tokens by default.
            **kwargs: For the backbone, the cache of earlier calls among them: `cache`, before transformers 5.24
                `past_key_values`.

        Returns:
            The output of a causal language model; its logits are (tokens, vocabulary) where a mask named the tokens.

        Raises:
            ValueError: If the number of placeholders is not the number of skeleton tokens.
        """
        if inputs_embeds is None:
            inputs_embeds = self.get_input_embeddings()(input_ids)
        if skeleton_features is not None:
            tokens = self.get_skeleton_features(
                skeleton_features,
                skeleton_frame_mask,
                skeleton_segment_mask,
                skeleton_descriptors,
                skeleton_salience,
            )
            placeholders = self.get_placeholder_mask(input_ids, inputs_embeds, tokens)
            inputs_embeds = inputs_embeds.masked_scatter(placeholders, tokens.to(inputs_embeds))

        outputs = self.language_model(
            inputs_embeds=inputs_embeds,
            attention_mask=attention_mask,
            position_ids=position_ids,
            use_cache=use_cache,
            logits_to_keep=logits_to_keep,
            **kwargs,
        )
        loss = None
        if labels is not None:
            following = nn.functional.pad(labels[:, 1:], (0, 1), value=-100)  # what each token is to predict
            loss = self.loss_function(
                logits=outputs.logits,
                labels=labels,
                vocab_size=outputs.logits.shape[-1],
                shift_labels=slice_logits_to_keep(following[..., None], logits_to_keep).flatten(),
                num_items_in_batch=num_items_in_batch,
            )
        # The cache goes by the name that the installed transformers has for it.
        kept = {field.name: outputs.get(field.name) for field in fields(CausalLMOutputWithPast)}
        return CausalLMOutputWithPast(**kept | {"loss": loss})

    def get_placeholder_mask(
        self, input_ids: torch.LongTensor | None, inputs_embeds: torch.Tensor, tokens: torch.Tensor
    ) -> torch.Tensor:
        """Where skeleton tokens go: (batch, tokens, text width) bool.

        Raises:
            ValueError: If there are not as many places as skeleton tokens, or only embeddings were given.
        """
        if input_ids is None:
            raise ValueError("Skeletons need input_ids, whose placeholders say where the skeleton tokens go.")
        mask = input_ids == self.config.skeleton_token_id
        if int(mask.sum()) != len(tokens):
            raise ValueError(
                f"The prompts hold {int(mask.sum())} skeleton placeholders, but the clips have {len(tokens)} tokens. "
                "EaiSkeletonProcessor expands one placeholder a clip to the right number."
            )
        return mask[..., None].expand_as(inputs_embeds)

    def prepare_inputs_for_generation(self, input_ids, is_first_iteration=False, **kwargs) -> dict:
        """Passes the clips with the prompt only; afterwards they live in the cache."""
        inputs = super().prepare_inputs_for_generation(input_ids, is_first_iteration=is_first_iteration, **kwargs)
        if not is_first_iteration and kwargs.get("use_cache", True):
            for name in CLIP_INPUTS:
                inputs.pop(name, None)
        return inputs

    def _expand_inputs_for_generation(self, expand_size=1, is_encoder_decoder=False, input_ids=None, **kwargs):
        # A prompt may hold two clips or none, so clips are repeated prompt by prompt and not row by row.
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
        """How many of the clips, in reading order, belong to each prompt."""
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

    # ---- saving and loading -------------------------------------------------------------------------------------

    @classmethod
    def from_backbone(
        cls, backbone: str, skeleton_token_id: int, dtype: str | torch.dtype = "auto", **config
    ) -> "EaiLlmForCausalLM":
        """A new model on a pretrained text backbone: the tower, projector and alignment are untrained.

        Args:
            backbone: Hub id or folder of a causal language model.
            skeleton_token_id: Id of the placeholder in its tokenizer.
            dtype: Of the backbone; the skeleton side is float32.
            **config: Further fields of [`EaiLlmConfig`]; `text_layer` is by default a third of the backbone's layers.
        """
        language_model = AutoModelForCausalLM.from_pretrained(cls.find_backbone(backbone), dtype=dtype)
        make_room(language_model, skeleton_token_id)
        config = {"text_layer": max(language_model.config.num_hidden_layers // 3, 1)} | config
        config = EaiLlmConfig(
            text_config=language_model.config, backbone=backbone, skeleton_token_id=skeleton_token_id, **config
        )
        model = cls._from_config(config, dtype=language_model.dtype)
        model.language_model.load_state_dict(language_model.state_dict())
        for name in cls._keep_in_fp32_modules_strict:
            model.get_submodule(name).float()
        model.generation_config = language_model.generation_config
        return model.eval()

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, config=None, **kwargs):
        """Loads either form: the whole model, or the small one, whose backbone is then found and loaded too.

        Arguments are those of `PreTrainedModel.from_pretrained`.

        Raises:
            OSError: If the backbone of a small checkpoint can be found neither here nor on the Hub.
        """
        hub = {
            name: kwargs[name]
            for name in ("cache_dir", "force_download", "local_files_only", "token", "revision", "subfolder")
            if name in kwargs
        }
        if pretrained_model_name_or_path is not None and not isinstance(config, PreTrainedConfig):
            config = EaiLlmConfig.from_pretrained(config or pretrained_model_name_or_path, **hub)
        if pretrained_model_name_or_path is None:
            return super().from_pretrained(None, *model_args, config=config, **kwargs)
        if config.holds_backbone:
            loaded = super().from_pretrained(pretrained_model_name_or_path, *model_args, config=config, **kwargs)
            weights = cached_file(
                pretrained_model_name_or_path, WEIGHTS_NAME, _raise_exceptions_for_missing_entries=False, **hub
            )
            model = loaded[0] if isinstance(loaded, tuple) else loaded
            model.lora_factors = read_lora(weights) if weights is not None else {}
            return loaded

        weights = cached_file(pretrained_model_name_or_path, WEIGHTS_NAME, **hub)
        lora = read_lora(weights)
        small = {name: value for name, value in load_file(weights).items() if name not in lora}
        dtype = kwargs.pop("dtype", kwargs.pop("torch_dtype", None)) or "auto"
        language_model = AutoModelForCausalLM.from_pretrained(
            loadable_backbone(config.backbone, cls.find_backbone(config.backbone)),
            dtype=config.dtype or "auto" if dtype == "auto" else dtype,
        )
        make_room(language_model, config.skeleton_token_id)
        merge_lora(language_model, lora)
        state_dict = small | {f"language_model.{name}": value for name, value in language_model.state_dict().items()}
        for name in hub:
            kwargs.pop(name)
        adapter = dict(kwargs.pop("adapter_kwargs", None) or {})
        loaded = super().from_pretrained(
            None, *model_args, config=config, state_dict=state_dict, dtype=language_model.dtype, **kwargs
        )
        model = loaded[0] if isinstance(loaded, tuple) else loaded
        model.lora_factors = lora
        model.generation_config = language_model.generation_config
        model.config.holds_backbone = True  # in memory it does
        model.name_or_path = model.config.name_or_path = str(pretrained_model_name_or_path)
        # What AutoModel puts there when it is given the name of an adapter and has found the base model by it.
        if (adapter_name := adapter.pop("_adapter_model_path", None)) is not None:
            model.load_adapter(adapter_name, adapter_kwargs=adapter)
        return loaded

    def push_to_hub(self, repo_id: str, *, license: str | None = None, **kwargs) -> str:
        """Uploads the whole model and puts its licence into the model card.

        Args:
            repo_id: The repository, `USER/NAME`.
            license: Licence of the weights, an id of the Hub. Needed where the licence of a training corpus is
                unknown; it must keep the conditions of all others.
            **kwargs: As in `PreTrainedModel.push_to_hub`.

        Returns:
            Where the commit is.

        Raises:
            ValueError: If the licence of a training corpus forbids the upload, before anything is uploaded.
        """
        license = self.licence_to_push(self.name_or_path, license)
        commit = super().push_to_hub(repo_id, **kwargs)
        if license is not None:
            revision = getattr(commit, "pr_revision", None) or kwargs.get("revision")
            metadata = {"license": license}
            metadata_update(repo_id, metadata, overwrite=True, token=kwargs.get("token"), revision=revision)
        return commit

    def save_pretrained(self, save_directory, *args, include_backbone: bool = True, state_dict=None, **kwargs):
        """Saves the model, its code and the map by which the Hub finds it.

        Args:
            save_directory: Folder to write.
            *args: As in `PreTrainedModel.save_pretrained`.
            include_backbone: False writes the small form: tower, projector, alignment and the low-rank update that
                was merged into the backbone, to be completed from `config.backbone` at loading. The backbone is read
                to make sure that this gives the same model back; where it cannot be had, a warning says so.
            state_dict: As in `PreTrainedModel.save_pretrained`.
            **kwargs: As in `PreTrainedModel.save_pretrained`.

        Raises:
            ValueError: If the small form is asked for and the configuration names no backbone, or the language model
                has learned something that the small form would lose.
        """
        if not include_backbone:
            if self.config.backbone is None:
                raise ValueError("The small form needs config.backbone, the name of the text backbone, found None.")
            self._refuse_to_lose_weights()
            state_dict = state_dict if state_dict is not None else self.state_dict()
            state_dict = {name: value for name, value in state_dict.items() if not name.startswith("language_model.")}
        if self.lora_factors:
            state_dict = (state_dict if state_dict is not None else self.state_dict()) | self.lora_factors
        self.config.auto_map = dict(AUTO_MAP)
        self.config.custom_pipelines = dict(CUSTOM_PIPELINES)
        self.config.holds_backbone = include_backbone
        try:
            super().save_pretrained(save_directory, *args, state_dict=state_dict, **kwargs)
        finally:
            self.config.holds_backbone = True

    def _refuse_to_lose_weights(self):
        """Raises a ValueError if the backbone and `lora_factors` do not make up the language model."""
        try:
            backbone = AutoModelForCausalLM.from_pretrained(
                loadable_backbone(self.config.backbone, self.find_backbone(self.config.backbone)),
                dtype=self.language_model.dtype,
            )
        except OSError as error:
            logger.warning(f"Whether the small form gives the same model back could not be checked. {error}")
            return
        if lost := unexplained_weights(self.language_model, backbone, self.lora_factors):
            raise ValueError(
                f"The small form would lose {len(lost)} weights of the language model, such as '{lost[0]}': they are "
                f"neither those of the backbone '{self.config.backbone}' nor explained by lora_factors. An adapter "
                "must be merged by eai_llm_hf.adapters.fold_lora, which keeps its factors; merge_and_unload does not. "
                "The whole form, include_backbone=True, can hold any weights."
            )


EaiLlmForCausalLM.register_for_auto_class("AutoModelForCausalLM")

__all__ = ["EaiLlmForCausalLM", "EaiSkeletonTower"]
