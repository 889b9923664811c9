"""Writes a checkpoint as a Hub repository: code, weights, processor, model card and licence in one flat folder."""

from importlib.metadata import files
from pathlib import Path

from eai_llm_hf.modeling.configuration_eai_llm import EaiLlmConfig
from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM
from eai_llm_hf.processing.processing_eai_llm import EaiSkeletonProcessor

from .model_card import model_card
from .records import EVALUATION, RECORDS, TRAINING, read_record, write_record


def export(model: str | Path, folder: str | Path, include_backbone: bool = True) -> Path:
    """Writes a checkpoint as a Hub repository.

    Args:
        model: Checkpoint to export, folder or Hub id.
        folder: Where to write; it is made, and must be empty.
        include_backbone: Whether the weights include the text backbone's. Without, whoever loads the repository
            needs the backbone too, from the Hub or by `eai-llm backbone fetch`.

    Returns:
        The folder.

    Raises:
        ValueError: If the folder is not empty.
    """
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"The folder {folder} is not empty; an export needs one of its own.")
    loaded = EaiLlmForCausalLM.from_pretrained(model)
    if include_backbone:
        loaded.load_backbone()
    processor = EaiSkeletonProcessor.from_pretrained(model)
    loaded.save_pretrained(folder, include_backbone=include_backbone)
    processor.save_pretrained(folder)
    for name in RECORDS:
        if record := read_record(model, name):
            write_record(folder, name, record)
    write_card(folder)
    return folder


def write_card(folder: Path) -> None:
    """Writes README.md and LICENSE into a checkpoint folder, from the records that lie there."""
    config = EaiLlmConfig.from_pretrained(folder)
    card = model_card(config, read_record(folder, TRAINING), read_record(folder, EVALUATION))
    (folder / "README.md").write_text(card, encoding="utf-8")
    (folder / "LICENSE").write_text(licence_text(), encoding="utf-8")


def licence_text() -> str:
    """The Apache licence of this package's code, from the repository or the installed package.

    Raises:
        FileNotFoundError: If it is in neither.
    """
    beside = Path(__file__).parents[1] / "LICENSE"
    if beside.is_file():
        return beside.read_text(encoding="utf-8")
    for file in files("eai-llm-hf") or []:
        if file.name == "LICENSE":
            return file.read_text(encoding="utf-8")
    raise FileNotFoundError("The licence of eai-llm-hf is neither in the repository nor in the installed package.")


__all__ = ["export", "licence_text", "write_card"]
