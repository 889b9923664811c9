"""The first part of a BVH file: the hierarchy of joints, and the number and time of its frames."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from .limits import MAX_COORDINATE, MAX_JOINTS, MAX_NAME_LENGTH
from .motion import MotionError
from .recording import shown

MAX_DEPTH = 512
"""Joints from the root to the deepest one; a body has about twenty."""

MAX_CHANNELS_PER_JOINT = 16
"""A joint needs six: three positions and three rotations."""

_AXES = "xyz"
_CHANNELS = frozenset(axis + kind for axis in _AXES for kind in ("position", "rotation"))
# Possessive quantifiers: a line of blanks is matched in linear time.
_MOTION_HEADER = re.compile(r"(frames|frame\s*+time)\s*+:?+\s*+(\S++)(\s*+(s|secs?|seconds?))?", re.IGNORECASE)


@dataclass
class Joint:
    """One joint of the hierarchy.

    Attributes:
        name: Name as written.
        parent: Index of the parent in file order, always below the joint's own; -1 for the root.
        offset: Rest offset from the parent (x, y, z); empty until its OFFSET line has been read.
        channels: Channel names in lower case, in the order of the values in a row.
    """

    name: str
    parent: int
    offset: tuple[float, ...] = ()
    channels: list[str] = field(default_factory=list)


class _Tokens:
    """The words of the hierarchy, each with its line number; braces are words of their own."""

    def __init__(self, lines: Iterator[tuple[int, str]], source: str):
        self.source = source
        self.line = 0
        self._words = (
            (number, word)
            for number, line in lines
            if is_content(line.strip())
            for word in line.replace("{", " { ").replace("}", " } ").split()
        )

    def next(self, expected: str) -> str:
        """Returns the next word; `expected` says what was to come, in case the file ends instead."""
        number, word = next(self._words, (self.line, ""))
        if not word:
            raise MotionError(f"{self.source}: the file ends after line {self.line}; expected {expected}")
        self.line = number
        return word

    def name_and_brace(self, keyword: str) -> str:
        """Returns the rest of the keyword's line as a name (spaces, dots and colons allowed) and consumes the `{`."""
        keyword_line = self.line
        words: list[str] = []
        while (word := self.next(f"'{{' after {keyword}")) != "{":
            if self.line != keyword_line:
                self.fail(f"expected '{{' after {keyword} {' '.join(words)[:MAX_NAME_LENGTH]}", word)
            words.append(word)
        name = " ".join(words)
        if len(name) > MAX_NAME_LENGTH:
            self.fail(f"expected a name of at most {MAX_NAME_LENGTH} characters after {keyword}", name)
        return name

    def number(self, of_what: str) -> float:
        word = self.next(of_what)
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not abs(value) <= MAX_COORDINATE:
            self.fail(f"expected {of_what}, a number", word)
        return value

    def fail(self, expected: str, found: str) -> NoReturn:
        raise MotionError(f"{self.source}, line {self.line}: {expected}; found {shown(found)}")


def is_content(stripped_line: str) -> bool:
    """Whether a line without the blanks around it is neither empty nor a comment."""
    return stripped_line != "" and not stripped_line.startswith(("#", "//"))


