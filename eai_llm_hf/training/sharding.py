"""Stage two under FSDP2: each process holds a part of every weight of a backbone that is too large for one GPU.

Accelerate decides by its configuration whether FSDP is on, and a Trainer follows it. Here is what a recipe adds: stage
one is trained without it, since a tower is small, and the trained weights are put together into a plain model again.
The classes and weights of a model that was sharded belong to its processes: it is neither merged nor saved.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy

import torch
from accelerate import PartialState
from accelerate.utils import disable_fsdp_ram_efficient_loading
from torch import nn
from torch.distributed.tensor import DTensor

from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM

_ON = "ACCELERATE_USE_FSDP"


def sharding_is_asked() -> bool:
    """Whether Accelerate is configured for FSDP; on CPUs it takes no notice of that."""
    return os.environ.get(_ON, "false").lower() == "true"


def prepare_for_sharding() -> None:
    """Makes every process read whole weights: texts are encoded, and stage one is trained, before they are divided.

    Does nothing without FSDP.

    Raises:
        ValueError: If Accelerate is configured for the first version of FSDP, or for checkpointing of its own, which
            renames weights.
    """
    if not sharding_is_asked():
        return
    if (version := os.environ.get("FSDP_VERSION", "1")) != "2":
        raise ValueError(
            f"Stage two runs under FSDP2: expected fsdp_version 2 in Accelerate's settings, found {version}."
        )
    if os.environ.get("FSDP_ACTIVATION_CHECKPOINTING", "false").lower() == "true":
        raise ValueError("Expected gradient_checkpointing in the recipe, found fsdp_activation_checkpointing instead.")
    disable_fsdp_ram_efficient_loading()


@contextmanager
def unsharded() -> Iterator[None]:
    """A `Trainer` that is made and run inside copies its model to each process, however Accelerate is configured."""
    asked = sharding_is_asked()
    if asked:
        os.environ[_ON] = "false"
    try:
        yield
    finally:
        if asked:
            os.environ[_ON] = "true"


def copy_without_backbone(model: EaiLlmForCausalLM) -> EaiLlmForCausalLM:
    """A copy on the CPU whose backbone, which is not loaded, would be loaded in the data type that it has here."""
    backbone = model.text_backbone()
    model.language_model = None
    try:
        copy = deepcopy(model).cpu()
    finally:
        model.language_model = backbone
    copy._backbone_dtype = backbone.dtype
    return copy


def gather(
    sharded: nn.Module, copy: EaiLlmForCausalLM, prepare: Callable[[EaiLlmForCausalLM], nn.Module]
) -> nn.Module:
    """Puts what the processes trained together into a plain model. All processes must call it.

    Args:
        sharded: What was trained; what it did not train is not read.
        copy: `copy_without_backbone` of the model before it was prepared.
        prepare: How it was prepared for training.

    Returns:
        In the main process, the copy with its backbone, prepared and with the trained weights; in the others, which
        save nothing, the copy as it is.
    """
    trained = {
        name: (weight.full_tensor() if isinstance(weight, DTensor) else weight).detach().cpu()
        for name, weight in sharded.named_parameters()
        if weight.requires_grad
    }
    if not PartialState().is_main_process:
        return copy
    copy.load_backbone()
    plain = prepare(copy)
    with torch.no_grad():
        for name, weight in trained.items():
            plain.get_parameter(name).copy_(weight)
    return plain


__all__ = ["copy_without_backbone", "gather", "prepare_for_sharding", "sharding_is_asked", "unsharded"]
