"""Times `explain` and the bare text backbone in one run, in alternating rounds.

    python benchmarks/latency.py
    python benchmarks/latency.py --clip walk.bvh --repeats 10 --output walk-latency.md

The pipeline on a file, from the path to the record, is compared with the backbone alone, which writes the same number
of new tokens after the same number of prompt tokens of plain text. The table also shows how the time of `explain` is
spent, and the time of labels without an explanation next to one prefill. Everything runs once before the clock starts;
this also encodes the label texts, which the pipeline keeps.
"""

import argparse
import functools
import os
import platform
import runpy
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import torch
import transformers

from eai_llm_hf import (
    EaiSkeletonFeatureExtractor,
    SkeletonEmotionExplanationPipeline,
    load_pipeline,
)
from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing import feature_extraction_eai_llm

ROOT = Path(__file__).resolve().parents[1]
CLIP_S = 10.0
SECTIONS = ("reading", "unified skeleton", "features and tower", "label scoring", "prefill", "decode")
REST = "prompt, record and the rest"
TEXT = "A person walks across the room, looks around, and raises one arm. What does the movement express, and why? "


class Stopwatch:
    """Seconds spent in named sections; a section inside another takes its time from the outer one."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.forwards = 0
        self.prompt_tokens = 0
        self._open: list[str] = []
        self._since = 0.0

    def enter(self, section: str) -> None:
        """Opens a section inside the one that is open."""
        self._book()
        self._open.append(section)

    def leave(self) -> None:
        """Closes the section that was opened last."""
        self._book()
        self._open.pop()

    def _book(self) -> None:
        now = clock()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now

    def timed(self, section: str, function: Callable) -> Callable:
        """The function, its time counted to a section."""

        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            self.enter(section)
            try:
                return function(*args, **kwargs)
            finally:
                self.leave()

        return wrapper

    def generating(self, generate: Callable) -> Callable:
        """`generate`, its time up to the end of the backbone's first forward counted as prefill, then as decode."""

        @functools.wraps(generate)
        def wrapper(*args, **kwargs):
            self.prompt_tokens = kwargs["input_ids"].shape[1]
            self.enter("prefill")
            try:
                return generate(*args, **kwargs)
            finally:
                self.leave()

        return wrapper

    def after_forward(self, *_) -> None:
        """Counts a forward of the backbone; the first one inside `generate` ends the prefill."""
        self.forwards += 1
        if self._open and self._open[-1] == "prefill":
            self.leave()
            self.enter("decode")


@contextmanager
def watched(pipe: SkeletonEmotionExplanationPipeline, watch: Stopwatch) -> Iterator[None]:
    """Puts the stopwatch around the steps of the pipeline."""
    module, extractor, model = feature_extraction_eai_llm, EaiSkeletonFeatureExtractor, pipe.model
    tower = "features and tower"
    with ExitStack() as stack:
        for owner, name, wrapper in (
            (module, "read_motions", watch.timed("reading", module.read_motions)),
            (module, "unify", watch.timed("unified skeleton", module.unify)),
            (module, "features_of", watch.timed(tower, module.features_of)),
            (module, "vector_of", watch.timed(tower, module.vector_of)),
            (extractor, "pad", watch.timed(tower, extractor.pad)),
            (model, "score_labels", watch.timed("label scoring", model.score_labels)),
            (model, "generate", watch.generating(model.generate)),
        ):
            stack.enter_context(patch.object(owner, name, wrapper))
        for handle in (
            model.skeleton_tower.register_forward_pre_hook(lambda *_: watch.enter(tower)),
            model.skeleton_tower.register_forward_hook(lambda *_: watch.leave()),
            model.language_model.register_forward_hook(watch.after_forward),
        ):
            stack.callback(handle.remove)
        yield


