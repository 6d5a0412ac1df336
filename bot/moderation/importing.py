"""What was typed, or stands in a file, checked against the server: all that is wrong is said at once. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import Refusal
from bot.languages import tell
from bot.moderation import exchange, texts
from bot.moderation.catalogue import SETTINGS, Setting, unknown_setting
from bot.moderation.exchange import Line, Problem
from bot.moderation.layers import Overrides, at, resolve
from bot.moderation.listing import Listed
from bot.moderation.places import Context, Scope, Server
from dreamcore.sentences import reason

Cell = tuple[Scope, str]  #: a place and a key
Wanted = Mapping[Cell, str | None]  #: what is to be stored; None: nothing any more


class BadValues(Refusal):
    """Some of what was typed does not work; `problems` has a sentence for each."""

    def __init__(self, problems: Mapping[Cell, str]) -> None:
        super().__init__("\n".join(map(tell, problems.values())))
        self.problems = dict(problems)


@dataclass(frozen=True, kw_only=True)
class _Check:
    """What values are checked against, as it will be once all of them are stored."""

    stored: Overrides
    server: Server
    operator: Mapping[str, str]
    networks: tuple[str, ...]

    def text(self, scope: Scope, setting: Setting, typed: str) -> str:
        """The text to store. Raises ValueError: a sentence."""
        if scope.level not in setting.levels:
            raise ValueError(texts.not_there(setting.key, scope.level, setting.levels))
        effective = resolve(self.stored, at(self.server, scope), operator=self.operator, networks=self.networks)
        context = Context(server=self.server, networks=effective.networks)
        try:
            return setting.write(setting.parse(typed, context))
        except ValueError as error:
            raise ValueError(texts.bad_value(setting.key, typed, error)) from None


def checked(
    typed: Mapping[Cell, str | None],
    stored: Overrides,
    server: Server,
    *,
    operator: Mapping[str, str],
    networks: tuple[str, ...],
) -> Wanted:
    """What to store for what was typed. Raises BadValues, with all that is wrong."""
    wanted: dict[Cell, str | None] = {}
    problems: dict[Cell, str] = {}
    for scope, key in _in_order(typed):
        text = typed[scope, key]
        check = _Check(stored=after(stored, wanted), server=server, operator=operator, networks=networks)
        try:
            wanted[scope, key] = None if text is None else check.text(scope, SETTINGS[key], text)
        except ValueError as error:
            problems[scope, key] = reason(error)
    if problems:
        raise BadValues(problems)
    return wanted


def wanted_by(
    text: str,
    stored: Overrides,
    server: Server,
    *,
    skip: bool,
    skipped: list[str],
    operator: Mapping[str, str],
    networks: tuple[str, ...],
) -> Wanted:
    """What a file wants stored. Raises Refusal with a sentence for each line that cannot be.

    skip: what is about roles and channels of another server is put into `skipped` instead.
    """
    lines, problems = exchange.read(text)
    by_cell = {(line.scope, line.key): line for line in lines}
    foreign: list[Problem] = []
    wanted: dict[Cell, str | None] = {}
    for cell in _in_order(by_cell):
        line = by_cell[cell]
        setting = SETTINGS.get(line.key)
        if setting is None:
            problems.append((line.number, unknown_setting(line.key)))
            continue
        value, unknown = _without_foreign(line, setting, server)
        if unknown is not None:
            foreign.append((line.number, unknown))
        if value is None:
            continue
        check = _Check(stored=after(stored, wanted), server=server, operator=operator, networks=networks)
        try:
            wanted[cell] = check.text(line.scope, setting, value)
        except ValueError as error:
            problems.append((line.number, reason(error)))
    if foreign and not skip:
        problems += foreign
    if problems:
        raise Refusal(texts.import_wrong(_lines(problems), foreign=bool(foreign) and not skip))
    if not wanted and not foreign:
        raise Refusal(texts.IMPORT_EMPTY)
    skipped += _lines(foreign)
    return wanted


def _without_foreign(line: Line, setting: Setting, server: Server) -> tuple[str | None, str | None]:
    """The line's value as far as it is about this server (None: not at all), and what is not."""
    if not server.has(line.scope):
        return None, texts.no_such_place(line.scope.level, line.scope.id)
    if not isinstance(setting.kind, Listed):
        return line.value, None
    try:
        value = setting.read(line.value, Context(server=server, networks=()))
    except ValueError:
        return line.value, None  # names, or nonsense: parsed as if it were typed
    known = setting.kind.known(value, server)
    if known == value:
        return line.value, None
    return (setting.write(known) if known else None), texts.foreign(setting.key, line.value)


def _lines(problems: list[Problem]) -> list[str]:
    return [texts.line(number, about) for number, about in sorted(problems)]


def _in_order(cells: Mapping[Cell, object]) -> list[Cell]:
    """The networks first: layers and styles are checked against them."""
    return sorted(cells, key=lambda cell: cell[1] != "network")


def after(stored: Overrides, wanted: Wanted) -> Overrides:
    """What is stored once that is."""
    result = {scope: dict(its) for scope, its in stored.items()}
    for (scope, key), text in wanted.items():
        here = result.setdefault(scope, {})
        if text is None:
            here.pop(key, None)
        else:
            here[key] = text
    return result
