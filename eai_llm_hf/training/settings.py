"""The settings of a training run, read by the command line, recipe files and `HfArgumentParser`."""

from dataclasses import dataclass, field

from eai_llm_hf.processing.vocabulary import canonical_label

from ..publish.backbones import DEFAULT_BACKBONE

DEFAULT_LABELS = ("happy", "sad", "angry", "afraid", "disgusted", "surprised", "proud", "not confident", "neutral")
"""All emotions of the generator, and movement without one. A label that only one corpus has teaches that corpus."""


@dataclass
class Recipe:
    """The settings of a training run; `recipes/default.yaml` has those of the embedded checkpoint."""

    output_dir: str = field(metadata={"help": "folder for checkpoints and the result"})
    corpora: list[str] = field(
        default_factory=lambda: ["studies"],
        metadata={
            "help": "studies[:CLIPS], generated[:CLIPS], folder=FOLDER (a sub-folder for each label), manifest=FILE, "
            "prepared=FOLDER, hub=USER/NAME, or bandai1=, bandai2=, mpi_stories=, style100=, kdae=, emilya=, egbm= or "
            "diema=FOLDER"
        },
    )
    labels: list[str] = field(
        default_factory=lambda: list(DEFAULT_LABELS),
        metadata={"help": "emotions to learn; clips with other labels are unlabelled"},
    )
    performer_pattern: str | None = field(
        default=None,
        metadata={
            "help": "performer of a file in folder=FOLDER: regular expression with a group 'performer', searched in "
            r"the path below the folder, such as '(?P<performer>S\d+)_' for calm/S03_walk.bvh; or 'none' if "
            "unknown. By default the sub-folders of the labels, if several labels have the same: label/performer/clip"
        },
    )
    held_out: list[str] = field(
        default_factory=lambda: ["byes", "bow"],
        metadata={"help": "performers, or families of contents, to hold out for the test"},
    )
    validation: list[str] = field(
        default_factory=lambda: ["guide"],
        metadata={"help": "performers, or families of contents, for validation and the temperature"},
    )
    model: str | None = field(
        default=None,
        metadata={
            "help": "checkpoint to start from: 'default', 'generator', a folder or a Hub id; without it a new model"
        },
    )
    sessions: bool = field(
        default=True,
        metadata={
            "help": "draw crops in recording sessions and compare each with others of its session, so that the model "
            "learns to read a movement relative to a reference"
        },
    )
    measured_weight: float = field(
        default=0.7,
        metadata={"help": "weight in a new model, 0 to 1, of what the measurements alone say of a label"},
    )
    backbone: str = field(default=DEFAULT_BACKBONE, metadata={"help": "backbone of a new model: Hub id or folder"})
    stages: str = field(default="both", metadata={"help": "one, two or both"})
    stage_one_steps: int = field(default=1500, metadata={"help": "steps of the alignment"})
    stage_one_batch_size: int = field(default=48, metadata={"help": "crops in each step of each process"})
    stage_one_learning_rate: float = field(default=1e-3, metadata={"help": "peak learning rate of the alignment"})
    stage_two_steps: int = field(default=600, metadata={"help": "steps of the question answering"})
    stage_two_batch_size: int = field(default=8, metadata={"help": "chats in each step of each process"})
    stage_two_learning_rate: float = field(default=8e-4, metadata={"help": "peak learning rate of projector and LoRA"})
    lora_rank: int = field(default=16, metadata={"help": "rank of LoRA; with 0, stage two trains only the projector"})
    gradient_checkpointing: bool = field(
        default=False,
        metadata={
            "help": "compute each layer of the backbone again in stage two's backward pass instead of keeping it"
        },
    )
    save_steps: int = field(default=150, metadata={"help": "steps between checkpoints"})
    logging_steps: int = field(default=25, metadata={"help": "steps between two reports of the loss"})
    seed: int = field(default=0, metadata={"help": "seed of weights, generated clips, crops and questions"})
    dtype: str = field(default="bfloat16", metadata={"help": "precision of the frozen backbone"})
    num_workers: int = field(default=1, metadata={"help": "processes that prepare batches"})
    mixed_precision: str = field(
        default="no", metadata={"help": "no, bf16 or fp16: precision of the computation; weights keep theirs"}
    )
    report_to: list[str] = field(
        default_factory=lambda: ["none"], metadata={"help": "tensorboard, trackio, ... or none"}
    )
    use_cpu: bool = field(default=False, metadata={"help": "train on the CPU even if there is a GPU"})

    def __post_init__(self):
        self.labels = list(dict.fromkeys(canonical_label(label) for label in self.labels))
        if self.stages not in ("one", "two", "both"):
            raise ValueError(f"stages must be one, two or both, found '{self.stages}'.")
        if self.mixed_precision not in ("no", "bf16", "fp16"):
            raise ValueError(f"mixed_precision must be no, bf16 or fp16, found '{self.mixed_precision}'.")


__all__ = ["DEFAULT_LABELS", "Recipe"]
