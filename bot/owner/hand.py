"""What the operator's commands reach of the running bot: `bot.owner.serving` hears them at its socket."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import discord
from sqlalchemy import func, select

from bot.owner.doorkeeper import Doorkeeper
from bot.owner.draining import Draining
from bot.store.database import Database
from bot.store.tables import jobs

LATELY = 7 * 86_400.0  #: seconds


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One server that the bot is in."""

    id: int
    name: str | None  # None: Discord cannot show it just now
    members: int | None
    dreams: int  # that were asked for there within LATELY


class Hand:
    """Of one bot process."""

    def __init__(
        self,
        *,
        client: discord.Client,
        database: Database,
        doorkeeper: Doorkeeper,
        draining: Draining,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.doorkeeper = doorkeeper
        self.draining = draining
        self._client = client
        self._database = database
        self._clock = clock

    async def servers(self) -> list[Listed]:
        """Those that ask for most first."""
        since = self._clock() - LATELY
        query = select(jobs.c.guild, func.count()).where(jobs.c.created > since).group_by(jobs.c.guild)
        async with self._database.reading() as connection:
            dreams = {row[0]: row[1] for row in await connection.execute(query)}
        found = [
            Listed(
                id=guild.id,
                name=None if guild.unavailable else guild.name,
                members=guild.member_count,
                dreams=dreams.get(guild.id, 0),
            )
            for guild in self._client.guilds
        ]
        return sorted(found, key=lambda one: (-one.dreams, one.id))
