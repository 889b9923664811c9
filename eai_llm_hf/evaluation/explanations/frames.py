"""The form of texts: their sentences, how varied these are, whether they say how sure they are and what else fits.

A frame is a sentence with the claims, the words for emotions and the numbers blanked: "It looks LABEL because CLAIM
and CLAIM". Texts with few frames read as if a form had been filled in.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from eai_llm_hf.processing.claims.parser import find_mentions
from eai_llm_hf.processing.claims.phrases import PHRASES
from eai_llm_hf.processing.vocabulary import SYNONYMS, canonical_label

__all__ = ["frame_counts", "frames_of", "has_contrast", "names_runner_up", "says_how_sure", "sentences_of"]

_LONG_ENOUGH = 2
"""Letters that a sentence has at least; a lone mark is none."""

_CONTRAST = re.compile(
    r"\b(although|though|but|however|yet|even so|still(?=,)|nevertheless|nonetheless|despite|in spite of|whereas"
    r"|on the other hand|unusual for|rarely sees|(?<!measured )against|(does|do) not( quite)? fit)\b",
    re.IGNORECASE,
)
_SURE = re.compile(
    r"\b((un)?certain(ly|ty)?|certainties|(un)?sure(ly)?|surer|(un)?likel(y|ihood)|probab(ly|le|ility)"
    r"|doubt(ful|s|less)?|tentative(ly)?|guess|cautio(n|us|usly)|trust(ed)?|rely|reliabl[ey]|plausible|good ground"
    r"|(low|medium|high|little|some|great|much|moderate) confidence|(with|the) confidence|(is|are) possible"
    r"|(out )?of (ten|10|100)|in (ten|10|100)|percent|(could|may|might) be wrong)\b|\d ?%",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\b\d+([.,]\d+)?( ?%)?|\b(one|two|three|four|five|six|seven|eight|nine|ten)\b", re.IGNORECASE)
_BESIDE_CLAIM = re.compile(
    r"\b(the|their|his|her|its|this person's|the person's)\s+(?=CLAIM)"
    r"|(?<=CLAIM)\s+(at first|at the beginning|in the first part|initially|in the middle|midway|towards the end"
    r"|in the end|in the last part|finally)\b"
    r"|\b(at first|at the beginning|in the first part|initially|in the middle|midway|towards the end|in the end"
    r"|in the last part|finally),?\s+(?=CLAIM)",
    re.IGNORECASE,
)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text; a full stop inside a number ends none."""
    parts = re.split(r"(?<=[.!?])\s+", text.strip())
    return [part for part in parts if len(re.findall(r"[A-Za-z]", part)) >= _LONG_ENOUGH]


def has_contrast(text: str) -> bool:
    """Whether a text weighs something against something else: "although", "but" and the like."""
    return _CONTRAST.search(text) is not None


def says_how_sure(text: str) -> bool:
    """Whether a text says how certain its label is, in words or in numbers.

    "Clearly" and "confident" do not count: one is a degree of a movement, the other an emotion.
    """
    return _SURE.search(text) is not None


def names_runner_up(text: str, runner_up: str | None) -> bool:
    """Whether a text names the second candidate, in any form of the word ("sad", "sadness")."""
    return runner_up is not None and _forms(canonical_label(runner_up)).search(text) is not None


@cache
def _forms(word: str) -> re.Pattern[str]:
    """Any form of an emotion of the vocabulary, "not confident" before "confident"."""
    forms = {word, *(form for form, meant in SYNONYMS.items() if meant == word)}
    return re.compile(rf"\b({'|'.join(map(re.escape, sorted(forms, key=len, reverse=True)))})\b", re.IGNORECASE)


@cache
def _emotions(labels: tuple[str, ...]) -> re.Pattern[str]:
    forms = {form.lower() for form in (*labels, *SYNONYMS)}
    return re.compile(rf"\b({'|'.join(map(re.escape, sorted(forms, key=len, reverse=True)))})\b", re.IGNORECASE)


@cache
def _clauses() -> re.Pattern[str]:
    """Any clause that the package writes for a claim, with or without an adverb of degree."""
    texts = {text for words in PHRASES.values() for text in words.clauses}
    graded = [
        re.sub(r"\\ (is|are)\\ ", r"\\ \1\\ (?:\\w+\\ |a\\ little\\ )?", re.escape(text), count=1)
        for text in sorted(texts, key=len, reverse=True)
    ]
    return re.compile(rf"\b({'|'.join(graded)})\b", re.IGNORECASE)


def frames_of(text: str, labels: Sequence[str]) -> list[str]:
    """The frame of each sentence of a text.

    Args:
        text: The text.
        labels: Words for emotions, in addition to those of the vocabulary.
    """
    return [_frame(sentence, tuple(labels)) for sentence in sentences_of(text)]


def _frame(sentence: str, labels: tuple[str, ...]) -> str:
    frame = _clauses().sub("CLAIM", sentence)
    for mention in reversed(find_mentions(frame)):
        frame = f"{frame[: mention.start]}CLAIM{frame[mention.end :]}"
    frame = _BESIDE_CLAIM.sub("", frame)
    frame = _NUMBER.sub("NUMBER", _emotions(labels).sub("LABEL", frame))
    return re.sub(r"\s+", " ", frame).strip().lower()


def frame_counts(texts: Sequence[str], labels: Sequence[str]) -> Mapping[str, int]:
    """How often each frame occurs in some texts, the most common first."""
    counts = Counter(frame for text in texts for frame in frames_of(text, labels))
    return dict(counts.most_common())
