"""What a call of the pipeline may be given: the same names as on the command line, and words about those it lacks."""

import argparse
import inspect
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import as_input, make_clip
from transformers import GenerationConfig, LogitsProcessor, pipeline

from eai_llm_hf import TASK, load_pipeline
from eai_llm_hf.cli.main import build_parser
from eai_llm_hf.cli.main import explain as explain_command
from eai_llm_hf.processing.attribution.attribution import attribute
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

SHORT = {"max_new_tokens": 4}


def arguments_of(call) -> set[str]:
    """Names of the arguments that a call knows itself."""
    kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {name for name, given in inspect.signature(call).parameters.items() if given.kind not in kinds} - {"self"}


@pytest.fixture
def asked(pipe, monkeypatch):
    """What `generate` is called with, one dict a call."""
    seen, generate = [], pipe.model.generate
    monkeypatch.setattr(pipe.model, "generate", lambda **given: seen.append(given) or generate(**given))
    return seen


# ---- one list of names ----------------------------------------------------------------------------------------------


def test_the_command_line_has_the_arguments_of_the_pipeline_and_of_loading_it():
    (commands,) = (action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    options = {action.dest for action in commands.choices["explain"]._actions} - {"help"}
    own = arguments_of(SkeletonEmotionExplanationPipeline._sanitize_parameters)
    said_by_files = {"joint_names"}  # a rig file, `--layout`, names the joints on the command line
    of_transformers = {"batch_size", "max_new_tokens"}
    of_the_command = {"clips", "format", "format_in", "performers_from", "pose_model", "report", "save_pose"}
    assert options - of_the_command == (own - said_by_files) | of_transformers | arguments_of(load_pipeline)
    assert set(explain_command._OPTIONS) == (own - said_by_files) | {"max_new_tokens"}


def test_the_page_on_usage_lists_every_argument_of_the_pipeline_by_its_name():
    text = (Path(__file__).parents[1] / "docs" / "usage.md").read_text(encoding="utf-8")
    table = re.search(r"\n## Options\n.*?\n\n(\|.*?)\n\n", text, re.DOTALL)[1]
    first_cells = [row.split("|")[1] for row in table.splitlines()[2:]]
    options = {name.replace("-", "_") for cell in first_cells for name in re.findall(r"--([a-z-]+)", cell)}
    own = arguments_of(SkeletonEmotionExplanationPipeline._sanitize_parameters)
    assert own - {"joint_names", "verify"} <= options and "no_verify" in options


def test_every_argument_of_the_pipeline_is_explained_where_it_is_called():
    text = SkeletonEmotionExplanationPipeline.__call__.__doc__
    own = arguments_of(SkeletonEmotionExplanationPipeline._sanitize_parameters)
    assert [name for name in own if not re.search(rf"\b{name}\b", text)] == []


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("candidate_lables", "candidate_labels"),
        ("topk", "top_k"),
        ("labels_only", "label_only"),
        ("generation_kwargs", "generate_kwargs"),
        ("batchsize", "batch_size"),
        ("window", "window_s"),
    ],
)
def test_an_unknown_argument_is_refused_with_names_that_are_near(pipe, inputs, wrong, near):
    message = rf"Unknown argument {wrong} .*Did you mean .*\b{near}\b"
    with pytest.raises(TypeError, match=message):
        pipe(inputs[0], **{wrong: 1})


def test_where_no_name_is_near_the_known_ones_are_listed(pipe, inputs):
    with pytest.raises(TypeError, match=r"Unknown argument zzz .*\bcandidate_labels\b.*\bgenerate\b"):
        pipe(inputs[0], zzz=1)
    with pytest.raises(TypeError, match=r"Unknown argument zzz .*\bquestion\b"):
        pipe.compare(inputs[0], inputs[1], zzz=1)


def test_an_unknown_argument_is_refused_when_the_pipeline_is_made(pipe):
    with pytest.raises(TypeError, match="Did you mean candidate_labels"):
        pipeline(TASK, model=pipe.model, processor=pipe.processor, candidate_label=["calm", "tense"])


# ---- candidate labels -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["happy, not confident", " happy ,not confident,", ("happy", "not confident ")])
def test_labels_may_be_a_string_with_commas(pipe, inputs, words):
    record = pipe(inputs[0], candidate_labels=words, label_only=True)
    assert record["scores"] == pipe(inputs[0], candidate_labels=["happy", "not confident"], label_only=True)["scores"]


@pytest.mark.parametrize("words", ["calm", ["calm"], ["happy, sad"], "calm,"])
def test_a_single_label_is_refused_with_a_reason(pipe, inputs, words):
    with pytest.raises(ValueError, match="two or more, found .*probability of a single label is always 1"):
        pipe(inputs[0], candidate_labels=words)


