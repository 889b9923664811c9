"""What can be measured on a movement: posture, dynamics and gait of a clip on the unified skeleton, as plain numbers.

The measures themselves live in `descriptors/posture.py`, `descriptors/dynamics.py` and `descriptors/gait.py`; here is
the order in which they stand in every vector, and the way from a clip to its vector::

    joints -> BodyFrame -> one function for each descriptor -> (35,) float32, NaN where it has no meaning

What "high" and "low" of each mean in words stands in `claims/phrases.py`.
"""

import numpy as np

from ..skeleton.tree import FRAME_RATE, JOINT_INDEX, JOINT_NAMES, NUM_JOINTS
from .body_frame import BodyFrame, Descriptor
from .dynamics import DYNAMICS_DESCRIPTORS
from .gait import GAIT_DESCRIPTORS
from .posture import POSTURE_DESCRIPTORS

__all__ = [
    "DESCRIPTORS",
    "DESCRIPTOR_INDEX",
    "DESCRIPTOR_NAMES",
    "SHORTEST_SPANNED_CLIP",
    "SPANS",
    "BodyFrame",
    "Descriptor",
    "measure",
    "measure_spans",
]

DESCRIPTOR_NAMES: tuple[str, ...] = (
    "movement_speed",
    "travel_speed",
    "tempo",
    "smoothness",
    "pauses",
    "vertical_bounce",
    "head_pitch",
    "head_movement",
    "trunk_lean",
    "body_sway",
    "trunk_twist",
    "arm_expansion",
    "hand_height",
    "elbow_flexion",
    "arm_swing",
    "hand_speed",
    "left_right_asymmetry",
    "leg_speed",
    "knee_flexion",
    "step_width",
    "shoulder_height",
    "shoulder_opening",
    "body_expansion",
    "hand_to_head",
    "hand_to_hip",
    "arm_symmetry",
    "acceleration",
    "spectral_arc_length",
    "regularity",
    "directness",
    "peak_timing",
    "step_length",
    "cadence",
    "stance_share",
    "rise",
)
"""Their order in every vector. References and checkpoints are made for it: new ones go to the end."""

_BY_NAME = {
    descriptor.name: descriptor for descriptor in (*POSTURE_DESCRIPTORS, *DYNAMICS_DESCRIPTORS, *GAIT_DESCRIPTORS)
}

DESCRIPTORS: tuple[Descriptor, ...] = tuple(_BY_NAME[name] for name in DESCRIPTOR_NAMES)
"""All descriptors, in the order of the vectors that `measure` gives."""

DESCRIPTOR_INDEX: dict[str, int] = {name: index for index, name in enumerate(DESCRIPTOR_NAMES)}

SPANS: tuple[str, ...] = ("whole", "beginning", "middle", "end")
"""The parts of a clip that `measure_spans` measures: the clip and its thirds."""

SHORTEST_SPANNED_CLIP = 3.0
"""Seconds that a clip must have for its thirds to be measured: a second each."""

_REQUIRED_INDICES = tuple(np.array([JOINT_INDEX[name] for name in descriptor.requires]) for descriptor in DESCRIPTORS)


def measure(joints: np.ndarray, joint_mask: np.ndarray, fps: float = FRAME_RATE) -> np.ndarray:
    """Measure all descriptors of one clip.

    Args:
        joints: (frames, 22, 3) positions of the unified skeleton in metres, Y up, at least two frames.
        joint_mask: (22,) bool, False for joints the recording does not have.
        fps: Frames per second of `joints`; other rates than `FRAME_RATE` are interpolated to it.

    Returns:
        (len(DESCRIPTORS),) float32 in the order of `DESCRIPTORS`. NaN where a needed joint is absent, and where the
        value has no meaning: rhythm and higher derivatives of a clip under half a second, spectral_arc_length under
        two, regularity under two and a half; what tells how a body moves where it stands still; steps where nobody
        walks.

    Raises:
        ValueError: If the shapes are wrong, the frame rate is not positive or a present joint is not finite.
    """
    joints, joint_mask = _at_frame_rate(joints, joint_mask, fps)
    return _vector(joints, joint_mask)


