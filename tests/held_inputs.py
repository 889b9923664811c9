"""Clips that wait to be read until a test lets them, so that it can interrupt what is under way."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE_S = 900


@dataclass(frozen=True)
class HeldInputs:
    """Inputs of a source that say in `room` which process reads, and wait there for the file `open`."""

    inputs: Any
    room: Path

    def of(self, clip: Any) -> dict[str, Any]:
        (self.room / f"reader-{os.getpid()}").touch()
        ends = time.monotonic() + PATIENCE_S
        while not (self.room / "open").exists() and time.monotonic() < ends:
            time.sleep(0.05)
        return self.inputs.of(clip)

    def check(self, clip: Any) -> None:
        self.inputs.check(clip)
