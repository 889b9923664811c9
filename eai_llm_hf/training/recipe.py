"""Runs a recipe: corpora in, a checkpoint out. An interrupted stage resumes, and a finished one is not repeated.

OUTPUT/run.json      what the run is about, so that another run does not continue it
OUTPUT/stage-one/    Trainer checkpoints of the alignment
OUTPUT/stage-two/    Trainer checkpoints of the question answering (projector and LoRA)
OUTPUT/checkpoint/   the result in the small form, with processor, reference and metadata of the training
"""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from accelerate import PartialState
from peft import PeftModel
from torch.utils.data import Dataset
from transformers import AutoTokenizer, ProgressCallback, Trainer, TrainingArguments, set_seed
from transformers.utils import logging

from eai_llm_hf.modeling.backbone_folder_eai_llm import converted_folder
from eai_llm_hf.modeling.backbone_weights_eai_llm import weights_sha256
from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.processing_eai_llm import EaiSkeletonProcessor

from ..publish.backbones import find_or_fetch
from ..publish.checkpoints import TRAINING, find_checkpoint, read_metadata, write_metadata
from ..publish.licences import licences_of_corpora
from .adapters import add_lora, fold_lora
from .alignment import AlignmentCollator, AlignmentModel, alignment_metrics
from .answering import CPU_ATTENTION, LONGEST_COMPARED_S, ChatCollator, QuestionDataset, name_tokens
from .crops import AugmentationConfig, CropDataset, fit_reference
from .measured_map import fit_measured_once
from .recipe_clips import load_splits
from .sessions import SessionDataset
from .settings import Recipe
from .sharding import copy_without_backbone, gather, prepare_for_sharding, sharding_is_asked, unsharded
from .temperature import fit_temperature

logger = logging.get_logger(__name__)

REFERENCE_CROPS = 2000
CROPS_PER_CLIP = 20
"""More crops of one clip would not change the reference."""
VALIDATION_CROPS = 256
CHECKPOINTING = next(
    name for name in ("activation_checkpointing", "gradient_checkpointing") if hasattr(TrainingArguments, name)
)
"""What the installed transformers calls `gradient_checkpointing`."""


def recipe_splits(recipe: Recipe) -> dict[str, list[Mapping]]:
    """The clips of a recipe by split, see `load_splits`."""
    return load_splits(
        recipe.corpora,
        recipe.labels,
        recipe.held_out,
        recipe.validation,
        recipe.seed,
        recipe.performer_pattern,
    )


def train(recipe: Recipe, splits: Mapping[str, list[Mapping]] | None = None) -> Path:
    """Runs the recipe.

    Args:
        recipe: All settings of the run.
        splits: The clips, if `recipe_splits` has already loaded them.

    Returns:
        The folder of the checkpoint in the small form.

    Raises:
        ValueError: If the corpora cannot be loaded or have no clip to train on, or the folder belongs to another run.
    """
    set_seed(recipe.seed)
    prepare_for_sharding()
    output = Path(recipe.output_dir)
    started = time.monotonic()
    if splits is None:
        splits = recipe_splits(recipe)
    for side, rows in splits.items():
        logger.warning(f"{side}: {len(rows)} clips, {dict(Counter(str(row['label']) for row in rows))}")

    start = None if recipe.model is None else find_checkpoint(recipe.model)
    _refuse_another_run(recipe, splits, start)
    before = read_metadata(start, TRAINING) if start is not None else None
    if start is not None:
        model = EaiLlmForCausalLM.from_pretrained(start, dtype=recipe.dtype)
        model.load_backbone()
        model.config.backbone_sha256 = weights_sha256(str(find_or_fetch(model.config.backbone)))
        processor = EaiSkeletonProcessor.from_pretrained(start)
        reference = processor.feature_extractor.motion_reference()
        if reference is None:
            raise ValueError(f"The checkpoint {start} has no reference, which claims and regression targets need.")
    else:
        count = min(REFERENCE_CROPS, CROPS_PER_CLIP * len(splits["train"]))
        kind = SessionDataset if recipe.sessions else CropDataset
        reference = fit_reference(kind(splits["train"], count, recipe.seed))
        model, processor = new_model(recipe, reference)
    model.config.labels = list(recipe.labels)
    # What was measured on a base checkpoint does not hold for what is trained here.
    model.config.label_accuracy = model.config.reference_temperatures = None
    seconds = {"preparation": time.monotonic() - started}

    if recipe.stages in ("one", "both"):
        count = _samples(_arguments(recipe, "stage-one"))
        crops: Dataset = CropDataset(splits["train"], count, recipe.seed)
        if recipe.sessions:
            crops = SessionDataset(splits["train"], count, recipe.seed, reference)
        unseen = CropDataset(splits["validation"], VALIDATION_CROPS, recipe.seed + 1) if splits["validation"] else None
        with unsharded():
            seconds["stage one"] = align(recipe, model, processor, reference, crops, unseen)
        if any(row["label"] for row in splits["validation"]):
            model.config.label_temperature = fit_temperature(model, processor, splits["validation"], recipe.labels)
    if recipe.stages in ("two", "both"):
        model, seconds["stage two"] = _answer(recipe, model, processor, reference, splits["train"])

    folder = output / "checkpoint"
    # All settings that the result depends on, without the folders of this machine.
    settings = {name: value for name, value in asdict(recipe).items() if name not in ("output_dir", "model")}
    clips_of = sorted({str(row["corpus"]) for rows in splits.values() for row in rows})
    metadata = settings | {
        "measured_weight": model.config.measured_weight,  # of a model that starts from a checkpoint, its own
        "corpora": [spec.partition("=")[0] for spec in recipe.corpora],
        "clips_of": clips_of,
        "licences": [asdict(licence) for licence in licences_of_corpora(recipe.corpora, clips_of, start)],
        "backbone_form": backbone_form(model.config.backbone),
        "clips": {side: len(rows) for side, rows in splits.items()},
        "seconds": {stage: round(value, 1) for stage, value in seconds.items()},
        "before": before,
    }
    if PartialState().is_main_process:
        save_checkpoint(model, processor, folder, metadata)
    PartialState().wait_for_everyone()
    return folder


