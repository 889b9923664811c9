"""Reads JSON files of joint positions, one frame at a time.

The file is a list of frames, or an object with such a list under one of `FRAME_KEYS` and, in any order, `fps`,
`joint_names`, `layout` and `units`. A frame is one of

- a list of points: `[x, y, z]`, `{"x": .., "y": .., "z": ..}` (further values, such as a visibility, are ignored), or
  null where not tracked;
- an object joint -> point; a joint that is missing from a frame is NaN there;
- a list of several people, each of them one of the above; a person is identified by the place in this list;
- an object with any of these under one of `POSE_KEYS`, perhaps with a time (`timestamp`, `time`, ...), from which the
  frame rate follows if the file does not state it;
- null or an empty list where no person was tracked.

33 points without names are MediaPipe Pose world landmarks (layout `mediapipe33`): metres, y down, hips at the origin.
Landmarks of low visibility are kept: MediaPipe estimates where a hidden landmark is. Its other landmarks
(`pose_landmarks`) are image coordinates, not positions in space; they are refused.

Why not `json.load`: it holds the whole text and one object per number. For half an hour of MediaPipe landmarks at 30
frames per second (205 MB) it takes 800 MB and this reader, equally fast, 50 MB; and errors name the line or the frame.
"""

import json
import math
import re
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any, NoReturn, TextIO

import numpy as np

from .limits import MAX_BYTES, MAX_JOINTS, MAX_NAME_LENGTH
from .motion import MotionError
from .recording import Recording, room_for, shown
from .units import known_units

MEDIAPIPE_LAYOUT = "mediapipe33"

MAX_FRAME_TEXT = 2**20
"""Characters in one frame; more of the text is never held in memory."""

MAX_PEOPLE_IN_A_FRAME = 64
"""A frame with more is a file that lists people outside and frames inside."""

FRAME_KEYS = (
    "frames", "poseworldlandmarks", "worldlandmarks", "landmarks", "joints", "positions", "keypoints3d", "keypoints",
    "poses",
)  # fmt: skip
"""Keys of a list of frames, best first, in lower case and without separators."""

POSE_KEYS = (
    "poseworldlandmarks", "worldlandmarks", "landmarks", "landmark", "people", "persons", "joints", "positions",
    "keypoints3d", "keypoints",
)  # fmt: skip
"""Keys of the people or points of a frame, best first, in lower case and without separators."""

_PICTURE_KEYS = frozenset(("poselandmarks", "normalizedlandmarks", "imagelandmarks"))
_TIME_KEYS = ("timestamp", "timestampms", "timems", "time", "t")
_FPS_KEYS = ("fps", "framerate")
_NAME_KEYS = ("jointnames", "keypointnames", "landmarknames", "names", "joints")
_ABOUT_KEYS = (*_FPS_KEYS, *_NAME_KEYS[:-1], "layout", "units")
_MAX_KEYS = 100
_MEDIAPIPE_POINTS = 33
_MAX_WRAPPERS = 4
_CHUNK = 2**17
_BLANK = re.compile(r"[ \t\r\n]*")
_NAN = math.nan
_xyz = itemgetter("x", "y", "z")


