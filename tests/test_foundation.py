"""What the repository promises about itself: one version, a complete wheel, Hub code that stands alone."""

import ast
import configparser
import re
import sys
import tomllib
from pathlib import Path

import pytest

from eai_llm_hf.version import __version__

ROOT = Path(__file__).parents[1]
HUB_FOLDERS = ("modeling", "processing")
HUB_MODULES = sorted(path for folder in HUB_FOLDERS for path in (ROOT / folder).glob("*.py"))
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
    names = _lines(options["options"]["packages"])
    return {name: ROOT / moved.get(name, name.replace(".", "/")) for name in names}


def test_the_version_stands_in_one_place():
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+)?", __version__)
    assert _setup()["metadata"]["version"] == "attr: eai_llm_hf.version.__version__"
    assert "version" not in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    quoted = re.compile(rf"""["']{re.escape(__version__)}["']""")
    folders = [ROOT / name for name in ("eai_llm_hf", *HUB_FOLDERS)]
    holders = [path for folder in folders for path in folder.rglob("*.py") if quoted.search(path.read_text("utf-8"))]
    assert holders == [ROOT / "eai_llm_hf" / "version.py"]


def test_every_folder_with_code_is_installed():
    with_code = {path.parent for name in ("eai_llm_hf", *HUB_FOLDERS) for path in (ROOT / name).rglob("*.py")}
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
    wanted = _lines(setup["options"]["install_requires"]) + _lines(setup["options.extras_require"]["dev"])
    assert {re.split(r"[<>=]", line)[0] for line in wanted} - tested == set()


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


@pytest.mark.parametrize("path", HUB_MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_hub_code_imports_only_what_every_transformers_user_has(path):
    source = path.read_text(encoding="utf-8")
    siblings = {module.stem for module in path.parent.glob("*.py")}
    tree = ast.parse(source)
    guarded = _imports_that_may_fail(tree)
    for node in ast.walk(tree):
        if node in guarded:
            continue
        if isinstance(node, ast.Import):
            roots = {alias.name.split(".")[0] for alias in node.names}
            assert roots <= HUB_IMPORTS, f"line {node.lineno} imports {sorted(roots - HUB_IMPORTS)}"
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module != "__future__" or path.name == "__init__.py", (
                f"line {node.lineno}: with `from __future__ import annotations` transformers cannot read config_class"
            )
            assert node.module.split(".")[0] in HUB_IMPORTS, f"line {node.lineno} imports from {node.module}"
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 1, f"line {node.lineno} imports from outside its folder"
            assert node.module in siblings, (
                f"line {node.lineno}: expected `from .module import name` of the same folder"
            )
    ghosts = set(RELATIVE_IMPORT.findall(source)) - siblings
    assert not ghosts, f"transformers would look for the files {sorted(ghosts)}"


def test_hub_code_of_both_folders_can_lie_flat_in_one():
    names = [path.name for path in HUB_MODULES if path.name != "__init__.py"]
    assert len(names) == len(set(names))


def test_hub_folders_have_no_code_below_them():
    assert [path for folder in HUB_FOLDERS for path in (ROOT / folder).glob("*/*.py")] == []
