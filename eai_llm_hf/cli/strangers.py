"""Tells recordings in a folder from files that only lie next to them: metadata, labels, what a file manager leaves.

A file is a stranger if it holds no movement at all: a JSON document without points, a table without coordinates. A
damaged recording is not one: its error must be seen.
"""

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES

UNREADABLE_SUFFIXES = (".mvn", ".amc", ".asf", ".trb", ".tak", ".anim", ".blend", ".vmd")
"""Suffixes of movement in formats that cannot be read: such files are named, others are passed over."""

_LARGEST = 2**20
"""Bytes of the largest stranger. A larger file is taken for a recording without looking at all of it."""

_SMALLEST = {".fbx": 512, ".mvnx": 512, ".glb": 256, ".gltf": 256}
"""Bytes below which a file of a verbose format is a header without a take."""

_ROWS = 50
_FEW_POINTS = 3
_COORDINATES = 3 * _FEW_POINTS

_COORDINATE_COLUMN = re.compile(r"(^|[^a-z])[xyz]\d*$|[a-z0-9][XYZ]\d*$|\b[xyz]\b")
"""The name of a column of coordinates: "x", "Hips_x", "hips.X", "LeftArmX", "x of Neck"."""


def recordings_in(folder: Path, suffixes: Collection[str] = READABLE_SUFFIXES) -> tuple[list[Path], list[Path]]:
    """Searches a folder and those below it.

    Args:
        folder: The folder.
        suffixes: Suffixes of recordings.

    Returns:
        The recordings, among them folders that are one; and the strangers: hidden files, files in hidden folders,
        files that hold no movement, and movement in formats that cannot be read. Files of other kinds are in neither.
        Both are sorted.
    """
    wholes = {folder} if _is_one_recording(folder) else set()
    recordings: list[Path] = list(wholes)
    strangers: list[Path] = []
    for path in sorted(folder.rglob("*")):
        if not wholes.isdisjoint(path.parents):
            continue
        suffix = path.suffix.lower()
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.relative_to(folder).parts)
        if path.is_dir():
            if not hidden and _is_one_recording(path):
                wholes.add(path)
                recordings.append(path)
        elif suffix in (*suffixes, *UNREADABLE_SUFFIXES) and path.is_file():
            (strangers if hidden or suffix not in suffixes or _holds_no_movement(path) else recordings).append(path)
    return recordings, strangers


def _is_one_recording(folder: Path) -> bool:
    """Whether a folder holds numbered JSON files with one frame each. Numbered files may also be takes."""
    from eai_llm_hf.processing.reading.json import frame_files, read_json

    files = frame_files(folder)
    if not files or _holds_no_movement(files[0]):
        return False
    try:
        return read_json(files[0]).joints.shape[-3] == 1
    except ValueError:  # a single frame is refused, with the advice to name the folder
        return True


def _holds_no_movement(path: Path) -> bool:
    """Whether a file, whose suffix is that of a recording, was never one. A file that cannot be opened may be."""
    suffix = path.suffix.lower()
    try:
        size = path.stat().st_size
        if 0 < size < _SMALLEST.get(suffix, 0):
            return True
        if suffix not in (".csv", ".json", ".jsonl") or not 0 < size <= _LARGEST:
            return False
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    if suffix == ".csv":
        return not _has_coordinates(text)
    try:
        lines = text.splitlines() if suffix == ".jsonl" else [text]
        points = (weight for line in lines[:_ROWS] if line.strip() for weight in _points(json.loads(line)))
        return not _reaches(points, _FEW_POINTS)
    except (ValueError, RecursionError):  # not JSON: cut off, or not what its suffix says
        return False


def _reaches(numbers: Iterator[int], least: int) -> bool:
    total = 0
    for number in numbers:
        total += number
        if total >= least:
            return True
    return False


def _points(tree: Any) -> Iterator[int]:
    """Yields the number of points in each place of a JSON document that may hold some."""
    if isinstance(tree, dict):
        if any(all(isinstance(tree.get(axis), (int, float)) for axis in axes) for axes in ("xy", "XY")):
            yield 1
        for value in tree.values():
            yield from _points(value)
    elif isinstance(tree, list):
        numbers = [value for value in tree if isinstance(value, (int, float)) and not isinstance(value, bool)]
        if len(numbers) >= _COORDINATES and any(isinstance(number, float) for number in numbers):
            yield len(numbers) // 3
        elif len(tree) == len(numbers) and len(numbers) in (2, 3, 4):
            yield 1
        for value in tree:
            if isinstance(value, (dict, list)):
                yield from _points(value)


def _has_coordinates(text: str) -> bool:
    """Whether a table names coordinates, or has rows of numbers enough for a few points."""
    from eai_llm_hf.processing.reading.table_rows import is_number

    for row in (re.split(r"[,;\s]+", line) for line in text.splitlines()[:_ROWS]):
        named = sum(bool(_COORDINATE_COLUMN.search(cell.strip('"'))) for cell in row)
        if named >= 3 or sum(map(is_number, row)) >= _COORDINATES:
            return True
    return False


def as_sentence(strangers: Collection[Path], shown: int = 8) -> str:
    """Names strangers in one line.

    Args:
        strangers: One or more.
        shown: How many of them are named.
    """
    words = []
    for path in list(strangers)[:shown]:
        unreadable = path.suffix.lower() not in READABLE_SUFFIXES
        words.append(f"{path.name} ({path.suffix.lower()} is not read)" if unreadable else path.name)
    more = f" and {len(strangers) - shown} more" if len(strangers) > shown else ""
    count = (
        "1 file that is not a recording" if len(strangers) == 1 else f"{len(strangers)} files that are not recordings"
    )
    return f"skipped {count}: {', '.join(words)}{more}"


__all__ = ["as_sentence", "recordings_in"]
