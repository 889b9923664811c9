"""Videos: their frames, times and rotation, who is who in them, the pose model, and what cannot be read."""

import hashlib
import sys
import types
import zipfile

import numpy as np
import pytest
from video_files import (
    FRONT,
    POSE_MODEL,
    frames_of_front,
    needs_pose_model,
    skip_without_mediapipe,
    write_sound,
    write_video,
)

from eai_llm_hf.processing.reading import pose_model as pose_models
from eai_llm_hf.processing.reading import video
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import MotionError
from eai_llm_hf.processing.reading.pose_model import pose_model, pose_model_cache
from eai_llm_hf.processing.reading.video import frames_of, read_video
from eai_llm_hf.processing.reading.video_people import PeopleTracker, unsure_sides

needs_decoder = pytest.mark.skipif(
    __import__("importlib").util.find_spec("av") is None, reason="PyAV (extra `video`) is not installed"
)


def _grey(count: int, height: int = 64, width: int = 48) -> list[np.ndarray]:
    return [np.full((height, width, 3), 100 + number % 3, np.uint8) for number in range(count)]


@pytest.fixture
def stand_in(monkeypatch):
    """Replaces the pose model by a function that is told who is in which frame: frame -> list of bodies."""

    def install(people):
        number = iter(range(10**6))

        class Landmarker:
            def __enter__(self):
                return self

            def detect_for_video(self, image, time_ms):
                bodies = people(next(number))
                point = types.SimpleNamespace
                world = [[point(x=x, y=y, z=0.0, visibility=0.9) for x, y in body] for body in bodies]
                return types.SimpleNamespace(pose_world_landmarks=world, pose_landmarks=world)

            def close(self):
                pass

        vision = types.SimpleNamespace(
            PoseLandmarkerOptions=lambda **given: given,
            RunningMode=types.SimpleNamespace(VIDEO=1),
            PoseLandmarker=types.SimpleNamespace(create_from_options=lambda options: Landmarker()),
        )
        library = types.SimpleNamespace(
            tasks=types.SimpleNamespace(vision=vision, BaseOptions=lambda **given: given),
            Image=lambda **given: given,
            ImageFormat=types.SimpleNamespace(SRGB=1),
        )
        monkeypatch.setitem(sys.modules, "mediapipe", library)
        monkeypatch.setattr(video, "pose_model", lambda: "stand-in.task")

    return install


def _body(x: float, seed: int = 0) -> np.ndarray:
    """33 landmarks of somebody about 0.2 of the image wide, around x."""
    return np.random.default_rng(seed).uniform([x - 0.1, 0.2], [x + 0.1, 0.8], (33, 2))


# ---------------------------------------------------------------------------------------------------------- frames


@needs_decoder
def test_the_times_of_frames_are_those_of_the_container_even_if_they_vary(tmp_path):
    times = [0.0, 0.02, 0.1, 0.11, 0.5, 0.9]
    path = write_video(tmp_path / "phone.mp4", _grey(6), times)
    found = [time for time, _ in frames_of(path)]
    assert found == pytest.approx(times, abs=1e-3)


@needs_decoder
@pytest.mark.parametrize("suffix, codec", [(".mp4", "mpeg4"), (".mov", "mpeg4"), (".avi", "mjpeg"), (".mkv", "mpeg4")])
def test_frames_of_each_container_are_decoded(tmp_path, suffix, codec):
    path = write_video(tmp_path / f"clip{suffix}", _grey(5), codec=codec)
    frames = list(frames_of(path))
    assert len(frames) == 5 and frames[0][1].shape == (64, 48, 3)


