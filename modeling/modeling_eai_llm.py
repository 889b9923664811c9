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

import threading
from collections.abc import Callable, Sequence
from dataclasses import fields

import torch
from huggingface_hub import metadata_update
from safetensors import SafetensorError
from torch import nn
from transformers import AutoModelForCausalLM, GenerationMixin, PreTrainedConfig, PreTrainedModel
from transformers import initialization as init
from transformers.modeling_outputs import CausalLMOutputWithPast
from transformers.modeling_utils import local_torch_dtype, slice_logits_to_keep
from transformers.utils import cached_file, can_return_tuple, logging

from .backbone_weights_eai_llm import (
    acting_adapters,
    encodes_text,
    fetch_backbone,
    find_backbone,
    fitting_dtype,
    make_room,
    merge_lora,
    read_group,
    unexplained_weights,
    weights_sha256,
    weights_version,
)
from .configuration_eai_llm import EaiLlmConfig
from .projection_eai_llm import EaiAlignment, EaiProjector
from .skeleton_tower_eai_llm import EaiSkeletonTower, SkeletonTowerOutput

logger = logging.get_logger(__name__)

WEIGHTS_NAME = "model.safetensors"

_LOADING = threading.Lock()

CLIP_INPUTS = (
    "skeleton_features",
    "skeleton_frame_mask",
    "skeleton_segment_mask",
    "skeleton_descriptors",
    "skeleton_salience",
)
"""Arguments with a row for each clip, of which a prompt may hold several or none."""


