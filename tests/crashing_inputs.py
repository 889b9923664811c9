"""Clips of which one ends the process that reads it, as a damaged file does in a library in C."""

import os
import signal
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CrashingInputs:
    """Inputs of a source, of which the one with this name is deadly."""

    inputs: Any
    deadly: str

    def of(self, clip: Any) -> dict[str, Any]:
        if clip.source == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.inputs.of(clip)

    def check(self, clip: Any) -> None:
        self.inputs.check(clip)
