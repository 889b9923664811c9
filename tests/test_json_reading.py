"""JSON files: MediaPipe Pose and lists of frames, whole and broken."""

import json
import tracemalloc

import numpy as np
import pytest

from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.reading import json as json_reading
from eai_llm_hf.processing.reading import json_text
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.json_frames import MAX_PEOPLE_IN_A_FRAME
from eai_llm_hf.processing.reading.json_text import MAX_FRAME_TEXT
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.skeleton.matching import load_rigs
from eai_llm_hf.processing.skeleton.unify import unify

POSITIONS = np.random.default_rng(0).normal(size=(4, 33, 3)).astype(np.float32)


def landmarks(frame):
    """Landmarks as MediaPipe writes them."""
    return [{"x": float(x), "y": float(y), "z": float(z), "visibility": 0.9} for x, y, z in frame]


LANDMARKS = [landmarks(frame) for frame in POSITIONS]


@pytest.fixture
def read(tmp_path):
    """Returns a function that writes a text, or content as JSON, and reads it as recordings."""

    def read_json(content, name="clip.json", **given):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return read_motions(path, **given)

    return read_json


# --------------------------------------------------------------------------------------------------------------- whole


@pytest.mark.parametrize(
    "content",
    [
        LANDMARKS,
        {"fps": 25, "frames": LANDMARKS},
        {"frames": LANDMARKS, "frame_rate": 25.0, "source": {"camera": [1, 2]}},
        {"poseWorldLandmarks": LANDMARKS},
        {"landmarks": [[[0, 0, 0]] * 33] * 4, "world_landmarks": LANDMARKS},
        {"world_landmarks": LANDMARKS, "landmarks": [[[0, 0, 0]] * 33] * 4},
        [{"pose_world_landmarks": frame, "pose_landmarks": LANDMARKS[0]} for frame in LANDMARKS],
        [{"poseWorldLandmarks": [frame]} for frame in LANDMARKS],
        [{"landmarks": {"landmark": frame}} for frame in LANDMARKS],
        [{"people": [{"id": 3, "landmarks": frame}]} for frame in LANDMARKS],
        POSITIONS.astype(float).tolist(),
        np.concatenate([POSITIONS, np.ones((4, 33, 1))], axis=-1).tolist(),
        POSITIONS.astype(float)[:, None].tolist(),
    ],
    ids=["alone", "with fps", "fps last", "as an object", "world last", "world first", "as keys", "people in keys"]
    + ["protobuf", "people as objects", "lists", "lists with visibility", "lists of people"],
)
def test_world_landmarks_are_read_however_they_are_wrapped(read, content):
    (motion,) = read(content)
    np.testing.assert_array_equal(motion.joints, POSITIONS)
    assert (motion.layout, motion.joint_names) == ("mediapipe33", None)
    assert motion.fps == (25.0 if isinstance(content, dict) and len(content) > 1 and "frames" in content else None)


@pytest.mark.parametrize("empty", [None, [], {}, {"poseWorldLandmarks": []}, [None]])
def test_a_frame_without_a_tracked_person_is_nan(read, empty):
    (motion,) = read([LANDMARKS[0], empty, LANDMARKS[2]])
    assert np.isnan(motion.joints[1]).all() and np.isfinite(motion.joints[[0, 2]]).all()


def test_people_are_distinguished_by_their_place_in_a_frame(read):
    first, second = read([[LANDMARKS[0]], [LANDMARKS[1], LANDMARKS[2]], None, [None, LANDMARKS[3]]])
    np.testing.assert_array_equal(first.joints, POSITIONS[:2])
    np.testing.assert_array_equal(second.joints[[0, 2]], POSITIONS[2:])
    assert np.isnan(second.joints[1]).all()


def test_objects_of_joints_keep_their_names_in_any_order(read):
    frames = [
        {"hip": [1, 2, 3], "time": 0.0, "score": 0.9},
        {"neck": {"X": 4, "Y": 5, "Z": 6}, "time": 0.04},
        {"neck": None, "hip": [7, 8, 9, 1.0], "id": "a"},
    ]
    (motion,) = read(frames)
    assert motion.joint_names == ["hip", "neck"] and motion.fps == pytest.approx(25)
    np.testing.assert_array_equal(motion.joints[:, 0, 0], [1, np.nan, 7])
    np.testing.assert_array_equal(motion.joints[:, 1, 0], [np.nan, 4, np.nan])


def test_names_layout_units_and_rate_next_to_the_frames_are_read(read):
    about = {"units": "cm", "fps": 50, "joint_names": ["hip", "neck"], "layout": "rig"}
    (motion,) = read({**about, "frames": [[[1, 2, 3], [4, 5, 6]]] * 2})
    assert (motion.units, motion.fps, motion.joint_names, motion.layout) == ("cm", 50.0, ["hip", "neck"], "rig")


def test_a_list_of_words_called_joints_is_their_names(read):
    (motion,) = read({"frames": [[[1, 2, 3]]], "joints": ["hip"]})
    assert motion.joint_names == ["hip"] and motion.joints.shape == (1, 1, 3)


