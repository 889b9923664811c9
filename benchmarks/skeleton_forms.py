"""Forms in which the tower could read a movement, compared by `transfer.py form`."""

from collections.abc import Callable, Collection

import numpy as np

from eai_llm_hf.modeling.configuration_eai_llm import EaiSkeletonConfig
from eai_llm_hf.processing.descriptors.movement_features import SEGMENTS, movement_features
from eai_llm_hf.processing.skeleton.tree import FRAME_RATE, JOINT_INDEX


def _parts(
    joints: np.ndarray, joint_mask: np.ndarray, not_shown: Collection[str] = ()
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unchanged features, the segments that exist, and the median length of each."""
    features, present = movement_features(joints, joint_mask, not_shown)
    lengths = np.ones(len(SEGMENTS))
    points = {name: joints[:, index] for name, index in JOINT_INDEX.items()}
    for middle in ("hip", "shoulder"):
        points[f"{middle}s"] = (points[f"left_{middle}"] + points[f"right_{middle}"]) / 2
    for index, (_, start, end) in enumerate(SEGMENTS):
        lengths[index] = np.median(np.linalg.norm(points[end] - points[start], axis=-1))
    return features, present, lengths


def _positions(features: np.ndarray, lengths: np.ndarray, scale: float) -> np.ndarray:
    """Ends of the segments relative to the middle of the hips: segments of given lengths joined end to end."""
    ends = {"hips": np.zeros_like(features[:, 0, :3])}
    places = np.zeros_like(features[:, :, :3])
    for index, (name, start, end) in enumerate(SEGMENTS[1:], start=1):
        step = features[:, index, :3] * lengths[index]
        if name.endswith(" line"):  # from right to left, about its middle
            middle = ends["shoulders" if "shoulder" in name else "hips"]
            ends[start], ends[end] = middle - step / 2, middle + step / 2
        else:
            ends[end] = ends[start] + step
        places[:, index] = ends[end]
    return places / scale


def _with(places: np.ndarray, features: np.ndarray, velocities: bool) -> np.ndarray:
    out = features.copy()
    out[:, 1:, :3] = places[:, 1:]
    out[:, 1:, 3:] = 0.25 * np.gradient(places[:, 1:], 1 / FRAME_RATE, axis=0) if velocities else 0.0
    return out.astype(np.float32)


STANDARD_LENGTHS = np.array([0, 50, 25, 35, 20, 28, 25, 28, 25, 42, 42, 42, 42], dtype=np.float64) / 84
"""One body for all, in leg lengths: trunk, head, shoulder line, hip line, arms, legs; in the order of `SEGMENTS`."""


def over_height(velocities: bool) -> Callable:
    """Positions of the joints over the height of the body (trunk, head and legs)."""

    def form(
        joints: np.ndarray, joint_mask: np.ndarray, not_shown: Collection[str] = ()
    ) -> tuple[np.ndarray, np.ndarray]:
        features, present, lengths = _parts(joints, joint_mask, not_shown)
        height = lengths[1] + lengths[2] + lengths[9] + lengths[10]
        return _with(_positions(features, lengths, height), features, velocities), present

    return form


def on_standard_body(velocities: bool) -> Callable:
    """Positions of the joints of one standard body with these directions."""

    def form(
        joints: np.ndarray, joint_mask: np.ndarray, not_shown: Collection[str] = ()
    ) -> tuple[np.ndarray, np.ndarray]:
        features, present, _ = _parts(joints, joint_mask, not_shown)
        return _with(_positions(features, STANDARD_LENGTHS, 1.0), features, velocities), present

    return form


def directions_only(
    joints: np.ndarray, joint_mask: np.ndarray, not_shown: Collection[str] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Directions of segments without their velocities."""
    features, present = movement_features(joints, joint_mask, not_shown)
    features[:, 1:, 3:] = 0.0
    return features, present


VELOCITY_WEIGHT = EaiSkeletonConfig.velocity_weight
IN_USE = "directions and velocities (used)"

FORMS: dict[str, tuple[Callable, float]] = {
    "positions over height": (over_height(velocities=False), VELOCITY_WEIGHT),
    "positions over height, and velocities": (over_height(velocities=True), VELOCITY_WEIGHT),
    "positions on a standard body": (on_standard_body(velocities=False), VELOCITY_WEIGHT),
    "positions on a standard body, and velocities": (on_standard_body(velocities=True), VELOCITY_WEIGHT),
    "directions": (directions_only, VELOCITY_WEIGHT),
    "directions, and velocities at full weight": (movement_features, 1.0),
    IN_USE: (movement_features, VELOCITY_WEIGHT),
}
"""What the tower reads, and the weight of its velocities."""
