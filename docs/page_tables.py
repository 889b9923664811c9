"""Writes tables between the two comments around each, `<!-- NAME: begin -->` and `<!-- NAME: end -->`.

The scripts of docs/ that generate parts of a page share it; the rest of the page is left alone.
"""

from collections.abc import Callable, Mapping
from pathlib import Path


def page_with(page: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """The page with its tables written again.

    Args:
        page: Text of the page.
        tables: Name of each table -> the function that makes it.

    Raises:
        ValueError: If the comments around a table are missing.
    """
    for name, make in tables.items():
        before, begin, rest = page.partition(f"<!-- {name}: begin -->\n")
        _, end, after = rest.partition(f"\n<!-- {name}: end -->")
        if not (begin and end):
            raise ValueError(f"The page lacks the comments of the table {name!r}: <!-- {name}: begin --> and its end.")
        page = before + begin + make() + end + after
    return page


def rewrite(path: Path, tables: Mapping[str, Callable[[], str]]) -> None:
    """Writes the tables of a file again, and says so."""
    path.write_text(page_with(path.read_text(encoding="utf-8"), tables), encoding="utf-8")
    print(f"written to {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")
