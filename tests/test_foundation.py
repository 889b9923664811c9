"""What the repository promises about itself: one version, a complete wheel, Hub code that stands alone."""

import ast
import configparser
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from transformers.dynamic_module_utils import get_relative_import_files

from eai_llm_hf.publish.remote_code import ENTRIES, _flattened, flat_copy, write_remote_code
from eai_llm_hf.version import __version__

ROOT = Path(__file__).parents[1]
HUB_FOLDERS = ("modeling", "processing")
# transformers itself requires huggingface_hub (the `strict` of its configurations) and safetensors.
HUB_IMPORTS = {"numpy", "torch", "transformers", "huggingface_hub", "safetensors"} | set(sys.stdlib_module_names)
# What the scan of transformers takes for a relative import; it reads the text, so a line of a docstring counts too.
RELATIVE_IMPORT = re.compile(r"^\s*(?:import\s+\.|from\s+\.)(\S*)", re.MULTILINE)


def _setup() -> configparser.ConfigParser:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    return setup


def _lines(value: str) -> list[str]:
    return [line for line in value.splitlines() if line and not line.startswith("#")]


def _package_folders() -> dict[str, Path]:
    """Every package that setup.cfg installs, with the folder it comes from."""
    options = _setup()
    moved = dict(re.split(r"\s*=\s*", line) for line in _lines(options["options"]["package_dir"]))
    folders = {}
    for name in _lines(options["options"]["packages"]):
        room = next((room for room in moved if f"{name}.".startswith(f"{room}.")), None)
        place = name.replace(room, moved[room], 1) if room else name
        folders[name] = ROOT / place.replace(".", "/")
    return folders


def test_the_version_stands_in_one_place():
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+)?", __version__)
    assert _setup()["metadata"]["version"] == "attr: eai_llm_hf.version.__version__"
    assert "version" not in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    quoted = re.compile(rf"""["']{re.escape(__version__)}["']""")
    folders = [ROOT / name for name in ("eai_llm_hf", *HUB_FOLDERS)]
    holders = [path for folder in folders for path in folder.rglob("*.py") if quoted.search(path.read_text("utf-8"))]
    assert holders == [ROOT / "eai_llm_hf" / "version.py"]


def test_every_folder_with_code_is_installed():
    rooms = ("eai_llm_hf", *HUB_FOLDERS, "hub_examples/space")
    with_code = {path.parent for name in rooms for path in (ROOT / name).rglob("*.py")}
    assert set(_package_folders().values()) == with_code


