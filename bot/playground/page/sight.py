"""Who sees what, by Discord's permissions. Whatever a tab is told has passed here."""

from __future__ import annotations

from collections.abc import Iterator

from bot.playground.friendly import Friendly
from bot.playground.model import Channel, Message, User
from bot.playground.permissions import Permission
from bot.playground.world import World


class Sight:
    """Of the people of the friendly server: its channels, and their direct messages with the bot."""

    def __init__(self, world: World, friendly: Friendly) -> None:
        self._world = world
        self._friendly = friendly
        self._dismissed: set[int] = set()  # private answers that their reader has sent away

    def person(self, id_: int | None) -> User | None:
        """Somebody whom a tab may be. None: whoever comes first."""
        if id_ is None:
            id_ = self._friendly.ada.id
        member = self._friendly.guild.members.get(id_)
        return None if member is None or member.user.bot else member.user

    def may(self, person: User, channel: Channel) -> Permission:
        """Nothing in a channel that is gone, and in those of another server."""
        guild = self._friendly.guild
        if channel.id not in self._world.channels or channel.guild_id not in (None, guild.id):
            return Permission(0)
        return Permission(self._world.may(person, channel))

    def channel(self, person: User, id_: int) -> Channel | None:
        """One that the person sees."""
        found = self._world.channels.get(id_)
        return found if found is not None and self.may(person, found) & Permission.VIEW_CHANNEL else None

    def channels(self, person: User) -> list[Channel]:
        """In the order of a list: those of the server, the open threads, the direct messages with the bot."""
        found = [one for one in self._friendly.guild.channels.values() if self.channel(person, one.id) is not None]
        shown = [one for one in found if not one.archived]
        return [*sorted(shown, key=lambda one: (one.is_thread, one.position, one.id)), self._world.direct(person)]

    def of(self, person: User, message: Message) -> bool:
        """Whether the person would see it, were it (still) there."""
        return self._meant_for(person, message) and self.channel(person, message.channel_id) is not None

    def _meant_for(self, person: User, message: Message) -> bool:
        return message.only_for in (None, person.id) and message.id not in self._dismissed

    def messages(self, person: User, channel: Channel) -> Iterator[Message]:
        """From the newest to the oldest."""
        held = self.may(person, channel)
        if held & Permission.VIEW_CHANNEL and held & Permission.READ_MESSAGE_HISTORY:
            yield from (one for one in reversed(channel.messages.values()) if self._meant_for(person, one))

    def message(self, person: User, channel: Channel, id_: int) -> Message | None:
        found = channel.messages.get(id_)
        return found if found is not None and self.of(person, found) else None

    def dismiss(self, message: Message) -> None:
        """A private answer is not shown any more. The bot may go on with it, and never knows."""
        self._dismissed.add(message.id)
