"""Training: what changes and what does not, resuming, low-rank factors, and mistakes in the recipe."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from eai_llm_hf import EaiLlmForCausalLM, EaiSkeletonProcessor
from eai_llm_hf.cli.main import main
from eai_llm_hf.corpora import generated_corpus
from eai_llm_hf.corpora.splits import split_of
from eai_llm_hf.training import measured_map
from eai_llm_hf.training import recipe as recipe_module
from eai_llm_hf.training.adapters import add_lora, fold_lora
from eai_llm_hf.training.alignment import AlignmentCollator, AlignmentModel
from eai_llm_hf.training.crops import CropDataset
from eai_llm_hf.training.recipe import train
from eai_llm_hf.training.recipe_clips import load_splits
from eai_llm_hf.training.settings import Recipe

EXAMPLE = Path(__file__).parents[1] / "hub_examples" / "finetune_with_trainer.py"
STEPS = 4


class Interrupted(Exception):
    """What the tests raise in the middle of a run."""


@pytest.fixture(scope="module", autouse=True)
def few_crops():
    """A reference and a validation that take no time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recipe_module, "REFERENCE_CROPS", 60)
        patch.setattr(recipe_module, "VALIDATION_CROPS", 12)
        yield


def recipe_of(output_dir: Path, backbone: Path, **changes) -> Recipe:
    """A recipe of a few steps. Sessions make twelve crops where one is needed, so they are on where they matter."""
    given = {
        "sessions": False,
        "output_dir": str(output_dir),
        "corpora": ["generated:20"],
        "backbone": str(backbone),
        "stage_one_steps": STEPS,
        "stage_one_batch_size": 4,
        "stage_two_steps": STEPS,
        "stage_two_batch_size": 2,
        "lora_rank": 2,
        "save_steps": 2,
        "num_workers": 0,
        "dtype": "float32",
        "use_cpu": True,
    }
    return Recipe(**given | changes)


@pytest.fixture
def settings(tmp_path, tiny_backbone):
    """Makes such a recipe for a run of the test's own."""
    return lambda **changes: recipe_of(**{"output_dir": tmp_path / "run", "backbone": tiny_backbone} | changes)


@pytest.fixture(scope="module")
def whole(tmp_path_factory, tiny_backbone) -> tuple[Recipe, dict[str, torch.Tensor]]:
    """A recipe with sessions that ran from start to end, and the weights that it made."""
    recipe = recipe_of(tmp_path_factory.mktemp("whole") / "run", tiny_backbone, sessions=True)
    return recipe, EaiLlmForCausalLM.from_pretrained(train(recipe)).state_dict()


@pytest.fixture
def in_memory(monkeypatch):
    """The weights of the untrained model and, after `train`, the model as it was saved."""
    kept = {}
    new_model, save_checkpoint = recipe_module.new_model, recipe_module.save_checkpoint

    def keep_new(*args):
        made = new_model(*args)
        kept["before"] = {name: value.clone() for name, value in made[0].state_dict().items()}
        return made

    def keep_saved(model, *args):
        kept["model"] = model
        save_checkpoint(model, *args)

    monkeypatch.setattr(recipe_module, "new_model", keep_new)
    monkeypatch.setattr(recipe_module, "save_checkpoint", keep_saved)
    return kept


@pytest.fixture
def trainer(monkeypatch):
    """Counts the steps of each stage and stops a run before a given one."""

    class Watched(recipe_module.Trainer):
        steps: list[str] = []
        stop: tuple[str, int] | None = None

        def training_step(self, *args, **kwargs):
            stage = Path(self.args.output_dir).name
            if (stage, self.state.global_step) == self.stop:
                raise Interrupted
            self.steps.append(f"{stage} {self.state.global_step}")
            return super().training_step(*args, **kwargs)

    Watched.steps = []
    monkeypatch.setattr(recipe_module, "Trainer", Watched)
    return Watched


def logits_of(model, processor, clips) -> torch.Tensor:
    """Logits of a prompt with each clip."""
    text = [f"{processor.skeleton_token} What emotion?"] * len(clips)
    with torch.no_grad():
        return model(**processor(text=text, skeletons=clips)).logits.float()


def changed(before: dict, after: dict) -> set[str]:
    """Names of the tensors that differ."""
    return {name for name, value in before.items() if not torch.equal(value.float(), after[name].float())}


