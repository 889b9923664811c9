"""BVH files, whole and broken."""

import time
import tracemalloc

import numpy as np
import pytest
from conftest import ARM, SHARED_DATA
from scipy.spatial.transform import Rotation

from eai_llm_hf.processing.reading.bvh_hierarchy import MAX_DEPTH
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.limits import MAX_JOINTS
from eai_llm_hf.processing.reading.motion import Motion, MotionError

ARM_ROWS = np.array([row.split() for row in ARM.splitlines()[-3:]], dtype=float)


def read_bvh(path) -> Motion:
    (motion,) = read_motions(path)
    return motion


def bvh(body, rows=("0",), frames=None, frame_time="0.04"):
    """Returns the text of a file with the braces of `body` and these rows."""
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
        (
            lambda t: t.replace("0.0333333", "0"),
            r"Frame Time is '0'; expected the seconds from one frame to the next, 0\.001 to 1, such as 0\.033333 for "
            r"30 frames per second \(or give the frames per second: fps, on the command line --fps\)$",
        ),
        (lambda t: t.replace("0.0333333", "-0.03"), r"Frame Time is '-0\.03'; expected"),
        (lambda t: t.replace("0.0333333", "33.3"), r"Frame Time is '33\.3'; expected"),
        (lambda t: t.replace("0.0333333", "nan"), r"Frame Time is 'nan'; expected"),
        (lambda t: t.replace("0.0333333", "fast"), r"Frame Time is 'fast'; expected"),
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
        (lambda t: t.replace("JOINT Arm", "ROOT Arm"), r"line 6: expected ROOT outside all braces"),
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
    rows = 12_000
    body = "ROOT a { OFFSET 0 0 0 CHANNELS 16 " + " ".join(["Xrotation"] * 16) + " }"
    path = write(bvh(body, [" ".join(["12.34567890123456"] * 16)] * rows))
    read_bvh(write(ARM, "warm.bvh"))
    tracemalloc.start()
    motion = read_bvh(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size > 3e6 > motion.joints.nbytes
    assert peak < 0.4 * path.stat().st_size


@pytest.mark.parametrize("seed", range(5))
def test_binary_noise_is_no_bvh_file(write, seed):
    noise = np.random.default_rng(seed).integers(0, 256, 5000, dtype=np.uint8).tobytes()
    with pytest.raises(MotionError, match="clip.bvh"):
        read_bvh(write(noise))


def test_a_line_without_end_is_refused(write):
    with pytest.raises(MotionError, match=r"line 2: longer than 1,048,576 characters"):
        read_bvh(write("HIERARCHY\nROOT " + "x" * 3_000_000))


def test_a_line_of_blanks_is_passed_in_linear_time(write):
    started = time.perf_counter()
    with pytest.raises(MotionError, match=r"line 22: expected 'Frames: COUNT'"):
        read_bvh(write(ARM.replace("Frames: 3", "Frames" + " " * 1_000_000 + "3 3")))
    assert time.perf_counter() - started < 5


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


# -------------------------------------------------------------------------------------------------------- real files


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


def test_reactidle_files_are_read():
    for path in real_files("other_rigs/reactidle/*.bvh", None):
        (motion,) = read_motions(path)
        assert motion.fps == 24.0 and motion.joints.shape[1:] == (19, 3)
        assert "spine.001" in motion.joint_names
