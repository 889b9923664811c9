"""Reads the claims that any text makes about a movement, including a language model's free wording.

    text --tokens--> stems; runs of words that are read as one ("at first", "a little"); no articles
    tokens --sentence--> predicates linked to their subjects: descriptor and direction, span, degree, denial
    not asserted of this body (a question, "if", "typically", "the other person") --> no claim

The vocabulary is in `terms.py`, `tokens.py` and the entries of the descriptors. The clauses that the package writes
are read back exactly.
"""

from dataclasses import dataclass

from .claim import Claim, canonical_claim
from .sentence import Sentence
from .tokens import Token, tokens_of

__all__ = ["Mention", "find_claims", "find_mentions"]

_LONGEST_SENTENCE = 200
"""Tokens. A sentence without an end is cut here, so that the time for a text stays bounded."""


@dataclass(frozen=True)
class Mention:
    """A claim and its place in a text.

    Attributes:
        claim: The claim in canonical words.
        start: First character of its words.
        end: Character after the last.
    """

    claim: Claim
    start: int
    end: int


def _about_two(sentence: list[Token]) -> bool:
    """Whether a sentence is about two clips, "the second movement is slower": see `comparison.py`."""
    words = [token.word for token in sentence]
    pairs = set(zip(words, words[1:], strict=False))
    named = {(order, what) for order in ("first", "second") for what in ("movement", "clip")}
    return bool(pairs & named)


def find_mentions(text: str) -> list[Mention]:
    """Finds the claims of a text and their places, in order.

    Args:
        text: Any English text.

    Returns:
        The claims; a repeated claim occurs again.
    """
    found: list[Mention] = []
    sentence: list[Token] = []
    tokens = tokens_of(text)
    for number, token in enumerate(tokens):
        closes = token.kind == "mark" and token.word in ".!?"
        if not closes:
            sentence.append(token)
        if sentence and (closes or number == len(tokens) - 1 or len(sentence) == _LONGEST_SENTENCE):
            if token.word != "?" and not _about_two(sentence):
                for reading in Sentence(sentence).readings():
                    claim = canonical_claim(*reading.key, reading.span, reading.degree)
                    start = min(reading.start, reading.predicate.start)
                    last = max(reading.end, reading.predicate.end) - 1
                    found.append(Mention(claim, sentence[start].start, sentence[last].end))
            sentence = []
    return found


def find_claims(text: str) -> list[Claim]:
    """Finds the claims of a text, in order; a repeated claim occurs again.

    Any wording counts: "the head is bowed", "with his head down", "lowers her head", "head and trunk bent forward".
    What is asked, denied, hypothetical, or said of others or of people in general is not a claim. "Hardly", "little"
    and "without" make the opposite claim of a quantity ("the arms hardly swing") and no claim of a posture ("hardly
    bowed"). "Not" makes no claim, since what is not extreme need not be extreme the other way. Statements about one
    side ("the right hand is raised") and comparisons of two clips are not claims. A half of the clip counts as the
    first or the last third.

    Args:
        text: Any English text.

    Returns:
        Claims in canonical words.
    """
    return [mention.claim for mention in find_mentions(text)]