def clock() -> float:
    """Seconds, once the device has done what it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def seconds(function: Callable) -> float:
    """Seconds that a call takes."""
    start = clock()
    function()
    return clock() - start


def measure_latency(pipe: SkeletonEmotionExplanationPipeline, clip: Path, repeats: int, new_tokens: int) -> dict:
    """Times everything, `repeats` times in turn.

    Args:
        pipe: The pipeline; its model's own backbone is the one compared with.
        clip: Motion file.
        repeats: Rounds after the warm-up.
        new_tokens: Tokens that both write, no more and no fewer.

    Returns:
        Seconds of each round for `explain`, `bare`, `label_only` and `prefill`, `shares` of `explain` by section, and
        `prompt_tokens`.

    Raises:
        ValueError: If the clip cannot be read.
        RuntimeError: If one side wrote another number of tokens.
    """
    length = {"min_new_tokens": new_tokens, "max_new_tokens": new_tokens}
    watch = Stopwatch()

    def explain() -> None:
        record = pipe(str(clip), **length)
        if "error" in record:
            raise ValueError(record["error"]["message"])

    with watched(pipe, watch):
        explain()
        prompt_tokens = watch.prompt_tokens
        backbone, tokenizer = pipe.model.language_model, pipe.processor.tokenizer
        words = tokenizer(TEXT * prompt_tokens, return_tensors="pt", truncation=True, max_length=prompt_tokens)
        inputs = {name: words[name].to(backbone.device) for name in ("input_ids", "attention_mask")}
        greedy = length | {"do_sample": False, "pad_token_id": tokenizer.pad_token_id}

        @torch.inference_mode()
        def prefill() -> None:
            backbone(**inputs, use_cache=True, logits_to_keep=1)

        tasks: dict[str, Callable] = {
            "explain": explain,
            "bare": lambda: backbone.generate(**inputs, **greedy),
            "label_only": lambda: pipe(str(clip), label_only=True),
            "prefill": prefill,
        }
        for task in tasks.values():
            task()
        spent: dict[str, list[float]] = defaultdict(list)
        sections: dict[str, float] = defaultdict(float)
        for turn in range(repeats):
            # Every other round runs backwards, so that none always comes after the same one.
            for name in tuple(tasks)[:: 1 if turn % 2 == 0 else -1]:
                watch.seconds.clear()
                watch.forwards = 0
                spent[name].append(seconds(tasks[name]))
                if name in ("explain", "bare") and watch.forwards != new_tokens:
                    raise RuntimeError(f"{name} ran the backbone {watch.forwards} times for {new_tokens} new tokens.")
                if name == "explain":
                    for section in SECTIONS:
                        sections[section] += watch.seconds[section]
    total = sum(spent["explain"])
    shares = {section: sections[section] / total for section in SECTIONS}
    shares[REST] = 1 - sum(shares.values())
    return dict(spent) | {"shares": shares, "prompt_tokens": prompt_tokens}


def as_markdown(results: dict, clip: str, new_tokens: int, dtype: str, command: str) -> str:
    """The results as a page."""
    repeats = len(results["explain"])
    explain_ms = 1000 * statistics.median(results["explain"])
    lines = [
        "# Latency",
        "",
        "How long does an explanation take, compared with the bare text backbone, and which steps take the time?",
        "",
        f"`{command}`",
        "",
        f"{clip}; {results['prompt_tokens']} prompt tokens, {new_tokens} new tokens, greedy; backbone in {dtype}; "
        f"{machine()}. Median of {repeats} rounds after a warm-up; brackets give the minimum and maximum.",
        "",
        "| | milliseconds | ratio |",
        "|---|---|---|",
        f"| bare backbone, same number of tokens | {_spread(results['bare'], 1000, 0)} | 1 |",
        f"| `explain`, from file to record | {_spread(results['explain'], 1000, 0)} "
        f"| {_ratio(results, 'explain', 'bare')} |",
        f"| bare backbone, one prefill | {_spread(results['prefill'], 1000, 1)} | 1 |",
        f"| labels without explanation, from file to record | {_spread(results['label_only'], 1000, 1)} "
        f"| {_ratio(results, 'label_only', 'prefill')} |",
        "",
        "| step of `explain` | share | milliseconds |",
        "|---|---|---|",
        *(f"| {name} | {share:.1%} | {share * explain_ms:.1f} |" for name, share in results["shares"].items()),
        "",
        "A ratio compares two times of the same round. Features and tower are computed for the labels, for each "
        "occluded body part, and for the explanation; other work of the occlusion counts as the rest. Prefill is "
        "`generate` up to the end of the backbone's first pass, without the tower.",
    ]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """What the figures depend on, in words."""
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU ({platform.machine()})"
    return (
        f"{device}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, Python {platform.python_version()}, "
        f"torch {torch.__version__}, transformers {transformers.__version__}"
    )


def _spread(values: list[float], factor: float, digits: int) -> str:
    middle, low, high = (factor * value for value in (statistics.median(values), min(values), max(values)))
    return f"{middle:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def _ratio(results: dict, name: str, other: str) -> str:
    return _spread([mine / its for mine, its in zip(results[name], results[other], strict=True)], 1, 2)


def make_walk(folder: Path) -> Path:
    """Writes a generated walk as BVH, the format that takes longest to read."""
    write_bvh = runpy.run_path(str(ROOT / "hub_examples" / "make_clips.py"))["write_bvh"]
    path = folder / "walk.bvh"
    write_bvh(generate_clip(1, action="walk", rig="bandai22", duration_s=CLIP_S).motion, path)
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clip", type=Path, help=f"motion file; a generated walk of {CLIP_S:g} s by default")
    parser.add_argument("--model", help="checkpoint: folder or Hub id; the embedded one by default")
    parser.add_argument("--repeats", type=int, default=7, metavar="N", help="rounds (default 7)")
    parser.add_argument("--new-tokens", type=int, default=48, metavar="N", help="tokens to write (default 48)")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "latency.md", help="page to write")
    args = parser.parse_args()
    if args.repeats < 1 or args.new_tokens < 2:
        parser.error("--repeats must be at least 1 and --new-tokens at least 2.")

    pipe = load_pipeline(args.model)
    pipe.model.load_backbone()
    with tempfile.TemporaryDirectory() as folder:
        clip = args.clip or make_walk(Path(folder))
        results = measure_latency(pipe, clip, args.repeats, args.new_tokens)
    command = f"python benchmarks/latency.py --repeats {args.repeats} --new-tokens {args.new_tokens}"
    command += f" --clip {args.clip.name}" if args.clip else ""
    words = f"The clip `{args.clip.name}`" if args.clip else f"A generated walk of {CLIP_S:g} s, BVH"
    dtype = str(pipe.model.language_model.dtype).removeprefix("torch.")
    page = as_markdown(results, words, args.new_tokens, dtype, command)
    before = args.output.read_text(encoding="utf-8") if args.output.exists() else ""
    _, heading, rest = before.partition("\n## ")  # what benchmarks/rates.py writes
    args.output.write_text(page + heading + rest, encoding="utf-8")
    print(page)
    print(f"written to {args.output}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
