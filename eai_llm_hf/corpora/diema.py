"""DIEM-A, emotional movement of professional performers in Asia (MMAC challenge)."""

import csv
import re
from pathlib import Path

from .loader import (
    Adapter,
    Corpus,
    Found,
    below,
    motion_files,
    one_a_take,
    readable_text,
)
from .schema import LeftOut, Recording
from .vocabulary import canonical_label

_NAME = re.compile(
    r"(?P<performer>[A-Z]{2}_\d+)_(?P<emotion>[a-z]+)_(?P<scenario>\d+)_(?P<intensity>[LMH])", re.IGNORECASE
)
_PERFORMER = re.compile(r"(?P<performer>[A-Z]{2}_\d+)_", re.IGNORECASE)
_INTENSITY = {"L": 1 / 3, "M": 2 / 3, "H": 1.0}
_SUFFIXES = (".bvh", ".c3d")
TABLES = {"train": "train_data.csv", "test": "test_data.csv"}


def find_diema(root: Path) -> Found:
    """Finds recordings named as `JP_06_anger_2_M.bvh`: country_performer_emotion_scenario_intensity.

    Looks in the folder `bvh` where there is one, and else in all folders. Files whose nearest folder called "train" or
    "test" is "test" have no label, intensity or content, whatever their names say: the challenge scores them.

    Raises:
        ValueError: If there is no such file.
    """
    recordings, left_out = [], []
    folder = root / "bvh" if (root / "bvh").is_dir() else root
    for path in motion_files(folder, _SUFFIXES):
        source = below(root, path)
        parts = [root.name, *path.relative_to(root).parts[:-1]]
        hidden = next((part for part in reversed(parts) if part in TABLES), "train") == "test"
        recording = _hidden(path, source) if hidden else _named(path, source)
        if recording is None:
            left_out.append(LeftOut(source, "its name is not of the form JP_06_anger_2_M.bvh"))
        else:
            recordings.append(recording)
    if not recordings:
        raise ValueError(f"No file in {root} is named as those of corpus 'diema' are: JP_06_anger_2_M.bvh.")
    there = {recording.path.stem for recording in recordings} | {Path(entry.file).stem for entry in left_out}
    for side, name in TABLES.items():
        if (root / name).is_file():
            left_out += _absent(root / name, side, there)
    return one_a_take(recordings, left_out), left_out


def _named(path: Path, source: str) -> Recording | None:
    name = _NAME.fullmatch(path.stem)
    if name is None:
        return None
    label = canonical_label(name["emotion"])
    return Recording(
        path,
        source,
        corpus="diema",
        clip_id=path.stem,
        label=label,
        performer=name["performer"].upper(),
        content=f"{label} scenario {name['scenario']}",
        intensity=_INTENSITY[name["intensity"].upper()],
    )


def _hidden(path: Path, source: str) -> Recording:
    name = _PERFORMER.match(path.stem)
    performer = name["performer"].upper() if name else None
    return Recording(path, source, corpus="diema", clip_id=f"test/{readable_text(path.stem)}", performer=performer)


def _absent(table: Path, side: str, there: set[str]) -> list[LeftOut]:
    """Files that a table of the corpus lists and that are not there, as after a download that broke off."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell.strip() for row in csv.reader(file) for cell in row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return [LeftOut(table.name, f"cannot be read as a table ({error})")]
    listed = [cell.replace("\\", "/") for cell in cells if cell.lower().endswith(".bvh") or _NAME.fullmatch(cell)]
    stems = (cell.rpartition("/")[2].removesuffix(".bvh") for cell in listed)
    return [
        LeftOut(f"bvh/{side}/{stem}.bvh", f"is listed in {table.name} and not there")
        for stem in stems
        if stem not in there
    ]


DIEMA = Adapter(
    Corpus(
        name="diema",
        title="DIEM-A, emotional movement of performers in Asia",
        origin="Cheng et al. 2025, gated; the MMAC challenge at ACII 2026",
        licence="other",
        terms="Gated; nothing derived from it may be passed on, weights of models included.",
        rests_on="The naming published with it: country_performer_emotion_scenario_intensity (L M H), as in "
        "`JP_06_anger_2_M.bvh`; `bvh/train`, `bvh/test`, `train_data.csv`, `test_data.csv`; twelve emotions; three "
        "scenarios with a text each; labels of the test side are hidden.",
        assumes=(
            "L, M and H are intensities of 1/3, 2/3 and 1.",
            "Scenarios were written for one emotion each, so a content is the emotion with the scenario's number; it "
            "gives the label away: hold out performers, as the official protocol does.",
            "Nothing below a folder `test` is labelled, even where a name would tell.",
            "The tables serve to find files that are listed and not there; their columns are not public, so a cell "
            "that looks like a file of the corpus is taken for one.",
        ),
        tried_on="look-alike trees only",
        citation="Cheng et al. (2025), DIEM-A.",
        may_be_passed_on=False,
    ),
    find_diema,
)

__all__ = ["DIEMA", "find_diema"]
