"""Reactions under messages."""

from __future__ import annotations

from urllib.parse import unquote

from bot.playground import limits, payloads
from bot.playground.errors import ApiError
from bot.playground.permissions import Permission
from bot.playground.rest import NOTHING, Answer, Call, Route
from bot.playground.routes import access


def _emoji(call: Call) -> str:
    name = unquote(call.parameters["emoji_name"])
    if not name or (name.isascii() and ":" not in name and not name.isdecimal()):
        raise ApiError(400, 10014, "Unknown Emoji")
    return name


def add(call: Call) -> Answer:
    house = call.house
    channel, message = access.message(call, Permission.READ_MESSAGE_HISTORY)
    emoji = _emoji(call)
    if emoji not in message.reactions:
        access.need(call, channel, Permission.ADD_REACTIONS)
    house.posting.react(message, house.world.bot, emoji, add=True)
    return NOTHING


def remove(call: Call) -> Answer:
    house = call.house
    _, message = access.message(call)
    house.posting.react(message, house.world.bot, _emoji(call), add=False)
    return NOTHING


def remove_other(call: Call) -> Answer:
    house = call.house
    _, message = access.message(call, Permission.MANAGE_MESSAGES)
    user = house.world.users.get(call.id("user_id"))
    if user is not None:
        house.posting.react(message, user, _emoji(call), add=False)
    return NOTHING


def who(call: Call) -> Answer:
    _, message = access.message(call)
    users = sorted(message.reactions.get(_emoji(call), ()))
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 25))
    found = [call.house.world.users[one] for one in users if one > after][:limit]
    return Answer(body=[payloads.user(one) for one in found])


_ONE = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}"

ROUTES = [
    Route(method="PUT", template=_ONE + "/@me", function=add, bucket=limits.REACTIONS),
    Route(method="DELETE", template=_ONE + "/@me", function=remove, bucket=limits.REACTIONS),
    Route(method="DELETE", template=_ONE + "/{user_id}", function=remove_other, bucket=limits.REACTIONS),
    Route(method="GET", template=_ONE, function=who),
]
