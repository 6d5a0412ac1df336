"""The real bot, with its scheduler and a worker on other machines, whose wires are pulled: everybody gets one answer.

Each machine is a network namespace of this one; the bot and the stand-in for Discord are on this one itself.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bot.executor.machines.conftest import Start, code, start
from tests.bot.executor.machines.farm import farm
from tests.bot.executor.machines.net import needs_namespaces
from tests.e2e.town import DOT, Seat, Town, in_town, is_dream

__all__ = ["code", "start"]
pytestmark = [pytest.mark.soak, needs_namespaces]


@pytest.mark.parametrize("seed", range(2))
def test_wires_are_pulled_under_load_and_everybody_gets_one_answer(
    start: Start,
    code: Path,
    tmp_path: Path,
    seed: int,
) -> None:
    chance = random.Random(seed)
    with farm(start, code, tmp_path, "one", "two", seconds=0.5) as machines:
        bot = machines.papers / "bot"
        variables = {
            "DREAM_SCHEDULER": machines.address,
            "DREAM_SCHEDULER_CA": str(bot / "ca.pem"),
            "DREAM_SCHEDULER_CERT": str(bot / "certificate.pem"),
            "DREAM_SCHEDULER_KEY": str(bot / "key.pem"),
            "DREAM_LIMIT_HOUR": "0",
            "DREAM_LIMIT_WAITING": "0",
            "PYTHONPATH": str(code),  # the same version, whatever is edited beside the tests
            "PYTHONSAFEPATH": "1",
        }

        @in_town(**variables)
        async def asked(town: Town) -> None:
            place = town.place
            seats = [Seat(user, room) for user in (place.ada, place.ben) for room in (place.dreams, place.general)]
            over = asyncio.Event()
            asking = asyncio.create_task(town.ask_around(seats, 20, chance, pause=2.0, until=over))
            for seconds in (2.0, 40.0, 10.0):
                await asyncio.sleep(chance.uniform(1.0, 5.0))
                name = chance.choice(("one", "two", "scheduler"))
                await asyncio.to_thread(machines.net.cut, name)
                await asyncio.sleep(seconds)
                await asyncio.to_thread(machines.net.heal, name)
            over.set()
            requests = await asking
            last = await town.ask("!dream", DOT)
            try:
                await town.dream(last, timeout=300)
                assert all(map(is_dream, await town.settled([*requests, last], timeout=300)))
            except TimeoutError as error:
                raise AssertionError(town.bot.log) from error

        run: Callable[[object], None] = asked
        run(tmp_path)
