"""What the feature extractor and the processor share: both are saved together with the code of all classes."""

import os
from pathlib import Path
from typing import Any

AUTO_MAP = {
    "AutoFeatureExtractor": "feature_extraction_eai_llm.EaiSkeletonFeatureExtractor",
    "AutoProcessor": "processing_eai_llm.EaiSkeletonProcessor",
}
"""Where `trust_remote_code=True` finds the classes of this folder."""


def saved_with_code(kind: Any) -> Any:
    """Class decorator: `save_pretrained` writes the code of all classes as well, and `to_dict` says where they are.

    The class gets `write_code`, a function from a folder to None. Remote code leaves the copy of its code to
    transformers, so there it does nothing; `eai_llm_hf` sets it. It is no base class, because transformers looks at
    the first one of a processor.
    """
    base_to_dict, base_save = kind.to_dict, kind.save_pretrained

    def to_dict(self: Any) -> dict[str, Any]:
        """As in the base class, with where `trust_remote_code=True` finds the classes of this folder."""
        return base_to_dict(self) | {"auto_map": dict(AUTO_MAP)}

    def save_pretrained(
        self: Any, save_directory: str | os.PathLike, push_to_hub: bool = False, **kwargs: Any
    ) -> list[str]:
        """Saves the object and the code of all classes.

        Args:
            self: The object.
            save_directory: Folder to write.
            push_to_hub: Whether to upload it as well.
            **kwargs: `repo_id`, by default the folder's name, and what else `push_to_hub` takes.
        """
        files = base_save(self, save_directory)
        self.write_code(save_directory)
        if push_to_hub:
            self.push_to_hub(**{"repo_id": Path(save_directory).name} | kwargs)
        return files

    kind.to_dict, kind.save_pretrained = to_dict, save_pretrained
    kind.write_code = staticmethod(lambda folder: None)
    return kind


__all__ = ["AUTO_MAP", "saved_with_code"]
