"""The recordings that a command reads: files, folders of them, and one on standard input."""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES, VIDEO_SUFFIXES
from eai_llm_hf.processing.reading.limits import MAX_BYTES
from eai_llm_hf.strangers import as_sentence, takes_in

VIDEOS_HELP = f"; videos ({' '.join(VIDEO_SUFFIXES)}) need the extra video"
CLIPS_HELP = f"motion files ({' '.join(READABLE_SUFFIXES)}), folders of them, or - for standard input"
STDIN = "-"

_SPOOL = "eai-llm-stdin-"
_CHUNK = 2**20


def add_stdin_option(parser: argparse.ArgumentParser) -> None:
    """Adds the option that says what standard input holds."""
    parser.add_argument(
        "--format-in",
        type=lambda word: word.lower().removeprefix("."),
        choices=[suffix[1:] for suffix in READABLE_SUFFIXES],
        metavar="FORMAT",
        help="format of the recording on standard input, which is named - in place of a file: %(choices)s",
    )


@contextlib.contextmanager
def with_stdin(paths: Sequence[str], format_in: str | None) -> Iterator[list[str]]:
    """Copies standard input to a temporary file where a command is given `-`, and removes the file at the end.

    Args:
        paths: What the user named.
        format_in: The value of `--format-in`.

    Yields:
        The same paths, with the temporary file in place of `-`.

    Raises:
        ValueError: `-` without `--format-in` or the other way round; or standard input is empty or longer than
            `MAX_BYTES`.
    """
    if STDIN not in paths:
        if format_in is not None:
            raise ValueError(f"--format-in {format_in} is for a recording on standard input; name it as -.")
        yield list(paths)
        return
    if format_in is None:
        raise ValueError(
            "Standard input has no suffix: pass --format-in with one of "
            f"{', '.join(suffix[1:] for suffix in READABLE_SUFFIXES)}."
        )
    with tempfile.TemporaryDirectory(prefix=_SPOOL) as folder:
        spooled = Path(folder) / f"stdin.{format_in}"
        size = 0
        with spooled.open("wb") as file:
            while chunk := sys.stdin.buffer.read(_CHUNK):
                size += len(chunk)
                if size > MAX_BYTES:
                    raise ValueError(f"Standard input is longer than {MAX_BYTES:,} bytes; pass it as a file.")
                file.write(chunk)
        if not size:
            raise ValueError("Standard input is empty; expected a recording.")
        yield [str(spooled) if path == STDIN else path for path in paths]


def name_of(path: str) -> str:
    """The name of a clip in output: its path, and "stdin.bvh" or the like for what came from standard input."""
    place = Path(path)
    return place.name if place.parent.name.startswith(_SPOOL) else path


def as_input(path: str) -> str | dict[str, str]:
    """A clip as the pipeline and the feature extractor take it, so that messages and records name it by `name_of`."""
    return path if name_of(path) == path else {"path": path, "source": name_of(path)}


def find_clips(paths: Sequence[str], videos: bool = False) -> Iterator[str]:
    """Files as they are given, and the recordings in folders, sorted.

    Args:
        paths: What the user named.
        videos: Whether to take the videos in folders too, except those of a take that a recording is there of.

    Other files in the folders are skipped; after the last clip one line on stderr names those that look like
    recordings or may hold movement (see `strangers.py`), with the reason for each.

    Raises:
        ValueError: If a folder has no recording.
    """
    skipped: dict[Path, str] = {}
    for path in paths:
        if Path(path).is_dir():
            found, strangers = takes_in(Path(path), videos)
            skipped |= strangers
            yield from map(str, found)
        else:
            yield path
    if skipped:
        print(as_sentence(skipped), file=sys.stderr)
