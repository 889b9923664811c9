"""The records of a plan's clips: read ahead, gathered in batches, explained, and written shard by shard.

Every engine makes its shards with `Maker`, so that they are the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any

from eai_llm_hf.processing.record import error_record

from .attempts import MOST_DEADLY, Attempt, ModelCrash
from .call import Call
from .plan import Plan
from .reading import Read, ReadAhead, Reader
from .schema import as_row
from .shards import Check, write_shard
from .sources import Inputs

if TYPE_CHECKING:
    from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

SORTED_BATCHES = 4
"""Batches whose clips are sorted by length before they are divided, so that a batch has clips of like length."""

SORTED_FRAMES = 2**19
"""Unified frames, of about 600 bytes with their features, after which the clips so far are divided: bounds memory for
long recordings."""

_FORM = ("fps", "layout", "joint_names")


class Maker:
    """Makes shards of a plan; used in a `with` block, because it may start processes that read clips.

    Args:
        plan: The plan.
        pipe: The pipeline of its checkpoint.
        inputs: Finds the clips.
        call: For the numbers of clips in a batch and of processes.
        options: As the pipeline takes them.
    """

    def __init__(
        self,
        plan: Plan,
        pipe: "SkeletonEmotionExplanationPipeline",
        inputs: Inputs,
        call: Call,
        options: Mapping[str, Any],
    ):
        self._plan, self._pipe, self._batch_size = plan, pipe, call.batch_size
        self._gathered = SORTED_BATCHES * call.batch_size
        self._asked = {name: value for name, value in options.items() if name not in _FORM}
        form = {name: value for name, value in options.items() if name in _FORM}
        processor: Any = pipe.processor
        windows = (options.get("window_s"), options.get("hop_s"))
        reader = Reader(inputs, processor.feature_extractor, form, windows)
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
            attempt: At the one shard that is to be made; None if an end of this process ends the run.

        Yields:
            The number and the check of each shard that was written.

        Raises:
            OSError: If a shard cannot be written.
        """
        todo = list(todo)
        reads = self._ahead.read(clip for shard in todo for clip in self._plan.shard(shard))
        for shard in todo:
            rows: list[dict[str, Any]] = []
            for group in _groups(islice(reads, self._plan.clips_in(shard)), self._gathered):
                rows += _rows(self._pipe, group, self._batch_size, self._asked, attempt)
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
    pipe: "SkeletonEmotionExplanationPipeline",
    group: Sequence[Read],
    batch_size: int,
    options: Mapping[str, Any],
    attempt: Attempt | None = None,
) -> list[dict[str, Any]]:
    """The rows of some clips in their order; clips of like length go through the model together."""
    records: dict[int, list[dict[str, Any]]] = {}
    by_length = sorted((read for read in group if read.error is None), key=lambda read: read.frames)
    for start in range(0, len(by_length), batch_size):
        batch = by_length[start : start + batch_size]
        found = _explained(pipe, batch, options) if attempt is None else _attempted(pipe, batch, options, attempt)
        records |= zip((read.number for read in batch), found, strict=True)
    rows = []
    for read in group:
        for person, record in enumerate([read.error] if read.error is not None else records[read.number]):
            rows.append(as_row(record, read.number, None if "error" in record else person))
    return rows


def _attempted(
    pipe: "SkeletonEmotionExplanationPipeline", batch: Sequence[Read], options: Mapping[str, Any], attempt: Attempt
) -> list[list[dict[str, Any]]]:
    """The records of each clip of a batch. A clip that ends the process of the model has an error."""
    clips = [read.number for read in batch]
    if not attempt.deadly(clips):
        with attempt.in_model(clips):
            return _explained(pipe, batch, options)
    if len(batch) > 1:
        return [records for read in batch for records in _attempted(pipe, [read], options, attempt)]
    source = batch[0].source
    crash = ModelCrash(
        f"{source}: explaining it ended the process of the model, {MOST_DEADLY} times; it needs more memory than "
        "there is, or makes a library crash"
    )
    return [[error_record(source, crash)]]


def _explained(
    pipe: "SkeletonEmotionExplanationPipeline", batch: Sequence[Read], options: Mapping[str, Any]
) -> list[list[dict[str, Any]]]:
    """The records of each clip of a batch. A clip that the model cannot process has an error; the others have none."""
    inputs = [{"people": read.people, "source": read.source, "performer": read.performer} for read in batch]
    try:
        results = list(pipe((each for each in inputs), batch_size=len(inputs), **options))
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # memory and devices are not the clip's
        if len(batch) == 1:
            return [[error_record(batch[0].source, error)]]
        return [records for read in batch for records in _explained(pipe, [read], options)]
    return [result if isinstance(result, list) else [result] for result in results]


__all__ = ["Maker"]
