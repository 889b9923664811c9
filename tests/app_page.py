"""The app as a visitor sees it: what is done there again and again."""

from pathlib import Path

import pytest
from conftest import make_clip, write_bvh


def write_files(folder: Path) -> dict[str, Path]:
    """Writes a recording, a longer one of somebody else, a broken one, and something else."""
    for name, seed, seconds in (("walk", 4, 3.0), ("other", 5, 4.0)):
        clip = make_clip(seed, action="walk", rig="bandai22", duration_s=seconds)
        write_bvh(folder / f"{name}.bvh", clip.joints, 30.0)
    (folder / "broken.bvh").write_text("HIERARCHY\nROOT", encoding="utf-8")
    (folder / "notes.docx").write_text("Anna walked.", encoding="utf-8")
    return {path.stem: path for path in folder.iterdir()}


def take(page, example: str):
    """Takes an example and waits for its result."""
    page.get_by_role("button", name=example, exact=True).click()
    named(page, example)


def add(page, path: Path):
    """Uploads a file and waits for its result."""
    page.locator("#upload input[type=file]").set_input_files(str(path))
    named(page, path.name)


def named(page, name: str):
    page.locator("#result .head strong", has_text=name).wait_for()


def picture(page, place: str = "#result") -> str:
    return page.locator(f"{place} canvas").evaluate("canvas => canvas.toDataURL()")


def time_of(page) -> float:
    return float(page.locator("#result .time").inner_text().split()[0])


def stop(page):
    if page.locator("#result .play").inner_text() == "Pause":
        page.locator("#result .play").click()


def on_tab(page, name: str):
    page.get_by_role("tab", name=name).click()


def choose(page, label: str, *names: str):
    """Chooses from a list of recordings."""
    for name in names:
        box = page.get_by_label(label, exact=True)
        box.click()
        page.get_by_role("option", name=name, exact=True).click()
    page.keyboard.press("Escape")


def tab_to(page, what, back: bool = False):
    """Presses Tab until the focus is on an element, or Shift and Tab."""
    for _ in range(80):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if what.evaluate("element => element === document.activeElement"):
            return
    pytest.fail("the keyboard does not get there")
