"""FBX files: bones become joints, the first take that moves them is read, and no crash of the library gets through."""

import importlib.util
import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from moving_bodies import standing

from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.reading import fbx
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.skeleton.rig_files import load_rigs
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES, PARENTS
from eai_llm_hf.processing.skeleton.unify import unify
from eai_llm_hf.publish.remote_code import write_remote_code

FORMS = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "fbx_forms.py"))
ARM = (["shoulder", "elbow", "wrist"], [-1, 0, 1], np.array([[0, 1.4, 0], [0.3, 0, 0], [0.25, 0, 0.0]]))
needs_ufbx = pytest.mark.skipif(importlib.util.find_spec("ufbx") is None, reason="ufbx (extra `fbx`) is not installed")


def walk() -> np.ndarray:
    return unify(generate_clip(5, rig="smpl22", action="walk", duration_s=2.0).motion).joints.astype(float)


def offsets(pose: np.ndarray, parents=PARENTS) -> np.ndarray:
    return np.array([pose[joint] - (pose[parent] if parent >= 0 else 0) for joint, parent in enumerate(parents)])


def walking(names=JOINT_NAMES, scale: float = 1.0, **how):
    take = FORMS["moving_take"](PARENTS, walk() * scale, 30.0)
    return FORMS["fbx_document"](names, PARENTS, offsets(standing(1)[0]) * scale, [take], **how)


def arm(*takes, **how):
    return FORMS["fbx_document"](*ARM, takes, **how)


def turned(degrees: float, fps: float = 30.0, name: str = "take", frames: int = 3):
    turns = np.linspace([0.0, 0.0, 0.0], [0.0, 0.0, degrees], frames)
    return FORMS["Take"](name, fps, rotations={1: turns})


@pytest.fixture
def write(tmp_path):
    def to_file(document, binary: bool = True) -> Path:
        path = tmp_path / "dance.fbx"
        path.write_bytes(FORMS["fbx_bytes"](document) if binary else FORMS["fbx_text"](document).encode())
        return path

    return to_file


@needs_ufbx
@pytest.mark.parametrize("binary", [True, False])
def test_a_walk_is_read_as_it_was_written(write, binary):
    (motion,) = read_motions(write(walking(), binary))
    assert (motion.fps, motion.units, motion.joint_names) == (30.0, "m", list(JOINT_NAMES))
    assert motion.parents == list(PARENTS)
    np.testing.assert_allclose(motion.joints, walk(), atol=1e-5)


@needs_ufbx
@pytest.mark.parametrize("centimetres", [100.0, 1.0, 0.1, 2.54])
def test_the_unit_of_the_file_becomes_metres(write, centimetres):
    (motion,) = read_motions(write(walking(scale=100.0 / centimetres, centimetres=centimetres)))
    np.testing.assert_allclose(motion.joints, walk(), atol=1e-4)


@needs_ufbx
def test_a_file_with_z_up_is_turned_so_that_y_is_up(write):
    (motion,) = read_motions(write(walking(up="z")))
    x, y, z = np.moveaxis(walk(), -1, 0)
    np.testing.assert_allclose(motion.joints, np.stack([x, z, -y], axis=-1), atol=1e-5)


@needs_ufbx
def test_a_turn_of_the_elbow_moves_the_wrist(write):
    (motion,) = read_motions(write(arm(turned(90.0))))
    np.testing.assert_allclose(motion.joints[:, 1], np.tile([0.3, 1.4, 0.0], (3, 1)), atol=1e-6)
    half = 0.25 * np.sqrt(0.5)
    expected = [[0.55, 1.4, 0.0], [0.3 + half, 1.4 + half, 0.0], [0.3, 1.65, 0.0]]
    np.testing.assert_allclose(motion.joints[:, 2], expected, atol=1e-6)


@needs_ufbx
@pytest.mark.parametrize("fps", [24.0, 59.94, 120.0])
def test_the_frame_rate_is_that_of_the_file(write, fps):
    (motion,) = read_motions(write(arm(turned(90.0, fps, frames=40))))
    assert motion.fps == pytest.approx(fps) and len(motion.joints) == 40


