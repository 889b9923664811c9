"""The text backbone: where it lies, which form of its weights that is, more words for it, low-rank updates of it."""

import hashlib
import os
import platform
from pathlib import Path

import torch
from safetensors import safe_open
from torch import nn
from transformers import PreTrainedModel
from transformers.utils import cached_file


def find_backbone(name: str) -> str | None:
    """Looks for a backbone on this machine, without any network.

    Args:
        name: A folder, or a Hub id that `eai-llm backbone fetch` converted or that lies in the Hugging Face cache.

    Returns:
        The folder, or None where the backbone would have to be fetched.
    """
    for folder in (Path(name), backbone_cache() / name.replace("/", "--")):
        if folder.is_dir():
            return str(folder)
    try:
        snapshot = Path(cached_file(name, "config.json", local_files_only=True)).parent
    except OSError:
        return None
    return str(snapshot) if any(snapshot.glob("*.safetensors")) else None


def fetch_backbone(name: str) -> str:
    """Finds a backbone on this machine or on the Hub, from where transformers loads it with progress bars.

    Args:
        name: As in `find_backbone`.

    Returns:
        The folder or the Hub id.

    Raises:
        OSError: If the backbone is neither here nor on the Hub, saying how to get it.
    """
    if (found := find_backbone(name)) is not None:
        return found
    try:
        cached_file(name, "config.json")
    except OSError as error:
        raise OSError(
            f"The text backbone '{name}' was found neither in {backbone_cache()} nor in the Hugging Face cache nor on "
            "the Hub. "
            f"With the package eai-llm-hf installed, `eai-llm backbone fetch {name}` brings it here."
        ) from error
    return name


def backbone_cache() -> Path:
    """The folder of converted backbones: `$EAI_LLM_CACHE/backbones`, by default in `~/.cache/eai_llm_hf`."""
    return Path(os.environ.get("EAI_LLM_CACHE") or "~/.cache/eai_llm_hf").expanduser() / "backbones"


def weights_sha256(backbone: str) -> str | None:
    """Names the form of a backbone's weights: the same model has other numbers after quantisation.

    Args:
        backbone: Its folder, or the Hub id of one that was downloaded.

    Returns:
        The SHA-256 of its weight file, as `sha256sum model.safetensors` prints it; of several shards, the SHA-256 of
        these digests in the order of the file names. None where its weights are not in safetensors.
    """
    folder = Path(backbone)
    if not folder.is_dir():
        folder = Path(cached_file(backbone, "config.json", local_files_only=True)).parent
    whole = folder / "model.safetensors"
    digests = []
    for file in [whole] if whole.is_file() else sorted(folder.glob("model-*-of-*.safetensors")):
        with file.open("rb") as stream:
            digests.append(hashlib.file_digest(stream, "sha256").hexdigest())
    if not digests:
        return None
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def fitting_dtype(dtype: torch.dtype) -> torch.dtype:
    """The data type in which a machine computes a backbone that was saved in `dtype`.

    Without instructions for it, a CPU computes bfloat16 and float16 more slowly than float32 (docs/data-types.md).

    Returns:
        float32 for a type of 16 bits where there is neither an accelerator nor a CPU with bfloat16 instructions.
    """
    if torch.finfo(dtype).bits > 16 or torch.accelerator.is_available() or computes_bfloat16():
        return dtype
    return torch.float32


def computes_bfloat16() -> bool:
    """Whether this CPU has instructions for bfloat16: AMX or AVX512-BF16 on x86, BF16 on Arm."""
    if platform.machine().lower() in ("x86_64", "amd64"):
        if torch.backends.cpu.get_cpu_capability() in ("DEFAULT", "NO AVX", "AVX2"):
            return False  # also where ATEN_CPU_CAPABILITY says so: torch then lacks kernels that oneDNN counts on
        return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()


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


def read_group(weights: str, prefix: str) -> dict[str, torch.Tensor]:
    """The tensors of a weight file whose names begin with a prefix, such as those that `merge_lora` takes."""
    with safe_open(weights, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys() if name.startswith(prefix)}


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


def acting_adapters(language_model: nn.Module) -> tuple:
    """The adapters of PEFT that change what a model computes: (module, active adapters, merged adapters) of each."""
    acting = []
    for name, module in language_model.named_modules():
        if isinstance(disabled := getattr(module, "disable_adapters", None), bool):  # a method elsewhere
            active = () if disabled else tuple(module.active_adapters)
            merged = tuple(getattr(module, "merged_adapters", ()))
            if active or merged:
                acting.append((name, active, merged))
    return tuple(acting)


def encodes_text(module: str, text_layer: int) -> bool:
    """Whether a module of a language model is one of those that encode texts: all but the layers from `text_layer` on.

    Args:
        module: Its name, such as "model.layers.12.self_attn.q_proj"; the first number in it is that of the layer.
        text_layer: As in the configuration.
    """
    layer = next((int(part) for part in module.split(".") if part.isdigit()), -1)
    return layer < text_layer


def weights_version(language_model: nn.Module) -> tuple:
    """Compares equal as long as no weight is replaced or changed and the same adapters act."""
    # Tensors made in inference mode cannot count their changes.
    weights = ((w.data_ptr(), -1 if w.is_inference() else w._version) for w in language_model.parameters())
    return acting_adapters(language_model), tuple(weights)


__all__ = [
    "acting_adapters",
    "backbone_cache",
    "computes_bfloat16",
    "encodes_text",
    "fetch_backbone",
    "find_backbone",
    "fitting_dtype",
    "make_room",
    "merge_lora",
    "read_group",
    "unexplained_weights",
    "weights_sha256",
    "weights_version",
]
