"""Times the app: its start, the first answer and later ones in a browser, and the memory that it has.

    python benchmarks/app.py
    python benchmarks/app.py --repeats 5 --output docs/app.json

The app of the default checkpoint is started in a process of its own. Chromium opens its page, takes an example and
waits for its result, then takes others, and asks a question. The memory is that of the process, resident. The load is
that of the machine at the end: above the number of cores, other programs made everything slower.
"""

import argparse
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

EXAMPLES = ("Sad walk", "Angry walk", "Happy wave", "Long recording")


def memory_mb(pid: int) -> float:
    """Resident memory of a process in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def measured(browser: str) -> dict[str, float]:
    """Starts the app once: seconds to each step, and megabytes after it."""
    from playwright.sync_api import sync_playwright

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begin = time.perf_counter()
    command = [sys.executable, "-m", "eai_llm_hf", "app", "--no-browser", "--port", str(port)]
    app = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                break
            time.sleep(0.1)
        found = {"start_s": time.perf_counter() - begin, "start_mb": memory_mb(app.pid)}
        with sync_playwright() as driver:
            opened = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
            page = opened.new_page(reduced_motion="reduce")
            page.set_default_timeout(300_000)
            begin = time.perf_counter()
            page.goto(f"http://127.0.0.1:{port}/")
            page.locator("#examples").wait_for()
            found["page_s"] = time.perf_counter() - begin
            times = []
            for example in EXAMPLES:
                begin = time.perf_counter()
                page.get_by_role("button", name=example, exact=True).click()
                page.locator("#result .head strong", has_text=example).wait_for()
                times.append(time.perf_counter() - begin)
            found |= {"first_answer_s": times[0], "later_answer_s": statistics.median(times[1:3]), "long_s": times[3]}
            begin = time.perf_counter()
            page.get_by_label("Ask about this movement").fill("What do the arms do?")
            page.get_by_label("Ask about this movement").press("Enter")
            page.locator("#answer .explanation").wait_for()
            found["question_s"] = time.perf_counter() - begin
            found["used_mb"] = memory_mb(app.pid)
            opened.close()
        return found
    finally:
        app.terminate()
        app.wait(60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--output", type=Path, help="JSON file for the figures")
    args = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("No Chromium: install it first (Debian: apt-get install chromium).")
    runs = [measured(browser) for _ in range(args.repeats)]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    middle = {name: round(statistics.median(run[name] for run in runs), 1) for name in runs[0]}
    found = {"machine": machine, "load": round(os.getloadavg()[0], 1), "median": middle, "runs": runs}
    if args.output:
        args.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: found[name] for name in ("machine", "load", "median")}, indent=1))


if __name__ == "__main__":
    main()
