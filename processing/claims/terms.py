"""Terms of the parser: the lexicon and the phrases of all claims, made ready to be looked up in a text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

from .claims import Direction
from .lexicon import AMOUNTS, MEASURES, READINGS, STANDALONE, SUBJECTS
from .phrases import PHRASES
from .words import DETERMINERS, Token, stem, tokens_of

__all__ = ["PREDICATES", "Key", "Term", "subject_at", "subjects_in"]

Key = tuple[str, Direction]
"""Descriptor and direction."""


@dataclass(frozen=True)
class Term:
    """Words to look for and, by concept of the subject, what they mean; None is a claim without a subject."""

    words: tuple[str, ...]
    meaning: dict[str | None, Key] = field(default_factory=dict)


def _spelled_out(terms: str) -> Iterator[tuple[str, ...]]:
    """The words of each term of a lexicon entry: "sink/drop down | low" gives three."""
    for term in terms.split("|"):
        for words in product(*(part.split("/") for part in term.split())):
            yield tuple(word for word in words if word not in DETERMINERS)


def _stems(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word if word[0] == "<" else stem(word) for word in words)


def _subject_terms() -> dict[str, list[tuple[tuple[str, ...], frozenset[str]]]]:
    """Forms of subjects with their concepts, by their first word, longest first."""
    concepts: dict[tuple[str, ...], set[str]] = {}
    named = [*SUBJECTS.items(), *((f"amount of {name}", forms) for name, _, forms in MEASURES)]
    for concept, forms in named:
        for words in _spelled_out(forms):
            words = ("upper body", *words[2:]) if words[:2] == ("upper", "body") else words
            concepts.setdefault(words, set()).add(concept)
    grouped: dict[str, list[tuple[tuple[str, ...], frozenset[str]]]] = {}
    for words in sorted(concepts, key=len, reverse=True):
        grouped.setdefault(words[0], []).append((words, frozenset(concepts[words])))
    return grouped


_SUBJECTS = _subject_terms()


def subject_at(tokens: list[Token], start: int) -> tuple[int, frozenset[str]] | None:
    """The longest subject that starts at a token: the token after it and its concepts."""
    for words, concepts in _SUBJECTS.get(tokens[start].word, ()):
        end = start + len(words)
        if end <= len(tokens) and all(
            token.word == word for token, word in zip(tokens[start:end], words, strict=True)
        ):
            return end, concepts
    return None


def subjects_in(tokens: list[Token]) -> Iterator[tuple[int, int, frozenset[str]]]:
    """The subjects that are named, one after the other: first token, the token after the last, concepts."""
    position = 0
    while position < len(tokens):
        found = subject_at(tokens, position)
        if found is not None:
            yield position, *found
        position = found[0] if found is not None else position + 1


def _predicate_terms() -> dict[str, list[Term]]:
    """Terms by their first stem, longest first: the clauses of `PHRASES`, then the lexicon where they are silent."""
    known: dict[tuple[str, ...], Term] = {}

    def add(stems: tuple[str, ...], concepts: Iterable[str | None], key: Key) -> None:
        for concept in concepts:
            known.setdefault(stems, Term(stems)).meaning.setdefault(concept, key)

    for key, phrases in PHRASES.items():
        for text in (*phrases.clauses, *phrases.also_read):
            stems, concepts = _analysed(tokens_of(text))
            add(stems, concepts, key)
    for descriptor, direction, subjects, predicates in READINGS:
        for words in _spelled_out(predicates):
            add(_stems(words), subjects.split(), (descriptor, direction))
    for descriptor, direction, whole in STANDALONE:
        for words in _spelled_out(whole):
            add(_stems(words), (None,), (descriptor, direction))
    for descriptor, much, _ in MEASURES:
        little: Direction = "low" if much == "high" else "high"
        for words in _spelled_out(AMOUNTS["much"]):
            add(_stems(words), (f"amount of {descriptor}",), (descriptor, much))
        for words in _spelled_out(AMOUNTS["little"]):
            add(_stems(words), (f"amount of {descriptor}",), (descriptor, little))
    grouped: dict[str, list[Term]] = {}
    for stems in sorted(known, key=len, reverse=True):
        grouped.setdefault(stems[0], []).append(known[stems])
    return grouped


def _analysed(tokens: list[Token]) -> tuple[tuple[str, ...], Iterable[str | None]]:
    """Part a phrase of the table into predicate and concepts of its subject; (None,) for one without a subject."""
    subject = subject_at(tokens, 0)
    if subject is not None and subject[0] < len(tokens):
        rest = tokens[subject[0] :]
        rest = rest[1:] if rest[0].stem == "be" and len(rest) > 1 else rest
        return tuple(token.stem for token in rest), sorted(subject[1])
    for start in range(1, len(tokens)):
        subject = subject_at(tokens, start)
        if subject is not None and subject[0] == len(tokens):
            return tuple(token.stem for token in tokens[:start]), sorted(subject[1])
    return tuple(token.stem for token in tokens), (None,)


PREDICATES = _predicate_terms()
"""Terms by their first stem, longest first."""
