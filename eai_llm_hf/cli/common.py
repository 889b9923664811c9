"""What several commands share: options, training metadata, numbers in text, and a pipeline without noise."""

import argparse
from collections.abc import Sequence
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


def add_explaining_options(parser: argparse.ArgumentParser) -> None:
    """Adds options for what is asked of each clip, and how it is compared and read."""
    parser.add_argument(
        "--candidate-labels",
        "--labels",
        nargs="+",
        metavar="WORD",
        help="two or more emotions to choose from (default: the checkpoint's labels)",
    )
    parser.add_argument("--question", help="a question about the movement, answered in place of the explanation")
    parser.add_argument("--label-only", action="store_true", help="write no explanation, which is much faster")
    parser.add_argument(
        "--attribution",
        action="store_true",
        help="also measure which body parts and seconds the label depends on, by occluding each (about 1 s a clip)",
    )
    add_checkpoint_options(parser)
    parser.add_argument(
        "--adapted", metavar="FOLDER", help="labels of your own, as written by eai-llm adapt, with their reference"
    )
    parser.add_argument(
        "--window-s",
        type=float,
        metavar="S",
        help="length of the windows of a long recording in seconds (default 10, the maximum)",
    )
    parser.add_argument(
        "--hop-s",
        type=float,
        metavar="S",
        help="step between windows in seconds (default: one window)",
    )
    add_form_options(parser)
    parser.add_argument(
        "--max-new-tokens", type=int, metavar="N", help="maximum length of the text in tokens (default 256)"
    )
    parser.add_argument(
        "--batch-size", type=int, default=8, metavar="N", help="clips that the model processes at a time (default 8)"
    )


def given_options(args: argparse.Namespace, names: Sequence[str]) -> dict[str, Any]:
    """The arguments of these names that were given, as the pipeline takes them."""
    options = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    if "candidate_labels" in options:  # labels may be separated by commas as well, with or without quotes
        options["candidate_labels"] = ",".join(options["candidate_labels"])
    return options


def add_form_options(parser: argparse.ArgumentParser) -> None:
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


def add_recording_options(parser: argparse.ArgumentParser) -> None:
    """Adds options for what a recording may not say itself, and for one on standard input."""
    add_form_options(parser)
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
