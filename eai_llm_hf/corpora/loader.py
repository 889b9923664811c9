"""A loader describes a corpus and finds its files; here is the class, and what several loaders share."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from transformers.utils import logging

from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES

from ..strangers import as_sentence, recordings_in
from .schema import CorpusFile, LeftOut

logger = logging.get_logger(__name__)

Found = tuple[list[CorpusFile], list[LeftOut]]
"""Files of a corpus in a stable order, and files that look like recordings but are left out."""


@dataclass(frozen=True)
class Corpus:
    """What to know of a corpus before using it; the dataset card and docs/corpora.md say the same.

    Attributes:
        name: Its name on the command line.
        title: Its full name.
        origin: Who made it and where to get it.
        licence: Its id on the Hugging Face Hub, such as "cc-by-nc-4.0"; "other" or "unknown".
        terms: What its licence or terms require, in a sentence.
        rests_on: Published facts that the loader relies on.
        assumes: What the loader assumes beyond them.
        tried_on: "real files" or "look-alike trees only".
        citation: What to cite, or "".
        may_be_passed_on: Whether its terms allow passing on what is derived from it.
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
class Loader:
    """A corpus stored in files.

    Attributes:
        about: Its description.
        find: Finds its files below a folder (for a manifest: in a table) without reading their movement. Raises
            ValueError if the folder is not such a corpus.
    """

    about: Corpus
    find: Callable[[Path], Found]


def motion_files(root: Path, suffixes: Collection[str] = READABLE_SUFFIXES) -> list[Path]:
    """All recordings below a folder with one of the suffixes, sorted by path; a folder of numbered frames is one.

    One warning names the other files, such as metadata, which are none (see `strangers.py`).
    """
    found, strangers = recordings_in(root, suffixes)
    if strangers:
        logger.warning(f"{root.name}: {as_sentence(strangers)}")
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def below(root: Path, path: Path) -> str:
    """The path of a file below the root, with slashes, as `readable_text`."""
    return readable_text(path.relative_to(root).as_posix())


def readable_text(name: str) -> str:
    """A file name as text that can be stored: bytes that are not UTF-8 become escapes."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def without_person(name: str) -> str:
    """A user's name of a clip or performer with `#` written as `%23`, because `#` precedes the number of a person."""
    return name.replace("#", "%23")


def one_a_take(files: Iterable[CorpusFile], left_out: list[LeftOut]) -> list[CorpusFile]:
    """Keeps one file of each take, so that a take cannot be on both sides of a split.

    Args:
        files: All files found; those of one take have the same `clip_id`.
        left_out: Further files of a take are added here.

    Returns:
        The files kept, sorted by their path.
    """
    kept: dict[str, CorpusFile] = {}
    for file in sorted(files, key=_preference):
        first = kept.setdefault(file.clip_id, file)
        if first is not file:
            left_out.append(LeftOut(file.source, f"is another file of the take {first.source}"))
    return sorted(kept.values(), key=lambda file: file.source)


def _preference(file: CorpusFile) -> tuple[int, str]:
    suffix = file.path.suffix.lower()
    return (*READABLE_SUFFIXES, suffix).index(suffix), file.source  # a folder of frames has no suffix


def from_names(
    root: Path, corpus: str, example: str, parse: Callable[[str], dict | None], suffixes: Collection[str]
) -> Found:
    """Finds the files of a corpus whose file names say everything.

    Args:
        root: Folder of the corpus.
        corpus: Its name.
        example: A valid file name, for messages.
        parse: From a file name without suffix to the fields of its `CorpusFile`, or None if the name is not valid.
        suffixes: Suffixes of its files.

    Raises:
        ValueError: If no file has a valid name.
    """
    files, left_out = [], []
    for path in motion_files(root, suffixes):
        columns = parse(path.stem)
        if columns is None:
            left_out.append(LeftOut(below(root, path), f"its name is not of the form {example}"))
        else:
            files.append(CorpusFile(path, below(root, path), corpus, readable_text(path.stem), **columns))
    if not files:
        raise ValueError(f"No file in {root} has a name like those of corpus '{corpus}': {example}.")
    return one_a_take(files, left_out), left_out


__all__ = [
    "Loader",
    "Corpus",
    "Found",
    "below",
    "from_names",
    "motion_files",
    "one_a_take",
    "readable_text",
    "without_person",
]
