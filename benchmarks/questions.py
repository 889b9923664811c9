"""Measures whether answers are true, and whether questions that no skeleton can answer are declined.

    python benchmarks/questions.py --corpora generated:3000 bandai1=FOLDER

100 questions that a skeleton cannot answer and 60 that it can, none of them among the training texts, are each asked
about a clip that training held out. The questions are in benchmarks/questions.json. Writes
docs/explanations/questions.json.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from eai_llm_hf import SkeletonEmotionExplanationPipeline, load_pipeline
from eai_llm_hf.corpora.rows import as_clip
from eai_llm_hf.evaluation.explanations.tables import questions_as_markdown
from eai_llm_hf.processing.claims.claim import holds
from eai_llm_hf.processing.claims.fixed_answers import MISSING_JOINTS, NO_ANSWER, NOT_VISIBLE
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.descriptors.measure import measure_spans
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.publish.checkpoints import TRAINING, find_checkpoint, read_metadata
from eai_llm_hf.training.recipe_clips import held_out_splits

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ROOT / "benchmarks" / "questions.json"


def refuses(answer: str) -> bool:
    """Whether an answer declines the question."""
    return answer.startswith((NOT_VISIBLE.rstrip("."), MISSING_JOINTS.partition(":")[0], NO_ANSWER.rstrip(".")))


def ask(
    pipe: SkeletonEmotionExplanationPipeline, clips: Sequence[UnifiedClip], questions: Sequence[str], verify: bool
) -> list[dict[str, Any]]:
    """Asks question i about clip i, starting again with the first clip if there are fewer clips.

    Returns:
        For each question its answer, whether it refuses, and the verdict on each claim in it.
    """
    reference = pipe.processor.feature_extractor.motion_reference()
    found = []
    for number, question in enumerate(tqdm(questions, desc=f"guard {'on' if verify else 'off'}", unit="question")):
        clip = clips[number % len(clips)]
        answer = pipe(clip, question=question, verify=verify)["explanation"]
        rows = measure_spans(clip.joints, clip.joint_mask, clip.not_shown)
        verdicts = [holds(claim, rows, reference) for claim in find_claims(answer)]
        found.append({"question": question, "answer": answer, "refuses": refuses(answer), "holds": verdicts})
    return found


def summary(answers: Sequence[Mapping[str, Any]], seed: int = 0) -> dict[str, Any]:
    """Shares over questions, each with the middle 95% of 2,000 bootstrap draws of questions."""
    rng = np.random.default_rng(seed)
    draws = rng.integers(len(answers), size=(2000, len(answers)))
    refused = np.array([answer["refuses"] for answer in answers], dtype=float)
    true = np.array([sum(verdict is True for verdict in answer["holds"]) for answer in answers], dtype=float)
    checked = np.array([sum(verdict is not None for verdict in answer["holds"]) for answer in answers], dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = true[draws].sum(1) / checked[draws].sum(1)
    return {
        "questions": len(answers),
        "claims": int(checked.sum()),
        "refused": _score(refused.mean(), refused[draws].mean(1)),
        "hold": _score(true.sum() / checked.sum(), share[np.isfinite(share)]) if checked.any() else None,
    }


def _score(value: float, drawn: np.ndarray) -> dict[str, Any]:
    return {"value": float(value), "interval": [float(bound) for bound in np.percentile(drawn, (2.5, 97.5))]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="default", help="checkpoint, as for eai-llm explain (default %(default)s)")
    parser.add_argument("--corpora", nargs="+", required=True, help="those that it was trained on")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "explanations" / "questions.json")
    args = parser.parse_args()
    model = find_checkpoint(args.model)
    record = read_metadata(model, TRAINING)
    if record is None:
        parser.error(f"{model} has no {TRAINING}, which says what training held out.")
    splits = held_out_splits(args.corpora, record)
    rows = [row for row in splits["test"] if row["label"]]
    pipe = load_pipeline(model)
    longest = pipe.processor.feature_extractor.max_frames
    order = np.random.default_rng(0).permutation(len(rows))
    clips = [as_clip(rows[index]) for index in order]
    clips = [clip.cut(0, longest) for clip in clips]
    questions = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    specs = [f"{spec.partition('=')[0]}=FOLDER" if "=" in spec else spec for spec in args.corpora]
    results: dict[str, Any] = {
        "command": f"python benchmarks/questions.py --corpora {' '.join(specs)}",
        "kinds": {},
        "examples": [],
    }
    for kind, texts in questions.items():
        results["kinds"][kind] = {}
        for guard, verify in (("without", False), ("with", True)):
            answers = ask(pipe, clips, texts, verify)
            results["kinds"][kind][guard] = summary(answers)
            if verify:
                results["examples"] += [{k: each[k] for k in ("question", "answer")} for each in answers[::8]]
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print("\n".join(questions_as_markdown(results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
