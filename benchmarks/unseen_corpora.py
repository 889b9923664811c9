"""Leaves one corpus out: trains on all others, and labels all of it under several kinds of reference.

    python benchmarks/unseen_corpora.py --corpora studies:4800 bandai1=FOLDER --test-only manifest=walks/manifest.csv
    python benchmarks/unseen_page.py

Each recorded corpus is left out in turn, then each rig of the generator; what is tested only is labelled by a model of
all others. The figures are saved after each training of a method, and a run that was interrupted continues.
"""

import argparse
import hashlib
import json
import runpy
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm
from transformers.utils import logging

from eai_llm_hf.corpora import load_corpus
from eai_llm_hf.corpora.splits import split_of
from eai_llm_hf.training.settings import Recipe

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "results" / "unseen_corpora.json"
RIG_GROUPS = runpy.run_path(str(ROOT / "benchmarks" / "transfer.py"))["RIG_GROUPS"]
_METHODS = runpy.run_path(str(ROOT / "benchmarks" / "unseen_methods.py"))
LABELS, METHODS, OURS = (_METHODS[name] for name in ("LABELS", "METHODS", "OURS"))
TestedCorpus, Lesson = _METHODS["TestedCorpus"], _METHODS["Lesson"]

NOTHING = "nothing"
"""Name of the fold of the corpora that are only tested: nothing else is left out."""
RELATED = {"bandai1": "bandai", "bandai22": "bandai"}
"""Corpus or rig -> how the recorded corpora begin that are left out with it: those of the same laboratory and rig."""
VALIDATION_PEOPLE = 30
"""Generated people that no method learns from, for the temperature of our model."""
BATCH_SIZE = Recipe("").stage_one_batch_size

Rows = Sequence[dict]


# ---- folds ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fold:
    """What one training leaves out.

    Attributes:
        name: Of the left-out corpus or rig.
        train: Clips to learn from.
        validation: Clips of other generated people.
        tests: Corpus -> its clips.
    """

    name: str
    train: Rows
    validation: Rows
    tests: Mapping[str, Rows]


def load_rows(spec: str) -> list[dict]:
    """The clips of a corpus; labels outside `LABELS` become None. Those of a manifest get the name of its folder."""
    kind, _, place = spec.partition("=")
    rows = []
    for row in load_corpus(spec):
        label = str(row["label"]) if row["label"] is not None else None
        changed = {"label": label if label in LABELS else None}
        if kind == "manifest":
            changed["corpus"] = Path(place).resolve().parent.name
        rows.append({**row, **changed})
    return rows


def plan_folds(rows: Rows, test_only: Rows, rig_clips: int) -> tuple[list[Fold], list[str]]:
    """Leaves out each recorded corpus, each rig of the generator and, for what is only tested, nothing.

    Args:
        rows: Clips of all corpora to train on.
        test_only: Clips that no fold trains on.
        rig_clips: Clips of each rig that are tested, the first ones. Their people are left out on all rigs.

    Returns:
        The folds, and the recorded corpora that cannot be tested because they have fewer than two of the labels.
    """
    by_corpus = _by_corpus(rows)
    recorded = [corpus for corpus in by_corpus if not corpus.startswith("generated-")]
    testable = [corpus for corpus in recorded if _can_test(by_corpus[corpus])]
    folds = [_fold(corpus, rows, {corpus: by_corpus[corpus]}, [corpus]) for corpus in testable]
    for name, rigs in RIG_GROUPS.items():
        tests = {rig: by_corpus[rig][:rig_clips] for rig in rigs if rig in by_corpus}
        tests = {rig: clips for rig, clips in tests.items() if _can_test(clips)}
        if tests:
            folds.append(_fold(name, rows, tests, rigs))
    only = {corpus: clips for corpus, clips in _by_corpus(test_only).items() if _can_test(clips)}
    if only:
        folds.append(_fold(NOTHING, rows, only, []))
    return [fold for fold in folds if any(row["label"] for row in fold.train)], sorted(set(recorded) - set(testable))


def _fold(name: str, rows: Rows, tests: Mapping[str, Rows], out: Sequence[str]) -> Fold:
    related = RELATED.get(name)
    people = {row["performer"] for clips in tests.values() for row in clips if row["source"] == "generated"}
    left = [
        row
        for row in rows
        if row["corpus"] not in out
        and not (related and row["corpus"].startswith(related))
        and row["performer"] not in people
    ]
    generated = [row for row in left if row["source"] == "generated"]
    kept = sorted({row["performer"] for row in generated if split_of(row, (), ()) == "validation"})[:VALIDATION_PEOPLE]
    validation = [row for row in generated if row["performer"] in kept]
    return Fold(name, [row for row in left if row["performer"] not in kept], validation, tests)


