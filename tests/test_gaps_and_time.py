"""What was not recorded: lost joints, padding, holes in time, and times in every unit."""

import warnings

import numpy as np
import pytest
from moving_bodies import busy_movement, standing

from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.reading import timing
from eai_llm_hf.processing.reading.checks import checked_motions
from eai_llm_hf.processing.reading.files import motions_from_array, read_motions
from eai_llm_hf.processing.reading.motion import Motion, MotionError
from eai_llm_hf.processing.reading.recording import TIME_UNITS, Recording
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES
from eai_llm_hf.processing.skeleton.unify import unify

NAMES = list(JOINT_NAMES)
WRIST = JOINT_INDEX["left_wrist"]


def body(frames: int = 150) -> np.ndarray:
    return busy_movement(frames).astype(np.float32)


def clip_of(joints: np.ndarray, **given) -> tuple:
    """The unified clip of an array, and the codes of its notes."""
    (motion,) = motions_from_array(joints, **({"fps": 30, "joint_names": NAMES} | given))
    clip = unify(motion)
    return clip, [note["code"] for note in clip.report["notes"]]


def timed(joints: np.ndarray, times: np.ndarray, **given) -> Motion:
    (motion,) = checked_motions(Recording(joints, times=times, joint_names=NAMES, **given), "clip.csv")
    return motion


def codes(motion: Motion) -> list[str]:
    return [note["code"] for note in motion.notes]


# ------------------------------------------------------------------------------------------ a frame rate that is given


def given_rate(tmp_path, rate: float, stated: dict) -> Motion:
    """A file with what it states of its times, read at a frame rate that the caller gives."""
    path = tmp_path / "clip.npz"
    np.savez(path, joints=body(60), joint_names=NAMES, **stated)
    (motion,) = read_motions(path, fps=rate)
    return motion


@pytest.mark.parametrize(
    ("stated", "whose"),
    [
        ({"fps": 30.0}, "the file states 30"),
        ({"time_s": np.arange(60) / 30}, "the times in the file give 30"),
        ({"timestamp": np.arange(60) * 33_333}, "the times in the file give 30"),
        ({"time": np.delete(np.arange(75), np.arange(20, 35)) / 30}, "the times in the file give 30"),
    ],
)
def test_a_given_frame_rate_wins_over_the_file_and_a_note_says_so(tmp_path, stated, whose):
    motion = given_rate(tmp_path, 60, stated)
    assert motion.fps == 60 and len(motion.joints) == 60 and codes(motion) == ["fps_contradicted"]
    assert motion.notes[0]["message"] == (
        f"{whose} frames per second, the caller gives 60; 60 is used, which makes the movement 2 times as fast"
    )
    assert "fps_contradicted" not in codes(given_rate(tmp_path, 30.5, stated))


def test_times_that_agree_with_a_given_frame_rate_are_used_as_without_it(tmp_path):
    places = np.flatnonzero(np.random.default_rng(0).random(90) > 0.4)
    places = places[(places < 30) | (places > 50)]  # a camera that drops 40% of its frames and pauses once
    for stated in (
        {"time_s": places / 30},
        {"timestamp": places * 33_333},
        {"timestamp": places * 333_333},
        {"time_s": places / 30, "fps": 30.0},
    ):
        path = tmp_path / "clip.npz"
        np.savez(path, joints=body(len(places)), joint_names=NAMES, **stated)
        (alone,), (given,) = read_motions(path), read_motions(path, fps=30.5)
        assert given.fps == pytest.approx(30, rel=1e-4)
        assert len(given.joints) == places[-1] - places[0] + 1 and "time_hole" in codes(given)
        np.testing.assert_array_equal(given.joints, alone.joints)


def test_times_that_agree_with_a_given_frame_rate_win_over_a_rate_that_the_file_states_wrongly():
    recording = Recording(body(60), fps=60.0, times=np.delete(np.arange(75), np.arange(20, 35)) / 30)
    (motion,) = checked_motions(recording, "clip.csv", 30)
    assert motion.fps == pytest.approx(30) and len(motion.joints) == 75
    assert codes(motion) == ["fps_contradicted", "time_hole"]


@pytest.mark.parametrize(
    "stated",
    [{"fps": 0.0}, {"time": np.arange(60)}, {"time": np.zeros(60)}, {"time": np.full(60, np.nan)},
     {"time": -np.arange(60) / 30}, {}],
)  # fmt: skip
def test_what_states_no_frame_rate_contradicts_none(tmp_path, stated):
    assert codes(given_rate(tmp_path, 60, stated)) == []


