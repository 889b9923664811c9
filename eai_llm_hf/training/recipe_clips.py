"""The clips of corpora, divided into those for training, for validation and for the test."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import datasets
from transformers.utils import logging

from ..corpora import load_corpora
from ..corpora.splits import refuse_shared_takes, split_of, split_rows
from ..corpora.stored_rows import relabelled, stored_rows
from ..publish.checkpoints import has_seen

logger = logging.get_logger(__name__)

FEW_TEST_CLIPS = 20
"""With fewer clips a score is rough: a 95% interval of an accuracy near .8 is wider than .33."""


def load_splits(
    corpora: Sequence[str],
    labels: Sequence[str],
    held_out: Sequence[str],
    validation: Sequence[str],
    seed: int,
    performer_pattern: str | None = None,
) -> dict[str, list[Mapping]]:
    """Loads corpora and divides their clips.

    Warnings say which performers or contents are held out, and whether the test has few clips.

    Args:
        corpora: Corpora as a recipe names them, such as `folder=clips`.
        labels: Emotions to learn; a clip with another label becomes unlabelled.
        held_out: Performers, or families of contents, for the test.
        validation: Performers, or families of contents, for validation.
        seed: Seed of generated corpora.
        performer_pattern: How the path of a file names the performer; for `folder=FOLDER`.

    Returns:
        Rows by split: train, validation and test. Their joints stay in the dataset of the corpus, which of a prepared
        one is on the disk.

    Raises:
        ValueError: If no clip with a label is left for training, parts of one take would be in two splits, or the
            pattern names no performer of a folder.
    """
    if performer_pattern is not None and not any(spec.startswith("folder=") for spec in corpora):
        raise ValueError(f"A performer pattern is for folder=FOLDER; the corpora are {', '.join(corpora)}.")
    patterns = dict.fromkeys(corpora, performer_pattern)
    splits = _divided(patterns, labels, held_out, validation, seed)
    _warn_if_rough(splits["test"])
    return splits


def held_out_splits(corpora: Sequence[str], training: dict) -> dict[str, list[Mapping]]:
    """Divides the clips of corpora as the training of a checkpoint did.

    All clips of a corpus that was not used in training are in the test split.

    Args:
        corpora: Corpora as a recipe names them.
        training: The checkpoint's metadata of its training.

    Returns:
        Rows by split: train, validation and test.

    Raises:
        ValueError: As `load_splits`.
    """
    # The folders of a corpus that was not used in training may name performers in another way.
    pattern = training.get("performer_pattern")
    patterns = {spec: pattern if has_seen(training, _folder_name(spec)) else None for spec in corpora}
    # Before performers were held out, the family or the name of each clip alone decided its split.
    sides_of = split_rows if "performer_pattern" in training else _sides_by_family
    splits = _divided(
        patterns, training["labels"], training["held_out"], training["validation"], training["seed"], sides_of
    )
    for side in ("train", "validation"):
        splits["test"] += [row for row in splits[side] if not has_seen(training, row["corpus"])]
        splits[side] = [row for row in splits[side] if has_seen(training, row["corpus"])]
    _warn_if_rough(splits["test"])
    return splits


def _divided(
    patterns: Mapping[str, str | None],
    labels: Sequence[str],
    held_out: Sequence[str],
    validation: Sequence[str],
    seed: int,
    sides_of: Callable[..., tuple[list[str], list[str]]] = split_rows,
) -> dict[str, list[Mapping]]:
    """As `load_splits`, with a performer pattern for each corpus; `sides_of` divides the rows as `split_rows` does."""
    rows: list[Mapping] = []
    found: set[str] = set()
    for corpus in load_corpora(patterns, seed):
        for row in stored_rows(corpus) if isinstance(corpus, datasets.Dataset) else corpus:
            label = row["label"]
            found |= {label} if label is not None else set()
            rows.append(row if label in labels else relabelled(row, None))
    sides, notes = sides_of(rows, held_out, validation)
    for note in notes:
        logger.warning(note)
    refuse_shared_takes(rows, sides, overlaps=False)  # `split_rows` has put overlapping clips on one side
    splits: dict[str, list[Mapping]] = {"train": [], "validation": [], "test": []}
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
    """The name of the corpus in rows of `folder=FOLDER`."""
    return Path(spec.partition("=")[2]).resolve().name


def _warn_if_rough(test: Sequence[dict]) -> None:
    """Warns if the test has so few clips that a score is rough."""
    clips = sum(row["label"] is not None for row in test)
    if 0 < clips < FEW_TEST_CLIPS:
        logger.warning(f"The test side has {clips} labelled clips, too few for a precise score. See its interval.")


def _sides_by_family(
    rows: Sequence[Mapping], held_out: Sequence[str], validation: Sequence[str]
) -> tuple[list[str], list[str]]:
    return [split_of(row, held_out, validation) for row in rows], []


__all__ = ["held_out_splits", "load_splits"]
