"""Writing: from a label and claims to an explanation, in canonical or varied words; and the label a text names."""

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np

from ..vocabulary import is_noun
from .claim import SPAN_WORDS, Claim, Span, says_degree, with_degree
from .phrases import PHRASES

__all__ = [
    "EXPLAIN_QUESTION",
    "absent_clause",
    "capital",
    "clause_of",
    "denial",
    "label_sentence",
    "looks",
    "named_label",
    "sentence_of",
    "verbalise",
]

EXPLAIN_QUESTION = "What emotion does this movement express, and how can you tell?"
"""The question that the pipeline asks where the user asks none, and that most training samples answer."""

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
_REASON_OPENINGS = ("One can tell because", "You can tell because", "The evidence is that", "The reason is that")
_OPENINGS = ("", "", "Here ", "In this clip ", "You can see that ", "It is clear that ")
_JOINTS = (" and ", ", and ", " while ", ", while ", ", and at the same time ")
_OWNERS = ("the", "the", "their", "the person's", "this person's")
_OWNED = re.compile(
    r"^the (?=(?:head|trunk|torso|upper body|body|arms?|hands|elbows|shoulders|chest|legs|feet|knees|hips|steps|"
    r"stride|gestures|left|right)\b)"
)
"""Body parts that may get another word for "the"."""

_LAST_WORDS: dict[Span, tuple[str, ...]] = {
    "beginning": ("at first", "at the beginning", "in the first part"),
    "middle": ("in the middle", "midway through the clip"),
    "end": ("towards the end", "in the last part"),
}
"""Those of `SPAN_WORDS` that read well at the end of a clause."""

_NOTHING_NOTABLE = "Nothing in the movement is unusual."
_ABSENT = ("though {}", "although {}", "even though {}", "yet {}")
_VERB = re.compile(r"\b(is|are)\b")


def label_sentence(label: str, rng: np.random.Generator | None = None) -> str:
    """The sentence that names a label: "The movement looks sad."

    Args:
        label: The label, used word for word.
        rng: Chooses among wordings; None gives the canonical one.
    """
    sentences = _NOUN_SENTENCES if is_noun(label) else _ADJECTIVE_SENTENCES
    return sentences[0 if rng is None else rng.integers(len(sentences))].format(label)


def verbalise(
    label: str,
    claims: Sequence[Claim],
    rng: np.random.Generator | None = None,
    style: Literal["plain", "reasons"] = "plain",
    absent: Sequence[Claim] = (),
) -> str:
    """Write an explanation: a sentence that names the label, then the claims in the given order.

    Without `rng` the claims keep their own words (`Claim.text`) and are joined by "and", two per sentence (three if
    there are more than four). With `rng` the wordings, the conjunctions and the label sentence vary, but never the
    order. "At first" and the like appear once and hold for all clauses after them; a claim about the whole clip then
    starts a new sentence. `find_claims` of the result gives exactly `claims`.

    Args:
        label: Named word for word in the first sentence.
        claims: The claims to state; two to four read best.
        rng: Source of variety.
        style: "plain" states the claims, "reasons" introduces them with "One can tell because".
        absent: Typical signs that the clip does not show; the last sentence says that they are absent.

    Returns:
        For instance "The movement looks sad. The head is bowed and the legs are moving slowly. Towards the end the
        arms are held close to the body."
    """
    size = 2 if len(claims) <= 4 else 3
    sentences = [label_sentence(label, rng)]
    start = 0
    while start < len(claims):
        taken = size if rng is None else int(rng.integers(1, size + 1))
        clauses = _spoken(claims[start : start + taken], rng)
        start += len(clauses)
        last_joint = _one_of(_JOINTS, rng)
        sentence = clauses[0] if len(clauses) == 1 else ", ".join(clauses[:-1]) + last_joint + clauses[-1]
        if style == "reasons" and len(sentences) == 1:
            sentence = f"{_one_of(_REASON_OPENINGS, rng)} {sentence}"
        else:
            sentence = _one_of(_OPENINGS, rng) + sentence
        sentences.append(f"{capital(sentence)}.")
    if not claims:
        sentences.append(_NOTHING_NOTABLE)
    if absent:
        tail = " and ".join([absent_clause(absent[0], rng), *(denial(claim, rng) for claim in absent[1:])])
        sentences[-1] = f"{sentences[-1][:-1]}, {tail}."
    return " ".join(sentences)


