"""Gives sentences and clauses of earlier checkpoints in today's words: a checkpoint writes what it was trained on."""

import re
from functools import cache

from ..descriptors.measure import DESCRIPTORS
from .claim import canonical_claim
from .parser import find_mentions
from .phrases import PHRASES, Direction
from .tokens import DEGREES, tokens_of

__all__ = ["in_current_words", "with_current_clauses"]

_BEFORE = re.compile(
    r"\b(?:the|his|her|their|its|a|no|one|each)\s+(?:(?:person|performer|actor|body)['\u2019]s\s+)?$", re.I
)
"""Words before the first noun of a clause that belong to it: "the person's"."""


def with_current_clauses(text: str) -> str:
    """Replaces the clauses of earlier checkpoints by today's canonical clauses; the claims stay the same.

    Args:
        text: "The person's body is clearly opened out."

    Returns:
        "The posture is clearly expansive."
    """
    for mention in reversed(find_mentions(text)):
        claim = mention.claim
        before = _BEFORE.search(text[: mention.start])
        start = before.start() if before else mention.start
        if not {_plain(text[mention.start : mention.end]), _plain(text[start : mention.end])} & _former(
            claim.descriptor, claim.direction
        ):
            continue
        clause = canonical_claim(claim.descriptor, claim.direction, degree=claim.degree).text
        clause = f"{clause[0].upper()}{clause[1:]}" if text[start].isupper() else clause
        text = text[:start] + clause + text[mention.end :]
    return text


@cache
def _former(descriptor: str, direction: Direction) -> frozenset[tuple[str, ...]]:
    """The clauses of a claim that earlier checkpoints write, as `_plain` gives them."""
    return frozenset(map(_plain, PHRASES[descriptor, direction].former))


def _plain(clause: str) -> tuple[str, ...]:
    """The words of a clause without articles and words of degree."""
    return tuple(
        token.word
        for token in tokens_of(clause)
        if token.word not in DEGREES and token.kind not in ("slight", "emphasis")
    )


_CURRENT = {descriptor.former_usual: descriptor.usual for descriptor in DESCRIPTORS if descriptor.former_usual}


def in_current_words(sentence: str) -> str:
    """A sentence of an earlier checkpoint that says something is usual, in the words of today.

    Args:
        sentence: "No, the head is about as usual."

    Returns:
        "No, the head is held at a typical angle."; any other sentence as it is.
    """
    words = sentence.rstrip(".!?")
    start = words.find(" ") + 1 if words.lower().startswith(("yes, ", "no, ", "neither: ")) else 0
    current = _CURRENT.get(words[start:].lower())
    if current is None:
        return sentence
    current = current if start else f"{current[0].upper()}{current[1:]}"
    return f"{words[:start]}{current}{sentence[len(words) :]}"
