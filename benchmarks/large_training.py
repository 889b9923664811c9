"""Two figures of docs/training.md: the memory of a training on a large stored corpus, and the padding of stage two.

    python benchmarks/large_training.py memory --clips 20000 --seconds 180
    python benchmarks/large_training.py padding

`memory` writes a prepared corpus of clips of the generator, each under many names, loads it as a recipe does, and
draws crops in sessions. It prints the process's own memory (RssAnon, Linux): pages of memory-mapped files, which the
operating system drops when memory is short, are not counted.
"""

import argparse
import json
import multiprocessing
import tempfile
import time
from pathlib import Path

import datasets
import numpy as np

from eai_llm_hf import EaiSkeletonProcessor
from eai_llm_hf.corpora import load_corpus
from eai_llm_hf.corpora.registry import PREPARATION, encode_rows
from eai_llm_hf.publish.checkpoints import find_checkpoint
from eai_llm_hf.training.answering import LONGEST_COMPARED_S, PLAIN_SHARE, ChatCollator, QuestionDataset
from eai_llm_hf.training.crops import AugmentationConfig, CropDataset
from eai_llm_hf.training.recipe_clips import load_splits
from eai_llm_hf.training.sessions import SessionDataset
from eai_llm_hf.training.settings import DEFAULT_LABELS

MADE = 240
SHARD = 2000
BATCH_SIZES = (4, 8, 16)
CHATS = 240


def own_memory() -> float:
    """MB of the process that are not those of a file."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon"))


def store(folder: Path, clips: int) -> None:
    """Writes a prepared corpus of `MADE` generated clips under as many names as there should be clips."""
    made = list(load_corpus(f"studies:{MADE}"))
    (folder / "data").mkdir(parents=True)
    shards = -(-clips // SHARD)
    for shard in range(shards):
        rows = [
            made[number % MADE] | {"clip_id": f"{number}", "performer": f"{number // 8}"}
            for number in range(shard * SHARD, min((shard + 1) * SHARD, clips))
        ]
        encode_rows(rows).to_parquet(folder / "data" / f"train-{shard:05d}-of-{shards:05d}.parquet")
    (folder / PREPARATION).write_text(json.dumps({}), encoding="utf-8")


def memory(clips: int, seconds: float) -> None:
    """Prints the process's memory while it draws crops of a stored corpus."""
    with tempfile.TemporaryDirectory() as folder:
        datasets.config.HF_DATASETS_CACHE = Path(folder) / "cache"
        # In a process of its own: what it frees must not hide what is held here.
        maker = multiprocessing.get_context("spawn").Process(target=store, args=(Path(folder) / "corpus", clips))
        maker.start()
        maker.join()
        size = sum(file.stat().st_size for file in Path(folder).rglob("*.parquet")) / 2**20
        before = own_memory()
        splits = load_splits([f"prepared={folder}/corpus"], DEFAULT_LABELS, [], [], 0)
        crops = SessionDataset(splits["train"], 10**9)
        held = own_memory() - before
        print(f"{clips} clips, {size:.0f} MB of Parquet: {before:.0f} MB before loading, {held:.1f} more after it")
        started, number, minutes, used = time.monotonic(), 0, [], []
        while (spent := time.monotonic() - started) < seconds:
            crops[number]
            number += 1
            if number % 288 == 0:  # a whole block of sessions was replaced
                minutes.append(spent / 60)
                used.append(own_memory() - before)
                print(f"{spent:5.0f} s, {number} crops: {used[-1]:.1f} MB more", flush=True)
        late = len(used) // 3
        slope = np.polyfit(minutes[late:], used[late:], 1)[0] if len(used) - late > 1 else float("nan")
        print(f"slope of the last two thirds: {slope:+.2f} MB a minute, {number / spent:.0f} crops a second")


def padding() -> None:
    """Prints which share of the tokens of stage two's batches is padding."""
    processor = EaiSkeletonProcessor.from_pretrained(find_checkpoint("default"))
    reference = processor.feature_extractor.motion_reference()
    rows = load_splits([f"studies:{MADE}"], DEFAULT_LABELS, [], [], 0)["train"]
    pairs = CropDataset(rows, 2 * CHATS, 3, AugmentationConfig(longest_s=LONGEST_COMPARED_S))
    chats = QuestionDataset(SessionDataset(rows, CHATS, 2, reference), reference, DEFAULT_LABELS, pairs=pairs)
    collate = ChatCollator(processor)
    lengths = []
    for first in range(0, CHATS, BATCH_SIZES[-1]):
        batch = collate([chats[number] for number in range(first, first + BATCH_SIZES[-1])])
        lengths += batch["attention_mask"].sum(1).tolist()
    sizes = np.array(lengths)
    print(f"{CHATS} chats of {sizes.min()} to {sizes.max()} tokens, mean {sizes.mean():.0f}")
    for size in BATCH_SIZES:
        batches = sizes.reshape(-1, size)
        plain = batches[: round(PLAIN_SHARE * len(batches))]
        for name, some in (("all", batches), (f"the first {PLAIN_SHARE:.0%}", plain)):
            print(f"batches of {size}, {name}: {1 - some.sum() / (some.max(1) * size).sum():.1%} padding")


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("memory", "padding"))
    parser.add_argument("--clips", type=int, default=20000)
    parser.add_argument("--seconds", type=float, default=180.0)
    args = parser.parse_args()
    if args.what == "memory":
        memory(args.clips, args.seconds)
    else:
        padding()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
