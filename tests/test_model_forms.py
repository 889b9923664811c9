"""What is trained and saved: LoRA in memory, and both forms of a checkpoint on disk."""

import json
from dataclasses import replace

import pytest
import torch
from chats import asked, taught
from conftest import SMALL_TOWER, make_backbone
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from eai_llm_hf import (
    EaiLlmConfig,
    EaiLlmForCausalLM,
    EaiSkeletonConfig,
    EaiSkeletonProcessor,
)
from eai_llm_hf.modeling.backbone_weights_eai_llm import merge_lora
from eai_llm_hf.training.adapters import add_lora, fold_lora

# ---- adapters -------------------------------------------------------------------------------------------------------


def train_a_step(peft_model, processor, clips):
    """One step of Adam on one question; gives the names of the parameters that changed."""
    before = {name: parameter.detach().clone() for name, parameter in peft_model.named_parameters()}
    inputs = processor.training_inputs(taught(clips, ["The movement looks sad."] * len(clips)))
    peft_model.train()
    optimizer = torch.optim.Adam([p for p in peft_model.parameters() if p.requires_grad], lr=1e-2)
    for _ in range(2):  # B starts at zero, so A gets its first gradient in the second step
        optimizer.zero_grad()
        peft_model(**inputs).loss.backward()
        optimizer.step()
    peft_model.eval()
    return {name for name, parameter in peft_model.named_parameters() if not torch.equal(parameter, before[name])}


def test_lora_trains_its_factors_and_the_modules_to_save_only(model, processor, clips):
    config = LoraConfig(
        r=2,
        target_modules=r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj)",
        modules_to_save=["skeleton_tower", "projector"],
        task_type="CAUSAL_LM",
    )
    peft_model = get_peft_model(model, config)
    changed = train_a_step(peft_model, processor, clips)
    assert {name for name in changed if "lora_" not in name and "modules_to_save" not in name} == set()
    assert any("lora_A" in name for name in changed) and any("lora_B" in name for name in changed)
    assert any("skeleton_tower.modules_to_save" in name for name in changed)
    assert any("projector.modules_to_save" in name for name in changed)

    inputs = asked(processor, clips)
    adapted = peft_model(**inputs).logits
    merged = peft_model.merge_and_unload()
    torch.testing.assert_close(merged(**inputs).logits, adapted, atol=1e-5, rtol=0)
    assert isinstance(merged, EaiLlmForCausalLM)


def test_an_adapter_saved_by_peft_is_read_back(model, processor, clips, tmp_path):
    config = LoraConfig(
        r=2, target_modules=r".*language_model.*\.q_proj", modules_to_save=["projector"], task_type="CAUSAL_LM"
    )
    base = tmp_path / "base"
    model.save_pretrained(base)
    peft_model = get_peft_model(EaiLlmForCausalLM.from_pretrained(base), config)
    train_a_step(peft_model, processor, clips)
    peft_model.save_pretrained(tmp_path / "adapter")
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path / "adapter")
    inputs = asked(processor, clips)
    expected = peft_model(**inputs).logits
    assert not torch.allclose(model(**inputs).logits, expected, atol=1e-4)
    torch.testing.assert_close(loaded(**inputs).logits, expected, atol=1e-5, rtol=0)


def test_folded_lora_travels_in_the_small_form_and_adds_up(model, processor, clips, tmp_path):
    inputs = asked(processor, clips)
    texts = processor.label_inputs(["sad", "happy"])
    encoded = model.encode_text(**texts)
    for turn in ("first", "second"):
        peft_model = add_lora(model, rank=2, alpha=4)
        train_a_step(peft_model, processor, clips)
        trained = peft_model(**inputs).logits
        model = fold_lora(peft_model)
        torch.testing.assert_close(model(**inputs).logits, trained, atol=1e-5, rtol=0)
        model.save_pretrained(tmp_path / turn, include_backbone=False)
        model = EaiLlmForCausalLM.from_pretrained(tmp_path / turn)
        torch.testing.assert_close(model(**inputs).logits, trained, atol=1e-4, rtol=0)
        torch.testing.assert_close(model.encode_text(**texts), encoded, msg="LoRA must leave the text space as it was")
    assert {tensor.shape[0] for name, tensor in model.lora_factors.items() if name.endswith(".A")} == {4}


