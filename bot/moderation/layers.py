"""From what is stored for a server to what holds for one member in one place: pure.

Nearest first, the layers are: the member's roles (highest first), the thread, its channel, the server, the operator,
and what is built in. For most settings the nearest wins; for locks, ceilings and limits the strictest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.jobs.allowance import Allowance, Counted, Limit, Span
from bot.languages import mark, tell, tr
from bot.moderation.applying import Applied
from bot.moderation.applying_kinds import apply_to
from bot.moderation.catalogue import MEMBER_LIMITS, SERVER_LIMITS, SETTINGS, Group, Merge, Setting
from bot.moderation.places import BUILT_IN, OPERATOR, SERVER, Context, Level, Scope, Server, channel_scope, role_scope
from bot.recipes import RecipeT
from dreamcore.sentences import reason as why
from dreamcore.settings import AUTO

Overrides = Mapping[Scope, Mapping[str, str]]  #: what is stored: for each place, its keys and their values' texts

_COUNT = {
    "per-hour": (Span.HOUR, Counted.PICTURES),
    "per-day": (Span.DAY, Counted.PICTURES),
    "films-per-day": (Span.DAY, Counted.FILMS),
    "grids-per-day": (Span.DAY, Counted.GRIDS),
    "waiting": (Span.WAITING, Counted.PICTURES),
}
SUBJECT = ("style", "layer")
_LOST = {
    Level.CHANNEL: mark("that channel was deleted, or is an archived thread"),
    Level.ROLE: mark("that role was deleted"),
}
_MISPLACED = {
    Level.CHANNEL: mark("{key} is not a setting of a channel"),
    Level.ROLE: mark("{key} is not a setting of a role"),
}


@dataclass(frozen=True, kw_only=True)
class Where:
    """One member in one place."""

    server: Server
    channels: tuple[int, ...] = ()  # the nearest first: the thread, then its channel
    roles: tuple[int, ...] = ()  # the member's, the highest first

    def scopes(self) -> tuple[Scope, ...]:
        """The server's own layers, the nearest first."""
        return (*map(role_scope, self.roles), *map(channel_scope, self.channels), SERVER)


@dataclass(frozen=True, kw_only=True)
class Ignored:
    """Something that is stored and does not hold. It is kept: what is missing may come back."""

    scope: Scope
    key: str
    stored: str
    reason: str  # goes on from "does not hold: "


@dataclass(frozen=True, kw_only=True)
class Value:
    """What holds, and where it comes from."""

    setting: Setting
    value: Any
    scopes: tuple[Scope, ...]  # who said so, the nearest first; several where locks add up
    ignored: tuple[Ignored, ...] = ()

    @property
    def scope(self) -> Scope:
        return self.scopes[0]


@dataclass(frozen=True, kw_only=True)
class Effective:
    """Every setting's value for one member in one place: `effective["layer"]`; where it comes from: `of`."""

    where: Where
    values: Mapping[str, Value] = field(repr=False)
    allowance: Allowance  # the server's own limits; the operator's are the queue's own
    exempt: bool  # the server's own limits do not hold for this member
    networks: tuple[str, ...]  # that would dream where the command names none

    def __getitem__(self, key: str) -> Any:
        return self.values[key].value

    def of(self, key: str) -> Value:
        return self.values[key]

    @property
    def ignored(self) -> tuple[Ignored, ...]:
        """All that is stored for this place and does not hold."""
        return tuple(one for value in self.values.values() for one in value.ignored)

    def apply(self, recipe: RecipeT) -> Applied[RecipeT]:
        """The recipe with defaults, locks and ceilings, and sentences about what was changed.

        Raises RecipeError for a series of which these leave only one dream.
        """
        return apply_to(recipe, self.values, networks=self.networks)


@dataclass(frozen=True, kw_only=True)
class _Read:
    """One layer's value of one setting."""

    scope: Scope
    distance: int  # 0 is the nearest
    value: Any


class _Reading:
    """Reads stored values, each once; those that do not fit are gathered."""

    def __init__(
        self, overrides: Overrides, where: Where, operator: Mapping[str, str], networks: tuple[str, ...]
    ) -> None:
        self._layers = [*((scope, overrides.get(scope, {})) for scope in where.scopes()), (OPERATOR, operator)]
        self._found: dict[str, tuple[_Read, ...]] = {}
        self.ignored: dict[str, list[Ignored]] = {key: [] for key in SETTINGS}
        self.server = where.server
        self.networks = networks

    def of(self, key: str) -> tuple[_Read, ...]:
        """What each layer says that says something that fits, the nearest first."""
        if key not in self._found:
            self._found[key] = tuple(self._read(SETTINGS[key]))
        return self._found[key]

    def first(self, key: str) -> Any:
        found = self.of(key)
        return found[0].value if found else SETTINGS[key].built_in

    def set_aside(self, read: _Read, key: str, reason: str) -> None:
        stored = dict(self._layers)[read.scope][key]
        self.ignored[key].append(Ignored(scope=read.scope, key=key, stored=stored, reason=reason))

    def _read(self, setting: Setting) -> Iterator[_Read]:
        context = Context(server=self.server, networks=self.networks)
        for distance, (scope, stored) in enumerate(self._layers):
            text = stored.get(setting.key)
            if text is None:
                continue
            value, reason = _read_stored(setting, scope, text, context)
            if reason is not None:
                self.ignored[setting.key].append(Ignored(scope=scope, key=setting.key, stored=text, reason=reason))
            if value is not None:
                yield _Read(scope=scope, distance=distance, value=value)