def absent_clause(claim: Claim, rng: np.random.Generator | None = None) -> str:
    """A clause that says that a typical sign is absent: "though the head is not bowed". No claim is read from it.

    Args:
        claim: The sign that the clip does not show.
        rng: Source of variety; None gives the canonical words.
    """
    return _one_of(_ABSENT, rng).format(denial(claim, rng))


def denial(claim: Claim, rng: np.random.Generator | None = None) -> str:
    """The clause with "not" after its verb; with "it cannot be said that" before clauses with "hardly"."""
    options = [text for text in PHRASES[claim.descriptor, claim.direction].clauses if _VERB.search(text)]
    plain = [text for text in options if "hardly" not in text]
    span = "" if claim.span == "whole" else f"{_one_of(SPAN_WORDS[claim.span], rng)} "
    if not plain:
        return f"{span}it cannot be said that {options[0]}"
    return span + _VERB.sub(r"\1 not", _one_of(plain, rng), count=1)


def looks(label: str) -> str:
    """What a label is with its verb: "looks sad", "shows sadness"."""
    return label_sentence(label).removeprefix("The movement ").rstrip(".")


def sentence_of(claims: Sequence[Claim]) -> str:
    """Some claims in their own words as one sentence, "" without any."""
    return f"{capital(' and '.join(claim.text for claim in claims))}." if claims else ""


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return f"{text[:1].upper()}{text[1:]}"


def _one_of(options: Sequence[str], rng: np.random.Generator | None) -> str:
    return options[0 if rng is None else int(rng.integers(len(options)))]


def _spoken(claims: Sequence[Claim], rng: np.random.Generator | None) -> list[str]:
    """The clauses of one sentence; it ends early where the next claim needs a sentence of its own.

    Words for a part of the clip hold for all following clauses of the sentence if they precede their clause, and for
    their own clause only if they follow it.
    """
    clauses: list[str] = []
    spoken: Span = "whole"
    for claim in claims:
        if claim.span == "whole" != spoken:
            break
        words = "" if claim.span == spoken else _one_of(SPAN_WORDS[claim.span], rng)
        clause = _clause(claim, rng)
        if not words:
            clauses.append(clause)
        elif rng is not None and spoken == "whole" and rng.random() < 0.4:
            clauses.append(f"{clause} {words}")
        else:
            comma = "," if rng is not None and not clauses and rng.random() < 0.3 else ""
            clauses.append(f"{words}{comma} {clause}")
            spoken = claim.span
    return clauses


def clause_of(claim: Claim, rng: np.random.Generator | None, owner: str = "the") -> str:
    """A clause for a claim, with the words for its part of the clip at its end.

    Args:
        claim: The claim.
        rng: Chooses among its wordings; None gives the canonical one.
        owner: What precedes body parts: "the", "their".
    """
    clause = _OWNED.sub(f"{owner} ", with_degree(_wording(claim, rng), claim.degree))
    return clause if claim.span == "whole" else f"{clause} {_one_of(_LAST_WORDS[claim.span], rng)}"


def _clause(claim: Claim, rng: np.random.Generator | None) -> str:
    """A claim in its own words or, with `rng`, in any of its wordings, without the words for its span."""
    if rng is None:
        return claim.text if claim.span == "whole" else claim.text.removeprefix(f"{SPAN_WORDS[claim.span][0]} ")
    clause = with_degree(_wording(claim, rng), claim.degree, rng)
    return _OWNED.sub(f"{_one_of(_OWNERS, rng)} ", clause)


def _wording(claim: Claim, rng: np.random.Generator | None) -> str:
    """One of the clauses of a claim, without degree and part of the clip; with a degree, one that can take it."""
    clauses = PHRASES[claim.descriptor, claim.direction].clauses
    if claim.degree != "plain":
        clauses = tuple(text for text in clauses if _VERB.search(text))
        clauses = tuple(text for text in clauses if not says_degree(text)) or clauses
    return _one_of(clauses, rng)


def named_label(text: str, labels: Sequence[str]) -> str | None:
    """The label that a text names first, None if it names none.

    Whole words are compared, ignoring case. Where several labels start at the same place, the longest counts. A label
    after "not" does not count ("not confident", where only "confident" is a label).

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
