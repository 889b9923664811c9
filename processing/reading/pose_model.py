"""Finds the pose model that reads bodies in a video, or fetches it once from its publisher.

    $EAI_LLM_POSE_MODEL --> our cache --> the publisher's address
    a file of the user      fetched       download, then SHA-256
                            before

The file is MediaPipe's Pose Landmarker (full), Apache 2.0. A file with another SHA-256 is not used. The publisher
states no hash; several public projects state this one for the file at this address.
"""

import hashlib
import os
import tempfile
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

from .motion import MotionError

POSE_MODEL_VARIABLE = "EAI_LLM_POSE_MODEL"
"""Environment variable with the path of a pose model. A variable, because transformers may load several copies of this
code into one process, and readers take nothing but a path."""

POSE_MODEL_URL = (
    "https://storage.googleapis.com/mediapipe-models/pose_landmarker/pose_landmarker_full/float16/1/"
    "pose_landmarker_full.task"
)
"""Version 1 of the model. What is at `float16/latest` has the same length, but another SHA-256."""

POSE_MODEL_SHA256 = "5134a3aad27a58b93da0088d431f366da362b44e3ccfbe3462b3827a839011b1"

_MAX_BYTES = 2**26
"""The file has 9 MB. A longer answer is not the model."""

_CHUNK = 2**16
_TIMEOUT_S = 20.0
_PARTS = ("pose_detector.tflite", "pose_landmarks_detector.tflite")


def pose_model_cache() -> Path:
    """Where a fetched model is kept: `$EAI_LLM_CACHE/pose`, by default in `~/.cache/eai_llm_hf`."""
    cache = Path(os.environ.get("EAI_LLM_CACHE") or "~/.cache/eai_llm_hf").expanduser()
    return cache / "pose" / POSE_MODEL_URL.rpartition("/")[2]


def pose_model(url: str | None = None, sha256: str | None = None) -> Path:
    """Returns the file of the pose model, and downloads it first if it is not on this machine.

    Args:
        url: Address of the model, by default `POSE_MODEL_URL`.
        sha256: Hash of the file there, by default `POSE_MODEL_SHA256`.

    Returns:
        A file that holds a detector of people and one of their landmarks.

    Raises:
        MotionError: The file that the user names is missing or no pose model; or the model cannot be downloaded or
            written, or is not the expected file.
    """
    url, sha256 = url or POSE_MODEL_URL, sha256 or POSE_MODEL_SHA256
    if named := os.environ.get(POSE_MODEL_VARIABLE):
        return _checked(Path(named).expanduser())
    kept = pose_model_cache()
    try:
        if not (kept.is_file() and _sha256(kept) == sha256):
            _fetch(url, sha256, kept)
    except OSError as error:
        raise MotionError(
            f"the pose model, which finds people in a video, could not be fetched from {url} into {kept.parent} "
            f"({error}). Download it and pass --pose-model FILE, or set {POSE_MODEL_VARIABLE}."
        ) from error
    return kept


def _fetch(url: str, sha256: str, kept: Path) -> None:
    """Downloads the model; it is renamed into place when its hash was checked, so the file there is complete."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=kept.parent) as folder:
        part = Path(folder) / kept.name
        size = 0
        with (
            urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer,
            part.open("wb") as file,
            progress_bar("fetching the pose model", int(answer.headers.get("Content-Length") or 0), "B") as bar,
        ):
            while chunk := answer.read(_CHUNK):
                size += len(chunk)
                if size > _MAX_BYTES:
                    raise OSError(f"the answer is longer than {_MAX_BYTES:,} bytes")
                file.write(chunk)
                bar.update(len(chunk))
        if (found := _sha256(part)) != sha256:
            raise OSError(f"what was sent is not the expected file and was not used: SHA-256 {found}, not {sha256}")
        os.replace(part, kept)


def _checked(path: Path) -> Path:
    """Raises an error unless a user's file is an archive with the two networks of a pose model."""
    if not path.is_file():
        raise MotionError(f"the pose model {path} is missing; expected a file such as {pose_model_cache().name}")
    try:
        with zipfile.ZipFile(path) as archive:
            missing = sorted(set(_PARTS) - set(archive.namelist()))
    except (zipfile.BadZipFile, OSError) as error:
        raise MotionError(f"{path} is no pose model: expected an archive with {' and '.join(_PARTS)}") from error
    if missing:
        raise MotionError(f"{path} is no pose model: it lacks {' and '.join(missing)}")
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _NoBar:
    """Stands for a progress bar where tqdm is not installed."""

    def __enter__(self) -> "_NoBar":
        return self

    def __exit__(self, *error: Any) -> None:
        pass

    def update(self, count: int) -> None:
        """Shows nothing."""


def progress_bar(label: str, total: int, unit: str, file: Any = None) -> Any:
    """A progress bar on stderr, hidden where that is no terminal.

    Args:
        label: What is done.
        total: Units in all, 0 where unknown.
        unit: What is counted.
        file: Where the bar is drawn instead of stderr.
    """
    try:
        import tqdm
    except ImportError:
        return _NoBar()
    return tqdm.tqdm(
        desc=label, total=total or None, unit=unit, unit_scale=unit == "B", disable=None, leave=False, file=file
    )
