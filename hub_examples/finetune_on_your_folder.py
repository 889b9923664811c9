"""Fine-tunes a checkpoint on your own clips, one sub-folder a label, and scores it before and after.

    clips/calm/walk1.bvh  clips/calm/walk2.npz  clips/tense/walk1.bvh ...

    python hub_examples/finetune_on_your_folder.py clips/ --output-dir runs/mine

About a fifth of the file names (the same in every sub-folder) is held out; the scores are of those. The result is
OUTPUT_DIR/checkpoint.
"""

import argparse
from pathlib import Path

from transformers import pipeline

from eai_llm_hf import DEFAULT_CHECKPOINT, TASK, SkeletonEmotionExplanationPipeline
from eai_llm_hf.evaluation import as_clip, label_scores
from eai_llm_hf.training.recipe import load_splits, train
from eai_llm_hf.training.settings import Recipe


def score(model: str, rows: list[dict], labels: list[str]) -> str:
    """Scores of a checkpoint on labelled rows."""
    pipe = pipeline(TASK, model=model, pipeline_class=SkeletonEmotionExplanationPipeline)
    records = pipe([as_clip(row) for row in rows], candidate_labels=labels, label_only=True)
    scores = label_scores([row["label"] for row in rows], [record["label"] for record in records], labels)
    value, (low, high) = scores["balanced_accuracy"]["value"], scores["balanced_accuracy"]["interval"]
    return f"balanced accuracy {value:.2f} [{low:.2f}, {high:.2f}] on {len(rows)} clips, chance {scores['chance']:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Fine-tunes on a folder with a sub-folder a label.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--output-dir", required=True)
    parser.add_argument("--model", default=str(DEFAULT_CHECKPOINT), help="checkpoint to start from")
    parser.add_argument("--steps", type=int, default=200, help="steps of each of the two stages")
    parser.add_argument("--use-cpu", action="store_true", help="train on the CPU even where there is a GPU")
    args = parser.parse_args()

    recipe = Recipe(
        output_dir=args.output_dir,
        corpora=[f"folder={args.folder}"],
        labels=sorted(path.name for path in args.folder.iterdir() if path.is_dir()),
        model=args.model,
        stage_one_steps=args.steps,
        stage_two_steps=args.steps,
        use_cpu=args.use_cpu,
    )
    test = load_splits(recipe.corpora, recipe.labels, recipe.held_out, recipe.validation, recipe.seed)["test"]
    print("before:", score(args.model, test, recipe.labels))
    print("after: ", score(str(train(recipe)), test, recipe.labels))


if __name__ == "__main__":
    main()