def test_a_file_whose_times_contradict_its_own_frame_rate_is_read_by_the_rate_and_noted():
    motion = timed(body(60), np.arange(60) / 120, fps=30, time_unit="s")
    assert motion.fps == 30 and codes(motion) == ["fps_contradicted"]
    assert "the times in the file give 120 frames per second, the file states 30" in motion.notes[0]["message"]


# --------------------------------------------------------------------------------------------------------------- zeros


@pytest.mark.parametrize("lost", [[50], range(40, 55), [*range(20, 26), 70, 71, *range(100, 112)], range(9)])
def test_a_joint_at_exact_zero_is_a_gap(lost):
    dropped = body()
    dropped[list(lost), WRIST] = 0
    clip, notes = clip_of(dropped)
    without = body()
    without[list(lost), WRIST] = np.nan
    np.testing.assert_array_equal(clip.joints, clip_of(without)[0].joints)
    assert clip.report["gaps"] == {"left_wrist": round(1 - len(list(lost)) / 150, 4)} and "gaps_filled" in notes


def test_every_second_frame_of_a_joint_at_zero_is_a_gap():
    dropped = body()
    dropped[::2, WRIST] = 0
    clip, _ = clip_of(dropped)
    assert clip.report["gaps"] == {"left_wrist": 0.5}
    assert np.abs(clip.joints - clip_of(body())[0].joints).max() < 0.1


def test_a_whole_arm_at_zero_is_a_gap():
    dropped = body()
    arm = [JOINT_INDEX[f"left_{part}"] for part in ("shoulder", "elbow", "wrist")]
    dropped[60:70, arm] = 0
    assert set(clip_of(dropped)[0].report["gaps"]) == {"left_shoulder", "left_elbow", "left_wrist"}


@pytest.mark.parametrize("centre", ["pelvis", "spine2", "left_hip"])
def test_a_body_centred_on_a_joint_has_no_gap_there(centre):
    joints = body()
    joints -= joints[:, [JOINT_INDEX[centre]]]
    if centre == "left_hip":  # the pelvis must not be the only one that may
        joints = standing(150) - standing(150)[:, [JOINT_INDEX["left_hip"]]]
    clip, notes = clip_of(joints)
    assert clip.report["gaps"] == {} and "gaps_filled" not in notes


def test_a_joint_that_is_lost_in_a_centred_body_is_a_gap():
    joints = body()
    joints -= joints[:, [0]]
    joints[30:40, WRIST] = 0
    assert clip_of(joints)[0].report["gaps"] == {"left_wrist": round(140 / 150, 4)}


def test_a_joint_that_passes_the_origin_or_starts_there_is_no_gap():
    joints = body()
    joints -= joints[75, WRIST]  # exactly at the origin in one frame
    assert (joints[75, WRIST] == 0).all()
    assert clip_of(joints)[0].report["gaps"] == {}
    joints = body()
    joints -= joints[:1, [0]]  # a recording that starts at the origin
    assert clip_of(joints)[0].report["gaps"] == {}
    joints[60:63, WRIST, 0] = 0  # zero in one coordinate only
    assert clip_of(joints)[0].report["gaps"] == {}


def test_a_root_at_the_origin_in_a_first_pose_is_no_gap():
    joints = body()
    joints[1:] += 50  # the take is elsewhere
    joints[0] -= joints[0, 0]
    (motion,) = motions_from_array(joints, 30, joint_names=NAMES)
    assert unify(motion).report["gaps"] == {}


# ------------------------------------------------------------------------------------------------------------- padding


@pytest.mark.parametrize("value", [0.0, np.nan])
@pytest.mark.parametrize(("before", "after"), [(0, 150), (40, 0), (30, 60)])
def test_frames_without_a_body_at_the_ends_are_cut(value, before, after):
    joints = body()
    padded = np.concatenate([np.full((before, 22, 3), value), joints, np.full((after, 22, 3), value)])
    (motion,) = motions_from_array(padded, 30, joint_names=NAMES)
    np.testing.assert_array_equal(motion.joints, joints)
    assert codes(motion) == ["padding_cut"] * ((before > 0) + (after > 0))
    assert motion.notes[-1]["message"] == (
        f"the last {after / 30:.2f} s hold nobody and are cut"
        if after
        else f"the first {before / 30:.2f} s hold nobody and are cut"
    )


@pytest.mark.parametrize(("before", "after"), [(0, 150), (40, 0), (30, 60)])
def test_one_frame_repeated_at_the_ends_is_cut(before, after):
    joints = body()
    joints[0, WRIST] = joints[-1, WRIST] = np.nan
    (motion,) = motions_from_array(np.pad(joints, ((before, after), (0, 0), (0, 0)), mode="edge"), 30)
    np.testing.assert_array_equal(motion.joints, joints)
    assert codes(motion) == ["padding_cut"] * ((before > 0) + (after > 0))


