"""The benchmark of training on a tiny model: its sides are comparable, and its page reports what was measured."""

import argparse
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from eai_llm_hf.training.answering import ChatCollator

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "training.py"


@pytest.fixture(scope="module")
def speed() -> dict:
    """Names of the benchmark's module, with few clips."""
    names = runpy.run_path(str(SCRIPT))
    names["Chats"].__init__.__globals__["CLIPS"] = 12
    return names


@pytest.fixture(scope="module")
def settings(tiny_backbone) -> argparse.Namespace:
    return argparse.Namespace(
        backbone=str(tiny_backbone), steps=2, batch_size=3, device="cpu", dtype="float32", compile=False
    )


@pytest.fixture(scope="module")
def chats(speed, tiny_backbone):
    return speed["Chats"](str(tiny_backbone), 9)


def test_all_sides_read_as_many_tokens_and_learn_the_same_ones(speed, chats, settings):
    results = speed["measure_speed"](chats, settings)
    for name in speed["SIDES"]:
        assert {len(results[name][part]) for part in ("prepare", "step", "cpu")} == {2}
        assert all(value > 0 for part in ("prepare", "step", "cpu") for value in results[name][part])
    assert 3 * 40 < results["labelled"] + 3 * 40 < results["tokens"]


def test_sides_that_learn_different_tokens_are_refused(speed, chats, settings, monkeypatch):
    text = chats.text
    monkeypatch.setattr(chats, "text", lambda number: [text(number)[0], {"role": "assistant", "content": "sad"}])
    with pytest.raises(RuntimeError, match="different tokens"):
        speed["measure_speed"](chats, settings)


def test_both_bare_sides_have_the_same_lora_in_the_same_layers_and_the_same_loss(speed, chats, settings):
    sides = {name: speed["make_side"](name, chats, settings) for name in speed["SIDES"]}

    def lora(name: str) -> set[str]:
        names = (key for key, weight in sides[name].model.named_parameters() if weight.requires_grad)
        return {".".join(key.split(".")[-8:]) for key in names if "lora_" in key}

    ours, bare, sparing = speed["SIDES"]
    assert lora(ours) == lora(bare) == lora(sparing) and len(lora(bare)) == 7 * 2 * 3
    losses = [sides[name].step(sides[name].prepare(0)) for name in (bare, sparing)]
    torch.testing.assert_close(*losses)
    flops = {name: speed["needed_flops"](side, side.prepare(0)) for name, side in sides.items()}
    assert flops[bare] == flops[sparing] < flops[ours]


def test_a_ratio_is_that_of_speeds_and_lies_in_its_interval(speed):
    ours, bare, _ = speed["SIDES"]
    results = {ours: {"step": [1.0, 2.0, 4.0]}, bare: {"step": [2.0, 4.0, 8.0]}}
    assert speed["ratio"](results, ours, bare, ("step",)) == (2.0, 2.0, 2.0)
    results[bare]["step"] = [2.0, 2.0, 2.0]
    middle, low, high = speed["ratio"](results, ours, bare, ("step",))
    assert (middle, low, high) == (1.0, 0.5, 2.0)


def test_the_page_holds_command_machine_and_the_ratios(speed, settings):
    rng = np.random.default_rng(0)
    results = {
        name: {part: rng.uniform(1, 2, 5).tolist() for part in ("prepare", "step", "cpu")} | {"flops": [1e12] * 5}
        for name in speed["SIDES"]
    }
    memory = {name: {"before": 0.5, "peak": 1.0 + index} for index, name in enumerate(speed["SIDES"])}
    given = argparse.Namespace(**vars(settings) | {"peak_tflops": 10.0})
    page = speed["as_markdown"](results | {"tokens": 300, "labelled": 90}, memory, given, "python some command")
    assert "`python some command`" in page and "100 tokens, 30 of them learned" in page
    assert str(settings.backbone) not in page
    rows = {line.split("|")[1].strip(): line.split("|")[2:-1] for line in page.splitlines() if line.startswith("| ")}
    assert [cell.strip() for cell in rows["peak memory of the process, GB"]] == [
        "1.00",
        "2.00",
        "3.00",
        "0.50",
        "0.33",
    ]
    assert rows["share of the GPU's 10 TFLOP/s, step alone"][0].strip().endswith("%")
    step = [float(cell.split("[")[0]) for cell in rows["clips a second, step alone"]]
    expected = speed["ratio"](results, *speed["SIDES"][:2], ("step",))[0]
    assert step[3] == pytest.approx(expected, abs=0.01)


def test_the_peak_of_a_side_is_measured_in_a_process_of_its_own(speed, settings, monkeypatch, capsys):
    ours = speed["SIDES"][0]
    arguments = ["--peak-of", ours, "--backbone", settings.backbone, "--batch-size", "2", "--dtype", "float32"]
    monkeypatch.setattr(sys, "argv", ["training.py", *arguments])
    monkeypatch.setitem(speed["main"].__globals__, "MEMORY_STEPS", 1)
    assert speed["main"]() == 0
    peaks = speed["json"].loads(capsys.readouterr().out.splitlines()[-1])
    assert 0 < peaks["before"] <= peaks["peak"]


def test_logits_that_are_left_out_change_neither_the_loss_nor_the_others(model, processor, clips):
    chats = [
        [
            {"role": "user", "content": [{"type": "skeleton", "skeleton": clip}, {"type": "text", "text": "How?"}]},
            {"role": "assistant", "content": words},
        ]
        for clip, words in zip(clips, ("sad", "The head is bowed and the arms are held close.", "happy"), strict=True)
    ]
    batch = ChatCollator(processor)(chats)
    mask = batch.pop("logits_to_keep")
    first = int(mask.any(0).nonzero()[0])
    with torch.no_grad():
        whole = model(**batch)
        learned = int((batch["labels"] != -100).sum())
        for kept, logits in (
            (mask, whole.logits[mask]),
            (mask.shape[1] - first, whole.logits[:, first:]),
            (torch.arange(first, mask.shape[1]), whole.logits[:, first:]),
        ):
            spared = model(**batch, logits_to_keep=kept)
            torch.testing.assert_close(spared.loss, whole.loss)
            torch.testing.assert_close(spared.logits, logits)
    assert mask.sum() == learned < mask.numel() / 2, "no other token's logits are computed"
