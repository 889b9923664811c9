"""Do explanations and probabilities follow the movement? Clips are edited by known amounts, and both are checked.

An edit changes some descriptors on purpose (`MovementEdit.signs`), which a text can say of it.

- *coherent*: the log odds of the labels that these signs speak for, against the labels that they speak against, rise.
  Only cases in which they move by `_LEAST_MOVE` or more count.
- *spoken*: the text about the edited clip says one of these signs and the opposite of none. Only cases count in which
  one of the signs is unusual in the edited clip and the edit moved it, so that a text has something to say. *spoken
  before* is the share of the same cases in which the text about the unedited clip already said so.

Both are taken of the pipeline's text and of the template, as in `texts.py`.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from eai_llm_hf.processing.claims.phrases import OPPOSITE
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

from .common import explained, first_window, mean_of, of_each, share_of
from .movement_edits import EDITS, MovementEdit
from .statements import Told, told_by
from .texts import WRITERS, explained_clip, template_text

__all__ = ["edit_test"]

_LEAST_MOVE = 0.1
"""Log odds; from even odds, 2.5 points of probability."""

_UNUSUAL = 75.0
"""Percentile, on the side of the sign, from which it is unusual, as for `notable_claims`."""

_LEAST_CHANGE = 5.0
"""Percentile points by which an edit must move a sign for a text to be expected to say it."""


def edit_test(
    pipe: SkeletonEmotionExplanationPipeline,
    clips: Sequence[UnifiedClip],
    labels: Sequence[str],
    edits: Sequence[MovementEdit] = EDITS,
    seed: int = 0,
    references: Sequence[MotionReference | None] | None = None,
) -> dict:
    """Edits clips and checks whether texts and probabilities follow.

    Each clip needs one explanation for itself and one for each edit: 7 with all of `EDITS`. Those of a clip are
    written together.

    Args:
        pipe: The pipeline.
        clips: Clips, none longer than the model reads at once.
        labels: Candidate labels.
        edits: The edits; an edit is skipped for a clip that lacks its joints.
        seed: Seed of the intervals.
        references: What each clip and its edited versions are compared with, None for the checkpoint's reference.

    Returns:
        For each edit and "all": the measures above, each with interval, and the change of the descriptor that it
        changes on purpose; ready for JSON.
    """
    extractor = pipe.processor.feature_extractor
    default = extractor.motion_reference()
    used = of_each(clips, references)
    rows: list[dict] = []
    generations = 0
    for number, (clip, own) in enumerate(tqdm(list(zip(clips, used, strict=True)), desc="edits", unit="clip")):
        tried = [edit for edit in edits if edit.fits(clip)]
        changed = [first_window(edit.change(clip, edit.amount), extractor.max_frames) for edit in tried]
        versions = [explained_clip(each, "", "", extractor.max_frames) for each in (clip, *changed)]
        records = explained(pipe, [version.clip for version in versions], labels, [own] * len(versions))
        generations += len(versions)
        texts = {
            "model": [told_by(record) for record in records],
            "template": [
                template_text(pipe, record, version, labels, default, own)
                for record, version in zip(records, versions, strict=True)
            ],
        }
        for version, edit in enumerate(tried, start=1):
            before, after = ((own or default).percentiles(versions[place].measured[0]) for place in (0, version))
            rows.append(
                {"clip": number, "edit": edit.name, "percentiles": _rise(edit.signs[0], before, after)}
                | _probability_change(edit, records[0]["scores"], records[version]["scores"])
                | {writer: _spoken(edit, of[0], of[version], before, after) for writer, of in texts.items()}
            )
    return {
        "edits": {
            name: _summary([row for row in rows if name in ("all", row["edit"])], len(clips), seed)
            for name in (*(edit.name for edit in edits), "all")
        },
        "clips": len(clips),
        "generations": generations,
    }


def _extent(sign: tuple[str, str], percentiles: np.ndarray) -> float:
    """The percentile of a sign on its side, 0 to 100; NaN where it cannot be measured."""
    percentile = float(percentiles[DESCRIPTOR_INDEX[sign[0]]])
    return percentile if sign[1] == "high" else 100.0 - percentile


def _rise(sign: tuple[str, str], before: np.ndarray, after: np.ndarray) -> float:
    """Percentile points by which a sign became truer."""
    return _extent(sign, after) - _extent(sign, before)


def _probability_change(edit: MovementEdit, before: dict[str, float], after: dict[str, float]) -> dict:
    """The change of the log odds of the expected labels against the others; None if no label is expected."""
    gaining, losing = edit.expected(list(before))
    if not gaining and not losing:
        return {"log_odds": None}
    odds = []
    for scores in (before, after):
        gained = sum(scores[label] for label in gaining) if gaining else 1 - sum(scores[label] for label in losing)
        lost = sum(scores[label] for label in losing) if losing else 1 - gained
        odds.append(np.log(max(gained, 1e-9)) - np.log(max(lost, 1e-9)))
    return {"log_odds": float(odds[1] - odds[0])}


def _spoken(
    edit: MovementEdit, told_before: Told, told_after: Told, before: np.ndarray, after: np.ndarray
) -> tuple[int, int, int]:
    """Whether the text of the edited clip speaks of the edit, whether that of the clip did, and whether it counts."""
    sayable = any(
        _extent(sign, after) >= _UNUSUAL and _rise(sign, before, after) >= _LEAST_CHANGE for sign in edit.signs
    )
    return int(sayable and _says(edit, told_after)), int(sayable and _says(edit, told_before)), int(sayable)


def _says(edit: MovementEdit, told: Told) -> bool:
    """Whether a text states a sign of the edit and the opposite of none."""
    said = {(claim.descriptor, claim.direction) for claim in told.claims}
    opposite = {(descriptor, OPPOSITE[direction]) for descriptor, direction in edit.signs}
    return bool(said & set(edit.signs)) and not said & opposite


def _summary(rows: Sequence[dict], clips: int, seed: int) -> dict:
    """Means and shares over the versions of all clips; intervals over clips."""
    percentiles, log_odds = defaultdict(list), defaultdict(list)
    coherent = np.zeros((2, clips))
    for row in rows:
        if np.isfinite(row["percentiles"]):
            percentiles[row["clip"]].append(row["percentiles"])
        if row["log_odds"] is not None:
            log_odds[row["clip"]].append(row["log_odds"])
            moves = abs(row["log_odds"]) >= _LEAST_MOVE
            coherent[:, row["clip"]] += moves and row["log_odds"] > 0, moves
    result: dict = {
        "versions": len(rows),
        "percentile_change": mean_of([float(np.mean(values)) for values in percentiles.values()], seed),
        "coherent": share_of(*coherent, seed=seed),
        "log_odds_change": mean_of([float(np.mean(values)) for values in log_odds.values()], seed),
    }
    for writer in WRITERS:
        counts = np.zeros((3, clips))
        for row in rows:
            counts[:, row["clip"]] += row[writer]
        spoken, before, cases = counts
        result[writer] = {
            "spoken": share_of(spoken, cases, seed=seed),
            "spoken_before": share_of(before, cases, seed=seed),
        }
    return result
