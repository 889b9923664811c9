"""Reads clips in worker processes, in order and ahead of the model; one that crashes its process costs no other."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from eai_llm_hf.processing.descriptors.kept import features_of, vector_of, windows_of
from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor, frames_in
from eai_llm_hf.processing.record import error_record
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

from .processes import NO_START, context, follow_parent
from .sources import Clip, Inputs

FORM = ("fps", "layout", "joint_names")
"""Options of the pipeline that say how clips are read."""


class ReaderCrash(RuntimeError):
    """Reading a clip ended the process that read it."""


@dataclass(frozen=True)
class Read:
    """A clip that was read, or the record of the error.

    Attributes:
        number: Of the clip.
        source: Its name in the record.
        people: The movement of each person.
        performer: Who moves, or None.
        error: The record if it could not be read, else None.
    """

    number: int
    source: str
    people: list[UnifiedClip] = field(default_factory=list)
    performer: str | None = None
    error: dict[str, Any] | None = None

    @property
    def frames(self) -> int:
        """Frames of the longest person, 0 if there is none."""
        return max((len(person.joints) for person in self.people), default=0)


@dataclass(frozen=True)
class Reader:
    """How the clips of a source are read; it goes to every worker process.

    Attributes:
        inputs: Finds the clips.
        extractor: Of the checkpoint.
        form: Options of `FORM`, for clips that do not state them.
        windows: `window_s` and `hop_s` as the pipeline takes them: clips come measured, window by window.
    """

    inputs: Inputs
    extractor: EaiSkeletonFeatureExtractor
    form: Mapping[str, Any]
    windows: tuple[float | None, float | None] = (None, None)

    def __call__(self, clip: Clip) -> Read:
        """Reads a clip. Whatever goes wrong with it is its error: the clips after it must be read."""
        if clip.problem is not None:
            return Read(clip.number, clip.source, error=error_record(clip.source, ValueError(clip.problem)))
        source = clip.source
        try:
            self.inputs.check(clip)
            given = self.inputs.of(clip)
            source = given["source"]
            people = self.extractor.clips(given, **self.form)
            self.inputs.check(clip)  # it may have been written while it was read
            self._measure(people)
        except Exception as error:
            return Read(clip.number, source, error=error_record(source, error))
        return Read(clip.number, source, people, given.get("performer"))

    def _measure(self, people: Sequence[UnifiedClip]) -> None:
        """Measures each window here, not where the model waits; the clips keep what was measured."""
        for person in people:
            segments = self.extractor.segments(len(person.joints), *map(frames_in, self.windows))
            for window in windows_of(person, segments):
                features_of(window)
                vector_of(window)


class ReadAhead:
    """Worker processes that read clips before they are needed.

    Args:
        reader: Reads a clip.
        workers: Processes; 0 reads in this one, where a crash ends all.
        ahead: Clips that are read, or being read, before they are asked for: the limit of the memory for them.
    """

    def __init__(self, reader: Reader, workers: int, ahead: int):
        self._reader, self._workers, self._ahead = reader, workers, max(ahead, workers)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "ReadAhead":
        if self._workers:
            self._pool = self._started()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def read(self, clips: Iterable[Clip]) -> Iterator[Read]:
        """Reads clips in their order.

        Raises:
            RuntimeError: If no process can be started.
        """
        if self._pool is None:
            yield from map(self._reader, clips)
            return
        waiting: deque[tuple[Clip, Future[Read]]] = deque()
        for clip in clips:
            waiting.append((clip, self._submitted(clip)))
            if len(waiting) > self._ahead:
                yield self._result(waiting)
        while waiting:
            yield self._result(waiting)

    def _result(self, waiting: deque[tuple[Clip, "Future[Read]"]]) -> Read:
        """The first of the clips that were submitted."""
        clip, future = waiting.popleft()
        try:
            return future.result()
        except BrokenProcessPool:
            # One of them ended its process, and all are lost with it: each is read again, alone, to see which it is.
            others = [other for other, _ in waiting]
            waiting.clear()
            read = self._alone(clip)
            waiting.extend((other, _done(self._alone(other))) for other in others)
            return read

    def _submitted(self, clip: Clip) -> "Future[Read]":
        assert self._pool is not None
        try:
            return self._pool.submit(_read, clip)
        except BrokenProcessPool as error:  # found broken before a result was asked for
            future: Future[Read] = Future()
            future.set_exception(error)
            return future

    def _alone(self, clip: Clip) -> Read:
        for again in (True, False):
            try:
                assert self._pool is not None
                return self._pool.submit(_read, clip).result()
            except BrokenProcessPool:
                self._pool = self._started()
                if again:
                    continue  # the pool was broken by another clip
        crash = ReaderCrash(
            f"{clip.source}: reading it ended the process that read it, twice; the file is damaged, or needs more "
            "memory than there is"
        )
        return Read(clip.number, clip.source, error=error_record(clip.source, crash))

    def _started(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(self._workers, context(), _start, (self._reader,))
        try:
            pool.submit(os.getpid).result()
        except BrokenProcessPool as error:
            raise RuntimeError(NO_START) from error
        return pool


_reader: Reader | None = None
"""Of a worker process."""


def _start(reader: Reader) -> None:
    """Prepares a worker process."""
    global _reader
    _reader = reader
    follow_parent()


def _read(clip: Clip) -> Read:
    assert _reader is not None
    return _reader(clip)


def _done(read: Read) -> "Future[Read]":
    future: Future[Read] = Future()
    future.set_result(read)
    return future


__all__ = ["FORM", "Read", "ReadAhead", "Reader", "ReaderCrash"]
