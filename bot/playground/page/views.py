"""Everything but messages as the page is told of it: people, channels, commands, the whole state."""

from __future__ import annotations

from typing import Any

from bot.playground.commands import Command
from bot.playground.drafts import CONTENT_LIMIT
from bot.playground.friendly import Friendly
from bot.playground.model import Channel, Member, User
from bot.playground.options import CannotDo
from bot.playground.page import assets
from bot.playground.page.sight import Sight
from bot.playground.permissions import Permission
from bot.playground.standin import StandIn
from bot.playground.translations import localized

MOST_FILES = 10  #: of one message
_TITLES = ("Owner", "Moderator", "App", "Member")


class Views:
    def __init__(self, standin: StandIn, friendly: Friendly, sight: Sight) -> None:
        self._standin = standin
        self._world = standin.world
        self._friendly = friendly
        self._sight = sight
        self.samples = assets.samples()

    @property
    def upload_limit(self) -> int:
        """Bytes of one file."""
        return self._friendly.guild.upload_limit

    @property
    def online(self) -> bool:
        """Whether the bot is there."""
        return bool(self._standin.gateway.sessions)

    def user(self, one: User) -> dict[str, Any]:
        member = self._friendly.guild.members.get(one.id)
        nick = None if member is None else member.nick
        drawn = one.avatar_hash
        return {
            "id": str(one.id),
            "name": one.name,
            "display_name": nick or one.display_name or one.name,
            "avatar": f"/embed/avatars/{(one.id >> 22) % 6}.png" if drawn is None else f"/avatars/{one.id}/{drawn}.png",
            "bot": one.bot,
        }

    def people(self, present: set[int]) -> list[dict[str, Any]]:
        """The server's members: who leads it first. `present`: whom a tab shows."""
        found = [self._person(one, present) for one in self._friendly.guild.members.values()]
        return sorted(found, key=lambda one: (_TITLES.index(one["title"]), one["user"]["display_name"].lower()))

    def _person(self, member: Member, present: set[int]) -> dict[str, Any]:
        guild, user = self._friendly.guild, member.user
        roles = [guild.roles[one] for one in member.roles if one in guild.roles]
        if user.bot:
            title = "App"
        elif user.id == guild.owner_id:
            title = "Owner"
        elif any(one.permissions & Permission.MANAGE_MESSAGES for one in roles):
            title = "Moderator"
        else:
            title = "Member"
        return {
            "user": self.user(user),
            "roles": [{"id": str(one.id), "name": one.name, "color": one.color} for one in roles],
            "title": title,
            "playable": not user.bot,
            "online": self.online if user is self._world.bot else user.id in present,
        }

    def colour(self, author: User) -> str | None:
        """Of somebody's name: that of their highest role which has one."""
        guild = self._friendly.guild
        member = guild.members.get(author.id)
        roles = [guild.roles[one] for one in member.roles if one in guild.roles] if member is not None else []
        coloured = max((one for one in roles if one.color), key=lambda one: one.position, default=None)
        return None if coloured is None else f"#{coloured.color:06x}"

    def channels(self, person: User) -> list[dict[str, Any]]:
        return [self._channel(person, one) for one in self._sight.channels(person)]

    def _channel(self, person: User, one: Channel) -> dict[str, Any]:
        last = next(self._sight.messages(person, one), None)
        return {
            "id": str(one.id),
            "name": self.user(self._world.bot)["display_name"] if one.is_direct else one.name,
            "kind": "direct" if one.is_direct else "thread" if one.is_thread else "text",
            "parent": None if one.parent_id is None else str(one.parent_id),
            "topic": one.topic,
            "nsfw": one.nsfw,
            "position": one.position,
            "last_message": None if last is None else str(last.id),
            "may": self.may(person, one),
        }

    def may(self, person: User, channel: Channel) -> dict[str, bool]:
        """What the page offers there."""
        held = self._sight.may(person, channel)
        sending = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
        open_ = not channel.locked or bool(held & Permission.MANAGE_THREADS)
        return {
            "send": bool(held & sending) and open_,
            "attach": bool(held & sending and held & Permission.ATTACH_FILES) and open_,
            "history": bool(held & Permission.READ_MESSAGE_HISTORY),
            "react": bool(held & Permission.ADD_REACTIONS and held & Permission.READ_MESSAGE_HISTORY) and open_,
            "commands": bool(held & Permission.USE_APPLICATION_COMMANDS) and open_,
            "manage_messages": bool(held & Permission.MANAGE_MESSAGES),
        }

    def commands(self, person: User, channel: Channel) -> list[dict[str, Any]]:
        """What the person gets to see in that channel when they type "/" or open a menu."""
        standin = self._standin
        known = [*standin.commands.all(None), *standin.commands.all(self._friendly.guild.id)]
        usable = [one for one in known if self._usable(person, channel, one)]
        sorted_ = sorted(usable, key=lambda one: (one.kind, one.name))
        return [localized(standin.commands.payload(one), person.locale) for one in sorted_]

    def _usable(self, person: User, channel: Channel, command: Command) -> bool:
        try:
            # The server's own goes before the one that is everywhere.
            return self._standin.people.find(person, channel, command.name, command.kind) is command
        except CannotDo:
            return False

    def state(
        self,
        person: User,
        channel: Channel,
        *,
        present: set[int],
        faults: dict[str, Any],
        supervised: bool,
        prefix: str,
    ) -> dict[str, Any]:
        """All that a tab has to know when it begins."""
        guild = self._friendly.guild
        return {
            "me": str(person.id),
            "locale": person.locale,
            "people": self.people(present),
            "guild": {"id": str(guild.id), "name": guild.name},
            "channels": self.channels(person),
            "bot": self.user(self._world.bot),
            "online": self.online,
            "commands": self.commands(person, channel),
            "limits": {"upload_bytes": self.upload_limit, "files": MOST_FILES, "text": CONTENT_LIMIT},
            "prefix": prefix,
            "samples": self.samples,
            "faults": faults,
            "supervised": supervised,
        }
