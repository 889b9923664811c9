"""The tests that transformers runs on its own models, applied to ours; `transformers_suite.py` downloads them."""

import re
import unittest
from functools import wraps
from unittest.mock import patch

import pytest
import torch
import transformers
import transformers_suite
from conftest import as_input, make_clip, make_reference, make_tokenizer
from transformers import LlamaConfig
from transformers.models.auto import modeling_auto

from eai_llm_hf import (
    EaiLlmConfig,
    EaiLlmForCausalLM,
    EaiSkeletonConfig,
    EaiSkeletonFeatureExtractor,
    EaiSkeletonProcessor,
)
from eai_llm_hf.modeling.skeleton_tower_eai_llm import EaiSkeletonTower
from eai_llm_hf.processing.processing_eai_llm import chat_template_for

pytest.importorskip("parameterized", reason="transformers' own tests are written with it")
try:
    modeling = transformers_suite.load("test_modeling_common")
    configuration = transformers_suite.load("test_configuration_common")
    feature_extraction = transformers_suite.load("test_feature_extraction_common")
    processing = transformers_suite.load("test_processing_common")
except transformers_suite.Unavailable as missing:
    pytest.skip(f"transformers' own tests did not run: {missing}", allow_module_level=True)

GenerationTesterMixin = transformers_suite.STAND_INS["generation.test_utils"]["GenerationTesterMixin"]

FAILS, NOT_RUN = "fails", "not run"
NO_PICTURES = "the processor refuses images and audio, which this test passes"
EXCEPTIONS = {
    "EaiLlmModelTest": {
        "test_correct_missing_keys": (
            NOT_RUN,
            "loads a folder of the text backbone as a checkpoint of the whole model, which then builds a backbone of "
            "the default size, 7 billion weights; `from_backbone` is for such a folder",
        ),
        "test_model_rope_scaling_from_config": (
            FAILS,
            "reads last_hidden_state, but AutoModel returns a model with a head; rotary embeddings are the backbone's",
        ),
    },
    "EaiSkeletonTowerTest": {
        "test_eager_matches_sdpa_inference": (
            FAILS,
            "passes only the main input, and the tower needs its masks; "
            "test_model.py tests that eager and fused attention give the same",
        ),
        "test_model_get_set_embeddings": (FAILS, "the tower reads features and has no input embeddings"),
        "test_model_outputs_equivalence": (FAILS, "subtracts outputs, and window_mask is boolean"),
    },
    "EaiSkeletonProcessorTest": {
        "test_model_input_names": (FAILS, f"{NO_PICTURES}; the test below does the same with a clip"),
        "test_flat_kwarg_applied_when_modality_dict_lacks_it": (FAILS, NO_PICTURES),
        "test_apply_chat_template_audio": (NOT_RUN, f"{NO_PICTURES} after looking for them on the network"),
    },
}
"""The tests that do not pass, each with its reason. If one that is marked as failing passes, that is an error."""


def excepted(cls):
    """Marks the exceptions of a test class; a name stands for all tests that `parameterized` makes of it."""
    for name, (how, reason) in EXCEPTIONS[cls.__name__].items():
        found = [t for t in dir(cls) if re.fullmatch(rf"{name}(_\d+.*)?", t) and callable(getattr(cls, t))]
        assert found, f"{cls.__name__} has no {name} with transformers {transformers.__version__}"
        mark = pytest.mark.skip(reason=reason) if how == NOT_RUN else pytest.mark.xfail(strict=True, reason=reason)
        for test in found:
            setattr(cls, test, mark(_own(getattr(cls, test))))
    return cls


def _own(test):
    """A copy of the test, so that the mark is not on that of other classes."""

    @wraps(test)
    def run(self):
        return test(self)

    return run


class TowerTester:
    batch_size, seq_length, hidden_size, num_hidden_layers, num_attention_heads = 3, 6, 8, 2, 2
    is_training = False
    encoder_seq_length = key_length = seq_length

    def get_config(self):
        return EaiSkeletonConfig(
            segment_parts=[0, 0, 1],
            num_channels=4,
            num_parts=2,
            frames_per_window=4,
            max_windows=2,
            num_semantic_tokens=3,
            conv_channels=4,
            conv_kernel_size=3,
            hidden_size=self.hidden_size,
            num_hidden_layers=self.num_hidden_layers,
            num_attention_heads=self.num_attention_heads,
            intermediate_size=8,
            num_descriptors=2,
            alignment_size=8,
            dropout=0.0,
            descriptor_dropout=0.0,
        )

    def prepare_config_and_inputs_for_common(self):
        config = self.get_config()
        inputs = {
            "skeleton_features": torch.randn(self.batch_size, 4, 3, 4),
            "skeleton_frame_mask": torch.ones(self.batch_size, 4, dtype=torch.long),
            "skeleton_segment_mask": torch.ones(self.batch_size, 3, dtype=torch.long),
            "skeleton_descriptors": torch.randn(self.batch_size, 2),
        }
        return config, inputs


