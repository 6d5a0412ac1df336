"""What is offered while a moderator types a place, a setting, a value or an end. Reads settings, else pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.dreaming import suggestions
from bot.dreaming.suggestions import LONGEST, MOST, Suggestion, last_of_list, offered
from bot.languages import tr, tr_count
from bot.moderation.catalogue import SETTINGS, Setting, setting_called
from bot.moderation.doors import ends
from bot.moderation.kinds import Number, TimeZone, Words
from bot.moderation.layers import Effective, Overrides, at
from bot.moderation.listing import Channels, Listed
from bot.moderation.places import SERVER, Context, Level, Scope, Server, channel_scope, role_scope
from bot.moderation.settings import Settings
from dreamcore.catalogue import network_info
from dreamcore.errors import clip

_ZONES = ("UTC", "Europe/London", "Europe/Vienna", "America/New_York", "America/Los_Angeles", "Asia/Tokyo")
_EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "strength": ("0.5", "1", "1.5", "2", "3"),
    "size": ("512", "768", "1024", "1536", "2048", "auto"),
    "most-strength": ("1", "1.5", "2", "3"),
    "most-size": ("512", "1024", "1536", "2048"),
    "prefix": ("!", "?", ".", "d!"),
    "member-age": ("0", "1", "3", "7", "30"),
}
_COUNTS = ("0", "1", "3", "5", "10", "20", "50", "100")


def places(server: Server, stored: Overrides, typed: str, here: Scope | None) -> list[Suggestion]:
    """The server, then where the moderator is, then what has settings already, then all others."""
    first = [SERVER, *([here] if here is not None and server.has(here) else []), *sorted(stored, key=_order)]
    others = [*map(channel_scope, server.channels), *map(role_scope, server.roles)]
    known = {scope.text: _named(server, scope, stored) for scope in dict.fromkeys([*first, *others])}
    return offered(typed.strip().lstrip("#@"), known) if typed.strip().lstrip("#@") else _first(known)


def _named(server: Server, scope: Scope, stored: Overrides) -> str:
    count = len(stored.get(scope, {}))
    name = server.call(scope)
    return tr_count("{place} · {count} set", "{place} · {count} set", count, place=name) if count else name


def keys(scope: Scope | None, stored: Overrides, typed: str, *, only_set: bool = False) -> list[Suggestion]:
    """only_set: what can be reset there, also what this version has no setting for any more."""
    here = stored.get(scope, {}) if scope is not None else {}
    known = {
        key: f"{key} · {setting.purpose}"
        for key, setting in SETTINGS.items()
        if scope is None or scope.level in setting.levels
    }
    if only_set:
        known = {key: f"{key} · {value}" for key, value in here.items()}
    return offered(typed, known) if typed.strip() else _first(known)


def values(settings: Settings, server: Server, scope: Scope, key: str, typed: str) -> list[Suggestion]:
    """Values that this setting may have there; what it has now stands first."""
    setting = setting_called(key)
    if setting is None or (scope is not SERVER and scope.level not in setting.levels):
        return []
    effective = settings.of(at(server, scope))
    found = _values(setting, server, effective, typed)
    if not typed.strip():
        return _with_present(found, setting, settings.stored(server.id).get(scope, {}), server)
    return found[:MOST]


def _values(setting: Setting, server: Server, effective: Effective, typed: str) -> list[Suggestion]:
    kind = setting.kind
    if isinstance(kind, Listed):
        return _listed(kind, server, typed)
    if isinstance(kind, Words):
        return last_of_list(typed, {word: word for word in kind.choices})
    if isinstance(kind, TimeZone):
        return _zones(typed)
    if setting.key == "network":
        return suggestions.networks(typed)
    network = network_info(effective.networks[0])
    if setting.key == "style":
        return suggestions.styles(network, typed)
    if setting.key == "layer":
        return suggestions.layers(network, typed)
    if setting.choices:
        return offered(typed, {choice: choice for choice in setting.choices})
    examples = _EXAMPLES.get(setting.key, _COUNTS if isinstance(kind, Number) else ())
    return _fitting(setting, server, effective, typed, examples)


def _fitting(
    setting: Setting, server: Server, effective: Effective, typed: str, examples: Iterable[str]
) -> list[Suggestion]:
    """Examples that begin with what is typed, and what is typed itself, if it works."""
    context = Context(server=server, networks=effective.networks)
    found = [one for one in examples if one.startswith(typed.strip())]
    text = typed.strip()
    if text and text not in found and len(text) <= LONGEST:
        try:
            setting.parse(text, context)
            found.insert(0, text)
        except ValueError:
            pass
    unlimited = isinstance(setting.kind, Number) and setting.kind.unlimited
    none = tr("{value} · no limit", value="0")
    return [Suggestion(name=none if unlimited and one == "0" else one, value=one) for one in found]


def _listed(kind: Listed, server: Server, typed: str) -> list[Suggestion]:
    """For the last name of a list; the ones before it stay, by their ids."""
    known_by_id = server.channels if isinstance(kind, Channels) else server.roles
    sign = "#" if isinstance(kind, Channels) else "@"
    head, comma, last = typed.rpartition(",") if kind.many else ("", "", typed)
    known = {str(one): f"{sign}{name.removeprefix('@')}" for one, name in known_by_id.items()}
    before = f"{head}{comma}".strip()
    taken = {one.strip() for one in before.split(",")}
    names = ", ".join(known.get(one.strip(), one.strip()) for one in head.split(",")) + ", " if comma else ""
    rest = {one: name for one, name in known.items() if one not in taken}
    wanted = last.strip().lstrip("#@")
    found = offered(wanted, rest) if wanted else _first(rest)
    whole = [Suggestion(name=clip(f"{names}{one.name}", LONGEST), value=f"{before}{one.value}") for one in found]
    return [one for one in whole if len(one.value) <= LONGEST]


def _zones(typed: str) -> list[Suggestion]:
    if not typed.strip():
        return [Suggestion(name=zone, value=zone) for zone in _ZONES]
    wanted = typed.strip().replace(" ", "_")
    return offered(wanted, {zone: zone.replace("_", " ") for zone in TimeZone.names()}) or offered(
        wanted, {zone: zone for zone in TimeZone.names()}
    )


def moments(typed: str) -> list[Suggestion]:
    """Ends of a block."""
    text = typed.strip()
    known = {one: tr(one) for one in ends.USUAL}
    found = {
        one: name
        for one, name in known.items()
        if one.startswith(text.lower()) or name.lower().startswith(text.lower())
    }
    if text and text not in found and text not in found.values():
        found = {text: text, **found}
    return [Suggestion(name=clip(name, LONGEST), value=clip(one, LONGEST)) for one, name in found.items()][:MOST]


def _with_present(
    found: list[Suggestion], setting: Setting, stored: Mapping[str, str], server: Server
) -> list[Suggestion]:
    text = stored.get(setting.key)
    if text is None or len(text) > LONGEST:
        return found[:MOST]
    others = [one for one in found if one.value != text]
    try:
        shown = setting.show(setting.read(text, Context(server=server, networks=())), server)
    except ValueError:
        return others[:MOST]
    return [Suggestion(name=clip(tr("{value} · as it is now", value=shown), LONGEST), value=text), *others][:MOST]


def _first(known: Mapping[str, str]) -> list[Suggestion]:
    """In the order given: nothing is typed yet."""
    found = [Suggestion(name=clip(name, LONGEST), value=value) for value, name in known.items()]
    return [one for one in found if len(one.value) <= LONGEST][:MOST]


def _order(scope: Scope) -> tuple[bool, int]:
    return (scope.level is Level.ROLE, scope.id or 0)
