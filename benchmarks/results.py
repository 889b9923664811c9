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
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eai_llm_hf.evaluation.benchmark_tables import describe

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
            shown(found["accuracy"]),
            f"{found['balanced_accuracy']['value']:.2f}",
            shown(found["macro_f1"]),
            " / ".join("-" if each is None else f"{each:.2f}" for each in spread),
            f"{found['ece']['value']:.2f}",
            f"{same['measures']['macro_f1']['value']:.2f}" if same else "-",
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    lines += ["", *difference_table(comparisons(results, "best baseline"), "EAI-LLM less the best baseline")]
    lines += [
        "",
        *difference_table(comparisons(results, "speed-matched", "speed-matched"), "at equal speed less plain"),
    ]
    pairs = [(entry, pair) for entry in results["scores"] for pair in entry["pairs"] if entry["part_of"] is None]
    if pairs:
        lines += ["", "| corpus | pair of equal arousal | method | plain | at equal speed |", "|---" * 5 + "|"]
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
    lines = [f"| {title} | other side | accuracy [95%] | macro-F1 [95%] |", "|---" * 4 + "|"]
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
    """Tables d and e: what is lost without a part, or with another backbone."""
    lines = [
        "| corpus | method | accuracy [95%] | macro-F1 [95%] | EAI-LLM less it, macro-F1 [95%] |",
        "|---" * 5 + "|",
    ]
    loss = {
        (entry["corpus"], entry["second"]["method"]): shown(entry["measures"]["macro_f1"], "difference")
        for entry in comparisons(results, "method")
    }
    for entry in scores(results, rigs=False):
        cells = [shown(entry["measures"][name]) for name in ("accuracy", "macro_f1")]
        lines.append(
            f"| {entry['corpus']} | {entry['method']} | {' | '.join(cells)} "
            f"| {loss.get((entry['corpus'], entry['method']), '-')} |"
        )
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
            lines.append(
                f"| {corpus} | {name} | {found['clips']} | {shown(found['accuracy'])} | {shown(found['macro_f1'])} "
                f"| {found['ece']['value']:.2f} |"
            )
    weight = results["weight of the semantic tokens"]
    lines += ["", f"Weight of the semantic tokens in the mixture, chosen on validation clips: {weight:.2f}."]
    return lines


SECTIONS: tuple[tuple[str, str, Callable[[Results], list[str]]], ...] = (
    ("methods", "Every method on every corpus", methods),
    ("joint", "One model for all corpora against one for each", joint),
    ("few-labels", "Few labels", few_labels),
    ("ablations", "What each part is worth, and another backbone", ablations),
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
        "[benchmark.md](benchmark.md). Tables whose runs have not been made are not there. What is there was measured "
        "when there were 20 descriptors; fifteen have joined them since.",
    ]
    for name, title, make in SECTIONS:
        path = FIGURES / f"{name}.json"
        if path.is_file():
            results = json.loads(path.read_text(encoding="utf-8"))
            lines += ["", f"## {title}", "", f"`{results['command']}`", "", *make(results)]
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
