"""JSON as pose trackers write it: EasyMocap, OpenPose, Azure Kinect, ZED, TensorFlow.js, MMPose and points by name."""

import json

import numpy as np
import pytest

from eai_llm_hf.cli.clips import find_clips
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.json import read_json, read_json_frames, read_json_lines
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.skeleton.rig_files import as_list, load_rigs
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX, JOINT_NAMES
from eai_llm_hf.processing.skeleton.unify import unify
from tests.moving_bodies import walk

FRAMES = 12
BODY = walk(0.6, 1.8, frames=FRAMES)


def points_of(rig, scale=1.0):
    """(frames, points, 3) a walk on the joints of a rig; points that the 22 joints do not give are at the head."""
    described = load_rigs()[rig]
    points = np.repeat(BODY[:, [JOINT_INDEX["head"]]], len(described["joints"]), axis=1)
    for joint, sources in described["map"].items():
        for name in as_list(sources):
            points[:, described["joints"].index(name)] = BODY[:, JOINT_INDEX[joint]]
    return (points * scale).round(5)


def with_confidence(points, confidence=0.8):
    return np.concatenate([points, np.full((*points.shape[:-1], 1), confidence)], axis=-1)


@pytest.fixture
def write(tmp_path):
    """Returns a function that writes content as JSON and returns the path."""

    def write_json(content, name="clip.json", encoding="utf-8"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding=encoding)
        return path

    return write_json


def easymocap(points=None):
    points = with_confidence(points_of("openpose25")) if points is None else points
    return [[{"id": 0, "keypoints3d": frame}] for frame in points.tolist()]


def azure(ids=(1,), names=True):
    points = points_of("azure_kinect_32", 1000).tolist()
    turned = [[1.0, 0.0, 0.0, 0.0]] * 32
    return {
        "bone_list": [["SPINE_CHEST", "SPINE_NAVEL"]],
        **({"joint_names": load_rigs()["azure_kinect_32"]["joints"]} if names else {}),
        "frames": [
            {
                "bodies": [{"body_id": who, "joint_orientations": turned, "joint_positions": frame} for who in ids],
                "frame_id": number,
                "num_bodies": len(ids),
                "timestamp_usec": 33_333 * number,
            }
            for number, frame in enumerate(points)
        ],
    }


