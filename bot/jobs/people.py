"""Whose pictures others may not have dreamt, and who may not ask. Functions on a connection that is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import blocks, pauses, people


@dataclass(frozen=True, kw_only=True)
class Block:
    """Someone may not ask for dreams."""

    person: int
    guild: int | None  # None: everywhere
    until: float | None  # None: for good
    reason: str | None
    by: int | None  # None: the operator


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Nobody may ask on this server."""

    guild: int
    since: float
    by: int | None
    reason: str | None


async def opted_out(connection: AsyncConnection, person: int) -> bool:
    found = await connection.execute(select(people.c.opted_out).where(people.c.id == person))
    return found.scalar_one_or_none() is not None


async def set_opted_out(connection: AsyncConnection, person: int, since: float | None) -> None:
    changed = await connection.execute(update(people).where(people.c.id == person).values(opted_out=since))
    if changed.rowcount == 0:
        await connection.execute(insert(people).values(id=person, opted_out=since))


async def blocking(connection: AsyncConnection, ids: Sequence[int], guild: int | None, now: float) -> Block | None:
    """The block that keeps someone from asking there, the longest one where there are several. ids: all of theirs."""
    here = blocks.c.guild.is_(None) if guild is None else or_(blocks.c.guild.is_(None), blocks.c.guild == guild)
    rows = await connection.execute(
        select(blocks)
        .where(blocks.c.person.in_(ids), here, or_(blocks.c.until.is_(None), blocks.c.until > now))
        .order_by(blocks.c.until.is_not(None), blocks.c.until.desc(), blocks.c.number)
        .limit(1)
    )
    row = rows.mappings().one_or_none()
    if row is None:
        return None
    return Block(person=row["person"], guild=row["guild"], until=row["until"], reason=row["reason"], by=row["by"])


async def block(connection: AsyncConnection, new: Block, now: float, *, alias: int | None = None) -> None:
    """Block someone; replaces the block there was at the same place."""
    await unblock(connection, new.person, new.guild, alias=alias)
    await connection.execute(
        insert(blocks).values(
            person=new.person, guild=new.guild, until=new.until, reason=new.reason, by=new.by, created=now
        )
    )


async def unblock(connection: AsyncConnection, person: int, guild: int | None, *, alias: int | None = None) -> bool:
    """Lift the block at this place; returns whether there was one. alias: see `bot.jobs.aliases`."""
    here = blocks.c.guild.is_(None) if guild is None else blocks.c.guild == guild
    ids = (person,) if alias is None else (person, alias)
    gone = await connection.execute(delete(blocks).where(blocks.c.person.in_(ids), here))
    return gone.rowcount > 0


async def pause_of(connection: AsyncConnection, guild: int) -> Pause | None:
    row = (await connection.execute(select(pauses).where(pauses.c.guild == guild))).mappings().one_or_none()
    return None if row is None else Pause(**row)


async def all_pauses(connection: AsyncConnection) -> list[Pause]:
    return [Pause(**row) for row in (await connection.execute(select(pauses))).mappings()]


async def pause(connection: AsyncConnection, new: Pause) -> bool:
    """Pause a server; returns whether it was not paused before."""
    if await pause_of(connection, new.guild) is not None:
        return False
    values = {"guild": new.guild, "since": new.since, "by": new.by, "reason": new.reason}
    await connection.execute(insert(pauses).values(**values))
    return True


async def resume(connection: AsyncConnection, guild: int) -> bool:
    """Let a server dream again; returns whether it was paused."""
    gone = await connection.execute(delete(pauses).where(pauses.c.guild == guild))
    return gone.rowcount > 0
