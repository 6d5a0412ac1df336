"""People, servers and channels as Discord writes them, with every documented field. Messages: `message_payloads`."""

from __future__ import annotations

import datetime
from typing import Any

from bot.playground import permissions
from bot.playground.model import Application, Channel, ChannelKind, Guild, Member, Overwrite, Role, User


def moment(seconds: float) -> str:
    """A time as Discord writes it."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="microseconds")


def moment_or_none(seconds: float | None) -> str | None:
    return None if seconds is None else moment(seconds)


def text_or_none(id_: int | None) -> str | None:
    return None if id_ is None else str(id_)


def user(one: User) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "id": str(one.id),
        "username": one.name,
        "avatar": one.avatar_hash,
        # People have had none since 2023; bots keep theirs.
        "discriminator": f"{one.id % 9999 + 1:04}" if one.bot else "0",
        "public_flags": 0,
        "flags": 0,
        "banner": None,
        "accent_color": None,
        "global_name": None if one.bot else one.display_name,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
    }
    if one.bot:
        payload["bot"] = True
    return payload


def own_user(one: User) -> dict[str, Any]:
    """The bot to itself."""
    return {**user(one), "mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}


def member(one: Member, *, with_user: bool = True) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "avatar": None,
        "avatar_decoration_data": None,
        "banner": None,
        "collectibles": None,
        "communication_disabled_until": moment_or_none(one.timed_out_until),
        "flags": 0,
        "joined_at": moment(one.joined),
        "nick": one.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role) for role in one.roles],
        "mute": False,
        "deaf": False,
    }
    if with_user:
        payload["user"] = user(one.user)
    return payload


def resolved_member(one: Member, allowed: int) -> dict[str, Any]:
    """Of somebody whom an interaction refers to: the user stands elsewhere, and nothing is said of voice channels."""
    written = {**member(one, with_user=False), "permissions": str(allowed)}
    del written["mute"], written["deaf"]
    return written


def role(one: Role) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "id": str(one.id),
        "name": one.name,
        "permissions": str(one.permissions),
        "position": one.position,
        "color": one.color,
        "colors": {"primary_color": one.color, "secondary_color": None, "tertiary_color": None},
        "hoist": one.hoist,
        "managed": one.bot is not None,
        "mentionable": one.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    if one.bot is not None:
        payload["tags"] = {"bot_id": str(one.bot)}
    return payload


def overwrite(one: Overwrite) -> dict[str, Any]:
    return {"id": str(one.id), "type": 1 if one.member else 0, "allow": str(one.allow), "deny": str(one.deny)}


def channel(one: Channel) -> dict[str, Any]:
    base: dict[str, Any] = {"id": str(one.id), "type": int(one.kind), "flags": 0}
    if one.kind is not ChannelKind.CATEGORY:
        base["last_message_id"] = text_or_none(one.last_message_id)
    if one.kind is ChannelKind.DIRECT:
        return {**base, "recipients": [user(each) for each in one.recipients]}
    base |= {"guild_id": str(one.guild_id), "name": one.name, "parent_id": text_or_none(one.parent_id)}
    if one.is_thread:
        return base | _of_thread(one)
    base |= {
        "position": one.position,
        "permission_overwrites": [overwrite(each) for each in one.overwrites.values()],
        "nsfw": one.nsfw,
    }
    if one.kind is ChannelKind.CATEGORY:
        return base
    if one.kind is ChannelKind.TEXT:
        base["last_pin_timestamp"] = moment_or_none(one.last_pin)
    return base | {"topic": one.topic, "rate_limit_per_user": one.slowmode}


def _of_thread(one: Channel) -> dict[str, Any]:
    messages = sum(each.only_for is None for each in one.messages.values())
    return {
        "owner_id": str(one.owner_id),
        "rate_limit_per_user": one.slowmode,
        "thread_metadata": {
            "archived": one.archived,
            "archive_timestamp": moment(one.created),
            "auto_archive_duration": one.auto_archive,
            "locked": one.locked,
            "create_timestamp": moment(one.created),
        },
        "message_count": messages,
        "member_count": min(50, len(one.thread_members)),  # stops counting there
        "total_message_sent": messages,
    }


def partial_channel(one: Channel, allowed: int) -> dict[str, Any]:
    """As interactions have it. `allowed`: what the person who acts may do there."""
    written = {**channel(one), "permissions": str(allowed)}
    written.pop("permission_overwrites", None)
    return written


def thread_member(thread: Channel, person: int) -> dict[str, Any]:
    return {
        "id": str(thread.id),
        "user_id": str(person),
        "join_timestamp": moment(thread.thread_members[person]),
        "flags": 0,
    }


def guild(one: Guild) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "name": one.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": str(one.owner_id),
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None if one.system_channel is None else str(one.system_channel),
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": [role(each) for each in one.roles.values()],
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": one.premium_tier,
        "premium_subscription_count": (0, 2, 7, 14)[one.premium_tier],
        "preferred_locale": one.locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def gateway_guild(one: Guild, bot: User, now: float, *, all_members: bool = False) -> dict[str, Any]:
    """What GUILD_CREATE says. Without the presences intent a bot is shown nobody but itself."""
    itself = one.members[bot.id]
    threads = [each for each in one.channels.values() if each.is_thread and not each.archived]
    return {
        **guild(one),
        "joined_at": moment(itself.joined),
        "large": len(one.members) > 250,
        "unavailable": False,
        "member_count": len(one.members),
        "voice_states": [],
        "members": [member(each) for each in (one.members.values() if all_members else (itself,))],
        "channels": [channel(each) for each in one.channels.values() if not each.is_thread],
        "threads": [channel(each) for each in threads if permissions.in_channel(one, each, bot.id, now)],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def application(one: Application, guilds: int) -> dict[str, Any]:
    install = {"scopes": ["applications.commands", "bot"], "permissions": "0"}
    kinds: dict[str, Any] = {"0": {"oauth2_install_params": install}}
    if one.personal_install:
        kinds["1"] = {"oauth2_install_params": {"scopes": ["applications.commands"], "permissions": "0"}}
    return {
        "id": str(one.id),
        "name": one.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(one.bot),
        "bot_public": one.public,
        "bot_require_code_grant": False,
        "install_params": install,
        "integration_types_config": kinds,
        "verify_key": f"{one.id:064x}",
        "flags": one.flags,
        "flags_new": str(one.flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(one.owner),
        "approximate_guild_count": guilds,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "event_webhooks_url": None,
        "event_webhooks_status": 1,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["applications.commands", "bot"],
    }