def read_hierarchy(lines: Iterator[tuple[int, str]], source: str) -> list[Joint]:
    """Reads from the top of the file through the line MOTION, with a stack instead of recursion.

    Args:
        lines: Line number and text of each line; those of the hierarchy are consumed.
        source: File name.

    Returns:
        The joints, parents before children; several roots where the file has several people.

    Raises:
        MotionError: The hierarchy is malformed; the message names the line.
    """
    tokens = _Tokens(lines, source)
    word = tokens.next("HIERARCHY")
    if word.upper() != "HIERARCHY":
        tokens.fail("not a BVH file: expected the word HIERARCHY first", word)

    joints: list[Joint] = []
    end_site = -1
    open_nodes: list[int] = []  # joint indices from the root down; `end_site` on top inside an End Site
    while (keyword := (word := tokens.next("ROOT, JOINT, '}' or MOTION")).upper()) != "MOTION":
        in_end_site = bool(open_nodes) and open_nodes[-1] == end_site
        if keyword == "ROOT":
            if open_nodes:
                tokens.fail("expected ROOT outside all braces", word)
            open_nodes.append(_add_joint(joints, -1, tokens, keyword))
        elif not open_nodes:
            tokens.fail("expected ROOT or MOTION outside all braces", word)
        elif keyword == "}":
            if not in_end_site and not joints[open_nodes[-1]].offset:
                tokens.fail(f"expected an OFFSET in joint {shown(joints[open_nodes[-1]].name)}", word)
            open_nodes.pop()
        elif in_end_site:
            if keyword == "OFFSET":
                _read_offset(tokens)
            elif keyword != "CHANNELS" or _read_channels(tokens, "End Site"):
                tokens.fail("expected OFFSET or '}' in an End Site", word)
        elif keyword == "JOINT":
            open_nodes.append(_add_joint(joints, open_nodes[-1], tokens, keyword))
        elif keyword in ("END", "ENDSITE"):
            tokens.name_and_brace("End Site")
            open_nodes.append(end_site)
        elif keyword == "OFFSET":
            joint = joints[open_nodes[-1]]
            if joint.offset:
                tokens.fail(f"expected one OFFSET in joint {shown(joint.name)}", "a second")
            joint.offset = _read_offset(tokens)
        elif keyword == "CHANNELS":
            joint = joints[open_nodes[-1]]
            if joint.channels:
                tokens.fail(f"expected one CHANNELS line in joint {shown(joint.name)}", "a second")
            joint.channels = _read_channels(tokens, joint.name)
        else:
            tokens.fail("expected OFFSET, CHANNELS, JOINT, End Site or '}'", word)
        if len(open_nodes) > MAX_DEPTH or len(joints) > MAX_JOINTS:
            tokens.fail(
                f"expected at most {MAX_JOINTS} joints nested at most {MAX_DEPTH} deep",
                f"{len(joints)} joints, {len(open_nodes)} deep",
            )

    if open_nodes:
        tokens.fail(f"expected '}}' ({len(open_nodes)} still open) before MOTION", word)
    if not any(joint.channels for joint in joints):
        tokens.fail("expected a ROOT with CHANNELS before MOTION; without them nothing can move", word)
    return joints


def _add_joint(joints: list[Joint], parent: int, tokens: _Tokens, keyword: str) -> int:
    name = tokens.name_and_brace(keyword)
    if not name:
        tokens.fail(f"expected a name after {keyword}", "{")
    joints.append(Joint(name, parent))
    return len(joints) - 1


def _read_offset(tokens: _Tokens) -> tuple[float, ...]:
    return tuple(tokens.number(f"the {axis} of an OFFSET") for axis in _AXES)


def _read_channels(tokens: _Tokens, joint: str) -> list[str]:
    word = tokens.next("a number of channels")
    count = int(word) if re.fullmatch(r"\d{1,2}", word) else -1
    if not 0 <= count <= MAX_CHANNELS_PER_JOINT:
        tokens.fail(f"expected a number of channels (0 to {MAX_CHANNELS_PER_JOINT}) for joint {shown(joint)}", word)
    channels = []
    for index in range(count):
        word = tokens.next("a channel")
        if word.lower() not in _CHANNELS:
            tokens.fail(
                f"expected channel {index + 1} of {count} of joint {shown(joint)}, such as Xposition or Zrotation",
                word,
            )
        channels.append(word.lower())
    positions = [channel for channel in channels if channel.endswith("position")]
    if len(positions) != len(set(positions)):
        tokens.fail(f"expected each position channel of joint {shown(joint)} once", " ".join(positions))
    return channels


def read_motion_header(lines: Iterator[tuple[int, str]], source: str) -> tuple[int, str]:
    """Reads the `Frames:` and `Frame Time:` lines in either order.

    Args:
        lines: As in `read_hierarchy`, from the line after MOTION.
        source: File name.

    Returns:
        The number of frames and the frame time as written.

    Raises:
        MotionError: A line is missing or malformed.
    """
    found: dict[str, str] = {}
    for number, line in lines:
        line = line.strip()
        if not is_content(line):
            continue
        match = _MOTION_HEADER.fullmatch(line)
        if match is None:
            raise MotionError(
                f"{source}, line {number}: expected 'Frames: COUNT' and 'Frame Time: SECONDS' after MOTION; "
                f"found {shown(line)}"
            )
        key = "frames" if match[1].lower() == "frames" else "frame time"
        found[key] = match[2]
        if key == "frames" and not re.fullmatch(r"\d{1,18}", match[2]):
            raise MotionError(f"{source}, line {number}: expected a number of frames; found {shown(match[2])}")
        if len(found) == 2:
            return int(found["frames"]), found["frame time"]
    raise MotionError(f"{source}: the file ends after MOTION; expected 'Frames: COUNT' and 'Frame Time: SECONDS'")
