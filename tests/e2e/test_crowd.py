"""Many people at once: each answered once, none lost, nobody kept waiting by another's flood."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from bot.playground.model import Guild, Message
from bot.playground.permissions import MODERATOR
from tests.e2e.town import DOT, QUICK, Seat, Town, answers, in_town, is_dream

_CROWD = {
    "module": "tests.e2e.pretending",
    "DREAM_LIMIT_WAITING": "10",
    "DREAM_LIMIT_HOUR": "0",
    "DREAM_LIMIT_SERVER_WAITING": "0",
}


def _seats(town: Town, *, guilds: int, channels: int, members: int) -> list[Seat]:
    world = town.standin.world
    seats = []
    users = [world.add_user(f"member-{number}") for number in range(members)]
    for number in range(guilds):
        guild: Guild = world.add_guild(f"Guild {number}", with_bot=False)
        world.invite_bot(guild, MODERATOR)
        rooms = [world.add_channel(guild, f"room-{room}") for room in range(channels // guilds)]
        for user in users[number::guilds]:
            world.add_member(guild, user)
            seats += [Seat(user, room) for room in rooms]
    return seats


def _dreams(answers: list[Message]) -> int:
    """How many of them are dreams; all others say that too many wait."""
    assert all(is_dream(one) or "waiting" in one.text for one in answers), [one.text for one in answers]
    return sum(map(is_dream, answers))


@in_town(**_CROWD)
async def test_each_of_many_is_answered_once(town: Town) -> None:
    seats = _seats(town, guilds=2, channels=4, members=8)
    asked = await town.ask_around(seats, 20, random.Random(4), pause=0.02)
    assert max(Counter(one.author.id for one in asked).values()) <= 10, "nobody can have too many waiting"
    assert _dreams(await town.settled(asked, timeout=240, all_heard=True)) == 20


@in_town(**_CROWD, held=True)
async def test_a_flood_keeps_nobody_else_waiting(town: Town) -> None:
    seats = _seats(town, guilds=1, channels=2, members=2)
    flooding, patient = seats[0], seats[3]  # another member, in another channel
    flood = [await town.ask("!dream", DOT, user=flooding.user, channel=flooding.channel) for _ in range(5)]
    town.allow(1)
    await town.dream()  # one of them
    other = await town.ask("!dream", DOT, user=patient.user, channel=patient.channel)
    await town.says("", which=lambda said: answers(said, other))
    town.allow(4)  # what runs, one job that was handed out, and their own
    await town.dream(other)
    town.allow()
    for one in flood:
        await town.dream(one)


@pytest.mark.soak
def test_three_hundred_requests(tmp_path: Path) -> None:
    @in_town(**_CROWD, PRETEND_SECONDS="0.2")
    async def crowd(town: Town) -> None:
        seats = _seats(town, guilds=5, channels=10, members=30)
        asked = await town.ask_around(seats, 300, random.Random(5), pause=0.05)
        dreams = _dreams(await town.settled(asked, timeout=600, all_heard=True))
        print(f"\n{dreams} dreams, {300 - dreams} refusals")

    crowd(tmp_path)


@pytest.mark.soak
def test_three_hundred_requests_while_the_bot_and_its_workers_are_killed(tmp_path: Path) -> None:
    @in_town(**{**_CROWD, "module": "bot"})
    async def crowd(town: Town) -> None:
        chance = random.Random(6)
        seats = _seats(town, guilds=5, channels=10, members=30)
        posting = asyncio.create_task(town.ask_around(seats, 300, chance, pause=0.3, recipe=QUICK))
        for _ in range(10):
            await asyncio.sleep(chance.uniform(0.2, 6.0))
            town.kill_workers()
            await town.kill_now_and_then(2, chance, within=6.0)
        dreams = _dreams(await town.settled(await posting, timeout=900))
        print(f"\n{dreams} dreams")
        assert dreams >= 150

    crowd(tmp_path)