def measure_spans(joints: np.ndarray, joint_mask: np.ndarray, fps: float = FRAME_RATE) -> np.ndarray:
    """Measure all descriptors of one clip and of its beginning, middle and end.

    Args:
        joints: (frames, 22, 3) positions of the unified skeleton in metres, Y up, at least two frames.
        joint_mask: (22,) bool, False for joints the recording does not have.
        fps: Frames per second of `joints`; other rates than `FRAME_RATE` are interpolated to it.

    Returns:
        (len(SPANS), len(DESCRIPTORS)) float32. The first row is `measure` of the clip, the others that of its thirds,
        which share their first and last frames; NaN throughout in clips under `SHORTEST_SPANNED_CLIP`.

    Raises:
        ValueError: As `measure`.
    """
    joints, joint_mask = _at_frame_rate(joints, joint_mask, fps)
    rows = np.full((len(SPANS), len(DESCRIPTORS)), np.nan, dtype=np.float32)
    rows[0] = _vector(joints, joint_mask)
    if len(joints) >= SHORTEST_SPANNED_CLIP * FRAME_RATE:
        bounds = np.linspace(0, len(joints) - 1, len(SPANS)).round().astype(int)
        for row, first, last in zip(rows[1:], bounds[:-1], bounds[1:], strict=True):
            row[:] = _vector(joints[first : last + 1], joint_mask)
    return rows


def _at_frame_rate(joints: np.ndarray, joint_mask: np.ndarray, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """The joints at `FRAME_RATE`, finite throughout, and their mask.

    Raises:
        ValueError: As `measure`.
    """
    joints = np.asarray(joints)
    joint_mask = np.asarray(joint_mask, dtype=bool)
    if joints.ndim != 3 or joints.shape[1:] != (NUM_JOINTS, 3) or len(joints) < 2:
        raise ValueError(f"Expected joints of shape (frames >= 2, {NUM_JOINTS}, 3), found {joints.shape}.")
    if joint_mask.shape != (NUM_JOINTS,):
        raise ValueError(f"Expected a joint mask of shape ({NUM_JOINTS},), found {joint_mask.shape}.")
    if not (np.isfinite(fps) and fps > 0):
        raise ValueError(f"Expected a positive frame rate, found {fps}.")
    if not np.isfinite(joints).all():
        broken = ~np.isfinite(joints).all(axis=2) & joint_mask
        if broken.any():
            frame, joint = np.argwhere(broken)[0]
            raise ValueError(f"Joint {JOINT_NAMES[joint]!r} has no finite position in frame {frame}.")
        joints = np.where(joint_mask[:, None], joints, 0.0)
    return (joints if fps == FRAME_RATE else _resample(joints, fps)), joint_mask


def _resample(joints: np.ndarray, fps: float) -> np.ndarray:
    """Bring (frames, ...) positions to `FRAME_RATE` by linear interpolation; at least two frames stay."""
    frames = len(joints)
    count = max(2, round((frames - 1) * FRAME_RATE / fps) + 1)
    position = np.linspace(0.0, frames - 1, count)
    before = np.minimum(position.astype(int), frames - 2)
    weight = (position - before)[:, None, None]
    return joints[before] * (1.0 - weight) + joints[before + 1] * weight


def _vector(joints: np.ndarray, joint_mask: np.ndarray) -> np.ndarray:
    """(len(DESCRIPTORS),) float32 of joints at `FRAME_RATE`."""
    body = BodyFrame(joints)
    everything = joint_mask.all()
    values = np.full(len(DESCRIPTORS), np.nan, dtype=np.float32)
    for index, descriptor in enumerate(DESCRIPTORS):
        if everything or joint_mask[_REQUIRED_INDICES[index]].all():
            values[index] = descriptor.function(body)
    return values
