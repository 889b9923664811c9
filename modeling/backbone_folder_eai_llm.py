"""Where a text backbone is on this machine: a local folder, the cache of this package, or the Hugging Face cache.

The package and the copy of this code on the Hub look in the same places. Torch and transformers are imported only when
something is downloaded, so that the command line can use this file and stay fast.
"""

import json
import os
from pathlib import Path


def backbone_cache() -> Path:
    """The folder of converted backbones: `$EAI_LLM_CACHE/backbones`, by default in `~/.cache/eai_llm_hf`."""
    return Path(os.environ.get("EAI_LLM_CACHE") or "~/.cache/eai_llm_hf").expanduser() / "backbones"


def converted_folder(name: str) -> Path:
    """The folder in `backbone_cache` for the converted form of the backbone `name`, whether it exists or not."""
    return backbone_cache() / name.replace("/", "--")


def missing_weights(folder: Path) -> str | None:
    """Names the first file that a model folder lacks, or returns None if the model can be loaded.

    Args:
        folder: A folder with `config.json` and weights in safetensors, in one file or in shards.

    Returns:
        `"config.json"`, `"weights in safetensors"` or the name of a missing shard.
    """
    if not (folder / "config.json").is_file():
        return "config.json"
    if (folder / "model.safetensors").is_file():
        return None
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return "weights in safetensors"
    shards = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    return next((shard for shard in sorted(shards) if not (folder / shard).is_file()), None)


def find_in_hub_cache(name: str) -> Path | None:
    """The snapshot of a Hub id in the Hugging Face cache, or None if it is not there or not complete."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        snapshot = Path(snapshot_download(name, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError):
        return None
    return snapshot if missing_weights(snapshot) is None else None


def find_backbone(name: str) -> str | None:
    """Looks for a backbone on this machine, without network access.

    Args:
        name: A folder, or a Hub id that `eai-llm backbone fetch` has converted or that is in the Hugging Face cache.

    Returns:
        The folder, or None if the backbone has to be downloaded.
    """
    if Path(name).is_dir():
        return name
    converted = converted_folder(name)
    found = converted if missing_weights(converted) is None else find_in_hub_cache(name)
    return None if found is None else str(found)


def fetch_backbone(name: str) -> str:
    """Finds a backbone on this machine or on the Hub.

    Args:
        name: As in `find_backbone`.

    Returns:
        The folder; or the Hub id, from which transformers downloads the backbone and shows its progress.

    Raises:
        OSError: If the backbone is neither here nor on the Hub; the message says how to get it.
    """
    from transformers.utils import cached_file

    if (found := find_backbone(name)) is not None:
        return found
    try:
        cached_file(name, "config.json")
    except OSError as error:
        raise OSError(
            f"The text backbone '{name}' was found neither in {backbone_cache()} nor in the Hugging Face cache nor on "
            f"the Hub. With the package eai-llm-hf installed, `eai-llm backbone fetch {name}` downloads it."
        ) from error
    return name


__all__ = [
    "backbone_cache",
    "converted_folder",
    "fetch_backbone",
    "find_backbone",
    "find_in_hub_cache",
    "missing_weights",
]
