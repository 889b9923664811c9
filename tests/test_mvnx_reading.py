"""MVNX files of Xsens: segments are joints, their orientation tells where the face is turned."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.skeleton.rig_files import load_rigs
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES
from eai_llm_hf.processing.skeleton.unify import unify

FORMS = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "animation_forms.py"))
TO_Z_UP = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])


def xsens_motion(seconds: float = 1.5, seed: int = 5):
    """A walk of a generated performer with the segments of MVN, in metres and Z up."""
    clip = unify(generate_clip(seed, rig="smpl22", action="walk", duration_s=seconds).motion)
    rig = load_rigs()["xsens23"]
    columns = {name: joint for joint, name in rig["map"].items()}
    from eai_llm_hf.processing.reading.motion import Motion
    from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX

    places = [clip.joints[:, JOINT_INDEX[columns.get(name, "spine2")]] for name in rig["joints"]]
    return Motion(np.stack(places, axis=1) @ TO_Z_UP.T, 30.0, list(rig["joints"])), clip


@pytest.fixture
def write(tmp_path):
    def to_file(text: str) -> Path:
        path = tmp_path / "take.mvnx"
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


def test_a_take_is_read_with_its_rate_and_segments(write):
    motion, clip = xsens_motion()
    (read,) = read_motions(write(FORMS["mvnx_text"]([motion])))
    assert (read.fps, read.units, read.joint_names) == (30.0, "m", motion.joint_names)
    np.testing.assert_allclose(read.joints, motion.joints, atol=1e-5)
    unified = unify(read)
    assert unified.report["up_axis"] == "z" and unified.joint_mask.all()
    np.testing.assert_allclose(unified.joints[:, 16:], clip.joints[:, 16:], atol=0.01)


def test_poses_before_the_recording_are_left_out(write):
    motion, _ = xsens_motion()
    (read,) = read_motions(write(FORMS["mvnx_text"]([motion])))
    assert len(read.joints) == len(motion.joints)


def test_the_head_segment_tells_where_the_face_is_turned(write):
    motion, _ = xsens_motion()
    half = np.radians(30) / 2  # about y (left): the face goes down
    turns = np.tile([np.cos(half), 0, np.sin(half), 0], (len(motion.joints), 1))
    (read,) = read_motions(write(FORMS["mvnx_text"]([motion], turns)))
    np.testing.assert_allclose(
        read.face, np.tile([np.cos(2 * half), 0, -np.sin(2 * half)], (len(turns), 1)), atol=1e-4
    )
    assert np.degrees(np.arcsin(unify(read).face[:, 1])) == pytest.approx(-30, abs=0.1)


def test_two_subjects_are_two_people_of_different_length(write):
    first, second = xsens_motion(1.5)[0], xsens_motion(1.0, seed=6)[0]
    read = read_motions(write(FORMS["mvnx_text"]([first, second])))
    assert ["Person 1" in read[0].source, "Person 2" in read[1].source] == [True, True]


def test_legs_that_the_suit_did_not_measure_are_left_out(write):
    motion, _ = xsens_motion()
    text = FORMS["mvnx_text"]([motion]).replace("<subject ", '<subject configuration="UpperBody" ')
    (read,) = read_motions(write(text))
    clip = unify(read)
    legs = [joint for joint, name in enumerate(JOINT_NAMES) if name.endswith(("hip", "knee", "ankle", "foot"))]
    assert not clip.joint_mask[legs].any() and clip.joint_mask.sum() == len(JOINT_NAMES) - len(legs)
    assert "part_not_recorded" in [each["code"] for each in clip.report["notes"]]


def test_only_who_wore_the_suit_on_a_part_of_the_body_has_the_note(write):
    text = FORMS["mvnx_text"]([xsens_motion(1.0)[0], xsens_motion(1.0, seed=6)[0]])
    first, second = text.split("<subject ", 2)[:2], text.split("<subject ", 2)[2]
    read = read_motions(write("<subject ".join(first) + '<subject configuration="UpperBody" ' + second))
    assert [[each["code"] for each in motion.notes] for motion in read] == [[], ["part_not_recorded"]]


def test_a_suit_on_the_legs_alone_is_refused(write):
    motion, _ = xsens_motion()
    text = FORMS["mvnx_text"]([motion]).replace("<subject ", '<subject configuration="LowerBody" ')
    with pytest.raises(MotionError, match="worn on the lower body only"):
        read_motions(write(text))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[: len(text) // 2], "not XML, or cut off"),
        (lambda text: text.replace("mvnx", "svg"), "expected an MVNX file"),
        (lambda text: text.replace("<position>0.", "<position>x.", 2), "frame 0: expected numbers as position"),
        (lambda text: text.replace("<position>", "<position>1 ", 3), "expected 69 numbers as position.*found 70"),
        (lambda text: text.replace('type="normal"', 'type="tpose"'), "expected frames with positions"),
        (lambda text: text.replace("UTF-8", "UTC-8"), "the encoding that it names does not exist"),
        (lambda text: text.replace('"Person 1"', f'"{"a" * 2**21}"'), "a tag is longer than 1,048,576 bytes"),
        (lambda text: text.replace("<mvnx", '<!DOCTYPE x [<!ENTITY a "b">]><mvnx', 1), "without a document type"),
    ],
)
def test_a_broken_file_says_what_is_wrong(write, change, message):
    motion, _ = xsens_motion()
    with pytest.raises(MotionError, match=message):
        read_motions(write(change(FORMS["mvnx_text"]([motion]))))
