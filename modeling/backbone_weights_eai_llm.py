"""The weights of the text backbone: which form they have, in which data type, and the LoRA updates added to them."""

import hashlib
import platform
from pathlib import Path

import torch
from safetensors import safe_open
from torch import nn
from transformers import PreTrainedModel
from transformers.utils import cached_file


def weights_sha256(backbone: str) -> str | None:
    """Identifies the weights of a backbone: one model may exist in several forms, such as after quantisation.

    Args:
        backbone: Its folder, or the Hub id of a backbone that was downloaded.

    Returns:
        The SHA-256 of its weight file, as `sha256sum model.safetensors` prints it; for several shards, the
        SHA-256 of these digests in the order of the file names. None if the weights are not in safetensors.
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
    """The data type in which this machine computes a backbone that was saved in `dtype`.

    A CPU without bfloat16 instructions is slower in bfloat16 and float16 than in float32 (docs/data-types.md).

    Returns:
        float32 for a 16-bit type if the machine has neither an accelerator nor a CPU with bfloat16 instructions;
        otherwise `dtype`.
    """
    if torch.finfo(dtype).bits > 16 or torch.accelerator.is_available() or computes_bfloat16():
        return dtype
    return torch.float32


def computes_bfloat16() -> bool:
    """Whether this CPU has instructions for bfloat16: AMX or AVX512-BF16 on x86, BF16 on Arm."""
    if platform.machine().lower() in ("x86_64", "amd64"):
        if torch.backends.cpu.get_cpu_capability() in ("DEFAULT", "NO AVX", "AVX2"):
            return False  # also if set by ATEN_CPU_CAPABILITY: torch then lacks kernels that oneDNN relies on
        return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()


def make_room(language_model: PreTrainedModel, token_id: int) -> None:
    """Extends a backbone's vocabulary in place if it has no entry for the placeholder.

    Skeleton tokens replace the placeholder, so its embedding is never read. The new rows are the mean of the others:
    that makes the placeholder an unlikely word of the head, and the result the same every time.

    Args:
        language_model: The backbone.
        token_id: Id of the placeholder.
    """
    words = language_model.get_input_embeddings().num_embeddings
    if token_id < words:
        return
    language_model.resize_token_embeddings(token_id + 1, mean_resizing=False)
    with torch.no_grad():
        for module in (language_model.get_input_embeddings(), language_model.get_output_embeddings()):
            module.weight[words:] = module.weight[:words].float().mean(0).to(module.weight.dtype)


def read_group(weights: str, prefix: str) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors file whose names begin with a prefix, by the rest of their names."""
    with safe_open(weights, framework="pt") as file:
        return {name.removeprefix(prefix): file.get_tensor(name) for name in file.keys() if name.startswith(prefix)}


def merge_lora(language_model: PreTrainedModel, lora: dict[str, torch.Tensor]) -> None:
    """Adds LoRA updates to a backbone in place: `W += B @ A` (Hu et al. 2021).

    This is what PEFT's `merge_and_unload` computes, without PEFT, which not every user of transformers has.

    Args:
        language_model: The backbone.
        lora: `<module>.A` (rank, inputs) and `<module>.B` (outputs, rank) of each updated module; B includes the scale
            alpha / r.
    """
    with torch.no_grad():
        for name, (a, b) in _factors(lora).items():
            weight = language_model.get_parameter(name)
            weight.copy_(weight.float() + b @ a)


def unexplained_weights(
    language_model: PreTrainedModel, backbone: PreTrainedModel, lora: dict[str, torch.Tensor]
) -> list[str]:
    """Names of the weights that are not the backbone's plus the LoRA update, or that only one of the two models has.

    Updates that were added in another order or precision differ by rounding. A weight may differ by 2^-6 of the sum of
    its summands' absolute values: bfloat16 has 8 significant bits, and two are left for several roundings. Near zero
    floating point is fine enough to detect a lost update.

    Args:
        language_model: The backbone as it is now. Tokens that `make_room` added are not compared.
        backbone: The backbone as it was published.
        lora: As in `merge_lora`.
    """
    found, published, factors = language_model.state_dict(), backbone.state_dict(), _factors(lora)
    unexplained = sorted(found.keys() ^ published.keys())
    for name, weight in published.items():
        if name not in found:
            continue
        weight = weight.float()
        size = weight.abs()
        if name in factors:
            a, b = factors[name]
            weight, size = weight + b @ a, size + b.abs() @ a.abs()
        now = found[name][: len(weight)].float().cpu()
        if now.shape != weight.shape or ((now - weight).abs() > size * 2**-6).any():
            unexplained.append(name)
    return unexplained


def _factors(lora: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """A and B in float32 of each weight that LoRA updates, by the name of the weight."""
    modules = [name.removesuffix(".A") for name in lora if name.endswith(".A")]
    return {f"{module}.weight": (lora[f"{module}.A"].float(), lora[f"{module}.B"].float()) for module in modules}


def acting_adapters(language_model: nn.Module) -> tuple:
    """The modules in which PEFT adapters change what a model computes: (name, active adapters, merged adapters)."""
    acting = []
    for name, module in language_model.named_modules():
        if isinstance(disabled := getattr(module, "disable_adapters", None), bool):  # a method elsewhere
            active = () if disabled else tuple(module.active_adapters)
            merged = tuple(getattr(module, "merged_adapters", ()))
            if active or merged:
                acting.append((name, active, merged))
    return tuple(acting)


def encodes_text(module: str, text_layer: int) -> bool:
    """Whether a module of a language model is used to encode texts, as all below layer `text_layer` are.

    Args:
        module: Its name, such as "model.layers.12.self_attn.q_proj"; the first number is taken as the layer.
        text_layer: As in the configuration.
    """
    layer = next((int(part) for part in module.split(".") if part.isdigit()), -1)
    return layer < text_layer


def weights_version(language_model: nn.Module) -> tuple:
    """A value that stays equal while no weight is replaced or changed and the same adapters are active."""
    # Tensors made in inference mode have no version counter.
    weights = ((w.data_ptr(), -1 if w.is_inference() else w._version) for w in language_model.parameters())
    return acting_adapters(language_model), tuple(weights)


__all__ = [
    "acting_adapters",
    "computes_bfloat16",
    "encodes_text",
    "fitting_dtype",
    "make_room",
    "merge_lora",
    "read_group",
    "unexplained_weights",
    "weights_sha256",
    "weights_version",
]
