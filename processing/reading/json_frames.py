"""The frames of a JSON file: who is in each of them, where their joints are, and when it was.

A frame is one of

- a list of points (`json_points.py`), which may carry names, or a flat list of their numbers;
- an object joint -> point; a joint that is missing from a frame is NaN there;
- a list of several people, each of them one of the above;
- an object with any of these under one of `POSE_KEYS`, with or without a time (`times.py`), the number of the
  person or a list with the confidence in each point;
- null or an empty list where no person was tracked.

A person is identified by one of `PERSON_KEYS` where the tracker numbers people, else by the place in the list.
"""

import math
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from .json_points import (
    IMAGE_POINTS,
    TYPE_KEY,
    in_numbered_order,
    is_point,
    names_of,
    numbers_of,
    numbers_of_point,
    points_of_flat,
    refuse_quaternions,
)
from .json_text import described
from .keys import IMAGE_ADVICE, POSE_KEYS, ROTATION_ADVICE, ROTATION_KEYS, SCORES_KEYS, plain_key
from .limits import MAX_BYTES, MAX_JOINTS, MAX_NAME_LENGTH, MAX_PEOPLE
from .motion import MotionError
from .recording import shown
from .times import TIME_KEYS, Clock

MAX_PEOPLE_IN_A_FRAME = 64
"""A frame with more is a file that lists people outside and frames inside."""

PERSON_KEYS = ("trackingid", "trackid", "personid", "bodyid", "userid", "idx", "id")
"""Keys of a person's number, in lower case and without separators. Outside a list of people, `id` is the frame's."""

IMAGE_KEYS = frozenset(
    ("poselandmarks", "normalizedlandmarks", "imagelandmarks", "posekeypoints2d", "keypoints2d", "keypoint2d")
    + ("joints2d", "jointpositions2d", "landmarks2d")
)
"""Keys of points in an image."""

_NUMBER_KEYS = ("frame", "frameid", "frameindex", "framenumber", "framenum", "imageid")
_LEVELS_KEYS = ("jointconfidencelevels", "confidencelevels")
_HIGHEST_LEVEL = 3.0
"""Azure Kinect: 0 none, 1 predicted, 2 and 3 seen."""

_COCO_KEYS = frozenset(("categoryid", "numkeypoints"))
_MAX_WRAPPERS = 4
_HIGHEST_ID = 1e20
_LONGEST_POINT = 8
"""Numbers in a point; a longer list holds the numbers of many points."""

_NAN = math.nan


@dataclass
class Opened:
    """What was found inside the objects that hold people or points.

    Attributes:
        content: The people or points.
        keys: The keys under which they were, from outside to inside, in lower case and without separators.
        time: When it was, NaN where not said.
        unit: The unit that the key of the time names, or None.
        is_unread: Whether a time is said that cannot be read.
        number: Number or name of the frame, or None.
        person: Number or name of the person, or None.
        person_key: The key of the person, or None.
        scores: List with the confidence in each point, or None.
        of_image: Whether the keys are those of COCO's keypoints of an image.
        image_key: Key of points in an image, perhaps next to others, or None.
        rotation_key: Key of rotations, where there are no points.
    """

    content: Any
    keys: list[str] = field(default_factory=list)
    time: float = _NAN
    unit: str | None = None
    is_unread: bool = False
    number: Any = None
    person: str | None = None
    person_key: str | None = None
    scores: Any = None
    of_image: bool = False
    image_key: str | None = None
    rotation_key: str | None = None


