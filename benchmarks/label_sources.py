"""Where the label should come from: the skeleton's tokens against label texts, the language model, or both.

    python benchmarks/label_sources.py --model runs/default/checkpoint --corpora generated:3000 bandai1=FOLDER

Scores the clips that the checkpoint's training held out. The language model's probability of a label is that of the
sentence that names it, after the question, with the clip's tokens in the prompt. The temperature of both sources and
the weight that mixes their log-probabilities are chosen on the validation clips; the test clips are used once.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from scipy.special import log_softmax
from tqdm import tqdm

from eai_llm_hf import SkeletonEmotionExplanationPipeline, load_pipeline
from eai_llm_hf.corpora.rows import as_clip
from eai_llm_hf.evaluation.scores import label_scores
from eai_llm_hf.processing.claims.writing import EXPLAIN_QUESTION, label_sentence
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.publish.checkpoints import TRAINING, find_checkpoint, read_metadata
from eai_llm_hf.training.recipe_clips import held_out_splits
from eai_llm_hf.training.temperature import best_temperature, cross_entropy

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = np.linspace(0, 1, 21)


def skeleton_log_probabilities(
    pipe: SkeletonEmotionExplanationPipeline, clips: Sequence[UnifiedClip], labels: Sequence[str]
) -> np.ndarray:
    """(clips, labels), the logarithms of the probabilities that the pipeline gives."""
    rows = []
    for clip in tqdm(clips, desc="skeleton", unit="clip"):
        scores = pipe(clip, candidate_labels=list(labels), label_only=True)["scores"]
        rows.append([np.log(max(scores[label], 1e-12)) for label in labels])
    return np.array(rows)


@torch.no_grad()
def language_log_probabilities(
    pipe: SkeletonEmotionExplanationPipeline, clips: Sequence[UnifiedClip], labels: Sequence[str]
) -> np.ndarray:
    """(clips, labels), how likely the language model is to name each label, normalised over the labels."""
    processor, model = pipe.processor, pipe.model
    chat = [{"role": "user", "content": [{"type": "skeleton"}, {"type": "text", "text": EXPLAIN_QUESTION}]}]
    prompt = processor.tokenizer.apply_chat_template(
        chat, chat_template=processor.chat_template, tokenize=False, add_generation_prompt=True
    )
    answers = [processor.tokenizer(label_sentence(label))["input_ids"] for label in labels]
    longest = max(map(len, answers))
    rows = []
    for clip in tqdm(clips, desc="language model", unit="clip"):
        limit = processor.feature_extractor.max_frames
        seen = clip.cut(0, limit)
        inputs = processor(
            text=[prompt + label_sentence(label) for label in labels],
            skeletons=[seen] * len(labels),
            padding_side="left",
        ).to(model.device)
        logits = model(**inputs, logits_to_keep=longest + 1).logits.float().log_softmax(-1)
        found = []
        for row, answer in zip(logits, answers, strict=True):
            predicted = row[-len(answer) - 1 : -1]
            found.append(float(predicted[torch.arange(len(answer)), torch.tensor(answer)].sum()))
        rows.append(found)
    return log_softmax(np.array(rows), axis=-1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="default", help="checkpoint, as for eai-llm explain (default %(default)s)")
    parser.add_argument("--corpora", nargs="+", required=True, help="those that it was trained on")
    parser.add_argument("--clips", type=int, default=200, metavar="N", help="clips of each side and corpus at most")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "results" / "label-sources.json")
    args = parser.parse_args()
    model = find_checkpoint(args.model)
    record = read_metadata(model, TRAINING)
    if record is None:
        parser.error(f"{model} has no {TRAINING}, which says what training held out.")
    labels = record["labels"]
    splits = held_out_splits(args.corpora, record)
    pipe = load_pipeline(model)
    sides = {}
    for side in ("validation", "test"):
        rows = []
        for source in sorted({row["source"] == "generated" for row in splits[side]}):
            known = [row for row in splits[side] if row["label"] and (row["source"] == "generated") == source]
            order = np.random.default_rng(0).permutation(len(known))[: args.clips]
            rows += [known[index] for index in order]
        clips = [as_clip(row) for row in rows]
        truth = np.array([labels.index(row["label"]) for row in rows])
        scores = {
            "semantic tokens": skeleton_log_probabilities(pipe, clips, labels),
            "language model": language_log_probabilities(pipe, clips, labels),
        }
        sides[side] = (rows, truth, scores)

    _, truth, scores = sides["validation"]
    temperatures = {name: best_temperature(values, truth) for name, values in scores.items()}
    even = {name: log_softmax(values / temperatures[name], axis=-1) for name, values in scores.items()}

    def mixed(source: dict[str, np.ndarray], weight: float) -> np.ndarray:
        return log_softmax(weight * source["semantic tokens"] + (1 - weight) * source["language model"], axis=-1)

    weight = float(min(WEIGHTS, key=lambda value: cross_entropy(mixed(even, value), truth)))
    rows, truth, scores = sides["test"]
    even = {name: log_softmax(values / temperatures[name], axis=-1) for name, values in scores.items()}
    even["fused"] = mixed(even, weight)
    command = "python benchmarks/label_sources.py --corpora " + " ".join(
        f"{spec.partition('=')[0]}=FOLDER" if "=" in spec else spec for spec in args.corpora
    )
    command += f" --clips {args.clips}"
    results: dict = {
        "command": command,
        "temperatures": temperatures,
        "weight of the semantic tokens": weight,
        "corpora": {},
    }
    for corpus in sorted({row["corpus"].partition("-")[0] for row in rows}):
        mine = np.array([row["corpus"].partition("-")[0] == corpus for row in rows])
        results["corpora"][corpus] = {
            name: label_scores(
                [labels[index] for index in truth[mine]],
                [labels[index] for index in values[mine].argmax(1)],
                labels,
                probabilities=[dict(zip(labels, np.exp(row), strict=True)) for row in values[mine]],
            )
            for name, values in even.items()
        }
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    for corpus, table in results["corpora"].items():
        for name, found in table.items():
            print(corpus, name, found["accuracy"], found["ece"], file=sys.stderr)
    print(args.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
