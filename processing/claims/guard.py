"""What is kept of a text: claims that the movement bears out, each with what was measured.

The guard of the pipeline (`verify`): it takes out what does not hold and says how much that was.
"""

import re
from collections.abc import Sequence

import numpy as np

from ..descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, SPANS
from ..descriptors.reference import MotionReference
from ..skeleton.tree import JOINT_INDEX
from .claim import Claim, canonical_claim, collide, evidence, holds, notable_claims
from .comparison import (
    ALIKE_ANSWER,
    FORMER_ANSWERS,
    MAX_DIFFERENCES,
    NO_DIFFERENCE_ANSWER,
    Difference,
    asked_descriptors,
    clear_differences,
    difference_holds,
    find_differences,
    verbalise_differences,
)
from .parser import find_claims
from .phrases import USUAL, in_current_words
from .questions import Question, parts_named
from .writing import label_sentence, verbalise

__all__ = [
    "NOTHING_AGAINST",
    "NOTHING_NOTABLE",
    "NO_ANSWER",
    "REFUSAL",
    "UNSEEN_ANSWER",
    "difference_entry",
    "evidence_entry",
    "verified",
    "verified_answer",
    "verified_comparison",
]

FEWEST_CLAIMS = 3
"""An explanation says at least so many things, where so many stand out."""

ANSWER_CLAIMS = 2
"""Measured claims that take the place of a false answer, at most."""

UNSEEN_ANSWER = "That cannot be seen in skeleton data."
"""Answer to what a skeleton does not show."""

REFUSAL = "That cannot be told: the recording does not have the joints of the {}."
"""Answer about a part of the body that this recording lacks."""

NOTHING_AGAINST = "Nothing that was measured speaks against it."
"""Answer to why an emotion was not given, where the movement has none of its opposites."""

NOTHING_NOTABLE = "Nothing about the {} stands out."
"""Answer about a part of the body that is held and moved as usual."""

_FITS = {
    form: re.compile(re.escape(form.lower().rstrip(".")).replace(r"\{\}", "([a-z ]+)"))
    for form in (UNSEEN_ANSWER, REFUSAL, NOTHING_AGAINST, NOTHING_NOTABLE)
}
"""Answers that claim nothing about the movement, as patterns; the group is the part of the body."""

USUAL_RANGE = (25.0, 75.0)
"""Percentiles of the reference between which something is about as usual."""

NO_ANSWER = "The measured movement does not bear out an answer."
"""Said where no sentence of an answer holds, or the question cannot be read as one about movement."""


def verified(
    text: str, claims: list[Claim], label: str, vectors: np.ndarray, reference: MotionReference
) -> tuple[str, list[Claim], int]:
    """An explanation without what the movement does not bear out.

    A text of `FEWEST_CLAIMS` claims or more that all hold, none said twice, stays as it is. Otherwise it is written
    anew: the claims that hold, and in the place of the others the strongest measured ones that do not repeat them.

    Returns:
        The text, its claims and how many claims were taken out.
    """
    true = [claim for claim in claims if holds(claim, vectors, reference)]
    once: dict[tuple[str, str], Claim] = {}
    for claim in true:
        once.setdefault((claim.descriptor, claim.span), claim)
    kept = list(once.values())
    dropped = len(claims) - len(kept)
    if not dropped and len(kept) >= FEWEST_CLAIMS:
        return text, kept, 0
    for claim in notable_claims(vectors, reference):
        if len(kept) >= max(FEWEST_CLAIMS, len(claims)):
            break
        if not any(collide(claim, said) for said in kept):
            kept.append(claim)
    return verbalise(label, kept), kept, dropped


def verified_answer(
    text: str,
    question: Question,
    label: str,
    vectors: np.ndarray,
    reference: MotionReference,
    joint_mask: np.ndarray,
) -> tuple[str, list[Claim], int]:
    """An answer to a question without what cannot be checked, does not hold or was not asked.

    Those sentences stay whose claims hold, that name the label, that say of something that it is as usual which is so,
    or that a thing cannot be seen or told. Of a question that asks whether something is so, or for a body part, only
    what is said of that stays; where nothing does, it is answered from what was measured. What no skeleton shows is
    said to be so, and of a question that cannot be read as one about movement, only an honest answer stays.

    Args:
        text: The answer.
        question: What it was asked for, see `read_question`.
        label: The label that was given to the clip.
        vectors: (spans, descriptors) values of `measure_spans`.
        reference: What is ordinary.
        joint_mask: (22,) bool, which joints the recording has.

    Returns:
        The answer, its claims and how many claims were taken out.
    """
    lacking = _lacking(joint_mask)
    if question.unseen:
        answer = UNSEEN_ANSWER
    elif question.claims:
        answer = _whether_so(text, question.claims, vectors, reference, lacking)
    else:
        kept = _sentences_borne_out(text, label, vectors, reference, lacking)
        if question.emotions:
            reasons = [sentence for sentence in kept if find_claims(sentence)]
            answer = " ".join([_whether_felt(label, question.emotions), *reasons])
        elif question.parts:
            about = [
                sentence
                for sentence in kept
                if sentence == UNSEEN_ANSWER or question.parts & {claim.body_part for claim in find_claims(sentence)}
            ]
            answer = " ".join(about) or _of_parts(question.parts, vectors, reference, lacking)
        elif question.about_movement:
            said_of = frozenset(claim.body_part for claim in find_claims(text))
            instead = _told(_notable_of(said_of, vectors, reference))
            answer = " ".join(kept) or instead or NO_ANSWER
        else:
            answer = UNSEEN_ANSWER if UNSEEN_ANSWER in kept else NO_ANSWER
    said = find_claims(answer)
    return answer, said, max(len(find_claims(text)) - len(said), 0)


