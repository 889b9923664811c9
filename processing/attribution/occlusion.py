"""Occludes body parts and times of a clip, to measure what the model's answer depends on.

An occluded part must disappear from both inputs of the tower, the features of each frame and the descriptors:

- A descriptor is measured again on those times in which every body part that it describes is shown: the mean over the
  runs of shown frames, weighted by their length. Where no time is left, or too little, the descriptor is absent.
- For the features of a frame there are two modes. "absent" masks a part as for a rig without its joints, and a time
  with every part occluded as for a clip without these frames. "mean" replaces the features by their mean over the
  training clips. A part that is occluded for some of the time can only be replaced by the mean.

The positions of hips and shoulders stay in both modes, since the heading and the ends of other segments depend on
them. Occluding an arm removes elbow and wrist, occluding a leg removes knee, ankle and foot, and occluding the trunk
removes the directions of its segments (trunk, shoulder line, hip line) and the path of the root, which occluding both
legs removes as well. For the head and the arms, "absent" gives exactly what the processor computes with a `joint_mask`
that is False there. An occluded leg still gives the unit of length, so arm descriptors in leg lengths stay.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import numpy as np
import torch

from ..certainty import compared_with
from ..descriptors.kept import features_of, mirrored_features, mirrored_vector, vector_of
from ..descriptors.manner import relative_features
from ..descriptors.measure import DESCRIPTORS, Descriptor, measure
from ..descriptors.movement_features import SEGMENTS
from ..descriptors.reference import MotionReference, manner_for
from ..feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from ..label_scoring import LabelScorer
from ..skeleton.clip import UnifiedClip
from ..skeleton.tree import BODY_PARTS

__all__ = [
    "CLAIM_PARTS",
    "PARTS",
    "PART_JOINTS",
    "Mode",
    "OccludedViews",
    "described_parts",
    "occluded_probabilities",
    "reliance",
]

Mode = Literal["absent", "mean"]

PARTS: tuple[str, ...] = tuple(BODY_PARTS)
"""Parts that can be occluded: head, trunk, left arm, right arm, left leg, right leg."""

PART_JOINTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        part: frozenset(joint for joint in joints if not joint.endswith(("_shoulder", "_hip")))
        for part, joints in BODY_PARTS.items()
        if part != "trunk"
    }
)
"""Joints that belong to one part alone. The trunk has none: hips and shoulders are also the ends of the limbs."""

CLAIM_PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "head": ("head",),
        "trunk": ("trunk",),
        "arms": ("left arm", "right arm"),
        "legs": ("left leg", "right leg"),
    }
)
"""Body parts named by claims -> the parts to occlude. A claim about the whole body names none of them."""

LEAST_RELIANCE = 0.2
"""Weight of a body part on which the label does not depend; the part on which it depends most has 1."""

_SMALLEST_DROP = 1e-6
_SIDES_OF_A_CLIP = 2  # itself and its mirror image
_SEGMENTS_OF = {
    "head": ("head",),
    "trunk": ("root", "trunk", "shoulder line", "hip line"),
    "left arm": ("left upper arm", "left forearm"),
    "right arm": ("right upper arm", "right forearm"),
    "left leg": ("left thigh", "left shank"),
    "right leg": ("right thigh", "right shank"),
}
_PART_OF_SEGMENT = [next(PARTS.index(part) for part in PARTS if name in _SEGMENTS_OF[part]) for name, _, _ in SEGMENTS]
_ROOT = next(index for index, (name, _, _) in enumerate(SEGMENTS) if name == "root")
_LEGS = [PARTS.index(part) for part in CLAIM_PARTS["legs"]]
_SIDES = {"left": "right", "right": "left"}
_MIRROR = [PARTS.index(" ".join(_SIDES.get(word, word) for word in part.split())) for part in PARTS]


def described_parts(descriptor: Descriptor) -> tuple[str, ...]:
    """Body parts that a descriptor describes: those whose own joints it needs.

    Legs that only give the unit of length do not count. The trunk counts for descriptors of the trunk and of the whole
    body.
    """
    needed = set(descriptor.requires)
    described = [part for part, joints in PART_JOINTS.items() if needed & joints]
    if descriptor.body_part not in ("legs", "whole body"):
        described = [part for part in described if part not in CLAIM_PARTS["legs"]]
    if descriptor.body_part in ("trunk", "whole body"):
        described.append("trunk")
    return tuple(described)


_DESCRIBED = np.array([[part in described_parts(descriptor) for part in PARTS] for descriptor in DESCRIPTORS])


class OccludedViews:
    """A clip with any of its parts and times occluded, as inputs of the tower.

    Args:
        extractor: Feature extractor of the checkpoint.
        clip: At most `extractor.max_frames` frames.
        bounds: Frames at which the times begin and end, rising from 0 to the number of frames; each time has two
            frames or more.
        mean: (segments, channels) features that replace occluded ones, `feature_mean` of the tower.
        reference: As the pipeline takes it.

    Attributes:
        parts: (parts,) bool, which of `PARTS` the recording has.
        compared: The kind of reference that the clip is compared with.

    Raises:
        ValueError: If the clip is too long or the bounds are not valid.
    """

    def __init__(
        self,
        extractor: EaiSkeletonFeatureExtractor,
        clip: UnifiedClip,
        bounds: Sequence[int],
        mean: torch.Tensor,
        reference: MotionReference | None = None,
    ):
        frames = len(clip.joints)
        if frames > extractor.max_frames:
            raise ValueError(f"Expected a clip of at most {extractor.max_frames} frames, found {frames}.")
        if bounds[0] != 0 or bounds[-1] != frames or min(np.diff(bounds)) < 2:
            raise ValueError(f"Expected bounds from 0 to {frames}, two frames apart at least, found {list(bounds)}.")
        self.extractor = extractor
        self.bounds = list(bounds)
        self.mean = mean.float().cpu().numpy()
        own = extractor.motion_reference()
        self.reference = reference or own
        self.compared = compared_with(self.reference, vector_of(clip))
        self._clip = clip
        seen, manner = features_of(clip), manner_for(reference, own)
        both = (seen, mirrored_features(*seen))
        self._features = [(relative_features(values, there, manner), there) for values, there in both]
        self._measured: dict[bytes, np.ndarray] = {}
        self.parts = np.bincount(_PART_OF_SEGMENT, weights=self._features[0][1], minlength=len(PARTS)) > 0

    def inputs(self, shown: np.ndarray, mode: Mode = "absent") -> dict[str, np.ndarray]:
        """Inputs of the tower for several views, first of the clip and then of its mirror image.

        Args:
            shown: (views, parts, times) bool, False for what is occluded.
            mode: How to occlude, see the top of this file.

        Returns:
            The arrays of `EaiSkeletonFeatureExtractor.pad` for 2 * views clips.
        """
        sides = [self._side(side, shown[:, _MIRROR] if side else shown, mode) for side in range(_SIDES_OF_A_CLIP)]
        return {name: np.concatenate([side[name] for side in sides]) for name in sides[0]}

    def _side(self, side: int, shown: np.ndarray, mode: Mode) -> dict[str, np.ndarray]:
        vectors = self._vectors(side, shown)
        references = [self.reference] * len(shown)
        padded = self.extractor.pad([self._features[side]] * len(shown), list(vectors), references)
        features, frame_mask = padded["skeleton_features"], padded["skeleton_frame_mask"]
        visible = shown[:, _PART_OF_SEGMENT]  # (views, segments, times)
        visible[:, _ROOT] &= shown[:, _LEGS].any(axis=1)
        frames = np.repeat(visible, np.diff(self.bounds), axis=2)[..., : features.shape[1]].transpose(0, 2, 1)
        there = padded["skeleton_segment_mask"][:, None].astype(bool)
        occluded = np.zeros(features.shape[:3], dtype=bool)  # (views, frames, segments)
        occluded[:, : frames.shape[1]] = there & ~frames
        padded["skeleton_features"] = np.where(occluded[..., None], self.mean, features)
        if mode == "absent":
            padded["skeleton_segment_mask"] &= visible.any(axis=2)
            frame_mask[:, : frames.shape[1]] &= (there & frames).any(axis=2)
        return padded

    def _vectors(self, side: int, shown: np.ndarray) -> np.ndarray:
        """(views, descriptors), each measured on the times in which all parts that it describes are shown."""
        usable = (shown[:, None] | ~_DESCRIBED[None, :, :, None]).all(axis=2)  # (views, descriptors, times)
        patterns, which = np.unique(usable.reshape(-1, usable.shape[-1]), axis=0, return_inverse=True)
        which = which.reshape(usable.shape[:2])
        measured = np.stack([self._measure(pattern) for pattern in patterns])
        measured = mirrored_vector(measured) if side else measured
        return measured[which, np.arange(len(DESCRIPTORS))]

    def _measure(self, times: np.ndarray) -> np.ndarray:
        """(descriptors,) on some of the times: the mean over their runs, weighted by length."""
        key = times.tobytes()
        if key not in self._measured:
            clip = self._clip
            edges = np.flatnonzero(np.diff(np.concatenate([[False], times, [False]]).astype(int))).reshape(-1, 2)
            total, weight = np.zeros(len(DESCRIPTORS)), np.zeros(len(DESCRIPTORS))
            for first, last in edges:
                start, end = self.bounds[first], self.bounds[last]
                whole = end - start == self.bounds[-1]
                part = (clip.joints[start:end], clip.joint_mask, clip.not_shown)
                vector = vector_of(clip) if whole else measure(*part)
                known = np.isfinite(vector)
                total[known] += (end - start) * vector[known]
                weight += (end - start) * known
            mean = np.where(weight > 0, total / np.maximum(weight, 1), np.nan)
            self._measured[key] = mean.astype(np.float32)
        return self._measured[key]


def occluded_probabilities(
    scorer: LabelScorer,
    views: OccludedViews,
    shown: np.ndarray,
    labels: Sequence[str],
    mode: Mode = "absent",
    batch: int = 32,
) -> np.ndarray:
    """Label probabilities of a clip with some of it occluded, computed as the pipeline computes them.

    Args:
        scorer: The label scorer of the pipeline.
        views: The clip.
        shown: (views, parts, times) bool, False for what is occluded.
        labels: Candidate labels.
        mode: How to occlude, see the top of this file.
        batch: Views that go through the tower together, with as many mirror images.

    Returns:
        (views, labels) float64.
    """

    def batches() -> Iterator[dict[str, torch.Tensor]]:
        for start in range(0, len(shown), batch):
            inputs = views.inputs(shown[start : start + batch], mode)
            yield {name: torch.from_numpy(values) for name, values in inputs.items()}

    return scorer.probabilities(batches(), labels, [views.compared] * len(shown))


def reliance(
    scorer: LabelScorer,
    clip: UnifiedClip,
    labels: Sequence[str],
    label: str,
    reference: MotionReference | None = None,
) -> np.ndarray:
    """How much a label depends on the body part of each descriptor: the drop in its probability under occlusion.

    Args:
        scorer: The label scorer of the pipeline.
        clip: At most as long as the model reads at once.
        labels: Candidate labels.
        label: One of them.
        reference: As the pipeline takes it.

    Returns:
        (descriptors,) float32 from `LEAST_RELIANCE`, where occlusion changes nothing or raises the probability, to 1,
        where it drops most. Descriptors of the whole body get the mean over the four parts.
    """
    mean = scorer.model.skeleton_tower.feature_mean
    views = OccludedViews(scorer.processor.feature_extractor, clip, [0, len(clip.joints)], mean, reference)
    shown = np.ones((1 + len(CLAIM_PARTS), len(PARTS), 1), dtype=bool)
    for row, parts in zip(shown[1:], CLAIM_PARTS.values(), strict=True):
        row[[PARTS.index(part) for part in parts]] = False
    whole, *occluded = occluded_probabilities(scorer, views, shown, labels)[:, list(labels).index(label)]
    drops = np.maximum(whole - np.array(occluded), 0.0)
    shares = LEAST_RELIANCE + (1 - LEAST_RELIANCE) * drops / max(drops.max(), _SMALLEST_DROP)
    of_part = dict(zip(CLAIM_PARTS, shares, strict=True))
    return np.array([of_part.get(entry.body_part, shares.mean()) for entry in DESCRIPTORS], dtype=np.float32)
