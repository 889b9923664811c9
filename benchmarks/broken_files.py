"""Small valid recordings in every format, malicious files, and the mutations of both for `fuzz_readers.py`."""

import io
import json
import random
import re
import runpy
import struct
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from eai_llm_hf.generator import clip_seed, generate_clip
from eai_llm_hf.processing.reading.suffixes import READABLE_SUFFIXES
from eai_llm_hf.processing.skeleton.rig_files import load_rigs

ROOT = Path(__file__).resolve().parents[1]
BINARY = (".c3d", ".npy", ".npz")
MAX_INPUT = 2**20

NASTY = (
    "nan", "inf", "-inf", "1e308", "-1e308", "1e400", "999999999999", "1000000000", "0", "-1", "-0.0", "1e-320", "",
    " ", "\0", "\ufeff", "é", "٣", "²", "1_0", "0x10", "1,5", "None", "null", "true", "{", "}", "[", "]", '"', "'",
    "#", "//", "\t", "\r", "\n", "End Site", "MOTION", "ROOT", "evil.json", "../../etc/passwd",
    "9" * 5000, "0." + "3" * 50000, "a" * 70000,
)  # fmt: skip
"""What takes the place of words and numbers."""

NASTY_NUMBERS = (0, -1, 1, 2, 3, 0.5, 1e308, -1e308, 1e-320, 10**12, 2**31, 2**63, 2**70, float("nan"), float("inf"))


# --------------------------------------------------------------------------------------------------------- whole files


def write_seeds(folder: Path) -> None:
    """Writes small valid files of each form, and hostile ones, into a folder for each suffix."""
    examples = runpy.run_path(str(ROOT / "hub_examples" / "make_clips.py"))
    readers = runpy.run_path(str(ROOT / "benchmarks" / "readers.py"))
    for suffix in READABLE_SUFFIXES:
        (folder / suffix).mkdir(parents=True, exist_ok=True)

    def clip(rig: str, seconds: float = 0.7) -> Any:
        return generate_clip(clip_seed(5, len(rig)), rig=rig, action="wave", duration_s=seconds).motion

    small, named, kinect = clip("smpl22"), clip("bandai22"), clip("kinect_v2_25")
    for number, form in enumerate(readers["BVH_FORMS"]):
        text = readers["turning_bvh"](8, number, form)
        (folder / ".bvh" / f"form-{number}.bvh").write_text(text, encoding="utf-8", newline="")
    examples["write_bvh"](named, folder / ".bvh" / "body.bvh")
    examples["write_csv"](named, folder / ".csv" / "wide.csv")
    readers["write_long_csv"](named, folder / ".csv" / "long.csv")
    (folder / ".csv" / "kinect.csv").write_text(_kinect_rows(kinect), encoding="ascii")
    (folder / ".csv" / "few.csv").write_text("time;hip x;hip y;hip z\n0;1;;3\n33;4;5;6\n66;7;8;9\n", encoding="ascii")
    readers["write_trc"](named, folder / ".trc" / "body.trc")
    few = "PathFileType 4 (X/Y/Z) a.trc\nDataRate NumFrames NumMarkers Units\n60 2 2 mm\nFrame# Time A B\nX1 Y1 Z1\n"
    (folder / ".trc" / "few.trc").write_text(few + "1 0 1 2 3 4 5 6\n2 0.02 1 2 3 nan nan nan\n", encoding="ascii")
    for name, content in _json_forms(named, _landmarks(small)).items():
        (folder / ".json" / f"{name}.json").write_text(json.dumps(content), encoding="ascii")
    for number, joints in enumerate((small.joints, small.joints.astype(">f8"), small.joints.round().astype("i2"))):
        np.save(folder / ".npy" / f"{number}.npy", joints)
    np.save(folder / ".npy" / "people.npy", np.stack([small.joints, small.joints]))
    np.save(folder / ".npy" / "fortran.npy", np.asfortranarray(small.joints))
    examples["write_npz"](named, folder / ".npz" / "named.npz")
    np.savez(
        folder / ".npz" / "stored.npz", joints=small.joints, fps=30, layout="smpl22", parents=small.parents, units="m"
    )
    np.savez(folder / ".npz" / "unnamed.npz", poses=small.joints[:, :, 0], other=small.joints)
    for motion in (named, clip("cmu31", 1.0)):
        readers["write_c3d"](motion, folder / ".c3d" / f"{len(motion.joint_names)}.c3d")
    for suffix, content in hostile():
        number = len(list((folder / suffix).glob("hostile-*")))
        (folder / suffix / f"hostile-{number:02}{suffix}").write_bytes(content)


