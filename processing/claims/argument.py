"""Writes an argument as three to five sentences: the label and how sure it is, why, what speaks against it, what else.

Every statement about the movement is written by one function, with its mark (`marks.py`) or without. The frames around
the statements are in `argument_words.py`; a style picks among them.
"""

import re
import zlib
from collections.abc import Sequence
from functools import cache
from typing import Literal, get_args

import numpy as np

from ..vocabulary import canonical_label, is_noun, noun_of
from .argument_words import (
    ACCURACY,
    AGAINST,
    ALTHOUGH,
    COMPARED_CLAUSES,
    COMPARED_WITH,
    FURTHER,
    HARDLY_MEASURED,
    LABEL_ONLY,
    LEADS,
    LINKS,
    LOOKS,
    MOSTLY_TYPICAL,
    NO_KNOWN_SIGN,
    NOTHING_LINKED,
    NOTHING_UNUSUAL,
    OBSERVED,
    OBSERVED_TOO,
    RIVAL,
    RIVAL_SIGN,
    RIVAL_UNDECIDED,
    SAME_SIGNS,
    SHOWS,
    SURE_TAILS,
    SURENESS,
    WHO,
)
from .claim import Claim, with_degree
from .marks import MARK_START, MarkUse, mark
from .phrases import USUAL
from .reasons import LOW_BELOW, Argument, Reason
from .signs import MEASURED, relation, signs_of
from .writing import capital, clause_of

__all__ = [
    "PARTS",
    "STYLES",
    "Part",
    "in_tens",
    "name_of",
    "part_of",
    "reasons_oppose_rival",
    "style_of",
    "uses_of",
    "write_argument",
    "write_part",
]

Part = Literal["label", "why", "against", "runner-up"]
PARTS: tuple[Part, ...] = ("label", "why", "against", "runner-up")
"""The parts of an explanation in their usual order: the label and how sure it is, what speaks for it or stands out,
what speaks against it, and the runner-up with what decides."""

STYLES = 32
"""Number of styles. A style picks the same frame of a table, and the same wording of a claim, in every text."""

_FIRM = 0.4
"""Strength from which on a published sign is called typical."""

_RIVAL_FRAMES: dict[MarkUse, tuple[str, ...]] = {
    "against the runner-up": RIVAL,
    "for the label alone": LABEL_ONLY,
    "for the runner-up": RIVAL_SIGN,
}

_MOST_SENTENCES = 5
_NEUTRAL = "neutral"
_CLAUSE, _MARK = re.compile("\0(\\d+)\0"), re.compile(" ?\1(\\d+)\1")
"""Where the clause of a statement stands, and its mark, with its number."""


def style_of(argument: Argument) -> int:
    """The style of an argument, 0 to `STYLES` - 1: a function of what it says, whatever the batch or the file.

    The same clip read from another file form gets the same claims, and so the same style.
    """
    said = [(reason.claim.descriptor, reason.claim.direction, reason.claim.span) for reason in argument.stated]
    return zlib.crc32(repr((argument.label, argument.runner_up, said)).encode()) % STYLES


def write_argument(argument: Argument, style: int | None = None, marked: bool = False) -> str:
    """Writes an argument.

    Args:
        argument: What to say. Each of its claims is stated once, and no other: `find_claims` of the text gives them.
        style: Picks the words and the order of the sentences, 0 to `STYLES` - 1; None gives the canonical ones. The
            same argument in the same style gives the same text.
        marked: Whether each statement has its mark before it. Without the marks the text is the same.

    Returns:
        For instance "The movement looks sad, with medium certainty: labels like this were right in about 5 of 10
        recordings. The movement is slower than in most recordings and the arms are hardly swinging, both of which are
        typical of sadness. However, the trunk is upright, which is unusual for sadness. The runner-up is fear, but
        the steps are slow, which speaks against it." The label is the first emotion that it names.
    """
    return _Text(argument, style).written(marked)


