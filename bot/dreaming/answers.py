"""The answer desk: tells everybody who waits how it stands, live, and brings the dream. Owns its tasks.

One conversation (`Talk`) a job, one thing at a time in each, so that no preview ever lands on top of a dream. What
is to be done next is decided in `talks.next_step`, when it may go out in `pacer`, how an answer gets through in
`delivery`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

import discord

from bot.config import Config
from bot.dreaming.delivery import Delivery, Offers
from bot.dreaming.display import Display
from bot.dreaming.mailbox import Mailbox, Superseded
from bot.dreaming.pacer import Importance, Turnstile
from bot.dreaming.rest import PATIENCE, Rest, RestError
from bot.dreaming.talks import FIRST_RETRY, LAST_RETRY, Step, Talk, next_step
from bot.executor.protocol import Executor
from bot.jobs.model import Job
from bot.jobs.queue import JobQueue
from bot.languages import ENGLISH, speaking

REVIEW_AFTER = 1.0  #: seconds that changes of the order are gathered before messages are compared with it
REVIEW_PROGRESS_AFTER = 5.0  #: ... and changes of the expected times alone

_log = logging.getLogger(__name__)


class AnswerDesk:
    """Implements `bot.jobs.ports.Answers`. `patience`: seconds that Discord has to answer one request."""

    def __init__(
        self,
        *,
        client: discord.Client,
        queue: JobQueue,
        executor: Executor,
        config: Config,
        clock: Callable[[], float] = time.time,
        patience: float = PATIENCE,
    ) -> None:
        self._queue = queue
        self._config = config
        self._clock = clock
        self._rest = Rest(client.http, patience=patience)
        self._turnstile = Turnstile()
        self._mailbox = Mailbox(client=client, rest=self._rest, turnstile=self._turnstile)
        self._delivery = Delivery(mailbox=self._mailbox, queue=queue, executor=executor, clock=clock)
        self._display = Display(mailbox=self._mailbox, queue=queue, clock=clock)
        self._talks: dict[str, Talk] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._review: asyncio.TimerHandle | None = None
        self._open = False
        self._leaving = False  # the bot is being stopped: what waits now goes on after the next start
        self._closing = False  # last words: nothing else is begun

    @property
    def mailbox(self) -> Mailbox:
        """For whatever else the bot writes: all of it shares one budget."""
        return self._mailbox

    def offer(self, offers: Offers) -> None:
        """What gives further buttons for under a dream. It raises nothing."""
        self._delivery.offers = offers

    async def start(self) -> None:
        """From now on it writes. What it was told before is said now."""
        self._open = True
        self._rest.open()
        for talk in list(self._talks.values()):
            self._poke(talk)

    async def recover(self) -> None:
        """Once after every start: who was waiting when the bot ended is taken up again."""
        pause = FIRST_RETRY
        while True:
            try:
                jobs = [*await self._queue.open_jobs(), *await self._queue.unanswered()]
                break
            except Exception:
                _log.exception("those who wait could not be read; trying again")
                await asyncio.sleep(pause)
                pause = min(2 * pause, LAST_RETRY)
        for job in jobs:
            talk = self._talk(job.id)
            if talk.job is None:
                talk.know(job)
                talk.has_message = job.waiting_message is not None
                talk.standing = self._queue.standing(job.id)
                if not self._queue.inherited(job.id):
                    talk.accepted(now=asyncio.get_running_loop().time())
            self._poke(talk)
        if jobs:
            _log.info("%d job(s) of an earlier life are taken up again", len(jobs))

    async def announce(self, job: Job) -> None:
        """Show the place and the expected time. Returns after the first attempt; further ones go on behind."""
        standing = self._queue.standing(job.id)
        talk = self._talks.get(job.id)
        if talk is None:
            if standing is None:  # over already, and perhaps answered, before it could be announced
                self.ended(job.id)
                return
            talk = self._talk(job.id)
            if not self._queue.inherited(job.id):
                talk.accepted(now=asyncio.get_running_loop().time())
        talk.know(job)
        talk.has_message = talk.has_message or job.waiting_message is not None
        talk.standing = standing
        self._poke(talk)
        if self._open and not self._closing:
            await talk.announced.wait()

    def progressed(self, job: str, ordinal: int, share: float, preview: bytes | None) -> None:
        talk = self._talks.get(job)
        if talk is not None:
            talk.progressed(ordinal, share, preview)
            self._poke(talk)
            self._review_in(REVIEW_PROGRESS_AFTER)  # it goes faster or slower than was thought

    def queue_moved(self) -> None:
        self._review_in(REVIEW_AFTER)

    def _review_in(self, seconds: float) -> None:
        """Unless it is to be earlier anyway."""
        if self._closing:
            return
        at = asyncio.get_running_loop().time() + seconds
        if self._review is not None:
            if self._review.when() <= at:
                return
            self._review.cancel()
        self._review = asyncio.get_running_loop().call_at(at, self._compare)

    def ended(self, job: str) -> None:
        talk = self._talk(job)
        talk.end()
        self._poke(talk)

    def hurry(self) -> None:
        """Discord may be there again: what has failed is tried at once."""
        for talk in list(self._talks.values()):
            if talk.failures:
                talk.retry_at = float("-inf")
                self._poke(talk)

    def leave(self) -> None:
        """Nothing more will be started: those whose dream has not begun are told at once that it goes on afterwards."""
        self._leaving = True
        self._compare()
        for talk in self._talks.values():
            if not talk.running:
                talk.waits.supersede(Importance.ANNOUNCEMENT)

    async def close(self, *, grace: float) -> None:
        """All unfinished ones are told that it goes on afterwards, as many as can be within `grace` seconds."""
        self._closing = True
        if self._review is not None:
            self._review.cancel()
        for talk in list(self._talks.values()):
            talk.announced.set()
            talk.waits.supersede(Importance.ANNOUNCEMENT)
            self._poke(talk)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        self._open = False
        for talk in self._talks.values():
            if talk.timer is not None:
                talk.timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._turnstile.close()
        await self._rest.close()

    def _talk(self, id: str) -> Talk:
        talk = self._talks.get(id)
        if talk is None:
            talk = self._talks[id] = Talk(id=id)
        return talk

    def _compare(self) -> None:
        """The order has changed: whose message says something else by now?"""
        if self._review is not None:
            self._review.cancel()
            self._review = None
        standings = self._queue.standings()
        for talk in list(self._talks.values()):
            talk.standing = standings.get(talk.id)
            self._poke(talk)

    def _next(self, talk: Talk) -> tuple[Step | None, float | None]:
        now = asyncio.get_running_loop().time()
        return next_step(talk, now=now, unix=self._clock(), leaving=self._leaving, closing=self._closing)

    def _poke(self, talk: Talk) -> None:
        """Something has changed: do what is to be done, or set the alarm."""
        if not self._open:
            return
        if talk.task is not None:
            if talk.ended:
                talk.waits.supersede(Importance.ANSWER)
            return
        if talk.timer is not None:
            talk.timer.cancel()
            talk.timer = None
        step, at = self._next(talk)
        if step is not None:
            talk.task = asyncio.create_task(self._converse(talk), name=f"answers {talk.id}")
            self._tasks.add(talk.task)
            talk.task.add_done_callback(self._tasks.discard)
        elif at is not None:
            talk.timer = asyncio.get_running_loop().call_at(at, self._poke, talk)

    async def _converse(self, talk: Talk) -> None:
        """One thing after the other, until there is nothing to be said for now."""
        try:
            while (step := self._next(talk)[0]) is not None:
                try:
                    await self._take(step, talk)
                except Superseded:
                    continue
                except Exception as error:
                    self._failed(talk, step, error)
                else:
                    talk.succeeded()
                if talk.has_message or talk.mute or talk.answered or talk.failures:
                    talk.announced.set()
        finally:
            talk.task = None
        if talk.answered:
            self._talks.pop(talk.id, None)
        else:
            self._poke(talk)

    def _failed(self, talk: Talk, step: Step, error: Exception) -> None:
        now = asyncio.get_running_loop().time()
        talk.edited_at = now  # a preview is not tried again at once either
        if step is Step.ANSWER or (step is Step.ANNOUNCE and not talk.ended):
            talk.failed(now)
        known = isinstance(error, RestError)
        log = _log.warning if known else _log.error
        log("%s failed: %s", step.value, error, exc_info=None if known else error, extra={"job": talk.id})

    async def _take(self, step: Step, talk: Talk) -> None:
        with speaking(talk.job.manner.language if talk.job is not None else ENGLISH):
            if step is Step.ANSWER:
                await self._delivery.answer(talk)
            elif step is Step.ANNOUNCE:
                await self._display.announce(talk)
            else:
                await self._display.show(step, talk)
