"""Where a setting may be made, and what is known of the server it is made on."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.languages import mark, tr
from dreamcore.errors import clip


class Level(enum.Enum):
    """The layers, from the farthest to the nearest. The command itself is nearer than all of them."""

    BUILT_IN = "built-in"
    OPERATOR = "operator"
    SERVER = "server"
    CHANNEL = "channel"
    ROLE = "role"


@dataclass(frozen=True)
class Scope:
    """One place that has settings of its own: the server, one of its channels, or one of its roles.

    >>> Scope.parse("channel:12"), Scope.parse("server").text
    (Scope(level=<Level.CHANNEL: 'channel'>, id=12), 'server')
    """

    level: Level
    id: int | None = None  # of the channel or the role

    @property
    def text(self) -> str:
        return self.level.value if self.id is None else f"{self.level.value}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Scope | None:
        """What `text` has written; None for anything else."""
        match = re.fullmatch(r"(server)|(channel|role):([0-9]{1,20})", text.strip().lower(), re.ASCII)
        if match is None:
            return None
        return SERVER if match[1] else cls(Level(match[2]), int(match[3]))


BUILT_IN = Scope(Level.BUILT_IN)
OPERATOR = Scope(Level.OPERATOR)
SERVER = Scope(Level.SERVER)

THE_SERVER = mark("the server")
_CALLED = {Level.BUILT_IN: mark("built in"), Level.OPERATOR: mark("the operator")}


def channel_scope(id: int) -> Scope:
    return Scope(Level.CHANNEL, id)


def role_scope(id: int) -> Scope:
    return Scope(Level.ROLE, id)


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server as the settings see it: which roles and channels there are, by id, with their names."""

    id: int
    name: str = ""
    roles: Mapping[int, str] = field(default_factory=dict)  # with @everyone, whose id is the server's
    channels: Mapping[int, str] = field(default_factory=dict)  # and threads, save archived ones: nobody tells of them
    locale: str | None = None  # what it has chosen in Discord

    def has(self, scope: Scope) -> bool:
        """Whether that place is still there."""
        if scope.level is Level.CHANNEL:
            return scope.id in self.channels
        return scope.level is not Level.ROLE or scope.id in self.roles

    def call(self, scope: Scope) -> str:
        """The place in words: the server, #garden, @artists."""
        if scope.level is Level.CHANNEL and scope.id is not None:
            return channel_name(scope.id, self)
        if scope.level is Level.ROLE and scope.id is not None:
            return role_name(scope.id, self)
        return tr(_CALLED.get(scope.level, THE_SERVER))


def channel_name(id: int, server: Server) -> str:
    return f"#{clip(server.channels[id])}" if id in server.channels else tr("unseen channel {id}", id=id)


def role_name(id: int, server: Server) -> str:
    return f"@{clip(server.roles[id]).removeprefix('@')}" if id in server.roles else tr("deleted role {id}", id=id)


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a value is checked against."""

    server: Server
    networks: tuple[str, ...]  # that would dream there: one, or the candidates while no worker has said which
