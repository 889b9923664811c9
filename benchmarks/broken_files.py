"""The ways in which `fuzz_readers.py` breaks the files of `sample_files.py`."""

import json
import random
import re
import runpy
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES

ROOT = Path(__file__).resolve().parents[1]
zip_bytes = runpy.run_path(str(ROOT / "benchmarks" / "sample_files.py"))["zip_bytes"]
glb_bytes = runpy.run_path(str(ROOT / "benchmarks" / "animation_forms.py"))["glb_bytes"]

GLB = (".glb", ".vrm", ".vrma")
BINARY = (".c3d", ".npy", ".npz", *GLB)
MAX_INPUT = 2**20

NASTY = (
    "nan", "inf", "-inf", "1e308", "-1e308", "1e400", "999999999999", "1000000000", "0", "-1", "-0.0", "1e-320", "",
    " ", "\0", "\ufeff", "é", "٣", "²", "1_0", "0x10", "1,5", "None", "null", "true", "{", "}", "[", "]", '"', "'",
    "#", "//", "\t", "\r", "\n", "End Site", "MOTION", "ROOT", "evil.json", "../../etc/passwd",
    "9" * 5000, "0." + "3" * 50000, "a" * 70000,
)  # fmt: skip
"""Replacements for words and numbers."""

NASTY_NUMBERS = (0, -1, 1, 2, 3, 0.5, 1e308, -1e308, 1e-320, 10**12, 2**31, 2**63, 2**70, float("nan"), float("inf"))


class Inputs:
    """The inputs of one suffix by number: first the valid and hostile files as they are, then broken ones.

    Args:
        folder: The folder that `write_seeds` filled.
        suffix: Suffix of the files.
        seed: Seed of the random changes.
    """

    def __init__(self, folder: Path, suffix: str, seed: int = 0):
        self.suffix, self.seed = suffix, seed
        paths = sorted((folder / suffix).iterdir())
        self.seeds = [path.read_bytes() for path in paths]
        self.whole = [content for path, content in zip(paths, self.seeds, strict=True) if "hostile" not in path.name]
        self.others = [
            path.read_bytes() for other in READABLE_SUFFIXES for path in sorted((folder / other).iterdir())[-1:]
        ]

    def __getitem__(self, number: int) -> bytes:
        if number < len(self.seeds):
            return self.seeds[number]
        rng = random.Random(f"{self.seed} {self.suffix} {number}")
        content = rng.choice(self.whole if rng.random() < 0.95 else self.seeds)
        special = SPECIAL.get(self.suffix)
        if special is not None and rng.random() < 0.5:
            content = special(content, rng)
        elif self.suffix == ".bvh" and rng.random() < 0.1:
            content = random_bvh(rng)
        text = self.suffix not in BINARY
        for _ in range(rng.choice((0, 1, 1, 2, 3)) if special or self.suffix == ".bvh" else rng.choice((1, 1, 2, 3))):
            content = rng.choice(TEXT_CHANGES if text and rng.random() < 0.7 else BYTE_CHANGES)(
                content, rng, self.others
            )
        return content[:MAX_INPUT]