def _kinect_rows(motion: Any) -> str:
    states = np.full((*motion.joints.shape[:2], 1), 2.0, np.float32)
    rows = np.concatenate([np.nan_to_num(motion.joints), states], axis=-1).reshape(len(motion.joints), -1)
    return "".join(
        f"{89810293609 + 333_333 * number}," + ",".join(f"{value:.4f}" for value in row) + "\n"
        for number, row in enumerate(rows)
    )


def _landmarks(motion: Any) -> np.ndarray:
    """(frames, 33, 3) landmarks as in MediaPipe, of a motion on the unified skeleton; points of the face coincide."""
    rig = load_rigs()["mediapipe33"]
    head = motion.joint_names.index("head")
    points = np.repeat(motion.joints[:, [head]].astype(float), len(rig["joints"]), axis=1)
    for joint, name in rig["map"].items():
        if isinstance(name, str):
            points[:, rig["joints"].index(name)] = motion.joints[:, motion.joint_names.index(joint)]
    return points * [1, -1, -1]


def _json_forms(named: Any, landmarks: np.ndarray) -> dict[str, Any]:
    frames = named.joints.round(3).astype(float).tolist()
    points = [
        [{"x": x, "y": y, "z": z, "visibility": 0.9} for x, y, z in frame] for frame in landmarks.round(4).tolist()
    ]
    words = [dict(zip(named.joint_names, frame, strict=True)) for frame in frames]
    return {
        "lists": {"fps": 30, "joint_names": named.joint_names, "frames": frames},
        "words": {"units": "m", "fps": 30, "frames": words},
        "mediapipe": points,
        "keys": [{"timestamp": 33.0 * number, "poseWorldLandmarks": [frame]} for number, frame in enumerate(points)],
        "people": {"frame_rate": 25, "layout": "bandai22", "frames": [[frame, frame, None] for frame in frames]},
    }


def _zip(arrays: dict[str, np.ndarray], method: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=True)
    return content.getvalue()


def hostile() -> Iterator[tuple[str, bytes]]:
    """(suffix, content) of files that were made to harm."""
    noise = random.Random(0).randbytes(4096)
    for suffix in READABLE_SUFFIXES:
        yield suffix, b""
        yield suffix, noise
        yield suffix, b"\0" * 100_000
        yield suffix, b"[" * 200_000
        yield suffix, b"\n" * 500_000
        yield suffix, b" " * 900_000
        yield suffix, b"1 " * 400_000
    yield from ((".bvh", text.encode()) for text in _hostile_bvh())
    yield from ((".csv", text.encode()) for text in _hostile_tables())
    yield from ((".json", text.encode()) for text in _hostile_json())
    header = "PathFileType\nDataRate\tNumFrames\tNumMarkers\tUnits\n30\t{}\t{}\tmm\nFrame#\tTime\tA\n"
    yield from (
        (".trc", header.format(*counts).encode() + b"1\t0\t1\t2\t3\n") for counts in ((10**9, 1), (1, 10**9), (-1, 1))
    )
    for descr in (
        "'<f4'",
        "'|O'",
        "()",
        "[]",
        "{}",
        "'<M8[ns]'",
        "('<f4', (10**9,))",
        "'U999999999'",
        "[('a', '<f4')]",
    ):
        for shape in (
            "(7, 22, 3)",
            "(1000000000, 22, 3)",
            "(-1, 22, 3)",
            "(0, " + "9" * 3000 + ", 3)",
        ):
            yield ".npy", npy_bytes(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}")
    for text in ("-" * 9000 + "1", "(" * 9000, "{[]: 1}", "{" * 150, "[" * 99 + "]" * 99, "1 if 1 else 2", "\0"):
        yield ".npy", npy_bytes(text)
    yield ".npy", npy_bytes("{'descr': '|i1', 'fortran_order': False, 'shape': (300000, 1, 1, 3)}", bytes(900_000))
    yield from ((".npz", content) for content in _hostile_archives())


def npy_bytes(header: str, data: bytes = bytes(4000)) -> bytes:
    """An array in NumPy's format with any text as its header."""
    text = header.encode("latin-1", "replace") + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def bvh_tree(names: int, depth: int, channels: str = "CHANNELS 1 Xposition") -> str:
    """The hierarchy of a file with many joints, of which only the root moves."""
    lines = ["HIERARCHY", "ROOT Hips {", "OFFSET 0 0 0", channels]
    for number in range(1, names):
        lines.append(f"JOINT j{number} {{ OFFSET 0 1 0" + (" }" if number >= depth else ""))
    return "\n".join(lines) + "\n" + "}" * min(names, depth) + "\n"


