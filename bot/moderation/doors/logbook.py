"""The log channel: who did what, written down where the moderators read it.

Writing is done behind the command's back, by the bot's own paced requests; nothing of it ever fails a command. That a
channel is gone, or takes nothing, is said once to whoever moderates next.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.dreaming.mailbox import Letter, Mailbox, Waits
from bot.dreaming.pacer import Importance
from bot.dreaming.rest import Refused, RestError
from bot.dreaming.scenes import parent_of, server_of
from bot.languages import ENGLISH, speaking, tr
from bot.moderation.catalogue import SETTINGS
from bot.moderation.doors import notes, sentences
from bot.moderation.doors.handles import Act, handle
from bot.moderation.doors.replies import button, view_of
from bot.moderation.doors.writable import writing_needs
from bot.moderation.edits import Edit
from bot.moderation.layers import Where
from bot.moderation.places import SERVER, Context
from bot.moderation.reading import language_of
from bot.moderation.settings import Settings

ATTEMPTS = 4
PAUSE = 2.0  #: seconds before the second attempt, doubled for each further one
LONGEST = 1900
CLOSING = 3.0  #: seconds for what is being written when the bot stops
KEY = "log-channel"

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry: a line or several, and its buttons."""

    text: str
    components: tuple[dict[str, Any], ...] = ()


Text = Callable[[], str]  #: says an entry's text: in whatever language is spoken then
Buttons = Callable[[], Sequence[dict[str, Any]]]  #: the same for its buttons


class Logbook:
    """Of all servers."""

    def __init__(self, *, client: discord.Client, settings: Settings, mailbox: Mailbox) -> None:
        self._client = client
        self._settings = settings
        self._mailbox = mailbox
        self._tasks: set[asyncio.Task[bool]] = set()
        self._refused: dict[int, tuple[int, str]] = {}  # of a server: the channel that took nothing, and why
        self._told: dict[int, str] = {}  # of a server: the last trouble that a moderator was told of

    async def close(self) -> None:
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=CLOSING)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def channel(self, guild: discord.Guild) -> int | None:
        """The log channel, where there is one."""
        found = self._settings.of(Where(server=server_of(guild)))[KEY]
        return None if found is None else int(found)

    def write(self, guild: discord.Guild, text: Text, buttons: Buttons = tuple) -> None:
        """Write it down, in a moment; nothing happens where there is no log channel."""
        channel = self.channel(guild)
        if channel is not None:
            self._start(guild, channel, text, buttons)

    async def deliver(self, guild: discord.Guild, text: Text, buttons: Buttons = tuple) -> bool:
        """The same, for something that somebody waits for; returns whether it stands there."""
        channel = self.channel(guild)
        return channel is not None and await asyncio.shield(self._start(guild, channel, text, buttons))

    def edited(self, edit: Edit) -> None:
        """A server's settings were changed: `Settings.on_edit`."""
        try:
            guild = self._client.get_guild(edit.guild)
            if guild is None:
                return
            server = server_of(guild)
            here = self.channel(guild)
            moved = next((one.before for one in edit.changes if one.scope == SERVER and one.key == KEY), None)
            for channel in {here, self._read(moved, guild)} - {None}:  # who watches the old one learns where it went
                assert channel is not None
                self._start(guild, channel, lambda: notes.changed(server, edit), lambda: _undo(edit))
        except Exception:
            log.exception("change %d of server %d was not written to the log channel", edit.number, edit.guild)

    def paused(self, edit: Edit, reason: str | None) -> None:
        """Dreaming was paused, or goes on: `Pausing.on_edit`."""
        if edit.undoes is not None:
            self.edited(edit)
        elif (guild := self._client.get_guild(edit.guild)) is not None:
            self.write(guild, lambda: notes.paused(edit, reason), lambda: _undo(edit))

    def trouble(self, guild: discord.Guild) -> str | None:
        """What keeps the log channel from being written to; each such sentence is said once."""
        with speaking(ENGLISH):  # the same trouble in another language is not said again
            now = self._trouble(guild)
        if now is None:
            self._told.pop(guild.id, None)
        if now == self._told.get(guild.id):
            return None
        assert now is not None
        self._told[guild.id] = now
        return self._trouble(guild)

    def _trouble(self, guild: discord.Guild) -> str | None:
        stored = self._settings.stored(guild.id).get(SERVER, {}).get(KEY)
        if stored is None:
            return None
        channel = self.channel(guild)
        refused = self._refused.get(guild.id)
        if channel is None or guild.get_channel_or_thread(channel) is None:
            return sentences.log_gone(stored)
        if missing := writing_needs(guild, channel):
            return sentences.lacks_permissions(channel, missing)
        return sentences.log_unwritable(channel, refused[1]) if refused and refused[0] == channel else None

    def _read(self, stored: str | None, guild: discord.Guild) -> int | None:
        if stored is None:
            return None
        try:
            channel = SETTINGS[KEY].read(stored, Context(server=server_of(guild), networks=()))
        except ValueError:
            return None
        return int(channel) if guild.get_channel_or_thread(int(channel)) is not None else None

    def _start(self, guild: discord.Guild, channel: int, text: Text, buttons: Buttons) -> asyncio.Task[bool]:
        under = parent_of(guild.get_channel_or_thread(channel))
        where = Where(server=server_of(guild), channels=(channel,) if under is None else (channel, under))
        with speaking(language_of(self._settings.of(where))):  # all who read that channel read it
            entry = Entry(text=text(), components=tuple(buttons()))
        task = asyncio.create_task(self._send(guild.id, channel, entry), name=f"log channel {channel}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _send(self, guild: int, channel: int, entry: Entry) -> bool:
        nonce = secrets.token_hex(8)  # an attempt whose answer got lost is not written twice

        async def compose() -> Letter:
            return Letter(text=entry.text[:LONGEST], components=list(entry.components), nonce=nonce)

        pause = PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._mailbox.send(channel, compose, Importance.ANNOUNCEMENT, Waits())
            except Refused as error:
                self._refused[guild] = (channel, str(error))
                log.info("log channel %d of server %d: %s", channel, guild, error)
                return False
            except RestError as error:
                log.info("log channel %d of server %d, attempt %d: %s", channel, guild, attempt, error)
                await asyncio.sleep(pause)
                pause *= 2
            except Exception:
                log.exception("log channel %d of server %d", channel, guild)
                return False
            else:
                self._refused.pop(guild, None)
                return True
        return False


def _undo(edit: Edit) -> tuple[dict[str, Any], ...]:
    """The button under an entry that takes it back."""
    view = view_of([[button(tr("Undo"), handle(Act.UNDO, edit.number))]])
    return tuple(view.to_components()) if view is not None else ()
