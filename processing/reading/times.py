"""Times of frames in tables and trackers' files: the keys and columns that hold them, their unit, and what they say.

A time is a number, a time of day (`0:01:02.033`, `01:02.5`, `3:04:05 PM`) or a date with a time of day in ISO 8601
(`2024-03-01T10:00:00.033Z`, with a blank for the T, an offset, or slashes for the hyphens). A date in another order is
left out, and a time of day that jumps back by more than half a day has passed midnight. What cannot be read is NaN: it
matters only if the frame rate is not given.
"""

import math
import re
from datetime import UTC, datetime
from typing import Any

_WORDS_OF_UNIT = {
    "s": "s sec secs second seconds".split(),
    "ms": "ms msec msecs millis millisecond milliseconds".split(),
    "us": "us usec usecs micros microsecond microseconds \u00b5s \u03bcs".split(),
    "ns": "ns nsec nsecs nanos nanosecond nanoseconds".split(),
    "ticks": "tick ticks".split(),
}
_UNIT_WORDS = {word: unit for unit, words in _WORDS_OF_UNIT.items() for word in words}

TIME_KEYS: dict[str, str | None] = {
    **{f"{stem}{word}": unit for word, unit in _UNIT_WORDS.items() for stem in ("timestamp", "time", "t")},
    **dict.fromkeys(("timestamp", "time", "datetime", "ts", "t")),
}
"""Key of a frame's time, in lower case and without separators, best first -> its unit, or None where it names none."""

TIMES_KEYS: dict[str, str | None] = {
    **{f"{stem}{word}": unit for word, unit in _UNIT_WORDS.items() for stem in ("timestamps", "times")},
    **dict.fromkeys(("timestamps", "times")),
}
"""Key of a list with the times of all frames -> its unit. "timestamps" is a plural here, not "timestamp_s"."""

_TIME_WORDS = frozenset(
    "time times unixtime timestamp timestamps stamp datetime t ts elapsed epoch zeit zeitstempel temps tiempo".split()
)
_QUALIFIERS = frozenset(
    "device system host capture camera video local global relative rel since start unix utc date in frame sensor "
    "kinect recording sample".split()
)
_JOINED = re.compile(r"(timestamp|time)([a-z\u00b5\u03bc]+)")
_CLOCK = re.compile(
    r"(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,2}):(?P<seconds>\d{1,2}(?:[.,]\d{1,12})?)(?:\s*(?P<half>[AP])\.?M\.?)?Z?",
    re.IGNORECASE,
)
_LONGEST_CELL = 64
_DAY = 86_400.0


def time_unit_of(label: str) -> tuple[bool, str | None]:
    """Decides whether a column holds times.

    Args:
        label: The name of a column, at most a few hundred characters.

    Returns:
        Whether it is a time column, and the unit that its name states: "s", "ms", "us", "ns", "ticks", or None.
    """
    words: list[str] = []
    for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z\u00b5\u03bc]+", label):
        joined = _JOINED.fullmatch(word.lower())
        words += joined.groups() if joined and joined[2] in _UNIT_WORDS and joined[2] != "s" else [word.lower()]
    named = [word for word in words if word in _TIME_WORDS]
    units = [word for word in words if word in _UNIT_WORDS]
    if re.search(r"\d", label) or not set(words) <= _TIME_WORDS | _QUALIFIERS | _UNIT_WORDS.keys():
        return False, None
    if not named and not (len(words) == 1 and units):
        return False, None
    return True, _UNIT_WORDS[units[-1]] if units else None


class Clock:
    """Reads times in their order.

    Attributes:
        unit: The unit that the column or key states, or "s" once a time was a time of day or a date; or None.
    """

    def __init__(self, unit: str | None = None) -> None:
        self.unit = unit
        self._days = 0.0
        self._last = -math.inf

    def read(self, value: Any) -> float:
        """Returns a time that is given as a number or in words, NaN where it cannot be read."""
        if isinstance(value, float):
            return value
        if not isinstance(value, str) or len(value) > _LONGEST_CELL:
            return math.nan
        try:
            if "_" not in value:  # which float() passes over: 2024_03_01
                return float(value)
        except ValueError:
            pass
        cell = value.strip()
        if not cell:
            return math.nan
        if re.fullmatch(r"-?\d+,\d+", cell):
            return float(cell.replace(",", "."))
        seconds = _seconds_of_date(cell)
        if seconds is None:
            seconds = self._seconds_of_clock(cell)
        if seconds is not None:
            self.unit = "s"
        return math.nan if seconds is None else seconds

    def _seconds_of_clock(self, cell: str) -> float | None:
        match = _CLOCK.fullmatch(cell.split(maxsplit=1)[-1]) or _CLOCK.fullmatch(cell)
        if match is None:
            return None
        hours = int(match["hours"] or 0)
        if match["half"]:
            hours = hours % 12 + (12 if match["half"] in "pP" else 0)
        seconds = hours * 3600 + int(match["minutes"]) * 60 + float(match["seconds"].replace(",", "."))
        if seconds < self._last - _DAY / 2:
            self._days += _DAY
        elif seconds > self._last + _DAY / 2 and self._days:  # the next person, from the start
            self._days -= _DAY
        self._last = seconds
        return seconds + self._days


def _seconds_of_date(cell: str) -> float | None:
    """Returns the seconds since 1970 of a date in ISO 8601 with a time of day, or None."""
    if not re.match(r"\d{4}[-/]?\d{2}[-/]?\d{2}[T\s]", cell, re.IGNORECASE):
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"\s+(?=[+-])|\s+(?=Z$)", "", cell[:10].replace("/", "-") + cell[10:]))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
