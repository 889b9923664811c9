"""The plan: which clips are annotated, in which shards, by what. It is written before anything is computed.

DIR/clips.parquet   the clips in their order; each row group has those of one shard
DIR/plan.json       source, checkpoint, settings, version and the SHA-256 of clips.parquet; written last
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from transformers.utils import logging

from .files import written_whole
from .sources import Clip, Source, sha256_of

logger = logging.get_logger(__name__)

PLAN, CLIPS, DATA, CHECKS, LOCK = "plan.json", "clips.parquet", "data", "checks", ".lock"
PARTS = frozenset((PLAN, CLIPS, DATA, CHECKS, LOCK))
"""What a folder with annotated clips holds."""

_SHOWN = 3

_CLIP_COLUMNS = pa.schema(
    {
        "number": pa.int64(),
        "source": pa.string(),
        "path": pa.binary(),  # names of files are bytes
        "fps": pa.float64(),
        "layout": pa.string(),
        "performer": pa.string(),
        "size": pa.int64(),
        "changed_ns": pa.int64(),
        "problem": pa.string(),
    }
)
assert _CLIP_COLUMNS.names == [each.name for each in fields(Clip)]


@dataclass(frozen=True)
class Plan:
    """A plan in a folder.

    Attributes:
        folder: The folder.
        facts: The content of `PLAN`: `version`, `checkpoint`, `source`, `settings`, `threads`, `device`, `clips` and
            `clips_sha256`.
    """

    folder: Path
    facts: Mapping[str, Any]

    @property
    def clips(self) -> int:
        """Number of clips."""
        return int(self.facts["clips"])

    @property
    def shards(self) -> int:
        """Number of shards."""
        return -(-self.clips // self.shard_size)

    @property
    def shard_size(self) -> int:
        """Clips of every shard but the last."""
        return int(self.facts["settings"]["shard_size"])

    @property
    def threads(self) -> int:
        """Threads of torch that one model computes with; with another number answers differ in the last digits."""
        return int(self.facts["threads"])

    @property
    def device(self) -> str:
        """Type of the device that a model computes on, such as "cpu", for the same reason."""
        return str(self.facts["device"])

    def clips_in(self, shard: int) -> int:
        """Number of clips of a shard."""
        return min(self.shard_size, self.clips - shard * self.shard_size)

    def shard(self, shard: int) -> Iterator[Clip]:
        """The clips of a shard.

        Raises:
            ValueError: If the list of clips is damaged.
        """
        try:
            rows = self._listed.read_row_group(shard).to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise _damaged(self.folder / CLIPS, str(error)) from error
        for row in rows:
            path = row["path"]
            yield Clip(**row | {"path": None if path is None else os.fsdecode(path)})

    @cached_property
    def _listed(self) -> pq.ParquetFile:
        return pq.ParquetFile(self.folder / CLIPS)


def write_plan(folder: Path, facts: Mapping[str, Any], source: Source) -> Plan:
    """Lists the clips of a source and writes the plan.

    Args:
        folder: An empty folder that exists.
        facts: What the plan holds, without the clips.
        source: The source.

    Raises:
        OSError: If it cannot be written.
    """
    with written_whole(folder / CLIPS) as file, pq.ParquetWriter(file, _CLIP_COLUMNS, compression="zstd") as writer:
        listed = iter(source.listed)
        while group := list(islice(listed, facts["settings"]["shard_size"])):
            rows = [asdict(clip) | {"path": None if clip.path is None else os.fsencode(clip.path)} for clip in group]
            writer.write_table(pa.Table.from_pylist(rows, schema=_CLIP_COLUMNS))
    own = {**facts, "clips": source.clips, "clips_sha256": sha256_of([folder / CLIPS])}
    with written_whole(folder / PLAN) as file:
        file.write((json.dumps(own, indent=2, ensure_ascii=False) + "\n").encode())
    return Plan(folder, own)


def read_plan(folder: Path) -> Plan | None:
    """The plan of a folder, None if it has none.

    Raises:
        OSError: If it cannot be opened.
        ValueError: If it is damaged, or the folder holds something else.
    """
    path = folder / PLAN
    if not path.is_file():
        there = {each.name for each in folder.iterdir()} if folder.is_dir() else set()
        # A list of clips without a plan is what a process leaves that is killed while it lists them.
        foreign = {name for name in there if name not in (CLIPS, LOCK) and not name.endswith(".unfinished")}
        if foreign:
            named = ", ".join(sorted(foreign)[:_SHOWN])
            raise ValueError(f"Expected a new or empty folder, or one with annotated clips; {folder} holds {named}.")
        return None
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        plan = Plan(folder, facts)
        usable = plan.shards > 0 and plan.threads > 0 and bool(plan.device)
        wrong = None if usable and sha256_of([folder / CLIPS]) == facts["clips_sha256"] else CLIPS
    except (OSError, ValueError, KeyError, TypeError, ZeroDivisionError) as error:
        raise _damaged(path, repr(error)) from error
    if wrong:
        raise _damaged(folder / wrong, "its SHA-256 is not the one in the plan")
    return plan


def check_same(plan: Plan, facts: Mapping[str, Any]) -> None:
    """Refuses to continue with other settings, another checkpoint or another source.

    Args:
        plan: The plan that a folder has.
        facts: What the plan would hold now, without the clips.

    Raises:
        ValueError: If they differ; the message says where.
    """
    planned, now = (dict(_flat(each)) for each in ({name: plan.facts.get(name) for name in facts}, facts))
    differences = [
        f"{name}: planned {_shown(planned.get(name))}, now {_shown(now.get(name))}"
        for name in dict.fromkeys((*planned, *now))
        if planned.get(name) != now.get(name)
    ]
    if differences:
        raise ValueError(
            f"{plan.folder} was planned otherwise, so its shards would not fit together. {'; '.join(differences)}. "
            "Repeat the call as it was planned, or choose another folder."
        )


def check_listing(plan: Plan, source: Source) -> None:
    """Compares the files of a source with the plan, and warns of what became different.

    Raises:
        ValueError: If nothing is as it was planned, so that this is another source.
    """
    if source.identity["kind"] not in ("folder", "manifest"):
        return  # the identity of a dataset says all
    now = dict(_named(source.listed))
    same, gone, changed = 0, [], []
    for name, clip in _named(clip for shard in range(plan.shards) for clip in plan.shard(shard)):
        found = now.pop(name, None)
        if found is None:
            gone.append(clip.source)
        elif (found.size, found.changed_ns) != (clip.size, clip.changed_ns):
            changed.append(clip.source)
        else:
            same += 1
    if not same:
        raise ValueError(
            f"{plan.folder} was planned for other clips: none of its {plan.clips} is in {source.root} with the same "
            "size and time of change. Name the source of the plan, or choose another folder."
        )
    added = [clip.source for clip in now.values() if clip.problem is None]
    for names, what in (
        (gone, "planned clips are gone; those not yet annotated become rows with an error"),
        (changed, "planned clips changed; those not yet annotated become rows with an error"),
        (added, "clips are not in the plan and are left out; annotate them into another folder"),
    ):
        if names:
            more = ", ..." if len(names) > _SHOWN else ""
            logger.warning(f"{len(names)} {what}: {', '.join(names[:_SHOWN])}{more}")


def _named(clips: Iterable[Clip]) -> Iterator[tuple[tuple[str, int], Clip]]:
    """Clips by the name of their file, and how often a manifest has named it before."""
    before: Counter[str] = Counter()
    for clip in clips:
        name = clip.source if clip.path is None else clip.path
        yield (name, before[name]), clip
        before[name] += 1


def digest_of(content: Any) -> str:
    """SHA-256 of what can be written as JSON."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _damaged(path: Path, why: str) -> ValueError:
    return ValueError(f"{path} is damaged ({why}); the finished shards next to it are whole. Choose another folder.")


def _flat(tree: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name} ")
        else:
            yield f"{above}{name}", value


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


__all__ = [
    "CHECKS",
    "CLIPS",
    "DATA",
    "LOCK",
    "PARTS",
    "PLAN",
    "Plan",
    "check_listing",
    "check_same",
    "digest_of",
    "read_plan",
    "write_plan",
]
