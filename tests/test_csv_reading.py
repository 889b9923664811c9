"""Tables: a row for each frame, a row for each joint, and the rows of a Kinect."""

import time

import numpy as np
import pytest
from conftest import SHARED_DATA

from eai_llm_hf.processing.reading.csv import read_csv
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import MotionError


def kinect_row(time_stamp, state=2, joints=25):
    cells = [str(time_stamp)]
    for joint in range(joints):
        cells += [str(joint + 0.1), str(joint + 0.2), str(joint + 0.3), str(state)]
    return ",".join(cells)


def test_kinect_rows_without_a_header_are_read(write):
    rows = [kinect_row(89810293609 + 333_333 * frame, state) for frame, state in enumerate([2, 1, 2, 2])]
    rows[3] = rows[3].replace("4.1,4.2,4.3,2", "4.1,4.2,4.3,0")
    (motion,) = read_motions(write("\n".join(rows), "wave.csv"))
    assert motion.joints.shape == (4, 25, 3)
    assert (motion.layout, motion.joint_names) == ("kinect_v2_25", None)
    assert motion.fps == pytest.approx(30, abs=1e-3)
    np.testing.assert_allclose(motion.joints[0, 7], [7.1, 7.2, 7.3], rtol=1e-6)
    assert np.isnan(motion.joints[3, 4]).all() and np.isnan(motion.joints).sum() == 3


def test_a_dropped_frame_or_a_clock_of_whole_milliseconds_does_not_bend_the_rate(write):
    times = np.round(np.delete(np.arange(100) * 1000 / 30, [20, 50])).astype(int)
    table = "timestamp,hip_x,hip_y,hip_z\n" + "\n".join(f"{time},1,2,3" for time in times)
    assert read_motions(write(table, "t.csv"))[0].fps == pytest.approx(30, rel=2e-3)


@pytest.mark.parametrize("pattern", ["{}_{}", "{}.{}", "{} {}", "{}:{}", "{}_ {}"])
@pytest.mark.parametrize("axes", ["xyz", "XYZ", "zxy"])
def test_headers_may_be_written_in_several_ways(write, pattern, axes):
    names = ["mixamorig:Hips", "Left Arm", "head"]
    columns = [(name, axis) for name in names for axis in axes]
    header = ["frame", *(pattern.format(*column) for column in columns), "confidence"]
    values = [f"{names.index(name) * 10 + 'xyz'.index(axis.lower())}" for name, axis in columns]
    table = "\n".join([",".join(header), ",".join(["1", *values, "good"])])
    (motion,) = read_motions(write(table, "table.csv"), fps=30)
    assert motion.joint_names == names
    np.testing.assert_array_equal(motion.joints[0], [[0, 1, 2], [10, 11, 12], [20, 21, 22]])


@pytest.mark.parametrize(
    ("column", "step"),
    [("time", 0.02), ("Time (s)", 0.02), ("time_ms", 20), ("timestamp", 200_000), ("Time-ticks", 2e5)],
)
def test_the_unit_of_a_time_column_is_found_by_what_is_plausible(write, column, step):
    rows = [f"{5 + frame * step:.6f},1,2,3" for frame in range(5)]
    (motion,) = read_motions(write("\n".join([f"{column},hip_x,hip_y,hip_z", *rows]), "t.csv"))
    assert motion.fps == pytest.approx(50, rel=1e-4)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_commas_semicolons_tabs_quotes_and_empty_cells_are_read(write, delimiter, newline):
    rows = [['"hip_x"', "hip_y", "hip_z", "head_x", "head_y", "head_z"], list("123456"), ["1", "2", "3", "", "", ""]]
    table = newline.join(delimiter.join(row) for row in rows) + newline * 2
    (motion,) = read_motions(write(table, "t.csv"))
    np.testing.assert_array_equal(motion.joints[0], [[1, 2, 3], [4, 5, 6]])
    assert np.isnan(motion.joints[1, 1]).all()
    assert motion.fps is None


def test_a_row_of_empty_cells_is_a_frame_without_tracking_and_a_blank_line_is_none(write):
    (motion,) = read_motions(write("h_x,h_y,h_z\n1,2,3\n,,\n\n4,5,6\n", "t.csv"))
    np.testing.assert_array_equal(motion.joints[:, 0, 0], [1, np.nan, 4])


