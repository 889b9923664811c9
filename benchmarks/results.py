"""Writes docs/results.md from the figures of the benchmark runs, so that no figure in it is typed by hand.

    python benchmarks/results.py                                          docs/results/*.json -> docs/results.md
    python benchmarks/results.py --take runs/table/results.json methods   copies a run's figures there first

Each run of `eai-llm evaluate --protocol` gives one file; docs/results.md names the command under each table. What has
not been run is not there.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eai_llm_hf.evaluation.benchmark.results import MEAN_OVER_CORPORA
from eai_llm_hf.evaluation.benchmark.tables import describe
from eai_llm_hf.evaluation.methods.text_backbone import TEXT_BATCH, TEXT_STEPS
from eai_llm_hf.publish.tables import score_text

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "results"
PAGE = ROOT / "docs" / "results.md"
OURS = "eai-llm"

Results = Mapping[str, Any]


def scores(results: Results, test: str = "plain", rigs: bool = True) -> list[dict]:
    """The score records of one kind of test; the rigs of the generator beside the whole where asked for."""
    return [entry for entry in results["scores"] if entry["test"] == test and (rigs or entry["part_of"] is None)]


def comparisons(results: Results, kind: str, test: str = "plain") -> list[dict]:
    """The paired differences of one kind whose first side is our method on this kind of test."""
    return [
        entry
        for entry in results["comparisons"]
        if entry["kind"] == kind and entry["first"]["method"] == OURS and entry["first"]["test"] == test
    ]


def methods(results: Results) -> list[str]:
    """Table a: every method on every corpus, at its own and at equal speed, and the hardest pairs."""
    lines = [
        "| corpus | left out | method | clips | chance | accuracy [95%] | balanced | macro-F1 [95%] "
        "| sd of macro-F1 over folds / seeds | calibration error | macro-F1 at equal speed |",
        "|---" * 11 + "|",
    ]
    matched = {(entry["corpus"], describe(entry)): entry for entry in scores(results, "speed-matched")}
    for entry in scores(results):
        found = entry["measures"]
        spread = [found["macro_f1"][over]["sd"] for over in ("over_folds", "over_seeds")]
        same = matched.get((entry["corpus"], describe(entry)))
        cells = (
            entry["corpus"],
            entry["protocol"],
            describe(entry),
            entry["clips"],
            f"{entry['chance']:.2f}",
            score_text(found["accuracy"]),
            f"{found['balanced_accuracy']['value']:.2f}",
            score_text(found["macro_f1"]),
            " / ".join("-" if each is None else f"{each:.2f}" for each in spread),
            f"{found['ece']['value']:.2f}",
            f"{same['measures']['macro_f1']['value']:.2f}" if same else "-",
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    lines += ["", *difference_table(comparisons(results, "best baseline"), "EAI-LLM less the best baseline")]
    if same_speed := comparisons(results, "speed-matched", "speed-matched"):
        lines += ["", *difference_table(same_speed, "at equal speed less plain")]
    pairs = [(entry, pair) for entry in results["scores"] for pair in entry["pairs"] if entry["part_of"] is None]
    if pairs:
        lines += ["", "| corpus | pair of equal arousal | method | plain | at equal speed |", "|---" * 5 + "|"]
        table: dict[tuple, dict[str, str]] = {}
        for entry, pair in pairs:
            key = (entry["corpus"], " or ".join(pair["labels"]), describe(entry))
            table.setdefault(key, {})[entry["test"]] = score_text(pair["accuracy"])
        lines += [
            f"| {' | '.join(key)} | {cells.get('plain', '-')} | {cells.get('speed-matched', '-')} |"
            for key, cells in sorted(table.items())
        ]
    return lines


def difference_table(entries: Sequence[Mapping[str, Any]], title: str) -> list[str]:
    """Paired differences of one kind."""
    lines = [f"| {title} | other side | accuracy [95%] | macro-F1 [95%] |", "|---" * 4 + "|"]
    for entry in entries:
        cells = [score_text(entry["measures"][name]) for name in ("accuracy", "macro_f1")]
        lines.append(f"| {entry['corpus']} | {describe(entry['second'])} | {' | '.join(cells)} |")
    return lines


def joint(results: Results) -> list[str]:
    """Table b: one model for all corpora against one for each, in macro-F1."""
    lines = ["| corpus | method | own clips alone | all corpora | gain, accuracy [95%] | gain, macro-F1 [95%] |"]
    lines.append("|---" * 6 + "|")
    value = {
        (entry["corpus"], entry["method"], entry["train_on"]): entry["measures"]["macro_f1"]["value"]
        for entry in scores(results)
    }
    for entry in results["comparisons"]:
        if entry["kind"] != "joint" or entry["first"]["test"] != "plain":
            continue
        corpus, method = entry["corpus"], entry["first"]["method"]
        both = [value.get((corpus, method, side)) for side in ("own", "all")]
        cells = ["-" if each is None else f"{each:.2f}" for each in both]
        gains = [score_text(entry["measures"][name]) for name in ("accuracy", "macro_f1")]
        lines.append(f"| {corpus} | {method} | {' | '.join(cells)} | {' | '.join(gains)} |")
    return lines


def few_labels(results: Results) -> list[str]:
    """Table c: macro-F1 by share of the labels."""
    shares = sorted({entry["label_share"] for entry in results["scores"]})
    lines = [
        f"| corpus | method | {' | '.join(f'{share:.0%}' for share in shares)} |",
        "|---" * (2 + len(shares)) + "|",
    ]
    table: dict[tuple[str, str], dict[float, str]] = {}
    for entry in scores(results, rigs=False):
        key = (entry["corpus"], entry["method"])
        table.setdefault(key, {})[entry["label_share"]] = score_text(entry["measures"]["macro_f1"])
    for key, cells in table.items():
        lines.append(f"| {' | '.join(key)} | {' | '.join(cells.get(share, '-') for share in shares)} |")
    entries = comparisons(results, "fewer labels")
    if entries:
        lines += ["", "| corpus | first | second | macro-F1 [95%] |", "|---" * 4 + "|"]
        lines += [
            f"| {entry['corpus']} | {describe(entry['first'])} | {describe(entry['second'])} "
            f"| {score_text(entry['measures']['macro_f1'])} |"
            for entry in entries
        ]
    return lines


def ablations(results: Results) -> list[str]:
    """Tables d and e: what is lost without a part, or with another backbone."""
    return [
        "Without alignment a linear classifier stands in place of the label texts. Without reference the tower sees "
        "nothing that was measured. Without generator it learns from recorded clips alone, which for the generated "
        "ones is another kind of movement. The small GPT-2 was never trained: it only tells texts apart.",
        "",
        *less_others(results),
    ]


def text_backbone(results: Results) -> list[str]:
    """The language model without a tower, which reads in words and percentiles what was measured."""
    took = {entry["method"]: entry["seconds"]["mean"] for entry in results["costs"]}
    lines = [
        "The text backbone reads what was measured as words and percentiles; the other methods learn from the same "
        "values as numbers."
    ]
    if "text lora" in took and OURS in took:
        lines.append(
            f"As it is, it answers zero-shot; with LoRA it has learned for {TEXT_STEPS} steps of {TEXT_BATCH} crops, "
            f"{took['text lora'] / took[OURS]:.0f} times as long as a fold of EAI-LLM takes. It has not learned all "
            "it can by then: its loss still falls, so the table compares what a given time buys, not what either "
            "reaches in the end."
        )
    return [" ".join(lines), "", *less_others(results)]


def less_others(results: Results) -> list[str]:
    """Our method beside the others of a run, and what it has more than each."""
    lines = ["| corpus | method | accuracy [95%] | macro-F1 [95%] | EAI-LLM less it, macro-F1 [95%] |"]
    lines.append("|---" * 5 + "|")
    more = {
        (entry["corpus"], entry["second"]["method"]): score_text(entry["measures"]["macro_f1"])
        for entry in comparisons(results, "method")
    }
    for entry in scores(results, rigs=False):
        cells = [score_text(entry["measures"][name]) for name in ("accuracy", "macro_f1")]
        lines.append(
            f"| {entry['corpus']} | {entry['method']} | {' | '.join(cells)} "
            f"| {more.get((entry['corpus'], entry['method']), '-')} |"
        )
    return lines


def without_lora(results: Results) -> list[str]:
    """Table d for the language side: how true the texts are that a checkpoint writes without guard.

    Its label comes from the skeleton side, which stage two leaves alone, and is the same.
    """
    sides = {"with LoRA": json.loads((FIGURES / "with-lora.json").read_text(encoding="utf-8")), "without": results}
    lines = [
        f"`{sides['with LoRA']['command']}`",
        "",
        "Greedy texts without the guard, by the checkpoint of generated movement alone and by one that was trained "
        "like it with `--lora-rank 0`: the same stage one, then the projector alone.",
        "",
    ]
    lines += ["| corpus | stage two | claims | hold [95%] | shuffled [95%] | gap [95%] |", "|---" * 6 + "|"]
    for corpus in results["corpora"]:
        for side, figures in sides.items():
            found = figures["corpora"][corpus]["greedy"]["without guard"]
            cells = [score_text(found[key]) for key in ("hold", "shuffled")]
            gap = score_text(found["gap_over_shuffled"])
            lines.append(f"| {corpus} | {side} | {found['claims']} | {' | '.join(cells)} | {gap} |")
    return lines


def cost(results: Results) -> list[str]:
    """Table f: what a training takes."""
    lines = ["| method | parameters trained | seconds of training | clips labelled in a second |", "|---" * 4 + "|"]
    for entry in results["costs"]:
        told = entry["told"]
        parameters = f"{told['trained_parameters']:,.0f}" if "trained_parameters" in told else "-"
        seconds = told.get("training_seconds", entry["seconds"]["mean"])
        rate = f"{entry['test_clips'] / told['labelling_seconds']:.0f}" if told.get("labelling_seconds") else "-"
        lines.append(f"| {describe(entry)} | {parameters} | {seconds:.1f} | {rate} |")
    return lines


def label_sources(results: Results) -> list[str]:
    """Where the label comes from, on the clips that the checkpoint's training held out."""
    lines = ["| corpus | label from | clips | accuracy [95%] | macro-F1 [95%] | calibration error |", "|---" * 6 + "|"]
    for corpus, table in results["corpora"].items():
        for name, found in table.items():
            cells = (*(score_text(found[key]) for key in ("accuracy", "macro_f1")), f"{found['ece']['value']:.2f}")
            lines.append(f"| {corpus} | {name} | {found['clips']} | {' | '.join(cells)} |")
    weight = results["weight of the semantic tokens"]
    lines += ["", f"Weight of the semantic tokens in the mixture, chosen on validation clips: {weight:.2f}."]
    return lines


