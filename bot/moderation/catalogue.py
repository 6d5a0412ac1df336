"""Every setting that moderators have, once: its key, its values, where it may be made, and which layer wins."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from bot.kinds import Kind as Work
from bot.languages import languages, mark, tr
from bot.moderation.kinds import Choice, Kind, MostSize, Number, Prefix, Recipe, Switch, TimeZone, Words
from bot.moderation.listing import Channels, OneChannel, Roles
from bot.moderation.places import Context, Level, Server
from dreamcore.errors import clip, did_you_mean, there_are

AUTO_LANGUAGE = "auto"  #: the one that the server has chosen in Discord
MOST = 1_000_000  #: of anything that is counted
LOCKABLE = ("style", "network", "layer", "strength", "size")  #: what members may be kept from choosing


class Merge(enum.Enum):
    """Which layer wins."""

    NEAREST = "nearest"
    STRICTEST = "strictest"


class Group(enum.Enum):
    """What belongs together on a page."""

    DEFAULTS = mark("Defaults")
    LOCKS = mark("Locks and ceilings")
    PEOPLE = mark("Who and where")
    LIMITS = mark("Limits")
    ANSWERS = mark("Answers")
    SERVER = mark("This server")

    @property
    def title(self) -> str:
        return tr(self.value)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting. A value of None means that nothing is set."""

    key: str  # as people type it
    kind: Kind = field(repr=False)
    group: Group
    levels: frozenset[Level]  # where it may be made, besides the operator's and the built-in layer
    merge: Merge = Merge.NEAREST
    built_in: Any = None
    help: str = field(repr=False)
    unset: str = mark("not set")  # what None means, in words

    def parse(self, typed: str, context: Context) -> Any:
        """The value that somebody typed. Raises ValueError: what it has to be."""
        return self.kind.parse(typed, context)

    def read(self, stored: str, context: Context) -> Any:
        """The value that was stored. Raises ValueError: why it does not fit any more."""
        return self.kind.read(stored, context)

    def write(self, value: Any) -> str:
        return self.kind.write(value)

    def show(self, value: Any, server: Server) -> str:
        return tr(self.unset) if value in (None, ()) else self.kind.show(value, server)

    @property
    def purpose(self) -> str:
        """What it is for, in the reader's language."""
        return tr(self.help)

    @property
    def choices(self) -> tuple[str, ...]:
        return self.kind.choices

    @property
    def range(self) -> str:
        return self.kind.range

    def stricter(self, one: Any, other: Any) -> Any:
        """The stricter of two values of a setting of which the strictest wins."""
        if isinstance(self.kind, Words):
            return tuple(word for word in self.kind.choices if word in one or word in other)
        if isinstance(self.kind, Choice) and not isinstance(self.kind, Switch):
            return max(one, other, key=self.kind.choices.index)  # its choices stand from the mildest to the strictest
        if isinstance(self.kind, Switch) or self.key == "member-age":
            return max(one, other)
        if isinstance(self.kind, Number) and self.kind.unlimited:
            return min(one or other, other or one)
        return min(one, other)


def nearest_keys(key: str) -> str:
    """' Did you mean …?' for a key that there is none of, or all that there are."""
    return did_you_mean(key, SETTINGS) or there_are(SETTINGS)


def setting_called(key: str) -> Setting | None:
    """The setting of that name, however it is spelt: Per Hour, per_hour, per-hour."""
    return SETTINGS.get("-".join(key.strip().lower().replace("_", " ").replace("-", " ").split()))


def unknown_setting(key: str) -> str:
    return tr("There is no setting “{key}”.{hint}", key=clip(key), hint=nearest_keys(key))


_EVERYWHERE = frozenset({Level.SERVER, Level.CHANNEL, Level.ROLE})
_NOT_ROLES = frozenset({Level.SERVER, Level.CHANNEL})
_SERVER = frozenset({Level.SERVER})


def _default(key: str, help: str) -> Setting:
    return Setting(
        key=key,
        kind=Recipe(key),
        group=Group.DEFAULTS,
        levels=_EVERYWHERE,
        help=help,
        unset=mark("the bot's own choice"),
    )


def _ceiling(key: str, kind: Kind, help: str) -> Setting:
    return Setting(
        key=key,
        kind=kind,
        group=Group.LOCKS,
        levels=_EVERYWHERE,
        merge=Merge.STRICTEST,
        help=help,
        unset=mark("no ceiling"),
    )


def _limit(key: str, help: str, *, levels: frozenset[Level] = _EVERYWHERE) -> Setting:
    return Setting(
        key=key,
        kind=Number(0, MOST, unlimited=True),
        group=Group.LIMITS,
        levels=levels,
        merge=Merge.STRICTEST,
        built_in=0,
        help=help,
    )


