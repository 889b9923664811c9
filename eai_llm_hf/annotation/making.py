"""The records of a plan's clips: read ahead, gathered in batches, explained, and written shard by shard.

Every engine makes its shards with `Maker`, so that they are the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Any

from .attempts import Attempt, crash_record
from .call import Call
from .model import Model, ModelApart, Records
from .plan import Plan
from .reading import FORM, Read, ReadAhead, Reader
from .schema import as_row
from .shards import Check, write_shard
from .sources import Inputs

SORTED_BATCHES = 4
"""Batches whose clips are sorted by length before they are divided, so that a batch has clips of like length."""

SORTED_FRAMES = 2**19
"""Unified frames, of about 600 bytes with their features, after which the clips so far are divided: bounds memory for
long recordings."""


class Maker:
    """Makes shards of a plan; used in a `with` block, because it may start processes that read clips.

    Args:
        plan: The plan.
        model: Of its checkpoint.
        inputs: Finds the clips.
        call: For the numbers of clips in a batch and of processes.
        options: As the pipeline takes them.
    """

    def __init__(
        self,
        plan: Plan,
        model: Model | ModelApart,
        inputs: Inputs,
        call: Call,
        options: Mapping[str, Any],
    ):
        self._plan, self._model, self._batch_size = plan, model, call.batch_size
        self._gathered = SORTED_BATCHES * call.batch_size
        form = {name: value for name, value in options.items() if name in FORM}
        windows = (options.get("window_s"), options.get("hop_s"))
        reader = Reader(inputs, model.extractor, form, windows)
        self._ahead = ReadAhead(reader, min(call.num_workers, plan.clips), self._gathered)

    def __enter__(self) -> "Maker":
        self._ahead.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ahead.__exit__(kind, error, trace)

    def shards(
        self, todo: Iterable[int], advance: Callable[[int], object], attempt: Attempt | None = None
    ) -> Iterator[tuple[int, Check]]:
        """Writes shards in their order, and reads the clips of the next ones meanwhile.

        Args:
            todo: Numbers of the shards.
            advance: Called with the number of clips each time some are done.
            attempt: At the one shard that is to be made, if others follow in case this process ends.

        Yields:
            The number and the check of each shard that was written.

        Raises:
            OSError: If a shard cannot be written.
        """
        todo = list(todo)
        explain = self._model.explain if attempt is None else partial(_attempted, self._model, attempt)
        reads = self._ahead.read(clip for shard in todo for clip in self._plan.shard(shard))
        for shard in todo:
            rows: list[dict[str, Any]] = []
            for group in _groups(islice(reads, self._plan.clips_in(shard)), self._gathered):
                rows += _rows(explain, group, self._batch_size)
                advance(len(group))
            yield shard, write_shard(self._plan, shard, rows)


def _groups(reads: Iterator[Read], most: int) -> Iterator[list[Read]]:
    """Clips in groups that depend on them and their order alone, so that an interruption does not change a batch."""
    group: list[Read] = []
    frames = 0
    for read in reads:
        group.append(read)
        frames += sum(len(person.joints) for person in read.people)
        if len(group) == most or frames >= SORTED_FRAMES:
            yield group
            group, frames = [], 0
    if group:
        yield group


def _rows(
    explain: Callable[[Sequence[Read]], Records], group: Sequence[Read], batch_size: int
) -> list[dict[str, Any]]:
    """The rows of some clips in their order; clips of like length go through the model together."""
    records: dict[int, list[dict[str, Any]]] = {}
    by_length = sorted((read for read in group if read.error is None), key=lambda read: read.frames)
    for start in range(0, len(by_length), batch_size):
        batch = by_length[start : start + batch_size]
        records |= zip((read.number for read in batch), explain(batch), strict=True)
    rows = []
    for read in group:
        for person, record in enumerate([read.error] if read.error is not None else records[read.number]):
            rows.append(as_row(record, read.number, None if "error" in record else person))
    return rows


def _attempted(model: Model | ModelApart, attempt: Attempt, batch: Sequence[Read]) -> Records:
    """The records of each clip of a batch. A clip that ends the process of the model has an error."""
    clips = [read.number for read in batch]
    if not attempt.deadly(clips):
        with attempt.in_model(clips):
            return model.explain(batch)
    if len(batch) > 1:
        return [records for read in batch for records in _attempted(model, attempt, [read])]
    return [[crash_record(batch[0].source)]]


__all__ = ["Maker"]
