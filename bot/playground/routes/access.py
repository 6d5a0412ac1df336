"""What every route about a channel asks first: is it there, and may the bot."""

from __future__ import annotations

from bot.playground import errors
from bot.playground.errors import ApiError
from bot.playground.model import Channel, Guild, Message
from bot.playground.permissions import Permission
from bot.playground.rest import Call

MiB = 1 << 20
_REQUEST = 25 * MiB


def channel(call: Call, *needed: Permission) -> Channel:
    """The channel of the path. Raises 10003, 50001 where the bot cannot see it, 50013 where it may not."""
    found = call.house.world.channels.get(call.id("channel_id"))
    if found is None:
        raise errors.unknown_channel()
    need(call, found, *needed)
    return found


def need(call: Call, place: Channel, *needed: Permission) -> None:
    world = call.house.world
    allowed = world.may(world.bot, place)
    if not allowed & Permission.VIEW_CHANNEL:
        raise errors.missing_access()
    for permission in needed:
        if not allowed & permission:
            raise errors.missing_permissions()


def message(call: Call, *needed: Permission) -> tuple[Channel, Message]:
    """The message of the path. Those that only one person sees cannot be reached this way."""
    place = channel(call, *needed)
    found = place.messages.get(call.id("message_id"))
    if found is None or found.only_for is not None:
        raise errors.unknown_message()
    return place, found


def guild(call: Call) -> Guild:
    """The server of the path. Raises 10004 where the bot is no member: it cannot know that there is one."""
    world = call.house.world
    found = world.guilds.get(call.id("guild_id"))
    if found is None or world.bot.id not in found.members:
        raise errors.unknown_guild()
    return found


def sizes(call: Call, limit: int) -> None:
    """Raises 413 (40005) for one file that is too large for the place, or too much in all."""
    if any(len(one.data) > limit for one in call.files.values()) or call.size > max(_REQUEST, limit + MiB):
        raise errors.too_large()


def upload_limit(call: Call, place: Channel) -> int:
    server = call.house.world.guild_of(place)
    return 10 * MiB if server is None else server.upload_limit


def sending(call: Call, place: Channel) -> None:
    """Whether the bot may send there what it wants to send."""
    world = call.house.world
    fields = call.fields
    if place.is_direct:
        person = place.recipients[0]
        if not (person.accepts_direct_messages and world.shares_a_guild(person)):
            raise errors.cannot_message_user()
        return
    needed = [Permission.SEND_MESSAGES_IN_THREADS if place.is_thread else Permission.SEND_MESSAGES]
    if call.files:
        needed.append(Permission.ATTACH_FILES)
    if fields.get("embeds"):
        needed.append(Permission.EMBED_LINKS)
    need(call, place, *needed)
    if fields.get("message_reference") and not world.may(world.bot, place) & Permission.READ_MESSAGE_HISTORY:
        raise ApiError(400, 160002, "Cannot reply without permission to read message history")
    if place.is_thread and place.locked:
        raise ApiError(400, 160005, "This thread is locked")
