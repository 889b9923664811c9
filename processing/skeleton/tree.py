"""The unified skeleton: the 22 joints of SMPL in the order of AMASS and HumanML3D.

Everything after the readers (features, descriptors, model, pictures) uses only these joints::

                 head 15
                   |
                 neck 12
      l_collar 13  |  r_collar 14
    l_shoulder 16  |  r_shoulder 17
       l_elbow 18  |  r_elbow 19          Y up, metres, 30 frames/s,
       l_wrist 20  |  r_wrist 21          facing +Z, so that the body's
                spine3 9                  left side is on +X
                spine2 6
                spine1 3
                pelvis 0
        l_hip 1         r_hip 2
       l_knee 4         r_knee 5
      l_ankle 7         r_ankle 8
       l_foot 10        r_foot 11
"""

from types import MappingProxyType

FRAME_RATE = 30.0
"""Frames per second of the unified skeleton."""

JOINT_NAMES: tuple[str, ...] = (
    "pelvis",
    "left_hip",
    "right_hip",
    "spine1",
    "left_knee",
    "right_knee",
    "spine2",
    "left_ankle",
    "right_ankle",
    "spine3",
    "left_foot",
    "right_foot",
    "neck",
    "left_collar",
    "right_collar",
    "head",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
)

NUM_JOINTS = len(JOINT_NAMES)

PARENTS: tuple[int, ...] = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)
"""Index of each joint's parent; -1 for the root."""

JOINT_INDEX = MappingProxyType({name: index for index, name in enumerate(JOINT_NAMES)})

MIRROR: tuple[int, ...] = tuple(
    JOINT_INDEX[name.replace("left_", "\0").replace("right_", "left_").replace("\0", "right_")] for name in JOINT_NAMES
)
"""For each joint the index of its counterpart on the other side (itself on the midline)."""

BODY_PARTS = MappingProxyType(
    {
        "head": ("neck", "head"),
        "trunk": ("pelvis", "spine1", "spine2", "spine3", "left_collar", "right_collar"),
        "left arm": ("left_shoulder", "left_elbow", "left_wrist"),
        "right arm": ("right_shoulder", "right_elbow", "right_wrist"),
        "left leg": ("left_hip", "left_knee", "left_ankle", "left_foot"),
        "right leg": ("right_hip", "right_knee", "right_ankle", "right_foot"),
    }
)
"""Body part, as evidence and explanations name it -> its joints."""
