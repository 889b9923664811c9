"""The points of one person in one frame of a JSON file, in the forms that pose trackers write.

A point is `[x, y, z]`, `[x, y, z, confidence]`, `{"x": .., "y": .., "z": ..}`, an object with such a position under
one of `POSITION_KEYS`, or null where not tracked. All points may also stand in one flat list of numbers. Points of an
image (x and y) and rotations are refused: neither says where a joint is in space.
"""

import math
from collections.abc import Callable, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, NoReturn

from .json_text import described
from .keys import IMAGE_ADVICE, POSE_KEYS, ROTATION_ADVICE, ROTATION_KEYS, SEEN_KEYS, plain_key
from .recording import shown

Fail = Callable[..., NoReturn]
"""Raises the error of a frame: what was expected, what was found, and perhaps what to do."""

POSITION_KEYS = ("position", "pos", "globalposition", "worldposition", "location", "coordinates", "translation", "xyz")
NAME_KEYS = ("name", "jointname", "joint", "jointtype", "keypointname", "landmark", "bodypart", "part", "label")
TYPE_KEY = "jointtype"
"""Kinect: number of a joint, or its name."""

STATE_KEY = "trackingstate"
"""Kinect: 0 or "NotTracked" for a joint that is not tracked."""

IMAGE_POINTS = "points of an image, which have no depth"

_NAN = math.nan
_PIXELS = 10.0
"""x and y beyond it next to a third number from 0 to 1 are pixels with a score."""


def is_point(value: Any) -> bool:
    """Tells whether an object is a point rather than a person, or joints by name."""
    if not isinstance(value, dict):
        return False
    keys = {plain_key(key): key for key in value if len(key) < 40}
    if any(isinstance(value[keys[key]], (list, dict)) for key in POSE_KEYS if key in keys):
        return False  # a person, of whom trackers state the position too
    return "x" in keys or any(_is_position(value[keys[key]]) for key in POSITION_KEYS if key in keys)


def names_of(points: list[Any]) -> list[str] | None:
    """Returns the names that points carry, or None unless each point that is tracked has one."""
    names = []
    for point in points:
        if point is None:
            continue
        given = _first(point, NAME_KEYS) if isinstance(point, dict) else None
        if not isinstance(given, str):
            return None
        names.append(given)
    return names or None


def in_numbered_order(points: list[Any]) -> bool:
    """Sorts points that carry the number of their joint, as those of the Kinect SDK; returns whether they do."""
    numbers = [_first(point, (TYPE_KEY,)) if isinstance(point, dict) else None for point in points]
    if sorted(number for number in numbers if isinstance(number, float)) != list(range(len(points))):
        return False
    points.sort(key=lambda point: _first(point, (TYPE_KEY,)))
    return True


def numbers_of(points: list[Any], scores: Any, fail: Fail) -> tuple[list[float], list[float] | None]:
    """Returns x, y, z of all points in turn, and the tracker's confidence in each of them, or None.

    Args:
        points: The points of a person.
        scores: A list with the confidence in each point that stands next to the points, or anything else.
        fail: Raises the error.
    """
    numbers, seen = _numbers_quickly(points)
    if numbers is None:
        each = [numbers_of_point(point, f"point {index}", fail) for index, point in enumerate(points)]
        numbers, seen = list(chain.from_iterable(place for place, _ in each)), [confidence for _, confidence in each]
        seen = None if all(map(math.isnan, seen)) else seen
    elif seen is not None and isinstance(points[0], list):
        refuse_quaternions(points, fail)
    if seen is None and isinstance(scores, list) and len(scores) == len(points):
        seen = [score if isinstance(score, float) else _NAN for score in scores]
    return numbers, seen


def numbers_of_point(point: Any, name: str, fail: Fail) -> tuple[list[float], float]:
    """Returns x, y, z of one point and the tracker's confidence in it, NaN where not given."""
    if point is None:
        return [_NAN, _NAN, _NAN], _NAN
    seen = _NAN
    given: Sequence[Any] = []
    if isinstance(point, dict):
        confidence = [value for key in SEEN_KEYS if isinstance(value := _first(point, (key,)), float)]
        seen = min(confidence, default=_NAN)
        if _first(point, (STATE_KEY,)) in (0.0, "NotTracked"):
            return [_NAN, _NAN, _NAN], 0.0
        place = _first(point, POSITION_KEYS)
        point = place if _is_position(place) else point
    if isinstance(point, dict):
        _refuse_flat_or_turned(point, name, fail)
        given = [_first(point, (axis,), "") for axis in "xyz"]
    elif isinstance(point, list):
        given = point[:3]
        if len(point) == 2 and set(map(type, point)) == {float}:
            fail(f"{shown(name)} as x, y and z", f"2 numbers, {IMAGE_POINTS}", IMAGE_ADVICE)
        if len(point) == 4 and isinstance(point[3], float):
            seen = point[3]
    numbers = [_NAN if number is None else number for number in given]
    if len(numbers) != 3 or set(map(type, numbers)) != {float}:
        fail(f"{shown(name)} as [x, y, z] or an object with x, y and z, numbers", described(point))
    return numbers, seen


