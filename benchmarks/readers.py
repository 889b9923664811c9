"""Reads recordings with our readers and with other libraries, and measures what each can read and how fast.

    python benchmarks/readers.py --data RECORDINGS
    pip install pybvh upc-pymotion bvhio ezc3d trc-data-reader    # the others; the page names those not installed

It makes three tables: the files of each suffix that each library reads, with frames a second; the variants of BVH
files that each library reads; and the outcome of damaged C3D files in each library, each file in a process of its own.
Clips of the generator, written in each format, are added to the files under `--data`.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import random
import resource
import runpy
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from eai_llm_hf.generator import clip_seed, generate_clip
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import Motion
from eai_llm_hf.processing.reading.suffixes import READABLE_SUFFIXES

ROOT = Path(__file__).resolve().parents[1]
OURS = "ours"
RIGS = ("smpl24", "cmu31", "bandai22")
DAMAGE_S = 10
DAMAGE_BYTES = 4 * 2**30
BVH_JOINTS = 22


def read_ours(path: Path) -> int:
    return len(read_motions(path, fps=30)[0].joints)


def read_pybvh(path: Path) -> int:
    import pybvh

    return len(pybvh.read_bvh_file(path).joint_positions())


def read_pymotion(path: Path) -> int:
    from pymotion.io.bvh import BVH
    from pymotion.ops.skeleton import fk

    bvh = BVH()
    bvh.load(str(path))
    rotations, positions, parents, offsets, _, _ = bvh.get_data()
    return len(fk(rotations, positions[:, 0], offsets, parents)[0])


def read_bvhio(path: Path) -> int:
    import bvhio

    return bvhio.readAsBvh(str(path)).FrameCount


def read_c3d_library(path: Path) -> int:
    import c3d

    with path.open("rb") as file:
        return sum(1 for _ in c3d.Reader(file).read_frames())


def read_ezc3d(path: Path) -> int:
    import ezc3d

    return ezc3d.c3d(str(path))["data"]["points"].shape[2]


def read_trc_library(path: Path) -> int:
    from trc import TRCData

    content = TRCData()
    content.load(str(path))
    return len(content["Time"])


LIBRARIES: dict[str, list[tuple[str, Callable[[Path], int]]]] = {
    ".bvh": [("pybvh", read_pybvh), ("upc-pymotion", read_pymotion), ("bvhio", read_bvhio)],
    ".c3d": [("c3d", read_c3d_library), ("ezc3d", read_ezc3d)],
    ".trc": [("trc-data-reader", read_trc_library)],
}
"""Package on the registry, and how it gives the positions in a file (bvhio: its channels, which is less)."""


@dataclass
class Result:
    """What one library did with the files of one suffix.

    Attributes:
        library: Name and version.
        frames: Frames of each file that was read.
        refused: Kind of error -> the files that met it.
        seconds: Processor time of each file that was read, the least of the repeats.
    """

    library: str
    frames: dict[Path, int] = field(default_factory=dict)
    refused: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    seconds: dict[Path, float] = field(default_factory=dict)


def version_of(package: str) -> str | None:
    """The version installed, or None."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def readers_of(suffix: str) -> list[tuple[str, Callable[[Path], int] | None]]:
    """Name with version and reader, None where it is not installed; ours first."""
    found: list[tuple[str, Callable[[Path], int] | None]] = [(OURS, read_ours)]
    for package, reader in LIBRARIES.get(suffix, []):
        version = version_of(package)
        found.append((f"{package} {version}" if version else package, reader if version else None))
    return found


def read_all(name: str, reader: Callable[[Path], int], paths: list[Path], repeats: int) -> Result:
    """Reads every file, and those that can be read `repeats` times."""
    result = Result(name)
    for path in paths:
        best = np.inf
        try:
            for _ in range(repeats):
                started = time.process_time()
                frames = reader(path)
                best = min(best, time.process_time() - started)
        except Exception as error:  # a library may raise anything
            result.refused[reason(error, path)].append(path)
        else:
            result.frames[path], result.seconds[path] = frames, best
    return result


def reason(error: Exception, path: Path) -> str:
    """An error in a few words, the same for all files that meet it."""
    last = error.__cause__ or error
    words = str(last).replace(str(path), "FILE").replace(path.name, "FILE").split("\n")[0].replace("|", "/")
    return f"{type(last).__name__}: {words[:100]}"


