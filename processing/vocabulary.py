"""One vocabulary of emotion words: adjectives, in whatever form a corpus or a user uses them.

A form is listed where it means the same emotion. A word for a weaker, a colder or another emotion (irritated, nervous,
triumphant, depressed) is not a form of its neighbour, and the model scores it by its own text. Training texts and
questions use such neighbours too.
"""

import re
from collections.abc import Iterable, Sequence
from types import MappingProxyType

__all__ = ["SYNONYMS", "canonical_label", "is_noun", "noun_of", "related_words", "same_words", "tidy", "trained_word"]

_FORMS: dict[str, tuple[str, str]] = {
    "happy": (
        "happiness, joy, gladness, cheerfulness, delight, elation",
        "joyful, joyous, glad, cheerful, delighted, elated",
    ),
    "sad": ("sadness, sorrow, unhappiness, grief", "sorrowful, unhappy, grieving, mournful"),
    "angry": ("anger, rage, fury, wrath, hot anger", "furious, enraged, mad"),
    "proud": ("pride", ""),
    "not confident": ("insecurity, lack of confidence", "unconfident, insecure"),
    "neutral": ("neutrality, no emotion, no particular emotion", "unemotional"),
    "afraid": ("fear, panic, panic fear, fright, terror", "fearful, panicked, scared, frightened, terrified"),
    "disgusted": ("disgust, revulsion", "repulsed"),
    "surprised": ("surprise, astonishment", "astonished"),
    "anxious": ("anxiety, worry", "worried"),
    "ashamed": ("shame", ""),
    "guilty": ("guilt", ""),
    "contemptuous": ("contempt, scorn, disdain", "scornful, disdainful"),
    "jealous": ("jealousy", ""),
    "grateful": ("gratitude, thankfulness", "thankful"),
    # No corpus here has these, but folders of users do. Only the form of the word changes.
    "amused": ("amusement", ""),
    "bored": ("boredom", ""),
    "excited": ("excitement", ""),
    "relieved": ("relief", ""),
    "calm": ("calmness", ""),
    "tired": ("tiredness", ""),
}
"""Adjective of the vocabulary -> its nouns, the usual one first, and other adjectives."""

_NOUNS = {word: [noun for noun in nouns.split(", ") if noun] for word, (nouns, _) in _FORMS.items()}
_OTHER_NOUNS = frozenset(
    "despair disappointment embarrassment frustration hope interest love pain satisfaction".split()
)
_NOUN_ENDINGS = ("ness", "ity", "tion", "sion", "ment", "ance", "ence", "ism", "tude")

_NEIGHBOURS = {
    "happy": ("in a good mood",),
    "sad": ("downcast",),
    "angry": ("irritated",),
    "proud": ("self-assured", "triumphant", "dignified", "self-satisfied"),
    "not confident": ("unsure", "timid", "hesitant"),
    "neutral": ("calm", "ordinary", "normal"),
    "afraid": ("anxious",),
    "disgusted": ("repelled",),
    "surprised": ("startled", "amazed"),
}
"""Words near an emotion that do not mean the same."""

SYNONYMS = MappingProxyType(
    {
        form: word
        for word, (nouns, adjectives) in _FORMS.items()
        for form in (word, *filter(None, f"{nouns}, {adjectives}".split(", ")))
    }
)
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


def is_noun(word: str) -> bool:
    """Whether a movement *shows* a label ("sadness") rather than *looks* so ("sad"); unknown words by their ending.

    >>> is_noun("Joy"), is_noun("determination"), is_noun("sad"), is_noun("tense")
    (True, True, False, False)
    """
    tidied = tidy(word)
    known = SYNONYMS.get(tidied)
    if known is not None:
        return tidied in _NOUNS[known]
    return tidied in _OTHER_NOUNS or tidied.endswith(_NOUN_ENDINGS)


def noun_of(word: str) -> str | None:
    """The noun of a label: "fear" for "afraid"; a noun stays as it is, and an unknown adjective gives None.

    >>> noun_of("afraid"), noun_of("grief"), noun_of("tense")
    ('fear', 'grief', None)
    """
    if is_noun(word):
        return tidy(word)
    known = SYNONYMS.get(tidy(word))
    return None if known is None else _NOUNS[known][0]


def related_words(word: str) -> tuple[str, ...]:
    """Other words for an emotion and words near it, those that mean the same first; none for an unknown word.

    >>> related_words("Pride")
    ('proud', 'self-assured', 'triumphant', 'dignified', 'self-satisfied')
    """
    tidied, meant = tidy(word), canonical_label(word)
    same = [form for form, emotion in SYNONYMS.items() if emotion == meant]
    words = (*same, *_NEIGHBOURS.get(meant, ()))
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
