"""DIEM-A, emotional movement of professional performers in Asia (MMAC challenge)."""

import csv
import re
from pathlib import Path

from eai_llm_hf.processing.vocabulary import canonical_label

from .loader import (
    Corpus,
    Found,
    Loader,
    below,
    motion_files,
    one_a_take,
    readable_text,
)
from .schema import CorpusFile, LeftOut

_NAME = re.compile(
    r"(?P<performer>[A-Z]{2}_\d+)_(?P<emotion>[a-z]+)_(?P<scenario>\d+)_(?P<intensity>[LMH])", re.IGNORECASE
)
_PERFORMER = re.compile(r"(?P<performer>[A-Z]{2}_\d+)_", re.IGNORECASE)
_INTENSITY = {"L": 1 / 3, "M": 2 / 3, "H": 1.0}
_SUFFIXES = (".bvh", ".c3d")
TABLES = {"train": "train_data.csv", "test": "test_data.csv"}


def find_diema(root: Path) -> Found:
    """Finds recordings with names like `JP_06_anger_2_M.bvh`: country_performer_emotion_scenario_intensity.

    Looks in the folder `bvh` if there is one, otherwise in all folders. A file is on the test side if the nearest of
    its folders called "train" or "test" is "test". Such files get no label, intensity or content, whatever their names
    say, because the challenge scores them.

    Raises:
        ValueError: If no file has such a name.
    """
    files, left_out = [], []
    folder = root / "bvh" if (root / "bvh").is_dir() else root
    for path in motion_files(folder, _SUFFIXES):
        source = below(root, path)
        parts = [root.name, *path.relative_to(root).parts[:-1]]
        hidden = next((part for part in reversed(parts) if part in TABLES), "train") == "test"
        file = _hidden(path, source) if hidden else _named(path, source)
        if file is None:
            left_out.append(LeftOut(source, "its name is not of the form JP_06_anger_2_M.bvh"))
        else:
            files.append(file)
    if not files:
        raise ValueError(f"No file in {root} has a name like those of corpus 'diema': JP_06_anger_2_M.bvh.")
    there = {file.path.stem for file in files} | {Path(entry.file).stem for entry in left_out}
    for side, name in TABLES.items():
        if (root / name).is_file():
            left_out += _absent(root / name, side, there)
    return one_a_take(files, left_out), left_out


def _named(path: Path, source: str) -> CorpusFile | None:
    name = _NAME.fullmatch(path.stem)
    if name is None:
        return None
    label = canonical_label(name["emotion"])
    return CorpusFile(
        path,
        source,
        corpus="diema",
        clip_id=path.stem,
        label=label,
        performer=name["performer"].upper(),
        content=f"{label} scenario {name['scenario']}",
        intensity=_INTENSITY[name["intensity"].upper()],
    )


def _hidden(path: Path, source: str) -> CorpusFile:
    name = _PERFORMER.match(path.stem)
    performer = name["performer"].upper() if name else None
    return CorpusFile(path, source, corpus="diema", clip_id=f"test/{readable_text(path.stem)}", performer=performer)


def _absent(table: Path, side: str, there: set[str]) -> list[LeftOut]:
    """Files that a table of the corpus lists but that are missing, as after an interrupted download."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell.strip() for row in csv.reader(file) for cell in row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return [LeftOut(table.name, f"cannot be read as a table ({error})")]
    listed = [cell.replace("\\", "/") for cell in cells if cell.lower().endswith(".bvh") or _NAME.fullmatch(cell)]
    stems = (cell.rpartition("/")[2].removesuffix(".bvh") for cell in listed)
    return [
        LeftOut(f"bvh/{side}/{stem}.bvh", f"is listed in {table.name} but missing")
        for stem in stems
        if stem not in there
    ]


DIEMA = Loader(
    Corpus(
        name="diema",
        title="DIEM-A, emotional movement of performers in Asia",
        origin="Cheng et al. 2025, gated; the MMAC challenge at ACII 2026",
        licence="other",
        terms="Gated; nothing derived from it may be passed on, including the weights of models.",
        rests_on="The naming published with it: country_performer_emotion_scenario_intensity (L M H), as in "
        "`JP_06_anger_2_M.bvh`; `bvh/train`, `bvh/test`, `train_data.csv`, `test_data.csv`; twelve emotions; three "
        "scenarios with a text each; the labels of the test side are hidden.",
        assumes=(
            "L, M and H are intensities of 1/3, 2/3 and 1.",
            "Each scenario was written for one emotion, so a content is the emotion with the scenario's number. It "
            "gives the label away: hold out performers, as the official protocol does.",
            "Nothing below a folder `test` is labelled, even if a file name would show the label.",
            "The tables are used only to find listed files that are missing. Their columns are not public, so a cell "
            "that looks like a file of the corpus is taken for one.",
        ),
        tried_on="look-alike trees only",
        citation="Cheng et al. (2025), DIEM-A.",
        may_be_passed_on=False,
    ),
    find_diema,
)

__all__ = ["DIEMA", "find_diema"]
