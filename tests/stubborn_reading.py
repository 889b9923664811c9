"""A feature extractor that some recordings keep busy for minutes, or end the process of."""

import os
import signal
import time
from pathlib import Path
from typing import Any


class StubbornExtractor:
    """Reads what `extractor` reads, but "slow.npz" without end and "deadly.npz" never.

    Args:
        extractor: Reads the others, by the name of the recording.
        room: Gets a file with the name of each process that reads.
    """

    def __init__(self, extractor: Any, room: Path):
        self.extractor, self.room = extractor, room

    def clips(self, recording: dict[str, Any], **form: Any) -> list[Any]:
        (self.room / str(os.getpid())).touch()
        if recording["source"] == "deadly.npz":
            os.kill(os.getpid(), signal.SIGKILL)
        if recording["source"] == "slow.npz":
            time.sleep(600)
        return self.extractor.clips(recording, **form)
