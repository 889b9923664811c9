"""glTF, GLB, VRM and VRMA files: nodes become joints, the animation moves them."""

import json
import runpy
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from moving_bodies import standing

from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.reading import node_tree
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES, PARENTS
from eai_llm_hf.processing.skeleton.unify import unify

FORMS = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "animation_forms.py"))
ARM = (["shoulder", "elbow", "wrist"], [-1, 0, 1], np.array([[0, 1.4, 0], [0.3, 0, 0], [0.25, 0, 0.0]]))
QUARTER = [0.0, 0.0, np.sqrt(0.5), np.sqrt(0.5)]  # 90 degrees about z
HUMAN = {
    "pelvis": "hips", "left_hip": "leftUpperLeg", "right_hip": "rightUpperLeg", "left_knee": "leftLowerLeg",
    "right_knee": "rightLowerLeg", "left_ankle": "leftFoot", "right_ankle": "rightFoot", "spine1": "spine",
    "spine3": "chest", "neck": "neck", "head": "head", "left_collar": "leftShoulder", "right_collar": "rightShoulder",
    "left_shoulder": "leftUpperArm", "right_shoulder": "rightUpperArm", "left_elbow": "leftLowerArm",
    "right_elbow": "rightLowerArm", "left_wrist": "leftHand", "right_wrist": "rightHand",
}  # fmt: skip


def walk() -> np.ndarray:
    return unify(generate_clip(5, rig="smpl22", action="walk", duration_s=2.0).motion).joints.astype(float)


def walking_document(names=JOINT_NAMES, head_turns=None, **extra):
    joints, pose = walk(), standing(1)[0]
    tracks = FORMS["moving_tracks"](PARENTS, joints, 30.0)
    if head_turns is not None:
        tracks[JOINT_INDEX["head"], "rotation"] = (np.arange(len(joints)) / 30, head_turns, "LINEAR")
    rest = np.array([pose[joint] - (pose[PARENTS[joint]] if joint else 0) for joint in range(len(PARENTS))])
    return FORMS["gltf_document"](names, PARENTS, rest, tracks, **extra)


@pytest.fixture
def write(tmp_path):
    def to_file(document, binary, name: str = "take.glb") -> Path:
        path = tmp_path / name
        if name.endswith(".gltf"):
            path.write_text(FORMS["gltf_text"](document, binary), encoding="utf-8")
        else:
            path.write_bytes(FORMS["glb_bytes"](document, binary))
        return path

    return to_file


@pytest.mark.parametrize("name", ["take.glb", "take.gltf"])
def test_a_walk_is_read_as_it_was_written(write, name):
    (motion,) = read_motions(write(*walking_document(), name))
    assert motion.fps == 30.0 and motion.units == "m"
    places = {joint: motion.joints[:, index] for index, joint in enumerate(motion.joint_names)}
    for joint in ("pelvis", "left_wrist", "right_foot"):
        np.testing.assert_allclose(places[joint], walk()[:, JOINT_INDEX[joint]], atol=1e-4)
    assert unify(motion).joint_mask.all()


def test_a_buffer_may_lie_beside_the_file_but_nowhere_else(tmp_path):
    document, binary = walking_document()
    path = tmp_path / "take.gltf"
    (tmp_path / "take.bin").write_bytes(binary)
    path.write_text(json.dumps(document | {"buffers": [{"byteLength": len(binary), "uri": "take.bin"}]}))
    assert len(read_motions(path)[0].joints) == len(walk())
    path.write_text(json.dumps(document | {"buffers": [{"byteLength": len(binary), "uri": "../take.bin"}]}))
    with pytest.raises(MotionError, match="expected a file beside this one"):
        read_motions(path)


