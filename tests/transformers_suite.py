"""The tests that transformers runs on its own models: its source archive ships them, its wheel does not.

pip downloads the archive of the installed version once, into `$EAI_LLM_CACHE/transformers-tests`. Nothing of it is
kept in this repository.
"""

import importlib
import subprocess
import sys
import tarfile
import tempfile
from email.parser import HeaderParser
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import transformers

from eai_llm_hf.modeling.backbone_folder_eai_llm import backbone_cache

PACKAGE = "transformers_suite_files"
"""The package name under which the downloaded files import each other."""

STAND_INS = {
    "exporters.test_export": {"ExportTesterMixin": type("ExportTesterMixin", (), {})},
    "generation.test_utils": {"GenerationTesterMixin": type("GenerationTesterMixin", (), {})},
    "utils.test_configuration_utils": {"config_common_kwargs": {"dtype": "float16", "return_dict": False}},
}
"""What the files import but the archive does not have. The first two would add tests of export and of `generate`; our
tests of `generate` are in test_model.py."""


class Unavailable(Exception):
    """The archive could not be downloaded; the message says why."""


def load(name: str) -> ModuleType:
    """One of the downloaded files as a module, such as `test_modeling_common`.

    Raises:
        Unavailable: If the archive is not on this machine and cannot be downloaded.
    """
    if PACKAGE not in sys.modules:
        _module(PACKAGE).__path__ = [str(_folder())]
        for dotted, names in STAND_INS.items():
            parent = f"{PACKAGE}.{dotted.partition('.')[0]}"
            _module(parent).__path__ = []
            vars(_module(f"{PACKAGE}.{dotted}")).update(names)
        # A script of transformers' CI that locates files from the Hub. No test that runs here needs one.
        vars(_module("fetch_hub_objects_for_ci"))["url_to_local_path"] = lambda url: url
    # One file imports from the source tree a name that it does not use.
    with patch("transformers.utils.direct_transformers_import"):
        return importlib.import_module(f"{PACKAGE}.{name}")


def _module(name: str) -> ModuleType:
    return sys.modules.setdefault(name, ModuleType(name))


def _folder() -> Path:
    """The folder of the tests of the installed version, downloaded if it does not exist."""
    cache = backbone_cache().parent / "transformers-tests"
    folder = cache / transformers.__version__
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as work:
            _unpack(_download(Path(work)), Path(work) / "tests")
            try:
                (Path(work) / "tests").rename(folder)
            except OSError:  # another run was faster
                if not folder.is_dir():
                    raise
    return folder


def _download(work: Path) -> Path:
    """The source archive, from the registry that pip is configured for; pip verifies the registry's hash."""
    wanted = f"transformers=={transformers.__version__}"
    options = ["download", "--disable-pip-version-check", "--quiet", "--retries", "1", "--timeout", "20", "--no-deps"]
    # An environment made by uv has no pip; the Python that it is based on may have one.
    for python in dict.fromkeys([sys.executable, getattr(sys, "_base_executable", sys.executable)]):
        command = [python, "-m", "pip", *options, "--no-binary", "transformers", "--dest", str(work), wanted]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        except subprocess.TimeoutExpired as error:
            raise Unavailable(f"pip did not download the source archive of {wanted} in {error.timeout:g} s") from error
        if found := list(work.glob("transformers-*.tar.gz")):
            return found[0]
    messages = done.stderr.strip().splitlines()
    raise Unavailable(
        f"pip could not download the source archive of {wanted}: {messages[-1] if messages else 'no message'}"
    )


def _unpack(archive: Path, folder: Path) -> None:
    """Unpacks the tests of an archive.

    Raises:
        Unavailable: If the archive is of another version than the installed one.
    """
    with tarfile.open(archive) as tar:
        top = tar.getnames()[0].partition("/")[0]
        version = HeaderParser().parsestr(tar.extractfile(f"{top}/PKG-INFO").read().decode())["Version"]
        if version != transformers.__version__:
            raise Unavailable(f"the archive is of transformers {version}, {transformers.__version__} is installed")
        for member in tar.getmembers():
            if member.isfile() and Path(member.name).parent == Path(top, "tests"):
                member.name = Path(member.name).name
                tar.extract(member, folder, filter="data")
