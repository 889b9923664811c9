"""Times of frames: the keys that trackers use, the unit that a key names, and times written as words."""

import math
import re
from datetime import datetime
from typing import Any

_UNITS = {
    "s": ("s", "sec", "seconds"),
    "ms": ("ms", "msec", "milliseconds"),
    "us": ("us", "usec", "microseconds"),
    "ns": ("ns", "nsec", "nanoseconds"),
}
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2}(?:[.,]\d{1,9})?)")
_MAX_WORD = 64

TIME_KEYS: dict[str, str | None] = {
    **{
        f"{stem}{word}": unit
        for unit, words in _UNITS.items()
        for word in words
        for stem in ("timestamp", "time", "t")
    },
    **{"timestamp": None, "time": None, "datetime": None, "ts": None, "t": None},
}
"""Key of a frame's time, in lower case and without separators, best first -> its unit, or None where it names none."""

TIMES_KEYS: dict[str, str | None] = {
    **{f"{stem}{word}": unit for unit, words in _UNITS.items() for word in words for stem in ("timestamps", "times")},
    **{"timestamps": None, "times": None},
}
"""Key of a list with the times of all frames -> its unit."""


def time_of(value: Any) -> tuple[float, str | None]:
    """Reads a time.

    Args:
        value: A number, or a word such as "2024-05-01T10:00:00.033Z", "00:01:02.5" or "0.033".

    Returns:
        The time, NaN if it is none, and its unit where a word states it: seconds for dates and clock times.
    """
    if isinstance(value, float):
        return value, None
    if not isinstance(value, str) or len(value) > _MAX_WORD:
        return math.nan, None
    word = value.strip()
    clock = _CLOCK.fullmatch(word)
    if clock is not None:
        hours, minutes, seconds = clock.groups()
        return 3600 * float(hours or 0) + 60 * float(minutes) + float(seconds.replace(",", ".")), "s"
    try:
        return float(word), None
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(word).timestamp(), "s"
    except (ValueError, OverflowError, OSError):
        return math.nan, None