def test_a_turn_of_the_elbow_moves_the_wrist(write):
    names, parents, rest = ARM
    turned = np.array([[0, 0, 0, 1.0], QUARTER])
    tracks = {(1, "rotation"): (np.array([0.0, 1.0]), turned, "LINEAR")}
    (motion,) = read_motions(write(*FORMS["gltf_document"](names, parents, rest, tracks)))
    np.testing.assert_allclose(motion.joints[-1, 2], [0.3, 1.65, 0], atol=1e-5)
    middle = motion.joints[15, 2] - motion.joints[15, 1]  # a turn at an even speed: 45 degrees
    np.testing.assert_allclose(middle, 0.25 * np.array([np.sqrt(0.5), np.sqrt(0.5), 0]), atol=1e-4)
    np.testing.assert_allclose(motion.joints[:, 1], np.tile([0.3, 1.4, 0], (31, 1)), atol=1e-6)


def test_steps_and_splines_are_interpolated_as_the_specification_says(write):
    names, parents, rest = ARM
    keys = np.array([0.0, 1.0])
    held = np.array([0.0, 1.0, 2.0]), np.array([[0, 1.0, 0], [0, 2.0, 0], [0, 2.0, 0]])
    step = {(0, "translation"): (*held, "STEP")}
    (motion,) = read_motions(write(*FORMS["gltf_document"](names, parents, rest, step)))
    assert set(motion.joints[:30, 0, 1]) == {1.0} and motion.joints[30, 0, 1] == 2.0
    values = np.array([[[0, 0, 0], [0, 1.0, 0], [0, 3.0, 0]], [[0, 0, 0], [0, 2.0, 0], [0, 0, 0]]]).reshape(6, 3)
    spline = {(0, "translation"): (keys, values, "CUBICSPLINE")}
    (motion,) = read_motions(write(*FORMS["gltf_document"](names, parents, rest, spline)))
    # Hermite at 0.5: (1 + 2) / 2 + 3 / 8
    assert motion.joints[15, 0, 1] == pytest.approx(1.875, abs=1e-4)


def test_scale_and_matrix_of_a_node_are_respected(write):
    names, parents, rest = ARM
    document, binary = FORMS["gltf_document"](
        names, parents, rest, {(2, "translation"): (np.array([0.0, 1.0]), np.array([[0.25, 0, 0]] * 2), "LINEAR")}
    )
    document["nodes"][0] = {
        "name": "shoulder", "children": [1], "matrix": [0, 2, 0, 0, -2, 0, 0, 0, 0, 0, 2, 0, 0, 1, 0, 1],
    }  # fmt: skip
    (motion,) = read_motions(write(document, binary))
    np.testing.assert_allclose(motion.joints[0, 2], [0, 1 + 2 * 0.55, 0], atol=1e-5)


def test_the_longest_of_several_animations_is_read_and_noted(write):
    names, parents, rest = ARM
    document, binary = walking_document()
    short = {"name": "short", "samplers": document["animations"][0]["samplers"][:1], "channels": []}
    document["animations"].insert(0, short)
    (motion,) = read_motions(write(document, binary))
    assert motion.notes[0]["code"] == "one_of_animations" and "'take'" in motion.notes[0]["message"]


@pytest.mark.parametrize("version", ["VRM", "VRMC_vrm", "VRMC_vrm_animation"])
def test_vrm_says_which_node_is_which_bone(write, version):
    nodes = {HUMAN[name]: {"node": index} for index, name in enumerate(JOINT_NAMES) if name in HUMAN}
    bones = [{"bone": name, **entry} for name, entry in nodes.items()] if version == "VRM" else nodes
    names = [f"J_{index:02}" for index in range(len(JOINT_NAMES))]
    document = walking_document(names, extensions={version: {"humanoid": {"humanBones": bones}}})
    (motion,) = read_motions(write(*document, name="take.vrma"))
    clip = unify(motion)
    assert clip.joint_mask[[JOINT_INDEX[name] for name in HUMAN]].all()


def test_turning_the_head_changes_the_face_and_nothing_else(write):
    little, turned = (read_motions(write(*walking_document(head_turns=yaw(degrees))))[0] for degrees in (10, 50))
    np.testing.assert_allclose(turned.joints, little.joints, atol=1e-6)
    angle = np.degrees(np.arccos((turned.face * little.face).sum(axis=1)))
    np.testing.assert_allclose(angle, 40, atol=0.1)


