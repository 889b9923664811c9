"""Reading recordings: BVH, NumPy arrays and tables, whole and broken."""

import io
import os
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from eai_llm_hf.processing.bvh_reading import MAX_DEPTH, MAX_JOINTS, read_bvh
from eai_llm_hf.processing.motion import MotionError
from eai_llm_hf.processing.motion_reading import READABLE_SUFFIXES, motions_from_array, read_motions

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"

ARM = """HIERARCHY
ROOT Hips
{
  OFFSET 0.0 90.0 0.0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Arm
  {
    OFFSET 10.0 0.0 0.0
    CHANNELS 3 Yrotation Zrotation Xrotation
    JOINT Hand
    {
      OFFSET 5.0 1.0 2.0
      CHANNELS 0
      End Site
      {
        OFFSET 1.0 0.0 0.0
      }
    }
  }
}
MOTION
Frames: 3
Frame Time: 0.0333333
1 2 3 10 20 30 40 50 60
4 5 6 -10 -20 -30 -40 -50 -60
7 8 9 90 0 180 0 -90 45
"""
ARM_ROWS = np.array([row.split() for row in ARM.splitlines()[-3:]], dtype=float)


@pytest.fixture
def write(tmp_path):
    """Give a function that writes a file and returns its path."""

    def write_file(content, name="clip.bvh"):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8", newline="")
        return path

    return write_file


def bvh(body, rows=("0",), frames=None, frame_time="0.04"):
    """Give a file with the braces of `body` and these rows."""
    frames = len(rows) if frames is None else frames
    return "\n".join(["HIERARCHY", body, "MOTION", f"Frames: {frames}", f"Frame Time: {frame_time}", *rows, ""])


# ------------------------------------------------------------------------------------------------------- bvh, whole


def test_forward_kinematics_agrees_with_scipy(write):
    motion = read_bvh(write(ARM))

    root = ARM_ROWS[:, :3]
    root_rotation = Rotation.from_euler("ZXY", ARM_ROWS[:, 3:6], degrees=True)
    arm = root + root_rotation.apply([10, 0, 0])
    arm_rotation = root_rotation * Rotation.from_euler("YZX", ARM_ROWS[:, 6:9], degrees=True)
    hand = arm + arm_rotation.apply([5, 1, 2])
    np.testing.assert_allclose(motion.joints, np.stack([root, arm, hand], axis=1), atol=1e-5)
    assert motion.joints.dtype == np.float32


def test_a_bvh_file_gives_names_parents_and_rate_without_end_sites(write):
    motion = read_bvh(write(ARM))
    assert motion.joint_names == ["Hips", "Arm", "Hand"]
    assert motion.parents == [-1, 0, 1]
    assert (motion.fps, motion.source, motion.layout) == (30.0, "clip.bvh", None)


