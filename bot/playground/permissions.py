"""Discord's permission bits, and how roles and overwrites come to what somebody may do in a channel."""

from __future__ import annotations

import enum

from bot.playground.model import Channel, Guild


class Permission(enum.IntFlag):
    """The bits that this stand-in looks at, under Discord's names."""

    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51


ALL = (1 << 53) - 1

EVERYONE = int(
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.CHANGE_NICKNAME
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.USE_EXTERNAL_APPS
)

MODERATOR = int(
    Permission.MANAGE_MESSAGES
    | Permission.MANAGE_THREADS
    | Permission.MODERATE_MEMBERS
    | Permission.KICK_MEMBERS
    | Permission.MENTION_EVERYONE
    | Permission.PIN_MESSAGES
)

#: What everybody may do in a direct message.
DIRECT = int(
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.MENTION_EVERYONE
)

_WITHOUT_SENDING = ~int(Permission.MENTION_EVERYONE | Permission.ATTACH_FILES | Permission.EMBED_LINKS)
_TIMED_OUT = int(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)


def in_guild(guild: Guild, user: int) -> int:
    """What a member may do in the whole server; 0 for somebody who is no member."""
    member = guild.members.get(user)
    if member is None:
        return 0
    if guild.owner_id == user:
        return ALL
    allowed = guild.roles[guild.id].permissions
    for role in member.roles:
        allowed |= guild.roles[role].permissions
    return ALL if allowed & Permission.ADMINISTRATOR else allowed


def in_channel(guild: Guild, channel: Channel, user: int, now: float) -> int:
    """What a member may do in one channel; a thread follows its parent."""
    allowed = in_guild(guild, user)
    if allowed in (0, ALL):
        return allowed
    member = guild.members[user]
    place = channel
    if channel.is_thread and channel.parent_id is not None:
        place = guild.channels.get(channel.parent_id, channel)
    everyone = place.overwrites.get(guild.id)
    if everyone is not None:
        allowed = (allowed & ~everyone.deny) | everyone.allow
    denied = granted = 0
    for role in member.roles:
        overwrite = place.overwrites.get(role)
        if overwrite is not None:
            denied |= overwrite.deny
            granted |= overwrite.allow
    allowed = (allowed & ~denied) | granted
    own = place.overwrites.get(user)
    if own is not None:
        allowed = (allowed & ~own.deny) | own.allow
    if member.timed_out_until is not None and member.timed_out_until > now:
        allowed &= _TIMED_OUT
    if not allowed & Permission.VIEW_CHANNEL:
        return 0
    sending = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    if not allowed & sending:
        allowed &= _WITHOUT_SENDING
    return allowed
