"""Figures that are counted as things happen, under the names and in the units that Prometheus wants.

Labels are bounded: doors, stages, outcomes and networks are ours, statuses are cut to the ones that there are.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

from bot.executor.protocol import STAGES, Failed, Lost, Made, Outcome, Paused, Stopped
from bot.jobs.model import Door, Job
from bot.kinds import Kind
from dreamcore.catalogue import catalogue

SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)  #: of work and of waiting
REQUEST_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

#: What Discord answers with; any other status is counted as `other`.
STATUSES = frozenset({200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 413, 429, 500, 502, 503, 504})
NO_ANSWER = "none"
MOST_BEGUN = 10_000  #: jobs that are remembered, so that each is counted once

_OUTCOMES: dict[type[Outcome], str] = {
    Made: "made",
    Paused: "paused",
    Failed: "failed",
    Stopped: "stopped",
    Lost: "lost",
}


class Metrics:
    """Implements `bot.jobs.ports.Watch`. All of it may be called in the event loop, and read in another thread."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self.registry = CollectorRegistry()
        self._clock = clock
        ProcessCollector(registry=self.registry)
        self.requests = self._counter("requests", "Requests that were accepted", "door", "kind")
        self.pictures = self._counter("pictures", "What became of pictures that workers were given", "outcome")
        self.stages = self._histogram(
            "dream_stage_seconds", "What a dream takes in a worker", SECONDS, "stage", "network"
        )
        self.waits = self._histogram("queue_wait_seconds", "From accepting a request until a worker begins", SECONDS)
        self.answers = self._histogram("answer_seconds", "From accepting a request until it is answered", SECONDS)
        self.responses = self._counter("discord_responses", "What Discord's REST interface has answered", "status")
        self.response_seconds = self._histogram(
            "discord_response_seconds", "Until Discord's REST interface has answered", REQUEST_SECONDS
        )
        self.sessions = self._counter("gateway_sessions", "What happened to connections to the gateway", "event")
        self.log_lines = self._counter("log_lines", "Lines of the log from WARNING on", "level")
        for door, kind in itertools.product(Door, Kind):
            self.requests.labels(door.value, kind.value)
        for outcome in _OUTCOMES.values():
            self.pictures.labels(outcome)
        for event in ("connected", "resumed", "disconnected"):
            self.sessions.labels(event)
        for level in ("WARNING", "ERROR", "CRITICAL"):
            self.log_lines.labels(level)
        self._begun: set[str] = set()

    def accepted(self, job: Job) -> None:
        self.requests.labels(job.door.value, job.kind.value).inc()

    def begun(self, job: Job) -> None:
        if job.id not in self._begun:
            if len(self._begun) >= MOST_BEGUN:  # of jobs that were forgotten nobody says that they have ended
                self._begun.clear()
            self._begun.add(job.id)
            self.waits.observe(max(0.0, self._clock() - job.created))

    def came_back(self, outcome: Outcome) -> None:
        self.pictures.labels(_OUTCOMES[type(outcome)]).inc()
        if not isinstance(outcome, Made) or outcome.network not in catalogue() or outcome.frames > 1:
            return  # of a film this would be its last part only
        for stage, seconds in outcome.stages or (("dream", outcome.seconds),):
            if stage in STAGES:
                self.stages.labels(stage, outcome.network).observe(max(0.0, seconds))

    def answered(self, job: Job) -> None:
        self._begun.discard(job.id)
        if job.delivered is not None:
            self.answers.observe(max(0.0, job.delivered - job.created))

    def responded(self, status: int, seconds: float) -> None:
        """Discord has answered a request."""
        self.responses.labels(str(status) if status in STATUSES else "other").inc()
        self.response_seconds.observe(seconds)

    def unanswered(self) -> None:
        """Discord has not answered a request."""
        self.responses.labels(NO_ANSWER).inc()

    def total(self, name: str, **labels: str) -> float:
        """A counter's value, for `status`; of all labels together where none is named."""
        name = f"dreambot_{name}_total"
        if labels:
            return self.registry.get_sample_value(name, labels) or 0.0
        samples = (sample for metric in self.registry.collect() for sample in metric.samples)
        return sum(sample.value for sample in samples if sample.name == name)

    def by_label(self, name: str, *labels: str) -> dict[tuple[str, ...], float]:
        """A sample's value for each combination of these labels; 0 and what was never counted are left out."""
        samples = (sample for metric in self.registry.collect() for sample in metric.samples)
        return {
            tuple(sample.labels[label] for label in labels): sample.value
            for sample in samples
            if sample.name == f"dreambot_{name}" and sample.value
        }

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"dreambot_{name}", f"{what}.", labels, registry=self.registry)

    def _histogram(self, name: str, what: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"dreambot_{name}", f"{what}.", labels, buckets=buckets, registry=self.registry)


class Counting(logging.Handler):
    """Counts lines of the log."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.WARNING)
        self._metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        level = "CRITICAL" if record.levelno >= logging.CRITICAL else logging.getLevelName(record.levelno)
        if level in ("WARNING", "ERROR", "CRITICAL"):
            self._metrics.log_lines.labels(level).inc()
