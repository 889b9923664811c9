"""One shard: written whole with a check next to it, and recognised as whole by the next run.

DIR/data/train-00003-of-00012.parquet   the rows
DIR/checks/00003.json                   its SHA-256, and how many clips, rows and clips with an error it has

The check is written before the shard gets its name, so a shard without its check is not finished.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from transformers.utils import logging

from .files import written_whole
from .plan import CHECKS, DATA, Plan
from .schema import FEATURES

logger = logging.get_logger(__name__)

GROUP_ROWS = 100
"""Rows of a Parquet row group, which a streaming reader holds at once."""


@dataclass(frozen=True)
class Check:
    """What is known of a finished shard.

    Attributes:
        sha256: Of the file.
        clips: Clips of the shard.
        rows: One for each person of each clip, and one for each clip with an error.
        failed: Clips with an error.
    """

    sha256: str
    clips: int
    rows: int
    failed: int


def shard_path(plan: Plan, shard: int) -> Path:
    """The file of a shard, by its number from 0."""
    return plan.folder / DATA / f"train-{shard:05d}-of-{plan.shards:05d}.parquet"


def check_files(plan: Plan) -> None:
    """Checks that no other Parquet files lie next to the shards, because whoever reads these would read them too.

    Raises:
        ValueError: If some do.
    """
    shards = {shard_path(plan, shard) for shard in range(plan.shards)}
    if others := sorted(set((plan.folder / DATA).glob("*.parquet")) - shards):
        raise ValueError(
            f"{plan.folder / DATA} should hold the {plan.shards} shards of this plan alone, found {others[0].name}. "
            "Move it elsewhere: whoever reads the folder would read it too."
        )


def finished(plan: Plan) -> Iterator[tuple[int, Check]]:
    """The shards that are whole; a warning names each that is damaged and has to be made again.

    Yields:
        The number and the check of each.
    """
    for shard in range(plan.shards):
        if (check := finished_one(plan, shard)) is not None:
            yield shard, check


def finished_one(plan: Plan, shard: int) -> Check | None:
    """The check of a shard, None if it is not whole; see `finished`."""
    path = shard_path(plan, shard)
    if not path.is_file():
        return None
    try:
        check = Check(**json.loads(_check_path(plan, shard).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        why = f"{CHECKS}/{_check_path(plan, shard).name} is missing or damaged"
    else:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found == check.sha256 and check.clips == plan.clips_in(shard):
            return check
        why = f"its SHA-256 is {found[:12]}..., expected {check.sha256[:12]}..."
    logger.warning(f"{path} is damaged and is made again: {why}")
    return None


def write_shard(plan: Plan, shard: int, rows: Sequence[dict[str, Any]]) -> Check:
    """Writes a shard; the bytes depend on the rows alone.

    Args:
        plan: The plan.
        shard: Number of the shard, from 0.
        rows: As `as_row` makes them.

    Raises:
        OSError: If it cannot be written; the message names the shard. Nothing of it remains.
    """
    path = shard_path(plan, shard)
    buffer = pa.BufferOutputStream()
    table = pa.Table.from_pylist(list(rows), schema=FEATURES.arrow_schema)
    pq.write_table(table, buffer, compression="zstd", row_group_size=GROUP_ROWS)
    content = buffer.getvalue()
    failed = sum(row.get("error") is not None for row in rows)
    check = Check(hashlib.sha256(content).hexdigest(), plan.clips_in(shard), len(rows), failed)
    try:
        with written_whole(_check_path(plan, shard)) as file:
            file.write((json.dumps(asdict(check)) + "\n").encode())
        with written_whole(path) as file:
            file.write(content)
    except OSError as error:
        raise OSError(
            error.errno,
            f"Shard {shard + 1} of {plan.shards}, {path}, could not be written ({error.strerror or error}). The "
            "shards before it are kept: make room and repeat the call, which continues there",
        ) from error
    return check


def _check_path(plan: Plan, shard: int) -> Path:
    return plan.folder / CHECKS / f"{shard:05d}.json"


__all__ = ["Check", "check_files", "finished", "finished_one", "shard_path", "write_shard"]
