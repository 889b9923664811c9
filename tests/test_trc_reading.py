"""TRC files, whole and broken."""

import numpy as np
import pytest

from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.reading.trc import read_trc
from eai_llm_hf.processing.skeleton.unify import unify

TRC = (
    "PathFileType\t4\t(X/Y/Z)\twalk.trc\n"
    "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n"
    "60.00\t60.00\t2\t2\tmm\t60.00\t1\t2\n"
    "Frame#\tTime\tHips\t\t\tLeft Knee\t\t\t\n"
    "\t\tX1\tY1\tZ1\tX2\tY2\tZ2\t\n"
    "\n"
    "1\t0.000\t1.5\t2\t3\t4\t5\t6\n"
    "2\t0.017\t1e1\t-2\t3\t\t\t\n"
)


@pytest.fixture
def read(tmp_path):
    """Returns a function that writes a text and reads it as a recording."""

    def read_text(content, name="walk.trc", **given):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_motions(path, **given)

    return read_text


def test_markers_rate_names_and_units_are_read(read):
    (motion,) = read(TRC)
    np.testing.assert_array_equal(motion.joints[0], [[1.5, 2, 3], [4, 5, 6]])
    np.testing.assert_array_equal(motion.joints[1], [[10, -2, 3], [np.nan] * 3])
    assert (motion.joint_names, motion.fps, motion.units) == (["Hips", "Left Knee"], 60.0, "mm")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text.replace("\n\n", "\n \n\n"),
        lambda text: text.replace("\t\tX1\tY1\tZ1\tX2\tY2\tZ2\t\n", ""),
        lambda text: text.replace("\t4\t5\t6\n", "\t4\t5\t6\t\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\t", " ").replace("Left Knee", "Left-Knee").replace("3   ", "3 nan nan nan"),
        lambda text: text.replace("\t2\t2\tmm", "\t1\t2\tmm"),
        lambda text: text.replace("60.00\t60.00\t2\t2", "60.00\t60.00\t2\t2.0"),
        lambda text: text.replace("\t", ","),
        lambda text: text.replace("\t", ";").replace("1.5", "1,5").replace("60.00", "60"),
        lambda text: text.replace("0.000\t1.5\t2\t3\t4\t5\t6", "0.000,1.5,2,3,4,5,6").replace("1\t0.000", "1,0.000"),
        lambda text: text.replace("Hips\t\t\tLeft Knee\t\t\t", "Hips\tHips\tHips" + "\tLeft Knee" * 3),
    ],
    ids=["crlf", "no final newline", "no blank line", "blank lines", "no line of axes", "a tab at the end"]
    + ["byte order mark", "blanks for tabs", "more frames than declared", "a count with a point"]
    + ["commas", "semicolons", "commas in a row", "names above each column"],
)
def test_the_same_markers_written_otherwise_read_alike(read, change):
    (plain,), (motion,) = read(TRC), read(change(TRC))
    np.testing.assert_array_equal(motion.joints, plain.joints)
    assert [name.replace("-", " ") for name in motion.joint_names] == plain.joint_names
    assert (motion.fps, motion.units) == (plain.fps, plain.units)


def test_the_times_of_a_trc_file_are_kept(tmp_path):
    (tmp_path / "walk.trc").write_text(TRC, encoding="ascii")
    recording = read_trc(tmp_path / "walk.trc")
    assert (recording.times.tolist(), recording.time_unit) == ([0, 0.017], "s")


def test_arguments_override_what_a_trc_file_says(read):
    (motion,) = read(TRC.replace("60.00", "0"), fps=50, layout="rig", joint_names=["a", "b"])
    assert (motion.fps, motion.layout, motion.joint_names) == (50.0, "rig", ["a", "b"])


