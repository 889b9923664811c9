"""Which of two texts about one clip is better, by three rules that see the text and its label and not who wrote it.

Each rule gives a point to one text or to none; the text with more points wins.

- *linked*: the share of its claims that are signs of the label, minus the share that speak against it in a clause
  without "although", "but" or the like.
- *contrast*: it weighs something against something else.
- *variety*: its sentences have rarer frames among the texts of its writer.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.claims.signs import relation

from .common import share_of
from .frames import frame_counts, frames_of, has_contrast, sentences_of

__all__ = ["RULES", "preferences"]

RULES = ("linked", "contrast", "variety")


def preferences(
    first: Sequence[str],
    second: Sequence[str],
    named: Sequence[str],
    labels: Sequence[str],
    seed: int = 0,
    groups: Sequence[int] | None = None,
) -> dict[str, Any]:
    """How often the first writer's text is better than the second's.

    Args:
        first: The first writer's text of each clip.
        second: The second writer's text of the same clip.
        named: The label of each clip.
        labels: All labels that a text can name.
        seed: Seed of the bootstrap.
        groups: As for `draws_of`.

    Returns:
        For each of `RULES` and "all": `wins`, `losses` and `ties` of the first writer, and `share`, the share of wins
        with half of the ties, with interval. Ready for JSON.

    Raises:
        ValueError: If there are not two texts and a label for each clip.
    """
    if not first or len({len(first), len(second), len(named)}) > 1:
        raise ValueError(f"Expected two texts and a label a clip, found {len(first)}, {len(second)}, {len(named)}.")
    points = np.array([_points(texts, named, labels) for texts in (first, second)])  # (writers, clips, rules)
    better = np.sign(np.round(points[0] - points[1], 9))
    verdicts = dict(zip(RULES, better.T, strict=True)) | {"all": np.sign(better.sum(axis=1))}
    ones = np.ones(len(first)).tolist()
    return {
        rule: {
            "wins": int((found > 0).sum()),
            "losses": int((found < 0).sum()),
            "ties": int((found == 0).sum()),
            "share": share_of(((found + 1) / 2).tolist(), ones, seed, groups),
        }
        for rule, found in verdicts.items()
    }


def _points(texts: Sequence[str], named: Sequence[str], labels: Sequence[str]) -> np.ndarray:
    """(clips, rules), how good each text is by each rule; more is better."""
    counts = frame_counts(texts, labels)
    total = max(sum(counts.values()), 1)
    rows = []
    for text, label in zip(texts, named, strict=True):
        frames = frames_of(text, labels)
        common = sum(counts[frame] for frame in frames) / len(frames) / total if frames else 1.0
        rows.append((_linked(text, label), float(has_contrast(text)), -common))
    return np.array(rows)


def _linked(text: str, label: str) -> float:
    claims, score = 0, 0.0
    for sentence in sentences_of(text):
        weighed = has_contrast(sentence)
        for claim in find_claims(sentence):
            claims += 1
            found = relation(claim.descriptor, claim.direction, label).relation
            score += (found == "for") - (found == "against" and not weighed)
    return score / claims if claims else 0.0
