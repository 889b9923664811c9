"""Parses JSON from the front, one value at a time, and finds out how the text is encoded.

Why not `json.load`: it holds the whole text and one object per number. For half an hour of MediaPipe landmarks at 30
frames per second (205 MB) it takes 800 MB and this parser, equally fast, 50 MB; and errors name the line.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, TextIO

from .limits import MAX_JOINTS, MAX_NAME_LENGTH
from .motion import MotionError
from .recording import UTF16_MARKS, shown

MAX_FRAME_TEXT = 2**20
"""Characters in one frame; more of the text is never held in memory."""

_CHUNK = 2**17
_BLANK = re.compile(r"[ \t\r\n]*")
_OPENINGS = (b"[", b"{")


def encoding_of(path: Path) -> str:
    """Returns the encoding of a JSON file: UTF-8 unless its first bytes say that it is UTF-16.

    Args:
        path: The file.

    Returns:
        A name that `open` knows; a byte order mark is not part of the text.
    """
    with path.open("rb") as file:
        start = file.read(2)
    if start in UTF16_MARKS:
        return "utf-16"
    if len(start) == 2 and start[1:] == b"\0" and start[:1] in _OPENINGS:
        return "utf-16-le"
    if len(start) == 2 and start[:1] == b"\0" and start[1:] in _OPENINGS:
        return "utf-16-be"
    return "utf-8-sig"


def described(value: Any) -> str:
    """Describes a value in few words, however deeply it is nested."""
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object with {', '.join(list(value)[:4]) or 'nothing'}"
    return "null" if value is None else str(value)


class JsonText:
    """A JSON text that is parsed from the front, holding no more of it than one value needs."""

    def __init__(self, file: TextIO, source: str):
        self._file = file
        self._source = source
        self._buffer = ""
        self._at = 0
        self._line = 1
        self._ended = False
        self._decoder = json.JSONDecoder(parse_int=float)  # int() refuses numbers of many digits

    def peek(self) -> str:
        """Returns the next character that is not blank, or nothing at the end."""
        while True:
            blank = _BLANK.match(self._buffer, self._at)
            assert blank is not None
            self._pass(blank.end())
            if self._at < len(self._buffer) or self._ended:
                return self._buffer[self._at : self._at + 1]
            self._grow()

    def take(self, *expected: str) -> str:
        """Consumes the next character, which must be one of `expected`, and returns it."""
        found = self.peek()
        if found not in expected or not found:
            self.fail(f"expected {' or '.join(expected)}", found or "the end of the file")
        self._at += 1
        return found

    def value(self) -> Any:
        """Consumes the next value, of any kind, and returns it; integers become floats."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
                if end < len(self._buffer) or self._ended:  # else a number may go on
                    self._pass(end)
                    return value
            except RecursionError:
                self.fail("expected a recording", "values nested too deeply")
            except json.JSONDecodeError as error:
                if self._ended:
                    self._line += self._buffer.count("\n", self._at, error.pos)
                    self.fail("not JSON", f"{error.msg}: {self._buffer[error.pos : error.pos + 20]}")
            if len(self._buffer) - self._at > MAX_FRAME_TEXT:
                self.fail(
                    f"expected frames of at most {MAX_FRAME_TEXT:,} characters, and JSON", "a longer one or none"
                )
            self._grow()

    def items(self) -> Iterator[None]:
        """Iterates over a list: yields before each value, which the caller must consume."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield
            if self.take(",", "]") == "]":
                return

    def keys(self) -> Iterator[str]:
        """Iterates over an object: yields each key before its value, which the caller must consume."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            key = self.value()
            if not isinstance(key, str):
                self.fail("expected a key in quotes", described(key))
            self.take(":")
            yield key
            if self.take(",", "}") == "}":
                return

    def skip(self) -> list[str]:
        """Consumes a value without holding it, a list item by item; returns the words of a list of words."""
        words: list[str] = []
        if self.peek() != "[":
            self.value()
        else:
            for _ in self.items():
                item = self.value()
                if isinstance(item, str) and len(item) <= MAX_NAME_LENGTH and len(words) <= MAX_JOINTS:
                    words.append(item)
        return words

    def fail(self, expected: str, found: str) -> NoReturn:
        """Raises an error that names the line."""
        raise MotionError(f"{self._source}, line {self._line}: {expected}; found {shown(found)}")

    def _pass(self, end: int) -> None:
        self._line += self._buffer.count("\n", self._at, end)
        self._at = end

    def _grow(self) -> None:
        rest = self._buffer[self._at :]
        more = self._file.read(max(_CHUNK, len(rest)))
        self._ended = not more
        self._buffer, self._at = rest + more, 0
