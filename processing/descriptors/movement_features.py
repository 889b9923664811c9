"""Features of the skeleton tower: where each body segment points and how it turns, independent of the rig.

A joint's position depends on the rig (how long the bones are, where "Neck" sits) as much as on the movement. So the
features are directions of segments between joints that every rig has in the same place, relative to the body's own
heading, and their velocities; lengths appear only relative to the performer's legs. The trunk ends at the midpoint of
the shoulders, not at the joint called neck. Spine joints, whose place differs between rigs, are not used, nor are the
feet, which many rigs lack: the answer is the same with and without toes.
"""

from collections.abc import Collection

import numpy as np

from ..reading.vectors import median, norms
from ..skeleton.axes_and_units import LEG_M, leg_length
from ..skeleton.placement import facing
from ..skeleton.tree import FRAME_RATE, JOINT_INDEX

SEGMENTS: tuple[tuple[str, str, str], ...] = (
    # name, from joint, to joint; "hips" and "shoulders" are midpoints
    ("root", "hips", "hips"),
    ("trunk", "hips", "shoulders"),
    ("head", "shoulders", "head"),
    ("shoulder line", "right_shoulder", "left_shoulder"),
    ("hip line", "right_hip", "left_hip"),
    ("left upper arm", "left_shoulder", "left_elbow"),
    ("left forearm", "left_elbow", "left_wrist"),
    ("right upper arm", "right_shoulder", "right_elbow"),
    ("right forearm", "right_elbow", "right_wrist"),
    ("left thigh", "left_hip", "left_knee"),
    ("left shank", "left_knee", "left_ankle"),
    ("right thigh", "right_hip", "right_knee"),
    ("right shank", "right_knee", "right_ankle"),
)
NUM_CHANNELS = 6
VELOCITY_SCALE = 0.25
"""Scales velocities (1/s) to the range of directions."""

_POINTS = [*JOINT_INDEX, "hips", "shoulders"]
_STARTS, _ENDS = (np.array([_POINTS.index(segment[end]) for segment in SEGMENTS]) for end in (1, 2))
_PELVIS = JOINT_INDEX["pelvis"]
_HIPS, _SHOULDERS = ([JOINT_INDEX[f"{side}_{joint}"] for side in ("left", "right")] for joint in ("hip", "shoulder"))

_ASPECTS_OF_ROOT = ("travel", "height")

_SMOOTHING = np.array([1, 4, 6, 4, 1], dtype=np.float32) / 16


