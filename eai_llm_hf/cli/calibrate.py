"""`eai-llm calibrate`: some recordings of your own in, what is ordinary among them out, for `explain --reference`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..publish.checkpoints import find_checkpoint
from .common import add_recording_options, find_clips

if TYPE_CHECKING:
    from eai_llm_hf.processing.descriptors.reference import MotionReference

FEW_CLIPS = 5
"""With fewer, a reference hardly moves."""

SHOWN_DESCRIPTORS = 5

_EPILOG = """example:
  eai-llm calibrate recordings/ -o ours.json
  eai-llm explain new.bvh --reference ours.json

The emotions of the clips need not be known, but take a mixture of what you will record:
if all of them are sad, sad becomes ordinary, and the next sad clip will not look it.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = subparsers.add_parser(
        "calibrate",
        help="learn what is ordinary in your recordings, from a few of them",
        description="Writes a reference that says what is ordinary among recordings of your rig, room and task. "
        "explain --reference then holds each clip against it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("clips", nargs="+", metavar="CLIP", help="motion files or folders of them, best 5 to 20")
    parser.add_argument("-o", "--output", required=True, metavar="FILE.json", help="the reference to write")
    parser.add_argument(
        "--model", help="checkpoint to calibrate for: one of the package (default, generator), a folder or a Hub id"
    )
    add_recording_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Writes the reference, also where some clips had to be left out, which warnings name.

    Raises:
        ValueError: If no clip could be read, or the checkpoint has no reference to start from.
        OSError: If the reference cannot be written, which is found out before clips are read.
    """
    from tqdm import tqdm

    from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor

    clips = list(find_clips(args.clips))
    output = Path(args.output)
    if not output.resolve().parent.is_dir():
        raise FileNotFoundError(f"There is no folder {output.parent} to write {output.name} to.")
    extractor = EaiSkeletonFeatureExtractor.from_pretrained(find_checkpoint(args.model))
    before = extractor.motion_reference()
    shown = tqdm(clips, unit="clip", disable=len(clips) < 2 or not sys.stderr.isatty())
    reference = extractor.calibrate(shown, args.fps, args.layout)
    reference.save(output)
    print(output)
    assert before is not None  # or calibrate would have said so
    print(summary(before, reference, len(clips)), file=sys.stderr)
    return 0


def summary(before: "MotionReference", after: "MotionReference", files: int) -> str:
    """What a calibration changed, for people.

    Args:
        before: The checkpoint's reference.
        after: The calibrated one.
        files: Clips that were given.
    """
    from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS
    from eai_llm_hf.processing.descriptors.reference_statistics import weight_of

    lines = [f"{_clips(after.clips)} of {files} files" if after.clips != files else _clips(files)]
    moves = abs(after.median - before.median) / before.spread
    order = sorted((index for index in range(len(DESCRIPTORS)) if moves[index] > 0), key=lambda index: -moves[index])
    if order:
        lines[0] += "; what is ordinary moved most in"
    for index in order[:SHOWN_DESCRIPTORS]:
        entry = DESCRIPTORS[index]
        unit = "" if entry.unit == "1" else f" {entry.unit}"
        name = entry.name.replace("_", " ")
        lines.append(
            f"  {name}: ordinary here {after.median[index]:.3g}{unit}, elsewhere {before.median[index]:.3g}{unit}"
        )
    if after.clips < FEW_CLIPS:
        lines.append(
            f"{_clips(after.clips)} are few: they count {weight_of(after.clips):.0%} against the checkpoint's "
            f"reference. Take {FEW_CLIPS} or more."
        )
    if before.feature_mean is None:
        lines.append("This checkpoint has no statistics of what its tower reads: percentiles and claims change alone.")
    lines.append("What all clips share now counts as ordinary, so they must be a mixture of what you will record.")
    return "\n".join(lines)


def _clips(number: int) -> str:
    return f"{number} clip" + ("s" if number != 1 else "")
