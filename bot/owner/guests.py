"""On which servers the bot is welcome to be, which it has left, and what goes with these after KEEP_DAYS.

No Discord here: `bot.owner.doorkeeper` tells what happens there, and leaves.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import Config
from bot.errors import Refusal
from bot.jobs import servers
from bot.jobs.limits import server_refused
from bot.jobs.queue import JobQueue
from bot.jobs.rules import Ask
from bot.jobs.servers import GuildBlock
from bot.languages import mark, tr
from bot.owner import erasing
from bot.owner.draining import Draining
from bot.store.database import Database

KEEP_DAYS = 30  #: that a server's data is kept after the bot was removed
DAY = 86_400.0

NOT_ALLOWED = mark("Whoever runs this bot has not allowed this server: please ask them.")

_log = logging.getLogger(__name__)


class Guests:
    """forgotten: told of a server whose data is gone, after the commit."""

    def __init__(
        self,
        *,
        database: Database,
        queue: JobQueue,
        config: Config,
        forgotten: Callable[[int], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.draining = Draining(queue=queue, clock=clock)
        self._database = database
        self._queue = queue
        self._allowed = config.guilds
        self._forgotten = forgotten
        self._clock = clock
        self._blocks: dict[int, GuildBlock] = {}
        self._departed: set[int] | None = None  # nobody but this bot notes who is; None: not read yet
        queue.admit = self.admit

    async def look(self) -> None:
        """Read which servers are blocked: the terminal writes that beside us."""
        async with self._database.reading() as connection:
            found = await servers.guild_blocks_in_force(connection, self._clock())
        self._blocks = {one.guild: one for one in found}

    def admit(self, ask: Ask) -> None:
        """Raises Refusal. Blocks are not here: the queue reads these itself."""
        self.draining.check()
        if ask.guild is not None and not ask.personal:
            self._check_allowed(ask.guild)

    def check(self, guild: int) -> None:
        """Raises Refusal for a server that the bot is not to be in."""
        self._check_allowed(guild)
        block = self._blocks.get(guild)
        if block is not None and (block.until is None or block.until > self._clock()):
            raise server_refused(block)

    def _check_allowed(self, guild: int) -> None:
        if self._allowed and guild not in self._allowed:
            raise Refusal(tr(NOT_ALLOWED))

    async def present(self, guilds: Collection[int]) -> None:
        """These are all that the bot is in, also those whose data Discord cannot show just now."""
        there, now = set(guilds), self._clock()

        async def change(connection: AsyncConnection) -> tuple[set[int], set[int]]:
            gone = await servers.known_guilds(connection) - there
            await servers.note_departures(connection, gone, now)
            back = await servers.note_returns(connection, there)
            return back, set(await servers.departed(connection))

        back, self._departed = await self._database.write(change)
        self._say_back(back)

    async def joined(self, guild: int) -> None:
        """Costs nothing but for a server that it had left: after an outage there are thousands at once."""
        if self._departed is not None and guild not in self._departed:
            return
        back = await self._database.write(lambda connection: servers.note_returns(connection, [guild]))
        self._departed = None if self._departed is None else self._departed - {guild}
        self._say_back(back)

    async def removed(self, guild: int) -> None:
        """Somebody has removed the bot, it has left, or the server is no more."""
        now = self._clock()
        await self._database.write(lambda connection: servers.note_departures(connection, [guild], now))
        self._departed = None if self._departed is None else self._departed | {guild}
        _log.info("removed from server %d; its data goes in %d days", guild, KEEP_DAYS)

    async def sweep(self, guilds: Collection[int]) -> int:
        """Delete what is kept of servers that the bot has left KEEP_DAYS ago; returns how many. guilds: it is in."""
        now = self._clock()
        async with self._database.reading() as connection:
            departed = await servers.departed(connection)
        over = [guild for guild, at in departed.items() if at <= now - KEEP_DAYS * DAY and guild not in guilds]
        for guild in sorted(over):
            await self._erase(guild, departed[guild])
        return len(over)

    async def _erase(self, guild: int, left: float) -> None:
        files = await self._database.write(lambda connection: erasing.erase(connection, guild, left=left))
        self._forgotten(guild)
        await erasing.drop(files, self._queue)
        await self._database.scrub()
        _log.info("what was kept of server %d is deleted: the bot has left it %d days ago", guild, KEEP_DAYS)

    def _say_back(self, guilds: set[int]) -> None:
        for guild in sorted(guilds):
            _log.info("back on server %d: everything that was kept of it stays", guild)
