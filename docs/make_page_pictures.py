"""Takes the pictures of the README and of docs/app.md in Chromium: the report of a clip, and the app.

python docs/make_page_pictures.py
python docs/make_page_pictures.py --only report --clip hub_examples/clips/wave-happy.csv

Needs the extra `app`, Playwright and Chromium (Debian: apt-get install chromium).
"""

import argparse
import io
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from eai_llm_hf import SkeletonEmotionExplanationPipeline, load_pipeline
from eai_llm_hf.report.report_writing import open_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DOCS = Path(__file__).resolve().parent
CLIP = DOCS.parent / "hub_examples" / "clips" / "walk-sad.bvh"
EXAMPLE = "Sad walk"
LARGEST_KB = 250
PATIENCE_MS = 300_000


def report_picture(explain: SkeletonEmotionExplanationPipeline, browser: "Browser", clip: Path) -> bytes:
    """The upper part of the report of a clip, in the middle of its movement."""
    record = explain(str(clip))
    if "error" in record:
        raise ValueError(f"{clip}: {record['error']['message']}")
    with tempfile.TemporaryDirectory() as folder:
        page_file = Path(folder) / "report.html"
        with open_report(page_file, 1) as report:
            report.add([record | {"source": clip.name}], explain.feature_extractor.clips(clip))
        page = browser.new_page(viewport={"width": 1040, "height": 1000})
        page.goto(page_file.as_uri())
        _seek(page)
        bottom = page.locator(".columns").bounding_box()
        return page.screenshot(full_page=True, clip=_from_top(1040, bottom["y"] + bottom["height"] + 16))


def app_picture(explain: SkeletonEmotionExplanationPipeline, browser: "Browser") -> bytes:
    """The app with its first example."""
    from eai_llm_hf.app.layout import build_app, launch_options, load_gradio

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    demo = build_app(explain)
    options = launch_options(load_gradio())
    demo.launch(server_name="127.0.0.1", server_port=port, prevent_thread_lock=True, quiet=True, **options)
    try:
        page = browser.new_page(viewport={"width": 1280, "height": 1150}, reduced_motion="reduce")
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_role("button", name=EXAMPLE, exact=True).click()
        page.locator("#result .head strong", has_text=EXAMPLE).wait_for()
        _seek(page)
        return page.screenshot(full_page=True, clip=_from_top(1280, 1150))
    finally:
        demo.close()


def _seek(page: "Page") -> None:
    """Seeks the middle of the movement, where all is drawn."""
    page.locator(".player input").first.evaluate(
        "slider => { slider.value = slider.max / 2; slider.dispatchEvent(new Event('input')); }"
    )
    page.wait_for_timeout(1000)


def _from_top(width: float, height: float) -> dict[str, float]:
    return {"x": 0, "y": 0, "width": width, "height": height}


def save(content: bytes, path: Path) -> None:
    """Writes a picture with 256 colours.

    Raises:
        ValueError: If it is larger than `LARGEST_KB`; nothing is written then.
    """
    made = io.BytesIO()
    Image.open(io.BytesIO(content)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
        made, "PNG", optimize=True
    )
    if len(made.getvalue()) > 1000 * LARGEST_KB:
        raise ValueError(
            f"{path.name} has {len(made.getvalue()) / 1000:.0f} kB; at most {LARGEST_KB} are for a picture."
        )
    path.write_bytes(made.getvalue())
    print(path)


def main() -> None:
    """Takes both pictures, or one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clip", type=Path, default=CLIP, help="clip of the report")
    parser.add_argument("--only", choices=("report", "app"), help="take only this picture")
    args = parser.parse_args()
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        sys.exit("No Chromium: install it first (Debian: apt-get install chromium).")
    from playwright.sync_api import sync_playwright

    explain = load_pipeline()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        if args.only != "app":
            save(report_picture(explain, browser, args.clip), DOCS / "explained-clip.png")
        if args.only != "report":
            save(app_picture(explain, browser), DOCS / "app.png")
        browser.close()


if __name__ == "__main__":
    main()