def begins(names, *starts) -> set[str]:
    return {name for name in names if name.startswith(starts)}


def is_idle(name: str) -> bool:
    """Whether it moves all attention scores of a query alike, so that its gradient is 0 but for rounding errors."""
    return name.endswith(".k_proj.bias")


def test_stage_one_changes_every_parameter_of_tower_and_alignment_and_no_other(settings, in_memory):
    folder = train(settings(stages="one"))
    before, after = in_memory["before"], EaiLlmForCausalLM.from_pretrained(folder).state_dict()
    fixed = {"skeleton_tower.feature_mean", "skeleton_tower.feature_scale"}  # of the reference, not learned
    learned = {name for name in begins(before, "skeleton_tower.", "alignment.") - fixed if not is_idle(name)}
    assert {name for name in changed(before, after) if not is_idle(name)} == learned


def test_stage_one_reaches_every_parameter_with_a_gradient(model, processor):
    rows = generated_corpus(8)
    labels = sorted({row["label"] for row in rows})
    reference = processor.feature_extractor.motion_reference()
    alignment = AlignmentModel(model, processor, labels).train()
    crops = CropDataset(rows, 8)
    alignment(**AlignmentCollator(processor, reference, labels)([crops[index] for index in range(8)]))[
        "loss"
    ].backward()
    unreached = [name for name, value in alignment.named_parameters() if value.grad is None or not value.grad.any()]
    assert [name for name in unreached if not is_idle(name)] == []


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_stage_two_trains_projector_and_lora_alone_and_the_checkpoint_answers_as_the_model_did(
    dtype, settings, in_memory, clips
):
    folder = train(settings(stages="two", dtype=dtype))
    before, made = in_memory["before"], in_memory["model"]
    loaded = EaiLlmForCausalLM.from_pretrained(folder, dtype=dtype)
    processor = EaiSkeletonProcessor.from_pretrained(folder)
    layers = range(made.config.text_layer, made.config.text_config.num_hidden_layers)
    adapted = {
        f"language_model.model.layers.{layer}.{name}_proj.weight"
        for layer in layers
        for name in ("self_attn.q", "self_attn.k", "self_attn.v", "self_attn.o", "mlp.gate", "mlp.up", "mlp.down")
    }
    differing = changed(before, loaded.state_dict())
    assert begins(differing, "projector.") == begins(before, "projector.")
    assert differing - begins(before, "projector.") <= adapted
    if dtype == "float32":  # a step of 4 is below the resolution of bfloat16 in some of them
        assert differing - begins(before, "projector.") == adapted
    assert {name[:-1] + "weight" for name in loaded.lora_factors} == {
        name.removeprefix("language_model.") for name in adapted
    }
    assert loaded.config.explains, "stage two has taught it to explain"
    assert not hasattr(loaded.config, "use_cache"), "a Trainer's setting is not saved"
    assert loaded.language_model.dtype == getattr(torch, dtype)
    assert loaded.projector.out.weight.dtype == torch.float32
    tolerance = 1e-5 if dtype == "float32" else 2e-2
    torch.testing.assert_close(
        logits_of(loaded, processor, clips), logits_of(made, processor, clips), atol=tolerance, rtol=tolerance
    )


def test_without_lora_stage_two_trains_only_the_projector_and_resumes(settings, trainer, in_memory):
    trainer.stop = ("stage-two", 3)
    with pytest.raises(Interrupted):
        train(settings(stages="two", lora_rank=0))
    trainer.stop, trainer.steps = None, []
    folder = train(settings(stages="two", lora_rank=0))
    assert trainer.steps == [f"stage-two {step}" for step in range(2, STEPS)]
    loaded = EaiLlmForCausalLM.from_pretrained(folder)
    before = in_memory["before"]
    assert changed(before, loaded.state_dict()) == begins(before, "projector.")
    assert not loaded.lora_factors
    assert not changed(in_memory["model"].state_dict(), loaded.state_dict())


