"""All corpora by their names on the command line, and loading them: in memory or as a stream."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import datasets
from datasets.iterable_dataset import ArrowExamplesIterable
from transformers.utils import logging

from ..generator.rigs import RIGS
from .bandai import BANDAI1, BANDAI2, BANDAI2_STYLES
from .diema import DIEMA
from .emilya_egbm import EGBM, EMILYA
from .folders import FOLDER, find_folders
from .generated import DEFAULT_CLIPS, GENERATED, generated_rows, shards, study_rows
from .kdae import KDAE
from .loader import Corpus, Loader
from .manifest import MANIFEST
from .mpi_stories import MPI_STORIES
from .rows import read_rows
from .schema import FEATURES, LeftOut
from .style100 import STYLE100

logger = logging.get_logger(__name__)

LOADERS: dict[str, Loader] = {
    loader.about.name: loader
    for loader in (
        *(BANDAI1, BANDAI2, BANDAI2_STYLES, MPI_STORIES, STYLE100),
        *(KDAE, EMILYA, EGBM, DIEMA, FOLDER, MANIFEST),
    )
}
MADE = {"generated": generated_rows, "studies": study_rows}
"""What the generator makes -> the function that yields its rows."""

CORPORA: dict[str, Corpus] = {name: loader.about for name, loader in LOADERS.items()} | dict.fromkeys(MADE, GENERATED)
"""Descriptions of all corpora that can be prepared, by name."""

PREPARATION = "preparation.json"
"""File that is in every prepared folder, and only in finished ones."""

_CHUNK = 256
_ROWS_PER_TABLE = 16
"""Rows that a stream encodes at once. Encoding them one by one takes ten times as long."""
_SHOWN = 10


@dataclass(frozen=True)
class Source:
    """A corpus that was found but not read yet.

    Attributes:
        about: Its description.
        name: Its name without the folders of this machine.
        parts: Pieces that can be read independently, in order: files, or numbers of generated clips.
        read: Yields the rows of a piece and adds what it cannot read to a list.
        clips: Number of clips, as far as it is known before reading: a take that will be cut counts as one.
        left_out: Files that were found but left out.
        root: Its folder or file, or None.
    """

    about: Corpus
    name: str
    parts: list
    read: Callable[..., Iterator[dict]]
    clips: int
    left_out: list[LeftOut]
    root: Path | None

    def rows(self, left_out: list[LeftOut]) -> Iterator[dict]:
        """All rows; what cannot be read is added to the list."""
        for part in self.parts:
            yield from self.read(part, left_out)


def open_corpus(spec: str, seed: int = 0, performer_pattern: str | None = None) -> Source:
    """Finds a corpus by its name, without reading a clip.

    Args:
        spec: As for `load_corpus`, except "prepared" and "hub".
        seed: Seed of the generated corpus.
        performer_pattern: Names the performers of `folder=`, see `find_folders`.

    Raises:
        ValueError: If the name is unknown, its folder is missing or not such a corpus, or the pattern is wrong.
    """
    kind, _, place = spec.partition("=")
    name, *settings = kind.split(":")
    if name in MADE and not place and len(settings) < 3:
        count = settings[0] if settings else str(DEFAULT_CLIPS)
        if not (count.isdecimal() and int(count)):
            raise ValueError(f"'{name}:CLIPS' needs a number of clips, found '{count}'.")
        rigs = settings[1].split(",") if len(settings) == 2 else []
        if unknown := sorted(set(rigs) - set(RIGS)):
            raise ValueError(f"'{kind}' names rigs that the generator lacks: {unknown}; it has {', '.join(RIGS)}.")
        read = partial(MADE[name], seed, rigs=rigs)
        return Source(GENERATED, kind, shards(int(count)), read, int(count), [], None)
    if kind not in LOADERS or not place:
        folders = ", ".join(f"{known}=FOLDER" for known in LOADERS if known != "manifest")
        raise ValueError(
            f"A corpus is generated[:CLIPS[:RIG,RIG...]], studies[:CLIPS[:RIG,RIG...]], {folders}, manifest=FILE, "
            "prepared=FOLDER or hub=USER/NAME, "
            f"found '{spec}'."
        )
    root = Path(place)
    if kind == "manifest" and not root.is_file():
        raise ValueError(f"The file of corpus 'manifest' does not exist: {root}")
    if kind != "manifest" and not root.is_dir():
        raise ValueError(f"The folder of corpus '{kind}' does not exist: {root}")
    find = partial(find_folders, performer_pattern=performer_pattern) if kind == "folder" else LOADERS[kind].find
    files, left_out = find(root)
    return Source(LOADERS[kind].about, kind, files, read_rows, len(files), left_out, root)


def load_corpus(
    spec: str, seed: int = 0, streaming: bool = False, performer_pattern: str | None = None
) -> datasets.Dataset | datasets.IterableDataset:
    """Loads a corpus by its name on the command line.

    Args:
        spec: `generated[:CLIPS[:RIG,RIG...]]`, `studies[:CLIPS[:RIG,RIG...]]` (people with many clips each), the name
            of a loader with its folder (`bandai1=`, `bandai2=`, `bandai2_styles=`, `mpi_stories=`, `style100=`,
            `kdae=`, `emilya=`, `egbm=`, `diema=`, `folder=`), `manifest=FILE`, `prepared=FOLDER` or `hub=USER/NAME`.
        seed: Seed of the generated corpus.
        streaming: Whether to return an `IterableDataset`, which reads or generates each clip on request and stores
            none. It has shards for the workers of a `DataLoader`.
        performer_pattern: Regular expression with a group `performer` that names the performers of `folder=` by the
            paths of the files, or "none". By default performers are the sub-folders in `label/performer/clip`.

    Returns:
        Rows of `FEATURES` in the format "numpy", in the same order with and without streaming. Recordings that cannot
        be read are left out and listed in a warning.

    Raises:
        ValueError: If the name is unknown, or the folder is missing, is not such a corpus or has no readable clip.
    """
    if _is_prepared(spec):
        kind, _, place = spec.partition("=")
        return _prepared(place, streaming) if kind == "prepared" else _from_hub(place, streaming)
    source = open_corpus(spec, seed, performer_pattern)
    if streaming:
        _warn(source.left_out, source.clips)
        return _stream(source)
    return _in_memory(source, f"corpus '{spec}'")


def load_corpora(patterns: Mapping[str, str | None], seed: int = 0) -> Iterator[datasets.Dataset]:
    """Loads several corpora one after another. All are found first, so a missing folder is reported at once.

    Args:
        patterns: The name of each corpus, as for `load_corpus`, with its performer pattern.
        seed: Seed of the generated corpus.

    Raises:
        ValueError: As `load_corpus`.
    """
    found = [
        load_corpus(spec) if _is_prepared(spec) else open_corpus(spec, seed, pattern)
        for spec, pattern in patterns.items()
    ]
    return (
        _in_memory(corpus, f"corpus '{spec}'") if isinstance(corpus, Source) else corpus
        for spec, corpus in zip(patterns, found, strict=True)
    )


def generated_corpus(clips: int, seed: int = 0) -> datasets.Dataset:
    """Clips of the project's own generator; their emotions are drawn uniformly from the default ones."""
    return _in_memory(open_corpus(f"generated:{clips}", seed), "the generated corpus")


