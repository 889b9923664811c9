"""The text backbone's weights: where they lie, room for one more word, and the low-rank update merged into them."""

import os
from pathlib import Path

import torch
from safetensors import safe_open
from transformers import PreTrainedModel
from transformers.utils import cached_file


def find_backbone(name: str) -> str:
    """Where the backbone lies: a folder of that name, one that `eai-llm backbone fetch` converted, or the Hub's id."""
    converted = backbone_cache() / name.replace("/", "--")
    return str(converted) if converted.is_dir() and not Path(name).is_dir() else name


def backbone_cache() -> Path:
    """The folder of converted backbones: `$EAI_LLM_CACHE/backbones`, by default in `~/.cache/eai_llm_hf`."""
    return Path(os.environ.get("EAI_LLM_CACHE") or "~/.cache/eai_llm_hf").expanduser() / "backbones"


def loadable_backbone(name: str, found: str) -> str:
    """Makes sure that a backbone can be loaded from where it was found.

    Args:
        name: The backbone, as the configuration names it.
        found: Folder or Hub id.

    Returns:
        `found`.

    Raises:
        OSError: If the backbone is neither here nor on the Hub, saying how to get it.
    """
    try:
        cached_file(found, "config.json")
    except OSError as error:
        raise OSError(
            f"The text backbone '{name}' was found neither in {backbone_cache()} nor in the Hugging Face cache nor on "
            "the Hub. "
            f"With the package eai-llm-hf installed, `eai-llm backbone fetch {name}` brings it here."
        ) from error
    return found


def make_room(language_model: PreTrainedModel, token_id: int) -> None:
    """Widens a backbone's vocabulary in place, where it has no entry for a token of that id.

    Skeleton tokens take the placeholder's place, so its embedding is never read; the head's new rows are the mean of
    the others, which makes the placeholder an unlikely word and the widening the same every time.
    """
    words = language_model.get_input_embeddings().num_embeddings
    if token_id < words:
        return
    language_model.resize_token_embeddings(token_id + 1, mean_resizing=False)
    with torch.no_grad():
        for module in (language_model.get_input_embeddings(), language_model.get_output_embeddings()):
            module.weight[words:] = module.weight[:words].float().mean(0).to(module.weight.dtype)


def read_lora(weights: str) -> dict[str, torch.Tensor]:
    """The low-rank update that a weight file holds, as `merge_lora` takes it; empty where it holds none."""
    with safe_open(weights, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys() if name.startswith("lora.")}


def merge_lora(language_model: PreTrainedModel, lora: dict[str, torch.Tensor]) -> None:
    """Adds low-rank updates to a backbone in place: `W += B @ A` (Hu et al. 2021; B carries the scale alpha / r).

    Args:
        language_model: The backbone.
        lora: `lora.<module>.A` (rank, inputs) and `lora.<module>.B` (outputs, rank) for each updated module.
    """
    with torch.no_grad():
        for name in [name for name in lora if name.endswith(".A")]:
            module = language_model.get_submodule(name.removeprefix("lora.").removesuffix(".A"))
            update = lora[f"{name[:-1]}B"].float() @ lora[name].float()
            module.weight.copy_(module.weight.float() + update)


def unexplained_weights(
    language_model: PreTrainedModel, backbone: PreTrainedModel, lora: dict[str, torch.Tensor]
) -> list[str]:
    """Names of the weights that are not the backbone's plus the low-rank update, or that only one of the two has.

    The same updates, added in another order or precision, differ by the rounding of each summand; bfloat16 keeps 8
    bits, and two bits are left for several roundings. Entries near zero are kept so finely that a lost update shows.

    Args:
        language_model: The backbone as it is now; more words, as `make_room` adds them, do not count.
        backbone: The backbone as it was published.
        lora: As in `merge_lora`.
    """
    found, published = language_model.state_dict(), backbone.state_dict()
    unexplained = sorted(found.keys() ^ published.keys())
    for name, weight in published.items():
        if name not in found:
            continue
        weight = weight.float()
        room, module = weight.abs(), f"lora.{name.removesuffix('.weight')}"
        if f"{module}.A" in lora:
            a, b = lora[f"{module}.A"].float(), lora[f"{module}.B"].float()
            weight, room = weight + b @ a, room + b.abs() @ a.abs()
        now = found[name][: len(weight)].float().cpu()
        if now.shape != weight.shape or ((now - weight).abs() > room * 2**-6).any():
            unexplained.append(name)
    return unexplained


__all__ = [
    "backbone_cache",
    "find_backbone",
    "loadable_backbone",
    "make_room",
    "merge_lora",
    "read_lora",
    "unexplained_weights",
]
