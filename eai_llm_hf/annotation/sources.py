"""Where clips come from: a folder, a manifest, Parquet files or a dataset on the Hub."""

import hashlib
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from transformers.utils import logging

from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES

from ..corpora.loader import below, readable_text
from ..corpora.manifest import listed_files
from ..corpora.registry import nothing_read
from ..corpora.rows import as_clip
from ..strangers import as_sentence, takes_in

logger = logging.get_logger(__name__)

HUB = "hub"
FORMS = "a folder of recordings, a manifest (.csv or .jsonl), Parquet (a file or a folder), or hub=USER/NAME"


class ChangedError(ValueError):
    """A file is not as it was when the plan was made."""


@dataclass(frozen=True)
class Clip:
    """A clip of a source, before it is read.

    Attributes:
        number: Its place in the source, from 0.
        source: Its name in the records.
        path: Its file, relative to the root of the source if it lies below it; None for a row of a dataset.
        fps: Frames per second that a manifest states, or None.
        layout: Name of the rig that a manifest states, or None.
        performer: Who moves, as a manifest says, or None.
        size: Bytes of its file, None where it was missing.
        changed_ns: When its file was changed, in ns since 1970, None where it was missing.
        problem: Why a line of a manifest names no clip, or None.
    """

    number: int
    source: str
    path: str | None = None
    fps: float | None = None
    layout: str | None = None
    performer: str | None = None
    size: int | None = None
    changed_ns: int | None = None
    problem: str | None = None


class Inputs(Protocol):
    """What a worker process needs to find the clips of a source."""

    def of(self, clip: Clip) -> dict[str, Any]:
        """The clip as the pipeline takes it, with its `source` and, where known, its `performer`."""

    def check(self, clip: Clip) -> None:
        """Raises a `ChangedError` if the clip is not as it was when the plan was made."""


@dataclass(frozen=True)
class Source:
    """A source whose clips were listed but not read.

    Attributes:
        identity: What tells it from another source, for the plan: its kind, its name and a fingerprint.
        clips: Number of clips.
        listed: The clips, in a stable order.
        inputs: How to find them.
        root: Its folder or file on this machine, or None.
    """

    identity: dict[str, Any]
    clips: int
    listed: Iterable[Clip]
    inputs: Inputs
    root: Path | None = None


@dataclass(frozen=True)
class FileInputs:
    """Clips in files.

    Attributes:
        root: What their paths are relative to.
    """

    root: Path

    def of(self, clip: Clip) -> dict[str, Any]:
        """See `Inputs`."""
        assert clip.path is not None  # only rows of datasets have none
        given = {"fps": clip.fps, "layout": clip.layout, "performer": clip.performer}
        return {"path": str(self.root / clip.path), "source": clip.source, **given}

    def check(self, clip: Clip) -> None:
        """See `Inputs`."""
        assert clip.path is not None
        now, planned = stamp(self.root / clip.path), (clip.size, clip.changed_ns)
        if now != planned:
            name = readable_text(Path(clip.path).name)
            raise ChangedError(
                f"{name}: the file changed after the plan was made; expected {_words(planned)}, found {_words(now)}"
            )


@dataclass(frozen=True)
class RowInputs:
    """Clips in the rows of a dataset, which has its own copy of them.

    Attributes:
        rows: The dataset, in the format "numpy".
    """

    rows: Any = field(repr=False)

    def of(self, clip: Clip) -> dict[str, Any]:
        """See `Inputs`.

        Raises:
            ValueError: If a value is not of the right kind.
        """
        row = self.rows[clip.number]
        source = _text(row.get("clip_id")) or _text(row.get("source")) or clip.source
        about = {"source": source, "performer": _text(row.get("performer"))}
        if row.get("joints") is None:
            raise ValueError(f"{source}: expected joints, found none")
        if row.get("joint_mask") is not None:
            return {"people": [as_clip({**row, "corpus": _text(row.get("corpus"))})], **about}
        names, layout = row.get("joint_names"), _text(row.get("layout"))
        if layout is not None and layout.lower().endswith(".json"):
            raise ValueError(f"{source}: its layout is {layout}; expected the name of a known rig, or pass layout")
        return {
            "joints": np.asarray(row["joints"], dtype=np.float32),
            "fps": _number(row.get("fps")),
            "layout": layout,
            "joint_names": None if names is None else [str(name) for name in names],
            **about,
        }

    def check(self, clip: Clip) -> None:
        """See `Inputs`; the copy does not change."""


