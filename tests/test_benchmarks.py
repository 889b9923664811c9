"""The benchmarks, on a tiny model: that they run, and that their figures add up."""

import runpy
import sys
from pathlib import Path

import pytest

from eai_llm_hf.explain_command import load_pipeline

LATENCY = Path(__file__).parents[1] / "benchmarks" / "latency.py"


@pytest.fixture(scope="module")
def latency() -> dict:
    """Names of the benchmark's module."""
    return runpy.run_path(str(LATENCY))


def test_the_shares_of_the_steps_add_up_and_each_step_was_seen(latency, tiny_checkpoint, tmp_path):
    pipe = load_pipeline(str(tiny_checkpoint))
    clip = latency["make_walk"](tmp_path)
    results = latency["measure_latency"](pipe, clip, repeats=1, new_tokens=4)
    shares = results["shares"]
    assert set(shares) == {*latency["SECTIONS"], latency["REST"]}
    assert all(share > 0 for share in shares.values()), shares
    assert sum(shares.values()) == pytest.approx(1, abs=1e-6)
    assert all(len(results[name]) == 1 for name in ("explain", "bare", "label_only", "prefill"))
    # A clip of 10 s becomes 21 + 6 * 10 tokens; the question and the opening of the answer come on top.
    assert 81 < results["prompt_tokens"] < 300
    assert "generate" not in vars(pipe.model), "the stopwatch is taken off again"


def test_time_inside_a_section_counts_once(latency, monkeypatch):
    ticks = iter([0.0, 1.0, 3.0, 6.0])
    watch = latency["Stopwatch"]()
    monkeypatch.setitem(watch._book.__func__.__globals__, "clock", lambda: next(ticks))
    watch.enter("outer")
    watch.enter("inner")
    watch.leave()
    watch.leave()
    assert watch.seconds == {"outer": 1.0 + 3.0, "inner": 2.0}


def test_a_clip_that_cannot_be_read_is_said(latency, tiny_checkpoint, tmp_path):
    (tmp_path / "broken.bvh").write_text("not a motion", encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.bvh"):
        latency["measure_latency"](load_pipeline(str(tiny_checkpoint)), tmp_path / "broken.bvh", 1, 4)


def test_the_page_holds_command_machine_and_both_tables(monkeypatch, capsys, tiny_checkpoint, tmp_path):
    page = tmp_path / "latency.md"
    arguments = ["--model", tiny_checkpoint, "--repeats", 1, "--new-tokens", 3, "--output", page]
    monkeypatch.setattr(sys, "argv", ["latency.py", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(LATENCY), run_name="__main__")
    assert ended.value.code == 0
    text = page.read_text(encoding="utf-8")
    assert text.strip() == capsys.readouterr().out.strip()
    assert "python benchmarks/latency.py --repeats 1 --new-tokens 3" in text and "float32" in text
    assert str(tmp_path) not in text and str(tiny_checkpoint) not in text
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("|")]
    shares = [float(row[1].strip(" %")) for row in rows if row[1].strip().endswith("%")]
    assert len(shares) == 7 and sum(shares) == pytest.approx(100, abs=0.5)
