"""Reads the people in a video: PyAV decodes it, MediaPipe's Pose Landmarker finds 33 landmarks of each person.

The result are MediaPipe's world landmarks: metres around the middle of the hips, y downwards, depth estimated by a
network. Where a person walks is not in them. The time of each frame comes from the container, so videos of a phone,
whose frame rate varies, keep their tempo. One frame is in memory at a time.

PyAV was chosen over OpenCV because it tells a damaged file from one without a picture, and gives the time and rotation
of each frame. Decoding takes a sixth of the time of finding the pose with either.
"""

import contextlib
import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .limits import MAX_BYTES
from .motion import MotionError, note
from .pose_model import pose_model, progress_bar
from .recording import Recording, shown
from .video_people import PeopleTracker, unsure_sides
from .video_tilt import tilt_note

MAX_PEOPLE_IN_VIDEO = 4
"""People who are found in one frame. Each further one takes as long again."""

LANDMARKS = 33
_SIDES = np.array([(left, left + 1) for left in range(11, LANDMARKS, 2)])
"""Landmarks of the body, from the shoulders down: left and right follow each other."""

INSTALL = 'install it with: pip install "eai-llm-hf[video]"'

_LONGEST_SIDE = 1280
"""Pixels to which a frame is scaled down. The networks look at a person in 256 x 256 pixels."""

_MAX_PIXELS = 2**26
"""Pixels of a frame, eight times 4K: more would fill the memory."""

_SELDOM, _SELDOM_S = 0.2, 1.0
"""Below this share of the frames and this time, the person who is found is probably none."""

_OFTEN = 0.8
"""Share of the frames with a person below which a note says so."""


def read_video(path: Path) -> Recording:
    """Finds the people in a video.

    Args:
        path: The file.

    Returns:
        Everybody who was found, in metres, with `layout` "mediapipe33", the visibility of each landmark and the time
        of each frame; `recording` is "video".

    Raises:
        MotionError: The extra `video` or the pose model is not installed; the file is damaged, holds no video or no
            frames; or no person is found, or only for a moment.
    """
    with _opened(path):
        pass  # a file that is no video is refused before the pose model is fetched
    with pose_finder(path.name) as find:
        people, times, notes = PeopleTracker(), list[float](), list[dict[str, str]]()
        found_in = 0
        try:
            for time, pixels in frames_of(path, progress=True):
                found = find(pixels, time)
                if found is not None:
                    found_in += 1
                    people.add(len(times), time, *found)
                times.append(time)
                _refuse_too_long(people, len(times), path.name)
        except _CutOff as error:
            if not times:
                raise MotionError(f"{path.name}: the file is damaged; no frame can be decoded ({error})") from error
            message = f"the file is damaged after {times[-1]:.1f} s ({error}); what comes before is read"
            notes.append(note("video_damaged", message))
    if len(times) < 2:
        raise MotionError(f"{path.name}: expected a video of two frames or more; found {len(times)}")
    return _recording(path.name, people, times, found_in, notes)


def _recording(
    source: str, people: PeopleTracker, times: list[float], found_in: int, notes: list[dict[str, str]]
) -> Recording:
    share, seconds = found_in / len(times), found_in * _seconds_a_frame(times)
    if not found_in:
        raise MotionError(
            f"{source}: no person was found in any of the {len(times)} frames; expected somebody whose whole body is "
            "in the picture"
        )
    if share < _SELDOM and seconds < _SELDOM_S:
        raise MotionError(
            f"{source}: a person was found in {found_in} of {len(times)} frames ({share:.0%}), {seconds:.1f} s; "
            "expected somebody whose whole body is in the picture for a second or longer"
        )
    if share < _OFTEN:
        message = f"a person was found in {found_in} of the {len(times)} frames of the video ({share:.0%})"
        notes.append(note("person_seldom_found", message))
    world, visibility = people.arrays(len(times))
    notes += tilt_note(world)
    for person, body in enumerate(world):
        unsure, exchanges = unsure_sides(body, _SIDES, np.array(times))
        if len(exchanges):
            visibility[person, unsure] = 0.0
            who = "" if len(world) == 1 else f" of person {person + 1}"
            message = (
                f"the pose model exchanged left and right{who} {len(exchanges)} times, first at "
                f"{times[exchanges[0]]:.1f} s; {int(unsure.sum())} of {len(times)} frames count as not tracked"
            )
            notes.append(note("sides_exchanged", message))
    return Recording(
        world,
        times=np.array(times),
        time_unit="s",
        layout="mediapipe33",
        units="m",
        visibility=visibility,
        notes=notes + people.notes,
        recording="video",
    )


