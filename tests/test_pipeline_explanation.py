"""Explanations of the pipeline: what the model may state, which text stands in the record, and its reasons."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from conftest import make_clip, says, truth

from eai_llm_hf.processing import pipeline_eai_llm
from eai_llm_hf.processing.claims.argument import uses_of, write_argument
from eai_llm_hf.processing.claims.claim import canonical_claim, holds
from eai_llm_hf.processing.claims.marks import mark
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.claims.phrases import OPPOSITE
from eai_llm_hf.processing.claims.reasons import Reason
from eai_llm_hf.processing.claims.signs import emotions_with_signs, relation
from eai_llm_hf.processing.claims.writing import named_label
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX
from eai_llm_hf.processing.record import NOTHING_MOVES


def test_whatever_the_model_prefers_every_statement_holds_and_is_in_the_evidence(pipe, inputs):
    rows, reference = truth(pipe, inputs[0])
    record = pipe(inputs[0], max_new_tokens=40)
    said = find_claims(record["explanation"])
    assert said and all(holds(claim, rows, reference) for claim in said)
    first = [(item["descriptor"], item["direction"]) for item in record["evidence"][: len(said)]]
    assert first == [(claim.descriptor, claim.direction) for claim in said]
    assert all(item["holds"] for item in record["evidence"])
    assert named_label(record["explanation"], list(record["scores"])) == record["label"]


def test_reasons_say_for_or_against_which_emotion_and_where_the_evidence_is(pipe, inputs):
    found = set()
    for given in inputs:
        record = pipe(given, max_new_tokens=2)
        for reason in record["reasons"]:
            evidence = record["evidence"][reason["evidence"]]
            assert evidence["claim"] == reason["claim"] and evidence["holds"]
            assert reason["emotion"] in (record["label"], record["certainty"]["runner_up"])
            assert 0 < reason["strength"] <= 1 and reason["source"]
            found.add(reason["relation"])
    assert found and found <= {"for", "against"}
    json.dumps(record, allow_nan=False)


def test_a_sign_that_the_text_gives_for_the_runner_up_is_in_the_reasons_with_that_emotion(pipe, inputs, monkeypatch):
    argued = pipeline_eai_llm.person_argument
    found = []

    def only_of_the_rival(*given):
        """An argument with one claim of the clip, which is a sign of nothing but the runner-up."""
        argument = argued(*given)
        claim = next(reason.claim for reason in argument.stated if signs_for(reason.claim))
        found.append((claim, signs_for(claim)[0]))
        observed = (Reason(claim, "none", "calm", 0.0, ""),)
        nothing = {"reasons": (), "against": (), "deciding": ()}
        return replace(argument, label="calm", runner_up=found[0][1], observed=observed, **nothing)

    monkeypatch.setattr(pipeline_eai_llm, "person_argument", only_of_the_rival)
    record = pipe(inputs[0], max_new_tokens=2)
    ((claim, emotion),) = found
    sign = relation(claim.descriptor, claim.direction, emotion)
    expected = {"claim": claim.text, "relation": "for", "emotion": emotion, "evidence": 0}
    assert record["reasons"] == [expected | {"strength": sign.strength, "source": sign.source}]
    assert record["evidence"][0]["claim"] == claim.text


def signs_for(claim) -> list[str]:
    signs = {each: relation(claim.descriptor, claim.direction, each) for each in sorted(emotions_with_signs())}
    return [each for each, sign in signs.items() if sign.relation == "for"]


@pytest.fixture
def writes(pipe, monkeypatch):
    """Lets the language model write what a function makes of the argument."""

    def write(text_of):
        arguments = []
        argued = pipeline_eai_llm.person_argument
        monkeypatch.setattr(
            pipeline_eai_llm, "person_argument", lambda *given: arguments.append(argued(*given)) or arguments[-1]
        )

        def generate(input_ids, **given):
            tail = pipe.processor.tokenizer(" " + text_of(arguments[-1]))["input_ids"]
            return torch.cat([input_ids, torch.tensor(tail)[None]], dim=1)

        monkeypatch.setattr(pipe.model, "generate", generate)
        return arguments

    return write


def test_a_text_that_says_what_the_argument_says_stays_word_for_word(pipe, inputs, writes):
    arguments = writes(lambda argument: write_argument(argument, 5, marked=True))
    record = pipe(inputs[0])
    (argument,) = arguments
    assert argument.stated, "or nothing is tested"
    assert record["written_by"] == "model" and record["dropped_claims"] == 0
    assert record["explanation"] == write_argument(argument, 5)
    assert argument.label == record["label"] and argument.runner_up == record["certainty"]["runner_up"]
    assert argument.level == record["certainty"]["level"]
    said = [(reason["claim"], reason["relation"]) for reason in record["reasons"]]
    assert sorted(said) == sorted(
        (reason.claim.text, "for" if use == "for the runner-up" else reason.relation)
        for use, reason in uses_of(argument)
        if use != "other"
    )


def test_a_language_model_that_has_not_learned_to_explain_is_not_asked_to(pipe, inputs, monkeypatch):
    expected = pipe(inputs[0], max_new_tokens=2)
    assert expected["written_by"] == "template", "cut off, so the text of the argument took its place"
    monkeypatch.setattr(pipe.model.config, "explains", False)
    monkeypatch.setattr(pipe.model, "generate", None)
    assert pipe(inputs[0]) == expected


def test_a_text_with_other_words_than_its_marks_gives_way_and_the_record_says_so(pipe, inputs, writes):
    writes(lambda argument: f"{write_argument(argument, 5, marked=True)} The feet are wide apart.")
    record = pipe(inputs[0])
    assert record["written_by"] == "both" and record["dropped_claims"] == 1
    assert "The feet are wide apart." not in record["explanation"]


def test_a_text_of_another_label_gives_way(pipe, inputs, writes):
    for other in ("bored", "tense"):
        arguments = writes(
            lambda argument, other=other: write_argument(replace(argument, label=other), 5, marked=True)
        )
        record = pipe(inputs[0])
        assert record["written_by"] != "model" and other not in record["explanation"]
        assert arguments[-1].label in record["explanation"]


def test_without_verification_the_text_is_as_written_and_evidence_says_what_is_false(pipe, inputs, monkeypatch):
    rows, reference = truth(pipe, inputs[0])
    true = next(
        claim
        for name in DESCRIPTOR_INDEX
        for way in ("high", "low")
        if holds(claim := canonical_claim(name, way), rows, reference)
    )
    false = canonical_claim(true.descriptor, OPPOSITE[true.direction])
    text = f"It looks odd, for{mark('for', false)} {false.text}, but{mark('other', true)} {true.text}."
    says(monkeypatch, pipe, text)
    record = pipe(inputs[0], verify=False)
    assert record["explanation"] == f"It looks odd, for {false.text}, but {true.text}."
    assert [item["holds"] for item in record["evidence"][:2]] == [False, True]
    assert record["written_by"] == "model" and "dropped_claims" not in record
    assert false.text not in [reason["claim"] for reason in record["reasons"]], "a reason is one that holds"


def test_decoding_is_bound_to_the_marks_only_where_the_text_is_verified(pipe, inputs, monkeypatch):
    seen = []
    original = pipe.model.generate
    monkeypatch.setattr(pipe.model, "generate", lambda **given: seen.append(given) or original(**given))
    pipe(inputs[0], max_new_tokens=2)
    pipe(inputs[0], max_new_tokens=2, do_sample=True)
    pipe(inputs[0], max_new_tokens=2, verify=False)
    pipe(inputs[0], max_new_tokens=2, question="What do the arms do?")
    bound = [
        any(
            type(each).__name__ == "GroundedDecoding"
            for each in (*given.get("logits_processor", ()), given.get("grounded"))
        )
        for given in seen
    ]
    assert bound == [True, True, False, False]


def test_a_batch_of_clips_gets_the_texts_of_single_ones(pipe, inputs):
    together = pipe(inputs, batch_size=3, max_new_tokens=30)
    for given, record in zip(inputs, together, strict=True):
        alone = pipe(given, max_new_tokens=30)
        assert alone["explanation"] == record["explanation"] and alone["reasons"] == record["reasons"]


def test_a_recording_in_which_nothing_moves_is_said_to_be_one(pipe):
    still = make_clip(1, rig="bandai22", duration_s=3.0).joints[:1].repeat(60, axis=0)
    record = pipe(as_input_of(still), max_new_tokens=2)
    assert record["explanation"].endswith(NOTHING_MOVES)


def as_input_of(joints: np.ndarray) -> dict:
    return {"joints": joints, "fps": 30.0, "layout": "smpl22"}


def test_without_a_reference_the_text_names_the_label_and_states_nothing(pipe, inputs, monkeypatch):
    monkeypatch.setattr(pipe.processor.feature_extractor, "reference", None)
    record = pipe(inputs[0], max_new_tokens=2)
    assert record["reasons"] == [] and find_claims(record["explanation"]) == []
    assert named_label(record["explanation"], list(record["scores"])) == record["label"]
