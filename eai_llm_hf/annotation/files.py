"""Files that are whole or not there, whenever a process is killed."""

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_UNFINISHED = ".unfinished"


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Opens a file that gets its name only when all of it is on the disk; after an error it is removed.

    Two processes may write the same file: one may be on a machine that was given up but still runs.

    Raises:
        OSError: If it cannot be written.
    """
    begun = unfinished(path, uuid.uuid4().hex[:8])
    try:
        with begun.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        begun.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            begun.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def unfinished(path: Path, name: str) -> Path:
    """A file next to the one that will be, which `remove_unfinished` removes."""
    return path.with_name(f".{path.name}.{name}{_UNFINISHED}")


def remove_unfinished(folder: Path) -> None:
    """Removes what a killed process left in a folder."""
    for path in folder.glob(f".*{_UNFINISHED}"):
        path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Writes the names in a folder to the disk, where the system can do that."""
    if os.name == "nt":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


__all__ = ["remove_unfinished", "unfinished", "written_whole"]
