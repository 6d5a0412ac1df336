"""All doors together: what the composition root builds, installs and closes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import discord
from discord import app_commands

from bot.challenges.doors.entry import ChallengeDoors
from bot.challenges.records import Challenges
from bot.config import Config
from bot.dreaming.buttons import EVENT, DreamButton, Press
from bot.dreaming.choices import Choices
from bot.dreaming.commands import Commands
from bot.dreaming.conversation import Interaction, tell
from bot.dreaming.mailbox import Mailbox
from bot.dreaming.members import MemberCommands
from bot.dreaming.menus import EVENT as MENU_EVENT
from bot.dreaming.menus import Handle, Item
from bot.dreaming.prefix import Prefix
from bot.dreaming.presses import Presses
from bot.dreaming.service import Announcing, Dreaming
from bot.executor.protocol import Executor
from bot.jobs.queue import JobQueue
from bot.moderation.doors.entry import ModerationDoors
from bot.moderation.pausing import Pausing
from bot.moderation.records import Records
from bot.moderation.settings import Settings


class Doors:
    """Every way in which somebody can ask the bot for something."""

    def __init__(
        self,
        *,
        client: discord.AutoShardedClient,
        tree: app_commands.CommandTree[Any],
        queue: JobQueue,
        answers: Announcing,
        executor: Executor,
        config: Config,
        settings: Settings,
        pausing: Pausing,
        records: Records,
        challenges: Challenges,
        mailbox: Mailbox,
        message_content: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._tree = tree
        self._dreaming = Dreaming(
            client=client,
            queue=queue,
            answers=answers,
            executor=executor,
            config=config,
            settings=settings,
            pausing=pausing,
            clock=clock,
        )
        self._commands = Commands(self._dreaming, message_content=message_content)
        self._prefix = Prefix(self._dreaming, self._commands, message_content=message_content)
        self._members = MemberCommands(self._dreaming)
        self._presses = Presses(self._dreaming, questions=self._prefix.answer, members=self._members.answer)
        self._choices = Choices(self._dreaming, commands=self._commands, presses=self._presses)
        self._moderation = ModerationDoors(
            client=client,
            queue=queue,
            settings=settings,
            pausing=pausing,
            records=records,
            mailbox=mailbox,
            job_of=self._dreaming.job_of,
            clock=clock,
        )
        self._dreaming.on_moderated = self._moderation.note
        self.challenges = ChallengeDoors(
            client=client,
            challenges=challenges,
            dreaming=self._dreaming,
            mailbox=mailbox,
            logbook=self._moderation.logbook,
            clock=clock,
        )

    def install(self) -> None:
        """Register commands, the message menu, the buttons, and what happens to their errors."""
        self._commands.install(self._tree)
        self._members.install(self._tree)
        self._moderation.install(self._tree)
        self.challenges.install(self._tree)
        self._tree.error(self._command_failed)
        self._client.add_dynamic_items(DreamButton, Item)
        setattr(self._client, f"on_{EVENT}", self._on_button)
        setattr(self._client, f"on_{MENU_EVENT}", self._on_menu)
        setattr(self._client, "on_interaction", self._on_interaction)  # noqa: B010 - discord.py looks for the name

    async def start(self) -> None:
        """Take up what is due by itself."""
        await self.challenges.start()

    async def on_message(self, message: discord.Message) -> None:
        if not await self._moderation.on_message(message):
            await self._prefix.on_message(message)

    async def close(self) -> None:
        """Let what is being accepted come to its end, for a moment; then end the connections."""
        await self.challenges.close()
        await self._dreaming.close()
        await self._moderation.close()

    async def _on_button(self, interaction: Interaction, press: Press) -> None:
        await self._presses.pressed(interaction, press)

    async def _on_menu(self, interaction: Interaction, read: Handle) -> None:
        await self._choices.made(interaction, read)

    async def _on_interaction(self, interaction: Interaction) -> None:
        """Forms that were handed in are known by their ids: discord.py knows only what this process has opened."""
        await self._moderation.interacted(interaction)
        await self.challenges.interacted(interaction)

    async def _command_failed(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        """What is raised before a command's own code runs: an unknown command, an option that does not fit."""
        await tell(interaction, error)
