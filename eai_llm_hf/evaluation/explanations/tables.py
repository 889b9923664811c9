"""The scores of explanations as Markdown, and examples of texts with a verdict on each claim."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...publish.tables import score_text
from .faithfulness import faithfulness_tables
from .preference import RULES
from .reasoning import COMMON_FRAMES
from .texts import LIMBS, WRITERS

EXAMPLES = 12
FIRST_TEXTS = 10
"""Texts of each corpus that a page shows."""

Scores = Mapping[str, Any]

GOALS: tuple[tuple[str, tuple[str, ...], str, float], ...] = (
    ("claims that hold, ranked within the corpus", ("ranked", "hold"), "least", 0.85),
    ("the same texts on another clip of the corpus", ("ranked", "shuffled"), "most", 0.45),
    ("reasons linked to the label", ("reasons", "linked_as_reason"), "least", 0.75),
    ("against the label and not said to be", ("reasons", "against_unsaid"), "most", 0.03),
    ("reasons linked to another clip's label", ("reasons", "linked_elsewhere"), "most", 0.30),
    ("texts that say how sure", ("reasons", "says_how_sure"), "least", 1.0),
    ("texts that name the runner-up", ("reasons", "names_runner_up"), "least", 1.0),
    ("words agree with marks", ("reasons", "words_agree"), "least", 0.99),
    ("ten most common frames, share of sentences", ("reasons", "common_frames"), "most", 0.30),
    ("texts of three to five sentences", ("reasons", "three_to_five"), "least", 1.0),
    ("texts that no other clip has", ("reasons", "distinct"), "least", 1.0),
    ("texts that name their label", ("label_agreement",), "least", 1.0),
    ("repeated claims", ("repeated_claims",), "most", 0),
    ("texts with body parts that the clip lacks", ("absent_parts",), "most", 0),
    ("texts shared between contents", ("shared_texts",), "most", 0),
)
"""Goals: name, where the score stands, whether it must be at least or at most, and the value."""

FAITHFUL_GOALS: tuple[tuple[str, tuple[str, ...], str, float], ...] = (
    ("gap of cited body parts, masked", ("masking", "parts", "absent", "gap"), "least", 0.20),
    ("edits: probabilities move the right way", ("edits", "edits", "all", "coherent"), "least", 0.90),
    ("edits: text speaks of the edit", ("edits", "edits", "all", "model", "spoken"), "least", 0.70),
)
"""The same for the results of `faithfulness`."""


def as_markdown(results: Mapping[str, Any]) -> list[str]:
    """The tables of `eai-llm evaluate explanations`: the lines of a section.

    Args:
        results: The JSON output of the command, or of several, whose `commands` it then has.
    """
    corpora = results["corpora"]
    lines = [*(f"- `{command}`" for command in results.get("commands", [results.get("command")])), ""]
    lines += [f"- {corpus}: {', '.join(contents)}" for corpus, contents in results["contents"].items()]
    lines += _truth(corpora) + _argument(corpora) + _form(corpora) + _preference(corpora) + _taken_away(corpora)
    for corpus, found in results["faithfulness"].items():
        lines += ["", f"**Whether the label rests on what is said, {corpus}**", "", faithfulness_tables(found).strip()]
    return lines


def goals_as_markdown(runs: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Each goal with the values that the greedy texts of some runs reach; values that miss it are bold.

    Args:
        runs: The JSON outputs of `eai-llm evaluate explanations` by the name of the run; "" for the only one.
    """
    columns = {
        f"{name + ': ' if name else ''}{corpus}, {writer}": found
        for corpus in dict.fromkeys(corpus for run in runs.values() for corpus in run["corpora"])
        for name, run in runs.items()
        for writer, found in run["corpora"].get(corpus, {}).get("greedy", {}).items()
    }
    lines = _goal_table(columns, GOALS)
    faithful = {
        f"{name + ': ' if name else ''}{corpus}": found
        for name, run in runs.items()
        for corpus, found in run["faithfulness"].items()
    }
    if faithful:
        lines += ["", *_goal_table(faithful, FAITHFUL_GOALS)]
    return [*lines, "", "Bold: the goal is not reached."]


