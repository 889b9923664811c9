"""Writes docs/unseen.md from the figures of benchmarks/unseen_corpora.py.

python benchmarks/unseen_page.py                  docs/results/unseen_corpora.json -> docs/unseen.md
python benchmarks/unseen_page.py A.json B.md
"""

import argparse
import json
import runpy
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import softmax

from eai_llm_hf.evaluation.scores import Bootstrap, difference, mean_and_spread, pooled, tally, with_interval
from eai_llm_hf.evaluation.selective import selective_table
from eai_llm_hf.publish.tables import score_text

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "results" / "unseen_corpora.json"
PAGE = ROOT / "docs" / "unseen.md"
CERTAINTY = runpy.run_path(str(ROOT / "benchmarks" / "certainty.py"))
OURS, NEUTRAL = (CERTAINTY["METHODS"][name] for name in ("OURS", "NEUTRAL"))
REFERENCES = {
    "none": "none",
    "recordings": "all other clips of the corpus",
    "performer": "three other clips of the performer",
    "neutral": "one neutral clip of the performer",
}
"""Kind of reference -> what a clip is compared with."""

FEWEST_PEOPLE = 5
"""Performers from which on the bootstrap draws performers, not clips."""


@dataclass(frozen=True)
class Scored:
    """The answers of a method for the clips that are tested under one kind of reference.

    Attributes:
        tallies: (seeds, clips, ...) from `tally`.
        labels: Number of candidates.
        clips: Numbers of the clips among those of the corpus.
    """

    tallies: np.ndarray
    labels: int
    clips: np.ndarray

    def cell(self) -> str:
        """Balanced accuracy with its standard deviation over seeds, macro-F1 and calibration error."""
        found = pooled(self.tallies, self.labels)
        balanced = mean_and_spread(found["balanced_accuracy"])
        spread = "" if balanced["sd"] is None else f" ± {balanced['sd']:.2f}"
        return f"{balanced['mean']:.2f}{spread}, {found['macro_f1'].mean():.2f}, {found['ece'].mean():.2f}"

    @property
    def balanced_accuracy(self) -> float:
        """Mean over seeds."""
        return float(pooled(self.tallies, self.labels)["balanced_accuracy"].mean())


class Results:
    """The answers for one corpus.

    Args:
        figures: The content of the file of figures.
        corpus: Name of the corpus.

    Attributes:
        about: What the figures state of the corpus.
        methods: The methods, ours first.
        seeds: Seeds with which each of them was trained.
        fold: What the trainings left out.
    """

    def __init__(self, figures: Mapping[str, Any], corpus: str):
        self.about = figures["corpora"][corpus]
        self._answers: dict[str, dict[int, dict]] = {}
        self.fold = ""
        for name, cell in figures["cells"].items():
            if corpus in cell["tests"]:
                self.fold, seed, method = name.split("; ", 2)
                self._answers.setdefault(method, {})[int(seed.removeprefix("seed "))] = cell["tests"][corpus]
        self.methods = sorted(self._answers, key=lambda method: method != OURS)
        self.seeds = sorted(set.intersection(*(set(found) for found in self._answers.values())))

    def scored(self, method: str, kind: str) -> Scored | None:
        """The answers of a method under a kind of reference; those of absolute methods are the same under each."""
        answers = [self._answers[method][seed] for seed in self.seeds]
        own = kind if kind in answers[0] else "none"
        if own != kind and not (self._tested(kind) is not None and kind != "neutral" and "absolute" in method):
            return None
        clips = np.array(self._tested(kind))
        labels = self.about["labels"]
        columns = [place for place, label in enumerate(labels) if kind != "neutral" or label != NEUTRAL]
        truth = np.array([columns.index(self.about["truth"][clip]) for clip in clips])
        tables = np.stack([_table(answer[own], clips, columns) for answer in answers])
        return Scored(tally(truth, tables), len(columns), clips)

    def _tested(self, kind: str) -> list[int] | None:
        """Numbers of the clips that are tested under a kind of reference, None if there are none."""
        for found in self._answers.values():
            answers = found[self.seeds[0]]
            if kind in answers:
                return [number for number, given in enumerate(answers[kind]["given"]) if given is not None]
        return None

    def kinds(self) -> list[str]:
        """The kinds of reference under which clips were tested."""
        return [kind for kind in REFERENCES if self._tested(kind)]

    def best_baseline(self, kind: str) -> tuple[str, Scored] | None:
        """The baseline with the highest balanced accuracy under a kind of reference."""
        found = [(method, self.scored(method, kind)) for method in self.methods if not method.startswith(OURS)]
        scored = [(method, answers) for method, answers in found if answers is not None]
        return max(scored, key=lambda pair: pair[1].balanced_accuracy) if scored else None

    def by_people(self) -> bool:
        """Whether the bootstrap draws performers."""
        return self.about["performers_known"] and len(set(self.about["people"])) >= FEWEST_PEOPLE

    def gain(self, ours: Scored, other: Scored) -> dict[str, dict[str, Any]]:
        """The paired difference of each measure, ours minus the other."""
        groups = None
        if self.by_people():
            groups = np.unique([self.about["people"][clip] for clip in ours.clips], return_inverse=True)[1]
        bootstrap = Bootstrap(len(ours.clips), len(self.seeds), groups=groups)
        values, draws = difference(ours.tallies, other.tallies, ours.labels, bootstrap)
        return {name: with_interval(values[name], draws[name], "difference") for name in values}


