"""Explanations: the model's text stays where it says what the argument says, and gives way where it does not."""

from dataclasses import replace

import numpy as np
import pytest
from test_reasons import LABELS, argued, clip, random_clips, reference  # noqa: F401  (a fixture)

from eai_llm_hf.processing.claims.argument import write_argument
from eai_llm_hf.processing.claims.explanation import explained, explanation_prompt, marked_reasons, taught_text
from eai_llm_hf.processing.claims.marks import read_marks, without_marks
from eai_llm_hf.processing.claims.parser import find_claims

SURENESS = (("low", 0.39), ("medium", 0.46), ("high", 0.81), ("low", None), (None, None))


@pytest.fixture(scope="module")
def cases(reference):  # noqa: F811
    """Arguments of random clips, each with its measurements."""
    made = []
    for number, (vectors, label, runner_up) in enumerate(random_clips(50)):
        level, accuracy = SURENESS[number % len(SURENESS)]
        argument = argued(vectors, reference, label, runner_up=runner_up, level=level, accuracy=accuracy)
        made.append((replace(argument, compared=("default", "recordings", "performer")[number % 3]), vectors))
    return made


def test_every_text_that_the_model_is_taught_passes_the_check(cases, reference):  # noqa: F811
    for argument, vectors in cases:
        for style in (None, 0, 17, 63):
            text = write_argument(argument, style, marked=True)
            found = explained(text, argument, LABELS, vectors, reference)
            assert (found.text, found.written_by, found.dropped) == (without_marks(text), "model", 0), text


@pytest.fixture
def case(reference):  # noqa: F811
    vectors = clip(head_pitch=-2.0, movement_speed=-1.8, arm_swing=-1.5, trunk_lean=1.2)
    argument = argued(vectors, reference, "sad", runner_up="angry", level="medium", accuracy=0.52)
    argument = replace(argument, compared="performer")
    assert len(argument.stated) >= 2

    def check(text):
        return explained(text, argument, LABELS, vectors, reference)

    return argument, check


def test_a_text_that_misses_or_changes_a_fact_gives_way_to_that_of_the_argument(case):
    argument, check = case
    good = write_argument(argument, None, marked=True)
    assert check(good).written_by == "model"
    changed = {
        "another label": good.replace("looks sad", "looks happy"),
        "no runner-up": good.replace("anger", "it").replace("angry", "it"),
        "a third emotion": good.replace("sadness", "fear", 1),
        "another certainty": good.replace("medium", "high"),
        "another accuracy": good.replace("5 of 10", "9 of 10"),
        "another comparison": good.replace("most of this person's other recordings", "most recordings"),
        "an unfinished text": good[: len(good) // 2],
        "no statement": "The movement looks sad, with medium certainty. It could also be anger.",
        "nothing": "",
    }
    for fault, text in changed.items():
        assert text != good, fault
        found = check(text)
        assert found.written_by == "template", fault
        assert found.text == without_marks(taught_text(argument))
        assert {each.claim for each in found.statements} == {reason.claim for reason in argument.stated}


def test_words_that_say_something_else_than_their_mark_are_counted_and_given_up(case):
    argument, check = case
    good = write_argument(argument, None, marked=True)
    _, (first, *_) = read_marks(good)
    said = good.replace("slower", "faster").replace("slow", "fast")
    assert said != good and check(said).dropped == 1
    assert check(f"{good} The feet are wide apart.").dropped == 1, "a statement without a mark"
    empty = good.replace(mark_of(good, 0) + " ", mark_of(good, 0) + " indeed, ", 1)
    assert check(empty).dropped == 0, "other words may precede"


def mark_of(text, number):
    return [" [" + part.partition("]")[0] + "]" for part in text.split(" [")[1:]][number]


def test_marks_and_reasons_are_those_of_the_argument(cases):
    for argument, _ in cases:
        assert tuple(marked_reasons(argument).values()) == argument.stated


def test_the_prompt_names_the_facts_and_no_statement(cases):
    for argument, _ in cases:
        prompt = explanation_prompt(argument)
        assert argument.label in prompt and argument.runner_up in prompt and "[" not in prompt
        assert find_claims(prompt.partition("?")[2].partition("Typical:")[0]) == []
        assert len({explanation_prompt(argument) for _ in range(3)}) == 1
    prompts = {explanation_prompt(argument) for argument, _ in cases}
    assert len(prompts) == len(cases)


def test_without_typical_values_the_text_states_nothing(reference):  # noqa: F811
    argument = replace(
        argued(np.full((1, 35), np.nan), reference, "sad", runner_up="happy", level=None, accuracy=None), typical=()
    )
    found = explained("The head is bowed.", argument, LABELS, np.full((1, 35), np.nan), None)
    assert found.written_by == "template" and found.dropped == 1 and not found.statements
