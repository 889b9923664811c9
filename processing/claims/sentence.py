"""One sentence of the claim parser: its predicates, the subject of each, and whether the sentence asserts them.

A predicate ("bowed", "close to the body") belongs to a subject before or after it; the two together name a descriptor
and a direction. Words around them give span, degree and denial. A predicate is linked only over words that are known
to be harmless: an unknown word between "the head" and "moved slowly" ("of the department") separates them. So what is
read is nearly always meant.
"""

from dataclasses import dataclass

from .claim import Degree, Span
from .terms import PREDICATES, Key, Term, subjects_in
from .tokens import (
    BELIEF,
    BOUNDARIES,
    CONDITIONAL,
    COORDINATION,
    DEGREES,
    GENERIC_AFTER,
    GENERIC_BEFORE,
    GLUE,
    HYPOTHETICAL,
    IMPERATIVES,
    NEGATIONS,
    OTHERS,
    PEOPLE_PLURAL,
    RELATIVE,
    TIMES,
    TYPICAL,
    WEAK_NEGATIONS,
    Token,
    stem,
)

__all__ = ["Sentence"]

_GLUE = frozenset(map(stem, GLUE))
_JOINING = frozenset(map(stem, COORDINATION))
_STILL = stem("still")
_AFTER_STILL = COORDINATION | BOUNDARIES | frozenset(". in at with on during for most often head".split())
"""Words that can follow "still" as a predicate; before any other word it is an adverb ("is still bowed")."""

_SKIPPED = frozenset("quite rather also ever more all".split())
"""Words that, like adverbs, may occur inside a term."""

_PARTING = frozenset("in to of with at on that which who".split())
"""Glue that separates a predicate from a subject after it."""

_ADJECTIVE = ("ing", "ful", "ous", "ive", "al", "ish", "less", "ic", "ed")
"""Endings of unknown words that may occur between a predicate and a subject after it ("long gliding strides")."""


@dataclass(frozen=True)
class _Subject:
    start: int
    end: int
    concepts: frozenset[str]


@dataclass(frozen=True)
class _Predicate:
    start: int
    end: int
    term: Term
    denied: bool
    degree: Degree | None


@dataclass
class _Reading:
    """A claim that is being read: its tokens, and what the surrounding words add."""

    key: Key
    predicate: _Predicate
    start: int
    end: int
    denied: bool
    degree: Degree
    span: Span = "whole"


def _degree(token: Token) -> Degree | None:
    return "slight" if token.kind == "slight" else DEGREES.get(token.word)


def _is_adverb(token: Token) -> bool:
    return token.kind == "word" and token.word.endswith("ly") and len(token.word) > 4


