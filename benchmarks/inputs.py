"""Writes docs/inputs.md: what can be read, what each recording can show, and what becomes of doubtful input.

    python benchmarks/inputs.py --data RECORDINGS

RECORDINGS has a folder `hard_inputs` with one folder a case, and `video`. The tables of plausibility and of video come
from `docs/inputs/*.json`, which `benchmarks/plausibility.py` and `benchmarks/video.py` write.
"""

import argparse
import json
import re
import runpy
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS
from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES, READERS
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.limitations import ASPECTS
from eai_llm_hf.processing.skeleton.plausibility import PROPORTIONS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "inputs.md"
TABLES = ROOT / "docs" / "inputs"
LONGEST = 220
"""Characters of an outcome; the rest of a long message is left out."""

FORMATS = {
    ".bvh": (
        "any hierarchy, several roots, positions on any joint, UTF-8, UTF-16, Shift-JIS; the face from the turn of "
        "the head",
        "own (docs/readers.md says why)",
        "697 real files of five sources, 42 look-alikes",
    ),
    ".c3d": (
        "points, of several subjects too; Plug-in Gait and Helen Hayes markers become joint centres",
        "c3d",
        "five public Plug-in Gait files, look-alikes",
    ),
    ".csv": (
        "wide and long tables; Kinect v2, Azure Kinect, KIMORE, MediaPipe, OptiTrack Motive, Rokoko, EMOKINE, Vicon "
        "Nexus, DeepLabCut 3-D, FreeMoCap",
        "standard library",
        "7 real Kinect files, look-alikes of the others",
    ),
    ".json": (
        "MediaPipe world landmarks, EasyMocap, Azure Kinect, ZED, TensorFlow.js, points that carry names; a folder of "
        "frames",
        "standard library",
        "look-alikes",
    ),
    ".jsonl": ("the same, one frame a line", "standard library", "look-alikes"),
    ".fbx": (
        "the bones and the first take that moves them, text or binary; needs the extra `fbx`",
        "ufbx, in a process of its own",
        "seven public takes of Mixamo, 644 test files of ufbx and Assimp, look-alikes",
    ),
    ".glb": (
        "the longest animation of a skeleton, text or binary",
        "own, on `json` and numpy",
        "three public characters, look-alikes",
    ),
    ".gltf": (
        "the longest animation of a skeleton, text or binary",
        "own, on `json` and numpy",
        "three public characters, look-alikes",
    ),
    ".vrm": ("VRM 0.x and 1.0 with an animation; bones by their VRM names", "own, on `json` and numpy", "look-alikes"),
    ".vrma": (
        "VRM 0.x and 1.0 with an animation; bones by their VRM names",
        "own, on `json` and numpy",
        "one public animation, look-alikes",
    ),
    ".mvnx": (
        "Xsens MVN, several subjects; the face from the head segment",
        "expat (standard library)",
        "one real take, which also exists as BVH (joints differ by 0.08 cm), look-alikes",
    ),
    ".npy": ("joint positions, HumanML3D features, SMPL rotations with a layout", "numpy", "look-alikes"),
    ".npz": (
        "joint positions; SMPL, SMPL-H and SMPL-X parameters (AMASS, BEAT2, 4D-Humans, WHAM, GVHMR)",
        "numpy",
        "120 real files of positions, look-alikes of parameters",
    ),
    ".trc": ("tables of markers, tabs or commas, several subjects", "standard library", "look-alikes"),
}
"""Suffix -> what is read, the library, and what it was tried with."""

_FRAME_FILES = re.compile(r"\d{6,}(_keypoints)?\.json$")


