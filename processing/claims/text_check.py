"""Checks a text that should say what an argument says, sentence by sentence.

A sentence is sound if

- the words of each statement say what its mark claims, and no statement lacks a mark,
- the words around statements give them as what they are: for the label, against it, or neither,
- what counts statements ("both", "three signs", "the main reason") counts as many as there are,
- all facts in it are those of the argument: label, runner-up, certainty, and what the clip is compared with, and
- it has a statement, or only words of the frames that the package has for sentences without one: nothing else would
  tell whether it is true.

Sentences are sorted by the parts of an explanation, so that an unsound part can be replaced without the others.
"""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from ..descriptors.reference import MotionReference
from .argument import Part, in_tens, name_of, part_of
from .argument_words import (
    ACCURACY,
    COMPARED_WITH,
    HARDLY_MEASURED,
    LOOKS,
    MOSTLY_TYPICAL,
    NOTHING_LINKED,
    NOTHING_UNUSUAL,
    RIVAL_UNDECIDED,
    SAME_SIGNS,
    SHOWS,
    SURE_TAILS,
    SURENESS,
    WHO,
)
from .claim import Claim, holds
from .marks import SENTENCE_END, MarkUse, Statement
from .parser import Mention, find_mentions
from .phrases import USUAL
from .reasons import Argument
from .writing import named_label

__all__ = ["Sentence", "TextCheck", "sentences_of"]

_ACCURACY = re.compile(r"\b(\d+) (?:of|in) 10\b")
_HOW_SURE = re.compile(
    r"\b(?:(?:un)?certain(?:ly|ty)?|(?:un)?sure(?:r|ly)?|doubt(?:s|ful|less)?|guess|cautio(?:n|us)|trust(?:ed)?|rely"
    r"|reliabl[ey]|plausible|(?:is|are) possible|wrong|(?:high|low|medium|moderate) confidence)\b"
)
"""Says how sure a label is."""

_TO_COMPARE = re.compile(r"^\w+ (?:with|against|to) ")
"""How the words of `COMPARED_WITH` begin."""

_NOTHING = re.compile(
    r"\b(?:none of the known signs|no (?:known|single|published) sign|names no sign|no sign (?:of|has been)"
    r"|no study is known"
    r"|have not been studied)\b",
    re.IGNORECASE,
)
"""Says that there is no reason."""

_BOTH_WAYS = re.compile(
    r"speaks neither for nor against [\w\" -]+|says little about [\w\" -]+|is not linked with [\w\" -]+"
    r"|not everything points to|remains the best fit",
    re.IGNORECASE,
)
"""Words that give a statement as a sign of nothing, or admit that not all fits."""

_CONCEDES = re.compile(r"\b(?:although|even though|though|not everything|remains the best fit)\b", re.IGNORECASE)
_AGAINST = r"against|unusual for|not (?:quite )?fit|not typical of"
_OPPOSES = rf"(?:{_AGAINST}|rarely sees? in|not of|not a sign of|unlike)"
_UNLIKELY = r"less well|less likely|second choice"
"""Say that something speaks against the runner-up."""

_SUPPORTS = (
    r"(?<!not )(?<!quite )(?:typical of|(?<!not a )signs? of|features of|speaks? for|points? (?:to|towards)|fits?"
    r"|favours|goes? with|agrees? with|in line with|in favour of|indications? of|reports? for|suggest"
    r"|link (?:this|both|all three) with)"
)


_THING = r"(?:signs?|reasons?|indications?|features?|details?|things?|points?|arguments?|observations?)"
_COUNTING: tuple[tuple[re.Pattern, Container[int]], ...] = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), numbers)
    for words, numbers in (
        (rf"(?:one|an?(?: single)?|the (?:main|clearest)) (?:[\w-]+ ){{0,2}}?{_THING}(?<!s)", (1,)),
        (r"(?<!between )both|(?<!between the )(?<!between these )two|neither", (2,)),
        (r"three", (3,)),
        (r"four|five", ()),
        (r"(?<!above )(?<!after )(?<!at )all(?! in all)", range(3, 9)),
        (rf"(?:these(?! recordings)|several|(?:main|clearest) {_THING}(?<=s)|the {_THING}(?<=s) are)", range(2, 9)),
    )
)
"""Words that count the statements around them, and how many there may be."""

