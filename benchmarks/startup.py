"""Times the start of the command line and of the package, before and after help stopped loading the models.

    python benchmarks/startup.py
    python benchmarks/startup.py --before bfbac8d --repeats 3 --output startup.md

This tree and an earlier commit of it are copied to a temporary folder as they install. Every figure is the CPU time,
user and system, of a fresh Python process. Everything runs once before the clock starts, which also compiles the code
of all packages. `import eai_llm_hf` is timed in two steps: first the modules that it imports from torch and
transformers, then the package itself.
"""

import argparse
import ast
import configparser
import io
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEFORE = "bfbac8d"
"""The commit that issue 19 was found with; any before `eai_llm_command.py` will do."""

COMMANDS = (("--version",), ("--help",), ("train", "--help"))
IMPORT = "`import eai_llm_hf`"
NEEDED = "of that, what it takes from torch and transformers"
ABOVE = "of that, the package itself"


def lay_out(source: Path, folder: Path) -> Path:
    """Copies the code of a checkout to a folder as it installs, with `modeling` and `processing` in the package."""
    setup = configparser.ConfigParser()
    setup.read(source / "setup.cfg", encoding="utf-8")
    package = folder / "eai_llm_hf"
    ignored = shutil.ignore_patterns("__pycache__", "checkpoints")
    shutil.copytree(source / "eai_llm_hf", package, ignore=ignored)
    for name in ("modeling", "processing"):
        shutil.copytree(source / name, package / name, ignore=ignored)
    for name in setup["options"].get("py_modules", "").split():
        shutil.copy(source / f"{name}.py", folder)
    shutil.copy(source / "setup.cfg", folder)
    return folder


def export(commit: str, folder: Path) -> Path:
    """Writes the files of a commit to a folder.

    Raises:
        ValueError: If this is no clone, or its history does not have the commit.
    """
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        raise ValueError(f"--before {commit}: {archive.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


def console_script(tree: Path) -> str:
    """What the script `eai-llm` of a version runs."""
    setup = configparser.ConfigParser()
    setup.read(tree / "setup.cfg", encoding="utf-8")
    module, function = setup["options.entry_points"]["console_scripts"].split("=")[1].strip().split(":")
    return f"import sys; from {module} import {function}; sys.exit({function}())"


def needed_imports(tree: Path) -> str:
    """The statements by which the modules that `import eai_llm_hf` loads import from torch and transformers."""
    package = tree / "eai_llm_hf"
    files = [package / "__init__.py", *(package / "modeling").glob("*.py"), *(package / "processing").glob("*.py")]
    found = set()
    for node in (node for file in files for node in ast.parse(file.read_text(encoding="utf-8")).body):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if any(name.split(".")[0] in ("torch", "transformers") for name in names):
            found.add(ast.unparse(node))
    return "\n".join(sorted(found))


def run_python(arguments: Sequence[str], tree: Path) -> tuple[float, str]:
    """CPU seconds of a fresh Python from its start to its end, and what it printed.

    Raises:
        RuntimeError: If it fails.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(tree), "PYTHONPYCACHEPREFIX": str(tree.parent / "compiled")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *arguments], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"python {' '.join(arguments)} failed:\n{done.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def import_seconds(tree: Path) -> dict[str, float]:
    """CPU seconds of the two steps of `import eai_llm_hf`, in one process.

    Raises:
        RuntimeError: If it fails, or imports another copy of the package.
    """
    lines = ("from time import process_time", needed_imports(tree), "part = process_time()", "import eai_llm_hf")
    _, printed = run_python(["-c", "\n".join((*lines, "print(part, process_time(), eai_llm_hf.__file__)"))], tree)
    part, whole, file = printed.split(maxsplit=2)
    if not Path(file.strip()).is_relative_to(tree):
        raise RuntimeError(f"Python imports {file.strip()}, not the package in {tree}.")
    return {IMPORT: float(whole), NEEDED: float(part), ABOVE: float(whole) - float(part)}


def measure_startup(trees: dict[str, Path], repeats: int) -> dict[str, dict[str, list[float]]]:
    """CPU seconds of each version, `repeats` times in turn after a warm-up.

    Args:
        trees: Versions by name, as `lay_out` leaves them.
        repeats: Rounds after the warm-up.

    Returns:
        By version and by row of the table, the figure of each round.
    """
    spent: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in trees}
    for turn in range(repeats + 1):
        for name, tree in trees.items():
            figures = {
                f"`eai-llm {' '.join(arguments)}`": run_python(["-c", console_script(tree), *arguments], tree)[0]
                for arguments in COMMANDS
            } | import_seconds(tree)
            for row, seconds in figures.items() if turn > 0 else ():
                spent[name][row].append(seconds)
    return spent


def as_markdown(spent: dict[str, dict[str, list[float]]], command: str) -> str:
    """The figures as a page, a column for each version."""
    rows = list(next(iter(spent.values())))
    repeats = len(next(iter(spent.values()))[IMPORT])
    lines = [
        "# Start-up",
        "",
        "How long do the command line and `import eai_llm_hf` take to start?",
        "",
        f"`{command}`",
        "",
        f"CPU seconds of a fresh process, user and system; {machine()}. Median of {repeats} rounds after a warm-up; "
        "brackets give the minimum and maximum.",
        "",
        f"| | {' | '.join(spent)} |",
        "|---|" + "---|" * len(spent),
        *(f"| {row} | {' | '.join(_spread(figures[row]) for figures in spent.values())} |" for row in rows),
        "",
        "`import eai_llm_hf` registers the classes with transformers, so it imports torch and transformers. The "
        "console script handles help, version and wrong arguments before that import. A command is timed to the end "
        "of its process, an import to the end of the import.",
    ]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """What the figures depend on, in words."""
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"torch {version('torch')}, transformers {version('transformers')}"
    )


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} [{min(values):.2f}, {max(values):.2f}]"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", default=BEFORE, metavar="COMMIT", help=f"version to compare (default {BEFORE})")
    parser.add_argument("--repeats", type=int, default=5, metavar="N", help="rounds (default 5)")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "startup.md", help="page to write")
    args = parser.parse_args()
    if args.repeats < 1:
        parser.error("--repeats must be at least 1.")

    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        exported = export(args.before, folder / "exported")
        trees = {f"before ({args.before})": lay_out(exported, folder / "before")}
        trees["now"] = lay_out(ROOT, folder / "now")
        spent = measure_startup(trees, args.repeats)
    page = as_markdown(spent, f"python benchmarks/startup.py --before {args.before} --repeats {args.repeats}")
    args.output.write_text(page, encoding="utf-8")
    print(page)
    print(f"written to {args.output}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
