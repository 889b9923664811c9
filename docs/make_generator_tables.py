"""Writes the tables of effects and their sources into docs/generator.md.

    python docs/make_generator_tables.py

Each table lies between two comments, `<!-- NAME: begin -->` and `<!-- NAME: end -->`; the rest of the page is left
alone. `tests/test_generator_emotions.py` compares the page with the code.
"""

import runpy
from collections import Counter, defaultdict
from pathlib import Path

from eai_llm_hf.generator import EMOTIONS, STYLE_PARAMETERS
from eai_llm_hf.generator.emotion_sources import CHECKED, DESIGN, FINDINGS, PUBLICATIONS, evidence_of

SHARED = runpy.run_path(str(Path(__file__).with_name("page_tables.py")))
PAGE = Path(__file__).resolve().parent / "generator.md"
MARKS = {"checked": "", "from memory": "†", "design": "*"}
SHOWN = tuple(emotion for emotion, effects in EMOTIONS.items() if effects)


def effects_table() -> str:
    """Size and evidence of each effect: a row for each style parameter, a column for each emotion."""
    lines = [
        f"| parameter | unit | more of it means | {' | '.join(SHOWN)} |",
        "|---|---|---|" + "---|" * len(SHOWN),
    ]
    for name, parameter in STYLE_PARAMETERS.items():
        cells = [_cell(emotion, name) for emotion in SHOWN]
        lines.append(f"| `{name}` | {parameter.unit} | {parameter.meaning} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(emotion: str, name: str) -> str:
    effect = EMOTIONS[emotion].get(name)
    return "" if effect is None else f"{effect.size:+g}{MARKS[evidence_of(emotion, name, effect.sources)]}"


def evidence_table() -> str:
    """How many effects of each emotion are checked, from memory and design."""
    counts: dict[str, Counter[str]] = {
        emotion: Counter(evidence_of(emotion, name, effect.sources) for name, effect in EMOTIONS[emotion].items())
        for emotion in SHOWN
    }
    counts["all"] = sum(counts.values(), Counter())
    lines = [f"| effects | {' | '.join(counts)} |", "|---|" + "---|" * len(counts)]
    for kind, mark in MARKS.items():
        row = " | ".join(str(count[kind]) for count in counts.values())
        lines.append(f"| {kind}{f' ({mark})' if mark else ''} | {row} |")
    return "\n".join(lines)


def findings_table() -> str:
    """What was read of each publication, where, and which effects it supports."""
    lines = ["| publication | read in | it says | supports |", "|---|---|---|---|"]
    for finding in FINDINGS:
        effects = _effects({emotion: list(names) for emotion, names in finding.supports.items()})
        lines.append(f"| {finding.publication} | {finding.read_in} | {finding.says} | {effects} |")
    return "\n".join(lines)


def memory_table() -> str:
    """The effects attributed to each publication from memory, and its full reference."""
    claimed: dict[str, dict[str, list[str]]] = {name: defaultdict(list) for name in PUBLICATIONS}
    for emotion, effects in EMOTIONS.items():
        for name, effect in effects.items():
            for source in effect.sources:
                if source != DESIGN and (emotion, name, source) not in CHECKED:
                    claimed[source][emotion].append(name)
    lines = ["| publication | reference | attributed from memory |", "|---|---|---|"]
    for name, reference in PUBLICATIONS.items():
        lines.append(f"| {name} | {reference} | {_effects(claimed[name]) or 'nothing'} |")
    return "\n".join(lines)


def _effects(by_emotion: dict[str, list[str]]) -> str:
    return "; ".join(f"{emotion}: {', '.join(names)}" for emotion, names in by_emotion.items())


TABLES = {
    "effects": effects_table,
    "evidence": evidence_table,
    "findings": findings_table,
    "memory": memory_table,
}


def with_tables(page: str) -> str:
    """The text of docs/generator.md with its tables written again; see `page_with`."""
    return SHARED["page_with"](page, TABLES)


if __name__ == "__main__":
    SHARED["rewrite"](PAGE, TABLES)
