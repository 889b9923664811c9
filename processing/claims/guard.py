"""The guard of answers (`verify`): it keeps the statements of an answer that the measurements support.

Every statement is read back as a claim and checked. A statement that does not hold is removed, and the record says how
many were. Explanations are checked by `explanation.py`.
"""

import re
from collections import Counter

import numpy as np

from ..descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS
from ..descriptors.reference import MotionReference
from ..skeleton.tree import JOINT_INDEX
from .claim import Claim, holds, notable_claims
from .comparison import (
    FORMER_ANSWERS,
    NO_DIFFERENCE_ANSWER,
    Difference,
    difference_holds,
    find_differences,
    main_differences,
    verbalise_differences,
)
from .current_words import in_current_words, with_current_clauses
from .fixed_answers import MISSING_JOINTS, NO_ANSWER, NOT_VISIBLE, NOTHING_UNUSUAL, read_fixed_answer
from .parser import find_claims
from .phrases import USUAL
from .questions import parts_named
from .writing import label_sentence, sentence_of

__all__ = ["about_parts", "lacking", "supported_answer", "verified_comparison"]

ANSWER_CLAIMS = 2
"""Measured claims that replace a wrong answer, at most."""

TYPICAL_RANGE = (25.0, 75.0)
"""Percentiles of the reference between which a value is typical."""


def supported_answer(
    text: str,
    parts: frozenset[str],
    label: str,
    vectors: np.ndarray,
    reference: MotionReference,
    joint_mask: np.ndarray,
) -> str:
    """What the measurements support of an answer that the language model wrote.

    A sentence stays if its claims hold, if it names the label, if it says that a value is typical and it is, or if it
    says that something cannot be seen or measured. Of a question about a body part only sentences about that stay.
    Where nothing stays, the answer comes from the measurements.

    Args:
        text: The answer.
        parts: Body parts that the question names.
        label: The label of the clip.
        vectors: (spans, descriptors) values of `measure_spans`.
        reference: Typical values.
        joint_mask: (22,) bool, which joints the recording has.
    """
    absent = lacking(joint_mask)
    kept = _supported_sentences(text, label, vectors, reference, absent)
    if parts:
        about = [
            sentence
            for sentence in kept
            if sentence == NOT_VISIBLE or parts & {claim.body_part for claim in find_claims(sentence)}
        ]
        return " ".join(about) or about_parts(parts, vectors, reference, absent)
    mentioned = frozenset(claim.body_part for claim in find_claims(text))
    return " ".join(kept) or sentence_of(_notable_of(mentioned, vectors, reference)[:ANSWER_CLAIMS]) or NO_ANSWER


def lacking(joint_mask: np.ndarray) -> np.ndarray:
    """(descriptors,) bool, True for those that need a joint which the recording does not have."""
    return np.array([not all(joint_mask[JOINT_INDEX[name]] for name in entry.requires) for entry in DESCRIPTORS])


def about_parts(parts: frozenset[str], vectors: np.ndarray, reference: MotionReference, lacking: np.ndarray) -> str:
    """Answers about some body parts from the measurements."""
    name = " and ".join(sorted(parts))
    if lacking[_inside(parts)].all():
        return MISSING_JOINTS.format(name)
    return sentence_of(_notable_of(parts, vectors, reference)[:ANSWER_CLAIMS]) or NOTHING_UNUSUAL.format(name)


def _inside(parts: frozenset[str]) -> np.ndarray:
    """(descriptors,) bool, True for those of some body parts."""
    return np.array([entry.body_part in parts for entry in DESCRIPTORS])


def _notable_of(parts: frozenset[str], vectors: np.ndarray, reference: MotionReference) -> list[Claim]:
    return notable_claims(vectors, reference, among=_inside(parts))


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in re.findall(r"[^.!?]+[.!?]?", text)]


def _supported_sentences(
    text: str, label: str, vectors: np.ndarray, reference: MotionReference, lacking: np.ndarray
) -> list[str]:
    """The sentences of an answer that can be checked and are true, fixed answers in their present wording."""
    kept = []
    said: set[tuple[str, str, str]] = set()
    for sentence in map(in_current_words, _sentences(with_current_clauses(text))):
        claims = find_claims(sentence)
        if claims and all(holds(claim, vectors, reference) for claim in claims):
            fresh = {(claim.descriptor, claim.direction, claim.span): claim for claim in claims}
            fresh = {key: claim for key, claim in fresh.items() if key not in said}
            if fresh:  # "The arms hardly swing and the arms hardly swing" says it once
                kept.append(sentence if len(fresh) == len(claims) else sentence_of(list(fresh.values())))
            said |= fresh.keys()
        elif not claims and (true := _if_true(sentence, label, vectors, reference, lacking)) is not None:
            kept.append(true)
    return kept


def _if_true(
    sentence: str, label: str, vectors: np.ndarray, reference: MotionReference, lacking: np.ndarray
) -> str | None:
    """A sentence without a claim if it is true: it names the label, says that a value is typical, or is fixed."""
    words = re.sub(r"^(yes|no|neither)[,:] ", "", sentence.lower().rstrip(".!?"))
    if words == label_sentence(label).lower().rstrip("."):
        return sentence
    if (fixed := read_fixed_answer(words)) is not None:
        answer, part = fixed
        if answer == MISSING_JOINTS and not lacking[_inside(parts_named(part))].any():
            return None
        if answer == NOTHING_UNUSUAL and _notable_of(parts_named(part), vectors, reference):
            return None
        return answer.format(part)
    typical = [name for name, clause in USUAL.items() if clause == words]
    percentiles = reference.percentiles(np.atleast_2d(vectors)[0])
    lowest, highest = TYPICAL_RANGE
    if any(lowest <= percentiles[DESCRIPTOR_INDEX[name]] <= highest for name in typical):
        return sentence
    return None


def verified_comparison(
    text: str, first: np.ndarray, second: np.ndarray, reference: MotionReference
) -> tuple[str, list[Difference], int]:
    """Checks what the language model says about two clips in general; `pair_answers.py` answers what a question names.

    It stays as it is if it states the main differences (`main_differences`) and no other, each once, or that the two
    are alike where none is clear. Otherwise the answer is made of the main differences.

    Args:
        text: The answer.
        first: (descriptors,) values of `measure`.
        second: The same of the other clip.
        reference: Typical values.

    Returns:
        The answer, its differences and how many were removed.
    """
    text = FORMER_ANSWERS.get(text.strip(), text)
    said = find_differences(text)
    main = main_differences(first, second, reference)
    if text and Counter(difference.of("second") for difference in said) == Counter(main):
        return text, said, 0
    false = [each for each in dict.fromkeys(said) if not difference_holds(each, first, second, reference)]
    return verbalise_differences(main) if main else NO_DIFFERENCE_ANSWER, main, len(false)
