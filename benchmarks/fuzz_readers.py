"""Feeds broken files to every reader and counts the outcomes: read, refused with a message, or a fault.

    python benchmarks/fuzz_readers.py --inputs 100000
    python benchmarks/fuzz_readers.py --coverage-guided 120      # BVH also with atheris (pip install atheris)

The files are those of `broken_files.py`, the same for the same seed. A file that is read then passes through `unify`.
Each suffix has a process of its own with a memory limit. A fault is any of: an exception other than MotionError, a
warning, a message that does not name the file or is longer than a screen, positions that are not finite after `unify`,
more than 2 s of processor time, more than 2 GB of memory, a process that ends or hangs. `--faults` keeps the file.
"""

import argparse
import json
import platform
import queue
import resource
import runpy
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.skeleton.unify import unify

ROOT = Path(__file__).resolve().parents[1]
BROKEN = runpy.run_path(str(ROOT / "benchmarks" / "broken_files.py"))
SAMPLES = runpy.run_path(str(ROOT / "benchmarks" / "sample_files.py"))
READ, REFUSED = "read", "refused"

MAX_SECONDS = 4.0
"""Processor time of one input. The slowest takes 1.9 s on a free core, 2.2 s on one that it shares."""

MAX_MEGABYTES = 2000
MAX_ADDRESSES = 3 * 2**30
MAX_MESSAGE = 5000
UNIFIED_PEOPLE = 8
HANG_S = 60.0
BVH_WORDS = (
    "HIERARCHY", "ROOT", "JOINT", "End Site", "OFFSET", "CHANNELS", "Xposition", "Yrotation", "{", "}", "MOTION",
    "Frames:", "Frame Time:", "nan", "inf", "1e308", "1000000000",
)  # fmt: skip


class Fault(Exception):
    """Something that a reader must not do."""


def check(path: Path) -> str:
    """Reads a file and unifies what it holds.

    Returns:
        `READ` or `REFUSED`.

    Raises:
        Fault: The outcome is neither.
    """
    started = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            outcome = _read_and_unify(path)
    except MotionError as error:
        _check_words(str(error), path)
        outcome = REFUSED
    except Fault:
        raise
    except Exception as error:
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        place = f"{Path(where.tb_frame.f_code.co_filename).name}:{where.tb_lineno}" if where else "?"
        raise Fault(f"{type(error).__name__} at {place}: {str(error)[:100]}") from error
    seconds = time.process_time() - started
    if seconds > MAX_SECONDS:
        raise Fault(f"{seconds:.1f} s of processor time, {outcome}")
    return outcome


def _read_and_unify(path: Path) -> str:
    """Raises MotionError only if the file cannot be read; a file whose body cannot be unified counts as read."""
    for motion in read_motions(path)[:UNIFIED_PEOPLE]:
        if motion.joints.ndim != 3 or motion.joints.dtype != np.float32 or np.isinf(motion.joints).any():
            raise Fault(f"joints of shape {motion.joints.shape}, {motion.joints.dtype}")
        if motion.fps is None:
            motion.fps = 30.0
        try:
            clip = unify(motion)
        except MotionError as error:
            _check_words(str(error), path)
        else:
            if not np.isfinite(clip.joints).all():
                raise Fault("positions that are not finite after unify")
    return READ


def _check_words(message: str, path: Path) -> None:
    if path.name not in message:
        raise Fault(f"a message that does not name the file: {message[:100]!r}")
    if len(message) > MAX_MESSAGE:
        raise Fault(f"a message of {len(message):,} characters: {message[:100]!r}")


# ------------------------------------------------------------------------------------------------------------- workers