_NOUNS_OF_ADJECTIVES = r"(?:state|mood|emotion|expression|impression|movement|person|label|one)"
"""What an emotion word after "a" may describe: "a neutral state"."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of an explanation.

    Attributes:
        text: Without marks, and without space around it.
        statements: Its statements, with their places in it.
    """

    text: str
    statements: tuple[Statement, ...]

    @property
    def uses(self) -> set[MarkUse]:
        """How the argument uses its statements."""
        return {statement.use for statement in self.statements}


def sentences_of(text: str, statements: Sequence[Statement]) -> list[Sentence]:
    """The sentences of a text without marks, with the statements that `read_marks` found in it."""
    found = []
    start = 0
    for end in [*(match.end() for match in SENTENCE_END.finditer(text)), len(text)]:
        part = text[start:end]
        first = start + len(part) - len(part.lstrip())
        if part.strip():
            inside = [each for each in statements if start <= each.start < end]
            moved = [each._replace(start=each.start - first, end=each.end - first) for each in inside]
            found.append(Sentence(part.strip(), tuple(moved)))
        start = end
    return found


class TextCheck:
    """Checks sentences against an argument.

    Args:
        argument: What they should say.
        labels: The candidate labels.
        vectors: (spans, descriptors) values of `measure_spans`.
        reference: Typical values; None if there are none.
    """

    def __init__(
        self, argument: Argument, labels: Sequence[str], vectors: np.ndarray, reference: MotionReference | None
    ):
        self.argument = argument
        self.vectors = vectors
        self.reference = reference
        own = {name: _forms_of(name) for name in (argument.label, argument.runner_up) if name is not None}
        self._label = _any_of(own[argument.label])
        self._rival = None if argument.runner_up is None else _any_of(own[argument.runner_up])
        self._own = sorted(form for forms in own.values() for form in forms)
        others = {form for label in labels for form in _forms_of(label)} - set(self._own)
        self._others = re.compile(_any_of(others), re.IGNORECASE) if others else None
        self._own_words = re.compile(_any_of(self._own), re.IGNORECASE)
        self._as_a_noun = re.compile(rf"\ban? {_any_of(self._own)}(?! {_NOUNS_OF_ADJECTIVES}\b)", re.IGNORECASE)
        level = argument.level
        self._own_sureness = re.compile(_one_of((*SURE_TAILS[level], *SURENESS[level])) if level else "(?!)")
        others_of = {_TO_COMPARE.sub("", words) for words in COMPARED_WITH[argument.compared]}
        self._comparison = re.compile(f"(?:with|against|to|than in) {_one_of(others_of)}")
        self._wrong = [
            words.removeprefix("compared with ")
            for kind, all_words in COMPARED_WITH.items()
            if kind != argument.compared
            for words in all_words
        ]
        self._wrong += [clause for name, clause in USUAL.items() if name not in argument.typical]
        self._accuracy = None if argument.accuracy is None else str(in_tens(argument.accuracy))
        self._known = re.compile("|".join(f"(?:{frame})" for frame in self._frames()), re.IGNORECASE)

    def parts_of(self, sentence: Sentence) -> set[Part]:
        """The parts of an explanation that a sentence belongs to, more than one if it joins them."""
        if sentence.statements:
            return {part_of(each.use) for each in sentence.statements}
        if self.names_label_first(sentence) or self.says_how_sure(sentence):
            return {"label"}
        return {"runner-up"} if self.names_rival(sentence) else {"why"}

    def names_label_first(self, sentence: Sentence) -> bool:
        """Whether the label itself is the first of both candidates that a sentence names."""
        return named_label(sentence.text, self._own) in _forms_of(self.argument.label) and bool(
            re.search(_any_of({self.argument.label}), sentence.text, re.IGNORECASE)
        )

    def names_label(self, sentence: Sentence) -> bool:
        """Whether a sentence names the label."""
        return self._has(self._label, sentence.text)

    def names_rival(self, sentence: Sentence) -> bool:
        """Whether a sentence names the runner-up."""
        return self._has(self._rival, sentence.text)

    def says_how_sure(self, sentence: Sentence) -> bool:
        """Whether a sentence says the certainty of the argument."""
        said = sentence.text.lower()
        return self._own_sureness.search(said) is not None

    def disagreeing(self, sentence: Sentence) -> int:
        """How many of its statements say something else than their mark, or have none."""
        wrong = 0
        inside: list[list[Mention]] = [[] for _ in sentence.statements]
        for mention in find_mentions(sentence.text):
            places = [n for n, each in enumerate(sentence.statements) if each.start <= mention.start < each.end]
            if places:
                inside[places[0]].append(mention)
            else:
                wrong += 1
        for each, mentions in zip(sentence.statements, inside, strict=True):
            same = [self._agrees(mention.claim, each.claim) for mention in mentions]
            wrong += not same or not all(same)
        return wrong

    def is_sound(self, sentence: Sentence) -> bool:
        """Whether a sentence is whole, its statements agree with their marks, and all that it says is so."""
        ends = sentence.text[-1:] in tuple(".!?")
        if not ends or self.disagreeing(sentence) or not self._facts_are_right(sentence):
            return False
        if sentence.statements:
            return _counts_agree(sentence) and self._given_as(sentence)
        return self._known.fullmatch(sentence.text[:-1]) is not None

    def _frames(self) -> list[str]:
        """Patterns of the sentences without statements that this argument may have."""
        argument = self.argument
        looks = [frame.replace("{}", self._label) for frame in (*LOOKS, *SHOWS)]
        compared = f"(?:{_one_of(COMPARED_WITH[argument.compared])})"
        found = [f"(?:{compared}, )?{_one_of(WHO)} (?:{'|'.join(looks)})"]
        if argument.level is not None:
            told = f"(?:: (?:{_one_of(ACCURACY)}))?".replace(r"\{k\}", str(self._accuracy))
            found = [f"{found[0]}(?:, {_one_of(SURE_TAILS[argument.level])}{told})?"]
            found.append(f"{_one_of(SURENESS[argument.level])}{told}")
        frames = [*([] if argument.reasons else NOTHING_LINKED), *MOSTLY_TYPICAL, *NOTHING_UNUSUAL]
        frames += [*HARDLY_MEASURED, *SAME_SIGNS, *([] if argument.deciding else RIVAL_UNDECIDED)]
        usual = _one_of([USUAL[name] for name in argument.typical])
        blanks = {"n": self._label, "m": compared, "u": f"{usual}(?:(?:, | and ){usual})*", "r": self._rival or "(?!)"}
        for frame in frames:
            pattern = re.escape(frame)
            for blank, words in blanks.items():
                pattern = pattern.replace(rf"\{{{blank}\}}", words)
            found.append(pattern)
        return found

    def _agrees(self, said: Claim, marked: Claim) -> bool:
        """Whether words say what a mark claims, perhaps in another degree that is true: "clearly bowed"."""
        if (said.descriptor, said.direction, said.span) != (marked.descriptor, marked.direction, marked.span):
            return False
        return said == marked or (self.reference is not None and bool(holds(said, self.vectors, self.reference)))

    def _facts_are_right(self, sentence: Sentence) -> bool:
        """Whether no other candidate, certainty, comparison or typical value is named than those of the argument."""
        if self._as_a_noun.search(sentence.text):  # "a neutral"
            return False
        rest = self._own_words.sub("_", sentence.text)
        said = rest.lower()
        if (self._others is not None and self._others.search(rest)) or any(words in said for words in self._wrong):
            return False
        if len(self._comparison.findall(said)) > 1:  # "Measured against most recordings, ... than in most recordings"
            return False
        if _HOW_SURE.search(self._own_sureness.sub("_", said)):  # in words that are not those of the level
            return False
        return all(number == self._accuracy for number in _ACCURACY.findall(said))

    def _given_as(self, sentence: Sentence) -> bool:
        """Whether the words around the statements give them as what the argument uses them for."""
        uses = sentence.uses
        around = _BOTH_WAYS.sub("_", _blanked(sentence.text))
        opposed = self._has(f"{_OPPOSES} (?:the )?{self._label}", around)
        supported = self._has(f"{_SUPPORTS} {self._label}", around)
        rival_supported = self._rival is not None and self._has(f"{_SUPPORTS} {self._rival}", around)
        denies = _NOTHING.search(around) is not None
        if uses == {"for"}:
            return not opposed and not rival_supported and not denies
        if uses == {"other"}:
            if rival_supported or opposed or (denies and self.argument.reasons):
                return False
            return denies or not (supported or re.search(r"\b(?:signs?|supported|reasons?)\b", around))
        if uses == {"against"}:
            concedes = opposed or _CONCEDES.search(sentence.text) is not None
            return concedes and not supported
        if uses == {"for", "against"}:
            last = max(each.start for each in sentence.statements if each.use == "for")
            return bool(re.search(r"\b(?:although|though|but)\b", sentence.text[last:], re.IGNORECASE)) and not denies
        if uses == {"for the runner-up"}:
            against_it = self._has(f"{_OPPOSES} (?:it\\b|{self._rival})|{_UNLIKELY}", around)
            return self.names_rival(sentence) and not against_it and not supported
        if self._has(rf"{_SUPPORTS} it\b", around):  # "the runner-up is fear, but the arms are low, a sign of it"
            return False
        if uses == {"against the runner-up"}:
            return not opposed and not rival_supported and not supported
        if uses == {"for the label alone"}:
            against_it = self._has(rf"(?:{_AGAINST}) (?:it\b|which\b|{self._rival})|{_UNLIKELY}", around)
            return not opposed and not rival_supported and not against_it
        return False

    def _has(self, pattern: str | None, text: str) -> bool:
        return pattern is not None and re.search(pattern, text, re.IGNORECASE) is not None


