"""Writes the Space: the files of `hub_examples/space`, this package and its requirements, in one folder."""

import shutil
from importlib.metadata import requires
from pathlib import Path

from huggingface_hub import HfApi

from eai_llm_hf import modeling, processing

from .checkpoints import EMBEDDED_CHECKPOINTS
from .licences import licence_of_checkpoint

_PACKAGE = Path(__file__).parents[1]
_LEFT_OUT = ("__pycache__", "training", "evaluation", "recipes")
"""What the page does not need of this package."""

EXTRAS = ("app", "video")
"""Extras of this package whose requirements the Space has."""

SYSTEM_PACKAGES = ("libgl1", "libegl1", "libgles2")
"""Debian packages that MediaPipe needs on a server."""


def space_files() -> Path:
    """The folder with the files of the Space, in the repository or the installed package."""
    in_repository = _PACKAGE.parent / "hub_examples" / "space"
    return in_repository if in_repository.is_dir() else _PACKAGE / "space"


def requirements() -> list[str]:
    """What pip installs in the Space: the requirements of this package and of `EXTRAS`."""
    found = []
    for line in requires("eai-llm-hf") or []:
        requirement, _, condition = (part.strip() for part in line.partition(";"))
        extra = condition.removeprefix("extra ==").strip(" \"'")
        if not condition or extra in EXTRAS:
            found.append(requirement)
    return found


def export_space(folder: str | Path, push_to: str | None = None, private: bool = False) -> Path:
    """Writes the Space, and uploads it on request.

    Args:
        folder: Folder to write, new or empty.
        push_to: Space `USER/NAME` on the Hub to upload to, or None.
        private: Whether a new Space there is private.

    Returns:
        The folder.

    Raises:
        ValueError: If the folder is not empty.
        LicenceError: If the licence of the weights forbids the upload.
    """
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"The folder {folder} is not empty. Expected a new or empty folder for the Space.")
    ignored = shutil.ignore_patterns(*_LEFT_OUT)
    shutil.copytree(space_files(), folder, ignore=ignored, dirs_exist_ok=True)
    shutil.copytree(_PACKAGE, folder / "eai_llm_hf", ignore=ignored)
    for room in (modeling, processing):
        place = Path(str(room.__file__)).parent
        shutil.copytree(place, folder / "eai_llm_hf" / place.name, ignore=ignored, dirs_exist_ok=True)
    (folder / "requirements.txt").write_text("\n".join(requirements()) + "\n", encoding="utf-8")
    (folder / "packages.txt").write_text("\n".join(SYSTEM_PACKAGES) + "\n", encoding="utf-8")
    if push_to is not None:
        for checkpoint in EMBEDDED_CHECKPOINTS.values():
            licence_of_checkpoint(checkpoint).to_push()
        api = HfApi()
        made = api.create_repo(push_to, repo_type="space", space_sdk="gradio", private=private, exist_ok=True)
        api.upload_folder(
            repo_id=made.repo_id, repo_type="space", folder_path=folder, commit_message="Upload the EAI-LLM Space"
        )
    return folder


__all__ = ["EXTRAS", "export_space", "requirements", "space_files"]
