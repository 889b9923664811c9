"""The linear map from measured descriptors to labels, fitted to convergence at the end of stage one.

It is a logistic regression (multinomial, with a ridge penalty) in the space of the label texts. The steps of the
tower are too few for it: each sees few crops, and on walks of unseen people the map of one pass over 38,400 crops is
right in .64, that of ten passes in .72, with three other clips of each person as reference.
"""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch.utils.data import Dataset
from tqdm import tqdm

from .alignment import AlignmentCollator, AlignmentModel, label_loss

FITTED_CROPS = 40_000
"""Crops of stage one that the map is fitted on, from the first. They are drawn once more, which takes minutes; with
12,000 the walks are right in .66, with 38,400 in .69 to .74."""

RIDGE = 2e-4
"""Weight of the squared weights in the mean loss of a crop, from `RIDGE_CLIPS` clips on. With fewer it is larger in
proportion: many crops of a clip are no more clips."""

RIDGE_CLIPS = 12_000

SHRINKAGE = 0.1
"""Weight of no correlation in the correlations by which absent measurements are estimated."""

_CLIP_EXPONENT = -0.5
"""A crop counts as its clip's number of crops to this power: a corpus of few clips and people is drawn often, and
would otherwise outweigh the many people of the generator. With 0 all crops count alike, with -1 all clips."""

_FILE = "measured_map.safetensors"

_BATCH = 48
_MOST_STEPS = 200


def fit_measured_once(
    folder: Path, learner: AlignmentModel, collator: AlignmentCollator, crops: Dataset, continued: bool
) -> None:
    """Fits the map as `fit_measured`, or reads it from a folder where an earlier run has kept it.

    Args:
        folder: Of the last step of stage one. A run that continues there need not draw all crops again.
        learner, collator, crops, continued: As for `fit_measured`.
    """
    alignment, file = learner.alignment, folder / _FILE
    if alignment.measured is None:
        return
    parts = {
        "weight": alignment.measured.weight,
        "bias": alignment.measured.bias,
        "correlation": alignment.descriptor_correlation,
    }
    if file.is_file():
        kept = load_file(file)
        with torch.no_grad():
            for name, values in parts.items():
                values.copy_(kept[name])
        return
    fit_measured(learner, collator, crops, continued)
    part = file.with_suffix(f".{os.getpid()}")  # all processes write the same; renaming keeps others from half of it
    save_file({name: values.detach().cpu().contiguous() for name, values in parts.items()}, part)
    part.replace(file)


def fit_measured(
    learner: AlignmentModel, collator: AlignmentCollator, crops: Dataset, continued: bool = False
) -> None:
    """Fits the map of a model in place.

    Args:
        learner: The aligned model; its texts stay as they are. Nothing happens if it has no such map.
        collator: Makes descriptors and targets of crops.
        crops: Crops to learn from.
        continued: Whether the model has learned from other clips before. The map then stays near what it is, the
            nearer the fewer clips there are, and the correlations stay.
    """
    alignment = learner.alignment
    if alignment.measured is None:
        return
    count = min(len(crops), FITTED_CROPS)
    read: list[dict[str, torch.Tensor]] = []
    clips: list[str | int] = []
    for start in tqdm(range(0, count, _BATCH), desc="linear map", unit="batch"):
        some = [crops[number] for number in range(start, min(start + _BATCH, count))]
        clips += [crop.clip_id or start + place for place, crop in enumerate(some)]
        batch = collator(some)
        read.append({name: batch[name] for name in ("skeleton_descriptors", "labels", "label_shares")})
    scores, labels, shares = (torch.cat([batch[name] for batch in read]) for name in read[0])
    learner.eval()
    with torch.no_grad():
        texts = learner.label_texts().cpu()
        if not continued:
            alignment.relate_descriptors(_correlation(scores))
        inputs = alignment.completed(scores.to(learner.label_mass.device)).cpu()
    weights = _crop_weights(clips)[:, None] * learner.weights_of(learner.mass_of(labels, shares)).cpu()
    before = [parameter.detach().cpu() for parameter in (alignment.measured.weight, alignment.measured.bias)]
    near = before if continued else [torch.zeros_like(values) for values in before]
    ridge = RIDGE * max(RIDGE_CLIPS / len(set(clips)), 1.0)
    found = _regression(inputs, texts, labels, shares, learner.neutral, weights, near, ridge)
    with torch.no_grad():
        alignment.measured.weight.copy_(found[0])
        alignment.measured.bias.copy_(found[1])


def _correlation(scores: torch.Tensor) -> torch.Tensor:
    """(descriptors, descriptors) shrunk correlations of (crops, descriptors) scores, over the crops that have both."""
    known = scores.isfinite().to(scores.dtype)
    values = scores.nan_to_num(0.0)
    moments = (values.T @ values) / (known.T @ known).clamp(min=1.0)
    spread = moments.diagonal().clamp(min=1e-6).sqrt()
    found = moments / spread[:, None] / spread
    levels, directions = torch.linalg.eigh(found)  # each pair has crops of its own, so some may be negative
    found = (directions * levels.clamp(min=1e-3)) @ directions.T
    return (1 - SHRINKAGE) * found + SHRINKAGE * torch.eye(len(found))


def _crop_weights(clips: Sequence[str | int]) -> torch.Tensor:
    """(crops,) weights with a mean of 1, from the clip of each."""
    numbers = Counter(clips)
    weights = torch.tensor([float(numbers[clip]) for clip in clips]) ** _CLIP_EXPONENT
    return weights / weights.mean()


def _regression(
    inputs: torch.Tensor,
    texts: torch.Tensor,
    labels: torch.Tensor,
    shares: torch.Tensor,
    neutral: int | None,
    weights: torch.Tensor,
    near: Sequence[torch.Tensor],
    ridge: float,
) -> Sequence[torch.Tensor]:
    """Weight (alignment size, descriptors) and bias (alignment size,) of the map with the least loss (L-BFGS).

    The penalty, `ridge`, is on the squared distance of the weight from that of `near`, where the search starts.
    """
    weight, bias = (values.clone().requires_grad_(True) for values in near)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=_MOST_STEPS, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        logits = torch.nn.functional.linear(inputs, weight, bias) @ texts.T
        loss = label_loss(logits, labels, None, shares, neutral, weights) + ridge * (weight - near[0]).square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return weight.detach(), bias.detach()


__all__ = ["FITTED_CROPS", "RIDGE", "RIDGE_CLIPS", "fit_measured", "fit_measured_once"]