def test_folded_lora_computes_what_peft_did_and_leaves_the_label_texts_unchanged(model, processor, clips, tmp_path):
    texts = processor.label_inputs(["happy", "sad"])
    encoded = model.encode_text(**texts)
    untouched = logits_of(model, processor, clips)
    peft_model = add_lora(model, rank=3, alpha=12)
    with torch.no_grad():
        for value in peft_model.parameters():
            if value.requires_grad:
                value.add_(0.1 * torch.randn_like(value))
    peft_model.eval()
    expected = logits_of(peft_model, processor, clips)
    assert not torch.allclose(expected, untouched, atol=1e-3)

    folded = fold_lora(peft_model)
    torch.testing.assert_close(logits_of(folded, processor, clips), expected, atol=1e-5, rtol=1e-5)
    assert torch.equal(folded.encode_text(**texts), encoded)
    assert not [name for name, _ in folded.named_parameters() if "lora" in name or "modules_to_save" in name]
    assert all(value.requires_grad for value in folded.parameters())

    for small in (True, False):
        folded.save_pretrained(tmp_path / f"{small}", include_backbone=not small)
        loaded = EaiLlmForCausalLM.from_pretrained(tmp_path / f"{small}")
        torch.testing.assert_close(logits_of(loaded, processor, clips), expected, atol=1e-5, rtol=1e-5)


def test_a_second_fine_tuning_of_a_small_checkpoint_adds_its_ranks_and_loads_again(
    settings, in_memory, clips, tmp_path
):
    first = train(settings(stages="two", output_dir=str(tmp_path / "first"), lora_rank=2))
    second = train(settings(stages="two", output_dir=str(tmp_path / "second"), lora_rank=3, model=str(first), seed=1))
    loaded = EaiLlmForCausalLM.from_pretrained(second)
    ranks = {value.shape[0] for name, value in loaded.lora_factors.items() if name.endswith(".A")}
    assert ranks == {5}
    processor = EaiSkeletonProcessor.from_pretrained(second)
    expected = logits_of(in_memory["model"], processor, clips)
    torch.testing.assert_close(logits_of(loaded, processor, clips), expected, atol=1e-5, rtol=1e-5)
    earlier = EaiLlmForCausalLM.from_pretrained(first)
    assert not torch.allclose(logits_of(earlier, processor, clips), expected, atol=1e-4)
    # What the first training learned from clips is kept: the reference and the tower.
    assert (
        processor.feature_extractor.reference
        == EaiSkeletonProcessor.from_pretrained(first).feature_extractor.reference
    )
    assert not changed(earlier.skeleton_tower.state_dict(), loaded.skeleton_tower.state_dict())


@pytest.mark.parametrize(("stage", "step"), [("stage-one", 3), ("stage-two", 1), ("stage-two", 3)])
def test_an_interrupted_run_ends_bit_for_bit_like_one_that_was_not_interrupted(
    stage, step, settings, trainer, tmp_path, whole
):
    trainer.stop = (stage, step)
    with pytest.raises(Interrupted):
        train(settings(sessions=True))
    assert not (tmp_path / "run" / "checkpoint").exists()
    # A checkpoint that a kill left half written does not count.
    (tmp_path / "run" / stage / "checkpoint-3").mkdir(parents=True)
    trainer.stop, trainer.steps = None, []
    resumed = EaiLlmForCausalLM.from_pretrained(train(settings(sessions=True)))

    rest = ["stage-one 2", "stage-one 3"] if stage == "stage-one" else []
    rest += [f"stage-two {step}" for step in range(2 if (stage, step) == ("stage-two", 3) else 0, STEPS)]
    assert trainer.steps == rest
    assert not changed(whole[1], resumed.state_dict())


def test_a_finished_run_is_not_repeated(trainer, whole, monkeypatch):
    recipe, weights = whole
    monkeypatch.setattr(measured_map, "fit_measured", lambda *_: pytest.fail("the map of stage one is fitted again"))
    again = EaiLlmForCausalLM.from_pretrained(train(recipe)).state_dict()
    assert trainer.steps == []
    assert not changed(weights, again)


def test_a_crop_depends_only_on_seed_and_number():
    rows = generated_corpus(6)
    first, second, other = CropDataset(rows, 5), CropDataset(rows, 99), CropDataset(rows, 5, seed=1)
    assert np.array_equal(first[3].clip.joints, second[3].clip.joints)
    assert first[3].label == second[3].label
    assert first[3].clip.joints.shape != other[3].clip.joints.shape or not np.array_equal(
        first[3].clip.joints, other[3].clip.joints
    )