# ------------------------------------------------------------------------------------------------------- files to read


def write_examples(folder: Path, duration_s: float) -> None:
    """Writes clips of the generator in every format, and BVH files that turn their joints."""
    writers = runpy.run_path(str(ROOT / "hub_examples" / "make_clips.py"))
    folder.mkdir(parents=True, exist_ok=True)
    for number, rig in enumerate(RIGS):
        motion = generate_clip(clip_seed(3, number), rig=rig, duration_s=duration_s).motion
        writers["write_csv"](motion, folder / f"{rig}-wide.csv")
        writers["write_npz"](motion, folder / f"{rig}.npz")
        np.save(folder / f"{rig}.npy", motion.joints)
        write_long_csv(motion, folder / f"{rig}-long.csv")
        write_json(motion, folder / f"{rig}.json")
        write_trc(motion, folder / f"{rig}.trc")
        write_c3d(motion, folder / f"{rig}.c3d")
        (folder / f"{rig}-turning.bvh").write_text(turning_bvh(round(duration_s * 30), number), encoding="ascii")


def write_long_csv(motion: Motion, path: Path) -> None:
    rows = (
        f"{number},{name},{x:.4f},{y:.4f},{z:.4f}"
        for number, frame in enumerate(motion.joints)
        for name, (x, y, z) in zip(motion.joint_names or [], frame, strict=True)
    )
    path.write_text("\n".join(["frame,joint,x,y,z", *rows]) + "\n", encoding="ascii")


def write_json(motion: Motion, path: Path) -> None:
    frames = [
        [{"x": x, "y": y, "z": z, "visibility": 0.9} for x, y, z in frame] for frame in motion.joints.round(5).tolist()
    ]
    path.write_text(json.dumps({"fps": motion.fps, "joint_names": motion.joint_names, "frames": frames}))


def write_trc(motion: Motion, path: Path) -> None:
    names = motion.joint_names or []
    axes = "\t".join(f"{axis}{number}" for number in range(1, len(names) + 1) for axis in "XYZ")
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{motion.fps}\t{motion.fps}\t{len(motion.joints)}\t{len(names)}\tm\t{motion.fps}\t1\t{len(motion.joints)}",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        "\t\t" + axes,
        "",
    ]
    for number, frame in enumerate(motion.joints):
        lines.append(f"{number + 1}\t{number / motion.fps:.5f}\t" + "\t".join(f"{value:.5f}" for value in frame.flat))
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def write_c3d(motion: Motion, path: Path) -> None:
    import c3d

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        writer = c3d.Writer(point_rate=motion.fps, analog_rate=0.0)
        padded = np.concatenate([motion.joints, np.zeros((*motion.joints.shape[:2], 2), np.float32)], axis=-1)
        writer.add_frames([(frame, np.zeros((0, 0))) for frame in padded])
        writer.set_point_labels(motion.joint_names)
        with path.open("wb") as file:
            writer.write(file)


def turning_bvh(frames: int, seed: int, edit: str = "") -> str:
    """A BVH file of a chain of joints, the root with six channels and the others with three; `edit` names a form."""
    rng = np.random.default_rng(seed)
    lines = ["HIERARCHY"]
    for joint in range(BVH_JOINTS):
        indent = "  " * joint
        name = {"names with spaces": f"Left Bone {joint}", "namespaces": f"rig:Bone{joint}"}.get(edit, f"Bone{joint}")
        moves = joint == 0 or edit == "position channels on every joint"
        lines += [f"{indent}{'JOINT' if joint else 'ROOT'} {name}", f"{indent}{{", f"{indent}  OFFSET 0.0 8.0 1.0"]
        channels = "Zrotation Xrotation Yrotation"
        lines.append(
            f"{indent}  CHANNELS " + (f"6 Xposition Yposition Zposition {channels}" if moves else f"3 {channels}")
        )
    indent = "  " * BVH_JOINTS
    if edit != "no End Site":
        lines += [f"{indent}End Site", f"{indent}{{", f"{indent}  OFFSET 0.0 1.0 0.0", f"{indent}}}"]
    lines += ["  " * joint + "}" for joint in reversed(range(BVH_JOINTS))]
    lines += ["MOTION", f"Frames: {frames}", "Frame Time: 0.0333333"]
    width = BVH_JOINTS * 6 if edit == "position channels on every joint" else 3 + BVH_JOINTS * 3
    values = np.cumsum(rng.normal(size=(frames, width)), axis=0)
    number = "{:.6e}" if edit == "scientific notation" else "{:.6f}"
    lines += [" ".join(number.format(value) for value in row) for row in values]
    text = "\n".join(lines) + "\n"
    changes: dict[str, Callable[[str], str]] = {
        "tabs": lambda text: text.replace("  ", "\t").replace(" ", "\t").replace("End\tSite", "End Site"),
        "CRLF": lambda text: text.replace("\n", "\r\n"),
        "no final newline": lambda text: text.rstrip("\n"),
        "blank lines": lambda text: text.replace("MOTION", "\nMOTION") + "\n\n",
        "byte order mark": lambda text: "\ufeff" + text,
    }
    return changes.get(edit, lambda text: text)(text)


