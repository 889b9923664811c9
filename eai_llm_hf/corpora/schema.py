"""The columns of a corpus, and what is known of its files before they are read."""

from dataclasses import dataclass
from pathlib import Path

import datasets

from eai_llm_hf.processing.skeleton.tree import NUM_JOINTS

FEATURES = datasets.Features(
    {
        "joints": datasets.Array3D(shape=(None, NUM_JOINTS, 3), dtype="float32"),
        "joint_mask": datasets.Sequence(datasets.Value("bool"), length=NUM_JOINTS),
        "fps": datasets.Value("float32"),
        "not_shown": datasets.Sequence(datasets.Value("string")),
        "label": datasets.Value("string"),
        "intensity": datasets.Value("float32"),
        "expression": datasets.Value("string"),
        "performer": datasets.Value("string"),
        "content": datasets.Value("string"),
        "family": datasets.Value("string"),
        "corpus": datasets.Value("string"),
        "clip_id": datasets.Value("string"),
        "source": datasets.Value("string"),
    }
)
"""Columns of a corpus; docs/corpora.md explains each. `label`, `intensity`, `expression` and `performer` are None if
unknown; in the format "numpy", an unknown `intensity` is NaN."""

_FAMILIES = (
    ("walk", "walks"),
    ("run", "runs"),
    ("dash", "runs"),
    ("bye", "byes"),
    ("wave", "byes"),
    ("raise", "raises"),
)


def content_family(content: str) -> str:
    """Joins contents that are nearly the same movement: all walks, runs with dashes, byes with waves."""
    return next((family for start, family in _FAMILIES if content.startswith(start)), content)


@dataclass(frozen=True)
class Cut:
    """How a long take is cut into clips, one after another.

    Attributes:
        window_s: Seconds of a clip.
        shortest_s: Seconds of the shortest last clip; a shorter rest is dropped.
        start_s: Seconds before the first clip.
        stop_s: Where the last clip ends at the latest, in seconds; from the end of the take if negative, None for its
            end.
    """

    window_s: float
    shortest_s: float
    start_s: float = 0.0
    stop_s: float | None = None


@dataclass(frozen=True)
class CorpusFile:
    """A file of a corpus and what is known of it before it is read.

    Attributes:
        path: Path of the file.
        source: Its path below the root of the corpus, for tables and messages.
        corpus: Name of the corpus.
        clip_id: Its name, unique within the corpus and the same on every machine. A clip cut from it adds where it
            starts.
        label: The emotion expressed, in the words of `canonical_label`, or None.
        performer: The performer, or None.
        content: What the performer does; if None, the clip is a content of its own.
        family: Contents that are nearly the same movement; if None, the content is a family of its own.
        intensity: How strongly the emotion is expressed, 0 to 1, or None.
        fps: Frames per second if the file does not state it, or None.
        layout: Name of the rig if the file does not state it, or None.
        cut: How to cut it into several clips, or None if it is one.
    """

    path: Path
    source: str
    corpus: str
    clip_id: str
    label: str | None = None
    performer: str | None = None
    content: str | None = None
    family: str | None = None
    intensity: float | None = None
    fps: float | None = None
    layout: str | None = None
    cut: Cut | None = None


@dataclass(frozen=True)
class LeftOut:
    """A file, or a line of a manifest, that yields no row.

    Attributes:
        file: Its path below the root of the corpus.
        message: The reason.
    """

    file: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.message}"


__all__ = ["FEATURES", "CorpusFile", "Cut", "LeftOut", "content_family"]