def flip(content: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    """Changes a few bytes, most often near the start, where headers are."""
    copy = bytearray(content or b"\0")
    reach = min(len(copy), rng.choice((32, 256, 2048, len(copy))))
    for _ in range(rng.choice((1, 1, 2, 4, 8, 32))):
        copy[rng.randrange(reach)] = rng.choice((0, 1, 10, 32, 45, 127, 128, 255, rng.randrange(256)))
    return bytes(copy)


def truncate(content: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def remove(content: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    start, stop = _piece(content, rng)
    return content[:start] + content[stop:]


def duplicate(content: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    start, stop = _piece(content, rng)
    times = rng.choice((1, 1, 1, 2, 10, 200))
    return (content[:stop] + content[start:stop] * times)[:MAX_INPUT] + content[stop:]


def splice(content: bytes, rng: random.Random, others: list[bytes]) -> bytes:
    """Joins the front of one file and the end of another, of any format."""
    other = rng.choice([*others, content])
    return content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other) + 1) :][:100_000]


def insert_noise(content: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.randbytes(rng.choice((1, 4, 64, 2000))) + content[at:]


def recode(content: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    """Changes the encoding or the line ends, adds a byte order mark or removes the end of the last line."""
    text = content[:200_000].decode("utf-8", "replace")
    return rng.choice(
        (
            lambda: text.encode("utf-16"),
            lambda: text.encode("utf-8-sig"),
            lambda: content.replace(b"\n", b"\r\n"),
            lambda: content.replace(b"\n", b"\r"),
            lambda: content.replace(b"\n", b"\0"),
            lambda: content.replace(b" ", b"\t"),
            lambda: content.replace(b".", b","),
            lambda: content.rstrip(),
            lambda: b"\n" + content,
        )
    )()


def replace_words(content: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    """Replaces a few words or numbers by nasty ones, or by one another."""
    words = list(re.finditer(rb"[^\s,;:{}\[\]\"]+", content[:60_000]))
    return _replaced(content, words, rng)


def replace_front_words(content: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    """Does the same with the first words, which are the header in most formats."""
    return _replaced(content, list(re.finditer(rb"[^\s,;:{}\[\]\"]+", content[:1500])), rng)


def _replaced(content: bytes, places: list[re.Match[bytes]], rng: random.Random) -> bytes:
    chosen = sorted(
        rng.sample(places, min(len(places), rng.choice((1, 1, 2, 4, 8)))), key=lambda match: -match.start()
    )
    for match in chosen:
        word = rng.choice(places)[0] if rng.random() < 0.2 else rng.choice(NASTY).encode("utf-8", "surrogatepass")
        content = content[: match.start()] + word + content[match.end() :]
    return content


def change_lines(content: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    """Deletes, doubles, moves or extends a line, or joins it with the next."""
    lines = content.split(b"\n")
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(6)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines[at:at] = [lines[at]] * min(rng.choice((1, 2, 100, 2000)), 1 + MAX_INPUT // (len(lines[at]) + 1))
    elif kind == 2:
        lines[at], lines[to] = lines[to], lines[at]
    elif kind == 3:
        lines[at] = (lines[at][:2000] + b" ") * rng.choice((2, 100, 500))
    elif kind == 4 and len(lines) > 1:
        lines[at - 1 : at + 1] = [b" ".join(lines[at - 1 : at + 1])]
    else:
        lines[at] = b"".join(
            rng.choice((b"1 ", b"nan,", b"}", b"{", b"\t", b'"', b"1e9;")) for _ in range(rng.choice((1, 30, 3000)))
        )
    return b"\n".join(lines)[:MAX_INPUT]


BYTE_CHANGES = (flip, flip, truncate, remove, duplicate, splice, insert_noise)
TEXT_CHANGES = (replace_words, replace_words, replace_front_words, replace_front_words, change_lines, recode)


def _piece(content: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(content) + 1)
    return start, min(len(content), start + rng.choice((1, 10, 100, 1000, 20_000)))


def random_bvh(rng: random.Random) -> bytes:
    """Returns a file that follows the grammar, with random structure and counts that may be wrong."""
    lines, open_nodes, width = ["HIERARCHY"], 0, 0
    for number in range(rng.choice((0, 1, 3, 10, 40))):
        name = rng.choice(("Hips", "LeftArm", "RightArm", "a b", f"j{number}"))
        lines.append(f"{'JOINT' if number else 'ROOT'} {name}\n{{")
        lines.append("OFFSET " + " ".join(rng.choice(("0", "1.5", "-1e3", rng.choice(NASTY[:10]))) for _ in range(3)))
        kinds = [rng.choice("XYZ") + rng.choice(("rotation", "position")) for _ in range(rng.randrange(7))]
        if rng.random() < 0.9:
            lines.append(f"CHANNELS {len(kinds) if rng.random() < 0.97 else rng.choice(NASTY[:14])} {' '.join(kinds)}")
            width += len(kinds)
        open_nodes += 1
        while open_nodes > 1 and rng.random() < 0.4:
            lines.append("End Site\n{\nOFFSET 0 0 0\n}\n}" if rng.random() < 0.5 else "}")
            open_nodes -= 1
    lines += ["}"] * (open_nodes + rng.choice((0, 0, 0, 0, 1, -1)))
    frames = rng.choice((0, 1, 7, 40))
    lines += [
        "MOTION",
        f"Frames: {frames if rng.random() < 0.9 else rng.choice(NASTY)}",
        f"Frame Time: {rng.choice(('0.0333', '0.008', '1', '1e-9'))}",
    ]
    lines += [" ".join(f"{rng.gauss(0, 50):.3g}" for _ in range(width)) for _ in range(frames)]
    return "\n".join(lines).encode("utf-8", "replace")


def broken_json(content: bytes, rng: random.Random) -> bytes:
    """Replaces a few values anywhere in the tree; the text stays JSON."""
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError):
        return content
    for _ in range(rng.choice((1, 1, 2, 5))):
        parent, key, node = None, None, tree
        while isinstance(node, (dict, list)) and node and (parent is None or rng.random() < 0.75):
            parent, key = node, rng.choice(list(node) if isinstance(node, dict) else range(len(node)))
            node = parent[key]
        if parent is None:
            break
        if isinstance(parent, dict) and rng.random() < 0.2:
            parent[rng.choice(("x", "frames", "people", "fps", "layout", "timestamp", "a" * 500, ""))] = parent.pop(
                key
            )
        elif isinstance(parent, list) and rng.random() < 0.3:
            del parent[key]
        else:
            parent[key] = _nasty_node(rng, node)
    try:
        return json.dumps(tree).encode()
    except RecursionError:
        return content


def _nasty_node(rng: random.Random, node: Any) -> Any:
    deep: Any = []
    for _ in range(rng.choice((1, 3, 50, 400))):
        deep = [deep] if rng.random() < 0.8 else {"people": deep}
    plain = (
        None,
        True,
        [],
        {},
        "",
        "evil.json",
        "nan",
        "smpl22",
        [[]],
        [None],
        [[1, 2, 3]],
        {"x": 1, "y": 2, "z": 3},
        {"x": {}},
    )
    return rng.choice(
        (*plain, *NASTY_NUMBERS, deep, [node], {"landmarks": node}, [node] * 100, "x" * 5000, [1.0] * 5000)
    )


def broken_lines(content: bytes, rng: random.Random) -> bytes:
    """Does the same in one line of a file with a document a line."""
    lines = content.split(b"\n")
    at = rng.randrange(len(lines))
    lines[at] = broken_json(lines[at], rng)
    return b"\n".join(lines)


def broken_glb(content: bytes, rng: random.Random) -> bytes:
    """Does the same in the document of a binary glTF file, or changes numbers of its buffer; the lengths fit again."""
    if len(content) < 20 or content[:4] != b"glTF":
        return content
    length = struct.unpack("<I", content[12:16])[0]
    document, binary = content[20 : 20 + length], bytearray(content[28 + length :])
    if rng.random() < 0.7:
        document = broken_json(document, rng)
    for _ in range(rng.choice((0, 1, 8)) if len(binary) >= 4 else 0):
        at = 4 * rng.randrange(len(binary) // 4)
        binary[at : at + 4] = struct.pack("<f", rng.choice((0.0, -1.0, 1e-40, 3e38, float("nan"), float("inf"))))
    try:
        return bytes(glb_bytes(json.loads(document), bytes(binary)))
    except (ValueError, RecursionError):
        return content


def broken_npy(content: bytes, rng: random.Random) -> bytes:
    """Replaces words in the text of the header and corrects its length."""
    if content[:6] != b"\x93NUMPY" or len(content) < 12:
        return content
    length = struct.unpack("<H", content[8:10])[0]
    header, data = content[10 : 10 + length], content[10 + length :]
    if rng.random() < 0.5:
        shape = ", ".join(
            str(rng.choice((0, 1, 2, 3, 7, 22, -1, 10**9, 2**63, 10**30, "None", "1.5", "'a'")))
            for _ in range(rng.randrange(6))
        )
        kind = rng.choice(
            ("<f4", ">f8", "<f2", "<i8", "|b1", "<c8", "|O", "<U3", "|S0", "|V4", "<m8", "<g16", "<f16", "f4,f4", "x")
        )
        header = (
            f"{{'descr': {kind!r}, 'fortran_order': {rng.choice((True, False, 1))}, 'shape': ({shape},), }}".encode()
        )
    else:
        header = _replaced(header, list(re.finditer(rb"\d+|\w+|[^\w\s]", header)), rng)
    return content[:8] + struct.pack("<H", min(len(header), 65535)) + header[:65535] + data


def broken_npz(_: bytes, rng: random.Random) -> bytes:
    """Returns an archive of arrays, some of which do not fit together."""
    frames, joints = rng.choice((0, 1, 2, 30)), rng.choice((1, 17, 22, 25, 33))
    kind = rng.choice(
        (
            np.float32,
            np.float32,
            np.float64,
            np.float16,
            np.int8,
            np.uint64,
            np.complex64,
            bool,
            object,
            "U3",
            "V4",
            "M8[s]",
        )
    )
    shape = rng.choice(
        ((frames, joints, 3), (frames, joints, 3), (2, frames, joints, 3), (joints, 3), (frames, joints, 2), ())
    )
    values = np.random.default_rng(rng.randrange(2**32)).normal(size=shape)
    if values.size and rng.random() < 0.4:
        values.flat[rng.randrange(values.size)] = rng.choice((np.nan, np.inf, -np.inf, 1e30, 1e308))
    arrays: dict[str, Any] = {rng.choice(("joints", "joints", "joints", "poses", "a/b", "")): _as(values, kind)}
    arrays["fps"] = rng.choice(NASTY_NUMBERS) if rng.random() < 0.3 else 30.0
    if rng.random() < 0.5:
        arrays["layout"] = rng.choice(("smpl22", "kinect_v2_25", "evil.json", "", "x" * 300, b"\xff\xfe", 3))
    if rng.random() < 0.5:
        words = ("Hips", "LeftArm", "RightArm", "Head", "Spine", "LeftUpLeg", "", "é", "a" * 300, "Left", "hip.L")
        arrays["joint_names"] = [rng.choice(words) for _ in range(rng.choice((joints, joints, joints + 1, 0)))]
    if rng.random() < 0.5:
        arrays["parents"] = rng.choice(
            (
                [-1, *range(joints - 1)],
                [rng.randrange(-2, joints + 1) for _ in range(joints)],
                [0] * joints,
                [],
                [[-1]],
                [0.5] * joints,
            )
        )
    if rng.random() < 0.2:
        arrays["units"] = rng.choice(("m", "mm", "parsec", "\0", 5))
    return zip_bytes(
        {key: _as(value) for key, value in arrays.items()},
        rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)),
    )


def _as(values: Any, kind: Any = None) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        array = np.array(values, object) if isinstance(values, int) and abs(values) >= 2**64 else np.asarray(values)
        try:
            return array.astype(kind) if kind is not None else array
        except (TypeError, ValueError):
            return array


def broken_c3d(content: bytes, rng: random.Random) -> bytes:
    """Replaces 16-bit words in the header or the parameters."""
    copy = bytearray(content)
    if len(copy) < 1024:
        return content
    for _ in range(rng.choice((1, 1, 2, 4))):
        start, stop = rng.choice(((0, 24), (512, 560), (512, len(copy) - 4), (512, min(len(copy) - 4, 1400))))
        at = rng.randrange(start, stop)
        value = rng.choice((0, 1, 2, 255, 256, 4096, 32767, 32768, 65535, rng.randrange(65536)))
        copy[at : at + 2] = struct.pack("<H", value)
    return bytes(copy)


SPECIAL = {
    ".json": broken_json,
    ".jsonl": broken_lines,
    ".gltf": broken_json,
    ".npy": broken_npy,
    ".npz": broken_npz,
    ".c3d": broken_c3d,
    **dict.fromkeys(GLB, broken_glb),
}
"""Suffix -> how its files are broken so that they still follow their format."""
