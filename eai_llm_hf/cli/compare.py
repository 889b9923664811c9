"""`eai-llm compare`: how two movements differ, in words that were held against both."""

import argparse
import json

from .common import add_checkpoint_options, add_recording_options, load_quietly

_EPILOG = """example:
  eai-llm compare before.bvh after.bvh
  eai-llm compare first.csv second.csv --question "Which of the two movements is faster?" --format json
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = subparsers.add_parser(
        "compare",
        help="how two movements differ",
        description="Answers a question about two clips of one person each, the first 10 s of each, and shows what "
        "was measured of both.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("first", help="motion file")
    parser.add_argument("second", help="motion file")
    parser.add_argument("--question", help="about the first and the second movement (default: how they differ)")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="text to read (default), or one JSON record"
    )
    add_checkpoint_options(parser)
    add_recording_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compares the clips; an error names the one that could not be read."""
    pipe = load_quietly(args.model)
    asked = {"question": args.question} if args.question else {}
    record = pipe.compare(
        args.first,
        args.second,
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
        mark = {True: "+", False: "-", None: "?"}[item["holds"]]
        unit = "" if item["unit"] == "1" else f" {item['unit']}"
        values = " and ".join("absent" if value is None else f"{value:g}" for value in item["values"])
        lines.append(f"    {mark} {item['difference']} ({item['descriptor']} {values}{unit})")
    return "\n".join(lines)
