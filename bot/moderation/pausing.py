"""Servers on which dreaming is paused: nothing new is taken, and what waits there goes on waiting.

The queue reads the same table when it accepts; `is_paused` keeps its board from handing out what waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs import people
from bot.jobs.people import Pause
from bot.store.database import Database

__all__ = ["Pause", "Pausing"]


class Pausing:
    """Pauses and resumes."""

    def __init__(self, *, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.on_change: Callable[[], None] = _nothing  #: told after every commit: the queue has to look again
        self._database = database
        self._clock = clock
        self._paused: dict[int, Pause] = {}

    async def open(self) -> None:
        """Read which servers are paused."""
        async with self._database.reading() as connection:
            self._paused = {pause.guild: pause for pause in await people.all_pauses(connection)}

    def is_paused(self, guild: int) -> bool:
        return guild in self._paused

    async def of(self, guild: int) -> Pause | None:
        """The pause of a server; None where it dreams."""
        async with self._database.reading() as connection:
            return await people.pause_of(connection, guild)

    async def pause(self, guild: int, *, by: int, reason: str | None = None) -> Pause | None:
        """Take nothing new there. Returns None where it is paused already, which is left as it is."""
        pause = Pause(guild=guild, since=self._clock(), by=by, reason=reason)

        async def change(connection: AsyncConnection) -> bool:
            return await people.pause(connection, pause)

        def then(fresh: bool) -> None:
            if fresh:
                self._paused[guild] = pause
                self.on_change()

        return pause if await self._database.write(change, then=then) else None

    async def resume(self, guild: int) -> bool:
        """Dream there again; returns whether it was paused."""

        def then(_was: bool) -> None:
            if self._paused.pop(guild, None) is not None:
                self.on_change()

        return await self._database.write(lambda connection: people.resume(connection, guild), then=then)


def _nothing() -> None:
    pass
