"""The examples, run as a user would run them, with tiny models; and a training run that is killed."""

import ast
import json
import logging
import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_clip
from hub_stand_in import HubStandIn
from safetensors.torch import load_file

from eai_llm_hf import EaiLlmForCausalLM
from eai_llm_hf.cli.main import main
from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES
from eai_llm_hf.processing.skeleton.unify import unify
from eai_llm_hf.publish.export import export
from eai_llm_hf.publish.licences import LicenceError
from eai_llm_hf.training import recipe as recipe_module

REPOSITORY = Path(__file__).parents[1]
EXAMPLES = REPOSITORY / "hub_examples"
STEPS = 16


def environment(**more: str) -> dict[str, str]:
    """Variables for a subprocess: offline, and one thread, so that sums are always added in the same order."""
    return os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""} | more


def finish(command: list[str], **more: str) -> subprocess.CompletedProcess:
    """Runs a command, which must succeed."""
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment(**more), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done


@pytest.fixture
def example(monkeypatch, capsys):
    """Runs an example in this process and returns what it prints."""

    def run(name: str, *arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", [name, *arguments])
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
        captured = capsys.readouterr()
        run.progress = captured.err
        return captured.out

    return run


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    """A folder of clips with a subfolder for each label."""
    root = tmp_path_factory.mktemp("corpus")
    for label in ("happy", "sad", "angry"):
        (root / label).mkdir()
        for number in range(6):
            clip = make_clip(number, emotion=label, action="walk", duration_s=2.5)
            file = root / label / f"take{number}.npz"
            np.savez(file, joints=clip.joints, fps=clip.fps, joint_names=np.array(JOINT_NAMES))
    return root


def test_quickstart_prints_label_probabilities_and_explanation(example, corpus, tiny_checkpoint):
    clips = [str(corpus / "sad" / "take0.npz"), str(corpus / "happy" / "take1.npz")]
    said = example("quickstart.py", *clips, "--model", str(tiny_checkpoint))
    for clip in clips:
        assert clip in said
    for label in ("happy", "sad", "angry", "proud", "not confident"):
        assert said.count(f"  {label:<16} ") == len(clips)
    assert sum(line.startswith("  ") and line.endswith(".") for line in said.splitlines()) == len(clips), (
        "explanations"
    )


def test_quickstart_explains_the_clips_of_the_repository_by_default(example, tiny_checkpoint):
    clips = sorted((EXAMPLES / "clips").iterdir())
    assert clips, "hub_examples/clips holds no clip"
    said = example("quickstart.py", "--model", str(tiny_checkpoint))
    assert all(str(clip) in said for clip in clips)
    assert "could not be read" not in said


QUICK = ("--stage-one-steps", "2", "--stage-one-batch-size", "4", "--stage-two-steps", "2", "--use-cpu")


def test_fine_tuning_on_a_folder_scores_the_same_held_out_clips_before_and_after(
    example, corpus, tiny_checkpoint, tmp_path
):
    run = tmp_path / "run"
    flags = ("--model", str(tiny_checkpoint), "--output-dir", str(run), "--held-out", "take0", "take5")
    said = example("finetune_on_your_folder.py", str(corpus), *flags, *QUICK)
    scores = [line for line in said.splitlines() if "balanced accuracy" in line and "chance 0.33" in line]
    assert [line.partition(":")[0] for line in scores] == ["before", "after"]

    record = json.loads((run / "checkpoint" / "training.json").read_text())
    assert record["held_out"] == ["take0", "take5"]
    assert sum(record["clips"].values()) == 18 and record["clips"]["test"] >= 6
    assert all(f"on {record['clips']['test']} clips" in line for line in scores)
    assert EaiLlmForCausalLM.from_pretrained(run / "checkpoint").config.labels == ["angry", "happy", "sad"]
    # Only the user knows the licences: the clips are theirs, and the tiny checkpoint has no training metadata.
    assert [entry["licence"] for entry in record["licences"]] == ["unknown", "unknown"]
    with pytest.raises(LicenceError, match="unknown: folder, unrecorded corpora"):
        export(run / "checkpoint", tmp_path / "out", push_to="someone/mine")


def test_fine_tuning_on_a_folder_says_when_nothing_is_held_out(corpus, tmp_path, example, capsys):
    for label in ("calm", "tense"):
        (tmp_path / "clips" / label).mkdir(parents=True)
        shutil.copyfile(corpus / "sad" / f"take{len(label) % 2}.npz", tmp_path / "clips" / label / "train0.npz")
    with pytest.raises(SystemExit):
        example("finetune_on_your_folder.py", str(tmp_path / "clips"), "--output-dir", str(tmp_path / "run"))
    assert "no file is held out: name some with --held-out NAME" in capsys.readouterr().err


def test_fine_tuning_on_a_folder_of_performers_holds_whole_ones_out_and_shows_progress(
    example, corpus, tiny_checkpoint, tmp_path, caplog, monkeypatch
):
    for file in corpus.glob("*/take*.npz"):  # three performers, two takes each
        number = int(file.stem.removeprefix("take"))
        place = tmp_path / "clips" / file.parent.name / f"S{number % 3}" / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    run = tmp_path / "run"
    # With this level the Trainer on its own shows no bar.
    monkeypatch.setattr(logging.getLogger("transformers"), "level", logging.ERROR)
    flags = ("--model", str(tiny_checkpoint), "--output-dir", str(run), "--held-out", "S1", "--validation", "S2")
    said = example("finetune_on_your_folder.py", str(tmp_path / "clips"), *flags, *QUICK)
    assert said.count(" on 6 clips, chance 0.33") == 2
    assert json.loads((run / "checkpoint" / "training.json").read_text())["clips"]["test"] == 6
    for words in (
        "(S0, S1, S2) are treated as performers, because 3 of them occur under several labels",
        "clips: whole performers are held out, S1 for the test and S2 for validation; 1 are trained on",
        "The test side has 6 labelled clips, too few for a precise score",
    ):
        assert caplog.text.count(words) == 1
    # The bars of both stages show a rate after the first of two steps.
    shown = example.progress
    for stage in ("stage one, alignment", "stage two, answers"):
        assert f"{stage}:   0%" in shown
        assert re.search(rf"{stage}:  50%[^\n\r]* 1/2 \[[^\]]*[\d.]+(it/s|s/it)\]", shown)


FEW_CLIPS = {
    "one performer": ("calm/anna/a", "calm/anna/b", "tense/anna/c", "tense/anna/d"),
    "six clips of unknown people": ("calm/a", "calm/b", "calm/c", "tense/d", "tense/e", "tense/f"),
    "a label with one clip": ("calm/a", "calm/b", "calm/c", "calm/d", "calm/e", "tense/f"),
}


@pytest.fixture
def few_clips(corpus, tmp_path, request) -> Path:
    """A folder with so few clips, all of them different."""
    sources = sorted(corpus.glob("*/take*.npz"))
    for number, name in enumerate(FEW_CLIPS[request.param]):
        file = tmp_path / "clips" / f"{name}.npz"
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sources[3 * number], file)
    return tmp_path / "clips"


