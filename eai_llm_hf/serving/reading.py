"""Reads recordings in processes of their own: one that takes too long, or crashes its process, costs no other.

A thread cannot be ended, so a file that takes minutes would keep it, and with it the recordings of all others.
"""

import multiprocessing
import os
import queue
import signal
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

from .limits import READERS, READING_S, Refusal


class Readers:
    """Processes that each read one recording at a time; may be called from as many threads as there are processes.

    Args:
        extractor: Of the checkpoint.
    """

    def __init__(self, extractor: EaiSkeletonFeatureExtractor):
        self._extractor = extractor
        self._free: queue.SimpleQueue[_Process] = queue.SimpleQueue()

    def start(self) -> None:
        """Starts the processes."""
        for _ in range(READERS):
            self._free.put(_Process(self._extractor))

    def stop(self) -> None:
        """Ends the processes, once what they read now is read."""
        for _ in range(READERS):
            self._free.get().end()

    def __call__(self, recording: Mapping[str, Any], form: Mapping[str, Any]) -> list[UnifiedClip]:
        """The movement of each person.

        Args:
            recording: As the pipeline takes it, with `source`.
            form: `fps`, `layout` and `joint_names` where the recording does not state them.

        Raises:
            Refusal: If it cannot be read, or not in time.
        """
        process = self._free.get()
        try:
            clips, problem = process.read(recording, form)
        except (EOFError, OSError, TimeoutError) as error:
            process.end()
            process = _Process(self._extractor)
            late = f"reading it takes more than {READING_S:g} s; use eai-llm explain on your machine"
            crash = "reading it ended the process that read it: it is damaged, or needs more memory than there is"
            why = late if isinstance(error, TimeoutError) else crash
            raise Refusal(422, f"{recording['source']}: {why}.") from None
        finally:
            self._free.put(process)
        if problem is not None:
            raise Refusal(422, problem)
        return clips


class _Process:
    """A process that reads, until it is ended or the server is gone."""

    def __init__(self, extractor: EaiSkeletonFeatureExtractor):
        self._orders, orders = _context().Pipe()
        self._process = _context().Process(target=_work, args=(orders, extractor), daemon=True)
        self._process.start()
        orders.close()  # so that this end hears when the process has ended

    def read(self, recording: Mapping[str, Any], form: Mapping[str, Any]) -> tuple[list[UnifiedClip], str | None]:
        """The people of a recording, and what is wrong with it.

        Raises:
            EOFError: If the process has ended.
            OSError: The same.
            TimeoutError: If it takes too long.
        """
        self._orders.send((recording, form))
        if not self._orders.poll(READING_S):
            raise TimeoutError
        return self._orders.recv()

    def end(self) -> None:
        """Ends the process and those that it has started."""
        self._orders.close()
        with suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.join()


def _context() -> Any:
    """How processes start: not as forks of the server, whose libraries have threads."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def _work(orders: Connection, extractor: EaiSkeletonFeatureExtractor) -> None:
    """Reads one recording after the other."""
    if hasattr(os, "setsid"):
        os.setsid()  # a group of its own: Ctrl+C is for the server, and what reads FBX ends with this process
    with suppress(EOFError, OSError):  # the server is gone
        while True:
            recording, form = orders.recv()
            answer: tuple[list[UnifiedClip], str | None]
            try:
                answer = extractor.clips(recording, **form), None
            except (LookupError, OSError, TypeError, ValueError) as error:
                answer = [], str(error)
            orders.send(answer)


__all__ = ["Readers"]