def test_a_large_corpus_is_drawn_more_often_than_a_small_one_but_less_than_in_proportion():
    rows = generated_corpus(10)
    rows = [{**row, "corpus": "small" if number == 0 else "large"} for number, row in enumerate(rows)]

    def drawn(**settings) -> float:
        crops = CropDataset(rows, 400, **settings, keep=1)
        return np.mean([crops[index].corpus == "large" for index in range(400)])

    assert drawn() == pytest.approx(3 / 4, abs=0.06)  # the square root of nine to one
    assert drawn(size_exponent=0.0) == pytest.approx(1 / 2, abs=0.07)
    assert drawn(size_exponent=1.0) == pytest.approx(9 / 10, abs=0.05)


def test_no_performer_is_on_two_sides_of_the_split(settings):
    recipe = settings()
    splits = load_splits(["generated:40"], recipe.labels, recipe.held_out, recipe.validation, 0)
    performers = {side: {row["performer"] for row in rows} for side, rows in splits.items()}
    assert all(splits.values())
    assert not performers["train"] & performers["test"] | performers["train"] & performers["validation"]
    recorded = {"source": "a.bvh", "corpus": "bandai1", "family": "bow"}
    assert split_of(recorded, ["bow"], ["guide"]) == "test"
    assert split_of(recorded, ["byes"], ["bow"]) == "validation"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"labels": ["bored"]}, r"labels \['bored'\]; the corpora have \['angry', "),
        ({"corpora": ["emilya"]}, "found 'emilya'"),
        ({"corpora": ["generated:many"]}, "found 'many'"),
        ({"corpora": ["folder=nowhere/clips"]}, "does not exist: nowhere/clips"),
    ],
)
def test_a_missing_label_or_corpus_is_named(settings, changes, words):
    with pytest.raises(ValueError, match=words):
        train(settings(**changes))


# ---- processes, precision, reports ----------------------------------------------------------------------------------

TWO_DOORS = """
import runpy, sys, torch
torch.randint = lambda high, size, **given: torch.zeros(size, dtype=torch.long)
from eai_llm_hf.cli.main import main
assert main(["train", sys.argv[2]]) == 0
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Trains by the command, always with the first phrasing; then the example finds the run finished."""


def losses(run: Path, stage: str) -> list[float]:
    """The losses that the Trainer logged."""
    state = json.loads((run / stage / f"checkpoint-{STEPS}" / "trainer_state.json").read_text())
    return [entry["loss"] for entry in state["log_history"] if "loss" in entry]


def test_two_processes_train_together_and_log_the_losses_of_one_process_with_twice_the_batch(
    settings, tiny_checkpoint, tmp_path, monkeypatch
):
    # Dropout, and which phrasing of a label a step takes, are drawn by each process for itself; here both are off.
    steady = shutil.copytree(tiny_checkpoint, tmp_path / "steady")
    config = json.loads((steady / "config.json").read_text())
    config["skeleton_config"] |= {"dropout": 0.0, "descriptor_dropout": 0.0}
    (steady / "config.json").write_text(json.dumps(config))
    # Two emotions are unlabelled and some crops lack joints: the processes have unequal numbers of all that counts.
    shared = {
        "model": str(steady),
        "corpora": ["generated:40"],
        "labels": ["happy", "sad", "angry"],
        "validation": [],
        "logging_steps": 1,
    }
    two = settings(output_dir=str(tmp_path / "two"), stage_one_batch_size=4, stage_two_batch_size=2, **shared)
    (tmp_path / "two.json").write_text(json.dumps(vars(two)))
    (tmp_path / "two_doors.py").write_text(TWO_DOORS)
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
        + [str(tmp_path / "two_doors.py"), str(EXAMPLE), str(tmp_path / "two.json")],
        env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    folder = tmp_path / "two" / "checkpoint"
    assert done.stdout.splitlines().count(str(folder)) == 2, "of the command and of the example one process speaks"
    for stage in ("stage-one", "stage-two"):  # two processes leave the state of two random generators
        states = (tmp_path / "two" / stage / f"checkpoint-{STEPS}").glob("rng_state_*.pth")
        assert {state.name for state in states} == {"rng_state_0.pth", "rng_state_1.pth"}
    assert all(value.isfinite().all() for value in EaiLlmForCausalLM.from_pretrained(folder).state_dict().values())

    monkeypatch.setattr(torch, "randint", lambda high, size, **given: torch.zeros(size, dtype=torch.long))
    train(settings(output_dir=str(tmp_path / "one"), stage_one_batch_size=8, stage_two_batch_size=4, **shared))
    for stage in ("stage-one", "stage-two"):
        expected = losses(tmp_path / "one", stage)
        assert len(set(expected)) == STEPS
        assert losses(tmp_path / "two", stage) == pytest.approx(expected, rel=1e-4), stage