@pytest.mark.parametrize("order", ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX", "ZXZ", "YX", "Z"])
def test_every_rotation_order_agrees_with_scipy(write, order):
    angles = [35.0, -70.0, 130.0][: len(order)]
    channels = " ".join(f"{axis}rotation" for axis in order)
    body = f"ROOT a {{ OFFSET 0 0 0 CHANNELS {len(order)} {channels} JOINT b {{ OFFSET 1 2 3 }} }}"
    motion = read_bvh(write(bvh(body, [" ".join(map(str, angles))])))
    expected = Rotation.from_euler(order, angles, degrees=True).apply([[1, 2, 3]]).reshape(3)
    np.testing.assert_allclose(motion.joints[0, 1], expected, atol=1e-6)


def test_position_channels_replace_the_offset_at_every_joint_and_only_in_their_component(write):
    body = """ROOT a { OFFSET 1 2 3 CHANNELS 1 Yposition
        JOINT b { OFFSET 10 20 30 CHANNELS 2 Zposition Xposition JOINT c { OFFSET 0 0 1 } } }"""
    motion = read_bvh(write(bvh(body, ["7 8 9", "70 80 90"])))
    np.testing.assert_array_equal(motion.joints[0], [[1, 7, 3], [10, 27, 11], [10, 27, 12]])
    np.testing.assert_array_equal(motion.joints[1], [[1, 70, 3], [91, 90, 83], [91, 90, 84]])


def test_channels_in_any_order_read_alike(write):
    rotation_first = ARM.replace(
        "Xposition Yposition Zposition Zrotation Xrotation Yrotation",
        "Zrotation Yposition Xrotation Zposition Yrotation Xposition",
    )
    lines = rotation_first.splitlines()[:-3]
    lines += [" ".join(map(str, row[[3, 1, 4, 2, 5, 0, 6, 7, 8]])) for row in ARM_ROWS]
    np.testing.assert_array_equal(read_bvh(write("\n".join(lines))).joints, read_bvh(write(ARM, "b.bvh")).joints)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("  ", "\t").replace(" ", "\t").replace("End\tSite", "End Site"),
        lambda text: text.replace("\n", "\n\n") + "\n \n",
        lambda text: "# made by hand\n" + text.replace("MOTION\n", "// now it moves\nMOTION\n# rows\n"),
        lambda text: text.lower().replace("hips", "Hips").replace("arm", "Arm").replace("hand", "Hand"),
        lambda text: text.replace("Frames: 3", "Frames:\t3").replace("Frame Time:", "FRAME TIME :"),
        lambda text: text.replace("10.0", "1.0e+1").replace("\n1 2 3", "\n1e0 200E-2 +3."),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n{", " {").replace("\n  {", "{"),
        lambda text: text.replace("Frames: 3\nFrame Time: 0.0333333", "Frame Time: 0.0333333\nFrames: 3"),
    ],
    ids=["crlf", "cr", "no final newline", "tabs", "blank lines", "comments", "lower case", "colons", "scientific"]
    + ["byte order mark", "braces on the same line", "time before count"],
)
def test_the_same_motion_written_otherwise_reads_alike(write, change):
    expected = read_bvh(write(ARM, "plain.bvh"))
    found = read_bvh(write(change(ARM)))
    np.testing.assert_array_equal(found.joints, expected.joints)
    assert (found.joint_names, found.parents, found.fps) == (expected.joint_names, expected.parents, expected.fps)


def test_names_may_hold_spaces_dots_and_namespaces(write):
    motion = read_bvh(
        write(ARM.replace("Hips", "mixamorig:Hips").replace("Arm", "Left Arm").replace("Hand", "hand.L"))
    )
    assert motion.joint_names == ["mixamorig:Hips", "Left Arm", "hand.L"]


@pytest.mark.parametrize(
    ("written", "fps"),
    [("0.0333333", 30.0), ("0.041667", 24.0), ("0.008333", 120.0), ("0.033367", 29.9697), ("3.3333333e-2", 30.0)],
)
def test_a_rounded_frame_time_means_the_whole_rate(write, written, fps):
    assert read_bvh(write(ARM.replace("0.0333333", written))).fps == pytest.approx(fps, abs=1e-4)


def test_more_frames_than_one_block_keep_their_order(write):
    count = 2500
    body = "ROOT a { OFFSET 0 0 0 CHANNELS 1 Xposition }"
    motion = read_bvh(write(bvh(body, [str(value) for value in range(count)])))
    np.testing.assert_array_equal(motion.joints[:, 0, 0], np.arange(count))


def test_rows_beyond_the_declared_number_are_read(write):
    assert len(read_bvh(write(ARM.replace("Frames: 3", "Frames: 2"))).joints) == 3


# ------------------------------------------------------------------------------------------------------ bvh, broken


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: "", r"clip\.bvh: the file is empty"),
        (lambda t: " \n\n", r"ends after line 0; expected HIERARCHY"),
        (lambda t: "x,y,z\n1,2,3\n", r"line 1: not a BVH file: expected the word HIERARCHY first; found 'x,y,z'"),
        (lambda t: t.replace("HIERARCHY", "SKELETON"), r"line 1: .*found 'SKELETON'"),
        (lambda t: t[: t.index("JOINT Hand")], r"ends after line 9; expected ROOT, JOINT, '}' or MOTION"),
        (lambda t: t[: t.index("Frames")], r"ends after MOTION"),
        (lambda t: t.replace("Frames: 3", "Frames: -3"), r"line 22: expected a number of frames; found '-3'"),
        (lambda t: t.replace("Frames: 3", "Frames: many"), r"line 22: .*'many'"),
        (lambda t: t.replace("Frames: 3", "Pictures: 3"), r"line 22: expected 'Frames: COUNT'.*'Pictures: 3'"),
        (lambda t: t.replace("0.0333333", "0"), r"Frame Time is '0'; expected 0.0005 to 1 seconds"),
        (lambda t: t.replace("0.0333333", "-0.03"), r"Frame Time is '-0.03'"),
        (lambda t: t.replace("0.0333333", "33.3"), r"Frame Time is '33.3'"),
        (lambda t: t.replace("0.0333333", "nan"), r"Frame Time is 'nan'"),
        (lambda t: t.replace("0.0333333", "fast"), r"Frame Time is 'fast'"),
        (lambda t: "\n".join(t.splitlines()[:-3]), r"no frames after the motion header; 3 declared"),
        (lambda t: t.replace(" 30 40 50 60", " 30 40 50"), r"line 24: expected 9 values .*; found 8"),
        (lambda t: t.replace("-50 -60", "-50 -60 7"), r"line 25: expected 9 values .*; found 10"),
        (lambda t: t.replace("-50 -60", "-50 sixty"), r"line 25: .*xrotation of joint 'Arm'; found 'sixty'"),
        (lambda t: t.replace("4 5 6", "4 nan 6"), r"line 25: yposition of joint 'Hips' is nan in frame 1"),
        (lambda t: t.replace("4 5 6", "4 5 -inf"), r"line 25: zposition of joint 'Hips' is -inf in frame 1"),
        (lambda t: t.replace("180 0 -90", "180 0 1e308"), r"line 26: zrotation of joint 'Arm' is 1e\+308 in frame 2"),
        (lambda t: t.replace("OFFSET 10.0 0.0 0.0", "OFFSET 10.0 0.0"), r"line 9: .*z of an OFFSET.*'CHANNELS'"),
        (lambda t: t.replace("OFFSET 10.0", "OFFSET nan"), r"line 8: .*x of an OFFSET, a number; found 'nan'"),
        (lambda t: t.replace("    OFFSET 10.0 0.0 0.0\n", ""), r"expected an OFFSET in joint 'Arm'"),
        (lambda t: t.replace("CHANNELS 3 Y", "CHANNELS 4 Y"), r"line 10: expected channel 4 of 4 of joint 'Arm'"),
        (lambda t: t.replace("CHANNELS 3 Y", "CHANNELS 2 Y"), r"line 9: expected OFFSET, .*found 'Xrotation'"),
        (lambda t: t.replace("CHANNELS 3 Y", "CHANNELS -1 Y"), r"line 9: expected a number of channels"),
        (lambda t: t.replace("CHANNELS 3 Y", "CHANNELS 3 W"), r"line 9: expected channel 1 of 3.*'Wrotation'"),
        (lambda t: t.replace("6 Xposition Y", "6 Yposition Y"), r"each position channel of joint 'Hips' once"),
        (
            lambda t: t.replace("CHANNELS 0", "CHANNELS 0\nOFFSET 1 1 1"),
            r"line 14: expected one OFFSET in joint 'Hand'",
        ),
        (lambda t: t.replace("OFFSET 1.0 0.0 0.0", "CHANNELS 1 Xrotation"), r"line 16: .*in an End Site"),
        (lambda t: t.replace("}\nMOTION", "MOTION"), r"line 20: expected '}' \(1 still open\) before MOTION"),
        (lambda t: t.replace("}\nMOTION", "}\n}\nMOTION"), r"line 21: expected ROOT or MOTION"),
        (lambda t: t.replace("ROOT Hips", "JOINT Hips"), r"line 2: expected ROOT or MOTION.*'JOINT'"),
        (lambda t: t.replace("JOINT Arm", "JOINT"), r"line 7: expected a name after JOINT"),
        (lambda t: t.replace("JOINT Arm\n  {", "JOINT Arm"), r"line 7: expected '{' after JOINT Arm; found 'OFFSET'"),
        (
            lambda t: t.replace("MOTION", "ROOT Other\n{\nOFFSET 0 0 0\n}\nMOTION"),
            r"single ROOT \(the first is 'Hips'\)",
        ),
        (lambda t: "HIERARCHY\nMOTION\n" + t[t.index("Frames") :], r"expected a ROOT with CHANNELS"),
    ],
)
def test_a_broken_bvh_file_says_what_was_expected_and_found(write, change, message):
    with pytest.raises(MotionError, match=message):
        read_bvh(write(change(ARM)))