class Sentence:
    """Finds the predicates of a sentence, links them to subjects and keeps what is asserted."""

    def __init__(self, tokens: list[Token]):
        self.tokens = tokens
        self.subjects = {
            start: _Subject(start, end, concepts)
            for start, end, concepts in subjects_in(tokens)
            if not (start and tokens[start - 1].word == "'s")
        }
        self.subject_ends = {subject.end: subject for subject in self.subjects.values()}
        self.predicates = self._find_predicates()
        self.predicate_starts = {predicate.start for predicate in self.predicates}
        self.in_predicate = {i for predicate in self.predicates for i in range(predicate.start, predicate.end)}
        self.taken: set[int] = set()

    def readings(self) -> list[_Reading]:
        """What the sentence asserts, in order."""
        found: list[_Reading] = []
        for predicate in sorted(self.predicates, key=lambda p: (-len(p.term.words), p.start)):
            extent = range(predicate.start, predicate.end)
            if not self.taken.isdisjoint(extent):
                continue
            linked = self._link(predicate)
            if linked:
                self.taken.update(extent)
                found.extend(linked)
        found.sort(key=lambda reading: (reading.predicate.start, reading.start))
        self._deny(found)
        self._set_spans(found)
        return [reading for reading in found if not reading.denied and self._asserted(reading)]

    def _find_predicates(self) -> list[_Predicate]:
        found = []
        for start, token in enumerate(self.tokens):
            for term in PREDICATES.get(token.stem, ()):
                predicate = self._match(term, start)
                if predicate is not None:
                    found.append(predicate)
        return found

    def _match(self, term: Term, start: int) -> _Predicate | None:
        """Matches a term from a token on, skipping adverbs and negations between its words."""
        position, denied, degree = start, False, None
        for expected in term.words:
            while position < len(self.tokens) and self.tokens[position].stem != expected:
                token = self.tokens[position]
                denies = token.word in NEGATIONS
                passed = _degree(token)
                if position == start or not (denies or passed or _is_adverb(token) or token.word in _SKIPPED):
                    return None
                denied, degree = denied or denies, passed or degree
                position += 1
            if position == len(self.tokens):
                return None
            position += 1
        if len(term.words) == 1:
            if _is_adverb(self.tokens[start]) and _degree(self.tokens[start]):  # "markedly reduced"
                return None
            follows = self.tokens[position].word if position < len(self.tokens) else "."
            if term.words[0] == _STILL and follows not in _AFTER_STILL:  # "is still bowed" is not about rest
                return None
        return _Predicate(start, position, term, denied, degree)

    # ---- subjects ---------------------------------------------------------------------------------------------------

    def _link(self, predicate: _Predicate) -> list[_Reading]:
        """The readings of a predicate, one for each subject that shares it."""
        if None in predicate.term.meaning:
            degree = predicate.degree or self._degree_around(predicate)
            key = predicate.term.meaning[None]
            return [_Reading(key, predicate, predicate.start, predicate.end, predicate.denied, degree)]
        before, after = self._before(predicate), self._after(predicate)
        candidates = [found for found in (before, after) if found is not None]
        return min(candidates, key=lambda found: found[0])[1] if candidates else []

    def _before(self, predicate: _Predicate) -> tuple[float, list[_Reading]] | None:
        """Looks for the subject before a predicate ("the head is bowed"); returns cost and readings."""
        crossed = denied = contrasted = False
        degree: Degree | None = None
        position = predicate.start
        while position > 0:
            token = self.tokens[position - 1]
            subject = self._resolved(self.subject_ends.get(position))
            if subject is not None and position - 1 not in self.taken:
                key = _meaning(predicate, subject)
                if key is not None:
                    denied = denied or predicate.denied
                    sharing = self._sharing_before(predicate, subject)
                    degree = degree or predicate.degree or self._degree_around(predicate)
                    cost = 2.0 if crossed else 1.5 if subject.concepts & {"person", "body"} else 0.0
                    return cost, [
                        _Reading(meant, predicate, each.start, predicate.end, denied, degree)
                        for each in (subject, *sharing)
                        if (meant := _meaning(predicate, each)) is not None
                    ]
                if not crossed and not self._coordinated(subject):
                    if not (subject.start and self.tokens[subject.start - 1].word == "of"):
                        return None
                position = subject.start
                continue
            if token.word in BOUNDARIES:
                break
            if token.stem in _JOINING:
                crossed = True
                contrasted = contrasted or token.stem in ("but", "yet")
                denied = denied or (token.stem == "nor")
            elif token.word in NEGATIONS or token.kind == "negation":
                denied = denied or not contrasted
            elif position - 1 in self.in_predicate and token.stem not in _GLUE:
                crossed = True
            elif _degree(token) is not None:
                degree = degree if crossed else _degree(token)
            elif not (token.stem in _GLUE or token.kind in TIMES or token.kind == "glue" or _is_adverb(token)):
                return None
            position -= 1
        key = predicate.term.meaning.get("person")
        verbs = [token for token in self.tokens[position : predicate.end] if token.word.endswith(("s", "ing"))]
        if key is None or crossed or not verbs:
            return None
        degree = degree or predicate.degree or self._degree_around(predicate)
        return 4.0, [_Reading(key, predicate, position, predicate.end, denied or predicate.denied, degree)]

    def _after(self, predicate: _Predicate) -> tuple[float, list[_Reading]] | None:
        """Looks for the subject after a predicate ("a bowed head", "lowers his head"); returns cost and readings."""
        crossed = False
        position = predicate.end
        while position < len(self.tokens):
            token = self.tokens[position]
            subject = self.subjects.get(position)
            if subject is not None and not subject.concepts & {"person"}:
                if self.tokens[position - 1].word in (",", "and"):
                    return None
                follows = subject.end < len(self.tokens) and self.tokens[subject.end].word == "of"
                owner = self.subjects.get(subject.end + 1) if follows else None
                for each in (owner, subject):
                    key = _meaning(predicate, each) if each is not None else None
                    if each is not None and key is not None:
                        degree = predicate.degree or self._degree_around(predicate)
                        sharing = self._sharing_after(predicate, each)
                        return 1.8 if crossed else 1.0, [
                            _Reading(meant, predicate, predicate.start, other.end, predicate.denied, degree)
                            for other in (each, *sharing)
                            if (meant := _meaning(predicate, other)) is not None
                        ]
                return None
            if token.word in (",", "and"):
                crossed = True
            elif position not in self.in_predicate and _degree(token) is None and not _is_adverb(token):
                if token.kind != "word" or token.word in _PARTING:
                    return None
                if token.stem not in _GLUE and not (token.word.endswith(_ADJECTIVE) and position + 1 in self.subjects):
                    return None
            position += 1
        return None

    def _resolved(self, subject: _Subject | None) -> _Subject | None:
        """The subject that "it" or "they" refers to: the last one before that is neither a pronoun nor a person."""
        if subject is None or subject.concepts != {"pronoun"}:
            return subject
        earlier = [
            other
            for other in self.subjects.values()
            if other.end <= subject.start and not other.concepts & {"pronoun", "person"}
        ]
        if not earlier:
            return None
        return _Subject(subject.start, subject.end, earlier[-1].concepts)

    def _coordinated(self, subject: _Subject) -> bool:
        return subject.start > 0 and self.tokens[subject.start - 1].stem in _JOINING

    def _sharing_before(self, predicate: _Predicate, subject: _Subject) -> list[_Subject]:
        """Subjects joined to one before it without a predicate of their own: "the head and the trunk are ..."."""
        found: list[_Subject] = []
        while self._coordinated(subject):
            position = subject.start
            while position and self.tokens[position - 1].stem in _JOINING:
                position -= 1
            other = self.subject_ends.get(position)
            if (
                other is None
                or other.start in self.in_predicate  # "far from the hips and the body is bouncing"
                or _meaning(predicate, other) is None
                or self._has_own(other)
            ):
                break
            found.append(other)
            subject = other
        return found

    def _has_own(self, subject: _Subject) -> bool:
        """Whether a subject is the object of a predicate before it: "he lowers his head and ..."."""
        start = subject.start - 1
        return any(
            predicate.end - 1 == start and _meaning(predicate, subject) is not None for predicate in self.predicates
        )

    def _sharing_after(self, predicate: _Predicate, subject: _Subject) -> list[_Subject]:
        """Subjects joined to one after the predicate ("bent knees and elbows") without a predicate of their own."""
        position = subject.end
        if not (position + 1 < len(self.tokens) and self.tokens[position].stem in ("and", "or")):
            return []
        other = self.subjects.get(position + 1)
        if other is None or _meaning(predicate, other) is None:
            return []
        after = other.end
        while after < len(self.tokens) and self.tokens[after].stem in _GLUE and after not in self.predicate_starts:
            after += 1
        return [] if after in self.predicate_starts else [other]

    # ---- the words around -------------------------------------------------------------------------------------------

    def _degree_around(self, predicate: _Predicate) -> Degree:
        """The degree directly before or after a predicate, else "plain"."""
        position = predicate.start - 1
        while position >= 0 and (_degree(self.tokens[position]) or _is_adverb(self.tokens[position])):
            if found := _degree(self.tokens[position]):
                return found
            position -= 1
        if predicate.end < len(self.tokens):
            token = self.tokens[predicate.end]
            if token.kind == "emphasis":
                return "strong"
            if (found := _degree(token)) and predicate.end + 1 not in self.predicate_starts:
                return found
        return "plain"

    def _deny(self, readings: list[_Reading]) -> None:
        """Applies a negation before a clause to its readings: "nothing shows that the head is bowed"."""
        for number, reading in enumerate(readings):
            first = min(reading.start, reading.predicate.start)
            floor = max((other.end for other in readings[:number] if other.end <= first), default=0)
            for position in range(first - 1, floor - 1, -1):
                token = self.tokens[position]
                if token.word in NEGATIONS - WEAK_NEGATIONS or token.kind == "negation":
                    reading.denied = True
                elif token.word in WEAK_NEGATIONS and position == first - 1:
                    reading.denied = True
                if token.word in BOUNDARIES or token.stem in _JOINING:
                    break
            after = [self.tokens[end] for end in {reading.predicate.end, reading.end} if end < len(self.tokens)]
            reading.denied = reading.denied or any(token.word in ("less", "little") for token in after)

    def _set_spans(self, readings: list[_Reading]) -> None:
        """Sets the part of the clip that each reading is about.

        Words of time inside or directly after a claim apply to it. Those before a claim apply to all later claims of
        the sentence, up to the next such words. "Then" after the beginning is the end.
        """
        fronted: list[tuple[int, Span]] = [(-1, "whole")]
        for position, token in enumerate(self.tokens):
            if position in self.taken:
                continue
            if token.word == "then" and fronted[-1][1] == "beginning":
                fronted.append((position, "end"))
            if token.kind not in TIMES:
                continue
            span: Span = token.kind  # type: ignore[assignment]
            around = [r for r in readings if r.start < position < r.end]
            before = [r for r in readings if r.end <= position]
            opens = position == 0 or self.tokens[position - 1].kind == "mark"
            before_it = self.tokens[position - 1]
            opens = opens or before_it.stem in _JOINING or before_it.word in BOUNDARIES | {"that"}
            follows = any(r.start > position for r in readings)
            if around:
                for reading in around:
                    reading.span = span
            elif before and not (opens and follows):
                last = before[-1]
                for reading in before:
                    if reading.start == last.start or reading.predicate is last.predicate:
                        reading.span = span
            else:
                fronted.append((position, span))
        for reading in readings:
            if reading.span == "whole":
                reading.span = next(span for position, span in reversed(fronted) if position < reading.end)

    def _asserted(self, reading: _Reading) -> bool:
        """Whether a reading is asserted of this body."""
        words = [token.word for token in self.tokens]
        if not self.tokens[0].definite and (words[0] in ("were", "had", "should") or words[0] in IMPERATIVES):
            return False
        start, end = self._clause(reading)
        inside = [i for i in range(start, end) if i not in self.taken]
        if any(words[i] in HYPOTHETICAL or self.tokens[i].kind == "usual" for i in inside):
            return False
        stretch = max((i for i in range(reading.start) if words[i] in ("but", ";", ":")), default=-1) + 1
        earlier = words[stretch : reading.start]
        if any(
            word in CONDITIONAL or word in BELIEF or word in GENERIC_BEFORE
            for word in earlier + words[start : reading.start]
        ):
            return False
        if any(word in ("wrong", "mistaken") for word in words):
            return False
        bare_people = [t for t in self.tokens[stretch : reading.start] if t.word in PEOPLE_PLURAL and not t.definite]
        if bare_people or any(token.kind == "generic" for token in self.tokens[stretch : reading.start]):
            return False
        later = words[reading.end : end]
        if not self.tokens[reading.start].definite:  # "a bowed head is typical", "slow steps can mean"
            typical = {"is", "are"} & set(later) and GENERIC_AFTER & set(later)
            if typical or (later[:1] == ["can"] and not {"seen", "observed", "noted"} & set(later)):
                return False
        return not self._of_another(reading, start, end) and self._compares_with_typical(reading)

    def _clause(self, reading: _Reading) -> tuple[int, int]:
        """First and end token of the clause of a reading, between commas and boundaries."""
        start, end = reading.start, reading.end
        while start > 0 and (not self._parts(start - 1) or self._adds(start)):
            start -= 1
        while end < len(self.tokens) and not self._parts(end):
            end += 1
        return start, end

    def _adds(self, start: int) -> bool:
        """Whether the clause before the comma continues here: "it may be sad, with slow steps"."""
        return self.tokens[start].word in ("with", "or") and self.tokens[start - 1].word == ","

    def _parts(self, position: int) -> bool:
        token = self.tokens[position]
        return position not in self.taken and (
            token.kind == "mark" or (token.word in BOUNDARIES and token.word != "than") or token.word == "but"
        )

    def _of_another(self, reading: _Reading, start: int, end: int) -> bool:
        """Whether the clause, or the one before a relative clause, names another body."""
        while (
            start > 1
            and self.tokens[start - 1].word in RELATIVE | {","}
            and (self.tokens[start - 1].word in RELATIVE or self.tokens[start].word in RELATIVE)
        ):
            start -= 1
            while start > 0 and not self._parts(start - 1):
                start -= 1
        return any(self.tokens[i].word in OTHERS for i in range(start, end) if i not in self.taken)

    def _compares_with_typical(self, reading: _Reading) -> bool:
        for position in range(reading.end, min(reading.end + 4, len(self.tokens))):
            if self.tokens[position].word == "than" and position not in self.taken:
                return any(token.word in TYPICAL for token in self.tokens[position + 1 : position + 4])
        return True


def _meaning(predicate: _Predicate, subject: _Subject) -> Key | None:
    return next((key for concept, key in predicate.term.meaning.items() if concept in subject.concepts), None)
