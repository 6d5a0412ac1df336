"""Which servers the bot is in: it leaves those where it is not to be, and notes when it was removed.

A server that Discord cannot show just now (an outage) is one that the bot is in.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

import discord

from bot.dreaming.conversation import Interaction
from bot.dreaming.mailbox import Letter, Mailbox, Waits
from bot.dreaming.pacer import Importance
from bot.dreaming.places import held_in, is_personal, may_speak
from bot.dreaming.rest import RestError
from bot.dreaming.scenes import server_of
from bot.errors import BotError, Refusal
from bot.languages import mark, speaking, tr
from bot.moderation.layers import Where
from bot.moderation.reading import language_of
from bot.moderation.settings import Settings
from bot.owner.guests import DAY, Guests

LOOK_SECONDS = 60.0  #: between looks what the operator has decided meanwhile
GATHER_SECONDS = 0.2  #: from the first who comes until a look: after an outage there are thousands
TELL_SECONDS = 5.0  #: for the sentence before leaving

GOODBYE = mark("{why}\nSo I leave now.")
SENT_AWAY = mark("Whoever runs this bot has told me to leave this server. Thank you for having me.")

_log = logging.getLogger(__name__)


class Doorkeeper:
    """Told of what happens to servers by the client; `look` is what it does by itself."""

    def __init__(
        self,
        *,
        client: discord.Client,
        guests: Guests,
        settings: Settings,
        mailbox: Mailbox,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._guests = guests
        self._settings = settings
        self._mailbox = mailbox
        self._clock = clock
        self._looking = asyncio.Lock()
        self._met = False  # Discord has said once which servers there are
        self._knocked = asyncio.Event()  # somebody has come, or it closes
        self._told: set[int] = set()  # servers that have been told why the bot leaves
        self._sweep_at = 0.0
        self._closing = asyncio.Event()
        self._living: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """What has begun comes to its end: a connection to the database that is broken off would stay open."""
        self._closing.set()
        self._knocked.set()
        living, self._living = self._living, None
        if living is not None:
            await living
        await self._guests.draining.close()

    def welcome(self, interaction: Interaction) -> None:
        """Raises Refusal on a server that the bot is about to leave."""
        if interaction.guild_id is not None and not is_personal(interaction):
            self._guests.check(interaction.guild_id)

    async def ready(self) -> None:
        """Discord has said which servers the bot is in."""
        self._met = True
        await self._guests.present(self._here())
        if self._living is None and not self._closing.is_set():
            self._living = asyncio.create_task(self._live(), name="doorkeeper")

    async def joined(self, guild: discord.Guild) -> None:
        """It was invited, or an outage is over. At the start that is so of all: `ready` sees to them together."""
        if self._met:
            await self._guests.joined(guild.id)
            self._knocked.set()

    async def removed(self, guild: discord.Guild) -> None:
        self._told.discard(guild.id)
        await self._guests.removed(guild.id)

    async def look(self) -> None:
        """Leave where the bot is not to be."""
        async with self._looking:
            await self._guests.look()
            for guild in list(self._client.guilds):
                if self._closing.is_set():
                    return
                try:
                    self._guests.check(guild.id)
                except Refusal:
                    if not guild.unavailable:
                        await self._turn_away(guild)

    async def sweep(self) -> int:
        """Delete what is kept of servers that the bot has left long ago; returns how many."""
        return await self._guests.sweep(self._here())

    async def leave(self, id: int) -> str:
        """The operator says so. Returns the server's name; raises BotError where the bot is not in it."""
        guild = self._client.get_guild(id)
        if guild is None:
            raise BotError(f"The bot is in no server with the id {id}: python -m bot servers lists those it is in.")
        async with self._looking:
            await self._tell(guild, lambda: tr(SENT_AWAY))
            try:
                await guild.leave()
            except discord.HTTPException as error:
                raise BotError(f"Discord does not let the bot leave {id}: {error.text or error.status}.") from error
        _log.info("server %d was left: the operator said so", id)
        return guild.name

    def _here(self) -> set[int]:
        """With those that Discord cannot show just now."""
        return {guild.id for guild in self._client.guilds}

    async def _live(self) -> None:
        while not self._closing.is_set():
            self._knocked.clear()
            try:
                await self.look()
                if self._clock() >= self._sweep_at:
                    await self.sweep()
                    self._sweep_at = self._clock() + DAY
            except Exception:
                _log.exception("what the operator wants of servers could not be looked up; it is tried again")
            await _within(LOOK_SECONDS, self._knocked)
            await _within(GATHER_SECONDS, self._closing)

    async def _turn_away(self, guild: discord.Guild) -> None:
        if guild.id not in self._told:
            self._told.add(guild.id)
            await self._tell(guild, lambda: tr(GOODBYE, why=self._why(guild.id)))
        try:
            await guild.leave()
        except discord.HTTPException as error:
            _log.warning("server %d cannot be left, it is tried again: %s", guild.id, error)
        else:
            _log.info("server %d was left: the operator does not want the bot there", guild.id)

    def _why(self, guild: int) -> str:
        try:
            self._guests.check(guild)
        except Refusal as error:
            return error.sentence
        return ""

    async def _tell(self, guild: discord.Guild, text: Callable[[], str]) -> None:
        """In the channel for the server's own messages, or else to whom it belongs; where neither works, to nobody."""
        with speaking(language_of(self._settings.of(Where(server=server_of(guild))))):
            said = text()

        async def compose() -> Letter:
            return Letter(text=said, components=[])

        channel = guild.system_channel
        try:
            async with asyncio.timeout(TELL_SECONDS):
                if channel is not None and may_speak(held_in(channel, guild), thread=False):
                    with contextlib.suppress(RestError):
                        await self._mailbox.send(channel.id, compose, Importance.ANSWER, Waits())
                        return
                if guild.owner_id is not None:
                    direct = await self._mailbox.direct_channel(guild.owner_id)
                    await self._mailbox.send(direct, compose, Importance.ANSWER, Waits())
        except (RestError, TimeoutError) as error:
            _log.info("server %d could not be told why the bot leaves: %s", guild.id, error)


async def _within(seconds: float, event: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
