"""The bot in this process, with a scripted engine, at home with a stand-in for Discord over real sockets."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import discord.asset
import discord.gateway
import discord.http
from aiohttp import web

from bot import endpoints
from bot.challenges.records import Challenges
from bot.client import DreamClient
from bot.config import Config, LimitsConfig
from bot.executor.protocol import (
    Belief,
    Beliefs,
    Encoded,
    Event,
    Made,
    Order,
    Outcome,
    SheetOrder,
    Started,
    Stopped,
)
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.queue import JobQueue
from bot.kinds import Kind
from bot.moderation.records import Records
from bot.moderation.settings import Settings
from bot.opening import open_challenges, open_guests, open_pausing, open_settings
from bot.operations.application import application_of
from bot.owner.guests import Guests
from bot.playground.drafts import File
from bot.playground.interactions import Interaction
from bot.playground.model import Message, User
from bot.playground.permissions import MODERATOR
from bot.playground.standin import StandIn
from bot.playground.times import Times
from bot.recipes import network_of, read_recipe
from bot.store.database import Database
from dreamcore.atlas.recipe import AtlasRecipe
from dreamcore.catalogue import network_info
from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.resolving import resolve_film
from dreamcore.imagining.recipe import ImagineRecipe
from dreamcore.imagining.resolving import resolve_imagining
from dreamcore.recipe import Recipe
from dreamcore.resolve import DeviceDefaults, resolve
from tests.bot.engine import png
from tests.databases import database_in

PATIENCE = 60.0
PATIENT = Times(answer=60.0)  #: what Discord gives three seconds for; a busy machine takes its time
PICTURE = File(filename="cat.png", data=png(shade=10))


class Engine:
    """Resolves recipes as the real one does, and makes grey pictures. `gate` keeps everything waiting while closed."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.orders: list[Order] = []
        self.compared: list[tuple[bytes, bytes, int]] = []
        self.network: str | None = "inception_v1"
        self.compare_fails: Exception | None = None
        self.sheets: list[SheetOrder] = []
        self.sheet_fails: Exception | None = None
        self.looked_up: list[str] = []  # pages of atlases
        self.drawn = ["daydream"]  # networks whose pages are there
        self._stopped: dict[str, asyncio.Event] = {}

    @property
    def slots(self) -> int:
        return 1

    async def start(self) -> None:
        pass

    async def dream(self, order: Order, on_event: Callable[[Event], None]) -> Outcome:
        stopped = self._stopped.setdefault(order.job, asyncio.Event())
        self.orders.append(order)
        on_event(Started(job=order.job, ordinal=order.ordinal, attempt=order.attempt))
        waits = [asyncio.create_task(event.wait()) for event in (self.gate, stopped)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if stopped.is_set():
            return Stopped()
        return made_of(order, str(self.network))

    def cancel(self, job: str) -> None:
        self._stopped.setdefault(job, asyncio.Event()).set()

    async def refit(self, picture: bytes, byte_limit: int) -> Encoded:
        return Encoded(data=png(), format="PNG", note="")

    async def compare(self, before: bytes, after: bytes, byte_limit: int) -> Encoded:
        if self.compare_fails is not None:
            raise self.compare_fails
        self.compared.append((before, after, byte_limit))
        return Encoded(data=png(shade=77), format="PNG", note="")

    async def sheet(self, order: SheetOrder) -> Encoded:
        if self.sheet_fails is not None:
            raise self.sheet_fails
        self.sheets.append(order)
        return Encoded(data=png(shade=55), format="PNG", note="")

    async def atlas(self, recipe: str, *, language: str, byte_limit: int) -> Encoded | None:
        self.looked_up.append(recipe)
        if not any(recipe.startswith(f"network={network}") for network in self.drawn):
            return None
        return Encoded(data=png(shade=66), format="JPEG", note="")

    async def close(self, grace: float) -> None:
        pass


def made_of(order: Order, usual: str) -> Made:
    """What the real engine says of it, with a grey picture."""
    recipe = read_recipe(order.kind, order.recipe)
    network = network_info(network_of(recipe) or usual)
    device = DeviceDefaults(size=512, precision="fp32")
    size: dict[str, Any] = {"height": 400, "width": 400}
    more: dict[str, Any] = {}
    if isinstance(recipe, FilmRecipe):
        plan = resolve_film(recipe, network=network, **size, device=device, seed=0)
        more = {
            "data": b"\0\0\0\x18ftypmp42" + bytes(50),
            "format": "MP4",
            "frames": plan.frames,
            "lasts": plan.seconds,
        }
        resolved = plan.recipe.text
    elif isinstance(recipe, ImagineRecipe):
        resolved = resolve_imagining(recipe, network=network, device=device, seed=0).recipe.text
    elif isinstance(recipe, AtlasRecipe):
        resolved = recipe.text
    elif isinstance(recipe, Recipe):
        resolved = resolve(recipe, network=network, **size, device=device, seed=0).recipe.text
    else:
        resolved = recipe.over(Recipe(network=network.name, seed=0)).text
    if order.kind is Kind.EXPLAIN:
        cats = tuple(Belief(name=name, share=share) for name, share in (("tabby", 0.34), ("tiger cat", 0.2)))
        more = {"beliefs": Beliefs(before=cats, after=(Belief(name="peacock", share=0.61),))}
    made: dict[str, Any] = {"data": png(shade=200), "format": "PNG", **more}
    return Made(**made, note="", width=8, height=8, recipe=resolved, network=network.name, seconds=0.5, notes=())


class Clock:
    """The real one, which can be put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class House:
    """One server with a channel, Alice, Bob, a moderator, and the bot; `restart` begins a new life of it."""

    def __init__(self, standin: StandIn, engine: Engine, clock: Clock) -> None:
        self.standin, self.engine, self.world = standin, engine, standin.world
        self.guild = self.world.add_guild("Dreamers")
        self.channel = self.world.add_channel(self.guild, "dreams")
        self.alice, self.bob, self.mod = (self.world.add_user(name, avatar=True) for name in ("alice", "bob", "mod"))
        moderators = self.world.add_role(self.guild, "Moderators", MODERATOR)
        for user, roles in ((self.alice, ()), (self.bob, ()), (self.mod, (moderators,))):
            self.world.add_member(self.guild, user, roles=roles)
        self.fetched: list[int] = []  # the status of every answer to somebody who wanted a picture
        self.clock = clock
        self.config: Config
        self.life = AsyncExitStack()
        self.client: DreamClient
        self.challenges: Challenges
        self.queue: JobQueue
        self.settings: Settings
        self.guests: Guests

    @property
    def bot(self) -> User:
        return self.world.bot

    async def post(self, text: str = "", *pictures: File, user: User | None = None, **more: Any) -> Message:
        return await self.standin.post(
            more.pop("channel", self.channel), user or self.alice, text, attachments=pictures, **more
        )

    async def said(self, words: str, **which: Any) -> Message:
        """The bot's message with these words."""
        channel = which.get("channel")
        return await self.standin.message(
            lambda one: (
                one.author is self.bot
                and words in one.text
                and not one.loading
                and (channel is None or one.channel_id == channel.id)
            ),
            PATIENCE,
        )

    async def dream(self, count: int = 1) -> Message:
        """The bot's message that is the count-th dream."""

        def is_dream(one: Message) -> bool:
            return one.author is self.bot and any(button["label"] == "Again" for button in one.buttons)

        await self.standin.message(lambda _: sum(map(is_dream, self.world.messages())) >= count, PATIENCE)
        return [one for one in self.world.messages() if is_dream(one)][count - 1]

    async def answer(self, asked: Message) -> Message:
        """The last word on what was asked for, whatever its kind."""
        return await self.standin.message(
            lambda one: (
                one.author is self.bot
                and one.reply_to == asked.id
                and not any(button["label"] == "Cancel" for button in one.buttons)
            ),
            PATIENCE,
        )

    async def told(self, interaction: Interaction, *words: str) -> Message:
        """The ephemeral sentence that answers an interaction."""

        def there(_: object) -> bool:
            return any(one.ephemeral and one.text for one in interaction.messages)

        if not there(None):
            await self.world.watchers.wait(there, PATIENCE, f"nothing was said: {interaction.messages}")
        message = next(one for one in interaction.messages if one.ephemeral and one.text)
        for word in words:
            assert word in message.text, message.text
        return message

    async def until(self, true: Callable[[], Any]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():
                await asyncio.sleep(0.01)

    async def silent(self, seconds: float = 0.3) -> None:
        """Nothing is said for a while."""
        before = [one for one in self.world.messages() if one.author is self.bot]
        await asyncio.sleep(seconds)
        assert [one.text for one in self.world.messages() if one.author is self.bot] == [one.text for one in before]

    async def restart(self, *, killed: bool = False, while_down: Callable[[], None] | None = None) -> None:
        """killed: nothing is said, nothing is finished, as far as one process can."""
        if killed:
            doors = self.client.doors.challenges.clockwork
            for task in [*doors._own, *doors._carried.values()]:
                task.cancel()
        await self.life.aclose()
        if while_down is not None:
            while_down()
        await self.live()

    async def live(self) -> None:
        """The bot starts, connects, and is ready."""
        self.life = AsyncExitStack()
        config, stack = self.config, self.life
        database = await Database.open(config.database)
        stack.push_async_callback(database.close)
        queue = JobQueue(database=database, folder=config.home, config=config, clock=self.clock)
        await queue.open()
        stack.push_async_callback(queue.close)
        application = await application_of(self.standin.token, self.standin.api)
        stored = await open_settings(config, database, self.engine)
        pausing = await open_pausing(database, queue)
        self.guests = await open_guests(config, database, queue, stored, pausing, clock=self.clock)
        client = DreamClient(
            config=config,
            application=application,
            queue=queue,
            executor=self.engine,
            settings=stored,
            pausing=pausing,
            records=Records(database=database),
            challenges=open_challenges(database, queue, clock=self.clock),
            guests=self.guests,
            clock=self.clock,
        )
        client._connection.guild_ready_timeout = 0.01  # instead of waiting whether a further guild comes: see below
        self.client, self.queue, self.settings = client, queue, stored
        self.challenges = client.doors.challenges.challenges
        dispatcher = Dispatcher(queue=queue, executor=self.engine, answers=client.answers)
        await dispatcher.start()
        connection = asyncio.create_task(client.start(self.standin.token))
        stack.push_async_callback(_close, client, dispatcher, connection)
        await asyncio.wait_for(client.wait_until_ready(), PATIENCE)
        await self.until(lambda: all(guild.unavailable is False for guild in client.guilds))

    @property
    def recipes(self) -> list[Recipe]:
        """As they came to the engine."""
        return [Recipe.parse(order.recipe) for order in self.engine.orders]


@asynccontextmanager
async def at_home(
    home: Path,
    *,
    message_content: bool = True,
    limits: LimitsConfig | None = None,
    furnish: Callable[[House], None] | None = None,
    **settings: Any,
) -> AsyncIterator[House]:
    """The whole bot but for the engine, connected and ready."""
    bases = discord.http.Route.BASE, discord.asset.Asset.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    async with AsyncExitStack() as stack:
        clock = Clock()
        standin = StandIn(rate_limits=False, times=PATIENT, clock=clock)
        standin.world.application.message_content = message_content
        house = House(standin, Engine(), clock)

        async def note(request: web.Request, response: web.StreamResponse) -> None:
            if request.path.startswith(("/attachments/", "/ephemeral-attachments/", "/avatars/")):
                house.fetched.append(response.status)

        standin.app.on_response_prepare.append(note)
        await standin.start()
        stack.push_async_callback(standin.close)
        if furnish is not None:
            furnish(house)
        config = Config(
            token=standin.token,
            home=home,
            database=database_in(home),
            api=standin.api,
            limits=limits or LimitsConfig(member_per_hour=0, member_waiting=0, personal_per_hour=0),
            **settings,
        )
        endpoints.use_api(standin.api)
        stack.callback(_restore, *bases)
        house.config = config
        stack.push_async_callback(_end, house)
        await house.live()
        yield house
        if described := os.environ.get("DISCORD_OPENAPI"):
            assert standin.check_against(Path(described)) == []


async def _end(house: House) -> None:
    await house.life.aclose()


async def _close(client: DreamClient, dispatcher: Dispatcher, connection: asyncio.Task[None]) -> None:
    await dispatcher.close(grace=0.1)
    await client.say_goodbye(grace=1.0)
    await client.close()
    await asyncio.gather(connection, return_exceptions=True)


def _restore(base: Any, assets: Any, gateway: Any) -> None:
    discord.http.Route.BASE, discord.asset.Asset.BASE = base, assets
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = gateway


def living(home: Path, test: Callable[[House], Awaitable[None]], **settings: Any) -> None:
    """Run a test in a house of its own."""

    async def run() -> None:
        async with at_home(home, **settings) as house:
            async with asyncio.timeout(120):
                await test(house)

    asyncio.run(run())