def _seconds_a_frame(times: list[float]) -> float:
    return (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 0.0


def _refuse_too_long(people: PeopleTracker, frames: int, source: str) -> None:
    if max(len(people.tracks), 1) * frames * LANDMARKS * 12 > MAX_BYTES:
        raise MotionError(
            f"{source}: {len(people.tracks)} people in more than {frames - 1:,} frames need more than "
            f"{MAX_BYTES:,} bytes; cut the video into parts"
        )


# -------------------------------------------------------------------------------------------------------- the frames


class _CutOff(Exception):
    """A video that cannot be decoded further."""


def frames_of(path: Path, progress: bool = False) -> Iterator[tuple[float, np.ndarray]]:
    """Decodes a video, frame by frame.

    Args:
        path: The file.
        progress: Whether to show a progress bar.

    Yields:
        Time in seconds from the first frame, and (height, width, 3) uint8 pixels in RGB, upright as a player shows
        them, square, and at most 1,280 of them on the longer side.

    Raises:
        MotionError: PyAV is not installed, the file is no video, or its frames are too large.
        _CutOff: A frame is damaged.
    """
    av = _pyav(path.name)
    with _opened(path) as (container, stream):
        stream.thread_type = "NONE"  # threads of a decoder were seen to wait forever on a damaged file
        first, last = None, -math.inf
        with progress_bar(f"{path.name}: finding people", int(stream.frames or 0) if progress else 0, "frame") as bar:
            try:
                for frame in container.decode(stream):
                    if frame.width * frame.height > _MAX_PIXELS:
                        raise MotionError(
                            f"{path.name}: expected at most {_MAX_PIXELS:,} pixels a frame; found {frame.width} x "
                            f"{frame.height}"
                        )
                    time = frame.time if frame.time is not None else last + 1 / float(stream.average_rate or 30)
                    first = time if first is None and math.isfinite(time) else first
                    if first is None or time <= last:  # a frame without a time, or one that is given twice
                        continue
                    last = time
                    yield time - first, _upright(frame, stream)
                    if progress:
                        bar.update(1)
            except MotionError:
                raise
            except (av.error.FFmpegError, OSError, ValueError) as error:
                raise _CutOff(_reason(error)) from error


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """Opens a video.

    Args:
        path: The file.

    Yields:
        PyAV's container and the stream with the video.

    Raises:
        MotionError: PyAV is not installed, or the file is no video.
    """
    av = _pyav(path.name)
    try:
        container = av.open(str(path))
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise MotionError(f"{path.name}: the file is damaged or no video ({_reason(error)})") from error
    with container:
        yield container, _stream(container, path.name)


def _stream(container: Any, source: str) -> Any:
    """Returns the stream with the video, not with the picture of a cover."""
    streams = [each for each in container.streams.video if "attached_pic" not in (each.disposition.name or "")]
    if not streams:
        audio = "sound only" if container.streams.audio else "no stream of video"
        raise MotionError(f"{source}: expected a video; found {audio}")
    if streams[0].codec_context is None:
        raise MotionError(f"{source}: the video is in a form that cannot be decoded")
    return streams[0]


def _upright(frame: Any, stream: Any) -> np.ndarray:
    """Returns the pixels of a frame in RGB, turned as the container says, with square pixels."""
    aspect = float(stream.sample_aspect_ratio or 1) or 1.0
    width, height = frame.width * aspect, float(frame.height)
    scale = min(1.0, _LONGEST_SIDE / max(width, height))
    pixels = frame.to_ndarray(format="rgb24", width=max(2, round(width * scale)), height=max(2, round(height * scale)))
    turns = round(frame.rotation / 90) % 4  # anti-clockwise
    # MediaPipe reads the memory as it lies: of a view, which PyAV may return too, it would see skewed lines.
    return np.ascontiguousarray(np.rot90(pixels, turns))


def _reason(error: BaseException) -> str:
    text = str(getattr(error, "strerror", None) or error)  # without the number and the path that FFmpeg adds
    return shown(text.splitlines()[0], 80) if text else type(error).__name__


# ------------------------------------------------------------------------------------------------------ the people


@contextlib.contextmanager
def pose_finder(source: str) -> Iterator[Any]:
    """Loads the pose model.

    Args:
        source: File name, for error messages.

    Yields:
        A function from the pixels and the time of a frame to landmarks (people, 33, 2) in pixels, world landmarks
        (people, 33, 3) in metres and visibility (people, 33), or to None where nobody is found.
    """
    mediapipe = _mediapipe(source)
    try:
        model = pose_model()
    except MotionError as error:
        raise MotionError(f"{source}: {error}") from error
    vision = mediapipe.tasks.vision
    options = vision.PoseLandmarkerOptions(
        base_options=mediapipe.tasks.BaseOptions(model_asset_path=str(model)),
        running_mode=vision.RunningMode.VIDEO,
        num_poses=MAX_PEOPLE_IN_VIDEO,
    )
    try:
        with _without_library_messages():
            landmarker = vision.PoseLandmarker.create_from_options(options)
    except OSError as error:  # only now it loads libraries of the system
        raise MotionError(_not_loaded(source, error)) from error
    except (RuntimeError, ValueError) as error:
        raise MotionError(f"{source}: the pose model {model} cannot be loaded ({_reason(error)})") from error
    last_ms = -1

    def find(pixels: np.ndarray, time: float) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        nonlocal last_ms
        # Whole milliseconds that increase, as the library demands.
        first, last_ms = last_ms < 0, max(last_ms + 1, round(1000 * time))
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=pixels)
        with _without_library_messages() if first else contextlib.nullcontext():
            found = landmarker.detect_for_video(image, last_ms)
        if not found.pose_world_landmarks:
            return None
        height, width = pixels.shape[:2]
        image_points = [[(point.x * width, point.y * height) for point in body] for body in found.pose_landmarks]
        world = [[(point.x, point.y, point.z) for point in body] for body in found.pose_world_landmarks]
        visibility = [[point.visibility for point in body] for body in found.pose_world_landmarks]
        return np.array(image_points, np.float32), np.array(world, np.float32), np.array(visibility, np.float32)

    try:
        yield find
    finally:
        with _without_library_messages():
            landmarker.close()


@contextlib.contextmanager
def _without_library_messages() -> Iterator[None]:
    """Keeps what the library in C++ writes to file descriptor 2, some 50 lines a video, from the terminal."""
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # closed
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _pyav(source: str) -> Any:
    try:
        import av
    except ImportError as error:
        raise MotionError(f"{source}: reading a video needs the package av; {INSTALL}") from error
    return av


def _mediapipe(source: str) -> Any:
    try:
        import mediapipe
    except ImportError as error:
        if error.name == "mediapipe":
            raise MotionError(f"{source}: reading a video needs the package mediapipe; {INSTALL}") from error
        raise MotionError(_not_loaded(source, error)) from error
    except OSError as error:
        raise MotionError(_not_loaded(source, error)) from error
    return mediapipe


def _not_loaded(source: str, error: BaseException) -> str:
    return (
        f"{source}: the package mediapipe cannot be loaded ({error}). On a Linux server install the libraries "
        "libGL.so.1, libEGL.so.1 and libGLESv2.so.2 (Debian: libgl1 libegl1 libgles2)."
    )