def test_a_truncated_file_names_the_line_where_it_ends(write):
    with pytest.raises(MotionError, match=r"clip\.bvh: .*3 frames declared, 2 found, the last on line 25"):
        read_bvh(write("\n".join(ARM.splitlines()[:-1])))


def test_two_wrong_rows_whose_lengths_cancel_out_are_still_refused(write):
    wrapped = ARM.replace("50 60\n4 5 6", "50\n60 4 5 6")
    with pytest.raises(MotionError, match=r"line 24: expected 9 values .*; found 8"):
        read_bvh(write(wrapped))


def test_rows_that_are_all_one_value_short_are_refused(write):
    with pytest.raises(MotionError, match=r"line 6: expected 2 values .*; found 1"):
        read_bvh(write(bvh("ROOT a { OFFSET 0 0 0 CHANNELS 2 Xposition Yposition }", ["1", "2", "3"])))


def test_a_billion_declared_frames_allocate_nothing(write):
    path = write(ARM.replace("Frames: 3", "Frames: 1000000000"))
    tracemalloc.start()
    with pytest.raises(MotionError, match=r"1,000,000,000 frames declared, 3 found"):
        read_bvh(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10e6


def test_memory_follows_the_clip_and_not_its_text(write):
    rows = 4000
    body = "ROOT a { OFFSET 0 0 0 CHANNELS 16 " + " ".join(["Xrotation"] * 16) + " }"
    path = write(bvh(body, [" ".join(["12.34567890123456"] * 16)] * rows))
    read_bvh(write(ARM, "warm.bvh"))
    tracemalloc.start()
    motion = read_bvh(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size > 1e6 > motion.joints.nbytes
    assert peak < 0.8 * path.stat().st_size


@pytest.mark.parametrize("seed", range(5))
def test_binary_noise_is_no_bvh_file(write, seed):
    noise = np.random.default_rng(seed).integers(0, 256, 5000, dtype=np.uint8).tobytes()
    with pytest.raises(MotionError, match="clip.bvh"):
        read_bvh(write(noise))


def test_a_line_without_end_is_refused(write):
    with pytest.raises(MotionError, match=r"line 2: longer than 1,048,576 characters"):
        read_bvh(write("HIERARCHY\nROOT " + "x" * 3_000_000))


def test_absurd_nesting_is_refused_without_recursion(write):
    with pytest.raises(MotionError, match=f"nested at most {MAX_DEPTH} deep"):
        read_bvh(write("HIERARCHY ROOT r { OFFSET 0 0 0 " + "\nJOINT j { OFFSET 0 0 0 " * 100_000))


def test_too_many_joints_are_refused(write):
    body = "ROOT r { OFFSET 0 0 0 CHANNELS 1 Xrotation" + "\nJOINT j { OFFSET 0 0 0 }" * MAX_JOINTS + "}"
    with pytest.raises(MotionError, match=f"at most {MAX_JOINTS} joints"):
        read_bvh(write(bvh(body)))


def test_any_cut_of_a_bvh_file_reads_or_says_why(write):
    whole = ARM.encode()
    last_value = len(ARM.rstrip()) - 1  # beyond this cut, the last row is complete or its last number only shorter
    for cut in range(last_value):
        with pytest.raises(MotionError):
            read_bvh(write(whole[:cut]))


def test_damage_anywhere_gives_a_motion_or_a_motion_error(write):
    generator = np.random.default_rng(0)
    outcomes = set()
    for _ in range(400):
        damaged = bytearray(ARM.encode())
        for _ in range(generator.integers(1, 4)):
            damaged[generator.integers(len(damaged))] = generator.integers(256)
        try:
            motion = read_bvh(write(bytes(damaged)))
            assert np.isfinite(motion.joints).all()
            outcomes.add("read")
        except MotionError:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}


# ------------------------------------------------------------------------------------------------------------ arrays


def test_one_person_and_several_become_one_motion_each():
    joints = np.arange(2 * 4 * 5 * 3, dtype=np.float64).reshape(2, 4, 5, 3)
    (single,) = motions_from_array(joints[0], fps=25, layout="rig", joint_names=list("abcde"), source="here")
    assert (single.fps, single.layout, single.joint_names, single.source) == (25.0, "rig", list("abcde"), "here")
    assert single.joints.dtype == np.float32
    pair = motions_from_array(joints)
    assert [motion.source for motion in pair] == ["array, person 1 of 2", "array, person 2 of 2"]
    np.testing.assert_array_equal(np.stack([motion.joints for motion in pair]), joints)


def test_a_motion_does_not_share_memory_with_the_array_it_came_from():
    joints = np.zeros((4, 5, 3), dtype=np.float32)
    (motion,) = motions_from_array(joints)
    motion.joints += 1
    assert not joints.any()


def test_an_untracked_joint_stays_nan_in_all_three_coordinates():
    joints = np.ones((3, 2, 3))
    joints[1, 0, 2] = np.nan
    (motion,) = motions_from_array(joints)
    assert np.isnan(motion.joints[1, 0]).all()
    assert np.isnan(motion.joints).sum() == 3


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((10, 66)), r"expected shape \(frames, joints, 3\) or .*; found \(10, 66\)"),
        (np.zeros((10, 3, 22)), r"found \(10, 3, 22\)"),
        (np.zeros((1, 1, 10, 22, 3)), r"found \(1, 1, 10, 22, 3\)"),
        (np.zeros((0, 22, 3)), r"at least one frame .*\(0, 22, 3\)"),
        (np.zeros((1, MAX_JOINTS + 1, 3)), rf"at most {MAX_JOINTS} joints"),
        (np.array([[["a", "b", "c"]]]), r"real numbers; found values of type <U1"),
        (np.zeros((2, 2, 3), dtype=complex), r"found values of type complex128"),
        (np.zeros((2, 2, 3), dtype=bool), r"found values of type bool"),
        (np.full((2, 2, 3), None), r"found Python objects"),
        ([[[1, 2, 3]], [[1, 2]]], r"cannot be made into one"),
        (np.full((2, 2, 3), np.nan), r"no joint is tracked"),
        (np.full((2, 2, 3), 1e200), r"x of joint 0 is 1e\+200 in frame 0"),
    ],
)
def test_an_array_that_is_no_motion_is_refused(array, message):
    with pytest.raises(MotionError, match=message):
        motions_from_array(array)


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e7])
def test_an_absurd_value_is_named_by_person_joint_and_frame(value):
    joints = np.zeros((2, 6, 4, 3))
    joints[1, 5, 2, 1] = value
    with pytest.raises(MotionError, match=r"take, person 2 of 2: y of joint 2 'c' is .* in frame 5"):
        motions_from_array(joints, joint_names=list("abcd"), source="take")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"fps": 0}, "fps is 0; expected 1 to 2000"),
        ({"fps": float("nan")}, "fps is nan"),
        ({"fps": "quick"}, "fps is 'quick'"),
        ({"joint_names": ["a"]}, "expected 2 joint names.*; found 1"),
        ({"joint_names": "ab"}, "list of strings"),
        ({"joint_names": [1, 2]}, "list of strings"),
        ({"parents": [-1]}, r"expected parents as 2 integers; found shape \(1,\)"),
        ({"parents": [-1, 2]}, "parent of joint 1 is 2"),
        ({"parents": [1, 0]}, "joint 0 is its own ancestor"),
    ],
)
def test_what_describes_an_array_is_checked(settings, message):
    with pytest.raises(MotionError, match=message):
        motions_from_array(np.zeros((3, 2, 3)), **settings)


