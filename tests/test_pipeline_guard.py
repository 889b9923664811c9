"""The guard of answers: statements that the measurements do not support are removed."""

import json
import re

import numpy as np
import pytest
from conftest import make_reference, says, truth

from eai_llm_hf.processing.claims.claim import canonical_claim, holds, notable_claims
from eai_llm_hf.processing.claims.comparison import ALIKE_ANSWER, FORMER_ANSWERS, NO_DIFFERENCE_ANSWER
from eai_llm_hf.processing.claims.fixed_answers import (
    ASK_INSTEAD,
    MISSING_JOINTS,
    NO_ANSWER,
    NOT_VISIBLE,
    NOTHING_UNUSUAL,
)
from eai_llm_hf.processing.claims.guard import supported_answer
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.claims.phrases import USUAL
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.descriptors.reference_statistics import LEVELS
from eai_llm_hf.processing.reading.motion import MotionError

LABELS = ["happy", "sad", "angry", "proud", "not confident"]


def a_false_and_a_true_claim(pipe, given):
    vectors, reference = truth(pipe, given)
    true = notable_claims(vectors, reference)[0]
    false = canonical_claim(true.descriptor, "low" if true.direction == "high" else "high")
    other = next(claim for claim in notable_claims(vectors, reference) if claim.descriptor != true.descriptor)
    assert holds(false, vectors, reference) is False
    return false, true, other


def sentence(claim):
    return f"{claim.text[0].upper()}{claim.text[1:]}."


def test_a_false_answer_to_a_question_is_taken_out(pipe, inputs, monkeypatch):
    false, true, _ = a_false_and_a_true_claim(pipe, inputs[0])
    says(monkeypatch, pipe, f"{sentence(false)} {sentence(true)}")
    record = pipe(inputs[0], question="What can you see?")
    assert find_claims(record["explanation"]) == [true] and record["dropped_claims"] == 1


def test_an_answer_that_is_all_false_gives_way_to_what_was_measured_of_the_same_body_part(pipe, inputs, monkeypatch):
    false, _, _ = a_false_and_a_true_claim(pipe, inputs[0])
    says(monkeypatch, pipe, sentence(false))
    record = pipe(inputs[0], question="What can you see?")
    vectors, reference = truth(pipe, inputs[0])
    expected = [claim for claim in notable_claims(vectors, reference) if claim.body_part == false.body_part][:2]
    assert find_claims(record["explanation"]) == expected and record["explanation"]
    assert false not in expected


def test_percentiles_and_labels_refer_to_the_reference_that_is_given(pipe, inputs, tmp_path):
    plain = pipe(inputs[0], label_only=True)
    vector = truth(pipe, inputs[0])[0][0]
    # Everything measured here lies above this reference.
    quantiles = np.nan_to_num(vector)[:, None] - np.linspace(20, 10, len(LEVELS))
    low = MotionReference(quantiles, clips=40)
    (tmp_path / "own.json").write_text(json.dumps(low.to_dict()), encoding="utf-8")
    for reference in (low, low.to_dict(), str(tmp_path / "own.json")):
        record = pipe(inputs[0], label_only=True, reference=reference)
        assert {item["percentile"] for item in record["evidence"]} == {100.0}
        assert record["scores"] != plain["scores"], (
            "every measurement is far above the typical values of this reference"
        )
    assert pipe(inputs[0], label_only=True) == plain, "an option holds for its call only"


def test_without_a_reference_an_answer_is_kept_and_nothing_is_called_false(pipe, inputs, monkeypatch):
    monkeypatch.setattr(pipe.processor.feature_extractor, "reference", None)
    says(monkeypatch, pipe, "The head is bowed.")
    record = pipe(inputs[0], question="What can you see?")
    assert record["explanation"] == "The head is bowed."
    assert all(item["holds"] is None and item["percentile"] is None for item in record["evidence"])


def test_a_descriptor_that_the_reference_lacks_gives_none_and_no_nan(pipe, inputs, monkeypatch):
    state = make_reference().to_dict()
    state["quantiles"]["head_pitch"] = None
    says(monkeypatch, pipe, "The head is bowed.")
    record = pipe(inputs[0], verify=False, reference=state, question="What can you see?")
    first = record["evidence"][0]
    assert (first["descriptor"], first["percentile"], first["holds"]) == ("head_pitch", None, None)
    assert isinstance(first["value"], float)
    json.dumps(record, allow_nan=False)


def test_an_answer_that_cannot_be_checked_is_not_given(pipe, inputs, monkeypatch):
    says(monkeypatch, pipe, "No, she is a stranger.")
    assert pipe(inputs[0], question="Does she know him?")["explanation"] == f"{NO_ANSWER} {ASK_INSTEAD}"
    assert pipe(inputs[0], question="Does she know him?", verify=False)["explanation"] == "No, she is a stranger."
    label = pipe(inputs[0], label_only=True)["label"]
    other = next(name for name in LABELS if name != label)
    says(monkeypatch, pipe, f"The movement looks {label}. The movement looks {other}.")
    answer = pipe(inputs[0], question="Which emotion is it?")["explanation"]
    assert answer.startswith(f"The movement looks {label}. ") and f"looks {other}" not in answer


