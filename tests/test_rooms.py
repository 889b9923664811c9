"""The rooms of the house: imports run one way, and a room is no larger than one can read."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

TRAVELLING = [
    ("modeling", "processing/__init__", "processing/code_saving", "processing/vocabulary"),
    ("processing/reading",),
    ("processing/skeleton",),
    ("processing/descriptors",),
    ("processing/feature_extraction_eai_llm",),
    (
        "processing/claims",
        "processing/label_scoring",
        "processing/label_head",
        "processing/reference_choice",
    ),
    ("processing/certainty",),
    ("processing/record_html",),
    ("processing/attribution", "processing/record", "processing/adaptation"),
    ("processing/text_writing", "processing/call_clips"),
    ("processing/pipeline_arguments",),
    ("processing/pipeline_eai_llm",),
    ("processing/processing_eai_llm",),
]
AT_HOME = [
    ("eai_llm_hf/version", "eai_llm_hf/strangers"),
    ("eai_llm_hf/generator",),
    ("eai_llm_hf/corpora",),
    ("eai_llm_hf/publish",),
    ("eai_llm_hf/pipeline_loading",),
    ("eai_llm_hf/annotation",),
    ("eai_llm_hf/serving",),
    ("eai_llm_hf/report",),
    ("eai_llm_hf/app",),
    ("eai_llm_hf/training",),
    ("eai_llm_hf/evaluation/scores",),
    ("eai_llm_hf/evaluation/selective",),
    ("eai_llm_hf/evaluation/methods",),
    ("eai_llm_hf/evaluation/benchmark", "eai_llm_hf/evaluation/explanations"),
    ("eai_llm_hf/evaluation/checkpoint",),
    ("eai_llm_hf/evaluation/__init__",),
    ("eai_llm_hf/__init__",),
    ("eai_llm_hf/cli",),
    ("eai_llm_hf/__main__",),
]
ORDER = [*TRAVELLING, *AT_HOME]
"""Rooms and single files, the lowest level first. A file may import from its own room and from lower levels."""

LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}
APART = {("modeling", "processing"), ("processing", "modeling")}
"""What both need goes through the configuration of a checkpoint."""


def sources() -> list[Path]:
    return [path for room in ("modeling", "processing", "eai_llm_hf") for path in sorted((ROOT / room).rglob("*.py"))]


def room_of(path: Path) -> str:
    """The room or single file of `ORDER` that a source file belongs to."""
    place = path.relative_to(ROOT).with_suffix("").as_posix()
    rooms = [room for room in LEVEL if f"{place}/".startswith(f"{room}/")]
    assert rooms, f"{place} belongs to no room of ORDER in tests/test_rooms.py: give it a place there"
    return rooms[0]


def imported_files(path: Path) -> set[Path]:
    """The files of this project that a file imports, also inside its functions."""
    package = path.parent.relative_to(ROOT).parts
    package = package if package[0] == "eai_llm_hf" else ("eai_llm_hf", *package)
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules = [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = (*start, *(node.module.split(".") if node.module else ()))
            modules = [(*module, alias.name) for alias in node.names]
        else:
            continue
        found |= {file for module in modules if module[0] == "eai_llm_hf" and (file := file_of(module))}
    return found - {path}


def file_of(module: tuple[str, ...]) -> Path | None:
    """The file of a module, or of the module that a name is imported from; None for a package without code."""
    place = ROOT.joinpath(*(module[1:] if module[1:2] in (("modeling",), ("processing",)) else module))
    for candidate in (place.with_suffix(".py"), place / "__init__.py", place.parent.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return file_of(module[:-1]) if len(module) > 1 else None


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_imports_from_its_own_room_and_from_lower_ones(path):
    room = room_of(path)
    for imported in imported_files(path):
        other = room_of(imported)
        allowed = other == room or LEVEL[other] < LEVEL[room]
        assert allowed, f"{room} must not import {imported.relative_to(ROOT)}: {other} is not below it"
        tops = (room.partition("/")[0], other.partition("/")[0])
        assert tops not in APART, f"{tops[0]} must not import {tops[1]}"


def test_an_import_that_points_up_would_be_found():
    upwards = [(room_of(path), room_of(file)) for path in sources() for file in imported_files(path)]
    arrows = {(room, other) for room, other in upwards if room != other}
    assert ("eai_llm_hf/cli", "eai_llm_hf/report") in arrows, "also the imports inside functions are read"
    assert ("processing/pipeline_eai_llm", "processing/attribution") in arrows
    assert ("eai_llm_hf/report", "eai_llm_hf/cli") not in arrows


def test_no_file_is_too_long_to_be_read_in_one_go():
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in [*sources(), *sorted((ROOT / "tests").glob("*.py")), *sorted((ROOT / "benchmarks").glob("*.py"))]
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert long == {}, "150 to 500 lines are a room; cut these by what they are about"
