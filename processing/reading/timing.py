"""When each frame of a recording was taken: its frame rate, the unit of its times, and the frames that are missing.

A time column is believed. Cameras drop frames and pause, so the frame rate alone would shorten the movement and make
it faster. Where times are stated, positions are therefore put on an even grid of times: a frame that is on the grid
stays as it is, one that is missing follows from its neighbours, and in a longer hole nothing is tracked.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .limits import MAX_BYTES, MAX_FPS, MIN_FPS
from .motion import MotionError, note
from .recording import TIME_UNITS, Recording

_PLAUSIBLE_FPS, _STILL_PLAUSIBLE_FPS = (5.0, 240.0), (5.0, 500.0)
"""Frame rates by which the unit of times is recognised; the second where no unit gives one of the first."""

_TYPICAL_FPS = (24.0, 25.0, 30.0, 50.0, 60.0, 90.0, 100.0, 120.0)

_CENTURY_S = {
    "s": (9.4e8, 4.2e9),
    "ms": (9.4e8, 4.2e9),
    "us": (9.4e8, 4.2e9),
    "ns": (9.4e8, 4.2e9),
    "ticks": (6.3e10, 6.6e10),
}
"""Seconds at which a date of this century lies: since 1970, and for ticks since the year 1."""

_HOLE_STEPS, _HOLE_S = 4.0, 0.2
"""A frame is missing where the next one comes late; from 4 steps and 0.2 s on it is a hole. No joint of a moving body
can be guessed over more than that, the time of a quick gesture; but at 5 frames/s a single step takes as long."""

_NOTED_HOLE_S = 0.5
"""A longer hole is mentioned in the notes."""

_SHOWN_HOLES = 3

_LATEST = 1e20
"""A date in nanoseconds has 19 digits; what is larger is no time."""

_FEWEST_TIMES = 5
"""Different times from which the rate of frames is known, where the clock is too coarse to distinguish all of them."""

_SAME_RATE = 0.03
"""Share by which two frame rates may differ and still be the same one: 24 and 23.976 are, 24 and 25 are not."""

_BY_TIMES = "the times in the file give"

_OR_GIVE_IT = " (or give the frames per second: fps, on the command line --fps)"
"""What helps where a file states no usable rate."""

_TOO_CLOSE = 0.3
"""Steps: a frame that follows closer is left out, since between two such frames noise would become speed."""


@dataclass
class Timeline:
    """When the frames of a recording were taken.

    Attributes:
        fps: Frames per second, or None where neither the file nor the caller states them.
        kept: Indices of the frames to use, in order; None for all.
        places: (kept frames,) float64, place of each frame on the even grid, in frames from 0, increasing; None where
            the frames are evenly spaced and nothing has to be done.
        longest_step: Frames of the grid between two frames from which on there is a hole.
        notes: What the user should know.
    """

    fps: float | None
    kept: np.ndarray | None = None
    places: np.ndarray | None = None
    longest_step: float = _HOLE_STEPS
    notes: tuple[dict[str, str], ...] = ()


def checked_fps(fps: Any, source: str) -> float:
    """Checks a frame rate.

    Args:
        fps: Frames per second, as a number or as text.
        source: Where it comes from, for the error message.

    Returns:
        The frame rate.

    Raises:
        MotionError: It is not a number from `MIN_FPS` to `MAX_FPS`.
    """
    rate = _as_rate(fps)
    if not MIN_FPS <= rate <= MAX_FPS:
        is_frame_time = 1 / MAX_FPS <= rate < MIN_FPS
        hint = f" (a frame time of {rate:g} s is {1 / rate:g} frames per second)" if is_frame_time else ""
        raise MotionError(
            f"{source}: fps is {repr(fps)[:40]}; expected {MIN_FPS:g} to {MAX_FPS:g} frames per second{hint}"
        )
    return rate


def timeline_of(recording: Recording, joints: np.ndarray, source: str, given: Any = None) -> Timeline:
    """Finds when the frames were taken.

    Args:
        recording: What a reader returned. Where it states a frame rate and times, these count if they agree with it.
        joints: (people, frames, joints, 3) positions, by which a frame that was written twice is recognised.
        source: File name.
        given: The frame rate that the caller gives. Times that agree with it are used as without it. It wins over
            times of another rate: the frames are then evenly spaced. A note says so if the recording states another.

    Returns:
        The timeline; its frame rate is None where nothing is stated.

    Raises:
        MotionError: A stated rate is out of range; or only times are stated, and one is missing or decreases, or they
            give no plausible frame rate.
    """
    if given is not None:
        return _timeline_at(checked_fps(given, source), recording, joints, source)
    stated = None
    if recording.fps is not None:
        if recording.fps_stated is not None and not MIN_FPS <= _as_rate(recording.fps) <= MAX_FPS:
            raise MotionError(f"{source}: {recording.fps_stated}{_OR_GIVE_IT}")
        stated = checked_fps(recording.fps, source)
    if recording.times is None or len(recording.times) < 2:
        return Timeline(stated)
    times = np.asarray(recording.times, np.float64)
    if stated is not None and (not np.isfinite(times).all() or (np.diff(times) < 0).any()):
        return Timeline(stated)
    _refuse_disorder(times, recording.time_lines, source)
    start = float(times[0])
    times = times - start
    resolution = _resolution(times)
    even = _even_step(times, resolution)
    whole = len(times) == joints.shape[1]
    kept = _kept(times, even, whole)
    step = _typical_step(times[kept]) if even is None else even
    unit = _unit_of(step, start, recording.time_unit, stated)
    if unit is None:
        if stated is not None:
            rate, _ = _rate_of_times(recording, stated, whole)
            return Timeline(stated, notes=_note_on_other_rate(rate, _BY_TIMES, stated, "the file states"))
        slowest, fastest = _STILL_PLAUSIBLE_FPS
        raise MotionError(
            f"{source}: the time column steps by {step:g}; expected {slowest:g} to {fastest:g} frames per second in "
            "seconds, milliseconds, microseconds, nanoseconds or ticks of 100 ns"
            f"{_OR_GIVE_IT}"
        )
    seconds = TIME_UNITS[unit]
    notes = _note_on_unit(step, unit, recording.time_unit, stated)
    fps = _rounded(1 / (step * seconds)) if stated is None else stated
    if even is not None or not whole:  # a table with frame numbers has a frame for each number
        return Timeline(fps, notes=notes)
    line = _on_grid(times[kept] * seconds, kept, fps, resolution * seconds)
    return _without_long_holes(line, notes)


def _timeline_at(rate: float, recording: Recording, joints: np.ndarray, source: str) -> Timeline:
    """Returns the timeline at a given frame rate: that of the recording where its times agree, else an even one."""
    of_times, unit = _rate_of_times(
        recording, rate, recording.times is not None and len(recording.times) == joints.shape[1]
    )
    own = _as_rate(recording.fps)
    states = MIN_FPS <= own <= MAX_FPS  # a rate that cannot be one states nothing: for such files callers give it
    other, whose = (own, "the file states") if states else (of_times, _BY_TIMES)
    notes = _note_on_other_rate(other, whose, rate, "the caller gives")
    if not _is_same_rate(of_times, rate):
        return Timeline(rate, notes=notes)
    stated = recording.fps if _is_same_rate(own, rate) else None
    line = timeline_of(replace(recording, fps=stated, time_unit=unit), joints, source)
    line.notes = notes + line.notes
    return line


def on_even_grid(values: np.ndarray, line: Timeline) -> np.ndarray:
    """Puts what was recorded at uneven times on the even grid.

    A missing frame lies on the cubic through its neighbours (Catmull and Rom 1974, with unequal steps), whose slopes
    are those of the recording. In a hole, and next to a joint that is not tracked, values are NaN.

    Args:
        values: (kept frames, ..., 3) float32, NaN where not tracked.
        line: The timeline with the places of the kept frames.

    Returns:
        (frames of the grid, ..., 3) float32.
    """
    if line.places is None:
        return values
    flat = values.reshape(len(values), -1)
    at = line.places
    count = int(math.floor(at[-1] + 1e-4)) + 1
    out = np.empty((count, flat.shape[1]), np.float32)
    frames = np.arange(count, dtype=np.float64)
    left = np.clip(np.searchsorted(at, frames + 1e-6, side="right") - 1, 0, len(at) - 2)
    chunk = max(1, 2**20 // max(flat.shape[1], 1))
    for start in range(0, count, chunk):
        rows = slice(start, min(start + chunk, count))
        out[rows] = _interpolated(flat, at, left[rows], frames[rows], line.longest_step)
    return out.reshape(count, *values.shape[1:])


def _interpolated(
    flat: np.ndarray, at: np.ndarray, left: np.ndarray, frames: np.ndarray, longest: float
) -> np.ndarray:
    """Returns (frames, channels) between the recorded frames `left` and `left + 1`."""
    first, second = flat[left], flat[left + 1]
    step = (at[left + 1] - at[left])[:, None]
    part = np.clip((frames[:, None] - at[left][:, None]) / step, 0.0, 1.0)
    slope = (second - first) / step

    def tangent(frame: np.ndarray) -> np.ndarray:
        """Returns the slope of the parabola through a frame and its neighbours; next to a hole that of the step."""
        before, after = np.maximum(frame - 1, 0), np.minimum(frame + 1, len(at) - 1)
        back, ahead = (at[frame] - at[before])[:, None], (at[after] - at[frame])[:, None]
        usable = (back > 0) & (ahead > 0) & (back < longest) & (ahead < longest)
        with np.errstate(divide="ignore", invalid="ignore"):
            coming, going = (flat[frame] - flat[before]) / back, (flat[after] - flat[frame]) / ahead
            smooth = (coming * ahead + going * back) / (back + ahead)
        return np.where(usable & np.isfinite(smooth), smooth, slope)

    enter, leave = tangent(left) * step, tangent(left + 1) * step
    curve = (
        first * ((1 + 2 * part) * (1 - part) ** 2)
        + enter * (part * (1 - part) ** 2)
        + second * (part**2 * (3 - 2 * part))
        + leave * (part**2 * (part - 1))
    )
    curve[(step[:, 0] >= longest)] = np.nan
    on_first, on_second = part[:, 0] < 1e-5, part[:, 0] > 1 - 1e-5
    curve[on_first], curve[on_second] = first[on_first], second[on_second]
    return curve.astype(np.float32)


# -------------------------------------------------------------------------------------------------------------- checks


def _as_rate(fps: Any) -> float:
    """A frame rate as a number, NaN if it is none."""
    try:
        return float(fps)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _refuse_disorder(times: np.ndarray, lines: np.ndarray | None, source: str) -> None:
    """Raises an error if a time is missing or decreases."""

    def place(row: int) -> str:
        return f"time {row}" if lines is None else f"line {lines[row]}"

    sane = np.abs(times) < _LATEST  # False for NaN
    if not sane.all():
        row = int(np.argmin(sane))
        raise MotionError(f"{source}, {place(row)}: expected a time; found none{_OR_GIVE_IT}")
    backwards = times[1:] < times[:-1]
    if backwards.any():
        row = int(np.argmax(backwards)) + 1
        raise MotionError(
            f"{source}, {place(row)}: expected times in increasing order; found {times[row]:.12g} "
            f"after {times[row - 1]:.12g}{_OR_GIVE_IT}"
        )


# ---------------------------------------------------------------------------------------------------------- rate, unit


def _typical_step(times: np.ndarray) -> float:
    """Returns the mean of those steps that lie within half of the median step.

    So neither dropped frames nor a clock of whole milliseconds distort it.
    """
    with np.errstate(over="ignore"):
        steps = np.diff(times)
    if len(steps) == 0:
        return 0.0
    median = float(np.median(steps))
    typical = steps[np.abs(steps - median) <= median / 2]
    return float(typical.mean()) if len(typical) else median


def _even_step(times: np.ndarray, resolution: float) -> float | None:
    """Returns the step of frames that are evenly spaced, as far as the clock can tell; None where they are not.

    A clock of whole milliseconds, or of hundredths of a second, makes even steps look uneven.
    """
    number = np.arange(len(times), dtype=np.float64)
    step, offset = np.polyfit(number, times, 1) if len(times) > 2 else (float(times[-1]), 0.0)
    off = float(np.abs(times - offset - step * number).max())
    if not (math.isfinite(off) and step > 0) or off > max(1.01 * resolution, 0.05 * step):
        return None
    if resolution > 1.5 * step and len(np.unique(times)) < _FEWEST_TIMES:
        return None
    return float(step)


def _unit_of(step: float, start: float, named: str | None, stated: float | None) -> str | None:
    """Returns the unit of times that step by `step`, or None.

    In this order it is the unit that the column names, the one that agrees with a stated frame rate, the one in which
    the first time is a date of this century, and the one that gives a typical frame rate.
    """
    if not (math.isfinite(step) and step > 0):
        return None
    rates = {unit: 1 / (step * seconds) for unit, seconds in TIME_UNITS.items() if unit == (named or unit)}
    if stated is not None:
        return next((unit for unit, rate in rates.items() if abs(rate / stated - 1) < 0.1), None)
    if named is not None:
        return named if MIN_FPS <= rates[named] <= MAX_FPS else None
    for slowest, fastest in (_PLAUSIBLE_FPS, _STILL_PLAUSIBLE_FPS):
        plausible = {unit: rate for unit, rate in rates.items() if slowest <= rate <= fastest}
        dated = [unit for unit in plausible if _CENTURY_S[unit][0] <= start * TIME_UNITS[unit] <= _CENTURY_S[unit][1]]
        if plausible:
            return min(dated or plausible, key=lambda unit: _oddness(plausible[unit]))
    return None


def _oddness(rate: float) -> tuple[bool, float]:
    """Sorts frame rates: typical ones first, then by how far they are from 30."""
    typical = min(abs(rate / each - 1) for each in _TYPICAL_FPS) < 0.03
    return not typical, abs(math.log(rate / 30.0))


def _rounded(rate: float) -> float:
    """Returns the whole frame rate where steps of so many digits mean it: 33333 us are 30 frames per second."""
    return float(round(rate)) if abs(rate - round(rate)) < 1e-4 * rate else rate


def _note_on_unit(step: float, unit: str, named: str | None, stated: float | None) -> tuple[dict[str, str], ...]:
    """Returns a note where another unit would be plausible too."""
    if named is not None or stated is not None:
        return ()
    slowest, fastest = _PLAUSIBLE_FPS
    rates = {other: 1 / (step * seconds) for other, seconds in TIME_UNITS.items()}
    others = [other for other, rate in rates.items() if other != unit and slowest <= rate <= fastest]
    if not others:
        return ()
    message = (
        f"times are taken as {unit}, which gives {rates[unit]:.4g} frames per second; in {others[0]} it would be "
        f"{rates[others[0]]:.4g}"
    )
    return (note("time_unit_guessed", message),)


def _is_same_rate(one: float, other: float) -> bool:
    """Whether two frame rates are the same one; False if one is NaN."""
    return abs(one / other - 1) <= _SAME_RATE


def _note_on_other_rate(other: float, whose: str, used: float, by: str) -> tuple[dict[str, str], ...]:
    """Returns a note where a frame rate that is not used differs from the one that is; none if it is NaN."""
    if math.isnan(other) or _is_same_rate(other, used):
        return ()
    message = (
        f"{whose} {other:.4g} frames per second, {by} {used:.4g}; {used:.4g} is used, which makes the movement "
        f"{used / other:.3g} times as fast"
    )
    return (note("fps_contradicted", message),)


def _rate_of_times(recording: Recording, rate: float, whole: bool) -> tuple[float, str | None]:
    """Finds the frame rate that times give. Times in no order, or of no plausible rate, give none.

    Args:
        recording: A recording, with times or without.
        rate: The frame rate with which the unit of times agrees best.
        whole: Whether there is a time for each frame.

    Returns:
        Frames per second and the unit of times; NaN and None for none.
    """
    if recording.times is None or len(recording.times) < 2:
        return math.nan, None
    times = np.asarray(recording.times, np.float64)
    if not (np.abs(times) < _LATEST).all() or (np.diff(times) < 0).any():
        return math.nan, None
    start = float(times[0])
    times = times - start
    even = _even_step(times, _resolution(times))
    step = _typical_step(times[_kept(times, even, whole)]) if even is None else even
    unit = _unit_of(step, start, recording.time_unit, rate) or _unit_of(step, start, recording.time_unit, None)
    return (math.nan, None) if unit is None else (_rounded(1 / (step * TIME_UNITS[unit])), unit)


def _kept(times: np.ndarray, even: float | None, whole: bool) -> np.ndarray:
    """Returns the indices of frames that were not written twice; where times are even or not of each frame, all."""
    if even is None and whole:
        return np.flatnonzero(np.diff(times, prepend=-math.inf) > 0)
    return np.arange(len(times))


# ------------------------------------------------------------------------------------------------------------ the grid


def _resolution(times: np.ndarray) -> float:
    """Returns the coarsest power of ten of which all times are multiples, the clock's step; 0 if there is none."""
    largest = float(np.abs(times).max())
    for exponent in range(9, -7, -1):
        unit = 10.0**exponent
        if largest >= unit and np.abs(times / unit - np.rint(times / unit)).max() < 1e-4 + largest / unit * 1e-12:
            return unit
    return 0.0