def _hostile_bvh() -> Iterator[str]:
    motion = "MOTION\nFrames: {}\nFrame Time: 0.03\n"
    root = bvh_tree(1, 1)
    yield root + motion.format(10**9) + "0\n"
    yield root + motion.format("9" * 5000) + "0\n"
    yield root + motion.format(1) + "0\n" * 400_000
    yield root + motion.format(1) + "0." + "3" * 900_000 + "\n"
    yield root + motion.format(1) + "9" * 900_000 + "\n"
    yield bvh_tree(4000, 400) + motion.format(1) + "0\n" * 10_000
    yield bvh_tree(500, 500) + motion.format(1) + "0\n" * 100_000
    yield bvh_tree(5000, 400) + motion.format(1) + "0\n"
    yield "HIERARCHY\n" + "ROOT a {\n" + "JOINT b {\n" * 80_000
    yield "HIERARCHY\nROOT a {\n" + "End Site {\n" * 80_000
    yield "HIERARCHY\nROOT a {\n" + "End Site { OFFSET 0 0 0 }\n" * 30_000
    yield "HIERARCHY\nMOTION\nFrames: 0\nFrame Time: 0\n"
    yield "HIERARCHY\n" + "{ " * 400_000
    yield "HIERARCHY\nROOT " + "a " * 150_000 + "{\nOFFSET 0 0 0\nCHANNELS 0\n}\n" + motion.format(0)
    yield root.replace("Hips", "Left" * 100_000) + motion.format(8) + "0\n" * 8
    yield "#" + "/" * 900_000 + "\nHIERARCHY"


def _hostile_tables() -> Iterator[str]:
    yield (
        "frame,joint,x,y,z\n"
        + "".join(f"0,j{n},1,1,1\n" for n in range(430))
        + "".join(f"{n},j0,1,1,1\n" for n in range(49_000))
    )
    yield "frame,joint,x,y,z\n0,a,1,1,1\n999999999999,a,1,1,1\n1e308,a,1,1,1\n"
    yield "frame,joint,x,y,z\n" + "".join(f"{n % 30},{'LeftUpArm' * 3}{n // 30},1,1,1\n" for n in range(20_000))
    yield ",".join(f"a{n}_{axis}" for n in range(30_000) for axis in "xyz") + "\n1,2\n"
    yield ",".join(f"{'a' * 60_000}{n}_{axis}" for n in range(3) for axis in "xyz") + "\n" + "1,2,3,4,5,6,7,8,9\n" * 40
    yield '"' + "a_x,\n" * 100_000
    yield "," * 900_000
    yield "hip_x,hip_y,hip_z\n" + "," * 900_000
    yield "a_x,a_y,a_z\n" + "1e308,-1e308,nan\n" * 40
    yield "time,a_x,a_y,a_z\n" + "".join(f"{'9' * 300 if n % 2 else n},1,2,3\n" for n in range(40))
    yield "_" * 130_000 + "x\n1\n"


def _hostile_json() -> Iterator[str]:
    for opening, closing in (("[", "]"), ('{"a":', "}"), ('[{"people":', "}]"), ('{"frames":[', "]}")):
        for depth in (5, 60, 300, 800, 980, 5000, 100_000):
            yield opening * depth + closing * depth
    nested = "[" * 900 + "]" * 900
    for key in ("fps", "layout", "joint_names", "units", "timestamp"):
        yield f'{{"{key}": {nested}, "frames": [[[1, 2, 3]]]}}'
        yield f'{{"{key}": {json.dumps(list(range(50_000)))}, "frames": [[[1, 2, 3]]]}}'
        yield f'[{{"{key}": {nested}, "landmarks": [[1, 2, 3]]}}]'
    yield "[" + "[]," * 150_000 + json.dumps({f"j{number}": [0.0, 0.0, 0.0] for number in range(118)}) + "]"
    yield "[" + json.dumps([[[0, 0, 0]] + [None] * 99] * 64) + ",[]" * 150_000 + "]"
    yield '{"layout": "evil.json", "fps": 30, "frames": [' + ",".join(["[[1, 2, 3]]"] * 30) + "]}"
    yield "[[[1e400, -1e400, NaN]], [[1e308, Infinity, -Infinity]]]"
    yield f"[[[{'9' * 400_000}, 0.{'3' * 400_000}, 1]]]"
    yield '{"frames": [' + json.dumps({"a" * 100_000: [1, 2, 3]}) + "]}"
    yield '{"' + "a" * 900_000 + '": 1}'
    yield '{"frames": [[[1,2,3]]], ' + ", ".join(f'"k{number}": 1' for number in range(50_000)) + "}"