class EaiLlmForCausalLM(PreTrainedModel, GenerationMixin):
    """The skeleton tower, the projector and a causal language model, with label scores and text generation."""

    config_class = EaiLlmConfig
    config: EaiLlmConfig
    language_model: PreTrainedModel | None
    base_model_prefix = "language_model"
    main_input_name = "input_ids"
    input_modalities = ("text",)
    supports_gradient_checkpointing = True
    _supports_sdpa = True
    # What is asked of the whole model is asked of the tower too, which has no flash attention. The backbone alone may
    # have it: `attn_implementation={"text_config": "flash_attention_2"}`.
    _supports_flash_attn = False
    _supports_attention_backend = True
    _can_compile_fullgraph = True
    _skip_keys_device_placement = ["cache", "past_key_values"]
    _no_split_modules = ["SkeletonEncoderLayer"]
    # The tower is small and its outputs become probabilities: it stays exact when the backbone is in half precision.
    _keep_in_fp32_modules_strict = ["skeleton_tower", "projector", "alignment"]
    # The low-rank update that the backbone already holds stands next to the weights, so that the small form can be
    # written from the whole one; and what the text encoder makes of the labels, so that labels need no backbone.
    _keys_to_ignore_on_load_unexpected = [r"^lora\.", r"^label_states\."]

    find_backbone: Callable[[str], str | None] = staticmethod(find_backbone)
    fetch_backbone: Callable[[str], str] = staticmethod(fetch_backbone)
    """How the folder of a backbone is found on this machine, and how it comes here; `eai_llm_hf` puts its own here."""

    licence_to_push: Callable[[str, str | None], str | None] = staticmethod(lambda checkpoint, license: license)
    """Gives the licence of a checkpoint or raises ValueError; `eai_llm_hf`, which knows corpora, puts its own here."""

    def __init__(self, config: EaiLlmConfig):
        super().__init__(config)
        # First, because a model's `dtype` is that of its first parameter, and the skeleton side is always float32.
        # The small form has none until `load_backbone`.
        language_model = AutoModelForCausalLM.from_config(config.text_config) if config.holds_backbone else None
        self.register_module("language_model", language_model)
        with local_torch_dtype(torch.float32):  # whatever type the backbone is made in
            self.skeleton_tower = EaiSkeletonTower(config.skeleton_config)
            self.projector = EaiProjector(config)
            self.alignment = EaiAlignment(config)
        self.lora_factors: dict[str, torch.Tensor] = {}
        self.label_states: dict[str, torch.Tensor] = {}
        """(phrasings, text width) of a label: `encode_text` of its phrasings, kept with the checkpoint."""
        self._backbone_dtype: str | torch.dtype | None = None
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

    def text_backbone(self) -> PreTrainedModel:
        """The language model.

        Raises:
            OSError: If this is the small form, whose backbone is not loaded yet.
        """
        if self.language_model is None:
            raise OSError(
                f"The text backbone '{self.config.backbone}' of this checkpoint is not loaded, so there are label "
                "probabilities and no texts. `model.load_backbone()` loads it; `eai-llm backbone fetch "
                f"{self.config.backbone}` brings it to this machine beforehand."
            )
        return self.language_model

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
            hidden = self.text_backbone()(
                input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True, logits_to_keep=1
            ).hidden_states[self.config.text_layer]
        mask = attention_mask[..., None].to(torch.float32)
        return (hidden.float() * mask).sum(1) / mask.sum(1).clamp(min=1)

    def text_encoder_version(self) -> tuple:
        """Compares equal as long as `encode_text` gives the same: no weight has changed and the same adapters act."""
        return weights_version(self.text_backbone())

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
        return logits / self.config.label_temperature, tower

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
            inputs_embeds: (batch, tokens, text width) instead of `input_ids`; placeholders are found by their
                embedding.
            labels: (batch, tokens), -100 where no loss is wanted.
            use_cache: Whether to return the cache.
            logits_to_keep: Compute the logits of that many last tokens only, 0 for all; or of the tokens that a mask
                (batch, tokens) or indices name, see `slice_logits_to_keep` of transformers. The loss is that of the
                labels which these logits predict, those of the tokens that follow.
            num_items_in_batch: Divides the summed loss where Trainer accumulates gradients; its tokens by default.
            shift_labels: (batch, tokens), for each token the label of the next one, in place of `labels`. Training
                that divides sequences among devices moves the labels itself.
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
        # The cache goes by the name that the installed transformers has for it.
        kept = {field.name: outputs.get(field.name) for field in fields(CausalLMOutputWithPast)}
        return CausalLMOutputWithPast(**kept | {"loss": loss})

    def get_placeholder_mask(
        self, input_ids: torch.LongTensor | None, inputs_embeds: torch.Tensor, tokens: torch.Tensor
    ) -> torch.Tensor:
        """Where skeleton tokens go: (batch, tokens, text width) bool.

        Raises:
            ValueError: If there are not as many places as skeleton tokens.
        """
        if input_ids is None:
            placeholder = torch.tensor(self.config.skeleton_token_id, device=inputs_embeds.device)
            mask = (inputs_embeds == self.get_input_embeddings()(placeholder)).all(-1)
        else:
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
        folder = cls.fetch_backbone(backbone)
        language_model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
        make_room(language_model, skeleton_token_id)
        config = {
            "text_layer": max(language_model.config.num_hidden_layers // 3, 1),
            "backbone_sha256": weights_sha256(folder),
        } | config
        config = EaiLlmConfig(
            text_config=language_model.config, backbone=backbone, skeleton_token_id=skeleton_token_id, **config
        )
        model = cls._from_config(config, dtype=language_model.dtype)
        model.language_model.load_state_dict(language_model.state_dict())
        model.generation_config = language_model.generation_config
        return model.eval()

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, config=None, dtype=None, **kwargs):
        """Loads either form: the whole model, or the small one, which `load_backbone` completes.

        The backbone of the small form is loaded at once where it is on this machine. Where it is not, nothing is
        downloaded: the model gives label probabilities, and `load_backbone` fetches what texts need.

        Arguments are those of `PreTrainedModel.from_pretrained`. `dtype` is that of the backbone; by default that of
        the checkpoint, but float32 on a CPU that computes 16 bits more slowly, see `fitting_dtype`.
        """
        dtype = kwargs.pop("torch_dtype", None) if dtype is None else dtype
        if pretrained_model_name_or_path is None:
            return super().from_pretrained(None, *model_args, config=config, dtype=dtype, **kwargs)
        hub = {
            name: kwargs[name]
            for name in ("cache_dir", "force_download", "local_files_only", "token", "revision", "subfolder")
            if name in kwargs
        }
        if not isinstance(config, PreTrainedConfig):
            config = EaiLlmConfig.from_pretrained(config or pretrained_model_name_or_path, **hub)
        if dtype in (None, "auto") and config.dtype is not None:
            dtype = fitting_dtype(config.dtype)
        # What AutoModel puts there when it is given the name of an adapter and has found the base model by it.
        adapter = dict(kwargs.pop("adapter_kwargs", None) or {})
        adapter_name = adapter.pop("_adapter_model_path", None)
        loaded = super().from_pretrained(
            pretrained_model_name_or_path, *model_args, config=config, dtype=dtype, **kwargs
        )
        model = loaded[0] if isinstance(loaded, tuple) else loaded
        weights = cached_file(
            pretrained_model_name_or_path, WEIGHTS_NAME, _raise_exceptions_for_missing_entries=False, **hub
        )
        if weights is not None:
            model.lora_factors = read_group(weights, "lora.")
            states = read_group(weights, "label_states.")
            model.label_states = {name.removeprefix("label_states."): value for name, value in states.items()}
        model._backbone_dtype = dtype
        if not config.holds_backbone and (adapter_name or cls.find_backbone(config.backbone) is not None):
            try:
                model.load_backbone()
            except OSError as error:
                if adapter_name is not None:
                    raise
                logger.warning(f"There are labels and no texts. {error}")
        if adapter_name is not None:
            model.load_adapter(adapter_name, adapter_kwargs=adapter)
        return loaded

    def load_backbone(self) -> None:
        """Completes the small form with its text backbone, which is fetched where it is not on this machine.

        A warning says so where its weights are not those that the checkpoint was trained on. Nothing happens where the
        model is whole already.

        Raises:
            OSError: If the backbone is neither on this machine nor can be fetched.
        """
        with _LOADING:  # threads share a pipeline
            if self.language_model is None:
                self._attach_backbone()

    def _attach_backbone(self) -> None:
        folder = self.find_backbone(self.config.backbone) or self.fetch_backbone(self.config.backbone)
        try:
            language_model = AutoModelForCausalLM.from_pretrained(
                folder,
                dtype=self._backbone_dtype or "auto",
                attn_implementation=self.config.text_config._attn_implementation,
            )
        except SafetensorError as error:
            raise OSError(
                f"The weights of the text backbone in {folder} are damaged ({error}). Delete that folder, and "
                f"`eai-llm backbone fetch {self.config.backbone}` brings the backbone again."
            ) from error
        expected = self.config.backbone_sha256
        if expected is not None and (found := weights_sha256(folder)) != expected:
            logger.warning(
                f"The text backbone in {folder} has other weights than the one that this checkpoint was trained and "
                f"evaluated with (SHA-256 expected {expected}, found {found}), so its texts may be worse. "
                f"`eai-llm backbone fetch {self.config.backbone}` brings the form that is known."
            )
        make_room(language_model, self.config.skeleton_token_id)
        merge_lora(language_model, self.lora_factors)
        self.language_model = language_model.to(self.device).train(self.training)
        self.config.text_config = language_model.config
        self.config.holds_backbone = True  # in memory it does
        with init.no_init_weights():
            self.post_init()  # collects what the sub-models say of tied weights and devices

    def keep_label_states(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> None:
        """Keeps what the text encoder makes of the labels, so that they need no backbone.

        Args:
            input_ids: (labels * phrasings, tokens), phrasings of `config.labels`, label by label.
            attention_mask: (labels * phrasings, tokens).
        """
        labels = list(self.config.labels)
        states = self.encode_text(input_ids, attention_mask).cpu().unflatten(0, (len(labels), -1))
        self.label_states = dict(zip(labels, states, strict=True))

    def known_text_states(self, labels: Sequence[str]) -> torch.Tensor | None:
        """(labels, phrasings, text width), the text states of labels that the checkpoint keeps.

        None where it does not keep all of them, or where an adapter acts in the layers that encode texts.
        """
        if not all(label in self.label_states for label in labels):
            return None
        if self.language_model is not None:
            adapted = (name for name, *_ in acting_adapters(self.language_model))
            if any(encodes_text(name, self.config.text_layer) for name in adapted):
                return None
        return torch.stack([self.label_states[label] for label in labels]).to(self.alignment.text_mean.device)

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
        return self.push_with_licence(super().push_to_hub, repo_id, license, **kwargs)

    def push_with_licence(self, push: Callable, repo_id: str, license: str | None, **kwargs) -> str:
        """Pushes these weights by a function that uploads them, once their licence allows it; see `push_to_hub`."""
        license = self.licence_to_push(self.name_or_path, license)
        self.load_backbone()
        commit = push(repo_id, **kwargs)
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
        if include_backbone:
            self.text_backbone()  # it must be loaded
        else:
            if self.config.backbone is None:
                raise ValueError("The small form needs config.backbone, the name of the text backbone, found None.")
            if self.language_model is not None:
                self._refuse_to_lose_weights()
            state_dict = state_dict if state_dict is not None else self.state_dict()
            state_dict = {name: value for name, value in state_dict.items() if not name.startswith("language_model.")}
        beside = self.lora_factors | {f"label_states.{label}": value for label, value in self.label_states.items()}
        if beside:
            state_dict = (state_dict if state_dict is not None else self.state_dict()) | beside
        self.config.holds_backbone = include_backbone
        try:
            super().save_pretrained(save_directory, *args, state_dict=state_dict, **kwargs)
        finally:
            self.config.holds_backbone = self.language_model is not None

    def _refuse_to_lose_weights(self):
        """Raises a ValueError if the backbone and `lora_factors` do not make up the language model."""
        folder = self.find_backbone(self.config.backbone)
        if folder is None:
            logger.warning(
                "Whether the small form gives the same model back could not be checked: the text backbone "
                f"'{self.config.backbone}' is not on this machine."
            )
            return
        backbone = AutoModelForCausalLM.from_pretrained(folder, dtype=self.language_model.dtype)
        if lost := unexplained_weights(self.language_model, backbone, self.lora_factors):
            raise ValueError(
                f"The small form would lose {len(lost)} weights of the language model, such as '{lost[0]}': they are "
                f"neither those of the backbone '{self.config.backbone}' nor explained by lora_factors. An adapter "
                "must be merged by eai_llm_hf.training.adapters.fold_lora, which keeps its factors; merge_and_unload "
                "does not. The whole form, include_backbone=True, can hold any weights."
            )


__all__ = ["EaiLlmForCausalLM", "EaiSkeletonTower"]
