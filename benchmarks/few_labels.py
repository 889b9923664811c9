"""How well a few labelled performers teach labels: `adapt` next to a logistic regression on the same descriptors.

    python benchmarks/few_labels.py --data FOLDER/manifest.csv
    python benchmarks/few_labels.py --data FOLDER/manifest.csv --model generator --draws 12 --output table.md

The table has the columns path, label and performer. Some performers are drawn, their clips teach, and the clips of all
other performers are labelled. Each clip is compared with the other clips of its performer, without labels ("known"),
or with all of the recordings ("unknown"). The score is balanced accuracy, the mean over the draws.
"""

import argparse
import csv
import time
from pathlib import Path

import numpy as np
import torch

from eai_llm_hf import SkeletonEmotionExplanationPipeline, load_pipeline
from eai_llm_hf.processing.adaptation import AdaptedLabels
from eai_llm_hf.processing.descriptors.calibration import calibrated, without_each
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_NAMES
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

LABELLED = (1, 3, 5, 10)
CLIPS_TIMED = 100


class Recordings:
    """The clips of a table, and what their performers' other clips say is usual.

    Args:
        pipe: The pipeline.
        table: Path of the table.

    Attributes:
        clips, labels, performers: Of each clip; `labels` and `performers` are arrays.
        compared: "known" and "unknown" performers -> the reference of each clip.
        whole: The same -> the reference that `adapt` is given.
    """

    def __init__(self, pipe: SkeletonEmotionExplanationPipeline, table: Path):
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        extractor = pipe.feature_extractor
        self.clips: list[UnifiedClip] = [extractor.clips(table.parent / row["path"])[0] for row in rows]
        self.labels = np.array([row["label"] for row in rows])
        self.performers = np.array([row["performer"] for row in rows])
        measured = [extractor.measured(clip) for clip in self.clips]
        names = self.performers.tolist()
        reference = calibrated(extractor.motion_reference(), measured, names)
        self.compared = {"known": without_each(reference, measured, names), "unknown": [reference] * len(names)}

    def draw(self, seed: int, people: int) -> np.ndarray:
        """(clips,) bool, the clips of so many performers."""
        order = np.random.default_rng(seed).permutation(np.unique(self.performers))
        return np.isin(self.performers, order[:people])


def balanced_accuracy(wanted: np.ndarray, found: np.ndarray) -> float:
    """Mean share of right labels over the labels."""
    return float(np.mean([(found[wanted == label] == label).mean() for label in np.unique(wanted)]))


def evidence_of(
    pipe: SkeletonEmotionExplanationPipeline, clips: list[UnifiedClip], compared: list[MotionReference], labels: list
) -> tuple[np.ndarray, np.ndarray]:
    """Logits of the text labels and features of clips of one window, as the pipeline computes them."""
    cut = [clip.cut(0, pipe.feature_extractor.max_frames) for clip in clips]
    batches = pipe.feature_extractor.with_mirror_images(cut, compared)
    return pipe.scorer.evidence(batches, pipe.scorer.text_states(labels))


def labels_of(adapted: AdaptedLabels, known: np.ndarray, features: np.ndarray, words: list[str]) -> np.ndarray:
    """What adapted labels make of clips; the columns of `known` are `words`."""
    order = [words.index(label) for label in adapted.labels]
    return np.array(adapted.labels)[adapted.head.logits(known[:, order], features).argmax(axis=1)]


def scores(pipe: SkeletonEmotionExplanationPipeline, data: Recordings, draws: int) -> list[str]:
    """The rows of the table, in Markdown."""
    from sklearn.linear_model import LogisticRegression

    words = sorted(set(data.labels.tolist()))
    rows = []
    for name, compared in data.compared.items():
        known, features = evidence_of(pipe, data.clips, compared, words)
        descriptors = features[:, -len(DESCRIPTOR_NAMES) :]
        zero_shot = balanced_accuracy(data.labels, np.array(words)[known.argmax(axis=1)])
        adapt, regression, claimed = ([] for _ in range(3))
        for people in LABELLED:
            found = []
            for seed in range(draws):
                drawn = data.draw(seed, people)
                chosen, wanted = np.flatnonzero(drawn), data.labels[~drawn]
                names = data.performers[chosen].tolist() if name == "known" else None
                learned = pipe.adapt([data.clips[place] for place in chosen], data.labels[chosen].tolist(), names)
                given = labels_of(learned, known[~drawn], features[~drawn], words)
                model = LogisticRegression(max_iter=2000).fit(descriptors[drawn], data.labels[drawn])
                plain = model.predict(descriptors[~drawn])
                score = learned.score["balanced_accuracy"]
                found.append(
                    (
                        balanced_accuracy(wanted, given),
                        balanced_accuracy(wanted, plain),
                        np.nan if score is None else score,
                    )
                )
            means = np.mean(found, axis=0)
            for row, mean in zip((adapt, regression, claimed), means, strict=True):
                row.append("–" if np.isnan(mean) else f"{mean:.3f}".lstrip("0"))
        rows += [
            f"| {name} | zero-shot | " + " | ".join([f"{zero_shot:.3f}".lstrip("0")] * len(LABELLED)) + " |",
            f"| {name} | `adapt` | " + " | ".join(adapt) + " |",
            f"| {name} | `adapt`, as its score says | " + " | ".join(claimed) + " |",
            f"| {name} | logistic regression | " + " | ".join(regression) + " |",
        ]
    return rows


def seconds(pipe: SkeletonEmotionExplanationPipeline, data: Recordings) -> float:
    """Seconds that `adapt` takes for so many clips that were read already, the best of three."""
    places = np.arange(CLIPS_TIMED) % len(data.clips)
    clips = [data.clips[place] for place in places]
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        pipe.adapt(clips, data.labels[places].tolist(), data.performers[places].tolist())
        taken.append(time.perf_counter() - start)
    return min(taken)


def main() -> None:
    """Prints or writes the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=Path, metavar="TABLE.csv", help="path, label and performer")
    parser.add_argument("--model", help="checkpoint (default: the one of the package)")
    parser.add_argument("--draws", type=int, default=12, help="draws of performers (default 12)")
    parser.add_argument("--output", type=Path, metavar="FILE.md", help="where to write (default: standard output)")
    args = parser.parse_args()
    pipe = load_pipeline(args.model)
    data = Recordings(pipe, args.data)
    lines = [
        "| performers | method | " + " | ".join(f"{people} labelled" for people in LABELLED) + " |",
        "|---|---|" + "---|" * len(LABELLED),
        *scores(pipe, data, args.draws),
        "",
        f"`adapt` takes {seconds(pipe, data):.1f} s for {CLIPS_TIMED} clips that are read already, with "
        f"{torch.get_num_threads()} threads.",
    ]
    text = "\n".join(lines) + "\n"
    if args.output:
        args.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