@needs_decoder
@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_video_that_was_filmed_on_the_side_is_turned_upright_as_a_player_does(tmp_path, rotation):
    upright = np.zeros((64, 48, 3), np.uint8)
    upright[:16, :12] = 255  # the upper left corner is white
    stored = np.rot90(upright, -rotation // 90)  # so that turning it anti-clockwise by `rotation` makes it upright
    path = write_video(tmp_path / "phone.mp4", [stored] * 3, rotation=rotation)
    for _, pixels in frames_of(path):
        assert pixels.shape == upright.shape
        assert pixels[2:12, 2:8].mean() > 200 and pixels[-16:].mean() < 40 and pixels[:, -12:].mean() < 40
        assert pixels.flags["C_CONTIGUOUS"]


@needs_decoder
def test_a_large_frame_is_scaled_down_and_keeps_its_shape(tmp_path):
    path = write_video(tmp_path / "large.mp4", _grey(1, 1920, 1080))
    assert next(iter(frames_of(path)))[1].shape == (1280, 720, 3)


# ---------------------------------------------------------------------------------------------------------- people


def test_two_people_keep_their_identity_however_the_model_orders_them(tmp_path, stand_in):
    pytest.importorskip("av")
    left, right = _body(0.3, 1), _body(0.7, 2)

    def people(frame: int) -> list[np.ndarray]:
        found = [left + 0.001 * frame, right - 0.001 * frame]
        return found[:: 1 if frame % 2 else -1]

    stand_in(people)
    recording = read_video(write_video(tmp_path / "duo.mp4", _grey(40)))
    assert recording.joints.shape == (2, 40, 33, 3)
    means = recording.joints[..., 0].mean(axis=-1)
    assert (np.diff(means[0]) * np.diff(means[1]) < 0).all() and (abs(np.diff(means)) < 0.01).all()
    motions = read_motions(tmp_path / "duo.mp4")
    assert [motion.source for motion in motions] == ["duo.mp4, person 1 of 2", "duo.mp4, person 2 of 2"]
    assert all(motion.recording == "video" and motion.layout == "mediapipe33" for motion in motions)


def _tracked(frames) -> PeopleTracker:
    """Tracks bodies, a list for each frame at 10 frames/s."""
    tracker = PeopleTracker()
    for number, bodies in enumerate(frames):
        if len(bodies):
            image = 1000 * np.array(bodies, np.float32)
            world = np.concatenate([image, image[..., :1]], axis=-1)
            tracker.add(number, number / 10, image, world, np.full(image.shape[:2], 0.9, np.float32))
    return tracker


def test_who_leaves_and_comes_back_is_one_person_and_a_note_says_so():
    tracker = _tracked([[_body(0.2)]] * 20 + [[]] * 20 + [[_body(0.8)]] * 20)
    assert [len(track.frames) for track in tracker.tracks] == [40]
    assert [note["code"] for note in tracker.notes] == ["person_returned"]
    world, visibility = tracker.arrays(60)
    assert np.isnan(world[0, 20:40]).all() and np.isnan(visibility[0, 20:40]).all()


def test_who_appears_next_to_somebody_is_a_second_person():
    tracker = _tracked([[_body(0.2)]] * 20 + [[_body(0.2), _body(0.8)]] * 20)
    assert [len(track.frames) for track in tracker.tracks] == [40, 20] and not tracker.notes


def test_who_appears_after_two_have_left_is_a_third_person():
    tracker = _tracked([[_body(0.2), _body(0.8)]] * 20 + [[]] * 20 + [[_body(0.5)]] * 20)
    assert [len(track.frames) for track in tracker.tracks] == [20, 20, 20] and not tracker.notes


def test_somebody_found_twice_in_a_frame_is_one_person():
    tracker = _tracked([[_body(0.2), _body(0.2) + 0.002]] * 20)
    assert [len(track.frames) for track in tracker.tracks] == [20]


def test_frames_in_which_left_and_right_are_exchanged_again_and_again_are_found():
    rng = np.random.default_rng(0)
    world = rng.normal(size=(1, 33, 3)) + np.cumsum(rng.normal(size=(60, 33, 3)) * 0.01, axis=0)
    pairs = np.array([(left, left + 1) for left in range(11, 33, 2)])
    times = np.arange(60) / 30
    unsure, exchanges = unsure_sides(world, pairs, times)
    assert not unsure.any() and not len(exchanges)
    other = np.arange(33)
    other[pairs] = pairs[:, ::-1]
    world[20:26] = world[20:26][:, other]
    world[50:] = world[50:][:, other]  # once, and who knows which way round is right
    world[55] = np.nan
    unsure, exchanges = unsure_sides(world, pairs, times)
    assert np.flatnonzero(unsure).tolist() == list(range(20, 26)) and exchanges.tolist() == [20, 26, 50]


def test_a_short_loss_does_not_end_a_person():
    tracker = _tracked([[_body(0.2)]] * 20 + [[]] * 5 + [[_body(0.25)]] * 20)
    assert [len(track.frames) for track in tracker.tracks] == [40] and not tracker.notes


# ---------------------------------------------------------------------------------------------------------- errors


def _message(path) -> str:
    with pytest.raises(MotionError) as error:
        read_motions(path)
    assert path.name in str(error.value)
    return str(error.value)


@needs_decoder
def test_a_video_without_a_person_says_how_many_frames_were_searched(tmp_path, stand_in):
    stand_in(lambda frame: [])
    message = _message(write_video(tmp_path / "room.mp4", _grey(20)))
    assert "no person was found in any of the 20 frames" in message and "whole body" in message


@needs_decoder
def test_a_person_in_a_twentieth_of_the_frames_is_refused_and_counted(tmp_path, stand_in):
    stand_in(lambda frame: [_body(0.5)] if frame < 2 else [])
    assert "in 2 of 40 frames (5%)" in _message(write_video(tmp_path / "passing.mp4", _grey(40)))


@needs_decoder
def test_a_person_in_half_of_the_frames_is_read_with_a_note(tmp_path, stand_in):
    stand_in(lambda frame: [_body(0.5) + 0.001 * frame] if frame < 40 else [])
    motion = read_motions(write_video(tmp_path / "half.mp4", _grey(80)))[0]
    assert len(motion.joints) == 40
    assert "40 of the 80 frames" in next(n["message"] for n in motion.notes if n["code"] == "person_seldom_found")


@needs_decoder
@pytest.mark.parametrize(
    "content", [b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 8, b"not a video at all\n" * 99]
)
def test_a_corrupt_file_is_refused(tmp_path, stand_in, content):
    stand_in(lambda frame: [])
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    assert "damaged or no video" in _message(path)


@needs_decoder
def test_a_broken_video_is_refused_as_such_before_a_pose_model_is_fetched(tmp_path, stand_in, monkeypatch):
    stand_in(lambda frame: [])

    def fetch():
        raise MotionError("the pose model could not be fetched")

    monkeypatch.setattr(video, "pose_model", fetch)
    (tmp_path / "v.mp4").write_bytes(b"junk" * 99)
    assert "damaged or no video" in _message(tmp_path / "v.mp4")
    assert "sound only" in _message(write_sound(tmp_path / "voice.mp4"))
    assert "could not be fetched" in _message(write_video(tmp_path / "whole.mp4", _grey(5)))


@needs_decoder
def test_a_video_that_is_cut_off_is_read_as_far_as_it_goes_or_refused(tmp_path, stand_in):
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 255, (64, 48, 3), np.uint8) for _ in range(60)]
    stand_in(lambda frame: [_body(0.5) + 0.001 * frame])
    whole = write_video(tmp_path / "whole.mkv", frames).read_bytes()
    path = tmp_path / "cut.mkv"
    path.write_bytes(whole[: len(whole) // 2])
    assert 20 < len(read_motions(path)[0].joints) < 40


@needs_decoder
def test_sound_without_a_picture_is_refused(tmp_path, stand_in):
    stand_in(lambda frame: [])
    assert "expected a video; found sound only" in _message(write_sound(tmp_path / "voice.mp4"))


@needs_decoder
def test_a_video_of_no_frames_is_refused(tmp_path, stand_in, monkeypatch):
    stand_in(lambda frame: [])
    monkeypatch.setattr(video, "frames_of", lambda path, progress: iter(()))
    assert "expected a video of two frames or more; found 0" in _message(write_video(tmp_path / "none.mp4", _grey(1)))


@needs_decoder
def test_a_picture_is_no_video(tmp_path, stand_in):
    stand_in(lambda frame: [_body(0.5)])
    assert "expected a video of two frames or more; found 1" in _message(write_video(tmp_path / "one.mp4", _grey(1)))


@needs_decoder
@pytest.mark.parametrize("package", ["mediapipe", "av"])
def test_a_missing_package_names_the_extra_to_install(tmp_path, stand_in, monkeypatch, package):
    stand_in(lambda frame: [])
    clip = write_video(tmp_path / "clip.mp4", _grey(3))
    monkeypatch.setitem(sys.modules, package, None)
    message = _message(clip)
    assert f"needs the package {package}" in message and 'pip install "eai-llm-hf[video]"' in message


@needs_decoder
def test_a_missing_library_of_the_system_is_named(tmp_path, monkeypatch):
    class Refuses:
        def find_spec(self, name, path=None, target=None):
            if name == "mediapipe":
                raise ImportError("libGL.so.1: cannot open shared object file")

    clip = write_video(tmp_path / "clip.mp4", _grey(3))
    monkeypatch.delitem(sys.modules, "mediapipe", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Refuses(), *sys.meta_path])
    message = _message(clip)
    assert "libGL.so.1: cannot open" in message and "libegl1" in message


@needs_decoder
def test_a_library_of_the_system_that_is_missed_only_with_the_model_is_named(tmp_path, stand_in, monkeypatch):
    def refuse(options):
        raise OSError("libEGL.so.1: cannot open shared object file")

    stand_in(lambda frame: [])
    monkeypatch.setattr(sys.modules["mediapipe"].tasks.vision.PoseLandmarker, "create_from_options", refuse)
    message = _message(write_video(tmp_path / "clip.mp4", _grey(3)))
    assert "libEGL.so.1: cannot open" in message and "libegl1" in message


# ------------------------------------------------------------------------------------------------------- the model


def _model_file(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pose_detector.tflite", b"1")
        archive.writestr("pose_landmarks_detector.tflite", b"2")
    return path


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.delenv(pose_models.POSE_MODEL_VARIABLE, raising=False)
    monkeypatch.setenv("EAI_LLM_CACHE", str(tmp_path / "cache"))


def test_the_pose_model_is_fetched_once_and_checked(tmp_path, cache):
    published = _model_file(tmp_path / "published.task")
    sha256 = hashlib.sha256(published.read_bytes()).hexdigest()
    kept = pose_model(published.as_uri(), sha256)
    assert kept == pose_model_cache() and kept.read_bytes() == published.read_bytes()
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]
    assert pose_model((tmp_path / "gone.task").as_uri(), sha256) == kept
    kept.write_bytes(b"damaged")
    assert pose_model(published.as_uri(), sha256).read_bytes() == published.read_bytes()


def test_a_pose_model_with_another_hash_is_not_used(tmp_path, cache):
    published = _model_file(tmp_path / "published.task")
    with pytest.raises(MotionError, match="not the expected file and was not used"):
        pose_model(published.as_uri(), "0" * 64)
    assert not pose_model_cache().exists()


def test_a_pose_model_that_cannot_be_fetched_says_how_to_pass_one(tmp_path, cache):
    with pytest.raises(MotionError, match=r"could not be fetched .* --pose-model FILE, or set EAI_LLM_POSE_MODEL"):
        pose_model((tmp_path / "gone.task").as_uri())


def test_a_pose_model_of_the_user_is_used_as_it_is(tmp_path, cache, monkeypatch):
    own = _model_file(tmp_path / "own.task")
    monkeypatch.setenv(pose_models.POSE_MODEL_VARIABLE, str(own))
    assert pose_model((tmp_path / "gone.task").as_uri()) == own
    own.write_bytes(b"PK nothing")
    with pytest.raises(MotionError, match="is no pose model"):
        pose_model()
    monkeypatch.setenv(pose_models.POSE_MODEL_VARIABLE, str(tmp_path / "gone.task"))
    with pytest.raises(MotionError, match=r"gone\.task is missing"):
        pose_model()


# --------------------------------------------------------------------------------------------------- a real person


@needs_pose_model
def test_a_real_person_is_read_from_a_video(monkeypatch):
    skip_without_mediapipe()
    monkeypatch.setenv(pose_models.POSE_MODEL_VARIABLE, str(POSE_MODEL))
    recording = read_video(FRONT)
    assert recording.joints.shape == (1, 100, 33, 3) and recording.recording == "video"
    assert recording.times[-1] == pytest.approx(1.65)
    x, y, _ = recording.joints[0].mean(axis=0).T
    assert y[0] < y[11] < y[23] < y[25] < y[27]  # nose, shoulder, hip, knee, ankle: y points down
    assert recording.visibility.min() >= 0 and recording.visibility.mean() > 0.9


@needs_pose_model
def test_a_person_filmed_with_the_phone_on_its_side_is_read_as_upright(tmp_path, monkeypatch):
    skip_without_mediapipe()
    monkeypatch.setenv(pose_models.POSE_MODEL_VARIABLE, str(POSE_MODEL))
    frames = list(frames_of_front(8, step=4))
    upright = read_video(write_video(tmp_path / "upright.mp4", frames, fps=15))
    turned = read_video(write_video(tmp_path / "turned.mp4", [np.rot90(f, -1) for f in frames], fps=15, rotation=90))
    apart = np.linalg.norm(upright.joints - turned.joints, axis=-1)
    assert np.median(apart) < 0.03
