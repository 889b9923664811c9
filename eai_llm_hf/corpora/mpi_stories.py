"""The MPI Emotional Body Expressions Database for narrative scenarios: people tell stories."""

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from eai_llm_hf.processing.vocabulary import canonical_label

from .loader import Corpus, Found, Loader, below, motion_files
from .manifest import listed_files
from .schema import LeftOut

_TABLE = "manifest.csv"
_COLUMNS = ("path", "candidates", "skeleton_group", "story")
_SUFFIXES = (".bvh",)
_NO_STORY = "na"
_LABELS = {"amused": "happy"}
"""Words of the corpus that are an emotion of other corpora. Joyous is happy for all corpora."""

_FEWEST_WORDS = 3
"""Words from which on a passage is recognised in a longer one; fewer occur in any story."""


def find_mpi_stories(root: Path) -> Found:
    """Finds the clips that `manifest.csv` lists.

    Its `candidates` are emotion words with `|` between them. One word is the label; with several or none the clip has
    no label. The words of its `story` are the content.

    Raises:
        ValueError: If there is no such table, or columns are missing.
    """
    table = root / _TABLE
    if not table.is_file():
        raise ValueError(
            f"{root}: expected {_TABLE} with the columns {', '.join(_COLUMNS)}, and the .bvh files that it lists, "
            f"such as clips/000000.bvh; found {len(motion_files(root, _SUFFIXES))} .bvh files and no {_TABLE}. The "
            "files of the database alone do not say what they express: write that table, or one of your own for "
            "manifest=FILE."
        )
    files, left_out = listed_files(table, _COLUMNS, _as_row)
    families = _families({file.content for file in files if file.content})
    files = [replace(file, family=families[file.content] if file.content else None) for file in files]
    listed = {file.path for file in files}
    left_out += [
        LeftOut(below(root, path), f"no valid row of {_TABLE} lists it")
        for path in motion_files(root, _SUFFIXES)
        if path not in listed
    ]
    return files, left_out


def _as_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the table as a row of a manifest."""
    words = [canonical_label(word) for word in row["candidates"].split("|") if word.strip()]
    label = words[0] if len(words) == 1 else ""
    story = " ".join(re.findall(r"[^\W_]+", row["story"].lower()))
    return {
        "path": row["path"],
        "label": _LABELS.get(label, label),
        "content": "" if story == _NO_STORY else story,
        "corpus": "mpi_stories",
    }


def _families(stories: Collection[str]) -> dict[str, str]:
    """The family of each passage: a shorter passage that it contains, otherwise the passage itself.

    People told the same text in parts of different length.
    """
    families: dict[str, str] = {}
    for story in sorted(stories, key=lambda story: (len(story), story)):
        parts = (part for part in families if part.count(" ") + 1 >= _FEWEST_WORDS and f" {part} " in f" {story} ")
        part = next(parts, None)
        families[story] = story if part is None else families[part]
    return families


MPI_STORIES = Loader(
    Corpus(
        name="mpi_stories",
        title="MPI Emotional Body Expressions Database for Narrative Scenarios",
        origin="E. Volkova et al., Max Planck Institute for Biological Cybernetics",
        licence="cc-by-4.0",
        terms="Credit E. Volkova, S. de la Rosa, H. H. Bülthoff and B. Mohler.",
        rests_on="`manifest.csv` with the columns path, candidates, skeleton_group and story, and the BVH files that "
        "it lists. The candidates are emotion words with `|` between them.",
        assumes=(
            "One candidate means that the intended and the perceived emotion agree; it is the label. A clip with "
            "several or none has no label. The table was reconstructed, not published by the authors.",
            "Joyous and amused are happy. Relieved and ashamed keep their words.",
            "Performers are unknown and stay empty: a skeleton_group is not a person. The same person can be on both "
            "sides of a split.",
            "The content is the text that is told. A text that contains another one is of its family; a clip without "
            "a text (NA) is a family of its own.",
        ),
        tried_on="real files",
        citation="E. Volkova, S. de la Rosa, H. H. Bülthoff and B. Mohler (2014), The MPI Emotional Body Expressions "
        "Database for Narrative Scenarios, PLoS ONE 9(12), e113647.",
    ),
    find_mpi_stories,
)

__all__ = ["MPI_STORIES", "find_mpi_stories"]
