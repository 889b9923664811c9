"""Adapters: low-rank updates of the language model that are trained, shared and merged apart from a checkpoint.

An adapter is PEFT's own, so that `PeftModel.from_pretrained`, `push_to_hub` and `model.load_adapter` know it. Merging
is ours: the small form of a checkpoint holds no backbone, so what is merged into one must stay beside it as factors.
"""

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.lora import LoraLayer

from eai_llm_hf.modeling.backbone_weights_eai_llm import encodes_text
from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM


def add_lora(model: EaiLlmForCausalLM, rank: int = 16, alpha: float = 32, dropout: float = 0.0) -> PeftModel:
    """Freezes the model but for its projector and a LoRA on the backbone's attention above the text encoder's layers.

    The layers up to `config.text_layer` stay as they are, because they encode the label texts: label probabilities are
    the same with and without the adapter.
    """
    model.load_backbone()
    layers = range(model.config.text_layer, model.config.text_config.num_hidden_layers)
    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,
        lora_dropout=dropout,
        target_modules=rf".*language_model.*\.({'|'.join(map(str, layers))})\..*\.(q_proj|k_proj|v_proj|o_proj)",
        modules_to_save=["projector"],
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def fold_lora(peft_model: PeftModel) -> EaiLlmForCausalLM:
    """Merges LoRA into the backbone and keeps its factors, so that the model can be saved in the small form.

    PEFT's own `merge_and_unload` computes the same weights and keeps no factors; such a model can be saved in the
    whole form only. Factors that the model was loaded with stay: the ranks of all updates add up.

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
            update = {
                "A": layer.lora_A[adapter].weight.detach().float().cpu(),
                "B": layer.scaling[adapter] * layer.lora_B[adapter].weight.detach().float().cpu(),
            }
            for along_rank, (which, factor) in enumerate(update.items()):
                key = f"lora.{name}.{which}"
                factors[key] = torch.cat([factors[key].float(), factor], along_rank) if key in factors else factor
    model = peft_model.merge_and_unload()
    model.lora_factors = factors
    if any(encodes_text(name.removeprefix("lora."), model.config.text_layer) for name in factors):
        model.label_states = {}  # the text encoder has changed
    return model.requires_grad_(True).eval()


__all__ = ["add_lora", "fold_lora"]
