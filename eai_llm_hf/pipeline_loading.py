"""How transformers finds the pipeline of this package, and `load_pipeline`, which knows checkpoints by name."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .publish.checkpoints import find_checkpoint

if TYPE_CHECKING:
    from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

TASK = "skeleton-emotion-explanation"


class RegisteredPipelines(dict):
    """`custom_pipelines` of a configuration whose tasks are registered with transformers.

    `pipeline()` looks here first. If no task is given, it takes one from the keys. If the task is contained, it runs
    the code in the checkpoint's folder, which requires `trust_remote_code=True`. This mapping has the keys but claims
    to contain none of them, so that `pipeline()` goes on to the registry and uses the installed code.
    """

    def __contains__(self, task: object) -> bool:
        return False


def load_pipeline(model: str | Path | None = None, **kwargs: Any) -> "SkeletonEmotionExplanationPipeline":
    """Loads the pipeline of a checkpoint, without progress bars if it is on this machine.

    ```python
    >>> explain = load_pipeline("generator", device="cpu")
    ```

    Args:
        model: A checkpoint of this package (`"default"` or `"generator"`), a folder or a Hub id; None for the default
            checkpoint. A folder that is called `generator` is `"./generator"`.
        **kwargs: Arguments of `transformers.pipeline`.

    Raises:
        ValueError: If there is no folder or checkpoint of this name.
        OSError: If the Hub has no such checkpoint, or cannot be reached.
    """
    from transformers import pipeline  # imported late: it takes seconds, and `eai-llm --help` does not need it

    found = find_checkpoint(model)
    with _without_bars() if Path(found).is_dir() else nullcontext():  # a download keeps its bar
        return pipeline(TASK, model=found, **kwargs)  # type: ignore[call-overload]  # it lists only its own tasks


@contextmanager
def _without_bars() -> Iterator[None]:
    """Hides the "Loading weights" bars of transformers, which end within a second."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


__all__ = ["TASK", "RegisteredPipelines", "load_pipeline"]
