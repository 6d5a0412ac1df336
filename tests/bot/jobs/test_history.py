"""A bot that has worked for months answers as fast as on its first day: what has ended is not read again."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from bot.config import LimitsConfig
from bot.jobs.allowance import Counted, Limit, Span
from bot.jobs.model import Request
from bot.jobs.queue import JobQueue
from bot.jobs.rules import Ask
from bot.kinds import Role
from tests.bot.jobs.allowing import allowing, ask
from tests.bot.jobs.fakes import Clock, in_loop, made, opened, request
from tests.bot.jobs.history import GUILDS, MEMBERS, fill, listening, one_of_each
from tests.databases import FILE, sqlite_only

EVERY_LIMIT = LimitsConfig(
    member_per_hour=100,
    member_per_day=200,
    member_waiting=50,
    guild_per_hour=2_000,
    guild_per_day=20_000,
    guild_waiting=500,
    waiting=1_000,
    films_per_day=5,
    grids_per_day=10,
)
OF_THE_SERVER = allowing(
    Limit(span=Span.HOUR, most=50),
    Limit(span=Span.DAY, most=100, channel=5),
    Limit(span=Span.DAY, most=10_000, everyone=True),
    Limit(span=Span.DAY, most=10, of=Counted.FILMS),
    Limit(span=Span.WAITING, most=20),
)


def _asking(asked: Request) -> Ask:
    """As a door asks before it downloads anything."""
    return Ask(
        requester=asked.requester,
        kind=asked.kind,
        guild=asked.place.guild,
        pictures=len(asked.pictures),
        personal=False,
        allowance=asked.allowance,
        authors=(asked.requester, 77),
    )


@sqlite_only
@in_loop
async def test_nothing_that_is_asked_of_the_database_while_dreams_come_and_go_reads_all_that_has_ended(
    tmp_path: Path,
) -> None:
    clock = Clock()
    await one_of_each(tmp_path, clock)
    async with opened(tmp_path, clock=clock, limits=EVERY_LIMIT, keep_bytes=1) as queue:
        with listening() as asked:
            await _a_day(queue, clock)
        assert len(asked.statements) > 40
        assert asked.scans(tmp_path / FILE) == []


async def _a_day(queue: JobQueue, clock: Clock) -> None:
    """Asked for, dreamt, failed, cancelled, delivered, looked for, and at last forgotten."""
    wanted = ask(b"picture", requester=2, allowance=OF_THE_SERVER)
    await queue.check(_asking(wanted))
    await queue.uses(_asking(wanted))
    guided = request(b"picture", requester=2, companions={Role.GUIDE: b"guide"}, author=77)
    jobs = [(await queue.accept(one)).job.id for one in (wanted, wanted, guided, request(b"b"), request(b"c"))]
    await queue.set_waiting_message(jobs[0], 1)
    for fails in (False, True):
        order = await queue.work.next()
        assert order is not None
        order = await queue.work.filled(order)
        assert order is not None
        await queue.work.started(order.job, order.ordinal, order.attempt)
        if fails:
            await queue.work.failed(order.job, 0, order.attempt, sentence="It is none.", log="", killed_decoder=True)
        else:
            dream = made(order)
            await queue.work.made(order, dream, await queue.work.keep(order, dream))
        await queue.delivered(order.job, message=3)
    lost = await queue.work.next()
    assert lost is not None
    await queue.work.lost(lost.job, 0, lost.attempt, started=True, log="")
    returned = await queue.work.next()
    assert returned is not None
    await queue.work.returned(returned.job, 0, returned.attempt)
    for id_ in jobs:
        if await queue.cancel(id_, by=2) is not None:
            await queue.undeliverable(id_, log="nobody is there")
        await queue.job(id_)
    await queue.unanswered()
    await queue.members.data(77)
    await queue.members.forget(77)
    await queue.answer_deleted(jobs[0])
    await queue.keeping.make_room()
    clock.tick(8 * 86_400)
    await queue.forget_sources()


@pytest.mark.soak
@sqlite_only
@in_loop
async def test_a_hundred_thousand_ended_jobs_do_not_slow_acceptance(tmp_path: Path) -> None:
    clock = Clock()
    await one_of_each(tmp_path, clock)
    found = {}
    for count, days in ((0, 1), (100_000, 30)):
        if count:
            fill(tmp_path / FILE, tmp_path, count, days=days)
        async with opened(tmp_path, clock=clock, limits=EVERY_LIMIT) as queue:
            found[count] = await _seconds(queue, clock, 600)
    for count, (checks, accepts) in found.items():
        print(
            f"\n{count} ended jobs: accepting p50 {1000 * _share(accepts, 0.5):.1f} ms, p95"
            f" {1000 * _share(accepts, 0.95):.1f} ms; the check before it p95 {1000 * _share(checks, 0.95):.1f} ms"
        )
    assert _share(found[100_000][1], 0.95) < 0.020


async def _seconds(queue: JobQueue, clock: Clock, count: int) -> tuple[list[float], list[float]]:
    """Of the check before the download, and of accepting, while thirty others wait; each is given up after it."""
    chance = random.Random(3)
    for number in range(30):
        await queue.accept(request(chance.randbytes(1000), requester=number, guild=10 + number % GUILDS))
    checks, accepts = [], []
    for _ in range(count):
        clock.tick(0.2)
        member = min(MEMBERS - 1, int(chance.expovariate(5 / MEMBERS)))
        asked = ask(
            chance.randbytes(200_000), requester=1000 + member, guild=10 + member % GUILDS, allowance=OF_THE_SERVER
        )
        begun = time.perf_counter()
        await queue.check(_asking(asked))
        checked = time.perf_counter()
        job = (await queue.accept(asked)).job
        accepts.append(time.perf_counter() - checked)
        checks.append(checked - begun)
        await queue.cancel(job.id, by=job.requester)
        await queue.delivered(job.id, message=1)
    return checks, accepts


def _share(values: list[float], part: float) -> float:
    return sorted(values)[int(part * (len(values) - 1))]
