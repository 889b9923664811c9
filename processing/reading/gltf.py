"""Reads the skeleton and the animation of glTF 2.0 files: .gltf, .glb, .vrm and .vrma.

The longest animation moves the nodes; what is not animated keeps its pose at rest. Files of VRM say which node is
which bone of a person, and these names replace those of the nodes. Units are metres, Y is up.

Why not a library: pygltflib gives the same structure as `json` and does not sample animations, and trimesh leaves them
out. What is needed here is a table of numbers and forward kinematics, with limits that hold for damaged files.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .gltf_buffers import Buffers, read_container
from .limits import MAX_JOINTS, MAX_NAME_LENGTH
from .motion import MotionError, note
from .quaternions import rotation_matrices
from .recording import Recording, room_for, shown
from .rest_pose import face_at_rest, neck_of

FRAME_RATE = 30.0
"""Frames per second at which an animation is sampled; glTF has keys at any times."""

_BLOCK = 2**18
"""Frames times nodes that are moved at a time."""

_LEAST_TURN = 1e-5
"""Change of an element of a rotation matrix, below which a node keeps its rotation."""

_PATHS = {"translation": 3, "rotation": 4, "scale": 3}
_LONGEST_S = 6 * 3600.0
_VRM = ("VRMC_vrm", "VRMC_vrm_animation", "VRM")


@dataclass
class _Node:
    """A node: its place in the tree and its pose at rest."""

    name: str
    parent: int = -1
    children: list[int] = field(default_factory=list)
    rest: dict[str, np.ndarray] = field(default_factory=dict)


def read_gltf(path: Path) -> Recording:
    """Reads one file.

    Args:
        path: The file; buffers that it names lie beside it.

    Returns:
        One performer, 30 frames per second, with the direction of the face where the pose at rest tells it.

    Raises:
        MotionError: Not glTF, damaged, without nodes or without an animation; the message says where.
    """
    document, binary = read_container(path)
    try:
        with np.errstate(all="ignore"):  # huge numbers become infinite, and the checks refuse them
            return _recording(document, Buffers(document, binary, path, room_for(path)), path)
    except MotionError:
        raise
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        what = f"{type(error).__name__}: {shown(str(error), 80)}"
        raise MotionError(f"{path.name}: the file is damaged or not glTF 2.0 ({what})") from error


def _recording(document: dict[str, Any], buffers: Buffers, path: Path) -> Recording:
    nodes = _nodes_of(document, path.name)
    order = _in_order(nodes, path.name)
    animations = document.get("animations") or []
    if not animations:
        raise MotionError(f"{path.name}: expected an animation; found a model without one (a .vrm goes with a .vrma)")
    tracks = [_tracks_of(animation, buffers, len(nodes), path.name) for animation in animations]
    spans = [_span(each) for each in tracks]
    longest = max(range(len(tracks)), key=lambda index: spans[index][1] - spans[index][0])
    start, end = spans[longest]
    if not end - start <= _LONGEST_S:
        raise MotionError(f"{path.name}: the animation lasts {end - start:g} s; expected at most {_LONGEST_S:g}")
    times = start + np.arange(int(np.floor((end - start) * FRAME_RATE + 1e-4)) + 1) / FRAME_RATE
    joints = _joints_of(document, nodes, set(tracks[longest]))
    if not joints:
        raise MotionError(f"{path.name}: expected an animation that moves nodes; found none")
    needed = set(joints)
    for index in joints:
        while (index := nodes[index].parent) >= 0 and index not in needed:
            needed.add(index)
    if len(times) * len(needed) * 12 > room_for(path):
        raise MotionError(
            f"{path.name}: {len(times):,} frames of {len(needed)} nodes are too many for a file of its size"
        )
    order = [index for index in order if index in needed]
    names = list(joints.values())
    parents = _parents_among(nodes, list(joints))
    positions, face = _moved(nodes, order, tracks[longest], times, (list(joints), names, parents))
    notes = []
    if len(tracks) > 1:
        name = str(animations[longest].get("name", longest))
        notes.append(note("one_of_animations", f"of {len(tracks)} animations the longest is read, {shown(name)}"))
    return Recording(positions, FRAME_RATE, joint_names=names, parents=parents, units="m", face=face, notes=notes)


def _moved(
    nodes: list[_Node],
    order: list[int],
    tracks: "Tracks",
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


# ---------------------------------------------------------------------------------------------------------- the nodes


def _nodes_of(document: dict[str, Any], source: str) -> list[_Node]:
    given = document.get("nodes") or []
    if not given:
        raise MotionError(f"{source}: expected nodes; found none")
    if len(given) > MAX_JOINTS:
        raise MotionError(f"{source}: expected at most {MAX_JOINTS} nodes; found {len(given)}")
    nodes = [_Node(str(entry.get("name") or f"node {index}")[:MAX_NAME_LENGTH]) for index, entry in enumerate(given)]
    for index, entry in enumerate(given):
        for child in entry.get("children") or []:
            if nodes[child].parent >= 0 or child == index:
                raise MotionError(f"{source}: node {child} has two parents; expected a tree")
            nodes[child].parent = index
            nodes[index].children.append(child)
        nodes[index].rest = _rest_of(entry, f"{source}, node {shown(nodes[index].name)}")
    return nodes


def _rest_of(entry: dict[str, Any], where: str) -> dict[str, np.ndarray]:
    if "matrix" in entry:
        matrix = _vector(entry["matrix"], 16, where).reshape(4, 4).T
        scale = np.linalg.norm(matrix[:3, :3], axis=0)
        return {
            "translation": matrix[:3, 3],
            "matrix": matrix[:3, :3] / np.where(scale > 0, scale, 1.0),
            "scale": scale,
        }
    rest = {"translation": np.zeros(3), "rotation": np.array([0.0, 0.0, 0.0, 1.0]), "scale": np.ones(3)}
    return rest | {key: _vector(entry[key], size, where) for key, size in _PATHS.items() if key in entry}


def _vector(values: Any, size: int, where: str) -> np.ndarray:
    vector = np.asarray(values)
    if vector.shape != (size,) or vector.dtype.kind not in "fiu" or not np.isfinite(vector).all():
        raise MotionError(f"{where}: expected {size} numbers; found {shown(str(values))}")
    return vector.astype(np.float64)


def _in_order(nodes: list[_Node], source: str) -> list[int]:
    """Returns the nodes, parents before children."""
    order = [index for index, node in enumerate(nodes) if node.parent < 0]
    for index in order:
        order.extend(nodes[index].children)
    if len(order) != len(nodes):
        raise MotionError(f"{source}: the nodes do not form trees: some are their own ancestors")
    return order


def _joints_of(document: dict[str, Any], nodes: list[_Node], animated: set[int]) -> dict[int, str]:
    """Returns the nodes that are joints, parents before children, with their names."""
    extensions = document.get("extensions") or {}
    human = next((extensions[key].get("humanoid") for key in _VRM if key in extensions), None)
    bones = (human or {}).get("humanBones") or {}
    if isinstance(bones, list):  # VRM 0.x
        named = {int(bone["node"]): str(bone["bone"]) for bone in bones}
    else:
        named = {int(bone["node"]): str(name) for name, bone in bones.items()}
    if not named:
        skins = [skin for skin in document.get("skins") or [] if animated & set(skin.get("joints") or [])]
        chosen = {index for skin in skins for index in skin["joints"]}
        if not chosen:
            roots = {_root(nodes, index) for index in animated}
            chosen = {index for index in range(len(nodes)) if _root(nodes, index) in roots}
        named = {index: nodes[index].name for index in chosen}
    return {
        index: named[index][:MAX_NAME_LENGTH] for index in sorted(named, key=lambda each: (_depth(nodes, each), each))
    }


def _root(nodes: list[_Node], index: int) -> int:
    while nodes[index].parent >= 0:
        index = nodes[index].parent
    return index


def _depth(nodes: list[_Node], index: int) -> int:
    depth = 0
    while (index := nodes[index].parent) >= 0:
        depth += 1
    return depth


def _parents_among(nodes: list[_Node], joints: list[int]) -> list[int]:
    """Returns for each joint the place in `joints` of its nearest ancestor there, or -1."""
    place = {index: number for number, index in enumerate(joints)}
    parents = []
    for index in joints:
        while (index := nodes[index].parent) >= 0 and index not in place:
            pass
        parents.append(place.get(index, -1))
    return parents


# ------------------------------------------------------------------------------------------------------ the animation

Tracks = dict[int, dict[str, tuple[np.ndarray, np.ndarray, str]]]
"""Node -> path -> times (keys,), values (keys, numbers) or for splines (keys, 3, numbers), interpolation."""


def _tracks_of(animation: dict[str, Any], buffers: Buffers, count: int, source: str) -> Tracks:
    tracks: Tracks = {}
    for channel in animation.get("channels") or []:
        target, sampler = channel["target"], animation["samplers"][channel["sampler"]]
        path, node = target.get("path"), target.get("node")
        if path not in _PATHS or node is None:  # weights of a face, or a target that an extension names
            continue
        if not 0 <= int(node) < count:
            raise MotionError(f"{source}: an animation moves node {node}; expected one of {count}")
        times = buffers.numbers(sampler["input"], 1)[:, 0]
        values = buffers.numbers(sampler["output"], _PATHS[path])
        kind = sampler.get("interpolation", "LINEAR")
        expected = len(times) * (3 if kind == "CUBICSPLINE" else 1)
        if kind not in ("LINEAR", "STEP", "CUBICSPLINE") or len(values) != expected or not len(times):
            raise MotionError(
                f"{source}: expected {expected} values for {len(times)} keys ({shown(str(kind))}); found {len(values)}"
            )
        if (np.diff(times) < 0).any():
            raise MotionError(f"{source}: expected the times of an animation in increasing order")
        shaped = values.reshape(len(times), 3, -1) if kind == "CUBICSPLINE" else values
        tracks.setdefault(int(node), {})[path] = (times, shaped, kind)
    return tracks


def _span(tracks: Tracks) -> tuple[float, float]:
    ends = [(times[0], times[-1]) for node in tracks.values() for times, _, _ in node.values()]
    return (float(min(first for first, _ in ends)), float(max(last for _, last in ends))) if ends else (0.0, 0.0)


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
    nodes: list[_Node], order: list[int], tracks: Tracks, times: np.ndarray
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
            for path in _PATHS
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


def _rotates(nodes: list[_Node], index: int, turns: dict[int, np.ndarray], at_rest: dict[int, np.ndarray]) -> bool:
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
