"""`eai-llm adapt`: learns labels from a few labelled clips, for `explain --adapted`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .common import MODEL_HELP, add_command, load_quietly
from .performers import add_performers_option, doubts, with_performers

if TYPE_CHECKING:
    from eai_llm_hf.corpora.schema import CorpusFile, LeftOut
    from eai_llm_hf.processing.adaptation import AdaptedLabels

TABLES = (".csv", ".jsonl")

NOBODY = "none"
"""Value of `--performers-from` which says that the folders below the labels are no performers."""

SHOWN_PERFORMERS = 8

_EXAMPLES = """examples:
  eai-llm adapt study/ -o mine/                                 (study/sad/anna/walk1.bvh, study/proud/ben/...)
  eai-llm adapt study/ --performers-from '(S\\d+)_' -o mine/      (study/sad/S01_walk.bvh, ...)
  eai-llm adapt study.csv -o mine/                              (columns path and label, if known performer)
  eai-llm explain study/new/anna/walk9.bvh --adapted mine/ --performer anna

Sub-folders that occur under several labels are performers; --performers-from none says that they are not.
Four clips of each label from three people or more are a start. Name the performers where you know them: each clip is
then compared with others of the same person, and the accuracy on people that were left out is measured.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = add_command(
        subparsers,
        "adapt",
        help="learn labels of your own, from a few labelled clips",
        description="Learns labels from labelled clips in seconds, and says how well they are told apart on people "
        "that were left out. With --adapted, explain chooses among these labels.",
        examples=_EXAMPLES,
    )
    parser.add_argument(
        "clips",
        metavar="FOLDER|TABLE",
        help="a folder whose sub-folders are the labels, with a sub-folder for each performer in them if known; or a "
        f"table ({' '.join(TABLES)}) with the columns path and label, if known also performer, fps and layout",
    )
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER", help="the folder to write")
    parser.add_argument("--model", help=f"{MODEL_HELP}; the labels are for this checkpoint")
    parser.add_argument(
        "--reference",
        metavar="FILE.json",
        help="typical values, as written by eai-llm calibrate, in place of what the clips have in common",
    )
    add_performers_option(parser)
    parser.add_argument("--fps", type=float, help="frame rate of files that do not contain it, in frames/s")
    parser.add_argument(
        "--layout",
        help="rig of files without joint names, such as kinect_v2_25, or the path of a rig file (.json)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Writes what was learned. Clips that cannot be read are left out, with a warning.

    Raises:
        ValueError: If there are not two labels with a clip that can be read, or the performers cannot be found.
        FileNotFoundError: If there is no such folder or table.
    """
    from tqdm import tqdm

    place, output = Path(args.clips), Path(args.output)
    if output.exists() and not output.is_dir():
        raise ValueError(f"{output} is a file; expected a folder to write.")
    if not place.exists():
        raise FileNotFoundError(f"There is no folder or table {place}.")
    pipe = load_quietly(args.model)
    files, left_out = _found(place, args.performers_from)
    labelled = [file for file in files if file.label]
    named_by = None if args.performers_from == NOBODY else args.performers_from
    clips = with_performers([_as_input(file) for file in labelled], named_by)
    for each in left_out:
        print(f"left out: {each}", file=sys.stderr)
    if len(labelled) < len(files):
        print(f"{len(files) - len(labelled)} rows without a label are left out", file=sys.stderr)
    performers = [clip["performer"] for clip in clips if isinstance(clip, dict) and clip.get("performer")]
    if named_by is None:
        for text in doubts(performers, str(place)):
            print(text, file=sys.stderr)
    shown = tqdm(clips, unit="clip", disable=len(clips) < 2 or not sys.stderr.isatty())
    labels = [str(file.label) for file in labelled]
    adapted = pipe.adapt(shown, labels, reference=args.reference, fps=args.fps, layout=args.layout)
    adapted.save(output)
    print(output)
    print(summary(adapted, sorted(set(performers))), file=sys.stderr)
    return 0


def _found(place: Path, performers_from: str | None) -> "tuple[list[CorpusFile], list[LeftOut]]":
    """The files of a folder or a table, labelled in the user's words: clips can tell joy from elation."""
    from ..corpora.folders import NO_PERFORMERS, find_folders
    from ..corpora.manifest import find_manifest

    if place.is_dir():
        return find_folders(place, None if performers_from is None else NO_PERFORMERS, "--performers-from", str)
    return find_manifest(place, str)


def _as_input(file: "CorpusFile") -> dict[str, Any]:
    """A file as the pipeline takes it."""
    known = {"performer": file.performer, "fps": file.fps, "layout": file.layout}
    return {"path": str(file.path), "source": str(file.path)} | {
        name: value for name, value in known.items() if value is not None
    }


def summary(adapted: "AdaptedLabels", performers: list[str]) -> str:
    """What was learned and how well, as text.

    Args:
        adapted: What was learned.
        performers: Their names, sorted.
    """
    from eai_llm_hf.processing.adaptation import score_sentences

    score = adapted.score
    left_out = f", {score['left_out']} could not be read" if score["left_out"] else ""
    lines = [f"{len(adapted.labels)} labels ({', '.join(adapted.labels)}) from {score['clips']} clips{left_out}"]
    if performers:
        more = len(performers) - SHOWN_PERFORMERS
        shown = ", ".join(performers[:SHOWN_PERFORMERS]) + (f" and {more} more" if more > 0 else "")
        lines.append(f"{len(performers)} performers: {shown}")
    lines += score_sentences(score)
    if score["relative_to_performer"]:
        lines.append("Clips were compared with others of the same performer: name the performer to explain as well.")
    return "\n".join(lines)


__all__ = ["register", "run", "summary"]
