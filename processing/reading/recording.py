"""What the readers share: the recording they give, the limits they hold it to, and the words they refuse with."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .motion import MotionError

MAX_COORDINATE = 1e6
"""Largest magnitude of a coordinate or angle, in source units; a person one kilometre away in millimetres."""

MAX_BYTES = 2**29
"""Largest clip that is read, in bytes of its joint positions or table. A few copies of it stay below 2 GB."""

MAX_GROWTH = 32
"""Most bytes of joint positions for each byte of a file, beyond a small clip: what unfolds further is no recording."""

MAX_JOINTS = 4096
MAX_NAME_LENGTH = 256
MAX_LINE_LENGTH = 2**20

MIN_FPS, MAX_FPS = 1.0, 2000.0

_SMALL_CLIP = 2**25
_TEXT_CHUNK = 2**15
_TIME_UNITS = (1.0, 1e-3, 1e-7)
"""Seconds, milliseconds and ticks of 100 ns; times are in the first unit that makes their rate plausible."""

_PLAUSIBLE_FPS = (5.0, 500.0)
"""Narrow enough that no step fits two units."""

_UNITS = {
    "m": ("m", "meter", "meters", "metre", "metres"),
    "cm": ("cm", "centimeter", "centimeters", "centimetre", "centimetres"),
    "mm": ("mm", "millimeter", "millimeters", "millimetre", "millimetres"),
    "inch": ("in", "inch", "inches"),
}


@dataclass
class Recording:
    """What a reader found in a file, before the caller's own words about it.

    Attributes:
        joints: (frames, joints, 3) or (people, frames, joints, 3), source units, NaN where not tracked.
        fps: Frames per second, or None where the file does not say.
        joint_names: One name for each joint, or None.
        layout: Name of a known rig, or None.
        parents: Parent index of each joint, -1 for a root, or None.
        units: "m", "cm", "mm" or "inch" as the file says, or None.
    """

    joints: np.ndarray
    fps: float | None = None
    joint_names: list[str] | None = None
    layout: str | None = None
    parents: list[int] | None = None
    units: str | None = None


def readable_file(path: str | Path) -> Path:
    """Return `path` if it is a regular, non-empty file; else raise MotionError. Devices and pipes never block."""
    path = Path(path)
    try:
        if path.is_dir():
            raise MotionError(f"{path}: a folder; expected a motion file")
        if not path.is_file():
            raise MotionError(f"{path}: no such file")
        if path.stat().st_size == 0:
            raise MotionError(f"{path.name}: the file is empty")
    except OSError as error:
        raise MotionError(f"{shown(str(path))}: cannot be read ({error.strerror})") from error
    return path


def room_for(path: Path) -> int:
    """Return how many bytes of joint positions a file may hold.

    A zip bomb, or a few words of text that stand for a million frames, must not cost more than its length is worth.
    """
    return min(MAX_BYTES, max(_SMALL_CLIP, MAX_GROWTH * path.stat().st_size))


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, line without its end) of a text file, refusing lines that no motion file has.

    The text is held a chunk at a time, whatever ends its lines.
    """
    number, rest = 1, ""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
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


def checked_fps(fps: float | str, source: str) -> float:
    """Return `fps` as a float, or raise MotionError where it is no frame rate."""
    try:
        rate = float(fps)
    except (TypeError, ValueError, OverflowError):
        rate = math.nan
    if not MIN_FPS <= rate <= MAX_FPS:
        raise MotionError(f"{source}: fps is {repr(fps)[:40]}; expected {MIN_FPS:g} to {MAX_FPS:g} frames per second")
    return rate


def fps_of_times(times: np.ndarray, place: Callable[[int], str], source: str) -> float | None:
    """Return the rate of evenly spaced frames from their times.

    It is the mean of the steps that lie within half of the median step, so that dropped frames and a clock of whole
    milliseconds do not bend it.

    Args:
        times: (frames,) in seconds, milliseconds or ticks of 100 ns.
        place: Gives the words for the place of a time by its index ("line 7"), for messages.
        source: File name.

    Returns:
        Frames per second, or None for a single frame.

    Raises:
        MotionError: A time is missing or before the one above, or the steps make no plausible rate.
    """
    if not np.isfinite(times).all():
        row = int(np.argmin(np.isfinite(times)))
        raise MotionError(f"{source}, {place(row)}: expected a time; found none (or pass fps)")
    with np.errstate(over="ignore"):
        steps = np.diff(times)
    if len(steps) == 0:
        return None
    if (steps < 0).any():
        row = int(np.argmax(steps < 0)) + 1
        raise MotionError(
            f"{source}, {place(row)}: expected a time not before the one above, "
            f"{times[row - 1]:.12g}; found {times[row]:.12g}"
        )
    median = float(np.median(steps))
    usual = steps[np.abs(steps - median) <= median / 2]
    step = float(usual.mean()) if len(usual) else median
    slowest, fastest = _PLAUSIBLE_FPS
    for unit in _TIME_UNITS:
        if 1 / fastest <= step * unit <= 1 / slowest:
            return 1 / (step * unit)
    raise MotionError(
        f"{source}: the time column steps by {step:g}; expected {slowest:g} to {fastest:g} frames per second in "
        "seconds, milliseconds or ticks of 100 ns (or pass fps)"
    )


def known_units(written: str) -> str | None:
    """Return "m", "cm", "mm" or "inch" for a unit of length as files write it, None for any other word."""
    word = written.strip().strip("\0").strip().lower()
    return next((unit for unit, words in _UNITS.items() if word in words), None)


def shown(text: str, limit: int = 40) -> str:
    """Quote a piece of a file for a message: printable, and short whatever the file holds."""
    return ascii(text if len(text) <= limit else text[:limit] + "...")
