"""The unified skeleton: whatever the rig's names, units, axes and frame rate, the same movement comes out."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eai_llm_hf.processing.reading.motion import Motion, MotionError
from eai_llm_hf.processing.skeleton.checks import MIN_DURATION_S
from eai_llm_hf.processing.skeleton.matching import match_joints
from eai_llm_hf.processing.skeleton.placement import facing
from eai_llm_hf.processing.skeleton.resampling import resample
from eai_llm_hf.processing.skeleton.rig_files import check_rig, load_rigs
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES, MIRROR, PARENTS
from eai_llm_hf.processing.skeleton.unify import unify

SHARED = Path(__file__).parents[2] / "shared" / "data"

# Largest distance, in metres, between a joint in two versions of one movement.
TURNED_M = 1e-4  # units, axes, heading, place: float32 arithmetic only
RESAMPLED_M = 3e-3  # frame rates from 24 to 120; the worst are at the ends, beyond which there are no samples

REST = {
    "pelvis": (0, 0.95, 0),
    "hip": (0.1, 0.9, 0),
    "knee": (0.11, 0.48, 0.02),
    "ankle": (0.11, 0.08, 0),
    "foot": (0.12, 0.02, 0.14),
    "spine1": (0, 1.06, 0),
    "spine2": (0, 1.18, 0.01),
    "spine3": (0, 1.3, 0.01),
    "neck": (0, 1.48, 0),
    "head": (0, 1.6, 0.03),
    "collar": (0.06, 1.42, 0),
    "shoulder": (0.18, 1.42, 0),
    "elbow": (0.25, 1.15, 0.01),
    "wrist": (0.28, 0.9, 0.06),
}

RIGIFY = (
    "hips thigh.L thigh.R spine shin.L shin.R spine.001 foot.L foot.R spine.002 toe.L toe.R neck shoulder.L "
    "shoulder.R head upper_arm.L upper_arm.R forearm.L forearm.R hand.L hand.R"
).split()
UNREAL = (
    "pelvis thigh_l thigh_r spine_01 calf_l calf_r spine_02 foot_l foot_r spine_03 ball_l ball_r neck_01 clavicle_l "
    "clavicle_r head upperarm_l upperarm_r lowerarm_l lowerarm_r hand_l hand_r"
).split()
MIXAMO = (
    "Hips LeftUpLeg RightUpLeg Spine LeftLeg RightLeg Spine1 LeftFoot RightFoot Spine2 LeftToeBase RightToeBase Neck "
    "LeftShoulder RightShoulder Head LeftArm RightArm LeftForeArm RightForeArm LeftHand RightHand"
).split()
BIPED = (
    "Pelvis|L Thigh|R Thigh|Spine|L Calf|R Calf|Spine1|L Foot|R Foot|Spine2|L Toe0|R Toe0|Neck|L Clavicle|R Clavicle|"
    "Head|L UpperArm|R UpperArm|L Forearm|R Forearm|L Hand|R Hand"
).split("|")
SCHEMES = {
    "smpl": list(JOINT_NAMES),
    "smpl with prefix": ["m_avg_" + name.replace("left_", "L_").replace("right_", "R_") for name in JOINT_NAMES],
    "letters in front": [name.replace("left_", "l").replace("right_", "r") for name in JOINT_NAMES],
    "words behind": [
        f"{name.split('_')[1].title()}{name.split('_')[0].title()}" if "_" in name else name.title()
        for name in JOINT_NAMES
    ],
    "mixamo": ["mixamorig:" + name for name in MIXAMO],
    "mixamo in an armature": ["Armature|" + name for name in MIXAMO],
    "blender": RIGIFY,
    "unreal": UNREAL,
    "3ds max": ["Bip01 " + name for name in BIPED],
}

AXES = {
    "x": np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]]),
    "-x": np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]]),
    "y": np.eye(3),
    "-y": np.diag([1, -1, -1]),
    "z": np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]),
    "-z": np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]]),
}
"""Proper rotations that take a Y-up world to one in which the named axis is up."""


def walk(fps: float = 30.0, seconds: float = 4.0) -> np.ndarray:
    """(frames, 22, 3): someone walks along +Z with swinging limbs; exact at any frame rate."""
    time = np.arange(int(np.floor(seconds * fps + 1e-6)) + 1) / fps
    joints = np.zeros((len(time), 22, 3))
    swing = {"knee": 0.12, "ankle": 0.25, "foot": 0.25, "elbow": -0.1, "wrist": -0.2}
    for index, name in enumerate(JOINT_NAMES):
        side, part = name.split("_") if "_" in name else ("", name)
        sign = {"left": 1.0, "right": -1.0, "": 0.0}[side]
        joints[:, index] = np.array(REST[part]) * np.array([sign or 1.0, 1, 1])
        phase = 2 * np.pi * 0.9 * time
        joints[:, index, 2] += sign * swing.get(part, 0.0) * np.sin(phase) + 1.1 * time
        joints[:, index, 1] += 0.02 * np.cos(2 * phase) + abs(swing.get(part, 0.0)) * 0.2 * (1 - np.cos(phase * sign))
    return joints.astype(np.float32)


def motion_of(joints: np.ndarray, fps: float | None = 30.0, names: list[str] | None = None) -> Motion:
    return Motion(joints, fps, list(JOINT_NAMES) if names is None else names, source="walk.bvh")


def test_a_clip_in_the_unified_form_stays_as_it_is():
    clip = unify(motion_of(walk()))
    expected = walk()
    expected[..., 1] -= np.percentile(expected[:, [7, 8, 10, 11], 1].min(axis=1), 2)
    assert clip.joints.dtype == np.float32 and clip.joint_mask.all() and clip.fps == 30.0
    np.testing.assert_allclose(clip.joints, expected, atol=TURNED_M)
    assert clip.report == {
        "layout": "smpl22",
        "frames": 121,
        "fps": 30.0,
        "matched_joints": 22,
        "missing_joints": [],
        "up_axis": "y",
        "unit_scale": 1.0,
        "notes": [],
        "recording": None,
        "start_s": 0.0,
        "how": {name: f"{name} (rig smpl22)" for name in JOINT_NAMES},
        "unused_joints": [],
        "gaps": {},
        "reasons": {
            "up_axis": "y: the shoulders are above the ankles along y in 100% of the frames; the rig states none",
            "unit": "m: thigh and shank are 0.808 m long; stated by the rig",
        },
    }


@settings(max_examples=40, deadline=None)
@given(
    per_metre=st.sampled_from([1.0, 100.0, 1000.0, 1 / 0.0254]),
    up=st.sampled_from(sorted(AXES)),
    heading=st.floats(-np.pi, np.pi),
    place=st.tuples(*[st.floats(-20, 20)] * 3),
    scheme=st.sampled_from(sorted(SCHEMES)),
    order=st.permutations(range(22)),
)
def test_units_axes_heading_place_names_and_order_leave_the_clip_the_same(
    per_metre, up, heading, place, scheme, order
):
    turn = np.array([[np.cos(heading), 0, np.sin(heading)], [0, 1, 0], [-np.sin(heading), 0, np.cos(heading)]])
    moved = (walk().astype(np.float64) @ turn.T + np.array(place)) @ AXES[up].T * per_metre
    names = [SCHEMES[scheme][index] for index in order]
    clip = unify(motion_of(moved[:, order].astype(np.float32), names=names))
    assert clip.report["up_axis"] == up
    assert clip.report["unit_scale"] == pytest.approx(1 / per_metre)
    assert clip.report["missing_joints"] == []
    np.testing.assert_allclose(clip.joints, unify(motion_of(walk())).joints, atol=TURNED_M)


@settings(max_examples=30, deadline=None)
@given(fps=st.one_of(st.sampled_from([24.0, 25.0, 29.97, 50.0, 59.94, 60.0, 100.0, 120.0]), st.floats(24, 120)))
def test_the_frame_rate_leaves_the_clip_the_same(fps):
    reference = unify(motion_of(walk())).joints
    clip = unify(motion_of(walk(fps), fps))
    frames = min(len(reference), len(clip.joints))
    assert len(reference) - frames <= 2, "one frame of the recording, 1/24 s at most, may be lacking at its end"
    np.testing.assert_allclose(clip.joints[:frames], reference[:frames], atol=RESAMPLED_M)


def test_resampling_removes_what_thirty_frames_cannot_hold():
    time = np.arange(1201) / 120
    trembling = np.zeros((1201, 1, 3), np.float32)
    trembling[:, 0, 0] = np.sin(2 * np.pi * 40 * time)  # would appear as 10 Hz if every fourth frame were taken
    trembling[:, 0, 1] = np.sin(2 * np.pi * 3 * time)
    slow = resample(trembling, 120.0)[30:-30]
    assert np.abs(slow[:, 0, 0]).max() < 0.05
    assert np.abs(slow[:, 0, 1]).max() > 0.95


def test_a_clip_faces_forward_with_its_left_side_on_x():
    clip = unify(motion_of(walk() @ np.array([[0, 0, -1], [0, 1, 0], [1, 0, 0]], np.float32).T))
    assert (clip.joints[:, 16, 0] > clip.joints[:, 17, 0]).all()
    assert (clip.joints[:, 10, 2] > clip.joints[:, 7, 2]).all()
    np.testing.assert_allclose(facing(clip.joints, clip.joint_mask), np.tile([0, 0, 1], (121, 1)), atol=0.02)


def test_facing_follows_a_turn_and_ignores_two_frames_of_swapped_sides():
    joints = walk(seconds=8.0)
    angle = np.linspace(0, np.pi, len(joints))
    turned = np.empty_like(joints)
    for frame, a in enumerate(angle):
        turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]], np.float32)
        turned[frame] = joints[frame] @ turn.T
    turned[100:102] = turned[100:102][:, list(MIRROR)]
    directions = facing(turned, np.ones(22, bool))
    expected = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], axis=1)
    inner = slice(10, -10)
    assert (np.sum(directions[inner] * expected[inner], axis=1) > np.cos(np.radians(5))).all()
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1.0, atol=1e-5)


def test_facing_is_finite_where_the_body_has_no_width():
    assert np.isfinite(facing(np.zeros((5, 22, 3), np.float32), np.ones(22, bool))).all()


def test_absent_joints_are_masked_and_zero():
    absent = ["left_foot", "right_foot", "left_wrist"]
    there = [index for index, name in enumerate(JOINT_NAMES) if name not in absent]
    clip = unify(motion_of(walk()[:, there], names=[JOINT_NAMES[index] for index in there]))
    assert clip.report["missing_joints"] == absent
    assert not clip.joints[:, ~clip.joint_mask].any()
    assert clip.report["matched_joints"] == clip.joint_mask.sum()


def test_an_upper_body_without_hips_joints_is_placed_at_standing_height():
    names = ["pelvis", "neck", "head", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow"]
    clip = unify(motion_of(walk()[:, [JOINT_INDEX[name] for name in names]] * 100, names=names))
    assert clip.report["unit_scale"] == 0.01
    assert np.median(clip.joints[:, 0, 1]) == pytest.approx(0.85, abs=1e-3)


def test_short_gaps_in_tracking_are_closed():
    joints = walk()
    joints[40:44, JOINT_INDEX["left_wrist"]] = np.nan
    joints[:3, JOINT_INDEX["head"]] = np.inf
    clip = unify(motion_of(joints))
    assert clip.joint_mask.all() and np.isfinite(clip.joints).all()
    np.testing.assert_allclose(clip.joints, unify(motion_of(walk())).joints, atol=0.15)
    assert unify(motion_of(joints)).joints[41, 20] == pytest.approx(unify(motion_of(walk())).joints[41, 20], abs=0.03)


def test_a_joint_that_is_hardly_tracked_is_left_out_and_reported():
    joints = walk()
    joints[30:, JOINT_INDEX["left_wrist"]] = np.nan
    joints[:, JOINT_INDEX["right_foot"]] = 0.0
    clip = unify(motion_of(joints))
    assert clip.report["missing_joints"] == ["right_foot", "left_wrist"]
    assert any("left_wrist" in note["message"] and "25%" in note["message"] for note in clip.report["notes"])


def test_helper_joints_that_coincide_with_their_parent_are_left_out():
    joints = walk()
    joints[:, JOINT_INDEX["spine1"]] = joints[:, JOINT_INDEX["pelvis"]]
    assert unify(motion_of(joints)).report["missing_joints"] == ["spine1"]


def test_a_body_of_no_known_unit_is_scaled_and_says_so():
    clip = unify(motion_of(walk() * 17.0))
    leg = np.linalg.norm(clip.joints[:, 1] - clip.joints[:, 4], axis=-1)
    leg += np.linalg.norm(clip.joints[:, 4] - clip.joints[:, 7], axis=-1)
    assert np.median(leg) == pytest.approx(0.85, abs=1e-3)
    assert "no unit of length fits a person" in clip.not_shown["size"]


def test_given_units_and_axis_are_obeyed():
    clip = unify(motion_of(walk() @ AXES["z"].T.astype(np.float32) * 100), up_axis="z", units="cm")
    assert (clip.report["up_axis"], clip.report["unit_scale"]) == ("z", 0.01)
    odd = unify(motion_of(walk()), units="cm")
    assert odd.report["unit_scale"] == 0.01 and odd.report["notes"][0]["code"] == "unit_unlikely"
    with pytest.raises(MotionError, match="units is 'furlong', expected one of m, cm, mm, inch"):
        unify(motion_of(walk()), units="furlong")


def test_a_rig_keeps_its_declared_axis_when_the_performer_lies_down():
    lying = walk() @ AXES["z"].T.astype(np.float32)
    tilted = 0.75 * walk() + 0.66 * lying  # the body stands at 41 degrees
    rigs = {"mine": {"name": "mine", "joints": list(JOINT_NAMES), "parents": list(PARENTS), "up_axis": "z"}}
    rigs["mine"]["map"] = {name: name for name in JOINT_NAMES}
    assert unify(motion_of(tilted)).report["up_axis"] == "y"
    assert unify(motion_of(tilted), rigs=rigs).report["up_axis"] == "z"


def test_mirrored_axes_are_noted():
    assert "mirrored" in [note["code"] for note in unify(motion_of(walk() * [1, 1, -1])).report["notes"]]


# ------------------------------------------------------------------------------------------------------------ matching


@pytest.mark.parametrize("name", sorted(load_rigs()))
def test_every_rig_is_recognised_in_any_order_and_case(name):
    rig = load_rigs()[name]
    check_rig(rig, f"{name}.json")
    shuffled = [joint.upper() for joint in reversed(rig["joints"])]
    match = match_joints(shuffled)
    assert match.layout == name
    for joint, names in rig["map"].items():
        names = [names] if isinstance(names, str) else names
        assert [shuffled[i] for i in match.map[JOINT_INDEX[joint]]] == [n.upper() for n in names]
    assert match.missing == [joint for joint in JOINT_NAMES if joint not in rig["map"]]


def test_the_rigs_of_the_design_are_there():
    expected = (
        "smpl22 smpl24 bandai22 cmu31 kinect_v1_20 kinect_v2_25 h36m17 coco17 mediapipe33 mixamo xsens23 diema24"
    )
    assert {*expected.split(), "kdae59"} <= set(load_rigs())


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_names_are_matched_without_any_rig(scheme):
    match = match_joints(SCHEMES[scheme], rigs={})
    assert match.layout == "by-name"
    assert match.map == {index: [index] for index in range(22)}


def test_shoulder_is_the_collar_only_if_there_is_an_upper_arm():
    body = ["Hips", "LeftElbow", "RightElbow", "LeftShoulder", "RightShoulder"]
    assert match_joints(body, rigs={}).how["left_shoulder"] == "LeftShoulder"
    with_arms = match_joints([*body, "LeftArm", "RightArm"], rigs={})
    assert (with_arms.how["left_collar"], with_arms.how["left_shoulder"]) == ("LeftShoulder", "LeftArm")


def test_foot_is_the_ankle_unless_an_ankle_exists():
    body = ["hips", "l_shoulder", "r_shoulder", "l_foot"]
    assert match_joints(body, rigs={}).how["left_ankle"] == "l_foot"
    with_ankle = match_joints([*body, "l_ankle"], rigs={}).how
    assert (with_ankle["left_ankle"], with_ankle["left_foot"]) == ("l_ankle", "l_foot")


def test_twist_bones_and_tips_do_not_count():
    names = [*UNREAL, "upperarm_twist_01_l", "thigh_twist_01_l", "head_end", "hand_l_nub"]
    assert match_joints(names, rigs={}).map == {index: [index] for index in range(22)}


def test_the_tree_orders_the_spine():
    names = ["hips", "chest", "torso", "back", "l_shoulder", "r_shoulder"]
    match = match_joints(names, parents=[-1, 2, 3, 0, 1, 1], rigs={})
    assert [match.how[f"spine{i}"] for i in (1, 2, 3)] == ["back", "torso", "chest"]


def test_pelvis_neck_and_head_come_from_pairs_where_they_have_no_joint():
    rig = load_rigs()["coco17"]["joints"]
    match = match_joints(rig, rigs={})
    assert [match.how[j] for j in ("pelvis", "neck", "head")] == [
        "mean of both hips",
        "mean of both shoulders",
        "mean of both ears",
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=20), max_size=30), st.data())
def test_any_names_match_or_give_a_motion_error(names, data):
    parents = data.draw(st.none() | st.lists(st.integers(-1, 40), min_size=len(names), max_size=len(names)))
    try:
        match_joints(names, parents)
    except MotionError:
        pass


def test_a_digit_in_a_circle_is_no_number_of_a_joint():
    with pytest.raises(MotionError):
        match_joints(["Spine❶"], None)


def test_near_misses_are_suggested():
    with pytest.raises(MotionError) as raised:
        match_joints(["Hipps", "LeftSholder", "RightArm", "Head"], source="dance.bvh")
    message = str(raised.value)
    assert message.startswith("dance.bvh: ")
    assert "pelvis (or both hips), perhaps 'Hipps'" in message
    assert "left_shoulder, perhaps 'LeftSholder'" in message
    assert "right_shoulder" not in message.split("Found:")[0]
    assert "right_shoulder (RightArm)" in message and "head (Head)" in message


def test_missing_hips_are_named():
    names = [name for name in JOINT_NAMES if "hip" not in name and name != "pelvis"]
    with pytest.raises(MotionError, match=r"walk.bvh: .* Not found: pelvis \(or both hips\)"):
        unify(motion_of(walk()[:, : len(names)], names=names))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parents": [-1]}, "22 joints but 1 parents"),
        ({"map": {"tail": "pelvis"}}, "map contains 'tail'"),
        ({"map": {"head": "Kopf"}}, "head is mapped to 'Kopf'"),
        ({"units": "ell"}, "units 'ell'"),
        ({"up_axis": "north"}, "up_axis 'north'"),
    ],
)
def test_a_mistake_in_a_rig_file_is_named(change, message):
    rig = json.loads(json.dumps(load_rigs()["smpl22"])) | change
    with pytest.raises(MotionError, match=f"mine.json: .*{message}"):
        check_rig(rig, "mine.json")


# ----------------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("motion", "message"),
    [
        (motion_of(walk()[:0]), "walk.bvh: the recording has no frames"),
        (motion_of(walk()[:1]), "walk.bvh: the recording has a single frame"),
        (motion_of(walk()[:4]), f"4 frames at 30 per second are 0.10 s; movement needs at least {MIN_DURATION_S} s"),
        (motion_of(walk().reshape(121, 66)), r"expected .*\(frames, joints, 3\), found \(121, 66\)"),
        (motion_of(walk()[..., :2]), "two-dimensional"),
        (motion_of(walk()[None]), "several people"),
        (motion_of(walk()[:, :0], names=[]), "no joints"),
        (motion_of(walk().astype(str)), "as numbers"),
        (motion_of(walk() * np.nan), "no frame holds a joint position"),
        (motion_of(np.zeros_like(walk())), "shoulders and pelvis coincide"),
        (motion_of(np.where(np.arange(22)[:, None] == 16, np.nan, walk())), "left_shoulder .* tracked in 0%"),
        (motion_of(walk() * np.float32(1e30)), r"walk.bvh: .* of joint 0 'pelvis' is .* in frame 0"),
        (motion_of(walk(), None), "frame rate is not known"),
        (motion_of(walk(), 0.0), "fps is 0.0; expected 1 to 1000"),
        (motion_of(walk(), -30.0), "fps is -30.0"),
        (motion_of(walk(), float("nan")), "fps is nan"),
        (motion_of(walk(), 20000.0), "fps is 20000.0"),
        (motion_of(walk(), 0.0333), r"fps is 0\.0333; .*a frame time of 0\.0333 s is 30"),
        (motion_of(walk()[:, :20]), "22 joint names for 20 joints"),
        (Motion(walk(), 30.0), "the 22 joints are not known; pass layout or joint_names, .* 22 joints: .*smpl22"),
        (
            Motion(walk()),
            r"the frame rate and the names of the 22 joints are not known; pass fps \(frames per second\) and layout "
            r"or joint_names, on the command line --fps and --layout\. Layouts with 22 joints: .*smpl22",
        ),
        (Motion(walk(), layout="smpl22"), r"the frame rate is not known; pass fps .*, on the command line --fps\.$"),
        (Motion(walk(), 30.0, layout="smpl2"), "unknown layout 'smpl2'"),
        (Motion(walk(), 30.0, layout="kinect_v2_25"), "kinect_v2_25 has 25 joints, the recording has 22"),
    ],
)
def test_a_recording_that_cannot_be_used_says_why(motion, message):
    with pytest.raises(MotionError, match=message):
        unify(motion)


def test_the_source_is_not_changed():
    joints = walk()
    before = joints.copy()
    unify(motion_of(joints))
    np.testing.assert_array_equal(joints, before)


def test_half_an_hour_at_120_frames_per_second_takes_seconds():
    long = np.tile(walk(120.0, 10.0), (180, 1, 1))
    clip = unify(motion_of(long, 120.0))
    assert len(clip.joints) == (len(long) - 1) // 4 + 1
    assert np.isfinite(clip.joints).all()


# --------------------------------------------------------------------------------------------------------- shared data


def _shared_files() -> list[Path]:
    """Recordings but those that are kept because they are hard to read."""
    files = sorted([*SHARED.rglob("*.bvh"), *SHARED.rglob("*.csv")])
    return [path for path in files if "hard_inputs" not in path.parts]


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is absent")
def test_every_tenth_shared_file_and_all_other_rigs_unify():
    from eai_llm_hf.processing.reading.files import read_motions

    files = [path for number, path in enumerate(_shared_files()) if number % 10 == 0 or "other_rigs" in path.parts]
    assert len(files) > 20
    for path in files:
        for motion in read_motions(path):
            clip = unify(motion)
            start, mask = clip.joints[:31], clip.joint_mask
            assert np.isfinite(clip.joints).all(), path
            assert start[:, 16, 0].mean() - start[:, 17, 0].mean() > 0.1, f"{path}: left side not on +X"
            assert facing(start, mask)[:, 2].mean() > 0.9, path
            assert 0.6 < start[:, 15, 1].max() < 2.2, path
            assert clip.report["up_axis"] == "y" and len(clip.report["missing_joints"]) <= 5, path
