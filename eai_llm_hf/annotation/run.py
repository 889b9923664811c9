"""Annotates the clips of a source, shard by shard, and continues where an earlier run was interrupted."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from tqdm import tqdm
from transformers.utils import cached_file, logging

from eai_llm_hf.processing.adaptation import as_adapted
from eai_llm_hf.processing.descriptors.reference import as_reference
from eai_llm_hf.processing.pipeline_arguments import as_labels, with_generate_kwargs
from eai_llm_hf.processing.record import error_record
from eai_llm_hf.processing.reference_choice import advice

from ..pipeline_loading import load_pipeline
from ..publish.checkpoints import find_checkpoint
from ..version import __version__
from .files import remove_unfinished
from .plan import CHECKS, DATA, LOCK, Plan, check_listing, check_same, digest_of, read_plan, write_plan
from .reading import Read, ReadAhead, Reader
from .schema import as_row
from .shards import Check, finished, write_shard
from .sources import Source, open_source, sha256_of

if TYPE_CHECKING:
    from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

logger = logging.get_logger(__name__)

SHARD_SIZE = 256
"""Clips of a shard: what an interruption costs at most."""

SORTED_BATCHES = 4
"""Batches whose clips are sorted by length before they are divided, so that a batch has clips of like length."""

SORTED_FRAMES = 2**19
"""Unified frames, of about 600 bytes with their features, after which the clips so far are divided: bounds memory for
long recordings."""

_FORM = ("fps", "layout", "joint_names")
_DEFAULTS = {"label_only": False, "verify": True, "attribution": False}
_OF_ONE_PERSON = ("performer", "baseline")


@dataclass(frozen=True)
class Annotated:
    """What `annotate` wrote.

    Attributes:
        folder: The folder; `datasets.load_dataset(str(folder))` loads it.
        clips: Number of clips.
        rows: One for each person of each clip, and one for each clip that could not be read.
        failed: Clips that could not be read.
    """

    folder: Path
    clips: int
    rows: int
    failed: int


def annotate(
    source: str | os.PathLike,
    output_dir: str | os.PathLike,
    model: str | Path | None = None,
    *,
    batch_size: int = 8,
    shard_size: int = SHARD_SIZE,
    num_workers: int = 2,
    **options: Any,
) -> Annotated:
    """Writes the records of many clips as Parquet, with a progress bar on stderr if that is a terminal.

    ```python
    >>> done = annotate("recordings/", "annotated/", label_only=True)
    >>> records = datasets.load_dataset(str(done.folder), split="train")
    ```

    A clip that cannot be read is a row with its error. If the call is interrupted, however that happens, the same call
    continues after the shards that are finished; the files are then the same, byte for byte, as without interruption.

    Args:
        source: A folder of recordings and videos; a manifest (.csv or .jsonl) with the column `path` and, if known,
            `fps`, `layout` and `performer`; Parquet (a file, or a folder of them) or `hub=USER/NAME`, with the column
            `joints` and, if known, `fps`, `layout`, `joint_names` and `performer`, or with the columns of `eai-llm
            data prepare`.
        output_dir: A new folder, or that of an earlier call.
        model: A checkpoint, as for `load_pipeline`.
        batch_size: Clips that go through the model together.
        shard_size: Clips of a Parquet file.
        num_workers: Processes that read clips while the model computes; 0 reads them in this process.
        **options: As in a call of the pipeline: `candidate_labels`, `question`, `label_only`, `reference`, `adapted`,
            `verify`, `attribution`, `window_s`, `hop_s`, `fps`, `layout`, `max_new_tokens` and others of `generate`.

    Returns:
        What was written.

    Raises:
        OSError: If a file cannot be written, or the Hub cannot be reached. Finished shards stay.
        TypeError: If an option is unknown, or is about one person.
        ValueError: If the source is none or holds no clip, the value of an option is not allowed, or the folder holds
            something else, was planned with other settings or another source, or is in use.
    """
    for name, value, least in (
        ("batch_size", batch_size, 1),
        ("shard_size", shard_size, 1),
        ("num_workers", num_workers, 0),
    ):
        if not isinstance(value, int) or value < least:
            raise ValueError(f"{name} must be a whole number from {least} on, found {value!r}.")
    folder = Path(output_dir)
    _check_folder(folder, Path(source))
    options, settings = _checked(options)
    plan = read_plan(folder)
    found = open_source(source, None if plan is None else plan.facts.get("source"))
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        for part in (folder, folder / DATA, folder / CHECKS):
            remove_unfinished(part)
        facts = {
            "version": __version__,
            "checkpoint": _identity(find_checkpoint(model)),
            "source": found.identity,
            "settings": settings | {"batch_size": batch_size, "shard_size": shard_size},
        }
        pipe = None
        if (plan := plan or read_plan(folder)) is None:
            pipe = _loaded(model, options)  # what is wrong with the options is found before the plan is written
            plan = write_plan(folder, facts, found)
        else:
            check_same(plan, facts)
            check_listing(plan, found)
        done = dict(finished(plan))
        if len(done) < plan.shards:
            pipe = pipe or _loaded(model, options)
            done |= _annotate(plan, found, pipe, done, batch_size, num_workers, options)
        return Annotated(folder, plan.clips, sum(each.rows for each in done.values()), _failed(done))


def _annotate(
    plan: Plan,
    source: Source,
    pipe: "SkeletonEmotionExplanationPipeline",
    done: Mapping[int, Check],
    batch_size: int,
    num_workers: int,
    options: Mapping[str, Any],
) -> dict[int, Check]:
    """Makes the shards that are not done and returns their checks."""
    if not {"reference", "adapted"} & set(options) and (text := advice(plan.clips)) is not None:
        logger.warning(text)
    for name in (DATA, CHECKS):
        (plan.folder / name).mkdir(exist_ok=True)
    form = {name: value for name, value in options.items() if name in _FORM}
    asked = {name: value for name, value in options.items() if name not in _FORM}
    todo = [shard for shard in range(plan.shards) if shard not in done]
    workers = min(num_workers, sum(map(plan.clips_in, todo)))
    processor: Any = pipe.processor
    windows = (options.get("window_s"), options.get("hop_s"))
    reader = Reader(source.inputs, processor.feature_extractor, form, windows)
    made: dict[int, Check] = {}
    before = sum(check.clips for check in done.values())
    bar = tqdm(desc="annotating", total=plan.clips, initial=before, unit="clip", disable=None)
    with bar, ReadAhead(reader, workers, SORTED_BATCHES * batch_size) as ahead:
        reads = ahead.read(clip for shard in todo for clip in plan.shard(shard))
        for shard in todo:
            rows: list[dict[str, Any]] = []
            for group in _groups(islice(reads, plan.clips_in(shard)), SORTED_BATCHES * batch_size):
                rows += _rows(pipe, group, batch_size, asked)
                bar.update(len(group))
            made[shard] = write_shard(plan, shard, rows)
            bar.set_postfix({"errors": _failed(done) + _failed(made)}, refresh=False)
    return made


def _groups(reads: Iterator[Read], most: int) -> Iterator[list[Read]]:
    """Clips in groups that depend on them and their order alone, so that an interruption does not change a batch."""
    group: list[Read] = []
    frames = 0
    for read in reads:
        group.append(read)
        frames += sum(len(person.joints) for person in read.people)
        if len(group) == most or frames >= SORTED_FRAMES:
            yield group
            group, frames = [], 0
    if group:
        yield group


def _rows(
    pipe: "SkeletonEmotionExplanationPipeline", group: Sequence[Read], batch_size: int, options: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The rows of some clips in their order; clips of like length go through the model together."""
    records: dict[int, list[dict[str, Any]]] = {}
    by_length = sorted((read for read in group if read.error is None), key=lambda read: read.frames)
    for start in range(0, len(by_length), batch_size):
        batch = by_length[start : start + batch_size]
        records |= zip((read.number for read in batch), _explained(pipe, batch, options), strict=True)
    rows = []
    for read in group:
        for person, record in enumerate([read.error] if read.error is not None else records[read.number]):
            rows.append(as_row(record, read.number, None if "error" in record else person))
    return rows


