"""Thousands of broken files: every reader returns motions or raises a MotionError, in little time and memory.

The files are those of `benchmarks/broken_files.py`, of which `benchmarks/fuzz_readers.py` reads a hundred thousand.
"""

import importlib.util
import io
import json
import os
import runpy
import time
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.reading.files import motions_from_array, read_motions
from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES
from eai_llm_hf.processing.reading.motion import Motion, MotionError
from eai_llm_hf.processing.skeleton.rig_files import depths_of, load_rigs
from eai_llm_hf.processing.skeleton.unify import unify

NEEDS_UFBX = pytest.mark.skipif(importlib.util.find_spec("ufbx") is None, reason="ufbx (extra `fbx`) is not installed")
SUFFIXES = [pytest.param(suffix, marks=NEEDS_UFBX if suffix == ".fbx" else ()) for suffix in READABLE_SUFFIXES]
"""Those whose files can be read here."""

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "fuzz_readers.py"
INPUTS_OF_A_SUFFIX = 160  # of fourteen: 2,240


@pytest.fixture(scope="module")
def fuzz() -> dict:
    """Names of the benchmark's module."""
    return runpy.run_path(str(BENCHMARK))


@pytest.fixture(scope="module")
def seeds(fuzz, tmp_path_factory) -> Path:
    """Valid and hostile files of each suffix."""
    folder = tmp_path_factory.mktemp("seeds")
    fuzz["SAMPLES"]["write_seeds"](folder)
    return folder


@pytest.fixture(scope="module")
def check_text(fuzz, tmp_path_factory):
    """Returns a function that passes a text through the reader of a suffix and raises a Fault if it misbehaves."""
    folder = tmp_path_factory.mktemp("texts")

    def check(text: str, suffix: str) -> str:
        path = folder / f"clip{suffix}"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        return fuzz["check"](path)

    return check


# ------------------------------------------------------------------------------------------------------- at random


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_broken_files_are_read_or_refused_and_nothing_else(fuzz, seeds, tmp_path, suffix):
    inputs = fuzz["BROKEN"]["Inputs"](seeds, suffix)
    path, outcomes, faults = tmp_path / f"clip{suffix}", Counter(), []
    for number in range(INPUTS_OF_A_SUFFIX):
        path.write_bytes(inputs[number])
        try:
            outcomes[fuzz["check"](path)] += 1
        except fuzz["Fault"] as fault:
            faults.append((number, str(fault)))
    assert faults == []
    assert min(outcomes["read"], outcomes["refused"]) > 10, outcomes


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_seeds_that_are_broken_are_valid_files(seeds, suffix):
    whole = [path for path in (seeds / suffix).iterdir() if "hostile" not in path.name]
    assert len(whole) >= 2
    for path in whole:
        assert read_motions(path)


def test_the_same_seed_breaks_files_in_the_same_way_and_another_does_not(fuzz, seeds):
    make = fuzz["BROKEN"]["Inputs"]
    numbers = range(100, 130)
    first, again, other = ([make(seeds, ".csv", seed)[n] for n in numbers] for seed in (0, 0, 1))
    assert first == again and first != other
    assert len(set(first)) > 25


cells = st.one_of(
    st.floats(width=32).map(str),
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from(["", " ", "nan", "-inf", "1e308", "999999999999", "\0", "é", "٣", '"', "1,5", "x" * 300]),
)
some_names = st.one_of(
    st.sampled_from(
        ["Hips", "LeftArm", "RightArm", "left_hip", "Neck", "", "a b", "r:Head", "{", "}", "٣", "x" * 300]
    ),
    st.text(max_size=8),
)


@st.composite
def bvh_texts(draw) -> str:
    """BVH that follows the grammar, with any names, numbers and channels, and rows that may not fit."""
    width = 0

    def joint(keyword: str, depth: int) -> list[str]:
        nonlocal width
        kinds = draw(st.lists(st.sampled_from(["Xrotation", "Yposition", "zRotation", "W"]), max_size=4))
        width += len(kinds)
        lines = [f"{keyword} {draw(some_names)}", "{", "OFFSET " + " ".join(draw(cells) for _ in range(3))]
        lines.append(f"CHANNELS {draw(st.sampled_from([len(kinds)] * 9 + [-1, 99, '1e9']))} {' '.join(kinds)}")
        for _ in range(draw(st.integers(0, 2)) if depth < 4 else 0):
            lines += joint("JOINT", depth + 1)
        return [*lines, "}"]

    lines = ["HIERARCHY", *joint("ROOT", 0), "MOTION"]
    frames = draw(st.sampled_from([0, 1, 8, 8, 8, "1000000000", "-1", "nan"]))
    lines += [f"Frames: {frames}", f"Frame Time: {draw(st.sampled_from(['0.03', '0.03', '0', 'inf', '1e-300']))}"]
    number = draw(st.one_of(st.just("1"), cells))
    return "\n".join([*lines, *[" ".join([number] * width)] * draw(st.sampled_from([8, 8, 0, 1]))])


