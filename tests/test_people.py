"""Several people in one recording: told apart, in any order of axes, and none at the cost of the others."""

import json
from itertools import permutations

import numpy as np
import pytest
from moving_bodies import busy_movement

from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.reading.checks import checked_motions
from eai_llm_hf.processing.reading.files import motions_from_array, read_motions
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.reading.people import people_by_name
from eai_llm_hf.processing.reading.recording import Recording
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES, PARENTS
from eai_llm_hf.processing.skeleton.unify import unify

NAMES = list(JOINT_NAMES)
CAMEL = ["".join(word.capitalize() for word in name.split("_")) for name in NAMES]


def body(frames: int = 120) -> np.ndarray:
    return busy_movement(frames).astype(np.float32)


def two_people(frames: int = 120) -> np.ndarray:
    """Two bodies, three metres apart, that move differently."""
    return np.stack([body(frames), body(frames)[::-1] + np.float32([3, 0, 0])])


# -------------------------------------------------------------------------------------------------------------- absent


@pytest.mark.parametrize("nothing", [0.0, np.nan])
@pytest.mark.parametrize("absent", [0, 1])
def test_an_absent_person_does_not_cost_the_other_the_record(nothing, absent):
    people = two_people()
    people[absent] = nothing
    (motion,) = motions_from_array(people, 30, joint_names=NAMES)
    np.testing.assert_array_equal(motion.joints, two_people()[1 - absent])
    message = f"person {absent + 1} was never tracked and is left out"
    assert motion.notes == [{"code": "person_dropped", "message": message}]


def test_a_ghost_is_left_out_and_who_walks_through_is_kept():
    people = two_people(600)
    people[1, 30:] = np.nan
    (motion,) = motions_from_array(people, 30)
    assert motion.notes[0]["message"] == "person 2 was tracked in 5.0% of the frames and is left out"
    people = two_people(1200)
    people[1, :500] = people[1, 620:] = np.nan
    first, second = motions_from_array(people, 30)
    assert (len(first.joints), len(second.joints)) == (1200, 120) and second.source == "array, person 2 of 2"


def test_nobody_at_all_is_an_error():
    with pytest.raises(MotionError, match="array, person 1 of 2: no joint is tracked in any frame"):
        motions_from_array(np.full((2, 90, 22, 3), np.nan), 30)


def test_a_person_who_cannot_be_unified_is_left_out_with_a_note_on_the_others():
    people = two_people()
    people[0, :, NAMES.index("left_shoulder")] = np.nan
    extractor = EaiSkeletonFeatureExtractor()
    (clip,) = extractor.clips({"joints": people, "fps": 30, "joint_names": NAMES})
    (note,) = [note for note in clip.report["notes"] if note["code"] == "person_dropped"]
    assert note["message"].startswith("left out: array, person 1 of 2: left_shoulder")
    people[1] = people[0]
    with pytest.raises(MotionError, match="array, person 1 of 2: left_shoulder"):
        extractor.clips({"joints": people, "fps": 30, "joint_names": NAMES})


def test_names_of_people_are_in_their_sources():
    motions = checked_motions(Recording(two_people(), 30, people=["Anna", "Ben\n"]), "duo.trc")
    assert [motion.source for motion in motions] == ["duo.trc, person 1 of 2 (Anna)", "duo.trc, person 2 of 2 (Ben?)"]


# ------------------------------------------------------------------------------------------------------------ by name