# ---------------------------------------------------------------------------------------------------------- npy, npz


def npy_bytes(array, **settings):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, **settings)
    return stream.getvalue()


def npy_header(shape, descr="<f8", version=(1, 0)):
    stream = io.BytesIO()
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    writers = {(1, 0): np.lib.format.write_array_header_1_0, (2, 0): np.lib.format.write_array_header_2_0}
    writers[version](stream, header)
    return stream.getvalue()


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2", "<i4"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy_files_of_any_real_type_and_order_are_read(write, dtype, order):
    joints = np.asarray(np.arange(24).reshape(2, 4, 3), dtype=dtype, order=order)
    (motion,) = read_motions(write(npy_bytes(joints), "clip.npy"), fps=50, layout="rig", joint_names=list("abcd"))
    np.testing.assert_array_equal(motion.joints, joints)
    assert (motion.fps, motion.layout, motion.joint_names, motion.source) == (50.0, "rig", list("abcd"), "clip.npy")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"joints", "damaged or not what its suffix says"),
        (npy_bytes(np.zeros((10, 22, 3)))[:-1], r"cut off: shape \(10, 22, 3\) needs 5,280 bytes; found 5,279"),
        (npy_bytes(np.zeros((10, 22, 3)))[:50], "damaged"),
        (npy_header((10**9, 22, 3)), r"declares shape \(1000000000, 22, 3\), 528,000,000,000 bytes; expected at most"),
        (npy_header((-4, 22, 3)), r"declares shape \(-4, 22, 3\)"),
        (npy_header((10, 22, 3), version=(2, 0)), "cut off"),
        (npy_header((10, 22, 3)).replace(b"(10, 22, 3)", b"(10, 22, f)"), "damaged"),
        (npy_bytes(np.full((2, 2, 3), None), allow_pickle=True), r"Python objects \(a pickle\)"),
        (npy_bytes(np.zeros((10, 66))), r"found \(10, 66\)"),
    ],
)
def test_a_broken_npy_file_says_what_is_wrong(write, content, message):
    with pytest.raises(MotionError, match=rf"clip\.npy: .*{message}"):
        read_motions(write(content, "clip.npy"))


