"""What is kept of a world: everything as one JSON document, and the files that it names."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.playground.commands import Command
from bot.playground.friendly import Friendly
from bot.playground.model import Application, Attachment, Channel, ChannelKind, Guild, Message, User
from bot.playground.plain import Reader, Unreadable, write
from bot.playground.standin import StandIn
from bot.playground.world import snowflake_seconds

#: Grows when an older document can no longer be read. What is new in the model, and has a default, needs no new one.
VERSION = 1

#: Ids that were given out after the last writing are not in it; none of a process that was killed may come again.
_UNWRITTEN = snowflake_seconds(10.0)

_T = TypeVar("_T")


class TooNew(Exception):
    """The document is of a version that this code does not know."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A state on its way to the disk: nothing in it changes any more."""

    world: int  # by which worlds are told apart: the application's id
    content: dict[str, Any]  # but for the messages
    messages: list[list[Message]]  # of each channel
    files: Mapping[str, bytes]  # the attachments and the pictures of people, by name

    def text(self) -> str:
        """The JSON. Takes its time where there are many messages: not for the event loop."""
        channels = [
            channel | {"messages": [write(one) for one in messages]}
            for channel, messages in zip(self.content["channels"], self.messages, strict=True)
        ]
        return json.dumps(self.content | {"channels": channels}, separators=(",", ":"))


def take(standin: StandIn, friendly: Friendly, *, ended: bool) -> Document:
    """The state as it is now; later changes do not touch it. `ended`: no id will be given out after this."""
    world = standin.world
    files: dict[str, bytes] = {}
    messages = []
    for channel in world.channels.values():
        messages.append([_still(one) for one in channel.messages.values() if one.only_for is None])
        files.update((str(file.id), file.data) for one in messages[-1] for file in _files(one))
    users = []
    for user in world.users.values():
        picture = None if user.avatar is None else f"{user.id}-{user.avatar_hash}"
        users.append(write(user) | {"picture": picture})
        if picture is not None and user.avatar is not None:
            files[picture] = user.avatar
    content = {
        "version": VERSION,
        "ended": ended,
        "last_id": world.ids.last,
        "link_secret": standin.cdn.secret.hex(),
        "files": {name: len(data) for name, data in files.items()},
        "application": write(world.application),
        "users": users,
        "guilds": [write(one, leave=_OF_GUILD) | {"channels": list(one.channels)} for one in world.guilds.values()],
        "channels": [write(one, leave=_OF_CHANNEL) for one in world.channels.values()],
        "commands": [write(one) for one in standin.commands.known()],
        "friendly": {one.name: getattr(friendly, one.name).id for one in dataclasses.fields(friendly)},
    }
    return Document(world=world.application.id, content=content, messages=messages, files=files)


def _still(message: Message) -> Message:
    """A copy, as far as messages change in place."""
    still = copy.copy(message)
    still.attachments = [copy.copy(one) for one in message.attachments]
    still.given = list(message.given)
    still.reactions = {emoji: list(users) for emoji, users in message.reactions.items()}
    return still


_OF_CHANNEL, _OF_GUILD = frozenset({"messages"}), frozenset({"channels"})


def _files(message: Message) -> list[Attachment]:
    return [*message.attachments, *message.given]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A state that was read, whole and ready to be put into a stand-in."""

    application: Application
    users: list[User]
    guilds: list[Guild]
    channels: list[Channel]
    commands: list[Command]
    friendly: Friendly
    last_id: int
    link_secret: bytes

    def put(self, standin: StandIn) -> Friendly:
        """Into a stand-in in which nothing has happened yet."""
        world = standin.world
        world.become(application=self.application, users=self.users, guilds=self.guilds, channels=self.channels)
        world.ids.last = self.last_id
        standin.cdn.secret = self.link_secret
        standin.commands.become(self.commands)
        for message in world.messages():
            standin.posting.remember(message)
        return self.friendly


def read(content: dict[str, Any], file: Callable[[str], bytes], now: int) -> Kept:
    """`file`: reads one of the files. `now`: the smallest id of this moment. Raises Unreadable, OSError."""
    reader = Reader({})
    sizes = reader.value(dict[str, int], content.get("files"), "files")

    def load(name: object) -> bytes:
        if name not in sizes:
            raise Unreadable(f"the file {name} is not in its list")
        data = file(str(name))
        if len(data) != sizes[name]:
            raise Unreadable(f"the file {name} beside it is cut off")
        return data

    def several(name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = reader.value(list[dict[str, Any]], content.get(name), name)
        return found

    users = []
    for one in several("users"):
        picture = one.pop("picture", None)
        users.append(reader.read(User, one, "users", avatar=None if picture is None else load(picture)))
    reader = Reader({one.id: one for one in users})
    channels = []
    for one in several("channels"):
        messages = reader.value(list[Message], one.pop("messages", None), "messages")
        for attachment in (attachment for message in messages for attachment in _files(message)):
            attachment.data = load(str(attachment.id))
        channels.append(reader.read(Channel, one, "channels", messages={each.id: each for each in messages}))
    by_id = {one.id: one for one in channels}
    guilds = []
    for one in several("guilds"):
        ids = reader.value(list[int], one.pop("channels", None), "guilds.channels")
        inside = {id_: _known(by_id, id_, "guilds.channels") for id_ in ids}
        guilds.append(reader.read(Guild, one, "guilds", channels=inside))
    last = reader.value(int, content.get("last_id"), "last_id")
    if content.get("ended") is not True and now < last + _UNWRITTEN:
        last += _UNWRITTEN
    return Kept(
        application=reader.read(Application, content.get("application"), "application"),
        users=users,
        guilds=guilds,
        channels=channels,
        commands=reader.value(list[Command], content.get("commands"), "commands"),
        friendly=_friendly(content.get("friendly"), users, guilds, by_id),
        last_id=last,
        link_secret=bytes.fromhex(reader.value(str, content.get("link_secret"), "link_secret")),
    )


def world_of(content: Any) -> int:
    """The id by which worlds are told apart: the application's. Raises Unreadable, TooNew."""
    if not isinstance(content, dict) or type(version := content.get("version")) is not int:
        raise Unreadable("it is no playground's world")
    if version > VERSION:
        raise TooNew
    application = content.get("application")
    id_ = application.get("id") if isinstance(application, dict) else None
    if type(id_) is not int:
        raise Unreadable("it has no application")
    return id_


def _known(things: Mapping[int, _T], id_: int, where: str) -> _T:
    if id_ not in things:
        raise Unreadable(f"{where} names {id_}, which is not there")
    return things[id_]


def _friendly(ids: Any, users: list[User], guilds: list[Guild], channels: dict[int, Channel]) -> Friendly:
    names = {one.name: str(one.type) for one in dataclasses.fields(Friendly)}
    if not isinstance(ids, dict) or ids.keys() != names.keys():
        raise Unreadable("friendly is not whole")
    # A channel may have been deleted; those who hold on to it are told that it is gone, as before.
    gone = {id_: Channel(id=id_, kind=ChannelKind.TEXT, guild_id=guilds[0].id) for id_ in ids.values()}
    things: dict[str, Mapping[int, Any]] = {
        "Guild": {one.id: one for one in guilds},
        "Channel": gone | channels,
        "User": {one.id: one for one in users},
    }
    return Friendly(**{name: _known(things[kind], ids[name], f"friendly.{name}") for name, kind in names.items()})
