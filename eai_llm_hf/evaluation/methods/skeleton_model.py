"""EAI-LLM as a method of the benchmark: stage one of the recipe on the clips of a task, complete or as an ablation.

The tower alone names the labels, without the linear map of the measurements, and every crop is compared with the
default, without sessions. Labels depend on the skeleton side only, so the language model is not trained here; it
encodes the label texts.
"""

import atexit
import shutil
import tempfile
import time
from collections.abc import Sequence
from functools import cache

import numpy as np
import torch
from torch import nn
from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel, get_cosine_schedule_with_warmup, set_seed

from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM
from eai_llm_hf.modeling.projection_eai_llm import EaiAlignment
from eai_llm_hf.modeling.skeleton_tower_eai_llm import EaiSkeletonTower, SkeletonTowerOutput
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.processing_eai_llm import EaiSkeletonProcessor
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

from ...corpora.rows import as_clip
from ...publish.backbones import DEFAULT_BACKBONE, find_or_fetch
from ...training.alignment import AlignmentCollator, AlignmentModel
from ...training.crops import fit_reference
from ...training.recipe import new_model, standardise
from ...training.settings import Recipe
from .kept_crops import kept_crops
from .registry import note_cost
from .task import Method, Task, among

LEARNING_RATE = 1e-3
REFERENCE_CROPS = 1500
BATCH = 32

# ---- ablations ------------------------------------------------------------------------------------------------------


