"""`eai-llm train`: trains by a recipe from a file, from the command line or both. Each setting has an option."""

import argparse
import contextlib
import dataclasses
import sys
import typing

from .common import add_command

_EXAMPLES = """examples:
  eai-llm train generator --output-dir runs/generator     a recipe of the package; options override it
  eai-llm train recipe.yaml --seed 3                      your own file, YAML or JSON
  eai-llm train --output-dir runs/mine --corpora folder=clips/ --labels calm tense   a sub-folder for each label
  eai-llm train --output-dir runs/more --corpora folder=clips/ --labels calm tense --model default
  eai-llm train default --output-dir runs/joint --corpora studies:9600 bandai1=FOLDER bandai2=FOLDER
  torchrun --nproc-per-node 2 -m eai_llm_hf train generator --output-dir runs/two   two processes

If a run was interrupted, the same command resumes it.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = add_command(
        subparsers,
        "train",
        help="train a model: skeleton-language alignment, then question answering with LoRA",
        description="Trains in two stages and writes OUTPUT_DIR/checkpoint, which every command and from_pretrained "
        "can load.",
        examples=_EXAMPLES,
    )
    from ..training.recipe_files import shipped_recipes
    from ..training.settings import Recipe

    parser.add_argument(
        "recipe",
        nargs="?",
        metavar="RECIPE",
        help=f"YAML or JSON file, or one of the package: {', '.join(shipped_recipes())}. Options override it",
    )
    for setting in dataclasses.fields(Recipe):
        kind = typing.get_args(setting.type)[0] if typing.get_args(setting.type) else setting.type
        default = setting.default if setting.default_factory is dataclasses.MISSING else setting.default_factory()
        # With SUPPRESS, an option that was not given is absent and does not override the recipe.
        options: dict = {"dest": setting.name, "help": setting.metadata["help"], "default": argparse.SUPPRESS}
        if kind is bool:
            options["action"] = argparse.BooleanOptionalAction
        elif isinstance(default, list):
            options |= {"nargs": "*", "metavar": "NAME"}
        else:
            options |= {"type": kind, "metavar": setting.name.upper()}
        if default not in (None, dataclasses.MISSING) and kind is not bool:
            shown = " ".join(default) if isinstance(default, list) else default
            options["help"] += f" (default {shown})".replace("%", "%%")
        parser.add_argument("--" + setting.name.replace("_", "-"), **options)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Trains, and prints the folder of the result."""
    from accelerate import PartialState

    from ..training.recipe import train
    from ..training.recipe_files import read_settings
    from ..training.settings import Recipe

    settings = read_settings(args.recipe, Recipe) if args.recipe else {}
    settings |= {field.name: vars(args)[field.name] for field in dataclasses.fields(Recipe) if field.name in args}
    if "output_dir" not in settings:
        raise ValueError("No folder for the result: pass --output-dir FOLDER, or set output_dir in the recipe.")
    recipe = Recipe(**settings)
    with contextlib.redirect_stdout(sys.stderr):  # the Trainer logs to stdout, which is for the result
        folder = train(recipe)
    if PartialState().is_main_process:
        print(f"{folder}")
    return 0
