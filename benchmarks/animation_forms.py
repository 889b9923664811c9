"""Writes movement as MVNX and glTF, for the tests of the readers and as seeds of the fuzz test."""

import base64
import json
import struct
from collections.abc import Iterator, Sequence
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


def hostile_animations() -> Iterator[tuple[str, bytes]]:
    """Yields (suffix, content) of hostile MVNX and glTF."""
    entities = '<!ENTITY a0 "lol">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 20))
    yield ".mvnx", f"<!DOCTYPE mvnx [{entities}]><mvnx><comment>&a19;</comment></mvnx>".encode()
    yield ".mvnx", b'<!DOCTYPE mvnx [<!ENTITY e SYSTEM "file:///etc/passwd">]><mvnx><comment>&e;</comment></mvnx>'
    yield ".mvnx", b"<mvnx>" + b"<subject>" * 80_000
    subject = '<mvnx><subject label="A" frameRate="60" segmentCount="{}"><segments>{}</segments><frames>{}</frames>'
    segment = '<segment label="Pelvis" id="1"/>'
    frame = '<frame type="normal"><position>{}</position></frame>'
    for count, segments, frames in (
        (10**9, segment, frame.format("0 1 0") * 9),
        (-1, segment, frame.format("nan inf 1e308") * 9),
        (1, segment, frame.format("0 1 0 " * 100_000)),
        (1, segment * 20_000, frame.format("0 1 0") * 9),
        (1, segment.replace("Pelvis", "a" * 500_000), frame.format("0 1 0") * 9),
        (1, segment, frame.format("0 1 0") * 9_000 + frame.format("1")),
    ):
        yield ".mvnx", (subject.format(count, segments, frames) + "</subject></mvnx>").encode()
    nodes = [{"name": f"n{number}", "children": [(number + 1) % 9]} for number in range(9)]
    accessor = {"componentType": 5126, "type": "VEC3", "count": 10**9, "bufferView": 0}
    view = {"buffer": 0, "byteOffset": 0, "byteLength": 10**12}
    sampler = {"input": 0, "output": 0}
    channel = {"sampler": 0, "target": {"node": 0, "path": "translation"}}
    whole = {"asset": {"version": "2.0"}, "nodes": [{"name": "Hips"}], "bufferViews": [view], "accessors": [accessor]}
    whole |= {"animations": [{"samplers": [sampler], "channels": [channel]}], "buffers": [{"byteLength": 12}]}
    changes: tuple[dict[str, Any], ...] = (
        {},
        {"nodes": nodes},
        {"nodes": [{"children": [0]}]},
        {"nodes": [{"name": f"n{number}", "children": [number + 1]} for number in range(9000)]},
        {"buffers": [{"byteLength": 12, "uri": "file:///etc/passwd"}]},
        {"buffers": [{"byteLength": 12, "uri": "../../secret.bin"}]},
        {"buffers": [{"byteLength": 12, "uri": "data:;base64," + "A" * 500_000}]},
        {"accessors": [accessor | {"sparse": {"count": 10**9, "indices": {}, "values": {}}}]},
        {"accessors": [accessor | {"count": -1, "byteOffset": -8}]},
        {"animations": [{"samplers": [sampler] * 20_000, "channels": [channel] * 20_000}]},
        {"extensions": {"VRMC_vrm_animation": {"humanoid": {"humanBones": {"hips": {"node": 99}}}}}},
    )
    for change in changes:
        yield ".gltf", json.dumps(whole | change).encode()
        for suffix in (".glb", ".vrm", ".vrma"):
            yield suffix, glb_bytes(whole | change, bytes(1200))
    yield ".glb", b"glTF" + struct.pack("<III", 2, 2**32 - 1, 2**32 - 1) + b"JSON{}"
    yield ".vrm", b"glTF" + struct.pack("<II", 2, 12) + struct.pack("<II", 0, 0x4E4F534A) * 50_000
