"""Answers to questions about two movements that need no language model: which looks sadder, which is faster.

"Which of the two looks sadder?"   --> the probabilities of "sad", relative to the pair, then signs that differ
"Who takes longer steps?"          --> the measured difference
"How do the arms differ?"          --> the largest differences of this body part
"How do they differ?"              --> nothing: the language model answers, and is checked (`guard.py`)
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS
from ..descriptors.reference import MotionReference
from .comparison import (
    ALIKE_ANSWER,
    COMPARATIVES,
    Difference,
    asked_comparatives,
    clear_differences,
    main_differences,
    percentile_gaps,
    verbalise_differences,
)
from .fact_questions import in_english, plainly, quantity_of
from .fixed_answers import ENGLISH_ONLY
from .phrases import Direction
from .questions import in_plain_forms, limbs_named, named_emotions, parts_named
from .reasons import LEAST_STRENGTH
from .signs import relation
from .tokens import FORMS
from .writing import looks

__all__ = ["PairQuestion", "answered_pair", "read_pair_question"]

ALIKE_PARTS = "There is no clear difference between the two movements in the {}."
NOT_IN_BOTH = "This cannot be compared: of the {}, nothing was measured in both movements."

_MOST_SIGNS = 2

_EVEN = 0.55
"""Share of the probability of both movements up to which neither looks more like an emotion."""

_LESS = re.compile(r"\b(?:less|least|fewer|lower|slower|shorter|smaller|narrower|closer|nearer)\b")
_COMPARES = re.compile(r"\b(?:which|who|whose|\w{3,}er|\w{3,}est|more|most|less|least)\b")
_OF_TWO = re.compile(r"\b(head|trunk|torso|chest|posture|gait)s\b")
"""What one person has once."""


@dataclass(frozen=True)
class PairQuestion:
    """What a question about two movements asks for.

    Attributes:
        english: Whether it is in English.
        emotion: The label that it compares, None for none.
        descriptors: Descriptor and direction of the comparatives that it contains, the one that fits best first.
        less: Whether it asks for the movement with less of the emotion.
        parts: Body parts whose differences it asks for.
    """

    english: bool = True
    emotion: str | None = None
    descriptors: tuple[tuple[str, Direction], ...] = ()
    less: bool = False
    parts: frozenset[str] = frozenset()

    @property
    def needs_text(self) -> bool:
        """Whether the language model has something to say."""
        return self.english and self.emotion is None and not self.descriptors and not self.parts


def read_pair_question(text: str, labels: Sequence[str]) -> PairQuestion:
    """Reads a question about two movements.

    Args:
        text: The question.
        labels: Emotions that it may name, also as "sadder" or "the angriest".
    """
    if not in_english(text.lower()):
        return PairQuestion(english=False)
    said = in_plain_forms(plainly(text.lower().replace("\u2019", "'")))
    less = bool(_LESS.search(plainly(text.lower())))
    emotions = [name for name in named_emotions(said, labels) if name in labels]
    if emotions:
        return PairQuestion(emotion=emotions[0], less=less)
    said = _OF_TWO.sub(r"\1", said)
    asked = asked_comparatives(text)
    if not asked and "differ" in said and (limbs := limbs_named(said)):
        return PairQuestion(parts=limbs)
    if len(asked) < 2 and _COMPARES.search(text.lower()):
        words = " ".join(FORMS.get(word, word) for word in said.split())
        direction: Direction = "low" if less else "high"
        near = [(name, direction) for name in quantity_of(words) if name in COMPARATIVES]
        asked = list(dict.fromkeys([*asked, *near]))
    return PairQuestion(descriptors=tuple(asked), parts=frozenset() if asked else parts_named(said))


def answered_pair(
    question: PairQuestion,
    scores: Sequence[Mapping[str, float]],
    first: np.ndarray,
    second: np.ndarray,
    reference: MotionReference,
) -> tuple[str, list[Difference]]:
    """The answer to a question that does not need the language model.

    Args:
        question: The question.
        scores: Probabilities of the labels of both movements, by label; empty where no emotion is asked about.
        first: (descriptors,) values of `measure`.
        second: The same of the other movement.
        reference: Typical values.

    Returns:
        The answer and the differences that it states.
    """
    if not question.english:
        return ENGLISH_ONLY, []
    clear = clear_differences(first, second, reference)
    if question.emotion is not None:
        return _which_looks(question.emotion, question.less, scores, clear)
    if question.parts:
        return _how_parts_differ(question.parts, first, second, reference)
    for name, direction in question.descriptors:
        for difference in clear:
            if difference.descriptor == name:
                stated = [difference if difference.direction == direction else difference.of("first")]
                return verbalise_differences(stated), stated
    return ALIKE_ANSWER, []


def _how_parts_differ(
    parts: frozenset[str], first: np.ndarray, second: np.ndarray, reference: MotionReference
) -> tuple[str, list[Difference]]:
    """How some body parts of two movements differ."""
    name = " and ".join(sorted(parts))
    known = percentile_gaps(first, second, reference)
    if not any(DESCRIPTORS[DESCRIPTOR_INDEX[each]].body_part in parts for each in known):
        return NOT_IN_BOTH.format(name), []
    stated = main_differences(first, second, reference, parts)
    return (verbalise_differences(stated), stated) if stated else (ALIKE_PARTS.format(name), [])


def _which_looks(
    emotion: str, less: bool, scores: Sequence[Mapping[str, float]], clear: Sequence[Difference]
) -> tuple[str, list[Difference]]:
    """Which of two movements looks more, or less, like an emotion, and the signs of it that differ."""
    shares = [each[emotion] for each in scores]
    labels = [max(each, key=lambda label: each[label]) for each in scores]
    verb, _, rest = looks(emotion).partition(" ")
    by_itself = "By themselves, " + " and ".join(
        f"the {place} {looks(label)}" for place, label in zip(("first", "second"), labels, strict=True)
    )
    values = f'the probability of "{emotion}" is {shares[0]:.0%} for the first and {shares[1]:.0%} for the second'
    more = shares[1] > shares[0]
    share = max(shares) / max(sum(shares), 1e-9)
    if share <= _EVEN:
        return f"Both movements {verb.removesuffix('s')} about equally {rest}: {values}. {by_itself}.", []
    winner = ("first", "second")[more != less]
    answer = (
        f"The {winner} movement {verb} {'less' if less else 'more'} {rest}: {values}, so {share:.0%} of the two "
        f"together falls to the {('first', 'second')[more]}."
    )
    signs = []
    for difference in clear:
        mine = difference.of(winner)
        link = relation(mine.descriptor, mine.direction, emotion)
        if link.relation == ("against" if less else "for") and link.strength >= LEAST_STRENGTH:
            signs.append((-link.strength, mine))
    stated = [difference for _, difference in sorted(signs, key=lambda pair: pair[0])][:_MOST_SIGNS]
    if stated:
        word = "speaks against" if less else "is typical of"
        answer += f' {verbalise_differences(stated)[:-1]}, which {word} "{emotion}".'
    return f"{answer} {by_itself}.", stated
