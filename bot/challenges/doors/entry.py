"""All doors of challenges together: what the bot's doors build, install, ask and close."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands

from bot.challenges.doors.clockwork import Clockwork
from bot.challenges.doors.commands import ChallengeCommands
from bot.challenges.doors.handles import EVENT, OTHER_VERSION, Act, Handle, Item, form_handle
from bot.challenges.doors.members import Members
from bot.challenges.doors.organising import Organising
from bot.challenges.records import Challenges
from bot.dreaming.conversation import Interaction, answered
from bot.dreaming.mailbox import Mailbox
from bot.dreaming.readers import speak_to
from bot.dreaming.service import Dreaming
from bot.errors import Refusal
from bot.languages import tr
from bot.moderation.doors.commands import BY_SERVERS, ON_SERVERS
from bot.moderation.doors.logbook import Logbook

Acting = Callable[[Interaction, Handle], Awaitable[None]]


class ChallengeDoors:
    """Everything that members and moderators use of challenges, and what goes out by itself."""

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
        self.challenges = challenges
        self._client = client
        self._settings = dreaming.settings
        self.clockwork = Clockwork(
            client=client,
            challenges=challenges,
            settings=dreaming.settings,
            executor=dreaming.executor,
            mailbox=mailbox,
            logbook=logbook,
            clock=clock,
        )
        self.members = Members(client=client, challenges=challenges, dreaming=dreaming, mailbox=mailbox, clock=clock)
        self.organising = Organising(
            client=client, challenges=challenges, dreaming=dreaming, mailbox=mailbox, logbook=logbook, clock=clock
        )
        self._commands = ChallengeCommands(self.organising, self.members)
        self._acts: dict[Act, Acting] = {**self.organising.acts, **self.members.acts}

    def install(self, tree: app_commands.CommandTree[Any]) -> None:
        self._commands.install(tree)
        self.members.install_menu(tree, allowed_contexts=ON_SERVERS, allowed_installs=BY_SERVERS)
        self._client.add_dynamic_items(Item)
        setattr(self._client, f"on_{EVENT}", self._pressed)

    async def start(self) -> None:
        """Take up what is due and what a previous life has left, as soon as the servers are known."""
        await self.clockwork.start()

    async def close(self) -> None:
        await self.clockwork.close()
        await self.members.close()

    async def interacted(self, interaction: Interaction) -> None:
        """Forms: discord.py knows only those that this process has opened."""
        read = form_handle(interaction)
        if read is not None:
            await self._pressed(interaction, read)

    async def _pressed(self, interaction: Interaction, read: Handle) -> None:
        speak_to(interaction, self._settings)
        await answered(interaction, self._act(interaction, read))

    async def _act(self, interaction: Interaction, read: Handle) -> None:
        act = None if read.act is None else self._acts.get(read.act)
        if act is None:
            raise Refusal(tr(OTHER_VERSION))
        await act(interaction, read)