def test_a_pickle_is_never_loaded(write, tmp_path):
    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "trapped"),))

    np.savez(tmp_path / "clip.npz", joints=np.array([Trap()], dtype=object))
    np.savez(tmp_path / "names.npz", joints=np.zeros((2, 1, 3)), joint_names=np.array([Trap()], dtype=object))
    for name in ("clip.npz", "names.npz"):
        with pytest.raises(MotionError, match="pickle"):
            read_motions(tmp_path / name)
    assert not (tmp_path / "trapped").exists()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz_files_bring_rate_names_layout_and_parents(tmp_path, save):
    joints = np.random.default_rng(0).normal(size=(2, 5, 3, 3)).astype(np.float32)
    path = tmp_path / "clip.npz"
    save(path, joints=joints, fps=29.97, joint_names=["a", "b", "c"], layout="rig", parents=[-1, 0, 1])
    motions = read_motions(path)
    for motion, expected in zip(motions, joints, strict=True):
        np.testing.assert_array_equal(motion.joints, expected)
        assert (motion.fps, motion.layout) == (29.97, "rig")
        assert (motion.joint_names, motion.parents) == (["a", "b", "c"], [-1, 0, 1])


def test_arguments_stand_in_place_of_what_an_npz_file_says(tmp_path):
    path = tmp_path / "clip.npz"
    np.savez(path, joints=np.zeros((5, 2, 3)), fps=0.0, joint_names=["a", "b"], layout="rig")
    (motion,) = read_motions(path, fps=60, layout="other", joint_names=["c", "d"])
    assert (motion.fps, motion.layout, motion.joint_names) == (60.0, "other", ["c", "d"])


