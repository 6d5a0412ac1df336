"""Servers: their channels, roles and members."""

from __future__ import annotations

from bot.playground import errors, payloads, permissions
from bot.playground.errors import ApiError
from bot.playground.model import Guild, Member, Role
from bot.playground.permissions import Permission
from bot.playground.rest import NOTHING, Answer, Call, Route
from bot.playground.routes import access


def guild(call: Call) -> Answer:
    found = access.guild(call)
    body = payloads.guild(found)
    if call.flag("with_counts"):
        body |= {"approximate_member_count": len(found.members), "approximate_presence_count": len(found.members)}
    return Answer(body=body)


def channels(call: Call) -> Answer:
    return Answer(body=[payloads.channel(one) for one in access.guild(call).channels.values() if not one.is_thread])


def active_threads(call: Call) -> Answer:
    world = call.house.world
    found = [
        one
        for one in access.guild(call).channels.values()
        if one.is_thread and not one.archived and world.may(world.bot, one)
    ]
    joined = [payloads.thread_member(one, world.bot.id) for one in found if world.bot.id in one.thread_members]
    return Answer(body={"threads": [payloads.channel(one) for one in found], "members": joined, "has_more": False})


def roles(call: Call) -> Answer:
    return Answer(body=[payloads.role(one) for one in access.guild(call).roles.values()])


def _member(call: Call) -> tuple[Guild, Member]:
    server = access.guild(call)
    found = server.members.get(call.id("user_id"))
    if found is None:
        raise errors.unknown_member() if call.id("user_id") in call.house.world.users else errors.unknown_user()
    return server, found


def member(call: Call) -> Answer:
    return Answer(body=payloads.member(_member(call)[1]))


def members(call: Call) -> Answer:
    """Needs the members intent to be switched on."""
    server = access.guild(call)
    if not call.house.world.application.guild_members:
        raise errors.missing_access()
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 1))
    found = sorted((one for one in server.members.values() if one.user.id > after), key=lambda one: one.user.id)
    return Answer(body=[payloads.member(one) for one in found[:limit]])


def search(call: Call) -> Answer:
    query, limit = call.query.get("query", "").lower(), int(call.query.get("limit", 1))
    found = [
        one
        for one in access.guild(call).members.values()
        if one.user.name.lower().startswith(query) or (one.nick or "").lower().startswith(query)
    ]
    return Answer(body=[payloads.member(one) for one in found[:limit]])


def _assignable(call: Call) -> tuple[Guild, Member, Role]:
    """A role that the bot may give and take: below its own highest."""
    world = call.house.world
    server, found = _member(call)
    role = server.roles.get(call.id("role_id"))
    if role is None:
        raise errors.unknown_role()
    if not permissions.in_guild(server, world.bot.id) & Permission.MANAGE_ROLES or role.bot is not None:
        raise errors.missing_permissions()
    highest = max((server.roles[one].position for one in server.members[world.bot.id].roles), default=0)
    if role.position >= highest:
        raise errors.missing_permissions()
    return server, found, role


def give_role(call: Call) -> Answer:
    server, found, role = _assignable(call)
    if role.id not in found.roles:
        found.roles.append(role.id)
        call.house.world.member_changed(server, found)
    return NOTHING


def take_role(call: Call) -> Answer:
    server, found, role = _assignable(call)
    if role.id in found.roles:
        found.roles.remove(role.id)
        call.house.world.member_changed(server, found)
    return NOTHING


def rename(call: Call) -> Answer:
    """The bot's own nick."""
    world = call.house.world
    server = access.guild(call)
    found = server.members[world.bot.id]
    nick = call.fields.get("nick")
    if nick is not None and len(nick) > 32:
        raise ApiError(400, 50035, "Invalid Form Body")
    if not permissions.in_guild(server, world.bot.id) & Permission.CHANGE_NICKNAME:
        raise errors.missing_permissions()
    found.nick = nick or None
    world.member_changed(server, found)
    return Answer(body=payloads.member(found))


_ONE = "/guilds/{guild_id}"

ROUTES = [
    Route(method="GET", template=_ONE, function=guild),
    Route(method="GET", template=_ONE + "/channels", function=channels),
    Route(method="GET", template=_ONE + "/roles", function=roles),
    Route(method="GET", template=_ONE + "/threads/active", function=active_threads),
    Route(method="GET", template=_ONE + "/members", function=members),
    Route(method="GET", template=_ONE + "/members/search", function=search),
    Route(method="PATCH", template=_ONE + "/members/@me", function=rename),
    Route(method="GET", template=_ONE + "/members/{user_id}", function=member),
    Route(method="PUT", template=_ONE + "/members/{user_id}/roles/{role_id}", function=give_role),
    Route(method="DELETE", template=_ONE + "/members/{user_id}/roles/{role_id}", function=take_role),
]
