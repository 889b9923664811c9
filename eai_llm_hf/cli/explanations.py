"""`eai-llm evaluate explanations`: whether the explanations of held-out clips are true."""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from .common import MODEL_HELP, add_command, load_quietly, trained_checkpoint

_COMPARED = ("default", "recordings", "performer")

_EXAMPLES = """examples:
  eai-llm evaluate explanations --corpora bandai1=bandai1/data generated:3000 --output runs/explanations
  eai-llm evaluate explanations --corpora generated:600:kdae59,smpl24 --clips 40 --sampled 3 --output runs/rigs
  eai-llm evaluate explanations --corpora manifest=walks/walks.csv --compared default performer --output runs/walks

Writes OUTPUT/explanations.json, explanations.md, examples.md and texts.jsonl. Generated clips are scored for each rig.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to those of `eai-llm evaluate`; shared options may stand before or after its name."""
    parser = add_command(
        subparsers,
        "explanations",
        help="check whether the statements in explanations are true and are reasons",
        description="Lets a checkpoint explain clips that its training held out, greedily and by sampling. Checks "
        "every claim against the movement, and whether it is a sign of the label. For comparison: canonical texts "
        "from the measurements, the same texts on other clips, and the label of other clips.",
        examples=_EXAMPLES,
    )
    parser.add_argument(
        "--corpora",
        nargs="+",
        default=argparse.SUPPRESS,
        metavar="NAME",
        help="corpora named as for train: of one that was used in training, the held-out part is explained, of any "
        "other all clips",
    )
    parser.add_argument("--model", default=argparse.SUPPRESS, metavar="FOLDER", help=MODEL_HELP)
    parser.add_argument(
        "--compared",
        nargs="+",
        choices=_COMPARED,
        default=[_COMPARED[0]],
        help="what the clips are compared with: the checkpoint's reference, all clips of their corpus, or those of "
        "the same performer; each gives rows of its own (default: default)",
    )
    parser.add_argument(
        "--clips", type=int, default=40, metavar="N", help="maximum number of clips of each corpus or rig (default 40)"
    )
    parser.add_argument(
        "--sampled", type=int, default=1, metavar="K", help="sampled texts for each clip (default 1; 0 for none)"
    )
    parser.add_argument(
        "--taken-away",
        type=int,
        default=10,
        metavar="N",
        help="clips that are also explained without head, arms or legs (default 10)",
    )
    parser.add_argument(
        "--batch-size", type=int, default=8, metavar="N", help="clips that the model processes at a time (default 8)"
    )
    parser.add_argument(
        "--faithful",
        type=int,
        nargs=3,
        default=(40, 12, 12),
        metavar="N",
        help="clips of each corpus for the three tests of faithfulness: cited parts are occluded, the movement is "
        "edited (7 texts a clip), it is recorded differently (8 texts a clip); default 40 12 12, 0 skips a test",
    )
    parser.add_argument(
        "--output", default=argparse.SUPPRESS, metavar="FOLDER", help="folder for the results (required)"
    )
    parser.add_argument(
        "--seed", type=int, default=argparse.SUPPRESS, help="seed of bootstrap, sampling and choice of clips"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Scores the explanations and writes the tables.

    Raises:
        ValueError: If corpora or output are missing, an option of another command is given, a number is too small, the
            checkpoint has no training metadata, or there are no held-out clips.
    """
    if not args.corpora or args.output is None:
        raise ValueError("--corpora (the clips to explain) and --output (the folder for the results) are required.")
    if "protocol" in args or args.explanations is not None:
        raise ValueError("--protocol and --explanations cannot be combined with `evaluate explanations`.")
    if args.clips < 2 or args.batch_size < 1 or min(args.sampled, args.taken_away, *args.faithful) < 0:
        raise ValueError("--clips must be at least 2, --batch-size at least 1, and no other number negative.")
    from ..corpora.rows import as_clip
    from ..evaluation.explanations.faithfulness import faithfulness
    from ..evaluation.explanations.tables import first_texts
    from ..evaluation.explanations.texts import explained_clip, explanation_scores, references_for
    from ..training.recipe_clips import held_out_splits

    model, training = trained_checkpoint(args.model)
    output = Path(args.output)
    output.mkdir(parents=True, exist_ok=True)
    splits = held_out_splits(args.corpora, training)
    pipe = load_quietly(model)
    limit = pipe.processor.feature_extractor.max_frames
    parts, contents, faithful, texts, tables = {}, {}, {}, [], ""
    for corpus, (rows, others) in _by_corpus(splits["test"], args.clips, args.seed).items():
        clips, whole = (
            [explained_clip(as_clip(row), str(row["content"]), row["clip_id"], limit, row["performer"]) for row in of]
            for of in (rows, [*rows, *others])
        )
        for compared in args.compared:
            name = corpus if len(args.compared) == 1 else f"{corpus} ({compared})"
            given = (args.sampled, args.taken_away, args.seed, args.batch_size, name, whole, compared)
            parts[name], written = explanation_scores(pipe, clips, training["labels"], *given)
            texts += [{"corpus": name} | entry for entry in written]
            if any(args.faithful):
                faithful[name] = faithfulness(
                    pipe,
                    rows,
                    training["labels"],
                    *args.faithful,
                    batch_size=args.batch_size,
                    seed=args.seed,
                    references=references_for(pipe, clips, whole, compared),
                )
        contents[corpus] = sorted({clip.content for clip in clips})
        results = {
            "command": command(args),
            "contents": contents,
            "corpora": parts,
            "faithfulness": faithful,
            "texts": first_texts(texts),
        }
        tables = _write(output, results, texts)
    if not parts:
        raise ValueError(f"Training held out fewer than two clips of each corpus: {', '.join(args.corpora)}.")
    print(tables, end="")
    print(f"written to {output}: explanations.json, explanations.md, examples.md, texts.jsonl", file=sys.stderr)
    return 0


def _write(output: Path, results: dict, texts: Sequence[dict]) -> str:
    """Writes all files for the corpora so far, so that an interrupted run leaves what it has; returns the tables."""
    from ..evaluation.explanations.tables import as_examples, as_markdown, goals_as_markdown

    (output / "explanations.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    tables = "\n".join([*as_markdown(results), "", *goals_as_markdown({"": results})]) + "\n"
    (output / "explanations.md").write_text(tables, encoding="utf-8")
    (output / "examples.md").write_text("\n".join(as_examples(texts)) + "\n", encoding="utf-8")
    lines = [json.dumps(entry) + "\n" for entry in texts]
    (output / "texts.jsonl").write_text("".join(lines), encoding="utf-8")
    return tables


def _by_corpus(rows: Sequence[Mapping], most: int, seed: int) -> dict[str, tuple[list[Mapping], list[Mapping]]]:
    """At most `most` random clips of each corpus, and its other clips; a corpus with only one clip is left out."""
    import numpy as np

    found = defaultdict(list)
    for row in rows:
        found[row["corpus"]].append(row)
    rng = np.random.default_rng(seed)
    drawn = {corpus: rng.permutation(len(found[corpus])) for corpus in sorted(found)}
    for corpus in (name for name, order in drawn.items() if len(order) < 2):
        print(f"{corpus}: left out, because training held out only one clip", file=sys.stderr)
    return {
        corpus: tuple([found[corpus][i] for i in part] for part in (order[:most], order[most:]))
        for corpus, order in drawn.items()
        if len(order) > 1
    }


def command(args: argparse.Namespace) -> str:
    """The command that makes these tables, without the folders of this machine."""
    from ..evaluation.benchmark.results import without_place

    parts = ["eai-llm evaluate explanations", *(["--model", Path(args.model).name] if args.model else [])]
    parts += ["--corpora", *map(without_place, args.corpora)]
    parts += ["--compared", *args.compared, "--faithful", *map(str, args.faithful)]
    for name in ("clips", "sampled", "taken_away", "batch_size", "seed"):
        parts += [f"--{name.replace('_', '-')}", str(getattr(args, name))]
    return " ".join([*parts, "--output", Path(args.output).name])