@pytest.mark.parametrize("few_clips", FEW_CLIPS, indirect=True)
def test_fine_tuning_works_with_a_few_clips(few_clips, example, tiny_checkpoint, tmp_path):
    run = tmp_path / "run"
    flags = ("--model", str(tiny_checkpoint), "--output-dir", str(run), "--stage-two-batch-size", "2")
    said = example("finetune_on_your_folder.py", str(few_clips), *flags, *QUICK)
    assert "after:  balanced accuracy" in said
    assert json.loads((run / "checkpoint" / "training.json").read_text())["sessions"]
    weights = EaiLlmForCausalLM.from_pretrained(run / "checkpoint").state_dict()
    assert all(value.isfinite().all() for value in weights.values())


@pytest.mark.parametrize("few_clips", ["a label with one clip"], indirect=True)
def test_a_new_model_can_be_trained_on_a_few_clips(few_clips, tiny_backbone, tmp_path):
    flags = ["--labels", "calm", "tense", "--backbone", str(tiny_backbone), "--stage-two-batch-size", "2", "--dtype"]
    flags += ["float32", "--output-dir", str(tmp_path / "run"), "--corpora", f"folder={few_clips}"]
    assert main(["train", *flags, *QUICK, "--num-workers", "0"]) == 0
    config = EaiLlmForCausalLM.from_pretrained(tmp_path / "run" / "checkpoint").config
    assert (config.labels, config.measured_weight) == (["calm", "tense"], 0.7)


def test_the_demo_clips_show_every_published_sign_of_their_emotion(tmp_path):
    make = runpy.run_path(str(EXAMPLES / "make_clips.py"))
    subprocess.run([sys.executable, str(EXAMPLES / "make_clips.py"), "--output", str(tmp_path)], check=True)
    for name, *asked in make["CLIPS"]:
        made = make["typical_clip"](*asked)
        assert make["least_shown"](made) >= 0.5 and made.performer % 5 == 0 and made.performer > 0
        assert (made.label, made.intensity) == tuple(asked[:2])
        kept, again = (unify(read_motions(file)[0]).joints for file in (EXAMPLES / "clips" / name, tmp_path / name))
        assert np.allclose(kept, again, atol=0.02), "python hub_examples/make_clips.py"


