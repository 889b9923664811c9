"""Measures what a reference is worth: labels of a corpus with none, with its recordings, and with clips of the person.

    python benchmarks/references.py --manifest clips.csv --model default

The manifest has the columns path, label and performer, several labels of each performer. No clip is in its own
reference. References that are no fair mixture are measured too: one emotion alone, or somebody else's clips.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import balanced_accuracy_score
from tqdm import tqdm
from transformers import BatchFeature
from transformers.utils import logging

from eai_llm_hf import load_pipeline
from eai_llm_hf.corpora import load_corpus
from eai_llm_hf.corpora.rows import as_clip
from eai_llm_hf.processing.certainty import compared_kinds
from eai_llm_hf.processing.descriptors.calibration import MeasuredClip, calibrated, measured_clip, with_baseline
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

NEUTRAL = "neutral"
DRAWS = 5
"""Random draws of the clips of a person, where a reference has fewer than there are."""
BATCH = 16


class Labelled:
    """The clips of a corpus, measured once.

    Args:
        manifest: Table of the corpus.
        pipe: The checkpoint.
    """

    def __init__(self, manifest: Path, pipe: SkeletonEmotionExplanationPipeline):
        rows = [row for row in load_corpus(f"manifest={manifest}") if row["label"] is not None]
        self.pipe = pipe
        self.extractor = pipe.processor.feature_extractor
        self.default = self.extractor.motion_reference()
        self.clips = [as_clip(row).cut(0, self.extractor.max_frames) for row in rows]
        self.label = np.array([str(row["label"]) for row in rows])
        self.person = np.array([str(row["performer"]) for row in rows])
        self.measured: list[MeasuredClip] = [measured_clip(clip, [(0, len(clip.joints))]) for clip in tqdm(self.clips)]

    def reference(self, others: Sequence[int], own: Sequence[int] = ()) -> MotionReference:
        """Of other people's clips, whose names are known, and some of the person."""
        together = [*others, *own]
        names = [*self.person[list(others)], *["own"] * len(own)]
        made = calibrated(self.default, [self.measured[index] for index in together], names)
        return made.of("own") if len(own) else made

    def score(self, tested: Sequence[int], references: Sequence[MotionReference | None], labels: list[str]) -> float:
        """Balanced accuracy of the tested clips among the labels."""

        def batches() -> Iterator[BatchFeature]:
            for start in range(0, len(tested), BATCH):
                clips = [self.clips[index] for index in tested[start : start + BATCH]]
                both = [*clips, *(clip.mirrored() for clip in clips)]
                compared = 2 * list(references[start : start + BATCH])
                yield self.extractor(both, reference=compared, return_tensors="pt")

        kinds = compared_kinds([self.clips[index] for index in tested], references)
        found = np.array(labels)[self.pipe.scorer.probabilities(batches(), labels, kinds).argmax(axis=1)]
        return balanced_accuracy_score(self.label[list(tested)], found)


def table(corpus: Labelled, seed: int = 0) -> list[tuple[str, float, float]]:
    """Rows of the table: the reference, the balanced accuracy, and its standard deviation over draws."""
    rng = np.random.default_rng(seed)
    everyone = list(range(len(corpus.clips)))
    labels = sorted(set(corpus.label))
    own = {i: [j for j in everyone if corpus.person[j] == corpus.person[i] and j != i] for i in everyone}
    others = {i: [j for j in everyone if corpus.person[j] != corpus.person[i]] for i in everyone}
    rows = []

    def add(name: str, make, tested: Sequence[int] = everyone, among: list[str] = labels, draws: int = 1) -> None:
        scores = [corpus.score(tested, [make(index) for index in tested], among) for _ in range(draws)]
        rows.append((name, float(np.mean(scores)), float(np.std(scores))))
        print(f"{name:60} {rows[-1][1]:.3f} ± {rows[-1][2]:.3f}", flush=True)

    add("none", lambda index: None)
    add("recordings of other people", lambda index: corpus.reference(others[index]))
    most = min(map(len, own.values()))
    for count in range(1, most + 1):

        def some(index: int, count: int = count) -> list[int]:
            return list(rng.choice(own[index], count, replace=False))

        draws = DRAWS if count < most else 1
        add(f"{count} other clips of the person", lambda index: corpus.reference([], some(index)), draws=draws)
        add(
            f"{count} other clips of the person, and recordings of other people",
            lambda index: corpus.reference(others[index], some(index)),
            draws=draws,
        )
    neutral = {corpus.person[index]: index for index in everyone if corpus.label[index] == NEUTRAL}
    moved = [index for index in everyone if corpus.label[index] != NEUTRAL and corpus.person[index] in neutral]
    if moved:
        rest = [label for label in labels if label != NEUTRAL]

        def baseline(index: int, known: Sequence[int] = ()) -> MotionReference:
            level = corpus.reference(known) if known else corpus.default
            return with_baseline(level, corpus.measured[neutral[corpus.person[index]]])

        add(f"one neutral clip ({len(rest)} labels)", baseline, moved, rest)
        add(
            f"one neutral clip, and recordings of other people ({len(rest)} labels)",
            lambda index: baseline(index, others[index]),
            moved,
            rest,
        )
    for label in labels:
        tested = [index for index in everyone if corpus.label[index] != label]
        add(
            f"unfair: only the person's clips that are {label}, those tested",
            lambda index, label=label: corpus.reference([], [j for j in own[index] if corpus.label[j] == label]),
            [index for index in tested if any(corpus.label[j] == label for j in own[index])],
        )
    people = sorted(set(corpus.person))
    stranger = {person: people[(place + 1) % len(people)] for place, person in enumerate(people)}
    add(
        "unfair: another person's clips",
        lambda index: corpus.reference(
            [], [j for j in everyone if corpus.person[j] == stranger[corpus.person[index]]]
        ),
    )
    return rows


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manifest", type=Path, required=True, help="table with path, label and performer")
    parser.add_argument("--model", help="checkpoint: default, generator, or a folder")
    args = parser.parse_args()
    logging.set_verbosity_error()
    corpus = Labelled(args.manifest, load_pipeline(args.model))
    print(f"{len(corpus.clips)} clips, {len(set(corpus.person))} people, chance {1 / len(set(corpus.label)):.2f}")
    table(corpus)


if __name__ == "__main__":
    main()