@pytest.mark.parametrize("words", ["sad, sad", ["sad", "sad "], "", " , ", []])
def test_labels_that_are_equal_or_empty_are_refused(pipe, inputs, words):
    with pytest.raises(ValueError, match="different words, two or more; found"):
        pipe(inputs[0], candidate_labels=words)


def test_another_form_of_a_trained_word_has_its_probability_and_the_record_keeps_the_users_word(pipe, inputs):
    plain = pipe(inputs[0], label_only=True)
    words = dict(zip(pipe.model.config.labels, ("Joy", "grief", "rage", "pride", "Not-Confident"), strict=True))
    record = pipe(inputs[0], candidate_labels=list(words.values()), attribution=True, **SHORT)
    assert record["scores"] == {words[label]: score for label, score in plain["scores"].items()}
    assert record["label"] == words[plain["label"]] and record["label"] in record["explanation"]
    assert record["attribution"]["label"] == record["label"]
    assert record["certainty"]["why"] == plain["certainty"]["why"], "they count as trained"


def test_two_forms_of_one_trained_word_are_refused_in_the_users_words(pipe, inputs):
    message = "'joy' and 'happiness' mean the same to this checkpoint, which was trained on 'happy'"
    for words in ("joy, happiness", "sad, joy, calm, happiness"):
        with pytest.raises(ValueError, match=message):
            pipe(inputs[0], candidate_labels=words)
    assert pipe(inputs[0], candidate_labels="bored, boredom", label_only=True)["certainty"]["level"] == "low"


def test_labels_that_are_no_words_are_refused(pipe, inputs):
    with pytest.raises(ValueError, match=r"must be words, found \[1, 2\]"):
        pipe(inputs[0], candidate_labels=[1, 2])


# ---- arguments of generate ------------------------------------------------------------------------------------------


def test_generate_kwargs_are_the_same_as_loose_arguments(pipe, inputs, asked):
    loose = pipe(inputs[0], num_beams=2, **SHORT)
    assert pipe(inputs[0], generate_kwargs={"num_beams": 2, **SHORT}) == loose
    assert pipe(inputs[0], generate_kwargs=SHORT, num_beams=2) == loose
    assert [(call["num_beams"], call["max_new_tokens"]) for call in asked] == [(2, 4)] * 3


def test_an_argument_given_twice_is_an_error(pipe, inputs):
    given = {"generate_kwargs": {"max_new_tokens": 3, "num_beams": 2}, "max_new_tokens": 4}
    for call in (
        lambda: pipe(inputs[0], **given),
        lambda: pipe.compare(inputs[0], inputs[1], **given),
        lambda: pipeline(TASK, model=pipe.model, processor=pipe.processor, **given),
    ):
        with pytest.raises(ValueError, match="Given twice.*: max_new_tokens"):
            call()


def test_generate_kwargs_of_the_pipeline_hold_for_its_calls_until_one_says_otherwise(pipe, inputs, asked):
    made = pipeline(TASK, model=pipe.model, processor=pipe.processor, generate_kwargs={"max_new_tokens": 3})
    made(inputs[0])
    made(inputs[0], generate_kwargs={"max_new_tokens": 2})
    made(inputs[0], generate_kwargs={"num_beams": 2})
    assert [(call["max_new_tokens"], call.get("num_beams")) for call in asked] == [(3, None), (2, None), (3, 2)]


def test_compare_takes_generate_kwargs(pipe, inputs, asked):
    loose = pipe.compare(inputs[0], inputs[1], **SHORT)
    assert pipe.compare(inputs[0], inputs[1], generate_kwargs=SHORT) == loose
    assert [call["max_new_tokens"] for call in asked] == [4, 4]


def test_arguments_that_generate_has_next_to_its_configuration_reach_it(pipe, inputs, asked):
    class Silence(LogitsProcessor):
        def __call__(self, input_ids, scores):
            ends = torch.arange(scores.shape[-1]) == pipe.processor.tokenizer.eos_token_id
            return torch.where(ends, 0.0, -torch.inf).expand_as(scores)

    own = GenerationConfig(max_new_tokens=2)
    pipe(inputs[0], generate_kwargs={"generation_config": own})
    pipe(inputs[0], generate_kwargs={"logits_processor": [Silence()]})
    assert asked[0]["generation_config"].max_new_tokens == 2
    first, *others = asked[1]["logits_processor"]
    assert isinstance(first, Silence) and len(others) == 1, "the marks are bound after it"


