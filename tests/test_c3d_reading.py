"""C3D files, written here byte by byte after the format's description, whole and broken."""

import struct

import c3d
import numpy as np
import pytest

from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.reading import c3d as c3d_reading
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.skeleton.unify import unify

INTEL, DEC, MIPS = 84, 85, 86
POINTS = np.random.default_rng(0).uniform(-900, 900, (7, 3, 3)).round(1).astype(np.float32)


def parameter(name, kind, dimensions, content, processor):
    """One parameter of group 1: kind is -1 for text, else the bytes of a number."""
    order = ">" if processor == MIPS else "<"
    body = struct.pack("bB", kind, len(dimensions)) + bytes(dimensions) + content + b"\0"
    return struct.pack("bb", len(name), 1) + name.encode() + struct.pack(order + "h", len(body) + 2) + body


def real(value, processor):
    """A float as the machine writes it; a VAX swaps the halves and writes four times the number."""
    if processor == DEC:
        packed = struct.pack("<f", 4 * value)
        return packed[2:] + packed[:2]
    return struct.pack(">f" if processor == MIPS else "<f", value)


def c3d_file(
    points=POINTS,
    labels=("Hips", "Neck", "Head"),
    rate=120.0,
    scale=-1.0,
    processor=INTEL,
    units="mm",
    analog=0,
    residuals=None,
    declared=None,
    more=(),
):
    """The bytes of a file.

    Args:
        points: (frames, points, 3).
        labels: One for each point; more than 255 go on in LABELS2.
        rate: Frames per second.
        scale: Negative for floats; else what one step of the integers is.
        processor: INTEL, DEC or MIPS.
        units: Of POINT:UNITS, or None for none.
        analog: Samples after the points of each frame.
        residuals: (frames, points), zeros when None.
        declared: Number of frames in the header and POINT:FRAMES, if not the real one.
        more: (name, words) of further text parameters.
    """
    order = ">" if processor == MIPS else "<"
    frames, count = points.shape[:2]
    frames = frames if declared is None else declared

    def text(name, words):
        length = max(map(len, words))
        joined = b"".join(word.encode().ljust(length) for word in words)
        return parameter(name, -1, [length, len(words)], joined, processor)

    def whole(name, value):
        return parameter(name, 2, [], struct.pack(order + "H", value), processor)

    group = struct.pack("bb", 5, -1) + b"POINT" + struct.pack(order + "h", 3) + b"\0"
    parameters = group + whole("USED", count) + whole("FRAMES", frames)
    parameters += parameter("RATE", 4, [], real(rate, processor), processor)
    parameters += parameter("SCALE", 4, [], real(scale, processor), processor)
    for number, start in enumerate(range(0, len(labels), 255), start=1):
        parameters += text("LABELS" if number == 1 else f"LABELS{number}", labels[start : start + 255])
    if units is not None:
        parameters += text("UNITS", [units])
    for name, words in more:
        parameters += text(name, words)
    blocks = -(-(len(parameters) + 4) // 512)
    parameters = (bytes([1, 0x50, blocks, processor]) + parameters).ljust(512 * blocks, b"\0")
    header = struct.pack(order + "BBHHHHH", 2, 0x50, count, analog, 1, frames, 0) + real(scale, processor)
    header += struct.pack(order + "HH", 2 + blocks, 1 if analog else 0) + real(rate, processor)

    values = np.zeros((*points.shape[:2], 4), np.float32)
    values[..., :3] = points / (1 if scale < 0 else scale)
    values[..., 3] = 0 if residuals is None else residuals
    data = np.full((len(points), 4 * count + analog), 7, np.float32)
    data[:, : 4 * count] = values.reshape(len(points), -1)
    if scale > 0:
        content = data.round().astype(order + "i2").tobytes()
    elif processor == DEC:
        content = (data * 4).astype("<f4").view("<u2").reshape(-1, 2)[:, ::-1].tobytes()
    else:
        content = data.astype(order + "f4").tobytes()
    return header.ljust(512, b"\0") + parameters + content + bytes(-len(content) % 512)


@pytest.fixture
def read(tmp_path):
    """Returns a function that writes bytes and reads them as a recording."""

    def read_bytes(content, name="clip.c3d", **given):
        path = tmp_path / name
        path.write_bytes(content)
        return read_motions(path, **given)

    return read_bytes


# --------------------------------------------------------------------------------------------------------------- whole


@pytest.mark.parametrize("processor", [INTEL, DEC, MIPS])
@pytest.mark.parametrize("scale", [-1.0, 0.1])
@pytest.mark.parametrize("analog", [0, 5])
def test_floats_and_integers_of_every_machine_read_alike(read, processor, scale, analog):
    (motion,) = read(c3d_file(processor=processor, scale=scale, analog=analog))
    np.testing.assert_allclose(motion.joints, POINTS, atol=1e-3)
    assert motion.joints.dtype == np.float32
    assert (motion.joint_names, motion.fps, motion.units) == (["Hips", "Neck", "Head"], 120.0, "mm")


@pytest.mark.parametrize(
    ("written", "units"), [("mm", "mm"), ("m ", "m"), ("CM", "cm"), ("inches", "inch"), ("feet", None), (None, None)]
)
def test_the_unit_of_length_is_passed_on_where_it_is_known(read, written, units):
    assert read(c3d_file(units=written))[0].units == units


@pytest.mark.parametrize(("scale", "processor"), [(-1.0, INTEL), (-0.1, DEC), (0.1, MIPS)])
def test_a_negative_residual_marks_a_point_as_not_tracked(read, scale, processor):
    residuals = np.zeros(POINTS.shape[:2])
    residuals[2, 1] = -1
    (motion,) = read(c3d_file(residuals=residuals, scale=scale, processor=processor))
    assert np.isnan(motion.joints[2, 1]).all() and np.isnan(motion.joints).sum() == 3


def test_a_point_that_is_nan_is_not_tracked(read):
    points = POINTS.copy()
    points[3, 2, 1] = np.nan
    assert np.isnan(read(c3d_file(points))[0].joints[3, 2]).all()


def test_more_frames_than_one_block_keep_their_order(read, monkeypatch):
    monkeypatch.setattr(c3d_reading, "_CHUNK_BYTES", 1000)
    points = np.arange(300 * 3 * 3, dtype=np.float32).reshape(300, 3, 3)
    np.testing.assert_array_equal(read(c3d_file(points, analog=2))[0].joints, points)


def test_more_than_255_labels_go_on_in_a_second_parameter(read):
    labels = [f"p{index}" for index in range(300)]
    (motion,) = read(c3d_file(np.ones((2, 300, 3), np.float32), labels))
    assert motion.joint_names == labels


def test_points_without_a_label_are_counted(read):
    assert read(c3d_file(labels=["Hips", ""]))[0].joint_names == ["Hips", "point 2", "point 3"]


def test_points_that_hold_angles_or_forces_are_left_out(read):
    more = [("ANGLES", ["Neck", "Knee"]), ("FORCES", [" "])]
    (motion,) = read(c3d_file(more=more))
    assert motion.joint_names == ["Hips", "Head"]
    np.testing.assert_array_equal(motion.joints, POINTS[:, [0, 2]])


def test_the_subject_before_a_label_stays_in_the_name_of_one_person(read):
    assert read(c3d_file(labels=["Anna:Hips", "Anna:Neck", "Box:C1"]))[0].joint_names[0] == "Anna:Hips"


def test_subjects_that_share_their_labels_are_several_people(read):
    first, second = (generate_clip(seed, rig="smpl22", duration_s=1.0).motion for seed in (3, 4))
    points = np.concatenate([first.joints, second.joints, np.ones((len(first.joints), 1, 3), np.float32)], axis=1)
    labels = [f"{who}:{name}" for who in ("Anna", "Ben") for name in first.joint_names] + ["Ball"]
    anna, ben = read(c3d_file(points, labels))
    assert anna.joint_names == ben.joint_names == first.joint_names
    np.testing.assert_array_equal(anna.joints, first.joints)
    np.testing.assert_array_equal(ben.joints, second.joints)


def test_a_generated_clip_comes_back_from_c3d_with_its_units(read):
    clip = generate_clip(3, rig="smpl24", duration_s=2.0).motion
    metres = unify(clip)
    points = clip.joints * np.float32(metres.report["unit_scale"] * 1000)
    (motion,) = read(c3d_file(points, clip.joint_names, rate=clip.fps))
    clip_from_file = unify(motion)
    assert clip_from_file.report["unit_scale"] == 0.001
    np.testing.assert_allclose(clip_from_file.joints, metres.joints, atol=1e-4)


def test_arguments_override_what_a_c3d_file_says(read):
    (motion,) = read(c3d_file(rate=0.0), fps=60, layout="rig", joint_names=["a", "b", "c"])
    assert (motion.fps, motion.layout, motion.joint_names) == (60.0, "rig", ["a", "b", "c"])


@pytest.mark.filterwarnings("ignore:No analog data")
def test_files_that_the_library_wrote_are_read(tmp_path):
    writer = c3d.Writer(point_rate=50.0, analog_rate=0.0)
    rows = np.concatenate([POINTS, np.zeros((*POINTS.shape[:2], 2), np.float32)], axis=-1)
    writer.add_frames([(row, np.zeros((0, 0))) for row in rows])
    writer.set_point_labels(["Hips", "Neck", "Head"])
    with (tmp_path / "clip.c3d").open("wb") as file:
        writer.write(file)
    (motion,) = read_motions(tmp_path / "clip.c3d")
    np.testing.assert_array_equal(motion.joints, POINTS)
    assert (motion.fps, motion.joint_names, motion.units) == (50.0, ["Hips", "Neck", "Head"], "mm")


# -------------------------------------------------------------------------------------------------------------- broken


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"HIERARCHY\nROOT", r"not a C3D file: expected a header of 512 bytes with 0x50 as its second"),
        (bytes(2000), r"not a C3D file"),
        (c3d_file()[:600], r"damaged or not C3D"),
        (c3d_file()[:512], r"cut off: its parameters are in block 2"),
        (c3d_file()[:-512], r"cut off: 7 frames declared, 0 found"),
        (c3d_file(declared=60_000), r"cut off: 60,000 frames declared, \d+ found"),
        (c3d_file(declared=0), r"at least one frame; the file declares 0"),
        (c3d_file(processor=83), r"84, 85 or 86 \(Intel, DEC, MIPS\) as processor; found 83"),
        (c3d_file(scale=float("nan")), r"POINT:SCALE is nan"),
        (c3d_file(rate=float("inf")), r"POINT:RATE is inf; expected 1 to 1000"),
        (c3d_file(rate=0.0), r"POINT:RATE is 0; expected"),
        (c3d_file(POINTS * np.float32(1e30)), r"x of joint 0 'Hips' is .*e\+\d+ in frame 0"),
        (c3d_file(np.full((3, 1, 3), np.inf, np.float32), ["a"]), r"joint 0 'a' is inf in frame 0"),
        (c3d_file(np.full((3, 1, 3), np.nan, np.float32), ["a"]), r"no joint is tracked in any frame"),
        (c3d_file(more=[("ANGLES", ["Hips", "Neck", "Head"])]), r"expected points with positions"),
        (c3d_file().replace(b"USED\x07\0\x02\0\x03", b"USED\x07\0\x02\0\x04"), r"USED is 4, the header says 3"),
    ],
)
def test_a_broken_c3d_file_says_what_is_wrong(read, content, message):
    with pytest.raises(MotionError, match=rf"clip\.c3d.*{message}"):
        read(content)


