"""`eai-llm export`: writes a checkpoint as a Hub repository, or the app as a Space, and pushes it on request."""

import argparse
import sys
import tempfile
from pathlib import Path

from .common import MODEL_HELP, add_command

_EXAMPLES = """examples:
  eai-llm export my-model                                    the default checkpoint with its backbone
  eai-llm export my-model --model runs/mine/checkpoint --push me/my-model --license cc-by-4.0
  eai-llm export --space me/my-space                         the page of eai-llm app, as a Space on the Hub
  eai-llm export my-space --space                            only its folder, to look at or to run: python app.py
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = add_command(
        subparsers,
        "export",
        help="write a checkpoint as a Hub repository",
        description="Writes code, weights, processor, model card and licence into one flat folder, which "
        "from_pretrained(FOLDER, trust_remote_code=True) loads without this package.",
        examples=_EXAMPLES,
    )
    parser.add_argument(
        "folder", nargs="?", metavar="FOLDER", help="folder to write: new or empty; may be left out with --space NAME"
    )
    parser.add_argument("--model", help=MODEL_HELP)
    parser.add_argument(
        "--small", action="store_true", help="leave out the weights of the text backbone (a few MB instead of 270)"
    )
    parser.add_argument("--push", metavar="USER/NAME", help="upload the folder to the Hub as this repository")
    parser.add_argument(
        "--license",
        metavar="ID",
        help="licence of the weights, such as cc-by-4.0 (default: derived from the training corpora; --push requires "
        "it if the licence of a corpus is unknown)",
    )
    parser.add_argument(
        "--space",
        nargs="?",
        const="",
        metavar="USER/NAME",
        help="write the page of eai-llm app as a Space in place of a checkpoint, and upload it if it has a name",
    )
    parser.add_argument("--private", action="store_true", help="make the pushed repository or Space private")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exports the checkpoint or the Space, and pushes it on request.

    Raises:
        ValueError: If there is no folder to write, or an option of checkpoints is given with `--space`.
    """
    if args.space is not None:
        return _export_space(args)
    if args.folder is None:
        raise ValueError("Name the folder to write: eai-llm export FOLDER.")
    from ..publish.checkpoints import find_checkpoint
    from ..publish.export import export

    folder = export(
        find_checkpoint(args.model),
        args.folder,
        include_backbone=not args.small,
        license=args.license,
        push_to=args.push,
        private=args.private,
    )
    print(folder)
    if args.push:
        print(f"pushed to {args.push}", file=sys.stderr)
    return 0


def _export_space(args: argparse.Namespace) -> int:
    from ..publish.space import export_space

    unused = [name for name in ("model", "small", "push", "license") if getattr(args, name)]
    if unused:
        raise ValueError(f"--{unused[0]} is for a checkpoint; the Space has those of the package.")
    if args.folder is None and not args.space:
        raise ValueError("Name the folder to write or the Space: eai-llm export FOLDER --space, or --space USER/NAME.")
    with tempfile.TemporaryDirectory(prefix="eai-llm-space-") as made:
        folder = export_space(args.folder or Path(made) / "space", args.space or None, args.private)
        if args.folder is not None:
            print(folder)
    if args.space:
        print(f"pushed to the Space {args.space}", file=sys.stderr)
    return 0