def zed(rig, points=None):
    points = points_of(rig) if points is None else points
    times = [1_669_000_000_000_000_000 + 33_333_333 * number for number in range(FRAMES)]
    return {
        str(time): {"is_new": True, "timestamp": time, "body_list": [
            {"id": 4, "position": frame[0], "keypoint": frame, "keypoint_confidence": [80.0] * len(frame)}
        ]}
        for time, frame in zip(times, points.tolist(), strict=True)
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------------ known trackers


def test_easymocap_points_are_those_of_openpose(write):
    recording = read_json(write(easymocap()))
    assert recording.layout == "openpose25"
    np.testing.assert_allclose(recording.visibility, 0.8)
    (motion,) = read_motions(write(easymocap()), fps=30)
    assert unify(motion).report["layout"] == "openpose25"


@pytest.mark.parametrize("count", [15, 67])
def test_the_body_of_openpose_is_completed_or_cut_to_its_25_points(write, count):
    points = with_confidence(np.resize(points_of("openpose25").transpose(1, 0, 2), (count, FRAMES, 3)).swapaxes(0, 1))
    recording = read_json(write(easymocap(points)))
    assert recording.layout == "openpose25" and recording.joints.shape == (1, FRAMES, 25, 3)
    assert np.isnan(recording.joints[:, :, 15:]).all() == (count == 15)


def test_25_points_of_unknown_order_name_every_layout_with_25(write):
    (motion,) = read_motions(write({"fps": 30, "frames": points_of("openpose25").tolist()}))
    assert motion.layout is None
    with pytest.raises(MotionError, match=r"Layouts with 25 joints: kinect_v2_25, openpose25"):
        unify(motion)


def test_openpose_in_3d_is_read_although_it_holds_points_of_the_image(write):
    frames = [
        {"people": [{"person_id": [-1], "pose_keypoints_2d": [0.0] * 75, "pose_keypoints_3d": frame}]}
        for frame in with_confidence(points_of("openpose25")).reshape(FRAMES, -1).tolist()
    ]
    frames[0]["people"][0]["pose_keypoints_3d"] = []
    (motion,) = read_motions(write({"frames": frames}), fps=30)
    assert motion.layout == "openpose25"  # the first frame holds nobody and is cut
    np.testing.assert_allclose(motion.joints, points_of("openpose25")[1:], atol=1e-6)


@pytest.mark.parametrize("names", [True, False])
def test_azure_kinect_bodies_are_read_with_their_clock(write, names):
    recording = read_json(write(azure(names=names)))
    assert recording.time_unit == "us" and recording.times[1] == 33_333
    (motion,) = read_motions(write(azure(names=names)), fps=30)
    report = unify(motion).report
    assert (report["layout"], report["unit_scale"]) == ("azure_kinect_32", 0.001)


def test_a_person_is_followed_by_number_and_not_by_place(write):
    content = azure(ids=(7, 9))
    for number, frame in enumerate(content["frames"]):
        for body in frame["bodies"]:
            body["joint_positions"] = [[body["body_id"] * 1000.0, 0.0, 0.0]] * 32
        if number % 2:
            frame["bodies"].reverse()
    content["frames"][3]["bodies"] = [content["frames"][3]["bodies"][0]]  # 9, at the first place
    recording = read_json(write(content))
    assert recording.people == ["7", "9"]
    assert np.isnan(recording.joints[0, 3]).all()
    np.testing.assert_array_equal(recording.joints[1, :, 0, 0], 9000.0)


def test_rows_of_one_person_each_with_the_same_frame_number_are_one_frame(write):
    rows = [{"frame": frame, "track_id": who, "joints": [[who, 1, 2]]} for frame in (0, 1, 2) for who in (3, 5)]
    recording = read_json(write(rows))
    assert recording.people == ["3", "5"] and recording.joints.shape == (2, 3, 1, 3)
    np.testing.assert_array_equal(recording.joints[:, :, 0, 0], [[3] * 3, [5] * 3])


@pytest.mark.parametrize("rig", ["openpose18", "zed34", "zed38", "azure_kinect_32"])
def test_zed_bodies_are_read_by_their_number_of_points(write, rig):
    recording = read_json(write(zed(rig)))
    assert recording.layout == rig
    np.testing.assert_allclose(recording.joints[0], points_of(rig), atol=1e-6)
    np.testing.assert_allclose(recording.visibility, 0.8)
    assert recording.times[0] == 1_669_000_000_000_000_000
    (motion,) = read_motions(write(zed(rig)), fps=30)
    assert unify(motion).report["layout"] == rig


def test_the_70_points_of_zed_are_cut_to_the_body(write):
    points = np.concatenate([points_of("zed38")[:, :30], np.zeros((FRAMES, 40, 3))], axis=1)
    recording = read_json(write(zed("", points)))
    assert recording.layout == "zed38" and np.isnan(recording.joints[:, :, 30:]).all()


def test_frames_under_their_number_come_in_the_order_of_the_numbers(write):
    frames = {str(number): {"landmarks": [[number, 0, 0]]} for number in (0, 10, 11, 1, 2)}
    (motion,) = read_motions(write({"frames": frames}))
    np.testing.assert_array_equal(motion.joints[:, 0, 0], [0, 1, 2, 10, 11])
    assert motion.fps is None


def test_instances_of_mmpose_are_read_with_names_and_scores(write):
    names = load_rigs()["h36m17"]["joints"]
    frames = [
        {
            "frame_id": number,
            "instances": [{"keypoints": frame, "keypoint_scores": [0.7] * 17}],
        }
        for number, frame in enumerate(points_of("h36m17").tolist())
    ]
    about = {"keypoint_id2name": {str(index): name for index, name in enumerate(names)}}
    recording = read_json(write({"meta_info": about, "instance_info": frames}))
    assert recording.joint_names == names
    np.testing.assert_allclose(recording.visibility, 0.7)
    assert read_json(write(frames)).layout == "h36m17"


@pytest.mark.parametrize("order", [1, -1])
def test_points_in_3d_are_preferred_to_those_of_the_image_in_any_order(write, order):
    image = [{"x": 320.0, "y": 240.0, "z": 0.1, "score": 0.9, "name": name} for name in JOINT_NAMES]
    frames = [
        dict([("keypoints", image), ("keypoints3D", named_points(frame))][::order]) for frame in BODY.round(4).tolist()
    ]
    recording = read_json(write({"fps": 30, "frames": [[frame] for frame in frames]}))
    assert recording.joint_names == list(JOINT_NAMES)
    np.testing.assert_allclose(recording.joints[0], BODY, atol=1e-4)


# ------------------------------------------------------------------------------------------------- named points


def named_points(frame, form="flat"):
    if form == "flat":
        return [dict(zip("xyz", p, strict=True), name=n, score=0.9) for n, p in zip(JOINT_NAMES, frame, strict=True)]
    if form == "nested":
        return [
            {"jointType": n, "position": dict(zip("xyz", p, strict=True)), "rotation": [0, 0, 0, 1]}
            for n, p in zip(JOINT_NAMES, frame, strict=True)
        ]
    return {
        n: {"Position": dict(zip("XYZ", p, strict=True)), "TrackingState": 2}
        for n, p in zip(JOINT_NAMES, frame, strict=True)
    }


@pytest.mark.parametrize("form", ["flat", "nested", "object"])
def test_points_that_carry_names_are_read_by_them(write, form):
    frames = [{"joints": named_points(frame, form)} for frame in BODY.round(4).tolist()]
    if form != "object":
        frames[1]["joints"].reverse()
    (motion,) = read_motions(write({"fps": 30, "frames": frames}))
    assert motion.joint_names == list(JOINT_NAMES)
    np.testing.assert_allclose(motion.joints, BODY, atol=1e-4)


@pytest.mark.parametrize(("rig", "count"), [("kinect_v2_25", 25), ("kinect_v1_20", 20)])
def test_points_that_carry_the_number_of_a_kinect_joint_are_in_its_order(write, rig, count):
    points = points_of(rig)
    frames = [
        {"Bodies": [{"TrackingId": 72_057_594_037_927_936, "Joints": [
            {"JointType": number, "Position": dict(zip("XYZ", point, strict=True)), "TrackingState": 2}
            for number, point in reversed(list(enumerate(frame)))
        ]}]}
        for frame in points.tolist()
    ]  # fmt: skip
    recording = read_json(write(frames))
    assert recording.layout == rig and recording.joints.shape == (1, FRAMES, count, 3)
    np.testing.assert_allclose(recording.joints[0], points, atol=1e-6)


def test_a_joint_that_the_tracker_calls_not_tracked_is_a_gap(write):
    frames = [
        {"Hip": {"Position": {"X": 1, "Y": 2, "Z": 3}, "TrackingState": state}} for state in (2, 0, "NotTracked", 2)
    ]
    (motion,) = read_motions(write(frames))
    np.testing.assert_array_equal(motion.joints[:, 0, 0], [1, np.nan, np.nan, 1])


# --------------------------------------------------------------------------------------------------------- confidence


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"visibility": 0.25}, 0.25),
        ({"visibility": 0.75, "presence": 0.5}, 0.5),
        ({"likelihood": 0.5, "name": None}, 0.5),
    ],
)
def test_the_lowest_confidence_in_a_point_is_its_visibility(write, given, expected):
    recording = read_json(write({"frames": [[{"x": 0, "y": 1, "z": 2, **given}] * 2] * 3}))
    np.testing.assert_array_equal(recording.visibility, np.full((1, 3, 2), expected, np.float32))
    np.testing.assert_array_equal(recording.joints[0, 0], [[0, 1, 2]] * 2)


