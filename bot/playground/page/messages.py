"""Messages as one person sees them: Discord's own form, and beside it what only this person's client knows."""

from __future__ import annotations

from typing import Any

from bot.playground.message_payloads import MessagePayloads
from bot.playground.model import Message, MessageKind, User
from bot.playground.page.origins import Origins
from bot.playground.page.sight import Sight
from bot.playground.page.views import Views
from bot.playground.world import World

#: What a person can have written.
_WRITTEN = (MessageKind.DEFAULT, MessageKind.REPLY)


class MessageViews:
    def __init__(self, world: World, payloads: MessagePayloads, sight: Sight, views: Views) -> None:
        self._world = world
        self._payloads = payloads
        self._sight = sight
        self._views = views
        self._origins = Origins(world, sight)

    def event(self, person: User, message: Message) -> dict[str, Any] | None:
        """What a tab is told of a new or changed message; None where it is none of the person's business."""
        if not self._sight.of(person, message):
            return None
        if message.deleted:
            return gone(message)
        return {"type": "message", "message": self.message(person, message)}

    def message(self, person: User, message: Message) -> dict[str, Any]:
        return {**self._payloads.message(message), "extra": self._extra(person, message)}

    def _extra(self, person: User, message: Message) -> dict[str, Any]:
        channel = self._world.channels[message.channel_id]
        may = self._views.may(person, channel)
        own = message.author is person and message.kind in _WRITTEN
        return {
            "ephemeral": message.ephemeral,
            "loading": message.loading,
            "pings_me": self._pings(person, message),
            "may": {
                "delete": not message.ephemeral and (own or may["manage_messages"]),
                "edit": own,
                "react": not message.ephemeral and may["react"],
            },
            "reactions": [
                {"emoji": name.partition(":")[0], "count": len(users), "me": person.id in users}
                for name, users in message.reactions.items()
            ],
            "colour": self._views.colour(message.author),
            "before": [
                None if one is None else self._payloads.attachment(one) for one in self._origins.of(person, message)
            ],
        }

    def _pings(self, person: User, message: Message) -> bool:
        """Whether it is highlighted: it names the person, a role of theirs, or everybody. By edits too."""
        if message.author is person:
            return False
        guild = self._world.guilds.get(message.guild_id or 0)
        member = None if guild is None else guild.members.get(person.id)
        roles = set() if member is None else set(member.roles)
        return message.mention_everyone or person in message.mentions or bool(roles & set(message.mention_roles))


def gone(message: Message) -> dict[str, Any]:
    return {"type": "gone", "channel": str(message.channel_id), "message": str(message.id)}
