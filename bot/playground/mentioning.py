"""Whom a message mentions, and who is notified of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.playground.model import Message, MessageFlag, User
from bot.playground.permissions import Permission
from bot.playground.world import World


def mention(world: World, message: Message, allowed: dict[str, Any], *, ping: bool) -> None:
    """Who is mentioned, as far as the sender allows it, and who is notified of it."""
    channel = world.channels[message.channel_id]
    parse = allowed.get("parse") or []
    listed = {int(one) for one in allowed.get("users") or ()}
    message.mentions = [
        one
        for one in _people_in(world, "\n".join((message.content, *_displayed(message))))
        if "users" in parse or one.id in listed
    ]
    original = None if message.reply_to is None else channel.messages.get(message.reply_to)
    if original is not None and allowed.get("replied_user") and original.author not in message.mentions:
        message.mentions.append(original.author)
    guild = world.guild_of(channel)
    allowed_roles = {int(one) for one in allowed.get("roles") or ()}
    everybody: Iterable[int] = ()
    message.mention_roles, message.mention_everyone = [], False
    if guild is not None:
        may_all = bool(world.may(message.author, channel) & Permission.MENTION_EVERYONE)
        for role in guild.roles.values():
            named = f"<@&{role.id}>" in message.content and ("roles" in parse or role.id in allowed_roles)
            if named and (role.mentionable or may_all):
                message.mention_roles.append(role.id)
        said = "@everyone" in message.content or "@here" in message.content
        message.mention_everyone = said and may_all and "everyone" in parse
        everybody = [
            one.user.id
            for one in guild.members.values()
            if message.mention_everyone or set(one.roles) & set(message.mention_roles)
        ]
    if ping and not message.flags & MessageFlag.SILENT:
        named_people = {one.id for one in message.mentions} | set(everybody)
        seeing = {one for one in named_people if world.may(world.users[one], channel) & Permission.VIEW_CHANNEL}
        message.pinged = frozenset(seeing - {message.author.id})


def _displayed(message: Message) -> list[str]:
    return [str(one["content"]) for one in message.walk_components() if one["type"] == 10]


def _people_in(world: World, text: str) -> list[User]:
    """Who stands in a text as <@id>, once each."""
    found: dict[int, User] = {}
    for piece in text.split("<@")[1:]:
        digits = piece.lstrip("!").partition(">")[0]
        if digits.isdecimal() and int(digits) in world.users:
            found[int(digits)] = world.users[int(digits)]
    return list(found.values())
