"""Adapters: what PEFT saves can be loaded, and what is merged is never lost in the small form."""

import copy

import pytest
import torch
from conftest import make_clip
from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.tuners_utils import BaseTunerLayer
from transformers import AutoModelForCausalLM, pipeline

from eai_llm_hf import TASK, EaiLlmForCausalLM, EaiSkeletonProcessor
from eai_llm_hf.processing.label_scoring import CACHED_LABEL_LISTS
from eai_llm_hf.training.adapters import add_lora, fold_lora

ATTENTION = r".*language_model.*\.(q_proj|v_proj)"


def load(folder, **options) -> EaiLlmForCausalLM:
    return EaiLlmForCausalLM.from_pretrained(folder, **options)


def trained(peft_model: PeftModel, seed: int = 0, size: float = 0.1) -> PeftModel:
    """The model with noise on its trainable weights, as if it had learned something."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for value in peft_model.parameters():
            if value.requires_grad:
                value.add_(size * torch.randn(value.shape, generator=generator))
    return peft_model.eval()


@pytest.fixture(scope="module")
def inputs(tiny_checkpoint) -> dict:
    """A prompt about a clip."""
    processor = EaiSkeletonProcessor.from_pretrained(tiny_checkpoint)
    clip = make_clip(1, emotion="sad", action="walk", duration_s=2.5)
    return dict(processor(text=f"{processor.skeleton_token} What emotion?", skeletons=clip))


@pytest.fixture
def logits(inputs):
    """The logits of a model."""

    def of(model) -> torch.Tensor:
        with torch.no_grad():
            return model(**inputs).logits.float()

    return of


@pytest.fixture
def adapter(tiny_checkpoint, tmp_path):
    """Folder of an adapter of the tiny checkpoint, and the model from which it was saved."""
    peft_model = trained(add_lora(load(tiny_checkpoint), rank=2))
    peft_model.save_pretrained(tmp_path / "adapter")
    return tmp_path / "adapter", peft_model


# ---- reading back ---------------------------------------------------------------------------------------------------


def test_every_door_reads_the_adapter_of_a_small_checkpoint(adapter, tiny_checkpoint, logits):
    folder, peft_model = adapter
    expected = logits(peft_model)
    assert not torch.allclose(logits(load(tiny_checkpoint)), expected, atol=1e-2)
    attached = load(tiny_checkpoint)
    attached.load_adapter(str(folder))
    doors = {
        "PeftModel": PeftModel.from_pretrained(load(tiny_checkpoint), folder),
        "load_adapter": attached,
        "AutoModelForCausalLM": AutoModelForCausalLM.from_pretrained(folder),  # finds the base by adapter_config.json
    }
    for door, model in doors.items():
        torch.testing.assert_close(logits(model), expected, atol=1e-6, rtol=0, msg=door)


def test_a_pipeline_can_be_made_from_an_adapter(adapter, tiny_checkpoint, logits):
    folder, peft_model = adapter
    processor = EaiSkeletonProcessor.from_pretrained(tiny_checkpoint)
    pipe = pipeline(TASK, model=str(folder), processor=processor, device="cpu")
    torch.testing.assert_close(logits(pipe.model), logits(peft_model), atol=1e-6, rtol=0)


def test_an_adapter_does_not_change_the_label_texts(adapter, tiny_checkpoint):
    processor, base = EaiSkeletonProcessor.from_pretrained(tiny_checkpoint), load(tiny_checkpoint)
    texts = processor.label_inputs(["sad", "happy"])
    assert torch.equal(adapter[1].get_base_model().encode_text(**texts), base.encode_text(**texts))


# ---- merging --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {"r": 2, "lora_alpha": 6},
        {"r": 4, "lora_alpha": 6, "use_rslora": True},
        {"r": 2, "lora_alpha": 6, "rank_pattern": {"q_proj": 3}, "alpha_pattern": {"v_proj": 1}},
    ],
    ids=["plain", "rank-stabilised", "rank and alpha by module"],
)
def test_folding_keeps_the_factors_of_any_lora(settings, tiny_checkpoint, logits, tmp_path):
    config = LoraConfig(target_modules=ATTENTION, modules_to_save=["projector"], task_type="CAUSAL_LM", **settings)
    peft_model = trained(get_peft_model(load(tiny_checkpoint), config, adapter_name="mine"))
    expected = logits(peft_model)
    folded = fold_lora(peft_model)
    torch.testing.assert_close(logits(folded), expected, atol=1e-5, rtol=0)
    folded.save_pretrained(tmp_path / "small", include_backbone=False)
    torch.testing.assert_close(logits(load(tmp_path / "small")), expected, atol=1e-5, rtol=0)


def test_folding_keeps_the_factors_of_all_active_adapters(tiny_checkpoint, logits, tmp_path):
    config = LoraConfig(r=2, target_modules=ATTENTION, task_type="CAUSAL_LM")
    peft_model = get_peft_model(load(tiny_checkpoint), config, adapter_name="first")
    peft_model.add_adapter(
        "second", LoraConfig(r=3, target_modules=r".*language_model.*q_proj", task_type="CAUSAL_LM")
    )
    peft_model.add_adapter("asleep", copy.copy(config))
    peft_model.base_model.set_adapter(["first", "second", "asleep"])
    trained(peft_model)
    peft_model.base_model.set_adapter(["first", "second"])
    expected = logits(peft_model)
    folded = fold_lora(peft_model)
    folded.save_pretrained(tmp_path / "small", include_backbone=False)
    torch.testing.assert_close(logits(load(tmp_path / "small")), expected, atol=1e-5, rtol=0)
    ranks = {name[-8:]: len(value) for name, value in folded.lora_factors.items() if name.endswith(".A")}
    assert ranks == {"q_proj.A": 5, "v_proj.A": 2}


# ---- what the small form would lose ---------------------------------------------------------------------------------


def merged_by_peft(model: EaiLlmForCausalLM, folder) -> EaiLlmForCausalLM:
    return PeftModel.from_pretrained(model, folder).merge_and_unload()


def with_an_adapter_attached(model: EaiLlmForCausalLM, folder) -> EaiLlmForCausalLM:
    model.load_adapter(str(folder))
    return model


def inside_of_a_peft_model(model: EaiLlmForCausalLM, folder) -> EaiLlmForCausalLM:
    return PeftModel.from_pretrained(model, folder).get_base_model()


def fine_tuned_without_an_adapter(model: EaiLlmForCausalLM, folder) -> EaiLlmForCausalLM:
    with torch.no_grad():
        model.language_model.get_input_embeddings().weight[3, 3] += 0.01
    return model


@pytest.mark.parametrize(
    "learn", [merged_by_peft, with_an_adapter_attached, inside_of_a_peft_model, fine_tuned_without_an_adapter]
)
def test_the_small_form_refuses_what_it_would_lose(learn, adapter, tiny_checkpoint, tmp_path):
    model = learn(load(tiny_checkpoint), adapter[0])
    with pytest.raises(ValueError, match=r"The small form would lose .*fold_lora, which keeps its factors"):
        model.save_pretrained(tmp_path / "small", include_backbone=False)
    assert not (tmp_path / "small").exists()


def test_what_peft_merged_can_be_saved_in_the_whole_form(adapter, tiny_checkpoint, logits, tmp_path):
    folder, peft_model = adapter
    expected = logits(peft_model)
    merged_by_peft(load(tiny_checkpoint), folder).save_pretrained(tmp_path / "whole")
    whole = load(tmp_path / "whole")
    torch.testing.assert_close(logits(whole), expected, atol=1e-5, rtol=0)
    with pytest.raises(ValueError, match="The small form would lose"):  # also after the whole form
        whole.save_pretrained(tmp_path / "small", include_backbone=False)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_an_update_of_less_than_a_hundredth_is_not_lost_and_rounding_is_no_update(dtype, tiny_checkpoint, tmp_path):
    model = load(tiny_checkpoint, dtype=dtype)
    for turn in range(3):  # each rounds the sum anew
        model = fold_lora(trained(add_lora(model, rank=2), seed=turn))
    model.save_pretrained(tmp_path / "small", include_backbone=False)
    for other in (torch.bfloat16, torch.float32):
        copy.deepcopy(model).to(other).save_pretrained(tmp_path / str(other), include_backbone=False)

    loaded = load(tmp_path / "small", dtype=dtype)
    before = loaded.language_model.model.layers[2].self_attn.q_proj.weight.detach().clone().float()
    merged = trained(add_lora(loaded, rank=2), size=1e-3).merge_and_unload()
    change = (merged.language_model.model.layers[2].self_attn.q_proj.weight.float() - before).norm() / before.norm()
    assert 0 < change < 1e-2
    with pytest.raises(ValueError, match="The small form would lose"):
        merged.save_pretrained(tmp_path / "lost", include_backbone=False)


def test_saving_the_small_form_without_the_backbone_warns_that_it_was_not_checked(
    tiny_checkpoint, tmp_path, monkeypatch
):
    model = load(tiny_checkpoint)
    model.config.backbone = "someone/absent-model"
    said = []
    monkeypatch.setattr("eai_llm_hf.modeling.checkpoint_forms_eai_llm.logger.warning", said.append)
    model.save_pretrained(tmp_path / "small", include_backbone=False)
    assert any("could not be checked" in line and "someone/absent-model" in line for line in said)


# ---- what is kept of texts ------------------------------------------------------------------------------------------


@pytest.fixture
def deep_adapter(tiny_checkpoint, tmp_path):
    """Folder of an adapter that reaches the layers which encode texts."""
    config = LoraConfig(r=2, target_modules=ATTENTION)
    trained(get_peft_model(load(tiny_checkpoint), config), size=0.5).save_pretrained(tmp_path / "deep")
    return str(tmp_path / "deep")


@pytest.fixture
def own_pipe(tiny_checkpoint):
    """A pipeline that a test may change."""
    processor = EaiSkeletonProcessor.from_pretrained(tiny_checkpoint)
    return pipeline(TASK, model=load(tiny_checkpoint), processor=processor, device="cpu")


def switch(model, adapter: str | None):
    """What `set_adapter` and `disable_adapters` do; those of transformers 5.24 refuse PEFT 0.21, the newest."""
    for module in model.modules():
        if isinstance(module, BaseTunerLayer):
            module.enable_adapters(adapter is not None)
            if adapter is not None:
                module.set_adapter(adapter)


def test_label_texts_are_encoded_again_when_an_adapter_is_loaded_switched_or_disabled(own_pipe, deep_adapter):
    model, labels = own_pipe.model, ["happy", "sad"]
    plain = own_pipe.scorer.text_states(labels)
    assert own_pipe.scorer.text_states(labels) is plain, "kept while nothing changes"

    model.load_adapter(deep_adapter, "first")
    adapted = own_pipe.scorer.text_states(labels)
    assert not torch.allclose(adapted, plain, atol=1e-3)
    model.load_adapter(deep_adapter, "second")
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B.second" in name:
                weight.zero_()
    switch(model, "second")
    torch.testing.assert_close(own_pipe.scorer.text_states(labels), plain)
    switch(model, "first")
    torch.testing.assert_close(own_pipe.scorer.text_states(labels), adapted)
    switch(model, None)
    torch.testing.assert_close(own_pipe.scorer.text_states(labels), plain)


def test_text_states_in_a_checkpoint_are_not_used_with_an_adapter(own_pipe, deep_adapter):
    model, labels = own_pipe.model, ["happy", "sad"]
    plain = own_pipe.scorer.text_states(labels)
    model.label_states = dict(zip(labels, plain, strict=True))
    torch.testing.assert_close(own_pipe.scorer.text_states(labels), plain)
    model.load_adapter(deep_adapter)
    assert not torch.allclose(own_pipe.scorer.text_states(labels), plain, atol=1e-3)
    switch(model, None)
    assert model.known_text_states(labels) is not None


def test_a_pipeline_keeps_the_label_lists_that_were_used_last(own_pipe):
    first = own_pipe.scorer.text_states(["label 0"])
    for index in range(1, CACHED_LABEL_LISTS):
        own_pipe.scorer.text_states([f"label {index}"])
    assert own_pipe.scorer.text_states(["label 0"]) is first
    own_pipe.scorer.text_states(["one more"])
    assert len(own_pipe.scorer._cached) == CACHED_LABEL_LISTS
    assert ("label 0",) in own_pipe.scorer._cached and ("label 1",) not in own_pipe.scorer._cached