def encode_rows(rows: list[dict]) -> datasets.Dataset:
    """Rows as a dataset of `FEATURES` in memory."""
    return datasets.Dataset.from_list(rows, features=FEATURES)


def nothing_read(what: str, left_out: list[LeftOut]) -> ValueError:
    """The error for a corpus without a readable clip."""
    shown = "".join(f"\n  {entry}" for entry in left_out[:_SHOWN])
    return ValueError(f"No clip of {what} could be read.{shown}")


def _is_prepared(spec: str) -> bool:
    kind, _, place = spec.partition("=")
    return kind in ("prepared", "hub") and bool(place)


def _in_memory(source: Source, what: str) -> datasets.Dataset:
    """All rows, encoded in chunks so that memory holds a large corpus only once."""
    left_out = list(source.left_out)
    chunks = [encode_rows(chunk) for chunk in _chunks(source.rows(left_out), _CHUNK)]
    if not chunks:
        raise nothing_read(what, left_out)
    _warn(left_out, source.clips)
    return datasets.concatenate_datasets(chunks).with_format("numpy")


def _stream(source: Source) -> datasets.IterableDataset:
    if not source.parts:
        raise nothing_read(f"corpus '{source.name}'", source.left_out)
    # Arrow tables, as in prepared corpora, so that all values have the types of FEATURES.
    examples = ArrowExamplesIterable(_tables, {"parts": source.parts, "read": source.read})
    info = datasets.DatasetInfo(features=FEATURES)
    return datasets.IterableDataset(examples, info=info).with_format("numpy")


