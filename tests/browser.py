"""A real browser for the tests of pages, and the app with the pipeline of a test."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PATIENCE_MS = 90_000
"""What a busy machine may take for one answer."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str:
    """The path of Chromium; the test is skipped where it is missing."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed (Debian: apt-get install chromium)")


@contextmanager
def open_browser() -> Iterator[Any]:
    """Chromium without a window, driven by Playwright; the test is skipped where one of them is missing."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="no browser: Playwright, which drives it, is missing"
    )
    path = find_browser()
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def page_opener(browser: Any) -> Iterator[Callable[..., Any]]:
    """Gives a function that opens a file without a network; at the end no script may have failed."""
    failures: list[str] = []
    contexts: list[Any] = []

    def opened(file: Path, **given: Any) -> Any:
        contexts.append(browser.new_context(offline=True, **given))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert failures == []


def found_by_axe(page: Any) -> dict[str, list[str]]:
    """What axe-core finds serious or critical: the elements by the name of the rule."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed").Axe()
    return {
        found["id"]: [f"{node['html'][:200]} {node['failureSummary'][:300]}" for node in found["nodes"]]
        for found in axe.run(page).response["violations"]
        if found["impact"] in ("serious", "critical")
    }


class App:
    """A running app.

    Attributes:
        address: Where its page is.
        uploads: The folder in which Gradio keeps uploads.
    """

    def __init__(self, address: str, uploads: Path):
        self.address = address
        self.uploads = uploads

    def kept_files(self) -> list[str]:
        """The files that the app keeps of its visitors; Gradio also makes an empty one for each upload."""
        return sorted(path.name for path in self.uploads.rglob("*") if path.is_file() and path.stat().st_size)

    def memory_mb(self) -> float:
        """Resident memory of this process, in which the app runs, in megabytes."""
        status = Path("/proc/self/status").read_text(encoding="utf-8")  # on Linux
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


@contextmanager
def running_app(pipe: Any, uploads: Path) -> Iterator[App]:
    """Serves the app with a pipeline until the context is left; uploads go to a folder."""
    from eai_llm_hf.app.layout import build_app, launch_options, load_gradio

    os.environ["GRADIO_TEMP_DIR"] = str(uploads)
    demo = build_app(pipe)
    options = launch_options(load_gradio())
    for attempt in range(6):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        try:
            demo.launch(server_name="127.0.0.1", server_port=port, prevent_thread_lock=True, quiet=True, **options)
            break
        except OSError:  # Gradio gives a server 5 s to start, which a busy machine may not keep
            if attempt == 5:
                raise
    try:
        yield App(f"http://127.0.0.1:{port}/", uploads)
    finally:
        demo.close()
        del os.environ["GRADIO_TEMP_DIR"]


@contextmanager
def visitors(browser: Any, app: App) -> Iterator[Callable[..., Any]]:
    """Gives a function that opens the page as a new visitor; at the end nothing failed or came from elsewhere."""
    contexts, failures = [], []

    def open_page(**given):
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 1000}, "accept_downloads": True} | given
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("request", lambda request: failures.extend(_elsewhere(request.url, app.address)))
        page.goto(app.address)
        page.locator("#examples").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert failures == []


def _elsewhere(url: str, address: str) -> list[str]:
    return [] if url.startswith((address, "data:", "blob:")) else [url]
