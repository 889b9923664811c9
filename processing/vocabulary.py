"""One vocabulary of emotion words: adjectives, in whatever form a corpus or a user uses them.

A form is listed where it means the same emotion. A word for a weaker, a colder or another emotion (irritated, nervous,
triumphant, depressed) is not a form of its neighbour, and the model scores it by its own text. Training texts and
questions use such neighbours too.
"""

import re
from collections.abc import Iterable, Sequence
from types import MappingProxyType

__all__ = ["SYNONYMS", "canonical_label", "related_words", "same_words", "tidy", "trained_word"]

_FORMS = {
    "happy": (
        *("happiness", "joy", "joyful", "joyous", "glad", "gladness", "cheerful", "cheerfulness"),
        *("delight", "delighted", "elation", "elated"),
    ),
    "sad": ("sadness", "sorrow", "sorrowful", "unhappy", "unhappiness", "grief", "grieving", "mournful"),
    "angry": ("anger", "rage", "furious", "fury", "enraged", "mad", "wrath", "hot anger"),
    "proud": ("pride",),
    "not confident": ("unconfident", "lack of confidence", "insecure", "insecurity"),
    "neutral": ("neutrality", "no emotion", "unemotional"),
    "afraid": (
        *("fear", "fearful", "panic", "panic fear", "panicked", "scared", "frightened", "fright"),
        *("terror", "terrified"),
    ),
    "disgusted": ("disgust", "repulsed", "revulsion"),
    "surprised": ("surprise", "astonished", "astonishment"),
    "anxious": ("anxiety", "worried", "worry"),
    "ashamed": ("shame",),
    "guilty": ("guilt",),
    "contemptuous": ("contempt", "scorn", "scornful", "disdain", "disdainful"),
    "jealous": ("jealousy",),
    "grateful": ("gratitude", "thankful", "thankfulness"),
    # No corpus here has these, but folders of users do. Only the form of the word changes.
    "amused": ("amusement",),
    "bored": ("boredom",),
    "excited": ("excitement",),
    "relieved": ("relief",),
    "calm": ("calmness",),
    "tired": ("tiredness",),
}

_NEIGHBOURS = {
    "happy": ("in a good mood",),
    "sad": ("downcast",),
    "angry": ("irritated",),
    "proud": ("self-assured", "triumphant", "dignified", "self-satisfied"),
    "not confident": ("unsure", "timid", "hesitant"),
    "neutral": ("calm", "no particular emotion", "ordinary", "normal"),
    "afraid": ("anxious",),
    "disgusted": ("repelled",),
    "surprised": ("startled", "amazed"),
}
"""Words near an emotion that do not mean the same."""

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


def related_words(word: str) -> tuple[str, ...]:
    """Other words for an emotion and words near it, those that mean the same first; none for an unknown word.

    >>> related_words("Pride")
    ('proud', 'self-assured', 'triumphant', 'dignified', 'self-satisfied')
    """
    tidied, meant = tidy(word), canonical_label(word)
    words = (meant, *_FORMS.get(meant, ()), *_NEIGHBOURS.get(meant, ()))
    return tuple(other for other in words if other != tidied) if meant in _FORMS else ()


def trained_word(word: str, trained: Iterable[str]) -> str | None:
    """The label that a checkpoint was trained on and that means the same as a word; None if there is none.

    >>> trained_word("Grief", ["happy", "sad"]), trained_word("bored", ["happy", "sad"])
    ('sad', None)
    """
    trained = list(trained)
    if word in trained:
        return word
    meant = canonical_label(word)
    return next((label for label in trained if canonical_label(label) == meant), None)


def same_words(words: Sequence[str], trained: Iterable[str]) -> tuple[str, str, str] | None:
    """The first two of some words that mean the same trained label, and this label; None if all differ."""
    meant: dict[str, str] = {}
    trained = list(trained)
    for word in words:
        label = trained_word(word, trained)
        if label is not None:
            if label in meant:
                return meant[label], word, label
            meant[label] = word
    return None
