"""What people read about settings: every sentence of this folder's core stands here."""

from __future__ import annotations

from collections.abc import Sequence

from dreamcore.errors import clip

NOT_ALLOWED = (
    "Settings can be changed by those with the permission Manage Server, and by the roles that `managers` names."
)
LOCKED_OUT = (
    "You would lose the permission to change settings by this: "
    "keep one of your own roles in `managers`, or ask somebody with Manage Server."
)
NOTHING_TO_UNDO = "There is no such change on this server."
UNDONE_ALREADY = "That change is undone already."
PAUSED_SINCE = "Dreaming was paused again since, so this is not undone: `/mod resume` ends the pause."
RESUMED_SINCE = "Dreaming goes on again since, so there is nothing to undo: `/mod pause` pauses it."
NOT_SET = "not set"
IMPORT_NO_TEXT = "That file is no text: settings are a text file, as `/settings export` writes it. Nothing was changed."
IMPORT_EMPTY = "There is no setting in that file: a line looks like server layer = patterns. Nothing was changed."


def listed(words: Sequence[str]) -> str:
    """
    >>> listed(["style"]), listed(["style", "layer", "size"])
    ('style', 'style, layer and size')
    """
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def sentence(text: str) -> str:
    """With a full stop, unless it ends like a sentence."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def locked(keys: Sequence[str]) -> str:
    one = len(keys) == 1
    return (
        f"{listed(keys).capitalize()} cannot be chosen here, so the usual {'one was' if one else 'ones were'} used."
        if keys
        else ""
    )


def ceiling(key: str, asked: float, most: float) -> str:
    return f"{key.capitalize()} goes up to {most:g} here, so {asked:g} became {most:g}."


def network_left(key: str, value: str, network: str) -> str:
    return f"The {key} {clip(value)} is fixed here and {network} does not have it, so the usual network dreams."


def default_left_out(key: str, value: str, network: str) -> str:
    return f"The usual {key} here, {clip(value)}, is nothing that {network} has, so it was left out."


def bad_value(key: str, value: str, expected: str) -> str:
    return sentence(f"{key} = {clip(value)} does not work: {expected}")


def not_there(key: str, place: str, levels: Sequence[str]) -> str:
    return f"{key} cannot be set for a {place}: it is set for the {listed(levels).replace(' and ', ' or a ')}."


def too_many(most: int) -> str:
    return f"A server has at most {most} settings: reset some that are no longer needed."


def changed_since(key: str, place: str, now: str) -> str:
    return f"{key} of {place} was changed again since (it is {now} now), so this is not undone."


def import_too_long(most: int) -> str:
    return f"That file is too long to be settings: at most {most // 1024} KiB. Nothing was changed."


def import_wrong(problems: Sequence[str], *, foreign: bool, shown: int = 10) -> str:
    """All that keeps a file from being taken, line by line."""
    lines = ["Nothing was changed:", *problems[:shown]]
    if len(problems) > shown:
        lines.append(f"… and {len(problems) - shown} more.")
    if foreign:
        lines.append("Is the file from another server? With skip, what this server does not have is left out.")
    return "\n".join(lines)


def line(number: int, about: str) -> str:
    return f"Line {number}: {sentence(about)}"


def unreadable_line(text: str) -> str:
    return f"“{text}” is not a setting: a line looks like server layer = patterns."


def line_twice(first: int, what: str) -> str:
    return f"{what} is set in line {first} already."


def foreign(key: str, value: str) -> str:
    return f"{key} = {clip(value)} names something that this server does not have."


def no_such_place(level: str, which: int | None = None) -> str:
    return f"There is no such {level} on this server" + (f" ({which})." if which is not None else ".")
