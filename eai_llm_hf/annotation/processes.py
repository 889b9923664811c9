"""Processes that work for this one, and end with it however it ends."""

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait
from typing import Any

NO_START = (
    "The processes that annotate needs do not start. In a script, call annotate below "
    'if __name__ == "__main__":, or pass num_workers=0.'
)


def context() -> Any:
    """How processes start: forked from one that has imported this package and nothing else, where the system can fork.

    A fork of this process, whose libraries have threads, might hang.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload([__name__])
    return forking


def follow_parent() -> None:
    """Called in a new process: it leaves Ctrl+C to its parent, and ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


__all__ = ["NO_START", "context", "follow_parent"]
