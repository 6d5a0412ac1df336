"""The whole way of an answer on one table: the stand-in over real sockets, discord.py, the real queue and dispatcher;
only the dreams are pretended, step by step as the test wants."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import discord

from bot import endpoints
from bot.config import Config, LimitsConfig
from bot.dreaming.answers import AnswerDesk
from bot.executor.protocol import (
    Encoded,
    Event,
    Failed,
    Made,
    Order,
    Outcome,
    Progressed,
    SheetOrder,
    Started,
    Stopped,
)
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.manner import PLAIN, Manner
from bot.jobs.model import AskedPicture, Door, Job, Place, Request
from bot.jobs.queue import JobQueue
from bot.playground.model import Channel, Message, User
from bot.playground.standin import File, StandIn
from bot.store.database import Database
from dreamcore.recipe import Recipe
from tests.databases import database_in

RECIPE = "network=daydream layer=4c strength=1 size=640 octaves=3 seed=7 engine=1"
PNG = b"\x89PNG not really"

Running = tuple[Order, Callable[[Event], None], asyncio.Future[Outcome]]


class Clock:
    """The time, which a test can let pass at once."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class Sleeper:
    """An executor whose dreams end when the test says so."""

    def __init__(self, *, slots: int = 4) -> None:
        self.slots = slots
        self.network = "daydream"
        self.orders: dict[str, Running] = {}
        self.size = 2000
        self.notes: tuple[str, ...] = ()
        self.at_once = False
        self.refits: list[int] = []

    async def start(self) -> None: ...

    async def dream(self, order: Order, on_event: Callable[[Event], None]) -> Outcome:
        on_event(Started(job=order.job, ordinal=order.ordinal, attempt=order.attempt))
        if self.at_once:
            return self.made()
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.orders[f"{order.job}-{order.ordinal}"] = (order, on_event, future)
        return await future

    async def ordered(self, job: Job, ordinal: int = 0) -> Running:
        async with asyncio.timeout(60):
            while f"{job.id}-{ordinal}" not in self.orders:
                await asyncio.sleep(0.005)
        return self.orders[f"{job.id}-{ordinal}"]

    async def progress(self, job: Job, share: float, preview: bytes | None = None, ordinal: int = 0) -> None:
        order, on_event, _ = await self.ordered(job, ordinal)
        on_event(Progressed(job=order.job, ordinal=order.ordinal, attempt=order.attempt, share=share, preview=preview))

    async def finish(self, job: Job, ordinal: int = 0, outcome: Outcome | None = None) -> None:
        (await self.ordered(job, ordinal))[2].set_result(outcome or self.made())

    async def fail(self, job: Job, sentence: str, ordinal: int = 0) -> None:
        await self.finish(job, ordinal, Failed(sentence=sentence, log=sentence))

    def made(self) -> Made:
        data = PNG + b"\0" * (self.size - len(PNG))
        return Made(
            data=data,
            format="PNG",
            note="",
            width=640,
            height=480,
            recipe=RECIPE,
            network="daydream",
            seconds=2.5,
            notes=self.notes,
        )

    def cancel(self, job: str) -> None:
        for order, _, future in self.orders.values():
            if order.job == job and not future.done():
                future.set_result(Stopped())

    async def refit(self, picture: bytes, byte_limit: int) -> Encoded:
        self.refits.append(byte_limit)
        return Encoded(data=b"\0" * min(byte_limit, len(picture)), format="WEBP", note="as WebP at quality 80")

    async def compare(self, before: bytes, after: bytes, byte_limit: int) -> Encoded:
        raise NotImplementedError

    async def sheet(self, order: SheetOrder) -> Encoded:
        raise NotImplementedError

    async def close(self, grace: float) -> None: ...


