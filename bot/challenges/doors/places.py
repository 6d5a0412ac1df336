"""Whether a challenge can live in a channel."""

from __future__ import annotations

import discord

from bot.dreaming.places import missing_permissions
from bot.errors import Refusal
from bot.languages import listed, tr, tr_count


def channel_trouble(guild: discord.Guild, id: int) -> str | None:
    """Why it cannot be announced there; None where it can."""
    channel = guild.get_channel_or_thread(id)
    if channel is None:
        return tr("I do not see its channel any more: choose another one.")
    if isinstance(channel, discord.CategoryChannel | discord.ForumChannel):
        return tr("Nobody can write in {channel} itself: choose another channel, or a thread.", channel=f"<#{id}>")
    try:
        held = channel.permissions_for(guild.me)
    except discord.ClientException:  # a thread whose channel is not known
        return None
    missing = missing_permissions(held, thread=isinstance(channel, discord.Thread))
    if not missing:
        return None
    return tr_count(
        "In {channel} I lack the permission {names}: give it to me, or choose another channel.",
        "In {channel} I lack the permissions {names}: give them to me, or choose another channel.",
        len(missing),
        channel=f"<#{id}>",
        names=listed([tr(name) for name in missing]),
    )


def check_channel(guild: discord.Guild, id: int) -> None:
    """Raises Refusal where it cannot be announced there."""
    if trouble := channel_trouble(guild, id):
        raise Refusal(trouble)
