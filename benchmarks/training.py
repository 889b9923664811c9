"""Measures the speed of stage two and of LoRA on the bare text backbone, in one run, in alternating rounds.

    python benchmarks/training.py
    python benchmarks/training.py --device cuda --batch-size 64 --steps 50 --peak-tflops 989
    python benchmarks/training.py --device cuda --batch-size 64 --steps 50 --peak-tflops 989 --compile

Stage two answers questions about clips: crops are drawn, augmented, measured and turned into questions; the frozen
tower reads them; projector and LoRA are trained. The bare backbone learns the same answers to the same questions after
the same number of tokens of plain text, with the same LoRA in the same layers, in the usual way with PEFT and Trainer:
its texts are prepared in advance, and it computes the logits of all tokens. A third side computes logits only for
learned tokens, as stage two does. Batches are prepared in the same process, one after the other; a step is forward,
backward, clipping and AdamW.
"""

import argparse
import itertools
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn
from transformers import AutoModelForCausalLM, AutoTokenizer

from eai_llm_hf import EaiLlmForCausalLM, EaiSkeletonFeatureExtractor, EaiSkeletonProcessor
from eai_llm_hf.corpora import generated_corpus
from eai_llm_hf.publish.backbones import DEFAULT_BACKBONE, find_or_fetch
from eai_llm_hf.training.adapters import ADAPTED, add_lora
from eai_llm_hf.training.answering import CPU_ATTENTION, ChatCollator, QuestionDataset
from eai_llm_hf.training.crops import CropDataset, fit_reference
from eai_llm_hf.training.settings import DEFAULT_LABELS

ROOT = Path(__file__).resolve().parents[1]
STAGE_TWO, BARE, BARE_SPARING = "stage two", "bare backbone", "bare backbone, logits of the answers only"
SIDES = (STAGE_TWO, BARE, BARE_SPARING)
GOAL = 0.95
CLIPS = 60
RANK = 16
WORD = " the"
MEMORY_STEPS = 3
RESAMPLES = 2000


class Chats:
    """The same chats for all sides: about clips, and about as many tokens of plain text.

    Args:
        backbone: Hub id or folder.
        count: Number of chats.
    """

    def __init__(self, backbone: str, count: int):
        rows = generated_corpus(CLIPS)
        tokenizer = AutoTokenizer.from_pretrained(find_or_fetch(backbone))
        reference = fit_reference(CropDataset(rows, 10 * CLIPS))
        extractor = EaiSkeletonFeatureExtractor(reference=reference.to_dict())
        self.processor = EaiSkeletonProcessor.from_tokenizer(tokenizer, extractor)
        if len(tokenizer(WORD * 10, add_special_tokens=False)["input_ids"]) != 10:
            raise RuntimeError(f"'{WORD}' is not one token for {backbone}.")
        self.questions = QuestionDataset(CropDataset(rows, count, labelled=True), reference, DEFAULT_LABELS)
        self.collate = ChatCollator(self.processor)
        # Plain questions come first in training; here each batch is a mixture.
        self.order = np.random.default_rng(0).permutation(count).tolist()

    def batch(self, numbers: list[int]) -> dict:
        """A batch of stage two, made from the clips on."""
        return self.collate([self.questions[self.order[number]] for number in numbers])

    def text(self, number: int) -> list[dict]:
        """A chat whose clip is replaced by words, one a skeleton token, the last of them a line break."""
        asked, answered = self.questions[self.order[number]]
        clip, question = asked["content"]
        words = self.processor.feature_extractor.num_tokens(len(clip["skeleton"].joints))
        return [{"role": "user", "content": f"{WORD * (words - 1)}\n{question['text']}"}, answered]


@dataclass
class Side:
    """One that is trained.

    Attributes:
        prepare: Makes the batch of a round, on the device.
        model: What learns.
        frozen_layers: Layers of the backbone, from the first, through which no gradient goes.
    """

    prepare: Callable[[int], dict]
    model: nn.Module
    frozen_layers: int

    def __post_init__(self):
        self.model.train()
        self.weights = [weight for weight in self.model.parameters() if weight.requires_grad]
        self.optimizer = torch.optim.AdamW(self.weights, lr=1e-4)

    def step(self, batch: dict) -> torch.Tensor:
        """Learns from a batch; gives the loss."""
        loss = self.model(**batch).loss
        loss.backward()
        nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.detach()