def _by_corpus(rows: Rows) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for row in rows:
        found.setdefault(str(row["corpus"]), []).append(row)
    return found


def _can_test(rows: Rows) -> bool:
    return len({row["label"] for row in rows} - {None}) > 1


# ---- figures --------------------------------------------------------------------------------------------------------


class Figures:
    """What was measured, in a JSON file that is written anew after each training.

    Args:
        path: The file.
        settings: What the figures depend on.
        command: How they are made.

    Raises:
        ValueError: If the file has figures of other settings.
    """

    def __init__(self, path: Path, settings: dict[str, Any], command: str):
        self.path = path
        self.content: dict[str, Any] = {"settings": settings, "corpora": {}, "not_tested": [], "cells": {}}
        if path.is_file():
            self.content = json.loads(path.read_text(encoding="utf-8"))
            earlier = self.content["settings"]
            if changed := [name for name in settings if settings[name] != earlier.get(name)]:
                raise ValueError(f"{path.name} has figures with other {', '.join(changed)}: name another --output.")
        self.content["command"] = command

    @property
    def cells(self) -> dict[str, dict]:
        """The finished trainings by name."""
        return self.content["cells"]

    def save(self) -> None:
        """Writes the file, one line for each training, in place of the earlier one."""
        head = {name: value for name, value in self.content.items() if name not in ("cells", "corpora")}
        parts = [json.dumps(head, indent=1)[:-2]]
        for name in ("corpora", "cells"):
            lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in self.content[name].items()]
            parts.append(f' "{name}": {{\n' + ",\n".join(lines) + "\n }")
        part = self.path.with_suffix(".part")
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(",\n".join(parts) + "\n}\n", encoding="utf-8")
        part.replace(self.path)


def description(corpus: Any) -> dict[str, Any]:
    """What the page needs to know of a tested corpus, for each tested clip its name, label and performer."""
    people = [corpus.people[number] for number in corpus.tested]
    numbers = {name: place for place, name in enumerate(sorted(set(people)))}
    return {
        "labels": corpus.labels,
        "all_clips": len(corpus.names),
        "performers_known": corpus.performers_known,
        "clips": [corpus.names[number] for number in corpus.tested],
        "truth": [int(label) for label in corpus.truth],
        "people": [numbers[name] for name in people],
    }


# ---- the run --------------------------------------------------------------------------------------------------------


def run(
    folds: Sequence[Fold],
    figures: Figures,
    seeds: Sequence[int],
    methods: Sequence[str],
    steps: int,
    graph_steps: int,
    batch_size: int = BATCH_SIZE,
    models: Path | None = None,
) -> None:
    """Trains what is missing, and saves after each training.

    Args:
        folds: What to leave out.
        figures: Where figures are kept.
        seeds: Seeds of weights, crops and references.
        methods: Names of `METHODS`.
        steps: Of stage one.
        graph_steps: Of the graph networks.
        batch_size: Crops in a step.
        models: Folder in which our trained models are kept, and looked for.
    """
    corpora: dict[str, Any] = {}
    cells = [(seed, fold) for seed in seeds for fold in folds]
    for seed, fold in cells:
        missing = [method for method in methods if _cell(fold, seed, method) not in figures.cells]
        if not missing:
            continue
        for name, rows in fold.tests.items():
            if name not in corpora:
                corpora[name] = TestedCorpus(rows)
                figures.content["corpora"][name] = description(corpora[name])
        kept = None if models is None else models / f"{fold.name}-{seed}"
        lesson = Lesson(fold.train, fold.validation, seed, steps, graph_steps, batch_size, kept)
        compared: dict[tuple[str, str], Any] = {}
        for method in missing:
            cell = _trained_and_tested(lesson, method, {name: corpora[name] for name in fold.tests}, compared)
            figures.cells[_cell(fold, seed, method)] = cell
            figures.save()
            tqdm.write(f"{_cell(fold, seed, method)}: {cell['seconds']}", file=sys.stderr)


def _cell(fold: Fold, seed: int, method: str) -> str:
    return f"{fold.name}; seed {seed}; {method}"