BVH_FORMS = (
    "plain", "position channels on every joint", "no End Site", "names with spaces", "namespaces", "tabs",
    "scientific notation", "CRLF", "no final newline", "blank lines", "byte order mark",
)  # fmt: skip


def read_forms(folder: Path) -> dict[str, dict[str, bool]]:
    """Form of a BVH file -> library -> whether it read all frames of it; only libraries that are installed."""
    frames = 40
    table: dict[str, dict[str, bool]] = {}
    for form in BVH_FORMS:
        path = folder / f"{form.replace(' ', '-')}.bvh"
        path.write_text(turning_bvh(frames, 1, form), encoding="utf-8", newline="")
        results = [read_all(name, reader, [path], 1) for name, reader in readers_of(".bvh") if reader]
        table[form] = {result.library: result.frames.get(path) == frames for result in results}
    return table


# --------------------------------------------------------------------------------------------------------- damaged C3D


def read_damaged(whole: bytes, folder: Path, count: int, seed: int = 0) -> dict[str, tuple[Counter[str], float]]:
    """Library -> (what became of `count` damaged copies of a C3D file, seconds of the slowest)."""
    found = {}
    for name, reader in readers_of(".c3d"):
        if reader is None:
            continue
        rng, outcomes, slowest = random.Random(seed), Counter[str](), 0.0
        reader(_written(folder / "whole.c3d", whole))  # so that a child imports nothing
        for _ in range(count):
            path = _written(folder / "damaged.c3d", damaged(whole, rng))
            started = time.perf_counter()
            outcomes[_in_a_child(reader, path)] += 1
            slowest = max(slowest, time.perf_counter() - started)
        found[name] = (outcomes, slowest)
    return found


