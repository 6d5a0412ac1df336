"""What is not taken, and why: blocks, somebody's wish, and limits counted from the job table.

Asked before anything is downloaded, and again inside the transaction that accepts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import LimitsConfig
from bot.errors import Refusal
from bot.jobs.model import Job, PictureState
from bot.jobs.people import blocking, opted_out
from bot.jobs.rows import OPEN
from bot.store.tables import decoder_deaths, job_pictures, jobs

HOUR = 3600.0
DEATHS = 3  #: pictures that kill their decoder, of one member within an hour, before no more are taken


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What limits look at."""

    requester: int
    guild: int | None
    pictures: int
    personal: bool  # the bot is installed by this person, and no member where they ask
    authors: tuple[int, ...] = ()  # whose pictures


async def check(
    connection: AsyncConnection,
    ask: Ask,
    limits: LimitsConfig,
    *,
    now: float,
    next_end: Callable[[Callable[[Job], bool]], float | None],
) -> None:
    """Raise Refusal for what is not taken.

    next_end: when the first of the open jobs that it is asked for is expected to end.
    """
    await _check_people(connection, ask, now)
    await _check_deaths(connection, ask, now)
    await _check_hour(connection, ask, limits, now)
    await _check_waiting(connection, ask, limits, next_end)


def moment(at: float) -> str:
    """A time as Discord shows it: in the reader's words, counting by itself."""
    return f"<t:{math.ceil(at)}:R>"


async def _check_people(connection: AsyncConnection, ask: Ask, now: float) -> None:
    block = await blocking(connection, ask.requester, ask.guild, now)
    if block is not None:
        whole = "You are blocked from dreaming" + ("" if block.guild is None else " in this server")
        until = "" if block.until is None else f" until <t:{math.ceil(block.until)}:f>"
        reason = f": {block.reason}" if block.reason else "."
        raise Refusal(f"{whole}{until}{reason}", retry_at=block.until)
    for author in set(ask.authors) - {ask.requester}:
        if await opted_out(connection, author):
            raise Refusal(f"<@{author}> does not want their pictures to be dreamt by others.")


async def _check_deaths(connection: AsyncConnection, ask: Ask, now: float) -> None:
    rows = await connection.execute(
        select(decoder_deaths.c.at)
        .where(decoder_deaths.c.person == ask.requester, decoder_deaths.c.at > now - HOUR)
        .order_by(decoder_deaths.c.at.desc())
        .limit(DEATHS)
    )
    deaths = rows.scalars().all()
    if len(deaths) == DEATHS:
        retry_at = deaths[-1] + HOUR
        raise Refusal(
            f"{DEATHS} of your pictures within an hour were so damaged that reading them failed badly: "
            f"the next one is possible {moment(retry_at)}.",
            retry_at=retry_at,
        )


async def _check_hour(connection: AsyncConnection, ask: Ask, limits: LimitsConfig, now: float) -> None:
    own = and_(jobs.c.requester == ask.requester, jobs.c.reachable.is_(not ask.personal))
    if ask.personal:
        await _check_rate(connection, own, ask.pictures, limits.personal_per_hour, now, "You")
    else:
        await _check_rate(connection, own, ask.pictures, limits.member_per_hour, now, "You")
    if ask.guild is not None and limits.guild_per_hour:
        everyone = jobs.c.guild == ask.guild
        await _check_rate(connection, everyone, ask.pictures, limits.guild_per_hour, now, "This server")


async def _check_rate(
    connection: AsyncConnection, whose: ColumnElement[bool], pictures: int, limit: int, now: float, who: str
) -> None:
    if not limit:
        return
    if pictures > limit:
        raise Refusal(
            f"{who} may have {_pictures(limit)} dreamt in an hour, and these are {pictures}: post fewer at a time."
        )
    rows = await connection.execute(
        select(jobs.c.created)
        .join(job_pictures, job_pictures.c.job == jobs.c.id)
        .where(whose, jobs.c.created > now - HOUR, _counts())
        .order_by(jobs.c.created)
    )
    taken = rows.scalars().all()
    over = len(taken) + pictures - limit
    if over <= 0:
        return
    retry_at = taken[over - 1] + HOUR
    left = limit - len(taken)
    now_possible = f" ({left} at once)" if left > 0 else ""
    asked = "the next is" if pictures == 1 else f"these {pictures} are"
    raise Refusal(
        f"{who} may have {_pictures(limit)} dreamt in an hour: {asked} possible {moment(retry_at)}{now_possible}.",
        retry_at=retry_at,
    )


def _counts() -> ColumnElement[bool]:
    """Of a picture, whether it counts: a failed one costs nothing, nor one cancelled before it was begun."""
    return or_(
        job_pictures.c.state != PictureState.FAILED.value,
        and_(jobs.c.cancelled_by.is_not(None), job_pictures.c.begun.is_not(None)),
    )


async def _check_waiting(
    connection: AsyncConnection,
    ask: Ask,
    limits: LimitsConfig,
    next_end: Callable[[Callable[[Job], bool]], float | None],
) -> None:
    own, guilds, everyone = await _open(connection, ask)
    if limits.member_waiting and own >= limits.member_waiting:
        raise _full(
            f"You have {_requests(limits.member_waiting)} waiting, and more are not taken",
            next_end(lambda job: job.requester == ask.requester),
        )
    if limits.guild_waiting and ask.guild is not None and guilds >= limits.guild_waiting:
        raise _full("This server's queue is full", next_end(lambda job: job.place.guild == ask.guild))
    if limits.waiting and everyone >= limits.waiting:
        raise _full("The queue is full", next_end(lambda job: True))


async def _open(connection: AsyncConnection, ask: Ask) -> tuple[int, int, int]:
    """Open requests of the same member, of the same guild, and of all."""
    query = select(
        func.count().filter(jobs.c.requester == ask.requester),
        func.count().filter(jobs.c.guild == ask.guild),
        func.count(),
    ).where(jobs.c.state.in_(OPEN))
    own, guilds, everyone = (await connection.execute(query)).one()
    return own, guilds, everyone


def _full(what: str, ends: float | None) -> Refusal:
    if ends is None:
        return Refusal(f"{what}: try again in a minute.")
    return Refusal(f"{what}: there is room again {moment(ends)}.", retry_at=ends)


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def _requests(count: int) -> str:
    return "1 request" if count == 1 else f"{count} requests"
