"""Which share of recordings is unlike a training, and of clips that no label should be believed for?

    python benchmarks/outlyingness.py FOLDER... --corpora generated:1500 bandai1=FOLDER

Fits references to crops of the corpora, as a training does, and reads the recordings of each folder, which should not
be among them, window by window. From some of these clips it makes lying figures, figures on the head, tilted ones, and
joints without sense. Prints the shares as a Markdown table: the lowest and the highest over the references.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from eai_llm_hf.corpora import load_corpora
from eai_llm_hf.processing.descriptors.measure import measure
from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.strangers import recordings_in
from eai_llm_hf.training.crops import CropDataset, fit_reference
from eai_llm_hf.training.recipe import REFERENCE_CROPS

REFERENCES = 3
CHANGED = 0.2
"""Share of the clips that are changed."""

SHORTEST, LONGEST = 15, 180
"""Frames of a clip that is read, and of one that is changed."""


def turned(joints: np.ndarray, axis: int, degrees: float) -> np.ndarray:
    """Joints (frames, joints, 3) turned around an axis and put on the floor."""
    angle = np.deg2rad(degrees)
    first, second = [other for other in range(3) if other != axis]
    matrix = np.eye(3)
    matrix[[first, second], [first, second]] = np.cos(angle)
    matrix[first, second], matrix[second, first] = -np.sin(angle), np.sin(angle)
    joints = joints @ matrix.T
    return joints - [0, joints[..., 1].min(), 0]


def changed(clip: UnifiedClip, rng: np.random.Generator) -> Iterator[tuple[str, UnifiedClip]]:
    """What a clip becomes: a name and the clip."""
    clip = clip.cut(0, min(len(clip.joints), LONGEST))
    joints, there = clip.joints, np.flatnonzero(clip.joint_mask)
    mixed = joints.copy()
    mixed[:, there] = joints[:, rng.permutation(there)]
    forms = {
        "turned by 90 degrees: lying": [turned(joints, 0, -90), turned(joints, 2, 90)],
        "turned by 180 degrees: on the head": [turned(joints, 0, 180)],
        "tilted by 30 degrees": [turned(joints, 0, 30)],
        "random joints": [rng.uniform(0, 1.8, joints.shape)],
        "joints mixed up": [mixed],
        "frames in random order": [joints[rng.permutation(len(joints))]],
        "noise of 10 cm on each joint": [joints + rng.normal(0, 0.1, joints.shape)],
    }
    for name, made in forms.items():
        for values in made:
            yield name, replace(clip, joints=(values * clip.joint_mask[:, None]).astype(np.float32))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--corpora", nargs="+", default=["generated:1500"])
    given = parser.parse_args()
    extractor, rng = EaiSkeletonFeatureExtractor(), np.random.default_rng(0)
    vectors: dict[str, list[np.ndarray]] = defaultdict(list)
    clips: list[UnifiedClip] = []
    for folder in given.folders:
        for _, _, clip in extractor.read_people([str(path) for path in recordings_in(folder)[0]]):
            if len(clip.joints) < SHORTEST:
                continue
            clips += [clip] * (rng.random() < CHANGED)
            for window in (clip.cut(*segment) for segment in extractor.segments(len(clip.joints))):
                vectors[folder.name].append(measure(window.joints, window.joint_mask, window.not_shown))
    for name, made in (form for clip in clips for form in changed(clip, rng)):
        vectors[name].append(measure(made.joints, made.joint_mask, made.not_shown))

    rows = [dict(row) for corpus in load_corpora(dict.fromkeys(given.corpora), 0) for row in corpus]
    shares: dict[str, list[float]] = defaultdict(list)
    for seed in range(REFERENCES):
        reference = fit_reference(CropDataset(rows, REFERENCE_CROPS, seed, size_exponent=0.0))
        others = CropDataset(rows, REFERENCE_CROPS, seed + REFERENCES, size_exponent=0.0)
        crops = {"other crops of the training clips": [others[index].vector for index in range(len(others))]}
        for name, found in (crops | vectors).items():
            shares[name].append(float(np.mean([reference.is_unlike(vector) for vector in found])))
    print("| clips | windows | unlike |\n|---|---|---|")
    for name, found in shares.items():
        print(f"| {name} | {len(vectors.get(name, range(REFERENCE_CROPS)))} | {min(found):.1%} to {max(found):.1%} |")


if __name__ == "__main__":
    main()
