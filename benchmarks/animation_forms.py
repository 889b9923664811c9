"""Writes movement as MVNX and glTF, for the tests of the readers and as seeds of the fuzz test."""

import base64
import json
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np


def mvnx_text(motions: Sequence[Any], head_turns: np.ndarray | None = None) -> str:
    """MVNX of one subject for each motion, all with the same segments, preceded by a pose that is no recording.

    Args:
        motions: Recordings with names, in metres and Z up.
        head_turns: (frames, 4) orientation w, x, y, z of the head segment, or None for no turn.
    """
    subjects = []
    for number, motion in enumerate(motions, start=1):
        names = motion.joint_names
        segments = "".join(f'<segment label="{name}" id="{index + 1}"/>' for index, name in enumerate(names))
        frames = [_mvnx_frame("identity", np.zeros((len(names), 3)), np.tile([1.0, 0, 0, 0], (len(names), 1)))]
        for frame, joints in enumerate(motion.joints):
            turns = np.tile([1.0, 0, 0, 0], (len(names), 1))
            if head_turns is not None:
                turns[[name.lower() for name in names].index("head")] = head_turns[frame]
            frames.append(_mvnx_frame("normal", joints, turns))
        subjects.append(
            f'<subject label="Person {number}" frameRate="{motion.fps:g}" segmentCount="{len(names)}">'
            f"<segments>{segments}</segments><frames>{''.join(frames)}</frames></subject>"
        )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<mvnx version="4">{"".join(subjects)}</mvnx>\n'


def _mvnx_frame(kind: str, joints: np.ndarray, turns: np.ndarray) -> str:
    position, orientation = (" ".join(f"{value:.6f}" for value in values.ravel()) for values in (joints, turns))
    return f'<frame type="{kind}"><orientation>{orientation}</orientation><position>{position}</position></frame>\n'


def gltf_document(
    names: Sequence[str],
    parents: Sequence[int],
    rest: np.ndarray,
    tracks: dict[tuple[int, str], tuple[np.ndarray, np.ndarray, str]],
    **extra: Any,
) -> tuple[dict[str, Any], bytes]:
    """A document of nodes at rest and one animation, and its buffer.

    Args:
        names: Name of each node.
        parents: Parent of each node, -1 for a root.
        rest: (nodes, 3) offset of each node from its parent.
        tracks: Node and path ("translation", "rotation", "scale") -> times, values, interpolation.
        **extra: Further fields of the document, such as extensions.
    """
    binary, views, accessors = b"", [], []

    def accessor(values: np.ndarray) -> int:
        nonlocal binary
        content = np.ascontiguousarray(values, dtype="<f4")
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": content.nbytes})
        width = content.shape[-1] if content.ndim > 1 else 1
        kind = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}[width]
        count = content.size // width
        accessors.append({"bufferView": len(views) - 1, "componentType": 5126, "count": count, "type": kind})
        binary += content.tobytes()
        return len(accessors) - 1

    samplers, channels = [], []
    for (node, path), (times, values, interpolation) in tracks.items():
        samplers.append({"input": accessor(times), "output": accessor(values), "interpolation": interpolation})
        channels.append({"sampler": len(samplers) - 1, "target": {"node": node, "path": path}})
    nodes: list[dict[str, Any]] = [
        {"name": name, "translation": [float(value) for value in offset]}
        for name, offset in zip(names, rest, strict=True)
    ]
    for node, parent in enumerate(parents):
        if parent >= 0:
            nodes[parent].setdefault("children", []).append(node)
    document = {
        "asset": {"version": "2.0"},
        "nodes": nodes,
        "animations": [{"name": "take", "samplers": samplers, "channels": channels}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(binary)}],
    }
    return document | extra, binary


def moving_tracks(parents: Sequence[int], joints: np.ndarray, fps: float) -> dict:
    """Tracks that move each node to its place by its offset from the parent; joints are (frames, nodes, 3)."""
    times = np.arange(len(joints)) / fps
    return {
        (node, "translation"): (times, joints[:, node] - (joints[:, parent] if parent >= 0 else 0.0), "LINEAR")
        for node, parent in enumerate(parents)
    }


def glb_bytes(document: dict[str, Any], binary: bytes) -> bytes:
    """A binary glTF file."""
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(binary), 0x004E4942) + binary
    return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


def gltf_text(document: dict[str, Any], binary: bytes) -> str:
    """A text glTF file with its buffer inside."""
    uri = "data:application/octet-stream;base64," + base64.b64encode(binary).decode()
    return json.dumps(document | {"buffers": [{"byteLength": len(binary), "uri": uri}]})
