"""The scores of a checkpoint as Markdown tables: `eai-llm evaluate` prints them, and the model card shows them."""

from collections.abc import Mapping
from typing import Any

_METHODS = (("model", "EAI-LLM"), ("baseline_lda", "LDA on descriptors"))


def evaluation_tables(evaluation: Mapping[str, Any]) -> str:
    """The tables of an evaluation.

    Args:
        evaluation: The content of `evaluation.json`: scores by corpus.
    """
    lines = [
        "| corpus | method | clips | chance | accuracy [95%] | balanced accuracy [95%] | macro-F1 [95%] |",
        "|---|---|---|---|---|---|---|",
    ]
    for corpus, result in evaluation.items():
        for method, name in _METHODS:
            if (scores := result.get(method)) is None:
                continue
            cells = [score_text(scores[measure]) for measure in ("accuracy", "balanced_accuracy", "macro_f1")]
            lines.append(f"| {corpus} | {name} | {scores['clips']} | {scores['chance']:.2f} | {' | '.join(cells)} |")
    for corpus, result in evaluation.items():
        if "ece" in result["model"]:
            lines += _by_label(corpus, result["model"])
    if any("explanations" in result for result in evaluation.values()):
        lines += [
            "",
            "| corpus | explanations | claims per text | hold | hold for another clip | repeated | different texts |",
            "|---|---|---|---|---|---|---|",
        ]
    for corpus, result in evaluation.items():
        if scores := result.get("explanations"):
            shares = ["-" if scores[key] is None else f"{scores[key]:.2f}" for key in ("hold", "hold_shuffled")]
            lines.append(
                f"| {corpus} | {scores['clips']} | {scores['claims_per_text']} | {' | '.join(shares)} "
                f"| {scores['repeated_claims']} | {scores['distinct_texts']} |"
            )
    return "\n".join(lines)


def _by_label(corpus: str, scores: Mapping[str, Any]) -> list[str]:
    lines = [
        "",
        f"{corpus}, EAI-LLM: expected calibration error {score_text(scores['ece'])}, "
        f"Brier score {score_text(scores['brier'])}",
        "",
        "| label | clips | precision | recall | F1 |",
        "|---|---|---|---|---|",
    ]
    return lines + [
        f"| {label} | {own['support']} | {own['precision']:.2f} | {own['recall']:.2f} | {own['f1']:.2f} |"
        for label, own in scores["per_class"].items()
    ]


def score_text(score: Mapping[str, Any] | None) -> str:
    """A score or a difference with its interval, two digits each: "0.53 [0.27, 0.80]"; "-" for None."""
    if score is None:
        return "-"
    key, sign = ("difference", "+") if "difference" in score else ("value", "")
    low, high = score["interval"]
    return f"{score[key]:{sign}.2f} [{low:{sign}.2f}, {high:{sign}.2f}]"


__all__ = ["evaluation_tables", "score_text"]
