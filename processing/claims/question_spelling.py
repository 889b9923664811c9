"""Slips of the keyboard in a question: "feelign" becomes "feeling", "hapiness" becomes "happiness".

A word that no question is known to have is corrected if a known one differs from it by a single slip: two letters
changed places, a letter is missing or superfluous, or a vowel is another one. The first letter counts as right.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from ..vocabulary import SYNONYMS, canonical_label, related_words
from .fact_questions import ENGLISH
from .question_bank import WORDINGS
from .question_words import WORDS
from .terms import PREDICATES, SUBJECTS
from .tokens import FORMS, stem

__all__ = ["well_spelled"]

_SHORTEST = 5
"""Letters from which a word is corrected for a missing or superfluous letter or a vowel; one less for a letter that
should be there twice."""

_CONTRACTED = (
    "isnt arent wasnt werent dont doesnt didnt hasnt havent cant couldnt wouldnt shouldnt wont whats hows wheres"
)
_VOWELS = "aeiou"


def well_spelled(said: str) -> str:
    """A question in lower case without slips that are easy to see."""
    return re.sub(r"(?<![\w'-])[a-z]{3,}(?![\w'-])", lambda found: _corrected(found[0]), said)


@lru_cache(maxsize=1024)
def _corrected(word: str) -> str:
    words, stems = _known()
    if word in words or stem(word) in stems:
        return word
    for slips in _slips(word):
        if found := [each for each in slips if each in words]:
            return max(found, key=lambda each: (words[each], each))
    return word


def _slips(word: str) -> Iterator[list[str]]:
    """What may have been meant by a word, the likeliest slip first."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    yield [head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1]
    if len(word) >= _SHORTEST - 1:
        yield [head + head[-1] + tail for head, tail in cuts if head]
    if len(word) >= _SHORTEST:
        yield [head + letter + tail for head, tail in cuts if head for letter in "abcdefghijklmnopqrstuvwxyz"]
        yield [head + tail[1:] for head, tail in cuts if head and tail]
        yield [head + each + tail[1:] for head, tail in cuts if head and tail[:1] in set(_VOWELS) for each in _VOWELS]


@lru_cache(maxsize=1)
def _known() -> tuple[Counter[str], frozenset[str]]:
    """How often the wordings have each word that a question may have, and the stems of these words."""
    words = Counter(
        word for texts in WORDINGS.values() for text in texts for word in re.findall("[a-z]+", text.lower())
    )
    labels = sorted({canonical_label(word) for word in SYNONYMS})
    terms = [word for subject in SUBJECTS.values() for word in re.findall("[a-z]+", subject)]
    emotions = re.findall(
        "[a-z]+", " ".join([*SYNONYMS, *(near for label in labels for near in related_words(label))])
    )
    words.update({*WORDS, *ENGLISH, *FORMS, *terms, *emotions, *_CONTRACTED.split()})
    said = {word for predicates in PREDICATES.values() for term in predicates for word in term.words}
    return words, frozenset(map(stem, words)) | said
