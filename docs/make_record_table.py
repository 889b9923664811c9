"""Writes the table of descriptors into docs/record.md.

    python docs/make_record_table.py

The table stands between two comments, `<!-- descriptors: begin -->` and `<!-- descriptors: end -->`; the rest of the
page is left alone. `tests/test_docs.py` holds the page against this.
"""

from pathlib import Path

from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS

PAGE = Path(__file__).resolve().parent / "record.md"
BEGIN, END = "<!-- descriptors: begin -->\n", "\n<!-- descriptors: end -->"


def descriptors_table() -> str:
    """Each descriptor with its body part, its unit and the canonical clauses for low and high."""
    lines = ["| descriptor | body part | unit | low | high |", "|---|---|---|---|---|"]
    for entry in DESCRIPTORS:
        low, high = entry.low.clauses[0], entry.high.clauses[0]
        lines.append(f"| `{entry.name}` | {entry.body_part} | {entry.unit} | {low} | {high} |")
    return "\n".join(lines)


def with_table(page: str) -> str:
    """The page with a new table.

    Args:
        page: Text of docs/record.md.

    Returns:
        The same text with the table of the code.

    Raises:
        ValueError: If the page has no place for the table.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"Expected the comments {BEGIN.strip()} and {END.strip()} on the page, found none.")
    return before + begin + descriptors_table() + end + after


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"written to {PAGE.relative_to(Path.cwd()) if PAGE.is_relative_to(Path.cwd()) else PAGE}")
