"""A Python of its own that has transformers but not this package, and the folders that it finds there."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

PRELUDE = """
import importlib.abc, json, sys, traceback

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "eai_llm_hf":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
"""
"""Keeps the package from being imported, however it was installed."""

CHECKS = """
given, results = json.loads(sys.argv[1]), {}

def check(function):
    try:
        results[function.__name__] = {"value": function()}
    except BaseException as error:
        results[function.__name__] = {"error": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
"""
REPORT = """
with open(given["report"], "w") as file:
    json.dump(results, file)
"""


def run(script: str, given: dict, folder: Path, **environment: str) -> dict:
    """Runs checks in a Python of their own, in a folder outside the repository; gives what each returned."""
    given = given | {"report": str(folder / "report.json")}
    (folder / "checks.py").write_text(script, encoding="utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, str(folder / "checks.py"), json.dumps(given)],
        cwd=folder,
        env=kept
        | {
            "PYTHONPATH": str(Path(__file__).parent),  # for door_answers
            "HF_HOME": str(folder / "huggingface"),
            "HF_HUB_OFFLINE": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "CUDA_VISIBLE_DEVICES": "",
            "TOKENIZERS_PARALLELISM": "false",
            "OMP_NUM_THREADS": "1",
        }
        | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def value(results: dict, name: str):
    """What a check returned; its traceback where it failed."""
    assert "error" not in results[name], results[name]["traceback"]
    return results[name]["value"]


def in_cache_layout(folder: Path, cache: Path, name: str) -> None:
    """Lays a repository out as huggingface_hub keeps a download."""
    root = cache / f"models--{name.replace('/', '--')}"
    snapshot = root / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (root / "blobs").mkdir()
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text("0" * 40)
    for number, file in enumerate(sorted(folder.iterdir())):
        shutil.copyfile(file, root / "blobs" / f"{number:040d}")
        (snapshot / file.name).symlink_to(Path("../../blobs") / f"{number:040d}")