def _explained(
    pipe: "SkeletonEmotionExplanationPipeline", batch: Sequence[Read], options: Mapping[str, Any]
) -> list[list[dict[str, Any]]]:
    """The records of each clip of a batch. A clip that the model cannot process has an error; the others have none."""
    inputs = [{"people": read.people, "source": read.source, "performer": read.performer} for read in batch]
    try:
        results = list(pipe((each for each in inputs), batch_size=len(inputs), **options))
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # memory and devices are not the clip's
        if len(batch) == 1:
            return [[error_record(batch[0].source, error)]]
        return [records for read in batch for records in _explained(pipe, [read], options)]
    return [result if isinstance(result, list) else [result] for result in results]


def _checked(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options as the pipeline takes them, each file read once; and as a plan has them, files by a fingerprint."""
    if found := [name for name in _OF_ONE_PERSON if options.get(name) is not None]:
        raise TypeError(
            f"{found[0]} is about one person; who moves in each clip is a column `performer` of a manifest or dataset."
        )
    given = with_generate_kwargs(options).items()
    options = {name: value for name, value in given if value is not None and value != _DEFAULTS.get(name)}
    if options.get("do_sample"):
        raise ValueError("do_sample draws texts at random, so an interrupted run would not continue as it began.")
    if "candidate_labels" in options:
        options["candidate_labels"] = as_labels(options["candidate_labels"])
    settings = dict(options)
    if "reference" in options:
        options["reference"] = as_reference(options["reference"])
        settings["reference"] = digest_of(options["reference"].to_dict())
    if "adapted" in options:
        saved = options["adapted"]
        if not isinstance(saved, (str, os.PathLike)):
            raise TypeError("adapted must be the folder that the labels were saved to.")
        options["adapted"] = as_adapted(saved)
        settings["adapted"] = sha256_of(sorted(path for path in Path(saved).iterdir() if path.is_file()))
    layout = options.get("layout")
    if layout is not None and Path(layout).is_file():
        settings["layout"] = sha256_of([Path(layout)])
    return options, json.loads(json.dumps(settings))  # raises a TypeError for what cannot be written down


def _loaded(model: str | Path | None, options: Mapping[str, Any]) -> "SkeletonEmotionExplanationPipeline":
    """The pipeline; raises an error where it does not take the options."""
    pipe = load_pipeline(model)
    # Of a generator nothing is read before a record is asked for: only the options are checked.
    pipe((clip for clip in list[Any]()), **options)
    return pipe


def _identity(checkpoint: str) -> dict[str, str]:
    """What tells a checkpoint from others: the SHA-256 of its files, or its commit on the Hub."""
    name = Path(checkpoint).name
    if Path(checkpoint).is_dir():
        files = [path for path in Path(checkpoint).iterdir() if path.suffix in (".json", ".jinja", ".safetensors")]
        return {"name": name, "sha256": sha256_of(sorted(files))}
    config = cached_file(checkpoint, "config.json")
    return {"name": checkpoint, "commit": Path(str(config)).parent.name}


def _check_folder(folder: Path, source: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file; expected a folder to write.")
    if source.is_dir() and folder.resolve().is_relative_to(source.resolve()):
        raise ValueError(f"{folder} lies in the source; choose a folder outside {source}.")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keeps other calls away from a folder; the system releases the lock of a killed process."""
    try:
        with FileLock(folder / LOCK, timeout=0):
            yield
    except Timeout:
        raise ValueError(f"Another process annotates into {folder}; wait for it, or choose another folder.") from None


def _failed(checks: Mapping[int, Check]) -> int:
    return sum(check.failed for check in checks.values())


__all__ = ["SHARD_SIZE", "Annotated", "annotate"]
