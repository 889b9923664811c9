"""Writes docs/results.md from the figures of the benchmark runs, so that no figure is typed by hand.

    python benchmarks/results.py                                          docs/results/*.json -> docs/results.md
    python benchmarks/results.py --take runs/table/results.json methods   copies a run's figures there first

Each run of `eai-llm evaluate --protocol` gives one file; docs/results.md gives the command of each table. Tables
without a run are left out.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eai_llm_hf.evaluation.benchmark_results import MEAN_OVER_CORPORA
from eai_llm_hf.evaluation.benchmark_tables import describe
from eai_llm_hf.evaluation.text_backbone import TEXT_BATCH, TEXT_STEPS

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "results"
PAGE = ROOT / "docs" / "results.md"
OURS = "eai-llm"

Results = Mapping[str, Any]


def shown(score: Mapping[str, Any], key: str = "value") -> str:
    """A figure with its interval, two digits each."""
    sign = "+" if key == "difference" else ""
    low, high = score["interval"]
    return f"{score[key]:{sign}.2f} [{low:{sign}.2f}, {high:{sign}.2f}]"


def scores(results: Results, test: str = "plain", rigs: bool = True) -> list[dict]:
    """The scores of one kind of test, with or without those of the generator's single rigs."""
    return [entry for entry in results["scores"] if entry["test"] == test and (rigs or entry["part_of"] is None)]


def comparisons(results: Results, kind: str, test: str = "plain") -> list[dict]:
    """The paired differences of one kind between EAI-LLM, as the first side, and another method."""
    return [
        entry
        for entry in results["comparisons"]
        if entry["kind"] == kind and entry["first"]["method"] == OURS and entry["first"]["test"] == test
    ]


def methods(results: Results) -> list[str]:
    """Table a: every method on every corpus, at original and at equal speed, and the hardest pairs of labels."""
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
            shown(found["accuracy"]),
            f"{found['balanced_accuracy']['value']:.2f}",
            shown(found["macro_f1"]),
            " / ".join("-" if each is None else f"{each:.2f}" for each in spread),
            f"{found['ece']['value']:.2f}",
            f"{same['measures']['macro_f1']['value']:.2f}" if same else "-",
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    lines += ["", *difference_table(comparisons(results, "best baseline"), "EAI-LLM minus the best baseline")]
    if same_speed := comparisons(results, "speed-matched", "speed-matched"):
        lines += ["", *difference_table(same_speed, "equal speed minus original speed")]
    pairs = [(entry, pair) for entry in results["scores"] for pair in entry["pairs"] if entry["part_of"] is None]
    if pairs:
        lines += ["", "| corpus | pair of equal arousal | method | original speed | equal speed |", "|---" * 5 + "|"]
        table: dict[tuple, dict[str, str]] = {}
        for entry, pair in pairs:
            key = (entry["corpus"], " or ".join(pair["labels"]), describe(entry))
            table.setdefault(key, {})[entry["test"]] = shown(pair["accuracy"])
        lines += [
            f"| {' | '.join(key)} | {cells.get('plain', '-')} | {cells.get('speed-matched', '-')} |"
            for key, cells in sorted(table.items())
        ]
    return lines


def difference_table(entries: Sequence[Mapping[str, Any]], title: str) -> list[str]:
    """Paired differences of one kind."""
    lines = [f"| {title} | second | accuracy [95%] | macro-F1 [95%] |", "|---" * 4 + "|"]
    for entry in entries:
        cells = [shown(entry["measures"][name], "difference") for name in ("accuracy", "macro_f1")]
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
        gains = [shown(entry["measures"][name], "difference") for name in ("accuracy", "macro_f1")]
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
        table.setdefault(key, {})[entry["label_share"]] = shown(entry["measures"]["macro_f1"])
    for key, cells in table.items():
        lines.append(f"| {' | '.join(key)} | {' | '.join(cells.get(share, '-') for share in shares)} |")
    entries = comparisons(results, "fewer labels")
    if entries:
        lines += ["", "| corpus | first | second | macro-F1 [95%] |", "|---" * 4 + "|"]
        lines += [
            f"| {entry['corpus']} | {describe(entry['first'])} | {describe(entry['second'])} "
            f"| {shown(entry['measures']['macro_f1'], 'difference')} |"
            for entry in entries
        ]
    return lines


def ablations(results: Results) -> list[str]:
    """Tables d and e: the loss without a part, or with another backbone."""
    return [
        "Without alignment, a linear classifier replaces the label texts. Without reference, the tower gets no "
        "descriptors. Without generator, it learns from recorded clips alone, a different kind of movement from the "
        "generated test clips. The small GPT-2 has random weights: it can only distinguish texts.",
        "",
        *less_others(results),
    ]


