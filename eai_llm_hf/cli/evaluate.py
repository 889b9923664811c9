"""`eai-llm evaluate`: scores a checkpoint on clips that its training held out, or compares methods."""

import argparse
import json
import sys
from pathlib import Path

from ..publish.checkpoints import find_checkpoint
from . import explanations as explanations_command
from .common import MODEL_HELP, add_command, load_quietly, trained_checkpoint

_EXAMPLES = """examples:
  eai-llm evaluate --corpora bandai1=bandai1/data generated:2000 --output evaluation.json
  eai-llm evaluate --model generator --corpora generated:2000 folder=clips/
  eai-llm evaluate explanations --corpora bandai1=bandai1/data generated:2000 --output runs/explanations

  eai-llm evaluate --protocol family --corpora bandai1=bandai1/data --methods lda eai-llm --output runs/table
  eai-llm evaluate --protocol family generated=performer --corpora bandai1=bandai1/data generated:1800 \\
      --extra-corpora bandai2=bandai2/data --train-on all own --speed-matched --jobs 2 --output runs/joint

A benchmark writes OUTPUT/results.json, results.md and results.png. The same command continues an interrupted one.
"""

_METHODS = ["lda", "random forest", "eai-llm"]


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = add_command(
        subparsers,
        "evaluate",
        help="score a checkpoint on held-out clips, next to chance and baselines",
        description="Scores a checkpoint on the contents and performers that its training held out (its training.json "
        "names them). The baseline is linear discriminant analysis (LDA) on the measured descriptors, trained on "
        "the same split in the same run. A corpus that was not used in training is tested in full, and LDA is trained "
        "on the others. With --protocol, methods are trained anew on each fold of the corpora and compared on its "
        "held-out clips.",
        examples=_EXAMPLES,
    )
    parser.add_argument(
        "--corpora",
        nargs="+",
        default=[],
        metavar="NAME",
        help="corpora to test, named as for train: one that was used in training is tested on its held-out part, any "
        "other in full; with --protocol, on each fold",
    )
    parser.add_argument(
        "--model",
        metavar="FOLDER",
        help=f"{MODEL_HELP}; with --protocol, the one that eai-llm starts from in each fold (default there: a new "
        "model)",
    )
    parser.add_argument(
        "--explanations",
        type=int,
        metavar="N",
        help="clips of each corpus whose explanations are checked (default 40); not with --protocol",
    )
    parser.add_argument(
        "--output", metavar="PATH", help="write the scores to this .json file; with --protocol, a folder (required)"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of bootstrap, choice of clips and generated corpora")
    _add_benchmark(parser)
    parser.set_defaults(run=run)
    explanations_command.register(parser.add_subparsers(title="instead of labels", metavar="WHAT"))


def _add_benchmark(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `BenchmarkSettings`, which has their defaults: a flag that is not given is absent."""
    group = parser.add_argument_group("benchmark", argument_default=argparse.SUPPRESS)
    group.add_argument(
        "--protocol",
        nargs="+",
        metavar="NAME",
        help="what each fold holds out: performer, content, family, random (leaky) or diema; CORPUS=NAME for one "
        "corpus, as in: family generated=performer",
    )
    methods = ", ".join(name.replace(" ", "-") for name in _METHODS)
    group.add_argument(
        "--methods",
        nargs="+",
        metavar="NAME",
        help="lda, logistic-regression, random-forest, st-gcn-joint, st-gcn-bone, st-gcn-motion, st-gcn-fused, "
        f"text-zero-shot, text-lora, eai-llm and its ablations (default {methods})",
    )
    group.add_argument("--extra-corpora", nargs="+", metavar="NAME", help="corpora that are only trained on")
    group.add_argument("--labels", nargs="+", metavar="LABEL", help="labels to test (default all)")
    group.add_argument(
        "--train-on",
        nargs="+",
        choices=("all", "own"),
        help="one training on all corpora, one on each corpus or rig alone, or both (default all)",
    )
    group.add_argument(
        "--label-share",
        nargs="+",
        type=float,
        metavar="SHARE",
        help="shares of the labelled clips that keep their labels (default 1)",
    )
    group.add_argument(
        "--speed-matched",
        nargs="?",
        const="corpus",
        choices=("corpus", "family"),
        help="also test with the speed equalised: to the mean of the training clips of the same corpus (or rig; the "
        "default), or of those with the same family of contents",
    )
    group.add_argument("--folds", type=int, metavar="N", help="folds, if there are many groups (default 5)")
    group.add_argument("--seeds", nargs="+", type=int, metavar="SEED", help="seeds of the trainings (default 0 1 2)")
    group.add_argument("--steps", type=int, metavar="N", help="training steps (default 400)")
    group.add_argument("--batch-size", type=int, metavar="N", help="crops in each training step (default 32)")
    group.add_argument("--jobs", type=int, metavar="N", help="trainings that run in parallel (default 1)")


_BENCHMARK_ALONE = (
    *("methods", "extra_corpora", "labels", "train_on", "label_share", "speed_matched"),
    *("folds", "seeds", "steps", "batch_size", "jobs"),
)


def run(args: argparse.Namespace) -> int:
    """Evaluates and prints the scores; the exit status is 1 if a training of a benchmark failed.

    Raises:
        ValueError: If required arguments are missing or do not go together, or the checkpoint has no training
            metadata.
    """
    if not args.corpora:
        raise ValueError("--corpora is required: the corpora to test, as in the examples of eai-llm evaluate --help.")
    benchmark = {name: value for name, value in vars(args).items() if name in _BENCHMARK_ALONE}
    if "protocol" in args:
        return _run_benchmark(args, benchmark)
    if benchmark:
        raise ValueError(
            f"--{next(iter(benchmark)).replace('_', '-')} is an option of benchmarks and requires --protocol."
        )
    return _run_checkpoint(args)


def _run_benchmark(args: argparse.Namespace, given: dict) -> int:
    from ..evaluation.benchmark import run_benchmark
    from ..evaluation.benchmark_plan import BenchmarkSettings
    from ..evaluation.benchmark_results import write_results

    if args.output is None:
        raise ValueError("A benchmark requires --output, the folder where it writes results and continues.")
    if args.explanations is not None:
        raise ValueError("--explanations checks the texts of a checkpoint and cannot be combined with --protocol.")
    model = None if args.model is None else find_checkpoint(args.model)
    settings = BenchmarkSettings(
        corpora=args.corpora,
        output=args.output,
        protocol=args.protocol,
        model=model,
        seed=args.seed,
        **{"methods": _METHODS, **given},
    )
    finished = run_benchmark(settings)
    write_results(finished)
    print((Path(args.output) / "results.md").read_text(encoding="utf-8"), end="")
    print(f"written to {args.output}: results.json, results.md, results.png", file=sys.stderr)
    for failure in finished.failures:
        cell = failure.cell
        print(
            f"eai-llm: {cell.method} failed on {cell.fold_name} (fold {cell.fold + 1}, seed {cell.seed}): "
            f"{failure.reason}",
            file=sys.stderr,
        )
    return 1 if finished.failures else 0


def _run_checkpoint(args: argparse.Namespace) -> int:
    from ..evaluation import evaluate
    from ..training.recipe_clips import held_out_splits

    model, training = trained_checkpoint(args.model)
    splits = held_out_splits(args.corpora, training)
    pipe = load_quietly(model)
    explanations = 40 if args.explanations is None else args.explanations
    results = evaluate(pipe, splits["train"], splits["test"], training["labels"], explanations, args.seed)
    print(as_table(results))
    if args.output:
        Path(args.output).write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
        print(f"written to {args.output}", file=sys.stderr)
    return 0


def as_table(results: dict) -> str:
    """The scores of a checkpoint as Markdown."""
    lines = [
        "| corpus | method | clips | chance | accuracy [95%] | balanced accuracy [95%] | macro-F1 [95%] |",
        "|---|---|---|---|---|---|---|",
    ]
    for corpus, result in results.items():
        for method, name in (("model", "EAI-LLM"), ("baseline_lda", "LDA on descriptors")):
            if (scores := result.get(method)) is None:
                continue
            cells = [_with_interval(scores[measure]) for measure in ("accuracy", "balanced_accuracy", "macro_f1")]
            lines.append(f"| {corpus} | {name} | {scores['clips']} | {scores['chance']:.2f} | {' | '.join(cells)} |")
    calibrated = {corpus: result["model"] for corpus, result in results.items() if "ece" in result["model"]}
    for corpus, scores in calibrated.items():
        lines += [
            "",
            f"{corpus}, EAI-LLM: calibration error {_with_interval(scores['ece'])}, "
            f"Brier score {_with_interval(scores['brier'])}",
            "",
            "| label | clips | precision | recall | F1 |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {label} | {own['support']} | {own['precision']:.2f} | {own['recall']:.2f} | {own['f1']:.2f} |"
            for label, own in scores["per_class"].items()
        ]
    if any("explanations" in result for result in results.values()):
        lines += [
            "",
            "| corpus | explanations | claims a text | hold | hold for another clip | repeated | different texts |",
            "|---|---|---|---|---|---|---|",
        ]
    for corpus, result in results.items():
        if scores := result.get("explanations"):
            hold, shuffled = (
                "-" if scores[key] is None else f"{scores[key]:.2f}" for key in ("hold", "hold_shuffled")
            )
            lines.append(
                f"| {corpus} | {scores['clips']} | {scores['claims_per_text']} | {hold} | {shuffled} "
                f"| {scores['repeated_claims']} | {scores['distinct_texts']} |"
            )
    return "\n".join(lines)


def _with_interval(score: dict) -> str:
    low, high = score["interval"]
    return f"{score['value']:.2f} [{low:.2f}, {high:.2f}]"
