"""What moderators do with challenges: each act of a button, a menu or a form, and each sub-command."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import discord

from bot.challenges.doors.handles import Act, Handle
from bot.challenges.doors.rules import rules_of
from bot.challenges.records import Challenges
from bot.dreaming.conversation import Interaction
from bot.dreaming.mailbox import Mailbox
from bot.dreaming.service import Dreaming
from bot.moderation.doors.logbook import Logbook
from bot.moderation.doors.replies import Reply, say_to
from bot.moderation.doors.who import Who, allow_settings, who_interacts


class Organising:
    """`acts`: by what their buttons, menus and forms are called."""

    def __init__(
        self,
        *,
        client: discord.Client,
        challenges: Challenges,
        dreaming: Dreaming,
        mailbox: Mailbox,
        logbook: Logbook,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self.challenges = challenges
        self._dreaming = dreaming
        self._mailbox = mailbox
        self._logbook = logbook
        self._clock = clock
        self.acts: dict[Act, Callable[[Interaction, Handle], Awaitable[None]]] = {Act.PAGE: self._page}

    async def _page(self, interaction: Interaction, read: Handle) -> None:
        await say_to(interaction, await self.show(self.who(interaction), read.number()))

    def who(self, interaction: Interaction) -> Who:
        """Raises Refusal for those who may not organise challenges."""
        who = who_interacts(interaction)
        allow_settings(self._dreaming.settings, who)
        return who

    async def show(self, who: Who, id: int) -> Reply:
        return Reply(embed=rules_of(await self.challenges.get(id, guild=who.server.id)))
