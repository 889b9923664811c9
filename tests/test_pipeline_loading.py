"""With the package imported, no checkpoint needs `trust_remote_code`, however it is named and loaded."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import as_input, make_clip
from hub_subprocess import in_cache_layout
from huggingface_hub import constants
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    AutoProcessor,
    Trainer,
    TrainingArguments,
    pipeline,
)
from transformers.utils import logging

from eai_llm_hf import (
    DEFAULT_CHECKPOINT,
    GENERATOR_CHECKPOINT,
    TASK,
    EaiLlmConfig,
    EaiLlmForCausalLM,
    EaiSkeletonProcessor,
    SkeletonEmotionExplanationPipeline,
    load_pipeline,
)
from eai_llm_hf.modeling.configuration_eai_llm import AUTO_MAP, CUSTOM_PIPELINES
from eai_llm_hf.publish import checkpoints

TRUST = [{}, {"trust_remote_code": True}]


@pytest.fixture(scope="module")
def names(tmp_path_factory, hub_checkpoint, exported) -> Iterator[dict[str, str | Path]]:
    """Ways to name a checkpoint; the id is that of a Hub repository in the cache."""
    bare, cache = tmp_path_factory.mktemp("embedded") / "checkpoint", tmp_path_factory.mktemp("cache")
    shutil.copytree(hub_checkpoint, bare, ignore=shutil.ignore_patterns("*.py"))
    in_cache_layout(exported, cache, "someone/cached")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "HF_HUB_CACHE", str(cache))
        yield {
            "folder without code": str(bare),
            "path without code": bare,
            "exported folder": str(exported),
            "exported path": exported,
            "id": "someone/cached",
        }


@pytest.fixture(scope="module")
def clip() -> dict:
    return as_input(make_clip(1, rig="bandai22", duration_s=2.0))


@pytest.mark.parametrize("trust", [*TRUST, {"trust_remote_code": False}], ids=str)
def test_pipeline_uses_the_installed_code_for_every_name(names, clip, trust):
    expected = load_pipeline(names["exported folder"])(clip, label_only=True)["scores"]
    for kind, name in names.items():
        pipe = pipeline(TASK, model=name, **trust)
        assert type(pipe) is SkeletonEmotionExplanationPipeline, kind
        assert pipe(clip, label_only=True)["scores"] == pytest.approx(expected, abs=1e-6), kind


@pytest.mark.parametrize("trust", TRUST, ids=str)
def test_the_task_is_optional(names, trust):
    for kind, name in names.items():
        assert type(pipeline(model=name, **trust)) is SkeletonEmotionExplanationPipeline, kind


@pytest.mark.parametrize("trust", TRUST, ids=str)
def test_the_auto_classes_use_the_installed_code_for_every_name(names, trust):
    doors = {
        AutoConfig: EaiLlmConfig,
        AutoModel: EaiLlmForCausalLM,
        AutoModelForCausalLM: EaiLlmForCausalLM,
        AutoProcessor: EaiSkeletonProcessor,
    }
    for kind, name in names.items():
        for door, expected in doors.items():
            assert type(door.from_pretrained(name, **trust)) is expected, (kind, door)


@pytest.mark.parametrize("folder", [DEFAULT_CHECKPOINT, GENERATOR_CHECKPOINT], ids=lambda folder: folder.name)
def test_the_embedded_checkpoints_load_from_their_folders_without_trust(folder, monkeypatch, tiny_checkpoint):
    # Everything is read from the folder except the weights, which need the real text backbone.
    tiny, read = EaiLlmForCausalLM.from_pretrained(tiny_checkpoint), []
    monkeypatch.setattr(EaiLlmForCausalLM, "from_pretrained", lambda name, *_, **__: read.append(name) or tiny)
    for name in (folder, str(folder)):
        assert type(pipeline(TASK, model=name)) is SkeletonEmotionExplanationPipeline
    assert read == [str(folder)] * 2


# ---- load_pipeline --------------------------------------------------------------------------------------------------


def test_load_pipeline_knows_the_embedded_checkpoints_by_name(monkeypatch, tiny_checkpoint, exported, clip):
    monkeypatch.setitem(checkpoints.EMBEDDED_CHECKPOINTS, "default", tiny_checkpoint)
    monkeypatch.setitem(checkpoints.EMBEDDED_CHECKPOINTS, "generator", exported)
    found = [load_pipeline(*given)(clip, label_only=True)["model"] for given in ((), ("default",), ("generator",))]
    assert found == [tiny_checkpoint.name, tiny_checkpoint.name, exported.name]


def test_load_pipeline_passes_its_arguments_to_transformers(exported, clip):
    pipe = load_pipeline(exported, dtype="bfloat16", candidate_labels=["calm", "tense"], batch_size=3)
    assert pipe.model.dtype is torch.bfloat16 and pipe._batch_size == 3
    assert set(pipe(clip, label_only=True)["scores"]) == {"calm", "tense"}


def test_a_pipeline_that_was_loaded_with_a_data_type_can_be_saved(exported, tmp_path, clip):
    pipe = load_pipeline(str(exported), dtype=torch.float32)
    pipe.save_pretrained(tmp_path / "saved")
    again = load_pipeline(tmp_path / "saved")
    assert again(clip, label_only=True)["scores"] == pytest.approx(pipe(clip, label_only=True)["scores"])


def test_load_pipeline_shows_no_bars_for_a_local_checkpoint_and_leaves_the_setting_as_it_was(exported, capfd):
    logging.enable_progress_bar()
    load_pipeline(exported)
    assert "Loading weights" not in capfd.readouterr().err and logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        load_pipeline(exported)
        assert not logging.is_progress_bar_enabled()
    finally:
        logging.enable_progress_bar()


def test_load_pipeline_names_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(ValueError, match="no checkpoint folder .*absent"):
        load_pipeline(tmp_path / "absent")


# ---- what is saved names the code -----------------------------------------------------------------------------------


def saved_config(model, folder):
    model.config.save_pretrained(folder)


def saved_fresh_config(model, folder):
    EaiLlmConfig(**model.config.to_dict()).save_pretrained(folder)


def saved_model(model, folder):
    model.save_pretrained(folder)


def saved_pipeline(model, folder):
    processor = EaiSkeletonProcessor.from_pretrained(model.config.name_or_path)
    pipeline(TASK, model=model, processor=processor).save_pretrained(folder)


def saved_by_trainer(model, folder):
    arguments = TrainingArguments(output_dir=str(folder), use_cpu=True, report_to=[])
    Trainer(model=model, args=arguments).save_model(str(folder))


@pytest.mark.parametrize("save", [saved_config, saved_fresh_config, saved_model, saved_pipeline, saved_by_trainer])
def test_every_way_to_save_names_the_code_of_all_classes(save, exported, tmp_path):
    save(EaiLlmForCausalLM.from_pretrained(exported), tmp_path)
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    assert config["auto_map"] == AUTO_MAP and config["custom_pipelines"] == CUSTOM_PIPELINES
    assert (tmp_path / "configuration_eai_llm.py").is_file()


def test_a_checkpoint_that_was_saved_again_needs_no_trust(exported, tmp_path, clip):
    pipe = pipeline(TASK, model=exported)
    pipe.save_pretrained(tmp_path)
    pipe.processor.save_pretrained(tmp_path)
    again = pipeline(TASK, model=tmp_path)
    np.testing.assert_allclose(
        list(again(clip, label_only=True)["scores"].values()), list(pipe(clip, label_only=True)["scores"].values())
    )