def test_the_only_array_with_the_shape_of_a_motion_is_taken(tmp_path):
    path = tmp_path / "clip.npz"
    np.savez(path, positions=np.ones((5, 2, 3)), betas=np.zeros(10), weights=np.zeros((5, 2)))
    assert read_motions(path)[0].joints.shape == (5, 2, 3)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"poses": np.zeros((9, 156)), "trans": np.zeros((9, 3))},
            r"found 'poses' \(9, 156\), .*SMPL pose parameters",
        ),
        ({"a": np.zeros((5, 2, 3)), "b": np.zeros((5, 2, 3))}, r"or a single one of shape .*'a' \(5, 2, 3\), 'b'"),
        ({"joints": np.zeros((5, 6))}, r"found \(5, 6\)"),
        ({"joints": np.zeros((5, 2, 3)), "fps": [30, 30]}, r"fps to hold one number; found shape \(2,\)"),
        ({"joints": np.zeros((5, 2, 3)), "fps": "thirty"}, "fps to hold one number; found .*<U6"),
        ({"joints": np.zeros((5, 2, 3)), "joint_names": ["a"]}, "expected 2 joint names"),
        ({"joints": np.zeros((5, 2, 3)), "parents": [0, 0]}, "own ancestor"),
        ({}, "found no arrays"),
    ],
)
def test_an_npz_file_without_a_usable_motion_says_what_it_holds(tmp_path, arrays, message):
    np.savez(tmp_path / "clip.npz", **arrays)
    with pytest.raises(MotionError, match=message):
        read_motions(tmp_path / "clip.npz")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.npz"
    shape = (100_000_000, 22, 3)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("joints.npy", "w") as member:
        member.write(npy_header(shape))
        for _ in range(20):
            member.write(bytes(1_000_000))
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(
        MotionError, match="bomb.npz, array 'joints': declares shape .* expected at most 2,147,483,648"
    ):
        read_motions(path)
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()
    assert time.perf_counter() - started < 1


