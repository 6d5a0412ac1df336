"""Roles and channels as the values of settings: mentions, ids or names, parted by commas or spaces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.languages import mark, tr
from bot.moderation.kinds import Kind
from bot.moderation.places import Context, Server, channel_name, role_name
from dreamcore.errors import clip, did_you_mean

MOST_LISTED = 25  #: in one list: what one of Discord's menus can choose


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What is said about roles or channels."""

    some: str
    one: str
    no_id: str
    no_name: str
    twins: str
    too_many: str
    lost: str


class Listed(Kind):
    """Roles or channels: mentions, ids or names, parted by commas or spaces."""

    many = True
    _mention = r"<@&([0-9]{1,20})>"
    _sign = "@"
    _said = _Said(
        some=mark("roles of this server"),
        one=mark("a role of this server"),
        no_id=mark("there is no role {id} on this server."),
        no_name=mark("there is no role “{name}” on this server.{hint}"),
        twins=mark("there is more than one role of that name: give its id, or mention it."),
        too_many=mark("it takes at most {most} roles."),
        lost=mark("no longer there: {names}"),
    )

    def _known(self, server: Server) -> Mapping[int, str]:
        return server.roles

    def _name(self, id: int, server: Server) -> str:
        return role_name(id, server)

    def parse(self, typed: str, context: Context) -> Any:
        known = self._known(context.server)
        rest, ids = typed.strip(), []
        while rest:
            match = re.match(rf"{self._mention}|([0-9]{{1,20}})(?=[\s,<]|$)", rest, re.ASCII)
            found, length = (int(match[1] or match[2]), match.end()) if match else (0, 0)
            if match and match[1] and found not in known:
                raise ValueError(tr(self._said.no_id, id=found))
            if found not in known:
                found, length = self._by_name(rest, known)
            ids.append(found)
            rest = rest[length:].lstrip(" ,\n\t")
        each = tuple(dict.fromkeys(ids))
        if not each:
            raise ValueError(tr("it takes {range}.", range=self.range))
        if len(each) > MOST_LISTED:
            raise ValueError(tr(self._said.too_many, most=MOST_LISTED))
        if not self.many and len(each) > 1:
            raise ValueError(tr("it takes one channel, and these are {count}.", count=len(each)))
        return each if self.many else each[0]

    def _by_name(self, text: str, known: Mapping[int, str]) -> tuple[int, int]:
        """The longest name that the text begins with, and how much of the text it is."""
        skipped = len(text) - len(text.lstrip(self._sign))
        lowered = text[skipped:].casefold()
        names = {which: name.removeprefix("@").casefold() for which, name in known.items()}
        fits = [
            (len(name), which)
            for which, name in names.items()
            if name and lowered.startswith(name) and lowered[len(name) : len(name) + 1] in ("", " ", ",", "\n")
        ]
        if not fits:
            word = re.split(r",|\n", text)[0].strip()
            hint = did_you_mean(word.lstrip(self._sign), [name.removeprefix("@") for name in known.values()])
            raise ValueError(tr(self._said.no_name, name=clip(word), hint=hint))
        length, longest = max(fits)
        if sum(1 for other, _ in fits if other == length) > 1:
            raise ValueError(tr(self._said.twins))
        return longest, skipped + length

    def read(self, stored: str, context: Context) -> Any:
        found = tuple(int(one) for one in stored.split(",") if re.fullmatch(r"[0-9]{1,20}", one.strip(), re.ASCII))
        if not found:
            raise ValueError(tr("it takes {range}.", range=self.range))
        return found if self.many else found[0]

    def write(self, value: Any) -> str:
        return ",".join(map(str, _tuple(value)))

    def show(self, value: Any, server: Server) -> str:
        return ", ".join(self._name(one, server) for one in _tuple(value))

    def missing(self, value: Any, server: Server) -> str | None:
        gone = [one for one in _tuple(value) if one not in self._known(server)]
        if not gone:
            return None
        named = ", ".join(self._name(one, server) for one in gone)
        return tr(self._said.lost, names=named)

    def known(self, value: Any, server: Server) -> Any:
        """What of the value is there; None where nothing is."""
        there = tuple(one for one in _tuple(value) if one in self._known(server))
        return (there if self.many else there[0]) if there else None

    @property
    def range(self) -> str:
        return tr(self._said.some if self.many else self._said.one)


class Roles(Listed):
    """Some of the server's roles."""


class Channels(Listed):
    """Some of the server's channels."""

    holds_unseen = True
    _mention = r"<#([0-9]{1,20})>"
    _sign = "#"
    _said = _Said(
        some=mark("channels of this server"),
        one=mark("a channel of this server"),
        no_id=mark("there is no channel {id} on this server."),
        no_name=mark("there is no channel “{name}” on this server.{hint}"),
        twins=mark("there is more than one channel of that name: give its id, or mention it."),
        too_many=mark("it takes at most {most} channels."),
        lost=mark("deleted, or an archived thread: {names}"),
    )

    def _known(self, server: Server) -> Mapping[int, str]:
        return server.channels

    def _name(self, id: int, server: Server) -> str:
        return channel_name(id, server)


class OneChannel(Channels):
    """One of the server's channels."""

    many = False


def _tuple(value: Any) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,)
