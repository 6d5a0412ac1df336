"""All of moderators' doors together: what the bot's doors build, install, ask and close."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any

import discord
from discord import app_commands

from bot.dreaming.buttons import Action
from bot.dreaming.conversation import Interaction, answered
from bot.dreaming.handles import chosen
from bot.dreaming.mailbox import Mailbox
from bot.dreaming.readers import speak_to
from bot.dreaming.scenes import scene_of_interaction
from bot.errors import Refusal
from bot.jobs.model import Job
from bot.jobs.queue import JobQueue
from bot.languages import speaking
from bot.moderation.doors import notes, sentences
from bot.moderation.doors.commands import SettingsCommands
from bot.moderation.doors.desk import Desk
from bot.moderation.doors.dreamset import Dreamset
from bot.moderation.doors.forms import Forms
from bot.moderation.doors.handles import EVENT, Act, Handle, Item, form_handle, place_of
from bot.moderation.doors.logbook import Logbook
from bot.moderation.doors.mod import ModCommands
from bot.moderation.doors.moderating import Moderating
from bot.moderation.doors.replies import say_to, turn_into
from bot.moderation.doors.reports import Reports
from bot.moderation.doors.who import Who, allow_moderating, who_interacts
from bot.moderation.pausing import Pausing
from bot.moderation.records import Records
from bot.moderation.settings import Settings


class ModerationDoors:
    """Everything that moderators use."""

    def __init__(
        self,
        *,
        client: discord.Client,
        queue: JobQueue,
        settings: Settings,
        pausing: Pausing,
        records: Records,
        mailbox: Mailbox,
        job_of: Callable[[discord.Message], Awaitable[Job | None]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self.logbook = Logbook(client=client, settings=settings, mailbox=mailbox)
        self.desk = Desk(settings=settings, pausing=pausing, logbook=self.logbook)
        self._forms = Forms(self.desk)
        self.moderating = Moderating(
            client=client,
            queue=queue,
            settings=settings,
            pausing=pausing,
            records=records,
            logbook=self.logbook,
            mailbox=mailbox,
            clock=clock,
        )
        self._commands = SettingsCommands(self.desk, self._forms)
        self._mod = ModCommands(self.moderating, settings)
        self._reports = Reports(client=client, records=records, logbook=self.logbook, job_of=job_of)
        self._dreamset = Dreamset(self.desk, self._forms, client=client)
        self._acts: dict[Act, Callable[[Interaction, Who, Handle], Awaitable[None]]] = {
            Act.SHOW: self._show,
            Act.HISTORY: self._history,
            Act.UNDO: self._undo,
            Act.PAGE: self._forms.turn,
            Act.PICK_GROUP: self._forms.turn,
            Act.PICK_PLACE: self._forms.turn,
            Act.OPEN: self._forms.open,
            Act.FIX: self._forms.reopen,
            Act.SAVE: self._forms.save,
            Act.SAVE_AGAIN: self._forms.save,
            Act.CANCEL: self._cancel,
            Act.DELETE: self._delete,
        }
        settings.on_edit = self.logbook.edited
        pausing.on_edit = self.logbook.paused

    def install(self, tree: app_commands.CommandTree[Any]) -> None:
        self._commands.install(tree)
        self._mod.install(tree)
        self._reports.install(tree)
        self._client.add_dynamic_items(Item)
        setattr(self._client, f"on_{EVENT}", self._pressed)

    async def on_message(self, message: discord.Message) -> bool:
        """Whether the message was meant for moderators' doors."""
        return await self._dreamset.on_message(message)

    def note(self, interaction: Interaction, action: Action, job: Job | None) -> None:
        """Somebody has deleted or cancelled another's dream by a button or a command: into the log channel."""
        if interaction.guild is None:
            return
        if action is Action.CANCEL and job is not None:
            self.moderating.note_cancelled(interaction.guild, interaction.user.id, job)
        else:
            self.moderating.note_deleted(interaction.guild, interaction.user.id, job, interaction.channel_id or 0)

    async def close(self) -> None:
        await self.logbook.close()

    async def interacted(self, interaction: Interaction) -> None:
        """Forms: discord.py knows only those that this process has opened."""
        read = form_handle(interaction)
        if read is not None:
            await self._pressed(interaction, read)

    async def _pressed(self, interaction: Interaction, read: Handle) -> None:
        speak_to(interaction, self.desk.settings)
        await answered(interaction, self._act(interaction, read))

    async def _act(self, interaction: Interaction, read: Handle) -> None:
        if read.act is None:
            raise Refusal(sentences.OTHER_VERSION)
        await self._acts[read.act](interaction, who_interacts(interaction), read)

    async def _show(self, interaction: Interaction, who: Who, read: Handle) -> None:
        place, page = (*read.more, "", "")[:2]
        await turn_into(interaction, self.desk.show(who, place_of(place), _number(page)))

    async def _history(self, interaction: Interaction, who: Who, read: Handle) -> None:
        await turn_into(interaction, await self.desk.history(who, _number((*read.more, "")[0])))

    async def _undo(self, interaction: Interaction, who: Who, read: Handle) -> None:
        """The button under an entry of the log channel."""
        told = await self.desk.undo(who, (*read.more, "")[0])
        with self._aloud(interaction):
            line = notes.struck_undone(who.editor.id)
        await _strike(interaction, line)
        await say_to(interaction, told)

    async def _cancel(self, interaction: Interaction, who: Who, _: Handle) -> None:
        told = await self.moderating.cancel(who, (*chosen(interaction), "")[0], None)
        now = await self.moderating.queue(who)
        await turn_into(interaction, now.but_also(told.text))

    async def _delete(self, interaction: Interaction, who: Who, read: Handle) -> None:
        """The button under a report."""
        if len(read.more) != 2 or not all(one.isdecimal() for one in read.more):
            raise Refusal(sentences.OTHER_VERSION)
        allow_moderating(self.desk.settings, who)
        await interaction.response.defer()
        told = await self.moderating.delete_message(who, int(read.more[0]), int(read.more[1]))
        with self._aloud(interaction):
            line = notes.struck_deleted(who.editor.id)
        await _strike(interaction, line)
        await say_to(interaction, told)

    def _aloud(self, interaction: Interaction) -> AbstractContextManager[None]:
        """What is said within it, everybody in that channel reads."""
        return speaking(scene_of_interaction(interaction, self.desk.settings).language)


async def _strike(interaction: Interaction, line: str) -> None:
    """An entry of the log channel that needs no button any more says what became of it."""
    before = interaction.message.content if interaction.message is not None else ""
    content = f"{before[:1800]}\n{line}"
    nobody = discord.AllowedMentions.none()
    if interaction.response.is_done():
        await interaction.edit_original_response(content=content, view=None, allowed_mentions=nobody)
    else:
        await interaction.response.edit_message(content=content, view=None, allowed_mentions=nobody)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
