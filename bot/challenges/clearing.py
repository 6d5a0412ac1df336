"""Pictures and votes go KEEP_DAYS after the end of a challenge. Its results stay."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges import rows
from bot.challenges.model import KEEP_DAYS
from bot.challenges.schedule import DAY
from bot.jobs.keeping import Keeping
from bot.jobs.rows import CHUNK
from bot.store.database import Database
from bot.store.tables import challenge_entries, challenge_votes, challenges


class Clearing:
    """What is kept no longer."""

    def __init__(self, *, database: Database, keeping: Keeping, clock: Callable[[], float]) -> None:
        self._database = database
        self._keeping = keeping
        self._clock = clock

    async def sweep(self) -> int:
        """Returns how many challenges were cleared."""
        over = (challenges.c.finished <= self._clock() - KEEP_DAYS * DAY) & challenges.c.cleared.is_(False)
        async with self._database.reading() as connection:
            ids = list((await connection.execute(select(challenges.c.id).where(over))).scalars())
        for id_ in ids:
            hashes = list(await self._database.write(lambda connection, id_=id_: _clear(connection, id_)))  # type: ignore[misc]
            for start in range(0, len(hashes), CHUNK):
                await self._keeping.drop_unneeded(hashes[start : start + CHUNK])
        return len(ids)


async def _clear(connection: AsyncConnection, id: int) -> set[str]:
    """Returns the pictures that it needs no more. One that nobody has ever seen goes altogether."""
    challenge = await rows.challenge(connection, id, None)
    own = challenge_entries.c.challenge == id
    found = await connection.execute(select(challenge_entries.c.picture).where(own).distinct())
    hashes = {picture for picture in found.scalars() if picture is not None}
    if challenge.plan.base is not None:
        hashes.add(challenge.plan.base.picture)
    if challenge.opened is None:
        await connection.execute(delete(challenges).where(challenges.c.id == id))
        return hashes
    await connection.execute(delete(challenge_votes).where(challenge_votes.c.challenge == id))
    await connection.execute(update(challenge_entries).where(own).values(picture=None))
    await rows.save(connection, dataclasses.replace(challenge, cleared=True))
    return hashes
