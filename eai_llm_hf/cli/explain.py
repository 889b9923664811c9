"""`eai-llm explain`: clips in, records out, on stdout; progress and warnings go to stderr."""

import argparse
import contextlib
import json
import sys
import textwrap

from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES

from .common import add_checkpoint_options, add_recording_options, find_clips, load_quietly

_EPILOG = """example:
  eai-llm explain walk.bvh
  eai-llm explain recordings/ --format json > records.jsonl
  eai-llm explain kinect.csv --question "What do the arms do?"
  eai-llm explain walk.bvh --candidate-labels joy grief --report walk.png
  eai-llm explain recordings/ --report session.html
"""

CLOSE = 0.5
"""Share of the label's probability from which on the next label is said to be close."""

_OPTIONS = (
    "candidate_labels",
    "question",
    "label_only",
    "window_s",
    "hop_s",
    "reference",
    "verify",
    "attribution",
    "fps",
    "layout",
    "max_new_tokens",
)
"""Arguments that the command hands to the pipeline, which have the same names there."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = subparsers.add_parser(
        "explain",
        help="emotion, probabilities and explanation of clips",
        description="Says what emotion the movement in each clip expresses, how sure that is, and how one can tell.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "clips", nargs="+", metavar="CLIP", help=f"motion files ({' '.join(READABLE_SUFFIXES)}) or folders of them"
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="text to read (default), or a JSON record a line"
    )
    parser.add_argument(
        "--candidate-labels",
        "--labels",
        nargs="+",
        metavar="WORD",
        help="emotions to choose from, two or more; the checkpoint's own by default",
    )
    parser.add_argument("--question", help="a question about the movement, answered instead of the explanation")
    parser.add_argument("--label-only", action="store_true", help="no explanation, much faster")
    parser.add_argument(
        "--report",
        metavar="FILE.html",
        help="show the movement beside its record: one page to open (.html) or to print (.pdf), pictures (.png .svg)",
    )
    parser.add_argument(
        "--attribution",
        action="store_true",
        help="also find which body parts and seconds the label rests on, by hiding each (a second or so a clip)",
    )
    add_checkpoint_options(parser)
    parser.add_argument(
        "--window-s", type=float, metavar="S", help="window of a long recording in seconds (at most 10, the default)"
    )
    parser.add_argument(
        "--hop-s", type=float, metavar="S", help="step between windows in seconds (the window by default)"
    )
    add_recording_options(parser)
    parser.add_argument(
        "--max-new-tokens", type=int, default=96, metavar="N", help="length of the text at most (default 96)"
    )
    parser.add_argument(
        "--batch-size", type=int, default=8, metavar="N", help="clips that go through the model together (default 8)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Explains the clips; 1 where one could not be read.

    Raises:
        ValueError: If `--report` has a suffix that no report has.
    """
    from tqdm import tqdm

    from ..report.report_writing import Report, open_report, report_path

    clips = list(find_clips(args.clips))
    if args.report:
        report_path(args.report)  # refused before the model is loaded

    pipe = load_quietly(args.model)
    options = {name: getattr(args, name) for name in _OPTIONS if getattr(args, name) is not None}
    if "candidate_labels" in options:  # words with commas between them, with or without quotes, are several
        options["candidate_labels"] = ",".join(options["candidate_labels"])
    failed = 0
    # A generator makes the pipeline stream: each record is printed as soon as it is there.
    results = pipe((clip for clip in clips), batch_size=min(args.batch_size, len(clips)), **options)
    bar = tqdm(results, total=len(clips), unit="clip", disable=len(clips) < 2 or not sys.stderr.isatty())
    with contextlib.ExitStack() as stack:
        report: Report | None = stack.enter_context(open_report(args.report, len(clips))) if args.report else None
        for clip, result in zip(clips, bar, strict=True):
            records = result if isinstance(result, list) else [result]
            for record in records:
                failed += "error" in record
                print(json.dumps(record) if args.format == "json" else as_text(record), flush=True)
            if report:
                read = "error" not in records[0]
                people = list(pipe.feature_extractor.clips(clip, args.fps, args.layout)) if read else []
                report.add(records, people)
    for path in report.written if report else []:
        print(f"drawn in {path}", file=sys.stderr)
    return 1 if failed else 0


def as_text(record: dict) -> str:
    """A record for people."""
    if "error" in record:
        return f"{record['source']}\n  could not be read: {record['error']['message']}\n"
    lines = [record["source"], f"  {record['label']} ({record['score']:.0%})"]
    for label, score in record["scores"].items():
        lines.append(f"    {label:<16} {score:6.1%}  {'#' * round(30 * score)}")
    if len(record["scores"]) > 1:
        (_, first), (second, score) = list(record["scores"].items())[:2]
        close = ": the two are close, it may be either" if score >= CLOSE * first else ""
        lines.append(f"  The next most likely is {second} ({score:.0%}){close}.")
    lines += textwrap.wrap(record["explanation"], 96, initial_indent="  ", subsequent_indent="  ")
    if "attribution" in record:
        falls = zip(record["attribution"]["parts"], record["attribution"]["per_part"], strict=True)
        lines.append("  without it the probability falls by: " + ", ".join(f"{p} {v:+.0%}" for p, v in falls))
    if record["evidence"]:
        lines.append("  measured:")
    for item in record["evidence"]:
        mark = {True: "+", False: "-", None: "?"}[item["holds"]]
        unit = "" if item["unit"] == "1" else f" {item['unit']}"
        value = "absent" if item["value"] is None else f"{item['value']:g}{unit}"
        place = "" if item["percentile"] is None else f", percentile {item['percentile']:.0f}"
        lines.append(f"    {mark} {item['claim']} ({item['descriptor']} {value}{place})")
    if len(record["segments"]) > 1:
        lines.append("  over time:")
        for part in record["segments"]:
            lines.append(f"    {part['start_s']:8.1f} to {part['end_s']:.1f} s  {part['label']} ({part['score']:.0%})")
    missing = record["skeleton"]["missing_joints"]
    if missing:
        lines.append(f"  joints that the recording lacks: {', '.join(missing)}")
    return "\n".join(lines) + "\n"
