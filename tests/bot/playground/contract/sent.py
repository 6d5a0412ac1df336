"""What a bot sends over its socket, by operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.bot.playground.contract.shapes import (
    LINK,
    SNOWFLAKE,
    Exactly,
    Later,
    ListOf,
    Nullable,
    Number,
    Shape,
    Text,
    Thing,
    Truth,
    Whole,
)

HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, REQUEST_MEMBERS = 1, 2, 3, 4, 6, 8

#: Milliseconds; discord.py writes 0.0.
_SINCE = Nullable(Number())
#: What bots can set of one.
ACTIVITY = Thing(
    required={"name": Text(least=1, most=128), "type": Whole(0, 5)},
    optional={"state": Nullable(Text(most=128)), "url": Nullable(LINK)},
)
_STATUS = Exactly(("online", "dnd", "idle", "invisible", "offline"))
UPDATE = Thing(required={"since": _SINCE, "activities": ListOf(ACTIVITY), "status": _STATUS, "afk": Truth()})
#: discord.py begins with the older form of it, which Discord still takes: one `game`, and null for "online".
FIRST_PRESENCE = Thing(
    required={"since": _SINCE, "status": Nullable(_STATUS), "afk": Truth(), "game": Nullable(ACTIVITY)}
)


class _Presence(Shape):
    def differences(self, value: Any, path: str) -> Iterator[str]:
        older = isinstance(value, dict) and "game" in value
        yield from (FIRST_PRESENCE if older else UPDATE).differences(value, path)


def _a_shard_there_is(identify: Mapping[str, Any]) -> Iterator[str]:
    shard, shards = identify.get("shard", (0, 1))
    if not 0 <= shard < shards:
        yield f"there is no shard {shard} of {shards}"


def _one_way_of_asking(request: Mapping[str, Any]) -> Iterator[str]:
    if ("query" in request) is ("user_ids" in request):
        yield "either query or user_ids"
    if "query" in request and "limit" not in request:
        yield "a query has a limit"


class _Ids(Shape):
    """One, or several."""

    def differences(self, value: Any, path: str) -> Iterator[str]:
        shape = ListOf(_AN_ID, most=100) if isinstance(value, list) else _AN_ID
        yield from shape.differences(value, path)


class _AnId(Shape):
    """discord.py sends numbers in places, which Discord takes."""

    def differences(self, value: Any, path: str) -> Iterator[str]:
        shape = Whole(1) if isinstance(value, int) else SNOWFLAKE
        yield from shape.differences(value, path)


_AN_ID = _AnId()

OPERATIONS: dict[int, Shape] = {
    HEARTBEAT: Nullable(Whole()),
    IDENTIFY: Thing(
        required={
            "token": Text(least=1),
            "properties": Thing(required={"os": Text(), "browser": Text(), "device": Text()}),
            "intents": Whole(0, (1 << 26) - 1),
        },
        optional={
            "compress": Truth(),
            "large_threshold": Whole(50, 250),
            "shard": ListOf(Whole(), least=2, most=2),
            "presence": Later(_Presence),
        },
        rules=(_a_shard_there_is,),
    ),
    PRESENCE: UPDATE,
    VOICE: Thing(
        required={"guild_id": _AN_ID, "channel_id": Nullable(_AN_ID), "self_mute": Truth(), "self_deaf": Truth()}
    ),
    RESUME: Thing(required={"token": Text(least=1), "session_id": Text(least=1), "seq": Whole()}),
    REQUEST_MEMBERS: Thing(
        required={"guild_id": _AN_ID},
        optional={
            "query": Text(),
            "limit": Whole(0, 100),
            "presences": Truth(),
            "user_ids": _Ids(),
            "nonce": Text(most=32),
        },
        rules=(_one_way_of_asking,),
    ),
}
