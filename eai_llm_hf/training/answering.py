"""Stage two: question answering. The projector and LoRA learn to answer questions about what the tower saw."""

from collections.abc import Sequence

import numpy as np
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch.utils.data import Dataset

from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM
from eai_llm_hf.processing.motion_reference import MotionReference
from eai_llm_hf.processing.processing_eai_llm import EaiSkeletonProcessor
from eai_llm_hf.training_texts import question_answer

from .crops import CropDataset

PLAIN_SHARE = 0.6
"""Share of the samples, at the start, whose wording never varies: it learns grounding first, wording later."""


class QuestionDataset(Dataset):
    """Crops with a question and its true answer, as chats.

    Args:
        crops: Labelled crops.
        reference: What is ordinary, which claims refer to.
        labels: Candidate labels.
        variety: Variety of questions and wordings after the plain part.
        plain_share: Share of the samples, from the first, with one question and one wording.
    """

    def __init__(
        self,
        crops: CropDataset,
        reference: MotionReference,
        labels: Sequence[str],
        variety: float = 0.6,
        plain_share: float = PLAIN_SHARE,
    ):
        self.crops = crops
        self.reference = reference
        self.labels = list(labels)
        self.variety = variety
        self.plain = round(plain_share * len(crops))

    def __len__(self) -> int:
        return len(self.crops)

    def __getitem__(self, index: int) -> list[dict]:
        crop = self.crops[index]
        rng = np.random.default_rng([self.crops.seed, index, 1])
        variety = 0.0 if index < self.plain else self.variety
        question, answer = question_answer(crop.label, crop.vector, self.reference, rng, variety, self.labels)
        asked = [{"type": "skeleton", "skeleton": crop.clip}, {"type": "text", "text": question}]
        return [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]


class ChatCollator:
    """Turns chats into a batch with labels on the assistant's words."""

    def __init__(self, processor: EaiSkeletonProcessor):
        self.processor = processor

    def __call__(self, chats: list[list[dict]]) -> dict:
        """Model inputs with `labels`."""
        return dict(self.processor.training_inputs(chats))


def add_lora(model: EaiLlmForCausalLM, rank: int = 16, alpha: float = 32, dropout: float = 0.0) -> PeftModel:
    """Freezes the model but for its projector and a LoRA on the backbone's attention above the text encoder's layers.

    The layers up to `config.text_layer` stay as they are, because they encode the label texts.
    """
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

    Factors that the model was loaded with stay: the ranks of both updates add up.
    """
    config = peft_model.peft_config["default"]
    factors: dict[str, torch.Tensor] = {}
    for name, tensor in peft_model.state_dict().items():
        if ".lora_A." in name or ".lora_B." in name:
            module, _, which = name.rpartition(".default")[0].rpartition(".lora_")
            module = module.removeprefix("base_model.model.language_model.")
            scale = config.lora_alpha / config.r if which == "B" else 1.0
            factors[f"lora.{module}.{which}"] = (scale * tensor.detach().float()).cpu()
    model = peft_model.merge_and_unload()
    for name, earlier in model.lora_factors.items():
        along_rank = 0 if name.endswith(".A") else 1
        factors[name] = torch.cat([earlier.float(), factors[name]], along_rank) if name in factors else earlier
    model.lora_factors = factors
    return model.requires_grad_(True).eval()


__all__ = ["ChatCollator", "QuestionDataset", "add_lora", "fold_lora"]
