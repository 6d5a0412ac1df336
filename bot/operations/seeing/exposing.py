"""A snapshot and what was counted, as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder

from bot.operations.seeing.discord_side import INVALID_LIMIT
from bot.operations.seeing.metrics import Metrics
from bot.operations.seeing.snapshot import Check, Snapshot, Stage
from dreamcore.errors import clip

MOST_WORKERS = 64  #: each with figures of its own
MOST_NAME = 60


def expose(metrics: Metrics, snapshot: Snapshot, accept: str) -> tuple[str, bytes]:
    """The content's type, and the content. Blocks for some milliseconds: call it in a thread."""
    encode, kind = choose_encoder(accept)
    return kind, encode(_Both(metrics.registry, snapshot))


class _Both(CollectorRegistry):
    """What is counted, and what a snapshot says."""

    def __init__(self, counted: CollectorRegistry, snapshot: Snapshot) -> None:
        super().__init__()
        self._counted = counted
        self._snapshot = snapshot

    def collect(self) -> Iterator[Metric]:
        yield from self._counted.collect()
        yield from families(self._snapshot)


def families(now: Snapshot) -> Iterator[Metric]:
    yield InfoMetricFamily("dreambot", "The program.", {"version": now.version})
    yield from _health(now)
    yield from _queue(now)
    yield from _workers(now)
    yield from _discord(now)
    loop = HistogramMetricFamily("dreambot_event_loop_delay_seconds", "How late the event loop comes back.")
    bounds = [(_bound(bound), float(count)) for bound, count in now.loop_buckets]
    loop.add_metric([], bounds, sum_value=now.loop_late)
    yield loop
    if now.disk_free is not None:
        yield GaugeMetricFamily("dreambot_disk_free_bytes", "Free where the data folder is.", now.disk_free)
    if now.kept is not None:
        yield GaugeMetricFamily("dreambot_kept_pictures_bytes", "Of pictures that are kept.", now.kept)


def _bound(bound: float) -> str:
    return "+Inf" if bound == float("inf") else f"{bound:g}"


def _health(now: Snapshot) -> Iterator[Metric]:
    yield GaugeMetricFamily("dreambot_ready", "1: it takes requests and answers them.", float(now.ready))
    checks = GaugeMetricFamily("dreambot_check_ok", "What being ready takes: 1 where it is so.", labels=["check"])
    for check in Check:
        checks.add_metric([check.value], float(now.stage is Stage.RUNNING and check not in now.failing))
    yield checks
    yield GaugeMetricFamily("dreambot_draining", "1: nothing new is taken, before an upgrade.", float(now.draining))
    yield GaugeMetricFamily("dreambot_uptime_seconds", "Since the process has begun to be the bot.", now.uptime)


def _queue(now: Snapshot) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("dreambot_queue_jobs", "Requests that are not dreamt yet.", labels=["state"])
    jobs.add_metric(["waiting"], now.waiting)
    jobs.add_metric(["running"], now.running)
    yield jobs
    yield GaugeMetricFamily(
        "dreambot_queue_oldest_seconds", "Age of the oldest of them; 0 where there is none.", now.oldest or 0.0
    )


def _workers(now: Snapshot) -> Iterator[Metric]:
    yield GaugeMetricFamily("dreambot_workers", "Workers that have answered lately.", len(now.workers))
    yield GaugeMetricFamily("dreambot_slots", "Pictures that can be dreamt at a time.", now.slots)
    memory = GaugeMetricFamily("dreambot_worker_memory_bytes", "Of the machine's, in use.", labels=["worker"])
    held = GaugeMetricFamily("dreambot_gpu_memory_bytes", "Of a worker's GPU, held by it.", labels=["worker"])
    total = GaugeMetricFamily("dreambot_gpu_memory_total_bytes", "Of a worker's GPU.", labels=["worker"])
    named = {clip(worker.name, MOST_NAME): worker for worker in now.workers[:MOST_WORKERS]}
    for name, worker in named.items():
        memory.add_metric([name], worker.memory)
        if worker.gpu_memory is not None and worker.gpu_total is not None:
            held.add_metric([name], worker.gpu_memory)
            total.add_metric([name], worker.gpu_total)
    yield from (memory, held, total)
    if now.certificate_until is not None:
        yield GaugeMetricFamily(
            "dreambot_certificate_expiry_timestamp_seconds", "Of the one for the scheduler.", now.certificate_until
        )


def _discord(now: Snapshot) -> Iterator[Metric]:
    up = GaugeMetricFamily("dreambot_gateway_connected", "1: this shard is connected.", labels=["shard"])
    latency = GaugeMetricFamily(
        "dreambot_gateway_latency_seconds", "Between a heartbeat and its answer.", labels=["shard"]
    )
    for shard in now.shards:
        up.add_metric([str(shard.id)], float(shard.connected))
        if shard.latency is not None:
            latency.add_metric([str(shard.id)], shard.latency)
    yield from (up, latency)
    yield GaugeMetricFamily("dreambot_guilds", "Servers that the bot is in.", now.guilds)
    yield GaugeMetricFamily(
        "dreambot_discord_invalid_requests", "Answers 401, 403 and 429 in the last ten minutes.", now.invalid
    )
    yield GaugeMetricFamily(
        "dreambot_discord_invalid_requests_limit", "From here on Discord shuts this address out.", INVALID_LIMIT
    )
