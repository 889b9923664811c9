"""The Hugging Face doors, with and without this package: what is exported must work where only transformers is."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_clip
from hub_stand_in import HubStandIn
from transformers import AutoConfig, AutoFeatureExtractor, AutoModel, AutoModelForCausalLM, AutoProcessor, pipeline
from transformers.pipelines import PIPELINE_REGISTRY

from eai_llm_hf import (
    DEFAULT_CHECKPOINT,
    TASK,
    EaiLlmConfig,
    EaiLlmForCausalLM,
    EaiSkeletonFeatureExtractor,
    EaiSkeletonProcessor,
    SkeletonEmotionExplanationPipeline,
)
from eai_llm_hf.export import export
from eai_llm_hf.processing.skeleton_tree import JOINT_NAMES, PARENTS
from eai_llm_hf.records import TRAINING, write_record
from eai_llm_hf.training.answering import add_lora, fold_lora

REPOSITORY = Path(__file__).parents[1]
RECORD_KEYS = {
    "source",
    "label",
    "score",
    "scores",
    "explanation",
    "evidence",
    "segments",
    "skeleton",
    "model",
}

PRELUDE = """
import importlib.abc, json, sys, traceback

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "eai_llm_hf":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
"""
"""Keeps the package from being imported, however it was installed."""

CHECKS = """
given, results = json.loads(sys.argv[1]), {}

