"""The fourth step of `unify`: the body is turned to face +Z and put on the floor at the origin; and its facing."""

import numpy as np

from ..reading.motion import MotionError
from ..reading.vectors import median, quantiles
from .axes_and_units import LEG_M
from .floor import SOLES, level_floor, soles_seen
from .tree import FRAME_RATE, JOINT_INDEX

_HEADING_S = 1.0
"""Seconds at the start of a clip whose mean facing becomes +Z."""

_PELVIS = JOINT_INDEX["pelvis"]
_SIDE_PAIRS = [(JOINT_INDEX[f"left_{joint}"], JOINT_INDEX[f"right_{joint}"]) for joint in ("hip", "shoulder")]


def place(
    body: np.ndarray,
    mask: np.ndarray,
    guessed: np.ndarray,
    face: np.ndarray | None,
    source: str,
    notes: list[dict[str, str]],
) -> tuple[np.ndarray, np.ndarray | None]:
    """Turns the body to face +Z and puts it on the floor at the origin.

    Args:
        body: (frames, 22, 3) metres, Y up, 30 frames/s.
        mask: (22,) bool.
        guessed: (frames, 22) bool, where a joint was in a long gap.
        face: (frames, 3) direction of the face in the same axes, or None.
        source: File name for error messages.
        notes: Receives a note if the floor slopes.

    Returns:
        The body, (frames, 22, 3) of the same type, zeros where a joint is absent; and the face, turned with it.

    Raises:
        MotionError: The body has no width, so it has no facing.
    """
    turn = _turn_to_front(body, mask, source)
    start = body[:1, _PELVIS : _PELVIS + 1] * np.array([1, 0, 1], body.dtype)
    turned = ((body - start).reshape(-1, 3) @ turn.T).reshape(body.shape)
    body = level_floor(turned, mask, guessed, notes)
    _place_on_floor(body, mask, guessed)
    body[:, ~mask] = 0.0
    return body, None if face is None else face @ turn.T


def facing(joints: np.ndarray, joint_mask: np.ndarray, window_s: float = 0.5) -> np.ndarray:
    """Finds the horizontal direction in which the body faces, frame by frame.

    It is the cross product of the left-to-right lines of hips and shoulders with up, averaged over a window. A frame
    has less weight if the lines are short seen from above (lying, bending sideways); where they vanish, the direction
    of the nearest frame is taken.

    Args:
        joints: (frames, 22, 3) metres, Y up, 30 frames/s.
        joint_mask: (22,) bool.
        window_s: Length of the averaging window in seconds.

    Returns:
        (frames, 3) float32 unit vectors with y = 0.
    """
    raw = _forward(joints, joint_mask)
    length = np.hypot(raw[:, 0], raw[:, 1])
    usual = float(median(length))
    if usual <= 0.0:
        usual = float(length.max())
    if usual <= 0.0:
        return np.tile(np.array([0.0, 0.0, 1.0], np.float32), (len(joints), 1))
    weighted = raw / np.maximum(length, usual)[:, None]
    half = max(1, round(window_s * FRAME_RATE / 2))
    smooth = _box_mean(weighted, half)
    known = np.flatnonzero(np.hypot(smooth[:, 0], smooth[:, 1]) > 0.05)
    if len(known) == 0:
        return np.tile(np.array([0.0, 0.0, 1.0], np.float32), (len(joints), 1))
    if len(known) < len(smooth):
        frames = np.arange(len(joints))
        smooth = smooth[known[np.interp(frames, known, np.arange(len(known))).round().astype(int)]]
    forward = np.zeros((len(joints), 3), np.float32)
    forward[:, ::2] = smooth / np.hypot(smooth[:, 0], smooth[:, 1])[:, None]
    return forward


def _turn_to_front(body: np.ndarray, mask: np.ndarray, source: str) -> np.ndarray:
    """Returns the (3, 3) rotation about Y that makes the mean facing over the first second +Z."""
    forward = _forward(body, mask)
    length = np.hypot(forward[:, 0], forward[:, 1])
    if float(length.max()) <= 1e-9:
        raise MotionError(
            f"{source}: left and right hips and shoulders coincide in every frame; the body faces nowhere."
        )
    first, usual = forward[: int(_HEADING_S * FRAME_RATE) + 1].mean(axis=0), float(median(length))
    if np.linalg.norm(first) < 0.1 * usual:
        first = forward[int(np.argmax(length > 0.5 * usual))]
    sine, cosine = first / np.linalg.norm(first)
    # Rotation about Y by minus the heading angle: takes (sine, cosine) in (x, z) to (0, 1).
    return np.array([[cosine, 0.0, -sine], [0.0, 1.0, 0.0], [sine, 0.0, cosine]], body.dtype)


def _place_on_floor(body: np.ndarray, mask: np.ndarray, guessed: np.ndarray) -> None:
    """Moves the clip, in place, so that the lowest foot is at y = 0; without feet the pelvis is at the leg length."""
    soles = [joint for joint in SOLES if mask[joint]]
    if soles:
        seen = soles_seen(guessed, soles)
        heights = np.where(seen if seen.any() else True, body[:, soles, 1], np.inf).min(axis=1)
        floor = float(quantiles(heights[np.isfinite(heights)], 0.02)[0])
    else:
        floor = float(median(body[:, _PELVIS, 1])) - LEG_M
    body[..., 1] -= np.float32(floor)


def _forward(joints: np.ndarray, joint_mask: np.ndarray) -> np.ndarray:
    """Returns (frames, 2) x and z of the forward direction, as long as hip and shoulder lines are seen from above."""
    across = np.zeros((len(joints), 3), np.float64)
    for left, right in _SIDE_PAIRS:
        if joint_mask[left] and joint_mask[right]:
            across += joints[:, left] - joints[:, right]
    # across x up, with up = +Y: (x, y, z) x (0, 1, 0) = (-z, 0, x)
    return np.stack([-across[:, 2], across[:, 0]], axis=-1)


def _box_mean(values: np.ndarray, half: int) -> np.ndarray:
    """Averages (frames, channels) over 2 * half + 1 frames, fewer at the ends."""
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=np.float64)])
    frames = np.arange(len(values))
    low, high = np.maximum(frames - half, 0), np.minimum(frames + half + 1, len(values))
    return (total[high] - total[low]) / (high - low)[:, None]