def work(folder: Path, suffix: str, start: int, stop: int, seed: int) -> None:
    """Reads inputs `start` to `stop` in this process and prints one line of JSON for each."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESSES, MAX_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    inputs = BROKEN["Inputs"](folder, suffix, seed)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"clip{suffix}"
        for number in range(start, stop):
            path.write_bytes(inputs[number])
            began = time.process_time()
            try:
                outcome, why = check(path), ""
            except Fault as fault:
                outcome, why = "fault", str(fault)
            milliseconds = 1000 * (time.process_time() - began)
            megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
            if megabytes > MAX_MEGABYTES and outcome != "fault":
                outcome, why = "fault", f"{megabytes:,.0f} MB of memory, {outcome}"
            print(json.dumps([number, outcome, why, round(milliseconds, 2), round(megabytes)]), flush=True)
            if megabytes > MAX_MEGABYTES:
                return  # the peak never goes down again: another process continues


@dataclass
class Row:
    """The outcomes of the inputs of one suffix.

    Attributes:
        name: The suffix, and how its inputs are made.
        counts: Outcome -> inputs.
        slowest_ms: Processor time of the slowest input.
        megabytes: Largest memory of the process, libraries and all.
        faults: (number of the input, what happened).
    """

    name: str
    counts: dict[str, int] = field(default_factory=lambda: {READ: 0, REFUSED: 0, "fault": 0})
    slowest_ms: float = 0.0
    megabytes: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)

    def add(self, number: int, outcome: str, why: str, milliseconds: float, megabytes: int) -> None:
        """Counts one input."""
        self.counts[outcome] += 1
        self.slowest_ms, self.megabytes = max(self.slowest_ms, milliseconds), max(self.megabytes, megabytes)
        if outcome == "fault":
            self.faults.append((number, why))

    def as_markdown(self) -> str:
        """Returns a row of the table."""
        counts = [sum(self.counts.values()), *self.counts.values()]
        return (
            f"| {self.name} | "
            + " | ".join(f"{n:,}" for n in [*counts, round(self.slowest_ms), self.megabytes])
            + " |"
        )


def fuzz_suffix(folder: Path, suffix: str, count: int, seed: int, report: Callable[[Row], None]) -> Row:
    """Reads inputs 0 to `count` of one suffix in a subprocess, and starts another one whenever it ends early."""
    row, number = Row(suffix), 0
    while number < count:
        command = [sys.executable, __file__, "--worker", str(folder), suffix, str(number), str(count), str(seed)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_pass_on, args=(process, lines), daemon=True).start()
        before, why = number, ""
        while True:
            try:
                line = lines.get(timeout=HANG_S)
            except queue.Empty:
                why = f"no answer in {HANG_S:g} s"
                break
            if not line:
                break
            row.add(*json.loads(line))
            number += 1
            report(row)
        process.kill()
        status = process.wait()
        if why or (number < count and (status != 0 or number == before)):
            row.add(number, "fault", why or f"the process ended ({status})", 0.0, 0)
            number += 1
            report(row)
    return row


def _pass_on(process: subprocess.Popen[str], lines: "queue.Queue[str]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put("")


def guided(folder: Path, faults: Path, seconds: int, report: Callable[[Row], None]) -> Row:
    """Reads BVH files from a coverage-guided fuzzer for a given number of seconds."""
    row = Row(".bvh, coverage-guided")
    corpus = folder / "corpus"
    shutil.copytree(folder / ".bvh", corpus, ignore=lambda _, names: [name for name in names if "hostile" in name])
    dictionary = folder / "words.dict"
    dictionary.write_text("".join(f'"{word}"\n' for word in BVH_WORDS), encoding="ascii")
    until = time.monotonic() + seconds
    while (left := round(until - time.monotonic())) > 0 and row.counts["fault"] < 10:
        counts = folder / "counts.json"
        command = [sys.executable, __file__, "--guided-worker", str(counts), str(corpus), f"-dict={dictionary}"]
        command += [f"-max_total_time={left}", "-timeout=20", f"-rss_limit_mb={MAX_MEGABYTES}", "-max_len=65536"]
        command += ["-seed=1", f"-artifact_prefix={faults}/guided-"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if counts.is_file():
            outcomes, slowest_ms, megabytes = json.loads(counts.read_text())
            for outcome in (READ, REFUSED):
                row.counts[outcome] += outcomes[outcome]
            row.slowest_ms, row.megabytes = max(row.slowest_ms, slowest_ms), max(row.megabytes, megabytes)
            counts.unlink()
        if done.returncode != 0:
            said = [line for line in done.stdout.splitlines() if "Fault" in line or "ERROR" in line]
            row.add(row.counts["fault"], "fault", " ".join(said)[:300] or done.stdout[-300:], 0.0, 0)
        report(row)
    return row


def guided_work(counts: Path, arguments: list[str]) -> None:
    """The fuzzer's process. It ends without returning, so it writes its counts to a file every few hundred inputs."""
    import atheris

    # The readers are imported again, instrumented so that the fuzzer sees which branches are taken.
    for name in [name for name in sys.modules if name.startswith("eai_llm_hf.processing")]:
        del sys.modules[name]
    with atheris.instrument_imports(include=["eai_llm_hf.processing"], enable_loader_override=False):
        # The reader is named here, because `files` would import it with the first file, when nothing is instrumented.
        from eai_llm_hf.processing.reading import bvh as _bvh  # noqa: F401
        from eai_llm_hf.processing.reading import files as motion_reading
        from eai_llm_hf.processing.reading import motion
        from eai_llm_hf.processing.skeleton import unify as unified_skeleton
    globals().update(
        MotionError=motion.MotionError, read_motions=motion_reading.read_motions, unify=unified_skeleton.unify
    )
    path = Path(tempfile.mkdtemp(dir=counts.parent)) / "clip.bvh"
    outcomes, slowest_ms = {READ: 0, REFUSED: 0}, 0.0

    def test_one(content: bytes) -> None:
        nonlocal slowest_ms
        path.write_bytes(content)
        began = time.process_time()
        outcomes[check(path)] += 1
        slowest_ms = max(slowest_ms, 1000 * (time.process_time() - began))
        if sum(outcomes.values()) % 200 == 0:
            megabytes = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
            counts.write_text(json.dumps([outcomes, round(slowest_ms, 2), megabytes]))

    atheris.Setup([sys.argv[0], *arguments], test_one)
    atheris.Fuzz()