def _refuse_another_run(recipe: Recipe, splits: Mapping[str, list[Mapping]], start: str | None) -> None:
    """Writes what the run is about into its folder, and refuses a folder of a run that is about something else.

    Otherwise a stage that the other run has finished would be skipped, although it was trained on other clips.
    """
    clips = sorted(
        (side, str(row["corpus"]), str(row["clip_id"]), str(row["label"]))
        for side, rows in splits.items()
        for row in rows
    )
    this = {
        "labels": list(recipe.labels),
        "model": start,
        "backbone": recipe.backbone,
        "clips": hashlib.sha256(repr(clips).encode()).hexdigest(),
    }
    file = Path(recipe.output_dir) / "run.json"
    if file.is_file():
        there = json.loads(file.read_text(encoding="utf-8"))
        if changed := [name for name in this if this[name] != there.get(name)]:
            raise ValueError(
                f"{recipe.output_dir} holds a training with other {' and '.join(changed)}, which this one would "
                "continue. Name another --output-dir, or delete that folder."
            )
    else:  # all processes write the same content; renaming the file keeps others from reading half of it
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps(this, indent=2) + "\n", encoding="utf-8")
        part.replace(file)


def new_model(recipe: Recipe, reference: MotionReference | None) -> tuple[EaiLlmForCausalLM, EaiSkeletonProcessor]:
    """Makes an untrained model on the recipe's backbone, with its processor.

    Args:
        recipe: Its backbone, labels and precision are used.
        reference: Typical values of descriptors and features; None if they are not known yet.

    Raises:
        BackboneError: If the backbone is neither on this machine nor can be downloaded.
    """
    tokenizer = AutoTokenizer.from_pretrained(str(find_or_fetch(recipe.backbone)))
    extractor = EaiSkeletonFeatureExtractor(reference=reference.to_dict() if reference else None)
    processor = EaiSkeletonProcessor.from_tokenizer(tokenizer, extractor)
    model = EaiLlmForCausalLM.from_backbone(
        recipe.backbone,
        processor.skeleton_token_id,
        dtype=recipe.dtype,
        labels=list(recipe.labels),
        measured_weight=recipe.measured_weight,
        skeleton_config=extractor.skeleton_config,
    )
    if reference is not None:
        standardise(model, reference)
    return model, processor


def standardise(model: EaiLlmForCausalLM, reference: MotionReference) -> None:
    """Standardises the tower by the reference, if that has typical values of the tower's features."""
    if reference.feature_mean is not None and reference.feature_std is not None:
        mean, std = torch.from_numpy(reference.feature_mean), torch.from_numpy(reference.feature_std)
        model.skeleton_tower.standardise_by(mean, std)


