"""The command `eai-llm`: one sub-command a module, each loaded with what it needs when it runs.

Building the parser takes neither torch nor transformers: `eai_llm_command.py` relies on that.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence

from ..version import __version__
from . import backbone, calibrate, compare, data, evaluate, explain, export, render, train

_DESCRIPTION = "What emotion does this body movement express, and how can you tell?"
_EPILOG = """example:
  eai-llm explain walk.bvh                        emotion, probabilities and explanation
  eai-llm explain recordings/*.bvh --format json  one JSON record a line
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="eai-llm", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"eai-llm {__version__}")
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (
        explain,
        compare,
        calibrate,
        render,
        train,
        evaluate,
        data,
        export,
        backbone,
    ):
        command.register(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the arguments and runs the command.

    Returns:
        The exit status: 0, 1 where a clip or the command failed, 2 for wrong arguments, 130 when interrupted.
    """
    return run_command(build_parser().parse_args(arguments))


def run_command(args: argparse.Namespace, prepare: Callable[[], None] | None = None) -> int:
    """Runs the command that was parsed, after what prepares it.

    Returns:
        The exit status. An error is one line on stderr in place of a traceback.
    """
    logging.captureWarnings(True)
    try:
        if prepare is not None:
            prepare()
        return args.run(args)
    except KeyboardInterrupt:
        print("eai-llm: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output (head, less) has gone
        sys.stderr.close()
        return 1
    except Exception as error:
        if args.debug:
            raise
        # What this package and transformers raise says what is wrong; anything else needs at least its kind.
        told = isinstance(error, (ValueError, OSError)) and str(error)
        print(f"eai-llm: {told or repr(error) + ' (--debug shows where)'}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
