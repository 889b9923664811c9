"""Hugging Face-native EAI-LLM: what emotion does this body movement express, and how can you tell?

Importing the package registers its classes, so that `AutoModel`, `AutoProcessor` and
`pipeline("skeleton-emotion-explanation")` know them.
"""

from typing import TYPE_CHECKING, Any

from transformers import (
    AutoConfig,
    AutoFeatureExtractor,
    AutoModel,
    AutoModelForCausalLM,
    AutoProcessor,
)
from transformers.pipelines import PIPELINE_REGISTRY

from eai_llm_hf.modeling.configuration_eai_llm import CUSTOM_PIPELINES, EaiLlmConfig, EaiSkeletonConfig
from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM
from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.processing_eai_llm import EaiSkeletonProcessor

from .pipeline_loading import TASK, RegisteredPipelines, load_pipeline
from .publish.backbones import BackboneError, find, find_or_fetch
from .publish.checkpoints import DEFAULT_CHECKPOINT, GENERATOR_CHECKPOINT
from .publish.remote_code import write_remote_code
from .version import __version__

if TYPE_CHECKING:
    from .annotation import annotate

AutoConfig.register(EaiLlmConfig.model_type, EaiLlmConfig)
AutoModel.register(EaiLlmConfig, EaiLlmForCausalLM)
AutoModelForCausalLM.register(EaiLlmConfig, EaiLlmForCausalLM)
AutoFeatureExtractor.register(EaiLlmConfig, EaiSkeletonFeatureExtractor)
AutoProcessor.register(EaiLlmConfig, EaiSkeletonProcessor)
PIPELINE_REGISTRY.register_pipeline(
    TASK,
    pipeline_class=SkeletonEmotionExplanationPipeline,
    pt_model=AutoModelForCausalLM,
    default={"model": (str(DEFAULT_CHECKPOINT), "main")},
    type="multimodal",
)
EaiLlmConfig.offered_pipelines = RegisteredPipelines(CUSTOM_PIPELINES)


def _find_backbone(name: str) -> str | None:
    try:
        folder = find(name)
    except BackboneError:  # a missing folder: labels need no backbone, and `fetch_backbone` reports it
        return None
    return str(folder) if folder is not None else None


EaiLlmForCausalLM.find_backbone = staticmethod(_find_backbone)
EaiLlmForCausalLM.fetch_backbone = staticmethod(lambda name: str(find_or_fetch(name)))


for _saved in (EaiLlmConfig, EaiSkeletonFeatureExtractor, EaiSkeletonProcessor):
    _saved.write_code = staticmethod(write_remote_code)  # type: ignore[union-attr]  # set by a class decorator


def _licence_to_push(checkpoint: str, license: str | None) -> str:
    from .publish.licences import licence_of_checkpoint  # slow to import: it knows all corpora

    return licence_of_checkpoint(checkpoint, license).to_push()


EaiLlmForCausalLM.licence_to_push = EaiSkeletonProcessor.licence_to_push = staticmethod(_licence_to_push)


def __getattr__(name: str) -> Any:
    if name != "annotate":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .annotation import annotate  # slow to import: it knows all corpora

    return annotate


__all__ = [
    "DEFAULT_CHECKPOINT",
    "GENERATOR_CHECKPOINT",
    "TASK",
    "EaiLlmConfig",
    "EaiLlmForCausalLM",
    "EaiSkeletonConfig",
    "EaiSkeletonFeatureExtractor",
    "EaiSkeletonProcessor",
    "SkeletonEmotionExplanationPipeline",
    "__version__",
    "annotate",
    "load_pipeline",
]