@needs_ufbx
def test_a_take_that_states_no_times_lasts_as_long_as_its_keys(write):
    text = FORMS["fbx_text"](arm(turned(90.0, frames=12)))
    path = write(arm(turned(90.0)))
    path.write_text(text.replace("LocalStop", "Elsewhere").replace("LocalStart", "Nowhere"))
    (motion,) = read_motions(path)
    assert len(motion.joints) == 12


@needs_ufbx
def test_the_first_take_that_moves_a_joint_is_read_and_the_others_are_named(write):
    still = turned(0.0, name="Take 001", frames=9)
    (motion,) = read_motions(write(arm(still, turned(90.0, name="dance"), turned(30.0, name="bow"))))
    assert len(motion.joints) == 3 and motion.joints[-1, 2, 1] == pytest.approx(1.65, abs=1e-5)
    (note,) = motion.notes
    assert note["code"] == "one_of_animations"
    assert note["message"] == (
        "of 3 takes the first that moves a joint is read, 'dance'; not 'Take 001', 'bow'"
    )  # fmt: skip


@needs_ufbx
def test_nodes_without_bones_are_joints(write):
    (motion,) = read_motions(write(walking(kind="Null")))
    np.testing.assert_allclose(motion.joints, walk(), atol=1e-5)


@needs_ufbx
def test_the_names_of_mixamo_are_recognised(write):
    mixamo = load_rigs()["mixamo"]["map"]
    names = [f"mixamorig:{mixamo[joint]}" if joint in mixamo else joint for joint in JOINT_NAMES]
    (motion,) = read_motions(write(walking(names=names)))
    assert "mixamorig:Hips" in motion.joint_names
    clip = unify(motion)
    assert clip.report["matched_joints"] >= 17


@needs_ufbx
def test_two_skeletons_are_two_people(write):
    names = [f"{who}:{joint}" for who in ("Anna", "Ben") for joint in JOINT_NAMES]
    parents = [*PARENTS, *(parent + len(PARENTS) if parent >= 0 else -1 for parent in PARENTS)]
    joints = np.concatenate([walk(), walk() + [2.0, 0.0, 0.0]], axis=1)
    document = FORMS["fbx_document"](
        names, parents, offsets(joints[0], parents), [FORMS["moving_take"](parents, joints, 30.0)]
    )
    anna, ben = read_motions(write(document))
    assert "Anna" in anna.source and "Ben" in ben.source
    np.testing.assert_allclose(ben.joints - anna.joints, np.broadcast_to([2.0, 0, 0], anna.joints.shape), atol=1e-5)


@needs_ufbx
def test_the_face_turns_with_the_head(write):
    pose, head = standing(1)[0], JOINT_INDEX["head"]
    take = FORMS["Take"]("take", 30.0, rotations={head: np.array([[0.0, 0, 0], [0, 45, 0], [0, 90, 0]])})
    (motion,) = read_motions(write(FORMS["fbx_document"](JOINT_NAMES, PARENTS, offsets(pose), [take])))
    first, _, last = motion.face
    assert abs(first @ last) < 1e-5 and abs(first[1]) < 1e-5


@needs_ufbx
def test_a_model_without_a_take_is_refused(write):
    with pytest.raises(MotionError, match=r"dance\.fbx: expected an animation; found a model without one"):
        read_motions(write(arm()))


@needs_ufbx
def test_a_take_that_is_too_long_for_its_file_is_refused(write):
    path = write(arm(turned(90.0)))
    text = FORMS["fbx_text"](arm(turned(90.0)))
    path.write_text(text.replace('"LocalStop", "KTime", "Time", "", ', '"LocalStop", "KTime", "Time", "", 9999999'))
    with pytest.raises(MotionError, match=r"dance\.fbx: .* frames of 4 nodes are too many"):
        read_motions(path)


@needs_ufbx
def test_a_damaged_file_is_refused_with_the_way_to_convert_it(write):
    path = write(arm(turned(90.0)))
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(MotionError, match=r"dance\.fbx: the file is damaged or not FBX .*Blender converts FBX"):
        read_motions(path)


@needs_ufbx
def test_the_folder_of_the_readers_hides_no_module_of_the_standard_library(write, monkeypatch):
    monkeypatch.chdir(Path(fbx.SCRIPT).parent)  # it has a json.py and a csv.py
    assert len(read_motions(write(arm(turned(90.0))))) == 1


