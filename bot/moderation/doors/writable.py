"""Whether the bot can write in a channel, as far as the cache can tell."""

from __future__ import annotations

import discord

from bot.languages import mark, tr

_NEEDED = {"view_channel": mark("View Channel"), "send_messages": mark("Send Messages")}


def writing_needs(guild: discord.Guild, channel: int) -> tuple[str, ...]:
    """The permissions that the bot lacks to say something there."""
    found = guild.get_channel_or_thread(channel)
    if found is None:
        return ()
    try:
        held = found.permissions_for(guild.me)
    except discord.ClientException:  # a thread whose channel is not known
        return ()
    needed = dict(_NEEDED)
    if isinstance(found, discord.Thread):
        needed["send_messages_in_threads"] = mark("Send Messages in Threads")
        del needed["send_messages"]
    return tuple(tr(name) for key, name in needed.items() if not getattr(held, key))
