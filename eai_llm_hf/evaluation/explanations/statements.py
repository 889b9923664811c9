"""What a text states: its claims, what each is given as, and the label that the text explains.

A record with `reasons` says which claims its text gives for or against an emotion. What else the words of such a text
state is observed, if the record has evidence of it. Of any other text, such as a record of an older checkpoint, the
parser reads the claims, and nothing is known of what they are given as.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eai_llm_hf.processing.claims.claim import Claim, canonical_claim
from eai_llm_hf.processing.claims.marks import MarkUse, read_marks
from eai_llm_hf.processing.claims.parser import find_claims

__all__ = ["Statement", "Told", "told_by", "told_in_words", "told_with_marks"]


@dataclass(frozen=True)
class Statement:
    """A claim of a text.

    Attributes:
        claim: The claim.
        use: What the text gives it as, None where that is not known.
        worded: Whether the parser reads it in the words of the text.
    """

    claim: Claim
    use: MarkUse | None = None
    worded: bool = True


@dataclass(frozen=True)
class Told:
    """A text and what it states.

    Attributes:
        text: The text.
        label: The label that it explains.
        runner_up: The second candidate, None where it is not known.
        statements: Its claims in order.
        marked: Whether the uses of the claims come from marks that the writer set.
        written_by: As in the record: "model", "template" where a text of the model gave way to it, "both" where parts
            of it did, None if unknown.
    """

    text: str
    label: str
    runner_up: str | None
    statements: tuple[Statement, ...]
    marked: bool = False
    written_by: str | None = None

    @property
    def claims(self) -> list[Claim]:
        """The claims in order."""
        return [statement.claim for statement in self.statements]


def told_in_words(text: str, label: str, runner_up: str | None = None) -> Told:
    """What the words of a text state, as the parser reads them."""
    return Told(text, label, runner_up, tuple(map(Statement, find_claims(text))))


def told_with_marks(marked: str, label: str, runner_up: str | None = None) -> Told:
    """What the marks of a text state."""
    text, statements = read_marks(marked)
    return Told(text, label, runner_up, _with_words([(each.claim, each.use) for each in statements], text, ()), True)


def told_by(record: Mapping[str, Any]) -> Told:
    """What the explanation of a record states.

    Args:
        record: A record of the pipeline with an explanation.
    """
    text, label = record["explanation"], record["label"]
    runner_up = record.get("certainty", {}).get("runner_up")
    if "reasons" not in record:
        return told_in_words(text, label, runner_up)
    measured = [
        canonical_claim(found["descriptor"], found["direction"], found["span"], found["degree"])
        for found in record["evidence"]
    ]
    given = [(measured[reason["evidence"]], _use(reason, label)) for reason in record["reasons"]]
    statements = _with_words(given, text, measured)
    return Told(text, label, runner_up, statements, True, record.get("written_by"))


def _with_words(given: Sequence[tuple[Claim, MarkUse]], text: str, measured: Sequence[Claim]) -> tuple[Statement, ...]:
    """The given claims, and what the words of the text state beyond them: observed if it was measured."""
    words = find_claims(text)
    read, known = {_key(claim) for claim in words}, {_key(claim) for claim, _ in given}
    evident = {_key(claim) for claim in measured}
    stated = [Statement(claim, use, _key(claim) in read) for claim, use in given]
    more = [claim for claim in words if _key(claim) not in known]
    return (*stated, *(Statement(claim, "other" if _key(claim) in evident else None) for claim in more))


def _key(claim: Claim) -> tuple[str, str, str]:
    return claim.descriptor, claim.direction, claim.span


def _use(reason: Mapping[str, Any], label: str) -> MarkUse:
    """What a reason of a record is given as; what is about another emotion than the label is about the runner-up."""
    own = reason["emotion"] == label
    if reason["relation"] == "against":
        return "against" if own else "against the runner-up"
    if reason["relation"] == "for":
        return "for" if own else "for the runner-up"
    return "other"
