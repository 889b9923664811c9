"""What a recording cannot show: movement, travel, height, floor, head rotation, fast changes, size."""

import numpy as np
import pytest
from moving_bodies import EVERY_JOINT, busy_movement, seconds, standing
from moving_bodies import walk as level_walk

from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, DESCRIPTORS, measure, why_not_measured
from eai_llm_hf.processing.descriptors.movement_features import movement_features
from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.reading.motion import Motion, MotionError
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.limitations import ASPECTS
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES
from eai_llm_hf.processing.skeleton.unify import unify

ROOT = 0


def read(joints: np.ndarray, fps: float = 30.0, face: np.ndarray | None = None, units: str | None = "m"):
    return unify(Motion(joints.astype(np.float32), fps, list(JOINT_NAMES), face=face, units=units))


def walk(step: float, cadence: float, frames: int = 150) -> np.ndarray:
    joints = level_walk(step, cadence, frames=frames)
    upper = [index for index, name in enumerate(JOINT_NAMES) if not name.endswith(("ankle", "foot"))]
    joints[:, upper, 1] += 0.02 * np.cos(2 * np.pi * cadence * seconds(frames))[:, None]
    return joints


def swaying(frames: int = 150) -> np.ndarray:
    """Stands, sways by 2 cm and moves the arms."""
    joints = standing(frames)
    upper = [index for index, name in enumerate(JOINT_NAMES) if not name.endswith(("ankle", "foot"))]
    joints[:, upper] += 0.01 * np.sin(2 * np.pi * 0.3 * seconds(frames))[:, None, None] * [1, 0.3, 1]
    joints[:, JOINT_INDEX["left_wrist"], 2] += 0.2 * np.sin(2 * np.pi * 0.8 * seconds(frames))
    return joints


def pinned(joints: np.ndarray) -> np.ndarray:
    return joints - joints[:, :1]


def codes(clip: UnifiedClip) -> list[str]:
    return [note["code"] for note in clip.report["notes"]]


def value(clip: UnifiedClip, name: str) -> float:
    return float(measure(clip.joints, clip.joint_mask, clip.not_shown)[DESCRIPTOR_INDEX[name]])


def test_a_walk_shows_all_but_the_rotation_of_the_head():
    clip = read(walk(0.6, 1.9))
    assert set(clip.not_shown) == {"head_rotation"} and codes(clip) == []


def test_every_aspect_that_a_descriptor_needs_is_known():
    assert {aspect for descriptor in DESCRIPTORS for aspect in descriptor.needs} <= set(ASPECTS)


def test_a_pinned_pelvis_shows_no_travel_and_no_height():
    clip = read(pinned(walk(0.6, 1.9)))
    assert {"travel", "height", "floor"} <= set(clip.not_shown) and "pinned_root" in codes(clip)
    for name in ("travel_speed", "movement_speed", "vertical_bounce", "rise", "step_length", "cadence"):
        assert np.isnan(value(clip, name)), name
    assert np.isfinite(value(clip, "leg_speed")) and np.isfinite(value(clip, "tempo"))


def test_the_note_of_a_pinned_pelvis_says_what_it_means_for_the_reader_and_what_to_do():
    def message(recording: str | None) -> str:
        joints = pinned(walk(0.6, 1.9)).astype(np.float32)
        clip = unify(Motion(joints, 30.0, list(JOINT_NAMES), recording=recording))
        return next(each["message"] for each in clip.report["notes"] if each["code"] == "pinned_root")

    file, video = message(None), message("video")
    for words in ("nothing is said about travel, steps or overall speed", "posture and gestures are measured as"):
        assert words in file and words in video
    assert "export the recording again with the position of the hips" in file
    assert "export" not in video, "a video has no such position"


