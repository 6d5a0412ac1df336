"""An hour of members, five requests a second in fifty channels: the bot answers each once, soon, and does not grow.

DREAM_SOAK_MINUTES: how long it takes, an hour by default. The first sixth is for warming up.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from bot.playground.drafts import File
from bot.playground.permissions import MODERATOR
from tests.bot.engine import png
from tests.e2e.heard import Heard, share
from tests.e2e.town import PATIENCE, Seat, Town, in_town

MINUTES = float(os.environ.get("DREAM_SOAK_MINUTES", "60"))
RATE = 5.0  #: requests a second
GUILDS, CHANNELS, MEMBERS = 10, 50, 400
SAMPLE_SECONDS = 10.0
MB = 1e6
_RECIPES = ("", "style=creatures", "strength=1.5", "layer=patterns strength=0.7", "style=classic seed=7", "size=384")
_PRETENDING = {
    "module": "tests.e2e.pretending",
    "DREAM_LIMIT_HOUR": "0",
    "DREAM_LIMIT_WAITING": "0",
    "DREAM_LIMIT_SERVER_WAITING": "0",
    "PRETEND_SECONDS": "1.0",
    "PRETEND_SLOTS": "8",
    "PRETEND_BYTES": "60000",
}


@dataclass(frozen=True)
class Sample:
    """Of the bot's process."""

    minute: float
    rss: int
    anonymous: int  # of it, what is no file's
    files: int

    @classmethod
    def of(cls, pid: int, minute: float) -> Sample:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        sizes = {
            name: int(rest.split()[0]) << 10
            for name, _, rest in (line.partition(":") for line in lines)
            if "kB" in rest
        }
        return cls(minute, sizes["VmRSS"], sizes["RssAnon"], psutil.Process(pid).num_fds())


def _seats(town: Town) -> list[Seat]:
    world = town.standin.world
    users = [world.add_user(f"member-{number}") for number in range(MEMBERS)]
    seats = []
    for number in range(GUILDS):
        guild = world.add_guild(f"Guild {number}", with_bot=False)
        world.invite_bot(guild, MODERATOR)
        rooms = [world.add_channel(guild, f"room-{room}") for room in range(CHANNELS // GUILDS)]
        for user in users[number::GUILDS]:
            world.add_member(guild, user)
            seats += [Seat(user, room) for room in rooms]
    return seats


class _Members:
    """They write, use the command, and press buttons under what was made: of ten 7, 2 and 1."""

    def __init__(self, town: Town, seats: list[Seat], chance: random.Random) -> None:
        self._standin, self._seats, self._chance = town.standin, seats, chance
        self._pictures = [png(8, 8, shade) + chance.randbytes(chance.randrange(5_000, 60_000)) for shade in range(200)]
        self.heard = Heard(town.standin)

    async def ask(self, seconds: float) -> None:
        """At random moments, as people do: RATE a second on the average."""
        begun = due = time.monotonic()
        while (due := due + self._chance.expovariate(RATE)) < begun + seconds:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._one()

    def _one(self) -> None:
        chance, people = self._chance, self._standin.people
        seat, recipe, way = chance.choice(self._seats), chance.choice(_RECIPES), chance.random()
        recent = self.heard.recent if way < 0.1 else []
        if recent:
            dream = chance.choice(recent)
            room = self._standin.world.channels[dream.channel_id]
            user = chance.choice([one.user for one in self._seats if one.channel is room])
            self.heard.add(people.press(user, dream, "Again"))
            return
        # No two are the same picture: each is kept, and later forgotten.
        picture = File(filename="cat.png", data=chance.choice(self._pictures) + chance.randbytes(8))
        if way < 0.3:
            recipe = f"{recipe} seed={chance.randrange(10**6)}" if "seed" not in recipe else recipe
            options = {"picture": picture, "recipe": recipe}
            self.heard.add(people.command(seat.user, seat.channel, "dream", options))
        else:
            self.heard.add(people.post(seat.channel, seat.user, f"!dream {recipe}", attachments=[picture]))


async def _watch(town: Town, heard: Heard, samples: list[Sample]) -> None:
    """For ever."""
    begun = time.monotonic()
    while True:
        await asyncio.sleep(SAMPLE_SECONDS)
        heard.forget(time.monotonic())
        sample = Sample.of(town.bot.pid, (time.monotonic() - begun) / 60)
        samples.append(sample)
        if len(samples) % 6 == 0:
            firsts = heard.firsts[-int(60 * RATE) :]
            print(
                f"minute {sample.minute:5.1f}: RSS {sample.rss / MB:.1f} MB, {sample.anonymous / MB:.1f} MB anonymous,"
                f" {sample.files} files, {heard.asked} asked, {len(heard.open)} open,"
                f" first answer p99 {1000 * share(firsts, 0.99):.0f} ms",
                flush=True,
            )


def _around(samples: list[Sample], minute: float) -> tuple[float, float]:
    """RSS, and what of it is anonymous, in MB: the medians of the samples of the two minutes around this one."""
    near = [one for one in samples if abs(one.minute - minute) <= 1.0]
    return statistics.median(one.rss for one in near) / MB, statistics.median(one.anonymous for one in near) / MB


@pytest.mark.soak
@pytest.mark.timeout(int(60 * MINUTES) + 900)
@in_town(**_PRETENDING)
async def test_an_hour_of_members_is_answered_and_does_not_make_the_bot_grow(town: Town) -> None:
    town.standin.record.most = 2000  # its memory is not the bot's, but the machine's
    members = _Members(town, _seats(town), random.Random(9))
    heard, samples = members.heard, list[Sample]()
    watching = asyncio.create_task(_watch(town, heard, samples))
    await members.ask(60 * MINUTES)
    watching.cancel()
    async with asyncio.timeout(PATIENCE):
        while heard.open:
            await asyncio.sleep(0.5)
    await asyncio.sleep(5.0)  # a second answer would come now
    heard.close()
    (rss, own), (last_rss, last_own) = _around(samples, MINUTES / 6), _around(samples, MINUTES)
    print(
        f"\n{heard.asked} requests in {MINUTES:g} minutes, {heard.dreams} dreams, {len(heard.wrong)} wrong;"
        f" first answer p50 {1000 * share(heard.firsts, 0.5):.0f} ms, p99 {1000 * share(heard.firsts, 0.99):.0f} ms,"
        f" worst {1000 * max(heard.firsts):.0f} ms; dream p50 {share(heard.ends, 0.5):.2f} s,"
        f" p99 {share(heard.ends, 0.99):.2f} s\nRSS {rss:.1f} -> {last_rss:.1f} MB, of it anonymous {own:.1f} ->"
        f" {last_own:.1f} MB from minute {MINUTES / 6:g} to {MINUTES:g}\n{len(town.troubles())} warnings:"
        f" {town.troubles()[:5]}"
    )
    assert heard.wrong == []
    assert heard.dreams == heard.asked
    assert share(heard.firsts, 0.99) < 1.0
    assert last_rss - rss < 10
    assert last_own - own < 10
