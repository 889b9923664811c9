"""Time columns of tables: their units, dates and times of day, and decimal commas."""

import numpy as np
import pytest

from eai_llm_hf.processing.reading.csv import read_csv
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import MotionError


def timed(label: str, cells: list[str], separator: str = ",") -> str:
    rows = [separator.join([cell, "1", "2", "3"]) for cell in cells]
    return "\n".join([separator.join([label, "hip_x", "hip_y", "hip_z"]), *rows])


@pytest.mark.parametrize(
    ("label", "unit"),
    [
        ("time", None), ("timestamps", None), ("Zeit", None), ("t", None), ("Time (s)", "s"), ("sec", "s"),
        ("ms", "ms"), ("ts", None), ("ts_ms", "ms"),
        ("time_ms", "ms"), ("timestamp [msec]", "ms"), ("TimestampMs", "ms"), ("timestamp_us", "us"), ("usec", "us"),
        ("device_timestamp_usec", "us"), ("time (\u00b5s)", "us"), ("timestamp_ns", "ns"), ("Time-ticks", "ticks"),
    ],
)  # fmt: skip
def test_the_name_of_a_time_column_states_its_unit(write, label, unit):
    recording = read_csv(write(timed(label, ["0", "20", "40"]), "t.csv"))
    np.testing.assert_array_equal(recording.times, [0, 20, 40])
    assert recording.time_unit == unit


@pytest.mark.parametrize("label", ["lifetime", "time2", "Sub Frame", "date", "timecode", "m"])
def test_other_names_are_no_time_columns(write, label):
    assert read_csv(write(timed(label, ["0", "20", "40"]), "t.csv")).times is None


def test_of_several_time_columns_the_one_that_names_a_unit_is_taken(write):
    recording = read_csv(write("timestamp,time_ms,a_x,a_y,a_z\n5,0,1,2,3\n6,20,1,2,3\n", "t.csv"))
    assert (recording.times.tolist(), recording.time_unit) == ([0, 20], "ms")


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-03-01T10:00:00Z", "2024-03-01T10:00:00.040Z", "2024-03-01T10:00:00.080Z"],
        ["2024-03-01 10:00:00", "2024-03-01 10:00:00.04", "2024-03-01 10:00:00.08"],
        ["2024/03/01 10:00:00.000", "2024/03/01 10:00:00.040", "2024/03/01 10:00:00.080"],
        ["2024-03-01T10:00:00.00+01:00", "2024-03-01T10:00:00.04 +01:00", "2024-03-01T11:00:00.08+02:00"],
        ["2024-02-29T23:59:59.980", "2024-03-01T00:00:00.020", "2024-03-01T00:00:00.060"],
        ["2024-03-01T10:00:00.000000000Z", "2024-03-01T10:00:00.040000000Z", "2024-03-01T10:00:00.080000000Z"],
        ["0:00:01.00", "0:00:01.04", "0:00:01.08"],
        ["23:59:59.980", "00:00:00.020", "00:00:00.060"],
        ["00:59.98", "01:00.02", "01:00.06"],
        ["3:04:05.00 PM", "3:04:05.04 PM", "3:04:05.08 PM"],
        ["01.03.2024 10:00:00.00", "01.03.2024 10:00:00.04", "01.03.2024 10:00:00.08"],
    ],
)
def test_dates_and_times_of_day_are_read(write, cells):
    recording = read_csv(write(timed("timestamp", cells), "t.csv"))
    np.testing.assert_allclose(np.diff(recording.times), 0.04, atol=1e-5)
    assert recording.time_unit == "s"
    (motion,) = read_motions(write(timed("timestamp", cells), "t.csv"))
    assert motion.fps == pytest.approx(25, rel=1e-3)


def test_a_time_that_cannot_be_read_matters_only_if_the_rate_is_not_given(write):
    path = write(timed("time", ["noon", "2024_03_01_23_59_55_033", "1_000"]), "t.csv")
    assert np.isnan(read_csv(path).times).all()
    assert read_motions(path, fps=30)[0].fps == 30
    with pytest.raises(MotionError, match=r"t\.csv, line 2: expected a time"):
        read_motions(path)


def test_a_long_table_may_be_timed_by_dates_and_name_its_unit(write):
    rows = [f"2024-03-01T10:00:00.{milliseconds:03d}Z,{joint},1,2,3" for milliseconds in (0, 40, 80) for joint in "ab"]
    (motion,) = read_motions(write("\n".join(["timestamp,joint,x,y,z", *rows]), "t.csv"))
    assert motion.joints.shape == (3, 2, 3) and motion.fps == pytest.approx(25, rel=1e-3)
    rows = [f"{40000 * frame},{frame},a,1,2,3" for frame in (0, 1, 3)]
    recording = read_csv(write("\n".join(["time_us,frame,joint,x,y,z", *rows]), "t.csv"))
    assert recording.time_unit == "us" and recording.times.tolist() == [0, 40000, 80000, 120000]
    with pytest.raises(MotionError, match=r"line 2, column 1 \('time'\): expected a number; found 'noon'"):
        read_csv(write("time,joint,x,y,z\nnoon,a,1,2,3\n", "t.csv"))


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas_are_read_where_cells_are_not_separated_by_commas(write, separator):
    rows = [["Zeit", "hip_x", "hip_y", "hip_z"], ["0,00", "-1,5", "2", ""], ["0,04", ",25", "1,5e-3", "3"]]
    text = "\n".join(separator.join(row) for row in rows)
    (motion,) = read_motions(write(text, "t.csv"))
    assert motion.fps == pytest.approx(25)
    recording = read_csv(write(f"sep={separator}\n" + text if separator == ";" else text, "t.csv"))
    np.testing.assert_array_equal(recording.joints[:, 0], [[-1.5, 2, np.nan], [0.25, 0.0015, 3]])


def test_decimal_commas_of_a_long_table_are_read(write):
    text = "frame;joint;x;y;z;visibility\n0;a;0,5;1;2;0,75\n1;a;1,5;1;2;1\n"
    recording = read_csv(write(text, "t.csv"))
    assert recording.joints[:, 0, 0].tolist() == [0.5, 1.5]
    assert recording.visibility[:, 0].tolist() == [0.75, 1]


def test_a_long_table_may_hold_several_people(write):
    places = [(frame, person, joint) for frame in range(2) for person in ("Ann", "Bo") for joint in "ab"]
    rows = [f"{frame},{person},{joint},{frame},{len(person) - 2},3" for frame, person, joint in places[:-1]]
    recording = read_csv(write("\n".join(["frame,person,joint,x,y,z", *rows]), "t.csv"))
    assert recording.joints.shape == (2, 2, 2, 3) and recording.people == ["Ann", "Bo"]
    assert recording.joints[0, 1, 0].tolist() == [1, 1, 3] and np.isnan(recording.joints[1, 1, 1]).all()
    assert not np.isnan(recording.joints[0]).any()


def test_a_long_table_of_33_numbered_landmarks_is_mediapipe(write):
    rows = [f"{frame},{number},{number},0,0,0.5" for frame in range(2) for number in range(33)]
    recording = read_csv(write("\n".join(["frame,landmark,x (m),y (m),z (m),visibility", *rows]), "t.csv"))
    assert (recording.layout, recording.units) == ("mediapipe33", "m") and (recording.visibility == 0.5).all()