def test_the_trembling_of_a_pinned_pelvis_is_neither_travel_nor_height():
    joints = pinned(walk(0.6, 1.9))
    joints += np.random.default_rng(0).uniform(-0.0004, 0.0004, (len(joints), 1, 3))  # as MediaPipe's world landmarks
    clip = read(joints)
    assert {"travel", "height", "floor"} <= set(clip.not_shown) and np.isnan(value(clip, "vertical_bounce"))


def test_a_pelvis_that_is_pinned_to_the_ground_only_still_bounces():
    joints = busy_movement()
    joints[..., [0, 2]] -= joints[:, :1, [0, 2]]
    clip = read(joints)
    assert "travel" in clip.not_shown and "height" not in clip.not_shown
    assert np.isfinite(value(clip, "vertical_bounce"))


def test_a_person_who_stands_and_sways_shows_that_they_do_not_travel():
    clip = read(swaying())
    assert "travel" not in clip.not_shown and value(clip, "travel_speed") < 0.1


def test_a_treadmill_hides_travel():
    joints = walk(0.6, 1.9)
    path = np.linspace(joints[0, 0], joints[-1, 0], len(joints))[:, None] * [1, 0, 1]
    joints = joints - path + 0.02 * np.sin(np.arange(len(joints)) / 9)[:, None, None] * [1, 0, 1]
    clip = read(joints)
    assert "treadmill" in clip.not_shown["travel"]


def test_the_tower_does_not_read_an_absent_root():
    free, still = read(walk(0.6, 1.9)), read(pinned(walk(0.6, 1.9)))
    assert movement_features(free.joints, free.joint_mask, free.not_shown)[1][ROOT]
    assert not movement_features(still.joints, still.joint_mask, still.not_shown)[1][ROOT]


def test_a_motionless_clip_has_posture_only():
    clip = read(standing())
    assert codes(clip) == ["motionless"]
    vector = measure(clip.joints, clip.joint_mask, clip.not_shown)
    reasons = why_not_measured(vector, clip.joint_mask, clip.not_shown)
    assert np.isfinite(value(clip, "trunk_lean")) and np.isfinite(value(clip, "knee_flexion"))
    for name in ("movement_speed", "pauses", "smoothness", "peak_timing", "body_sway"):
        assert reasons[name] == "nothing moves in this recording"


@pytest.mark.parametrize("slope", [-0.08, 0.06, 0.15])
def test_a_sloping_floor_is_levelled_and_is_no_rise(slope):
    flat, sloping = walk(0.6, 1.9), walk(0.6, 1.9)
    sloping[..., 1] += slope * sloping[..., 2]
    clip = read(sloping)
    assert codes(clip) == ["sloping_floor"]
    assert value(clip, "rise") == pytest.approx(value(read(flat), "rise"), abs=0.01)


def test_a_floor_that_sinks_under_a_standing_person_is_unknown():
    joints = swaying()
    joints[..., 1] -= np.linspace(0, 0.2, len(joints))[:, None]
    clip = read(joints)
    assert "floor" in clip.not_shown and np.isnan(value(clip, "rise"))


def test_a_crouch_is_a_sinking_body_on_a_level_floor():
    joints = walk(0.0, 1.9)
    upper = [index for index, name in enumerate(JOINT_NAMES) if not name.endswith(("ankle", "foot", "knee"))]
    joints[:, upper, 1] -= np.linspace(0, 0.3, len(joints))[:, None]
    clip = read(joints)
    assert "floor" not in clip.not_shown and value(clip, "rise") < -0.05


def test_ten_frames_a_second_show_no_fast_changes():
    clip = read(walk(0.6, 1.9, frames=150)[::3], fps=10)
    assert "10 frames per second" in clip.not_shown["fast_changes"]
    assert np.isnan(value(clip, "smoothness")) and np.isfinite(value(clip, "travel_speed"))


def test_a_body_in_an_unknown_unit_has_no_size():
    assert "size" in read(7.3 * walk(0.6, 1.9), units=None).not_shown
    assert "size" not in read(100 * walk(0.6, 1.9), units=None).not_shown


