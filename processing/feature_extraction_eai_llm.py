"""From motion files, joint arrays or unified clips to the padded arrays that the model reads."""

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from transformers import BatchFeature, FeatureExtractionMixin
from transformers.utils import logging

from .code_saving import saved_with_code
from .descriptors.calibration import MeasuredClip, calibrated, measured_clip
from .descriptors.kept import features_of, mirrored_features, mirrored_vector, vector_of
from .descriptors.manner import relative_features
from .descriptors.measure import DESCRIPTORS
from .descriptors.movement_features import NUM_CHANNELS, SEGMENTS
from .descriptors.reference import MotionReference, as_reference, manner_for
from .reading.files import motions_from_array, read_motions
from .reading.motion import Motion, as_motion, note
from .skeleton.clip import UnifiedClip, as_unified_clip
from .skeleton.matching import load_rigs
from .skeleton.tree import FRAME_RATE
from .skeleton.unify import unify

logger = logging.get_logger(__name__)

MIN_WINDOW_S = 1.0
"""The end of a long recording becomes a segment of its own from this length on, in seconds."""

NUM_SEMANTIC_TOKENS = min(1 + len(DESCRIPTORS), 36)
"""One for the emotion and one for each descriptor, but at most 36: with the 60 tokens of its windows, a clip of 10 s
has 96, the limit. Further descriptors share tokens with the first ones."""


_REFERENCES: WeakKeyDictionary[Any, tuple[dict, MotionReference]] = WeakKeyDictionary()
"""Feature extractor -> its `reference`, and what was made of it. Attributes of an extractor would be saved."""


