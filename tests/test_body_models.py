"""Joints follow from the rotations of body models, and from the features of HumanML3D."""

import functools

import numpy as np
import pytest
from conftest import SHARED_DATA, make_clip
from moving_bodies import rotation
from scipy.spatial.transform import Rotation

from eai_llm_hf import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.reading.files import motions_from_array, read_motions
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.reading.smpl import AXIS_ANGLE, recording_of_smpl, smpl_keys
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES, PARENTS
from eai_llm_hf.processing.skeleton.unify import unify

FRAMES = 45
ARMS = tuple(JOINT_INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("elbow", "wrist"))
LIMBS = (*ARMS, *(JOINT_INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("knee", "ankle", "foot")))


@functools.cache
def walk() -> np.ndarray:
    """(frames, 22, 3) metres, Y up: someone who walks along +Z."""
    clip = make_clip(3, emotion="happy", action="walk", rig="smpl22", duration_s=3.0)
    return clip.joints.astype(float)


def read(arrays: dict, source: str = "take.npz"):
    """The recording of some arrays of body-model parameters."""
    keys = smpl_keys({key: array.shape for key, array in arrays.items()})
    return recording_of_smpl({key: arrays[key] for key in keys}, source, arrays)


def posed(**turns) -> np.ndarray:
    """(frames, 66) poses in which the named joints have a constant axis-angle rotation, in degrees."""
    poses = np.zeros((FRAMES, 22, 3))
    for joint, turn in turns.items():
        poses[:, JOINT_INDEX[joint]] = np.radians(turn)
    return poses.reshape(FRAMES, 66)


def smpl_h(poses: np.ndarray, **others) -> dict:
    """The arrays of an AMASS file."""
    hands = np.full((len(poses), 90), 0.3)
    trans = np.zeros((len(poses), 3))
    return {"poses": np.hstack([poses, hands]), "trans": trans, "mocap_framerate": np.array(60.0)} | others


@functools.cache
def walking_poses() -> np.ndarray:
    """(frames, 22, 3) axis-angle rotations with which a body model walks like `walk`.

    The pelvis and the upper trunk take the orientation that fits their bones best; every other joint turns its bone
    the shortest way.
    """
    rest = read(smpl_h(posed())).joints[0].astype(float)
    children = [[child for child, parent in enumerate(PARENTS) if parent == joint] for joint in range(22)]
    local = np.zeros((len(walk()), 22, 3))
    for frame, target in enumerate(walk()):
        turned: list[Rotation] = []
        for joint, parent in enumerate(PARENTS):
            above = Rotation.identity() if parent < 0 else turned[parent]
            own = Rotation.identity()
            if children[joint]:
                along = [rest[child] - rest[joint] for child in children[joint]]
                wanted = above.inv().apply([target[child] - target[joint] for child in children[joint]])
                own = Rotation.align_vectors(_units(wanted), _units(along))[0]
            local[frame, joint] = own.as_rotvec()
            turned.append(above * own)
    return local


def _units(vectors) -> np.ndarray:
    return np.array(vectors) / np.linalg.norm(vectors, axis=-1, keepdims=True)


def bones(joints: np.ndarray) -> np.ndarray:
    """(frames, limbs, 3) directions of the bones of arms and legs, which no length of bones changes."""
    return _units(joints[:, list(LIMBS)] - joints[:, [PARENTS[joint] for joint in LIMBS]])


# ---------------------------------------------------------------------------------------------------------- kinematics