@dataclass(frozen=True)
class Goal:
    """A goal that was set before anything was measured.

    Attributes:
        words: What was aimed at.
        measured: What came out.
        short: By how much it is missed; 0 or less where it is met.
    """

    words: str
    measured: str
    short: float

    def row(self) -> str:
        """As a row of the table."""
        verdict = "met" if self.short <= 0 else f"missed by {max(self.short, 0.005):.2f}"
        return f"| {self.words} | {self.measured} | {verdict} |"


def goals(figures: Mapping[str, Results]) -> list[str]:
    """What was aimed at, what came out, and by how much it is missed.

    Args:
        figures: Name of a file of figures -> what is in it; a goal whose file is missing is not there.
    """
    found = [
        *(_goals_of_methods(figures["methods"]) if "methods" in figures else ()),
        *(_goals_of_joint(figures["joint"]) if "joint" in figures else ()),
        *(_goals_of_few_labels(figures["few-labels"]) if "few-labels" in figures else ()),
    ]
    return ["| goal | measured | |", "|---|---|---|", *(goal.row() for goal in found)] if found else []


def _goals_of_methods(results: Results) -> Iterator[Goal]:
    for entry in scores(results):
        if entry["method"] == OURS and entry["corpus"] == "bandai1":
            found = entry["measures"]["macro_f1"]
            yield Goal(f"bandai1, {entry['protocol']}: macro-F1 of .80", score_text(found), 0.8 - found["value"])
    for entry in comparisons(results, "best baseline"):
        if entry["corpus"] != "bandai1":
            found = entry["measures"]["macro_f1"]
            words = f"{entry['corpus']}: above the best baseline ({describe(entry['second'])}), interval above 0"
            yield Goal(words, score_text(found), -found["interval"][0])
    for entry in comparisons(results, "speed-matched", "speed-matched"):
        found = entry["measures"]["macro_f1"]
        words = f"{entry['corpus']}: at most .05 lost at equal speed"
        yield Goal(words, score_text(found), -0.05 - found["difference"])
    for entry in scores(results, rigs=False):
        if entry["method"] == OURS:
            found = entry["measures"]["ece"]
            yield Goal(
                f"{entry['corpus']}: calibration error of .08 at most", score_text(found), found["value"] - 0.08
            )