# ------------------------------------------------------------------------------------------------------- the page


def as_markdown(rows: list[Row], command: str) -> str:
    """The page with its table."""
    lines = ["# Broken files", "", "What do the readers do with broken and malicious files?", "", f"`{command}`", ""]
    lines += [f"CPU ({platform.machine()}), Python {platform.python_version()}, numpy {np.__version__}.", ""]
    lines += ["| suffix | inputs | read | refused | faults | slowest, ms | memory, MB |", "|---" * 7 + "|"]
    together = Row("together")
    for row in rows:
        lines.append(row.as_markdown())
        together.counts = {outcome: number + row.counts[outcome] for outcome, number in together.counts.items()}
        together.slowest_ms = max(together.slowest_ms, row.slowest_ms)
        together.megabytes = max(together.megabytes, row.megabytes)
    lines += [
        together.as_markdown(),
        "",
        "Inputs are small valid files of every form and malicious files (deep nesting, a billion declared frames, "
        "NaN, 10^308, trees without a root, zip bombs, pickles, noise). Both are also mutated: bytes, words, lines, "
        f"values or array headers are changed at random. No input is larger than {BROKEN['MAX_INPUT']:,} bytes.",
        "",
        "- *Read*: the reader and `unify` accepted the file, or `unify` raised a MotionError; positions are finite.",
        "- *Refused*: a MotionError that names the file.",
        f"- *Fault*: anything else: another exception, a warning, more than {MAX_SECONDS:g} s of processor time, more "
        f"than {MAX_MEGABYTES / 1000:g} GB, a process that ends or hangs.",
        "- Time is for reading and `unify` of one input. Memory is the peak of the process; the imported libraries "
        f"account for {baseline_megabytes():,} MB of it.",
    ]
    return "\n".join(lines) + "\n"


def baseline_megabytes() -> int:
    """Returns the memory of a process that has imported the same as the workers and read nothing."""
    code = "import resource, runpy, sys; runpy.run_path(sys.argv[1]); print(resource.getrusage(0).ru_maxrss)"
    found = subprocess.run([sys.executable, "-c", code, __file__], capture_output=True, text=True, check=True)
    return round(int(found.stdout) / 1000)


def main() -> int:
    if sys.argv[1:2] == ["--worker"]:
        folder, suffix, *numbers = sys.argv[2:]
        work(Path(folder), suffix, *map(int, numbers))
        return 0
    if sys.argv[1:2] == ["--guided-worker"]:
        guided_work(Path(sys.argv[2]), sys.argv[3:])
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--inputs", type=int, default=100_000, metavar="N", help="inputs of all suffixes (default 100000)"
    )
    parser.add_argument(
        "--coverage-guided", type=int, default=0, metavar="SECONDS", help="BVH also with atheris (default 0)"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the random changes (default 0)")
    parser.add_argument("--faults", type=Path, default=Path("faults"), help="folder for files that cause a fault")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "fuzz.md", help="page to write")
    args = parser.parse_args()
    if args.coverage_guided and not _has_atheris():
        parser.error("--coverage-guided needs the package atheris: pip install atheris")

    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name, tqdm(total=args.inputs, unit=" inputs", smoothing=0.05) as bar:
        folder = Path(name)
        SAMPLES["write_seeds"](folder)

        def report(row: Row) -> None:
            faults = sum(len(each.faults) for each in [*rows, row])
            bar.set_postfix_str(f"{row.name}, {faults} faults", refresh=False)
            bar.update(row.name in READABLE_SUFFIXES)

        for place, suffix in enumerate(READABLE_SUFFIXES):
            share = args.inputs // len(READABLE_SUFFIXES) + (place < args.inputs % len(READABLE_SUFFIXES))
            rows.append(fuzz_suffix(folder, suffix, share, args.seed, report))
            for number, why in rows[-1].faults:
                args.faults.mkdir(parents=True, exist_ok=True)
                kept = args.faults / f"{number}{suffix}"
                kept.write_bytes(BROKEN["Inputs"](folder, suffix, args.seed)[number])
                tqdm.write(f"{kept}: {why}")
        if args.coverage_guided:
            args.faults.mkdir(parents=True, exist_ok=True)
            rows.append(guided(folder, args.faults.resolve(), args.coverage_guided, report))
            for _, why in rows[-1].faults:
                tqdm.write(f"{args.faults}/guided-*: {why}")
    command = f"python benchmarks/fuzz_readers.py --inputs {args.inputs} --seed {args.seed}"
    command += f" --coverage-guided {args.coverage_guided}" if args.coverage_guided else ""
    page = as_markdown(rows, command)
    args.output.write_text(page, encoding="utf-8")
    print(page)
    return int(any(row.faults for row in rows))


def _has_atheris() -> bool:
    try:
        import atheris  # noqa: F401
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