def text_backbone(results: Results) -> list[str]:
    """The language model without a tower, which reads the descriptors as words and percentiles."""
    took = {entry["method"]: entry["seconds"]["mean"] for entry in results["costs"]}
    lines = [
        "The text backbone reads the descriptors as words and percentiles; the other methods get the same values as "
        "numbers."
    ]
    if "text lora" in took and OURS in took:
        lines.append(
            f"Without training it answers zero-shot. With LoRA it is trained for {TEXT_STEPS} steps of {TEXT_BATCH} "
            f"crops, which takes {took['text lora'] / took[OURS]:.0f} times as long as a fold of EAI-LLM. Its loss "
            "still falls at the end, so the table compares methods at a given training time, not at convergence."
        )
    return [" ".join(lines), "", *less_others(results)]


def less_others(results: Results) -> list[str]:
    """EAI-LLM and the other methods of a run, with the difference to each."""
    lines = ["| corpus | method | accuracy [95%] | macro-F1 [95%] | EAI-LLM minus it, macro-F1 [95%] |"]
    lines.append("|---" * 5 + "|")
    more = {
        (entry["corpus"], entry["second"]["method"]): shown(entry["measures"]["macro_f1"], "difference")
        for entry in comparisons(results, "method")
    }
    for entry in scores(results, rigs=False):
        cells = [shown(entry["measures"][name]) for name in ("accuracy", "macro_f1")]
        lines.append(
            f"| {entry['corpus']} | {entry['method']} | {' | '.join(cells)} "
            f"| {more.get((entry['corpus'], entry['method']), '-')} |"
        )
    return lines


def without_lora(results: Results) -> list[str]:
    """Table d for the language side: the share of true claims in texts without the guard.

    The labels are the same: they come from the skeleton side, which stage two does not change.
    """
    sides = {"with LoRA": json.loads((FIGURES / "with-lora.json").read_text(encoding="utf-8")), "without": results}
    lines = [
        f"`{sides['with LoRA']['command']}`",
        "",
        "Greedy texts without the guard, by the `generator` checkpoint and by one with the same stage one that was "
        "then trained with `--lora-rank 0`: the projector alone.",
        "",
    ]
    lines += ["| corpus | stage two | claims | hold [95%] | shuffled [95%] | gap [95%] |", "|---" * 6 + "|"]
    for corpus in results["corpora"]:
        for side, figures in sides.items():
            found = figures["corpora"][corpus]["greedy"]["without guard"]
            cells = [shown(found[key]) for key in ("hold", "shuffled")]
            gap = shown(found["gap_over_shuffled"], "difference")
            lines.append(f"| {corpus} | {side} | {found['claims']} | {' | '.join(cells)} | {gap} |")
    return lines


def cost(results: Results) -> list[str]:
    """Table f: the cost of a training."""
    lines = ["| method | parameters trained | seconds of training | clips labelled in a second |", "|---" * 4 + "|"]
    for entry in results["costs"]:
        reported = entry["told"]
        parameters = f"{reported['trained_parameters']:,.0f}" if "trained_parameters" in reported else "-"
        seconds = reported.get("training_seconds", entry["seconds"]["mean"])
        rate = (
            f"{entry['test_clips'] / reported['labelling_seconds']:.0f}" if reported.get("labelling_seconds") else "-"
        )
        lines.append(f"| {describe(entry)} | {parameters} | {seconds:.1f} | {rate} |")
    return lines


def label_sources(results: Results) -> list[str]:
    """Scores of three sources of the label, on the clips that the checkpoint's training held out."""
    lines = ["| corpus | label from | clips | accuracy [95%] | macro-F1 [95%] | calibration error |", "|---" * 6 + "|"]
    for corpus, table in results["corpora"].items():
        for name, found in table.items():
            lines.append(
                f"| {corpus} | {name} | {found['clips']} | {shown(found['accuracy'])} | {shown(found['macro_f1'])} "
                f"| {found['ece']['value']:.2f} |"
            )
    weight = results["weight of the semantic tokens"]
    lines += ["", f"Weight of the semantic tokens in the mixture, chosen on validation clips: {weight:.2f}."]
    return lines


@dataclass(frozen=True)
class Goal:
    """A goal that was set before the measurements.

    Attributes:
        words: The goal.
        measured: The result.
        short: Distance to the goal; 0 or less if it is met.
    """

    words: str
    measured: str
    short: float

    def row(self) -> str:
        """The goal as a row of the table."""
        verdict = "met" if self.short <= 0 else f"missed by {max(self.short, 0.005):.2f}"
        return f"| {self.words} | {self.measured} | {verdict} |"


