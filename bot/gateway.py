"""The connection to Discord's gateway where it is lost: soon there again, and never asked for too often.

discord.py does three things that a bad day makes dear. It waits up to 17 minutes between two attempts when Discord was
away for ten. It gives its session up after the first attempt that fails, so that nobody's requests of that minute are
heard of. And it identifies every 5 s where each new session is ended at once; of those a bot has 1,000 a day.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import discord.shard
from discord.gateway import ReconnectWebSocket

SILENCE = 60.0  #: seconds without a word, not even to a heartbeat, after which a connection is taken for dead
RESUMABLE = 180.0  #: seconds for which Discord keeps a session
LONGEST_PAUSE = 16.0  #: seconds between two attempts
FORGOTTEN = 120.0  #: seconds after which an attempt that failed says nothing any more
FREE = 3  #: times that a shard may identify within `LATELY` before it waits, each time twice as long
LATELY = 3600.0
FIRST_WAIT, LONGEST_WAIT = 10.0, 300.0


class Pauses:
    """Before each further attempt: at random, so that not all bots of the world come at once, and longer each time."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._longest = 1.0
        self._last = clock()

    def delay(self) -> float:
        """Seconds."""
        now = self._clock()
        if now - self._last > FORGOTTEN:
            self._longest = 1.0
        self._last = now
        self._longest = min(2 * self._longest, LONGEST_PAUSE)
        return random.uniform(0.1, 1.0) * self._longest  # noqa: S311 - nobody gains by guessing it


class Identifying:
    """How long a shard waits before it begins another session."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: deque[float] = deque(maxlen=32)

    def begun(self) -> None:
        """A session was asked for."""
        self._begun.append(self._clock())

    def wait(self) -> float:
        """Seconds."""
        while self._begun and self._begun[0] <= self._clock() - LATELY:
            self._begun.popleft()
        over = len(self._begun) - FREE
        return 0.0 if over < 0 else min(FIRST_WAIT * 2.0**over, LONGEST_WAIT)


class PatientShard(discord.shard.Shard):
    """One connection, which tries to go on where it was as long as Discord remembers."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._backoff: Any = Pauses()
        self._identifying = Identifying()
        self._lost: float | None = None  # since when nothing is heard
        self._resumes = False  # what the last attempt was

    def launch(self) -> None:
        if not self._resumes:
            self._identifying.begun()
        self._lost = None
        super().launch()

    async def reidentify(self, exc: ReconnectWebSocket) -> None:
        if self._lost is None:
            self._lost = time.monotonic()
        self._resumes = exc.resume
        if not exc.resume:
            await asyncio.sleep(self._identifying.wait())
        await super().reidentify(exc)

    async def reconnect(self) -> None:
        """After an attempt that has failed."""
        gone = 0.0 if self._lost is None else time.monotonic() - self._lost
        resume = self.ws.session_id is not None and gone < RESUMABLE
        await self.reidentify(ReconnectWebSocket(self.id, resume=resume))


def be_patient() -> None:
    """Make discord.py use these connections: once, before the first client connects."""
    discord.shard.Shard = PatientShard  # type: ignore[assignment, misc]