@pytest.mark.parametrize("main_process", [True, False])
def test_only_the_main_process_reads_and_writes_the_seconds_of_a_stage(main_process, tmp_path, monkeypatch):
    monkeypatch.setattr(recipe_module, "PartialState", lambda: SimpleNamespace(is_main_process=main_process))
    record = tmp_path / "seconds.json"
    record.write_text("100.0" if main_process else "")  # another process finds it while the main one writes
    spent = recipe_module._spent(SimpleNamespace(output_dir=str(tmp_path)), time.monotonic())
    assert spent == pytest.approx(100.0 if main_process else 0.0, abs=1.0)
    assert bool(record.read_text()) == main_process


def test_mixed_precision_reaches_the_trainer_and_leaves_the_data_type_of_the_weights(
    settings, trainer, tmp_path, monkeypatch
):
    class Watched(trainer):
        seen: list = []

        def training_step(self, *args, **kwargs):
            self.seen.append((self.accelerator.mixed_precision, self.args.bf16, self.args.fp16))
            return super().training_step(*args, **kwargs)

    monkeypatch.setattr(recipe_module, "Trainer", Watched)
    made = {
        precision: EaiLlmForCausalLM.from_pretrained(
            train(settings(output_dir=str(tmp_path / precision), mixed_precision=precision)), dtype="float32"
        )
        for precision in ("no", "bf16")
    }
    assert Watched.seen == [("no", False, False)] * 2 * STEPS + [("bf16", True, False)] * 2 * STEPS
    assert changed(made["no"].state_dict(), made["bf16"].state_dict())  # it was computed otherwise
    assert made["bf16"].skeleton_tower.dtype == made["bf16"].projector.out.weight.dtype == torch.float32
    assert all(value.isfinite().all() for value in made["bf16"].state_dict().values())


def test_a_precision_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match="mixed_precision must be no, bf16 or fp16, found 'fp8'"):
        Recipe(output_dir="run", mixed_precision="fp8")


def test_losses_are_reported_to_tensorboard_and_trackio_without_a_network(settings, tmp_path, monkeypatch):
    pytest.importorskip("tensorboard")
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "trackio"))  # it is read when trackio is imported, here first
    pytest.importorskip("trackio")
    train(settings(report_to=["tensorboard", "trackio"], logging_steps=2))
    for stage in ("stage-one", "stage-two"):
        assert list((tmp_path / "run" / stage / "runs").glob("*/events.out.tfevents.*"))
    with sqlite3.connect(tmp_path / "trackio" / "eai-llm.db") as database:
        logged = database.execute("SELECT run_name, metrics FROM metrics").fetchall()
    for stage in ("stage-one", "stage-two"):
        assert [1 for name, values in logged if name == f"run {stage}" and "train/loss" in json.loads(values)]


def test_an_unknown_stage_is_named():
    with pytest.raises(ValueError, match="found 'three'"):
        Recipe(output_dir="run", stages="three")


def test_the_command_shows_every_setting_with_its_default(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["train", "--help"])
    assert stop.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    for name in Recipe.__dataclass_fields__:
        assert f"--{name.replace('_', '-')}" in shown
    assert f"(default {Recipe(output_dir='run').stage_one_steps})" in shown


def test_the_command_turns_its_options_into_a_recipe(monkeypatch, capsys):
    seen = []
    monkeypatch.setattr(recipe_module, "train", lambda recipe: seen.append(recipe) or Path("made"))
    flags = ["--corpora", "generated:5", "folder=clips", "--labels", "calm", "--stage-one-learning-rate", "0.01"]
    assert main(["train", "--output-dir", "run", *flags, "--use-cpu", "--validation"]) == 0
    assert capsys.readouterr().out == "made\n"
    assert seen == [
        Recipe(
            output_dir="run",
            corpora=["generated:5", "folder=clips"],
            labels=["calm"],
            stage_one_learning_rate=0.01,
            use_cpu=True,
            validation=[],
        )
    ]


def test_the_command_reports_a_mistake_in_one_line(capsys):
    assert main(["train", "--output-dir", "run", "--corpora", "emilya"]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("eai-llm: A corpus is generated[:CLIPS")
