"""Roles and channels as the values of settings: mentions, ids or names, parted by commas or spaces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.moderation.kinds import Kind, near
from bot.moderation.places import Context, Server, channel_name, role_name
from dreamcore.errors import clip

MOST_LISTED = 25  #: in one list: what one of Discord's menus can choose


class Listed(Kind):
    """Roles or channels: mentions, ids or names, parted by commas or spaces."""

    many = True
    _what = ("roles", "role")
    _mention = r"<@&([0-9]{1,20})>"
    _sign = "@"
    _lost = "no longer there"

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
                raise ValueError(f"there is no {self._what[1]} {found} on this server")
            if found not in known:
                found, length = self._by_name(rest, known)
            ids.append(found)
            rest = rest[length:].lstrip(" ,\n\t")
        each = tuple(dict.fromkeys(ids))
        if not each:
            raise ValueError(f"it takes {self.range}")
        if len(each) > MOST_LISTED:
            raise ValueError(f"it takes at most {MOST_LISTED} {self._what[0]}")
        if not self.many and len(each) > 1:
            raise ValueError(f"it takes one {self._what[1]}, and these are {len(each)}")
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
            hint = near(word.lstrip(self._sign), [name.removeprefix("@") for name in known.values()])
            raise ValueError(f"there is no {self._what[1]} “{clip(word)}” on this server{hint}")
        length, longest = max(fits)
        if sum(1 for other, _ in fits if other == length) > 1:
            raise ValueError(f"there is more than one {self._what[1]} of that name: give its id, or mention it")
        return longest, skipped + length

    def read(self, stored: str, context: Context) -> Any:
        found = tuple(int(one) for one in stored.split(",") if re.fullmatch(r"[0-9]{1,20}", one.strip(), re.ASCII))
        if not found:
            raise ValueError(f"it takes {self.range}")
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
        return f"{self._lost}: {named}"

    def known(self, value: Any, server: Server) -> Any:
        """What of the value is there; None where nothing is."""
        there = tuple(one for one in _tuple(value) if one in self._known(server))
        return (there if self.many else there[0]) if there else None

    @property
    def range(self) -> str:
        return f"{self._what[0]} of this server" if self.many else f"a {self._what[1]} of this server"


class Roles(Listed):
    """Some of the server's roles."""


class Channels(Listed):
    """Some of the server's channels."""

    holds_unseen = True
    _lost = "deleted, or an archived thread"
    _what = ("channels", "channel")
    _mention = r"<#([0-9]{1,20})>"
    _sign = "#"

    def _known(self, server: Server) -> Mapping[int, str]:
        return server.channels

    def _name(self, id: int, server: Server) -> str:
        return channel_name(id, server)


class OneChannel(Channels):
    """One of the server's channels."""

    many = False


def _tuple(value: Any) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,)