class AnswersOnly(nn.Module):
    """A causal language model that computes the logits of some tokens and the loss over what follows them."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, labels: torch.Tensor, **inputs: torch.Tensor) -> transformers.modeling_outputs.ModelOutput:
        """As in the model; `logits_to_keep` must be a mask."""
        outputs = self.model(**inputs)
        following = labels.roll(-1, 1)[inputs["logits_to_keep"]]
        outputs.loss = nn.functional.cross_entropy(outputs.logits.float(), following)
        return outputs


def make_side(name: str, chats: Chats, args: argparse.Namespace) -> Side:
    """Builds one side, its texts ready where it reads texts."""
    torch.manual_seed(0)
    size, rounds = args.batch_size, args.steps + 1
    on_device = {"device": args.device, "non_blocking": True}

    def numbers(turn: int) -> list[int]:
        return list(range(turn * size, (turn + 1) * size))

    if name == STAGE_TWO:
        sizes = chats.processor.feature_extractor.skeleton_config
        model = EaiLlmForCausalLM.from_backbone(
            args.backbone, chats.processor.skeleton_token_id, dtype=args.dtype, skeleton_config=sizes
        )
        if args.compile:
            model.language_model.compile(dynamic=True)
        model = with_attention(add_lora(model, RANK, alpha=2 * RANK), args)
        return Side(
            lambda turn: {key: value.to(**on_device) for key, value in chats.batch(numbers(turn)).items()}, model, 0
        )

    bare = AutoModelForCausalLM.from_pretrained(find_or_fetch(args.backbone), dtype=args.dtype)
    last = bare.config.num_hidden_layers
    first = max(last // 3, 1)  # below are the layers that encode the label texts, see `from_backbone`
    adapted = rf".*\.({'|'.join(map(str, range(first, last)))})\..*\.({ADAPTED})"
    config = LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules=adapted, task_type="CAUSAL_LM")
    model = get_peft_model(bare, config)
    if args.compile:
        bare.compile(dynamic=True)
    texts = [[chats.text(number) for number in numbers(turn)] for turn in range(rounds)]

    def prepare(turn: int) -> dict:
        batch = dict(chats.processor.training_inputs(texts[turn]))
        if name == BARE_SPARING:
            batch["logits_to_keep"] = nn.functional.pad(batch["labels"][:, 1:] != -100, (0, 1))
        return {key: value.to(**on_device) for key, value in batch.items()}

    model = with_attention(model, args)
    return Side(prepare, AnswersOnly(model) if name == BARE_SPARING else model, first)


def with_attention(model: PeftModel, args: argparse.Namespace) -> PeftModel:
    """The model on the device, with the attention that stage two takes there."""
    if not args.device.startswith("cuda"):
        model.set_attn_implementation(CPU_ATTENTION)
    return model.to(args.device)


def measure_speed(chats: Chats, args: argparse.Namespace) -> dict:
    """Times all sides, `args.steps` rounds after one that does not count.

    Returns:
        For each side `prepare`, `step` (seconds of the clock) and `cpu` (seconds that the process computed, both
        together) of each round, and `flops`, the least that its step needs, see `needed_flops`; `tokens` and
        `labelled` are those of a batch in the mean.

    Raises:
        RuntimeError: If the sides do not read equally many tokens or learn different ones.
    """
    sides = {name: make_side(name, chats, args) for name in SIDES}
    results: dict = {name: {"prepare": [], "step": [], "cpu": [], "flops": []} for name in SIDES}
    tokens, labelled = [], []
    orders = itertools.cycle([SIDES, SIDES[::-1]])  # so that none always comes after the same one
    for turn, order in zip(range(args.steps + 1), orders, strict=False):
        seen = {}
        for name in order:
            side, busy, start = sides[name], time.process_time(), clock()
            batch = side.prepare(turn)
            prepared = clock()
            side.step(batch)
            end = clock()
            seen[name] = (int(batch["attention_mask"].sum()), batch["labels"][batch["labels"] != -100].tolist())
            if turn > 0:
                results[name]["prepare"].append(prepared - start)
                results[name]["step"].append(end - prepared)
                results[name]["cpu"].append(time.process_time() - busy)
                results[name]["flops"].append(needed_flops(side, batch))
        if any(of_side != seen[BARE] for of_side in seen.values()):
            counts = {name: (total, len(learned)) for name, (total, learned) in seen.items()}
            raise RuntimeError(f"The sides read or learn different tokens: {counts} (all, learned).")
        if turn > 0:
            tokens.append(seen[BARE][0])
            labelled.append(len(seen[BARE][1]))
    return results | {"tokens": statistics.mean(tokens), "labelled": statistics.mean(labelled)}


def needed_flops(side: Side, batch: dict) -> float:
    """Operations that a step cannot do without: multiplications and additions by the weights of the backbone.

    For each token 2 N forward and 2 N' back to its inputs, N being the weights of all layers and N' of those through
    which gradients go; 4 V for each token that must be predicted, V being the weights of the head. The 6 N of full
    training less the 2 N for gradients of weights, which are frozen. Left out: tower, projector, LoRA, attention
    scores.
    """
    backbone = side.model.get_submodule("model") if isinstance(side.model, AnswersOnly) else side.model
    backbone = backbone.get_base_model()
    backbone = backbone.language_model if isinstance(backbone, EaiLlmForCausalLM) else backbone
    config, head = backbone.config, backbone.get_output_embeddings().weight
    inside = sum(
        weight.numel()
        for name, weight in backbone.named_parameters()
        if weight is not head and "lora_" not in name and weight is not backbone.get_input_embeddings().weight
    )
    passed = inside * (1 - side.frozen_layers / config.num_hidden_layers)
    predicted = int((batch["labels"] != -100).sum())
    return 2.0 * (inside + passed) * int(batch["attention_mask"].sum()) + 4.0 * head.numel() * predicted


def measure_memory(args: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Peak memory of each side in a process of its own, as `peak_of` prints it.

    Raises:
        RuntimeError: If such a process fails; the message is the end of what it said.
    """
    peaks = {}
    for name in SIDES:
        command = [sys.executable, str(Path(__file__).resolve()), "--peak-of", name, "--backbone", args.backbone]
        command += ["--batch-size", str(args.batch_size), "--device", args.device, "--dtype", args.dtype]
        done = subprocess.run([*command, *(["--compile"] if args.compile else [])], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"Measuring the memory of {name} failed: {done.stderr[-2000:]}")
        peaks[name] = json.loads(done.stdout.splitlines()[-1])
    return peaks


