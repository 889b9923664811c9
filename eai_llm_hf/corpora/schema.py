"""The columns of a corpus, and how a recording becomes rows of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import datasets

from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import NUM_JOINTS
from eai_llm_hf.processing.skeleton.unify import unify

FEATURES = datasets.Features(
    {
        "joints": datasets.Array3D(shape=(None, NUM_JOINTS, 3), dtype="float32"),
        "joint_mask": datasets.Sequence(datasets.Value("bool"), length=NUM_JOINTS),
        "fps": datasets.Value("float32"),
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
"""Columns of a corpus; docs/corpora.md says what each means. `label`, `intensity`, `expression` and `performer` may be
unknown: None, and NaN for `intensity` in the format "numpy"."""

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
class Recording:
    """A file of a corpus and what is known of it before it is read.

    Attributes:
        path: Where it lies.
        source: Its path below the root of the corpus, for records and messages.
        corpus: Name of the corpus.
        clip_id: Its name, unique within the corpus and free of what differs between machines.
        label: What was expressed, in the words of `canonical_label`, or None.
        performer: Who moves, or None.
        content: What was done; None where not known, and then the clip is a content of its own.
        family: Contents that are nearly the same movement; None where the content stands alone.
        intensity: How strongly, 0 to 1, or None.
        fps: Frames per second where the file does not say, or None.
        layout: Name of the rig where the file does not say, or None.
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


@dataclass(frozen=True)
class LeftOut:
    """A file, or a line of a manifest, that gives no row.

    Attributes:
        file: Its path below the root of the corpus.
        message: Why.
    """

    file: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.message}"


def clip_row(clip: UnifiedClip, **columns: str | float | None) -> dict:
    """A row of `FEATURES`; columns that are not given are None."""
    known = {"joints": clip.joints, "joint_mask": clip.joint_mask, "fps": clip.fps}
    return dict.fromkeys(FEATURES) | known | columns


def recording_rows(recording: Recording, left_out: list[LeftOut]) -> Iterator[dict]:
    """Reads a recording.

    Args:
        recording: What to read.
        left_out: Takes what could not be read; nothing is raised for it.

    Yields:
        One row a person.
    """
    try:
        motions = read_motions(recording.path, fps=recording.fps, layout=recording.layout)
    except Exception as error:  # whatever one file does, the others are still to be read
        left_out.append(LeftOut(recording.source, reason(error, recording.path)))
        return
    for person, motion in enumerate(motions):
        suffix = f"#{person}" if person else ""
        try:
            clip = unify(motion)
        except Exception as error:  # as above
            left_out.append(LeftOut(recording.source + suffix, reason(error, recording.path)))
            continue
        content = recording.content or recording.clip_id
        yield clip_row(
            clip,
            label=recording.label,
            intensity=recording.intensity,
            performer=recording.performer and recording.performer + suffix,
            content=content,
            family=recording.family or content,
            corpus=recording.corpus,
            clip_id=recording.clip_id + suffix,
            source=recording.source,
        )


def reason(error: Exception, path: Path) -> str:
    """Why a file could not be read, in one line, without its name in front and the folders of this machine."""
    if isinstance(error, MotionError):
        message = str(error)
    elif isinstance(error, OSError):
        message = error.strerror or type(error).__name__
    else:  # no reader should do this, and so it is named
        message = f"{type(error).__name__}: {error}"
    message = " ".join(message.replace(str(path), path.name).split())
    return message.removeprefix(path.name).lstrip(":, ") or message


__all__ = [
    "FEATURES",
    "LeftOut",
    "Recording",
    "clip_row",
    "content_family",
    "reason",
    "recording_rows",
]
