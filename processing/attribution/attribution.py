"""Which body parts and seconds the probability of a label depends on, measured by occlusion with captum.

Each part, each second, and each part in each second is occluded in turn (see `occlusion.py`). Its attribution is the
drop in probability, negative where the probability rises. Parts and seconds are partly redundant, so the attributions
of single cells are smaller than that of their part or second and do not add up to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import torch

from ..descriptors.reference import MotionReference
from ..label_scoring import LabelScorer
from ..skeleton.clip import UnifiedClip
from ..skeleton.tree import FRAME_RATE
from .occlusion import PARTS, OccludedViews, occluded_probabilities

__all__ = ["METHOD", "Attribution", "attribute", "load_captum"]

METHOD = "occlusion"


@dataclass(frozen=True)
class Attribution:
    """Drop in the probability of a label when a part, a second or both are occluded.

    Attributes:
        label: The label.
        probability: Its probability without occlusion.
        parts: The body parts that the recording has, words of `BODY_PARTS`.
        bounds_s: (seconds + 1,) where the seconds begin and end; the last of each segment may be
            shorter or longer.
        values: (parts, seconds) each part in each second alone.
        per_part: (parts,) each part throughout.
        per_second: (seconds,) the whole body in each second.
        method: How it was found.
    """

    label: str
    probability: float
    parts: tuple[str, ...]
    bounds_s: np.ndarray
    values: np.ndarray
    per_part: np.ndarray
    per_second: np.ndarray
    method: str = METHOD

    def to_dict(self, digits: int = 4) -> dict:
        """For JSON, as a record holds it under "attribution"."""
        return {
            "label": self.label,
            "probability": round(self.probability, digits),
            "method": self.method,
            "parts": list(self.parts),
            "bounds_s": np.round(self.bounds_s, 3).tolist(),
            "values": np.round(self.values, digits).tolist(),
            "per_part": np.round(self.per_part, digits).tolist(),
            "per_second": np.round(self.per_second, digits).tolist(),
        }


def attribute(
    scorer: LabelScorer,
    clip: UnifiedClip,
    labels: Sequence[str] | None = None,
    label: str | None = None,
    reference: MotionReference | None = None,
) -> Attribution:
    """Attributes the probability of a label to body parts and seconds.

    A recording longer than what the model reads at once is cut into segments, as the pipeline does; the probability is
    then the mean over the segments, and so are the attributions.

    Args:
        scorer: The label scorer of the pipeline.
        clip: The clip, one person.
        labels: Candidate labels, the checkpoint's own by default.
        label: The label to attribute; the most probable by default.
        reference: As the pipeline takes it.

    Raises:
        ValueError: If the label is none of the labels.
        ImportError: If captum is not installed.
    """
    labels = list(labels or scorer.model.config.labels)
    if label is not None and label not in labels:
        raise ValueError(f"label must be one of {labels}, found {label!r}.")
    extractor = scorer.processor.feature_extractor
    segments = extractor.segments(len(clip.joints))
    shares = np.array([end - start for start, end in segments]) / sum(end - start for start, end in segments)
    views, bounds = [], []
    for start, end in segments:
        seconds = extractor.num_windows(end - start)
        bounds.append([*range(0, seconds * extractor.frames_per_window, extractor.frames_per_window), end - start])
        views.append(
            OccludedViews(
                extractor, clip.cut(start, end), bounds[-1], scorer.model.skeleton_tower.feature_mean, reference
            )
        )
    whole = [
        occluded_probabilities(scorer, view, np.ones((1, len(PARTS), len(bound) - 1), dtype=bool), labels)[0]
        for view, bound in zip(views, bounds, strict=True)
    ]
    overall = shares @ np.stack(whole)
    target = labels.index(label) if label is not None else int(overall.argmax())

    present = np.flatnonzero(views[0].parts)
    values, per_second, per_part = [], [], np.zeros(len(present))
    for view, bound, share in zip(views, bounds, shares, strict=True):
        cells, part, second = _occluded(scorer, view, len(bound) - 1, labels, target, present)
        values.append(share * cells)
        per_second.append(share * second)
        per_part += share * part
    starts = [start + frame for (start, _), bound in zip(segments, bounds, strict=True) for frame in bound[:-1]]
    return Attribution(
        label=labels[target],
        probability=float(overall[target]),
        parts=tuple(PARTS[index] for index in present),
        bounds_s=np.array([*starts, segments[-1][1]]) / FRAME_RATE,
        values=np.concatenate(values, axis=1),
        per_part=per_part,
        per_second=np.concatenate(per_second),
    )


def load_captum() -> ModuleType:
    """`captum.attr`, imported where it is needed: it takes a second or two, and remote code may have to do without.

    Raises:
        ImportError: If captum is not installed.
    """
    try:
        import captum.attr
    except ImportError as error:
        raise ImportError("attribution=True needs the package captum: pip install captum") from error
    return captum.attr


def _occluded(
    scorer: LabelScorer,
    view: OccludedViews,
    seconds: int,
    labels: Sequence[str],
    target: int,
    present: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Attributions (present parts, seconds), (present parts,) and (seconds,) in one segment."""

    def probability(shown: torch.Tensor) -> torch.Tensor:
        """(views,) of the label, for (views, present parts, seconds): 1 is shown, 0 occluded."""
        everything = np.ones((len(shown), len(PARTS), seconds), dtype=bool)
        everything[:, present] = shown.numpy() > 0.5
        return torch.from_numpy(occluded_probabilities(scorer, view, everything, labels, "mean")[:, target])

    ablation = load_captum().FeatureAblation(probability)
    shape = (1, len(present), seconds)
    cell = torch.arange(len(present) * seconds).reshape(shape)
    row = torch.arange(len(present))[None, :, None].expand(shape)
    column = torch.arange(seconds)[None, None].expand(shape)
    found = [
        ablation.attribute(torch.ones(shape), baselines=0, feature_mask=mask, perturbations_per_eval=32)[0].numpy()
        for mask in (cell, row, column)
    ]
    return found[0], found[1][:, 0], found[2][0]