def peak_of(name: str, args: argparse.Namespace) -> dict[str, float]:
    """Gigabytes before the first step and at the peak of `MEMORY_STEPS` steps, of this process or of the GPU."""
    args.steps = MEMORY_STEPS - 1
    side = make_side(name, Chats(args.backbone, MEMORY_STEPS * args.batch_size), args)
    on_gpu = args.device.startswith("cuda")
    before = torch.cuda.memory_allocated() / 1e9 if on_gpu else peak_rss()
    if on_gpu:
        torch.cuda.reset_peak_memory_stats()
    for turn in range(MEMORY_STEPS):
        side.step(side.prepare(turn))
    return {"before": before, "peak": torch.cuda.max_memory_allocated() / 1e9 if on_gpu else peak_rss()}


def peak_rss() -> float:
    """The most memory that this process ever held, in gigabytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def clock() -> float:
    """Seconds, once the device has done what it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def ratio(results: dict, name: str, other: str, parts: tuple[str, ...]) -> tuple[float, float, float]:
    """Speed of one side over another's: median over the rounds, and the 95% bootstrap interval of that median."""
    own, its = (sum(np.array(results[side][part]) for part in parts) for side in (name, other))
    paired = its / own
    draws = np.random.default_rng(0).integers(len(paired), size=(RESAMPLES, len(paired)))
    low, high = np.percentile(np.median(paired[draws], axis=1), [2.5, 97.5])
    return float(np.median(paired)), float(low), float(high)