def opened(content: Any, clock: Clock | None = None) -> Opened:
    """Takes people or points out of the objects that hold them; the clock has read the frames before."""
    clock = Clock() if clock is None else clock
    found = Opened(content)
    for _ in range(_MAX_WRAPPERS):
        content = found.content
        if not isinstance(content, dict) or is_point(content):
            break
        keys = {plain_key(key): key for key in content if len(key) < 40}
        if math.isnan(found.time):
            for key in TIME_KEYS:
                if key in keys:
                    found.time = clock.read(content[keys[key]])
                    found.unit = clock.unit or TIME_KEYS[key]
                    if not math.isnan(found.time):
                        break
                    found.is_unread |= content[keys[key]] is not None
        if found.number is None:
            found.number = next((content[keys[key]] for key in _NUMBER_KEYS if key in keys), None)
        if found.person is None:
            found.person_key = next((key for key in PERSON_KEYS if key in keys and _person(content[keys[key]])), None)
            found.person = None if found.person_key is None else _person(content[keys[found.person_key]])
        found.scores = _scores(content, keys)
        found.of_image = found.of_image or bool(_COCO_KEYS & keys.keys())
        pose = next((key for key in POSE_KEYS if key in keys and _holds_points(content[keys[key]])), None)
        found.image_key = next((keys[key] for key in keys if key in IMAGE_KEYS and content[keys[key]]), None)
        if pose is None:
            found.rotation_key = next((keys[key] for key in keys if key in ROTATION_KEYS), None)
            if any(key in keys for key in IMAGE_KEYS | ROTATION_KEYS):
                found.content = None
            break
        found.keys.append(pose)
        found.content = content[keys[pose]]
    return found