class WithoutAlignment(AlignmentModel):
    """A linear classifier on the first semantic token instead of label texts; no contrastive loss on claims either."""

    claims_weight = 0.0

    def __init__(self, model, processor, labels):
        super().__init__(model, processor, labels)
        self.classifier = nn.Linear(model.config.skeleton_config.hidden_size, len(labels))

    def all_logits(
        self, tower: SkeletonTowerOutput, skeleton_descriptors: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """(crops, labels) of the classifier, and nothing of the measurements alone."""
        return self.classifier(tower.semantic_tokens[:, 0]), None


class WithoutSemanticTokens(AlignmentModel):
    """Compares label texts with the mean of the spatio-temporal tokens, without descriptors as input or target."""

    claims_weight = 0.0
    descriptors_weight = 0.0

    def encode(self, features, frame_mask, segment_mask, descriptors):
        """As in the base class, with the mean of the spatio-temporal tokens instead of the semantic tokens."""
        tower = super().encode(features, frame_mask, segment_mask, None)
        there = tower.window_mask.repeat_interleave(self.skeleton_tower.config.tokens_per_window, dim=1)[..., None]
        mean = (tower.spatio_temporal_tokens * there).sum(1, keepdim=True) / there.sum(1, keepdim=True)
        tower.semantic_tokens = mean.expand_as(tower.semantic_tokens)
        return tower


class WithoutSpatioTemporalTokens(AlignmentModel):
    """The tower sees the descriptors, but not the movement itself."""

    def encode(self, features, frame_mask, segment_mask, descriptors):
        """As in the base class, for a body without segments."""
        nothing = torch.zeros_like(features)
        return super().encode(nothing, frame_mask, torch.zeros_like(segment_mask), descriptors)


class WithoutReference(AlignmentModel):
    """Without a reference, descriptors are neither an input nor a target, and there are no claims."""

    claims_weight = 0.0
    descriptors_weight = 0.0

    def encode(self, features, frame_mask, segment_mask, descriptors):
        """As in the base class, without descriptors."""
        return super().encode(features, frame_mask, segment_mask, None)


class WithoutSelfSupervision(AlignmentModel):
    """Descriptors are an input, but not a target, and there is no contrastive loss on claims."""

    claims_weight = 0.0
    descriptors_weight = 0.0


# ---- methods --------------------------------------------------------------------------------------------------------


def from_checkpoint(model: str) -> Method:
    """The method that continues from a checkpoint in every task, at a third of the learning rate."""

    def method(task: Task) -> np.ndarray:
        loaded = EaiLlmForCausalLM.from_pretrained(model), EaiSkeletonProcessor.from_pretrained(model)
        loaded[0].load_backbone()
        return _learn(task, AlignmentModel, task.train, *loaded, LEARNING_RATE / 3)

    return method


def _from_scratch(kind: type[AlignmentModel]) -> Method:
    def method(task: Task) -> np.ndarray:
        return _learn(task, kind, task.train, *_untrained(DEFAULT_BACKBONE), LEARNING_RATE)

    return method


def _without_generator(task: Task) -> np.ndarray:
    """Learns from recorded clips only; if a task has none, from all its clips."""
    rows = [row for row in task.train if row["source"] != "generated"]
    return _learn(task, AlignmentModel, rows or task.train, *_untrained(DEFAULT_BACKBONE), LEARNING_RATE)


def _on_small_gpt2(task: Task) -> np.ndarray:
    """The tokenizer of the default backbone with an untrained GPT-2 of 4 layers."""
    return _learn(task, AlignmentModel, task.train, *_untrained(_small_gpt2()), LEARNING_RATE)


ABLATIONS: dict[str, Method] = {
    "eai-llm": _from_scratch(AlignmentModel),
    "eai-llm: without alignment": _from_scratch(WithoutAlignment),
    "eai-llm: without semantic tokens": _from_scratch(WithoutSemanticTokens),
    "eai-llm: without spatio-temporal tokens": _from_scratch(WithoutSpatioTemporalTokens),
    "eai-llm: without reference": _from_scratch(WithoutReference),
    "eai-llm: without self-supervision": _from_scratch(WithoutSelfSupervision),
    "eai-llm: without generator": _without_generator,
    "eai-llm: on a small GPT-2": _on_small_gpt2,
}
"""The method, its ablations, and the method on another backbone."""


@cache
def _small_gpt2() -> str:
    """Folder of an untrained GPT-2 of 4 layers and width 256 with the default backbone's tokenizer."""
    tokenizer = AutoTokenizer.from_pretrained(find_or_fetch(DEFAULT_BACKBONE))
    set_seed(0)
    size = GPT2Config(vocab_size=len(tokenizer), n_layer=4, n_embd=256, n_head=4, n_positions=1024)
    folder = tempfile.mkdtemp(prefix="eai-llm-gpt2-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    GPT2LMHeadModel(size).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@cache
def _untrained(backbone: str) -> tuple[EaiLlmForCausalLM, EaiSkeletonProcessor]:
    # The tower alone: an ablation hides inputs from the tower, and the linear map would still read the measurements.
    return new_model(Recipe("", backbone=backbone, measured_weight=0.0), None)


def _learn(
    task: Task,
    kind: type[AlignmentModel],
    rows: Sequence[dict],
    model: EaiLlmForCausalLM,
    processor: EaiSkeletonProcessor,
    learning_rate: float,
) -> np.ndarray:
    """Stage one on the rows, then the probabilities of the test rows.

    A plain loop instead of `Trainer`: there is nothing to save, to log or to resume.
    """
    set_seed(task.seed)
    own = processor.feature_extractor.motion_reference()
    crops = kept_crops(rows, task.steps * task.batch_size, task.seed)
    reference = own or fit_reference(kept_crops(rows, REFERENCE_CROPS, task.seed))
    if own is None:
        model.skeleton_tower = EaiSkeletonTower(model.config.skeleton_config)
        standardise(model, reference)
        model.alignment = EaiAlignment(model.config)
        model.alignment.apply(model._init_weights)
    learner = kind(model, processor, task.all_labels)
    collate = AlignmentCollator(processor, reference, task.all_labels, task.labels)
    optimizer = torch.optim.AdamW(learner.parameters(), learning_rate, weight_decay=0.01)
    schedule = get_cosine_schedule_with_warmup(optimizer, max(task.steps // 20, 1), task.steps)
    started = time.monotonic()
    learner.train()
    for step in range(task.steps):
        batch = collate([crops[step * task.batch_size + index] for index in range(task.batch_size)])
        optimizer.zero_grad()
        learner(**batch)["loss"].backward()
        nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    trained = time.monotonic()
    learner.eval()
    probabilities = _label(learner, processor, reference, [as_clip(row) for row in task.test])
    parameters = sum(parameter.numel() for parameter in learner.parameters())
    note_cost(
        parameters=parameters,
        trained_parameters=parameters,
        training_seconds=trained - started,
        labelling_seconds=time.monotonic() - trained,
    )
    return among(probabilities, task.candidates(task.test))


@torch.no_grad()
def _label(
    learner: AlignmentModel,
    processor: EaiSkeletonProcessor,
    reference: MotionReference,
    clips: Sequence[UnifiedClip],
) -> np.ndarray:
    """(clips, labels) probabilities as in the pipeline: the mean over windows, each averaged with its mirror image.

    Windows are weighted by their length.
    """
    extractor = processor.feature_extractor
    owners, windows = [], []
    for number, clip in enumerate(clips):
        for start, end in extractor.segments(len(clip.joints)):
            owners.append(number)
            windows.append(clip.cut(start, end))
    order = np.argsort(
        [len(window.joints) for window in windows], kind="stable"
    )  # similar lengths together: little padding
    logits = torch.zeros(len(windows), len(learner.label_states))
    for start in range(0, len(order), BATCH):
        some = order[start : start + BATCH]
        for mirrored in (False, True):
            seen = [windows[index].mirrored() if mirrored else windows[index] for index in some]
            inputs = extractor(seen, reference=reference, return_tensors="pt")
            tower = learner.encode(*inputs.values())
            logits[some] += learner.label_logits(tower, inputs["skeleton_descriptors"]) / 2
    lengths = np.array([len(window.joints) for window in windows], dtype=float)
    sums = np.zeros((len(clips), logits.shape[1]))
    np.add.at(sums, owners, logits.double().softmax(-1).numpy() * lengths[:, None])
    return sums / np.bincount(owners, lengths, minlength=len(clips))[:, None]


__all__ = ["ABLATIONS", "from_checkpoint"]
