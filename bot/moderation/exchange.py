"""A server's settings as a text file, and back: one `where key = value` a line. Pure.

# Dreambot: the settings of Garden Club
server layer = patterns

# #garden
channel:1234 strength = 2
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.errors import Refusal
from bot.languages import tr
from bot.moderation import texts
from bot.moderation.catalogue import SETTINGS
from bot.moderation.layers import Ignored
from bot.moderation.listing import Listed
from bot.moderation.places import SERVER, Context, Level, Scope, Server
from dreamcore.errors import clip

LONGEST = 64 << 10  #: bytes of a file; all that one server may set is less
ORDER = (Level.SERVER, Level.CHANNEL, Level.ROLE)  #: of the places in a file

Problem = tuple[int, str]  #: a line's number, and what is wrong with it

_LINE = re.compile(r"(\S+)\s+([\w-]+)\s*=\s*(.*)")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line that sets something."""

    number: int
    scope: Scope
    key: str
    value: str


def text_of(data: bytes) -> str:
    """A file's text. Raises Refusal."""
    if len(data) > LONGEST:
        raise Refusal(texts.import_too_long(LONGEST))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(texts.IMPORT_NO_TEXT) from None


def write(overrides: Mapping[Scope, Mapping[str, str]], server: Server, *, unfit: Iterable[Ignored] = ()) -> str:
    """All that a server has set, as a file that can be read again: what does not hold is a remark in it."""
    reasons = {(one.scope, one.key): one.reason for one in unfit}
    name = _line(server.name)
    title = tr("Dreambot: the settings of {server}", server=name) if name else tr("Dreambot: the settings of a server")
    lines = [f"# {_line(title, 200)}", f"# {_line(tr('where key = value'))}"]
    for scope in sorted(overrides, key=lambda scope: (ORDER.index(scope.level), scope.id or 0)):
        stored = overrides[scope]
        if stored:
            lines += ["", f"# {_line(server.call(scope))}"] if scope != SERVER else [""]
        for key in sorted(stored, key=_place):
            written = f"{scope.text} {key} = {stored[key]}"
            if (scope, key) not in reasons:
                lines.append(written)
                continue
            lines.append(f"# {_line(written)} ({_line(reasons[scope, key])})")
            if (known := _known(key, stored[key], server)) is not None and server.has(scope):
                lines.append(f"{scope.text} {key} = {known}")
    return "\n".join(lines) + "\n"


def _known(key: str, stored: str, server: Server) -> str | None:
    """Of a list of roles or channels, those that are there."""
    setting = SETTINGS.get(key)
    if setting is None or not isinstance(setting.kind, Listed):
        return None
    known = setting.kind.known(setting.read(stored, Context(server=server, networks=())), server)
    return setting.write(known) if known else None


def read(text: str) -> tuple[list[Line], list[Problem]]:
    """The lines that set something, and what is wrong with the others. Raises Refusal for a huge text."""
    if len(text.encode("utf-8", "replace")) > LONGEST:
        raise Refusal(texts.import_too_long(LONGEST))
    lines: list[Line] = []
    problems: list[Problem] = []
    seen: dict[tuple[Scope, str], int] = {}
    for number, raw in enumerate(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines(), start=1):
        stripped = raw.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _LINE.fullmatch(stripped)
        scope = Scope.parse(match[1]) if match else None
        if match is None or scope is None:
            problems.append((number, texts.unreadable_line(clip(stripped))))
            continue
        key = match[2].lower()
        if (scope, key) in seen:
            problems.append((number, texts.line_twice(seen[scope, key], f"{scope.text} {clip(key)}")))
            continue
        seen[scope, key] = number
        lines.append(Line(number=number, scope=scope, key=key, value=match[3]))
    return lines, problems


def _place(key: str) -> tuple[int, str]:
    known = list(SETTINGS)
    return (known.index(key) if key in known else len(known), key)


def _line(name: str, longest: int = 100) -> str:
    return clip(" ".join(name.split()), longest)
