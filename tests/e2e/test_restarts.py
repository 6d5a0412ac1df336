"""The bot and its workers die at bad moments: every accepted request still gets exactly one answer."""

from __future__ import annotations

import asyncio
import random

import psutil
import pytest

from bot.playground.model import Message
from tests.e2e.town import QUICK, Town, cat, in_town, is_dream


async def _ask_around(town: Town, count: int, recipe: str, pause: float, chance: random.Random) -> list[Message]:
    """Requests from three people in two channels, one after the other, whenever the bot is there."""
    place = town.place
    asked = []
    for _ in range(count):
        while not any(session.connected for session in town.standin.gateway.sessions):
            await asyncio.sleep(0.05)
        user, channel = chance.choice((place.ada, place.ben, place.mo)), chance.choice((place.dreams, place.general))
        asked.append(await town.ask(f"!dream {recipe}", cat(), user=user, channel=channel))
        await asyncio.sleep(pause)
    return asked


def _heard(town: Town, asked: list[Message]) -> list[Message]:
    """Those that were accepted: what is posted while the bot is away, nobody has heard."""
    known = {one.reply_to for one in town.of_bot()}
    return [one for one in asked if one.id in known]


async def _every_accepted_one_has_one_dream(town: Town, asked: list[Message], timeout: float) -> None:
    heard: list[Message] = []
    while len(now := _heard(town, asked)) > len(heard):  # a restarted bot announces some only now
        heard = now
        for one in heard:
            await town.dream(one, timeout=timeout)
        await asyncio.sleep(3.0)
    for one in heard:
        answers = [answer for answer in town.of_bot() if answer.reply_to == one.id]
        assert [is_dream(answer) for answer in answers] == [True], [answer.text for answer in answers]


async def _killed(town: Town, *, kills: int, requests: int, recipe: str, seed: int) -> None:
    chance = random.Random(seed)
    asking = asyncio.create_task(_ask_around(town, requests, recipe, 0.25, chance))
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.1, 2.5))
        await town.bot.kill()
        await town.start(wait=chance.random() < 0.8)
    asked = await asking
    assert len(_heard(town, asked)) >= requests // 2
    await _every_accepted_one_has_one_dream(town, asked, timeout=120)


_MANY = {"DREAM_LIMIT_HOUR": "0", "DREAM_LIMIT_WAITING": "0"}


@in_town(module="tests.e2e.pretending", PRETEND_SECONDS="0.3", **_MANY)
async def test_the_bot_is_killed_and_everybody_gets_one_answer(town: Town) -> None:
    await _killed(town, kills=3, requests=16, recipe="", seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_the_bot_is_killed_twenty_times(tmp_path: object, seed: int) -> None:
    @in_town(module="tests.e2e.pretending", PRETEND_SECONDS="0.3", **_MANY)
    async def killed(town: Town) -> None:
        await _killed(town, kills=20, requests=120, recipe="", seed=seed)

    killed(tmp_path)


@in_town(**_MANY)
async def test_a_killed_worker_costs_nobody_a_dream(town: Town) -> None:
    asked = await _ask_around(town, 4, "network=daydream size=256 steps=8 octaves=2", 0.05, random.Random(2))
    await town.standin.message(lambda one: one.author is town.standin.world.bot and "Dreaming" in one.text, 60)
    for process in psutil.Process(town.bot.pid).children(recursive=True):
        if "decoder" not in " ".join(process.cmdline()):
            process.kill()
    await _every_accepted_one_has_one_dream(town, asked, timeout=120)


@in_town(module="tests.e2e.pretending", PRETEND_SECONDS="1.5", **_MANY)
async def test_a_stopped_bot_says_so_and_goes_on_after_the_next_start(town: Town) -> None:
    asked = await _ask_around(town, 10, "", 0.05, random.Random(3))
    await asyncio.sleep(1.0)
    assert await town.bot.stop() == 0
    waiting = [one for one in town.of_bot() if not is_dream(one)]
    assert waiting
    assert all("restart" in one.text for one in waiting), [one.text for one in waiting]
    await town.start()
    await _every_accepted_one_has_one_dream(town, asked, timeout=60)
    assert len(_heard(town, asked)) == len(asked)


@in_town(**_MANY)
async def test_nothing_is_left_running_after_a_crash(town: Town) -> None:
    await town.dream(await town.ask(f"!dream {QUICK}", cat()))
    family = psutil.Process(town.bot.pid).children(recursive=True)
    assert family
    await town.bot.kill()
    _, alive = await asyncio.to_thread(psutil.wait_procs, family, timeout=20)
    assert alive == []
    await town.start()
