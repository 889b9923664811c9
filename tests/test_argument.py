"""Arguments as texts: good order, nothing stated that is not in the argument, marks that change nothing."""

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from test_reasons import LABELS, argued, clip, random_clips, reference  # noqa: F401  (a fixture)

from eai_llm_hf.processing.claims.argument import STYLES, style_of, uses_of, write_argument
from eai_llm_hf.processing.claims.argument_words import (
    LABEL_ONLY,
    RIVAL,
    SURE_TAILS,
)
from eai_llm_hf.processing.claims.marks import read_marks, without_marks
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.claims.writing import named_label
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS

CERTAINTIES = (("low", 0.39), ("medium", 0.46), ("high", 0.81), ("low", None), (None, None))


@pytest.fixture(scope="module")
def arguments(reference):  # noqa: F811
    made = []
    for number, (vectors, label, runner_up) in enumerate(random_clips(60)):
        level, accuracy = CERTAINTIES[number % len(CERTAINTIES)]
        argument = argued(vectors, reference, label, runner_up=runner_up, level=level, accuracy=accuracy)
        made.append(replace(argument, compared=("default", "recordings", "performer")[number % 3]))
    return made


def sentences(text: str) -> list[str]:
    return re.findall(r"[^.!?]+[.!?]", text)


def test_a_text_states_exactly_the_claims_of_its_argument(arguments):
    for argument in arguments:
        stated = Counter(reason.claim for reason in argument.stated)
        for style in (None, *range(0, STYLES, 8)):
            text = write_argument(argument, style)
            assert Counter(find_claims(text)) == stated, text


def test_marks_stand_before_the_statements_and_change_nothing_else(arguments):
    for argument in arguments:
        for style in (None, style_of(argument)):
            marked = write_argument(argument, style, marked=True)
            text, statements = read_marks(marked)
            assert text == write_argument(argument, style) == without_marks(marked)
            assert "[" not in text and "  " not in text and "  " not in marked
            assert [statement.claim for statement in statements] == find_claims(text)
            said = Counter((use, reason.claim) for use, reason in uses_of(argument))
            assert Counter((statement.use, statement.claim) for statement in statements) == said
            assert Counter(claim for _, claim in said) == Counter(reason.claim for reason in argument.stated)


def test_the_label_is_named_first_and_the_runner_up_later(arguments):
    nouns = {"neutral": "a neutral state", "afraid": "fear", "sad": "sadness", "seasick": '"seasick"'}
    for argument in arguments:
        text = write_argument(argument, style_of(argument))
        assert named_label(text, LABELS) == argument.label
        if argument.runner_up in nouns:
            assert nouns[argument.runner_up] in text[len(sentences(text)[0]) :].lower()


def test_a_text_has_three_to_five_sentences(arguments):
    for argument in arguments:
        assert 3 <= len(sentences(write_argument(argument, style_of(argument)))) <= 5


def test_every_sentence_begins_with_a_capital_and_has_no_blank_left(arguments):
    for argument in arguments:
        for style in (None, *range(4)):
            text = write_argument(argument, style)
            assert all(sentence.strip()[0] in '"' or sentence.strip()[0].isupper() for sentence in sentences(text))
            assert not set("{}\0") & set(text)


def test_what_the_clip_is_compared_with_is_said_once_or_twice(arguments):
    words = {
        "performer": "this person's other recordings",
        "recordings": "these recordings",
        "default": "most recordings",
    }
    for argument in arguments:
        for style in (None, *range(4)):
            text = write_argument(argument, style).lower()
            assert 1 <= text.count(words[argument.compared]) <= 2 or not (argument.stated or argument.typical)
            assert not any(other in text for level, other in words.items() if level != argument.compared)


def test_how_sure_a_label_is_is_told_where_it_is_known(reference):  # noqa: F811
    vectors = clip(arm_swing=-2.0, movement_speed=-2.0)

    def told(level, accuracy):
        argument = argued(vectors, reference, level=level, accuracy=accuracy)
        return [write_argument(argument, style) for style in (None, *range(20))]

    assert all("about 4 " in text and "10" in text for text in told("low", 0.39))
    assert not any("10" in text for text in told("low", 0.81))  # something else lowered the level
    assert not any("10" in text for text in told("medium", None))
    assert not any(re.search(r"certain|doubt|guess|caution", text) for text in told(None, None))


def test_reasons_are_linked_to_the_label_and_contrary_signs_are_admitted(reference):  # noqa: F811
    argument = argued(clip(arm_swing=-1.7, movement_speed=-1.5, trunk_lean=-23.5, cadence=-1.5), reference)
    assert write_argument(argument) == (
        "The movement looks sad, but this is uncertain: labels like this were right in about 4 of 10 recordings. "
        "The arm swing is smaller than in most recordings and the movement is slow, both of which are typical of "
        "sadness. What speaks against sadness is that the trunk is upright. The runner-up is happiness; what speaks "
        "for sadness is that the steps are slow."
    )


def test_a_label_without_known_signs_says_so(reference):  # noqa: F811
    argument = argued(clip(smoothness=2.0, rise=2.0), reference, "seasick", runner_up=None)
    assert 'no published sign of "seasick"' in write_argument(argument).lower()


def test_a_neutral_text_says_that_values_are_typical(reference):  # noqa: F811
    text = write_argument(argued(clip(), reference, "neutral"))
    assert "compared with most recordings, nothing in the movement is unusual" in text.lower()
    assert find_claims(text) == [] and "typical" in text


def test_a_clip_in_which_nothing_can_be_measured_gets_an_honest_short_text(reference):  # noqa: F811
    text = write_argument(argued(np.full((1, len(DESCRIPTORS)), np.nan), reference, "calm"))
    assert "too little could be measured in this recording to give reasons" in text.lower()


def test_the_same_style_gives_the_same_text_and_styles_differ(arguments):
    for argument in arguments[:20]:
        assert write_argument(argument, 5) == write_argument(argument, 5)
        assert len({write_argument(argument, style) for style in range(12)}) >= 6


def test_the_style_depends_on_what_is_said_and_not_on_how_sure_it_is(arguments):
    for argument in arguments[:20]:
        assert style_of(argument) == style_of(replace(argument, accuracy=0.123, level="low"))
    assert len({style_of(argument) for argument in arguments}) > STYLES / 3


def test_a_style_words_the_same_thing_alike_in_every_text(arguments):
    """An earlier choice does not change a later one, so the language model can learn what a style says."""
    for use, frames in {"against the runner-up": RIVAL, "for the label alone": LABEL_ONLY}.items():
        told = [argument for argument in arguments if use in {each for each, _ in uses_of(argument)}]
        patterns = [re.sub(r"\\{\w\\}", ".+", re.escape(frame)) for frame in frames]
        assert len(told) > 1
        for style in range(STYLES):
            texts = [write_argument(argument, style) for argument in told]
            found = {frame for frame in patterns for text in texts if re.search(rf"(?i)(?:^|[.] ){frame}[.]", text)}
            assert len(found) == 1, (style, found)


def test_each_frame_has_its_share_of_the_styles(arguments):
    argument = next(argument for argument in arguments if argument.level == "low")
    texts = [write_argument(argument, style) for style in range(STYLES)]
    counts = [sum(tail in text for text in texts) for tail in SURE_TAILS["low"]]
    assert sum(counts) >= STYLES / 3 and all(count <= STYLES / len(counts) + 1 for count in counts)
