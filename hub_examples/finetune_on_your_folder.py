r"""Fine-tunes the default checkpoint on your own clips, one sub-folder for each label, and scores it before and after.

    clips/calm/anna/walk1.bvh  clips/calm/ben/walk1.npz  clips/tense/anna/walk1.bvh ...

    python hub_examples/finetune_on_your_folder.py clips/ --output-dir runs/mine
    python hub_examples/finetune_on_your_folder.py clips/ --performer-pattern '(?P<performer>S\d+)_' ...
    python hub_examples/finetune_on_your_folder.py clips.csv ...    # a manifest: path,label,performer

Both scores are measured on the same held-out clips. If performers are named, by sub-folders as above, by a pattern or
by a manifest, about a fifth of the performers is held out, at least one. Otherwise it is about a fifth of the file
names, the same names in every sub-folder. --held-out adds more. Before, the checkpoint only reads your labels; after,
it has learned from your other clips. The result is OUTPUT_DIR/checkpoint. The options are those of a recipe: --help.
"""

from transformers import HfArgumentParser

from eai_llm_hf import load_pipeline
from eai_llm_hf.corpora import as_clip, open_corpus
from eai_llm_hf.evaluation import label_scores
from eai_llm_hf.training.recipe import recipe_splits, train
from eai_llm_hf.training.settings import Recipe


def score(model: str, rows: list[dict], labels: list[str]) -> str:
    records = load_pipeline(model)([as_clip(row) for row in rows], candidate_labels=labels, label_only=True)
    scores = label_scores([row["label"] for row in rows], [record["label"] for record in records], labels)
    value, (low, high) = scores["balanced_accuracy"]["value"], scores["balanced_accuracy"]["interval"]
    return f"balanced accuracy {value:.2f} [{low:.2f}, {high:.2f}] on {len(rows)} clips, chance {scores['chance']:.2f}"


def main() -> None:
    parser = HfArgumentParser(Recipe, description="Fine-tunes on a folder with a sub-folder per label, or a manifest.")
    parser.add_argument("clips", metavar="FOLDER_OR_MANIFEST")
    parser.set_defaults(model="default", stage_one_steps=200, stage_two_steps=200)
    recipe, args = parser.parse_args_into_dataclasses()
    spec = f"{'manifest' if args.clips.endswith(('.csv', '.jsonl')) else 'folder'}={args.clips}"
    labels = sorted({clip.label for clip in open_corpus(spec, performer_pattern="none").parts if clip.label})
    recipe.corpora, recipe.labels = [spec], labels
    splits = recipe_splits(recipe)
    test = [row for row in splits["test"] if row["label"]]
    if not test:
        parser.error("no file is held out: name some with --held-out NAME ..., without folder and suffix")
    print("before:", score(recipe.model, test, recipe.labels))
    checkpoint = train(recipe, splits)
    print("after: ", score(str(checkpoint), test, recipe.labels))
    print(f"saved in {checkpoint}; use it with: eai-llm explain CLIP --model {checkpoint}")


if __name__ == "__main__":
    main()
