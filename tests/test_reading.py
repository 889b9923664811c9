"""Reading arrays, NumPy files, and what all suffixes share."""

import io
import os
import re
import time
import tracemalloc
import zipfile

import numpy as np
import pytest
from conftest import ARM

from eai_llm_hf.processing.reading.files import motions_from_array, read_motions
from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES
from eai_llm_hf.processing.reading.limits import MAX_COORDINATE, MAX_JOINTS
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.reading.npy import read_npz
from eai_llm_hf.processing.reading.vectors import median, quantiles

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
        (np.zeros((10, 5, 22)), r"found \(10, 5, 22\)"),
        (np.zeros((3, 3, 22)), r"found \(3, 3, 22\)"),
        (np.zeros((1, 1, 10, 22, 3)), r"found \(1, 1, 10, 22, 3\)"),
        (np.zeros((0, 22, 3)), r"at least one frame .*\(0, 22, 3\)"),
        (np.zeros((1, MAX_JOINTS + 1, 3)), rf"at most {MAX_JOINTS} joints"),
        (np.array([[["a", "b", "c"]]]), r"real numbers; found values of type <U1"),
        (np.zeros((2, 2, 3), dtype=complex), r"found values of type complex128"),
        (np.zeros((2, 2, 3), dtype=bool), r"found values of type bool"),
        (np.full((2, 2, 3), None), r"found Python objects"),
        ([[[1, 2, 3]], [[1, 2]]], r"do not form an array"),
        (np.full((2, 2, 3), np.nan), r"no joint is tracked in any frame"),
        (np.full((2, 2, 3), 1e200), r"x of joint 0 is 1e\+200 in frame 0"),
    ],
)
def test_an_array_that_is_no_motion_is_refused(array, message):
    with pytest.raises(MotionError, match=message):
        motions_from_array(array)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((9, 17, 2), "The positions are two-dimensional. .*lift the points"),
        ((2, 9, 17, 2), "The positions are two-dimensional. .*lift the points"),
        ((9, 51), r"If each row is a frame, reshape to \(9, 17, 3\)"),
    ],
)
def test_an_array_of_another_shape_says_what_it_may_be(shape, message):
    with pytest.raises(MotionError, match=message):
        motions_from_array(np.ones(shape))


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1.1 * MAX_COORDINATE])
def test_an_absurd_value_is_named_by_person_joint_and_frame(value):
    joints = np.zeros((2, 6, 4, 3))
    joints[1, 5, 2, 1] = value
    with pytest.raises(MotionError, match=r"take, person 2 of 2: y of joint 2 'c' is .* in frame 5"):
        motions_from_array(joints, joint_names=list("abcd"), source="take")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"fps": 0}, "fps is 0; expected 1 to 1000"),
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
        (
            npy_bytes(np.asfortranarray(np.zeros((2, 1, 3)))).replace(b"(2, 1, 3), } ", b"(2,True,3),} "),
            "damaged",
        ),
        (npy_bytes(np.zeros((10, 67))), r"found \(10, 67\)"),
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
def test_an_npz_file_gives_rate_names_layout_and_parents(tmp_path, save):
    joints = np.random.default_rng(0).normal(size=(2, 5, 3, 3)).astype(np.float32)
    path = tmp_path / "clip.npz"
    save(path, joints=joints, fps=29.97, joint_names=["a", "b", "c"], layout="rig", parents=[-1, 0, 1])
    motions = read_motions(path)
    for motion, expected in zip(motions, joints, strict=True):
        np.testing.assert_array_equal(motion.joints, expected)
        assert (motion.fps, motion.layout) == (29.97, "rig")
        assert (motion.joint_names, motion.parents) == (["a", "b", "c"], [-1, 0, 1])


@pytest.mark.parametrize("key", ["timestamps", "times", "timestamps_ms", "timestamp"])
def test_the_plural_of_a_key_of_times_is_not_taken_for_seconds(tmp_path, key):
    np.savez(tmp_path / "clip.npz", joints=np.zeros((50, 2, 3)), **{key: np.arange(50) * 40.0})
    assert read_motions(tmp_path / "clip.npz")[0].fps == 25


@pytest.mark.parametrize("rate", ["mocap_framerate", "mocap_frame_rate", "frame_rate", "framerate", "fps"])
@pytest.mark.parametrize("key", ["joints", "keypoints3d", "joints3d", "positions", "keypoints", "anything"])
def test_an_npz_file_is_read_by_the_names_in_common_use(tmp_path, rate, key):
    np.savez(tmp_path / "clip.npz", **{key: np.ones((2, 3, 3)), rate: 120.0, "names": ["a", "b", "c"]})
    (motion,) = read_motions(tmp_path / "clip.npz")
    assert (motion.fps, motion.joint_names) == (120.0, ["a", "b", "c"])


