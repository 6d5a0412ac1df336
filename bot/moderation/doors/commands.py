"""`/settings`: one sub-command for each thing that can be done, with something offered for every option."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands

from bot.dreaming.conversation import Interaction, answered, defer
from bot.dreaming.suggestions import Suggestion
from bot.errors import Refusal
from bot.languages import mark
from bot.moderation.doors import completing, sentences, showing
from bot.moderation.doors.desk import Desk
from bot.moderation.doors.forms import Forms
from bot.moderation.doors.replies import Reply, say_to
from bot.moderation.doors.who import Who, allow_settings, who_interacts
from bot.moderation.edits import EditKind
from bot.moderation.places import SERVER, Scope
from dreamcore.errors import DreamError, clip

ON_SERVERS = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
BY_SERVERS = app_commands.AppInstallationType(guild=True, user=False)
PLACE = mark("The server, a #channel or a @role; without, the server")

log = logging.getLogger(__name__)

Choices = list[app_commands.Choice[str]]


class SettingsCommands:
    """Registers `/settings`, and is what it calls."""

    def __init__(self, desk: Desk, forms: Forms) -> None:
        self._desk = desk
        self._forms = forms

    def install(self, tree: app_commands.CommandTree[Any]) -> None:
        group: app_commands.Group = app_commands.Group(
            name="settings",
            description=mark("What dreams look like here, who may ask, and how much"),
            default_permissions=discord.Permissions(manage_guild=True),
            allowed_contexts=ON_SERVERS,
            allowed_installs=BY_SERVERS,
        )
        for name, description, callback in (
            ("show", mark("What holds, and who says so"), self._show()),
            ("set", mark("Set one thing, for the server, a channel or a role"), self._set()),
            ("reset", mark("Take back what is set: one setting of a place, or all of it"), self._reset()),
            ("form", mark("Menus and forms, for clicking instead of typing"), self._form()),
            ("history", mark("What was changed, by whom and when"), self._history()),
            ("undo", mark("Take a change back"), self._undo()),
            ("export", mark("All that is set here, as a text file"), self._export()),
            ("import", mark("Set what stands in a text file: all of it, or nothing"), self._import()),
        ):
            group.add_command(app_commands.Command(name=name, description=description, callback=callback))
        tree.add_command(group)

    async def _do(self, interaction: Interaction, work: Callable[[Who], Awaitable[Reply]]) -> None:
        async def whole() -> None:
            who = who_interacts(interaction)
            allow_settings(self._desk.settings, who)
            await say_to(interaction, await work(who))

        await answered(interaction, whole())

    def _show(self) -> Any:
        @app_commands.describe(place=PLACE)
        @app_commands.autocomplete(place=self._places)
        async def show(interaction: Interaction, place: str | None = None) -> None:
            async def work(who: Who) -> Reply:
                return self._desk.show(who, self._desk.place(who, place))

            await self._do(interaction, work)

        return show

    def _set(self) -> Any:
        @app_commands.describe(key=mark("Which setting"), value=mark("To what"), place=PLACE)
        @app_commands.autocomplete(key=self._keys, value=self._values, place=self._places)
        async def set_(interaction: Interaction, key: str, value: str, place: str | None = None) -> None:
            async def work(who: Who) -> Reply:
                return await self._desk.set(who, self._desk.place(who, place), key, value)

            await self._do(interaction, work)

        return set_

    def _reset(self) -> Any:
        @app_commands.describe(key=mark("Which setting; without, all that is set for the place"), place=PLACE)
        @app_commands.autocomplete(key=self._set_keys, place=self._places)
        async def reset(interaction: Interaction, key: str | None = None, place: str | None = None) -> None:
            async def work(who: Who) -> Reply:
                if key is None and place is None:
                    raise Refusal(sentences.RESET_WHAT)
                return await self._desk.reset(who, self._desk.place(who, place), key)

            await self._do(interaction, work)

        return reset

    def _form(self) -> Any:
        @app_commands.describe(place=PLACE)
        @app_commands.autocomplete(place=self._places)
        async def form(interaction: Interaction, place: str | None = None) -> None:
            async def work(who: Who) -> Reply:
                return self._forms.page(who, self._desk.place(who, place))

            await self._do(interaction, work)

        return form

    def _history(self) -> Any:
        async def history(interaction: Interaction) -> None:
            await self._do(interaction, self._desk.history)

        return history

    def _undo(self) -> Any:
        @app_commands.describe(change=mark("Which; without, the latest that is not undone already"))
        @app_commands.autocomplete(change=self._changes)
        async def undo(interaction: Interaction, change: str | None = None) -> None:
            async def work(who: Who) -> Reply:
                return await self._desk.undo(who, change)

            await self._do(interaction, work)

        return undo

    def _export(self) -> Any:
        async def export(interaction: Interaction) -> None:
            async def work(who: Who) -> Reply:
                return self._desk.export(who)

            await self._do(interaction, work)

        return export

    def _import(self) -> Any:
        @app_commands.describe(
            file=mark("A text file, as `export` writes it"),
            skip=mark("Leave out what is about roles and channels that this server does not have"),
            replace=mark("Reset everything that the file does not name"),
        )
        async def import_(
            interaction: Interaction, file: discord.Attachment, skip: bool = False, replace: bool = False
        ) -> None:
            async def work(who: Who) -> Reply:
                self._desk.check_import(who, file.size)
                await defer(interaction, ephemeral=True)
                return await self._desk.import_(who, await content_of(file), skip=skip, replace=replace)

            await self._do(interaction, work)

        return import_

    # --- what is offered

    async def _places(self, interaction: Interaction, typed: str) -> Choices:
        async def offer(who: Who) -> list[Suggestion]:
            return completing.places(who.server, self._desk.settings.stored(who.server.id), typed, who.here)

        return await self._offer(interaction, offer)

    async def _keys(self, interaction: Interaction, typed: str) -> Choices:
        async def offer(who: Who) -> list[Suggestion]:
            scope = self._scope(interaction, who) if interaction.namespace.place else None
            return completing.keys(scope, {}, typed)

        return await self._offer(interaction, offer)

    async def _set_keys(self, interaction: Interaction, typed: str) -> Choices:
        async def offer(who: Who) -> list[Suggestion]:
            stored = self._desk.settings.stored(who.server.id)
            return completing.keys(self._scope(interaction, who), stored, typed, only_set=True)

        return await self._offer(interaction, offer)

    async def _values(self, interaction: Interaction, typed: str) -> Choices:
        async def offer(who: Who) -> list[Suggestion]:
            key = str(interaction.namespace.key or "")
            return completing.values(self._desk.settings, who.server, self._scope(interaction, who), key, typed)

        return await self._offer(interaction, offer)

    async def _changes(self, interaction: Interaction, typed: str) -> Choices:
        async def offer(who: Who) -> list[Suggestion]:
            edits = await self._desk.settings.edits(who.server.id, limit=50)
            undone = {edit.undoes for edit in edits}
            found = []
            for edit in edits:
                if edit.number not in undone and edit.kind is not EditKind.UNDO:
                    what = ", ".join(showing.subject(who.server, one) for one in edit.changes)
                    found.append(Suggestion(name=clip(f"#{edit.number} {what}", 100), value=str(edit.number)))
            return [one for one in found if typed.strip().casefold() in one.name.casefold()][:25]

        return await self._offer(interaction, offer)

    def _scope(self, interaction: Interaction, who: Who) -> Scope:
        """The place that is chosen in the same command; the server while that is not readable yet."""
        try:
            return self._desk.place(who, str(interaction.namespace.place or ""))
        except DreamError:
            return SERVER

    async def _offer(self, interaction: Interaction, offer: Callable[[Who], Awaitable[list[Suggestion]]]) -> Choices:
        """Nothing is offered to those who may not set anything, and a failure here is no failure of the command."""
        try:
            who = who_interacts(interaction)
            allow_settings(self._desk.settings, who)
            return choices(await offer(who))
        except Refusal:
            return []
        except Exception:
            log.exception("nothing could be offered")
            return []


def choices(found: list[Suggestion]) -> Choices:
    return [app_commands.Choice(name=one.name, value=one.value) for one in found]


async def content_of(file: discord.Attachment) -> bytes:
    """What is in a file that was attached. Its size, as Discord says it, has been checked."""
    try:
        return await file.read()
    except (discord.HTTPException, OSError) as error:
        raise Refusal(sentences.FILE_UNREADABLE, log=f"an attached file: {error!r}") from error
