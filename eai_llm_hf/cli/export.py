"""`eai-llm export`: writes a checkpoint as a Hub repository, and pushes it on request."""

import argparse
import sys

from .common import MODEL_HELP, add_command

_EXAMPLES = """examples:
  eai-llm export my-model                                    the default checkpoint with its backbone
  eai-llm export my-model --model runs/mine/checkpoint --push me/my-model --license cc-by-4.0
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
    parser.add_argument("folder", metavar="FOLDER", help="folder to write: new or empty")
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
    parser.add_argument("--private", action="store_true", help="make the pushed repository private")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exports the checkpoint, and pushes it on request."""
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
