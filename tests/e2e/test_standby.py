"""Two bots on one folder and one database: one works, and when it is killed the other one takes over at once."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.store.turns import ACTIVE
from tests.databases import database_in, looking_into, postgres_only
from tests.e2e.process import BotProcess
from tests.e2e.town import DOT, Seat, Town, in_town, is_dream

_MANY = {"DREAM_LIMIT_HOUR": "0", "DREAM_LIMIT_WAITING": "0"}
_STANDS_BY = ": this one stands by"


def _seats(town: Town) -> list[Seat]:
    place = town.place
    return [Seat(user, room) for user in (place.ada, place.ben, place.mo) for room in (place.dreams, place.general)]


@asynccontextmanager
async def standing_by(town: Town) -> AsyncIterator[BotProcess]:
    """A second bot, which waits for its turn."""
    second = BotProcess(
        home=town.home, api=town.standin.api, token=town.standin.token, module=town.module, **town.variables
    )
    await second.start(wait=False)
    try:
        await second.said(_STANDS_BY)
        yield second
    finally:
        await second.kill()


@in_town(module="tests.e2e.pretending", PRETEND_SECONDS="0.1", **_MANY)
async def test_the_bot_is_killed_and_the_one_that_stood_by_answers_everybody_once(town: Town) -> None:
    async with standing_by(town) as second:
        asked = [await town.ask("!dream", DOT, user=seat.user, channel=seat.channel) for seat in _seats(town)]
        await town.says("", which=lambda said: said.author is town.standin.world.bot)
        assert not second.ended
        assert not any("ready: " in line.get("message", "") for line in second.lines)
        await town.bot.kill()
        await second.said("ready: ")
        assert any("this one takes over" in line["message"] for line in second.lines)
        last = await town.ask("!dream", DOT)
        await town.dream(last, timeout=120)
        assert all(map(is_dream, await town.settled([*asked, last], timeout=120)))
        assert await second.stop() == 0


@pytest.mark.soak
@in_town(module="tests.e2e.pretending", **_MANY)
async def test_a_bot_that_is_stopped_in_order_hands_over_too(town: Town) -> None:
    async with standing_by(town) as second:
        assert await town.bot.stop() == 0
        await second.said("ready: ")
        await town.dream(await town.ask("!dream", DOT), timeout=120)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2))
def test_twenty_kills_with_one_that_always_stands_by(tmp_path: object, seed: int) -> None:
    @in_town(module="tests.e2e.pretending", PRETEND_SECONDS="0.2", **_MANY)
    async def killed(town: Town) -> None:
        chance, over = random.Random(seed), asyncio.Event()
        asking = asyncio.create_task(town.ask_around(_seats(town), 100, chance, pause=0.25, until=over))
        for _ in range(20):
            second = await town.start(wait=False)
            await second.said(_STANDS_BY)
            await asyncio.sleep(chance.uniform(0.0, 2.0))
            await town.lives[-2].kill()
            await second.said("ready: ")
        over.set()
        asked = await asking
        last = await town.ask("!dream", DOT)
        await town.dream(last, timeout=300)
        assert all(map(is_dream, await town.settled([*asked, last], timeout=300)))

    killed(tmp_path)


@postgres_only
@pytest.mark.parametrize("how", ["killed", "cut off"])
def test_on_postgres_the_database_says_whose_turn_it_is(tmp_path: object, how: str) -> None:
    @in_town(module="tests.e2e.pretending", PRETEND_SECONDS="0.1", start=False, **_MANY)
    async def handed_over(town: Town) -> None:
        town.variables["DATABASE_URL"] = database_in(town.home.parent)
        first = await town.start()
        second = BotProcess(
            home=town.home.with_name("elsewhere"), api=town.standin.api, token=town.standin.token,
            module=town.module, **town.variables,
        )  # fmt: skip
        await second.start(wait=False)
        try:
            told = await second.said(_STANDS_BY)
            assert f"process {first.pid} on " in told["message"]
            dream = await town.ask("!dream", DOT)
            await town.dream(dream, timeout=120)
            if how == "killed":
                await first.kill()
            else:  # as a network would that is cut for long: its connection ends, and cannot be made again in time
                for _ in range(600):
                    with contextlib.suppress(OperationalError), looking_into(town.home.parent) as connection:
                        connection.execute(_END_HOLDER, {"key": ACTIVE, "pid": str(first.pid)})
                    with looking_into(town.home.parent) as connection:
                        holder = connection.execute(_HOLDER, {"key": ACTIVE}).scalar()
                    if holder is not None and f"process {second.pid} on" in holder:
                        break
                    await asyncio.sleep(0.02)
                await first.said("another bot has taken over")
            await second.said("ready: ")
            last = await town.ask("!dream", DOT)
            await town.dream(last, timeout=120)
            assert all(map(is_dream, await town.settled([dream, last], timeout=60)))
            assert await second.stop() == 0
        finally:
            await second.kill()

    handed_over(tmp_path)


_OF_LOCK = """
    pg_locks JOIN pg_stat_activity ON pg_stat_activity.pid = pg_locks.pid
    WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) | objid::bigint = :key
"""
_HOLDER = text(f"SELECT application_name FROM {_OF_LOCK}")
_END_HOLDER = text(
    f"SELECT pg_terminate_backend(pg_locks.pid) FROM {_OF_LOCK} AND application_name LIKE '%process ' || :pid || ' on%'"
)
