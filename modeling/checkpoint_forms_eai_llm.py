"""The two forms of a checkpoint, and how each is saved and loaded.

    whole    everything in one file: skeleton side and text backbone
    small    what was trained: skeleton side, LoRA factors `lora.*` and text states of the labels `label_states.*`

The small form names its backbone. Loading completes it with that backbone, into which the factors are merged.

It is not an adapter in PEFT's format. Loading must work without PEFT, which transformers does not require. Besides,
transformers takes a repository with `adapter_config.json` for an adapter, and loads the base model that it names.
"""

import threading
from collections.abc import Callable
from typing import Self

import torch
from huggingface_hub import metadata_update
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, PreTrainedConfig, PreTrainedModel
from transformers import initialization as init
from transformers.utils import cached_file, logging

from .backbone_folder_eai_llm import fetch_backbone, find_backbone
from .backbone_weights_eai_llm import (
    fitting_dtype,
    make_room,
    merge_lora,
    read_group,
    unexplained_weights,
    weights_sha256,
)
from .configuration_eai_llm import EaiLlmConfig

logger = logging.get_logger(__name__)

WEIGHTS_NAME = "model.safetensors"

_LOADING = threading.Lock()


class EaiLlmPreTrainedModel(PreTrainedModel):
    """Saves, loads and pushes a model in either form. A subclass adds the skeleton side.

    Attributes:
        language_model: The text backbone; None in the small form until `load_backbone` is called.
        lora_factors: What was merged into the backbone, see `merge_lora`. The small form is saved from it.
        label_states: (phrasings, text width) of each label: `encode_text` of its phrasings, saved with the checkpoint
            so that label probabilities need no backbone.
    """

    config_class = EaiLlmConfig
    config: EaiLlmConfig
    language_model: PreTrainedModel | None
    base_model_prefix = "language_model"
    # `from_pretrained` reads these groups itself.
    _keys_to_ignore_on_load_unexpected = [r"^lora\.", r"^label_states\."]

    find_backbone: Callable[[str], str | None] = staticmethod(find_backbone)
    fetch_backbone: Callable[[str], str] = staticmethod(fetch_backbone)
    """How a backbone is found on this machine, and how it is downloaded; `eai_llm_hf` replaces both."""

    licence_to_push: Callable[[str, str | None], str | None] = staticmethod(lambda checkpoint, license: license)
    """Returns the licence of a checkpoint or raises ValueError; `eai_llm_hf`, which knows the corpora, replaces it."""

    def __init__(self, config: EaiLlmConfig):
        super().__init__(config)
        language_model = AutoModelForCausalLM.from_config(config.text_config) if config.holds_backbone else None
        self.register_module("language_model", language_model)
        self.lora_factors: dict[str, torch.Tensor] = {}
        self.label_states: dict[str, torch.Tensor] = {}
        self._backbone_dtype: str | torch.dtype | None = None

    def text_backbone(self) -> PreTrainedModel:
        """The language model.

        Raises:
            OSError: If this is the small form and its backbone is not loaded yet.
        """
        if self.language_model is None:
            raise OSError(
                f"The text backbone '{self.config.backbone}' of this checkpoint is not loaded, so there are label "
                "probabilities but no texts. Call `model.load_backbone()`, or download the backbone beforehand with "
                f"`eai-llm backbone fetch {self.config.backbone}`."
            )
        return self.language_model

    # ---- loading ------------------------------------------------------------------------------------------------

    @classmethod
    def from_backbone(cls, backbone: str, skeleton_token_id: int, dtype: str | torch.dtype = "auto", **config) -> Self:
        """Makes a new model on a pretrained text backbone. The skeleton side is untrained.

        Args:
            backbone: Hub id or folder of a causal language model.
            skeleton_token_id: Id of the placeholder in its tokenizer.
            dtype: Data type of the backbone; the skeleton side is float32.
            **config: More fields of [`EaiLlmConfig`]. The default of `text_layer` is a third of the backbone's layers.

        Raises:
            OSError: If the backbone is neither on this machine nor can be downloaded.
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
        """Loads a checkpoint in either form.

        The small form is completed at once if its backbone is on this machine. Otherwise nothing is downloaded: the
        model gives label probabilities, and `load_backbone` downloads what texts need.

        Args:
            pretrained_model_name_or_path: As in `PreTrainedModel.from_pretrained`, like all other arguments.
            *model_args: As there.
            config: As there.
            dtype: Data type of the backbone. The default is that of the checkpoint, but float32 on a CPU that is
                slower with 16 bits, see `fitting_dtype`.
            **kwargs: As there.

        Raises:
            ValueError: If the small form is to be loaded in 4 or 8 bits.
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
        if kwargs.get("quantization_config") is not None and not config.holds_backbone:
            raise ValueError(
                f"{pretrained_model_name_or_path} cannot be loaded with quantization_config: LoRA is merged into its "
                f"text backbone '{config.backbone}' after loading, which needs weights of 16 or 32 bits. Without it, "
                "dtype chooses between bfloat16 and float32."
            )
        if dtype in (None, "auto") and config.dtype is not None:
            dtype = fitting_dtype(config.dtype)
        # AutoModel passes this when it was given an adapter, in whose configuration it found the name of this model.
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
            model.label_states = read_group(weights, "label_states.")
        model._backbone_dtype = dtype
        if not config.holds_backbone and (adapter_name or cls.find_backbone(config.backbone) is not None):
            try:
                model.load_backbone()
            except OSError as error:
                if adapter_name is not None:
                    raise
                logger.warning(f"This checkpoint gives labels but no texts. {error}")
        if adapter_name is not None:
            model.load_adapter(adapter_name, adapter_kwargs=adapter)
        return loaded

    def load_backbone(self) -> None:
        """Completes the small form with its text backbone, and downloads the backbone if it is not on this machine.

        If the backbone's weights are not those that the checkpoint was trained on, a warning says so. A model that has
        its backbone is left as it is.

        Raises:
            OSError: If the backbone is neither on this machine nor can be downloaded, or its weights are damaged.
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
                f"The weights of the text backbone in {folder} are damaged ({error}). Delete that folder, then "
                f"download the backbone again with `eai-llm backbone fetch {self.config.backbone}`."
            ) from error
        expected = self.config.backbone_sha256
        if expected is not None and (found := weights_sha256(folder)) != expected:
            logger.warning(
                f"The text backbone in {folder} has other weights than the one that this checkpoint was trained and "
                f"evaluated with (SHA-256 expected {expected}, found {found}), so its texts may be worse. "
                f"`eai-llm backbone fetch {self.config.backbone}` downloads the expected weights."
            )
        make_room(language_model, self.config.skeleton_token_id)
        merge_lora(language_model, self.lora_factors)
        self.language_model = language_model.to(self.device).train(self.training)
        self.config.text_config = language_model.config
        self.config.holds_backbone = True  # the model in memory has one now
        with init.no_init_weights():
            self.post_init()  # collects from the sub-models which weights are tied and where modules may be placed

    # ---- saving -------------------------------------------------------------------------------------------------

    def save_pretrained(self, save_directory, *args, include_backbone: bool = True, state_dict=None, **kwargs):
        """Saves the model, its code and the map by which the Hub finds the code.

        Args:
            save_directory: Folder to write.
            *args: As in `PreTrainedModel.save_pretrained`.
            include_backbone: False saves the small form. The backbone is read to make sure that loading restores this
                model; if the backbone is not on this machine, a warning says that this was not checked.
            state_dict: As in `PreTrainedModel.save_pretrained`.
            **kwargs: As in `PreTrainedModel.save_pretrained`.

        Raises:
            OSError: If the whole form is asked for and the backbone is not loaded.
            ValueError: If the small form is asked for and the configuration names no backbone, or the language model
                has weights that the small form would lose.
        """
        if include_backbone:
            self.text_backbone()  # raises if it is not loaded
        else:
            if self.config.backbone is None:
                raise ValueError("The small form needs config.backbone, the name of the text backbone, found None.")
            if self.language_model is not None:
                self._refuse_to_lose_weights()
            state_dict = state_dict if state_dict is not None else self.state_dict()
            state_dict = {name: value for name, value in state_dict.items() if not name.startswith("language_model.")}
        groups = {f"lora.{name}": value for name, value in self.lora_factors.items()}
        groups |= {f"label_states.{label}": value for label, value in self.label_states.items()}
        if groups:
            state_dict = (state_dict if state_dict is not None else self.state_dict()) | groups
        self.config.holds_backbone = include_backbone
        try:
            super().save_pretrained(save_directory, *args, state_dict=state_dict, **kwargs)
        finally:
            self.config.holds_backbone = self.language_model is not None

    def _refuse_to_lose_weights(self):
        """Raises ValueError if the language model is not the backbone with `lora_factors` merged."""
        folder = self.find_backbone(self.config.backbone)
        if folder is None:
            logger.warning(
                f"The text backbone '{self.config.backbone}' is not on this machine, so it could not be checked "
                "whether loading the small form restores this model."
            )
            return
        backbone = AutoModelForCausalLM.from_pretrained(folder, dtype=self.language_model.dtype)
        if lost := unexplained_weights(self.language_model, backbone, self.lora_factors):
            raise ValueError(
                f"The small form would lose {len(lost)} weights of the language model, such as '{lost[0]}': they are "
                f"neither those of the backbone '{self.config.backbone}' nor explained by lora_factors. Merge an "
                "adapter with eai_llm_hf.training.adapters.fold_lora, which keeps its factors; merge_and_unload does "
                "not. The whole form, include_backbone=True, can hold any weights."
            )

    def push_to_hub(self, repo_id: str, *, license: str | None = None, **kwargs) -> str:
        """Uploads the model in the whole form and puts its licence into the model card.

        Args:
            repo_id: The repository, `USER/NAME`.
            license: Licence of the weights, an id of the Hub. Needed if the licence of a training corpus is unknown;
                it must keep the conditions of all others.
            **kwargs: As in `PreTrainedModel.push_to_hub`.

        Returns:
            Address of the commit.

        Raises:
            ValueError: If the licence of a training corpus forbids the upload, before anything is uploaded.
        """
        return self.push_with_licence(super().push_to_hub, repo_id, license, **kwargs)

    def push_with_licence(self, push: Callable, repo_id: str, license: str | None, **kwargs) -> str:
        """Uploads with the function `push` if the licence of the weights allows it; see `push_to_hub`."""
        license = self.licence_to_push(self.name_or_path, license)
        self.load_backbone()
        commit = push(repo_id, **kwargs)
        if license is not None:
            revision = getattr(commit, "pr_revision", None) or kwargs.get("revision")
            metadata = {"license": license}
            metadata_update(repo_id, metadata, overwrite=True, token=kwargs.get("token"), revision=revision)
        return commit


__all__ = ["EaiLlmPreTrainedModel"]
