"""The Hugging Face doors where this package is imported: its own classes, and what it exports."""

import pytest
from door_answers import RECORD_KEYS, Doors, differences
from hub_subprocess import value
from transformers import AutoConfig, AutoFeatureExtractor, AutoModel, AutoModelForCausalLM, AutoProcessor, pipeline
from transformers.dynamic_module_utils import get_class_from_dynamic_module
from transformers.pipelines import PIPELINE_REGISTRY

from eai_llm_hf import (
    DEFAULT_CHECKPOINT,
    TASK,
    EaiLlmConfig,
    EaiLlmForCausalLM,
    EaiSkeletonFeatureExtractor,
    EaiSkeletonProcessor,
    SkeletonEmotionExplanationPipeline,
)
from eai_llm_hf.publish.export import export
from eai_llm_hf.publish.remote_code import flat_copy


@pytest.fixture(scope="module")
def known(known_answers) -> list[dict]:
    """The records of a short and of a long clip."""
    records = [value(known_answers, door) for door in ("a short clip", "a long clip")]
    assert all(RECORD_KEYS <= set(record) for record in records)
    return records


def records(pipe, recordings) -> list[dict]:
    return pipe([recordings["short"], recordings["long"]], max_new_tokens=12)


def test_the_exported_code_is_the_flat_copy(exported):
    assert {path.name: path.read_text(encoding="utf-8") for path in exported.glob("*.py")} == flat_copy()


def test_an_export_brings_card_and_licence_and_takes_an_empty_folder_only(exported, hub_checkpoint):
    assert (exported / "README.md").read_text(encoding="utf-8").startswith("---\nlicense: ")
    assert "Apache License" in (exported / "LICENSE").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="is not empty"):
        export(hub_checkpoint, exported)


def test_the_auto_classes_know_the_package_without_remote_code(hub_checkpoint):
    assert type(AutoConfig.from_pretrained(hub_checkpoint)) is EaiLlmConfig
    assert type(AutoModel.from_pretrained(hub_checkpoint)) is EaiLlmForCausalLM
    assert type(AutoModelForCausalLM.from_pretrained(hub_checkpoint)) is EaiLlmForCausalLM
    assert type(AutoProcessor.from_pretrained(hub_checkpoint)) is EaiSkeletonProcessor
    assert type(AutoFeatureExtractor.from_pretrained(hub_checkpoint)) is EaiSkeletonFeatureExtractor


def test_no_door_fails_where_the_package_is_installed(known_answers):
    assert {door: answer["error"] for door, answer in known_answers.items() if "error" in answer} == {}


def test_each_form_of_a_reference_gives_the_same_records(known_answers):
    of_object, of_dict, of_path, of_name, of_another = value(known_answers, "a reference in each form")
    assert of_object == of_dict == of_path == of_name != of_another


def test_a_pipeline_loaded_as_remote_code_works_with_the_packages_processor(exported, recordings, known_answers):
    remote = get_class_from_dynamic_module("pipeline_eai_llm.SkeletonEmotionExplanationPipeline", str(exported))
    doors = Doors(str(exported), recordings, exported.parent, remote)
    assert type(doors.pipe).__module__.startswith("transformers_modules")
    assert type(doors.pipe.processor) is EaiSkeletonProcessor
    for door, answer in doors.answers().items():
        assert differences(value({door: answer}, door), value(known_answers, door), door) == []


def test_the_task_alone_takes_the_embedded_checkpoint(monkeypatch, hub_checkpoint, recordings, known):
    default = PIPELINE_REGISTRY.supported_tasks[TASK]["default"]
    assert default["model"] == (str(DEFAULT_CHECKPOINT), "main")
    monkeypatch.setitem(default, "model", (str(hub_checkpoint), "main"))
    pipe = pipeline(TASK)
    assert type(pipe) is SkeletonEmotionExplanationPipeline
    assert differences(records(pipe, recordings), known) == []


def test_a_pipeline_takes_a_model_object(hub_checkpoint, recordings, known):
    model = EaiLlmForCausalLM.from_pretrained(hub_checkpoint)
    processor = EaiSkeletonProcessor.from_pretrained(hub_checkpoint)
    pipe = pipeline(TASK, model=model, processor=processor)
    assert differences(records(pipe, recordings), known) == []
