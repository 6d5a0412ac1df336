"""What is not taken, and why: blocks, somebody's wish, and limits counted from the job table.

Asked before anything is downloaded, and again inside the transaction that accepts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import LimitsConfig
from bot.errors import Refusal
from bot.jobs.allowance import Limit, Span
from bot.jobs.people import blocking, opted_out, pause_of
from bot.jobs.rules import HOUR, SECONDS, WITHIN, Ask, NextEnd, Rule, rules, taken, waiting
from bot.store.tables import decoder_deaths

DEATHS = 3  #: pictures that kill their decoder, of one member within an hour, before no more are taken


@dataclass(frozen=True, kw_only=True)
class Use:
    """One limit, and how much of it is used."""

    limit: Limit
    operators: bool  # the operator's, which a server cannot lift
    used: int
    more_at: float | None  # when some of it comes back; None: nothing is used, or nobody can say

    @property
    def left(self) -> int:
        return max(0, self.limit.most - self.used)


async def check(connection: AsyncConnection, ask: Ask, limits: LimitsConfig, *, now: float, next_end: NextEnd) -> None:
    """Raise Refusal for what is not taken.

    next_end: when the first of the open jobs that it is asked for is expected to end.
    """
    await _check_people(connection, ask, now)
    await _check_deaths(connection, ask, now)
    every = list(rules(ask, limits))
    await _check_rates(connection, [rule for rule in every if rule.limit.span is not Span.WAITING], now)
    await _check_waiting(connection, [rule for rule in every if rule.limit.span is Span.WAITING], limits, next_end)


async def uses(
    connection: AsyncConnection, ask: Ask, limits: LimitsConfig, *, now: float, next_end: NextEnd
) -> list[Use]:
    """Every limit that holds for this member there, and how much of it is left."""
    every = list(rules(ask, limits))
    rates = [rule for rule in every if rule.limit.span is not Span.WAITING]
    queues = [rule for rule in every if rule.limit.span is Span.WAITING]
    found = []
    for rule in rates:
        times = await taken(connection, rule, now)
        more_at = _free_at(rule, times, len(times) - 1) if times else None
        found.append(Use(limit=rule.limit, operators=rule.operators, used=len(times), more_at=more_at))
    counts, _ = await waiting(connection, queues)
    for rule, used in zip(queues, counts, strict=True):
        more_at = next_end(rule.counts) if used else None
        found.append(Use(limit=rule.limit, operators=rule.operators, used=used, more_at=more_at))
    return found


def moment(at: float) -> str:
    """A time as Discord shows it: in the reader's words, counting by itself."""
    return f"<t:{math.ceil(at)}:R>"


async def _check_people(connection: AsyncConnection, ask: Ask, now: float) -> None:
    block = await blocking(connection, ask.ids, ask.guild, now)
    if block is not None:
        whole = "You are blocked from dreaming" + ("" if block.guild is None else " in this server")
        until = "" if block.until is None else f" until <t:{math.ceil(block.until)}:f>"
        reason = f": {block.reason}" if block.reason else "."
        raise Refusal(f"{whole}{until}{reason}", retry_at=block.until)
    pause = None if ask.guild is None else await pause_of(connection, ask.guild)
    if pause is not None:
        raise Refusal("Dreaming is paused on this server" + (f": {pause.reason}" if pause.reason else "."))
    for author in set(ask.authors) - {ask.requester}:
        if await opted_out(connection, author):
            raise Refusal(f"<@{author}> does not want their pictures to be dreamt by others.")


async def _check_deaths(connection: AsyncConnection, ask: Ask, now: float) -> None:
    rows = await connection.execute(
        select(decoder_deaths.c.at)
        .where(decoder_deaths.c.person.in_(ask.ids), decoder_deaths.c.at > now - HOUR)
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


async def _check_rates(connection: AsyncConnection, every: list[Rule], now: float) -> None:
    """Of several that are used up, the one that lasts longest is named: its time is the one that is true."""
    refusals = [
        refusal
        for rule in every
        if (refusal := _over(rule, await taken(connection, rule, now), rule.ask.pictures)) is not None
    ]
    if refusals:
        raise max(refusals, key=lambda refusal: math.inf if refusal.retry_at is None else refusal.retry_at)


def _over(rule: Rule, times: list[float], pictures: int) -> Refusal | None:
    most = rule.limit.most
    may = f"{rule.who} may have {_pictures(most)} dreamt {WITHIN[rule.limit.span]}"
    if pictures > most:
        return Refusal(f"{may}, and these are {pictures}: post fewer at a time.")
    if len(times) + pictures <= most:
        return None
    retry_at = _free_at(rule, times, most - pictures)
    left = most - len(times)
    now_possible = f" ({left} at once)" if left > 0 else ""
    asked = "the next is" if pictures == 1 else f"these {pictures} are"
    return Refusal(f"{may}: {asked} possible {moment(retry_at)}{now_possible}.", retry_at=retry_at)


def _free_at(rule: Rule, times: list[float], most: int) -> float:
    """When no more than so many of these count any more."""
    return times[len(times) - most - 1] + SECONDS[rule.limit.span]


async def _check_waiting(
    connection: AsyncConnection, every: list[Rule], limits: LimitsConfig, next_end: NextEnd
) -> None:
    counts, everywhere = await waiting(connection, every)
    for rule, count in zip(every, counts, strict=True):
        if count < rule.limit.most:
            continue
        if rule.limit.everyone:
            raise _full("This server's queue is full", next_end(rule.counts))
        where = "" if rule.operators else f" {rule.where.rstrip(',')}"
        whole = f"You have {_requests(rule.limit.most)} waiting{where}, and more are not taken"
        raise _full(whole, next_end(rule.counts))
    if limits.waiting and everywhere >= limits.waiting:
        raise _full("The queue is full", next_end(lambda job: True))


def _full(what: str, ends: float | None) -> Refusal:
    if ends is None:
        return Refusal(f"{what}: try again in a minute.")
    return Refusal(f"{what}: there is room again {moment(ends)}.", retry_at=ends)


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def _requests(count: int) -> str:
    return "1 request" if count == 1 else f"{count} requests"