def movement_features(
    joints: np.ndarray, joint_mask: np.ndarray, not_shown: Collection[str] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Features of a unified clip.

    Args:
        joints: (frames, 22, 3) metres, Y up, 30 frames/s.
        joint_mask: (22,) bool, False for joints that the rig lacks.
        not_shown: What the recording cannot show, `not_shown` of a unified clip. Without the path or the height of the
            body the root is absent.

    Returns:
        features: (frames, 13, 6) float32. A segment's channels are its unit direction in the frame of the body's
            heading (left, up, forward) and that direction's velocity; those of the root are its velocity (leg
            lengths/s), its height above the clip's median (leg lengths), its turning rate (rad/s) and 0.
        segment_mask: (13,) bool, True where both ends of the segment are present.
    """
    points, present = _end_points(_smooth(joints), joint_mask)
    forward = facing(joints, joint_mask)  # (frames, 3), horizontal
    features = np.zeros((len(joints), len(SEGMENTS), NUM_CHANNELS), dtype=np.float32)
    segment_mask = present[_STARTS] & present[_ENDS]
    segment_mask[0] &= not any(aspect in not_shown for aspect in _ASPECTS_OF_ROOT)
    ways = points[:, _ENDS[1:]] - points[:, _STARTS[1:]]
    directions = ways / np.maximum(norms(ways), 1e-6)[..., None]
    features[:, 1:, :3] = _in_heading(np.where(segment_mask[1:, None], directions, 0.0), forward[:, None])
    features[:, 1:, 3:] = VELOCITY_SCALE * _velocity(features[:, 1:, :3])

    if segment_mask[0]:
        hips = points[:, _STARTS[0]]
        leg = leg_length(joints, joint_mask) or LEG_M
        yaw = np.unwrap(np.arctan2(forward[:, 0], forward[:, 2]))
        features[:, 0, :3] = VELOCITY_SCALE * _in_heading(_velocity(hips), forward) / leg
        features[:, 0, 3] = (hips[:, 1] - median(hips[:, 1])) / leg
        features[:, 0, 4] = VELOCITY_SCALE * _velocity(yaw)
    return features, segment_mask


class FeatureMoments:
    """Mean and standard deviation of what the tower reads, summed up clip by clip; each clip counts the same.

    Attributes:
        clips: (13,) float64, clips in which each segment was seen, or the sum of their weights.
    """

    def __init__(self) -> None:
        self.clips = np.zeros(len(SEGMENTS))
        self._sums, self._squares = np.zeros((2, len(SEGMENTS), NUM_CHANNELS))

    def add(self, features: np.ndarray, segment_mask: np.ndarray, weight: float = 1.0) -> None:
        """Adds a clip, or a window of one.

        Args:
            features: (frames, 13, 6), as `movement_features` gives them, at least one frame.
            segment_mask: (13,) bool.
            weight: How much it counts: 1 for a clip, the share of its clip for a window.
        """
        values = features.astype(np.float64)
        present = np.asarray(segment_mask, dtype=np.float64) * weight
        self.clips += present
        self._sums += present[:, None] * values.mean(axis=0)
        self._squares += present[:, None] * np.square(values).mean(axis=0)

    @property
    def mean(self) -> np.ndarray:
        """(13, 6) float64, NaN for segments that no clip has."""
        return self._sums / np.where(self.clips > 0, self.clips, np.nan)[:, None]

    @property
    def std(self) -> np.ndarray:
        """(13, 6) float64, over the frames of all clips together; NaN for segments that no clip has."""
        squares = self._squares / np.where(self.clips > 0, self.clips, np.nan)[:, None]
        return np.sqrt(np.maximum(squares - np.square(self.mean), 0.0))


def _end_points(joints: np.ndarray, joint_mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions (frames, points, 3) of the end points that a segment may name, and which of them are present."""
    (left_hip, right_hip), (left_shoulder, right_shoulder) = (
        joints.swapaxes(0, 1)[pair] for pair in (_HIPS, _SHOULDERS)
    )
    has_hips, has_shoulders = joint_mask[_HIPS].all(), joint_mask[_SHOULDERS].all()
    hips = (left_hip + right_hip) / 2 if has_hips else joints[:, _PELVIS]  # a pelvis can stand in for the hips
    shoulders = (left_shoulder + right_shoulder) / 2
    points = np.concatenate([joints, hips[:, None], shoulders[:, None]], axis=1)
    return points, np.array([*joint_mask, has_hips or joint_mask[_PELVIS], has_shoulders])


def _in_heading(vectors: np.ndarray, forward: np.ndarray) -> np.ndarray:
    """Components of (..., 3) vectors to the left, up and along the horizontal direction (..., 3) of the body."""
    x, up, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    ahead, aside = forward[..., 2], forward[..., 0]
    return np.stack([x * ahead - z * aside, up, x * aside + z * ahead], axis=-1)


def _smooth(values: np.ndarray) -> np.ndarray:
    """Binomial smoothing over 5 frames (1/6 s) along the first axis, edges repeated."""
    half = len(_SMOOTHING) // 2
    padded = np.concatenate([values[:1]] * half + [values] + [values[-1:]] * half)
    return sum(weight * padded[i : i + len(values)] for i, weight in enumerate(_SMOOTHING))


def _velocity(values: np.ndarray) -> np.ndarray:
    """Central differences along the first axis, per second; one-sided at the ends."""
    velocity = np.zeros_like(values)
    if len(values) > 1:
        velocity[1:-1] = (values[2:] - values[:-2]) * (FRAME_RATE / 2)
        velocity[[0, -1]] = (values[[1, -1]] - values[[0, -2]]) * FRAME_RATE
    return velocity
