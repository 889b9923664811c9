"""`eai-llm render`: draws clips; the paths of the pictures go to stdout, everything else to stderr."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from .clips import CLIPS_HELP, find_clips, name_of, with_stdin
from .common import add_command, add_recording_options

_EXAMPLES = """examples:
  eai-llm render walk.bvh -o walk.png                a picture: stick figures over time
  eai-llm render walk.bvh -o walk.svg --steps 12     more figures, as a vector graphic
  eai-llm render recordings/ -o pictures/ --animate  a .png and a .gif for each clip of a folder
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = add_command(
        subparsers,
        "render",
        help="draw clips as stick figures over time",
        description="Draws each clip as a row of stick figures over time, and with --animate also as a GIF. The "
        "figures are the unified skeleton, which the model sees.",
        examples=_EXAMPLES,
    )
    parser.add_argument("clips", nargs="+", metavar="CLIP", help=CLIPS_HELP)
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="FILE_OR_FOLDER",
        help="for one clip, a picture to write (.png .pdf .svg); otherwise a folder, which gets a .png for each clip",
    )
    parser.add_argument("--steps", type=int, default=8, metavar="N", help="number of figures in a picture (default 8)")
    parser.add_argument("--animate", action="store_true", help="also write a .gif next to each picture")
    add_recording_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Draws the clips; the exit status is 1 if one could not be read or drawn.

    Raises:
        ValueError: If `--steps` is not positive, a single picture is named for several clips, or its suffix is not one
            of a picture; or standard input cannot be used.
    """
    with with_stdin(args.clips, args.format_in) as paths:
        return _render(args, list(find_clips(paths)))


def _render(args: argparse.Namespace, clips: list[str]) -> int:
    from tqdm import tqdm

    from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor

    from ..report.rendering import save_animation, save_strip

    if args.steps < 1:
        raise ValueError(f"--steps must be at least 1, found {args.steps}.")
    names = _picture_paths(clips, Path(args.output))
    extractor = EaiSkeletonFeatureExtractor()
    failed = 0
    bar = tqdm(clips, unit="clip", file=sys.stderr, disable=len(clips) < 2 or not sys.stderr.isatty())
    for source, picture in zip(bar, names, strict=True):
        try:
            people = extractor.clips(source, args.fps, args.layout)
            for number, clip in enumerate(people, start=1):
                target, title = picture, Path(source).name
                if len(people) > 1:
                    target, title = picture.with_stem(f"{picture.stem}-{number}"), f"{title}, person {number}"
                save_strip(clip, target, args.steps, title)
                written = [target]
                if args.animate:
                    written.append(target.with_suffix(".gif"))
                    save_animation(clip, written[-1], title)
                for path in written:
                    tqdm.write(str(path), file=sys.stdout)
        except (OSError, ValueError) as error:
            failed += 1
            tqdm.write(f"eai-llm: {_message(name_of(source), error)}", file=sys.stderr)
    return 1 if failed else 0


def _picture_paths(clips: list[str], output: Path) -> Iterator[Path]:
    """The path of each clip's picture; clips of the same name in several folders are numbered.

    Raises:
        ValueError: If `output` is the path of a file and no picture can be written to it.
    """
    from ..report.picture_page import picture_path

    if output.suffix and not output.is_dir():
        picture = picture_path(output)
        if len(clips) > 1:
            raise ValueError(f"-o {output} names one picture for {len(clips)} clips; give a folder.")
        return iter([picture])
    taken: set[str] = set()
    paths = []
    for clip in clips:
        stem, number = Path(clip).stem, 2
        while stem in taken:
            stem, number = f"{Path(clip).stem}_{number}", number + 1
        taken.add(stem)
        paths.append(output / f"{stem}.png")
    return iter(paths)


def _message(source: str, error: Exception) -> str:
    """The error message of a file, with its name once and in front."""
    text = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    for name in (source, Path(source).name):
        text = text.removeprefix(f"{name}: ")
    return f"{source}: {text}"
