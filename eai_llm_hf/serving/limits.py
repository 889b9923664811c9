"""What one server takes, so that its memory and the time of a request stay bounded; and how it refuses the rest."""

import os
from dataclasses import dataclass
from importlib.util import find_spec

INSTALL = 'The server needs FastAPI and more; install them with: pip install "eai-llm-hf[serve]"'

MOST_PEOPLE = 16
"""People of one recording. Each has a text of its own, and all texts of a request are written together."""

LONGEST_TEXT = 512
"""Tokens of a text: twice the default of the pipeline."""

LONGEST_QUESTION = 500
"""Characters of a question."""

MOST_LABELS = 64
"""Candidate labels of a request; the texts of each are encoded with the language model."""

IN_MEMORY = 2**20
"""Bytes of a request that are kept in memory until it is read; a larger one becomes a temporary file."""

READERS = 2
"""Processes that read, each one recording at a time. Reading one may take 32 times its size in memory."""

READING_S = 30.0
"""Seconds for reading a recording; of what is allowed, an honest one takes a few."""

KERNELS = 128
"""Kernels that oneDNN and PyTorch each keep. Products in bfloat16 have one for each shape, so for each length of a
prompt and each number of recordings; it has some 0.6 MB, and by default they keep 1,024."""


@dataclass(frozen=True)
class Limits:
    """What one server takes.

    Attributes:
        batch_size: Recordings that go through the model together.
        places: Requests that are received, read, waiting or in the model at once; a further one is refused.
        request_s: Seconds that a request may take from its first byte to its last.
        request_mb: Size of a request in megabytes.
        movement_s: Seconds of movement of one recording, all its people together; 8 kB a second are kept.
    """

    batch_size: int = 8
    places: int = 64
    request_s: float = 120.0
    request_mb: float = 32.0
    movement_s: float = 600.0

    def __post_init__(self) -> None:
        for name in ("batch_size", "places"):
            if not getattr(self, name) >= 1:
                raise ValueError(f"{name} must be at least 1, found {getattr(self, name)}.")
        for name in ("request_s", "request_mb", "movement_s"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be above 0, found {getattr(self, name)}.")


class Refusal(Exception):
    """A request that gets no record.

    Args:
        status: Of HTTP.
        detail: What was expected and found, for the client.
        headers: Of the answer.
    """

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None):
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


def keep_few_kernels() -> None:
    """Bounds the memory for kernels, unless the environment says otherwise; called before the first product."""
    for kept in ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"):
        os.environ.setdefault(kept, str(KERNELS))


def require_extra() -> None:
    """Checks that the libraries of the server are installed.

    Raises:
        ImportError: If one is missing; the message says how to install them.
    """
    missing = [name for name in ("fastapi", "prometheus_client", "python_multipart", "uvicorn") if not find_spec(name)]
    if missing:
        raise ImportError(f"{INSTALL} (missing: {', '.join(missing)})")


__all__ = [
    "IN_MEMORY",
    "LONGEST_QUESTION",
    "LONGEST_TEXT",
    "MOST_LABELS",
    "MOST_PEOPLE",
    "READERS",
    "READING_S",
    "Limits",
    "Refusal",
    "keep_few_kernels",
    "require_extra",
]
