"""The results: counted once, and read again for as long as the bot keeps them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges import rows
from bot.challenges.audit import What
from bot.challenges.counting import tally
from bot.challenges.events import Counted
from bot.challenges.model import Challenge, Entry, EntryState, Outcome, Result, State, Vote
from bot.challenges.moving import current, move
from bot.challenges.states import not_now
from bot.challenges.views import Leader, Past, Placed, Results
from bot.jobs.aliases import Aliases
from bot.store.database import Database
from bot.store.tables import blocks, challenge_entries, challenge_votes, challenges

PODIUM = 3


class ResultsBook:
    """What came of all challenges."""

    def __init__(
        self, *, database: Database, aliases: Aliases, clock: Callable[[], float], changed: Callable[[], None]
    ) -> None:
        self._database = database
        self._aliases = aliases
        self._clock = clock
        self._changed = changed

    async def count(self, challenge: int, *, left: Collection[int]) -> Results:
        """Count the votes, once: a second call gives the same results. left: who is no member any more.

        Raises NotNow while it is still open.
        """
        now = self._clock()

        async def change(connection: AsyncConnection) -> Results:
            one = await current(connection, challenge, None, now)
            if one.state is State.FINISHED:
                return await _results(connection, one)
            if one.state is not State.COUNTING:
                raise not_now(one)
            entries = await rows.entries_of(connection, challenge, states=[EntryState.APPROVED])
            votes = await _votes(connection, challenge)
            gone = set(left) | await self._blocked(connection, one, now)
            await _leave(connection, one, [entry for entry in entries if entry.member in gone], now)
            counted = tally(entries, votes, gone)
            await _store(connection, one, counted)
            event = Counted(outcome=counted.outcome)
            return await _results(connection, await move(connection, one, event, by=None, now=now))

        return await self._database.write(change, then=lambda _: self._changed())

    async def of(self, challenge: int, *, guild: int) -> Results:
        """Raises NoChallenge, and NotNow while there are none."""
        async with self._database.reading() as connection:
            one = await rows.challenge(connection, challenge, guild)
            if one.state is not State.FINISHED:
                raise not_now(one)
            return await _results(connection, one)

    async def history(self, guild: int, *, limit: int = 10, before: int | None = None) -> list[Past]:
        """Finished challenges, the latest first. before: the last one of the page before."""
        which = (challenges.c.guild == guild) & (challenges.c.state == State.FINISHED.value)
        if before is not None:
            which &= challenges.c.id < before
        async with self._database.reading() as connection:
            query = select(challenges).where(which).order_by(challenges.c.id.desc()).limit(limit)
            past = await rows.challenges_where(connection, query)
            return [await _past(connection, one) for one in past]

    async def leaderboard(self, guild: int, *, limit: int = 10) -> list[Leader]:
        """Who has won most; then who has stood on the podium most, then who was given most votes."""
        wins = func.sum(case((challenge_entries.c.place == 1, 1), else_=0))
        podiums = func.sum(case((challenge_entries.c.place <= PODIUM, 1), else_=0))
        received = func.sum(func.coalesce(challenge_entries.c.votes, 0))
        query = (
            select(challenge_entries.c.member, wins, podiums, func.count(), received)
            .join(challenges, challenges.c.id == challenge_entries.c.challenge)
            .where(
                challenges.c.guild == guild,
                challenges.c.state == State.FINISHED.value,
                challenge_entries.c.state == EntryState.APPROVED.value,
                challenge_entries.c.member > 0,
            )
            .group_by(challenge_entries.c.member)
            .order_by(wins.desc(), podiums.desc(), received.desc(), challenge_entries.c.member)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            found = (await connection.execute(query)).all()
        return [
            Leader(member=member, wins=int(won), podiums=int(stood), entries=entered, votes=int(votes))
            for member, won, stood, entered, votes in found
        ]

    async def _blocked(self, connection: AsyncConnection, challenge: Challenge, now: float) -> set[int]:
        here = or_(blocks.c.guild.is_(None), blocks.c.guild == challenge.guild)
        lasts = or_(blocks.c.until.is_(None), blocks.c.until > now)
        return set((await connection.execute(select(blocks.c.person).where(here, lasts))).scalars())


async def _votes(connection: AsyncConnection, challenge: int) -> list[Vote]:
    query = select(challenge_votes).where(challenge_votes.c.challenge == challenge)
    found = (await connection.execute(query)).mappings()
    return [Vote(entry=row["entry"], voter=row["voter"], at=row["at"]) for row in found]


async def _leave(connection: AsyncConnection, challenge: Challenge, entries: list[Entry], now: float) -> None:
    for entry in entries:
        await rows.change_entry(connection, entry.id, state=EntryState.LEFT.value)
        await rows.note(connection, challenge.id, What.LEFT.value, by=None, now=now, entry=entry.id)


async def _store(connection: AsyncConnection, challenge: Challenge, result: Result) -> None:
    if result.standings:
        counted = update(challenge_entries).where(challenge_entries.c.id == bindparam("entry"))
        values: dict[str, Any] = {"votes": bindparam("received"), "place": bindparam("stands")}
        every = [{"entry": one.entry, "received": one.votes, "stands": one.place} for one in result.standings]
        await connection.execute(counted.values(**values), every)
    which = challenges.c.id == challenge.id
    await connection.execute(update(challenges).where(which).values(voters=result.voters))


async def _results(connection: AsyncConnection, challenge: Challenge) -> Results:
    entries = await rows.entries_of(connection, challenge.id, states=[EntryState.APPROVED])
    order = sorted(entries, key=lambda one: (-(one.votes or 0), one.submitted, one.id))
    placed = tuple(Placed(entry=one, votes=one.votes or 0, place=one.place) for one in order)
    return Results(
        challenge=challenge, outcome=_outcome(placed), placed=placed, voters=await _voters(connection, challenge)
    )


async def _past(connection: AsyncConnection, challenge: Challenge) -> Past:
    part = (challenge_entries.c.challenge == challenge.id) & (challenge_entries.c.state == EntryState.APPROVED.value)
    won = select(challenge_entries).where(part, challenge_entries.c.place == 1).order_by(challenge_entries.c.id)
    return Past(
        challenge=challenge,
        winners=tuple(await rows.entries_where(connection, won)),
        entries=(await connection.execute(select(func.count()).where(part))).scalar() or 0,
        voters=await _voters(connection, challenge),
    )


async def _voters(connection: AsyncConnection, challenge: Challenge) -> int:
    return (await connection.execute(select(challenges.c.voters).where(challenges.c.id == challenge.id))).scalar() or 0


def _outcome(placed: tuple[Placed, ...]) -> Outcome:
    if not placed:
        return Outcome.NO_ENTRIES
    if placed[0].place != 1:
        return Outcome.NO_VOTES
    return Outcome.WON if placed[0].votes else Outcome.ONLY_ONE