def test_a_given_rate_and_names_stand_in_place_of_those_in_a_table(write):
    path = write("time,a_x,a_y,a_z\n0,1,2,3\n900,1,2,3\n", "t.csv")
    (motion,) = read_motions(path, fps=12, layout="rig", joint_names=["hip"])
    assert (motion.fps, motion.layout, motion.joint_names) == (12.0, "rig", ["hip"])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("\n \n", "holds no rows"),
        ("1,2,3\n", r"line 1: a row of numbers without a header; expected 101 of them .*; found 3"),
        (kinect_row(1, joints=20), r"found 81"),
        (kinect_row(0) + "\n" + kinect_row(333333)[:-40], r"line 2: expected 101 cells; found 9\d"),
        (
            kinect_row(0) + "\n" + kinect_row(333333, state=7),
            r"line 2, column 5: .*state of joint 0, 0, 1 or 2; found 7",
        ),
        ("a,b,c\n1,2,3\n", r"line 1: expected a header with columns such as head_x.*'a, b, c'"),
        ("hip_x,hip_y\n1,2\n", r"line 1: expected columns x, y and z for joint 'hip'; found x, y only"),
        ("h_x,h_y,h_z,h_X\n1,2,3,4\n", r"one column x for joint 'h'; found two, columns 1 and 4"),
        ("h_x,h_y,h_z\n", r"no rows after the header"),
        ("h_x,h_y,h_z\n1,2,3\n1,2\n", r"line 3: expected 3 cells; found 2"),
        ("h_x,h_y,h_z\n\n1,two,3\n", r"line 3, column 2 \('h_y'\): expected a number; found 'two'"),
        ('h_x,h_y,h_z\n"1,5",2,3\n', r"line 2, column 1 \('h_x'\): expected a number; found '1,5' \(a decimal comma"),
        ("h_x;h_y;h_z\n1,5;2;3\n1;2.5;3\n", r"line 3: expected decimal points or decimal commas; found both"),
        ("sep=;\n", r"holds no rows"),
        ("h_x,h_y,h_z\n1,2,3\n1,2,inf\n", r"line 3, column 3 \('h_z'\): .*found inf"),
        ("h_x,h_y,h_z\n1,2,3e9\n", r"line 2, column 3 \('h_z'\): .*found 3e\+09"),
        ("h_x,h_y,h_z\n,,\n", r"no joint is tracked"),
        ("time,h_x,h_y,h_z\n0,1,2,3\n,1,2,3\n", r"line 3: expected a time"),
        (
            "time,h_x,h_y,h_z\n0.2,1,2,3\n0.1,1,2,3\n",
            r"line 3: expected times in increasing .* found 0.1 after 0.2",
        ),
        ("time,h_x,h_y,h_z\n0,1,2,3\n0,1,2,3\n", r"time column steps by 0; expected 5 to 500 frames per second"),
        ("time,h_x,h_y,h_z\n0,1,2,3\n1,1,2,3\n", r"time column steps by 1"),
        ('h_x,h_y,h_z\n1,2,"3\n' + "9\n" * 100_000, r"not a table of text"),
        ("\x00\x01\x02" * 500, r"line 1: expected a header"),
    ],
)
def test_a_broken_table_names_line_and_column(write, table, message):
    with pytest.raises(MotionError, match=rf"t\.csv.*{message}"):
        read_motions(write(table, "t.csv"))


# ------------------------------------------------------------------------------------------------ a row for each joint


LONG = "frame,time,joint,x,y,z\n1,0.00,hip,1,2,3\n1,0.00,neck,4,5,6\n2,0.02,hip,7,8,9\n2,0.02,neck,,1,2\n"


def test_a_row_for_each_frame_and_joint_is_read(write):
    (motion,) = read_motions(write(LONG, "t.csv"))
    np.testing.assert_array_equal(motion.joints[:, 0], [[1, 2, 3], [7, 8, 9]])
    np.testing.assert_array_equal(motion.joints[0, 1], [4, 5, 6])
    assert np.isnan(motion.joints[1, 1]).all()
    assert (motion.joint_names, motion.fps, motion.layout) == (["hip", "neck"], pytest.approx(50), None)


@pytest.mark.parametrize(
    "header",
    ["Frame;Z;Joint Name;Y;X", "frame_id;pos_z;marker;pos_y;pos_x", "TIME;position z;Landmark;Position Y;position.x"],
)
def test_columns_of_a_long_table_come_in_any_order_and_case(write, header):
    rows = ["0.04;6;neck;5;4", "0;3;hip;2;1", "0;30;neck;20;10", "0.04;9;hip;8;7"]
    (motion,) = read_motions(write("\n".join([header, *rows]), "t.csv"), fps=30)
    where = [motion.joint_names.index(name) for name in ("hip", "neck")]
    np.testing.assert_array_equal(motion.joints[:, where], [[[1, 2, 3], [10, 20, 30]], [[7, 8, 9], [4, 5, 6]]])


def test_times_without_frame_numbers_distinguish_frames_and_give_the_rate(write):
    rows = [f"{frame * 40},{joint},1,2,3" for frame in range(4) for joint in "ab"]
    (motion,) = read_motions(write("\n".join(["timestamp,joint,x,y,z", *rows]), "t.csv"))
    assert motion.joints.shape == (4, 2, 3) and motion.fps == pytest.approx(25)


def test_a_joint_without_a_row_and_a_frame_whose_number_is_left_out_are_not_tracked(write):
    (motion,) = read_motions(write("frame,joint,x,y,z\n10,a,1,1,1\n10,b,2,2,2\n11,b,3,3,3\n13,a,4,4,4\n", "t.csv"))
    np.testing.assert_array_equal(motion.joints[..., 0], [[1, 2], [np.nan, 3], [np.nan, np.nan], [4, np.nan]])


