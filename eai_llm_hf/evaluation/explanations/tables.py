"""The scores of explanations as Markdown, and examples of texts with a verdict on each claim."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...publish.tables import score_text
from .faithfulness import faithfulness_tables
from .texts import GUARDS, LIMBS

EXAMPLES = 12

Scores = Mapping[str, Any]

GOALS: tuple[tuple[str, str, str, float], ...] = (
    ("claims that hold, without guard", GUARDS[0], "hold", 0.85),
    ("gap over shuffled, without guard", GUARDS[0], "gap_over_shuffled", 0.40),
    ("claims that hold, with guard", GUARDS[1], "hold", 0.98),
    ("distinct claims per text, with guard", GUARDS[1], "distinct_claims_per_text", 3.0),
    ("body parts per text, with guard", GUARDS[1], "body_parts_per_text", 2.0),
    ("texts that name their label, with guard", GUARDS[1], "label_agreement", 1.0),
)
"""Goals: name, guard, score and the lowest value that reaches it."""

NONE_WANTED: tuple[tuple[str, str], ...] = (
    ("repeated claims, with guard", "repeated_claims"),
    ("texts with body parts that the clip lacks, with guard", "absent_parts"),
    ("texts shared between contents, with guard", "shared_texts"),
)
"""Counts that should be 0: name and score."""


def as_markdown(results: Mapping[str, Any]) -> list[str]:
    """The tables of `eai-llm evaluate explanations`: the lines of a section.

    Args:
        results: The JSON output of the command.
    """
    corpora = results["corpora"]
    lines = [f"`{results['command']}`", ""]
    lines += [f"- {corpus}: {', '.join(contents)}" for corpus, contents in results["contents"].items()]
    lines += [
        "",
        "| corpus | decoding | guard | clips x texts | claims | checkable | hold [95%] | shuffled | best constant "
        "| base rate | gap over shuffled [95%] | gap over constant [95%] |",
        "|---" * 12 + "|",
    ]
    for names, scores in _rows(corpora):
        cells = (
            *names,
            f"{scores['clips']} x {scores['texts'] // scores['clips']}",
            scores["claims"],
            scores["checkable_claims"],
            score_text(scores["hold"]),
            _value(scores["shuffled"]),
            _value(scores["best_constant"]),
            "-" if scores["base_rate"] is None else f"{scores['base_rate']:.2f}",
            score_text(scores["gap_over_shuffled"]),
            score_text(scores["gap_over_constant"]),
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    lines += [
        "",
        "| corpus | decoding | guard | claims per text | distinct | body parts | coverage [95%] | label named "
        "| repeated claims | texts with absent parts | texts of two contents | distinct texts | dropped claims |",
        "|---" * 13 + "|",
    ]
    for names, scores in _rows(corpora):
        cells = (
            *names,
            *(f"{scores[f'{what}_per_text']:.1f}" for what in ("claims", "distinct_claims", "body_parts")),
            score_text(scores["coverage"]),
            f"{scores['label_agreement']:.0%}",
            *(scores[key] for key in ("repeated_claims", "absent_parts", "shared_texts", "distinct_texts")),
            scores.get("dropped_claims", "-"),
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    lines += ["", *_goals(corpora), *_taken_away(corpora)]
    for corpus, found in results["faithfulness"].items():
        lines += ["", f"**Whether the label rests on what is said, {corpus}**", "", faithfulness_tables(found).strip()]
    return lines


def questions_as_markdown(results: Mapping[str, Any]) -> list[str]:
    """The tables of `benchmarks/questions.py`, and some of the answers: the lines of a section.

    Args:
        results: Its JSON output.
    """
    lines = [
        f"`{results['command']}`",
        "",
        "| questions | asked | right | declined | claims | that hold |",
        "|---" * 6 + "|",
    ]
    keys = ("questions", "right", "declined", "claims", "hold")
    for kind, found in results["kinds"].items():
        lines.append(f"| {' | '.join(map(str, (kind, *(found[key] for key in keys))))} |")
    for title in ("wrong", "examples"):
        lines += ["", f"| question ({title}) | clip | answer |", "|---|---|---|"]
        for each in results[title]:
            clip = each["clip"] if isinstance(each["clip"], str) else " and ".join(each["clip"])
            lines.append(f"| {each['question']} | {clip} | {each['answer']} |")
    return lines


def variety_as_markdown(results: Mapping[str, Any]) -> list[str]:
    """The table of `benchmarks/text_variety.py`: the lines of a section.

    Args:
        results: Its JSON output.
    """
    lines = [
        f"`{results['command']}`",
        "",
        "| texts to learn from | texts | different | distinct-1 | distinct-2 | self-BLEU |",
        "|---" * 6 + "|",
    ]
    for kind, found in results["kinds"].items():
        shares = " | ".join(f"{found[name]:.3f}" for name in ("distinct-1", "distinct-2", "self-BLEU"))
        lines.append(f"| {kind} | {found['texts']} | {found['different']} | {shares} |")
    return lines


def _value(score: Mapping[str, Any] | None) -> str:
    return f"{score['value']:.2f}" if score and "value" in score else "-"


def _rows(corpora: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str], Scores]]:
    """Corpus, decoding and guard with their scores, for complete bodies."""
    for corpus, decodings in corpora.items():
        for decoding, guards in decodings.items():
            if ", no " not in decoding:
                for guard, scores in guards.items():
                    yield (corpus, decoding, guard.partition(" ")[0]), scores


def _goals(corpora: Mapping[str, Any]) -> list[str]:
    """Each goal with the values reached; values below the goal are bold."""
    columns = list(dict.fromkeys(names[:2] for names, _ in _rows(corpora)))
    lines = [
        f"| goal | {' | '.join(f'{corpus}, {decoding}' for corpus, decoding in columns)} |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for name, guard, key, least in GOALS:
        cells = []
        for corpus, decoding in columns:
            score = corpora[corpus][decoding][guard][key]
            value = score.get("value", score.get("difference")) if isinstance(score, Mapping) else score
            cells.append("-" if value is None else f"{value:.2f}" if value >= least else f"**{value:.2f}**")
        lines.append(f"| {name}: at least {least:g} | {' | '.join(cells)} |")
    for name, key in NONE_WANTED:
        counts = [corpora[corpus][decoding][GUARDS[1]][key] for corpus, decoding in columns]
        lines.append(f"| {name}: 0 | {' | '.join(f'**{count}**' if count else '0' for count in counts)} |")
    return [*lines, "", "Bold: the goal is not reached."]


def _taken_away(corpora: Mapping[str, Any]) -> list[str]:
    """The scores of texts about clips without a body part."""
    named = [f"greedy, no {part}" for part in LIMBS]
    found = [(c, n, decodings[n]) for c, decodings in corpora.items() for n in named if n in decodings]
    if not found:
        return []
    lines = [
        "",
        "The same clips with a body part removed:",
        "",
        "| corpus | removed | clips | texts that mention it, without / with guard "
        "| claims that hold, without / with guard |",
        "|---" * 5 + "|",
    ]
    for corpus, name, guards in found:
        both = [guards[guard] for guard in GUARDS]
        cells = (
            corpus,
            name.rpartition(" ")[2],
            both[0]["clips"],
            " / ".join(str(scores["absent_parts"]) for scores in both),
            " / ".join(_value(scores["hold"]) for scores in both),
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines


def as_examples(texts: Sequence[Mapping[str, Any]], most: int = EXAMPLES) -> list[str]:
    """Some texts with each claim, its percentile and its verdict, taken at even steps from all texts.

    Args:
        texts: The texts of `explanation_scores`, with the name of the corpus.
        most: The most examples.
    """
    plain = [entry for entry in texts if ", no " not in entry["decoding"] and entry["guard"] == GUARDS[0]]
    guarded = {
        (entry["corpus"], entry["decoding"], entry["seed"], entry["clip"]): entry["text"]
        for entry in texts
        if entry["guard"] == GUARDS[1]
    }
    step = max(1, -(-len(plain) // most))
    lines = ["# Examples", "", f"Every {step}th text without the guard; none was chosen by hand."]
    for entry in plain[::step]:
        key = (entry["corpus"], entry["decoding"], entry["seed"], entry["clip"])
        lines += ["", f"## {entry['corpus']}, {entry['clip']} ({entry['content']}), {entry['decoding']}", ""]
        lines += [f"> {entry['text']}", ""]
        if guarded[key] != entry["text"]:
            lines += [f"With the guard: {guarded[key]}", ""]
        lines += ["| claim | descriptor | value | percentile | verdict |", "|---" * 5 + "|"]
        for claim in entry["claims"]:
            verdict = {True: "holds", False: "**fails**", None: "cannot be checked"}[claim["holds"]]
            value, percentile = ("-" if claim[k] is None else f"{claim[k]:.3g}" for k in ("value", "percentile"))
            lines.append(f"| {claim['claim']} | {claim['descriptor']} | {value} | {percentile} | {verdict} |")
    return lines


__all__ = ["EXAMPLES", "GOALS", "NONE_WANTED", "as_examples", "as_markdown"]