def _goals_of_joint(results: Results) -> Iterator[Goal]:
    for entry in comparisons(results, "joint"):
        found = entry["measures"]["macro_f1"]
        if entry["corpus"] == MEAN_OVER_CORPORA:
            words = "all corpora on one model: mean gain of .02, interval above 0"
            yield Goal(words, score_text(found), max(0.02 - found["difference"], -found["interval"][0]))
        else:
            words = f"{entry['corpus']}: nothing lost by training on all corpora"
            yield Goal(words, score_text(found), -found["difference"])


def _goals_of_few_labels(results: Results) -> Iterator[Goal]:
    for entry in comparisons(results, "fewer labels"):
        if (entry["first"]["label_share"], entry["second"]["label_share"]) == (0.25, 0.5):
            found = entry["measures"]["macro_f1"]
            words = f"{entry['corpus']}: with 25% of the labels as good as {describe(entry['second'])}"
            yield Goal(words, score_text(found), -found["difference"])


SECTIONS: tuple[tuple[str, str, Callable[[Results], list[str]]], ...] = (
    ("methods", "Every method on every corpus", methods),
    ("content", "Every method, contents left out", methods),
    ("joint", "One model for all corpora against one for each", joint),
    ("few-labels", "Few labels", few_labels),
    ("ablations", "What each part is worth, and another backbone", ablations),
    ("without-lora", "What LoRA is worth to the texts", without_lora),
    ("text-backbone", "Is the skeleton tower worth it?", text_backbone),
    ("label-sources", "Where the label should come from", label_sources),
    ("methods", "Cost", cost),
)
"""File of figures, title and what is made of it."""


