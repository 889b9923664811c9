"""Where a face looks, from the rotation of the head: the rest pose of a skeleton tells which way its head points.

The position of the head joint does not show it: a person who turns the head leaves that joint where it is. Files that
hold rotations say how the head has turned since the rest pose, and in a rest pose that stands like a person the face
looks forward.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

_HEAD = re.compile(
    r"head(?!.*(end|top|nub|tip|site|front|gear|aux))|頭(?!先)|kopf|t[eê]te|cabeza|testa", re.IGNORECASE
)
_OTHERS = (
    re.compile(r"(?:^|[:|_ .])face$", re.IGNORECASE),
    re.compile(r"neck(?!.*twist)|首|hals$|nacken", re.IGNORECASE),
)
"""Joints that turn the face where none is called a head, best first."""

_SIDES = (
    re.compile(r"(?P<left>left|links|左)|(?P<right>right|rechts|右)", re.IGNORECASE),
    re.compile(r"(?<![A-Za-z])(?:(?P<left>[lL])|(?P<right>[rR]))(?![a-z])"),
    re.compile(r"^(?:(?P<left>l)|(?P<right>r))(?=[A-Z])"),
)
_FEET = re.compile(r"foot|ankle|toe|足首|fu(ss|ß)|shin|calf", re.IGNORECASE)

_KEPT_NAMES = 2**12  # names of joints: recordings of one rig have the same ones
_FEWEST_PAIRS = 3
_SAME_WAY = 0.8
"""Length of the mean of the lines from right to left over the mean of their lengths; a body at rest has 0.9 to 1."""


def face_at_rest(names: Sequence[str], parents: Sequence[int], positions: np.ndarray) -> tuple[int, np.ndarray] | None:
    """Finds the head joint, and the direction of the face in the rest pose.

    Args:
        names: Name of each joint.
        parents: Parent index of each joint, -1 for a root; parents before children.
        positions: (joints, 3) global positions in the rest pose.

    Returns:
        Index of the head joint and a (3,) unit vector in the axes of the file. None without a head, or where the rest
        pose is not that of a person who stands: nothing is guessed then.
    """
    head = _head_of(names)
    if head is None:
        return None
    pairs: dict[str, dict[str, int]] = defaultdict(dict)
    for index, name in enumerate(names):
        if (found := _side_of(name)) is not None:
            side, rest = found
            pairs[rest].setdefault(side, index)
    lines = np.array([positions[pair["left"]] - positions[pair["right"]] for pair in pairs.values() if len(pair) == 2])
    lengths = np.linalg.norm(lines, axis=1) if len(lines) else np.empty(0)
    lines = lines[lengths > 1e-6 * np.abs(positions).max(initial=1e-9)]
    if len(lines) < _FEWEST_PAIRS:
        return None
    left = lines.mean(axis=0)
    if np.linalg.norm(left) < _SAME_WAY * np.linalg.norm(lines, axis=1).mean():
        return None
    root = head
    while parents[root] >= 0:
        root = parents[root]
    upward = positions[head] - positions[root]
    up = np.zeros(3)
    up[int(np.abs(upward).argmax())] = np.sign(upward[np.abs(upward).argmax()])
    feet = [index for index, name in enumerate(names) if _FEET.search(name)]
    stands = upward @ up > 0.8 * np.linalg.norm(upward) > 0.0
    if not stands or not feet or (positions[feet].mean(axis=0) - positions[root]) @ up >= 0.0:
        return None
    left = left - (left @ up) * up
    if np.linalg.norm(left) < 1e-9:
        return None
    forward = np.cross(left / np.linalg.norm(left), up)
    return head, forward


def neck_of(names: Sequence[str], parents: Sequence[int], head: int) -> list[int]:
    """Returns the head and the joints of the neck below it. While none of them rotates, nobody measured the head."""
    chain, joint = [head], parents[head]
    while joint >= 0 and _OTHERS[1].search(names[joint]):
        chain.append(joint)
        joint = parents[joint]
    return chain


def _head_of(names: Sequence[str]) -> int | None:
    """Returns the joint that turns the face: the head, else the last joint of the neck."""
    for pattern in (_HEAD, *_OTHERS):
        found = [index for index, name in enumerate(names) if pattern.search(name) and _side_of(name) is None]
        if found:
            return found[-1] if pattern is _OTHERS[1] else found[0]
    return None


@lru_cache(maxsize=_KEPT_NAMES)
def _side_of(name: str) -> tuple[str, str] | None:
    """Returns "left" or "right" and the name without the side, or None for a joint on the midline."""
    for pattern in _SIDES:
        if match := pattern.search(name):
            side = "left" if match["left"] else "right"
            return side, (name[: match.start()] + name[match.end() :]).lower()
    return None
