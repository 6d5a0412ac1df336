"""What the stand-in's world consists of. These values change as people and the bot act, so they are not frozen.

Ids are whole numbers in here and strings on the wire; times are Unix seconds.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, field
from typing import Any

MiB = 1 << 20


class ChannelKind(enum.IntEnum):
    TEXT = 0
    DIRECT = 1
    CATEGORY = 4
    NEWS = 5
    NEWS_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12


class MessageKind(enum.IntEnum):
    DEFAULT = 0
    PINNED = 6
    THREAD_CREATED = 18
    REPLY = 19
    COMMAND = 20
    MENU = 23


class MessageFlag(enum.IntFlag):
    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SILENT = 1 << 12
    COMPONENTS_V2 = 1 << 15


#: The flag of an attachment that is hidden until it is clicked.
SPOILER = 1 << 3


@dataclass(kw_only=True, eq=False)
class User:
    """A person, or a bot."""

    id: int
    name: str
    display_name: str | None = None
    bot: bool = False
    avatar: bytes | None = field(default=None, repr=False)  # a PNG
    accepts_direct_messages: bool = True
    locale: str = "en-GB"

    @property
    def avatar_hash(self) -> str | None:
        return None if self.avatar is None else hashlib.md5(self.avatar, usedforsecurity=False).hexdigest()

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(kw_only=True, eq=False)
class Role:
    id: int
    name: str
    permissions: int = 0
    position: int = 1
    color: int = 0
    hoist: bool = False
    mentionable: bool = False
    bot: int | None = None  # the bot that the role was made for


@dataclass(frozen=True, kw_only=True)
class Overwrite:
    """What a channel allows or denies to a role or a member, against what the server says."""

    id: int
    member: bool  # False: of a role
    allow: int = 0
    deny: int = 0


@dataclass(kw_only=True, eq=False)
class Attachment:
    id: int
    channel_id: int
    filename: str
    content_type: str
    data: bytes = field(repr=False)
    width: int | None = None
    height: int | None = None
    description: str | None = None
    spoiler: bool = False
    ephemeral: bool = False

    @property
    def size(self) -> int:
        return len(self.data)


@dataclass(kw_only=True, eq=False)
class Message:
    id: int
    channel_id: int
    guild_id: int | None
    author: User
    created: float
    kind: MessageKind = MessageKind.DEFAULT
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    edited: float | None = None
    mentions: list[User] = field(default_factory=list)  # as far as the sender allowed them
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    pinged: frozenset[int] = frozenset()  # who got a notification: users, never the author; edits add nobody
    reply_to: int | None = None
    nonce: str | int | None = None
    tts: bool = False
    pinned: float | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict)
    interaction: dict[str, Any] | None = None  # which interaction it answers, as Discord writes it
    interaction_name: str | None = None
    given: list[Attachment] = field(default_factory=list)  # files of the command that it answers: its user's own
    from_application: bool = False  # written through an interaction's token
    only_for: int | None = None  # ephemeral: the one person who sees it
    thread: int | None = None
    edits: int = 0
    deleted: bool = False

    @property
    def loading(self) -> bool:
        """An answer that was only promised so far."""
        return bool(self.flags & MessageFlag.LOADING)

    @property
    def ephemeral(self) -> bool:
        return self.only_for is not None

    @property
    def text(self) -> str:
        """Everything that a person reads in it: content, embeds, and texts among the components."""
        parts = [self.content]
        for embed in self.embeds:
            parts += [str(embed[key]) for key in ("title", "description") if embed.get(key)]
            parts += [f"{one['name']}\n{one['value']}" for one in embed.get("fields", ())]
            if "footer" in embed:
                parts.append(str(embed["footer"]["text"]))
        parts += [str(one["content"]) for one in self.walk_components() if one["type"] == 10]
        return "\n".join(part for part in parts if part)

    def walk_components(self) -> list[dict[str, Any]]:
        """All components, from the outside in."""
        found: list[dict[str, Any]] = []
        waiting = list(self.components)
        while waiting:
            one = waiting.pop(0)
            found.append(one)
            inner = list(one.get("components", ()))
            if "accessory" in one:
                inner.append(one["accessory"])
            waiting = inner + waiting
        return found

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [one for one in self.walk_components() if one["type"] == 2]


@dataclass(kw_only=True, eq=False)
class Channel:
    id: int
    kind: ChannelKind
    guild_id: int | None = None
    name: str = ""
    position: int = 0
    topic: str | None = None
    nsfw: bool = False
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    parent_id: int | None = None
    recipients: list[User] = field(default_factory=list)  # of a direct message: the person
    messages: dict[int, Message] = field(default_factory=dict)  # in the order of their ids
    slowmode: int = 0
    last_message_id: int | None = None
    last_pin: float | None = None
    # of a thread
    owner_id: int | None = None
    thread_members: dict[int, float] = field(default_factory=dict)  # user: joined
    archived: bool = False
    locked: bool = False
    auto_archive: int = 1440
    created: float = 0.0

    @property
    def is_thread(self) -> bool:
        return self.kind in (ChannelKind.NEWS_THREAD, ChannelKind.PUBLIC_THREAD, ChannelKind.PRIVATE_THREAD)

    @property
    def is_direct(self) -> bool:
        return self.kind is ChannelKind.DIRECT


@dataclass(kw_only=True, eq=False)
class Member:
    user: User
    joined: float
    roles: list[int] = field(default_factory=list)
    nick: str | None = None
    timed_out_until: float | None = None


@dataclass(kw_only=True, eq=False)
class Guild:
    id: int
    name: str
    owner_id: int
    roles: dict[int, Role]  # with the one of everybody, whose id is the guild's
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)  # with its threads
    premium_tier: int = 0
    locale: str = "en-GB"
    system_channel: int | None = None  # for the server's own messages
    real_upload_limit: int | None = None  # what is enforced where it differs from what the tier promises

    @property
    def upload_limit(self) -> int:
        """Bytes of one file."""
        if self.real_upload_limit is not None:
            return self.real_upload_limit
        return {0: 10 * MiB, 1: 10 * MiB, 2: 50 * MiB, 3: 100 * MiB}[self.premium_tier]


@dataclass(kw_only=True, eq=False)
class Application:
    """The bot's application, as its owner has set it in the developer portal."""

    id: int
    name: str
    bot: User
    owner: User
    message_content: bool = True  # the privileged intents that are switched on
    guild_members: bool = False
    presences: bool = False
    public: bool = True
    personal_install: bool = True
    installed_by: set[int] = field(default_factory=set)  # people, for themselves
    shards: int = 1  # that the gateway recommends

    @property
    def flags(self) -> int:
        """The limited forms, which is what an application has below 10,000 users."""
        return (
            (1 << 19 if self.message_content else 0)
            | (1 << 15 if self.guild_members else 0)
            | (1 << 13 if self.presences else 0)
        )
