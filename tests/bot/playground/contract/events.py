"""What the gateway sends, by operation and by name of event. What is not here, it does not send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.bot.playground.contract.interactions import INTERACTION
from tests.bot.playground.contract.messages import EDITED_MESSAGE, NEW_MESSAGE
from tests.bot.playground.contract.people import MEMBER, OWN_USER, ROLE, UPDATED_MEMBER, USER
from tests.bot.playground.contract.places import (
    CHANNEL,
    DELETED_THREAD,
    NEW_GUILD,
    NEW_THREAD,
    THREAD,
    UNAVAILABLE_GUILD,
)
from tests.bot.playground.contract.shapes import (
    EMOJI,
    NULL,
    SNOWFLAKE,
    Exactly,
    ListOf,
    Moment,
    Nullable,
    Shape,
    Text,
    Thing,
    Truth,
    Whole,
)

DISPATCH, HEARTBEAT, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 1, 7, 9, 10, 11

#: Which of the gateway's machines it went through; for those who debug it.
_TRACE = {"_trace": ListOf(Text())}

OPERATIONS: dict[int, Shape] = {
    HEARTBEAT: NULL,  # it asks for one
    RECONNECT: NULL,
    INVALID_SESSION: Truth(),  # whether the session may be resumed
    HELLO: Thing(required={"heartbeat_interval": Whole(1)}, optional=_TRACE),
    HEARTBEAT_ACK: NULL,
}


def _a_shard_there_is(ready: Mapping[str, Any]) -> Iterator[str]:
    shard, shards = ready.get("shard", (0, 1))
    if not 0 <= shard < shards:
        yield f"there is no shard {shard} of {shards}"
    for one in ready["guilds"]:
        if (int(one["id"]) >> 22) % shards != shard:
            yield f"the server {one['id']} belongs to another shard"


READY = Thing(
    required={
        "v": Exactly((10,)),
        "user": OWN_USER,
        # They are unavailable until GUILD_CREATE says otherwise.
        "guilds": ListOf(UNAVAILABLE_GUILD.plus(required={"unavailable": Exactly((True,))})),
        "session_id": Text(least=1),
        "resume_gateway_url": Text(r"wss?://\S+"),
        "application": Thing(required={"id": SNOWFLAKE, "flags": Whole()}),
    },
    optional={"shard": ListOf(Whole(), least=2, most=2), **_TRACE},
    rules=(_a_shard_there_is,),
)

_ROLE = Thing(required={"guild_id": SNOWFLAKE, "role": ROLE})
_DELETED = {"channel_id": SNOWFLAKE}
_IN_GUILD = {"guild_id": SNOWFLAKE}
_REACTION = Thing(
    required={
        "user_id": SNOWFLAKE,
        "channel_id": SNOWFLAKE,
        "message_id": SNOWFLAKE,
        "emoji": EMOJI,
        "burst": Exactly((False,)),
        "type": Exactly((0,)),
    },
    optional=_IN_GUILD,
)


def _a_chunk_of_those_that_come(chunk: Mapping[str, Any]) -> Iterator[str]:
    if not chunk["chunk_index"] < chunk["chunk_count"]:
        yield f"chunk {chunk['chunk_index']} of {chunk['chunk_count']}"


def _who_reacts_in_a_guild_is_a_member(reaction: Mapping[str, Any]) -> Iterator[str]:
    if ("member" in reaction) is not ("guild_id" in reaction):
        yield "member and guild_id come together"
    elif "member" in reaction and reaction["member"]["user"]["id"] != reaction["user_id"]:
        yield "the member is somebody else"


EVENTS: dict[str, Thing | Shape] = {
    "READY": READY,
    "RESUMED": Thing(optional=_TRACE),
    "GUILD_CREATE": NEW_GUILD,
    "GUILD_DELETE": UNAVAILABLE_GUILD,
    "GUILD_MEMBER_ADD": MEMBER.plus(required=_IN_GUILD),
    "GUILD_MEMBER_UPDATE": UPDATED_MEMBER,
    "GUILD_MEMBER_REMOVE": Thing(required={**_IN_GUILD, "user": USER}),
    "GUILD_MEMBERS_CHUNK": Thing(
        required={
            **_IN_GUILD,
            "members": ListOf(MEMBER, most=1000),
            "chunk_index": Whole(),
            "chunk_count": Whole(1),
        },
        optional={"not_found": ListOf(SNOWFLAKE), "nonce": Text(most=32)},
        rules=(_a_chunk_of_those_that_come,),
    ),
    "GUILD_ROLE_CREATE": _ROLE,
    "GUILD_ROLE_UPDATE": _ROLE,
    "GUILD_ROLE_DELETE": Thing(required={**_IN_GUILD, "role_id": SNOWFLAKE}),
    "CHANNEL_CREATE": CHANNEL,
    "CHANNEL_UPDATE": CHANNEL,
    "CHANNEL_DELETE": CHANNEL,
    "CHANNEL_PINS_UPDATE": Thing(
        required={"channel_id": SNOWFLAKE}, optional={**_IN_GUILD, "last_pin_timestamp": Nullable(Moment())}
    ),
    "THREAD_CREATE": NEW_THREAD,
    "THREAD_UPDATE": THREAD,
    "THREAD_DELETE": DELETED_THREAD,
    "MESSAGE_CREATE": NEW_MESSAGE,
    "MESSAGE_UPDATE": EDITED_MESSAGE,
    "MESSAGE_DELETE": Thing(required={"id": SNOWFLAKE, **_DELETED}, optional=_IN_GUILD),
    "MESSAGE_DELETE_BULK": Thing(
        required={"ids": ListOf(SNOWFLAKE, least=1, most=100), **_DELETED}, optional=_IN_GUILD
    ),
    "MESSAGE_REACTION_ADD": _REACTION.plus(
        _who_reacts_in_a_guild_is_a_member,
        optional={
            "member": MEMBER,
            "message_author_id": SNOWFLAKE,
            "burst_colors": ListOf(Text(r"#[0-9a-f]{6}")),
        },
    ),
    "MESSAGE_REACTION_REMOVE": _REACTION,
    "INTERACTION_CREATE": INTERACTION,
}
