"""The recipe: corpora in, a checkpoint out. Each stage goes on where it stopped, and one that is done is not repeated.

OUTPUT/stage-one/    Trainer checkpoints of the alignment
OUTPUT/stage-two/    Trainer checkpoints of the question answering (projector and LoRA)
OUTPUT/checkpoint/   the small form: what was trained, with processor, reference and training record
"""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from accelerate import PartialState
from transformers import AutoTokenizer, ProgressCallback, Trainer, TrainingArguments, set_seed
from transformers.utils import logging

from eai_llm_hf.modeling.backbone_weights_eai_llm import weights_sha256
from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.processing_eai_llm import EaiSkeletonProcessor

from ..corpora import load_corpora
from ..corpora.splits import refuse_shared_takes, split_of, split_rows
from ..publish.backbones import converted_folder, find_or_fetch
from ..publish.checkpoints import TRAINING, find_checkpoint, has_seen, read_record, write_record
from ..publish.licences import licences_of_corpora
from .alignment import AlignmentCollator, AlignmentModel, alignment_metrics
from .answering import (
    CPU_ATTENTION,
    LONGEST_COMPARED_S,
    ChatCollator,
    QuestionDataset,
    add_lora,
    fold_lora,
    name_tokens,
)
from .crops import AugmentationConfig, CropDataset, fit_reference
from .settings import Recipe
from .temperature import fit_temperature

logger = logging.get_logger(__name__)

REFERENCE_CROPS = 2000
CROPS_PER_CLIP = 20
"""More crops of one clip say nothing new about what is ordinary."""
VALIDATION_CROPS = 256
FEW_TEST_CLIPS = 20
"""Below so many a score is rough: a 95% interval of an accuracy near .8 is wider than .33."""


def load_splits(
    corpora: Sequence[str],
    labels: Sequence[str],
    held_out: Sequence[str],
    validation: Sequence[str],
    seed: int,
    performer_pattern: str | None = None,
) -> dict[str, list[dict]]:
    """Rows of all corpora by side; labels outside the list are taken off.

    Who is held out, and whether the test side is small, is said in warnings.

    Raises:
        ValueError: If nothing with a label is left to train on, a take would stand on two sides, or the pattern names
            no performer of a folder.
    """
    if performer_pattern is not None and not any(spec.startswith("folder=") for spec in corpora):
        raise ValueError(f"A performer pattern is for folder=FOLDER; the corpora are {', '.join(corpora)}.")
    patterns = dict.fromkeys(corpora, performer_pattern)
    splits = _divided(patterns, labels, held_out, validation, seed)
    _warn_if_rough(splits["test"])
    return splits


def recipe_splits(recipe: Recipe) -> dict[str, list[dict]]:
    """The clips of a recipe by side, as `load_splits` gives them."""
    return load_splits(
        recipe.corpora,
        recipe.labels,
        recipe.held_out,
        recipe.validation,
        recipe.seed,
        recipe.performer_pattern,
    )


def _divided(
    patterns: Mapping[str, str | None],
    labels: Sequence[str],
    held_out: Sequence[str],
    validation: Sequence[str],
    seed: int,
    sides_of: Callable[..., tuple[list[str], list[str]]] = split_rows,
) -> dict[str, list[dict]]:
    """As `load_splits`; each corpus comes with its performer pattern, and `sides_of` divides as `split_rows` does."""
    rows: list[dict] = []
    found: set[str] = set()
    for corpus in load_corpora(patterns, seed):
        for row in corpus:
            label = str(row["label"]) if row["label"] is not None else None
            found |= {label} if label is not None else set()
            rows.append({**row, "label": label if label in labels else None})
    sides, notes = sides_of(rows, held_out, validation)
    for note in notes:
        logger.warning(note)
    refuse_shared_takes(rows, sides, overlaps=False)  # `split_rows` has put them on one side
    splits: dict[str, list[dict]] = {"train": [], "validation": [], "test": []}
    for row, side in zip(rows, sides, strict=True):
        splits[side].append(row)
    if not any(row["label"] for row in splits["train"]):
        raise ValueError(f"No training clip has one of the labels {list(labels)}; the corpora have {sorted(found)}.")
    tested = {row["label"] for row in splits["test"]} - {row["label"] for row in splits["train"]} - {None}
    if tested:
        logger.warning(f"No training clip has the labels {sorted(tested)}, though clips with them are tested.")
    if unseen := [label for label in labels if label not in found]:
        logger.warning(f"No clip has the labels {unseen}; the corpora have {sorted(found)}.")
    return splits


