"""What can be measured on a movement: posture, dynamics and gait of a clip on the unified skeleton, as plain numbers.

Each descriptor is one entry in one of the files imported below, see `descriptors/entry.py`. From clip to vector::

    joints -> BodyFrame -> the function of each entry -> (descriptors,) float32, NaN where it has no meaning
"""

from collections.abc import Collection, Mapping

import numpy as np

from ..skeleton.tree import FRAME_RATE, JOINT_INDEX, JOINT_NAMES, NUM_JOINTS
from .body_frame import BodyFrame
from .dynamics_body import WHOLE_BODY
from .dynamics_parts import BODY_PARTS
from .entry import Descriptor
from .gait import GAIT
from .posture_limbs import ARMS_AND_LEGS
from .posture_trunk import HEAD_AND_TRUNK

__all__ = [
    "DESCRIPTORS",
    "DESCRIPTOR_INDEX",
    "DESCRIPTOR_NAMES",
    "SHORTEST_SPANNED_CLIP",
    "SPANS",
    "BodyFrame",
    "Descriptor",
    "in_place",
    "measure",
    "measure_spans",
    "spans_from",
    "why_not_measured",
]


def in_place(entries: list[Descriptor]) -> tuple[Descriptor, ...]:
    """Puts descriptors into the order of their places.

    Raises:
        ValueError: If the places are not 0, 1, 2 and so on, or two descriptors share a name.
    """
    ordered = tuple(sorted(entries, key=lambda descriptor: descriptor.place))
    for expected, descriptor in enumerate(ordered):
        if descriptor.place != expected:
            raise ValueError(
                f"Descriptor {descriptor.name!r} has place {descriptor.place}, expected {expected}: "
                "each place is taken once and none is left out."
            )
    if len({descriptor.name for descriptor in ordered}) < len(ordered):
        raise ValueError(f"Two descriptors share a name: {sorted(descriptor.name for descriptor in ordered)}.")
    return ordered


DESCRIPTORS = in_place([*HEAD_AND_TRUNK, *ARMS_AND_LEGS, *WHOLE_BODY, *BODY_PARTS, *GAIT])
"""All descriptors, in the order of every vector."""

DESCRIPTOR_NAMES: tuple[str, ...] = tuple(descriptor.name for descriptor in DESCRIPTORS)

DESCRIPTOR_INDEX: dict[str, int] = {name: index for index, name in enumerate(DESCRIPTOR_NAMES)}

SPANS: tuple[str, ...] = ("whole", "beginning", "middle", "end")
"""The parts of a clip that `measure_spans` measures: the clip and its thirds."""

SHORTEST_SPANNED_CLIP = 3.0
"""Seconds that a clip must have for its thirds to be measured: a second each."""

_REQUIRED_INDICES = tuple(np.array([JOINT_INDEX[name] for name in descriptor.requires]) for descriptor in DESCRIPTORS)


def measure(joints: np.ndarray, joint_mask: np.ndarray, not_shown: Collection[str] = ()) -> np.ndarray:
    """Measures all descriptors of one clip.

    Args:
        joints: (frames, 22, 3) positions of the unified skeleton in metres, Y up, at 30 frames/s (`FRAME_RATE`; see
            `skeleton/resampling.py` for others), at least two frames.
        joint_mask: (22,) bool, False for joints that the recording lacks.
        not_shown: What the recording cannot show, `not_shown` of a unified clip.

    Returns:
        (len(DESCRIPTORS),) float32 in the order of `DESCRIPTORS`. NaN where a required joint is absent, where the
        recording cannot show what the descriptor needs, and where the value has no meaning: rhythm and higher
        derivatives in clips under half a second, spectral_arc_length under two, regularity under two and a half; how a
        body moves while it stands still; steps without walking.

    Raises:
        ValueError: If the shapes are wrong or a present joint is not finite.
    """
    return _vector(*_checked(joints, joint_mask), not_shown)