def read_json(path: Path) -> Recording:
    """Reads one JSON file of joint positions.

    Args:
        path: The file.

    Returns:
        One person, or several.

    Raises:
        MotionError: Not JSON, cut off, nested too deeply, or not of the form above; the message names line or frame.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            frames, about = _read_document(_Text(file, path.name), room_for(path), path.name)
    except OSError as error:
        raise MotionError(f"{path.name}: cannot be read ({error.strerror})") from error
    joints, names = frames.joined()
    layout, units = about.get("layout"), about.get("units")
    if layout is not None and not isinstance(layout, str):
        raise MotionError(f"{path.name}: expected layout as the name of a rig; found {shown(repr(layout))}")
    if names is None:
        names = next((about[key] for key in _NAME_KEYS if about.get(key)), None)
        if names is not None and not isinstance(names, list):
            raise MotionError(f"{path.name}: expected joint_names as a list; found {shown(repr(names))}")
    if names is None and layout is None and joints.shape[-2] == _MEDIAPIPE_POINTS:
        layout = MEDIAPIPE_LAYOUT
    return Recording(
        joints,
        fps=next((about[key] for key in _FPS_KEYS if about.get(key) is not None), None),
        times=np.array(frames.times),
        joint_names=names,
        layout=layout,
        units=known_units(units) if isinstance(units, str) else None,
    )


# ------------------------------------------------------------------------------------------------------------ the text


class _Text:
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
                self.fail("expected a key in quotes", _described(key))
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
        raise MotionError(f"{self._source}, line {self._line}: {expected}; found {shown(found)}")

    def _pass(self, end: int) -> None:
        self._line += self._buffer.count("\n", self._at, end)
        self._at = end

    def _grow(self) -> None:
        rest = self._buffer[self._at :]
        more = self._file.read(max(_CHUNK, len(rest)))
        self._ended = not more
        self._buffer, self._at = rest + more, 0


def _read_document(text: _Text, room: int, source: str) -> tuple["_Frames", dict[str, Any]]:
    """Reads the whole file; returns its frames and its other values, by key in lower case without separators."""
    about: dict[str, Any] = {}
    frames, rank = None, len(FRAME_KEYS)
    if text.peek() == "[":
        frames, _ = _read_list(text, room, source)
    else:
        for name in text.keys():
            key = _plain(name[:40])
            if key in _ABOUT_KEYS:
                about[key] = text.value()
            elif key in FRAME_KEYS[:rank] and text.peek() == "[":
                found, names = _read_list(text, room, source)
                if found.count:
                    frames, rank = found, FRAME_KEYS.index(key)
                else:
                    about[key] = names
            else:
                words = text.skip()
                if len(about) < _MAX_KEYS:
                    about[key] = words
    if text.peek():
        text.fail("expected the end of the file", text.peek())
    if frames is None:
        listed = ", ".join(shown(key) for key in list(about)[:12]) or "nothing"
        hint = " (these are image coordinates; world landmarks are needed)" if _PICTURE_KEYS & about.keys() else ""
        raise MotionError(f"{source}: expected a list of frames, alone or as 'frames'; found {listed}{hint}")
    return frames, about


def _read_list(text: _Text, room: int, source: str) -> tuple["_Frames", list[str]]:
    """Reads a list of frames or of names; returns the frames, of which a list of names has none, and the names."""
    frames = _Frames(room, source)
    names: list[str] = []
    for _ in text.items():
        value = text.value()
        if isinstance(value, str) and not frames.count and len(names) < MAX_JOINTS:
            names.append(value[: MAX_NAME_LENGTH + 1])  # a longer one is refused by the checks
        else:
            frames.add(value)
    return frames, names


@lru_cache(maxsize=1024)
def _plain(key: str) -> str:
    return re.sub(r"[\W_]+", "", key.lower())


def _described(value: Any) -> str:
    """Describes a value in few words, however deeply it is nested."""
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object with {', '.join(list(value)[:4]) or 'nothing'}"
    return "null" if value is None else str(value)


# ---------------------------------------------------------------------------------------------------------- the frames


class _Person:
    """The tracks of one person: one for all points, or one for each named joint. Frames before its first are NaN."""

    def __init__(self) -> None:
        self.tracks: dict[str, array] = {}

    def put(self, name: str, numbers: Sequence[float], frame: int, room: int) -> int:
        """Appends the numbers of a frame to a track; returns the bytes that this took, or -1 if more than `room`."""
        track = self.tracks.setdefault(name, array("f"))
        gap = frame * len(numbers) - len(track)
        needed = (gap + len(numbers)) * track.itemsize
        if needed > room:
            return -1
        if gap:
            track.frombytes(np.full(gap, np.nan, np.float32).tobytes())
        track.extend(numbers)
        return needed


class _Frames:
    """The frames read so far.

    Attributes:
        source: File name, for messages.
        count: How many frames there are.
        times: The time of each frame that has one.
    """

    def __init__(self, room: int, source: str):
        self.source = source
        self._room = room
        self.count = 0
        self.times = array("d")
        self._people: list[_Person] = []
        self._points: int | None = None  # of each person, where joints have no names
        self._bytes = 0

    def add(self, frame: Any) -> None:
        """Adds one frame, in any of the forms above."""
        if self.count * 8 > MAX_BYTES:
            self._fail("fewer frames", "more; split the recording")
        for number, content in enumerate(self._people_in(self._opened(frame, self.times))):
            if number >= MAX_PEOPLE_IN_A_FRAME:
                self._fail(
                    f"at most {MAX_PEOPLE_IN_A_FRAME} people in a frame (a list of frames, each a list of people)",
                    "more",
                )
            if number == len(self._people):
                self._people.append(_Person())
            content = self._opened(content, array("d"))
            if isinstance(content, dict):
                self._add_named(self._people[number], content)
            elif content:
                self._add_points(self._people[number], content)
        self.count += 1

    def joined(self) -> tuple[np.ndarray, list[str] | None]:
        """Returns joints (people, frames, joints, 3) float32 and the names of the joints, or None without names."""
        people = [person for person in self._people if person.tracks]
        if not people:
            raise MotionError(f"{self.source}: expected joint positions; found {self.count:,} frames without any")
        names = list(dict.fromkeys(name for person in people for name in person.tracks))
        points = len(names) if self._points is None else self._points
        if points > MAX_JOINTS or len(people) * self.count * points * 12 > self._room:
            raise MotionError(
                f"{self.source}: more than {self._room:,} bytes of positions, too many for a file of its size; "
                "split the recording"
            )
        # A track belongs to one joint, or under the empty name to all points.
        joints = np.full((len(people), self.count, len(names), points * 3 // len(names)), np.nan, np.float32)
        column = {name: index for index, name in enumerate(names)}
        for place, person in zip(joints, people, strict=True):
            for name, track in person.tracks.items():
                positions = np.frombuffer(track, np.float32).reshape(-1, place.shape[-1])
                place[: len(positions), column[name]] = positions
        return joints.reshape(len(people), self.count, points, 3), names if self._points is None else None

    def _opened(self, content: Any, times: array) -> Any:
        """Returns the people or points inside the objects that hold them; a time in these objects goes to `times`."""
        for _ in range(_MAX_WRAPPERS):
            if not isinstance(content, dict):
                break
            keys = {_plain(key): key for key in content if len(key) < 40}
            time = next((content[keys[key]] for key in _TIME_KEYS if key in keys), None)
            if isinstance(time, float):
                times.append(time)
            pose = next((keys[key] for key in POSE_KEYS if key in keys), None)
            if pose is None:
                if _PICTURE_KEYS & keys.keys():
                    self._fail("world landmarks", f"{next(iter(_PICTURE_KEYS & keys.keys()))}, image coordinates")
                break
            content = content[pose]
        return content

    def _people_in(self, frame: Any) -> list[Any]:
        """Returns what a frame holds of each person."""
        if frame is None or frame in ([], {}):
            return []
        if isinstance(frame, dict):
            return [frame]
        if isinstance(frame, list):
            first = next((item for item in frame if item is not None), None)
            if isinstance(first, dict):
                return [frame] if {"x", "X"} & first.keys() else frame
            if isinstance(first, list):
                inner = next((item for item in first if item is not None), None)
                return [frame] if isinstance(inner, float) else frame
            if first is None:
                return []
        self._fail("a frame as a list of points, an object of joints, or null", _described(frame))

    def _add_points(self, person: _Person, points: Any) -> None:
        if not isinstance(points, list):
            self._fail("a person as a list of points, an object of joints, or null", _described(points))
        if self._points is None and not any(each.tracks for each in self._people):
            self._points = len(points)
        if len(points) != self._points:
            expected = "joints by name" if self._points is None else f"{self._points} points"
            self._fail(f"{expected} as in the frames before", f"{len(points)} points")
        if len(points) > MAX_JOINTS:
            self._fail(f"at most {MAX_JOINTS} points", str(len(points)))
        self._put(person, "", self._numbers(points))

    def _add_named(self, person: _Person, joints: dict[str, Any]) -> None:
        if self._points is not None:
            self._fail(f"{self._points} points as in the frames before", "joints by name")
        found = 0
        for name, point in joints.items():
            if isinstance(point, (list, dict)):
                if len(name) > MAX_NAME_LENGTH:
                    self._fail(f"names of at most {MAX_NAME_LENGTH} characters", name)
                self._put(person, name, self._numbers_of(point, name))
            found += point is None or isinstance(point, (list, dict))  # other values are a time, a score, an id
        if joints and not found:
            self._fail("an object joint -> [x, y, z]", ", ".join(list(joints)[:5]))
        if len(person.tracks) > MAX_JOINTS:
            self._fail(f"at most {MAX_JOINTS} joints", str(len(person.tracks)))

    def _put(self, person: _Person, name: str, numbers: list[float]) -> None:
        used = person.put(name, numbers, self.count, self._room - self._bytes)
        if used < 0:
            self._fail(f"at most {self._room:,} bytes of positions in a file of its size", "more; split the recording")
        self._bytes += used

    def _numbers(self, points: list[Any]) -> list[float]:
        """Returns x, y, z of all points in turn; leaves unusual points to `_numbers_of`."""
        try:
            if isinstance(points[0], dict):
                numbers = list(chain.from_iterable(map(_xyz, points)))
            else:
                numbers = [number for point in points for number in point[:3]]
        except (KeyError, TypeError):
            numbers = []
        if set(map(type, numbers)) != {float} or len(numbers) != 3 * len(points):
            numbers = []
            for index, point in enumerate(points):
                numbers += self._numbers_of(point, f"point {index}")
        return numbers

    def _numbers_of(self, point: Any, name: str) -> list[float]:
        if point is None:
            return [_NAN, _NAN, _NAN]
        if isinstance(point, dict):
            given = [point.get(axis, point.get(axis.upper(), "")) for axis in "xyz"]
        else:
            given = point[:3] if isinstance(point, list) else []
        numbers = [_NAN if number is None else number for number in given]
        if len(numbers) != 3 or set(map(type, numbers)) != {float}:
            self._fail(f"{shown(name)} as [x, y, z] or an object with x, y and z, numbers", _described(point))
        return numbers

    def _fail(self, expected: str, found: str) -> NoReturn:
        raise MotionError(f"{self.source}, frame {self.count}: expected {expected}; found {shown(found, 60)}")