def _folder_name(spec: str) -> str:
    """The corpus that rows of `folder=FOLDER` name."""
    return Path(spec.partition("=")[2]).resolve().name


def _warn_if_rough(test: Sequence[dict]) -> None:
    """Says that a score on few clips is rough."""
    clips = sum(row["label"] is not None for row in test)
    if 0 < clips < FEW_TEST_CLIPS:
        logger.warning(f"The test side has {clips} labelled clips: a score on so few is rough. See its interval.")


def held_out_splits(corpora: Sequence[str], training: dict) -> dict[str, list[dict]]:
    """The clips of some corpora by the side on which a checkpoint's training had them.

    A corpus that the training did not know stands on the side of the test, whole.

    Args:
        corpora: Named as for training.
        training: The checkpoint's training record.

    Returns:
        Rows by side: train, validation and test.

    Raises:
        ValueError: As `load_splits`.
    """
    # A folder that the training did not know may be named in another way.
    pattern = training.get("performer_pattern")
    patterns = {spec: pattern if has_seen(training, _folder_name(spec)) else None for spec in corpora}
    # Before performers were held out, each clip stood where its family or its name puts it.
    sides_of = split_rows if "performer_pattern" in training else _sides_by_family
    splits = _divided(
        patterns, training["labels"], training["held_out"], training["validation"], training["seed"], sides_of
    )
    for side in ("train", "validation"):
        splits["test"] += [row for row in splits[side] if not has_seen(training, row["corpus"])]
        splits[side] = [row for row in splits[side] if has_seen(training, row["corpus"])]
    _warn_if_rough(splits["test"])
    return splits


def _sides_by_family(
    rows: Sequence[dict], held_out: Sequence[str], validation: Sequence[str]
) -> tuple[list[str], list[str]]:
    return [split_of(row, held_out, validation) for row in rows], []


def train(recipe: Recipe, splits: Mapping[str, list[dict]] | None = None) -> Path:
    """Runs the recipe.

    Args:
        recipe: What to do.
        splits: What `load_splits` gave for it, where that is there already.

    Returns:
        The folder of the checkpoint in the small form.

    Raises:
        ValueError: If the corpora cannot be loaded or hold nothing to train on, or the folder holds another run.
    """
    set_seed(recipe.seed)
    output = Path(recipe.output_dir)
    started = time.monotonic()
    if splits is None:
        splits = recipe_splits(recipe)
    for side, rows in splits.items():
        logger.warning(f"{side}: {len(rows)} clips, {dict(Counter(str(row['label']) for row in rows))}")

    start = None if recipe.model is None else find_checkpoint(recipe.model)
    _refuse_another_run(recipe, splits, start)
    before = read_record(start, TRAINING) if start is not None else None
    if start is not None:
        model = EaiLlmForCausalLM.from_pretrained(start, dtype=recipe.dtype)
        model.load_backbone()
        model.config.backbone_sha256 = weights_sha256(str(find_or_fetch(model.config.backbone)))
        processor = EaiSkeletonProcessor.from_pretrained(start)
        reference = processor.feature_extractor.motion_reference()
        if reference is None:
            raise ValueError(f"The checkpoint {start} has no motion reference, which claims and targets refer to.")
    else:
        count = min(REFERENCE_CROPS, CROPS_PER_CLIP * len(splits["train"]))
        # Recorded and generated movement count alike in what is ordinary.
        reference = fit_reference(CropDataset(splits["train"], count, recipe.seed, size_exponent=0.0))
        model, processor = new_model(recipe, reference)
    model.config.labels = list(recipe.labels)
    seconds = {"preparation": time.monotonic() - started}

    if recipe.stages in ("one", "both"):
        crops = CropDataset(splits["train"], _samples(_arguments(recipe, "stage-one")), recipe.seed)
        unseen = CropDataset(splits["validation"], VALIDATION_CROPS, recipe.seed + 1) if splits["validation"] else None
        seconds["stage one"] = align(recipe, model, processor, reference, crops, unseen)
        if any(row["label"] for row in splits["validation"]):
            model.config.label_temperature = fit_temperature(model, processor, splits["validation"], recipe.labels)
    if recipe.stages in ("two", "both"):
        model, seconds["stage two"] = _answer(recipe, model, processor, reference, splits["train"])

    folder = output / "checkpoint"
    # What the result depends on, without the folders of this machine.
    settings = {name: value for name, value in asdict(recipe).items() if name not in ("output_dir", "model")}
    clips_of = sorted({str(row["corpus"]) for rows in splits.values() for row in rows})
    record = settings | {
        "corpora": [spec.partition("=")[0] for spec in recipe.corpora],
        "clips_of": clips_of,
        "licences": [asdict(licence) for licence in licences_of_corpora(recipe.corpora, clips_of, start)],
        "backbone_form": backbone_form(model.config.backbone),
        "clips": {side: len(rows) for side, rows in splits.items()},
        "seconds": {stage: round(value, 1) for stage, value in seconds.items()},
        "before": before,
    }
    if PartialState().is_main_process:
        save_checkpoint(model, processor, folder, record)
    PartialState().wait_for_everyone()
    return folder


