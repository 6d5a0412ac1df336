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
from bot.jobs import saying
from bot.jobs.allowance import Limit, Span
from bot.jobs.people import Block, blocking, opted_out, pause_of
from bot.jobs.rules import HOUR, SECONDS, Ask, NextEnd, Rule, rules, taken, waiting
from bot.jobs.servers import GuildBlock, guild_block
from bot.languages import tr
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
    every = [rule for rule in rules(ask, limits) if rule.holds]
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
    for rule, times in zip(rates, await taken(connection, rates, now), strict=True):
        more_at = _free_at(rule, times, len(times) - 1) if times else None
        found.append(Use(limit=rule.limit, operators=rule.operators, used=len(times), more_at=more_at))
    counts, _ = await waiting(connection, queues)
    for rule, used in zip(queues, counts, strict=True):
        more_at = next_end(rule.counts) if used else None
        found.append(Use(limit=rule.limit, operators=rule.operators, used=used, more_at=more_at))
    return found


async def _check_people(connection: AsyncConnection, ask: Ask, now: float) -> None:
    block = await blocking(connection, ask.ids, ask.guild, now)
    if block is not None:
        raise Refusal(_with_reason(_blocked(block), block.reason), retry_at=block.until)
    server = None if ask.guild is None else await guild_block(connection, ask.guild, now)
    if server is not None:
        raise server_refused(server)
    pause = None if ask.guild is None else await pause_of(connection, ask.guild)
    if pause is not None:
        raise Refusal(_with_reason(tr("Dreaming is paused on this server"), pause.reason))
    for author in set(ask.authors) - {ask.requester}:
        if await opted_out(connection, author):
            member = f"<@{author}>"
            raise Refusal(tr("{member} does not want their pictures to be dreamt by others.", member=member))


def server_refused(block: GuildBlock) -> Refusal:
    """What is said to those who ask on a server that the operator has blocked."""
    if block.until is None:
        said = tr("Whoever runs this bot has blocked this server")
    else:
        said = tr("Whoever runs this bot has blocked this server until {when}", when=f"<t:{math.ceil(block.until)}:f>")
    return Refusal(_with_reason(said, block.reason), retry_at=block.until)


def _blocked(block: Block) -> str:
    until = None if block.until is None else f"<t:{math.ceil(block.until)}:f>"
    if block.guild is None:
        if until is None:
            return tr("You are blocked from dreaming")
        return tr("You are blocked from dreaming until {when}", when=until)
    if until is None:
        return tr("You are blocked from dreaming in this server")
    return tr("You are blocked from dreaming in this server until {when}", when=until)


def _with_reason(sentence: str, reason: str | None) -> str:
    return f"{sentence}: {reason}" if reason else f"{sentence}."


async def _check_deaths(connection: AsyncConnection, ask: Ask, now: float) -> None:
    rows = await connection.execute(
        select(decoder_deaths.c.at)
        .where(decoder_deaths.c.person.in_(ask.ids), decoder_deaths.c.at > now - HOUR, decoder_deaths.c.at < now + HOUR)
        .order_by(decoder_deaths.c.at.desc())
        .limit(DEATHS)
    )
    deaths = rows.scalars().all()
    if len(deaths) == DEATHS:
        retry_at = deaths[-1] + HOUR
        raise Refusal(
            tr(
                "{count} of your pictures within an hour were so damaged that reading them failed badly: "
                "the next one is possible {when}.",
                count=DEATHS,
                when=saying.moment(retry_at),
            ),
            retry_at=retry_at,
        )


async def _check_rates(connection: AsyncConnection, every: list[Rule], now: float) -> None:
    """Of several that are used up, the one that lasts longest is named: its time is the one that is true."""
    refusals = [
        refusal
        for rule, times in zip(every, await taken(connection, every, now), strict=True)
        if (refusal := _over(rule, times, rule.ask.pictures)) is not None
    ]
    if refusals:
        raise max(refusals, key=lambda refusal: math.inf if refusal.retry_at is None else refusal.retry_at)


def _over(rule: Rule, times: list[float], pictures: int) -> Refusal | None:
    most = rule.limit.most
    if pictures > most:
        return Refusal(saying.too_many(saying.may_have(rule.limit, rule.scope), pictures))
    if len(times) + pictures <= most:
        return None
    retry_at = _free_at(rule, times, most - pictures)
    allowed = saying.may_have(rule.limit, rule.scope)
    return Refusal(saying.later(allowed, pictures, at=retry_at, left=most - len(times)), retry_at=retry_at)


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
        raise _full(saying.waiting(rule.limit, rule.scope), next_end(rule.counts))
    if limits.waiting and everywhere >= limits.waiting:
        raise _full(tr("The queue is full"), next_end(lambda job: True))


def _full(why: str, ends: float | None) -> Refusal:
    return Refusal(saying.full(why, ends), retry_at=ends)