_ALL = (
    _default("style", mark("The look that a dream gets when nobody says otherwise.")),
    _default("network", mark("The network that dreams when nobody says otherwise.")),
    _default("layer", mark("What a dream makes more of when nobody says otherwise.")),
    _default("strength", mark("How strong a dream is when nobody says otherwise; 1 is the usual look.")),
    _default("size", mark("The longest side dreamt, in pixels, when nobody says otherwise.")),
    Setting(
        key="locked",
        kind=Words(*LOCKABLE),
        group=Group.LOCKS,
        levels=_EVERYWHERE,
        merge=Merge.STRICTEST,
        built_in=(),
        unset=mark("nothing"),
        help=mark("What members may not choose for themselves: the default is used instead."),
    ),
    _ceiling("most-strength", Recipe("strength"), mark("The strongest that members may dream.")),
    _ceiling("most-size", MostSize(), mark("The longest side, in pixels, that members may have dreamt.")),
    _ceiling("most-seconds", Number(1, 600), mark("The longest film, in seconds, that members may have made.")),
    Setting(
        key="switched-off",
        kind=Words(*(kind.value for kind in Work if kind is not Work.DREAM)),
        group=Group.LOCKS,
        levels=_EVERYWHERE,
        merge=Merge.STRICTEST,
        built_in=(),
        unset=mark("nothing"),
        help=mark("What is not made here at all: films, pictures out of noise, explanations, grids, the atlas."),
    ),
    Setting(
        key="channels",
        kind=Channels(),
        group=Group.PEOPLE,
        levels=_SERVER,
        help=mark("The only channels in which dreams are made."),
        unset=mark("every channel"),
    ),
    Setting(
        key="roles",
        kind=Roles(),
        group=Group.PEOPLE,
        levels=_SERVER,
        help=mark("The only roles whose members may dream."),
        unset=mark("everybody"),
    ),
    Setting(
        key="exempt-roles",
        kind=Roles(),
        group=Group.PEOPLE,
        levels=_SERVER,
        help=mark("Roles whose members the server's own limits do not hold for; the operator's do."),
        unset=mark("nobody"),
    ),
    Setting(
        key="managers",
        kind=Roles(),
        group=Group.PEOPLE,
        levels=_SERVER,
        help=mark("Roles that may change settings and moderate, besides those with the permission Manage Server."),
        unset=mark("only those with Manage Server"),
    ),
    Setting(
        key="member-age",
        kind=Number(0, 3650),
        group=Group.PEOPLE,
        levels=_NOT_ROLES,
        merge=Merge.STRICTEST,
        built_in=0,
        help=mark("Days that somebody has to be on the server before they may dream."),
    ),
    Setting(
        key="own-pictures",
        kind=Switch(),
        group=Group.PEOPLE,
        levels=_EVERYWHERE,
        merge=Merge.STRICTEST,
        built_in=False,
        help=mark("Members may only have their own pictures dreamt."),
    ),
    _limit("per-hour", mark("Pictures that a member may have dreamt in an hour.")),
    _limit("per-day", mark("Pictures that a member may have dreamt in 24 hours.")),
    _limit("films-per-day", mark("Films that a member may have made in 24 hours; they do not count as pictures.")),
    _limit("grids-per-day", mark("Grids that a member may have made in 24 hours; they do not count as pictures.")),
    _limit("waiting", mark("Requests of a member that may wait at a time.")),
    _limit("server-per-hour", mark("Pictures that the whole server may have dreamt in an hour."), levels=_SERVER),
    _limit("server-per-day", mark("Pictures that the whole server may have dreamt in 24 hours."), levels=_SERVER),
    _limit("server-waiting", mark("Requests of the whole server that may wait at a time."), levels=_SERVER),
    Setting(
        key="answer",
        kind=Choice("reply", "thread"),
        group=Group.ANSWERS,
        levels=_NOT_ROLES,
        built_in="reply",
        help=mark("Where a dream is posted: as a reply, or in a thread of its own."),
    ),
    Setting(
        key="spoilers",
        kind=Choice("as-posted", "always"),
        group=Group.ANSWERS,
        levels=_NOT_ROLES,
        merge=Merge.STRICTEST,
        built_in="as-posted",
        help=mark("Which dreams are hidden until they are clicked: those whose picture was, or all."),
    ),
    Setting(
        key="buttons",
        kind=Switch(),
        group=Group.ANSWERS,
        levels=_NOT_ROLES,
        built_in=True,
        help=mark("Whether there are buttons under a dream."),
    ),
    Setting(
        key="age-restricted",
        kind=Choice("keep", "refuse"),
        group=Group.ANSWERS,
        levels=_SERVER,
        merge=Merge.STRICTEST,
        built_in="keep",
        help=mark("keep: pictures from age-restricted channels stay there. refuse: they are not dreamt at all."),
    ),
    Setting(
        key="language",
        kind=Choice(AUTO_LANGUAGE, *languages()),
        group=Group.ANSWERS,
        levels=_NOT_ROLES,
        built_in=AUTO_LANGUAGE,
        help=mark("What the bot says for all to read. auto: as the server speaks in Discord. Members read their own."),
    ),
    Setting(
        key="prefix",
        kind=Prefix(),
        group=Group.SERVER,
        levels=_SERVER,
        built_in="!",
        help=mark("What commands in messages begin with."),
    ),
    Setting(
        key="log-channel",
        kind=OneChannel(),
        group=Group.SERVER,
        levels=_SERVER,
        help=mark("Where changes, reports and moderation are written."),
        unset=mark("nowhere"),
    ),
    Setting(
        key="time-zone",
        kind=TimeZone(),
        group=Group.SERVER,
        levels=_SERVER,
        built_in="UTC",
        help=mark("The zone of the times that moderators type."),
    ),
)

SETTINGS: Mapping[str, Setting] = MappingProxyType({setting.key: setting for setting in _ALL})  #: in the order shown
MEMBER_LIMITS = ("per-hour", "per-day", "films-per-day", "grids-per-day", "waiting")
SERVER_LIMITS = ("server-per-hour", "server-per-day", "server-waiting")
