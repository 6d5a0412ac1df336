"""What challenges do by themselves: open and close at their time, and whatever follows from that, each thing once.

The clock and the outbox are the database's; this only wakes up when something is due: at the start of the bot (also for
deadlines while it was down), at the next deadline, and after every change. Each effect is a task of its own, one at a
time for one challenge, so that a channel that takes nothing holds up nobody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from weakref import WeakValueDictionary

import discord

from bot.challenges.doors.carrying import Carrying
from bot.challenges.records import Challenges
from bot.challenges.views import Notice
from bot.dreaming.mailbox import Mailbox
from bot.executor.protocol import Executor
from bot.moderation.doors.logbook import Logbook
from bot.moderation.settings import Settings

LONGEST_SLEEP = 60.0  #: seconds: a computer's clock may jump, and nobody tells
IDLE = 5.0  #: seconds before the next look, where the last one has found nothing though something is due, or has failed
SWEEP_EVERY = 3600.0
CLOSING = 3.0  #: seconds for what is going out when the bot stops

log = logging.getLogger(__name__)


class Clockwork:
    """Owns its tasks: between `start` and `close`."""

    def __init__(
        self,
        *,
        client: discord.Client,
        challenges: Challenges,
        settings: Settings,
        executor: Executor,
        mailbox: Mailbox,
        logbook: Logbook,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._challenges = challenges
        self._clock = clock
        self.carrying = Carrying(
            client=client,
            challenges=challenges,
            settings=settings,
            executor=executor,
            mailbox=mailbox,
            logbook=logbook,
            clock=clock,
        )
        self._news = asyncio.Event()
        self._looking = False
        self._own: list[asyncio.Task[None]] = []
        self._carried: dict[tuple[int, str], asyncio.Task[None]] = {}
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()  # of challenges that are at work

    async def start(self) -> None:
        """Nothing is done before Discord has told of its servers."""
        self._challenges.on_change = self.look
        await self._challenges.outbox.open()
        self._looking = True
        self._own = [
            asyncio.create_task(self._run(), name="challenges"),
            asyncio.create_task(self._sweep(), name="sweep of challenges"),
        ]

    def look(self) -> None:
        """Something has changed."""
        self._news.set()

    async def close(self) -> None:
        """What was not done comes again at the next start."""
        for task in self._own:
            task.cancel()
        await asyncio.gather(*self._own, return_exceptions=True)
        at_work = list(self._carried.values())
        if at_work:
            _, late = await asyncio.wait(at_work, timeout=CLOSING)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def settled(self) -> None:
        """Nothing is being carried out, and nothing is due. For tests."""
        while self._looking or self._carried or self._news.is_set() or await self._due():
            await asyncio.sleep(0.005)

    async def _run(self) -> None:
        await self._client.wait_until_ready()
        while True:
            self._looking, done = True, False
            self._news.clear()
            try:
                done = bool(await self._challenges.advance())
                done = await self._take() or done
                due = await self._challenges.next_due()
                wait = LONGEST_SLEEP if due is None else due - self._clock()
            except Exception:
                log.exception("challenges: looking what is due has failed")
                wait = IDLE
            self._looking = False
            await self._sleep(min(max(wait, 0.0 if done else IDLE if wait <= 0 else wait), LONGEST_SLEEP))

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()

    async def _take(self) -> bool:
        """Begin to do what is due."""
        notices = await self._challenges.outbox.take()
        for notice in notices:
            which = (notice.challenge.id, notice.key)
            if which not in self._carried:  # else it takes longer than its lease
                task = asyncio.create_task(self._carry(notice), name=f"challenge {which[0]}: {which[1]}")
                self._carried[which] = task
                task.add_done_callback(lambda _, which=which: self._carried.pop(which, None))  # type: ignore[misc]
        return bool(notices)

    async def _carry(self, notice: Notice) -> None:
        turn = self._turns.get(notice.challenge.id)
        if turn is None:
            turn = self._turns[notice.challenge.id] = asyncio.Lock()
        try:
            async with turn:
                await self.carrying.carry(notice)
        except Exception:
            log.exception("challenge %d: %s", notice.challenge.id, notice.key)
        finally:
            self._news.set()  # it may be due again before the longest sleep is over

    async def _due(self) -> bool:
        due = await self._challenges.next_due()
        return due is not None and due <= self._clock()

    async def _sweep(self) -> None:
        while True:
            try:
                await self._challenges.sweep()
            except Exception:
                log.exception("challenges: the sweep has failed")
            await asyncio.sleep(SWEEP_EVERY)