@needs_ufbx
def test_the_copy_of_the_code_on_the_hub_reads_fbx_too(write, tmp_path):
    write_remote_code(tmp_path / "hub_copy")
    path = write(walking())
    code = f"from hub_copy.reading_files import read_motions; print(read_motions({str(path)!r})[0].joints.shape)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == f"{walk().shape}\n", done.stderr


# ------------------------------------------------------------------------------------- a library that misbehaves


@pytest.fixture
def library(tmp_path, monkeypatch):
    """Returns a function that puts code in the place of ufbx."""

    def replace(code: str) -> None:
        folder = tmp_path / "library"
        folder.mkdir()
        (folder / "ufbx.py").write_text(code, encoding="utf-8")
        monkeypatch.setenv("PYTHONPATH", str(folder))

    return replace


CONVERT = r"Blender converts FBX: import the file there and export it as glTF \(\.glb\) or BVH"


def test_without_the_library_the_message_names_the_extra_and_the_way_to_convert(write, library):
    library("raise ImportError('no')")
    with pytest.raises(MotionError, match=rf'dance\.fbx: .*package ufbx; .*"eai-llm-hf\[fbx\]".*{CONVERT}'):
        read_motions(write(arm(turned(90.0))))


@pytest.mark.skipif(sys.platform == "win32", reason="processes end by signals on other systems only")
def test_a_crash_of_the_library_is_an_error_and_not_the_end(write, library):
    library("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(MotionError, match=rf"dance\.fbx: .*crashed on this file \(Segmentation fault\)\. {CONVERT}"):
        read_motions(write(arm(turned(90.0))))


def test_a_library_that_hangs_is_ended(write, library, monkeypatch):
    monkeypatch.setattr(fbx, "_LONGEST_S", 1.0)
    library("import time\ntime.sleep(60)")
    with pytest.raises(MotionError, match=rf"dance\.fbx: not read after 1 s\. {CONVERT}"):
        read_motions(write(arm(turned(90.0))))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound the addresses of a process")
def test_a_library_that_takes_too_much_memory_is_refused(write, library):
    library("bytearray(2**33)")
    with pytest.raises(MotionError, match=r"dance\.fbx: reading it needs more than .* GB of memory"):
        read_motions(write(arm(turned(90.0))))


@pytest.mark.parametrize(
    ("code", "what"),
    [("load_file = None", "AttributeError.*load_memory"), ("raise RuntimeError('bad binary')", "RuntimeError: bad")],
)
def test_a_package_of_the_same_name_that_is_another_or_broken_is_not_blamed_on_the_file(write, library, code, what):
    library(code)
    with pytest.raises(MotionError, match=rf"dance\.fbx: the package ufbx cannot be loaded \(.*{what}.*{CONVERT}"):
        read_motions(write(arm(turned(90.0))))


@pytest.mark.parametrize("code", ["print('welcome', flush=True)", "import os\nos.write(1, b'welcome\\n')"])
def test_what_is_printed_while_python_starts_and_by_the_library_is_no_result(write, library, tmp_path, code):
    library(f"{code}\nraise ImportError")
    (tmp_path / "library" / "sitecustomize.py").write_text(code, encoding="utf-8")
    with pytest.raises(MotionError, match="reading FBX needs the package ufbx"):
        read_motions(write(arm(turned(90.0))))


def test_a_program_without_a_python_of_its_own_says_so(write, monkeypatch):
    path = write(arm(turned(90.0)))
    for none in (None, ""):
        monkeypatch.setattr(sys, "executable", none)
        with pytest.raises(
            MotionError, match=rf"dance\.fbx: .*process of Python, and this program has none\. {CONVERT}"
        ):
            read_motions(path)


@needs_ufbx
@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_utf_8_is_read(write, tmp_path):
    path = write(walking()).rename(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.fbx"))
    assert read_motions(path)[0].joints.shape == walk().shape


def test_reading_other_formats_does_not_load_the_library():
    code = "import sys, eai_llm_hf.processing.reading.fbx; sys.exit('ufbx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