def damaged(content: bytes, rng: random.Random) -> bytes:
    """A copy with a few changed bytes, most of them in the parameters, or truncated."""
    copy = bytearray(content[: rng.randrange(1, len(content))] if rng.random() < 0.2 else content)
    reach = min(len(copy), rng.choice([32, 512, 1536, len(copy)]))
    for _ in range(rng.choice([1, 1, 2, 4, 8, 32])):
        copy[rng.randrange(reach)] = rng.choice([0, 1, 127, 128, 255, rng.randrange(256)])
    return bytes(copy)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _in_a_child(reader: Callable[[Path], int], path: Path) -> str:
    """Reads a file in a forked process with a limit of time and memory; says what became of it."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_AS, (DAMAGE_BYTES, DAMAGE_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(DAMAGE_S)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        try:
            reader(path)
            status = 0
        except MemoryError:
            status = 2
        except Exception:  # a library may raise anything
            status = 1
        os._exit(status)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        return ("read", "refused", "out of memory")[os.WEXITSTATUS(status)]
    return "time ran out" if os.WTERMSIG(status) == signal.SIGALRM else "process ended"


# ------------------------------------------------------------------------------------------------------------ the page


def as_markdown(
    files: dict[str, list[Result]],
    absent: dict[str, list[str]],
    forms: dict[str, dict[str, bool]],
    damage: dict[str, tuple[Counter[str], float]],
    command: str,
) -> str:
    """The page with its three tables."""
    question = "Which motion files can be read, how fast, and how do other libraries compare?"
    lines = ["# Readers", "", question, "", f"`{command}`", "", machine(), ""]
    lines += [
        "| suffix | library | files read | frames/s, common files | frames/s, all files it reads | not read |",
        "|---|---|---|---|---|---|",
    ]
    for suffix, results in files.items():
        total = len(results[0].frames) + sum(map(len, results[0].refused.values()))
        common = set.intersection(*(set(result.frames) for result in results if result.frames))
        for result in results:
            rates = " | ".join(frames_per_second(result, paths) for paths in (common, set(result.frames)))
            read = f"{len(result.frames)} of {total}"
            lines.append(f"| {suffix} | {result.library} | {read} | {rates} | {not_read(result)} |")
        lines += [f"| {suffix} | {name} | not installed | | | |" for name in absent[suffix]]
    lines += [
        "",
        "Rates are frames a second of processor time on one thread, from the file to positions in space (bvhio: only "
        "to its channels). Common files are those of the suffix that all libraries read. The files are those under "
        "`--data` and clips of the generator.",
        "",
        "## Variants of BVH",
        "",
    ]
    names = list(next(iter(forms.values())))
    lines += ["| variant | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    lines += [
        f"| {form} | " + " | ".join("yes" if read[name] else "no" for name in names) + " |"
        for form, read in forms.items()
    ]
    outcomes = ("read", "refused", "process ended", "out of memory", "time ran out")
    lines += ["", "## Damaged C3D files", "", "| library | " + " | ".join(outcomes) + " | slowest |"]
    lines += ["|---" * (len(outcomes) + 2) + "|"]
    lines += [
        f"| {name} | " + " | ".join(str(counts[outcome]) for outcome in outcomes) + f" | {slowest:.2f} s |"
        for name, (counts, slowest) in damage.items()
    ]
    lines += [
        "",
        "Each library reads the same damaged copies: bytes are changed, most of them in the parameters, or the end is "
        f"cut off. *Process ended* is a crash that no caller can catch; the time limit is {DAMAGE_S} s. For this "
        "reason our reader parses the parameters of a C3D file with c3d, and the positions as arrays. It refuses "
        "truncated files.",
    ]
    return "\n".join(lines) + "\n"


def frames_per_second(result: Result, common: set[Path]) -> str:
    seconds = sum(result.seconds[path] for path in common & set(result.frames))
    return f"{sum(result.frames[path] for path in common) / seconds:,.0f}" if seconds else ""


def not_read(result: Result) -> str:
    return "; ".join(
        f"{len(paths)}: {why}" for why, paths in sorted(result.refused.items(), key=lambda x: -len(x[1]))[:3]
    )


def machine() -> str:
    """What the figures depend on, in words."""
    return f"CPU ({platform.machine()}), Python {platform.python_version()}, numpy {np.__version__}."


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of recordings; without it, only clips of the generator")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the generated clips (default 60)")
    parser.add_argument("--repeats", type=int, default=2, metavar="N", help="times each file is read (default 2)")
    parser.add_argument("--damaged", type=int, default=1500, metavar="N", help="damaged C3D files (default 1500)")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "readers.md", help="page to write")
    args = parser.parse_args()
    if args.data is not None and not args.data.is_dir():
        parser.error(f"--data: {args.data} is no folder.")

    files, absent = {}, {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_examples(folder / "examples", args.seconds)
        roots = [folder / "examples", *([args.data] if args.data else [])]
        for suffix in READABLE_SUFFIXES:
            paths = sorted(path for root in roots for path in root.rglob(f"*{suffix}") if path.is_file())
            readers = readers_of(suffix)
            absent[suffix] = [name for name, reader in readers if reader is None]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                files[suffix] = [read_all(name, reader, paths, args.repeats) for name, reader in readers if reader]
            print(f"{suffix}: {len(paths)} files", file=sys.stderr)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            forms = read_forms(folder)
            short = generate_clip(clip_seed(3, 0), rig=RIGS[0], duration_s=4.0).motion
            write_c3d(short, folder / "short.c3d")
            damage = read_damaged((folder / "short.c3d").read_bytes(), folder, args.damaged)
    command = (
        f"python benchmarks/readers.py --seconds {args.seconds:g} --repeats {args.repeats} --damaged {args.damaged}"
    )
    command += " --data RECORDINGS" if args.data else ""
    page = as_markdown(files, absent, forms, damage, command)
    args.output.write_text(page, encoding="utf-8")
    print(page)
    print(f"written to {args.output}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
