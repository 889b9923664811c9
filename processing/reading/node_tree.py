"""Moves a tree of nodes, each with its own translation, rotation and scale: what glTF and FBX have in common.

Parents move their children; a node that no track moves keeps its pose at rest.
"""

from dataclasses import dataclass, field

import numpy as np

from .motion import MotionError
from .quaternions import rotation_matrices
from .rest_pose import face_at_rest, neck_of

_BLOCK = 2**18
"""Frames times nodes that are moved at a time."""

_LEAST_TURN = 1e-5
"""Change of an element of a rotation matrix, below which a node keeps its rotation."""

PATHS = {"translation": 3, "rotation": 4, "scale": 3}
"""Path of a track -> its numbers."""

Tracks = dict[int, dict[str, tuple[np.ndarray, np.ndarray, str]]]
"""Node -> path -> times (keys,), values (keys, numbers) or for splines (keys, 3, numbers), interpolation."""


@dataclass
class Node:
    """A node: its place in the tree and its pose at rest."""

    name: str
    parent: int = -1
    children: list[int] = field(default_factory=list)
    rest: dict[str, np.ndarray] = field(default_factory=dict)


def moved(
    nodes: list[Node],
    order: list[int],
    tracks: Tracks,
    times: np.ndarray,
    joints: tuple[list[int], list[str], list[int]],
) -> tuple[np.ndarray, np.ndarray | None]:
    """Moves the nodes, a block of frames at a time.

    Args:
        nodes: All nodes.
        order: Indices of the joints and of the nodes above them, parents before children.
        tracks: The animation.
        times: (frames,) seconds.
        joints: Of the nodes that are joints their indices, their names, and their parents among them.

    Returns:
        (frames, joints, 3) float32 metres; and the (frames, 3) float32 direction of the face, or None where the pose
        at rest does not tell it or head and neck never rotate.
    """
    indices, names, parents = joints
    at_rest, rest_turns = _forward_kinematics(nodes, order, {}, times[:1])
    rest = face_at_rest(names, parents, np.stack([at_rest[index][0] for index in indices]))
    neck = [indices[joint] for joint in neck_of(names, parents, rest[0])] if rest is not None else []
    positions = np.empty((len(times), len(indices), 3), np.float32)
    face = np.empty((len(times), 3), np.float32)
    rotates = False
    block = max(1, _BLOCK // len(order))
    for first in range(0, len(times), block):
        span = slice(first, first + block)
        places, turns = _forward_kinematics(nodes, order, tracks, times[span])
        with np.errstate(over="ignore"):  # what is too far away is refused later, with its name
            positions[span] = np.stack([places[index] for index in indices], axis=1)
        if rest is not None:
            face[span] = turns[neck[0]] @ (rest_turns[neck[0]][0].T @ rest[1])
            rotates = rotates or any(_rotates(nodes, index, turns, rest_turns) for index in neck)
    return positions, face if rotates else None


def in_order(nodes: list[Node], source: str) -> list[int]:
    """Returns the nodes, parents before children."""
    order = [index for index, node in enumerate(nodes) if node.parent < 0]
    for index in order:
        order.extend(nodes[index].children)
    if len(order) != len(nodes):
        raise MotionError(f"{source}: the nodes do not form trees: some are their own ancestors")
    return order


def parents_among(nodes: list[Node], joints: list[int]) -> list[int]:
    """Returns for each joint the place in `joints` of its nearest ancestor there, or -1."""
    place = {index: number for number, index in enumerate(joints)}
    parents = []
    for index in joints:
        while (index := nodes[index].parent) >= 0 and index not in place:
            pass
        parents.append(place.get(index, -1))
    return parents


def _sampled(track: tuple[np.ndarray, np.ndarray, str], at: np.ndarray, turns: bool) -> np.ndarray:
    """Returns the values (frames, numbers) at the given times, as the specification interpolates them."""
    times, values, kind = track
    right = np.clip(np.searchsorted(times, at, side="right"), 1, max(len(times) - 1, 1))
    left = right - 1
    if len(times) == 1:
        only = values[:, 1] if kind == "CUBICSPLINE" else values
        return np.repeat(only, len(at), axis=0)
    step = (times[right] - times[left])[:, None]
    share = np.clip((at[:, None] - times[left][:, None]) / np.where(step > 0, step, 1.0), 0.0, 1.0)
    if kind == "STEP":
        return np.where(share < 1.0, values[left], values[right])
    if kind == "CUBICSPLINE":
        square, cube = share**2, share**3
        mixed = (2 * cube - 3 * square + 1) * values[left, 1] + step * (cube - 2 * square + share) * values[left, 2]
        mixed += (3 * square - 2 * cube) * values[right, 1] + step * (cube - square) * values[right, 0]
        return mixed
    if not turns:
        return values[left] * (1 - share) + values[right] * share
    first, second = values[left], values[right]
    cosine = np.einsum("tq,tq->t", first, second)[:, None]
    second, cosine = np.where(cosine < 0, -second, second), np.minimum(np.abs(cosine), 1.0)
    angle = np.arccos(cosine)
    sine = np.sin(angle)
    near = sine < 1e-6
    safe = np.where(near, 1.0, sine)
    before = np.where(near, 1 - share, np.sin((1 - share) * angle) / safe)
    return before * first + np.where(near, share, np.sin(share * angle) / safe) * second


def _forward_kinematics(
    nodes: list[Node], order: list[int], tracks: Tracks, times: np.ndarray
) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
    """Returns by node the global positions (frames, 3) and rotations (frames, 3, 3)."""
    frames = len(times)
    places: dict[int, np.ndarray] = {}
    turns: dict[int, np.ndarray] = {}
    scaled: dict[int, np.ndarray] = {}  # rotation and scale of the node and all above it
    for index in order:
        node, moved = nodes[index], tracks.get(index, {})
        local = {
            path: _sampled(moved[path], times, path == "rotation") if path in moved else node.rest.get(path)
            for path in PATHS
        }
        rotation = node.rest["matrix"] if local["rotation"] is None else _matrices(np.atleast_2d(local["rotation"]))
        rotation = np.broadcast_to(rotation, (frames, 3, 3))
        offset = np.broadcast_to(np.asarray(local["translation"]), (frames, 3))
        scale = np.broadcast_to(np.asarray(local["scale"]), (frames, 3))
        if node.parent < 0:
            places[index], turns[index] = offset, rotation
            scaled[index] = rotation * scale[:, None]
        else:
            above = scaled[node.parent]
            places[index] = places[node.parent] + np.einsum("tij,tj->ti", above, offset)
            turns[index] = turns[node.parent] @ rotation
            scaled[index] = above @ (rotation * scale[:, None])
    return places, turns


def _rotates(nodes: list[Node], index: int, turns: dict[int, np.ndarray], at_rest: dict[int, np.ndarray]) -> bool:
    """Whether a node ever has another rotation in its parent than at rest."""
    above = nodes[index].parent
    moved, resting = (
        each[index] if above < 0 else each[above].transpose(0, 2, 1) @ each[index] for each in (turns, at_rest)
    )
    return bool(np.abs(moved - resting).max() > _LEAST_TURN)


def _matrices(quaternions: np.ndarray) -> np.ndarray:
    """Returns (frames, 3, 3) rotations of (frames, 4) quaternions x, y, z, w of any length."""
    length = np.linalg.norm(quaternions, axis=1, keepdims=True)
    return rotation_matrices(quaternions / np.where(length > 1e-9, length, 1.0))