def _goal_table(columns: Mapping[str, Scores], goals: Sequence[tuple[str, tuple[str, ...], str, float]]) -> list[str]:
    lines = [f"| goal | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name, place, side, limit in goals:
        cells = []
        for found in columns.values():
            value: Any = found
            for key in place:
                value = value[key] if value is not None else None
            if isinstance(value, Mapping):
                value = next((value[key] for key in ("share", "value", "mean") if key in value), None)
            text = "-" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
            reached = value is None or (value >= limit if side == "least" else value <= limit)
            cells.append(text if reached else f"**{text}**")
        lines.append(f"| {name}: at {side} {limit:g} | {' | '.join(cells)} |")
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
    if independent := results.get("independent"):
        sets = [*next(iter(independent.values()))]
        heads = [f"{name}, {what}" for name in sets for what in ("asked", "right", "declined")]
        lines += ["", f"| kind of question | {' | '.join(heads)} |", "|---" * (1 + len(heads)) + "|"]
        for kind, found in independent.items():
            counts = (found[name][key] for name in sets for key in ("questions", "right", "declined"))
            lines.append(f"| {' | '.join(map(str, (kind.replace('_', ' '), *counts)))} |")
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


def first_texts(texts: Sequence[Mapping[str, Any]], most: int = FIRST_TEXTS) -> dict[str, list[dict[str, str]]]:
    """The greedy texts of the first clips of each corpus in the order of their names, so that nobody chooses them.

    Args:
        texts: The texts of `explanation_scores`, with the name of the corpus.
        most: Clips of each corpus.
    """
    greedy = [entry for entry in texts if entry["decoding"] == "greedy" and entry["writer"] == WRITERS[0]]
    corpora = dict.fromkeys(entry["corpus"] for entry in greedy)
    return {
        corpus: [
            {"clip": entry["clip"], "label": entry["label"], "text": entry["text"]}
            for entry in sorted((e for e in greedy if e["corpus"] == corpus), key=lambda e: e["clip"])[:most]
        ]
        for corpus in corpora
    }


def first_texts_as_markdown(texts: Mapping[str, Sequence[Mapping[str, str]]]) -> list[str]:
    """The lines of a section with the texts of `first_texts`."""
    lines: list[str] = []
    for corpus, entries in texts.items():
        lines += ["", f"**{corpus}**", "", "| clip | text |", "|---|---|"]
        lines += [f"| {entry['clip']} | {entry['text']} |" for entry in entries]
    return lines[1:]


def _value(score: Mapping[str, Any] | None) -> str:
    return f"{score['value']:.2f}" if score and "value" in score else "-"


def _share(score: Mapping[str, Any] | None) -> str:
    if score is None:
        return "-"
    low, high = score["interval"]
    return f"{score['share']:.2f} [{low:.2f}, {high:.2f}]"


def _rows(corpora: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str], Scores]]:
    """Corpus, decoding and writer with their scores, for complete bodies."""
    for corpus, decodings in corpora.items():
        for decoding, writers in decodings.items():
            if ", no " not in decoding:
                for writer, scores in writers.items():
                    yield (corpus, decoding, writer), scores


