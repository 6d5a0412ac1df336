"""discord.py itself, unmodified, as the client of the stand-in; both in one process, over real sockets."""

from __future__ import annotations

import asyncio
import functools
import os
import threading
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of the standard library's audioop, which discord.py imports
    import discord
    import discord.asset
    import discord.gateway
    import discord.http

from bot.endpoints import use_api
from bot.playground.description import Description
from bot.playground.friendly import Friendly, furnish
from bot.playground.images import png
from bot.playground.limits import RateLimits
from bot.playground.standin import File, StandIn

PICTURE = png(4, 3, [bytes(range(12))] * 3)


def picture(name: str = "cat.png", shade: int = 0) -> File:
    return File(filename=name, data=png(4, 3, [bytes([shade] * 12)] * 3))


def runs(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A test that is a coroutine."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 120))

    return run


class Bot(discord.AutoShardedClient):
    """A client as the bot's: few intents, no cache of messages."""

    def __init__(self, *, content: bool = True, members: bool = False) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = intents.guild_reactions = True
        intents.message_content, intents.members = content, members
        super().__init__(
            intents=intents,
            guild_ready_timeout=0.01,  # `connected` waits for the guilds themselves
            max_messages=None,
            chunk_guilds_at_startup=False,
        )
        self.tree = discord.app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []
        self.resumed = 0
        self.identified = 0

    async def setup_hook(self) -> None:
        if self.tree.get_commands() or self.tree.get_commands(type=discord.AppCommandType.message):
            await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        self.identified += 1  # and no wait of 5 s

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message)

    async def on_shard_resumed(self, shard_id: int) -> None:
        self.resumed += 1

    def text(self, channel: Any) -> discord.TextChannel:
        found = self.get_channel(channel.id)
        assert isinstance(found, discord.TextChannel)
        return found

    async def direct(self, person: Any) -> discord.DMChannel:
        return await self.create_dm(discord.Object(person.id))


@asynccontextmanager
async def connected(standin: StandIn, bot: Bot) -> AsyncIterator[Bot]:
    task = asyncio.create_task(bot.start(standin.token))
    waiting = asyncio.create_task(bot.wait_until_ready())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        while any(guild.unavailable is not False for guild in bot.guilds):
            await asyncio.sleep(0.005)
        yield bot
    finally:
        waiting.cancel()
        await bot.close()
        await asyncio.gather(task, waiting, return_exceptions=True)
        for thread in threading.enumerate():
            if isinstance(thread, discord.gateway.KeepAliveHandler):
                # It may just be handing a heartbeat to the loop, which must not be closed before.
                await asyncio.to_thread(thread.join, 5.0)


class Place:
    """The stand-in, furnished, with a bot in it."""

    def __init__(self, standin: StandIn, friendly: Friendly, bot: Bot) -> None:
        self.standin = standin
        self.world = standin.world
        self.people = friendly
        self.bot = bot


@asynccontextmanager
async def place(
    bot: Bot | None = None, *, check: bool = True, rate_limits: bool = False, **options: Any
) -> AsyncIterator[Place]:
    """Rate limits are off unless the test is about them, and the record is held against the description at the end."""
    standin = StandIn(rate_limits=rate_limits, **options)
    friendly = furnish(standin.world)
    async with standin:
        use_api(standin.api)
        bot = bot or Bot()
        async with connected(standin, bot):
            yield Place(standin, friendly, bot)
            assert standin.record.unknown_routes == []
            assert standin.record.crashes == []
            description = described()
            if check and description is not None:
                assert standin.check_against(description) == []


@functools.cache
def described() -> Description | None:
    """The platform's published description, where the environment names it."""
    path = os.environ.get("DISCORD_OPENAPI")
    return Description.read(Path(path)) if path else None


@pytest.fixture(autouse=True)
def own_addresses() -> Iterator[None]:
    """discord.py's addresses are the class's own; other tests get them back as they were."""
    before = (
        discord.http.Route.BASE,
        discord.asset.Asset.BASE,
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY,
    )
    yield
    discord.http.Route.BASE, discord.asset.Asset.BASE = before[:2]
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = before[2]


__all__ = ["PICTURE", "Bot", "Place", "RateLimits", "connected", "picture", "place", "runs"]
