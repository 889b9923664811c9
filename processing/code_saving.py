"""What the feature extractor and the processor share: both are saved together with the code of all classes."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

AUTO_MAP = {
    "AutoFeatureExtractor": "feature_extraction_eai_llm.EaiSkeletonFeatureExtractor",
    "AutoProcessor": "processing_eai_llm.EaiSkeletonProcessor",
}
"""Where `trust_remote_code=True` finds the classes of this folder."""


class CodeSaving:
    """Base of classes that transformers saves, to stand before their class of transformers."""

    write_code: Callable[[str | os.PathLike], None] = staticmethod(lambda folder: None)
    """Writes the code of all classes into a folder. Remote code leaves it to transformers, `eai_llm_hf` sets it."""

    def to_dict(self) -> dict[str, Any]:
        """As in the base class, with where `trust_remote_code=True` finds the classes of this folder."""
        return super().to_dict() | {"auto_map": dict(AUTO_MAP)}  # type: ignore[misc]

    def save_pretrained(
        self, save_directory: str | os.PathLike, push_to_hub: bool = False, **kwargs: Any
    ) -> list[str]:
        """Saves the object and the code of all classes.

        Args:
            save_directory: Folder to write.
            push_to_hub: Whether to upload it as well.
            **kwargs: `repo_id`, by default the folder's name, and what else `push_to_hub` takes.
        """
        files = super().save_pretrained(save_directory)  # type: ignore[misc]
        self.write_code(save_directory)
        if push_to_hub:
            self.push_to_hub(**{"repo_id": Path(save_directory).name} | kwargs)  # type: ignore[attr-defined]
        return files


__all__ = ["AUTO_MAP", "CodeSaving"]
