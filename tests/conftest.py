"""What the tests share: a tiny backbone and a tiny checkpoint, made on the spot, and generated clips."""

import gc
import os
from functools import cache
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")  # the figures below are those of a CPU
# ATEN_CPU_CAPABILITY should simulate a smaller CPU for all of torch. oneDNN ignores it and uses every instruction that
# the CPU has; attention in bfloat16 then fails between the two.
if isa := {"default": "SSE41", "avx2": "AVX2"}.get(os.environ.get("ATEN_CPU_CAPABILITY", "")):
    os.environ.setdefault("ONEDNN_MAX_CPU_ISA", isa)

import numpy as np
import pytest
import torch
from browser import open_browser, running_app, visitors
from door_answers import Doors
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedTokenizerFast, pipeline

from eai_llm_hf import (
    TASK,
    EaiLlmForCausalLM,
    EaiSkeletonFeatureExtractor,
    EaiSkeletonProcessor,
    SkeletonEmotionExplanationPipeline,
)
from eai_llm_hf.app import actions
from eai_llm_hf.app.session import Session
from eai_llm_hf.generator import clip_seed, generate_clip
from eai_llm_hf.processing.descriptors.measure import measure, measure_spans
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES, PARENTS
from eai_llm_hf.processing.skeleton.unify import unify
from eai_llm_hf.publish.export import export

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
"""Real motion next to the repository on some machines; tests that read it are skipped elsewhere."""

ARM = """HIERARCHY
ROOT Hips
{
  OFFSET 0.0 90.0 0.0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Arm
  {
    OFFSET 10.0 0.0 0.0
    CHANNELS 3 Yrotation Zrotation Xrotation
    JOINT Hand
    {
      OFFSET 5.0 1.0 2.0
      CHANNELS 0
      End Site
      {
        OFFSET 1.0 0.0 0.0
      }
    }
  }
}
MOTION
Frames: 3
Frame Time: 0.0333333
1 2 3 10 20 30 40 50 60
4 5 6 -10 -20 -30 -40 -50 -60
7 8 9 90 0 180 0 -90 45
"""
"""A whole BVH file, of three joints and three frames."""

