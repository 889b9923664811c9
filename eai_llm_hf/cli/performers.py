"""Who moves in which file: `--performers-from` of the commands that compare clips with others of the same person."""

import argparse
import csv
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from eai_llm_hf.processing.vocabulary import SYNONYMS, tidy

from .clips import name_of as name_of_clip

FOLDER = "folder"

SHOWN_NAMES = 5

FEW_OF_ONE = 8
"""So many clips of one performer are nothing unusual."""


def add_performers_option(parser: argparse.ArgumentParser) -> None:
    """Adds the option that says who moves in each clip."""
    parser.add_argument(
        "--performers-from",
        metavar="folder|PATTERN|FILE.csv",
        help="who moves in each clip: the name of its folder; a regular expression with one group, searched in its "
        r"path, such as '(S\d+)_'; or a table with the columns path and performer",
    )


def with_performers(clips: Sequence[str | dict[str, Any]], source: str | None) -> list[str | dict[str, Any]]:
    """Clips as the pipeline takes them, each with its performer.

    Args:
        clips: Paths, or dicts with `path`.
        source: The value of `--performers-from`; None leaves the clips as they are.

    Raises:
        OSError: If the table cannot be opened.
        ValueError: If the pattern or the table is not valid, or names nobody in any of the clips.
    """
    if source is None:
        return list(clips)
    find = _finder(source)
    inputs = [clip if isinstance(clip, dict) else {"path": clip, "source": clip} for clip in clips]
    # What came from standard input lies in a temporary folder, which says nothing.
    named = [
        (each, find(Path(each["path"])) if name_of_clip(each["path"]) == each["path"] else None) for each in inputs
    ]
    unknown = [each["path"] for each, name in named if name is None]
    if len(unknown) == len(inputs):
        relative = "; the paths in a table are relative to it" if _is_table(source) else ""
        raise ValueError(
            f"--performers-from {source} names nobody in the {len(inputs)} clips; the first is {unknown[0]}{relative}."
        )
    if unknown:
        print(f"--performers-from names nobody in {len(unknown)} clips, such as {unknown[0]}", file=sys.stderr)
    for text in doubts([name for _, name in named if name is not None], f"--performers-from {source}"):
        print(text, file=sys.stderr)
    return [each if name is None else each | {"performer": name} for each, name in named]


def doubts(names: Sequence[str], source: str) -> list[str]:
    """What suggests that the names are not those of performers, as sentences.

    Args:
        names: The performer of each clip that has one.
        source: Where they are from.
    """
    found = sorted(set(names))
    emotions = [name for name in found if tidy(name) in SYNONYMS]
    if 2 * len(emotions) > len(found):
        return [
            f"{source} takes {', '.join(emotions[:SHOWN_NAMES])} for performers, and these are words for emotions: a "
            "clip is then compared with others of the same emotion, and looks as if it had none."
        ]
    if len(found) == 1 and len(names) > FEW_OF_ONE:
        return [
            f"{source} says that {found[0]} moves in all {len(names)} clips. If these are several people, name them, "
            "or leave the option out."
        ]
    return []


def _finder(source: str) -> Callable[[Path], str | None]:
    if source == FOLDER:
        return lambda path: path.absolute().parent.name or None
    if _is_table(source):
        listed = _listed(Path(source))
        return lambda path: listed.get(path.resolve())
    try:
        expression = re.compile(source)
    except re.error as error:
        raise ValueError(
            f"--performers-from: expected {FOLDER}, a regular expression or a table, found '{source}' ({error})."
        ) from None
    if expression.groups != 1:
        raise ValueError(
            f"--performers-from: the expression '{source}' has {expression.groups} groups, expected one, such as "
            r"'(S\d+)_'."
        )

    def search(path: Path) -> str | None:
        found = expression.search(path.as_posix())
        return found[1] if found else None

    return search


def _is_table(source: str) -> bool:
    return Path(source).suffix.lower() in (".csv", ".tsv") or Path(source).is_file()


def _listed(table: Path) -> dict[Path, str]:
    """The performer of each file that a table names; paths are relative to the table."""
    with table.open(encoding="utf-8-sig", newline="") as file:
        try:
            rows = csv.DictReader(file, delimiter="\t" if table.suffix.lower() == ".tsv" else ",")
            columns = rows.fieldnames or []
            if not {"path", "performer"} <= set(columns):
                raise ValueError(f"{table}: expected the columns path and performer, found {', '.join(columns)}.")
            named = [(row["path"], (row["performer"] or "").strip()) for row in rows if row["path"]]
            return {(table.parent / path).resolve(): performer for path, performer in named if performer}
        except (UnicodeDecodeError, csv.Error) as error:
            raise ValueError(f"{table}: not a table in UTF-8 ({error}).") from None


__all__ = ["FOLDER", "add_performers_option", "doubts", "with_performers"]
