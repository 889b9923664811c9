"""One vocabulary of emotion words: adjectives, in whatever form a corpus uses them."""

import re
from types import MappingProxyType

_FORMS = {
    "happy": ("happiness", "joy", "joyful", "joyous", "glad"),
    "sad": ("sadness", "sorrow", "sorrowful", "unhappy"),
    "angry": ("anger", "rage", "furious"),
    "proud": ("pride",),
    "not confident": ("unconfident", "lack of confidence"),
    "neutral": ("neutrality", "no emotion"),
    "afraid": ("fear", "fearful", "panic", "panic fear", "scared", "frightened"),
    "disgusted": ("disgust",),
    "surprised": ("surprise",),
    "anxious": ("anxiety",),
    "ashamed": ("shame",),
    "guilty": ("guilt",),
    "contemptuous": ("contempt",),
    "jealous": ("jealousy",),
    "grateful": ("gratitude", "thankful"),
    # Folders of users have these. Only the form of the word changes.
    "amused": ("amusement",),
    "bored": ("boredom",),
    "excited": ("excitement",),
    "relieved": ("relief",),
    "calm": ("calmness",),
    "tired": ("tiredness",),
}

SYNONYMS = MappingProxyType({form: word for word, forms in _FORMS.items() for form in (word, *forms)})
"""Each known form of an emotion word -> the adjective of the vocabulary."""


def tidy(word: str) -> str:
    """The word in lower case, with one space for each run of spaces, underscores and hyphens."""
    return re.sub(r"[\s_\-]+", " ", word).strip().lower()


def canonical_label(word: str) -> str:
    """The word of the vocabulary for an emotion; an unknown word stays, tidied.

    >>> canonical_label("Joy"), canonical_label("not-confident"), canonical_label("Seasick")
    ('happy', 'not confident', 'seasick')
    """
    tidied = tidy(word)
    return SYNONYMS.get(tidied, tidied)


__all__ = ["SYNONYMS", "canonical_label", "tidy"]
