"""A table of clips, CSV or JSON Lines, with a row a clip: for recordings whose names and folders say too little."""

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from transformers.utils import logging

from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES

from .loader import Adapter, Corpus, Found, readable_text, without_person
from .schema import LeftOut, Recording, content_family
from .vocabulary import canonical_label

logger = logging.get_logger(__name__)

REQUIRED = ("path", "label")
OPTIONAL = ("performer", "content", "fps", "layout", "corpus", "clip_id")
MAX_LINE = 100_000
"""Characters; no row of a table of clips comes near."""


class RowError(ValueError):
    """A row that names no clip; the message says why."""


def find_manifest(manifest: Path) -> Found:
    """Finds the recordings that a table lists. Paths are relative to the table.

    A row without an emotion has an empty label (null in JSON). Wrong rows are left out and named by line.

    Raises:
        ValueError: If the file is not a table of clips.
    """
    readers = {".csv": _csv_rows, ".jsonl": _jsonl_rows}
    if manifest.suffix.lower() not in readers:
        raise ValueError(f"A manifest is a file .csv or .jsonl, found {manifest}.")
    recordings: list[Recording] = []
    left_out: list[LeftOut] = []
    lines: dict[str, int] = {}
    unused: set[str] = set()
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            for line, row in readers[manifest.suffix.lower()](file, manifest.name):
                try:
                    if isinstance(row, RowError):
                        raise row
                    recording = _recording(row, manifest)
                    first = lines.setdefault(recording.clip_id, line)
                    if first != line:
                        raise RowError(f"clip '{recording.clip_id}' stands in line {first} already; give a clip_id")
                    recordings.append(recording)
                    unused |= {str(column) for column in row if column not in (*REQUIRED, *OPTIONAL)}
                except RowError as error:
                    left_out.append(LeftOut(f"{manifest.name} line {line}", str(error)))
    except UnicodeDecodeError as error:
        raise ValueError(f"{manifest.name}: expected text in UTF-8; {error.reason} at byte {error.start}.") from None
    if unused:
        logger.warning(
            f"{manifest.name}: not used are the columns {', '.join(sorted(unused))}; known are "
            f"{', '.join((*REQUIRED, *OPTIONAL))}"
        )
    return recordings, left_out


def _recording(row: dict[str, Any], manifest: Path) -> Recording:
    """The recording of a row.

    Raises:
        RowError: If a value is missing or wrong, or the file is not there or of no kind that can be read.
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
        raise RowError(f"{given.name}: expected a file {', '.join(READABLE_SUFFIXES)}")
    if "\0" in text["path"] or not path.is_file():
        raise RowError(f"{given.name}: there is no such file beside the manifest")
    source = readable_text(given.name if given.is_absolute() else given.as_posix())
    content = text["content"]
    return Recording(
        path,
        source,
        corpus=text["corpus"] or readable_text(manifest.stem),
        clip_id=without_person(text["clip_id"] or source),
        label=canonical_label(text["label"]) if text["label"] else None,
        performer=without_person(text["performer"]) if text["performer"] else None,
        content=content,
        family=content_family(content) if content else None,
        fps=_rate(row.get("fps")),
        layout=text["layout"],
    )


def _text(value: Any, column: str) -> str | None:
    """The text of a cell; None where it is empty."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise RowError(f"expected text as {column}, found {value!r:.60}")
    return None if value is None else readable_text(str(value)).strip() or None


def _rate(value: Any) -> float | None:
    """Frames per second of a cell; None where it is empty."""
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


def _csv_rows(file: TextIO, name: str) -> Iterator[tuple[int, dict[str, Any] | RowError]]:
    """Line number (from 1) and content of each row below the header.

    Raises:
        ValueError: If the header lacks a column that must be there.
    """
    reader = csv.reader(_lines(file, name), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
    except csv.Error as error:
        raise ValueError(f"{name} line 1: not a header of a table ({error}).") from None
    if missing := [column for column in REQUIRED if column not in header]:
        raise ValueError(
            f"{name} line 1: expected the columns {', '.join(REQUIRED)}; {', '.join(missing)} is missing."
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
            yield line, RowError(f"has a cell that goes on to line {reader.line_num}; a quotation mark is not closed")
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
            yield number, RowError(f"is no JSON ({error})")
            continue
        yield number, row if isinstance(row, dict) else RowError(f"expected a JSON object, found {line.strip():.60}")


MANIFEST = Adapter(
    Corpus(
        name="manifest",
        title="A table of clips",
        origin="yours",
        licence="unknown",
        terms="Those of your recordings.",
        rests_on=f"A file .csv or .jsonl with the columns {', '.join(REQUIRED)}; where known {', '.join(OPTIONAL)}.",
        assumes=(
            "Paths are relative to the table.",
            "A clip without a content is a content of its own; contents that begin alike (walk, walk back) are one "
            "family.",
        ),
        tried_on="real files",
    ),
    find_manifest,
)

__all__ = ["MANIFEST", "find_manifest"]
