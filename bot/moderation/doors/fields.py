"""The fields of a form: which settings stand on a page, what each holds now, how it is chosen or typed. Pure."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from bot.languages import mark, tell, tr
from bot.moderation.catalogue import SETTINGS, Group, Setting
from bot.moderation.kinds import Choice, Words
from bot.moderation.layers import Effective
from bot.moderation.listing import Channels, Listed
from bot.moderation.places import BUILT_IN, Context, Level, Server
from dreamcore.catalogue import network_info
from dreamcore.errors import clip
from dreamcore.styles import SURPRISE, styles_of

PER_PAGE = 5  #: fields that one of Discord's forms holds
MOST_OPTIONS = 25  #: of one of Discord's menus
LONGEST_TYPED, LONGEST_WORD = 600, 60  #: characters of a field that takes several things, and of one that takes one
_SUCH_AS = {
    "layer": mark("such as patterns, or 4c"),
    "prefix": mark("such as ! or ?"),
    "time-zone": mark("such as Europe/Vienna"),
}


class Way(enum.Enum):
    """How a value is given."""

    TEXT = "text"
    MENU = "menu"
    ROLES = "roles"
    CHANNELS = "channels"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One setting in a form."""

    setting: Setting
    way: Way
    value: str  # what it holds now: the text that is typed, or what is chosen, parted by commas; empty: nothing is set
    hint: str  # what holds while nothing is set, and what may be
    options: tuple[tuple[str, str], ...] = ()  # of a menu: what is chosen, and what it means
    most: int = 1  # that may be chosen

    @property
    def longest(self) -> int:
        """Characters that may be typed; never less than what is there."""
        return max(LONGEST_TYPED if self.key == "layer" else LONGEST_WORD, len(self.value))

    @property
    def key(self) -> str:
        return self.setting.key

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(one for one in self.value.split(",") if one) if self.way is not Way.TEXT else ()


def group_named(text: str) -> Group:
    return next((group for group in Group if group.name.lower() == text), Group.DEFAULTS)


def groups(level: Level) -> list[Group]:
    """Those that have a setting for such a place."""
    return [group for group in Group if settings_of(group, level)]


def settings_of(group: Group, level: Level) -> list[Setting]:
    return [setting for setting in SETTINGS.values() if setting.group is group and level in setting.levels]


def pages(group: Group, level: Level) -> list[list[Setting]]:
    """The settings of each of the group's forms."""
    its = settings_of(group, level)
    return [its[start : start + PER_PAGE] for start in range(0, len(its), PER_PAGE)]


def field_of(setting: Setting, stored: str | None, effective: Effective, server: Server) -> Field:
    """stored: what the place itself has; effective: what holds there."""
    hint = _hint(setting, effective, server, typed=False)
    if isinstance(setting.kind, Listed):
        return _listed(setting, setting.kind, stored, hint, server)
    options = _options(setting, effective)
    if not options or len(options) + 1 > MOST_OPTIONS:
        value = "" if stored is None else _editable(setting, stored, effective, server)
        hint = _hint(setting, effective, server, typed=True)
        return Field(setting=setting, way=Way.TEXT, value=value, hint=hint)
    value = (stored or "").replace(" ", "")
    known = [name for name, _ in options]
    options += [(one, tr("no longer works")) for one in value.split(",") if one and one not in known]
    most = len(options) if isinstance(setting.kind, Words) else 1
    return Field(setting=setting, way=Way.MENU, value=value, hint=hint, options=tuple(options), most=most)


def _listed(setting: Setting, kind: Listed, stored: str | None, hint: str, server: Server) -> Field:
    there = server.channels if isinstance(kind, Channels) else server.roles
    ids = [one.strip() for one in (stored or "").split(",") if one.strip().isdecimal()]
    value = ",".join(one for one in ids if int(one) in there)  # a menu takes nothing that was deleted
    way = Way.CHANNELS if isinstance(kind, Channels) else Way.ROLES
    return Field(setting=setting, way=way, value=value, hint=hint, most=MOST_OPTIONS if kind.many else 1)


def _options(setting: Setting, effective: Effective) -> list[tuple[str, str]]:
    if setting.key == "style":
        looks = styles_of(network_info(effective.networks[0]).family)
        surprise = (SURPRISE, tr("one of them, drawn by the seed"))
        return [*((name, tell(look.help)) for name, look in looks.items()), surprise]
    if setting.key == "network":
        return [(name, tell(network_info(name).title)) for name in setting.choices]
    if isinstance(setting.kind, Choice | Words):
        return [(choice, "") for choice in setting.choices]
    return []


def _editable(setting: Setting, stored: str, effective: Effective, server: Server) -> str:
    """As people would type it, where that means the same."""
    context = Context(server=server, networks=effective.networks)
    try:
        value = setting.read(stored, context)
        shown = setting.show(value, server)
        if setting.parse(shown, context) == value and len(shown) <= LONGEST_TYPED:
            return shown
    except ValueError:
        pass
    return stored


def _hint(setting: Setting, effective: Effective, server: Server, *, typed: bool) -> str:
    """What holds now, who says so, and (where it is typed) what it may be."""
    value = effective.of(setting.key)
    shown = clip(setting.show(value.value, server), 40)
    if value.scope == BUILT_IN:
        now = tr("Now {value}", value=shown)
    else:
        now = tr("Now {value} ({source})", value=shown, source=clip(server.call(value.scope), 25))
    takes = tr(_SUCH_AS[setting.key]) if setting.key in _SUCH_AS else setting.range
    return clip(f"{now}; {takes}" if typed and takes else now, 100)


def stamp(value: str) -> str:
    """A few letters that tell whether a field still holds what it held when the form was opened.

    >>> stamp("4c") == stamp("4c"), stamp("4c") == stamp("4d")
    (True, False)
    """
    parts = sorted(part.strip() for part in value.split(","))  # a menu gives back what was chosen in its own order
    return hashlib.sha256(",".join(parts).encode()).hexdigest()[:6]


def changed(typed: Mapping[str, str], settings: list[Setting], marks: str) -> dict[str, str]:
    """Only what is not as it was when the form was opened: others may have changed the rest meanwhile."""
    before = dict(zip((setting.key for setting in settings), marks.split("."), strict=False))
    return {key: text for key, text in typed.items() if key in before and stamp(text) != before[key]}
