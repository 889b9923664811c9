"""`eai-llm annotate`: the records of many clips as Parquet; an interrupted run continues where it was."""

import argparse
import sys

from .common import add_command, add_explaining_options, given_options
from .videos import add_pose_model_option, use_pose_model

_EXAMPLES = """examples:
  eai-llm annotate recordings/ -o annotated/ --label-only
  eai-llm annotate study.csv -o annotated/ --reference ours.json
  eai-llm annotate prepared/ -o annotated/ --candidate-labels calm tense
  eai-llm annotate hub=USER/NAME -o annotated/ --model generator
  eai-llm annotate recordings/ -o annotated/ --engine ray --address auto
The same command after an interruption continues where it was.
"""

_OPTIONS = (
    *("candidate_labels", "question", "label_only", "window_s", "hop_s", "reference", "adapted", "verify"),
    *("attribution", "fps", "layout", "max_new_tokens"),
)
"""Arguments that the command passes to the pipeline, under the same names."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = add_command(
        subparsers,
        "annotate",
        help="the records of many clips as Parquet",
        description="Writes the records of many clips as Parquet files. A clip that cannot be read or explained is "
        "a row with its error. An interrupted run loses no finished file: the same command continues it.",
        examples=_EXAMPLES,
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a folder of recordings and videos; a manifest (.csv or .jsonl) with the column path and, if known, fps, "
        "layout and performer; Parquet with the column joints, a file or a folder, such as one of eai-llm data "
        "prepare; or hub=USER/NAME",
    )
    parser.add_argument(
        "-o", "--output-dir", required=True, metavar="DIR", help="folder to write: new, or that of an earlier run"
    )
    add_explaining_options(parser)
    parser.add_argument(
        "--shard-size", type=int, default=256, metavar="N", help="clips of a Parquet file (default 256)"
    )
    parser.add_argument(
        "--num-workers",
        type=int,
        default=2,
        metavar="N",
        help="processes that read clips while the model computes in another one (default 2); with 0 one process does "
        "all, and a clip that crashes it ends the run",
    )
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="local: the model computes on this machine (default); ray: on a Ray cluster, with the same shards",
    )
    parser.add_argument(
        "--address",
        metavar="HOST:PORT",
        help="with --engine ray: the cluster, or auto for that of this machine (default: Ray on this machine alone)",
    )
    parser.add_argument(
        "--actors",
        type=int,
        metavar="N",
        help="with --engine ray: processes with a model (default: as many as its GPUs hold, or else its cores)",
    )
    add_pose_model_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Annotates the clips; those that could not be read or explained are rows with an error and do not make it fail.

    Raises:
        ImportError: As `annotate`.
        OSError: As `annotate`.
        ValueError: As `annotate`; also if there is no such pose model.
    """
    from transformers.utils import logging

    from ..annotation import annotate

    use_pose_model(args.pose_model)
    logging.disable_progress_bar()
    made = annotate(
        args.source,
        args.output_dir,
        args.model,
        batch_size=args.batch_size,
        shard_size=args.shard_size,
        num_workers=args.num_workers,
        engine=args.engine,
        address=args.address,
        actors=args.actors,
        **given_options(args, _OPTIONS),
    )
    print(f"{made.clips} clips, {made.rows} rows in {args.output_dir}")
    print(f'to load      datasets.load_dataset("{args.output_dir}")')
    if made.failed:
        clips = "clip" if made.failed == 1 else "clips"
        print(f"{made.failed} {clips} could not be read or explained; the column error says why", file=sys.stderr)
    return 0