@pytest.mark.parametrize(("before", "after"), [(1, 0), (0, 1), (2, 3)])
def test_a_rest_pose_at_an_end_is_no_movement(before, after):
    joints = body()
    pose = joints[0] + np.random.default_rng(0).normal(0, 0.5, joints[0].shape)
    take = np.concatenate([pose[None].repeat(before, 0), joints, pose[None].repeat(after, 0)])
    (motion,) = motions_from_array(take, 30, joint_names=NAMES)
    np.testing.assert_array_equal(motion.joints, joints)
    assert codes(motion) == ["pose_cut"] * ((before > 0) + (after > 0))


def test_a_fast_beginning_is_no_rest_pose():
    joints = body()
    joints[1:] += np.linspace(0, 0.15, 4)[1] * np.array([1.0, 0, 0])  # as fast as running
    (motion,) = motions_from_array(joints, 30, joint_names=NAMES)
    assert len(motion.joints) == len(joints) and not motion.notes


@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_a_fast_hand_is_no_rest_pose_where_the_other_joints_are_lost_in_the_first_frames(nothing):
    joints = body()
    joints[:2] += np.array([0.3, 0, 0]) * (np.array(NAMES) == "left_wrist")[:, None]
    joints[:2, np.array(NAMES) != "left_wrist"] = nothing
    (motion,) = motions_from_array(joints, 30, joint_names=NAMES)
    assert len(motion.joints) == len(joints) and "pose_cut" not in codes(motion)


def test_stillness_is_no_padding():
    still = standing(150)
    for joints in (still, still.round(1), np.repeat(body(20), [*[1] * 19, 10], axis=0)):
        (motion,) = motions_from_array(joints, 30)
        assert len(motion.joints) == len(joints) and not motion.notes
    tired = standing(200) + np.random.default_rng(0).normal(0, 0.001, (200, 22, 3))  # rests before it ends
    assert len(motions_from_array(tired, 30)[0].joints) == 200
    coarse = body(60).repeat(4, axis=0)  # held poses, also at the end
    coarse = np.concatenate([coarse, coarse[-1:].repeat(30, axis=0)])
    assert len(motions_from_array(coarse, 30)[0].joints) == len(coarse)


def test_visibility_and_face_are_cut_with_the_frames():
    joints = np.concatenate([np.zeros((20, 22, 3)), body(60)])
    recording = Recording(
        joints, 30, visibility=np.linspace(0, 1, 80)[:, None].repeat(22, 1), face=np.arange(240.0).reshape(80, 3)
    )
    (motion,) = checked_motions(recording, "clip")
    assert motion.visible.shape == (60, 22) and motion.visible.sum() == 22 * 40
    np.testing.assert_array_equal(motion.face, recording.face[20:])


def test_a_body_that_is_lost_for_a_while_is_interpolated_and_a_note_says_where():
    joints = body()
    joints[60:90] = np.nan
    clip, notes = clip_of(joints)
    assert len(clip.joints) == 150 and notes[0] == "body_lost"
    assert "2.00 to 3.00 s" in clip.report["notes"][0]["message"] and "gaps_filled" not in notes


def test_of_a_body_that_is_mostly_lost_the_longest_stretch_is_read():
    joints = body(300)
    joints[50:100] = joints[160:299] = 0
    (motion,) = motions_from_array(joints, 30)
    np.testing.assert_array_equal(motion.joints, joints[100:160])
    assert codes(motion) == ["body_lost"]


# ---------------------------------------------------------------------------------------------------------- visibility


def seen(limits: dict[str, float]) -> Recording:
    visibility = np.ones((150, 22))
    for joint, value in limits.items():
        visibility[:, JOINT_INDEX[joint]] = value
    return Recording(body(), 30, joint_names=NAMES, visibility=visibility)


def test_joints_that_the_tracker_does_not_see_are_absent():
    legs = [f"{side}_{part}" for side in ("left", "right") for part in ("knee", "ankle", "foot")]
    (motion,) = checked_motions(seen(dict.fromkeys(legs, 0.02)), "desk.json")
    clip = unify(motion)
    assert clip.report["missing_joints"] == sorted(legs, key=NAMES.index)


def test_a_body_whose_hips_are_hidden_by_a_desk_is_read_with_a_note():
    (motion,) = checked_motions(seen({"pelvis": 0.02, "left_hip": 0.02, "right_hip": 0.02}), "desk.json")
    clip = unify(motion)
    assert clip.report["missing_joints"] == ["left_hip", "right_hip"]
    assert [note["code"] for note in clip.report["notes"]][0] == "low_visibility"


