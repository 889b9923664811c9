"""Labels and explanations per CPU second against another state of the code, stage by stage, and how the cost grows.

    git worktree add ../before b7b6669
    python benchmarks/rates.py --against ../before
    python benchmarks/rates.py --growth --most 10000

One process for each state of the code loads the default checkpoint and then gets the same files, in turn, so that both
meet the same load of the machine. Times are CPU seconds of a process with one thread. Everything runs once before the
clock starts. The result is written into docs/latency.md between two comments.
"""

import argparse
import importlib.util
import json
import platform
import runpy
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "latency.md"
SECONDS = (3.0, 4.5, 6.0)
"""Lengths of the generated clips, in turn."""
_LONGEST_S = 60.0  # of a generated clip
STAGES = ("reading", "unified skeleton", "measuring", "tower", "the rest")
_ROOMS = {"eai_llm_hf": "eai_llm_hf", "eai_llm_hf.modeling": "modeling", "eai_llm_hf.processing": "processing"}


class _OfTree:
    """Imports the package from one state of the code, whatever is installed."""

    def __init__(self, tree: Path):
        self._tree = tree

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """As `importlib.abc.MetaPathFinder`: the packages; their modules are found by their paths."""
        if name not in _ROOMS:
            return None
        folder = self._tree / _ROOMS[name]
        return importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )


# ---- the process that is timed --------------------------------------------------------------------------------------


def work(tree: Path) -> None:
    """Answers each line of stdin, the arguments of a call of the pipeline, with a line of what it took."""
    sys.meta_path.insert(0, _OfTree(tree))
    import torch

    torch.set_num_threads(1)
    from eai_llm_hf import load_pipeline

    pipe = load_pipeline()
    for line in sys.stdin:
        given = json.loads(line)
        spent: dict[str, float] = defaultdict(float)
        unpatch = _watch(pipe, spent) if given.pop("stages", False) else lambda: None
        start = time.process_time()
        records = pipe(given.pop("files"), **given)
        took = time.process_time() - start
        unpatch()
        if failed := [each["error"]["message"] for each in _flat(records) if "error" in each]:
            raise ValueError(failed[0])
        people = len(_flat(records))
        print("\n" + json.dumps({"seconds": took, "people": people, "stages": spent}), flush=True)


def _flat(records: Sequence[Any]) -> list[dict]:
    return [one for each in records for one in (each if isinstance(each, list) else [each])]


def _watch(pipe: Any, spent: dict[str, float]) -> Callable[[], None]:
    """Counts the time of each stage; returns what ends that."""
    from eai_llm_hf.processing import feature_extraction_eai_llm as extraction
    from eai_llm_hf.processing import record

    before = []
    for owner, name, stage in (
        (extraction, "read_motions", "reading"),
        (extraction, "unify", "unified skeleton"),
        (extraction, "features_of", "measuring"),
        (extraction, "vector_of", "measuring"),
        (record, "spans_of", "measuring"),
        (pipe.model, "score_labels", "tower"),
    ):
        function = getattr(owner, name)
        before.append((owner, name, function))

        def timed(*args: Any, function: Callable = function, stage: str = stage, **kwargs: Any) -> Any:
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                spent[stage] += time.process_time() - start

        setattr(owner, name, timed)
    return lambda: [setattr(*each) for each in before] and None


