"""The baseline without a skeleton tower: the text backbone alone reads the measurements as words and numbers.

    joints --measure--> descriptors --percentiles among the training crops--> "head bowed 12, arms spread wide 91, ..."
                                                                                          |
    P(label) = softmax over the candidates of log P(label | chat) <-- text backbone <-- question in a chat

`zero_shot` asks the backbone as it is. `fine_tuned` first trains LoRA on the attention of all layers, with a fixed
budget: `TEXT_STEPS` steps of `TEXT_BATCH` crops. That is fewer than for the other methods, because the backbone reads
about 150 tokens per crop.

The texts state each claim about a descriptor that holds, with the percentile; descriptors near the middle are left
out. Values in their units are left out too: they add nothing to a percentile, and small backbones spell numbers digit
by digit.
"""

from collections.abc import Sequence

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from torch import nn
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers import get_cosine_schedule_with_warmup as cosine_schedule

from eai_llm_hf.processing.claims.claim import canonical_claim, holds
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.processing_eai_llm import chat_template_for

from ...publish.backbones import DEFAULT_BACKBONE, find_or_fetch
from ...training.crops import CropDataset
from ...training.recipe import CROPS_PER_CLIP, REFERENCE_CROPS
from .baselines import descriptors
from .task import Task, corpus_of

__all__ = ["BACKBONE", "TEXT_BATCH", "TEXT_STEPS", "TextReader", "describe", "fine_tuned", "zero_shot"]

BACKBONE = DEFAULT_BACKBONE
"""Hub id or folder of the backbone; looked up at each call."""

TEXT_STEPS = 150
"""Steps of the fine-tuning, independent of `Task.steps`."""

TEXT_BATCH = 8
LORA_RANK = 16
LEARNING_RATE = 5e-4
WARMUP = 0.1
ROWS_AT_ONCE = 16


def zero_shot(task: Task) -> np.ndarray:
    """A `Method`: asks the backbone as it is; the training clips serve only to compute percentiles.

    Labels are compared by their mean log-likelihood per token, so that a longer label has no disadvantage.
    """
    reader = TextReader(*_load(), _reference(task))
    return _probabilities(task, reader, by_token=True)


def fine_tuned(task: Task) -> np.ndarray:
    """A `Method`: asks the backbone after training LoRA to answer about crops of the labelled training clips.

    Labels are compared by their summed log-likelihood, which the training maximises.

    Raises:
        ValueError: If no training clip has a label of its corpus.
    """
    model, tokenizer = _load()
    torch.manual_seed(task.seed)  # for the weights of LoRA
    config = LoraConfig(
        r=LORA_RANK,
        lora_alpha=2 * LORA_RANK,
        target_modules=["q_proj", "k_proj", "v_proj", "o_proj"],
        task_type="CAUSAL_LM",
    )
    reader = TextReader(get_peft_model(model, config), tokenizer, _reference(task))
    _train(task, reader)
    return _probabilities(task, reader, by_token=False)


def describe(vector: np.ndarray, reference: MotionReference) -> str:
    """What is salient in a clip, in short words with percentiles: "head bowed 12, arms spread wide 91".

    Args:
        vector: (descriptors,) values of `measure`.
        reference: The reference for percentiles.
    """
    words = []
    for descriptor, percentile in zip(DESCRIPTORS, reference.percentiles(vector), strict=True):
        for claim in (canonical_claim(descriptor.name, "low"), canonical_claim(descriptor.name, "high")):
            if holds(claim, vector, reference):
                # "the head is bowed": the first clause of each claim has its verb right after the subject.
                clause = claim.text.removeprefix("the ").replace(" is ", " ", 1).replace(" are ", " ", 1)
                words.append(f"{clause} {percentile:.0f}")
    return ", ".join(words) if words else "nothing stands out"


