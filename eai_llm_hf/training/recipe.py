"""The recipe: corpora in, a checkpoint out. Each stage goes on where it stopped, and one that is done is not repeated.

OUTPUT/stage-one/    Trainer checkpoints of the alignment
OUTPUT/stage-two/    Trainer checkpoints of the question answering (projector and LoRA)
OUTPUT/checkpoint/   the small form: what was trained, with processor, reference and training record
"""

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from accelerate import PartialState
from transformers import AutoTokenizer, Trainer, TrainingArguments, set_seed
from transformers.utils import logging

from eai_llm_hf.backbones import converted_folder, find_or_fetch
from eai_llm_hf.corpora import load_corpus
from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM
from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.motion_reference import MotionReference
from eai_llm_hf.processing.processing_eai_llm import EaiSkeletonProcessor
from eai_llm_hf.records import DEFAULT_CHECKPOINT, TRAINING, read_record, write_record
from eai_llm_hf.splits import refuse_shared_takes, split_of

from .alignment import AlignmentCollator, AlignmentModel, alignment_metrics
from .answering import ChatCollator, QuestionDataset, add_lora, fold_lora
from .crops import CropDataset, fit_reference
from .settings import Recipe

logger = logging.get_logger(__name__)

REFERENCE_CROPS = 2000
CROPS_PER_CLIP = 20
"""More crops of one clip say nothing new about what is ordinary."""
VALIDATION_CROPS = 256


def load_splits(
    corpora: Sequence[str], labels: Sequence[str], held_out: Sequence[str], validation: Sequence[str], seed: int
) -> dict[str, list[dict]]:
    """Rows of all corpora by side; labels outside the list are taken off.

    Raises:
        ValueError: If nothing with a label is left to train on, or a take would stand on two sides.
    """
    splits: dict[str, list[dict]] = {"train": [], "validation": [], "test": []}
    found: set[str] = set()
    for spec in corpora:
        for row in load_corpus(spec, seed):
            label = str(row["label"]) if row["label"] is not None else None
            found |= {label} if label is not None else set()
            splits[split_of(row, held_out, validation)].append({**row, "label": label if label in labels else None})
    sides = [side for side, rows in splits.items() for _ in rows]
    refuse_shared_takes([row for rows in splits.values() for row in rows], sides)
    if not any(row["label"] for row in splits["train"]):
        raise ValueError(f"No training clip has one of the labels {list(labels)}; the corpora have {sorted(found)}.")
    if unseen := [label for label in labels if label not in found]:
        logger.warning(f"No clip has the labels {unseen}; the corpora have {sorted(found)}.")
    return splits


def train(recipe: Recipe) -> Path:
    """Runs the recipe.

    Returns:
        The folder of the checkpoint in the small form.

    Raises:
        ValueError: If the corpora cannot be loaded or hold nothing to train on.
    """
    set_seed(recipe.seed)
    output = Path(recipe.output_dir)
    started = time.monotonic()
    splits = load_splits(recipe.corpora, recipe.labels, recipe.held_out, recipe.validation, recipe.seed)
    for side, rows in splits.items():
        logger.warning(f"{side}: {len(rows)} clips, {dict(Counter(str(row['label']) for row in rows))}")

    start = str(DEFAULT_CHECKPOINT) if recipe.model == "default" else recipe.model
    before = read_record(start, TRAINING) if start is not None else None
    if start is not None:
        model = EaiLlmForCausalLM.from_pretrained(start, dtype=recipe.dtype)
        processor = EaiSkeletonProcessor.from_pretrained(start)
        reference = processor.feature_extractor.motion_reference()
        if reference is None:
            raise ValueError(f"The checkpoint {start} has no motion reference, which claims and targets refer to.")
    else:
        count = min(REFERENCE_CROPS, CROPS_PER_CLIP * len(splits["train"]))
        crops = CropDataset(splits["train"], count, recipe.seed)
        model, processor, reference = new_model(recipe, fit_reference(crops))
    model.config.labels = list(recipe.labels)
    seconds = {"preparation": time.monotonic() - started}

    if recipe.stages in ("one", "both"):
        seconds["stage one"] = align(recipe, model, processor, reference, splits)
    if recipe.stages in ("two", "both"):
        model, seconds["stage two"] = _answer(recipe, model, processor, reference, splits["train"])

    folder = output / "checkpoint"
    # What the result depends on, without the folders of this machine.
    settings = {name: value for name, value in asdict(recipe).items() if name not in ("output_dir", "model")}
    record = settings | {
        "corpora": [spec.partition("=")[0] for spec in recipe.corpora],
        "clips_of": sorted({str(row["corpus"]) for rows in splits.values() for row in rows}),
        "backbone_form": before["backbone_form"] if before else backbone_form(recipe.backbone),
        "clips": {side: len(rows) for side, rows in splits.items()},
        "seconds": {stage: round(value, 1) for stage, value in seconds.items()},
        "before": before,
    }
    if PartialState().is_main_process:
        save_checkpoint(model, processor, folder, record)
    PartialState().wait_for_everyone()
    return folder


def new_model(
    recipe: Recipe, reference: MotionReference
) -> tuple[EaiLlmForCausalLM, EaiSkeletonProcessor, MotionReference]:
    """An untrained model on the recipe's backbone, with its processor."""
    folder = str(find_or_fetch(recipe.backbone))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    processor = EaiSkeletonProcessor.from_tokenizer(
        tokenizer, EaiSkeletonFeatureExtractor(reference=reference.to_dict())
    )
    model = EaiLlmForCausalLM.from_backbone(
        recipe.backbone, processor.skeleton_token_id, dtype=recipe.dtype, labels=list(recipe.labels)
    )
    return model, processor, reference


