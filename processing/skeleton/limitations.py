"""What a recording cannot show, found from the movement itself and from what its file holds.

A pelvis that never moves means that its path was taken out, not that the person stood still. So whatever needs the
path is absent in such a recording, instead of being small. Everything after `unify` respects this: descriptors name
the aspects that they need (`descriptors/entry.py`), the tower does not read an absent root, and the record says why.
"""

import numpy as np

from ..reading.motion import note
from ..reading.vectors import quantiles
from .axes_and_units import LEG_M, leg_length
from .floor import why_no_floor
from .tree import FRAME_RATE, JOINT_INDEX

ASPECTS = {
    "movement": "movement of any joint",
    "travel": "the path of the body over the ground",
    "height": "how the body moves up and down",
    "floor": "where the floor is",
    "vertical": "which way is exactly up",
    "head_rotation": "where the face is turned",
    "fast_changes": "changes within a tenth of a second",
    "fine_movement": "movements of a few centimetres",
    "steps": "each step",
    "course": "how the strength of the movement changes over time",
    "rhythm": "how quickly and how often parts of the body move",
    "size": "the size of the body in metres",
}
"""Aspect of a movement that a recording may be unable to show -> what it is."""

_PINNED, _LEVEL = 0.005, 0.0002
"""Leg lengths over which a real pelvis moves at least, sideways or forward, and up and down. No recording with a free
root among those of four sources stays below 0.006 and 0.0004; no pinned one of two sources exceeds 0.0001. But the
pelvis of a pose model, pinned in a video, trembles by 0.0006 in each direction: where the path is pinned, the height
has the limit of the path."""

_STRETCH = 8
"""Frames whose mean counts as one place, so that noise of a few millimetres does not count as movement."""

_MOTIONLESS = 0.005
"""Leg lengths: where no joint moves further, what is left is noise of the recording."""

_SLIDING, _STAYING = 0.35, 0.15
"""Leg lengths per second. On a treadmill the lower foot slides faster than the first while the pelvis travels more
slowly than the second."""

_SLOWEST_FPS = 15.0
"""Frames per second of the source below which changes within a tenth of a second are interpolated, not recorded."""

_VERTICAL_UNSURE = {
    "camera_tilted": "the camera was probably tilted, so it is not known which way is up",
    "up_axis_uncertain": "the body is not aligned with any axis, so it is not known which way is up",
}
"""Code of a note -> why the vertical is unknown."""

_OWN_HIPS = "a pose from a video is measured from its own hips, so the path of the body is unknown"

_WITHOUT_TRAVEL = (
    "nothing is said about travel, steps or overall speed, while posture and gestures are measured as usual"
)
_EXPORT_ROOT = "; if the person walked through a room, export the recording again with the position of the hips (root)"

_HIPS = [JOINT_INDEX["left_hip"], JOINT_INDEX["right_hip"]]
_PELVIS = JOINT_INDEX["pelvis"]
_ANKLES = [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]


def find_limitations(
    body: np.ndarray,
    mask: np.ndarray,
    fps: float,
    has_face: bool,
    has_unit: bool,
    recording: str | None,
    notes: list[dict[str, str]],
) -> dict[str, str]:
    """Finds what a recording cannot show.

    Args:
        body: (frames, 22, 3) metres, Y up, 30 frames/s.
        mask: (22,) bool, False where a joint is absent.
        fps: Frames per second of the source.
        has_face: Whether the source has the rotation of the head.
        has_unit: Whether the unit of length is known or fits a person.
        recording: "video" where the joints were estimated from one, else None.
        notes: What was found so far; receives a note for what users would not expect.

    Returns:
        Key of `ASPECTS` -> why the recording cannot show it, as a clause.
    """
    leg = leg_length(body, mask) or LEG_M
    missing: dict[str, str] = {}
    moving = [joint for joint in range(len(mask)) if mask[joint]]
    relative = body[:, moving] - body[:, _PELVIS : _PELVIS + 1]
    hips = (body[:, _HIPS[0]] + body[:, _HIPS[1]]) / 2
    ranges = _range(np.concatenate([body[:, _PELVIS : _PELVIS + 1], hips[:, None], relative], axis=1)) / leg
    across, height = (float(ranges[:2, axes].max(axis=1).min()) for axes in ([0, 2], [1]))
    if max(float(ranges[2:].max()), across, height) < _MOTIONLESS:
        missing["movement"] = missing["travel"] = missing["height"] = "nothing moves in this recording"
        notes.append(note("motionless", "nothing moves in this recording, so only the posture can be described"))
    else:
        if across < _PINNED:
            missing["travel"] = (
                _OWN_HIPS
                if recording == "video"
                else "the pelvis stays in one place in this recording, so its path was probably removed"
            )
        elif _slides(body, mask, leg):
            missing["travel"] = "the feet slide under the body in this recording, as on a treadmill"
        if height < (_PINNED if across < _PINNED else _LEVEL):
            missing["height"] = (
                _OWN_HIPS
                if recording == "video"
                else "the pelvis stays at one height in this recording, so its path was probably removed"
            )
        if "travel" in missing:
            advice = "" if recording == "video" else _EXPORT_ROOT
            notes.append(note("pinned_root", f"{missing['travel']}: {_WITHOUT_TRAVEL}{advice}"))
    floor = why_no_floor(body, mask, leg)
    if "height" in missing or floor:
        missing["floor"] = missing.get("height") or str(floor)
    unsure = [why for code, why in _VERTICAL_UNSURE.items() if any(each["code"] == code for each in notes)]
    if unsure:
        missing["vertical"] = unsure[0]
    if not has_face:
        missing["head_rotation"] = "the recording holds no rotation of the head"
    if fps < _SLOWEST_FPS:
        missing["fast_changes"] = f"the recording has {fps:.3g} frames per second, fewer than {_SLOWEST_FPS:g}"
    if recording == "video":
        missing["fine_movement"] = "joints estimated from a video shake by centimetres, which hides fine movement"
    if not has_unit:
        missing["size"] = "no unit of length fits a person, so the body was scaled to average size"
    return missing


def _range(path: np.ndarray) -> np.ndarray:
    """Returns how far (frames, ..., 3) positions move in each coordinate, without the noise of single frames."""
    count = max(min(4, len(path)), len(path) // _STRETCH)
    places, (size, longer) = np.arange(count + 1), divmod(len(path), count)
    edges = places * size + np.minimum(places, longer)
    sums = np.add.reduceat(path, edges[:-1], axis=0)
    means = sums / np.diff(edges).reshape(-1, *[1] * (path.ndim - 1)).astype(path.dtype)
    return np.asarray(np.ptp(means, axis=0))


def _slides(body: np.ndarray, mask: np.ndarray, leg: float) -> bool:
    """Whether the lower foot slides over the floor while the body stays where it is."""
    if not mask[_ANKLES].all() or len(body) < FRAME_RATE:
        return False
    hips = (body[:, _HIPS[0]] + body[:, _HIPS[1]])[:, [0, 2]] / 2
    seconds = (len(body) - 1) / FRAME_RATE
    if np.linalg.norm(hips[-1] - hips[0]) / seconds > _STAYING * leg:
        return False
    ankles = body[:, _ANKLES]
    moved = ankles[1:] - ankles[:-1]
    speed = np.hypot(moved[..., 0], moved[..., 2]) * FRAME_RATE
    lower = ankles[1:, :, 1].argmin(axis=1)
    stance = speed[np.arange(len(lower)), lower]
    return float(quantiles(stance, 0.25)[0]) > _SLIDING * leg
