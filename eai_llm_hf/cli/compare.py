"""`eai-llm compare`: how two movements differ, in words that were checked against both."""

import argparse
import json

from .clips import as_input, with_stdin
from .common import (
    add_checkpoint_options,
    add_command,
    add_format_option,
    add_recording_options,
    load_quietly,
    value_with_unit,
)

_EXAMPLES = """examples:
  eai-llm compare before.bvh after.bvh
  eai-llm compare first.csv second.csv --question "Which of the two movements is faster?" --format json
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = add_command(
        subparsers,
        "compare",
        help="how two movements differ",
        description="Answers a question about two clips of one person each, from the first 10 s of each clip, and "
        "shows the measurements of both.",
        examples=_EXAMPLES,
    )
    parser.add_argument("first", help="motion file, or - for standard input")
    parser.add_argument("second", help="motion file, or - for standard input")
    parser.add_argument("--question", help="a question about the two movements (default: how they differ)")
    add_format_option(parser, "one JSON record")
    add_checkpoint_options(parser)
    add_recording_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compares the clips.

    Raises:
        ValueError: If a clip cannot be read; the message names it.
    """
    with with_stdin([args.first, args.second], args.format_in) as (first, second):
        pipe = load_quietly(args.model)
        asked = {"question": args.question} if args.question else {}
        record = pipe.compare(
            as_input(first),
            as_input(second),
            reference=args.reference,
            verify=args.verify,
            fps=args.fps,
            layout=args.layout,
            **asked,
        )
    print(json.dumps(record) if args.format == "json" else as_text(record))
    return 0


def as_text(record: dict) -> str:
    """A comparison for people."""
    lines = [f"{record['sources'][0]} and {record['sources'][1]}", f"  {record['question']}", f"  {record['answer']}"]
    if record["differences"]:
        lines.append("  measured, first and second:")
    for item in record["differences"]:
        first, second = (value_with_unit(value, item["unit"]) for value in item["values"])
        holds = {True: "", False: "; does not hold", None: "; cannot be checked"}[item["holds"]]
        lines.append(f"    {item['difference']} ({item['descriptor']} {first} and {second}{holds})")
    return "\n".join(lines)
