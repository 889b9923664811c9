"""Some frames of a video for a page, at times of the movement that was found in it."""

import base64
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from eai_llm_hf.processing.reading.video import frames_of
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

from .record_view import explained_window

FRAMES = 6
"""Frames that a page shows of a video."""

_HEIGHT = 240
"""Pixels; six such frames have some 60 kB."""


def video_frames(video: str, record: Mapping[str, Any], clip: UnifiedClip) -> list[dict[str, str]]:
    """Frames of a video, evenly spread over the window that the explanation describes.

    Args:
        video: Its path.
        record: The record of one person.
        clip: The movement of this person.

    Returns:
        `time` of the movement in words, and `image`, a JPEG as a data address, of each; none where the video cannot be
        decoded so far.
    """
    from PIL import Image

    start, end = explained_window(record)
    wanted = [start + (end - start) * (number + 0.5) / FRAMES for number in range(FRAMES)]
    offset = float(clip.report.get("start_s") or 0.0)
    found: list[dict[str, str]] = []
    for time, pixels in frames_of(Path(video)):
        if len(found) == len(wanted):
            break
        if time < wanted[len(found)] + offset:
            continue
        picture = Image.fromarray(np.ascontiguousarray(pixels))
        picture.thumbnail((4 * _HEIGHT, _HEIGHT))
        content = io.BytesIO()
        picture.save(content, "JPEG", quality=80)
        image = f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode('ascii')}"
        found.append({"time": f"{wanted[len(found)]:.1f} s", "image": image})
    return found
