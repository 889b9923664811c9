"""Explains clips alone and in batches, in bfloat16 and in float32, on processors with and without instructions for it.

    python benchmarks/data_types.py recordings/
    python benchmarks/data_types.py recordings/ --limit 100 --played 16 --batch-size 10

For each data type it measures the time of a text alone, the texts a second in batches, and how many texts are the same
alone and in a batch. The default on a machine is what `fitting_dtype` chooses. A processor without certain
instructions is emulated: a process of its own tells torch and oneDNN not to use them.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROCESSORS = {
    "as it is": {},
    "AVX-512 without bfloat16": {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"},
    "AVX2": {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"},
}
"""Emulated processors, and the environment variables that emulate them."""
DTYPES = ("bfloat16", "float32")


def measure(clips: list[str], dtype: str, batch_size: int, model: str | None = None) -> dict:
    """Explains the clips one by one, then in batches.

    Args:
        clips: Motion files.
        dtype: Of the backbone.
        batch_size: Clips of a batch.
        model: Checkpoint; the default one where it is None.

    Returns:
        `alone`, seconds of each clip; `together`, seconds of all; `same`, how many of the texts are equal.
    """
    import torch

    from eai_llm_hf import load_pipeline

    pipe = load_pipeline(model, dtype=getattr(torch, dtype))
    pipe(clips[0])
    seconds, alone = [], []
    for clip in clips:
        start = time.perf_counter()
        alone.append(_text(pipe(clip)))
        seconds.append(time.perf_counter() - start)
    start = time.perf_counter()
    stream = (clip for clip in clips)  # of a list, what all clips share would be no reason
    batched = [_text(record) for record in pipe(stream, batch_size=batch_size)]
    together = time.perf_counter() - start
    same = sum(one == other for one, other in zip(alone, batched, strict=True))
    return {"alone": seconds, "together": together, "same": same}


def _text(record: dict | list[dict]) -> str:
    records = record if isinstance(record, list) else [record]
    return "\n".join(person["explanation"] for person in records)


def as_markdown(results: dict[tuple[str, str], dict], batch_size: int, words: str, command: str) -> str:
    """The page: results by processor and data type."""
    lines = [
        "# Data types on CPU",
        "",
        "Which data type is faster on a CPU, and does a text depend on the other clips in its batch?",
        "",
        f"`{command}`",
        "",
        f"Recordings are explained one by one and in batches of {batch_size}; {words}. All rows are from one run.",
        "",
        "| processor | data type | recordings | seconds for one (median) | a second in batches | same text in both |",
        "|---|---|---|---|---|---|",
    ]
    for (processor, dtype), result in results.items():
        clips = len(result["alone"])
        lines.append(
            f"| {processor} | {dtype} | {clips} | {statistics.median(result['alone']):.2f} "
            f"| {clips / result['together']:.2f} | {result['same']} |"
        )
    lines += [
        "",
        "bfloat16 is the default on a CPU with instructions for it (AMX or AVX512-BF16 on x86), float32 on any other. "
        "In bfloat16 a text can depend on the other clips in its batch, because rounded sums depend on their order. "
        "Pass `dtype=torch.float32` if the same text matters more than time.",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of motion files")
    parser.add_argument("--limit", type=int, default=100, metavar="N", help="files, drawn at random (default 100)")
    parser.add_argument("--played", type=int, default=16, metavar="N", help="files for an emulated one (default 16)")
    parser.add_argument("--batch-size", type=int, default=10, metavar="N", help="clips of a batch (default 10)")
    parser.add_argument("--processors", nargs="+", choices=PROCESSORS, default=list(PROCESSORS), help="default: all")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "data-types.md", help="page to write")
    parser.add_argument("--worker", choices=DTYPES, help=argparse.SUPPRESS)
    args = parser.parse_args()
    from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES

    files = sorted(str(file) for file in args.folder.rglob("*") if file.suffix.lower() in READABLE_SUFFIXES)
    clips = random.Random(0).sample(files, min(args.limit, len(files)))
    if args.worker:
        print(json.dumps(measure(clips, args.worker, args.batch_size)))
        return 0

    import torch
    import transformers

    results = {}
    for processor in args.processors:
        for dtype in DTYPES:
            print(f"{processor}, {dtype}", file=sys.stderr)
            command = [sys.executable, __file__, str(args.folder), "--worker", dtype]
            limit = min(args.limit, args.played) if PROCESSORS[processor] else args.limit
            command += ["--limit", str(limit), "--batch-size", str(args.batch_size)]
            done = subprocess.run(
                command, env=os.environ | PROCESSORS[processor], stdout=subprocess.PIPE, text=True, check=True
            )
            results[processor, dtype] = json.loads(done.stdout.splitlines()[-1])
    words = f"{os.cpu_count()} cores, {torch.get_num_threads()} threads, torch {torch.__version__}, "
    words += f"transformers {transformers.__version__}"
    command = f"python benchmarks/data_types.py recordings/ --limit {args.limit} --played {args.played}"
    command += f" --batch-size {args.batch_size}"
    page = as_markdown(results, args.batch_size, words, command)
    args.output.write_text(page, encoding="utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