def check(function):
    try:
        results[function.__name__] = {"value": function()}
    except BaseException as error:
        results[function.__name__] = {"error": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
"""
REPORT = """
with open(given["report"], "w") as file:
    json.dump(results, file)
"""

WITHOUT_PACKAGE = """
import torch
from transformers import (
    AutoConfig, AutoFeatureExtractor, AutoModel, AutoModelForCausalLM, AutoProcessor, pipeline
)

trust = {"trust_remote_code": True}

@check
def package():
    try:
        import eai_llm_hf
    except ModuleNotFoundError as error:
        return str(error)

def classes(name):
    found = {
        "config": AutoConfig.from_pretrained(name, **trust),
        "model": AutoModel.from_pretrained(name, **trust),
        "causal_lm": AutoModelForCausalLM.from_pretrained(name, **trust),
        "processor": AutoProcessor.from_pretrained(name, **trust),
        "feature_extractor": AutoFeatureExtractor.from_pretrained(name, **trust),
    }
    return {door: [type(made).__module__.partition(".")[0], type(made).__name__] for door, made in found.items()}

def logits(name):
    model = AutoModelForCausalLM.from_pretrained(name, **trust)
    processor = AutoProcessor.from_pretrained(name, **trust)
    inputs = processor(text=processor.skeleton_token + " What emotion?", skeletons=given["clips"][0])
    with torch.no_grad():
        return model(**inputs).logits[0, -1].tolist()

def records(name):
    return pipeline("skeleton-emotion-explanation", model=name, **trust)(given["clips"], max_new_tokens=12)

def refusal(name, **options):
    messages = []
    for door in (AutoConfig.from_pretrained, AutoModelForCausalLM.from_pretrained, AutoProcessor.from_pretrained):
        try:
            door(name, **options)
        except ValueError as error:
            messages.append(str(error))
    return messages
"""

DOORS = """
@check
def classes_of_a_folder():
    return classes(given["whole"])

@check
def classes_of_the_cache():
    return classes("someone/cached")

@check
def logits_of_whole_and_small():
    return [logits(given["whole"]), logits("someone/cached"), logits(given["small"])]

@check
def records_of_a_folder():
    return records(given["whole"])

@check
def records_of_the_cache():
    return records("someone/cached")

@check
def records_of_the_small_form():
    return records(given["small"])

@check
def refused():
    return refusal(given["whole"], trust_remote_code=False) + refusal(given["whole"])

@check
def small_form_without_its_backbone():
    AutoModelForCausalLM.from_pretrained(given["lost"], **trust)

@check
def package_stayed_away():
    return [name for name in sys.modules if name.partition(".")[0] == "eai_llm_hf"]
"""

PULL = """
@check
def classes_of_the_pushed():
    return classes("someone/pushed")

@check
def logits_of_the_pushed():
    return [logits("someone/pushed"), logits("someone/exported")]

@check
def records_of_the_exported():
    return records("someone/exported")
"""

PUSH = """
import contextlib, io
from eai_llm_hf import EaiLlmForCausalLM, EaiSkeletonProcessor
from eai_llm_hf.cli import main

def push_by_command(checkpoint, folder, *flags):
    with contextlib.redirect_stderr(io.StringIO()) as said:
        status = main(["export", folder, "--model", checkpoint, "--push", *flags])
    return [status, said.getvalue()]

@check
def push_to_hub():
    model = EaiLlmForCausalLM.from_pretrained(given["checkpoint"])
    model.push_to_hub("someone/pushed", private=True, license="cc-by-4.0")
    EaiSkeletonProcessor.from_pretrained(given["checkpoint"]).push_to_hub("someone/pushed", license="cc-by-4.0")

@check
def export_push():
    return push_by_command(given["checkpoint"], given["folder"], "someone/exported", "--license", "cc-by-4.0")

@check
def refused_pushes():
    return [
        push_by_command(checkpoint, given["refused"], "someone/refused", *flags)
        for checkpoint, flags in (
            (given["diema"], []),
            (given["diema"], ["--license", "cc-by-4.0"]),
            (given["checkpoint"], []),
        )
    ]

@check
def refused_by_the_classes():
    said = []
    for part in (EaiLlmForCausalLM, EaiSkeletonProcessor):
        try:
            part.from_pretrained(given["diema"]).push_to_hub("someone/refused", license="cc-by-4.0")
        except ValueError as error:
            said.append(str(error))
    return said
"""


def run(script: str, given: dict, folder: Path, **environment: str) -> dict:
    """Runs checks in a Python of their own, in a folder outside the repository; gives what each returned."""
    given = given | {"report": str(folder / "report.json")}
    (folder / "checks.py").write_text(script, encoding="utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, str(folder / "checks.py"), json.dumps(given)],
        cwd=folder,
        env=kept
        | {
            "HF_HOME": str(folder / "huggingface"),
            "HF_HUB_OFFLINE": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "CUDA_VISIBLE_DEVICES": "",
            "TOKENIZERS_PARALLELISM": "false",
            "OMP_NUM_THREADS": "1",
        }
        | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def value(results: dict, name: str):
    """What a check returned; its traceback where it failed."""
    assert "error" not in results[name], results[name]["traceback"]
    return results[name]["value"]


def write_bvh(path: Path, joints: np.ndarray, fps: float) -> None:
    """Writes a clip as BVH whose every joint has position channels, as mocap software exports it."""
    children = {parent: [j for j, p in enumerate(PARENTS) if p == parent] for parent in range(-1, len(PARENTS))}
    lines, order = ["HIERARCHY"], []

    def joint(index: int, depth: int) -> None:
        indent = "  " * depth
        order.append(index)
        offset = joints[0, index] - (joints[0, PARENTS[index]] if PARENTS[index] >= 0 else 0)
        lines.append(f"{indent}{'JOINT' if depth else 'ROOT'} {JOINT_NAMES[index]}")
        lines.append(f"{indent}{{")
        lines.append(f"{indent}  OFFSET {' '.join(f'{v:.5f}' for v in offset)}")
        lines.append(f"{indent}  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation")
        for child in children[index]:
            joint(child, depth + 1)
        if not children[index]:
            lines.extend([f"{indent}  End Site", f"{indent}  {{", f"{indent}    OFFSET 0 0.05 0", f"{indent}  }}"])
        lines.append(f"{indent}}}")

    joint(0, 0)
    lines += ["MOTION", f"Frames: {len(joints)}", f"Frame Time: {1 / fps:.7f}"]
    for frame in joints:
        local = [frame[j] - (frame[PARENTS[j]] if PARENTS[j] >= 0 else 0) for j in order]
        lines.append(" ".join(f"{v:.5f}" for place in local for v in [*place, 0, 0, 0]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def in_cache_layout(folder: Path, cache: Path, name: str) -> None:
    """Lays a repository out as huggingface_hub keeps a download."""
    root = cache / f"models--{name.replace('/', '--')}"
    snapshot = root / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (root / "blobs").mkdir()
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text("0" * 40)
    for number, file in enumerate(sorted(folder.iterdir())):
        shutil.copyfile(file, root / "blobs" / f"{number:040d}")
        (snapshot / file.name).symlink_to(Path("../../blobs") / f"{number:040d}")


@pytest.fixture(scope="module")
def room(tmp_path_factory) -> Path:
    """A folder far from the repository."""
    return tmp_path_factory.mktemp("doors")


@pytest.fixture(scope="module")
def checkpoint(room, tiny_checkpoint) -> Path:
    """A small checkpoint with low-rank factors, as training leaves one."""
    torch.manual_seed(1)
    peft_model = add_lora(EaiLlmForCausalLM.from_pretrained(tiny_checkpoint), rank=2)
    with torch.no_grad():
        for parameter in peft_model.parameters():
            if parameter.requires_grad:
                parameter.add_(0.1 * torch.randn_like(parameter))
    fold_lora(peft_model).save_pretrained(room / "tiny-checkpoint", include_backbone=False)
    EaiSkeletonProcessor.from_pretrained(tiny_checkpoint).save_pretrained(room / "tiny-checkpoint")
    return room / "tiny-checkpoint"


@pytest.fixture(scope="module")
def exported(room, checkpoint) -> Path:
    """The checkpoint as a Hub repository with its backbone."""
    return export(checkpoint, room / "whole")


@pytest.fixture(scope="module")
def clip_files(room) -> list[str]:
    """A clip as .npz and one as .bvh."""
    clip = make_clip(1, emotion="sad", action="walk", duration_s=3.0)
    np.savez(room / "sad.npz", joints=clip.joints, fps=clip.fps, joint_names=np.array(JOINT_NAMES))
    clip = make_clip(2, emotion="happy", action="wave", rig="bandai22", duration_s=2.5)
    write_bvh(room / "wave.bvh", clip.joints, clip.fps)
    return [str(room / "sad.npz"), str(room / "wave.bvh")]


@pytest.fixture(scope="module")
def expected(checkpoint, clip_files) -> list[dict]:
    """The records that the package itself gives."""
    return local_pipeline(checkpoint)(clip_files, max_new_tokens=12)


@pytest.fixture(scope="module")
def without_package(room, checkpoint, exported, clip_files, tiny_backbone) -> dict:
    """What a Python finds that has transformers but not this package, and no network."""
    small = export(checkpoint, room / "small", include_backbone=False)
    rename_backbone(small, "tiny/backbone")
    shutil.copytree(tiny_backbone, room / "cache" / "backbones" / "tiny--backbone")
    shutil.copytree(small, room / "lost")
    rename_backbone(room / "lost", "tiny/nowhere")
    in_cache_layout(exported, room / "hub", "someone/cached")
    given = {"whole": str(exported), "small": str(small), "lost": str(room / "lost"), "clips": clip_files}
    (room / "without").mkdir()
    return run(
        PRELUDE + CHECKS + WITHOUT_PACKAGE + DOORS + REPORT,
        given,
        room / "without",
        HF_HUB_CACHE=str(room / "hub"),
        EAI_LLM_CACHE=str(room / "cache"),
    )


@pytest.fixture(scope="module")
def hub():
    """A Hub on this machine."""
    with HubStandIn() as hub:
        yield hub


@pytest.fixture(scope="module")
def pushed(room, hub, checkpoint) -> dict:
    """What a Python with the package says when it pushes."""
    (room / "push").mkdir()
    shutil.copytree(checkpoint, room / "push" / "diema")
    write_record(room / "push" / "diema", TRAINING, {"corpora": ["generated:20", "diema"]})
    places = {name: str(room / "push" / name) for name in ("exported", "diema", "refused")}
    given = {"checkpoint": str(checkpoint), "folder": places["exported"], **places}
    return run("import json, sys, traceback\n" + CHECKS + PUSH + REPORT, given, room / "push", **hub.environment())


@pytest.fixture(scope="module")
def pulled(room, hub, pushed, clip_files) -> dict:
    """What a Python without the package pulls from there."""
    (room / "pull").mkdir()
    script = PRELUDE + CHECKS + WITHOUT_PACKAGE + PULL + REPORT
    return run(script, {"clips": clip_files}, room / "pull", **hub.environment())


def rename_backbone(folder: Path, name: str) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"backbone": name}), encoding="utf-8")


def local_pipeline(checkpoint: Path) -> SkeletonEmotionExplanationPipeline:
    return pipeline(TASK, model=str(checkpoint), pipeline_class=SkeletonEmotionExplanationPipeline)


def assert_same_records(found: list[dict], expected: list[dict]) -> None:
    for record, known in zip(found, expected, strict=True):
        assert RECORD_KEYS <= set(record) == set(known), record
        assert record["label"] == known["label"]
        assert record["scores"] == pytest.approx(known["scores"], abs=1e-5)
        assert record["explanation"] == known["explanation"]
        assert record["evidence"] == known["evidence"]
        assert record["skeleton"] == known["skeleton"]


# ---- where the package is not installed -----------------------------------------------------------------------------


def test_the_subprocess_really_lacks_the_package(without_package):
    assert value(without_package, "package") == "No module named 'eai_llm_hf'"
    assert value(without_package, "package_stayed_away") == []


@pytest.mark.parametrize("source", ["classes_of_a_folder", "classes_of_the_cache"])
def test_every_auto_class_finds_its_class_in_the_repository(without_package, source):
    assert value(without_package, source) == {
        "config": ["transformers_modules", "EaiLlmConfig"],
        "model": ["transformers_modules", "EaiLlmForCausalLM"],
        "causal_lm": ["transformers_modules", "EaiLlmForCausalLM"],
        "processor": ["transformers_modules", "EaiSkeletonProcessor"],
        "feature_extractor": ["transformers_modules", "EaiSkeletonFeatureExtractor"],
    }


@pytest.mark.parametrize("source", ["records_of_a_folder", "records_of_the_cache", "records_of_the_small_form"])
def test_the_pipeline_gives_the_records_that_the_package_gives(without_package, expected, source):
    assert_same_records(value(without_package, source), expected)


def test_whole_and_small_form_compute_what_the_package_computes(without_package, checkpoint, clip_files):
    model, processor = EaiLlmForCausalLM.from_pretrained(checkpoint), EaiSkeletonProcessor.from_pretrained(checkpoint)
    inputs = processor(text=f"{processor.skeleton_token} What emotion?", skeletons=clip_files[0])
    with torch.no_grad():
        known = model(**inputs).logits[0, -1]
    for logits in value(without_package, "logits_of_whole_and_small"):
        torch.testing.assert_close(torch.tensor(logits), known, atol=1e-5, rtol=1e-5)


def test_nothing_runs_without_trust_remote_code(without_package):
    messages = value(without_package, "refused")
    assert len(messages) == 6
    assert all("trust_remote_code=True" in message for message in messages)


def test_a_small_form_whose_backbone_is_nowhere_says_how_to_get_it(without_package):
    error = without_package["small_form_without_its_backbone"]["error"]
    assert error.startswith("OSError: The text backbone 'tiny/nowhere' was found neither in ")
    assert "eai-llm backbone fetch tiny/nowhere" in error


# ---- push and pull --------------------------------------------------------------------------------------------------


def test_push_to_hub_uploads_weights_processor_and_all_code(pushed, hub):
    value(pushed, "push_to_hub")
    files = hub.repositories["someone/pushed"]
    code = {path.name for room in ("modeling", "processing") for path in (REPOSITORY / room).glob("*.py")}
    assert code - {"__init__.py"} <= set(files)
    assert {"config.json", "model.safetensors", "processor_config.json", "tokenizer.json", "README.md"} <= set(files)
    assert "someone/pushed" in hub.private
    assert "model.safetensors" in hub.large


def test_the_export_command_pushes_the_folder_it_wrote(pushed, hub, room):
    status, said = value(pushed, "export_push")
    assert status == 0, said
    assert "pushed to someone/exported" in said
    written = {path.name: path.read_bytes() for path in (room / "push" / "exported").iterdir()}
    assert hub.repositories["someone/exported"] == written


def test_what_may_not_be_shared_or_has_no_licence_yet_is_not_uploaded(pushed, hub, room):
    forbidden, stated, unknown = value(pushed, "refused_pushes")
    assert forbidden[0] == stated[0] == unknown[0] == 1
    assert all("trained on diema" in said for _, said in (forbidden, stated)) and "--license ID" in unknown[1]
    assert len(value(pushed, "refused_by_the_classes")) == 2
    assert set(hub.repositories) == {"someone/pushed", "someone/exported"}
    assert not (room / "push" / "refused").exists()


def test_what_was_pushed_says_its_licence(pushed, hub):
    for name in ("push_to_hub", "export_push"):
        value(pushed, name)
    for files in hub.repositories.values():
        front = files["README.md"].decode().split("---")[1]
        assert "\nlicense: cc-by-4.0\n" in front and "library_name: transformers" in front


def test_what_was_pushed_comes_back_by_its_name(pulled, expected, without_package):
    modules = {module for module, _ in value(pulled, "classes_of_the_pushed").values()}
    assert modules == {"transformers_modules"}
    known = torch.tensor(value(without_package, "logits_of_whole_and_small")[0])
    for logits in value(pulled, "logits_of_the_pushed"):
        torch.testing.assert_close(torch.tensor(logits), known, atol=1e-5, rtol=1e-5)
    assert_same_records(value(pulled, "records_of_the_exported"), expected)


# ---- with the package imported --------------------------------------------------------------------------------------


def test_the_exported_code_is_byte_for_byte_the_repositorys(exported):
    sources = {
        path.name: path
        for room in ("modeling", "processing")
        for path in (REPOSITORY / room).glob("*.py")
        if path.name != "__init__.py"
    }
    written = {path.name: path.read_bytes() for path in exported.glob("*.py")}
    assert written == {name: path.read_bytes() for name, path in sources.items()}


def test_an_export_brings_card_and_licence_and_takes_an_empty_folder_only(exported, checkpoint):
    assert (exported / "README.md").read_text(encoding="utf-8").startswith("---\nlicense: ")
    assert "Apache License" in (exported / "LICENSE").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="is not empty"):
        export(checkpoint, exported)


def test_the_auto_classes_know_the_package_without_remote_code(checkpoint):
    assert type(AutoConfig.from_pretrained(checkpoint)) is EaiLlmConfig
    assert type(AutoModel.from_pretrained(checkpoint)) is EaiLlmForCausalLM
    assert type(AutoModelForCausalLM.from_pretrained(checkpoint)) is EaiLlmForCausalLM
    assert type(AutoProcessor.from_pretrained(checkpoint)) is EaiSkeletonProcessor
    assert type(AutoFeatureExtractor.from_pretrained(checkpoint)) is EaiSkeletonFeatureExtractor


def test_the_task_alone_takes_the_embedded_checkpoint(monkeypatch, checkpoint, clip_files, expected):
    default = PIPELINE_REGISTRY.supported_tasks[TASK]["default"]
    assert default["model"] == (str(DEFAULT_CHECKPOINT), "main")
    monkeypatch.setitem(default, "model", (str(checkpoint), "main"))
    pipe = pipeline(TASK)
    assert type(pipe) is SkeletonEmotionExplanationPipeline
    assert_same_records(pipe(clip_files, max_new_tokens=12), expected)


def test_a_pipeline_takes_a_model_object_or_a_checkpoint_with_its_class(checkpoint, clip_files, expected):
    model, processor = EaiLlmForCausalLM.from_pretrained(checkpoint), EaiSkeletonProcessor.from_pretrained(checkpoint)
    pipe = pipeline(TASK, model=model, processor=processor)
    assert_same_records(pipe(clip_files, max_new_tokens=12), expected)
    trusted = pipeline(TASK, model=str(checkpoint), trust_remote_code=True)
    assert_same_records(trusted(clip_files, max_new_tokens=12), expected)


def test_a_pipeline_on_a_path_without_trust_is_refused(checkpoint):
    with pytest.raises(ValueError, match="trust_remote_code"):
        pipeline(TASK, model=str(checkpoint))