def _table(heads: Sequence[str], rows: Iterator[Sequence[Any]]) -> list[str]:
    lines = ["", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    return [*lines, *(f"| {' | '.join(map(str, cells))} |" for cells in rows)]


_NAMES = ("corpus", "decoding", "writer")


def _truth(corpora: Mapping[str, Any]) -> list[str]:
    def cells(names: Sequence[str], scores: Scores) -> list[Any]:
        ranked = scores["ranked"] or dict.fromkeys(("hold", "shuffled", "best_constant", "gap_over_shuffled"))
        return [
            *names,
            f"{scores['clips']} x {scores['texts'] // scores['clips']}",
            scores["claims"],
            score_text(ranked["hold"]),
            score_text(ranked["shuffled"]),
            _value(ranked["best_constant"]),
            score_text(ranked["gap_over_shuffled"]),
            _share(scores["hold_as_compared"]),
            score_text(scores["hold"]),
            _value(scores["shuffled"]),
        ]

    heads = (*_NAMES, "clips x texts", "claims", "hold, ranked", "on another clip, ranked", "best constant, ranked")
    heads += ("gap, ranked", "hold, as compared", "hold, default", "on another clip, default")
    return _table(heads, (cells(*row) for row in _rows(corpora)))


def _argument(corpora: Mapping[str, Any]) -> list[str]:
    keys = ("linked", "linked_as_reason", "no_sign", "against_said", "against_unsaid", "linked_elsewhere")
    heads = (*_NAMES, "claims", "linked", "of those given as reasons", "no sign", "against, said to be")
    heads += ("against, not said", "linked to another label", "texts without signs", "says how sure")
    heads += ("names runner-up", "contrast", "words agree with marks", "the model's own", "in part")

    def cells(names: Sequence[str], scores: Scores) -> list[Any]:
        found = scores["reasons"]
        return [
            *names,
            found["reasons"],
            *(_share(found[key]) for key in keys),
            found["texts_without_signs"],
            *(
                _share(found.get(key))
                for key in ("says_how_sure", "names_runner_up", "contrast", "words_agree", "by_model", "by_both")
            ),
        ]

    return _table(heads, (cells(*row) for row in _rows(corpora)))


def _form(corpora: Mapping[str, Any]) -> list[str]:
    heads = (*_NAMES, "sentences", "three to five", "ten common frames", "frames", "distinct texts", "claims per text")
    heads += ("body parts", "coverage", "label named", "repeated claims", "absent parts", "texts of two contents")

    def cells(names: Sequence[str], scores: Scores) -> list[Any]:
        found = scores["reasons"]
        frames = found["common_frames"]
        return [
            *names,
            f"{found['sentences']['mean']:.1f}",
            _share(found["three_to_five"]),
            _share(frames),
            "-" if frames is None else f"{frames['different']} in {frames['sentences']}",
            f"{scores['distinct_texts']} of {scores['texts']}",
            *(f"{scores[key]:.1f}" for key in ("claims_per_text", "body_parts_per_text")),
            score_text(scores["coverage"]),
            f"{scores['label_agreement']:.0%}",
            *(scores[key] for key in ("repeated_claims", "absent_parts", "shared_texts")),
        ]

    return [*_table(heads, (cells(*row) for row in _rows(corpora))), *_together(corpora)]


def _together(corpora: Mapping[str, Any]) -> list[str]:
    """The share of the most common frames among the greedy texts of all corpora: few texts repeat them by chance."""
    greedy = [decodings["greedy"] for decodings in corpora.values() if "greedy" in decodings]
    counts: dict[str, Counter[str]] = {writer: Counter() for writer in WRITERS}
    for writer, found in counts.items():
        frames = [writers[writer]["reasons"]["common_frames"] for writers in greedy]
        if len(greedy) < 2 or any(each is None or each["sentences"] > sum(each["frames"].values()) for each in frames):
            return []  # earlier runs kept the most common frames only
        for each in frames:
            found.update(each["frames"])
    texts = sum(writers[WRITERS[0]]["texts"] for writers in greedy)
    said = []
    for writer, found in counts.items():
        share = sum(count for _, count in found.most_common(COMMON_FRAMES)) / found.total()
        said.append(f"{share:.2f} of the {found.total()} sentences of the {writer} ({len(found)} frames)")
    return [
        "",
        f"Among the {texts} greedy texts of all corpora together, the ten most common frames cover {', '.join(said)}.",
    ]


def _preference(corpora: Mapping[str, Any]) -> list[str]:
    """Wins of the model's text over the template."""
    found = [(names, scores["preference"]) for names, scores in _rows(corpora) if "preference" in scores]
    heads = ("corpus", "decoding", *(f"{rule}: wins / ties / losses" for rule in (*RULES, "all")), "share of wins")

    def cells(names: Sequence[str], rules: Scores) -> list[Any]:
        counts = [" / ".join(str(rules[rule][key]) for key in ("wins", "ties", "losses")) for rule in (*RULES, "all")]
        return [*names[:2], *counts, _share(rules["all"]["share"])]

    return ["", "The model's text against the template's:", *_table(heads, (cells(*row) for row in found))]


def _taken_away(corpora: Mapping[str, Any]) -> list[str]:
    """The scores of texts about clips without a body part."""
    named = [f"greedy, no {part}" for part in LIMBS]
    found = [(c, n, decodings[n]) for c, decodings in corpora.items() for n in named if n in decodings]
    if not found:
        return []
    heads = ("corpus", "removed", "clips", "texts that mention it, model / template", "hold, as compared")

    def cells(corpus: str, name: str, writers: Scores) -> list[Any]:
        both = [writers[writer] for writer in WRITERS]
        return [
            corpus,
            name.rpartition(" ")[2],
            both[0]["clips"],
            " / ".join(str(scores["absent_parts"]) for scores in both),
            " / ".join("-" if (h := scores["hold_as_compared"]) is None else f"{h['share']:.2f}" for scores in both),
        ]

    return ["", "The same clips with a body part removed:", *_table(heads, (cells(*row) for row in found))]


def as_examples(texts: Sequence[Mapping[str, Any]], most: int = EXAMPLES) -> list[str]:
    """Some texts with each claim, its percentile and its verdict, taken at even steps from all texts.

    Args:
        texts: The texts of `explanation_scores`, with the name of the corpus.
        most: The most examples.
    """
    whole = [entry for entry in texts if ", no " not in entry["decoding"]]
    template = {_key(entry): entry["text"] for entry in whole if entry["writer"] == WRITERS[1]}
    written = [entry for entry in whole if entry["writer"] == WRITERS[0]]
    step = max(1, -(-len(written) // most))
    lines = ["# Examples", "", f"Every {step}th text; none was chosen by hand."]
    for entry in written[::step]:
        lines += ["", f"## {entry['corpus']}, {entry['clip']} ({entry['content']}), {entry['decoding']}", ""]
        lines += [f"> {entry['text']}", "", f"Template: {template[_key(entry)]}", ""]
        lines += ["| claim | descriptor | value | percentile | of the label | verdict |", "|---" * 6 + "|"]
        for claim in entry["claims"]:
            verdict = {True: "holds", False: "**fails**", None: "cannot be checked"}[claim["holds"]]
            value, percentile = ("-" if claim[k] is None else f"{claim[k]:.3g}" for k in ("value", "percentile"))
            cells = (claim["claim"], claim["descriptor"], value, percentile, claim["relation"], verdict)
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def _key(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    return entry["corpus"], entry["decoding"], entry["seed"], entry["clip"]


__all__ = [
    "EXAMPLES",
    "FAITHFUL_GOALS",
    "GOALS",
    "as_examples",
    "as_markdown",
    "first_texts",
    "first_texts_as_markdown",
    "goals_as_markdown",
]
