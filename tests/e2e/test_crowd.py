"""Many people at once: each answered once, none lost, nobody kept waiting by another's flood."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.playground.drafts import File
from bot.playground.model import Channel, Guild, Message, User
from bot.playground.permissions import MODERATOR
from tests.bot.engine import png
from tests.e2e.town import QUICK, Town, in_town, is_dream

_DOT = File(filename="dot.png", data=png())
_CROWD = {
    "module": "tests.e2e.pretending",
    "DREAM_LIMIT_WAITING": "10",
    "DREAM_LIMIT_HOUR": "0",
    "DREAM_LIMIT_SERVER_WAITING": "0",
}


@dataclass(frozen=True)
class Seat:
    """A member, and a channel in which they post."""

    user: User
    channel: Channel


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


async def _post_all(
    town: Town, seats: list[Seat], requests: int, chance: random.Random, pause: float, recipe: str = ""
) -> list[Message]:
    asked = []
    for _ in range(requests):
        while not town.standin.gateway.sessions:
            await asyncio.sleep(0.05)
        seat = chance.choice(seats)
        asked.append(await town.ask(f"!dream {recipe}", _DOT, user=seat.user, channel=seat.channel))
        await asyncio.sleep(pause)
    return asked


def _answers_to(town: Town, asked: Message) -> list[Message]:
    return [one for one in town.of_bot() if one.reply_to == asked.id]


async def _all_answered_once(town: Town, asked: list[Message], *, timeout: float, all_heard: bool) -> int:
    """Each has exactly one answer: its dream, or the sentence that it has too many waiting. Returns the dreams."""
    heard: list[Message] = []
    async with asyncio.timeout(timeout):
        # What is posted while the bot is away, nobody has heard; what it accepted before it died, it announces later.
        while len(now := [one for one in asked if all_heard or _answers_to(town, one)]) > len(heard):
            heard = now
            for one in heard:
                await town.standin.message(
                    lambda answer, one=one: answer.reply_to == one.id and (is_dream(answer) or not answer.buttons),
                    timeout,
                )
            await asyncio.sleep(3.0)
    dreams = 0
    for one in heard:
        answers = _answers_to(town, one)
        assert len(answers) == 1, [answer.text for answer in answers]
        if is_dream(answers[0]):
            dreams += 1
        else:
            assert "waiting" in answers[0].text
    return dreams


@in_town(**_CROWD, PRETEND_SECONDS="0.1")
async def test_each_of_many_is_answered_once(town: Town) -> None:
    seats = _seats(town, guilds=2, channels=4, members=8)
    asked = await _post_all(town, seats, 40, random.Random(4), pause=0.02)
    assert await _all_answered_once(town, asked, timeout=120, all_heard=True) >= 30


@in_town(**_CROWD, PRETEND_SECONDS="1.5")
async def test_a_flood_keeps_nobody_else_waiting(town: Town) -> None:
    seats = _seats(town, guilds=1, channels=2, members=2)
    flooding, patient = seats[0], seats[3]  # another member, in another channel
    flood = [await town.ask("!dream", _DOT, user=flooding.user, channel=flooding.channel) for _ in range(9)]
    await town.dream(flood[1])
    before = len(town.dreams())
    other = await town.ask("!dream", _DOT, user=patient.user, channel=patient.channel)
    await town.dream(other)
    assert len(town.dreams()) - before <= 3, "what ran, one job that was handed out, and its own"
    for one in flood:
        await town.dream(one)


@pytest.mark.soak
def test_three_hundred_requests(tmp_path: Path) -> None:
    @in_town(**_CROWD, PRETEND_SECONDS="0.2")
    async def crowd(town: Town) -> None:
        seats = _seats(town, guilds=5, channels=10, members=30)
        asked = await _post_all(town, seats, 300, random.Random(5), pause=0.05)
        dreams = await _all_answered_once(town, asked, timeout=600, all_heard=True)
        print(f"\n{dreams} dreams, {300 - dreams} refusals")

    crowd(tmp_path)


@pytest.mark.soak
def test_three_hundred_requests_while_the_bot_and_its_workers_are_killed(tmp_path: Path) -> None:
    @in_town(**{**_CROWD, "module": "bot"})
    async def crowd(town: Town) -> None:
        chance = random.Random(6)
        seats = _seats(town, guilds=5, channels=10, members=30)
        posting = asyncio.create_task(_post_all(town, seats, 300, chance, pause=0.3, recipe=QUICK))
        for kill in range(30):
            await asyncio.sleep(chance.uniform(0.2, 6.0))
            if kill % 3 == 0:
                town.kill_workers()
            else:
                await town.bot.kill()
                await town.start(wait=chance.random() < 0.8)
        dreams = await _all_answered_once(town, await posting, timeout=900, all_heard=False)
        print(f"\n{dreams} dreams")
        assert dreams >= 150

    crowd(tmp_path)
