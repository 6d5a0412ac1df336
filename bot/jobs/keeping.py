"""How long the files stay: sources some days after delivery, so that the buttons can dream again; results until then;
checkpoints while there is work to go on with.

A source is shared by every job that has a picture of the same content, dreamt or beside one, and by the challenges that
have a copy of it among their entries; it goes when the last of them needs it no more.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import Config
from bot.jobs.model import JobState
from bot.jobs.rows import CHUNK, OPEN
from bot.jobs.shelf import Shelf
from bot.store.database import Database
from bot.store.tables import challenge_entries, challenges, job_companions, job_pictures, jobs

logger = logging.getLogger(__name__)

DAY = 86400.0
AT_A_TIME = 20  #: answers whose sources are given up before somebody looks whether that was enough


class Keeping:
    """Which files are still needed."""

    def __init__(self, *, database: Database, shelf: Shelf, config: Config, clock: Callable[[], float]) -> None:
        self._database = database
        self._shelf = shelf
        self._days = config.keep_days
        self._most = config.keep_bytes
        self._clock = clock
        self._expected: Counter[str] = Counter()  # sources of requests that are just being accepted
        self._deleting = asyncio.Lock()

    @asynccontextmanager
    async def expecting(self, hashes: Collection[str]) -> AsyncIterator[None]:
        """These sources are about to be needed: until then nobody deletes them."""
        async with self._deleting:
            self._expected.update(hashes)
        try:
            yield
        finally:
            self._expected.subtract(hashes)
            self._expected += Counter()  # drops the zeros

    async def forget(self) -> int:
        """Delete the sources whose time is over; returns how many."""
        gone = 0
        while ids := await self._database.write(self._expire):
            gone += await self._drop_sources_of(ids)
        return gone

    async def make_room(self) -> int:
        """Delete sources that only buttons need, those of the oldest answers first, while there is too little room.

        Returns how many. Those that are still to be dreamt are never among them.
        """
        gone = 0
        while await asyncio.to_thread(self._shelf.crowded, self._most):
            if not (ids := await self._database.write(self._give_up_oldest)):
                break
            gone += await self._drop_sources_of(ids)
        if gone:
            logger.warning("%d kept pictures were deleted before their time, for want of room", gone)
        return gone

    async def drop_unneeded(self, hashes: Collection[str]) -> int:
        """Delete those of these sources that no job needs."""
        async with self._deleting:
            # Looked at first: who is accepted while the database is read is expected now, and no row that is seen yet.
            expected = set(self._expected)
            async with self._database.reading() as connection:
                unneeded = set(hashes) - expected - await _needed(connection, list(hashes))
            return await asyncio.to_thread(self._shelf.drop_sources, unneeded)

    async def drop_orphans(self) -> int:
        """Delete files without a row, which a crash has left. Only before anything is accepted."""
        async with self._database.reading() as connection:
            sources = await _needed(connection)
            results = await connection.execute(
                select(job_pictures.c.result_path)
                .join(jobs, jobs.c.id == job_pictures.c.job)
                .where(
                    jobs.c.delivered.is_(None),
                    jobs.c.state != JobState.UNDELIVERABLE.value,
                    job_pictures.c.result_path.is_not(None),
                )
            )
            paths = set(results.scalars())
            unfinished = await connection.execute(
                select(job_pictures.c.checkpoint)
                .join(jobs, jobs.c.id == job_pictures.c.job)
                .where(jobs.c.state.in_(OPEN), job_pictures.c.checkpoint.is_not(None))
            )
            checkpoints = set(unfinished.scalars())
        drop = self._shelf.drop_orphans
        return await asyncio.to_thread(drop, sources=sources, results=paths, checkpoints=checkpoints)

    async def _expire(self, connection: AsyncConnection) -> list[str]:
        ids: list[str] = []
        for over in (  # one after the other: asked for together, SQLite would read everything that is kept
            jobs.c.delivered <= self._clock() - self._days * DAY,
            jobs.c.state == JobState.UNDELIVERABLE.value,
            and_(jobs.c.state == JobState.CANCELLED.value, jobs.c.delivered.is_not(None)),
        ):
            found = await connection.execute(select(jobs.c.id).where(jobs.c.kept, over).limit(CHUNK))
            ids = list(dict.fromkeys([*ids, *found.scalars()]))[:CHUNK]
        await connection.execute(update(jobs).where(jobs.c.id.in_(ids)).values(kept=False, token=None))
        return ids

    async def _give_up_oldest(self, connection: AsyncConnection) -> list[str]:
        answered = jobs.c.delivered.is_not(None)
        oldest = select(jobs.c.id).where(jobs.c.kept, answered).order_by(jobs.c.delivered).limit(AT_A_TIME)
        ids = list((await connection.execute(oldest)).scalars())
        await connection.execute(update(jobs).where(jobs.c.id.in_(ids)).values(kept=False, token=None))
        return ids

    async def _drop_sources_of(self, ids: Collection[str]) -> int:
        async with self._database.reading() as connection:
            hashes: set[str] = set()
            for table in (job_pictures, job_companions):
                of_these = select(table.c.source).where(table.c.job.in_(list(ids)), table.c.source.is_not(None))
                hashes.update((await connection.execute(of_these)).scalars())
        return sum([await self.drop_unneeded(part) for part in _parts(list(hashes))])


async def _needed(connection: AsyncConnection, hashes: list[str] | None = None) -> set[str]:
    """The sources that somebody needs, all of them or of these."""
    columns = (job_pictures.c.source, job_companions.c.source, challenge_entries.c.picture, challenges.c.base)
    queries = [select(column).where(column.is_not(None)) for column in columns]
    for number, table in enumerate((job_pictures, job_companions)):
        queries[number] = queries[number].join(jobs, jobs.c.id == table.c.job).where(jobs.c.kept)
    needed: set[str] = set()
    for query, column in zip(queries, columns, strict=True):
        wanted = query if hashes is None else query.where(column.in_(hashes))
        needed.update((await connection.execute(wanted.distinct())).scalars())
    return needed


def _parts(hashes: list[str]) -> list[list[str]]:
    return [hashes[start : start + CHUNK] for start in range(0, len(hashes), CHUNK)]
