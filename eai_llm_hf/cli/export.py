"""`eai-llm export`: a checkpoint as a Hub repository, in a folder or pushed."""

import argparse
import sys

_EPILOG = """example:
  eai-llm export my-model                                    the default checkpoint with its backbone
  eai-llm export my-model --model runs/mine/checkpoint --push me/my-model --license cc-by-4.0
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = subparsers.add_parser(
        "export",
        help="write a checkpoint as a Hub repository",
        description="Writes code, weights, processor, model card and licence in one flat folder, which "
        "from_pretrained(FOLDER, trust_remote_code=True) loads where this package is not installed.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", metavar="FOLDER", help="where to write; must be empty or not there")
    parser.add_argument(
        "--model", help="checkpoint to export: one of the package (default, generator), a folder or a Hub id"
    )
    parser.add_argument(
        "--small", action="store_true", help="leave the text backbone's weights out (a few MB instead of 270)"
    )
    parser.add_argument("--push", metavar="USER/NAME", help="upload the folder to the Hub as this repository")
    parser.add_argument(
        "--license",
        metavar="ID",
        help="licence of the weights, such as cc-by-4.0; by default it derives from the training corpora. --push "
        "needs it where the licence of one is unknown",
    )
    parser.add_argument("--private", action="store_true", help="make the pushed repository private")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exports, and pushes on request."""
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
