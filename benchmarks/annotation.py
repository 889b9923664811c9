"""Times `annotate` and the pipeline on a list of the same files, labels without text, in one process.

    python benchmarks/annotation.py
    python benchmarks/annotation.py --clips 200 --rounds 1 --output scale.md
    OMP_NUM_THREADS=1 python benchmarks/annotation.py --engine ray --clips 192 --explained 24

Both read generated clips from .npz files with the default checkpoint, in alternating rounds. Everything runs once, on
a few clips, before the clock starts. `annotate` includes its plan, its check sums and writing the shards.

With `--engine ray`, one actor of a Ray cluster on this machine labels clips, then explains others. Its first shard is
not timed. CPU seconds are those of the actor and of the process that reads for it. From these rates follow hours and
cost of a million and of a billion clips.
"""

import argparse
import os
import platform
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import torch

from eai_llm_hf import annotate, load_pipeline
from eai_llm_hf.annotation import call, on_ray
from eai_llm_hf.generator import clip_seed, generate_clip

WARM_UP = 8
CORES = {10**6: 100, 10**9: 10_000}
"""Cores whose hours are given, for each number of clips."""


def write_clips(folder: Path, clips: int) -> list[Path]:
    """Writes generated clips as files."""
    paths = [folder / f"{number:05d}.npz" for number in range(clips)]
    for number, path in enumerate(paths):
        motion = generate_clip(clip_seed(0, number)).motion
        np.savez(path, joints=motion.joints, fps=motion.fps, joint_names=np.array(motion.joint_names))
    return paths


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and CPU seconds of this process, that a call takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def measure(clips: int, rounds: int, batch_size: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds and CPU seconds of each way, one pair a round."""
    spent: dict[str, list[tuple[float, float]]] = defaultdict(list)
    pipe = load_pipeline()
    call.load_pipeline = lambda *_, **__: pipe  # loading is no part of the rate
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work, "clips")
        folder.mkdir()
        paths = list(map(str, write_clips(folder, clips)))
        few = Path(work, "few")
        few.mkdir()
        write_clips(few, WARM_UP)
        for round_ in range(-1, rounds):
            source, listed = (few, [str(path) for path in few.iterdir()]) if round_ < 0 else (folder, paths)
            given = {"batch_size": batch_size, "label_only": True}
            ways: dict[str, Callable[[], object]] = {
                "the pipeline on a list": partial(pipe, listed, **given),
                "`annotate`, clips read in between": partial(
                    annotate, source, Path(work, f"out{round_}"), num_workers=0, **given
                ),
            }
            for name, way in ways.items():
                pair = timed(way)
                if round_ >= 0:
                    spent[name].append(pair)
    return spent


def as_markdown(spent: dict[str, list[tuple[float, float]]], clips: int, command: str) -> str:
    """The table, with the median of all rounds."""
    lines = [
        f"`{command}`",
        "",
        f"{platform.machine()}, {os.cpu_count()} cores, threads: {torch.get_num_threads()}, torch "
        f"{torch.__version__}; "
        f"{clips} generated clips, labels only, median of the rounds. The last column "
        "counts CPU seconds.",
        "",
        "| | clips a second | clips a CPU second |",
        "|---|---|---|",
    ]
    for name, pairs in spent.items():
        wall, cpu = (statistics.median(each) for each in zip(*pairs, strict=True))
        lines.append(f"| {name} | {clips / wall:.1f} | {clips / cpu:.1f} |")
    return "\n".join(lines) + "\n"


def watch_actors(spent: dict[int, float], ended: threading.Event) -> None:
    """Keeps the CPU seconds of each actor, and of each process that reads for one, also when it has ended."""
    while not ended.wait(0.2):
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):  # it has ended meanwhile
                if any("ShardWriter" in " ".join(each.cmdline()) for each in (process, *process.parents())):
                    times = process.cpu_times()
                    spent[process.pid] = times.user + times.system


def measure_actor(clips: int, shard_size: int, label_only: bool) -> tuple[float, float, float]:
    """One actor with one reading process.

    Returns:
        Clips a second and clips a CPU second after its first shard, and the seconds until this was there.
    """
    marks: list[tuple[float, float]] = []
    spent: dict[int, float] = {}
    ended = threading.Event()
    threading.Thread(target=watch_actors, args=(spent, ended), daemon=True).start()
    shards = on_ray.Cluster.shards

    def watched(*given):
        for made in shards(*given):
            marks.append((time.perf_counter(), sum(spent.copy().values())))
            yield made

    on_ray.Cluster.shards = watched
    try:
        with tempfile.TemporaryDirectory() as work:
            folder = Path(work, "clips")
            folder.mkdir()
            write_clips(folder, clips)
            began = time.perf_counter()
            given = {"num_workers": 1, "engine": "ray", "actors": 1, "label_only": label_only}
            annotate(folder, Path(work, "out"), shard_size=shard_size, **given)
    finally:
        on_ray.Cluster.shards = shards
        ended.set()
    (first, cpu_first), (last, cpu_last) = marks[0], marks[-1]
    timed_clips = clips - shard_size
    return timed_clips / (last - first), timed_clips / (cpu_last - cpu_first), first - began


def as_costs(rates: dict[str, tuple[float, float, float]], clips: dict[str, int], price: float, command: str) -> str:
    """Tables of the rates, and of what follows from them."""
    lines = [
        f"`{command}`",
        "",
        f"{platform.machine()}, {os.cpu_count()} cores, threads: {torch.get_num_threads()}, torch {torch.__version__}",
        "",
        "| one actor | clips | clips a second | clips a CPU second | first shard after |",
        "|---|---|---|---|---|",
    ]
    for name, (wall, cpu, start) in rates.items():
        lines.append(f"| {name} | {clips[name]} | {wall:.2f} | {cpu:.2f} | {start:.0f} s |")
    lines += ["", f"| | core-hours | hours | cost at {price} a core-hour |", "|---|---|---|---|"]
    for count, cores in CORES.items():
        for name, (_, cpu, _) in rates.items():
            hours = count / cpu / 3600
            cost = f"{price * hours:,.0f}"
            lines.append(
                f"| {name}, {count:,} clips | {hours:,.0f} | {hours / cores:,.1f} on {cores:,} cores | {cost} |"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--engine", choices=("local", "ray"), default="local")
    parser.add_argument("--explained", type=int, default=24, help="with ray: clips that are explained")
    parser.add_argument("--price", type=float, default=0.04, help="with ray: of an hour of one core")
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    if args.engine == "ray":
        counts = {"labels only": args.clips, "explanations": args.explained}
        rates = {name: measure_actor(count, count // 3, name == "labels only") for name, count in counts.items()}
        command = f"python benchmarks/annotation.py --engine ray --clips {args.clips} --explained {args.explained}"
        table = as_costs(rates, counts, args.price, command)
        print(table)
        if args.output:
            args.output.write_text(table, encoding="utf-8")
        return
    spent = measure(args.clips, args.rounds, args.batch_size)
    command = f"python benchmarks/annotation.py --clips {args.clips} --rounds {args.rounds}"
    table = as_markdown(spent, args.clips, command)
    print(table)
    if args.output:
        args.output.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
