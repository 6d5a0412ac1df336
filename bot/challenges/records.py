"""The store of challenges. Everything that changes is one transaction with its guards inside: two who press at once,
and a deadline that passes between a look and a write, are told apart by the database.

    challenges = Challenges(database=database, keeping=..., shelf=..., aliases=...)
    draft = await challenges.create(guild, Plan(channel=5, theme="Night"), by=7)
    await challenges.do(draft.id, Schedule(), guild=guild, by=7)
    await challenges.entries.submit(Submission(...))
    await challenges.votes.vote(entry, guild=guild, voter=9, roles=())
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges import rows
from bot.challenges.audit import What
from bot.challenges.candidates import Candidates
from bot.challenges.clearing import Clearing
from bot.challenges.entering import Entries
from bot.challenges.errors import NotTaken
from bot.challenges.events import Clock, Edit, Event
from bot.challenges.model import Base, Challenge, Plan, State
from bot.challenges.moving import move
from bot.challenges.outbox import Outbox
from bot.challenges.results import ResultsBook
from bot.challenges.schedule import checked
from bot.challenges.views import Changed
from bot.challenges.voting import Votes
from bot.jobs.aliases import Aliases
from bot.jobs.keeping import Keeping
from bot.jobs.shelf import Shelf, content_hash
from bot.languages import tr
from bot.store.database import Database
from bot.store.tables import challenge_changes, challenge_outbox, challenges

logger = logging.getLogger(__name__)

MOST_OPEN = 25  #: challenges of one server that are not over: as many as Discord shows in a list


class Challenges:
    """All challenges of all servers. `entries`, `votes`, `outbox` and `results` are the parts of it."""

    def __init__(
        self,
        *,
        database: Database,
        shelf: Shelf,
        keeping: Keeping,
        aliases: Aliases,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.on_change: Callable[[], None] = _nothing  #: told after every commit that may have changed `next_due`
        self._database = database
        self._shelf = shelf
        self._keeping = keeping
        self._clock = clock
        self.entries = Entries(
            database=database, shelf=shelf, keeping=keeping, aliases=aliases, clock=clock, changed=self._changed
        )
        self.candidates = Candidates(database=database)
        self.votes = Votes(database=database, aliases=aliases, clock=clock)
        self.outbox = Outbox(database=database, clock=clock)
        self.results = ResultsBook(database=database, aliases=aliases, clock=clock, changed=self._changed)
        self._clearing = Clearing(database=database, keeping=keeping, clock=clock)

    async def create(self, guild: int, plan: Plan, *, by: int) -> Challenge:
        """A draft. Raises BadPlan, and NotTaken where a server has too many that are not over."""
        now = self._clock()
        checked(plan)

        async def change(connection: AsyncConnection) -> Challenge:
            over = [state.value for state in State if state.over]
            query = select(func.count()).where(challenges.c.guild == guild, challenges.c.state.not_in(over))
            if ((await connection.execute(query)).scalar() or 0) >= MOST_OPEN:
                raise NotTaken(
                    tr("This server has {most} challenges already: cancel one, or wait for its end.", most=MOST_OPEN)
                )
            new = Challenge(id=0, guild=guild, creator=by, state=State.DRAFT, plan=plan, created=now)
            id_ = await rows.add(connection, new)
            await rows.note(connection, id_, What.CREATED.value, by=by, now=now)
            return await rows.challenge(connection, id_, guild)

        return await self._database.write(change)

    async def do(self, id: int, event: Event, *, guild: int, by: int) -> Challenge:
        """What a moderator does. Raises NoChallenge, NotNow, BadPlan, BadTime."""
        now = self._clock()

        async def change(connection: AsyncConnection) -> Challenge:
            return await move(connection, await rows.challenge(connection, id, guild), event, by=by, now=now)

        return await self._database.write(change, then=lambda _: self._changed())

    async def set_base(self, id: int, *, guild: int, by: int, data: bytes, filename: str) -> Challenge:
        """Give it the picture that everybody dreams. Raises NotNow once it is open, and OSError."""
        picture = await asyncio.to_thread(content_hash, data)
        before = (await self.get(id, guild=guild)).plan.base
        hashes = {picture} if before is None else {picture, before.picture}
        try:
            async with self._keeping.expecting({picture}):
                await asyncio.to_thread(self._shelf.keep_sources, {picture: data})
                base = Base(picture=picture, filename=filename)
                return await self.do(id, Edit(changes={"base": base}), guild=guild, by=by)
        finally:
            await self._keeping.drop_unneeded(hashes)

    async def base_bytes(self, challenge: Challenge) -> bytes | None:
        """The picture that everybody dreams; None where there is none, or it is kept no more."""
        base = challenge.plan.base
        return None if base is None else await asyncio.to_thread(self._shelf.source, base.picture)

    async def get(self, id: int, *, guild: int) -> Challenge:
        """Raises NoChallenge."""
        async with self._database.reading() as connection:
            return await rows.challenge(connection, id, guild)

    async def of(self, guild: int, *, states: Collection[State] = (), limit: int = 25) -> list[Challenge]:
        """Those of a server, the latest first."""
        query = select(challenges).where(challenges.c.guild == guild).order_by(challenges.c.id.desc()).limit(limit)
        if states:
            query = query.where(challenges.c.state.in_([state.value for state in states]))
        async with self._database.reading() as connection:
            return await rows.challenges_where(connection, query)

    async def changes(self, id: int, *, guild: int) -> list[Changed]:
        """Who did what to it, the oldest first."""
        query = select(challenge_changes).where(challenge_changes.c.challenge == id)
        async with self._database.reading() as connection:
            await rows.challenge(connection, id, guild)
            found = (await connection.execute(query.order_by(challenge_changes.c.number))).mappings().all()
        return [
            Changed(**{name: row[name] for name in ("number", "what", "by", "at", "entry", "detail")}) for row in found
        ]

    async def advance(self) -> list[Challenge]:
        """Open and close what is due; returns what has changed. Each is a transaction of its own.

        One that fails holds up nobody else's.
        """
        now = self._clock()
        query = select(challenges.c.id).where(challenges.c.next_at <= now).order_by(challenges.c.next_at)
        async with self._database.reading() as connection:
            due = list((await connection.execute(query)).scalars())
        moved = []
        for id_ in due:
            try:
                one = await self._pass(id_, now)
            except Exception:
                logger.exception("challenge %d does not go on", id_)
                continue
            if one is not None:
                moved.append(one)
        return moved

    async def next_due(self) -> float | None:
        """When `advance` or the outbox has something to do; None: not before something changes."""
        async with self._database.reading() as connection:
            passing = (await connection.execute(select(func.min(challenges.c.next_at)))).scalar()
            waiting = select(func.min(challenge_outbox.c.due)).where(challenge_outbox.c.done.is_(None))
            sending = (await connection.execute(waiting)).scalar()
        return min((one for one in (passing, sending) if one is not None), default=None)

    async def sweep(self) -> int:
        """Pictures and votes whose time is over go; returns how many challenges were cleared."""
        return await self._clearing.sweep()

    async def _pass(self, id: int, now: float) -> Challenge | None:
        async def change(connection: AsyncConnection) -> Challenge | None:
            found = await rows.challenges_where(connection, select(challenges).where(challenges.c.id == id))
            if not found:  # it cannot be read, and must not be looked at again and again
                await connection.execute(update(challenges).where(challenges.c.id == id).values(next_at=None))
                return None
            moved = await move(connection, found[0], Clock(), by=None, now=now)
            return None if moved == found[0] else moved

        return await self._database.write(change)

    def _changed(self) -> None:
        self.on_change()


def _nothing() -> None:
    pass