def test_levels_of_confidence_and_points_without_one_are_understood(write):
    frame = {"bodies": [{"joint_positions": [[1, 2, 3]] * 4, "joint_confidence_levels": [0, 1, 3, 2]}]}
    recording = read_json(write({"frames": [frame, {"bodies": [{"joint_positions": [[1, 2, 3]] * 4}]}]}))
    np.testing.assert_allclose(recording.visibility[0], [[0, 1 / 3, 1, 2 / 3], [np.nan] * 4], atol=1e-6)


def test_a_fourth_number_that_is_no_confidence_is_ignored_with_a_note(write):
    recording = read_json(write([[[1, 2, 3, -7.5], [1, 2, 3, 12]]] * 2))
    assert recording.visibility is None
    assert [entry["code"] for entry in recording.notes] == ["confidence_ignored"]


# --------------------------------------------------------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("key", "values", "unit", "seconds"),
    [
        ("timestamp_usec", [0, 40_000], "us", 0.04e6),
        ("timestamp_ns", [5, 40_000_005], "ns", 0.04e9),
        ("ts", [1, 41], None, 40),
        ("time_s", [0, 0.04], "s", 0.04),
        ("timestamp", ["2024-05-01T10:00:00.000Z", "2024-05-01T10:00:00.040Z"], "s", 0.04),
        ("time", ["00:00:59.98", "00:01:00.02"], "s", 0.04),
        ("time", ["23:59:59.98", "00:00:00.02"], "s", 0.04),
        ("time", ["11:59:59.98 AM", "12:00:00.02 PM"], "s", 0.04),
        ("time", ["2024/05/01 10:00:00.00", "2024/05/01 10:00:00.04"], "s", 0.04),
        ("timestamp_ticks", [0, 400_000], "ticks", 0.04e7),
    ],
)
def test_times_are_read_with_the_unit_that_their_key_names(write, key, values, unit, seconds):
    recording = read_json(write([{key: value, "landmarks": [[1, 2, 3]]} for value in values]))
    assert recording.time_unit == unit
    assert np.diff(recording.times) == pytest.approx([seconds], rel=1e-4)


