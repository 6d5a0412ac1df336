"""Which parts of the gateway's events are objects that the description knows from REST, so that they can be checked.

The description has no gateway events; but a message there is a message with two fields more, and so on. What the
events themselves are is a contract of its own, among the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.playground.recording import Frame

#: What the gateway adds to a server, and what it adds to messages, channels, members.
_GUILD = {
    "joined_at", "large", "unavailable", "member_count", "voice_states", "members", "channels", "threads", "presences",
    "stage_instances", "guild_scheduled_events", "soundboard_sounds",
}  # fmt: skip


def objects(frame: Frame) -> Iterator[tuple[str, Any]]:
    """(name of the schema, value) for every such object in an event."""
    data, name = frame.data, frame.name
    if frame.incoming or name is None or not isinstance(data, dict):
        return
    if name == "READY":
        yield "UserPIIResponse", data["user"]
    elif name == "GUILD_CREATE":
        yield "GuildResponse", _without(data, _GUILD)
        for member in data["members"]:
            yield "GuildMemberResponse", member
        for channel in data["channels"]:
            yield "GuildChannelResponse", channel
        for thread in data["threads"]:
            yield "ThreadResponse", thread
    elif name in ("CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"):
        yield "GuildChannelResponse", data
    elif name in ("THREAD_CREATE", "THREAD_UPDATE"):
        yield "ThreadResponse", _without(data, {"newly_created"})
    elif name in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
        mentions = [_without(one, {"member"}) for one in data["mentions"]]
        yield "MessageResponse", {**_without(data, {"guild_id", "member"}), "mentions": mentions}
    elif name in ("GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE"):
        yield "GuildMemberResponse", _without(data, {"guild_id"})
    elif name in ("GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE"):
        yield "GuildRoleResponse", data["role"]
    elif name == "INTERACTION_CREATE":
        yield from _of_interaction(data)


def _of_interaction(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if "message" in data:
        yield "MessageResponse", data["message"]
    if "user" in data:
        yield "UserResponse", data["user"]
    if "member" in data:
        yield "GuildMemberResponse", _without(data["member"], {"permissions"})
    resolved = data["data"].get("resolved", {})
    for kind, schema in (
        ("messages", "MessageResponse"),
        ("users", "UserResponse"),
        ("roles", "GuildRoleResponse"),
        ("attachments", "AttachmentResponse"),
    ):
        for one in resolved.get(kind, {}).values():
            yield schema, one


def _without(data: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in names}
