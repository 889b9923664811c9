"""Clips of which one ends the process that reads it, as a damaged file does in a library in C, or the model's."""

import os
import signal
from dataclasses import dataclass
from typing import Any


class DeadlyName:
    """The name of a performer, which ends the process that looks at it: the pipeline does, and no reader."""

    def __ne__(self, other: object) -> bool:
        os.kill(os.getpid(), signal.SIGKILL)
        return True


@dataclass(frozen=True)
class CrashingInputs:
    """Inputs of a source, of which the one with this name is deadly, and another one for the model."""

    inputs: Any
    deadly: str
    deadly_for_model: str = ""

    def of(self, clip: Any) -> dict[str, Any]:
        if clip.source == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        given = self.inputs.of(clip)
        return given | {"performer": DeadlyName()} if clip.source == self.deadly_for_model else given

    def check(self, clip: Any) -> None:
        self.inputs.check(clip)