@pytest.mark.parametrize("is_list", [False, True])
def test_times_that_cannot_be_read_are_an_error_where_no_rate_is_given(write, is_list):
    times = [f"frame of {second} o'clock" for second in range(40)]
    points = [[1.0 + 0.01 * number, 2.0, 3.0] for number in range(22)]
    frames = [{"landmarks": points} | ({} if is_list else {"time": time}) for time in times]
    path = write({"frames": frames} | ({"timestamps": times} if is_list else {}))
    with pytest.raises(MotionError, match=r"time 0: expected a time; found none \(or give the frames per second"):
        read_motions(path)
    assert len(read_motions(path, fps=30)[0].joints) == 40
    assert read_motions(write({"fps": 25, "frames": frames}))[0].fps == 25


def test_a_list_of_times_next_to_the_frames_is_read(write):
    recording = read_json(write({"timestamps_ms": [0, 40, 80], "frames": [[[1, 2, 3]]] * 3}))
    assert recording.time_unit == "ms" and recording.times.tolist() == [0, 40, 80]


def test_an_empty_frame_without_a_time_lies_between_its_neighbours(write):
    recording = read_json(write([{"t": 0, "landmarks": [[1, 2, 3]]}, None, {"t": 2, "landmarks": [[1, 2, 3]]}, None]))
    assert recording.times.tolist() == [0, 1, 2, 3]


# --------------------------------------------------------------------------------------------------------- other texts


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_other_encodings_are_read(write, encoding):
    recording = read_json(write({"fps": 30, "frames": [[[1, 2, 3]]] * 2}, encoding=encoding))
    assert recording.fps == 30 and recording.joints.shape == (1, 2, 1, 3)


@pytest.mark.parametrize("name", ["clip.jsonl", "clip.json"])
@pytest.mark.parametrize("about", [[], [{"fps": 25, "joint_names": ["hip", "neck"]}]])
def test_lines_of_frames_are_read(write, name, about):
    lines = about + [{"t": 0.04 * number, "joints": [[number, 0, 0], [0, 0, 0]]} for number in range(3)]
    path = write("\n".join(map(json.dumps, lines)) + "\n", name)
    recording = read_json_lines(path) if name == "clip.jsonl" else read_json(path)
    np.testing.assert_array_equal(recording.joints[0, :, 0, 0], [0, 1, 2])
    assert (recording.fps, recording.joint_names) == ((25, ["hip", "neck"]) if about else (None, None))
    assert recording.times.tolist() == [0, 0.04, 0.08]


def test_a_folder_of_numbered_frames_is_one_recording(write, tmp_path):
    for number in (2, 0, 1, 5, 10):
        content = [{"id": 0, "keypoints3d": with_confidence(points_of("openpose25"))[number].tolist()}]
        write(content, f"take2/{number:06}.json")
    recording = read_json_frames(tmp_path / "take2")
    assert recording.layout == "openpose25" and recording.joints.shape == (1, 11, 25, 3)
    assert np.flatnonzero(np.isfinite(recording.joints[0, :, 0, 0])).tolist() == [0, 1, 2, 5, 10]
    (motion,) = read_motions(tmp_path / "take2", fps=30)
    assert motion.source == "take2"


