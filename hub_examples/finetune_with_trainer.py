"""Trains a model with the `Trainer`: skeleton-language alignment, then question answering with LoRA.

    python hub_examples/finetune_with_trainer.py --output_dir runs/mine --corpora generated:2000 folder=clips/
    torchrun --nproc-per-node 2 hub_examples/finetune_with_trainer.py --output_dir runs/mine --use_cpu
    python hub_examples/finetune_with_trainer.py recipe.json

A corpus is the built-in generator, one of the Bandai-Namco sets or a folder with a sub-folder a label. `--model`
starts from a checkpoint, `--backbone` chooses the language model of a new one, `--help` lists the rest. A run that was
interrupted goes on where it stopped when it is started again.
"""

import sys
from dataclasses import dataclass, field

from accelerate import PartialState
from transformers import HfArgumentParser

from eai_llm_hf import EaiLlmForCausalLM, EaiSkeletonProcessor
from eai_llm_hf.training.recipe import train
from eai_llm_hf.training.settings import Recipe


@dataclass
class HubArguments:
    """What happens to the result."""

    push_to: str | None = field(default=None, metadata={"help": "upload the checkpoint as this Hub repository"})
    private: bool = field(default=False, metadata={"help": "make that repository private"})


def main() -> None:
    parser = HfArgumentParser((Recipe, HubArguments))
    if len(sys.argv) == 2 and sys.argv[1].endswith(".json"):
        recipe, hub = parser.parse_json_file(sys.argv[1])
    else:
        recipe, hub = parser.parse_args_into_dataclasses()

    # Both stages are plain `Trainer` runs, see eai_llm_hf/training/recipe.py; under torchrun every process comes here.
    folder = train(recipe)

    if PartialState().is_main_process:
        print(folder)
        if hub.push_to:
            EaiLlmForCausalLM.from_pretrained(folder).push_to_hub(hub.push_to, private=hub.private)
            EaiSkeletonProcessor.from_pretrained(folder).push_to_hub(hub.push_to, private=hub.private)


if __name__ == "__main__":
    main()
