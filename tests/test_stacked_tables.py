"""Tables whose header takes several rows: OptiTrack Motive, Vicon Nexus, DeepLabCut, pandas; and TRC-like variants."""

import numpy as np
import pytest

from eai_llm_hf.processing.reading.csv import read_csv
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import MotionError

BONES = ("Ann:Hip", "Ann:Head")


def motive(bones=BONES, kind="Bone", rotation="Quaternion", space="Global", quaternions=((0, 0, 0, 1),) * 2) -> str:
    """Returns a take of Motive: of each bone the position is (place, frame, 3)."""
    axes = "XYZW" if rotation == "Quaternion" else "XYZ"
    measures = [("Rotation", axis) for axis in axes] + [("Position", axis) for axis in "XYZ"]
    columns = [(bone, measure, axis) for bone in bones for measure, axis in measures]
    columns += [("Unlabeled 1002", "Position", axis) for axis in "XYZ"] + [("Ann:Hip", "Mean Marker Error", "")]
    kinds = [kind] * (len(columns) - 4) + ["Marker"] * 3 + ["Rigid Body"]
    lines = [
        f"Format Version,1.23,Take Name,a,Capture Frame Rate,240,Export Frame Rate,120,Rotation Type,{rotation},"
        f"Length Units,Centimeters,Coordinate Space,{space}",
        "",
        ",Type," + ",".join(kinds),
        ",Name," + ",".join(column[0] for column in columns),
        ",ID," + ",".join("7" for _ in columns),
        ",Parent," + ",".join("0" for _ in columns),
        ",," + ",".join(column[1] for column in columns),
        "Frame,Time (Seconds)," + ",".join(column[2] for column in columns),
    ]
    for frame, quaternion in enumerate(quaternions):
        cells = [str(frame), f"{frame / 120:.6f}"]
        for bone, measure, axis in columns:
            if measure == "Rotation":
                cells.append(str(quaternion["XYZW".index(axis)]) if bone.endswith("Head") else "0")
            else:
                cells.append(str({"X": bones.index(bone) if bone in bones else 9, "Y": frame, "Z": 3}.get(axis, 0.1)))
        lines.append(",".join(cells))
    return "\r\n".join(lines) + "\r\n"


def test_a_take_of_motive_gives_the_positions_of_its_bones(write):
    (motion,) = read_motions(write(motive(), "take.csv"))
    assert (motion.joint_names, motion.fps, motion.units) == (list(BONES), 120.0, "cm")
    np.testing.assert_array_equal(motion.joints, [[[0, 0, 3], [1, 0, 3]], [[0, 1, 3], [1, 1, 3]]])


def test_without_bones_the_markers_of_a_take_are_read(write):
    recording = read_csv(write(motive(kind="Marker"), "take.csv"))
    assert recording.joint_names == list(BONES)


def test_the_rotation_of_the_head_of_a_take_tells_where_the_face_looks(write):
    turn = np.sqrt(0.5)  # a quarter turn to the left, then a nod downwards
    recording = read_csv(write(motive(quaternions=[(0, turn, 0, turn), (turn, 0, 0, turn)]), "take.csv"))
    np.testing.assert_allclose(recording.face, [[1, 0, 0], [0, -1, 0]], atol=1e-6)


@pytest.mark.parametrize(
    "changed", [{}, {"rotation": "XYZ"}, {"bones": ("A:Head", "B:Head")}, {"bones": ("A:Hip", "A:Neck")}]
)
def test_no_face_without_the_recorded_quaternion_of_one_head(write, changed):
    assert read_csv(write(motive(**changed), "take.csv")).face is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda t: t.replace("Global", "Local"),
            r"line 1: Coordinate Space is Local.*export with Coordinate Space Glob",
        ),
        (lambda t: t.replace("Frame Rate,120", "Frame Rate,0"), r"Export Frame Rate is '0'; expected 1 to 1000"),
        (lambda t: t.replace("Position", "Rotation"), r"line 8: expected .*found rotations"),
        (lambda t: t[: t.index("Frame,Time")], r"expected the row Frame, Time, X, Y, Z, ... of a table of Motive"),
        (lambda t: t.replace("1,0.008333,0", "1,0.008333,", 1)[:-20], r"line 10: expected 20 cells; found 1\d"),
    ],
)
def test_a_broken_take_of_motive_says_what_was_expected(write, change, message):
    with pytest.raises(MotionError, match=rf"take\.csv.*{message}"):
        read_motions(write(change(motive()), "take.csv"))


NEXUS = (
    "Devices\n1000\n,,Force,,\nFrame,Sub Frame,Fx,Fy,Fz\n,,N,N,N\n1,0,1,2,3\n\n"
    "Trajectories\n100\n,,Subj:LASI,,,Subj:RASI,,,*17,,\nFrame,Sub Frame,X,Y,Z,X,Y,Z,X,Y,Z\n"
    ",,mm,mm,mm,mm,mm,mm,mm,mm,mm\n"
    "1,0,10,20,30,40,50,60,1,1,1\n2,0,11,21,31,,,,1,1,1\n\n"
    "Events\n100\nSubject,Context\nSubj,Left\n"
)


