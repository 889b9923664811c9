"""What is imported, and when: help loads no model, and the package nothing but torch and transformers."""

import argparse
import configparser
import json
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import make_clip

from eai_llm_hf import TASK
from eai_llm_hf.cli.main import build_parser

ROOT = Path(__file__).parents[1]
UNUSED = {"accelerate", "captum", "datasets", "gguf", "matplotlib", "pandas", "peft", "pyarrow", "scipy", "sklearn"}
"""Packages that neither the import of the package nor `explain` uses, though most are requirements."""

RUN_SCRIPT = """
import contextlib, importlib, io, json, sys
module, function = json.loads(sys.argv[1])
def run(arguments):
    sys.argv = ["eai-llm", *arguments]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            status = getattr(importlib.import_module(module), function)()
        except SystemExit as ended:
            status = ended.code
    return {"status": status, "printed": printed.getvalue(), "roots": roots()}
def roots():
    return sorted({name.partition(".")[0] for name in sys.modules})
"""
"""Defines `run`, which calls the console script of setup.cfg in a process that has imported nothing yet."""


@pytest.fixture(scope="module")
def startup() -> dict:
    """The names in the benchmark's module."""
    return runpy.run_path(str(ROOT / "benchmarks" / "startup.py"))


def in_fresh_process(code: str, given: object) -> list[dict]:
    """Runs code after `RUN_SCRIPT`, with the variable `given`; its result is the last line it prints, in JSON."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    script = setup["options.entry_points"]["console_scripts"].partition("=")[2].strip().split(":")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{RUN_SCRIPT}\ngiven = json.loads(sys.argv[2])\n{code}",
            *map(json.dumps, (script, given)),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def commands_of(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command, and of every command of a command."""
    yield path
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, choice in action.choices.items():
                yield from commands_of(choice, (*path, name))


def test_version_help_and_wrong_arguments_load_no_model():
    asked = [["--version"], *([*path, "--help"] for path in commands_of(build_parser())), ["explain"]]
    assert ["backbone", "fetch", "--help"] in asked and ["evaluate", "explanations", "--help"] in asked
    answers = in_fresh_process("print(json.dumps([run(arguments) for arguments in given]))", asked)
    for arguments, answer in zip(asked, answers, strict=True):
        assert answer["status"] == (2 if arguments == ["explain"] else 0), answer["printed"]
        slow = {"torch", "transformers", "huggingface_hub", "numpy", *UNUSED} & set(answer["roots"])
        assert not slow, f"eai-llm {' '.join(arguments)} imports {sorted(slow)}"
        if "--help" in arguments:
            assert answer["printed"].startswith(f"usage: {' '.join(['eai-llm', *arguments[:-1]])} [-h]")


def test_the_script_registers_the_classes_and_explain_imports_only_what_it_uses(startup, tiny_checkpoint, tmp_path):
    clip = make_clip(1, emotion="sad", action="walk", rig="bandai22", duration_s=2.5)
    np.savez(tmp_path / "walk.npz", joints=clip.joints, fps=30.0, layout="smpl22")
    explain = ["explain", str(tmp_path / "walk.npz"), "--model", str(tiny_checkpoint), "--max-new-tokens", "4"]
    code = f"""
{startup["needed_imports"](startup["lay_out"](ROOT, tmp_path / "tree"))}
before = roots()
explained = run(given)
from transformers import AutoConfig, AutoModelForCausalLM, AutoProcessor
from transformers.pipelines import PIPELINE_REGISTRY
tasks = PIPELINE_REGISTRY.get_supported_tasks()
model = type(AutoModelForCausalLM.from_pretrained(given[3])).__name__
processor = type(AutoProcessor.from_pretrained(given[3])).__name__
print(json.dumps([explained | {{"before": before, "tasks": tasks, "classes": [model, processor]}}]))
"""
    (found,) = in_fresh_process(code, explain)
    assert found["status"] == 0 and "walk.npz" in found["printed"], found["printed"]
    assert not UNUSED & (set(found["roots"]) - set(found["before"])), "transformers itself imports some of them"
    assert TASK in found["tasks"] and found["classes"] == ["EaiLlmForCausalLM", "EaiSkeletonProcessor"]


def test_the_benchmark_times_the_script_of_each_version(startup, tmp_path, monkeypatch):
    tree = startup["lay_out"](ROOT, tmp_path / "tree")
    assert "import torch" in startup["needed_imports"](tree).splitlines()
    assert "numpy" not in startup["needed_imports"](tree)
    names = startup["measure_startup"].__globals__
    monkeypatch.setitem(names, "COMMANDS", (("--version",),))
    monkeypatch.setitem(names, "import_seconds", lambda tree: {"`import eai_llm_hf`": 2.0})
    spent = startup["measure_startup"]({"before": tree, "now": tree}, repeats=1)
    assert all(0 < figures["`eai-llm --version`"][0] < 60 for figures in spent.values())
    page = startup["as_markdown"](spent, "python benchmarks/startup.py")
    assert "| | before | now |" in page and "| `import eai_llm_hf` | 2.00 [2.00, 2.00] | 2.00 [2.00, 2.00] |" in page
    with pytest.raises(RuntimeError, match="no-such-option"):
        startup["run_python"](["-c", startup["console_script"](tree), "--no-such-option"], tree)


def test_an_unknown_commit_is_refused(startup, tmp_path):
    with pytest.raises(ValueError, match="--before no-such-commit"):
        startup["export"]("no-such-commit", tmp_path)
