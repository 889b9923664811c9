"""Marks of statements: they survive any text around them, and no reader sees them."""

from typing import get_args

import numpy as np
import pytest

from eai_llm_hf.processing.claims.claim import DEGREE_RANGES, SPAN_WORDS, canonical_claim
from eai_llm_hf.processing.claims.marks import MARK_START, MarkUse, mark, read_marks, without_marks
from eai_llm_hf.processing.claims.phrases import PHRASES

USES = get_args(MarkUse)
CLAIMS = [
    canonical_claim(descriptor, direction, span, degree)
    for descriptor, direction in PHRASES
    for span in ("whole", *SPAN_WORDS)
    for degree in DEGREE_RANGES
]
PIECES = (
    "The movement looks sad, with an accuracy of 0.64.",
    "Although",
    "… “quoted” and [1],",
    "the head is bowed,",
    "which is typical of sadness (see above).",
    "This is little; one cannot be sure!",
    "Would it be neutral?",
    "calm [a label of the user],",
    "1.8 steps per second",
)


def test_every_claim_comes_back_from_its_mark_in_every_use():
    marks = {mark(use, claim): (use, claim) for use in USES for claim in CLAIMS}
    assert len(marks) == len(USES) * len(CLAIMS), "no two are written alike"
    for text, (use, claim) in marks.items():
        plain, (statement,) = read_marks(f"It looks sad.{text} {claim.text}.")
        assert plain == f"It looks sad. {claim.text}."
        assert (statement.use, statement.claim) == (use, claim)
        assert plain[statement.start : statement.end] == claim.text


def test_a_mark_is_written_in_plain_words():
    assert mark("for", canonical_claim("head_pitch", "low")) == " [for head pitch low]"
    late = canonical_claim("arm_swing", "high", "end", "strong")
    assert mark("against the runner-up", late) == " [against the runner-up arm swing high clearly end]"


def test_marks_of_any_text_come_out_in_order_and_leave_the_text_as_it_was():
    rng = np.random.default_rng(0)
    for _ in range(500):
        plain, marked, expected = "", "", []
        for _ in range(rng.integers(0, 9)):
            piece = str(rng.choice(PIECES))
            if rng.random() < 0.6:
                use, claim = USES[rng.integers(len(USES))], CLAIMS[rng.integers(len(CLAIMS))]
                marked += mark(use, claim)
                expected.append((use, claim, len(plain) + 1 if plain else 0))
            plain, marked = f"{plain} {piece}", f"{marked} {piece}"
            plain = plain.lstrip()
        text, statements = read_marks(marked)
        assert text == plain == without_marks(marked)
        assert [(each.use, each.claim, each.start) for each in statements] == expected
        for each, following in zip(statements, [*statements, None][1:], strict=True):
            assert each.start < each.end <= (following.start if following else len(text))
            assert text[each.start : each.end] == text[each.start : each.end].strip()
        assert read_marks(text) == (text, []), "what is read once has nothing left to read"


def test_a_statement_ends_with_its_sentence_or_before_the_next_mark():
    text = (
        "It is sad: [for head pitch low] the head is bowed. "
        "Though [against arm swing high] the arms swing 1.5 m wide, [other tempo low] it is slow. It could be calm."
    )
    plain, statements = read_marks(text)
    said = [plain[each.start : each.end] for each in statements]
    assert said == ["the head is bowed", "the arms swing 1.5 m wide", "it is slow"]


@pytest.mark.parametrize("unfinished", [" [", " [f", " [for head", " [for head pitch low"])
def test_a_mark_that_was_cut_off_leaves_nothing(unfinished):
    assert without_marks(f"It looks sad.{unfinished}") == "It looks sad."
    assert without_marks(unfinished) == ""


def test_a_mark_of_something_that_does_not_exist_is_taken_out_and_states_nothing():
    for faulty in (" [for beauty high]", " [for head pitch sideways]", " [other]", " [against arm swing high very]"):
        assert read_marks(f"It is sad because{faulty} it is sad.") == ("It is sad because it is sad.", [])


def test_the_mark_of_a_stripped_text_is_read_without_its_space():
    text = mark("other", canonical_claim("tempo", "low")) + " It is slow."
    assert read_marks(text) == read_marks(text.strip())
    assert text.startswith(MARK_START) and read_marks(text)[1][0].start == 0
