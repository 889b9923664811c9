"""How good a checkpoint is on clips that it never saw, next to chance and a baseline trained on the same split.

Labels: see `scores`. Explanations: the share of their claims that hold, and that share for the measurements of other
clips (shuffled), because a text that is true of any clip says nothing. `explanations` tests
more.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from tqdm import tqdm

from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

from ..corpora.rows import as_clip
from .explanations.texts import explained_clip, explanation_scores
from .methods.baselines import best_labels, lda
from .scores import label_scores


def evaluate(
    pipe: SkeletonEmotionExplanationPipeline,
    train: Sequence[Mapping],
    test: Sequence[Mapping],
    labels: Sequence[str],
    explanations: int = 40,
    seed: int = 0,
) -> dict:
    """Scores a checkpoint corpus by corpus.

    Args:
        pipe: The pipeline with the checkpoint.
        train: Rows that the checkpoint was trained on, for the baseline. It learns from those of the tested corpus,
            or from all if there are none.
        test: Rows that the checkpoint never saw; rows without a label are not scored.
        labels: Candidate labels.
        explanations: Number of clips of each corpus whose explanations are checked.
        seed: Seed of the bootstrap and the choice of clips.

    Returns:
        For each corpus the scores `model`, `baseline_lda` if it can be trained, and `explanations`.

    Raises:
        ValueError: If no test clip has a label.
    """
    test = [row for row in test if row["label"]]
    if not test:
        raise ValueError("No test clip has a label.")
    results = {}
    for corpus in sorted({row["source"] if row["source"] == "generated" else row["corpus"] for row in test}):
        rows = [row for row in test if corpus in (row["source"], row["corpus"])]
        clips = [as_clip(row) for row in rows]
        truth = [row["label"] for row in rows]
        records = [
            pipe(clip, candidate_labels=list(labels), label_only=True)
            for clip in tqdm(clips, desc=f"{corpus}: labels", unit="clip")
        ]
        own_train = [row for row in train if corpus in (row["source"], row["corpus"])] or train
        results[corpus] = {
            "model": label_scores(
                truth,
                [record["label"] for record in records],
                labels,
                seed,
                probabilities=[record["scores"] for record in records],
            ),
        }
        if len({row["label"] for row in own_train} - {None}) > 1:
            guesses = best_labels(lda, own_train, rows, labels)
            results[corpus]["baseline_lda"] = label_scores(truth, guesses, labels, seed)
        if explanations:
            picks = np.random.default_rng(seed).permutation(len(clips))[:explanations]
            limit = pipe.processor.feature_extractor.max_frames
            seen = [explained_clip(clips[i], str(rows[i]["content"]), rows[i]["clip_id"], limit) for i in picks]
            scores, _ = explanation_scores(pipe, seen, labels, seed=seed, name=f"{corpus}: explanations")
            results[corpus]["explanations"] = _summary(scores["greedy"]["model"])
    return results


def _summary(scores: dict) -> dict:
    """What the model card says of explanations; `eai-llm evaluate explanations` reports more."""
    keys = ("clips", "claims_per_text", "repeated_claims", "distinct_texts")
    hold, shuffled = ((scores[name] or {}).get("value") for name in ("hold", "shuffled"))
    return {key: scores[key] for key in keys} | {"hold": hold, "hold_shuffled": shuffled}


__all__ = ["evaluate"]