@pytest.mark.parametrize("turns", [None, 0])
def test_a_head_that_keeps_its_rotation_at_rest_was_not_measured(write, turns):
    (motion,) = read_motions(write(*walking_document(head_turns=None if turns is None else yaw(turns))))
    assert motion.face is None


def yaw(degrees: float) -> np.ndarray:
    """(frames, 4) x, y, z, w of a head turned to the left."""
    half = np.radians(degrees) / 2
    return np.tile([0, np.sin(half), 0, np.cos(half)], (len(walk()), 1))


def test_a_number_that_signals_is_refused_without_a_warning(write):
    document, binary = walking_document()
    start = document["bufferViews"][document["animations"][0]["samplers"][0]["output"]].get("byteOffset", 0)
    signalling = b"\x01\x00\xa0\x7f"
    with pytest.raises(MotionError, match="expected finite numbers"):
        read_motions(write(document, binary[:start] + signalling + binary[start + 4 :]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda document: document.pop("animations"), "expected an animation"),
        (lambda document: document.pop("nodes"), "expected nodes"),
        (lambda document: document["accessors"][0].update(count=10**9), "declares 1000000000 elements"),
        (lambda document: document["bufferViews"][1].update(byteOffset=10**9), "reaches beyond its buffer"),
        (lambda document: document["nodes"][3].update(children=[0]), "two parents|own ancestors"),
        (lambda document: document["animations"][0]["channels"][0]["target"].update(node=99), "moves node 99"),
        (lambda document: document.update(asset={"version": "1.0"}), "expected glTF 2.0"),
        (lambda document: document["animations"][0].pop("samplers"), "damaged or not glTF"),
        (lambda document: document["bufferViews"][0].update(byteOffset="zero"), "damaged or not glTF.*zero"),
    ],
)
def test_a_broken_file_says_what_is_wrong(write, change, message):
    document, binary = walking_document()
    change(document)
    with pytest.raises(MotionError, match=message):
        read_motions(write(document, binary))


def test_an_animation_of_the_face_alone_moves_no_nodes(write):
    document, binary = walking_document()
    for channel in document["animations"][0]["channels"]:
        channel["target"]["path"] = "weights"
    with pytest.raises(MotionError, match="expected an animation that moves nodes"):
        read_motions(write(document, binary))


def test_blocks_of_frames_give_the_same_movement(write, monkeypatch):
    path = write(*walking_document(head_turns=yaw(10)))
    (whole,) = read_motions(path)
    monkeypatch.setattr(node_tree, "_BLOCK", 7 * len(JOINT_NAMES))
    (in_blocks,) = read_motions(path)
    np.testing.assert_array_equal(in_blocks.joints, whole.joints)
    np.testing.assert_array_equal(in_blocks.face, whole.face)


def test_a_last_key_far_away_does_not_fill_the_memory(write):
    names, parents, rest = ARM
    far = {(2, "translation"): (np.array([0.0, 21000.0]), np.array([[0.25, 0, 0]] * 2), "LINEAR")}
    document, binary = FORMS["gltf_document"](names, parents, rest, far)
    document["nodes"] += [{"name": f"spare {index}"} for index in range(4000)]
    tracemalloc.start()
    try:
        read_motions(write(document, binary))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2e8


def test_an_integer_of_thousands_of_digits_is_refused(tmp_path):
    (tmp_path / "take.gltf").write_text('{"asset": {"version": "2.0"}, "nodes": ' + "9" * 5000 + "}", encoding="ascii")
    with pytest.raises(MotionError, match="expected JSON"):
        read_motions(tmp_path / "take.gltf")


def test_a_file_that_is_cut_off_says_so(write):
    path = write(*walking_document())
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(MotionError, match="cut off"):
        read_motions(path)
