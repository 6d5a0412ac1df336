"""`/mod`: what moderators do to people and dreams. One sub-command each."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands

from bot.dreaming.conversation import Interaction, answered, defer
from bot.errors import Refusal
from bot.languages import mark
from bot.moderation.doors import completing
from bot.moderation.doors.commands import BY_SERVERS, ON_SERVERS, Choices, choices
from bot.moderation.doors.moderating import Moderating
from bot.moderation.doors.replies import Reply, say_to
from bot.moderation.doors.who import Who, allow_moderating, who_interacts
from bot.moderation.settings import Settings
from dreamcore.errors import clip

log = logging.getLogger(__name__)


class ModCommands:
    """Registers `/mod`, and is what it calls."""

    def __init__(self, moderating: Moderating, settings: Settings) -> None:
        self._moderating = moderating
        self._settings = settings

    def install(self, tree: app_commands.CommandTree[Any]) -> None:
        group: app_commands.Group = app_commands.Group(
            name="mod",
            description=mark("Block, pause, cancel, delete"),
            default_permissions=discord.Permissions(manage_messages=True),
            allowed_contexts=ON_SERVERS,
            allowed_installs=BY_SERVERS,
        )
        for name, description, callback in (
            ("block", mark("Somebody may not ask for dreams on this server"), self._block()),
            ("unblock", mark("They may again"), self._unblock()),
            ("blocks", mark("Who is blocked here, until when, and why"), self._plain(self._moderating.blocks)),
            ("pause", mark("Take nothing new on this server"), self._pause()),
            ("resume", mark("Dream again"), self._plain(self._moderating.resume)),
            ("queue", mark("What waits on this server"), self._plain(self._moderating.queue)),
            ("cancel", mark("Stop somebody's dream that waits or is being dreamt"), self._cancel()),
            ("delete", mark("Delete a dream that was posted"), self._delete()),
        ):
            group.add_command(app_commands.Command(name=name, description=description, callback=callback))
        tree.add_command(group)

    async def _do(self, interaction: Interaction, work: Callable[[Who], Awaitable[Reply]]) -> None:
        async def whole() -> None:
            who = who_interacts(interaction)
            allow_moderating(self._settings, who)
            await say_to(interaction, await work(who))

        await answered(interaction, whole())

    def _plain(self, work: Callable[[Who], Awaitable[Reply]]) -> Any:
        """A sub-command without options."""

        async def plain(interaction: Interaction) -> None:
            await self._do(interaction, work)

        return plain

    def _block(self) -> Any:
        @app_commands.describe(
            member=mark("Whom"),
            until=mark("A span such as 3 days, a date such as 2026-12-24 18:00, or never"),
            reason=mark("Why; the member is told"),
        )
        @app_commands.autocomplete(until=self._moments)
        async def block(
            interaction: Interaction,
            member: discord.User,
            until: str = "never",
            reason: app_commands.Range[str, 0, 200] = "",
        ) -> None:
            async def work(who: Who) -> Reply:
                return await self._moderating.block(who, member, until, reason)

            await self._do(interaction, work)

        return block

    def _unblock(self) -> Any:
        @app_commands.describe(member=mark("Whom"))
        async def unblock(interaction: Interaction, member: discord.User) -> None:
            async def work(who: Who) -> Reply:
                return await self._moderating.unblock(who, member)

            await self._do(interaction, work)

        return unblock

    def _pause(self) -> Any:
        @app_commands.describe(reason=mark("Why; members are told"))
        async def pause(interaction: Interaction, reason: app_commands.Range[str, 0, 200] = "") -> None:
            async def work(who: Who) -> Reply:
                return await self._moderating.pause(who, reason)

            await self._do(interaction, work)

        return pause

    def _cancel(self) -> Any:
        @app_commands.describe(dream=mark("Which"), member=mark("All that this member has open here"))
        @app_commands.autocomplete(dream=self._open)
        async def cancel(interaction: Interaction, dream: str = "", member: discord.User | None = None) -> None:
            async def work(who: Who) -> Reply:
                return await self._moderating.cancel(who, dream, member.id if member is not None else None)

            await self._do(interaction, work)

        return cancel

    def _delete(self) -> Any:
        @app_commands.describe(dream=mark("The link of the message, or one of the latest"))
        @app_commands.autocomplete(dream=self._recent)
        async def delete(interaction: Interaction, dream: str) -> None:
            async def work(who: Who) -> Reply:
                await defer(interaction, ephemeral=True)
                return await self._moderating.delete(who, dream)

            await self._do(interaction, work)

        return delete

    # --- what is offered

    async def _moments(self, interaction: Interaction, typed: str) -> Choices:
        return choices(completing.moments(typed))

    async def _open(self, interaction: Interaction, typed: str) -> Choices:
        return await self._offer(interaction, typed, self._moderating.cancellable)

    async def _recent(self, interaction: Interaction, typed: str) -> Choices:
        return await self._offer(interaction, typed, self._moderating.deletable)

    async def _offer(
        self, interaction: Interaction, typed: str, found: Callable[[Who], Awaitable[list[tuple[str, str]]]]
    ) -> Choices:
        try:
            who = who_interacts(interaction)
            allow_moderating(self._settings, who)
            fitting = [(id_, name) for id_, name in await found(who) if typed.strip().casefold() in name.casefold()]
            return [app_commands.Choice(name=clip(name, 100), value=id_) for id_, name in fitting[:25]]
        except Refusal:
            return []
        except Exception:
            log.exception("nothing could be offered")
            return []
