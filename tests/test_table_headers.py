"""The names that columns of tables have: which joint, axis, quantity and unit they mean, and what is refused."""

import numpy as np
import pytest

from eai_llm_hf.processing.reading.csv import read_csv
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import MotionError

JOINTS = ("HipCenter", "Left Knee")


def table(columns: dict[str, object], frames: int = 2) -> str:
    """Returns a table in which each column has one value in all frames."""
    return "\n".join([",".join(columns), *[",".join(str(value) for value in columns.values())] * frames])


@pytest.mark.parametrize(
    "pattern",
    [
        "{}{}", "{}{}(m)", "{} {}(m)", "{} ({})", "{}[{}]", "{} ({}) (m)", "{}.{} [m]", "{}_{}_m", "{}.Position{}",
        "{}_position_{}", "{}.position.{}", "{}-Joint-Posi-{}", "{}_pos{}", "{}_t{}", "{}_world_{}", "{}/{}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("axes", ["xyz", "XYZ"])
def test_an_axis_stands_last_with_or_without_a_separator(write, pattern, axes):
    pattern = pattern.replace("_t{}", "_T{}") if axes == "XYZ" else pattern
    columns = {
        pattern.format(joint, axis): 10 * place + column
        for place, joint in enumerate(JOINTS)
        for column, axis in enumerate(axes)
    }
    recording = read_csv(write(table({"Frame": 1, **columns, "class": "walk"}), "t.csv"))
    assert [name.removesuffix("-Joint") for name in recording.joint_names] == list(JOINTS)
    np.testing.assert_array_equal(recording.joints[0], [[0, 1, 2], [10, 11, 12]])
    assert recording.units == ("m" if "(m)" in pattern or "[m]" in pattern or "_m" in pattern else None)


@pytest.mark.parametrize("pattern", ["{1}_{0}", "{1}.{0}", "{1}{0}", "position_{0}_{1}", "pos_{1}_{0}", "{1}:{0}"])
def test_an_axis_stands_first(write, pattern):
    columns = {
        pattern.format(joint, axis): 10 * place + column
        for place, joint in enumerate(["HipCenter", "Knee"])
        for column, axis in enumerate("xyz")
    }
    recording = read_csv(write(table(columns), "t.csv"))
    assert recording.joint_names == ["HipCenter", "Knee"]
    np.testing.assert_array_equal(recording.joints[1], [[0, 1, 2], [10, 11, 12]])


def test_a_letter_before_the_axis_is_a_side_where_both_sides_occur(write):
    columns = {f"hip_{side}{axis}": 1 for side in "rl" for axis in "xyz"}
    assert read_csv(write(table(columns), "t.csv")).joint_names == ["hip_r", "hip_l"]


def test_a_word_that_ends_like_an_axis_is_no_joint(write):
    columns = {f"Head{axis}": 1 for axis in "XYZ"} | {"Subject_Index": 3, "sex": "f", "Sync": 0, "FrameIndex": 7}
    assert read_csv(write(table(columns), "t.csv")).joint_names == ["Head"]


def test_rotations_velocities_and_errors_next_to_positions_are_left_out(write):
    columns = {}
    for joint in ("Hips", "Head"):
        columns |= {f"{joint}_position_{axis}": 1 for axis in "xyz"}
        columns |= {f"{joint}_rotation_{axis}": 0.5 for axis in "xyzw"}
        columns |= {f"velocity_{joint}_{axis}": 7 for axis in "xyz"} | {f"{joint}_error": "none"}
    recording = read_csv(write(table(columns), "t.csv"))
    assert recording.joint_names == ["Hips", "Head"] and (recording.joints == 1).all()
    assert recording.visibility is None


# --------------------------------------------------------------------------------------------------- numbered joints


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(
    "pattern", ["{axis}{n}", "{n}_{axis}", "landmark_{n}_{axis}", "{axis}[{n}]", "x.{axis}.{n}"[2:]]
)
def test_the_landmarks_of_mediapipe_are_numbered_with_a_visibility(write, first, pattern):
    columns = {"class": "walk"}
    for number in range(first, first + 33):
        columns |= {pattern.format(axis=axis, n=number): number for axis in "xyz"}
        columns |= {f"v{number}" if pattern == "{axis}{n}" else pattern.format(axis="visibility", n=number): 0.25}
    recording = read_csv(write(table(columns), "t.csv"))
    assert (recording.layout, recording.joint_names) == ("mediapipe33", None)
    np.testing.assert_array_equal(recording.joints[0, :, 1], np.arange(first, first + 33))
    if "[" not in pattern:
        assert recording.visibility.shape == (2, 33) and (recording.visibility == 0.25).all()


def test_numbered_joints_are_sorted_and_their_names_can_be_given(write):
    columns = {f"joint{number}_{axis}": number for number in (10, 9) for axis in "xyz"}
    (motion,) = read_motions(write(table(columns), "t.csv"), fps=30, joint_names=["a", "b"])
    np.testing.assert_array_equal(motion.joints[0, :, 0], [9, 10])
    assert motion.layout is None


# -------------------------------------------------------------------------------------------------------- confidence


@pytest.mark.parametrize(
    "column",
    ["left_wrist_visibility", "left_wrist_c", "LEFT WRIST score", "left_wrist.Likelihood", "confidence_left_wrist"],
)
def test_a_confidence_between_0_and_1_becomes_visibility(write, column):
    text = f"left_wrist_x,left_wrist_y,left_wrist_z,hip_x,hip_y,hip_z,{column}\n1,2,3,4,5,6,0.9\n1,2,3,4,5,6,\n"
    visibility = read_csv(write(text, "t.csv")).visibility
    np.testing.assert_allclose(visibility, [[0.9, np.nan], [np.nan, np.nan]], rtol=1e-6)


def test_of_the_levels_of_a_kinect_only_0_means_not_seen(write):
    text = "hip_x,hip_y,hip_z,hip_confidence\n" + "".join(f"1,2,3,{level}\n" for level in (0, 1, 2, 3))
    np.testing.assert_array_equal(read_csv(write(text, "t.csv")).visibility[:, 0], [0, 1, 1, 1])


def test_other_confidences_are_not_used_and_a_note_says_so(write):
    recording = read_csv(write("hip_x,hip_y,hip_z,hip_score\n1,2,3,17\n1,2,3,250\n", "t.csv"))
    assert recording.visibility is None
    (found,) = recording.notes
    assert found["code"] == "confidence_ignored" and "hip_score" in found["message"] and "250" in found["message"]


def test_a_joint_whose_tracking_state_is_0_is_not_tracked(write):
    text = "HipX,HipY,HipZ,HipTrackingState\n1,2,3,Tracked\n1,2,3,Inferred\n1,2,3,NotTracked\n"
    recording = read_csv(write(text, "t.csv"))
    np.testing.assert_array_equal(np.isnan(recording.joints[:, 0, 0]), [False, False, True])


# ---------------------------------------------------------------------------------------------------------- refusals


ROTATIONS = "found rotations, e.g. of .*; joint positions are needed. Export the positions .*or BVH"


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([f"{joint}_{q}" for joint in ("Hips", "Head") for q in ("qx", "qy", "qz", "qw")], ROTATIONS),
        ([f"{joint}_r{axis}" for joint in ("Hips", "Head") for axis in "xyz"], ROTATIONS),
        ([f"{joint}.rotation.{axis}" for joint in ("Hips", "Head") for axis in "xyz"], ROTATIONS),
        ([f"{joint}_{axis} (deg)" for joint in ("Hips", "Head") for axis in "xyz"], ROTATIONS),
        ([f"{joint}_{axis}_rad" for joint in ("Hips", "Head") for axis in "xyz"], ROTATIONS),
        ([f"{joint}_{axis}rotation" for joint in ("Hips", "Head") for axis in "XYZ"], ROTATIONS),
        (["knee_angle_r", "knee_angle_l", "hip_flexion_r", "hip_flexion_l"], ROTATIONS),
        (["pelvis_tx", "pelvis_ty", "pelvis_tz", "hip_flexion_r", "hip_rotation_r", "knee_angle_r"], ROTATIONS),
        (
            [f"Hips_{axis}position" for axis in "XYZ"] + [f"{j}_{a}rotation" for j in ("Hips", "Head") for a in "XYZ"],
            ROTATIONS,
        ),
        ([f"{joint}_v{axis}" for joint in ("Hips", "Head") for axis in "xyz"], "found velocities, accelerations or"),
        (
            [f"{joint}_{axis}_norm" for joint in ("nose", "hip") for axis in "xyz"],
            "found image coordinates.*as world land",
        ),
        ([f"{joint}_{axis}_px" for joint in ("nose", "hip") for axis in "xy"], "found image coordinates"),
        ([f"{joint}_{a}" for joint in ("nose", "hip") for a in ("x", "y", "score")], "x, y only: .* two-dimensional"),
        ([f"{a}{number}" for number in range(17) for a in "xyc"], "joint '0'; found x, y only: .* two-dimensional"),
    ],
)
def test_what_is_no_position_is_refused_with_what_to_do(write, labels, message):
    with pytest.raises(MotionError, match=rf"t\.csv, line 1: expected .*{message}"):
        read_csv(write(table({"time": 0} | dict.fromkeys(labels, 1)), "t.csv"))


