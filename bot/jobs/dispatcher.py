"""Hands pictures to the executor, the fairest first, and stores what becomes of them.

One task a picture that is handed out, and one loop that hands out. Neither ends because of a job: what goes wrong
with one picture fails that picture, what goes wrong with the database or the disk is tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar, assert_never

from sqlalchemy.exc import SQLAlchemyError

from bot.executor.protocol import Event, Executor, Failed, Lost, Made, Order, Outcome, Paused, Started, Stopped
from bot.jobs.model import PictureState
from bot.jobs.ports import Answers
from bot.jobs.queue import JobQueue
from dreamcore.sentences import Sentence

logger = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_PAUSE = 0.1  #: seconds before something that failed is tried again; doubles
LONGEST_PAUSE = 10.0
STOP_SECONDS = 5.0  #: for orders to stop, once they are told to
SWEEP_SECONDS = 3600.0  #: between two looks for sources whose time is over
ROOM_SECONDS = 60.0  #: between two looks whether there is room for new ones

GONE = Sentence("The picture is no longer kept: post it again.")


class Dispatcher:
    """Owns every order that is with the executor."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        executor: Executor,
        answers: Answers,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._queue = queue
        self._executor = executor
        self._answers = answers
        self._clock = clock
        self._orders: dict[str, Order] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()
        self._closing = False
        self._unbegun = 0  # orders in a row that came back before a worker had begun

    async def start(self) -> None:
        """Begin to hand out what waits."""
        self._queue.board.slots = lambda: self._executor.slots
        self._queue.on_change = self._changed
        self._queue.on_ended = self._ended
        self._loops = [
            asyncio.create_task(self._hand_out(), name="dispatcher"),
            asyncio.create_task(self._sweep(), name="sweep"),
        ]
        self.wake()

    def wake(self) -> None:
        """Something has changed: look again."""
        self._wake.set()

    async def close(self, *, grace: float) -> None:
        """No new work; what runs finishes within `grace` seconds or goes back to the queue."""
        self._closing = True
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for order in list(self._orders.values()):
            self._tell(partial(self._executor.cancel, order.job))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        stuck = list(self._orders.values())
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for order in stuck:
            with contextlib.suppress(SQLAlchemyError):  # the next start takes it up then
                await self._queue.work.returned(order.job, order.ordinal, order.attempt)

    def _changed(self) -> None:
        self.wake()
        for order in list(self._orders.values()):
            if not self._wanted(order):
                self._tell(partial(self._executor.cancel, order.job))
        self._tell(self._answers.queue_moved)

    def _wanted(self, order: Order) -> bool:
        """Not where it was cancelled, nobody is left to give it to, or whose picture it is does not want it."""
        job = self._queue.board.get(order.job)
        return job is not None and job.pictures[order.ordinal].state is not PictureState.FAILED

    def _ended(self, job: str) -> None:
        self._tell(partial(self._answers.ended, job))

    async def _hand_out(self) -> None:
        pause = FIRST_PAUSE
        while True:
            self._wake.clear()
            try:
                while len(self._tasks) <= self._executor.slots:
                    order = await self._queue.work.next(ahead=len(self._tasks) >= self._executor.slots)
                    if order is None:
                        break
                    self._begin(order)
                    pause = FIRST_PAUSE
                    if self._unbegun:
                        await asyncio.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._unbegun, 10)))
            except Exception:
                logger.exception("nothing could be handed out; trying again")
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, 2 * pause)
                continue
            await self._until_woken()

    async def _until_woken(self) -> None:
        held = self._queue.board.held_until()
        timeout = None if held is None else max(0.0, held - self._clock()) + 0.01
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), timeout)

    def _begin(self, order: Order) -> None:
        self._orders[order.key] = order
        task = asyncio.create_task(self._see_through(order), name=f"dream {order.key}")
        self._tasks.add(task)
        task.add_done_callback(lambda task: self._over(order, task))
        self._tell(self._answers.queue_moved)

    def _over(self, order: Order, task: asyncio.Task[None]) -> None:
        self._orders.pop(order.key, None)
        self._tasks.discard(task)
        self.wake()

    async def _see_through(self, order: Order) -> None:
        """One order, from the executor's hands back into the table. Raises nothing."""
        stored: list[asyncio.Task[None]] = []

        def on_event(event: Event) -> None:
            if isinstance(event, Started):
                self._unbegun = 0
                self._queue.work.begun(order.job, order.ordinal, order.attempt)
                if (job := self._queue.board.get(order.job)) is not None:
                    self._tell(partial(self._queue.watch.begun, job))
                self._tell(self._answers.queue_moved)
                stored.append(asyncio.create_task(self._store_started(order)))
            elif self._queue.work.progressed(order.job, order.ordinal, order.attempt, event.share):
                self._tell(partial(self._answers.progressed, order.job, order.ordinal, event.share, event.preview))

        try:
            outcome = await self._dream(order, on_event)
        finally:
            await asyncio.gather(*stored, return_exceptions=True)
        self._tell(partial(self._queue.watch.came_back, outcome))
        try:
            await self._store(order, outcome)
        except Exception as error:
            logger.exception("what became of this order could not be stored", extra={"job": order.job})
            await self._give_up(order, error)

    async def _dream(self, order: Order, on_event: Callable[[Event], None]) -> Outcome:
        try:
            filled = await self._queue.work.filled(order)
        except OSError as error:
            return Lost(started=False, log=f"its picture cannot be read: {error}")
        if filled is None:
            return Failed(sentence=GONE, log="its source, or one of its companions, is not there")
        try:
            return await self._executor.dream(filled, on_event)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            return Lost(started=False, log=f"the executor's own work was cancelled: {error}")  # by nobody here
        except Exception as error:
            logger.exception("the executor broke over this order", extra={"job": order.job})
            return Failed(sentence=_trouble(order), log=f"{type(error).__name__}: {error}")

    async def _store_started(self, order: Order) -> None:
        try:
            await self._insist(lambda: self._queue.work.started(order.job, order.ordinal, order.attempt), order)
        except Exception:
            logger.exception("its start could not be stored", extra={"job": order.job})

    async def _store(self, order: Order, outcome: Outcome) -> None:
        job, ordinal, attempt, work = order.job, order.ordinal, order.attempt, self._queue.work
        match outcome:
            case Made():
                path = await self._insist(lambda: work.keep(order, outcome), order)
                if not await self._insist(lambda: work.made(order, outcome, path), order):
                    logger.info("a dream came too late for its job", extra={"job": job})
            case Paused():
                path = await self._insist(lambda: work.keep_checkpoint(order, outcome), order)
                if not await self._insist(lambda: work.paused(order, outcome, path), order):
                    logger.info("a part came too late for its job", extra={"job": job})
            case Failed():
                logger.warning("picture %d failed: %s", ordinal, outcome.log, extra={"job": job})
                await self._insist(
                    lambda: work.failed(
                        job,
                        ordinal,
                        attempt,
                        sentence=outcome.sentence,
                        log=outcome.log,
                        killed_decoder=outcome.killed_decoder,
                    ),
                    order,
                )
            case Lost():
                logger.warning("picture %d lost its worker: %s", ordinal, outcome.log, extra={"job": job})
                self._unbegun = 0 if outcome.started else self._unbegun + 1
                await self._insist(
                    lambda: work.lost(job, ordinal, attempt, started=outcome.started, log=outcome.log), order
                )
            case Stopped():
                if not self._closing and self._queue.board.get(job) is not None:
                    self._unbegun += 1  # the executor is closing before we do
                await self._insist(lambda: work.returned(job, ordinal, attempt), order)
            case _:
                assert_never(outcome)  # raises: it fails like whatever else cannot be stored

    async def _give_up(self, order: Order, error: Exception) -> None:
        """Storing it fails in a way that waiting does not help against: this picture has failed, the rest goes on."""
        sentence, log = _trouble(order), f"{type(error).__name__}: {error}"
        try:
            await self._insist(
                lambda: self._queue.work.failed(order.job, order.ordinal, order.attempt, sentence=sentence, log=log),
                order,
            )
        except Exception:
            logger.exception("it stays as it is until the next start", extra={"job": order.job})

    async def _insist(self, doing: Callable[[], Awaitable[T]], order: Order) -> T:
        """Until the database and the disk take it: what was dreamt is not thrown away because a disk is full."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await doing()
            except (SQLAlchemyError, OSError) as error:
                logger.error("could not be stored, trying again: %s", error, extra={"job": order.job})
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            try:
                if loop.time() >= due:
                    due += SWEEP_SECONDS
                    if gone := await self._queue.forget_sources():
                        logger.info("deleted %d pictures whose keeping time is over", gone)
                await self._queue.keeping.make_room()
            except Exception:
                logger.exception("sources could not be deleted; they are tried again")
            await asyncio.sleep(ROOM_SECONDS)

    def _tell(self, telling: Callable[[], None]) -> None:
        try:
            telling()
        except Exception:
            logger.exception("the answers' side raised; the queue goes on")


def _trouble(order: Order) -> Sentence:
    return Sentence(
        "Something went wrong on the bot's side with this picture. "
        "It is in the log under {job}; asking again may work.",
        job=order.job,
    )
