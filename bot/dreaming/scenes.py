"""Who asks, and where, as a server's settings see it. Read from what Discord has sent anyway; nothing is fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import discord

from bot.dreaming.places import held_in, is_personal
from bot.languages import current
from bot.moderation.layers import Effective, Where
from bot.moderation.places import Server
from bot.moderation.reading import language_of
from bot.moderation.settings import Editor, Settings


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One member in one place."""

    member: int
    guild: int | None  # None: a direct message, or a server that the bot is no member of
    channel: int
    under: int | None = None  # where `channel` is a thread: the channel that it belongs to
    age_restricted: bool = False
    joined: float | None = None  # when the member came to the server; None: Discord does not say
    may_thread: bool = False  # the bot may make a thread here
    effective: Effective
    language: str  # of what everybody reads there

    @property
    def root(self) -> int:
        """The channel, also when it is one of its threads."""
        return self.channel if self.under is None else self.under


def scene_of_message(message: discord.Message, settings: Settings) -> Scene:
    """Of whoever wrote it."""
    if message.guild is None:
        return _alone(message.author.id, message.channel, settings)
    held = held_in(message.channel, message.guild)
    return _in_guild(message.author, message.guild, message.channel, held, settings)


def scene_of_interaction(interaction: discord.Interaction[Any], settings: Settings) -> Scene:
    """Of whoever has used a command or pressed a button."""
    if interaction.guild is None or interaction.guild_id is None or is_personal(interaction):
        return _alone(interaction.user.id, interaction.channel, settings, channel_id=interaction.channel_id)
    guild, held = interaction.guild, interaction.app_permissions
    return _in_guild(interaction.user, guild, interaction.channel, held, settings, channel_id=interaction.channel_id)


def server_of(guild: discord.Guild) -> Server:
    """A server's roles, channels and known threads, by name. Categories are none: nobody writes in them."""
    rooms = (one for one in guild.channels if not isinstance(one, discord.CategoryChannel))
    return Server(
        id=guild.id,
        name=guild.name,
        roles={role.id: role.name for role in guild.roles},
        channels={one.id: one.name for one in (*rooms, *guild.threads)},
        locale=guild.preferred_locale.value,
    )


def moderates(interaction: discord.Interaction[Any], settings: Settings) -> bool:
    """Whether the person may do with others' dreams here what they may do with their own."""
    if interaction.guild is None or not isinstance(interaction.user, discord.Member):
        return interaction.guild_id is not None and interaction.permissions.manage_messages
    held, roles = interaction.permissions, tuple(role.id for role in interaction.user.roles)
    editor = Editor(id=interaction.user.id, manage_server=held.manage_guild, roles=roles)
    return held.manage_messages or settings.may_change(server_of(interaction.guild), editor)


def parent_of(channel: Any) -> int | None:
    """The channel that a thread belongs to; None for what is no thread."""
    return channel.parent_id if isinstance(channel, discord.Thread) else None


def is_age_restricted(channel: Any) -> bool:
    """Whether Discord lets only adults in; a thread is what its channel is."""
    asked = getattr(channel, "is_nsfw", None)
    return bool(asked is not None and asked())


def _in_guild(
    user: discord.User | discord.Member,
    guild: discord.Guild,
    channel: Any,
    held: discord.Permissions,
    settings: Settings,
    *,
    channel_id: int | None = None,
) -> Scene:
    here = channel.id if channel is not None else channel_id or 0
    under = parent_of(channel)
    roles = tuple(role.id for role in reversed(user.roles)) if isinstance(user, discord.Member) else (guild.id,)
    joined = user.joined_at if isinstance(user, discord.Member) else None
    where = Where(server=server_of(guild), channels=(here,) if under is None else (here, under), roles=roles)
    effective = settings.of(where)
    return Scene(
        member=user.id,
        guild=guild.id,
        channel=here,
        under=under,
        age_restricted=is_age_restricted(channel),
        joined=joined.timestamp() if joined is not None else None,
        may_thread=held.administrator or (held.create_public_threads and held.send_messages_in_threads),
        effective=effective,
        language=language_of(effective),
    )


def _alone(member: int, channel: Any, settings: Settings, *, channel_id: int | None = None) -> Scene:
    """Where no server's settings hold."""
    return Scene(
        member=member,
        guild=None,
        channel=channel.id if channel is not None else channel_id or 0,
        under=parent_of(channel),
        age_restricted=is_age_restricted(channel),
        effective=settings.of(Where(server=Server(id=0))),
        language=current(),
    )
