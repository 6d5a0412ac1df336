"""`Report this dream` in a message's menu: sends it to the log channel, once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands

from bot.dreaming.conversation import Interaction, answered, defer, say
from bot.errors import Refusal
from bot.jobs.model import Job
from bot.languages import tr
from bot.moderation.doors import notes, sentences
from bot.moderation.doors.commands import BY_SERVERS, ON_SERVERS
from bot.moderation.doors.handles import Act, handle
from bot.moderation.doors.logbook import Logbook
from bot.moderation.doors.replies import button, view_of
from bot.moderation.doors.writable import writing_needs
from bot.moderation.records import Records

MENU_NAME = "Report this dream"


class Reports:
    """Registers the menu's entry, and is what it calls. job_of: the job whose dream a message of the bot's carries."""

    def __init__(
        self,
        *,
        client: discord.Client,
        records: Records,
        logbook: Logbook,
        job_of: Callable[[discord.Message], Awaitable[Job | None]],
    ) -> None:
        self._client = client
        self._records = records
        self._logbook = logbook
        self._job_of = job_of

    def install(self, tree: app_commands.CommandTree[Any]) -> None:
        async def report_this(interaction: Interaction, message: discord.Message) -> None:
            await answered(interaction, self._report(interaction, message))

        tree.add_command(
            app_commands.ContextMenu(
                name=MENU_NAME, callback=report_this, allowed_contexts=ON_SERVERS, allowed_installs=BY_SERVERS
            )
        )

    async def _report(self, interaction: Interaction, message: discord.Message) -> None:
        guild = interaction.guild
        if guild is None:
            raise Refusal(sentences.ONLY_ON_SERVERS)
        job = await self._dream(message, guild.id)
        channel = self._logbook.channel(guild)
        if channel is None:
            raise Refusal(sentences.REPORT_NO_LOG)
        if writing_needs(guild, channel):
            raise Refusal(sentences.REPORT_NOT_SENT)
        await defer(interaction, ephemeral=True)
        if not await self._records.report(guild.id, message.id):
            raise Refusal(sentences.REPORTED_ALREADY)
        try:
            arrived = await self._logbook.deliver(
                guild, lambda: notes.reported(interaction.user.id, message.jump_url, job), lambda: _buttons(message)
            )
        except BaseException:
            await self._records.forget_report(message.id)
            raise
        if not arrived:
            await self._records.forget_report(message.id)
            raise Refusal(sentences.REPORT_NOT_SENT)
        await say(interaction, tr(sentences.REPORTED))

    async def _dream(self, message: discord.Message, guild: int) -> Job | None:
        """The job that made it; None where nothing is known of it any more. Raises Refusal for what is no dream."""
        if self._client.user is None or message.author.id != self._client.user.id:
            raise Refusal(sentences.NOT_A_DREAM)
        job = await self._job_of(message) or await self._records.answered_by(guild, message.id)
        if job is not None and not job.ended:
            raise Refusal(sentences.REPORT_LATER)
        if not message.attachments:
            raise Refusal(sentences.NOT_A_DREAM)
        return job


def _buttons(message: discord.Message) -> list[dict[str, Any]]:
    where = handle(Act.DELETE, message.channel.id, message.id)
    delete = button(tr("Delete it"), where, style=discord.ButtonStyle.danger)
    go: Any = discord.ui.Button(label=tr("Go to it")[:80], url=message.jump_url)
    view = view_of([[delete, go]])
    return view.to_components() if view is not None else []
