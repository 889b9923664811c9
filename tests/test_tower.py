"""The skeleton tower as a model of transformers: configuration, new weights, attention, recorded outputs."""

from copy import deepcopy

import pytest
import torch
from transformers import PreTrainedModel

from eai_llm_hf import EaiLlmConfig, EaiLlmForCausalLM, EaiSkeletonConfig
from eai_llm_hf.modeling.skeleton_tower_eai_llm import EaiSkeletonTower

SMALL = {"hidden_size": 8, "num_attention_heads": 2, "intermediate_size": 8, "conv_channels": 4}


@pytest.fixture
def features(processor, clips) -> dict[str, torch.Tensor]:
    """The tower's inputs of three clips."""
    return dict(processor.feature_extractor(clips, return_tensors="pt"))


# ---- the configuration ----------------------------------------------------------------------------------------------


def test_a_configuration_without_the_hyperparameters_gets_their_former_values():
    old = EaiSkeletonConfig().to_dict()
    for name in ("min_feature_std", "velocity_weight", "feature_limit"):
        del old[name]
    config = EaiSkeletonConfig.from_dict(old)
    assert (config.min_feature_std, config.velocity_weight, config.feature_limit) == (0.02, 0.5, 8.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [("min_feature_std", 0.0), ("feature_limit", -1.0), ("feature_limit", float("inf")), ("velocity_weight", -0.5)],
)
def test_a_hyperparameter_out_of_range_is_refused_with_what_was_found(name, value):
    with pytest.raises(ValueError, match=rf"{name} must be .* found {value}"):
        EaiSkeletonConfig(**{name: value})


def test_the_tower_scales_features_as_its_configuration_says():
    tower = EaiSkeletonTower(EaiSkeletonConfig(**SMALL, min_feature_std=0.5, velocity_weight=0.25))
    std = torch.full_like(tower.feature_mean, 0.1)
    tower.standardise_by(torch.zeros_like(std), std)
    assert tower.feature_scale[1:, :3].eq(2.0).all() and tower.feature_scale[1:, 3:].eq(0.5).all()
    assert tower.feature_scale[0].eq(2.0).all(), "the first segment has velocities alone, which stay whole"


def test_a_feature_counts_no_more_than_the_limit(features):
    tower = EaiSkeletonTower(EaiSkeletonConfig(**SMALL, feature_limit=2.0)).eval()
    glitch = features["skeleton_features"].clone()
    glitch[:, 3] = 2.0
    expected = tower(**features | {"skeleton_features": glitch}).semantic_tokens
    glitch[:, 3] = 1000.0
    torch.testing.assert_close(tower(**features | {"skeleton_features": glitch}).semantic_tokens, expected)


def test_the_skeleton_side_is_exact_whatever_type_the_backbone_is_made_in(model):
    made = EaiLlmForCausalLM._from_config(model.config, dtype=torch.float16)
    assert {weight.dtype for weight in made.language_model.parameters()} == {torch.float16}
    for part in (made.skeleton_tower, made.projector, made.alignment):
        assert {value.dtype for value in part.state_dict().values()} == {torch.float32}


# ---- as a model of transformers -------------------------------------------------------------------------------------


def test_buffers_of_a_model_built_without_memory_are_set_when_it_gets_weights(model):
    with torch.device("meta"):
        built = EaiLlmForCausalLM(model.config)
    built.to_empty(device="cpu")
    for name in ("skeleton_tower.feature_mean", "skeleton_tower.feature_scale", "alignment.text_mean"):
        built.get_buffer(name).fill_(torch.nan)  # what memory happens to hold
    built.init_weights()
    assert built.skeleton_tower.feature_mean.eq(0).all() and built.skeleton_tower.feature_scale.eq(1).all()
    assert built.alignment.text_mean.eq(0).all()


def test_the_tower_gives_hidden_states_and_attentions_that_keep_their_gradients(features):
    tower = EaiSkeletonTower._from_config(EaiSkeletonConfig(**SMALL), attn_implementation="eager").eval()
    output = tower(**features, output_hidden_states=True, output_attentions=True)
    layers, tokens = tower.config.num_hidden_layers, output.hidden_states[0].shape[1]
    assert [states.shape for states in output.hidden_states] == [(3, tokens, 8)] * (layers + 1)
    assert [weights.shape for weights in output.attentions] == [(3, 2, tokens, tokens)] * layers
    kept = [output.hidden_states[0], output.attentions[0]]
    for tensor in kept:
        tensor.retain_grad()
    output.descriptors.sum().backward()
    assert all(tensor.grad.abs().sum() > 0 for tensor in kept)
    assert tower(**features).hidden_states is None


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_the_token_of_the_emotion_is_the_same_where_it_alone_is_wanted(features, attention):
    tower = EaiSkeletonTower._from_config(EaiSkeletonConfig(**SMALL), attn_implementation=attention).eval()
    features["skeleton_frame_mask"][0, 30:] = 0  # padding, which a mask of the attention hides
    alone = tower(**features, emotion_only=True)
    torch.testing.assert_close(alone.semantic_tokens, tower(**features).semantic_tokens[:, :1])
    assert alone.descriptors is None and alone.spatio_temporal_tokens is None


def test_flash_attention_is_refused_for_the_tower_and_left_to_the_backbone(model):
    config = EaiLlmConfig.from_dict(model.config.to_dict())
    with pytest.raises(ValueError, match="EaiLlmForCausalLM does not support Flash Attention"):
        EaiLlmForCausalLM._from_config(deepcopy(config), attn_implementation="flash_attention_2")

    with pytest.MonkeyPatch.context() as patch:  # as if flash attention were installed, which it is on few machines
        patch.setattr(PreTrainedModel, "_flash_attn_import_error", lambda *args, **kwargs: None)
        patch.setattr("transformers.modeling_utils.lazy_import_flash_attention", lambda *args, **kwargs: None)
        patch.setattr("transformers.modeling_utils.is_kernels_available", lambda *args, **kwargs: False)
        alone = {"text_config": "flash_attention_2"}
        made = EaiLlmForCausalLM._from_config(deepcopy(config), attn_implementation=alone)
        with pytest.raises(ValueError, match="EaiSkeletonTower does not support Flash Attention"):
            tower = {"skeleton_config": "flash_attention_2"}
            EaiLlmForCausalLM._from_config(deepcopy(config), attn_implementation=tower)
    assert made.language_model.config._attn_implementation == "flash_attention_2"
    assert made.skeleton_tower.config._attn_implementation == "sdpa"
