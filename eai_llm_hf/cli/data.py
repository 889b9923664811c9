"""`eai-llm data`: the known rigs, what is found in a recording, and corpora as datasets."""

import argparse
import json
import sys
from pathlib import Path

from .clips import CLIPS_HELP, VIDEOS_HELP, find_clips, name_of, with_stdin
from .common import add_command, add_format_option, add_recording_options
from .videos import add_pose_model_option, use_pose_model

_RIGS = """
  eai-llm data rigs                                      the known rigs
  eai-llm data rigs kinect_v2_25                         the joints of a rig and how they are mapped
"""
_INSPECT = """
  eai-llm data inspect walk.bvh                          which joints were matched, how and why
  eai-llm data inspect recordings/ --format json         one JSON object a line for each person
  eai-llm data inspect mine.npz --layout my_rig.json     a rig of your own
  eai-llm data inspect - --format-in bvh < walk.bvh      a recording on standard input
"""
_PREPARE = """
  eai-llm data prepare generated:2000 --out made         a corpus as Parquet files with a dataset card
  eai-llm data prepare bandai1 --root bandai1/data --out bandai1-prepared
"""

_SHOWN = 10
"""Files that could not be read, of those that `prepare` lists on stderr."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = add_command(
        subparsers,
        "data",
        help="known rigs, what is found in a recording, corpora as datasets",
        description="Shows how recordings are read, without a model, and writes corpora as Hugging Face datasets.",
        examples="examples:" + "".join(examples.rstrip() for examples in (_RIGS, _INSPECT, _PREPARE)),
    )
    actions = parser.add_subparsers(dest="action", metavar="rigs|inspect|prepare", required=True)

    rigs = _add_action(actions, "rigs", "show the known rigs, or the joints of one and how they are mapped", _RIGS)
    rigs.add_argument("name", nargs="?", metavar="NAME", help="a known rig, or the path of a rig file (.json)")
    add_format_option(rigs, "one JSON object a line for each rig")
    rigs.set_defaults(run=run_rigs)

    inspect = _add_action(
        actions, "inspect", "show which joints were matched and how, and why axes and unit were chosen", _INSPECT
    )
    inspect.add_argument("files", nargs="+", metavar="FILE", help=CLIPS_HELP + VIDEOS_HELP)
    add_recording_options(inspect)
    add_pose_model_option(inspect)
    add_format_option(inspect, "one JSON object a line for each person")
    inspect.set_defaults(run=run_inspect)

    prepare = _add_action(
        actions, "prepare", "write a corpus as Parquet with typed features, a dataset card and a fingerprint", _PREPARE
    )
    prepare.add_argument(
        "corpus", metavar="CORPUS", help="studies[:CLIPS], generated[:CLIPS], or a corpus with --root"
    )
    prepare.add_argument("--root", metavar="DIR", help="folder of the corpus; of a manifest, the file itself")
    prepare.add_argument("--out", metavar="DIR", required=True, help="folder to write: new, or an earlier preparation")
    prepare.add_argument("--seed", type=int, default=0, help="seed of the generated corpus (default 0)")
    prepare.add_argument(
        "--performer-pattern",
        metavar="PATTERN",
        help=r"for the corpus 'folder': a regular expression with a group 'performer', searched in the path of each "
        r"file below DIR, such as '(?P<performer>S\d+)_' for calm/S03_walk.bvh; or 'none'",
    )
    prepare.add_argument("--push-to-hub", metavar="USER/NAME", help="also upload it; a new repository is private")
    prepare.set_defaults(run=run_prepare)


def _add_action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str, examples: str
) -> argparse.ArgumentParser:
    return add_command(
        actions, name, help=text, description=f"{text[0].upper()}{text[1:]}.", examples=f"examples:{examples}"
    )


def run_rigs(args: argparse.Namespace) -> int:
    """Prints the known rigs, or one rig.

    Raises:
        ValueError: If the rig is not known, or the file is not a rig file.
    """
    from eai_llm_hf.processing.reading.smpl import AXIS_ANGLE
    from eai_llm_hf.processing.skeleton.rig_files import load_rigs, read_rig

    from ..corpora.inspection import ABOUT_ROTATIONS, missing_in, rig_as_text, rigs_as_table

    rigs = load_rigs()
    if args.name is not None and args.name.lower().endswith(".json"):
        rigs = {args.name: read_rig(args.name)}
    elif args.name is not None:
        if args.name not in rigs:
            if args.name == AXIS_ANGLE:
                raise ValueError(ABOUT_ROTATIONS)
            raise ValueError(
                f"There is no rig '{args.name}'; known are {', '.join(sorted(rigs))}. A rig of your own is the path "
                "of a .json file."
            )
        rigs = {args.name: rigs[args.name]}
    if args.format == "json":
        for rig in rigs.values():
            print(json.dumps({**rig, "missing": missing_in(rig)}))
    elif args.name is not None:
        print(rig_as_text(rigs[args.name]))
    else:
        print(rigs_as_table(rigs))
    return 0


def run_inspect(args: argparse.Namespace) -> int:
    """Prints what is found in each file; the exit status is 1 if one could not be read.

    Raises:
        ValueError: If the layout is not a rig file, the pose model is missing, a folder has no motion file, or
            standard input cannot be used.
    """
    from eai_llm_hf.processing.skeleton.rig_files import read_rig

    from ..corpora.inspection import finding_as_text, inspect_file

    if args.layout is not None and args.layout.lower().endswith(".json"):
        read_rig(args.layout)  # so that its mistakes are reported once, not for each file
    use_pose_model(args.pose_model)
    failed = 0
    with with_stdin(args.files, args.format_in) as paths:
        for path in list(find_clips(paths, videos=True)):
            for finding in inspect_file(path, args.layout, args.fps):
                failed += "error" in finding
                finding["source"] = name_of(path)
                print(json.dumps(finding) if args.format == "json" else finding_as_text(finding), flush=True)
    return 1 if failed else 0


def run_prepare(args: argparse.Namespace) -> int:
    """Prepares a corpus and prints a summary. Files that cannot be read are listed and do not make it fail.

    Raises:
        ValueError: If the corpus is not found, none of its files can be read, or the folder cannot be written.
    """
    from ..corpora import prepare_corpus

    spec = args.corpus if args.root is None else f"{args.corpus}={args.root}"
    made = prepare_corpus(spec, Path(args.out), args.seed, args.push_to_hub, args.performer_pattern)
    print(f"{made.rows} clips in {args.out}")
    print(f"fingerprint  {made.fingerprint}")
    print(f'to load      load_corpus("prepared={args.out}"), or datasets.load_dataset("{args.out}")')
    if args.push_to_hub:
        print(f"on the Hub   {args.push_to_hub}")
    if made.broken:
        listed = next(made.folder.glob("broken*"), made.folder)
        print(f"{len(made.broken)} files could not be read; all are listed in {listed}:", file=sys.stderr)
        for file, message in made.broken[:_SHOWN]:
            print(f"  {file}: {message}", file=sys.stderr)
        if len(made.broken) > _SHOWN:
            print(f"  and {len(made.broken) - _SHOWN} more", file=sys.stderr)
    return 0