def _table(answer: Mapping[str, list], clips: Sequence[int], columns: Sequence[int]) -> np.ndarray:
    """(clips, labels) probabilities: that of the given label is known, the others share the rest."""
    table = np.zeros((len(clips), len(columns)))
    for row, clip in zip(table, clips, strict=True):
        row[:] = (1 - answer["probability"][clip]) / (len(columns) - 1)
        row[columns.index(answer["given"][clip])] = answer["probability"][clip] + 1e-6  # it is the most probable one
    return table


def page(figures: Mapping[str, Any]) -> str:
    """The whole page."""
    settings = figures["settings"]
    found = {corpus: Results(figures, corpus) for corpus in figures["corpora"]}
    found = {corpus: results for corpus, results in found.items() if results.seeds}
    lines = [
        "# Corpora that training never saw",
        "",
        "How well does EAI-LLM label recordings of a corpus that its training left out, and does it help to compare "
        "them with other clips?",
        "",
        f"`{figures['command']}`, then `python benchmarks/unseen_page.py`",
        "",
        f"All methods learn from the same {settings['steps']} batches of {settings['batch_size']} crops of all other "
        f"corpora ({', '.join(f'{name} {clips}' for name, clips in settings['corpora'].items())} clips), drawn in "
        f"sessions with their references. EAI-LLM is stage one of the recipe. The graph networks learn for "
        f"{settings['graph_steps']} steps. Candidates are the labels that the tested corpus has. The classifiers are "
        "fitted on these alone; the others learn all of "
        f"{', '.join(settings['labels'])}. A crop whose emotion shows by less than half is neutral for the baselines.",
        "",
        "- *Absolute* methods compare every clip with the default reference. They read normal scores of the "
        "descriptors, or joints. *Relative* methods use the same reference as EAI-LLM: they read scores under it, or "
        "the relative features of 13 segments that the tower of EAI-LLM reads, as a graph.",
        "- A clip is never in its own reference; clips that were cut from one take are in each other's. References "
        "have no labels, except the neutral clip. In some generated clips the emotion hardly shows.",
        "- Corpora of one laboratory and rig are left out together (Bandai's sets, also where the generator's rig "
        f"bandai22 is left out). Of each generated rig up to {settings['rig_clips']} clips are tested, and their "
        "people are left out on all rigs.",
        "- The best baseline is chosen by its balanced accuracy on the tested clips, which favours it. Intervals are "
        "from the paired bootstrap over performers where at least "
        f"{FEWEST_PEOPLE} are known, otherwise over clips.",
    ]
    if figures["not_tested"]:
        lines.append(
            f"- Trained on, but not tested, because fewer than two of the labels occur there: "
            f"{', '.join(figures['not_tested'])}. Clips with other labels teach movement, not emotions."
        )
    if settings["test_only"]:
        lines.append(f"- Tested only, never trained on: {', '.join(settings['test_only'])}.")
    lines += ["", "## EAI-LLM and the best baseline", "", *summary(found)]
    for corpus, results in found.items():
        lines += ["", f"## {corpus}", "", *_section(results)]
    lines += ["", "## How sure", "", *how_sure(figures)]
    return "\n".join([*lines, "", "## Cost", "", *costs(figures)]) + "\n"


