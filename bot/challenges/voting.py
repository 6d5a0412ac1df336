"""Votes, and the gallery in which they are given. One member's vote for one entry is one row: the database's rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges import rows
from bot.challenges.counting import shuffled
from bot.challenges.errors import NotTaken
from bot.challenges.guards import admit, names_of, votes_given
from bot.challenges.model import Challenge, Entry, EntryState, State
from bot.challenges.moving import current
from bot.challenges.states import not_now
from bot.challenges.views import Card, Gallery, Voted
from bot.jobs.aliases import Aliases
from bot.languages import tr, tr_count
from bot.store.database import Database
from bot.store.tables import challenge_entries, challenge_votes

_SHOWN = (State.SUBMITTING, State.VOTING, State.COUNTING, State.FINISHED)


class Votes:
    """What members have voted for."""

    def __init__(self, *, database: Database, aliases: Aliases, clock: Callable[[], float]) -> None:
        self._database = database
        self._aliases = aliases
        self._clock = clock

    async def vote(self, entry: int, *, guild: int, voter: int, roles: Sequence[int]) -> Voted:
        """Vote for an entry; a second press is no second vote. Raises NotNow, NotTaken, NoEntry."""
        now = self._clock()
        names = names_of(voter, self._aliases)

        async def change(connection: AsyncConnection) -> Voted:
            chosen, challenge = await self._open(connection, entry, guild, now)
            if chosen.state is not EntryState.APPROVED:
                raise NotTaken(tr("This entry does not take part any more."))
            if chosen.member == voter:
                raise NotTaken(tr("This is your own dream: vote for somebody else's."))
            await admit(connection, challenge, names, roles, now)
            given = await votes_given(connection, challenge.id, names)
            which = (challenge_votes.c.entry == entry) & challenge_votes.c.voter.in_(names)
            if (await connection.execute(select(challenge_votes.c.entry).where(which))).first() is not None:
                return Voted(challenge=challenge, fresh=False, left=max(0, challenge.plan.votes_each - given))
            if given >= challenge.plan.votes_each:
                raise NotTaken(
                    tr_count(
                        "You have given your vote already: take it back first to vote for another dream.",
                        "You have given all of your {count} votes: take one back first to vote for another dream.",
                        challenge.plan.votes_each,
                    )
                )
            values = {"entry": entry, "voter": voter, "challenge": challenge.id, "at": now}
            await connection.execute(insert(challenge_votes).values(**values))
            return Voted(challenge=challenge, fresh=True, left=challenge.plan.votes_each - given - 1)

        return await self._database.write(change)

    async def unvote(self, entry: int, *, guild: int, voter: int) -> Voted:
        """Take a vote back. Raises NotNow, NoEntry."""
        now = self._clock()
        names = names_of(voter, self._aliases)

        async def change(connection: AsyncConnection) -> Voted:
            _, challenge = await self._open(connection, entry, guild, now)
            which = (challenge_votes.c.entry == entry) & challenge_votes.c.voter.in_(names)
            gone = await connection.execute(delete(challenge_votes).where(which))
            given = await votes_given(connection, challenge.id, names)
            left = max(0, challenge.plan.votes_each - given)
            return Voted(challenge=challenge, fresh=gone.rowcount > 0, left=left)

        return await self._database.write(change)

    async def gallery(self, challenge: int, *, guild: int, voter: int) -> Gallery:
        """What this member sees. Raises NoChallenge, NotNow while there is nothing to see."""
        names = names_of(voter, self._aliases)
        async with self._database.reading() as connection:
            shown = await rows.challenge(connection, challenge, guild)
            if shown.state not in _SHOWN:
                raise not_now(shown)
            entries = await rows.entries_of(connection, challenge, states=[EntryState.APPROVED])
            which = (challenge_votes.c.challenge == challenge) & challenge_votes.c.voter.in_(names)
            voted = set((await connection.execute(select(challenge_votes.c.entry).where(which))).scalars())
        if shown.state is State.FINISHED:
            order = sorted(entries, key=lambda one: (-(one.votes or 0), one.submitted, one.id))
        else:
            order = shuffled(entries, voter)
        left = max(0, shown.plan.votes_each - len(voted)) if shown.state is State.VOTING else 0
        cards = tuple(_card(shown, one, voter=voter, voted=one.id in voted) for one in order)
        return Gallery(challenge=shown, cards=cards, given=len(voted), left=left)

    async def voters(self, challenge: int, *, guild: int) -> dict[int, list[int]]:
        """Who voted for which entry, for moderators, where the server chose that. Raises NotTaken where it did not."""
        query = select(challenge_votes.c.entry, challenge_votes.c.voter).where(challenge_votes.c.challenge == challenge)
        async with self._database.reading() as connection:
            one = await rows.challenge(connection, challenge, guild)
            if not one.plan.open_voting:
                raise NotTaken(tr("Voting in this challenge is secret: nobody sees who voted for what."))
            found = (await connection.execute(query.order_by(challenge_votes.c.at))).all()
        voters: dict[int, list[int]] = {}
        for entry, voter in found:
            voters.setdefault(entry, []).append(voter)
        return voters

    async def participants(self, challenge: int) -> set[int]:
        """Whoever has entered or voted, but for those who were forgotten: have they left the server?"""
        entered = select(challenge_entries.c.member).where(
            challenge_entries.c.challenge == challenge, challenge_entries.c.state == EntryState.APPROVED.value
        )
        voted = select(challenge_votes.c.voter).where(challenge_votes.c.challenge == challenge)
        async with self._database.reading() as connection:
            found = [*(await connection.execute(entered)).scalars(), *(await connection.execute(voted)).scalars()]
        return {one for one in found if one > 0}

    async def _open(self, connection: AsyncConnection, entry: int, guild: int, now: float) -> tuple[Entry, Challenge]:
        chosen = await rows.entry(connection, entry)
        challenge = await current(connection, chosen.challenge, guild, now)
        if challenge.state is not State.VOTING:
            raise not_now(challenge)
        return chosen, challenge


def _card(challenge: Challenge, entry: Entry, *, voter: int, voted: bool) -> Card:
    over = challenge.state is State.FINISHED
    return Card(
        entry=entry.id,
        copy=entry.copy,
        own=entry.member == voter,
        voted=voted,
        member=entry.member if over or not challenge.plan.anonymous else None,
        recipe=None if challenge.hidden else entry.recipe,
        votes=entry.votes if over else None,
        place=entry.place if over else None,
    )
