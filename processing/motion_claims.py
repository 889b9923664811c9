"""Statements about a movement: what may be said of it, in which words, and whether it is true.

A claim is a descriptor and a direction ("head_pitch", "low") with a clause that says it ("the head is bowed"). The
same table of phrases serves the verbaliser, which writes claims as English, and the parser, which finds them in any
text, so that whatever is written can be read back and checked against the measured movement.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from .claim_phrases import NEAR_DUPLICATES, PHRASES
from .motion_descriptors import DESCRIPTOR_INDEX, DESCRIPTORS
from .motion_reference import MotionReference

__all__ = [
    "EXPLAIN_QUESTION",
    "HOLDS_HIGH",
    "HOLDS_LOW",
    "Claim",
    "canonical_claim",
    "find_claims",
    "holds",
    "label_sentence",
    "named_label",
    "notable_claims",
    "verbalise",
]

EXPLAIN_QUESTION = "What emotion does this movement express, and how can you tell?"
"""The question that the pipeline asks where the user asks none, and that training answers most."""

HOLDS_HIGH = 60.0
"""A claim "high" holds from this percentile of the reference on."""

HOLDS_LOW = 40.0
"""A claim "low" holds up to this percentile of the reference."""

Direction = Literal["high", "low"]

_NOUN_LABELS = frozenset(
    (
        "anger anxiety astonishment boredom contempt despair disappointment disgust embarrassment excitement fear "
        "frustration gratitude grief guilt happiness hope insecurity interest joy love pain pride rage relief "
        "revulsion sadness satisfaction shame sorrow surprise"
    ).split()
) | {"lack of confidence", "no particular emotion"}
_ADJECTIVE_SENTENCES = (
    "The movement looks {}.",
    "The person looks {}.",
    "This movement comes across as {}.",
    "The emotion expressed is {}.",
    "Overall this reads as {}.",
)
_NOUN_SENTENCES = (
    "The movement shows {}.",
    "The movement expresses {}.",
    "This movement comes across as {}.",
    "The emotion expressed is {}.",
    "Overall this reads as {}.",
)
_REASON_OPENINGS = ("One can tell because", "This shows in that", "It is seen in that", "The sign is that")
_JOINTS = (" and ", ", and ", " while ", ", and at the same time ")
_NOTHING_NOTABLE = "Nothing in the body stands out."


@dataclass(frozen=True)
class Claim:
    """A statement about one descriptor; two claims are equal if they say the same, in whatever words.

    Attributes:
        descriptor: Name of the descriptor.
        direction: "high" or "low".
        text: The clause that says it, without capital and full stop.
        body_part: Body part of the descriptor.
    """

    descriptor: str
    direction: Direction
    text: str = field(compare=False)
    body_part: str = field(compare=False)


def canonical_claim(descriptor: str, direction: Direction) -> Claim:
    """The claim in its canonical words.

    Raises:
        ValueError: If there is no such descriptor or direction.
    """
    if (descriptor, direction) not in PHRASES:
        raise ValueError(f"No claim for descriptor {descriptor!r} and direction {direction!r}.")
    text = PHRASES[descriptor, direction].clauses[0]
    return Claim(descriptor, direction, text, DESCRIPTORS[DESCRIPTOR_INDEX[descriptor]].body_part)


def notable_claims(
    vector: np.ndarray, reference: MotionReference, low: float = 25.0, high: float = 75.0
) -> list[Claim]:
    """What stands out in a clip: the descriptors outside the middle of the reference.

    Args:
        vector: (descriptors,) values of `measure`.
        reference: What is ordinary.
        low: Percentile up to which "low" is notable.
        high: Percentile from which "high" is notable.

    Returns:
        Claims in canonical words, most extreme first (distance of the percentile from 50; the order of `DESCRIPTORS`
        among equals). Of descriptors that say nearly the same (`NEAR_DUPLICATES`) only the most extreme is taken, so
        that no two claims repeat or contradict each other.
    """
    found: list[tuple[float, Claim]] = []
    for index, percentile in enumerate(reference.percentiles(vector)):
        if percentile >= high or percentile <= low:  # False for NaN
            claim = canonical_claim(DESCRIPTORS[index].name, "high" if percentile >= high else "low")
            if _within_bounds(claim, float(vector[index])):
                found.append((-abs(percentile - 50.0), claim))
    chosen: list[Claim] = []
    for _, claim in sorted(found, key=lambda pair: pair[0]):
        if not any(frozenset((claim.descriptor, other.descriptor)) in NEAR_DUPLICATES for other in chosen):
            chosen.append(claim)
    return chosen


def holds(claim: Claim, vector: np.ndarray, reference: MotionReference, margin: float = 0.0) -> bool | None:
    """Whether a claim is true of a clip.

    "high" holds at percentile `HOLDS_HIGH` + margin or more, "low" at `HOLDS_LOW` - margin or less. Where the words
    mean something absolute (the left arm does more than the right), the value must agree as well.

    Args:
        claim: The claim.
        vector: (descriptors,) values of `measure`.
        reference: What is ordinary.
        margin: Percentage points by which the claim must be surer than needed.

    Returns:
        True or False, None where the clip or the reference lacks the descriptor.

    Raises:
        ValueError: If the descriptor is unknown.
    """
    if claim.descriptor not in DESCRIPTOR_INDEX:
        raise ValueError(f"Unknown descriptor {claim.descriptor!r} in a claim.")
    value = float(vector[DESCRIPTOR_INDEX[claim.descriptor]])
    percentile = reference.percentile(claim.descriptor, value)
    if np.isnan(percentile):
        return None
    far = percentile >= HOLDS_HIGH + margin if claim.direction == "high" else percentile <= HOLDS_LOW - margin
    return far and _within_bounds(claim, value)


def _within_bounds(claim: Claim, value: float) -> bool:
    bound = PHRASES[claim.descriptor, claim.direction].bound
    if bound is None:
        return True
    return value >= bound if claim.direction == "high" else value <= bound


# ---------------------------------------------------------------------------------------------------------------------
# Writing


def label_sentence(label: str, rng: np.random.Generator | None = None) -> str:
    """The sentence that names the label, word for word: "The movement looks sad.".

    Args:
        label: The label.
        rng: Chooses among wordings; None gives the canonical one.
    """
    sentences = _NOUN_SENTENCES if label.lower() in _NOUN_LABELS else _ADJECTIVE_SENTENCES
    return sentences[0 if rng is None else rng.integers(len(sentences))].format(label)


def verbalise(
    label: str,
    claims: Sequence[Claim],
    rng: np.random.Generator | None = None,
    style: Literal["plain", "reasons"] = "plain",
) -> str:
    """Write an explanation: a sentence that names the label, then the claims in the given order.

    Without `rng` the claims keep their own words (`Claim.text`) and are joined by "and", two to a sentence (three
    where there are more than four). With `rng` the words, the joints between clauses and the label sentence vary; the
    order never does. `find_claims` of the result gives exactly `claims`.

    Args:
        label: Named word for word in the first sentence.
        claims: What to say; two to four read best.
        rng: Source of variety.
        style: "plain" states the claims, "reasons" opens them with "One can tell because".

    Returns:
        "The movement looks sad. The head is bowed and the legs are moving slowly. The arms are held close to the
        body." and the like.
    """
    clauses = [claim.text for claim in claims]
    if rng is not None:
        options = [PHRASES[claim.descriptor, claim.direction].clauses for claim in claims]
        clauses = [choice[rng.integers(len(choice))] for choice in options]
    size = 2 if len(clauses) <= 4 else 3
    sentences = [label_sentence(label, rng)]
    start = 0
    while start < len(clauses):
        taken = size if rng is None else int(rng.integers(1, size + 1))
        group = clauses[start : start + taken]
        start += taken
        last_joint = _JOINTS[0 if rng is None else rng.integers(len(_JOINTS))]
        sentence = group[0] if len(group) == 1 else ", ".join(group[:-1]) + last_joint + group[-1]
        if style == "reasons" and len(sentences) == 1:
            sentence = f"{_REASON_OPENINGS[0 if rng is None else rng.integers(len(_REASON_OPENINGS))]} {sentence}"
        sentences.append(f"{sentence[0].upper()}{sentence[1:]}.")
    if not clauses:
        sentences.append(_NOTHING_NOTABLE)
    return " ".join(sentences)


# ---------------------------------------------------------------------------------------------------------------------
# Reading

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[.,;:!?()\-]")
_SAME_WORD = {
    **dict.fromkeys(("his", "her", "their", "its", "both", "my", "your", "these", "this"), "the"),
    **dict.fromkeys(("was", "stays", "remains", "stayed", "remained"), "is"),
    **dict.fromkeys(("were", "stay", "remain"), "are"),
    **dict.fromkeys(("quick", "quickly", "rapid", "rapidly", "swift", "swiftly", "brisk", "briskly"), "fast"),
    **dict.fromkeys(("slowly", "sluggish", "sluggishly"), "slow"),
    **dict.fromkeys(("torso", "upperbody"), "trunk"),
    **dict.fromkeys(("movements", "motion", "motions"), "movement"),
    **dict.fromkeys(("scarcely", "barely"), "hardly"),
    "erect": "upright",
}
_PLURAL_SUBJECT = re.compile(r"\b(movements|motions) (are|were)\b")
_FILLERS = frozenset(
    "very quite rather clearly slightly somewhat noticeably markedly strongly fairly really so too mostly always also "
    "visibly distinctly particularly extremely unusually relatively generally bit little a do does did being".split()
)
_NEGATIONS = frozenset(
    "not no never without nor neither none nothing if whether unless hardly rarely seldom less lack lacks lacking "
    "cannot instead".split()
)
_BOUNDARIES = frozenset(". , ; : ! ? ( ) and but while yet because so although though whereas then".split())
_NEGATION_REACH = 4


def _words(text: str) -> list[str]:
    """Lower-case words and punctuation with synonyms and contractions brought to one form."""
    text = text.lower().replace("\u2019", "'").replace("upper body", "upperbody")
    text = _PLURAL_SUBJECT.sub("movement is", text).replace("can't", "can not").replace("n't", " not")
    return [_SAME_WORD.get(word, word) for word in _WORD.findall(text)]


@dataclass(frozen=True)
class _Pattern:
    """A phrase as the parser looks for it: its words without a leading article, and the claim it stands for."""

    words: tuple[str, ...]
    claim: Claim

    @property
    def predicate(self) -> int:
        """Index after the first "is" or "are", 0 without one."""
        return next((index + 1 for index, word in enumerate(self.words) if word in ("is", "are")), 0)


def _build_patterns() -> dict[str, tuple[_Pattern, ...]]:
    """Patterns by their first word, longest first.

    Raises:
        ValueError: If one phrase stands for two claims.
    """
    known: dict[tuple[str, ...], _Pattern] = {}
    for (descriptor, direction), phrase in PHRASES.items():
        body_part = DESCRIPTORS[DESCRIPTOR_INDEX[descriptor]].body_part
        for text in (*phrase.clauses, *phrase.also_read):
            words = tuple(_words(text))
            words = words[1:] if words[0] == "the" else words
            pattern = known.setdefault(words, _Pattern(words, Claim(descriptor, direction, text, body_part)))
            if (pattern.claim.descriptor, pattern.claim.direction) != (descriptor, direction):
                raise ValueError(f"The phrase {text!r} stands for two claims.")
    grouped: dict[str, list[_Pattern]] = {}
    for pattern in sorted(known.values(), key=lambda pattern: -len(pattern.words)):
        grouped.setdefault(pattern.words[0], []).append(pattern)
    return {first: tuple(patterns) for first, patterns in grouped.items()}


_PATTERNS = _build_patterns()


def _match(expected: Sequence[str], words: Sequence[str], start: int) -> tuple[int, bool] | None:
    """Match expected words from `start` on, passing over fillers and negations between them.

    Returns:
        The position after the match and whether a negation was passed, or None.
    """
    position = start
    negated = False
    for word in expected:
        while position < len(words) and words[position] != word:
            if position == start or words[position] not in _FILLERS | _NEGATIONS:
                return None
            negated = negated or words[position] in _NEGATIONS
            position += 1
        if position == len(words):
            return None
        position += 1
    return position, negated


def _negated_before(words: Sequence[str], start: int, previous: int) -> bool:
    """Whether a negation, "if" or "whether" stands shortly before, in the same clause and after the previous claim."""
    for position in range(start - 1, max(previous, start - _NEGATION_REACH) - 1, -1):
        if words[position] in _BOUNDARIES:
            return False
        if words[position] in _NEGATIONS:
            return True
    return False


def find_claims(text: str) -> list[Claim]:
    """Find the claims that a text makes, in order, repeated ones as often as they stand.

    Phrases are looked for without regard to case, possessives ("his head"), tense ("was bowed"), degree ("very slow",
    "slightly bowed") and close synonyms; the longest phrase wins. A second predicate of the same subject is read too
    ("the movement is slow and jerky"). What is negated ("the head is not bowed"), conditional ("if the head is
    bowed"), compared away ("less bowed") or asked ("is the head bowed?") is no claim: that something is not extreme
    does not say that it is extreme the other way.

    Args:
        text: Any English text.

    Returns:
        Claims whose `text` is the phrase of the table that was recognised.
    """
    found: list[Claim] = []
    words = _words(text)
    start = 0
    while start < len(words):
        end = next((i + 1 for i in range(start, len(words)) if words[i] in (".", "!", "?")), len(words))
        if words[end - 1] != "?":
            found.extend(_claims_of_sentence(words[start:end]))
        start = end
    return found


def _claims_of_sentence(words: list[str]) -> Iterable[Claim]:
    position = 0
    previous = 0
    while position < len(words):
        best: tuple[int, bool, _Pattern] | None = None
        for pattern in _PATTERNS.get(words[position], ()):
            match = _match(pattern.words, words, position)
            if match is not None and (best is None or match[0] > best[0]):
                best = (*match, pattern)
        if best is None:
            position += 1
            continue
        end, negated, pattern = best
        negated = negated or _negated_before(words, position, previous) or (end < len(words) and words[end] == "less")
        if not negated:
            yield pattern.claim
        position = end
        # "... and jerky": further predicates of the same subject
        while pattern.predicate and position + 1 < len(words) and words[position] in ("and", ",", "but"):
            after = position + 1
            if words[position] == "," and words[after] in ("and", "but"):
                after += 1
            more = _further_predicate(pattern, words, after)
            if more is None:
                break
            position, denied, claim = more
            if not (negated or denied):
                yield claim
        previous = position


def _further_predicate(pattern: _Pattern, words: list[str], start: int) -> tuple[int, bool, Claim] | None:
    """The longest pattern with the subject and verb of `pattern` whose predicate stands at `start`."""
    subject = pattern.words[: pattern.predicate]
    negated = start < len(words) and words[start] in _NEGATIONS
    while start < len(words) and words[start] in _FILLERS | _NEGATIONS:
        start += 1
    best: tuple[int, bool, Claim] | None = None
    for other in _PATTERNS[pattern.words[0]]:
        if other.words[: pattern.predicate] == subject and len(other.words) > pattern.predicate:
            match = _match(other.words[pattern.predicate :], words, start)
            if match is not None and (best is None or match[0] > best[0]):
                best = (match[0], negated or match[1], other.claim)
    return best


def named_label(text: str, labels: Sequence[str]) -> str | None:
    """The label that a text names first, None if it names none.

    Whole words are compared without regard to case; where several labels start at one place the longest is meant, and
    a label after "not" ("not confident" among labels that have only "confident") is not named.

    Args:
        text: An explanation.
        labels: Candidate labels.
    """
    best: tuple[int, int, str] | None = None
    for label in labels:
        match = re.search(rf"(?<!\w)(?<!\bnot )(?<!-){re.escape(label)}(?!\w)", text, flags=re.IGNORECASE)
        if match is not None and (best is None or (match.start(), -len(label)) < best[:2]):
            best = (match.start(), -len(label), label)
    return None if best is None else best[2]
