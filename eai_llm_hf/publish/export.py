"""Writes a checkpoint as a Hub repository: code, weights, processor, model card and licence in one flat folder."""

from importlib.metadata import files
from pathlib import Path

from huggingface_hub import HfApi

from eai_llm_hf.modeling.configuration_eai_llm import EaiLlmConfig
from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM
from eai_llm_hf.processing.processing_eai_llm import EaiSkeletonProcessor

from .checkpoints import EVALUATION, METADATA, TRAINING, read_metadata, write_metadata
from .licences import WeightsLicence, licence_of_checkpoint, licence_of_training
from .model_card import model_card


def export(
    model: str | Path,
    folder: str | Path,
    include_backbone: bool = True,
    license: str | None = None,
    push_to: str | None = None,
    private: bool = False,
) -> Path:
    """Writes a checkpoint as a Hub repository, and uploads it on request.

    Args:
        model: Checkpoint to export, folder or Hub id.
        folder: Folder to write, new or empty.
        include_backbone: Whether the weights include those of the text backbone. Without them, users of the repository
            need the backbone too, from the Hub or by `eai-llm backbone fetch`.
        license: Licence of the weights, an id of the Hub. By default it derives from the training corpora. It must
            keep the conditions of all corpora with a known licence. An upload needs it if a licence is unknown.
        push_to: Repository `USER/NAME` on the Hub to upload to.
        private: Whether a new repository there is private.

    Returns:
        The folder.

    Raises:
        ValueError: If the folder is not empty.
        LicenceError: If the licence of a training corpus forbids it; nothing is written then.
    """
    licence = licence_of_checkpoint(model, license)
    if push_to is not None:
        licence.to_push()
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"The folder {folder} is not empty. Expected a new or empty folder for the export.")
    # In the precision of the training, not the one that suits this machine.
    loaded = EaiLlmForCausalLM.from_pretrained(model, dtype=EaiLlmConfig.from_pretrained(model).dtype)
    if include_backbone:
        loaded.load_backbone()
    processor = EaiSkeletonProcessor.from_pretrained(model)
    if loaded.language_model is not None and not loaded.label_states:  # a checkpoint from before these were saved
        loaded.keep_label_states(**processor.label_inputs(list(loaded.config.labels)))
    loaded.save_pretrained(folder, include_backbone=include_backbone)
    processor.save_pretrained(folder)
    for name in METADATA:
        if metadata := read_metadata(model, name):
            if name == TRAINING and license is not None:
                metadata["stated_licence"] = license
            write_metadata(folder, name, metadata)
    write_card(folder, licence)
    if push_to is not None:
        api = HfApi()
        repository = api.create_repo(push_to, private=private, exist_ok=True).repo_id
        api.upload_folder(repo_id=repository, folder_path=folder, commit_message="Upload EAI-LLM")
    return folder


def write_card(folder: Path, licence: WeightsLicence | None = None) -> None:
    """Writes README.md and LICENSE into a checkpoint folder, from its metadata.

    Args:
        folder: The checkpoint.
        licence: Licence of the weights; by default it derives from the metadata of their training.
    """
    config = EaiLlmConfig.from_pretrained(folder)
    training, evaluation = read_metadata(folder, TRAINING), read_metadata(folder, EVALUATION)
    card = model_card(config, training, evaluation, licence or licence_of_training(training))
    (folder / "README.md").write_text(card, encoding="utf-8")
    (folder / "LICENSE").write_text(licence_text(), encoding="utf-8")


def licence_text() -> str:
    """The text of the licence of this package's code, from the repository or the installed package.

    Raises:
        FileNotFoundError: If neither has it.
    """
    in_repository = Path(__file__).parents[2] / "LICENSE"
    if in_repository.is_file():
        return in_repository.read_text(encoding="utf-8")
    for file in files("eai-llm-hf") or []:
        if file.name == "LICENSE":
            return file.read_text(encoding="utf-8")
    raise FileNotFoundError("The licence of eai-llm-hf is neither in the repository nor in the installed package.")


__all__ = ["export", "licence_text", "write_card"]
