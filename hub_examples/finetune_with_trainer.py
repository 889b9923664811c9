"""Trains a model with the `Trainer`: skeleton-language alignment, then question answering with LoRA.

    python hub_examples/finetune_with_trainer.py --output_dir runs/mine --corpora studies:2400 folder=clips/
    python hub_examples/finetune_with_trainer.py recipe.yaml --seed 3
    torchrun --nproc-per-node 2 hub_examples/finetune_with_trainer.py generator --output_dir runs/mine --use_cpu

A recipe is a YAML or JSON file, or the name of a recipe in the package; options override it. A corpus is the built-in
generator, one of the Bandai-Namco sets, or a folder with a sub-folder for each label. `--model` starts from a
checkpoint, `--backbone` chooses the language model of a new one, and `--help` lists the rest. An interrupted run
resumes when it is started again.
"""

import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from accelerate import PartialState
from transformers import HfArgumentParser

from eai_llm_hf.publish.export import export
from eai_llm_hf.publish.licences import licence_of_recipe
from eai_llm_hf.training.recipe import train
from eai_llm_hf.training.recipe_files import read_settings
from eai_llm_hf.training.settings import Recipe


@dataclass
class HubArguments:
    """Whether and how the result is uploaded."""

    push_to: str | None = field(default=None, metadata={"help": "upload the checkpoint as this Hub repository"})
    private: bool = field(default=False, metadata={"help": "make that repository private"})
    license: str | None = field(default=None, metadata={"help": "licence of the weights, such as cc-by-4.0"})


def parse(flags: list[str]) -> tuple[Recipe, HubArguments]:
    parser = HfArgumentParser((Recipe, HubArguments))
    if flags and not flags[0].startswith("-"):
        settings = read_settings(flags.pop(0), Recipe, HubArguments)
        if "output_dir" in settings:  # the parser requires it as an option
            flags = ["--output_dir", settings.pop("output_dir"), *flags]
        parser.set_defaults(**settings)
    return parser.parse_args_into_dataclasses(flags)


def main() -> None:
    recipe, hub = parse(sys.argv[1:])
    if hub.push_to:  # a corpus that forbids the upload is noticed before the training
        licence_of_recipe(recipe.corpora, recipe.model, hub.license).to_push()
    # Both stages are plain `Trainer` runs, see eai_llm_hf/training/recipe.py. With torchrun every process runs this.
    folder = train(recipe)

    if PartialState().is_main_process:
        print(folder)
        if hub.push_to:
            with tempfile.TemporaryDirectory() as whole:
                export(folder, Path(whole), license=hub.license, push_to=hub.push_to, private=hub.private)


if __name__ == "__main__":
    main()
