"""`eai-llm evaluate`: a checkpoint on the clips that its training left out."""

import argparse
import json
import sys
from pathlib import Path

from .explain_command import load_pipeline
from .records import TRAINING, read_record

_EPILOG = """example:
  eai-llm evaluate --corpora bandai1=bandai1/data generated:2000 --output evaluation.json
  eai-llm evaluate --model runs/mine/checkpoint --corpora folder=clips/
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = subparsers.add_parser(
        "evaluate",
        help="scores on clips that training left out, beside chance and a baseline",
        description="Scores a checkpoint on the contents and performers that its training held out (training.json "
        "beside it says which), next to linear discriminant analysis on the measured descriptors, trained on the "
        "same split in the same run.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--corpora",
        nargs="+",
        required=True,
        metavar="NAME",
        help="the corpora that the checkpoint was trained on, named as for train",
    )
    parser.add_argument("--model", help="checkpoint folder; the embedded one by default")
    parser.add_argument(
        "--explanations",
        type=int,
        default=40,
        metavar="N",
        help="clips of each corpus whose explanations are checked (default 40)",
    )
    parser.add_argument("--output", metavar="FILE.json", help="write the scores there too")
    parser.add_argument("--seed", type=int, default=0, help="of bootstrap and choice of clips")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluates and prints the scores."""
    from eai_llm_hf import DEFAULT_CHECKPOINT

    from .evaluation import evaluate
    from .training.recipe import load_splits

    model = args.model or DEFAULT_CHECKPOINT
    record = read_record(model, TRAINING)
    if record is None:
        raise ValueError(f"{model} has no {TRAINING}, which eai-llm train writes: it says what training held out.")
    splits = load_splits(args.corpora, record["labels"], record["held_out"], record["validation"], record["seed"])
    pipe = load_pipeline(args.model)
    results = evaluate(pipe, splits["train"], splits["test"], record["labels"], args.explanations, args.seed)
    print(as_table(results))
    if args.output:
        Path(args.output).write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
        print(f"written to {args.output}", file=sys.stderr)
    return 0


def as_table(results: dict) -> str:
    """The scores as Markdown."""
    lines = [
        "| corpus | method | clips | chance | accuracy [95%] | balanced accuracy [95%] | macro-F1 [95%] |",
        "|---|---|---|---|---|---|---|",
    ]
    for corpus, result in results.items():
        for method, name in (("model", "EAI-LLM"), ("baseline_lda", "LDA on descriptors")):
            scores = result[method]
            cells = [_with_interval(scores[measure]) for measure in ("accuracy", "balanced_accuracy", "macro_f1")]
            lines.append(f"| {corpus} | {name} | {scores['clips']} | {scores['chance']:.2f} | {' | '.join(cells)} |")
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
