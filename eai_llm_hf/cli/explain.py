"""`eai-llm explain`: the record of each clip on stdout; progress and warnings on stderr."""

import argparse
import contextlib
import json
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

from .clips import CLIPS_HELP, VIDEOS_HELP, add_stdin_option, as_input, find_clips, with_stdin
from .common import (
    add_command,
    add_explaining_options,
    add_format_option,
    given_options,
    load_quietly,
    value_with_unit,
)
from .performers import add_performers_option, with_performers
from .videos import add_video_options, check_video_options, is_video, with_poses

_EXAMPLES = """examples:
  eai-llm explain walk.bvh
  eai-llm explain recordings/ --format json > records.jsonl
  eai-llm explain - --format-in bvh < walk.bvh
  eai-llm explain kinect.csv --question "What do the arms do?"
  eai-llm explain clip.mp4 --save-pose clip.json
  eai-llm explain walk.bvh --candidate-labels joy grief --report walk.png
  eai-llm explain recordings/ --report session.html
  eai-llm explain study/ --reference ours.json --performers-from folder
  eai-llm explain walk.bvh --baseline neutral-walk-of-the-same-person.bvh
  eai-llm explain study/ --adapted mine/ --performers-from folder
"""

CLOSE = 0.5
"""The text calls the second label close if it has at least this share of the first one's probability."""

_SIGNS = {"for": "+", "against": "-"}
"""Signs of the measurements that are reasons; ASCII, since a terminal may have no other minus."""

_OPTIONS = (
    "candidate_labels",
    "question",
    "label_only",
    "window_s",
    "hop_s",
    "reference",
    "performer",
    "baseline",
    "adapted",
    "verify",
    "attribution",
    "fps",
    "layout",
    "max_new_tokens",
)
"""Arguments that the command passes to the pipeline, under the same names."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = add_command(
        subparsers,
        "explain",
        help="emotion, probabilities and explanation of clips",
        description="Says which emotion the movement in each clip expresses, how certain that is, and what shows it.",
        examples=_EXAMPLES,
    )
    parser.add_argument("clips", nargs="+", metavar="CLIP", help=CLIPS_HELP + VIDEOS_HELP)
    add_format_option(parser, "one JSON record a line")
    add_explaining_options(parser)
    parser.add_argument(
        "--report",
        metavar="FILE.html",
        help="also show each clip with its result: an HTML page with the movement to play, a .pdf with a page a clip, "
        "or a picture a clip (.png .svg)",
    )
    parser.add_argument("--performer", metavar="NAME", help="who moves: a performer whom --reference knows")
    add_performers_option(parser)
    parser.add_argument(
        "--baseline", metavar="CLIP", help="a neutral clip of the person who moves, with which the others are compared"
    )
    add_stdin_option(parser)
    add_video_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Explains the clips; the exit status is 1 if one could not be read.

    Raises:
        ValueError: If the suffix of `--report` is not one of a report, or standard input cannot be used.
    """
    if args.performers_from and not (args.reference or args.adapted):
        raise ValueError("--performers-from is for clips that are compared with a --reference, see eai-llm calibrate.")
    if args.performers_from and (args.performer or args.baseline):
        raise ValueError("--performer and --baseline are of one person for all clips; give them or --performers-from.")
    with with_stdin(args.clips, args.format_in) as paths:
        found = list(find_clips(paths, videos=True))
        check_video_options(args, found)
        if not any(map(is_video, found)):
            return _explain(args, [as_input(path) for path in found], {}, {})
        with tempfile.TemporaryDirectory(prefix="eai-llm-poses-") as folder:
            videos = {place: path for place, path in enumerate(found) if is_video(path)}
            return _explain(args, *with_poses(found, Path(folder), args.save_pose), videos)


def _explain(
    args: argparse.Namespace,
    clips: list[str | dict[str, Any]],
    failed_videos: dict[int, ValueError],
    videos: dict[int, str],
) -> int:
    """Explains the clips.

    Args:
        args: The options.
        clips: Clips as the pipeline takes them.
        failed_videos: What went wrong with videos, by place among the clips.
        videos: The path of each video, by place.
    """
    from torch.utils.data import Subset
    from tqdm import tqdm

    from eai_llm_hf.processing.feature_extraction_eai_llm import source_of
    from eai_llm_hf.processing.record import error_record

    from ..report.report_writing import Report, open_report, report_path

    if args.report:
        report_path(args.report)  # a wrong suffix is refused before the model is loaded

    clips = with_performers(clips, args.performers_from)
    pipe = load_quietly(args.model)
    options = given_options(args, _OPTIONS)
    failed = 0
    readable = [clip for place, clip in enumerate(clips) if place not in failed_videos]
    # With a dataset the pipeline streams: each record is printed as soon as it is ready. Its length is known, so the
    # pipeline reads all clips first, and what nearly all of them share is no reason.
    results = iter(())
    if readable:
        dataset: Any = Subset(readable, range(len(readable)))
        results = iter(pipe(dataset, batch_size=min(args.batch_size, len(readable)), **options))
    bar = tqdm(clips, unit="clip", disable=len(clips) < 2 or not sys.stderr.isatty())
    with contextlib.ExitStack() as stack:
        report: Report | None = stack.enter_context(open_report(args.report, len(clips))) if args.report else None
        for place, clip in enumerate(bar):
            error = failed_videos.get(place)
            result = next(results) if error is None else error_record(source_of(clip), error)
            records = result if isinstance(result, list) else [result]
            for number, record in enumerate(records, start=1):
                failed += "error" in record
                who = f", person {number} of {len(records)}" if len(records) > 1 else ""
                print(json.dumps(record) if args.format == "json" else as_text(record, who), flush=True)
            if report:
                read = "error" not in records[0]
                people = list(pipe.feature_extractor.clips(clip, args.fps, args.layout)) if read else []
                report.add(records, people, videos.get(place))
    for path in report.written if report else []:
        print(f"report: {path}", file=sys.stderr)
    return 1 if failed else 0


