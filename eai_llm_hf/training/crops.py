"""Crops to train on: drawn in balance, augmented and measured on the fly.

`CropDataset[i]` depends only on the seed and i. So a run that resumes, or that two processes share, has the same crops
as one that was never interrupted.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from eai_llm_hf.corpora.rows import not_shown_in
from eai_llm_hf.processing.descriptors.manner import manner_of
from eai_llm_hf.processing.descriptors.measure import measure, measure_spans
from eai_llm_hf.processing.descriptors.movement_features import FeatureMoments, movement_features
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.placement import facing
from eai_llm_hf.processing.skeleton.tree import FRAME_RATE, JOINT_INDEX

SIZE_EXPONENT = 0.5
"""Exponent of the size of a corpus in the probability of drawing it. A tower was trained on 1,440 generated and 340
recorded clips; on generated performers kept for such choices it scored .74 with 0 and .78 with this value."""


@dataclass
class Crop:
    """An augmented part of a clip, with its label and measurements.

    Attributes:
        clip: The part itself.
        label: Its emotion, or None.
        vector: (descriptors,) values measured on the part.
        corpus: The corpus of the clip; all rigs of the generator are "generated".
        intensity: How strongly the emotion is expressed, 0 to 1, None where that is not known.
        person: Who moves, on which drawn rig: crops of one person and one rig can be compared. None where it does
            not matter.
        reference: What the crop is compared with, None for the default.
        clip_id: The clip that the crop is a part of.
    """

    clip: UnifiedClip
    label: str | None
    vector: np.ndarray
    corpus: str
    intensity: float | None = None
    person: str | None = None
    reference: MotionReference | None = None
    clip_id: str | None = None

    @cached_property
    def features(self) -> tuple[np.ndarray, np.ndarray]:
        """The tower's input: (frames, segments, channels) and (segments,), see `movement_features`."""
        return movement_features(self.clip.joints, self.clip.joint_mask, self.clip.not_shown)

    @cached_property
    def manner(self) -> np.ndarray:
        """The manner of the features, see `manner_of`."""
        return manner_of(*self.features)

    @cached_property
    def spans(self) -> np.ndarray:
        """(spans, descriptors) values measured on the part and on its thirds, see `measure_spans`."""
        return measure_spans(self.clip.joints, self.clip.joint_mask, self.clip.not_shown)


@dataclass
class AugmentationConfig:
    """How clips are augmented. The emotion stays the same, and descriptors are measured afterwards.

    Attributes:
        shortest_s, longest_s: Length of a crop in seconds; a shorter clip is used whole.
        mirror: Probability of swapping left and right.
        warp: Largest relative change of speed.
        noise_m: Largest standard deviation of jitter on joints in metres; each crop draws its own up to this one.
        rig_m: Standard deviation in metres of the places of head, shoulders and hips, constant in a crop.
        drop: Probability that one group of joints is missing.
        pin: Probability that the path of the body is taken out, as trackers do that put the pelvis at the origin.
    """

    shortest_s: float = 2.0
    longest_s: float = 6.0
    mirror: float = 0.5
    warp: float = 0.15
    noise_m: float = 0.004
    rig_m: float = 0.02
    drop: float = 0.25
    pin: float = 0.15


_DROPPED_GROUPS = (
    ("left_wrist", "right_wrist"),
    ("left_wrist", "right_wrist"),
    ("head", "neck"),
    ("left_ankle", "right_ankle", "left_foot", "right_foot"),
)
"""Joints that rigs and trackers often lack; hands most often."""

_PATH_OF_ROOT = ("travel", "height", "floor")
"""What recordings whose pelvis is at the origin cannot show; the tower reads no root then."""

_PLACED_BY_RIG = tuple(
    JOINT_INDEX[name] for name in ("head", "left_shoulder", "right_shoulder", "left_hip", "right_hip")
)


@dataclass(frozen=True)
class DrawnRig:
    """A rig and a tracker as augmentation imagines them; the clips of one recording session share it.

    Attributes:
        moves: (3, 3) metres (left, up, forward) by which head, shoulders and hips lie elsewhere; of the left side.
        lost: Joints that are missing.
        noise_m: Standard deviation of jitter on joints in metres.
        pinned: Whether the path of the body is taken out.
    """

    moves: np.ndarray
    lost: tuple[str, ...]
    noise_m: float
    pinned: bool


