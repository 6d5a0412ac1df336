"""What is left in challenges of somebody who was forgotten. On a connection that is handed in, inside its transaction.

Their entries go, and so do entries of others that were dreamt of their pictures; in results that stand, an entry keeps
its votes and its place, without picture, recipe and name. What they have voted for in a challenge that is not over
counts on under their alias, and so does that they were disqualified: to be forgotten is no way around either. Their
drafts go; what others take part in stays, and nobody has made it.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges.model import EntryState, State
from bot.jobs.model import NOBODY
from bot.store.tables import (
    challenge_changes,
    challenge_entries,
    challenge_votes,
    challenges,
    job_pictures,
)

_STANDS = challenges.c.state == State.FINISHED.value
_NAMELESS: dict[str, Any] = {"member": NOBODY, "job": None, "picture": None, "recipe": "", "decided_by": None}


async def forget(connection: AsyncConnection, person: int, alias: int, *, before: float) -> set[str]:
    """Everything of theirs that is older than `before`; returns the pictures that went with it.

    To be called before the dreams are deleted, which say whose pictures were dreamt.
    """
    gone = await _entries(connection, challenge_entries.c.member == person, before, barred={"member": alias})
    others = {"member": challenge_entries.c.member}
    gone |= await _entries(connection, _of_their_pictures(person), before, barred=others)
    gone |= await _drafts(connection, person, before)
    await _votes(connection, person, alias, before)
    await _names(connection, person, before)
    return gone


async def _entries(
    connection: AsyncConnection, whose: ColumnElement[bool], before: float, *, barred: dict[str, Any]
) -> set[str]:
    """barred: what becomes of one that was disqualified, while the challenge is not over."""
    which = and_(whose, challenge_entries.c.submitted <= before)
    found = await connection.execute(select(challenge_entries.c.picture).where(which))
    pictures = {picture for picture in found.scalars() if picture is not None}
    standing = challenge_entries.c.challenge.in_(select(challenges.c.id).where(_STANDS))
    kept = {
        EntryState.APPROVED: (standing, _NAMELESS),
        EntryState.DISQUALIFIED: (~standing, {**_NAMELESS, **barred}),
    }
    stay: list[int] = []
    for state, (where, values) in kept.items():
        these = select(challenge_entries.c.id).where(which, where, challenge_entries.c.state == state.value)
        ids = list((await connection.execute(these)).scalars())
        await connection.execute(update(challenge_entries).where(challenge_entries.c.id.in_(ids)).values(**values))
        stay += ids
    await connection.execute(delete(challenge_entries).where(which, challenge_entries.c.id.not_in(stay)))
    return pictures


def _of_their_pictures(person: int) -> ColumnElement[bool]:
    theirs = select(job_pictures.c.job).where(
        job_pictures.c.job == challenge_entries.c.job,
        job_pictures.c.ordinal == challenge_entries.c.ordinal,
        job_pictures.c.author == person,
    )
    return theirs.exists()


async def _drafts(connection: AsyncConnection, person: int, before: float) -> set[str]:
    own = and_(challenges.c.creator == person, challenges.c.created <= before)
    unseen = and_(own, challenges.c.opened.is_(None), challenges.c.state != State.SCHEDULED.value)
    found = await connection.execute(select(challenges.c.base).where(unseen, challenges.c.base.is_not(None)))
    pictures = set(found.scalars())
    await connection.execute(delete(challenges).where(unseen))
    await connection.execute(update(challenges).where(own).values(creator=NOBODY))
    return pictures


async def _votes(connection: AsyncConnection, person: int, alias: int, before: float) -> None:
    own = and_(challenge_votes.c.voter == person, challenge_votes.c.at <= before)
    counted = select(challenges.c.id).where(or_(_STANDS, challenges.c.state == State.CANCELLED.value))
    await connection.execute(delete(challenge_votes).where(own, challenge_votes.c.challenge.in_(counted)))
    twice = select(challenge_votes.c.entry).where(challenge_votes.c.voter == alias)
    await connection.execute(delete(challenge_votes).where(own, challenge_votes.c.entry.in_(twice)))
    await connection.execute(update(challenge_votes).where(own).values(voter=alias))


async def _names(connection: AsyncConnection, person: int, before: float) -> None:
    """What moderators have done loses the id, and so does every text that has named them."""
    decided = and_(challenge_entries.c.decided_by == person, challenge_entries.c.submitted <= before)
    await connection.execute(update(challenge_entries).where(decided).values(decided_by=None))
    done = and_(challenge_changes.c.by == person, challenge_changes.c.at <= before)
    await connection.execute(update(challenge_changes).where(done).values(by=None))
    name = str(person)
    for column in (challenge_entries.c.reason, challenge_changes.c.detail):
        unnamed = {column.name: func.replace(column, name, "…")}
        await connection.execute(update(column.table).where(column.contains(name)).values(**unnamed))
    plans = (await connection.execute(select(challenges.c.id, challenges.c.plan))).all()
    for id_, plan in plans:
        text = json.dumps(plan)
        if name in text:
            await connection.execute(update(challenges).where(challenges.c.id == id_).values(plan=_without(plan, name)))


def _without(value: Any, name: str) -> Any:
    if isinstance(value, str):
        return value.replace(name, "…")
    if isinstance(value, dict):
        return {key: _without(one, name) for key, one in value.items()}
    return [_without(one, name) for one in value] if isinstance(value, list) else value