def open_source(spec: str | os.PathLike, planned: Mapping[str, Any] | None = None) -> Source:
    """Lists the clips of a source without reading them.

    Args:
        spec: A folder of recordings; a manifest, as for the corpus `manifest`, whose column `label` may be missing; a
            Parquet file or a folder of them; or `hub=USER/NAME`. A dataset has a column `joints`, and any of `fps`,
            `layout`, `joint_names`, `performer`, or the columns of `eai-llm data prepare`.
        planned: The identity that a plan has, so that a dataset of the Hub is taken at the same commit.

    Raises:
        OSError: If it cannot be opened, or the Hub cannot be reached.
        ValueError: If it is nothing of these, or holds no clip.
    """
    kind, _, name = str(spec).partition("=")
    if kind == HUB and name:
        return _on_hub(name, planned)
    path = Path(spec)
    if path.is_dir():
        files = sorted([*path.glob("*.parquet"), *path.glob("data/*.parquet")])
        try:
            found, strangers = takes_in(path, videos=True)
        except ValueError:
            if not files:
                raise
            return _in_parquet(path, files)
        if strangers:
            logger.warning(as_sentence(strangers))
        return _in_folder(path, found)
    if not path.is_file():
        raise ValueError(f"There is no {spec}; expected {FORMS}.")
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return _in_parquet(path, [path])
    if suffix in (".csv", ".jsonl"):
        return _in_manifest(path)
    one = "; for a single recording use eai-llm explain" if suffix in READABLE_SUFFIXES else ""
    raise ValueError(f"Expected {FORMS}, found {path}{one}.")


def stamp(path: Path) -> tuple[int | None, int | None]:
    """Bytes and time of the last change, in ns, of a file or of the files of a folder; None where it is missing."""
    try:
        found = [each.stat() for each in (path, *(sorted(path.iterdir()) if path.is_dir() else ()))]
    except OSError:
        return None, None
    return sum(each.st_size for each in found), max(each.st_mtime_ns for each in found)


def _in_folder(root: Path, found: list[Path]) -> Source:
    clips = (
        Clip(number, _below(root, path), str(path.relative_to(root)), None, None, None, *stamp(path))
        for number, path in enumerate(found)
    )
    return Source({"kind": "folder", "name": _name(root)}, len(found), clips, FileInputs(root), root)


def _in_manifest(manifest: Path) -> Source:
    """The clips that a manifest lists; lines that name none come after them, with the reason."""
    files, left_out = listed_files(manifest, ["path"], lambda row: {"label": None, **row}, str)
    if not files:
        raise nothing_read(f"the manifest {manifest.name}", left_out)
    root = manifest.parent

    def listed() -> Iterator[Clip]:
        for number, file in enumerate(files):
            path = file.path.relative_to(root) if file.path.is_relative_to(root) else file.path
            own = (str(path), file.fps, file.layout, file.performer)
            yield Clip(number, file.source, *own, *stamp(file.path))
        for number, entry in enumerate(left_out, start=len(files)):
            yield Clip(number, entry.file, problem=entry.message)

    identity = {"kind": "manifest", "name": _name(manifest), "sha256": sha256_of([manifest])}
    return Source(identity, len(files) + len(left_out), listed(), FileInputs(root), manifest)


def _in_parquet(path: Path, files: list[Path]) -> Source:
    import datasets
    import pyarrow as pa

    try:
        rows = datasets.load_dataset("parquet", data_files={"train": [str(each) for each in files]}, split="train")
    except (datasets.exceptions.DatasetGenerationError, pa.ArrowException) as error:
        raise ValueError(f"{path}: not Parquet that can be read ({error.__cause__ or error}).") from error
    about = [[each.name, *stamp(each)] for each in files]
    return _of_rows({"kind": "parquet", "name": _name(path), "files": about}, rows, path)


def _on_hub(name: str, planned: Mapping[str, Any] | None) -> Source:
    import datasets
    from huggingface_hub import HfApi

    if planned is not None and (planned.get("kind"), planned.get("name")) == (HUB, name):
        commit = planned["commit"]
    else:
        commit = HfApi().dataset_info(name).sha
    rows = datasets.load_dataset(name, split="train", revision=commit)
    return _of_rows({"kind": HUB, "name": name, "commit": commit}, rows, None)


def _of_rows(identity: dict[str, Any], rows: Any, root: Path | None) -> Source:
    if "joints" not in rows.column_names:
        raise ValueError(f"{identity['name']}: expected a column joints, found {', '.join(rows.column_names)}.")
    if not len(rows):
        raise ValueError(f"{identity['name']} has no rows.")
    clips = (Clip(number, f"row {number}") for number in range(len(rows)))
    return Source(identity, len(rows), clips, RowInputs(rows.with_format("numpy")), root)


def sha256_of(files: Iterable[Path]) -> str:
    """SHA-256 over the names and contents of files."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.name}\n".encode("utf-8", "surrogateescape"))
        with file.open("rb") as opened:
            whole.update(hashlib.file_digest(opened, "sha256").digest())
    return whole.hexdigest()


def _below(root: Path, path: Path) -> str:
    return _name(root) if path == root else below(root, path)


def _name(path: Path) -> str:
    return readable_text(path.resolve().name)


def _words(found: tuple[int | None, int | None]) -> str:
    size, changed_ns = found
    if size is None or changed_ns is None:
        return "no file"
    when = datetime.fromtimestamp(changed_ns / 1e9, UTC)
    return f"{size:,} bytes of {when:%Y-%m-%d %H:%M:%S.%f} UTC"


def _text(value: Any) -> str | None:
    return None if value is None or value != value else str(value) or None  # only NaN differs from itself


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


__all__ = [
    "HUB",
    "ChangedError",
    "Clip",
    "FileInputs",
    "Inputs",
    "RowInputs",
    "Source",
    "open_source",
    "sha256_of",
    "stamp",
]
