"""Somebody, or the network, sets the machine's clock while jobs run and wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import LimitsConfig
from bot.errors import Refusal
from tests.bot.jobs.fakes import NOON, Clock, in_loop, opened, request

YEAR = 365 * 86400.0


@in_loop
@pytest.mark.parametrize("step", [3600.0, -3600.0])
async def test_the_time_that_is_left_does_not_change_with_the_clock(tmp_path: Path, step: float) -> None:
    clock, steady = Clock(), Clock(0.0)
    async with opened(tmp_path, clock=clock, steady=steady) as queue:
        first, second = [(await queue.accept(request(requester=one))).job.id for one in (1, 2)]
        order = await queue.work.next()
        assert order is not None
        queue.work.begun(order.job, order.ordinal, order.attempt)
        for one in (clock, steady):
            one.tick(10)
        queue.work.progressed(order.job, order.ordinal, order.attempt, 0.5)
        steady.tick(3)  # it is computed anew
        clock.tick(3 + step)
        left = {job: standing.ready_at - clock() for job, standing in queue.standings().items()}
        assert left[first] == pytest.approx(13, abs=1), "half of it took 13 s"
        assert left[second] == pytest.approx(13 + 20, abs=1)


@in_loop
async def test_a_clock_that_was_a_year_ahead_shuts_nobody_out_for_a_year(tmp_path: Path) -> None:
    clock = Clock(NOON + YEAR)
    async with opened(tmp_path, limits=LimitsConfig(member_per_hour=1), clock=clock) as queue:
        await queue.accept(request())
        clock.now = NOON + YEAR - 1800
        with pytest.raises(Refusal):  # a step back gives nobody more, as far as it can be told
            await queue.accept(request())
        clock.now = NOON
        await queue.accept(request())