def test_folded_lora_survives_the_whole_form(model, processor, clips, tmp_path):
    peft_model = add_lora(model, rank=2, alpha=4)
    train_a_step(peft_model, processor, clips)
    model = fold_lora(peft_model)
    inputs = asked(processor, clips)
    expected = model(**inputs).logits
    model.save_pretrained(tmp_path / "whole")
    whole, report = EaiLlmForCausalLM.from_pretrained(tmp_path / "whole", output_loading_info=True)
    assert not any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    torch.testing.assert_close(whole(**inputs).logits, expected, atol=1e-6, rtol=0)
    # The small form is the backbone as it was published plus the update, so the update must not be lost on the way.
    whole.save_pretrained(tmp_path / "small", include_backbone=False)
    small = EaiLlmForCausalLM.from_pretrained(tmp_path / "small")
    torch.testing.assert_close(small(**inputs).logits, expected, atol=1e-5, rtol=0)


def test_merge_lora_adds_the_product_of_its_factors():
    layers = torch.nn.ModuleDict({"q": torch.nn.Linear(3, 2, bias=False)})
    before = layers["q"].weight.detach().clone()
    a, b = torch.randn(1, 3), torch.randn(2, 1)
    merge_lora(layers, {"q.A": a, "q.B": b})
    torch.testing.assert_close(layers["q"].weight.detach(), before + b @ a)


# ---- on disk --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "small"])
def test_a_saved_model_gives_the_same_outputs(model, processor, clips, tmp_path, whole):
    inputs = asked(processor, clips)
    model.config.label_temperature = 1.7
    model.config.labels = ["calm", "tense"]
    expected = model(**inputs)
    model.save_pretrained(tmp_path, include_backbone=whole)
    weights = load_file(tmp_path / "model.safetensors")
    assert any(name.startswith("language_model.") for name in weights) == whole
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    assert config["holds_backbone"] == whole and model.config.holds_backbone

    for cls in (EaiLlmForCausalLM, AutoModelForCausalLM):
        loaded = cls.from_pretrained(tmp_path)
        assert isinstance(loaded, EaiLlmForCausalLM) and not loaded.training
        torch.testing.assert_close(loaded(**inputs).logits, expected.logits, atol=1e-6, rtol=0)
        assert (loaded.config.label_temperature, list(loaded.config.labels)) == (1.7, ["calm", "tense"])
        assert loaded.config.holds_backbone, "in memory the model is whole, whatever it was read from"
        assert loaded.generation_config.eos_token_id == model.generation_config.eos_token_id


def test_the_form_can_change_between_saves(model, processor, clips, tmp_path):
    inputs = asked(processor, clips)
    expected = model(**inputs).logits
    model.save_pretrained(tmp_path / "a", include_backbone=False)
    EaiLlmForCausalLM.from_pretrained(tmp_path / "a").save_pretrained(tmp_path / "b")
    EaiLlmForCausalLM.from_pretrained(tmp_path / "b").save_pretrained(tmp_path / "c", include_backbone=False)
    loaded = EaiLlmForCausalLM.from_pretrained(tmp_path / "c")
    torch.testing.assert_close(loaded(**inputs).logits, expected, atol=1e-6, rtol=0)


def test_the_small_form_is_small_and_holds_no_weight_of_the_backbone(model, tmp_path):
    model.save_pretrained(tmp_path, include_backbone=False)
    names = load_file(tmp_path / "model.safetensors").keys()
    assert {name.split(".")[0] for name in names} == {"skeleton_tower", "projector", "alignment"}


def test_loading_reports_no_missing_or_unexpected_weights(model, tmp_path):
    for whole in (True, False):
        model.save_pretrained(tmp_path / str(whole), include_backbone=whole)
        _, report = EaiLlmForCausalLM.from_pretrained(tmp_path / str(whole), output_loading_info=True)
        assert not any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))


