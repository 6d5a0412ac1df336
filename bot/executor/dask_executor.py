"""The executor on Dask: keeps a connection to workers, and an eye on every order that they have."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from bot.config import ExecutorConfig
from bot.executor import transport
from bot.executor.connection import Connection, WorkerGone
from bot.executor.local import LocalCluster, Whereabouts
from bot.executor.machines.trust import check_at_start, told, welcomed
from bot.executor.protocol import Encoded, Event, Order, Outcome, SheetOrder, Stopped, WorkerState
from bot.executor.settings import NICENESS, StudioSettings
from bot.executor.tracking import Tracked
from dreamcore.errors import DreamError
from dreamcore.sentences import Sentence

LOOK_SECONDS = 0.25  #: between looks for silence, and while no worker is ready
STATE_SECONDS = 5.0  #: between questions how the workers are
RETRY_SECONDS = (1.0, 30.0)  #: before the cluster is started or reached again: at first, and at the most
STOP_SECONDS = 3.0  #: for dreams to end between two steps when the executor is closed
QUICK_SECONDS = 120.0  #: for a refit or a comparison

T = TypeVar("T")
_log = logging.getLogger(__name__)


class DaskExecutor:
    """Implements `bot.executor.protocol.Executor`: workers of our own, or those of a scheduler somewhere.

    Raises ConfigError for an address that may not be used. `environment`: what own workers are told beside the
    process's own environment (less what is secret in it), such as where weights are.
    """

    def __init__(
        self,
        *,
        config: ExecutorConfig,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._environment = {**os.environ, **(environment or {})}
        self._clock = clock
        self._remote: str | None = None
        self.certificate_until: float | None = None  #: Unix seconds; of the one for the scheduler
        if config.scheduler is not None:
            self._remote = transport.check_address(config.scheduler)
            transport.papers_of(config)
        self._tracked: dict[str, Tracked] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._keeper: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._ready = asyncio.Event()
        self._closing = False
        self._slots = 1
        self._network: str | None = None
        self._workers: tuple[WorkerState, ...] = ()

    @property
    def slots(self) -> int:
        return self._slots

    @property
    def network(self) -> str | None:
        return self._network

    @property
    def workers(self) -> tuple[WorkerState, ...]:
        """Those that have answered lately."""
        return self._workers

    @property
    def ready(self) -> bool:
        """Whether a worker is there that could begin now."""
        return self._ready.is_set()

    async def start(self) -> None:
        if self._remote is not None:
            await check_at_start(self._config)
        transport.settle(logging.CRITICAL)  # what Dask calls an error here, the executor says in its own words
        self._keeper = asyncio.create_task(self._keep(), name="executor")

    async def dream(self, order: Order, on_event: Callable[[Event], None]) -> Outcome:
        if order.key in self._tracked:
            raise ValueError(f"the order {order.key} is being worked on")
        tracked = Tracked(order, on_event, hung_after=self._config.hung_after)
        self._tracked[order.key] = tracked
        try:
            return Stopped() if self._closing else await self._worked_on(tracked)
        finally:
            del self._tracked[order.key]

    def cancel(self, job: str) -> None:
        self._stop([tracked for tracked in self._tracked.values() if tracked.order.job == job])

    async def refit(self, picture: bytes, byte_limit: int) -> Encoded:
        return await self._quick(lambda connection: connection.refit(picture, byte_limit))

    async def compare(self, before: bytes, after: bytes, byte_limit: int) -> Encoded:
        return await self._quick(lambda connection: connection.compare(before, after, byte_limit))

    async def sheet(self, order: SheetOrder) -> Encoded:
        key = f"sheet-{secrets.token_hex(8)}"  # workers may be shared with other bots
        try:
            return await self._quick(lambda connection: connection.sheet(order, key))
        except BaseException:  # cancelled, or out of time: a worker may be at it still
            if self._connection is not None and not self._closing:
                self._in_background(self._connection.stop([key]))
            raise

    async def atlas(self, recipe: str, *, language: str, byte_limit: int) -> Encoded | None:
        return await self._quick(lambda connection: connection.atlas(recipe, language, byte_limit))

    async def close(self, grace: float) -> None:
        self._closing = True
        self._stop([tracked for tracked in self._tracked.values() if not tracked.started])
        await self._all_ended(grace)
        self._stop(list(self._tracked.values()))
        await self._all_ended(STOP_SECONDS if self._tracked else 0.0)
        for tracked in self._tracked.values():
            tracked.end(Stopped())
        for task in (*self._tasks, *((self._keeper,) if self._keeper else ())):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._ready.set()  # small work that waits for a worker hears that none will come

    async def _worked_on(self, tracked: Tracked) -> Outcome:
        while (connection := self._connection) is None or not self._ready.is_set():
            ready: asyncio.Future[Any] = asyncio.ensure_future(self._ready.wait())
            try:
                either: set[asyncio.Future[Any]] = {ready, tracked.verdict}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            finally:
                ready.cancel()
            if tracked.verdict.done():
                return tracked.verdict.result()
        tracked.handed_over = True
        try:
            future = connection.submit(tracked.order)
        except WorkerGone as error:
            await asyncio.sleep(LOOK_SECONDS)  # until that is noticed: who tries again at once would try without end
            return tracked.lost(str(error))
        result: asyncio.Future[Outcome] = asyncio.ensure_future(connection.outcome(future))
        try:
            await asyncio.wait({result, tracked.verdict}, return_when=asyncio.FIRST_COMPLETED)
            if tracked.verdict.done():
                self._in_background(connection.stop([tracked.order.key]))
                return tracked.verdict.result()
            return result.result()
        except WorkerGone as error:
            return tracked.lost(str(error))
        except asyncio.CancelledError:
            self._in_background(connection.stop([tracked.order.key]))
            raise
        finally:
            result.cancel()
            await asyncio.wait({result})

    def _stop(self, stopped: list[Tracked]) -> None:
        for tracked in stopped:
            tracked.stopping = True
            if not tracked.started:  # the worker is told all the same: it may be about to begin
                tracked.end(Stopped())
        keys = [tracked.order.key for tracked in stopped if tracked.handed_over]
        if keys and self._connection is not None:
            self._in_background(self._connection.stop(keys))

    async def _all_ended(self, seconds: float) -> None:
        deadline = self._clock() + seconds
        while self._tracked and self._clock() < deadline:
            await asyncio.sleep(0.02)

    async def _quick(self, task: Callable[[Connection], Awaitable[T]]) -> T:
        """Small work beside the dreams; once more where its worker died, since it is not the picture's doing."""
        log = "no worker was ready"
        try:
            async with asyncio.timeout(QUICK_SECONDS):
                for _ in range(2):
                    await self._ready.wait()
                    connection = self._connection
                    if connection is None or self._closing:
                        break
                    try:
                        return await task(connection)
                    except WorkerGone as error:
                        log = str(error)
        except TimeoutError:
            log = f"not done within {QUICK_SECONDS} s"
        raise DreamError(Sentence("The picture could not be written just now: please try again in a minute."), log=log)

    def _in_background(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep(self) -> None:
        """Have a cluster and a connection to it, for as long as the executor lives."""
        wait = RETRY_SECONDS[0]
        while True:
            begun = self._clock()
            try:
                await self._with_cluster()
            except Exception as error:
                _log.error("the workers cannot be started or reached: %s", told(error))
            if self._clock() - begun > 60:
                wait = RETRY_SECONDS[0]
            await asyncio.sleep(wait)
            wait = min(2 * wait, RETRY_SECONDS[1])

    async def _with_cluster(self) -> None:
        """From a cluster's start to its end."""
        if self._remote is not None:
            security, found = await welcomed(self._config, name="the bot")
            self.certificate_until = found.until.timestamp()
            await self._with_connection(Whereabouts(address=self._remote, security=security), None)
            return
        cluster = await LocalCluster.start(self._config, self._environment)
        try:
            self._slots = cluster.whereabouts.slots
            await self._with_connection(cluster.whereabouts, cluster)
        finally:
            await cluster.close()

    async def _with_connection(self, where: Whereabouts, cluster: LocalCluster | None) -> None:
        settings = StudioSettings(download=self._config.download, niceness=NICENESS if cluster is not None else 0)
        connection = await Connection.open(where, settings, self._heard, direct=cluster is not None)
        ended = asyncio.ensure_future(cluster.ended() if cluster is not None else asyncio.Event().wait())
        self._connection = connection
        try:
            await self._look_after(connection, ended)
        finally:
            self._connection = None
            self._workers = ()
            self._ready.clear()
            for tracked in self._tracked.values():
                if tracked.handed_over:
                    tracked.lose("the connection to the workers was lost")
            ended.cancel()
            await connection.close()

    async def _look_after(self, connection: Connection, ended: asyncio.Future[Any]) -> None:
        """Until the connection or the cluster has ended."""
        asking = asyncio.create_task(self._keep_asking(connection))
        try:
            while connection.alive and not ended.done():
                self._end_what_hangs(connection)
                await asyncio.wait({ended}, timeout=LOOK_SECONDS)
        finally:
            asking.cancel()
            await asyncio.wait({asking})
        _log.error("the workers are gone: %s", "their process has ended" if ended.done() else "no connection")

    async def _keep_asking(self, connection: Connection) -> None:
        while True:
            await self._ask(connection)
            await asyncio.sleep(STATE_SECONDS if self._ready.is_set() else LOOK_SECONDS)

    async def _ask(self, connection: Connection) -> None:
        try:
            states = await connection.states()
        except (OSError, TimeoutError) as error:
            _log.warning("the scheduler does not answer: %r", error)
            return
        self._workers = tuple(map(_worker_state, states))
        if self._remote is not None and states:
            self._slots = max(1, sum(int(state["slots"]) for state in states))
        for state in states:
            if state["trouble"] and not self._ready.is_set():
                _log.error("a worker cannot dream: %s", state["trouble"])
        networks = [state["network"] for state in states if state["network"]]
        if networks and networks[0] != self._network:
            self._network = networks[0]
            _log.info("%s dreams by default, on %d worker(s)", self._network, len(states))
        if any(state["network"] or state["trouble"] for state in states):
            self._ready.set()

    def _end_what_hangs(self, connection: Connection) -> None:
        now = self._clock()
        for worker in {tracked.worker for tracked in self._tracked.values() if tracked.hangs(now)}:
            hit = [tracked for tracked in self._tracked.values() if tracked.worker == worker]
            for tracked in hit:
                tracked.hung = True
            self._in_background(self._end_worker(connection, worker, hit))

    async def _end_worker(self, connection: Connection, worker: str | None, hit: list[Tracked]) -> None:
        assert worker is not None
        _log.error("worker %s gives no sign of life: it is ended", worker)
        await connection.restart_worker(worker)
        for tracked in hit:
            tracked.lose("its worker hung")

    def _heard(self, report: dict[str, Any]) -> None:
        tracked = self._tracked.get(report["key"])
        if tracked is not None:
            tracked.heard(report, self._clock())


def _worker_state(state: Mapping[str, Any]) -> WorkerState:
    held, total = state.get("gpu_memory") or (None, None)
    return WorkerState(
        name=str(state.get("name", "")),
        device=str(state.get("device", "")),
        slots=int(state["slots"]),
        memory=int(state.get("memory", 0)),
        gpu_memory=held,
        gpu_total=total,
        trouble=state["trouble"],
    )
