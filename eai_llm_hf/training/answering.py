"""Stage two: question answering. The projector and LoRA learn to answer questions about clips."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch.utils.data import Dataset

from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM
from eai_llm_hf.processing.claims.comparison import two_movements
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.processing_eai_llm import EaiSkeletonProcessor

from .alignment import NEUTRAL, shown_label
from .comparison_texts import comparison_question
from .crops import Crop, CropDataset
from .question_texts import AskedClip
from .sessions import SessionDataset
from .training_texts import claim_texts, question_answer

PLAIN_SHARE = 0.7
"""Fraction of the samples, from the first, that are explanations: what marks stand for is learned first. With those
among the later samples, four in five are explanations; most other questions are answered from the record."""

MIXED_SHARE = 0.5
"""Fraction of the samples about one clip in which some measured values are replaced by those of another clip.
The values of a movement are correlated, and a language model can learn to guess them from each other. With mixed
values it has to read each one."""

NEARBY = 64
"""The other clip is one of so many crops before this one: a session keeps the latest crops at hand."""

COMPARED_SHARE = 0.15
"""Fraction of the samples with other questions that compare two clips."""
LONGEST_COMPARED_S = 3.0
"""Longest crop of a pair in seconds. Two such crops have at most 78 tokens; the longest single crop has 57."""
CPU_ATTENTION = "eager"
"""Attention on CPUs, where the backward pass of PyTorch's fused attention in bfloat16 takes a quarter of a step."""


class QuestionDataset(Dataset):
    """Crops with a question and its true answer, as chats.

    Sample i depends only on the seed of the crops and on i; a comparison uses crops 2i and 2i + 1 of `pairs`.

    Args:
        crops: Labelled crops. Claims about a crop are relative to its own reference, if it has one.
        reference: The reference of claims about the others, and of comparisons.
        labels: Candidate labels.
        variety: Share of questions other than for an explanation after the plain part, 0 to 1.
        plain_share: Fraction of the samples, from the first, that are explanations.
        pairs: Crops for comparisons, labelled or not; without them no clips are compared.
        mixed_share: Fraction of the samples about one clip with some measured values of another clip.
    """

    def __init__(
        self,
        crops: CropDataset | SessionDataset,
        reference: MotionReference,
        labels: Sequence[str],
        variety: float = 0.7,
        plain_share: float = PLAIN_SHARE,
        pairs: CropDataset | None = None,
        mixed_share: float = MIXED_SHARE,
    ):
        self.crops = crops
        self.reference = reference
        self.labels = list(labels)
        self.variety = variety
        self.plain = round(plain_share * len(crops))
        self.pairs = pairs
        self.mixed_share = mixed_share

    def __len__(self) -> int:
        return len(self.crops)

    def __getitem__(self, index: int) -> list[dict]:
        rng = np.random.default_rng([self.crops.seed, index, 1])
        variety = 0.0 if index < self.plain else self.variety
        if self.pairs is not None and rng.random() < variety * COMPARED_SHARE:
            first, second = self.pairs[2 * index], self.pairs[2 * index + 1]
            question, answer = comparison_question(first.vector, second.vector, self.reference, rng)
            asked = two_movements(first.clip, second.clip, question)
        else:
            crop = self._mixed(index, rng) if rng.random() < self.mixed_share else self.crops[index]
            reference = crop.reference or self.reference
            subject = AskedClip(self._label(crop), crop.spans, reference, self.labels, crop.clip.joint_mask)
            question, answer = question_answer(subject, rng, variety)
            asked = [
                {"type": "skeleton", "skeleton": crop.clip, "measured": crop.vector, "reference": crop.reference},
                {"type": "text", "text": question},
            ]
        return [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]

    def _label(self, crop: Crop) -> str:
        """The label of a crop; an emotion that hardly shows is neutral."""
        return str(shown_label(crop) if NEUTRAL in self.labels else crop.label)

    def _mixed(self, index: int, rng: np.random.Generator) -> Crop:
        """Crop `index` with some descriptors of another crop; a value stays absent if either crop lacks it."""
        crop, other = self.crops[index], self.crops[max(index - 1 - int(rng.integers(NEARBY)), 0)]
        taken = (rng.random(len(crop.vector)) < rng.random()) & np.isfinite(crop.vector) & np.isfinite(other.vector)
        spans = np.where(taken, other.spans, crop.spans)
        mixed = replace(crop, vector=spans[0])
        mixed.spans = spans
        return mixed


@torch.no_grad()
def name_tokens(model: EaiLlmForCausalLM, processor: EaiSkeletonProcessor) -> None:
    """Sets the words of a new projector: the mean embedding of the clause for each low and each high descriptor."""
    embed = model.get_input_embeddings()
    numbers = processor.tokenizer(claim_texts(), add_special_tokens=False).input_ids
    means = [embed(torch.tensor(each, device=model.device)).mean(0) for each in numbers]
    model.projector.take_words(torch.stack(means).unflatten(0, (len(DESCRIPTORS), 2)))


class ChatCollator:
    """Turns chats into a batch with labels on the assistant's tokens.

    Logits are computed only for tokens that predict a label. Those of all tokens, over the 49,152 entries of the
    default backbone's vocabulary, would take as long as eight of its layers.
    """

    def __init__(self, processor: EaiSkeletonProcessor):
        self.processor = processor

    def __call__(self, chats: list[list[dict]]) -> dict:
        """Model inputs with `labels` and `logits_to_keep`, the mask of tokens that are followed by a labelled one."""
        clips = [item for chat in chats for item in chat[0]["content"] if item["type"] == "skeleton"]
        compared = [item.get("reference") for item in clips]
        inputs = dict(self.processor.training_inputs(chats, compared))
        default = self.processor.feature_extractor.motion_reference()
        for number, item in enumerate(clips):
            reference = compared[number] or default
            if "measured" in item and reference is not None:  # it replaces what the processor measured
                scores = reference.normal_scores([item["measured"]])[0]
                inputs["skeleton_descriptors"][number] = torch.from_numpy(scores)
                inputs["skeleton_salience"][number] = torch.from_numpy(reference.salience(scores))
        return inputs | {"logits_to_keep": torch.nn.functional.pad(inputs["labels"][:, 1:] != -100, (0, 1))}


__all__ = ["ChatCollator", "QuestionDataset", "name_tokens"]
