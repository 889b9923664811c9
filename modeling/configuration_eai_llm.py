"""Configuration of EAI-LLM: the skeleton tower, the text backbone and what joins them."""

import math
import os
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import ClassVar

from huggingface_hub.dataclasses import strict
from transformers import AutoConfig, PreTrainedConfig
from transformers.configuration_utils import SubConfigSpec

AUTO_MAP = {
    "AutoConfig": "configuration_eai_llm.EaiLlmConfig",
    "AutoModel": "modeling_eai_llm.EaiLlmForCausalLM",
    "AutoModelForCausalLM": "modeling_eai_llm.EaiLlmForCausalLM",
    "AutoFeatureExtractor": "feature_extraction_eai_llm.EaiSkeletonFeatureExtractor",
    "AutoProcessor": "processing_eai_llm.EaiSkeletonProcessor",
}
"""Where `trust_remote_code=True` finds each class in an exported folder."""

CUSTOM_PIPELINES = {
    "skeleton-emotion-explanation": {
        "impl": "pipeline_eai_llm.SkeletonEmotionExplanationPipeline",
        "pt": ["AutoModelForCausalLM"],
        "type": "multimodal",
    }
}
"""The `custom_pipelines` entry that lets `pipeline(task, model=folder, trust_remote_code=True)` find the pipeline."""


@strict
class EaiSkeletonConfig(PreTrainedConfig):
    r"""Configuration of the skeleton tower, which turns movement features into tokens.

    Input; it must agree with the feature extractor, whose values are the defaults here:

    Args:
        segment_parts: Body part of each segment of the feature array, an index below `num_parts`; its length is the
            number of segments.
        num_channels: Features of a segment in a frame (direction and angular velocity: 6).
        num_parts: Body parts that have spatio-temporal tokens of their own. One more token is for the whole body.
        min_feature_std: Least standard deviation by which a feature is divided when the tower is standardised. It
            limits how much a feature that hardly varies, such as the vertical part of an upright trunk, is amplified.
            Used in training only, since the quotient is saved with the weights.
        velocity_weight: Weight of a velocity relative to a direction, 0 or more. Used in training only. Two seeds do
            not distinguish 0.5 from 1 (docs/canonical-form.md).
        feature_limit: Standard deviations at which a feature is clipped, which limits the effect of tracking errors.

    Tokens:

    Args:
        frames_per_window: Frames (at 30 frames/s) that one spatio-temporal token spans.
        max_windows: Windows of the longest clip; longer recordings are read in several clips.
        num_semantic_tokens: Learned queries. The first represents the emotion, the others the descriptors: a measured
            value is an input, and one that was not measured is regressed from the movement.

    Network:

    Args:
        conv_channels: Width of the temporal convolutions inside a window.
        conv_kernel_size: Frames that one convolution sees.
        hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, dropout: The transformer over tokens.
        descriptor_dropout: Fraction of the measured descriptors that training hides, on average over clips.

    Heads:

    Args:
        num_descriptors: Kinematic descriptors that the semantic tokens read and regress, in normal scores.
        alignment_size: Width of the space that semantic tokens and texts share.
    """

    model_type = "eai_skeleton"
    base_config_key = "skeleton_config"

    segment_parts: list[int] | tuple[int, ...] = (0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4)
    num_channels: int = 6
    num_parts: int = 5
    min_feature_std: float | int = 0.02
    velocity_weight: float | int = 0.5
    feature_limit: float | int = 8.0

    frames_per_window: int = 30
    max_windows: int = 10
    num_semantic_tokens: int = 36

    conv_channels: int = 32
    conv_kernel_size: int = 5
    hidden_size: int = 128
    num_hidden_layers: int = 2
    num_attention_heads: int = 4
    intermediate_size: int = 256
    dropout: float | int = 0.1
    descriptor_dropout: float | int = 0.5
    initializer_range: float = 0.02

    num_descriptors: int = 35
    alignment_size: int = 128

    def __post_init__(self, **kwargs):
        super().__post_init__(**kwargs)
        found = sorted(set(self.segment_parts))
        if found != list(range(self.num_parts)):
            raise ValueError(
                f"segment_parts must use every part from 0 to num_parts - 1 = {self.num_parts - 1}, found {found}."
            )
        for name, value in (("min_feature_std", self.min_feature_std), ("feature_limit", self.feature_limit)):
            if not 0 < value < math.inf:
                raise ValueError(f"{name} must be a number above 0, found {value}.")
        if not 0 <= self.velocity_weight < math.inf:
            raise ValueError(f"velocity_weight must be 0 or more, found {self.velocity_weight}.")
        if self.hidden_size % self.num_attention_heads:
            raise ValueError(
                f"hidden_size must be a multiple of num_attention_heads, found {self.hidden_size} and "
                f"{self.num_attention_heads}."
            )
        if self.num_semantic_tokens < 2:
            raise ValueError(
                "num_semantic_tokens must be at least 2 (one for the emotion, one for what is measured), "
                f"found {self.num_semantic_tokens}."
            )

    @property
    def tokens_per_window(self) -> int:
        """Spatio-temporal tokens of one window: each body part and the whole body."""
        return self.num_parts + 1