def test_generate_kwargs_hold_arguments_of_generate_alone(pipe, inputs):
    with pytest.raises(TypeError, match="Unknown argument label_only"):
        pipe(inputs[0], generate_kwargs={"label_only": True})
    with pytest.raises(TypeError, match="generate_kwargs must be a dict, found list"):
        pipe(inputs[0], generate_kwargs=["max_new_tokens"])
    assert pipe(inputs[0], generate_kwargs=None, label_only=True) == pipe(inputs[0], label_only=True)


# ---- reference ------------------------------------------------------------------------------------------------------


def test_a_reference_may_be_itself_a_dict_or_a_file(pipe, inputs, tmp_path):
    own = pipe.calibrate([as_input(make_clip(seed, rig="bandai22", duration_s=2.5)) for seed in range(20, 25)])
    own.save(tmp_path / "own.json")
    forms = [own, own.to_dict(), str(tmp_path / "own.json"), tmp_path / "own.json"]
    plain, *records = (pipe(inputs[0], reference=form, label_only=True) for form in (None, *forms))
    assert plain["evidence"] != records[0]["evidence"]
    for record in records:  # a file has rounded numbers
        assert record["scores"] == pytest.approx(records[0]["scores"], abs=1e-4)
        assert [item["claim"] for item in record["evidence"]] == [item["claim"] for item in records[0]["evidence"]]


# ---- attribution ----------------------------------------------------------------------------------------------------


def attributed(pipe, given, labels=None, reference=None) -> list[dict]:
    """The attribution of each person of an input, found one by one."""
    return [
        attribute(pipe.scorer, person, labels, reference=reference).to_dict()
        for person in pipe.feature_extractor.clips(given)
    ]


def test_attribution_comes_with_the_record_on_request(pipe, inputs):
    record = pipe(inputs[0], attribution=True, label_only=True)
    assert "attribution" not in pipe(inputs[0], label_only=True)
    assert [record["attribution"]] == attributed(pipe, inputs[0]) and json.loads(json.dumps(record)) == record
    assert record["attribution"]["label"] == record["label"]
    assert np.abs(record["attribution"]["values"]).max() > 0
    rest = {name: value for name, value in record.items() if name != "attribution"}
    assert rest == pipe(inputs[0], label_only=True)


def test_attribution_goes_with_a_text_and_may_be_set_for_all_calls(pipe, inputs):
    made = pipeline(TASK, model=pipe.model, processor=pipe.processor, attribution=True, **SHORT)
    record = made(inputs[0])
    assert record["explanation"] and [record["attribution"]] == attributed(pipe, inputs[0])
    assert "attribution" not in made(inputs[0], attribution=False)


def test_attribution_of_batches_people_long_clips_and_bad_ones(pipe, inputs):
    joints = inputs[1]["joints"]
    people = {**inputs[1], "joints": np.stack([joints, joints[::-1]])}
    long = as_input(make_clip(4, action="walk", rig="bandai22", duration_s=12.4))
    given = [inputs[0], people, "absent.bvh", long]
    first, pair, bad, last = pipe(given, batch_size=3, attribution=True, label_only=True)
    assert "error" in bad and "attribution" not in bad
    assert [first["attribution"]] == attributed(pipe, inputs[0])
    assert [record["attribution"] for record in pair] == attributed(pipe, people)
    assert [last["attribution"]] == attributed(pipe, long) and last["attribution"]["bounds_s"][-1] > 12


def test_attribution_is_of_the_candidate_labels_and_the_reference_that_were_given(pipe, inputs):
    labels = ["calm", "tense"]
    reference = pipe.calibrate([as_input(make_clip(seed, rig="bandai22", duration_s=2.5)) for seed in range(20, 25)])
    record = pipe(inputs[0], candidate_labels=labels, reference=reference, attribution=True, label_only=True)
    assert [record["attribution"]] == attributed(pipe, inputs[0], labels, reference)
    assert [record["attribution"]] != attributed(pipe, inputs[0], labels)


def test_where_captum_is_missing_attribution_says_what_to_install(pipe, inputs, monkeypatch):
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    pipe(inputs[0], label_only=True)
    with pytest.raises(ImportError, match="attribution=True needs the package captum: pip install captum"):
        pipe(inputs[0], attribution=True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"candidate_labels": "Happy, happy"}, "different words"),
        ({"candidate_labels": 5}, "must be words"),
        ({"num_return_sequences": 2, "do_sample": True}, "A record has one text"),
        ({"generate_kwargs": {"return_dict_in_generate": True}}, "A record has one text"),
        ({"question": "what of <empty_output>?"}, "question must not contain <empty_output>"),
        ({"candidate_labels": ["<empty_output>", "sad"]}, "candidate_labels must not contain"),
    ],
)
def test_what_no_record_can_answer_is_refused_before_any_work(pipe, inputs, given, message):
    with pytest.raises(ValueError, match=message):
        pipe(inputs[0], **given)
