"""Servers on which dreaming is paused. The queue reads the same table when it accepts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.tables import pauses


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Nothing new is taken on this server."""

    guild: int
    since: float
    by: int | None
    reason: str | None


async def pause_of(connection: AsyncConnection, guild: int) -> Pause | None:
    row = (await connection.execute(select(pauses).where(pauses.c.guild == guild))).mappings().one_or_none()
    return None if row is None else Pause(**row)


class Pausing:
    """Pauses and resumes."""

    def __init__(self, *, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def of(self, guild: int) -> Pause | None:
        """The pause of a server; None where it dreams."""
        async with self._database.reading() as connection:
            return await pause_of(connection, guild)

    async def pause(self, guild: int, *, by: int, reason: str | None = None) -> Pause | None:
        """Take nothing new there. Returns None where it is paused already, which is left as it is."""
        now = self._clock()

        async def change(connection: AsyncConnection) -> Pause | None:
            if await pause_of(connection, guild) is not None:
                return None
            await connection.execute(insert(pauses).values(guild=guild, since=now, by=by, reason=reason))
            return Pause(guild=guild, since=now, by=by, reason=reason)

        return await self._database.write(change)

    async def resume(self, guild: int) -> bool:
        """Dream there again; returns whether it was paused."""

        async def change(connection: AsyncConnection) -> bool:
            return (await connection.execute(delete(pauses).where(pauses.c.guild == guild))).rowcount > 0

        return await self._database.write(change)