def draw_rig(config: AugmentationConfig, rng: np.random.Generator) -> DrawnRig:
    """Draws a rig."""
    lost = _DROPPED_GROUPS[rng.integers(len(_DROPPED_GROUPS))] if rng.random() < config.drop else ()
    moves = rng.normal(0, config.rig_m, (3, 3)).astype(np.float32)
    return DrawnRig(moves, lost, rng.uniform(0, config.noise_m), rng.random() < config.pin)


def augment(
    clip: UnifiedClip, config: AugmentationConfig, rng: np.random.Generator, rig: DrawnRig | None = None
) -> UnifiedClip:
    """Draws a crop of a clip and augments it.

    Args:
        clip: The clip.
        config: How to augment.
        rng: Source of all random choices.
        rig: The rig that records it; None draws one.
    """
    rig = draw_rig(config, rng) if rig is None else rig
    joints, mask = clip.joints, clip.joint_mask
    length = round(rng.uniform(config.shortest_s, config.longest_s) * FRAME_RATE)
    start = int(rng.integers(max(len(joints) - length, 0) + 1))
    joints = joints[start : start + length]

    speed = 1 + rng.uniform(-config.warp, config.warp)
    times = np.arange(0, len(joints) - 1 + 1e-6, speed)
    before = np.minimum(times.astype(int), len(joints) - 2) if len(joints) > 1 else times.astype(int)
    share = (times - before)[:, None, None].astype(np.float32)
    joints = joints[before] * (1 - share) + joints[np.minimum(before + 1, len(joints) - 1)] * share

    if rng.random() < config.mirror:
        mirrored = UnifiedClip(joints, mask).mirrored()
        joints, mask = mirrored.joints, mirrored.joint_mask
    mask = mask.copy()
    mask[[JOINT_INDEX[name] for name in rig.lost]] = False
    joints = _on_another_rig(joints, mask, rig.moves)
    joints = joints + rng.normal(0, rig.noise_m, joints.shape).astype(np.float32)
    joints = (joints * mask[:, None]).astype(np.float32)
    pinned = dict.fromkeys(_PATH_OF_ROOT, "its path was taken out") if rig.pinned else {}
    return UnifiedClip(joints, mask, not_shown=clip.not_shown | pinned)


