"""Answers to questions about one movement.

Most questions ask for a fact of the record: the label, how sure it is, what speaks for and against it, a value, where
the hands are. Their answers are built from the facts, so that they are true by construction and need no language
model. What remains is "What do the arms do?" or "Describe the movement.": what to say and how is a choice, which the
model makes; its sentences are checked, and those that do not hold are removed (`guard.py`).

Reasons are facts as well: that a measurement is a sign of an emotion stands in `signs.py`, and a free sentence of the
model does not carry this link.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..descriptors.activity import gait_of
from ..descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, why_not_measured
from ..descriptors.reference import MotionReference
from ..descriptors.reference_state import PERFORMER, RECORDINGS
from ..skeleton.tree import FRAME_RATE
from .argument_words import ONE_COMPARED
from .claim import Claim, canonical_claim, collide, holds, notable_claims
from .fact_questions import CLIP_LENGTH
from .fixed_answers import (
    ASK_INSTEAD,
    ENGLISH_ONLY,
    MISSING_JOINTS,
    NO_ANSWER,
    NOT_FELT,
    NOT_VISIBLE,
    NOTHING_AGAINST,
)
from .guard import about_parts, lacking, supported_answer
from .hand_answers import hands_answer
from .parser import find_claims
from .phrases import USUAL
from .questions import Question
from .reasons import Compared, chosen_argument, common_in_reference
from .signs import signs_of
from .writing import capital, denial, label_sentence, looks, sentence_of

__all__ = ["AS_SHARES", "Facts", "answered"]

_TYPICAL_STRENGTH = 0.2
"""Strength from which the absence of a sign is worth a sentence."""

_MOST = 2
"""Claims of a kind in an answer."""

_ABOUT_THE_LABEL = frozenset(("emotion", "is", "why", "why not", "sure", "probability"))
"""Kinds of questions whose answer names what the movement expresses."""

_FEELS = re.compile(
    r"\b(?:feels?|felt|inside|inwardly|deep down|at heart)\b"
    r"|\b(?:he|she|they|him|her|person|anyone|someone|somebody) (?:(?:is|are|be|really|truly) )*feeling\b"
    r"|\b(?:his|her|their) (?:\w+ )?feelings?\b"
)
"""A question about what somebody feels, not about the impression."""

_NEAR_MIDDLE = 10.0
"""Percentile points from 50 within which a value is called typical."""

AS_SHARES = ("pauses", "stance_share")
"""Descriptors that are a share of the time."""

_UNITS = {
    "deg": ("degrees", 0),
    "Hz": ("Hz", 1),
    "steps/s": ("steps per second", 1),
    "leg lengths": ("leg lengths", 2),
    "arm lengths": ("arm lengths", 2),
    "leg lengths/s": ("leg lengths per second", 2),
    "leg lengths/s^2": ("leg lengths per second squared", 1),
    "1": ("", 2),
}
"""Unit of a descriptor -> how it is said, and digits after the point."""


@dataclass(frozen=True)
class Facts:
    """What is known of a movement that a question is about.

    Attributes:
        scores: Probability of each label, the most probable first.
        certainty: The field `certainty` of the record.
        vectors: (spans, descriptors) values of `measure_spans`.
        compared: The kind of reference that most descriptors are compared with (`compared_with`).
        reference: Typical values.
        joints: (frames, 22, 3) the movement.
        joint_mask: (22,) bool, which joints the recording has.
        not_shown: What the recording cannot show -> why not.
        common: Descriptor and direction of claims that nearly all clips share, see `common_claims`.
    """

    scores: Mapping[str, float]
    certainty: Mapping[str, Any]
    vectors: np.ndarray
    compared: Compared
    reference: MotionReference
    joints: np.ndarray
    joint_mask: np.ndarray
    not_shown: Mapping[str, str]
    common: frozenset[tuple[str, str]] = frozenset()

    @property
    def label(self) -> str:
        """The most probable label."""
        return next(iter(self.scores))

    def linked(self, emotion: str, how: Literal["for", "against"]) -> list[Claim]:
        """The strongest reasons for or against an emotion, chosen as those of an explanation of it would be."""
        given = (self.compared, np.atleast_2d(self.vectors)[:1], self.reference)
        argument = chosen_argument(emotion, None, None, None, *given, common=self.common)
        reasons = argument.reasons if how == "for" else argument.against
        return [reason.claim for reason in reasons[:_MOST]]


def answered(text: str, question: Question, facts: Facts) -> tuple[str, list[Claim], int]:
    """The answer to a question.

    Args:
        text: What the language model wrote; empty where the answer is a fact of the record.
        question: What it asks for, see `read_question`.
        facts: What is known of the movement.

    Returns:
        The answer, its claims, and how many claims of the text were removed.
    """
    if question.needs_text:
        answer = supported_answer(text, question.parts, facts.label, facts.vectors, facts.reference, facts.joint_mask)
    else:
        answer = " ".join(_ANSWERS[kind](question, facts) for kind in question.kinds)
    said = find_claims(answer)
    if answer in (NOT_VISIBLE, NO_ANSWER):
        answer = f"{answer} {ASK_INSTEAD}"
    elif not _ABOUT_THE_LABEL.isdisjoint(question.kinds) and _FEELS.search(question.text.lower()):
        answer = f"{answer} {NOT_FELT}"
    return answer, said, max(len(find_claims(text)) - len(said), 0)


# ---- the label ------------------------------------------------------------------------------------------------------


def _emotion(question: Question, facts: Facts) -> str:
    return f"{label_sentence(facts.label)} {_probabilities(facts)}"


def _probabilities(facts: Facts) -> str:
    (_, best), *others = facts.scores.items()
    second = f", and that of the runner-up, {_quoted(others[0][0])}, is {_percent(others[0][1])}" if others else ""
    return f"Its probability is {_percent(best)}{second}."


def _sure(question: Question, facts: Facts) -> str:
    level, accuracy = facts.certainty.get("level"), facts.certainty.get("accuracy")
    how = f"The certainty of {_quoted(facts.label)} is {level}" if level else "The certainty is unknown"
    why = list(facts.certainty.get("why", ()))
    because = f", because {' and '.join(why)}" if why else ""
    if accuracy is None:
        right = "How often such a label is right was not measured."
    else:
        right = f"Of such labels, {_percent(accuracy)} were right on recordings unlike those of training."
    return f"{how}{because}. {right} {_probabilities(facts)}"


def _probability(question: Question, facts: Facts) -> str:
    asked = question.emotion or facts.label
    if asked not in facts.scores:
        return _not_compared(asked, facts)
    of_asked = f"The probability of {_quoted(asked)} is {_percent(facts.scores[asked])}"
    if asked == facts.label:
        level = facts.certainty.get("level")
        return f"{of_asked}, the highest of all." + (f" The certainty of this label is {level}." if level else "")
    return f"{of_asked}; the movement looks {_look(facts.label)}, with {_percent(facts.scores[facts.label])}."


def _runner_up(question: Question, facts: Facts) -> str:
    others = [(label, score) for label, score in facts.scores.items() if label != facts.label]
    if not others:
        return NO_ANSWER
    (second, score), *rest = others
    third = f", before {_quoted(rest[0][0])} with {_percent(rest[0][1])}" if rest else ""
    reasons = facts.linked(second, "for")
    why = f" {sentence_of(reasons)[:-1]}, which is a sign of {_quoted(second)}." if reasons else ""
    best = f"{_quoted(facts.label)} has {_percent(facts.scores[facts.label])}"
    return f"The runner-up is {_quoted(second)} with {_percent(score)}{third}; {best}.{why}"


def _is(question: Question, facts: Facts) -> str:
    """Whether one of some emotions is expressed."""
    sentence, asked = label_sentence(facts.label), question.emotions
    if not asked:
        return _not_compared(question.strangers[0], facts) if question.strangers else _emotion(question, facts)
    shares = " and ".join(f"{_quoted(label)} has {_percent(facts.scores[label])}" for label in asked)
    if len(asked) > 1 and facts.label in asked:
        return f"{sentence[:-1]}: {shares}."
    word = "Yes," if facts.label in asked else "No," if len(asked) == 1 else "Neither:"
    answer = f"{word} {sentence[0].lower()}{sentence[1:]}"
    if facts.label in asked:
        return answer
    return f"{answer[:-1]} ({_percent(facts.scores[facts.label])}; {shares})."


def _not_compared(stranger: str, facts: Facts) -> str:
    """About an emotion that is no candidate."""
    return (
        f"The emotion {_quoted(stranger)} is not among those that were compared: {', '.join(facts.scores)}. "
        f"Of these, it looks {_look(facts.label)}."
    )


# ---- reasons --------------------------------------------------------------------------------------------------------


def _why(question: Question, facts: Facts) -> str:
    """The reasons for the label; a question that assumes another emotion is corrected."""
    label, asked = facts.label, question.emotion
    reasons, against = facts.linked(label, "for"), facts.linked(label, "against")
    because = f", because {_clauses(reasons)}" if reasons else ""
    if asked is not None and asked != label:
        if asked in facts.scores:
            share = f" The probability of {_quoted(asked)} is {_percent(facts.scores[asked])}."
        else:
            share = f" The emotion {_quoted(asked)} is not among those that were compared."
        return f"It does not {_look_verb(asked)}: it {looks(label)}{because}.{share}"
    if not reasons:
        notable = notable_claims(np.atleast_2d(facts.vectors)[:1], facts.reference)
        shared = facts.common | common_in_reference(facts.reference)
        others = [claim for claim in notable if (claim.descriptor, claim.direction) not in shared][:_MOST]
        unusual = f" {sentence_of(others)[:-1]}, but that is no known sign of it." if others else ""
        return f"{label_sentence(label)} No unusual measurement is a known sign of {_quoted(label)}.{unusual}"
    but = f" {sentence_of(against)[:-1]}, which speaks against it." if against else ""
    signs = "these are signs" if len(reasons) > 1 else "this is a sign"
    return f"{label_sentence(label)[:-1]}{because}: {signs} of {_quoted(label)}.{but}"


def _strongest(question: Question, facts: Facts) -> str:
    """The strongest sign of the label, in the body parts that a question names if there is one."""
    reasons = facts.linked(facts.label, "for")
    if not reasons:
        return _why(Question(("why",)), facts)
    inside = [claim for claim in reasons if claim.body_part in question.parts]
    first, *others = inside or reasons
    parts = " and ".join(sorted(question.parts))
    where = f", in the {parts}," if inside else ""
    follows = f"; next, {_clauses(others)}" if others else ""
    elsewhere = f" It is not in the {parts}." if parts and not inside else ""
    return f"{label_sentence(facts.label)} The strongest sign of it{where} is that {first.text}{follows}.{elsewhere}"


def _against(question: Question, facts: Facts) -> str:
    against = facts.linked(facts.label, "against")
    if against:
        return f"{sentence_of(against)[:-1]}, which speaks against {_quoted(facts.label)}."
    absent = _absent_signs(facts.label, facts)
    missing = f" But signs of {_quoted(facts.label)} are absent: {absent}." if absent else ""
    return f"{NOTHING_AGAINST}{missing}"


def _why_not(question: Question, facts: Facts) -> str:
    asked = question.emotion or facts.label
    if asked == facts.label:
        return f"It does {_look_verb(asked)}. {_why(Question(('why',)), facts)}"
    against = facts.linked(asked, "against")
    absent = _absent_signs(asked, facts, without={claim.descriptor for claim in against})
    if asked in facts.scores:
        share = f"{_percent(facts.scores[facts.label])}; {_quoted(asked)} has {_percent(facts.scores[asked])}"
        parts = [f"{label_sentence(facts.label)[:-1]} ({share})."]
    else:
        parts = [_not_compared(asked, facts)]
    if against:
        parts.append(f"{sentence_of(against)[:-1]}, which speaks against {_quoted(asked)}.")
    if absent:
        parts.append(f"Signs of {_quoted(asked)} are absent: {absent}.")
    return " ".join(parts if against or absent else [*parts, NOTHING_AGAINST])


def _absent_signs(emotion: str, facts: Facts, without: frozenset[str] | set[str] = frozenset()) -> str:
    """Clauses for the strongest signs of an emotion that the movement does not show: "the head is not bowed"."""
    chosen: list[Claim] = []
    for sign in signs_of(emotion, _TYPICAL_STRENGTH):
        claim = canonical_claim(sign.descriptor, sign.direction)
        if sign.descriptor in without or any(collide(claim, other) for other in chosen):
            continue
        if holds(claim, facts.vectors, facts.reference) is False:
            chosen.append(claim)
    return " and ".join(denial(claim) for claim in chosen[:_MOST])


# ---- measurements ---------------------------------------------------------------------------------------------------


def _number(question: Question, facts: Facts) -> str:
    """A value with its unit, its percentile in words, and the claim that it amounts to."""
    assert question.quantity is not None
    names, row = question.quantity.names, np.atleast_2d(facts.vectors)[0]
    if names == (CLIP_LENGTH,):
        return f"The part of the recording that was read takes {len(facts.joints) / FRAME_RATE:.1f} seconds."
    name = next((name for name in names if np.isfinite(row[DESCRIPTOR_INDEX[name]])), names[0])
    index = DESCRIPTOR_INDEX[name]
    noun, value = name.replace("_", " "), float(row[index])
    if not np.isfinite(value):
        if lacking(facts.joint_mask)[index]:
            return MISSING_JOINTS.format(DESCRIPTORS[index].body_part)
        return f"The {noun} cannot be measured: {why_not_measured(row, facts.joint_mask, facts.not_shown)[name]}."
    said = _measure(name, value * (60 if question.quantity.per_minute else 1), question.quantity.per_minute)
    percentile = facts.reference.percentile(name, value)
    if not np.isfinite(percentile):
        return f"The {noun} is {said}."
    if abs(percentile - 50.0) <= _NEAR_MIDDLE:
        rank = "which is typical"
    else:
        way, share = ("higher", percentile) if percentile > 50.0 else ("lower", 100.0 - percentile)
        level = facts.reference.level[index]
        others = _others(level)
        if facts.reference.of_one_clip(level):
            rank = f"{way} than {ONE_COMPARED[others]} leads one to expect"
        else:
            rank = f"{way} than in {share:.0f}% of {others}"
    return f"The {noun} is {said}, {rank}: {_measured_clause(name, facts)}."


def _measure(name: str, value: float, per_minute: bool = False) -> str:
    words, digits = _UNITS[DESCRIPTORS[DESCRIPTOR_INDEX[name]].unit]
    if name in AS_SHARES:
        return f"{value:.0%} of the time"
    if per_minute:
        words, digits = words.replace("per second", "per minute").replace("Hz", "per minute"), 0
    return f"{round(value, digits) + 0.0:.{digits}f} {words}".strip()  # no "-0"


def _others(level: str) -> str:
    """The recordings that a value is compared with, by the level of the reference."""
    if level == PERFORMER:
        return "this person's other recordings"
    return "these recordings" if level == RECORDINGS else "the recordings that it is compared with"


def _measured_clause(name: str, facts: Facts) -> str:
    """What was measured of a descriptor in words: "the head is bowed", "the head is held at a typical angle"."""
    percentile = facts.reference.percentile(name, float(np.atleast_2d(facts.vectors)[0, DESCRIPTOR_INDEX[name]]))
    claim = canonical_claim(name, "high" if percentile > 50 else "low")
    return claim.text if holds(claim, facts.vectors, facts.reference) else USUAL[name]


def _whether(question: Question, facts: Facts) -> str:
    """Whether some claims hold, by what was measured of them."""
    asked = question.claims
    verdicts = {claim: holds(claim, facts.vectors, facts.reference) for claim in asked}
    known = [claim for claim in asked if verdicts[claim] is not None]
    if not known:  # joints are missing, or the descriptor has no meaning here, such as steps without walking
        name = asked[0].descriptor
        if lacking(facts.joint_mask)[DESCRIPTOR_INDEX[name]]:
            return MISSING_JOINTS.format(asked[0].body_part)
        row = np.atleast_2d(facts.vectors)[0]
        why = why_not_measured(row, facts.joint_mask, facts.not_shown).get(name)
        return NO_ANSWER if why is None else f"This cannot be measured: {why}."
    names = list(dict.fromkeys(claim.descriptor for claim in known))
    true = [claim for claim in known if verdicts[claim]]
    if len(known) > len(names):  # "bowed or raised?"
        return capital(" and ".join(_measured_clause(name, facts) for name in names)) + "."
    so, not_so = (
        [claim.text if claim.degree != "plain" else _measured_clause(claim.descriptor, facts) for claim in true],
        [_measured_clause(claim.descriptor, facts) for claim in known if not verdicts[claim]],
    )
    if not not_so:
        return f"Yes, {' and '.join(so[:3])}."
    if not so:
        return f"No, {' and '.join(not_so[:3])}."
    word, joint = ("Yes,", "although") if len(so) >= len(not_so) else ("Partly:", "but")
    return f"{word} {' and '.join(so[:_MOST])}, {joint} {' and '.join(not_so[:_MOST])}."


def _measured(question: Question, facts: Facts) -> str:
    """What was measured of what claims are about, without a yes or no."""
    name = question.claims[0].descriptor
    row = np.atleast_2d(facts.vectors)[0]
    if not np.isfinite(row[DESCRIPTOR_INDEX[name]]):
        return _whether(question, facts)
    return f"{capital(_measured_clause(name, facts))}."


def _gait(question: Question, facts: Facts) -> str:
    found = gait_of(facts.joints, facts.joint_mask, facts.not_shown)
    words = question.words
    if found is None:
        legs = about_parts(frozenset({"legs"}), facts.vectors, facts.reference, lacking(facts.joint_mask))
        if legs == MISSING_JOINTS.format("legs"):
            return legs
        return "This is neither walking nor running nor standing, as far as the legs show."
    row = np.atleast_2d(facts.vectors)[0]
    cadence = float(row[DESCRIPTOR_INDEX["cadence"]])
    steps = f", at {_measure('cadence', cadence)}" if found != "standing" and np.isfinite(cadence) else ""
    sentence = f"the person is {found}{steps}."
    named = {kind for kind, stems in _GAIT_STEMS.items() if any(each in words for each in stems)}
    if len(named) == 1:
        return f"{'Yes' if named == {found} else 'No'}, {sentence}"
    return capital(sentence)


_GAIT_STEMS = {
    "walking": ("walk", "stroll", "march"),
    "running": ("run", "jog", "sprint"),
    "standing": ("stand", "still", "stationary"),
}


# ---- words ----------------------------------------------------------------------------------------------------------


def _quoted(label: str) -> str:
    return f'"{label}"'


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%" if share >= 0.01 else "less than 1%"


def _look(label: str) -> str:
    """A label to follow "looks": "sad", or "like sadness" for a noun."""
    return label if looks(label).startswith("looks") else f"like {label}"


def _look_verb(label: str) -> str:
    """What a label is after "does": "look sad", "show sadness"."""
    verb, _, rest = looks(label).partition(" ")
    return f"{verb.removesuffix('s')} {rest}"


def _clauses(claims: Sequence[Claim]) -> str:
    return " and ".join(claim.text for claim in claims)


_ANSWERS: Mapping[str, Callable[[Question, Facts], str]] = {
    "language": lambda question, facts: ENGLISH_ONLY,
    "unseen": lambda question, facts: NOT_VISIBLE,
    "unknown": lambda question, facts: NO_ANSWER,
    "emotion": _emotion,
    "sure": _sure,
    "probability": _probability,
    "runner-up": _runner_up,
    "is": _is,
    "why": _why,
    "strongest": _strongest,
    "against": _against,
    "why not": _why_not,
    "number": _number,
    "whether": _whether,
    "measured": _measured,
    "gait": _gait,
    "hands": hands_answer,
}
"""What answers each kind of question, see `Question.kinds`."""
