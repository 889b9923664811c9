"""How `transformers.pipeline` finds the pipeline of this package, and the call that knows checkpoints by name."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .publish.checkpoints import find_checkpoint

if TYPE_CHECKING:
    from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

TASK = "skeleton-emotion-explanation"


class RegisteredPipelines(dict):
    """`custom_pipelines` of a configuration whose tasks are in transformers' registry.

    `pipeline()` looks into `custom_pipelines` first: it takes the task from the keys where none is named, and the code
    of each task that is contained from the checkpoint's folder, with `trust_remote_code=True` alone. Here no task is
    contained, so it goes on to the registry, and the installed code is used.
    """

    def __contains__(self, task: object) -> bool:
        return False


def load_pipeline(model: str | Path | None = None, **kwargs: Any) -> "SkeletonEmotionExplanationPipeline":
    """The pipeline on a checkpoint.

    ```python
    >>> explain = load_pipeline("generator", device="cpu")
    ```

    Args:
        model: `"default"` or `"generator"`, the checkpoints in this package, a folder or a Hub id; the default
            checkpoint if None. A folder of such a name is `"./generator"`.
        **kwargs: Arguments of `transformers.pipeline`.

    Raises:
        ValueError: If the name is that of a folder and there is none.
        OSError: If the Hub has no such checkpoint, or cannot be reached.
    """
    from transformers import pipeline  # takes seconds, and the command line's help needs none of it

    return pipeline(TASK, model=find_checkpoint(model), **kwargs)  # type: ignore[call-overload]  # its own tasks alone


__all__ = ["TASK", "RegisteredPipelines", "load_pipeline"]
