"""A real browser for the tests of the app, and the app with a tiny model in a process of its own."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

SERVER = """
import sys
from transformers import pipeline
from eai_llm_hf import TASK, EaiLlmForCausalLM, EaiSkeletonProcessor
from eai_llm_hf.app.layout import build_app, launch_options, load_gradio
folder, port = sys.argv[1:]
model = EaiLlmForCausalLM.from_pretrained(folder)
model.alignment.logit_scale.data.fill_(5.0)
pipe = pipeline(TASK, model=model, processor=EaiSkeletonProcessor.from_pretrained(folder), device="cpu")
demo = build_app(pipe)
demo.launch(server_name="127.0.0.1", server_port=int(port), **launch_options(load_gradio()))
"""


def find_browser() -> str:
    """The path of Chromium; the test is skipped where it is missing."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed (Debian: apt-get install chromium)")


class App:
    """A running app.

    Attributes:
        address: Where its page is.
        process: The process that serves it.
        uploads: The folder in which Gradio keeps uploads.
    """

    def __init__(self, address: str, process: subprocess.Popen, uploads: Path):
        self.address = address
        self.process = process
        self.uploads = uploads

    def kept_files(self) -> list[str]:
        """The files that the app keeps of its visitors."""
        return sorted(path.name for path in self.uploads.rglob("*") if path.is_file())

    def memory_mb(self) -> float:
        """Resident memory of the app in megabytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


@contextmanager
def running_app(checkpoint: Path) -> Iterator[App]:
    """Serves the app with a checkpoint until the context is left."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="eai-llm-app-") as made:
        uploads = Path(made) / "uploads"
        environment = dict(os.environ) | {"GRADIO_TEMP_DIR": str(uploads), "OMP_NUM_THREADS": "1"}
        log = Path(made) / "log"
        with log.open("w", encoding="utf-8") as file:
            command = [sys.executable, "-c", SERVER, str(checkpoint), str(port)]
            process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, env=environment)
        try:
            address = f"http://127.0.0.1:{port}/"
            _wait_for(address, process, log)
            yield App(address, process, uploads)
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.5)
    raise AssertionError(f"the app did not start: {log.read_text(encoding='utf-8')}")
