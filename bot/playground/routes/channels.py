"""Channels and threads."""

from __future__ import annotations

from bot.playground import errors, limits, payloads
from bot.playground.errors import Problems
from bot.playground.model import Channel, Message, MessageFlag
from bot.playground.permissions import Permission
from bot.playground.rest import NOTHING, Answer, Call, Route
from bot.playground.routes import access


def channel(call: Call) -> Answer:
    return Answer(body=payloads.channel(access.channel(call)))


def change(call: Call) -> Answer:
    """Name, topic and the like of a channel, the state of a thread."""
    world = call.house.world
    place = access.channel(call)
    own_thread = place.is_thread and place.owner_id == world.bot.id
    if not own_thread:
        access.need(call, place, Permission.MANAGE_THREADS if place.is_thread else Permission.MANAGE_CHANNELS)
    fields = call.fields
    problems = Problems()
    if "name" in fields:
        problems.longest("name", fields["name"], 100, least=1)
    problems.longest("topic", fields.get("topic"), 1024)
    problems.answer()
    for name, attribute in (
        ("name", "name"),
        ("topic", "topic"),
        ("nsfw", "nsfw"),
        ("rate_limit_per_user", "slowmode"),
        ("archived", "archived"),
        ("locked", "locked"),
        ("auto_archive_duration", "auto_archive"),
    ):
        if name in fields:
            setattr(place, attribute, fields[name])
    world.channel_changed(place)
    return Answer(body=payloads.channel(place))


def delete(call: Call) -> Answer:
    place = access.channel(call)
    if place.is_direct:
        return Answer(body=payloads.channel(place))
    access.need(call, place, Permission.MANAGE_THREADS if place.is_thread else Permission.MANAGE_CHANNELS)
    body = payloads.channel(place)
    call.house.world.delete_channel(place)
    return Answer(body=body)


def typing(call: Call) -> Answer:
    place = access.channel(call)
    if not place.is_direct:
        access.need(call, place, Permission.SEND_MESSAGES_IN_THREADS if place.is_thread else Permission.SEND_MESSAGES)
    return NOTHING


def _start(call: Call, place: Channel, message: Message | None) -> Answer:
    world = call.house.world
    name = call.fields.get("name")
    problems = Problems()
    problems.longest("name", name, 100, least=1)
    problems.answer()
    access.need(call, place, Permission.CREATE_PUBLIC_THREADS)
    if message is not None and message.thread is not None:
        raise errors.ApiError(400, 160004, "A thread has already been created for this message")
    thread = world.add_thread(place, str(name), world.bot, started_by=message)
    if call.fields.get("auto_archive_duration"):
        thread.auto_archive = call.fields["auto_archive_duration"]
    if message is not None:
        message.thread = thread.id
        message.flags |= MessageFlag.HAS_THREAD
        call.house.posting.changed(message)
    return Answer(status=201, body=payloads.channel(thread))


def start_thread(call: Call) -> Answer:
    return _start(call, access.channel(call), None)


def start_thread_from_message(call: Call) -> Answer:
    place, message = access.message(call)
    return _start(call, place, message)


def join_thread(call: Call) -> Answer:
    place = access.channel(call)
    place.thread_members.setdefault(call.house.world.bot.id, call.house.clock())
    return NOTHING


def leave_thread(call: Call) -> Answer:
    access.channel(call).thread_members.pop(call.house.world.bot.id, None)
    return NOTHING


_ONE = "/channels/{channel_id}"

ROUTES = [
    Route(method="GET", template=_ONE, function=channel),
    Route(method="PATCH", template=_ONE, function=change),
    Route(method="DELETE", template=_ONE, function=delete),
    Route(method="POST", template=_ONE + "/typing", function=typing, bucket=limits.TYPING),
    Route(method="POST", template=_ONE + "/threads", function=start_thread),
    Route(method="POST", template=_ONE + "/messages/{message_id}/threads", function=start_thread_from_message),
    Route(method="PUT", template=_ONE + "/thread-members/@me", function=join_thread),
    Route(method="DELETE", template=_ONE + "/thread-members/@me", function=leave_thread),
]
