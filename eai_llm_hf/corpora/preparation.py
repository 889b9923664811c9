"""Writes a corpus as Parquet, which loads fast, can be streamed and can go to the Hugging Face Hub.

OUT/data/train-00000-of-00007.parquet   the rows, with the types of FEATURES
OUT/README.md                           the dataset card
OUT/preparation.json                    what was prepared, with counts, versions and the fingerprint
OUT/broken_files.jsonl                  what could not be read and why; only if there is any
"""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from datasets.arrow_writer import ParquetWriter
from huggingface_hub import HfApi
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id
from tqdm import tqdm

from ..version import __version__
from .dataset_card import dataset_card
from .registry import CORPORA, PREPARATION, Source, encode_rows, nothing_read, open_corpus
from .schema import FEATURES, LeftOut

BROKEN = "broken_files.jsonl"
CARD = "README.md"
DATA = "data"
SHARD_BYTES = 64 * 2**20
"""Size of the joints in one Parquet file before compression."""
GROUP_BYTES, GROUP_ROWS = 4 * 2**20, 100
"""Limits of a Parquet row group: the joints and rows that the writer and a streaming reader hold at once."""


@dataclass(frozen=True)
class Preparation:
    """What `prepare_corpus` wrote.

    Attributes:
        rows: Number of clips.
        broken: File (or line of a manifest) and reason for all that yielded no clip.
        fingerprint: SHA-256 over ids, labels and joints of all clips, independent of their order.
        folder: The folder written.
    """

    rows: int
    broken: list[tuple[str, str]]
    fingerprint: str
    folder: Path


class Fingerprint:
    """SHA-256 over a set of clips: their sorted ids, labels, joints and masks, bit for bit."""

    def __init__(self) -> None:
        self._digests: dict[str, bytes] = {}

    def add(self, row: dict) -> None:
        """Adds a clip.

        Raises:
            ValueError: If there is a clip of this id already.
        """
        if row["clip_id"] in self._digests:
            raise ValueError(f"another clip has the id '{row['clip_id']}'")
        joints = np.ascontiguousarray(row["joints"], dtype="<f4")
        digest = hashlib.sha256(json.dumps([row["clip_id"], row["label"], joints.shape]).encode())
        digest.update(joints.tobytes())
        digest.update(np.asarray(row["joint_mask"], dtype=bool).tobytes())
        self._digests[row["clip_id"]] = digest.digest()

    def hexdigest(self) -> str:
        """The fingerprint of all clips so far."""
        whole = hashlib.sha256()
        for clip_id in sorted(self._digests):
            whole.update(self._digests[clip_id])
        return whole.hexdigest()


def fingerprint(rows: Iterable[dict]) -> str:
    """The fingerprint of rows; for a prepared corpus it is the one in its `preparation.json`."""
    made = Fingerprint()
    for row in rows:
        made.add({**row, "clip_id": str(row["clip_id"]), "label": None if row["label"] is None else str(row["label"])})
    return made.hexdigest()


def prepare_corpus(
    spec: str, out: Path, seed: int = 0, push_to: str | None = None, performer_pattern: str | None = None
) -> Preparation:
    """Reads a corpus and writes it as Parquet with a card and a fingerprint.

    Everything is written next to `out` and moved there at the end, so an interrupted run leaves nothing that looks
    finished. Files that cannot be read are listed; the others are prepared.

    Args:
        spec: As for `load_corpus`, except "prepared" and "hub".
        out: Folder to write: new, empty, or an earlier preparation, which is replaced.
        seed: Seed of the generated corpus.
        push_to: Dataset repository `USER/NAME` on the Hub to upload to. A new repository is private.
        performer_pattern: Names the performers of `folder=`, as for `load_corpus`.

    Returns:
        What was written.

    Raises:
        ValueError: If the corpus cannot be found, has no readable clip or may not be uploaded, or `out` holds
            something else.
        OSError: If it cannot be written or uploaded; what was prepared stays.
    """
    if spec.partition("=")[0] in ("prepared", "hub"):
        raise ValueError(f"'{spec}' is prepared already.")
    out = Path(out).absolute()
    source = open_corpus(spec, seed, performer_pattern)
    if push_to is not None:
        _check_repository(push_to)
        _check_terms([source.about.name])
    _check_out(out, source.root)

    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(f"{out.name}.unfinished-{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / DATA).mkdir(parents=True)
    try:
        facts, counts, left_out = _write(source, seed, unfinished)
        _put_in_place(unfinished, out)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    if push_to is not None:
        _check_terms(counts["corpus"])
        push_prepared(out, push_to)
    broken = [(entry.file, entry.message) for entry in left_out]
    return Preparation(facts["rows"], broken, facts["fingerprint"], out)


def push_prepared(folder: Path, repository: str) -> None:
    """Uploads a prepared folder as a dataset. A new repository is private, because recordings of people should be."""
    api = HfApi()
    api.create_repo(repository, repo_type="dataset", private=True, exist_ok=True)
    api.upload_folder(
        repo_id=repository,
        repo_type="dataset",
        folder_path=folder,
        allow_patterns=[CARD, PREPARATION, BROKEN, f"{DATA}/*.parquet"],
        delete_patterns=f"{DATA}/*.parquet",  # shards of an earlier preparation
        commit_message="Prepare with eai-llm data prepare",
    )


def _write(source: Source, seed: int, folder: Path) -> tuple[dict, dict[str, Counter], list[LeftOut]]:
    """Writes everything into a folder. Returns its `preparation.json`, counts of values and what was left out."""
    left_out = list(source.left_out)
    clips = Fingerprint()
    counts: dict[str, Counter] = {column: Counter() for column in ("label", "performer", "content", "corpus")}
    rows, seconds = 0, 0.0
    with _Shards(folder / DATA) as shards:
        for group in _groups(_distinct(source.rows(left_out), clips, left_out), source):
            shards.write(group)
            rows += len(group)
            seconds += sum(len(row["joints"]) / row["fps"] for row in group)
            for column, values in counts.items():
                values.update(row[column] for row in group)
    if not rows:
        raise nothing_read(f"corpus '{source.name}'", left_out)

    facts = {
        "corpus": source.name,
        "seed": seed if source.about.name == "generated" else None,
        "rows": rows,
        "seconds": round(seconds, 2),
        "left_out": len(left_out),
        "fingerprint": clips.hexdigest(),
        "licence": source.about.licence,
        "counts": {column: _countable(counts[column]) for column in ("label", "corpus")},
        "performers": len(counts["performer"] - Counter({None: rows})),
        "contents": len(counts["content"]),
        "versions": {"eai-llm-hf": __version__, "datasets": version("datasets"), "numpy": version("numpy")},
    }
    if left_out:
        with (folder / BROKEN).open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in left_out)
    dataset_card(source.about, facts, counts, left_out).save(folder / CARD)
    (folder / PREPARATION).write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return facts, counts, left_out


