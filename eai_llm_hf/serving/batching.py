"""The one thread that uses the model: whatever waits goes through it together, up to the size of a batch.

There is no timer: a batch starts as soon as the model is free, with the oldest call and the others that ask the same.
While it writes texts, batches of calls that need none go through the model between their tokens, so that what takes
milliseconds does not wait for what takes seconds. They get half of the time, so that the texts come to an end.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from transformers import StoppingCriteria, StoppingCriteriaList

from eai_llm_hf.processing.call_clips import Call
from eai_llm_hf.processing.claims.explanation import finished_parts
from eai_llm_hf.processing.claims.marks import SENTENCE_END
from eai_llm_hf.processing.claims.reasons import Argument

from .metrics import Metrics

if TYPE_CHECKING:
    from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

logger = logging.getLogger(__name__)

Event = tuple[str, Any]
"""What a client hears, by name: "label" with the label of one person, "part" with a part of the text about one,
"record" with what the pipeline returns, or "error" with a status of HTTP and a message. The last two end it."""

LABEL_FIELDS = ("label", "score", "scores", "certainty")
"""Fields of the record that are known before its text is written."""


@dataclass(eq=False)
class Job:
    """A call that waits for the model.

    Attributes:
        call: The call, read.
        tell: Takes the events; called in the thread of the model.
        stream: Whether the labels are wanted before the text, and parts of the text before all of it.
        gone: Whether nobody waits for the answer any more.
    """

    call: Call
    tell: Callable[[Event], None]
    stream: bool = False
    gone: bool = False

    @property
    def quick(self) -> bool:
        """Whether the answer takes so little time that texts of others can wait for it."""
        return not self.call.writes and not self.call.asked.get("attribution", False)


class Batcher:
    """Answers jobs in a thread of its own.

    Args:
        pipe: The pipeline; its model is used by this thread alone.
        batch_size: Recordings that go through the model together; each person counts.
        metrics: Counts the batches.
    """

    def __init__(self, pipe: "SkeletonEmotionExplanationPipeline", batch_size: int, metrics: Metrics):
        self._pipe, self._batch_size, self._metrics = pipe, batch_size, metrics
        self._waiting: list[Job] = []
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="eai-llm-model", daemon=True)
        self._job_s, self._answered = 1.0, 0
        self._began, self._quick_s = 0.0, 0.0  # the batch that came first, and the time of others within it
        metrics.waiting.set_function(lambda: len(self._waiting))

    @property
    def alive(self) -> bool:
        """Whether jobs are answered."""
        return self._thread.is_alive()

    @property
    def wait_s(self) -> float:
        """Seconds until what waits now is answered, as far as the last batches tell."""
        return self._job_s * len(self._waiting)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread once the batch that is in the model is answered; what waits is not answered."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()

    def add(self, job: Job) -> None:
        """Lets a job wait for its turn."""
        with self._changed:
            self._waiting.append(job)
            self._changed.notify()

    def _run(self) -> None:
        while batch := self._next():
            self._began, self._quick_s = time.monotonic(), 0.0
            before = self._answered
            self._work(batch)
            self._job_s += 0.2 * ((time.monotonic() - self._began) / (self._answered - before) - self._job_s)

    def _work(self, batch: Sequence[Job]) -> None:
        """Answers a batch and counts it."""
        start = time.monotonic()
        self._answer(batch)
        self._answered += len(batch)
        self._metrics.batch_clips.observe(len(batch))
        text = "yes" if batch[0].call.writes else "no"
        self._metrics.batch_seconds.labels(text).observe(time.monotonic() - start)

    def _next(self) -> list[Job]:
        """The next batch, as soon as there is one; none once the thread should end."""
        with self._changed:
            while not self._stopped:
                if batch := self._taken(lambda _: True):
                    return batch
                self._changed.wait()
            return []

    def _answer_quick_ones(self) -> None:
        """Answers one batch of those that need no text, if some wait and have had less than half of the time.

        It is called between two tokens of a text.
        """
        start = time.monotonic()
        if 2 * self._quick_s > start - self._began:
            return
        with self._changed:
            batch = self._taken(lambda job: job.quick)
        if batch:
            self._work(batch)
            self._quick_s += time.monotonic() - start

    def _taken(self, wanted: Callable[[Job], bool]) -> list[Job]:
        """Takes the oldest of the wanted jobs, and others that ask the same, out of those that wait."""
        self._waiting = [job for job in self._waiting if not job.gone]
        batch: list[Job] = []
        people = 0
        for job in filter(wanted, self._waiting):
            if batch and job.call.asked != batch[0].call.asked:
                continue
            people += len(job.call.request.people)
            if batch and people > self._batch_size:
                break
            batch.append(job)
        self._waiting = [job for job in self._waiting if job not in batch]
        return batch

    def _answer(self, batch: Sequence[Job]) -> None:
        """Tells every job of a batch its record, or what went wrong with it."""
        try:
            early = [job for job in batch if job.stream and job.call.writes]
            if early:
                self._tell_labels(early)
            given: dict[str, Any] = {}
            if batch[0].call.writes:
                watch = _Watch(batch, self._pipe, self._answer_quick_ones)
                given["stopping_criteria"] = StoppingCriteriaList([watch])
            records = self._pipe.answers([job.call for job in batch], **given)
        except Exception as error:
            if len(batch) > 1:  # it may be the fault of one
                for job in batch:
                    self._answer([job])
                return
            batch[0].tell(("error", _fault(error)))
            return
        for job, record in zip(batch, records, strict=True):
            job.tell(("record", record))

    def _tell_labels(self, jobs: Sequence[Job]) -> None:
        """Tells the labels, which take a small part of the time of a text."""
        calls = [replace(job.call, asked=job.call.asked | {"label_only": True}) for job in jobs]
        for job, result in zip(jobs, self._pipe.answers(calls), strict=True):
            for person, record in enumerate(result if isinstance(result, list) else [result]):
                job.tell(("label", {"person": person} | {name: record[name] for name in LABEL_FIELDS}))


class _Watch(StoppingCriteria):
    """Follows the texts of a batch: tells the parts that passed the check, and ends what nobody waits for any more.

    A row of the batch is a person; the jobs have theirs in order.

    Args:
        jobs: Those of the batch.
        pipe: Its tokenizer reads the texts.
        between: Called after each token.
    """

    def __init__(self, jobs: Sequence[Job], pipe: Any, between: Callable[[], None]):
        self._between = between
        self._rows = [(job, number, person) for job in jobs for number, person in enumerate(job.call.request.people)]
        self._tokenizer = pipe.processor.tokenizer
        self._labels = jobs[0].call.asked.get("candidate_labels") or list(pipe.model.config.labels)
        self._checked = jobs[0].call.asked.get("verify", True)
        self._own = pipe.processor.feature_extractor.motion_reference()
        self._start: int | None = None
        self._sentences = [0] * len(self._rows)
        self._told: list[set[str]] = [set() for _ in self._rows]

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        """(rows,) whether each text ends here.

        Args:
            input_ids: (rows, tokens), the prompt and what has been written.
            scores: Of the last tokens; not used.
            **kwargs: Not used.
        """
        self._between()
        if self._start is None:
            self._start = input_ids.shape[1] - 1
        for row, (job, _, person) in enumerate(self._rows):
            if job.stream and not job.gone and self._checked and person.argument is not None:
                self._tell_parts(row, person.argument, input_ids[row, self._start :])
        return torch.tensor([job.gone for job, _, _ in self._rows], dtype=torch.bool, device=input_ids.device)

    def _tell_parts(self, row: int, argument: Argument, tokens: torch.Tensor) -> None:
        """Tells what another sentence has finished."""
        text = self._tokenizer.decode(tokens, skip_special_tokens=True)
        sentences = len(SENTENCE_END.findall(text))
        if sentences == self._sentences[row]:
            return
        self._sentences[row] = sentences
        job, number, person = self._rows[row]
        reference = person.reference or self._own
        for parts, said in finished_parts(text, argument, self._labels, person.vectors, reference):
            if not self._told[row] & parts:
                self._told[row] |= parts
                job.tell(("part", {"person": number, "parts": sorted(parts), "text": said}))


def _fault(error: Exception) -> tuple[int, str]:
    """Status and message of what went wrong in the model; only messages that explain themselves reach a client."""
    if isinstance(error, ValueError):
        return 422, str(error)
    logger.error("a recording could not be explained", exc_info=error)
    return 500, "The recording could not be explained; the log of the server has the reason."


__all__ = ["LABEL_FIELDS", "Batcher", "Event", "Job"]
