"""The command `eai-llm`: each of its commands is a module, which imports what it needs when it runs.

Building the parser imports neither torch nor transformers: `eai_llm_command.py` relies on that.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence

from ..version import __version__
from . import adapt, annotate, app, backbone, calibrate, compare, data, evaluate, explain, export, render, serve, train

_DESCRIPTION = "What emotion does this body movement express, and how can you tell?"
_EXAMPLES = """examples:
  eai-llm explain walk.bvh                        emotion, probabilities and explanation
  eai-llm explain recordings/*.bvh --format json  one JSON record a line
  eai-llm COMMAND --help                          options and examples of a command
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="eai-llm",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"eai-llm {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    commands = (
        explain,
        annotate,
        app,
        serve,
        compare,
        calibrate,
        adapt,
        render,
        train,
        evaluate,
        data,
        export,
        backbone,
    )
    for command in commands:
        command.register(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Parses the arguments and runs the command.

    Returns:
        The exit status: 0, or 1 if a clip or the command failed, or 130 after an interruption. Wrong arguments exit
        with 2.
    """
    return run_command(build_parser().parse_args(arguments))


def run_command(args: argparse.Namespace, prepare: Callable[[], None] | None = None) -> int:
    """Runs a command whose arguments were parsed. An error is one line on stderr in place of a traceback.

    Args:
        args: The arguments, with `run` set by the command.
        prepare: Called first; its errors are reported in the same way.

    Returns:
        The exit status.
    """
    logging.captureWarnings(True)
    try:
        if prepare is not None:
            prepare()
        return args.run(args)
    except KeyboardInterrupt:
        print("eai-llm: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the program that read our output, such as head or less, has ended
        sys.stderr.close()
        return 1
    except Exception as error:
        if args.debug:
            raise
        # Messages of this package and of transformers explain the error; of any other, the type must be shown as well.
        message = str(error) if isinstance(error, (ValueError, OSError)) else ""
        print(f"eai-llm: {message or repr(error) + ' (--debug shows where)'}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