def backbone_form(backbone: str) -> str:
    """Describes the form of the backbone's weights, which differ between the Hub and the package registry."""
    if Path(find_or_fetch(backbone)) == converted_folder(backbone):
        return f"{backbone}, converted from 4-bit GGUF"
    return f"{Path(backbone).name if Path(backbone).is_dir() else backbone}, as published"


def save_checkpoint(model: EaiLlmForCausalLM, processor: EaiSkeletonProcessor, folder: Path, metadata: dict) -> None:
    """Writes the small form with its processor, the text states of its labels and the metadata of its training."""
    model.keep_label_states(**processor.label_inputs(list(model.config.labels)).to(model.device))
    model.save_pretrained(folder, include_backbone=False)
    processor.save_pretrained(folder)
    write_metadata(folder, TRAINING, metadata)


def _arguments(recipe: Recipe, stage: str, **changes) -> TrainingArguments:
    """Arguments of a stage's `Trainer`: the recipe's settings for it, what both stages share, then the changes."""
    steps, batch_size, learning_rate, warmup = {
        "stage-one": (recipe.stage_one_steps, recipe.stage_one_batch_size, recipe.stage_one_learning_rate, 0.05),
        "stage-two": (recipe.stage_two_steps, recipe.stage_two_batch_size, recipe.stage_two_learning_rate, 0.03),
    }[stage]
    settings = {
        "output_dir": str(Path(recipe.output_dir) / stage),
        "max_steps": steps,
        "per_device_train_batch_size": batch_size,
        "per_device_eval_batch_size": batch_size,
        "learning_rate": learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": warmup,
        "weight_decay": 0.01,
        "bf16": recipe.mixed_precision == "bf16",
        "fp16": recipe.mixed_precision == "fp16",
        "logging_steps": recipe.logging_steps,
        "logging_first_step": True,  # on a CPU, the first 25 steps of stage two take minutes
        "disable_tqdm": False,  # otherwise no bar is shown if transformers logs only errors, as after `load_pipeline`
        "save_steps": recipe.save_steps,
        "save_total_limit": 1,
        "seed": recipe.seed,
        "dataloader_num_workers": recipe.num_workers,
        "train_sampling_strategy": "sequential",  # crops are drawn at random by their number
        "remove_unused_columns": False,
        "report_to": recipe.report_to,
        "project": "eai-llm",  # trackio's name for a group of runs
        "run_name": f"{Path(recipe.output_dir).name} {stage}",
        "use_cpu": recipe.use_cpu or not torch.accelerator.is_available(),
    }
    return TrainingArguments(**settings | changes)


def _samples(arguments: TrainingArguments) -> int:
    """Number of samples in all steps of all processes. Before there is a Trainer, only its arguments know them."""
    return arguments.max_steps * arguments.train_batch_size * arguments.world_size


