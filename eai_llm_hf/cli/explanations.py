"""`eai-llm evaluate explanations`: whether what a checkpoint writes about clips it never saw is true."""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from ..publish.checkpoints import TRAINING, find_checkpoint, read_metadata
from .common import load_quietly

_EPILOG = """example:
  eai-llm evaluate explanations --corpora bandai1=bandai1/data generated:3000 --output runs/explanations
  eai-llm evaluate explanations --corpora generated:600:kdae59,smpl24 --clips 40 --sampled 3 --output runs/rigs

Writes OUTPUT/explanations.json, explanations.md, examples.md and texts.jsonl. Generated clips are scored by their rig.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to those of `eai-llm evaluate`, whose values hold for what is not given here again."""
    parser = subparsers.add_parser(
        "explanations",
        help="whether the statements in explanations are true",
        description="Lets a checkpoint explain clips that its training held out, greedily and by sampling, without "
        "the guard and with it, and holds every claim against the movement; beside it the same texts on other clips, "
        "the best constant text and the base rate of the claims.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--corpora",
        nargs="+",
        default=argparse.SUPPRESS,
        metavar="NAME",
        help="corpora named as for train: of those that training knew what it held out is used, others whole",
    )
    parser.add_argument("--model", default=argparse.SUPPRESS, metavar="FOLDER", help="checkpoint, as for explain")
    parser.add_argument(
        "--clips", type=int, default=40, metavar="N", help="clips of each corpus, or rig, at most (default 40)"
    )
    parser.add_argument(
        "--sampled", type=int, default=1, metavar="K", help="texts by sampling for each clip (default 1; 0 for none)"
    )
    parser.add_argument(
        "--taken-away",
        type=int,
        default=10,
        metavar="N",
        help="so many clips are explained without head, arms or legs as well (default 10)",
    )
    parser.add_argument(
        "--batch-size", type=int, default=8, metavar="N", help="clips that go through the model together (default 8)"
    )
    parser.add_argument(
        "--faithful",
        type=int,
        nargs=3,
        default=(40, 12, 12),
        metavar="N",
        help="clips of each corpus on which cited parts are hidden, the movement is edited, and it is recorded "
        "otherwise (default 40 12 12; 26 texts an edited clip, 8 one recorded otherwise; 0 leaves a test out)",
    )
    parser.add_argument("--output", default=argparse.SUPPRESS, metavar="FOLDER", help="where to write (required)")
    parser.add_argument(
        "--seed", type=int, default=argparse.SUPPRESS, help="of bootstrap, sampling and choice of clips"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Scores the explanations and writes the tables.

    Raises:
        ValueError: If corpora or output are not named, a flag of another command is given, a number is too small, the
            checkpoint does not say what it was trained on, or held-out clips are lacking.
    """
    if not args.corpora or args.output is None:
        raise ValueError("--corpora says which clips to explain, --output where to write the tables; both are needed.")
    if "protocol" in args or args.explanations is not None:
        raise ValueError("--protocol and --explanations do not go with `evaluate explanations`.")
    if args.clips < 2 or args.batch_size < 1 or min(args.sampled, args.taken_away, *args.faithful) < 0:
        raise ValueError("--clips must be 2 or more, --batch-size 1 or more, the other numbers not negative.")
    from ..corpora.rows import as_clip
    from ..evaluation.explanations.faithfulness import faithfulness
    from ..evaluation.explanations.tables import as_examples, as_markdown
    from ..evaluation.explanations.texts import explained_clip, explanation_scores
    from ..training.recipe import held_out_splits

    model = find_checkpoint(args.model)
    record = read_metadata(model, TRAINING)
    if record is None:
        raise ValueError(f"{model} has no {TRAINING}, which eai-llm train writes: it says what training held out.")
    output = Path(args.output)
    output.mkdir(parents=True, exist_ok=True)
    splits = held_out_splits(args.corpora, record)
    pipe = load_quietly(model)
    limit = pipe.processor.feature_extractor.max_frames
    parts, faithful, texts = {}, {}, []
    for corpus, rows in _by_corpus(splits["test"], args.clips, args.seed).items():
        clips = [explained_clip(as_clip(row), str(row["content"]), row["clip_id"], limit) for row in rows]
        parts[corpus], written = explanation_scores(
            pipe, clips, record["labels"], args.sampled, args.taken_away, args.seed, args.batch_size, corpus
        )
        texts += [{"corpus": corpus} | entry for entry in written]
        if any(args.faithful):
            faithful[corpus] = faithfulness(
                pipe, rows, record["labels"], *args.faithful, batch_size=args.batch_size, seed=args.seed
            )
    if not parts:
        raise ValueError(f"Training held out no clip, or one alone, of {', '.join(args.corpora)}.")
    results = {
        "command": command(args),
        "contents": {corpus: sorted({t["content"] for t in texts if t["corpus"] == corpus}) for corpus in parts},
        "corpora": parts,
        "faithfulness": faithful,
    }
    (output / "explanations.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    tables = "\n".join(as_markdown(results)) + "\n"
    (output / "explanations.md").write_text(tables, encoding="utf-8")
    (output / "examples.md").write_text("\n".join(as_examples(texts)) + "\n", encoding="utf-8")
    lines = [json.dumps(entry) + "\n" for entry in texts]
    (output / "texts.jsonl").write_text("".join(lines), encoding="utf-8")
    print(tables, end="")
    print(f"written to {output}: explanations.json, explanations.md, examples.md, texts.jsonl", file=sys.stderr)
    return 0


def _by_corpus(rows: Sequence[dict], most: int, seed: int) -> dict[str, list[dict]]:
    """Some clips of each corpus, drawn by the seed; a corpus with one clip alone has no other to compare it with."""
    import numpy as np

    found = defaultdict(list)
    for row in rows:
        found[row["corpus"]].append(row)
    rng = np.random.default_rng(seed)
    drawn = {corpus: rng.permutation(len(found[corpus]))[:most] for corpus in sorted(found)}
    for corpus in (name for name, picks in drawn.items() if len(picks) < 2):
        print(f"{corpus}: training held out one clip alone, which nothing can be compared with", file=sys.stderr)
    return {corpus: [found[corpus][i] for i in picks] for corpus, picks in drawn.items() if len(picks) > 1}


def command(args: argparse.Namespace) -> str:
    """The command that makes such tables, without the folders of this machine."""
    from ..evaluation.benchmark.results import without_place

    parts = ["eai-llm evaluate explanations", *(["--model", Path(args.model).name] if args.model else [])]
    parts += ["--corpora", *map(without_place, args.corpora)]
    parts += ["--faithful", *map(str, args.faithful)]
    for name in ("clips", "sampled", "taken_away", "batch_size", "seed"):
        parts += [f"--{name.replace('_', '-')}", str(getattr(args, name))]
    return " ".join([*parts, "--output", Path(args.output).name])
