"""What moderators look up: who is blocked, what was dreamt lately, what was reported already."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs import rows
from bot.jobs.model import Job
from bot.jobs.people import Block
from bot.store.database import Database
from bot.store.tables import blocks, jobs, reports

LONGEST_KEPT = 90 * 86_400.0  #: seconds for which a report is remembered


class Records:
    """Reads, but for reports."""

    def __init__(self, *, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def blocks(self, guild: int) -> list[Block]:
        """Those in force on a server, the latest first."""
        lasts = or_(blocks.c.until.is_(None), blocks.c.until > self._clock())
        query = select(blocks).where(blocks.c.guild == guild, lasts).order_by(blocks.c.number.desc())
        async with self._database.reading() as connection:
            found = (await connection.execute(query)).mappings().all()
        return [
            Block(person=row["person"], guild=row["guild"], until=row["until"], reason=row["reason"], by=row["by"])
            for row in found
        ]

    async def recent(self, guild: int, *, limit: int = 25) -> list[Job]:
        """What was answered there lately, the latest first."""
        which = (jobs.c.guild == guild, jobs.c.result_message.is_not(None), jobs.c.delivered.is_not(None))
        query = select(jobs).where(*which).order_by(jobs.c.number.desc()).limit(limit)
        async with self._database.reading() as connection:
            return [kept.job for kept in await rows.load_where(connection, query)]

    async def answered_by(self, guild: int, message: int) -> Job | None:
        """The job whose answer this message is, or whose waiting message it has been."""
        is_it = or_(jobs.c.result_message == message, jobs.c.waiting_message == message)
        async with self._database.reading() as connection:
            found = await rows.load_where(connection, select(jobs).where(jobs.c.guild == guild, is_it))
        return found[0].job if found else None

    async def report(self, guild: int, message: int) -> bool:
        """Note that a dream is reported; returns whether it was not before."""
        now = self._clock()

        async def change(connection: AsyncConnection) -> bool:
            await connection.execute(delete(reports).where(reports.c.at < now - LONGEST_KEPT))
            known = await connection.execute(select(reports.c.message).where(reports.c.message == message))
            if known.scalar_one_or_none() is not None:
                return False
            await connection.execute(insert(reports).values(message=message, guild=guild, at=now))
            return True

        return await self._database.write(change)

    async def forget_report(self, message: int) -> None:
        """The report has reached nobody."""

        async def change(connection: AsyncConnection) -> None:
            await connection.execute(delete(reports).where(reports.c.message == message))

        await self._database.write(change)