def backbone_form(backbone: str) -> str:
    """In which form the backbone's weights were: they are not the same numbers from the Hub and from the registry."""
    if Path(find_or_fetch(backbone)) == converted_folder(backbone):
        return f"{backbone}, converted from 4-bit GGUF"
    return f"{Path(backbone).name if Path(backbone).is_dir() else backbone}, as published"


def save_checkpoint(model: EaiLlmForCausalLM, processor: EaiSkeletonProcessor, folder: Path, record: dict) -> None:
    """Writes the small form with its processor and the record of its training."""
    model.save_pretrained(folder, include_backbone=False)
    processor.save_pretrained(folder)
    write_record(folder, TRAINING, record)


def _arguments(recipe: Recipe, stage: str, **changes) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(Path(recipe.output_dir) / stage),
        lr_scheduler_type="cosine",
        weight_decay=0.01,
        logging_steps=25,
        save_steps=recipe.save_steps,
        save_total_limit=1,
        seed=recipe.seed,
        dataloader_num_workers=recipe.num_workers,
        train_sampling_strategy="sequential",  # crops are drawn at random by their number
        remove_unused_columns=False,
        report_to=recipe.report_to,
        use_cpu=recipe.use_cpu,
        **changes,
    )


def align(
    recipe: Recipe,
    model: EaiLlmForCausalLM,
    processor: EaiSkeletonProcessor,
    reference: MotionReference,
    splits: dict[str, list[dict]],
) -> float:
    """Stage one, in place: tower and text alignment; with validation clips also the temperature.

    Returns:
        The seconds it took.
    """
    validation = splits["validation"]
    arguments = _arguments(
        recipe,
        "stage-one",
        max_steps=recipe.stage_one_steps,
        per_device_train_batch_size=recipe.stage_one_batch_size,
        per_device_eval_batch_size=recipe.stage_one_batch_size,
        learning_rate=recipe.stage_one_learning_rate,
        warmup_steps=0.05,
        label_names=["labels", "descriptor_targets", "descriptor_mask"],
        eval_strategy="steps" if validation else "no",
        eval_steps=max(recipe.stage_one_steps // 4, 1),
    )
    samples = recipe.stage_one_steps * recipe.stage_one_batch_size * arguments.world_size
    trainer = Trainer(
        model=AlignmentModel(model, processor, recipe.labels),
        args=arguments,
        train_dataset=CropDataset(splits["train"], samples, recipe.seed),
        eval_dataset=CropDataset(validation, VALIDATION_CROPS, recipe.seed + 1) if validation else None,
        data_collator=AlignmentCollator(processor, reference, recipe.labels),
        compute_metrics=alignment_metrics,
    )
    started = time.monotonic()
    trainer.train(resume_from_checkpoint=_last_checkpoint(arguments))
    if validation:
        model.config.temperature = _calibrate(trainer, model)
    model.eval()
    return _spent(arguments, started)


def _calibrate(trainer: Trainer, model: EaiLlmForCausalLM) -> float:
    """The temperature that minimises the cross-entropy of validation crops (Guo et al. 2017), between 0.2 and 5."""
    prediction = trainer.predict(trainer.eval_dataset)
    logits, labels = torch.from_numpy(prediction.predictions[0]), torch.from_numpy(prediction.label_ids[0])
    if not (labels != -100).any():
        return model.config.temperature
    candidates = torch.logspace(-0.7, 0.7, 57)
    losses = torch.stack(
        [torch.nn.functional.cross_entropy(logits / value, labels, ignore_index=-100) for value in candidates]
    )
    return round(float(candidates[losses.argmin()]), 3)


def _answer(
    recipe: Recipe,
    model: EaiLlmForCausalLM,
    processor: EaiSkeletonProcessor,
    reference: MotionReference,
    rows: list[dict],
) -> tuple[EaiLlmForCausalLM, float]:
    """Stage two. Returns the model with LoRA folded in and the seconds it took."""
    arguments = _arguments(
        recipe,
        "stage-two",
        max_steps=recipe.stage_two_steps,
        per_device_train_batch_size=recipe.stage_two_batch_size,
        learning_rate=recipe.stage_two_learning_rate,
        warmup_steps=0.03,
        label_names=["labels"],
    )
    samples = recipe.stage_two_steps * recipe.stage_two_batch_size * arguments.world_size
    crops = CropDataset(rows, samples, recipe.seed + 2, labelled=True)
    peft_model = add_lora(model, recipe.lora_rank, alpha=2 * recipe.lora_rank)
    trainer = Trainer(
        model=peft_model,
        args=arguments,
        train_dataset=QuestionDataset(crops, reference, recipe.labels),
        data_collator=ChatCollator(processor),
        processing_class=processor,
    )
    started = time.monotonic()
    trainer.train(resume_from_checkpoint=_last_checkpoint(arguments))
    return fold_lora(peft_model), _spent(arguments, started)


def _spent(arguments: TrainingArguments, started: float) -> float:
    """Seconds that a stage took in all runs that ended by themselves; those of a killed run are lost."""
    record = Path(arguments.output_dir) / "seconds.json"
    earlier = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else 0.0
    seconds = earlier + time.monotonic() - started
    if PartialState().is_main_process:
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


__all__ = ["align", "load_splits", "new_model", "save_checkpoint", "split_of", "train"]