def _refuse_another_run(recipe: Recipe, splits: Mapping[str, list[dict]], start: str | None) -> None:
    """Notes what a run in this folder is about, and refuses one that is about something else.

    A stage that is finished there would be taken for this run's own, though it never saw these clips.
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
                f"{recipe.output_dir} holds a training with other {' and '.join(changed)}, which this one would go on "
                "with. Name another --output-dir, or delete that folder."
            )
    else:  # each process writes the same, and none may read half of it
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps(this, indent=2) + "\n", encoding="utf-8")
        part.replace(file)


def new_model(recipe: Recipe, reference: MotionReference | None) -> tuple[EaiLlmForCausalLM, EaiSkeletonProcessor]:
    """An untrained model on the recipe's backbone, with its processor.

    Args:
        recipe: Its backbone, labels and precision.
        reference: What is ordinary; None where it is not known yet.
    """
    tokenizer = AutoTokenizer.from_pretrained(str(find_or_fetch(recipe.backbone)))
    extractor = EaiSkeletonFeatureExtractor(reference=reference.to_dict() if reference else None)
    processor = EaiSkeletonProcessor.from_tokenizer(tokenizer, extractor)
    model = EaiLlmForCausalLM.from_backbone(
        recipe.backbone,
        processor.skeleton_token_id,
        dtype=recipe.dtype,
        labels=list(recipe.labels),
        skeleton_config=extractor.skeleton_config,
    )
    if reference is not None:
        standardise(model, reference)
    return model, processor


def standardise(model: EaiLlmForCausalLM, reference: MotionReference) -> None:
    """Tells the tower what is ordinary, where the reference knows that of the tower's features."""
    if reference.feature_mean is not None and reference.feature_std is not None:
        mean, std = torch.from_numpy(reference.feature_mean), torch.from_numpy(reference.feature_std)
        model.skeleton_tower.standardise_by(mean, std)


def backbone_form(backbone: str) -> str:
    """In which form the backbone's weights were: they are not the same numbers from the Hub and from the registry."""
    if Path(find_or_fetch(backbone)) == converted_folder(backbone):
        return f"{backbone}, converted from 4-bit GGUF"
    return f"{Path(backbone).name if Path(backbone).is_dir() else backbone}, as published"


def save_checkpoint(model: EaiLlmForCausalLM, processor: EaiSkeletonProcessor, folder: Path, record: dict) -> None:
    """Writes the small form with its processor, the text states of its labels and the record of its training."""
    model.keep_label_states(**processor.label_inputs(list(model.config.labels)).to(model.device))
    model.save_pretrained(folder, include_backbone=False)
    processor.save_pretrained(folder)
    write_record(folder, TRAINING, record)


def _arguments(recipe: Recipe, stage: str, **changes) -> TrainingArguments:
    """What the `Trainer` of a stage is told: the recipe's numbers for it, what both stages share, then the changes."""
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
        "logging_first_step": True,  # on a CPU the first 25 steps of stage two take minutes
        "disable_tqdm": False,  # else no bar is shown where transformers logs errors alone, as after `load_pipeline`
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
    """Samples that all steps of all processes take. Only the arguments know the processes before a Trainer is made."""
    return arguments.max_steps * arguments.train_batch_size * arguments.world_size