def test_a_member_that_declares_more_than_it_holds_is_refused(tmp_path):
    path = tmp_path / "clip.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("joints.npy", npy_header((1000, 22, 3)) + bytes(100))
    with pytest.raises(MotionError, match=r"array 'joints': the array is cut off.*needs 528,000 bytes; found 100"):
        read_motions(path)


def test_damage_anywhere_in_an_npz_file_gives_motions_or_a_motion_error(tmp_path):
    whole = tmp_path / "whole.npz"
    np.savez_compressed(whole, joints=np.random.default_rng(1).normal(size=(4, 3, 3)), fps=30.0)
    content = whole.read_bytes()
    generator = np.random.default_rng(0)
    path = tmp_path / "clip.npz"
    refused = 0
    for _ in range(300):
        damaged = bytearray(content[: generator.integers(len(content) + 1)] if generator.random() < 0.3 else content)
        for _ in range(generator.integers(1, 5)):
            if damaged:
                damaged[generator.integers(len(damaged))] = generator.integers(256)
        path.write_bytes(bytes(damaged))
        try:
            read_motions(path)
        except MotionError:
            refused += 1
    assert refused > 100


# --------------------------------------------------------------------------------------------------------------- csv


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
        ("h_x;h_y;h_z\n1,5;2;3\n", r"line 2, column 1 \('h_x'\): expected a number; found '1,5'"),
        ("h_x,h_y,h_z\n1,2,3\n1,2,inf\n", r"line 3, column 3 \('h_z'\): .*found inf"),
        ("h_x,h_y,h_z\n1,2,3e9\n", r"line 2, column 3 \('h_z'\): .*found 3e\+09"),
        ("h_x,h_y,h_z\n,,\n", r"no joint is tracked"),
        ("time,h_x,h_y,h_z\n0,1,2,3\n,1,2,3\n", r"line 3: expected a time"),
        ("time,h_x,h_y,h_z\n0.2,1,2,3\n0.1,1,2,3\n", r"line 3: expected a time not before .* 0.2; found 0.1"),
        ("time,h_x,h_y,h_z\n0,1,2,3\n0,1,2,3\n", r"time column steps by 0; expected 5 to 500 frames per second"),
        ("time,h_x,h_y,h_z\n0,1,2,3\n1,1,2,3\n", r"time column steps by 1"),
        ('h_x,h_y,h_z\n1,2,"3\n' + "9\n" * 100_000, r"not a table of text"),
        ("\x00\x01\x02" * 500, r"line 1: expected a header"),
    ],
)
def test_a_broken_table_names_line_and_column(write, table, message):
    with pytest.raises(MotionError, match=rf"t\.csv.*{message}"):
        read_motions(write(table, "t.csv"))


