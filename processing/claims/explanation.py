"""An explanation: what the language model is asked, what it may mark, and whether its text says what it should.

argument --> prompt with the facts --> language model, which marks its statements --> checked text
                                       a text that says something else gives way to that of the argument

Training uses the same prompt, and as the answer the marked text of the argument.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..descriptors.reference import MotionReference
from .argument import name_of, style_of, write_argument
from .argument_words import COMPARED_WITH, SURE_TAILS, SURENESS
from .claim import Claim, holds
from .marks import Statement, mark, read_marks
from .parser import Mention, find_mentions
from .phrases import USUAL
from .reasons import Argument, Reason
from .writing import EXPLAIN_QUESTION, capital, named_label

__all__ = ["Explanation", "explanation_prompt", "explained", "marked_reasons", "taught_text"]

_ACCURACY = re.compile(r"\b(\d+) (?:of|in) 10\b")


@dataclass(frozen=True)
class Explanation:
    """A text and its statements.

    Attributes:
        text: The text without marks.
        statements: Its statements in order, with their places in it.
        written_by: "model" for the text of the language model, "template" for that of `write_argument` in its place.
        dropped: Statements of the language model whose words did not agree with their marks, or had none.
    """

    text: str
    statements: tuple[Statement, ...]
    written_by: Literal["model", "template"]
    dropped: int


def explanation_prompt(argument: Argument, question: str = EXPLAIN_QUESTION) -> str:
    """The question with the facts that the text must respect.

    Args:
        argument: What the text is to say. Its claims are not among the facts: they are chosen while decoding.
        question: Any question for an explanation.

    Returns:
        For instance "What emotion ...? Label: sad (sadness). Runner-up: afraid (fear). Certainty: low, 4 of 10.
        Compared with most recordings. Style: 17."
    """
    facts = [f"Label: {_with_noun(argument.label)}."]
    if argument.runner_up is not None:
        facts.append(f"Runner-up: {_with_noun(argument.runner_up)}.")
    known = "" if argument.accuracy is None else f", {_in_tens(argument.accuracy)} of 10"
    facts.append(f"Certainty: {argument.level or 'unknown'}{known}.")
    facts.append(f"{capital(COMPARED_WITH[argument.compared][0])}.")
    if argument.typical:
        facts.append(f"Typical: {', '.join(name.replace('_', ' ') for name in argument.typical)}.")
    return " ".join([question, *facts, f"Style: {style_of(argument)}."])


def taught_text(argument: Argument) -> str:
    """The marked text that the language model learns to write after `explanation_prompt`."""
    return write_argument(argument, style_of(argument), marked=True)


def marked_reasons(argument: Argument) -> dict[str, Reason]:
    """The marks that the text of an argument may have, and must have, with what they stand for."""
    uses = (
        ("for", argument.reasons),
        ("against", argument.against),
        ("rival", argument.deciding),
        ("also", argument.observed),
    )
    return {mark(use, reason.claim): reason for use, reasons in uses for reason in reasons}  # type: ignore[arg-type]


def explained(
    written: str,
    argument: Argument,
    labels: Sequence[str],
    vectors: np.ndarray,
    reference: MotionReference | None,
) -> Explanation:
    """Checks what the language model wrote.

    Its text stays if it names label, runner-up, certainty and comparison as they are, states all that the argument
    states and nothing else, and if the words of every statement say what its mark claims. Otherwise the text of
    `write_argument` takes its place.

    Args:
        written: The text with its marks.
        argument: What it should say.
        labels: The candidate labels.
        vectors: (spans, descriptors) values of `measure_spans`.
        reference: Typical values; without them the argument states nothing.
    """
    text, statements = read_marks(written)
    dropped = _disagreeing(text, statements, vectors, reference)
    used = Counter(mark(each.use, each.claim) for each in statements)
    if not dropped and used == Counter(list(marked_reasons(argument))) and _names_the_facts(text, argument, labels):
        return Explanation(text, tuple(statements), "model", 0)
    text, statements = read_marks(taught_text(argument))
    return Explanation(text, tuple(statements), "template", dropped)


def _disagreeing(
    text: str, statements: Sequence[Statement], vectors: np.ndarray, reference: MotionReference | None
) -> int:
    """How many statements have words that say something else than the mark, or no mark."""
    wrong = 0
    inside: list[list[Mention]] = [[] for _ in statements]
    for mention in find_mentions(text):
        place = next(
            (number for number, each in enumerate(statements) if each.start <= mention.start < each.end), None
        )
        if place is None:
            wrong += 1
        else:
            inside[place].append(mention)
    for each, mentions in zip(statements, inside, strict=True):
        claims = [mention.claim for mention in mentions]
        same = [
            _key(claim) == _key(each.claim) and (claim == each.claim or _true(claim, vectors, reference))
            for claim in claims
        ]
        wrong += not same or not all(same)
    return wrong


def _key(claim: Claim) -> tuple[str, str, str]:
    return claim.descriptor, claim.direction, claim.span


def _true(claim: Claim, vectors: np.ndarray, reference: MotionReference | None) -> bool:
    """Whether the words are true though their degree is not that of the mark: "clearly bowed" for "bowed"."""
    return reference is not None and bool(holds(claim, vectors, reference))


def _names_the_facts(text: str, argument: Argument, labels: Sequence[str]) -> bool:
    """Whether a text names the label first, the runner-up, no other candidate, and how sure and compared with what."""
    named = [argument.label, *([] if argument.runner_up is None else [argument.runner_up])]
    forms = {label: {label, name_of(label).strip('"')} for label in {*named, *labels}}
    own = {form for label in named for form in forms[label]}
    if named_label(text, sorted(own)) not in forms[argument.label]:
        return False
    rest = _words(own).sub("_", text)
    others = {form for label in labels for form in forms[label]} - own
    if not all(_words(forms[label]).search(text) for label in named) or (others and _words(others).search(rest)):
        return False
    said = rest.lower()
    if argument.level is not None and not _has(said, _sureness(argument.level)):
        return False
    wrong_level = [frame for level in SURENESS if level != argument.level for frame in _sureness(level)]
    wrong_reference = [
        words.removeprefix("compared with ")
        for kind, all_words in COMPARED_WITH.items()
        if kind != argument.compared
        for words in all_words
    ]
    if _has(said, wrong_level) or _has(said, wrong_reference):
        return False
    if any(clause in said for name, clause in USUAL.items() if name not in argument.typical):
        return False
    right = None if argument.accuracy is None else str(_in_tens(argument.accuracy))
    return all(number == right for number in _ACCURACY.findall(said))


def _words(forms: Iterable[str]) -> re.Pattern:
    """Finds any of some labels as whole words, the longest first."""
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)


def _sureness(level: str) -> tuple[str, ...]:
    return (*SURE_TAILS[level], *SURENESS[level])  # type: ignore[index]


def _has(text: str, phrases: Sequence[str]) -> bool:
    return any(phrase in text for phrase in phrases)


def _in_tens(accuracy: float) -> int:
    return round(10 * accuracy)


def _with_noun(label: str) -> str:
    """A label with what sentences about it call it: "sad (sadness)"."""
    return f"{label} ({name_of(label)})"
