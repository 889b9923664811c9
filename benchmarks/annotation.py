"""Times `annotate` and the pipeline on a list of the same files, labels without text, in one process.

    python benchmarks/annotation.py
    python benchmarks/annotation.py --clips 200 --workers 0 2 --output scale.md

Both read generated clips from .npz files with the default checkpoint, in alternating rounds. Everything runs once, on
a few clips, before the clock starts. `annotate` includes its plan, its check sums and writing the shards.
"""

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from eai_llm_hf import annotate, load_pipeline
from eai_llm_hf.annotation import run
from eai_llm_hf.generator import clip_seed, generate_clip

WARM_UP = 8


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


def measure(clips: int, rounds: int, workers: Sequence[int], batch_size: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds and CPU seconds of each way, one pair a round."""
    spent: dict[str, list[tuple[float, float]]] = defaultdict(list)
    pipe = load_pipeline()
    run.load_pipeline = lambda model: pipe  # loading is no part of the rate
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work, "clips")
        folder.mkdir()
        paths = list(map(str, write_clips(folder, clips)))
        few = Path(work, "few")
        few.mkdir()
        write_clips(few, WARM_UP)
        for round_ in range(-1, rounds):
            source, listed = (few, [str(path) for path in few.iterdir()]) if round_ < 0 else (folder, paths)
            ways: dict[str, Callable[[], object]] = {
                "the pipeline on a list": lambda listed=listed: pipe(listed, batch_size=batch_size, label_only=True)
            }
            for count in workers:
                out = Path(work, f"{count}-{round_}")
                given = {"batch_size": batch_size, "num_workers": count, "label_only": True}
                name = "`annotate`, " + (f"{count} worker processes" if count else "clips read in between")
                ways[name] = lambda out=out, given=given, source=source: annotate(source, out, **given)
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
        "counts CPU seconds of the process with the model.",
        "",
        "| | clips a second | clips a CPU second |",
        "|---|---|---|",
    ]
    for name, pairs in spent.items():
        wall, cpu = (statistics.median(each) for each in zip(*pairs, strict=True))
        lines.append(f"| {name} | {clips / wall:.1f} | {clips / cpu:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--workers", type=int, nargs="+", default=[0])
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    spent = measure(args.clips, args.rounds, args.workers, args.batch_size)
    command = f"python benchmarks/annotation.py --clips {args.clips} --rounds {args.rounds} --workers "
    table = as_markdown(spent, args.clips, command + " ".join(map(str, args.workers)))
    print(table)
    if args.output:
        args.output.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