SMALL_TOWER = {"hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 32, "num_hidden_layers": 2}

TEXTS = [
    "What emotion does this movement express, and how can you tell?",
    "The movement looks happy sad angry proud not confident. The head is bowed and the arms are held close.",
    "<|im_start|>user assistant system<|im_end|> the trunk is leaning forward, the legs are moving slowly 0123456789",
]


def pytest_collection_finish():
    """Leaves what was imported out of the garbage collections that each stage of a training asks for, 0.3 s each."""
    gc.collect()
    gc.freeze()


def make_clip(seed: int, **given) -> UnifiedClip:
    """A generated clip on the unified skeleton."""
    return unify(generate_clip(clip_seed(7, seed), **given).motion)


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


def make_tokenizer(chat_ml: bool = True) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer of a few hundred tokens."""
    special = ["<pad>", "<eos>"] + (["<|im_start|>", "<|im_end|>", "<empty_output>"] if chat_ml else [])
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<|im_end|>" if chat_ml else "<eos>"
    )


def make_backbone(folder: Path, chat_ml: bool = True) -> Path:
    """Writes a Llama of 4 layers and 32 dimensions with its tokenizer."""
    tokenizer = make_tokenizer(chat_ml)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@cache
def make_reference() -> MotionReference:
    """A reference fitted on 40 generated clips."""
    clips = [make_clip(seed, duration_s=3.0) for seed in range(40)]
    return MotionReference.fit(np.stack([measure(clip.joints, clip.joint_mask) for clip in clips]))


@pytest.fixture(scope="session")
def tiny_backbone(tmp_path_factory) -> Path:
    """Folder of a tiny text backbone."""
    return make_backbone(tmp_path_factory.mktemp("backbone"))


@pytest.fixture(scope="session")
def processor(tiny_backbone) -> EaiSkeletonProcessor:
    """A processor for the tiny backbone, with a reference."""
    tokenizer = PreTrainedTokenizerFast.from_pretrained(tiny_backbone)
    return EaiSkeletonProcessor.from_tokenizer(
        tokenizer, EaiSkeletonFeatureExtractor(reference=make_reference().to_dict())
    )


@pytest.fixture
def model(tiny_backbone, processor) -> EaiLlmForCausalLM:
    """A tiny untrained model in float32."""
    torch.manual_seed(0)
    return EaiLlmForCausalLM.from_backbone(
        str(tiny_backbone),
        processor.skeleton_token_id,
        dtype=torch.float32,
        skeleton_config=SMALL_TOWER | processor.feature_extractor.skeleton_config,
        text_layer=2,
        explains=True,
    )


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory, tiny_backbone, processor) -> Path:
    """Folder of a tiny checkpoint in the small form, whose backbone is the tiny one."""
    torch.manual_seed(0)
    made = EaiLlmForCausalLM.from_backbone(
        str(tiny_backbone),
        processor.skeleton_token_id,
        dtype=torch.float32,
        skeleton_config=SMALL_TOWER | processor.feature_extractor.skeleton_config,
        text_layer=2,
        explains=True,
    )
    folder = tmp_path_factory.mktemp("checkpoint")
    made.save_pretrained(folder, include_backbone=False)
    processor.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def hub_room(tmp_path_factory) -> Path:
    """A folder far from the repository."""
    return tmp_path_factory.mktemp("hub")


@pytest.fixture(scope="session")
def hub_checkpoint(hub_room, tiny_checkpoint) -> Path:
    """A small checkpoint with low-rank factors, as training leaves one."""
    from eai_llm_hf.training.adapters import add_lora, fold_lora  # slow to import, and few tests need it

    torch.manual_seed(1)
    peft_model = add_lora(EaiLlmForCausalLM.from_pretrained(tiny_checkpoint), rank=2)
    with torch.no_grad():
        for parameter in peft_model.parameters():
            if parameter.requires_grad:
                parameter.add_(0.1 * torch.randn_like(parameter))
    fold_lora(peft_model).save_pretrained(hub_room / "tiny-checkpoint", include_backbone=False)
    EaiSkeletonProcessor.from_pretrained(tiny_checkpoint).save_pretrained(hub_room / "tiny-checkpoint")
    return hub_room / "tiny-checkpoint"


@pytest.fixture(scope="session")
def exported(hub_room, hub_checkpoint) -> Path:
    """That checkpoint as a Hub repository with its backbone."""
    return export(hub_checkpoint, hub_room / "whole")


@pytest.fixture(scope="session")
def recordings(hub_room) -> dict[str, str]:
    """Files for the doors: see `Doors`."""
    short = make_clip(1, emotion="sad", action="walk", duration_s=3.0)
    wave = make_clip(2, emotion="happy", action="wave", rig="bandai22", duration_s=2.5)
    long = make_clip(3, emotion="angry", action="walk", rig="bandai22", duration_s=25.0)
    other = make_clip(4, emotion="proud", action="walk", rig="bandai22", duration_s=3.0)
    frames = min(len(wave.joints), len(other.joints))
    joints = {
        "short": short.joints,
        "long": long.joints,
        "two": np.stack([wave.joints[:frames], other.joints[:frames]]),
    }
    for name, positions in joints.items():
        np.savez(hub_room / f"{name}.npz", joints=positions, fps=30.0, joint_names=np.array(JOINT_NAMES))
    write_bvh(hub_room / "wave.bvh", wave.joints, wave.fps)
    (hub_room / "broken.bvh").write_text("HIERARCHY\nROOT", encoding="utf-8")
    files = ("short.npz", "long.npz", "two.npz", "wave.bvh", "broken.bvh")
    return {Path(file).stem: str(hub_room / file) for file in files}


@pytest.fixture(scope="session")
def known_answers(hub_room, hub_checkpoint, recordings) -> dict[str, dict]:
    """What each door answers with this package's own classes."""
    doors = Doors(str(hub_checkpoint), recordings, hub_room, pipeline_class=SkeletonEmotionExplanationPipeline)
    return doors.answers()


@pytest.fixture(scope="session")
def clips() -> list[UnifiedClip]:
    """Three generated clips of different length and rig."""
    return [
        make_clip(1, emotion="sad", action="walk", rig="bandai22", duration_s=4.0),
        make_clip(2, emotion="happy", action="wave", rig="kinect_v2_25", duration_s=2.5),
        make_clip(3, emotion="angry", action="run", rig="cmu31", duration_s=6.0),
    ]


@pytest.fixture
def write(tmp_path):
    """Gives a function that writes a file, text or bytes as they are, and returns its path."""

    def write_file(content, name="clip.bvh"):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8", newline="")
        return path

    return write_file


@pytest.fixture(scope="module")
def pipe(tiny_checkpoint) -> SkeletonEmotionExplanationPipeline:
    """The pipeline of the tiny checkpoint."""
    made = pipeline(
        TASK,
        model=EaiLlmForCausalLM.from_pretrained(tiny_checkpoint),
        processor=EaiSkeletonProcessor.from_pretrained(tiny_checkpoint),
        device="cpu",
    )
    assert isinstance(made, SkeletonEmotionExplanationPipeline)
    # The tiny tower is untrained, and its scores lie so close together that no test could tell them apart.
    made.model.alignment.logit_scale.data.fill_(5.0)
    return made


@pytest.fixture(scope="module")
def browser():
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def app(browser, pipe, tmp_path_factory):
    with running_app(pipe, tmp_path_factory.mktemp("uploads")) as served:
        yield served


@pytest.fixture
def visit(app, browser):
    """Opens the page of the app as a new visitor."""
    with visitors(browser, app) as opened:
        yield opened


@pytest.fixture
def session(pipe, tmp_path) -> Session:
    """A visitor with two recordings, of which the second is a file."""
    made = Session()
    actions.add_example(made, "Sad walk")
    write_bvh(tmp_path / "walk.bvh", make_clip(4, action="walk", rig="bandai22", duration_s=3.0).joints, 30.0)
    actions.read_file(pipe, made, tmp_path / "walk.bvh")
    return made


def as_input(clip: UnifiedClip, **more) -> dict:
    """A unified clip as a user's dict."""
    return {"joints": clip.joints, "fps": 30.0, "layout": "smpl22", **more}


@pytest.fixture(scope="module")
def inputs() -> list[dict]:
    """Three clips as a user gives them."""
    # Of a rig that has every joint, since these are given as arrays of smpl22.
    lengths = {1: 2.5, 2: 6.0, 3: 4.0}
    return [
        as_input(make_clip(seed, rig="bandai22", duration_s=length), source=f"clip {seed}")
        for seed, length in lengths.items()
    ]


def says(monkeypatch, pipe, text):
    """Lets the language model say a text, whatever the clip."""
    tail = torch.tensor(pipe.processor.tokenizer(" " + text)["input_ids"])
    calls = []

    def generate(input_ids, **_):
        calls.append(len(input_ids))
        return torch.cat([input_ids, tail.expand(len(input_ids), -1)], dim=1)

    monkeypatch.setattr(pipe.model, "generate", generate)
    return calls


def truth(pipe, given) -> tuple[np.ndarray, MotionReference]:
    """The measured values of an input, and the reference."""
    clip = pipe.processor.feature_extractor.clips(given)[0]
    vectors = measure_spans(clip.joints, clip.joint_mask)
    return vectors, pipe.processor.feature_extractor.motion_reference()