def test_at_rest_the_body_stands_upright_with_its_arms_out_and_its_left_on_plus_x():
    recording = read(smpl_h(posed()))
    body = {name: recording.joints[0, index] for name, index in JOINT_INDEX.items()}
    assert recording.joints.shape == (FRAMES, 22, 3) and recording.fps == 60.0
    heights = [
        body[name][1] for name in "left_foot left_ankle left_knee pelvis spine1 spine2 spine3 neck head".split()
    ]
    assert heights == sorted(heights) and 1.35 < heights[-1] - heights[0] < 1.65
    assert body["left_hip"][0] > 0 > body["right_hip"][0]
    assert body["left_wrist"][0] > body["left_elbow"][0] > body["left_shoulder"][0] > body["left_collar"][0] > 0
    assert abs(body["left_wrist"][1] - body["left_shoulder"][1]) < 0.02
    assert body["left_foot"][2] - body["left_ankle"][2] > 0.1  # the toes point to +Z, where the face looks
    for name, position in body.items():
        np.testing.assert_allclose(body[mirrored(name)], position * (-1, 1, 1), atol=1e-6)
    np.testing.assert_allclose(recording.face, np.tile([0.0, 0.0, 1.0], (FRAMES, 1)))


def mirrored(name: str) -> str:
    return name.replace("left", "@").replace("right", "left").replace("@", "right")


def test_a_bent_elbow_moves_the_wrist_and_nothing_else():
    rest, bent = (read(smpl_h(poses)).joints[0] for poses in (posed(), posed(left_elbow=(0, -90, 0))))
    moved = np.linalg.norm(bent - rest, axis=-1) > 1e-6
    assert [JOINT_NAMES[joint] for joint in np.flatnonzero(moved)] == ["left_wrist"]
    forearm = bent[JOINT_INDEX["left_wrist"]] - bent[JOINT_INDEX["left_elbow"]]
    assert forearm[2] > 0.99 * np.linalg.norm(forearm)  # a left arm that is stretched to +X bends to the front


def test_a_turned_head_turns_the_face_and_moves_no_joint():
    rest, turned = (read(smpl_h(poses)) for poses in (posed(), posed(neck=(0, 30, 0), head=(0, 15, 0))))
    np.testing.assert_allclose(turned.face[0], rotation("y", 45) @ [0, 0, 1], atol=1e-6)
    assert np.abs(turned.joints[:, :15] - rest.joints[:, :15]).max() < 1e-6


def test_a_turned_root_turns_body_and_face_and_the_translation_moves_them():
    trans = np.linspace(0, 1, FRAMES)[:, None] * (1.0, 0.5, -2.0)
    rest, moved = read(smpl_h(posed())), read(smpl_h(posed(pelvis=(90, 0, 0)), trans=trans))
    expected = rest.joints @ rotation("x", 90).T + trans[:, None]
    np.testing.assert_allclose(moved.joints, expected, atol=1e-5)
    np.testing.assert_allclose(moved.face[0], (0, -1, 0), atol=1e-6)


def test_poses_made_of_a_walk_give_the_walk():
    made = read({"poses": walking_poses().reshape(-1, 66), "trans": walk()[:, 0], "fps": np.array(30)})
    agreement = (bones(made.joints) * bones(walk())).sum(axis=-1)
    assert agreement.min() > np.cos(np.radians(0.1))
    np.testing.assert_allclose(made.joints[:, 0], walk()[:, 0], atol=1e-6)


def test_a_world_whose_up_axis_is_z_gives_the_same_clip():
    upright = {"poses": walking_poses().reshape(-1, 66), "trans": walk()[:, 0], "fps": np.array(30)}
    stood = Rotation.from_rotvec([np.pi / 2, 0, 0])
    poses = walking_poses().copy()
    poses[:, 0] = (stood * Rotation.from_rotvec(poses[:, 0])).as_rotvec()
    tilted = upright | {"poses": poses.reshape(-1, 66), "trans": stood.apply(walk()[:, 0])}
    clips = [unify(motions_of(arrays)) for arrays in (upright, tilted)]
    assert [clip.report["up_axis"] for clip in clips] == ["y", "z"]
    np.testing.assert_allclose(clips[0].joints, clips[1].joints, atol=1e-4)
    assert not [note for note in clips[1].report["notes"] if "backwards" in str(note)]


def motions_of(arrays: dict):
    """The only person of some arrays."""
    recording = read(arrays)
    (motion,) = motions_from_array(recording.joints, recording.fps, recording.layout, units=recording.units)
    return motion


# --------------------------------------------------------------------------------------------------------------- files


def matrices(poses: np.ndarray) -> np.ndarray:
    return Rotation.from_rotvec(poses.reshape(-1, 3)).as_matrix().reshape(*poses.shape, 3)


