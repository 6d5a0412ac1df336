"""Servers that the operator has blocked, and servers that the bot is no longer in. Functions on a connection that is
handed in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.people import Block
from bot.store.tables import (
    blocks,
    challenges,
    departures,
    guild_blocks,
    jobs,
    pauses,
    reports,
    setting_changes,
    settings,
)


@dataclass(frozen=True, kw_only=True)
class GuildBlock:
    """Nobody may ask on this server, and the bot leaves it."""

    guild: int
    until: float | None  # None: for good
    reason: str | None


async def guild_block(connection: AsyncConnection, guild: int, now: float) -> GuildBlock | None:
    """What is in force there."""
    found = await guild_blocks_in_force(connection, now, only=guild)
    return found[0] if found else None


async def guild_blocks_in_force(
    connection: AsyncConnection, now: float, *, only: int | None = None
) -> list[GuildBlock]:
    """All of them, the latest first."""
    lasts = or_(guild_blocks.c.until.is_(None), guild_blocks.c.until > now)
    query = select(guild_blocks).where(lasts).order_by(guild_blocks.c.created.desc(), guild_blocks.c.guild)
    if only is not None:
        query = query.where(guild_blocks.c.guild == only)
    rows = (await connection.execute(query)).mappings()
    return [GuildBlock(guild=row["guild"], until=row["until"], reason=row["reason"]) for row in rows]


async def block_guild(connection: AsyncConnection, new: GuildBlock, now: float) -> None:
    """Replaces the one that there was."""
    await unblock_guild(connection, new.guild)
    await connection.execute(
        insert(guild_blocks).values(guild=new.guild, until=new.until, reason=new.reason, created=now)
    )


async def unblock_guild(connection: AsyncConnection, guild: int) -> bool:
    """Returns whether there was one."""
    gone = await connection.execute(delete(guild_blocks).where(guild_blocks.c.guild == guild))
    return gone.rowcount > 0


async def operators_blocks(connection: AsyncConnection, now: float) -> list[Block]:
    """Of members, everywhere, in force; the latest first."""
    lasts = or_(blocks.c.until.is_(None), blocks.c.until > now)
    query = select(blocks).where(blocks.c.guild.is_(None), lasts).order_by(blocks.c.number.desc())
    return [
        Block(person=row["person"], guild=None, until=row["until"], reason=row["reason"], by=row["by"])
        for row in (await connection.execute(query)).mappings()
    ]


async def known_guilds(connection: AsyncConnection) -> set[int]:
    """Every server of which something is kept, but for what people have asked for themselves where we are no member."""
    known: set[int] = set()
    for table in (settings, setting_changes, pauses, reports, challenges, blocks):
        found = await connection.execute(select(table.c.guild).where(table.c.guild.is_not(None)).distinct())
        known.update(found.scalars())
    members = jobs.c.guild.is_not(None) & jobs.c.reachable
    known.update((await connection.execute(select(jobs.c.guild).where(members).distinct())).scalars())
    return known


async def departed(connection: AsyncConnection) -> dict[int, float]:
    """Servers that the bot is no longer in, and since when."""
    found = await connection.execute(select(departures.c.guild, departures.c.at))
    return {row.guild: row.at for row in found}


async def note_departures(connection: AsyncConnection, guilds: Collection[int], at: float) -> None:
    """The bot is no longer there. The first moment that was noted stays."""
    new = set(guilds) - (await departed(connection)).keys()
    if new:
        await connection.execute(insert(departures), [{"guild": guild, "at": at} for guild in sorted(new)])


async def note_returns(connection: AsyncConnection, guilds: Collection[int]) -> set[int]:
    """The bot is there again; returns those that it had left."""
    back = set(guilds) & (await departed(connection)).keys()
    for guild in back:
        await connection.execute(delete(departures).where(departures.c.guild == guild))
    return back