def test_what_no_skeleton_shows_is_never_answered_from_the_movement(pipe, inputs, monkeypatch):
    _, true, _ = a_false_and_a_true_claim(pipe, inputs[0])
    for question in ("Is her dress red?", "What does the face look like?", "How old is she?", "Is music playing?"):
        says(monkeypatch, pipe, sentence(true))
        assert pipe(inputs[0], question=question)["explanation"] == f"{NOT_VISIBLE} {ASK_INSTEAD}", question


def test_whether_something_is_so_is_answered_by_what_was_measured_of_that(pipe, inputs, monkeypatch):
    rows, reference = truth(pipe, inputs[0])
    false, true, other = a_false_and_a_true_claim(pipe, inputs[0])
    true = canonical_claim(true.descriptor, true.direction)
    so, not_so = (re.sub(r"(.*?) (is|are) ", r"\2 \1 ", claim.text).capitalize() + "?" for claim in (true, false))
    assert so.split()[0] in ("Is", "Are"), "the strongest claim of this clip has a verb that can come first"
    for said in ("", sentence(other), f"No, {true.text}.", sentence(false), "That cannot be seen in skeleton data."):
        says(monkeypatch, pipe, said)
        assert pipe(inputs[0], question=so)["explanation"] == f"Yes, {true.text}.", said
        assert pipe(inputs[0], question=not_so)["explanation"] in (f"No, {true.text}.", sentence(true)), said
    usual = next(
        n for n, value in zip(DESCRIPTOR_INDEX, reference.percentiles(rows[0]), strict=True) if 42 < value < 58
    )
    asked = canonical_claim(usual, "high").text
    assert pipe(inputs[0], question=f"Is it true that {asked}?")["explanation"] == f"No, {USUAL[usual]}."


def test_whether_an_emotion_is_expressed_is_answered_by_the_label(pipe, inputs, monkeypatch):
    label = pipe(inputs[0])["label"]
    other, third = [each for each in pipe.model.config.labels if each != label][:2]
    looks = f"he movement looks {label}"
    says(monkeypatch, pipe, f"No, the movement looks {third}.")
    expected = {label: f"Yes, t{looks}.", f"{other} or {label}": f"T{looks}: "}
    expected |= {other: f"No, t{looks} (", f"{other} or {third}": f"Neither: t{looks} ("}
    for asked, start in expected.items():
        assert pipe(inputs[0], question=f"Is she {asked}?")["explanation"].startswith(start), asked


def test_what_a_body_part_does_is_answered_for_that_part(pipe, inputs, monkeypatch):
    rows, reference = truth(pipe, inputs[0])
    says(monkeypatch, pipe, " ".join(sentence(claim) for claim in notable_claims(rows, reference)))
    for part in ("head", "trunk", "arms", "legs"):
        record = pipe(inputs[0], question=f"What does one see of the {part}?")
        claims = find_claims(record["explanation"])
        assert {claim.body_part for claim in claims} <= {part}
        assert claims or record["explanation"] == NOTHING_UNUSUAL.format(part)


def test_answers_without_a_claim_stay_where_they_are_true(pipe, inputs, monkeypatch):
    says(monkeypatch, pipe, MISSING_JOINTS.format("head"))
    answer = pipe(inputs[0], question="Describe the movement.")["explanation"]
    assert answer == f"{NO_ANSWER} {ASK_INSTEAD}", "the head is there"
    headless = {**inputs[0], "joints": inputs[0]["joints"].copy()}
    headless["joints"][:, [12, 15]] = np.nan
    assert pipe(headless, question="Describe the movement.")["explanation"] == MISSING_JOINTS.format("head")
    assert pipe(headless, question="Is the head bowed?")["explanation"] == MISSING_JOINTS.format("head")
    assert pipe(headless, question="What does the head do?")["explanation"] == MISSING_JOINTS.format("head")
    rows, reference = truth(pipe, inputs[0])
    assert np.isnan(rows[0, DESCRIPTOR_INDEX["step_length"]]), "there are legs but no steps"
    answer = pipe(inputs[0], question="Are the steps long?")["explanation"]
    assert answer == "This cannot be measured: no steps were found."
    percentiles = dict(zip(DESCRIPTOR_INDEX, reference.percentiles(rows[0]), strict=True))
    usual = next(name for name, value in percentiles.items() if 30 < value < 70)
    unusual = next(name for name, value in percentiles.items() if value > 80)
    for name, kept in ((usual, True), (unusual, False)):
        says(monkeypatch, pipe, f"No, {USUAL[name]}.")
        answer = pipe(inputs[0], question="Describe the movement.")["explanation"]
        assert (answer == f"No, {USUAL[name]}.") is kept