class TextReader:
    """Asks a backbone for the emotion of a described movement.

    Args:
        model: Causal language model, with or without an adapter.
        tokenizer: Its tokenizer.
        reference: The reference for percentiles.
    """

    def __init__(self, model: nn.Module, tokenizer: PreTrainedTokenizerBase, reference: MotionReference):
        self.model = model
        self.tokenizer = tokenizer
        self.reference = reference
        # The chat template of EAI-LLM, so that a system prompt of the backbone makes no difference.
        self.template = chat_template_for(tokenizer, skeleton_token="")
        self.padding = tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id

    def chat(self, vector: np.ndarray, labels: Sequence[str], answer: str) -> tuple[list[int], list[int]]:
        """Tokens of the question about a clip, and of an answer including the token that ends it.

        Args:
            vector: (descriptors,) values of `measure`.
            labels: Candidates, named in this order.
            answer: One of them.
        """
        question = (
            f"A body movement, in percentiles of ordinary ones: {describe(vector, self.reference)}. "
            f"Which emotion does it express: {', '.join(labels)}?"
        )
        turns = [{"role": "user", "content": question}]
        prompt = self._render(turns, add_generation_prompt=True)
        whole = self._render([*turns, {"role": "assistant", "content": answer}], add_generation_prompt=False)
        prompt = prompt.rstrip(" ")  # "Assistant: sad" is read as "Assistant:", " sad"
        return self._tokens(prompt), self._tokens(whole[len(prompt) :].rstrip("\n"))

    @torch.no_grad()
    def log_likelihoods(self, vectors: np.ndarray, labels: Sequence[str], by_token: bool) -> np.ndarray:
        """Log-likelihood of each candidate as the answer.

        The question is read once; all candidates continue from its cache.

        Args:
            vectors: (clips, descriptors) values of `measure`.
            labels: Candidates.
            by_token: Whether to use the mean over the tokens of an answer instead of the sum.

        Returns:
            (clips, labels) float64.
        """
        device = next(self.model.parameters()).device
        questions = [self.chat(vector, labels, labels[0])[0] for vector in vectors]
        answers = [self.chat(vectors[0], labels, label)[1] for label in labels]
        tokens, mask = (part.to(device) for part in self._padded(questions, left=True))
        endings, ending_mask = (part.to(device) for part in self._padded(answers, left=False))
        count = mask.sum(1, keepdim=True)
        read = self.model(
            input_ids=tokens,
            attention_mask=mask,
            position_ids=(mask.cumsum(1) - 1).clamp(min=0),
            use_cache=True,
            logits_to_keep=1,
        )
        name = next(key for key in read.keys() if key in ("cache", "past_key_values"))  # the second before 5.24
        read[name].batch_repeat_interleave(len(labels))  # clip by clip, label by label
        endings, ending_mask = endings.repeat(len(vectors), 1), ending_mask.repeat(len(vectors), 1)
        steps = torch.arange(endings.shape[1], device=device)
        logits = self.model(
            input_ids=endings,
            attention_mask=torch.cat([mask.repeat_interleave(len(labels), 0), ending_mask], 1),
            position_ids=count.repeat_interleave(len(labels), 0) + steps,
            **{name: read[name]},
        ).logits
        # The question's last token predicts the answer's first, each token of the answer the next one.
        logits = torch.cat([read.logits.repeat_interleave(len(labels), 0), logits[:, :-1]], 1)
        scores = logits.float().log_softmax(-1).gather(-1, endings[..., None])[..., 0] * ending_mask
        total = scores.sum(1) / (ending_mask.sum(1) if by_token else 1)
        return total.view(len(vectors), len(labels)).double().cpu().numpy()

    def loss(self, chats: Sequence[tuple[list[int], list[int]]]) -> torch.Tensor:
        """Mean cross-entropy over the tokens of the answers.

        Args:
            chats: Tokens of questions and answers, as `chat` gives them.
        """
        device = next(self.model.parameters()).device
        tokens, mask = self._padded([question + answer for question, answer in chats], left=True)
        learned = torch.zeros_like(mask, dtype=torch.bool)
        for row, (_, answer) in enumerate(chats):
            learned[row, -len(answer) - 1 : -1] = True  # what predicts a token of the answer
        logits = self.model(
            input_ids=tokens.to(device), attention_mask=mask.to(device), logits_to_keep=learned.to(device)
        ).logits
        return nn.functional.cross_entropy(logits.float(), tokens.roll(-1, 1)[learned].to(device))

    def _render(self, turns: list[dict[str, str]], add_generation_prompt: bool) -> str:
        text = self.tokenizer.apply_chat_template(
            turns, chat_template=self.template, tokenize=False, add_generation_prompt=add_generation_prompt
        )
        return str(text)

    def _tokens(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False)

    def _padded(self, texts: Sequence[list[int]], left: bool) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens and their mask, (texts, longest) each."""
        tokens = torch.full((len(texts), max(map(len, texts))), self.padding)
        mask = torch.zeros_like(tokens)
        for row, text in enumerate(texts):
            place = slice(-len(text), None) if left else slice(len(text))
            tokens[row, place], mask[row, place] = torch.tensor(text), 1
        return tokens, mask


def _load() -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The backbone and its tokenizer."""
    folder = str(find_or_fetch(BACKBONE))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="auto").to(device).eval()
    return model, AutoTokenizer.from_pretrained(folder)


def _reference(task: Task) -> MotionReference:
    """The reference of crops of the training clips, balanced like the training crops."""
    rows = [dict(row) for row in task.train]
    crops = CropDataset(rows, min(REFERENCE_CROPS, CROPS_PER_CLIP * len(rows)), task.seed)
    return MotionReference.fit(np.stack([crops[index].vector for index in range(len(crops))]))


def _train(task: Task, reader: TextReader) -> None:
    """Trains the trainable weights of the reader's model, on crops balanced over corpora and labels."""
    rows = [dict(row) for row in task.train if row["label"] in task.labels.get(corpus_of(row), ())]
    if not rows:
        raise ValueError(f"None of the {len(task.train)} training clips has a label of its corpus.")
    crops = CropDataset(rows, TEXT_STEPS * TEXT_BATCH, task.seed, labelled=True)
    weights = [weight for weight in reader.model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=LEARNING_RATE, weight_decay=0.0)
    schedule = cosine_schedule(optimizer, round(WARMUP * TEXT_STEPS), TEXT_STEPS)
    reader.model.train()
    for step in range(TEXT_STEPS):
        taken = [crops[index] for index in range(step * TEXT_BATCH, (step + 1) * TEXT_BATCH)]
        chats = [reader.chat(crop.vector, task.labels[crop.corpus], str(crop.label)) for crop in taken]
        reader.loss(chats).backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    reader.model.eval()


def _probabilities(task: Task, reader: TextReader, by_token: bool) -> np.ndarray:
    """Softmax over the candidates of each test clip: (test rows, labels)."""
    columns = task.all_labels
    probabilities = np.zeros((len(task.test), len(columns)))
    vectors = descriptors(task.test)
    for corpus in sorted({corpus_of(row) for row in task.test}):
        labels = list(task.labels[corpus])
        numbers = [number for number, row in enumerate(task.test) if corpus_of(row) == corpus]
        for start in range(0, len(numbers), ROWS_AT_ONCE):
            taken = numbers[start : start + ROWS_AT_ONCE]
            scores = reader.log_likelihoods(vectors[taken], labels, by_token)
            odds = np.exp(scores - scores.max(axis=1, keepdims=True))
            shares = odds / odds.sum(axis=1, keepdims=True)
            probabilities[np.ix_(taken, [columns.index(label) for label in labels])] = shares
    return probabilities
