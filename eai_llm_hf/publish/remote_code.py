"""The flat copy of the code that travels: what `trust_remote_code=True` loads from a checkpoint.

The source has folders; transformers reads `from .module import name` alone, from files that lie side by side. So every
save generates the copy: `processing/reading/bvh.py` becomes `reading_bvh.py`, and its imports are rewritten.
"""

import ast
from functools import cache
from os import PathLike
from pathlib import Path, PurePosixPath

import eai_llm_hf.modeling
import eai_llm_hf.processing

ENTRIES = {
    "configuration_eai_llm.py": "EaiLlmConfig.register_for_auto_class()",
    "modeling_eai_llm.py": 'EaiLlmForCausalLM.register_for_auto_class("AutoModelForCausalLM")',
    "feature_extraction_eai_llm.py": "EaiSkeletonFeatureExtractor.register_for_auto_class()",
    "processing_eai_llm.py": "EaiSkeletonProcessor.register_for_auto_class()",
    "pipeline_eai_llm.py": "",
}
"""Files that transformers loads by name, each with the line by which a copy saves itself again."""

_ALL = "all_files.py"
_ALL_CODE = '''"""Names every file of this copy, so that transformers, which follows imports, keeps it whole."""

COMPLETE = True

if not COMPLETE:  # read by transformers, never run
{}
'''
_TAIL = """
from .all_files import COMPLETE  # noqa: E402, F401, I001
{}
"""


def write_remote_code(folder: str | PathLike) -> None:
    """Writes the flat copy of the code into a checkpoint's folder.

    Args:
        folder: The folder; it is made where it is not there.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, code in flat_copy().items():
        (folder / name).write_text(code, encoding="utf-8")


@cache
def flat_copy() -> dict[str, str]:
    """Code by file name, as it lies in a checkpoint."""
    rooms = [Path(room.__path__[0]) for room in (eai_llm_hf.modeling, eai_llm_hf.processing)]
    files = [(room, file) for room in rooms for file in sorted(room.rglob("*.py")) if file.name != "__init__.py"]
    copy = {_ALL: ""}
    for room, file in files:
        place = PurePosixPath(file.relative_to(room).as_posix())
        name = flat_name(place)
        if name in copy:
            raise ValueError(
                f"Two files would be called {name} on the Hub: expected names that differ, found {place}."
            )
        copy[name] = _flattened(file.read_text(encoding="utf-8"), place, room.name)
    named = "\n".join(
        f"    from .{name.removesuffix('.py')} import __doc__  # noqa: F401" for name in copy if name != _ALL
    )
    for name, registration in ENTRIES.items():
        copy[name] = f"{copy[name].rstrip()}\n{_TAIL.format(registration).rstrip()}\n"
    return copy | {_ALL: _ALL_CODE.format(named)}


def flat_name(place: PurePosixPath) -> str:
    """File name in the copy of a file below `modeling/` or `processing/`: "reading/bvh.py" gives "reading_bvh.py"."""
    return "_".join(place.parts)


def _flattened(code: str, place: PurePosixPath, room: str) -> str:
    """The code of a file with its relative imports as they are between files that lie side by side."""
    lines = code.split("\n")
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = place.parents[node.level - 1]
            wanted = flat_name(folder / f"{(node.module or '').replace('.', '/')}.py").removesuffix(".py")
            line = lines[node.lineno - 1]
            written = f"from {'.' * node.level}{node.module or ''} import"
            if not node.module or line.count(written) != 1:
                raise ValueError(
                    f"{room}/{place}, line {node.lineno}: expected one `{written} NAME` on its line, "
                    f"found {line.strip()!r}."
                )
            lines[node.lineno - 1] = line.replace(written, f"from .{wanted} import", 1)
    return f"# Generated from {room}/{place} of the package eai-llm-hf; changes belong there.\n" + "\n".join(lines)


__all__ = ["ENTRIES", "flat_copy", "flat_name", "write_remote_code"]
