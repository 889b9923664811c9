"""The text backbone: one form everywhere, loaded when needed, in the data type that suits the CPU."""

import hashlib
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from conftest import SMALL_TOWER, make_backbone
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, pipeline
from transformers.utils import logging

from eai_llm_hf import (
    TASK,
    EaiLlmForCausalLM,
    EaiSkeletonProcessor,
    SkeletonEmotionExplanationPipeline,
)
from eai_llm_hf.modeling import backbone_weights_eai_llm as weights
from eai_llm_hf.modeling.backbone_folder_eai_llm import fetch_backbone, find_backbone
from eai_llm_hf.modeling.backbone_weights_eai_llm import weights_sha256
from eai_llm_hf.publish.backbones import CONVERTED_SHA256, BackboneError, find, find_or_fetch
from eai_llm_hf.publish.checkpoints import EMBEDDED_CHECKPOINTS
from eai_llm_hf.publish.export import export
from eai_llm_hf.training.adapters import fold_lora

LABELS = ["happy", "sad", "angry", "proud", "not confident"]


@pytest.fixture
def away(tiny_backbone, processor, tmp_path, monkeypatch):
    """A checkpoint in the small form whose backbone is not on this machine; returns both folders."""
    backbone = tmp_path / "backbone"
    shutil.copytree(tiny_backbone, backbone)
    torch.manual_seed(0)
    model = EaiLlmForCausalLM.from_backbone(
        str(backbone),
        processor.skeleton_token_id,
        dtype=torch.float32,
        skeleton_config=SMALL_TOWER | processor.feature_extractor.skeleton_config,
        text_layer=2,
        explains=True,
    )
    states = model.encode_text(**processor.label_inputs(LABELS)).unflatten(0, (len(LABELS), -1))
    model.label_states = dict(zip(LABELS, states, strict=True))
    model.config.backbone = "someone/away"
    folder = tmp_path / "checkpoint"
    model.save_pretrained(folder, include_backbone=False)
    processor.save_pretrained(folder)
    monkeypatch.setenv("EAI_LLM_CACHE", str(tmp_path / "cache"))
    return folder, backbone


@pytest.fixture
def warnings(monkeypatch):
    """The warnings of the model."""
    said = []
    monkeypatch.setattr(logging.get_logger("eai_llm_hf.modeling.checkpoint_forms_eai_llm"), "warning", said.append)
    return said


def pipe_of(folder, **more) -> SkeletonEmotionExplanationPipeline:
    return pipeline(TASK, model=str(folder), device="cpu", **more)


# ---- loaded when it is needed ---------------------------------------------------------------------------------------


def test_labels_come_without_the_backbone_and_are_the_same_with_it(away, inputs, monkeypatch):
    folder, backbone = away
    monkeypatch.setattr(EaiLlmForCausalLM, "fetch_backbone", staticmethod(lambda name: pytest.fail("was fetched")))
    pipe = pipe_of(folder)
    labels = pipe(inputs, label_only=True)
    assert pipe.model.language_model is None
    some = pipe(inputs[0], label_only=True, candidate_labels=["sad", "happy"])
    assert pipe.model.language_model is None and set(some["scores"]) == {"sad", "happy"}

    monkeypatch.setattr(EaiLlmForCausalLM, "find_backbone", staticmethod(lambda name: str(backbone)))
    whole = pipe_of(folder)
    assert whole.model.language_model is not None
    assert [record["scores"] for record in whole(inputs, label_only=True)] == [record["scores"] for record in labels]
    whole.model.label_states = {}  # as in a checkpoint that keeps none: the text encoder is asked
    for asked, kept in zip(whole(inputs, label_only=True), labels, strict=True):
        assert asked["scores"] == pytest.approx(kept["scores"], abs=1e-6)