@pytest.mark.parametrize("names", [NAMES, CAMEL], ids=["snake", "camel"])
@pytest.mark.parametrize(
    ("spell", "who"),
    [
        ("{}:{}", ("Anna", "Ben")),
        ("{}:{}", ("Skeleton 001", "Skeleton 002")),
        ("Scene:{}:{}", ("Anna", "Ben")),
        ("{}_{}", ("P1", "P2")),
        ("Skeleton_{}_{}", ("001", "002")),
        ("{}.{}", ("a", "b")),
        ("{}|{}", ("Anna", "Ben")),
        ("{} {}", ("Anna", "Ben")),
        ("{1}_{0}", ("1", "2")),
        ("{1}.{0}", ("A", "B")),
    ],
)
@pytest.mark.parametrize("is_interleaved", [False, True])
def test_two_people_in_one_list_of_joints_are_told_apart_by_their_names(names, spell, who, is_interleaved):
    both = [
        (spell.format(person, name), number, joint)
        for number, person in enumerate(who)
        for joint, name in enumerate(names)
    ]
    order = np.random.default_rng(0).permutation(44) if is_interleaved else np.arange(44)
    joints = np.stack([two_people()[both[index][1], :, both[index][2]] for index in order], axis=1)
    motions = motions_from_array(joints, 30, joint_names=[both[index][0] for index in order], source="duo.csv")
    assert sorted(motion.source.split(" (")[1][:-1].split(":")[-1] for motion in motions) == sorted(who)
    for motion in motions:
        number = next(number for number, person in enumerate(who) if motion.source.endswith(f"{person})"))
        clip = unify(motion)
        (alone,) = motions_from_array(two_people()[number], 30, joint_names=NAMES)
        np.testing.assert_allclose(clip.joints, unify(alone).joints, atol=1e-5)


@pytest.mark.parametrize(
    "names",
    [
        NAMES,
        CAMEL,
        [f"mixamorig:{name}" for name in CAMEL],
        [f"{name}_{end}" for name in NAMES for end in ("head", "tail")],
        [*NAMES, *(f"{side}_{finger}_{bone}" for side in ("left", "right") for finger in "abcde" for bone in "123")],
        [
            f"{side}_{name}"
            for side in ("left", "right")
            for name in "hip knee ankle toe heel eye ear shoulder".split()
        ],
        ["Skeleton:Hips", "Sword:Tip", *(f"Skeleton:{name}" for name in CAMEL[1:])],
    ],
    ids=["snake", "camel", "namespace", "tips", "fingers", "sides", "prop"],
)
def test_the_joints_of_one_person_stay_together(names):
    assert not people_by_name(tuple(names), None)


def test_a_prop_belongs_to_nobody():
    names = [f"{who}:{name}" for who in ("Anna", "Ben") for name in NAMES] + ["Ball:centre"]
    joints = np.concatenate([*two_people(), np.zeros((120, 1, 3))], axis=1)
    assert [motion.joint_names for motion in motions_from_array(joints, 30, joint_names=names)] == [NAMES, NAMES]


# ------------------------------------------------------------------------------------------------------------- by tree


def test_two_trees_with_the_same_names_are_two_people():
    parents = [*PARENTS, *(parent + 22 if parent >= 0 else -1 for parent in PARENTS)]
    joints = np.concatenate(two_people(), axis=1)
    motions = motions_from_array(joints, 30, joint_names=NAMES * 2, parents=parents, source="duo.bvh")
    for motion, expected in zip(motions, two_people(), strict=True):
        np.testing.assert_array_equal(motion.joints, expected)
        assert (motion.joint_names, motion.parents) == (NAMES, list(PARENTS))


@pytest.mark.parametrize("names", [NAMES * 2, [f"{who}_{name}" for who in "AB" for name in NAMES]])
def test_two_bodies_below_one_root_are_two_people_with_trees_of_their_own(names):
    parents = [-1, *(parent + 1 for parent in PARENTS), *(parent + 23 if parent >= 0 else 0 for parent in PARENTS)]
    joints = np.concatenate([np.zeros((120, 1, 3)), *two_people()], axis=1)
    motions = motions_from_array(joints, 30, joint_names=["Reference", *names], parents=parents)
    for motion, expected in zip(motions, two_people(), strict=True):
        np.testing.assert_array_equal(motion.joints, expected)
        assert (motion.joint_names, motion.parents) == (NAMES, list(PARENTS))


