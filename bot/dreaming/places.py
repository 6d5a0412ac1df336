"""Where an answer goes, and whether the bot may write there."""

from __future__ import annotations

from typing import Any

import discord

from bot.errors import Refusal
from bot.jobs.model import Place
from bot.languages import listed, mark, tr, tr_count

TOKEN_LIFE = 15 * 60.0  #: seconds for which an interaction's token leads back
DIRECT_BYTES = 10 << 20  #: of one file in a direct message

#: What a dream's whole way needs, as Discord's settings call it.
NEEDED = {
    "view_channel": mark("View Channel"),
    "send_messages": mark("Send Messages"),
    "attach_files": mark("Attach Files"),
    "embed_links": mark("Embed Links"),
    "read_message_history": mark("Read Message History"),
}


def missing_permissions(held: discord.Permissions, *, thread: bool) -> tuple[str, ...]:
    """The names of the needed permissions that are not held; in a thread another one allows writing.

    >>> missing_permissions(discord.Permissions(view_channel=True, send_messages=True, embed_links=True), thread=False)
    ('Attach Files', 'Read Message History')
    """
    if held.administrator:
        return ()
    needed = dict(NEEDED)
    if thread:
        del needed["send_messages"]
        needed["send_messages_in_threads"] = mark("Send Messages in Threads")
    return tuple(name for key, name in needed.items() if not getattr(held, key))


def lacking(missing: tuple[str, ...]) -> Refusal:
    """The sentence about missing permissions."""
    return Refusal(
        tr_count(
            "I cannot dream here: I need the permission {names}. A moderator of the server can give it to me.",
            "I cannot dream here: I need the permissions {names}. A moderator of the server can give it to me.",
            len(missing),
            names=listed([tr(name) for name in missing]),
        ),
        log=f"missing permissions: {', '.join(missing)}",
    )


def may_speak(held: discord.Permissions, *, thread: bool) -> bool:
    """Whether at least a sentence can be said."""
    speaking = held.send_messages_in_threads if thread else held.send_messages
    return held.administrator or (held.view_channel and speaking)


def held_in(channel: Any, guild: discord.Guild) -> discord.Permissions:
    """What the bot may do in a channel; everything where discord.py cannot tell (a thread that it does not know)."""
    if isinstance(channel, discord.PartialMessageable):
        return discord.Permissions.all()
    try:
        held: discord.Permissions = channel.permissions_for(guild.me)
    except discord.ClientException:
        return discord.Permissions.all()
    return held


def place_of_message(message: discord.Message) -> Place:
    """Where a message is answered. Raises Refusal naming the permissions that are missing."""
    if message.guild is None:
        return Place(guild=None, channel=message.channel.id, message=message.id, byte_limit=DIRECT_BYTES)
    thread = isinstance(message.channel, discord.Thread)
    missing = missing_permissions(held_in(message.channel, message.guild), thread=thread)
    if missing:
        raise lacking(missing)
    return Place(
        guild=message.guild.id,
        channel=message.channel.id,
        under=message.channel.parent_id if isinstance(message.channel, discord.Thread) else None,
        message=message.id,
        byte_limit=message.guild.filesize_limit,
    )


def is_personal(interaction: discord.Interaction[Any]) -> bool:
    """Whether the bot is here only through a person who has installed it for themselves."""
    if interaction.guild_id is None:
        return interaction.context.private_channel is True
    return not interaction.is_guild_integration() and interaction.client.get_guild(interaction.guild_id) is None


def place_of_interaction(interaction: discord.Interaction[Any], *, personal_install: bool) -> Place:
    """Where an interaction is answered. Raises Refusal where it cannot be."""
    if interaction.channel_id is None:
        raise Refusal(tr("I cannot tell which channel this is. Please try in another one."))
    personal = is_personal(interaction)
    if personal and not personal_install:
        raise Refusal(tr("Here I am no member, and my operator does not let people bring me along themselves."))
    if not personal and interaction.guild_id is not None:
        thread = isinstance(interaction.channel, discord.Thread)
        missing = missing_permissions(interaction.app_permissions, thread=thread)
        if missing:
            raise lacking(missing)
    return Place(
        guild=interaction.guild_id,
        channel=interaction.channel_id,
        under=interaction.channel.parent_id if isinstance(interaction.channel, discord.Thread) else None,
        token=interaction.token,
        token_expires=interaction.created_at.timestamp() + TOKEN_LIFE,
        reachable=not personal,
        ephemeral=personal,
        byte_limit=interaction.filesize_limit,
    )