@pytest.mark.parametrize("need", [{}, {"label_only": True, "candidate_labels": ["calm", "tense"]}])
def test_the_first_text_and_the_first_other_label_fetch_the_backbone_once(away, inputs, monkeypatch, need):
    folder, backbone = away
    fetched = []
    fetch = staticmethod(lambda name: fetched.append(name) or str(backbone))
    monkeypatch.setattr(EaiLlmForCausalLM, "fetch_backbone", fetch)
    pipe = pipe_of(folder)
    assert fetched == [], "loading a checkpoint downloads nothing"
    first = pipe(inputs[0], max_new_tokens=8, **need)
    assert fetched == ["someone/away"] and pipe.model.config.holds_backbone
    assert pipe(inputs[0], max_new_tokens=8, **need) == first
    assert fetched == ["someone/away"]


def test_a_completed_model_is_the_model_that_was_saved(away, processor, clips, monkeypatch, tmp_path):
    folder, backbone = away
    small = EaiLlmForCausalLM.from_pretrained(folder)
    assert small.language_model is None and not small.config.holds_backbone
    monkeypatch.setattr(EaiLlmForCausalLM, "find_backbone", staticmethod(lambda name: str(backbone)))
    small.load_backbone()
    at_once = EaiLlmForCausalLM.from_pretrained(folder)
    inputs = processor(text=[processor.skeleton_token + " What emotion?"] * len(clips), skeletons=clips)
    torch.testing.assert_close(small(**inputs).logits, at_once(**inputs).logits, atol=0, rtol=0)
    assert small.all_tied_weights_keys == at_once.all_tied_weights_keys != {}
    small.save_pretrained(tmp_path / "whole")
    again = EaiLlmForCausalLM.from_pretrained(tmp_path / "whole")
    torch.testing.assert_close(again(**inputs).logits, small(**inputs).logits, atol=0, rtol=0)
    assert all(torch.equal(again.label_states[label], state) for label, state in small.label_states.items())


def test_methods_that_need_the_backbone_raise_if_it_is_not_loaded(away, processor, clips, tmp_path):
    model = EaiLlmForCausalLM.from_pretrained(away[0])
    inputs = processor(text=processor.skeleton_token, skeletons=clips[0])
    for need in (
        lambda: model(**inputs),
        lambda: model.generate(**inputs, max_new_tokens=2),
        lambda: model.encode_text(**processor.label_inputs(["sad"])),
        lambda: model.save_pretrained(tmp_path / "whole"),
    ):
        with pytest.raises(OSError, match=r"'someone/away' .* is not loaded.*model\.load_backbone\(\)"):
            need()


@pytest.mark.parametrize("fetch", [fetch_backbone, find_or_fetch], ids=["copy on the Hub", "package"])
def test_for_a_backbone_that_is_nowhere_the_error_says_how_to_get_it(away, monkeypatch, fetch):
    monkeypatch.setattr(EaiLlmForCausalLM, "fetch_backbone", staticmethod(fetch))
    model = EaiLlmForCausalLM.from_pretrained(away[0])
    with pytest.raises(OSError, match=r"(?s)someone/away.*eai-llm backbone fetch"):
        model.load_backbone()


def test_loading_a_checkpoint_starts_no_other_program(away, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **kwargs: pytest.fail(f"ran {args}"))
    assert EaiLlmForCausalLM.from_pretrained(away[0]).language_model is None


@pytest.mark.parametrize(("layer", "kept"), [(3, True), (0, False)])
def test_adapters_above_the_text_encoder_leave_its_kept_states_valid(away, monkeypatch, layer, kept):
    folder, backbone = away
    monkeypatch.setattr(EaiLlmForCausalLM, "find_backbone", staticmethod(lambda name: str(backbone)))
    model = EaiLlmForCausalLM.from_pretrained(folder)
    config = LoraConfig(r=2, target_modules=rf".*language_model.*\.{layer}\..*q_proj", task_type="CAUSAL_LM")
    adapted = get_peft_model(model, config)
    assert (model.known_text_states(LABELS) is not None) == kept
    assert bool(fold_lora(adapted).label_states) == kept