def write_part(argument: Argument, part: Part, style: int, compared: bool) -> str:
    """Writes one part of an argument, with marks.

    Args:
        argument: What to say.
        part: Which part of it.
        style: As in `write_argument`.
        compared: Whether another part says what the clip is compared with.

    Returns:
        Its sentences; empty where the argument has nothing to say there.
    """
    return _Text(argument, style, compared).part(part)


def uses_of(argument: Argument) -> list[tuple[MarkUse, Reason]]:
    """All statements of an argument, each with how a text uses it, in the order of `MarkUse`.

    What is observed is told as a sign of the runner-up if it is one and nothing decides against the runner-up.
    """
    rival = argument.runner_up
    told = {
        reason.claim: rival is not None and not argument.deciding and _says(reason.claim, rival) == "for"
        for reason in argument.observed
    }
    found: dict[MarkUse, Sequence[Reason]] = {
        "for": argument.reasons,
        "other": [reason for reason in argument.observed if not told[reason.claim]],
        "against": argument.against,
        "against the runner-up": [reason for reason in argument.deciding if reason.relation == "against"],
        "for the label alone": [reason for reason in argument.deciding if reason.relation == "for"],
        "for the runner-up": [reason for reason in argument.observed if told[reason.claim]],
    }
    return [(use, reason) for use, reasons in found.items() for reason in reasons]


def reasons_oppose_rival(argument: Argument) -> bool:
    """Whether all that speaks for the label also speaks against the runner-up."""
    rival = argument.runner_up
    return (
        rival is not None
        and bool(argument.reasons)
        and all(_says(reason.claim, rival) == "against" for reason in argument.reasons)
    )


def part_of(use: MarkUse) -> Part:
    """The part of an explanation that has the statements of a use."""
    if use in ("for", "other"):
        return "why"
    return "against" if use == "against" else "runner-up"


