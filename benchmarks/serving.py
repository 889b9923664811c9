"""Loads a server of `eai-llm serve` with many clients at once and checks every answer.

    python benchmarks/serving.py
    python benchmarks/serving.py --seconds 60 --clients 20 --page other.md
    python benchmarks/serving.py --mix --clients 8 --seconds 120

It starts the command in a process of its own, on this machine, with fewer places than there are clients, so that some
are refused and come back when they are told to. Each client sends one recording after the other, most for labels
alone, some for an explanation, some as a stream. Before, the pipeline answers each of these in this process; an answer
is wrong if its label, its reasons or anything measured differ from that, or a score by more than 0.0001. A text that
the language model words otherwise is counted apart: in bfloat16 it may depend on the batch.

With `--mix`, clients that ask for explanations have the server to themselves first, and share it with as many that ask
for labels then. Rates are those of a CPU second of the process with the model, so that they mean something on a busy
machine.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import re
import runpy
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import torch
from tqdm import tqdm

from eai_llm_hf import load_pipeline
from eai_llm_hf.generator import clip_seed, generate_clip

ROOT = Path(__file__).resolve().parents[1]
TOLERANCE = 1e-4
ROUNDED = {"score", "scores", "certainty", "segments"}
"""Fields of a record with probabilities, which a batch may round in another way; they are compared by `scores`."""

WORDED = {"explanation", "written_by", "dropped_claims"}
"""Fields of a record that depend on the words of the language model."""

MEMORY = re.compile(r"^process_resident_memory_bytes (\S+)$", re.MULTILINE)
CPU = re.compile(r"^process_cpu_seconds_total (\S+)$", re.MULTILINE)
BATCHES = re.compile(r"^eai_llm_batch_recordings_(?:count|sum) (\S+)$", re.MULTILINE)


@dataclass
class Heard:
    """What the clients heard.

    Attributes:
        seconds: Of each answer, by "labels" and "explanation".
        counts: Answers, and what else came of a request: "refused", "wrong", "worded", "lost", or a status.
        memory: Bytes of the server, once a second.
        faults: Answers that were wrong, in words.
        cpu_s: CPU seconds of the process with the model, until the last answer.
        batch: Recordings in a batch, mean.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"labels": [], "explanation": []})
    counts: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    cpu_s: float = 0.0
    batch: float = 0.0


def write_recordings(folder: Path, count: int) -> list[Path]:
    """Writes generated clips of 2 to 12 s, every other one as BVH."""
    write_bvh = runpy.run_path(str(ROOT / "hub_examples" / "make_clips.py"))["write_bvh"]
    paths = []
    for number in range(count):
        given: dict[str, Any] = {"duration_s": 2.0 + 10.0 * number / (count - 1)}
        if number % 2:
            motion = generate_clip(clip_seed(5, number), rig="bandai22", **given).motion
            paths.append(folder / f"{number:02d}.bvh")
            write_bvh(motion, paths[-1])
        else:
            motion = generate_clip(clip_seed(5, number), **given).motion
            paths.append(folder / f"{number:02d}.npz")
            np.savez(paths[-1], joints=motion.joints, fps=motion.fps, joint_names=np.array(motion.joint_names))
    return paths


def difference(found: dict, expected: dict) -> str:
    """What differs between two records, in words; empty if nothing does."""
    if set(found) != set(expected):
        return f"fields {set(found) ^ set(expected)}"
    if set(found["scores"]) != set(expected["scores"]):
        return "candidates"
    off = max(abs(found["scores"][label] - score) for label, score in expected["scores"].items())
    if off > TOLERANCE:
        return f"a score by {off:.2g}"
    differing = [name for name in expected if name not in ROUNDED and found[name] != expected[name]]
    return ", ".join(differing)


def as_answered(answer: httpx2.Response, stream: bool) -> tuple[int, Any]:
    """Status and content of an answer; those of a stream are in its last event."""
    if not stream or answer.status_code != 200:
        return answer.status_code, answer.json()
    event, _, data = answer.text.strip().split("\n\n")[-1].partition("\ndata: ")
    content = json.loads(data)
    return (content["status"], content["detail"]) if event == "event: error" else (200, content)