def test_a_declared_layout_is_that_of_each_person_who_is_told_apart_by_name(tmp_path):
    words = {
        name: "_".join(word if word in ("left", "right") else word[::-1] for word in name.split("_")) for name in NAMES
    }
    rig = {"name": "mine", "description": "", "joints": list(words.values()), "parents": list(PARENTS), "map": words}
    (tmp_path / "mine.json").write_text(json.dumps(rig | {"units": "m", "up_axis": "y"}), encoding="utf-8")
    path, layout = tmp_path / "duo.npz", str(tmp_path / "mine.json")
    names = [f"{who}:{name}" for who in ("Anna", "Ben") for name in words.values()]
    np.savez(path, joints=np.concatenate([*two_people()], axis=1), joint_names=names, fps=30)
    motions = read_motions(path, layout=layout)
    assert [motion.layout for motion in motions] == [layout, layout]
    assert [unify(motion).report["layout"] for motion in motions] == ["mine", "mine"]
    np.savez(path, joints=np.concatenate([*two_people()], axis=1), joint_names=names, fps=30, layout="smpl22")
    assert [motion.layout for motion in read_motions(path)] == ["smpl22", "smpl22"]


# ---------------------------------------------------------------------------------------------------------------- axes


def crowd(count: int, frames: int) -> np.ndarray:
    """(count, frames, 22, 3): people of different heights who move at different times in different places."""
    moving = body(frames + 3 * count)
    people = [(1 + 0.02 * n) * moving[3 * n : 3 * n + frames] + [1.0 * n, 0, 0.5 * n] for n in range(count)]
    return np.stack(people).astype(np.float32)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ((1, 0, 2, 3), "frames, people, joints, 3"),
        ((3, 1, 2, 0), "3, frames, joints, people"),
    ],
)
@pytest.mark.parametrize("is_second_absent", [False, True])
def test_the_axes_of_several_people_are_found(order, words, is_second_absent):
    people = two_people()
    if is_second_absent:
        people[1] = 0
    motions = motions_from_array(people.transpose(order), 30, joint_names=NAMES)
    assert len(motions) == 2 - is_second_absent
    np.testing.assert_array_equal(motions[0].joints, people[0])
    assert motions[0].notes[0]["code"] == "axis_order" and f"({words})" in motions[0].notes[0]["message"]


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("order", sorted(permutations(range(4))))
def test_people_are_found_in_any_order_of_the_axes_also_where_three_people_look_like_x_y_and_z(count, order):
    people = crowd(count, 60)
    motions = motions_from_array(people.transpose(order), 30)
    assert len(motions) == count
    for motion, expected in zip(motions, people, strict=True):
        np.testing.assert_array_equal(motion.joints, expected)


@pytest.mark.parametrize("apart", [0.6, 1.5, 3.0])
@pytest.mark.parametrize("count", [2, 5])
@pytest.mark.parametrize("order", [(1, 2, 0, 3), (3, 2, 0, 1), (2, 3, 0, 1), (2, 0, 3, 1)])
@pytest.mark.parametrize("frames", [22, 90])
def test_people_who_stand_apart_do_not_make_joints_look_like_frames(apart, count, order, frames):
    people = np.stack([body(frames + n)[n:] + np.float32([apart * n, 0, 0]) for n in range(count)])
    motions = motions_from_array(people.transpose(order), 30)
    assert len(motions) == count
    np.testing.assert_array_equal(motions[1].joints, people[1])


def test_names_tell_frames_from_joints_where_many_people_stand_apart():
    people = crowd(9, 90) * np.float32([3, 1, 3])
    motions = motions_from_array(people.transpose(1, 2, 0, 3), 30, joint_names=NAMES)
    assert len(motions) == 9
    np.testing.assert_array_equal(motions[1].joints, people[1])


@pytest.mark.parametrize(("count", "frames"), [(24, 24), (30, 20), (20, 30)])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 2, 3), (3, 1, 2, 0)])
def test_as_many_people_as_frames_or_more_are_told_from_frames(count, frames, order):
    people = crowd(count, frames)
    motions = motions_from_array(people.transpose(order), 30)
    assert len(motions) == count
    np.testing.assert_array_equal(motions[1].joints, people[1])


