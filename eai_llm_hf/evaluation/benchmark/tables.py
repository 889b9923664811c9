"""The results of a benchmark as Markdown tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...publish.tables import score_text
from ..scores import LABEL_MEASURES
from .answers import MATCHED, PLAIN


def describe(variant: Mapping[str, Any]) -> str:
    """A variant in words: "lda, own clips only, 25% of the labels"."""
    words = [variant["method"]]
    if variant["train_on"] == "own":
        words.append("own clips only")
    if variant["label_share"] < 1:
        words.append(f"{variant['label_share']:.0%} of the labels")
    return ", ".join(words)


def as_markdown(results: Mapping[str, Any]) -> str:
    """The scores as Markdown tables."""
    settings = results["settings"]
    lines = [f"`{results['command']}`", ""]
    if settings["leaky"]:
        lines += ["**LEAKY: training has seen the performers and contents of the test. Not a headline result.**", ""]
    lines += [
        f"Pooled over folds, mean of {len(settings['seeds'])} seeds; 95% intervals over clips and seeds "
        f"({settings['bootstraps']} draws). Methods that do not depend on the seed ran once.",
    ]
    for test in (PLAIN, MATCHED):
        entries = [entry for entry in results["scores"] if entry["test"] == test]
        if entries:
            title = "Scores" if test == PLAIN else "Scores at equal speed"
            lines += ["", f"## {title}", "", *_score_table(entries)]
    pairs = [(entry, pair) for entry in results["scores"] for pair in entry["pairs"]]
    if pairs:
        lines += [
            "",
            "## Pairs of equal arousal",
            "",
            "| corpus | method | test | pair | clips | accuracy [95%] |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {entry['corpus']} | {describe(entry)} | {entry['test']} | {' or '.join(pair['labels'])} "
            f"| {pair['clips']} | {score_text(pair['accuracy'])} |"
            for entry, pair in pairs
        ]
    if results["comparisons"]:
        lines += ["", "## Paired differences", "", *_comparison_table(results["comparisons"])]
    lines += ["", "## Cost", "", *_cost_table(results["costs"])]
    if results["failures"]:
        lines += ["", "## Failed", "", "| method | fold | seed | trained on | reason |", "|---|---|---|---|---|"]
        lines += [
            f"| {failure['method']} | {failure['fold']} | {failure['seed']} | {failure['train_on']} "
            f"| {failure['reason'].replace('|', '/')} |"
            for failure in results["failures"]
        ]
    return "\n".join(lines) + "\n"


def _score_table(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [
        "| corpus | protocol | method | clips | chance | accuracy [95%] | balanced accuracy [95%] | macro-F1 [95%] "
        "| sd folds / seeds | expected calibration error [95%] |",
        "|---" * 10 + "|",
    ]
    for entry in entries:
        found = entry["measures"]
        protocol = f"{entry['protocol']} LEAKY" if entry["leaky"] else entry["protocol"]
        spread = [found["macro_f1"][over]["sd"] for over in ("over_folds", "over_seeds")]
        cells = [score_text(found[name]) for name in LABEL_MEASURES]
        incomplete = f" (without {len(entry['missing'])} failed trainings)" if entry["missing"] else ""
        lines.append(
            f"| {entry['corpus']} | {protocol} | {describe(entry)}{incomplete} | {entry['clips']} "
            f"| {entry['chance']:.2f} | {' | '.join(cells)} "
            f"| {' / '.join('-' if each is None else f'{each:.2f}' for each in spread)} | {score_text(found['ece'])} |"
        )
    return lines


def _comparison_table(comparisons: Iterable[Mapping[str, Any]]) -> list[str]:
    lines = ["| what | corpus | first | second | accuracy [95%] | macro-F1 [95%] |", "|---|---|---|---|---|---|"]
    for comparison in comparisons:
        sides = [comparison["first"], comparison["second"]]
        names = [describe(side) + (f", {MATCHED}" if side["test"] == MATCHED else "") for side in sides]
        cells = [score_text(comparison["measures"][name]) for name in ("accuracy", "macro_f1")]
        lines.append(f"| {comparison['kind']} | {comparison['corpus']} | {' | '.join(names)} | {' | '.join(cells)} |")
    return lines


def _cost_table(costs: Iterable[Mapping[str, Any]]) -> list[str]:
    facts = ("parameters", "trained_parameters", "training_seconds", "labelling_seconds")
    lines = [
        "| method | trainings | seconds each | training clips | labels | test clips | parameters | trained "
        "| training s | labelling s |",
        "|---" * 10 + "|",
    ]
    for cost in costs:
        told = [f"{cost['told'][fact]:,.0f}" if fact in cost["told"] else "-" for fact in facts[:2]]
        told += [f"{cost['told'][fact]:.1f}" if fact in cost["told"] else "-" for fact in facts[2:]]
        lines.append(
            f"| {describe(cost)} | {cost['trainings']} | {cost['seconds']['mean']:.1f} | {cost['train_clips']:.0f} "
            f"| {cost['train_labels']:.0f} | {cost['test_clips']:.0f} | {' | '.join(told)} |"
        )
    return lines


__all__ = ["as_markdown", "describe"]
