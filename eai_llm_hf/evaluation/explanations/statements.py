"""What a text states: its claims, what each is given as, and the label that the text explains.

A record with `reasons` says which claims its text states and what they speak for. Of any other text, such as a record
of an older checkpoint, the parser reads the claims, and nothing is known of what they are given as.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from eai_llm_hf.processing.claims.claim import Claim, canonical_claim
from eai_llm_hf.processing.claims.parser import find_claims

__all__ = ["Statement", "Told", "Use", "told_by", "told_in_words"]

Use = Literal["for", "against", "rival", "also"]
"""What a claim is given as: it speaks for the label, against the label, against the runner-up, or is only observed."""


@dataclass(frozen=True)
class Statement:
    """A claim of a text.

    Attributes:
        claim: The claim.
        use: What the text gives it as, None where that is not known.
    """

    claim: Claim
    use: Use | None = None


@dataclass(frozen=True)
class Told:
    """A text and what it states.

    Attributes:
        text: The text.
        label: The label that it explains.
        runner_up: The second candidate, None where it is not known.
        statements: Its claims in order.
        marked: Whether the claims and their uses come from marks that the writer set, and not from the parser.
    """

    text: str
    label: str
    runner_up: str | None
    statements: tuple[Statement, ...]
    marked: bool = False

    @property
    def claims(self) -> list[Claim]:
        """The claims in order."""
        return [statement.claim for statement in self.statements]


def told_in_words(text: str, label: str, runner_up: str | None = None) -> Told:
    """What the words of a text state, as the parser reads them."""
    return Told(text, label, runner_up, tuple(map(Statement, find_claims(text))))


def told_by(record: Mapping[str, Any]) -> Told:
    """What the explanation of a record states: its `reasons`, or what the parser reads where it has none.

    Args:
        record: A record of the pipeline with an explanation.
    """
    text, label = record["explanation"], record["label"]
    runner_up = record.get("certainty", {}).get("runner_up")
    if "reasons" not in record:
        return told_in_words(text, label, runner_up)
    statements = []
    for reason in record["reasons"]:
        found = record["evidence"][reason["evidence"]]
        claim = canonical_claim(found["descriptor"], found["direction"], found["span"], found["degree"])
        statements.append(Statement(claim, _use(reason, label)))
    return Told(text, label, runner_up, tuple(statements), marked=True)


def _use(reason: Mapping[str, Any], label: str) -> Use:
    """What a reason of a record is given as; what speaks against another emotion speaks against the runner-up."""
    relation = reason["relation"]
    if relation == "against":
        return "against" if reason["emotion"] == label else "rival"
    return "for" if relation == "for" else "also"
