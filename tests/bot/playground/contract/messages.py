"""Messages: their files, embeds, reactions, and which interaction they answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.bot.playground.contract.components import COMPONENT
from tests.bot.playground.contract.people import MESSAGE_MEMBER, USER
from tests.bot.playground.contract.places import NEW_THREAD
from tests.bot.playground.contract.shapes import (
    COLOUR,
    EMOJI,
    LINK,
    SNOWFLAKE,
    ByKind,
    Exactly,
    Later,
    ListOf,
    MapOf,
    Moment,
    Nullable,
    Shape,
    Text,
    Thing,
    Truth,
    Whole,
)

PIN_NOTICE, THREAD_NOTICE, REPLY, COMMAND, THREAD_STARTER, MENU = 6, 18, 19, 20, 21, 23
EPHEMERAL, LOADING, HAS_THREAD = 1 << 6, 1 << 7, 1 << 5

ATTACHMENT = Thing(
    required={
        "id": SNOWFLAKE,
        "filename": Text(r"[0-9A-Za-z._-]+"),
        "size": Whole(),
        # Signed: until when, since when, and the signature.
        "url": Text(r"https?://\S+/(ephemeral-)?attachments/\d+/\d+/\S+\?ex=[0-9a-f]+&is=[0-9a-f]+&hm=[0-9a-f]{64}&"),
        "proxy_url": LINK,
    },
    optional={
        "title": Nullable(Text()),
        "description": Text(most=1024),
        "content_type": Text(r"[a-z]+/[a-z0-9.+-]+(; charset=[a-zA-Z0-9-]+)?"),
        "width": Whole(1),
        "height": Whole(1),
        "placeholder": Text(),
        "placeholder_version": Whole(),
        "ephemeral": Truth(),
        "flags": Whole(),
    },
    rules=(lambda file: _both(file, "width", "height"),),
)


def _both(thing: Mapping[str, Any], one: str, other: str) -> Iterator[str]:
    if (thing.get(one) is None) is not (thing.get(other) is None):
        yield f"{one} and {other} come together"


_PICTURE = Thing(
    required={"url": LINK},
    optional={
        "proxy_url": LINK,
        "width": Whole(),
        "height": Whole(),
        "content_type": Text(),
        "placeholder": Text(),
        "placeholder_version": Whole(),
        "description": Text(),
        "flags": Whole(),
    },
)
EMBED = Thing(
    required={"type": Exactly(("rich", "image", "video", "gifv", "article", "link", "poll_result"))},
    optional={
        "title": Text(most=256),
        "description": Text(most=4096),
        "url": LINK,
        "timestamp": Moment(),
        "color": COLOUR,
        "footer": Thing(required={"text": Text(most=2048)}, optional={"icon_url": LINK, "proxy_icon_url": LINK}),
        "image": _PICTURE,
        "thumbnail": _PICTURE,
        "author": Thing(
            required={"name": Text(most=256)}, optional={"url": LINK, "icon_url": LINK, "proxy_icon_url": LINK}
        ),
        "fields": ListOf(
            Thing(required={"name": Text(most=256), "value": Text(most=1024), "inline": Truth()}), most=25
        ),
        "flags": Nullable(Whole()),
    },
)
REACTION = Thing(
    required={
        "emoji": EMOJI,
        "count": Whole(1),
        "count_details": Thing(required={"burst": Whole(), "normal": Whole()}),
        "me": Truth(),
        "me_burst": Truth(),
        "burst_colors": ListOf(Text(r"#[0-9a-f]{6}")),
    }
)

#: By whose installation: "0" a server's (its id; 0 in direct messages), "1" a person's.
OWNERS = MapOf(Exactly(("0", "1")), Text(r"0|[1-9]\d{5,19}"))
_METADATA = Thing(
    required={"id": SNOWFLAKE, "user": USER, "authorizing_integration_owners": OWNERS},
    optional={"original_response_message_id": SNOWFLAKE},
)


def _one_target(metadata: Mapping[str, Any]) -> Iterator[str]:
    if {"target_user", "target_message_id"} <= set(metadata):
        yield "two targets"


METADATA_OF_COMMAND = _METADATA.plus(
    _one_target,
    required={"type": Exactly((2,))},
    optional={"target_user": USER, "target_message_id": SNOWFLAKE},
)
METADATA_OF_COMPONENT = _METADATA.plus(
    required={"type": Exactly((3,)), "interacted_message_id": SNOWFLAKE},
)
METADATA_OF_FORM = _METADATA.plus(
    required={
        "type": Exactly((5,)),
        "triggering_interaction_metadata": ByKind("type", lambda: {2: METADATA_OF_COMMAND, 3: METADATA_OF_COMPONENT}),
    },
)
METADATA = ByKind("type", lambda: {2: METADATA_OF_COMMAND, 3: METADATA_OF_COMPONENT, 5: METADATA_OF_FORM})
#: The older form of it.
INTERACTION_OF_MESSAGE = Thing(
    required={"id": SNOWFLAKE, "type": Exactly((2,)), "name": Text(least=1), "user": USER},
    optional={"member": MESSAGE_MEMBER},
)

REFERENCE = Thing(
    required={"type": Exactly((0,)), "channel_id": SNOWFLAKE},
    optional={"message_id": SNOWFLAKE, "guild_id": SNOWFLAKE},
)


def _refers_as_its_type_says(message: Mapping[str, Any]) -> Iterator[str]:
    kind, reference = message["type"], message.get("message_reference")
    if kind in (REPLY, THREAD_STARTER, PIN_NOTICE) and "message_id" not in (reference or {}):
        yield f"a message of type {kind} refers to another one"
    if "referenced_message" in message:
        if kind not in (REPLY, THREAD_STARTER, MENU):
            yield f"a message of type {kind} has no referenced_message"
        referenced = message["referenced_message"]
        if referenced is not None and referenced["id"] != (reference or {}).get("message_id"):
            yield "referenced_message is another one than message_reference names"


def _says_whose_answer_it_is(message: Mapping[str, Any]) -> Iterator[str]:
    metadata = message.get("interaction_metadata")
    if "interaction" in message and (metadata is None or metadata["id"] != message["interaction"]["id"]):
        yield "interaction and interaction_metadata belong together"
    if message["type"] in (COMMAND, MENU) and metadata is None:
        yield "the answer to a command without interaction_metadata"
    if "webhook_id" in message and "application_id" not in message:
        yield "what came through an interaction's token names its application"
    if metadata is None or metadata["type"] != 2 or "original_response_message_id" in metadata:
        return
    target = metadata.get("target_message_id")
    if message["type"] == MENU and target != message.get("message_reference", {}).get("message_id"):
        yield "the answer to a message's menu refers to that message"


def _flags_match(message: Mapping[str, Any]) -> Iterator[str]:
    flags = message["flags"]
    if "thread" in message and not flags & HAS_THREAD:
        yield "a thread without its flag"
    if "thread" in message and message["thread"]["id"] != message["id"]:
        yield "a thread that was started from a message has the message's id"
    if flags & LOADING and "interaction_metadata" not in message:
        yield "only answers to interactions are waited for"


#: Without what hangs on it, as it stands in others.
BARE_MESSAGE = Thing(
    required={
        "id": SNOWFLAKE,
        "channel_id": SNOWFLAKE,
        "author": USER,
        "content": Text(most=4000),
        "timestamp": Moment(),
        "edited_timestamp": Nullable(Moment()),
        "tts": Truth(),
        "mention_everyone": Truth(),
        "mentions": ListOf(USER),
        "mention_roles": ListOf(SNOWFLAKE),
        "attachments": ListOf(ATTACHMENT, most=10),
        "embeds": ListOf(EMBED, most=10),
        "pinned": Truth(),
        "type": Exactly((0, PIN_NOTICE, THREAD_NOTICE, REPLY, COMMAND, THREAD_STARTER, MENU)),
        "flags": Whole(),
        "components": ListOf(COMPONENT, most=40),
    },
    optional={
        "nonce": Later(lambda: _NONCE),
        "webhook_id": SNOWFLAKE,
        "application_id": SNOWFLAKE,
        "message_reference": REFERENCE,
        "interaction_metadata": METADATA,
        "interaction": INTERACTION_OF_MESSAGE,
        "thread": NEW_THREAD.without("newly_created"),
        "position": Whole(),
    },
    rules=(_says_whose_answer_it_is, _flags_match),
)


class _Nonce(Shape):
    def differences(self, value: Any, path: str) -> Iterator[str]:
        shape = Text(most=25) if isinstance(value, str) else Whole(None)
        yield from shape.differences(value, path)


_NONCE = _Nonce()

MESSAGE = BARE_MESSAGE.plus(
    _refers_as_its_type_says,
    optional={"reactions": ListOf(REACTION), "referenced_message": Nullable(BARE_MESSAGE)},
)


def _private_where_only_one_sees_it(message: Mapping[str, Any]) -> Iterator[str]:
    if message["flags"] & EPHEMERAL and {"guild_id", "member"} & set(message):
        yield "an ephemeral message has neither guild_id nor member"


def _member_of_a_guild(message: Mapping[str, Any]) -> Iterator[str]:
    if "guild_id" not in message and "member" in message:
        yield "a member without a server"
    if "webhook_id" in message and "member" in message:
        yield "what comes through an interaction's token has no member"
    if "guild_id" not in message and any("member" in one for one in message["mentions"]):
        yield "members among the mentioned, without a server"


#: On the gateway: with the server, and with the memberships of the author and of those who are mentioned.
NEW_MESSAGE = MESSAGE.without("mentions").plus(
    _private_where_only_one_sees_it,
    _member_of_a_guild,
    required={"mentions": ListOf(USER.plus(optional={"member": MESSAGE_MEMBER}))},
    optional={"guild_id": SNOWFLAKE, "member": MESSAGE_MEMBER},
)
EDITED_MESSAGE = NEW_MESSAGE.plus(required={"tts": Exactly((False,))})
