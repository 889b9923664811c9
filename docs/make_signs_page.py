"""Writes the tables of signs into docs/signs.md.

    python docs/make_signs_page.py

Each table lies between two comments, `<!-- NAME: begin -->` and `<!-- NAME: end -->`; the rest of the page is left
alone. `tests/test_signs.py` compares the page with the data.
"""

import runpy
from collections import Counter
from pathlib import Path

from eai_llm_hf.generator.emotion_sources import PUBLICATIONS
from eai_llm_hf.generator.sign_sources import CUES
from eai_llm_hf.processing.claims.phrases import OPPOSITE, PHRASES
from eai_llm_hf.processing.claims.signs import (
    CLIPS,
    REFERENCES,
    Effect,
    Sign,
    emotions_with_signs,
    sign_of,
    signs_of,
)
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_NAMES

SHARED = runpy.run_path(str(Path(__file__).with_name("page_tables.py")))
PAGE = Path(__file__).resolve().parent / "signs.md"
KINDS = ("known and measured", "known, recordings unclear", "known, not recorded", "known, contradicted", "measured")


def kind_of(sign: Sign) -> str:
    """One of `KINDS`."""
    if not sign.known:
        return "measured"
    if sign.contradicted:
        return "known, contradicted"
    if sign.measured:
        return "known and measured"
    return "known, not recorded" if sign.recorded is None else "known, recordings unclear"


def shown_signs(emotion: str) -> list[Sign]:
    """Signs that are known or measured, the strongest first, also those whose opposite is stronger."""
    strongest = list(signs_of(emotion))
    others = (sign_of(name, direction, emotion) for name in DESCRIPTOR_NAMES for direction in OPPOSITE)
    return strongest + [sign for sign in others if (sign.known or sign.measured) and sign not in strongest]


def counts_table() -> str:
    """How many signs of each emotion are known, measured and both."""
    lines = [f"| emotion | {' | '.join(KINDS)} |", "|---|" + "---|" * len(KINDS)]
    total: Counter[str] = Counter()
    for emotion in emotions_with_signs():
        count = Counter(map(kind_of, shown_signs(emotion)))
        total += count
        lines.append(f"| {emotion} | {' | '.join(str(count[kind]) for kind in KINDS)} |")
    lines.append(f"| all | {' | '.join(str(total[kind]) for kind in KINDS)} |")
    return "\n".join(lines)


def clips_table() -> str:
    """What was measured."""
    return "\n".join(
        ["| corpus | labelled training clips |", "|---|---|"] + [f"| {c} | {n} |" for c, n in CLIPS.items()]
    )


def signs_tables() -> str:
    """A table for each emotion."""
    return "\n\n".join(f"### {emotion}\n{_signs_table(emotion)}" for emotion in emotions_with_signs())


def _signs_table(emotion: str) -> str:
    lines = [
        "| sign | descriptor | published by | recordings | n | generated | strength | status |",
        "|---|---|---|---|---|---|---|---|",
    ]
    signs = shown_signs(emotion)
    for sign in signs:
        cells = [
            PHRASES[sign.descriptor, sign.direction].clauses[0],
            f"`{sign.descriptor}` {sign.direction}",
            ", ".join(f"{each.publication} ({each.read}{'' if each.close else ', ~'})" for each in sign.sources),
            _interval(sign.recorded),
            "" if sign.recorded is None else str(sign.recorded.units),
            _interval(sign.generated),
            f"{sign.strength:.2f}",
            kind_of(sign),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    named = {sign.descriptor for sign in signs}
    neither = ", ".join(f"`{name}`" for name in DESCRIPTOR_NAMES if name not in named)
    return "\n".join([*lines, "", f"Neither known nor measured: {neither}."])


def _interval(effect: Effect | None) -> str:
    return "" if effect is None else f"{effect.mean:+.2f} [{effect.low:+.2f}, {effect.high:+.2f}]"


def cues_table() -> str:
    """How a statement of a publication reads in terms of the descriptors."""
    lines = ["| more of it is published | of | by | descriptor | close | why |", "|---|---|---|---|---|---|"]
    for cue in CUES:
        by, of = ", ".join(cue.publications) or "all", ", ".join(cue.emotions) or "all"
        close = "yes" if cue.close else "~"
        lines.append(f"| `{cue.parameter}` | {of} | {by} | `{cue.descriptor}` {cue.more} | {close} | {cue.why} |")
    return "\n".join(lines)


def references_table() -> str:
    """Full references."""
    lines = ["| publication | reference |", "|---|---|"]
    return "\n".join(lines + [f"| {name} | {REFERENCES[name]} |" for name in PUBLICATIONS if name in REFERENCES])


TABLES = {
    "counts": counts_table,
    "clips": clips_table,
    "signs": signs_tables,
    "cues": cues_table,
    "references": references_table,
}


def with_tables(page: str) -> str:
    """The text of docs/signs.md with its tables written again; see `page_with`."""
    return SHARED["page_with"](page, TABLES)


if __name__ == "__main__":
    SHARED["rewrite"](PAGE, TABLES)
