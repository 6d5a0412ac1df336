"""Messages: send, read, edit, delete, pin."""

from __future__ import annotations

from bot.playground import errors, limits
from bot.playground.errors import ApiError, Problems
from bot.playground.model import Message
from bot.playground.payloads import moment
from bot.playground.permissions import Permission
from bot.playground.rest import NOTHING, Answer, Call, Route
from bot.playground.routes import access


def shown(call: Call, message: Message) -> dict[str, object]:
    """As the bot gets it: without content where it lacks the intent."""
    house = call.house
    return house.payloads.message(message, content=house.world.application.message_content)


def create(call: Call) -> Answer:
    house = call.house
    channel = access.channel(call)
    access.sending(call, channel)
    access.sizes(call, access.upload_limit(call, channel))
    if channel.is_thread and channel.archived:
        channel.archived = False
        house.world.channel_changed(channel)
    message = house.posting.create(channel, house.world.bot, call.fields, call.files)
    return Answer(body=shown(call, message))


def get(call: Call) -> Answer:
    _, message = access.message(call, Permission.READ_MESSAGE_HISTORY)
    return Answer(body=shown(call, message))


def listing(call: Call) -> Answer:
    """The newest first; without the history permission nothing at all."""
    house, world = call.house, call.house.world
    channel = access.channel(call)
    limit = call.query.get("limit", "50")
    if not limit.isdecimal() or not 1 <= int(limit) <= 100:
        problems = Problems()
        problems.add("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
        problems.answer()
    if not world.may(world.bot, channel) & Permission.READ_MESSAGE_HISTORY:
        return Answer(body=[])
    every = [one for one in channel.messages.values() if one.only_for is None]
    most = int(limit)
    if "before" in call.query:
        every = [one for one in every if one.id < int(call.query["before"])][-most:]
    elif "after" in call.query:
        every = [one for one in every if one.id > int(call.query["after"])][:most]
    elif "around" in call.query:
        around = int(call.query["around"])
        earlier = [one for one in every if one.id < around][-(most // 2) :]
        every = earlier + [one for one in every if one.id >= around][: most - len(earlier)]
    else:
        every = every[-most:]
    content = world.application.message_content
    return Answer(body=[house.payloads.message(one, content=content) for one in reversed(every)])


def edit(call: Call) -> Answer:
    house = call.house
    channel, message = access.message(call)
    if message.author is not house.world.bot:
        raise errors.not_the_author()
    if call.files:
        access.need(call, channel, Permission.ATTACH_FILES)
    access.sizes(call, access.upload_limit(call, channel))
    if house.clock() - message.created > house.times.old:
        taken = house.limits.count(limits.OLD_EDITS, str(channel.id), always=True)
        if taken.refused:
            raise errors.too_many_old_edits(taken.reset_after)
    house.posting.edit(message, call.fields, call.files)
    return Answer(body=shown(call, message))


def delete(call: Call) -> Answer:
    house = call.house
    channel, message = access.message(call)
    if message.author is not house.world.bot:
        if channel.is_direct:
            raise ApiError(403, 50003, "Cannot execute action on a DM channel")
        access.need(call, channel, Permission.MANAGE_MESSAGES)
    house.posting.delete(message)
    return NOTHING


def bulk_delete(call: Call) -> Answer:
    channel = access.channel(call, Permission.MANAGE_MESSAGES)
    wanted = call.fields.get("messages") or []
    if not 2 <= len(wanted) <= 100:
        problems = Problems()
        problems.add("messages", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length.")
        problems.answer()
    found = [channel.messages.get(int(one)) for one in wanted]
    call.house.posting.delete_together([one for one in found if one is not None and one.only_for is None])
    return NOTHING


def pin(call: Call) -> Answer:
    return _pin(call, call.house.clock())


def unpin(call: Call) -> Answer:
    return _pin(call, None)


def _pin(call: Call, at: float | None) -> Answer:
    channel, message = access.message(call)
    if not channel.is_direct:
        access.need(call, channel, Permission.PIN_MESSAGES)
    call.house.posting.pin(message, at)
    return NOTHING


def pins(call: Call) -> Answer:
    channel = access.channel(call)
    pinned = sorted(
        ((one.pinned, one) for one in channel.messages.values() if one.pinned is not None),
        key=lambda pair: pair[0],
        reverse=True,
    )
    items = [{"pinned_at": moment(at), "message": shown(call, one)} for at, one in pinned]
    return Answer(body={"items": items, "has_more": False})


_ALL = "/channels/{channel_id}/messages"
_ONE = _ALL + "/{message_id}"

ROUTES = [
    Route(method="GET", template=_ALL, function=listing, bucket=limits.READS),
    Route(method="POST", template=_ALL, function=create, bucket=limits.MESSAGES),
    Route(method="POST", template=_ALL + "/bulk-delete", function=bulk_delete),
    Route(method="GET", template=_ALL + "/pins", function=pins),
    Route(method="PUT", template=_ALL + "/pins/{message_id}", function=pin),
    Route(method="DELETE", template=_ALL + "/pins/{message_id}", function=unpin),
    Route(method="GET", template=_ONE, function=get, bucket=limits.READS),
    Route(method="PATCH", template=_ONE, function=edit, bucket=limits.EDITS),
    Route(method="DELETE", template=_ONE, function=delete, bucket=limits.DELETES),
]