def _on_another_rig(joints: np.ndarray, mask: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Moves head, shoulders and hips, (3, 3) metres, to where another rig has them, in the frame of the heading.

    Left and right move symmetrically, because a rig is symmetric even if a posture is not.
    """
    forward = facing(joints, mask)
    up = np.array([0.0, 1.0, 0.0], dtype=np.float32)
    left = np.cross(up, forward)
    head, shoulder, hip = moves * np.array([[0, 1, 1], [1, 1, 1], [1, 1, 1]])  # the head is on the midline
    mirrored = np.array([-1, 1, 1], dtype=np.float32)
    joints = joints.copy()
    sides = (head, shoulder, shoulder * mirrored, hip, hip * mirrored)
    for joint, (aside, upward, ahead) in zip(_PLACED_BY_RIG, sides, strict=True):
        joints[:, joint] += aside * left + upward * up + ahead * forward
    return joints


class CropDataset(Dataset):
    """Random crops of the clips of some corpora, balanced over corpora and over the labels of each.

    Args:
        rows: Clips with `joints`, `joint_mask`, `label` and `corpus`, as in the dataset of a corpus.
        length: Number of crops.
        seed: Seed; a crop depends on it and on its own number.
        config: Augmentation.
        size_exponent: A corpus of n clips is drawn in proportion to n to this power; all rigs of the generator are
            one corpus. The square root (Mahajan et al. 2018) is a compromise: with 1 every clip is drawn equally
            often, and small corpora are not learned; with 0 every corpus is, and a few clips are repeated often.
        labelled: Whether to draw labelled clips only.
        keep: Number of crops made of each clip, which are then reused; None makes a new crop each time.
        memory: Storage of the reused crops, for datasets that share clips and `config`.

    Raises:
        ValueError: If there is no clip to draw.
    """

    def __init__(
        self,
        rows: Sequence[Mapping],
        length: int,
        seed: int = 0,
        config: AugmentationConfig | None = None,
        size_exponent: float = SIZE_EXPONENT,
        labelled: bool = False,
        keep: int | None = None,
        memory: dict[tuple[str, int], Crop] | None = None,
    ):
        self.length = length
        self.seed = seed
        self.config = config or AugmentationConfig()
        self.keep = keep
        self.memory = memory if memory is not None else {}
        self.groups: dict[str, dict[str | None, list[Mapping]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            if row["label"] is not None or not labelled:
                self.groups[source_of_movement(row)][row["label"]].append(row)
        if not self.groups:
            raise ValueError(f"There is no {'labelled ' if labelled else ''}clip to train on.")
        self.names = sorted(self.groups)
        clips = [sum(map(len, self.groups[name].values())) for name in self.names]
        self.shares = drawing_shares(clips, size_exponent)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Crop:
        rng = np.random.default_rng([self.seed, index])
        corpus = self.names[rng.choice(len(self.names), p=self.shares)]
        group = self.groups[corpus]
        labels = sorted(group, key=str)
        label = labels[rng.integers(len(labels))]
        row = group[label][rng.integers(len(group[label]))]
        if self.keep is None:
            return self._crop(row, label, corpus, rng)
        key = (f"{row['corpus']}/{row['clip_id']}", int(rng.integers(self.keep)))
        if key not in self.memory:
            own = np.random.default_rng([key[1], *key[0].encode()])
            self.memory[key] = self._crop(row, label, corpus, own)
        kept = self.memory[key]
        return kept if kept.label == label else replace(kept, label=label)

    def _crop(self, row: Mapping, label: str | None, corpus: str, rng: np.random.Generator) -> Crop:
        return crop_of(row, label, corpus, self.config, rng)

    def labels(self) -> list[str]:
        """All labels that can be drawn, sorted."""
        return sorted({label for group in self.groups.values() for label in group if label is not None})


def source_of_movement(row: Mapping[str, Any]) -> str:
    """The corpus of a row. All rigs of the generator are one: sources of movement are balanced, not rigs."""
    return str(row["corpus"]).partition("-")[0]


def drawing_shares(clips: Sequence[int], exponent: float) -> np.ndarray:
    """(corpora,) probabilities of drawing each corpus, from their numbers of clips; see `CropDataset`."""
    shares = np.array(clips, dtype=np.float64) ** exponent
    return np.asarray(shares / shares.sum())


def crop_of(
    row: Mapping,
    label: str | None,
    corpus: str,
    config: AugmentationConfig,
    rng: np.random.Generator,
    rig: DrawnRig | None = None,
) -> Crop:
    """Draws a crop of the clip in a row and measures it; `rig` as in `augment`."""
    joints, mask = np.asarray(row["joints"], dtype=np.float32), np.asarray(row["joint_mask"], dtype=bool)
    not_shown = dict.fromkeys(not_shown_in(row), "the recording does not show it")
    clip = augment(UnifiedClip(joints, mask, not_shown=not_shown), config, rng, rig)
    intensity = row.get("intensity")
    known = intensity is not None and np.isfinite(intensity)
    vector = measure(clip.joints, clip.joint_mask, clip.not_shown)
    of = f"{row['corpus']}/{row['clip_id']}" if "clip_id" in row else None
    return Crop(clip, label, vector, corpus, float(intensity) if known else None, clip_id=of)


def fit_reference(crops: CropDataset) -> MotionReference:
    """Fits a reference to crops, a balanced mixture of the training corpora, with moments of the tower's features."""
    vectors, manners, people, features = [], [], [], FeatureMoments()
    for index in range(len(crops)):
        crop = crops[index]
        vectors.append(crop.vector)
        manners.append(crop.manner)
        people.append(crop.person)
        features.add(*crop.features)
    return MotionReference.fit(np.stack(vectors), features, manners, people)


__all__ = [
    "AugmentationConfig",
    "Crop",
    "CropDataset",
    "DrawnRig",
    "augment",
    "crop_of",
    "draw_rig",
    "drawing_shares",
    "fit_reference",
    "source_of_movement",
]