def _forms_of(label: str) -> set[str]:
    """How a text names a label: the word, and its noun."""
    return {label, name_of(label).strip('"')}


def _blanked(text: str) -> str:
    """The words of a sentence without its statements' own clauses."""
    mentions = sorted(find_mentions(text), key=lambda mention: -mention.start)
    for mention in mentions:
        text = f"{text[: mention.start]}_{text[mention.end :]}"
    return text


def _counts_agree(sentence: Sentence) -> bool:
    """Whether words that count statements agree with those for the same thing around them.

    "A and B, both typical of sadness, although C" has two runs of statements: two for the label, and one against it.
    """
    runs = [[*run] for _, run in groupby(sentence.statements, key=lambda each: each.use)]
    starts = [0, *(run[0].start for run in runs[1:]), len(sentence.text)]
    for run, (start, end) in zip(runs, pairwise(starts), strict=True):
        around = _BOTH_WAYS.sub("_", _blanked(sentence.text[start:end]))
        if any(len(run) not in numbers and words.search(around) for words, numbers in _COUNTING):
            return False
    return True


def _any_of(forms: Iterable[str]) -> str:
    """A pattern for any of some labels as whole words, the longest first."""
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return rf"(?<!\w)\"?(?:{'|'.join(map(re.escape, longest_first))})\"?(?!\w)"


def _one_of(texts: Iterable[str]) -> str:
    """A pattern for any of some texts."""
    return f"(?:{'|'.join(map(re.escape, texts))})"
