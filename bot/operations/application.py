"""What Discord says about the bot itself, asked before identifying: an intent that was not granted closes the gateway.

application = await application_of(config.token, config.api)
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import BotError
from bot.operations.rest import WAITS, Rest

# Each privileged intent has two bits: granted after a review, or switched on by the owner of a small bot.
_SERVER_MEMBERS = 1 << 14 | 1 << 15
_MESSAGE_CONTENT = 1 << 18 | 1 << 19
_FOR_SERVERS, _FOR_PERSONS = "0", "1"


@dataclass(frozen=True, kw_only=True)
class Application:
    """The application behind the token."""

    id: int
    name: str
    bot: int  # the bot's user
    bot_name: str
    owners: frozenset[int]  # its owner, or everybody in its team
    flags: int
    public: bool  # others than the owner may invite it
    needs_code_grant: bool  # an invite link alone would not do
    takes_interactions_elsewhere: bool  # a web address is set that gets them instead of the gateway
    for_servers: bool  # can be installed into a server
    for_persons: bool  # can be installed by a person for themselves

    @property
    def message_content(self) -> bool:
        """Whether the bot may read messages that do not mention it."""
        return bool(self.flags & _MESSAGE_CONTENT)

    @property
    def server_members(self) -> bool:
        """Whether the bot may know who joins and leaves."""
        return bool(self.flags & _SERVER_MEMBERS)


async def application_of(
    token: str,
    api: str | None = None,
    *,
    waits: tuple[float, ...] = WAITS,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Application:
    """Ask Discord. Raises WrongToken, DiscordUnreachable (after a try for each of `waits`) or BotError."""
    async with Rest(token=token, api=api, waits=waits, sleep=sleep) as rest:
        return await ask(rest)


async def ask(rest: Rest) -> Application:
    """The same, of a connection that is there."""
    user = await rest.get("/users/@me")
    application = await rest.get("/applications/@me")
    return read_application(user.body, application.body)


def read_application(user: Mapping[str, Any], application: Mapping[str, Any]) -> Application:
    """From Discord's two answers. Raises BotError when they are none."""
    try:
        # The older of the two fields has no room for the higher flags.
        flags = int(application.get("flags") or 0) | int(application.get("flags_new") or 0)
        kinds = application.get("integration_types_config") or {_FOR_SERVERS: {}}
        return Application(
            id=int(application["id"]),
            name=str(application["name"]),
            bot=int(user["id"]),
            bot_name=str(user["username"]),
            owners=_owners(application),
            flags=flags,
            public=bool(application.get("bot_public", True)),
            needs_code_grant=bool(application.get("bot_require_code_grant", False)),
            takes_interactions_elsewhere=bool(application.get("interactions_endpoint_url")),
            for_servers=_FOR_SERVERS in kinds,
            for_persons=_FOR_PERSONS in kinds,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BotError(
            "Discord describes the application in a way that this version does not understand.",
            log=f"no application in the answer: {error!r}",
        ) from error


def _owners(application: Mapping[str, Any]) -> frozenset[int]:
    team = application.get("team")
    if team:
        return frozenset(int(member["user"]["id"]) for member in team["members"])
    owner = application.get("owner")
    return frozenset({int(owner["id"])}) if owner else frozenset()
