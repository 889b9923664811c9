"""What every reader returns, and the functions with which readers take a file apart.

Readers only parse. Names, frame rate, tree and positions are checked once for all formats, in `checks.py`. What a
reader must check itself is what keeps its memory bounded: the length of lines and the number of joints and frames.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .limits import MAX_BYTES, MAX_GROWTH, MAX_LINE_LENGTH, SMALL_CLIP_BYTES
from .motion import MotionError

SHAPES = "(frames, joints, 3) or (people, frames, joints, 3)"
"""The shapes of joint positions, for error messages."""

TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ticks": 1e-7, "ns": 1e-9}
"""Unit of time -> seconds. A tick is 100 ns, as Windows and the Kinect count."""

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""The first two bytes of a text in UTF-16."""

_TEXT_CHUNK = 2**15

_JAPANESE = re.compile(rb"[\x81-\x9f]|[\xa1-\xdf]{2}")
"""Bytes of Japanese text in Shift-JIS."""


@dataclass
class Recording:
    """The content of a file as parsed, not yet checked.

    Attributes:
        joints: (frames, joints, 3) or (people, frames, joints, 3), source units, NaN where not tracked.
        fps: Frames per second as the file states it, a number or a word, or None where it does not.
        fps_stated: What the file states and what was expected, as the message for a frame rate out of range, or None.
        times: (frames,) time of each frame in `time_unit`, from which the frame rate follows where `fps` is None; or
            None.
        time_unit: A key of `TIME_UNITS` where the file states it, in the name of the column or by writing dates; None
            where it must be found out.
        time_lines: (frames,) line of the file on which each of `times` is, for error messages, or None.
        joint_names: One name for each joint, or None.
        layout: Name of a known rig, or None.
        parents: Parent index of each joint, -1 for a root, or None.
        units: A key of `UNIT_SCALES`, or None.
        visibility: (frames, joints) or (people, frames, joints), the tracker's own confidence from 0 to 1 in each
            joint, or None. What is below the limit counts as not tracked.
        face: (frames, 3) or (people, frames, 3) direction in which the face looks, in the axes of the source, from the
            rotation of the head; NaN where unknown, None where the file holds no rotations.
        people: A name for each person, or None.
        notes: What the user should know of how the file was read, as `note` makes them.
        notes_of: The same about one person alone, for each person; or None.
        recording: How the positions were obtained where that limits what can be concluded ("video"), or None.
    """

    joints: np.ndarray
    fps: Any = None
    fps_stated: str | None = None
    times: np.ndarray | None = None
    time_unit: str | None = None
    time_lines: np.ndarray | None = None
    joint_names: Sequence[str] | None = None
    layout: str | None = None
    parents: Sequence[int] | None = None
    units: str | None = None
    visibility: np.ndarray | None = None
    face: np.ndarray | None = None
    people: Sequence[str] | None = None
    notes: Sequence[dict[str, str]] = ()
    notes_of: Sequence[Sequence[dict[str, str]]] | None = None
    recording: str | None = None


def room_for(path: Path) -> int:
    """Returns how many bytes of joint positions a file may unpack to.

    The limit grows with the size of the file, so that neither a zip bomb nor a few bytes of text that stand for a
    million frames can fill the memory.
    """
    return min(MAX_BYTES, max(SMALL_CLIP_BYTES, MAX_GROWTH * path.stat().st_size))


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yields the lines of a text file, holding only a chunk of it in memory even if a line never ends.

    Args:
        path: The file.

    Yields:
        Line number, from 1, and the line without its end.

    Raises:
        MotionError: A line is longer than `MAX_LINE_LENGTH`, or the file cannot be read.
    """
    number, rest = 1, ""
    try:
        with path.open(encoding=text_encoding(path), errors="replace") as file:
            while chunk := file.read(_TEXT_CHUNK):
                lines = (rest + chunk).split("\n")
                rest = lines.pop()
                if len(rest) >= MAX_LINE_LENGTH:
                    raise MotionError(
                        f"{path.name}, line {number + len(lines)}: longer than {MAX_LINE_LENGTH:,} characters; "
                        "not a motion file"
                    )
                yield from enumerate(lines, number)
                number += len(lines)
    except OSError as error:
        raise MotionError(f"{path.name}: cannot be read ({error.strerror})") from error
    if rest:
        yield number, rest


def text_encoding(path: Path) -> str:
    """Returns the encoding of a text file: UTF-16 with a byte order mark, UTF-8, Shift-JIS, in which MikuMikuDance
    writes, or the Latin letters of Windows.

    Bytes of Latin letters may be Shift-JIS by chance: the "üf" of "Hüfte" is a character there. But Japanese text has
    the bytes 0x81 to 0x9F, which Latin text lacks or has for punctuation, or katakana of one byte in a row.
    """
    with path.open("rb") as file:
        start = file.read(_TEXT_CHUNK)
    if start[:2] in UTF16_MARKS:
        return "utf-16"
    if start.isascii():
        return "utf-8-sig"
    text = start.decode("utf-8", errors="replace")[:-1]  # the last character may be cut off
    if 2 * text.count("\ufffd") <= sum(letter > "\x7f" for letter in text):
        return "utf-8-sig"  # with a few damaged bytes, perhaps
    japanese = start.decode("cp932", errors="replace")[:-1]
    return "cp932" if _JAPANESE.search(start) and "\ufffd" not in japanese else "cp1252"


def shown(text: str, limit: int = 40) -> str:
    """Quotes a piece of a file for an error message: printable, and short however long it is in the file."""
    return ascii(text if len(text) <= limit else text[:limit] + "...")


def printable(text: str, limit: int = 40) -> str:
    """Shortens a name and replaces what cannot be printed on one line, without quotes."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:limit])
