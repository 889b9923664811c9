"""Reads the skeleton and the animation of glTF 2.0 files: .gltf, .glb, .vrm and .vrma.

The longest animation moves the nodes; what is not animated keeps its pose at rest. Files of VRM say which node is
which bone of a person, and these names replace those of the nodes. Units are metres, Y is up.

Why not a library: pygltflib gives the same structure as `json` and does not sample animations, and trimesh leaves them
out. What is needed here is a table of numbers and forward kinematics, with limits that hold for damaged files.
"""

from pathlib import Path
from typing import Any

import numpy as np

from .gltf_buffers import Buffers, read_container
from .limits import MAX_JOINTS, MAX_NAME_LENGTH
from .motion import MotionError, note
from .node_tree import PATHS, Node, Tracks, in_order, moved, parents_among
from .recording import Recording, room_for, shown

FRAME_RATE = 30.0
"""Frames per second at which an animation is sampled; glTF has keys at any times."""

_LONGEST_S = 6 * 3600.0
_VRM = ("VRMC_vrm", "VRMC_vrm_animation", "VRM")


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
    order = in_order(nodes, path.name)
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
    parents = parents_among(nodes, list(joints))
    positions, face = moved(nodes, order, tracks[longest], times, (list(joints), names, parents))
    notes = []
    if len(tracks) > 1:
        name = str(animations[longest].get("name", longest))
        notes.append(note("one_of_animations", f"of {len(tracks)} animations the longest is read, {shown(name)}"))
    return Recording(positions, FRAME_RATE, joint_names=names, parents=parents, units="m", face=face, notes=notes)


# ---------------------------------------------------------------------------------------------------------- the nodes


def _nodes_of(document: dict[str, Any], source: str) -> list[Node]:
    given = document.get("nodes") or []
    if not given:
        raise MotionError(f"{source}: expected nodes; found none")
    if len(given) > MAX_JOINTS:
        raise MotionError(f"{source}: expected at most {MAX_JOINTS} nodes; found {len(given)}")
    nodes = [Node(str(entry.get("name") or f"node {index}")[:MAX_NAME_LENGTH]) for index, entry in enumerate(given)]
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
    return rest | {key: _vector(entry[key], size, where) for key, size in PATHS.items() if key in entry}


def _vector(values: Any, size: int, where: str) -> np.ndarray:
    vector = np.asarray(values)
    if vector.shape != (size,) or vector.dtype.kind not in "fiu" or not np.isfinite(vector).all():
        raise MotionError(f"{where}: expected {size} numbers; found {shown(str(values))}")
    return vector.astype(np.float64)


def _joints_of(document: dict[str, Any], nodes: list[Node], animated: set[int]) -> dict[int, str]:
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


def _root(nodes: list[Node], index: int) -> int:
    while nodes[index].parent >= 0:
        index = nodes[index].parent
    return index


def _depth(nodes: list[Node], index: int) -> int:
    depth = 0
    while (index := nodes[index].parent) >= 0:
        depth += 1
    return depth


# ------------------------------------------------------------------------------------------------------ the animation


def _tracks_of(animation: dict[str, Any], buffers: Buffers, count: int, source: str) -> Tracks:
    tracks: Tracks = {}
    for channel in animation.get("channels") or []:
        target, sampler = channel["target"], animation["samplers"][channel["sampler"]]
        path, node = target.get("path"), target.get("node")
        if path not in PATHS or node is None:  # weights of a face, or a target that an extension names
            continue
        if not 0 <= int(node) < count:
            raise MotionError(f"{source}: an animation moves node {node}; expected one of {count}")
        times = buffers.numbers(sampler["input"], 1)[:, 0]
        values = buffers.numbers(sampler["output"], PATHS[path])
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
