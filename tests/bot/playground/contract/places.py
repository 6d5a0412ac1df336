"""Servers, channels, threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.bot.playground.contract.people import MEMBER, ROLE, USER
from tests.bot.playground.contract.shapes import (
    HASH,
    LOCALE,
    PERMISSIONS,
    SNOWFLAKE,
    ByKind,
    Exactly,
    ListOf,
    Moment,
    Nullable,
    Text,
    Thing,
    Truth,
    Whole,
)

TEXT, DIRECT, CATEGORY, NEWS = 0, 1, 4, 5
THREADS = (10, 11, 12)  # of news, public, private

OVERWRITE = Thing(required={"id": SNOWFLAKE, "type": Exactly((0, 1)), "allow": PERMISSIONS, "deny": PERMISSIONS})
_ARCHIVED_AFTER = Exactly((60, 1440, 4320, 10080))  # minutes
_NAME = Text(least=1, most=100)
_SLOWMODE = Whole(0, 21600)

_IN_GUILD = Thing(
    required={
        "id": SNOWFLAKE,
        "guild_id": SNOWFLAKE,
        "name": _NAME,
        "position": Whole(),
        "permission_overwrites": ListOf(OVERWRITE),
        "parent_id": Nullable(SNOWFLAKE),
        "flags": Whole(),
        "nsfw": Truth(),
    }
)


def _with_messages(kind: int) -> Thing:
    return _IN_GUILD.plus(
        required={
            "type": Exactly((kind,)),
            "topic": Nullable(Text(most=1024)),
            "last_message_id": Nullable(SNOWFLAKE),
            "rate_limit_per_user": _SLOWMODE,
        },
        optional={
            "last_pin_timestamp": Nullable(Moment()),
            "default_auto_archive_duration": _ARCHIVED_AFTER,
            "default_thread_rate_limit_per_user": _SLOWMODE,
        },
    )


GUILD_CHANNELS = {
    TEXT: _with_messages(TEXT),
    NEWS: _with_messages(NEWS),
    CATEGORY: _IN_GUILD.plus(required={"type": Exactly((CATEGORY,))}),
}
CHANNEL = ByKind("type", lambda: GUILD_CHANNELS)

THREAD_METADATA = Thing(
    required={
        "archived": Truth(),
        "auto_archive_duration": _ARCHIVED_AFTER,
        "archive_timestamp": Moment(),
        "locked": Truth(),
    },
    optional={"invitable": Truth(), "create_timestamp": Moment()},
)
THREAD_MEMBER = Thing(
    required={"join_timestamp": Moment(), "flags": Whole()}, optional={"id": SNOWFLAKE, "user_id": SNOWFLAKE}
)


def _only_private_threads_have_invitable(thread: Mapping[str, Any]) -> Iterator[str]:
    if "invitable" in thread["thread_metadata"] and thread["type"] != 12:
        yield "thread_metadata.invitable belongs to private threads"


THREAD = Thing(
    required={
        "id": SNOWFLAKE,
        "type": Exactly(THREADS),
        "guild_id": SNOWFLAKE,
        "parent_id": SNOWFLAKE,
        "owner_id": SNOWFLAKE,
        "name": _NAME,
        "last_message_id": Nullable(SNOWFLAKE),
        "message_count": Whole(),
        "member_count": Whole(0, 50),  # stops counting there
        "total_message_sent": Whole(),
        "rate_limit_per_user": _SLOWMODE,
        "thread_metadata": THREAD_METADATA,
        "flags": Whole(),
    },
    optional={
        "last_pin_timestamp": Nullable(Moment()),
        "member": THREAD_MEMBER,
        "applied_tags": ListOf(SNOWFLAKE),
    },
    rules=(_only_private_threads_have_invitable,),
)
NEW_THREAD = THREAD.plus(optional={"newly_created": Truth()})
#: Exactly these four.
DELETED_THREAD = Thing(
    required={"id": SNOWFLAKE, "guild_id": SNOWFLAKE, "parent_id": SNOWFLAKE, "type": Exactly(THREADS)}
)

#: In interactions: what the person who acts may do there, and no overwrites.
_PARTIAL = {"permissions": PERMISSIONS}
PARTIAL_CHANNELS = {
    **{
        kind: GUILD_CHANNELS[kind]
        .without("permission_overwrites", "default_auto_archive_duration", "default_thread_rate_limit_per_user")
        .plus(required=_PARTIAL, optional={"app_permissions": PERMISSIONS})
        for kind in (TEXT, NEWS)
    },
    CATEGORY: GUILD_CHANNELS[CATEGORY]
    .without("permission_overwrites")
    .plus(required=_PARTIAL, optional={"app_permissions": PERMISSIONS}),
    **{
        kind: THREAD.without("member").plus(required=_PARTIAL, optional={"app_permissions": PERMISSIONS})
        for kind in THREADS
    },
}
DIRECT_CHANNEL = Thing(
    required={"id": SNOWFLAKE, "type": Exactly((DIRECT,)), "last_message_id": Nullable(SNOWFLAKE), "flags": Whole()},
    optional={
        "last_pin_timestamp": Nullable(Moment()),
        "recipients": ListOf(USER, least=1),
        "permissions": PERMISSIONS,
    },
)
PARTIAL_CHANNEL = ByKind("type", lambda: {**PARTIAL_CHANNELS, DIRECT: DIRECT_CHANNEL})

UNAVAILABLE_GUILD = Thing(required={"id": SNOWFLAKE}, optional={"unavailable": Truth()})

_CHANNEL_OR_NONE = Nullable(SNOWFLAKE)
GUILD = Thing(
    required={
        "id": SNOWFLAKE,
        "name": Text(least=2, most=100),
        "icon": Nullable(HASH),
        "splash": Nullable(HASH),
        "discovery_splash": Nullable(HASH),
        "owner_id": SNOWFLAKE,
        "afk_channel_id": _CHANNEL_OR_NONE,
        "afk_timeout": Exactly((60, 300, 900, 1800, 3600)),
        "verification_level": Whole(0, 4),
        "default_message_notifications": Whole(0, 1),
        "explicit_content_filter": Whole(0, 2),
        "roles": ListOf(ROLE, least=1),
        "emojis": ListOf(Thing()),  # the stand-in's servers have none
        "features": ListOf(Text(r"[A-Z0-9_]+")),
        "mfa_level": Whole(0, 1),
        "application_id": Nullable(SNOWFLAKE),
        "system_channel_id": _CHANNEL_OR_NONE,
        "system_channel_flags": Whole(),
        "rules_channel_id": _CHANNEL_OR_NONE,
        "vanity_url_code": Nullable(Text()),
        "description": Nullable(Text()),
        "banner": Nullable(HASH),
        "premium_tier": Whole(0, 3),
        "preferred_locale": LOCALE,
        "public_updates_channel_id": _CHANNEL_OR_NONE,
        "nsfw_level": Whole(0, 3),
        "premium_progress_bar_enabled": Truth(),
        "safety_alerts_channel_id": _CHANNEL_OR_NONE,
        "incidents_data": Nullable(Thing()),
    },
    optional={
        "region": Text(),
        "widget_enabled": Truth(),
        "widget_channel_id": _CHANNEL_OR_NONE,
        "max_presences": Nullable(Whole()),
        "max_members": Whole(),
        "premium_subscription_count": Whole(),
        "max_video_channel_users": Whole(),
        "max_stage_video_channel_users": Whole(),
        "stickers": ListOf(Thing()),
        "home_header": Nullable(HASH),
        "nsfw": Truth(),
    },
)


def _everybody_has_a_role(guild: Mapping[str, Any]) -> Iterator[str]:
    if guild["id"] not in {one["id"] for one in guild["roles"]}:
        yield "the role of everybody, which has the server's own id, is missing"


def _all_of_the_same_guild(guild: Mapping[str, Any]) -> Iterator[str]:
    for name in ("channels", "threads"):
        for one in guild[name]:
            if one["guild_id"] != guild["id"]:
                yield f"{name}: {one['id']} is of another server"


#: Without the presences intent there is only the bot itself among the members.
NEW_GUILD = GUILD.plus(
    _everybody_has_a_role,
    _all_of_the_same_guild,
    required={
        "joined_at": Moment(),
        "large": Truth(),
        "member_count": Whole(1),
        "voice_states": ListOf(Thing(), most=0),
        "members": ListOf(MEMBER, least=1),
        "channels": ListOf(CHANNEL),
        "threads": ListOf(THREAD),
        "presences": ListOf(Thing(), most=0),
        "stage_instances": ListOf(Thing(), most=0),
        "guild_scheduled_events": ListOf(Thing(), most=0),
        "soundboard_sounds": ListOf(Thing(), most=0),
    },
    optional={"unavailable": Truth()},
)