def test_joints_that_are_numbers_are_taken_in_their_order(write):
    rows = [f"0,{joint},{joint},0,0" for joint in (10, 2, 0)]
    (motion,) = read_motions(write("\n".join(["frame,joint,x,y,z", *rows]), "t.csv"), joint_names=["a", "b", "c"])
    np.testing.assert_array_equal(motion.joints[0, :, 0], [0, 2, 10])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda t: t.replace("2,0.02,neck", "1,0.02,neck"),
            r"line 5: expected one row per frame for joint 'neck'; found a second one, after line 3",
        ),
        (lambda t: t.replace("1,0.00,neck", "1,0.00,"), r"line 3, column 3 \('joint'\): expected the name of a joint"),
        (lambda t: t.replace("1,0.00,neck", "one,0.00,neck"), r"line 3, column 1 \('frame'\): .*number; found 'one'"),
        (
            lambda t: t.replace("1,0.00,neck", ",0.00,neck"),
            r"line 3, column 1 .*number or time of a frame; found noth",
        ),
        (
            lambda t: t.replace("1,0.00,neck", "inf,0.00,neck"),
            r"line 3, column 1 .*number or time of a frame; found inf",
        ),
        (lambda t: t.replace("4,5,6", "4,5,six"), r"line 3, column 6 \('z'\): expected a number; found 'six'"),
        (lambda t: t.replace("4,5,6", "4,1e308,6"), r"line 3, column 5 \('y'\): .*found 1e\+308"),
        (lambda t: t.replace("4,5,6", "4,5"), r"line 3: expected 6 cells; found 5"),
        (lambda t: t.splitlines()[0], r"no rows after the header; expected one per joint and frame"),
        (
            lambda t: t + "900000000,1,hip,1,2,3\n",
            r"without long gaps; found 9e\+08 after 2, while",
        ),
        (
            lambda t: t + "2.3,1,hip,1,2,3\n2.7,1,hip,1,2,3\n",
            r"numbers in equal steps; the smallest step is 0\.3",
        ),
        (lambda t: t.replace("frame,time", "shot,take"), r"line 1: expected a header with columns such as head_x"),
    ],
)
def test_a_broken_long_table_names_line_and_column(write, change, message):
    with pytest.raises(MotionError, match=rf"t\.csv.*{message}"):
        read_motions(write(change(LONG), "t.csv"))


def test_punctuation_without_end_is_passed_in_linear_time(write):
    started = time.perf_counter()
    for label in ("time" + "." * 100_000 + "x", "a" + "_" * 100_000 + "b", "_a" * 50_000):
        with pytest.raises(MotionError):
            read_motions(write(f"{label},h_x,h_y,h_z\n1,2,3\n", "t.csv"))
    assert time.perf_counter() - started < 5


def test_every_kinect_recording_is_read():
    files = sorted(SHARED_DATA.glob("other_rigs/kinect_csv/*.csv"))
    if not files:
        pytest.skip("the real recordings of a Kinect are not here")
    for path in files:
        (motion,) = read_motions(path)
        assert motion.joints.shape[1:] == (25, 3) and motion.layout == "kinect_v2_25"
        assert motion.fps == pytest.approx(30, abs=0.05)
        spine_base, head = 0, 3
        assert (motion.joints[:, head, 1] > motion.joints[:, spine_base, 1]).all()


GERMAN = "Becken|linke Hüfte|rechte Hüfte|linker Knöchel|rechter Knöchel|Zehen längs"
JAPANESE = "センター|左足|右足|左ひじ|首|左手首"
HALF_WIDTH = "ﾋｻﾞ|ｱｼ|ｸﾋﾞ"


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        *((GERMAN, encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252")),
        *((JAPANESE, encoding) for encoding in ("utf-8", "utf-16", "shift_jis", "cp932")),
        (HALF_WIDTH, "shift_jis"),
        ("Hüfte (°)|naïve|François|Épaule|Ñandú", "cp1252"),
    ],
)
def test_names_in_the_letters_of_other_languages_are_read_in_each_encoding(tmp_path, names, encoding):
    header = ",".join(f"{name}_{axis}" for name in names.split("|") for axis in "xyz")
    row = ",".join("1" for _ in header.split(","))
    (tmp_path / "t.csv").write_text(f"{header}\n{row}\n{row}\n", encoding=encoding)
    assert read_csv(tmp_path / "t.csv").joint_names == names.split("|")


def test_a_damaged_byte_does_not_change_the_encoding_of_the_other_letters(tmp_path):
    text = "linke Hüfte_x,linke Hüfte_y,linke Hüfte_z,note\n1,2,3,".encode() + b"\xff\n4,5,6,\n"
    (tmp_path / "t.csv").write_bytes(text)
    assert read_csv(tmp_path / "t.csv").joint_names == ["linke Hüfte"]
