"""What is noted about members: who opted out, who is blocked. They may see all of it, and have it forgotten."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Refusal
from bot.jobs import forgetting, people, personal
from bot.jobs.aliases import Aliases, Tombstone
from bot.jobs.board import Board
from bot.jobs.forgetting import Forgotten
from bot.jobs.keeping import Keeping
from bot.jobs.model import Job
from bot.jobs.people import Block
from bot.jobs.rows import CHUNK, OPEN
from bot.jobs.shelf import Shelf
from bot.languages import mark, tr
from bot.store.database import Database
from bot.store.tables import jobs

PATIENCE = 3.0  #: seconds for waiting messages to say that their dream is cancelled, before their ids are forgotten
LOOK_EVERY = 0.05

NOT_NOW = mark("You could not be forgotten just now: the bot's disk takes nothing. Please try again later.")

logger = logging.getLogger(__name__)


class Cancel(Protocol):
    """Stops an open job; None when there is nothing to stop any more."""

    async def __call__(self, id: str, /, *, by: int) -> Job | None: ...


class Members:
    """moved, gone: told of others' jobs that have changed, and of open ones that are no more, after the commit."""

    def __init__(
        self,
        *,
        database: Database,
        shelf: Shelf,
        keeping: Keeping,
        board: Board,
        aliases: Aliases,
        cancel: Cancel,
        moved: Callable[[Job], None],
        gone: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._keeping = keeping
        self._board = board
        self._aliases = aliases
        self._cancel = cancel
        self._moved = moved
        self._gone = gone
        self._clock = clock
        self._forgetting = asyncio.Lock()
        self.forgotten_again = 0  #: by `open`

    async def open(self) -> None:
        """Read the tombstones, and forget again whomever a database that was put back from a backup has brought back.

        Before anything else reads the jobs. Raises ConfigError.
        """
        tombstones = await asyncio.to_thread(self._aliases.open)
        if not tombstones:
            return
        async with self._database.reading() as connection:
            missing = set(tombstones) - await forgetting.known(connection)
            named = await forgetting.everybody(connection, self._aliases) if missing else {}
        for tombstone in sorted(missing, key=lambda one: one.at):
            person = named.get(tombstone.alias)
            if person is None:
                await self._database.write(lambda connection, one=tombstone: forgetting.note(connection, one))  # type: ignore[misc]
                continue
            await self._forget(person, tombstone, before=tombstone.at)
            self.forgotten_again += 1
            logger.warning("somebody who was forgotten was in the database again, and is forgotten again")

    async def opted_out(self, user: int) -> bool:
        """Whether others may not have this person's pictures dreamt."""
        async with self._database.reading() as connection:
            return await people.opted_out(connection, user)

    async def set_opted_out(self, user: int, value: bool) -> None:
        since = self._clock() if value else None
        await self._database.write(lambda connection: people.set_opted_out(connection, user, since))

    async def block(self, block: Block) -> None:
        """Keep someone from asking, in a guild or everywhere."""
        alias = self._aliases.of(block.person)
        await self._database.write(lambda connection: people.block(connection, block, self._clock(), alias=alias))

    async def unblock(self, user: int, *, guild: int | None) -> bool:
        """Lift a block; returns whether there was one."""
        alias = self._aliases.of(user)
        return await self._database.write(lambda connection: people.unblock(connection, user, guild, alias=alias))

    async def forget(self, person: int) -> None:
        """Delete everything of theirs. What moderation needs stays, under an alias. Raises Refusal."""
        async with self._forgetting:
            await self._stop(person)
            try:
                tombstone = await asyncio.to_thread(self._aliases.bury, person, self._clock())
            except OSError as error:
                raise Refusal(tr(NOT_NOW), log=f"a tombstone could not be written: {error}") from error
            await self._forget(person, tombstone, before=math.inf)
            logger.info("a member is forgotten")

    async def data(self, person: int) -> dict[str, Any]:
        """Everything that is kept about them, as plain JSON: see `bot.jobs.personal`."""
        alias = self._aliases.of(person)
        async with self._database.reading() as connection:
            found = await personal.data(connection, person, alias)
        sizes = await asyncio.to_thread(self._shelf.sizes, found.sources)
        return found.document(sizes, now=self._clock())

    async def sweep(self) -> None:
        """Drop what even moderation needs no more."""
        now = self._clock()
        await self._database.write(lambda connection: forgetting.sweep(connection, now))

    async def _stop(self, person: int) -> None:
        """Their open dreams end, and the messages about them say so while their ids are known."""
        open_jobs = [job.id for job in self._board.jobs() if job.requester == person]
        cancelled = [id_ for id_ in open_jobs if await self._cancel(id_, by=person) is not None]
        loop = asyncio.get_running_loop()
        last = loop.time() + PATIENCE
        while cancelled and loop.time() < last:
            await asyncio.sleep(LOOK_EVERY)
            cancelled = await self._untold(cancelled)

    async def _untold(self, ids: list[str]) -> list[str]:
        query = select(jobs.c.id).where(jobs.c.id.in_(ids[:CHUNK]), jobs.c.delivered.is_(None))
        async with self._database.reading() as connection:
            return list((await connection.execute(query)).scalars())

    async def _forget(self, person: int, tombstone: Tombstone, *, before: float) -> None:
        now = self._clock()
        were_open: list[str] = []

        async def change(connection: AsyncConnection) -> Forgotten:
            return await forgetting.forget(connection, person, tombstone, before=before, now=now)

        def then(forgotten: Forgotten) -> None:
            were_open.extend(id_ for id_ in forgotten.jobs if self._board.get(id_) is not None)
            for id_ in were_open:
                self._board.put_or_drop(id_, None)
            for kept in forgotten.changed.values():
                if kept.job.state.value in OPEN or self._board.get(kept.job.id) is not None:
                    self._board.put(kept)

        forgotten = await self._database.write(change, then=then)
        for id_ in were_open:  # asked for since the others were stopped
            self._gone(id_)
        for kept in forgotten.changed.values():
            if not kept.job.answered:
                self._moved(kept.job)
        await asyncio.to_thread(self._shelf.drop_results, forgotten.files.results)
        await asyncio.to_thread(self._shelf.drop_checkpoints, forgotten.files.checkpoints)
        sources = list(forgotten.files.sources)
        for start in range(0, len(sources), CHUNK):
            await self._keeping.drop_unneeded(sources[start : start + CHUNK])
        await self._database.scrub()
