"""The server as an ASGI application: its routes, who may come in, and how long a request may take.

A request has a place from its arrival to its last byte. Where no place is free it is refused before its body is read.
"""

import asyncio
import json
import logging
import math
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from eai_llm_hf.processing.call_clips import Call
from eai_llm_hf.processing.descriptors.reference import MotionReference

from ..version import __version__
from .batching import Batcher, Event, Job
from .limits import IN_MEMORY, READERS, Limits, Refusal
from .metrics import Metrics
from .reading import Readers
from .uploads import AskedInForm, AskedInJson, File, Uploads

if TYPE_CHECKING:
    from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

logger = logging.getLogger(__name__)

STREAM = "text/event-stream"

_GONE = 499
"""What nginx calls a client that closed the connection; it is counted, nobody receives it."""

_DESCRIPTION = """Emotion, probabilities and explanation of 3-D body movement. One POST explains one recording.
The fields of the record: docs/record.md of the project; the server: docs/serving.md."""

_ERROR = {
    "content": {"application/json": {"schema": {"type": "object", "properties": {"detail": {"type": "string"}}}}}
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The record; a list of records if the recording holds several people. As a stream: the events "
        "`label` and `part` as soon as each is known, `record` and, if it fails, `error`.",
        "content": {
            "application/json": {
                "schema": {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}
            },
            STREAM: {"schema": {"type": "string"}},
        },
    },
    400: {"description": "The form is not well-formed, or has too many files or fields.", **_ERROR},
    408: {"description": "The request did not arrive in time.", **_ERROR},
    413: {"description": "The request is too large, or the recording too long.", **_ERROR},
    415: {"description": "Neither a form nor JSON.", **_ERROR},
    422: {"description": "The recording cannot be read, or an option is not allowed.", **_ERROR},
    429: {"description": "All places are taken; the header Retry-After says when to come back.", **_ERROR},
    500: {"description": "The model failed.", **_ERROR},
    504: {"description": "There was no answer in time.", **_ERROR},
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": AskedInForm.model_json_schema()},
            "application/json": {"schema": AskedInJson.model_json_schema()},
        },
    }
}


def build_application(
    pipe: "SkeletonEmotionExplanationPipeline",
    limits: Limits | None = None,
    reference: MotionReference | None = None,
) -> FastAPI:
    """The server.

    Args:
        pipe: The pipeline. No one else may use its model while the server runs.
        limits: What the server takes.
        reference: Typical values where a request has none; None for those of the checkpoint.

    Returns:
        The application, with `/explain`, `/health`, `/metrics`, `/openapi.json` and `/docs`.
    """
    service = _Service(pipe, limits or Limits(), reference)
    app = FastAPI(
        title="EAI-LLM",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=service.running,
    )
    app.add_exception_handler(Refusal, _refused)
    app.post("/explain", responses=_ANSWERS, openapi_extra=_BODY, summary="Explain a recording")(service.explain)
    app.get("/health", summary="Whether requests are answered")(service.health)
    app.get("/metrics", summary="Counters in the format of Prometheus", response_class=Response)(service.measured)
    return app


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return JSONResponse({"detail": error.detail}, error.status, error.headers)