def align(
    recipe: Recipe,
    model: EaiLlmForCausalLM,
    processor: EaiSkeletonProcessor,
    reference: MotionReference,
    crops: CropDataset,
    validation: CropDataset | None = None,
) -> float:
    """Stage one, in place: tower and text alignment.

    Args:
        recipe: Steps, rates and folders; the crops must be enough for its steps.
        model: The model.
        processor: Its processor.
        reference: What is ordinary.
        crops: What to learn from.
        validation: Crops of other clips, scored now and then.

    Returns:
        The seconds it took.
    """
    arguments = _arguments(
        recipe,
        "stage-one",
        label_names=["labels", "skeleton_descriptors"],
        eval_strategy="steps" if validation else "no",
        eval_steps=max(recipe.stage_one_steps // 4, 1),
    )
    trainer = Trainer(
        model=AlignmentModel(model, processor, recipe.labels),
        args=arguments,
        train_dataset=crops,
        eval_dataset=validation,
        data_collator=AlignmentCollator(processor, reference, recipe.labels),
        compute_metrics=alignment_metrics,
    )
    _name_progress(trainer, "stage one, alignment")
    started = time.monotonic()
    trainer.train(resume_from_checkpoint=_last_checkpoint(arguments))
    model.eval()
    return _spent(arguments, started)


def _answer(
    recipe: Recipe,
    model: EaiLlmForCausalLM,
    processor: EaiSkeletonProcessor,
    reference: MotionReference,
    rows: list[dict],
) -> tuple[EaiLlmForCausalLM, float]:
    """Stage two. Returns the model, LoRA folded in, and the seconds it took."""
    arguments = _arguments(recipe, "stage-two", label_names=["labels"])
    samples = _samples(arguments)
    crops = CropDataset(rows, samples, recipe.seed + 2, labelled=True)
    pairs = CropDataset(rows, 2 * samples, recipe.seed + 3, AugmentationConfig(longest_s=LONGEST_COMPARED_S))
    if not model.projector.words.any():  # a new one, not that of a checkpoint
        name_tokens(model, processor)
    set_seed(recipe.seed)  # LoRA begins the same, whether stage one ran through, was resumed or had other processes
    if recipe.lora_rank:
        learner = add_lora(model, recipe.lora_rank, alpha=2 * recipe.lora_rank)
    else:
        learner = model.requires_grad_(False)
        model.projector.requires_grad_(True)
    trainer = Trainer(
        model=learner,
        args=arguments,
        train_dataset=QuestionDataset(crops, reference, recipe.labels, pairs=pairs),
        data_collator=ChatCollator(processor),
        processing_class=processor,
    )
    _name_progress(trainer, "stage two, answers")
    attention = model.config._attn_implementation
    if arguments.device.type == "cpu":
        learner.set_attn_implementation(CPU_ATTENTION)
    started = time.monotonic()
    trainer.train(resume_from_checkpoint=_last_checkpoint(arguments))
    learner.set_attn_implementation(attention)
    model = fold_lora(learner) if recipe.lora_rank else learner.requires_grad_(True).eval()
    return model, _spent(arguments, started)


class _StageProgress(ProgressCallback):
    """The Trainer's bar of steps, with the name of the stage in front of it."""

    def __init__(self, stage: str):
        super().__init__()
        self.stage = stage

    def on_train_begin(self, args, state, control, **kwargs):
        super().on_train_begin(args, state, control, **kwargs)
        if self.training_bar is not None:
            self.training_bar.set_description(self.stage)


def _name_progress(trainer: Trainer, stage: str) -> None:
    """Names the Trainer's bar; in a notebook it has a table of its own."""
    if trainer.pop_callback(ProgressCallback) is not None:
        trainer.add_callback(_StageProgress(stage))


def _spent(arguments: TrainingArguments, started: float) -> float:
    """Seconds that a stage took in all runs that ended by themselves; those of a killed run are lost."""
    seconds = time.monotonic() - started
    if PartialState().is_main_process:  # no other may read while it writes
        record = Path(arguments.output_dir) / "seconds.json"
        seconds += json.loads(record.read_text(encoding="utf-8")) if record.is_file() else 0.0
        record.write_text(json.dumps(round(seconds, 1)), encoding="utf-8")
    return seconds


def _last_checkpoint(arguments: TrainingArguments) -> str | None:
    """The newest checkpoint of the stage that was written to its end, where the Trainer's state comes last."""
    whole = [state.parent for state in Path(arguments.output_dir).glob("checkpoint-*/trainer_state.json")]
    if not whole:
        return None
    newest = max(whole, key=lambda folder: int(folder.name.rpartition("-")[2]))
    logger.warning(f"{newest.parent.name} goes on from {newest.name}")
    return str(newest)


__all__ = [
    "align",
    "held_out_splits",
    "load_splits",
    "new_model",
    "recipe_splits",
    "save_checkpoint",
    "split_of",
    "standardise",
    "train",
]
