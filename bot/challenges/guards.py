"""Who may enter and vote. On a connection that is handed in, inside the transaction that enters or votes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges.eligible import may_take_part
from bot.challenges.errors import NotTaken
from bot.challenges.model import Challenge, EntryState
from bot.jobs import people
from bot.jobs.aliases import Aliases
from bot.languages import tr
from bot.store.tables import challenge_entries, challenge_votes


def names_of(member: int, aliases: Aliases) -> tuple[int, ...]:
    """The id, and the alias under which something may be left from before they were forgotten."""
    alias = aliases.of(member)
    return (member,) if alias is None else (member, alias)


async def admit(
    connection: AsyncConnection, challenge: Challenge, names: Sequence[int], roles: Sequence[int], now: float
) -> None:
    """Raises NotTaken for those without a role that may, who are blocked, or were disqualified."""
    may_take_part(challenge, roles)
    block = await people.blocking(connection, names, challenge.guild, now)
    if block is not None:
        raise NotTaken(
            tr("You are blocked from dreaming on this server, and so from its challenges."), retry_at=block.until
        )
    out = select(challenge_entries.c.id).where(
        challenge_entries.c.challenge == challenge.id,
        challenge_entries.c.member.in_(names),
        challenge_entries.c.state == EntryState.DISQUALIFIED.value,
    )
    if (await connection.execute(out.limit(1))).first() is not None:
        raise NotTaken(tr("You were disqualified in this challenge, so you cannot take part in it any more."))


async def votes_given(connection: AsyncConnection, challenge: int, names: Sequence[int]) -> int:
    """By one voter."""
    query = select(func.count()).where(challenge_votes.c.challenge == challenge, challenge_votes.c.voter.in_(names))
    return (await connection.execute(query)).scalar() or 0


async def drop_votes(connection: AsyncConnection, entries: Sequence[int]) -> None:
    """Whoever voted for these may vote for others instead."""
    await connection.execute(delete(challenge_votes).where(challenge_votes.c.entry.in_(entries)))