def refuse_quaternions(points: list[list[Any]], fail: Fail) -> None:
    """Refuses points of four numbers whose squares add up to 1 in every point, as those of a rotation do."""
    if len(points) < 2 or any(len(point) != 4 or set(map(type, point)) != {float} for point in points):
        return
    if all(abs(sum(number * number for number in point) - 1) < 1e-3 for point in points):
        fail("positions of the joints", "4 numbers of length 1 for each joint, rotations", ROTATION_ADVICE)


def points_of_flat(numbers: list[Any], key: str, scores: Any, of_image: bool, fail: Fail) -> list[Any]:
    """Returns the points of a flat list of numbers, which trackers write as x, y, z or with a confidence.

    Args:
        numbers: The list.
        key: The key under which it stands, in lower case and without separators.
        scores: A list with the confidence in each point that stands next to it, or anything else.
        of_image: Whether other keys say that these are keypoints of an image, as in COCO's format.
        fail: Raises the error.
    """
    count = len(numbers)
    if not all(number is None or isinstance(number, float) for number in numbers):
        fail("points as numbers", described(numbers))
    third = [number for number in numbers[2::3] if number is not None]
    flat = [abs(number) for number in numbers if number is not None]
    scored = bool(flat) and max(flat) > _PIXELS and all(0 <= number <= 1 for number in third)
    if of_image or scored or (isinstance(scores, list) and len(scores) * 2 == count):
        fail("points in space", f"{key or 'a flat list'}, {IMAGE_POINTS}", IMAGE_ADVICE)
    width = 4 if key == "posekeypoints3d" and count % 4 == 0 else 3
    if count % width:
        fail("x, y and z for each point in a flat list", f"{count} numbers")
    return [list(numbers[start : start + width]) for start in range(0, count, width)]


def _numbers_quickly(points: list[Any]) -> tuple[list[float] | None, list[float] | None]:
    """Returns numbers and confidence of points that are all of one usual form, else None."""
    first = points[0]
    try:
        if isinstance(first, dict):
            seen_keys = [key for key in SEEN_KEYS if key in first]
            if {"w", STATE_KEY} & {plain_key(key) for key in first if len(key) < 40}:
                return None, None
            numbers = list(chain.from_iterable(map(itemgetter("x", "y", "z", *seen_keys), points)))
            width = 3 + len(seen_keys)
        else:
            width = len(first)
            if set(map(len, points)) != {width} or width < 3:
                return None, None
            if width > 4:  # what the others mean is not known
                points, width = [point[:3] for point in points], 3
            numbers = list(chain.from_iterable(points))
    except (KeyError, TypeError):
        return None, None
    if set(map(type, numbers)) != {float}:
        return None, None
    if width == 3:
        return numbers, None
    seen = numbers[3::width]
    for column in range(4, width):
        seen = list(map(min, seen, numbers[column::width]))
    for column in range(width - 1, 2, -1):
        del numbers[column :: column + 1]
    return numbers, seen


def _refuse_flat_or_turned(point: dict[str, Any], name: str, fail: Fail) -> None:
    keys = {plain_key(key) for key in point if len(key) < 40}
    if {"x", "y", "z", "w"} <= keys or ("x" not in keys and keys & ROTATION_KEYS):
        fail(f"{shown(name)} as a position", "a rotation", ROTATION_ADVICE)
    if {"x", "y"} <= keys and "z" not in keys:
        fail(f"{shown(name)} as x, y and z", f"x and y, {IMAGE_POINTS}", IMAGE_ADVICE)


def _is_position(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) >= 3 and all(number is None or isinstance(number, float) for number in value)
    return isinstance(value, dict) and any(key in value for key in ("x", "X"))


def _first(given: dict[str, Any], wanted: Sequence[str], default: Any = None) -> Any:
    """Returns the value of the first of the wanted keys that an object has, whatever their case and separators."""
    for key in wanted:
        if key in given:
            return given[key]
    if len(given) > 40:
        return default
    keys = {plain_key(key): key for key in given if len(key) < 40}
    return next((given[keys[key]] for key in wanted if key in keys), default)