def as_text(record: dict, who: str = "") -> str:
    """A record for people; `who` says which person of the recording it is about."""
    from ..report.record_view import change_words, compared_words, explained_window, side_of_rows, verdict

    if "error" in record:
        return f"{record['source']}\n  could not be read: {record['error']['message']}\n"
    lines = [record["source"] + who, f"  {record['label']} ({record['score']:.0%})"]
    if changes := change_words(record):
        lines += textwrap.wrap(changes, 96, initial_indent="  ", subsequent_indent="  ")
    for label, score in record["scores"].items():
        lines.append(f"    {label:<16} {score:6.1%}  {'#' * round(30 * score)}")
    if len(record["scores"]) > 1:
        (_, first), (second, score) = list(record["scores"].items())[:2]
        close = ": the two are close, and it may be either" if score >= CLOSE * first else ""
        lines.append(f"  The next most likely is {second} ({score:.0%}){close}.")
    lines += _certainty_text(record.get("certainty") or {})
    if len(record["segments"]) > 1 and record["evidence"]:
        start, end = explained_window(record)
        lines.append(f"  Text and measurements are about {start:.1f} to {end:.1f} s of the recording:")
    lines += textwrap.wrap(record["explanation"], 96, initial_indent="  ", subsequent_indent="  ")
    if "attribution" in record:
        lines.append(_attribution_text(record["attribution"]))
    side_of = side_of_rows(record)
    of_others = {
        reason["evidence"]: f", {reason['relation']} {reason['emotion']}"
        for reason in record.get("reasons", ())
        if reason["emotion"] != record["label"]
    }
    if record["evidence"]:
        told = ", ".join(
            f"{sign} {side} {record['label']}" for side, sign in _SIGNS.items() if side in side_of.values()
        )
        lines.append(f"  measured ({told}):" if told else "  measured:")
    for row, item in enumerate(record["evidence"]):
        value = value_with_unit(item["value"], item["unit"])
        place = "" if item["percentile"] is None else f", percentile {item['percentile']:.0f}"
        place += compared_words(item)
        sign = _SIGNS[side_of[row]] if row in side_of else " "
        holds = "" if item["holds"] else f"; {verdict(item)}"
        lines.append(
            f"    {sign} {item['claim']} ({item['descriptor']} {value}{place}{holds}){of_others.get(row, '')}"
        )
    if len(record["segments"]) > 1:
        lines.append("  over time:")
        for part in record["segments"]:
            lines.append(f"    {part['start_s']:8.1f} to {part['end_s']:.1f} s  {part['label']} ({part['score']:.0%})")
    for note in record.get("notes", []):
        lines += textwrap.wrap(f"note: {note['message']}", 96, initial_indent="  ", subsequent_indent="    ")
    absent: dict[str, list[str]] = {}
    for entry in record.get("not_measured", []):
        absent.setdefault(entry["why"], []).append(entry["descriptor"])
    for why, names in absent.items():
        text = f"not measured, because {why}: {', '.join(names)}"
        lines += textwrap.wrap(text, 96, initial_indent="  ", subsequent_indent="    ")
    missing = record["skeleton"]["missing_joints"]
    if missing:
        lines.append(f"  missing joints: {', '.join(missing)}")
    return "\n".join(lines) + "\n"


def _certainty_text(certainty: dict) -> list[str]:
    """How sure the label is, where that was measured or something speaks against it."""
    if certainty.get("level") is None:
        return []
    from eai_llm_hf.processing.certainty import sure_sentences

    return textwrap.wrap(" ".join(sure_sentences(certainty)), 96, initial_indent="  ", subsequent_indent="  ")


def _attribution_text(attribution: dict) -> str:
    """What the probability of the label is when each body part is occluded."""
    found = zip(attribution["parts"], attribution["per_part"], strict=True)
    without = ", ".join(f"{part} {max(0.0, attribution['probability'] - drop):.0%}" for part, drop in found)
    label, whole = attribution["label"], attribution["probability"]
    words = f"The probability of {label} is {whole:.0%}; with a body part occluded it is: {without}."
    return textwrap.fill(words, 96, initial_indent="  ", subsequent_indent="  ")
