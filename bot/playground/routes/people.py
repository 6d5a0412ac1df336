"""The bot's own account, other people, direct messages."""

from __future__ import annotations

from bot.playground import errors, payloads, permissions
from bot.playground.rest import NOTHING, Answer, Call, Route, number
from bot.playground.routes import access


def me(call: Call) -> Answer:
    return Answer(body=payloads.own_user(call.house.world.bot))


def user(call: Call) -> Answer:
    found = call.house.world.users.get(call.id("user_id"))
    if found is None:
        raise errors.unknown_user()
    return Answer(body=payloads.user(found))


def open_direct(call: Call) -> Answer:
    world = call.house.world
    person = world.users.get(number(str(call.fields.get("recipient_id", "")), "recipient_id"))
    if person is None:
        raise errors.unknown_user()
    if person is world.bot:
        raise errors.cannot_message_user()
    return Answer(body=payloads.channel(world.direct(person)))


def my_guilds(call: Call) -> Answer:
    world = call.house.world
    mine = sorted((one for one in world.guilds.values() if world.bot.id in one.members), key=lambda one: one.id)
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 200))
    found = []
    for one in [guild for guild in mine if guild.id > after][:limit]:
        payload: dict[str, object] = {
            "id": str(one.id),
            "name": one.name,
            "icon": None,
            "banner": None,
            "owner": one.owner_id == world.bot.id,
            "permissions": str(permissions.in_guild(one, world.bot.id)),
            "features": [],
        }
        if call.flag("with_counts"):
            payload |= {"approximate_member_count": len(one.members), "approximate_presence_count": len(one.members)}
        found.append(payload)
    return Answer(body=found)


def leave(call: Call) -> Answer:
    call.house.world.kick_bot(access.guild(call))
    return NOTHING


ROUTES = [
    Route(method="GET", template="/users/@me", function=me),
    Route(method="GET", template="/users/@me/guilds", function=my_guilds),
    Route(method="DELETE", template="/users/@me/guilds/{guild_id}", function=leave),
    Route(method="POST", template="/users/@me/channels", function=open_direct),
    Route(method="GET", template="/users/{user_id}", function=user),
]