@st.composite
def tables(draw) -> str:
    """Wide and long tables whose header may not fit their rows."""
    delimiter = draw(st.sampled_from(",;\t"))
    if draw(st.booleans()):
        header = [f"{name}_{axis}" for name in draw(st.lists(some_names, max_size=3)) for axis in "xyz"]
        header = draw(st.sampled_from([[], ["time"], ["frame"]])) + header
    else:
        header = draw(st.permutations(["frame", "joint", "x", "y", "z"]))
    rows = draw(st.lists(st.lists(cells, min_size=len(header), max_size=len(header)), max_size=6))
    return "\n".join(delimiter.join(row) for row in [header, *rows])


numbers = st.one_of(st.floats(), st.integers(-(10**30), 10**30), st.none())
points = st.one_of(
    st.lists(numbers, max_size=4), st.dictionaries(st.sampled_from("xyzX"), numbers), st.none(), st.text(max_size=3)
)
frames_of_json = st.recursive(
    points,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["people", "landmarks", "Hips", "t", "poseLandmarks", ""]), inner, max_size=3),
    ),
    max_leaves=12,
)
documents = st.one_of(
    st.lists(frames_of_json, max_size=4),
    st.fixed_dictionaries(
        {"frames": st.lists(frames_of_json, max_size=4)},
        optional={
            key: st.one_of(points, st.sampled_from(["evil.json", "smpl22", "mm"]), st.lists(some_names, max_size=3))
            for key in ("fps", "layout", "joint_names", "units", "frame_rate")
        },
    ),
)


@st.composite
def trc_texts(draw) -> str:
    """TRC whose counts, names and rows may not agree."""
    count = draw(st.integers(1, 3))
    declared = draw(st.sampled_from([count, count, count, 0, -1, 10**9, "nan"]))
    head = ["PathFileType\t4", "DataRate\tNumFrames\tNumMarkers\tUnits"]
    head.append(f"{draw(st.sampled_from(['60', '0', 'nan', '1e308']))}\t{draw(st.integers(0, 3))}\t{declared}\tmm")
    head.append("Frame#\tTime\t" + "\t\t\t".join(draw(some_names) for _ in range(count)))
    rows = draw(st.lists(st.lists(cells, min_size=2 + 3 * count, max_size=2 + 3 * count), max_size=4))
    return "\n".join([*head, *("\t".join(row) for row in rows)])


@pytest.mark.parametrize(
    ("suffix", "texts"),
    [(".bvh", bvh_texts()), (".csv", tables()), (".json", documents.map(json.dumps)), (".trc", trc_texts())],
    ids=["bvh", "csv", "json", "trc"],
)
def test_texts_that_follow_the_grammar_of_a_format_are_read_or_refused(check_text, suffix, texts):
    @settings(max_examples=75, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(texts)
    def every_text(text):
        assert check_text(text, suffix) in ("read", "refused")

    every_text()


# ------------------------------------------------------------------------------------------------------- one by one


def zipped(method=zipfile.ZIP_DEFLATED, **arrays) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, np.asarray(array))
    return content.getvalue()


