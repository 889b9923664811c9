"""The people in a recording: told apart by the names of their joints, and left out where they were hardly seen."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from os.path import commonprefix

import numpy as np

FEWEST_JOINTS = 8
"""Joints that two people have in common by name; pelvis, shoulders, elbows, wrists and a head are as many."""

_ALIKE = 0.8
"""Share of a person's joints that the others have too. Some wear more markers, or carry a prop."""

_PARTS = frozenset("start end head tail tip top bottom origin target proximal distal upper lower x y z".split())
"""What names the ends of a bone, not a person: "LeftArm_head" and "LeftArm_tail"."""

_FEWEST_PAIRS = 3
"""Pairs of a left and a right joint in each body. Without them, groups are the sides of one: left_hip, right_hip."""

_NAMESPACES, _SEPARATORS = (":", "|", "/"), ("_", ".", "-", " ")
"""What parts a person's name from a joint's. The second kind also parts the words of a joint's name."""

_COVERED = 0.75
"""Share of all joints that the people found by a separator of the second kind have: fingers are numbered, too."""

_KEPT_NAMES = 2**12  # names of joints: recordings of one rig have the same ones

_SIDES = (("left", "right"), ("links", "rechts"), ("l", "r"))

_GHOST_SHARE, _GHOST_S = 0.2, 3.0
"""Somebody who was tracked in a smaller share of the frames, and for a shorter time, is a ghost: trackers take a chair
or a reflection for a person for a moment. Who walks through a long recording is kept."""


@dataclass
class Person:
    """The joints of one of several people.

    Attributes:
        name: Name of the person, or an empty string.
        joints: Indices of the person's joints in the recording.
        names: Their names, without the part that names the person.
        parents: Parent of each of them among them, -1 for a root; None without a tree.
    """

    name: str
    joints: list[int]
    names: list[str]
    parents: list[int] | None


@lru_cache(maxsize=64)  # recordings of one rig have the same names
def people_by_name(names: tuple[str, ...], parents: tuple[int, ...] | None) -> tuple[Person, ...]:
    """Finds several people in one list of joints.

    Their joints have the same names after a prefix ("Alice:Hips", "P1_Hips") or before a suffix ("Hips_1"), or they
    are two trees, or two branches below one root, with the same names.

    Args:
        names: Name of each joint.
        parents: Parent index of each joint, or None.

    Returns:
        The people, in the order of their first joints; empty where there is only one. Joints that belong to nobody,
        such as props, are left out.
    """
    if len(names) < 2 * FEWEST_JOINTS:
        return ()
    for separator in _NAMESPACES + _SEPARATORS:
        for is_prefix in (True, False):
            bodies = _alike(_grouped(names, separator, is_prefix))
            covered = sum(map(len, bodies.values())) / len(names)
            if bodies and (separator in _NAMESPACES or covered >= _COVERED):
                return tuple(_person(who, body, parents) for who, body in bodies.items())
    if parents is not None:
        branches = _branches(names, parents)
        if bodies := _alike(branches):
            return tuple(_person("", body, parents) for body in bodies.values())
    return ()


def _grouped(names: Sequence[str], separator: str, is_prefix: bool) -> dict[str, dict[str, int]]:
    """Returns the joints (rest of the name -> index) of each prefix, or each suffix."""
    groups: dict[str, dict[str, int]] = {}
    shared = commonprefix(list(names)).rfind(separator) + 1 if is_prefix else 0  # "Skeleton_" in "Skeleton_1_Hips"
    for joint, name in enumerate(names):
        name = name[shared:]
        # A namespace may be nested, "Scene:Alice:Hips".
        at = name.find(separator) if is_prefix and separator in _SEPARATORS else name.rfind(separator)
        if at <= 0:
            continue
        who, rest = name[:at].strip(), name[at + 1 :].strip()
        if not is_prefix:
            who, rest = rest, who
        if who and rest and who.lower() not in _PARTS:
            groups.setdefault(who, {}).setdefault(rest, joint)
    return groups


def _alike(groups: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Returns those groups of joints (name -> index) that are bodies with nearly the same names; none if not two."""
    bodies = {
        who: body for who, body in groups.items() if len(body) >= FEWEST_JOINTS and _pairs(body) >= _FEWEST_PAIRS
    }
    if len(bodies) < 2:
        return {}
    largest = max(bodies.values(), key=len)
    known = {name.lower() for name in largest}
    bodies = {
        who: body for who, body in bodies.items() if sum(name.lower() in known for name in body) >= _ALIKE * len(body)
    }
    return bodies if len(bodies) >= 2 else {}


def _pairs(names: Iterable[str]) -> int:
    """Counts the names of left joints whose right counterpart is there too: "LeftArm" and "RightArm", "LKNE"."""
    plain = set(map(_words, names))
    found = 0
    for name in plain:
        found += any(
            (left in name and name.replace(left, right) in plain)
            if len(left) > 1
            else (name.startswith(left) and right + name[1:] in plain)
            or (name.endswith(f" {left}") and name[:-1] + right in plain)
            for left, right in _SIDES
        )
    return found


@lru_cache(maxsize=_KEPT_NAMES)
def _words(name: str) -> str:
    """Returns the words of a name in lower case: "LeftArm" -> "left arm"."""
    return re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).lower().strip()


def _branches(names: Sequence[str], parents: Sequence[int]) -> dict[str, dict[str, int]]:
    """Returns the joints (name -> index) of each tree, or where there is one tree of each branch at its first fork."""
    children: dict[int, list[int]] = {}
    for joint, parent in enumerate(parents):
        children.setdefault(parent, []).append(joint)
    starts = children.get(-1, [])
    while len(starts) == 1:
        starts = children.get(starts[0], [])
    branches = {}
    for start in starts:
        body: dict[str, int] = {}
        open_joints = [start]
        while open_joints:
            joint = open_joints.pop()
            body.setdefault(names[joint], joint)
            open_joints += reversed(children.get(joint, []))
        branches[str(start)] = body
    return branches


def _person(who: str, body: dict[str, int], parents: Sequence[int] | None) -> Person:
    joints = sorted(body.values())
    place = {joint: index for index, joint in enumerate(joints)}
    name_of = {joint: name for name, joint in body.items()}
    tree = None
    if parents is not None:
        tree = []
        for joint in joints:
            parent = parents[joint]
            while parent >= 0 and parent not in place:
                parent = parents[parent]
            tree.append(place.get(parent, -1))
    return Person(who, joints, [name_of[joint] for joint in joints], tree)


def tracked_frames(positions: np.ndarray) -> np.ndarray:
    """Returns (frames,) bool, False where nothing of a body (frames, joints, 3) is tracked: all joints NaN or zero.

    A single point may pass the origin; several joints do not meet there.
    """
    placed = np.isfinite(positions)
    if positions.shape[1] > 1:
        placed &= positions != 0
    tracked: np.ndarray = placed.any(axis=(1, 2))
    return tracked


def is_ghost(tracked: np.ndarray, fps: float | None) -> bool:
    """Whether somebody was tracked (frames,) so rarely that this is no person."""
    seconds = float(tracked.sum()) / (fps or 30.0)
    return bool(tracked.mean() < _GHOST_SHARE and seconds < _GHOST_S)