def as_markdown(results: dict, memory: dict, args: argparse.Namespace, command: str) -> str:
    """The results as a page."""
    on_gpu = args.device.startswith("cuda")
    rounds, size = len(results[BARE]["step"]), args.batch_size
    lines = [
        "# Speed of training",
        "",
        "How fast is stage two, compared with LoRA on the bare text backbone?",
        "",
        f"`{command}`",
        "",
        f"Batches have {size} chats of {results['tokens'] / size:.0f} tokens, {results['labelled'] / size:.0f} of "
        f"them learned; backbone {Path(args.backbone).name} in {args.dtype}, LoRA of rank {RANK}"
        f"{', compiled' if args.compile else ''}, {'fused' if on_gpu else 'plain'} attention on all sides; "
        f"{machine(on_gpu)}. Median of {rounds} alternating rounds after a warm-up. A ratio compares two times of the "
        f"same round; brackets give the 95% bootstrap interval of its median. The goal is {GOAL}.",
        "",
        "| | " + " | ".join(SIDES) + f" | {STAGE_TWO} / {BARE} | {STAGE_TWO} / {BARE_SPARING} |",
        "|---|---|---|---|---|---|",
    ]
    table = {"clips a second, with preparation": ("prepare", "step"), "clips a second, step alone": ("step",)}
    if not on_gpu:
        table["clips a second of computing time, with preparation"] = ("cpu",)
    for row, parts in table.items():
        speeds = [size / statistics.median(sum(np.array(results[name][p]) for p in parts)) for name in SIDES]
        ratios = ["{:.2f} [{:.2f}, {:.2f}]".format(*ratio(results, STAGE_TWO, other, parts)) for other in SIDES[1:]]
        lines.append(f"| {row} | " + " | ".join([*(f"{speed:.2f}" for speed in speeds), *ratios]) + " |")
    prepared = [statistics.median(results[name]["prepare"]) / size for name in SIDES]
    lines.append("| preparation of a clip, ms | " + " | ".join(f"{1000 * value:.1f}" for value in prepared) + " | | |")
    peaks = [memory[name]["peak"] for name in SIDES]
    shares = [f"{peaks[0] / peak:.2f}" for peak in peaks[1:]]
    what = "of the GPU" if on_gpu else "of the process"
    lines.append(f"| peak memory {what}, GB | " + " | ".join([*(f"{peak:.2f}" for peak in peaks), *shares]) + " |")
    before = [f"{memory[name]['before']:.2f}" for name in SIDES]
    lines.append(f"| {'held' if on_gpu else 'peak'} before the first step, GB | " + " | ".join(before) + " | | |")
    if args.peak_tflops:
        used = [
            statistics.median(np.array(results[name]["flops"]) / np.array(results[name]["step"])) / 1e12
            for name in SIDES
        ]
        shown = (f"{100 * value / args.peak_tflops:.1f}%" for value in used)
        lines.append(
            f"| share of the GPU's {args.peak_tflops:g} TFLOP/s, step alone | " + " | ".join(shown) + " | | |"
        )
    # Other work on the machine disturbs the computing time less than the clock.
    judged, parts = list(table.items())[0 if on_gpu else -1]
    value = ratio(results, STAGE_TWO, BARE, parts)[0]
    verdict = f"In {judged}, the goal is {'met' if value >= GOAL else 'missed'}: {value:.2f} of the bare backbone."
    if not on_gpu:
        verdict += " All figures are from a CPU, none from a GPU. Computing time is the CPU time of the process."
    lines += [
        "",
        verdict,
        "",
        "- The bare backbone is the usual setup with PEFT and Trainer: logits of all tokens, and texts prepared in "
        "advance. Stage two draws, augments, measures and verbalises each clip again, and computes logits only for "
        "learned tokens.",
        "- The gradients of stage two pass through all layers of the backbone, down to the projector. Those of the "
        "bare backbone stop at the first layer with LoRA, a third of the way up. The last column, in which both sides "
        "save logits, shows this cost.",
        "- Here preparation runs before each step; in training a worker prepares batches in parallel.",
        "- The share of the GPU's peak (`--peak-tflops`) counts only the necessary operations of a step: 2 N for each "
        "token forward, 2 N' backward through the layers that gradients cross, 4 V for each token to predict "
        "(`needed_flops`).",
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def machine(on_gpu: bool) -> str:
    """What the figures depend on, in words."""
    device = torch.cuda.get_device_name() if on_gpu else f"CPU ({platform.machine()})"
    return (
        f"{device}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, Python {platform.python_version()}, "
        f"torch {torch.__version__}, transformers {transformers.__version__}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backbone", default=DEFAULT_BACKBONE, help="Hub id or folder (default %(default)s)")
    parser.add_argument("--steps", type=int, default=15, metavar="N", help="rounds (default %(default)s)")
    parser.add_argument("--batch-size", type=int, default=8, metavar="N", help="chats a step (default %(default)s)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default %(default)s)")
    parser.add_argument("--dtype", default="bfloat16", help="of the frozen backbone (default %(default)s)")
    parser.add_argument("--compile", action="store_true", help="torch.compile the backbone of all sides")
    parser.add_argument("--peak-tflops", type=float, metavar="N", help="the card's peak at this precision, dense")
    parser.add_argument("--peak-of", choices=SIDES, help="print the peak memory of one side as JSON and end")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "training-speed.md", help="page to write")
    args = parser.parse_args()
    if args.steps < 1 or args.batch_size < 1:
        parser.error("--steps and --batch-size must be at least 1.")
    if args.device.startswith("cuda") and not torch.cuda.is_available():
        parser.error("--device cuda needs a GPU that torch can use; found none.")

    if args.peak_of:
        print(json.dumps(peak_of(args.peak_of, args)))
        return 0
    # First, while this process is small: a child's peak counts from the size of the process that it is forked from.
    memory = measure_memory(args)
    results = measure_speed(Chats(args.backbone, (args.steps + 1) * args.batch_size), args)
    command = f"python benchmarks/training.py --steps {args.steps} --batch-size {args.batch_size}"
    command += f" --device {args.device} --dtype {args.dtype}" + (" --compile" if args.compile else "")
    command += f" --backbone {Path(args.backbone).name}" if args.backbone != DEFAULT_BACKBONE else ""
    command += f" --peak-tflops {args.peak_tflops:g}" if args.peak_tflops else ""
    page = as_markdown(results, memory, args, command)
    args.output.write_text(page, encoding="utf-8")
    print(page)
    print(f"written to {args.output}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
