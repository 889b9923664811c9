"""Imports between the folders of `eai_llm_hf` run one way, including imports inside functions."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "eai_llm_hf"
ORDER = ("generator", "corpora", "publish", "report", "training", "evaluation", "cli")
"""A folder may import from the folders before it."""
WITHIN_EVALUATION = ("scores", "methods", "benchmark", "explanations", "checkpoint")


def imported(file: Path) -> Iterator[str]:
    """The absolute names of all modules that a file imports, at its top or inside functions."""
    package = ("eai_llm_hf", *file.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*parent, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def upward(folder: Path, prefix: str, order: tuple[str, ...]) -> list[str]:
    """The imports of a part of a folder from a part that comes after it."""
    found = []
    for file in sorted(folder.rglob("*.py")):
        own = file.relative_to(folder).parts[0].removesuffix(".py")
        for name in imported(file) if own in order else ():
            other = name.removeprefix(prefix).split(".")[0] if name.startswith(prefix) else None
            if other in order and order.index(other) > order.index(own):
                found.append(f"{file.relative_to(PACKAGE)} imports {name}")
    return found


def test_every_folder_with_code_has_a_place_in_the_order():
    folders = {file.relative_to(PACKAGE).parts[0] for file in PACKAGE.rglob("*.py") if file.parent != PACKAGE}
    assert folders == set(ORDER)


@pytest.mark.parametrize(
    ("folder", "prefix", "order"),
    [
        (PACKAGE, "eai_llm_hf.", ORDER),
        (PACKAGE / "evaluation", "eai_llm_hf.evaluation.", WITHIN_EVALUATION),
    ],
)
def test_no_folder_imports_from_one_after_it(folder, prefix, order):
    assert not upward(folder, prefix, order)
