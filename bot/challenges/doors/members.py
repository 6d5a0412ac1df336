"""What members do with challenges: enter, look, vote. Each act is a method that a button or a command calls."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import discord
from discord import app_commands

from bot.challenges.doors.handles import Act, Handle
from bot.challenges.doors.rules import rules_of
from bot.challenges.records import Challenges
from bot.dreaming.conversation import Interaction, say
from bot.dreaming.mailbox import Mailbox
from bot.dreaming.service import Dreaming
from bot.errors import Refusal
from bot.languages import mark, tr

ONLY_ON_SERVERS = mark("Challenges belong to a server: use this in one of its channels.")


class Members:
    """`acts`: by what their buttons and forms are called; `install` adds the sub-commands of /challenge."""

    def __init__(
        self,
        *,
        client: discord.Client,
        challenges: Challenges,
        dreaming: Dreaming,
        mailbox: Mailbox,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._challenges = challenges
        self._dreaming = dreaming
        self._mailbox = mailbox
        self._clock = clock
        self.acts: dict[Act, Callable[[Interaction, Handle], Awaitable[None]]] = {Act.RULES: self._rules}

    def install(self, group: app_commands.Group) -> None:
        """The sub-commands for members."""

    async def _rules(self, interaction: Interaction, read: Handle) -> None:
        """What a challenge asks for, as it is now."""
        challenge = await self._challenges.get(read.number(), guild=guild_of(interaction))
        await say(interaction, "", embed=rules_of(challenge))


def guild_of(interaction: Interaction) -> int:
    """Raises Refusal outside of servers."""
    if interaction.guild_id is None:
        raise Refusal(tr(ONLY_ON_SERVERS))
    return interaction.guild_id
