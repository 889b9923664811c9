"""`eai-llm export`: a checkpoint as a Hub repository, in a folder or pushed."""

import argparse
import sys

_EPILOG = """example:
  eai-llm export my-model                                    the default checkpoint with its backbone
  eai-llm export my-model --model runs/mine/checkpoint --push me/my-model
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
    parser.add_argument("--private", action="store_true", help="make the pushed repository private")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exports, and pushes on request."""
    from .export import export
    from .records import find_checkpoint

    folder = export(find_checkpoint(args.model), args.folder, include_backbone=not args.small)
    print(folder)
    if args.push:
        from huggingface_hub import HfApi

        api = HfApi()
        repository = api.create_repo(args.push, private=args.private, exist_ok=True).repo_id
        api.upload_folder(repo_id=repository, folder_path=folder, commit_message="Upload EAI-LLM")
        print(f"pushed to {repository}", file=sys.stderr)
    return 0
