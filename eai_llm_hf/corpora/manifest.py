"""A table with one row for each clip, CSV or JSON Lines, for recordings whose file names say too little."""

import csv
import json
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from transformers.utils import logging

from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES
from eai_llm_hf.processing.vocabulary import canonical_label

from ..strangers import as_sentence, why_stranger
from .loader import Corpus, Found, Loader, readable_text, without_person
from .schema import CorpusFile, LeftOut, content_family

logger = logging.get_logger(__name__)

REQUIRED = ("path", "label")
OPTIONAL = ("performer", "content", "fps", "layout", "corpus", "clip_id")
MAX_LINE = 100_000
"""Characters, far more than a row of such a table needs: bounds the memory for a broken file."""


class RowError(ValueError):
    """A row that does not name a clip; the message says why."""


def find_manifest(manifest: Path, as_label: Callable[[str], str] = canonical_label) -> Found:
    """Finds the files that a table lists. Paths are relative to the table.

    A row without an emotion has an empty label (null in JSON). Invalid rows are left out and reported with their line;
    rows that name a file without movement, such as metadata.json, are skipped, and one warning names these files.

    Args:
        manifest: The table.
        as_label: From the text in the column to the label.

    Raises:
        ValueError: If the file is not a table of clips.
    """
    return listed_files(manifest, as_label=as_label)


def listed_files(
    manifest: Path,
    required: Sequence[str] = REQUIRED,
    as_row: Callable[[dict[str, Any]], dict[str, Any]] = dict,
    as_label: Callable[[str], str] = canonical_label,
) -> Found:
    """As `find_manifest`, for a table that may have other columns.

    Args:
        manifest: The table.
        required: The columns that a table in CSV must have.
        as_row: From a row of it to one with the columns of a manifest.
        as_label: As for `find_manifest`.

    Raises:
        ValueError: As `find_manifest`.
    """
    readers: dict[str, Callable[[TextIO, str], Iterator[tuple[int, dict[str, Any] | RowError]]]] = {
        ".csv": partial(_csv_rows, required=required),
        ".jsonl": _jsonl_rows,
    }
    if manifest.suffix.lower() not in readers:
        raise ValueError(f"A manifest is a .csv or .jsonl file, found {manifest}.")
    files: list[CorpusFile] = []
    left_out: list[LeftOut] = []
    lines: dict[str, int] = {}
    strangers: dict[Path, str] = {}
    unused: set[str] = set()
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as table:
            for line, row in readers[manifest.suffix.lower()](table, manifest.name):
                try:
                    if isinstance(row, RowError):
                        raise row
                    row = as_row(row)
                    found = _listed_file(row, manifest, as_label)
                    if (reason := why_stranger(found.path)) is not None:
                        strangers[found.path] = reason
                        continue
                    first = lines.setdefault(found.clip_id, line)
                    if first != line:
                        raise RowError(f"clip '{found.clip_id}' is in line {first} already; give it a clip_id")
                    files.append(found)
                    unused |= {str(column) for column in row if column not in (*REQUIRED, *OPTIONAL)}
                except RowError as error:
                    left_out.append(LeftOut(f"{manifest.name} line {line}", str(error)))
    except UnicodeDecodeError as error:
        raise ValueError(f"{manifest.name}: expected text in UTF-8; {error.reason} at byte {error.start}.") from None
    if strangers:
        logger.warning(f"{manifest.name}: {as_sentence(strangers)}")
    if unused:
        logger.warning(
            f"{manifest.name}: the columns {', '.join(sorted(unused))} are not used; known columns are "
            f"{', '.join((*REQUIRED, *OPTIONAL))}."
        )
    return files, left_out