def _distinct(rows: Iterator[dict], clips: Fingerprint, left_out: list[LeftOut]) -> Iterator[dict]:
    """The rows with a new id, each added to the fingerprint."""
    for row in rows:
        try:
            clips.add(row)
        except ValueError as error:
            left_out.append(LeftOut(row["source"], str(error)))
            continue
        yield row


def _groups(rows: Iterator[dict], source: Source) -> Iterator[list[dict]]:
    """Rows in lists of the size of a row group, with a progress bar on stderr if that is a terminal."""
    group: list[dict] = []
    size = 0
    for row in tqdm(rows, desc=f"preparing {source.about.name}", total=source.clips, unit="clip", disable=None):
        group.append(row)
        size += row["joints"].nbytes
        if size >= GROUP_BYTES or len(group) >= GROUP_ROWS:
            yield group
            group, size = [], 0
    if group:
        yield group


class _Shards:
    """Writes groups of rows to Parquet files of about `SHARD_BYTES`, and at the end names them with their number."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._paths: list[Path] = []
        self._writer: ParquetWriter | None = None
        self._size = 0

    def __enter__(self) -> "_Shards":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:  # the caller deletes the folder with what was written
            if self._writer is not None:
                self._writer.close()
            return
        self._finish()
        for number, path in enumerate(self._paths):
            path.rename(self._folder / f"train-{number:05d}-of-{len(self._paths):05d}.parquet")

    def write(self, group: list[dict]) -> None:
        """Writes rows as a row group of the open file, or of a new one if that is full."""
        if self._writer is None:
            self._paths.append(self._folder / f"{len(self._paths):05d}.parquet")
            self._writer = ParquetWriter(path=str(self._paths[-1]), features=FEATURES)
        self._writer.write_table(encode_rows(group).data.table)
        self._size += sum(row["joints"].nbytes for row in group)
        if self._size >= SHARD_BYTES:
            self._finish()

    def _finish(self) -> None:
        if self._writer is not None:
            self._writer.finalize()
            self._writer.close()
        self._writer, self._size = None, 0


def _countable(values: Counter) -> dict[str, int]:
    """Sorted counts with strings as keys; "" counts the clips without a value."""
    return {key: values[key or None] for key in sorted(value or "" for value in values)}


def _check_out(out: Path, root: Path | None) -> None:
    """Refuses a folder that holds anything except an earlier preparation, or that lies in the corpus itself."""
    if root is not None and root.is_dir() and out.resolve().is_relative_to(root.resolve()):
        raise ValueError(f"{out} lies in the corpus; choose a folder outside {root}.")
    if out.is_dir():
        there = {path.name for path in out.iterdir()}
        foreign = there - {DATA, CARD, BROKEN, PREPARATION}
        if there and (foreign or PREPARATION not in there):
            named = ", ".join(sorted(foreign or there)[:5])
            raise ValueError(f"Expected a new or empty folder, or an earlier preparation; {out} holds {named}.")
    elif out.exists():
        raise ValueError(f"{out} is a file; expected a folder to write.")


def _put_in_place(unfinished: Path, out: Path) -> None:
    """Moves the new preparation to its place; an earlier one is deleted only afterwards."""
    earlier = out.with_name(f"{out.name}.replaced-{os.getpid()}")
    if out.is_dir():
        out.rename(earlier)
    try:
        unfinished.rename(out)
    except OSError:
        if earlier.is_dir():
            earlier.rename(out)
        raise
    shutil.rmtree(earlier, ignore_errors=True)


def _check_repository(name: str) -> None:
    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise ValueError(f"Expected USER/NAME on the Hub, found '{name}': {error}") from None


def _check_terms(corpora: Iterable[str]) -> None:
    """Refuses to upload a corpus whose terms forbid it."""
    for name in corpora:
        about = CORPORA.get(name)
        if about is not None and not about.may_be_passed_on:
            raise ValueError(f"'{name}' must not be uploaded. {about.terms}")


__all__ = ["Fingerprint", "Preparation", "fingerprint", "prepare_corpus", "push_prepared"]
