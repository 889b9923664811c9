"""Where a face looks, from the rotation of the head in a BVH file."""

import numpy as np
import pytest
from conftest import SHARED_DATA

from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.rest_pose import face_at_rest
from eai_llm_hf.processing.skeleton.unify import unify

STANDING = {  # name: (parent, offset)
    "Hips": (None, (0, 90, 0)),
    "Chest": ("Hips", (0, 40, 0)),
    "Neck": ("Chest", (0, 15, 0)),
    "Head": ("Neck", (0, 10, 1)),
    **{
        f"{side}{part}": (parent if parent in ("Hips", "Chest") else f"{side}{parent}", (sign * x, y, z))
        for side, sign in (("Left", 1), ("Right", -1))
        for part, parent, (x, y, z) in (
            ("Arm", "Chest", (18, 8, 0)),
            ("ForeArm", "Arm", (28, 0, 0)),
            ("Hand", "ForeArm", (25, 0, 0)),
            ("UpLeg", "Hips", (9, -5, 0)),
            ("Leg", "UpLeg", (0, -40, 0)),
            ("Foot", "Leg", (0, -40, 0)),
        )
    },
}
ANGLES = ("Zrotation", "Xrotation", "Yrotation")


def body_bvh(rows, body=STANDING, roots=("Hips",)):
    """Returns the text of a file; `rows` has a frame's angles, joint -> (z, x, y) degrees, the others are zero."""
    lines, order = ["HIERARCHY"], []

    def write_joint(name, depth):
        parent, offset = body[name]
        order.append(name)
        lines.append(f"{'ROOT' if depth == 0 else 'JOINT'} {name}\n{{\nOFFSET {' '.join(map(str, offset))}")
        lines.append(f"CHANNELS 3 {' '.join(ANGLES)}")
        for child in (child for child, (of, _) in body.items() if of == name):
            write_joint(child, depth + 1)
        lines.append("}")

    for root in roots:
        write_joint(root, 0)
    lines += ["MOTION", f"Frames: {len(rows)}", "Frame Time: 0.0333333"]
    lines += [" ".join(f"{angle:g}" for name in order for angle in row.get(name, (0, 0, 0))) for row in rows]
    return "\n".join(lines) + "\n"


def test_turning_the_head_alone_changes_the_face_and_nothing_else(write):
    still, turned = (
        read_motions(write(body_bvh([{"Neck": (0, 1, 0)}, {"Neck": (0, 1, 0), "Head": (0, 0, degrees)}])))[0]
        for degrees in (0, 90)
    )
    np.testing.assert_array_equal(still.joints, turned.joints)
    np.testing.assert_allclose(still.face[0], turned.face[0])
    np.testing.assert_allclose(still.face[1] @ [0, 0, 1], 1.0, atol=0.01)
    np.testing.assert_allclose(turned.face[1], [1, 0, 0], atol=1e-6)  # to the left of a body that faces +Z


def test_a_nod_lowers_the_face(write):
    (motion,) = read_motions(write(body_bvh([{"Head": (0, 30, 0)}])))
    np.testing.assert_allclose(motion.face[0], [0, -0.5, np.cos(np.pi / 6)], atol=1e-6)


def test_the_face_turns_with_the_body(write):
    (motion,) = read_motions(write(body_bvh([{"Hips": (0, 0, 180), "Head": (0, 0, 1)}])))
    np.testing.assert_allclose(motion.face[0], [0, 0, -1], atol=0.02)


def test_a_body_that_faces_another_way_at_rest_looks_that_way(write):
    turned = {name: (parent, (z, y, -x)) for name, (parent, (x, y, z)) in STANDING.items()}
    (motion,) = read_motions(write(body_bvh([{"Neck": (0, 0, 90)}], turned)))
    np.testing.assert_allclose(motion.face[0], [0, 0, -1], atol=1e-6)  # rest +X, turned by 90 degrees about Y


def test_a_neck_turns_the_face_where_no_joint_is_called_head(write):
    headless = {name: entry for name, entry in STANDING.items() if name != "Head"}
    (motion,) = read_motions(write(body_bvh([{"Neck": (0, 0, 90)}], headless)))
    np.testing.assert_allclose(motion.face[0], [1, 0, 0], atol=1e-6)


def test_a_zero_pose_with_all_bones_along_one_axis_tells_no_face(write):
    stretched = {name: (parent, (0, np.linalg.norm(offset), 0)) for name, (parent, offset) in STANDING.items()}
    (motion,) = read_motions(write(body_bvh([{"Head": (0, 0, 90)}], stretched)))
    assert motion.face is None


def test_a_head_and_neck_that_never_rotate_were_not_measured(write):
    (motion,) = read_motions(write(body_bvh([{"Hips": (0, 0, 10)}, {"Chest": (0, 20, 0)}])))
    assert motion.face is None


@pytest.mark.parametrize("rename", [str, lambda name: f"mixamorig:{name}", lambda name: f"Alice_{name}"])
def test_the_head_is_found_under_its_usual_names(rename):
    names = list(STANDING)
    parents = [-1 if parent is None else names.index(parent) for parent, _ in STANDING.values()]
    positions = np.zeros((len(names), 3))
    for index, (_, offset) in enumerate(STANDING.values()):
        positions[index] = np.array(offset) + (positions[parents[index]] if index else 0)
    head, forward = face_at_rest([rename(name) for name in names], parents, positions)
    assert names[head] == "Head"
    np.testing.assert_allclose(forward, [0, 0, 1], atol=1e-9)


def test_two_roots_are_two_people(write):
    text = body_bvh([{"Head": (0, 0, 10)}, {"Head": (0, 0, 20)}])
    header, motion = text.split("MOTION\n")
    tree = header.removeprefix("HIERARCHY\n")
    rows = motion.splitlines()
    both = "\n".join(["HIERARCHY", tree, tree.replace("OFFSET 0 90 0", "OFFSET 100 90 0"), "MOTION", *rows[:2]])
    both += "\n" + "\n".join(f"{row} {row}" for row in rows[2:]) + "\n"
    first, second = read_motions(write(both))
    assert (len(first.joint_names), first.joint_names) == (len(STANDING), second.joint_names)
    np.testing.assert_allclose(second.joints - first.joints, np.broadcast_to([100, 0, 0], first.joints.shape))


@pytest.mark.skipif(not SHARED_DATA.exists(), reason="../shared/data is not here")
@pytest.mark.parametrize(
    ("path", "most"),
    [("mpi_stories/clips/000000.bvh", 30), ("style100/elated.bvh", 35), ("other_rigs/reactidle/003_genuine.bvh", 25)],
)
def test_people_look_roughly_where_they_face(path, most):
    clip = unify(read_motions(SHARED_DATA / path)[0])
    joints = clip.joints
    left = joints[:, 1] - joints[:, 2] + joints[:, 16] - joints[:, 17]
    facing = np.cross(left, [0, 1, 0])
    facing /= np.linalg.norm(facing, axis=-1, keepdims=True)
    assert np.degrees(np.median(np.arccos(np.clip((facing * clip.face).sum(axis=-1), -1, 1)))) < most