class _Text:
    """The text of one argument while it is written."""

    def __init__(self, argument: Argument, style: int | None, compared: bool = False):
        self.argument = argument
        self.style = style
        self.told: dict[MarkUse, list[Reason]] = {use: [] for use in get_args(MarkUse)}
        for use, reason in uses_of(argument):
            self.told[use].append(reason)
        self.noun = name_of(argument.label)
        self.rival = None if argument.runner_up is None else name_of(argument.runner_up)
        self.statements: list[tuple[MarkUse, Claim, str]] = []
        self.compared = compared
        self.owner = "the"

    def written(self, marked: bool) -> str:
        """The whole text."""
        return self._text_of(self._sentences(), marked)

    def part(self, part: Part) -> str:
        """One part by itself, with marks."""
        if part == "label":
            return self._text_of([", ".join(filter(None, (self._opening(), self._sureness()[0])))], True)
        of = {"why": self._why, "against": lambda: self._against([]), "runner-up": self._rival}
        return self._text_of(of[part](), True)

    def _text_of(self, sentences: Sequence[str], marked: bool) -> str:
        finished = [self._finished(sentence, marked) for sentence in sentences if sentence]
        return "".join(text if text.startswith(MARK_START) else f" {text}" for text in finished).strip()

    # ---- the course of the text -------------------------------------------------------------------------------------

    def _sentences(self) -> list[str]:
        """The sentences in their order, with places for statements, without capitals and full stops."""
        argument = self.argument
        order = self._one_of(("sure first", "sure first", "sure later", "rival first", "sure last"))
        tail, sentence = self._sureness()
        opening = self._opening()
        why = self._why()
        against = self._against(why)
        rival = self._rival()
        if self.statements and not self.compared:
            opening = f"{self._one_of(COMPARED_WITH[argument.compared])}, {opening}"
        if order in ("sure later", "sure last") and sentence:
            body = [*why, *against]
            middle = [*body, sentence, *rival] if order == "sure later" else [*body, *rival, sentence]
            if len(middle) < _MOST_SENTENCES:
                return [opening, *middle]
        if tail:
            opening = f"{opening}, {tail}"
        if order == "rival first" and argument.reasons:
            return [opening, *why, *rival, *against]
        return [opening, *why, *against, *rival]

    def _opening(self) -> str:
        """Names the label, word for word."""
        label = self.argument.label
        looks = SHOWS if is_noun(label) else LOOKS
        who = self._one_of(WHO[:3] if self.argument.compared == "performer" else WHO)
        self.owner = self._one_of(("the", "their")) if who.endswith("person") else "the"
        return f"{who} {self._one_of(looks).format(label)}"

    def _sureness(self) -> tuple[str, str]:
        """How sure the label is: for the end of the first sentence, and as a sentence; empty where it is unknown."""
        level, accuracy = self.argument.level, self.argument.accuracy
        if level is None:
            return "", ""
        # A label of low certainty whose accuracy is higher is doubtful for another reason.
        known = accuracy is not None and not (level == "low" and accuracy >= LOW_BELOW)
        told = f": {self._one_of(ACCURACY).format(k=in_tens(accuracy))}" if known and accuracy else ""
        return self._one_of(SURE_TAILS[level]) + told, self._one_of(SURENESS[level]) + told

    def _why(self) -> list[str]:
        """What speaks for the label, or stands out."""
        reasons, observed = self.told["for"], self.told["other"]
        if not reasons:
            return self._without_reasons(observed)
        alone = len(reasons) == 3 and not observed and not self.told["against"]
        first = 2 if alone and self._chance(0.5, "further") else len(reasons)
        sentences = [self._linked(reasons[:first])]
        if reasons[first:]:
            sentences.append(self._filled(self._one_of(FURTHER), reasons[first:], "for"))
        if observed:
            sentences.append(self._filled(self._one_of(OBSERVED_TOO), observed, "other"))
        return sentences

    def _linked(self, reasons: Sequence[Reason]) -> str:
        """A sentence that gives reasons as reasons."""
        firm = all(
            reason.strength >= _FIRM and reason.source != MEASURED and reason.claim.span == "whole"
            for reason in reasons
        )
        key = (firm, len(reasons))
        frames = LINKS[key] if self.style is None else LINKS[key] + LEADS[key]
        return self._filled(self._one_of(frames), reasons, "for")

    def _without_reasons(self, observed: Sequence[Reason]) -> list[str]:
        """What is said of a label for which nothing speaks."""
        argument = self.argument
        usual = _joined([USUAL[name] for name in argument.typical])
        neutral = canonical_label(argument.label) == _NEUTRAL
        if observed:
            lead: list[str] = []
            if signs_of(argument.label):
                lead = [self._one_of(NOTHING_LINKED)]
            elif neutral and usual:
                lead = [self._typically(MOSTLY_TYPICAL, usual)]
            frames = OBSERVED if neutral or lead else NO_KNOWN_SIGN
            return [*lead, self._filled(self._one_of(frames), observed, "other")]
        if signs_of(argument.label) and (argument.stated or not usual):
            return [self._one_of(NOTHING_LINKED)]
        if usual:
            return [self._typically(NOTHING_UNUSUAL, usual)]
        return [] if argument.stated else [self._one_of(HARDLY_MEASURED)]

    def _typically(self, frames: Sequence[str], usual: str) -> str:
        """A sentence about typical values."""
        self.compared = True
        return self._one_of(frames).format(m=self._one_of(COMPARED_WITH[self.argument.compared]), u=usual)

    def _against(self, why: list[str]) -> list[str]:
        """What speaks against the label: a sentence, or an addition to the last one of `why`."""
        against = self.told["against"]
        if not against:
            return []
        joins = self.told["for"] and len(why) == 1 and ";" not in why[0] and len(against) == 1
        if joins and self._chance(0.25, "although"):
            why[0] = f"{why[0]}, {self._filled(self._one_of(ALTHOUGH), against, 'against')}"
            return []
        return [self._filled(self._one_of(AGAINST[len(against)]), against, "against")]

    def _rival(self) -> list[str]:
        """The runner-up, and what decides between it and the label."""
        if self.rival is None:
            return []
        for use, frames in _RIVAL_FRAMES.items():
            if signs := self.told[use]:
                return [self._filled(self._one_of(frames), signs, use)]
        return [self._one_of(SAME_SIGNS if reasons_oppose_rival(self.argument) else RIVAL_UNDECIDED)]

    # ---- sentences and statements -----------------------------------------------------------------------------------

    def _filled(self, frame: str, reasons: Sequence[Reason], use: MarkUse) -> str:
        """The frame with the statements of some reasons in it.

        The mark of the first stands before the frame: who writes one token after the other knows then what the words
        of the frame lead to. The marks of the others stand before their clauses.
        """
        fresh = not self.compared
        numbers = [self._statement(reason.claim, use, fresh and place == 0) for place, reason in enumerate(reasons)]
        joined = _joined(
            [f"\1{number}\1 \0{number}\0" if place else f"\0{number}\0" for place, number in enumerate(numbers)]
        )
        if not self.compared and frame.startswith("{c}"):
            joined = f"{self._one_of(COMPARED_WITH[self.argument.compared])}, {joined}"
            self.compared = True
        return f"\1{numbers[0]}\1 {frame.replace('{c}', joined)}"

    def _statement(self, claim: Claim, use: MarkUse, compare: bool) -> int:
        """Words one statement; its number, for the places of its mark and its clause."""
        plain = claim.span == "whole" and (claim.descriptor, claim.direction) in COMPARED_CLAUSES
        if compare and plain and claim.degree != "slight" and (self.style is None or self._chance(0.5, "than")):
            clause = with_degree(COMPARED_CLAUSES[claim.descriptor, claim.direction], claim.degree)
            than = COMPARED_WITH[self.argument.compared][0].removeprefix("compared with ")
            clause = f"{clause} than in {than}"
            self.compared = True
        else:
            clause = clause_of(claim, self._wordings_of(claim), self.owner)
        self.statements.append((use, claim, clause))
        return len(self.statements) - 1

    def _wordings_of(self, claim: Claim) -> np.random.Generator | None:
        """What picks among the wordings of a claim: always the same ones in a style."""
        if self.style is None:
            return None
        key = repr((claim.descriptor, claim.direction, claim.span, self.style))
        return np.random.default_rng(zlib.crc32(key.encode()))

    def _finished(self, sentence: str, marked: bool) -> str:
        """The sentence with names, capital, full stop, and its statements with or without marks."""
        sentence = sentence.replace("{n}", self.noun).replace("{r}", self.rival or "")
        sentence = _CLAUSE.sub(lambda place: self.statements[int(place[1])][2], sentence)
        begins = _MARK.match(sentence)
        first = begins.end() + 1 if begins else 0
        sentence = sentence[:first] + capital(sentence[first:])
        text = _MARK.sub(lambda place: mark(*self.statements[int(place[1])][:2]) if marked else "", sentence)
        return f"{text if marked and begins else text.strip()}."

    def _one_of(self, options: Sequence[str]) -> str:
        """One of some frames: that of the style, the first without one."""
        return options[0 if self.style is None else _places(options[0])[self.style] % len(options)]

    def _chance(self, share: float, what: str) -> bool:
        """Whether a style does something that a share of the styles does; never without one."""
        return self.style is not None and _places(what)[self.style] < share * STYLES


@cache
def _places(what: str) -> tuple[int, ...]:
    """The place of each style in an order that belongs to what is chosen, so that each option has its share."""
    return tuple(np.random.default_rng(zlib.crc32(what.encode())).permutation(STYLES).tolist())


def in_tens(accuracy: float) -> int:
    """An accuracy as sentences give it: of 10 labels."""
    return round(10 * accuracy)


def name_of(label: str) -> str:
    """What a label is called in a sentence about it: "sadness"; a word without a known noun in quotation marks."""
    if canonical_label(label) == _NEUTRAL:
        return "a neutral state"
    return noun_of(label) or f'"{label}"'


def _says(claim: Claim, emotion: str) -> str:
    """What a claim says about an emotion."""
    return relation(claim.descriptor, claim.direction, emotion).relation


def _joined(clauses: Sequence[str]) -> str:
    return clauses[0] if len(clauses) == 1 else f"{', '.join(clauses[:-1])} and {clauses[-1]}" if clauses else ""
