"""What several commands share: their options, the clips they are given, and the pipeline without its noise."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES

from ..pipeline_loading import load_pipeline

if TYPE_CHECKING:
    from eai_llm_hf import SkeletonEmotionExplanationPipeline


def add_checkpoint_options(parser: argparse.ArgumentParser) -> None:
    """Adds which checkpoint speaks, what it holds for ordinary, and whether its statements are checked."""
    parser.add_argument("--model", help="checkpoint: one of the package (default, generator), a folder or a Hub id")
    parser.add_argument(
        "--reference",
        metavar="FILE.json",
        help="what is ordinary, as eai-llm calibrate writes it, instead of the checkpoint's reference",
    )
    parser.add_argument(
        "--no-verify",
        dest="verify",
        action="store_false",
        help="keep statements that the measurements do not support",
    )


def add_recording_options(parser: argparse.ArgumentParser) -> None:
    """Adds what one may have to say of recordings that do not say it themselves."""
    parser.add_argument("--fps", type=float, help="frames per second of files that do not say")
    parser.add_argument(
        "--layout",
        help="rig of files that do not name their joints, such as kinect_v2_25, or the path of a rig file (.json)",
    )


def load_quietly(model: str | None) -> "SkeletonEmotionExplanationPipeline":
    """`load_pipeline` without progress bars and warnings: what a backbone's settings make transformers warn of."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    return load_pipeline(model)


def find_clips(paths: Sequence[str]) -> Iterator[str]:
    """The files as given, and the motion files in folders, sorted.

    Raises:
        ValueError: If a folder holds no motion file.
    """
    for path in paths:
        if Path(path).is_dir():
            found = sorted(str(file) for file in Path(path).rglob("*") if file.suffix.lower() in READABLE_SUFFIXES)
            if not found:
                raise ValueError(f"The folder {path} holds no motion file ({' '.join(READABLE_SUFFIXES)}).")
            yield from found
        else:
            yield path
