"""What goes with a server: its settings, its history, its challenges, and what was asked for there.

Functions on a connection that is handed in, inside its transaction.
"""

from __future__ import annotations

import asyncio

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.forgetting import NO_SOURCE, Files
from bot.jobs.queue import JobQueue
from bot.jobs.rows import CHUNK, OPEN
from bot.store.tables import (
    blocks,
    challenge_entries,
    challenges,
    departures,
    job_companions,
    job_pictures,
    jobs,
    pauses,
    reports,
    setting_changes,
    settings,
)

#: Of a server alone; the operator's own block of it (`guild_blocks`) is not among them, and stays.
_ITS_OWN = (settings, setting_changes, pauses, reports, blocks, departures)


async def erase(connection: AsyncConnection, guild: int, *, left: float) -> Files:
    """Everything of a server that the bot has left at that moment; returns the files that went with it.

    What people have asked for there since, of a bot that they have installed for themselves, is their own.
    """
    files = Files()
    files.sources.update(await _challenges(connection, guild))
    await _jobs(connection, guild, left, files)
    for table in _ITS_OWN:
        await connection.execute(delete(table).where(table.c.guild == guild))
    files.sources.discard(NO_SOURCE)
    return files


async def drop(files: Files, queue: JobQueue) -> None:
    """After the commit: the files that nobody else needs."""
    await asyncio.to_thread(queue.shelf.drop_results, files.results)
    await asyncio.to_thread(queue.shelf.drop_checkpoints, files.checkpoints)
    sources = list(files.sources)
    for start in range(0, len(sources), CHUNK):
        await queue.keeping.drop_unneeded(sources[start : start + CHUNK])


async def _challenges(connection: AsyncConnection, guild: int) -> set[str]:
    """Entries, votes and history go with them."""
    its = select(challenges.c.id).where(challenges.c.guild == guild)
    entered = select(challenge_entries.c.picture).where(challenge_entries.c.challenge.in_(its))
    bases = select(challenges.c.base).where(challenges.c.guild == guild)
    pictures = {
        picture for query in (entered, bases) for picture in (await connection.execute(query)).scalars() if picture
    }
    await connection.execute(delete(challenges).where(challenges.c.guild == guild))
    return pictures


async def _jobs(connection: AsyncConnection, guild: int, left: float, files: Files) -> None:
    """Those that are still open, of a bot that was away for as long, end by themselves, and stay."""
    theirs = (jobs.c.guild == guild) & or_(jobs.c.created <= left, jobs.c.reachable) & jobs.c.state.not_in(OPEN)
    ids = list((await connection.execute(select(jobs.c.id).where(theirs))).scalars())
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        await files.add(connection, job_pictures.c.job.in_(part))
        await files.add_beside(connection, job_companions.c.job.in_(part))
        await connection.execute(update(jobs).where(jobs.c.parent.in_(part)).values(parent=None))
        for table in (job_pictures, job_companions):
            await connection.execute(delete(table).where(table.c.job.in_(part)))
        await connection.execute(delete(jobs).where(jobs.c.id.in_(part)))