def _hostile_archives() -> Iterator[bytes]:
    walk = np.ones((30, 22, 3), np.float32)
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        yield _zip({"joints": walk}, method)
    for parents in (range(22), [1, 0] * 11, [99] * 22, [-5] * 22, [*range(1, 22), 0]):
        yield _zip({"joints": walk, "fps": 30, "layout": "smpl22", "parents": parents}, zipfile.ZIP_STORED)
    for layout in ("evil.json", "../evil.json", "\0.json", "x" * 100_000):
        yield _zip({"joints": walk, "fps": 30, "layout": layout}, zipfile.ZIP_DEFLATED)
    for shape in ((500_000, 22, 3), (100_000, 7, 22, 3), (2**28 // 3, 1, 3)):
        yield _zip({"joints": np.zeros(shape, np.int8), "fps": 30, "layout": "smpl22"}, zipfile.ZIP_DEFLATED)
    yield _zip({"joints": np.zeros((500_000, 22, 3), np.float32), "fps": 30, "layout": "smpl22"}, zipfile.ZIP_DEFLATED)
    yield _zip({"joints": np.array([{}], object)}, zipfile.ZIP_STORED)
    chain = {"parents": np.arange(-1, 4095), "joints": np.ones((8, 4096, 3), np.int8), "fps": 30}
    yield _zip({**chain, "joint_names": [f"Left Up Leg {n}" for n in range(4096)]}, zipfile.ZIP_DEFLATED)
    yield _zip({**chain, "joint_names": ["hips"] + [f"spine{n}" for n in range(4095)]}, zipfile.ZIP_DEFLATED)
    yield _zip({f"a{number}": np.zeros(3) for number in range(3000)}, zipfile.ZIP_STORED)
    yield _zip({f"a{number}": np.zeros((1, 2, 3)) for number in range(2500)}, zipfile.ZIP_STORED)
    for fps in (float("nan"), 1e308, 0, -1, 10**18):
        yield _zip({"joints": walk, "fps": np.array(fps), "layout": "smpl22"}, zipfile.ZIP_STORED)


# -------------------------------------------------------------------------------------------------------- broken files


class Inputs:
    """The inputs of one suffix, each by its number: first valid and hostile files as they are, then broken ones.

    Args:
        folder: What `write_seeds` filled.
        suffix: Suffix of the files.
        seed: Another seed breaks the files in other ways.
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
        special = {".json": broken_json, ".npy": broken_npy, ".npz": broken_npz, ".c3d": broken_c3d}.get(self.suffix)
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
    """The front of one file and the end of another, of any format."""
    other = rng.choice([*others, content])
    return content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other) + 1) :][:100_000]


def insert_noise(content: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.randbytes(rng.choice((1, 4, 64, 2000))) + content[at:]


def recode(content: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    """Another encoding, other line ends, a byte order mark, no end of the last line."""
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
    """A few words or numbers give way to nasty ones, or to one another."""
    words = list(re.finditer(rb"[^\s,;:{}\[\]\"]+", content[:60_000]))
    return _replaced(content, words, rng)


def replace_front_words(content: bytes, rng: random.Random, _: list[bytes]) -> bytes:
    """The same among the first words, which are the header of most formats."""
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
    """A file after the grammar, with random structure and counts that need not fit."""
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
    """A few values anywhere in the tree become others; the text stays JSON."""
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


def broken_npy(content: bytes, rng: random.Random) -> bytes:
    """Words of the header's text become others; its length is put right again."""
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
    """An archive of arrays of which some do not fit."""
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
    return _zip(
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
    """Words of 16 bits in the header or the parameters become others."""
    copy = bytearray(content)
    if len(copy) < 1024:
        return content
    for _ in range(rng.choice((1, 1, 2, 4))):
        start, stop = rng.choice(((0, 24), (512, 560), (512, len(copy) - 4), (512, min(len(copy) - 4, 1400))))
        at = rng.randrange(start, stop)
        value = rng.choice((0, 1, 2, 255, 256, 4096, 32767, 32768, 65535, rng.randrange(65536)))
        copy[at : at + 2] = struct.pack("<H", value)
    return bytes(copy)