def test_x_y_z_and_w_of_length_1_are_rotations_and_other_w_is_left_out(write):
    header = "a_x,a_y,a_z,a_w,b_x,b_y,b_z,b_w\n"
    with pytest.raises(MotionError, match=r"t\.csv: x, y, z and w of 2 joints are quaternions, that is rotations"):
        read_csv(write(header + "0,0,0,1,0.6,0,0.8,0\n0.5,0.5,0.5,0.5,,,,\n", "t.csv"))
    assert read_csv(write(header + "0,0,0,1,1,2,3,1\n", "t.csv")).joint_names == ["a", "b"]


def test_the_orientations_of_a_kinect_are_not_read_as_positions(write):
    row = ",".join(["0.5,0.5,-0.5,0.5"] * 25)
    with pytest.raises(MotionError, match="the four numbers of each joint are quaternions"):
        read_csv(write(f"{row},\n{row},\n", "t.csv"))


def test_a_long_table_of_rotations_or_of_an_image_is_refused(write):
    with pytest.raises(MotionError, match="found rotations; joint positions are needed"):
        read_csv(write("frame,joint,rot_x,rot_y,rot_z\n0,a,1,2,3\n", "t.csv"))
    with pytest.raises(MotionError, match="found x, y only: the positions are two-dimensional"):
        read_csv(write("frame,joint,x,y,score\n0,a,1,2,0.5\n", "t.csv"))


