"""Everything that exists behind the stand-in: servers, channels, people, messages, the bot's application."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any

from bot.playground import payloads, permissions
from bot.playground.events import Event, Intent
from bot.playground.images import portrait
from bot.playground.model import (
    Application,
    Channel,
    ChannelKind,
    Guild,
    Member,
    Message,
    Overwrite,
    Role,
    User,
)
from bot.playground.permissions import Permission
from bot.playground.watching import Watchers

#: Snowflakes count milliseconds from the first second of 2015.
EPOCH = 1420070400.0


def snowflake_seconds(seconds: float) -> int:
    """By how much an id grows in this time."""
    return int(seconds * 1000) << 22


class Snowflakes:
    """Ids that carry their time and never repeat."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.last = 0  # all that come are greater

    def next(self) -> int:
        self.last = max(self.last + 1, self.now())
        return self.last

    def now(self) -> int:
        """The smallest id of this moment."""
        return snowflake_seconds(self._clock() - EPOCH)


class World:
    """The state, and the changes that the gateway tells the bot of.

    Reading it and changing it from Python needs no care as long as it happens in the event loop. The dictionaries are
    for reading; what changes something goes through the methods, so that the bot hears of it.
    """

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.ids = Snowflakes(clock)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}  # all of them: of servers, threads, direct messages
        self.watchers = Watchers()
        self.emit: Callable[[Event], None] = lambda event: None  # the gateway, once there is one
        # The bot's account has the application's id, as every one made since 2016 has.
        bot = self.add_user("Dreambot", bot=True)
        self.application = Application(
            id=bot.id, name="Dreambot", bot=bot, owner=self.add_user("olive", display_name="Olive")
        )
        self.token = f"stand-in.{secrets.token_urlsafe(18)}"

    @property
    def bot(self) -> User:
        return self.application.bot

    def become(
        self, *, application: Application, users: Iterable[User], guilds: Iterable[Guild], channels: Iterable[Channel]
    ) -> None:
        """Another world in place of this one, e.g. one that was kept. Nobody is told; the token stays."""
        self.application = application
        # Others hold on to these dictionaries.
        self.users.clear()
        self.users.update({one.id: one for one in users})
        self.guilds.clear()
        self.guilds.update({one.id: one for one in guilds})
        self.channels.clear()
        self.channels.update({one.id: one for one in channels})

    # people

    def add_user(self, name: str, *, display_name: str | None = None, bot: bool = False, avatar: bool = False) -> User:
        user = User(id=self.ids.next(), name=name, display_name=display_name, bot=bot)
        if avatar:
            user.avatar = self.draw_avatar(user)
        self.users[user.id] = user
        self.watchers.tell(user)
        return user

    def draw_avatar(self, user: User) -> bytes:
        """A picture of their own, the same each time."""
        return portrait(sum(user.name.encode()))

    # servers

    def add_guild(self, name: str, *, owner: User | None = None, with_bot: bool = True, premium_tier: int = 0) -> Guild:
        """A server. `with_bot`: the bot is a member with a role of its own, as after an invitation."""
        owner = owner or self.application.owner
        id_ = self.ids.next()
        everyone = Role(id=id_, name="@everyone", permissions=permissions.EVERYONE, position=0)
        guild = Guild(id=id_, name=name, owner_id=owner.id, roles={id_: everyone}, premium_tier=premium_tier)
        self.guilds[id_] = guild
        guild.members[owner.id] = Member(user=owner, joined=self.clock())
        if with_bot:
            self.invite_bot(guild)
        return guild

    def invite_bot(self, guild: Guild, granted: int = 0) -> None:
        """Add the bot, with a role that has these permissions besides everybody's."""
        role = Role(id=self.ids.next(), name=self.application.name, permissions=granted, bot=self.bot.id)
        role.position = len(guild.roles)
        guild.roles[role.id] = role
        guild.members[self.bot.id] = Member(user=self.bot, joined=self.clock(), roles=[role.id])
        payload = payloads.gateway_guild(guild, self.bot, self.clock())
        del payload["unavailable"]  # only there for a server that was known before
        self._emit("GUILD_CREATE", guild.id, payload)

    def kick_bot(self, guild: Guild) -> None:
        self._emit("GUILD_DELETE", guild.id, {"id": str(guild.id)})
        del guild.members[self.bot.id]
        self.watchers.tell(guild)

    def add_member(self, guild: Guild, user: User, *, roles: Iterable[Role] = (), nick: str | None = None) -> Member:
        member = Member(user=user, joined=self.clock(), roles=[role.id for role in roles], nick=nick)
        guild.members[user.id] = member
        payload = {**payloads.member(member), "guild_id": str(guild.id)}
        self._emit("GUILD_MEMBER_ADD", guild.id, payload, intent=Intent.GUILD_MEMBERS)
        return member

    def remove_member(self, guild: Guild, user: User) -> None:
        del guild.members[user.id]
        payload = {"guild_id": str(guild.id), "user": payloads.user(user)}
        self._emit("GUILD_MEMBER_REMOVE", guild.id, payload, intent=Intent.GUILD_MEMBERS)

    def member_changed(self, guild: Guild, member: Member) -> None:
        """After a change of roles, nick or time-out. The bot hears of others' only with the members intent."""
        payload = {**payloads.member(member), "guild_id": str(guild.id)}
        intent = Intent(0) if member.user is self.bot else Intent.GUILD_MEMBERS
        self._emit("GUILD_MEMBER_UPDATE", guild.id, payload, intent=intent)

    def add_role(self, guild: Guild, name: str, granted: int = 0) -> Role:
        role = Role(id=self.ids.next(), name=name, permissions=granted, position=len(guild.roles))
        guild.roles[role.id] = role
        self._emit("GUILD_ROLE_CREATE", guild.id, {"guild_id": str(guild.id), "role": payloads.role(role)})
        return role

    def set_role(self, guild: Guild, role: Role, granted: int) -> None:
        role.permissions = granted
        self._emit("GUILD_ROLE_UPDATE", guild.id, {"guild_id": str(guild.id), "role": payloads.role(role)})

    def remove_role(self, guild: Guild, role: Role) -> None:
        del guild.roles[role.id]
        for member in guild.members.values():
            if role.id in member.roles:
                member.roles.remove(role.id)
        self._emit("GUILD_ROLE_DELETE", guild.id, {"guild_id": str(guild.id), "role_id": str(role.id)})

    # channels

    def add_channel(
        self, guild: Guild, name: str, *, nsfw: bool = False, hidden: bool = False, topic: str | None = None
    ) -> Channel:
        """`hidden`: nobody sees it but those whom an overwrite lets in."""
        channel = Channel(
            id=self.ids.next(),
            kind=ChannelKind.TEXT,
            guild_id=guild.id,
            name=name,
            nsfw=nsfw,
            topic=topic,
            position=len(guild.channels),
        )
        if hidden:
            channel.overwrites[guild.id] = Overwrite(id=guild.id, member=False, deny=int(Permission.VIEW_CHANNEL))
        self._add_channel(guild, channel)
        return channel

    def add_thread(self, parent: Channel, name: str, owner: User, *, started_by: Message | None = None) -> Channel:
        guild = self.guilds[parent.guild_id or 0]
        thread = Channel(
            id=started_by.id if started_by is not None else self.ids.next(),
            kind=ChannelKind.PUBLIC_THREAD,
            guild_id=guild.id,
            name=name,
            parent_id=parent.id,
            owner_id=owner.id,
            created=self.clock(),
        )
        thread.thread_members[owner.id] = self.clock()
        self.channels[thread.id] = thread
        guild.channels[thread.id] = thread
        payload = {**payloads.channel(thread), "newly_created": True}
        self._emit("THREAD_CREATE", guild.id, payload)
        return thread

    def _add_channel(self, guild: Guild, channel: Channel) -> None:
        self.channels[channel.id] = channel
        guild.channels[channel.id] = channel
        self._emit("CHANNEL_CREATE", guild.id, payloads.channel(channel))

    def set_overwrite(self, channel: Channel, target: Role | User, *, allow: int = 0, deny: int = 0) -> None:
        channel.overwrites[target.id] = Overwrite(
            id=target.id, member=isinstance(target, User), allow=int(allow), deny=int(deny)
        )
        self._emit("CHANNEL_UPDATE", channel.guild_id, payloads.channel(channel))

    def channel_changed(self, channel: Channel) -> None:
        name = "THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE"
        self._emit(name, channel.guild_id, payloads.channel(channel))

    def delete_channel(self, channel: Channel) -> None:
        payload = payloads.channel(channel)
        del self.channels[channel.id]
        if channel.guild_id is not None:
            guild = self.guilds[channel.guild_id]
            del guild.channels[channel.id]
            for thread in [one for one in guild.channels.values() if one.parent_id == channel.id and one.is_thread]:
                del guild.channels[thread.id]
                del self.channels[thread.id]
        for message in channel.messages.values():
            message.deleted = True
        if channel.is_thread:
            payload = {key: payload[key] for key in ("id", "guild_id", "parent_id", "type")}
        self._emit("THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE", channel.guild_id, payload)

    def direct(self, user: User) -> Channel:
        """The direct messages between the bot and somebody."""
        for channel in self.channels.values():
            if channel.is_direct and channel.recipients == [user]:
                return channel
        channel = Channel(id=self.ids.next(), kind=ChannelKind.DIRECT, recipients=[user])
        self.channels[channel.id] = channel
        self.watchers.tell(channel)
        return channel

    # looking things up

    def guild_of(self, channel: Channel) -> Guild | None:
        return None if channel.guild_id is None else self.guilds[channel.guild_id]

    def shares_a_guild(self, user: User) -> bool:
        return any(user.id in one.members and self.bot.id in one.members for one in self.guilds.values())

    def may(self, user: User, channel: Channel) -> int:
        """The permission bits of somebody in a channel."""
        guild = self.guild_of(channel)
        if guild is None:
            return permissions.DIRECT if user in (self.bot, *channel.recipients) else 0
        return permissions.in_channel(guild, channel, user.id, self.clock())

    def messages(self, channel: Channel | None = None) -> list[Message]:
        """All messages that are there, or those of one channel, oldest first; with ephemeral ones."""
        channels = self.channels.values() if channel is None else (channel,)
        return sorted((one for each in channels for one in each.messages.values()), key=lambda one: one.id)

    def _emit(self, name: str, guild: int | None, payload: dict[str, Any], intent: Intent = Intent.GUILDS) -> None:
        """After a change of a server. The bot hears of those that it is in, and nothing from elsewhere."""
        if guild is not None:
            self.watchers.tell(self.guilds[guild])
            if self.bot.id not in self.guilds[guild].members:
                return
        self.emit(Event(name=name, guild=guild, payload=payload, intent=intent))
