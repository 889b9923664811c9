"""Adapters: LoRA updates of the language model that are trained, shared and merged apart from a checkpoint.

An adapter has PEFT's own format, so `PeftModel.from_pretrained`, `push_to_hub` and `model.load_adapter` can read it.
Only merging is done here: the small form of a checkpoint holds no backbone, so it has to keep the factors of what was
merged into one.
"""

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.lora import LoraLayer

from eai_llm_hf.modeling.backbone_weights_eai_llm import encodes_text
from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM

ADAPTED = "q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj"
"""The linear maps of a layer that get LoRA: all of them, since attention alone learns more slowly (Schulman et al.
2025, "LoRA without regret"). A backbone that names its maps otherwise keeps them."""


def add_lora(model: EaiLlmForCausalLM, rank: int = 16, alpha: float = 32, dropout: float = 0.0) -> PeftModel:
    """Freezes the model except for its projector and adds LoRA to the backbone's layers above `config.text_layer`.

    The layers up to `config.text_layer` encode the label texts and stay as they are: label probabilities are the same
    with and without the adapter.

    Args:
        model: The model; its backbone is loaded first if it is missing.
        rank: Rank of LoRA.
        alpha: Scale of LoRA; the update is multiplied by alpha / rank.
        dropout: Dropout in front of LoRA.

    Raises:
        OSError: If the backbone is neither on this machine nor can be downloaded.
    """
    model.load_backbone()
    layers = range(model.config.text_layer, model.config.text_config.num_hidden_layers)
    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,
        lora_dropout=dropout,
        target_modules=rf".*language_model.*\.({'|'.join(map(str, layers))})\..*\.({ADAPTED})",
        modules_to_save=["projector"],
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def fold_lora(peft_model: PeftModel) -> EaiLlmForCausalLM:
    """Merges LoRA into the backbone and keeps its factors, so that the model can be saved in the small form.

    PEFT's own `merge_and_unload` computes the same weights but keeps no factors; such a model can be saved in the
    whole form only. Factors that the model was loaded with stay: the new ones are appended along the rank. Those of a
    backbone of 16 bits are kept in float16, which has more digits than its bfloat16.

    Args:
        peft_model: A model with active LoRA adapters, trained here or read by `PeftModel.from_pretrained`.
    """
    factors = dict(peft_model.get_base_model().lora_factors)
    for name, layer in peft_model.get_base_model().language_model.named_modules():
        if not isinstance(layer, LoraLayer):
            continue
        for adapter in layer.active_adapters:
            if adapter not in layer.lora_A:
                continue
            a = layer.lora_A[adapter].weight.detach().float().cpu()
            b = layer.scaling[adapter] * layer.lora_B[adapter].weight.detach().float().cpu()
            if f"{name}.A" in factors:
                a = torch.cat([factors[f"{name}.A"].float(), a], dim=0)
                b = torch.cat([factors[f"{name}.B"].float(), b], dim=1)
            kept = torch.float32 if layer.weight.dtype == torch.float32 else torch.float16
            factors |= {f"{name}.A": a.to(kept), f"{name}.B": b.to(kept)}
    model = peft_model.merge_and_unload()
    model.lora_factors = factors
    if any(encodes_text(name, model.config.text_layer) for name in factors):
        model.label_states = {}  # the text encoder has changed
    return model.requires_grad_(True).eval()


__all__ = ["add_lora", "fold_lora"]
