"""A stand-in with people in it, and the real bot in its own process beside it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
import os
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bot.playground.drafts import File
from bot.playground.friendly import Friendly, furnish
from bot.playground.model import Channel, Message, User
from bot.playground.page.server import Page
from bot.playground.standin import StandIn
from bot.playground.times import Times
from tests.bot.engine import png
from tests.e2e.process import BotProcess
from tests.e2e.shifted import Hands

CAT = Path(__file__).parents[1] / "data" / "chelsea.jpg"
QUICK = "network=daydream size=96 steps=2 octaves=1"  #: a dream of the real engine that takes tens of milliseconds
DOT = File(filename="dot.png", data=png())
PATIENCE = 120.0  #: seconds; a loaded machine starts workers slowly


def cat(name: str = "cat.jpg", **more: Any) -> File:
    return File(filename=name, data=CAT.read_bytes(), **more)


@dataclass(frozen=True)
class Seat:
    """A member, and a channel in which they post."""

    user: User
    channel: Channel


class Town:
    """The stand-in, its friendly server, and the bot's lives, one after the other."""

    def __init__(self, standin: StandIn, home: Path, module: str, variables: dict[str, str], hands: Hands) -> None:
        self.standin, self.home, self.module, self.variables = standin, home, module, variables
        self.hands = hands  #: of the clocks of a bot that is `shifted`; what passes there passes at Discord too
        self.gate = home.with_name("gate")
        self.place: Friendly = furnish(standin.world)
        self.page = Page(standin, self.place, restart=self.restart)
        standin.app.add_routes(self.page.routes())
        self.lives: list[BotProcess] = []

    @property
    def bot(self) -> BotProcess:
        return self.lives[-1]

    def allow(self, dreams: float = math.inf) -> None:
        """So many may end in this life of a bot that pretends and is `held`; until this is said, none."""
        new = self.gate.with_suffix(".new")
        new.write_text(str(dreams))
        new.replace(self.gate)

    async def start(self, *, wait: bool = True) -> BotProcess:
        """A new life of the bot, in the same folder."""
        life = BotProcess(
            home=self.home, api=self.standin.api, token=self.standin.token, module=self.module, **self.variables
        )
        self.lives.append(life)
        await life.start(wait=wait)
        return life

    async def restart(self) -> None:
        """As whoever works on the bot does from the page."""
        if self.lives:
            await self.bot.stop()
        await self.start(wait=False)

    async def ask(self, text: str, *pictures: File, user: User | None = None, **more: Any) -> Message:
        channel = more.pop("channel", self.place.dreams)
        return await self.standin.post(channel, user or self.place.ada, text, attachments=pictures, **more)

    async def ask_around(
        self,
        seats: Sequence[Seat],
        requests: int,
        chance: random.Random,
        *,
        pause: float,
        recipe: str = "",
        until: asyncio.Event | None = None,
    ) -> list[Message]:
        """Requests from anybody, one after the other, whenever the bot is there; `until`: more of them until then."""
        asked: list[Message] = []
        while len(asked) < requests or not (until is None or until.is_set()):
            while not self.standin.gateway.sessions:
                await asyncio.sleep(0.05)
            seat = chance.choice(seats)
            asked.append(await self.ask(f"!dream {recipe}", DOT, user=seat.user, channel=seat.channel))
            await asyncio.sleep(pause)
        return asked

    async def kill_now_and_then(
        self, kills: int, chance: random.Random, *, within: float, at_work: bool = False
    ) -> None:
        """The bot, each time after at most `within` seconds; it is started again, and not always given time.

        at_work: they count from when it has said something to somebody.
        """
        for _ in range(kills):
            if at_work:
                there = {one.id for one in self.of_bot()}
                await self.says("", timeout=PATIENCE, which=lambda one, there=there: one.id not in there)
            await asyncio.sleep(chance.uniform(0.1, within))
            await self.bot.kill()
            await self.start(wait=chance.random() < 0.8)

    async def settled(self, asked: Sequence[Message], *, timeout: float, all_heard: bool = False) -> list[Message]:
        """The one final answer of each request that the bot has heard; raises AssertionError where there are more.

        What is posted while the bot is away, nobody has heard; what it accepted before it died, it announces later.
        """
        heard: list[Message] = []
        async with asyncio.timeout(timeout):
            while len(now := [one for one in asked if all_heard or self.answers_to(one)]) > len(heard):
                heard = now
                for one in heard:
                    await self.standin.message(
                        lambda answer, one=one: answers(answer, one) and is_final(answer), timeout
                    )
                await asyncio.sleep(1.0)
        found = [self.answers_to(one) for one in heard]
        assert [len(some) for some in found] == [1] * len(heard), [[one.text for one in some] for some in found]
        assert all(is_final(answer) for (answer,) in found), [answer.text for (answer,) in found]
        return [answer for (answer,) in found]

    async def _final_answer(self, asked: Message, timeout: float) -> Message:
        return await self.standin.message(lambda one: answers(one, asked) and is_final(one), timeout)

    def answers_to(self, asked: Message) -> list[Message]:
        return [one for one in self.of_bot() if answers(one, asked)]

    def of_bot(self) -> list[Message]:
        return [one for one in self.standin.world.messages() if one.author is self.standin.world.bot]

    def dreams(self, asked: Message | None = None) -> list[Message]:
        """The bot's messages that carry a dream; of one request, where it is named."""
        return [one for one in self.of_bot() if is_dream(one) and (asked is None or answers(one, asked))]

    async def dream(self, asked: Message | None = None, *, timeout: float = PATIENCE) -> Message:
        """The first dream, there or to come."""
        return await self.standin.message(
            lambda one: one.author is self.standin.world.bot and is_dream(one) and (not asked or answers(one, asked)),
            timeout,
        )

    async def says(
        self, words: str, *, timeout: float = PATIENCE, which: Callable[[Message], bool] = lambda _: True
    ) -> Message:
        return await self.standin.message(
            lambda one: one.author is self.standin.world.bot and words in one.text and not one.loading and which(one),
            timeout,
        )

    def kill_workers(self) -> None:
        """As the system does when memory runs out."""
        for process in psutil.Process(self.bot.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if "spawn_main" in " ".join(process.cmdline()):
                    process.kill()

    def differences(self) -> Sequence[str]:
        """Between what went over the wire and the published description; nothing where that is not at hand."""
        found = [*self.standin.record.unknown_routes, *map(str, self.standin.record.crashes)]
        if path := os.environ.get("DISCORD_OPENAPI"):
            found += self.standin.check_against(Path(path))
        return found

    def troubles(self) -> list[str]:
        """What the bot logged as a warning or worse, over all its lives; a busy machine's pauses apart."""
        said = [line["message"] for life in self.lives for line in life.troubles()]
        return [line for line in said if "event loop was blocked" not in line]


def is_dream(message: Message) -> bool:
    return any(button.get("label") == "Again" for button in message.buttons)


def is_final(message: Message) -> bool:
    """A dream, or a sentence that nothing comes after."""
    return is_dream(message) or not message.buttons


def answers(message: Message, asked: Message) -> bool:
    return message.reply_to == asked.id


def in_town(
    *,
    module: str = "bot",
    start: bool = True,
    held: bool = False,
    answer: float = PATIENCE,
    run: Callable[[Coroutine[Any, Any, None]], None] = asyncio.run,
    **variables: str,
) -> Callable[[Callable[..., Coroutine[Any, Any, None]]], Callable[..., None]]:
    """Makes a test out of `async def test(town)`. Afterwards nothing may differ from what Discord describes.

    held: a bot that pretends ends no dream that is not allowed. answer: how long Discord waits for the first answer to
    an interaction; 3 s in truth, but a busy machine takes its time. run: in which event loop; a fresh one, where nobody
    says.
    """

    def decorate(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
        async def lived(home: Path) -> None:
            async with town(home, module, variables, Times(answer=answer)) as here:
                if held:
                    here.variables["PRETEND_GATE"] = str(here.gate)
                if start:
                    await here.start()
                await test(here)
                if here.lives and not here.bot.ended:
                    assert await here.bot.stop() == 0, here.bot.log
                assert here.differences() == []

        @functools.wraps(test)
        def whole(tmp_path: Path) -> None:
            run(lived(tmp_path / "home"))

        del whole.__wrapped__  # pytest would ask for its parameters
        return whole

    return decorate


@asynccontextmanager
async def town(home: Path, module: str, variables: dict[str, str], times: Times) -> AsyncIterator[Town]:
    hands = Hands(home.with_name("clocks"))
    standin = StandIn(times=times, clock=lambda: time.time() + hands.steady)
    here = Town(standin, home, module, {**variables, "PRETEND_CLOCKS": str(hands.path)}, hands)
    async with standin:
        try:
            yield here
        finally:
            await here.page.close()
            for life in here.lives:
                await life.kill()
