"""Who asks, and on which server: Discord's objects read into the values that the core knows."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.dreaming.conversation import Interaction
from bot.dreaming.scenes import server_of
from bot.errors import Refusal
from bot.moderation.doors import sentences
from bot.moderation.places import Scope, Server, channel_scope
from bot.moderation.settings import Editor, Settings


@dataclass(frozen=True, kw_only=True)
class Who:
    """Somebody who wants to moderate."""

    guild: discord.Guild
    member: discord.Member
    server: Server
    editor: Editor
    moderates: bool  # may do with others' dreams what they may do with their own: the permission Manage Messages
    channel: int | None = None  # where they are: a thread's own id

    @property
    def here(self) -> Scope | None:
        """The channel that they are in, as a place that has settings."""
        return None if self.channel is None else channel_scope(self.channel)


def who_interacts(interaction: Interaction) -> Who:
    """Raises Refusal outside of servers that the bot is a member of."""
    if interaction.guild is None or not isinstance(interaction.user, discord.Member):
        raise Refusal(sentences.ONLY_ON_SERVERS)
    return _who(interaction.guild, interaction.user, interaction.permissions, interaction.channel_id)


def who_wrote(message: discord.Message) -> Who:
    """Raises Refusal outside of servers."""
    if message.guild is None or not isinstance(message.author, discord.Member):
        raise Refusal(sentences.ONLY_ON_SERVERS)
    return _who(message.guild, message.author, message.author.guild_permissions, message.channel.id)


def allow_settings(settings: Settings, who: Who) -> None:
    """Raises Refusal for those who may neither change settings nor do what needs the same."""
    if not settings.may_change(who.server, who.editor):
        raise Refusal(sentences.not_allowed(sentences.managers_of(settings, who.server)))


def allow_moderating(settings: Settings, who: Who) -> None:
    """Raises Refusal for those who may not even do with others' dreams what they may do with their own."""
    if not who.moderates:
        allow_settings(settings, who)


def _who(guild: discord.Guild, member: discord.Member, held: discord.Permissions, channel: int | None) -> Who:
    editor = Editor(id=member.id, manage_server=held.manage_guild, roles=tuple(role.id for role in member.roles))
    return Who(
        guild=guild,
        member=member,
        server=server_of(guild),
        editor=editor,
        moderates=held.manage_messages,
        channel=channel,
    )
