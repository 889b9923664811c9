"""Runs the benchmark: methods under one protocol, on clips whose performers, contents or families they never saw.

The work is divided into cells: one training of one method in one fold, with the probabilities of all its test clips.
Each cell is a file in OUTPUT/cells, so an interrupted run continues with the missing ones. `results` scores them all.
"""

import json
import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from ...corpora.splits import Fold
from ..methods.registry import take_costs
from ..methods.task import Task, among
from .equal_speed import at_speed
from .plan import (
    BenchmarkSettings,
    Cell,
    Clips,
    Row,
    load_clips,
    plan_cells,
    plan_folds,
    read_protocols,
    refuse_seen_corpora,
)

_DIGITS = 5
_HIDDEN = {"label": None, "intensity": None, "expression": None}
"""Test columns that are hidden from a method, because it has to predict them."""


@dataclass(frozen=True)
class Failure:
    """A cell that failed."""

    cell: Cell
    reason: str


@dataclass(frozen=True)
class Run:
    """The outcome of a run of the benchmark.

    Attributes:
        settings: The settings of the run.
        protocols: Tested corpus -> protocol.
        clips: All clips.
        folds: The folds, by number.
        cells: All cells of the run.
        methods: Full names of the methods, in the order of the settings.
        failures: The cells that failed; they have no file.
    """

    settings: BenchmarkSettings
    protocols: dict[str, str]
    clips: Clips
    folds: list[Fold]
    cells: list[Cell]
    methods: list[str]
    failures: list[Failure]


def run_benchmark(settings: BenchmarkSettings) -> Run:
    """Runs all cells that do not exist yet.

    Raises:
        ValueError: If settings, corpora and methods do not fit together.
        KeyboardInterrupt: When interrupted. Finished cells stay, and the next run continues with the others.
    """
    clips = load_clips(settings)
    tested, protocols = read_protocols(settings.protocol, clips)
    if settings.model is not None:
        refuse_seen_corpora(settings.model, clips.test_corpora)
    folds = plan_folds(clips, protocols, settings.folds)
    cells, methods = plan_cells(settings, clips, folds)
    folder = Path(settings.output) / "cells"
    folder.mkdir(parents=True, exist_ok=True)
    missing = [cell for cell in cells if read_cell(folder, cell) is None]
    failures = []
    with tqdm(total=len(cells), initial=len(cells) - len(missing), desc="benchmark", unit="cell") as progress:
        try:
            with closing(_run_all(missing, clips, folder, settings.jobs)) as outcomes:
                for cell, reason in outcomes:
                    progress.update()
                    if reason is not None:
                        failures.append(Failure(cell, reason))
                        progress.write(f"failed: {cell.name}: {reason}", file=sys.stderr)
        except KeyboardInterrupt:
            progress.close()
            print("Finished cells are kept; the same command continues with the others.", file=sys.stderr)
            raise
    failures.sort(key=lambda failure: cells.index(failure.cell))
    return Run(settings, tested, clips, folds, cells, methods, failures)