def test_the_trajectories_of_a_table_of_nexus_are_read(write):
    (motion,) = read_motions(write(NEXUS, "trial.csv"))
    assert (motion.joint_names, motion.fps, motion.units) == (["Subj:LASI", "Subj:RASI"], 100.0, "mm")
    np.testing.assert_array_equal(motion.joints[0], [[10, 20, 30], [40, 50, 60]])
    assert np.isnan(motion.joints[1, 1]).all()


def test_the_segments_of_a_table_of_nexus_are_read_by_their_translations(write):
    text = (
        "Segments\n50\n,,S:Pelvis,,,,,,S:Head,,,,,\nFrame,Sub Frame,RX,RY,RZ,TX,TY,TZ,RX,RY,RZ,TX,TY,TZ\n"
        ",,deg,deg,deg,mm,mm,mm,deg,deg,deg,mm,mm,mm\n1,0,90,0,0,1,2,3,90,0,0,4,5,6\n"
    )
    recording = read_csv(write(text, "trial.csv"))
    assert (recording.joint_names, recording.units) == (["S:Pelvis", "S:Head"], "mm")
    assert recording.joints.tolist() == [[[1, 2, 3], [4, 5, 6]]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda t: t.replace("Trajectories", "Joints"),
            r"without positions; expected a section Traj.*found Devices, Joi",
        ),
        (lambda t: t.replace("11,21,31", "11,up,31"), r"line 14, column 4 .*LASI_Y.*expected a number; found 'up'"),
        (lambda t: t.replace("Trajectories\n100", "Trajectories\n9e9"), r"the rate is '9e9'; expected 1 to 1000"),
        (lambda t: t[: t.index(",,mm")], r"expected the rate, the names of the markers, a row Frame"),
    ],
)
def test_a_broken_table_of_nexus_says_what_was_expected(write, change, message):
    with pytest.raises(MotionError, match=rf"trial\.csv.*{message}"):
        read_motions(write(change(NEXUS), "trial.csv"))


DLC = "scorer,net,net,net,net,net,net,net,net\nbodyparts,hip,hip,hip,hip,toe,toe,toe,toe\n"
DLC += "coords,x,y,z,likelihood,x,y,z,likelihood\n0,1,2,3,0.9,4,5,6,0.2\n1,1,2,3,0.9,,,,\n"


def test_a_table_of_deeplabcut_gives_positions_and_visibility(write):
    recording = read_csv(write(DLC, "dlc.csv"))
    assert recording.joint_names == ["hip", "toe"]
    np.testing.assert_array_equal(recording.joints[0], [[1, 2, 3], [4, 5, 6]])
    np.testing.assert_allclose(recording.visibility, [[0.9, 0.2], [0.9, np.nan]], rtol=1e-6)


def test_individuals_of_deeplabcut_are_part_of_the_names(write):
    text = DLC.replace("bodyparts", "individuals,a,a,a,a,b,b,b,b\nbodyparts").replace("toe", "hip")
    assert read_csv(write(text, "dlc.csv")).joint_names == ["a:hip", "b:hip"]


def test_a_two_dimensional_table_of_deeplabcut_is_refused(write):
    text = "scorer,n,n,n\nbodyparts,hip,hip,hip\ncoords,x,y,likelihood\n0,1,2,0.9\n"
    with pytest.raises(MotionError, match=r"dlc\.csv, line 1: .*'hip'; found x, y only: the positions are two-dim"):
        read_csv(write(text, "dlc.csv"))


@pytest.mark.parametrize("names", [",Hips,Hips,Hips,Head,Head,Head", ",Hips,,,Head,,"])
@pytest.mark.parametrize("units", ["", ",cm,cm,cm,cm,cm,cm\n"])
def test_names_above_axes_are_read_and_an_untracked_first_frame_is_kept(write, names, units):
    text = f"A title\n{names}\n,x,y,z,x,y,z\n{units},,,,,,\n1,1,2,3,4,5,6\n"
    recording = read_csv(write(text, "t.csv"))
    assert (recording.joint_names, recording.units) == (["Hips", "Head"], "cm" if units else None)
    assert np.isnan(recording.joints[0]).all()
    np.testing.assert_array_equal(recording.joints[1], [[1, 2, 3], [4, 5, 6]])


def test_lines_above_the_header_are_passed_over(write):
    text = "Exported by a program\nSubject,S01,Session,two\n\ntime,hip_x,hip_y,hip_z\n0,1,2,3\n0.02,1,2,3\n"
    (motion,) = read_motions(write(text, "t.csv"))
    assert (motion.joint_names, motion.fps) == (["hip"], pytest.approx(50))


def test_kinect_rows_without_a_time_are_read(write):
    row = ",".join(f"{joint},1,2,{joint % 3}" for joint in range(25))
    recording = read_csv(write(f"{row},\n{row},\n", "JointPosition.csv"))
    assert (recording.layout, recording.times) == ("kinect_v2_25", None)
    np.testing.assert_array_equal(recording.joints[1, :3, 0], [np.nan, 1, 2])