def _listed_file(row: dict[str, Any], manifest: Path, as_label: Callable[[str], str]) -> CorpusFile:
    """The file that a row lists.

    Raises:
        RowError: If a value is missing or wrong, or the file is missing or not in a readable format.
    """
    for column in REQUIRED:
        if column not in row:
            raise RowError(f"has no '{column}'")
    text = {column: _text(row.get(column), column) for column in (*REQUIRED, *OPTIONAL) if column != "fps"}
    if text["path"] is None:
        raise RowError("has an empty path")
    given = Path(text["path"].replace("\\", "/"))
    path = manifest.parent / given
    if path.suffix.lower() not in READABLE_SUFFIXES:
        raise RowError(f"{given.name}: expected a file ending in {', '.join(READABLE_SUFFIXES)}")
    if "\0" in text["path"] or not path.is_file():
        raise RowError(f"{given.name}: there is no such file; paths are relative to the manifest")
    source = readable_text(given.name if given.is_absolute() else given.as_posix())
    content = text["content"]
    return CorpusFile(
        path,
        source,
        corpus=text["corpus"] or readable_text(manifest.stem),
        clip_id=without_person(text["clip_id"] or source),
        label=as_label(text["label"]) if text["label"] else None,
        performer=without_person(text["performer"]) if text["performer"] else None,
        content=content,
        family=content_family(content) if content else None,
        fps=_rate(row.get("fps")),
        layout=text["layout"],
    )


def _text(value: Any, column: str) -> str | None:
    """The text of a cell; None if it is empty."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise RowError(f"expected text as {column}, found {value!r:.60}")
    return None if value is None else readable_text(str(value)).strip() or None


def _rate(value: Any) -> float | None:
    """Frames per second of a cell; None if it is empty."""
    if value is None or value == "":
        return None
    try:
        rate = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        rate = math.nan
    if not (math.isfinite(rate) and rate > 0):
        raise RowError(f"expected frames per second as fps, found {value!r:.60}")
    return rate


def _lines(file: TextIO, name: str) -> Iterator[str]:
    """The lines of a file, none longer than `MAX_LINE`."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise ValueError(f"{name} line {number}: expected a row of a table, found over {MAX_LINE} characters.")
        yield line


def _csv_rows(file: TextIO, name: str, required: Sequence[str]) -> Iterator[tuple[int, dict[str, Any] | RowError]]:
    """Line number (from 1) and content of each row below the header.

    Raises:
        ValueError: If the header lacks a required column.
    """
    reader = csv.reader(_lines(file, name), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
    except csv.Error as error:
        raise ValueError(f"{name} line 1: not the header of a table ({error}).") from None
    if missing := [column for column in required if column not in header]:
        raise ValueError(
            f"{name} line 1: expected the columns {', '.join(required)}; {', '.join(missing)} is missing."
        )
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, RowError(f"is not a row of a table ({error})")
            continue
        if not cells:
            continue
        if reader.line_num > line:
            yield line, RowError(f"has a cell that ends in line {reader.line_num}; a quotation mark is not closed")
        elif len(cells) != len(header):
            yield line, RowError(f"expected {len(header)} cells as in the header, found {len(cells)}")
        else:
            yield line, dict(zip(header, cells, strict=True))


def _jsonl_rows(file: TextIO, name: str) -> Iterator[tuple[int, dict[str, Any] | RowError]]:
    """Line number (from 1) and content of each line that is not empty."""
    for number, line in enumerate(_lines(file, name), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, RowError(f"is not JSON ({error})")
            continue
        yield number, row if isinstance(row, dict) else RowError(f"expected a JSON object, found {line.strip():.60}")


MANIFEST = Loader(
    Corpus(
        name="manifest",
        title="A table of clips",
        origin="yours",
        licence="unknown",
        terms="Those of your recordings.",
        rests_on=f"A .csv or .jsonl file with the columns {', '.join(REQUIRED)}; if known, {', '.join(OPTIONAL)}.",
        assumes=(
            "Paths are relative to the table.",
            "A clip without a content is a content of its own; contents that begin with the same movement (walk, walk "
            "back) are one family.",
        ),
        tried_on="real files",
    ),
    find_manifest,
)

__all__ = ["MANIFEST", "find_manifest", "listed_files"]
