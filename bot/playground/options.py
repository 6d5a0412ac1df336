"""A person fills in a command's options: what Discord's own client lets through, and how it is written."""

from __future__ import annotations

from typing import Any

from bot.playground import payloads
from bot.playground.drafts import File
from bot.playground.message_payloads import MessagePayloads
from bot.playground.model import Attachment, Channel, Guild, Message, Role, User
from bot.playground.posting import Posting
from bot.playground.world import World

Value = str | int | float | bool | File | User | Role | Channel


class CannotDo(Exception):
    """Discord's client would not let the person do that. The sentence says why."""


class Filling:
    """Writes what a person chose, and what it refers to (`resolved`)."""

    def __init__(
        self,
        *,
        world: World,
        posting: Posting,
        payloads_: MessagePayloads,
        acting: User,
        channel: Channel,
        guild: Guild | None,
    ) -> None:
        self._world = world
        self._posting = posting
        self._payloads = payloads_
        self._acting = acting
        self._channel = channel
        self.guild = guild
        self.resolved: dict[str, dict[str, Any]] = {}
        self.files: list[Attachment] = []

    def options(
        self, declared: list[dict[str, Any]], values: dict[str, Value], *, focused: str | None = None
    ) -> list[dict[str, Any]]:
        """The options in their declared order. `focused`: the one that is being typed; then nothing is required."""
        unknown = set(values) - {one["name"] for one in declared}
        if unknown:
            raise CannotDo(f"The command has no option {', '.join(sorted(unknown))}.")
        written = []
        for one in declared:
            name = one["name"]
            if name in values:
                written.append(self._option(one, values[name], focused=name == focused))
            elif one.get("required") and focused is None:
                raise CannotDo(f"The option {name} is required.")
        return written

    def _option(self, declared: dict[str, Any], value: Value, *, focused: bool) -> dict[str, Any]:
        option: dict[str, Any] = {"name": declared["name"], "type": declared["type"]}
        if focused:
            return option | {"value": str(value), "focused": True}
        if isinstance(value, (File, User, Role, Channel)):
            return option | {"value": self._refer(declared, value)}
        self._check(declared, value)
        return option | {"value": value}

    def _check(self, declared: dict[str, Any], value: str | float | bool) -> None:
        name, kind = declared["name"], declared["type"]
        wanted: dict[int, tuple[type, ...]] = {3: (str,), 4: (int,), 5: (bool,), 10: (int, float)}
        if kind not in wanted or not isinstance(value, wanted[kind]) or (kind in (4, 10) and isinstance(value, bool)):
            raise CannotDo(f"The option {name} does not take {value!r}.")
        choices = declared.get("choices")
        if choices and value not in [choice["value"] for choice in choices]:
            raise CannotDo(f"The option {name} has no choice {value!r}.")
        size: float = len(value) if isinstance(value, str) else float(value)
        least, most = ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
        if declared.get(least) is not None and size < declared[least]:
            raise CannotDo(f"The option {name} is too small: {value!r}.")
        if declared.get(most) is not None and size > declared[most]:
            raise CannotDo(f"The option {name} is too large: {value!r}.")

    def _refer(self, declared: dict[str, Any], value: File | User | Role | Channel) -> str:
        kinds = {File: (11,), User: (6, 9), Role: (8, 9), Channel: (7,)}
        if declared["type"] not in kinds[type(value)]:
            raise CannotDo(f"The option {declared['name']} does not take a {type(value).__name__.lower()}.")
        if isinstance(value, File):
            limit = (10 << 20) if self.guild is None else self.guild.upload_limit
            if len(value.data) > limit:
                raise CannotDo("The file is too large.")
            kept = self._posting.attachment(value, self._channel, ephemeral=True)
            self.files.append(kept)
            self.resolved.setdefault("attachments", {})[str(kept.id)] = self._payloads.attachment(kept)
            return str(kept.id)
        if isinstance(value, User):
            self.user(value)
        elif isinstance(value, Role):
            self.role(value)
        else:
            self.channel(value)
        return str(value.id)

    def role(self, role: Role) -> None:
        self.resolved.setdefault("roles", {})[str(role.id)] = payloads.role(role)

    def channel(self, channel: Channel) -> None:
        written = payloads.partial_channel(channel, self._world.may(self._acting, channel))
        self.resolved.setdefault("channels", {})[str(channel.id)] = written

    def user(self, user: User) -> None:
        """Somebody who is referred to, with the membership where there is one."""
        self.resolved.setdefault("users", {})[str(user.id)] = payloads.user(user)
        if self.guild is not None and user.id in self.guild.members:
            allowed = self._world.may(user, self._channel)
            member = payloads.resolved_member(self.guild.members[user.id], allowed)
            self.resolved.setdefault("members", {})[str(user.id)] = member

    def message(self, message: Message) -> None:
        """The target of a message's menu: whole, whatever the bot's intents are."""
        self.resolved.setdefault("messages", {})[str(message.id)] = self._payloads.message(message)
