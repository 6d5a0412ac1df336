"""What is still to be announced or done. An effect is written in the transaction that made it true, and stays until
somebody says that it is done; so it happens whatever crashes, and each key is in the table once.

Between a message's arrival and `done` the bot may die. Whoever sends looks at `Notice.first_tried`: if it is set, the
message may be out already, and is looked for (by its nonce, or by the challenge's buttons) before it is sent again.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges import rows
from bot.challenges.events import Effect, EffectKind
from bot.challenges.states import holds
from bot.challenges.views import Announced, Notice
from bot.store.database import Database
from bot.store.tables import challenge_outbox as outbox
from bot.store.tables import challenges

LEASE = 600.0  #: seconds after which what was taken comes again, if nobody says what became of it
OVERTAKEN = "overtaken: the challenge has gone on since"


class Outbox:
    """Takes no effect twice at a time."""

    def __init__(self, *, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def open(self) -> None:
        """What a previous life had taken, and may have done, comes again at once."""
        now = self._clock()

        async def change(connection: AsyncConnection) -> None:
            taken = (outbox.c.done.is_(None)) & (outbox.c.tries > 0)
            await connection.execute(update(outbox).where(taken).values(due=now))

        await self._database.write(change)

    async def take(self, *, limit: int = 20) -> list[Notice]:
        """What is due, the oldest first. What is no longer true is closed instead."""
        now = self._clock()

        async def change(connection: AsyncConnection) -> list[Notice]:
            which = outbox.c.done.is_(None) & (outbox.c.due <= now)
            query = select(outbox).where(which).order_by(outbox.c.created, outbox.c.effect).limit(limit)
            taken = []
            for row in (await connection.execute(query)).mappings().all():
                kind = EffectKind(row["kind"])
                this = (outbox.c.challenge == row["challenge"]) & (outbox.c.effect == row["effect"])
                one = select(challenges).where(challenges.c.id == row["challenge"])
                found = await rows.challenges_where(connection, one)
                if not found or not holds(Effect(kind=kind, key=row["effect"]), found[0]):
                    await connection.execute(update(outbox).where(this).values(done=now, log=OVERTAKEN))
                    continue
                first = now if row["first_tried"] is None else row["first_tried"]
                tried = {"first_tried": first, "tries": row["tries"] + 1, "due": now + LEASE, "log": None}
                await connection.execute(update(outbox).where(this).values(**tried))
                taken.append(
                    Notice(
                        challenge=found[0],
                        kind=kind,
                        key=row["effect"],
                        tries=row["tries"],
                        first_tried=row["first_tried"],
                    )
                )
            return taken

        return await self._database.write(change)

    async def done(self, notice: Notice, *, channel: int | None = None, message: int | None = None) -> bool:
        """It is out, in this message; returns whether nobody had said so before."""
        return await self._close(notice, done=self._clock(), channel=channel, message=message, log=None)

    async def later(self, notice: Notice, *, at: float, log: str) -> None:
        """It could not be done just now."""
        await self._close(notice, due=at, log=log)

    async def hurry(self, challenge: int) -> None:
        """What could not be done before may work now: another channel was chosen, for instance."""
        which = (outbox.c.challenge == challenge) & outbox.c.done.is_(None) & outbox.c.log.is_not(None)
        now = self._clock()

        async def change(connection: AsyncConnection) -> None:
            await connection.execute(update(outbox).where(which).values(due=now, log=None))

        await self._database.write(change)

    async def give_up(self, notice: Notice, *, log: str) -> None:
        """It cannot be done: the channel is deleted, for instance."""
        await self._close(notice, done=self._clock(), log=log)

    async def announced(self, challenge: int, kind: EffectKind | None = None) -> list[Announced]:
        """The messages that went out for a challenge, the latest first."""
        query = select(outbox).where(outbox.c.challenge == challenge, outbox.c.message.is_not(None))
        if kind is not None:
            query = query.where(outbox.c.kind == kind.value)
        async with self._database.reading() as connection:
            found = (await connection.execute(query.order_by(outbox.c.done.desc()))).mappings().all()
        return [
            Announced(
                kind=EffectKind(row["kind"]),
                key=row["effect"],
                at=row["done"],
                channel=row["channel"],
                message=row["message"],
            )
            for row in found
        ]

    async def _close(self, notice: Notice, **values: object) -> bool:
        this = (outbox.c.challenge == notice.challenge.id) & (outbox.c.effect == notice.key)

        async def change(connection: AsyncConnection) -> bool:
            changed = await connection.execute(update(outbox).where(this, outbox.c.done.is_(None)).values(**values))
            return changed.rowcount == 1

        return await self._database.write(change)