@pytest.mark.parametrize(("key", "step"), [("timestamp_ms", 40), ("time", 0.04), ("timestamp", 400_000)])
def test_times_next_to_the_landmarks_give_the_rate(read, key, step):
    (motion,) = read([{key: 7 + step * index, "landmarks": frame} for index, frame in enumerate(LANDMARKS)])
    assert motion.fps == pytest.approx(25)


def test_points_that_are_null_or_nan_are_not_tracked(read):
    (motion,) = read("[[[1, 2, 3], null, [NaN, 1, 2], [null, 1, 2]]]")
    assert np.isfinite(motion.joints[0, 0]).all() and np.isnan(motion.joints[0, 1:]).all()


def test_arguments_override_what_a_json_file_says(read):
    (motion,) = read({"fps": 0, "layout": "x", "frames": [[[1, 2, 3]]]}, fps=60, layout="rig", joint_names=["a"])
    assert (motion.fps, motion.layout, motion.joint_names) == (60.0, "rig", ["a"])


def test_the_text_is_read_in_pieces_of_any_size(read, monkeypatch):
    text = json.dumps({"a": {"b": [1, "[,]"]}, "skipped": [[1], 2], "frames": LANDMARKS, "fps": 120}, indent=1)
    for chunk in (1, 7, 100):
        monkeypatch.setattr(json_text, "_CHUNK", chunk)
        (motion,) = read(text)
        np.testing.assert_array_equal(motion.joints, POSITIONS)
        assert motion.fps == 120.0


def test_world_landmarks_of_a_generated_clip_stand_upright(read):
    clip = generate_clip(5, rig="kinect_v2_25", duration_s=2.0).motion
    kinect, rig = load_rigs()["kinect_v2_25"], load_rigs()["mediapipe33"]
    where = {joint: rig["joints"].index(name) for joint, name in rig["map"].items() if isinstance(name, str)}
    points = np.full((len(clip.joints), 33, 3), np.nan)
    for joint, index in where.items():
        points[:, index] = clip.joints[:, kinect["joints"].index(kinect["map"][joint])]
    for ear in ("left_ear", "right_ear"):
        points[:, rig["joints"].index(ear)] = clip.joints[:, kinect["joints"].index("Head")]
    points = (points - points[:, [where["left_hip"]]]) * [1, -1, -1]  # y down, the hip at the origin
    frames = [[None if np.isnan(x[0]) else dict(zip("xyz", x.tolist(), strict=True)) for x in f] for f in points]
    (motion,) = read({"fps": clip.fps, "frames": frames})
    unified = unify(motion)
    assert (unified.report["layout"], unified.report["up_axis"], unified.report["unit_scale"]) == (
        "mediapipe33",
        "-y",
        1,
    )