async def client(
    number: int,
    http: httpx2.AsyncClient,
    contents: dict[str, bytes],
    expected: dict[tuple[str, str], dict],
    explained: float,
    end: float,
    heard: Heard,
) -> None:
    """Sends one recording after the other until the end."""
    draw = random.Random(number)
    while time.monotonic() < end:
        name = draw.choice(list(contents))
        kind = "explanation" if draw.random() < explained else "labels"
        stream = draw.random() < 0.2
        asked = {"label_only": "true"} if kind == "labels" else {}
        start = time.monotonic()
        try:
            answer = await http.post(
                "/explain", params={"stream": stream}, data=asked, files={"recording": (name, contents[name])}
            )
        except httpx2.HTTPError as error:
            heard.counts["lost"] += 1
            heard.faults.append(f"{name}: {error!r}")
            continue
        if answer.status_code == 429:
            heard.counts["refused"] += 1
            await asyncio.sleep(float(answer.headers["retry-after"]))
            continue
        status, content = as_answered(answer, stream)
        if status != 200:
            heard.counts[f"status {status}"] += 1
            heard.faults.append(f"{name}: {content}")
            continue
        heard.seconds[kind].append(time.monotonic() - start)
        heard.counts["answered"] += 1
        wrong = difference(content, expected[name, kind])
        if wrong and set(wrong.split(", ")) <= WORDED:
            heard.counts["worded"] += 1
        elif wrong:
            heard.counts["wrong"] += 1
            heard.faults.append(f"{name}, {kind}: {wrong}")


async def watch(http: httpx2.AsyncClient, end: float, heard: Heard) -> None:
    """Reads the memory of the server once a second."""
    bar = tqdm(total=round(end - time.monotonic()), unit="s", disable=not sys.stderr.isatty())
    while time.monotonic() < end:
        found = MEMORY.search((await http.get("/metrics")).text)
        heard.memory += [float(found[1])] if found else []
        bar.update()
        await asyncio.sleep(1)
    bar.close()


async def load(
    address: str,
    contents: dict[str, bytes],
    expected: dict[tuple[str, str], dict],
    args: argparse.Namespace,
    explained: Sequence[float],
) -> Heard:
    """What clients hear, of which each asks for explanations with another probability."""
    heard = Heard()
    limits = httpx2.Limits(max_connections=len(explained) + 1)
    async with httpx2.AsyncClient(base_url=address, timeout=args.request_s + 30, limits=limits) as http:
        before = (await http.get("/metrics")).text
        end = time.monotonic() + args.seconds
        clients = [
            client(number, http, contents, expected, share, end, heard) for number, share in enumerate(explained)
        ]
        await asyncio.gather(watch(http, end, heard), *clients)
        after = (await http.get("/metrics")).text
    batches, recordings, heard.cpu_s = (
        late - early for late, early in zip(counted(after), counted(before), strict=True)
    )
    heard.batch = recordings / batches
    return heard


def counted(metrics: str) -> list[float]:
    """Batches, recordings in them, and CPU seconds so far."""
    return [float(found) for name in (BATCHES, CPU) for found in name.findall(metrics)]


def started(args: argparse.Namespace) -> tuple[subprocess.Popen, str]:
    """The server, and its address once it answers."""
    command = [sys.executable, "-m", "eai_llm_hf", "serve", "--model", args.model, "--port", "0"]
    command += ["--places", str(args.places), "--batch-size", str(args.batch_size), "--request-s", str(args.request_s)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    for line in server.stderr:
        if found := re.search(r"http://\S+", line):
            return server, found[0]
        print(line, end="", file=sys.stderr)
    raise RuntimeError("The server did not start.")


def as_table(heard: Heard, args: argparse.Namespace) -> str:
    """The figures of the load test as Markdown."""
    answered, refused = heard.counts["answered"], heard.counts["refused"]
    lines = [
        f"{args.clients} clients for {args.seconds:g} s on one machine with the server: {machine()}{args.state}. "
        f"Checkpoint {args.model}, {args.places} places, batches of up to {args.batch_size}; "
        f"{args.explained:.0%} of the requests ask for an explanation, a fifth for a stream.",
        "",
        "| | |",
        "|---|---|",
        f"| answered | {answered} ({answered / args.seconds:.1f} a second) |",
        f"| wrong | {heard.counts['wrong']} |",
        f"| with a text in other words than alone | {heard.counts['worded']} |",
        f"| lost | {heard.counts['lost']} |",
        f"| other errors | {others(heard)} |",
        f"| refused with 429 | {refused} ({refused / (answered + refused):.1%} of the requests) |",
        f"| recordings in a batch, mean | {heard.batch:.1f} |",
    ]
    for kind, seconds in heard.seconds.items():
        if seconds:
            middle, high, higher = np.percentile(seconds, (50, 95, 99))
            lines.append(
                f"| seconds to the answer, {kind} ({len(seconds)}): median, 95%, 99%, longest "
                f"| {middle:.2f}, {high:.2f}, {higher:.2f}, {max(seconds):.2f} |"
            )
    words = ", ".join(f"{heard.memory[second] / 1e6:.0f} MB" for second in (*range(0, len(heard.memory), 60), -1))
    lines.append(f"| memory of the process with the model: at the start, after each minute, at the end | {words} |")
    lines.append(f"| CPU seconds of the process with the model | {heard.cpu_s:.0f} |")
    return "\n".join(lines)


def as_mix_table(alone: Heard, mixed: Heard, args: argparse.Namespace) -> str:
    """The figures of explanations alone and together with labels, as Markdown."""
    both = (alone, mixed)
    rows: dict[str, list[str]] = {}
    for kind in alone.seconds:
        found = [heard.seconds[kind] for heard in both]
        rows[f"{kind}, in all"] = [str(len(seconds)) for seconds in found]
        rows[f"{kind}, a CPU second of the process with the model"] = [
            f"{len(heard.seconds[kind]) / heard.cpu_s:.2f}" for heard in both
        ]
        rows[f"seconds to the answer, {kind}: median, longest"] = [
            f"{np.median(seconds):.1f}, {max(seconds):.1f}" if seconds else "" for seconds in found
        ]
    rows["CPU seconds of the process with the model"] = [f"{heard.cpu_s:.0f}" for heard in both]
    for name in ("wrong", "lost"):
        rows[name] = [str(heard.counts[name]) for heard in both]
    rows["with a text in other words than alone"] = [str(heard.counts["worded"]) for heard in both]
    rows["other errors"] = list(map(others, both))
    return "\n".join(
        [
            f"{args.clients} clients ask for explanations for {args.seconds:g} s, then {args.clients} more for labels "
            f"at the same time: {machine()}{args.state}. Checkpoint {args.model}, batches of up to {args.batch_size}.",
            "",
            "| | explanations alone | and labels |",
            "|---|---|---|",
            *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()),
        ]
    )