# ------------------------------------------------------------------------------------------------------- any suffix


def test_a_suffix_is_read_in_any_case(write):
    assert read_motions(write(ARM, "CLIP.BVH"))[0].joints.shape == (3, 3, 3)


def test_arguments_stand_in_place_of_what_a_bvh_file_says(write):
    path = write(ARM.replace("0.0333333", "0"))
    (motion,) = read_motions(path, fps=60, layout="rig", joint_names=["a", "b", "c"])
    assert (motion.fps, motion.layout, motion.joint_names) == (60.0, "rig", ["a", "b", "c"])
    with pytest.raises(MotionError, match="expected 3 joint names"):
        read_motions(path, fps=60, joint_names=["a"])


@pytest.mark.parametrize("name", ["clip.fbx", "clip", "clip.pkl"])
def test_an_unknown_suffix_lists_what_can_be_read(write, name):
    with pytest.raises(MotionError, match=r"expected one of \.bvh, \.csv, \.npy, \.npz"):
        read_motions(write("anything", name))


@pytest.mark.parametrize("suffix", READABLE_SUFFIXES)
def test_a_missing_empty_or_wrong_kind_of_file_is_refused(tmp_path, suffix):
    with pytest.raises(MotionError, match="no such file"):
        read_motions(tmp_path / f"absent{suffix}")
    (tmp_path / f"folder{suffix}").mkdir()
    with pytest.raises(MotionError, match="a folder; expected a motion file"):
        read_motions(tmp_path / f"folder{suffix}")
    (tmp_path / f"empty{suffix}").touch()
    with pytest.raises(MotionError, match="the file is empty"):
        read_motions(tmp_path / f"empty{suffix}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "clip.bvh")
    with pytest.raises(MotionError, match="no such file"):
        read_motions(tmp_path / "clip.bvh")


# ------------------------------------------------------------------------------------------------------- real files


def real_files(pattern, count):
    files = sorted(SHARED_DATA.glob(pattern))[:count]
    if not files:
        pytest.skip(f"the real recordings {pattern} are not here")
    return files


def test_bandai_files_stand_upright_in_centimetres():
    for path in real_files("bandai*/data/*walk*.bvh", 12):
        (motion,) = read_motions(path)
        assert motion.fps == 30.0 and len(motion.joint_names) == 22
        head, foot = (motion.joint_names.index(name) for name in ("Head", "Foot_L"))
        height = motion.joints[:, head, 1] - motion.joints[:, foot, 1]
        assert (height > 80).all() and (height < 200).all()


def test_bandai_bones_keep_their_length():
    for path in real_files("bandai1/data/*bow*.bvh", 5):
        (motion,) = read_motions(path)
        elbow, hand = (motion.joint_names.index(name) for name in ("LowerArm_L", "Hand_L"))
        lengths = np.linalg.norm(motion.joints[:, elbow] - motion.joints[:, hand], axis=-1)
        assert np.ptp(lengths) < 1e-2 * lengths.mean()


def test_every_kinect_recording_is_read():
    for path in real_files("other_rigs/kinect_csv/*.csv", None):
        (motion,) = read_motions(path)
        assert motion.joints.shape[1:] == (25, 3) and motion.layout == "kinect_v2_25"
        assert motion.fps == pytest.approx(30, abs=0.05)
        spine_base, head = 0, 3
        assert (motion.joints[:, head, 1] > motion.joints[:, spine_base, 1]).all()


def test_reactidle_files_are_read():
    for path in real_files("other_rigs/reactidle/*.bvh", None):
        (motion,) = read_motions(path)
        assert motion.fps == 24.0 and motion.joints.shape[1:] == (19, 3)
        assert "spine.001" in motion.joint_names
