"""Writes the table of descriptors into docs/record.md.

    python docs/make_record_table.py

The table stands between two comments, `<!-- descriptors: begin -->` and `<!-- descriptors: end -->`; the rest of the
page is left alone. `tests/test_docs.py` holds the page against this.
"""

import runpy
from pathlib import Path

from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS

SHARED = runpy.run_path(str(Path(__file__).with_name("page_tables.py")))
PAGE = Path(__file__).resolve().parent / "record.md"


def descriptors_table() -> str:
    """Each descriptor with its body part, its unit and the canonical clauses for low and high."""
    lines = ["| descriptor | body part | unit | low | high |", "|---|---|---|---|---|"]
    for entry in DESCRIPTORS:
        low, high = entry.low.clauses[0], entry.high.clauses[0]
        lines.append(f"| `{entry.name}` | {entry.body_part} | {entry.unit} | {low} | {high} |")
    return "\n".join(lines)


TABLES = {"descriptors": descriptors_table}


def with_table(page: str) -> str:
    """The text of docs/record.md with its table written again; see `page_with`."""
    return SHARED["page_with"](page, TABLES)


if __name__ == "__main__":
    SHARED["rewrite"](PAGE, TABLES)