def test_the_face_is_turned_with_the_body():
    joints, frames = walk(0.6, 1.9), 150
    face = np.tile([0.0, -0.6, 0.8], (frames, 1))
    turn = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]])
    clip = read(joints @ turn.T, face=face @ turn.T * 3)
    assert "head_rotation" not in clip.not_shown
    np.testing.assert_allclose(clip.face, face, atol=1e-3)
    np.testing.assert_allclose(clip.mirrored().face, face * [-1, 1, 1], atol=1e-3)
    assert clip.cut(10, 40).face.shape == (30, 3)


def test_gaps_of_the_face_are_filled_and_a_face_that_is_mostly_unknown_is_absent():
    face = np.tile([0.0, 0.0, 1.0], (150, 1))
    face[20:60] = np.nan
    assert read(walk(0.6, 1.9), face=face).face is not None
    face[20:120] = np.nan
    assert read(walk(0.6, 1.9), face=face).face is None
    with pytest.raises(MotionError, match="directions of the face"):
        read(walk(0.6, 1.9), face=face[:-1])


def test_reasons_name_the_joints_that_are_missing():
    clip = read(walk(0.6, 1.9))
    mask = EVERY_JOINT.copy()
    mask[JOINT_INDEX["left_wrist"]] = False
    reasons = why_not_measured(measure(clip.joints, mask), mask, {})
    assert reasons["hand_speed"] == "the recording lacks left wrist"
    assert "trunk_lean" not in reasons


def test_what_is_not_shown_survives_mirroring_and_cutting():
    clip = read(pinned(walk(0.6, 1.9)))
    assert clip.mirrored().not_shown == clip.cut(0, 60).not_shown == clip.not_shown


def test_the_feature_extractor_leaves_out_what_is_not_shown():
    extractor = EaiSkeletonFeatureExtractor()
    clips = [read(joints) for joints in (walk(0.6, 1.9), pinned(walk(0.6, 1.9)))]
    masks = extractor(clips)["skeleton_segment_mask"]
    assert masks[0][ROOT] == 1 and masks[1][ROOT] == 0 and (masks[0][1:] == masks[1][1:]).all()


def test_a_video_shows_no_fine_movement_but_shows_posture():
    joints = walk(0.6, 1.9)
    clip = unify(Motion(joints.astype(np.float32), 30.0, list(JOINT_NAMES), recording="video"))
    assert (
        "fine_movement" in clip.not_shown and np.isnan(value(clip, "pauses")) and np.isnan(value(clip, "trunk_twist"))
    )
    assert np.isfinite(value(clip, "trunk_lean")) and np.isfinite(value(clip, "arm_swing"))
    assert np.isfinite(value(read(joints), "pauses"))


def test_a_video_gives_one_reason_for_all_that_the_path_of_the_body_would_show():
    joints = pinned(walk(0.6, 1.9))
    clip = unify(Motion(joints.astype(np.float32), 30.0, list(JOINT_NAMES), recording="video"))
    why = "a pose from a video is measured from its own hips, so the path of the body is unknown"
    assert [clip.not_shown[aspect] for aspect in ("travel", "height", "floor")] == [why] * 3
    assert "one height" in read(joints).not_shown["height"]


def test_a_gesture_of_a_second_in_a_long_held_pose_is_movement():
    joints = standing(1800)
    joints[900:930, JOINT_INDEX["left_wrist"], 2] += 0.3 * np.sin(np.linspace(0, np.pi, 30))
    assert "motionless" not in codes(read(joints))


@pytest.mark.parametrize("metres", [0.001, 0.003])
def test_noise_of_millimetres_moves_neither_a_pinned_pelvis_nor_a_still_body(metres):
    noise = np.random.default_rng(0).normal(0, metres, (150, 22, 3))
    assert {"travel", "height"} <= set(read(pinned(walk(0.6, 1.9)) + noise).not_shown)
    assert metres > 0.001 or "movement" in read(standing(150) + noise).not_shown
