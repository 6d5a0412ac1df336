"""What people do: post, react, use commands, press buttons. By Discord's rules for people, so a test cannot cheat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.playground.choosing import Choosing
from bot.playground.commands import MESSAGE_MENU, SLASH, USER_MENU, Command, Commands
from bot.playground.components import SELECTS
from bot.playground.drafts import File
from bot.playground.errors import ApiError
from bot.playground.forms import fill
from bot.playground.interactions import Interaction, Interactions, Kind
from bot.playground.message_payloads import MessagePayloads
from bot.playground.model import Channel, Message, User
from bot.playground.options import CannotDo, Filling, Value
from bot.playground.permissions import Permission
from bot.playground.posting import Posting
from bot.playground.world import World


class People:
    """Every method raises CannotDo for what Discord's client would not let the person do."""

    def __init__(
        self,
        *,
        world: World,
        posting: Posting,
        payloads: MessagePayloads,
        interactions: Interactions,
        commands: Commands,
    ) -> None:
        self._world = world
        self._posting = posting
        self._payloads = payloads
        self._interactions = interactions
        self._commands = commands

    def post(
        self,
        channel: Channel,
        user: User,
        text: str = "",
        *,
        attachments: Sequence[File] = (),
        reference: Message | None = None,
        ping: bool = True,
    ) -> Message:
        """Send a message. `reference`: the one it replies to; `ping`: whether that one's author is notified."""
        needed = [Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES]
        if attachments:
            needed.append(Permission.ATTACH_FILES)
        self._may(user, channel, *needed)
        guild = self._world.guild_of(channel)
        limit = (10 << 20) if guild is None else guild.upload_limit
        if any(len(one.data) > limit for one in attachments):
            raise CannotDo("The file is too large.")
        payload: dict[str, Any] = {"content": text}
        if attachments:
            payload["attachments"] = [
                {"id": str(index), "description": one.description, "is_spoiler": one.spoiler}
                for index, one in enumerate(attachments)
            ]
        payload["allowed_mentions"] = {"parse": ["users", "roles", "everyone"], "replied_user": ping}
        if reference is not None:
            payload["message_reference"] = {"message_id": str(reference.id)}
        try:
            return self._posting.create(channel, user, payload, dict(enumerate(attachments)))
        except ApiError as error:
            raise CannotDo(str(error)) from error

    def edit(self, user: User, message: Message, text: str) -> None:
        if message.author is not user:
            raise CannotDo("It is somebody else's message.")
        self._posting.edit(message, {"content": text}, {})

    def delete(self, user: User, message: Message) -> None:
        channel = self._world.channels[message.channel_id]
        if message.author is not user and message.only_for != user.id:
            self._may(user, channel, Permission.MANAGE_MESSAGES)
        self._posting.delete(message)

    def react(self, user: User, message: Message, emoji: str, *, add: bool = True) -> None:
        channel = self._world.channels[message.channel_id]
        self._may(user, channel, Permission.READ_MESSAGE_HISTORY)
        if add and emoji not in message.reactions:
            self._may(user, channel, Permission.ADD_REACTIONS)
        self._posting.react(message, user, emoji, add=add)

    def command(self, user: User, channel: Channel, name: str, options: dict[str, Value] | None = None) -> Interaction:
        """Use a slash command. `name` may be a sub-command: "settings show"."""
        return self._slash(user, channel, name, dict(options or {}), None)

    def autocomplete(
        self, user: User, channel: Channel, name: str, focused: str, typed: str, options: dict[str, Value] | None = None
    ) -> Interaction:
        """Type into an option; the choices come with the interaction's answer."""
        return self._slash(user, channel, name, {**(options or {}), focused: typed}, focused)

    def menu(self, user: User, channel: Channel, name: str, target: Message | User) -> Interaction:
        """Use an entry of a message's or a person's menu ("Apps")."""
        kind = MESSAGE_MENU if isinstance(target, Message) else USER_MENU
        command = self.find(user, channel, name, kind)
        filling = self._filling(user, channel)
        if isinstance(target, Message):
            if target.only_for is not None or target.deleted:
                raise CannotDo("That message has no such menu.")
            filling.message(target)
        else:
            filling.user(target)
        data = {
            "id": str(command.id),
            "name": command.name,
            "type": kind,
            "target_id": str(target.id),
            "resolved": filling.resolved,
        }
        return self._interactions.begin(Kind.COMMAND, user, channel, data, command=command.name)

    def press(self, user: User, message: Message, which: str) -> Interaction:
        """Press a button, by its custom_id or by what is written on it."""
        channel = self._seen(user, message)
        matching = [one for one in message.buttons if which in (one.get("custom_id"), one.get("label"))]
        if not matching:
            there = ", ".join(repr(one.get("label") or one.get("custom_id")) for one in message.buttons)
            raise CannotDo(f"There is no button {which!r}; there are: {there or 'none'}.")
        button = matching[0]
        if button.get("disabled") or "custom_id" not in button:
            raise CannotDo(f"The button {which!r} cannot be pressed.")
        data = {"id": button["id"], "custom_id": button["custom_id"], "component_type": 2}
        return self._interactions.begin(Kind.COMPONENT, user, channel, data, message=message)

    def select(self, user: User, message: Message, custom_id: str, values: Sequence[str]) -> Interaction:
        """Choose from a list."""
        channel = self._seen(user, message)
        lists = (one for one in message.walk_components() if one["type"] in SELECTS)
        found = next((one for one in lists if one["custom_id"] == custom_id), None)
        if found is None:
            raise CannotDo(f"There is no list {custom_id!r} to choose from.")
        filling = self._filling(user, channel)
        Choosing(self._world, filling).check(found, values)
        data: dict[str, Any] = {"id": found["id"], "custom_id": custom_id, "component_type": found["type"]}
        data["values"] = list(values)
        if filling.resolved:
            data["resolved"] = filling.resolved
        return self._interactions.begin(Kind.COMPONENT, user, channel, data, message=message)

    def submit(self, opened: Interaction, values: Mapping[str, str | list[str]]) -> Interaction:
        """Fill in and hand in the form that an interaction has opened. `values`: by custom_id; of a list, a list."""
        if opened.modal is None:
            raise CannotDo("No form was opened.")
        filling = self._filling(opened.user, opened.channel)
        data = fill(opened.modal, values, Choosing(self._world, filling))
        if filling.resolved:
            data["resolved"] = filling.resolved
        return self._interactions.begin(
            Kind.MODAL,
            opened.user,
            opened.channel,
            data,
            message=opened.message,
            because=opened,
        )

    def _slash(
        self, user: User, channel: Channel, name: str, options: dict[str, Value], focused: str | None
    ) -> Interaction:
        root, *path = name.split()
        command = self.find(user, channel, root, SLASH)
        filling = self._filling(user, channel)
        declared: list[dict[str, Any]] = command.fields.get("options") or []
        wrappers = []
        for step in path:
            inner = next((one for one in declared if one["name"] == step and one["type"] in (1, 2)), None)
            if inner is None:
                raise CannotDo(f"/{root} has no sub-command {step}.")
            wrappers.append(inner)
            declared = inner.get("options") or []
        if any(one["type"] in (1, 2) for one in declared):
            raise CannotDo(f"/{name} cannot be called bare: it has sub-commands.")
        written = filling.options(declared, options, focused=focused)
        for wrapper in reversed(wrappers):
            written = [{"name": wrapper["name"], "type": wrapper["type"], "options": written}]
        data: dict[str, Any] = {"id": str(command.id), "name": command.name, "type": SLASH}
        if written:
            data["options"] = written
        if filling.resolved:
            data["resolved"] = filling.resolved
        if command.guild is not None:
            data["guild_id"] = str(command.guild)
        kind = Kind.COMMAND if focused is None else Kind.AUTOCOMPLETE
        return self._interactions.begin(kind, user, channel, data, command=" ".join((root, *path)), given=filling.files)

    def find(self, user: User, channel: Channel, name: str, kind: int) -> Command:
        """The command, when this person gets to see it there."""
        guild = self._world.guild_of(channel)
        command = self._commands.named(name, kind, channel.guild_id)
        if command is None:
            raise CannotDo(f"There is no command {name!r}.")
        fields = command.fields
        away = guild is not None and self._world.bot.id not in guild.members
        installed = user.id in self._world.application.installed_by
        kinds = fields.get("integration_types") or [0]
        if (away or (guild is None and 0 not in kinds)) and not (installed and 1 in kinds):
            raise CannotDo("The application is not installed here.")
        if not away and guild is not None and 0 not in kinds and not installed:
            raise CannotDo("The command is only there for those who have installed the application.")
        contexts = fields.get("contexts")
        if contexts is not None and (0 if guild is not None else 1) not in contexts:
            raise CannotDo("The command is not for this kind of channel.")
        if guild is None and fields.get("dm_permission") is False:
            raise CannotDo("The command is not for direct messages.")
        self._may(user, channel, Permission.USE_APPLICATION_COMMANDS)
        needed = int(fields.get("default_member_permissions") or 0)
        if guild is not None and self._world.may(user, channel) & needed != needed:
            raise CannotDo("The command is for those with more permissions.")
        if fields.get("nsfw") and not channel.nsfw:
            raise CannotDo("The command is for age-restricted channels.")
        return command

    def _filling(self, user: User, channel: Channel) -> Filling:
        return Filling(
            world=self._world,
            posting=self._posting,
            payloads_=self._payloads,
            acting=user,
            channel=channel,
            guild=self._world.guild_of(channel),
        )

    def _seen(self, user: User, message: Message) -> Channel:
        """The channel of a message that the person sees."""
        if message.deleted or message.only_for not in (None, user.id):
            raise CannotDo("The person does not see that message.")
        channel = self._world.channels[message.channel_id]
        self._may(user, channel)
        return channel

    def _may(self, user: User, channel: Channel, *needed: Permission) -> None:
        if channel.id not in self._world.channels:
            raise CannotDo("The channel is gone.")
        allowed = self._world.may(user, channel)
        for one in (Permission.VIEW_CHANNEL, *needed):
            if not allowed & one:
                raise CannotDo(f"{user.name} lacks the permission {one.name} there.")
