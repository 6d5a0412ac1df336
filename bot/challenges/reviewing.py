"""What moderators do with entries: approve, reject, disqualify. All of it is in the history."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges import rows
from bot.challenges.audit import What
from bot.challenges.errors import NotTaken
from bot.challenges.guards import drop_votes
from bot.challenges.model import LONGEST_TEXT, Challenge, Copy, Entry, EntryState, State
from bot.challenges.moving import current
from bot.challenges.states import not_now
from bot.challenges.views import Decided
from bot.jobs.keeping import Keeping
from bot.jobs.shelf import Shelf
from bot.languages import tr
from bot.store.database import Database
from bot.store.tables import challenge_votes

_OPEN = (State.SUBMITTING, State.VOTING)

Change = Callable[[AsyncConnection, Challenge, Entry], Awaitable[None]]


class Reviewing:
    """The moderators' side of the entries."""

    _shelf: Shelf

    def __init__(self, *, database: Database, keeping: Keeping, clock: Callable[[], float]) -> None:
        self._database = database
        self._keeping = keeping
        self._clock = clock

    async def approve(self, id: int, *, guild: int, by: int) -> Decided:
        """It shows, and takes part. Also takes back a rejection, or a disqualification: then its member is in again,
        and their other entries can be approved one by one.
        """

        async def change(connection: AsyncConnection, challenge: Challenge, entry: Entry) -> None:
            if entry.state is EntryState.WITHDRAWN:
                raise NotTaken(tr("Its member has withdrawn this entry."))
            if entry.copy.picture is None:
                raise NotTaken(tr("The picture of this entry is not kept any more, so it cannot take part."))
            if not entry.state.takes_part:
                await _no_other(connection, challenge, entry)
            if entry.state is EntryState.DISQUALIFIED:
                await _let_in(connection, challenge, entry)
            values = {"state": EntryState.APPROVED.value, "reason": None, "decided_by": by}
            await rows.change_entry(connection, entry.id, **values)

        return await self._decide(id, guild, by, EntryState.APPROVED, What.APPROVED, None, change)

    async def reject(self, id: int, *, guild: int, by: int, reason: str) -> Decided:
        """It does not show; its member reads why, and may enter another one. Its votes go back to the voters."""

        async def change(connection: AsyncConnection, _: Challenge, entry: Entry) -> None:
            if not entry.state.takes_part:
                raise NotTaken(tr("This entry does not take part any more."))
            await drop_votes(connection, [entry.id])
            values = {"state": EntryState.REJECTED.value, "reason": _clipped(reason), "decided_by": by}
            await rows.change_entry(connection, entry.id, **values)

        return await self._decide(id, guild, by, EntryState.REJECTED, What.REJECTED, reason, change)

    async def disqualify(self, id: int, *, guild: int, by: int, reason: str) -> Decided:
        """Its member is out of this challenge: all their entries, and the votes that they gave."""

        async def change(connection: AsyncConnection, challenge: Challenge, entry: Entry) -> None:
            every = await rows.entries_of(connection, challenge.id, member=entry.member)
            out = [one.id for one in every if one.state.takes_part or one.id == entry.id]
            await drop_votes(connection, out)
            given = (challenge_votes.c.challenge == challenge.id) & (challenge_votes.c.voter == entry.member)
            await connection.execute(delete(challenge_votes).where(given))
            values = {"state": EntryState.DISQUALIFIED.value, "reason": _clipped(reason), "decided_by": by}
            for one in out:
                await rows.change_entry(connection, one, **values)

        return await self._decide(id, guild, by, EntryState.DISQUALIFIED, What.DISQUALIFIED, reason, change)

    async def waiting(self, challenge: int, *, guild: int) -> list[Entry]:
        """Those that wait for a moderator, the oldest first."""
        return await self.all(challenge, guild=guild, state=EntryState.PENDING)

    async def all(self, challenge: int, *, guild: int, state: EntryState | None = None) -> list[Entry]:
        """Every entry there ever was, in the order of submission; with `state`, those."""
        async with self._database.reading() as connection:
            await rows.challenge(connection, challenge, guild)
            return await rows.entries_of(connection, challenge, states=() if state is None else (state,))

    async def get(self, id: int, *, guild: int) -> Entry:
        """Raises NoEntry, NoChallenge."""
        async with self._database.reading() as connection:
            entry = await rows.entry(connection, id)
            await rows.challenge(connection, entry.challenge, guild)
        return entry

    async def picture(self, entry: Entry) -> bytes | None:
        """The dream, as it was entered; None once it is kept no more."""
        return await self.bytes_of(entry.copy)

    async def bytes_of(self, copy: Copy) -> bytes | None:
        """The same, of an entry as the gallery has it."""
        return None if copy.picture is None else await asyncio.to_thread(self._shelf.source, copy.picture)

    async def _decide(
        self,
        id: int,
        guild: int,
        by: int,
        state: EntryState,
        what: What,
        reason: str | None,
        change: Change,
    ) -> Decided:
        now = self._clock()

        async def whole(connection: AsyncConnection) -> Decided:
            entry = await rows.entry(connection, id)
            challenge = await current(connection, entry.challenge, guild, now)
            if entry.state is state:
                return Decided(entry=entry, challenge=challenge, fresh=False)
            if challenge.state not in _OPEN and not (
                challenge.state is State.COUNTING and state is EntryState.DISQUALIFIED
            ):
                raise not_now(challenge)
            await change(connection, challenge, entry)
            detail = None if reason is None else _clipped(reason)
            await rows.note(connection, challenge.id, what.value, by=by, now=now, entry=entry.id, detail=detail)
            return Decided(entry=await rows.entry(connection, id), challenge=challenge)

        return await self._database.write(whole)


async def _no_other(connection: AsyncConnection, challenge: Challenge, entry: Entry) -> None:
    own = await rows.entries_of(connection, challenge.id, member=entry.member)
    if sum(one.state.takes_part for one in own) >= challenge.plan.entries_each:
        raise NotTaken(tr("Its member has entered another dream meanwhile, and may not have more."))


async def _let_in(connection: AsyncConnection, challenge: Challenge, entry: Entry) -> None:
    for one in await rows.entries_of(connection, challenge.id, member=entry.member):
        if one.state is EntryState.DISQUALIFIED:
            await rows.change_entry(connection, one.id, state=EntryState.REJECTED.value)


def _clipped(reason: str) -> str:
    return reason.strip()[:LONGEST_TEXT]
