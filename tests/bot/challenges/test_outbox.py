"""Announcements: each goes out once, as long as it is true."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.challenges.events import Close, EffectKind, Extend, Reopen
from bot.challenges.model import State, When
from bot.challenges.outbox import LEASE
from tests.bot.challenges.arena import ANNA, BEN, DAY, GUILD, MODERATOR, arena
from tests.bot.jobs.fakes import Clock, in_loop


@in_loop
async def test_what_is_taken_by_one_is_taken_by_nobody_else(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        outbox = house.challenges.outbox
        await house.open()
        taken = [notice for some in await asyncio.gather(*(outbox.take() for _ in range(4))) for notice in some]
        assert len(taken) == 1
        assert (taken[0].tries, taken[0].first_tried) == (0, None)
        assert await asyncio.gather(*(outbox.done(taken[0], channel=5, message=77) for _ in range(2))) == [True, False]
        (out,) = await outbox.announced(taken[0].challenge.id)
        assert (out.kind, out.channel, out.message) == (EffectKind.OPENING, 5, 77)
        assert await outbox.announced(taken[0].challenge.id, EffectKind.VOTING) == []


@in_loop
async def test_after_a_crash_it_comes_again_and_says_that_it_was_tried(tmp_path: Path) -> None:
    clock = Clock()
    async with arena(tmp_path, clock=clock) as house:
        await house.open()
        (first,) = await house.challenges.outbox.take()
        clock.tick(5)
        assert await house.challenges.outbox.take() == []
    async with arena(tmp_path, clock=clock) as house:
        (again,) = await house.challenges.outbox.take()
        assert (again.key, again.nonce) == (first.key, first.nonce)
        assert (again.tries, again.first_tried) == (1, clock() - 5)
        clock.tick(LEASE)
        assert [one.tries for one in await house.challenges.outbox.take()] == [2], "forgotten by whoever took it"


@in_loop
async def test_what_cannot_be_done_now_is_done_later_and_what_can_never_be_is_given_up(tmp_path: Path) -> None:
    clock = Clock()
    async with arena(tmp_path, clock=clock) as house:
        all_ = house.challenges
        await house.open()
        (notice,) = await all_.outbox.take()
        await all_.outbox.later(notice, at=clock() + 60, log="no permission")
        assert await all_.outbox.take() == []
        assert await all_.next_due() == clock() + 60
        clock.tick(60)
        (notice,) = await all_.outbox.take()
        await all_.outbox.give_up(notice, log="the channel is deleted")
        clock.tick(LEASE)
        assert await all_.outbox.take() == []
        assert await all_.outbox.announced(notice.challenge.id) == []


@in_loop
async def test_what_is_no_longer_true_is_not_announced(tmp_path: Path) -> None:
    """The bot had lost its permission while submissions were open."""
    clock = Clock()
    async with arena(tmp_path, clock=clock) as house:
        all_ = house.challenges
        challenge = await house.open()
        for member in (ANNA, BEN):
            await house.enter(challenge, member)
        await all_.do(challenge.id, Extend(submissions=When(after=DAY)), guild=GUILD, by=MODERATOR)
        clock.tick(4 * DAY)
        await all_.advance()
        assert [one.kind for one in await all_.outbox.take()] == [EffectKind.VOTING]
        again = Reopen(submissions=When(after=DAY), voting=When(after=DAY))
        await all_.do(challenge.id, again, guild=GUILD, by=MODERATOR)
        await all_.do(challenge.id, Close(step=State.SUBMITTING), guild=GUILD, by=MODERATOR)
        clock.tick(LEASE)
        keys = {one.key for one in await all_.outbox.take()}
        assert keys == {"voting:1", "reopened:1"}
