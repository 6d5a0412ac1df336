"""Draining before an upgrade: nothing new is taken, what was accepted is finished. A restart ends it.

That it ends with the process is meant: a bot that was started again is there to work.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from bot.errors import Refusal
from bot.jobs.queue import JobQueue
from bot.jobs.saying import moment
from bot.languages import tr

UPGRADE = 300.0  #: seconds that whoever upgrades is given, after the last dream
LOOK_SECONDS = 0.5  #: between looks whether all is done

_log = logging.getLogger(__name__)


class Draining:
    """Of one bot process."""

    def __init__(self, *, queue: JobQueue, clock: Callable[[], float] = time.time) -> None:
        self._queue = queue
        self._clock = clock
        self._watching: asyncio.Task[None] | None = None
        self._enough = asyncio.Event()  # to watch
        self.on = False

    def begin(self) -> None:
        """Take nothing new from now on. Twice is once."""
        if not self.on:
            self.on = True
            _log.info("draining: nothing new is taken; what was accepted is finished")
            self._enough.clear()
            self._watching = asyncio.create_task(self._watch(), name="draining")

    async def undo(self) -> bool:
        """Take requests again; returns whether none were taken."""
        was_on, self.on = self.on, False
        await self.close()
        if was_on:
            _log.info("requests are taken again")
        return was_on

    async def close(self) -> None:
        self._enough.set()
        watching, self._watching = self._watching, None
        if watching is not None:
            await watching

    def check(self) -> None:
        """Raises Refusal while nothing new is taken."""
        if not self.on:
            return
        last = max((standing.ready_at for standing in self._queue.standings().values()), default=0.0)
        retry_at = max(last, self._clock()) + UPGRADE
        raise Refusal(
            tr(
                "I am about to be restarted and take nothing new until then. Please try again {when}.",
                when=moment(retry_at),
            ),
            retry_at=retry_at,
        )

    async def left(self) -> int:
        """Requests that are still to be dreamt, or to be answered."""
        return len(await self._queue.open_jobs()) + len(await self._queue.unanswered())

    async def _watch(self) -> None:
        while not self._enough.is_set():
            try:
                if await self.left() == 0:
                    _log.info("drained: everybody has been answered, the bot can be stopped")
                    return
            except Exception:
                _log.exception("whether all is done could not be looked up; it is tried again")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._enough.wait()
