"""What the attempts at a shard were doing when they ended, so that clips that end the process of the model are found.

Processes of a cluster are started again without end. Each writes down which clips are in its model, and the next one
reads what the others had written last. (On one machine, `ModelApart` starts the process and sees how it ends.)
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eai_llm_hf.processing.record import error_record

from .files import unfinished

MOST_DEADLY = 3
"""Attempts that may end with the same clips in the model; then they go one by one, and one alone has an error."""

MOST_IDLE = 10
"""Attempts that may end with no clip in the model: memory may be missing, or machines come and go."""


class ModelCrash(RuntimeError):
    """Explaining a clip ended the process of the model."""


class Attempt:
    """An attempt at a shard, and what ended those before it.

    Args:
        path: The file that the shard will be. What attempts write down lies next to it until the shard is finished.

    Raises:
        RuntimeError: If attempts end before they come to a clip.
    """

    def __init__(self, path: Path):
        self._file, self._name = unfinished(path, "attempts"), uuid.uuid4().hex
        lines = self._file.read_text(encoding="utf-8").splitlines() if self._file.exists() else []
        self._ends = Counter(dict(line.partition(":")[::2] for line in lines).values())
        if self._ends[""] >= MOST_IDLE:
            raise RuntimeError(
                f"{path.name}: {MOST_IDLE} processes ended while they made it, with no clip in the model. Give the "
                "machines more memory or fewer actors, and repeat the call to continue."
            )
        self._write("")

    def deadly(self, clips: Sequence[int]) -> bool:
        """Whether too many attempts ended with these clips in the model."""
        return self._ends[_joined(clips)] >= MOST_DEADLY

    @contextmanager
    def in_model(self, clips: Sequence[int]) -> Iterator[None]:
        """Writes down that clips are in the model."""
        self._write(_joined(clips))
        yield
        self._write("")

    def finish(self) -> None:
        """Forgets all attempts."""
        self._file.unlink(missing_ok=True)

    def _write(self, clips: str) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{self._name}:{clips}\n")


def crash_record(source: str) -> dict[str, Any]:
    """The record of a clip that ends the process of the model whenever it is in it alone."""
    crash = ModelCrash(
        f"{source}: explaining it ended the process of the model, {MOST_DEADLY} times; it needs more memory than "
        "there is, or makes a library crash"
    )
    return error_record(source, crash)


def _joined(clips: Sequence[int]) -> str:
    return ",".join(map(str, clips))


__all__ = ["MOST_DEADLY", "MOST_IDLE", "Attempt", "ModelCrash", "crash_record"]
