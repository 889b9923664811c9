"""Terms of the parser: what people call the parts of the body, and what they say of them, ready to look up in a text.

A claim in free wording is a subject and a predicate. `SUBJECTS` names the subjects, the entries of the descriptors
(`descriptors/entry.py`) hold the predicates and what they mean. All terms are compared by their stems ("bowed" is
"bow", "slowly" is "slow", see `claims/tokens.py`) and without articles and possessives. In a term, "/" separates
alternatives of one word and "|" separates terms.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

from .phrases import PHRASES, Direction
from .tokens import DETERMINERS, Token, stem, tokens_of

__all__ = ["PREDICATES", "SUBJECTS", "Key", "Term", "subject_at", "subjects_in"]

SUBJECTS: dict[str, str] = {
    "head": "head | chin | neck",
    "trunk": "trunk | torso | upper body | spine",
    "posture": "posture | bearing",
    "body": "body | figure | silhouette",
    "person": (
        "he | she | someone | king | queen | prince | princess | knight | child | kid | baby | toddler | "
        "teenager | lady | gentleman | soldier | hero | heroine | villain | player | athlete | gymnast | "
        "runner | mother | father | mum | mom | mummy | dad | daddy | grandpa | grandma | granny | "
        "grandfather | grandmother | grandad | granddad | uncle | aunt | sister | brother | son | daughter "
        "| cousin | nephew | niece | wife | husband | teacher | student | pupil | doctor | nurse | "
        "therapist | officer | policeman | policewoman | worker | waiter | waitress | farmer | manager | "
        "boss | colleague | client | customer | visitor | guest | friend | neighbour | neighbor | stranger "
        "| robot | avatar | puppet | clown | individual | model | person | performer | actor | actress | "
        "dancer | man | woman | guy | girl | boy | lad | fellow | bloke | chap | dude | patient | subject | "
        "participant | character | walker | mover | figure"
    ),
    "movement": "movement | movements | motion | motions | movement of body | motion of body",
    "gestures": (
        "gestures | gesture | gesturing | gesticulation | hand movements | arm movements | movements of hands | "
        "movements of arms | gestures of hands | movement of hands | movement of arms"
    ),
    "arms": "arms | forearms",
    "hands": "hands | wrists | fists",
    "hand": "hand",
    "elbows": "elbows | elbow joints",
    "shoulders": "shoulders",
    "chest": "chest",
    "hips": "hips | pelvis",
    "legs": "legs",
    "feet": "feet | ankles",
    "knees": "knees | knee joints",
    "steps": "steps | footsteps",
    "strides": "steps | strides | stride",
    "stance": "stance",
    "gait": "gait | walk | walking | pace",
    "rhythm": "rhythm | tempo | rhythm of limbs",
    "limbs": "limbs",
    "pronoun": "it | they",
    "paths": "paths | path | trajectories | paths of hands | trajectories of hands",
}
"""What a clause can be about: forms by concept; one form may belong to several. One-sided singulars ("the right hand")
are left out: what is said of one side is not what is measured, except for a hand at the head."""

AMOUNTS: dict[Literal["much", "little"], str] = {
    "much": (
        "high | increase | large | great | much | alot | more | big | strong | pronounced | marked | evident | "
        "exaggerate | wide | elevate | many | frequent | excessive | plenty | considerable | ample | long | fast |"
        " lot | numerous | repeated"
    ),
    "little": (
        "low | decrease | reduce | small | little | less | few | hardly ani/any | minimal | limited | diminish | "
        "weak | restrict | absent | rare | infrequent | no | short | slow | lack | hardly exist | negligible"
    ),
}
"""What people say of a quantity of an entry ("arm swing"), by how much of it there is."""

Key = tuple[str, Direction]
"""Descriptor and direction."""


@dataclass(frozen=True)
class Term:
    """Words to look for and, by concept of the subject, what they mean; the concept None is for claims without one."""

    words: tuple[str, ...]
    meaning: dict[str | None, Key] = field(default_factory=dict)


def _spelled_out(terms: str) -> Iterator[tuple[str, ...]]:
    """The words of each term: "sink/drop down | low" gives three."""
    for term in filter(str.strip, terms.split("|")):
        for words in product(*(part.split("/") for part in term.split())):
            yield tuple(word for word in words if word not in DETERMINERS)


def _stems(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word if word[0] == "<" else stem(word) for word in words)


def _subject_terms() -> dict[str, list[tuple[tuple[str, ...], frozenset[str]]]]:
    """Forms of subjects with their concepts, by their first word, longest first."""
    concepts: dict[tuple[str, ...], set[str]] = {}
    quantities = [(f"amount of {name}", words.quantity) for (name, _), words in PHRASES.items()]
    named = [*SUBJECTS.items(), *((concept, forms) for concept, forms in quantities if forms)]
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
    """The longest subject that starts at a token: index of the token after it, and its concepts."""
    for words, concepts in _SUBJECTS.get(tokens[start].word, ()):
        end = start + len(words)
        if end <= len(tokens) and all(
            token.word == word for token, word in zip(tokens[start:end], words, strict=True)
        ):
            return end, concepts
    return None


def subjects_in(tokens: list[Token]) -> Iterator[tuple[int, int, frozenset[str]]]:
    """The subjects in order: index of the first token, of the token after the last, and concepts."""
    position = 0
    while position < len(tokens):
        found = subject_at(tokens, position)
        if found is not None:
            yield position, *found
        position = found[0] if found is not None else position + 1


def _predicate_terms() -> dict[str, list[Term]]:
    """Terms by their first stem, longest first.

    Where two entries claim the same words for the same subject, clauses count before predicates, and the earlier
    descriptor before the later one.
    """
    known: dict[tuple[str, ...], Term] = {}

    def add(stems: tuple[str, ...], concepts: Iterable[str | None], key: Key) -> None:
        for concept in concepts:
            known.setdefault(stems, Term(stems)).meaning.setdefault(concept, key)

    for key, phrases in PHRASES.items():
        for text in (*phrases.clauses, *phrases.also_read, *phrases.former):
            stems, concepts = _analysed(tokens_of(text))
            add(stems, concepts, key)
    for key, phrases in PHRASES.items():
        for subjects, predicates in phrases.predicates.items():
            for words in _spelled_out(predicates):
                add(_stems(words), subjects.split(), key)
    for key, phrases in PHRASES.items():
        for words in _spelled_out(phrases.sentences):
            add(_stems(words), (None,), key)
    for (descriptor, much), phrases in PHRASES.items():
        if phrases.quantity:
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
    """Splits a phrase into its predicate and the concepts of its subject; (None,) for one without a subject."""
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