def test_a_generated_clip_comes_back_from_trc_with_its_units(read):
    clip = generate_clip(4, rig="cmu31", duration_s=2.0).motion
    metres = unify(clip)
    points = clip.joints * metres.report["unit_scale"] * 100
    head = f"PathFileType\t4\t(X/Y/Z)\tc.trc\nDataRate\tNumFrames\tNumMarkers\tUnits\n{clip.fps}\t{len(points)}\t"
    head += f"{len(clip.joint_names)}\tcm\nFrame#\tTime\t" + "\t\t\t".join(clip.joint_names) + "\n"
    rows = (f"{n}\t{n / clip.fps:.4f}\t" + "\t".join(f"{x:.6f}" for x in row.flat) for n, row in enumerate(points))
    (motion,) = read(head + "\n".join(rows))
    from_file = unify(motion)
    assert from_file.report["unit_scale"] == 0.01
    np.testing.assert_allclose(from_file.joints, metres.joints, atol=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: "x,y\n1,2\n", r"line 1: not a TRC file: expected the word PathFileType first; found 'x,y'"),
        (lambda t: t.splitlines()[0], r"line 1: expected the names DataRate, NumFrames"),
        (
            lambda t: t.replace("DataRate\tC", "Rate\tC"),
            r"DataRate is 'not given'; .*\(or give the frames per second",
        ),
        (
            lambda t: t.replace("60.00\t60.00\t2\t2", "60.00\t60.00\t2\tmany"),
            r"nummarkers in .* whole .* found 'many'",
        ),
        (lambda t: t.replace("60.00\t60.00\t2\t2", "60.00\t60.00\t2\t0"), r"NumMarkers is 0; expected 1 to 4096"),
        (lambda t: t.replace("60.00\t60.00\t2", "60.00\t60.00\t1e9"), r"numframes in .* whole number; found '1e9'"),
        (lambda t: t.replace("60.00\t60.00\t2", "60.00\t60.00\t900000000"), r"900,000,000 frames declared, 2 found"),
        (lambda t: t.replace("60.00", "nan"), r"DataRate is 'nan'"),
        (
            lambda t: t.replace("60.00\t60.00\t2\t2", "60.00\t60.00\t2\t3"),
            r"line 4: .*names of 3 markers; found '2 na",
        ),
        (lambda t: t.replace("\t5\t6", "\t5"), r"line 7: expected 8 cells; found 7"),
        (lambda t: t.replace("\t5\t6", "\t5\t6\t7"), r"line 7: expected 8 cells; found 9"),
        (lambda t: t.replace("\t5\t6", "\tfive\t6"), r"line 7, column 7 \('Y of Left Knee'\): .* found 'five'"),
        (lambda t: t.replace("\t5\t6", "\t1e308\t6"), r"line 7, column 7 .*within 1e\+07, or nothing; found 1e\+308"),
        (lambda t: t.replace("\t5\t6", "\t-inf\t6"), r"line 7, column 7 .*found -inf"),
        (lambda t: t[: t.index("2\t0.017")], r"cut off: 2 frames declared, 1 found"),
        (lambda t: t[: t.index("1\t0.000")], r"no rows after the header"),
        (lambda t: "PathFileType\n" + "x" * 3_000_000, r"line 2: longer than 1,048,576 characters"),
    ],
)
def test_a_broken_trc_file_says_what_was_expected_and_found(read, change, message):
    with pytest.raises(MotionError, match=rf"walk\.trc.*{message}"):
        read(change(TRC))


def test_any_cut_of_a_trc_file_reads_or_says_why(read):
    for cut in range(1, len(TRC.rstrip()) - 4):
        with pytest.raises(MotionError):
            read(TRC[:cut])


def test_damage_anywhere_gives_a_motion_or_a_motion_error(read):
    generator = np.random.default_rng(0)
    outcomes = set()
    for _ in range(400):
        damaged = bytearray(TRC.encode())
        for _ in range(generator.integers(1, 4)):
            damaged[generator.integers(len(damaged))] = generator.integers(256)
        try:
            read(bytes(damaged))
            outcomes.add("read")
        except MotionError:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}