def _trained_and_tested(lesson: Any, method: str, corpora: Mapping[str, Any], compared: dict) -> dict[str, Any]:
    """The answers for each corpus and kind of reference, and the seconds.

    Args:
        lesson: What to learn from.
        method: Name of the method.
        corpora: What to test.
        compared: References by corpus and kind, kept for all methods.
    """
    started = time.monotonic()
    lesson.default, lesson.crops  # noqa: B018 - both are made at their first use
    drawn = time.monotonic()
    labeller = METHODS[method].learn(lesson)
    tests: dict[str, dict] = {}
    for name, corpus in corpora.items():
        tests[name] = {}
        for kind in _METHODS["kinds_for"](method, corpus):
            if (name, kind) not in compared:
                compared[name, kind] = corpus.references(kind, lesson.seed, lesson.default)
            asked = (labeller, corpus, kind, compared[name, kind], lesson.seed)
            candidates = corpus.candidates(kind)
            tests[name][kind] = _METHODS["answers"](_METHODS["probabilities"](*asked, candidates), corpus, candidates)
            if method == OURS:  # among all labels, as most users ask: for the temperature and the certainty
                among_all = _METHODS["probabilities"](*asked, LABELS)
                rows = [None if row is None else [round(float(value), 4) for value in row] for row in among_all]
                tests[name][kind]["among_all"] = rows
    seconds = {"crops": round(drawn - started, 1), "method": round(time.monotonic() - drawn, 1)}
    return {"seconds": seconds, "tests": tests}


def _digest(rows: Rows) -> str:
    """Of the clips and their labels."""
    names = sorted(f"{row['corpus']}/{row['clip_id']}/{row['label']}" for row in rows)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def _command(args: argparse.Namespace) -> str:
    """The command without the folders of this machine."""

    def plain(specs: Sequence[str]) -> Iterator[str]:
        for spec in specs:
            kind, found, place = spec.partition("=")
            yield (
                f"manifest={Path(place).resolve().parent.name}/{Path(place).name}"
                if kind == "manifest"
                else (f"{kind}=FOLDER" if found else spec)
            )

    words = ["python benchmarks/unseen_corpora.py --corpora", *plain(args.corpora)]
    words += ["--test-only", *plain(args.test_only)] if args.test_only else []
    words += [f"--steps {args.steps} --graph-steps {args.graph_steps}"]
    words += [f"--rig-clips {args.rig_clips} --seeds {args.seeds}"]
    return " ".join(words)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", nargs="+", required=True, metavar="CORPUS", help="as in a recipe")
    parser.add_argument(
        "--test-only", nargs="+", default=[], metavar="CORPUS", help="corpora that are never trained on"
    )
    parser.add_argument("--leave-out", nargs="+", metavar="NAME", help="corpora or rigs to leave out (default: each)")
    parser.add_argument(
        "--methods", nargs="+", choices=METHODS, default=list(METHODS), metavar="METHOD", help="of all"
    )
    parser.add_argument("--seeds", type=int, default=2, metavar="N", help="trainings of each method (default 2)")
    parser.add_argument("--steps", type=int, default=500, metavar="N", help="of stage one (default 500)")
    parser.add_argument("--graph-steps", type=int, default=500, metavar="N", help="of ST-GCN++ (default 500)")
    parser.add_argument("--rig-clips", type=int, default=240, metavar="N", help="tested of each rig (default 240)")
    parser.add_argument("--models", type=Path, metavar="FOLDER", help="keep our trained models, and look there first")
    parser.add_argument("--output", type=Path, default=FIGURES, metavar="FILE.json", help="(default docs/results/)")
    args = parser.parse_args()
    logging.set_verbosity_error()
    rows = [row for spec in args.corpora for row in load_rows(spec)]
    test_only = [row for spec in args.test_only for row in load_rows(spec)]
    settings = {
        "corpora": {name: len(clips) for name, clips in _by_corpus(rows).items()},
        "test_only": {name: len(clips) for name, clips in _by_corpus(test_only).items()},
        "clips": _digest([*rows, *test_only]),
        "labels": list(LABELS),
        "steps": args.steps,
        "graph_steps": args.graph_steps,
        "batch_size": BATCH_SIZE,
        "rig_clips": args.rig_clips,
    }
    if both := sorted(set(settings["corpora"]) & set(settings["test_only"])):
        parser.error(f"{', '.join(both)}: a corpus is either trained on or tested only")
    folds, not_tested = plan_folds(rows, test_only, args.rig_clips)
    names = [fold.name for fold in folds]
    if unknown := sorted(set(args.leave_out or ()) - set(names)):
        parser.error(f"--leave-out {unknown}: expected some of {names}")
    try:
        figures = Figures(args.output, settings, _command(args))
    except ValueError as error:
        parser.error(str(error))
    figures.content["not_tested"] = not_tested
    wanted = [fold for fold in folds if not args.leave_out or fold.name in args.leave_out]
    run(wanted, figures, range(args.seeds), args.methods, args.steps, args.graph_steps, models=args.models)
    print(f"saved to {args.output}; python benchmarks/unseen_page.py writes the page", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
