"""Which place somebody means: the server, a channel or a role, by name, mention or id. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.errors import Refusal
from bot.languages import tr
from bot.moderation.doors import sentences
from bot.moderation.places import SERVER, THE_SERVER, Level, Scope, Server, channel_scope, role_scope
from dreamcore.errors import did_you_mean

_MENTION = re.compile(r"<(#|@&)([0-9]{1,20})>")
_SERVER = ("", "server", "the server", "here on the server", "everywhere")


def place_named(typed: str, server: Server, also: Iterable[Scope] = ()) -> Scope:
    """The place that somebody has typed. Raises Refusal.

    also: places that are gone, and still have settings.
    """
    text = typed.strip()
    if text.casefold() in (*_SERVER, tr(THE_SERVER).casefold()):
        return SERVER
    found = leading_place(text, server, also)
    if found is not None and not found[1]:
        return found[0]
    exact = _by_name(text, server)
    if len(exact) > 1:
        raise Refusal(sentences.two_places(text))
    if exact:
        return exact[0]
    known = [name.removeprefix("@") for name in (*server.channels.values(), *server.roles.values())]
    raise Refusal(sentences.no_place(text, did_you_mean(text.lstrip("#@"), known)))


def leading_place(text: str, server: Server, also: Iterable[Scope] = ()) -> tuple[Scope, str] | None:
    """The place that a text begins with, and the rest; None where it begins with none.

    Names have to follow a # or an @ here: a setting might be called the same as a channel.
    """
    if mention := _MENTION.match(text):
        level = Level.CHANNEL if mention[1] == "#" else Level.ROLE
        return _there(Scope(level, int(mention[2])), server, also), text[mention.end() :].strip()
    word, _, rest = text.partition(" ")
    if word.casefold() == "server":
        return SERVER, rest.strip()
    if (scope := Scope.parse(word)) is not None:
        return _there(scope, server, also), rest.strip()
    if text[:1] == "#":
        return _longest(text, server.channels, Level.CHANNEL)
    return _longest(text, server.roles, Level.ROLE) if text[:1] == "@" else None


def _there(scope: Scope, server: Server, also: Iterable[Scope]) -> Scope:
    if not server.has(scope) and scope not in set(also):
        raise Refusal(sentences.no_place(scope.text, ""))
    return scope


def _longest(text: str, names: Mapping[int, str], level: Level) -> tuple[Scope, str]:
    """By the longest name that the text begins with: names may hold spaces."""
    lowered = text[1:].casefold()
    known = {one: name.removeprefix("@") for one, name in names.items()}
    fits = [
        (len(name), one)
        for one, name in known.items()
        if name and lowered.startswith(name.casefold()) and lowered[len(name) : len(name) + 1] in ("", " ")
    ]
    word = text.partition(" ")[0]
    if not fits:
        raise Refusal(sentences.no_place(word, did_you_mean(word[1:], known.values())))
    length, longest = max(fits)
    if sum(1 for other, _ in fits if other == length) > 1:
        raise Refusal(sentences.two_places(text[: length + 1]))
    return Scope(level, longest), text[length + 1 :].strip()


def _by_name(text: str, server: Server) -> list[Scope]:
    wanted = text.casefold()
    if wanted.isdecimal():
        ids = [channel_scope(int(wanted)), role_scope(int(wanted))]
        return [scope for scope in ids if server.has(scope)]
    channels = [channel_scope(one) for one, name in server.channels.items() if name.casefold() == wanted]
    roles = [role_scope(one) for one, name in server.roles.items() if name.removeprefix("@").casefold() == wanted]
    return channels + roles