def test_a_folder_of_anything_else_is_refused(write, tmp_path):
    write([[[1, 2, 3]]], "mixed/0.json")
    write([[[1, 2, 3]]], "mixed/1.json")
    write("", "mixed/labels.csv")
    with pytest.raises(MotionError, match=r"mixed: a folder; expected a motion file, or a folder of numbered JSON"):
        read_motions(tmp_path / "mixed")


@pytest.mark.parametrize(
    "content",
    [
        [[[1, 2, 3]] * 13] * 4,
        {"fps": 30, "frames": [[[1, 2, 3]] * 13]},
        {"landmarks": [[{"x": 1, "y": 2, "z": 3}] * 13]},
        [{"landmarks": [[1, 2, 3]] * 13}] * 4,
    ],
)
def test_a_folder_of_numbered_recordings_is_not_one_recording(write, tmp_path, content):
    for number in range(2):
        write(content, f"takes/walk{number}.json")
    with pytest.raises(MotionError, match=r"takes: a folder; expected a motion file"):
        read_motions(tmp_path / "takes")
    assert list(find_clips([str(tmp_path)])) == [str(tmp_path / "takes" / f"walk{number}.json") for number in range(2)]
    write({"people": []}, "takes/walk0.json")
    with pytest.raises(MotionError, match=r"takes/walk1\.json: expected one frame in each file of the folder"):
        read_motions(tmp_path / "takes")


def test_a_folder_with_one_frame_a_file_is_one_clip_on_the_command_line(write, tmp_path):
    for number in range(3):
        write([{"id": 0, "keypoints3d": [[1, 2, 3, 0.5]] * 13}], f"all/take/{number:06}.json")
    other = write([[[1, 2, 3]] * 13], "all/other.json")
    assert list(find_clips([str(tmp_path)])) == [str(other), str(tmp_path / "all" / "take")]
    assert list(find_clips([str(tmp_path / "all" / "take")])) == [str(tmp_path / "all" / "take")]


def test_an_error_in_a_folder_names_the_file(write, tmp_path):
    write([{"keypoints3d": [[1, 2, 3]]}], "take/0.json")
    write([{"keypoints3d": [[1, 2, "3"]]}], "take/1.json")
    with pytest.raises(MotionError, match=r"take/1\.json, frame 1: expected 'point 0'"):
        read_motions(tmp_path / "take")


@pytest.mark.parametrize("people", [1, 3])
def test_one_frame_of_a_folder_says_what_to_do(write, people):
    frame = with_confidence(points_of("openpose25"))[0].tolist()
    content = [{"id": number, "keypoints3d": frame} for number in range(people)]
    with pytest.raises(MotionError, match=r"found a single frame of .*Give the folder with the files of all frames"):
        read_motions(write(content))
    with pytest.raises(MotionError, match=r"found a single frame of people"):
        read_motions(write({"version": 1.3, "people": [{"pose_keypoints_3d": sum(frame, [])}]}))


# ------------------------------------------------------------------------------------------------------------- refused


FLAT = [320.0, 240.0, 0.9] * 17
IMAGE = points_of("mediapipe33")
IMAGE[..., 2] -= IMAGE[:, 23:25, 2].mean(axis=1, keepdims=True)
IMAGE = (IMAGE * [0.3, -0.5, 0.3] + [0.5, 0.9, 0]).round(4)
"""Landmarks in the image: from 0 to 1, y down, the depth counted from the hips."""


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"version": 1.3, "people": [{"pose_keypoints_2d": FLAT, "pose_keypoints_3d": []}]}, "pose_keypoints_2d"),
        ([{"image_id": "0.jpg", "category_id": 1, "keypoints": FLAT, "score": 2.9}] * 3, "keypoints"),
        ({"annotations": [{"image_id": 1, "num_keypoints": 17, "keypoints": FLAT}] * 3}, "keypoints"),
        ([{"keypoints": [{"x": 1.0, "y": 2.0, "score": 0.9, "name": "nose"}]}] * 3, "x and y"),
        ({"data": [{"skeleton": [{"pose": [0.5] * 36, "score": [0.9] * 18}]}] * 3, "label": "walking"}, "pose"),
        ([{"poseLandmarks": [[0.5, 0.5, 0]] * 33}] * 3, "poseLandmarks"),
        ({"instance_info": [{"instances": [{"keypoints": [[1.0, 2.0]] * 17}]}] * 3}, "2 numbers"),
        ({"frames": [FLAT] * 3}, "a flat list"),
    ],
    ids=["OpenPose", "AlphaPose", "COCO", "MoveNet", "Kinetics", "MediaPipe", "MMPose", "flat"],
)
def test_points_of_an_image_are_refused_with_what_would_make_them_usable(write, content, found):
    with pytest.raises(MotionError, match=rf"found '{found}, points of an image, .*lift the points to 3-D"):
        read_motions(write(content))