def _person(value: Any) -> str | None:
    """Returns a person's number or name; None for -1, which stands for a person that is not followed."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, float) and 0 <= value < _HIGHEST_ID:
        return f"{value:.0f}"
    return value if isinstance(value, str) and 0 < len(value) <= MAX_NAME_LENGTH else None


def _scores(content: dict[str, Any], keys: dict[str, str]) -> Any:
    for key in _LEVELS_KEYS:
        if key in keys and isinstance(levels := content[keys[key]], list):
            return [level / _HIGHEST_LEVEL if isinstance(level, float) else None for level in levels]
    lists = (content[keys[key]] for key in SCORES_KEYS if key in keys)
    return next((value for value in lists if isinstance(value, list)), None)


def _holds_points(value: Any) -> bool:
    """Tells whether a value can be people or points; names, numbers and a single point are none."""
    if isinstance(value, dict):
        return not is_point(value)
    return value is None or (isinstance(value, list) and not (value and isinstance(value[0], str)))


class _Person:
    """The tracks of one person: one for all points, or one for each named joint. Frames before its first are NaN."""

    def __init__(self) -> None:
        self.tracks: dict[str, array] = {}
        self.seen: dict[str, array] = {}

    def put(self, name: str, numbers: Sequence[float], seen: Sequence[float] | None, frame: int, room: int) -> int:
        """Appends the numbers of a frame to a track; returns the bytes that this took, or -1 if more than `room`."""
        used = self._append(self.tracks, name, numbers, frame, room)
        if used < 0 or seen is None:
            return used
        more = self._append(self.seen, name, [_NAN if number is None else number for number in seen], frame, room)
        return -1 if more < 0 else used + more

    @staticmethod
    def _append(tracks: dict[str, array], name: str, numbers: Sequence[float], frame: int, room: int) -> int:
        track = tracks.setdefault(name, array("f"))
        gap = frame * len(numbers) - len(track)
        needed = (gap + len(numbers)) * track.itemsize
        if needed > room:
            return -1
        if gap > 0:
            track.frombytes(np.full(gap, np.nan, np.float32).tobytes())
        track.extend(numbers)
        return needed


class Frames:
    """The frames read so far.

    Attributes:
        source: File name, for messages.
        count: How many frames there are.
        times: (frames,) the time of each frame, NaN where it has none.
        unit: The unit of the times where a key names it, or None.
        has_unread_times: Whether a frame says a time that cannot be read.
        keys: The keys under which the first points were, from outside to inside, in lower case without separators.
        width: How many numbers the first point has, where it is a list.
        own_ids: The number that each of the first frames gives under `id`, outside a list of people.
    """

    def __init__(self, room: int, source: str):
        self.source = source
        self._room = room
        self.count = 0
        self.times = array("d")
        self.unit: str | None = None
        self.has_unread_times = False
        self._clock = Clock()
        self.keys: list[str] = []
        self.width = 0
        self.own_ids: list[str | None] = []
        self._people: dict[tuple[str | None, int], _Person] = {}
        self._in_frame: Counter[str | None] = Counter()
        self._number: Any = None
        self._points: int | None = None  # of each person, where joints have no names
        self._named = False
        self._bytes = 0
        self._refusal: str | None = None  # why the first frame without points has none

    def add(self, frame: Any, time: float = _NAN) -> None:
        """Adds one frame, in any of the forms above.

        Args:
            frame: The frame as parsed.
            time: Its time where the file states it outside the frame.
        """
        if self.count * 8 > MAX_BYTES:
            self._fail("fewer frames", "more; split the recording")
        found = opened(frame, self._clock)
        person = None if found.person_key == "id" else found.person
        if self.count and person is not None and found.number is not None and found.number == self._number:
            self.count -= 1  # another person of the frame before
        else:
            self._in_frame.clear()
            self.times.append(time if math.isnan(found.time) else found.time)
            self.unit = self.unit or found.unit
            self.has_unread_times |= found.is_unread and math.isnan(self.times[-1])
        self._number = found.number
        if len(self.own_ids) <= MAX_PEOPLE_IN_A_FRAME:
            self.own_ids.append(found.person)
        for who, content in self._people_in(found, person):
            self._in_frame[who] += 1
            if self._in_frame.total() > MAX_PEOPLE_IN_A_FRAME:
                self._fail(
                    f"at most {MAX_PEOPLE_IN_A_FRAME} people in a frame (a list of frames, each a list of people)",
                    "more",
                )
            self._add_person((who, self._in_frame[who]), content)
        self.count += 1

    def joined(self) -> tuple[np.ndarray, np.ndarray | None, list[str] | None, list[str] | None]:
        """Returns what the frames hold; they are empty afterwards.

        Returns:
            Joints (people, frames, joints, 3) float32; the confidence in them as written, (people, frames, joints)
            float32, NaN where not given, or None; names of the joints, or None; numbers of the people, or None.
        """
        people = {who: person for who, person in self._people.items() if person.tracks}
        if not people:
            reason = f"expected joint positions; found {self.count:,} frames without any"
            raise MotionError(self._refusal or f"{self.source}: {reason}")
        if len(people) > MAX_PEOPLE:
            raise MotionError(f"{self.source}: expected at most {MAX_PEOPLE} people; found {len(people)}")
        names = list(dict.fromkeys(name for person in people.values() for name in person.tracks))
        points = len(names) if self._points is None else self._points
        if points > MAX_JOINTS or len(people) * self.count * points * 12 > self._room:
            raise MotionError(
                f"{self.source}: more than {self._room:,} bytes of positions, too many for a file of its size; "
                "split the recording"
            )
        joints = np.full((len(people), self.count, points, 3), np.nan, np.float32)
        seen = None
        if any(person.seen for person in people.values()):
            seen = np.full((len(people), self.count, points, 1), np.nan, np.float32)
        for place, person in enumerate(people.values()):
            _fill(joints[place], person.tracks, names)
            if seen is not None:
                _fill(seen[place], person.seen, names)
        numbered = all(who is not None and place == 1 for who, place in people)
        return (
            joints,
            None if seen is None else seen[..., 0],
            names if self._points is None else None,
            [str(who) for who, _ in people] if numbered else None,
        )

    def _people_in(self, frame: Opened, person: str | None) -> Iterator[tuple[str | None, Opened]]:
        """Yields who is in a frame, None where the tracker does not number people, and what it holds of them."""
        content = frame.content
        if content is None or content in ([], {}):
            self._refuse_later(frame)
            return
        if isinstance(content, dict):
            yield person, frame
            return
        if isinstance(content, list):
            first = next((item for item in content if item is not None), None)
            inner = next((item for item in first if item is not None), None) if isinstance(first, list) else None
            if first is None:
                return
            if (
                is_point(first)
                or (isinstance(first, float) and len(content) > _LONGEST_POINT)
                or (isinstance(inner, float) and len(first) <= _LONGEST_POINT)
            ):
                yield person, frame
                return
            if isinstance(first, (dict, list)):
                for item in content:
                    found = opened(item)
                    found.keys = frame.keys + found.keys
                    found.scores = frame.scores if found.scores is None else found.scores
                    found.of_image = found.of_image or frame.of_image
                    yield found.person, found
                return
        self._fail("a frame as a list of points, an object of joints, or null", described(content))

    def _add_person(self, who: tuple[str | None, int], found: Opened) -> None:
        """Adds what a frame holds of one person."""
        person = self._people.setdefault(who, _Person())
        content = found.content
        if not content:
            self._refuse_later(found)
            return
        if isinstance(content, list) and isinstance(content[0], float):
            content = points_of_flat(
                content, found.keys[-1] if found.keys else "", found.scores, found.of_image, self._fail
            )
        if isinstance(content, list) and (names := names_of(content)) is not None and len(set(names)) == len(names):
            content = dict(zip(names, filter(None, content), strict=True))
        numbered = isinstance(content, list) and isinstance(content[0], dict) and in_numbered_order(content)
        if not self.keys:
            self.keys = [*found.keys, TYPE_KEY] if numbered else found.keys
        if isinstance(content, dict):
            self._add_named(person, content)
        elif isinstance(content, list):
            self._add_points(person, content, found.scores)
        else:
            self._fail("a person as a list of points, an object of joints, or null", described(content))

    def _refuse_later(self, found: Opened) -> None:
        """Keeps the reason why a frame holds no points, which is the error if no frame holds any."""
        if self._refusal is None and found.image_key is not None:
            wanted = "world landmarks" if "landmarks" in plain_key(found.image_key) else "points in space"
            self._refusal = self._message(wanted, f"{found.image_key}, {IMAGE_POINTS}", IMAGE_ADVICE)
        elif self._refusal is None and found.rotation_key is not None:
            self._refusal = self._message(
                "positions of the joints", f"{found.rotation_key}, rotations", ROTATION_ADVICE
            )

    def _add_points(self, person: _Person, points: list[Any], scores: Any) -> None:
        if self._points is None and not self._named:
            self._points = len(points)
            self.width = len(points[0]) if isinstance(points[0], list) else 0
        if len(points) != self._points:
            expected = "joints by name" if self._points is None else f"{self._points} points"
            self._fail(f"{expected} as in the frames before", f"{len(points)} points")
        if len(points) > MAX_JOINTS:
            self._fail(f"at most {MAX_JOINTS} points", str(len(points)))
        numbers, seen = numbers_of(points, scores, self._fail)
        self._put(person, "", numbers, seen)

    def _add_named(self, person: _Person, joints: dict[str, Any]) -> None:
        if self._points is not None:
            self._fail(f"{self._points} points as in the frames before", "joints by name")
        found = 0
        refuse_quaternions([point for point in joints.values() if isinstance(point, list)], self._fail)
        for name, point in joints.items():
            if isinstance(point, (list, dict)):
                if len(name) > MAX_NAME_LENGTH:
                    self._fail(f"names of at most {MAX_NAME_LENGTH} characters", name)
                numbers, seen = numbers_of_point(point, name, self._fail)
                self._put(person, name, numbers, None if math.isnan(seen) else [seen])
                self._named = True
            found += point is None or isinstance(point, (list, dict))  # other values are a time, a score, an id
        if joints and not found:
            self._fail("an object joint -> [x, y, z]", ", ".join(list(joints)[:5]))
        if len(person.tracks) > MAX_JOINTS:
            self._fail(f"at most {MAX_JOINTS} joints", str(len(person.tracks)))

    def _put(self, person: _Person, name: str, numbers: list[float], seen: list[float] | None) -> None:
        used = person.put(name, numbers, seen, self.count, self._room - self._bytes)
        if used < 0:
            self._fail(f"at most {self._room:,} bytes of positions in a file of its size", "more; split the recording")
        self._bytes += used

    def _message(self, expected: str, found: str, advice: str) -> str:
        message = f"{self.source}, frame {self.count}: expected {expected}; found {shown(found, 80)}"
        return f"{message}. {advice}" if advice else message

    def _fail(self, expected: str, found: str, advice: str = "") -> NoReturn:
        raise MotionError(self._message(expected, found, advice))


def _fill(values: np.ndarray, tracks: dict[str, array], names: list[str]) -> None:
    """Moves tracks into (frames, joints, width), which is NaN; a track belongs to one joint or, unnamed, to all."""
    columns = values.reshape(len(values), len(names), -1)
    place = {name: index for index, name in enumerate(names)}
    while tracks:
        name, track = tracks.popitem()
        numbers = np.frombuffer(track, np.float32).reshape(-1, columns.shape[-1])
        columns[: len(numbers), place[name]] = numbers