def test_a_joint_that_is_hidden_for_a_moment_is_a_gap_and_an_unknown_visibility_is_none():
    recording = seen({})
    recording.visibility[50:60, WRIST] = 0.1
    recording.visibility[:, 0] = np.nan
    (motion,) = checked_motions(recording, "clip")
    assert unify(motion).report["gaps"] == {"left_wrist": round(140 / 150, 4)}


def test_visibility_of_another_shape_is_refused():
    with pytest.raises(MotionError, match=r"clip: expected visibility of shape \(1, 150, 22\); found \(150, 21\)"):
        checked_motions(Recording(body(), 30, visibility=np.ones((150, 21))), "clip")


# --------------------------------------------------------------------------------------------------------------- times


@pytest.mark.parametrize("unit", TIME_UNITS)
@pytest.mark.parametrize("fps", [24, 25, 30, 50, 60, 90, 100, 120])
@pytest.mark.parametrize("is_named", [True, False])
def test_the_unit_of_times_is_found(unit, fps, is_named):
    times = np.arange(60) / fps / TIME_UNITS[unit]
    times = times.round(4) if unit == "s" else times.round()
    motion = timed(body(60), times, time_unit=unit if is_named else None)
    assert motion.fps == pytest.approx(fps, rel=1e-3) and len(motion.joints) == 60
    assert "time_unit_guessed" not in codes(motion) or (fps >= 50 and unit == "ticks") or unit == "us"


@pytest.mark.parametrize(
    ("start", "unit"), [(1.7e9, "s"), (1.7e12, "ms"), (1.7e15, "us"), (1.7e18, "ns"), (6.38e17, "ticks")]
)
@pytest.mark.parametrize("fps", [12.5, 30, 110])
def test_a_date_tells_the_unit(start, unit, fps):
    motion = timed(body(60), start + np.arange(60) / fps / TIME_UNITS[unit])
    assert motion.fps == pytest.approx(fps, rel=0.01)


def test_a_guess_between_two_plausible_units_is_noted():
    assert codes(timed(body(60), np.arange(60) * 83_333)) == ["time_unit_guessed"]
    assert codes(timed(body(60), np.arange(60) * 33_333)) == []


