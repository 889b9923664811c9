"""Do explanations and probabilities follow the movement? Clips are edited by known amounts, and both are checked.

An edit changes one descriptor on purpose, and with it its near duplicates (`NEAR_DUPLICATES`): its family. Four
measures are taken of the text about an edited clip, with and without the guard:

- *turned*: a descriptor of the family is now salient (percentile 25 or below, 75 or above) on a side where it was not
  before. The text is right if it makes such a claim with the new direction, and none with the opposite direction.
  *spoken* counts only texts that mention one of these descriptors.
- *outdated*: the text of the unedited clip made a claim that held and does not hold any more. The new text is right
  if it does not repeat the claim.
- *kept*: that text made a claim that held, and its descriptor stayed within 5 points. The new text is right if it
  still makes the claim. A text has room for few claims, so this is never 1: what the edit made extreme replaces
  other claims.

For comparison, "measured" is a text of the strongest measured claims: it is true of every clip and as long as the
texts of the model. It shows about what each measure can reach.

The probabilities are coherent if the labels that publications connect with the change gain, in log odds, over the
labels that they connect with the opposite change (`MovementEdit.expected`).
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from eai_llm_hf.processing.claims.claim import holds, notable_claims
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.claims.phrases import NEAR_DUPLICATES
from eai_llm_hf.processing.claims.writing import verbalise
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, measure_spans
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

from ...training.training_texts import MAX_CLAIMS
from .common import explained, first_window, mean_of, share_of
from .movement_edits import EDITS, MovementEdit

__all__ = ["WRITERS", "edit_test"]

_LOW, _HIGH = 25.0, 75.0
_STAYED = 5.0
WRITERS = ("raw", "guarded", "measured")
"""The origin of a text: the model without and with its guard, or the strongest measured claims."""

_CLAIM_MEASURES = ("turned", "spoken", "outdated", "kept")


def edit_test(
    pipe: SkeletonEmotionExplanationPipeline,
    clips: Sequence[UnifiedClip],
    labels: Sequence[str],
    edits: Sequence[MovementEdit] = EDITS,
    seed: int = 0,
) -> dict:
    """Edits clips and checks whether claims and probabilities follow.

    Each clip needs two explanations, with and without the guard, for itself and for each amount of each edit: 26 with
    all of `EDITS`. Those of a clip are written together.

    Args:
        pipe: The pipeline.
        clips: Clips, none longer than the model reads at once.
        labels: Candidate labels.
        edits: The edits; an edit is skipped for a clip that lacks its joints.
        seed: Seed of the intervals.

    Returns:
        For each edit and "all": the measures above, each with interval, and the change of the descriptor; ready for
        JSON.
    """
    extractor = pipe.processor.feature_extractor
    reference = extractor.motion_reference()
    rows: list[dict] = []
    generations = 0
    for number, clip in enumerate(tqdm(clips, desc="edits", unit="clip")):
        tried = [(edit, place) for edit in edits if edit.fits(clip) for place in range(len(edit.amounts))]
        changed = [first_window(edit.change(clip, edit.amounts[place]), extractor.max_frames) for edit, place in tried]
        versions = [clip, *changed]
        measured = [measure_spans(version.joints, version.joint_mask, version.not_shown) for version in versions]
        records = {verify: explained(pipe, versions, labels, verify) for verify in (False, True)}
        generations += 2 * len(versions)
        texts = {
            "raw": [record["explanation"] for record in records[False]],
            "guarded": [record["explanation"] for record in records[True]],
            "measured": [
                verbalise(record["label"], notable_claims(rows_of, reference)[:MAX_CLAIMS])
                for record, rows_of in zip(records[False], measured, strict=True)
            ],
        }
        for version, (edit, place) in enumerate(tried, start=1):
            rows.append(
                {"clip": number, "edit": edit.name}
                | _descriptor_change(edit, place, measured[0], measured[version], reference)
                | _probability_change(edit, place, records[False][0]["scores"], records[False][version]["scores"])
                | {
                    writer: _claim_changes(edit, of[0], of[version], measured[0], measured[version], reference)
                    for writer, of in texts.items()
                }
            )
    return {
        "edits": {
            name: _summary([row for row in rows if name in ("all", row["edit"])], len(clips), seed)
            for name in (*(edit.name for edit in edits), "all")
        },
        "clips": len(clips),
        "generations": generations,
    }


def _descriptor_change(
    edit: MovementEdit, place: int, before: np.ndarray, after: np.ndarray, reference: MotionReference
) -> dict:
    """Whether the descriptor changed in the direction of the edit, and by how many percentile points."""
    index = DESCRIPTOR_INDEX[edit.descriptor]
    sign = 1 if edit.rises[place] else -1
    percentiles = [reference.percentile(edit.descriptor, float(rows[0, index])) for rows in (before, after)]
    if np.isnan(percentiles).any():
        return {"moved": None, "percentiles": None}
    return {
        "moved": bool(sign * (after[0, index] - before[0, index]) > 0),
        "percentiles": sign * (percentiles[1] - percentiles[0]),
    }


def _probability_change(edit: MovementEdit, place: int, before: dict[str, float], after: dict[str, float]) -> dict:
    """The change of the log odds of the expected labels against the others; None if no label is expected."""
    more, less = edit.expected(list(before))
    gaining, losing = (more, less) if edit.rises[place] else (less, more)
    if not gaining and not losing:
        return {"log_odds": None}
    odds = []
    for scores in (before, after):
        gained = sum(scores[label] for label in gaining) if gaining else 1 - sum(scores[label] for label in losing)
        lost = sum(scores[label] for label in losing) if losing else 1 - gained
        odds.append(np.log(max(gained, 1e-9)) - np.log(max(lost, 1e-9)))
    return {"log_odds": float(odds[1] - odds[0])}


def _claim_changes(
    edit: MovementEdit,
    text_before: str,
    text_after: str,
    before: np.ndarray,
    after: np.ndarray,
    reference: MotionReference,
) -> dict[str, tuple[int, int]]:
    """(hits, cases) of each of `_CLAIM_MEASURES` for one edited clip."""
    old, new = reference.percentiles(before[0]), reference.percentiles(after[0])
    family = {edit.descriptor} | {name for pair in NEAR_DUPLICATES if edit.descriptor in pair for name in pair}
    claims_before = [claim for claim in find_claims(text_before) if claim.span == "whole"]
    said = {(c.descriptor, c.direction) for c in find_claims(text_after) if c.span == "whole"}

    turned = set()
    for name in family:
        was, now = old[DESCRIPTOR_INDEX[name]], new[DESCRIPTOR_INDEX[name]]
        if now >= _HIGH > was:
            turned.add((name, "high"))
        elif now <= _LOW < was:
            turned.add((name, "low"))
    wrong = {(name, "low" if direction == "high" else "high") for name, direction in turned}
    right = bool(said & turned) and not said & wrong
    spoken = bool(said & (turned | wrong))

    held = {(c.descriptor, c.direction) for c in claims_before if holds(c, before, reference)}
    outdated = {(c.descriptor, c.direction) for c in claims_before if holds(c, after, reference) is False} & held
    stayed = {
        (name, direction)
        for name, direction in held
        if abs(new[DESCRIPTOR_INDEX[name]] - old[DESCRIPTOR_INDEX[name]]) < _STAYED
    }
    return {
        "turned": (int(right), int(bool(turned))),
        "spoken": (int(right), int(spoken)),
        "outdated": (len(outdated - said), len(outdated)),
        "kept": (len(stayed & said), len(stayed)),
    }


def _summary(rows: Sequence[dict], clips: int, seed: int) -> dict:
    """Means and shares over the versions of all clips; intervals over clips."""
    percentiles, log_odds = defaultdict(list), defaultdict(list)
    moved, coherent = np.zeros((2, clips)), np.zeros((2, clips))
    for row in rows:
        if row["moved"] is not None:
            percentiles[row["clip"]].append(row["percentiles"])
            moved[:, row["clip"]] += row["moved"], 1
        if row["log_odds"] is not None:
            log_odds[row["clip"]].append(row["log_odds"])
            coherent[:, row["clip"]] += row["log_odds"] > 0, 1
    result: dict = {
        "versions": len(rows),
        "descriptor_moved": share_of(*moved, seed=seed),
        "percentile_change": mean_of([float(np.mean(values)) for values in percentiles.values()], seed),
        "coherent": share_of(*coherent, seed=seed),
        "log_odds_change": mean_of([float(np.mean(values)) for values in log_odds.values()], seed),
    }
    for writer in WRITERS:
        result[writer] = {}
        for name in _CLAIM_MEASURES:
            counts = np.zeros((2, clips))
            for row in rows:
                counts[:, row["clip"]] += row[writer][name]
            result[writer][name] = share_of(*counts, seed=seed)
    return result