def test_labels_work_if_the_folder_of_the_backbone_is_gone(away, inputs):
    folder, _ = away
    config = (folder / "config.json").read_text().replace("someone/away", "/gone/to/another/disk")
    (folder / "config.json").write_text(config)
    pipe = pipe_of(folder)
    assert set(pipe(inputs[0], label_only=True)["scores"]) == set(LABELS)
    with pytest.raises(OSError, match="/gone/to/another/disk"):
        pipe(inputs[0])


def test_with_a_damaged_backbone_labels_work_and_the_error_says_what_to_delete(away, inputs, monkeypatch, warnings):
    folder, backbone = away
    whole = (backbone / "model.safetensors").read_bytes()
    (backbone / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    monkeypatch.setattr(EaiLlmForCausalLM, "find_backbone", staticmethod(lambda name: str(backbone)))
    pipe = pipe_of(folder)
    assert str(backbone) in warnings[0] and "damaged" in warnings[0]
    assert set(pipe(inputs[0], label_only=True)["scores"]) == set(LABELS)
    with pytest.raises(OSError, match="are damaged .* Delete that folder"):
        pipe(inputs[0])


def test_threads_that_share_a_pipeline_load_the_backbone_once(away, inputs, monkeypatch):
    folder, backbone = away
    fetched = []
    fetch = staticmethod(lambda name: fetched.append(name) or str(backbone))
    monkeypatch.setattr(EaiLlmForCausalLM, "fetch_backbone", fetch)
    model = EaiLlmForCausalLM.from_pretrained(folder)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: model.load_backbone(), range(4)))
    assert fetched == ["someone/away"]


# ---- one form -------------------------------------------------------------------------------------------------------


def test_the_form_of_the_weights_is_identified_by_what_sha256sum_prints(tmp_path):
    backbone = make_backbone(tmp_path / "one")
    digest = hashlib.sha256((backbone / "model.safetensors").read_bytes()).hexdigest()
    assert weights_sha256(str(backbone)) == digest
    (backbone / "model.safetensors").rename(backbone / "model-00001-of-00002.safetensors")
    (backbone / "model-00002-of-00002.safetensors").write_bytes(b"second")
    both = digest + hashlib.sha256(b"second").hexdigest()
    assert weights_sha256(str(backbone)) == hashlib.sha256(both.encode()).hexdigest()


def test_another_form_of_the_backbone_is_loaded_with_a_warning(away, monkeypatch, warnings):
    folder, backbone = away
    monkeypatch.setattr(EaiLlmForCausalLM, "find_backbone", staticmethod(lambda name: str(backbone)))
    expected = EaiLlmForCausalLM.from_pretrained(folder).config.backbone_sha256
    assert expected == weights_sha256(str(backbone)) and warnings == []

    file = backbone / "model.safetensors"
    other = {name: value + (1e-3 if "norm" in name else 0) for name, value in load_file(file).items()}
    save_file(other, file, metadata={"format": "pt"})
    model = EaiLlmForCausalLM.from_pretrained(folder)
    assert model.language_model is not None
    assert len(warnings) == 1
    for part in (str(backbone), expected, weights_sha256(str(backbone)), "eai-llm backbone fetch someone/away"):
        assert part in warnings[0]


@pytest.mark.integration
@pytest.mark.parametrize("checkpoint", EMBEDDED_CHECKPOINTS.values(), ids=EMBEDDED_CHECKPOINTS.keys())
def test_every_machine_has_the_weights_that_the_embedded_checkpoints_were_trained_with(checkpoint):
    config = AutoConfig.from_pretrained(checkpoint)
    assert config.backbone_sha256 == weights_sha256(str(find_or_fetch(config.backbone))) == CONVERTED_SHA256


