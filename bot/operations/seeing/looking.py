"""Takes snapshots of the running bot. What waits (the database, the disk) is waited for beside the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import discord
from sqlalchemy import text

from bot.executor.protocol import STAGES, Executor, WorkerState
from bot.jobs.board import Census
from bot.jobs.queue import JobQueue
from bot.jobs.shelf import RESERVE
from bot.operations.loop import LoopWatch
from bot.operations.seeing.discord_side import DiscordSide
from bot.operations.seeing.metrics import Metrics
from bot.operations.seeing.snapshot import Check, Snapshot, Stage, Took
from bot.owner.hand import Hand
from bot.store.database import Database

PATIENCE = 2.0  #: seconds for the database to answer
FRESH = 1.0  #: seconds that a snapshot is good for: however many ask, it is taken once

_OF_DREAMS = ("network", "stage")
_NOTHING_OPEN = Census(waiting=0, running=0, oldest=None)


class Looking:
    """What is not there yet, since the bot is just starting, is missing in the snapshot."""

    def __init__(
        self,
        *,
        home: Path,
        loop: LoopWatch,
        metrics: Metrics,
        discord_side: DiscordSide,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.stage = Stage.STARTING
        self._home = home
        self._loop = loop
        self._metrics = metrics
        self._discord = discord_side
        self._clock = clock
        self._born = time.monotonic()
        self._executor: Executor | None = None
        self._queue: JobQueue | None = None
        self._database: Database | None = None
        self._hand: Hand | None = None
        self._probe: asyncio.Task[None] | None = None
        self._latest: tuple[float, Snapshot] | None = None
        self._taking = asyncio.Lock()

    def begin(
        self,
        *,
        client: discord.AutoShardedClient,
        queue: JobQueue,
        executor: Executor,
        database: Database,
        hand: Hand | None = None,
    ) -> None:
        """Everything is there now, and about to work."""
        self._executor, self._queue, self._database = executor, queue, database
        self._hand = hand
        self._discord.attach(client)
        queue.watch = self._metrics
        self.stage = Stage.RUNNING

    async def close(self) -> None:
        if self._probe is not None:
            self._probe.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._probe

    def end(self) -> None:
        """From now on the database may be closed at any moment."""
        self.stage = Stage.STOPPING
        self._latest = None

    async def snapshot(self) -> Snapshot:
        async with self._taking:
            now = time.monotonic()
            if self._latest is None or now - self._latest[0] > FRESH:
                self._latest = now, await self._take()
            return self._latest[1]

    async def _take(self) -> Snapshot:
        failing: set[Check] = set()
        if self.stage is Stage.RUNNING:
            if not self._discord.ready:
                failing.add(Check.DISCORD)
            if not getattr(self._executor, "ready", True):
                failing.add(Check.WORKERS)
            if not await self._database_answers():
                failing.add(Check.DATABASE)
        free, kept = await asyncio.to_thread(_disk, self._home)
        if free is None or free < RESERVE:
            failing.add(Check.DISK)
        total = await asyncio.to_thread(self._totals)
        census = _NOTHING_OPEN if self._queue is None else self._queue.board.census()
        return Snapshot(
            stage=self.stage,
            version=version(),
            uptime=time.monotonic() - self._born,
            failing=frozenset(failing),
            draining=self._hand is not None and self._hand.draining.on,
            guilds=self._discord.guilds,
            waiting=census.waiting,
            running=census.running,
            oldest=None if census.oldest is None else max(0.0, self._clock() - census.oldest),
            slots=0 if self._executor is None else self._executor.slots,
            network=None if self._executor is None else self._executor.network,
            workers=_workers(self._executor),
            certificate_until=getattr(self._executor, "certificate_until", None),
            shards=self._discord.shards(),
            invalid=self._discord.invalid(),
            loop=self._loop.delay(),
            loop_buckets=self._loop.buckets(),
            loop_late=self._loop.late,
            disk_free=free,
            kept=kept,
            **total,
        )

    def _totals(self) -> dict[str, Any]:
        total, by_label = self._metrics.total, self._metrics.by_label
        answers = by_label("discord_responses_total", "status")
        sums, counts = (by_label(f"dream_stage_seconds_{end}", *_OF_DREAMS) for end in ("sum", "count"))
        bad = sum(total("discord_responses", status=status) for status in ("500", "502", "503", "504", "none"))
        return {
            "accepted": total("requests"),
            "made": total("pictures", outcome="made"),
            "failed": total("pictures", outcome="failed"),
            "answered": self._metrics.registry.get_sample_value("dreambot_answer_seconds_count") or 0.0,
            "responses": total("discord_responses"),
            "bad_responses": bad,
            "statuses": tuple(sorted((status, count) for (status,), count in answers.items())),
            "took": _took(sums, counts),
            "reconnects": total("gateway_sessions", event="disconnected"),
            "errors": total("log_lines", level="ERROR") + total("log_lines", level="CRITICAL"),
        }

    async def _database_answers(self) -> bool:
        """One question at a time: one that gets no answer is not asked again, nor broken off."""
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._ask(), name="database probe")
        await asyncio.wait({self._probe}, timeout=PATIENCE)
        return self._probe.done() and not self._probe.cancelled() and self._probe.exception() is None

    async def _ask(self) -> None:
        assert self._database is not None
        async with self._database.reading() as connection:
            await connection.execute(text("SELECT 1"))


def version() -> str:
    try:
        return metadata.version("dreambot")
    except metadata.PackageNotFoundError:  # run from a folder that was never installed
        return "0"


def _took(sums: Mapping[tuple[str, ...], float], counts: Mapping[tuple[str, ...], float]) -> tuple[Took, ...]:
    """By network and stage; what was dreamt most first."""
    found: dict[str, dict[str, float]] = {}
    for network, stage in counts:
        found.setdefault(network, {})[stage] = sums.get((network, stage), 0.0) / counts[network, stage]
    took = (
        Took(
            network=network,
            dreams=int(counts.get((network, "dream"), 0)),
            seconds=tuple((stage, means[stage]) for stage in STAGES if stage in means),
        )
        for network, means in found.items()
    )
    return tuple(sorted(took, key=lambda one: (-one.dreams, one.network)))


def _workers(executor: Executor | None) -> tuple[WorkerState, ...]:
    found: tuple[WorkerState, ...] = getattr(executor, "workers", ())
    return found


def _disk(home: Path) -> tuple[int | None, int | None]:
    try:
        free = shutil.disk_usage(home).free
        kept = sum(file.stat().st_size for name in ("sources", "checkpoints") for file in (home / name).iterdir())
    except FileNotFoundError:  # just starting, or a picture was deleted while they were counted
        return (shutil.disk_usage(home).free if home.exists() else None), None
    except OSError:
        return None, None
    return free, kept
