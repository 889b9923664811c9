"""`eai-llm evaluate`: a checkpoint on the clips that its training left out, or a benchmark of methods."""

import argparse
import json
import sys
from pathlib import Path

from ..cli import explanations as explanations_command
from ..publish.checkpoints import TRAINING, find_checkpoint, read_metadata
from .common import load_quietly

_EPILOG = """example:
  eai-llm evaluate --corpora bandai1=bandai1/data generated:2000 --output evaluation.json
  eai-llm evaluate --model generator --corpora generated:2000 folder=clips/
  eai-llm evaluate explanations --corpora bandai1=bandai1/data generated:2000 --output runs/explanations

  eai-llm evaluate --protocol family --corpora bandai1=bandai1/data --methods lda eai-llm --output runs/table
  eai-llm evaluate --protocol family generated=performer --corpora bandai1=bandai1/data generated:1800 \\
      --extra-corpora bandai2=bandai2/data --train-on all own --speed-matched --jobs 2 --output runs/joint

A benchmark writes OUTPUT/results.json, results.md and results.png. Run again, it goes on with what is missing.
"""

_METHODS = ["lda", "random forest", "eai-llm"]


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = subparsers.add_parser(
        "evaluate",
        help="scores on clips that training left out, beside chance and baselines",
        description="Scores a checkpoint on the contents and performers that its training held out (training.json "
        "beside it says which), next to linear discriminant analysis on the measured descriptors, trained on the "
        "same split in the same run. A corpus that training did not know is tested whole, the analysis trained on the "
        "others. With --protocol: trains methods anew on each fold of the corpora and compares them on the clips that "
        "the fold holds out.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--corpora",
        nargs="+",
        default=[],
        metavar="NAME",
        help="corpora named as for train: of those that training knew what it held out is tested, others whole; with "
        "--protocol, those to be tested",
    )
    parser.add_argument(
        "--model",
        metavar="FOLDER",
        help="checkpoint: one of the package (default, generator), a folder or a Hub id; with --protocol, the one "
        "that eai-llm goes on from in each fold, a new model if none is named",
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
    parser.add_argument("--seed", type=int, default=0, help="of bootstrap, choice of clips and generated corpora")
    _add_benchmark(parser)
    parser.set_defaults(run=run)
    explanations_command.register(parser.add_subparsers(title="instead of labels", metavar="WHAT"))


def _add_benchmark(parser: argparse.ArgumentParser) -> None:
    """The flags of `BenchmarkSettings`, which has their defaults; they are absent where they are not given."""
    group = parser.add_argument_group("benchmark", argument_default=argparse.SUPPRESS)
    group.add_argument(
        "--protocol",
        nargs="+",
        metavar="NAME",
        help="what the folds leave out: performer, content, family, random (leaky) or diema; CORPUS=NAME for one "
        "corpus, as in: family generated=performer",
    )
    group.add_argument(
        "--methods",
        nargs="+",
        metavar="NAME",
        help="lda, logistic-regression, random-forest, st-gcn-joint, st-gcn-bone, st-gcn-motion, st-gcn-fused, "
        f"text-zero-shot, text-lora, eai-llm and its ablations (default {', '.join(_METHODS)})",
    )
    group.add_argument("--extra-corpora", nargs="+", metavar="NAME", help="corpora to learn from that are not tested")
    group.add_argument("--labels", nargs="+", metavar="LABEL", help="labels that are tested (default all)")
    group.add_argument(
        "--train-on",
        nargs="+",
        choices=("all", "own"),
        help="one training for all corpora, one for each corpus or rig alone, or both (default all)",
    )
    group.add_argument(
        "--label-share",
        nargs="+",
        type=float,
        metavar="SHARE",
        help="shares of the labelled clips that keep their label (default 1)",
    )
    group.add_argument(
        "--speed-matched",
        nargs="?",
        const="corpus",
        choices=("corpus", "family"),
        help="test each clip at equal speed as well: at the mean of the training clips of its corpus (or rig; the "
        "default), or of all clips of its family of contents there",
    )
    group.add_argument("--folds", type=int, metavar="N", help="folds where there are many groups (default 5)")
    group.add_argument("--seeds", nargs="+", type=int, metavar="SEED", help="seeds of the trainings (default 0 1 2)")
    group.add_argument("--steps", type=int, metavar="N", help="steps of each training (default 400)")
    group.add_argument("--batch-size", type=int, metavar="N", help="crops in a step (default 32)")
    group.add_argument("--jobs", type=int, metavar="N", help="trainings at a time (default 1)")


_BENCHMARK_ALONE = (
    *("methods", "extra_corpora", "labels", "train_on", "label_share", "speed_matched"),
    *("folds", "seeds", "steps", "batch_size", "jobs"),
)


def run(args: argparse.Namespace) -> int:
    """Evaluates and prints the scores."""
    if not args.corpora:
        raise ValueError("--corpora says on which clips to score: eai-llm evaluate --help shows examples.")
    benchmark = {name: value for name, value in vars(args).items() if name in _BENCHMARK_ALONE}
    if "protocol" in args:
        return _run_benchmark(args, benchmark)
    if benchmark:
        raise ValueError(f"--{next(iter(benchmark)).replace('_', '-')} is for benchmarks and needs --protocol.")
    return _run_checkpoint(args)


def _run_benchmark(args: argparse.Namespace, given: dict) -> int:
    from ..evaluation.benchmark.plan import BenchmarkSettings
    from ..evaluation.benchmark.results import write_results
    from ..evaluation.benchmark.run import run_benchmark

    if args.output is None:
        raise ValueError("--output names the folder of a benchmark; a run that stopped goes on there.")
    if args.explanations is not None:
        raise ValueError("--explanations checks the texts of a checkpoint and does not go with --protocol.")
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
    from ..publish.tables import evaluation_tables
    from ..training.recipe import held_out_splits

    model = find_checkpoint(args.model)
    record = read_metadata(model, TRAINING)
    if record is None:
        raise ValueError(f"{model} has no {TRAINING}, which eai-llm train writes: it says what training held out.")
    splits = held_out_splits(args.corpora, record)
    pipe = load_quietly(model)
    explanations = 40 if args.explanations is None else args.explanations
    results = evaluate(pipe, splits["train"], splits["test"], record["labels"], explanations, args.seed)
    print(evaluation_tables(results))
    if args.output:
        Path(args.output).write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
        print(f"written to {args.output}", file=sys.stderr)
    return 0