def read_cell(folder: Path, cell: Cell) -> dict[str, Any] | None:
    """The answers of a cell; None if it does not exist or was made with other settings."""
    try:
        found = json.loads((folder / cell.name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if found["fingerprint"] == cell.fingerprint else None


def _run_all(
    cells: Sequence[Cell], clips: Clips, folder: Path, jobs: int
) -> Generator[tuple[Cell, str | None], None, None]:
    """Runs cells and yields each with the reason of its failure or None, in the order in which they end."""
    if min(jobs, len(cells)) < 2:
        for cell in cells:
            yield cell, run_cell(cell, clips, folder)
        return
    others = set(multiprocessing.active_children())
    with tempfile.TemporaryDirectory(prefix="eai-llm-benchmark-") as store, _single_threaded():
        _store(clips, Path(store))
        pool = ProcessPoolExecutor(
            min(jobs, len(cells)),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start_worker,
            initargs=(store,),
        )
        with pool:
            futures: dict[Future[str | None], Cell] = {
                pool.submit(_run_in_worker, cell, str(folder)): cell for cell in cells
            }
            try:
                for future in as_completed(futures):
                    died = future.exception()
                    yield futures[future], f"the process ended: {died}" if died else future.result()
            except BaseException:  # interrupted, or the caller stopped reading
                pool.shutdown(wait=False, cancel_futures=True)
                for child in set(multiprocessing.active_children()) - others:
                    child.terminate()
                raise


class _single_threaded:
    """Within it, new processes use one thread each."""

    def __enter__(self) -> None:
        self.before = os.environ.get("OMP_NUM_THREADS")
        os.environ["OMP_NUM_THREADS"] = "1"

    def __exit__(self, *_: object) -> None:
        if self.before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = self.before


def _store(clips: Clips, folder: Path) -> None:
    """Writes the clips so that worker processes share the joints in memory."""
    np.save(folder / "joints.npy", np.concatenate([row["joints"] for row in clips.rows]))
    light = [{column: value for column, value in row.items() if column != "joints"} for row in clips.rows]
    lengths = [len(row["joints"]) for row in clips.rows]
    with (folder / "rows.pickle").open("wb") as file:
        pickle.dump((light, lengths, clips.tested, clips.extra, clips.labels, clips.digests, clips.speeds), file)


def _restore(folder: Path) -> Clips:
    joints = np.load(folder / "joints.npy", mmap_mode="c")  # copy on write: the workers share the memory
    with (folder / "rows.pickle").open("rb") as file:
        light, lengths, tested, extra, labels, digests, speeds = pickle.load(file)
    ends = np.cumsum(lengths)
    rows = [
        row | {"joints": np.asarray(joints[end - length : end])}
        for row, length, end in zip(light, lengths, ends, strict=True)
    ]
    return Clips(rows, tested, extra, labels, digests, speeds)


_worker_clips: Clips | None = None


def _start_worker(store: str) -> None:
    global _worker_clips
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends the workers
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    _worker_clips = _restore(Path(store))


def _end_with_parent() -> None:
    """Ends a worker whose parent was killed and cannot end it any more."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _run_in_worker(cell: Cell, folder: str) -> str | None:
    assert _worker_clips is not None
    return run_cell(cell, _worker_clips, Path(folder))


def run_cell(cell: Cell, clips: Clips, folder: Path) -> str | None:
    """Runs one cell and writes its file.

    Returns:
        None, or the reason of its failure in one line. The traceback is then in a file with the suffix .failed.txt.
    """
    failed = folder / f"{cell.name.removesuffix('.json')}.failed.txt"
    try:
        answers = _answers(cell, clips)
    except Exception as error:  # a method that fails must not stop the methods after it
        failed.write_text(traceback.format_exc(), encoding="utf-8")
        return " ".join(f"{type(error).__name__}: {error}".split())
    unfinished = folder / f"{cell.name}.unfinished-{os.getpid()}"
    unfinished.write_text(json.dumps(answers, separators=(",", ":")) + "\n", encoding="utf-8")
    unfinished.replace(folder / cell.name)
    failed.unlink(missing_ok=True)
    return None


def _answers(cell: Cell, clips: Clips) -> dict[str, Any]:
    train = [clips.rows[i] | ({"label": None} if i in cell.silent else {}) for i in cell.train]
    truth = [clips.rows[i]["label"] for i in cell.test]
    test = [clips.rows[i] | _HIDDEN for i in cell.test]
    if len({row["label"] for row in train} - {None}) < 2:
        raise ValueError("the training clips have fewer than two labels")
    factors = []
    if cell.speed_matched is not None:
        targets = _mean_speeds(cell, clips)
        for row in test[:]:
            matched, factor = at_speed(row, targets.get(_speed_group(row, cell.speed_matched), np.nan))
            test.append(matched)
            factors.append(round(factor, 4))
    seed = 0 if cell.seed is None else cell.seed
    task = Task(train, test, cell.labels, seed=seed, steps=cell.steps, batch_size=cell.batch_size)
    take_costs()
    started = time.monotonic()
    probabilities = _checked(np.asarray(cell.source.load()(task), np.float64), task)
    seconds = time.monotonic() - started
    costs = take_costs()
    plain, matched_part = np.split(probabilities.round(_DIGITS), [len(truth)])
    return {
        "fingerprint": cell.fingerprint,
        "method": cell.method,
        "fold": cell.fold,
        "fold_name": cell.fold_name,
        "seed": cell.seed,
        "train_on": cell.train_on,
        "label_share": cell.label_share,
        "steps": cell.steps,
        "batch_size": cell.batch_size,
        "labels": task.all_labels,
        "clip_ids": [row["clip_id"] for row in test[: len(truth)]],
        "corpora": [row["corpus"] for row in test[: len(truth)]],
        "truth": truth,
        "probabilities": plain.tolist(),
        "speed_matched": {"time_factors": factors, "probabilities": matched_part.tolist()} if factors else None,
        "train_clips": len(train),
        "train_labels": sum(row["label"] is not None for row in train),
        "seconds": round(seconds, 2),
        "told": costs,
    }


def _mean_speeds(cell: Cell, clips: Clips) -> dict[tuple[str, ...], float]:
    """Mean movement speed of the labelled clips (with silenced labels), by the group that gets one speed.

    For a corpus (or rig), only training clips count. For a family all clips count, because with the protocol of that
    name training has none of the family; nothing is learned from them.
    """
    assert cell.speed_matched is not None
    speeds: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for i in cell.train if cell.speed_matched == "corpus" else range(len(clips.rows)):
        if np.isfinite(clips.speeds[i]):
            speeds[_speed_group(clips.rows[i], cell.speed_matched)].append(clips.speeds[i])
    return {group: float(np.mean(found)) for group, found in speeds.items()}


def _speed_group(row: Row, speeds_of: str) -> tuple[str, ...]:
    return (row["corpus"],) if speeds_of == "corpus" else (row["corpus"], row["family"])


def _checked(probabilities: np.ndarray, task: Task) -> np.ndarray:
    """The probabilities of a method, after checks.

    Raises:
        ValueError: If the shape is wrong, values are negative or not finite, or a row does not sum to 1 over the
            candidates of its corpus.
    """
    expected = (len(task.test), len(task.all_labels))
    if probabilities.shape != expected:
        raise ValueError(f"the method gave probabilities of shape {probabilities.shape}, expected {expected}")
    if not np.isfinite(probabilities).all() or probabilities.min() < 0:
        raise ValueError("the method gave probabilities that are negative or not finite")
    candidates = task.candidates(task.test)
    sums = np.where(candidates, probabilities, 0).sum(axis=1)
    if np.abs(sums - 1).max() > 1e-3:
        worst = int(np.abs(sums - 1).argmax())
        raise ValueError(
            f"the probabilities of {task.test[worst]['clip_id']} sum to {sums[worst]:.3f} over its corpus's labels"
        )
    return among(probabilities, candidates)


__all__ = ["Failure", "Run", "read_cell", "run_benchmark", "run_cell"]
