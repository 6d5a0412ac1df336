"""Interactions: commands, menus, autocomplete, buttons, forms. Their life from the click to the last follow-up."""

from __future__ import annotations

import enum
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.playground import payloads
from bot.playground.errors import expired_token, unknown_interaction, unknown_webhook
from bot.playground.events import Event, Intent
from bot.playground.message_payloads import MessagePayloads
from bot.playground.model import Attachment, Channel, Guild, Message, User
from bot.playground.permissions import Permission
from bot.playground.times import Times
from bot.playground.world import World


class Kind(enum.IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Callback(enum.IntEnum):
    """How the bot may answer at first."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(kw_only=True, eq=False)
class Interaction:
    """Something a person did with the bot's commands or buttons, and what came of it."""

    id: int
    token: str
    kind: Kind
    user: User
    channel: Channel
    guild: Guild | None
    data: dict[str, Any]
    created: float
    command: str | None = None  # /dream, or the menu's entry
    message: Message | None = None  # under which the button was
    personal: bool = False  # by the bot installed for themselves, where it is no member
    because: Interaction | None = None  # the one that opened the form
    given: list[Attachment] = field(default_factory=list)  # the files among its options
    # what came of it
    callback: Callback | None = None
    answered_at: float | None = None
    choices: list[dict[str, Any]] | None = None  # of autocomplete
    modal: dict[str, Any] | None = None  # a form that was opened
    original: Message | None = None  # the answer: @original
    ephemeral: bool = False
    followups: list[Message] = field(default_factory=list)
    acknowledged_late: bool = False  # an answer came after the 3 s: the person saw a failure

    @property
    def answered(self) -> bool:
        return self.callback is not None

    @property
    def subject(self) -> Message | None:
        """The message on which the person used a button or a menu: its answer refers to it."""
        if self.kind is Kind.COMPONENT:
            return self.message
        if self.kind is Kind.COMMAND and self.data.get("type") == 3:
            return self.channel.messages.get(int(self.data["target_id"]))
        return None

    @property
    def messages(self) -> list[Message]:
        """The answer and what followed it."""
        return [*([] if self.original is None else [self.original]), *self.followups]

    @property
    def text(self) -> str:
        return "\n".join(one.text for one in self.messages if not one.loading)


class Interactions:
    """All that are still known, by id and by token."""

    def __init__(self, *, world: World, payloads_: MessagePayloads, clock: Callable[[], float], times: Times) -> None:
        self._world = world
        self._payloads = payloads_
        self._clock = clock
        self._times = times
        self.all: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def begin(
        self,
        kind: Kind,
        user: User,
        channel: Channel,
        data: dict[str, Any],
        *,
        command: str | None = None,
        message: Message | None = None,
        because: Interaction | None = None,
        given: Sequence[Attachment] = (),
    ) -> Interaction:
        """Tell the bot, over the gateway. Nobody hears it when no session is there, and the person sees a failure."""
        world = self._world
        guild = world.guild_of(channel)
        interaction = Interaction(
            id=world.ids.next(),
            token=secrets.token_urlsafe(80),
            kind=kind,
            user=user,
            channel=channel,
            guild=guild,
            data=data,
            created=self._clock(),
            command=command,
            message=message,
            personal=guild is not None and world.bot.id not in guild.members,
            because=because,
            given=list(given),
        )
        self._forget_old()
        self.all[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        # Those in a server that the bot is no member of come to shard 0, as direct messages do.
        shard_guild = None if interaction.personal or guild is None else guild.id
        payload = self._payload(interaction)
        world.emit(Event(name="INTERACTION_CREATE", guild=shard_guild, payload=payload, intent=Intent(0)))
        world.watchers.tell(interaction)
        return interaction

    def _forget_old(self) -> None:
        """Those whose token has long been dead, the oldest first."""
        while self.all:
            oldest = next(iter(self.all.values()))
            if self._clock() - oldest.created < 2 * self._times.token:
                break
            del self.all[oldest.id], self._by_token[oldest.token]

    def to_answer(self, id_: int, token: str) -> Interaction:
        """For the first answer. Raises 10062 when it is unknown, or the 3 s are over."""
        found = self.all.get(id_)
        if found is None or found.token != token:
            raise unknown_interaction()
        if found.callback is None and self._clock() - found.created > self._times.answer:
            found.acknowledged_late = True
            self._world.watchers.tell(found)
            raise unknown_interaction()
        return found

    def by_token(self, application: int, token: str) -> Interaction:
        """For edits and follow-ups. Raises 10015, or 50027 when the 15 minutes are over."""
        found = self._by_token.get(token)
        if found is None or application != self._world.application.id or not found.answered:
            raise unknown_webhook()
        if self._clock() - found.created > self._times.token:
            raise expired_token()
        return found

    def upload_limit(self, interaction: Interaction) -> int:
        return (10 << 20) if interaction.guild is None else interaction.guild.upload_limit

    def owners(self, interaction: Interaction) -> dict[str, str]:
        """By whose installation it is there: "0" a server's (0: a direct message), "1" a person's."""
        if interaction.personal:
            return {"1": str(interaction.user.id)}
        return {"0": "0" if interaction.guild is None else str(interaction.guild.id)}

    def metadata(self, interaction: Interaction) -> dict[str, Any]:
        """What the messages that answer it say about it."""
        found: dict[str, Any] = {
            "id": str(interaction.id),
            "type": int(interaction.kind),
            "user": payloads.user(interaction.user),
            "authorizing_integration_owners": self.owners(interaction),
        }
        target = interaction.data.get("target_id")
        if target is not None:
            found["target_message_id" if interaction.data["type"] == 3 else "target_user"] = (
                target if interaction.data["type"] == 3 else payloads.user(self._world.users[int(target)])
            )
        if interaction.kind is Kind.COMPONENT and interaction.message is not None:
            found["interacted_message_id"] = str(interaction.message.id)
        if interaction.kind is Kind.MODAL and interaction.because is not None:
            found["triggering_interaction_metadata"] = self.metadata(interaction.because)
        return found

    def app_permissions(self, interaction: Interaction) -> int:
        """What the bot may do there. Where it is no member: what any app may on behalf of its user."""
        if not interaction.personal:
            return self._world.may(self._world.bot, interaction.channel)
        user = self._world.may(interaction.user, interaction.channel)
        return user & int(Permission.ATTACH_FILES | Permission.EMBED_LINKS | Permission.MENTION_EVERYONE)

    def _payload(self, one: Interaction) -> dict[str, Any]:
        world = self._world
        user_may = world.may(one.user, one.channel)
        payload: dict[str, Any] = {
            "id": str(one.id),
            "application_id": str(world.application.id),
            "type": int(one.kind),
            "token": one.token,
            "version": 1,
            "data": one.data,
            "channel": payloads.partial_channel(one.channel, user_may),
            "channel_id": str(one.channel.id),
            "locale": one.user.locale,
            "app_permissions": str(self.app_permissions(one)),
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": self.owners(one),
            "context": 1 if one.guild is None else 0,
            "attachment_size_limit": self.upload_limit(one),
        }
        if one.guild is None:
            payload["user"] = payloads.user(one.user)
        else:
            member = payloads.member(one.guild.members[one.user.id])
            payload["member"] = {**member, "permissions": str(user_may)}
            payload["guild_id"] = str(one.guild.id)
            payload["guild"] = {"id": str(one.guild.id), "locale": one.guild.locale, "features": []}
            payload["guild_locale"] = one.guild.locale
        if one.message is not None and one.kind in (Kind.COMPONENT, Kind.MODAL):
            payload["message"] = self._payloads.message(one.message, reactions=False)
        return payload
