"""Points without names: which known rig they belong to, by the form of the file."""

import numpy as np

from .json_points import TYPE_KEY

MEDIAPIPE_LAYOUT = "mediapipe33"

_RIG_POINTS = {"openpose25": 25, "zed38": 38}
"""Points of the rigs that trackers also write with fewer or more points, of which the first ones are the same."""

_OPENPOSE = {15: "openpose25", 18: "openpose18", 25: "openpose25", 65: "openpose25", 67: "openpose25"}
_OPENPOSE |= {135: "openpose25", 137: "openpose25"}
"""OpenPose and EasyMocap: the body alone, its first 15 points, or followed by hands and face."""

_ZED = {18: "openpose18", 32: "azure_kinect_32", 34: "zed34", 38: "zed38", 70: "zed38"}
"""ZED SDK: BODY_18 has OpenPose's order, BODY_34 Azure Kinect's and the heels, BODY_70 the first 30 of BODY_38."""

_KINECT = {20: "kinect_v1_20", 25: "kinect_v2_25", 32: "azure_kinect_32"}

_SHARED = {70: 30}
"""Points of a form -> how many of them are those of its rig."""

_POINTS = 33


def layout_of(joints: np.ndarray, keys: list[str], width: int) -> str | None:
    """Returns the rig that points without names belong to, or None where the form of the file does not say it.

    Args:
        joints: (people, frames, points, 3) as written.
        keys: The keys under which the points were, from outside to inside, in lower case and without separators.
        width: How many numbers a point has, 0 where it is an object.
    """
    points = joints.shape[-2]
    last = keys[-1] if keys else ""
    if points == _POINTS:
        return MEDIAPIPE_LAYOUT
    if last == TYPE_KEY:
        return _KINECT.get(points)
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
    wanted = _RIG_POINTS[layout] if layout in _RIG_POINTS else points
    if points == wanted:
        return joints, seen
    shared = min(wanted, _SHARED[points] if points in _SHARED else points)

    def cut(values: np.ndarray, fill: float) -> np.ndarray:
        result = np.full((*values.shape[:2], wanted, *values.shape[3:]), fill, np.float32)
        result[:, :, :shared] = values[:, :, :shared]
        return result

    return cut(joints, np.nan), None if seen is None else cut(seen, np.nan)