class _Service:
    """What the routes do."""

    def __init__(self, pipe: "SkeletonEmotionExplanationPipeline", limits: Limits, reference: MotionReference | None):
        self.limits = limits
        self._metrics = Metrics()
        self._batcher = Batcher(pipe, limits.batch_size, self._metrics)
        self._readers = Readers(pipe.processor.feature_extractor)
        self._uploads = Uploads(pipe, self._readers, limits, reference)
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="eai-llm-reader")
        self._model = str(pipe.model.config.name_or_path).rstrip("/").rpartition("/")[2]
        self._inside = 0

    @asynccontextmanager
    async def running(self, _: FastAPI) -> AsyncIterator[None]:
        """Runs the thread of the model and the processes that read while the application runs."""
        self._readers.start()
        self._batcher.start()
        try:
            yield
        finally:
            self._threads.shutdown(wait=False, cancel_futures=True)
            await asyncio.to_thread(self._readers.stop)
            await asyncio.to_thread(self._batcher.stop)

    async def health(self) -> Response:
        """`status` is "ok" while requests are answered; otherwise the answer has the status 503."""
        alive = self._batcher.alive
        state: dict[str, Any] = {"status": "ok" if alive else "stopped", "model": self._model, "version": __version__}
        state |= {"inside": self._inside, "places": self.limits.places}
        return JSONResponse(state, 200 if alive else 503)

    async def measured(self) -> Response:
        """The counters."""
        return Response(self._metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def explain(
        self, request: Request, stream: bool = Query(False, description="Answer with server-sent events.")
    ) -> Response:
        """Send a form with the file `recording`, or JSON with `joints`.

        The answer is the record that `eai-llm explain --format json` prints. Nothing of the recording is kept.
        """
        visit = _Visit(self, request)
        try:
            job = await visit.job(stream or STREAM in request.headers.get("accept", ""))
            if job.stream:
                return _EventStream(visit)
            async with aclosing(visit.events()) as events:
                async for name, data in events:
                    if name == "record":
                        visit.leave(200)
                        return Response(json.dumps(data), media_type="application/json")
                    raise Refusal(*data)
            visit.leave(_GONE)
            return Response(status_code=_GONE)
        except ClientDisconnect:
            visit.leave(_GONE)
            return Response(status_code=_GONE)
        except (Refusal, HTTPException) as error:
            visit.leave(error.status if isinstance(error, Refusal) else error.status_code)
            raise
        except BaseException:
            visit.leave(500)
            raise

    def come_in(self) -> None:
        """Takes a place.

        Raises:
            Refusal: If none is free.
        """
        if self._inside >= self.limits.places:
            after = str(max(1, math.ceil(self._batcher.wait_s)))
            self._metrics.requests.labels("429").inc()
            detail = f"All {self.limits.places} places are taken; come back in {after} s."
            raise Refusal(429, detail, {"Retry-After": after})
        self._inside += 1
        self._metrics.inside.set(self._inside)

    def go_out(self, status: int, seconds: float) -> None:
        """Gives a place back, and counts the request."""
        self._inside -= 1
        self._metrics.inside.set(self._inside)
        self._metrics.requests.labels(str(status)).inc()
        self._metrics.seconds.observe(seconds)

    async def read(self, request: Request) -> Call:
        """Receives a request and reads its recording in another process, for which a thread waits.

        Raises:
            Refusal: If it is too large, neither a form nor JSON, or cannot be read.
        """
        request = Request(request.scope, _limited(request, self.limits.request_mb))
        loop = asyncio.get_running_loop()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body:  # as a form keeps its files
                async for chunk in request.stream():
                    body.write(chunk)
                body.seek(0)
                return await loop.run_in_executor(self._threads, self._uploads.of_json, body)
        if kind != "multipart/form-data":
            raise Refusal(
                415, "Expected multipart/form-data with the file recording, or application/json with joints."
            )
        async with request.form(max_files=3, max_fields=64) as form:
            fields: dict[str, Any] = {}
            for name in form:
                values = [
                    File(each.filename or "", each.file) if isinstance(each, UploadFile) else each
                    for each in form.getlist(name)
                ]
                fields[name] = values[0] if len(values) == 1 else values
            return await loop.run_in_executor(self._threads, self._uploads.of_form, fields)

    def submit(self, job: Job) -> None:
        """Lets a job wait for the model."""
        self._batcher.add(job)


def _limited(request: Request, most_mb: float) -> Receive:
    """Receives a request up to a size, whatever it says about its length."""
    detail = f"The request is larger than {most_mb:g} MB."
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most_mb * 1e6:
        raise Refusal(413, detail)
    received = 0

    async def receive() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > most_mb * 1e6:
            raise Refusal(413, detail)
        return message

    return receive


class _Visit:
    """One request, from its arrival to its last byte.

    Args:
        service: The server.
        request: The request; it gets a place, or is refused.
    """

    def __init__(self, service: _Service, request: Request):
        service.come_in()
        self._service, self._request = service, request
        self._began = time.monotonic()
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + service.limits.request_s
        self._heard: asyncio.Queue[Event] = asyncio.Queue()
        self._job: Job | None = None
        self._inside = True

    async def job(self, stream: bool) -> Job:
        """Receives and reads the request, and lets it wait for the model.

        Raises:
            Refusal: If it cannot be read, or not in time.
        """
        limit = self._service.limits.request_s
        try:
            async with asyncio.timeout_at(self._deadline):
                call = await self._service.read(self._request)
        except TimeoutError:
            raise Refusal(408, f"The recording did not arrive, or could not be read, within {limit:g} s.") from None
        self._job = Job(call, self._tell, stream)
        self._service.submit(self._job)
        return self._job

    def _tell(self, event: Event) -> None:
        """Takes an event from the thread of the model."""
        try:
            self._loop.call_soon_threadsafe(self._heard.put_nowait, event)
        except RuntimeError:  # the server has ended meanwhile
            logger.debug("an answer came after the end")

    async def events(self) -> AsyncGenerator[Event, None]:
        """What the client hears, up to the record or an error; nothing more once the client is gone."""
        left = asyncio.ensure_future(self._left())
        heard: asyncio.Future[Event] | None = None
        try:
            while True:
                heard = asyncio.ensure_future(self._heard.get())
                remaining = self._deadline - self._loop.time()
                await asyncio.wait({heard, left}, timeout=remaining, return_when=asyncio.FIRST_COMPLETED)
                if heard.done():
                    event = heard.result()
                elif left.done():
                    return
                else:
                    event = "error", (504, f"There was no answer within {self._service.limits.request_s:g} s.")
                yield event
                if event[0] in ("record", "error"):
                    return
        finally:
            left.cancel()
            if heard is not None:
                heard.cancel()

    async def _left(self) -> None:
        """Returns when the client closes the connection."""
        while (await self._request.receive())["type"] != "http.disconnect":
            pass

    def leave(self, status: int) -> None:
        """Gives the place back, once; an answer that is still computed is nobody's then."""
        if self._job is not None:
            self._job.gone = True
        if self._inside:
            self._inside = False
            self._service.go_out(status, time.monotonic() - self._began)


class _EventStream(StreamingResponse):
    """The events of a visit as they come.

    Args:
        visit: It ends with the stream.
    """

    def __init__(self, visit: _Visit):
        super().__init__(self._lines(), media_type=STREAM, headers={"Cache-Control": "no-store"})
        self._visit = visit
        self._status = _GONE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._visit.leave(self._status)

    async def _lines(self) -> AsyncIterator[str]:
        async with aclosing(self._visit.events()) as events:
            async for name, data in events:
                if name == "error":
                    self._status = data[0]
                    data = dict(zip(("status", "detail"), data, strict=True))
                elif name == "record":
                    self._status = 200
                yield f"event: {name}\ndata: {json.dumps(data)}\n\n"


__all__ = ["STREAM", "build_application"]