def test_the_small_form_without_the_name_of_a_backbone_is_refused(model, tmp_path):
    model.config.backbone = None
    with pytest.raises(ValueError, match=r"needs config\.backbone"):
        model.save_pretrained(tmp_path, include_backbone=False)
    with pytest.raises(ValueError, match="needs the name of its backbone"):
        EaiLlmConfig(text_config=model.config.text_config, holds_backbone=False, text_layer=2)


def test_the_small_form_is_not_quantised_and_says_why(model, tmp_path):
    model.save_pretrained(tmp_path, include_backbone=False)
    with pytest.raises(ValueError, match="cannot be loaded with quantization_config: LoRA is merged into its text"):
        EaiLlmForCausalLM.from_pretrained(tmp_path, quantization_config={"quant_method": "bitsandbytes"})


def test_the_label_logits_and_the_text_layer_follow_the_configuration(model):
    with pytest.raises(ValueError, match="text_layer must lie between 1 and the backbone's 4 layers, found 5"):
        EaiLlmConfig(text_config=model.config.text_config, text_layer=5)
    with pytest.raises(ValueError, match="every part from 0 to num_parts - 1 = 4"):
        EaiSkeletonConfig(segment_parts=(0, 1, 2, 3, 3))
    with pytest.raises(ValueError, match="multiple of num_attention_heads, found 30 and 4"):
        EaiSkeletonConfig(hidden_size=30)
    with pytest.raises(ValueError, match="num_semantic_tokens must be at least 2"):
        EaiSkeletonConfig(num_semantic_tokens=1)


def test_a_backbone_without_a_spare_token_gets_room_for_the_placeholder(tmp_path, clips):
    folder = make_backbone(tmp_path / "backbone", chat_ml=False)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    words = len(tokenizer)
    processor = EaiSkeletonProcessor.from_tokenizer(tokenizer)
    assert processor.skeleton_token == "<skeleton>" and processor.skeleton_token_id == words
    torch.manual_seed(0)
    model = EaiLlmForCausalLM.from_backbone(
        str(folder),
        processor.skeleton_token_id,
        dtype=torch.float32,
        skeleton_config=SMALL_TOWER | processor.feature_extractor.skeleton_config,
        text_layer=2,
        explains=True,
    )
    assert model.config.text_config.vocab_size == words + 1
    inputs = asked(processor, clips)
    settings = {"max_new_tokens": 4, "do_sample": False, "repetition_penalty": 1.3, "eos_token_id": None}
    expected, generated = model(**inputs).logits, model.generate(**inputs, **settings)
    said = expected[inputs["attention_mask"].bool()]
    assert (said[:, words] < said[:, :words].amax(-1)).all(), "the placeholder must never be the likeliest word"
    for whole in (True, False):
        model.save_pretrained(tmp_path / str(whole), include_backbone=whole)
        loaded = EaiLlmForCausalLM.from_pretrained(tmp_path / str(whole))
        torch.testing.assert_close(loaded(**inputs).logits, expected, atol=1e-6, rtol=0)
        assert torch.equal(loaded.generate(**inputs, **settings), generated)


def test_clips_of_one_performer_in_pieces_read_like_the_same_frames(model, processor, clips):
    whole = clips[2]
    piece = replace(whole, joints=whole.joints[:60])
    copy = replace(whole, joints=whole.joints[:60].copy())
    features = processor.feature_extractor([piece, copy], return_tensors="pt")
    tokens = model.get_skeleton_features(**features)
    first, second = tokens.chunk(2)
    torch.testing.assert_close(first, second)


def test_a_saved_configuration_does_not_name_the_folder_of_the_backbone_on_this_machine(model, tmp_path):
    model.config.text_config._name_or_path = str(tmp_path / "backbones")
    model.config.text_config._model_name_or_path = "what a GGUF file calls itself"
    model.save_pretrained(tmp_path / "saved")
    saved = (tmp_path / "saved" / "config.json").read_text(encoding="utf-8")
    assert str(tmp_path) not in saved and "calls itself" not in saved
