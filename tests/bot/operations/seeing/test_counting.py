"""What is counted how, and that no stranger can make the list of figures longer."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.executor.dask_executor import _worker_state
from bot.executor.protocol import Failed, Lost, Made, Paused, WorkerState
from bot.languages import ENGLISH, languages, speaking
from bot.operations.loop import LoopDelay, LoopWatch
from bot.operations.seeing.discord_side import INVALID_SECONDS, DiscordSide, Shard
from bot.operations.seeing.exposing import MOST_WORKERS, expose
from bot.operations.seeing.looking import Looking
from bot.operations.seeing.metrics import Counting, Metrics
from bot.operations.seeing.snapshot import Check, Snapshot, Stage
from bot.operations.seeing.telling import lines
from tests.bot.jobs.fakes import Clock, in_loop, opened, request

GIB = 1 << 30


def worker(name: str = "dream-0", **more: Any) -> WorkerState:
    values = {"device": "cpu", "slots": 1, "memory": GIB, "gpu_memory": None, "gpu_total": None, "trouble": None}
    return WorkerState(name=name, **{**values, **more})


def snapshot(**more: Any) -> Snapshot:
    values: dict[str, Any] = {
        "stage": Stage.RUNNING,
        "version": "1.2",
        "uptime": 7300.0,
        "failing": frozenset(),
        "guilds": 3,
        "waiting": 2,
        "running": 1,
        "oldest": 42.0,
        "slots": 1,
        "network": "daydream",
        "workers": (worker(),),
        "certificate_until": 1_900_000_000.0,
        "shards": (Shard(id=0, connected=True, latency=0.05),),
        "invalid": 7,
        "loop": LoopDelay(looks=10, median=0.001, p999=0.002, worst=0.004),
        "loop_buckets": ((0.001, 4), (float("inf"), 10)),
        "loop_late": 0.01,
        "disk_free": 5 * GIB,
        "kept": 300 << 20,
        "accepted": 9.0,
        "made": 8.0,
        "failed": 1.0,
        "answered": 6.0,
        "responses": 100.0,
        "bad_responses": 2.0,
        "reconnects": 1.0,
        "errors": 0.0,
    }
    return Snapshot(**{**values, **more})


def made(network: str, **more: Any) -> Made:
    return Made(
        data=b"", format="PNG", note="", width=8, height=8, recipe="", network=network, seconds=2.0, notes=(), **more
    )


def test_each_stage_of_a_dream_is_counted_by_its_network() -> None:
    metrics = Metrics()
    metrics.came_back(made("daydream", stages=(("decode", 0.2), ("dream", 3.0), ("encode", 0.1))))
    value = metrics.registry.get_sample_value
    for stage, seconds in (("decode", 0.2), ("dream", 3.0), ("encode", 0.1)):
        labels = {"stage": stage, "network": "daydream"}
        assert value("dreambot_dream_stage_seconds_sum", labels) == seconds
        assert value("dreambot_dream_stage_seconds_count", labels) == 1
    metrics.came_back(Failed(sentence="", log=""))
    metrics.came_back(Lost(started=True, log=""))
    metrics.came_back(Paused(checkpoint=b"", share=0.5, seconds=15.0))
    outcomes = ("made", "failed", "lost", "paused")
    assert [metrics.total("pictures", outcome=name) for name in outcomes] == [1, 1, 1, 1]


def test_what_a_worker_or_discord_makes_up_adds_no_figure() -> None:
    metrics = Metrics()
    before = len(expose(metrics, snapshot(), "")[1].splitlines())
    metrics.came_back(made("evil-network", stages=(("evil-stage", 1.0),)))
    for number in range(1000):
        metrics.came_back(made("daydream", stages=((f"stage-{number}", 1.0),)))
        metrics.responded(1000 + number, 0.1)
    text = expose(metrics, snapshot(), "")[1].decode()
    assert "evil" not in text
    assert "stage-" not in text
    assert metrics.total("discord_responses", status="other") == 1000
    assert len(text.splitlines()) - before < 10
    crowd = tuple(worker("x" * 5000 + str(number)) for number in range(1000)) + tuple(
        worker(f"w{number}") for number in range(1000)
    )
    text = expose(metrics, snapshot(workers=crowd), "")[1].decode()
    assert text.count("dreambot_worker_memory_bytes{") <= MOST_WORKERS
    assert len(text) < 60_000


def response(status: int, scope: str | None = None) -> Any:
    headers = {} if scope is None else {"X-RateLimit-Scope": scope}
    return SimpleNamespace(response=SimpleNamespace(status=status, headers=headers))


def test_the_budget_of_invalid_requests_counts_what_discord_counts_for_ten_minutes() -> None:
    now = [100.0]
    metrics = Metrics()
    side = DiscordSide(metrics, clock=lambda: now[0])

    async def answer(status: int, scope: str | None = None) -> None:
        context = SimpleNamespace()
        await side._started(None, context, None)  # type: ignore[arg-type]
        await side._ended(None, context, response(status, scope))  # type: ignore[arg-type]

    async def go() -> None:
        for status in (200, 204, 404, 500, 101):
            await answer(status)
        assert side.invalid() == 0
        for status, scope in ((401, None), (403, None), (429, "user"), (429, "global")):
            await answer(status, scope)
        await answer(429, "shared")
        assert side.invalid() == 4
        now[0] += INVALID_SECONDS - 1
        await answer(403)
        assert side.invalid() == 5
        now[0] += 2
        assert side.invalid() == 1

    asyncio.run(go())
    assert metrics.total("discord_responses", status="429") == 3
    assert metrics.total("discord_responses") == 10, "a gateway's connection is no answer"


def test_lines_of_the_log_are_counted_from_warning_on() -> None:
    metrics = Metrics()
    logger = logging.Logger("x")
    logger.addHandler(Counting(metrics))
    logger.info("no")
    logger.warning("yes")
    logger.error("yes")
    logger.error("yes")
    assert [metrics.total("log_lines", level=level) for level in ("WARNING", "ERROR", "CRITICAL")] == [1, 2, 0]


@pytest.mark.parametrize("check", Check)
def test_every_check_that_fails_is_said_with_what_to_do(check: Check) -> None:
    well, ill = lines(snapshot()), lines(snapshot(failing=frozenset({check})))
    assert "all is well" in well[0]
    assert "not all is well" in ill[0]
    assert len(ill) == len(well) + 1


def test_the_figures_are_said_in_words() -> None:
    gpu = worker("gpu", device="cuda", gpu_memory=2 * GIB, gpu_total=141 * GIB)
    broken = worker("bad", trouble="there is no CUDA")
    told = "\n".join(lines(snapshot(workers=(worker(), gpu, broken))))
    for words in (
        "Dreambot 1.2 has been running for 2 h; all is well.",
        "Queue: 2 waiting, 1 being dreamt; the oldest has been there for 42 s.",
        "Since the start: requests accepted: 9, answered: 6; pictures dreamt: 8, failed: 1.",
        "• dream-0 on cpu, 1.0 GiB of memory",
        "• gpu on cuda, 1.0 GiB of memory, 2.0 GiB of 141.0 GiB of its GPU's",
        "• bad cannot dream: there is no CUDA",
        "Discord: servers: 3; shards connected: 1 of 1; latency: 50 ms; connections lost: 1.",
        "Requests to Discord: 100, without a good answer: 2; invalid in the last ten minutes: 7 of 10,000.",
        "Machine: free in the data folder: 5.0 GiB; pictures kept: 300 MiB; event loop late by at most 4 ms;",
    ):
        assert words in told


@pytest.mark.parametrize("stage", Stage)
def test_a_bot_that_starts_or_stops_says_so(stage: Stage) -> None:
    bare = dataclasses.replace(
        snapshot(), stage=stage, oldest=None, workers=(), shards=(), disk_free=None, kept=None, network=None
    )
    assert bare.ready is (stage is Stage.RUNNING)
    for language in languages():
        with speaking(language):
            assert len(lines(bare)) == 7
    with speaking(ENGLISH):
        assert stage.value in lines(bare)[0]


def test_a_discord_message_takes_all_of_it() -> None:
    crowd = tuple(worker(f"machine-{number}-{'x' * 40}", gpu_memory=GIB, gpu_total=GIB) for number in range(100))
    for language in languages():
        with speaking(language):
            assert len("\n".join(lines(snapshot(workers=crowd, failing=frozenset(Check))))) < 2000


def test_what_a_worker_says_of_its_gpu_arrives_and_what_an_older_one_leaves_out_is_no_trouble() -> None:
    said = {"network": "daydream", "trouble": None, "slots": 2}
    told = {"name": "dream-1", "device": "cuda", "memory": GIB, "gpu_memory": (3 * GIB, 80 * GIB)}
    assert _worker_state({**said, **told}) == worker(
        "dream-1", device="cuda", slots=2, gpu_memory=3 * GIB, gpu_total=80 * GIB
    )
    assert _worker_state(said) == worker("", device="", slots=2, memory=0)


@in_loop
async def test_to_look_takes_the_event_loop_next_to_nothing_while_a_thousand_wait(tmp_path: Path) -> None:
    """By the processor's time of the loop's own thread, which no other work of the machine lengthens."""
    metrics = Metrics()
    looking = Looking(home=tmp_path, loop=LoopWatch(), metrics=metrics, discord_side=DiscordSide(metrics))
    async with opened(tmp_path, clock=Clock()) as queue:
        accepted = await queue.accept(request())
        kept = queue.board._open[accepted.job.id]
        for number in range(999):
            job = dataclasses.replace(kept.job, id=f"copy {number}")
            queue.board.put(dataclasses.replace(kept, job=job, number=number + 10))
        looking._queue = queue
        looking.stage = Stage.STARTING
        begun = time.thread_time()
        for _ in range(10):
            now = await looking._take()
            await asyncio.to_thread(expose, metrics, now, "")
        assert time.thread_time() - begun < 0.25, "25 ms each, of which Discord's heartbeats notice nothing"
    assert now.waiting == 1000
