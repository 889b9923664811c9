"""Times the app: its start, the first answer and later ones in a browser, and the memory that it has.

    python benchmarks/app.py
    python benchmarks/app.py --repeats 5 --output docs/app.json

The app of the default checkpoint is started in a process of its own. Chromium opens its page, takes an example and
waits for its result, then takes others, and asks a question. The memory is that of the process, resident. The load is
that of the machine at the end: above the number of cores, other programs made everything slower, and only the
processor time of the app (`..._cpu_s`) counts.
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

EXAMPLES = {"Sad walk": "first_answer", "Angry walk": "later_answer", "Long recording": "long"}


def memory_mb(pid: int) -> float:
    """Resident memory of a process in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def processor_s(pid: int) -> float:
    """Processor time of a process in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Watch:
    """Takes the time of each step, and the processor time of the app in it."""

    def __init__(self, pid: int):
        self.pid, self.found = pid, dict[str, float]()
        self.begin, self.used = time.perf_counter(), 0.0

    def step(self, name: str) -> None:
        """Ends a step of this name."""
        now, used = time.perf_counter(), processor_s(self.pid)
        self.found |= {f"{name}_s": now - self.begin, f"{name}_cpu_s": used - self.used}
        self.begin, self.used = now, used


def measured(browser: str) -> dict[str, float]:
    """Starts the app once: seconds to each step, and megabytes after it."""
    from playwright.sync_api import sync_playwright

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "eai_llm_hf", "app", "--no-browser", "--port", str(port)]
    app = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    watch = Watch(app.pid)
    try:
        while True:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                break
            time.sleep(0.1)
        watch.step("start")
        watch.found["start_mb"] = memory_mb(app.pid)
        with sync_playwright() as driver:
            opened = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
            page = opened.new_page(reduced_motion="reduce")
            page.set_default_timeout(300_000)
            watch.begin, watch.used = time.perf_counter(), processor_s(app.pid)  # without the start of the browser
            page.goto(f"http://127.0.0.1:{port}/")
            page.locator("#examples").wait_for()
            watch.step("page")
            for example, name in EXAMPLES.items():
                page.get_by_role("button", name=example, exact=True).click()
                page.locator("#result .head strong", has_text=example).wait_for()
                watch.step(name)
            page.get_by_label("Ask about this movement").fill("What do the arms do?")
            page.get_by_label("Ask about this movement").press("Enter")
            page.locator("#answer .explanation").wait_for()
            watch.step("question")
            watch.found["used_mb"] = memory_mb(app.pid)
            opened.close()
        return watch.found
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
