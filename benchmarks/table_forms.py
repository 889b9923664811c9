"""Small valid tables in the forms that programs export, as inputs of `broken_files.py`."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np


def table_forms(named: Any, kinect: Any, landmarks: np.ndarray) -> Iterator[tuple[str, str]]:
    """Yields the file names and texts of tables.

    Args:
        named: A motion with joint names.
        kinect: A motion of the 25 joints of a Kinect.
        landmarks: (frames, 33, 3) landmarks as in MediaPipe.
    """
    names, points = named.joint_names, named.joints
    frames = len(points)
    seconds = [f"{frame / 30:.4f}" for frame in range(frames)]
    times_of_day = [f"23:59:59.{33 * frame:03d}" for frame in range(frames)]
    clocks = {"Timestamp": [f"2024-03-01T{time}Z" for time in times_of_day], "time": times_of_day}
    visible, certain = _with_last(landmarks, 0.9), _with_last(points, 0.7)
    turned = np.concatenate([points, np.broadcast_to([0.0, 0.6, 0.0, 0.8], (*points.shape[:2], 4))], axis=-1)
    moves = ("position_x", "position_y", "position_z", "rotation_x", "rotation_y", "rotation_z", "rotation_w")

    yield "numbered.csv", _table([["class", *_labels(range(1, 34), "{1}{0}", "xyzv")]], ["walk"] * frames, visible)
    header = _labels(range(33), "landmark_{}_{}", ("x", "y", "z", "visibility"))
    yield "landmarks.csv", _table([["time_ms", *header]], range(0, 33 * frames, 33), visible)
    header = ["time_us", *_labels(names, "{}{}", "XYZ")]
    yield "no-separator.csv", _table([header], range(0, 33_333 * frames, 33_333), points)
    yield "axis-first.csv", _table([["Timestamp", *_labels(names, "{1}_{0} (m)")]], clocks["Timestamp"], points)
    yield "time-of-day.csv", _table([["time", *_labels(names, "{}.{}")]], clocks["time"], points)
    yield "rotations.csv", _table([["Timestamp", *_labels(names, "{}_{}", moves)]], seconds, turned)
    table = _table([["time", *_labels(names, "{}_{}")]], seconds, points)
    yield "decimal-comma.csv", "sep=;\n" + table.replace(",", ";").replace(".", ",")
    yield "no-header.csv", _table([], ["0.5,0.5,0.5,2"] * frames, _with_last(kinect.joints[:frames, 1:], 1))

    header = _labels(names, "{}", ("x", "y", "z", "likelihood"))
    coords = [["coords", *["x", "y", "z", "likelihood"] * len(names)]]
    yield (
        "deeplabcut.csv",
        _table([["scorer", *["net"] * len(header)], ["bodyparts", *header], *coords], seconds, certain),
    )
    yield "pandas.csv", _table([["", *_labels(names, "{}")], ["", *"xyz" * len(names)]], seconds, points)
    axes, above = (
        ["Frame", "Sub Frame", *"XYZ" * len(names)],
        [f"S:{name}" if axis == "x" else "" for name in names for axis in "xyz"],
    )
    indices = [f"{frame},0" for frame in range(frames)]
    header_rows = [["Trajectories"], ["100"], ["", "", *above], axes, ["", "", *["mm"] * len(above)]]
    yield "nexus.csv", _table([["Events"], ["100"], [], *header_rows], indices, points)
    yield "motive.csv", _motive(names, seconds, turned)
    rows = [f"{time},{p},{n},{n},1,3,0.5\n" for time in seconds for p in ("Ann", "Bo") for n in range(5)]
    yield "people.csv", "time,person,joint,x (m),y (m),z (m),confidence\n" + "".join(rows)

    header = ["frame", "body_id", *_labels(names, "{}_{}")]
    yield "bodies.csv", _table([header], [f"{n // 2},{n % 2}" for n in range(frames)], points)

    marker_row = ["Frame#", "Time", *(f"{name},," for name in names)]
    head = [["PathFileType", "4", "(X/Y/Z)", "a.trc"], ["DataRate", "NumFrames", "NumMarkers", "Units"]]
    head += [
        ["30", str(frames), str(len(names)), "m"],
        marker_row,
        ["", "", *(f"X{n},Y{n},Z{n}" for n in range(1, len(names) + 1))],
    ]
    text = _table(head, [f"{n + 1},{time}" for n, time in enumerate(seconds)], points)
    yield "commas.trc", text
    yield "semicolons.trc", text.replace(",", ";").replace(".", ",")


def _motive(names: Sequence[str], seconds: Sequence[str], turned: np.ndarray) -> str:
    """Returns a take of OptiTrack Motive with the position and rotation of each bone (frames, bones, 7)."""
    first = "Format Version,1.23,Export Frame Rate,30,Rotation Type,Quaternion,Length Units,Meters"
    bones = [f"S:{name}" for name in names for _ in range(7)]
    measures = ["Position"] * 3 + ["Rotation"] * 4
    header = [
        first.split(","),
        [],
        ["", "Type", *["Bone"] * len(bones)],
        ["", "Name", *bones],
        ["", "ID", *"7" * len(bones)],
    ]
    header += [["", "", *measures * len(names)], ["Frame", "Time (Seconds)", *"XYZXYZW" * len(names)]]
    return _table(header, [f"{frame},{time}" for frame, time in enumerate(seconds)], turned)


def _labels(names: Sequence[Any], pattern: str, axes: Sequence[str] = "xyz") -> list[str]:
    return [pattern.format(name, axis) for name in names for axis in axes]


def _with_last(points: np.ndarray, value: float) -> np.ndarray:
    """Adds a fourth number to each point."""
    return np.concatenate([points, np.full((*points.shape[:2], 1), value)], axis=-1)


def _table(header: Sequence[Sequence[str]], first: Sequence[Any], values: np.ndarray) -> str:
    """Returns a table of text: rows of a header, then a row for each frame, with a first cell before its values."""
    rows = [",".join(row) for row in header]
    for cell, row in zip(first, values, strict=True):
        rows.append(f"{cell}," + ",".join(f"{value:.4f}" for value in row.flat))
    return "\n".join(rows) + "\n"
