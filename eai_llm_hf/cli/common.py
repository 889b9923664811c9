"""What several commands share: options, training metadata, numbers in text, and a pipeline without noise."""

import argparse
from typing import TYPE_CHECKING, Any

from ..pipeline_loading import load_pipeline
from ..publish.checkpoints import TRAINING, find_checkpoint, read_metadata
from .clips import add_stdin_option

if TYPE_CHECKING:
    from eai_llm_hf import SkeletonEmotionExplanationPipeline

MODEL_HELP = "checkpoint: one of the package (default, generator), a folder or a Hub id"


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Wraps paragraphs, and leaves the lines of examples as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text:
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)


def add_command(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help: str,
    description: str,
    examples: str,
) -> argparse.ArgumentParser:
    """Adds a command.

    Args:
        subparsers: The commands of `eai-llm` or of one of its commands.
        name: What users type.
        help: One line for the list of commands.
        description: What the command does.
        examples: Text below the options, with at least one example.
    """
    return subparsers.add_parser(
        name, help=help, description=description, epilog=examples, formatter_class=_HelpFormatter
    )


def add_checkpoint_options(parser: argparse.ArgumentParser) -> None:
    """Adds options for the checkpoint, the reference, and whether statements are checked."""
    parser.add_argument("--model", help=MODEL_HELP)
    parser.add_argument(
        "--reference",
        metavar="FILE.json",
        help="typical values, as written by eai-llm calibrate, in place of the checkpoint's reference",
    )
    parser.add_argument(
        "--no-verify",
        dest="verify",
        action="store_false",
        help="give the text as the language model writes it, whether the measurements support it or not",
    )


def add_recording_options(parser: argparse.ArgumentParser) -> None:
    """Adds options for what a recording may not say itself."""
    parser.add_argument(
        "--fps",
        type=float,
        help="frame rate in frames/s, of files that do not contain it or state a wrong one; times in a file that "
        "agree with it are used",
    )
    parser.add_argument(
        "--layout",
        help="rig of files without joint names, such as kinect_v2_25, or the path of a rig file (.json)",
    )
    add_stdin_option(parser)


def add_format_option(parser: argparse.ArgumentParser, json_help: str) -> None:
    """Adds the choice between text and JSON."""
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help=f"text to read (default), or {json_help}"
    )


def load_quietly(model: str | None) -> "SkeletonEmotionExplanationPipeline":
    """`load_pipeline` without progress bars and without the warnings of transformers about the backbone's settings."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    return load_pipeline(model)


def trained_checkpoint(model: str | None) -> tuple[str, dict[str, Any]]:
    """The folder or Hub id of a checkpoint, and its training metadata.

    Raises:
        ValueError: If the checkpoint does not say what its training held out.
    """
    found = find_checkpoint(model)
    training = read_metadata(found, TRAINING)
    if training is None:
        raise ValueError(f"{found} has no {TRAINING}, in which eai-llm train writes what training held out.")
    return found, training


def value_with_unit(value: float | None, unit: str) -> str:
    """A measured value for people, such as "0.313 arm lengths"; "1" is the unit of a ratio and is not shown."""
    if value is None:
        return "not measurable"
    return f"{value:.3g}" if unit == "1" else f"{value:.3g} {unit}"


def verdict_mark(holds: bool | None) -> str:
    """The mark of a claim: "+" if it holds, "-" if it does not, "?" if it cannot be checked."""
    return {True: "+", False: "-", None: "?"}[holds]