class Worker:
    """A process with one state of the code."""

    def __init__(self, tree: Path):
        command = [sys.executable, __file__, "--work", str(tree.resolve())]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, files: Sequence[str], **given: Any) -> dict[str, Any]:
        """What a call of the pipeline on some files took: `seconds`, `people` and `stages`."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"files": list(files), **given}) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise RuntimeError("The process that is timed has ended; its error stands above.")

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


# ---- the clips ------------------------------------------------------------------------------------------------------


def write_clips(folder: Path, count: int) -> list[str]:
    """Writes generated walks as BVH, the format that takes longest to read."""
    from eai_llm_hf.generator import generate_clip

    write_bvh = runpy.run_path(str(ROOT / "hub_examples" / "make_clips.py"))["write_bvh"]
    paths = [folder / f"{number:03d}.bvh" for number in range(count)]
    for number, path in enumerate(paths):
        seconds = SECONDS[number % len(SECONDS)]
        write_bvh(generate_clip(number, action="walk", rig="bandai22", duration_s=seconds).motion, path)
    return list(map(str, paths))


def write_people(folder: Path, people: int, seconds: float) -> str:
    """Writes a recording of several people next to each other."""
    from eai_llm_hf.generator import generate_clip

    made = [
        generate_clip(number, action="walk", rig="bandai22", duration_s=min(seconds, _LONGEST_S)).motion
        for number in range(people)
    ]
    frames = min(len(motion.joints) for motion in made)
    times = max(round(seconds / _LONGEST_S), 1)  # to and fro, so that nothing jumps
    joints = np.stack(
        [np.concatenate([m.joints[:frames], m.joints[:frames][::-1]] * times)[: frames * times] for m in made]
    )
    path = folder / f"{people}-{seconds:g}.npz"
    np.savez(path, joints=joints[0] if people == 1 else joints, fps=made[0].fps, joint_names=made[0].joint_names)
    return str(path)


# ---- what is measured -----------------------------------------------------------------------------------------------


def compare(ours: Worker, other: Worker, files: Sequence[str], rounds: int, **given: Any) -> dict[str, list[float]]:
    """CPU seconds of each round of both, the other first in every other round."""
    spent: dict[str, list[float]] = {"now": [], "before": []}
    for turn in range(-1, rounds):
        ways = [("before", other), ("now", ours)]
        for name, worker in ways if turn % 2 else reversed(ways):
            took = worker(files, **given)["seconds"]
            if turn >= 0:
                spent[name].append(took)
    return spent


def ratio_row(what: str, spent: dict[str, list[float]], clips: int) -> str:
    """A row of the table of ratios."""
    ratios = [before / now for before, now in zip(spent["before"], spent["now"], strict=True)]
    before, now = (1000 * statistics.median(spent[name]) / clips for name in ("before", "now"))
    spread = f"{statistics.median(ratios):.2f} [{min(ratios):.2f}, {max(ratios):.2f}]"
    return f"| {what} | {before:.1f} | {now:.1f} | {spread} |"


def stage_rows(worker: Worker, files: Sequence[str], rounds: int) -> list[str]:
    """Rows of the table of stages, from the round with the median time."""
    runs = [worker(files, label_only=True, batch_size=32, stages=True) for _ in range(rounds)]
    run = sorted(runs, key=lambda each: each["seconds"])[len(runs) // 2]
    known = {stage: run["stages"].get(stage, 0.0) for stage in STAGES[:-1]}
    known[STAGES[-1]] = run["seconds"] - sum(known.values())
    return [
        f"| {stage} | {seconds / run['seconds']:.0%} | {1000 * seconds / len(files):.2f} |"
        for stage, seconds in known.items()
    ]


def growth_rows(worker: Worker, folder: Path, most: int) -> Iterator[str]:
    """Rows of the table of growth as they are measured: length, people, and clips up to a number."""
    files = write_clips(folder, 32)
    worker(files[:4], label_only=True, batch_size=32)
    for seconds in (10.0, 60.0, 360.0):
        took = worker([write_people(folder, 1, seconds)], label_only=True)["seconds"]
        yield f"| a clip of {seconds:g} s | {took:.2f} | {1000 * took / seconds:.2f} a second |"
    for people in (1, 4, 16):
        took = worker([write_people(folder, people, 30.0)], label_only=True)["seconds"]
        yield f"| a clip of 30 s with {people} people | {took:.2f} | {1000 * took / people:.1f} a person |"
    for clips in (count for count in (100, 500, 2000, 10_000) if count <= most):
        took = worker((files * (clips // len(files) + 1))[:clips], label_only=True, batch_size=32)["seconds"]
        yield f"| {clips:,} clips | {took:.2f} | {1000 * took / clips:.2f} a clip |"


def machine() -> str:
    """What the figures depend on, in words."""
    import torch

    return f"{platform.machine()}, one thread, Python {platform.python_version()}, torch {torch.__version__}"


def write_part(name: str, lines: Sequence[str]) -> None:
    """Writes lines between the comments of that name in the page."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, rest = page.split(begin)
    PAGE.write_text(before + begin + "\n".join(lines) + "\n" + end + rest.split(end)[1], encoding="utf-8")


def main() -> int:
    """Measures and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", type=Path, help="a folder with another state of the code")
    parser.add_argument("--clips", type=int, default=48)
    parser.add_argument("--explained", type=int, default=10, help="clips that are explained (default 10)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--growth", action="store_true", help="measure how the cost grows instead")
    parser.add_argument("--most", type=int, default=10_000, help="clips of the longest list (default 10,000)")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        work(args.work)
        return 0
    if args.against is None and not args.growth:
        parser.error("Expected --against or --growth.")
    ours = Worker(ROOT)
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        if args.growth:
            head = [f"`python benchmarks/rates.py --growth --most {args.most}`; {machine()}.", ""]
            head += ["| | CPU seconds | CPU milliseconds |", "|---|---|---|"]
            rows = []
            for row in growth_rows(ours, folder, args.most):
                print(row, flush=True)
                rows.append(row)
                write_part("growth", [*head, *rows])  # what was measured stays if the rest takes too long
        else:
            other, files = Worker(args.against), write_clips(folder, args.clips)
            rows = []
            if args.clips:
                spent = compare(ours, other, files, args.rounds, label_only=True, batch_size=32)
                rows.append(ratio_row("label", spent, len(files)))
            if args.explained:
                some = files[: args.explained]
                spent = compare(ours, other, some, args.rounds, batch_size=len(some))
                rows.append(ratio_row("explanation", spent, len(some)))
            stages = stage_rows(ours, files, args.rounds)
            command = f"--clips {args.clips} --explained {args.explained} --rounds {args.rounds}"
            head = [f"`python benchmarks/rates.py --against BEFORE {command}`; {machine()}.", ""]
            table = ["| | ms before | ms now | ratio |", "|---|---|---|---|", *rows, ""]
            write_part("rates", [*head, *table, "| stage of labels | share | ms |", "|---|---|---|", *stages])
            print(*rows, *stages, sep="\n")
            other.close()
    ours.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