class House:
    """Everything that lives; `restart` begins a new life over the same database."""

    def __init__(self, standin: StandIn, home: Path, clock: Clock) -> None:
        self.standin, self.home, self.clock = standin, home, clock
        self.world = standin.world
        self.guild = self.world.add_guild("Night")
        self.channel = self.world.add_channel(self.guild, "dreams")
        self.mila, self.noor = (self.world.add_user(name) for name in ("mila", "noor"))
        for user in (self.mila, self.noor):
            self.world.add_member(self.guild, user)
        self.config = Config(
            token=standin.token,
            home=home,
            database=database_in(home),
            api=standin.api,
            limits=LimitsConfig(member_per_hour=0, member_waiting=0, guild_waiting=0, waiting=0),
        )
        self.executor = Sleeper()
        self.patience = 2.0

    async def live(self, *, recover: bool = True) -> None:
        self.database = await Database.open(self.config.database)
        self.queue = JobQueue(database=self.database, folder=self.home, config=self.config, clock=self.clock)
        await self.queue.open()
        self.client = discord.Client(intents=discord.Intents.none())
        await self.client.login(self.standin.token)
        self.desk = self.new_desk()
        await self.desk.start()
        self.dispatcher = Dispatcher(queue=self.queue, executor=self.executor, answers=self.desk, clock=self.clock)
        await self.dispatcher.start()
        if recover:
            await self.desk.recover()

    def new_desk(self) -> AnswerDesk:
        return AnswerDesk(
            client=self.client,
            queue=self.queue,
            executor=self.executor,
            config=self.config,
            clock=self.clock,
            patience=self.patience,
        )

    async def die(self) -> None:
        """As by SIGKILL, as far as one process can: nothing is said, nothing is finished."""
        for task in list(self.desk._tasks):
            task.cancel()
        await self.desk.close(grace=0)
        await self.dispatcher.close(grace=0)
        await self.client.close()
        await self.queue.close()
        await self.database.close()

    async def restart(self) -> None:
        await self.die()
        self.executor = Sleeper()
        await self.live()

    async def asked(self, user: User | None = None, *, channel: Channel | None = None, pictures: int = 1) -> Message:
        files = [File(filename=f"cat{n or ''}.jpg", data=PNG) for n in range(pictures)]
        return await self.standin.post(channel or self.channel, user or self.mila, "!dream", attachments=files)

    async def accept(self, message: Message, *, announce: bool = True, **changes: Any) -> Job:
        """What a door does with `!dream`."""
        place = Place(guild=message.guild_id, channel=message.channel_id, message=message.id)
        return await self.take(message.author, place, f"message:{message.id}", announce=announce, **changes)

    async def take(
        self,
        user: User,
        place: Place,
        cause: str,
        *,
        announce: bool = True,
        pictures: int = 1,
        manner: Manner = PLAIN,
        **changes: Any,
    ) -> Job:
        asked = tuple(
            AskedPicture(**{"data": PNG + bytes([n]), "filename": f"cat{n or ''}.jpg", "author": user.id, **changes})
            for n in range(pictures)
        )
        accepted = await self.queue.accept(
            Request(
                requester=user.id,
                door=Door.PREFIX,
                place=place,
                recipe=Recipe.parse("strength=1"),
                pictures=asked,
                cause=cause,
                manner=manner,
            )
        )
        if announce:
            await self.desk.announce(accepted.job)
        return accepted.job

    async def interaction(
        self, *, ephemeral: bool = False, reachable: bool = True, lives: float = 840.0
    ) -> tuple[Any, Place]:
        """A slash command, and its deferred answer."""
        begun = self.standin.people.command(self.mila, self.channel, "dream")
        data = {"flags": 64} if ephemeral else {}
        await self.client.http.request(
            discord.http.Route("POST", f"/interactions/{begun.id}/{begun.token}/callback"),
            json={"type": 5, "data": data},
        )
        place = Place(
            guild=self.guild.id if reachable else None,
            channel=self.channel.id,
            token=begun.token,
            token_expires=self.clock() + lives,
            ephemeral=ephemeral,
            reachable=reachable,
        )
        return begun, place

    def own(self, channel: Channel | None = None) -> list[Message]:
        """The bot's messages that are there."""
        return [m for m in self.world.messages(channel) if m.author is self.world.bot and not m.deleted]

    def answers(self) -> list[Message]:
        return [m for m in self.own() if m.attachments and any("again" in b.get("custom_id", "") for b in m.buttons)]

    async def answer(self, timeout: float = 60.0) -> Message:
        """The one answer with a picture."""
        await self.settled(timeout)
        (answer,) = self.answers()
        return answer

    async def settled(self, timeout: float = 60.0) -> None:
        """Until everybody knows how it ended."""
        async with asyncio.timeout(timeout):
            while await self.queue.open_jobs() or await self.queue.unanswered():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def house(home: Path, **standin: Any) -> AsyncIterator[House]:
    before = discord.http.Route.BASE, discord.asset.Asset.BASE
    clock = Clock()
    async with StandIn(clock=clock, **standin) as running:
        endpoints.use_api(running.api)
        one = House(running, home, clock)
        running.commands.put([{"name": "dream", "type": 1, "description": "Dream.", "integration_types": [0, 1]}], None)
        await one.live()
        try:
            yield one
            crashes = [exchange.path for exchange in running.record.crashes]
            assert not crashes
            assert not running.record.unknown_routes
            if description := os.environ.get("DISCORD_OPENAPI"):
                assert running.check_against(Path(description)) == []
        finally:
            with suppress(Exception):
                await one.die()
            discord.http.Route.BASE, discord.asset.Asset.BASE = before


def in_house(test: Callable[[House], Coroutine[Any, Any, None]], home: Path, **standin: Any) -> None:
    """Run a test in a house of its own."""

    async def main() -> None:
        async with house(home, **standin) as one:
            await test(one)

    asyncio.run(main())
