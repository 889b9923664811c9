"""Writes docs/inputs.md: what can be read, what each recording can show, and what becomes of doubtful input.

    python benchmarks/inputs.py --data RECORDINGS

RECORDINGS has a folder `hard_inputs` with one folder a case, and `video`. The tables of plausibility and of video come
from `docs/inputs/*.json`, which `benchmarks/plausibility.py` and `benchmarks/video.py` write.
"""

import argparse
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "inputs.md"
TABLES = ROOT / "docs" / "inputs"
LONGEST = 220
"""Characters of an outcome; the rest of a long message is left out."""

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
        if "frame rate is not known" in message and "fps" not in given:
            return outcome(extractor, path, given | {"fps": 30.0}) + " (with `fps=30`)"
        if "without names; pass joint_names or layout" in message and "layout" not in given:
            return f"asks for the layout: {textwrap.shorten(message, LONGEST)}"
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


if __name__ == "__main__":
    main()
