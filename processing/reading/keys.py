"""Keys under which files say something about their frames, without case and separators; and what confidence means."""

import re
from functools import lru_cache

import numpy as np

FPS_KEYS = ("fps", "framerate", "mocapframerate", "framespersecond", "samplerate", "samplingrate")
"""Keys of the frame rate, best first."""

NAME_KEYS = ("jointnames", "keypointnames", "landmarknames", "markernames", "names")
"""Keys of the names of the joints, best first."""

UNIT_KEYS = ("units", "unit")
"""Keys of the unit of length, best first."""

POSE_KEYS = (
    "poseworldlandmarks", "worldlandmarks", "posekeypoints3d", "keypoints3d", "joints3d", "pose3d", "landmarks",
    "landmark", "people", "persons", "bodies", "bodylist", "objectlist", "instances", "skeletons", "skeleton",
    "joints", "jointpositions", "positions", "keypoint", "keypoints", "points", "pose",
)  # fmt: skip
"""Keys of the people or points of a frame, best first, in lower case and without separators."""

SEEN_KEYS = ("visibility", "presence", "score", "confidence", "likelihood", "conf")
"""Keys of the tracker's own confidence in a point, from 0 to 1."""

SCORES_KEYS = (
    "keypointscores", "keypointconfidence", "jointconfidences", "confidences", "visibilities", "scores",
    "keypointsscores", "visibility", "confidence", "score", "conf",
)  # fmt: skip
"""Keys of the confidence in all points, best first."""

ROTATION_KEYS = frozenset(
    ("rotation", "rotations", "orientation", "orientations", "jointorientations", "jointrotations", "quaternion")
    + ("quaternions", "quats", "rot", "rotmats", "localrotation", "localrotations", "globalrotation")
    + ("globalrotations", "jointangles", "eulerangles", "euler", "axisangle", "rotvec")
)
"""Keys of rotations, from which positions do not follow without a skeleton."""

IMAGE_ADVICE = (
    "To use them, estimate the pose in 3-D, for example as world landmarks of MediaPipe, or lift the points to 3-D."
)
"""What to do with two-dimensional positions, for error messages."""

ROTATION_ADVICE = "Export the positions of the joints, or BVH, which holds the skeleton too."

ANGLES_HINT = f" If these are angles of joints, positions are needed. {ROTATION_ADVICE}"
"""What follows a message on numbers that are no positions and may be one angle a joint."""


@lru_cache(maxsize=1024)
def plain_key(key: str) -> str:
    """Returns a key in lower case and without separators: "pose_world_landmarks" -> "poseworldlandmarks"."""
    return re.sub(r"[\W_]+", "", key.lower())


def confidence(seen: np.ndarray | None) -> tuple[np.ndarray | None, str | None]:
    """Brings a tracker's confidence to 0 to 1.

    Args:
        seen: Confidence as written, from 0 to 1 or to 100, NaN where not given; or None.

    Returns:
        float32 from 0 to 1, NaN where not given, or None; and why it was ignored, or None.
    """
    if seen is None or np.isnan(seen).all():
        return None, None
    lowest, highest = float(np.nanmin(seen)), float(np.nanmax(seen))
    if lowest < -1 or 1.5 < highest <= 10 or highest > 100:
        return None, (
            f"The numbers next to the points, {lowest:g} to {highest:g}, are no confidence from 0 to 1 or to 100; "
            "they were ignored."
        )
    return np.clip(seen / (100 if highest > 1.5 else 1), 0, 1).astype(np.float32), None