def test_every_data_file_is_installed():
    patterns = {name: _lines(value) for name, value in _setup()["options.package_data"].items()}
    folders = _package_folders()
    installed = {path for name, globs in patterns.items() for glob in globs for path in folders[name].glob(glob)}
    present = {
        path
        for folder in folders.values()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert present - installed == set()
    for name, globs in patterns.items():
        for glob in globs:
            assert any(folders[name].glob(glob)), f"setup.cfg installs {glob} of {name}, but nothing matches it"


def test_every_extra_and_requirement_has_a_tested_version():
    tested = {line.split("==")[0] for line in _lines((ROOT / "constraints.txt").read_text(encoding="utf-8"))}
    setup = _setup()
    wanted = [setup["options"]["install_requires"], *setup["options.extras_require"].values()]
    assert {re.split(r"[<>=\[]", line)[0] for lines in wanted for line in _lines(lines)} - tested == set()


def _pins(file: str) -> dict[str, str]:
    return dict(line.split("==") for line in _lines((ROOT / file).read_text(encoding="utf-8")))


def test_the_admitted_versions_are_those_that_were_tested():
    lowest, newest, made = (_pins(file) for file in (".ci/lowest.txt", ".ci/newest.txt", "constraints.txt"))
    assert lowest.keys() == newest.keys()
    for line in _lines(_setup()["options"]["install_requires"]):
        name, _, bounds = line.partition(">=")
        if name not in lowest:
            continue
        least, _, cap = bounds.partition(",<")
        assert lowest[name].startswith(f"{least}."), f"{name} {lowest[name]} is tested, {least} is admitted"
        major, minor = newest[name].split(".")[:2]
        assert cap == f"{major}.{int(minor) + 1}", (
            f"{name} is tested up to {newest[name]}, and all below {cap} admitted"
        )
        low, middle, high = ([int(part) for part in pins[name].split(".")] for pins in (lowest, made, newest))
        assert low <= middle <= high


def _imports_that_may_fail(tree: ast.AST) -> set[ast.AST]:
    """Imports of packages inside `try: ... except ImportError`, which the scan of transformers passes over too."""
    return {
        node
        for attempt in ast.walk(tree)
        if isinstance(attempt, ast.Try)
        and any(isinstance(on.type, ast.Name) and on.type.id == "ImportError" for on in attempt.handlers)
        for node in attempt.body
        if isinstance(node, ast.Import)
    }


@pytest.mark.parametrize("name", sorted(flat_copy()))
def test_hub_code_imports_only_what_every_transformers_user_has(name):
    source = flat_copy()[name]
    siblings = {file.removesuffix(".py") for file in flat_copy()}
    tree = ast.parse(source)
    guarded = _imports_that_may_fail(tree)
    for node in ast.walk(tree):
        if node in guarded:
            continue
        if isinstance(node, ast.Import):
            roots = {alias.name.split(".")[0] for alias in node.names}
            assert roots <= HUB_IMPORTS, f"line {node.lineno} imports {sorted(roots - HUB_IMPORTS)}"
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module != "__future__", (
                f"line {node.lineno}: with `from __future__ import annotations` transformers cannot read config_class"
            )
            assert node.module.split(".")[0] in HUB_IMPORTS, f"line {node.lineno} imports from {node.module}"
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 1 and node.module in siblings, (
                f"line {node.lineno}: expected `from .module import name` of a file of the copy"
            )
    ghosts = set(RELATIVE_IMPORT.findall(source)) - siblings
    assert not ghosts, f"transformers would look for the files {sorted(ghosts)}"


def test_every_file_of_the_hub_code_leads_to_all_others_by_the_imports_that_transformers_reads(tmp_path):
    write_remote_code(tmp_path)
    for entry in ENTRIES:
        found = {Path(file).name for file in get_relative_import_files(tmp_path / entry)}
        assert found | {entry} == set(flat_copy()), entry


def _classes_asked_for(tree: ast.AST, catching: bool) -> Iterator[tuple[int, str]]:
    """Line and name of each class that an object is compared with; with `catching` also those that `except` names."""
    for node in ast.walk(tree):
        asked: list[ast.expr | None] = []
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("isinstance", "issubclass"):
            asked = node.args[1:]
        elif isinstance(node, ast.MatchClass):
            asked = [node.cls]
        elif isinstance(node, ast.ExceptHandler) and catching:
            asked = [node.type]
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(getattr(side, "attr", "") == "__class__" or _calls(side, "type") for side in sides):
                asked = sides
        yield from (
            (name.lineno, name.id)
            for expression in asked
            if expression is not None
            for name in ast.walk(expression)
            if isinstance(name, ast.Name)
        )


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == name


@pytest.mark.parametrize("name", sorted(flat_copy()))
def test_hub_code_never_tells_objects_by_a_class_of_another_file(name):
    """Transformers copies a folder's code once for each entry file, so that class may be another copy's.

    Readers may catch what their neighbours raise: they only ever meet those of their own copy.
    """
    tree = ast.parse(flat_copy()[name])
    from_files = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
        for alias in node.names
    }
    catching = not name.startswith("reading_")
    wrong = [f"line {line}: {name}" for line, name in _classes_asked_for(tree, catching) if name in from_files]
    assert not wrong, f"{wrong}; see as_unified_clip in processing/skeleton/clip.py for another way"


def test_a_class_is_found_however_an_object_is_compared_with_it():
    ways = [
        "isinstance(x, (str, Clip))",
        "issubclass(type(x), Clip)",
        "type(x) is Clip",
        "x.__class__ == module.Clip or x.__class__ == Clip",
        "match x:\n    case Clip():\n        pass",
        "try:\n    f()\nexcept (OSError, Clip):\n    pass",
    ]
    for way in ways:
        assert "Clip" in [name for _, name in _classes_asked_for(ast.parse(way), catching=True)], way
    assert "Clip" not in [name for _, name in _classes_asked_for(ast.parse(ways[-1]), catching=False)]
    assert list(_classes_asked_for(ast.parse("x == Clip(y) and f(x, Clip)"), catching=True)) == []


@pytest.mark.parametrize(
    "line",
    [
        "from ..skeleton.tree \\\n    import FRAME_RATE",
        "from  ..skeleton.tree import FRAME_RATE",
        "from . import files",
        'x = "from ..skeleton.tree import a"; from ..skeleton.tree import FRAME_RATE',
    ],
)
def test_an_import_that_the_flat_copy_could_not_rewrite_is_refused(line):
    with pytest.raises(ValueError, match=r"reading/npy\.py, line 1: expected one"):
        _flattened(f"{line}\n", PurePosixPath("reading/npy.py"), "processing")


def test_an_import_over_several_lines_and_one_inside_a_function_are_rewritten():
    code = "from ..skeleton.tree import (\n    FRAME_RATE,\n)\n\n\ndef f():\n    from .files import read_motions\n"
    flat = _flattened(code, PurePosixPath("reading/npy.py"), "processing")
    assert "from .skeleton_tree import (\n" in flat and "    from .reading_files import read_motions" in flat