def how_sure(figures: Mapping[str, Any]) -> list[str]:
    """The accuracy of EAI-LLM against the coverage, over the recorded corpora."""
    answers, further = CERTAINTY["read_answers"](figures)
    recorded = CERTAINTY["recorded"]({**answers, **further})
    if not answers or not recorded:
        return ["Not measured: no recorded corpus was left out."]
    temperature, by_level = CERTAINTY["best_temperature"](answers), CERTAINTY["temperatures_by_level"](answers)
    alone = CERTAINTY["temperatures_by_level"](CERTAINTY["recorded"](answers) or answers)
    table = selective_table(CERTAINTY["predictions_of"](recorded, by_level))
    held = []
    for (corpus, kind), (logits, truth) in further.items():
        values = []
        level = CERTAINTY["LEVELS"][kind]
        for divisor in (by_level[level], alone.get(level, temperature), temperature, 1.0):
            shares = softmax(logits / divisor, axis=-1)
            scores = pooled(tally(truth, shares[None]), shares.shape[-1])
            values += [float(scores["accuracy"].mean())] if not values else []
            values.append(float(scores["ece"].mean()))
        held.append(
            f"| {corpus} | {REFERENCES[kind]} | {len(truth)} | {' | '.join(f'{each:.2f}' for each in values)} |"
        )
    checked = [
        "",
        "On what is tested only, which has no part in the temperatures, among all labels: accuracy and expected "
        "calibration error with the temperature of the kind of reference, with that of the recorded corpora alone, "
        "with one for all kinds, and with that of the training, which was fitted on generated people.",
        "",
        "| corpus | compared with | clips | accuracy | error, temperature of the kind | of recorded corpora alone "
        "| one for all | of training |",
        "|---|---|---|---|---|---|---|---|",
        *held,
    ]
    each = ", ".join(f"{level} {value:.2f}" for level, value in by_level.items())
    return [
        "Accuracy of EAI-LLM among all labels, if only the most probable labels count, over the recorded corpora with "
        "the same weight each. Each kind of reference has its own temperature, fitted on the answers for all corpora "
        f"and rigs that were left out: {each} times that of each training; one for all kinds would be "
        f"{temperature:.2f} times that (`python benchmarks/certainty.py`). Temperatures and `certainty` of the "
        "default checkpoint come from these figures.",
        "",
        *table.splitlines(),
        *(checked if held else []),
    ]


def summary(found: Mapping[str, Results]) -> list[str]:
    """The difference for each corpus and kind of reference."""
    lines = [
        "| corpus | compared with | clips | chance | EAI-LLM | best baseline | | "
        "balanced accuracy: EAI-LLM minus it [95%] | macro-F1: EAI-LLM minus it [95%] |",
        "|---" * 9 + "|",
    ]
    for corpus, results in found.items():
        for kind in results.kinds():
            best = results.best_baseline(kind)
            ours = results.scored(OURS, kind) if OURS in results.methods else None
            if best is None or ours is None:
                continue
            gains = results.gain(ours, best[1])
            cells = (
                corpus,
                _reference(results, kind),
                len(ours.clips),
                f"{1 / ours.labels:.2f}",
                f"{ours.balanced_accuracy:.2f}",
                f"{best[1].balanced_accuracy:.2f}",
                best[0],
                *(score_text(gains[name]) for name in ("balanced_accuracy", "macro_f1")),
            )
            lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines


def _section(results: Results) -> list[str]:
    """The methods under each kind of reference."""
    kinds = results.kinds()
    labels = results.about["labels"]
    known = f"performers: {len(set(results.about['people']))}"
    if not results.about["performers_known"]:
        known = "performers unknown: clips of the same content stand for one"
    out = f"left out: {results.fold}" if results.fold != "nothing" else "tested only"
    return [
        f"{len(results.about['truth'])} labelled clips of {results.about['all_clips']} ({', '.join(labels)}); "
        f"{known}; {out}; seeds: {len(results.seeds)}. Each cell has balanced accuracy (± sd over seeds), macro-F1 "
        "and expected calibration error.",
        "",
        f"| method | {' | '.join(_reference(results, kind) for kind in kinds)} |",
        "|---" * (1 + len(kinds)) + "|",
        *(
            f"| {method} | {' | '.join(_cell(results, method, kind) for kind in kinds)} |"
            for method in results.methods
        ),
    ]


def _cell(results: Results, method: str, kind: str) -> str:
    """The scores of a method; only once for the references that an absolute method does not use."""
    if "absolute" in method and kind not in ("none", "neutral"):
        return "as none"
    scored = results.scored(method, kind)
    return "-" if scored is None else scored.cell()


def _reference(results: Results, kind: str) -> str:
    text = REFERENCES[kind]
    return text if results.about["performers_known"] else text.replace("of the performer", "of the same content")


def costs(figures: Mapping[str, Any]) -> list[str]:
    """Seconds of one training and its tests."""
    seconds: dict[str, list[float]] = {}
    crops = []
    for name, cell in figures["cells"].items():
        seconds.setdefault(name.split("; ", 2)[2], []).append(cell["seconds"]["method"])
        crops.append(cell["seconds"]["crops"])
    drawn = [value for value in crops if value > 0]
    lines = ["| method | seconds for a training and its tests |", "|---|---|"]
    lines += [f"| {method} | {np.mean(values):.0f} |" for method, values in seconds.items()]
    return [*lines, *([f"| drawing the crops, once for all methods | {np.mean(drawn):.0f} |"] if drawn else [])]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="?", type=Path, default=FIGURES, help="figures (default docs/results/)")
    parser.add_argument("page", nargs="?", type=Path, default=PAGE, help="page to write (default docs/unseen.md)")
    args = parser.parse_args()
    args.page.write_text(page(json.loads(args.figures.read_text(encoding="utf-8"))), encoding="utf-8")
    print(f"written to {args.page}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