@pytest.mark.parametrize("key", ["landmarks", "frames", "joints"])
@pytest.mark.parametrize("is_named", [False, True])
def test_landmarks_of_the_image_are_recognised_by_their_values(write, key, is_named):
    names = load_rigs()["mediapipe33"]["joints"]
    frames = [dict(zip(names, frame, strict=True)) for frame in IMAGE.tolist()] if is_named else IMAGE.tolist()
    (motion,) = read_motions(write({key: frames, "fps": 30}))
    with pytest.raises(MotionError, match=r"clip\.json: these are image coordinates.*World landmarks"):
        unify(motion)


def test_lists_of_something_else_before_the_frames_are_passed_over(write):
    joints = [{"name": name, "parent": index - 1} for index, name in enumerate(JOINT_NAMES)]
    others = {"joints": joints, "annotations": [{"label": "happy", "start": 0}], "data": [1, 2], "people": ["Ann"]}
    (motion,) = read_motions(write({**others, "fps": 30, "frames": BODY.round(4).tolist()}))
    assert motion.joint_names == list(JOINT_NAMES)
    with pytest.raises(MotionError, match=r"frame 0: expected an object joint -> \[x, y, z\]; found 'label, start'"):
        read_motions(write({"annotations": others["annotations"]}))


@pytest.mark.parametrize("moved", [(0, 0, 0), (0.4, -0.9, 2), (3, 1, 0)])
@pytest.mark.parametrize("turned", [1, -1])
def test_world_landmarks_may_be_moved_and_y_may_point_up(write, moved, turned):
    points = points_of("mediapipe33")
    points = (points - points[:, [23, 24]].mean(axis=1, keepdims=True)) * [1, turned, 1] + moved
    (motion,) = read_motions(write({"landmarks": points.tolist(), "fps": 30}))
    assert motion.layout == "mediapipe33"


@pytest.mark.parametrize("first", ["landmarks", "worldLandmarks"])
def test_world_landmarks_are_read_next_to_those_of_the_image_in_any_order(write, first):
    points = points_of("mediapipe33")
    keys = ["landmarks", "worldLandmarks"] if first == "landmarks" else ["worldLandmarks", "landmarks"]
    frames = [{key: [points[0].tolist() if key[0] == "w" else IMAGE[0].tolist()] for key in keys}] * 3
    (motion,) = read_motions(write({"frames": frames}))
    np.testing.assert_allclose(motion.joints[0], points[0], atol=1e-6)


@pytest.mark.parametrize(
    "content",
    [
        [[[1.0, 0.0, 0.0, 0.0], [0.5, 0.5, -0.5, 0.5]]] * 3,
        [{"hip": [1.0, 0.0, 0.0, 0.0], "neck": [0.0, 0.6, 0.8, 0.0]}] * 3,
        [[{"x": 0.0, "y": 0.0, "z": 0.0, "w": 1.0}]] * 3,
        [{"joints": [{"name": "hip", "rotation": [0.0, 0.0, 0.0]}]}] * 3,
        [{"joint_orientations": [[0.1, 0.2, 0.3]]}] * 3,
        [{"hip": {"quaternion": [0.1, 0.2, 0.3, 0.9]}}] * 3,
    ],
    ids=["lists", "named lists", "x y z w", "named points", "key", "named objects"],
)
def test_rotations_are_refused(write, content):
    with pytest.raises(MotionError, match=r"rotation.*Export the positions of the joints"):
        read_motions(write(content))


def test_deeply_nested_positions_are_refused(write):
    nested = '{"position":' * 300 + '{"x":1,"y":2,"z":3}' + "}" * 300
    with pytest.raises(MotionError, match=r"clip\.json"):
        read_motions(write(f'[{{"joints": [{nested}]}}]'))
