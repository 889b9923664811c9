"""Keys under which files say something about their frames, compared without case and separators."""

import re
from functools import lru_cache

FPS_KEYS = ("fps", "framerate", "mocapframerate", "framespersecond", "samplerate", "samplingrate")
"""Keys of the frame rate, best first."""

NAME_KEYS = ("jointnames", "keypointnames", "landmarknames", "markernames", "names")
"""Keys of the names of the joints, best first."""

UNIT_KEYS = ("units", "unit")
"""Keys of the unit of length, best first."""

POSE_KEYS = (
    "poseworldlandmarks", "worldlandmarks", "posekeypoints3d", "keypoints3d", "joints3d", "landmarks", "landmark",
    "people", "persons", "bodies", "bodylist", "instances", "skeletons", "skeleton", "joints", "jointpositions",
    "positions", "keypoint", "keypoints", "points", "pose",
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

ROTATION_ADVICE = "Export the positions of the joints, or BVH, which holds the skeleton too."


@lru_cache(maxsize=1024)
def plain_key(key: str) -> str:
    """Returns a key in lower case and without separators: "pose_world_landmarks" -> "poseworldlandmarks"."""
    return re.sub(r"[\W_]+", "", key.lower())