def inputs_of(case: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The inputs of a case: its files, or the folder where each file is one frame; and what a user would add."""
    files = sorted(path for path in case.rglob("*") if path.is_file())
    frames = [path for path in files if _FRAME_FILES.search(path.name)]
    folders = {path.parent for path in frames if len(frames) > 3}
    yield from ((folder, {}) for folder in sorted(folders))
    for path in files:
        if path.parent not in folders:
            yield path, {}


def outcome(extractor: EaiSkeletonFeatureExtractor, path: Path, given: dict[str, Any]) -> str:
    """What becomes of an input, in one line."""
    try:
        people = extractor.clips(str(path), **given)
    except (ValueError, OSError) as error:
        message = " ".join(str(error).split())
        if "not known; pass layout or joint_names" in message:
            return f"asks for the layout: {textwrap.shorten(message, LONGEST)}"
        if "not known; pass fps" in message:
            return outcome(extractor, path, given | {"fps": 30.0}) + " (with `fps=30`)"
        return f"refused: {textwrap.shorten(message, LONGEST)}"
    return "; ".join(_described(clip) for clip in people)


def _described(clip: UnifiedClip) -> str:
    report = clip.report
    parts = [
        f"{len(clip.joints) / clip.fps:.1f} s",
        f"{report['matched_joints']} joints",
        f"{report['fps']:g} frames/s",
    ]
    if report["notes"]:
        parts.append("notes: " + ", ".join(dict.fromkeys(note["code"] for note in report["notes"])))
    hidden = [aspect for aspect in clip.not_shown if aspect != "head_rotation"]
    if hidden:
        parts.append("cannot show " + ", ".join(aspect.replace("_", " ") for aspect in hidden))
    if clip.face is not None:
        parts.append("shows where the face is turned")
    return "read: " + ", ".join(parts)


def hard_inputs(folder: Path) -> list[tuple[str, str, str]]:
    """Case, file and outcome of every hard input."""
    extractor = EaiSkeletonFeatureExtractor()
    rows = []
    for case in sorted(path for path in folder.iterdir() if path.is_dir()):
        for path, given in inputs_of(case):
            rows.append((case.name, str(path.relative_to(case)) or ".", outcome(extractor, path, given)))
    return rows


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def formats() -> str:
    """The table of formats.

    Raises:
        ValueError: A format is registered but not described, or the reverse.
    """
    if missing := set(READABLE_SUFFIXES) ^ set(FORMATS):
        raise ValueError(f"FORMATS and the registered formats differ in {', '.join(sorted(missing))}.")
    together: dict[tuple[str, ...], list[str]] = {}
    for suffix in READABLE_SUFFIXES:
        together.setdefault((READERS[suffix].partition(":")[0], *FORMATS[suffix]), []).append(f"`{suffix}`")
    rows = [
        (", ".join(suffixes), what, f"`{reader}.py`", library, tried)
        for (reader, what, library, tried), suffixes in together.items()
    ]
    return table(("suffix", "what is read", "reader", "library", "tried with"), rows)


def page(rows: list[tuple[str, str, str]]) -> str:
    """docs/inputs.md."""
    plausibility, video = (json.loads((TABLES / f"{name}.json").read_text()) for name in ("plausibility", "video"))
    plausibility_table, video_table = (
        runpy.run_path(str(ROOT / "benchmarks" / f"{name}.py"))["markdown"](found)
        for name, found in (("plausibility", plausibility), ("video", video))
    )
    return (
        (TABLES / "page.txt")
        .read_text(encoding="utf-8")
        .format(
            formats=formats(),
            aspects=table(("aspect", "what it is"), [(f"`{name}`", meaning) for name, meaning in ASPECTS.items()]),
            needs=table(
                ("without", "these descriptors are absent"),
                [
                    (
                        f"`{aspect}`",
                        ", ".join(f"`{entry.name}`" for entry in DESCRIPTORS if aspect in entry.needs) or "none",
                    )
                    for aspect in ASPECTS
                ],
            ),
            limits=table(
                ("ratio of", "without a note", "not refused"),
                [
                    (
                        name,
                        f"{each.doubtful[0]:g} to {each.doubtful[1]:g}",
                        f"{each.impossible[0]:g} to {each.impossible[1]:g}",
                    )
                    for name, each in PROPORTIONS.items()
                ],
            ),
            plausibility=plausibility_table,
            video=video_table,
            outcomes=table(("case", "file", "outcome"), rows),
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="recordings, with the folder hard_inputs")
    parser.add_argument("--print", action="store_true", help="print the outcomes, write nothing")
    args = parser.parse_args()
    rows = hard_inputs(args.data / "hard_inputs")
    if args.print:
        for row in rows:
            print(" | ".join(row))
        return
    PAGE.write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
