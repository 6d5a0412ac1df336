"""One connection to one scheduler: hands orders over, reaches their workers, hears what they report."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from distributed import Client, Future

from bot.executor import work
from bot.executor.local import Whereabouts
from bot.executor.plugin import DreamPlugin
from bot.executor.protocol import Encoded, Order, Outcome, SheetOrder
from bot.executor.settings import DREAMS, PLUGIN, QUICK, STATE, STOP, TOPIC, StudioSettings
from dreamcore.errors import DreamError

CONNECT_SECONDS = 15.0
RESTART_SECONDS = 15.0  #: in which a worker that hangs is ended; Dask asks it kindly for four of them
QUICK_PRIORITY = 1 << 40
ANSWER_SECONDS = 5.0  #: for a worker's answer to a short question

T = TypeVar("T")
_log = logging.getLogger(__name__)


class WorkerGone(Exception):
    """The worker died with the task, or the scheduler with everything."""


class Connection:
    """To a scheduler whose workers are made to dream."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._numbers = itertools.count()

    @classmethod
    async def open(
        cls, where: Whereabouts, settings: StudioSettings, on_report: Callable[[dict[str, Any]], None], *, direct: bool
    ) -> Connection:
        """Connect, and see to it that every worker that is there or comes can dream. Raises OSError."""
        client: Client = await Client(  # type: ignore[no-untyped-call]
            where.address,
            security=where.security,
            asynchronous=True,
            set_as_default=False,
            timeout=CONNECT_SECONDS,
            direct_to_workers=direct,
        )
        connection = cls(client)
        try:
            client.subscribe_topic(TOPIC, lambda event: on_report(event[1]))  # type: ignore[no-untyped-call]
            await client.register_plugin(DreamPlugin(settings), name=PLUGIN)
        except BaseException:
            await connection.close()
            raise
        return connection

    @property
    def alive(self) -> bool:
        return bool(self._client.status == "running")

    @property
    def _scheduler(self) -> Any:
        scheduler = self._client.scheduler
        if scheduler is None:
            raise ConnectionError("the connection is closed")
        return scheduler

    def submit(self, order: Order) -> Future[Outcome]:
        """Hand over an order. What is handed over first is begun first. Raises WorkerGone."""
        if not self.alive:
            raise WorkerGone("the connection is closed")
        return self._client.submit(
            work.dream,
            order,
            # The number before the id keeps every order under one name in the scheduler's statistics, which it never
            # forgets: it takes the letters up to the first number for the name of the function.
            key=f"dream-0-{order.key}",
            pure=False,
            retries=0,
            priority=-next(self._numbers),
            resources={DREAMS: 1},
        )

    async def outcome(self, future: Future[Outcome]) -> Outcome:
        """What became of an order. Raises WorkerGone. In any case nothing of it stays with the scheduler."""
        outcome: Outcome = await self._result(future)
        return outcome

    async def refit(self, picture: bytes, byte_limit: int) -> Encoded:
        return await self._quick(work.refit, picture, byte_limit)

    async def compare(self, before: bytes, after: bytes, byte_limit: int) -> Encoded:
        return await self._quick(work.compare, before, after, byte_limit)

    async def sheet(self, order: SheetOrder, key: str) -> Encoded:
        return await self._quick(work.sheet, order, key)

    async def atlas(self, recipe: str, language: str, byte_limit: int) -> Encoded | None:
        return await self._quick(work.atlas, recipe, language, byte_limit)

    async def states(self) -> Sequence[dict[str, Any]]:
        """What every worker says of itself. Raises OSError, TimeoutError."""
        async with asyncio.timeout(ANSWER_SECONDS):
            answers = await self._scheduler.broadcast(msg={"op": STATE}, on_error="ignore")
        return [answer for answer in answers.values() if isinstance(answer, dict) and "slots" in answer]

    async def stop(self, keys: Sequence[str]) -> None:
        """Have the workers stop these orders at their next step. A worker that does not answer has none, or hangs."""
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._scheduler.broadcast(msg={"op": STOP, "keys": list(keys)}, on_error="ignore")

    async def restart_worker(self, address: str) -> None:
        """End this worker's process; its nanny starts another."""
        try:
            async with asyncio.timeout(RESTART_SECONDS):
                await self._scheduler.restart_workers(
                    workers=[address],
                    timeout=RESTART_SECONDS,
                    wait_for_workers=False,
                    on_error="return",
                    stimulus_id=f"hangs-{next(self._numbers)}",
                )
        except (OSError, TimeoutError) as error:
            _log.warning("worker %s hangs and could not be ended: %r", address, error)

    async def close(self) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._client.close(timeout=2)  # type: ignore[no-untyped-call]

    async def _quick(self, task: Callable[..., T | DreamError], *arguments: object) -> T:
        number = next(self._numbers)
        future = self._client.submit(
            task,
            *arguments,
            key=f"quick-0-{self._client.id}-{number}",
            pure=False,
            retries=0,
            # Before every order: a worker looks at its first waiting task only, and if that wants what is taken (an
            # order behind the one that is dreamt), at nothing behind it.
            priority=QUICK_PRIORITY - number,
            resources={QUICK: 1},
        )
        result: T | DreamError = await self._result(future)
        if isinstance(result, DreamError):
            raise result
        return result

    async def _result(self, future: Future[Any]) -> Any:
        try:
            return await future
        except Exception as error:
            # Of Dask's own making: a worker that died, none in time, a message that could not be read. Ours are handed
            # back as values.
            raise WorkerGone(f"{type(error).__name__}: {error}") from error
        finally:
            # A future that is kept makes Dask do its work again when the worker dies.
            future.release()  # type: ignore[no-untyped-call]
