"""Do explanations argue: are their reasons signs of the label, do they weigh the contrary, say how sure, name another?

The table of signs (`processing/claims/signs.py`) tells what each claim of a text speaks for. Labels without signs,
such as "neutral", can have no linked reason; their texts are left out of the shares of linked reasons and counted.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from eai_llm_hf.processing.claims.marks import MarkUse
from eai_llm_hf.processing.claims.signs import emotions_with_signs, relation
from eai_llm_hf.processing.vocabulary import canonical_label

from .common import draws_of, mean_of, share_of
from .frames import frame_counts, frames_of, has_contrast, names_runner_up, says_how_sure, sentences_of
from .statements import Told

__all__ = ["FEWEST_SENTENCES", "MOST_SENTENCES", "linked_shares", "reason_scores"]

FEWEST_SENTENCES, MOST_SENTENCES = 3, 5
"""Sentences of a good explanation."""

COMMON_FRAMES = 10
"""Frames that count as the most common ones."""
_NO_REASONS: tuple[MarkUse | None, ...] = ("other", "against", "for the runner-up")
"""What a text gives a claim as that is no reason for the label. Without marks every claim counts as a reason."""


def reason_scores(
    told: Sequence[Told], labels: Sequence[str], seed: int = 0, groups: Sequence[int] | None = None
) -> dict[str, Any]:
    """How far the texts of some clips are arguments.

    Args:
        told: The text of each clip.
        labels: All labels that a text can name.
        seed: Seed of the bootstrap.
        groups: As for `draws_of`.

    Returns:
        The shares of `linked_shares`, and shares of the texts, each with interval: `says_how_sure`,
        `names_runner_up` (of the texts whose second candidate is known), `contrast`, `three_to_five` sentences,
        `distinct` (no other clip has the same text). `sentences`: their mean number. `common_frames`: the share of the
        sentences that have one of the ten most common frames, and all `frames` with their counts. `words_agree`: of
        the claims that marks or words make, those that both make; None without marks. `by_model`: texts of the model
        that did not give way to templates, and `by_both`: those that did in part; None where the records do not say.
        Ready for JSON.

    Raises:
        ValueError: If there is no text.
    """
    if not told:
        raise ValueError("There is no text whose reasons could be scored.")
    texts = [each.text for each in told]
    ones = np.ones(len(told))
    known = [each.runner_up is not None for each in told]
    signed = [each.written_by is not None for each in told]
    same = Counter(texts)
    numbers = [len(sentences_of(text)) for text in texts]

    def share(hits: Sequence[float], cases: Sequence[float] = ones) -> dict | None:
        return share_of(hits, cases, seed, groups)

    return linked_shares(told, seed, groups) | {
        "says_how_sure": share([says_how_sure(text) for text in texts]),
        "names_runner_up": share([names_runner_up(each.text, each.runner_up) for each in told], known),
        "contrast": share([has_contrast(text) for text in texts]),
        "three_to_five": share([FEWEST_SENTENCES <= number <= MOST_SENTENCES for number in numbers]),
        "sentences": mean_of(numbers, seed),
        "distinct": share([same[text] == 1 for text in texts]),
        "common_frames": _common_frames(texts, labels, seed, groups),
        "words_agree": _words_agree(told, seed, groups),
        "by_model": share([each.written_by == "model" for each in told], signed),
        "by_both": share([each.written_by == "both" for each in told], signed),
    }


def linked_shares(told: Sequence[Told], seed: int = 0, groups: Sequence[int] | None = None) -> dict[str, Any]:
    """What the claims of the texts speak for, by the table of signs.

    Args:
        told: The text of each clip.
        seed: Seed of the bootstrap.
        groups: As for `draws_of`.

    Returns:
        `reasons`, the number of claims in texts about a label with signs, and `texts_without_signs`. Of these claims,
        with interval: `linked` (a sign of the label), `no_sign`, `against_said` (against the label and given as such),
        `against_unsaid` (against it and not given as such). Of the claims that a text gives as reasons for the label
        or against the runner-up: `linked_as_reason` (a sign of the label) and `linked_elsewhere` (a sign of the label
        of another clip, over the other clips with another label that has signs).
    """
    signed = set(emotions_with_signs())
    rows = np.zeros((len(told), 7))
    elsewhere = np.zeros((len(told), 2))
    for place, own in enumerate(told):
        if canonical_label(own.label) not in signed:
            continue
        for statement in own.statements:
            said_against = statement.use == "against"
            as_reason = statement.use not in _NO_REASONS
            found = _relation(statement.claim, own.label)
            rows[place] += (
                1,
                found == "for",
                found == "none",
                found == "against" and said_against,
                found == "against" and not said_against,
                as_reason,
                found == "for" and as_reason,
            )
        others = [other.label for other in told if other.label != own.label and canonical_label(other.label) in signed]
        reasons = [statement.claim for statement in own.statements if statement.use not in _NO_REASONS]
        if others and reasons:
            of_others = [_relation(claim, label) == "for" for label in others for claim in reasons]
            elsewhere[place] = np.mean(of_others) * len(reasons), len(reasons)
    claims, linked, none, said, unsaid, given, linked_as_reason = rows.T

    def share(hits: np.ndarray, cases: np.ndarray = claims) -> dict | None:
        return share_of(hits.tolist(), cases.tolist(), seed, groups)

    return {
        "reasons": int(claims.sum()),
        "texts_without_signs": sum(canonical_label(own.label) not in signed for own in told),
        "linked": share(linked),
        "linked_as_reason": share(linked_as_reason, given),
        "no_sign": share(none),
        "against_said": share(said),
        "against_unsaid": share(unsaid),
        "linked_elsewhere": share(*elsewhere.T),
    }


def _relation(claim: Any, label: str) -> str:
    return relation(claim.descriptor, claim.direction, label).relation


def _common_frames(
    texts: Sequence[str], labels: Sequence[str], seed: int, groups: Sequence[int] | None
) -> dict[str, Any] | None:
    """The share of sentences with one of the most common frames; a draw has most common frames of its own."""
    counts = frame_counts(texts, labels)
    place = {frame: number for number, frame in enumerate(counts)}
    table = np.zeros((len(texts), len(counts)))
    for row, text in zip(table, texts, strict=True):
        for frame in frames_of(text, labels):
            row[place[frame]] += 1
    if not table.sum():
        return None
    drawn = np.vstack([np.ones(len(texts)), draws_of(len(texts), seed, groups)]) @ table
    most = -np.sort(-drawn, axis=1)[:, :COMMON_FRAMES].sum(axis=1) / np.maximum(drawn.sum(axis=1), 1)
    low, high = np.percentile(most[1:], [2.5, 97.5])
    return {
        "share": round(float(most[0]), 4),
        "interval": [round(float(low), 4), round(float(high), 4)],
        "sentences": int(table.sum()),
        "different": len(counts),
        "frames": dict(counts),
    }


def _words_agree(told: Sequence[Told], seed: int, groups: Sequence[int] | None) -> dict | None:
    """Of the claims that marks or words make, the share that both make."""
    both, either = np.zeros((2, len(told)))
    for place, own in enumerate(told):
        if own.marked:
            both[place] = sum(each.worded and each.use is not None for each in own.statements)
            either[place] = len(own.statements)
    return share_of(both.tolist(), either.tolist(), seed, groups)