@saved_with_code
class EaiSkeletonFeatureExtractor(FeatureExtractionMixin):
    r"""Reads a clip, maps it to the unified skeleton and computes the inputs of the tower.

    Args:
        frames_per_window (`int`, defaults to 30): Frames (30 frames/s) of one spatio-temporal token.
        max_windows (`int`, defaults to 10): Windows of the longest clip.
        tokens_per_window (`int`, defaults to 6): Spatio-temporal tokens of one window.
        num_semantic_tokens (`int`, defaults to `NUM_SEMANTIC_TOKENS`): Semantic tokens of a clip.
        rigs (`dict`, *optional*): Rigs by name, known in addition to those of the package; one of the same name
            replaces the package's. All are saved in `processor_config.json`, so a rig can be added there too.
        reference (`dict`, *optional*): Typical values, as [`MotionReference.to_dict`] returns them; percentiles refer
            to them.
    """

    model_input_names = ["skeleton_features", "skeleton_frame_mask", "skeleton_segment_mask", "skeleton_descriptors"]

    def __init__(
        self,
        frames_per_window: int = 30,
        max_windows: int = 10,
        tokens_per_window: int = 6,
        num_semantic_tokens: int = NUM_SEMANTIC_TOKENS,
        rigs: Mapping[str, Any] | None = None,
        reference: Mapping[str, Any] | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.frames_per_window = frames_per_window
        self.max_windows = max_windows
        self.tokens_per_window = tokens_per_window
        self.num_semantic_tokens = num_semantic_tokens
        self.rigs = load_rigs() | dict(rigs or {})  # a checkpoint may be older than a rig of the package
        self.reference = dict(reference) if reference is not None else None

    @property
    def max_frames(self) -> int:
        """Frames of the longest clip that the model reads at once."""
        return self.max_windows * self.frames_per_window

    @property
    def skeleton_config(self) -> dict[str, int]:
        """Fields of [`EaiSkeletonConfig`] in which the tower of a new model must agree with this extractor."""
        return {
            "frames_per_window": self.frames_per_window,
            "max_windows": self.max_windows,
            "num_semantic_tokens": self.num_semantic_tokens,
            "num_descriptors": len(DESCRIPTORS),
        }

    def motion_reference(self) -> MotionReference | None:
        """The reference of the checkpoint, or None. It is made once, until `reference` is set to another dict."""
        if self.reference is None:
            return None
        state, made = _REFERENCES.get(self, (None, None))
        if state is not self.reference:
            made = MotionReference.from_dict(self.reference)
            _REFERENCES[self] = (self.reference, made)
        return made

    def clips(
        self,
        skeleton: Any,
        fps: float | None = None,
        layout: str | None = None,
        joint_names: Sequence[str] | None = None,
    ) -> list[UnifiedClip]:
        """Unified clips of one input, one for each person.

        Args:
            skeleton: The path of a motion file, an array (frames, joints, 3) or (people, frames, joints, 3), a dict
                with `joints` or `path` and any of the arguments below, a [`Motion`], or a [`UnifiedClip`], which is
                used as it is. Dicts of all fields of these two are accepted as well: chat templates make them. A dict
                with `people`, a list with one of these for each person, is a recording that was read before.
            fps: Frames per second, if the input does not state them.
            layout: Name of a known rig, if the input does not state it.
            joint_names: Names of the joints, if the input does not state them.

        Raises:
            MotionError: If the input cannot be read or is not a body; it says what was expected and what was found.
            TypeError: If the input is of another kind.
        """
        given = {"fps": fps, "layout": layout, "joint_names": list(joint_names) if joint_names is not None else None}
        if (clip := as_unified_clip(skeleton)) is not None:
            return [clip]
        if (motion := as_motion(skeleton)) is not None:
            motions = [motion]
        elif isinstance(skeleton, Mapping):
            content = dict(skeleton)
            if content.get("people") is not None:
                return [clip for person in content["people"] for clip in self.clips(person, **given)]
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
        return self._unified(motions)

    def _unified(self, motions: Sequence[Motion]) -> list[UnifiedClip]:
        """Unifies the people of one recording; one who cannot be read is left out, with a note on the others.

        Raises:
            MotionError: Nobody can be read; the first person's error.
        """
        clips: list[UnifiedClip] = []
        errors: list[ValueError] = []
        for motion in motions:
            try:
                clips.append(unify(motion, rigs=self.rigs))
            except ValueError as error:
                errors.append(error)
        if errors and not clips:
            raise errors[0]
        for clip in clips:
            clip.report["notes"] += [note("person_dropped", f"left out: {error}") for error in errors]
        return clips

    def num_windows(self, frames: int) -> int:
        """Windows of a clip of this many unified frames; a remainder below a third of a window is not read."""
        whole, rest = divmod(min(frames, self.max_frames), self.frames_per_window)
        return max(whole + (3 * rest >= self.frames_per_window), 1)

    def num_tokens(self, frames: int) -> int:
        """Skeleton tokens that the language model reads for a clip of this many unified frames."""
        return self.num_semantic_tokens + self.tokens_per_window * self.num_windows(frames)

    def segments(self, frames: int, window: int | None = None, hop: int | None = None) -> list[tuple[int, int]]:
        """Cuts a recording into segments: first frame and frame after the last of each, one segment if it fits.

        Args:
            frames: Unified frames of the recording.
            window: Frames of a segment, `max_frames` by default.
            hop: Frames from one segment to the next, the window by default.
        """
        window = window or self.max_frames
        hop = min(hop or window, window)
        if frames <= window:
            return [(0, frames)]
        return [
            (start, min(start + window, frames))
            for start in range(0, frames, hop)
            if frames - start >= MIN_WINDOW_S * FRAME_RATE and (start == 0 or start + window - hop < frames)
        ]

    def calibrate(
        self,
        clips: Any,
        performers: Sequence[str | None] | None = None,
        fps: float | None = None,
        layout: str | None = None,
        joint_names: Sequence[str] | None = None,
    ) -> MotionReference:
        """Estimates the typical values of a user's own recordings from some of them; no labels are needed.

        They must be as varied as the recordings that follow: if all of them are sad, sad movement becomes typical. A
        recording is measured window by window, as it is explained, and each person counts once, whatever the length.

        Args:
            clips: Inputs as in `clips`, one or an iterable, read one after the other.
            performers: Who moves in each clip, None for unknown people; by default the `performer` of inputs that are
                dicts. Further people of one recording are called "NAME#1", "NAME#2" and so on.
            fps: As in `clips`, for every input.
            layout: As in `clips`, for every input.
            joint_names: As in `clips`, for every input.

        Returns:
            The reference, see [`calibrated`]; its `clips` is the number of clips that could be read. The feature
            extractor does not change.

        Raises:
            ValueError: If the checkpoint has no reference to start from, no clip could be read, or there is not one
                performer for each clip.
        """
        own = self.motion_reference()
        if own is None:
            raise ValueError("The checkpoint has no reference to calibrate.")
        if isinstance(clips, (str, Mapping, np.ndarray)) or not isinstance(clips, Iterable):
            clips = [clips]
            performers = [performers] if isinstance(performers, str) else performers
        measured: list[MeasuredClip] = []
        names: list[str | None] = []
        for _, name, person in self.read_people(clips, performers, fps, layout, joint_names):
            measured.append(measured_clip(person, self.segments(len(person.joints))))
            names.append(name)
        if not measured:
            raise ValueError("Calibration needs at least one clip, found none.")
        return calibrated(own, measured, names)

    def read_people(
        self,
        clips: Iterable[Any],
        performers: Sequence[str | None] | None = None,
        fps: float | None = None,
        layout: str | None = None,
        joint_names: Sequence[str] | None = None,
    ) -> Iterator[tuple[int, str | None, UnifiedClip]]:
        """Reads clips one after the other; one that cannot be read is skipped with a warning.

        Args:
            clips, performers, fps, layout, joint_names: As for `calibrate`.

        Yields:
            For each person the number of the clip, from 0, the performer's name and the movement.

        Raises:
            ValueError: If none of the clips can be read, or there is not one performer for each clip.
        """
        first_error, left_out, read, number = None, 0, 0, -1
        given = None if performers is None else named(performers)
        for number, clip in enumerate(clips):
            if given is not None and number >= len(given):
                raise ValueError(f"Expected one performer for each clip, found {len(given)} for more clips.")
            name = performer_of(clip) if given is None else given[number]
            try:
                people = self._people(clip, fps, layout, joint_names)
            except (OSError, TypeError, ValueError) as error:
                logger.warning(f"{source_of(clip)} is skipped: {error}")
                first_error, left_out = first_error or error, left_out + 1
                continue
            for person, found in enumerate(people):
                read += 1
                yield number, name and f"{name}#{person}" if person else name, found
        if given is not None and len(given) != number + 1:
            raise ValueError(f"Expected one performer for each clip, found {len(given)} for {number + 1} clips.")
        if first_error is not None and not read:
            raise ValueError(
                f"None of the {left_out} clips could be read. The first error: {first_error}"
            ) from first_error

    def measured(
        self, clip: Any, fps: float | None = None, layout: str | None = None, joint_names: Sequence[str] | None = None
    ) -> MeasuredClip:
        """What a reference needs of a clip of one person, such as a neutral baseline.

        Raises:
            MotionError: If the clip cannot be read.
            ValueError: If it holds several people.
        """
        people = self._people(clip, fps, layout, joint_names)
        if len(people) != 1:
            raise ValueError(f"{source_of(clip)}: expected one person, found {len(people)}.")
        return measured_clip(people[0], self.segments(len(people[0].joints)))

    def _people(
        self, clip: Any, fps: float | None, layout: str | None, joint_names: Sequence[str] | None
    ) -> list[UnifiedClip]:
        if isinstance(clip, list):  # a column of a dataset without a format gives nested lists
            clip = np.asarray(clip, dtype=np.float32)
        return self.clips(clip, fps, layout, joint_names)

    def __call__(
        self,
        skeletons: Any,
        fps: float | None = None,
        layout: str | None = None,
        joint_names: Sequence[str] | None = None,
        reference: Any = None,
        return_tensors: str | None = None,
    ) -> BatchFeature:
        """Features of one or many clips, padded to the longest.

        Args:
            skeletons: One input as in [`~EaiSkeletonFeatureExtractor.clips`], or a list of them.
            fps: As in `clips`, for every input.
            layout: As in `clips`, for every input.
            joint_names: As in `clips`, for every input.
            reference: Typical values of these recordings, as a [`MotionReference`], its dict or the path of its file,
                or a list with one of these, or None, for each clip. Descriptors are compared with it, and features
                become relative to it, see [`relative_features`], if both references know the manner of features.
            return_tensors: "pt" for torch tensors, "np" or None for arrays.

        Returns:
            skeleton_features (clips, frames, 13, 6) float32, skeleton_frame_mask (clips, frames) and
            skeleton_segment_mask (clips, 13), frames a multiple of `frames_per_window`; skeleton_descriptors (clips,
            descriptors) float32, normal scores of the measured values in the reference, at most `FARTHEST_SCORE` from
            0, NaN where a joint or the reference is missing.
        """
        if not isinstance(skeletons, (list, tuple)):
            skeletons = [skeletons]
        clips = [clip for skeleton in skeletons for clip in self.clips(skeleton, fps, layout, joint_names)]
        given = list(map(as_reference, reference)) if isinstance(reference, (list, tuple)) else None
        references = [as_reference(reference)] * len(clips) if given is None else given
        read = []
        for clip in clips:
            if len(clip.joints) > self.max_frames:
                logger.warning_once(
                    f"A clip of {len(clip.joints) / clip.fps:.1f} s is longer than the "
                    f"{self.max_frames / clip.fps:g} s that the model reads at once, so its end is not read. "
                    "The pipeline reads long recordings window by window."
                )
                clip = replace(clip, joints=clip.joints[: self.max_frames])
            read.append(clip)
        return self._compared(list(map(features_of, read)), list(map(vector_of, read)), references, return_tensors)

    def with_mirror_images(
        self, clips: Sequence[UnifiedClip], references: Sequence[MotionReference | None], batch: int = 16
    ) -> Iterator[BatchFeature]:
        """Torch tensors of a call for so many clips at a time, followed by those of their mirror images.

        Args:
            clips: Of at most `max_frames` frames each.
            references: What each is compared with, None for the checkpoint's reference.
            batch: Most clips at a time; from half as many on, a batch ends where the next clip has other windows, so
                that less is padded where clips of one length follow each other.
        """
        windows = [self.num_windows(len(clip.joints)) for clip in clips]
        end = 0
        while end < len(clips):
            start, end = end, min(end + batch, len(clips))
            end = next((n for n in range(start + max(batch // 2, 1), end) if windows[n] != windows[n - 1]), end)
            some, compared = clips[start:end], references[start:end]
            features, vectors = list(map(features_of, some)), list(map(vector_of, some))
            features += [mirrored_features(*each) for each in features]
            vectors += [mirrored_vector(each) for each in vectors]
            yield self._compared(features, vectors, 2 * list(compared), "pt")

    def _compared(
        self,
        features: Sequence[tuple[np.ndarray, np.ndarray]],
        vectors: Sequence[np.ndarray],
        references: Sequence[MotionReference | None],
        return_tensors: str | None,
    ) -> BatchFeature:
        """What a call returns for measured clips, each compared with its reference, None for the checkpoint's."""
        own = self.motion_reference()
        relative = [
            (relative_features(values, present, manner_for(reference, own)), present)
            for (values, present), reference in zip(features, references, strict=True)
        ]
        padded = self.pad(relative, vectors, [reference or own for reference in references])
        return BatchFeature(padded, tensor_type=return_tensors)

    def pad(
        self,
        features: Sequence[tuple[np.ndarray, np.ndarray]],
        vectors: Sequence[np.ndarray],
        references: Sequence[MotionReference | None],
    ) -> dict[str, np.ndarray]:
        """Pads the features and scores the descriptors of a batch.

        Args:
            features: For each clip (frames, 13, 6) and (13,), as `movement_features` returns them.
            vectors: For each clip (descriptors,), as `measure` returns them.
            references: For each clip what its descriptors are compared with; without it they count as absent.

        Returns:
            The arrays that a call returns.
        """
        frames = self.frames_per_window * max((self.num_windows(len(values)) for values, _ in features), default=1)
        padded = np.zeros((len(features), frames, len(SEGMENTS), NUM_CHANNELS), dtype=np.float32)
        frame_mask = np.zeros((len(features), frames), dtype=np.int64)
        segment_mask = np.zeros((len(features), len(SEGMENTS)), dtype=np.int64)
        for index, (values, present) in enumerate(features):
            kept = min(len(values), self.frames_per_window * self.num_windows(len(values)))
            padded[index, :kept] = values[:kept]
            frame_mask[index, :kept] = 1
            segment_mask[index] = present
        scores = np.full((len(vectors), len(DESCRIPTORS)), np.nan, dtype=np.float32)
        known = {id(reference): reference for reference in references if reference is not None}
        for reference in known.values():
            compared = [index for index, other in enumerate(references) if other is reference]
            scores[compared] = reference.normal_scores([vectors[index] for index in compared])
        return {
            "skeleton_features": padded,
            "skeleton_frame_mask": frame_mask,
            "skeleton_segment_mask": segment_mask,
            "skeleton_descriptors": scores,
        }


def frames_in(seconds: float | None) -> int | None:
    """Unified frames in so many seconds, None for None."""
    return round(seconds * FRAME_RATE) if seconds else None


def named(performers: Iterable[Any]) -> list[str | None]:
    """Names of performers as text; None, an empty name and NaN, the gap of a table, stand for unknown people.

    Raises:
        ValueError: If they are one text instead of a list.
    """
    if isinstance(performers, str):
        raise ValueError(f"performers has one name for each clip; found the text {performers!r}.")
    return [_name(value) for value in performers]


def performer_of(skeleton: Any) -> str | None:
    """Who moves in an input, where a dict states it."""
    return _name(skeleton.get("performer")) if isinstance(skeleton, Mapping) else None


def _name(value: Any) -> str | None:
    is_gap = value is None or value != value  # only NaN differs from itself
    # Folders of macOS spell "Zoë" with a combining mark, keyboards without.
    return None if is_gap else unicodedata.normalize("NFC", str(value)).strip() or None


def source_of(skeleton: Any) -> str:
    """The name of an input: its path, else the source that it states, else "array"."""
    if isinstance(skeleton, (str, os.PathLike)):
        return os.fspath(skeleton)
    if isinstance(skeleton, Mapping):
        return str(skeleton.get("source") or skeleton.get("path") or "array")
    return str(getattr(skeleton, "source", "array"))


__all__ = [
    "MIN_WINDOW_S",
    "NUM_SEMANTIC_TOKENS",
    "EaiSkeletonFeatureExtractor",
    "frames_in",
    "named",
    "performer_of",
    "source_of",
]
