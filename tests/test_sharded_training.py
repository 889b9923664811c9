"""Stage two under FSDP2: two processes that hold half of each weight learn what one learns, and save a plain model.

Accelerate takes no notice of FSDP on CPUs, though torch can do it there. So the processes of this test call their
group one of GPUs, and everything after that is what Accelerate, PyTorch and the Trainer do on GPUs.
"""

import json
import os
import subprocess
import sys

import pytest
import torch
from test_training import few_crops, logits_of, losses, recipe_of  # noqa: F401  # few_crops is used by pytest

from eai_llm_hf import EaiLlmForCausalLM, EaiSkeletonProcessor
from eai_llm_hf.training.recipe import train
from eai_llm_hf.training.sharding import prepare_for_sharding, sharding_is_asked, unsharded

STEPS = 4

AS_ON_GPUS = """
import json, sys
from accelerate.state import AcceleratorState, PartialState
from accelerate.utils import DistributedType
from eai_llm_hf.training import recipe
from eai_llm_hf.training.settings import Recipe

made = AcceleratorState.__init__
def as_on_gpus(state, *args, **given):
    if PartialState().distributed_type == DistributedType.MULTI_CPU:
        PartialState().distributed_type = DistributedType.MULTI_GPU
    made(state, *args, **given)
AcceleratorState.__init__ = as_on_gpus

class Watched(recipe.Trainer):
    def training_step(self, model, *args, **given):
        held = sum(weight.to_local().numel() for weight in model.parameters())
        if self.state.global_step == 0:
            whole = sum(weight.numel() for weight in model.parameters())
            units = sorted({type(module).__name__ for module in model.modules()})
            # One write each, because both processes share the pipe.
            sys.stdout.write(f"holds {held} of {whole} in {' '.join(units)}\\n")
            sys.stdout.flush()
        return super().training_step(model, *args, **given)

recipe.Trainer = Watched
recipe.train(Recipe(**json.load(open(sys.argv[1]))))
"""

FSDP2 = {
    "ACCELERATE_USE_FSDP": "true",
    "FSDP_VERSION": "2",
    "FSDP_AUTO_WRAP_POLICY": "TRANSFORMER_BASED_WRAP",
    "FSDP_STATE_DICT_TYPE": "FULL_STATE_DICT",
    "FSDP_CPU_RAM_EFFICIENT_LOADING": "true",
}
"""What `accelerate launch` sets, with the loading that it proposes."""


def test_two_sharded_processes_learn_what_one_learns_and_save_the_same_checkpoint(
    tiny_checkpoint, tiny_backbone, clips, tmp_path
):
    shared = {
        "model": str(tiny_checkpoint),
        "backbone": tiny_backbone,
        "corpora": ["generated:20"],
        "stages": "two",
        "stage_two_steps": STEPS,
        "logging_steps": 1,
    }
    two = recipe_of(tmp_path / "two", stage_two_batch_size=2, gradient_checkpointing=True, **shared)
    (tmp_path / "two.json").write_text(json.dumps(vars(two)))
    (tmp_path / "as_on_gpus.py").write_text(AS_ON_GPUS)
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
        + [str(tmp_path / "as_on_gpus.py"), str(tmp_path / "two.json")],
        env=os.environ | FSDP2 | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    parts = [line.split() for line in done.stdout.splitlines() if line.startswith("holds")]
    assert len(parts) == 2
    assert all(0.45 < int(held) / int(whole) < 0.55 for _, held, _, whole, *_ in parts)
    assert "FSDPLlamaDecoderLayer" in done.stdout, "layers are units: only one of them is whole at a time"

    train(recipe_of(tmp_path / "one", stage_two_batch_size=4, **shared))
    expected = losses(tmp_path / "one", "stage-two")
    assert len(set(expected)) == STEPS
    assert losses(tmp_path / "two", "stage-two") == pytest.approx(expected, rel=1e-4)

    one, two = tmp_path / "one" / "checkpoint", tmp_path / "two" / "checkpoint"
    code = {file.name: file.read_bytes() for file in one.glob("*.py")}
    assert code and code == {file.name: file.read_bytes() for file in two.glob("*.py")}
    assert json.loads((two / "config.json").read_text()) == json.loads((one / "config.json").read_text())
    made = [EaiLlmForCausalLM.from_pretrained(folder) for folder in (one, two)]
    assert made[0].lora_factors and made[0].lora_factors.keys() == made[1].lora_factors.keys()
    assert made[0].label_states.keys() == made[1].label_states.keys()
    processor = EaiSkeletonProcessor.from_pretrained(two)
    answers = [logits_of(model, processor, clips) for model in made]
    torch.testing.assert_close(*answers, rtol=1e-3, atol=1e-3)
    before = logits_of(EaiLlmForCausalLM.from_pretrained(tiny_checkpoint), processor, clips)
    assert (before - answers[1]).abs().max() > 10 * (answers[0] - answers[1]).abs().max()


def test_stage_one_is_not_sharded_and_what_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    with pytest.raises(ValueError, match="expected fsdp_version 2 in Accelerate's settings, found 1"):
        prepare_for_sharding()
    monkeypatch.setenv("FSDP_VERSION", "2")
    monkeypatch.setenv("FSDP_ACTIVATION_CHECKPOINTING", "true")
    with pytest.raises(ValueError, match="Expected gradient_checkpointing in the recipe"):
        prepare_for_sharding()
    with unsharded():
        assert not sharding_is_asked()
        prepare_for_sharding()
    assert sharding_is_asked()
