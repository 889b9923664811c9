"""Annotates the clips of a source, shard by shard, and continues where an earlier run was interrupted."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from filelock import FileLock, Timeout
from tqdm import tqdm
from transformers.utils import logging

from eai_llm_hf.processing.reference_choice import advice

from .call import Call, threads
from .files import remove_unfinished
from .making import Maker
from .model import Model, ModelApart
from .plan import CHECKS, DATA, LOCK, Plan, check_listing, check_same, read_plan, write_plan
from .shards import Check, check_files, finished
from .sources import Source, open_source

if TYPE_CHECKING:
    from .on_ray import Cluster

logger = logging.get_logger(__name__)

SHARD_SIZE = 256
"""Clips of a shard: what an interruption costs at most."""

ENGINES = ("local", "ray")
"""Where the model computes: on this machine, or in processes of a Ray cluster."""


@dataclass(frozen=True)
class Annotated:
    """What `annotate` wrote.

    Attributes:
        folder: The folder; `datasets.load_dataset(str(folder))` loads it.
        clips: Number of clips.
        rows: One for each person of each clip, and one for each clip with an error.
        failed: Clips with an error.
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
    engine: str = "local",
    address: str | None = None,
    actors: int | None = None,
    **options: Any,
) -> Annotated:
    """Writes the records of many clips as Parquet, with a progress bar on stderr if that is a terminal.

    ```python
    >>> done = annotate("recordings/", "annotated/", label_only=True)
    >>> records = datasets.load_dataset(str(done.folder), split="train")
    ```

    A clip that cannot be read or explained is a row with its error. If the call is interrupted, however that happens,
    the same call continues after the shards that are finished; the files are then the same, byte for byte, as without
    interruption.

    Args:
        source: A folder of recordings and videos; a manifest (.csv or .jsonl) with the column `path` and, if known,
            `fps`, `layout` and `performer`; Parquet (a file, or a folder of them) or `hub=USER/NAME`, with the column
            `joints` and, if known, `fps`, `layout`, `joint_names` and `performer`, or with the columns of `eai-llm
            data prepare`.
        output_dir: A new folder, or that of an earlier call.
        model: A checkpoint, as for `load_pipeline`.
        batch_size: Clips that go through the model together.
        shard_size: Clips of a Parquet file.
        num_workers: Processes that read clips while a model computes in another one, for each model; 0 does all in
            this process, which a clip may then end.
        engine: "local" computes on this machine, "ray" in processes of a Ray cluster, with the same shards.
        address: Of a Ray cluster, "auto" for the one that this machine belongs to; None starts Ray on this machine.
        actors: Processes of the cluster that each have a model; None for as many as its GPUs hold, or its cores.
        **options: As in a call of the pipeline: `candidate_labels`, `question`, `label_only`, `reference`, `adapted`,
            `verify`, `attribution`, `window_s`, `hop_s`, `fps`, `layout`, `max_new_tokens` and others of `generate`.

    Returns:
        What was written.

    Raises:
        ImportError: If Ray is asked for and not installed.
        OSError: If a file cannot be written, or the Hub or a cluster cannot be reached. Finished shards stay.
        TypeError: If an option is unknown, or is about one person.
        ValueError: If the source is none or holds no clip, the value of an option is not allowed, or the folder holds
            something else, was planned with other settings or another source, or is in use.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, found {engine!r}.")
    if engine == "local" and (address is not None or actors is not None):
        raise ValueError('address and actors are for engine="ray".')
    if engine == "ray" and num_workers == 0:
        raise ValueError(
            'num_workers must be 1 or more with engine="ray": without processes that read, a file that crashes its '
            "reader ends each actor that is given it."
        )
    folder = Path(output_dir)
    call = Call(source, folder, model, batch_size, shard_size, num_workers, options)
    _check_folder(folder, Path(source))
    checked, settings = call.checked()
    plan = read_plan(folder)
    if engine == "local":
        return _annotated(call, checked, settings, plan, None)
    from .on_ray import connected  # an extra, and slow to import

    with connected(address, actors) as cluster:
        return _annotated(call.absolute(), checked, settings, plan, cluster)


def _annotated(
    call: Call,
    options: Mapping[str, Any],
    settings: Mapping[str, Any],
    plan: Plan | None,
    cluster: "Cluster | None",
) -> Annotated:
    """Makes what is not there, on a cluster or, if that is None, on this machine."""
    folder = call.folder
    source = open_source(call.source, None if plan is None else plan.facts.get("source"))
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder), ExitStack() as held:
        _remove_unfinished(folder)
        facts = call.facts(source.identity, settings)
        model = None
        if (plan := plan or read_plan(folder)) is None:
            # What is wrong with the options is found before the plan is written.
            count = torch.get_num_threads()
            if cluster is None:
                model = held.enter_context(_model(call, options, None, count))
                device = model.device
            else:
                call.loaded(options, "cpu")
                device = cluster.device
            plan = write_plan(folder, facts | {"threads": count, "device": device}, source)
        else:
            check_same(plan, facts)
            check_listing(plan, source)
            check_files(plan)
        done = dict(finished(plan))
        todo = [shard for shard in range(plan.shards) if shard not in done]
        if todo:
            if not {"reference", "adapted"} & set(options) and (text := advice(plan.clips)) is not None:
                logger.warning(text)
            for name in (DATA, CHECKS):
                (folder / name).mkdir(exist_ok=True)
            before = sum(check.clips for check in done.values())
            with tqdm(desc="annotating", total=plan.clips, initial=before, unit="clip", disable=None) as bar:
                if cluster is None:
                    model = model or held.enter_context(_model(call, options, plan.device, plan.threads))
                    made = _made_here(plan, todo, model, source, call, options, bar.update)
                else:
                    made = cluster.shards(plan, todo, call, source, bar.update)
                for shard, check in made:
                    done[shard] = check
                    bar.set_postfix({"errors": _failed(done)}, refresh=False)
            _remove_unfinished(folder)  # of processes that were killed on the way
        return Annotated(folder, plan.clips, sum(each.rows for each in done.values()), _failed(done))


def _model(
    call: Call, options: Mapping[str, Any], device: str | None, count: int
) -> AbstractContextManager[Model | ModelApart]:
    """The model, in a process of its own unless all is to be done in this one."""
    return ModelApart(call, options, device, count) if call.num_workers else nullcontext(Model(call, options, device))


def _made_here(
    plan: Plan,
    todo: Sequence[int],
    model: Model | ModelApart,
    source: Source,
    call: Call,
    options: Mapping[str, Any],
    advance: Callable[[int], object],
) -> Iterator[tuple[int, Check]]:
    """Makes shards on this machine; see `Maker.shards`."""
    with threads(plan.threads), Maker(plan, model, source.inputs, call, options) as maker:
        yield from maker.shards(todo, advance)


def _remove_unfinished(folder: Path) -> None:
    for part in (folder, folder / DATA, folder / CHECKS):
        remove_unfinished(part)


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
