"""Gives the clauses of earlier checkpoints in today's words: a checkpoint writes what it was trained on."""

import re

from .claim import canonical_claim
from .parser import find_mentions
from .phrases import PHRASES
from .tokens import DEGREES, tokens_of

__all__ = ["with_current_clauses"]

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
        former = {_plain(clause) for clause in PHRASES[claim.descriptor, claim.direction].former}
        before = _BEFORE.search(text[: mention.start])
        start = before.start() if before else mention.start
        if not {_plain(text[mention.start : mention.end]), _plain(text[start : mention.end])} & former:
            continue
        clause = canonical_claim(claim.descriptor, claim.direction, degree=claim.degree).text
        clause = f"{clause[0].upper()}{clause[1:]}" if text[start].isupper() else clause
        text = text[:start] + clause + text[mention.end :]
    return text


def _plain(clause: str) -> tuple[str, ...]:
    """The words of a clause without articles and words of degree."""
    return tuple(
        token.word
        for token in tokens_of(clause)
        if token.word not in DEGREES and token.kind not in ("slight", "emphasis")
    )
