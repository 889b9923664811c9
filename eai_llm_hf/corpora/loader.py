"""What an adapter is: a corpus described, and how its files are found. With it, what several adapters share."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES

from .schema import LeftOut, Recording

Found = tuple[list[Recording], list[LeftOut]]
"""Recordings of a corpus in a stable order, and the files that look like recordings but are not taken."""


@dataclass(frozen=True)
class Corpus:
    """What one should know of a corpus before using it; the dataset card and docs/corpora.md say the same.

    Attributes:
        name: Its name on the command line.
        title: Its full name.
        origin: Who made it and where it is to be had.
        licence: As the Hugging Face Hub writes it: "cc-by-nc-4.0", "other", "unknown".
        terms: What its licence or terms ask, in a sentence.
        rests_on: Published facts that its reading rests on.
        assumes: What its reading assumes beyond them.
        tried_on: "real files" or "look-alike trees only".
        citation: What to cite, or "" where there is nothing.
        may_be_passed_on: Whether its terms allow others to have what is made of it.
    """

    name: str
    title: str
    origin: str
    licence: str
    terms: str
    rests_on: str
    assumes: tuple[str, ...]
    tried_on: str
    citation: str = ""
    may_be_passed_on: bool = True


@dataclass(frozen=True)
class Adapter:
    """A corpus that lies in files.

    Attributes:
        about: Its description.
        find: Finds its recordings below a folder (for a manifest: in a file) without reading them. Raises ValueError
            where the folder is not such a corpus.
    """

    about: Corpus
    find: Callable[[Path], Found]


def motion_files(root: Path, suffixes: Collection[str] = READABLE_SUFFIXES) -> list[Path]:
    """All files below a folder with one of some suffixes, sorted by path; hidden files are none."""
    found = [
        path
        for path in root.rglob("*")
        # "._walk.bvh" beside "walk.bvh" is what macOS leaves on foreign disks.
        if path.suffix.lower() in suffixes and not path.name.startswith(".") and path.is_file()
    ]
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def below(root: Path, path: Path) -> str:
    """The path of a file below the root, with slashes; bytes of a name that are no text are written out."""
    return readable_text(path.relative_to(root).as_posix())


def readable_text(name: str) -> str:
    """A file name as text that can be stored: bytes that are not UTF-8 become escapes."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def without_person(name: str) -> str:
    """A user's name of a clip or performer, `#` written as `%23`: after `#` stands the number of a person."""
    return name.replace("#", "%23")


def one_a_take(recordings: Iterable[Recording], left_out: list[LeftOut]) -> list[Recording]:
    """Keeps one file of each take, so that a take cannot stand on both sides of a split.

    Args:
        recordings: All that were found; takes are told apart by `clip_id`.
        left_out: Gets the further files of a take.
    """
    kept: dict[str, Recording] = {}
    for recording in sorted(recordings, key=_preference):
        first = kept.setdefault(recording.clip_id, recording)
        if first is not recording:
            left_out.append(LeftOut(recording.source, f"is the take of {first.source} once more"))
    return sorted(kept.values(), key=lambda recording: recording.source)


def _preference(recording: Recording) -> tuple[int, str]:
    return READABLE_SUFFIXES.index(recording.path.suffix.lower()), recording.source


def from_names(
    root: Path, corpus: str, example: str, parse: Callable[[str], dict | None], suffixes: Collection[str]
) -> Found:
    """Finds the recordings of a corpus whose file names say everything.

    Args:
        root: Folder of the corpus.
        corpus: Its name.
        example: A file name as it should be, for messages.
        parse: From a file's name without suffix to the columns of its `Recording`, or None where it is not so named.
        suffixes: Of its files.

    Raises:
        ValueError: If no file is so named.
    """
    recordings, left_out = [], []
    for path in motion_files(root, suffixes):
        columns = parse(path.stem)
        if columns is None:
            left_out.append(LeftOut(below(root, path), f"its name is not of the form {example}"))
        else:
            recordings.append(Recording(path, below(root, path), corpus, readable_text(path.stem), **columns))
    if not recordings:
        raise ValueError(f"No file in {root} is named as those of corpus '{corpus}' are: {example}.")
    return one_a_take(recordings, left_out), left_out


__all__ = [
    "Adapter",
    "Corpus",
    "Found",
    "below",
    "from_names",
    "motion_files",
    "one_a_take",
    "readable_text",
    "without_person",
]