def test_a_clock_coarser_than_the_frames_does_not_move_them():
    for times in (np.floor(np.arange(300) / 3) / 10, (np.arange(300) / 120).round(2), np.arange(300) // 30):
        motion = timed(body(300), times)
        np.testing.assert_array_equal(motion.joints, body(300))
        assert motion.fps == pytest.approx(120 if times[-1] < 3 else 30, rel=0.03)


def test_dropped_frames_take_their_time():
    joints, times = body(), np.arange(150) / 30
    kept = np.sort(np.random.default_rng(0).permutation(np.arange(1, 149))[:88])
    kept = np.concatenate([[0], kept, [149]])
    motion = timed(joints[kept], times[kept].round(4))
    assert (len(motion.joints), motion.fps) == (150, 30)
    np.testing.assert_array_equal(motion.joints[kept], joints[kept])
    assert np.nanmean(np.abs(motion.joints - joints)) < 0.002


def test_jitter_is_taken_out_of_the_movement():
    noise = np.random.default_rng(0).uniform(-0.4, 0.4, 300) / 60
    times = np.arange(300) / 60 + noise
    exact = body(1500)  # 1/10 of a frame each
    at = (times - times[0]) * 30

    def sampled(places: np.ndarray) -> np.ndarray:
        low = np.floor(places).astype(int)
        part = (places - low)[:, None, None]
        return exact[low] * (1 - part) + exact[low + 1] * part

    motion = timed(sampled(at), times)
    assert (len(motion.joints) - 1) / motion.fps == pytest.approx(times[-1] - times[0], abs=1 / 60)
    truth = sampled(np.arange(len(motion.joints)) / motion.fps * 30)
    believed = np.abs(motion.joints - truth).max()
    ignored = np.abs(sampled(at)[: len(truth)] - truth[:300]).max()
    assert believed < 0.2 * ignored


def test_in_a_hole_nothing_is_tracked_and_a_note_says_where():
    joints = np.delete(body(), range(30, 75), axis=0)
    motion = timed(joints, np.delete(np.arange(150) / 30, range(30, 75)))
    lost = np.isnan(motion.joints).all(axis=(1, 2))
    assert len(lost) == 150 and np.flatnonzero(lost).tolist() == list(range(30, 75))
    assert motion.notes == [
        {"code": "time_hole", "message": "no frames from 0.97 to 2.50 s; the movement there is interpolated"}
    ]
    clip = unify(motion)
    assert len(clip.joints) == 150 and [note["code"] for note in clip.report["notes"]][0] == "time_hole"


def test_a_short_hole_is_not_worth_a_note():
    joints = np.delete(body(), range(30, 40), axis=0)
    motion = timed(joints, np.delete(np.arange(150) / 30, range(30, 40)))
    assert len(motion.joints) == 150 and codes(motion) == []


@pytest.mark.parametrize("hours", [0.01, 1000])
def test_of_recordings_joined_over_a_long_pause_the_longest_is_read(hours):
    times = np.arange(150) / 30 + np.where(np.arange(150) < 40, 0, 3600 * hours)
    motion = timed(body(), times)
    np.testing.assert_allclose(motion.joints, body()[40:], atol=1e-5)
    assert codes(motion) == ["time_hole"] and "is read" in motion.notes[0]["message"]


def test_frames_written_twice_are_dropped_and_times_that_decrease_are_refused():
    twice = np.sort(np.concatenate([np.arange(150), [20, 21, 22, 90]]))
    motion = timed(body()[twice], twice / 30)
    np.testing.assert_allclose(motion.joints, body(), atol=1e-5)
    times = np.arange(150) / 30
    times[70] = 0.5
    with pytest.raises(
        MotionError, match=r"clip.csv, time 70: expected times in increasing order; found 0.5 after 2.3"
    ):
        timed(body(), times)


def test_a_rate_that_the_file_states_counts_and_its_times_show_the_missing_frames():
    kept = np.delete(np.arange(150), [50, 51, 100])
    motion = timed(body()[kept], kept * 40.0, fps=25)
    assert (motion.fps, len(motion.joints)) == (25, 150)
    motion = timed(body()[kept], kept * 7.0, fps=25)  # times of something else
    assert (motion.fps, len(motion.joints)) == (25, 147)


def test_a_rate_that_the_caller_gives_wins_over_times_that_do_not_agree_with_it(tmp_path):
    path = tmp_path / "clip.csv"
    header = ",".join(["time", *(f"{name}_{axis}" for name in NAMES for axis in "xyz")])
    for times in (
        np.arange(150) / 10,
        np.repeat([0, 9], 75) + np.arange(150) / 25,
        np.zeros(150),
        np.arange(150)[::-1],
        np.full(150, np.nan),
    ):
        table = np.column_stack([times, body().reshape(150, -1)])
        np.savetxt(path, table, delimiter=",", header=header, comments="", fmt="%.6g")
        (motion,) = read_motions(path, fps=50)
        assert (motion.fps, len(motion.joints)) == (50, 150)


def test_absurd_times_are_refused_without_a_warning():
    for times in ([0, 1e308, 1.7e308], [-1e308, 0, 1e308], [0, np.inf, np.inf], [0, 1e-300, 2e-300]):
        with warnings.catch_warnings(), pytest.raises(MotionError, match=r"clip\.csv.*time"):
            warnings.simplefilter("error")
            timed(body(3), np.array(times))


def test_more_frames_than_fit_into_memory_are_refused(monkeypatch):
    monkeypatch.setattr(timing, "MAX_BYTES", 150 * 22 * 12)
    assert len(timed(body()[:149], np.arange(149) / 30).joints) == 149
    with pytest.raises(MotionError, match=r"clip\.csv: the times span 170 frames .*; split the recording"):
        timed(body(), np.arange(150) / 30 + np.where(np.arange(150) < 75, 0, 20 / 30))


@pytest.mark.parametrize("frames", [slice(0, 10), slice(50, 53), slice(50, 90)])
@pytest.mark.parametrize("axes", [[1, 1, 1], [1, 0, 1]])
@pytest.mark.parametrize("lost", [["left_foot"], ["left_ankle", "left_foot"], ["left_ankle", "right_ankle"]])
def test_joints_lost_at_the_origin_of_a_root_centred_body_are_gaps(frames, axes, lost):
    body = unify(generate_clip(5, rig="smpl22", action="walk", duration_s=5.0).motion).joints
    centred = body - body[:, :1] * np.array(axes, np.float32)
    broken = centred.copy()
    broken[frames, [[JOINT_NAMES.index(name)] for name in lost]] = 0
    clip = unify(Motion(broken, 30.0, list(JOINT_NAMES)))
    assert set(lost) <= set(clip.report["gaps"])
    assert set(unify(Motion(centred, 30.0, list(JOINT_NAMES))).report["gaps"]) == set()