@pytest.mark.integration
@pytest.mark.parametrize("checkpoint", EMBEDDED_CHECKPOINTS.values(), ids=EMBEDDED_CHECKPOINTS.keys())
def test_the_embedded_checkpoints_keep_the_text_states_of_their_labels(checkpoint):
    find_or_fetch()
    model = EaiLlmForCausalLM.from_pretrained(checkpoint, dtype=torch.float32)
    model.load_backbone()
    labels = list(model.config.labels)
    asked = EaiSkeletonProcessor.from_pretrained(checkpoint).label_inputs(labels)
    encoded = model.encode_text(**asked).unflatten(0, (len(labels), -1))
    kept = model.known_text_states(labels)
    # They were encoded in bfloat16, as in training: a single word differs by up to .003.
    similarity = torch.nn.functional.cosine_similarity(kept, encoded, dim=-1)
    assert similarity.min() > 0.99
    states = torch.nn.functional.cosine_similarity(kept[:, None], encoded[None], dim=-1).mean(-1)
    assert (states.argmax(1) == torch.arange(len(labels))).all()


# ---- data type ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instructions", "accelerator", "expected"),
    [
        (False, False, torch.float32),
        (True, False, torch.bfloat16),
        (False, True, torch.bfloat16),
    ],
)
def test_sixteen_bits_are_kept_if_the_machine_computes_them_fast(monkeypatch, instructions, accelerator, expected):
    monkeypatch.setattr(weights, "computes_bfloat16", lambda: instructions)
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: accelerator)
    assert weights.fitting_dtype(torch.bfloat16) == expected
    assert weights.fitting_dtype(torch.float32) == torch.float32


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "small"])
def test_a_checkpoint_in_bfloat16_is_float32_on_a_cpu_without_its_instructions(
    model, tmp_path, monkeypatch, tiny_backbone, whole
):
    model.to(torch.bfloat16)
    model.config.dtype = torch.bfloat16
    backbone = tmp_path / "backbone"
    shutil.copytree(tiny_backbone, backbone)
    model.config.backbone = str(backbone)
    model.save_pretrained(tmp_path / "made", include_backbone=whole)
    for instructions, expected in ((False, torch.float32), (True, torch.bfloat16)):
        monkeypatch.setattr(weights, "computes_bfloat16", lambda instructions=instructions: instructions)
        monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
        assert EaiLlmForCausalLM.from_pretrained(tmp_path / "made").language_model.dtype == expected
        assert EaiLlmForCausalLM.from_pretrained(tmp_path / "made", dtype="auto").language_model.dtype == expected
        given = EaiLlmForCausalLM.from_pretrained(tmp_path / "made", dtype=torch.bfloat16)
        assert given.language_model.dtype == torch.bfloat16, "a data type that is asked for is given"


def test_an_export_has_the_data_type_of_the_training_on_any_cpu(model, processor, tmp_path, monkeypatch):
    model.to(torch.bfloat16)
    model.config.dtype = torch.bfloat16
    model.save_pretrained(tmp_path / "made")
    processor.save_pretrained(tmp_path / "made")
    monkeypatch.setattr(weights, "computes_bfloat16", lambda: False)
    export(tmp_path / "made", tmp_path / "exported")
    assert AutoConfig.from_pretrained(tmp_path / "exported").dtype == torch.bfloat16
    saved = load_file(tmp_path / "exported" / "model.safetensors")
    assert saved["language_model.model.embed_tokens.weight"].dtype == torch.bfloat16


def test_the_instructions_of_the_cpu_are_recognised():
    assert weights.computes_bfloat16() in (True, False)
    assert find_backbone("no/such-model-anywhere") is None
    with pytest.raises(BackboneError):
        find("/no/such/folder")


def test_the_temperature_of_the_labels_is_not_that_of_sampling(model, tmp_path):
    model.config.label_temperature = 0.7
    model.save_pretrained(tmp_path)
    file = tmp_path / "config.json"
    for written in (file.read_text(), file.read_text().replace('"label_temperature"', '"temperature"')):
        file.write_text(written)
        loaded = EaiLlmForCausalLM.from_pretrained(tmp_path)
        assert loaded.config.label_temperature == 0.7
        assert loaded.generation_config.temperature in (None, 1.0)
