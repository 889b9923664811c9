"""What a server counts, in the text format of Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """The counters of one server; they may be used from any thread."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)  # memory and processor time of this process, on Linux
        self.requests = Counter(
            "eai_llm_requests", "Requests to explain, by the status they got.", ["status"], registry=self._registry
        )
        self.seconds = Histogram(
            "eai_llm_request_seconds", "From a request to its answer.", buckets=_SECONDS, registry=self._registry
        )
        self.inside = Gauge(
            "eai_llm_requests_inside",
            "Requests that are received, read, waiting or computed.",
            registry=self._registry,
        )
        self.waiting = Gauge(
            "eai_llm_requests_waiting", "Requests that were read and wait for the model.", registry=self._registry
        )
        self.batch_clips = Histogram(
            "eai_llm_batch_recordings",
            "Recordings in a batch.",
            buckets=(1, 2, 4, 8, 16, 32, 64),
            registry=self._registry,
        )
        self.batch_seconds = Histogram(
            "eai_llm_batch_seconds",
            "Time of a batch in the model.",
            ["text"],
            buckets=_SECONDS,
            registry=self._registry,
        )

    def text(self) -> bytes:
        """All of them, as Prometheus reads them."""
        return generate_latest(self._registry)


__all__ = ["Metrics"]