# ------------------------------------------------------------------------------------------------------ several people


def test_rows_of_several_people_are_sorted_by_person_and_frame(write):
    rows = ["0,0,7,1,2,3,0.5", "0,0,9,4,5,6,1", "1,33,7,7,8,9,1", "2,66,9,1,1,1,1", "2,66,7,2,2,2,1"]
    text = "\n".join(["frame,time_ms,body_id,hip_x,hip_y,hip_z,hip_confidence", *rows])
    recording = read_csv(write(text, "t.csv"))
    assert recording.people == ["7", "9"] and recording.times.tolist() == [0, 33, 66]
    np.testing.assert_array_equal(recording.joints[:, :, 0, 0], [[1, 7, 2], [4, np.nan, 1]])
    np.testing.assert_array_equal(recording.visibility[:, :, 0], [[0.5, 1, 1], [1, np.nan, 1]])


def test_a_person_in_all_rows_changes_nothing(write):
    recording = read_csv(write("subject,hip_x,hip_y,hip_z\nS1,1,2,3\n,,,\n", "t.csv"))
    assert recording.joints.shape == (2, 1, 3) and recording.people is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("person,a_x,a_y,a_z\n1,1,2,3\n2,1,2,3\n", r"column 'person' names 2 people; expected a column of frame numb"),
        ("frame,person,a_x,a_y,a_z\n1,1,1,2,3\n,2,1,2,3\n", r"line 3: expected the number or time of a frame, since"),
        (
            "frame,person,a_x,a_y,a_z\n1,1,1,2,3\n1,2,1,2,3\n1,1,1,2,3\n",
            r"line 4: expected one row per frame for person '1'; found a second one, after line 2",
        ),
        (
            "frame,person,a_x,a_y,a_z\n" + "".join(f"{n},{n % 4000},1,2,3\n" for n in range(8000)),
            r"8,000 frames of 4000 people are too many for so few rows",
        ),
    ],
)
def test_people_whose_frames_cannot_be_told_apart_are_refused(write, text, message):
    with pytest.raises(MotionError, match=rf"t\.csv.*{message}"):
        read_csv(write(text, "t.csv"))
