"""Texts by another engine: the merged language model alone, given embeddings, writes what the whole model writes."""

import json
import runpy
import sys
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from eai_llm_hf import load_pipeline

EXAMPLE = Path(__file__).parents[1] / "hub_examples" / "serve_with_vllm.py"


@pytest.fixture(scope="module")
def example() -> dict:
    return runpy.run_path(str(EXAMPLE))


def test_the_merged_backbone_continues_embeddings_as_the_whole_model_continues_prompts(
    example, hub_checkpoint, recordings, tmp_path
):
    pipe = load_pipeline(hub_checkpoint, device="cpu", dtype=torch.float32)
    example["save_backbone"](pipe, tmp_path)
    assert type(AutoModelForCausalLM.from_pretrained(tmp_path)).__name__ == "LlamaForCausalLM"
    clips = [pipe.feature_extractor.clips(recordings[name])[0] for name in ("short", "wave")]
    questions = ("What do the arms do?", "What emotion does this movement express, and how can you tell?")
    prompts = [
        pipe.writer.prompt([{"type": "skeleton"}, {"type": "text", "text": question}]) for question in questions
    ]
    inputs = pipe.processor(text=prompts, skeletons=clips)
    asked = {"max_new_tokens": 24, "do_sample": False}
    expected = pipe.model.generate(**inputs, **asked)
    example["write_with"](pipe, example["transformers_engine"](tmp_path))
    found = pipe.model.generate(**inputs, **asked)
    assert found.tolist() == expected[:, : found.shape[1]].tolist()
    assert found.shape[1] > inputs["input_ids"].shape[1]
    assert (expected[:, found.shape[1] :] == pipe.processor.tokenizer.pad_token_id).all()


def test_the_example_explains_with_another_engine_and_checks_its_texts(
    hub_checkpoint, recordings, tmp_path, monkeypatch, capsys
):
    given = [recordings["short"], recordings["wave"], "--model", str(hub_checkpoint), "--output-dir", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", [EXAMPLE.name, *given, "--engine", "transformers", "--max-new-tokens", "12"])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["source"] for record in records] == given[:2]
    assert all(record["explanation"] and record["written_by"] == "template" for record in records)
    assert (tmp_path / "tokenizer.json").is_file()
