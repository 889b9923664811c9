"""Explains clips: with the pipeline in this process, or in one of its own, which a clip may end."""

import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import TYPE_CHECKING, Any

import torch
from transformers.utils import logging

from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.record import error_record

from .attempts import MOST_DEADLY, crash_record
from .call import Call
from .processes import NO_START, context, follow_parent
from .reading import FORM, Read

if TYPE_CHECKING:
    from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

logger = logging.get_logger(__name__)

Records = list[list[dict[str, Any]]]
"""Those of some clips: for each clip one of each person, or one with an error."""


class Model:
    """The pipeline of a call in this process.

    Args:
        call: The call.
        options: As the pipeline takes them.
        device: A type of device, such as "cpu"; None for the best that this machine has.

    Raises:
        OSError: If the checkpoint cannot be loaded.
        ValueError: If this machine has no such device, or the value of an option is not allowed.
    """

    def __init__(self, call: Call, options: Mapping[str, Any], device: str | None):
        self._pipe = call.loaded(options, device)
        self._asked = {name: value for name, value in options.items() if name not in FORM}

    @property
    def device(self) -> str:
        """Type of the device that it computes on."""
        return self._pipe.device.type

    @property
    def extractor(self) -> EaiSkeletonFeatureExtractor:
        """What reads and measures clips for it."""
        processor: Any = self._pipe.processor
        return processor.feature_extractor

    def explain(self, batch: Sequence[Read]) -> Records:
        """The records of clips that go through the model together."""
        return explained(self._pipe, batch, self._asked)


class ModelApart:
    """The same in a process of its own, which is started again when clips end it; used in a `with` block.

    Args:
        call: The call.
        options: As the pipeline takes them.
        device: As for `Model`.
        threads: Threads of torch that it computes with.

    Attributes:
        device: As for `Model`.
        extractor: As for `Model`.

    Raises:
        OSError: As `Model`.
        RuntimeError: If the process does not start.
        ValueError: As `Model`.
    """

    def __init__(self, call: Call, options: Mapping[str, Any], device: str | None, threads: int):
        self._call, self._options, self._threads = call, options, threads
        self.device, self.extractor = self._started(device)

    def __enter__(self) -> "ModelApart":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def explain(self, batch: Sequence[Read]) -> Records:
        """The records of clips that go through the model together. A clip that ends the process has an error."""
        for _ in range(MOST_DEADLY):
            if (found := self._asked_for(batch)) is not None:
                return found
            more = f" and {len(batch) - 1} more" if len(batch) > 1 else ""
            logger.warning(
                f"The process of the model ended (exit code {self._process.exitcode}) with {batch[0].source}{more} in "
                "it, and is started again."
            )
            self._started(self.device)
        if len(batch) > 1:
            return [records for read in batch for records in self.explain([read])]
        return [[crash_record(batch[0].source)]]

    def _started(self, device: str | None) -> tuple[str, EaiSkeletonFeatureExtractor]:
        """Starts the process; returns the device and the extractor of its model."""
        self._orders, orders = context().Pipe()
        given = (orders, self._call, self._options, device, self._threads)
        self._process = context().Process(target=_work, args=given, daemon=True)
        self._process.start()
        orders.close()  # so that this end hears when the process has ended
        if (found := self._asked_for(None)) is None:
            raise RuntimeError(NO_START)
        return found

    def _asked_for(self, batch: Sequence[Read] | None) -> Any:
        """What the process answers, None if it ends; it raises the errors of the model."""
        try:
            if batch is not None:
                self._orders.send(batch)
            found = self._orders.recv()
        except (EOFError, OSError):
            self._end()
            return None
        if isinstance(found, Exception):
            self._end()
            raise found
        return found

    def _end(self) -> None:
        self._process.kill()
        self._process.join()
        self._orders.close()


def explained(
    pipe: "SkeletonEmotionExplanationPipeline", batch: Sequence[Read], options: Mapping[str, Any]
) -> Records:
    """The records of each clip of a batch. A clip that the model cannot process has an error; the others have none."""
    inputs = [{"people": read.people, "source": read.source, "performer": read.performer} for read in batch]
    try:
        results = list(pipe((each for each in inputs), batch_size=len(inputs), **options))
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # memory and devices are not the clip's
        if len(batch) == 1:
            return [[error_record(batch[0].source, error)]]
        return [records for read in batch for records in explained(pipe, [read], options)]
    return [result if isinstance(result, list) else [result] for result in results]


def _work(orders: Connection, call: Call, options: Mapping[str, Any], device: str | None, threads: int) -> None:
    """Explains one batch after the other; an error is the last answer."""
    follow_parent()
    torch.set_num_threads(threads)
    with suppress(EOFError):  # the command is gone
        try:
            model = Model(call, options, device)
            orders.send((model.device, model.extractor))
            while True:
                orders.send(model.explain(orders.recv()))
        except EOFError:
            raise
        except Exception as error:
            error.add_note(traceback.format_exc())  # a traceback does not go through a pipe
            orders.send(error)


__all__ = ["Model", "ModelApart", "Records", "explained"]