@pytest.fixture
def write(tmp_path):
    def write_file(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


@pytest.mark.parametrize("suffix", READABLE_SUFFIXES)
@pytest.mark.parametrize("seed", range(3))
def test_binary_noise_is_refused_whatever_its_suffix(write, suffix, seed):
    noise = np.random.default_rng(seed).integers(0, 256, 20_000, dtype=np.uint8).tobytes()
    with pytest.raises(MotionError, match=f"clip{suffix}"):
        read_motions(write(f"clip{suffix}", noise))


@pytest.mark.parametrize("other", READABLE_SUFFIXES)
@pytest.mark.parametrize("suffix", READABLE_SUFFIXES)
def test_a_recording_under_the_suffix_of_another_format_is_refused(seeds, write, suffix, other):
    families = ({".json", ".jsonl"}, {".glb", ".gltf", ".vrm", ".vrma"})  # each is read under all suffixes of its own
    if suffix == other or any({suffix, other} <= family for family in families):
        return
    whole = next(path for path in sorted((seeds / other).iterdir()) if "hostile" not in path.name)
    with pytest.raises(MotionError, match=f"clip{suffix}"):
        read_motions(write(f"clip{suffix}", whole.read_bytes()))


@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_a_rig_file_that_a_recording_names_is_not_opened(write, tmp_path, monkeypatch, suffix):
    rig = write("evil.json", json.dumps(load_rigs()["smpl22"]))
    monkeypatch.chdir(tmp_path)
    joints = generate_clip(5, rig="smpl22", duration_s=1.0).motion.joints
    for layout in ("evil.json", str(rig), "nowhere/EVIL.JSON"):
        if suffix == ".npz":
            content = zipped(joints=joints, fps=30.0, layout=layout)
        else:
            content = json.dumps({"fps": 30, "layout": layout, "frames": joints.astype(float).tolist()})
        path = write(f"clip{suffix}", content)
        with pytest.raises(MotionError, match=rf"clip{suffix}: its layout is .*expected the name of a known rig"):
            read_motions(path)
    # The caller may name one, also in place of what the recording names.
    (motion,) = read_motions(path, layout="evil.json")
    assert unify(motion).report["layout"] == "smpl22"


def still_joints(joints: int, frames: int) -> str:
    """A BVH file of a chain that only moves at its root: two characters a frame."""
    text = "HIERARCHY\nROOT Hips {\nOFFSET 0 0 0\nCHANNELS 1 Xposition\n"
    text += "".join(f"JOINT j{number} {{ OFFSET 0 1 0 }}\n" for number in range(1, joints)) + "}\n"
    return text + "MOTION\nFrames: 1\nFrame Time: 0.03\n" + "0\n" * frames


def few_rows(joints: int, frames: int) -> str:
    """A long table in which all joints but one are tracked in the first frame alone."""
    return "frame,joint,x,y,z\n" + "".join(
        [f"0,j{number},1,1,1\n" for number in range(joints)] + [f"{number},j0,1,1,1\n" for number in range(1, frames)]
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("clip.bvh", still_joints(4000, 2_000)),
        ("clip.csv", few_rows(430, 49_000)),
        ("late.json", "[" + "[]," * 100_000 + json.dumps({f"j{n}": [0.0, 0.0, 0.0] for n in range(118)}) + "]"),
        ("early.json", "[" + json.dumps([[[0.0, 0.0, 0.0]] + [None] * 99] * 64) + ",[]" * 100_000 + "]"),
        ("clip.npz", zipped(joints=np.zeros((1_000_000, 22, 3), np.int8), fps=30.0)),
    ],
    ids=["joints that never move", "joints in one row", "a late joint", "people in one frame", "a zip bomb"],
)
def test_a_small_file_that_stands_for_a_huge_clip_is_refused_at_once(write, name, content):
    path = write(name, content)
    assert path.stat().st_size < 1_000_000
    started = time.process_time()
    with pytest.raises(MotionError, match=f"{name}.*(for a file of its size|in a file of its size|expected at most)"):
        read_motions(path)
    assert time.process_time() - started < 5, "a clip of that size would take far longer"


def test_a_large_clip_in_a_file_of_its_size_is_still_read(write):
    path = write("clip.npz", zipped(joints=np.random.default_rng(0).integers(-99, 99, (200_000, 17, 3), np.int8)))
    (motion,) = read_motions(path)
    assert motion.joints.nbytes > 2**25 and motion.joints.shape == (200_000, 17, 3)


@pytest.mark.parametrize(
    "header",
    ["-" * 9000 + "1", "{'descr': (), 'fortran_order': False, 'shape': (1, 1, 3)}", "{[]: 1}", "{" * 120, "\0"],
)
def test_an_array_header_that_numpy_cannot_read_is_refused(fuzz, write, header):
    with pytest.raises(MotionError, match=r"clip\.npy: the file is damaged"):
        read_motions(write("clip.npy", fuzz["SAMPLES"]["npy_bytes"](header)))


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_archive_that_numpy_does_not_write_is_refused_unopened(write, method):
    path = write("clip.npz", zipped(method, joints=np.zeros((4, 2, 3))))
    with pytest.raises(MotionError, match="stored or deflated"):
        read_motions(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("clip.bvh", still_joints(2, 8).replace("Hips", "a" * 300)),
        ("clip.csv", "{0}_x,{0}_y,{0}_z\n1,2,3\n".format("a" * 300)),
        ("long.csv", "frame,joint,x,y,z\n0," + "a" * 300 + ",1,2,3\n"),
        ("clip.json", json.dumps([{"a" * 300: [1, 2, 3]}])),
        ("names.json", json.dumps({"joint_names": ["a" * 300], "frames": [[[1, 2, 3]]]})),
        ("clip.npz", zipped(joints=np.ones((9, 1, 3)), joint_names=["a" * 300])),
    ],
)
def test_a_joint_name_as_long_as_a_page_is_refused_in_a_short_message(write, name, content):
    with pytest.raises(MotionError, match=f"{name}.*name") as refused:
        read_motions(write(name, content))
    assert len(str(refused.value)) < 300