def forms() -> dict[str, dict]:
    """The same walk in the forms in circulation."""
    body, root = walking_poses(), walking_poses()[:, 0]
    flat, trans, frames = body.reshape(len(body), 66), walk()[:, 0], len(body)
    rate = {"mocap_frame_rate": np.array(30)}
    hands = np.zeros((frames, 2, 3))
    with_hands = np.concatenate([body, hands], axis=1)
    return {
        "AMASS with markers": smpl_h(flat, trans=trans, mocap_framerate=np.array(30.0))
        | {"gender": np.array(b"male"), "betas": np.zeros(16), "dmpls": np.zeros((frames, 8))}
        | {"marker_data": np.ones((frames, 41, 3)), "marker_labels": np.array(["M"] * 41)},
        "AMASS for SMPL-X": {"root_orient": root, "pose_body": flat[:, 3:], "trans": trans, "betas": np.zeros(16)}
        | {"surface_model_type": np.array("smplx"), "markers_latent": np.zeros((53, 3))} | rate,
        "BEAT2": {"poses": np.hstack([flat, np.zeros((frames, 99))]), "trans": trans, "betas": np.zeros(300)}
        | {"expressions": np.zeros((frames, 100)), "gender": np.array("neutral"), "model": np.array("smplx2020")}
        | rate,
        "SMPL": {"poses": with_hands.reshape(frames, 72), "trans": trans} | rate,
        "axis-angle by joint": {"poses": with_hands, "trans": trans} | rate,
        "AIST++": {"smpl_poses": with_hands.reshape(frames, 72), "smpl_trans": trans * 90}
        | {"smpl_scaling": np.array([90.0])} | rate,
        "GVHMR": {"global_orient": root, "body_pose": flat[:, 3:], "transl": trans, "betas": np.zeros((frames, 10))}
        | rate,
        "4D-Humans": {"global_orient": matrices(root)[:, None], "body_pose": matrices(with_hands[:, 1:])}
        | {"betas": np.zeros((frames, 10)), "transl": trans} | rate,
        "4D-Humans frame by frame": {"global_orient": matrices(root)[:, None, None], "transl": trans[:, None]}
        | {"body_pose": matrices(with_hands[:, 1:])[:, None]} | rate,
        "WHAM": {"pose": np.zeros((frames, 72)), "trans": np.zeros((frames, 3)), "betas": np.zeros((frames, 10))}
        | {"pose_world": with_hands.reshape(frames, 72), "trans_world": trans} | rate,
        "TRAM": {"pred_rotmat": matrices(with_hands), "pred_trans": trans[:, None]}
        | {"pred_shape": np.zeros((frames, 10))} | rate,
    }  # fmt: skip


@pytest.mark.parametrize("form", forms())
def test_a_walk_in_any_form_of_a_body_model_is_the_same_walk(tmp_path, form):
    np.savez(tmp_path / "take.npz", **forms()[form])
    (motion,) = read_motions(tmp_path / "take.npz")
    expected = read({"poses": walking_poses().reshape(-1, 66), "trans": walk()[:, 0]}).joints
    assert motion.fps == 30.0 and motion.layout == "smpl22" and motion.units == "m"
    np.testing.assert_allclose(motion.joints, expected, atol=1e-4)
    assert unify(motion).joint_mask.all()


def test_notes_say_that_bones_are_not_the_persons_and_what_comes_from_video():
    of_form = {form: read(arrays) for form, arrays in forms().items()}
    assert all([note["code"] for note in recording.notes] == ["body_model"] for recording in of_form.values())
    assert {form for form, recording in of_form.items() if recording.recording == "video"} == {"WHAM", "TRAM"}