def test_copies_with_a_little_noise_are_people_not_frames():
    noise = np.random.default_rng(0).normal(0, 1e-3, (60, 20, 22, 3))
    copies = (body(20) + noise).astype(np.float32)
    motions = motions_from_array(copies, 30)
    assert len(motions) == 60 and not motions[0].notes
    np.testing.assert_array_equal(motions[0].joints, copies[0])


def test_names_tell_joints_from_people():
    people = crowd(24, 30)
    motions = motions_from_array(people.transpose(1, 2, 0, 3), 30, joint_names=NAMES)
    np.testing.assert_array_equal(motions[1].joints, people[1])


@pytest.mark.parametrize("names", [NAMES, None])
@pytest.mark.parametrize("order", [(1, 0, 2), (2, 0, 1), (0, 2, 1), (1, 2, 0)])
@pytest.mark.parametrize("frames", [20, 120])
def test_the_axes_of_one_person_are_found(names, order, frames):
    (motion,) = motions_from_array(body(frames).transpose(order), 30, joint_names=names)
    np.testing.assert_array_equal(motion.joints, body(frames))
    assert [note["code"] for note in motion.notes] == ["axis_order"]


def test_one_person_in_an_axis_of_people_after_the_frames_is_one_record_not_one_a_frame():
    (motion,) = motions_from_array(body()[:, None], 30)
    np.testing.assert_array_equal(motion.joints, body())


@pytest.mark.parametrize(
    "joints",
    [two_people(), np.stack([body()] * 2), body()[None], np.stack([body(20)] * 60), two_people(8), body(8), body(2)],
)
def test_axes_in_the_usual_order_stay(joints):
    motions = motions_from_array(joints, 30)
    np.testing.assert_array_equal(motions[0].joints, joints if joints.ndim == 3 else joints[0])
    assert not motions[0].notes


def test_axes_that_could_be_any_are_refused():
    message = r"found \(3, 9, 3, 22\), in which the movement does not tell x, y and z from three people"
    with pytest.raises(MotionError, match=message):
        motions_from_array(np.random.default_rng(0).normal(size=(3, 9, 3, 22)), 30)
    with pytest.raises(MotionError, match=r"array: expected shape .*; found \(3, 3, 90\)"):
        motions_from_array(np.ones((3, 3, 90)), 30)


def test_a_confidence_as_fourth_number_is_visibility_and_a_quaternion_is_refused():
    confidence = np.ones((120, 22, 1), np.float32)
    confidence[50:60, 4] = 0.1
    (motion,) = motions_from_array(np.concatenate([body(), confidence], axis=-1), 30)
    np.testing.assert_array_equal(motion.joints, body())
    assert (~motion.visible).sum() == 10 and not motion.visible[50:60, 4].any()
    turns = np.random.default_rng(0).normal(size=(120, 22, 4))
    with pytest.raises(MotionError, match="rotations"):
        motions_from_array(turns / np.linalg.norm(turns, axis=-1, keepdims=True), 30)
    with pytest.raises(MotionError, match="confidence from 0 to 1"):
        motions_from_array(turns * 5, 30)


# --------------------------------------------------------------------------------------------------------------- files


def test_two_people_in_a_table_are_two_records(tmp_path):
    path = tmp_path / "duo.csv"
    names = [f"{who}:{name}_{axis}" for who in ("Anna", "Ben") for name in NAMES for axis in "xyz"]
    table = np.concatenate(two_people(), axis=1).reshape(120, -1)
    np.savetxt(path, table, delimiter=",", header=",".join(names), comments="", fmt="%.6g")
    motions = read_motions(path, fps=30)
    assert [motion.source for motion in motions] == ["duo.csv, person 1 of 2 (Anna)", "duo.csv, person 2 of 2 (Ben)"]
    assert len(EaiSkeletonFeatureExtractor().clips(path, fps=30)) == 2
