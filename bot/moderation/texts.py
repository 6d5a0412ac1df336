"""What people read about settings: every sentence of this folder's core stands here.

They are `Sentence`s: the doors say them in the language of whoever reads them.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.languages import mark, tell, tr, tr_count
from bot.moderation.kinds import NotThere
from bot.moderation.places import Level
from dreamcore.errors import clip
from dreamcore.sentences import Sentence, reason

NOT_ALLOWED = Sentence(
    "Settings can be changed by those with the permission Manage Server, and by the roles that `managers` names."
)
LOCKED_OUT = Sentence(
    "You would lose the permission to change settings by this: "
    "keep one of your own roles in `managers`, or ask somebody with Manage Server."
)
NOTHING_TO_UNDO = Sentence("There is no such change on this server.")
UNDONE_ALREADY = Sentence("That change is undone already.")
PAUSED_SINCE = Sentence("Dreaming was paused again since, so this is not undone: `/mod resume` ends the pause.")
RESUMED_SINCE = Sentence("Dreaming goes on again since, so there is nothing to undo: `/mod pause` pauses it.")
NOT_SET = Sentence("not set")
IMPORT_NO_TEXT = Sentence(
    "That file is no text: settings are a text file, as `/settings export` writes it. Nothing was changed."
)
IMPORT_EMPTY = Sentence(
    "There is no setting in that file: a line looks like server layer = patterns. Nothing was changed."
)

_SERVER_ONLY = frozenset({Level.SERVER})
_NOT_ROLES = frozenset({Level.SERVER, Level.CHANNEL})
_ELSEWHERE = {
    (Level.CHANNEL, _SERVER_ONLY): mark("{key} cannot be set for a channel: it is set for the server."),
    (Level.ROLE, _SERVER_ONLY): mark("{key} cannot be set for a role: it is set for the server."),
    (Level.ROLE, _NOT_ROLES): mark("{key} cannot be set for a role: it is set for the server or a channel."),
}
_NO_SUCH = {
    Level.CHANNEL: mark("There is no such channel on this server."),
    Level.ROLE: mark("There is no such role on this server."),
}
_NO_SUCH_ID = {
    Level.CHANNEL: mark("There is no such channel on this server ({id})."),
    Level.ROLE: mark("There is no such role on this server ({id})."),
}
_FIXED = {
    "style": mark("The style {value} is fixed here and {network} does not have it, so the usual network dreams."),
    "layer": mark("The layer {value} is fixed here and {network} does not have it, so the usual network dreams."),
}
_LEFT_OUT = {
    "style": mark("The usual style here, {value}, is nothing that {network} has, so it was left out."),
    "layer": mark("The usual layer here, {value}, is nothing that {network} has, so it was left out."),
}


def locked(keys: Sequence[str]) -> str:
    """
    >>> locked(["style", "layer", "size"])
    'Style, layer and size cannot be chosen here, so the usual ones were used.'
    """
    first, *others = keys
    return Sentence.counted(
        "{keys} cannot be chosen here, so the usual one was used.",
        "{keys} cannot be chosen here, so the usual ones were used.",
        len(keys),
        keys=_all_of([first.capitalize(), *others]),
    )


def nothing_left(keys: Sequence[str]) -> str:
    """Of a series whose settings with several values are all fixed, or held to one value."""
    first, *others = keys
    return Sentence.counted(
        "{keys} has only one value here, and a series needs a setting with several: take another one.",
        "{keys} have only one value here, and a series needs a setting with several: take another one.",
        len(keys),
        keys=_all_of([first.capitalize(), *others]),
    )


def _all_of(words: Sequence[str]) -> str:
    """Keys, which are the same in every language."""
    *others, last = words
    # Translators: names of settings, as they are typed: style, layer and size
    return Sentence("{keys} and {last}", keys=", ".join(others), last=last) if others else last


def ceiling(key: str, asked: float, most: float) -> str:
    return Sentence(
        "{key} goes up to {most} here, so {asked} became {most}.",
        key=key.capitalize(),
        most=f"{most:g}",
        asked=f"{asked:g}",
    )


def network_left(key: str, value: str, network: str) -> str:
    return Sentence(_FIXED[key], value=clip(value), network=network)


def default_left_out(key: str, value: str, network: str) -> str:
    return Sentence(_LEFT_OUT[key], value=clip(value), network=network)


def bad_value(key: str, value: str, error: ValueError) -> str:
    """error: of a kind's `parse`."""
    if isinstance(error, NotThere):
        return Sentence("{key} = {value} does not work. {sentence}", key=key, value=clip(value), sentence=reason(error))
    return Sentence("{key} = {value} does not work: {expected}", key=key, value=clip(value), expected=reason(error))


def not_there(key: str, place: Level, levels: frozenset[Level]) -> str:
    return Sentence(_ELSEWHERE[place, levels], key=key)


def too_many(most: int) -> str:
    return Sentence("A server has at most {most} settings: reset some that are no longer needed.", most=most)


def changed_since(key: str, place: str, now: str) -> str:
    return Sentence(
        "{key} of {place} was changed again since (it is {now} now), so this is not undone.",
        key=key,
        place=place,
        now=now,
    )


def import_too_long(most: int) -> str:
    return Sentence("That file is too long to be settings: at most {most} KiB. Nothing was changed.", most=most // 1024)


def import_wrong(problems: Sequence[str], *, foreign: bool, shown: int = 10) -> str:
    """All that keeps a file from being taken, line by line."""
    lines = [tr("Nothing was changed:"), *map(tell, problems[:shown])]
    if len(problems) > shown:
        lines.append(tr_count("… and {count} more.", "… and {count} more.", len(problems) - shown))
    if foreign:
        lines.append(tr("Is the file from another server? With skip, what this server does not have is left out."))
    return "\n".join(lines)


def line(number: int, about: str) -> str:
    return Sentence("Line {number}: {about}", number=number, about=about)


def unreadable_line(text: str) -> str:
    return Sentence("“{text}” is not a setting: a line looks like server layer = patterns.", text=text)


def line_twice(first: int, what: str) -> str:
    return Sentence("{what} is set in line {first} already.", what=what, first=first)


def foreign(key: str, value: str) -> str:
    return Sentence("{key} = {value} names something that this server does not have.", key=key, value=clip(value))


def no_such_place(level: Level, id: int | None = None) -> str:
    return Sentence(_NO_SUCH[level]) if id is None else Sentence(_NO_SUCH_ID[level], id=id)
