"""A call of `annotate`: what is asked of each clip and by what, on this machine and on every other that helps."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers.utils import cached_file

from eai_llm_hf.processing.adaptation import as_adapted
from eai_llm_hf.processing.descriptors.reference import as_reference
from eai_llm_hf.processing.pipeline_arguments import as_labels, with_generate_kwargs

from ..pipeline_loading import load_pipeline
from ..publish.checkpoints import EMBEDDED_CHECKPOINTS, find_checkpoint
from ..version import __version__
from .plan import digest_of
from .sources import sha256_of

if TYPE_CHECKING:
    from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

_DEFAULTS = {"label_only": False, "verify": True, "attribution": False}
_OF_ONE_PERSON = ("performer", "baseline")
_NAMING_FILES = ("reference", "adapted", "layout")


@dataclass(frozen=True)
class Call:
    """The arguments of `annotate`, as they were given.

    Attributes:
        source: See `annotate`.
        folder: The folder to write.
        model: The checkpoint.
        batch_size: Clips that go through the model together.
        shard_size: Clips of a Parquet file.
        num_workers: Processes that read clips while one model computes.
        options: Options of the pipeline.

    Raises:
        ValueError: If a number is too small.
    """

    source: str | os.PathLike
    folder: Path
    model: str | Path | None
    batch_size: int
    shard_size: int
    num_workers: int
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, least in (("batch_size", 1), ("shard_size", 1), ("num_workers", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise ValueError(f"{name} must be a whole number from {least} on, found {value!r}.")

    def absolute(self) -> "Call":
        """The same call for a process with another working directory: each file and folder by its absolute path."""
        options = {name: _absolute(value) if name in _NAMING_FILES else value for name, value in self.options.items()}
        model = self.model if self.model in EMBEDDED_CHECKPOINTS else _absolute(self.model)
        folder = self.folder.absolute()
        return replace(self, source=_absolute(self.source), folder=folder, model=model, options=options)

    def checked(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The options as the pipeline takes them, each file read; and the settings that a plan has.

        Raises:
            OSError: If a file cannot be read.
            TypeError: If an option is about one person, or cannot be written down.
            ValueError: If the value of an option is not allowed.
        """
        options, settings = _checked(self.options)
        return options, settings | {"batch_size": self.batch_size, "shard_size": self.shard_size}

    def facts(self, identity: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
        """What must be the same in a plan and in each process that works on it.

        Args:
            identity: Of the source.
            settings: As `checked` gives them.
        """
        checkpoint = _identity(find_checkpoint(self.model))
        return {"version": __version__, "checkpoint": checkpoint, "source": identity, "settings": settings}

    def loaded(self, options: Mapping[str, Any], device: str | None = None) -> "SkeletonEmotionExplanationPipeline":
        """The pipeline; raises an error where it does not take the options.

        Args:
            options: As `checked` gives them.
            device: A type of device, such as "cpu"; None for the best that this machine has.

        Raises:
            ValueError: If this machine has no such device, or the value of an option is not allowed.
        """
        if device == "cuda" and not torch.cuda.is_available():
            raise ValueError("The clips were planned on a GPU, and on a CPU answers may differ in the last digits.")
        pipe = load_pipeline(self.model, device=device)
        # Of a generator nothing is read before a record is asked for: only the options are checked.
        pipe((clip for clip in list[Any]()), **options)
        return pipe


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Lets torch compute with so many threads: sums with another number of them differ in the last digits."""
    before = torch.get_num_threads()
    if before != count:
        torch.set_num_threads(count)
    try:
        yield
    finally:
        if before != count:
            torch.set_num_threads(before)


def _checked(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options as the pipeline takes them, each file read once; and as a plan has them, files by a fingerprint."""
    if found := [name for name in _OF_ONE_PERSON if options.get(name) is not None]:
        raise TypeError(
            f"{found[0]} is about one person; who moves in each clip is a column `performer` of a manifest or dataset."
        )
    given = with_generate_kwargs(options).items()
    options = {name: value for name, value in given if value is not None and value != _DEFAULTS.get(name)}
    if options.get("do_sample"):
        raise ValueError("do_sample draws texts at random, so an interrupted run would not continue as it began.")
    if "candidate_labels" in options:
        options["candidate_labels"] = as_labels(options["candidate_labels"])
    settings = dict(options)
    if "reference" in options:
        options["reference"] = as_reference(options["reference"])
        settings["reference"] = digest_of(options["reference"].to_dict())
    if "adapted" in options:
        saved = options["adapted"]
        if not isinstance(saved, (str, os.PathLike)):
            raise TypeError("adapted must be the folder that the labels were saved to.")
        options["adapted"] = as_adapted(saved)
        settings["adapted"] = sha256_of(sorted(path for path in Path(saved).iterdir() if path.is_file()))
    layout = options.get("layout")
    if layout is not None and Path(layout).is_file():
        settings["layout"] = sha256_of([Path(layout)])
    return options, json.loads(json.dumps(settings))  # raises a TypeError for what cannot be written down


def _absolute(name: Any) -> Any:
    """A file or folder by its absolute path; any other name, such as one on the Hub, as it is."""
    return str(Path(name).absolute()) if isinstance(name, (str, os.PathLike)) and Path(name).exists() else name


def _identity(checkpoint: str) -> dict[str, str]:
    """What tells a checkpoint from others: the SHA-256 of its files, or its commit on the Hub."""
    name = Path(checkpoint).name
    if Path(checkpoint).is_dir():
        files = [path for path in Path(checkpoint).iterdir() if path.suffix in (".json", ".jinja", ".safetensors")]
        return {"name": name, "sha256": sha256_of(sorted(files))}
    config = cached_file(checkpoint, "config.json")
    return {"name": checkpoint, "commit": Path(str(config)).parent.name}


__all__ = ["Call", "threads"]
