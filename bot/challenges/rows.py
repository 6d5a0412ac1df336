"""Challenges and entries as rows, and back. Every function runs on a connection that is handed in, inside its
transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges import plans
from bot.challenges.errors import NoChallenge, NoEntry
from bot.challenges.events import Effect, EffectKind, Facts
from bot.challenges.model import Challenge, Copy, Entry, EntryState, State
from bot.languages import tr
from bot.store.tables import challenge_changes, challenge_entries, challenge_outbox, challenges
from dreamcore.errors import DreamError

logger = logging.getLogger(__name__)


async def challenge(connection: AsyncConnection, id: int, guild: int | None) -> Challenge:
    """guild: it has to be there; None: wherever it is. Raises NoChallenge."""
    found = await challenges_where(connection, select(challenges).where(challenges.c.id == id))
    if not found or guild not in (None, found[0].guild):
        raise NoChallenge(tr("There is no such challenge on this server any more."))
    return found[0]


async def challenges_where(connection: AsyncConnection, query: Select[Any]) -> list[Challenge]:
    """Those that `query` (over the whole table) finds, in its order.

    One that cannot be read, a newer version's for instance, does not hold up the others.
    """
    found = []
    for row in (await connection.execute(query)).mappings():
        try:
            found.append(_challenge(row))
        except (ValueError, TypeError, DreamError):
            logger.exception("challenge %d cannot be read", row["id"])
    return found


async def add(connection: AsyncConnection, new: Challenge) -> int:
    """A new challenge, whose id is the database's to give."""
    inserted = await connection.execute(insert(challenges).values(**_columns(new)))
    key = inserted.inserted_primary_key
    assert key is not None, "the database counts them"
    return int(key[0])


async def save(connection: AsyncConnection, changed: Challenge) -> None:
    await connection.execute(update(challenges).where(challenges.c.id == changed.id).values(**_columns(changed)))


async def facts(connection: AsyncConnection, id: int) -> Facts:
    """What the state machine asks of the entries."""
    counted = await connection.execute(
        select(challenge_entries.c.state, func.count())
        .where(challenge_entries.c.challenge == id)
        .group_by(challenge_entries.c.state)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in counted}
    return Facts(approved=counts.get(EntryState.APPROVED.value, 0), pending=counts.get(EntryState.PENDING.value, 0))


async def put_out(connection: AsyncConnection, id: int, effects: Collection[Effect], now: float) -> None:
    """Into the outbox, where each key is taken once; the next of a repeating challenge is not for it."""
    for effect in effects:
        if effect.kind is not EffectKind.NEXT:
            values = {"challenge": id, "effect": effect.key, "kind": effect.kind.value, "created": now, "due": now}
            await connection.execute(insert(challenge_outbox).values(**values, tries=0))


async def note(
    connection: AsyncConnection,
    id: int,
    what: str,
    *,
    by: int | None,
    now: float,
    entry: int | None = None,
    detail: str | None = None,
) -> None:
    """Who did what."""
    await connection.execute(
        insert(challenge_changes).values(challenge=id, what=what, by=by, at=now, entry=entry, detail=detail)
    )


async def entry(connection: AsyncConnection, id: int) -> Entry:
    """Raises NoEntry."""
    found = await entries_where(connection, select(challenge_entries).where(challenge_entries.c.id == id))
    if not found:
        raise NoEntry(tr("That entry is not there any more."))
    return found[0]


async def entries_of(
    connection: AsyncConnection, id: int, *, states: Collection[EntryState] = (), member: int | None = None
) -> list[Entry]:
    """In the order in which they were submitted."""
    query = select(challenge_entries).where(challenge_entries.c.challenge == id).order_by(challenge_entries.c.id)
    if states:
        query = query.where(challenge_entries.c.state.in_([state.value for state in states]))
    if member is not None:
        query = query.where(challenge_entries.c.member == member)
    return await entries_where(connection, query)


async def entries_where(connection: AsyncConnection, query: Select[Any]) -> list[Entry]:
    return [_entry(row) for row in (await connection.execute(query)).mappings()]


async def change_entry(connection: AsyncConnection, id: int, **values: Any) -> None:
    await connection.execute(update(challenge_entries).where(challenge_entries.c.id == id).values(**values))


def _columns(one: Challenge) -> dict[str, Any]:
    return {
        "guild": one.guild,
        "creator": one.creator,
        "state": one.state.value,
        "plan": plans.stored(one.plan),
        "base": None if one.plan.base is None or one.cleared else one.plan.base.picture,
        "created": one.created,
        "revision": one.revision,
        "round": one.round,
        "series": one.series,
        "opened": one.opened,
        "finished": one.finished,
        "next_at": one.next_at,
        "cleared": one.cleared,
    }


def _challenge(row: Any) -> Challenge:
    return Challenge(
        id=row["id"],
        guild=row["guild"],
        creator=row["creator"],
        state=State(row["state"]),
        plan=plans.read(row["plan"]),
        created=row["created"],
        revision=row["revision"],
        round=row["round"],
        series=row["series"],
        opened=row["opened"],
        finished=row["finished"],
        cleared=row["cleared"],
    )


def _entry(row: Any) -> Entry:
    return Entry(
        id=row["id"],
        challenge=row["challenge"],
        member=row["member"],
        job=row["job"],
        ordinal=row["ordinal"],
        copy=Copy(
            picture=row["picture"],
            format=row["format"],
            width=row["width"],
            height=row["height"],
            spoiler=row["spoiler"],
        ),
        recipe=row["recipe"],
        network=row["network"],
        state=EntryState(row["state"]),
        submitted=row["submitted"],
        reason=row["reason"],
        decided_by=row["decided_by"],
        votes=row["votes"],
        place=row["place"],
    )