def test_fine_tuning_on_a_folder_takes_less_than_30_lines_of_code():
    text = (EXAMPLES / "finetune_on_your_folder.py").read_text()
    docstring = ast.parse(text).body[0]
    code = [line for line in text.splitlines()[docstring.end_lineno :] if line.strip()]
    assert len(code) < 30


# ---- adapters -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answers(corpus) -> Path:
    """A table of clips with questions and answers."""
    table = corpus.parent / f"{corpus.name}-answers.csv"
    rows = [f"{corpus.name}/sad/take0.npz,How is it?,slow and low", f"{corpus.name}/happy/take1.npz,How is it?,up"]
    table.write_text("\n".join(["file,question,answer", *rows]) + "\n")
    return table


def differences(said: str) -> dict[str, float]:
    """The differences of logits that the example prints."""
    lines = [line.split(": logits differ by ") for line in said.splitlines() if "logits differ by" in line]
    return {what: float(value) for what, value in lines}


def test_an_adapter_is_shared_as_a_folder_pulled_and_merged(example, answers, tiny_checkpoint, tmp_path):
    flags = ("--model", str(tiny_checkpoint), "--output-dir", str(tmp_path), "--steps", "2")
    said = example("adapters.py", str(answers), *flags)
    apart = differences(said)
    assert list(apart) == [f"pulled {tmp_path / 'adapter'}", "load_adapter", "merged", "saved and loaded"]
    assert apart.pop(f"pulled {tmp_path / 'adapter'}") == apart.pop("load_adapter") == 0
    assert max(apart.values()) < 1e-5
    assert said.count("answer before: ") == said.count("answer after: ") == 1

    shared = {path.name for path in (tmp_path / "adapter").iterdir()}
    assert shared == {"README.md", "adapter_config.json", "adapter_model.safetensors"}
    learned = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    assert all(".language_model." in name or ".projector." in name for name in learned)
    assert any(value.any() for name, value in learned.items() if ".lora_B." in name)
    assert "adapter/adapter_model.safetensors: " in said and "checkpoint/model.safetensors: " in said
    assert EaiLlmForCausalLM.from_pretrained(tmp_path / "checkpoint").lora_factors


def test_an_adapter_is_not_pushed_if_others_cannot_load_its_base(example, tiny_checkpoint, capsys):
    with pytest.raises(SystemExit):
        example("adapters.py", "--model", str(tiny_checkpoint), "--push", "someone/wording")
    assert "push it first and pass its Hub id as --model" in capsys.readouterr().err


PULL_WITHOUT_PACKAGE = """
import sys
sys.modules["eai_llm_hf"] = None  # as if it were not installed
import torch
from peft import AutoPeftModelForCausalLM
from transformers import AutoModelForCausalLM, AutoProcessor

processor = AutoProcessor.from_pretrained("someone/base", trust_remote_code=True)
inputs = processor(text=processor.skeleton_token, skeletons=sys.argv[1])
base = AutoModelForCausalLM.from_pretrained("someone/base", trust_remote_code=True)
attached = AutoModelForCausalLM.from_pretrained("someone/wording", trust_remote_code=True)
wrapped = AutoPeftModelForCausalLM.from_pretrained("someone/wording", trust_remote_code=True)
with torch.no_grad():
    known, one, other = (model(**inputs).logits for model in (base, attached, wrapped))
print("doors differ by", float((one - other).abs().max()))
print("adapter changes", bool((one - known).abs().max() > 0))
"""


def test_an_adapter_is_pushed_alone_and_pulled_by_its_name_with_and_without_the_package(
    answers, corpus, tiny_checkpoint, tmp_path
):
    with HubStandIn() as hub:
        variables = hub.environment() | {"HF_HOME": str(tmp_path / "home")}
        base = ["--model", str(tiny_checkpoint), "--small", "--push", "someone/base", "--license", "apache-2.0"]
        finish([sys.executable, "-m", "eai_llm_hf", "export", str(tmp_path / "base"), *base], **variables)
        flags = ["--model", "someone/base", "--output-dir", str(tmp_path), "--steps", "2"]
        command = [sys.executable, str(EXAMPLES / "adapters.py"), str(answers), *flags]
        apart = differences(
            finish([*command, "--push", "someone/wording", "--private", "--license", "cc-by-4.0"], **variables).stdout
        )
        assert apart["pulled someone/wording"] == apart["load_adapter"] == 0

        pushed = hub.repositories["someone/wording"]
        assert set(pushed) == {"README.md", "adapter_config.json", "adapter_model.safetensors"}
        assert hub.private == {"someone/wording"}
        assert json.loads(pushed["adapter_config.json"])["base_model_name_or_path"] == "someone/base"
        assert b"base_model: someone/base\nlibrary_name: peft\n" in pushed["README.md"]
        assert b"\nlicense: cc-by-4.0\n" in pushed["README.md"]
        assert not any(str(tmp_path).encode() in content for content in pushed.values())

        clip = str(corpus / "sad" / "take0.npz")
        said = finish([sys.executable, "-c", PULL_WITHOUT_PACKAGE, clip], **variables).stdout
        assert "doors differ by 0.0\nadapter changes True" in said


