"""Crops that a benchmark trains on: made once a process, since it trains on the same clips again and again."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...training.crops import AugmentationConfig, Crop, CropDataset

KEPT_CROPS = 24
"""Crops made of each clip, which are then drawn again and again."""
CROPS = AugmentationConfig(longest_s=4.0)

_kept: dict[tuple[str, int], Crop] = {}


def kept_crops(rows: Sequence[Mapping[str, Any]], length: int, seed: int, labelled: bool = False) -> CropDataset:
    """Crops of at most 4 s, the same for every method, see [`CropDataset`].

    Args:
        rows: Clips to draw from.
        length: Number of crops.
        seed: Decides which crop is drawn when.
        labelled: Whether to draw labelled clips only.
    """
    return CropDataset(rows, length, seed, CROPS, labelled=labelled, keep=KEPT_CROPS, memory=_kept)


__all__ = ["kept_crops"]
