"""How good a checkpoint is on clips it never saw, beside chance and a baseline trained on the same split.

Labels: accuracy, balanced accuracy and macro-F1 with intervals by bootstrap over clips. Explanations: the share of
their claims that hold, without the guard, beside the same texts held against other clips (shuffled): a text that is
true of any clip says nothing.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.impute import SimpleImputer
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from eai_llm_hf.processing.motion_claims import find_claims, holds
from eai_llm_hf.processing.motion_descriptors import measure
from eai_llm_hf.processing.motion_reference import MotionReference
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.skeleton_tree import JOINT_NAMES
from eai_llm_hf.processing.unified_skeleton import UnifiedClip

BOOTSTRAPS = 2000


def as_clip(row: dict) -> UnifiedClip:
    """The unified clip of a corpus row."""
    joints = np.asarray(row["joints"], dtype=np.float32)
    mask = np.asarray(row["joint_mask"], dtype=bool)
    report = {
        "layout": row["corpus"],
        "frames": len(joints),
        "fps": float(row["fps"]),
        "matched_joints": int(mask.sum()),
        "missing_joints": [name for name, there in zip(JOINT_NAMES, mask, strict=True) if not there],
        "up_axis": "y",
        "unit_scale": 1.0,
    }
    return UnifiedClip(joints=joints, joint_mask=mask, fps=float(row["fps"]), report=report)


def label_scores(truth: Sequence[str], guesses: Sequence[str], labels: Sequence[str], seed: int = 0) -> dict:
    """Accuracy, balanced accuracy and macro-F1 with 95% bootstrap intervals over clips, and the confusion matrix.

    Args:
        truth: True label of each clip.
        guesses: Label given to each clip.
        labels: All candidate labels; the rows and columns of the confusion matrix (true, given).
        seed: Of the bootstrap.
    """
    true, given = np.asarray(truth), np.asarray(guesses)
    measures = {
        "accuracy": lambda t, g: float(np.mean(t == g)),
        "balanced_accuracy": lambda t, g: float(balanced_accuracy_score(t, g)),
        "macro_f1": lambda t, g: float(f1_score(t, g, labels=labels, average="macro", zero_division=0)),
    }
    rng = np.random.default_rng(seed)
    draws = [rng.integers(len(true), size=len(true)) for _ in range(BOOTSTRAPS)]
    scores: dict = {"clips": len(true), "chance": round(1 / len(labels), 4)}
    for name, score in measures.items():
        # A draw may lack a class; accuracy of what it has is what the interval is about.
        if name == "balanced_accuracy":
            spread = [_mean_recall(true[draw], given[draw]) for draw in draws]
        else:
            spread = [score(true[draw], given[draw]) for draw in draws]
        low, high = np.percentile(spread, [2.5, 97.5])
        scores[name] = {"value": round(score(true, given), 4), "interval": [round(low, 4), round(high, 4)]}
    scores["labels"] = list(labels)
    scores["confusion"] = confusion_matrix(true, given, labels=labels).tolist()
    return scores


def _mean_recall(true: np.ndarray, given: np.ndarray) -> float:
    """Balanced accuracy over the classes that are there."""
    return float(np.mean([np.mean(given[true == label] == label) for label in np.unique(true)]))


def baseline_guesses(train: Sequence[dict], test: Sequence[dict]) -> list[str]:
    """Labels that linear discriminant analysis on the measured descriptors gives, trained on the same side."""
    train = [row for row in train if row["label"]]
    matrices = [
        np.stack([measure(clip.joints, clip.joint_mask) for clip in map(as_clip, rows)]) for rows in (train, test)
    ]
    model = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
    )
    model.fit(matrices[0], [row["label"] for row in train])
    return model.predict(matrices[1]).tolist()


def evaluate(
    pipe: SkeletonEmotionExplanationPipeline,
    train: Sequence[dict],
    test: Sequence[dict],
    labels: Sequence[str],
    explanations: int = 40,
    seed: int = 0,
) -> dict:
    """Scores a checkpoint corpus by corpus.

    Args:
        pipe: The pipeline with the checkpoint.
        train: Rows that the checkpoint was trained on, for the baseline.
        test: Rows that it never saw; those without a label are not scored.
        labels: Candidate labels.
        explanations: Clips of each corpus whose explanations are checked.
        seed: Of bootstrap and choice of clips.

    Returns:
        For each corpus `model` and `baseline` scores, and `explanations`.

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
        own_train = [row for row in train if corpus in (row["source"], row["corpus"])]
        results[corpus] = {
            "model": label_scores(truth, [record["label"] for record in records], labels, seed),
            "baseline_lda": label_scores(truth, baseline_guesses(own_train, rows), labels, seed),
        }
        if explanations:
            picks = np.random.default_rng(seed).permutation(len(clips))[:explanations]
            results[corpus]["explanations"] = explanation_scores(pipe, [clips[i] for i in picks], labels)
    return results


def explanation_scores(
    pipe: SkeletonEmotionExplanationPipeline, clips: Sequence[UnifiedClip], labels: Sequence[str]
) -> dict:
    """Checks what the language model writes, without the guard, against the clip and against the next one."""
    reference = pipe.processor.feature_extractor.motion_reference()
    vectors = [measure(clip.joints, clip.joint_mask, clip.fps) for clip in clips]
    said = []
    for clip in tqdm(clips, desc="explanations", unit="clip"):
        record = pipe(clip, candidate_labels=list(labels), verify=False)
        said.append(find_claims(record["explanation"]))
    shuffled = [*vectors[1:], vectors[0]]
    claims = sum(len(found) for found in said)
    repeated = sum(len(found) - len(set(found)) for found in said)
    return {
        "clips": len(clips),
        "claims_per_text": round(claims / len(clips), 2),
        "repeated_claims": repeated,
        "distinct_texts": len({tuple((c.descriptor, c.direction) for c in found) for found in said}),
        "hold": _share_that_holds(said, vectors, reference),
        "hold_shuffled": _share_that_holds(said, shuffled, reference),
    }


def _share_that_holds(said: list, vectors: list[np.ndarray], reference: MotionReference) -> float | None:
    verdicts = [
        holds(claim, vector, reference) for found, vector in zip(said, vectors, strict=True) for claim in found
    ]
    checked = [value for value in verdicts if value is not None]
    return round(float(np.mean(checked)), 4) if checked else None


__all__ = ["as_clip", "baseline_guesses", "evaluate", "explanation_scores", "label_scores"]