def goals(figures: Mapping[str, Results]) -> list[str]:
    """The goals, the results, and how far each goal was missed.

    Args:
        figures: Name of a file of figures -> its content; goals whose file is missing are left out.
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
            yield Goal(f"bandai1, {entry['protocol']}: macro-F1 of .80", shown(found), 0.8 - found["value"])
    for entry in comparisons(results, "best baseline"):
        if entry["corpus"] != "bandai1":
            found = entry["measures"]["macro_f1"]
            words = f"{entry['corpus']}: above the best baseline ({describe(entry['second'])}), interval above 0"
            yield Goal(words, shown(found, "difference"), -found["interval"][0])
    for entry in comparisons(results, "speed-matched", "speed-matched"):
        found = entry["measures"]["macro_f1"]
        words = f"{entry['corpus']}: at most .05 lost at equal speed"
        yield Goal(words, shown(found, "difference"), -0.05 - found["difference"])
    for entry in scores(results, rigs=False):
        if entry["method"] == OURS:
            found = entry["measures"]["ece"]
            yield Goal(f"{entry['corpus']}: calibration error of .08 at most", shown(found), found["value"] - 0.08)


def _goals_of_joint(results: Results) -> Iterator[Goal]:
    for entry in comparisons(results, "joint"):
        found = entry["measures"]["macro_f1"]
        if entry["corpus"] == MEAN_OVER_CORPORA:
            words = "all corpora on one model: mean gain of .02, interval above 0"
            yield Goal(words, shown(found, "difference"), max(0.02 - found["difference"], -found["interval"][0]))
        else:
            words = f"{entry['corpus']}: nothing lost by training on all corpora"
            yield Goal(words, shown(found, "difference"), -found["difference"])


def _goals_of_few_labels(results: Results) -> Iterator[Goal]:
    for entry in comparisons(results, "fewer labels"):
        if (entry["first"]["label_share"], entry["second"]["label_share"]) == (0.25, 0.5):
            found = entry["measures"]["macro_f1"]
            words = f"{entry['corpus']}: with 25% of the labels as good as {describe(entry['second'])}"
            yield Goal(words, shown(found, "difference"), -found["difference"])


SECTIONS: tuple[tuple[str, str, Callable[[Results], list[str]]], ...] = (
    ("methods", "Every method on every corpus", methods),
    ("content", "Every method, contents left out", methods),
    ("joint", "One model for all corpora, or one for each", joint),
    ("few-labels", "Few labels", few_labels),
    ("ablations", "Ablations, and another backbone", ablations),
    ("without-lora", "Texts with and without LoRA", without_lora),
    ("text-backbone", "Is the skeleton tower worth it?", text_backbone),
    ("label-sources", "Where the label should come from", label_sources),
    ("methods", "Cost", cost),
)
"""File of figures, title, and the function that writes its lines."""


def _measured_again(figures: Mapping[str, Results]) -> list[str]:
    """EAI-LLM in the run of joint training, and again in the run of the ablations, which has the same settings."""
    if not {"joint", "ablations"} <= set(figures):
        return []
    first, again = (
        {
            entry["corpus"]: shown(entry["measures"]["macro_f1"])
            for entry in scores(figures[name], rigs=False)
            if entry["method"] == OURS and entry["train_on"] == "all"
        }
        for name in ("joint", "ablations")
    )
    rows = [f"| {corpus} | {first[corpus]} | {again[corpus]} |" for corpus in first if corpus in again]
    if not rows:
        return []
    return [
        "",
        "The tables of all methods, joint training, few labels and cost were made with robust z-scores as input, the "
        "others with normal scores. The ablations repeat the settings of joint training with normal scores and one "
        "seed; macro-F1 agrees within the intervals:",
        "",
        "| corpus | robust z-scores, three seeds [95%] | normal scores, one seed [95%] |",
        "|---|---|---|",
        *rows,
    ]


def page() -> str:
    """The whole page."""
    lines = [
        "# Results",
        "",
        "How accurate is EAI-LLM, compared with other methods on the same folds, and what does each part contribute?",
        "",
        "`python benchmarks/results.py` writes this page from the figures in docs/results/. "
        "[benchmark.md](benchmark.md) explains the terms. Tables without a run are left out.",
    ]
    figures = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FIGURES.glob("*.json"))}
    lines += _measured_again(figures)
    if table := goals(figures):
        lines += [
            "",
            "## Goals",
            "",
            "The goals were set before the measurements. If an interval should lie above 0, the distance is how far "
            "it reaches below.",
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
        "--take", nargs=2, metavar=("RESULTS.json", "NAME"), help="first save the figures of a run under this name"
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