@strict
class EaiLlmConfig(PreTrainedConfig):
    r"""Configuration of [`EaiLlmForCausalLM`].

    Args:
        skeleton_config: The skeleton tower, [`EaiSkeletonConfig`] or its dict.
        text_config: The text backbone: the configuration of any Hugging Face causal language model.
        skeleton_token_id: Id of the placeholder that skeleton tokens replace in the prompt.
        projector_hidden_act: Activation between the projector's two layers.
        backbone: Hub id or folder of the text backbone, with which a checkpoint in the small form (no backbone
            weights) is completed.
        backbone_sha256: SHA-256 of the backbone's weight file that the checkpoint was trained and evaluated with;
            loading any other gives a warning. None if it is not known.
        holds_backbone: Whether the checkpoint's weights include the text backbone's.
        text_layer: Number of the backbone's transformer layers that encode a text for the alignment with semantic
            tokens. LoRA belongs above them, so that fine-tuning does not change the text space.
        labels: The emotions that the checkpoint was trained on, its default candidates.
        label_temperature: Divisor of the label logits, fitted on validation clips. Older checkpoints call it
            `temperature`, which `generate` would take for the temperature of sampling.
        reference_temperatures: Kind of reference that a clip is compared with ("default", "recordings", "performer")
            -> divisor of its label logits in place of `label_temperature`, fitted on corpora that training did not
            see. None, or without a kind, where there was nothing to fit it on.
        measured_weight: Weight, 0 to 1, of what the measured descriptors alone say of a label, by one linear map; the
            rest is the tower's. The linear map holds better for people and rigs that training did not see, the tower
            for those that it saw. With 0 there is no such map, as in older checkpoints.
        label_accuracy: How often the label is right on corpora that training did not see: kind of recording
            ("recorded", "video") -> kind of reference that the clip is compared with ("default", "recordings",
            "performer") -> pairs of a probability, from 0 upwards, and the accuracy from it on. None, or without a
            kind, where it was not measured.
        explains: Whether the language model has learned to write explanations, with the marks of their statements. If
            not, as after the alignment alone, explanations are made of templates.

    Example:

    ```python
    >>> from transformers import AutoConfig
    >>> from eai_llm_hf import EaiLlmConfig, EaiLlmForCausalLM

    >>> config = EaiLlmConfig(text_config=AutoConfig.from_pretrained("HuggingFaceTB/SmolLM2-135M-Instruct"))
    >>> model = EaiLlmForCausalLM(config)  # random weights
    ```
    """

    model_type = "eai_llm"
    sub_configs_defaults = {
        "skeleton_config": SubConfigSpec(config_class=EaiSkeletonConfig),
        "text_config": SubConfigSpec(config_class=AutoConfig, model_type="llama"),
    }
    offered_pipelines: ClassVar[Mapping] = CUSTOM_PIPELINES
    """What `pipeline()` finds as `custom_pipelines`. `eai_llm_hf` replaces it, because it registers the pipeline."""

    write_code: ClassVar = staticmethod(lambda folder: None)
    """Writes the code of all classes into a folder; `eai_llm_hf` sets it. For remote code transformers does it."""

    skeleton_config: dict | PreTrainedConfig | None = None
    text_config: dict | PreTrainedConfig | None = None
    skeleton_token_id: int = 16
    projector_hidden_act: str = "gelu"

    backbone: str | None = None
    backbone_sha256: str | None = None
    holds_backbone: bool = True

    text_layer: int = 10
    labels: list[str] | tuple[str, ...] = ("happy", "sad", "angry", "proud", "not confident")
    label_temperature: float | int = 1.0
    reference_temperatures: dict | None = None
    measured_weight: float | int = 0.0
    label_accuracy: dict | None = None
    explains: bool = False
    tie_word_embeddings: bool = False

    def __post_init__(self, **kwargs):
        if "temperature" in kwargs:
            self.label_temperature = kwargs.pop("temperature")
        # A copy, since `pipeline()` may write into it.
        super().__post_init__(**kwargs | {"custom_pipelines": deepcopy(self.offered_pipelines)})
        # generate() and save_pretrained() read this from the outer configuration.
        self.tie_word_embeddings = self.text_config.tie_word_embeddings
        if not self.holds_backbone and self.backbone is None:
            raise ValueError("A checkpoint without backbone weights needs the name of its backbone, found None.")
        if not 0 <= self.measured_weight <= 1:
            raise ValueError(f"measured_weight must lie between 0 and 1, found {self.measured_weight}.")
        if not 0 < self.text_layer <= self.text_config.num_hidden_layers:
            raise ValueError(
                f"text_layer must lie between 1 and the backbone's {self.text_config.num_hidden_layers} layers, "
                f"found {self.text_layer}."
            )
        for reference, temperature in (self.reference_temperatures or {}).items():
            if not isinstance(temperature, (int, float)) or not temperature > 0:
                raise ValueError(f"reference_temperatures[{reference!r}] must be above 0, found {temperature!r}.")
        for recording, by_reference in (self.label_accuracy or {}).items():
            _check_accuracy(recording, by_reference)

    def to_dict(self) -> dict:
        """As in the base class, plus the map by which `trust_remote_code=True` finds each class.

        The folder from which the backbone was read is left out, since `backbone` names the backbone.
        """
        state = super().to_dict() | {"auto_map": dict(AUTO_MAP), "custom_pipelines": deepcopy(CUSTOM_PIPELINES)}
        state["text_config"]["_name_or_path"] = ""
        state["text_config"].pop("_model_name_or_path", None)  # what a GGUF file calls itself
        return state

    def save_pretrained(self, save_directory: str | os.PathLike, push_to_hub: bool = False, **kwargs) -> None:
        """Saves the configuration and the code of all classes.

        Args:
            save_directory: Folder to write.
            push_to_hub: Whether to upload it as well.
            **kwargs: `repo_id`, by default the folder's name, and other arguments of `push_to_hub`.
        """
        super().save_pretrained(save_directory)
        self.write_code(save_directory)
        if push_to_hub:
            self.push_to_hub(**{"repo_id": Path(save_directory).name} | kwargs)


def _check_accuracy(recording: str, by_reference: object) -> None:
    """Refuses an entry of `label_accuracy` that has another form than the docstring says.

    Raises:
        ValueError: The message names the entry.
    """
    where = f"label_accuracy[{recording!r}]"
    if not isinstance(by_reference, Mapping):
        raise ValueError(f"{where} must map a kind of reference to pairs of numbers, found {by_reference}.")
    for reference, pairs in by_reference.items():
        try:
            starts, values = zip(*((float(start), float(value)) for start, value in pairs), strict=True)
            known = starts[0] == 0 and list(starts) == sorted(set(starts)) and all(0 <= value <= 1 for value in values)
        except (TypeError, ValueError):
            known = False
        if not known:
            raise ValueError(
                f"{where}[{reference!r}] must be pairs of a probability, ascending from 0, and an accuracy between 0 "
                f"and 1; found {pairs}."
            )


__all__ = ["AUTO_MAP", "CUSTOM_PIPELINES", "EaiLlmConfig", "EaiSkeletonConfig"]
