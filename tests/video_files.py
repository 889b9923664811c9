"""Small videos for tests, made on the spot, and the pose model where there is one."""

import ctypes
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

DATA = Path(__file__).parents[2] / "shared" / "data" / "video"
POSE_MODEL = DATA / "pose_landmarker_full.task"
FRONT, SIDE = DATA / "pose2sim_front.mp4", DATA / "pose2sim_side.mp4"

needs_pose_model = pytest.mark.skipif(
    not POSE_MODEL.is_file(), reason=f"the pose model and the videos of {DATA} are not on this machine"
)


def skip_without_mediapipe() -> None:
    """Skips a test where the extra `video` or the libraries of the system that it needs are not installed."""
    pytest.importorskip("mediapipe", exc_type=ImportError)
    for library in ("libEGL.so.1", "libGLESv2.so.2") if sys.platform == "linux" else ():
        try:
            ctypes.CDLL(library)
        except OSError as error:
            pytest.skip(f"mediapipe needs {library} ({error})")


def write_video(
    path: Path,
    frames: Sequence[np.ndarray],
    times: Sequence[float] | None = None,
    codec: str = "mpeg4",
    rotation: int = 0,
    fps: int = 30,
) -> Path:
    """Writes frames (height, width, 3) uint8 in RGB at their times in seconds, evenly at `fps` by default."""
    from fractions import Fraction

    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame.time_base = Fraction(1, 1000)
            frame.pts = round(1000 * (number / fps if times is None else times[number]))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_sound(path: Path) -> Path:
    """Writes half a second of silence without a picture."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 22050), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def frames_of_front(count: int, step: int = 1, height: int = 640) -> Iterator[np.ndarray]:
    """Frames of the real video of one person, scaled down."""
    import av

    with av.open(str(FRONT)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number >= count * step:
                return
            if number % step == 0:
                yield np.array(frame.to_ndarray(format="rgb24", height=height, width=height * 9 // 16))