# ---- the Hub and the Trainer ----------------------------------------------------------------------------------------


def test_pushing_and_pulling(corpus, tiny_checkpoint, tmp_path):
    clip = str(corpus / "sad" / "take0.npz")
    with HubStandIn() as hub:
        said = finish(
            [sys.executable, str(EXAMPLES / "push_and_pull.py"), clip, "--repo", "someone/mine"]
            + ["--model", str(tiny_checkpoint), "--private", "--license", "cc-by-4.0"],
            **hub.environment(),
            HF_HOME=str(tmp_path),
        ).stdout
        assert "pushed to someone/mine" in said
        assert "pulled EaiLlmForCausalLM and EaiSkeletonProcessor" in said
        assert f"{clip} " in said
        assert {"README.md", "LICENSE", "modeling_eai_llm.py"} <= set(hub.repositories["someone/mine"])
        assert hub.repositories["someone/mine"]["README.md"].startswith(b"---\nlicense: cc-by-4.0\n")
        assert hub.private == {"someone/mine"}


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("push_and_pull.py", ["walk.bvh", "--repo", "someone/mine", "--model", "{model}"]),
        ("adapters.py", ["--push", "someone/mine", "--model", "someone/base", "--output-dir", "{run}"]),
        (
            "finetune_with_trainer.py",
            ["--push_to", "someone/mine", "--corpora", "folder={corpus}", "--output_dir", "{run}"],
        ),
    ],
)
def test_an_example_that_pushes_asks_for_an_unknown_licence_before_it_starts(
    example, name, flags, corpus, tiny_checkpoint, tmp_path
):
    run = tmp_path / "run"
    with pytest.raises(LicenceError, match="is unknown: .* Choose a licence .* --license ID"):
        example(name, *(flag.format(model=tiny_checkpoint, corpus=corpus, run=run) for flag in flags))
    assert not run.exists()


def test_a_killed_run_continues_and_ends_with_the_weights_of_an_uninterrupted_one(
    corpus, tiny_checkpoint, tmp_path, monkeypatch
):
    def arguments(folder: str) -> list[str]:
        settings = {
            "output-dir": str(tmp_path / folder),
            "model": str(tiny_checkpoint),
            "stage-one-steps": 4,
            "stage-one-batch-size": 4,
            "stage-two-steps": STEPS,
            "stage-two-batch-size": 2,
            "lora-rank": 2,
            "save-steps": 4,
            "num-workers": 0,
            "dtype": "float32",
        }
        flags = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
        return ["train", *flags, "--use-cpu", "--corpora", f"folder={corpus}"]

    def weights(folder: str) -> dict[str, torch.Tensor]:
        return EaiLlmForCausalLM.from_pretrained(tmp_path / folder / "checkpoint").state_dict()

    run = tmp_path / "killed"
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "eai_llm_hf", *arguments("killed")],
            cwd=REPOSITORY,
            env=environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + 300
            while not list((run / "stage-two").glob("checkpoint-*/trainer_state.json")):
                assert process.poll() is None and time.monotonic() < deadline, (tmp_path / "log").read_text()[-4000:]
                time.sleep(0.005)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert process.returncode == -signal.SIGKILL
    assert not (run / "checkpoint").exists()

    # This process continues what the killed one left, on one thread like it.
    threads, said = torch.get_num_threads(), []
    monkeypatch.setattr(recipe_module.logger, "warning", said.append)
    torch.set_num_threads(1)
    try:
        assert main(arguments("killed")) == main(arguments("whole")) == 0
    finally:
        torch.set_num_threads(threads)
    (first, second) = [line for line in said if "resumes from" in line]  # the whole run does not
    assert first == "stage-one resumes from checkpoint-4"
    assert 4 <= int(second.removeprefix("stage-two resumes from checkpoint-")) < STEPS
    resumed, whole = weights("killed"), weights("whole")
    assert [name for name, value in whole.items() if not torch.equal(value, resumed[name])] == []
