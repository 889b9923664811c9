"""From motion files, joint arrays or unified clips to the padded arrays that the model reads."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from transformers import BatchFeature, FeatureExtractionMixin
from transformers.utils import logging

from .joint_matching import load_rigs
from .motion import Motion
from .motion_reading import motions_from_array, read_motions
from .motion_reference import MotionReference
from .movement_features import NUM_CHANNELS, SEGMENTS, movement_features
from .unified_skeleton import UnifiedClip, unify

logger = logging.get_logger(__name__)


class EaiSkeletonFeatureExtractor(FeatureExtractionMixin):
    r"""Reads a clip, brings it to the unified skeleton and computes the tower's input.

    Args:
        frames_per_window (`int`, defaults to 30): Frames (30 frames/s) under one spatio-temporal token.
        max_windows (`int`, defaults to 10): Windows of the longest clip.
        tokens_per_window (`int`, defaults to 6): Spatio-temporal tokens of one window.
        num_semantic_tokens (`int`, defaults to 21): Semantic tokens of a clip.
        rigs (`dict`, *optional*): Known rigs by name; those that come with the package by default. They travel in
            `preprocessor_config.json`, so a rig can be added there too.
        reference (`dict`, *optional*): What is ordinary, as [`MotionReference`] writes it; percentiles refer to it.
    """

    model_input_names = ["skeleton_features", "skeleton_frame_mask", "skeleton_segment_mask"]

    def __init__(
        self,
        frames_per_window: int = 30,
        max_windows: int = 10,
        tokens_per_window: int = 6,
        num_semantic_tokens: int = 21,
        rigs: Mapping[str, Any] | None = None,
        reference: Mapping[str, Any] | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.frames_per_window = frames_per_window
        self.max_windows = max_windows
        self.tokens_per_window = tokens_per_window
        self.num_semantic_tokens = num_semantic_tokens
        self.rigs = dict(rigs) if rigs is not None else load_rigs()
        self.reference = dict(reference) if reference is not None else None

    @property
    def max_frames(self) -> int:
        """Frames of the longest clip that the model reads at once."""
        return self.max_windows * self.frames_per_window

    def motion_reference(self) -> MotionReference | None:
        """What is ordinary for the recordings that the checkpoint knows, or None."""
        return MotionReference.from_dict(self.reference) if self.reference is not None else None

    def clips(
        self,
        skeleton: Any,
        fps: float | None = None,
        layout: str | None = None,
        joint_names: Sequence[str] | None = None,
    ) -> list[UnifiedClip]:
        """Unified clips of one input, one a person.

        Args:
            skeleton: A path (.bvh .npy .npz .csv), an array (frames, joints, 3) or (people, frames, joints, 3), a dict
                with `joints` or `path` and any of the arguments below, a [`Motion`], or a [`UnifiedClip`] as it is.
            fps: Frames per second, where the input does not say.
            layout: Name of a known rig, where the input does not say.
            joint_names: Names of the joints, where the input does not say.

        Raises:
            MotionError: If the input cannot be read or is no body; it says what was expected and what was found.
            TypeError: If the input is of another kind.
        """
        given = {"fps": fps, "layout": layout, "joint_names": list(joint_names) if joint_names is not None else None}
        if isinstance(skeleton, UnifiedClip):
            return [skeleton]
        if isinstance(skeleton, Motion):
            motions = [skeleton]
        elif isinstance(skeleton, Mapping):
            content = dict(skeleton)
            given |= {name: content[name] for name in given if content.get(name) is not None}
            if content.get("joints") is None and content.get("path") is None:
                raise TypeError(f"A clip given as a dict needs 'joints' or 'path', found the keys {sorted(content)}.")
            if content.get("joints") is None:
                motions = read_motions(content["path"], **given)
            else:
                motions = motions_from_array(content["joints"], source=content.get("source", "array"), **given)
        elif isinstance(skeleton, (str, os.PathLike)):
            motions = read_motions(skeleton, **given)
        elif isinstance(skeleton, np.ndarray) or hasattr(skeleton, "__array__"):
            motions = motions_from_array(skeleton, source="array", **given)
        else:
            raise TypeError(
                "A clip is a path, an array of joint positions, or a dict with 'joints' or 'path'; "
                f"found {type(skeleton).__name__}."
            )
        return [unify(motion, rigs=self.rigs) for motion in motions]

    def num_windows(self, frames: int) -> int:
        """Windows of a clip of so many unified frames; a rest of less than a third of a window is left out."""
        whole, rest = divmod(min(frames, self.max_frames), self.frames_per_window)
        return max(whole + (3 * rest >= self.frames_per_window), 1)

    def num_tokens(self, frames: int) -> int:
        """Skeleton tokens that the language model reads for a clip of so many unified frames."""
        return self.num_semantic_tokens + self.tokens_per_window * self.num_windows(frames)

    def __call__(
        self,
        skeletons: Any,
        fps: float | None = None,
        layout: str | None = None,
        joint_names: Sequence[str] | None = None,
        return_tensors: str | None = None,
    ) -> BatchFeature:
        """Features of one or many clips, padded to the longest.

        Args:
            skeletons: One input as in [`~EaiSkeletonFeatureExtractor.clips`], or a list of them.
            fps: As in `clips`, for every input.
            layout: As in `clips`, for every input.
            joint_names: As in `clips`, for every input.
            return_tensors: "pt" for torch tensors, "np" or None for arrays.

        Returns:
            skeleton_features (clips, frames, 15, 6) float32, skeleton_frame_mask (clips, frames) and
            skeleton_segment_mask (clips, 15), frames a multiple of `frames_per_window`.
        """
        if not isinstance(skeletons, (list, tuple)):
            skeletons = [skeletons]
        clips = [clip for skeleton in skeletons for clip in self.clips(skeleton, fps, layout, joint_names)]
        frames = self.frames_per_window * max((self.num_windows(len(clip.joints)) for clip in clips), default=1)
        features = np.zeros((len(clips), frames, len(SEGMENTS), NUM_CHANNELS), dtype=np.float32)
        frame_mask = np.zeros((len(clips), frames), dtype=np.int64)
        segment_mask = np.zeros((len(clips), len(SEGMENTS)), dtype=np.int64)
        for index, clip in enumerate(clips):
            if len(clip.joints) > self.max_frames:
                logger.warning_once(
                    f"A clip of {len(clip.joints) / clip.fps:.1f} s is longer than the "
                    f"{self.max_frames / clip.fps:g} s that the model reads at once; the rest is left out. "
                    "The pipeline reads long recordings by window."
                )
            kept = min(len(clip.joints), self.frames_per_window * self.num_windows(len(clip.joints)))
            values, present = movement_features(clip.joints[: self.max_frames], clip.joint_mask)
            features[index, :kept] = values[:kept]
            frame_mask[index, :kept] = 1
            segment_mask[index] = present
        data = {
            "skeleton_features": features,
            "skeleton_frame_mask": frame_mask,
            "skeleton_segment_mask": segment_mask,
        }
        return BatchFeature(data, tensor_type=return_tensors)


EaiSkeletonFeatureExtractor.register_for_auto_class("AutoFeatureExtractor")

__all__ = ["EaiSkeletonFeatureExtractor"]
