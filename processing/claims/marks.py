"""Marks: what a statement of an explanation claims, written before it and taken out of the text that a user reads.

    "It looks sad. [for head pitch low] What points to sadness is that the head is bowed."     as the model writes it
    "It looks sad. What points to sadness is that the head is bowed."                          as the user reads it

The mark of the first statement of a sentence stands before its first word, those of further ones before their clauses.

A mark says how the statement is used and names its descriptor and direction, then the degree and the part of the clip
where these are not the usual ones. It is written in words that every vocabulary has, so no tokenizer grows.
"""

import re
from typing import Literal, NamedTuple, get_args

from .claim import Claim, Degree, Span, canonical_claim
from .phrases import PHRASES

__all__ = [
    "MARK_START",
    "SENTENCE_END",
    "MarkUse",
    "Statement",
    "mark",
    "read_marks",
    "without_marks",
    "words_of_mark",
]

MARK_START = " ["
"""How a mark begins, the space included. Texts that the package writes have it nowhere else."""

MarkUse = Literal["for", "other", "against", "against the runner-up", "for the label alone", "for the runner-up"]
"""How an argument uses a statement: it speaks for the label, is only observed, speaks against the label, or is about
the runner-up. The prompt of an explanation calls statements the same."""

_DEGREE_WORDS: dict[Degree, str] = {"slight": "slightly", "strong": "clearly"}
_DEGREE_OF = {word: degree for degree, word in _DEGREE_WORDS.items()}
_USES = "|".join(sorted(get_args(MarkUse), key=len, reverse=True))
_MARK = re.compile(
    rf"(?:^| )\[({_USES}) ([a-z ]+?) (high|low)"
    rf"(?: ({'|'.join(_DEGREE_OF)}))?(?: (beginning|middle|end))?\]"
)
_FAULTY = re.compile(rf"(?:^| )\[(?:{_USES})\b[^\[\]]*\]|(?:^| )\[[^\[\]]*$")
"""What begins as a mark and is none: a descriptor that does not exist, or a text that was cut off inside a mark."""

SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
"""Where a sentence ends."""


class Statement(NamedTuple):
    """A marked statement and its place in the text without marks.

    Attributes:
        claim: What it claims, in canonical words.
        use: How the argument uses it.
        start: First character of its words.
        end: Character after the last; the words reach to the next mark or the end of the sentence.
    """

    claim: Claim
    use: MarkUse
    start: int
    end: int


def mark(use: MarkUse, claim: Claim) -> str:
    """The mark of a statement: " [for head pitch low clearly end]". A space and the words of the statement follow."""
    return f"{MARK_START}{use} {words_of_mark(claim)}]"


def words_of_mark(claim: Claim) -> str:
    """What a mark calls a claim: "head pitch low clearly end"."""
    words = [*claim.descriptor.split("_"), claim.direction]
    if claim.degree != "plain":
        words.append(_DEGREE_WORDS[claim.degree])
    if claim.span != "whole":
        words.append(claim.span)
    return " ".join(words)


def without_marks(text: str) -> str:
    """The text as a user reads it: without marks, faulty and unfinished ones included, and without space around it."""
    return read_marks(text)[0]


def read_marks(text: str) -> tuple[str, list[Statement]]:
    """Takes the marks out of a text and reads them.

    Args:
        text: Any text. A mark at its very beginning may lack its space, since a generated text is often stripped.

    Returns:
        The text without marks and without space around it, and its statements in order, with their places in that
        text. A faulty mark is taken out as well and makes no statement.
    """
    plain = ""
    found: list[tuple[Claim, MarkUse, int]] = []
    done = 0
    text = text.strip()
    marks = {match.start(): match for pattern in (_FAULTY, _MARK) for match in pattern.finditer(text)}
    for start in sorted(marks):
        match = marks[start]
        plain += text[done:start]
        done = match.end()
        if match.re is _MARK and (claim := _claim_of(match)) is not None:
            found.append((claim, match[1], len(plain)))  # type: ignore[arg-type]
    plain += text[done:]
    shift = len(plain) - len(plain.lstrip())
    plain = plain.strip()
    places = [max(place - shift, 0) for _, _, place in found]
    return plain, [
        Statement(claim, use, *_words_of(plain, place, following))
        for (claim, use, _), place, following in zip(found, places, [*places, len(plain)][1:], strict=True)
    ]


def _claim_of(match: re.Match) -> Claim | None:
    """The claim of a mark, None if there is no such descriptor."""
    descriptor, direction, degree, span = match[2].replace(" ", "_"), match[3], match[4], match[5]
    if (descriptor, direction) not in PHRASES:
        return None
    stated: Degree = _DEGREE_OF[degree] if degree else "plain"
    part: Span = span or "whole"
    return canonical_claim(descriptor, direction, part, stated)


def _words_of(plain: str, start: int, following: int) -> tuple[int, int]:
    """First character of the words of a statement that begins at `start`, and the one after the last."""
    end = SENTENCE_END.search(plain, start, following)
    words = plain[start : end.start() if end else following]
    begin = start + len(words) - len(words.lstrip())
    return begin, max(start + len(words.rstrip(" ,;:\n")), begin)
