"""Trees of files that look like corpora, written with the generator, and helpers to compare their rows."""

import importlib.util
from pathlib import Path

import numpy as np

from eai_llm_hf.corpora import load_corpus
from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.reading.motion import Motion

ROOT = Path(__file__).parents[1]


def _clip_writers():
    spec = importlib.util.spec_from_file_location("make_clips", ROOT / "hub_examples" / "make_clips.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WRITERS = _clip_writers()


def movement(rig: str = "bandai22") -> Motion:
    """A short recording without gaps."""
    motion = generate_clip(5, emotion="sad", action="walk", rig=rig, performer=3, duration_s=1.0).motion
    motion.joints = np.nan_to_num(motion.joints, nan=0.0)
    return motion


def write_tree(root: Path, files: list[str], rig: str = "bandai22") -> Path:
    """Writes the same recording under many names, in the format of each suffix."""
    made: dict[str, bytes] = {}
    writers = {".bvh": WRITERS.write_bvh, ".csv": WRITERS.write_csv, ".npz": WRITERS.write_npz}
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix not in made:
            writers[path.suffix](movement(rig), path)
            made[path.suffix] = path.read_bytes()
        path.write_bytes(made[path.suffix])
    return root


def by_id(rows) -> dict[str, dict]:
    """Rows by clip id, which is unique."""
    found = {str(row["clip_id"]): row for row in rows}
    assert len(found) == len(list(rows))
    return found


def values_of(row: dict, *columns: str) -> tuple:
    """Values of some columns of a row as strings; None stays None."""
    return tuple(None if row[column] is None else str(row[column]) for column in columns)


def same_rows(first, second) -> bool:
    """Whether two corpora are equal bit for bit, values and types, in the same order."""
    first, second = list(first), list(second)
    for one, other in zip(first, second, strict=True):
        if list(one) != list(other):
            return False
        for column in one:
            left, right = np.asarray(one[column]), np.asarray(other[column])
            if type(one[column]) is not type(other[column]) or left.dtype != right.dtype:
                return False
            if not np.array_equal(left, right, equal_nan=left.dtype.kind == "f"):
                return False
    return True


def load(root: Path, corpus: str):
    return load_corpus(f"{corpus}={root}")
