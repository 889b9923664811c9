"""Points without names: which known rig they belong to, by the form of the file, and what their confidence means."""

import numpy as np

from .motion import MotionError

MEDIAPIPE_LAYOUT = "mediapipe33"

_RIG_POINTS = {"openpose25": 25, "zed38": 38}
"""Points of the rigs that trackers also write with fewer or more points, of which the first ones are the same."""

_OPENPOSE = {15: "openpose25", 18: "openpose18", 25: "openpose25", 65: "openpose25", 67: "openpose25"}
_OPENPOSE |= {135: "openpose25", 137: "openpose25"}
"""OpenPose and EasyMocap: the body alone, its first 15 points, or followed by hands and face."""

_ZED = {18: "openpose18", 32: "azure_kinect_32", 34: "zed34", 38: "zed38", 70: "zed38"}
"""ZED SDK: BODY_18 has OpenPose's order, BODY_34 Azure Kinect's and the heels, BODY_70 the first 30 of BODY_38."""

_SHARED = {70: 30}
"""Points of a form -> how many of them are those of its rig."""

_HIPS = (23, 24)
_NEAR = 0.05
"""Metres from the origin within which MediaPipe's world landmarks have the middle of the hips."""

_PICTURE = (-0.25, 1.25)
"""MediaPipe places landmarks outside the image too, but not far."""


def layout_of(joints: np.ndarray, keys: list[str], width: int, source: str) -> str | None:
    """Finds out which rig points without names belong to.

    Args:
        joints: (people, frames, points, 3) as written.
        keys: The keys under which the points were, from outside to inside, in lower case and without separators.
        width: How many numbers a point has, 0 where it is an object.
        source: File name, for messages.

    Returns:
        The name of the rig, or None where the form of the file does not say it.

    Raises:
        MotionError: The points are MediaPipe's landmarks in the image.
    """
    points = joints.shape[-2]
    last = keys[-1] if keys else ""
    if points == 33:
        if not any("world" in key or "3d" in key for key in keys):
            _refuse_image_landmarks(joints, source)
        return MEDIAPIPE_LAYOUT
    if last == "posekeypoints3d" or (last == "keypoints3d" and width == 4):
        return _OPENPOSE.get(points)
    if last == "keypoint" or "bodylist" in keys:
        return _ZED.get(points)
    if last == "jointpositions" and points == 32:
        return "azure_kinect_32"
    if "instances" in keys and points == 17:  # MMPose lifts people to the joints of Human3.6M
        return "h36m17"
    return None


def completed(joints: np.ndarray, seen: np.ndarray | None, layout: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Returns the points that a rig has: further ones are left out, missing ones are NaN.

    Args:
        joints: (people, frames, points, 3).
        seen: (people, frames, points) confidence, or None.
        layout: The rig that `layout_of` returned.
    """
    points = joints.shape[-2]
    wanted = _RIG_POINTS.get(layout, points)
    if points == wanted:
        return joints, seen
    shared = min(wanted, _SHARED.get(points, points))

    def cut(values: np.ndarray, fill: float) -> np.ndarray:
        result = np.full((*values.shape[:2], wanted, *values.shape[3:]), fill, np.float32)
        result[:, :, :shared] = values[:, :, :shared]
        return result

    return cut(joints, np.nan), None if seen is None else cut(seen, np.nan)


def confidence(seen: np.ndarray | None) -> tuple[np.ndarray | None, str | None]:
    """Brings a tracker's confidence to 0 to 1.

    Args:
        seen: Confidence as written, from 0 to 1 or to 100, NaN where not given; or None.

    Returns:
        float32 from 0 to 1, 1 where not given, or None; and why it was ignored, or None.
    """
    if seen is None or np.isnan(seen).all():
        return None, None
    lowest, highest = float(np.nanmin(seen)), float(np.nanmax(seen))
    if lowest < -1 or 1.5 < highest <= 10 or highest > 100:
        return None, (
            f"The numbers next to the points, {lowest:g} to {highest:g}, are no confidence from 0 to 1 or to 100; "
            "they were ignored."
        )
    scaled = np.clip(seen / (100 if highest > 1.5 else 1), 0, 1)
    scaled[np.isnan(scaled)] = 1
    return scaled.astype(np.float32), None


def _refuse_image_landmarks(joints: np.ndarray, source: str) -> None:
    """Raises an error if MediaPipe's landmarks lie within the image and their hips away from the origin."""
    hips = joints[:, :, _HIPS].mean(axis=2)
    hips = hips[np.isfinite(hips).all(axis=-1)]
    flat = joints[..., :2][np.isfinite(joints).all(axis=-1)]
    if not len(hips):
        return
    middle = np.median(np.abs(hips), axis=0)
    inside = ((flat >= _PICTURE[0]) & (flat <= _PICTURE[1])).all(axis=-1).mean()
    if max(middle[:2]) > _NEAR and middle[2] < _NEAR and inside > 0.95:
        x, y = np.median(hips, axis=0)[:2]
        raise MotionError(
            f"{source}: expected MediaPipe's world landmarks, in metres from the middle of the hips; found landmarks "
            f"in the image, from 0 to 1 (hips at x {x:.2f}, y {y:.2f}). Save pose_world_landmarks instead."
        )