def measure_spans(joints: np.ndarray, joint_mask: np.ndarray, not_shown: Collection[str] = ()) -> np.ndarray:
    """Measures all descriptors of one clip and of its beginning, middle and end.

    Args:
        joints: (frames, 22, 3), as in `measure`.
        joint_mask: (22,) bool, False for joints that the recording lacks.
        not_shown: As in `measure`.

    Returns:
        (len(SPANS), len(DESCRIPTORS)) float32. The first row is `measure` of the clip, the others those of its thirds,
        which share their first and last frames; they are NaN in clips under `SHORTEST_SPANNED_CLIP`.

    Raises:
        ValueError: As `measure`.
    """
    return spans_from(measure(joints, joint_mask, not_shown), joints, joint_mask, not_shown)


def spans_from(
    whole: np.ndarray, joints: np.ndarray, joint_mask: np.ndarray, not_shown: Collection[str] = ()
) -> np.ndarray:
    """As `measure_spans`, of a clip that was measured as a whole: `whole` is its `measure`."""
    joints, joint_mask = _checked(joints, joint_mask)
    rows = np.full((len(SPANS), len(DESCRIPTORS)), np.nan, dtype=np.float32)
    rows[0] = whole
    if len(joints) >= SHORTEST_SPANNED_CLIP * FRAME_RATE:
        bounds = np.linspace(0, len(joints) - 1, len(SPANS)).round().astype(int)
        for row, first, last in zip(rows[1:], bounds[:-1], bounds[1:], strict=True):
            row[:] = _vector(joints[first : last + 1], joint_mask, not_shown)
    return rows


def why_not_measured(vector: np.ndarray, joint_mask: np.ndarray, not_shown: Mapping[str, str]) -> dict[str, str]:
    """Says why descriptors of a clip are absent.

    Args:
        vector: (descriptors,) values of `measure`.
        joint_mask: (22,) bool, False for joints that the recording lacks.
        not_shown: What the recording cannot show -> why not.

    Returns:
        Name of each absent descriptor -> the reason, as a clause, in the order of `DESCRIPTORS`.
    """
    reasons = {}
    for index, descriptor in enumerate(DESCRIPTORS):
        if np.isfinite(vector[index]):
            continue
        lacking = [name for name in descriptor.requires if not joint_mask[JOINT_INDEX[name]]]
        aspect = next((aspect for aspect in descriptor.needs if aspect in not_shown), None)
        if lacking:
            names = ", ".join(name.replace("_", " ") for name in lacking)
            reasons[descriptor.name] = f"the recording lacks {names}"
        elif aspect is not None:
            reasons[descriptor.name] = not_shown[aspect]
        else:
            reasons[descriptor.name] = descriptor.undefined
    return reasons


def _checked(joints: np.ndarray, joint_mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The joints, finite throughout, and their mask.

    Raises:
        ValueError: As `measure`.
    """
    joints = np.asarray(joints)
    joint_mask = np.asarray(joint_mask, dtype=bool)
    if joints.ndim != 3 or joints.shape[1:] != (NUM_JOINTS, 3) or len(joints) < 2:
        raise ValueError(f"Expected joints of shape (frames >= 2, {NUM_JOINTS}, 3), found {joints.shape}.")
    if joint_mask.shape != (NUM_JOINTS,):
        raise ValueError(f"Expected a joint mask of shape ({NUM_JOINTS},), found {joint_mask.shape}.")
    if not np.isfinite(joints).all():
        broken = ~np.isfinite(joints).all(axis=2) & joint_mask
        if broken.any():
            frame, joint = np.argwhere(broken)[0]
            raise ValueError(f"Joint {JOINT_NAMES[joint]!r} has no finite position in frame {frame}.")
        joints = np.where(joint_mask[:, None], joints, 0.0)
    return joints, joint_mask


def _vector(joints: np.ndarray, joint_mask: np.ndarray, not_shown: Collection[str]) -> np.ndarray:
    """(len(DESCRIPTORS),) float32 of finite joints."""
    body = BodyFrame(joints)
    everything = joint_mask.all()
    values = np.full(len(DESCRIPTORS), np.nan, dtype=np.float32)
    for index, descriptor in enumerate(DESCRIPTORS):
        if any(aspect in not_shown for aspect in descriptor.needs):
            continue
        if everything or joint_mask[_REQUIRED_INDICES[index]].all():
            values[index] = descriptor.function(body)
    return values