class ModelTester:
    batch_size, hidden_size, num_hidden_layers, num_attention_heads, vocab_size = 3, 16, 2, 2, 40
    seq_length = 10
    is_training = True
    skeleton_tokens = 6

    def get_config(self):
        text = LlamaConfig(
            vocab_size=self.vocab_size,
            hidden_size=self.hidden_size,
            intermediate_size=16,
            num_hidden_layers=self.num_hidden_layers,
            num_attention_heads=self.num_attention_heads,
            num_key_value_heads=1,
            max_position_embeddings=64,
            pad_token_id=0,
            bos_token_id=None,
            eos_token_id=1,
        )
        return EaiLlmConfig(
            skeleton_config=TowerTester().get_config(), text_config=text, skeleton_token_id=3, text_layer=1
        )

    def prepare_config_and_inputs_for_common(self):
        config = self.get_config()
        _, clips = TowerTester().prepare_config_and_inputs_for_common()
        input_ids = torch.randint(4, self.vocab_size, (self.batch_size, self.seq_length))
        input_ids[:, 1 : 1 + self.skeleton_tokens] = config.skeleton_token_id
        return config, {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids), **clips}


@excepted
class EaiLlmModelTest(modeling.ModelTesterMixin, GenerationTesterMixin, unittest.TestCase):
    all_model_classes = (EaiLlmForCausalLM,)
    _is_composite = True
    test_all_params_have_gradient = False  # texts are learned without the alignment and the descriptors' head
    test_can_init_all_missing_weights_before_2023 = True

    def setUp(self):
        self.model_tester = ModelTester()
        self.config_tester = configuration.ConfigTester(self, config_class=EaiLlmConfig, has_text_modality=False)
        # As for a model of transformers' own; the tests look here for what a class is.
        known = {EaiLlmConfig.model_type: EaiLlmForCausalLM.__name__}
        for mapping in (modeling_auto.MODEL_MAPPING_NAMES, modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES):
            patched = patch.dict(mapping, known)
            patched.start()
            self.addCleanup(patched.stop)

    def test_config(self):
        self.config_tester.run_common_tests()


@excepted
class EaiSkeletonTowerTest(modeling.ModelTesterMixin, unittest.TestCase):
    all_model_classes = (EaiSkeletonTower,)
    test_can_init_all_missing_weights_before_2023 = True
    test_resize_embeddings = False

    def setUp(self):
        self.model_tester = TowerTester()
        self.config_tester = configuration.ConfigTester(self, config_class=EaiSkeletonConfig, has_text_modality=False)

    def test_config(self):
        self.config_tester.run_common_tests()


class EaiSkeletonFeatureExtractionTest(feature_extraction.FeatureExtractionSavingTestMixin, unittest.TestCase):
    feature_extraction_class = EaiSkeletonFeatureExtractor
    feat_extract_dict = {"max_windows": 4}


@excepted
class EaiSkeletonProcessorTest(processing.ProcessorTesterMixin, unittest.TestCase):
    processor_class = EaiSkeletonProcessor

    @classmethod
    def _setup_tokenizer(cls):
        return make_tokenizer()

    @classmethod
    def _setup_feature_extractor(cls):
        return EaiSkeletonFeatureExtractor(reference=make_reference().to_dict())

    @staticmethod
    def prepare_processor_dict():
        token = "<empty_output>"
        return {"skeleton_token": token, "chat_template": chat_template_for(make_tokenizer(), token)}

    def get_subprocessor_name(self, modality, attributes):
        return "audio_processor" if modality == "audio" else super().get_subprocessor_name(modality, attributes)

    def test_model_input_names_with_a_clip(self):
        processor = self.get_processor()
        inputs = processor(text=f"{processor.skeleton_token} Why?", skeletons=as_input(make_clip(1, rig="bandai22")))
        self.assertSetEqual(set(inputs.keys()), set(processor.model_input_names))
