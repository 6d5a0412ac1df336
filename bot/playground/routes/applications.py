"""The bot's application, its commands, and where the gateway is."""

from __future__ import annotations

from bot.playground import errors, limits, payloads
from bot.playground.rest import NOTHING, Answer, Call, Route
from bot.playground.routes import access


def application(call: Call) -> Answer:
    world = call.house.world
    guilds = sum(world.bot.id in one.members for one in world.guilds.values())
    return Answer(body=payloads.application(world.application, guilds))


def gateway(call: Call) -> Answer:
    return Answer(body={"url": call.house.gateway.url})


def gateway_bot(call: Call) -> Answer:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    world = call.house.world
    body = {"url": call.house.gateway.url, "shards": world.application.shards, "session_start_limit": limit}
    return Answer(body=body)


def _own(call: Call) -> int | None:
    """Raises unless the application is the bot's own; the server of the path, or None."""
    if call.id("application_id") != call.house.world.application.id:
        raise errors.ApiError(403, 20012, "You are not authorized to perform this action on this application")
    return access.guild(call).id if "guild_id" in call.parameters else None


def commands(call: Call) -> Answer:
    house = call.house
    return Answer(body=[house.commands.payload(one) for one in house.commands.all(_own(call))])


def put_commands(call: Call) -> Answer:
    house = call.house
    guild = _own(call)
    if not isinstance(call.payload, list):
        raise errors.not_json()
    return Answer(body=[house.commands.payload(one) for one in house.commands.put(call.payload, guild)])


def add_command(call: Call) -> Answer:
    house = call.house
    before = len(house.commands.all(_own(call)))
    made = house.commands.add(call.fields, _own(call))
    status = 201 if len(house.commands.all(made.guild)) > before else 200
    return Answer(status=status, body=house.commands.payload(made))


def command(call: Call) -> Answer:
    found = call.house.commands.get(call.id("command_id"), _own(call))
    if found is None:
        raise errors.unknown_command()
    return Answer(body=call.house.commands.payload(found))


def remove_command(call: Call) -> Answer:
    found = call.house.commands.get(call.id("command_id"), _own(call))
    if found is None:
        raise errors.unknown_command()
    call.house.commands.remove(found)
    return NOTHING


_GLOBAL = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"

ROUTES = [
    Route(method="GET", template="/gateway", function=gateway),
    Route(method="GET", template="/gateway/bot", function=gateway_bot),
    Route(method="GET", template="/applications/@me", function=application),
    Route(method="GET", template="/oauth2/applications/@me", function=application),
]
for _template in (_GLOBAL, _GUILD):
    ROUTES += [
        Route(method="GET", template=_template, function=commands, bucket=limits.COMMANDS),
        Route(method="PUT", template=_template, function=put_commands, bucket=limits.COMMANDS),
        Route(method="POST", template=_template, function=add_command, bucket=limits.COMMANDS),
        Route(method="GET", template=_template + "/{command_id}", function=command, bucket=limits.COMMANDS),
        Route(method="DELETE", template=_template + "/{command_id}", function=remove_command, bucket=limits.COMMANDS),
    ]
