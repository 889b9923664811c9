"""Tells recordings in a folder from files that only lie next to them: metadata, labels, what a file manager leaves.

A file is a stranger if it holds no movement at all: a JSON document without points, a table without coordinates, MVNX
without frames, a scene without animation. A damaged recording is not one: its error must be seen.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.parsers import expat

from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES, VIDEO_SUFFIXES

UNREADABLE_SUFFIXES = tuple(
    f".{suffix}"
    for words in (
        "mvn amc asf trb trk tak anim blend vmd vpd bip htr skeleton dae usd usda usdc usdz abc ma mb max c4d",
        "pkl pickle joblib pt pth h5 hdf5 hdf mat parquet feather arrow xls xlsx ods tsv rds rdata",
        "zip gz tgz tar bz2 xz zst 7z rar",
        "wmv flv mpg mpeg 3gp mts",
    )
    for suffix in words.split()
)
"""Suffixes of files that may hold movement and cannot be read: motion files and scenes, arrays and tables, archives,
videos. Such files are named; others, such as texts and pictures, are passed over."""

_LARGEST = 2**20
"""Bytes of the largest stranger. A larger file is taken for a recording without looking at all of it."""

_GLB_HEADER = 20
"""Bytes before the JSON text of a binary glTF file; the last eight are the length and the kind of the text."""

_FBX_HEADER, _FBX_END = 64, bytes.fromhex("f85a8c6adef5d97eece90ce3758f290b")
"""Bytes up to which a file of the format holds its header at most, and the bytes with which a complete one ends."""

_FBX_KEYS = b"AnimationCurve", b"KeyCount"
"""Words without one of which a binary file has no keys: the former in files of version 7, the latter in older ones."""

_ROWS = 50
_FEW_POINTS = 3
_COORDINATES = 3 * _FEW_POINTS

_COORDINATE_COLUMN = re.compile(r"(^|[^a-z])[xyz]\d*$|[a-z0-9][XYZ]\d*$|\b[xyz]\b")
"""The name of a column of coordinates: "x", "Hips_x", "hips.X", "LeftArmX", "x of Neck"."""


def recordings_in(folder: Path, suffixes: Collection[str] = READABLE_SUFFIXES) -> tuple[list[Path], dict[Path, str]]:
    """Searches a folder and those below it.

    Args:
        folder: The folder.
        suffixes: Suffixes of recordings.

    Returns:
        The recordings, among them folders that are one; and the strangers, each with the reason: hidden files, files
        in hidden folders, files that hold no movement, and files that may hold some in formats that cannot be read.
        Files of other kinds, hidden or not, are in neither. Both are sorted.
    """
    of_frames = ".json" in suffixes
    wholes = {folder} if of_frames and _is_one_recording(folder) else set()
    recordings: list[Path] = list(wholes)
    strangers: dict[Path, str] = {}
    for path in sorted(folder.rglob("*")):
        if not wholes.isdisjoint(path.parents):
            continue
        suffix = path.suffix.lower()
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.relative_to(folder).parts)
        if _kind_of(path) == "folder":
            if of_frames and not hidden and _is_one_recording(path):
                wholes.add(path)
                recordings.append(path)
        elif suffix in (*suffixes, *UNREADABLE_SUFFIXES) and _kind_of(path) == "file":
            reason = "hidden" if hidden else f"{suffix} is not read" if suffix not in suffixes else why_stranger(path)
            if reason is None:
                recordings.append(path)
            else:
                strangers[path] = reason
    return recordings, strangers


def takes_in(folder: Path, videos: bool) -> tuple[list[Path], dict[Path, str]]:
    """Searches a folder as `recordings_in`, for videos too, except those of a take that a recording is there of.

    Args:
        folder: The folder.
        videos: Whether to take videos.

    Raises:
        ValueError: If the folder has no recording.
    """
    suffixes = (*READABLE_SUFFIXES, *VIDEO_SUFFIXES) if videos else READABLE_SUFFIXES
    found, strangers = recordings_in(folder, suffixes)
    takes = {each.with_suffix("") for each in found if each.suffix.lower() not in VIDEO_SUFFIXES}
    found = [each for each in found if each.suffix.lower() not in VIDEO_SUFFIXES or each.with_suffix("") not in takes]
    if not found:
        also = f"; {as_sentence(strangers)}" if strangers else ""
        raise ValueError(f"The folder {folder} holds no motion file ({' '.join(suffixes)}){also}.")
    return found, strangers


def _kind_of(path: Path) -> str | None:
    """Returns "folder", "file" or None for what is neither.

    What may not be looked at counts as a file: the error must be seen when it is read.
    """
    try:
        return "folder" if path.is_dir() else "file" if path.is_file() else None
    except OSError:
        return "file"


def _is_one_recording(folder: Path) -> bool:
    """Whether a folder holds numbered JSON files with one frame each. Numbered files may also be takes."""
    from eai_llm_hf.processing.reading.json import frame_files, read_json

    files = frame_files(folder)
    if not files or why_stranger(files[0]) is not None:
        return False
    try:
        return read_json(files[0]).joints.shape[-3] == 1
    except ValueError:  # a single frame is refused, with the advice to name the folder
        return True


def why_stranger(path: Path) -> str | None:
    """Says why a file, whose suffix is that of a recording, was never one; None if it may be a recording.

    A file that cannot be opened, or is not what its suffix says, may be a damaged recording.
    """
    suffix = path.suffix.lower()
    try:
        size = path.stat().st_size
        if suffix in (".glb", ".vrm", ".vrma"):
            return _why_no_animation(_json_of_glb(path))
        if suffix == ".fbx" and size <= _LARGEST:
            return _why_no_take(path.read_bytes())
        if suffix not in (".csv", ".json", ".jsonl", ".mvnx", ".gltf") or not 0 < size <= _LARGEST:
            return None
        if suffix == ".mvnx":
            return _why_no_mvnx(path.read_bytes())
        if suffix == ".csv":
            from eai_llm_hf.processing.reading.recording import text_encoding

            text = path.read_text(encoding=text_encoding(path))
            return None if _has_coordinates(text) else "a table without coordinates"
        text = path.read_text(encoding="utf-8-sig")
        if suffix == ".gltf":
            return _why_no_animation(json.loads(text))
        lines = text.splitlines() if suffix == ".jsonl" else [text]
        points = (weight for line in lines[:_ROWS] if line.strip() for weight in _points(json.loads(line)))
        return None if _reaches(points, _FEW_POINTS) else "JSON without points"
    except (OSError, ValueError, RecursionError):  # among them: no text, no JSON, JSON that is cut off
        return None


def _why_no_mvnx(content: bytes) -> str | None:
    """Says why a complete XML document is no MVNX recording; None if it may be one, or is cut off."""
    tags: list[str] = []
    parser = expat.ParserCreate()

    def start(name: str, _: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if not tags or tag == "frame":
            tags.append(tag)

    parser.StartElementHandler = start
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError):
        return None
    if tags[0] != "mvnx":
        return "XML of another kind"
    return "MVNX without frames" if len(tags) == 1 else None


def _json_of_glb(path: Path) -> Any:
    """Returns the JSON text of a binary glTF file.

    Raises:
        ValueError: It is no such file, or its text is long.
    """
    with path.open("rb") as file:
        header = file.read(_GLB_HEADER)
        length = int.from_bytes(header[12:16], "little")
        if header[:4] != b"glTF" or header[16:] != b"JSON" or length > _LARGEST:
            raise ValueError("not a binary glTF file with a short text")
        return json.loads(file.read(length))


def _why_no_animation(scene: Any) -> str | None:
    """Says why the JSON text of a glTF file is no recording; None if it may be one."""
    return "a scene without animation" if isinstance(scene, dict) and not scene.get("animations") else None


def _why_no_take(content: bytes) -> str | None:
    """Says why a complete FBX file is no recording; None if it may be one, or is cut off."""
    if content.startswith((b"Kaydara FBX", b"; FBX")) and len(content) <= _FBX_HEADER:
        return "the header of an FBX file alone"
    complete = content.rstrip(b"\0").endswith(_FBX_END)
    return "a scene without animation" if complete and not any(word in content for word in _FBX_KEYS) else None


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


def as_sentence(strangers: Mapping[Path, str], shown: int = 8) -> str:
    """Names strangers in one line.

    Args:
        strangers: One or more, with the reason for each.
        shown: How many of them are named.
    """
    words = [f"{path.name} ({reason})" for path, reason in list(strangers.items())[:shown]]
    more = f" and {len(strangers) - shown} more" if len(strangers) > shown else ""
    count = (
        "1 file that is not a recording" if len(strangers) == 1 else f"{len(strangers)} files that are not recordings"
    )
    return f"skipped {count}: {', '.join(words)}{more}"


__all__ = ["as_sentence", "recordings_in", "takes_in", "why_stranger"]
