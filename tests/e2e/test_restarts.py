"""The bot and its workers die at bad moments: every accepted request still gets exactly one answer."""

from __future__ import annotations

import asyncio
import contextlib
import random

import psutil
import pytest

from tests.e2e.town import DOT, QUICK, Seat, Town, answers, cat, in_town, is_dream


def _seats(town: Town) -> list[Seat]:
    """Three people in two channels."""
    place = town.place
    return [Seat(user, room) for user in (place.ada, place.ben, place.mo) for room in (place.dreams, place.general)]


async def _killed(town: Town, *, kills: int, requests: int, seed: int) -> None:
    """What is asked in the moment of a death may never be heard; whoever was heard has their dream, and once."""
    chance, over = random.Random(seed), asyncio.Event()
    asking = asyncio.create_task(town.ask_around(_seats(town), requests, chance, pause=0.25, until=over))
    await town.kill_now_and_then(kills, chance, within=1.0, at_work=True)
    over.set()
    asked = await asking
    await town.bot.said("ready: ")
    last = await town.ask("!dream", DOT)
    await town.dream(last, timeout=300)
    dreams = await town.settled([*asked, last], timeout=300)
    assert all(map(is_dream, dreams)), [one.text for one in dreams]


_MANY = {"DREAM_LIMIT_HOUR": "0", "DREAM_LIMIT_WAITING": "0"}


@pytest.mark.soak  # by default test_faults_of_machines kills all of its processes at once
@in_town(module="tests.e2e.pretending", PRETEND_SECONDS="0.1", **_MANY)
async def test_the_bot_is_killed_and_everybody_gets_one_answer(town: Town) -> None:
    await _killed(town, kills=2, requests=6, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_the_bot_is_killed_twenty_times(tmp_path: object, seed: int) -> None:
    @in_town(module="tests.e2e.pretending", PRETEND_SECONDS="0.3", **_MANY)
    async def killed(town: Town) -> None:
        await _killed(town, kills=20, requests=120, seed=seed)

    killed(tmp_path)


@pytest.mark.soak  # by default tests/bot/executor kills workers
@in_town(**_MANY)
async def test_a_killed_worker_costs_nobody_a_dream(town: Town) -> None:
    recipe = "network=daydream size=256 steps=60 octaves=2"
    asked = [await town.ask(f"!dream {recipe}", cat(), user=seat.user) for seat in _seats(town)[:4]]
    await town.standin.message(lambda one: one.author is town.standin.world.bot and "Dreaming" in one.text, 60)
    for process in psutil.Process(town.bot.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it may have ended with the one before
            if "decoder" not in " ".join(process.cmdline()):
                process.kill()
    assert all(map(is_dream, await town.settled(asked, timeout=120, all_heard=True)))


@in_town(module="tests.e2e.pretending", held=True, **_MANY)
async def test_a_stopped_bot_says_so_and_goes_on_after_the_next_start(town: Town) -> None:
    asked = [await town.ask("!dream", DOT, user=seat.user, channel=seat.channel) for seat in _seats(town)[:4]]
    for one in asked:
        await town.says("", which=lambda said, one=one: answers(said, one))
    stopping = asyncio.create_task(town.bot.stop())
    await town.bot.said("stopping: ")
    town.allow()  # what runs comes to its end
    assert await stopping == 0
    waiting = [one for one in town.of_bot() if not is_dream(one)]
    assert len(waiting) >= len(asked) - 2, "one ran, and one was laid ready"
    assert all("restart" in one.text for one in waiting), [one.text for one in waiting]
    await town.start()
    assert all(map(is_dream, await town.settled(asked, timeout=120, all_heard=True)))


@pytest.mark.soak  # by default tests/bot/executor kills a bot
@in_town(**_MANY)
async def test_nothing_is_left_running_after_a_crash(town: Town) -> None:
    await town.dream(await town.ask(f"!dream {QUICK}", cat()))
    family = psutil.Process(town.bot.pid).children(recursive=True)
    assert family
    await town.bot.kill()
    _, alive = await asyncio.to_thread(psutil.wait_procs, family, timeout=60)
    assert alive == []
    await town.start()