def test_memory_follows_the_clip_and_not_its_text(tmp_path):
    path = tmp_path / "long.json"
    frame = json.dumps(LANDMARKS[0])
    path.write_text('{"frames": [' + ",".join([frame] * 1500) + "]}", encoding="utf-8")
    tracemalloc.start()
    (motion,) = read_motions(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size > 4e6
    assert peak < 4 * motion.joints.nbytes + 1.5e6


# -------------------------------------------------------------------------------------------------------------- broken


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (" \n ", r"line 2: expected {; found 'the end of the file'"),
        ("5", r"line 1: expected {; found '5'"),
        ("[", r"line 1: not JSON; found 'Expecting value"),
        ("[[[1,2,3]],\n[[1,2 3]]]", r"line 2: not JSON; found \"Expecting ',' delimiter"),
        ("[[[1,2,3]]", r"line 1: expected , or \]; found 'the end of the file'"),
        ("[[[1,2,3]]] x", r"line 1: expected the end of the file; found 'x'"),
        ('{"frames" [1]}', r"line 1: expected :; found '\['"),
        ("{1: 2}", r"line 1: expected a key in quotes; found '1"),
        ('{"frames": 3, "b": [1]}', r"expected a list of frames, alone or as 'frames'; found 'frames', 'b'"),
        ({"poseLandmarks": LANDMARKS}, r"found 'poselandmarks' \(these are image coordinates"),
        (
            [{"poseLandmarks": LANDMARKS[0]}],
            r"frame 0: expected world landmarks; found 'poseLandmarks, points of an image",
        ),
        ("[]", r"expected joint positions; found 0 frames without any"),
        ("[null, [], {}]", r"expected joint positions; found 3 frames without any"),
        ("[[[1,2,3]], 0]", r"frame 1: expected a frame as a list of points, .* found '0.0'"),
        ('["a", "b"]', r"expected joint positions; found 0 frames without any"),
        ("[[[1, 2], [3, 4]]]", r"frame 0: expected 'point 0' as x, y and z; found '2 numbers, points of an image"),
        ("[[[1, 2, 3], [3, 4, true]]]", r"frame 0: expected 'point 1' as .*; found 'a list of 3'"),
        ('[[{"x": 1, "y": 2}]]', r"frame 0: expected 'point 0' as x, y and z; found 'x and y, points of an image"),
        ('[{"hip": [1, 2, "3"]}]', r"frame 0: expected 'hip' as"),
        ('[{"frame": 1, "hip": 2}]', r"frame 0: expected an object joint -> \[x, y, z\]; found 'frame, hip'"),
        ("[[[1,2,3]], [[1,2,3],[1,2,3]]]", r"frame 1: expected 1 points as in the frames before; found '2 points'"),
        (
            '[[[1,2,3]], {"hip": [1,2,3]}]',
            r"frame 1: expected 1 points as in the frames before; found 'joints by name",
        ),
        (
            '[{"hip": [1,2,3]}, [[1,2,3]]]',
            r"frame 1: expected joints by name as in the frames before; found '1 points",
        ),
        (
            [[[[1, 2, 3]]] * (MAX_PEOPLE_IN_A_FRAME + 1)],
            r"frame 0: expected at most 64 people in a frame",
        ),
        ([[[1, 2, 3]] * 4097], r"at most 4096 points; found '4097'"),
        ("[[[1, 2, 1e308]]]", r"z of joint 0 is inf in frame 0; expected a number within"),
        ("[[[1, -Infinity, 3]]]", r"y of joint 0 is -inf in frame 0"),
        ("[[[" + "9" * 10_000 + ", 1, 1]]]", r"x of joint 0 is inf"),
        ("[[[NaN, 1, 1]]]", r"no joint is tracked in any frame"),
        ({"fps": [30], "frames": [[[1, 2, 3]]]}, r"fps is \[30\.0\]; expected 1 to 1000"),
        ({"layout": 3, "frames": [[[1, 2, 3]]]}, r"expected layout as the name of a rig; found '3\.0'"),
        ({"joint_names": "hip", "frames": [[[1, 2, 3]]]}, r"expected joint_names as a list; found \"'hip'\""),
        ({"joint_names": [1], "frames": [[[1, 2, 3]]]}, r"expected joint_names as a list of strings"),
        ({"joint_names": ["a", "b"], "frames": [[[1, 2, 3]]]}, r"expected 1 joint names, one for each joint; found 2"),
        ([{"t": 0, "landmarks": [[1, 2, 3]]}, {"t": 900, "landmarks": [[1, 2, 3]]}], r"time column steps by 900"),
        (
            [{"t": 1, "landmarks": [[1, 2, 3]]}, {"t": 0, "landmarks": [[1, 2, 3]]}],
            r"time 1: .* found 0 after 1",
        ),
        (b"\x00\xff\xfe" * 50, r"line 1: expected {; found '\\x00'"),
    ],
)
def test_a_broken_json_file_says_what_was_expected_and_found(read, content, message):
    with pytest.raises(MotionError, match=rf"clip\.json.*{message}"):
        read(content)


@pytest.mark.parametrize("opening", ["[", '{"frames":', '[{"a":', '{"a":[['])
def test_absurd_nesting_is_refused(read, opening):
    with pytest.raises(MotionError, match=r"nested too deeply"):
        read(opening * 100_000)


def test_one_frame_of_many_megabytes_is_refused_without_reading_all(read):
    with pytest.raises(MotionError, match=rf"line 1: expected frames of at most {MAX_FRAME_TEXT:,} characters"):
        read("[[" + "[1,2,3]," * (MAX_FRAME_TEXT // 4) + "[1,2,3]]]")


def test_a_late_joint_after_many_empty_frames_allocates_no_more_than_the_limit(read, monkeypatch):
    monkeypatch.setattr(json_reading, "room_for", lambda path: 10**6)
    names = {f"joint{index}": [1, 2, 3] for index in range(100)}
    with pytest.raises(MotionError, match=r"frame 2000: expected at most 1,000,000 bytes"):
        read([None] * 2000 + [names])


def test_one_frame_before_a_million_empty_ones_allocates_nothing(read):
    with pytest.raises(MotionError, match=r"more than 33,554,432 bytes of positions, too many for a file of its size"):
        read("[[" + ",".join(["[1,2,3]"] * 4000) + "]" + ", null" * 10**5 + "]")


def test_any_cut_of_a_json_file_says_why(read):
    text = json.dumps({"fps": 30, "frames": [LANDMARKS[0][:2], None, [LANDMARKS[1][:2]]]})
    for cut in range(1, len(text)):
        with pytest.raises(MotionError):
            read(text[:cut])


def test_damage_anywhere_gives_a_motion_or_a_motion_error(read):
    text = json.dumps({"fps": 30, "frames": [LANDMARKS[0][:2], None, [LANDMARKS[1][:2]]]}).encode()
    generator = np.random.default_rng(0)
    outcomes = set()
    for _ in range(400):
        damaged = bytearray(text)
        for _ in range(generator.integers(1, 4)):
            damaged[generator.integers(len(damaged))] = generator.integers(256)
        try:
            read(bytes(damaged))
            outcomes.add("read")
        except MotionError:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}
