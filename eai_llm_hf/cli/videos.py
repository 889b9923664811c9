"""Videos on the command line: the people in them are found once, kept as JSON, and read from there ever after."""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eai_llm_hf.processing.reading.formats import VIDEO_SUFFIXES

from .clips import as_input, name_of


def add_pose_model_option(parser: argparse.ArgumentParser) -> None:
    """Adds the option that says which pose model finds people in videos."""
    parser.add_argument(
        "--pose-model",
        metavar="FILE",
        help="pose model that finds people in videos, pose_landmarker_full.task (default: fetched once, 9 MB)",
    )


def add_video_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of videos."""
    add_pose_model_option(parser)
    parser.add_argument(
        "--save-pose",
        metavar="FILE.json",
        help="keep the joints that were found in a video; this file is explained in place of the video in seconds",
    )


def is_video(path: str) -> bool:
    """Whether the suffix of a file is that of a video."""
    return Path(path).suffix.lower() in VIDEO_SUFFIXES


def use_pose_model(path: str | None) -> None:
    """Says which pose model finds people in videos; None leaves it as it is.

    Raises:
        ValueError: If there is no such file.
    """
    from eai_llm_hf.processing.reading.pose_model import POSE_MODEL_VARIABLE

    if path:
        if not Path(path).is_file():
            raise ValueError(f"There is no pose model {path}.")
        os.environ[POSE_MODEL_VARIABLE] = path


def check_video_options(args: argparse.Namespace, paths: Sequence[str]) -> None:
    """Checks the options of videos before a model is loaded, and says which pose model to use.

    Raises:
        ValueError: If the pose model is missing, or `--save-pose` is not for one video or not named .json.
    """
    use_pose_model(args.pose_model)
    if args.save_pose:
        videos = sum(map(is_video, paths))
        if videos != 1:
            raise ValueError(f"--save-pose keeps the joints of one video; found {videos} videos.")
        if Path(args.save_pose).suffix.lower() != ".json":
            raise ValueError(f"--save-pose writes a .json file; found {args.save_pose}.")


def with_poses(
    paths: Sequence[str], folder: Path, save_pose: str | None
) -> tuple[list[str | dict[str, str]], dict[int, ValueError]]:
    """Finds the people in the videos among some clips.

    Args:
        paths: Clips as the user named them.
        folder: Where the joints of videos are kept.
        save_pose: A file that gets those of the only video, or None.

    Returns:
        The clips as the pipeline takes them, a video as the file with its joints; and what went wrong, by place.
    """
    inputs: list[str | dict[str, str]] = []
    failed: dict[int, ValueError] = {}
    for place, path in enumerate(paths):
        inputs.append(as_input(path))
        if not is_video(path):
            continue
        from eai_llm_hf.processing.reading.files import read_recording

        try:
            recording = read_recording(path)
        except ValueError as error:
            failed[place] = error
            continue
        pose = Path(save_pose) if save_pose else folder / f"{place}" / f"{Path(path).name}.json"
        pose.parent.mkdir(parents=True, exist_ok=True)
        write_pose(recording, pose, Path(path).name)
        inputs[-1] = {"path": str(pose), "source": name_of(path)}
    return inputs, failed


def write_pose(recording: Any, path: Path, video: str) -> None:
    """Writes the people of a video as JSON, which `eai-llm explain` reads as it reads the video.

    Args:
        recording: What the reader of videos returns.
        path: The file to write.
        video: Name of the video.
    """
    about = {
        "video": video,
        "recording": recording.recording,
        "layout": recording.layout,
        "units": recording.units,
        "notes": list(recording.notes),
    }
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(about)[:-1] + ', "frames": [')
        for frame, time in enumerate(recording.times):
            people = [
                {"id": person + 1, "pose_world_landmarks": _landmarks(body[frame], seen[frame])}
                for person, (body, seen) in enumerate(zip(recording.joints, recording.visibility, strict=True))
                if body[frame, 0, 0] == body[frame, 0, 0]  # NaN where not found
            ]
            file.write("," * (frame > 0) + "\n" + json.dumps({"time_s": round(float(time), 6), "people": people}))
        file.write("\n]}\n")


def _landmarks(body: Any, seen: Any) -> list[dict[str, float]]:
    return [
        {"x": round(x, 5), "y": round(y, 5), "z": round(z, 5), "visibility": round(visible, 3)}
        for (x, y, z), visible in zip(body.tolist(), seen.tolist(), strict=True)
    ]


__all__ = [
    "add_pose_model_option",
    "add_video_options",
    "check_video_options",
    "is_video",
    "use_pose_model",
    "with_poses",
    "write_pose",
]