def _tables(parts: list, read: Callable[..., Iterator[dict]]) -> Iterator[tuple]:
    """Keys and Arrow tables of the rows of some pieces; warns of each file that cannot be read."""
    for part in parts:
        left_out: list[LeftOut] = []
        for chunk in _chunks(read(part, left_out), _ROWS_PER_TABLE):
            yield chunk[0]["clip_id"], encode_rows(chunk).data.table
        for entry in left_out:
            logger.warning(f"left out: {entry}")


def _chunks(rows: Iterator[dict], size: int) -> Iterator[list[dict]]:
    chunk: list[dict] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _warn(left_out: list[LeftOut], clips: int) -> None:
    if left_out:
        shown = "\n  ".join(str(entry) for entry in left_out[:_SHOWN])
        more = f"\n  and {len(left_out) - _SHOWN} more" if len(left_out) > _SHOWN else ""
        logger.warning(f"{len(left_out)} left out; {clips} recordings found:\n  {shown}{more}")


def _prepared(folder: str, streaming: bool) -> datasets.Dataset | datasets.IterableDataset:
    """Rows of a folder that `prepare_corpus` wrote."""
    shards = sorted(str(path) for path in Path(folder).glob("data/train-*.parquet"))
    if not (Path(folder) / PREPARATION).is_file() or not shards:
        raise ValueError(f"{folder} was not written by `eai-llm data prepare`: {PREPARATION} or data/ is missing.")
    loaded = datasets.load_dataset("parquet", data_files={"train": shards}, split="train", streaming=streaming)
    return _with_our_columns(loaded, folder)


def _from_hub(name: str, streaming: bool) -> datasets.Dataset | datasets.IterableDataset:
    """Rows of a dataset on the Hub that `prepare_corpus` wrote."""
    return _with_our_columns(datasets.load_dataset(name, split="train", streaming=streaming), name)


def _with_our_columns(
    loaded: datasets.Dataset | datasets.IterableDataset, where: str
) -> datasets.Dataset | datasets.IterableDataset:
    features = loaded.features or {}
    # Earlier datasets lack `not_shown`, which then counts as nothing.
    ours = [column for column in FEATURES if column in features or column != "not_shown"]
    wrong = [column for column in ours if features.get(column) != FEATURES[column]]
    if wrong:
        raise ValueError(
            f"{where}: expected the columns of `eai-llm data prepare`; missing or of another type: {wrong}."
        )
    return loaded.select_columns(ours).with_format("numpy")


__all__ = [
    "LOADERS",
    "CORPORA",
    "PREPARATION",
    "Source",
    "encode_rows",
    "generated_corpus",
    "load_corpora",
    "load_corpus",
    "nothing_read",
    "open_corpus",
]
