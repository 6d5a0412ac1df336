"""What a server allows its members: counted from the job table, in the transaction that accepts."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Refusal
from bot.jobs.allowance import Counted, Limit, Span
from bot.jobs.rules import Ask, rules
from bot.kinds import Kind
from tests.bot.jobs.allowing import allowing, ask, sentence_of
from tests.bot.jobs.fakes import MANY, NOON, Clock, in_loop, opened

HOUR, DAY = 3600.0, 86400.0


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        (
            Limit(span=Span.HOUR, most=1),
            "On this server you may have 1 picture dreamt in an hour: the next is possible",
        ),
        (
            Limit(span=Span.DAY, most=1),
            "On this server you may have 1 picture dreamt in 24 hours: the next is possible",
        ),
        (Limit(span=Span.HOUR, most=1, channel=5), "In <#5> you may have 1 picture dreamt in an hour"),
        (
            Limit(span=Span.DAY, most=1, role=8),
            "On this server, with the role <@&8>, you may have 1 picture dreamt in 24 hours",
        ),
        (Limit(span=Span.HOUR, most=1, everyone=True), "This server may have 1 picture dreamt in an hour"),
        (Limit(span=Span.DAY, most=1, everyone=True), "This server may have 1 picture dreamt in 24 hours"),
        (
            Limit(span=Span.DAY, most=1, of=Counted.FILMS),
            "On this server you may have 1 film made in 24 hours: the next is possible",
        ),
        (Limit(span=Span.DAY, most=1, of=Counted.FILMS, channel=5), "In <#5> you may have 1 film made in 24 hours"),
        (
            Limit(span=Span.DAY, most=1, of=Counted.GRIDS, role=8),
            "On this server, with the role <@&8>, you may have 1 grid made in 24 hours",
        ),
        (Limit(span=Span.WAITING, most=1), "You have 1 request waiting on this server, and more are not taken"),
        (Limit(span=Span.WAITING, most=1, channel=5), "You have 1 request waiting in <#5>, and more are not taken"),
        (
            Limit(span=Span.WAITING, most=1, role=8),
            "You have 1 request waiting on this server, with the role <@&8>, and more are not taken",
        ),
        (Limit(span=Span.WAITING, most=1, everyone=True), "This server's queue is full: there is room again"),
    ],
)
def test_each_refusal_says_which_limit_it_was_and_when_more_comes(tmp_path: Path, limit: Limit, sentence: str) -> None:
    @in_loop
    async def test() -> None:
        async with opened(tmp_path) as queue:
            allowance = allowing(limit)
            kind = next(iter(limit.of.value))
            await queue.accept(ask(allowance=allowance, kind=kind))
            refusal = await sentence_of(queue, ask(allowance=allowance, kind=kind))
            assert refusal.sentence.startswith(sentence)
            assert refusal.retry_at is not None
            assert "<t:" in refusal.sentence
            if limit.span is Span.HOUR:
                assert refusal.retry_at == NOON + HOUR
            if limit.span is Span.DAY:
                assert refusal.retry_at == NOON + DAY

    test()


@in_loop
async def test_a_servers_limit_counts_on_that_server_alone(tmp_path: Path) -> None:
    once = allowing(Limit(span=Span.HOUR, most=1), Limit(span=Span.WAITING, most=2))
    async with opened(tmp_path) as queue:
        for guild in (11, None):
            await queue.accept(ask(allowance=once, guild=guild))
        await queue.accept(ask(allowance=once, guild=10))
        await queue.accept(ask(allowance=once, guild=10, requester=2))
        await sentence_of(queue, ask(allowance=once, guild=10))


@in_loop
async def test_a_channels_limit_counts_in_that_channel_and_its_threads(tmp_path: Path) -> None:
    here = allowing(Limit(span=Span.HOUR, most=2, channel=5))
    async with opened(tmp_path) as queue:
        await queue.accept(ask(allowance=allowing(), channel=6))
        await queue.accept(ask(allowance=here, channel=5))
        await queue.accept(ask(allowance=here, channel=50, under=5))
        await queue.accept(ask(allowance=allowing(), channel=60, under=6))
        await sentence_of(queue, ask(allowance=here, channel=51, under=5))
        await queue.accept(ask(allowance=here, channel=5, requester=2))
    async with opened(tmp_path) as queue:
        assert {job.place.under for job in await queue.open_jobs()} == {None, 5, 6}


@in_loop
async def test_of_all_members_together_everybody_counts(tmp_path: Path) -> None:
    shared = allowing(Limit(span=Span.DAY, most=3, everyone=True))
    async with opened(tmp_path) as queue:
        for requester in (1, 2, 3):
            await queue.accept(ask(allowance=shared, requester=requester))
        await sentence_of(queue, ask(allowance=shared, requester=4))
        await queue.accept(ask(allowance=shared, requester=4, guild=11))


@in_loop
async def test_of_several_limits_the_one_that_lasts_longest_is_named(tmp_path: Path) -> None:
    clock = Clock()
    allowance = allowing(Limit(span=Span.HOUR, most=2), Limit(span=Span.DAY, most=2), Limit(span=Span.HOUR, most=9))
    async with opened(tmp_path, limits=dataclasses.replace(MANY, member_per_hour=1), clock=clock) as queue:
        await queue.accept(ask(allowance=allowance))
        refusal = await sentence_of(queue, ask(allowance=allowance))
        assert refusal.sentence.startswith("You may have 1 picture dreamt in an hour")
        clock.tick(HOUR)
        await queue.accept(ask(allowance=allowance))
        refusal = await sentence_of(queue, ask(allowance=allowance))
        assert (refusal.retry_at, refusal.sentence[:40]) == (NOON + DAY, "On this server you may have 2 pictures d")
        assert (await sentence_of(queue, ask(b"1", b"2", b"3", allowance=allowance))).retry_at is None


@in_loop
async def test_a_servers_generosity_never_lifts_the_operators_limit(tmp_path: Path) -> None:
    async with opened(tmp_path, limits=dataclasses.replace(MANY, member_per_hour=1, guild_per_day=2)) as queue:
        generous = allowing(Limit(span=Span.HOUR, most=1000), Limit(span=Span.DAY, most=1000, everyone=True))
        await queue.accept(ask(allowance=generous))
        assert "1 picture dreamt in an hour" in (await sentence_of(queue, ask(allowance=generous))).sentence
        assert "1 picture dreamt in an hour" in (await sentence_of(queue, ask(allowance=allowing()))).sentence
        await queue.accept(ask(allowance=generous, requester=2))
        assert "2 pictures dreamt in 24" in (await sentence_of(queue, ask(allowance=generous, requester=3))).sentence


@in_loop
async def test_films_and_grids_have_limits_of_their_own_and_count_nowhere_else(tmp_path: Path) -> None:
    limits = dataclasses.replace(MANY, member_per_hour=3, films_per_day=2, grids_per_day=1)
    async with opened(tmp_path, limits=limits) as queue:
        free = allowing()
        for _ in range(2):
            await queue.accept(ask(allowance=free, kind=Kind.FILM))
        refusal = await sentence_of(queue, ask(allowance=free, kind=Kind.FILM))
        assert refusal.sentence.startswith("You may have 2 films made in 24 hours: the next is possible")
        assert refusal.retry_at == NOON + DAY
        await sentence_of(queue, ask(allowance=free, kind=Kind.FILM, guild=None, reachable=False))
        await queue.accept(ask(allowance=free, kind=Kind.GRID))
        refusal = await sentence_of(queue, ask(allowance=free, kind=Kind.GRID))
        assert refusal.sentence.startswith("You may have 1 grid made in 24 hours")
        for kind in (Kind.DREAM, Kind.IMAGINE, Kind.EXPLAIN):  # what was made out of noise, or explained, is a picture
            await queue.accept(ask(allowance=free, kind=kind))
        refusal = await sentence_of(queue, ask(allowance=free))
        assert refusal.sentence.startswith("You may have 3 pictures dreamt in an hour")
        await queue.accept(ask(allowance=free, kind=Kind.FILM, requester=2))


@in_loop
async def test_of_all_members_together_every_kind_counts_as_one(tmp_path: Path) -> None:
    shared = allowing(Limit(span=Span.DAY, most=len(Kind), everyone=True))
    async with opened(tmp_path) as queue:
        for kind in Kind:
            await queue.accept(ask(allowance=shared, kind=kind))
        for kind in Kind:
            assert "This server may have" in (await sentence_of(queue, ask(allowance=shared, kind=kind))).sentence


@pytest.mark.parametrize(
    "limit",
    [
        Limit(span=Span.HOUR, most=3),
        Limit(span=Span.DAY, most=3, channel=5),
        Limit(span=Span.WAITING, most=3),
        Limit(span=Span.HOUR, most=3, everyone=True),
        Limit(span=Span.WAITING, most=3, everyone=True),
    ],
)
def test_presses_at_the_same_instant_never_pass_a_limit_together(tmp_path: Path, limit: Limit) -> None:
    @in_loop
    async def test() -> None:
        async with opened(tmp_path) as queue:
            who = itertools.cycle((1, 2, 3)) if limit.everyone else itertools.repeat(1)
            asked = [ask(allowance=allowing(limit), requester=next(who)) for _ in range(24)]
            answers = await asyncio.gather(*map(queue.accept, asked), return_exceptions=True)
            assert [type(one) for one in answers if isinstance(one, Exception)] == [Refusal] * 21
            assert len(await queue.open_jobs()) == 3

    test()


@in_loop
async def test_a_day_is_24_hours_whatever_the_calendar_and_the_zone_do(tmp_path: Path) -> None:
    """The nights in which clocks change in Europe, and the end of February in a leap year."""
    for number, begin in enumerate((1774742400.0, 1792886400.0, 1835400000.0)):
        clock = Clock(begin)
        daily = allowing(Limit(span=Span.DAY, most=1))
        async with opened(tmp_path / str(number), clock=clock) as queue:
            await queue.accept(ask(allowance=daily))
            clock.now = begin + DAY - 1
            assert (await sentence_of(queue, ask(allowance=daily))).retry_at == begin + DAY
            clock.now = begin + DAY
            await queue.accept(ask(allowance=daily))


@in_loop
async def test_a_clock_that_is_set_back_gives_nobody_more(tmp_path: Path) -> None:
    clock = Clock()
    hourly = allowing(Limit(span=Span.HOUR, most=2), Limit(span=Span.DAY, most=5))
    async with opened(tmp_path, clock=clock) as queue:
        await queue.accept(ask(b"1", b"2", allowance=hourly))
        for back in (1.0, HOUR - 1):  # one that was ahead for longer was wrong: see test_set_clocks
            clock.now = NOON - back
            refusal = await sentence_of(queue, ask(allowance=hourly))
            assert refusal.retry_at == NOON + HOUR
        clock.now = NOON + HOUR
        await queue.accept(ask(b"3", b"4", allowance=hourly))


@in_loop
async def test_a_limit_that_is_lowered_holds_for_what_was_asked_before(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock=clock) as queue:
        for _ in range(5):
            await queue.accept(ask(allowance=allowing(Limit(span=Span.HOUR, most=9))))
            clock.tick(60)
        refusal = await sentence_of(queue, ask(allowance=allowing(Limit(span=Span.HOUR, most=2))))
        assert refusal.retry_at == NOON + 3 * 60 + HOUR


@in_loop
async def test_what_is_left_and_when_more_comes_is_what_the_next_request_meets(tmp_path: Path) -> None:
    clock = Clock()
    allowance = allowing(Limit(span=Span.HOUR, most=3), Limit(span=Span.WAITING, most=9, channel=5))
    config = dataclasses.replace(MANY, member_per_day=10)
    async with opened(tmp_path, clock=clock, limits=config) as queue:
        asked = Ask(requester=1, guild=10, pictures=1, personal=False, allowance=allowance)
        assert [(use.used, use.more_at, use.operators) for use in await queue.uses(asked)] == [
            (0, None, True),
            (0, None, False),
            (0, None, False),
        ]
        await queue.accept(ask(b"1", b"2", allowance=allowance))
        day, hour, waiting = await queue.uses(asked)
        assert (day.limit.most, day.left, day.more_at) == (10, 8, NOON + DAY)
        assert (hour.left, hour.more_at) == (1, NOON + HOUR)
        assert (waiting.left, waiting.more_at) == (8, pytest.approx(NOON + 40))
        await queue.accept(ask(allowance=allowance))
        await sentence_of(queue, ask(allowance=allowance))
        assert (await queue.uses(asked))[1].left == 0


LIMITS = st.builds(
    Limit,
    span=st.sampled_from(Span),
    most=st.integers(1, 4),
    everyone=st.booleans(),
    channel=st.sampled_from([None, 5]),
    role=st.none(),
)
STEPS = st.lists(
    st.tuples(
        st.integers(1, 2),  # who
        st.integers(5, 6),  # where
        st.integers(1, 2),  # pictures
        st.sampled_from([0.0, 60.0, 1800.0, HOUR, 5 * HOUR, -600.0]),  # the clock, before
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(LIMITS, max_size=3), STEPS)
def test_whatever_is_asked_in_whatever_order_no_limit_is_passed(
    tmp_path_factory: pytest.TempPathFactory, limits: list[Limit], steps: list[tuple[int, int, int, float]]
) -> None:
    @in_loop
    async def test() -> None:
        clock = Clock()
        taken: list[tuple[int, int, int, float]] = []
        async with opened(tmp_path_factory.mktemp("home"), clock=clock) as queue:
            for who, where, pictures, tick in steps:
                clock.tick(tick)
                asked = ask(*[b"x"] * pictures, allowance=allowing(*limits), requester=who, channel=where)
                refused = any(over(limit, taken, who, where, pictures, clock.now) for limit in limits)
                if refused:
                    with pytest.raises(Refusal):
                        await queue.accept(asked)
                else:
                    await queue.accept(asked)
                    taken.append((who, where, pictures, clock.now))

    test()


def over(
    limit: Limit, taken: list[tuple[int, int, int, float]], who: int, where: int, pictures: int, now: float
) -> bool:
    """The same by counting on one's fingers. Nothing is ever dreamt here, so all of it waits."""
    its = [one for one in taken if limit.everyone or one[0] == who]
    its = [one for one in its if limit.channel in (None, one[1])]
    if limit.span is Span.WAITING:
        return len(its) + 1 > limit.most
    since = now - {Span.HOUR: HOUR, Span.DAY: DAY}[limit.span]
    return sum(one[2] for one in its if one[3] > since) + pictures > limit.most


@in_loop
async def test_the_time_when_there_is_room_is_that_of_a_job_that_counts(tmp_path: Path) -> None:
    """What a rule counts in the table is what it counts in memory."""
    spans = [Limit(span=Span.WAITING, most=99, channel=channel) for channel in (None, 5, 6)]
    allowance = allowing(*spans, Limit(span=Span.WAITING, most=99, everyone=True))
    places: list[dict[str, Any]] = [{"channel": 5}, {"channel": 6}, {"channel": 50, "under": 5}]
    async with opened(tmp_path, limits=dataclasses.replace(MANY, member_waiting=99, guild_waiting=99)) as queue:
        for requester, guild, place in itertools.product((1, 2), (10, 11, None), places):
            await queue.accept(ask(allowance=allowing(), requester=requester, guild=guild, **place))
        asked = Ask(requester=1, guild=10, pictures=1, personal=False, allowance=allowance)
        every = list(rules(asked, dataclasses.replace(MANY, member_waiting=99, guild_waiting=99)))
        jobs = await queue.open_jobs()
        assert [sum(map(rule.counts, jobs)) for rule in every] == [9, 6, 3, 2, 1, 6]
        assert [use.used for use in await queue.uses(asked)] == [9, 6, 3, 2, 1, 6]