def test_people_that_the_video_does_not_show_are_absent_not_at_rest():
    poses = np.stack([walking_poses()] * 2)
    trans = np.stack([walk()[:, 0]] * 2)
    poses[1, 20:], trans[1, 20:] = 0, 0
    people = {"root_orient": poses[:, :, 0], "pose_body": poses[:, :, 1:].reshape(2, -1, 63), "trans": trans}
    recording = read(people)
    assert recording.joints.shape == (2, len(walk()), 22, 3)
    assert np.isnan(recording.joints[1, 20:]).all() and np.isnan(recording.face[1, 20:]).all()
    assert np.isfinite(recording.joints[0]).all() and np.isfinite(recording.joints[1, :20]).all()


def test_a_frame_without_a_rotation_is_a_gap():
    poses = posed()
    poses[7, 3 * JOINT_INDEX["left_elbow"]] = np.nan
    joints = read(smpl_h(poses)).joints
    lost = np.argwhere(np.isnan(joints).any(axis=-1))
    assert lost.tolist() == [[7, JOINT_INDEX["left_wrist"]]]


def test_a_file_without_a_frame_rate_asks_for_it(tmp_path):
    np.savez(tmp_path / "take.npz", poses=posed(), trans=np.zeros((FRAMES, 3)))
    with pytest.raises(MotionError, match=r"take.npz: the frame rate is not known; pass fps"):
        EaiSkeletonFeatureExtractor().clips(tmp_path / "take.npz")
    (clip,) = EaiSkeletonFeatureExtractor().clips(tmp_path / "take.npz", fps=30)
    assert clip.joint_mask.all()


def test_the_shape_of_the_body_tells_rotations_from_positions(tmp_path):
    rotations = walking_poses()
    np.savez(tmp_path / "take.npz", poses=rotations, betas=np.zeros(10), fps=30)
    (motion,) = read_motions(tmp_path / "take.npz")
    np.testing.assert_allclose(motion.joints, read(smpl_h(rotations.reshape(-1, 66))).joints, atol=1e-6)
    np.savez(tmp_path / "other.npz", poses=rotations, fps=30)
    (motion,) = read_motions(tmp_path / "other.npz")
    np.testing.assert_allclose(motion.joints, rotations, atol=1e-6)


def test_nothing_of_a_body_model_is_unpickled(tmp_path):
    np.savez(tmp_path / "take.npz", gender=np.array({"a": 1}, dtype=object), **forms()["SMPL"])
    assert len(read_motions(tmp_path / "take.npz")) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"trans": np.zeros((FRAMES - 1, 3))}, r"'trans' to hold 3 numbers for each frame of 'poses' \(45, 156\)"),
        ({"mocap_framerate": np.zeros(2)}, r"mocap_framerate to hold one number; found shape \(2,\)"),
        ({"poses": np.full((FRAMES, 156), "a")}, "'poses': expected real numbers"),
        ({"poses": np.full((FRAMES, 156), 90.0)}, r"joint 0 in frame 0 .* in radians, .*; found one 156 long"),
        ({"poses": np.full((FRAMES, 156), np.inf)}, "rotation of joint 0 in frame 0"),
        ({"poses": np.full((FRAMES, 24, 3, 3), 0.5)}, "joint 0 in frame 0 to be a rotation matrix; found one"),
        ({"poses": np.tile(np.diag([1.0, 1, -1]), (FRAMES, 24, 1, 1))}, "joint 0 in frame 0 to be a rotation matrix"),
    ],
)  # fmt: skip
def test_what_is_no_body_model_is_an_error_that_names_the_array(changes, message):
    with pytest.raises(MotionError, match=f"^take.npz.*{message}"):
        read(smpl_h(posed()) | changes)


def test_poses_of_other_shapes_are_no_body_model():
    assert smpl_keys({"poses": (30, 22), "trans": (30, 3)}) == []
    assert smpl_keys({"poses": (30, 24, 3)}) == []  # could be positions
    assert smpl_keys({"pose_body": (30, 63), "trans": (30, 3)}) == []
    assert smpl_keys({"poses": (0, 72), "trans": (0, 3)}) == []


