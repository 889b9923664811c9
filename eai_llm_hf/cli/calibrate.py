"""`eai-llm calibrate`: learns typical values from your own recordings, for `explain --reference`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..publish.checkpoints import find_checkpoint
from .clips import CLIPS_HELP, as_input, find_clips, with_stdin
from .common import MODEL_HELP, add_command, add_recording_options, value_with_unit
from .performers import add_performers_option, with_performers

if TYPE_CHECKING:
    from eai_llm_hf.processing.descriptors.reference import MotionReference

FEW_CLIPS = 5
"""With fewer clips, the checkpoint's reference outweighs them."""

SHOWN_DESCRIPTORS, SHOWN_PERFORMERS = 5, 8

_EXAMPLES = """examples:
  eai-llm calibrate recordings/ -o ours.json
  eai-llm explain new.bvh --reference ours.json
  eai-llm calibrate study/ --performers-from folder -o ours.json        (study/anna/walk1.bvh, study/ben/...)
  eai-llm explain study/anna/walk9.bvh --reference ours.json --performer anna

The clips need no labels, but their emotions should be mixed, as in the recordings to come.
If all of them are sad, sad becomes typical, and the next sad clip will not look sad.
Two or three other clips of the same person help most, so name the performers where you know them.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = add_command(
        subparsers,
        "calibrate",
        help="learn what is typical of your recordings, from a few of them",
        description="Writes a reference: the values that are typical of recordings with your rig, room and task. With "
        "--reference, explain compares each clip with it.",
        examples=_EXAMPLES,
    )
    parser.add_argument("clips", nargs="+", metavar="CLIP", help=f"{CLIPS_HELP}; 5 to 20 are best")
    parser.add_argument("-o", "--output", required=True, metavar="FILE.json", help="the reference to write")
    parser.add_argument("--model", help=f"{MODEL_HELP}; the reference is for this checkpoint")
    add_performers_option(parser)
    add_recording_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Writes the reference. Clips that cannot be read are left out, with a warning.

    Raises:
        ValueError: If no clip can be read, standard input cannot be used, or the checkpoint has no reference to start
            from.
        FileNotFoundError: If the folder for the reference does not exist; this is checked before clips are read.
    """
    with with_stdin(args.clips, args.format_in) as paths:
        clips = [as_input(path) for path in find_clips(paths)]
        return _calibrate(args, with_performers(clips, args.performers_from))


def _calibrate(args: argparse.Namespace, clips: list[str | dict[str, Any]]) -> int:
    from tqdm import tqdm

    from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor

    output = Path(args.output)
    if not output.resolve().parent.is_dir():
        raise FileNotFoundError(f"There is no folder {output.parent} for {output.name}.")
    extractor = EaiSkeletonFeatureExtractor.from_pretrained(find_checkpoint(args.model))
    before = extractor.motion_reference()
    shown = tqdm(clips, unit="clip", disable=len(clips) < 2 or not sys.stderr.isatty())
    reference = extractor.calibrate(shown, fps=args.fps, layout=args.layout)
    reference.save(output)
    print(output)
    assert before is not None  # calibrate raises an error without it
    print(summary(before, reference, len(clips)), file=sys.stderr)
    return 0


def summary(before: "MotionReference", after: "MotionReference", files: int) -> str:
    """What a calibration changed, as text.

    Args:
        before: The checkpoint's reference.
        after: The calibrated one.
        files: Number of clips that were given.
    """
    from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS
    from eai_llm_hf.processing.descriptors.reference_statistics import weight_of

    lines = [f"{_clips(after.clips)} of {files} files" if after.clips != files else _clips(files)]
    moves = abs(after.location - before.location)
    order = sorted((index for index in range(len(DESCRIPTORS)) if moves[index] > 0), key=lambda index: -moves[index])
    if order:
        lines[0] += "; the typical values that changed most:"
    for index in order[:SHOWN_DESCRIPTORS]:
        entry = DESCRIPTORS[index]
        here, elsewhere = (value_with_unit(float(ref.typical[index]), entry.unit) for ref in (after, before))
        lines.append(f"  {entry.name.replace('_', ' ')}: typical here {here}, elsewhere {elsewhere}")
    if after.clips < FEW_CLIPS and not after.performers:
        lines.append(
            f"{_clips(after.clips)} are few: their weight is {weight_of(after.clips):.0%}, the rest is the "
            f"checkpoint's reference. Use {FEW_CLIPS} or more."
        )
    if before.manner is None:
        lines.append(
            "This checkpoint was trained without references: percentiles and claims change, its labels hardly."
        )
    if after.performers:
        people = f"{len(after.performers)} performer" + ("s" if len(after.performers) != 1 else "")
        lines.append(f"{people}: {', '.join(_with_counts(after))}")
    lines.append("What all clips share now counts as typical, so their emotions should be mixed.")
    return "\n".join(lines)


def _with_counts(reference: "MotionReference") -> list[str]:
    """Performers with the number of their clips, the first of them."""
    counts = [f"{name} ({_clips(values.clips)})" for name, values in sorted(reference.performers.items())]
    more = len(counts) - SHOWN_PERFORMERS
    return counts[:SHOWN_PERFORMERS] + ([f"and {more} more"] if more > 0 else [])


def _clips(number: int) -> str:
    return f"{number} clip" + ("s" if number != 1 else "")