def test_a_signalling_nan_is_an_untracked_joint_without_a_warning():
    joints = np.ones((4, 2, 3))
    joints.view(np.uint64)[1, 1, 1] = 0x7FF0000000000001
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (motion,) = motions_from_array(joints)
    assert np.isnan(motion.joints[1, 1]).all() and np.isnan(motion.joints).sum() == 3


def test_more_people_than_any_recording_holds_are_refused():
    with pytest.raises(MotionError, match="at most 4096 people; found 5000"):
        motions_from_array(np.ones((5000, 8, 1, 3)))
    assert len(motions_from_array(np.ones((4096, 8, 1, 3)))) == 4096


def test_a_chain_of_thousands_of_joints_is_matched_in_linear_time():
    body = generate_clip(5, rig="smpl22", duration_s=1.0).motion
    extra = 4096 - len(body.joint_names)
    names = [*body.joint_names, *(f"spine{number}" for number in range(10, 10 + extra))]
    joints = np.concatenate([body.joints, np.repeat(body.joints[:, :1], extra, axis=1)], axis=1)
    parents = [*body.parents, *range(len(body.joint_names) - 1, 4095)]
    started = time.process_time()
    unify(Motion(joints, 30.0, names, parents))
    assert time.process_time() - started < 1


def test_depths_count_to_the_root_and_mark_circles():
    assert depths_of([-1, 0, 1, 1, -1]) == [0, 1, 2, 2, 0]
    assert depths_of([1, 2, -1]) == [2, 1, 0]
    assert [depth > 4 for depth in depths_of([1, 0, 1, -1])] == [True, True, True, False]


# ------------------------------------------------------------------------------------------------------ the harness


@pytest.mark.parametrize(
    ("reads", "message"),
    [
        (lambda path: {}["joints"], "KeyError at test_fuzz.py"),
        (lambda path: warnings.warn("careful", stacklevel=1), "UserWarning"),
        (lambda path: [Motion(np.full((9, 22, 3), np.inf, np.float32), 30.0)], "joints of shape"),
        (lambda path: [Motion(np.ones((9, 22, 3)), 30.0)], "float64"),
        (lambda path: sum(range(10**6)) * [], "s of processor time"),
        (lambda path: (_ for _ in ()).throw(MotionError("it is broken")), "does not name the file"),
        (lambda path: (_ for _ in ()).throw(MotionError(path.name * 1000)), "a message of"),
    ],
    ids=["an exception", "a warning", "infinite", "of another type", "slow", "nameless", "endless"],
)
def test_the_check_sees_what_a_reader_must_not_do(fuzz, write, monkeypatch, reads, message):
    names = fuzz["check"].__globals__
    monkeypatch.setitem(names, "read_motions", reads)
    if "time" in message:
        monkeypatch.setitem(names, "MAX_SECONDS", 0.001)
    with pytest.raises(fuzz["Fault"], match=message):
        fuzz["check"](write("clip.bvh", "HIERARCHY"))


def test_a_process_that_ends_is_a_fault_and_another_goes_on(fuzz, tmp_path, monkeypatch):
    """A fake worker ends at the second input, and at the start of the fourth."""
    worker = tmp_path / "worker.py"
    worker.write_text(
        "import os, sys\n"
        "for number in range(int(sys.argv[4]), int(sys.argv[5])):\n"
        "    if number in (1, 3):\n"
        "        os.abort()\n"
        '    print(f\'[{number}, "read", "", {number}.5, 7]\', flush=True)\n'
    )
    monkeypatch.setitem(fuzz["fuzz_suffix"].__globals__, "__file__", str(worker))
    reported = []
    row = fuzz["fuzz_suffix"](tmp_path, ".bvh", 6, 0, reported.append)
    assert row.counts == {"read": 4, "refused": 0, "fault": 2} and len(reported) == 6
    assert [number for number, _ in row.faults] == [1, 3] and "ended (-6)" in row.faults[0][1]
    assert (row.slowest_ms, row.megabytes) == (5.5, 7)


def test_the_page_adds_its_rows_up(fuzz, monkeypatch):
    monkeypatch.setitem(fuzz["as_markdown"].__globals__, "baseline_megabytes", lambda: 100)
    rows = [fuzz["Row"](".bvh"), fuzz["Row"](".csv")]
    rows[0].add(0, "read", "", 3.0, 120)
    rows[0].add(1, "fault", "it hangs", 9000.0, 110)
    rows[1].add(0, "refused", "", 5.0, 130)
    page = fuzz["as_markdown"](rows, "python benchmarks/fuzz_readers.py")
    assert "| .bvh | 2 | 1 | 0 | 1 | 9,000 | 120 |" in page
    assert "| together | 3 | 1 | 1 | 1 | 9,000 | 130 |" in page
    assert os.sep + "tmp" not in page
