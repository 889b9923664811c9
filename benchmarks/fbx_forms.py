"""Writes movement as FBX, text and binary, for the tests of the reader and as seeds of the fuzz test."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np

SECOND = 46_186_158_000
"""Units of time in a second."""

CUSTOM_RATE = 14
LINEAR = 4


@dataclass
class Record:
    """A record of a document: its name, its values and the records in it. A pair of texts is a class and a name."""

    name: str
    values: tuple[Any, ...] = ()
    records: list["Record"] = field(default_factory=list)


@dataclass
class Take:
    """A take: curves at every frame, the first at time 0.

    Attributes:
        name: Name of the take.
        fps: Frames per second.
        translations: Node -> (frames, 3) offset from its parent.
        rotations: Node -> (frames, 3) degrees about x, then y, then z.
    """

    name: str
    fps: float
    translations: dict[int, np.ndarray] = field(default_factory=dict)
    rotations: dict[int, np.ndarray] = field(default_factory=dict)


def moving_take(parents: Sequence[int], joints: np.ndarray, fps: float, name: str = "take") -> Take:
    """A take that moves each node to its place by its offset from the parent; joints are (frames, nodes, 3)."""
    offsets = {node: joints[:, node] - (joints[:, above] if above >= 0 else 0.0) for node, above in enumerate(parents)}
    return Take(name, fps, offsets)


def fbx_document(
    names: Sequence[str],
    parents: Sequence[int],
    rest: np.ndarray,
    takes: Sequence[Take],
    kind: str = "LimbNode",
    centimetres: float = 100.0,
    up: str = "y",
) -> list[Record]:
    """A document of nodes at rest and takes.

    Args:
        names: Name of each node.
        parents: Parent of each node, -1 for a root.
        rest: (nodes, 3) offset of each node from its parent.
        takes: The takes; the first states the frame rate.
        kind: "LimbNode" for bones, "Null" for nodes without a kind.
        centimetres: The unit of length, in centimetres.
        up: The axis that points up, "y" or "z".
    """
    ids = count(1)
    nodes = [next(ids) for _ in names]
    objects, links = [], []
    for node, name in enumerate(names):
        place = _property("Lcl Translation", "Lcl Translation", "A", *map(float, rest[node]))
        objects.append(Record("Model", (nodes[node], ("Model", name), kind), [_properties(place)]))
        links.append(("OO", nodes[node], nodes[parents[node]] if parents[node] >= 0 else 0))
        attribute = next(ids)
        objects.append(Record("NodeAttribute", (attribute, ("NodeAttribute", name), kind)))
        links.append(("OO", attribute, nodes[node]))
    for take in takes:
        tracks = [("Lcl Translation", take.translations), ("Lcl Rotation", take.rotations)]
        frames = max((len(values) for _, track in tracks for values in track.values()), default=1)
        stack, layer = next(ids), next(ids)
        span = [_property("LocalStart", "KTime", "Time", 0)]
        span.append(_property("LocalStop", "KTime", "Time", round((frames - 1) * SECOND / take.fps)))
        objects.append(Record("AnimationStack", (stack, ("AnimStack", take.name), ""), [_properties(*span)]))
        objects.append(Record("AnimationLayer", (layer, ("AnimLayer", "Base"), "")))
        links.append(("OO", layer, stack))
        for path, track in tracks:
            for node, values in track.items():
                moved = next(ids)
                objects.append(Record("AnimationCurveNode", (moved, ("AnimCurveNode", path[4]), "")))
                links += [("OO", moved, layer), ("OP", moved, nodes[node], path)]
                for axis in range(3):
                    curve = next(ids)
                    objects.append(_curve(curve, values[:, axis], take.fps))
                    links.append(("OP", curve, moved, f"d|{'XYZ'[axis]}"))
    axes = {"y": (1, 1, 2, 1), "z": (2, 1, 1, -1)}[up]
    settings = [_property(key, "int", "Integer", value) for key, value in zip(_AXES, axes, strict=True)]
    settings += [_property("CoordAxis", "int", "Integer", 0), _property("CoordAxisSign", "int", "Integer", 1)]
    settings.append(_property("UnitScaleFactor", "double", "Number", float(centimetres)))
    settings.append(_property("TimeMode", "enum", "", CUSTOM_RATE))
    settings.append(_property("CustomFrameRate", "double", "Number", float(takes[0].fps) if takes else 30.0))
    return [
        Record("FBXHeaderExtension", (), [Record("FBXHeaderVersion", (1003,)), Record("FBXVersion", (7400,))]),
        Record("GlobalSettings", (), [Record("Version", (1000,)), _properties(*settings)]),
        Record("Objects", (), objects),
        Record("Connections", (), [Record("C", link) for link in links]),
    ]


_AXES = ("UpAxis", "UpAxisSign", "FrontAxis", "FrontAxisSign")


def _properties(*entries: Record) -> Record:
    return Record("Properties70", (), list(entries))


def _property(name: str, kind: str, label: str, *values: Any) -> Record:
    return Record("P", (name, kind, "" if label == "A" else label, "A" if label == "A" else "", *values))


def _curve(number: int, values: np.ndarray, fps: float) -> Record:
    times = np.round(np.arange(len(values)) * SECOND / fps).astype("<i8")
    parts = {
        "KeyTime": times,
        "KeyValueFloat": np.asarray(values, "<f4"),
        "KeyAttrFlags": np.array([LINEAR], "<i4"),
        "KeyAttrDataFloat": np.zeros(4, "<f4"),
        "KeyAttrRefCount": np.array([len(values)], "<i4"),
    }
    records = [Record("Default", (0.0,)), Record("KeyVer", (4008,))]
    records += [Record(name, (content,)) for name, content in parts.items()]
    return Record("AnimationCurve", (number, ("AnimCurve", ""), ""), records)


def fbx_text(document: Sequence[Record]) -> str:
    """A text FBX file."""
    return "; FBX 7.4.0 project file\n" + "".join(_text_of(record, "") for record in document)


def _text_of(record: Record, indent: str) -> str:
    if record.values and isinstance(record.values[0], np.ndarray):
        numbers = ",".join(f"{value:.9g}" if value.dtype.kind == "f" else str(value) for value in record.values[0])
        return f"{indent}{record.name}: *{len(record.values[0])} {{\n{indent}\ta: {numbers}\n{indent}}}\n"
    words = [
        str(value)
        if isinstance(value, (int, float))
        else f'"{"::".join(value) if isinstance(value, tuple) else value}"'
        for value in record.values
    ]
    body = "".join(_text_of(each, indent + "\t") for each in record.records)
    end = f" {{\n{body}{indent}}}\n" if record.records or not words or record.name in _WITH_BODY else "\n"
    return f"{indent}{record.name}: {', '.join(words)}{end}"


_WITH_BODY = ("NodeAttribute", "AnimationLayer", "AnimationCurveNode")


def fbx_bytes(document: Sequence[Record]) -> bytes:
    """A binary FBX file, version 7.4."""
    content = b"Kaydara FBX Binary  \0\x1a\0" + struct.pack("<I", 7400)
    for record in document:
        content += _bytes_of(record, len(content))
    return content + bytes(13)


def _bytes_of(record: Record, start: int) -> bytes:
    values, name = b"".join(map(_value, record.values)), record.name.encode()
    body = b""
    for each in record.records:
        body += _bytes_of(each, start + 13 + len(name) + len(values) + len(body))
    if record.records:
        body += bytes(13)
    end = start + 13 + len(name) + len(values) + len(body)
    return struct.pack("<IIIB", end, len(record.values), len(values), len(name)) + name + values + body


def _value(value: Any) -> bytes:
    if isinstance(value, np.ndarray):
        packed = zlib.compress(value.tobytes())
        letter = {"<i8": b"l", "<i4": b"i", "<f4": b"f"}[value.dtype.str]
        return letter + struct.pack("<III", len(value), 1, len(packed)) + packed
    if isinstance(value, int):
        return b"L" + struct.pack("<q", value)
    if isinstance(value, float):
        return b"D" + struct.pack("<d", value)
    text = "\0\x01".join(reversed(value)).encode() if isinstance(value, tuple) else value.encode()
    return b"S" + struct.pack("<I", len(text)) + text


def hostile_fbx() -> Iterator[bytes]:
    """Yields hostile files, text and binary."""
    names, parents, rest = ["Hips", "Spine"], [-1, 0], np.array([[0.0, 1.0, 0.0], [0.0, 0.3, 0.0]])
    still = np.zeros((3, 3))
    for take in (
        Take("", 1e-3, {0: still}),
        Take("a" * 10_000, 1e9, {0: still}),
        Take("far", 30.0, {0: still + 1e38}),
        Take("nan", 30.0, {0: still + np.nan}, {1: still + 1e30}),
    ):
        document = fbx_document(names, parents, rest, [take])
        yield fbx_text(document).encode()
        yield fbx_bytes(document)
    document = fbx_document(names, parents, rest, [Take("long", 30.0, {0: still})])
    yield (
        fbx_text(document)
        .replace('"LocalStop", "KTime", "Time", "", ', '"LocalStop", "KTime", "Time", "", 9')
        .encode()
    )
    yield fbx_text(document).replace('"OO", 1, 0', '"OO", 1, 3').encode()  # its own ancestor
    yield fbx_text(document).replace("KeyTime: *3", "KeyTime: *3000000000").encode()
    chain = [f"joint{number}" for number in range(5000)]
    deep = fbx_document(chain, range(-1, 4999), np.ones((5000, 3)), [Take("deep", 30.0, {0: still})])
    yield fbx_bytes(deep)[: 2**20]
    bomb = Record("KeyTime", (np.zeros(2**24, "<i8"),))
    yield fbx_bytes(
        [*document, Record("Objects", (), [Record("AnimationCurve", (99, ("AnimCurve", ""), ""), [bomb])])]
    )
    yield fbx_bytes([*document, Record("Objects", (), [])])[:-13] + struct.pack("<IIIB", 2**32 - 1, 2**31, 2**31, 255)
    yield b"Kaydara FBX Binary  \0\x1a\0" + struct.pack("<I", 7400) + struct.pack("<IIIB", 40, 1, 5, 0) * 50_000