def _on_grid(seconds: np.ndarray, kept: np.ndarray, fps: float, resolution: float) -> Timeline:
    """Finds the places of frames: whole ones, if the clock's resolution explains why they are off; else by time."""
    longest = max(_HOLE_STEPS, min(_HOLE_S * fps, 2 * _HOLE_STEPS))
    number = np.concatenate([[0.0], np.cumsum(np.rint(np.diff(seconds) * fps))])
    if (np.diff(number) > 0).all() and len(number) > 2:
        step, offset = np.polyfit(number, seconds, 1)
        off = np.abs(seconds - offset - step * number).max()
        if step > 0 and off <= max(1.01 * resolution, 0.05 * step):
            return Timeline(_rounded(float(1 / step)), kept, number, longest)
    places = seconds * fps
    apart = [0]
    for frame in range(1, len(places)):
        if places[frame] - places[apart[-1]] >= _TOO_CLOSE:
            apart.append(frame)
    return Timeline(fps, kept[apart], places[apart], longest)


def _without_long_holes(line: Timeline, notes: tuple[dict[str, str], ...]) -> Timeline:
    """Adds notes on holes; where the holes are longer than what was recorded, keeps the longest stretch without one.

    A hole in the middle of a long recording must not cost its other half, so what is interpolated is said. But where
    most of the movement would be invented, the recording is rather several, of which one is read.
    """
    line.notes = notes
    assert line.places is not None and line.fps is not None and line.kept is not None
    steps = np.diff(line.places)
    holes = np.flatnonzero(steps >= line.longest_step)
    if not len(holes):
        return line
    long = holes[steps[holes] > _NOTED_HOLE_S * line.fps]
    seconds = line.places / line.fps
    shown = long if len(long) else holes
    where = ", ".join(f"{seconds[at]:.2f} to {seconds[at + 1]:.2f} s" for at in shown[:_SHOWN_HOLES])
    if len(shown) > _SHOWN_HOLES:
        where += f" and {len(shown) - _SHOWN_HOLES} more"
    lost = float(steps[holes].sum())
    if lost > line.places[-1] - lost:
        edges = np.concatenate([[0], holes + 1, [len(seconds)]])
        stretch = int(np.argmax(seconds[edges[1:] - 1] - seconds[edges[:-1]]))
        part = slice(int(edges[stretch]), int(edges[stretch + 1]))
        message = (
            f"no frames from {where}: more is missing than was recorded, so only the part from "
            f"{seconds[part.start]:.2f} to {seconds[part.stop - 1]:.2f} s is read"
        )
        line.kept, line.places = line.kept[part], line.places[part] - line.places[part.start]
    elif len(long):
        message = f"no frames from {where}; the movement there is interpolated"
    else:
        return line
    line.notes += (note("time_hole", message),)
    return line


def refuse_too_many(line: Timeline, joints: int, source: str) -> None:
    """Raises an error if the even grid would need more memory than a recording may.

    Args:
        line: The timeline.
        joints: Joints of all people together.
        source: File name.

    Raises:
        MotionError: Too many frames.
    """
    if line.places is not None and line.places[-1] * joints * 12 > MAX_BYTES:
        raise MotionError(
            f"{source}: the times span {line.places[-1] + 1:,.0f} frames at {line.fps:.4g} frames per second; "
            "split the recording"
        )
