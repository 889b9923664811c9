"""An explanation: what the language model is asked, what it may mark, and whether its text says what it should.

argument --> prompt with the facts --> language model, which marks its statements --> checked text
                                       a text that says something else gives way to that of the argument

Training uses the same prompt, and as the answer the marked text of the argument.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

import numpy as np

from ..descriptors.reference import MotionReference
from .argument import (
    PARTS,
    STYLES,
    Part,
    in_tens,
    name_of,
    part_of,
    reasons_oppose_rival,
    style_of,
    uses_of,
    write_argument,
    write_part,
)
from .argument_words import COMPARED_WITH, ONE_COMPARED
from .marks import Statement, mark, read_marks, without_marks, words_of_mark
from .reasons import Argument, Reason
from .text_check import Sentence, TextCheck, sentences_of
from .writing import EXPLAIN_QUESTION, capital

__all__ = [
    "Explanation",
    "explanation_prompt",
    "explained",
    "finished_parts",
    "mark_order",
    "marked_reasons",
    "taught_text",
    "texts_alike",
]


@dataclass(frozen=True)
class Explanation:
    """A text and its statements.

    Attributes:
        text: The text without marks.
        statements: Its statements in order, with their places in it.
        written_by: "model" for the text of the language model, "template" for that of `write_argument` in its place,
            "both" where some parts of the model's text gave way to those of `write_part`.
        dropped: Statements of the language model whose words did not agree with their marks, or had none.
    """

    text: str
    statements: tuple[Statement, ...]
    written_by: Literal["model", "both", "template"]
    dropped: int


def explanation_prompt(argument: Argument, question: str = EXPLAIN_QUESTION) -> str:
    """The question with the facts that the text must respect.

    Args:
        argument: What the text is to say. All its claims are among the facts, in the words of their marks, so that a
            sentence is not begun for two of them where there is one, nor for a reason where there is an objection.
        question: Any question for an explanation.

    Returns:
        For instance "What emotion ...? Label: sad (sadness). Runner-up: afraid (fear). Certainty: low, 4 of 10.
        Compared with most recordings. For: head pitch low clearly, arm swing low. Against: tempo high. Against the
        runner-up: hand height low. Style: 17."
    """
    facts = [f"Label: {_with_noun(argument.label)}."]
    if argument.runner_up is not None:
        facts.append(f"Runner-up: {_with_noun(argument.runner_up)}.")
    known = "" if argument.accuracy is None else f", {in_tens(argument.accuracy)} of 10"
    facts.append(f"Certainty: {argument.level or 'unknown'}{known}.")
    facts.append(f"{capital(COMPARED_WITH[argument.compared][0])}.")
    if argument.typical:
        facts.append(f"Typical: {', '.join(name.replace('_', ' ') for name in argument.typical)}.")
    used = uses_of(argument)
    for use, statements in groupby(used, key=lambda each: each[0]):
        facts.append(f"{capital(use)}: {', '.join(words_of_mark(reason.claim) for _, reason in statements)}.")
    if argument.runner_up is not None and not any(part_of(use) == "runner-up" for use, _ in used):
        facts.append("The reasons decide." if reasons_oppose_rival(argument) else "Nothing decides.")
    return " ".join([question, *facts, f"Style: {style_of(argument)}."])


def taught_text(argument: Argument) -> str:
    """The marked text that the language model learns to write after `explanation_prompt`."""
    return write_argument(argument, style_of(argument), marked=True)


def texts_alike(argument: Argument) -> list[str]:
    """Marked texts of the argument in all styles, its own first: that of the language model has most of its words."""
    own = style_of(argument)
    return [write_argument(argument, (own + further) % STYLES, marked=True) for further in range(STYLES)]


def marked_reasons(argument: Argument) -> dict[str, Reason]:
    """The marks that the text of an argument may have, and must have, with what they stand for."""
    return {mark(use, reason.claim): reason for use, reason in uses_of(argument)}


def mark_order(argument: Argument) -> list[list[str]]:
    """The marks of an argument in the order in which a text uses them: those of a list in any order."""
    grouped = groupby(uses_of(argument), key=lambda each: each[0] if part_of(each[0]) == "why" else None)
    return [[mark(use, reason.claim) for use, reason in statements] for _, statements in grouped]


def explained(
    written: str,
    argument: Argument,
    labels: Sequence[str],
    vectors: np.ndarray,
    reference: MotionReference | None,
) -> Explanation:
    """Checks what the language model wrote, part by part.

    A part stays if all its sentences are sound (`TextCheck`) and it states what the argument states there. Others give
    way to those of `write_part`, and missing ones are added. Where no part can stay, the text is `write_argument`'s.

    Args:
        written: The text with its marks.
        argument: What it should say.
        labels: The candidate labels.
        vectors: (spans, descriptors) values of `measure_spans`.
        reference: Typical values; without them the argument states nothing. Where they are those of one recording,
            the text says so.
    """
    found = _checked(written, argument, labels, vectors, reference)
    if reference is None or not reference.of_one_clip(argument.compared):
        return found
    moved = [
        each._replace(start=len(_of_one(found.text[: each.start])), end=len(_of_one(found.text[: each.end])))
        for each in found.statements
    ]
    return replace(found, text=_of_one(found.text), statements=tuple(moved))


def _checked(
    written: str,
    argument: Argument,
    labels: Sequence[str],
    vectors: np.ndarray,
    reference: MotionReference | None,
) -> Explanation:
    """The explanation, in the words for several recordings that it is compared with."""
    check = TextCheck(argument, labels, vectors, reference)
    sentences = _sure_once(sentences_of(*read_marks(written)), check)
    dropped = sum(check.disagreeing(sentence) for sentence in sentences)
    groups = _groups(sentences, check)
    kept = [group for group in groups if _is_sound(group, check, argument, first=sentences[0])]
    if not kept:
        text, statements = read_marks(taught_text(argument))
        return Explanation(text, tuple(statements), "template", dropped)
    said = " ".join(sentence.text for group in kept for sentence in group.sentences).lower()
    compared = any(words.removeprefix("compared with ") in said for words in COMPARED_WITH[argument.compared])
    there = {part for group in kept for part in group.parts}
    parts: dict[Part, list[Sentence]] = {}
    for part in PARTS:
        if part not in there and (text := write_part(argument, part, style_of(argument), compared)):
            parts[part] = sentences_of(*read_marks(text))
            compared = compared or part == "why"
    order = parts.pop("label", [])
    by: Literal["model", "both"] = "both" if order or parts else "model"
    for sentence in sentences:
        group = next(group for group in groups if any(sentence is each for each in group.sentences))
        if group in kept:
            order.append(sentence)
        else:  # where its first sentence was
            order += [each for part in PARTS if part in group.parts for each in parts.pop(part, [])]
    order += [sentence for rest in parts.values() for sentence in rest]
    return Explanation(*_joined(order), by, dropped)


def finished_parts(
    written: str,
    argument: Argument,
    labels: Sequence[str],
    vectors: np.ndarray,
    reference: MotionReference | None,
) -> list[tuple[frozenset[Part], str]]:
    """The parts of a text that is still being written, checked: the model's where sound, else those of `write_part`.

    The last sentence may be unfinished and the part before it may go on, so neither is among them. Each part is true,
    but `explained` may word it in another way if a later sentence touches it.

    Args:
        written: The beginning of the text, with its marks.
        argument, labels, vectors, reference: As for `explained`.

    Returns:
        Of each part, or parts that share sentences, which they are and what they say, without marks.
    """
    check = TextCheck(argument, labels, vectors, reference)
    sentences = _sure_once(sentences_of(*read_marks(written))[:-1], check)
    compared = False
    found = []
    for group in _groups(sentences, check)[:-1]:
        text = " ".join(sentence.text for sentence in group.sentences)
        if not _is_sound(group, check, argument, first=sentences[0]):
            templates = (
                write_part(argument, part, style_of(argument), compared) for part in PARTS if part in group.parts
            )
            text = " ".join(without_marks(template) for template in templates if template)
        compared = compared or any(words in text for words in COMPARED_WITH[argument.compared])
        if text:
            found.append((frozenset(group.parts), text))
    if reference is not None and reference.of_one_clip(argument.compared):
        return [(parts, _of_one(text)) for parts, text in found]
    return found


_SEVERAL = re.compile("|".join(map(re.escape, ONE_COMPARED)), re.IGNORECASE)


def _of_one(text: str) -> str:
    """A text about one recording that the clip is compared with, in place of several."""
    return _SEVERAL.sub(lambda found: ONE_COMPARED[found[0].lower()], text)


def _sure_once(sentences: Sequence[Sentence], check: TextCheck) -> list[Sentence]:
    """The sentences without those that only say again how sure the label is."""
    kept: list[Sentence] = []
    for sentence in sentences:
        again = check.says_how_sure(sentence) and any(map(check.says_how_sure, kept))
        if not again or sentence.statements or not check.is_sound(sentence):
            kept.append(sentence)
    return kept


@dataclass(frozen=True, eq=False)
class _Group:
    """Parts of an explanation that share sentences, and all their sentences."""

    parts: set[Part]
    sentences: list[Sentence]


def _groups(sentences: Sequence[Sentence], check: TextCheck) -> list[_Group]:
    """The sentences by the parts that they belong to, in the order of their first sentences."""
    groups: list[_Group] = []
    for sentence in sentences:
        parts = check.parts_of(sentence)
        touched = [group for group in groups if group.parts & parts]
        joined = _Group(parts.union(*(group.parts for group in touched)), [])
        for group in touched:
            joined.sentences.extend(group.sentences)
        joined.sentences.append(sentence)
        place = groups.index(touched[0]) if touched else len(groups)
        groups = [group for group in groups if group not in touched]
        groups.insert(place, joined)
    return groups


def _is_sound(group: _Group, check: TextCheck, argument: Argument, first: Sentence) -> bool:
    """Whether a group can stay: its sentences are sound, and together they say what the argument says there."""
    expected = Counter(mark(use, reason.claim) for use, reason in uses_of(argument) if part_of(use) in group.parts)
    stated = Counter(mark(each.use, each.claim) for sentence in group.sentences for each in sentence.statements)
    plain = [sentence for sentence in group.sentences if not sentence.statements]
    sure = sum(check.says_how_sure(sentence) for sentence in group.sentences)
    if "label" in group.parts:
        opens = group.sentences[0] is first and check.names_label_first(first)
        complete = opens and len(plain) == len(group.sentences) <= 2 and sure == (argument.level is not None)
        complete = complete and not any(check.names_rival(sentence) for sentence in group.sentences)
    else:
        complete = len(plain) <= 1 and not sure
    if "why" in group.parts and argument.reasons:
        complete = complete and any(check.names_label(sentence) for sentence in group.sentences)
    if "runner-up" in group.parts:
        complete = complete and sum(map(check.names_rival, group.sentences)) == 1
    return complete and stated == expected and all(check.is_sound(sentence) for sentence in group.sentences)


def _joined(sentences: Sequence[Sentence]) -> tuple[str, tuple[Statement, ...]]:
    """The text of some sentences, and its statements."""
    text = ""
    statements: list[Statement] = []
    for sentence in sentences:
        start = len(text) + bool(text)
        text = f"{text} {sentence.text}".strip()
        statements += [each._replace(start=each.start + start, end=each.end + start) for each in sentence.statements]
    return text, tuple(statements)


def _with_noun(label: str) -> str:
    """A label with what sentences about it call it: "sad (sadness)"."""
    return f"{label} ({name_of(label)})"
