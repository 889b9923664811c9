"""`eai-llm data`: the rigs that are known, what is found in a recording, and corpora written as datasets."""

import argparse
import json
import sys
from pathlib import Path

from .common import add_recording_options, find_clips

_EXAMPLES = """examples:
  eai-llm data rigs                                      the rigs that are known
  eai-llm data rigs kinect_v2_25                         its joints and what they stand for
  eai-llm data inspect walk.bvh                          what was matched, how and why
  eai-llm data inspect recordings/ --format json         one JSON object a person and line
  eai-llm data inspect mine.npz --layout my_rig.json     with a rig of your own
  eai-llm data prepare generated:2000 --out made         a corpus as Parquet, with its card
  eai-llm data prepare bandai1 --root bandai1/data --out bandai1-prepared
"""

_SHOWN = 10


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = subparsers.add_parser(
        "data",
        help="known rigs, what is found in a recording, corpora as datasets",
        description="Looks at recordings before any model does, and writes corpora as Hugging Face datasets.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", metavar="rigs|inspect|prepare", required=True)

    rigs = _action(actions, "rigs", "the known rigs, or the joints of one and what they stand for")
    rigs.add_argument("name", nargs="?", metavar="NAME", help="a known rig, or the path of a rig file (.json)")
    _add_format(rigs, "a JSON object a rig and line")
    rigs.set_defaults(run=run_rigs)

    inspect = _action(actions, "inspect", "what was matched, how, what is missing, and why axes and unit were taken")
    inspect.add_argument("files", nargs="+", metavar="FILE", help="motion files or folders of them")
    add_recording_options(inspect)
    _add_format(inspect, "a JSON object a person and line")
    inspect.set_defaults(run=run_inspect)

    prepare = _action(actions, "prepare", "a corpus as Parquet with typed features, a dataset card and a fingerprint")
    prepare.add_argument("corpus", metavar="CORPUS", help="generated[:CLIPS], or the name of a corpus with --root")
    prepare.add_argument("--root", metavar="DIR", help="where the corpus lies (the file itself for a manifest)")
    prepare.add_argument("--out", metavar="DIR", required=True, help="folder to write, new or an earlier preparation")
    prepare.add_argument("--seed", type=int, default=0, help="of the generated corpus (default 0)")
    prepare.add_argument(
        "--performer-pattern",
        metavar="PATTERN",
        help=r"of corpus 'folder': regular expression with a group 'performer' for a file's path below DIR, such as "
        r"'(?P<performer>S\d+)_' for calm/S03_walk.bvh, or 'none'",
    )
    prepare.add_argument("--push-to-hub", metavar="USER/NAME", help="upload it there, private where that is new")
    prepare.set_defaults(run=run_prepare)


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str
) -> argparse.ArgumentParser:
    return actions.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")


def _add_format(parser: argparse.ArgumentParser, json_help: str) -> None:
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help=f"text to read (default), or {json_help}"
    )


def run_rigs(args: argparse.Namespace) -> int:
    """Prints the known rigs, or one.

    Raises:
        ValueError: If there is no such rig, or the rig file is not one.
    """
    from eai_llm_hf.processing.skeleton.rig_files import load_rigs, read_rig

    from ..corpora.inspection import missing_in, rig_as_text, rigs_as_table

    rigs = load_rigs()
    if args.name is not None and args.name.lower().endswith(".json"):
        rigs = {args.name: read_rig(args.name)}
    elif args.name is not None:
        if args.name not in rigs:
            raise ValueError(
                f"There is no rig '{args.name}'; known are {', '.join(sorted(rigs))}, or give the path of a rig file, "
                "which ends with .json."
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
    """Prints what is found in each file; 1 where one could not be read.

    Raises:
        ValueError: If the rig file is not one, or a folder holds no motion file.
    """
    from eai_llm_hf.processing.skeleton.rig_files import read_rig

    from ..corpora.inspection import finding_as_text, inspect_file

    if args.layout is not None and args.layout.lower().endswith(".json"):
        read_rig(args.layout)  # what is wrong with it is said once and not for each file
    failed = 0
    for path in list(find_clips(args.files)):
        for finding in inspect_file(path, args.layout, args.fps):
            failed += "error" in finding
            print(json.dumps(finding) if args.format == "json" else finding_as_text(finding), flush=True)
    return 1 if failed else 0


def run_prepare(args: argparse.Namespace) -> int:
    """Prepares a corpus and says what came of it; files that could not be read do not make it fail.

    Raises:
        ValueError: If the corpus cannot be found or holds nothing that can be read, or the folder cannot be written.
    """
    from ..corpora import prepare_corpus

    spec = args.corpus if args.root is None else f"{args.corpus}={args.root}"
    made = prepare_corpus(spec, Path(args.out), args.seed, args.push_to_hub, args.performer_pattern)
    print(f"{made.rows} clips in {args.out}")
    print(f"fingerprint  {made.fingerprint}")
    print(f'load it      load_corpus("prepared={args.out}"), or datasets.load_dataset("{args.out}")')
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