@pytest.mark.parametrize("scale", [1, 100])
@pytest.mark.parametrize("beside", [None, "confidence", "conf", "visibility", "scores"])
def test_the_confidence_in_each_joint_is_its_visibility(tmp_path, beside, scale):
    joints, seen = np.ones((2, 5, 3, 3)), np.linspace(0, 1, 30).reshape(2, 5, 3)
    arrays = {"joints": np.concatenate([joints, scale * seen[..., None]], axis=-1)}
    if beside is not None:
        arrays = {"joints": joints, beside: scale * seen[..., None]}
    np.savez(tmp_path / "clip.npz", **arrays)
    recording = read_npz(tmp_path / "clip.npz")
    np.testing.assert_allclose(recording.visibility, seen, atol=1e-6)
    np.testing.assert_array_equal(recording.joints, joints)


def test_times_beside_the_joints_have_the_unit_of_their_key(tmp_path):
    np.savez(tmp_path / "clip.npz", joints=np.ones((3, 2, 3)), timestamps_us=[0, 40_000, 80_000])
    recording = read_npz(tmp_path / "clip.npz")
    assert recording.times.tolist() == [0, 40_000, 80_000] and recording.time_unit == "us"


def test_rotations_of_four_numbers_are_refused(tmp_path):
    turned = np.random.default_rng(0).normal(size=(5, 3, 4))
    turned /= np.linalg.norm(turned, axis=-1, keepdims=True)
    np.savez(tmp_path / "joints.npz", joints=turned)
    np.savez(tmp_path / "named.npz", rotations=turned, other=np.ones(3))
    np.save(tmp_path / "clip.npy", turned)
    for name in ("joints.npz", "named.npz", "clip.npy"):
        with pytest.raises(MotionError, match=rf"{name}.*rotations.*Export the positions of the joints"):
            read_motions(tmp_path / name)
    np.save(tmp_path / "clip.npy", 5 * turned)
    with pytest.raises(MotionError, match=r"or a confidence from 0 to 1 as the fourth number; found \(5, 3, 4\)"):
        read_motions(tmp_path / "clip.npy")


def test_arguments_override_what_an_npz_file_says(tmp_path):
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
        ({"poses": np.zeros((9, 157)), "trans": np.zeros((9, 3))}, r"found 'poses' \(9, 157\), 'trans' \(9, 3\)"),
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


def test_an_array_of_small_numbers_is_held_to_the_size_it_grows_to(tmp_path):
    (tmp_path / "clip.npy").write_bytes(npy_header((10**6, 60, 3), "|i1") + bytes(10))
    with pytest.raises(MotionError, match="720,000,000 bytes; expected at most 536,870,912"):
        read_motions(tmp_path / "clip.npy")


def test_the_unit_of_length_in_an_npz_file_is_passed_on(tmp_path):
    np.savez(tmp_path / "clip.npz", joints=np.ones((5, 2, 3)), units="Centimeters")
    assert read_motions(tmp_path / "clip.npz")[0].units == "cm"


def test_more_text_than_names_need_is_refused(tmp_path):
    np.savez(tmp_path / "clip.npz", joints=np.ones((5, 2, 3)), joint_names=np.full(2_000_000, "a"))
    with pytest.raises(MotionError, match="array 'joint_names': declares shape .* expected at most 4,194,304"):
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
    with pytest.raises(MotionError, match="bomb.npz, array 'joints': declares shape .* expected at most 33,554,432"):
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


# ------------------------------------------------------------------------------------------------------- any suffix


def test_a_suffix_is_read_in_any_case(write):
    assert read_motions(write(ARM, "CLIP.BVH"))[0].joints.shape == (3, 3, 3)


def test_arguments_override_what_a_bvh_file_says(write):
    path = write(ARM.replace("0.0333333", "0"))
    (motion,) = read_motions(path, fps=60, layout="rig", joint_names=["a", "b", "c"])
    assert (motion.fps, motion.layout, motion.joint_names) == (60.0, "rig", ["a", "b", "c"])
    with pytest.raises(MotionError, match="expected 3 joint names"):
        read_motions(path, fps=60, joint_names=["a"])


@pytest.mark.parametrize("name", ["clip.blend", "clip", "clip.pkl"])
def test_an_unknown_suffix_lists_what_can_be_read(write, name):
    with pytest.raises(MotionError, match=re.escape(f"expected one of {', '.join(READABLE_SUFFIXES)}")):
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


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_quantiles_and_the_median_are_those_of_numpy(count):
    values = np.random.default_rng(count).normal(size=(3, count))
    expected = np.quantile(values, (0.02, 0.5, 0.99, 1.0), axis=-1)
    np.testing.assert_allclose(quantiles(values, 0.02, 0.5, 0.99, 1.0), expected, rtol=1e-12)
    np.testing.assert_allclose(median(values), np.median(values, axis=-1), rtol=1e-12)
