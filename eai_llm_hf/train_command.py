"""`eai-llm train`: the recipe from the command line, every field of it a flag."""

import argparse
import contextlib
import dataclasses
import sys
import typing

_EPILOG = """example:
  eai-llm train --output-dir runs/mine --corpora folder=clips/ --labels calm tense   a sub-folder a label
  eai-llm train --output-dir runs/more --corpora folder=clips/ --labels calm tense --model default
  eai-llm train --output-dir runs/joint --corpora generated:2000 bandai1=bandai1/data
  torchrun --nproc-per-node 2 -m eai_llm_hf train --output-dir runs/two   two processes

The command goes on where an interrupted run in the same folder stopped.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = subparsers.add_parser(
        "train",
        help="train a model: skeleton-language alignment, then question answering with LoRA",
        description="Trains by the two-stage recipe and writes OUTPUT_DIR/checkpoint, which every command and "
        "from_pretrained read.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    from .training.settings import Recipe

    for setting in dataclasses.fields(Recipe):
        name = "--" + setting.name.replace("_", "-")
        options: dict = {"dest": setting.name, "help": setting.metadata["help"]}
        kind = typing.get_args(setting.type)[0] if typing.get_args(setting.type) else setting.type
        if setting.default is dataclasses.MISSING and setting.default_factory is dataclasses.MISSING:
            options["required"] = True
        if kind is bool:
            options["action"] = "store_true"
        elif setting.default_factory is not dataclasses.MISSING:
            options |= {"nargs": "*", "metavar": "NAME", "default": setting.default_factory()}
        else:
            options |= {"type": kind, "default": None if options.get("required") else setting.default}
        default = options.get("default")
        if default not in (None, dataclasses.MISSING) and kind is not bool:
            shown = " ".join(default) if isinstance(default, list) else default
            options["help"] += f" (default {shown})".replace("%", "%%")
        parser.add_argument(name, **options)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Trains and says where the result lies."""
    from .training.recipe import train
    from .training.settings import Recipe

    recipe = Recipe(**{field.name: getattr(args, field.name) for field in dataclasses.fields(Recipe)})
    with contextlib.redirect_stdout(sys.stderr):  # the Trainer logs there; stdout is for the result
        folder = train(recipe)
    print(f"{folder}")
    return 0