def page() -> str:
    """The whole page."""
    lines = [
        "# Results",
        "",
        "Written by `python benchmarks/results.py` from the figures in docs/results/. What the terms mean stands in "
        "[benchmark.md](benchmark.md). Tables whose runs have not been made are not there.",
        "",
        "The tables of all methods, of joint training, of few labels and of cost are of EAI-LLM when measured values "
        "went in as robust z-scores; [training.md](training.md) says what the change to normal scores made of the "
        "labels. The others are of the present version.",
    ]
    figures = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FIGURES.glob("*.json"))}
    if table := goals(figures):
        lines += [
            "",
            "## Goals",
            "",
            "They were set before anything was measured. Where an interval is to lie above 0, what is missing is how "
            "far it reaches below.",
            "",
            *table,
        ]
    for name, title, make in SECTIONS:
        if name in figures:
            lines += ["", f"## {title}", "", f"`{figures[name]['command']}`", "", *make(figures[name])]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--take", nargs=2, metavar=("RESULTS.json", "NAME"), help="first keep a run's figures under this name"
    )
    args = parser.parse_args()
    if args.take:
        FIGURES.mkdir(exist_ok=True)
        shutil.copyfile(args.take[0], FIGURES / f"{args.take[1]}.json")
    PAGE.write_text(page(), encoding="utf-8")
    print(f"written to {PAGE}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