def test_what_an_earlier_checkpoint_calls_usual_is_checked_and_given_back_in_current_words(pipe, inputs, monkeypatch):
    rows, reference = truth(pipe, inputs[0])
    for entry, percentile in zip(DESCRIPTORS, reference.percentiles(rows[0]), strict=True):
        if entry.former_usual is None:
            continue
        says(monkeypatch, pipe, f"No, {entry.former_usual}.")
        answer = pipe(inputs[0], question="Describe the movement.")["explanation"]
        assert (answer == f"No, {entry.usual}.") is bool(25 <= percentile <= 75), entry.name
        assert entry.former_usual not in answer


# ---- two clips ------------------------------------------------------------------------------------------------------


def slowed(given: dict) -> dict:
    """The same movement at a third of its speed."""
    return given | {"joints": np.repeat(given["joints"], 3, axis=0), "source": "slowed"}


@pytest.mark.parametrize("does", ["has a slower rhythm", "has the slower rhythm"], ids=["current", "former"])
def test_what_is_said_of_two_clips_is_kept_where_it_is_what_sets_them_most_apart(pipe, inputs, monkeypatch, does):
    said = f"The second movement {does} and covers less ground."
    says(monkeypatch, pipe, said)
    record = pipe.compare(inputs[0], slowed(inputs[0]))
    assert record["answer"] == said and record["dropped_differences"] == 0
    assert record["sources"] == ["clip 1", "slowed"] and record["model"]
    difference, further = record["differences"]
    assert (further["descriptor"], further["direction"]) == ("travel_speed", "low")
    assert difference["difference"] == "the second movement has a slower rhythm"
    assert (difference["descriptor"], difference["direction"], difference["movement"]) == ("tempo", "low", "second")
    assert (
        difference["holds"] is True
        and difference["values"][1] < difference["values"][0]
        and difference["unit"] == "Hz"
    )
    assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_what_is_false_of_two_clips_gives_way_to_what_was_measured(pipe, inputs, monkeypatch):
    says(monkeypatch, pipe, "The second movement is faster.")
    first, second = inputs[0], slowed(inputs[0])
    record = pipe.compare(first, second)
    assert record["dropped_differences"] == 1
    assert record["differences"] and all(difference["holds"] for difference in record["differences"])
    assert ("movement_speed", "high") not in {
        (difference["descriptor"], difference["direction"]) for difference in record["differences"]
    }
    unchecked = pipe.compare(first, second, verify=False)
    assert unchecked["answer"] == "The second movement is faster." and "dropped_differences" not in unchecked
    assert [difference["holds"] for difference in unchecked["differences"]] == [False]


def test_two_clips_that_are_alike_are_said_to_be_so(pipe, inputs, monkeypatch):
    says(monkeypatch, pipe, "The first movement bounces more.")
    record = pipe.compare(inputs[1], inputs[1])
    assert record["answer"] == NO_DIFFERENCE_ANSWER and record["differences"] == []


def test_what_is_called_alike_must_be_so_in_what_was_asked(pipe, inputs, monkeypatch):
    says(monkeypatch, pipe, ALIKE_ANSWER)
    first, second = inputs[0], slowed(inputs[0])
    asked = pipe.compare(first, second, question="Which of the two movements has a slower rhythm?")
    assert asked["answer"] == "The second movement has a slower rhythm."
    same = pipe.compare(first, second, question="Which of the two movements leans further forward?")
    assert same["answer"] == ALIKE_ANSWER and same["differences"] == []


@pytest.mark.parametrize(("former", "current"), FORMER_ANSWERS.items())
def test_what_an_earlier_checkpoint_says_of_clips_that_are_alike_is_given_back_in_current_words(
    pipe, inputs, monkeypatch, former, current
):
    says(monkeypatch, pipe, former)
    assert pipe.compare(inputs[0], inputs[0])["answer"] == current


def test_one_person_is_compared_with_another(pipe, inputs):
    two = {"joints": np.stack([inputs[1]["joints"]] * 2), "fps": 30, "layout": "smpl22", "source": "a duet"}
    with pytest.raises(MotionError, match="a duet: one person is compared with another, found 2"):
        pipe.compare(inputs[0], two)


def test_an_answer_says_each_thing_once():
    reference = make_reference()
    vectors = np.full((1, len(DESCRIPTORS)), np.nan)
    place = DESCRIPTOR_INDEX["arm_swing"]
    vectors[0, place] = reference.quantiles[place][0]
    said = "The arms are hardly swinging and the arms are hardly swinging. The arms are hardly swinging."
    found = supported_answer(said, frozenset({"arms"}), "sad", vectors, reference, np.ones(22, dtype=bool))
    assert found.lower().count("hardly swing") == 1, found