def _lacking(joint_mask: np.ndarray) -> np.ndarray:
    """(descriptors,) bool, those that need a joint which the recording does not have."""
    return np.array([not all(joint_mask[JOINT_INDEX[name]] for name in entry.requires) for entry in DESCRIPTORS])


def _whether_so(
    text: str, asked: Sequence[Claim], vectors: np.ndarray, reference: MotionReference, lacking: np.ndarray
) -> str:
    """The answer to whether some claims are so: the sentence of the text that says it, or what was measured.

    "No" to what is so does not stay, whatever else the sentence says.
    """
    percentiles = reference.percentiles(np.atleast_2d(vectors)[0])
    descriptors = {claim.descriptor for claim in asked}
    known = [claim for claim in asked if np.isfinite(percentiles[DESCRIPTOR_INDEX[claim.descriptor]])]
    if not known:  # without the joints, or of something else, such as steps where nobody walks
        return REFUSAL.format(asked[0].body_part) if lacking[DESCRIPTOR_INDEX[asked[0].descriptor]] else NO_ANSWER
    so = any(holds(claim, vectors, reference) for claim in known)
    for sentence in _sentences(text):
        claims = find_claims(sentence)
        said = re.match(r"(yes|no)\b", sentence.lower())
        if said and len(descriptors) == len(asked) == 1 and (said[0] == "yes") is not so:
            continue
        if any(claim.descriptor in descriptors for claim in claims) and all(
            holds(claim, vectors, reference) for claim in claims
        ):
            return sentence
    claim = known[0]
    percentile = percentiles[DESCRIPTOR_INDEX[claim.descriptor]]
    true = canonical_claim(claim.descriptor, "high" if percentile > 50 else "low")
    words = true.text if holds(true, vectors, reference) else USUAL[claim.descriptor]
    either = len(asked) > len(descriptors)  # "bowed or raised?"
    return f"{words[0].upper()}{words[1:]}." if either else f"{'Yes' if so else 'No'}, {words}."


def _whether_felt(label: str, asked: Sequence[str]) -> str:
    """The answer to whether one of some emotions is expressed."""
    sentence = label_sentence(label)
    if len(asked) > 1 and label in asked:
        return sentence
    word = "Yes," if label in asked else "No," if len(asked) == 1 else "Neither:"
    return f"{word} {sentence[0].lower()}{sentence[1:]}"


def _of_parts(parts: frozenset[str], vectors: np.ndarray, reference: MotionReference, lacking: np.ndarray) -> str:
    """What was measured of some body parts."""
    name = " and ".join(sorted(parts))
    if lacking[_inside(parts)].all():
        return REFUSAL.format(name)
    return _told(_notable_of(parts, vectors, reference)) or NOTHING_NOTABLE.format(name)


def _told(claims: list[Claim]) -> str:
    """The first claims as a sentence, "" without any."""
    text = " and ".join(claim.text for claim in claims[:ANSWER_CLAIMS])
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _inside(parts: frozenset[str]) -> np.ndarray:
    """(descriptors,) bool, those of some body parts."""
    return np.array([entry.body_part in parts for entry in DESCRIPTORS])


def _notable_of(parts: frozenset[str], vectors: np.ndarray, reference: MotionReference) -> list[Claim]:
    return notable_claims(vectors, reference, among=_inside(parts))


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in re.findall(r"[^.!?]+[.!?]?", text)]


def _sentences_borne_out(
    text: str, label: str, vectors: np.ndarray, reference: MotionReference, lacking: np.ndarray
) -> list[str]:
    """The sentences of an answer that can be checked and hold."""
    kept = []
    for sentence in map(in_current_words, _sentences(text)):
        claims = find_claims(sentence)
        if claims and all(holds(claim, vectors, reference) for claim in claims):
            kept.append(sentence)
        elif not claims and _says_what_is_so(sentence.rstrip(".!?"), label, vectors, reference, lacking):
            kept.append(sentence)
    return kept