def others(heard: Heard) -> str:
    """Answers with another status, in words."""
    found = {name: count for name, count in heard.counts.items() if name.startswith("status")}
    return ", ".join(f"{count} of {name}" for name, count in found.items()) or "0"


def machine() -> str:
    """What the figures depend on, in words."""
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, torch {torch.__version__}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="generator", help="checkpoint (default generator)")
    parser.add_argument("--clients", type=int, default=50, metavar="N", help="clients at once (default 50)")
    parser.add_argument("--seconds", type=float, default=300.0, metavar="S", help="length of the test (default 300)")
    parser.add_argument("--recordings", type=int, default=24, metavar="N", help="recordings, 2 or more (default 24)")
    parser.add_argument("--explained", type=float, default=0.05, help="share that asks for a text (default 0.05)")
    parser.add_argument("--mix", action="store_true", help="explanations alone, then together with labels")
    parser.add_argument("--places", type=int, default=40, metavar="N", help="places of the server (default 40)")
    parser.add_argument("--batch-size", type=int, default=8, metavar="N", help="of the server (default 8)")
    parser.add_argument("--request-s", type=float, default=120.0, metavar="S", help="of the server (default 120)")
    parser.add_argument(
        "--state", default="", help='what else runs on the machine, such as ", shared with a training"'
    )
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "serving.md", help="page to write")
    args = parser.parse_args()
    given = [f"--{name} {getattr(args, name):g}" for name in ("clients", "seconds", "recordings")]
    command = " ".join(["python benchmarks/serving.py", *["--mix"] * args.mix, *given])

    with tempfile.TemporaryDirectory() as folder:
        paths = write_recordings(Path(folder), args.recordings)
        contents = {path.name: path.read_bytes() for path in paths}
        pipe = load_pipeline(args.model)
        expected = {}
        for path in paths:
            given = {"path": str(path), "source": path.name}
            for kind, asked in (("labels", {"label_only": True}), ("explanation", {})):
                expected[path.name, kind] = json.loads(json.dumps(pipe(given, **asked)))
        del pipe
    server, address = started(args)
    test = partial(load, address, contents, expected, args)
    try:
        if args.mix:
            writers, others_too = [1.0] * args.clients, [1.0] * args.clients + [0.0] * args.clients
            parts = [asyncio.run(test(writers)), asyncio.run(test(others_too))]
            name, table = "mix", as_mix_table(*parts, args)
        else:
            parts = [asyncio.run(test([args.explained] * args.clients))]
            name, table = "load test", as_table(*parts, args)
    finally:
        server.terminate()
        server.wait()
    for heard in parts:
        print(*heard.faults[:10], sep="\n", file=sys.stderr)
    table = f"`{command}`\n\n{table}"
    print(table)
    runpy.run_path(str(ROOT / "docs" / "page_tables.py"))["rewrite"](args.page, {name: lambda: table})
    return 1 if any(heard.counts["wrong"] or heard.counts["lost"] for heard in parts) else 0


if __name__ == "__main__":
    sys.exit(main())
