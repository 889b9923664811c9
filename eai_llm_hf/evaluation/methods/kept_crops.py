"""Training crops of a benchmark, made once per process because many trainings use the same clips."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...training.crops import AugmentationConfig, Crop, CropDataset

KEPT_CROPS = 24
"""Crops made of each clip; trainings draw from them."""
CROPS = AugmentationConfig(longest_s=4.0)

_kept: dict[tuple[str, int], Crop] = {}


def kept_crops(rows: Sequence[Mapping[str, Any]], length: int, seed: int, labelled: bool = False) -> CropDataset:
    """Crops of at most 4 s, the same for every method, see `CropDataset`.

    Args:
        rows: Clips to draw from.
        length: Number of crops.
        seed: Seed of the order of the crops.
        labelled: Whether to draw labelled clips only.
    """
    return CropDataset(rows, length, seed, CROPS, labelled=labelled, keep=KEPT_CROPS, memory=_kept)


__all__ = ["kept_crops"]