def test_dimensions_of_a_parameter_are_not_trusted(read):
    words = b"HipsNeckHead"
    honest = parameter("LABELS", -1, [4, 3], words, INTEL)
    absurd = parameter("LABELS", -1, [4, 255, 255, 255, 255, 255], words, INTEL)
    content = c3d_file()
    assert honest in content
    start = content.index(honest)
    content = content[:start] + absurd + content[start + len(honest) + (len(absurd) - len(honest)) :]
    with pytest.raises(MotionError, match="damaged"):
        read(content)


def test_any_cut_of_a_c3d_file_reads_or_says_why(read):
    content = c3d_file()
    last = content.rstrip(b"\0")
    for cut in range(1, len(last) - 4, 7):
        with pytest.raises(MotionError):
            read(content[:cut])


def test_damage_anywhere_gives_a_motion_or_a_motion_error(read):
    generator = np.random.default_rng(0)
    outcomes = set()
    for _ in range(400):
        damaged = bytearray(c3d_file())
        for _ in range(generator.integers(1, 6)):
            damaged[generator.integers(len(damaged) if generator.random() < 0.2 else 800)] = generator.integers(256)
        try:
            (motion, *_) = read(bytes(damaged))
            assert not np.isinf(motion.joints).any()
            outcomes.add("read")
        except MotionError:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}


def test_without_the_library_the_error_says_how_to_install_it(read, monkeypatch):
    monkeypatch.setattr(c3d_reading, "c3d", None)
    with pytest.raises(MotionError, match=r"clip\.c3d: reading C3D files needs the package c3d; .*pip install c3d"):
        read(c3d_file())