def align(
    recipe: Recipe,
    model: EaiLlmForCausalLM,
    processor: EaiSkeletonProcessor,
    reference: MotionReference,
    crops: Dataset,
    validation: Dataset | None = None,
) -> float:
    """Stage one: trains tower and text alignment in place.

    Args:
        recipe: Steps, learning rates and folders.
        model: The model.
        processor: Its processor.
        reference: The reference of claims and regression targets.
        crops: Crops to learn from, at least as many as the steps of the recipe need.
        validation: Crops of other clips, scored four times during the stage.

    Returns:
        The seconds that the stage took.
    """
    arguments = _arguments(
        recipe,
        "stage-one",
        label_names=["labels", "skeleton_descriptors"],
        eval_strategy="steps" if validation else "no",
        eval_steps=max(recipe.stage_one_steps // 4, 1),
    )
    learner = AlignmentModel(model, processor, recipe.labels)
    collator = AlignmentCollator(processor, reference, recipe.labels)
    trainer = Trainer(
        model=learner,
        args=arguments,
        train_dataset=crops,
        eval_dataset=validation,
        data_collator=collator,
        compute_metrics=alignment_metrics,
    )
    _name_progress(trainer, "stage one, alignment")
    started = time.monotonic()
    trainer.train(resume_from_checkpoint=_last_checkpoint(arguments))
    last = Path(arguments.output_dir) / f"checkpoint-{trainer.state.global_step}"
    fit_measured_once(last, learner, collator, crops, continued=recipe.model is not None)
    model.eval()
    return _spent(arguments, started)


def _answer(
    recipe: Recipe,
    model: EaiLlmForCausalLM,
    processor: EaiSkeletonProcessor,
    reference: MotionReference,
    rows: list[Mapping],
) -> tuple[EaiLlmForCausalLM, float]:
    """Stage two. Returns the model, with LoRA merged, and the seconds that the stage took."""
    arguments = _arguments(
        recipe, "stage-two", label_names=["labels"], **{CHECKPOINTING: recipe.gradient_checkpointing}
    )
    samples = _samples(arguments)
    crops: CropDataset | SessionDataset = CropDataset(rows, samples, recipe.seed + 2, labelled=True)
    if recipe.sessions:
        crops = SessionDataset([row for row in rows if row["label"]], samples, recipe.seed + 2, reference)
    pairs = CropDataset(rows, 2 * samples, recipe.seed + 3, AugmentationConfig(longest_s=LONGEST_COMPARED_S))
    if not model.projector.words.any():  # a new projector, not that of a checkpoint
        name_tokens(model, processor)

    def prepared(model: EaiLlmForCausalLM) -> PeftModel | EaiLlmForCausalLM:
        if recipe.lora_rank:
            return add_lora(model, recipe.lora_rank, alpha=2 * recipe.lora_rank)
        model.requires_grad_(False).projector.requires_grad_(True)
        return model

    attention = model.config._attn_implementation
    copy = copy_without_backbone(model) if sharding_is_asked() else None
    # LoRA starts with the same weights, however stage one was run: at once, resumed, or in several processes.
    set_seed(recipe.seed)
    learner = prepared(model)
    trainer = Trainer(
        model=learner,
        args=arguments,
        train_dataset=QuestionDataset(crops, reference, recipe.labels, pairs=pairs),
        data_collator=ChatCollator(processor),
        processing_class=processor,
    )
    _name_progress(trainer, "stage two, answers")
    if arguments.device.type == "cpu":
        learner.set_attn_implementation(CPU_ATTENTION)
    started = time.monotonic()
    trainer.train(resume_from_checkpoint=_last_checkpoint(arguments))
    if copy is not None and trainer.is_fsdp_enabled:
        learner = gather(learner, copy, prepared)
    learner.set_attn_implementation(attention)
    model = fold_lora(learner) if isinstance(learner, PeftModel) else learner.requires_grad_(True).eval()
    vars(model.config).pop("use_cache", None)  # a Trainer sets it, to false; the backbone's own setting stays
    model.config.explains = True
    return model, _spent(arguments, started)


class _StageProgress(ProgressCallback):
    """The Trainer's progress bar, with the name of the stage in front."""

    def __init__(self, stage: str):
        super().__init__()
        self.stage = stage

    def on_train_begin(self, args, state, control, **kwargs):
        super().on_train_begin(args, state, control, **kwargs)
        if self.training_bar is not None:
            self.training_bar.set_description(self.stage)


def _name_progress(trainer: Trainer, stage: str) -> None:
    """Puts the name of the stage on the Trainer's progress bar. In a notebook the Trainer shows a table instead."""
    if trainer.pop_callback(ProgressCallback) is not None:
        trainer.add_callback(_StageProgress(stage))


def _spent(arguments: TrainingArguments, started: float) -> float:
    """Seconds that a stage took, with earlier runs of it; the seconds of a killed run are lost."""
    seconds = time.monotonic() - started
    if PartialState().is_main_process:  # another process must not read the file meanwhile
        file = Path(arguments.output_dir) / "seconds.json"
        seconds += json.loads(file.read_text(encoding="utf-8")) if file.is_file() else 0.0
        file.write_text(json.dumps(round(seconds, 1)), encoding="utf-8")
    return seconds


def _last_checkpoint(arguments: TrainingArguments) -> str | None:
    """The newest complete checkpoint of the stage. A Trainer writes its state last."""
    whole = [state.parent for state in Path(arguments.output_dir).glob("checkpoint-*/trainer_state.json")]
    if not whole:
        return None
    newest = max(whole, key=lambda folder: int(folder.name.rpartition("-")[2]))
    logger.warning(f"{newest.parent.name} resumes from {newest.name}")
    return str(newest)


__all__ = [
    "align",
    "new_model",
    "recipe_splits",
    "save_checkpoint",
    "standardise",
    "train",
]