def _read_stored(setting: Setting, scope: Scope, text: str, context: Context) -> tuple[Any, str | None]:
    """A stored value, if it holds, and why it does not, or not in full.

    A list of which a part was deleted still holds: were the last allowed channel's deletion to open all the others,
    nobody would have decided that. And a channel that is not seen may be an archived thread.
    """
    if scope.level is not Level.OPERATOR and scope.level not in setting.levels:
        return None, tr(_MISPLACED[scope.level], key=setting.key)
    try:
        value = setting.read(text, context)
    except ValueError as error:
        return None, tell(why(error)).removesuffix(".")
    missing = setting.kind.missing(value, context.server)
    holds = missing is None or isinstance(value, tuple) or setting.kind.holds_unseen
    return (value if holds else None), missing


def resolve(overrides: Overrides, where: Where, *, operator: Mapping[str, str], networks: tuple[str, ...]) -> Effective:
    """What holds there. networks: the operator's, that would dream where nothing is set."""
    reading = _Reading(overrides, where, operator, networks)
    exempt = bool(set(reading.first("exempt-roles") or ()) & set(where.roles))
    network = reading.first("network")
    if network not in (None, AUTO):
        reading.networks = (str(network),)
    subject = _subject(reading)
    values: dict[str, Value] = {}
    for key, setting in SETTINGS.items():
        found = reading.of(key)
        if exempt and setting.group is Group.LIMITS:
            found = tuple(read for read in found if read.scope == OPERATOR)
        if key in SUBJECT:
            found = tuple(read for read in found if read.distance <= subject)
        values[key] = _merge(setting, found, tuple(reading.ignored[key]))
    return Effective(
        where=where,
        values=values,
        allowance=Allowance() if exempt else _allowance(reading),
        exempt=exempt,
        networks=reading.networks,
    )


def unfit(
    overrides: Overrides, server: Server, *, operator: Mapping[str, str], networks: tuple[str, ...]
) -> list[Ignored]:
    """Everything stored for a server that does not hold in its own place: what has been deleted, or fits no more."""
    found: list[Ignored] = []
    for scope, stored in overrides.items():
        gone = None if server.has(scope) else tr(_LOST[scope.level])
        for key, text in stored.items():
            lost = gone or (None if key in SETTINGS else tr("this version of the bot has no such setting"))
            if lost is not None:
                found.append(Ignored(scope=scope, key=key, stored=text, reason=lost))
        if gone is None:
            effective = resolve(overrides, at(server, scope), operator=operator, networks=networks)
            found += [one for one in effective.ignored if one.scope == scope]
    return found


def at(server: Server, scope: Scope) -> Where:
    """Somebody in that place: in the channel, or with nothing but the role."""
    ids = () if scope.id is None else (scope.id,)
    return Where(
        server=server,
        channels=ids if scope.level is Level.CHANNEL else (),
        roles=ids if scope.level is Level.ROLE else (),
    )


def _merge(setting: Setting, found: tuple[_Read, ...], ignored: tuple[Ignored, ...]) -> Value:
    if not found:
        return Value(setting=setting, value=setting.built_in, scopes=(BUILT_IN,), ignored=ignored)
    value = found[0].value
    scopes: tuple[Scope, ...] = (found[0].scope,)
    if setting.merge is Merge.STRICTEST:
        for read in found[1:]:
            value = setting.stricter(value, read.value)
        said = tuple(read.scope for read in found if read.value == value)
        scopes = said or tuple(read.scope for read in found)  # none alone said all of it: locks add up
    return Value(setting=setting, value=value, scopes=scopes, ignored=ignored)


def _subject(reading: _Reading) -> int:
    """How far away the style and the layer may come from.

    Both say what a dream makes more of, so the nearest layer that has either speaks alone: a server's layer must not
    spoil a channel's style.
    """
    found = {key: reading.of(key) for key in SUBJECT}
    nearest = min((reads[0] for reads in found.values() if reads), key=lambda read: read.distance, default=None)
    if nearest is None:
        return 0
    for key, reads in found.items():
        if reads and reads[0].distance > nearest.distance:
            other = next(key for key, reads in found.items() if nearest in reads)
            place = reading.server.call(nearest.scope)
            reading.set_aside(reads[0], key, tr("{key} is set nearer, for {place}", key=other, place=place))
    return nearest.distance


def _allowance(reading: _Reading) -> Allowance:
    """All of the server's own limits; of those that count the same, the strictest."""
    strictest: dict[tuple[Span, Counted, bool, int | None], Limit] = {}
    for key in (*MEMBER_LIMITS, *SERVER_LIMITS):
        for read in reading.of(key):
            if read.scope == OPERATOR or read.value == 0:
                continue
            span, of = _COUNT[key.removeprefix("server-")]
            limit = Limit(
                span=span,
                of=of,
                most=read.value,
                everyone=key in SERVER_LIMITS,
                channel=read.scope.id if read.scope.level is Level.CHANNEL else None,
                role=read.scope.id if read.scope.level is Level.ROLE else None,
            )
            counts = (span, of, limit.everyone, limit.channel)
            if counts not in strictest or limit.most < strictest[counts].most:
                strictest[counts] = limit
    return Allowance(limits=tuple(strictest.values()))