@pytest.mark.parametrize("shape", [(FRAMES, 24, 3), (FRAMES, 72), (FRAMES, 22, 3), (FRAMES, 66), (FRAMES, 55, 3)])
def test_an_array_of_rotations_is_read_with_its_layout(tmp_path, shape):
    poses = np.zeros((FRAMES, 55, 3))
    poses[:, :22] = walking_poses()[:FRAMES]
    rotations = poses[:, : np.prod(shape[1:]) // 3].reshape(shape)
    np.save(tmp_path / "poses.npy", rotations)
    expected = read(smpl_h(walking_poses()[:FRAMES].reshape(-1, 66))).joints
    (of_file,) = read_motions(tmp_path / "poses.npy", fps=30, layout=AXIS_ANGLE)
    (of_array,) = motions_from_array(rotations, fps=30, layout=AXIS_ANGLE)
    for motion in (of_file, of_array):
        assert motion.layout == "smpl22" and motion.fps == 30
        np.testing.assert_allclose(motion.joints, expected, atol=1e-5)


def test_rotations_that_jump_are_refused_as_such_from_either_file(tmp_path):
    poses = np.random.default_rng(0).normal(0, 0.3, (120, 24, 3))
    np.save(tmp_path / "poses.npy", poses)
    np.savez(tmp_path / "poses.npz", poses=poses, trans=np.zeros((120, 3)))
    for name, layout in (("poses.npy", AXIS_ANGLE), ("poses.npz", None)):
        with pytest.raises(MotionError, match="jumps between .* Expected rotations that change little") as refused:
            EaiSkeletonFeatureExtractor().clips(tmp_path / name, fps=30, layout=layout)
        assert "joint positions" not in str(refused.value)


def test_an_array_that_may_be_rotations_names_their_layout(tmp_path):
    np.save(tmp_path / "poses.npy", posed().reshape(FRAMES, 22, 3)[:, :21])
    np.save(tmp_path / "flat.npy", np.zeros((FRAMES, 156)))
    np.save(tmp_path / "joints.npy", np.zeros((FRAMES, 24, 3)))
    with pytest.raises(MotionError, match=rf"'{AXIS_ANGLE}'|{AXIS_ANGLE} expects .* found shape \(45, 21, 3\)"):
        read_motions(tmp_path / "poses.npy", layout=AXIS_ANGLE)
    with pytest.raises(MotionError, match=f"If these are axis-angle rotations of SMPL, pass layout '{AXIS_ANGLE}'"):
        read_motions(tmp_path / "flat.npy")
    with pytest.raises(MotionError, match=f"names of the 24 joints .* pass layout '{AXIS_ANGLE}'"):
        EaiSkeletonFeatureExtractor().clips(tmp_path / "joints.npy", fps=30)


# ----------------------------------------------------------------------------------------------------------- HumanML3D


def features_of(joints: np.ndarray) -> np.ndarray:
    """Encodes a movement (frames + 1, 22, 3) as HumanML3D does, with zeros for what is not read: (frames, 263)."""
    across = joints[:, 1] - joints[:, 2] + joints[:, 16] - joints[:, 17]
    heading = np.unwrap(np.arctan2(-across[:, 2], across[:, 0]))
    heading -= heading[0]  # the first frame faces +Z
    features = np.zeros((len(joints) - 1, 263))
    for frame in range(len(features)):
        from_world, next_from_world = (rotation("y", -np.degrees(heading[frame + step])) for step in (0, 1))
        step = next_from_world @ (joints[frame + 1, 0] - joints[frame, 0])
        features[frame, 0] = -(heading[frame + 1] - heading[frame]) / 2
        features[frame, 1:3] = step[[0, 2]]
        features[frame, 3] = joints[frame, 0, 1]
        seen = (joints[frame, 1:] - joints[frame, 0] * (1, 0, 1)) @ from_world.T
        features[frame, 4:67] = seen.reshape(-1)
    return features


def turning_walk() -> np.ndarray:
    """(frames, 22, 3) metres: a walk in a circle that starts at the origin and faces +Z."""
    joints = walk() - walk()[0, 0] * (1, 0, 1)
    angles = np.linspace(0, 100, len(joints))
    turned = np.stack([rotation("y", angle) for angle in angles])
    steps = np.diff(joints[:, 0], axis=0, prepend=joints[:1, 0]) * (1, 0, 1)
    root = np.cumsum(np.einsum("fij,fj->fi", turned, steps), axis=0)
    body = np.einsum("fij,fnj->fni", turned, joints - joints[:, :1] * (1, 0, 1))
    across = body[0, 1] - body[0, 2] + body[0, 16] - body[0, 17]
    ahead = rotation("y", -np.degrees(np.arctan2(-across[2], across[0])))
    return (body + root[:, None]) @ ahead.T


def test_a_walk_in_a_circle_survives_the_features_of_humanml3d(tmp_path):
    expected = turning_walk()
    np.save(tmp_path / "000001.npy", features_of(expected).astype(np.float32))
    (motion,) = read_motions(tmp_path / "000001.npy")
    assert motion.fps == 20.0 and motion.layout == "smpl22"
    assert np.linalg.norm(expected[-2, 0] - expected[0, 0]) > 1  # it went somewhere
    assert np.abs(motion.joints - expected[:-1]).max() < 1e-3
    assert unify(motion).joint_mask.all()


def test_features_of_several_people_and_in_an_archive_are_read(tmp_path):
    features = features_of(turning_walk()).astype(np.float32)
    np.save(tmp_path / "batch.npy", np.stack([features, features]))
    np.savez(tmp_path / "made.npz", motion=features)
    assert len(read_motions(tmp_path / "batch.npy")) == 2
    (motion,) = read_motions(tmp_path / "made.npz")
    assert np.abs(motion.joints - turning_walk()[:-1]).max() < 1e-3


def test_normalised_features_are_refused_with_what_to_do(tmp_path):
    features = features_of(turning_walk())
    np.save(tmp_path / "n.npy", (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-2))
    with pytest.raises(MotionError, match=r"n.npy: .*Normalised features must be multiplied by Std.npy"):
        read_motions(tmp_path / "n.npy")
    np.save(tmp_path / "kit.npy", np.zeros((40, 251)))
    with pytest.raises(MotionError, match=r"kit.npy: 251 numbers a frame are the features of KIT-ML"):
        read_motions(tmp_path / "kit.npy")


def test_flat_rows_are_joints_of_smpl_only_if_its_bones_keep_their_lengths(tmp_path):
    np.save(tmp_path / "flat.npy", turning_walk().reshape(-1, 66))
    (motion,) = read_motions(tmp_path / "flat.npy", fps=20)
    assert motion.layout == "smpl22" and motion.joints.shape[1:] == (22, 3)
    np.save(tmp_path / "other.npy", turning_walk()[:, ::-1].reshape(-1, 66))
    (motion,) = read_motions(tmp_path / "other.npy", fps=20)
    assert motion.layout is None and motion.joints.shape[1:] == (22, 3)


# ------------------------------------------------------------------------------------------------------- the hard ones

HARD = SHARED_DATA / "hard_inputs"


@pytest.mark.skipif(not HARD.exists(), reason=f"needs {HARD}")
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("28-amass-npz/with_markers_poses.npz", {}),
        ("28-amass-npz/smplx_stageii.npz", {}),
        ("28-amass-npz/beat2.npz", {}),
        ("30-humanml3d/new_joints_flat.npy", {"fps": 20}),
        ("30-humanml3d/new_joints_000000.npy", {"fps": 20, "layout": "smpl22"}),
    ],
)
def test_hard_inputs_of_body_models_are_whole_bodies(name, options):
    (motion,) = read_motions(HARD / name, **options)
    assert unify(motion).joint_mask.all()


@pytest.mark.skipif(not HARD.exists(), reason=f"needs {HARD}")
def test_random_rotations_are_read_alike_from_both_of_their_files():
    (named,) = read_motions(HARD / "28-amass-npz/axis_angle_24x3.npz", fps=30)
    (declared,) = read_motions(HARD / "28-amass-npz/smpl_pose_24x3.npy", fps=30, layout=AXIS_ANGLE)
    assert named.layout == declared.layout == "smpl22" and named.joints.shape == (120, 22, 3)
    np.testing.assert_allclose(named.joints, declared.joints, atol=1e-5)