def _says_what_is_so(
    sentence: str, label: str, vectors: np.ndarray, reference: MotionReference, lacking: np.ndarray
) -> bool:
    """Whether a sentence without a claim is true.

    It may name the label, say that something is as usual, that nothing of a part stands out, or that a thing cannot be
    seen or told.
    """
    words = re.sub(r"^(yes|no|neither)[,:] ", "", sentence.lower())
    if words == label_sentence(label).lower().rstrip("."):
        return True
    if _FITS[UNSEEN_ANSWER].fullmatch(words) or _FITS[NOTHING_AGAINST].fullmatch(words):
        return True
    if missing := _FITS[REFUSAL].fullmatch(words):
        return bool(lacking[_inside(parts_named(missing[1]))].any())
    if unremarkable := _FITS[NOTHING_NOTABLE].fullmatch(words):
        return not _notable_of(parts_named(unremarkable[1]), vectors, reference)
    usual = [name for name, clause in USUAL.items() if clause == words]
    percentiles = reference.percentiles(np.atleast_2d(vectors)[0])
    return any(USUAL_RANGE[0] <= percentiles[DESCRIPTOR_INDEX[name]] <= USUAL_RANGE[1] for name in usual)


def evidence_entry(
    claim: Claim, vectors: np.ndarray, reference: MotionReference | None, window: tuple[float, float]
) -> dict:
    """A claim with when it is said to be so, what was measured then, and its place among the clips of the reference.

    What cannot be told (the rig lacks a joint, there is no reference or it lacks the descriptor) is None.

    Args:
        claim: The claim.
        vectors: (spans, descriptors) values of `measure_spans` in the window.
        reference: What is ordinary.
        window: Start and end of the window that was measured, in seconds of the clip.
    """
    value, percentile = evidence(claim, vectors, reference)
    start, end = window
    if claim.span != SPANS[0]:
        third = (end - start) / (len(SPANS) - 1)
        start += third * (SPANS.index(claim.span) - 1)
        end = start + third
    return {
        "claim": claim.text,
        "body_part": claim.body_part,
        "descriptor": claim.descriptor,
        "direction": claim.direction,
        "degree": claim.degree,
        "span": claim.span,
        "value": round(value, 4) if np.isfinite(value) else None,
        "unit": DESCRIPTORS[DESCRIPTOR_INDEX[claim.descriptor]].unit,
        "percentile": round(percentile, 1) if np.isfinite(percentile) else None,
        "start_s": round(start, 3),
        "end_s": round(end, 3),
        "holds": holds(claim, vectors, reference) if reference is not None else None,
    }


def verified_comparison(
    text: str, question: str, first: np.ndarray, second: np.ndarray, reference: MotionReference
) -> tuple[str, list[Difference], int]:
    """An answer about two clips without what their measurements do not bear out.

    Where every difference that it states is clearly there, it stays as it is; so does that the two are alike, unless
    what the question asks for is clearly different. Else it is written anew from the differences that are there or,
    without any, from the asked one or the largest measured ones.

    Args:
        text: The answer.
        question: What was asked.
        first: (descriptors,) values of `measure`.
        second: The same of the other clip.
        reference: What is ordinary.

    Returns:
        The answer, its differences and how many were taken out.
    """
    text = FORMER_ANSWERS.get(text.strip(), text)
    said = list(dict.fromkeys(find_differences(text)))
    kept = [difference for difference in said if difference_holds(difference, first, second, reference)]
    clear = clear_differences(first, second, reference)
    about = asked_descriptors(question)
    asked = [difference for difference in clear if difference.descriptor in about]
    if len(kept) == len(said) and text and (kept or not (asked if about else clear)):
        return text, kept, 0
    movement = kept[0].movement if kept else "second"
    told = [difference for difference in kept if difference.movement == movement]
    told = told or asked or ([] if about else clear[:MAX_DIFFERENCES])
    nothing = ALIKE_ANSWER if about else NO_DIFFERENCE_ANSWER
    return verbalise_differences(told) if told else nothing, told, len(said) - len(kept)


def difference_entry(
    difference: Difference, first: np.ndarray, second: np.ndarray, reference: MotionReference | None
) -> dict:
    """A difference with what was measured on both clips; None for what cannot be told."""
    index = DESCRIPTOR_INDEX[difference.descriptor]
    values = [float(vector[index]) for vector in (first, second)]
    percentiles = [reference.percentile(index, value) if reference else float("nan") for value in values]
    return {
        "difference": f"the {difference.movement} movement {difference.predicate}",
        "descriptor": difference.descriptor,
        "direction": difference.direction,
        "movement": difference.movement,
        "values": [round(value, 4) if np.isfinite(value) else None for value in values],
        "unit": DESCRIPTORS[index].unit,
        "percentiles": [round(value, 1) if np.isfinite(value) else None for value in percentiles],
        "holds": difference_holds(difference, first, second, reference) if reference else None,
    }
