"""Hides parts of the body and times of a clip from the model, to see what its answer rests on.

What is hidden must be gone from both of the tower's inputs, what it sees frame by frame and the descriptors:

- A descriptor is measured anew from those times in which all body parts that it tells of are shown (the mean over the
  runs of frames between what is hidden, weighed by their length); it is absent where no time is left, or what is left
  is too short for it. So nothing of a hidden part or time stays in an average over the clip.
- Frame by frame there are two ways. "absent": a part that is hidden throughout is masked as for a rig without its
  joints, a time in which everything is hidden as for a clip without these frames. "ordinary": the segments stand still
  at what is ordinary in training. A part that is hidden for some of the time can only be shown as ordinary.

Hips and shoulders stay either way, since the heading and the ends of other segments hang on them: hiding an arm hides
elbow and wrist, hiding a leg hides knee, ankle and foot, hiding the trunk hides where its segments point (trunk,
shoulder line, hip line) and its way through space, which both legs take along too. For head and arms "absent" is
exactly what the processor makes of a `joint_mask` that is False there. Hiding a leg leaves the unit of length, which
is no movement: the descriptors of the arms, in leg lengths, stay.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import numpy as np
import torch
from transformers import Pipeline

from ..descriptors.measure import DESCRIPTORS, Descriptor, measure
from ..descriptors.movement_features import SEGMENTS, movement_features
from ..descriptors.reference import MotionReference, adapt
from ..feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from ..skeleton.clip import UnifiedClip
from ..skeleton.tree import BODY_PARTS

__all__ = [
    "CLAIM_PARTS",
    "PARTS",
    "PART_JOINTS",
    "HiddenViews",
    "Way",
    "hidden_probabilities",
    "reliance",
    "told_parts",
]

Way = Literal["absent", "ordinary"]

PARTS: tuple[str, ...] = tuple(BODY_PARTS)
"""What can be hidden: head, trunk, left arm, right arm, left leg, right leg."""

PART_JOINTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        part: frozenset(joint for joint in joints if not joint.endswith(("_shoulder", "_hip")))
        for part, joints in BODY_PARTS.items()
        if part != "trunk"
    }
)
"""The joints that belong to a part alone. The trunk has none: hips and shoulders are the ends of the limbs as well."""

CLAIM_PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "head": ("head",),
        "trunk": ("trunk",),
        "arms": ("left arm", "right arm"),
        "legs": ("left leg", "right leg"),
    }
)
"""The body parts that claims name, as parts that can be hidden. A claim about the whole body names none of them."""

LEAST_RELIANCE = 0.2
"""What a body part counts on which the label does not rest, beside that on which it rests most."""

_NO_FALL = 1e-6
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


def told_parts(descriptor: Descriptor) -> tuple[str, ...]:
    """The parts of the body that a descriptor tells of: those whose own joints it needs.

    Legs that give no more than the unit of length do not count; the trunk counts for descriptors of the trunk and of
    the whole body.
    """
    needed = set(descriptor.requires)
    told = [part for part, joints in PART_JOINTS.items() if needed & joints]
    if descriptor.body_part not in ("legs", "whole body"):
        told = [part for part in told if part not in CLAIM_PARTS["legs"]]
    if descriptor.body_part in ("trunk", "whole body"):
        told.append("trunk")
    return tuple(told)


_TOLD = np.array([[part in told_parts(descriptor) for part in PARTS] for descriptor in DESCRIPTORS])


class HiddenViews:
    """A clip with any of its parts and times hidden, as the tower reads it.

    Args:
        extractor: The feature extractor of the checkpoint.
        clip: At most `extractor.max_frames` frames.
        bounds: Frames at which the times begin and end, rising from 0 to the clip's last frame + 1; each time has two
            frames or more.
        ordinary: (segments, channels) features that are ordinary, `feature_mean` of the tower.
        reference: As the pipeline takes it.
        mirrored: Whether the mirror image is to be read too, as the pipeline does.

    Attributes:
        parts: (parts,) bool, which of `PARTS` the recording has.

    Raises:
        ValueError: If the clip is too long or the bounds are not such.
    """

    def __init__(
        self,
        extractor: EaiSkeletonFeatureExtractor,
        clip: UnifiedClip,
        bounds: Sequence[int],
        ordinary: torch.Tensor,
        reference: MotionReference | None = None,
        mirrored: bool = True,
    ):
        frames = len(clip.joints)
        if frames > extractor.max_frames:
            raise ValueError(f"Expected a clip of at most {extractor.max_frames} frames, found {frames}.")
        if bounds[0] != 0 or bounds[-1] != frames or min(np.diff(bounds)) < 2:
            raise ValueError(f"Expected bounds from 0 to {frames}, two frames apart at least, found {list(bounds)}.")
        self.extractor = extractor
        self.bounds = list(bounds)
        self.ordinary = ordinary.float().cpu().numpy()
        own = extractor.motion_reference()
        self.reference = reference or own
        self._sides = (clip, clip.mirrored()) if mirrored else (clip,)
        self._features = [movement_features(side.joints, side.joint_mask) for side in self._sides]
        if reference is not None and own is not None:
            self._features = [(adapt(values, there, reference, own), there) for values, there in self._features]
        self._measured: dict[tuple[int, bytes], np.ndarray] = {}
        self.parts = np.bincount(_PART_OF_SEGMENT, weights=self._features[0][1], minlength=len(PARTS)) > 0

    def inputs(self, shown: np.ndarray, way: Way = "absent") -> dict[str, np.ndarray]:
        """The tower's inputs of several views, the clip's first and then those of its mirror image, if that is read.

        Args:
            shown: (views, parts, times) bool, False for what is hidden.
            way: How to hide, see the head of this file.

        Returns:
            The arrays of `EaiSkeletonFeatureExtractor.pad` for 2 * views clips, or for views without the mirror image.
        """
        sides = [self._side(side, shown[:, _MIRROR] if side else shown, way) for side in range(len(self._sides))]
        return {name: np.concatenate([side[name] for side in sides]) for name in sides[0]}

    def _side(self, side: int, shown: np.ndarray, way: Way) -> dict[str, np.ndarray]:
        vectors = self._vectors(side, shown)
        padded = self.extractor.pad([self._features[side]] * len(shown), list(vectors), self.reference)
        features, frame_mask = padded["skeleton_features"], padded["skeleton_frame_mask"]
        visible = shown[:, _PART_OF_SEGMENT]  # (views, segments, times)
        visible[:, _ROOT] &= shown[:, _LEGS].any(axis=1)
        frames = np.repeat(visible, np.diff(self.bounds), axis=2)[..., : features.shape[1]].transpose(0, 2, 1)
        there = padded["skeleton_segment_mask"][:, None].astype(bool)
        hidden = np.zeros(features.shape[:3], dtype=bool)  # (views, frames, segments)
        hidden[:, : frames.shape[1]] = there & ~frames
        padded["skeleton_features"] = np.where(hidden[..., None], self.ordinary, features)
        if way == "absent":
            padded["skeleton_segment_mask"] &= visible.any(axis=2)
            frame_mask[:, : frames.shape[1]] &= (there & frames).any(axis=2)
        return padded

    def _vectors(self, side: int, shown: np.ndarray) -> np.ndarray:
        """(views, descriptors), each measured from the times in which all that it tells of is shown."""
        usable = (shown[:, None] | ~_TOLD[None, :, :, None]).all(axis=2)  # (views, descriptors, times)
        patterns, which = np.unique(usable.reshape(-1, usable.shape[-1]), axis=0, return_inverse=True)
        which = which.reshape(usable.shape[:2])
        measured = np.stack([self._measure(side, pattern) for pattern in patterns])
        return measured[which, np.arange(len(DESCRIPTORS))]

    def _measure(self, side: int, times: np.ndarray) -> np.ndarray:
        """(descriptors,) over some of the times: the mean over their runs, weighed by length."""
        key = (side, times.tobytes())
        if key not in self._measured:
            clip = self._sides[side]
            edges = np.flatnonzero(np.diff(np.concatenate([[False], times, [False]]).astype(int))).reshape(-1, 2)
            total, weight = np.zeros(len(DESCRIPTORS)), np.zeros(len(DESCRIPTORS))
            for first, last in edges:
                start, end = self.bounds[first], self.bounds[last]
                vector = measure(clip.joints[start:end], clip.joint_mask)
                known = np.isfinite(vector)
                total[known] += (end - start) * vector[known]
                weight += (end - start) * known
            whole = np.where(weight > 0, total / np.maximum(weight, 1), np.nan)
            self._measured[key] = whole.astype(np.float32)
        return self._measured[key]


@torch.no_grad()
def hidden_probabilities(
    pipe: Pipeline,
    views: HiddenViews,
    shown: np.ndarray,
    labels: Sequence[str],
    way: Way = "absent",
    batch: int = 32,
) -> np.ndarray:
    """Probabilities of the labels for a clip of which something is hidden, as the pipeline computes them.

    Args:
        pipe: The pipeline.
        views: The clip.
        shown: (views, parts, times) bool, False for what is hidden.
        labels: Candidate labels.
        way: How to hide, see the head of this file.
        batch: Views that go through the tower together, with as many mirror images.

    Returns:
        (views, labels) float64.
    """
    states = pipe.text_states(labels)
    logits = []
    for start in range(0, len(shown), batch):
        inputs = views.inputs(shown[start : start + batch], way)
        tensors = {name: torch.from_numpy(values).to(pipe.device) for name, values in inputs.items()}
        scored = pipe.model.score_labels(**tensors, text_states=states)[0]
        logits.append(scored.unflatten(0, (2, -1)).mean(0))
    return torch.cat(logits).double().softmax(-1).cpu().numpy()


def reliance(
    pipe: Pipeline,
    clip: UnifiedClip,
    labels: Sequence[str],
    label: str,
    reference: MotionReference | None = None,
) -> np.ndarray:
    """How much a label rests on the body part of each descriptor: by what its probability falls when that is hidden.

    Args:
        pipe: The pipeline.
        clip: At most as long as the model reads at once.
        labels: Candidate labels.
        label: One of them.
        reference: As the pipeline takes it.

    Returns:
        (descriptors,) float32 from `LEAST_RELIANCE`, where hiding the part changes nothing or raises the probability,
        to 1, where it falls most. Descriptors of the whole body have the mean of the four parts.
    """
    views = HiddenViews(
        pipe.processor.feature_extractor,
        clip,
        [0, len(clip.joints)],
        pipe.model.skeleton_tower.feature_mean,
        reference,
    )
    shown = np.ones((1 + len(CLAIM_PARTS), len(PARTS), 1), dtype=bool)
    for row, parts in zip(shown[1:], CLAIM_PARTS.values(), strict=True):
        row[[PARTS.index(part) for part in parts]] = False
    whole, *hidden = hidden_probabilities(pipe, views, shown, labels)[:, list(labels).index(label)]
    falls = np.maximum(whole - np.array(hidden), 0.0)
    shares = LEAST_RELIANCE + (1 - LEAST_RELIANCE) * falls / max(falls.max(), _NO_FALL)
    of_part = dict(zip(CLAIM_PARTS, shares, strict=True))
    return np.array([of_part.get(entry.body_part, shares.mean()) for entry in DESCRIPTORS], dtype=np.float32)
